# A computer whose clock fell back says so before it records, in the reader's language, and records all the same: nobody else knows better.
need cc jq
[ -z "$FLOW_SANITIZED" ] || skip 'no other library comes first under a sanitizer'
cc -D_GNU_SOURCE -O1 -fPIC -shared -o wrong.so "$SOURCE_ROOT/tests/fault/wrong-clock.c" -ldl || skip 'the wrong clock could not be compiled'
fallen() { env "LD_PRELOAD=$PWD/wrong.so" depositary "$@"; }
new_register reg

depositary note --text 'the clock is right' -C reg >/dev/null 2>err
lacks err clock
fallen list -C reg >/dev/null 2>err
lacks err clock
id=$(fallen note --text 'the clock is wrong' -C reg 2>err)
holds err "this computer's clock says 1970-01-01T00:[0-9:]+Z, and the newest record here bears a later time"
same 0 "$(depositary show "$id" --json -C reg | jq '.claims.iat / 3600 | floor')" 'the hour that the record bears'
fallen note --text 'wrong still' -C reg >/dev/null 2>err
[ ! -s err ] || fail 'the newest record bears no later time'
for language in fr:horloge ar:ساعة; do
    depositary note --text 'the clock is right again' -C reg >/dev/null 2>err
    [ ! -s err ] || fail "said with the clock right: $(cat err)"
    LANGUAGE=${language%:*} fallen note --text 'again' -C reg >/dev/null 2>err
    holds err "${language#*:}.*1970-01-01T00:"
done
depositary verify reg >/dev/null
