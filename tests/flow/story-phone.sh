# A seized phone: broken seal, three photographs, the owner refuses to sign, the phone's clock is 3 h 07 wrong, the inventory is in Arabic.
need jq
mkdir phone photos
printf 'chat' >phone/messages.db
head -c 200000 /dev/urandom >phone/IMG_0001.jpg
for i in 1 2 3; do head -c 5000 /dev/urandom >"photos/$i.jpg"; done

printf 'officer passphrase\nroot passphrase\n' >passphrases
depositary init reg --member XA --name 'Exercise authority' --officer K-17 --root-out root.pem --no-recovery --passphrase-fd 3 3<passphrases >/dev/null
lacks root.pem '^-----BEGIN PRIVATE KEY'
holds root.pem 'ENCRYPTED PRIVATE KEY'
# Nothing works without the passphrase, and a wrong one says so.
echo wrong >wrong
expect 3 depositary note --text x -C reg --passphrase-fd 3 3<wrong 2>err
holds err 'passphrase'
run() { depositary "$@" -C reg --passphrase-fd 3 3<passphrases; }

cat >fields.json <<'JSON'
{"exhibit": "17/2026-4", "case": "C-2026-112", "territory": "IQ", "collector_role": "custodian", "collector_code": "K-17",
 "basis": {"text": "Seizure order 112 of 19 November 2026", "lang": "en"},
 "device": {"kind": "telephone", "maker": "unknown maker", "serial": "350000000000001"}, "power_state": "on",
 "collected_at": {"edtf": "2026-11-20T08:12:00", "zone": "+03:00", "clock_source": "phone", "offset_s": 11220},
 "condition": {"text": "screen cracked", "lang": "en"},
 "things": [{"description": {"text": "هاتف محمول أسود", "lang": "ar"}, "quantity": 1, "seals": ["A-1001", "A-1003"]}],
 "dispossessed": {"state": "refused", "reason": {"text": "The owner refuses to sign without a lawyer", "lang": "en"}},
 "unknown": {"hazards": {"code": "not_applicable", "reason": "none found"}, "place": {"code": "refused", "reason": "protected operation"}}}
JSON
run collect phone --file fields.json --json >collected
item=$(json collected .item)
same 2 "$(json collected .files)" 'files'

# Received at the laboratory with a broken seal: sent, not received, until the second side is there.
run item transfer 17/2026-4 --yes --file - <<<'{"giver": {"state": "signed", "code": "K-17"}, "to": {"text": "Laboratory", "lang": "en"}}' >/dev/null
run item list --json >list
same sent_not_received "$(json list .state)" 'state'
expect 1 run item transfer 17/2026-4 --yes --file - <<<'{"giver": {"state": "signed", "code": "K-17"}, "to": {"text": "Somebody else", "lang": "en"}}' 2>err
holds err 'custody.sent'
expect 1 run item receive 17/2026-4 --yes --file - <<<'{"taker": {"state": "on_paper"}}' 2>err
holds err 'custody.side'
scan=$(sha256sum photos/1.jpg | cut -d' ' -f1)
run item receive 17/2026-4 --yes --file - >/dev/null <<JSON
{"taker": {"state": "on_paper", "scan_sha256": "$scan", "seen_by": "K-17", "checked": {"text": "compared with the original", "lang": "en"}},
 "seals_state": "broken", "seals_before": ["A-1001"],
 "photos": [$(sha256sum photos/*.jpg | sed 's/ .*//; s/.*/{"sha256": "&"}/' | paste -sd,)]}
JSON
run item list --json >list
same in_custody "$(json list .state)" 'state'
run item replace-seal 17/2026-4 --yes --file - <<<'{"reason": {"text": "seal broken in transport", "lang": "en"}, "seals_before": ["A-1001"], "seals_after": ["A-2002"]}' >/dev/null

# A hold stops disposal, visibly.
run hold place 17/2026-4 --yes --file - <<<'{"authority": {"text": "Court order 9", "lang": "en"}}' >/dev/null
expect 1 run item dispose 17/2026-4 --yes --file - <<<'{"authority": {"text": "Order 10", "lang": "en"}}' 2>err
holds err 'custody.hold'

run item history 17/2026-4 --json >history
same 5 "$(wc -l <history)" 'records of the item'
same 11220 "$(jq -r 'select(.type == "evidence.collected").claims.collected_at.offset_s' history)" 'measured offset of the clock'
same refused "$(jq -r 'select(.type == "evidence.collected").claims.dispossessed.state' history)" 'the owner'
same 3 "$(jq -r 'select(.type == "custody.received").claims.photos | length' history)" 'photographs'
same on_paper "$(jq -r 'select(.type == "custody.received").claims.taker.state' history)" 'receiving side'

# The papers, in Arabic; the label's code is the opaque id.
for paper in label inventory handover page; do
    run print "$paper" 17/2026-4 --lang ar --out "$paper.pdf"
    [ "$(head -c 5 "$paper.pdf")" = %PDF- ] || fail "$paper is no PDF"
done
if command -v pdftoppm >/dev/null && command -v zbarimg >/dev/null; then
    pdftoppm -r 200 -png label.pdf label
    same "$item" "$(zbarimg -q --raw label-1.png 2>/dev/null)" 'code on the label'
fi
# A fingerprint that runs over two lines is all there. (That no hyphen stands at the break was looked at: text extraction drops it.)
if command -v pdftotext >/dev/null; then
    run print page 17/2026-4 --lang en --out page-en.pdf
    pdftotext -raw page-en.pdf - | tr -d '\n' >words
    run item history 17/2026-4 --json | grep -oE '"[0-9a-f]{64}"' | tr -d '"' | sort -u >fingerprints
    run item history 17/2026-4 --json | jq -r '.sha256, .claims.refs[]?.sha256, .claims.content_tag // empty' | sort -u >not-on-paper
    comm -23 fingerprints not-on-paper >on-paper
    [ "$(wc -l <on-paper)" -ge 5 ] || fail 'too few fingerprints to see anything'
    while read -r fingerprint; do holds words "$fingerprint"; done <on-paper
    # Codes are told by their names; a list within a line stays in it.
    holds words 'Iraq \(IQ\)'
    holds words 'Seal numbers: A-1001, A-1003'
    run print page 17/2026-4 --lang fr --out page-fr.pdf
    holds <(pdftotext -raw page-fr.pdf - | tr -d '\n') 'Irak \(IQ\).*fonction *détenteur'
fi
run item check 17/2026-4 --json >check
same intact "$(json check .outcome)" 'check'
depositary verify reg --json >verdict
same intact "$(json verdict .verdict)" 'verdict'
