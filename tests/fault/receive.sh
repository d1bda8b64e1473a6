# A package that is taken in and the receiver killed at a system call, refused by the disk there, or its package exchanged under it: what came,
# what is heard of it, and the release that falls with it are wholly there or wholly absent; the same package is taken in again, and counts once.
# timeout: 900
# FAULT_EVERY: 1 tries every call that changes anything; default: a sample that ./check can afford.
need strace jq cmp
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
# shellcheck source=tests/fault/each-call
. "$SOURCE_ROOT/tests/fault/each-call" 36
two_members '[]'
new_officers 'L1:legal,custodian' 'A1:approver,legal'
depositary charter enter charter.json reg.adoption -C iq --as T1 >/dev/null
depositary key enrol M1 --roles legal,custodian --no-passphrase -C iq --as T1 >/dev/null
reg() { depositary "$@" -C reg --as L1; }
iq() { depositary "$@" -C iq --as M1; }
mkdir dump
echo content >dump/a
reg collect dump --json --file - >item.json <<<"{\"exhibit\": \"X-1\", \"territory\": \"IQ\", \"basis\": $(text 'warrant 12')}"
iq consent give --file - --yes --json >consent.json <<<"{\"terms\": {\"layer\": \"host\", \"grantor\": \"iq\", \"actions\": [\"release\"], \"recipients\": [\"court\"], \"purposes\": [\"protection\"], \"lines\": [\"any\"],
    \"territories\": [\"IQ\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": {\"from\": \"2020-01-01T00:00:00Z\"}}, \"side\": {\"state\": \"signed\", \"code\": \"M1\"}}"
iq pack "$(json consent.json .record)" --to test --out given --yes >/dev/null
reg receive given >/dev/null
state L1 '{"from": "court", "to": "test", "purpose": "protection", "scope": {"kind": "all"}}' request in >/dev/null
prepared=$(state L1 "{\"action\": \"release\", \"recipient\": \"court\", \"purpose\": \"protection\", \"materials\": [{\"item\": \"$(json item.json .item)\", \"fields\": []}]}" release prepare)
as A1 approve "$prepared" >/dev/null
reg release "$prepared" >/dev/null
iq consent withdraw "$(json consent.json .record)" --json >withdrawn.json
iq pack "$(json withdrawn.json .record)" --to test --out withdrawal --yes >/dev/null
reg list --type package.sent >/dev/null # indexed, so that no run begins with that
cp -a reg complete
afresh() {
    rm -rf reg
    cp -a complete reg
}

# How many records of each kind there are that one receive makes.
made() { reg list --json | jq -r .type | grep -E '^(evidence.intake|foreign.received|foreign.record|release.withdrawn)$' | sort | uniq -c | xargs; }
refused_too() { awk -v more="$refusals" '{for (i = 2; i <= NF; i += 2) if ($i == "foreign.received") $(i - 1) += more; print}' <<<"$1"; }
kept=$(made)
reg receive withdrawal >/dev/null
taken=$(made)
same '2 evidence.intake 2 foreign.received 4 foreign.record 1 release.withdrawn' "$taken" 'what one receive makes'
absent=0 there=0 acknowledged=0 refusals=0
# after WHERE: after what happened there. That a package came and was refused is recorded: $refusals.
after() {
    local now before taken_too
    before=$(refused_too "$kept") taken_too=$(refused_too "$taken")
    # Whoever writes next takes up what was left.
    reg note --text after >/dev/null || fail "$1: no note could be recorded"
    now=$(made)
    if [ -s out ]; then acknowledged=$((acknowledged + 1)); fi
    if [ "$now" = "$taken_too" ]; then
        there=$((there + 1))
    else
        same "$before" "$now" "$1: half of it is there"
        [ ! -s out ] || fail "$1: acknowledged and lost"
        absent=$((absent + 1))
    fi
    reg receive withdrawal --json >again || fail "$1: it could not be taken in again"
    same "$([ "$now" = "$taken_too" ] && echo true || echo false)" "$(jq -r .again again)" "$1: taken in before"
    same "$taken_too" "$(made)" "$1: taken in again"
    same '' "$(find reg/quarantine -mindepth 1)" "$1: copies that were left"
    depositary verify reg --json >verdict || fail "$1: $(cat verdict)"
    same intact "$(json verdict .verdict)" "$1: verdict"
}
receiving=("$DEPOSITARY" receive withdrawal -C reg --as L1 --json)
killed_at_each 'write pwrite64 fsync fdatasync renameat2 renameat linkat openat ftruncate unlinkat mkdirat mkdir flock lseek copy_file_range' "${receiving[@]}"
echo "receive: $runs runs, absent $absent, there $there, acknowledged $acknowledged"
# Both sides of the commit point were met, or nothing was shown.
if [ "$absent" -eq 0 ] || [ "$there" -le "$acknowledged" ]; then fail 'killed on one side of the commit point only'; fi

# ---- the disk says no ----
refused_at_each 'write:ENOSPC write:EFBIG pwrite64:ENOSPC pwrite64:EIO copy_file_range:ENOSPC fdatasync:EIO fsync:EIO renameat2:EIO linkat:EIO mkdirat:ENOSPC mkdir:ENOSPC ftruncate:EIO
    openat:EMFILE pread64:EIO' "${receiving[@]}"

# ---- no more than so much may be written ----
for blocks in 0 1 2 4 8 16 64; do
    afresh
    status=0
    # A file of what it says would end there as well.
    said=$( (ulimit -f $blocks && exec "$DEPOSITARY" receive withdrawal -C reg --as L1 --json) 2>&1) || status=$?
    : >out
    case $status in
    3) among '^depositary: .+\(.+\)' <<<"$said" || fail "at most $blocks blocks a file: $said" ;;
    0) echo "$said" >out ;;
    *) fail "at most $blocks blocks a file: exit $status: $said" ;;
    esac
    after "at most $blocks blocks a file"
