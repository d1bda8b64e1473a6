# Three registers under one charter: the host State, who collects, an international organisation. Evidence is asked for, consented to in part, released
# redacted, received, asked for onward, refused, approved by its originator, passed on; a withdrawal then reaches all of them. And what a liar sends.
# timeout: 300
need jq python3
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
three_members '[{"need": "request"}, {"need": "consent.host", "status_max_age_s": 604800}, {"need": "consent.originator", "status_max_age_s": 604800}, {"need": "approval"}]'
for m in reg iq un; do
    depositary key enrol L1 --roles legal,custodian --no-passphrase -C $m --as T1 >/dev/null
    [ $m = iq ] || depositary key enrol A1 --roles approver,legal --no-passphrase -C $m --as T1 >/dev/null
done
reg() { depositary "$@" -C reg --as L1; }
iq() { depositary "$@" -C iq --as L1; }
un() { depositary "$@" -C un --as L1; }
# say WHO CLAIMS COMMAND...: recorded; prints its id.
say() { "$1" "${@:3}" --file - --yes --json <<<"$2" | jq -r .record; }
# pack WHO RECORD NAME [--to CODE]; send WHO OTHER RECORD NAME [--to CODE]: and taken in by the other.
pack() { "$1" pack "$2" --out "$3" --yes --json "${@:4}" >"$3.packed"; }
send() {
    pack "$1" "${@:3}"
    "$2" receive "$4" --json >"$4.json"
}
sent() { "$1" outbox --json | jq -r 'select(.kind == "outbox.sent").detail' | cut -d' ' -f1 | sort -u; }
told() { "$1" outbox --json | jq -r 'select(.kind != "outbox.sent" and .kind != "outbox.release" and .kind != "outbox.request") | .kind + " " + .detail' | xargs; }
last() { "$1" list --type "$2" --json | tail -n 1 | jq -r .id; }
# missing WHO PREPARED: what is missing for it.
missing() { "$1" release --dry-run "$2" --json | jq -r '.verdict.requirements[] | select(.met != "met") | .need + ":" + .met' | xargs; }
prepare() { say "$1" "{\"action\": \"$2\", \"recipient\": \"$3\", \"purpose\": \"trial\", \"materials\": [{\"item\": \"$4\", \"fields\": [\"basis\", \"sensitive\"], \"redacted\": ${5:-false}}]}" release prepare; }
approve() { depositary approve "$2" -C "$1" --as A1 >/dev/null; }
code() { [ "$1" = reg ] && echo test || echo "$1"; }
in_from() { printf '{"from": "%s", "to": "organisation", "purpose": "trial", "scope": {"kind": "all"}}' "$1"; }
ask() { say "$1" "{\"to\": \"$2\", \"from\": \"$(code "$1")\", \"purpose\": \"trial\", \"scope\": {\"kind\": \"all\"}}" request out; }
terms() { printf '{"terms": {"layer": "%s", "grantor": "%s", "actions": ["%s"], "recipients": ["%s"], "purposes": ["trial"], "lines": ["any"], "territories": ["IQ"], "scope": {"kind": "item", "id": "%s"}, "in_force": {"from": "2020-01-01T00:00:00Z"}}, "side": {"state": "signed", "code": "L1"}}' "$@"; }

# ---- two exhibits from Iraq; of one a redacted copy ----
for x in 1 2; do
    "$SOURCE_ROOT/tests/flow/make-pdf" "file$x" Zebra 'The witness is Zebra Quagga'
    reg collect "file$x" --json --file - <<<"{\"exhibit\": \"X-$x\", \"territory\": \"IQ\", \"basis\": $(text 'warrant 12')}" >"item$x.json"
done
echo '{"boxes": [{"page": 1, "x": 0, "y": 0, "width": 1000, "height": 500}]}' >boxes.json
depositary redact file1 --boxes boxes.json --out redacted.pdf >/dev/null
reg intake redacted.pdf --stage redaction --of "$(json item1.json .item)" --json --file - >copy.json <<<"{\"exhibit\": \"X-1r\", \"territory\": \"IQ\", \"basis\": $(text 'warrant 12')}"
copy=$(json copy.json .item) two=$(json item2.json .item)

