# What is recorded about an item, and what can't be: corrections supersede and hide nothing, holds end one by one, nobody signs for another,
# of two who move it at once one is told to look again, and a disposal explains a missing container.
need jq
new_register reg
run() { depositary "$@" -C reg; }
event() { run item "$@" --yes --json --file - | jq -r .record; }
refused() { # FINDING COMMAND...: with what is on standard input
    local finding=$1
    shift
    expect 1 run "$@" --yes --file - 2>err >/dev/null
    holds err "\($finding\)"
}
order='{"authority": {"text": "Court order", "lang": "en"}}'
mkdir dump
echo x >dump/x
run collect dump --json --file - >collected <<<'{"exhibit": "E-1", "case": "C-1", "basis": {"text": "wrong basis", "lang": "en"}}'
item=$(json collected .item) record=$(json collected .record)
state() { run item list --json | jq -r "select(.item == \"$item\") | .state, .hold, .exhibit" | paste -sd' '; }

# A record of another kind can't call itself a correction, and so hide an item from lists and checks.
expect 1 run note --text x --supersedes "$record" 2>err
holds err 'correct.other'
expect 2 run record evidence.collected --yes --file - <<<"{\"item\": \"$item\"}" 2>/dev/null

# What was stated is corrected, what was measured isn't; both records stay.
run item correct E-1 --file - >/dev/null <<'JSON'
{"exhibit": "E-2", "basis": {"text": "right basis", "lang": "en"}, "sensitive": ["medical"],
 "unknown": {"method": {"code": "refused", "reason": "an open operation"}}}
JSON
same 'in_custody false E-2' "$(state)" 'after a correction'
refused correct.fixed item correct E-2 <<<'{"bytes": 3}'
run item history E-2 --json >history
same 'wrong basis,right basis' "$(jq -r .claims.basis.text history | paste -sd,)" 'both are there'
same 'true,false' "$(jq -r .superseded history | paste -sd,)" 'and which is corrected'
same 'false,true' "$(jq -r .claims.restricted history | paste -sd,)" 'medical material is restricted'
same "$(jq -r .claims.payload_sha256 history | sed -n 1p)" "$(jq -r .claims.payload_sha256 history | tail -1)" 'the container'
run item correct E-2 --file - >/dev/null <<<'{"restricted": false, "sensitive": null}'
same true "$(run item list --json | jq .restricted)" 'a correction lifts no restriction'
# Of what is flagged, each kind, no paper has a picture or an extract, and it is restricted at once.
mkdir flagged
base64 -d >flagged/picture.png <<<'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
echo 'extract-of-content' >flagged/text
for kind in lawyer_client medical sexual child; do
    run collect flagged --yes --json --file - >flag <<<"{\"exhibit\": \"F-$kind\", \"sensitive\": [\"$kind\"]}"
    same true "$(run show "$(json flag .record)" --json | jq .claims.restricted)" "$kind is restricted"
done
for paper in label inventory page; do
    run print "$paper" F-child --lang en --out "$paper.pdf"
    if command -v pdfimages >/dev/null; then
        same 0 "$(pdfimages -list "$paper.pdf" | tail -n +3 | wc -l)" "pictures in $paper"
        lacks <(pdftotext "$paper.pdf" -) 'extract-of-content|picture\.png'
    fi
done
# A table that goes on over sheets has its head on each.
if command -v pdftotext >/dev/null; then
    jq -nc '{exhibit: "E-many", things: [range(60) | {description: {text: "thing \(.)", lang: "en"}, quantity: 1}]}' | run collect --yes --file - >/dev/null
    run print inventory E-many --lang en --out many.pdf
    sheets=0
    for sheet in $(seq "$(pdfinfo many.pdf | sed -n 's/^Pages: *//p')"); do
        pdftotext -layout -f "$sheet" -l "$sheet" many.pdf words
        grep -qE "^thing [0-9]+ " words || continue
        holds words '^Thing +Quantity +Seal numbers +Condition'
        sheets=$((sheets + 1))
    done
    [ $sheets -ge 2 ] || fail "$sheets sheets"
