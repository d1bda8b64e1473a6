# timeout: 300
# Two readers of one register: what an officer may not know of leaves no row, no count, no reference and no error of its own.
need jq
new_register reg
for officer in L1:legal D1:desk U1:auditor P1:approver A1:administrator; do
    depositary key enrol "${officer%%:*}" --roles "${officer##*:}" --no-passphrase -C reg --as T1 >/dev/null
done
depositary note --text 'to all desks' -C reg --as D1 >/dev/null
cp -a reg before

# What T1 and L1 add now is nothing that A1, D1 or P1 may know of, but for the note.
mkdir dump
echo '{"authority": {"text": "Court order 9", "lang": "en"}, "reason": {"text": "asked for", "lang": "en"}}' >stated
echo content >dump/a
depositary collect dump -C reg --as T1 --json --file - <<<'{"exhibit": "X-1", "case": "C-7"}' >collected
record=$(json collected .record) item=$(json collected .item)
depositary item transfer X-1 -C reg --as T1 --json --file - <<<'{"giver": {"state": "signed", "code": "T1"}, "to": {"text": "Laboratory", "lang": "en"}}' | json /dev/stdin .record >transfer
depositary hold place X-1 -C reg --as L1 --file stated >/dev/null
depositary item check X-1 -C reg --as T1 >/dev/null
cp -a reg after
about=$(depositary note --text 'of X-1' --about "$record" -C reg --as T1)

# list_of OFFICER REGISTER: everything the program gives of many records at once.
list_of() {
    local command
    for command in list 'list --newest' 'list --limit 3' 'list --type evidence.' 'list --type custody.' 'list --type hold.placed' \
        "list --item $item" "list --ref $record" 'search X-1' 'search C-7' "search $item" 'search T1' 'item list' 'item check --all' 'key list'; do
        # shellcheck disable=SC2086
        for json in '' --json; do
            echo "$command $json"
            depositary $command $json -C "$2" --as "$1" 2>&1 || echo "exit $?"
        done
    done
}
for officer in A1 D1 P1; do
    list_of "$officer" before >never
    list_of "$officer" after >hidden
    cmp never hidden || { diff never hidden >&2; fail "$officer sees that there is more"; }
done
# The others do see it: the same commands, so that the comparison could fail.
for officer in T1 L1 U1; do
    list_of "$officer" before >never
    list_of "$officer" after >shown
    if cmp -s never shown; then fail "$officer sees nothing new"; fi
    holds shown "$item"
done
same 0 "$(depositary list --type evidence. --json -C reg --as A1 | wc -l)" 'items of an administrator'
same "$(depositary list --json -C reg --as T1 | wc -l)" "$(depositary list --json -C reg --as U1 | wc -l)" 'an auditor counts everything'

# said STATUS-FILE COMMAND...: status and every byte said, ids and names that were typed made one.
said() {
    local status=0
    "$@" >said.out 2>said.err </dev/null || status=$?
    echo "exit $status"
    sed -E "s/$real/NAMED/g; s/$fake/NAMED/g; s/$real_item/ITEM/g; s/$fake_item/ITEM/g; s/X-[19]/EXHIBIT/g" said.out said.err
}
# alike OFFICER STATUS COMMAND with REAL, ITEM, EXHIBIT: the same of what doesn't show and of what never was.
tried=0
alike() {
    local officer=$1 status=$2 json real_line fake_line
    shift 2
    for json in '' --json; do
        real_line=$(sed "s/NAMED/$real/g; s/ITEM/$real_item/g; s/EXHIBIT/X-1/g" <<<"$* $json")
        fake_line=$(sed "s/NAMED/$fake/g; s/ITEM/$fake_item/g; s/EXHIBIT/X-9/g" <<<"$* $json")
        # shellcheck disable=SC2086
        said depositary $real_line -C reg --as "$officer" >hidden
        # shellcheck disable=SC2086
        said depositary $fake_line -C reg --as "$officer" >never
        cmp hidden never || { diff hidden never >&2; fail "$officer can tell: $* $json"; }
        holds hidden "^exit $status\$"
        [ "$status" -eq 0 ] || holds hidden '(index|item)\.absent'
        tried=$((tried + 1))
    done
}
real_item=$item fake_item=$(echo "$item" | tr '0-9a-f' '0-79889a-f' | sed 's/./0/1')
# Several times as long under a sanitizer: one of the three there.
readers='A1 D1 P1'
[ -z "$FLOW_SANITIZED" ] || readers=A1
for officer in $readers; do
    checked=$(depositary list --type fixity.checked --json -C reg --as T1 | jq -r .id)
    reals=("$record")
    [ "$officer" != A1 ] || reals+=("$(cat transfer)" "${record:0:20}" "$checked")
    for real in "${reals[@]}"; do
        fake=${real%?}$(tr '0-9a-f' 'a-f0-9' <<<"${real: -1}")
        [ "$fake" != "$real" ] || fail 'the same id'
        alike "$officer" 1 show NAMED
        alike "$officer" 1 show NAMED --open
        alike "$officer" 1 prove NAMED
        alike "$officer" 1 note --text x --about NAMED
        alike "$officer" 1 note --text x --supersedes NAMED
        alike "$officer" 1 record note --yes --about NAMED
        alike "$officer" 1 erase NAMED --yes
        alike "$officer" 0 list --ref NAMED
        alike "$officer" 1 item history NAMED
        alike "$officer" 1 print handover EXHIBIT --record NAMED --out never.pdf
    done
    for name in ITEM EXHIBIT; do
        [ "$officer" = A1 ] || [ "$name" = EXHIBIT ] || continue
        alike "$officer" 1 item files $name
        alike "$officer" 1 item history $name
        alike "$officer" 1 item extract $name a --out never
        alike "$officer" 1 item check $name
        alike "$officer" 1 item transfer $name --yes
        alike "$officer" 1 item receive $name --yes --answers NAMED
        alike "$officer" 1 item error $name --yes
        alike "$officer" 1 hold place $name --yes
        alike "$officer" 1 hold lift $name --yes
        alike "$officer" 1 print label $name --out never.pdf
        alike "$officer" 1 print page $name --out never.pdf
        alike "$officer" 1 intake dump --yes --of $name
        alike "$officer" 0 list --item $name
        alike "$officer" 0 search $name
    done
