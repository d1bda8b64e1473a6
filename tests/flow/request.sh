# Requests: a legal officer records what came in and what went out, answers it, is told of a reference that is there already, and of what is wrong with it.
need jq pdftotext
new_register reg --roles custodian,legal,administrator
depositary key enrol L-1 --roles legal --no-passphrase -C reg --as T1 >/dev/null
depositary key enrol D-1 --roles desk --no-passphrase -C reg --as T1 >/dev/null
export DEPOSITARY_REGISTER=reg DEPOSITARY_OFFICER=L-1

cat >in.json <<'JSON'
{"from": "court", "to": "organisation", "purpose": "trial", "scope": {"kind": "all"}, "our_ref": "2026/17", "their_ref": "RC 4/26",
 "deadline": "٢٠٢٧-٠١-١٥T١٢:٠٠:٠٠+03:00", "urgency": "urgent", "language": "ar", "subject": {"text": "Recordings of the raid", "lang": "en"}}
JSON
# Digits of the reader's script and their zone; kept in UTC.
depositary request in --file in.json --json >made
same 0 "$(json made '.notices | length')" notices
first=$(json made .record)
same 2027-01-15T09:00:00Z "$(depositary request list --json | json - .deadline)" deadline
depositary inbox --json >waits
same "inbox.request $first" "$(json waits '.kind + " " + .record')" inbox
depositary due --within ٩٠ --json >falls
same "due.request 2027-01-15T09:00:00Z" "$(json falls '.kind + " " + .when')" due
same '' "$(depositary due --within 5 --json)" 'not yet due'

# The same reference twice is recorded, and said at once: ours always, theirs where they are the same.
depositary request in --file in.json --json >again
same "request.our_ref request.their_ref" "$(json again '[.notices[].notice] | join(" ")')" 'both references'
same "$first $first" "$(json again '[.notices[].where] | join(" ")')" 'which one'
jq '.from = "defence" | .our_ref = "2026/18"' in.json >other.json
same 0 "$(depositary request in --file other.json --json | json - '.notices | length')" "another's reference"
depositary request in --file in.json 2>said >/dev/null
holds said 'reference'

# What is wrong is named: the field, what was stated, what would do; and nothing is recorded.
before=$(depositary request list | wc -l)
refused() { # FILTER ID PATTERN
    jq "$1" in.json | expect 1 depositary request in --file - >/dev/null 2>said
    holds said "\\($2\\)"
    holds said "$3"
}
refused '.from = "cuort"' stated.code '/from: cuort \(court, prosecution'
refused '.purpose = "war"' stated.code '/purpose: war \(investigation, trial'
refused '.line = "front"' stated.code '/line: front \(stabilisation'
refused '.deadline = "2027-13-01T00:00:00Z"' stated.time '/deadline: 2027-13'
refused '.deadline = "2027-01-01"' stated.time '2026-12-31T17:00:00'
refused '.deadline = "tomorrow\u001b[2J"' stated.time 'tomorrow\\x1B'
refused '.language = "not a language"' record.format language
refused '.urgency = "yesterday"' record.field urgency
refused 'del(.scope)' record.field 'request.made'
refused '.nobody = 1' record.field nobody
refused '.subject = {"text": "no language said"}' record.field subject
same "$before" "$(depositary request list | wc -l)" 'requests after refusals'
# On a terminal the direction is said by the command, the charter's codes are offered, by their names too, what is needed is asked for until it is there, and one that it doesn't have is refused where it was typed.
printf '%s\n' 'see court — a court' 'see Requesting authority:' 'type cuort' 'see It has:' 'see Requesting authority:' 'type A court' 'see Requested authority:' 'type ' 'see needed' 'see Requested authority:' 'type organisation' \
    'see Purpose:' 'type trial' 'see What it covers:' 'type all' 'see Our reference:' 'type 2026/19' 'see Their reference:' 'type ' 'see Line of effort:' 'type ' 'see Subject:' 'type ' \
    'see Treaty basis:' 'type ' 'see Central authority:' 'type ' 'see Channel:' 'type ' 'see Urgency:' 'type ' 'see with its zone' 'see Deadline:' 'type soon' 'see Right would be' 'see Deadline:' \
    'type 2027-02-01T12:00:00+03:00' 'see Confidentiality:' 'type ' 'see Limits of use:' 'type ' 'see Form required:' 'type ' 'see Language required:' 'type ' 'see After use:' 'type ' 'see meanwhile:' 'type ' >script
