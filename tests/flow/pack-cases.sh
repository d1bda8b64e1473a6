# What must never leave in a package, and what never stays behind without a word: the consent of a source, material released redacted,
# material in the accused's favour.
# timeout: 600
need jq age age-keygen sha256sum sha512sum python3
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
# shellcheck source=tests/flow/packing
. "$SOURCE_ROOT/tests/flow/packing"
two_members
new_officers 'L1:legal,custodian' 'L2:legal' 'A1:approver,legal'
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
made=$(release court trial "[{\"item\": \"$item\", \"fields\": [], \"redacted\": false}]")
as L1 pack "$made" --age "$key" --out source >/dev/null
checked_bag source
same "[\"authority\",\"named\",\"protected\",\"$(digest_of "$source_consent")\"]" "$(linked source | grep authority)" 'the consent of the source'
jq -r .sd_jwt source/data/logs/000/records.jsonl | cut -d. -f2 | while read -r claims; do printf '%s\n' "$claims===" | tr '_-' '/+' | base64 -d 2>/dev/null || true; echo; done >claims
lacks claims "$source_consent"
expect 1 as L1 pack "$source_consent" --to court --out x 2>err
holds err 'pack.source'
depositary verify source --pin "$pin" --json >verified.json || true
same 0 "$(jq '[.findings[] | select(.result == "altered")] | length' verified.json)" 'findings against it'

# ---- released redacted: the container is not what was decided ----
collect R-1 >/dev/null
made=$(release court trial "[{\"item\": \"R-1\", \"fields\": [], \"redacted\": true}]")
expect 1 as L1 pack "$made" --age "$key" --out x 2>err
holds err 'pack.redacted'

# ---- in the accused's favour: the court doesn't get the case without it ----
as L1 case open --yes --json --fields - <<<'{"authority": "court", "jurisdiction": "IQ", "stage": "trial"}' >opened.json
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
# A hold on an item is only counted; what was recorded of it by mistake is corrected for the recipient too.
as T1 hold place C-1 --yes --fields - <<<"{\"authority\": $(text 'court order 4'), \"reason\": $(text 'appeal')}" >/dev/null
as L1 pack "$made" --age "$key" --out held >/dev/null
same '["item<","counted","rule",1]' "$(linked held | grep '"item<"')" 'a legal hold'
for bag in police court both held; do
    depositary verify "$bag" --pin "$pin" --json >verified.json || true
    same 0 "$(jq '[.findings[] | select(.result == "altered")] | length' verified.json)" "findings against $bag"
done
[ ! -e x ] || fail 'something was written'
