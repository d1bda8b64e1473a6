# Tampering of every kind is named; it never passes as intact.
need jq
new_register whole
mkdir dump
head -c 400000 /dev/urandom >dump/a
echo b >dump/b
for n in 1 2 3 4; do depositary note --text "note $n" -C whole >/dev/null; done
depositary collect dump -C whole --json --fields - <<<'{"exhibit": "X-1", "case": "C-1"}' >collected
item=$(json collected .item)
size=$(stat -c %s "whole/vault/$item.tar.age")
tries=0

flip() { # FILE OFFSET
    local byte
    byte=$(od -An -tu1 -j "$2" -N1 "$1" | tr -d ' ')
    # shellcheck disable=SC2059
    printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# tampered WHAT: reg is a damaged copy; verify must not call it intact, and say where.
tampered() {
    local status=0
    depositary verify reg --json >verdict 2>err || status=$?
    [ $status -eq 1 ] || [ $status -eq 3 ] || fail "$1: exit $status: $(cat verdict err)"
    if [ $status -eq 1 ]; then
        [ "$(jq -r '.findings | length' verdict)" -gt 0 ] || fail "$1: no finding"
    else
        holds err '\['
    fi
    tries=$((tries + 1))
}
fresh() { rm -rf reg && cp -a whole reg; }

for at in 10 200 900; do fresh; flip reg/records/000000 $at; tampered "record flipped at $at"; done
fresh; sed -i '3d' reg/records/000000; tampered 'record removed'
fresh; sed -i '$d' reg/records/000000; tampered 'last record removed'
fresh; awk 'NR == 3 {kept = $0; next} NR == 4 {print; print kept; next} 1' whole/records/000000 >reg/records/000000; tampered 'records reordered'
fresh; sed -i '3p' reg/records/000000; tampered 'record duplicated'
fresh; truncate -s -5 reg/records/000000; tampered 'records truncated'
fresh; flip reg/log/checkpoint 20; tampered 'checkpoint flipped'
fresh; : >reg/log/checkpoint; tampered 'checkpoint empty'
# The tiles that the checkpoint needs; partial ones of former checkpoints bind nobody.
for tile in $(cd whole && find log/tile -type f -path "*.p/$(sed -n 2p log/checkpoint)"); do fresh; flip "reg/$tile" 5; tampered "tile $tile flipped"; done
fresh; find reg/log/tile -type f -delete; tampered 'tiles removed'
for at in 0 100 4090 5000 $((size / 2)) $((size - 3)); do fresh; flip "reg/vault/$item.tar.age" "$at"; [ "$at" -lt 4080 ] || tampered "container flipped at $at"; done
fresh; truncate -s -1 "reg/vault/$item.tar.age"; tampered 'container truncated'
fresh; echo x >>"reg/vault/$item.tar.age"; tampered 'container longer'
fresh; rm "reg/vault/$item.tar.age"; tampered 'container removed'
fresh; echo x >reg/vault/stranger.tar.age; tampered 'a stranger in the vault'
fresh; sed -i '$d' reg/private/000000; tampered 'protected values removed'
fresh; sed -i '$d' reg/keyring/000000; tampered 'key of protected values removed'
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
name=$(printf "d%.0s" $(seq 240))
(cd odd && for _ in $(seq 16); do mkdir "$name" && cd "$name" || exit 1; done; echo deep >deep)
status=0
depositary collect odd -C whole --yes --json >collected || status=$?
same 1 $status 'exit status tells of what was not taken'
same fifo "$(json collected '.not_taken[0].reason')" 'not taken'
depositary item check "$(json collected .item)" -C whole >/dev/null
expect 1 depositary collect odd/fifo -C whole --yes 2>err
holds err 'seal.empty'
expect 3 depositary collect no-such-folder -C whole --yes 2>err
holds err 'no-such-folder'
timeout 20 depositary collect /proc/self/status /proc/self/cmdline -C whole --yes >/dev/null || fail 'files of /proc'
