# timeout: 900
# Making something public, killed or refused by the disk anywhere: what stood on the site stays byte for byte, each page and the package of the new one
# are whole or not there and never before their record, the list names it only where all of it is there, and the same command completes it.
# FAULT_EVERY: 1 tries every call that changes anything; default: a sample that ./check can afford.
need strace jq cmp sha256sum
[ -z "$FLOW_SANITIZED" ] || skip 'no strace under a sanitizer'
strace -o /dev/null true 2>/dev/null || skip 'strace may not trace here'
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
# shellcheck source=tests/fault/each-call
. "$SOURCE_ROOT/tests/fault/each-call" 24
two_members '[]'
new_officers 'D1:desk' 'L1:legal'
three() { printf '[{"lang":"en","text":"%s"},{"lang":"fr","text":"%s"},{"lang":"ar","text":"%s"}]' "$@"; }
code=$(as D1 record code.stated --file - --yes --json <<<"{\"list\": \"formations\", \"code\": \"plenary\", \"called\": $(three A B C)}" | jq -r .id)
prepare() { state D1 "{\"titles\": $(three "$1" "$1" "$1"), \"records\": [{\"record\": \"$code\", \"fields\": [\"called\"]}]}" publish prepare; }
earlier=$(prepare Earlier)
as L1 publish "$earlier" --out site >/dev/null
id=$(prepare Later)
as L1 publish preview "$id" --out preview >/dev/null
as L1 list --type publication. >/dev/null # indexed, so that no run begins with that
pin=$(depositary charter show -C reg --json | jq -r .fingerprint)
signposts='feed.ar.atom feed.en.atom feed.fr.atom index.html'
mv reg fresh
mkdir clean
mv site clean/site

afresh() {
    rm -rf reg work
    cp -a fresh reg
    cp -a clean work
}
made() { as T1 list --type publication.made --json | wc -l; }
good_package() {
    (cd "$1" && sha256sum --quiet --strict -c manifest-sha256.txt tagmanifest-sha256.txt) && depositary verify "$1" --pin "$pin" >/dev/null
}
# standing WHAT: what a reader of the site meets. Sets left, what was begun under a name that nobody takes for the thing.
standing() {
    local page file listed=
    diff -r "clean/site/$earlier" "work/site/$earlier" || fail "$1: what was public before is another"
    for page in "work/site/$id"/*; do
        [ -e "$page" ] || continue
        case ${page##*/} in
        *.unfinished) ;;
        package) good_package "$page" || fail "$1: a package that isn't whole" ;;
        *) cmp "$page" "preview/${page##*/}" || fail "$1: a page that isn't whole" ;;
        esac
        [ "$recorded" -eq 2 ] || fail "$1: on the site, and no record tells of it: $page"
    done
    for file in $signposts; do
        cmp -s "work/site/$file" "clean/site/$file" && continue
        if ! grep -q "$earlier" "work/site/$file" || ! grep -q "$id" "work/site/$file" || ! tail -c 9 "work/site/$file" | grep -qE '</(html|feed)>'; then
            fail "$1: $file isn't whole"
        fi
        listed=yes
    done
    [ -z "$listed" ] || same 'ar.html en.html fr.html package' "$(cd "work/site/$id" && echo *)" "$1: listed, of which there is"
    left=$(find work -name '*.unfinished')
}
# after WHAT: the register is whole; the same command completes the site.
before=0 beyond=0 complete=0 unfinished=0
after() {
    depositary verify reg --quick --json >verdict || { as T1 note --text recover >/dev/null; depositary verify reg --quick --json >verdict || fail "$1: $(cat verdict)"; }
    recorded=$(made)
    standing "$1"
    [ -z "$left" ] || unfinished=$((unfinished + 1))
    if [ "$recorded" -eq 1 ]; then before=$((before + 1)); else beyond=$((beyond + 1)); fi
    if grep -q '"verified"' out; then
        complete=$((complete + 1))
        for file in $signposts; do grep -q "$id" "work/site/$file" || fail "$1: said to be public, and $file doesn't say so"; done
    fi
    as L1 publish "$id" --out work/site --json >again 2>err || fail "$1: it could not be completed: $(cat err)"
    same intact "$(jq -r .verified again)" "$1: completed"
    same 2 "$(made)" "$1: made public"
    recorded=2
    standing "$1, completed"
    same '' "$left" "$1: what was begun"
    for file in $signposts; do grep -q "$id" "work/site/$file" || fail "$1: completed, and $file doesn't say so"; done
    same "$(xargs -n 1 <<<"$earlier $id $signposts" | sort | xargs)" "$(find work/site -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | xargs)" "$1: on the site"
}
publishing=("$DEPOSITARY" publish "$id" --out work/site --json -C reg --as L1)
killed_at_each 'mkdirat mkdir openat write pwrite64 fdatasync fsync syncfs renameat renameat2 linkat flock unlinkat' "${publishing[@]}"
echo "killed: $runs runs, $before before the record, $beyond after it, $unfinished with something begun, $complete said to be public"
if [ "$before" -eq 0 ] || [ "$beyond" -le "$complete" ] || [ "$unfinished" -eq 0 ]; then fail 'killed on one side of the commit point only'; fi
refused_at_each 'write:ENOSPC write:EIO pwrite64:ENOSPC fdatasync:EIO fsync:EIO syncfs:EIO renameat2:EIO renameat:EIO mkdirat:ENOSPC mkdir:ENOSPC openat:EMFILE' "${publishing[@]}"

# The record is there, and for neither the reading nor index.db there is room: that is told as the disk's, not as if there were no such record.
afresh
expect 3 strace -f -qq -o trace -P reg/journal -P reg/index.db-wal -e trace=pwrite64 -e inject=pwrite64:error=ENOSPC:when=2+ "$DEPOSITARY" publish "$id" --out work/site -C reg --as L1 >out 2>err
holds err '\(index.sql\)'
: >out
after 'no room for index.db'
same 2 "$recorded" 'recorded'
