# The mandate's records: for each function of F1-F4, F6, F9-F13, F19, F20 the right thing is recorded, and a wrong one is refused. Each wrong one
# is a row of tests/vectors/mandate/drafts.json (doc/functions.md).
need jq pdftotext sqlite3
# shellcheck source=tests/flow/desk
. "$SOURCE_ROOT/tests/flow/desk"
stream() { depositary record "$1" --stream >ids; }

# F1: who belongs to what is dated, and not the charter's members; an office passes on.
printf '{"list":"%s","code":"%s","called":[]}\n' formations plenary formations small_group incidents attack allegations air_strike initiatives agency | stream code.stated
refused mandate.code.again '/code: plenary' code.stated '{"list":"formations","code":"plenary","called":[]}'
printf '{"formation":"%s","member":"%s","from":"2014-09"}\n' small_group be small_group us small_group iq plenary be plenary us plenary iq plenary fr plenary jo plenary test | stream membership.stated
record membership.stated '{"formation":"plenary","member":"former","from":"2014","to":"2020"}' >/dev/null
# As of a month or a year: who may have belonged at any moment of it.
for asked in 2013:0 2014:1 2019-06:1 2020:1 2020-12-31:0 2021:0; do
    same "${asked#*:}" "$(depositary report membership --as-of "${asked%:*}" --json | jq -r .member | grep -cx former || true)" "a member as of ${asked%:*}"
done
for year in 83:2021-04 84:2022-05 86:2023-06; do echo "{\"formation\":\"plenary\",\"count\":${year%:*},\"from\":\"${year#*:}\"}"; done | stream membership.stated
record mandate.stated '{"member":"be","office":{"text":"Minister","lang":"en"},"holder":"BE.MFA.1","from":"2020-10","to":"2022-07"}' >/dev/null
record mandate.stated '{"member":"be","office":{"text":"Minister","lang":"en"},"holder":"BE.MFA.2","from":"2022-07"}' >/dev/null

# Who held the office signed by its code, and goes: what was signed stands, and the next one signs by the same code.
echo 'left the office' >reason
depositary key enrol MFA --roles desk --no-passphrase >/dev/null
signed=$(record coverage.stated '{"territory":"SY","from":"2020","to":"2020-12","extent":"partial","reason":{"text":"no access","lang":"en"}}' --as MFA)
depositary key revoke MFA --reason-file reason >/dev/null
depositary key enrol MFA --roles desk --no-passphrase >/dev/null
depositary show "$signed" >shown
holds shown MFA
depositary verify reg --json >verified
same intact "$(json verified .verdict)" 'after the office passed on'

# F2: a meeting is of one formation. Who wasn't in it then wasn't there as a member.
meeting=$(record meeting.held '{"formation":"small_group","held_on":"2021-03-30","mode":"virtual","present":["be","us","iq"],"co_hosts":["be","us"],"observers":["fr"]}')
refused mandate.member '/present/1: fr \(be, us, iq\)' meeting.held '{"formation":"small_group","held_on":"2021-03-30","mode":"virtual","present":["be","fr"]}'
record meeting.held '{"formation":"plenary","held_on":"2019-02-06","mode":"in_person","present":["former"]}' >/dev/null

# F3: adopted by those who adopted it, each in its way; a small group's act can't be written as everybody's.
digest=$(printf text | sha256sum | cut -c1-64)
statement() { # ADOPTERS [MORE]: a statement whose text is held
    jq -nc --argjson adopters "$1" --arg digest "$digest" --argjson more "${2:-{\}}" '{titles: [{text: "Communiqué", lang: "en"}], formation: "small_group",
        adopted_on: "2021-03-30", adopters: $adopters, original: "held", languages: [{lang: "en", authentic: true, sha256: $digest}],
        paragraphs: [range(1; 4) | {number: "\(.)", texts: [{text: "Paragraph \(.)", lang: "en"}]}],
        citations: [{paragraph: "1", verb: "takes_note", instrument: "un:S/RES/2254"}]} * $more'
}
room='[{"member":"be","how":"in_the_room"},{"member":"us","how":"in_the_room"}]'
adopted=$(record statement.adopted "$(statement "$room")" --about "$meeting")
# It is found by what it cites, in the reader's own digits too; a meeting by who was there.
for words in S/RES/2254 un:S/RES/2254 S/RES/٢٢٥٤ takes_note; do same "$adopted" "$(depositary search "$words" --json | jq -r 'select(.type == "statement.adopted").id')" "a search for $words"; done
same '' "$(depositary search S/RES/2253)" 'a search for what it does not cite'
for words in us observers; do depositary search "$words" --json | jq -r 'select(.type == "meeting.held").id' >"found.$words"; done
for words in 'small_group 2021-03-30' 2021-03 'small_group virtual' SMALL_GROUP; do
    depositary search "$words" --type meeting. --json | jq -r .id | grep -qx "$meeting" || fail "a meeting by $words"
