# What must never leave in a package, and what never stays behind without a word: the consent of a source, material released redacted,
# material in the accused's favour.
# timeout: 600
need jq age age-keygen sha256sum sha512sum python3
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
# shellcheck source=tests/flow/packing
. "$SOURCE_ROOT/tests/flow/packing"
# The charter lets what a release rests on go along, as far as that leads to no source.
two_members '[{"rel": "authority", "least": "included"}]'
new_officers 'L1:legal,custodian' 'L2:legal' 'A1:approver,legal' 'A2:approver,desk'
age-keygen -o court.key 2>/dev/null
key=$(age-keygen -y court.key)
ask court trial
ask police protection
agree court trial
agree police protection
state L1 "{\"from\": \"court\", \"kinds\": [\"fair_trial\"], \"purposes\": [\"trial\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": $since, \"side\": $(paper)}" assure give
state L2 "$checked" consent check "$(cat last)"
pin=$(depositary charter show -C reg --as T1 --json | jq -r .fingerprint)
linked() { jq -c 'select(.line == "linked") | [.rel, .as, .why, .sha256 // .count]' "$1/data/content.jsonl"; }
digest_of() { sed -n "$(($(as L1 show "$1" --json | jq .index) + 1))p" reg/records/000000 | tr -d '\n' | sha256sum | cut -c1-64; }

# ---- a human source consented: that it is so is named by a fingerprint, and no more ----
item=$(collect S-1 '{"flags": ["source"]}')
state T1 "{\"terms\": {\"layer\": \"source\", \"actions\": [\"release\"], \"recipients\": [\"court\"], \"purposes\": [\"trial\"], \"lines\": [\"any\"], \"territories\": [\"any\"], \"scope\": {\"kind\": \"item\", \"id\": \"$item\"}, \"in_force\": $since,
    \"session\": {\"language\": \"ar\", \"interpreter\": true, \"dangers_explained\": true, \"shown\": {\"identity\": false, \"place\": false, \"image\": false}, \"guardian\": \"not_applicable\", \"assent\": \"not_applicable\"}}, \"side\": $(paper)}" consent give
source_consent=$(cat last)
state L2 "$checked" consent check "$source_consent"
made=$(release court trial "[{\"item\": \"$item\", \"fields\": [], \"redacted\": false, \"without\": [\"identity\", \"place\", \"image\"]}]")
as L1 pack "$made" --age "$key" --out source >/dev/null
checked_bag source
same "[\"authority\",\"named\",\"protected\",\"$(digest_of "$source_consent")\"]" "$(linked source | grep authority)" 'the consent of the source'
jq -r .sd_jwt source/data/logs/000/records.jsonl | cut -d. -f2 | while read -r claims; do printf '%s\n' "$claims===" | tr '_-' '/+' | base64 -d 2>/dev/null || true; echo; done >claims
lacks claims "$source_consent"
expect 1 as L1 pack "$source_consent" --to court --out x 2>err
holds err 'pack.source'
depositary verify source --pin "$pin" --json >verified.json || true
same 0 "$(jq '[.findings[] | select(.result == "altered")] | length' verified.json)" 'findings against it'

# ---- released redacted: the container is not what was decided; the copy that was painted over is ----
collect R-1 '{"flags": ["source"]}' >/dev/null
made=$(release court trial "[{\"item\": \"R-1\", \"fields\": [], \"redacted\": true}]")
expect 1 as L1 pack "$made" --age "$key" --out x 2>err
holds err 'pack.redacted'
echo 'nothing to be seen' >copy
as T1 intake copy --stage redaction --of R-1 --json --file - <<<"{\"exhibit\": \"R-2\", \"territory\": \"IQ\", \"basis\": $(text 'search warrant 12')}" >R-2.json
state T1 '{"flags": ["source"]}' mark set R-2
made=$(release court trial "[{\"item\": \"R-2\", \"fields\": [\"basis\", \"sensitive\"], \"redacted\": true}]")
# Its source never agreed to the court: that there is one isn't told, and what can't be judged there for it is told here.
same "[\"$(json R-2.json .item)\",[],true]" "$(jq -c '.unseen[0] | [.item, .fields, .marking]' prepared.json)" 'what the court does not see'
as L1 pack "$made" --age "$key" --out copied >/dev/null
same '' "$(disclosed copied | grep marking.set | cut -d' ' -f2)" 'shown of the marking of a source'
same "[\"source\",\"named\",\"rule\",\"$(digest_of "$(json R-1.json .record)")\"]" "$(linked copied | grep '"source"')" 'the original'
same 'marking.set flags' "$(disclosed source | grep -o 'marking.set.*flags' | sed 's/ .*,/ /')" 'shown to whom the source agreed to'

