# timeout: 600
# Two readers of one register: what an officer may not know of leaves no row, no count, no reference and no error of its own.
need jq
new_register reg
for officer in L1:legal D1:desk U1:auditor P1:approver A1:administrator C1:custodian; do
    depositary key enrol "${officer%%:*}" --roles "${officer##*:}" --no-passphrase -C reg --as T1 >/dev/null 2>&1
done
as() { local who=$1; shift; depositary "$@" -C reg --as "$who"; }
# stated OFFICER JSON COMMAND...: recorded with what is stated on standard input; prints the record's id.
stated() { as "$1" "${@:3}" --file - --yes --json <<<"$2" | json - .record; }
text() { printf '{"text": "%s", "lang": "en"}' "$1"; }
as D1 note --text 'to all desks' >/dev/null
cp -a reg never

# ---- what there is to see: each stage hidden from more officers than the one before ----
# Of the mandate: from A1, P1, C1.
campaign=$(as D1 record campaign.opened --file - --yes <<<"{\"called\": [$(text Recovery)], \"code\": \"recovery\", \"currency\": \"USD\", \"goal\": \"1000\", \"qualifier\": \"exact\", \"from\": \"2021\"}")
as D1 record flow.recorded --file - --yes --about "$campaign" >/dev/null <<<'{"kind": "pledge", "side": "provider", "provider": "us", "receiver": "undp", "reference": "r", "amount": "10", "currency": "USD", "qualifier": "exact", "on": "2021-06-01"}'
cp -a reg mandate
# Of legal officers: from D1 too.
soon=$(date -u -d '+5 days' +%FT%TZ)
paper=$(printf '{"state": "on_paper", "scan_sha256": "%064d", "seen_by": "L1", "checked": %s}' 1 "$(text seal)")
request=$(stated L1 "{\"from\": \"court\", \"to\": \"organisation\", \"purpose\": \"trial\", \"scope\": {\"kind\": \"all\"}, \"our_ref\": \"Q-1\", \"deadline\": \"$soon\"}" request in)
stated L1 '{"from": "organisation", "to": "court", "purpose": "trial", "scope": {"kind": "all"}, "our_ref": "Q-2"}' request out >/dev/null
case=$(as L1 case open --json --file - <<<'{"authority": "court", "jurisdiction": "FR-75", "stage": "trial"}' | json - .case)
assurance=$(stated L1 "{\"from\": \"court\", \"kinds\": [\"fair_trial\"], \"purposes\": [\"trial\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": {\"from\": \"2020-01-01T00:00:00Z\"}, \"side\": $paper}" assure give)
as L1 status issue consents >/dev/null
cp -a reg legal
# Of custodians: from A1, D1 and P1.
mkdir dump
echo content >dump/a
as T1 collect dump --json --file - <<<'{"exhibit": "X-1", "case": "C-7"}' >collected
record=$(json collected .record) item=$(json collected .item)
transfer=$(stated T1 "{\"giver\": {\"state\": \"signed\", \"code\": \"T1\"}, \"to\": $(text Laboratory)}" item transfer X-1)
echo "{\"authority\": $(text 'Court order 9'), \"reason\": $(text 'asked for')}" >ordered
as L1 hold place X-1 --file ordered >/dev/null
as T1 item check X-1 >/dev/null
as T1 mark set X-1 --yes --file - <<<'{"flags": ["source"]}' >/dev/null
cp -a reg evidence
# Consents, which approvers know of: from A1 and D1.
consent=$(stated L1 "{\"terms\": {\"layer\": \"host\", \"grantor\": \"test\", \"actions\": [\"release\"], \"recipients\": [\"any\"], \"purposes\": [\"any\"], \"lines\": [\"any\"], \"territories\": [\"any\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": {\"from\": \"2020-01-01T00:00:00Z\", \"to\": \"$soon\"}}, \"side\": $paper}" consent give)
cp -a reg consents
# That they came to nothing, which approvers don't: from P1.
as L1 consent withdraw "$consent" >/dev/null
cp -a reg withdrawn
prepared=$(as L1 release prepare X-1 --yes --json --file - <<<'{"action": "release", "recipient": "court", "purpose": "trial"}' | json - .record)
cp -a reg prepared
stated L1 "{\"reason\": $(text no)}" refuse "$prepared" >/dev/null
cp -a reg after

# ---- every command that reads ----
# Many records at once, and what is by a number or a word.
lists() {
    printf '%s\n' list 'list --newest' 'list --newest --limit 3' "list --item $item" "list --ref $record" 'search X-1' 'search C-7' "search $item" 'search court' 'search recovery' \
        'item list' 'item check --all' 'key list' 'report campaign' 'report case' 'report custody' 'report commitments' 'report due --within 90' 'report incidents' 'report membership' \
        'timeline all' 'timeline all --limit 3' 'timeline campaign' 'mission list' inbox outbox 'due --within 90' \
        'release list' 'consent list' 'assure list' 'case list' 'request list' 'publish list' 'retention rules' 'status show consents' 'charter show'
    printf 'list --type %s\n' evidence. custody. hold.placed request. case. consent. marking.set status.
}
# One that is named. ordered: JSON of an authority and a reason, all that is stated here; what else a command wants is asked for after it looked.
named() { # ID...
    local id
    for id; do
        printf "%s $id\n" show 'show --open' prove 'list --ref' 'note --text x --about' 'note --text x --supersedes' 'record note --yes --about' 'record note --yes --source' 'erase --file ordered' \
            'request show' 'request in --yes' 'consent show' 'consent withdraw' 'assure show' 'assure withdraw' 'case show' 'mission show' 'mark show' 'release' 'release --dry-run' 'release judge' \
            'approve --yes' 'pack --to court --out out --dry-run' 'print letter --out out' 'print receipt --out out' 'publish --out out --yes' 'publish preview --out out' 'report campaign' 'report case' \
            'report custody' 'timeline case' 'timeline campaign' 'timeline item' 'import flow.recorded table --about' 'item history' 'withdraw --file ordered' 'refuse --file ordered' \
            'retention review --file ordered' 'case stage --file ordered' 'request answer --file ordered' 'consent check --file ordered' 'mission end --file ordered' 'release review --file ordered' |
            sed "s/^\(import\) \(.*\) table --about $id/\1 \2 table --about $id/"
    done
}
exhibits() { # NAME...
    local name
    for name; do
        printf '%s\n' "item files $name" "item history $name" "item extract $name a --out out" "item check $name" "item transfer $name --yes" "item receive $name --yes" "item error $name --yes" \
            "hold place $name --yes" "hold lift $name --yes" "print label $name --out out" "print page $name --out out" "print handover $name --out out" "intake dump --yes --of $name" "mark show $name" \
            "mark set $name --yes" "report custody $name" "timeline item $name" "list --item $name" "search $name" "release prepare $name --file wanted --dry-run"
    done
}
echo 'kind,side' >table
echo '{"action": "release", "recipient": "court", "purpose": "trial"}' >wanted
# A command that is neither here nor one of those that look at no record for an officer (doc/decisions/008) is missing in this test.
{ lists && named "$record" && exhibits X-1; } | cut -d' ' -f1 | sort -u >tried
for command in init collect redact schema charter log cosign timestamp verify receive backup restore; do echo $command; done | sort -u tried - >known
depositary --help | sed -n 's/^  \([a-z]*\)  .*/\1/p' | sort -u >helped
[ "$(wc -l <helped)" -ge 30 ] || fail 'no list of commands'
same '' "$(comm -23 helped known | xargs)" 'commands that nobody thought of here'

# answers OFFICER REGISTER FORM...: what each command on standard input says, in words, as JSON; its exit status.
answers() {
    local command form status
    ln -sfn "$2" here
    while read -r command; do
        for form in "${@:3}"; do
            status=0
            # shellcheck disable=SC2086
            depositary $command $form -C here --as "$1" >said 2>&1 </dev/null || status=$?
            [ ! -e out ] || fail "$1 was given something: $command"
            # A usage error or a fault would be the same everywhere, and show nothing.
            [ "$status" -le 1 ] || { cat said >&2; fail "exit $status: $command $form"; }
            printf '== %s %s: exit %s\n' "$command" "$form" "$status"
            cat said
        done
    done
}
# alike OFFICER WITHOUT WITH COMMANDS FORM...: nothing tells one register from the other.
tried=0
alike() {
    answers "$1" "$2" "${@:5}" <"$4" >never.said
    answers "$1" "$3" "${@:5}" <"$4" >hidden.said
    cmp never.said hidden.said || { diff never.said hidden.said | head -20 >&2; fail "$1 can tell $2 from $3"; }
    tried=$((tried + $(grep -c '^== ' never.said)))
}
forms=('' --json)
part=1
[ -z "$FLOW_SANITIZED" ] || { part=3 forms=(''); } # several times as long there: a third of the commands, one form, one officer
{ lists && named "$request" && exhibits X-1; } | awk "NR % $part == 0" >all
{ named "$record" && exhibits "$item" && named "$case" "$transfer" "$assurance" "$consent" | grep -E '^(show|note|list|(request|consent|assure|case) show)'; } | awk "NR % $part == 0" >others
{ named "$request" && exhibits X-1; } >some
lists >many
alike A1 never after all "${forms[@]}"
alike A1 never after others ''
# Each of those that name something got as far as looking for it, or as far as who may sign it.
grep -A1 -E '^== (show|prove|note|erase|consent|assure|mission|release|approve|pack|print|refuse|withdraw|item|hold|mark|intake) .*: exit 1$' hidden.said | grep -vE '^(==|--)' | grep -vE '(absent|signer)' >elsewhere || true
[ ! -s elsewhere ] || { sort -u elsewhere >&2; fail 'refused for another reason'; }
if [ -z "$FLOW_SANITIZED" ]; then
    alike D1 mandate consents many "${forms[@]}"
    alike D1 mandate consents some ''
    { lists && named "$request"; } >all
    alike P1 never evidence all ''
    alike C1 never legal all ''
    # What others did about one that shows. A proof tells the size of the log.
    { printf '%s\n' list inbox outbox 'due --within 90' 'release list' 'timeline all' && named "$prepared" | grep -vE '^(prove|note|record) '; } >some
    alike D1 prepared after some ''
    alike P1 prepared after some ''
    named "$consent" | grep -vE '^(prove|note|record) ' >some
    alike P1 consents withdrawn some ''
fi
echo "$tried answers are alike to the byte"
# Somebody does see it, by each of them: else the comparison could not fail.
if [ -z "$FLOW_SANITIZED" ]; then
    lists | while read -r command; do
        seen=''
        for officer in T1 L1 D1; do
            # shellcheck disable=SC2086
            if [ -z "$seen" ] && [ "$(depositary $command -C never --as $officer 2>&1)" != "$(depositary $command -C after --as $officer 2>&1)" ]; then seen=$officer; fi
        done
        [ -n "$seen" ] || echo "$command"
    done >unseen
    same 'key list report commitments report incidents report membership mission list publish list retention rules charter show' "$(xargs <unseen)" 'where there is nothing to see here'
fi
same "$(depositary list --json -C reg --as U1 | wc -l)" "$(depositary log checkpoint --json -C reg | json /dev/stdin .size)" 'an auditor counts everything, and nothing was recorded'
about=$(depositary note --text 'of X-1' --about "$record" -C reg --as T1)
fake=${record%?}$(tr '0-9a-f' 'a-f0-9' <<<"${record: -1}")

# Nor is one that is written by hand: of what doesn't show, of what never was, of what is another.
for id in "$record" "$fake"; do
    expect 1 depositary record note --file - --yes -C reg --as A1 <<<"{\"text\": $(text x), \"refs\": [{\"rel\": \"about\", \"id\": \"$id\", \"sha256\": \"$(printf '%064d' 1)\"}]}" 2>err
    holds err 'index.absent'
    sed "s/$id/ID/" err >"err.$id"
done
cmp "err.$record" "err.$fake"
expect 1 depositary record note --file - --yes -C reg --as T1 <<<"{\"text\": $(text x), \"refs\": [{\"rel\": \"about\", \"id\": \"$record\", \"sha256\": \"$(printf '%064d' 1)\"}]}" 2>err
holds err 'index.absent'

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
