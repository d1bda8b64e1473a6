# Consents, assurances, status: given and checked by a second officer, withdrawn without a word about who or why; sources under random pseudonyms.
need jq
new_register reg --roles custodian,legal,administrator
enrol() { depositary key enrol "$1" --roles "$2" --no-passphrase -C "${3:-reg}" --as T1 >/dev/null; }
enrol L-1 legal
enrol L-2 legal,approver
enrol D-1 desk
export DEPOSITARY_REGISTER=reg DEPOSITARY_OFFICER=L-1
scan=$(printf 'a scan' | sha256sum | cut -d' ' -f1)
cat >host.json <<JSON
{"terms": {"layer": "host", "grantor": "test", "actions": ["release"], "recipients": ["court"], "purposes": ["trial"], "lines": ["any"], "territories": ["IQ"],
           "scope": {"kind": "all"}, "in_force": {"from": "2020-01-01T03:00:00+03:00", "to": "2999-01-01T00:00:00Z"}},
 "side": {"state": "on_paper", "scan_sha256": "$scan", "seen_by": "L-1", "checked": {"text": "stamp and signature", "lang": "en"}},
 "conditions": {"text": "not to be passed on", "lang": "en"}}
JSON

# On paper: recorded by one, checked by another; until then it isn't in force. Never retroactive, and said so.
depositary consent give --file host.json --json >given
same "consent.from consent.second_officer" "$(json given '[.notices[].notice] | join(" ")')" notices
consent=$(json given .record)
state() { depositary consent show "$1" --json | json - .state; }
same unchecked "$(state "$consent")" state
recorded=$(depositary show "$consent" --json | json - .iat)
same "$(date -u -d "@$recorded" +%FT%TZ)" "$(depositary consent list --json | json - .in_force_from)" 'counts from'
same '2020-01-01T00:00:00Z' "$(depositary show "$consent" --json | json - .claims.terms.in_force.from)" 'as stated'
same '' "$(depositary inbox --json)" 'inbox of who recorded it'
same "inbox.consent $consent" "$(DEPOSITARY_OFFICER=L-2 depositary inbox --json | json - '.kind + " " + .record')" 'inbox of the second officer'
echo '{"outcome": "as_recorded", "checked": {"text": "asked the embassy", "lang": "en"}}' >check.json
expect 1 depositary consent check "$consent" --file check.json 2>why
holds why consent.check.same_officer
DEPOSITARY_OFFICER=L-2 depositary consent check "$consent" --file check.json >/dev/null
same in_force "$(state "$consent")" state
jq '.outcome = "differs"' check.json | DEPOSITARY_OFFICER=L-2 depositary consent check "$consent" --file - >/dev/null
same differs "$(state "$consent")" state
DEPOSITARY_OFFICER=L-2 depositary consent check "$consent" --file check.json >/dev/null

# What is no consent is not recorded as one.
refused() { # FILTER ID
    jq "$1" host.json | expect 1 depositary consent give --file - >/dev/null 2>why
    holds why "\\($2\\)"
}
refused '.side = {"state": "on_paper", "seen_by": "L-1"}' custody.side
refused '.side = {"state": "signed", "code": "L-2"}' custody.signed
refused 'del(.terms.grantor)' consent.grantor
refused '.terms.grantor = "nobody"' stated.member
refused '.terms.recipients = []' consent.empty
refused '.terms.recipients = ["any", "court"]' stated.any
refused '.terms.recipients = ["kourt"]' stated.code
refused '.terms.territories = ["XX"]' stated.code
refused '.terms.scope = {"kind": "item"}' consent.scope
refused '.terms.in_force.to = "2019-01-01T00:00:00Z"' stated.interval
refused '.terms.in_force.from = "whenever"' stated.time
refused '.terms.session = {}' consent.session
# A refusal is kept as what it is, and is in force for nothing.
no=$(jq '.side = {"state": "refused", "reason": {"text": "sub judice", "lang": "en"}}' host.json | depositary consent give --file - --json | json - .record)
same refused "$(state "$no")" state

