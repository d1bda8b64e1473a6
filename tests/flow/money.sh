# F7, F8: pledges never count, each flow counts once, sums are exact, revisions overwrite nothing, allocations are totals.
need jq pdftotext
# shellcheck source=tests/flow/desk
. "$SOURCE_ROOT/tests/flow/desk"
total() { depositary report campaign stabilisation --json "${@:2}" >report; json report ".totals.$1"; }

campaign=$(record campaign.opened '{"called":[{"text":"Stabilisation 2021","lang":"en"},{"text":"Stabilisation 2021 (fr)","lang":"fr"}],"code":"stabilisation","currency":"USD","goal":"670000000","qualifier":"exact","from":"2021","boundary":["undp","ocha"]}')
for words in stabilisation STABILISATION "stabil*" "stabilisation USD 2021"; do same "$campaign" "$(depositary search "$words" --type campaign. --json | jq -r .id)" "a campaign by $words"; done
flow() { # KIND PROVIDER REFERENCE AMOUNT CURRENCY [MORE]: JSON
    jq -nc --arg kind "$1" --arg provider "$2" --arg reference "$3" --arg amount "$4" --arg currency "$5" --argjson more "${6:-{\}}" \
        '{kind: $kind, side: "provider", provider: $provider, receiver: "undp", reference: $reference, amount: $amount, currency: $currency, qualifier: "exact", on: "2021-06-01"} * $more'
}
rate() { jq -nc --arg value "$1" --arg is "$2" '{rate: {currency: "USD", value: $value, on: "2021-06-01", qualifier: $is}}'; }
add() { record flow.recorded "$@" --about "$campaign"; }

