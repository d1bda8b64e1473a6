# A host State that keeps no register: it stands in the charter, its note verbale counts on paper, checked by a second officer, and nothing else does.
# timeout: 300
need jq
new_register reg --roles custodian,administrator,legal,desk,auditor --territory FR
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
new_officers 'L1:legal' 'L2:legal' 'A1:approver,legal'
as() { local who=$1; shift; depositary "$@" -C reg --as "$who"; }
text() { printf '{"text": "%s", "lang": "en"}' "$1"; }

# ---- into the charter: it signs nothing, and isn't asked to ----
cat >lb.entry <<'JSON'
{"id": "lb", "kind": "state", "name": {"en": "Lebanon", "fr": "Liban", "ar": "لبنان"}, "territories": ["LB"], "from": "2020-01-01T00:00:00Z"}
JSON
depositary charter draft -C reg lb.entry --out draft.json
# shellcheck disable=SC2016
jq '.lists.territories[-1] |= {"code": "LB", "name": {"en": "Lebanon", "fr": "Liban", "ar": "لبنان"}} | .paper = ["release"]
    | .rules = [{"id": "R1", "when": {"action": ["release", "onward"]}, "needs": [{"need": "consent.host", "status_max_age_s": 60}, {"need": "approval"}]}]' draft.json >charter.json
# Half of a register is none; nor can it vouch for others' logs.
refused() { # FILTER ID WHERE
    jq "$1" charter.json >wrong.json
    expect 1 depositary charter show wrong.json 2>why
    holds why "$3.*\\($2\\)"
}
refused '.members[1].origin = "lb.example/log"' charter.form /members/1
refused '.members[1].root = .members[0].root' charter.form /members/1
refused '.members[1].cosigner = "lb.example/cosigner+00000000+BAAA"' charter.form /members/1
# Only who signs is counted.
refused '.amend.threshold = 2' charter.threshold /amend/threshold
depositary charter adopt charter.json -C reg --as T1 --root reg.root.pem >/dev/null
depositary charter enter charter.json -C reg --as T1 >/dev/null
depositary charter verify -C reg >/dev/null
for language in en fr ar; do LC_ALL=C.UTF-8 LANGUAGE=$language depositary charter show -C reg >"shown.$language"; done
same 1 "$(grep -c 'This member keeps no register and signs nothing' shown.en)" 'members without a register'
grep -A1 '^  lb ' shown.en | among 'keeps no register' || fail 'not said of the member that it is said of'
grep -A1 '^A consent on paper.* suffices for$' shown.en >paper
holds paper '^  release$'
holds shown.en 'This charter waives nothing for it'
holds shown.en 'shown to stand within the last 60 s'
holds shown.fr 'ne tient pas de registre'
holds shown.ar 'لا يمسك سجلًا'

# ---- a release of what comes from there ----
mkdir dump
echo 'a photograph' >dump/photo
as T1 collect dump --json --file - <<<"{\"exhibit\": \"X-1\", \"territory\": \"LB\", \"basis\": $(text 'search warrant 12')}" >collected
item=$(json collected .item)
prepared=$(as L1 release prepare X-1 --yes --json --file - <<<'{"action": "release", "recipient": "court", "purpose": "trial"}' | json - .record)
as A1 approve "$prepared" --yes --file - <<<'{}' >/dev/null
missing() { # PREPARED WHAT
    expect 1 as L1 release "$1" --json >refusal.json
    same "$2" "$(jq -r '.verdict.requirements[] | select(.met != "met") | .need + ":" + .met' refusal.json | xargs)" 'what is missing'
}
missing "$prepared" consent.host:absent
for language in en fr ar; do LC_ALL=C.UTF-8 LANGUAGE=$language as L1 release --dry-run "$prepared" >"words.$language" || true; done
holds words.en 'Who can give it: Lebanon'
holds words.fr 'Liban'
holds words.ar 'لبنان'

