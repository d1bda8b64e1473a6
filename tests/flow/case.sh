# Cases, markings, retention: an opaque id and what is marked for it; the newest marking counts and says what it drops; a legal hold wins over retention.
need jq
new_register reg --roles custodian,legal,administrator
enrol() { depositary key enrol "$1" --roles "$2" --no-passphrase -C reg --as T1 >/dev/null; }
enrol L-1 legal
enrol K-2 custodian
enrol D-1 desk
export DEPOSITARY_REGISTER=reg DEPOSITARY_OFFICER=L-1
printf x >file
item=$(depositary collect file --json --yes --as K-2 2>/dev/null | json - .item)

# A case: its id tells nothing, it has no field for a person, and what isn't in the charter's lists is refused.
echo '{"authority": "court", "jurisdiction": "FR-75", "stage": "investigation", "reference": {"text": "P 12/3", "lang": "fr"}}' >case.json
depositary case open --file case.json --json >opened
case=$(json opened .case)
jq '.authority = "kourt"' case.json | expect 1 depositary case open --file - 2>why
holds why stated.code
jq '.suspect = "X"' case.json | expect 1 depositary case open --file - 2>why
holds why record.field
jq '.case = "01a2136a-8581-727b-a5d9-41c07b8c7525"' case.json | depositary case open --file - --json >own
[ "$(json own .case)" != 01a2136a-8581-727b-a5d9-41c07b8c7525 ] || fail 'the id of a case can be chosen'
echo '{"stage": "trial"}' | depositary case stage "${case:0:20}" --file - >/dev/null
echo '{"stage": "convicted"}' | expect 1 depositary case stage "$case" --file - 2>why
holds why record.field
same trial "$(depositary case list --json | jq -r "select(.case == \"$case\").stage")" stage
expect 1 depositary case show 0123456789 2>why
holds why case.absent

# Markings. The first officer says it all, the second forgets half of it and is told.
echo '{"handling": ["H1", "H2"], "flags": ["source", "child"], "categories": ["statement"], "originator": "test", "case": "'"${case:0:20}"'",
       "fields": [{"field": "exhibit", "handling": ["H2"]}]}' | depositary mark set "$item" --file - --json >marked
same 0 "$(json marked '.notices | length')" notices
same "$case" "$(depositary mark show "$item" --json | json - .claims.case)" 'case, whole'
same "[\"$item\"]" "$(depositary case show "$case" --json | jq -c .material)" 'material of the case'
echo '{"handling": ["H1"], "case": "'"$case"'"}' | depositary mark set "$item" --file - --json --as K-2 >marked
same 'marking.dropped H2, statement, source, child, test' "$(json marked '.notices[0] | .notice + " " + .where')" 'what was dropped'
same 2 "$(depositary mark show "$item" --json | wc -l)" history
refused() { # JSON ID PATTERN
    printf '%s' "$1" | expect 1 depositary mark set "$item" --file - 2>why
    holds why "\\($2\\)"
    holds why "$3"
}
refused '{"handling": ["H9"]}' stated.code '/handling/0: H9 \(H0, H1'
refused '{"fields": [{"field": "exhibit", "handling": ["H9"]}]}' stated.code '/fields/0/handling/0'
refused '{"fields": [{"field": "nose", "handling": ["H2"]}]}' marking.field nose
refused '{"originator": "nobody"}' stated.member '/originator: nobody \(test\)'
refused '{"flags": ["guilty"]}' record.field flags
refused '{"case": "01a2136a-8581-727b-a5d9-41c07b8c7525"}' case.absent 01a2136a
# Marked for another case, it is no longer among this one's.
echo '{"case": "'"$(json own .case)"'"}' | depositary mark set "$item" --file - >/dev/null
same '[]' "$(depositary case show "$case" --json | jq -c .material)" 'material of the case it left'

# Retention: the rule and its purpose; due by the charter's days, reviewed, held, erased.
holds <(depositary retention rules --json) '"evidence\."'
for words in 'en:3650 days  evidence for proceedings that may be opened years later' 'en:Evidence collected; ' 'fr:3650 jours  preuve pour des procédures' 'fr:Élément de preuve collecté ; ' 'ar:أدلة لإجراءات قد تُفتح'; do
    LANGUAGE=${words%%:*} depositary retention rules >rules
    holds rules "${words#*:}"
done
# Every kind has one; what signatures are judged by stays; and a kind without a rule is named.
LC_ALL=C.UTF-8 LANGUAGE=en depositary retention rules >rules
holds rules '^key\. +as long as the log  kept as long as the log: every signature is judged by it$'
lacks rules 'no rule'
same '' "$(depositary retention rules --json | jq -r 'select(.purpose == null).type')" 'kinds without a rule'
depositary charter draft | jq '.retention |= map(select(.type != "case."))' >less.json
depositary charter adopt less.json --root reg.root.pem --out less.adoption >/dev/null
depositary charter enter less.json less.adoption --as T1 >/dev/null
same 'case.judge case.opened case.stage' "$(depositary retention rules --json | jq -r 'select(.purpose == null).type' | xargs)" 'kinds without a rule'
for words in 'en:no rule: kept until a charter says otherwise' 'fr:aucune règle : conservé tant qu' 'ar:لا قاعدة: يُحفظ'; do
    LC_ALL=C.UTF-8 LANGUAGE=${words%%:*} depositary retention rules | tail -1 >rules
    holds rules "${words#*:}"
done
record=$(depositary list --type evidence. --json | json - .id)
kind() { depositary due --within "$1" --json | jq -r "select(.record == \"$record\").kind"; }
same '' "$(kind 3649)" 'not yet'
same due.retention "$(kind 3651)" 'after the period'
LANGUAGE=fr depositary due --within 3651 >waiting
holds waiting "$record  conservation à réexaminer  Élément de preuve collecté"
review() { depositary retention review "$record" --file -; }
echo '{"outcome": "keep"}' | expect 1 review 2>why
holds why retention.reason
echo '{"outcome": "keep", "until": "2100-01-01T00:00:00+03:00"}' | review >/dev/null
same '' "$(kind 3651)" 'kept until later'
echo '{"outcome": "keep", "until": "2026-01-01T00:00:00Z"}' | review >/dev/null
same due.retention "$(kind 1)" 'kept until a date that has passed'
expect 1 depositary retention review "$(depositary list --type case. --json | jq -r .id | sed -n 1p)" --file - 2>why <<<'{"outcome": "erase"}'
holds why retention.rule
depositary hold place "$item" --yes --file - <<<'{"authority": {"text": "Court order 4", "lang": "en"}}' >/dev/null
same due.hold "$(kind 1)" 'under a hold'
echo '{"outcome": "erase"}' | expect 1 review 2>why
holds why hold.in_force
depositary hold lift "$item" --yes --file - <<<'{"authority": {"text": "Court order 5", "lang": "en"}}' >/dev/null
echo '{"outcome": "erase", "reason": {"text": "period over", "lang": "en"}}' | review >/dev/null
same due.erase "$(kind 1)" 'reviewed to be erased'
depositary erase "$record" --yes --file - <<<'{"authority": {"text": "review", "lang": "en"}}' >/dev/null
same '' "$(kind 3651)" 'erased'

# A desk officer is told of no case and no marking; a custodian of markings only.
same '' "$(DEPOSITARY_OFFICER=D-1 depositary case list)" "a desk officer's cases"
DEPOSITARY_OFFICER=D-1 expect 1 depositary case show "$case" 2>why
holds why case.absent
same '' "$(DEPOSITARY_OFFICER=K-2 depositary case list)" "a custodian's cases"
expect 0 depositary verify reg >/dev/null
