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
# Every fourth one under a sanitizer: all are judged without, in a browser and by its module.
each=1
[ -z "$FLOW_SANITIZED" ] || each=4
# judge ID FINDING RESULT: as it was forged, by `pin`.
judge() {
    local id=$1 finding=$2 result=$3 status want told
    count=$((count + 1))
    status=0 want=1
    [ "$result" != intact ] || want=0
    depositary verify forged --pin "$(cat pin)" --json >found.json || status=$?
    told=$(jq -r --arg id "$finding" '"\(.result) \($id == "" or any(.findings[]; .id == $id))"' found.json)
    if [ "$status" -ne "$want" ] || [ "$told" != "$result true" ]; then
        printf '%s: expected %s (%s), exit %s: %s\n' "$id" "$finding" "$result" "$status" "$(jq -c '[.result, (.findings[] | .id + " " + .result + " " + (.path // "") + (.field // ""))]' found.json)"
        failed=$((failed + 1))
    fi
    keep "$id"
}
# all OF: from the good package of this folder.
all() {
    depositary verify bag --pin "$(cat pin)" --json >good.json || { jq .findings good.json; fail 'the good package is not intact'; }
    same intact "$(json good.json .result)" 'the good package'
    mkdir all
    # In one go: a python for each would take longer than all that the program does.
    "$forge" --all "$1" bag all reg "$each" >all.list
    while IFS=/ read -r id finding result; do
        rm -rf forged
        mv "all/$id" forged
        judge "$id" "$finding" "$result"
    done <all.list
}
all good
[ "$((count * each))" -gt 60 ] || fail "forgeries: $count"
# What is said to be sealed for a key and doesn't open with it: only who holds that key can see it.
age-keygen -o other.key 2>/dev/null
"$forge" "[[\"line\", \"\\\"line\\\":\\\"notice\\\"\", \"$(age-keygen -y judge.key)\", \"$(age-keygen -y other.key)\"]]" bag forged reg
depositary verify forged --pin "$(cat pin)" --json >found.json
same 'intact null' "$(jq -r '[.result, (.under_seal | tojson)] | join(" ")' found.json)" 'sealed for another key, unopened'
expect 1 depositary verify forged --pin "$(cat pin)" --identity other.key --json >found.json
same 'altered altered notice.to' "$(jq -r '[.result, .notice.content, .findings[-1].id] | join(" ")' found.json)" 'sealed for another key than is said'
cd foreign || exit 1
all foreign
same 0 "$failed" "forgeries with another outcome, of $count"
