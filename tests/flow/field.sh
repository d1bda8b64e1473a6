# A field kit that is lost or seized shows no source, no exact place, no free text, no file name, no content; the office opens what it sealed.
need jq age
new_register office
depositary key card -C office --out card.json
depositary init kit --member kit1 --name 'A field kit' --officer F1 --profile field --home card.json --root-out kit.root.pem --no-passphrase >/dev/null
mkdir secret-folder
printf 'the witness lives at the mill, zebra-content-4711' >secret-folder/zebra-file-name.txt
cat >fields.json <<'JSON'
{"exhibit": "zebra-exhibit", "case": "zebra-case", "description": {"text": "zebra-narrative", "lang": "en"},
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

# Under a charter that has the kit among its members, it hands its whole register over; the office seals it as it came, and its containers
# open out of that with the office's own key.
depositary charter show --member -C kit --out kit.entry
depositary charter draft --founding kit.entry -C office | jq '.members[].from = "2020-01-01T00:00:00Z" | .amend.threshold = 1' >charter.json
for member in office kit; do depositary charter adopt charter.json -C $member --root $member.root.pem --out $member.adoption >/dev/null; done
for member in office kit; do depositary charter enter charter.json office.adoption kit.adoption -C $member >/dev/null; done
depositary pack --whole --to test -C kit --out handed --json >handed.json
expect 1 depositary receive handed -C office 2>err # a custodian states nothing about keys
holds err receive.unproved
depositary receive handed --unproved -C office --json >received.json
same kit1 "$(depositary show "$(json received.json .record)" -C office --json | jq -r .claims.sender)" 'who handed it over'
listed=$(depositary item files "$(json received.json .item)" -C office --json | jq -r 'select(.path | endswith("container.tar.age")).path')
depositary item extract "$(json received.json .item)" "$listed" --out container.age -C office >/dev/null
cmp container.age "kit/vault/$item.tar.age"
mkdir handed-over
age -d -i vault.key container.age | tar -xf - -C handed-over
cmp secret-folder/zebra-file-name.txt handed-over/files/secret-folder/zebra-file-name.txt

# One that was made with its home's own id can't be handed over: a member has one log. That is said, and nothing is taken in.
depositary init twin --member test --name 'A field kit' --officer F1 --profile field --home card.json --root-out twin.root.pem --no-passphrase >/dev/null
depositary pack --whole --to organisation -C twin --out posing >/dev/null
same receive.kit "$(expect 1 depositary receive posing --unproved -C office --json | jq -r .finding)" 'a kit that is its own home'

# The office warns of what was collected before, by a keyed digest; a kit has neither the key nor the digest.
depositary collect secret-folder -C kit --file fields.json --yes >/dev/null 2>err
lacks err 'same content'
for at in 1 2; do depositary collect secret-folder -C office --yes >/dev/null 2>"err.$at" <<<'{}'; done
lacks err.1 'same content'
holds err.2 'the same content was collected before: record'
[ -e office/keys/content.age ] || fail 'the office has no key for digests of content'
[ ! -e kit/keys/content.age ] || fail 'the kit has a key for digests of content'
