# Time-stamps by a local authority (openssl ts): asked for, verified against the charter, kept, renewed; what isn't right is refused.
need jq openssl

# authority NAME DAYS: a key and a certificate that may time-stamp and nothing else, and what answers with them.
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -subj "/CN=$1" -days "$2" \
        -addext extendedKeyUsage=critical,timeStamping >/dev/null 2>&1
    configure "$1"
}
configure() {
    printf '01\n' >"$1.serial"
    cat >"$1.cnf" <<CNF
[tsa]
default_tsa = it
[it]
serial = $PWD/$1.serial
signer_cert = $PWD/$1.pem
signer_key = $PWD/$1.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500
ess_cert_id_alg = sha256
CNF
}
answer() { # answer NAME REQUEST RESPONSE
    openssl ts -reply -config "$1.cnf" -section it -queryfile "$2" -out "$3" 2>/dev/null
}
der() { openssl x509 -in "$1.pem" -outform DER | base64 -w 0; }

authority first 20
authority second 400
authority stranger 400
# One that expired long ago; and one of an issuer.
mkdir ca && touch ca/index.txt && printf '01\n' >ca/serial
cat >ca.cnf <<CNF
[ca]
default_ca = it
[it]
dir = $PWD/ca
new_certs_dir = $PWD/ca
database = $PWD/ca/index.txt
serial = $PWD/ca/serial
default_md = sha256
policy = any
x509_extensions = stamps
unique_subject = no
[any]
commonName = supplied
[stamps]
extendedKeyUsage = critical,timeStamping
CNF
openssl req -new -key stranger.key -subj /CN=expired -out expired.csr 2>/dev/null
openssl ca -batch -selfsign -config ca.cnf -keyfile stranger.key -in expired.csr -startdate 20200101000000Z -enddate 20210101000000Z \
    -notext -out expired.pem 2>/dev/null
cp stranger.key expired.key
configure expired
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout issuer.key -out issuer.pem -subj /CN=issuer -days 400 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out issued.key
openssl req -new -key issued.key -subj /CN=issued -out issued.csr 2>/dev/null
openssl ca -batch -config ca.cnf -keyfile issuer.key -cert issuer.pem -in issued.csr -days 100 -notext -out issued.pem 2>/dev/null
configure issued

new_register reg --roles custodian,administrator
charter() { # charter NAME...: the next one, with these certificates
    local list='[]' name
    for name; do list=$(jq -c --arg der "$(der "$name")" '. + [$der]' <<<"$list"); done
    depositary charter draft -C reg | jq --argjson list "$list" '.time_authorities = $list' >next.json
    depositary charter adopt next.json -C reg --root reg.root.pem >/dev/null
    depositary charter enter next.json -C reg >/dev/null
}
expect 2 depositary timestamp request -C reg 2>err
depositary timestamp request -C reg --out early.tsq
answer first early.tsq early.tsr
expect 1 depositary timestamp add early.tsr -C reg 2>err
holds err token.authority
charter first expired issuer

depositary timestamp request -C reg --out request.tsq
size=$(depositary log checkpoint -C reg --json | jq .size)
depositary note --text 'the log goes on' -C reg >/dev/null
# What is asked for is SHA-256 of the checkpoint up to its empty line.
sed '/^$/,$d' "reg/log/checkpoints/$size" >text
openssl ts -query -in request.tsq -text 2>/dev/null | grep '^ *00[01]0' | sed 's/^ *00[01]0 - //; s/   .*//' | tr -d ' \n-' >asked
same "$(sha256sum <text | cut -c 1-64)" "$(cat asked)" 'the digest'

answer first request.tsq first.tsr
depositary timestamp add first.tsr -C reg --json >taken
same "$size" "$(json taken .size)" 'over the checkpoint that was asked for'
same CN=first "$(json taken .authority)" 'by whom'
openssl ts -verify -in "reg/log/checkpoints/$size.$(json taken .name).tsr" -data text -CAfile first.pem >/dev/null 2>&1 || fail 'openssl does not verify the kept token'
# Not later than: two and a half seconds' accuracy rounded up.
same 2 "$(jq '(.latest | fromdateiso8601) - (.time | fromdateiso8601)' taken)" 'accuracy'
# The charter may name who issued the authority's certificate.
answer issued request.tsq issued.tsr
depositary timestamp add issued.tsr -C reg --json >taken
same CN=issuer "$(json taken .authority)" 'who vouches'

refused() { # refused ID FILE
    expect 1 depositary timestamp add "$2" -C reg 2>err
    holds err "$1"
}
answer stranger request.tsq stranger.tsr
refused token.authority stranger.tsr
answer expired request.tsq expired.tsr
refused token.use expired.tsr
echo 'something else' >other
openssl ts -query -data other -sha256 -cert -out other.tsq 2>/dev/null
answer first other.tsq other.tsr
refused token.digest other.tsr
openssl ts -query -data text -sha512 -cert -out sha512.tsq 2>/dev/null
answer first sha512.tsq sha512.tsr
refused token.digest sha512.tsr
head -c 300 first.tsr >cut.tsr
refused token.form cut.tsr
printf 'x' | cat first.tsr - >longer.tsr
refused token.form longer.tsr
cp first.tsr flipped.tsr
flip flipped.tsr $(($(stat -c %s first.tsr) - 5))
refused token.signature flipped.tsr
openssl ts -reply -config first.cnf -section it -queryfile other -out nothing.tsr 2>/dev/null || true
if [ -s nothing.tsr ]; then refused token.refused nothing.tsr; fi

# Taken in once more: nothing new.
depositary timestamp add first.tsr -C reg >/dev/null
depositary timestamp list -C reg --json >list
same 2 "$(wc -l <list)" 'tokens'
same 2 "$(depositary list --type log.timestamped -C reg --json | wc -l)" 'records of them'

# Renewed before the certificate expires: by a token over a checkpoint that covers the record of the first.
depositary due --within 30 -C reg --json >due
same due.timestamp "$(json due .kind)" 'falls due'
same CN=first "$(json due .detail)" 'which'
depositary due --within 10 -C reg --json >due
same 0 "$(wc -l <due)" 'not yet'
charter first second issuer
answer second request.tsq second.tsr
depositary timestamp add second.tsr -C reg >/dev/null
depositary due --within 30 -C reg --json >due
same 1 "$(wc -l <due)" 'a token over the same checkpoint renews nothing'
depositary timestamp request -C reg --out renewal.tsq
answer second renewal.tsq renewal.tsr
depositary timestamp add renewal.tsr -C reg >/dev/null
depositary due --within 30 -C reg --json >due
same 0 "$(wc -l <due)" 'renewed'
depositary timestamp list -C reg --json >list
same 'true' "$(jq -r 'select(.authority == "CN=first").renewed' list)" 'and so it is shown'
depositary verify reg >/dev/null

# Under a charter that doesn't know the authority any more, the token is there and vouches for nothing.
charter second
depositary timestamp list -C reg --json >list
same token.authority "$(jq -r 'select(.finding != null).finding' list | sort -u)" 'no longer pinned'

# They go with a backup, and are held against the log.
depositary backup copy -C reg >/dev/null
depositary restore copy again >/dev/null 2>&1 || fail restore
diff -r reg/log/checkpoints again/log/checkpoints || fail 'tokens are lost in a backup'
