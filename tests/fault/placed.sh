# timeout: 300
# The power goes as soon as a command said that it is done: what it made is there, under its name and whole, on whatever file system. So what
# got a name was synced, and its folder, after it got it.
need strace python3 jq age-keygen
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
mkdir disk
disk=$PWD/disk
powerless='no power to take away here: only what was synced, and when, was looked at'
if [ "$(id -u)" -eq 0 ] && command -v mkfs.xfs xfs_io losetup >/dev/null; then
    truncate -s 512M image
    mkfs.xfs -q image 2>/dev/null
    device=$(losetup --find --show image 2>/dev/null) || device=
    if [ -n "$device" ]; then
        trap 'umount -ql "$disk" 2>/dev/null || true; losetup -d "$device"' EXIT
        mount "$device" disk 2>/dev/null && powerless=
    fi
fi

cat >synced.py <<'PY'
# synced.py TRACE PATH: after it got its name, what has it was synced, then its folder; of a folder that was just made, its folder.
import os, re, sys
trace, path = sys.argv[1], os.path.abspath(sys.argv[2])
lines = [line.rstrip('\n') for line in open(trace, errors='replace')]
named = made = None
for i, line in enumerate(lines):
    call = re.match(r'(?:\d+ +)?(\w+)\((.*)\) += 0$', line)
    if not call or call[1] not in ('rename', 'renameat', 'renameat2', 'link', 'linkat', 'mkdir', 'mkdirat'):
        continue
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', call[2])
    folder = re.findall(r'<([^>]*)>', call[2])
    target = words[-1] if words[-1].startswith('/') else os.path.join(folder[-1] if folder else 'disk', words[-1])
    if os.path.abspath(target) == path:
        named, made = i, call[1].startswith('mkdir')
if named is None:
    sys.exit('nothing got the name ' + path)
synced = [s[1] for line in lines[named + 1:] if (s := re.match(r'(?:\d+ +)?fsync\(\d+<([^>]*)>.*\) += 0$', line))]
folder = os.path.dirname(path)
# A file that had no name is still shown as one.
itself = next((i for i, s in enumerate(synced) if s == path or re.fullmatch(re.escape(folder) + r'/#\d+', s)), None)
if made:
    itself = -1
if itself is None or folder not in synced[itself + 1:]:
    sys.exit('%s: synced after it had its name: %s' % (path, synced))
PY

# cut COMMAND...: done, and the power is gone. Not everything of this package can be proved (1); written out it is all the same.
cut() {
    local status=0
    (cd disk && strace -f -qq -y -s 4096 -o ../trace -e trace=rename,renameat,renameat2,link,linkat,mkdir,mkdirat,fsync depositary "$@") >said 2>err || status=$?
    [ $status -le "$([ "$1" = verify ] && echo 1 || echo 0)" ] || { cat err >&2; fail "$*"; }
    last=$*
    [ -z "$powerless" ] || return 0
    xfs_io -x -c 'shutdown' disk
    umount disk
    mount "$device" disk
}
# kept PATH...: of the last command.
kept() {
    local path
    for path; do
        [ -e "disk/$path" ] || fail "$last: done, and $path is lost"
        python3 synced.py trace "disk/$path" || fail "$last"
    done
}

cd "$disk" || exit 1
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
two_members '[]'
new_officers 'L1:legal,custodian' 'L2:legal' 'A1:approver,legal'
complete_release
as L1 release "$prepared" --json >made.json
new_register office --roles custodian,legal,administrator
depositary key card -C office --out card.json
depositary init kit --member kit --name 'A kit' --officer F1 --profile field --home card.json --root-out kit.root.pem --no-passphrase >/dev/null
depositary charter show --member -C kit --out kit.entry
depositary charter draft --founding kit.entry -C office | jq '.members[].from = "2020-01-01T00:00:00Z" | .amend.threshold = 1' >charter.json
for member in office kit; do depositary charter adopt charter.json -C $member --root $member.root.pem --out $member.adoption >/dev/null; done
for member in office kit; do depositary charter enter charter.json office.adoption kit.adoption -C $member >/dev/null; done
handed=$(depositary collect dump -C kit --yes --json | jq -r .item)
depositary pack --whole --to test -C kit --out handed >/dev/null
age-keygen -o court.key 2>/dev/null
cd "${disk%/*}" || exit 1
sync

cut init new --member test --name 'Test member' --officer K1 --root-out new.pem --no-recovery --no-passphrase
kept new new.pem
depositary verify disk/new >/dev/null || fail 'the register does not verify'
cut key request K2 --member test --roles legal --no-passphrase --keys keys --out request
kept keys keys/officer-K2.sign.age request
cut collect dump -C reg --as T1 --yes --json
kept "reg/vault/$(json said .item).tar.age" reg/log/checkpoint
cut item extract X-1 files/dump/photo -C reg --as L1 --out photo
kept photo
cmp disk/photo disk/dump/photo
cut print inventory X-1 -C reg --as L1 --lang en --out page
kept page
cut backup copy -C reg
kept copy copy-keyring
cut restore copy back
kept back
depositary verify disk/back >/dev/null || fail 'what was restored does not verify'
cut pack "$(json disk/made.json .record)" -C reg --as L1 --age "$(age-keygen -y disk/court.key)" --out bag
kept bag
(cd disk/bag && sha256sum --quiet --strict -c manifest-sha256.txt tagmanifest-sha256.txt) || fail 'a package that is not whole'
cut verify bag --identity court.key --extract opened
kept opened "opened/$item"
cmp "disk/opened/$item/files/dump/photo" disk/dump/photo
cut receive handed --unproved -C office
kept "office/vault/$handed.tar.age"
for register in reg office; do
    depositary verify "disk/$register" >/dev/null || fail "$register does not verify at the end"
    depositary item check --all -C "disk/$register" --as T1 >/dev/null || fail "an item of $register does not check"
done
[ -z "$powerless" ] || echo "$powerless"