fi
# A program that was copied without what draws its papers says so, and leaves none.
mkdir -p alone/bin alone/libexec
cp "$DEPOSITARY" alone/bin/
for module in missing broken; do
    expect 1 alone/bin/depositary print label F-child -C reg --lang en --out none.pdf 2>alone/said
    holds alone/said 'what draws papers is not installed'
    printf '%s\n' "$module" >"alone/libexec/depositary-pdf-$("$DEPOSITARY" --version | cut -d' ' -f2).so"
done
[ ! -e none.pdf ] || fail 'a paper that nobody drew'
run item check E-2 --json >check
same intact "$(json check .outcome)" 'check after a correction'
depositary verify reg --json >verdict
same 'intact 5' "$(jq -r '"\(.verdict) \(.containers)"' verdict)" 'verdict, and containers read'

# Sides: nobody signs for another.
refused custody.signed item transfer E-2 <<<'{"giver": {"state": "signed", "code": "K-99"}, "to": {"text": "Laboratory", "lang": "en"}}'
sent=$(event transfer E-2 <<<'{"giver": {"state": "signed", "code": "T1"}, "to": {"text": "Laboratory", "lang": "en"}}')
refused custody.signed item receive E-2 <<<'{"taker": {"state": "signed", "code": "K-99"}}'
same 'sent_not_received false E-2' "$(state)" 'one side is there'
received=$(event receive E-2 <<<'{"taker": {"state": "refused", "reason": {"text": "signs nothing", "lang": "en"}}}')
same "$sent" "$(run show "$received" --json | jq -r '.claims.refs[] | select(.rel == "answers").id')" 'what the receipt answers'
# A correction takes the place of the wrong one: what came after it still holds.
again=$(event transfer E-2 --supersedes "$sent" <<<'{"giver": {"state": "signed", "code": "T1"}, "to": {"text": "Other laboratory", "lang": "en"}}')
same 'in_custody false E-2' "$(state)" 'after the transfer was corrected'
refused correct.other item transfer E-2 --supersedes "$sent" <<<'{"giver": {"state": "signed", "code": "T1"}, "to": {"text": "x", "lang": "en"}}'
refused correct.other item receive E-2 --supersedes "$again" <<<'{"taker": {"state": "signed", "code": "T1"}}'
corrected=$(event receive E-2 --supersedes "$received" <<<'{"taker": {"state": "signed", "code": "T1"}}')
same "$sent" "$(run show "$corrected" --json | jq -r '.claims.refs[] | select(.rel == "answers").id')" 'what the corrected receipt answers'
# Whoever it was taken from doesn't sign as an officer.
refused custody.signed collect dump <<<'{"dispossessed": {"state": "signed", "code": "T1"}}'
refused custody.side collect dump <<<'{"dispossessed": {"state": "on_paper"}}'
holds err 'dispossessed › Fingerprint of the scan \[evidence.collected/dispossessed/scan_sha256\]: it is missing'
# Which side, and what of it, in three languages; a scan is named by its file, which is hashed.
echo 'a scan' >scan.pdf
paper='{"state": "on_paper", "scan_sha256": "scan.pdf", "seen_by": "T1", "checked": {"text": "seal", "lang": "en"}}'
while IFS='|' read -r LANGUAGE words; do
    export LANGUAGE
    refused custody.side item transfer E-2 <<<"{\"giver\": $paper, \"taker\": {\"state\": \"refused\"}, \"to\": {\"text\": \"x\", \"lang\": \"en\"}}"
    holds err "$words.*/taker/reason\\]"
done <<'END'
en|Side that receives › Reason
fr|Partie qui reçoit › Motif
ar|الطرف المستلم › السبب
END
unset LANGUAGE
mkfifo pipe.pdf
for none in none.pdf pipe.pdf /; do
    expect 3 run item transfer E-2 --yes --file - <<<"{\"giver\": ${paper/scan.pdf/$none}, \"to\": {\"text\": \"x\", \"lang\": \"en\"}}" 2>err
    holds err "name the file.*\\[$none\\]"
