# A consent is withdrawn: who relied on it withdraws what was released, tells the holders, and they acknowledge it; before and after the package came.
# timeout: 300
need jq pdftotext
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
two_members '[]'
new_officers 'L1:legal,custodian' 'C1:custodian' 'A1:approver,legal'
depositary charter enter charter.json reg.adoption -C iq --as T1 >/dev/null
depositary key enrol M1 --roles legal,custodian --no-passphrase -C iq --as T1 >/dev/null
reg() { depositary "$@" -C reg --as L1; }
A1() { depositary "$@" -C reg --as A1; }
iq() { depositary "$@" -C iq --as M1; }
say() { local who=$1; shift; "$who" "${@:2}" --file - --yes --json <<<"$1" | jq -r .record; }
outbox() { reg outbox --json | jq -r "select(.kind == \"outbox.$1\").detail" | cut -d' ' -f1 | sort | xargs; }
# send MEMBER OTHER RECORD NAME [--to CODE]: packed by the one, taken in by the other.
send() {
    "$1" pack "$3" --out "$4" --yes "${@:5}" >/dev/null
    "$2" receive "$4" --json >"$4.json"
}
# released_to CODE ITEM...: what test may release by now.
released_to() {
    local materials prepared code=$1
    shift
    materials=$(printf '{"item": "%s", "fields": ["basis", "sensitive"]}\n' "$@" | jq -sc .)
    prepared=$(say reg "{\"action\": \"release\", \"recipient\": \"$code\", \"purpose\": \"protection\", \"materials\": $materials}" release prepare)
    depositary approve "$prepared" -C reg --as A1 >/dev/null
    reg release "$prepared" --json | jq -r .record
}

# ---- two items, a consent of Iraq for each, released to a court ----
terms() { printf '{"layer": "host", "grantor": "iq", "actions": ["release"], "recipients": ["%s"], "purposes": ["protection"], "lines": ["any"], "territories": ["IQ"], "scope": {"kind": "item", "id": "%s"}, "in_force": {"from": "2020-01-01T00:00:00Z"}}' "$@"; }
for x in 1 2; do
    mkdir "dump$x"
    echo "content $x" >"dump$x/a"
    reg collect "dump$x" --json --file - <<<"{\"exhibit\": \"X-$x\", \"territory\": \"IQ\", \"basis\": $(text 'warrant 12')}" >"item$x.json"
    say iq "{\"terms\": $(terms court "$(json "item$x.json" .item)"), \"side\": {\"state\": \"signed\", \"code\": \"M1\"}}" consent give >"consent$x"
    send iq reg "$(cat "consent$x")" "given$x" --to test
done
one=$(json item1.json .item) two=$(json item2.json .item)
for code in court iq; do
    say reg "{\"from\": \"$code\", \"to\": \"test\", \"purpose\": \"protection\", \"scope\": {\"kind\": \"all\"}}" request in >/dev/null
done
both=$(released_to court "$one" "$two")
released_to court "$two" >/dev/null

# ---- Iraq withdraws one of them: what rests on it falls, and no more ----
iq consent withdraw "$(cat consent1)" --json >withdrawn.json
iq pack "$(json withdrawn.json .record)" --to test --out withdrawal --yes >/dev/null
cp -r reg reg-custodian
depositary receive withdrawal -C reg-custodian --as C1 --json >custodian.json
same '1 true' "$(jq -r '"\(.withdrawals) \(.owed)"' custodian.json)" 'a custodian does not withdraw'
same "$both $one" "$(depositary due -C reg-custodian --as L1 --json | jq -r 'select(.kind == "due.notice") | "\(.record) \(.detail)"')" 'and it is owed'
reg receive withdrawal --json >heard.json
same '1 false' "$(jq -r '"\(.withdrawals) \(.owed)"' heard.json)" 'releases that rest on it'
reg due --json >due.json
lacks due.json due.notice
reg list --type release.withdrawn --json >list
same 1 "$(wc -l <list)" 'releases withdrawn'
reg show "$(json list .id)" --json >shown.json
same "$both item $one" "$(jq -r '.. | objects | select(.refs? and .scope?) | "\(.refs[0].id) \(.scope.kind) \(.scope.id)"' shown.json)" 'what of it is withdrawn'
same court "$(outbox unreachable)" 'to be told by other means'
reg receive withdrawal --json >again.json
same 'true 0' "$(jq -r '"\(.again) \(.withdrawals)"' again.json)" 'the same withdrawal twice'
same court "$(outbox unreachable)" 'counts once'
reg pack "$(json list .id)" --out to-court --yes --json >packed.json
same 'notice court intact' "$(jq -r '"\(.kind) \(.recipient) \(.verified)"' packed.json)" 'the notice to the court'
# For who keeps no register the same on paper, in each language: which release, and what of it; not who withdrew, not why, not the rest.
for language in en fr ar; do
    reg print letter "$(json list .id)" --lang "$language" --out "notice.$language.pdf"
    pdftotext -layout "notice.$language.pdf" "notice.$language"
    holds "notice.$language" "$both"
    holds "notice.$language" X-1
    lacks "notice.$language" "X-2|$two|[Ii]raq|Irak|العراق|host|hôte|L1|M1|$(cat consent1)|$(json withdrawn.json .record)"
