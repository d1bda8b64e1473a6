# Nothing leaves without the consents, assurances and approvals that the charter requires: each is missing once, then there;
# withdrawn between preparing and releasing, on paper, lapsed, of the wrong person. And a verdict is judged again later.
# timeout: 600
need jq openssl pdftotext
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
two_members '[]'
new_officers 'L1:legal' 'L2:legal' 'A1:approver,legal'

as() { local who=$1; shift; depositary "$@" -C reg --as "$who"; }
# What is stated goes in on standard input, as a person's file would.
state() { as "$1" "${@:3}" --file - --yes --json <<<"$2" >done.json; json done.json .record >last; }
# judged PREPARED: the outcome, and each requirement that isn't met, as need:why.
judged() {
    { as L1 release --dry-run "$1" --json || true; } |
        jq -r '.verdict | [.outcome] + ([.requirements[] | select(.met != "met" and .met != "waived") | .need + ":" + .met] | unique) | join(" ")'
}
# refused PREPARED WHAT: releasing it is refused because of exactly that, and nothing is recorded.
refused() {
    local before after
    before=$(as L1 list --type release.made --json | wc -l)
    expect 1 as L1 release "$1" --json >refusal.json
    same "$2" "$(jq -r '.verdict.requirements[] | select(.met != "met" and .met != "waived") | .need + ":" + .met' refusal.json | sort -u | xargs)" 'what is missing'
    same no "$(json refusal.json .verdict.outcome)" outcome
    same null "$(jq -r .record refusal.json)" 'a record of it'
    # In words: of each what is missing, which rule asks for it, and what to do.
    as L1 release "$1" >told || true
    for line in '  MISSING    [^:]+: ' '             Rule of the charter: R[12] [(][a-z._]+[)]$' '             What to do: [a-z]+ [^.]+$'; do
        same "$(jq '[.verdict.requirements[] | select(.met != "met")] | length' refusal.json)" "$(grep -cE "^$line" told)" "lines «$line»"
    done
    after=$(as L1 list --type release.made --json | wc -l)
    same "$before" "$after" 'releases made'
}
prepare() { as L1 release prepare "$@" --file - --yes --json >prepared.json; json prepared.json .record; }
text() { printf '{"text": "%s", "lang": "en"}' "$1"; }
paper() { printf '{"state": "on_paper", "scan_sha256": "%064d", "seen_by": "L1", "checked": %s}' 1 "$(text 'stamp and signature compared')"; }
since='{"from": "2020-01-01T00:00:00Z"}'
host() { printf '{"terms": {"layer": "host", "grantor": "iq", "actions": %s, "recipients": ["court"], "purposes": ["trial"], "lines": ["any"], "territories": ["IQ"], "scope": {"kind": "item", "id": "%s"}, "in_force": %s}, "side": %s}' "${3:-[\"release\"]}" "$1" "${2:-$since}" "$(paper)"; }

mkdir dump
echo 'a photograph' >dump/photo
as T1 collect dump --json --file - <<<"{\"exhibit\": \"X-1\", \"territory\": \"IQ\", \"basis\": $(text 'search warrant 12')}" >collected
item=$(json collected .item)
state T1 '{"handling": ["TLP.GREEN"], "fields": [{"field": "description", "handling": ["TLP.AMBER"]}]}' mark set X-1

# ---- everything is missing ----
fields='{"action": "release", "recipient": "court", "purpose": "trial"}'
one=$(prepare X-1 <<<"$fields")
same 'no approval:absent assurance.fair_trial:absent consent.host:absent request:absent' "$(judged "$one")" 'all that is missing'
# Before anything is prepared the answer is there as well, and nothing is recorded.
expect 1 as L1 release prepare X-1 --dry-run --json --yes --file - <<<"$fields" >asked.json
same 4 "$(jq '[.verdict.requirements[] | select(.met == "absent")] | length' asked.json)" 'requirements told beforehand'
same 1 "$(as L1 list --type release.prepared --json | wc -l)" 'prepared releases'
# In words, and who can give it.
for language in en fr ar; do LC_ALL=C.UTF-8 LANGUAGE=$language as L1 release --dry-run "$one" >"words.$language" || true; done
holds words.en 'MISSING +prior consent of the host State \(Iraq\): there is none'
holds words.en 'Who can give it: Republic of Iraq$'
holds words.en 'Who can give it: an approver: A1$'
holds words.fr ' : A1$'
holds words.ar 'A1$'
holds words.en 'Rule of the charter: R1 \(consent.host\)'
holds words.en 'What to do: .*\(consent give\)'
holds words.fr 'Que faire : .*\(consent give\)'
holds words.ar 'ما العمل:.*consent give'
holds words.fr 'MANQUE +le consentement préalable de l.{1,3}État hôte'
holds words.ar 'الموافقة المسبقة من الدولة المضيفة'
refused "$one" 'approval:absent assurance.fair_trial:absent consent.host:absent request:absent'
# Outward nothing but that it was not released.
as L1 release "$one" >told || true
holds told 'not released$'

