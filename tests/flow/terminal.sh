# shellcheck shell=bash
# At a terminal: passphrases without echo, asked twice, given back after Ctrl-C; what is asked before sealing.
typist=$SOURCE_ROOT/tests/flow/typist
nothing_made() {
    if [ -e reg ] || [ -e root.pem ]; then fail 'something was made'; fi
}
init=(depositary init reg --member m --name M --officer K1 --root-out root.pem --no-recovery)

# Two that differ are asked for again, and nothing is made meanwhile.
printf '%s\n' 'see Choose a passphrase for officer K1:' 'type ' 'see empty' 'see K1:' 'echo off' 'type first secret' 'see Once more' 'type other secret' 'see differ' \
    'see Choose a passphrase for officer K1:' 'echo off' 'key c' >script
expect 1 "$typist" script "${init[@]}" >screen
holds screen 'the two passphrases differ'
holds screen '^depositary: stopped by you'
lacks screen 'first secret|other secret'
nothing_made

# Ctrl-C while it asks: nothing is made, and the terminal shows again what is typed.
printf '%s\n' 'see Choose a passphrase' 'echo off' 'key c' 'see (' 'echo on' 'type ' >script
"$typist" script bash -c '"$@"; echo "($?)"; read -r' ctrl "${init[@]}" >screen || fail 'Ctrl-C'
nothing_made

# What can't end well is told before anything is asked.
: >script
expect 1 "$typist" script "${init[@]:0:10}" nowhere/root.pem --no-recovery >screen
holds screen 'init.root_out.place'

# A slip of the finger in a command or an option: what was meant is told, and the message isn't above a list that fills the screen.
expect 2 depositary colect 2>screen
same $'depositary: no such command: colect\nDid you mean: collect?\nTry: depositary collect --help' "$(cat screen)" 'a slip'
expect 2 depositary collect --fiel x 2>screen
holds screen 'mean: --file'
expect 2 depositary xyzzy 2>screen
same 2 "$(wc -l <screen)" 'no command is near'

# The whole way; under `su -c` the session has no terminal of its own.
printf '%s\n' 'see officer K1:' 'type open sesame' 'see Once more' 'type open sesame' 'see root key:' 'type rooted' 'see Once more' \
    'type rooted' >script
"$typist" --detached script "${init[@]}" >screen || { cat screen; fail 'init under su -c'; }
lacks screen 'open sesame|rooted'
holds root.pem 'ENCRYPTED PRIVATE KEY'
expect 2 depositary key enrol K2 --roles custodion -C reg 2>screen
holds screen 'no such roles: custodion'

# Before sealing it shows count, size and case, and No is the default.
"$SOURCE_ROOT/tools/exercise-folder" seized >/dev/null
echo '{"exhibit": "7/2026", "case": "C-1"}' >fields
printf '%s\n' 'see officer K1:' 'type open sesame' 'see C-1' 'see [y/N]' 'type ye' 'see [y/N]' 'type ' >script
expect 1 "$typist" script depositary collect seized -C reg --file fields >screen
holds screen '7/2026'
same 0 "$(find reg/vault -type f | wc -l)" 'containers'

# The same in French and Arabic, and yes.
printf '%s\n' 'see K1' 'type open sesame' 'see C-1' 'see [o/N]' 'type o' >script
export LANGUAGE=fr
expect 0 "$typist" script depositary collect seized -C reg --file fields >screen
holds screen 'Scellé'
echo '{"exhibit": "8/2026", "case": "C-1"}' >fields
printf '%s\n' 'see K1' 'type open sesame' 'see C-1' 'see /' 'type نعم' >script
export LANGUAGE=ar
expect 0 "$typist" script depositary collect seized -C reg --file fields >screen
holds screen 'خُتم'
same 2 "$(find reg/vault -type f | wc -l)" 'containers'
# A terminal takes a line's direction from its first letter, which is Latin: the Arabic behind it is isolated. Nothing is left in English, and
# names of choices are typed without vowel signs.
expect 2 depositary colect 2>screen
same $'depositary: \u2067لا يوجد أمر كهذا: \u2068colect\u2069\u2069' "$(head -n 1 screen)" 'isolated'
expect 3 depositary collect nowhere -C reg 2>screen
lacks screen 'No such'
printf '%s\n' 'see K1' 'type open sesame' 'see موقَّع' 'see الطرف:' 'type موقع' 'see الصفة:' 'key d' >script
expect 3 "$typist" script depositary item transfer 8/2026 -C reg >screen
unset LANGUAGE

