# Reports and timelines: what is shown is what may be known of, nothing that can't be read is passed over in silence, and no order is invented.
need jq pdfinfo pdftotext python3 sqlite3
# shellcheck source=tests/flow/desk
. "$SOURCE_ROOT/tests/flow/desk"
for language in en fr ar; do
    for view in campaign case commitments custody due incidents membership; do
        LANGUAGE=$language depositary report "$view" >"empty.$view.$language" 2>/dev/null || [ "$view" = campaign ] || fail "an empty report: $view"
    done
done
# heads VIEW...: in three languages.
heads() { for view; do same 3 "$(head -qn 1 empty."$view".* | sort -u | wc -l)" "$view in three languages"; done; }
heads case commitments custody due incidents

# ---- incidents: as they are known now, graded, as exact as stated; where nothing could be seen ----
jq -nc '{list: "incidents", code: "attack", called: []}, {list: "formations", code: "plenary", called: []}' | depositary record code.stated --stream >/dev/null
incident() { jq -nc --argjson more "${1:-{\}}" '{category: "attack", territory: "IQ", when: {edtf: "2021-03-28"}, place: {latitude: "33.31", longitude: "44.36", precision_m: 1000}, what_happened: {text: "zebra", lang: "en"},
    sources: [{reliability: "B", credibility: "3"}], confidence: "low", audience: [], publish_after_h: 72} * $more'; }
first=$(record incident.reported "$(incident)")
second=$(record incident.reported "$(incident '{"when":{"edtf":"2021-05"}}')")
withdrawn=$(record incident.reported "$(incident)")
record incident.corrected '{"effect":"corrects","confidence":"medium","sources":[{"reliability":"A","credibility":"1"},{"reliability":"C","credibility":"2"}],"reason":{"text":"a second source","lang":"en"}}' --about "$first" >/dev/null
record incident.corrected '{"effect":"retracts","reason":{"text":"an error","lang":"en"}}' --about "$withdrawn" >/dev/null
record coverage.stated '{"territory":"IQ","from":"2021-03","to":"2021-04","extent":"none","reason":{"text":"no access","lang":"en"}}' >/dev/null
row() { depositary report incidents --json | jq -r "select(.record == \"$1\") | [.when, .category, .place, .precision_m, .confidence, .sources, .corrections, .standing] | join(\"|\")"; }
same '2021-03-28|attack|33.31 44.36|1000|medium|A1 C2|1|corrected' "$(row "$first")" 'a corrected incident'
same '2021-05|attack|33.31 44.36|1000|low|B3||reported' "$(row "$second")" 'as reported'
same retracted "$(row "$withdrawn" | cut -d'|' -f8)" 'a retracted one'
same 'coverage 2021-03 2021-04 none' "$(depositary report incidents --json | jq -r 'select(.kind == "coverage") | "\(.kind) \(.when) \(.until) \(.standing)"')" 'where nothing was seen'
same "$first $withdrawn" "$(depositary report incidents --as-of 2021-04-30 --json | jq -r 'select(.kind == "incident").record' | xargs)" 'as of a past date'
depositary report incidents --csv >table
holds table "^incident,$first,2021-03-28,,attack,IQ,33.31 44.36,1000,medium,A1 C2,1,corrected"
depositary report incidents >page
lacks page zebra
lacks table zebra
# Codes are called as the charter or whoever stated them calls them; what a program reads keeps the code.
jq -nc '{list: "incidents", code: "siege", called: [{lang: "en", text: "siege of a town"}, {lang: "ar", text: "حصار بلدة"}]}' | depositary record code.stated --stream >/dev/null
besieged=$(record incident.reported "$(incident '{"category":"siege"}')")
for words in 'en:siege of a town +.*Iraq' 'fr:siege of a town +.*Ira[qk]' 'ar:حصار بلدة.*العراق'; do
    LANGUAGE=${words%%:*} depositary report incidents | grep "$besieged" >page
    holds page "${words#*:}"