# ---- one after the other ----
state L1 "{\"from\": \"court\", \"to\": \"organisation\", \"purpose\": \"trial\", \"our_ref\": \"2026/17\", \"their_ref\": \"RC 4\", \"scope\": {\"kind\": \"item\", \"id\": \"$item\"}}" request in
refused "$one" 'approval:absent assurance.fair_trial:absent consent.host:absent'
# A consent for another purpose, recipient, territory or item is none for this.
state L1 "$(host "$item" | sed 's/"purposes": \["trial"\]/"purposes": ["inquiry"]/')" consent give
refused "$one" 'approval:absent assurance.fair_trial:absent consent.host:scope'
state L1 "$(host "$item" '{"from": "2020-01-01T00:00:00Z", "to": "2021-01-01T00:00:00Z"}')" consent give
state L2 "{\"outcome\": \"as_recorded\", \"checked\": $(text 'telephone')}" consent check "$(cat last)"
refused "$one" 'approval:absent assurance.fair_trial:absent consent.host:lapsed'
# On paper it counts once another officer has checked it.
state L1 "$(host "$item")" consent give
consent=$(cat last)
refused "$one" 'approval:absent assurance.fair_trial:absent consent.host:unchecked'
expect 1 as L1 consent check "$consent" --yes --file - <<<"{\"outcome\": \"as_recorded\", \"checked\": $(text 'by myself')}" 2>err
state L2 "{\"outcome\": \"as_recorded\", \"checked\": $(text 'telephone')}" consent check "$consent"
refused "$one" 'approval:absent assurance.fair_trial:absent'
state L1 "{\"from\": \"court\", \"kinds\": [\"fair_trial\"], \"purposes\": [\"trial\"], \"scope\": {\"kind\": \"item\", \"id\": \"$item\"}, \"in_force\": $since, \"side\": $(paper)}" assure give
assurance=$(cat last)
refused "$one" 'approval:absent assurance.fair_trial:unchecked'
state L2 "{\"outcome\": \"as_recorded\", \"checked\": $(text 'called back')}" consent check "$assurance"
refused "$one" 'approval:absent'

# ---- who prepares can't approve; who approves may take it back ----
expect 1 as T1 approve "$one" 2>err
expect 1 as L1 approve "$one" 2>err
holds err 'record.signer|approval.same_person'
own=$(as A1 release prepare X-1 --file - --yes --json <<<"$fields" | jq -r .record)
expect 1 as A1 approve "$own" 2>err
holds err 'approval.same_person'
as A1 approve "$one" >/dev/null
same yes "$(judged "$one")" 'nothing is missing'
as A1 approve "$one" --reject >/dev/null
refused "$one" 'approval:withdrawn'
as A1 approve "$one" >/dev/null

# ---- an office passes to another in mid-procedure: what its holder approved stands; what a key approved after it was lost does not ----
new_officers 'A2:approver,legal' 'A3:approver,legal'
echo 'left the service' >reason
for who in A2 A3; do
    prepared=$(prepare X-1 <<<"$fields")
    at=$(as "$who" approve "$prepared" --json | json - .index)
    same yes "$(judged "$prepared")" "approved by $who"
    if [ $who = A2 ]; then
        as T1 key revoke A2 --reason-file reason >/dev/null
        same yes "$(judged "$prepared")" 'approved by who held the office then'
        expect 1 as A2 approve "$one" 2>err
    else
        as T1 key revoke A3 --reason-file reason --from "$at" >/dev/null
        refused "$prepared" 'approval:withdrawn'
    fi
done

# A marking by such a key lifted what binds, and perhaps it was the officer who marked: nothing is judged by it or by the one before
# until somebody marks the item anew.
new_officers 'C9:custodian'
at=$(as C9 mark set X-1 --yes --json --file - 2>/dev/null <<<'{}' | json - .index)
same yes "$(judged "$one")" 'marked by whoever'
as T1 key revoke C9 --reason-file reason --from "$at" >/dev/null
expect 1 as L1 release --dry-run "$one" 2>err
holds err 'marking.disputed'
expect 1 as L1 release "$one" 2>err
holds err 'marking.disputed'
state T1 '{"handling": ["TLP.GREEN"], "fields": [{"field": "description", "handling": ["TLP.AMBER"]}]}' mark set X-1

# ---- withdrawn between preparing and releasing ----
same yes "$(judged "$one")" 'nothing is missing before the withdrawal'
as L1 consent withdraw "$consent" >/dev/null
refused "$one" 'consent.host:withdrawn'
# A standing consent, checked, that names the case's every item: released.
state L1 "$(host "$item" | jq -c '.conditions = {"text": "Not to be shown to the press.", "lang": "en"}')" consent give
standing=$(cat last)
state L2 "{\"outcome\": \"as_recorded\", \"checked\": $(text 'telephone')}" consent check "$standing"
as L1 assure withdraw "$assurance" >/dev/null
refused "$one" 'assurance.fair_trial:withdrawn'
state L1 "{\"from\": \"court\", \"kinds\": [\"fair_trial\"], \"purposes\": [\"trial\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": $since, \"side\": $(paper)}" assure give
state L2 "{\"outcome\": \"as_recorded\", \"checked\": $(text 'called back')}" consent check "$(cat last)"

