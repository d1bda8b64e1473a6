# Two members exchange packages: a request, the consent that answers it, the receipt; what another signed counts from there on. Then a lying one.
# timeout: 300
need jq age
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
two_members '[]'
new_officers 'L1:legal,custodian' 'L2:legal,custodian' 'A1:approver,legal'
depositary charter enter charter.json reg.adoption -C iq --as T1 >/dev/null
depositary key enrol M1 --roles legal,custodian --no-passphrase -C iq --as T1 >/dev/null
text() { printf '{"text": "%s", "lang": "en"}' "$1"; }
reg() { depositary "$@" -C reg --as L1; }
iq() { depositary "$@" -C iq --as M1; }
since='{"from": "2020-01-01T00:00:00Z"}'

# ---- a request goes to Iraq ----
reg request out --file - --yes --json <<<"{\"to\": \"iq\", \"from\": \"test\", \"purpose\": \"trial\", \"scope\": {\"kind\": \"all\"}}" >request.json
reg pack "$(json request.json .record)" --to iq --out to-iq --yes >/dev/null
depositary verify to-iq --pin "$(depositary charter show -C iq --json | jq -r .fingerprint)"
iq receive to-iq --json >received.json

same intact "$(json received.json .result)" result
same test "$(json received.json .sender)" sender
holds <(iq list --type foreign.record --json) foreign.record

# ---- the receipt goes back: until then it is among what was sent and not received ----
sent() { reg outbox --json | jq -r 'select(.kind == "outbox.sent").detail' | cut -d' ' -f1; }
same iq "$(sent)" 'sent, and nobody said that it came'
iq pack "$(json received.json .record)" --out receipt --yes --json >packed.json
reg receive receipt --json >answered.json
same receipt "$(json answered.json .kind)" kind
same '' "$(sent)" 'what was received'
reg receive receipt --json >again.json
depositary verify receipt --pin "$(depositary charter show -C reg --as T1 --json | jq -r .fingerprint)" >said
holds said '^  Outcome: taken in$'
# It bears the number of what it answers, which isn't iq's.
reg receive receipt >said
holds said "^Answer of iq to package $(json again.json .package): intact\.$"
same true "$(json again.json .again)" 'the same receipt twice'
iq receive to-iq --json >again.json
same true "$(json again.json .again)" 'the same package twice'
same "$(json received.json .record)" "$(json again.json .record)" 'the record of it'

# ---- Iraq consents, by its own signature: no paper, and no second officer here ----
iq consent give --file - --yes --json <<<"{\"terms\": {\"layer\": \"host\", \"grantor\": \"iq\", \"actions\": [\"release\"], \"recipients\": [\"court\"], \"purposes\": [\"protection\"], \"lines\": [\"any\"],
    \"territories\": [\"IQ\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": $since}, \"side\": {\"state\": \"signed\", \"code\": \"M1\"}}" >consent.json
mkdir dump
echo content >dump/a
reg collect dump --json --file - <<<"{\"exhibit\": \"X-1\", \"territory\": \"IQ\", \"basis\": $(text 'search warrant 12')}" >collected.json
reg request in --file - --yes --json <<<"{\"from\": \"court\", \"to\": \"test\", \"purpose\": \"protection\", \"scope\": {\"kind\": \"all\"}}" >/dev/null
reg release prepare --file - --yes --json <<<"{\"action\": \"release\", \"recipient\": \"court\", \"purpose\": \"protection\", \"materials\": [{\"item\": \"$(json collected.json .item)\", \"fields\": [\"exhibit\"], \"redacted\": false}]}" >prepared.json
depositary approve "$(json prepared.json .record)" -C reg --as A1 >/dev/null
expect 1 reg release "$(json prepared.json .record)" --json >missing.json
same absent "$(jq -r '.verdict.requirements[] | select(.need == "consent.host").met' missing.json)" consent.host
iq pack "$(json consent.json .record)" --to test --out to-test --yes >/dev/null
reg receive to-test --json >heard.json
reg release "$(json prepared.json .record)" --json >released.json
same yes "$(json released.json .verdict.outcome)" 'released on a signed consent that came in a package'

# ---- the same package taken in by two at once: one waits for the other, and it counts once ----
iq pack "$(json consent.json .record)" --to test --out at-once --yes >/dev/null
depositary receive at-once -C reg --as L1 --json >first.json &
depositary receive at-once -C reg --as L1 --json >second.json
wait $!
same 'false true' "$(jq -r .again first.json second.json | sort | xargs)" 'taken in by two at once'
same 1 "$(jq -r .item first.json second.json | sort -u | wc -l)" 'items of it'

# ---- a medium on which nothing may be written, read by who is not above that ----
cp -r to-test read-only
chmod -R a-w read-only
bound() { setpriv --bounding-set=-dac_override,-dac_read_search,-fowner "$@"; }
if bound true 2>/dev/null; then
    chmod -R a-w read-only
    bound "$DEPOSITARY" receive read-only --json -C reg --as L1 >again.json || fail 'a read-only medium'
    same true "$(json again.json .again)" 'from a read-only medium'
fi
chmod -R u+w read-only

# ---- who waits for another that takes something in says so ----
flock reg/quarantine timeout 60 bash -c 'until grep -q "waits for it" waiting; do sleep 0.05; done' &
reg receive to-test --json 2>/dev/null >again.json & # JSON says nothing before it is done
reg receive to-test 2>waiting >/dev/null
wait
holds waiting 'another receive is taking a package in'
same true "$(json again.json .again)" 'what waited'

# ---- what isn't as it was ----
cp -r to-test altered
sed -i 's/Bagging-Date: 20/Bagging-Date: 19/' altered/bag-info.txt
expect 1 reg receive altered 2>err
holds err 'receive.altered'
# What is named by mistake is neither copied nor recorded as one that was altered.
before=$(reg list --type foreign.received --json | wc -l)
mkdir stick
mv altered stick/
expect 1 reg receive stick 2>err
holds err 'no package is here: name the folder that holds bagit.txt .stick. .receive.none.'
same "$before" "$(reg list --type foreign.received --json | wc -l)" 'recorded of a folder that is none'
# With JSON all that was found is listed, as `verify` lists it and by what is known here of the log; of what was taken in too.
expect 1 reg receive stick/altered --json >refused.json 2>/dev/null
same 'bag.altered altered, log.older unproved, package.info altered' "$(jq -r '[.findings[] | .id + " " + .result] | join(", ")' refused.json)" 'what was found of an altered one'
same '[]' "$(jq -c .findings received.json)" 'what was found of one that was taken in'
mkdir with-link
cp -r to-test/. with-link
ln -s /etc/passwd with-link/data/passwd
expect 3 reg receive with-link 2>err
# Not what this register is in; nor what says that it is longer than any disk, of which nothing is written.
for holds in reg .; do
    expect 1 reg receive $holds 2>err
    holds err 'receive.register'
done
cp -r to-test endless
truncate -s 1T endless/data/content.jsonl
expect 1 reg receive endless 2>err
holds err 'target.room'
# Whoever looks at it is not made to look to the end.
status=0
timeout --preserve-status -s INT 1 "$DEPOSITARY" verify endless >/dev/null 2>&1 </dev/null || status=$?
same 130 $status 'stopped'
rm -r endless
expect 1 iq receive receipt 2>err # its own
expect 1 iq receive to-test 2>err
holds err 'receive.own'
same '' "$(find reg/quarantine iq/quarantine -mindepth 1)" 'copies that were left'
depositary verify reg >/dev/null
depositary verify iq >/dev/null
