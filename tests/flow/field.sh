# A field kit that is lost or seized shows no source, no exact place, no free text, no file name, no content; the office opens what it sealed.
# timeout: 300
need jq age
new_register office --roles custodian,legal,administrator
depositary key card -C office --out card.json
depositary init kit --member kit1 --name 'A field kit' --officer F1 --profile field --home card.json --root-out kit.root.pem --no-passphrase >/dev/null
mkdir secret-folder
printf 'the witness lives at the mill, zebra-content-4711' >secret-folder/zebra-file-name.txt
cat >fields.json <<'JSON'
{"exhibit": "zebra-exhibit", "case": "zebra-case", "basis": {"text": "zebra-warrant", "lang": "en"}, "description": {"text": "zebra-narrative", "lang": "en"},
 "place": {"description": {"text": "zebra-place", "lang": "en"}, "latitude": "33.1234567", "longitude": "44.7654321", "precision_m": 5}}
JSON
depositary collect secret-folder -C kit --file fields.json --json >collected
item=$(json collected .item)
printf 'zebra-note' | depositary note --text - -C kit >/dev/null
expect 2 depositary note --text zebra-on-the-command-line -C kit 2>/dev/null

# Byte by byte: in clear, in base64 at any offset, in hex.
for word in zebra 33.1234567 44.7654321; do
    for form in "$word" "$(printf %s "$word" | base64 | cut -c1-6)" "$(printf 'x%s' "$word" | base64 | cut -c3-8)" "$(printf 'xx%s' "$word" | base64 | cut -c4-9)" \
        "$(printf %s "$word" | od -An -tx1 | tr -d ' \n')"; do
        if grep -rqaF -- "$form" kit; then fail "the kit shows «$word» as «$form» in $(grep -rlaF -- "$form" kit | head -1)"; fi
    done
done
expect 1 depositary item files "$item" -C kit 2>err
holds err 'vault.no_key'
# It is said that the kit can't tell, and how an item is called there.
expect 1 depositary item history zebra-exhibit -C kit 2>err
holds err "give the item's id.*item.absent.field"
depositary item history "$item" -C kit >history
holds history 'sealed for the office'
# Its papers say so, too, leave room for a pen, and never that a side that can't be read isn't there.
depositary item transfer "$item" -C kit --yes --file - >/dev/null <<<'{"giver": {"state": "signed", "code": "F1"}, "to": {"text": "zebra-office", "lang": "en"}}'
for paper in inventory handover; do depositary print $paper "$item" -C kit --lang en --out $paper.pdf; done
if command -v pdftotext >/dev/null; then
    pdftotext -layout inventory.pdf words
    for label in 'filled in by hand' 'Exhibit number' 'Legal basis' 'Thing +Quantity +Seal numbers'; do holds words "$label"; done
    pdftotext -layout handover.pdf words
    holds words 'Side that gives +the protected values are sealed for the office'
    lacks words 'not yet: sent, not received|zebra'
fi
[ ! -e kit/keys/vault.identity.age ] || fail 'the kit holds a vault key'
depositary verify kit >/dev/null

# At the office the same item opens with stock tools.
age -d -i office/keys/officer-T1.identity office/keys/vault.identity.age >vault.key
mkdir out
age -d -i vault.key "kit/vault/$item.tar.age" | tar -xf - -C out
cmp secret-folder/zebra-file-name.txt out/files/secret-folder/zebra-file-name.txt

# Under a charter that has the kit among its members, it hands its whole register over: the office seals that as it came, and what the kit
# sealed and recorded is the office's from there on, as the kit's officer signed it. Of another home's kit it takes nothing.
new_register elsewhere
depositary key card -C elsewhere --out other-card.json
depositary init stray --member kit2 --name 'A stray kit' --officer F2 --profile field --home other-card.json --root-out stray.root.pem --no-passphrase >/dev/null
depositary collect secret-folder -C stray --yes >/dev/null
for member in kit stray; do depositary charter show --member -C "$member" --out "$member.entry"; done
depositary charter draft --founding kit.entry -C office | jq --slurpfile stray stray.entry '.members += $stray | .members |= sort_by(.id) | .members[].from = "2020-01-01T00:00:00Z" | .amend.threshold = 1
    | .rules |= (map(select(.id == "asked" or .id == "lawful")))' >charter.json
