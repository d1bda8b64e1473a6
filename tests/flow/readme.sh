# timeout: 300
# The README's screen of use is true: each of its lines is followed on a terminal, in its order. Names in capitals and media are filled
# in; what others do between two lines is done here; what a line asks is answered here, and what it must say stands here.
need python3 age age-keygen jq openssl
sed -n '/^## One screen of use$/,/^Every command has/p' "$SOURCE_ROOT/README.md" | sed -n 's/^    //p' >screen
[ "$(grep -cE '^(depositary|age) ' screen)" -gt 25 ] || fail 'no screen of use'

# Done before the line that begins so.
# shellcheck disable=SC2016  # the reader's shell expands it
before() {
    case $1 in
    'depositary collect '*) echo "mkdir phone-dump && echo 'an invented message' >phone-dump/message.txt" ;;
    'depositary erase '*) echo "echo '{\"authority\": {\"text\": \"order 9\", \"lang\": \"en\"}}' >authority.json" ;;
    'depositary charter show') cat charter ;;
    'depositary pack '*) cat release ;;
    'depositary receive '*) echo 'export DEPOSITARY_REGISTER=~/neighbour DEPOSITARY_OFFICER=N-2' ;;
    'depositary cosign answer '*) echo 'export DEPOSITARY_OFFICER=N-1' ;;
    'depositary timestamp '*) echo 'export DEPOSITARY_REGISTER=~/evidence DEPOSITARY_OFFICER=L-1' ;;
    'depositary schema list'*) cat statement ;;
    'depositary report campaign '*) echo 'depositary record campaign.opened --file "$S/campaign.json" --about $STATEMENT' ;;
    'depositary publish '*) cat publication ;;
    'age -d '*) echo 'cd evidence' ;;
    esac
}
# What it says, and how it ends where that isn't 0.
after() {
    case $1 in
    'depositary collect '*) printf '%s\n' ... 'Territory: XB' ... 'Legal basis: search warrant 12' ... 'Seal this as one item? [y/N] y' ... ;;
    'depositary item transfer '*) printf '%s\n' ... 'Side that gives › How this side acted: signed' ... 'To whom: Laboratory' ... ;;
    'depositary hold place '*) printf '%s\n' ... 'Authority: order 9' ... ;;
    'depositary erase '*) printf '%s\n' 'Destroy the protected values of this record for ever? [y/N] y' ... ;;
    'depositary pack '*) printf '%s\n' ... "Send exactly this? It can't be taken back. [y/N] y" ... 'Read back and verified: intact' ... ;;
    'depositary receive '*) printf '%s\n' ... 'Take it in? [y/N] y' ... ;;
    'depositary record commitment.made '*) printf '%s\n' ... 'Paragraph: 5' 'Whose it is 1: be' 'Whose it is 2:' ... 'Line of effort: political' 'Text: to work together' ... ;;
    'depositary release prepare '*) printf '%s\n' ... 'Action: release' ... 'Recipient: XB' ... 'Purpose: trial' ... 'Verdict: it may not be done' ... '[exit status 1]' ;;
    esac
}

