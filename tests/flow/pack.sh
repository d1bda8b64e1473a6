# What leaves does so as a package: exactly the fields decided, everything linked accounted for, judged again at the last moment,
# whole or not there. Stock tools and another library verify it.
# timeout: 600
need jq age age-keygen openssl sha256sum sha512sum python3
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
# shellcheck source=tests/flow/packing
. "$SOURCE_ROOT/tests/flow/packing"
two_members '[]'
new_officers 'L1:legal,custodian' 'L2:legal' 'A1:approver,legal' 'C1:custodian'

item=$(collect X-1 '{"handling": ["H2"], "flags": ["protected"]}')
ask court trial
agree court trial
state L1 "{\"from\": \"court\", \"kinds\": [\"fair_trial\"], \"purposes\": [\"trial\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": $since, \"side\": $(paper)}" assure give
state L2 "$checked" consent check "$(cat last)"
as T1 item transfer X-1 --yes --file - <<<"{\"to\": $(text Laboratory), \"giver\": {\"state\": \"signed\", \"code\": \"T1\"}}" >/dev/null
as C1 item receive X-1 --yes --file - <<<"{\"taker\": {\"state\": \"signed\", \"code\": \"C1\"}}" >/dev/null
made=$(release court trial "[{\"item\": \"$item\", \"fields\": [\"basis\", \"exhibit\", \"sensitive\"], \"redacted\": false}]")

# ---- what would go; nothing is recorded or written by telling ----
count() { depositary list -C reg --as L1 --type "$1" --json | wc -l; }
as L1 pack "$made" --dry-run --json >plan.json
same 0 "$(count package.sent)" 'packages sent after a dry run'
for language in en fr ar; do LC_ALL=C.UTF-8 LANGUAGE=$language as L1 pack "$made" --dry-run >"plan.$language"; done
holds plan.en 'shown: Exhibit number; Legal basis; Sensitive material$'
holds plan.fr 'montré.+: '
holds plan.ar 'معروض:'
expect 2 as L1 pack "$made" 2>err
expect 2 as L1 pack --out x 2>err
expect 1 as L1 pack "$made" --to defence --out x 2>err
holds err 'pack.recipient'
mkdir -p alone/bin
cp "$DEPOSITARY" alone/bin/
PATH=$PWD/alone/bin:$PATH expect 1 as L1 pack "$made" --out bag --json >/dev/null 2>err
holds err paper.module # what draws its certificate isn't there
for made_up in bag*; do [ ! -e "$made_up" ] || fail "a package that nobody could finish: $made_up"; done
same 0 "$(count package.sent)" 'packages sent'

# ---- packed ----
as L1 pack "$made" --out bag --json >packed.json
checked_bag bag
for file in index.html custody.en.pdf custody.fr.pdf custody.ar.pdf; do [ -s "bag/data/$file" ] || fail "no $file"; done
holds bag/data/index.html 'X-1'
lacks bag/data/index.html 'zebra-narrative'
# No picture of what is sealed, of whatever kind.
lacks bag/data/index.html '<(img|picture|object|embed|iframe|canvas|video)|data:image'
if command -v pdfimages >/dev/null; then
    for language in en fr ar; do same 0 "$(pdfimages -list "bag/data/custody.$language.pdf" | tail -n +3 | wc -l)" "pictures in custody.$language.pdf"; done
fi
if command -v pdftotext >/dev/null; then
    for language in 'en:Declaration, by hand' 'fr:Déclaration'; do
        pdftotext "bag/data/custody.${language%%:*}.pdf" certificate
        holds certificate "${language##*:}"
        holds certificate X-1
        holds certificate "$made" # not broken over two lines
        # Nobody signs a sheet that says nothing: what is declared stands above where it is signed.
        pages=$(pdfinfo "bag/data/custody.${language%%:*}.pdf" | sed -n 's/^Pages: *//p')
        signed=0
        for page in $(seq "$pages"); do
            pdftotext -f "$page" -l "$page" "bag/data/custody.${language%%:*}.pdf" sheet
            among '^(Who declares|Déclarant)' <sheet || continue
            holds sheet "${language##*:}"
            signed=$((signed + 1))
        done
        same 1 $signed 'sheets that are signed'
    done
