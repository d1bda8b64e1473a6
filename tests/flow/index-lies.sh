# index.db is a projection: whoever has the files can change it. Nothing that is decided rests on it: the records are seen as
# they stand, or the command stops and says that the index is to be made anew.
# timeout: 600
need jq sqlite3
# shellcheck source=tests/flow/charter-of-two
. "$SOURCE_ROOT/tests/flow/charter-of-two"
two_members '[]'
new_officers 'L1:legal' 'L2:legal' 'A1:approver,legal' 'D1:desk' 'X9:legal'

checked="{\"outcome\": \"as_recorded\", \"checked\": $(text telephone)}"
missing() { grep '^{' | jq -r '.verdict.requirements[] | select(.met != "met" and .met != "waived") | .need + ":" + .met' | sort -u | xargs; }

complete_release
cp -a reg complete

# lie SQL: about the register as it stands.
lie() { sqlite3 reg/index.db "$1" >/dev/null; }
of_type() { printf "idx IN (SELECT idx FROM record WHERE type='%s')" "$1"; }
# unseen TYPE WHAT WANT COMMAND...: whatever is done to the rows of that type, the command's answer is WANT (WHAT is what filters it
# out of the output), or the index is told to be wrong.
unseen() {
    local type=$1 filter=$2 want=$3 lies change told=0
    shift 3
    { "$@" 2>&1 || true; } >answer
    same "$want" "$($filter <answer)" 'with an honest index'
    # shellcheck disable=SC2089
    lies=("DELETE FROM record WHERE type='$type'" "DELETE FROM ref WHERE $(of_type "$type")"
        "UPDATE record SET type='note' WHERE type='$type'" "UPDATE ref SET target='$first' WHERE $(of_type "$type")"
        "UPDATE record SET item='$first' WHERE type='$type'" "UPDATE record SET erased=1 WHERE type='$type'"
        "UPDATE record SET superseded=1 WHERE type='$type'" "UPDATE record SET kid='x', code='x' WHERE type='$type'")
    rm -rf honest
    cp -a reg honest
    for change in "${lies[@]}"; do
        lie "$change"
        { "$@" 2>&1 || true; } >answer
        if grep -q '"fault":"index[.]' answer; then
            told=$((told + 1))
        else
            same "$want" "$($filter <answer)" "after: $change"
        fi
        rm -rf reg
        cp -a honest reg
    done
    [ "$told" -le 4 ] || fail "of 8 lies about $type $told stop the command: nothing would be seen"
}
restart() { rm -rf reg; cp -a complete reg; }

# ---- a withdrawal, a rejection, a correction of what was checked ----
as L1 consent withdraw "$consent" >/dev/null
unseen consent.withdrawn missing consent.host:withdrawn as L1 release "$prepared" --json
unseen consent.withdrawn 'grep -om1 consent.withdrawn' consent.withdrawn as L1 consent withdraw "$consent" --json
restart
as A1 approve "$prepared" --reject >/dev/null
unseen approval.given missing approval:withdrawn as L1 release "$prepared" --json
restart
state L2 "{\"outcome\": \"differs\", \"checked\": $(text 'the stamp is another')}" consent check "$consent" >/dev/null
unseen consent.checked missing consent.host:unchecked as L1 release "$prepared" --json
restart
state L1 '{"answer": "withdrawn"}' request answer "$request" >/dev/null
unseen request.answered missing request:withdrawn as L1 release "$prepared" --json

# ---- a marking: extracted under torture, so it goes to no court ----
restart
state L1 '{"flags": ["coercion"]}' mark set X-1 >/dev/null
unseen marking.set missing never:never as L1 release "$prepared" --json

# ---- a legal hold, and a verdict that rests on what is to be erased ----
order="{\"authority\": $(text 'court order 9')}"
restart
as T1 hold place X-1 --yes --file - <<<"$order" >/dev/null
erase() { as L1 erase "$1" --yes --json --file - <<<"$order"; }
unseen hold.placed 'grep -om1 hold.in_force' hold.in_force erase "$first"
restart
as L1 release "$prepared" >/dev/null
unseen release.made 'grep -om1 hold.verdict' hold.verdict erase "$consent"
# ---- released once ----
unseen release.made 'grep -om1 release.made' release.made as L1 release "$prepared" --json

# ---- disposed of: the container that goes is that of the item of which a record says so, unless a hold was placed since ----
restart
echo other >other
other=$(as T1 collect other --json --file - <<<'{"exhibit": "X-2", "case": "C-1"}' | json - .item)
cp -a reg named
lie "UPDATE field SET idx=(SELECT idx FROM record WHERE item='$item' AND type='evidence.collected') WHERE name='exhibit' AND value='X-2'"
expect 3 as T1 item dispose X-2 --yes --file - <<<"$order" >/dev/null 2>err
holds err 'index.differs'
[ -e "reg/vault/$item.tar.age" ] || fail 'another exhibit was destroyed'
rm -rf reg
mv named reg
as T1 item dispose X-2 --yes --file - <<<"$order" >/dev/null
[ ! -e "reg/vault/$other.tar.age" ] || fail 'the container is still there'
lie "UPDATE record SET item='$item' WHERE type='custody.disposed'"
as T1 note --text x >/dev/null 2>&1 || true
[ -e "reg/vault/$item.tar.age" ] || fail 'evidence was destroyed on the word of index.db'
rm reg/index.db*
as T1 hold place X-2 --yes --file - <<<"$order" >/dev/null
echo 'of a backup' >"reg/vault/$other.tar.age"
as T1 note --text x >/dev/null
[ -e "reg/vault/$other.tar.age" ] || fail 'removed under a legal hold'
as T1 hold lift X-2 --yes --file - <<<"$order" >/dev/null
as T1 note --text x >/dev/null
[ ! -e "reg/vault/$other.tar.age" ] || fail 'the container of a backup stays'

# ---- a key that is in force no longer: nothing is decided with keys that are not those of the records ----
restart
echo 'left the service' >reason
as T1 key revoke X9 --reason-file reason >/dev/null
lie "DELETE FROM record WHERE type='key.revoked'"
expect 3 as L1 release "$prepared" --json >answer 2>err
holds err 'index.differs|index.db'
# It is disposable: taken away, it is made anew and everything goes on.
rm reg/index.db*
expect 0 as L1 release "$prepared" --json >answer
same yes "$(json answer .verdict.outcome)" 'with an index made anew'

# ---- who may know of a record: a row that calls it public shows nothing of it ----
restart
expect 1 as D1 show "$consent" 2>absent
for change in "type='key.enrolled'" "kid=(SELECT kid FROM record WHERE code='D1' LIMIT 1)" "type='note'"; do
    as D1 record note --stream <<<"{\"text\": $(text x)}" >/dev/null
    lie "UPDATE record SET $change WHERE jti='$consent'"
    expect 3 as D1 show "$consent" >shown 2>err
    lacks shown 'iq|consent'
    restart
done