# Sound and film are nobody's to paint over: taken in as a redaction they are not packed as one, wherever in the item they are.
mkdir clip
echo 'faces blurred' >clip/remark
printf '\0\0\0\030ftypmp42and so on' >clip/film
truncate -s 8M clip/film # its list of holes stands before it
as T1 intake clip --stage redaction --of R-1 --json --file - <<<"{\"exhibit\": \"R-3\", \"territory\": \"IQ\", \"basis\": $(text 'search warrant 12')}" >R-3.json
state T1 '{"flags": ["source"]}' mark set R-3
made=$(release court trial '[{"item": "R-3", "fields": [], "redacted": true}]')
for how in "--age $key" ''; do
    # shellcheck disable=SC2086
    expect 1 as L1 pack "$made" $how --out x 2>err
    holds err 'files/clip/film. .redact.media'
    [ ! -e x ] || fail 'a film was packed as redacted'
done

# ---- parts of an item, and in clear: what was decided, and nothing beside ----
collect P-1 >/dev/null
mkdir -p dump-P-1 && collect P-2 >/dev/null
rm -r dump-P-1
mkdir dump-P-3
echo 'one page' >dump-P-3/page
echo 'zebra-other-page' >dump-P-3/other
collect P-3 >/dev/null
made=$(release court trial '[{"item": "P-3", "fields": ["basis", "sensitive"], "redacted": false, "parts": ["files/dump-P-3/page"]}, {"item": "P-2", "fields": ["basis", "sensitive"], "redacted": false, "plain": true}]')
as L1 pack "$made" --dry-run >told
holds told 'of which only parts go .files named: 1.'
holds told 'IN CLEAR'
as L1 pack "$made" --age "$key" --out parts --json >parts.json
# Parts are sealed anew each time: the same package can't be made again, and the release to be packed instead is named.
expect 1 as L1 pack "$(json parts.json .record)" --age "$key" --out x 2>err
holds err "$made\] .pack.differs"
as L1 pack "$made" --age "$key" --out anew >/dev/null
checked_bag anew
checked_bag parts
same '["parts","recipient"] ["plain","nobody"]' "$(jq -c 'select(.line == "item") | [.as, .opens]' parts/data/content.jsonl | sort | xargs -d '\n')" 'lines of the items'
mkdir opened
age -d -i court.key parts/data/items/*/parts.tar.age | tar x -C opened
same 'files/dump-P-3/page proofs' "$(cd opened && find . -type f | sed 's|^./||' | sort | xargs)" 'what is in the parts'
same 'content of P-2' "$(tar xOf parts/data/items/*/container.tar files/dump-P-2/a)" 'what lies in clear'
expect 0 depositary verify parts --pin "$pin" --identity court.key --extract out --json >verified.json
same '["intact","intact"]' "$(jq -c '[.items[].content]' verified.json)" 'content of parts and of what is in clear'
same 'one page' "$(cat out/*/files/dump-P-3/page)" 'the part'
# A path that isn't there: who may open the item is told as it is prepared, else who packs.
of_part() { printf '{"action": "release", "recipient": "court", "purpose": "trial", "materials": [{"item": "P-3", "fields": [], "parts": ["files/dump-P-3/page", "%s"]}]}' "$1"; }
expect 1 as L1 release prepare --file - --yes <<<"$(of_part files/dump-P-3/none)" 2>err
holds err 'pack.part.absent'
expect 1 as L1 release prepare --file - --yes <<<"$(of_part files/dump-P-3)" 2>err
holds err 'pack.part.kind'
as L2 release prepare --file - --yes --json >prepared.json <<<"$(of_part files/dump-P-3/none)"
as A1 approve "$(json prepared.json .record)" >/dev/null
as L1 release "$(json prepared.json .record)" --json >made.json
expect 1 as L1 pack "$(json made.json .record)" --age "$key" --out x 2>err
holds err 'pack.part.absent'
same '["basis","sensitive"]' "$(jq -c '.unseen[0].fields' prepared.json)" 'fields that a verdict needs'
for wrong in '"parts": []' '"parts": ["files/dump-P-3/page"], "plain": true'; do
    expect 1 as L1 release prepare --file - --yes <<<"{\"action\": \"release\", \"recipient\": \"court\", \"purpose\": \"trial\", \"materials\": [{\"item\": \"P-3\", $wrong}]}" 2>err
    holds err 'release.parts'
done
# Nothing in clear that nobody else approved as that, also for a purpose whose rule asks for no approval; nor what protects somebody.
as L1 release prepare --file - --yes --json <<<'{"action": "release", "recipient": "court", "purpose": "inquiry", "materials": [{"item": "P-2", "fields": [], "plain": true}]}' >prepared.json
as L1 release "$(json prepared.json .record)" --json >made.json
expect 1 as L1 pack "$(json made.json .record)" --out x 2>err
holds err 'pack.plain'
collect P-4 '{"flags": ["child"]}' >/dev/null
made=$(release court trial '[{"item": "P-4", "fields": [], "plain": true}]')
expect 1 as L1 pack "$made" --age "$key" --out x 2>err
holds err 'release.plain'

