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
holds err "this computer's clock says 19[0-9-]+T[0-9:]+Z, and the newest record here bears a later time"
same true "$(depositary show "$id" --json -C reg | jq '.claims.iat < 946684800')" 'the time that the record bears is of the last century'
fallen note --text 'wrong still' -C reg >/dev/null 2>err
[ ! -s err ] || fail 'the newest record bears no later time'
for language in fr:horloge ar:ساعة; do
    depositary note --text 'the clock is right again' -C reg >/dev/null 2>err
    [ ! -s err ] || fail "said with the clock right: $(cat err)"
    LANGUAGE=${language%:*} fallen note --text 'again' -C reg >/dev/null 2>err
    holds err "${language#*:}.*19[0-9-]+T"
done

# Where it fell back as the power failed, what is moved aside first is recorded by that clock, and hides nothing.
depositary note --text 'the clock is right again' -C reg >/dev/null
printf 'a line that was cut' >>reg/records/000000
fallen note --text 'after it' -C reg >/dev/null 2>err
holds err 'unfinished work was moved to aside/'
holds err "this computer's clock says 19"
depositary verify reg >/dev/null
