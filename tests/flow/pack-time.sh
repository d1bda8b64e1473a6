# A package carries what others said of its log: the quorum, tokens, the checkpoints they are over; and what is put in their place is seen.
# timeout: 300
need jq openssl python3
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
two_members '[]'
new_officers 'L1:legal,custodian'
depositary charter enter charter.json reg.adoption -C iq >/dev/null

authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -subj "/CN=$1" -days 100 \
        -addext extendedKeyUsage=critical,timeStamping >/dev/null 2>&1
    printf '01\n' >"$1.serial"
    printf '%s\n' '[tsa]' 'default_tsa = it' '[it]' "serial = $PWD/$1.serial" "signer_cert = $PWD/$1.pem" "signer_key = $PWD/$1.key" \
        'signer_digest = sha256' 'default_policy = 1.2.3.4.1' 'digests = sha256' 'ess_cert_id_alg = sha256' >"$1.cnf"
}
answer() { openssl ts -reply -config "$1.cnf" -section it -queryfile "$2" -out "$3" 2>/dev/null; }
authority pinned
authority stranger

# The next charter: one cosigner's signature is needed, and an authority is pinned.
for m in reg iq; do
    depositary key cosigner -C "$m" --root "$m.root.pem" --as T1 >/dev/null
    depositary charter show --member -C "$m" --as T1 --out "$m.new"
done
depositary charter draft iq.new reg.new -C reg --as T1 |
    jq --arg der "$(openssl x509 -in pinned.pem -outform DER | base64 -w 0)" '.quorum = 1 | .time_authorities = [$der]' >two.json
for m in reg iq; do depositary charter adopt two.json -C "$m" --root "$m.root.pem" --as T1 --out "$m.two" >/dev/null; done
for m in reg iq; do depositary charter enter two.json reg.two iq.two -C "$m" --as T1 >/dev/null; done
pin=$(depositary charter show -C reg --as T1 --json | jq -r .fingerprint)

depositary request out -C reg --as L1 --file - --yes --json >asked.json \
    <<<'{"from": "organisation", "to": "police", "purpose": "trial", "scope": {"kind": "all"}}'
asked=$(json asked.json .record)
verified() { # verified BAG: findings by id
    depositary verify "$1" --pin "$pin" --json >verified.json || true
    jq -r '.findings[].id' verified.json | sort -u >found
}
pack() { depositary pack "$asked" --to police -C reg --as L1 --yes --out "$1" >/dev/null || fail "not packed: $1"; }

pack alone
verified alone
holds found '^checkpoint.quorum$'
[ ! -e alone/data/logs/000/before ] || fail 'earlier checkpoints that nobody saw'

# Cosigned from the package itself, by one who never saw this log, and taken in.
cp -r iq fresh
depositary cosign answer alone -C fresh --as T1 --out first 2>err || { cat err; fail 'not cosigned from a package'; }
holds err 'known now: test'
holds first '^— iq/cosigner '
depositary cosign take first -C reg --as T1 --json >taken
same true "$(json taken '.quorum | tostring')" 'cosigned from a package'
same "$(sed -n 2p alone/data/logs/000/checkpoint)" "$(json taken .size)" 'its checkpoint'
rm "reg/log/checkpoints/$(json taken .size)"
depositary note --text "the log goes on" -C reg --as T1 >/dev/null
mkdir hollow
expect 1 depositary cosign answer hollow -C fresh --as T1 2>err
holds err cosign.package

# Cosigned and stamped; by the authority, and by a stranger that nobody pinned.
depositary cosign introduce -C reg --as T1 --out log.proof
depositary cosign request iq -C reg --as T1 --out request
depositary cosign answer log.proof request -C iq --as T1 --out answer 2>/dev/null
depositary cosign take answer -C reg --as T1 >/dev/null
depositary timestamp request -C reg --as T1 --out query
size=$(sed -n 4p request)
answer pinned query good.tsr
answer stranger query bad.tsr
depositary timestamp add good.tsr -C reg --as T1 >/dev/null
pack bag
verified bag
lacks found '^(checkpoint|cosigner|token|log|before)\.'
same "$size" "$(jq -r '.logs[0].before[0]' verified.json)" 'the checkpoint that they saw'
log=bag/data/logs/000
cmp "reg/log/checkpoints/$size" "$log/before/$size.checkpoint" || fail 'another checkpoint'
same "old $size" "$(head -n 1 "$log/before/$size.proof")" 'its proof'
sed '/^$/,$d' "$log/before/$size.checkpoint" >text
openssl ts -verify -in "$log/before/$size.tokens/"*.tsr -data text -CAfile pinned.pem >/dev/null 2>&1 || fail 'openssl does not verify the token'