# ---- in the accused's favour: the court doesn't get the case without it ----
as L1 case open --yes --json --file - <<<'{"authority": "court", "jurisdiction": "IQ", "stage": "trial"}' >opened.json
case=$(json opened.json .case)
favour=$(collect E-1 "{\"flags\": [\"exculpatory\"], \"case\": \"$case\"}")
item=$(collect C-1 "{\"case\": \"$case\"}")
made=$(release court trial "[{\"item\": \"$item\", \"fields\": [], \"redacted\": false}]")
expect 1 as L1 pack "$made" --age "$key" --out x 2>err
holds err "pack.exculpatory"
holds err "$favour"
# Named to whoever is neither court nor defence.
told=$(release police protection "[{\"item\": \"$item\", \"fields\": [], \"redacted\": false}]")
as L1 pack "$told" --age "$key" --out police >/dev/null
to_police=$told
same "[\"exculpatory\",\"named\",\"rule\",\"$(digest_of "$(json E-1.json .record)")\"]" "$(linked police | grep exculpatory)" 'named'
# Released to the court too, it goes by its own package, and is named in this one.
release court trial "[{\"item\": \"$favour\", \"fields\": [], \"redacted\": false}]" >/dev/null
as L1 pack "$made" --age "$key" --out court >/dev/null
same '["exculpatory","named"]' "$(linked court | grep exculpatory | jq -c '.[0:2]')" 'named to the court'
# In the same release it isn't left behind at all.
both=$(release court trial "[{\"item\": \"$item\", \"fields\": [], \"redacted\": false}, {\"item\": \"$favour\", \"fields\": [], \"redacted\": false}]")
as L1 pack "$both" --age "$key" --out both >/dev/null
lacks both/data/content.jsonl exculpatory
same 2 "$(find both/data/items -name container.tar.age | wc -l)" 'containers'
# A translation and its original belong together: each package tells that there is the other.
echo 'translated' >page
expect 1 as T1 intake page --stage translation --yes --json >why
same intake.source "$(json why .finding)" 'a translation of nothing'
as T1 intake page --stage translation --of C-1 --json --file - <<<"{\"exhibit\": \"T-1\", \"territory\": \"IQ\", \"basis\": $(text 'search warrant 12')}" >T-1.json
# It is marked as that is, and restricted where that is.
same "$(as T1 mark show C-1 --json | jq -c '.claims | [.case, .flags, .handling]')" "$(as T1 mark show T-1 --json | jq -c '.claims | [.case, .flags, .handling]')" 'marked as its original'
as T1 intake page --stage transcript --of R-1 --of T-1 --json --file - <<<'{"exhibit": "T-2"}' >T-2.json
same '["source"]' "$(as T1 mark show T-2 --json | jq -c .claims.flags)" 'marked as the one of two that has flags'
as T1 collect page --restricted --json --file - <<<'{"exhibit": "W-1", "sensitive": ["medical"]}' >S-1.json
as T1 intake page --stage transcript --of W-1 --yes --json >S-2.json
same 'true ["medical"]' "$(as T1 show "$(json S-2.json .record)" --json | jq -r '.claims | "\(.restricted) \(.sensitive)"')" 'restricted as its original'
as L1 pack "$made" --age "$key" --out original >/dev/null
of_original=$made
same "[\"source<\",\"named\",\"rule\",\"$(digest_of "$(json T-1.json .record)")\"]" "$(linked original | grep '"source<"')" 'the translation'
translated=$(release court trial '[{"item": "T-1", "fields": [], "redacted": false}]')
as L1 pack "$translated" --age "$key" --out translation >/dev/null
same "[\"source\",\"named\",\"rule\",\"$(digest_of "$(json C-1.json .record)")\"]" "$(linked translation | grep '"source"')" 'the original of the translation'
# ---- a case as a whole: all that is marked for it when it is prepared, and what isn't, and why ----
as L1 case open --yes --json --file - <<<'{"authority": "court", "jurisdiction": "IQ", "stage": "trial"}' >opened.json
whole=$(json opened.json .case)
expect 1 as L1 pack "$whole" --out x 2>err
holds err 'pack.case.unreleased'
of_case() { printf '{"action": "release", "recipient": "court", "purpose": "trial", "materials": [%s]}' "$1"; }
expect 1 as L1 release prepare "$whole" --file - --yes 2>err <<<"$(of_case '')"
holds err 'release.case.empty'
for x in H-1 H-2 H-3 H-4 H-5 H-6; do collect $x "{\"case\": \"$whole\"}" >/dev/null; done
state T1 "{\"authority\": $(text 'Order 5')}" item dispose H-2
state T1 "{\"reason\": $(text 'of another case')}" item error H-3
for x in 4 5; do as T1 intake copy --stage redaction --of H-$x --json --file - <<<"{\"exhibit\": \"H-${x}r\", \"territory\": \"IQ\", \"basis\": $(text 'search warrant 12')}" >H-${x}r.json; done
state T1 "{\"case\": \"$whole\"}" mark set H-4r
id() { json "$1.json" .item; }
# What another material names goes as that says; the case's own go as the one that names it says.
as L1 release prepare --file - --yes --json >prepared.json <<<"$(of_case "{\"item\": \"H-6\", \"fields\": [\"basis\", \"exhibit\", \"sensitive\"]}, {\"item\": \"$whole\", \"fields\": [\"basis\", \"sensitive\"]}")"
same "$(id H-6) 3 false,$(id H-1) 2 false,$(id H-4r) 2 true" "$(jq -r '[.materials[] | "\(.item) \(.fields | length) \(.redacted)"] | join(",")' prepared.json)" 'what goes of the case'
same "$(id H-2) disposed,$(id H-3) in_error,$(id H-4) redacted $(id H-4r),$(id H-5) unmarked $(id H-5r)" "$(jq -r '[.left_out[] | "\(.item) \(.why)\(if .copy then " " + .copy else "" end)"] | join(",")' prepared.json)" 'what does not, and why'
as L1 release prepare "$whole" "$case" --dry-run --file - --yes 2>err <<<"$(of_case '')" && fail 'two cases'
holds err 'release.case'
as L1 release prepare "${whole:0:13}" --dry-run --file - --yes >plan <<<"$(of_case '')" || true
holds plan "H-5.*painted over.*$(id H-5r)"
holds plan 'H-2 .*: it was disposed of'
# Who approves is told the same, whenever it is looked at; and what has come to the case since, which isn't in it.
prepared=$(json prepared.json .record)
as A1 release --dry-run "$prepared" --json >seen.json || true
same "$(jq -c .left_out prepared.json)" "$(jq -c .left_out seen.json)" 'what is left out, to who approves'
state T1 "{\"case\": \"$whole\"}" mark set H-5r
as A1 release --dry-run "$prepared" --json >seen.json || true
same "$(id H-2) disposed,$(id H-3) in_error,$(id H-4) redacted,$(id H-5) redacted,$(id H-5r) unnamed" "$(jq -r '[.left_out[] | "\(.item) \(.why)"] | join(",")' seen.json)" 'marked since'
for language in fr ar; do LANGUAGE=$language as A1 release --dry-run "$prepared" >"seen.$language" || true; done
holds seen.fr 'H-2 .*il en a été disposé'
holds seen.fr 'Autres pièces de .*, hors de ce qui a été préparé : 1$'
holds seen.ar '^ما لا يخرج من القضية:$'
# Who sees no markings sees none of it, and is told that.
same 3 "$(for language in en fr ar; do { LANGUAGE=$language as A2 release --dry-run "$prepared" 2>/dev/null || true; } | grep -E 'a legal officer or a custodian|un juriste ou un détenteur|أمين حيازة'; done | sort -u | wc -l)" 'in three languages'
printf '%s\n' "see a legal officer or a custodian can tell" 'see Approve exactly this?' 'type n' >script
"$SOURCE_ROOT/tests/flow/typist" script depositary approve "$prepared" -C reg --as A2 >screen || true
holds screen 'what is marked for the case'
printf '%s\n' "see What of the case doesn't go:" 'see H-4' 'see Others of the case, not among what was prepared: 1' 'see Approve exactly this?' 'type y' >script
"$SOURCE_ROOT/tests/flow/typist" script depositary approve "$prepared" -C reg --as A1 >screen
same "$whole" "$(as L1 show "$(json prepared.json .record)" --json | jq -r .claims.case)" 'which case it was prepared for'
as L1 release "$prepared" >/dev/null
as L1 pack "$whole" --age "$key" --out of-case --json --yes >of-case.json
same 'intact 3' "$(jq -r '"\(.verified) \(.items)"' of-case.json)" 'the case as a package'

