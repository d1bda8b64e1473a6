# timeout: 600
# Between the acknowledgement of a record and its checkpoint: the process is killed there, while it publishes, while the next one recovers;
# the power goes; others read, verify and write meanwhile. All that was acknowledged is there, and no reader sees anything but a whole tree.
# FAULT_EVERY: 1 tries every call (hours); default: a sample that ./check can afford.
need strace jq
line='{"text":{"text":"kept from the first moment","lang":"en"}}'
covered() { sed -n 2p reg/log/checkpoint; }

# start: a stream of its own, fed and read through descriptors 5 and 6.
start() {
    rm -f in out
    mkfifo in out
    depositary record note --stream -C reg <in >out 2>stream.err &
    stream=$!
    exec 5>in 6<out
}
# one: one record, acknowledged; its id in $id.
one() {
    echo "$line" >&5
    read -r id <&6 || fail "no acknowledgement: $(cat stream.err)"
}
# finish: the stream ends of itself, with success.
finish() {
    exec 5>&-
    wait "$stream" || fail "the stream ended with $?: $(cat stream.err)"
    exec 6<&-
}
intact() { # WHEN
    depositary verify reg --json >verdict || fail "$1: $(cat verdict)"
    same intact "$(json verdict .verdict)" "$1"
}

# ---- others, while it lives ----
new_register reg
start
for i in 1 2 3; do
    one
    depositary prove "$id" -C reg >proof || fail "no proof right after record $i was acknowledged"
    holds proof 'c2sp.org/tlog-proof'
    one
    intact 'while a writer is ahead'
    one
    depositary log audit -C reg >/dev/null || fail 'the audit found something while a writer was ahead'
    one
    depositary show "$id" -C reg >shown || fail "record $id can't be shown right after it was acknowledged"
    holds shown 'kept from the first moment'
    one
    depositary note --text "from beside, $i" -C reg >/dev/null 2>err || fail "another writer: $(cat err)"
    lacks err 'taken up'
done
finish
same 18 "$(depositary list --type note --json -C reg | wc -l)" notes

# Many at once: a busy stream, and others that want their turn.
start
(
    for ((i = 0; i < 1500; i++)); do
        echo "$line" >&5
        read -r _ <&6 || exit 1
    done
) &
feeder=$!
for i in 1 2 3 4; do
    depositary note --text "from beside, $i" -C reg >/dev/null 2>err || fail "another writer: $(cat err)"
    intact 'beside a busy writer'
    depositary log audit -C reg >/dev/null || fail 'the audit found something beside a busy writer'
done
wait "$feeder" || fail 'the busy stream lost its acknowledgements'
finish
intact 'after a busy stream'

# ---- killed between the two ----
for _ in 1 2 3; do
    start
    before=$(covered)
    one
    kill -KILL "$stream"
    wait "$stream" 2>/dev/null || true
    exec 5>&- 6<&-
    same "$before" "$(covered)" 'records that the checkpoint covers when the stream was killed'
    depositary verify reg --json >verdict || true
    same unproved "$(json verdict .verdict)" 'verdict with a tail whose writer is dead'
    depositary note --text after -C reg >/dev/null 2>err
    holds err 'taken up'
    depositary show "$id" -C reg >shown || fail 'acknowledged and lost'
    holds shown 'kept from the first moment'
    intact 'after a kill between acknowledgement and checkpoint'
done

# Another writer had opened before that one died: it takes up the tail when its turn comes.
mkfifo in2 out2
depositary record note --stream -C reg <in2 >out2 2>second.err &
second=$!
exec 7>in2 8<out2
echo "$line" >&7
read -r id <&8 || fail "no acknowledgement: $(cat second.err)"
sleep 0.3
start
one
kept=$id
kill -KILL "$stream"
wait "$stream" 2>/dev/null || true
exec 5>&- 6<&-
echo "$line" >&7
read -r id <&8 || fail "the tail of another was in the way: $(cat second.err)"
exec 7>&-
wait "$second" || fail "the second stream ended with $?: $(cat second.err)"
exec 8<&-
depositary show "$kept" -C reg >shown || fail 'acknowledged and lost'
intact 'after one writer died and another went on'

# ---- the power goes: of protected fields only the journal is left; and recovery itself is killed ----
start
before=$(covered)
one
kill -KILL "$stream"
wait "$stream" 2>/dev/null || true
exec 5>&- 6<&-
for folder in private keyring; do
    # What was there when the checkpoint was signed is in its place; what came later needn't be.
    awk -v covered="$before" '{if (match($0, /"i":[0-9]+/) && substr($0, RSTART + 4, RLENGTH - 4) + 0 >= covered) exit; print}' reg/$folder/000000 >front
    truncate -s "$(stat -c %s front)" reg/$folder/000000