# A hand-over has a side that gives: it is asked for until it is there, and what doesn't fit is told at once, not at the end.
printf '%s\n' 'see officer K1:' 'type open sesame' 'see How this side acted:' 'type ' 'see Right would be' 'see How this side acted:' 'type sealed' 'see Right would be' \
    'see How this side acted:' 'type signed' 'see Role:' 'type ' 'see To whom:' 'type Laboratory' 'see Side that receives' 'type ' 'see Time' 'type ' \
    'see Place:' 'type ' 'see Purpose:' 'type ' 'see found 1:' 'type A-1' 'see found 2:' 'type ' 'see applied 1:' 'type ' 'see State of the seals:' 'type intact' \
    'see Condition:' 'type ' 'see Storage place:' 'type ' 'see Photographs 1' 'type ' 'see Remark:' 'type ' >script
expect 0 "$typist" script depositary item transfer 7/2026 -C reg >screen
record=$(sed -n 's/^Recorded: \([0-9a-f-]*\).*/\1/p' screen)
depositary show "$record" -C reg --json --passphrase-fd 3 3<<<'open sesame' >shown
same '{"state":"signed","code":"K1"} Laboratory' "$(jq -r '.claims | "\(.giver | tojson) \(.to.text)"' shown)" 'the side that gives'

# A part is asked for too, and what an event needs is asked for until it is there.
printf '%s\n' 'see officer K1:' 'type open sesame' 'see Copies made 1 › Description:' 'type working copy' 'see Fingerprint' 'type ' 'see Seal numbers 1' 'type ' \
    'see Storage' 'type ' 'see Copies made 2' 'type ' 'key d' >script
expect 3 "$typist" script depositary item copy 7/2026 -C reg >screen
printf '%s\n' 'see officer K1:' 'type open sesame' 'see Reason:' 'type ' 'see Right would be' 'see Reason:' 'key d' >script
expect 3 "$typist" script depositary item lost 7/2026 -C reg >screen
holds screen 'nothing was recorded'

# Nobody answers in vain: what is named isn't there, or the passphrase is wrong three times, before anything is asked.
: >script
expect 3 "$typist" script depositary collect nowhere -C reg >screen
holds screen 'no such file or folder \[nowhere\]'
expect 3 "$typist" script depositary collect seized -C nowhere >screen
holds screen 'no register here'
printf '%s\n' 'see officer K1:' 'type wrong' 'see try again' 'see officer K1:' 'type open sesame' >script
expect 1 "$typist" script depositary item lost no-such-item -C reg >screen
holds screen 'no such item'
lacks screen Reason
printf '%s\n' 'see officer K1:' 'type wrong' 'see officer K1:' 'type wronger' 'see officer K1:' 'type wrongest' >script
expect 3 "$typist" script depositary collect seized -C reg >screen
holds screen 'wrong passphrase \['
lacks screen 'Exhibit'