# What can't be given without harm to its source is referred to the court, which is told so; before that, the case doesn't go. The case may
# be one that only the release names.
as L1 case open --yes --json --file - <<<'{"authority": "court", "jurisdiction": "IQ", "stage": "trial"}' >opened.json
other=$(json opened.json .case)
collect G-1 "{\"flags\": [\"exculpatory\", \"source\"], \"case\": \"$other\"}" >/dev/null
collect G-2 >/dev/null
told=$(release court trial '[{"item": "G-2", "fields": [], "redacted": false}]' ", \"case\": \"$other\"")
expect 1 as L1 pack "$told" --age "$key" --out x 2>err
holds err pack.exculpatory
as L1 release prepare --file - --yes --json <<<'{"action": "release", "recipient": "court", "purpose": "trial", "materials": [{"item": "G-1", "fields": [], "redacted": false}]}' >prepared.json
as A1 approve "$(json prepared.json .record)" >/dev/null
expect 1 as L1 release "$(json prepared.json .record)" --json >referred.json
same refer_to_court "$(json referred.json .verdict.outcome)" 'the verdict'
# The judge alone is told which record it is and why, with a passphrase while no key of theirs is recorded; the recipient, that there is one.
age-keygen -o judge.key 2>/dev/null
as L1 pack "$told" --age "$key" --dry-run >plan
holds plan 'Under seal, told to the judge alone: 1'
as L1 pack "$told" --age "$key" --out phrase --json >packed.json
same 'passphrase null' "$(jq -r 'select(.line == "notice") | .opens + " " + (.to | tojson)' phrase/data/content.jsonl)" 'opened with a passphrase'
depositary verify phrase --pin "$pin" --passphrase --passphrase-fd 3 --json 3<<<"$(json packed.json .notice_passphrase)" >verified.json || true
same 'intact 1' "$(jq -r '.notice.content + " " + (.under_seal.sealed | length | tostring)' verified.json)" 'opened with the passphrase'
printf '{"key": "age1judge"}' | expect 1 as L1 case judge "$other" --file - --yes 2>err
holds err record.format
state L1 "{\"key\": \"$(age-keygen -y judge.key)\"}" case judge "$other"
expect 1 as L1 pack "$made" --age "$key" --to-judge judge.key --out x 2>err
holds err pack.words.none
echo 'The witness of G-1 saw another.' >words
as L1 pack "$told" --age "$key" --to-judge words --out referred >said
lacks said "for the judge alone"
favour=$(digest_of "$(json G-1.json .record)")
same "[\"exculpatory\",\"sealed\",\"protected\",\"$favour\"]" "$(linked referred | grep exculpatory)" 'what was referred to the court'
same 'release.refused reason' "$(disclosed referred | grep release.refused)" 'the referral'
# With stock age, and with this program: the record, its refusal with the verdict, and what was said of it. To nobody else.
age -d -i judge.key referred/data/notice/notice.html.age >notice.html
holds notice.html 'The witness of G-1 saw another'
holds notice.html "$(json G-1.json .record)"
same 3 "$(grep -c '^<section' notice.html)" 'languages of the page'
# What is required stands in words, of the first material; and no mark that a paper may not hold was put in by a translation.
holds notice.html 'the legal basis on which it was collected'
lacks notice.html 'consent[.]source|list\): 0|�'
age -d -i judge.key referred/data/notice/records.jsonl.age | sed 1d | jq -r '.record.sd_jwt' | cut -d. -f2 >told
same 2 "$(wc -l <told)" 'records that the judge is told'
expect 1 age -d -i court.key referred/data/notice/records.jsonl.age 2>/dev/null
depositary verify referred --pin "$pin" --identity judge.key --json >verified.json || true
same "intact intact $favour" "$(jq -r '[.notice.payload, .notice.content, .under_seal.sealed[0].sha256] | join(" ")' verified.json)" 'opened by the judge'
same 'evidence.collected false release.refused refer_to_court consent.source' "$(jq -r '.under_seal.sealed[0] | [.record.type, (.record.shown | has("exhibit") | tostring), .because[0].type, .because[0].shown.reason.text, (.because[0].shown.verdict.requirements[] | select(.met == "absent").need)] | join(" ")' verified.json)" 'what is told and why'
depositary verify referred --pin "$pin" --identity judge.key >told || true
holds told 'The witness of G-1 saw another'
depositary verify referred --pin "$pin" --identity court.key --json >verified.json || true
same 'intact unproved null' "$(jq -r '[.notice.payload, .notice.content, (.under_seal | tojson)] | join(" ")' verified.json)" 'to whoever is not the judge'
LANGUAGE=fr depositary verify referred --pin "$pin" >told || true
holds told 'Sous pli scellé, signalés au seul juge : 1'
lacks told 'The witness of G-1'
holds referred/data/index.html 'Under seal, for the judge alone'
lacks referred/data/index.html 'The witness of G-1'
# It would be sealed anew, and be other bytes than those that were signed.
expect 1 as L1 pack "$(json <(as L1 list --type package.sent --json | tail -1) .id)" --out x 2>err
holds err pack.differs
# A hold on an item is only counted; what was recorded of it by mistake is corrected for the recipient too.
as T1 hold place C-1 --yes --file - <<<"{\"authority\": $(text 'court order 4'), \"reason\": $(text 'appeal')}" >/dev/null
as L1 pack "$made" --age "$key" --out held >/dev/null
same '["item<","counted","rule",1]' "$(linked held | grep '"item<"')" 'a legal hold'
# ---- one recipient is given the place and the moment, another that it was in Iraq: which is there besides, and what was withheld is told ----
mkdir dump-L-1
echo page >dump-L-1/page
as T1 collect dump-L-1 --json --file - >L-1.json <<<"{\"exhibit\": \"L-1\", \"territory\": \"IQ\", \"basis\": $(text 'search warrant 12'), \"collected_at\": {\"edtf\": \"2021-03-28T14:05:00Z\"},
    \"place\": {\"latitude\": \"33.31234\", \"longitude\": \"44.36125\", \"precision_m\": 1, \"description\": $(text 'zebra-house')}}"