done
echo "$tried pairs are alike to the byte"
same "$(depositary list --json -C reg --as T1 | wc -l)" "$(depositary log checkpoint --json -C reg | json /dev/stdin .size)" 'none of them was recorded'

# A reference to what doesn't show is no reference; the signed record has it for whoever is given the record itself.
depositary show "$about" --json -C reg --as D1 >desk
same false "$(jq '.claims | has("refs")' desk)" 'refs as the desk sees them'
lacks desk "$record"
depositary show "$about" --json -C reg --as T1 >custodian
same "$record" "$(json custodian '.claims.refs[0].id')" 'refs as the custodian sees them'
depositary show "$about" -C reg --as D1 >desk
lacks desk "$record"

# Nobody is believed to be who they say: without K1's passphrase nothing shows, found or not.
depositary key enrol K1 --roles custodian --passphrase-fd 3 -C reg --as T1 3<<<'a passphrase' >/dev/null
for id in "$record" "$fake"; do
    expect 3 depositary show "$id" --open -C reg --as K1 >out 2>err </dev/null
    [ ! -s out ] || fail 'it showed'
    holds err 'keys.passphrase.absent'
    sed "s/$id/ID/" err >"err.$id"
done
cmp "err.$record" "err.$fake"
expect 3 depositary list -C reg --as K1 >out 2>/dev/null </dev/null
[ ! -s out ] || fail 'it listed'
depositary list --json -C reg --as K1 --passphrase-fd 3 3<<<'a passphrase' | among "$record" || fail 'K1 sees nothing'
# What is public needs no officer.
depositary show "$(depositary list --type charter.adopted --json -C reg --as T1 | jq -r .id)" -C reg >/dev/null
expect 1 depositary list -C reg >out 2>err
[ ! -s out ] || fail 'it listed for nobody'
holds err 'officer.which'

# What one signed oneself shows, whatever it is.
own=$(depositary note --text 'mine' -C reg --as A1)
depositary list --json -C reg --as A1 | among "$own" || fail 'own note'
same 1 "$(depositary list --type note --json -C reg --as A1 | wc -l)" "an administrator's notes"

# Restricted material is there for every custodian, who may have to save it; its content opens to who took it in or over.
depositary key enrol K2 --roles custodian --no-passphrase -C reg --as T1 >/dev/null
echo restricted >dump/b
depositary collect dump -C reg --as T1 --json --file - <<<'{"exhibit": "X-2", "case": "C-7", "sensitive": ["medical"]}' >/dev/null
depositary item list --json -C reg --as K2 >items
same true "$(jq 'select(.exhibit == "X-2").restricted' items)" 'K2 sees that it is restricted'
depositary item files X-1 -C reg --as K2 >/dev/null
for command in 'item files X-2' 'item extract X-2 dump/b --out opened'; do
    # shellcheck disable=SC2086
    expect 1 depositary $command -C reg --as K2 >out 2>err
    if [ -s out ] || [ -e opened ]; then fail 'it opened'; fi
    holds err 'item.restricted'
done
depositary item extract X-2 dump/b --out opened -C reg --as T1
rm opened
depositary item check X-2 -C reg --as K2 >/dev/null
depositary item transfer X-2 -C reg --as T1 --file - >/dev/null <<<'{"giver": {"state": "signed", "code": "T1"}, "to": {"text": "K2", "lang": "en"}}'
depositary item receive X-2 -C reg --as K2 --file - >/dev/null <<<'{"taker": {"state": "signed", "code": "K2"}}'
depositary item extract X-2 dump/b --out opened -C reg --as K2
