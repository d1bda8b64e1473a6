# Publications: one officer prepares, another makes public, what is previewed is what is signed, and any reader checks it.
need jq python3 sha256sum
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
# shellcheck source=tests/flow/forgeries/good
. "$SOURCE_ROOT/tests/flow/forgeries/good"
two_members '[]'
new_officers 'D1:desk' 'L1:legal' 'C1:custodian'
three() { printf '[{"lang":"en","text":"%s"},{"lang":"fr","text":"%s"},{"lang":"ar","text":"%s"}]' "$@"; }
record() { as D1 record "$1" --file - --yes --json | jq -r '.record // .id'; }
code=$(record code.stated <<<"{\"list\": \"formations\", \"code\": \"small_group\", \"from\": \"2014-09\", \"called\": $(three 'Small <Group>' 'Groupe restreint' 'المجموعة المصغرة')}")
other=$(record code.stated <<<"{\"list\": \"formations\", \"code\": \"plenary\", \"called\": $(three 'WITHHELD-1' 'WITHHELD-2' 'WITHHELD-3')}")
note=$(as D1 note --text 'not for the public' --json | jq -r '.record // .id')

titles="\"titles\": $(three 'Who belongs' 'Qui en est' 'من ينتمي')"
figure="{\"means\": $(three 'Members' 'Membres' 'الأعضاء'), \"value\": \"83\", \"as_of\": \"2021-04\"}"
good="{$titles, \"summaries\": $(three 'In spring.' 'Au printemps.' 'في الربيع.'), \"records\": [{\"record\": \"$code\", \"fields\": [\"called\"]}, {\"record\": \"$other\", \"fields\": []}], \"figures\": [$figure]}"

# Each wrong in one respect: nothing is recorded.
refused() { # ID JQ
    jq "$2" <<<"$good" | expect 1 as D1 publish prepare --file - --yes 2>why
    holds why "\\($1\\)"
}
refused publish.language '.titles |= .[:2]'
refused publish.language '.titles[1].lang = "en"'
refused publish.language '.summaries[0].lang = "de"'
refused publish.language '.figures[0].means |= .[1:]'
refused publish.empty '.records = [] | .figures = []'
refused publish.type ".records[0].record = \"$note\""
refused publish.field '.records[0].fields = ["name"]'
refused publish.twice '.records[1] = .records[0]'
refused index.absent '.records[0].record = "01a2136a-8581-727b-a5d9-41c07b8c7525"'
refused stated.code '.recipient = "nobody"'
expect 1 as C1 publish prepare --file - --yes <<<"$good" 2>why
same 0 "$(as T1 list --type publication. --json | wc -l)" 'recorded by then'

# What is previewed is signed by nobody, and has what was named and nothing else.
prepared=$(state D1 "$good" publish prepare)
as D1 publish preview "$prepared" --out preview >/dev/null
same 'ar.html en.html fr.html' "$(cd preview && echo *)" 'the preview'
holds preview/en.html 'Small &lt;Group&gt;'
holds preview/ar.html 'lang="ar" dir="rtl"'
! grep -r WITHHELD preview || fail 'a field that was not named'
holds preview/en.html '83 \(as of 2021-04\)'
! grep -q $'\xef\xbf\xbd' preview/??.html || fail 'a character that a page may not have, in the words of the page itself'
# Whatever the locale of who previews or signs; and no page that is in another language than it says.
for locale in C POSIX xx_XX.UTF-8; do
    LC_ALL=$locale as D1 publish preview "$prepared" --out "preview-$locale" >/dev/null
    diff -r preview "preview-$locale" || fail "previewed under $locale"
done
DEPOSITARY_LOCALEDIR=$PWD expect 3 as L1 publish "$prepared" --out site 2>why
holds why '\(publish.words\)'
[ ! -e site ] || fail 'made without words'
same 1 "$(as D1 publish list --json | jq -s 'map(select(.state == "prepared")) | length')" 'waiting'

