# A medium with bad places: a read that fails once costs nothing, one that keeps failing costs its block; the rest is there, and the manifest says so.
need strace jq cmp
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
mkdir data
head -c 3000000 /dev/urandom >data/big
echo small >data/small
new_register reg

# collect_hurt WHEN FILE: reads of that file fail as WHEN says.
collect_hurt() {
    strace -f -qq -o trace -P "$PWD/$2" -e trace=pread64 -e "inject=pread64:error=EIO:when=$1" depositary collect data -C reg --yes --json >collected 2>err
}

collect_hurt 2 data/big || fail "a read that failed once: $(cat err)"
same 0 "$(json collected .changed)" 'changed'
depositary item extract "$(json collected .item)" data/big --out once -C reg >/dev/null
cmp data/big once

collect_hurt 2..3 data/big || fail "a bad block: $(cat err)"
same 1 "$(json collected .changed)" 'changed'
depositary item extract "$(json collected .item)" data/big --out block -C reg >/dev/null
same 3000000 "$(stat -c %s block)" 'size'
cmp -l data/big block >differs || true
lost=$(wc -l <differs)
if [ "$lost" -lt 100 ] || [ "$lost" -gt 4096 ]; then fail "$lost bytes were lost"; fi
from=$(awk 'NR == 1 {print int(($1 - 1) / 4096)}' differs)
same "$from" "$(awk 'END {print int(($1 - 1) / 4096)}' differs)" 'one block'
same '' "$(awk '$3 != 0' differs)" 'what is missing is zeros'
depositary item files "$(json collected .item)" -C reg --json >files
same '["shrank"]' "$(jq -c 'select(.path == "files/data/big").flags' files)" 'what the list says of it'
same '[]' "$(jq -c 'select(.path == "files/data/small").flags' files)" 'what the list says of the other'
depositary item files "$(json collected .item)" -C reg | among 'data/big  — shrank' || fail 'the list does not tell'
depositary item check "$(json collected .item)" -C reg >/dev/null || fail 'the item does not check'

# A small file is read before its header: it is listed as not taken.
status=0
collect_hurt 1+ data/small || status=$?
same 1 $status 'exit status'
same io "$(json collected '.not_taken[0].reason')" 'reason'
depositary item check "$(json collected .item)" -C reg >/dev/null || fail 'the item does not check'