done
same 'siege IQ' "$(depositary report incidents --json | jq -r "select(.record == \"$besieged\") | .category + \" \" + .territory")" 'the code itself'
record incident.corrected '{"effect":"retracts","reason":{"text":"an error","lang":"en"}}' --about "$besieged" >/dev/null
# A page is the newest; the rest is said to be there.
depositary report incidents --limit 1 --json >page 2>why
same "$besieged" "$(jq -r 'select(.kind == "incident").record' page)" 'the newest'
holds why 'newest 1'
# It is read off index.db; that a retraction is of another incident isn't believed there.
sqlite3 reg/index.db "UPDATE ref SET target='$second' WHERE target='$withdrawn'"
expect 3 depositary report incidents >page 2>why
holds why index.differs
sqlite3 reg/index.db "UPDATE ref SET target='$withdrawn' WHERE target='$second'"
depositary report incidents >page
expect 2 depositary report due --as-of 2021 2>/dev/null
expect 2 depositary report incidents --limit x 2>/dev/null
expect 2 depositary report incidents --within 3 2>/dev/null
expect 2 depositary report incidents extra 2>/dev/null

# ---- custody: what is held, by whom; one item's hands ----
printf x >file
item=$(printf '%s' '{"exhibit":"E-1","collected_at":{"edtf":"2021-03-28T14:00:00","zone":"+03:00","offset_s":-60,"original":"15 Sha`ban 1442","calendar":"islamic"}}' | depositary collect file --json --yes --file - 2>/dev/null | json - .item)
custody() { depositary report custody --json | jq -r "select(.item == \"$item\") | [.exhibit, .state, .holder, .hold] | join(\"|\")"; }
same 'E-1|in_custody|T1|' "$(custody)" 'an item'
for words in E-1 e-1 "$item" "${item%%-*}*"; do same "$item" "$(depositary search "$words" --type evidence. --json | jq -r .item)" "an exhibit by $words"; done
echo '{"giver":{"state":"signed","code":"T1"},"to":{"text":"Laboratory","lang":"en"},"occurred":{"edtf":"2021-03-29"}}' | depositary item transfer E-1 --yes --file - >/dev/null
same 'E-1|sent_not_received|T1|' "$(custody)" 'on its way'
depositary key enrol CUS --roles custodian --no-passphrase >/dev/null
echo '{"taker":{"state":"signed","code":"CUS"},"seals_state":"intact","occurred":{"edtf":"2021-03-30T09:00:00Z"}}' | depositary item receive E-1 --yes --file - --as CUS >/dev/null
echo '{"authority":{"text":"order","lang":"en"}}' | depositary hold place E-1 --yes --file - >/dev/null
same 'E-1|in_custody|CUS|yes' "$(custody)" 'in other hands, and held'
depositary report custody E-1 --json | jq -r '[.what, .stated, .zone, .by, .giver_side, .taker_side, .seals] | join("|")' >hands
same 'evidence.collected|2021-03-28T14:00:00|+03:00|T1||| custody.transferred|2021-03-29||T1|signed|| custody.received|2021-03-30T09:00:00Z||CUS||signed|intact hold.placed|||T1|||' "$(xargs <hands)" 'hands'
LANGUAGE=fr depositary report custody E-1 >page
holds page signé
expect 1 depositary report custody E-9 2>why
holds why item.absent

# ---- a case: stages, material, what was given; as of a date ----
case=$(echo '{"authority":"court","jurisdiction":"FR-75","stage":"investigation","reference":{"text":"P 12/3 zebra","lang":"fr"}}' | depositary case open --file - --json | json - .case)
echo '{"stage": "trial"}' | depositary case stage "$case" --file - >/dev/null
echo "{\"handling\":[],\"case\":\"$case\"}" | depositary mark set E-1 --file - >/dev/null
same 'trial court FR-75' "$(depositary report case --json | jq -r "select(.case == \"$case\") | [.stage, .authority, .jurisdiction] | join(\" \")")" 'a case'
same 0 "$(depositary report case --as-of 2021 --json | wc -l)" 'before it was opened'
same "stage investigation, stage trial, material $item" "$(depositary report case "$case" --json | jq -r '.what + " " + (.stage // .item)' | paste -sd, | sed 's/,/, /g')" 'what it rests on'
depositary report case --csv >table
lacks table zebra
LANGUAGE=fr depositary report case >page
holds page 'une juridiction +FR-75'
holds table "^$case,[^,]*Z,trial,[^,]*Z,court,FR-75,"

# ---- columns stand below what they are called, in each language ----
aligned() {
    python3 - "$1" <<'PY'
import re, sys, unicodedata
def starts(line): # of what two blanks part
    shown = ''.join(c for c in line.rstrip('\n ') if unicodedata.category(c) not in ('Mn', 'Me', 'Cf'))
    return {m.start() for m in re.finditer(r'(?:(?<=  )|^)\S', shown)}
head, *rows = open(sys.argv[1], encoding='utf-8')
sys.exit(not rows or any(starts(row) - starts(head) for row in rows))
PY
}
for language in en fr ar; do
    for view in incidents custody "custody E-1" case "case $case"; do
        # shellcheck disable=SC2086
        LANGUAGE=$language depositary report $view >page
        aligned page || { cat page; fail "$view isn't aligned in $language"; }
    done
    LANGUAGE=$language depositary timeline case "$case" >page
    aligned page || { cat page; fail "a timeline isn't aligned in $language"; }