done
cp -a reg dark
depositary note --text after -C reg >/dev/null 2>err
holds err 'taken up'
depositary show "$id" -C reg >shown
holds shown 'kept from the first moment'
intact 'after the power went'
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer; the rest passed'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here; the rest passed'
rm out # a pipe until now
afresh() {
    rm -rf reg
    cp -a dark reg
}
after() {
    depositary note --text after -C reg >/dev/null 2>err || fail "recovery $1: $(cat err)"
    depositary show "$id" -C reg >shown || fail "recovery $1: acknowledged and lost"
    holds shown 'kept from the first moment'
    intact "recovery $1"
}
# shellcheck source=tests/fault/each-call
. "$SOURCE_ROOT/tests/fault/each-call" 7
killed_at_each 'write pwrite64 fsync fdatasync renameat openat ftruncate unlinkat' "$DEPOSITARY" note --text x -C reg
echo "recovery: $runs runs, $kills killed"
[ $kills -gt 7 ] || fail 'recovery was hardly ever killed'

# ---- in which order things become durable ----
rm -rf reg reg.root.pem
new_register reg
: >ack
# Each after the one before was acknowledged: what comes together is recorded as one group.
one_by_one() {
    local n
    for n in 1 2 3 4; do
        echo "$line"
        for _ in $(seq 500); do [ "$(wc -l <ack)" -lt $n ] || break; sleep 0.02; done
    done
}
one_by_one | strace -f -qq -y -o trace -e trace=write,pwrite64,fdatasync,renameat depositary record note --stream -C reg >ack
# Each line: what was called on what. Rules: (1) a record line only after its frame is synced; (2) an acknowledgement only after the record
# lines are synced; (3) a checkpoint only after private and keyring are.
awk '
    {call = $2; sub(/\(.*/, "", call); file = $0; sub(/^[^<]*</, "", file); sub(/>.*/, "", file); sub(/.*\/reg\//, "", file)}
    call == "pwrite64" && file == "journal" {frame = 1}
    call == "write" && file ~ /^(private|keyring)\// {unsynced[file] = 1}
    call == "fdatasync" {delete unsynced[file]; if (file == "journal") frame = 2; if (file ~ /^records/) {record = 0; acks = 1}}
    call == "write" && file ~ /^records/ {if (frame != 2) {print "a record before its frame: " $0; bad = 1}; frame = 0; record = 1; seen++}
    call == "write" && /write\(1</ {if (record || !acks) {print "an acknowledgement before its record: " $0; bad = 1}; acked++}
    call == "renameat" && /log\/checkpoint/ {for (f in unsynced) {print "a checkpoint before " f; bad = 1}; if (record) {print "a checkpoint before its records"; bad = 1}; signed++}
    END {if (seen < 4 || acked != seen || signed < 1) {print seen " records, " acked " acknowledgements, " signed " checkpoints"; bad = 1}; exit bad}
' trace >order || { cat order trace >&2; fail 'durable in the wrong order'; }

# ---- killed anywhere while records come one by one ----
feed() { for _ in 1 2 3 4; do echo "$line"; sleep 0.04; done; }
# check_stream WHAT: those acknowledged are there, at most one more, and the register is whole.
check_stream() {
    depositary note --text after -C reg >/dev/null 2>err || fail "after $1 no note could be recorded: $(cat err)"
    intact "after $1"
    depositary list --type note --json -C reg | jq -r .id >listed
    while read -r id; do
        grep -q "$id" listed || fail "$1: acknowledged and lost"
        depositary show "$id" -C reg | among 'kept from' || fail "$1: its protected fields are lost"
    done <ack
    made=$(($(wc -l <listed) - notes - 1))
    if [ "$made" -lt "$(wc -l <ack)" ] || [ "$made" -gt 4 ]; then fail "$1: $made records, $(wc -l <ack) acknowledged"; fi
    notes=$(wc -l <listed)
}
rm -rf reg reg.root.pem
new_register reg
notes=0 runs=0
for call in write pwrite64 fsync fdatasync renameat openat ftruncate; do
    n=$([ $call = openat ] && echo 30 || echo 1)
    while :; do
        status=0
        feed | strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" depositary record note --stream -C reg >ack 2>/dev/null || status=$?
        check_stream "the stream was killed at $call $n"
        runs=$((runs + 1))
        [ $status -ge 128 ] || break
        n=$((n + every))
    done
done
echo "stream: $runs runs"
[ $runs -gt 15 ] || fail 'the stream was hardly ever killed'

# ---- the disk says no ----
hurt=0
for how in fdatasync:EIO pwrite64:ENOSPC write:ENOSPC renameat:EIO; do
    for n in 1 2 3 4 5 6; do
        call=${how%:*} status=0
        feed | strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:error=${how#*:}:when=$n" depositary record note --stream -C reg >ack 2>err || status=$?
        [ $status -eq 3 ] || [ $status -eq 0 ] || fail "exit $status at $how $n: $(cat err)"
        hurt=$((hurt + (status == 3)))
        check_stream "$how at call $n"
    done
done
[ $hurt -ge 8 ] || fail "the stream was hurt only $hurt times"
echo "$hurt failures, each told, nothing lost"