for member in office kit stray; do depositary charter adopt charter.json -C $member --root $member.root.pem --out $member.adoption >/dev/null 2>&1; done
for member in office kit stray; do depositary charter enter charter.json office.adoption kit.adoption stray.adoption -C $member >/dev/null; done
depositary key enrol T2 --roles custodian --no-passphrase -C office >/dev/null
office() { depositary "$@" -C office --as T1; }
mark() { depositary mark set "$item" --file - --yes "$@" >/dev/null; }
marked() { office list --type marking.set --json | jq -r "select(.item == \"$item\").id" | tail -n 1 | xargs -I ID depositary show ID -C office --as T1 --json | jq -c '.claims | [.handling, .territories, .flags]'; }
mark -C kit <<<'{"territories": ["IQ"], "flags": ["child"]}'
cp -a kit older
depositary pack --whole --to test -C kit --out handed --json >handed.json
expect 1 office receive handed 2>err # a custodian states nothing about keys
holds err receive.unproved
office receive handed --unproved --json >received.json
same kit1 "$(office show "$(json received.json .record)" --json | jq -r .claims.sender)" 'who handed it over'
listed=$(office item files "$(json received.json .item)" --json | jq -r 'select(.path | endswith("container.tar.age")).path')
office item extract "$(json received.json .item)" "$listed" --out container.age >/dev/null
cmp container.age "kit/vault/$item.tar.age"
cmp "office/vault/$item.tar.age" "kit/vault/$item.tar.age"
same "1 $(($(depositary list -C kit --json | jq -c 'select(.type | test("^key[.]|^package.sent") | not)' | wc -l)))" \
    "$(json received.json '"\(.kit_items) \(.kit_records)"')" 'what is new in the register'
same sent_not_received "$(office item list --json | jq -r "select(.item == \"$item\" and .exhibit == \"zebra-exhibit\" and .case == \"zebra-case\").state")" 'the item'
office item files zebra-exhibit | among 'files/secret-folder/zebra-file-name.txt'
office item extract zebra-exhibit files/secret-folder/zebra-file-name.txt --out again.txt >/dev/null
cmp secret-folder/zebra-file-name.txt again.txt
same intact "$(office item check zebra-exhibit --json | jq -r .outcome)" 'the container'
office item history "$item" --json >history
same 'kit1 F1 evidence.collected zebra-narrative' "$(jq -r 'select(.kit.type == "evidence.collected").kit | "\(.iss) \(.by.code) \(.type) \(.description.text)"' history)" 'what the kit recorded'
same "$(jq -r .record collected)" "$(jq -r 'select(.kit.type == "evidence.collected").claims.record' history)" 'the record, by the id it has at the kit'
same null "$(jq -r 'select(.type == "evidence.intake").claims.description' history)" 'what the office states itself of the content'
same '[null,["IQ"],["child"]]' "$(marked)" 'what the kit marked'
mark -C office --as T1 <<<'{"handling": ["TLP.RED"], "territories": ["IQ"]}'
same "$item" "$(office search zebra-exhibit --json | jq -r 'select(.type == "kit.record").item')" 'found by what the kit recorded'
same 'unproved true 0 0' "$(office receive handed --unproved --json | jq -r '"\(.result) \(.again) \(.kit_items) \(.kit_records)"')" 'the same again'
same intact "$(depositary verify office --protected --as T1 --json | jq -r .verdict)" 'the office with the kit'"'"'s items'

