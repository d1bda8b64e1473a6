# timeout: 600
# Killed at a system call: after reopening, all that was acknowledged is there, what wasn't is wholly there or wholly absent, and verify says so.
# FAULT_EVERY: 1 tries every call of these kinds, which are all that change anything (minutes, where TMPDIR is in memory: FAULT_EVERY=1 tests/flow/run --dir tests/fault kill); default: a sample that ./check can afford.
need strace jq
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
# shellcheck source=tests/fault/each-call
. "$SOURCE_ROOT/tests/fault/each-call" 10
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
# A stream is given six lines, or each of them once the one before was acknowledged, which makes it write and publish while it waits.
six_at_once() { "$@" <six; }
one_by_one() {
    local status=0 stream
    rm -f in acks
    mkfifo in acks
    "$@" <in >acks &
    stream=$!
    exec 5>in 6<acks
    while read -r -u 4 given && echo "$given" 2>/dev/null >&5 && read -r -u 6 id; do echo "$id"; done 4<six
    exec 5>&-
    wait "$stream" || status=$?
    return "$status"
}

afresh() {
    rm -rf reg
    cp -a fresh reg
}
# after WHAT: $name makes at most $most records; who wasn't killed acknowledged them all.
after() {
    local made
    check_register "$name $1"
    depositary list -C reg --json >there
    # One further note; of ours what was acknowledged, at most what was given.
    made=$(($(wc -l <there) - before - 1))
    [ "$made" -le "$most" ] || fail "$name $1: more records than were made"
    grep -oE '[0-9a-f]{8}-[0-9a-f-]{27}' out | sed "$most"q >told || true
    while read -r id; do grep -qF "\"$id\"" there || fail "$name $1: acknowledged and lost"; done <told
    # Whatever a killed collect left in the vault was moved aside or belongs to a record.
    [ -z "$(ls reg/vault)" ] || depositary item check --all -C reg >/dev/null || fail "$name $1: an item does not check"
    [ "$status" -ge 128 ] || [ "$(wc -l <out)" -eq "$most" ] || fail "$name: not all is acknowledged by who wasn't killed"
}
# sweep NAME MOST COMMAND...
sweep() {
    name=$1 most=$2 runs=0 kills=0
    shift 2
    killed_at_each "$calls" "$@"
    echo "$name: $runs runs, $kills killed"
    [ "$kills" -gt 10 ] || fail "$name was hardly ever killed"
}
before=$(depositary list -C fresh --json | wc -l)
trap '' PIPE
sweep note 1 "$DEPOSITARY" note --text x -C reg --json
sweep collect 1 "$DEPOSITARY" collect data -C reg --yes --json
FED=six_at_once sweep 'a stream' 6 "$DEPOSITARY" record note --stream -C reg
FED=one_by_one sweep 'a stream, line by line' 6 "$DEPOSITARY" record note --stream -C reg

# init: there is a whole register, or none.
afresh() { rm -rf made made.unfinished made.root.pem; }
after() {
    if [ -e made ]; then
        depositary verify made >/dev/null || fail "init $1 left a register that doesn't verify"
    else
        rm -f made.root.pem
        new_register made 2>/dev/null || fail "init can't be run again, $1"
    fi
}
every=${FAULT_EVERY:-14} runs=0 kills=0
killed_at_each "$calls" "$DEPOSITARY" init made --member m --name M --root-out made.root.pem --no-recovery --no-passphrase
echo "init: $runs runs, $kills killed"
[ "$kills" -gt 10 ] || fail 'init was hardly ever killed'