done
same "$meeting " "$(cat found.us) $(cat found.observers)" 'a search by who was there, and by what is no value'
refused mandate.member '/adopters/0/member: all' statement.adopted "$(statement '[{"member":"all","how":"signature"}]')"
silent=$(record statement.adopted "$(statement '[{"member":"iq","how":"silence"},{"member":"be","how":"signature"}]' '{"silence_until":"2021-03-28"}')")
# Held: in its authentic languages only. Not held: no text at all, and the depositary attests.
historical='{"original":"not_held","languages":[],"why_not_held":{"text":"not transmitted","lang":"en"},"attestation":{"text":"as published by both hosts","lang":"en"}}'
attested='[{"member":"be","how":"attested"},{"member":"us","how":"attested"}]'
numbers='{"paragraphs":[{"number":"1"},{"number":"28"}]}'
held_not=$(record statement.adopted "$(statement "$attested" "$historical" | jq -c ". * $numbers")")
# A press report is a rendering of what isn't held, never the original.
press='{"kind":"press_report","original":"not_held","lang":"fr","paragraphs":[{"number":"28","texts":[{"text":"selon la presse","lang":"fr"}]}],"differs":[{"paragraph":"1","note":{"text":"dit « la Coalition »","lang":"fr"}}]}'
record statement.rendered "$press" --about "$held_not" >/dev/null
# Reservations, dissociations, and who broke the silence.
position() { jq -nc --arg member "$1" --arg kind "$2" --argjson paragraphs "$3" '{member: $member, kind: $kind, stated_on: "2021-03-28", paragraphs: $paragraphs, text: {text: "why", lang: "en"}}'; }
reserved=$(record statement.position "$(position us reservation '["1"]')" --about "$adopted")
left=$(record statement.position "$(position us dissociation '["2"]')" --about "$adopted")
record statement.position "$(position iq silence_broken '[]')" --about "$silent" >/dev/null

# F4: citations are typed and canonical; to take note isn't to endorse.
depositary show "$adopted" --json >shown
same takes_note "$(json shown '.claims.citations[0].verb')" verb
refused mandate.instrument '/citations/0/instrument: S/RES/2254 \(2015\) \(un:S/RES/2254\)' statement.adopted "$(statement "$room" '{"citations":[{"paragraph":"1","verb":"recalls","instrument":"S/RES/2254 (2015)"}]}')" --about "$meeting"

