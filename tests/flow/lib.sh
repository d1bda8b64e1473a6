# shellcheck shell=bash
# What flow tests share. Read by tests/flow/run before each test.
set -eu -o pipefail
shopt -s inherit_errexit # a function within $(...) ends at its first failure as well
trap 'echo "failed at line $LINENO: $BASH_COMMAND" >&2' ERR
set -E

# fail WHY...: end the test as failed.
fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# skip WHY...: end the test as skipped; the reason is shown.
skip() {
    printf '%s\n' "$*"
    exit 77
}

# need COMMAND...: skip where a tool is missing.
need() {
    local tool
    for tool; do command -v "$tool" >/dev/null || skip "needs $tool"; done
}

# other SCRIPT ARG...: a script of tests/interop, with other people's libraries.
other() {
    [ -n "$FLOW_NODE" ] || skip 'needs the libraries of tests/interop (./check libraries)'
    cp "$SOURCE_ROOT/tests/interop/$1" "$FLOW_NODE/"
    node --no-warnings "$FLOW_NODE/$1" "${@:2}"
}

# expect STATUS COMMAND...: the command's exit status must be STATUS. Its output goes through.
expect() {
    local want=$1 got=0
    shift
    "$@" || got=$?
    [ "$got" -eq "$want" ] || fail "exit $got instead of $want: $*"
}

# same WANT GOT WHAT: two texts are equal. Nothing, or none, isn't what a command says that failed: $? is that of the last $(...) among
# the arguments; 1 is also that of a grep which finds nothing.
same() {
    local status=$?
    [ "$1" = "$2" ] || fail "${3:-values}: expected «$1», got «$2»"
    case $1 in '' | 0) [ "$status" -le 1 ] || fail "${3:-values}: exit $status of what should say «$1»" ;; esac
}

# holds FILE PATTERN: the file has a line that matches (grep -E).
holds() {
    grep -qE -- "$2" "$1" || { cat "$1" >&2; fail "$1 has no line with: $2"; }
}

# lacks FILE PATTERN: no line of the file matches. It can be read, and a command that it comes of (<(...)) didn't fail; 1 may
# be a "no" that was to be.
lacks() {
    local status=0
    grep -aqE -- "$2" "$1" || status=$?
    [ $status -ne 0 ] || fail "$1 has a line with: $2"
    [ $status -eq 1 ] || fail "$1 can't be looked through for: $2"
    case $1 in /dev/fd/*) wait $! || status=$? ;; esac
    [ $status -le 1 ] || fail "exit $status of what should lack: $2"
}

# among PATTERN: a line of the input matches (grep -E). All of it is read: a program whose reader goes early is ended by that.
among() {
    local found
    found=$(grep -aE -- "$1") && [ -n "$found" ]
}

# json FILE FILTER: what jq finds there, without quotes.
json() {
    jq -er "$2" "$1"
}

# new_register DIR [OPTION...]: an office register without passphrase, root key beside it.
new_register() {
    local where=$1
    shift
    depositary init "$where" --member test --name 'Test member' --officer T1 --root-out "$where.root.pem" \
        --no-recovery --no-passphrase "$@" >/dev/null
}

# flip FILE OFFSET: one bit of that byte. A byte written over it would be the same one once in 256 runs.
flip() {
    local byte
    byte=$(od -An -tu1 -j "$2" -N1 "$1" | tr -d ' ')
    # shellcheck disable=SC2059
    printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# still_whole REGISTER WHAT: it verifies, if need be after the next command has taken up or moved aside what a broken one left.
still_whole() {
    depositary verify "$1" --json >verdict || { depositary note --text recover -C "$1" >/dev/null; depositary verify "$1" --json >verdict || fail "$2: $(cat verdict)"; }
    grep -q '"verdict":"intact"' verdict || fail "$2: $(cat verdict)"
    [ -z "$(find "$1/vault" -name '.unfinished*')" ] || fail "$2: something unfinished stayed in the vault"
}