# ---- the organisation asks; the host State consents to a part ----
waits() { "$1" inbox --json | jq -r 'select(.kind == "inbox.heard").record'; }
send un reg "$(ask un test)" asked --to test
# What came waits until somebody enters it, as it was asked.
asked=$(waits reg)
same 'request.stated' "$(expect 1 reg request in "$asked" --file - --json <<<'{"purpose": "defence"}' | jq -r .finding)" 'otherwise than it was asked'
# What it refers to besides goes in with it; where it came from is not for the officer to say.
ref() {
    local at
    at=$(reg list --json | jq -r --arg id "$1" 'select(.id == $id).index')
    printf '[{"rel": "%s", "id": "%s", "sha256": "%s"}]' "$2" "$1" "$(sed -n "$((at + 1))p" reg/records/000000 | tr -d '\n' | sha256sum | cut -d' ' -f1)"
}
same 'request.stated' "$(expect 1 reg request in "$asked" --file - --json <<<"{\"refs\": $(ref "$asked" source)}" | jq -r .finding)" 'another source'
same 'record.envelope' "$(expect 1 reg request in "$asked" --file - --json <<<'{"refs": "X-1"}' | jq -r .finding)" 'what is no reference'
reg request in "$asked" --file - --json >entered.json <<<"{\"our_ref\": \"R-7\", \"refs\": $(ref "$(json item1.json .record)" about)}"
same "about $(json item1.json .record),source $asked" "$(reg show "$(json entered.json .record)" --json | jq -r '[.claims.refs[] | .rel + " " + .id] | join(",")')" 'what an entered request refers to'
same "in un trial R-7" "$(reg request show "$(json entered.json .record)" --json | jq -r '.record.claims | "\(.direction) \(.from) \(.purpose) \(.our_ref)"')" 'a request as it was asked'
same "inbox.request $(json entered.json .record)" "$(reg inbox --json | json - '.kind + " " + .record')" 'waits for an answer now'
expect 1 reg request in "$asked" 2>err
holds err request.heard
send reg iq "$(ask reg iq)" asks --to iq
request=$(iq request in "$(waits iq)" --file - --json <<<"{\"subject\": $(text 'the redacted copy')}" | jq -r .record)
send iq reg "$(say iq "{\"answer\": \"in_part\", \"part\": $(text 'the redacted copy')}" request answer "$request")" answer --to test
# The answer is to that request of ours: nobody waits for one any more.
same 'out in_part' "$(reg request list --json | jq -r 'select(.to == "iq") | .direction + " " + .state')" 'answered'
same '' "$(reg outbox --json | jq -r 'select(.kind == "outbox.request").detail')" 'nothing waits for an answer'
consent=$(say iq "$(terms host iq release un "$copy")" consent give)
send iq reg "$consent" consent --to test
prepared=$(prepare reg release un "$two")
approve reg "$prepared"
same consent.host:scope "$(missing reg "$prepared")" 'of what was not consented to'
prepared=$(prepare reg release un "$copy" true)
approve reg "$prepared"
same '' "$(missing reg "$prepared")" 'of what was'
reg release "$prepared" --json >made.json
pack reg "$(json made.json .record)" release

# ---- received: intact, with the host State's log beside the sender's ----
same intact "$(json release.packed .verified)" 'what is sent'
depositary verify release --pin "$(depositary charter show -C iq --as T1 --json | jq -r .fingerprint)" --passphrase --passphrase-fd 3 --extract opened --json >opened.json 3< <(json release.packed .passphrase) || fail 'what is released'
! grep -arE 'Zebra|Quagga|witness' opened || fail 'what was painted over is in what was released'
cmp redacted.pdf "$(find opened -name redacted.pdf)" || fail 'another copy'
un receive release --json >release.json
same taken "$(un show "$(json release.json .record)" --json | jq -r '.claims | .outcome + (.finding // "")')" 'what is recorded'
held=$(json release.json .item)
same 'iq un' "$(sent reg | xargs)" 'sent, and nobody said that it came'
send un reg "$(json release.json .record)" receipt
same iq "$(sent reg)" 'what was received'

