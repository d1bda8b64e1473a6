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

# On a stick itself, so many files that their list is no longer kept beside in a piece of memory: where no nameless file can hold it, a larger one does.
command -v mkfs.exfat mount.exfat-fuse losetup >/dev/null || skip 'the rest needs an exFAT stick'
[ "$(id -u)" -eq 0 ] || skip 'only root has loop devices'
truncate -s 64M image
mkfs.exfat image >/dev/null 2>&1 || skip 'no exFAT is made here'
device=$(losetup --find --show image 2>/dev/null) || skip 'no loop device here'
trap 'umount -q stick 2>/dev/null || true; losetup -d "$device"' EXIT
mkdir stick
mount.exfat-fuse "$device" stick >/dev/null 2>&1 || skip 'no FUSE here'
for i in {1..1000}; do echo "$i" >"data/one of very many pages of a notebook, photographed one by one, number $i"; done
new_register stick/reg
depositary collect data -C stick/reg --yes --json >collected || fail 'not sealed on a stick'
depositary item check "$(json collected .item)" -C stick/reg >/dev/null
