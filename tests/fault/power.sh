# timeout: 300
# The power goes: a file system of its own is shut down without a word, mounted again, and the register opened. All that was
# acknowledged is there, the rest is wholly there or wholly absent, and verify says so.
need jq mkfs.xfs xfs_io losetup
[ -z "$FLOW_SANITIZED" ] || skip 'slow under a sanitizer'
[ "$(id -u)" -eq 0 ] || skip 'only root may mount'
mkdir disk data
truncate -s 512M image
mkfs.xfs -q image 2>/dev/null
device=$(losetup --find --show image 2>/dev/null) || skip 'no loop device'
trap 'umount -q disk 2>/dev/null || true; losetup -d "$device"' EXIT
mount "$device" disk 2>/dev/null || skip 'may not mount'
for i in 1 2 3; do head -c 700000 /dev/urandom >"data/$i"; done
new_register disk/reg
depositary collect data -C disk/reg --yes >/dev/null
sync

# lose_power: what wasn't synced is gone, also the file system's own journal in memory.
lose_power() {
    xfs_io -x -c 'shutdown' disk
    wait
    umount disk
    mount "$device" disk
}

# check_register WHAT: it opens, takes up or moves aside, verifies, and goes on.
check_register() {
    depositary note --text after -C disk/reg >/dev/null 2>err || { cat err >&2; fail "$1: no note could be recorded"; }
    depositary verify disk/reg --json >verdict || fail "$1: $(cat verdict)"
    same intact "$(json verdict .verdict)" "verdict, $1"
    depositary item check --all -C disk/reg >/dev/null || fail "$1: an item does not check"
    [ -z "$(find disk/reg/vault -name '.unfinished*')" ] || fail "$1: something unfinished in the vault"
}

# acknowledged FILE: every record named in it is there.
acknowledged() {
    depositary list -C disk/reg --json | jq -r .id | sort >there
    jq -r '.record // .id // empty' "$1" 2>/dev/null | sort >promised || true
    comm -23 promised there >lost
    [ ! -s lost ] || fail "acknowledged and lost: $(wc -l <lost) of $(wc -l <promised)"
    wc -l <promised
}

# Notes one after another, acknowledged one by one, while the power goes at some moment.
promised_in_all=0
for moment in 0.02 0.1 0.3 0.6 1; do
    : >ack
    (for n in $(seq 200); do depositary note --text "$n" -C disk/reg --json >>ack 2>/dev/null || break; done) &
    sleep "$moment"
    lose_power
    check_register "notes, power lost after $moment s"
    count=$(acknowledged ack) # by itself: within $((...)) a failure would end the loop and not the test
    promised_in_all=$((promised_in_all + count))
done
[ "$promised_in_all" -gt 10 ] || fail "only $promised_in_all notes were acknowledged: the power went too early to show anything"

# A stream: groups of records are acknowledged together.
for i in $(seq 20000); do echo "{\"text\": {\"text\": \"note $i\", \"lang\": \"en\"}}"; done >notes
streamed=0
for moment in 0.15 0.4 0.8; do
    depositary record note --stream -C disk/reg --json <notes >ack 2>/dev/null &
    sleep "$moment"
    lose_power
    check_register "stream, power lost after $moment s"
    count=$(acknowledged ack)
    streamed=$((streamed + count))
done

# A container being written, synced, named, recorded.
for moment in 0.01 0.03 0.06 0.1 0.2; do
    depositary collect data -C disk/reg --yes --json >ack 2>/dev/null &
    sleep "$moment"
    lose_power
    check_register "collect, power lost after $moment s"
    acknowledged ack >/dev/null
done

# init: there is a whole register, or none.
for moment in 0.01 0.03 0.06 0.2; do
    rm -rf disk/made disk/made.* disk/.made*
    depositary init disk/made --member m --name M --root-out disk/made.root.pem --no-recovery --no-passphrase --officer K1 >/dev/null 2>&1 &
    sleep "$moment"
    lose_power
    if [ -e disk/made ]; then
        depositary verify disk/made >/dev/null || fail "init, power lost after $moment s: a register that doesn't verify"
    fi
done
[ "$streamed" -gt 10 ] || fail "only $streamed of streams were acknowledged: the power went too early to show anything"
echo "acknowledged before the power went: $promised_in_all notes, $streamed of streams; none lost"
