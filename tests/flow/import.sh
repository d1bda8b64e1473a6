# F7: a spreadsheet's table goes in whole or not at all, each row that can't is told by line and reason; the same
# table twice is in once; what goes out comes back in.
need jq
# shellcheck source=tests/flow/desk
. "$SOURCE_ROOT/tests/flow/desk"
total() { depositary report campaign "$campaign" --json >report; json report ".totals.$1"; }
flows() { depositary list --type flow.recorded --json | wc -l; }
opened='{"called":[{"text":"Stabilisation","lang":"en"}],"code":"s","currency":"USD","qualifier":"not_disclosed","from":"2021"}'
campaign=$(record campaign.opened "$opened")
import() { depositary import flow.recorded "$@" --about "$campaign" --lang en; }

# As a spreadsheet saves it where the comma is decimal: a mark, semicolons, CR LF, a cell of two lines, empty rows.
{
    printf '\xef\xbb\xbfkind;side;provider;receiver;reference;qualifier;on;amount;currency;comment;record;parent\r\n'
    printf 'payment;provider;be;undp;BE-1;exact;2021-06-02;25,50;USD;;r3;r2\r\n'
    printf 'pledge;provider;be;undp;BE-1;exact;2021-03-30;100;USD;"two\r\nlines; ""quoted""";r1;\r\n'
    printf ';;;;;;;;;;;\r\n'
    printf 'commitment;provider;be;undp;BE-1;exact;2021-05-01;60,00;USD;;r2;r1\r\n'
} >excel.csv
import excel.csv --decimal-comma --json >answer
same '3 3 0 0' "$(json answer '"\(.rows) \(.recorded) \(.held) \(.rejected)"')" 'a first import'
same '60.00 25.50 40.00' "$(total committed.exact) $(json report .totals.paid.exact) $(json report .totals.pledged.exact)" 'each under its parent'
pledge=$(depositary list --type flow.recorded --json | sed -n 1p | jq -r .id)
depositary show "$pledge" --json >shown
same $'two\nlines; "quoted" en' "$(json shown '.claims.comment | .text + " " + .lang')" 'a cell of two lines'
# The same again counts nothing twice, in whatever order its rows and columns stand.
import excel.csv --decimal-comma --json >answer
same '3 0 3 0' "$(json answer '"\(.rows) \(.recorded) \(.held) \(.rejected)"')" 'the same import again'
same 3 "$(flows)" 'records after the same import again'
# What says it otherwise is told, with the record; expressly asked it corrects that one.
sed 's/;60,00;/;70,00;/' excel.csv >revised.csv
expect 1 import revised.csv --decimal-comma >out 2>why
holds why "line 6: .*import.differs"
same 3 "$(flows)" 'nothing was corrected unasked'
import revised.csv --decimal-comma --revise >out
holds out 'Recorded: 1\. In the register already: 2\.'
same '70.00 25.50 30.00' "$(total committed.exact) $(json report .totals.paid.exact) $(json report .totals.pledged.exact)" 'a revision'

# Every row that is refused is told, none is recorded; those that are good only where that was asked.
{
    echo 'kind,side,provider,receiver,reference,qualifier,on,amount,currency'
    echo 'payment,provider,fr,undp,FR-1,exact,2021-06-01,10.00,EUR'
    echo 'payment,provider,fr,undp,FR-2,exact,2021-06-01,1e9,EUR'
    echo 'payment,provider,fr,undp,FR-3,exact,2021-06-01,NaN,EUR'
    echo 'payment,provider,fr,undp,FR-4,exact,2021-06-01,"1,000",EUR'
    echo 'payment,provider,fr,undp,FR-5,exact,2021-06-01,1000,EURO'
    echo 'payment,provider,fr,undp,FR-6,exact,2099-06-01,1000,EUR'
    echo 'payment,provider,fr,undp,,exact,2021-06-01,1000,EUR'
    echo 'gift,provider,fr,undp,FR-8,exact,2021-06-01,1000,EUR'
    echo 'payment,provider,fr,undp,FR-1,exact,2021-06-01,11.00,EUR'
    echo 'payment,provider,fr,undp,FR-9,exact,2021-06-01'
} >bad.csv
before=$(flows)
expect 1 import bad.csv >out 2>why
same "$before" "$(flows)" 'none was recorded'
holds out 'Rows: 10\. Recorded: 0\. In the register already: 0\. Rejected: 9\.'
for want in 'line 3: .*/amount.*record.format' 'line 4: .*/amount.*record.format' 'line 5: .*/amount.*record.format' 'line 6: .*/currency: EURO.*mandate.currency' \
    'line 7: .*mandate.future' 'line 8: .*/reference.*record.field' 'line 9: .*/kind.*record.field' 'line 10: .*\[2\].*import.again' 'line 11: .*import.cells'; do
    holds why "$want"
