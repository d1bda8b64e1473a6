# timeout: 600
# Killed at a system call: after reopening, all that was acknowledged is there, what wasn't is wholly there or wholly absent, and verify says so.
# FAULT_EVERY: 1 tries every call that changes anything (minutes, where TMPDIR is in memory: FAULT_EVERY=1 tests/flow/run --dir tests/fault kill); default: a sample that ./check can afford.
need strace jq
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
every=${FAULT_EVERY:-7}
calls='write pwrite64 fsync fdatasync renameat2 renameat linkat openat ftruncate unlinkat unlink mkdirat mkdir
    fallocate sync_file_range flock lseek'
mkdir data
for i in 1 2 3; do head -c 300000 /dev/urandom >"data/$i"; done

# The register is whole: it opens, recovers and verifies, and a further note can be recorded.
check_register() {
    depositary note --text after -C reg >/dev/null || fail "after $1 no note could be recorded"
    depositary verify reg --json >verdict || fail "after $1: $(cat verdict)"
    same intact "$(json verdict .verdict)" "verdict after $1"
}

# sweep NAME COMMAND...: run it again and again, killed at the n-th call of each kind, until a run survives.
sweep() {
    local name=$1 call n killed before=0 after status acknowledged runs=0
    shift
    for call in $calls; do
        n=1
        while :; do
            before=$(depositary list -C reg --json | wc -l)
            status=0
            strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" "$@" >ack 2>/dev/null || status=$?
            killed=$([ $status -ge 128 ] && echo yes || echo no)
            acknowledged=$(wc -l <ack)
            check_register "$name killed at $call $n"
            after=$(depositary list -C reg --json | wc -l)
            # One further note; of ours at least what was acknowledged, at most one.
            [ $((after - before - 1)) -ge "$acknowledged" ] || fail "$name at $call $n: acknowledged and lost"
            [ $((after - before - 1)) -le 2 ] || fail "$name at $call $n: more records than were made"
            runs=$((runs + 1))
            [ "$killed" = yes ] || break
            n=$((n + every))
        done
    done
    echo "$name: $runs runs"
    [ "$runs" -gt 10 ] || fail "$name was hardly ever killed"
}

new_register reg
sweep note depositary note --text x -C reg --json
sweep collect depositary collect data -C reg --yes --json
# Whatever a killed collect left in the vault was moved aside or belongs to a record.
depositary item check --all -C reg >/dev/null || fail 'an item does not check'

# init: there is a whole register, or none.
runs=0
for call in $calls; do
    n=1
    while :; do
        rm -rf made made.unfinished made.root.pem
        status=0
        strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" depositary init made --member m --name M \
            --root-out made.root.pem --no-recovery --no-passphrase >/dev/null 2>&1 || status=$?
        if [ -e made ]; then
            depositary verify made >/dev/null || fail "init killed at $call $n left a register that doesn't verify"
        else
            rm -f made.root.pem
            new_register made 2>/dev/null || fail "init can't be run again after $call $n"
        fi
        runs=$((runs + 1))
        [ $status -ge 128 ] || break
        n=$((n + every * 2))
    done
done
echo "init: $runs runs"
