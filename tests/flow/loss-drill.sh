# The officer is dead and nobody knows the passphrase: recovery identity and root key bring the register back; old signatures stand.
need jq age
age-keygen -o recovery.key 2>/dev/null
printf 'forgotten\n' >old
printf 'new one\n' >new
depositary init reg --member XA --name XA --officer K-1 --root-out root.pem --recovery "$(sed -n 's/# public key: //p' recovery.key)" --passphrase-fd 3 3<old >/dev/null
mkdir dump
echo x >dump/x
depositary collect dump -C reg --json --passphrase-fd 3 --file /dev/stdin 3<old <<<'{"exhibit": "X-1", "case": "C-1"}' >collected
printf 'new one\nforgotten\n' >both
depositary key recover K-2 --recovery recovery.key --root root.pem --roles custodian,administrator -C reg --passphrase-fd 3 3<both >/dev/null
run() { depositary "$@" -C reg --as K-2 --passphrase-fd 3 3<new; }
run show "$(json collected .record)" --json >shown
same X-1 "$(json shown .claims.exhibit)" 'an old protected value, read by the new officer'
run item check X-1 --json >check
same intact "$(json check .outcome)" 'check by the new officer'
echo 'died in service' >reason
run key revoke K-1 --reason-file reason >/dev/null
depositary key list -C reg --json >keys
same true "$(jq -r 'select(.code == "K-1").revoked' keys)" 'old officer'
expect 3 depositary note --text x -C reg --as K-1 --passphrase-fd 3 3<old 2>err
holds err 'keys.not_for_you'
depositary verify reg --json >verdict
same intact "$(json verdict .verdict)" 'old signatures stand'

# By file: a request made elsewhere, signed here, imported there.
depositary key request K-3 --member XA --roles legal --keys elsewhere --no-passphrase --out request.json
run key sign request.json --out card.json >/dev/null
depositary key import card.json --keys elsewhere
sed 's/"K-3"/"K-4"/' request.json >forged.json
expect 1 run key sign forged.json 2>err
holds err 'key.request.proof'
