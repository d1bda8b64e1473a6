# timeout: 300
# Who reads what is protected: an administrator nothing, by no command; what others read is a record, and only that.
need jq age
new_register reg
for officer in L1:legal U1:auditor A1:administrator; do
    depositary key enrol "${officer%%:*}" --roles "${officer##*:}" --no-passphrase -C reg --as T1 >/dev/null
done
mkdir dump
echo 'MARK-content' >dump/MARK-name
depositary collect dump -C reg --as T1 --json --file - >collected <<'END'
{"exhibit": "MARK-exhibit", "case": "MARK-case", "description": {"text": "MARK-words", "lang": "en"}}
END
record=$(json collected .record) item=$(json collected .item)
note=$(depositary note --text 'MARK-note' -C reg --as T1)
echo 'MARK-holder' >holder
depositary key enrol T2 --roles custodian --no-passphrase --holder-file holder -C reg --as T1 >/dev/null
enrolled=$(depositary list --type key.enrolled --newest --limit 1 --json -C reg --as T1 | jq -r .id)
echo '{"authority": {"text": "order", "lang": "en"}, "reason": {"text": "asked", "lang": "en"}}' >stated

# readings: what T1, L1, ... have read is recorded by their next commit. One line a record: code, count, ids.
readings() {
    local officer
    for officer in T1 L1 U1; do
        depositary note --text next -C reg --as "$officer" >/dev/null
        [ ! -s "reg/readings/$officer" ] || fail "readings of $officer are left"
    done
    depositary list --type reading.recorded --json -C reg --as L1 | jq -r .id >all
    tail -n "+$(($(cat told) + 1))" all >ids
    wc -l <all >told
    while read -r id; do
        depositary show "$id" --json -C reg --as L1 | jq -r '[.claims.by.code, .claims.count] + (.claims.records | sort) | join(" ")'
    done <ids
}
echo 0 >told
readings >none
[ ! -s none ] || fail "nobody has read: $(cat none)"

# Each command that shows what is protected, by who may see it.
sorted() { printf '%s\n' "$@" | LC_ALL=C sort | paste -sd ' '; }
tell() {
    local want=$1
    shift
    depositary "$@" -C reg >/dev/null 2>&1 || fail "depositary $*"
    same "$want" "$(readings)" "readings of: $*"
}
tell "T1 1 $note" show "$note" --as T1
tell "L1 1 $note" show "$note" --json --as L1
tell "T1 1 $enrolled" show "$enrolled" --as T1
tell "T1 1 $record" item list --as T1
tell "T1 1 $record" item files "$item" --as T1
tell "T1 1 $record" item extract "$item" dump/MARK-name --out taken --as T1
tell "T1 1 $record" item history "$item" --as T1
tell "T1 1 $record" print label "$item" --out label.pdf --as T1
tell "T1 2 $record" print page "$item" --out page.pdf --as T1
# What shows nothing that is protected is no reading, nor is a check, which is a record itself.
tell '' show "$note" --open --as T1
tell '' list --as T1
tell '' search MARK --as T1
tell '' prove "$note" --out proof --as T1
tell '' key list --as T1
tell '' item check "$item" --as T1
tell '' show "$record" --as U1
tell '' show "$(depositary list --type reading.recorded --limit 1 --json -C reg --as L1 | jq -r .id)" --as L1
# Each of two officers at once, and a reader whom a closed pipe ends.
depositary show "$note" -C reg --as L1 >/dev/null
for n in 2 3; do depositary note --text "n$n" --about "$note" -C reg --as T1 >/dev/null; done
depositary show "$note" -C reg --as T1 | head -c 1 >/dev/null || true
depositary item list -C reg --as T1 | head -c 1 >/dev/null || true
same "$(sorted "T1 2 $(sorted "$note" "$record")" "L1 1 $note")" "$(readings | LC_ALL=C sort | paste -sd ' ')" 'two officers'
depositary verify reg --json | json /dev/stdin .verdict >verdict
same intact "$(cat verdict)" 'verdict'

# A reading that can't be written down is told, and not refused.
rm -f reg/readings/L1
mkdir reg/readings/L1
depositary show "$note" -C reg --as L1 >out 2>err
holds out 'MARK-note'
holds err 'could not be recorded'
rmdir reg/readings/L1

# An administrator opens nothing: every command, each in its ways, and everything it wrote.
mkdir admin
tries=0
try() {
    depositary "$@" -C reg --as A1 </dev/null >>admin/said 2>&1 || true
    depositary "$@" --json -C reg --as A1 </dev/null >>admin/said 2>&1 || true
    tries=$((tries + 1))
}
for id in "$record" "$note" "$enrolled" "$item" MARK-exhibit; do
    try show "$id"
    try show "$id" --open
    try prove "$id" --out admin/proof
    try prove "$id"
    try list --ref "$id"
    try list --item "$id"
    try search "$id"
    try note --text x --about "$id"
    try erase "$id" --file stated --yes
    try erase "$id" --yes
    for verb in files history check error transfer receive copy examine; do try item $verb "$id" --yes; done
    try item extract "$id" dump/MARK-name --out admin/file
    try item extract "$id" collection.json --out admin/collection
    try item correct "$id" --file stated
    for kind in label inventory handover page; do try print $kind "$id" --out admin/$kind.pdf; done
    try hold place "$id" --file stated
    try hold lift "$id" --file stated
    try intake dump --of "$id" --yes
done
depositary collect dump -C reg --as T1 --file - >/dev/null <<<'{"exhibit": "MARK-second", "case": "MARK-case"}'
try list
try search MARK
try search 'MARK-case'
try item list
try item check --all
try collect dump --yes
try record note --yes
try key list
try key card
try log checkpoint
try log audit
try verify
try schema
try backup admin/copy
# Made custodian by oneself: what was recorded stays closed, since nobody gives what they can't open.
try key enrol A2 --roles custodian,legal,auditor --no-passphrase
try key recover A3 --recovery holder --root reg.root.pem --roles custodian --no-passphrase
for officer in A2 A3; do
    [ ! -e "reg/keys/officer-$officer.identity" ] || { depositary show "$note" -C reg --as "$officer" || true; } >>admin/said 2>&1
done
for file in admin/said admin/*.pdf admin/file admin/collection admin/proof; do
    [ ! -e "$file" ] || { sed 's/dump.MARK-name//' "$file" >seen; lacks seen 'MARK-(content|case|words|note|holder|name|second)'; }
done
for file in admin/file admin/collection; do [ ! -e $file ] || fail "written out for an administrator: $file"; done
for key in vault.identity.age content.age role-custodian.identity.age role-legal.identity.age; do
    expect 1 age -d -i reg/keys/officer-A1.identity "reg/keys/$key" >/dev/null 2>&1
done
echo "$tries commands tried as an administrator"
# The same words are found where somebody may read them, so that the search could fail.
depositary show "$note" -C reg --as T1 | among MARK-note
