#!/usr/bin/env python3
"""A reader of C2SP tlog-tiles, written from the specification alone.

usage: read-tiles.py URL RECORDS [PROOF...]      URL: where the log lies; RECORDS: folder with the register's signed JWTs, one a line
Gets the checkpoint and every tile its size calls for, at the paths the specification gives; computes the tree from the
entries, compares each tile, the root and the entries with the records, and checks an inclusion proof of each record;
and each PROOF, a C2SP tlog-proof with the record in it.
Exit 1 with the first thing that differs.
"""
import base64, hashlib, os, sys, urllib.request

WIDTH = 256


def fail(text):
    sys.exit(f'differs: {text}')


def get(path):
    with urllib.request.urlopen(f'{sys.argv[1]}/{path}') as answer:
        return answer.read()


def index_path(n):
    text = f'{n % 1000:03}'
    while n >= 1000:
        n //= 1000
        text = f'x{n % 1000:03}/{text}'
    return text


def tile_path(level, n, width):
    return f'tile/{level}/{index_path(n)}' + (f'.p/{width}' if width < WIDTH else '')


def node(left, right):
    return hashlib.sha256(b'\x01' + left + right).digest()


def tree_root(hashes):  # RFC 6962, 2.1
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node(tree_root(hashes[:split]), tree_root(hashes[split:]))


def path_of(index, hashes):  # RFC 6962, 2.1.1
    if len(hashes) == 1:
        return []
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if index < split:
        return path_of(index, hashes[:split]) + [tree_root(hashes[split:])]
    return path_of(index - split, hashes[split:]) + [tree_root(hashes[:split])]


def root_by_path(index, size, leaf, path):  # RFC 9162, 2.1.3.2
    fn, sn, result = index, size - 1, leaf
    for other in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            result = node(other, result)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node(result, other)
        fn, sn = fn >> 1, sn >> 1
    return result if sn == 0 else None


def levels_of(leaves):
    """Tiles of each level: every full subtree of 256 hashes is one hash of the level above."""
    while leaves:
        yield leaves
        leaves = [tree_root(leaves[i:i + WIDTH]) for i in range(0, len(leaves) - WIDTH + 1, WIDTH)]


lines = get('checkpoint').decode().split('\n')
origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
if str(size) != lines[1] or lines[3] != '' or not lines[4].startswith(f'\u2014 {origin} '):
    fail('the checkpoint is no signed note of this origin')
print(f'size: {size}')

entries = []
for start in range(0, size, WIDTH):
    width = min(WIDTH, size - start)
    bundle = get(tile_path('entries', start // WIDTH, width))
    for i in range(width):
        if int.from_bytes(bundle[i * 34:i * 34 + 2], 'big') != 32:
            fail(f'length of entry {start + i}')
        entries.append(bundle[i * 34 + 2:i * 34 + 34])
    if len(bundle) != width * 34:
        fail(f'length of bundle {start // WIDTH}')
leaves = [hashlib.sha256(b'\x00' + entry).digest() for entry in entries]

for level, hashes in enumerate(levels_of(leaves)):
    for start in range(0, len(hashes), WIDTH):
        want = hashes[start:start + WIDTH]
        if get(tile_path(level, start // WIDTH, len(want))) != b''.join(want):
            fail(f'tile {start // WIDTH} of level {level}')
if tree_root(leaves) != root:
    fail('the root')
print('root: equal')

records = []
for name in sorted(os.listdir(sys.argv[2])):
    with open(os.path.join(sys.argv[2], name), 'rb') as segment:
        records += segment.read().splitlines()
if [hashlib.sha256(record).digest() for record in records[:size]] != entries:
    fail('the entries')
print('entries: equal')

for index, leaf in enumerate(leaves):
    if root_by_path(index, size, leaf, path_of(index, leaves)) != root:
        fail(f'the proof of record {index}')
print('proofs: all good')

for name in sys.argv[3:]:
    with open(name, encoding='utf-8') as proof:
        head, _, note = proof.read().partition('\n\n')
    first, extra, place, *path = head.split('\n')
    index, shown = int(place.removeprefix('index ')), base64.b64decode(extra.removeprefix('extra '), validate=True)
    size, root = int(note.split('\n')[1]), base64.b64decode(note.split('\n')[2], validate=True)
    leaf = hashlib.sha256(b'\x00' + hashlib.sha256(shown).digest()).digest()
    if first != 'c2sp.org/tlog-proof@v1' or shown != records[index]:
        fail(f'{name}: no proof of record {index}')
    if root_by_path(index, size, leaf, [base64.b64decode(h, validate=True) for h in path]) != root:
        fail(f'{name}: the path doesn\'t lead to the root')
    print(f'{name}: good')
