# Where the file system shares blocks, an item is packed without copying it, by the program as it is confined.
# timeout: 300
need jq age age-keygen mkfs.xfs losetup filefrag
[ "$(id -u)" -eq 0 ] || skip 'only root mounts a file system'
here=$PWD
truncate -s 512M image
mkfs.xfs -q -m reflink=1 image
device=$(losetup --find --show image 2>/dev/null) || skip 'no loop device here'
trap 'cd "$here"; umount -ql disk 2>/dev/null || true; losetup -d "$device"' EXIT
mkdir disk
mount "$device" disk 2>/dev/null || skip 'xfs is not mounted here'
cd disk || exit 1
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
two_members '[]'
new_officers 'L1:legal,custodian' 'L2:legal' 'A1:approver,legal'
mkdir dump
head -c 64M /dev/urandom >dump/photo
complete_release
as L1 release "$prepared" --json >made.json
age-keygen -o court.key 2>/dev/null

free() { sync -f .; df --output=avail -B1 . | tail -n 1; }
# blocks FILE: how many of them, and how many of these are another file's as well.
blocks() { filefrag -e -b4096 "$1" | awk '/^ *[0-9]+:/ {sub(/:$/, "", $6); all += $6; if (/shared/) shared += $6} END {print all + 0, shared + 0}'; }

before=$(free)
as L1 pack "$(json made.json .record)" --age "$(age-keygen -y court.key)" --out bag --json >packed.json
took=$((before - $(free)))
[ $took -lt 8000000 ] || fail "$took bytes for a package of 64 MiB"
container=bag/data/items/$item/container.tar.age
read -r all shared <<<"$(blocks "$container")"
same $((all - 1)) "$shared" 'all blocks but the one of the header are shared'
(cd bag && sha256sum --quiet --strict -c manifest-sha256.txt && sha512sum --quiet --strict -c manifest-sha512.txt)
age -d -i court.key "$container" | tar xO files/dump/photo | cmp - dump/photo
# What the package was made of is what it was.
as T1 item check --all >/dev/null
depositary verify reg >/dev/null