record=$(json L-1.json .record)
exact=$(release court trial '[{"item": "L-1", "fields": ["place", "collected_at"]}]')
coarse=$(release police protection '[{"item": "L-1", "fields": []}]')
as L1 pack "$exact" --age "$key" --out exact >/dev/null
as L1 pack "$coarse" --out coarse --age "$key" >/dev/null
same 'evidence.collected collected_at,place' "$(disclosed exact | grep evidence)" 'shown to the court'
same evidence.collected "$(disclosed coarse | grep evidence | xargs)" 'shown to the police'
depositary verify exact --pin "$pin" --json >exact.json || true
depositary verify coarse --pin "$pin" --json >coarse.json || true
shows() { jq -r --arg record "$record" '.records[] | select(.id == $record) | [.shown.territory, .shown.place.latitude, .shown.collected_at.edtf] | join(" ")' "$1"; }
same 'IQ 33.31234 2021-03-28T14:05:00Z' "$(shows exact.json)" 'the place, exactly'
same 'IQ' "$(shows coarse.json | xargs)" 'the region only'
holds <(jq -r --arg record "$record" '.records[] | select(.id == $record).withheld[]' coarse.json) '^place$'
for language in en fr ar; do
    LANGUAGE=$language depositary verify coarse --pin "$pin" >page.$language || true
    lacks "page.$language" '33[.]31234|zebra-house|14:05'
