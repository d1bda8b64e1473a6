/*
 * Merkle arithmetic against public vectors and a naive reference; tiles; notes, checkpoints and
 * proofs with one edit a refusal.
 */
#include "base/test_slow.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "log/note.h"
#include "log/tile.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- public vectors ---- */

static size_t inclusion_count, consistency_count;

static struct dep_hash hash_member(const json_t *json, const char *name, bool any_len, bool *good)
{
    struct dep_hash hash = {{0}};
    const char *text = dep_json_string(json, name);
    DEP_AUTO_BUF bytes;
    dep_buf_init(&bytes, 4096);
    bool readable = text && dep_base64_parse(DEP_BASE64_STD, dep_slice_string(text), &bytes);
    if (readable && bytes.len == DEP_HASH_LEN)
        memcpy(hash.bytes, bytes.data, DEP_HASH_LEN);
    else if (readable && any_len) /* "don't care": what counts is which of them are equal */
        dep_sha256(dep_buf_slice(&bytes), &hash);
    else
        *good = false;
    return hash;
}

static struct dep_merkle_proof proof_member(const json_t *json, bool *good)
{
    struct dep_merkle_proof proof = {.count = 0};
    size_t i;
    json_t *text;
    json_array_foreach(json_object_get(json, "proof"), i, text)
    {
        if (i >= DEP_MERKLE_PROOF_MAX ||
            !dep_base64_parse_exact(DEP_BASE64_STD, dep_slice_string(json_string_value(text)),
                                    proof.hashes[i].bytes, DEP_HASH_LEN)) {
            *good = false; /* a hash of another length has no place in our proofs at all */
            return proof;
        }
        proof.count++;
    }
    return proof;
}

static int run_vector(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)walk;
    if (kind != FTW_F)
        return 0;
    json_t *json = json_load_file(path, 0, NULL);
    bool good = json != NULL;
    if (!json) { /* an index beyond int64: our logs have none, and it must be one to be refused */
        json = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
        assert_non_null(json);
    }
    bool want_error = json_is_true(json_object_get(json, "wantErr"));
    struct dep_merkle_proof proof = proof_member(json, &good);
    if (strstr(path, "/inclusion/")) {
        uint64_t index = (uint64_t)json_integer_value(json_object_get(json, "leafIdx")),
                 size = (uint64_t)json_integer_value(json_object_get(json, "treeSize"));
        struct dep_hash leaf = hash_member(json, "leafHash", false, &good),
                        root = hash_member(json, "root", false, &good);
        good = good && dep_merkle_verify_inclusion(&leaf, index, size, &proof, &root);
        inclusion_count++;
    } else {
        uint64_t size1 = (uint64_t)json_integer_value(json_object_get(json, "size1")),
                 size2 = (uint64_t)json_integer_value(json_object_get(json, "size2"));
        struct dep_hash root1 = hash_member(json, "root1", true, &good),
                        root2 = hash_member(json, "root2", true, &good);
        good = good && dep_merkle_verify_consistency(size1, size2, &proof, &root1, &root2);
        consistency_count++;
    }
    json_decref(json);
    if (good == want_error)
        fail_msg("%s: %s", path, good ? "accepted" : "refused");
    return 0;
}

static void test_vectors(void **state)
{
    (void)state;
    const char *root = getenv("DEPOSITARY_VECTORS");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/merkle",
                   root ? root : DEPOSITARY_SOURCE_ROOT "/../shared/vectors");
    if (nftw(path, run_vector, 16, FTW_PHYS) != 0) {
        printf("Merkle vectors: all skipped, no folder %s\n", path);
        skip();
    }
    printf("Merkle vectors: %zu inclusion, %zu consistency\n", inclusion_count, consistency_count);
    assert_true(inclusion_count > 50 && consistency_count > 50);
}

/* ---- naive reference (RFC 6962 section 2.1, as written there) ---- */

enum { TREE_MAX = 300 };
static struct dep_hash leaves[TREE_MAX];

static void naive_root(size_t from, size_t to, struct dep_hash *out)
{
    if (to - from == 1) {
        *out = leaves[from];
        return;
    }
    size_t k = 1;
    while (k * 2 < to - from)
        k *= 2;
    struct dep_hash left, right;
    naive_root(from, from + k, &left);
    naive_root(from + k, to, &right);
    dep_sha256_node(&left, &right, out);
}

static int read_leaves(void *context, unsigned level, uint64_t index, struct dep_hash *out)
{
    (void)context;
    uint64_t from = index << level;
    assert_true(from + (UINT64_C(1) << level) <= TREE_MAX);
    dep_merkle_root(leaves + from, (size_t)1 << level, out);
    return DEP_OK;
}