# Only another officer makes it public, once; where it is refused no folder is left.
expect 1 as D1 publish "$prepared" --out site 2>why
holds why '\((publish.same_person|record.signer)\)'
new_officers 'B1:desk,legal'
mine=$(state B1 "$good" publish prepare)
expect 1 as B1 publish "$mine" --out site 2>why
holds why '\(publish.same_person\)'
[ ! -e "site/$mine" ] || fail 'a folder of what was refused'
as L1 publish "$prepared" --out site --json >made.json
same intact "$(json made.json .verified)" 'as it was read back'
for page in en fr ar; do cmp "preview/$page.html" "site/$prepared/$page.html" || fail "the preview of $page.html was another"; done
made=$(json made.json .record)
# Interrupted after the record, wherever: the same command completes it, and signs nothing anew but the package; what is another's is left.
size() { as T1 list --type publication.made --json | wc -l; }
before=$(size)
broken() { # WHAT COMMAND...: what is left of the site after that is completed
    rm -rf part && cp -r site part && "${@:2}"
    same "$made intact" "$(as L1 publish "$prepared" --out part --json | jq -r '.record + " " + .verified')" "$1"
    for page in en fr ar; do cmp "preview/$page.html" "part/$prepared/$page.html" || fail "$1: another $page.html"; done
    for page in index.html feed.en.atom "$prepared/package/bagit.txt"; do [ -f "part/$page" ] || fail "$1: no $page"; done
}
broken 'all of it is there' true
broken 'an empty folder' find part -mindepth 2 -delete
broken 'one page, and a package begun' sh -c "cd part/$prepared && rm fr.html ar.html && mv package package.unfinished && rm package.unfinished/tagmanifest-* package.unfinished/bagit.txt"
broken 'without signposts' rm part/index.html part/feed.en.atom
as L1 publish "$prepared" --out part >/dev/null
broken_off() { # WHAT COMMAND...: refused
    rm -rf part && cp -r site part && "${@:2}"
    cp -r part before
    expect 3 as L1 publish "$prepared" --out part 2>why
    holds why '\(publish.folder\)'
    diff -r part before >/dev/null || fail "$1: touched"
    rm -r before
}
broken_off 'another page' sed -i s/Who/When/ "part/$prepared/en.html"
broken_off 'another package' sed -i s/depositary/depositaries/ "part/$prepared/package/bag-info.txt"
same "$before" "$(size)" 'made public once'
same 1 "$(as L1 publish list --json | jq -s 'map(select(.state == "made")) | length')" 'made public'

# Any reader: the package is intact under the charter's fingerprint, says what the pages must be, and withholds the rest.
depositary charter show -C reg --json | jq -r .fingerprint >pin
depositary verify "site/$prepared/package" --pin "$(cat pin)" --json >account.json || fail 'the package is not intact'
for page in en.html fr.html ar.html; do
    told=$(jq -r --arg page "$page" '.records[] | select(.type == "publication.made").shown.pages[] | select(.page == $page).sha256' account.json)
    same "$told" "$(sha256sum "site/$prepared/$page" | cut -d' ' -f1)" "what was signed of $page"
done
same called "$(jq -r --arg id "$other" '.records[] | select(.id == $id).withheld | join(" ")' account.json)" 'withheld of the other record'
! grep -r WITHHELD "site/$prepared" || fail 'a field that was not named'
sed -i 's/"83"/"84"/; s/>83 />84 /' "site/$prepared/en.html"
told=$(jq -r '.records[] | select(.type == "publication.made").shown.pages[] | select(.page == "en.html").sha256' account.json)
[ "$told" != "$(sha256sum "site/$prepared/en.html" | cut -d' ' -f1)" ] || fail 'an altered page'

# One edit away from it, by the sender itself, whose log then fits: the verifier sees that it isn't what another officer prepared.
forge=$SOURCE_ROOT/tests/flow/forgeries/forge
tried=0
forged() { # FINDING EDITS
    tried=$((tried + 1))
    "$forge" "$2" "site/$prepared/package" forged reg
    expect 1 depositary verify forged --pin "$(cat pin)" --json >found.json
    jq -e --arg id "$1" 'any(.findings[]; .id == $id and .result == "altered")' found.json >/dev/null || fail "no $1: $(jq -c '[.findings[].id]' found.json)"
    keep "publication-$tried"
}
"$forge" '[["state", "publication.prepared", "/figures/0/value", "84"]]' "site/$prepared/package" forged reg
depositary verify forged --pin "$(cat pin)" --json >found.json || fail 'another figure, of which only the page tells'
keep publication
forged publication.scope '[["state", "publication.prepared", "/records/0/fields", []]]'
forged publication.scope '[["state", "publication.prepared", "/records/1/fields", ["called"]]]'
forged publication.scope '[["state", "publication.prepared", "/records", []]]'
forged publication.record '[["leave", "code.stated#1"]]'
forged publication.prepared '[["leave", "publication.prepared"]]'
forged publication.same_person '[["signer", "publication.prepared", "legal", "L1"]]'

