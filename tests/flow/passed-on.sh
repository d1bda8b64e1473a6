# Consents that others signed, passed on with their logs: two of one member from two packages, then one of them by who got it from a third.
# Written once more; and when what came with it is gone.
# timeout: 200
need jq pdftotext
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
three_members '[{"need": "consent.host"}, {"need": "consent.originator"}]'
pin=$(depositary charter show -C iq --as T1 --json | jq -r .fingerprint)
at() { depositary "${@:2}" -C "$1" --as T1; }
say() { at "$1" "${@:3}" --file - --yes --json <<<"$2" | jq -r .record; }
# send WHO OTHER RECORD NAME [--to CODE]: packed, and taken in by the other.
send() {
    at "$1" pack "$3" --out "$4" --yes --json "${@:5}" >"$4.packed"
    at "$2" receive "$4" --json >"$4.json"
}
# consent WHO LAYER GRANTOR ACTIONS RECIPIENTS SCOPE
consent() { say "$1" "{\"terms\": {\"layer\": \"$2\", \"grantor\": \"$3\", \"actions\": $4, \"recipients\": $5, \"purposes\": [\"trial\"], \"lines\": [\"any\"], \"territories\": [\"IQ\"], \"scope\": $6, \"in_force\": {\"from\": \"2020-01-01T00:00:00Z\"}}, \"conditions\": $(text 'returned after use'), \"side\": {\"state\": \"signed\", \"code\": \"T1\"}}" consent give; }
# released WHO ACTION RECIPIENT MATERIALS: its record.
released() {
    local prepared
    prepared=$(say "$1" "{\"action\": \"$2\", \"recipient\": \"$3\", \"purpose\": \"trial\", \"materials\": $4}" release prepare)
    at "$1" release "$prepared" --json | jq -r .record
}
material() { printf '{"item": "%s", "fields": ["basis", "sensitive"], "redacted": false}' "$1"; }
logs() { jq -r '[.logs[] | .log + " " + .member] | join(",")' "$1"; }

for x in 1 2; do
    echo "content $x" >"file$x"
    at reg collect "file$x" --json --file - <<<"{\"exhibit\": \"X-$x\", \"territory\": \"IQ\", \"basis\": $(text 'warrant 12')}" >"item$x.json"
done
one=$(json item1.json .item) two=$(json item2.json .item)

# ---- two consents of one member, each in a package of its own: two checkpoints of its log, the later continuing the earlier ----
send iq reg "$(consent iq host iq '["release"]' '["un"]' "{\"kind\": \"item\", \"id\": \"$one\"}")" first --to test
send iq reg "$(consent iq host iq '["release", "onward"]' '["un", "court"]' '{"kind": "all"}')" second --to test
release=$(released reg release un "[$(material "$one"), $(material "$two")]")
# The conditions of another's consent came with it, and are told.
same 'iq returned after use' "$(at reg release judge "$release" --json | jq -r '.conditions[] | .grantor + " " + .conditions.text' | sort -u)" 'conditions'
send reg un "$release" release
depositary verify release --pin "$pin" --json >verified.json || { jq -c .findings verified.json; fail 'two of one member'; }
same '000 test,001 iq,002 iq' "$(logs verified.json)" 'logs'
same 2 "$(jq '[.records[] | select(.type == "consent.given" and .iss == "iq")] | length' verified.json)" 'consents'
same sha256 "$(jq -r '[.records[] | select(.type == "foreign.record").shown | keys - ["package"]] | flatten | unique | join(" ")' verified.json)" 'what is said of what was heard'

# ---- by who has it from a third: its log goes on from package to package ----
held=$(json release.json .item)
send reg un "$(consent reg originator test '["onward"]' '["court"]' "{\"kind\": \"item\", \"id\": \"$held\"}")" approval --to un
onward=$(released un onward court "[$(material "$held")]")
at un pack "$onward" --out court --yes --json >court.packed
depositary verify court --pin "$pin" --json >verified.json || { jq -c .findings verified.json; fail 'passed on twice'; }
same '000 un,001 iq,002 test' "$(logs verified.json)" 'logs'
cmp court/data/logs/001/checkpoint release/data/logs/002/checkpoint
cmp court/data/logs/001/checkpoint second/data/logs/000/checkpoint
# On an Arabic page who signed is read from the right as well: the member, then the code.
pdftotext -bbox court/data/custody.ar.pdf words
x() { sed -n "s/.*xMin=\"\([0-9]*\).*>$1<.*/\1/p" words | sed -n 1p; }
[ "$(x un)" -gt "$(x T1)" ] || fail 'the code stands before its member'
# What is read on a terminal: the lines and their colons.
LANGUAGE=fr depositary verify court --pin "$pin" >page
lacks page '[[:alnum:])]: '

# ---- once more: the same is decided ----
at un pack "$(at un list --type package.sent --json | tail -n 1 | jq -r .id)" --out again --yes --json >again.packed
cmp court/data/content.jsonl again/data/content.jsonl
same intact "$(json again.packed .verified)" 'written once more'

# ---- what came is gone: it is named, and nothing proves it ----
first=$(json first.json .item)
mv "reg/vault/$first.tar.age" away
at reg pack "$release" --out gone --yes --json >gone.packed
same unproved "$(json gone.packed .verified)" 'without what came'
depositary verify gone --pin "$pin" --json >verified.json || true
same 'verdict.unjudged' "$(jq -r '[.findings[].id] | unique | map(select(startswith("verdict."))) | join(" ")' verified.json)" 'of it'
same '000 test,001 iq' "$(logs verified.json)" 'logs'
mv away "reg/vault/$first.tar.age"
at reg item dispose "$first" --yes --file - >/dev/null <<<"{\"authority\": $(text 'end of the case')}"
at reg pack "$release" --out disposed --yes --json >disposed.packed
same unproved "$(json disposed.packed .verified)" 'what was disposed of'
for m in reg iq un; do depositary verify $m >/dev/null; done
