# timeout: 300
# Memory runs out: each allocation of the process in turn is refused, those of its libraries too. It ends in words or does its work, never in
# a crash; the register is whole, and what was acknowledged is there.
# FAULT_EVERY: 1 tries every allocation (hours); default: a sample that ./check can afford.
need cc jq
[ -z "$FLOW_SANITIZED" ] || skip 'a sanitizer has an allocator of its own'
cc -O1 -fPIC -shared -o failing.so "$SOURCE_ROOT/tests/fault/failing-malloc.c" || skip 'the allocator could not be compiled'
tries_each=34
mkdir data
for i in 1 2 3; do head -c 100000 /dev/urandom >"data/$i"; done

# starved AT COMMAND...: the allocation number AT fails; exit status in $status, how many there were in $made.
starved() {
    local at=$1
    shift
    status=0
    timeout -s KILL 20 env "FAIL_AT=$at" "LD_PRELOAD=$PWD/failing.so" "$@" 9>made >out 2>err || status=$?
    made=$(cat made)
    [ "$status" -lt 128 ] || fail "$* died of signal $((status - 128)) at allocation $at: $(cat err)"
    case $status in
    0) ;;
    3) [ -s err ] || fail "$*: no word at allocation $at" ;;
    *) fail "$*: exit $status at allocation $at: $(cat out err)" ;;
    esac
}

whole() {
    depositary verify reg --json >verdict || { depositary note --text recover -C reg >/dev/null; depositary verify reg --json >verdict || fail "$1: $(cat verdict)"; }
    same intact "$(json verdict .verdict)" "$1"
    [ -z "$(find reg/vault -name '.unfinished*')" ] || fail "$1: something unfinished stayed in the vault"
}

# sweep NAME COMMAND...: BEFORE and AFTER are functions around each run.
sweep() {
    local name=$1 all step n hurt=0 runs=0
    shift
    "$before"
    starved 0 "$@"
    "$after" "$name"
    all=$made
    [ "$all" -gt 100 ] || fail "$name: only $all allocations were seen"
    step=$(((all + tries_each - 1) / tries_each))
    [ -z "${FAULT_EVERY:-}" ] || step=$FAULT_EVERY
    for ((n = 1; n <= all; n += step)); do
        "$before"
        starved "$n" "$@"
        hurt=$((hurt + (status == 3)))
        runs=$((runs + 1))
        "$after" "$name, allocation $n"
    done
    echo "$name: $runs of $all allocations refused, $hurt told as faults"
    [ "$hurt" -gt 5 ] || fail "$name was hardly ever hurt"
}

nothing() { :; }
before=nothing after=whole
new_register reg
acknowledged() {
    whole "$1"
    if [ "$status" -eq 0 ]; then depositary show "$(cat out)" -C reg >shown || fail "$1: acknowledged and lost"; fi
}
after=acknowledged
sweep note depositary note --text x -C reg
after=whole
sweep collect depositary collect data -C reg --yes
sweep check depositary item check "$(depositary item list -C reg --json | sed -n 1p | jq -r .item)" -C reg
sweep verify depositary verify reg

# init: there is a whole register, or none, and it can be run again.
begun_or_not() {
    if [ -e new ]; then
        depositary verify new >/dev/null || fail "$1: a register that doesn't verify"
    else
        rm -f new.root.pem
        new_register new 2>err || fail "$1: init can't be run again: $(cat err)"
    fi
    rm -rf new new.* .new*
}
after=begun_or_not
sweep init depositary init new --member m --name M --root-out new.root.pem --no-recovery --no-passphrase

# A checkpoint cosigned and stamped: what is acknowledged was remembered, and nothing half stands in the way of another try.
depositary init other --member other --name Other --officer T1 --root-out other.root.pem --no-recovery --no-passphrase >/dev/null
depositary key cosigner -C reg --root reg.root.pem >/dev/null
for m in reg other; do depositary charter show --member -C "$m" --out "$m.entry"; done
depositary charter draft -C reg --founding other.entry | jq '.members[].from = "2020-01-01T00:00:00Z"' >one.json
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
    whole "$1"
    if [ "$status" -eq 0 ]; then grep -qxF "$(cat out)" reg/cosigned/*/checkpoint || fail "$1: signed and not remembered"; fi
}
before=forget after=remembered
sweep cosign depositary cosign answer other.log request -C reg

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
