# shellcheck shell=bash
# At a terminal: passphrases without echo, asked twice, given back after Ctrl-C; what is asked before sealing.
typist=$SOURCE_ROOT/tests/flow/typist
nothing_made() {
    if [ -e reg ] || [ -e root.pem ]; then fail 'something was made'; fi
}
init=(depositary init reg --member m --name M --officer K1 --root-out root.pem --no-recovery)

# Two that differ are refused, and nothing is made.
printf '%s\n' 'see Choose a passphrase for officer K1:' 'echo off' 'type first secret' 'see Once more' 'type other secret' >script
expect 3 "$typist" script "${init[@]}" >screen
holds screen 'the two passphrases differ'
lacks screen 'first secret|other secret'
nothing_made

# Ctrl-C while it asks: nothing is made, and the terminal shows again what is typed.
printf '%s\n' 'see Choose a passphrase' 'echo off' 'key c' 'see (' 'echo on' 'type ' >script
"$typist" script bash -c '"$@"; echo "($?)"; read -r' ctrl "${init[@]}" >screen || fail 'Ctrl-C'
nothing_made

# The whole way; under `su -c` the session has no terminal of its own.
printf '%s\n' 'see officer K1:' 'type open sesame' 'see Once more' 'type open sesame' 'see root key:' 'type rooted' 'see Once more' \
    'type rooted' >script
"$typist" --detached script "${init[@]}" >screen || { cat screen; fail 'init under su -c'; }
lacks screen 'open sesame|rooted'
holds root.pem 'ENCRYPTED PRIVATE KEY'

# Before sealing it shows count, size and case, and No is the default.
"$SOURCE_ROOT/tools/exercise-folder" seized >/dev/null
echo '{"exhibit": "7/2026", "case": "C-1"}' >fields
printf '%s\n' 'see officer K1:' 'type open sesame' 'see C-1' 'see [y/n]' 'type ' >script
expect 1 "$typist" script depositary collect seized -C reg --file fields >screen
holds screen '7/2026'
same 0 "$(find reg/vault -type f | wc -l)" 'containers'

# The same in French and Arabic, and yes.
printf '%s\n' 'see K1' 'type open sesame' 'see C-1' 'see [o/n]' 'type o' >script
export LANGUAGE=fr
expect 0 "$typist" script depositary collect seized -C reg --file fields >screen
holds screen 'Scellé'
echo '{"exhibit": "8/2026", "case": "C-1"}' >fields
printf '%s\n' 'see K1' 'type open sesame' 'see C-1' 'see /' 'type نعم' >script
export LANGUAGE=ar
expect 0 "$typist" script depositary collect seized -C reg --file fields >screen
holds screen 'خُتم'
same 2 "$(find reg/vault -type f | wc -l)" 'containers'
unset LANGUAGE

# A hand-over has a side that gives: it is asked for until it is there, and what doesn't fit is told at once, not at the end.
printf '%s\n' 'see How this side acted:' 'type ' 'see Right would be' 'see How this side acted:' 'type sealed' 'see Right would be' \
    'see How this side acted:' 'type signed' 'see Code:' 'type K1' 'see Role:' 'type ' 'see Fingerprint of the scan:' 'type ' 'see Seen by:' 'type ' \
    'see How it was checked:' 'type ' 'see Reason:' 'type ' 'see To whom:' 'type Laboratory' 'see Time' 'type ' 'see Place:' 'type ' \
    'see Purpose:' 'type ' 'see State of the seals:' 'type intact' 'see Condition:' 'type ' 'see Storage place:' 'type ' 'see Remark:' 'type ' \
    'see officer K1:' 'type open sesame' >script
expect 0 "$typist" script depositary item transfer 7/2026 -C reg >screen
record=$(sed -n 's/^Recorded: \([0-9a-f-]*\).*/\1/p' screen)
depositary show "$record" -C reg --json --passphrase-fd 3 3<<<'open sesame' >shown
same '{"state":"signed","code":"K1"} Laboratory' "$(jq -r '.claims | "\(.giver | tojson) \(.to.text)"' shown)" 'the side that gives'
printf '%s\n' 'see officer K1:' 'type wrong' >script
expect 3 "$typist" script depositary note --text x -C reg >screen
holds screen 'passphrase'