# Cosigned again from this package: from what was signed last, by the proof that is in it.
depositary cosign answer bag -C iq --as T1 --out again 2>err || { cat err; fail 'not cosigned from a package'; }
depositary cosign take again -C reg --as T1 --json >taken
same "$(sed -n 2p $log/checkpoint)" "$(json taken .size)" 'the checkpoint of the package'
expect 1 depositary cosign answer bag -C fresh --as T1 2>err
holds err cosign.package.proof

# forge WHERE FILE: a copy of the bag with FILE in place of what stands there, and all its lists made anew.
forge() {
    rm -rf forged
    cp -r bag forged
    cp "$2" "forged/$1"
    (cd forged && for a in 256 512; do
        find data -type f | LC_ALL=C sort | xargs "sha${a}sum" >"manifest-sha$a.txt"
    done
    for a in 256 512; do
        printf '%s\n' bag-info.txt bagit.txt manifest-sha256.txt manifest-sha512.txt | xargs "sha${a}sum" >"tagmanifest-sha$a.txt"
    done
    bytes=$(find data -type f -printf '%s\n' | paste -sd+ | tr -d ' ')
    sed -i "s/^Payload-Oxum: .*/Payload-Oxum: $((bytes)).$(find data -type f | wc -l)/" bag-info.txt
    for a in 256 512; do
        printf '%s\n' bag-info.txt bagit.txt manifest-sha256.txt manifest-sha512.txt | xargs "sha${a}sum" >"tagmanifest-sha$a.txt"
    done)
    verified forged
}
token=data/logs/000/before/$size.tokens/$(basename "$log/before/$size.tokens/"*.tsr)
forge "$token" "bag/$token"
lacks found '^(bag|package|checkpoint|cosigner|token|log|before)\.'
depositary verify bag --pin "$pin" >words || true
# Of an earlier checkpoint, which is less than the package has: that is told with it.
[ "$size" -lt "$(sed -n 2p $log/checkpoint)" ] || fail 'the earlier checkpoint is all of the log'
holds words "^  Cosigned by: .*, 20[0-9-]+T[0-9:]+Z, over the first $size records\$"
holds words "^  Timestamps: $(basename "$token"), 20[0-9-]+T[0-9:]+Z, over the first $size records\$"
forge "$token" bad.tsr
holds found '^token.authority$'
head -c 200 good.tsr >cut.tsr
forge "$token" cut.tsr
holds found '^token.form$'
before=data/logs/000/before/$size.checkpoint
sed 's/^— iq/— xx/' "bag/$before" >outsider
forge "$before" outsider
holds found '^cosigner.unknown$'
holds found '^checkpoint.quorum$'
sed '$d' "bag/$before" >unsigned
forge "$before" unsigned
holds found '^checkpoint.quorum$'
python3 - "bag/$before" <<'PY'
import base64, sys
lines = open(sys.argv[1], encoding='utf-8').read().split('\n')
dash, who, blob = lines[-2].split(' ')
blob = bytearray(base64.b64decode(blob)); blob[11] ^= 1
lines[-2] = ' '.join((dash, who, base64.b64encode(blob).decode()))
open('backdated', 'w', encoding='utf-8').write('\n'.join(lines))
PY
forge "$before" backdated
holds found '^cosigner.signature$'
sed '2s/^..../AAAA/' "bag/data/logs/000/before/$size.proof" >unproved
forge "data/logs/000/before/$size.proof" unproved
holds found '^log.inconsistent$'

same altered "$(json verified.json .result)" 'a proof that fails'