done
holds notice.en 'Withdrawal of a release'
holds notice.en '^ *To +a court'
holds notice.fr "Retrait d.une communication"
holds notice.ar 'سحب'

# ---- released to Iraq itself, on paper; withdrawn again ----
paper=$(say reg "{\"terms\": $(terms iq "$one"), \"side\": $(paper)}" consent give)
say "A1" "{\"outcome\": \"as_recorded\", \"checked\": $(text telephone)}" consent check "$paper" >/dev/null
to_iq=$(released_to iq "$one")
late=$(released_to iq "$one")
send reg iq "$to_iq" first
reg pack "$late" --out second --yes >/dev/null
held=$(json first.json .item)
same false "$(iq item list --json | jq -r "select(.item == \"$held\").withdrawn")" 'nobody withdrew it yet'
reg consent withdraw "$paper" >/dev/null
same 2 "$(reg due --json | grep -c due.notice)" 'releases that rest on it'
first=$(say reg '{"scope": {"kind": "all"}}' withdraw "$to_iq")
second=$(say reg '{"scope": {"kind": "all"}}' withdraw "$late")
reg due --json >due.json
lacks due.json due.notice
same 'iq iq' "$(outbox notice)" 'to be told'

# ---- the notice reaches who holds it, and is acknowledged ----
send reg iq "$first" notice
same "notice intact $held" "$(jq -r '"\(.kind) \(.result) \(.withdrawn_item)"' notice.json)" 'what it withdraws'
same true "$(iq item list --json | jq -r "select(.item == \"$held\").withdrawn")" 'shown as withdrawn'
iq item list >list
holds list 'withdrawn by its sender'
expect 1 reg receive notice 2>err
holds err 'receive.own'
due_of() { iq due --json | jq -r "select(.item == \"$held\").kind" | xargs; }
order="{\"authority\": $(text 'Order 3')}"
same due.withdrawn "$(due_of)" 'what is to be done with it'
iq hold place "$held" --yes --file - >/dev/null <<<"$order"
same due.hold "$(due_of)" 'what a hold keeps'
expect 1 iq item dispose "$held" --yes --file - 2>err <<<"$order"
holds err 'custody.hold'
# Before that a copy in which something is painted over was made of it, and of that a transcript.
echo 'painted over' >made-of
iq intake made-of --stage redaction --of "$held" --json --file - >copied.json <<<"{\"exhibit\": \"R-1\", \"territory\": \"IQ\", \"basis\": $(text 'notice')}"
iq intake made-of --stage transcript --of "$(json copied.json .item)" --json --file - >transcript.json <<<"{\"exhibit\": \"R-2\", \"territory\": \"IQ\", \"basis\": $(text 'notice')}"
# Its holder's answer says how it stands with them; who withdrew it sees that, and that it isn't over.
answer() { reg release list --json | jq -r --arg of "$first" '.answers[]? | select(.withdrawal == $of) | "\(.outcome) \(.officer) \(.passed_on) \(.derived_kept)"'; }
same 'null null 0 0' "$(answer)" 'nothing came yet'
send iq reg "$(json notice.json .record)" hold-told
same 'held null 0 2' "$(answer)" 'a legal hold keeps it there'
same iq "$(outbox held)" 'and it is still listed'
same iq "$(outbox notice)" 'the other of them'
iq hold lift "$held" --yes --file - >/dev/null <<<"$order"
send iq reg "$(json notice.json .record)" kept-told
same 'kept null 0 2' "$(answer)" 'not erased yet'
# What can't be removed is told, and isn't said to be erased; the next command that records removes it.
container=iq/vault/$held.tar.age
mv "$container" container
mkdir "$container"
expect 3 iq item dispose "$held" --yes --file - >/dev/null 2>err <<<"$order"
holds err 'vault.remove'
same due.container "$(due_of)" 'its container is still there'
iq pack "$(json notice.json .record)" --dry-run --json >plan.json
same acknowledgement "$(json plan.json .kind)" 'what would be sent'
iq pack "$(json notice.json .record)" --out not-yet --yes --json >not-yet.json
depositary verify not-yet --pin "$(depositary charter show -C reg --as L1 --json | jq -r .fingerprint)" --json >account.json
same kept "$(jq -r '.records[] | select(.type == "withdrawal.answered").shown.outcome' account.json)" 'a container that is there is not erased'
rmdir "$container"
mv container "$container"
size=$(stat -c %s "$container")
ln "$container" linked
echo 'more' | iq note >/dev/null
[ ! -e "$container" ] || fail 'the container is still there'
# Who has the blocks has no key to them any more.
same "$size" "$(stat -c %s linked)" 'what was removed'
same 0 "$(head -c 4096 linked | tr -d '\0' | wc -c)" 'its header'
same due.answer "$(iq due --json | jq -r 'select(.kind == "due.answer" or .kind == "due.container" or .kind == "due.withdrawn").kind')" 'what its sender is to be told'
# What was made of it is told, and keeps it open, until that is gone too.
iq item dispose "$(json copied.json .item)" --yes --file - >/dev/null <<<"$order"
send iq reg "$(json notice.json .record)" made-kept
same 'erased M1 0 1' "$(answer)" 'the transcript is kept'
same iq "$(outbox derived)" 'what was made of it'
answer_due() { iq due --json | jq -r 'select(.kind == "due.answer").kind'; }
same '' "$(answer_due)" 'told as it is'
LANGUAGE=fr reg release list >list
holds list 'pièces qui en ont été tirées et y sont gardées : 1$'
LANGUAGE='ar' reg outbox >list
holds list 'أُعدّت منها'
iq item dispose "$(json transcript.json .item)" --yes --file - >/dev/null <<<"$order"
same due.answer "$(answer_due)" 'told to be kept, and gone since'
send iq reg "$(json notice.json .record)" acknowledgement
same acknowledgement "$(json acknowledgement.json .kind)" kind
same "erased M1 0 0" "$(answer)" 'erased there, by whom'
reg release list >list
holds list "withdrawn; erased by its recipient: 20..-..-..T..:..:..Z, by M1"
same '' "$(answer_due)" 'told'
same iq "$(outbox notice)" 'one has acknowledged'
same '' "$(outbox held)$(outbox kept)$(outbox derived)" 'and nothing of it is left'
iq pack "$(json notice.json .record)" --out once-more --yes --json >once-more.json
# What was said already is said in the same record: held, kept, erased, erased with what was made of it.
same 4 "$(iq list --type withdrawal.answered --json | wc -l)" 'answers recorded'
reg receive acknowledgement --json >again.json
same true "$(json again.json .again)" 'the same acknowledgement twice'
iq receive notice --json >again.json
same 'true' "$(json again.json .again)" 'the same notice twice'
expect 1 iq receive acknowledgement 2>err
cp -r acknowledgement altered
sed -i 's/Bagging-Date: 20/Bagging-Date: 19/' altered/bag-info.txt
expect 1 reg receive altered 2>err
holds err 'receive.altered'

