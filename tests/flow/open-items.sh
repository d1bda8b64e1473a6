# Items of a package opened by who may: with an identity, with a passphrase, written out; and by stock tools the same.
# timeout: 600
need jq age age-keygen sha256sum sha512sum tar python3
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
two_members '[]'
new_officers 'L1:legal,custodian' 'L2:legal' 'A1:approver,legal'

as() { local who=$1; shift; depositary "$@" -C reg --as "$who"; }
state() { as "$1" "${@:3}" --file - --yes --json <<<"$2" >done.json; json done.json .record >last; }
text() { printf '{"text": "%s", "lang": "en"}' "$1"; }
paper() { printf '{"state": "on_paper", "scan_sha256": "%064d", "seen_by": "L1", "checked": %s}' 1 "$(text 'stamp and signature compared')"; }
checked="{\"outcome\": \"as_recorded\", \"checked\": $(text 'telephone')}"
since='{"from": "2020-01-01T00:00:00Z"}'

# An item that may go to a court.
mkdir -p dump/sub
echo hello >dump/a
ln dump/a dump/again
ln -s /etc/passwd dump/elsewhere
head -c 3000000 /dev/urandom >dump/sub/big
as T1 collect dump --json --file - <<<"{\"exhibit\": \"X-1\", \"territory\": \"IQ\", \"basis\": $(text 'search warrant 12')}" >X-1.json
item=$(json X-1.json .item)
state L1 '{"from": "court", "to": "organisation", "purpose": "trial", "scope": {"kind": "all"}}' request in
state L1 "{\"terms\": {\"layer\": \"host\", \"grantor\": \"iq\", \"actions\": [\"release\"], \"recipients\": [\"court\"], \"purposes\": [\"trial\"], \"lines\": [\"any\"], \"territories\": [\"IQ\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": $since}, \"side\": $(paper)}" consent give
state L2 "$checked" consent check "$(cat last)"
state L1 "{\"from\": \"court\", \"kinds\": [\"fair_trial\"], \"purposes\": [\"trial\"], \"scope\": {\"kind\": \"all\"}, \"in_force\": $since, \"side\": $(paper)}" assure give
state L2 "$checked" consent check "$(cat last)"
as L1 release prepare --file - --yes --json <<<"{\"action\": \"release\", \"recipient\": \"court\", \"purpose\": \"trial\", \"materials\": [{\"item\": \"$item\", \"fields\": [\"basis\", \"exhibit\"], \"redacted\": false}]}" >prepared.json
as A1 approve "$(json prepared.json .record)" >/dev/null
as L1 release "$(json prepared.json .record)" --json >made.json
pin=$(depositary charter show -C reg --json | jq -r .fingerprint)
age-keygen -o court.key 2>/dev/null
age-keygen -o other.key 2>/dev/null
as L1 pack "$(json made.json .record)" --age "$(age-keygen -y court.key)" --out keyed --json >keyed.json
as L1 pack "$(json made.json .record)" --out worded --json >worded.json
json worded.json .passphrase >words

# content PACKAGE OPTION...: what is said of the item's content, and of the payload before it.
content() { depositary verify "$1" --pin "$pin" --json "${@:2}" >said.json || true; jq -r '.items[0] | .payload + " " + .content' said.json; }
found() { jq -r '[.findings[] | select(.id | test("^(age|item|container|extract|part)")) | .id] | join(" ")' said.json; }

# Where files can't be as long as the container, it goes in pieces.
(ulimit -f 2048 && as L1 pack "$(json made.json .record)" --age "$(age-keygen -y court.key)" --out pieces --json >pieces.json)
pieces=(pieces/data/items/"$item"/container.tar.age.*)
same '2 2097152' "${#pieces[@]} $(stat -c %s "${pieces[0]}")" 'pieces'
cmp <(cat "${pieces[@]}" | tail -c +4081) <(tail -c +4081 "keyed/data/items/$item/container.tar.age")

