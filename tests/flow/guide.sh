# timeout: 600
# The guide is right: each chapter's commands are followed word for word in a fresh home, and say what the guide shows, in each language.
need python3 age age-keygen jq openssl sha256sum sha512sum
follow() {
    mkdir -p "$2/tmp"
    cd "$2" || exit 1
    HOME=$PWD TMPDIR=$PWD/tmp LANGUAGE=$1 "$SOURCE_ROOT/tests/flow/guide-reader" "$3" >said 2>&1 || { cat said; exit 1; }
    cat said
}
# The chapters at once: their readers wait more than they work. The transcript of quickstart has no commands of its own; any other chapter has.
chapters=(custodian desk-officer legal-officer packages)
same "$(cd "$SOURCE_ROOT/doc/guide" && echo *.md)" 'custodian.md desk-officer.md getting-started.md legal-officer.md packages.md' 'chapters'
# What a sanitizer finds it finds in one language.
languages=(en fr ar)
[ -z "$FLOW_SANITIZED" ] || languages=(en)
for language in "${languages[@]}"; do
    pages=$SOURCE_ROOT/doc/guide/$language
    [ "$language" != en ] || pages=$SOURCE_ROOT/doc/guide
    readers=()
    for chapter in "${chapters[@]}"; do
        (follow "$language" "$language/$chapter" "$pages/$chapter.md") &
        readers+=($!)
    done
    wrong=0
    for reader in "${readers[@]}"; do wait "$reader" || wrong=1; done
    [ "$wrong" -eq 0 ] || fail "the guide, language $language"
    for chapter in "${chapters[@]}"; do lacks "$language/$chapter/said" ': 0 commands'; done
done

# The desk officer's example is in three languages: whatever has a name by language has all of them, and what was adopted is summed up in each.
example=$SOURCE_ROOT/doc/examples/spring-2021
for file in "$example"/{meeting,statement,campaign,publication}.json "$example"/{codes,members}.jsonl; do
    jq -es '[.[] | .. | arrays | select(.[0] | objects | has("lang")) | map(.lang) | sort] | length > 0 and all(. == ["ar", "en", "fr"])' "$file" >/dev/null ||
        fail "$file isn't in three languages"
done
for lang in fr ar; do
    same "$(jq -c '[.paragraphs[].number]' "$example/summary.en.json")" "$(jq -c '[.paragraphs[].number]' "$example/summary.$lang.json")" "the summary in $lang"
done

# A field that takes one text has it in one language. The same in each of the three stands in texts.LANG.json: none is missing, whichever file it is
# added to, none is there that no file has, and the file's own is one of the three.
python3 - "$example" <<'PY'
import json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
languages = ('ar', 'en', 'fr')
def texts(value, path=()):
    """Texts that stand alone, by where they stand; and lists of texts, which have all three or are a rendering's in its own language."""
    if isinstance(value, dict) and set(value) == {'text', 'lang'}:
        yield path, value
    elif isinstance(value, (dict, list)):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            if not (isinstance(value, list) and isinstance(each, dict) and set(each) == {'text', 'lang'}):
                yield from texts(each, (*path, key))
alone = {}
for file in sorted(folder.iterdir()):
    if not file.name.startswith('texts.'):
        lines = file.read_text().splitlines() if file.suffix == '.jsonl' else [file.read_text()]
        alone |= {(file.name, *path): text for line in lines for path, text in texts(json.loads(line))}
translated = {lang: dict(texts(json.loads((folder / f'texts.{lang}.json').read_text()))) for lang in languages}
assert len(alone) == 8, sorted(alone)
for lang in languages:
    assert translated[lang].keys() == alone.keys(), (lang, translated[lang].keys() ^ alone.keys())
    assert all(text['lang'] == lang and text['text'].strip() for text in translated[lang].values()), lang
for path, text in alone.items():
    assert text == translated[text['lang']][path], path
    assert len({translated[lang][path]['text'] for lang in languages}) == 3, path
PY
# Each is recorded in each language, as the chapter says.
register=$PWD/en/desk-officer/register
export DEPOSITARY_OFFICER=D-1
first() { depositary list --type "$1" --json -C "$register" | jq -rs '.[0].id'; }
statement=$(first statement.adopted)
meeting=$(first meeting.held)
for lang in en fr ar; do
    for row in meeting:meeting.held: statement:statement.adopted:"$meeting" press:statement.rendered:"$statement" commitment:commitment.made:"$statement" intention:intention.stated:"$statement"; do
        IFS=: read -r file type about <<<"$row"
        # The commitment was recorded in English by the chapter: twice it would be refused.
        [ "$file.$lang" != commitment.en ] || continue
        jq -s ".[0] * .[1][\"$file.json\"]" "$example/$file.json" "$example/texts.$lang.json" >stated
        depositary record "$type" -C "$register" --file stated --yes ${about:+--about "$about"} >/dev/null || fail "$file in $lang"
    done
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