done

# ---- due, as a table ----
record dispatch.sent "$(jq -nc --arg digest "$(printf '%064d' 0)" '{sender: "test", recipients: ["police"], channel: "interpol", sent_on: "2021-04-02", content_sha256: $digest, restrictions: ["H2"], purpose: "investigation", review_on: "2026-04"}')" >/dev/null
same "$(depositary due --json | jq -r .record | xargs)" "$(depositary report due --json | jq -r .record | xargs)" 'the same as due'
depositary report due --within 0 --csv >table
holds table '^2026-[^,]*,due.dispatch,'
# A page is the first of the same.
depositary report due --within 0 --limit 50 --csv 2>why >page
same "$(cat table)" "$(cat page)" 'a page that is long enough'

# ---- who may not know of them: no line, no count ----
same 0 "$(depositary report case --json --as CUS | wc -l)" 'cases to a custodian'
# Who may report an incident knows that there are some, and reads none.
expect 1 depositary report incidents --csv --as CUS >table 2>why
same 1 "$(wc -l <table)" 'incidents to a custodian'
holds why 'report.unread'
depositary key enrol D-1 --roles desk --no-passphrase >/dev/null
for view in custody case; do same 0 "$(depositary report "$view" --json --as D-1 | wc -l)" "$view to a desk officer"; done
expect 1 depositary timeline item "$item" --as D-1 2>why
holds why item.absent

# ---- a timeline: as stated, and where the order isn't known ----
depositary timeline item E-1 --json >events
same 'evidence.collected 2021-03-28T10:59:00Z 2021-03-28T10:59:00Z +03:00 -60 islamic' "$(jq -r 'select(.what == "evidence.collected") | [.what, .earliest, .latest, .zone, .offset_s, .calendar] | join(" ")' events)" 'clock, zone, calendar'
same 'evidence.collected custody.transferred custody.received' "$(jq -r 'select(.known == "stated").what' events | xargs)" 'in order'
same 0 "$(jq -r 'select(.known == "stated" and .may_precede)' events | wc -l)" 'apart'
same '2021-03-29T00:00:00Z 2021-03-29T23:59:59Z' "$(jq -r 'select(.what == "custody.transferred") | .earliest + " " + .latest' events)" 'a day'
depositary timeline all --limit 2 --json >page 2>why
same "$(depositary list --json | jq -r .id | grep -Fxf <(depositary timeline all --json | jq -r .record) | tail -n 2 | sort | xargs)" "$(jq -r .record page | sort | xargs)" 'what was recorded last'
holds why 'newest 2'
expect 2 depositary timeline item E-1 --limit 2 2>/dev/null
# A month says nothing about the days in it; nor does what was only recorded.
depositary timeline all --from 2021-03 --to 2021-05 --json >events
same 'coverage.stated from' "$(jq -r 'select(.line == "1") | .what + " " + .field' events)" 'the month comes first'
same 0 "$(jq -r 'select(.what == "incident.reported" and .record == "'"$first"'" and .may_precede != "1")' events | wc -l)" 'a day in a month may be before it'
same 0 "$(jq -r 'select(.known == "recorded")' events | wc -l)" 'what was recorded later'
# A beginning and an end are told apart, also where a person reads.
for words in 'en:From +[0-9a-f]{8}-:Until \(' 'fr:À partir du +[0-9a-f]{8}-:Jusqu.+au \(' 'ar:من⁩ +[0-9a-f]{8}-:إلى \('; do
    IFS=: read -r language from to <<<"$words"
    LANGUAGE=$language depositary timeline all --from 2021-03 --to 2021-05 >page
    holds page "2021-03 .*$from"
    holds page "2021-04 .*$to"