# Status: the complete set is computed, with the one before; who can't read a consent can't sign that there is no other.
depositary status issue consents --json >status1
same 1 "$(json status1 .in_force)" 'set'
depositary status show consents --json >shown
# The root of one entry is its leaf hash.
root=$({ printf '\0'; depositary show "$consent" --json | json - .sha256 | tr a-f A-F | tr -d '\n' | basenc --base16 -d; } | sha256sum | cut -c1-64)
same "1 $root" "$(json shown '"\(.claims.in_force.count) \(.claims.in_force.root)"')" 'its set'
same "$(json status1 .index)" "$(json shown .claims.as_of)" 'up to where'

# A source: the program makes the pseudonym; each recipient and use is named; what was explained stands there.
printf x >file
item=$(depositary collect file --json --yes --as T1 2>/dev/null | json - .item)
cat >source.json <<JSON
{"terms": {"layer": "source", "actions": ["release"], "recipients": ["court"], "purposes": ["trial"], "lines": ["any"], "territories": ["any"],
           "scope": {"kind": "item", "id": "$item"}, "in_force": {"from": "2999-01-01T00:00:00Z"},
           "session": {"language": "ar", "interpreter": true, "dangers_explained": true, "shown": {"identity": false, "place": true, "image": false},
                       "guardian": "not_applicable", "assent": "not_applicable"}},
 "side": {"state": "signed", "code": "T1"}}
JSON
DEPOSITARY_OFFICER=T1 depositary consent give --file source.json --json >source1
pseudonym=$(json source1 .pseudonym)
[[ $pseudonym =~ ^[0-9A-HJKMNP-TV-Z]{16}$ ]] || fail "not a pseudonym: $pseudonym"
same consent.map "$(json source1 '.notices[0].notice')" 'said once'
source1=$(json source1 .record)
same begins_later "$(state "$source1")" state
# Of no two consents the same, in no two registers; but for one source and one item, where that is said.
DEPOSITARY_OFFICER=T1 depositary consent give --file source.json --json >source2
[ "$(json source2 .pseudonym)" != "$pseudonym" ] || fail 'two sources have one pseudonym'
DEPOSITARY_OFFICER=T1 depositary consent give --file source.json --same-source "$source1" --json >source3
same "$pseudonym" "$(json source3 .pseudonym)" 'the same source'
jq '.terms.scope = {"kind": "case", "id": "'"$item"'"}' source.json | DEPOSITARY_OFFICER=T1 expect 1 depositary consent give --file - --same-source "$source1" 2>why
holds why consent.same_source
new_register elsewhere --roles custodian,legal,administrator
DEPOSITARY_OFFICER=T1 depositary consent give --file source.json -C elsewhere --json >source4
[ "$(json source4 .pseudonym)" != "$pseudonym" ] || fail 'two registers make one pseudonym'
refused_source() { # FILTER ID
    jq "$1" source.json | DEPOSITARY_OFFICER=T1 expect 1 depositary consent give --file - >/dev/null 2>why
    holds why "\\($2\\)"
}
refused_source '.terms.session.pseudonym = "ALI"' consent.pseudonym
refused_source '.terms.session.dangers_explained = false' consent.dangers
refused_source '.terms.session.guardian = "consented"' consent.guardian
refused_source '.terms.session.assent = "refused"' consent.guardian
refused_source '.terms.recipients = ["any"]' consent.source
refused_source '.terms.purposes = ["any"]' consent.source
refused_source '.terms.scope = {"kind": "all"}' consent.source
refused_source 'del(.terms.session)' consent.session
refused_source 'del(.terms.session.language)' record.field
refused_source '.terms.session.language = ""' record.format
refused_source '.terms.grantor = "test"' consent.grantor
refused_source '.side.code = "L-1"' custody.signed
# At a terminal: no grantor and no pseudonym is asked of a source, the id of an item is; names of choices as a keyboard has them, blanks around them.
# What is refused at the end is asked for again where it stands, and nothing else.
{
    printf '%s\n' 'see Qui consent' 'type SOURCE humaine ' 'see actions 1' 'type release' 'see actions 2' 'type ' 'see Destinataires 1' 'type any' 'see Destinataires 2' 'type ' \
        'see Finalités 1' "type Enquête d'une commission ou d'un mécanisme" 'see Finalités 2' 'type ' 'see effort 1' 'type any' 'see effort 2' 'type ' 'see Territoires 1' 'type any' \
        'see Territoires 2' 'type ' 'see couvre' 'type une pièce' 'see tel que le programme' 'see Pièce ou dossier' 'type nulle part' 'see item.absent' 'see Pièce ou dossier' "type $item" 'see À partir du' 'type 2020-01-01T00:00:00Z' \
        'see non compris' 'type 2019-01-01T00:00:00Z' 'see traitement 1' 'type ' 'see Langue parlée' 'type fr' 'see interprète' 'type oui' 'see (oui ou non)' 'see Risques' 'type non' \
        'see identité peut' 'type non' 'see Le lieu' 'type non' 'see image et la voix' 'type oui' 'see représentant' 'type sans objet' 'see Assentiment' 'type sans objet' \
        'see (stated.interval)' 'see non compris' 'type 2999-01-01T00:00:00Z' 'see a agi' 'type signé' 'see Fonction' 'type ' 'see Conditions' 'type pas de nom'
    printf '%s\n' 'see [/terms/recipients] (consent.source)' 'see Destinataires 1' 'type une juridiction' 'see Destinataires 2' 'type ' \
        'see [/terms/session/dangers_explained] (consent.dangers)' 'see Risques' 'type oui'
} >script
DEPOSITARY_OFFICER=T1 LANGUAGE=fr expect 0 "$SOURCE_ROOT/tests/flow/typist" script depositary consent give -C elsewhere >screen
lacks screen 'Membre qui consent|Pseudonyme :'
DEPOSITARY_OFFICER=T1 depositary show "$(sed -n 's/^Enregistré : //p' screen)" -C elsewhere --json >shown
same '["source",["court"],["inquiry"],{"kind":"item","id":"'"$item"'"},{"from":"2020-01-01T00:00:00Z","to":"2999-01-01T00:00:00Z"},true,16,{"state":"signed","code":"T1"},"pas de nom"]' \
    "$(jq -c '.claims | .terms as $t | [$t.layer, $t.recipients, $t.purposes, ($t.scope | {kind, id}), $t.in_force, $t.session.dangers_explained, ($t.session.pseudonym | length), .side, .conditions.text]' shown)" 'at a terminal'
