# timeout: 600
# Killed, or the disk says no, while a package is made: its folder is whole or not there, and what has its name has its record.
# FAULT_EVERY: 1 tries every call that changes anything; default: a sample that ./check can afford.
need strace jq sha256sum
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
# shellcheck source=tests/fault/each-call
. "$SOURCE_ROOT/tests/fault/each-call" 13
new_register office
depositary key card -C office --out card.json
depositary init kit --member test --name 'Test member' --officer F1 --profile field --home card.json --root-out kit.root.pem --no-passphrase >/dev/null
mkdir data
head -c 100000 /dev/urandom >data/a
depositary collect data -C kit --yes --json >/dev/null
sent() { depositary list -C kit --type package.sent --json | wc -l; }
pin=$(depositary charter show -C kit --json | jq -r .fingerprint)

afresh() { before=$(sent); }
# after WHAT: the folder verifies or isn't there; the register is whole; the next run isn't in the way of what was left.
looked=0 made=0 left=0
after() {
    looked=$((looked + 1))
    if [ -e bag ]; then
        made=$((made + 1))
        (cd bag && sha256sum --quiet --strict -c manifest-sha256.txt tagmanifest-sha256.txt) || fail "$1: a package that isn't whole"
        { depositary verify bag --pin "$pin" --json || true; } >verified
        [ "$(jq -r .result verified)" != altered ] || fail "$1: $(jq -c .findings verified)"
        [ "$(sent)" -gt "$before" ] || fail "$1: a package that no record tells of"
    elif [ -s out ]; then
        fail "$1: said to be packed, and isn't there"
    fi
    [ ! -e bag.unfinished ] || left=$((left + 1))
    case $1 in
    killed*) ;;
    *)
        [ ! -e bag.unfinished ] || fail "$1: something unfinished stayed"
        [ ! -e bag ] || [ -s out ] || [[ $1 = @(write|fsync):* ]] || fail "$1: a package in spite of a fault"
        ;;
    esac
    # Else each package would carry the checkpoints of all before it, and each run make more calls than the last.
    rm -rf bag kit/log/checkpoints
    depositary verify kit --quick --json >verdict || { printf recover | depositary note --text - -C kit >/dev/null; depositary verify kit --quick --json >verdict || fail "$1: $(cat verdict)"; }
}
packing=("$DEPOSITARY" pack --whole --to organisation -C kit --out bag --json)
killed_at_each 'mkdirat mkdir openat write pwrite64 fdatasync fsync syncfs renameat renameat2 flock unlinkat' "${packing[@]}"
# What the last killed run left is out of the way of the next.
rm -rf bag
mkdir -p bag.unfinished/data/logs
"${packing[@]}" >/dev/null
[ ! -e bag.unfinished ] || fail 'what was left is still there'
rm -rf bag
# Opened while another writes it, and locked when that one is done: it is the other's, and nothing of it is removed.
strace -f -qq -o trace -e trace=renameat2 -e inject=renameat2:delay_enter=2000000:when=1 "${packing[@]}" >out &
until [ -e bag.unfinished ]; do sleep 0.05; done
expect 3 strace -f -qq -o trace.late -P "$PWD/bag.unfinished" -e trace=flock -e inject=flock:delay_enter=5000000 "${packing[@]}" 2>err
wait $!
grep -q 'flock.*DELAYED' trace.late || fail 'the later one was not delayed'
(cd bag && sha256sum --quiet --strict -c manifest-sha256.txt tagmanifest-sha256.txt) || fail 'emptied by one that came later'
holds err pack.unfinished
rm -rf bag
refused_at_each 'write:ENOSPC write:EIO fdatasync:EIO fsync:EIO syncfs:EIO renameat2:EIO mkdirat:ENOSPC mkdir:EROFS' "${packing[@]}"
echo "$looked runs, $kills killed, $made packages, $left unfinished"
if [ "$kills" -le 10 ] || [ "$made" -le 5 ] || [ "$left" -le 3 ]; then fail 'hardly anything was broken'; fi
