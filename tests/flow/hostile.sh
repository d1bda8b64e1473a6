# Tampering of every kind is named; it never passes as intact.
need jq age python3
new_register whole
mkdir dump
head -c 400000 /dev/urandom >dump/a
echo b >dump/b
for n in 1 2 3 4; do depositary note --text "note $n" -C whole >/dev/null; done
depositary collect dump -C whole --json --file - <<<'{"exhibit": "X-1", "case": "C-1"}' >collected
item=$(json collected .item)
echo other >other
depositary collect other -C whole --json --file - <<<'{"exhibit": "X-2", "case": "C-1"}' >collected
second=$(json collected .item) last=$(json collected .record)
size=$(stat -c %s "whole/vault/$item.tar.age")
tries=0

# tampered ID PLACE WHAT: reg is a damaged copy; verify says so by that finding (1) or fault (3), and names the thing.
tampered() {
    local status=0
    depositary verify reg --json >verdict 2>err || status=$?
    if [ $status -eq 1 ]; then
        jq -e --arg id "$1" --arg where "$2" 'any(.findings[]; .id == $id and (.where | endswith($where)))' verdict >/dev/null ||
            { jq -c '.findings[]' verdict; fail "$3: no $1 at $2"; }
        [ "$(json verdict .verdict)" != intact ] || fail "$3: called intact"
    else
        [ $status -eq 3 ] || fail "$3: exit $status: $(cat verdict err)"
        grep -F "[reg/$2" err | among "[(]$1[)]" || fail "$3: no $1 at $2: $(cat err)"
    fi
    tries=$((tries + 1))
}
fresh() { rm -rf reg && cp -a whole reg; }
size_now=$(sed -n 2p whole/log/checkpoint)
entries=log/tile/entries/000.p/$size_now hashes=log/tile/0/000.p/$size_now

# Records: altered, removed, put elsewhere, told twice, cut off, of another register.
new_register second
for n in $(seq 8); do depositary note --text 'of another register' -C second >/dev/null; done
for at in 10 200; do fresh; flip reg/records/000000 $at; tampered audit.entry "$entries #0" "record flipped at $at"; done
fresh; flip reg/records/000000 900; tampered audit.entry "$entries #1" 'second record flipped'
fresh; sed -i '3d' reg/records/000000; tampered audit.size log/checkpoint 'record removed'
fresh; sed -i '$d' reg/records/000000; tampered store.records.missing records/000000 'last record removed'
fresh; awk 'NR == 3 {kept = $0; next} NR == 4 {print; print kept; next} 1' whole/records/000000 >reg/records/000000; tampered audit.entry "$entries #2" 'records reordered'
fresh; sed -i '3p' reg/records/000000; tampered audit.entry "$entries #3" 'record duplicated'
fresh; truncate -s -5 reg/records/000000; tampered store.records.missing records/000000 'records truncated'
fresh; { sed '4,$d' whole/records/000000; sed -n 4p second/records/000000; sed '1,4d' whole/records/000000; } >reg/records/000000; tampered audit.entry "$entries #3" 'record exchanged for that of another register'
fresh; cp -a second/records/. reg/records/; tampered audit.entry "$entries #0" 'all records of another register'

# The log: checkpoint and the tiles that it needs; partial ones of former checkpoints bind nobody.
fresh; flip reg/log/checkpoint 20; tampered store.checkpoint log/checkpoint 'checkpoint flipped'
fresh; : >reg/log/checkpoint; tampered store.checkpoint log/checkpoint 'checkpoint empty'
fresh; cp second/log/checkpoint reg/log/; tampered store.checkpoint log/checkpoint 'checkpoint of another register'
fresh; cp -a second/log/. reg/log/; tampered store.checkpoint log/checkpoint 'log of another register'
fresh; flip "reg/$entries" 5; tampered audit.entry "$entries #0" 'entries flipped'
fresh; flip "reg/$hashes" 5; tampered audit.tile "$hashes" 'tile flipped'
expect 1 depositary log audit -C reg >/dev/null 2>err
holds err "$hashes.*\(audit.tile\)"
fresh; { dd if="whole/$hashes" bs=32 skip=1 count=1; dd if="whole/$hashes" bs=32 count=1; dd if="whole/$hashes" bs=32 skip=2; } >"reg/$hashes" 2>/dev/null; tampered audit.tile "$hashes" 'hashes reordered'
fresh; cp "whole/$hashes" "reg/$entries"; tampered audit.tile.absent "$entries" 'tiles exchanged'
for tile in "$entries" "$hashes"; do
    fresh; truncate -s -32 "reg/$tile"; tampered audit.tile.absent "$tile" "$tile cut off"
    fresh; truncate -s +32 "reg/$tile"; tampered audit.tile.absent "$tile" "$tile longer"
