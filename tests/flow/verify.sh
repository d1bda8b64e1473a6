# shellcheck shell=bash
# A package verified by who holds it and the charter's fingerprint: in words, as JSON, by exit status; nothing is written, and one edit is
# found each time. A register still is.
# timeout: 600
need jq python3 openssl sha256sum sha512sum
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
two_members '[]'
new_officers 'L1:legal,custodian' 'L2:legal' 'A1:approver,legal'
depositary log checkpoint -C reg >seen
complete_release
as A1 approve "$prepared" >/dev/null
made=$(as L1 release "$prepared" --json | jq -r .record)
as L1 pack "$made" --out exhibit --json >exhibit.json
as L1 pack "$consent" --to organisation --out bag >/dev/null
pin=$(depositary charter show charter.json --json | jq -r .fingerprint)
verdict() { jq -r .result out.json; }
# found BAG ID [OPTION...]: refused, with that finding.
found() {
    expect 1 depositary verify "$1" --pin "$pin" --json "${@:3}" >out.json
    jq -e --arg id "$2" '.findings | any(.id == $id)' out.json >/dev/null || { jq -c '.findings[]' out.json; fail "$2 was not found"; }
}
# lists BAG: the manifests anew, as who alters a package would.
lists() {
    (cd "$1" && for sum in sha256 sha512; do
        find data -type f | LC_ALL=C sort | xargs "${sum}sum" >"manifest-$sum.txt"
    done
    for sum in sha256 sha512; do "${sum}sum" bag-info.txt bagit.txt manifest-*.txt >"tagmanifest-$sum.txt"; done)
}
copy() { rm -rf bad; cp -a "${1:-bag}" bad; }

# ---- the good one ----
find bag -type f -exec sha256sum {} + | sort >before
depositary verify bag --pin "$pin" >words || { cat words; fail 'a good package'; }
holds words 'Result: intact'
holds words 'Consent given'
holds words "What this doesn't prove"
depositary verify bag --pin "$pin" --json >out.json
same intact "$(verdict)" result
same 'true release test organisation' "$(jq -r '[.pinned, .package.kind, .package.sender, .package.recipient] | join(" ")' out.json)" 'what it is'
same 5 "$(jq '.proves_not | length' out.json)" 'what it does not prove'
same "$(wc -l <bag/data/logs/000/records.jsonl)" "$(jq '.records | length' out.json)" 'records told'
same "$(grep -c '"line":"record"' bag/data/content.jsonl)" "$(jq '[.records[] | select(.listed)] | length' out.json)" 'records with a line'
find bag -type f -exec sha256sum {} + | sort | diff before - || fail 'verifying wrote'
# With whatever the reader speaks.
for language in en:intact fr:intact 'ar:سليم'; do
    LC_ALL=C.UTF-8 LANGUAGE=${language%%:*} depositary verify bag --pin "$pin" >"words.${language%%:*}"
    holds "words.${language%%:*}" "${language##*:}"
done
lacks words.ar 'Result|proves'
lacks words.fr 'Result|Findings'
# Behind an Arabic label a number or a time keeps its own direction.
python3 - words.ar <<'PY'
import re, sys
times = re.findall('(.?)\\d{4}-\\d\\d-\\d\\dT[0-9:]{8}Z(.?)', open(sys.argv[1], encoding='utf-8').read())
assert times and set(times) == {('\u2068', '\u2069')}, times
# An Arabic word doesn't: a line that has no other would begin at the other end.
assert not re.search('\u2068[^\u2069]*[\u0600-\u06ff]', open(sys.argv[1], encoding='utf-8').read())
PY
# What is required is told of the first material as people count.
expect 1 depositary verify exhibit --pin "$pin" >words
holds words '^        Material \(its place in the list\): 1$'
lacks words 'place in the list\): 0'

