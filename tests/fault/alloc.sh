# timeout: 300
# Memory runs out: an allocation of the process is refused, those of its libraries too. It ends in words or does its work, never in a crash;
# the register is whole, and what was acknowledged is there. Of allocations that the same calls led to (tens of thousands a command, most of
# them in loops), the first is refused: it is met by the code that meets the others. Once it alone, once that and all that come after it.
# FAULT_EVERY: 1 tries each distinct stack of calls (half an hour, where TMPDIR is in memory: FAULT_EVERY=1 tests/flow/run --dir tests/fault
# alloc); default: a sample that ./check can afford.
need cc jq
[ -z "$FLOW_SANITIZED" ] || skip 'a sanitizer has an allocator of its own'
cc -O1 -fPIC -shared -o failing.so "$SOURCE_ROOT/tests/fault/failing-malloc.c" || skip 'the allocator could not be compiled'
tries_each=34
mkdir data
for i in 1 2 3; do head -c 100000 /dev/urandom >"data/$i"; done

# starved COMMAND...: with the environment of $refuse; what it says is in out, err and told, its exit status in $status.
refuse=()
starved() {
    status=0
    timeout -s KILL 20 env "LD_PRELOAD=$PWD/failing.so" "${refuse[@]}" "$@" 9>told >out 2>err || status=$?
    [ "$status" -lt 128 ] || fail "$at died of signal $((status - 128)): $(cat err)"
    case $status in
    0) ;;
    3) [ -s err ] || fail "$at: no word" ;;
    *) fail "$at: exit $status: $(cat out err)" ;;
    esac
}

# sweep NAME COMMAND...: BEFORE and AFTER are functions around each run.
sweep() {
    local name=$1 step n stacks=() reached=0 hurt=0 runs=0 on
    shift
    at="$name, nothing refused" refuse=()
    "$before"
    starved "$@"
    "$after" "$at"
    mapfile -t stacks <told
    [ "${#stacks[@]}" -gt 100 ] || fail "$name: only ${#stacks[@]} places of allocation were seen"
    step=${FAULT_EVERY:-$(((${#stacks[@]} + tries_each - 1) / tries_each))}
    for ((n = 0; n < ${#stacks[@]}; n += step)); do
        for on in 0 1; do
            # The sample takes turns.
            [ -n "${FAULT_EVERY:-}" ] || [ $((n / step % 2)) -eq $on ] || continue
            refuse=("FAIL_STACK=${stacks[n]}")
            [ $on -eq 0 ] || refuse+=(FAIL_ON=1)
            at="$name with ${refuse[*]}"
            "$before"
            starved "$@"
            hurt=$((hurt + (status == 3))) runs=$((runs + 1)) reached=$((reached + $(wc -l <told)))
            "$after" "$at"
        done
    done
    echo "$name: ${#stacks[@]} stacks of calls; $runs runs, in $reached of them one was refused, $hurt told as faults"
    [ "$hurt" -gt 5 ] || fail "$name was hardly ever hurt"
    # A stack may not come up again: tables in memory are ordered by chance.
    [ $((runs - reached)) -le $((runs / 20 + 1)) ] || fail "$name: hardly ever refused"
}

nothing() { :; }
new_register fresh
afresh() {
    rm -rf reg
    cp -a fresh reg
}
untouched() { diff -r fresh reg >/dev/null 2>&1; }
acknowledged() {
    if [ "$status" -eq 3 ] && untouched; then return; fi
    still_whole reg "$1"
    if [ "$status" -eq 0 ]; then depositary show "$(sed -E 's/^\{"(record|id)":"([^"]*)".*/\2/' out)" -C reg >shown || fail "$1: acknowledged and lost"; fi
}
before=afresh after=acknowledged
sweep note depositary note --text x -C reg --json
sweep collect depositary collect data -C reg --yes --json
# init: there is a whole register, or none, and nothing stands in the way of another try.
gone() { rm -rf made.reg made.reg.* .made.reg* made.pem; }
made_or_not() {
    if [ -e made.reg ]; then
        depositary verify made.reg >/dev/null || fail "$1: a register that doesn't verify"
    else
        rm -f made.pem
        new_register made.reg 2>err || fail "$1: init can't be run again: $(cat err)"
    fi
    gone
}
before=gone after=made_or_not
sweep init depositary init made.reg --member m --name M --root-out made.pem --no-recovery --no-passphrase

# What only looks says what it finds, or that it could not look.
afresh
depositary collect data -C reg --yes >/dev/null 2>&1
rm -rf fresh && mv reg fresh
looked() { untouched || still_whole reg "$1"; }
before=afresh after=looked
sweep check depositary item check "$(depositary item list -C fresh --json | sed -n 1p | jq -r .item)" -C reg
afresh
before=nothing
sweep verify depositary verify reg

# A checkpoint cosigned and stamped: what is acknowledged was remembered, and nothing half stands in the way of another try.
depositary init other --member other --name Other --officer T1 --root-out other.root.pem --no-recovery --no-passphrase >/dev/null
depositary key cosigner -C reg --root fresh.root.pem >/dev/null
for m in reg other; do depositary charter show --member -C "$m" --out "$m.entry"; done
depositary charter draft -C reg --founding other.entry | jq '.members[].from = "2020-01-01T00:00:00Z"' >one.json
mv fresh.root.pem reg.root.pem
for m in reg other; do depositary charter adopt one.json -C "$m" --root "$m.root.pem" --out "$m.one" >/dev/null 2>&1; done
for m in reg other; do depositary charter enter one.json ./*.one -C "$m" >/dev/null; done
depositary cosign introduce -C other --out other.log
unasked() { rm -f asked; }
asked_or_not() { [ "$status" -ne 0 ] || [ -s asked ] || fail "$1: said to be asked for, and isn't"; }
before=unasked after=asked_or_not
sweep stamp depositary timestamp request -C reg --out asked
depositary timestamp list -C reg >/dev/null || fail 'the checkpoints that were shown can no longer be read'
printf 'old 0\n\n' | cat - other/log/checkpoint >request
forget() { rm -rf reg/cosigned/*; }
remembered() {
    still_whole reg "$1"
    if [ "$status" -eq 0 ]; then grep -qxF "$(cat out)" reg/cosigned/*/checkpoint || fail "$1: signed and not remembered"; fi
}
before=forget after=remembered
sweep cosign depositary cosign answer other.log request -C reg