# ---- a notice that comes before what it withdraws ----
send reg iq "$second" early
same null "$(json early.json '.withdrawn_item')" 'it is not here'
# What was packed before what came is behind the checkpoint that is known by now: nothing proves here that the log only grew.
expect 1 iq receive second 2>err
holds err 'receive.unproved'
iq receive second --unproved --json >second.json
same log.older "$(json second.json .finding)" 'the first that is unproved'
same "$(json second.json .item)" "$(json second.json .withdrawn_item)" 'withdrawn as it comes'
same true "$(iq item list --json | jq -r "select(.item == \"$(json second.json .item)\").withdrawn")" 'shown as withdrawn'

# ---- an incident that is given: told by its recipient in lines of its own, as its sender's, with what was withheld; then corrected; then withdrawn ----
depositary key enrol D1 --roles desk --no-passphrase -C iq --as T1 >/dev/null
desk() { depositary "$@" -C iq --as D1; }
keep() { "$1" record "$2" --file - --yes "${@:4}" <<<"$3"; }
incident() { printf '{"category": "attack", "territory": "IQ", "when": {"edtf": "2021-03-28"}, "place": {"latitude": "33.31", "longitude": "44.36", "precision_m": 1000}, "what_happened": %s, "sources": [{"reliability": "B", "credibility": "3"}], "confidence": "low", "audience": ["iq"], "publish_after_h": 72}' "$(text zebra-account)"; }
# correct EFFECT FIELDS: of the incident; its id. given NAME MATERIALS: by a release of its own.
correct() { keep reg incident.corrected "{\"effect\": \"$1\", $2 \"reason\": $(text zebra-reason)}" --about "$incident"; }
given() {
    prepared=$(say reg "{\"action\": \"release\", \"recipient\": \"iq\", \"purpose\": \"inquiry\", \"materials\": [$2]}" release prepare)
    released=$(reg release "$prepared" --json | jq -r .record)
    send reg iq "$released" "$1" --to iq
}
of() { printf '{"item": "%s", "fields": ["%s"]}' "$1" "${2// /\", \"}"; }
attack='{"list": "incidents", "code": "attack", "called": [{"lang": "en", "text": "attack on civilians"}]}'
for who in reg desk; do keep $who code.stated "$attack" >/dev/null; done
own=$(keep desk incident.reported "$(incident)")
incident=$(keep reg incident.reported "$(incident)")
first="$(of "$incident" 'category territory when place what_happened')"
given told "$first"
told=$(desk report incidents --json | jq -r 'select(.kind == "received").record')
told() { desk report incidents --json | jq -r "select(.record == \"$told\") | [.kind, .from, .when, .place, .confidence, .corrections, .standing, .withheld] | join(\"|\")"; }
same 'received|test|2021-03-28|33.31 44.36|||reported|sources confidence audience publish_after_h attribution unknown' "$(told)" 'an incident of another'
same "incident $own,received $told" "$(desk report incidents --json | jq -r '.kind + " " + .record' | paste -sd,)" 'own ones and others'
same "$own" "$(desk report incidents --csv | sed -n 's/^incident,\([^,]*\).*/\1/p')" 'own ones for a spreadsheet'
for words in 'en:Received from: .*\(test\)' 'fr:Reçu de :? ?.*\(test\)' 'ar:\(test\)'; do
    LANGUAGE=${words%%:*} desk report incidents --limit 5 | grep -A2 "$told" >page
    holds page "${words#*:}"
    lacks page 'zebra|civilians'