static void test_against_reference(void **state)
{
    (void)state;
    struct dep_hash roots[TREE_MAX + 1], root;
    for (size_t i = 0; i < TREE_MAX; i++)
        dep_sha256(dep_slice_of(&i, sizeof i), &leaves[i]);
    dep_sha256((struct dep_slice){NULL, 0}, &roots[0]);
    for (size_t size = 1; size <= TREE_MAX; size++) {
        naive_root(0, size, &roots[size]);
        dep_merkle_root(leaves, size, &root);
        assert_true(dep_hash_equal(&root, &roots[size]));
        assert_int_equal(dep_merkle_root_at(size, read_leaves, NULL, &root), DEP_OK);
        assert_true(dep_hash_equal(&root, &roots[size]));
    }
    for (size_t size = 1; size <= TREE_MAX; size += 7 * (size_t)test_steps(5, 13)) {
        for (size_t index = 0; index < size; index++) {
            struct dep_merkle_proof proof;
            assert_int_equal(dep_merkle_prove_inclusion(index, size, read_leaves, NULL, &proof),
                             DEP_OK);
            assert_true(
                dep_merkle_verify_inclusion(&leaves[index], index, size, &proof, &roots[size]));
            assert_false(dep_merkle_verify_inclusion(&leaves[(index + 1) % TREE_MAX], index, size,
                                                     &proof, &roots[size]));
            if (size > 1)
                assert_false(dep_merkle_verify_inclusion(&leaves[index], (index + 1) % size, size,
                                                         &proof, &roots[size]));
        }
        for (size_t old = 1; old <= size; old++) {
            struct dep_merkle_proof proof;
            assert_int_equal(dep_merkle_prove_consistency(old, size, read_leaves, NULL, &proof),
                             DEP_OK);
            assert_true(
                dep_merkle_verify_consistency(old, size, &proof, &roots[old], &roots[size]));
            assert_false(
                dep_merkle_verify_consistency(old, size, &proof, &roots[old - 1], &roots[size]));
        }
    }
}

/* ---- tiles ---- */

enum { STORE_MAX = 4096 };
static struct stored_tile {
    struct dep_tile_id id;
    size_t len;
    uint8_t bytes[DEP_TILE_WIDTH * 34];
} * stored;
static size_t stored_count;

static int store_tile(void *context, const struct dep_tile_id *tile, const uint8_t *data,
                      size_t len)
{
    (void)context;
    assert_true(stored_count < STORE_MAX);
    stored[stored_count].id = *tile;
    stored[stored_count].len = len;
    memcpy(stored[stored_count++].bytes, data, len);
    return DEP_OK;
}

static int load_tile(void *context, const struct dep_tile_id *tile, uint8_t *out)
{
    (void)context;
    for (size_t i = stored_count; i-- > 0;) {
        if (stored[i].id.level != tile->level || stored[i].id.index != tile->index ||
            stored[i].id.width < tile->width)
            continue;
        memcpy(out, stored[i].bytes, tile->width * (tile->level < 0 ? 34u : 32u));
        return DEP_OK;
    }
    return DEP_FOUND;
}

static void test_builder(void **state)
{
    (void)state;
    enum { SIZE = 70000, SPLIT = 65793 };
    stored = calloc(STORE_MAX, sizeof *stored);
    struct dep_frontier reference;
    struct dep_tile_builder *builder = NULL;
    struct dep_hash entry, leaf, root, expected;
    dep_frontier_init(&reference);
    assert_int_equal(dep_tile_builder_new(store_tile, NULL, &builder), DEP_OK);
    for (uint64_t i = 0; i < SIZE; i++) {
        if (i == SPLIT) { /* as a later process would go on */
            assert_int_equal(dep_tile_builder_partials(builder), DEP_OK);
            dep_tile_builder_free(builder);
            assert_int_equal(dep_tile_builder_new(store_tile, NULL, &builder), DEP_OK);
            assert_int_equal(dep_tile_builder_load(builder, i, true, load_tile, NULL), DEP_OK);
        }
        dep_sha256(dep_slice_of(&i, sizeof i), &entry);
        dep_sha256_leaf(&entry, &leaf);
        dep_frontier_add(&reference, &leaf);
        assert_int_equal(dep_tile_builder_add(builder, &entry), DEP_OK);
    }
    dep_frontier_root(&reference, &expected);
    dep_frontier_root(dep_tile_builder_frontier(builder), &root);
    assert_true(dep_hash_equal(&root, &expected));
    assert_int_equal(dep_tile_builder_partials(builder), DEP_OK);
    struct dep_tile_source source = {.read = load_tile, .size = SIZE};
    assert_int_equal(dep_merkle_root_at(SIZE, dep_tile_source_read, &source, &root), DEP_OK);
    assert_true(dep_hash_equal(&root, &expected));
    struct dep_merkle_proof proof;
    source.tiles_read = 0;
    assert_int_equal(dep_merkle_prove_inclusion(4711, SIZE, dep_tile_source_read, &source, &proof),
                     DEP_OK);
    uint64_t index = 4711;
    dep_sha256(dep_slice_of(&index, sizeof index), &entry);
    dep_sha256_leaf(&entry, &leaf);
    assert_true(dep_merkle_verify_inclusion(&leaf, index, SIZE, &proof, &expected));
    /* The specification's own example: a tree of 70,000. */
    assert_int_equal(dep_tile_width(0, 273, SIZE), 112);
    assert_int_equal(dep_tile_width(1, 1, SIZE), 17);
    assert_int_equal(dep_tile_width(2, 0, SIZE), 1);
    assert_int_equal(dep_tile_width(0, 274, SIZE), 0);
    dep_tile_builder_free(builder);
    free(stored);
    stored_count = 0;
}