done
run item correct E-2 --file - >/dev/null <<<"{\"dispossessed\": $paper}"
same "$(sha256sum <scan.pdf | cut -d' ' -f1)" "$(run item history E-2 --json | jq -r 'select(.superseded | not).claims.dispossessed.scan_sha256 // empty')" 'the scan of a paper that was signed later'
# None of what an event is about, or less than one of it, is refused.
for verb in 'copy copies Copies' 'split parts Parts'; do
    read -r verb list label <<<"$verb"
    refused custody.none item "$verb" E-2 <<<"{\"$list\": []}"
    holds err "$label .*/$list\\]: at least one"
done
for wrong in -1 0; do
    expect 1 run collect --yes --file - 2>err <<<"{\"things\": [{\"description\": {\"text\": \"box\", \"lang\": \"en\"}, \"quantity\": $wrong}]}"
    holds err 'Quantity \[evidence.collected/things/0/quantity\]: it has not the right form'
    holds err 'Right would be: a whole number from 1$'
done
# How exactly a place is known is whole metres from nought: neither less, nor more than the earth has, nor words.
for wrong in -1 -100000 4294967296 '"near"'; do
    expect 1 run collect dump --yes --file - 2>err <<<"{\"place\": {\"latitude\": \"33.3\", \"longitude\": \"44.3\", \"precision_m\": $wrong}}"
    holds err 'Precision, in metres \[evidence.collected/place/precision_m\]: it has not the right form'
done

# Where on earth it is, the earth has: degrees, and no more of them than there are; of a new item it is told before anything is sealed.
for wrong in '"latitude": "90.5"' '"latitude": "north"' '"longitude": "-180.01"' '"longitude": "44,36"'; do
    echo "{\"worked_on\": \"working_copy\", \"place\": {$wrong}}" | expect 1 run item examine E-1 --file - 2>why
    holds why '\(record.format\)'
    holds why 'from -(90 to 90|180 to 180)'
done
mkdir places
mkfifo places/fifo
sealed=$(find reg/vault -type f | wc -l) recorded=$(run list --json | wc -l)
while IFS='|' read -r wrong said; do
    echo "$wrong" | expect 1 run collect places --yes --file - 2>why
    holds why "$said"
    lacks why 'not taken'
done <<'W'
{"exhibit": "P-1", "place": {"latitude": "91", "longitude": "44.36"}}|/place/latitude.*record.format
{"exhibit": "P-1", "nobody": 1}|/nobody.*there is no such field
{"exhibit": "P-1", "collected_at": {"edtf": "30.3.2021"}}|/collected_at/edtf.*record.format
W
same "$sealed $recorded" "$(find reg/vault -type f | wc -l) $(run list --json | wc -l)" 'what was sealed and recorded of it'
echo '{"exhibit": "P-1", "place": {"latitude": "-33.31284", "longitude": "180"}}' | expect 1 run collect places --yes --file - 2>why
holds why 'not taken'
expect 0 run item history P-1

# Two holds: the lift of one leaves the other. The order is photographed, as anything may be.
first=$(run hold place E-2 --yes --json --file - <<<"${order%\}}, \"photos\": [{\"sha256\": \"flagged/picture.png\"}]}" | jq -r .record)
same "$(sha256sum flagged/picture.png | cut -d' ' -f1)" "$(run show "$first" --json | jq -r '.claims.photos[0].sha256')" 'photograph of the order'
second=$(run hold place E-2 --yes --json --file - <<<"$order" | jq -r .record)
refused hold.which hold lift E-2 <<<"$order"
refused hold.none hold lift E-2 --answers "$record" <<<"$order"
run hold lift E-2 --answers "$first" --yes --file - >/dev/null <<<"$order"
same 'in_custody true E-2' "$(state)" 'one of two holds is lifted'
refused hold.none hold lift E-2 --answers "$first" <<<"$order"
refused custody.hold item dispose E-2 <<<"$order"
refused hold.in_force erase "$record" <<<"$order"
run hold lift E-2 --yes --json --file - <<<"$order" >lifted
same "$second" "$(run show "$(json lifted .record)" --json | jq -r '.claims.refs[] | select(.rel == "answers").id')" 'what the lift answers'
same 'in_custody false E-2' "$(state)" 'both are lifted'