# F6: drawn from a paragraph by who is bound by it; reaffirmed without being counted twice.
commitment() { jq -nc --arg paragraph "$1" --arg actor "$2" --arg line "${3:-political}" '{paragraph: $paragraph, actors: [$actor], line: $line, text: {text: "to share what is known", lang: "en"}}'; }
made=$(record commitment.made "$(commitment 1 us)" --about "$adopted")
refused mandate.bound '/actors/0: us \(be\)' commitment.made "$(commitment 2 us)" --about "$adopted"
refused mandate.bound '/actors/0: iq \(be\)' commitment.made "$(commitment 1 iq)" --about "$silent"
refused mandate.again "/text.*$made" commitment.made "$(commitment 1 us)" --about "$adopted"
again=$(record statement.adopted "$(statement '[{"member":"us","how":"signature"}]' "{\"adopted_on\":\"2021-06-28\",\"citations\":[{\"paragraph\":\"3\",\"verb\":\"reaffirms\",\"instrument\":\"record:$adopted\"}]}")")
refused mandate.reaffirms '/paragraph: 3' commitment.made "$(commitment 3 us)" --about "$again"
record commitment.reaffirmed '{"paragraph":"3"}' --about "$made" --about "$again" >/dev/null
before=$(record statement.adopted "$(statement '[{"member":"us","how":"signature"}]' '{"adopted_on":"2020-06-04"}')")
refused mandate.earlier '/refs: 2020-06-04 \(2021-03-30\)' commitment.reaffirmed '{"paragraph":"1"}' --about "$made" --about "$before"
same 1 "$(depositary list --type commitment.made --json | wc -l)" 'commitments, reaffirmed or not'
# A correction of the statement loses no dissociation.
corrected=$(record statement.adopted "$(statement "$room" '{"titles":[{"text":"Joint communiqué","lang":"en"}]}')" --about "$meeting" --supersedes "$adopted")
refused mandate.bound '/actors/0: us \(be\)' commitment.made "$(commitment 2 us)" --about "$corrected"

# F9 and F6: closed with evidence only; what is interrupted says how it goes on.
echo proof >proof
evidence=$(depositary collect proof --json --yes 2>/dev/null | json - .record)
refused mandate.evidence '/status: fulfilled' commitment.updated '{"status":"fulfilled","as_of":"2021-09"}' --about "$made"
refused mandate.evidence '/status: fulfilled' commitment.updated '{"status":"fulfilled","as_of":"2021-09"}' --about "$made" --source "$corrected"
closing=$(record commitment.updated '{"status":"fulfilled","as_of":"2021-09"}' --about "$made" --source "$evidence")
refused mandate.closed '/status: under_way \(reopened\)' commitment.updated '{"status":"under_way","as_of":"2021-10"}' --about "$made"
# Of two in one stream the second is judged by the first.
progress=$(depositary show "$closing" --json | jq -c '{status: "reopened", as_of: "2021-10", reason: {text: "too early", lang: "en"}, refs: [.claims.refs[] | select(.rel == "about")]}')
printf '%s\n' "$progress" "$progress" >both # a shell's pipe may bring one line after the other
expect 1 depositary record commitment.updated --stream <both 2>why
holds why mandate.open
holds why 'line 2 is refused.* from line 1 on'
same 1 "$(depositary list --type commitment.updated --json | wc -l)" 'a group is recorded whole or not'
action=$(record action.recorded '{"text":{"text":"a conference","lang":"en"},"lead":"be","line":"political","paragraph":"1","due":"2021-12"}' --about "$corrected")
depositary due --json >waiting
holds waiting due.action
lacks waiting due.commitment
refused mandate.evidence '/status: completed' action.updated '{"status":"completed","as_of":"2021-11"}' --about "$action"
record action.updated '{"status":"interrupted","as_of":"2021-11","lead":"us","continuity":{"text":"the other host goes on","lang":"en"}}' --about "$action" >/dev/null
depositary report commitments --json >interrupted
same 'us 2022-01-01 interrupted null the other host goes on' "$(jq -r "select(.record == \"$action\") | \"\\(.who) \\(.late_since) \\(.status) \\(.reason) \\(.continuity)\"" interrupted)" 'an interrupted action'
record action.updated '{"status":"completed","as_of":"2021-12"}' --about "$action" --source "$meeting" >/dev/null
late=$(record commitment.made "$(commitment 1 be | jq -c '.due = "2021-11"')" --about "$corrected")
depositary due --json >waiting
lacks waiting due.action
holds waiting "due.commitment.*$late"
# What was said of it holds of its correction.
record commitment.updated '{"status":"withdrawn","as_of":"2021-12","reason":{"text":"by agreement","lang":"en"}}' --about "$late" >/dev/null
record commitment.made "$(commitment 1 be | jq -c '.due = "2021-10"')" --about "$corrected" --supersedes "$late" >/dev/null
depositary due --json >waiting
lacks waiting due.commitment

# F19: no date is asked for, and none can be given; what resolved it is named.
intention=$(record intention.stated '{"actors":["be"],"text":{"text":"to meet in person","lang":"en"},"condition":{"text":"once it is possible","lang":"en"},"paragraph":"3"}' --about "$corrected")
depositary show "$intention" >shown
lacks shown 'What refers to it'
refused mandate.evidence '/outcome: carried_out' intention.resolved '{"outcome":"carried_out","resolved_on":"2021-06-28"}' --about "$intention"
record intention.resolved '{"outcome":"carried_out","resolved_on":"2021-06-28"}' --about "$intention" --source "$meeting" >resolved
# Whoever looks at a record sees that there is more: what resolved it, a reservation about it, what it was corrected by.
for words in "en:$intention:What refers to it:Intention resolved" "fr:$intention:Ce qui s.y réfère:Intention dénouée" "ar:$intention:ما يُحيل إليه:" "en:$adopted:What refers to it:Position on a statement"; do
    IFS=: read -r language id head type <<<"$words"
    LANGUAGE=$language depositary show "$id" >shown
    holds shown "^  $head"
    sed -n "/^  $head/,\$p" shown >referring
    holds referring "^    [0-9a-f-]{36}  [^ ]+Z[^ ]?  .*$type"
done
holds referring "^    $corrected  "
depositary show "$adopted" --open >shown
lacks shown 'What refers to it'
depositary show "$corrected" | sed -n '/Who adopted it/,/^  [A-Z]/p' >adopters
holds adopters '^    - Member: Belgium \(be\)$'
holds adopters '^      How it adopted: in the room$'

# F10: nobody's place now; a correction that keeps the first report; nobody's guilt.
incident() { jq -nc --argjson more "$1" '{category: "attack", territory: "IQ", when: {edtf: "2021-03-28"}, place: {latitude: "33.312", longitude: "44.361", precision_m: 500}, what_happened: {text: "reported", lang: "en"},
    sources: [{reliability: "B", credibility: "3"}], confidence: "medium", audience: [], publish_after_h: 72} * $more'; }
first=$(record incident.reported "$(incident '{}')")
refused mandate.live '/place/precision_m \(10000\)' incident.reported "$(incident "{\"when\":{\"edtf\":\"$(date -u +%F)\"}}")"
record incident.reported "$(incident "{\"when\":{\"edtf\":\"$(date -u +%F)\"},\"place\":{\"latitude\":\"33.3\",\"longitude\":\"44.3\",\"precision_m\":10000}}")" >/dev/null
refused mandate.final /refs/0 incident.reported "$(incident '{}')" --supersedes "$first"
record incident.corrected '{"effect":"corrects","reason":{"text":"seen again","lang":"en"},"confidence":"low"}' --about "$first" >/dev/null
depositary show "$first" --json >shown
same medium "$(json shown .claims.confidence)" 'the first report'
holds <(depositary list --ref "$first" --json) incident.corrected
# Told the public only where it is meant for it, late and coarsely enough, and with what corrects it.
publish() { # RECORDS [OPTION]
    jq -nc --argjson records "$1" '{titles: [{text: "t", lang: "en"}, {text: "t", lang: "fr"}, {text: "t", lang: "ar"}], records: $records}' | depositary publish prepare --file - --yes "${@:2}"
}
unpublished() { expect 1 publish "$2" >/dev/null 2>why; holds why "\\(publish.$1\\)"; }
unpublished audience "[{\"record\":\"$(record incident.reported "$(incident '{}')")\",\"fields\":[]}]"
public=$(record incident.reported "$(incident '{"audience":["public"]}')")
unpublished exact "[{\"record\":\"$public\",\"fields\":[\"place\"]}]"
holds why '/place.*\(latitude 33\.3, longitude 44\.3, precision_m 10000\)'
publish "[{\"record\":\"$public\",\"fields\":[\"category\",\"when\"]}]" >/dev/null
correction=$(record incident.corrected '{"effect":"adds","reason":{"text":"heard since","lang":"en"},"confidence":"high"}' --about "$public")
unpublished uncorrected "[{\"record\":\"$public\",\"fields\":[]}]"
publish "[{\"record\":\"$public\",\"fields\":[]},{\"record\":\"$correction\",\"fields\":[\"confidence\"]}]" >/dev/null
# What was recorded exactly is told coarsely: as the refusal says, by a correction, beside a report whose place stays.
coarse=$(record incident.corrected '{"effect":"corrects","reason":{"text":"for the public","lang":"en"},"place":{"latitude":"33.3","longitude":"44.3","precision_m":10000}}' --about "$public")
publish "[{\"record\":\"$public\",\"fields\":[]},{\"record\":\"$correction\",\"fields\":[]},{\"record\":\"$coarse\",\"fields\":[\"place\"]}]" --json >told
depositary publish preview "$(json told .record)" --out told.site >/dev/null
holds told.site/en.html '33\.3'
lacks told.site/en.html '33\.312'
# Who adopted a statement is told with what it said of it, though the statement was corrected since; else who adopted it isn't told.
named() { jq -nc --arg record "$1" '$ARGS.positional as $fields | {record: $record, fields: $fields}' --args "${@:2}"; }
unpublished position "[$(named "$corrected" titles adopters)]"
unpublished position "[$(named "$corrected" titles adopters),$(named "$reserved" member kind)]"
unpublished position "[$(named "$corrected" titles adopters),$(named "$reserved" member kind),$(named "$left" member)]"
publish "[$(named "$corrected" titles adopters),$(named "$reserved" member kind),$(named "$left" kind member)]" >/dev/null
publish "[$(named "$corrected" titles)]" >/dev/null
fresh=$(record incident.reported "$(incident "{\"audience\":[\"public\"],\"when\":{\"edtf\":\"$(date -u +%F)\"},\"place\":{\"latitude\":\"33.3\",\"longitude\":\"44.3\",\"precision_m\":10000}}")")
unpublished early "[{\"record\":\"$fresh\",\"fields\":[]}]"
# A field kit reports and corrects what it can't read again, and nothing of it is found on it.
depositary key card --out card.json
depositary init kit --member test --name 'Test member' --officer F1 --profile field --home card.json --root-out kit.root.pem --no-passphrase >/dev/null
record code.stated '{"list":"incidents","code":"attack","called":[]}' -C kit --as F1 >/dev/null
reported=$(record incident.reported "$(incident '{"what_happened":{"text":"zebra-account"}}')" -C kit --as F1)
record incident.corrected '{"effect":"retracts","reason":{"text":"zebra-reason","lang":"en"}}' -C kit --as F1 --about "$reported" >/dev/null
! grep -rqaE 'zebra|44\.361' kit || fail 'a field kit shows what was reported'
record coverage.stated '{"territory":"SY","from":"2021-01","to":"2021-03","extent":"none","reason":{"text":"no access","lang":"en"}}' >/dev/null

# F11: a receipt that says nothing, an assessor who isn't concerned, reasons for every outcome.
allegation() { jq -nc --argjson more "$1" '{kind: "air_strike", received_on: "2021-03", alleged: {text: "harm to civilians", lang: "en"}, channel: "direct", when: {edtf: "2021-02"}, territory: "IQ"} * $more'; }
allegation '{"party":"us"}' | depositary record allegation.received --yes --file - --json >received
allegation=$(json received .id)
holds <(json received .receipt) '^[0-9A-HJKMNP-TV-Z]{16}$'
allegation '{"party":"us"}' | depositary record allegation.received --file - --yes >printed
holds <(sed -n 2p printed) '^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$'
same 2 "$(wc -l <printed)" 'the id for us, the receipt for the reporter'
for language in en fr ar; do depositary print receipt "$(head -n 1 printed)" --out "receipt.$language.pdf" --lang "$language"; done
for code in "$(sed -n 2p printed)" "$(sed -n 2p printed | tr 'A-Z01' 'a-zol')"; do same "$(head -n 1 printed)" "$(depositary search "$code" --json | jq -r .id)" 'what became of it'; done
same "$(sed -n 2p printed)" "$(pdftotext receipt.ar.pdf - | sed -n '/[A-Z]/p' | tr -d ' ')" 'nothing but the code'
lacks <(pdftotext receipt.en.pdf -) '[a-z]|1/1'
expect 1 depositary print receipt "$first" --out none.pdf 2>why
holds why print.no_receipt
assessed() { jq -nc --argjson more "$1" '{assessor: "be", outcome: "not_credible", reasons: {text: "no flight that day", lang: "en"}, assessed_on: "2021-05"} * $more'; }
# Nobody is left without an outcome because nobody looked: until somebody did, it waits for the legal officer.
waits() { depositary inbox --json | jq -r "select(.kind == \"inbox.allegation\" and .record == \"$allegation\").detail"; }
same 'air_strike  IQ' "$(waits)" 'an allegation nobody assessed'
refused mandate.party '/assessor: us' allegation.assessed "$(assessed '{"assessor":"us"}')" --about "$allegation"
record allegation.assessed "$(assessed '{}')" --about "$allegation" >/dev/null
same '' "$(waits)" 'an allegation with its outcome'
record allegation.assessed "$(assessed '{"outcome":"reopened"}')" --about "$allegation" >/dev/null
same 'air_strike  IQ' "$(waits)" 'an allegation that was reopened'
own=$(record allegation.received "$(allegation '{"party":"test"}')" | sed -n 1p)
record allegation.assessed "$(assessed "{\"decision_sha256\":\"$digest\"}")" --about "$own" >/dev/null

# F12: of a child a pseudonym drawn here, sex and age band; victims or violations; apart from exhibits, and never in a package.
violation() { jq -nc --argjson more "$1" '{violation: "abduction", verification: "verified", month: "2021-02", territory: "IQ", harmed: [{sex: "female", age_band: "6_11"}], consent_to_share: "not_asked"} * $more'; }
tagged=$(record violation.tagged "$(violation '{}')" --about "$first")
record violation.tagged "$(violation '{"violation":"attack_school_hospital","harmed":[],"count":2}')" --about "$first" >/dev/null
holds <(depositary show "$tagged" --json | jq -r '.claims.harmed[0].pseudonym') '^[0-9A-HJKMNP-TV-Z]{16}$'
# Nothing of a grave violation is published, nor of an allegation: no figure of few.
unpublished type "[{\"record\":\"$tagged\",\"fields\":[]}]"
unpublished type "[{\"record\":\"$allegation\",\"fields\":[]}]"

# F13: that something went; no field could say about whom, and none of it is found by a name.
dispatch() { jq -nc --arg digest "$digest" --argjson more "$1" '{sender: "test", recipients: ["police"], channel: "interpol", sent_on: "2021-04-02", content_sha256: $digest, restrictions: ["H2"], purpose: "investigation", review_on: "2026-04"} * $more'; }
record dispatch.sent "$(dispatch '{}')" >/dev/null
holds <(depositary due --json) due.dispatch
refused record.field subject dispatch.sent "$(dispatch '{"subject":"somebody"}')"
same '' "$(depositary search somebody)" 'a search by a name'

# F20: a relation opens nothing: no member, no recipient, no reads.
partner='{"partner":"un-agency","called":[{"text":"UN agency","lang":"en"}],"kind":"agency","relation":"coordinates_with","from":"2021-03","paragraph":"3"}'
record partner.related "$partner" --about "$corrected" >/dev/null
refused mandate.member '/adopters/0/member: un-agency' statement.adopted "$(statement '[{"member":"un-agency","how":"signature"}]')"

# Commitments and actions with their newest status, whose they are now, what is late; corrected ones are left out.
row() { depositary report commitments --json | jq -r "select(.record == \"$1\") | \"\\(.who) \\(.due) \\(.late) \\(.status) \\(.as_of)\""; }
same 'us 2021-12 null completed 2021-12' "$(row "$action")" 'an action that passed to another'
same '' "$(row "$late")" 'a corrected commitment'
same "$(depositary list --type commitment.made --json | jq -s '[.[] | select(.superseded | not)] | length')" "$(depositary report commitments --json | jq -s "[.[] | select(.record != \"$action\")] | length")" 'commitments in the report'
overdue=$(record commitment.made "$(commitment 1 be | jq -c '.due = "2021-06" | .text.text = "=1+1"')" --about "$corrected")
never=$(record commitment.made "$(commitment 1 be | jq -c 'del(.due) | .text.text = "some day"')" --about "$corrected")
same 'be 2021-06 late null null' "$(row "$overdue")" 'past its date'
same 'be null null null null' "$(row "$never")" 'what has no date'
depositary report commitments --csv >table
holds table "^$overdue,political,be,2021-06,late,2021-07-01,,,.'=1\\+1.?,,"
# What was interrupted and why, also by the one before a correction; what the last word is, is told and no other.
record commitment.updated '{"status":"interrupted","as_of":"2021-08","reason":{"text":"no access, =since July","lang":"en"}}' --about "$overdue" >/dev/null
same 'interrupted no access, =since July null' "$(depositary report commitments --json | jq -r "select(.record == \"$overdue\") | \"\\(.status) \\(.reason) \\(.continuity)\"")" 'why it was interrupted'
depositary report commitments --csv >table
holds table "^$overdue,political,be,2021-06,late,2021-07-01,interrupted,2021-08,[^,]*,\"no access, =since July\",.?\$"
for words in 'en:Late since:interrupted:    Reason. no access' 'fr:En retard depuis:interrompu:    Motif : no access' 'ar:متأخّر منذ:متوقف:السبب.*no access'; do
    IFS=: read -r language since status why <<<"$words"
    LANGUAGE=$language depositary report commitments >page
    holds <(sed -n 1p page) "$since"
    sed -n "/^$overdue/,+1p" page >both
    holds both "2021-07-01 .*$status"
    holds both "$why"
done
# What falls due, as a page: the earliest of what the whole list begins with. What was closed is on none, whatever it is read off.
later=$(record commitment.made "$(commitment 1 be | jq -c '.due = "2022" | .text.text = "later"')" --about "$corrected")
due() { depositary report due --json "$@" 2>why | jq -r 'select(.kind == "due.commitment").record' | grep -e "$overdue" -e "$later" | xargs; }
first=$(depositary report due --json | head -n 1 | jq -r .record)
same "$overdue $later" "$(due)" 'what is late'
same "$overdue $later" "$(due --limit 900)" 'as a page'
same "$first" "$(depositary report due --limit 1 --json 2>why | jq -r .record)" 'the first'
holds why 'first 1'
depositary due --limit 1 2>why | grep -q "$first" || fail 'the first of due'
holds why 'first 1'
record commitment.updated '{"status":"withdrawn","as_of":"2022-03","reason":{"text":"x","lang":"en"}}' --about "$overdue" >/dev/null
for index in kept 'made anew'; do
    same "$later" "$(due --limit 900)" "what is closed is left out, index $index"
    same 1 "$(sqlite3 reg/index.db "SELECT state FROM due JOIN record USING(idx) WHERE jti='$overdue'")" "and is passed over, index $index"
    rm -f reg/index.db*
done
depositary report due --limit 1 >/dev/null 2>&1
sqlite3 reg/index.db 'UPDATE due SET state=2'
same "$later" "$(due --limit 900)" 'closed, whatever index.db says'
record commitment.updated '{"status":"reopened","as_of":"2022-04","reason":{"text":"x","lang":"en"}}' --about "$overdue" >/dev/null
same "$overdue $later" "$(due --limit 900)" 'open again'
# Who belonged to what: by the dates stated, not by the register's; of several figures the one that begins last.
members() { depositary report membership --json "$@" | jq -r '[.formation, .member // .count] | join(" ")' | sort; }
depositary report membership --as-of 2019-12-31 --json | jq -r .member | sort >members.2019
holds members.2019 '^former$'
same 0 "$(depositary report membership --as-of 2020-02-01 --json | jq -r 'select(.member == null)' | wc -l)" 'no figure yet'
same 'plenary 83' "$(members --as-of 2021-05 | grep '[0-9]$')" 'in 2021'
same 'plenary 86' "$(members | grep '[0-9]$')" now
same "$(members)" "$(members --limit 900)" 'the same as a page'
same 1 "$(members --limit 1 2>why | wc -l)" 'the newest'
holds why 'newest 1'
same 0 "$(members | grep -c former)" 'who left'
same 0 "$(members --as-of 2014-08-31 | grep -c small_group)" 'before it was formed'
expect 2 depositary report commitments --as-of 2021 2>/dev/null
expect 2 depositary report membership --csv --json 2>/dev/null
for language in en fr ar; do LANGUAGE=$language depositary report membership | sed -n 1p; done | sort -u >heads
same 3 "$(wc -l <heads)" 'in three languages'
depositary key enrol CUS --roles custodian --no-passphrase >/dev/null
depositary report commitments --as CUS --json >seen
same 0 "$(wc -l <seen)" 'to a reader who may not know of commitments'

# What the refusals say, in each language; and what was recorded stands.
for language in en fr ar; do printf '%s\n' "$(dispatch '{"review_on":"2021-01"}')" | LANGUAGE=$language expect 1 depositary record dispatch.sent --file - --yes 2>"why.$language"; done
same 3 "$(cat why.en why.fr why.ar | sort -u | grep -c mandate.order)" 'sentences in three languages'
depositary verify reg >/dev/null