static size_t handed_over(struct dep_tile_builder *builder)
{
    size_t before = stored_count;
    assert_int_equal(dep_tile_builder_partials(builder), DEP_OK);
    return stored_count - before;
}

/* A partial tile that stands isn't handed over again, unless nobody knows that it does. */
static void test_builder_partials(void **state)
{
    (void)state;
    enum { SIZE = 256 * 256 + 300 };
    struct dep_tile_builder *builder = NULL;
    struct dep_hash entry = {{1}};
    stored = calloc(STORE_MAX, sizeof *stored);
    assert_int_equal(dep_tile_builder_new(store_tile, NULL, &builder), DEP_OK);
    for (uint64_t i = 0; i < SIZE; i++)
        assert_int_equal(dep_tile_builder_add(builder, &entry), DEP_OK);
    assert_int_equal(handed_over(builder), 4); /* entries, and levels 0 to 2 */
    assert_int_equal(handed_over(builder), 0);
    assert_int_equal(dep_tile_builder_add(builder, &entry), DEP_OK);
    assert_int_equal(handed_over(builder), 2);
    for (int stand = 0; stand < 2; stand++) {
        dep_tile_builder_free(builder);
        assert_int_equal(dep_tile_builder_new(store_tile, NULL, &builder), DEP_OK);
        assert_int_equal(dep_tile_builder_load(builder, SIZE + 1, stand, load_tile, NULL), DEP_OK);
        assert_int_equal(handed_over(builder), stand ? 0 : 4);
    }
    /* Up to the next full tile: of it the levels above change too, and below nothing is left. */
    for (uint64_t i = SIZE + 1; i < 256 * 256 + 512; i++)
        assert_int_equal(dep_tile_builder_add(builder, &entry), DEP_OK);
    assert_int_equal(handed_over(builder), 1);
    dep_tile_builder_free(builder);
    free(stored);
    stored_count = 0;
}

/* c2sp.org/tlog-tiles, Merkle Tree, Partial Tiles, Log entries: level, index, width. A level above
 * 7 has no full tile below 2^64 leaves. */
static void test_tile_paths(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool good;
    } rows[] = {
        {"tile/0/x001/x234/067", true},
        {"tile/entries/000.p/8", true},
        {"tile/7/000", true},
        {"tile/8/000", false},
        {"tile/00/000", false},
        {"tile/0/067", true},
        {"tile/0/x067", false},
        {"tile/0/x000/067", false},
        {"tile/0/000.p/0", false},
        {"tile/0/000.p/256", false},
        {"tile/0/000.p/08", false},
        {"tile/0/67", false},
        {"tile/0/000/", false},
        {"tile/0/000.p/8/9", false},
        {"tile/-1/000", false},
        {"tile//000", false},
        {"/tile/0/000", false},
        {"tile/0/x001/x234", false},
        {"", false},
        {"tile/0/000.p/255", true},
        {"tile/64/000", false},
        {"tile/+1/000", false},
        {"tile/data/000", false},
        {"tile/entries", false},
        {"tile/0/1000", false},
        {"tile/0/001/234", false},
        {"tile/0/x001/67", false},
        {"tile/0/X001/067", false},
        {"tile/0/x01/067", false},
        {"tile/0/00a", false},
        {"tile/0/x999/x999/x999/x999/x999/x999/999", false},
        {"tile/0/000.p/", false},
        {"tile/0/000.p", false},
        {"tile/0/000.p/-1", false},
        {"tile/0/000.p/+1", false},
        {"tile/0/000.p/1 ", false},
        {"tile/0/000.P/1", false},
        {"tile/0/x001.p/1/234", false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_tile_id tile;
        struct dep_finding why = {"", "", 0};
        if ((dep_tile_path_parse(dep_slice_string(rows[i].path), &tile, &why) == DEP_OK) !=
                rows[i].good ||
            strcmp(why.id, rows[i].good ? "" : "tile.path") != 0)
            fail_msg("%s: %s", rows[i].path, why.id);
    }
    struct dep_tile_id tile = {.level = 0, .index = 1234067, .width = 256};
    char path[DEP_TILE_PATH_MAX];
    dep_tile_path(&tile, path);
    assert_string_equal(path, "tile/0/x001/x234/067");
}

