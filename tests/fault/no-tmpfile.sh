# A file system without nameless files (exFAT on a stick): a hidden name serves; what a killed collect left under one is swept by the next.
need strace jq
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
mkdir data
head -c 300000 /dev/urandom >data/a
new_register reg

# collect_on_stick OPTION...: the first two openings in the vault, those without a name, fail.
collect_on_stick() {
    strace -f -qq -o trace -P "$PWD/reg/vault" -e inject=openat:error=EOPNOTSUPP:when=1..2 "$@" depositary collect data -C reg --yes --json
}
collect_on_stick >collected || fail 'not sealed'
holds trace 'unfinished-.*O_CREAT'
depositary item check "$(json collected .item)" -C reg >/dev/null
same '' "$(find reg/vault -name '.unfinished*')" 'hidden names after success'

# Killed before it has its name: the file lies there until the next one sweeps it.
collect_on_stick -e inject=renameat2:signal=KILL >/dev/null 2>&1 || true
same 1 "$(find reg/vault -name '.unfinished*' | wc -l)" 'hidden names after a kill'
collect_on_stick >collected || fail 'not sealed after a kill'
same '' "$(find reg/vault -name '.unfinished*')" 'hidden names after sweeping'
depositary verify reg >/dev/null || fail 'the register does not verify'
# The file system may not know RENAME_NOREPLACE either.
collect_on_stick -e inject=renameat2:error=EINVAL >collected || fail 'not sealed without RENAME_NOREPLACE'
depositary item check --all -C reg >/dev/null