# Two move it at once, or a hold comes between the look and the act: one of the two is recorded, and the other is told.
for n in 1 2 3 4; do
    run collect --yes --json --file - <<<"{\"exhibit\": \"T-$n\", \"things\": [{\"description\": {\"text\": \"a box\", \"lang\": \"en\"}, \"quantity\": 1}]}" >thing
    for side in 1 2 3; do
        run item transfer "T-$n" --yes --json --file - <<<'{"giver": {"state": "signed", "code": "T1"}, "to": {"text": "Laboratory", "lang": "en"}}' >"done.$side" 2>"err.$side" &
    done
    wait
    same 1 "$(cat done.? | grep -c '"record"')" "transfers of T-$n"
    [ "$(cat err.? | grep -cE 'custody.(meanwhile|sent)')" -eq 2 ] || fail "$(cat err.?)"
done

# Each event by its own command, stated in a language and a script; the options of the register may stand before the command.
depositary -C reg collect --yes --json --file - <<<'{"exhibit": "V-1", "things": [{"description": {"text": "sunduq", "lang": "ar", "script": "Latn"}, "quantity": 2}]}' >thing
depositary show "$(json thing .record)" -C reg --json >shown
same '{"text":"sunduq","lang":"ar","script":"Latn"}' "$(jq -c '.claims.things[0].description' shown)" 'language and script'
text() { printf '{"text": "%s", "lang": "ar", "script": "Latn"}' "$1"; }
part=$(cat /proc/sys/kernel/random/uuid)
while IFS='|' read -r verb type stated; do
    depositary -C reg item "$verb" V-1 --yes --json --file - <<<"$stated" >event
    same "$type" "$(json event .type)" "item $verb"
done <<END
examine|custody.examined|{"worked_on": "original", "why_original": $(text 'la nuskha')}
copy|custody.copied|{"copies": [{"description": $(text nuskha)}]}
split|custody.split|{"parts": [{"item": "${part:0:14}7${part:15}", "description": $(text juz), "quantity": 1}]}
stocktake|custody.stocktake|{}
open-seal|seal.opened|{"reason": $(text fahs)}
replace-seal|seal.replaced|{"reason": $(text jadid)}
lost|custody.lost|{"reason": $(text daa)}
found|custody.found|{"reason": $(text makhzan)}
return|custody.returned|{"giver": {"state": "signed", "code": "T1"}, "to": $(text malik)}
END
while IFS='|' read -r lang words; do
    LANGUAGE=$lang run item history V-1 >history
    while IFS= read -r word; do holds history "$word"; done < <(tr '|' '\n' <<<"$words")
done <<'END'
en|Arabic, Latin script|Examined|Copied|Split|Stocktake|Lost|Found|Returned
fr|arabe, écriture : latin|Examiné|Copié|Divisé|Inventaire|Perdu|Retrouvé|Restitué
ar|العربية، الخط: اللاتينية|فُحص|نُسخ|قُسّم|جرد|فُقد|عُثر|أُعيد
END

# Who holds no key compares the sealed container with its record, and hears what wasn't looked at.
run item check E-2 --no-key --json >check
same 'false unproved' "$(jq -r '"\(.with_key) \(.outcome)"' check)" 'without a key'
run item check E-2 --no-key >check
holds check 'Without the key only the sealed container was compared with its record; the files in it were not looked at'