fi
# Its recipient verifies it with the charter's fingerprint, got another way; nothing stands against it.
pin=$(depositary charter show -C reg --as T1 --json | jq -r .fingerprint)
depositary verify bag --pin "$pin" --json >verified.json
same '[]' "$(jq -c .findings verified.json)" 'findings'
same intact "$(json verified.json .result)" 'result'
same true "$(json verified.json .pinned)" 'pinned'
same "$(json verified.json .result)" "$(json packed.json .verified)" 'as it was read back'
same "$(json plan.json .records)" "$(json packed.json .records)" 'records, as told before'
cat >want <<'END'
charter.entered 
charter.entered 
evidence.collected basis,exhibit,sensitive
marking.set case,categories,fields,flags,handling,originator,territories
request.made afterwards,central_authority,channel,confidentiality,deadline,form,from,language,line,our_ref,preservation,purpose,scope,subject,their_ref,to,treaty_basis,urgency,use_limits
consent.given conditions,side,terms
consent.checked checked,outcome
assurance.given from,in_force,kinds,purposes,scope,side,text
consent.checked checked,outcome
custody.transferred 
custody.received 
release.prepared action,case,line,materials,purpose,recipient,request,urgent
approval.given remark
release.made verdict
package.sent content_sha256,kind,recipient,release
status.issued in_force
status.issued in_force
END
disclosed bag | grep -v '^key\.' >got
cmp want got || { diff want got; fail 'what is shown is not what was decided'; }
disclosed bag | grep '^key\.' >keys
lacks keys ' .'
if grep -rqaE "zebra|$(printf %s zebra-narrative | base64 | cut -c2-9)" bag; then fail 'what was withheld is in the package'; fi
# The head record signs the list, and the list names each record by its digest and what is shown of it.
as L1 show "$(json packed.json .record)" --json >head.json
same "$(sha256sum <bag/data/content.jsonl | cut -c1-64)" "$(json head.json .claims.content_sha256)" 'what package.sent signs'
same "$(json packed.json .package)" "$(json head.json .claims.package)" 'its id'
jq -r 'select(.line == "record") | .sha256' bag/data/content.jsonl | sort >named
jq -r .sd_jwt bag/data/logs/000/records.jsonl | cut -d'~' -f1 | while read -r jwt; do printf %s "$jwt" | sha256sum | cut -c1-64; done | sort >there
[ -s named ] || fail 'no record is named'
same '' "$(comm -23 named there)" 'named and not there'
json packed.json .passphrase | among '^([0-9a-z]{5}-){5}[0-9a-z]{5}$' || fail 'no passphrase'
# The checkpoint covers all of it, and is the newest.
same "$(json packed.json .size)" "$(sed -n 2p bag/data/logs/000/checkpoint)" 'size of the checkpoint'
cmp bag/data/logs/000/checkpoint reg/log/checkpoint
# The charters from the first on, as they were adopted.
jq -e . bag/data/charter/000001.json >/dev/null
same "$(head -n 1 bag/data/content.jsonl | jq -r .charter)" "$(sha256sum <bag/data/charter/000001.json | cut -c1-64)" 'the charter'
same 2 "$(wc -l <bag/data/charter/000001.adoptions)" 'adoptions'
# The container under a passphrase that nobody else has; under the recipient's key with --age. Stock age and tar open it.
container=bag/data/items/$item/container.tar.age
grep -aq '^-> scrypt' "$container" || fail 'no passphrase stanza'
lacks "$container" '^-> X25519'
age-keygen -o court.key 2>/dev/null
as L1 pack "$made" --age "$(age-keygen -y court.key)" --out keyed --json >keyed.json
same null "$(jq .passphrase keyed.json)" 'a passphrase beside a key'
mkdir opened
age -d -i court.key "keyed/data/items/$item/container.tar.age" | tar -x -C opened
cmp dump-X-1/a opened/files/dump-X-1/a
same 2 "$(grep -ac '^-> ' "keyed/data/items/$item/container.tar.age")" 'stanzas: the recipient and the filler'
# The payload is the one that was sealed: the record says so.
payload() { tail -c +"$(($1 + 1))" "$2" | sha256sum | cut -c1-64; }
line=$(jq -c 'select(.line == "item")' keyed/data/content.jsonl)
same "$(as L1 show "$(json X-1.json .record)" --json | jq -r .claims.payload_sha256)" "$(jq -r .payload_sha256 <<<"$line")" 'payload'
header=$(grep -abo -m1 -- '^--- ' "keyed/data/items/$item/container.tar.age" | cut -d: -f1)
same "$(jq -r .payload_sha256 <<<"$line")" "$(payload $((header + 4 + 43 + 1)) "keyed/data/items/$item/container.tar.age")" 'payload, by stock tools'
if [ -n "$FLOW_NODE" ]; then
    other records.mjs bag/data/logs/000/records.jsonl >verified
    same "$(wc -l <bag/data/logs/000/records.jsonl)" "$(json verified .records)" 'records verified by jose and @sd-jwt/core'
    same "$(disclosed bag | cut -d' ' -f2 | tr ',' '\n' | grep -c .)" "$(json verified .disclosed)" 'fields disclosed'