# A pledge is indicative: more than 600 million of them come to nothing until they are kept.
pledge=$(add "$(flow pledge us US-1 600000000 USD '{"qualifier":"more_than","on":"2021-03-30"}')")
same '0.00 0.00' "$(total 'committed | .exact + " " + .more_than')" 'a pledge is in no total'
same 600000000.00 "$(total pledged.more_than)" 'what is pledged'
# Exactly as it was: EUR 50,000 = USD 59,400; PLN 1,000,000, about USD 244,000, which stays about.
euro=$(add "$(flow payment be BE-1 50000 EUR "$(rate 1.188 exact)")")
add "$(flow payment pl PL-1 1000000 PLN "$(rate 0.244 about)")" >/dev/null
same '59400.00 244000.00' "$(total 'paid | .exact + " " + .about')" conversions
# A commitment keeps a pledge, a payment a commitment: nothing is counted twice.
commitment=$(add "$(flow commitment us US-1 100000000 USD)" --about "$pledge")
add "$(flow payment us US-1 40000000.50 USD)" --about "$commitment" >/dev/null
same '100059400.00 40059400.50' "$(total 'committed.exact') $(json report .totals.paid.exact)" 'committed and paid'
# The receiver books the same payment otherwise: counted once, and the difference is shown.
other=$(add "$(flow payment us US-1 40000000 USD '{"side":"receiver"}')")
same 40059400.50 "$(total paid.exact)" 'two books, one flow'
same 'other_side amount' "$(json report ".flows[] | select(.record == \"$other\") | .place + \" \" + .differs")" 'the difference'
# What is passed on within the boundary has come in already; what leaves it is no receipt.
add "$(flow payment undp UNDP-1 7000000 USD '{"receiver":"ocha"}')" >/dev/null
add "$(flow payment undp UNDP-2 7000000 USD '{"receiver":"school"}')" >/dev/null
same 40059400.50 "$(total paid.exact)" 'the boundary'
# Without a figure, in kind, in a currency without a rate: beside the total, never in it.
add "$(flow payment de DE-1 5 GBP)" >/dev/null
add "$(flow payment it IT-1 0 USD '{"qualifier":"not_disclosed"}' | jq -c 'del(.amount, .currency)')" >/dev/null
add "$(flow payment jp JP-1 0 USD '{"in_kind":{"text":"40 vehicles","lang":"en"}}' | jq -c 'del(.amount, .currency)')" >/dev/null
same '40059400.50 2 1' "$(total 'paid | .exact + " \(.without_figure) \(.without_rate)"')" 'beside the total'
# A revision: the figure before stays in the register, and no longer counts.
revised=$(add "$(flow payment be BE-1 60000 EUR "$(rate 1.188 exact)")" --supersedes "$euro")
same 40071280.50 "$(total paid.exact)" 'a revision'
depositary show "$euro" >shown
holds shown 50000
depositary show "$revised" >shown
holds shown 60000
# So does what it keeps or pays name the figure before: revised twice, a commitment still has its payment.
kept=$(add "$(flow pledge se SE-1 100 USD)")
made=$(add "$(flow commitment se SE-1 60 USD)" --about "$kept")
add "$(flow payment se SE-1 25 USD)" --about "$made" >/dev/null
sums() { printf '%s %s %s' "$(total committed.exact)" "$(json report .totals.paid.exact)" "$(json report .totals.pledged.exact)"; }
same '100071340.00 40071305.50 40.00' "$(sums)" 'a pledge, a commitment, a payment'
made=$(add "$(flow commitment se SE-1 65 USD)" --about "$kept" --supersedes "$made")
add "$(flow commitment se SE-1 70 USD)" --about "$kept" --supersedes "$made" >/dev/null
same '100071350.00 40071305.50 30.00' "$(sums)" 'the commitment revised'
add "$(flow pledge se SE-1 120 USD)" --supersedes "$kept" >/dev/null
same '100071350.00 40071305.50 50.00' "$(sums)" 'the pledge revised'
# More paid than was committed is told, and where.
same '' "$(jq -r '.flows[] | select(.overpaid) | .record' report)" 'nothing is overpaid yet'
over=$(add "$(flow commitment no NO-1 10 USD '{"receiver":"school"}')")
add "$(flow payment no NO-1 10.01 USD '{"receiver":"school"}')" --about "$over" >/dev/null
same '' "$(total 'committed.exact' >/dev/null; jq -r '.flows[] | select(.overpaid) | .record' report)" 'outside the boundary nothing counts'
over=$(add "$(flow commitment no NO-2 10 USD)")
extra=$(add "$(flow payment no NO-2 10.01 USD)" --about "$over")
total committed.exact >/dev/null
same "$over" "$(jq -r '.flows[] | select(.overpaid) | .record' report)" 'more paid than committed'
depositary report campaign >page
holds page "^Commitments of which more was paid than they say:$"
holds page "^  $over  Norway \(no\)  NO-2$"
# On paper too, with the figures of both: what differs between two books, what is overpaid.
for words in 'en:another amount:Entries of one flow that differ:Commitments of which more was paid' 'fr:un autre montant:Écritures d.+ même flux qui diffèrent:Engagements dont il a été payé plus' ar; do
    IFS=: read -r language differs two over_paid <<<"$words"
    depositary report campaign --pdf "books.$language.pdf" --lang "$language"
    pdftotext -layout "books.$language.pdf" - | LC_ALL=C sed 's/\xc2\xa0/ /g; s/\xe2\x81[\xa8\xa9]//g; s/\xe2\x80[\xaa-\xae]//g' >paper
    holds paper '40 000 000.00 USD'
    holds paper '40 000 000.50 USD'
    holds paper NO-2
    [ "$language" = ar ] || for want in "$differs" "$two" "$over_paid"; do holds paper "$want"; done # pdftotext reads Arabic in another order
done
add "$(flow payment no NO-2 10 USD)" --about "$over" --supersedes "$extra" >/dev/null
depositary report campaign --pdf paid.pdf --lang en
pdftotext -layout paid.pdf paper
lacks paper 'Commitments of which more was paid'
total committed.exact >/dev/null
same '' "$(jq -r '.flows[] | select(.overpaid) | .record' report)" 'no longer, once revised'
# As of the day of the meeting there was the pledge alone.
same '0.00 600000000.00' "$(total 'committed.exact' --as-of 2021-03-30) $(json report .totals.pledged.more_than)" 'as of a past date'
page() { LANGUAGE=$1 depositary report campaign | LC_ALL=C sed 's/\xc2\xa0/ /g; s/\xe2\x81[\xa8\xa9]//g' >page; }
page en
for want in '^Stabilisation 2021$' 'exact 670 000 000.00 USD' '  about 244 000.00 USD' '  more than 500 000 000.00 USD' 'another amount'; do holds page "$want"; done
# Whose flows all pass by has no sums, and that is said.
same '  in no total' "$(grep -A1 '^undp$' page | sed -n 2p)" 'a provider in no total'
page fr
holds page 'Stabilisation 2021 \(fr\)'
holds page 'exactement 670 000 000.00 USD'
holds page '  environ 244 000.00 USD'
depositary report campaign --csv >table
same 18 "$(($(wc -l <table) - 1))" 'flows in the table'
holds table "^$revised,2021-06-01,payment,provider,be,undp,BE-1,exact,60000,EUR,1.188,USD,2021-06-01,71280.00,USD,exact,counted,"