done
same 9 "$(grep -c '^depositary: line' why)" 'each row is told once'
holds why 'nothing was recorded: .*--take-good'
for language in fr ar; do
    LANGUAGE=$language expect 1 import bad.csv >/dev/null 2>why
    lacks why 'line|Right would be'
done
expect 1 import bad.csv --json >out 2>/dev/null
same '3 record.format /amount' "$(head -n 1 out | jq -r '"\(.line) \(.finding) \(.pointer)"')" 'the same for a program'
expect 1 import bad.csv --take-good --json >out 2>why
lacks why 'nothing was recorded'
same '10 1 0 9' "$(tail -n 1 out | jq -r '"\(.rows) \(.recorded) \(.held) \(.rejected)"')" 'the good ones'
same $((before + 1)) "$(flows)" 'one was good'
# A comma is decimal only where that is said; then a point isn't.
printf 'kind,side,provider,receiver,reference,qualifier,on,amount,currency\npayment,provider,it,undp,IT-1,exact,2021-06-01,"1,50",EUR\n' >comma.csv
expect 1 import comma.csv >/dev/null 2>why
holds why 'line 2: .*decimal-comma.*flat.comma'
for language in fr ar; do LANGUAGE=$language expect 1 import comma.csv >/dev/null 2>"why.$language"; holds "why.$language" '--decimal-comma.*flat.comma'; done
same 3 "$(cat why why.fr why.ar | grep flat.comma | sort -u | wc -l)" 'a decimal comma in three languages'
sed 's/"1,50"/1.50/' comma.csv >point.csv
expect 1 import point.csv --decimal-comma >/dev/null 2>why
holds why 'line 2: .*flat.decimal'

# A parent that was rejected, two that are each other's, one that is nowhere.
{
    echo 'record,parent,kind,side,provider,receiver,reference,qualifier,on,amount,currency'
    echo 'a,,pledge,provider,jp,undp,JP-1,exact,2021-06-01,x,JPY'
    echo 'b,a,payment,provider,jp,undp,JP-1,exact,2021-06-01,1,JPY'
    echo 'c,d,payment,provider,jp,undp,JP-2,exact,2021-06-01,1,JPY'
    echo 'd,c,commitment,provider,jp,undp,JP-2,exact,2021-06-01,1,JPY'
    echo 'e,nowhere1,payment,provider,jp,undp,JP-3,exact,2021-06-01,1,JPY'
} >parents.csv
expect 1 import parents.csv >out 2>why
for want in 'line 3: .*\[2\].*import.parent' 'line 4: .*import.parent' 'line 5: .*import.parent' 'line 6: .*nowhere1.*import.row'; do holds why "$want"; done