fi

# The same item without the fields that the judge reads of it: what is withheld can't be judged again, and the result says so.
bare=$(release court trial "[{\"item\": \"$item\", \"fields\": [\"exhibit\"], \"redacted\": false}]")
as L1 pack "$bare" --age "$(age-keygen -y court.key)" --out bare --json >bare.json
expect 1 depositary verify bare --pin "$pin" --json >verified.json
same 'unproved verdict.unjudged' "$(jq -r '[.result] + [.findings[].id] | unique | sort_by(. != "unproved") | join(" ")' verified.json)" 'without what the judge reads'
# Checkpoints that this recipient was shown before go along, with the proof that the log only grew.
same "$(jq -r .size packed.json keyed.json | sort | sed 's/$/.checkpoint/' | xargs)" "$(basename -a bare/data/logs/000/before/*.checkpoint | sort | xargs)" 'earlier checkpoints'
for size in $(jq -r .size packed.json keyed.json); do
    holds "bare/data/logs/000/before/$size.proof" "^old $size$"
    same "$size" "$(sed -n 2p "bare/data/logs/000/before/$size.checkpoint")" 'size of the earlier checkpoint'
done

# ---- never over something; nothing is recorded where nothing can be written ----
expect 3 as L1 pack "$made" --out bag 2>err
holds err 'pack.exists'
mkdir -p closed/inner
if [ "$(id -u)" -ne 0 ]; then
    chmod 500 closed
    expect 1 as L1 pack "$made" --out closed/bag 2>err
    holds err 'target.denied'
fi
expect 1 as L1 pack "$made" --out nowhere/bag 2>err
holds err 'target.folder'
for inside in reg/bag reg/vault/bag; do
    expect 1 as L1 pack "$made" --out $inside 2>err
    holds err 'target.register'
    [ ! -e $inside ] || fail 'a package in the register'
done
same 3 "$(count package.sent)" 'packages sent'
# The same package once more, for a stick that was lost: byte for byte, but for a checkpoint that is newer.
as L1 pack "$(json packed.json .record)" --out again >/dev/null
checked_bag again
cmp bag/data/content.jsonl again/data/content.jsonl
same "$(grep -v Oxum bag/bag-info.txt)" "$(grep -v Oxum again/bag-info.txt)" 'bag-info.txt'
same 3 "$(count package.sent)" 'packages sent'

# ---- who may ----
# A custodian reads no request, so what must be shown with it can't be.
expect 1 as C1 pack "$made" --out x 2>err
holds err 'pack.(unread|verdict)'
expect 1 as L1 pack "$(json X-1.json .record)" --to court --out x 2>err
holds err 'pack.type'
# What was prepared stands for its release.
same "$bare" "$(as L1 pack "$(json prepared.json .record)" --dry-run --json | jq -r .release)" 'the release of what was prepared'

# ---- judged again as it leaves ----
as L1 consent withdraw "$(cat given)" >/dev/null
expect 1 as L1 pack "$made" --out x --json >refused.json
same 'no consent.host:withdrawn' "$(jq -r '.verdict | [.outcome] + [.requirements[] | select(.met != "met") | .need + ":" + .met] | join(" ")' refused.json)" 'why it may not leave'
expect 1 as L1 pack "$(json packed.json .record)" --out x --json >refused.json
if [ -e x ] || [ -e x.unfinished ]; then fail 'something was written'; fi
agree court trial
as L1 pack "$made" --dry-run --json >plan.json # the renewal would do: what was released stands under the consent it was judged by
as L1 withdraw "$made" --yes --file - <<<"{\"scope\": {\"kind\": \"item\", \"id\": \"$item\"}}" >/dev/null
expect 1 as L1 pack "$made" --out x 2>err
holds err 'pack.withdrawn'
same 3 "$(count package.sent)" 'packages sent'