# Later it hands over again, with more: the item is under a legal hold, there is a thing without files, and an incident.
# What is here isn't doubled; killed on the way, the receiver leaves all of it or none.
mark -C kit <<<'{"territories": ["SY"], "flags": ["protected"]}'
depositary hold place "$item" --file - --yes -C kit >/dev/null <<<'{"authority": {"text": "warrant 12", "lang": "en"}, "reason": {"text": "appeal", "lang": "en"}}'
for at in 1 2; do
    mkdir "more-$at" && echo "zebra-more-$at" >"more-$at/file"
    depositary collect "more-$at" -C kit --yes --file - >/dev/null <<<"{\"exhibit\": \"more-$at\", \"sensitive\": [\"medical\"]}"
done
thing=$(depositary collect -C kit --json --yes --file - <<<'{"exhibit": "thing-1", "things": [{"description": {"text": "a notebook", "lang": "en"}, "quantity": 1}]}' | jq -r .item)
depositary record code.stated --file - --yes -C kit >/dev/null <<<'{"list": "incidents", "code": "attack", "called": []}'
incident=$(depositary record incident.reported --file - --yes -C kit <<<'{"category": "attack", "territory": "IQ", "when": {"edtf": "2021-03-28"}, "what_happened": {"text": "zebra-incident", "lang": "en"},
    "sources": [{"reliability": "B", "credibility": "2"}], "confidence": "high", "audience": ["test"], "publish_after_h": 24}')
depositary record incident.corrected --about "$incident" --file - --yes -C kit >/dev/null <<<'{"effect": "corrects", "confidence": "low", "reason": {"text": "a second source", "lang": "en"}}'
depositary pack --whole --to test -C kit --out later >/dev/null
cp -a later cut
sed -i '$d' cut/data/logs/000/records.jsonl
same 'receive.altered' "$(expect 1 office receive cut --unproved --json 2>/dev/null | jq -r .finding)" 'a package with a record less'
for call in ${FLOW_SANITIZED:+none} linkat:2 renameat:1 none; do
    rm -rf reg && cp -a office reg
    if [ "$call" != none ]; then
        command -v strace >/dev/null || continue
        strace -f -qq -o /dev/null -e "trace=${call%:*}" -e "inject=${call%:*}:signal=KILL:when=${call#*:}" depositary receive later --unproved -C reg --as T1 >/dev/null 2>&1 || true
    fi
    depositary note --text after -C reg --as T1 >/dev/null # takes up what was left
    now=$(depositary list --type kit. -C reg --as T1 --json | jq -r .index | wc -l)
    first=${first:-$now}
    depositary receive later --unproved -C reg --as T1 --json >again.json
    now="$now $(depositary list --type kit. -C reg --as T1 --json | wc -l) $(depositary item list -C reg --as T1 --json | wc -l)"
    case "$now" in "$first $((first + 9)) 6" | "$((first + 9)) $((first + 9)) 6") ;; *) fail "killed at $call: half of it is there, or it is doubled: $now" ;; esac
    same intact "$(depositary verify reg --json | jq -r .verdict)" "killed at $call"
done
rm -rf office && mv reg office

