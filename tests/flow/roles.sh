# Each role has its officer; whoever holds an office changes, under the same code and under another, and old signatures stand.
need jq
# Who holds every reading role passes each on by enrolling.
new_register reg --roles custodian,legal,desk,auditor,administrator
echo 'left the service' >reason
for role in custodian legal desk auditor approver administrator; do
    depositary key enrol "$role-1" --roles "$role" --no-passphrase -C reg --as T1 >/dev/null
done
note() { depositary note --text "by $1" -C reg --as "$1" --json; }
note legal-1 | jq -r .id >old
note desk-1 >/dev/null
same legal-1 "$(depositary show "$(cat old)" -C reg --as legal-1 --json | jq -r .claims.by.code)" 'who signed'

# Who administers holds no key to what is protected.
depositary show "$(cat old)" -C reg --as administrator-1 --json >shown 2>&1 || true
lacks shown 'by legal-1'

# The same office, another person, at the same machine: the code stays, the key is new.
depositary key revoke legal-1 --reason-file reason -C reg --as T1 >/dev/null
note custodian-1 >/dev/null
if note legal-1 >/dev/null 2>&1; then fail 'a revoked officer records'; fi
expect 1 depositary key enrol desk-1 --roles desk --no-passphrase -C reg --as T1 2>err
holds err 'key.enrolled_already'
depositary key enrol legal-1 --roles legal --no-passphrase -C reg --as T1 >/dev/null
depositary key list -C reg --json >keys
same '[true,false]' "$(jq -sc '[.[] | select(.code == "legal-1") | .revoked]' keys)" 'former and present holder'
note legal-1 >/dev/null
depositary show "$(cat old)" -C reg --as legal-1 --json >shown
holds shown 'by legal-1'

# By file from another machine, under another code.
depositary key revoke approver-1 --reason-file reason -C reg --as T1 >/dev/null
if note approver-1 >/dev/null 2>&1; then fail 'a revoked approver records'; fi
depositary key request approver-2 --member test --roles approver --keys elsewhere --no-passphrase --out request.json
depositary key sign request.json -C reg --as T1 --out card.json
depositary key import card.json --keys elsewhere
depositary key list -C reg --json >keys
same '["approver-2"]' "$(jq -sc '[.[] | select(.use == "officer" and .revoked == false and (.code | startswith("approver"))) | .code]' keys)" 'one approver in force'
depositary verify reg --json >verdict
same intact "$(json verdict .verdict)" 'old signatures stand'

# A pure administrator enrols a second legal officer: she signs, and reads what legal officers read when one of them shares it.
depositary key enrol legal-2 --roles legal --no-passphrase -C reg --as administrator-1 2>err >/dev/null
holds err 'must still be shared'
depositary key list -C reg >keys
holds keys 'key not shared yet'
note legal-2 >/dev/null
depositary show "$(cat old)" -C reg --as legal-2 --json >shown
same 'false secret.not_shared' "$(jq -r '"\(.readable) \(.why_not)"' shown)" 'not shared yet'
expect 1 depositary key share legal-2 --yes -C reg --as administrator-1 2>err
holds err 'key.share.not_yours'
expect 2 depositary key share legal-2 -C reg --as legal-1 </dev/null 2>err
# What she can't read yet she can't check either, and is told what to do about it.
text() { printf '{"text": "%s", "lang": "en"}' "$1"; }
consent=$(depositary consent give -C reg --as legal-1 --yes --json --file - <<<"{\"terms\": {\"layer\": \"originator\", \"grantor\": \"test\", \"actions\": [\"release\"], \"recipients\": [\"any\"],
    \"purposes\": [\"any\"], \"lines\": [\"any\"], \"territories\": [\"any\"], \"handling\": [\"H1\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": {\"from\": \"2020-01-01T00:00:00Z\"}},
    \"side\": {\"state\": \"on_paper\", \"scan_sha256\": \"$(printf %064d 1)\", \"seen_by\": \"legal-1\", \"checked\": $(text stamp)}}" 2>/dev/null | jq -r .record)
check() { depositary consent check "$consent" -C reg --as legal-2 --yes --file - <<<"{\"outcome\": \"as_recorded\", \"checked\": $(text telephone)}"; }
expect 1 check 2>err
holds err 'secret.not_shared'
holds err 'must share it first .key share.'
# It shows who, in which role, and who enrolled; No is the default.
kid=$(depositary key list -C reg --json | jq -r 'select(.code == "legal-2") | .kid')
printf '%s\n' "see legal-2  $kid" 'see legal officer' 'see Enrolled by: registrar' 'see [y/N]' 'type ' >script
expect 1 "$SOURCE_ROOT/tests/flow/typist" script depositary key share legal-2 -C reg --as legal-1 >screen
depositary key list -C reg >keys
holds keys 'key not shared yet'
printf '%s\n' 'see [y/N]' 'type y' >script
expect 0 "$SOURCE_ROOT/tests/flow/typist" script depositary key share legal-2 -C reg --as legal-1 >screen
same 'legal-1 ["legal"]' "$(depositary list --type key.shared --json -C reg --as legal-1 | tail -n 1 | jq -r .id |
    xargs -I{} depositary show {} --json -C reg --as legal-1 | jq -r '"\(.claims.by.code) \(.claims.roles | tojson)"')" 'who shared, for good'
depositary show "$(cat old)" -C reg --as legal-2 --json >shown
holds shown 'by legal-1'
expect 0 check >/dev/null
expect 1 depositary key share legal-2 --yes -C reg --as legal-1 2>err
holds err 'key.share.none'
depositary key list -C reg >keys
lacks keys 'not shared yet'

# Of several who hold a role the last one is told of.
depositary key revoke auditor-1 --reason-file reason -C reg --as administrator-1 >/dev/null 2>err
lacks err 'only recovery'
depositary key enrol auditor-2 --roles auditor --no-passphrase -C reg --as administrator-1 >/dev/null 2>&1 # waits, so doesn't count
depositary key revoke T1 --reason-file reason -C reg --as administrator-1 >/dev/null 2>err
holds err 'auditor.*only recovery'
depositary verify reg --json >verdict
same intact "$(json verdict .verdict)" 'after all of it'