# Who holds no key at all, of a copy: no officer's key, no passphrase, nothing to be written. What needs none is checked, the rest is told, and
# nothing is recorded; exit 1 unless no more was asked for.
open_check() { # STATUS REASON COPY OPTION...: in three languages
    local status=$1 reason=$2 copy=$3 before words
    shift 3
    before=$(cat "$copy"/records/* | sha256sum)
    for words in 'en|against the digest in its record|takes a key|Not recorded' 'fr|dans son enregistrement|faut une clé|Non enregistré' 'ar|في قيدها|مفتاحًا|لم يُقيَّد'; do
        LANGUAGE=${words%%|*} expect "$status" "${who[@]}" depositary item check "$item" -C "$copy" "$@" >check </dev/null
        while IFS= read -r word; do holds check "$word"; done < <(tr '|' '\n' <<<"${words#*|}")
    done
    LANGUAGE=en expect "$status" "${who[@]}" depositary item check "$item" -C "$copy" "$@" >check </dev/null
    holds check "$reason"
    same "$before" "$(cat "$copy"/records/* | sha256sum)" 'nothing was recorded'
}
who=(env)
cp -a reg none
rm none/keys/officer-*
open_check 1 "no officer's key is here" none
open_check 0 "no officer's key is here" none --no-key
rm -r none/keys
open_check 1 "no officer's key is here" none
expect 1 depositary item check "${item:0:13}" "$record" -C none --json >check </dev/null
same "$item unproved false null intact" "$(jq -r '"\(.item) \(.outcome) \(.with_key) \(.record) \(.register)"' check | sort -u)" 'named by an id'
expect 0 depositary item check --all --no-key --json -C none >check </dev/null
same "$(run item list --json | jq 'select(.container)' | jq -s length)" "$(wc -l <check)" 'all that have a container'
expect 1 depositary item check E-2 -C none 2>err </dev/null
holds err 'not by its exhibit number.*verify.item.absent'
cp -a reg locked
depositary init sealed --member test --name 'Test member' --officer T1 --root-out sealed.pem --no-recovery --passphrase-fd 3 >/dev/null 3<<<'open sesame'
depositary collect dump -C sealed --yes --json --passphrase-fd 3 >collected 3<<<'open sesame'
expect 1 depositary item check "$(json collected .item)" -C sealed >check </dev/null
holds check 'no passphrase was given'
printf '%s\n' 'see officer T1:' 'type wrong' 'see officer T1:' 'key d' >script
expect 1 "$SOURCE_ROOT/tests/flow/typist" script depositary item check "$(json collected .item)" -C sealed >check
holds check 'no passphrase was given'
chmod -R a-w locked
[ "$(id -u)" -ne 0 ] || who=(setpriv --bounding-set=-all --inh-caps=-all)
if "${who[@]}" true 2>/dev/null && ! "${who[@]}" touch locked/lock locked/new 2>/dev/null; then
    open_check 1 "can't be written" locked
else
    echo 'a register that may not be written: not tried, all may be written here'
fi
chmod -R u+w locked
# What isn't as it was is found without a key as well: the container, and a record.
flip "none/vault/$item.tar.age" 5000
expect 1 depositary item check "$item" --no-key -C none >check 2>err </dev/null
holds check "^$item: altered"
holds err "not those that were recorded.*$item"
cp "reg/vault/$item.tar.age" none/vault/
sed -i '2s/A/B/' none/records/000000
expect 1 depositary item check "$item" --no-key -C none >check 2>err </dev/null
holds check 'as anyone can check it: altered'
rm -r none locked sealed

# Disposed of by authority: the container goes, and verify knows why; without that it is missed.
mkdir gone
mv "reg/vault/$item.tar.age" gone/
expect 1 depositary verify reg --json >verdict
same container.missing "$(json verdict '.findings[0].id')" 'missing'
mv "gone/$item.tar.age" reg/vault/
refused custody.authority item dispose E-2 <<<'{}'
echo "$order" >ordered
printf '%s\n' 'see is removed for good. [y/N]' 'type ' >script
expect 1 env DEPOSITARY_REGISTER=reg DEPOSITARY_OFFICER=T1 "$SOURCE_ROOT/tests/flow/typist" script depositary item dispose E-2 --file ordered >screen
holds screen 'nothing was recorded'
[ -e "reg/vault/$item.tar.age" ] || fail 'removed without a yes'
run item dispose E-2 --yes --file - >/dev/null <<<"$order"
[ ! -e "reg/vault/$item.tar.age" ] || fail 'the container is still there'
depositary verify reg --json >verdict || fail "$(cat verdict)"
same intact "$(json verdict .verdict)" 'disposed of, and the container is gone'