/* ---- notes ---- */

static struct dep_signing_key *log_key, *other_key;
static struct dep_vkey vkey;

static void make_note(struct dep_buf *out)
{
    struct dep_checkpoint checkpoint = {.origin = DEP_SLICE_LITERAL("example.com/log"), .size = 8};
    dep_merkle_root(leaves, 8, &checkpoint.root);
    dep_buf_init(out, DEP_NOTE_LEN_MAX);
    assert_int_equal(dep_checkpoint_encode(&checkpoint, log_key, out), DEP_OK);
}

static void test_checkpoint(void **state)
{
    (void)state;
    DEP_AUTO_BUF note, text;
    make_note(&note);
    struct dep_checkpoint back;
    struct dep_finding why;
    assert_int_equal(dep_checkpoint_open(dep_buf_slice(&note), &vkey, &back, &why), DEP_OK);
    assert_int_equal(back.size, 8);
    dep_buf_init(&text, 1024);
    assert_int_equal(dep_vkey_encode(&vkey, &text), DEP_OK);
    struct dep_vkey parsed;
    assert_int_equal(dep_vkey_parse(dep_buf_slice(&text), &parsed, &why), DEP_OK);
    uint8_t *digit = text.data + vkey.name.len + 1; /* of the key id */
    *digit = *digit == '0' ? '1' : '0';
    assert_int_equal(dep_vkey_parse(dep_buf_slice(&text), &parsed, &why), DEP_FOUND);
    assert_string_equal(why.id, "vkey.id");
    struct dep_vkey stranger;
    assert_int_equal(dep_vkey_make(DEP_SLICE_LITERAL("example.com/log"),
                                   dep_signing_key_public(other_key), &stranger, &why),
                     DEP_OK);
    assert_int_equal(dep_checkpoint_open(dep_buf_slice(&note), &stranger, &back, &why), DEP_FOUND);
    assert_string_equal(why.id, "note.signature.absent");
}

/* Replace the first `from` by `to`; the signature isn't made anew. */
static void edit(const struct dep_buf *note, const char *from, const char *to, struct dep_buf *out)
{
    const char *at = memmem(note->data, note->len, from, strlen(from));
    assert_non_null(at);
    size_t before = (size_t)(at - (const char *)note->data);
    dep_buf_init(out, DEP_NOTE_LEN_MAX * 2);
    dep_buf_add(out, note->data, before);
    dep_buf_add_string(out, to);
    dep_buf_add(out, note->data + before + strlen(from), note->len - before - strlen(from));
}

/* c2sp.org/signed-note: Format, then Signatures. */
static void test_note_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *id;
    } rows[] = {
        {"\n8\n", "\n9\n", "note.signature.bad"},
        {"\n8\n", "\n08\n", "note.signature.bad"},
        {"example.com/log\n", "example.com/lag\n", "note.signature.bad"},
        {"\n\n", "\n", "note.signature.none"},
        {"\xe2\x80\x94 ", "- ", "note.signature.line"},
        {"\xe2\x80\x94 example.com/log ", "\xe2\x80\x94 exa+mple.com/log ", "note.signature.name"},
        {"=\n\n", "=\r\n\n", "note.control"},
        {"8\n", "8\xff\n", "note.utf8"},
        {"\xe2\x80\x94 example.com/log ", "\xe2\x80\x94 example.com/log  ",
         "note.signature.base64"},
        {"\n8\n", "\n8\nextension\n", "note.signature.bad"},
        /* Format: no control character but the newline */
        {"\n8\n", "\n8\t\n", "note.control"},
        {"\n8\n", "\n8\x01\n", "note.control"},
        {"\n8\n", "\n8\x1f\n", "note.control"},
        {"\xe2\x80\x94 ", "\xe2\x80\x94\t", "note.control"},
        /* UTF-8: of a surrogate, too long, cut, beyond Unicode */
        {"\n8\n", "\n8\xed\xa0\x80\n", "note.utf8"},
        {"\n8\n", "\n8\xc0\xaf\n", "note.utf8"},
        {"\n8\n", "\n8\xe2\x80\n", "note.utf8"},
        {"\n8\n", "\n8\xf4\x90\x80\x80\n", "note.utf8"},
        /* a signature line: em dash, space, name, space, base64 */
        {"\xe2\x80\x94 ", "\xe2\x80\x93 ", "note.signature.line"},
        {"\xe2\x80\x94 ", "\xe2\x80\x94", "note.signature.line"},
        {"\xe2\x80\x94 ", " \xe2\x80\x94 ", "note.signature.line"},
        {"\n\n\xe2\x80\x94 ", "\n\nmore\n\xe2\x80\x94 ", "note.signature.line"},
        /* a name: not empty, no space of Unicode's, no plus */
        {"\xe2\x80\x94 example.com/log ", "\xe2\x80\x94  ", "note.signature.name"},
        {"\xe2\x80\x94 example.com/log ", "\xe2\x80\x94 example\xc2\xa0log ",
         "note.signature.name"},
        {"\xe2\x80\x94 example.com/log ", "\xe2\x80\x94 example\xe3\x80\x80log ",
         "note.signature.name"},
        {"\xe2\x80\x94 example.com/log ", "\xe2\x80\x94 example\xe2\x80\xa8log ",
         "note.signature.name"},
        /* Signatures: no signature by a known key, its name being another's */
        {"\xe2\x80\x94 example.com/log ", "\xe2\x80\x94 example.com/lag ", "note.signature.absent"},
    };
    DEP_AUTO_BUF note;
    make_note(&note);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF bad;
        edit(&note, rows[i].from, rows[i].to, &bad);
        struct dep_checkpoint back = {.size = 77};
        struct dep_finding why = {"", "", 0};
        if (dep_checkpoint_open(dep_buf_slice(&bad), &vkey, &back, &why) != DEP_FOUND ||
            strcmp(why.id, rows[i].id) != 0)
            fail_msg("row %zu: %s", i, why.id);
        assert_int_equal(back.size, 77);
    }
    for (size_t len = 0; len < note.len; len++) {
        struct dep_checkpoint back;
        struct dep_finding why;
        assert_int_equal(dep_checkpoint_open(dep_slice_of(note.data, len), &vkey, &back, &why),
                         DEP_FOUND);
    }
}