done
lacks events 'dispatch.sent.*review_on'
depositary timeline case "$case" --json >events
for what in case.opened case.stage marking.set evidence.collected; do holds events "\"what\":\"$what\""; done
same 'case.opened case.stage' "$(jq -r 'select(.what | startswith("case.")).what' events | xargs)" 'the order of the log'
same '' "$(jq -r 'select(.what == "case.stage").may_precede // ""' events)" 'which is known'
depositary timeline item E-1 --csv >table
holds table '^1,,2021-03-28T14:00:00,\+03:00,2021-03-28T10:59:00Z|^1,,2021-03-28T14:00:00,"'
for language in en fr ar; do LANGUAGE=$language depositary timeline case "$case" | sed -n 1p; done | sort -u >heads
same 3 "$(wc -l <heads)" 'a timeline in three languages'
expect 2 depositary timeline item 2>/dev/null
expect 2 depositary timeline all --from 30.3.2021 2>/dev/null
expect 1 depositary timeline campaign 2>why
holds why ledger.campaign

# ---- what shows and can't be read is told ----
depositary key enrol AUD --roles auditor --no-passphrase >/dev/null
expect 1 depositary report custody E-1 --as AUD --json >part 2>why
holds why report.unread
expect 1 depositary timeline item "$item" --as AUD --json >part 2>why
same recorded "$(jq -r 'select(.what == "evidence.collected").known' part)" 'what an auditor may not read'
holds why report.unread

# ---- on paper, with a plot: every figure beside its bar, with its currency and how exact it is ----
campaign=$(record campaign.opened '{"called":[{"text":"Stabilisation 2021","lang":"en"},{"text":"الاستقرار","lang":"ar"}],"code":"stabilisation","currency":"USD","goal":"670000000","qualifier":"exact","from":"2021"}')
flow() { jq -nc --arg provider "$1" --arg kind "$2" --arg amount "$3" --arg is "$4" '{kind: $kind, side: "provider", provider: $provider, receiver: "undp", reference: $provider, amount: $amount, currency: "USD", qualifier: $is, on: "2021-06-01"}'; }
record flow.recorded "$(flow us pledge 400000000 more_than)" --about "$campaign" >/dev/null
record flow.recorded "$(flow be payment 59400 about)" --about "$campaign" >/dev/null
for language in en fr ar; do
    depositary report campaign --pdf "campaign.$language.pdf" --lang "$language"
    depositary report custody E-1 --pdf "hands.$language.pdf" --lang "$language"
    pdfinfo "campaign.$language.pdf" >page
    holds page '^Tagged: *yes'
done
plain() { pdftotext -layout "$1" - | LC_ALL=C sed 's/\xc2\xa0/ /g; s/\xe2\x81[\xa8\xa9]//g'; }
plain campaign.en.pdf >page
for want in 'Goal +exact 670 000 000.00 USD' 'Paid, of that +about 59 400.00 USD' 'Still only pledged, in no total +more than 400 000 000.00 USD'; do holds page "$want"; done
plain campaign.fr.pdf >page
holds page 'plus de 400 000 000.00 USD'
plain campaign.ar.pdf >page
holds page '59 400.00 USD'
plain hands.en.pdf >page
holds page '^CUS +from 2026-03-30T09:00:00Z|^CUS +from 2021-03-30T09:00:00Z'
holds page '2021-03-29T00:00:00Z – 2021-03-29T23:59:59Z'
depositary timeline campaign --json >events
same '2021 2021-06-01 2021-06-01' "$(jq -r .time events | xargs)" 'a campaign in time'
expect 1 depositary report custody "$item" --pdf part.pdf --as AUD 2>why
holds why report.unread
expect 2 depositary report custody --pdf x.pdf 2>/dev/null
expect 2 depositary report incidents --pdf x.pdf 2>/dev/null
expect 3 depositary report campaign --pdf campaign.en.pdf 2>/dev/null
expect 2 depositary report campaign --lang fr 2>/dev/null

# ---- a page trusts index.db with which records there are; what is handed on doesn't ----
need sqlite3
sqlite3 reg/index.db "DELETE FROM record WHERE jti='$second'" >/dev/null
depositary report incidents >page
lacks page "$second"
holds page "$first"
expect 3 depositary report incidents --json >part 2>why
holds why index.differs
sqlite3 reg/index.db "DELETE FROM record WHERE jti=(SELECT jti FROM record WHERE type='flow.recorded' LIMIT 1)" >/dev/null
for form in --json --csv --iati '--pdf lost.pdf'; do
    # shellcheck disable=SC2086
    expect 3 depositary report campaign $form >part 2>why
    holds why index.differs
done
sqlite3 reg/index.db "UPDATE record SET type='incident.reported', jti='${second:0:35}x' WHERE jti='$item' OR type='note' OR type='hold.placed'" >/dev/null
expect 3 depositary report incidents >page 2>why
holds why index.differs