# All that is stated of a collection can be answered; digits as an Arabic keyboard has them. What was written in words stays as it was written,
# and what a terminal cuts off is told.
{
    printf '%s\n' 'see officer K1:' 'type open sesame' 'see Territory' 'type XB' 'see Exhibit' 'type ٩/٢٠٢٦' 'see Case' 'type ? none yet' 'see role:' 'type ' \
        'see code:' 'type ! a source' 'see basis' 'type warrant' 'see Method' 'type ' 'see Tool and version › Name' 'type cp' 'see Version' 'type 9.1' \
        'see Kind' 'type ' 'see Maker' 'type ' 'see Model' 'type ' 'see Serial' 'type ١٢٣' 'see mark' 'type ' "see Device's state" 'type ' 'see Power state:' 'type off' \
        'see Place:' 'type the mill' 'see Latitude' 'type ٣٣٫١' 'see Longitude' 'type 44.1' 'see how far from the stated place' 'see Precision' 'type five' 'see Right would be' 'type ٥' 'see Code' 'type ' \
        'see stated:' 'type 2026-11-20T08:12:00' 'see the word unknown where nobody can say' 'see zone' 'type ? nobody' 'see unknown: Enter leaves it out' 'see zone' 'type +03:00' \
        'see what showed the time' 'see Clock' 'type phone' 'see above zero where it was slow' 'see added' 'type ١١٢٢٠' 'see in its own calendar' 'see As written' \
        'type ٢٩ جمادى' 'see gregory' 'see Calendar' 'type islamic' 'see Condition'
    printf 'type %05000d\n' 0
    printf '%s\n' 'see too long' 'see Condition' 'type cracked' 'see Hazards' 'type ' 'see Description' 'type ١ box' 'see Sensitive material 1' 'type medical' \
        'see Sensitive material 2' 'type ' 'see Physical' 'type ' 'see Photographs 1' 'type ' 'see acted' 'type refused' 'see Reason' 'type no lawyer' 'see Role' 'type ' \
        'see Seal this' 'type y'
} >script
expect 0 "$typist" script depositary collect fields -C reg >screen
depositary show "$(sed -n 's/^Record *//p' screen)" -C reg --json --passphrase-fd 3 3<<<'open sesame' >shown
same '{"territory":"XB","exhibit":"9/2026","basis":"warrant","tool":{"name":"cp","version":"9.1"},"device":{"serial":"123"},"power_state":"off","place":["the mill","33.1","44.1",5],"collected_at":{"edtf":"2026-11-20T08:12:00","zone":"+03:00","clock_source":"phone","offset_s":11220,"original":"٢٩ جمادى","calendar":"islamic"},"condition":"cracked","description":"١ box","sensitive":["medical"],"restricted":true,"dispossessed":["refused","no lawyer"],"unknown":["unknown none yet","refused a source"]}' \
    "$(jq -c '.claims | {territory, exhibit, basis: .basis.text, tool, device, power_state, place: [.place.description.text, .place.latitude, .place.longitude, .place.precision_m],
        collected_at, condition: .condition.text, description: .description.text, sensitive, restricted, dispossessed: [.dispossessed.state, .dispossessed.reason.text],
        unknown: [.unknown.case, .unknown.collector_code | "\(.code) \(.reason)"]}' shown)" 'what was answered'

# While it seals: bytes, files, rate, time left. Ctrl-C leaves nothing half-done, and it can be run again.
truncate -s 8G hole
before=$(find reg/vault reg/records -type f -exec stat -c '%n %s' {} +)
printf '%s\n' 'see officer K1:' 'type open sesame' 'see Sealing' 'see GB / 8.6 GB, files: 0, ' 'see B/s, 0 min ' 'see s left' 'key c' >script
expect 1 "$typist" script depositary collect hole -C reg --yes >screen
holds screen 'collect.stopped'
same "$before" "$(find reg/vault reg/records -type f -exec stat -c '%n %s' {} +)" 'after Ctrl-C'
truncate -s 1M hole
depositary collect hole -C reg --yes --passphrase-fd 3 3<<<'open sesame' >/dev/null

# What is read of a package is told in bytes.
new_register office
depositary key card -C office --out card.json
depositary init kit --member test --name 'Test member' --officer F1 --profile field --home card.json --root-out kit.root.pem --no-passphrase >/dev/null
printf '%s\n' 'see Reading back ' 'see B / ' 'see kB, ' 'see B/s' 'see Packed' >script
expect 0 "$typist" script depositary pack --whole --to organisation -C kit --out bag --yes >screen
printf '%s\n' 'see Fingerprint' 'type ' 'see Verifying ' 'see B / ' 'see kB, ' 'see B/s' 'see unproved' >script
expect 1 "$typist" script depositary verify bag >screen
