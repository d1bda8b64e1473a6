# shellcheck shell=bash disable=SC2154
# What quickstart and tools/deps share (they set `top`, the checkout): words in the reader's language, and a command
# watched while it works.

# The reader's language: fr, ar or en.
reader_language() {
    local name
    for name in "${LANGUAGE:-}" "${LC_ALL:-}" "${LC_MESSAGES:-}" "${LANG:-}"; do
        case $name in
        fr* | ar* | en*) printf '%.2s' "$name"; return ;;
        esac
    done
    printf en
}

declare -A WORDS=()
language=$(reader_language)
if [ "$language" != en ]; then
    # shellcheck source=/dev/null
    . "$top/tools/words.$language.sh"
fi

# word TEXT ARG...: the sentence in the reader's language, its %s filled in. The English is the key.
word() {
    local text=${WORDS["$1"]:-$1}
    shift
    # shellcheck disable=SC2059
    printf "$text" "$@"
}

say() {
    word "$@"
    printf '\n'
}

# A terminal gets one line that moves; a pipe gets a dot every ten seconds.
show_work() {
    local pid=$1 log=$2 started=$SECONDS width line ticks=0
    width=$(tput cols 2>/dev/null || echo 80)
    while kill -0 "$pid" 2>/dev/null; do
        if [ -t 2 ]; then
            line=$(tail -c 400 "$log" 2>/dev/null | tr '\r' '\n' | grep -a '[[:graph:]]' | tail -n 1 | tr -cd '[:print:]')
            printf '\r\033[K  %4ds  %.*s' "$((SECONDS - started))" "$((width - 10))" "$line" >&2
        elif [ $((++ticks % 25)) -eq 0 ]; then
            printf '.' >&2
        fi
        sleep 0.4
    done
    if [ -t 2 ]; then printf '\r\033[K' >&2; elif [ "$ticks" -ge 25 ]; then printf '\n' >&2; fi
}

# watched LOG COMMAND...: run it with its output in LOG and a sign of life on the screen; its status.
watched() {
    local log=$1 pid status=0
    shift
    "$@" </dev/null >>"$log" 2>&1 &
    pid=$!
    # shellcheck disable=SC2064
    trap "kill $pid 2>/dev/null; exit 130" INT TERM
    show_work "$pid" "$log"
    wait "$pid" || status=$?
    trap - INT TERM
    return "$status"
}