# ---- onward, to a court: the host State agrees, the originator refuses, and approves when it is asked again ----
say un "$(in_from court)" request in >/dev/null
send iq un "$(say iq "$(terms host iq onward court "$held")" consent give)" agrees --to un
onward=$(prepare un onward court "$held")
approve un "$onward"
same consent.originator:absent "$(missing un "$onward")" 'onward'
expect 1 un release "$onward" >refusal
request=$(say reg "$(in_from un)" request in)
send un reg "$(ask un test)" onward --to test
send reg un "$(say reg "{\"answer\": \"refused\", \"reason\": $(text 'not yet')}" request answer "$request")" refused --to un
same consent.originator:absent "$(missing un "$onward")" 'refused'
send reg un "$(say reg "$(terms originator test onward court "$held")" consent give)" approval --to un
same '' "$(missing un "$onward")" 'approved'
un release "$onward" --json >passed.json
pack un "$(json passed.json .record)" court
same intact "$(json court.packed .verified)" 'what the court gets'
# A clerk has the fingerprint of the charter, by another way, and nothing else.
pin=$(depositary charter show -C iq --as T1 --json | jq -r .fingerprint)
depositary verify court --pin "$pin" --json >clerk.json || { jq -c .findings clerk.json; fail 'the clerk'; }
LC_ALL=C.UTF-8 LANGUAGE=fr depositary verify court --pin "$pin" >told
holds told '^      Champs montrés : Base légale, Matière sensible$'
same 'un iq test' "$(jq -r '[.logs[].member] | join(" ")' clerk.json)" 'whose logs are in it'
same 'consent.given iq,consent.given test' "$(jq -r '[.records[] | select(.type == "consent.given") | .type + " " + .iss] | sort | join(",")' clerk.json)" 'by which consents'

# ---- the host State withdraws: everybody down the chain is told, and nobody why ----
iq consent withdraw "$consent" --json >withdrawn.json
send iq reg "$(json withdrawn.json .record)" withdrawal --to test
same 1 "$(json withdrawal.json .withdrawals)" 'releases that fall with it'
same 'outbox.notice un' "$(told reg)" 'to be told'
send reg un "$(last reg release.withdrawn)" notice
same "$held 1" "$(jq -r '"\(.withdrawn_item) \(.withdrawals)"' notice.json)" 'withdrawn there, and what was passed on'
same 'outbox.unreachable court' "$(told un)" 'who keeps no register'
gone=$(last un release.withdrawn)
say un "{\"side\": {\"state\": \"refused\", \"reason\": $(text 'not our affair')}}" withdraw acknowledged "$gone" >/dev/null
same 'outbox.unreachable court' "$(told un)" 'who refuses to say so'
expect 1 un withdraw acknowledged "$gone" --yes --file - 2>err <<<'{"side": {"state": "signed", "code": "L1"}}'
say un "{\"side\": $(paper)}" withdraw acknowledged "$gone" >/dev/null
same '' "$(told un)" 'acknowledged on paper'
expect 1 un withdraw acknowledged "$gone" --yes --file - 2>err <<<"{\"side\": $(paper)}"
holds err withdrawal.again
same due.withdrawn "$(un due --json | jq -r "select(.item == \"$held\").kind")" 'to be disposed of'
send un reg "$(json notice.json .record)" acknowledgement
same 'outbox.kept un' "$(told reg)" 'acknowledged, and not erased yet'
expect 1 un pack "$(json passed.json .record)" --out again --yes 2>err
holds err 'pack.withdrawn'
un item dispose "$held" --yes --file - >/dev/null <<<"{\"authority\": $(text 'notice of its sender')}"
[ ! -e "un/vault/$held.tar.age" ] || fail 'the container is still there'
# Erased with its holder, who says that the court's copy isn't known to be: that stays open with both.
send un reg "$(json notice.json .record)" erased
same 'outbox.passed_on un' "$(told reg)" 'what was passed on'
same 'erased L1 1 1' "$(reg release list --json | jq -r '.answers[]? | "\(.outcome) \(.officer) \(.passed_on) \(.passed_on_left)"')" 'as its holder answers for it'

# ---- what was asked is withdrawn by who asked: it waits no longer, and nothing rests on it ----
prepared=$(prepare reg release un "$copy" true)
say reg '{"answer": "withdrawn"}' request answer "$request" >/dev/null
lacks <(missing reg "$prepared") 'request:'
send un reg "$(say un '{"answer": "withdrawn"}' request answer "$(un list --type request.made --json | jq -r .id | sed -n 1p)")" never --to test
same withdrawn "$(reg request show "$(json entered.json .record)" --json | jq -r .state)" 'of what was entered'
same '' "$(reg inbox --json | jq -r 'select(.kind == "inbox.request").record')" 'waits no longer'
holds <(missing reg "$prepared") 'request:withdrawn'
expect 1 say reg '{"answer": "granted"}' request answer "$(json entered.json .record)"
say reg "$(in_from un)" request in >/dev/null