done
fresh; find reg/log/tile -type f -delete; tampered audit.tile.absent "$entries" 'tiles removed'

# Containers, and the list of files in one.
for at in 4090 5000 $((size / 2)) $((size - 3)); do fresh; flip "reg/vault/$item.tar.age" "$at"; tampered container.payload "$item" "container flipped at $at"; done
fresh; truncate -s -1 "reg/vault/$item.tar.age"; tampered container.payload "$item" 'container truncated'
fresh; echo x >>"reg/vault/$item.tar.age"; tampered container.payload "$item" 'container longer'
fresh; rm "reg/vault/$item.tar.age"; tampered container.missing "$item" 'container removed'
fresh; cp "whole/vault/$second.tar.age" "reg/vault/$item.tar.age"; tampered container.payload "$item" 'container of another item'
fresh; cp "whole/vault/$second.tar.age" "reg/vault/$item.tar.age"; cp "whole/vault/$item.tar.age" "reg/vault/$second.tar.age"; tampered container.payload "$second" 'containers exchanged'
fresh; cp "whole/vault/$item.tar.age" reg/vault/stranger.tar.age; tampered verify.vault.stray stranger.tar.age 'a container told twice'
age -d -i whole/keys/officer-T1.identity whole/keys/vault.identity.age >vault.key
age -d -i vault.key "whole/vault/$item.tar.age" >item.tar
# listed CHANGE: the list of files as whoever holds the keys would alter it, sealed anew.
listed() {
    python3 - "$1" <<'PY'
import sys
data = bytearray(open('item.tar', 'rb').read())
end = data.rindex(b' files/dump/b\n') + len(b' files/dump/b\n')
first = data.rindex(b'\0', 0, end) + 1
lines = bytes(data[first:end]).split(b'\n')[:-1]
change = sys.argv[1]
if change == 'digest': lines[-1] = lines[-1].replace(b' f ', b' f 0', 1)[:len(lines[-1])]
if change == 'swap': lines[-1], lines[-2] = lines[-2], lines[-1]
if change == 'twice': lines[-1] = lines[-2]
if change == 'cut': lines = lines[:-1]
text = b'\n'.join(lines) + b'\n'
data[first:end] = text + bytes(end - first - len(text)) if len(text) <= end - first else text[:end - first]
open('bad.tar', 'wb').write(data)
PY
    fresh
    age -e -r "$(age-keygen -y vault.key)" -o "reg/vault/$item.tar.age" bad.tar
    tampered container.payload "$item" "list of files: $1"
    expect 1 depositary item check X-1 -C reg >/dev/null 2>err
    holds err '\[X-1'
}
for change in digest swap twice cut; do listed "$change"; done

# Protected values and their keys.
fresh; sed -i '$d' reg/private/000000; tampered verify.private.absent "$last" 'protected values removed'
fresh; sed -i '$d' reg/keyring/000000; tampered verify.keyring.absent "$last" 'key of protected values removed'
fresh; truncate -s -5 reg/private/000000; tampered verify.private.absent "$last" 'protected values cut off'
# Destroyed as an erasure would, without the record of one.
fresh
python3 - "$last" <<'PY'
import json, sys
path = 'reg/keyring/000000'
lines = [json.loads(line) for line in open(path)]
lines = [{'id': line['id'], 'erased': sys.argv[1]} if line.get('id') == sys.argv[1] else line for line in lines]
open(path, 'w').write(''.join(json.dumps(line, separators=(',', ':')) + '\n' for line in lines))
PY
tampered verify.erased.unrecorded "$last" 'protected values destroyed without a record'
# Exchanged or flipped they don't open: it takes a key to see it.
fresh
python3 - "$last" <<'PY'
import json, sys
path = 'reg/private/000000'
lines = [json.loads(line) for line in open(path)]
mine = next(line for line in lines if line['id'] == sys.argv[1])
other = next(line for line in lines if line['id'] != sys.argv[1])
mine['id'], other['id'] = other['id'], mine['id']
open(path, 'w').write(''.join(json.dumps(line, separators=(',', ':')) + '\n' for line in lines))
PY
depositary show "$last" -C reg --json >shown
same 'false secret.damaged' "$(jq -r '"\(.readable) \(.why_not)"' shown)" 'protected values of another record'
# Without a key it is said that this wasn't looked at; with one it is found.
depositary verify reg >said
holds said '\(--protected\)'
expect 1 depositary verify reg --protected --json >verdict
same "altered 2 verify.private.damaged $last" "$(jq -r '"\(.verdict) \(.protected.damaged) \([.findings[] | select(.where == "'"$last"'") | .id + " " + .where] | join(" "))"' verdict)" 'exchanged protected values, opened'
depositary verify whole --protected --json >verdict
same 'intact 0' "$(jq -r '"\(.verdict) \(.protected.damaged)"' verdict)" 'protected values of the whole register'
[ "$(json verdict .protected.opened)" -gt 5 ] || fail 'hardly any protected value was opened'

