# Every event of an item, asked for field by field at a terminal: in three languages each can be answered, what is needed is asked for until it is
# there, nothing is asked in another language, and a state that forbids the event is told before anybody answers.
need jq
[ -z "${FLOW_SANITIZED:-}" ] || skip 'terminal asks under the sanitizer; these are many runs of the same'
new_register reg
collect() { depositary collect --yes --json --file - -C reg <<<"{\"exhibit\": \"$1\", \"things\": [{\"description\": {\"text\": \"box\", \"lang\": \"en\"}, \"quantity\": 1}]}" | jq -r .item; }
part=$(collect part)
# asked WORD... EVENT ITEM: answered with Enter and where that won't do with what fits.
asked() {
    "$SOURCE_ROOT/tests/flow/answerer" "signed|original|$part|1" depositary "$@" -C reg >screen || { cat screen; fail "$LANGUAGE: $*"; }
    tr -d '\r' <screen >>"screen.$LANGUAGE"
}
for LANGUAGE in en fr ar; do
    export LANGUAGE
    collect "$LANGUAGE" >/dev/null
    for event in transfer receive examine copy split open-seal replace-seal stocktake lost found; do asked item "$event" "$LANGUAGE"; done
    for event in "hold place" "hold lift" "item error" "item dispose"; do asked "${event% *}" "${event#* }" "$LANGUAGE"; done
    depositary item history "$LANGUAGE" -C reg --json >history
    same 'T1 T1 original 1 1' "$(jq -r 'select(.type == "custody.transferred").claims.giver.code, select(.type == "custody.received").claims.taker.code,
        select(.type == "custody.examined").claims.worked_on, (select(.type == "custody.copied").claims.copies | length), (select(.type == "custody.split").claims.parts | length)' history | paste -sd' ')" \
        "$LANGUAGE: what was answered"
    same 'evidence.collected custody.transferred custody.received custody.examined custody.copied custody.split seal.opened seal.replaced custody.stocktake custody.lost custody.found hold.placed hold.lifted evidence.error custody.disposed' \
        "$(jq -r .type history | paste -sd' ')" "$LANGUAGE: what was recorded"
done
collect returned >/dev/null
for LANGUAGE in en fr ar; do
    export LANGUAGE
    asked item return returned
done

# An erasure is asked for its authority until it is there; what can't be erased is told before anything is asked.
note=$(depositary note --text x -C reg)
while read -r LANGUAGE right yes; do
    export LANGUAGE
    collect "erased-$LANGUAGE" >/dev/null
    printf '%s\n' 'see : ' 'type ' "see $right" 'see : ' 'type an order' 'see : ' 'type ' 'see [' "type $yes" >script
    record=$(depositary list --type evidence.collected -C reg --json | tail -n 1 | jq -r .id)
    expect 0 "$SOURCE_ROOT/tests/flow/typist" script depositary erase "$record" -C reg >screen
    same "$record" "$(depositary show "$(depositary list --type record.erased -C reg --json | tail -n 1 | jq -r .id)" -C reg --json | jq -r 'select(.claims.authority.text == "an order").claims.refs[0].id')" "$LANGUAGE: what was erased"
    expect 1 "$SOURCE_ROOT/tests/flow/answerer" '' depositary erase "$record" -C reg >screen
    holds screen 'erase.already'
    same 1 "$(wc -l <screen)" "$LANGUAGE: nothing is asked in vain"
done <<'END'
en needed y
fr nécessaire o
ar لازمة ن
END
depositary show "$note" -C reg >/dev/null

# What is asked: each question has a label in each language, each choice a meaning in those that its code isn't of.
labels() { LC_ALL=C sed -nE 's/\xe2(\x81[\xa6-\xa9]|\x80[\x8e\x8f])//g; s/(\xc2\xa0| )?: $//p' "screen.$1" | sort -u; }
for language in en fr ar; do labels "$language" >"labels.$language"; done
[ "$(wc -l <labels.en)" -ge 30 ] || fail "$(wc -l <labels.en) labels in English"
same "$(wc -l <labels.en)" "$(wc -l <labels.fr)" 'labels in French'
same "$(wc -l <labels.en)" "$(wc -l <labels.ar)" 'labels in Arabic'
lacks <(sed 's/SHA-256//' labels.ar) '[A-Za-z]{2,}'
for language in fr ar; do lacks "screen.$language" '^    [a-z_]+$'; done
same Description "$(comm -12 labels.en labels.fr | paste -sd'|')" 'the same in English and in French'

# Of what can't be, nothing is asked; of a side only what goes with how it acted, and a stranger signs nothing here.
export LANGUAGE=en
expect 1 "$SOURCE_ROOT/tests/flow/answerer" '' depositary item receive en -C reg >screen
lacks screen 'Side that'
expect 1 "$SOURCE_ROOT/tests/flow/answerer" '' depositary item found part -C reg >screen
holds screen 'custody.not_lost'
lacks screen 'Reason'
# What has a fingerprint is named by its file, which is hashed; who has the fingerprint alone gives that.
echo 'a scan' >'scan 1.pdf'
scan=$(sha256sum <'scan 1.pdf' | cut -d' ' -f1) photo=$(printf '%064d' 7)
printf '%s\n' 'see gives › How' 'type on_paper' 'see the file, whose SHA-256' 'see scan:' 'type ' 'see needed' 'see scan:' 'type no such file' 'see no such file' 'see scan:' 'type scan 1.pdf' "see SHA-256: $scan" 'see Seen by:' 'type T1' 'see checked:' 'type compared' 'see Role:' 'type driver' 'see To whom:' \
    'type lab' 'see receives › How' 'type signed' 'see nobody signs for another' 'see receives › How' 'type refused' 'see Reason:' 'type no key here' 'see Role:' 'type ' 'see Time' 'type ' 'see Place' 'type ' \
    'see Purpose' 'type ' 'see found 1' 'type ' 'see applied 1' 'type ' 'see seals:' 'type ' 'see Condition' 'type ' 'see Storage' 'type ' 'see Photographs 1' "type $photo" 'see Caption' 'type ' \
    'see Photographs 2' 'type ' 'see Remark' 'type ' >script
expect 0 "$SOURCE_ROOT/tests/flow/typist" script depositary item transfer part -C reg >screen
lacks screen 'gives › (Code|Reason)|receives › (Code|Seen)'
depositary show "$(sed -n 's/^Recorded: \([0-9a-f-]*\).*/\1/p' screen)" -C reg --json >shown
same "$scan $photo" "$(jq -r '.claims | "\(.giver.scan_sha256) \(.photos[0].sha256)"' shown)" 'fingerprints of what was named'