# Nothing in clear says that a source, a child or a paper is behind one: the open halves of both kinds have the same names.
same "$(depositary show "$consent" --open --json | jq -c '.claims | keys')" "$(depositary show "$source1" --open --json | jq -c '.claims | keys')" 'open claims'
if grep -rqaF "$pseudonym" reg; then fail 'the pseudonym stands in clear in the register'; fi

# Withdrawn: there is nothing to state, and nothing stands there. Byte by byte: whoever and whyever.
echo '{"reason": {"text": "zebra-threatened", "lang": "en"}}' >reason.json
expect 2 depositary consent withdraw "$consent" --file reason.json 2>/dev/null
expect 2 depositary consent withdraw "$consent" 'zebra-threatened' 2>/dev/null
same in_force "$(state "$consent")" 'state after what was refused'
withdrawal=$(depositary consent withdraw "$consent" --json | json - .record)
same withdrawn "$(state "$consent")" state
depositary show "$withdrawal" --json >shown
same '["about"]' "$(json shown '[.claims.refs[].rel] | tostring')" 'refs of a withdrawal'
same '["by","clock","from_now","iat","iss","jti","refs","type","v"]' "$(jq -c '.claims | keys' shown)" 'claims of a withdrawal'
for word in zebra threatened 'sub judice' "$pseudonym"; do
    if grep -qaF -- "$word" shown; then fail "the withdrawal says «$word»"; fi
done
expect 1 depositary consent withdraw "$consent" 2>why
holds why consent.withdrawn
DEPOSITARY_OFFICER=L-2 expect 1 depositary consent check "$consent" --file check.json 2>why
holds why consent.withdrawn
expect 1 depositary consent withdraw "$withdrawal" 2>why
holds why act.type
depositary status issue consents --json >status2
same 3 "$(json status2 .in_force)" 'the set without it'
same "$(json status1 .record)" "$(depositary status show consents --json | json - '.claims.refs[] | select(.rel == "previous").id')" 'the status before'
expect 1 depositary status show keys 2>why
holds why status.absent
# Of keys: each enrolment that wasn't revoked.
enrol D-9 desk
depositary status issue keys --json >keys1
same "$(depositary list --type key.enrolled --json | wc -l)" "$(json keys1 .in_force)" 'enrolments'
echo '{"text": "left", "lang": "en"}' >reason.json
depositary key revoke D-9 --reason-file reason.json --as T1 >/dev/null
depositary status issue keys --json >keys2
same $(($(json keys1 .in_force) - 1)) "$(json keys2 .in_force)" 'one fewer'
same "$(json keys2 .in_force)" "$(depositary status show keys --json | json - .claims.in_force.count)" 'as recorded'
expect 1 depositary status issue secrets 2>why