/* c2sp.org/signed-note, Format and Signatures: what stands on one more signature line. Its key's
 * name and id are those of the log, or not; what it signs doesn't matter. */
static void test_other_lines(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool id; /* the log's */
        size_t len;
        const char *finding; /* NULL: ignored */
    } rows[] = {
        {"example.com/other", false, 68, NULL},
        {"example.com/log", false, 68, NULL}, /* a name alone, or an id alone, is no known key's */
        {"example.com/other", true, 68, NULL},
        {"example.com/other", false, 5000, NULL}, /* of a kind that came later */
        {"example.com/other", false, 5, NULL},
        {"example.com/other", false, 4, "note.signature.len"},
        {"example.com/other", false, 3, "note.signature.len"},
        {"example.com/other", false, 0, "note.signature.len"},
        {"example.com/log", true, 68, "note.signature.repeated"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF note;
        uint8_t bytes[5000] = {0};
        make_note(&note);
        if (rows[i].id)
            memcpy(bytes, vkey.id, sizeof vkey.id);
        dep_buf_addf(&note, "\xe2\x80\x94 %s ", rows[i].name);
        dep_base64_encode(DEP_BASE64_STD, dep_slice_of(bytes, rows[i].len), &note);
        dep_buf_add_byte(&note, '\n');
        struct dep_checkpoint back = {.size = 77};
        struct dep_finding why = {"", "", 0};
        int err = dep_checkpoint_open(dep_buf_slice(&note), &vkey, &back, &why);
        if (err != (rows[i].finding ? DEP_FOUND : DEP_OK) ||
            strcmp(why.id, rows[i].finding ? rows[i].finding : "") != 0)
            fail_msg("row %zu: %s", i, why.id);
        assert_int_equal(back.size, rows[i].finding ? 77 : 8);
    }
}

/* Of a known key, whose signature is of another length or of another text: it is not passed
 * over. */
