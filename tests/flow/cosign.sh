# Three registers cosign one another's checkpoints by file: the quorum reached, a cosigner outside the charter ignored, a log shown in two versions.
# timeout: 300
need jq openssl python3

for m in iq fr jo; do
    depositary init "$m" --member "$m" --name "$m" --officer T1 --root-out "$m.root.pem" --no-recovery --no-passphrase >/dev/null
    depositary key cosigner -C "$m" --root "$m.root.pem" --json >"$m.cosigner"
    same "$m/cosigner" "$(json "$m.cosigner" '.vkey | split("+")[0]')" 'name of the cosigner'
    depositary charter show --member -C "$m" --out "$m.entry"
    same "$(json "$m.cosigner" .vkey)" "$(json "$m.entry" .cosigner)" 'the entry names the cosigner'
done
expect 1 depositary key cosigner -C iq --root iq.root.pem 2>err
holds err 'key.enrolled_already'
expect 1 depositary key cosigner -C fr --root iq.root.pem 2>err

# A fourth, outside the charter.
depositary init xx --member xx --name xx --officer T1 --root-out xx.root.pem --no-recovery --no-passphrase >/dev/null
depositary key cosigner -C xx --root xx.root.pem --json >xx.cosigner

# A member that keeps no register cosigns nothing, and no log is its own, whoever says so.
echo '{"id": "lb", "kind": "organisation", "name": {"en": "lb", "fr": "lb", "ar": "lb"}, "territories": [], "from": "2020-01-01T00:00:00Z"}' >lb.entry
depositary init lb --member lb --name lb --officer T1 --root-out lb.root.pem --no-recovery --no-passphrase >/dev/null

charter() { # charter QUORUM FILE
    depositary charter draft -C iq --founding fr.entry jo.entry lb.entry | jq --argjson quorum "$1" '.members[].from = "2020-01-01T00:00:00Z"
        | .members |= [.[-1]] + .[:-1] | .quorum = $quorum | .name = {"en": "Three", "fr": "Trois", "ar": "ثلاثة"}' >"$2"
}
charter 2 one.json
for m in iq fr jo; do depositary charter adopt one.json -C "$m" --root "$m.root.pem" --out "$m.one" >/dev/null; done
for m in iq fr jo; do depositary charter enter one.json ./*.one -C "$m" >/dev/null; done

# What a request needs besides: the key of the log, by the root key that the charter names.
for m in iq fr jo xx lb; do depositary cosign introduce -C "$m" --out "$m.log"; done
depositary cosign request fr -C iq --out iq-fr.request
same 'old 0' "$(head -n 1 iq-fr.request)" 'nothing signed before'
expect 1 depositary cosign answer iq-fr.request -C fr --out early 2>err
holds err 'cosign.key.unknown|not known here'
same 403 "$(cat early)" 'a log whose key is not known'
expect 1 depositary cosign answer iq-fr.request -C xx --out foreign 2>err
same 404 "$(cat foreign)" 'a log of no member'
for m in xx lb; do
    expect 1 depositary cosign answer "$m.log" -C fr 2>err
    holds err cosign.key.member
done
expect 1 depositary cosign answer fr.log -C fr 2>err
holds err cosign.key.member
sed '0,/^index/s/^index .*/index 1/' iq.log >iq.moved
expect 1 depositary cosign answer iq.moved -C fr 2>err
holds err proof.path
# The record of another key of the same root.
depositary prove "$(depositary key list -C iq --json | jq -r 'select(.use == "registrar") | .record')" -C iq --out iq.registrar
expect 1 depositary cosign answer iq.registrar -C fr 2>err
holds err cosign.key.form

depositary cosign answer iq.log iq-fr.request -C fr --out iq-fr.answer
holds iq-fr.answer '^— fr/cosigner '
expect 2 depositary cosign answer iq-fr.request iq-fr.request -C fr 2>err

