# shellcheck shell=bash
# What was sealed and signed opens and verifies with other people's programs: age, tar, sha256sum, age-encryption, jose, @sd-jwt/core.
need age tar jq
"$SOURCE_ROOT/tools/exercise-folder" folder
new_register register
expect 0 depositary collect folder -C register --yes --json >collected
item=$(json collected .item)
container=register/vault/$item.tar.age

# age and tar: the vault's identity lies under the officer's.
age -d -i register/keys/officer-T1.identity register/keys/vault.identity.age >vault.identity
mkdir opened
age -d -i vault.identity "$container" | tar -x -C opened
diff -r --no-dereference folder opened/files/folder
[ "$(stat -c %i "opened/files/folder/phone/pictures/IMG_0001.png")" = \
    "$(stat -c %i "opened/files/folder/phone/same picture, hard link.png")" ] || fail 'the hard link came back as a copy'
[ "$(stat -c %Y folder/documents/inventory.txt)" = "$(stat -c %Y opened/files/folder/documents/inventory.txt)" ] ||
    fail 'the time of a file was not kept'

# sha256sum: every file of the manifest that is not sparse (doc/format/vault.md, section 3).
count=0
while read -r sha256 path; do
    same "$sha256" "$(sha256sum "opened/$(printf '%b' "${path//%/\\x}")" | cut -d' ' -f1)" "$path"
    count=$((count + 1))
done < <(awk '$2 == "f" && $11 !~ /s/ {print $3, $12}' opened/manifest)
[ "$count" -ge 10 ] || fail "only $count files in the manifest"

# The other implementation of age gives the same bytes.
other open.mjs vault.identity <"$container" >other.tar
age -d -i vault.identity "$container" | cmp - other.tar || fail 'age and age-encryption differ'

# jose and @sd-jwt/core verify every record, with the keys that the records enrol; and refuse an altered one.
other records.mjs register >verified
same "$(cat register/records/* | wc -l)" "$(json verified .records)" 'records verified'
mkdir -p altered/records
sed '$s/\(.*\.[^.]*\)\.\(.\)/\1.\2\2/; $s/.$//' register/records/000000 >altered/records/000000
expect 1 other records.mjs altered