done

# ---- a grave violation stays: not by itself, not with what it rests on, not as a link of that; from a field kit it goes home, sealed ----
code='{"list": "incidents", "code": "attack", "called": []}'
reported="{\"category\": \"attack\", \"territory\": \"IQ\", \"when\": {\"edtf\": \"2021-02\"}, \"what_happened\": $(text 'reported'), \"sources\": [{\"reliability\": \"B\", \"credibility\": \"3\"}], \"confidence\": \"low\", \"audience\": [], \"publish_after_h\": 72}"
violation='{"violation": "abduction", "verification": "verified", "month": "2021-02", "territory": "IQ", "harmed": [{"sex": "female", "age_band": "6_11"}]}'
as L1 record code.stated --file - --yes <<<"$code" >/dev/null
incident=$(as L1 record incident.reported --file - --yes <<<"$reported")
agree court trial
shared=$(cat given)
tagged=$(as L1 record violation.tagged --about "$incident" --source "$shared" --file - --yes <<<"${violation/%\}/, \"consent_to_share\": \"given\"\}}")
pseudonym=$(as L1 show "$tagged" --json | jq -r '.claims.harmed[0].pseudonym')
holds <(echo "$pseudonym") '^[0-9A-HJKMNP-TV-Z]{16}$'
for out in "$tagged" "$incident"; do
    expect 1 as L1 pack "$out" --to court --age "$key" --out x 2>err
    holds err '[(]pack[.][a-z_.]+[)]'
done
# Nor is it material of a release, or of a case.
expect 1 as L1 release prepare --file - --yes <<<"{\"action\": \"release\", \"recipient\": \"court\", \"purpose\": \"trial\", \"materials\": [{\"item\": \"$tagged\", \"fields\": []}]}" 2>err
holds err '[(][a-z]+[.][a-z._]+[)]'
expect 1 as T1 intake page --stage translation --of "$tagged" --yes --json >why
# What it rests on goes without a word of it. A field kit's register goes home with it: that it was recorded, and nothing of what it says.
as L1 pack "$shared" --to iq --out without --json >without.json
same 1 "$(json without.json .kept)" 'told to who packs that a record stays'
holds <(as L1 pack "$shared" --to iq --dry-run) 'Records that stay, as their kind never leaves this register: 1'
holds without/data/content.jsonl "$(digest_of "$shared")"
depositary key card -C reg --as T1 --out card.json
depositary init kit --member test --name 'Test member' --officer F1 --roles custodian,legal --profile field --home card.json --root-out kit.root.pem --no-passphrase >/dev/null
kit() { depositary record "$1" -C kit --as F1 --file - --yes "${@:2}"; }
kit code.stated <<<"$code" >/dev/null
there=$(kit incident.reported <<<"$reported")
on_kit=$(kit violation.tagged --about "$there" <<<"${violation/%\}/, \"consent_to_share\": \"not_asked\"\}}")
depositary pack --whole --to organisation --out whole --yes --json -C kit --as F1 >whole.json
same 0 "$(json whole.json .kept)" 'what stays at a kit'
# Who asks about it is told of its fingerprint, as the link stands in what they are shown; where the charter has such a link go along, nothing goes.
about=$(as L1 request in --file - --yes --json <<<"{\"from\": \"court\", \"to\": \"test\", \"purpose\": \"trial\", \"scope\": {\"kind\": \"all\"}, \"refs\": [{\"rel\": \"about\", \"id\": \"$tagged\", \"sha256\": \"$(digest_of "$tagged")\"}]}" | jq -r .record)
about=$(as L1 request answer "$about" --file - --yes --json <<<'{"answer": "granted"}' | jq -r .record)
as L1 pack "$about" --to court --out about >/dev/null
same "[\"about\",\"named\",\"rule\",\"$(digest_of "$tagged")\"]" "$(linked about)" 'a link to what never leaves'
claims_of() { jq -r .sd_jwt "$1"/data/logs/000/records.jsonl | jq -rR 'split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | . + "==" | @base64d'; }
lacks without/data/content.jsonl "$(digest_of "$tagged")"
claims_of without >claims
lacks claims "violation[.]tagged|$tagged"
claims_of whole >claims
holds claims "$on_kit"
for word in abduction 6_11 not_asked; do
    lacks claims "$word"
    # As a word: four letters stand somewhere in much base64 by chance.
    if grep -rqawF -e "$word" whole || grep -rqaF -e "$(printf %s "$word" | base64 | cut -c1-6)" whole; then fail "a kit's register shows «$word»"; fi