# It lapses: told before, and after.
soon=$(date -u -d '+8 seconds' +%FT%TZ)
short=$(jq --arg soon "$soon" '.terms.in_force.to = $soon' host.json | depositary consent give --file - --json | json - .record)
DEPOSITARY_OFFICER=L-2 depositary consent check "$short" --file check.json >/dev/null
holds <(depositary due --within 1 --json) "due.consent.*$short"
sleep 9
same lapsed "$(state "$short")" state
lacks <(depositary due --within 1 --json) "due.consent.*$short"

# Assurances of the receiving authority.
cat >assurance.json <<JSON
{"from": "court", "kinds": ["fair_trial", "no_torture", "no_death_penalty"], "purposes": ["trial"], "scope": {"kind": "all"}, "in_force": {"from": "2020-01-01T00:00:00Z"},
 "side": {"state": "on_paper", "scan_sha256": "$scan", "seen_by": "L-1", "checked": {"text": "seal", "lang": "en"}}}
JSON
depositary assure give --file assurance.json --json >assured
same "consent.from consent.second_officer" "$(json assured '[.notices[].notice] | join(" ")')" notices
assurance=$(json assured .record)
# On paper as well it is in force once a second officer has checked it, and waits for her under its own name.
same unchecked "$(depositary assure list --json | json - .state)" state
same "inbox.assurance $assurance" "$(DEPOSITARY_OFFICER=L-2 depositary inbox --json | jq -r 'select(.kind | test("assurance")) | .kind + " " + .record')" 'inbox of the second officer'
for words in 'en:assurance on paper to be checked  a court \(court\)' 'fr:assurance sur papier à vérifier' 'ar:ضمان على الورق ينتظر التحقق'; do
    LANGUAGE=${words%%:*} DEPOSITARY_OFFICER=L-2 depositary inbox >waiting
    holds waiting "${words#*:}"
done
# With the command that does it, as it is to be typed.
todo=$(LANGUAGE=en DEPOSITARY_OFFICER=L-2 depositary inbox | grep -F -A1 "$assurance" | sed -n 's/^ *depositary //p')
same "consent check $assurance" "$todo" 'what to do'
# shellcheck disable=SC2086
DEPOSITARY_OFFICER=L-2 depositary $todo --file check.json >/dev/null
same in_force "$(depositary assure list --json | json - .state)" state
lacks <(DEPOSITARY_OFFICER=L-2 depositary inbox) "$assurance"
jq '.kinds = ["be_nice"]' assurance.json | expect 1 depositary assure give --file - 2>why
holds why record.field
jq '.kinds = []' assurance.json | expect 1 depositary assure give --file - 2>why
holds why consent.empty
jq '.side = {"state": "signed", "code": "L-1"}' assurance.json | expect 1 depositary assure give --file - 2>why
holds why consent.paper
depositary assure withdraw "$assurance" >/dev/null
same withdrawn "$(depositary assure show "$assurance" --json | json - .state)" state

# A desk officer is told of none of it.
for list in 'consent list' 'assure list' inbox 'due --within 36500'; do
    # shellcheck disable=SC2086
    same '' "$(DEPOSITARY_OFFICER=D-1 depositary $list)" "a desk officer's $list"
done
DEPOSITARY_OFFICER=D-1 expect 1 depositary consent withdraw "$source1" 2>there
DEPOSITARY_OFFICER=D-1 expect 1 depositary consent withdraw "${source1%??}00" 2>nowhere
same "$(sed "s/$source1/X/" there)" "$(sed "s/${source1%??}00/X/" nowhere)" 'what a desk officer is told'
expect 0 depositary verify reg >/dev/null
