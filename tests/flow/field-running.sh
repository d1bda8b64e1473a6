# A field kit while it runs: its arguments, environment, core dumps and swap show nothing of what is stated or collected.
need jq
new_register office
depositary key card -C office --out card.json
depositary init kit --member test --name 'Test member' --officer F1 --profile field --home card.json --root-out kit.root.pem --no-passphrase >/dev/null
mkdir source
head -c 400000000 /dev/zero >source/zebra-file-name.bin
printf '{"exhibit":"zebra-exhibit","description":{"text":"zebra-narrative","lang":"en"}}' >fields.json

# What reads and what encrypts are two threads.
until_it_seals() { until grep -q '^Threads:.*[2-9]' "/proc/$pid/status"; do sleep 0.01; done; }
ulimit -c unlimited 2>/dev/null || true
depositary collect source -C kit --file - --json <fields.json >collected 2>err &
pid=$!
until_it_seals
kill -STOP "$pid" || fail 'it was gone before it could be looked at'
cp "/proc/$pid/limits" limits
cp "/proc/$pid/status" status
tr '\0' '\n' <"/proc/$pid/cmdline" >arguments
tr '\0' '\n' <"/proc/$pid/environ" >environment || true # not readable for whoever isn't root: it isn't dumpable
kill -CONT "$pid"
holds arguments '^collect$'
lacks arguments 'zebra'
lacks environment 'zebra'
holds limits '^Max core file size +0 +0 '

# Out of swap, where it may; else it says so where there is any. Under a sanitizer locking is said to work and isn't done.
locked=$(awk '$1 == "VmLck:" {print $2}' status)
if [ "$locked" -gt 4000 ]; then
    lacks err 'RLIMIT_MEMLOCK'
elif [ -z "$FLOW_SANITIZED" ] && [ "$(awk '$1 == "SwapTotal:" {print $2}' /proc/meminfo)" -gt 0 ]; then
    holds err 'RLIMIT_MEMLOCK'
fi
wait "$pid"

# Killed by a signal that would leave a core.
depositary collect source -C kit --file fields.json --json >again 2>err &
pid=$!
until_it_seals
kill -ABRT "$pid"
expect 134 wait "$pid"
[ -z "$(find . -name 'core*' -type f)" ] || fail 'a core was left'
depositary verify kit >/dev/null
if grep -rqaE 'zebra|narrative' kit; then fail 'a killed collect left what it sealed in clear'; fi