# What can't be read is in no total, and whoever takes the table is told that it isn't all.
echo '{"authority": {"text": "order", "lang": "en"}, "reason": {"text": "asked", "lang": "en"}}' >stated
depositary erase "$other" --yes --file stated >/dev/null
for form in '' --csv --json; do
    # shellcheck disable=SC2086
    expect 1 depositary report campaign $form >part 2>why
    holds why report.unread
done
holds table "$other"
lacks part "$other"

# What can't be an amount, a currency, a parent or an allocation is refused where it is stated.
for amount in 1e9 NaN 1,000 '1 000' 01 ''; do refused 'mandate.amount|record.format' amount flow.recorded "$(flow payment be B "$amount" EUR)"; done
refused mandate.currency '/currency: EURO' flow.recorded "$(flow payment be B 1 EURO)"
refused mandate.negative '/amount: -1' flow.recorded "$(flow pledge be B -1 EUR)"
refused mandate.parent '/kind: pledge' flow.recorded "$(flow pledge us B 1 USD)" --about "$commitment"
refused mandate.parent '/provider: be' flow.recorded "$(flow payment be B 1 USD)" --about "$commitment"
refused mandate.rate /rate/currency flow.recorded "$(flow payment be B 1 USD "$(rate 1 exact)")"
refused mandate.future /on flow.recorded "$(flow payment be B 1 USD '{"on":"2099"}')"
allocation='{"kind":"military","line":"stabilisation","provider":"be","receiver":"xa","basis":{"text":"letter of the government","lang":"en"},"qualifier":"not_disclosed","from":"2021-01-01"'
refused mandate.period /to allocation.made "$allocation,\"to\":\"2021-01-08\"}"
line=$(depositary charter show --json | jq -r '.lists.lines[0].code // .charter.lists.lines[0].code')
record allocation.made "${allocation/stabilisation/$line},\"to\":\"2021-12-31\"}" >/dev/null
expect 1 depositary report campaign other 2>why
holds why ledger.campaign

# Only the receiver's book has the payment under its commitment: it isn't beside it. More than so much less about so much is no figure.
campaign=$(record campaign.opened '{"called":[{"text":"Schools","lang":"en"}],"code":"schools","currency":"USD","qualifier":"not_disclosed","from":"2021"}')
sums() { depositary report campaign schools --json >report; json report '.totals | "\(.committed.exact) \(.paid.exact) \(.pledged.more_than) \(.pledged.without_figure)"'; }
pledge=$(add "$(flow pledge us US-1 600 USD '{"qualifier":"more_than"}')")
made=$(add "$(flow commitment us US-1 60 USD)" --about "$pledge")
add "$(flow payment us US-1 25 USD)" >/dev/null
same '85.00 25.00 540.00 0' "$(sums)" 'a payment that nobody said is of the commitment'
add "$(flow payment us US-1 25 USD '{"side":"receiver"}')" --about "$made" >/dev/null
same '60.00 25.00 540.00 0' "$(sums)" 'a parent that only the other side names'
add "$(flow payment us US-2 5 USD '{"qualifier":"about"}')" --about "$pledge" >/dev/null
same '60.00 25.00 0.00 1' "$(sums)" 'more than so much less about so much'
refused mandate.paid_back '/qualifier: more_than' flow.recorded "$(flow payment us US-3 -5 USD '{"qualifier":"more_than"}')"