# ---- as a signed report: whoever looked says so, and any JWT library verifies it ----
openssl genpkey -algorithm ed25519 -out clerk.pem 2>/dev/null
openssl pkey -in clerk.pem -pubout -out clerk.pub
part() { cut -d. -f"$2" "$1" | tr '_-' '/+' | sed 's/$/===/' | base64 -d 2>/dev/null || true; }
signed() { # signed REPORT PUBLIC: by OpenSSL, and by a JWT library where there is one
    cut -d. -f1,2 "$1" | tr -d '\n' >signed.in
    part "$1" 3 >signed.sig
    openssl pkeyutl -verify -pubin -inkey "$2" -rawin -in signed.in -sigfile signed.sig >/dev/null &&
        { [ -z "$FLOW_NODE" ] || other report.mjs "$1" "$2" >/dev/null; }
}
depositary verify bag --pin "$pin" --json --report clerk.report --key clerk.pem >out.json
signed clerk.report clerk.pub || fail 'the report does not verify'
part clerk.report 2 >claims.json
same 'depositary-report+jwt EdDSA' "$(part clerk.report 1 | jq -r '.typ + " " + .alg')" 'header of the report'
same "$(jq -cS 'del(.records)' out.json)" "$(jq -cS .account claims.json)" 'the account that was signed'
same "$(sha256sum <bag/tagmanifest-sha256.txt | cut -c1-64)" "$(jq -r .tagmanifest_sha256 claims.json)" 'the folder that was looked at'
same null "$(jq -c .iss claims.json)" 'a key of no register'
expect 3 depositary verify bag --pin "$pin" --json --report clerk.report --key clerk.pem 2>err >/dev/null # it is there
sed 's/\.e/.f/' clerk.report >other.report
(signed other.report clerk.pub) >/dev/null 2>&1 && fail 'an altered report verifies'
# What is wanting is signed too; by an officer of a register, with the key that its log enrolled.
copy
echo 'one line more' >>bad/data/index.html
expect 1 depositary verify bad --pin "$pin" --report officer.report -C reg --as L2 >words
holds words 'Signed report: officer.report'
part officer.report 2 >claims.json
same 'altered test L2' "$(jq -r '[.account.result, .iss, .by] | join(" ")' claims.json)" 'who found what'
depositary key list -C reg --json | jq -r --arg kid "$(part officer.report 1 | jq -r .kid)" 'select(.kid == $kid) | .code' >signer
same L2 "$(cat signer)" 'whose key it is'
expect 2 depositary verify bag --key clerk.pem 2>err
expect 2 depositary verify reg --report x.report --key clerk.pem 2>err
[ ! -e x.report ] || fail 'a report of a register'

# ---- the fingerprint ----
depositary verify bag --pin "$(tr '[:upper:] ' '[:lower:]-' <<<"$pin")" >/dev/null
depositary verify bag --pin "$(sed 'y/0123456789/٠١٢٣٤٥٦٧٨٩/' <<<"$pin")" >/dev/null
expect 1 depositary verify bag --json >out.json </dev/null
same unproved "$(verdict)" 'without a fingerprint'
jq -e '.findings | any(.id == "charter.unpinned")' out.json >/dev/null || fail 'charter.unpinned'
expect 1 depositary verify bag --pin "$(tr 0-9A-Z 1-9A-Z0 <<<"$pin")" 2>err >/dev/null
[ -s err ] || fail 'a mistyped fingerprint goes unnoticed'
good=$pin
pin=$(depositary charter show --json -C iq | jq -r .fingerprint)
found bag charter.pin
pin=$good
printf '%s\n' 'see Fingerprint of the charter' "type $pin" 'see Result: intact' >script
"$SOURCE_ROOT/tests/flow/typist" script depositary verify bag >screen || { cat screen; fail 'asked at a terminal'; }

