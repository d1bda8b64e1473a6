# timeout: 600
# The guide is right: each chapter's commands are followed word for word in a fresh home, and say what the guide shows.
need python3 age age-keygen jq openssl sha256sum sha512sum
chapters=0
for chapter in "$SOURCE_ROOT"/doc/guide/*.md; do
    name=$(basename "$chapter" .md)
    mkdir "$name"
    (cd "$name" && HOME=$PWD "$SOURCE_ROOT/tests/flow/guide-reader" "$chapter") | tee "$name.said"
    # The transcript of quickstart has no commands of its own; any other chapter has.
    [ "$name" = getting-started ] || lacks "$name.said" ': 0 commands'
    chapters=$((chapters + 1))
done
[ "$chapters" -gt 1 ] || fail 'no chapters'

# The desk officer's example is in three languages: whatever has a name by language has all of them, and what was adopted is summed up in each.
example=$SOURCE_ROOT/doc/examples/spring-2021
for file in "$example"/{meeting,statement,campaign,publication}.json "$example"/{codes,members}.jsonl; do
    jq -es '[.[] | .. | arrays | select(.[0] | objects | has("lang")) | map(.lang) | sort] | length > 0 and all(. == ["ar", "en", "fr"])' "$file" >/dev/null ||
        fail "$file isn't in three languages"
done
for lang in fr ar; do
    same "$(jq -c '[.paragraphs[].number]' "$example/summary.en.json")" "$(jq -c '[.paragraphs[].number]' "$example/summary.$lang.json")" "the summary in $lang"
done

# A key is one also where its first letter is a "-", as one of 64 is.
mkdir key
printf 'A chapter.\n\n    $ echo "(key -%042d)"\n    (key %043d)\n' 0 0 >key.md
(cd key && HOME=$PWD "$SOURCE_ROOT/tests/flow/guide-reader" ../key.md >/dev/null)

# What it can't fail on proves nothing: a wrong command, a wrong line, a wrong status.
mkdir wrong
# shellcheck disable=SC2016
for text in '    $ depositary no-such-command' '    $ echo one\n    two' '    $ echo one\n    [exit status 1]' '    $ printf "one\\ntwo\\n"\n    one'; do
    printf 'A chapter.\n\n%b\n' "$text" >wrong.md
    (cd wrong && HOME=$PWD expect 1 "$SOURCE_ROOT/tests/flow/guide-reader" ../wrong.md >/dev/null)
done
