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

# What it can't fail on proves nothing: a wrong command, a wrong line, a wrong status.
mkdir wrong
# shellcheck disable=SC2016
for text in '    $ depositary no-such-command' '    $ echo one\n    two' '    $ echo one\n    [exit status 1]' '    $ printf "one\\ntwo\\n"\n    one'; do
    printf 'A chapter.\n\n%b\n' "$text" >wrong.md
    (cd wrong && HOME=$PWD expect 1 "$SOURCE_ROOT/tests/flow/guide-reader" ../wrong.md >/dev/null)
done
