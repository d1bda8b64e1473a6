# Thirty years on: age, tar, sha256sum and openssl recover everything, and the record's signature is checked, without this program.
need jq age openssl python3
mkdir dump
printf 'first' >dump/a.txt
printf 'second' >'dump/b c.txt'
age-keygen -o recovery.key 2>/dev/null
new_register reg --recovery "$(sed -n 's/# public key: //p' recovery.key)" 2>/dev/null || {
    # new_register says --no-recovery; here there is one.
    rm -rf reg reg.root.pem
    depositary init reg --member test --name 'Test member' --officer T1 --root-out reg.root.pem --recovery "$(sed -n 's/# public key: //p' recovery.key)" \
        --no-passphrase >/dev/null
}
depositary collect dump -C reg --json --file - <<<'{"exhibit": "X-1", "case": "C-1"}' >collected
item=$(json collected .item)
record=$(json collected .record)

# The container: by the recovery identity, and by the chain of keys of an officer.
mkdir out
age -d -i recovery.key "reg/vault/$item.tar.age" | tar -xf - -C out
cmp dump/a.txt out/files/dump/a.txt
cmp 'dump/b c.txt' 'out/files/dump/b c.txt'
age -d -i reg/keys/officer-T1.identity reg/keys/vault.identity.age >vault.key
age -d -i vault.key "reg/vault/$item.tar.age" >item.tar
(cd out && awk '$2 == "f" && $11 !~ /s/ {print $3 "  " $12}' manifest | sed 's/%20/ /g' | sha256sum -c >/dev/null)

# The record: a JWT under the officer's enrolled key.
depositary show "$record" -C reg --json >shown
index=$(json shown .index)
sed -n "$((index + 1))p" reg/records/000000 | tr -d '\n' >record.jwt
same "$(json shown .sha256)" "$(sha256sum record.jwt | cut -d' ' -f1)" 'log entry'
cat >jwt.py <<'PY'
import base64, json, sys
def raw(text): return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))
records = [line.strip().split('.') for line in open('reg/records/000000')]
head, body, signature = open('record.jwt').read().split('.')
kid = json.loads(raw(head))['kid']
key = next(p['public'] for p in (json.loads(raw(r[1])) for r in records) if p.get('kid') == kid and p['type'] == 'key.enrolled')
open('key.der', 'wb').write(bytes.fromhex('302a300506032b6570032100') + raw(key))
open('signed', 'w').write(head + '.' + body)
open('signature', 'wb').write(raw(signature))
json.dump(json.loads(raw(body)), open('claims.json', 'w'))
PY
python3 jwt.py
openssl pkeyutl -verify -pubin -inkey key.der -keyform DER -rawin -in signed -sigfile signature >/dev/null || fail 'the signature of the record'
printf x >>signed
expect 1 openssl pkeyutl -verify -pubin -inkey key.der -keyform DER -rawin -in signed -sigfile signature >/dev/null

# A protected value: role identity, kek, record key, disclosures (doc/format/register.md section 1).
age -d -i recovery.key reg/keys/role-custodian.identity.age >role.key
cat >open.py <<'PY'
import base64, hashlib, json, subprocess, sys
def raw(text): return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))
def chacha20(key, nonce, sealed):
    return subprocess.run(['openssl', 'enc', '-d', '-chacha20', '-K', key.hex(), '-iv', '01000000' + nonce.hex()], input=sealed[:-16], capture_output=True, check=True).stdout
record = sys.argv[1]
keks, wrapped = {}, None
for line in open('reg/keyring/000000'):
    line = json.loads(line)
    if 'kek' in line and line['role'] == 'custodian':
        keks[line['kek']] = subprocess.run(['age', '-d', '-i', 'role.key'], input=base64.b64decode(line['age']), capture_output=True, check=True).stdout
    elif line.get('id') == record:
        wrapped = line['keys']['custodian']
kek, text = wrapped.split('.')
blob = raw(text)
key = chacha20(keks[kek], blob[:12], blob[12:])
line = next(l for l in map(json.loads, open('reg/private/000000')) if l['id'] == record)
disclosures = chacha20(key, raw(line['n']), raw(line['c'])).decode().split('~')
digests = sorted(base64.urlsafe_b64encode(hashlib.sha256(d.encode()).digest()).decode().rstrip('=') for d in disclosures)
assert digests == json.load(open('claims.json'))['_sd'], 'the disclosures are not those that were signed'
print(next(json.loads(raw(d))[2] for d in disclosures if json.loads(raw(d))[1] == 'exhibit'))
PY
same X-1 "$(python3 open.py "$record")" 'exhibit number'

# Key files open with stock tools: the log key is PKCS#8.
age -d -i recovery.key reg/keys/log.sign.age | openssl pkey -noout -text | among ED25519 || fail 'log key'
openssl pkey -in reg.root.pem -noout -text | among ED25519 || fail 'root key'
