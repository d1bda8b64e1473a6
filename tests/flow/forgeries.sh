# Forgeries, each one edit away from a good package that the program made: each is refused with the right finding. The same list drives
# the browser's verifier (tests/flow/forgeries/list.json).
# timeout: 900
need jq age openssl python3
# shellcheck source=tests/flow/forgeries/good
. "$SOURCE_ROOT/tests/flow/forgeries/good"
good_package
foreign_package
forge=$SOURCE_ROOT/tests/flow/forgeries/forge
failed=0 count=0
# Every second one under a sanitizer: all are judged without, in a browser and by its module.
some=p
[ -z "$FLOW_SANITIZED" ] || some='1~2p'
# judge ID: as it was forged, by `pin`.
judge() {
    local id=$1
    IFS=/ read -r finding result <<<"$("$forge" --expected "$id")"
    count=$((count + 1))
    status=0 want=1
    [ "$result" != intact ] || want=0
    depositary verify forged --pin "$(cat pin)" --json >found.json || status=$?
    if [ "$status" -ne "$want" ] || [ "$(json found.json .result)" != "$result" ] ||
        ! jq -e --arg id "$finding" '$id == "" or any(.findings[]; .id == $id)' found.json >/dev/null; then
        printf '%s: expected %s (%s), exit %s: %s\n' "$id" "$finding" "$result" "$status" "$(jq -c '[.result, (.findings[] | .id + " " + .result + " " + (.path // "") + (.field // ""))]' found.json)"
        failed=$((failed + 1))
    fi
    keep "$id"
}
# all OF: from the good package of this folder.
all() {
    depositary verify bag --pin "$(cat pin)" --json >good.json || { jq .findings good.json; fail 'the good package is not intact'; }
    same intact "$(json good.json .result)" 'the good package'
    for id in $("$forge" --ids "$1" | sed -n "$some"); do
        "$forge" "$id" bag forged reg
        judge "$id"
    done
}
all good
cd foreign || exit 1
all foreign
same 0 "$failed" "forgeries with another outcome, of $count"
