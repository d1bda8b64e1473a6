/*
 * Signed notes, checkpoints and proofs, with one edit a refusal.
 */
#include "codec/base64.h"
#include "log/note.h"
#include "log/tile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log/test_leaves.h"

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
        cmocka_unit_test(test_checkpoint),      cmocka_unit_test(test_note_refusals),
        cmocka_unit_test(test_other_lines),     cmocka_unit_test(test_known_key),
        cmocka_unit_test(test_vkeys),           cmocka_unit_test(test_checkpoint_refusals),
        cmocka_unit_test(test_signature_lines), cmocka_unit_test(test_proof_lengths),
        cmocka_unit_test(test_proofs),          cmocka_unit_test(test_origins),
    };
    struct dep_finding why;
    if (dep_crypto_init(false) || dep_signing_key_new(dep_random, &log_key) ||
        dep_signing_key_new(dep_random, &other_key) ||
        dep_vkey_make(DEP_SLICE_LITERAL("example.com/log"), dep_signing_key_public(log_key), &vkey,
                      &why))
        return 1;
    make_leaves();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    dep_signing_key_free(log_key);
    dep_signing_key_free(other_key);
    return failed;
}