done

# ---- one incident to one recipient: for whom it is meant, with the fields named and all that corrects it, judged as any release is ----
happened=${reported/2021-02\"/2021-03-28T14:05:00Z\"\}, \"place\": \{\"latitude\": \"33.312\", \"longitude\": \"44.361\", \"precision_m\": 100}
happened=${happened/\"audience\": []/\"audience\": [\"police\"]}
incident=$(as L1 record incident.reported --file - --yes <<<"${happened/reported/zebra-account}")
of_incident() { # FINDING RECIPIENT PURPOSE MATERIALS: it is not even prepared
    expect 1 as L1 release prepare --file - --yes <<<"{\"action\": \"release\", \"recipient\": \"$2\", \"purpose\": \"$3\", \"materials\": $4}" 2>err
    holds err "\\($1\\)"
}
of_incident release.audience court trial "[{\"item\": \"$incident\"}]"
of_incident release.field police protection "[{\"item\": \"$incident\", \"fields\": [\"exhibit\"]}]"
for wrong in '"plain": true' '"redacted": true' '"parts": ["a"]' '"without": ["place"]'; do of_incident release.record police protection "[{\"item\": \"$incident\", $wrong}]"; done
# Another may get it less exactly: what reduces it for them needn't go along. What corrects it does, and not without it.
as L1 record incident.corrected --about "$incident" --file - --yes <<<"{\"effect\": \"reduces\", \"when\": {\"edtf\": \"2021\"}, \"reason\": $(text 'for others')}" >/dev/null
first="{\"item\": \"$incident\", \"fields\": [\"category\", \"territory\", \"when\", \"place\"]}"
correction=$(as L1 record incident.corrected --about "$incident" --file - --yes <<<"{\"effect\": \"corrects\", \"confidence\": \"high\", \"reason\": $(text 'seen again')}")
second="{\"item\": \"$correction\", \"fields\": [\"effect\", \"confidence\", \"territory\"]}"
of_incident release.uncorrected police protection "[$first]"
of_incident release.report police protection "[$second]"
as L1 release prepare "$incident" --file - --yes --dry-run --json <<<"{\"action\": \"release\", \"recipient\": \"police\", \"purpose\": \"inquiry\", \"materials\": [$second]}" >prepared.json || true
same '["territory"]' "$(jq -c '.unseen[0].fields' prepared.json)" 'what the police could not judge again'
made=$(release police protection "[$first, $second]")
as L1 pack "$made" --out incident >/dev/null
checked_bag incident
same "incident.reported category,place,territory,when
incident.corrected confidence,effect,territory" "$(disclosed incident | grep incident)" 'shown of the incident'
same 'need.consent.host IQ met' "$(as L1 release judge "$made" --json | jq -r '[.verdict.requirements[] | select(.need == "consent.host")][0] | "need.\(.need) \(.code) \(.met)"')" 'asked of the host State'
! grep -rq zebra-account incident || fail 'a field that was not named'
depositary verify incident --pin "$pin" --json >verified.json || true
same false "$(jq '[.findings[].id | test("^(verdict|package|record)")] | any' verified.json)" 'findings against the release'
same "33.312 2021-03-28T14:05:00Z" "$(jq -r --arg id "$incident" '.records[] | select(.id == $id).shown | .place.latitude + " " + .when.edtf' verified.json)" 'what the police read'
# Who sends it can't show more, or another one, than was approved.
for forged in '/materials/0/fields/3 null verdict.scope' '/materials/1/item "'"$incident"'" verdict.differs' '/materials/0/record "'"$(printf '%064d' 0)"'" verdict.scope'; do
    read -r pointer value finding <<<"$forged"
    "$SOURCE_ROOT/tests/flow/forgeries/forge" "[[\"state\", \"release.prepared\", \"$pointer\", $value]]" incident forged reg
    expect 1 depositary verify forged --pin "$pin" --json >found.json
    holds <(jq -r '.findings[].id' found.json) "^$finding\$"
    rm -r forged
done
# While a verdict rests on it, it isn't erased.
expect 1 as T1 erase "$incident" --yes --file - <<<"{\"authority\": $(text order), \"reason\": $(text asked)}" 2>err
holds err '\(hold.verdict\)'
# What came after it was prepared counts: a release with what is wrong by now isn't made.
as L1 release prepare --file - --yes --json <<<"{\"action\": \"release\", \"recipient\": \"police\", \"purpose\": \"protection\", \"materials\": [$first, $second]}" >prepared.json
as A1 approve "$(json prepared.json .record)" >/dev/null
as L1 record incident.corrected --about "$incident" --file - --yes <<<"{\"effect\": \"retracts\", \"reason\": $(text 'an error')}" >/dev/null
expect 1 as L1 release "$(json prepared.json .record)" 2>err
holds err '\(release.uncorrected\)'
expect 1 as L1 pack "$made" --out x 2>err
holds err '\(release.uncorrected\)'
for language in en fr ar; do LANGUAGE=$language as L1 print letter "$made" --out "letter.$language.pdf" --lang "$language"; done

for bag in police court both held original translation phrase referred exact coarse without incident; do
    depositary verify "$bag" --pin "$pin" --json >verified.json || true
    same 0 "$(jq '[.findings[] | select(.result == "altered")] | length' verified.json)" "findings against $bag"
done
# Where the charter has it sealed for everybody, what speaks for the accused isn't left to one line for the police either. What is made of an
# original goes with it where the charter says so: a release that doesn't name it doesn't go.
as T1 charter draft | jq '.linked += [{"rel": "exculpatory", "least": "sealed"}, {"rel": "source<", "least": "included"}, {"rel": "about", "least": "included"}]' >next.json
for member in reg iq; do depositary charter adopt next.json -C "$member" --as T1 --root "$member.root.pem" --out "next.$member" >/dev/null; done
depositary charter enter next.json next.* -C reg --as T1 >/dev/null
holds_words() { depositary charter show -C reg --as T1 | grep -qF "$1" || fail "charter show doesn't tell: $1"; }
holds_words 'What a package tells of linked records, at least'
holds_words 'speaks for the accused'
holds_words 'under seal, for the judge alone'
expect 1 as L1 pack "$to_police" --age "$key" --out x 2>err
holds err 'pack.exculpatory'
expect 1 as L1 pack "$of_original" --age "$key" --out x 2>err
holds err 'pack.linked.item'
holds err "$(json T-1.json .record)"
expect 1 as L1 pack "$about" --to court --out x 2>err
holds err "$tagged\\] .pack.local"
# Less than is owed anyway is no charter.
expect 1 depositary charter adopt <(jq '.linked = [{"rel": "source", "least": "counted"}]' next.json) -C reg --as T1 --root reg.root.pem --out x 2>err
holds err 'charter.linked'
[ ! -e x ] || fail 'something was written'

# Where a source stands against the original going to the defence, it is referred to the court; what a summary says of it goes.
ask defence defence
agree defence defence
as L1 release prepare --file - --yes --json <<<'{"action": "release", "recipient": "defence", "purpose": "defence", "materials": [{"item": "G-1", "fields": [], "redacted": false}]}' >prepared.json
as A1 approve "$(json prepared.json .record)" >/dev/null
expect 1 as L1 release "$(json prepared.json .record)" --json >referred.json
same 'refer_to_court consent.source' "$(jq -r '.verdict | .outcome + " " + (.requirements[] | select(.met != "met").need)' referred.json)" 'the original'
echo 'One who was there says that the accused was not.' >summary.txt
as T1 intake summary.txt --stage redaction --of G-1 --json --file - <<<"{\"exhibit\": \"G-1s\", \"territory\": \"IQ\", \"basis\": $(text 'search warrant 12')}" >G-1s.json
state T1 "{\"flags\": [\"exculpatory\", \"source\"], \"case\": \"$other\"}" mark set G-1s
made=$(release defence defence '[{"item": "G-1s", "fields": ["basis", "sensitive"], "redacted": true}]' ", \"case\": \"$other\"")
as L1 pack "$made" --age "$key" --out summarised >/dev/null
checked_bag summarised
same 'One who was there says that the accused was not.' "$(age -d -i court.key summarised/data/items/*/container.tar.age | tar xO files/summary.txt)" 'what the defence reads'
same 1 "$(find summarised/data/items -name 'container*' | wc -l)" 'containers'
same "[\"source\",\"$favour\"]" "$(linked summarised | jq -c 'select(.[0] == "source") | [.[0], .[3]]')" 'of which original it is said to be'
same "$favour" "$(linked summarised | jq -r 'select(.[0] == "exculpatory" and .[1] == "sealed")[3]')" 'of the original the judge is told'
same "defence $(json G-1s.json .item)" "$(as L1 case show "$other" --json | jq -r '.ledger[] | select(.release == "'"$made"'") | .recipient + " " + .materials[0].item')" 'in the ledger'