# Written once more by anybody who may, from what was recorded: the same pages. The site grows, its feed is Atom, its pages are well formed.
as L1 publish "$prepared" --out again >/dev/null
for page in en fr ar; do cmp "preview/$page.html" "again/$prepared/$page.html" || fail "another $page.html"; done
as L1 publish "$mine" --out again >/dev/null
python3 - again "$prepared" "$mine" <<'PY'
import copy, glob, html.parser, re, sys, xml.etree.ElementTree as tree
site, *ids = sys.argv[1:]
atom = '{http://www.w3.org/2005/Atom}'
# RFC 4287, sections 4.1.1, 4.1.2, 3.2: how often each may stand there. Alternates are told apart by type and language.
FEED = {'id': (1, 1), 'title': (1, 1), 'updated': (1, 1), 'author': (1, 99), 'link': (1, 99), 'entry': (0, 999), 'subtitle': (0, 1), 'generator': (0, 1), 'rights': (0, 1)}
ENTRY = {'id': (1, 1), 'title': (1, 1), 'updated': (1, 1), 'link': (1, 99), 'summary': (0, 1), 'published': (0, 1), 'rights': (0, 1)}
PERSON = {'name': (1, 1), 'uri': (0, 1), 'email': (0, 1)}
def held(of, allowed):
    names = [child.tag.removeprefix(atom) for child in of]
    assert set(names) <= set(allowed) and not (of.text or '').strip() and not any((child.tail or '').strip() for child in of), names
    for name, (least, most) in allowed.items():
        assert least <= names.count(name) <= most, (of.tag, name)
    for child in of:
        name = child.tag.removeprefix(atom)
        if name == 'updated': # section 3.3, RFC 3339
            assert re.fullmatch(r'\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d\d:\d\d)', child.text)
        elif name in ('id', 'title', 'summary', 'name'):
            assert child.text.strip() and not list(child) and child.get('type', 'text') == 'text', name
        elif name == 'link':
            assert child.get('href') and not list(child)
        if name == 'id': # an IRI, the same for ever: no relative one
            assert re.fullmatch(r'urn:uuid:[0-9a-f-]{36}(#(en|fr|ar))?', child.text)
    alternates = [(link.get('type'), link.get('hreflang')) for link in of.findall(atom + 'link') if link.get('rel', 'alternate') == 'alternate']
    assert len(set(alternates)) == len(alternates), 'two alternates'
    return alternates
def check(feed, lang):
    assert feed.tag == atom + 'feed' and feed.get('{http://www.w3.org/XML/1998/namespace}lang') == lang
    held(feed, FEED)
    held(feed.find(atom + 'author'), PERSON)
    assert [link.get('href') for link in feed.findall(atom + 'link') if link.get('rel') == 'self'] == [f'feed.{lang}.atom']
    entries = feed.findall(atom + 'entry')
    for entry in entries: # without content there is where to read it
        assert held(entry, ENTRY) == [('text/html', lang)]
    found = [one.find(atom + 'id').text for one in (feed, *entries)]
    assert len(set(found)) == len(found), 'one id twice'
    assert feed.find(atom + 'updated').text == max(entry.find(atom + 'updated').text for entry in entries)
    return found[1:]
def wrong(feed):
    """Each differs in one respect."""
    for path in ('id', 'title', 'updated', 'author', 'author/name', 'link', 'entry/id', 'entry/title', 'entry/updated', 'entry/link'):
        *above, last = (atom + name for name in path.split('/'))
        for twice in (False, True):
            if twice and last in (atom + 'author', atom + 'link') and not above:
                continue # of these several may be
            other = copy.deepcopy(feed)
            of = other.find(above[0]) if above else other
            (of.append if twice else of.remove)(of.find(last))
            yield f'{path} {"twice" if twice else "missing"}', other
    for path, text in (('updated', '2021-03-30 10:00:00Z'), ('updated', '2021-03-30'), ('entry/updated', '2021-13-01T00:00:00Z'), ('id', 'feed'), ('title', ' '), ('entry/id', feed.find(atom + 'id').text)):
        other = copy.deepcopy(feed)
        other.find('/'.join(atom + name for name in path.split('/'))).text = text
        yield f'{path} {text}', other
for lang in ('en', 'fr', 'ar'):
    feed = tree.parse(f'{site}/feed.{lang}.atom').getroot()
    assert check(feed, lang) == [f'urn:uuid:{one}' for one in reversed(ids)]
    for what, other in wrong(feed):
        try:
            check(other, lang)
        except (AssertionError, AttributeError, ValueError):
            continue
        sys.exit(f'a feed that is none was taken for one: {what}')

class Page(html.parser.HTMLParser):
    """Every element is closed in its order; nothing runs, nothing is fetched, every link leads to a file beside it."""
    def __init__(self):
        super().__init__()
        self.open, self.links, self.policy = [], [], None
    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        assert tag not in ('script', 'img', 'iframe', 'form', 'object') and not any(name.startswith('on') for name in attrs)
        if attrs.get('http-equiv') == 'Content-Security-Policy':
            self.policy = attrs['content']
        if tag in ('a', 'link'):
            self.links.append(attrs['href'])
        if tag not in ('meta', 'link', 'br'):
            self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

