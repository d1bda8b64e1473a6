# Forms: a record asked field by field from its schema, in three languages; what doesn't fit is told what would.
need jq
typist=$SOURCE_ROOT/tests/flow/typist
new_register reg --roles custodian,legal,desk,administrator --territory IQ
export DEPOSITARY_REGISTER=reg
stream() { depositary record "$1" --stream >/dev/null; }
printf '{"list":"%s","code":"%s","called":%s}\n' incidents attack '[{"text": "An attack", "lang": "en"}]' incidents drone '[{"text": "drone", "lang": "en"}]' formations small_group '[]' | stream code.stated

# Where no code is stated yet, that is told with how one comes to be; nothing else would do.
printf '%s\n' 'see No code is stated there yet: depositary record code.stated' 'see Kind' 'type damage' 'see No code is stated there yet' 'key d' >script
expect 3 "$typist" script depositary record allegation.received >screen

# What belongs together is asked together: when, where, what. Nested members and lists; a wrong answer is told what would be right; what may be unknown is, with its reason.
cat >script <<'S'
see attack — An attack
see     drone
see Category: 
type two words
see Right would be: a code of Latin letters
type atack
see No such code is stated there. These are:
see attack — An attack
see Category: 
type AN attack
see When: 
type 2021-02-31
see There is no such day. Right would be: a date as exact as it is known
see When: 
type 30 March
see is asked for next
see When › Date and time: 
type 2021-03
see When › Time zone: 
key g
type +03:00
see a text, not empty, without control characters
type 
see When › Clock: 
type 
see To be added
type 
see When › Calendar: 
type 
see IQ — Iraq
see Territory: 
key @
type IQ
see Right would be: a code of Latin letters
type FR
see The charter has no such code there. It has:
type Iraq
see Place › Description: 
type ? nobody said
see What happened: 
type shells fell on a market
see Attributed, never established 1 › 
type 
see A — no doubt of it
see Sources, graded 1 › 
type Z
see Right would be: one of these: A (no doubt of it), B (
type B
see Sources, graded 1 › 
type 2
see Sources, graded 1 › 
type 
see Sources, graded 2 › 
type 
see How sure: 
type medium
see For whom 1: 
type 
see Published no sooner
type soon
see a whole number from 0 to 65535
type 12
see (mandate.delay)
see Published no sooner
type 48
S
# What the register refuses at the end is asked for again, and nothing else is.
expect 0 "$typist" script depositary record incident.reported >screen
id=$(tail -n 1 screen)
depositary show "$id" --json >shown
same '{"category":"attack","sources":[{"reliability":"B","credibility":"2"}],"confidence":"medium","audience":[],"publish_after_h":48,"when":{"original":"30 March","edtf":"2021-03"},"unknown":{"place":{"code":"unknown","reason":"nobody said"}}}' \
    "$(jq -c '(.claims // .) | {category, sources, confidence, audience, publish_after_h, when, unknown}' shown)" 'what was typed'
# A code stands behind what it is called, and once where that is the same.
holds <(depositary show "$id") 'Category: An attack \(attack\)$'
id=$(jq '.claims | {category: "drone", territory, what_happened, sources, confidence, audience, publish_after_h, unknown}' shown |
    depositary record incident.reported --file - --yes)
holds <(depositary show "$id") 'Category: drone$'

# So it is with the events of an item, and with a release: what else was answered stays, and is not asked for again.
box() { depositary collect --yes --json --file - <<<"{\"exhibit\": \"$1\", \"things\": [{\"description\": {\"text\": \"box\", \"lang\": \"en\"}, \"quantity\": 1}]}" | jq -r .item; }
sent=$(box sent)
depositary item transfer sent --yes --file - >/dev/null <<<'{"giver": {"state": "signed", "code": "T1"}, "taker": {"state": "refused", "reason": {"text": "no key", "lang": "en"}}, "to": {"text": "lab", "lang": "en"}}'
cat >script <<'S'
see receives › How
type signed
see receives › Role
type 
see gives › How
type signed
see gives › Code
type T9
see gives › Role
type driver
see Time
type 
see Place
type 
see Purpose
type 
see found 1
type 
see applied 1
type 
see seals:
type 
see Condition
type dry
see Storage
type 
see Photographs 1
type 
see Remark
type 
see custody.signed
see gives › How
type signed
see gives › Code
type T1
see gives › Role
type 
S
expect 0 "$typist" script depositary item receive sent >screen
id=$(sed -n 's/^Recorded: \([0-9a-f-]*\).*/\1/p' screen)
same 'T1 dry' "$(depositary show "$id" --json | jq -r '(.claims // .) | "\(.giver.code) \(.condition.text)"')" 'what was typed of the receipt'

# What a release names by the command is looked for before anything is asked, and isn't asked for.
: >script
expect 1 "$typist" script depositary release prepare nowhere >screen
holds screen 'item.absent'
printf '%s\n' 'see Action:' 'type release' 'see Recipient:' 'type court' 'see Purpose:' 'type trial' 'see Line of effort:' 'type ' 'see Materials 1 › Item:' "type ${sent%?????}00000" 'see Fields shown 1' 'type ' 'see Redacted:' 'type no' \
    'see Only these files 1' 'type ' 'see does not show 1' 'type ' 'see in clear' 'type ' 'see Materials 2 › Item:' 'type ' 'see (item.absent)' \
    'see Materials 1 › Item:' 'type nowhere' 'see (item.absent)' 'see Materials 1 › Item:' 'type sent' "see $sent" 'see Fields shown 1' 'type ' 'see Redacted:' 'type no' 'see Only these files 1' 'type ' 'see does not show 1' 'type ' 'see in clear' 'type ' 'see Materials 2 › Item:' 'type ' >script
expect 0 "$typist" script depositary release prepare >screen
holds screen "$sent"
printf '%s\n' 'see Action:' 'type release' 'see Recipient:' 'type court' 'see Purpose:' 'type trial' 'see Line of effort:' 'type ' >script
expect 0 "$typist" script depositary release prepare sent >screen
lacks screen 'Materials 1'

# A case is named by the beginning of its id, which is completed; what nothing here is called is told there.
case=$(depositary case open --yes --json --file - <<<'{"authority": "court", "jurisdiction": "IQ", "stage": "trial"}' | jq -r .case)
printf '%s\n' 'see Requesting authority:' 'type court' 'see Requested authority:' 'type court' 'see Purpose:' 'type trial' 'see What it covers:' 'type case' 'see or its beginning' 'see Item or case:' 'type sent' \
    'see (case.absent)' 'see Item or case:' "type ${case%????????????}" "see $case" 'see Our reference' 'key d' >script
expect 3 "$typist" script depositary request in >screen

# Texts by language say which they are in, by the language's name or its tag; the reader's own where nothing is typed.
cat >script <<'S'
see القائمة
type initiatives
see الرمز
type plenary
see التسمية بحسب اللغة 1
type الجلسة العامة
see العربية
see اللغة
type 
see التسمية بحسب اللغة 2
type plénière
see اللغة
type الفرنسية
see التسمية بحسب اللغة 3
type plenary session
see اللغة
type no language at all
see لا يصلح هذا
type English
see التسمية بحسب اللغة 4
type pleno
see اللغة
type es
see التسمية بحسب اللغة 5
type 
see من
type 
see إلى
type 
S
LANGUAGE='ar' expect 0 "$typist" script depositary record code.stated >screen
same 'ar fr en es' "$(depositary show "$(tail -n 1 screen)" --json | jq -r '(.claims // .).called | map(.lang) | join(" ")')" 'the languages'
# Where the locale doesn't say the reader's, it is needed.
printf '%s\n' 'see List' 'type initiatives' 'see Code' 'type other' 'see language 1' 'type Other' 'see Language' 'type ' 'see needed' 'see Language' 'type arabic' 'see language 2' 'type ' 'see From' 'type ' 'see Until' 'type ' >script
expect 0 "$typist" script depositary record code.stated >screen
same ar "$(depositary show "$(tail -n 1 screen)" --json | jq -r '(.claims // .).called[0].lang')" 'a language by its name'

# Of a list only the element that is refused is asked for again; it goes where nothing is answered. A State is answered by its name.
printf '{"formation": "small_group", "member": "%s", "from": "2014"}\n' be us | stream membership.stated
cat >script <<'S'
see Title, by language 1
type Communiqué
see Language
type fr
see Title, by language 2
type 
see Formation
type small_group
see Adopted on
type 2021-03-30
see how 1 › Member
type be
see how 1 › How
type in_the_room
see how 2 › Member
type fr
see how 2 › How
type attested
see how 3 › Member
type united states
see   us
see how 3 › How
type attested
see how 4 › Member
type 
see Silence
type 
see authentic text
type not_held
see Why
type nobody has it
see attests
type seen by its clerk
see Languages 1
type 
see Paragraphs 1 › Paragraph
type 1
see Text, by language 1
type 
see Paragraphs 2 › Paragraph
type 
see cites 1
type 
see (mandate.room)
see how 1 › Member
type be
see how 1 › How
type attested
see [/adopters/1
see how 2 › Member
type 
S
expect 0 "$typist" script depositary record statement.adopted >screen
same 'be attested us attested' "$(depositary show "$(tail -n 1 screen)" --json | jq -r '(.claims // .).adopters | map("\(.member) \(.how)") | join(" ")')" 'the adopters'

# What a commitment is about is named by an option: that it lacks is told before anything is asked.
: >script
expect 1 env LANGUAGE=ar "$typist" script depositary record commitment.made >screen
holds screen 'about \(statement.adopted\)\] \(mandate.ref.count\)'
expect 1 "$typist" script depositary record incident.reported --source nowhere >screen
holds screen 'index.absent'

# A field that can't be unknown is asked again, in the reader's language; Ctrl-D ends it, and nothing is recorded.
printf '%s\n' 'see Formation' 'type ? who knows' 'see ne peut être inconnu' 'type small_group' 'key d' >script
expect 3 env LANGUAGE=fr "$typist" script depositary record membership.stated >screen
printf '%s\n' 'see الفئة' 'type a b' 'see الصحيح:' 'key d' >script
expect 3 env LANGUAGE=ar "$typist" script depositary record incident.reported >screen
holds screen 'رمز من حروف لاتينية'

# From a file: each violation names the field, what is wrong and what would be right, and nothing is recorded.
before=$(depositary list --json | wc -l)
cat >bad <<'J'
{"category": "attack", "territory": "IQ", "what_happened": {"text": "x"}, "sources": [{"reliability": "Z", "credibility": "2"}],
 "confidence": "very", "audience": [], "publish_after_h": -1, "when": {"edtf": "30.3.2021"}, "where": "here", "unknown": {"place": {"code": "unknown", "reason": ""}}}
J
expect 1 depositary record incident.reported --file bad --yes 2>why
holds why 'What happened › Language \[incident.reported/what_happened/lang\]: it is missing \(record.field\)'
holds why '\[incident.reported/sources/0/reliability\]: it has not the right form'
holds why 'How sure \[incident.reported/confidence\]: it has not the right form'
holds why 'Right would be: one of these: high, medium, low'
holds why '\[incident.reported/publish_after_h\]'
holds why 'When › Date and time \[incident.reported/when/edtf\]: it has not the right form \(record.format\)'
holds why 'Right would be: a date as exact as it is known'
holds why '\[incident.reported/where\]: there is no such field'
same 6 "$(grep -c '^depositary: ' why)" 'violations'
expect 1 env LANGUAGE=fr depositary record incident.reported --file bad --yes 2>why
holds why 'Degré de certitude .*il n.+a pas la forme voulue'
holds why 'Il faudrait : l.+une de ces valeurs : high \(élevé\), medium \(moyen\), low \(faible\)'
expect 1 env LANGUAGE=ar depositary record incident.reported --file bad --yes 2>why
holds why 'درجة اليقين .*ليس بالصيغة المطلوبة'
holds why 'الصحيح:'
expect 1 depositary record incident.reported --file bad --yes --json >found 2>/dev/null
same '/confidence record.field How sure' "$(jq -r 'select(.pointer == "/confidence") | "\(.pointer) \(.finding) \(.field)"' found)" 'as JSON'
# A day that its month doesn't have is called that: in a file, typed, and with a time of day.
while IFS='|' read -r language no_such formation member from digits; do
    export LANGUAGE=$language
    expect 1 depositary record membership.stated --file - --yes 2>why <<<'{"formation": "small_group", "member": "be", "from": "2021-02-31"}'
    holds why "\[membership.stated/from\]: .*$no_such"
    printf '%s\n' "see $formation: " 'type small_group' "see $member: " 'type be' 'see : ' 'type ' 'see : ' 'type ' 'see 1' 'type ' "see $from: " "type $digits" "see $no_such" 'key d' >script
    expect 3 "$typist" script depositary record membership.stated >screen
    expect 1 depositary request in --file - --yes 2>why <<<'{"from": "court", "to": "court", "purpose": "trial", "scope": {"kind": "all"}, "deadline": "2021-02-29T10:00:00Z"}'
    holds why "$no_such.*stated.day"
done <<'L'
en|here is no such day|Formation|Member|From|2021-04-31
fr|e jour n’existe pas|Formation |Membre |À partir du |2021-04-31
ar|لا يوم بهذا التاريخ|التشكيل|العضو|من|٢٠٢١-٠٤-٣١
L
unset LANGUAGE

# What is missing is named as well, once nothing else is wrong.
echo '{"category": "attack"}' | expect 1 depositary record incident.reported --file - --yes 2>why
holds why 'Territory \[incident.reported/territory\]: it is missing'
holds why 'How sure \[incident.reported/confidence\]: it is missing'
same "$before" "$(depositary list --json | wc -l)" 'records'

# A file beside a stream would be read by nobody.
expect 2 depositary record membership.stated --stream --file given </dev/null 2>why
holds why 'either --file or --stream'

# Of a stream the bad line is named, with what is wrong there; of those that came with it none is recorded, and what was before stands.
named() { printf '{"formation":"small_group","member":"%s","from":"2014"}\n' "$@"; }
# Two lines, acknowledged; then what is given, in one write: what comes together is one group, and a shell writes line by line.
feed() { { echo; cat; } >given; named be us; until [ "$(wc -l <taken)" -eq 2 ]; do sleep 0.02; done; cat given; }
: >taken
{ named jo; echo '{"formation":"small_group","member":"a b","from":"soon"}'; named fr; } | feed | expect 1 depositary record membership.stated --stream >taken 2>why
holds why 'line 5 is refused.* from line 4 on nothing was recorded; records made before: 2'
holds why 'Member \[membership.stated/member\]: it has not the right form'
holds why 'Right would be: a code of Latin letters'
holds why '\[membership.stated/from\]'
: >taken
{ named jo; echo '{"formation":"nowhere","member":"fr"}'; } | feed | expect 1 env LANGUAGE=ar depositary record membership.stated --stream >taken 2>why
holds why 'رُفض السطر 5 .*من السطر 4'
holds why '/formation: nowhere \(small_group\).*\(mandate.code\)'
: >taken
{ named jo; echo '{"formation":'; } | feed | expect 1 depositary record membership.stated --stream --json >taken 2>why
holds why '\[5:[0-9]+\] \(json.syntax\)'
same '5 4 2' "$(jq -r 'select(.line) | "\(.line) \(.from) \(.recorded)"' taken)" 'the line, as JSON'
same 8 "$(depositary list --type membership.stated --json | wc -l)" 'what was acknowledged, and nothing else'

# The schemas document themselves, in each language.
for language in en fr ar; do LANGUAGE=$language depositary schema show incident.reported >"schema.$language"; done
depositary schema list --json | jq -r .type >types
same "$(find "$SOURCE_ROOT/schema" -name '*.jtd.json' ! -name '*@*' | wc -l)" "$(wc -l <types)" 'record types'
while read -r type; do
    depositary schema show "$type" >one
    grep -q '\[' one || fail "nothing is shown of $type"
done <types
holds schema.en 'category\*  Category  \[protected, searchable\]'
holds schema.en 'reliability\*'
holds schema.fr 'protégé'
holds schema.fr 'when  .*peut être inconnu'
holds schema.ar 'الفئة'
depositary schema show allegation.received | grep -A9 '^receipt' >drawn
holds drawn 'drawn by the program'
same "$(depositary schema note --json)" "$(depositary schema show note --json)" 'with and without the word'
expect 2 depositary schema show 2>/dev/null
expect 2 depositary schema show no.such.type 2>/dev/null

# A type is one file of schema/ and nothing else: here a made-up one takes the place of another's bytes in a copy of the program, as tools/embed would
# have put them there. Nothing of the code knows it, and it is asked, shown, listed, searched and imported as any other.
cat >partner.visited.jtd.json <<'J'
{"metadata": {"v": 1, "labels": {"en": "Depot visited", "fr": "Dépôt visité", "ar": "زيارة مستودع"}, "readers": ["desk", "auditor"], "signers": ["desk"]},
 "properties": {
  "depot": {"type": "string", "metadata": {"labels": {"en": "Depot", "fr": "Dépôt", "ar": "المستودع"}, "help": {"en": "its code", "fr": "son code", "ar": "رمزه"}, "searchable": true, "format": "code"}},
  "state": {"enum": ["orderly", "disordered"], "metadata": {"labels": {"en": "State", "fr": "État", "ar": "الحالة"}, "searchable": true,
   "choices": {"orderly": {"en": "orderly", "fr": "en ordre", "ar": "مرتب"}, "disordered": {"en": "in disorder", "fr": "en désordre", "ar": "غير مرتب"}}}},
  "visited_on": {"type": "string", "metadata": {"labels": {"en": "Visited on", "fr": "Visité le", "ar": "تاريخ الزيارة"}, "searchable": true, "format": "edtf", "input": "date"}}},
 "optionalProperties": {"remark": {"ref": "text", "metadata": {"labels": {"en": "Remark", "fr": "Remarque", "ar": "ملاحظة"}}}}}
J
mkdir scratch
cp "$SOURCE_ROOT"/schema/*.json partner.visited.jtd.json scratch
"$SOURCE_ROOT/tools/schema-lint" scratch >/dev/null
python3 - "$DEPOSITARY" "$SOURCE_ROOT/schema/partner.related.jtd.json" partner.visited.jtd.json <<'PY'
import pathlib, sys
program, there, added = (pathlib.Path(name) for name in sys.argv[1:])
old, new = there.read_bytes(), added.read_bytes()
whole = program.read_bytes()
assert len(new) <= len(old) and len(there.name) == len(added.name) and whole.count(old) == whole.count(there.name.encode() + b'\0') == 1
pathlib.Path('typed').write_bytes(whole.replace(old, new.ljust(len(old))).replace(there.name.encode() + b'\0', added.name.encode() + b'\0'))
PY
chmod +x typed
depositary key enrol D1 --roles desk --no-passphrase >/dev/null
export DEPOSITARY_OFFICER=D1
for words in 'en:Depot visited:in disorder:its code' 'fr:Dépôt visité:en désordre:son code' 'ar:زيارة مستودع:غير مرتب:رمزه'; do
    IFS=: read -r language type state help <<<"$words"
    LANGUAGE=$language ./typed schema show partner.visited >one
    for want in "$type" "$state" "$help" 'visited_on\*' remark; do holds one "$want"; done
    LANGUAGE=$language ./typed schema list >all
    holds all "partner.visited .*$type"
done
printf '%s\n' 'see Depot: ' 'type two words' 'see Right would be: a code of Latin letters' 'type NORTH-4' 'see State: ' 'type disordered' 'see Visited on: ' 'type 2021-03' 'see Remark' 'type ' >script
expect 0 "$typist" script ./typed record partner.visited >screen
id=$(tail -n 1 screen)
env LANGUAGE=ar ./typed show "$id" >shown
holds shown 'غير مرتب'
env LANGUAGE=fr ./typed record partner.visited --file - --yes <<<'{"depot": "SOUTH", "state": "burnt", "visited_on": "2021-04"}' 2>why && fail 'a wrong choice is taken'
holds why 'État \[partner.visited/state\]: il n.+a pas la forme voulue'
holds why 'disordered \(en désordre\)'
printf 'depot;state;visited_on;remark;remark.lang\nEAST;orderly;2021-05;"swept; dry";en\n' | ./typed import partner.visited --lang en - >/dev/null
same '2 partner.visited' "$(./typed list --type partner.visited --json | jq -rs '"\(length) \(.[0].type)"')" 'listed'
./typed search NORTH-4 --json >found
same "$id" "$(jq -r .id found)" 'found by a code'
same '' "$(./typed search swept --json)" 'free text is not searched'
./typed verify reg --json >verified
same intact "$(json verified .verdict)" 'the register with a type more'