# A file that is none.
refused_file() { expect 1 import "$2" >out 2>why; holds why "$1"; }
: >empty.csv
refused_file import.header empty.csv
printf 'kind,amout\npayment,1\n' >column.csv
refused_file '1: amout.*import.column' column.csv
printf 'kind,Kind,amount\npayment,payment,1\n' >twice.csv
refused_file 'import.column.again' twice.csv
printf 'kind,amount\npayment,"1\n' >open.csv
refused_file '2.*csv.open' open.csv
# What a spreadsheet calls Unicode Text is the same table; what says nothing of its encoding isn't guessed.
iconv -f UTF-8 -t UTF-16LE revised.csv >unicode.txt # and its mark
import unicode.txt --decimal-comma --json >answer
same '3 3' "$(json answer '"\(.rows) \(.held)"')" 'a table in UTF-16'
{ echo kind,amount; seq 100001 | sed 's/.*/payment,1/'; } >many.csv
refused_file '100000.*import.many' many.csv
printf '\xff\xfek\0i' >half.csv
refused_file csv.encoding half.csv
printf 'kind,comment\npayment,\xc7\xe1\xd3\n' >windows-1256.csv
refused_file 'CSV UTF-8.*csv.encoding' windows-1256.csv
expect 2 depositary import key.enrolled empty.csv 2>/dev/null

# Headers in the reader's words; any type whose fields are flat.
printf 'Member\tFormation\tFrom\nbe\tsmall_group\t2014\nfr\tsmall_group\t2014\n' >members.tsv
record code.stated '{"list":"formations","code":"small_group","called":[]}' >/dev/null
depositary import membership.stated members.tsv --json >answer
same '2 2' "$(json answer '"\(.rows) \(.recorded)"')" 'another type, by its labels'
depositary report membership --json >report
same 2 "$(grep -o '"be"\|"fr"' report | sort -u | wc -l)" 'they are members'

# What is about another row is known again with it, and is another where that is another.
printf 'record,parent,text\na,,first\nb,,second\n,a,seen\n,b,seen\n' >notes.csv
depositary import note notes.csv --lang en --json >answer
same '4 4 0' "$(json answer '"\(.rows) \(.recorded) \(.held)"')" 'notes about notes'
printf ',b,added\n' >>notes.csv
depositary import note notes.csv --lang en --json >answer
same '5 1 4' "$(json answer '"\(.rows) \(.recorded) \(.held)"')" 'the same notes, and one more'
printf 'text,about\nC,%sx\n' "$campaign" >long.csv
expect 1 depositary import note long.csv --lang en >out 2>why
holds why 'line 2: .*index.absent'
printf 'text,Text \xe2\x80\xba Text\nA,B\n' >twice.csv
expect 1 depositary import note twice.csv --lang en >out 2>why
holds why import.column.again

# What goes out as a table comes back in, into another register, and comes to the same.
printf 'kind,side,provider,receiver,reference,qualifier,on,in_kind,rate.currency,rate.value,rate.on,rate.qualifier,amount,currency,comment,line\n%s\n%s\n' \
    'payment,provider,jp,undp,JP-9,not_disclosed,2021-06-01,40 vehicles,,,,,,,=1+1,' \
    'payment,provider,pl,undp,PL-1,exact,2021-06-01,,USD,0.244,2021-06-01,about,1000000,PLN,,stabilisation' | import - >/dev/null
# What was paid back, a payment revised to below zero, a parent that only the receiver names, a year that begins in October, a moment with a zone.
{
    echo 'record,parent,kind,side,provider,receiver,reference,qualifier,on,amount,currency,fiscal_year'
    echo 'c,,commitment,provider,ro,undp,RO-1,exact,2021-05-01,60,USD,2020-10/2021-09'
    echo 'd,c,payment,provider,ro,undp,RO-1,exact,2021-06-01,60,USD,2020-10/2021-09'
    echo 'b,c,payment,provider,ro,undp,RO-2,exact,2021-07-01,-20.5,USD,'
    echo 'e,,payment,provider,ro,undp,RO-3,exact,2022-01-01T02:00:00+03:00,25,USD,2021'
    echo 'f,,payment,provider,ro,undp,RO-4,exact,2021-06-01,5,USD,'
    echo 'g,c,payment,receiver,ro,undp,RO-4,exact,2021-06-01,5,USD,'
} >more.csv
import more.csv >/dev/null
sed 's/,25,USD,2021/,-25,USD,2021/' more.csv >negative.csv
import negative.csv --revise >answer
holds answer 'Recorded: 1\. In the register already: 5\.'
# Where the reader is changes nothing; a day is one of UTC, and by that the moment is of 2021.
for date in 2021-12-31 2021; do
    for zone in UTC Asia/Baghdad America/New_York; do TZ=$zone depositary report campaign --csv --as-of "$date" >"as-of.${zone##*/}"; done
    holds as-of.UTC RO-3
    cmp as-of.UTC as-of.Baghdad
    cmp as-of.UTC as-of.New_York
