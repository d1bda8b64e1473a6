# timeout: 600
# Killed at a system call: after reopening, all that was acknowledged is there, what wasn't is wholly there or wholly absent, and verify says so.
# FAULT_EVERY: 1 tries every call of these kinds, which are all that change anything (minutes, where TMPDIR is in memory: FAULT_EVERY=1 tests/flow/run --dir tests/fault kill); default: a sample that ./check can afford.
need strace jq
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
every=${FAULT_EVERY:-7}
calls='write pwrite64 fsync fdatasync renameat2 renameat linkat openat ftruncate unlinkat unlink mkdirat mkdir
    fallocate sync_file_range flock lseek'
mkdir data
for i in 1 2 3; do head -c 300000 /dev/urandom >"data/$i"; done

new_register fresh
line='{"text":{"text":"kept from the first moment","lang":"en"}}'
for _ in 1 2 3 4 5 6; do echo "$line"; done >six

# The register is whole: it opens, recovers and verifies, and a further note can be recorded.
check_register() {
    depositary note --text after -C reg >/dev/null || fail "after $1 no note could be recorded"
    depositary verify reg --json >verdict || fail "after $1: $(cat verdict)"
    same intact "$(json verdict .verdict)" "verdict after $1"
}
# killed CALL N COMMAND...: what it acknowledged, a line each, is in ack.
killed() {
    local call=$1 n=$2
    shift 2
    strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" "$@" 2>/dev/null
}
as_it_is() { killed "$@" >ack; }
# A stream is given six lines, or each of them once the one before was acknowledged, which makes it write and publish while it waits.
six_at_once() { killed "$@" <six >ack; }
one_by_one() {
    local status=0 stream
    rm -f in out
    mkfifo in out
    killed "$@" <in >out &
    stream=$!
    : >ack
    exec 5>in 6<out
    while read -r -u 4 given && echo "$given" 2>/dev/null >&5 && read -r -u 6 id; do echo "$id" >>ack; done 4<six
    exec 5>&- 6<&-
    wait "$stream" || status=$?
    return "$status"
}

# sweep NAME MOST FEED COMMAND...: run it again and again, killed at the n-th call of each kind, until a run survives. It makes at most so
# many records.
sweep() {
    local name=$1 most=$2 feed=$3 call n before after status runs=0
    shift 3
    before=$(depositary list -C fresh --json | wc -l)
    for call in $calls; do
        n=1
        while :; do
            rm -rf reg
            cp -a fresh reg
            status=0
            "$feed" "$call" "$n" "$@" || status=$?
            check_register "$name killed at $call $n"
            depositary list -C reg --json >there
            # One further note; of ours what was acknowledged, at most what was given.
            after=$(($(wc -l <there) - before - 1))
            [ "$after" -le "$most" ] || fail "$name at $call $n: more records than were made"
            while read -r id; do grep -qF "\"$id\"" there || fail "$name at $call $n: acknowledged and lost"; done < <(grep -oE '[0-9a-f]{8}-[0-9a-f-]{27}' ack | sed "$most"q || true)
            # Whatever a killed collect left in the vault was moved aside or belongs to a record.
            [ -z "$(ls reg/vault)" ] || depositary item check --all -C reg >/dev/null || fail "$name at $call $n: an item does not check"
            runs=$((runs + 1))
            [ $status -ge 128 ] || break
            n=$((n + every))
        done
        [ "$(wc -l <ack)" -eq "$most" ] || fail "$name: not all is acknowledged by who wasn't killed"
    done
    echo "$name: $runs runs"
    [ "$runs" -gt 10 ] || fail "$name was hardly ever killed"
}
trap '' PIPE
sweep note 1 as_it_is depositary note --text x -C reg --json
sweep collect 1 as_it_is depositary collect data -C reg --yes --json
sweep 'a stream' 6 six_at_once depositary record note --stream -C reg
sweep 'a stream, line by line' 6 one_by_one depositary record note --stream -C reg

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
        n=$((n + ${FAULT_EVERY:-14}))
    done
done
echo "init: $runs runs"
