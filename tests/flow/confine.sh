# Every command is confined before it reads what others wrote: nothing is run, no socket opened, nothing written elsewhere.
need jq strace age-keygen
[ -z "$FLOW_SANITIZED" ] || skip 'a sanitizer and strace both want to trace'
strace -o /dev/null true 2>/dev/null || skip 'no ptrace here'
new_register reg
mkdir dump keys out
echo a >dump/a
depositary collect dump -C reg --json --file - <<<'{"exhibit": "X-1", "case": "C-1"}' >collected
depositary note --text n -C reg >note.id
depositary key request K-2 --member test --roles custodian --no-passphrase --keys keys --out request.json
echo lost >reason
confined=0
# Who isn't root sees no names in a trace: the program lets nobody look into its memory.
names=''
[ "$(id -u)" -ne 0 ] || names=yes

# confined STATUS COMMAND...: filter and rules are in force before the first record, container or statement is opened, and what
# is opened for writing afterwards lies in the register, in out/ or is the terminal.
confined() {
    local status=$1
    shift
    expect "$status" strace -f -qq -y -o trace depositary "$@" >said 2>&1 </dev/null
    awk '/landlock_restrict_self\(.*= 0|landlock_restrict_self.*(ENOSYS|EOPNOTSUPP)/ {files = 1}
        /seccomp\(SECCOMP_SET_MODE_FILTER, 0,.*= 0/ {calls = 1}
        /records\/|private\/|keyring\/|vault\/|keys\/|index\.db|register\.json|stated|request\.json/ && !(files && calls) && !done &&
            /open/ {print "opened before: " $0; bad = 1; done = 1}
        END {if (!files || !calls) {print "not confined"; bad = 1}; exit bad}' trace || fail "depositary $*"
    sed '1,/SECCOMP_SET_MODE_FILTER, 0/d' trace >after
    lacks after 'socket\(|execve\('
    # What is refused seems to the program to be what an old kernel doesn't have: it would do without, and nobody notice.
    grep 'ENOSYS' after | grep -v clone3 >without || true
    [ ! -s without ] || fail "depositary $* does without: $(cat without)"
    confined=$((confined + 1))
    [ -n "$names" ] || return 0
    # What is open already may be opened again by its number.
    grep -E 'O_WRONLY|O_RDWR' after | grep -vE 'ENOENT|EACCES|"/proc/self/fd/|/reg[/>".]|"(out|keys|new|copy|again)|/(out|keys|new|copy|again)[-/>.]|/dev/tty' >elsewhere || true
    [ ! -s elsewhere ] || fail "depositary $* writes elsewhere: $(cat elsewhere)"
}
# reading ARG...: besides, nothing in the register but readings/ is opened for writing once its own rules stand.
reading() {
    confined 0 "$@"
    sed -n '/landlock_restrict_self/,$p' after >narrow
    [ -s narrow ] || cp after narrow
    grep -v 'readings/' narrow >narrower || true
    lacks narrower '/reg[/>].*(O_WRONLY|O_RDWR)'
}

note=$(cat note.id)
reading list -C reg
reading show "$note" -C reg
reading search n -C reg
reading item list -C reg
reading item files X-1 -C reg
reading item history X-1 -C reg
reading item extract X-1 dump/a -C reg --out out/a
same "$(stat -c %y dump/a)" "$(stat -c %y out/a)" 'when what was taken out was last changed'
reading key list -C reg
reading key card -C reg --out out/card
reading prove "$note" -C reg --out out/proof
reading print label X-1 -C reg --out out/label.pdf
reading log audit -C reg
reading log vkey -C reg
reading verify reg
reading backup out/copy -C reg
confined 0 schema note
confined 0 note --text m -C reg
echo '{"exhibit": "X-2", "case": "C-1"}' >stated
confined 0 collect dump -C reg --file stated
confined 0 intake dump -C reg --yes
confined 0 item check X-1 -C reg
confined 1 item error X-1 -C reg --yes
confined 1 hold lift X-1 -C reg --yes
confined 0 key sign request.json -C reg --out out/k2.card
confined 0 key import out/k2.card --keys keys
confined 0 key request K-3 --member test --roles custodian --no-passphrase --keys out/keys --out out/request
confined 0 key enrol K-4 --roles auditor --no-passphrase -C reg --as T1
confined 0 key revoke K-4 --reason-file reason -C reg --as T1
confined 1 erase "$note" -C reg --yes --as T1
confined 0 restore out/copy out/again
confined 0 init out/new --member x --name x --no-recovery --no-passphrase --root-out out/root.pem

# What leaves and what arrives.
mkdir sent sent/out
cd sent || exit 1
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
two_members '[]'
new_officers 'L1:legal,custodian' 'L2:legal' 'A1:approver,legal'
complete_release
as L1 release "$prepared" --json >made.json
age-keygen -o court.key 2>/dev/null
confined 0 pack "$(json made.json .record)" -C reg --as L1 --age "$(age-keygen -y court.key)" --out out/bag
confined 1 verify out/bag --identity court.key --extract out/opened
same "$(stat -c %y dump/photo)" "$(stat -c %y "out/opened/$item/files/dump/photo")" 'when what was written out was last changed'
confined 0 pack "$(json made.json .record)" -C reg --as L1 --out out/worded
cd .. || exit 1
echo "$confined commands${names:+, with the names of what they open}"

# A link that leads out of the register: the kernel refuses what is behind it, and the index is made anew in its place.
mkdir elsewhere.d
rm -f reg/index.db*
ln -s "$PWD/elsewhere.d/index.db" reg/index.db
depositary note --text x -C reg --as T1 >/dev/null
[ -z "$(ls -A elsewhere.d)" ] || fail 'a file was made outside'
[ ! -L reg/index.db ] || fail 'the index was not made anew'

# Older kernels: without Landlock, or in a container whose filter keeps it away; with its first and second version; one that knows it and refuses.
for error in ENOSYS EPERM; do
    expect 0 strace -f -qq -o trace -e trace=landlock_create_ruleset -e "inject=landlock_create_ruleset:error=$error" depositary list -C reg --as T1 >/dev/null
done
expect 0 strace -f -qq -o trace -e trace=landlock_create_ruleset -e inject=landlock_create_ruleset:retval=1:when=1 depositary note --text 1 -C reg --as T1 >/dev/null
expect 0 strace -f -qq -o trace -e trace=landlock_create_ruleset -e inject=landlock_create_ruleset:retval=2:when=1 depositary note --text 2 -C reg --as T1 >/dev/null
expect 3 strace -f -qq -o trace -e trace=landlock_restrict_self -e inject=landlock_restrict_self:error=EPERM depositary list -C reg --as T1 2>said
holds said 'confined'
expect 3 strace -f -qq -o trace -e trace=seccomp -e inject=seccomp:error=EINVAL depositary list -C reg --as T1 2>said
holds said 'confined'
