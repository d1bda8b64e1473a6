# What must not be seen is painted over: no byte of the copy tells it, and the copy points to its original. What can't be redacted is refused.
need python3 pdftotext jq
new_register register
"$SOURCE_ROOT/tests/flow/make-pdf" statement.pdf Zebra 'The witness is Zebra Quagga'
pdftotext statement.pdf - >text
holds text 'Zebra Quagga'
depositary collect statement.pdf -C register --yes --json >collected

echo '{"boxes": [{"page": 1, "x": 0, "y": 0, "width": 1000, "height": 500}]}' >boxes.json
depositary redact statement.pdf --boxes boxes.json --out redacted.pdf --json >made
same 1 "$(json made .pages)" pages
pdftotext redacted.pdf - >text
lacks text '[[:alnum:]]'
# In no byte, and in no stream once it is unpacked; each picture of it is black where the box was.
python3 - <<'PY'
import re, zlib
data = open('redacted.pdf', 'rb').read()
streams = [zlib.decompress(part) for part in re.findall(rb'/FlateDecode.*?stream\r?\n(.*?)\nendstream', data, re.S)]
assert streams, 'no stream was found'
for text in [data] + streams:
    for word in (b'Zebra', b'Quagga', b'Zebra'.hex().encode(), 'Zebra'.encode('utf-16-be')):
        assert word not in text, word
picture = max(streams, key=len)
width, height = (int(re.search(rb'/%s (\d+)' % name, data).group(1)) for name in (b'Width', b'Height'))
assert len(picture) == width * height * 3, (len(picture), width, height)
upper = picture[:width * 3 * (height // 2)]
assert set(upper) == {0}, 'something shows through'
assert len(set(picture[len(upper) + width * 3:])) > 1 or picture[-1] == 255
PY

# The copy is an item of its own and says what it was made of.
depositary intake redacted.pdf --stage redaction --of "$(json collected .item)" -C register --yes --json >taken
depositary show "$(json taken .record)" -C register --json >shown
same redaction "$(json shown .claims.stage)" stage
holds shown "$(json collected .record)"

# The grid hides nothing and says so; a file that is there stays.
depositary redact statement.pdf --grid --out grid.pdf >said
holds said 'Nothing is hidden'
expect 3 depositary redact statement.pdf --grid --out grid.pdf 2>err

printf '\0\0\0\030ftypmp42and so on' >film.mp4
expect 1 depositary redact film.mp4 --boxes boxes.json --out film.pdf 2>err
holds err 'redact.media'
head -c 300 statement.pdf >cut.pdf
expect 1 depositary redact cut.pdf --boxes boxes.json --out cut-redacted.pdf 2>err
holds err 'redact.damaged'
echo '{"boxes": [{"page": 2, "x": 0, "y": 0, "width": 1, "height": 1}]}' >beyond.json
expect 1 depositary redact statement.pdf --boxes beyond.json --out beyond.pdf 2>err
holds err 'redact.page'
for file in film.pdf cut-redacted.pdf beyond.pdf; do
    [ ! -e "$file" ] || fail "$file was written"
done
expect 2 depositary redact statement.pdf --out x.pdf 2>/dev/null
