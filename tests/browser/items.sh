# What the program packs, opened in a browser: with the passphrase that went another way, and with the recipient's key.
# timeout: 300
# shellcheck shell=bash
need jq age age-keygen python3 node
[ -n "${BROWSER_MODULES:-}" ] || skip 'is run by ./check browser'
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
# shellcheck source=tests/flow/forgeries/good
. "$SOURCE_ROOT/tests/flow/forgeries/good"
two_members '[]'
new_officers 'L1:legal,custodian' 'L2:legal' 'A1:approver,legal' 'C1:custodian'

as() { local who=$1; shift; depositary "$@" -C reg --as "$who"; }
state() { as "$1" "${@:3}" --file - --yes --json <<<"$2" >done.json; json done.json .record >last; }
text() { printf '{"text": "%s", "lang": "en"}' "$1"; }
paper() { printf '{"state": "on_paper", "scan_sha256": "%064d", "seen_by": "L1", "checked": %s}' 1 "$(text 'stamp and signature compared')"; }
checked="{\"outcome\": \"as_recorded\", \"checked\": $(text 'telephone')}"
since='{"from": "2020-01-01T00:00:00Z"}'

# A picture, a text in three languages, a PDF, and a page that would run something if anybody let it.
mkdir -p "dump/سجلات"
python3 - dump <<'PY'
import os, struct, sys, zlib
def png(width, height):
    def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    rows = b''.join(b'\0' + bytes(v for x in range(width) for v in (30 + x // 4, 60 + y // 3, 110)) for y in range(height))
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')
def pdf(text):
    stream = b'BT /F1 24 Tf 72 720 Td (' + text + b') Tj ET'
    objects = [b'<< /Type /Catalog /Pages 2 0 R >>', b'<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
               b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
               b'<< /Length %d >>\nstream\n' % len(stream) + stream + b'\nendstream', b'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>']
    out, places = b'%PDF-1.4\n', []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b'%d 0 obj\n' % number + one + b'\nendobj\n'
    start = len(out)
    return out + b'xref\n0 6\n0000000000 65535 f \n' + b''.join(b'%010d 00000 n \n' % p for p in places) + b'trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' % start
top = sys.argv[1]
open(top + '/photo.png', 'wb').write(png(640, 360))
open(top + '/report.pdf', 'wb').write(pdf(b'Exercise: an invented report'))
open(top + '/سجلات/statement.txt', 'w').write('An invented statement.\nUne déclaration inventée.\nإفادة مختلقة.\n')
open(top + '/page.html', 'w').write('<script>parent.ran = window.ran = true</script><h1>An invented page</h1>\n')
open(top + '/noise.bin', 'wb').write(os.urandom(300000))
PY
as T1 collect dump --json --file - <<<"{\"exhibit\": \"7/2026-4\", \"territory\": \"IQ\", \"basis\": $(text 'search warrant 12'), \"description\": $(text 'a telephone')}" >collected.json
item=$(json collected.json .item)
state L1 "{\"from\": \"court\", \"to\": \"organisation\", \"purpose\": \"trial\", \"scope\": {\"kind\": \"all\"}}" request in
state L1 "{\"terms\": {\"layer\": \"host\", \"grantor\": \"iq\", \"actions\": [\"release\"], \"recipients\": [\"court\"], \"purposes\": [\"trial\"], \"lines\": [\"any\"], \"territories\": [\"IQ\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": $since}, \"side\": $(paper)}" consent give
state L2 "$checked" consent check "$(cat last)"
state L1 "{\"from\": \"court\", \"kinds\": [\"fair_trial\"], \"purposes\": [\"trial\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": $since, \"side\": $(paper)}" assure give
state L2 "$checked" consent check "$(cat last)"
as T1 item transfer 7/2026-4 --yes --file - <<<"{\"to\": $(text Laboratory), \"giver\": {\"state\": \"signed\", \"code\": \"T1\"}}" >/dev/null
as C1 item receive 7/2026-4 --yes --file - <<<"{\"taker\": {\"state\": \"signed\", \"code\": \"C1\"}}" >/dev/null
as L1 release prepare --file - --yes --json <<<"{\"action\": \"release\", \"recipient\": \"court\", \"purpose\": \"trial\", \"materials\": [{\"item\": \"$item\", \"fields\": [\"basis\", \"exhibit\", \"manifest_root\"], \"redacted\": false}]}" >prepared.json
as A1 approve "$(json prepared.json .record)" >/dev/null
as L1 release "$(json prepared.json .record)" --json >made.json
made=$(json made.json .record)
age-keygen -o court.key 2>/dev/null
as L1 pack "$made" --out told --json >told.json
as L1 pack "$made" --age "$(age-keygen -y court.key)" --out keyed --json >keyed.json
depositary charter show -C reg --json | jq -r .fingerprint >fingerprint
mkdir -p shots
node --no-warnings "$SOURCE_ROOT/tests/browser/items.mjs" "$VERIFY_HTML" "$BROWSER_MODULES" "$PWD/told" "$(json told.json .passphrase)" "$PWD/keyed" \
    "$(grep -v '^#' court.key)" "$(cat fingerprint)" "${BROWSER_SHOTS:-$PWD/shots}"

# The same item released for a case in which something speaks for the accused and may not be shown: the judge's key opens what is under seal.
as L1 case open --yes --json --file - <<<'{"authority": "court", "jurisdiction": "IQ", "stage": "trial"}' >opened.json
as L1 release prepare --file - --yes --json <<<"{\"action\": \"release\", \"recipient\": \"court\", \"purpose\": \"trial\", \"case\": \"$(json opened.json .case)\", \"materials\": [{\"item\": \"$item\", \"fields\": [\"basis\", \"exhibit\"], \"redacted\": false}]}" >prepared.json
as A1 approve "$(json prepared.json .record)" >/dev/null
as L1 release "$(json prepared.json .record)" --json >made.json
favourable_records "$(json opened.json .case)"
echo 'The witness of X-2 saw another.' >words
as L1 pack "$(json made.json .record)" --age "$(age-keygen -y court.key)" --to-judge words --out sealed >/dev/null
# Said to be sealed for another key than it opens with.
age-keygen -o other.key 2>/dev/null
"$SOURCE_ROOT/tests/flow/forgeries/forge" "[[\"line\", \"\\\"line\\\":\\\"notice\\\"\", \"$(age-keygen -y judge.key)\", \"$(age-keygen -y other.key)\"]]" sealed deceived reg
node --no-warnings "$SOURCE_ROOT/tests/browser/notice.mjs" "$VERIFY_HTML" "$BROWSER_MODULES" "$PWD/sealed" "$(grep -v '^#' judge.key)" \
    "$(grep -v '^#' court.key)" "$PWD/deceived" "$(grep -v '^#' other.key)" "$(cat fingerprint)" "${BROWSER_SHOTS:-$PWD/shots}"