done
depositary report campaign --csv --as-of 2021-12-30 >as-of
lacks as-of RO-3
depositary report campaign --csv >table.csv
same '60 -25.00' "$(grep -E ',RO-(1|3),' table.csv | cut -d, -f3,9,14,17 | sed -n 's/^commitment,60,.*/60/p; s/^payment,-25,\(.*\),counted$/\1/p' | xargs)" 'a revision to below zero counts as that'
same 'kept kept kept other_side' "$(grep -E 'payment,.*,ro,undp,RO-[124],' table.csv | cut -d, -f17 | xargs)" 'payments of the commitment, by whoever named it'
total committed >first
out=$(flows)
new_register other --roles custodian,legal,desk,administrator --territory IQ
export DEPOSITARY_REGISTER=other
campaign=$(record campaign.opened "$opened")
import table.csv --json >answer
same "$((out - 2)) 0" "$(json answer '"\(.recorded) \(.rejected)"')" 'back in'
total committed >second
cmp first second
depositary report campaign --csv | cut -d, -f2-17,21- | sort >out
cut -d, -f2-17,21- table.csv | sort | cmp - out

# A table as of a day lacks a commitment of a later one, which a payment in it names: that is told, with what to do.
{
    echo 'record,parent,kind,side,provider,receiver,reference,qualifier,on,amount,currency'
    echo 'a,,commitment,provider,se,undp,SE-1,exact,2020-03-01,100,USD'
    echo 'b,a,payment,provider,se,undp,SE-1,exact,2020-02-01,40,USD'
} >early.csv
import early.csv >/dev/null
depositary report campaign --csv --as-of 2020-02 >as-of
new_register third --roles custodian,legal,desk,administrator --territory IQ
export DEPOSITARY_REGISTER=third
campaign=$(record campaign.opened "$opened")
expect 1 import as-of >out 2>why
holds why 'line 2: what its column parent names .* is no row of this table, .*without a day .*import.row'
# Codes and references are as they are written: two that differ in capitals are two.
printf 'kind,side,provider,receiver,reference,qualifier,on,amount,currency\npayment,provider,se,undp,SE-1,exact,2021-06-01,1,USD\npayment,provider,se,undp,se-1,exact,2021-06-01,1,USD\n' | import - >out
holds out 'Recorded: 2\.'

# Two rows about one: each names it by the digest of what was recorded.
{
    echo 'record,parent,kind,side,provider,receiver,reference,qualifier,on,amount,currency'
    echo 'a,b,payment,provider,no,undp,NO-1,exact,2021-06-01,1,USD'
    echo 'b,,commitment,provider,no,undp,NO-1,exact,2021-06-01,3,USD'
    echo 'c,b,payment,provider,no,undp,NO-2,exact,2021-06-02,2,USD'
} >siblings.csv
import siblings.csv >/dev/null
depositary list --type flow.recorded --newest --limit 3 --json | jq -r .id >ids
while read -r id; do depositary show "$id" --json; done <ids >shown
same '2 1' "$(jq -rs '(map(select(.claims.kind == "commitment")) | .[0]) as $to | map(.claims.refs[1] | select(. == {rel: "about", id: $to.id, sha256: $to.sha256})) | "\(length) \(unique | length)"' shown)" 'what two rows are about'
