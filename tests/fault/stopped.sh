# Killed at their last step, extract leaves nothing under the name it was given, and can be done again.
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