# A second member, one charter of both, and the officers who take part.
cat >charter <<'END'
depositary init neighbour --member XB --name 'Neighbour' --officer N-1 --root-out neighbour-root.pem --no-recovery --no-passphrase --territory XB
depositary key cosigner -C neighbour --root neighbour-root.pem
depositary charter show --member -C neighbour --out neighbour.entry
depositary charter draft --founding neighbour.entry --out charter.json
depositary charter adopt charter.json --root usb/root.pem --out own.adoption
depositary charter adopt charter.json -C neighbour --root neighbour-root.pem --out neighbour.adoption
depositary charter enter charter.json neighbour.adoption
depositary charter enter charter.json own.adoption -C neighbour
export DEPOSITARY_OFFICER=K1
depositary key enrol L-1 --roles legal,custodian,desk --no-passphrase
depositary key enrol L-2 --roles legal,approver,desk --no-passphrase
depositary key share L-2 --yes --as L-1
depositary key enrol N-2 --roles legal,custodian --no-passphrase -C neighbour --as N-1
export DEPOSITARY_OFFICER=L-1
END
# What a release to the neighbour takes.
cat >release <<'END'
echo '{"from": "XB", "to": "cdm", "purpose": "trial", "scope": {"kind": "all"}}' | depositary request in --file -
export SIDE='"side": {"state": "on_paper", "seen_by": "L-1", "checked": {"text": "stamp", "lang": "en"}, "scan_sha256": "0000000000000000000000000000000000000000000000000000000000000001"}'
export IN_FORCE='"scope": {"kind": "all"}, "in_force": {"from": "2026-01-01T00:00:00Z"}'
export CHECKED='{"outcome": "as_recorded", "checked": {"text": "called back", "lang": "en"}}'
echo '{"terms": {"layer": "host", "grantor": "XB", "actions": ["release"], "recipients": ["XB"], "purposes": ["trial"], "lines": ["any"], "territories": ["XB"], '$IN_FORCE'}, '$SIDE'}' | depositary consent give --file - --yes
depositary consent check RECORD --yes --file - --as L-2 <<< "$CHECKED"
echo '{"from": "XB", "kinds": ["fair_trial", "no_torture", "no_death_penalty", "inspection", "defence_access"], "purposes": ["trial"], '$IN_FORCE', '$SIDE'}' | depositary assure give --file - --yes
depositary consent check RECORD --yes --file - --as L-2 <<< "$CHECKED"
echo '{"action": "release", "recipient": "XB", "purpose": "trial", "materials": [{"item": "'ITEM'", "fields": ["basis", "exhibit", "sensitive"], "redacted": false}]}' | depositary release prepare --file - --yes
export RELEASE=RECORD PIN="$(depositary charter show --json | jq -r .fingerprint)"
depositary approve $RELEASE --yes --as L-2
depositary release $RELEASE
END
cat >publication <<'END'
export THREE='[{"lang": "en", "text": "Members"}, {"lang": "fr", "text": "Membres"}, {"lang": "ar", "text": "الأعضاء"}]'
echo '{"titles": '$THREE', "records": [], "figures": [{"means": '$THREE', "value": "83", "as_of": "2021-04"}]}' >publication.json
END
cat >statement <<'END'
export DEPOSITARY_OFFICER=L-1
export S="$(dirname "$(command -v depositary)")/../share/doc/depositary/spring-2021"
depositary record code.stated --stream < "$S/codes.jsonl"
depositary record membership.stated --stream < "$S/members.jsonl"
depositary record meeting.held --file "$S/meeting.json"
depositary record statement.adopted --file "$S/statement.json" --about RECORD
export STATEMENT=RECORD
END
# shellcheck disable=SC2016
{
    printf 'The screen of use.\n\n'
    printf '    $ mkdir usb stick a\n'
    while IFS= read -r line; do
        case $line in
        '#'* | '') continue ;;
        'export PATH'*) line='export DEPOSITARY_REGISTER=$PWD/evidence' ;;
        esac
        line=$(sed "s/ *  # .*//; s|/media/|~/|g; s/age1\.\.\./\$(age-keygen -y usb\/recovery.txt)/; s/'FINGERPRINT OF THE CHARTER'/\"\$PIN\"/
            s/^depositary note .*/echo 'seen again' | &/; s/\bRELEASE\b/\$RELEASE/; s/\bSTATEMENT\b/\$STATEMENT/" <<<"$line")
        before "$line" | sed 's/^/    $ /'
        case $line in ' '*) printf '    > %s\n' "$line" ;; *) printf '    $ %s\n' "$line" ;; esac
        after "$line" | sed 's/^/    /'
    done <screen
} >chapter.md
HOME=$PWD "$SOURCE_ROOT/tests/flow/guide-reader" chapter.md
cmp evidence/files/phone-dump/message.txt phone-dump/message.txt || fail 'what stock tools opened is not what was sealed'
for file in label.pdf record.proof request.tsq answer; do [ -s "$file" ] || fail "$file was not written"; done