expect 0 "$SOURCE_ROOT/tests/flow/typist" script depositary request in >screen
lacks screen 'Direction'
same '2026/19 in court 2027-02-01T09:00:00Z' "$(depositary request list --json | jq -r 'select(.our_ref == "2026/19") | "\(.our_ref) \(.direction) \(.from) \(.deadline)"')" 'what was typed'
printf '{"from": "court", ' | expect 1 depositary request in --file - 2>said
expect 2 depositary request sideways --file in.json 2>said
# What is stated to a command that only shows would be lost in silence.
expect 2 depositary request --file in.json 2>said
expect 2 depositary consent list --file in.json 2>said
refused '.subject = {"text": "\u001b]0;x\u0007", "lang": "en"}' record.format subject
# What turns the direction of writing is recorded as it came, and harmless where it is shown.
jq '.subject.text = "\u202egnihton" | .our_ref = "h" | .their_ref = "h"' in.json >hostile.json
hostile=$(depositary request in --file hostile.json --json | json - .record)
depositary request show "$hostile" >shown
lacks shown $'\u202e'
holds shown 'gnihton'
jq '.deadline = "2020-01-01T00:00:00Z" | .our_ref = "late" | .their_ref = "late"' in.json >late.json
same request.deadline "$(depositary request in --file late.json --json | json - '.notices[0].notice')" 'past deadline'

# Answers: with a reason where one is owed; after a withdrawal nothing follows.
answer() { depositary request answer "$1" --file - --json; }
echo '{"answer": "refused"}' | expect 1 answer "$first" >why 2>&1
holds why request.reason
echo '{"answer": "in_part"}' | expect 1 answer "$first" >why 2>&1
echo '{"answer": "maybe"}' | expect 1 answer "$first" >why 2>&1
echo '{"answer": "postponed", "reason": {"text": "under seal", "lang": "en"}}' | answer "$first" >/dev/null
same postponed "$(depositary request show "$first" --json | json - .state)" state
holds <(depositary inbox) "$first"
echo '{"answer": "granted"}' | answer "$first" >/dev/null
lacks <(depositary inbox) "$first"
echo '{"answer": "withdrawn"}' | answer "$first" >/dev/null
echo '{"answer": "granted"}' | expect 1 answer "$first" >why 2>&1
holds why request.withdrawn
same 3 "$(depositary request show "$first" --json | json - '.later | length')" answers
echo '{"answer": "granted"}' | expect 1 depositary request answer 01234567-0000 --file - 2>why
holds why index.absent

# Out: waits in the outbox until they answer.
jq '.from = "organisation" | .to = "court" | .our_ref = "2026/90" | del(.their_ref)' in.json >out.json
out=$(depositary request out --file out.json --json | json - .record)
same "outbox.request $out" "$(depositary outbox --json | json - '.kind + " " + .record')" outbox
holds <(depositary due --within 90) "$out"
echo '{"answer": "refused", "reason": {"text": "no treaty", "lang": "en"}}' | answer "$out" >/dev/null
same '' "$(depositary outbox --json)" 'outbox after the answer'

# Letters: ours as it is, theirs with the answer; who it goes to has its name of the charter in the letter's language.
depositary print letter "$out" --out out.pdf --lang en
pdftotext -layout out.pdf out.txt
holds out.txt '^Request$'
holds out.txt '2026/90'
lacks out.txt 'no treaty'
waiting=$(depositary request list --json | jq -r 'select(.state == "waiting").request' | sed -n 1p)
expect 1 depositary print letter "$waiting" --out none.pdf 2>why
holds why print.no_letter
[ ! -e none.pdf ] || fail 'a letter about nothing was written'
echo '{"answer": "refused", "reason": {"text": "under seal until May", "lang": "en"}}' | answer "$waiting" >answered
depositary print letter "$(json answered .record)" --out reply.pdf --lang fr
pdftotext -layout reply.pdf reply.txt
holds reply.txt 'Réponse à une demande'
holds reply.txt 'under seal until May'
depositary print letter "$waiting" --out again.pdf --lang fr
cmp reply.pdf again.pdf || fail 'the same letter, named by the request, differs'
for lang in en ar; do depositary print letter "$waiting" --out "reply.$lang.pdf" --lang "$lang"; done
DEPOSITARY_OFFICER=D-1 expect 1 depositary print letter "$waiting" --out none.pdf 2>why
holds why index.absent