same '["medical"] true' "$(office item history more-1 --json | jq -r 'select(.type == "evidence.intake").claims | "\(.sensitive | tojson) \(.restricted)"')" 'what the rules read of it'
same '[["TLP.RED"],["IQ","SY"],["protected"]]' "$(marked)" 'what the office marked since, and what the kit marked later'
same 'true sent_not_received' "$(office item list --json | jq -r "select(.item == \"$item\") | \"\(.hold) \(.state)\"")" 'what the kit recorded of it last'
same custody.signed "$(expect 1 office item receive "$item" --json --yes --file - <<<'{"giver": {"state": "signed", "code": "T1"}, "taker": {"state": "signed", "code": "T1"}}' 2>/dev/null | jq -r .finding)" 'another giver'
office item receive "$item" --yes --file - <<<'{"giver": {"state": "signed", "code": "F1"}, "taker": {"state": "signed", "code": "T1"}}' >/dev/null
same 'in_custody' "$(office item list --json | jq -r "select(.item == \"$item\").state")" 'taken over'
sent=$(office item history "$item" --json | jq -r 'select(.kit.type == "custody.transferred").id')
same "$sent" "$(office item history "$item" --json | jq -r 'select(.type == "custody.received").claims.refs[] | select(.rel == "answers").id')" 'the side that it answers'
end='{"authority": {"text": "court order", "lang": "en"}, "method": {"text": "shredded", "lang": "en"}}'
same custody.hold "$(expect 1 office item dispose "$item" --yes --json --file - <<<"$end" 2>/dev/null | jq -r .finding)" 'a hold of the kit'
office hold lift "$item" --yes --file - <<<'{"authority": {"text": "warrant 13", "lang": "en"}, "reason": {"text": "over", "lang": "en"}}' >/dev/null
same 'false' "$(office item list --json | jq -r "select(.item == \"$item\").hold")" 'the hold, lifted'
same 'thing-1 sent_not_received false' "$(office item list --json | jq -r "select(.item == \"$thing\") | \"\(.exhibit) \(.state) \(.container)\"")" 'a thing that nobody signed for'
told=$(office search attack --json | jq -r 'select(.type == "kit.report").id' | while read -r id; do office show "$id" --json | jq -r 'select(.kit.type == "incident.reported").id'; done)
same 'zebra-incident' "$(office show "$told" --json | jq -r .kit.what_happened.text)" 'the incident'
same 'null secret.reader' "$(depositary show "$told" -C office --as T2 --json | jq -r '"\(.kit.what_happened) \(.kit_why_not)"')" 'to who may not read it'
LANG=C office show "$told" | among 'Recorded on the kit by custodian F1 of kit1'
# It stands in reports and timelines as what it is: the kit's, with what corrects it, and in no line of the office's own.
same "kit|kit1|null|$told|2021-03-28|low|1|corrected" "$(office report incidents --json | jq -r '[.kind, .kit, .from, .record, .when, .confidence, .corrections, .standing] | map(. // "null") | join("|")')" 'among the incidents'
for words in 'en:Handed over by the field kit: .*kit1' 'fr:Remis par le registre de terrain :? ?.*kit1' 'ar:kit1'; do
    LANGUAGE=${words%%:*} office report incidents | grep -A2 "$told" >page
    holds page "${words#*:}"
    lacks page zebra
done
events() { office timeline all --json "$@" 2>/dev/null | jq -r "select(.record == \"$told\") | [.what, .field, .time, .kit, .from, .by] | join(\"|\")"; }
same 'incident.reported|when|2021-03-28|kit1||F1' "$(events)" 'when it happened'
same "$(events)" "$(events --limit 9 --from 2021-03 --to 2021-03)" 'on a page'
# Who may know of it and not read it is told that it isn't all.
for view in 'report incidents' 'timeline all'; do
    # shellcheck disable=SC2086
    expect 1 depositary $view -C office --as T2 >page 2>why
    holds why report.unread
    lacks page 2021-03-28
done

# What goes on from there is the office's, and with it what the kit signed of it, with the proofs of the kit's log, nothing of it disclosed.
office request in --yes --file - >/dev/null <<<'{"from": "court", "to": "test", "purpose": "protection", "scope": {"kind": "all"}}'
depositary key enrol A1 --roles legal,approver --no-passphrase -C office --as T1 >/dev/null 2>&1
office release prepare --yes --json --file - >prepared.json <<<"{\"action\": \"release\", \"recipient\": \"court\", \"purpose\": \"protection\", \"materials\": [{\"item\": \"$item\", \"fields\": [\"exhibit\", \"basis\", \"sensitive\"]}]}"
depositary approve "$(json prepared.json .record)" -C office --as A1 >/dev/null
office release "$(json prepared.json .record)" --json >made.json
age-keygen -o court.key 2>/dev/null
office pack "$(json made.json .record)" --age "$(age-keygen -y court.key)" --out court >/dev/null
depositary verify court --pin "$(office charter show --json | jq -r .fingerprint)" --json >court.json || true
same '["status.keys.absent"]' "$(jq -c '[.findings[].id] | unique' court.json)" 'what the kit states nothing about, and nothing else'
of_kit() { jq -c ".records[] | select(.iss == \"kit1\" and .listed) | $1" court.json; }
same "evidence.collected,custody.transferred,marking.set,marking.set" "$(of_kit .type | tr -d '"' | paste -sd,)" 'what the kit signed of it'
same "[\"F1\",\"in_force\",\"$item\",true]" "$(of_kit "select(.type == \"evidence.collected\") | [.by.code, .standing, .shown.item, (.shown | has(\"payload_sha256\"))]")" 'who sealed it'
same 1 "$(jq '[.records[] | select(.shown.payload_sha256) | .shown.payload_sha256] | unique | length' court.json)" 'the bytes, by the kit and by the office'
for word in zebra-narrative zebra-place 33.1234567; do
    if grep -rqaF "$word" court; then fail "the court is shown «$word»"; fi