done
# Nobody takes it for the register's own: it is neither corrected nor published, and goes on by its originator's leave.
expect 1 desk record incident.corrected --file - --about "$told" 2>err <<<"{\"effect\": \"retracts\", \"reason\": $(text own)}"
holds err '\(mandate\.'
same 'test ["IQ"]' "$(iq item history "$(json told.json .item)" --json | jq -r 'select(.type == "marking.set").claims | .originator + " " + (.territories | tojson)')" 'whose it is, where it goes on'
expect 1 desk publish prepare --file - 2>err <<<"{\"title\": [{\"lang\": \"en\", \"text\": \"x\"}], \"records\": [{\"record\": \"$told\", \"fields\": [\"sd_jwt\"]}]}"
at() { desk timeline all --json "$@" 2>/dev/null | jq -r "select(.record == \"$told\") | [.what, .field, .time, .from, .withdrawn] | join(\"|\")"; }
same 'incident.reported|when|2021-03-28|test|' "$(at)" 'when it happened'
same "$(at)" "$(at --limit 9 --from 2021-03 --to 2021-03)" 'on a page'
same "$own $told" "$(desk search attack --json | jq -r 'select(.type | test("report")).id' | sort | xargs)" 'found as an incident is'
same 'zebra-account' "$(desk show "$told" --json | jq -r .received.what_happened.text)" 'what it says'
LANG=C desk show "$told" >page
holds page "Recorded by .*L1 of test"
holds page 'Withheld: .*How sure'
# A correction of its sender counts, by the package that brought it; whether it says another place isn't known.
second="$(of "$(correct corrects '"when": {"edtf": "2021-03-29"}, ')" 'effect when territory')"
given corrected "$first, $second"
told=$(desk report incidents --json | jq -r 'select(.kind == "received").record')
same 'received|test|2021-03-29|33.31 44.36||1|corrected|category what_happened sources confidence audience publish_after_h place attribution unknown' "$(told)" 'as corrected'
given retracted "$first, $second, $(of "$(correct retracts '')" 'effect territory')"
told=$(desk report incidents --limit 5 --json | jq -r 'select(.kind == "received").record')
# It came three times, and happened once.
for page in '' '--limit 90' '--limit 90 --from 2021-03-28 --to 2021-03-28'; do
    # shellcheck disable=SC2086
    same "$told" "$(desk timeline all $page --json 2>/dev/null | jq -r 'select(.what == "incident.reported" and .from).record')" "once in a timeline: $page"
