# Killed at their last step, extract and backup leave nothing under the name they were given, and can be done again.
need strace jq
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
new_register reg
mkdir dump out
head -c 300000 /dev/urandom >dump/a
depositary collect dump -C reg --json --file - <<<'{"exhibit": "X-1"}' >/dev/null

# killed CALL COMMAND...: at its first CALL.
killed() {
    strace -f -qq -o trace -e trace="$1" -e "inject=$1:signal=KILL:when=1" depositary "${@:2}" >/dev/null 2>&1 && fail "$* was not killed"
    return 0
}

killed linkat item extract X-1 dump/a -C reg --out out/a
same '' "$(ls -A out)" 'left of an extract that was killed'
depositary item extract X-1 dump/a -C reg --out out/a >/dev/null
cmp dump/a out/a

killed renameat2 backup out/copy -C reg
if [ -e out/copy ] || [ -e out/copy-keyring ]; then fail 'half a backup has the name of a whole one'; fi
depositary backup out/copy/ -C reg >said
same 'a copy copy-keyring' "$(cd out && echo *)" 'after a backup that was killed, and one that was not'
holds said 'the keyring to out/copy-keyring'
[ -z "$(find out/copy -name '*keyring*')" ] || fail 'the keyring lies in the copy'
# What fails leaves nothing either.
expect 3 strace -f -qq -o trace -e trace=copy_file_range -e inject=copy_file_range:error=ENOSPC:when=3 depositary backup out/full -C reg 2>err
same 'a copy copy-keyring' "$(cd out && echo *)" 'after a backup that failed'
expect 3 depositary backup out/copy -C reg 2>err
holds err 'out/copy\]'
depositary restore out/copy/ out/again/ >/dev/null
depositary verify out/again >/dev/null
