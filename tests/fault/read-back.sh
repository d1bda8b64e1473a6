# A disk that says it wrote and gives back something else: it isn't called sealed, nothing is half-done, and it can be run again.
need cc jq
[ -z "$FLOW_SANITIZED" ] || skip 'a sanitizer has a pread of its own'
cc -D_GNU_SOURCE -O1 -fPIC -shared -o lying.so "$SOURCE_ROOT/tests/fault/lying-disk.c" -ldl || skip 'the lying disk could not be compiled'
mkdir data
head -c 300000 /dev/urandom >data/a
new_register reg
before=$(find reg/records reg/vault reg/private reg/keyring -type f -exec sha256sum {} +)

expect 3 env "LD_PRELOAD=$PWD/lying.so" depositary collect data -C reg --yes >out 2>err
holds err 'what the disk gave back is not what was written: nothing was sealed.*\(collect.read_back\)'
lacks out Sealed
same "$before" "$(find reg/records reg/vault reg/private reg/keyring -type f -exec sha256sum {} +)" 'the register'
depositary verify reg --json >verdict
same 'intact 0' "$(jq -r '"\(.verdict) \(.containers)"' verdict)" 'verdict, and containers'
LANGUAGE=fr expect 3 env "LD_PRELOAD=$PWD/lying.so" depositary collect data -C reg --yes >out 2>err
holds err 'rien n.+a été scellé'

depositary collect data -C reg --yes >out
holds out 'Sealed and read back'
depositary verify reg --json >verdict
same 'intact 1' "$(jq -r '"\(.verdict) \(.containers)"' verdict)" 'once the disk is sound'