# Each field of a request is read back as it was stated: by who looks at it, and by who gets the letter.
cat >full.json <<'JSON'
{"from": "organisation", "to": "prosecution", "purpose": "trial", "line": "law_enforcement", "scope": {"kind": "all"}, "our_ref": "OURS-1", "their_ref": "THEIRS-2",
 "deadline": "2027-01-15T09:00:00Z", "urgency": "immediate", "language": "ar", "afterwards": "destroy",
 "subject": {"text": "subject-stated", "lang": "en"}, "treaty_basis": {"text": "treaty-stated", "lang": "en"}, "central_authority": {"text": "authority-stated", "lang": "en"},
 "channel": {"text": "channel-stated", "lang": "en"}, "confidentiality": {"text": "secrecy-stated", "lang": "en"}, "use_limits": {"text": "limits-stated", "lang": "en"},
 "form": {"text": "form-stated", "lang": "en"}, "preservation": {"text": "preserve-stated", "lang": "en"}}
JSON
same '' "$(jq -r --slurpfile schema "$SOURCE_ROOT/schema/request.made.jtd.json" '($schema[0] | .properties + .optionalProperties | del(.direction) | keys) - keys | .[]' full.json)" 'fields of a request that are not tried'
full=$(depositary request out --file full.json --json | json - .record)
depositary print letter "$full" --out full.pdf --lang en
pdftotext -layout full.pdf full.txt
depositary request show "$full" >full.shown
for said in OURS-1 THEIRS-2 {subject,treaty,authority,channel,secrecy,limits,form,preserve}-stated immediate destroy "Language required:? +Arabic$"; do
    holds full.txt "$said"
    holds full.shown "$said"
done
holds full.txt 'Deadline +15 January 2027, 09:00 UTC' # as a letter is dated
holds full.shown 2027-01-15
depositary print letter "$full" --out full.fr.pdf --lang fr
pdftotext -layout full.fr.pdf full.fr.txt
holds full.fr.txt ' arabe$'
holds full.fr.txt 'subject-stated \[anglais\]'
same "$(jq -S . full.json)" "$(depositary show "$full" --json | jq -S --slurpfile full full.json '.claims | with_entries(select(.key as $key | $full[0] | has($key)))')" 'as it was stated'

# A desk officer is told of no request: not by lists, not by name.
same '' "$(DEPOSITARY_OFFICER=D-1 depositary request list)" "a desk officer's list"
same '' "$(DEPOSITARY_OFFICER=D-1 depositary inbox)$(DEPOSITARY_OFFICER=D-1 depositary due --within 9999)" "a desk officer's inbox"
DEPOSITARY_OFFICER=D-1 expect 1 depositary request show "$first" 2>there
DEPOSITARY_OFFICER=D-1 expect 1 depositary request show "${first%??}00" 2>nowhere
same "$(sed "s/$first/X/" there)" "$(sed "s/${first%??}00/X/" nowhere)" 'what a desk officer is told'
DEPOSITARY_OFFICER=D-1 expect 1 depositary request in --file in.json 2>why
holds why record.signer
# The generic command makes none: what is checked here would not be. Nor anything else that a command of its own judges or makes: an
# approval, a release with a verdict that nobody gave.
expect 2 depositary record request.made --file in.json 2>why
depositary schema --json | jq -r .type | sort -u | while read -r type; do
    status=0
    depositary record "$type" --file in.json >why 2>&1 || status=$?
    if [ $status -eq 2 ]; then holds why 'a command of its own'; else echo "${type%%.*}"; fi
done | sort -u >generic
same 'action allegation allocation campaign code commitment coverage dispatch flow incident intention mandate meeting membership note partner statement violation' "$(xargs <generic)" 'what the generic command makes'
expect 0 depositary verify reg >/dev/null