done

# ---- exchanged while it is copied: what was copied is judged, and nothing else is sealed ----
exchange() { # HOW FILE
    case $1 in
    another) sed 's/a/b/' <"$2" >other && mv other "$2" ;;
    shorter) truncate -s -1 "$2" ;;
    longer) printf 'x\n' >>"$2" ;;
    link) cp "$2" beside && ln -sf "$PWD/beside" "$2" ;;
    pipe) rm "$2" && mkfifo "$2" ;;
    folder) rm "$2" && mkdir "$2" ;;
    gone) rm "$2" ;;
    esac
}
refused=0
for how in another shorter longer link pipe folder gone; do
    for file in manifest-sha256.txt data/logs/000/records.jsonl; do
        for call in openat copy_file_range; do
            [ -n "${FAULT_EVERY:-}" ] || [ "$file $call" = 'data/logs/000/records.jsonl openat' ] || [ "$how $call" = 'shorter copy_file_range' ] || continue
            rm -rf reg exchanged trace
            cp -a complete reg
            cp -a withdrawal exchanged
            strace -f -qq -o trace -P "exchanged/$file" -P "./$file" -P "$PWD/exchanged/$file" -e "trace=$call" -e "inject=$call:delay_enter=400000" \
                timeout 60 "$DEPOSITARY" receive exchanged -C reg --as L1 --json >out 2>err &
            receiver=$!
            sleep 0.25
            exchange $how "exchanged/$file"
            status=0
            wait $receiver || status=$?
            case $status in
            0) same intact "$(jq -r .result out)" "$how $file at $call: taken in" ;;
            1) same receive.altered "$(jq -r .finding out)" "$how $file at $call: refused" ;;
            3) ;;
            *) fail "$how $file at $call: exit $status: $(cat err)" ;;
            esac
            echo "$how $file at $call: exit $status, $(jq -r '.finding // .fault // .result' out)" >>told
            refused=$((refused + (status != 0)))
            [ $status -eq 0 ] || : >out
            # Recorded where it could be seen which package it was to be.
            refusals=0
            if [ $status -eq 1 ]; then refusals=$(($(reg list --type foreign.received --json | wc -l) - 1)); fi
            [ $refusals -le 1 ] || fail "$how $file at $call: refused once, recorded $refusals times"
            after "$how $file at $call"
        done
    done
done
cat told
[ $refused -ge 5 ] || fail "what was exchanged was refused only $refused times"