# ---- its note verbale, and what is none ----
note() { # SIDE [ACTION]
    printf '{"terms": {"layer": "host", "grantor": "lb", "actions": ["%s"], "recipients": ["court"], "purposes": ["trial"], "lines": ["any"], "territories": ["LB"],' "${2:-release}"
    printf ' "scope": {"kind": "item", "id": "%s"}, "in_force": {"from": "2020-01-01T00:00:00Z"}}, "side": %s}' "$item" "$1"
}
paper=$(printf '{"state": "on_paper", "scan_sha256": "%064d", "seen_by": "L1", "checked": %s}' 1 "$(text 'seal of the embassy')")
# Who signs nothing has signed nothing, whoever says so: not even the officer who records.
expect 1 as L1 consent give --yes --file - <<<"$(note '{"state": "signed", "code": "lb"}')" 2>why
holds why '\(custody.signed\)'
expect 1 as L1 consent give --yes --file - <<<"$(note '{"state": "signed", "code": "L1"}')" 2>why
holds why '\(consent.paper\)'
missing "$prepared" consent.host:absent
# No answer is no consent, and a refusal is one less.
as L1 consent give --yes --file - <<<"$(note "{\"state\": \"unavailable\", \"reason\": $(text 'no answer in ninety days')}")" >/dev/null
missing "$prepared" consent.host:absent
consent=$(as L1 consent give --yes --json --file - <<<"$(note "$paper")" | json - .record)
missing "$prepared" consent.host:unchecked
holds <(as L1 release --dry-run "$prepared" || true) 'no second officer has checked it'
check='{"outcome": "as_recorded", "checked": {"text": "asked the embassy", "lang": "en"}}'
expect 1 as L1 consent check "$consent" --file - <<<"$check" 2>why
holds why consent.check.same_officer
missing "$prepared" consent.host:unchecked
as L2 consent check "$consent" --file - <<<"$check" >/dev/null
# No status record is asked of who can't issue one.
as L1 release "$prepared" --yes --json >released.json
same yes "$(json released.json .verdict.outcome)" outcome
same 'consent.host met' "$(jq -r '.verdict.requirements[] | select(.need == "consent.host") | .need + " " + .met' released.json)" 'the host State'
same same "$(as L1 release judge "$(json released.json .record)" --json | jq -r .again)" 'judged again'
# Where paper doesn't suffice, it doesn't.
onward=$(as L1 release prepare X-1 --yes --json --file - <<<'{"action": "onward", "recipient": "court", "purpose": "trial"}' | json - .record)
as A1 approve "$onward" --yes --file - <<<'{}' >/dev/null
other=$(as L1 consent give --yes --json --file - <<<"$(note "$paper" onward)" | json - .record)
as L2 consent check "$other" --file - <<<"$check" >/dev/null
missing "$onward" consent.host:paper
# Withdrawn on paper as well: from now on nothing goes.
as L1 consent withdraw "$consent" --yes >/dev/null
again=$(as L1 release prepare X-1 --yes --json --file - <<<'{"action": "release", "recipient": "court", "purpose": "trial"}' | json - .record)
as A1 approve "$again" --yes --file - <<<'{}' >/dev/null
expect 1 as L1 release "$again" --json >refusal.json
same consent.host:withdrawn "$(jq -r '.verdict.requirements[] | select(.met != "met") | .need + ":" + .met' refusal.json | xargs)" 'after the withdrawal'

# ---- it begins to keep a register: then it signs, or nothing comes of it ----
depositary init lb --member lb --name Lebanon --officer T1 --root-out lb.root.pem --no-recovery --no-passphrase --territory LB >/dev/null
depositary charter show --member -C lb | jq '.from = "2020-01-01T00:00:00Z"' >lb.entry
depositary charter draft -C reg lb.entry --out three.json
depositary charter adopt three.json -C reg --as T1 --root reg.root.pem >/dev/null
expect 1 depositary charter enter three.json -C reg --as T1 2>why
holds why '\[lb\].*charter.adoption.absent'
depositary charter adopt three.json -C lb --root lb.root.pem --out lb.adoption >/dev/null
depositary charter enter three.json lb.adoption -C reg --as T1 >/dev/null
lacks <(depositary charter show -C reg) 'keeps no register'
depositary charter verify -C reg >/dev/null
# And charters in which it keeps none it can't enter, nor adopt where they aren't its own next one.
expect 1 depositary charter adopt charter.json -C lb --root lb.root.pem 2>why
holds why '\(charter.root\)'
expect 1 depositary charter enter charter.json -C lb --as T1 2>why
holds why '\(charter.root\)'
depositary verify reg >/dev/null
