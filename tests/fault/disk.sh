# timeout: 600
# The disk says no: no room, a failed write, a failed sync. A clear error names the thing, exit 3, and the register is as it was.
# FAULT_EVERY: 1 lets every call fail (each of the kinds below that the command makes, that call alone and from it on; minutes, where
# TMPDIR is in memory: FAULT_EVERY=1 tests/flow/run --dir tests/fault disk); default: a sample that ./check can afford.
need strace jq
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
every=${FAULT_EVERY:-17}
mkdir data
head -c 9000000 /dev/urandom >data/big
new_register fresh
# Each command meets the same register, so that its n-th call is the same one each time.
afresh() {
    rm -rf reg
    cp -a fresh reg
}

# hurt CALL ERROR WHEN COMMAND...: those calls fail. Exit 3 with a message, or the command didn't need them.
hurt() {
    local call=$1 error=$2 when=$3
    shift 3
    status=0
    strace -f -qq -o trace -e "trace=$call" -e "inject=$call:error=$error:when=$when" "$@" >out 2>err || status=$?
    case $call:$status in
    *:0 | *:3) ;;
    # The loader reads no library, or a file is listed as not taken.
    openat:127 | pread64:127 | openat:1) ;;
    *) fail "exit $status at $call $error: $(cat err)" ;;
    esac
    # A failing write() hits the message itself, too.
    if [ $status -eq 3 ] && [ "$call" != write ]; then holds err '^depositary: .+\(.+\)'; fi
    grep -q INJECTED trace || reached=''
}

# What was acknowledged is there, the rest is wholly there or wholly absent.
whole() { # WHAT
    still_whole reg "$1"
    if [ "$status" -eq 0 ]; then depositary show "$(jq -r '.record // .id' out)" -C reg >/dev/null || fail "$1: acknowledged and lost"; fi
}
made_or_not() { # WHAT
    if [ -e made ]; then
        depositary verify made >/dev/null || fail "$1: a register that doesn't verify"
    else
        rm -f made.pem
        new_register made 2>err || fail "$1: init can't be run again: $(cat err)"
    fi
    gone
}
gone() { rm -rf made made.* .made*; }

# sweep NAME BEFORE AFTER COMMAND...: each call of each kind fails, once and then for good, until none is left to fail.
sweep() {
    local name=$1 before=$2 after=$3 how call n hurts=0 runs=0
    shift 3
    for how in pwrite64:ENOSPC pwrite64:EIO write:ENOSPC fsync:EIO fdatasync:EIO sync_file_range:EIO renameat:EIO renameat2:EIO linkat:EIO \
        ftruncate:EIO unlink:EIO unlinkat:EIO mkdir:ENOSPC openat:EMFILE pread64:EIO; do
        call=${how%:*}
        for again in '' +; do
            n=1 reached=yes
            while [ -n "$reached" ]; do
                "$before"
                hurt "$call" "${how#*:}" "$n$again" "$@"
                "$after" "$name after $how $n$again"
                if [ $status -eq 3 ]; then hurts=$((hurts + 1)); fi
                runs=$((runs + 1)) n=$((n + every))
            done
        done
    done
    echo "$name: $runs runs, $hurts failures told"
    [ $hurts -ge 5 ] || fail "$name was hurt only $hurts times"
}
sweep note afresh whole depositary note --text x -C reg --json
sweep collect afresh whole depositary collect data -C reg --yes --json
sweep init gone made_or_not depositary init made --member m --name M --root-out made.pem --no-recovery --no-passphrase

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