# The conditions of what it rests on are told before it goes.
as L1 release --dry-run "$one" >words
holds words '^  Republic of Iraq: Not to be shown to the press\.$'
same 'host iq Not to be shown to the press.' "$(as L1 release --dry-run "$one" --json | jq -r '.conditions[] | .layer + " " + .grantor + " " + .conditions.text')" 'conditions'

# ---- two at once: it is released once ----
try() { local status=0; as "$1" release "$one" --json >"$2.json" 2>"$2.err" || status=$?; echo $status >"$2.status"; }
try L1 first &
try L2 second &
wait
same '0 1' "$(sort first.status second.status | xargs)" 'of two at once one is released'
cat first.err second.err >err
holds err 'release.made'
release=$(cat first.json second.json | jq -r 'select(.verdict).record')
as L1 show "$release" --json >shown
same yes "$(json shown .claims.verdict.outcome)" 'recorded outcome'
same "$(json shown .index)" "$(json shown .claims.verdict.size)" 'judged where it is recorded'
expect 1 as L1 release "$one" 2>err
holds err 'release.made'
expect 1 as A1 approve "$one" 2>err
holds err 'release.made'

# ---- the letter that goes with it: whose request it answers, the exhibit by its number, words instead of codes, what binds who gets
# it, and nothing of how it was decided ----
as T1 mark set X-1 --yes --file - <<<'{"handling": ["H3"]}' >/dev/null
for language in en fr ar; do
    as L1 print letter "$release" --lang "$language" --out "letter.$language.pdf"
    pdftotext -layout "letter.$language.pdf" "letter.$language"
    for word in X-1 2026/17 'RC 4' TLP:GREEN 'Not to be shown to the press'; do holds "letter.$language" "$word"; done
    lacks "letter.$language" 'TLP.AMBER|H3'
    lacks "letter.$language" "$item|A1|$consent|assurance|approv"
done

# A condition has its owner: who set it, and who has to keep to it.
holds letter.en 'To be kept to by whoever receives this: a court'
holds letter.en '^ *Republic of Iraq +Not to be shown to the press'
holds letter.fr 'République d.{1,3}Irak +.*Not to be shown to the press'
holds letter.ar 'عراق'

# ---- judged again, whatever happened since ----
again() { { as L1 release judge "$1" --json || true; } | jq -r .again; }
same same "$(again "$release")" 'judged again'
as L1 consent withdraw "$standing" >/dev/null
same same "$(again "$release")" 'judged again after a withdrawal'
as L1 release judge "$release" --json >judged.json
same "$(json shown .claims.verdict.digest)" "$(json judged.json .verdict.digest)" 'the digest'
# What the verdict rests on is not erased while it is there.
order="{\"authority\": $(text 'court order 9')}"
for relied in "$standing" "$one" "$(json collected .record)"; do
    expect 1 as L1 erase "$relied" --yes --file - <<<"$order" 2>err
    holds err 'hold.verdict'
done
as L1 withdraw "$release" --yes --file - <<<"{\"scope\": {\"kind\": \"item\", \"id\": \"$item\"}}" >/dev/null
as L1 release list --json >listed
same '1 made' "$(jq -r 'select(.withdrawals == 1) | "\(.withdrawals) \(.state)"' listed)" 'the withdrawn release'
as L1 erase "$release" --yes --file - <<<"$order" >/dev/null
as L1 erase "$standing" --yes --file - <<<"$order" >/dev/null
same unproved "$(again "$release")" 'judged again after its verdict was erased'

# ---- refusing ----
two=$(prepare X-1 <<<"$fields")
as L1 refuse "$two" --yes --json --file - <<<"{\"reason\": $(text 'no consent of the host State')}" >refusal
same same "$(again "$(json refusal .record)")" 'a refusal judged again'
expect 1 as L1 release "$two" 2>err
holds err 'release.refused'
# No rule: refused. Not in the charter: said so.
three=$(prepare X-1 <<<'{"action": "onward", "recipient": "police", "purpose": "inquiry"}')
expect 1 as L1 release "$three" --json >refusal.json
same rule.none "$(json refusal.json .verdict.no_rule)" 'no rule'
expect 1 as L1 release prepare X-1 --yes --file - <<<'{"action": "release", "recipient": "nobody", "purpose": "trial"}' 2>err
holds err 'stated.code|action.code'
# What A3 signed is told, and nothing else is.
expect 1 depositary verify reg --json >verdict
same 'disputed keyset.disputed' "$(json verdict '"\(.verdict) \([.findings[].id] | unique | join(" "))"')" 'the register'
