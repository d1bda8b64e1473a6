# A release killed at a system call is wholly there, judged, or wholly absent: then it can be made again, and in the end it was made
# once. What was acknowledged is there.
# timeout: 900
# FAULT_EVERY: 1 tries every call that changes anything; default: a sample that ./check can afford.
need strace jq
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
# shellcheck source=tests/fault/each-call
. "$SOURCE_ROOT/tests/fault/each-call" 7
two_members '[]'
new_officers 'L1:legal' 'L2:legal' 'A1:approver,legal'
complete_release
cp -a reg complete
afresh() {
    rm -rf reg
    cp -a complete reg
}

made() { as L1 list --type release.made --json | jq -r .id; }
absent=0 there=0 acknowledged=0
# after WHERE: after a kill there.
after() {
    local release before
    # Whoever writes next takes up what was left.
    as L1 note --text after >/dev/null || fail "$1: no note could be recorded"
    release=$(made)
    if [ -s out ]; then
        acknowledged=$((acknowledged + 1))
        same "$(jq -r .record out)" "$release" "$1: the release that was acknowledged"
    fi
    if [ -n "$release" ]; then
        there=$((there + 1))
        before=$release
        expect 1 as L1 release "$prepared" --json >again 2>&1
        holds again release.made
    else
        absent=$((absent + 1))
        as L1 release "$prepared" --json >again || fail "$1: it could not be made again"
        before=$(jq -r .record again)
    fi
    same "$before" "$(made)" "$1: releases made"
    same same "$(as L1 release judge "$before" --json | jq -r .again)" "$1: judged again"
    depositary verify reg --json >verdict || fail "$1: $(cat verdict)"
    same intact "$(json verdict .verdict)" "$1: verdict"
}

killed_at_each 'write pwrite64 fsync fdatasync renameat2 renameat linkat openat ftruncate unlinkat unlink flock lseek' \
    "$DEPOSITARY" release "$prepared" -C reg --as L1 --json
echo "release: $runs runs, absent $absent, there $there, acknowledged $acknowledged"
# Both sides of the commit point were met, or nothing was shown.
if [ "$absent" -eq 0 ] || [ "$there" -le "$acknowledged" ]; then fail 'killed on one side of the commit point only'; fi
