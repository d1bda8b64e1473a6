# What a session at a desk always has, and a script, a rescue system or a container may not have: open standard descriptors, its locale, /proc.
need jq
new_register reg
mkdir dump
echo a >dump/a-name-that-is-protected
depositary collect dump -C reg --json --file - <<<'{"exhibit": "X-1"}' >/dev/null

# Where standard input, output or error is closed, no file of the register gets its number, so nothing that is printed is written into one.
# nowhere STATUS COMMAND...: what it printed stands nowhere, and it says by its status that it couldn't print.
nowhere() {
    local status=$1
    shift
    for closed in '>&-' '>&- 2>&-' '<&- >&- 2>&-' '<&- 2>&-'; do
        case $closed in *'>&- '* | '>&-') want=$status ;; *) want=0 ;; esac
        eval "expect $want depositary \"\$@\" -C reg $closed" >/dev/null
        same 0 "$(stat -c %s reg/lock)" "what stands in reg/lock after: $* $closed"
    done
}
nowhere 3 item files X-1
nowhere 3 list
nowhere 3 note --text x
nowhere 3 item check X-1
lacks reg/lock .
expect 2 depositary note --text x -C reg --passphrase-fd 0 <&- 2>err
! grep -rqa a-name-that-is-protected reg || fail 'what is protected stands in the register in clear'
depositary verify reg >/dev/null

# A locale that isn't installed says in what language its reader reads, and writes.
expect 2 env LC_ALL= LANG=fr_XX.UTF-8 depositary colect 2>err
holds err 'commande inconnue'
expect 2 env LC_ALL=ar_XX.UTF-8 depositary colect 2>err
holds err 'لا يوجد أمر كهذا'
expect 2 env LC_ALL=fr_XX.UTF-8 LANGUAGE=ar depositary colect 2>err
holds err 'لا يوجد أمر كهذا'
expect 2 env LC_ALL=C depositary colect 2>err
holds err 'no such command'
note=$(env LC_ALL=fr_XX.UTF-8 depositary note --text 'reçu ce jour' -C reg)
same fr "$(depositary show "$note" -C reg --json | jq -r .claims.text.lang)" 'the language of a note'

# What may not be opened is called that, be it a package or a register, and whatever goes with a package.
expect 3 depositary verify nowhere --identity key 2>err
holds err '\[nowhere\].*file.open'
if [ "$(id -u)" -eq 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups depositary --version >/dev/null 2>&1; then
    another() { setpriv --reuid=65534 --regid=65534 --clear-groups depositary "$@"; }
    for command in 'verify reg --identity key' 'verify reg'; do
        # shellcheck disable=SC2086
        expect 3 another $command 2>err
        holds err 'Permission denied .file.open'
    done
    expect 3 another list -C reg 2>err
    holds err 'Permission denied .store.open'
fi

# Without /proc it is said before any work that it has to be mounted.
if [ -n "$FLOW_SANITIZED" ] || [ "$(id -u)" -ne 0 ] || ! unshare -m umount -l /proc 2>/dev/null; then
    echo 'without /proc: not tried, it may not be unmounted here, or a sanitizer needs it'
    exit 0
fi
bare() { unshare -m bash -c 'umount -l /proc && exec "$@"' bare depositary "$@"; }
expect 0 bare list -C reg >/dev/null
for command in 'collect dump --yes' 'item check X-1'; do
    # shellcheck disable=SC2086
    expect 3 bare $command -C reg 2>err
    holds err file.proc
done
expect 0 bare item extract X-1 dump/a-name-that-is-protected --out out -C reg
cmp out dump/a-name-that-is-protected
