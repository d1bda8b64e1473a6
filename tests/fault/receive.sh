# A package that is taken in and the receiver killed at a system call: what came, what is heard of it, and the release that falls with it are
# wholly there or wholly absent; the same package is taken in again, and counts once.
# timeout: 900
# FAULT_EVERY: 1 tries every call that changes anything; default: a sample that ./check can afford.
need strace jq
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
every=${FAULT_EVERY:-24}
calls='write pwrite64 fsync fdatasync renameat2 renameat linkat openat ftruncate unlinkat mkdirat mkdir flock lseek copy_file_range'
two_members '[]'
new_officers 'L1:legal,custodian' 'A1:approver,legal'
depositary charter enter charter.json reg.adoption -C iq --as T1 >/dev/null
depositary key enrol M1 --roles legal,custodian --no-passphrase -C iq --as T1 >/dev/null
reg() { depositary "$@" -C reg --as L1; }
iq() { depositary "$@" -C iq --as M1; }
mkdir dump
echo content >dump/a
reg collect dump --json --file - >item.json <<<"{\"exhibit\": \"X-1\", \"territory\": \"IQ\", \"basis\": $(text 'warrant 12')}"
iq consent give --file - --yes --json >consent.json <<<"{\"terms\": {\"layer\": \"host\", \"grantor\": \"iq\", \"actions\": [\"release\"], \"recipients\": [\"court\"], \"purposes\": [\"protection\"], \"lines\": [\"any\"],
    \"territories\": [\"IQ\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": {\"from\": \"2020-01-01T00:00:00Z\"}}, \"side\": {\"state\": \"signed\", \"code\": \"M1\"}}"
iq pack "$(json consent.json .record)" --to test --out given --yes >/dev/null
reg receive given >/dev/null
state L1 '{"from": "court", "to": "test", "purpose": "protection", "scope": {"kind": "all"}}' request in >/dev/null
prepared=$(state L1 "{\"action\": \"release\", \"recipient\": \"court\", \"purpose\": \"protection\", \"materials\": [{\"item\": \"$(json item.json .item)\", \"fields\": []}]}" release prepare)
as A1 approve "$prepared" >/dev/null
reg release "$prepared" >/dev/null
iq consent withdraw "$(json consent.json .record)" --json >withdrawn.json
iq pack "$(json withdrawn.json .record)" --to test --out withdrawal --yes >/dev/null
reg list --type package.sent >/dev/null # indexed, so that no run begins with that
cp -a reg complete

# How many records of each kind there are that one receive makes.
made() { reg list --json | jq -r .type | grep -E '^(evidence.intake|foreign.received|foreign.record|release.withdrawn)$' | sort | uniq -c | xargs; }
before=$(made)
reg receive withdrawal >/dev/null
after=$(made)
same '2 evidence.intake 2 foreign.received 4 foreign.record 1 release.withdrawn' "$after" 'what one receive makes'
runs=0 absent=0 there=0 acknowledged=0
# check WHERE: after a kill there.
check() {
    local now
    # Whoever writes next takes up what was left.
    reg note --text after >/dev/null || fail "$1: no note could be recorded"
    now=$(made)
    [ ! -s ack ] || acknowledged=$((acknowledged + 1))
    if [ "$now" = "$after" ]; then
        there=$((there + 1))
    else
        same "$before" "$now" "$1: half of it is there"
        [ ! -s ack ] || fail "$1: acknowledged and lost"
        absent=$((absent + 1))
    fi
    reg receive withdrawal --json >again || fail "$1: it could not be taken in again"
    same "$([ "$now" = "$after" ] && echo true || echo false)" "$(jq -r .again again)" "$1: taken in before"
    same "$after" "$(made)" "$1: taken in again"
    same '' "$(find reg/quarantine -mindepth 1)" "$1: copies that were left"
    depositary verify reg --json >verdict || fail "$1: $(cat verdict)"
    same intact "$(json verdict .verdict)" "$1: verdict"
}
for call in $calls; do
    n=1
    while :; do
        rm -rf reg
        cp -a complete reg
        status=0
        strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
            "$DEPOSITARY" receive withdrawal -C reg --as L1 --json >ack 2>/dev/null || status=$?
        check "killed at $call $n"
        runs=$((runs + 1))
        [ $status -ge 128 ] || break
        n=$((n + every))
    done
done
echo "receive: $runs runs, absent $absent, there $there, acknowledged $acknowledged"
# Both sides of the commit point were met, or nothing was shown.
if [ "$absent" -eq 0 ] || [ "$there" -le "$acknowledged" ]; then fail 'killed on one side of the commit point only'; fi
