# timeout: 600
# The cosigner killed at a system call: it never signs two versions of one size, and what it gave out it remembers.
# FAULT_EVERY: 1 tries every call; default: a sample that ./check can afford.
need strace jq
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
# shellcheck source=tests/fault/each-call
. "$SOURCE_ROOT/tests/fault/each-call" 5
for m in iq fr; do
    depositary init "$m" --member "$m" --name "$m" --officer T1 --root-out "$m.root.pem" --no-recovery --no-passphrase >/dev/null
    depositary key cosigner -C "$m" --root "$m.root.pem" >/dev/null
    depositary charter show --member -C "$m" --out "$m.entry"
done
depositary charter draft -C iq --founding fr.entry | jq '.members[].from = "2020-01-01T00:00:00Z" | .quorum = 1' >one.json
for m in iq fr; do depositary charter adopt one.json -C "$m" --root "$m.root.pem" --out "$m.one" >/dev/null; done
for m in iq fr; do depositary charter enter one.json ./*.one -C "$m" >/dev/null; done
depositary cosign introduce -C iq --out log.proof
depositary cosign answer log.proof -C fr 2>/dev/null

# Two versions of one log, of one size.
cp -r iq liar
depositary note --text 'one thing' -C iq >/dev/null
depositary note --text 'another thing' -C liar >/dev/null
depositary cosign request fr -C iq --out first
depositary cosign request fr -C liar --out second
[ "$(sed -n 4p first)" = "$(sed -n 4p second)" ] || fail 'the sizes differ'
[ "$(sed -n 5p first)" != "$(sed -n 5p second)" ] || fail 'the roots are the same'

afresh() {
    rm -rf cosigner first.answer second.answer
    cp -r fr cosigner
}
given=0 before=0
after() {
    local signed got=0
    depositary cosign answer second -C cosigner --out second.answer >/dev/null 2>err || got=$?
    signed=$(cat first.answer second.answer 2>/dev/null | grep -c '^— fr/cosigner ' || true)
    [ "$signed" -le 1 ] || fail "$1: two versions signed"
    if grep -q '^— ' first.answer 2>/dev/null; then
        given=$((given + 1))
        [ "$got" -eq 1 ] || fail "$1: what was given out is forgotten"
        grep -qxF "$(cat first.answer)" cosigner/cosigned/*/checkpoint || fail "$1: what was given out is not on disk"
    elif [ "$got" -eq 0 ]; then
        before=$((before + 1))
    fi
    depositary verify cosigner >/dev/null || fail "$1: the register does not verify"
}
killed_at_each 'write fsync fdatasync renameat2 renameat openat linkat flock mkdirat' "$DEPOSITARY" cosign answer first -C cosigner --out first.answer
echo "$runs runs, $kills killed, $given answers given out, $before times the other version came first"
if [ "$kills" -le 10 ] || [ "$given" -eq 0 ] || [ "$before" -eq 0 ]; then fail 'hardly ever killed where it matters'; fi
