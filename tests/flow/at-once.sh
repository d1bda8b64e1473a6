# What may be recorded once is judged under the register's lock: of two that wait for it, each having looked before, one is
# recorded and the other is told why not.
# timeout: 300
need jq flock
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
two_members '[]'
new_officers 'L1:legal' 'L2:legal' 'A1:approver,legal'

count() { as L1 list --type "$1" --json | wc -l; }
try() { local n=$1 status=0; shift; "$@" >"$n.out" 2>"$n.err" || status=$?; echo $status >"$n.status"; }
# at_once FINDING COMMAND A --- COMMAND B: both wait for the lock, which is held meanwhile; one goes through, the other says FINDING.
at_once() {
    local finding=$1 first=() second=()
    shift
    while [ "$1" != --- ]; do first+=("$1"); shift; done
    shift
    second=("$@")
    flock reg/lock sleep 2 &
    sleep 0.3
    try one "${first[@]}" &
    try two "${second[@]}" &
    wait
    same '0 1' "$(sort one.status two.status | xargs)" "of two at once: $finding"
    cat one.err two.err one.out two.out >both
    holds both "$finding"
}

mkdir dump
echo 'a photograph' >dump/photo
as T1 collect dump --json --file - <<<"{\"exhibit\": \"X-1\", \"territory\": \"IQ\", \"basis\": $(text 'warrant 12')}" >collected
item=$(json collected .item)
scope="{\"kind\": \"item\", \"id\": \"$item\"}"
request=$(state L1 "{\"from\": \"court\", \"to\": \"organisation\", \"purpose\": \"trial\", \"scope\": $scope}" request in)
consent=$(state L1 "{\"terms\": {\"layer\": \"host\", \"grantor\": \"iq\", \"actions\": [\"release\"], \"recipients\": [\"court\"], \"purposes\": [\"trial\"], \"lines\": [\"any\"], \"territories\": [\"IQ\"], \"scope\": $scope, \"in_force\": {\"from\": \"2020-01-01T00:00:00Z\"}}, \"side\": $(paper)}" consent give)
prepare() { as L1 release prepare X-1 --file - --yes --json <<<'{"action": "release", "recipient": "court", "purpose": "trial"}' | jq -r .record; }
prepared=$(prepare)

at_once consent.withdrawn as L1 consent withdraw "$consent" --- as L2 consent withdraw "$consent"
same 1 "$(count consent.withdrawn)" 'withdrawals'
# A consent isn't confirmed any more once its withdrawal is there.
check() { as L2 consent check "$consent" --yes --file - <<<"{\"outcome\": \"as_recorded\", \"checked\": $(text telephone)}"; }
expect 1 check 2>err
holds err 'consent.check.withdrawn|consent.withdrawn'
withdraw_request() { as "$1" request answer "$request" --yes --file - <<<'{"answer": "withdrawn"}'; }
at_once request.withdrawn withdraw_request L1 --- withdraw_request L2
same 1 "$(count request.answered)" 'answers'
refuse() { as "$1" refuse "$prepared" --yes --file - <<<"{\"reason\": $(text 'asked for something else')}"; }
# Approved or refused: whichever comes first, nothing is approved after a refusal.
at_once release.refused refuse L1 --- refuse L2
same 1 "$(count release.refused)" 'refusals'
prepared=$(prepare)
flock reg/lock sleep 2 &
sleep 0.3
try one refuse L1 &
try two as A1 approve "$prepared" &
wait
same 0 "$(cat one.status)" 'the refusal'
place() { as L1 list --type "$1" --json | tail -n 1 | jq .index; }
if [ "$(cat two.status)" -eq 0 ]; then
    [ "$(place approval.given)" -lt "$(place release.refused)" ] || fail 'approved after the refusal'
else
    same 0 "$(count approval.given)" 'approvals of what was refused'
fi
expect 1 as A1 approve "$prepared" 2>err
holds err release.refused

# ---- a charter enters once ----
depositary charter draft -C reg --out next.json
for member in reg iq; do
    depositary charter adopt next.json -C "$member" --as T1 --root "$member.root.pem" --out "$member.next" >/dev/null
done
# What was prepared under the charter before is looked at anew.
prepared=$(prepare)
enter() { depositary charter enter next.json iq.next -C reg --as T1 --json; }
before=$(count charter.entered)
at_once charter.entered_already enter --- enter
same $((before + 1)) "$(count charter.entered)" 'charters entered'
for attempt in 'A1 approve' 'L1 release' 'L1 release --dry-run'; do
    # shellcheck disable=SC2086
    expect 1 as $attempt "$prepared" 2>err
    holds err release.charter
done
refuse L1 >/dev/null
as A1 approve "$(prepare)" >/dev/null

# ---- what is made under one name is made by one ----
mkdir new.unfinished copy.unfinished
new=(depositary init new --member m --name M --officer K1 --root-out new.pem --no-recovery --no-passphrase)
expect 3 flock new.unfinished "${new[@]}" 2>err
holds err file.held
[ ! -e new.pem ] || fail 'the key of a register that was not made'
expect 3 flock copy.unfinished depositary backup copy -C reg 2>err
holds err file.held
# What isn't of a register stays, and is told.
touch new.unfinished/letter copy.unfinished/letter
expect 3 "${new[@]}" 2>err
holds err 'something else.*file.held'
expect 3 depositary backup copy -C reg 2>err
holds err file.held
rm new.unfinished/letter copy.unfinished/letter
touch new.unfinished/log.txt copy.unfinished/vault-2020
expect 3 "${new[@]}" 2>err
expect 3 depositary backup copy -C reg 2>err
rm new.unfinished/log.txt copy.unfinished/vault-2020
touch new.unfinished/register.json.unfinished copy.unfinished/index.db-wal
"${new[@]}" >/dev/null
depositary backup copy -C reg >/dev/null
if [ -e new/register.json.unfinished ] || [ -e copy/index.db-wal ] || [ -e new.unfinished ] || [ -e copy.unfinished ]; then fail 'what another left behind'; fi
depositary verify new >/dev/null