static void test_known_key(void **state)
{
    (void)state;
    static const char text[] = "example.com/log\n8\n\nwith an empty line\n";
    uint8_t signature[DEP_ED25519_SIGNATURE_LEN + 1] = {0};
    dep_signing_key_sign(log_key, dep_slice_string(text), signature);
    static const struct {
        size_t len;
        const char *before; /* the text */
        const char *finding;
    } rows[] = {
        {64, "", NULL}, /* signatures stand behind the last empty line */
        {63, "", "note.signature.bad"},
        {65, "", "note.signature.bad"},
        {64, "\n", "note.signature.bad"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF note;
        dep_buf_init(&note, DEP_NOTE_LEN_MAX);
        dep_buf_addf(&note, "%s%s\n", rows[i].before, text);
        assert_int_equal(
            dep_note_signature_encode(&vkey, dep_slice_of(signature, rows[i].len), &note), DEP_OK);
        struct dep_note parsed;
        struct dep_finding why = {"", "", 0};
        assert_int_equal(dep_note_parse(dep_buf_slice(&note), &parsed, &why), DEP_OK);
        assert_int_equal(dep_note_verify(&parsed, &vkey, &why),
                         rows[i].finding ? DEP_FOUND : DEP_OK);
        assert_string_equal(why.id, rows[i].finding ? rows[i].finding : "");
    }
}

/* c2sp.org/signed-note, Verifier keys: name, id in lowercase hexadecimal, type and key. */
static void test_vkeys(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *id;
    } rows[] = {
        {"example.com/log+", "+", "vkey.name"},
        {"example.com/log+", "example com/log+", "vkey.name"},
        {"example.com/log+", "example.com\xc2\xa0log+", "vkey.name"},
        {"example.com/log+", "example.com/lag+", "vkey.id"},
        {"example.com/log+", "example.com/log", "vkey.id"},
        {"example.com/log+", "example.com/log+0", "vkey.id"},
        {"example.com/log+", "example.com/log+A", "vkey.id"},
        {"+A", "+B", "vkey.key"}, /* of another type: the first bits of 0x01 are those of A */
        {"+A", "+AA", "vkey.key"},
        {"+A", "+", "vkey.key"},
        {"+A", "+=", "vkey.key"},
    };
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1024);
    assert_int_equal(dep_vkey_encode(&vkey, &text), DEP_OK);
    struct dep_vkey parsed = {.type = DEP_VKEY_COSIGNER};
    struct dep_finding why = {"", "", 0};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF bad;
        edit(&text, rows[i].from, rows[i].to, &bad);
        if (dep_vkey_parse(dep_buf_slice(&bad), &parsed, &why) != DEP_FOUND ||
            strcmp(why.id, rows[i].id) != 0)
            fail_msg("row %zu: %s", i, why.id);
        assert_int_equal(parsed.type, DEP_VKEY_COSIGNER);
    }
    /* Signature types that are not a log's, their ids right. */
    static const uint8_t types[] = {0, 2, 3, 4, 5, 6, 0xfa, 0xff};
    for (size_t i = 0; i < DEP_COUNT(types); i++) {
        struct dep_vkey other = vkey;
        DEP_AUTO_BUF bad;
        dep_buf_init(&bad, 1024);
        other.type = (enum dep_vkey_type)types[i];
        assert_int_equal(dep_vkey_encode(&other, &bad), DEP_OK);
        assert_int_equal(dep_vkey_parse(dep_buf_slice(&bad), &parsed, &why), DEP_FOUND);
        assert_string_equal(why.id, "vkey.key");
    }
    for (size_t len = 0; len < text.len; len++)
        assert_int_equal(dep_vkey_parse(dep_slice_of(text.data, len), &parsed, &why), DEP_FOUND);
    dep_buf_add_byte(&text, '\n');
    assert_int_equal(dep_vkey_parse(dep_buf_slice(&text), &parsed, &why), DEP_FOUND);
    assert_int_equal(
        dep_vkey_parse(dep_slice_sub(dep_buf_slice(&text), 0, text.len - 1), &parsed, &why),
        DEP_OK);
}