import os
for path in [f'{site}/index.html', *glob.glob(f'{site}/*/??.html')]:
    page = Page()
    page.feed(open(path, encoding='utf-8').read())
    assert not page.open and page.policy.startswith("default-src 'none'; style-src 'sha256-"), path
    for link in page.links:
        assert link.startswith('#') or os.path.isfile(os.path.join(os.path.dirname(path), link)), (path, link)
PY

# What was corrected isn't published, nor what lapsed by its record.
state D1 "{$titles, \"records\": [{\"record\": \"$other\", \"fields\": []}]}" publish prepare >late
as D1 record code.stated --supersedes "$other" --file - --yes --json <<<"{\"list\": \"formations\", \"code\": \"plenary\", \"called\": $(three A B C)}" >/dev/null
expect 1 as L1 publish "$(cat late)" --out site 2>why
holds why '\(publish.corrected\)'

# An incident as exactly as may be told: the finer time and place go into no byte, not even as a salted value, and what is known here stays.
record code.stated <<<"{\"list\": \"incidents\", \"code\": \"attack\", \"called\": []}" >/dev/null
incident=$(record incident.reported <<<"{\"category\": \"attack\", \"territory\": \"IQ\", \"when\": {\"edtf\": \"2021-03-28T14:05:09Z\", \"original\": \"five past\"}, \"place\": {\"latitude\": \"33.317\", \"longitude\": \"44.368\", \"precision_m\": 100},
    \"what_happened\": $(text 'an attack'), \"sources\": [{\"reliability\": \"B\", \"credibility\": \"3\"}], \"confidence\": \"low\", \"audience\": [\"public\"], \"publish_after_h\": 72}")
correct() { # JSON: a record about it
    as D1 record incident.corrected --file - --yes --json --about "$incident" <<<"$1" | jq -r '.record // .id'
}
told() { # FIELDS REDUCED...: what is to be public of it
    jq -nc --arg id "$incident" --argjson fields "$1" --argjson titles "{$titles}" --argjson more "$(jq -nc '$ARGS.positional | map({record: ., fields: ["effect", "when", "place"]})' --args "${@:2}")" \
        '$titles + {records: ([{record: $id, fields: $fields}] + $more)}'
}
expect 1 as D1 publish prepare --file - --yes <<<"$(told '["when"]')" 2>why
holds why '\(publish.exact\)'
holds why 2021-03-28
finer=$(correct "{\"effect\": \"reduces\", \"reason\": $(text 'for a partner'), \"when\": {\"edtf\": \"2021-03-28\"}}")
reduced=$(correct "{\"effect\": \"reduces\", \"reason\": $(text 'for the public'), \"when\": {\"edtf\": \"2021-03\"}, \"place\": {\"latitude\": \"33.3\", \"longitude\": \"44.3\", \"precision_m\": 10000}}")
same '2021-03-28T14:05:09Z 33.317 44.368 null reported' "$(as D1 report incidents --json | jq -r '"\(.when) \(.place) \(.corrections) \(.standing)"')" 'what is known stays'
coarse=$(state D1 "$(told '["category", "territory"]' "$reduced")" publish prepare)
as L1 publish "$coarse" --out coarse >/dev/null
holds "coarse/$coarse/en.html" '2021-03([^-]|$)'
depositary verify "coarse/$coarse/package" --pin "$(cat pin)" --json >account.json || fail 'the package is not intact'
same '2021-03 33.3' "$(jq -r --arg id "$reduced" '.records[] | select(.id == $id).shown | .when.edtf + " " + .place.latitude' account.json)" 'what goes'
python3 - coarse <<'PY'
import base64, pathlib, re, sys
coarse = 0
for path in pathlib.Path(sys.argv[1]).rglob('*'):
    data = path.read_bytes() if path.is_file() else b''
    # What stands in base64url, as records and what is told of them do.
    data += b' '.join(base64.urlsafe_b64decode(word + b'=' * (-len(word) % 4)) for word in re.findall(rb'[A-Za-z0-9_-]{8,}', data) if len(word) % 4 != 1)
    for finer in (b'2021-03-28', b'14:05', b'five past', b'33.31', b'44.36'):
        assert finer not in data, (path, finer)
    coarse += b'"2021-03"' in data
assert coarse, 'the coarse one is found where the finer one was looked for'
PY
! grep -rq "$finer" coarse || fail 'the one for somebody else'