done

# The kit of another home: what it sealed doesn't open here.
depositary pack --whole --to test -C stray --out strayed >/dev/null
same receive.home "$(expect 1 office receive strayed --unproved --json | jq -r .finding)" 'a kit of another home'

# A kit that was restored from a backup of before, and went on, went on twice: that is seen, and nothing taken in.
for at in 1 2 3 4 5 6 7 8 9 10 11; do printf 'again %s' "$at" | depositary note --text - -C older >/dev/null; done
depositary pack --whole --to test -C older --out forked >/dev/null
before=$(office list --json | wc -l)
same receive.fork "$(expect 1 office receive forked --unproved --json | jq -r .finding)" 'a kit that went on twice'
same "$before" "$(office list --json | wc -l)" 'what is recorded of it'

# An officer's key that is no longer trusted: what was signed with it is disputed, here too. And more than goes in one commit: in several.
depositary key enrol F2 --roles custodian --no-passphrase -C kit --as F1 >/dev/null 2>&1
depositary record note --stream -C kit --as F2 --json >noted <<<'{"text": {"text": "lost", "lang": "en"}}'
depositary key revoke F2 --from "$(json noted .index)" --reason-file <(echo lost) -C kit --as F1 >/dev/null
seq 4200 | jq -c '{text: {text: "n\(.)", lang: "en"}}' | depositary record note --stream -C kit --as F1 --json >/dev/null
depositary pack --whole --to test -C kit --as F1 --out many >/dev/null
had=$(office list --type kit. --json | wc -l)
office receive many --unproved --json >many.json
same 4202 "$(json many.json .kit_records)" 'what is new of them'
office list --type kit. --json | jq -r .id >ids
sed -n "$((had + 1)),$((had + 3))p" ids | while read -r id; do office show "$id" --json | jq -r 'select(.claims.disputed).claims.record'; done >disputed
same "$(json noted .id)" "$(cat disputed)" 'what is disputed'
same 0 "$(office receive many --unproved --json | jq .kit_records)" 'many, again'

# One that was made with its home's own id can't be handed over: a member has one log. That is said, and nothing is taken in.
depositary init twin --member test --name 'A field kit' --officer F1 --profile field --home card.json --root-out twin.root.pem --no-passphrase >/dev/null
depositary pack --whole --to organisation -C twin --out posing >/dev/null
same receive.kit "$(expect 1 office receive posing --unproved --json | jq -r .finding)" 'a kit that is its own home'

# The office warns of what was collected before, by a keyed digest; a kit has neither the key nor the digest.
depositary collect secret-folder -C kit --as F1 --file fields.json --yes >/dev/null 2>err
lacks err 'same content'
for at in 1 2; do office collect secret-folder --yes >/dev/null 2>"err.$at" <<<'{}'; done
lacks err.1 'same content'
holds err.2 'the same content was collected before: record'
[ -e office/keys/content.age ] || fail 'the office has no key for digests of content'
[ ! -e kit/keys/content.age ] || fail 'the kit has a key for digests of content'
