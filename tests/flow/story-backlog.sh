# A backlog: forty boxes with a paper chain, and one image whose MD5 doesn't match; device, image and extract are linked.
need jq
new_register reg
run() { depositary "$@" -C reg; }
for n in $(seq 1 40); do
    run intake --stage box --yes --file - >/dev/null <<JSON
{"exhibit": "B-$n", "case": "OLD-7", "received_from": {"text": "District archive", "lang": "en"},
 "things": [{"description": {"text": "Sealed box of documents", "lang": "en"}, "quantity": 1, "storage": "R2-S$n"}],
 "reported_custody": [{"what": {"text": "Taken from the office of the notary", "lang": "en"}, "when": {"edtf": "2017-XX"}},
                      {"what": {"text": "Kept in the district archive", "lang": "en"}, "when": {"edtf": "2017/2026"}}]}
JSON
done
run item list --json >items
same 40 "$(wc -l <items)" 'boxes'
run search OLD-7 --json >found
same 40 "$(wc -l <found)" 'found by case'
run item history B-23 --json >history
same 2 "$(jq -r '.claims.reported_custody | length' history)" 'steps of custody, as reported'
same '2017-XX' "$(jq -r '.claims.reported_custody[0].when.edtf' history)" 'partial date'

head -c 3000000 /dev/urandom >disk.dd
sha1=$(sha1sum disk.dd | cut -d' ' -f1)
run intake --stage device --yes --file - <<<'{"exhibit": "D-1", "case": "OLD-7", "things": [{"description": {"text": "Hard disk", "lang": "en"}, "quantity": 1}]}' >/dev/null
run intake disk.dd --stage image --of D-1 --json --file - >image 2>said <<JSON
{"exhibit": "D-1-1", "case": "OLD-7", "tool": {"name": "imager", "version": "4.2"},
 "reported_digests": [{"algorithm": "md5", "reported": "d41d8cd98f00b204e9800998ecf8427e", "of": ""},
                      {"algorithm": "sha1", "reported": "$sha1", "of": "disk.dd"},
                      {"algorithm": "sha256", "reported": "00", "of": "no-such-file"}]}
JSON
holds said 'not that of what was sealed, and it is recorded so \[md5\]'
holds said 'of no file that was sealed, and it is recorded so \[sha256: no-such-file\]'
same 2 "$(wc -l <said)" 'fingerprints that do not match'
run show "$(json image .record)" --json >record
same mismatch "$(jq -r '.claims.reported_digests[] | select(.algorithm == "md5").outcome' record)" 'MD5'
same "$(md5sum disk.dd | cut -d' ' -f1)" "$(jq -r '.claims.reported_digests[] | select(.algorithm == "md5").computed' record)" 'MD5 computed'
same match "$(jq -r '.claims.reported_digests[] | select(.algorithm == "sha1").outcome' record)" 'SHA-1'
same not_found "$(jq -r '.claims.reported_digests[] | select(.algorithm == "sha256").outcome' record)" 'absent file'
run item history D-1 --json >device
same "$(jq -r .id device)" "$(jq -r '.claims.refs[] | select(.rel == "source").id' record)" 'image refers to its device'
mkdir extract
echo mail >extract/mail.mbox
run intake extract --stage extract --of D-1-1 --json --file - <<<'{"exhibit": "D-1-1-1", "case": "OLD-7"}' >extracted
run intake extract --stage report --of D-1-1-1 --json --file - <<<'{"exhibit": "D-1-1-2", "case": "OLD-7"}' >reported
for made in 'extracted image' 'reported extracted'; do
    read -r from of <<<"$made"
    run show "$(json "$from" .record)" --json >record
    same "$(json "$of" .record)" "$(jq -r '.claims.refs[] | select(.rel == "source").id' record)" "what was $from refers to what it was made from"
done
# A wrong collect is called so, and stays visible.
run item error B-40 --yes --file - <<<'{"reason": {"text": "belongs to another case", "lang": "en"}}' >/dev/null
run item list --json >items
same true "$(jq -r 'select(.exhibit == "B-40").in_error' items)" 'collected in error'
same true "$(jq -r 'select(.exhibit == "B-40").restricted' items)" 'restricted'
depositary verify reg --json >verdict
same intact "$(json verdict .verdict)" 'verdict'
