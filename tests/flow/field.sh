# A field kit that is lost or seized shows no source, no exact place, no free text, no file name, no content; the office opens what it sealed.
need jq age
new_register office
depositary key card -C office --out card.json
depositary init kit --member test --name 'Test member' --officer F1 --profile field --home card.json --root-out kit.root.pem --no-passphrase >/dev/null
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
[ ! -e kit/keys/vault.identity.age ] || fail 'the kit holds a vault key'
depositary verify kit >/dev/null

# At the office the same item opens with stock tools.
age -d -i office/keys/officer-T1.identity office/keys/vault.identity.age >vault.key
mkdir out
age -d -i vault.key "kit/vault/$item.tar.age" | tar -xf - -C out
cmp secret-folder/zebra-file-name.txt out/files/secret-folder/zebra-file-name.txt