# Copied back from an older backup: whole it is as it was, and only what was shown since tells; its records alone miss the checkpoint.
fresh
depositary note --text 'after the copy' -C reg >/dev/null
depositary log checkpoint -C reg >seen
depositary verify whole >/dev/null
expect 1 depositary verify whole --seen seen --json >verdict
same 'verify.rollback seen' "$(jq -r '.findings[0] | "\(.id) \(.where)"' verdict)" 'an older register'
cp whole/records/000000 reg/records/; tampered store.records.missing records/000000 'records of an older backup'
fresh; cp -a reg older; depositary note --text 'after the copy' -C reg >/dev/null; cp older/log/checkpoint reg/log/; tampered verify.tail reg 'checkpoint of an older backup'
echo "$tries ways of tampering"

# A damaged header is found with the key; every finding of a check becomes a record.
fresh; flip "reg/vault/$item.tar.age" 200
expect 1 depositary item check X-1 -C reg --json >check
same altered "$(json check .outcome)" 'outcome'
depositary list --type fixity.checked -C reg --json >checks
same 1 "$(wc -l <checks)" 'the failed check is a record'
# So is a missing container.
rm "reg/vault/$item.tar.age"
expect 1 depositary item check X-1 -C reg >/dev/null 2>&1
depositary list --type fixity.checked -C reg --json >checks
same 2 "$(wc -l <checks)" 'failed checks'

# A format of the future is refused untouched.
fresh; sed -i 's/"format":1/"format":2/' reg/register.json
before=$(find reg -type f -exec sha256sum {} + | sort | sha256sum)
expect 3 depositary note --text x -C reg 2>err
holds err 'store.format'
same "$before" "$(find reg -type f -exec sha256sum {} + | sort | sha256sum)" 'untouched'

# Hostile names and kinds of files.
mkdir odd
: >"odd/$(printf 'new\nline')"
: >"odd/$(printf '\377\376')" 2>/dev/null || true
: >'odd/-rf'
mkfifo odd/fifo
ln -s loop odd/loop
name=$(printf "d%.0s" $(seq 250))
(cd odd && for _ in $(seq 16); do mkdir "$name" && cd "$name" || exit 1; done; echo deep >deep)
status=0
depositary collect odd -C whole --yes --json >collected || status=$?
same 1 $status 'exit status tells of what was not taken'
same 'files/odd/fifo fifo' "$(json collected '.not_taken[] | "\(.path) \(.reason)"')" 'not taken'
odd=$(json collected .item)
depositary item check "$odd" -C whole >/dev/null
# All else is listed under its name, byte for byte, and comes out again: the deepest, whose path has more than 4,000 bytes, too.
depositary item files "$odd" -C whole --json >listed
same 'files/odd/%FF%FE files/odd/-rf files/odd/loop files/odd/new%0Aline' \
    "$(jq -r 'select(.path | test("^files/odd/[^d/][^/]*$")) | select(.kind != "n").path' listed | grep -v fifo | LC_ALL=C sort | paste -sd' ')" 'names'
deep=$(jq -r 'select(.path | endswith("/deep")).path' listed)
[ ${#deep} -gt 4000 ] || fail "a path of ${#deep} bytes only"
depositary item extract "$odd" "$deep" --out deep -C whole >/dev/null
same deep "$(cat deep)" 'the deepest file'
# A tree that changes while it is read: what was read is kept, and the file that changed is named.
mkdir changing
truncate -s 400M changing/large
while :; do echo more >>changing/large; sleep 0.01; done &
writer=$!
depositary collect changing -C whole --yes --json >collected 2>err
kill $writer
holds err '^changed while read: files/changing/large \('
same 1 "$(json collected .changed)" 'files that changed'
depositary item check "$(json collected .item)" -C whole >/dev/null
rm -r changing
expect 1 depositary collect odd/fifo -C whole --yes 2>err
holds err 'seal.empty'
expect 3 depositary collect no-such-folder -C whole --yes 2>err
holds err 'no-such-folder'
timeout 20 depositary collect /proc/self/status /proc/self/cmdline -C whole --yes >/dev/null || fail 'files of /proc'

# 100,000 files in one folder.
mkdir many
python3 -c 'import os; [os.close(os.open("many/%06d" % i, os.O_CREAT | os.O_WRONLY)) for i in range(100000)]'
depositary collect many -C whole --yes --json >collected
same '100000 0' "$(json collected '"\(.files) \(.not_taken | length)"')" 'files of one folder, and what was not taken'
rm -r many
