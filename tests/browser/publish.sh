# A publication as its reader has it: pages without a script, and the package beside them in verify.html, which the charter knows.
# timeout: 120
# shellcheck shell=bash
need jq node
[ -n "${BROWSER_MODULES:-}" ] || skip 'is run by ./check browser'
new_register reg --roles custodian,administrator
enrol() { depositary key enrol "$1" --roles "$2" --no-passphrase -C reg --as T1 >/dev/null; }
enrol D1 desk
enrol L1 legal
depositary charter draft -C reg --verifier "$VERIFY_HTML" --out charter.json
depositary charter adopt charter.json -C reg --root reg.root.pem --out adoption --as T1 >/dev/null
depositary charter enter charter.json adoption -C reg --as T1 >/dev/null
three() { printf '[{"lang":"en","text":"%s"},{"lang":"fr","text":"%s"},{"lang":"ar","text":"%s"}]' "$@"; }
code=$(depositary record code.stated --file - --yes --json -C reg --as D1 <<<"{\"list\": \"formations\", \"code\": \"small_group\", \"from\": \"2014-09\", \"called\": $(three 'Small Group' 'Groupe restreint' 'المجموعة المصغرة')}" | jq -r '.record // .id')
depositary publish prepare --file - --yes --json -C reg --as D1 >prepared.json <<<"{\"titles\": $(three 'Who belongs' 'Qui en est' 'من ينتمي'), \"summaries\": $(three 'As stated in spring.' 'Comme indiqué au printemps.' 'كما ورد في الربيع.'), \"records\": [{\"record\": \"$code\", \"fields\": [\"called\"]}], \"figures\": [{\"means\": $(three 'Members of the Coalition' 'Membres de la Coalition' 'أعضاء التحالف'), \"value\": \"83\", \"as_of\": \"2021-04\"}]}"
prepared=$(json prepared.json .record)
depositary publish "$prepared" --out site -C reg --as L1 >/dev/null
depositary charter show -C reg --json | jq -r .fingerprint >pin
mkdir -p shots
node --no-warnings "$SOURCE_ROOT/tests/browser/publish.mjs" "$VERIFY_HTML" "$BROWSER_MODULES" "$PWD/site" "$prepared" "$(cat pin)" "${BROWSER_SHOTS:-$PWD/shots}"