# As anyone else would verify it: the key id, and Ed25519 over the two lines and the checkpoint.
python3 - "$(json fr.cosigner .vkey)" <<'PY'
import base64, hashlib, struct, sys
name, key_id, key = sys.argv[1].split('+', 2)
key = base64.b64decode(key)
assert key[0] == 4 and len(key) == 33
assert hashlib.sha256(name.encode() + b'\n' + key).digest()[:4].hex() == key_id
dash, who, blob = open('iq-fr.answer', encoding='utf-8').read().split()
blob = base64.b64decode(blob)
assert who == name and blob[:4].hex() == key_id and len(blob) == 76
text = open('iq-fr.request', encoding='utf-8').read().split('\n\n')[1] + '\n'
open('message', 'w').write('cosignature/v1\ntime %d\n%s' % (struct.unpack('>Q', blob[4:12])[0], text))
open('signature', 'wb').write(blob[12:])
open('key.der', 'wb').write(bytes.fromhex('302a300506032b6570032100') + key[1:])
PY
openssl pkeyutl -verify -pubin -inkey key.der -keyform DER -rawin -in message -sigfile signature >/dev/null || fail 'openssl does not verify the cosignature'

# Taken in: one of two; then the quorum, for a checkpoint that is the newest no longer.
expect 1 depositary cosign take early -C iq >out
depositary cosign take iq-fr.answer -C iq --json >taken
same false "$(json taken '.quorum | tostring')" 'one of two'
size=$(json taken .size)
depositary cosign request jo -C iq --out iq-jo.request
depositary note --text more -C iq >/dev/null
depositary cosign answer iq.log iq-jo.request -C jo --out iq-jo.answer
depositary cosign take iq-jo.answer -C iq --json >taken
same true "$(json taken '.quorum | tostring')" 'two of two'
same "$size" "$(json taken .size)" 'the size that was asked for'
depositary cosign list -C iq --json >kept
same 'fr jo' "$(jq -r '[.cosigned[].member] | sort | join(" ")' kept)" 'who signed'
same "$((size + 1))" "$(depositary log checkpoint -C iq --json | jq .size)" 'the log went on'
same "$(sed -n 3,5p iq-jo.request)" "$(sed -n 1,3p "iq/log/checkpoints/$size")" 'what is kept is what was asked for'
depositary verify iq >/dev/null
# Taken in twice: no second line.
depositary cosign take iq-jo.answer -C iq >/dev/null
same 3 "$(grep -c '^— ' "iq/log/checkpoints/$size")" 'signature lines'

# A line by a cosigner outside the charter is ignored; one by a cosigner over something else is not taken.
sed 's/fr/xx/' iq-fr.answer >stranger
expect 1 depositary cosign take stranger -C iq --json >taken 2>err
same 1 "$(json taken .unknown)" 'ignored'
python3 - <<'PY'
import base64
dash, who, blob = open('iq-fr.answer', encoding='utf-8').read().split()
blob = bytearray(base64.b64decode(blob)); blob[20] ^= 1
open('forged', 'w', encoding='utf-8').write('— %s %s\n' % (who, base64.b64encode(blob).decode()))
PY
expect 1 depositary cosign take forged -C iq 2>err
holds err cosigner.signature
same 3 "$(grep -c '^— ' "iq/log/checkpoints/$size")" 'signature lines'

# The next from where the cosigner stands; the wrong size is told, and asked again with it.
depositary cosign request fr -C iq --out second
same "old $size" "$(head -n 1 second)" 'from what it is known to have signed'
depositary cosign request fr --old 0 -C iq --out wrong
expect 1 depositary cosign answer wrong -C fr --out wrong.answer 2>err
same "409 $size" "$(tr '\n' ' ' <wrong.answer | sed 's/ $//')" 'the wrong size is told'
expect 1 depositary cosign take wrong.answer -C iq >out
holds out -- "--old $size"
depositary cosign answer second -C fr --out second.answer
# What needs no proof: it is left out.
sed "0,/^old/s/^old .*/old $((size + 1))/; 2,/^\$/{/./d}" second >same.request
depositary cosign answer same.request -C fr --out again.answer
# A proof that doesn't fit.
depositary note --text more -C iq >/dev/null
depositary cosign request fr --old "$((size + 1))" -C iq --out third
sed '2s/^..../AAAA/' third >third.bad
expect 1 depositary cosign answer third.bad -C fr --out third.answer 2>err
same 422 "$(cat third.answer)" 'a proof that fails'
# By another log's key.
sed 's/^— iq/— yy/' third >third.stranger
expect 1 depositary cosign answer third.stranger -C fr --out third.answer2 2>err
same 403 "$(cat third.answer2)" 'not signed by the log'

