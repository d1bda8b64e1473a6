# What age and tar make of a container is what was collected: names, times, modes, owners, links, holes, extended attributes.
need age tar jq find sha256sum
new_register reg
mkdir -p 'src/sub/deep er'
printf 'a' >src/a
printf 'b' >"src/$(printf 'new\nline \377')"
: >src/-rf
ln src/a src/sub/hard
ln -s ../a src/sub/soft
ln -s nowhere src/dangling
printf 'end' | dd of=src/sparse bs=1 seek=3000000 status=none
truncate -s 5000000 src/sparse
head -c 200000 /dev/urandom >'src/sub/deep er/big'
chmod 4711 src/a
chmod 1777 src/sub
touch -d '1969-12-31 23:59:58.25' src/-rf
touch -d '2100-02-28 12:00:00.123456789' src/sub
attributes=
if setfattr -n user.comment -v "$(printf 'of\ntwo lines = one')" src/a 2>/dev/null; then attributes=yes; fi
[ "$(id -u)" -ne 0 ] || chown 4000000000:70000 src/sub/hard

# describe DIR: everything that must come back.
describe() {
    (
        cd "$1" || exit 1
        LC_ALL=C find . -printf '%p\0%y %m %U:%G %T@ %l %s %n\0' | LC_ALL=C sort -z | tr '\0\n' '\n?'
        find . -type f -exec sha256sum {} + | LC_ALL=C sort
        [ -z "$attributes" ] || getfattr --absolute-names -d a
    )
}
describe src | sed 's/^\(d .*\) [0-9]* [0-9]*$/\1/' >before
# So long ago that any reading would be written down, of files and folders.
find src -print0 | xargs -0 touch -h -a -d 2001-01-01
depositary collect src -C reg --json --yes >collected
[ -z "$(find src -not -type l -newerat 2001-01-02)" ] || fail "reading is written down: $(find src -not -type l -newerat 2001-01-02)"
age -d -i reg/keys/officer-T1.identity reg/keys/vault.identity.age >vault.key
mkdir out
# Only root can give files away.
owner=$([ "$(id -u)" -eq 0 ] && echo --same-owner || echo --no-same-owner)
age -d -i vault.key "reg/$(json collected .container)" | tar -xpf - --xattrs --xattrs-include='user.*' "$owner" -C out
describe out/files/src | sed 's/^\(d .*\) [0-9]* [0-9]*$/\1/' >after
diff before after || fail 'what came back is not what was collected'
same "$(stat -c %i out/files/src/a)" "$(stat -c %i out/files/src/sub/hard)" 'hard link'
[ "$(stat -c %b out/files/src/sparse)" -lt 5000 ] || fail 'the hole was filled'
describe src | sed 's/^\(d .*\) [0-9]* [0-9]*$/\1/' | diff before - || fail 'the source was changed'
[ -n "$attributes" ] || echo 'extended attributes: not tried, none here'

# A link that is named is taken as a link, and that is said before; with a "/" behind it, its folder.
ln -s src/sub/../sub named
depositary collect named -C reg --json --yes >collected 2>err
holds err '^depositary: named: a symbolic link, sealed as a link'
same 0 "$(json collected .files)" 'files behind a link'
depositary collect named/ -C reg --json --yes >collected 2>err
lacks err 'a symbolic link, sealed'
same 2 "$(json collected .files)" 'files of the folder behind a link'

# What may not be read is listed with that reason, and the rest is there. Root may read all, unless it gives that up.
mkdir -p closed/folder
echo mine >closed/mine
echo theirs >closed/theirs
echo deeper >closed/folder/deeper
chmod 0 closed/theirs closed/folder
ordinary=()
[ "$(id -u)" -ne 0 ] || ordinary=(setpriv --bounding-set=-all --inh-caps=-all)
if "${ordinary[@]}" true 2>/dev/null && ! "${ordinary[@]}" cat closed/theirs >/dev/null 2>&1; then
    expect 1 "${ordinary[@]}" depositary collect closed -C reg --json --yes >collected 2>err
    same 'files/closed/folder unreadable,files/closed/theirs unreadable' "$(jq -r '[.not_taken[] | "\(.path) \(.reason)"] | sort | join(",")' collected)" 'what may not be read'
    same 1 "$(json collected .files)" 'the rest'
    holds err '^not taken: files/closed/theirs \(you are not allowed to read it\)'
    depositary item files "$(json collected .item)" -C reg | among 'closed/theirs  — you are not allowed' || fail 'the list does not tell'
else
    echo 'files that may not be read: not tried, no rights could be given up'
fi
chmod 700 closed/folder

# A disk that is named is an image of its content, announced with its length; one that lies in a folder isn't taken.
if [ "$(id -u)" -eq 0 ] && command -v losetup >/dev/null; then
    head -c 3145728 /dev/urandom >medium
    device=$(losetup --find --show --read-only medium 2>/dev/null) || device=
fi
if [ -n "${device:-}" ]; then
    trap 'losetup -d "$device"' EXIT
    depositary collect "$device" -C reg --json --yes >collected
    same '1 3145728' "$(jq -r '"\(.files) \(.bytes)"' collected)" 'an image'
    depositary item files "$(json collected .item)" -C reg --json >files
    same "i $(sha256sum medium | cut -d' ' -f1)" "$(jq -r 'select(.path | endswith("'"${device##*/}"'")) | "\(.kind) \(.sha256)"' files)" 'the image in the list'
    depositary item extract "$(json collected .item)" "files/${device##*/}" --out image -C reg >/dev/null
    cmp medium image
    printf '%s\n' 'see Files: 1 (3.1 MB)' 'see [y/N]' 'type n' >script
    echo '{}' >nothing
    expect 1 "$SOURCE_ROOT/tests/flow/typist" script depositary collect "$device" -C reg --file nothing >/dev/null
    mkdir devices
    cp -a "$device" devices/disk
    expect 1 depositary collect devices -C reg --json --yes >collected
    same 'files/devices/disk device' "$(jq -r '.not_taken[0] | "\(.path) \(.reason)"' collected)" 'a disk in a folder'
else
    echo 'an image of a disk: not tried, no loop device'
fi
