# The log as any static web server gives it: paths and contents of C2SP tlog-tiles, gone through by a reader that knows nothing of this program.
need python3 jq
new_register register
for i in $(seq 300); do printf '{"text":{"text":"note %s","lang":"en"}}\n' "$i"; done | depositary record note --stream -C register >/dev/null
PYTHONUNBUFFERED=1 python3 -m http.server --bind 127.0.0.1 --directory register/log 0 >server.out 2>&1 &
server=$!
trap 'kill $server' EXIT
for _ in $(seq 200); do
    port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' server.out)
    if [ -n "$port" ]; then break; fi
    sleep 0.05
done
[ -n "$port" ] || fail "no server: $(cat server.out)"
for n in 1 100 300; do depositary prove "$(depositary list -C register --json | sed -n "${n}p" | jq -r .id)" -C register --out "$n.proof"; done
PYTHONUNBUFFERED=1 python3 "$SOURCE_ROOT/tests/interop/read-tiles.py" "http://127.0.0.1:$port" register/records ./*.proof >result
same 3 "$(grep -c 'proof: good' result)" 'proofs as the program writes them'
holds result '^size: 3[0-9][0-9]$'
holds result '^root: equal$'
holds result '^entries: equal$'
holds result '^proofs: all good$'

# The same reader sees a tile that was altered.
cp -r register/log altered
tile=$(find altered/tile/0 -type f | sort | sed -n 1p)
flip "$tile" 40
sed '4s/^./A/; 4s/^AA/B/' 300.proof >forged
expect 1 python3 "$SOURCE_ROOT/tests/interop/read-tiles.py" "file://$PWD/register/log" register/records forged >result 2>&1
expect 1 python3 "$SOURCE_ROOT/tests/interop/read-tiles.py" "file://$PWD/altered" register/records >result 2>&1