# ---- who holds nothing; who holds the wrong thing: nothing is said against the item ----
same 'intact unproved' "$(content keyed)" 'with nothing'
same '' "$(found)" 'findings with nothing'
same 'intact unproved' "$(content keyed --identity other.key)" "with another's key"
same 'age.identity' "$(found)" "findings with another's key"
same true "$(jq '[.findings[] | select(.id == "age.identity")][0].aside' said.json)" 'it counts for nothing'

# ---- who may ----
same 'intact intact' "$(content keyed --identity other.key --identity court.key)" 'with the identity'
same 'intact intact' "$(content pieces --identity court.key)" 'in pieces, with the identity'
same 2 "$(jq '.items[0].pieces' said.json)" 'pieces that are told'
same 'intact intact' "$(content worded --passphrase --passphrase-fd 3 3<words)" 'with the passphrase'
same 'intact unproved' "$(content worded --passphrase --passphrase-fd 3 3<<<'not-these-words')" 'with other words'
same 'age.passphrase' "$(found)" 'findings with other words'
# An identity that is itself under a passphrase, asked for at a terminal.
cat >seal <<'SCRIPT'
see Enter passphrase
type keep it safe
see Confirm passphrase
type keep it safe
SCRIPT
"$SOURCE_ROOT/tests/flow/typist" seal age -p -o court.key.age court.key >screen || { cat screen; fail 'age -p'; }
cat >open <<'SCRIPT'
see Passphrase of the identity court.key.age:
type keep it safe
SCRIPT
"$SOURCE_ROOT/tests/flow/typist" open depositary verify keyed --pin "$pin" --identity court.key.age >screen || true
holds screen 'What is in it: intact'

# ---- written out: what tar has, but for the link that leads elsewhere ----
depositary verify keyed --pin "$pin" --identity court.key --extract out --json >said.json || true
same 'extract.link' "$(found)" 'the link is told'
mkdir tarred
age -d -i court.key "keyed/data/items/$item/container.tar.age" | tar -x -C tarred
rm tarred/files/dump/elsewhere
diff -r tarred "out/$item"
same '' "$(find out -perm /077 -type f)" 'files that others may read'
same "$item" "$(ls -A out)" 'nothing else'
for language in en fr ar; do
    rm -rf out
    LC_ALL=C.UTF-8 LANGUAGE=$language depositary verify keyed --pin "$pin" --identity court.key --extract out >"told.$language" || true
done
holds told.en 'Files written out, each compared with what was sealed: '
holds told.fr 'Fichiers écrits, chacun comparé'
holds told.ar 'ملفات كُتبت'
lacks told.en '^Items of which nothing was written out'
depositary verify keyed --pin "$pin" --extract unopened >told.en || true
holds told.en '^Items of which nothing was written out, not opened or not intact: 1$'
expect 1 depositary verify keyed --pin "$pin" --identity court.key --extract out 2>err
holds err 'extract.exists'
expect 3 depositary verify keyed --pin "$pin" --identity absent 2>err
expect 2 depositary verify reg --identity court.key 2>err
# By the passphrase with stock age, at a terminal.
printf 'see Enter passphrase\ntype %s\n' "$(cat words)" >open
"$SOURCE_ROOT/tests/flow/typist" open age -d -o worded.tar "worded/data/items/$item/container.tar.age" >screen || { cat screen; fail 'age -d'; }
mkdir worded.tarred
tar -x -C worded.tarred <worded.tar
rm worded.tarred/files/dump/elsewhere
diff -r tarred worded.tarred