# iq restores an old copy of its register and goes on: the cosigners see two logs.
depositary backup copy -C jo >/dev/null
depositary cosign take second.answer -C iq >/dev/null
cp -r iq liar
one=$(depositary note --text 'one thing' -C iq)
another=$(depositary note --text 'another thing' -C liar)
depositary cosign request fr --old "$((size + 1))" -C iq --out honest
depositary cosign answer honest -C fr --out honest.answer
forked=$(depositary log checkpoint -C liar --json | jq .size)
same "$forked" "$(depositary log checkpoint -C iq --json | jq .size)" 'equal sizes'
depositary cosign request fr --old "$((size + 1))" -C liar --out lie
expect 1 depositary cosign answer lie -C fr --out lie.answer --json >told 2>err
holds err 'TWO VERSIONS'
same true "$(json told '.forked | tostring')" 'a fork'
lacks lie.answer '—'
fork=$(json told .fork_record)
depositary show "$fork" -C fr --json >record
same log.forked "$(json record .type)" 'the record of it'
jq -rj '.claims.first' record >first.note
jq -rj '.claims.second' record >second.note
key=$(depositary log vkey -C iq)
depositary cosign fork first.note second.note --vkey "$key" >out
expect 1 depositary cosign fork first.note first.note --vkey "$key" 2>err
holds err fork.none
expect 1 depositary cosign fork first.note second.note --vkey "$(depositary log vkey -C jo)" 2>err
# Two records at one place show it too, of logs of whatever size.
depositary prove "$one" -C iq --out one.proof
depositary note --text 'and so on' -C liar >/dev/null
depositary prove "$another" -C liar --out another.proof
same "$(sed -n 's/^index //p' one.proof)" "$(sed -n 's/^index //p' another.proof)" 'one place'
depositary cosign fork one.proof another.proof --vkey "$key" --json >out
same true "$(json out '.fork | tostring')" 'two records at one place'
expect 1 depositary cosign fork one.proof one.proof --vkey "$key" 2>err
holds err fork.none
sed '/^extra /d' another.proof >bare.proof
expect 1 depositary cosign fork one.proof bare.proof --vkey "$key" 2>err
holds err fork.record
# Told each time from now on; recorded once.
depositary note --text 'and so on' -C iq >/dev/null
depositary cosign request fr --old "$forked" -C iq --out later
expect 1 depositary cosign answer later -C fr --out later.answer 2>err
holds err 'TWO VERSIONS'
holds later.answer '^— fr/cosigner '
same 1 "$(depositary list --type log.forked -C fr --json | wc -l)" 'recorded once'
depositary verify fr >/dev/null

# Rolled back: the asker learns it from the size that the cosigner tells.
printf '409\n%s\n' 1000 >ahead
expect 1 depositary cosign take ahead -C iq 2>err
holds err cosign.rollback

# What was shown to others is held against the log, and goes with its backup.
depositary backup iq.copy -C iq >/dev/null
depositary restore iq.copy iq.again >/dev/null 2>&1 || fail restore
cmp "iq/log/checkpoints/$size" "iq.again/log/checkpoints/$size" || fail 'cosignatures are lost in a backup'
depositary verify iq.again >/dev/null
cp "iq/log/checkpoints/$forked" "liar/log/checkpoints/$forked"
expect 1 depositary verify liar --json >verdict
same verify.fork "$(json verdict '.findings[0].id')" 'a log that contradicts what it showed'

# A register from a backup has the key, and doesn't know what it signed since: it signs nothing.
depositary restore copy jo.again --keyring copy-keyring >/dev/null 2>&1 || fail restore
expect 1 depositary cosign answer iq.log -C jo.again 2>err
holds err cosign.state.absent
expect 1 depositary cosign answer later -C jo.again 2>err
holds err cosign.state.absent
depositary verify jo.again >/dev/null