# ---- to another member, without a release ----
state L1 "{\"from\": \"organisation\", \"to\": \"police\", \"purpose\": \"trial\", \"scope\": {\"kind\": \"all\"}}" request out
asked=$(cat last)
expect 1 as L1 pack "$asked" --to court --out x 2>err
holds err 'pack.addressee'
as L1 pack "$asked" --to police --out request >/dev/null
checked_bag request
depositary verify request --pin "$pin" >/dev/null
same 'charter.entered charter.entered request.made package.sent status.issued' "$(disclosed request | grep -v '^key\.' | cut -d' ' -f1 | xargs)" 'a request'
given=$(cat given)
as L1 pack "$given" --to organisation --out consent >/dev/null
depositary verify consent --pin "$pin" >/dev/null
same 'charter.entered charter.entered consent.given consent.checked package.sent status.issued status.issued' "$(disclosed consent | grep -v '^key\.' | cut -d' ' -f1 | xargs)" 'a consent'
as L1 consent withdraw "$given" --json >done.json
as L1 pack "$(json done.json .record)" --to organisation --out withdrawal >/dev/null
depositary verify withdrawal --pin "$pin" >/dev/null
same 'charter.entered charter.entered consent.given consent.checked consent.withdrawn package.sent status.issued' "$(disclosed withdrawal | grep -v '^key\.' | cut -d' ' -f1 | xargs)" 'a withdrawal has what it is about with it'
expect 1 as L1 pack "$given" --to nobody --out x 2>err
holds err 'pack.recipient'

# ---- a field kit hands over its whole register: it reads none of it, and none of it shows ----
depositary key card -C reg --as T1 --out card.json
depositary init kit --member test --name 'Test member' --officer F1 --profile field --home card.json --root-out kit.root.pem --no-passphrase >/dev/null
mkdir dump-kit
echo 'zebra-content' >dump-kit/a
depositary collect dump-kit -C kit --json --file - <<<"{\"exhibit\": \"zebra-1\", \"description\": $(text 'zebra-narrative')}" >kit.json
kit_item=$(json kit.json .item)
printf 'zebra-note' | depositary note --text - -C kit >/dev/null
expect 1 depositary pack --whole --to organisation -C reg --as L1 --out x 2>err
holds err 'pack.register'
cat kit/private/* >private.before
depositary pack --whole --to organisation -C kit --out kitbag --json >kitbag.json
jq -e '.read_back_ms >= 0' kitbag.json >/dev/null
checked_bag kitbag
same register "$(json kitbag.json .kind)" kind
{ depositary verify kitbag --pin "$(depositary charter show -C kit --json | jq -r .fingerprint)" --json || true; } >verified.json
same 'unproved status.keys.absent' "$(jq -r '[.result] + [.findings[].id] | join(" ")' verified.json)" 'a custodian states nothing about keys'
for word in zebra "$(printf %s zebra-note | base64 | cut -c1-9)"; do if grep -rqaF -- "$word" kitbag; then fail "the package shows $word"; fi; done
same "$(wc -l <kitbag/data/logs/000/records.jsonl)" "$(sed -n 2p kitbag/data/logs/000/checkpoint)" 'every record of the kit'
cmp private.before kitbag/data/secrets/private
cmp "kit/vault/$kit_item.tar.age" "kitbag/data/items/$kit_item/container.tar.age"
# Its home opens both: the container with its vault, a key of the protected fields with a role.
age -d -i reg/keys/officer-T1.identity reg/keys/vault.identity.age >vault.key
age -d -i vault.key "kitbag/data/items/$kit_item/container.tar.age" | tar -xO --wildcards '*/a' | cmp - dump-kit/a
age -d -i reg/keys/officer-T1.identity reg/keys/role-custodian.identity.age >custodian.key
jq -r 'select(.kek and .role == "custodian") | .age' kitbag/data/secrets/keyring | sed -n 1p | base64 -d | age -d -i custodian.key | wc -c >kek
same 32 "$(cat kek)" 'bytes of a key'