# ---- forged: what isn't what was sent is no more opened; another content under a good seal is seen ----
again() { # BAG: its lists made anew, as whoever forges does
    (cd "$1" && for a in sha256 sha512; do
        cut -c$((${a#sha} / 4 + 3))- "manifest-$a.txt" | while read -r f; do "${a}sum" "$f"; done >"t" && mv t "manifest-$a.txt"
    done && for a in sha256 sha512; do "${a}sum" bag-info.txt bagit.txt manifest-sha256.txt manifest-sha512.txt >"t.$a"; done
        mv t.sha256 tagmanifest-sha256.txt && mv t.sha512 tagmanifest-sha512.txt)
}
cp -r pieces exchanged
mv exchanged/data/items/"$item"/container.tar.age.001 t
cp exchanged/data/items/"$item"/container.tar.age.000 exchanged/data/items/"$item"/container.tar.age.001
mv t exchanged/data/items/"$item"/container.tar.age.000
again exchanged
same 'altered unproved' "$(content exchanged --identity court.key)" 'two pieces exchanged'
cp -r keyed forged
flip "forged/data/items/$item/container.tar.age" 1000000
again forged
same 'altered unproved' "$(content forged --identity court.key --extract none)" 'a byte of the container'
same 'item.payload' "$(found)" 'a byte of the container'
same '' "$(ls -A none)" 'written out of it'

# ---- on a stick: exFAT, by a driver outside the kernel ----
if [ -n "$FLOW_SANITIZED" ] || [ "$(id -u)" -ne 0 ] || [ ! -e /dev/fuse ] || ! command -v mkfs.exfat mount.exfat-fuse >/dev/null; then
    echo 'a stick: not tried, no exFAT here'
    exit 0
fi
mkdir stick
truncate -s 32M image
mkfs.exfat -c 4K image >/dev/null
device=$(losetup --find --show image) || { echo 'a stick: not tried, no loop device'; exit 0; }
trap 'umount -ql stick; losetup -d "$device"' EXIT
plug() { mount.exfat-fuse "$@" "$device" stick >/dev/null; }
plug || { echo 'a stick: not tried, may not mount'; exit 0; }
put() { as L1 pack "$(json made.json .record)" --age "$(age-keygen -y court.key)" --out "stick/$1"; }
records() { as L1 list --json | wc -l; }
put exhibit >/dev/null
before=$(records)
expect 3 put 'exhibit: 1?' 2>err
holds err 'may a name there have these characters.*pack[.]folder'
expect 3 put EXHIBIT 2>err
holds err pack.exists
head -c 24000000 /dev/zero >stick/more
expect 1 put another 2>err
holds err 'target[.](room|files)'
rm stick/more
umount stick
plug -o ro
expect 1 put other 2>err
holds err target.read_only
same exhibit "$(ls -A stick)" 'what is on the stick'
same 'intact intact' "$(content stick/exhibit --identity court.key)" 'read from the stick'
(cd stick/exhibit && sha256sum --quiet --strict -c manifest-sha256.txt)
umount stick
# Pulled while it is written: told, nothing recorded, nothing of its name; and once more when it is back.
plug
rm -r stick/exhibit
if strace -o /dev/null true 2>/dev/null; then
    strace -f -qq -o trace -e trace=renameat2 -e inject=renameat2:delay_enter=2000000:when=1 \
        depositary pack "$(json made.json .record)" -C reg --as L1 --age "$(age-keygen -y court.key)" --out stick/pulled >written 2>err &
    writing=$!
    for _ in $(seq 200); do
        [ -n "$(find stick -name container.tar.age)" ] && break
        sleep .05
    done
    kill -KILL "$(pgrep -f "mount.exfat-fuse $device stick")"
    expect 3 wait "$writing"
    holds err '^depositary: .+\(.+\)'
    lacks written Packed
    umount -l stick
    plug
    same 'pulled.unfinished' "$(ls -A stick)" 'what is left on the stick'
fi
same "$before" "$(records)" 'records of what was refused, or never finished'
put pulled >/dev/null
same pulled "$(ls -A stick)" 'what is on the stick at last'
same 'intact intact' "$(content stick/pulled --identity court.key)" 'written once more'