# ---- what a liar sends: refused for what it is, and nothing of it is taken in ----
# What the organisation says that Iraq consented to is no consent of Iraq: on paper, and nobody here has seen it.
prepared=$(prepare reg release un "$two")
approve reg "$prepared"
says=$(jq -c --argjson side "$(paper)" '.side = $side' <<<"$(terms host iq release un "$two")")
send un reg "$(say un "$says" consent give)" hearsay --to test
same consent.host:unchecked "$(missing reg "$prepared")" 'what another says of a consent'
# Given, withdrawn, and sent again.
prepared=$(prepare reg release un "$copy" true)
approve reg "$prepared"
reg receive consent --json >again.json
same true "$(json again.json .again)" 'the same package twice'
same consent.host:withdrawn "$(missing reg "$prepared")" 'a consent that was withdrawn, sent again'

# Who wasn't asked answers a request to Iraq: it is no answer of Iraq.
request=$(say un '{"from": "test", "to": "iq", "purpose": "trial", "scope": {"kind": "all"}}' request in)
send un reg "$(say un "{\"answer\": \"refused\", \"reason\": $(text 'in their name')}" request answer "$request")" uncalled --to test
same in_part "$(reg request list --json | jq -r 'select(.to == "iq").state')" 'answered by who was not asked'

heard() { reg list --json | jq -r .type | grep -cE '^(foreign.record|evidence.intake)$'; }
before=$(heard)
# refused ID BAG FINDING OPTION...: what it says; and, but for "", what is recorded of why.
refused() {
    expect 1 reg receive "$2" "${@:4}" 2>err
    holds err "\\($1\\)"
    same "$before" "$(heard)" "taken in of $2"
    [ -z "${3:-}" ] || same "refused $3" "$(reg show "$(last reg foreign.received)" --json | jq -r '.claims | .outcome + " " + .finding')" "recorded of $2"
}
# Given to somebody else.
pack iq "$(last iq consent.given)" elsewhere --to un
refused receive.recipient elsewhere
# Altered, and its lists made anew.
python3 "$SOURCE_ROOT/tests/flow/forgeries/forge" claim-backdated consent forged
refused receive.altered forged subset.leaf
# A receipt for what another sent.
pack un "$(json agrees.json .record)" other
refused receive.receipt other '' --unproved
for m in reg iq un; do depositary verify $m >/dev/null; done
[ -z "$FLOW_SANITIZED" ] || exit 0 # what follows is made by commands that ran above

# Who calls itself Iraq, under a charter of its own.
depositary init liar --member iq --name 'Republic of Iraq' --officer L1 --roles custodian,administrator,legal --root-out liar.root.pem --no-recovery --no-passphrase --territory IQ >/dev/null
liar() { depositary "$@" -C liar --as L1; }
liar charter draft | jq '.lists.recipients += [{"code": "test", "kind": "other", "name": .name}]' >liar.json
liar charter adopt liar.json --root liar.root.pem >/dev/null
liar charter enter liar.json >/dev/null
pack liar "$(say liar "$(terms host iq release test "$two")" consent give)" alike --to test
refused receive.altered alike
holds err charter.pin
# Whose id only looks like Iraq's, under the charter that everybody has: no member of it.
depositary init lure --member lq --name 'Republic of Iraq' --officer L1 --roles custodian,administrator,legal --root-out lure.root.pem --no-recovery --no-passphrase --territory IQ >/dev/null
lure() { depositary "$@" -C lure --as L1; }
lure charter draft | jq '.lists.recipients += [{"code": "test", "kind": "other", "name": .name}]' >lure.json
lure charter adopt lure.json --root lure.root.pem >/dev/null
lure charter enter lure.json >/dev/null
pack lure "$(say lure "$(terms host lq release test "$two")" consent give)" looks --to test
mv looks/data/charter lure.charter
cp -r other/data/charter looks/data/charter
python3 "$SOURCE_ROOT/tests/flow/forgeries/forge" '[]' looks lookalike
refused receive.altered lookalike
holds err log.origin
# Under the charter that was in force before.
depositary charter draft -C reg --as T1 >next.json
depositary charter adopt next.json -C reg --as T1 --root reg.root.pem >/dev/null
depositary charter enter next.json -C reg --as T1 >/dev/null
pack un "$(ask un test)" stale --to test
refused receive.altered stale
holds err charter.pin
depositary verify reg >/dev/null