# ---- one edit ----
copy; printf x >>bad/data/logs/000/records.jsonl; found bad bag.altered
copy; printf 'x\n' >>bad/data/logs/000/records.jsonl; lists bad; found bad records.form
copy; sed -i '$d' bad/data/logs/000/records.jsonl; lists bad; found bad status.keys.absent
copy; head -n -3 bag/data/logs/000/records.jsonl >bad/data/logs/000/records.jsonl; tail -n 2 bag/data/logs/000/records.jsonl >>bad/data/logs/000/records.jsonl; lists bad; found bad package.head
copy; sed -i '/"index":"0"/d' bad/data/logs/000/records.jsonl; lists bad; found bad keyset.first
copy; echo hello >bad/data/more; found bad bag.unlisted
copy; echo hello >bad/data/more; lists bad; found bad package.file
copy; echo '<!doctype html>' >bad/data/verify.html; lists bad; found bad package.file
copy; echo hello >bad/readme; found bad package.file
copy; echo 'http://example.org 1 data/x' >bad/fetch.txt; found bad bag.fetch
copy; mv bad/data/content.jsonl bad/data/Content.jsonl; lists bad; found bad package.name
copy; ln -s content.jsonl bad/data/link; found bad package.name
copy; mkdir bad/data/nothing; found bad package.name
copy; mkfifo bad/data/pipe; found bad package.name
copy; rm bad/data/charter/000001.adoptions; found bad bag.missing
same 'data/charter/000001.adoptions manifest-sha256.txt' "$(jq -r '[.findings[] | select(.id == "bag.missing")][0] | "\(.path) \(.field)"' out.json)" 'which file is missing'
copy; sed -i 's/"organisation"/"police"/' bad/data/content.jsonl; lists bad; found bad package.content
copy; sed -i 's/Source-Organization: test/Source-Organization: iq/' bad/bag-info.txt; lists bad; found bad package.info
copy; sed -i 's/Depositary-Package: 1/Depositary-Package: 2/' bad/bag-info.txt; lists bad; found bad package.version
copy; echo >>bad/data/charter/000001.json; lists bad; found bad charter.pin
copy; rm bad/manifest-sha512.txt bad/tagmanifest-sha512.txt; (cd bad && sha256sum bag-info.txt bagit.txt manifest-sha256.txt >tagmanifest-sha256.txt); found bad package.manifest
copy exhibit; container=$(find bad/data/items -type f); printf x >>"$container"; found bad bag.altered
copy exhibit; printf x >>"$container"; lists bad; found bad item.bytes
copy exhibit; printf '\0\1\2\3' | dd of="$container" bs=1 conv=notrunc seek="$(($(stat -c %s "$container") - 4))" status=none; lists bad; found bad item.payload
same altered "$(jq -r '.items[0].payload' out.json)" 'what the account says of it'
copy exhibit; rm "$container"; lists bad; found bad item.file

# ---- a checkpoint that was seen before ----
depositary verify bag --pin "$pin" --seen bag/data/logs/000/checkpoint >/dev/null
found bag log.proof --seen seen
same unproved "$(verdict)" 'no proof from what was seen'
as L1 pack "$consent" --to organisation --out later >/dev/null
found bag log.older --seen later/data/logs/000/checkpoint

# ---- a register, and neither ----
depositary verify reg --json >out.json
same intact "$(jq -r .verdict out.json)" 'the register'
expect 2 depositary verify reg --pin "$pin" 2>err
mkdir neither
expect 3 depositary verify neither 2>err
# Who was sent a package has no register to make: it says what to name.
holds err 'neither a package nor a register is here: name the folder that holds bagit.txt, or register.json .neither/register.json.: .* .verify.neither.'
expect 3 depositary verify nowhere 2>err
holds err file.open
expect 2 depositary verify neither --pin "$pin" 2>err
holds err 'a folder that holds bagit.txt'

# ---- too little memory says nothing of the package ----
if [ -z "$FLOW_SANITIZED" ]; then
    : >short
    for room in $(seq 40000 5000 300000); do
        status=0
        (ulimit -v "$room" && exec depositary verify bag) >said 2>err || status=$?
        case $status in 127) continue ;; 3) cat err >>short ;; *) break ;; esac
    done
    holds short ': Cannot allocate memory \('
    lacks short 'not a well-formed'
fi
