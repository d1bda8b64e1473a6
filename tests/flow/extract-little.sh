# One file of a large container is extracted without reading the rest of it.
need strace jq
[ -z "${FLOW_SANITIZED:-}" ] || skip 'no ptrace under a sanitizer'
new_register register
mkdir source
head -c 150000000 /dev/zero >source/a-large-one
printf 'the one that is wanted' >source/b-small
head -c 50000000 /dev/zero >source/c-large-too
depositary collect source -C register --yes --json >collected
strace -f -y -e trace=read,pread64,preadv,preadv2,mmap -o trace \
    depositary item extract "$(json collected .item)" files/source/b-small --out wanted -C register >/dev/null
cmp source/b-small wanted
read=$(sed -n 's/^.*\(read\|pread64\|preadv\|preadv2\)([0-9]*<[^>]*\/vault\/[^>]*>.* = \([0-9]*\)$/\2/p' trace | awk '{sum += $1} END {print sum + 0}')
# An ordinary user's strace is not told the paths of a process that nobody may look into: then it is all that was read, libraries and index too.
if [ "$read" -eq 0 ] && [ "$(id -u)" -ne 0 ]; then read=$(sed -n 's/^.*\(read\|pread64\|preadv\|preadv2\)(.* = \([0-9]*\)$/\2/p' trace | awk '{sum += $1} END {print sum + 0}'); fi
lacks trace 'mmap.*/vault/'
echo "read $read bytes of $(stat -c %s register/vault/*.tar.age)"
[ "$read" -gt 0 ] || fail 'no read of the container was seen'
[ "$read" -lt 1000000 ] || fail "it read $read bytes of the container"
