# timeout: 300
# The disk says no: no room, a failed write, a failed sync. A clear error names the thing, exit 3, and the register is as it was.
need strace jq
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
mkdir data
head -c 9000000 /dev/urandom >data/big
new_register reg

# hurt CALL ERROR FROM COMMAND...: every call from the FROM-th on fails. Exit 3 with a message, or the command didn't need it.
hurt() {
    local call=$1 error=$2 from=$3 status=0
    shift 3
    strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:error=$error:when=$from+" "$@" >out 2>err || status=$?
    [ $status -eq 3 ] || [ $status -eq 0 ] || fail "exit $status at $call $error: $(cat err)"
    if [ $status -eq 3 ]; then
        # A failing write() hits the message itself, too.
        [ "$call" = write ] || holds err '^depositary: .+\(.+\)'
        hurt_count=$((hurt_count + 1))
    fi
    depositary verify reg --json >verdict || { depositary note --text recover -C reg >/dev/null; depositary verify reg --json >verdict; }
    same intact "$(json verdict .verdict)" "after $call $error from $from"
    [ -z "$(find reg/vault -name '.unfinished*')" ] || fail 'something unfinished stayed in the vault'
}

hurt_count=0
for from in 1 2 3 4; do
    hurt pwrite64 ENOSPC "$from" depositary collect data -C reg --yes
    hurt pwrite64 EIO "$from" depositary collect data -C reg --yes
    hurt write ENOSPC "$from" depositary note --text x -C reg
    hurt fsync EIO "$from" depositary collect data -C reg --yes
    hurt fdatasync EIO "$from" depositary note --text x -C reg
done
[ "$hurt_count" -ge 10 ] || fail "only $hurt_count of the commands were hurt"
echo "$hurt_count failures, each told, nothing lost"

# A really full file system, where we may mount one.
if [ "$(id -u)" -eq 0 ] && mkdir small && mount -t tmpfs -o size=24m none small 2>/dev/null; then
    trap 'umount small' EXIT
    new_register small/reg
    mv small/reg.root.pem .
    head -c 40000000 /dev/urandom >data/huge
    expect 3 depositary collect data -C small/reg --yes 2>err
    holds err 'room'
    depositary verify small/reg >/dev/null || fail 'a full disk hurt the register'
    depositary item list -C small/reg --json >items
    same 0 "$(wc -l <items)" 'items after a full disk'
else
    echo 'full file system: not tried, may not mount'
fi