done
same 'received test 2 retracted' "$(desk report incidents --json | jq -r "select(.record == \"$told\") | [.kind, .from, .corrections, .standing] | join(\" \")")" 'as retracted'
send reg iq "$(say reg '{"scope": {"kind": "all"}}' withdraw "$released")" ended
same withdrawn "$(told | cut -d'|' -f7)" 'withdrawn by its sender'
same 'incident.reported|when|2021-03-28|test|yes' "$(at)" 'withdrawn, in its time'

# ---- the key that consented was stolen: heard with whatever comes next, what it gave opens nothing any more, and what was done stands ----
depositary key enrol M2 --roles legal,custodian --no-passphrase -C iq --as T1 >/dev/null
depositary key share M2 --yes -C iq --as M1 >/dev/null
iq2() { depositary "$@" -C iq --as M2; }
prepared=$(say reg "{\"action\": \"release\", \"recipient\": \"court\", \"purpose\": \"protection\", \"materials\": [{\"item\": \"$two\", \"fields\": [\"basis\", \"sensitive\"]}]}" release prepare)
depositary approve "$prepared" -C reg --as A1 >/dev/null
why() { { reg release --dry-run "$prepared" --json || true; } | jq -r '.verdict | [.outcome, (.requirements[] | select(.met != "met") | .need + ":" + .met)] | join(" ")'; }
same yes "$(why)" 'as long as nothing is known'
done_before=$(reg list --type release.made --json | tail -n 1 | json - .id)
echo stolen >reason
depositary key revoke M1 --reason-file reason --from "$(iq2 show "$(cat consent2)" --json | jq .index)" -C iq --as T1 >/dev/null
same disputed "$(iq2 consent list --json | jq -r --arg id "$(cat consent2)" 'select(.consent == $id).state')" 'where it was given'
heard_before=$(reg list --type foreign.record --json | wc -l)
send iq2 reg "$(say iq2 '{"from": "iq", "to": "test", "purpose": "protection", "scope": {"kind": "all"}, "direction": "out"}' request out)" asked --to test
same 'no consent.host:withdrawn' "$(why)" 'once it was heard of'
expect 1 reg release "$prepared" >/dev/null
same same "$(reg release judge "$done_before" --json | json - .again)" 'what was released before'
# What tells of it is not to be erased: the consent would count again.
mapfile -t heard < <(reg list --type foreign.record --json | tail -n +$((heard_before + 1)) | jq -r .id)
revoked=$(for id in "${heard[@]}"; do reg show "$id" --json | jq -r 'select(.claims.record_type == "key.revoked") | .id'; done)
expect 1 reg erase "$revoked" --yes --file - 2>err <<<"$order"
holds err hold.ends
# Given again, by a key that nobody stole.
say iq2 "{\"terms\": $(terms court "$two"), \"side\": {\"state\": \"signed\", \"code\": \"M2\"}}" consent give >consent3
send iq2 reg "$(cat consent3)" given3 --to test
same yes "$(why)" 'given again'
depositary verify reg >/dev/null
expect 1 depositary verify iq --json >verdict
same disputed "$(json verdict .verdict)" 'what its own log tells'

