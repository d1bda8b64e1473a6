# timeout: 600
# Killed, or the disk says no, while a package is made: its folder is whole or not there, and what has its name has its record.
# FAULT_EVERY: 1 tries every call that changes anything; default: a sample that ./check can afford.
need strace jq sha256sum
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
every=${FAULT_EVERY:-9}
new_register office
depositary key card -C office --out card.json
depositary init kit --member test --name 'Test member' --officer F1 --profile field --home card.json --root-out kit.root.pem --no-passphrase >/dev/null
mkdir data
head -c 100000 /dev/urandom >data/a
depositary collect data -C kit --yes --json >/dev/null
pack() { depositary pack --whole --to organisation -C kit --out bag --json; }
sent() { depositary list -C kit --type package.sent --json | wc -l; }
pin=$(depositary charter show -C kit --json | jq -r .fingerprint)

# after WHAT ACKNOWLEDGED: the folder verifies or isn't there; the register is whole; the next run isn't in the way of what was left.
runs=0 made=0 left=0
after() {
    runs=$((runs + 1))
    if [ -e bag ]; then
        made=$((made + 1))
        (cd bag && sha256sum --quiet --strict -c manifest-sha256.txt tagmanifest-sha256.txt) || fail "$1: a package that isn't whole"
        { depositary verify bag --pin "$pin" --json || true; } >verified
        [ "$(jq -r .result verified)" != altered ] || fail "$1: $(jq -c .findings verified)"
        [ "$(sent)" -gt "$before" ] || fail "$1: a package that no record tells of"
    elif [ "$2" -gt 0 ]; then
        fail "$1: said to be packed, and isn't there"
    fi
    [ ! -e bag.unfinished ] || left=$((left + 1))
    # Else each package would carry the checkpoints of all before it, and each run make more calls than the last.
    rm -rf bag kit/log/checkpoints
    depositary verify kit --quick --json >verdict || { printf recover | depositary note --text - -C kit >/dev/null; depositary verify kit --quick --json >verdict || fail "$1: $(cat verdict)"; }
}
for call in mkdirat mkdir openat write pwrite64 fdatasync fsync syncfs renameat renameat2 flock unlinkat; do
    n=1 killed=yes
    while [ "$killed" = yes ]; do
        before=$(sent) status=0
        strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
            depositary pack --whole --to organisation -C kit --out bag --json >ack 2>/dev/null || status=$?
        [ $status -ge 128 ] || killed=no
        after "killed at $call $n" "$(wc -l <ack)"
        n=$((n + every))
    done
done
# What the last killed run left is out of the way of the next.
rm -rf bag
mkdir -p bag.unfinished/data/logs
pack >/dev/null
[ ! -e bag.unfinished ] || fail 'what was left is still there'
rm -rf bag
for how in write:ENOSPC write:EIO fdatasync:EIO fsync:EIO syncfs:EIO renameat2:EIO mkdirat:ENOSPC mkdir:EROFS; do
    call=${how%:*}
    for again in '' +; do
        n=1 reached=yes
        while [ -n "$reached" ]; do
            before=$(sent) status=0
            strace -f -qq -o trace -e "trace=$call" -e "inject=$call:error=${how#*:}:when=$n$again" \
                depositary pack --whole --to organisation -C kit --out bag --json >ack 2>err || status=$?
            grep -q INJECTED trace || reached=''
            case $status in
            0) after "$how $n$again" 1 ;;
            1 | 3)
                [ "$call" = write ] || holds err '^depositary: .+\(.+\)'
                if [ -e bag ] && [ "$call" != write ] && [ "$call" != fsync ]; then fail "$how $n$again: a package in spite of a fault"; fi
                after "$how $n$again" 0
                ;;
            *) fail "$how $n$again: exit $status: $(cat err)" ;;
            esac
            [ ! -e bag.unfinished ] || fail "$how $n$again: something unfinished stayed"
            n=$((n + every))
        done
    done
done
echo "$runs runs, $made packages, $left unfinished"
if [ "$runs" -le 40 ] || [ "$made" -le 5 ] || [ "$left" -le 3 ]; then fail 'hardly anything was broken'; fi