/* c2sp.org/tlog-checkpoint, Note text: such as carry a good signature and yet are no checkpoint. */
static void test_checkpoint_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id;
    } rows[] = {
        {"example.com/log\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", NULL},
        {"example.com/log\n08\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "checkpoint.size"},
        {"example.com/log\n-8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "checkpoint.size"},
        {"example.com/log\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n", "checkpoint.root"},
        {"example.com/log\n8\nAAAA\n", "checkpoint.root"},
        {"example.com/log\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nmore\n",
         "checkpoint.extension"},
        {"example com/log\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "checkpoint.origin"},
        /* the origin is not empty; the size is a decimal as short as can be, of at most 2^63 - 1;
         * the root is base64 of 32 bytes as an encoder writes it; at least three lines, none
         * empty */
        {"\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "checkpoint.origin"},
        {"example.com/log\n\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "checkpoint.size"},
        {"example.com/log\n00\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "checkpoint.size"},
        {"example.com/log\n+8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "checkpoint.size"},
        {"example.com/log\n8 \nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "checkpoint.size"},
        {"example.com/log\n0x8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "checkpoint.size"},
        {"example.com/log\n\xd9\xa8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
         "checkpoint.size"},
        {"example.com/log\n9223372036854775808\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
         "checkpoint.size"},
        {"example.com/log\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", "checkpoint.root"},
        {"example.com/log\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n", "checkpoint.root"},
        {"example.com/log\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", "checkpoint.root"},
        {"example.com/log\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-=\n", "checkpoint.root"},
        {"example.com/log\n8\n\n", "checkpoint.root"},
        {"example.com/log\n8\n", "checkpoint.root"},
        {"example.com/log\n", "checkpoint.size"},
        {"example.com/log\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nmore\n",
         "checkpoint.extension"},
        {"example.com/other\n8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
         "checkpoint.other_origin"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF note;
        dep_buf_init(&note, DEP_NOTE_LEN_MAX);
        dep_buf_add_string(&note, rows[i].text);
        dep_buf_add_byte(&note, '\n');
        assert_int_equal(dep_note_sign(dep_slice_string(rows[i].text), vkey.name, log_key, &note),
                         DEP_OK);
        struct dep_checkpoint back;
        struct dep_finding why = {"", "", 0};
        int err = dep_checkpoint_open(dep_buf_slice(&note), &vkey, &back, &why);
        assert_int_equal(err, rows[i].id ? DEP_FOUND : DEP_OK);
        assert_string_equal(why.id, rows[i].id ? rows[i].id : "");
    }
    struct dep_checkpoint kept = {.size = 77};
    struct dep_finding why = {"", "", 0};
    struct dep_slice text = dep_slice_string(rows[0].text);
    assert_int_equal(dep_checkpoint_parse(dep_slice_sub(text, 0, text.len - 1), &kept, &why),
                     DEP_FOUND);
    assert_string_equal(why.id, "checkpoint.end");
    assert_int_equal(kept.size, 77);
}

/* Signature lines: cut, said twice, and more of them than are read. */
static void test_signature_lines(void **state)
{
    (void)state;
    static const struct {
        size_t cut, more; /* bytes off the end; times that the signature is said again */
        const char *id;
    } rows[] = {{0, 0, NULL},
                {1, 0, "note.end"},
                {0, 1, "note.signature.repeated"},
                {0, DEP_NOTE_SIGNATURES_MAX - 1, "note.signature.repeated"},
                {0, DEP_NOTE_SIGNATURES_MAX, "note.signature.many"}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF note;
        make_note(&note);
        const char *line = memmem(note.data, note.len, "\n\n", 2);
        assert_non_null(line);
        size_t at = (size_t)(line + 2 - (const char *)note.data), len = note.len - at;
        char again[256];
        assert_true(len < sizeof again);
        memcpy(again, note.data + at, len);
        for (size_t more = 0; more < rows[i].more; more++)
            dep_buf_add(&note, again, len);
        struct dep_checkpoint back = {.size = 77};
        struct dep_finding why = {"", "", 0};
        int err = dep_checkpoint_open(dep_slice_of(note.data, note.len - rows[i].cut), &vkey, &back,
                                      &why);
        assert_int_equal(err, rows[i].id ? DEP_FOUND : DEP_OK);
        assert_string_equal(why.id, rows[i].id ? rows[i].id : "");
        assert_int_equal(back.size, rows[i].id ? 77 : 8);
    }
}

/* Texts that end where they shouldn't, and such as no tree needs. */
static void test_proof_lengths(void **state)
{
    (void)state;
    static const char hash[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    static const struct {
        size_t hashes, spaces;
        const char *id;
    } rows[] = {{0, 0, "proof.cut"},
                {DEP_MERKLE_PROOF_MAX, 0, "proof.cut"},
                {DEP_MERKLE_PROOF_MAX + 1, 0, "proof.many"},
                {0, DEP_PROOF_LEN_MAX, "proof.len"}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF text;
        dep_buf_init(&text, 2 * DEP_PROOF_LEN_MAX);
        dep_buf_add_string(&text, "c2sp.org/tlog-proof@v1\nindex 3\n");
        for (size_t more = 0; more < rows[i].hashes; more++)
            dep_buf_add_string(&text, hash);
        for (size_t more = 0; more < rows[i].spaces; more++)
            dep_buf_add_byte(&text, ' ');
        struct dep_proof kept = {.index = 77};
        struct dep_finding why = {"", "", 0};
        assert_int_equal(dep_proof_parse(dep_buf_slice(&text), &kept, &why), DEP_FOUND);
        assert_string_equal(why.id, rows[i].id);
        assert_int_equal(kept.index, 77);
    }
}

static void test_proofs(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *id;
    } rows[] = {
        {"c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2", "proof.version"},
        {"index 3", "index 03", "proof.index"},
        {"index 3", "index 4", "proof.path"},
        {"extra ", "extra !", "proof.extra"},
        {"\n\n", "\n", "proof.hash"},
        /* c2sp.org/tlog-proof, Format: the first line; extra data, once and before the index */
        {"c2sp.org/tlog-proof@v1", "C2SP.org/tlog-proof@v1", "proof.version"},
        {"c2sp.org/tlog-proof@v1", " c2sp.org/tlog-proof@v1", "proof.version"},
        {"c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\r\n", "proof.version"},
        {"c2sp.org/tlog-proof@v1\n", "", "proof.version"},
        {"c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\n\n", "proof.index"},
        {"extra ", "extra  ", "proof.extra"},
        {"extra ", "Extra ", "proof.index"},
        {"index 3", "extra AAAA\nindex 3", "proof.index"},
        {"index 3", "index 3\nextra AAAA", "proof.hash"},
        {"index 3\n", "index 3\nindex 3\n", "proof.hash"},
        /* the index: a decimal as short as can be */
        {"index 3\n", "", "proof.index"},
        {"index 3", "index", "proof.index"},
        {"index 3", "index  3", "proof.index"},
        {"index 3", "index -3", "proof.index"},
        {"index 3", "index 0x3", "proof.index"},
        {"index 3", "index 3 ", "proof.index"},
        {"index 3", "index 9223372036854775808", "proof.index"},
        /* hashes: one a line, in base64, as many as it takes, from the leaf up */
        {"index 3\n", "index 3\nAAAA\n", "proof.hash"},
        {"index 3\n", "index 3\n\n", "note.signature.bad"}, /* what follows is the note */
        {"index 3\n", "index 3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "proof.path"},
        {"index 3", "index 2", "proof.path"},
        {"index 3", "index 11", "proof.path"}, /* none in a tree of 8 */
        /* Verifying, step 2: the checkpoint is the log's, signed by it */
        {"\nexample.com/log\n8", "\nexample.com/lag\n8", "note.signature.bad"},
        {"\xe2\x80\x94 example.com/log ", "\xe2\x80\x94 example.com/lag ", "note.signature.absent"},
    };
    DEP_AUTO_BUF note, proof;
    make_note(&note);
    /* Here the leaves are entries' leaf hashes. */
    struct dep_hash entry, entries[8];
    for (size_t i = 0; i < 8; i++)
        dep_sha256(dep_slice_of(&i, 1), &entries[i]);
    for (size_t i = 0; i < 8; i++)
        dep_sha256_leaf(&entries[i], &leaves[i]);
    dep_buf_done(&note);
    make_note(&note);
    struct dep_merkle_proof path;
    struct dep_finding why = {"", "", 0};
    struct dep_checkpoint checkpoint;
    struct dep_proof parsed;
    entry = entries[3];
    dep_buf_init(&proof, DEP_PROOF_LEN_MAX);
    assert_int_equal(dep_merkle_prove_inclusion(3, 8, read_leaves, NULL, &path), DEP_OK);
    assert_int_equal(
        dep_proof_encode(DEP_SLICE_LITERAL("jwt"), 3, &path, dep_buf_slice(&note), &proof), DEP_OK);
    assert_int_equal(dep_proof_parse(dep_buf_slice(&proof), &parsed, &why), DEP_OK);
    assert_int_equal(dep_proof_verify(&parsed, &entry, &vkey, &checkpoint, &why), DEP_OK);
    assert_int_equal(dep_proof_verify(&parsed, &entries[4], &vkey, &checkpoint, &why), DEP_FOUND);
    /* Step 4: each hash, and their order. */
    for (size_t i = 0; i < path.count; i++) {
        struct dep_proof other = parsed;
        other.path.hashes[i] = parsed.path.hashes[(i + 1) % path.count];
        assert_int_equal(dep_proof_verify(&other, &entry, &vkey, &checkpoint, &why), DEP_FOUND);
        assert_string_equal(why.id, "proof.path");
        other = parsed;
        other.path.count = i;
        assert_int_equal(dep_proof_verify(&other, &entry, &vkey, &checkpoint, &why), DEP_FOUND);
        assert_string_equal(why.id, "proof.path");
    }
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF bad;
        edit(&proof, rows[i].from, rows[i].to, &bad);
        int err = dep_proof_parse(dep_buf_slice(&bad), &parsed, &why);
        if (!err)
            err = dep_proof_verify(&parsed, &entry, &vkey, &checkpoint, &why);
        if (err != DEP_FOUND || strcmp(why.id, rows[i].id) != 0)
            fail_msg("row %zu: %s", i, why.id);
    }
}

static void test_origins(void **state)
{
    (void)state;
    static const struct {
        const char *origin;
        bool good;
    } rows[] = {{"a", true},
                {"example.com/log", true},
                {"", false},
                {"a b", false},
                {"a+b", false},
                {"a\nb", false},
                {"a\xc2\xa0"
                 "b",
                 false},
                {"a\xe3\x80\x80", false},
                {"\xff", false}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        assert_int_equal(dep_origin_valid(dep_slice_string(rows[i].origin)), rows[i].good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_against_reference),
        cmocka_unit_test(test_builder),
        cmocka_unit_test(test_builder_partials),
        cmocka_unit_test(test_tile_paths),
        cmocka_unit_test(test_checkpoint),
        cmocka_unit_test(test_note_refusals),
        cmocka_unit_test(test_other_lines),
        cmocka_unit_test(test_known_key),
        cmocka_unit_test(test_vkeys),
        cmocka_unit_test(test_checkpoint_refusals),
        cmocka_unit_test(test_signature_lines),
        cmocka_unit_test(test_proof_lengths),
        cmocka_unit_test(test_proofs),
        cmocka_unit_test(test_origins),
    };
    struct dep_finding why;
    if (dep_crypto_init(false) || dep_signing_key_new(dep_random, &log_key) ||
        dep_signing_key_new(dep_random, &other_key) ||
        dep_vkey_make(DEP_SLICE_LITERAL("example.com/log"), dep_signing_key_public(log_key), &vkey,
                      &why))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    dep_signing_key_free(log_key);
    dep_signing_key_free(other_key);
    return failed;
}
