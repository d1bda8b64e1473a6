# Three members, each with a charter of its own, found one together by file; they amend it by its threshold, a fourth joins;
# what is forged, missing, changed or a stranger's brings nothing into force.
need jq
member() {
    depositary init "$1" --member "${2:-$1}" --name "$1" --officer A --root-out "$1.root" --no-recovery --no-passphrase "${@:3}" >/dev/null
    depositary charter show --member -C "$1" --out "$1.entry"
}
charter() { depositary charter "$1" -C "$2" "${@:3}"; }
adopt() { charter adopt "$1" "$2" --root "$1.root" --out "$3" 2>/dev/null; }
refused() { # refused ID COMMAND...
    expect 1 "${@:2}" >out 2>err
    holds err "\\($1\\)\$"
}
for m in iq fr jo de; do member "$m" "$m" --territory "${m^^}"; done
member stranger
member thief jo --territory JO

# The founding charter: everybody it names signs it.
charter draft iq --founding fr.entry jo.entry --out draft.json
# A published verifier is in the next charter by name and digest, in the place of an earlier one of its name, and is shown.
mkdir copies
echo first >copies/verify.html
charter draft iq --founding fr.entry jo.entry --verifier copies/verify.html --out named.json
echo second >copies/verify.html
charter draft iq --founding --verifier copies/verify.html --verifier named.json | jq -c '.verifiers | map(.name)' >names
same '["verify.html","named.json"]' "$(cat names)" 'verifiers'
same "verify.html $(echo first | sha256sum | cut -d' ' -f1)" "$(jq -r '.verifiers[] | .name + " " + .sha256' named.json)" 'the verifier named'
depositary charter show named.json | among "^  $(echo first | sha256sum | cut -d' ' -f1)  verify.html$" || fail 'the verifier is not shown'
# As it is drafted it can be adopted: each member is a recipient, and the list has its territories.
depositary charter show draft.json >/dev/null
same 'iq:iq fr:fr jo:jo' "$(jq -r '.lists.recipients[] | select(.kind == "member") | .code + ":" + .member' draft.json | xargs)" 'recipients'
same 'IQ SY FR JO' "$(jq -r '.lists.territories[].code' draft.json | xargs)" 'territories'
name='{"en":"Small group","fr":"Groupe restreint","ar":"المجموعة المصغرة"}'
jq --argjson name "$name" '.name = $name | .amend.threshold = 2' draft.json >one.json
jq '.lists.territories |= map(select(.code != "JO"))' draft.json >less.json
refused charter.code depositary charter show less.json
depositary charter show one.json >one.shown
holds one.shown 'Small group'
LANGUAGE='ar' depositary charter show one.json >one.ar
holds one.ar 'المجموعة المصغرة'
for m in iq fr jo; do adopt "$m" one.json "$m.one"; done
adopt iq one.json again
cmp iq.one again || fail 'adopted twice is recorded twice'
holds <(depositary list -C iq --type charter.adopted --json | jq -s length) '^2$'
adopt stranger one.json stranger.one
adopt thief one.json thief.one
refused key.root_other depositary charter adopt one.json --root fr.root -C de
refused charter.adoption.absent charter enter iq one.json fr.one
holds err '\[jo\]'
refused charter.adoption.member charter enter iq one.json fr.one jo.one stranger.one
holds err '\[stranger\]'
refused charter.adoption.key charter enter iq one.json fr.one thief.one
# One bit of a signature.
python3 - <<'PY'
text = open('jo.one').read().strip()
open('forged', 'w').write(text[:-10] + ('A' if text[-10] != 'A' else 'B') + text[-9:] + '\n')
PY
refused jwt.signature charter enter iq one.json fr.one forged
# One byte of the text: what was adopted is another.
sed 's/Small group/Small Group/' one.json >changed.json
refused charter.adoption.absent charter enter iq changed.json fr.one jo.one
# Whom it names: neither the stranger nor the thief has this log.
refused charter.member charter enter stranger one.json iq.one fr.one jo.one
refused charter.root charter enter thief one.json iq.one fr.one jo.one
for m in iq fr jo; do charter enter "$m" one.json ./*.one --json >/dev/null 2>&1 && fail 'strangers among the adoptions'; done
cat fr.one jo.one >two-adoptions
charter enter iq one.json two-adoptions --json >entered
one=$(json entered .fingerprint)
charter enter fr one.json iq.one jo.one >/dev/null
charter enter jo one.json iq.one fr.one jo.one >/dev/null
refused charter.entered_already charter enter jo one.json iq.one fr.one
for m in iq fr jo; do
    same "$one" "$(charter show "$m" --json | jq -r .fingerprint)" 'one charter in three registers'
    depositary verify "$m" >/dev/null
done
charter show iq --text >text
cmp text one.json || fail 'the text is not kept byte for byte'

# Which charter governs a place of the log: its own first, then that of three.
at=$(json entered .index)
same 'Charter of iq' "$(charter show iq --at "$at" --json | jq -r .charter.name.en)" 'before'
same 'Small group' "$(charter show iq --at "$((at + 1))" --json | jq -r .charter.name.en)" 'above'
refused charter.absent charter show iq --at 3

# Over the telephone.
charter verify iq --pin "$one" >/dev/null
charter verify fr --pin "$(tr '[:upper:]' '[:lower:]' <<<"$one" | tr ' ' '-')" >/dev/null
read -r -a groups <<<"$one"
groups[4]=$(tr '0-9A-HJKMNP-TV-Z' '1-9A-HJKMNP-TV-Z0' <<<"${groups[4]:0:1}")${groups[4]:1}
refused fingerprint.check charter verify iq --pin "${groups[*]}"
holds err '\[group 5\]'
refused fingerprint.len charter verify iq --pin "${one:0:30}${one:31}"
holds err '\[group 5\]'
refused charter.pin charter verify iq --pin "$(charter show stranger --json | jq -r .fingerprint)"
charter verify iq >out
holds out "$one"

# Amended: two of three suffice, and who joins signs too.
charter draft fr de.entry --out two.json 2>alike.said
lacks alike.said 'look alike'
member alike fR
charter draft fr --founding alike.entry 2>alike.said >alike.json
holds alike.said 'look alike: fr and fR'
depositary charter show alike.json >/dev/null 2>alike.said
holds alike.said 'look alike: fr and fR'
same 2 "$(json two.json .number)" 'the next number'
same 'iq fr jo de' "$(jq -r '.lists.recipients[] | select(.kind == "member") | .code' two.json | xargs)" 'recipients, each once'
for m in iq fr de; do adopt "$m" two.json "$m.two"; done
refused charter.adoption.few charter enter iq two.json de.two
refused charter.adoption.absent charter enter iq two.json fr.two
holds err '\[de\]'
charter enter iq two.json fr.two de.two >/dev/null
charter enter jo two.json iq.two fr.two de.two >/dev/null
charter enter fr two.json iq.two de.two >/dev/null
refused charter.text.absent charter enter de two.json iq.two fr.two
charter enter de two.json fr/charter/* >/dev/null
for m in iq fr jo de; do
    depositary verify "$m" >out || { cat out >&2; fail "$m does not verify"; }
    same 'two' "$(charter verify "$m" --pin "$one" --json | jq -r 'if .trusted == 2 and .charters == 2 then "two" else . end')" 'the first vouches for the second'
done
two=$(charter show de --json | jq -r .fingerprint)
charter verify jo --pin "$two" >/dev/null

# An administrator can't take a member under rules that its root didn't sign: others name it in charters of theirs.
charter draft stranger --founding jo.entry >evil-one.json
adopt stranger evil-one.json evil.one
hash=$(sha256sum <evil-one.json | cut -c 1-64)
jq --arg hash "$hash" '.number = 2 | .previous = $hash' evil-one.json >evil-two.json
adopt stranger evil-two.json evil.two
refused charter.adoption.absent charter enter jo evil-one.json evil.one
refused charter.own_adoption charter enter jo evil-two.json evil-one.json evil.two
# Nor back under older ones.
refused charter.entered_already charter enter jo "$(grep -l 'Charter of jo' jo/charter/*.json)"

# What lies in the folder is what the log says.
depositary backup copy -C de >/dev/null
depositary restore copy de.again --keyring copy-keyring >/dev/null 2>&1 || fail 'restore'
depositary verify de.again >/dev/null
same "$two" "$(charter show de.again --json | jq -r .fingerprint)" 'after a restore'
adoptions=de/charter/$(sha256sum <two.json | cut -c 1-64).adoptions
altered() { # altered ID: de no longer verifies, for this reason
    expect 1 depositary verify de --json >verdict
    same "$2" "$(json verdict .verdict)" 'verdict'
    jq -e --arg id "$1" '[.findings[].id] | index($id) != null' verdict >/dev/null || { cat verdict >&2; fail "no finding $1"; }
}
cp -r de/charter kept
head -n 1 "$adoptions" >less && cat less >"$adoptions"
altered verify.charter.adoptions altered
cp kept/* de/charter
sed -i 's/Small group/Large group/' "${adoptions%.adoptions}.json"
altered charter.text.altered altered
expect 3 charter show de 2>err
cp kept/* de/charter
rm "de/charter/$(sha256sum <one.json | cut -c 1-64).json"
altered charter.text.absent altered
cp kept/* de/charter
cp one.json de/charter/one.json
altered verify.charter.stray unproved
rm de/charter/one.json
depositary verify de >/dev/null
