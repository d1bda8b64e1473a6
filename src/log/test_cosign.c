/*
 * Cosignatures, requests and answers: good ones, and one edit a refusal; every rule of
 * tlog-witness.
 */
#include "log/cosign.h"

#include "codec/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LEAVES = 40, TIME_S = 1796083200 };
#define ORIGIN "example.com/log"
#define COSIGNER "example.com/cosigner"

static struct dep_hash leaves[LEAVES];
static struct dep_signing_key *log_key, *other_key, *cosigner_key;
static struct dep_vkey log_vkey, other_vkey, cosigner_vkey;

/* A signed checkpoint of the first `size` leaves, by `key` for `origin`. */
static void make_note(uint64_t size, const char *origin, const struct dep_signing_key *key,
                      struct dep_buf *out)
{
    struct dep_checkpoint checkpoint = {.origin = dep_slice_string(origin), .size = size};
    dep_merkle_root(leaves, size, &checkpoint.root);
    dep_buf_init(out, DEP_NOTE_LEN_MAX);
    assert_int_equal(dep_checkpoint_encode(&checkpoint, key, out), DEP_OK);
}

static int read_leaves(void *context, unsigned level, uint64_t index, struct dep_hash *out)
{
    (void)context;
    dep_merkle_root(leaves + (index << level), (size_t)1 << level, out);
    return DEP_OK;
}

static struct dep_cosign_proof proof_of(uint64_t old_size, uint64_t size)
{
    struct dep_cosign_proof proof = {.old_size = old_size};
    if (old_size)
        assert_int_equal(
            dep_merkle_prove_consistency(old_size, size, read_leaves, NULL, &proof.path), DEP_OK);
    return proof;
}

static void make_request(uint64_t old_size, uint64_t size, struct dep_buf *out)
{
    DEP_AUTO_BUF note;
    struct dep_cosign_proof proof = proof_of(old_size, size);
    make_note(size, ORIGIN, log_key, &note);
    dep_buf_init(out, DEP_COSIGN_LEN_MAX);
    assert_int_equal(dep_cosign_request_encode(&proof, dep_buf_slice(&note), out), DEP_OK);
}

/* ---- cosignatures ---- */

static void test_cosignature(void **state)
{
    (void)state;
    DEP_AUTO_BUF note;
    make_note(8, ORIGIN, log_key, &note);
    struct dep_note parsed;
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_note_parse(dep_buf_slice(&note), &parsed, &why), DEP_OK);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_NOTE_LEN_MAX);
    dep_buf_add_slice(&text, parsed.text);
    assert_int_equal(
        dep_cosignature_sign(dep_buf_slice(&text), cosigner_vkey.name, cosigner_key, TIME_S, &note),
        DEP_OK);
    assert_int_equal(dep_note_parse(dep_buf_slice(&note), &parsed, &why), DEP_OK);
    assert_int_equal(parsed.signature_count, 2);
    const struct dep_note_signature *line = &parsed.signatures[1];
    int64_t time_s = 7;
    assert_int_equal(dep_cosignature_verify(parsed.text, line, &cosigner_vkey, &time_s, &why),
                     DEP_OK);
    assert_int_equal(time_s, TIME_S);

    /* By another: its own line, the log's line. */
    time_s = 7;
    struct dep_vkey other;
    assert_int_equal(dep_cosigner_make(cosigner_vkey.name, &other_vkey.key, &other, &why), DEP_OK);
    assert_int_equal(dep_cosignature_verify(parsed.text, line, &other, &time_s, &why), DEP_FOUND);
    assert_string_equal(why.id, "cosigner.unknown");
    assert_int_equal(
        dep_cosignature_verify(parsed.text, &parsed.signatures[0], &cosigner_vkey, &time_s, &why),
        DEP_FOUND);
    assert_string_equal(why.id, "cosigner.unknown");

    /* Each bit of time and signature, and a text that isn't the one. */
    uint8_t bytes[76];
    assert_true(dep_base64_parse_exact(DEP_BASE64_STD, line->base64, bytes, sizeof bytes));
    for (size_t bit = 32; bit < 8 * sizeof bytes; bit++) {
        DEP_AUTO_BUF base64;
        bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        dep_buf_init(&base64, 256);
        dep_base64_encode(DEP_BASE64_STD, dep_slice_of(bytes, sizeof bytes), &base64);
        bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        struct dep_note_signature bad = *line;
        bad.base64 = dep_buf_slice(&base64);
        assert_int_equal(dep_cosignature_verify(parsed.text, &bad, &cosigner_vkey, &time_s, &why),
                         DEP_FOUND);
        assert_string_equal(why.id, "cosigner.signature");
    }
    struct dep_slice cut = dep_slice_sub(parsed.text, 0, parsed.text.len - 1);
    assert_int_equal(dep_cosignature_verify(cut, line, &cosigner_vkey, &time_s, &why), DEP_FOUND);
    assert_string_equal(why.id, "cosigner.signature");
    assert_int_equal(time_s, 7);
}

/*
 * c2sp.org/tlog-cosignature, rule by rule, each row made by hand and signed by the right key: the
 * time that stands in the signature, the message that was signed, and what is cut or turned.
 */
static void test_cosignature_rules(void **state)
{
    (void)state;
    static const char text[] = "o\n0\nroot\nextension\n";
#define TEXT "o\n0\nroot\nextension\n"
    enum { RIGHT, NAME, ID_OF_LOG, TURNED, NO_TIME };
    static const struct {
        uint64_t time_s;
        const char *message;
        size_t len; /* of id, time and signature */
        int what;
        const char *id; /* NULL: good */
    } rows[] = {
        {7, "cosignature/v1\ntime 7\n" TEXT, 76, RIGHT, NULL},
        {INT64_MAX, "cosignature/v1\ntime 9223372036854775807\n" TEXT, 76, RIGHT, NULL},
        /* Format: name and key id (of type 0x04), a time of at most 2^63 - 1 before the
         * signature */
        {7, "cosignature/v1\ntime 7\n" TEXT, 76, NAME, "cosigner.unknown"},
        {7, "cosignature/v1\ntime 7\n" TEXT, 76, ID_OF_LOG, "cosigner.unknown"},
        {UINT64_C(1) << 63, "cosignature/v1\ntime 9223372036854775808\n" TEXT, 76, RIGHT,
         "cosigner.signature"},
        {UINT64_MAX, "cosignature/v1\ntime 18446744073709551615\n" TEXT, 76, RIGHT,
         "cosigner.signature"},
        {UINT64_MAX, "cosignature/v1\ntime -1\n" TEXT, 76, RIGHT, "cosigner.signature"},
        {7, "cosignature/v1\ntime 7\n" TEXT, 76, TURNED, "cosigner.signature"},
        {7, "cosignature/v1\ntime 7\n" TEXT, 75, RIGHT, "cosigner.signature"},
        {7, "cosignature/v1\ntime 7\n" TEXT, 77, RIGHT, "cosigner.signature"},
        {7, "cosignature/v1\ntime 7\n" TEXT, 68, NO_TIME, "cosigner.signature"},
        /* tlog-witness: no time 0 */
        {0, "cosignature/v1\ntime 0\n" TEXT, 76, RIGHT, "cosigner.signature"},
        /* Ed25519 signed message: header line, time line, the whole text with its extension
         * lines */
        {7, "cosignature/v2\ntime 7\n" TEXT, 76, RIGHT, "cosigner.signature"},
        {7, "time 7\n" TEXT, 76, RIGHT, "cosigner.signature"},
        {7, "cosignature/v1\n" TEXT, 76, RIGHT, "cosigner.signature"},
        {7, TEXT, 76, RIGHT, "cosigner.signature"},
        {7, "cosignature/v1\ntime 8\n" TEXT, 76, RIGHT, "cosigner.signature"},
        {7, "cosignature/v1\ntime 07\n" TEXT, 76, RIGHT, "cosigner.signature"},
        {7, "cosignature/v1\ntime  7\n" TEXT, 76, RIGHT, "cosigner.signature"},
        {7, "cosignature/v1\r\ntime 7\r\n" TEXT, 76, RIGHT, "cosigner.signature"},
        {7, "cosignature/v1\ntime 7\no\n0\nroot\n", 76, RIGHT, "cosigner.signature"},
        {7, "cosignature/v1\ntime 7\no\n0\nroot\nextension", 76, RIGHT, "cosigner.signature"},
        {7, "cosignature/v1\ntime 7\n" TEXT "\n", 76, RIGHT, "cosigner.signature"},
    };
#undef TEXT
    struct dep_vkey as_log;
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_vkey_make(cosigner_vkey.name, &cosigner_vkey.key, &as_log, &why), DEP_OK);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        uint8_t stated[77] = {0};
        memcpy(stated, rows[i].what == ID_OF_LOG ? as_log.id : cosigner_vkey.id, 4);
        dep_u64_be(stated + 4, rows[i].time_s);
        if (rows[i].what == TURNED)
            memcpy(stated + 4, "\7\0\0\0\0\0\0", 8);
        dep_signing_key_sign(cosigner_key, dep_slice_string(rows[i].message),
                             stated + (rows[i].what == NO_TIME ? 4 : 12));
        DEP_AUTO_BUF base64;
        dep_buf_init(&base64, 256);
        dep_base64_encode(DEP_BASE64_STD, dep_slice_of(stated, rows[i].len), &base64);
        struct dep_note_signature line = {.name = rows[i].what == NAME ? log_vkey.name
                                                                       : cosigner_vkey.name,
                                          .base64 = dep_buf_slice(&base64)};
        memcpy(line.id, stated, sizeof line.id);
        int64_t time_s = -7;
        why.id = "";
        int err =
            dep_cosignature_verify(dep_slice_string(text), &line, &cosigner_vkey, &time_s, &why);
        if (err != (rows[i].id ? DEP_FOUND : DEP_OK) ||
            strcmp(why.id, rows[i].id ? rows[i].id : "") != 0)
            fail_msg("row %zu: %d %s", i, err, why.id);
        assert_int_equal(time_s, rows[i].id ? -7 : (int64_t)rows[i].time_s);
    }
}

/* ---- requests ---- */

static void edit(struct dep_slice from_text, const char *from, const char *to, struct dep_buf *out)
{
    const char *at = memmem(from_text.data, from_text.len, from, strlen(from));
    assert_non_null(at);
    size_t before = (size_t)(at - (const char *)from_text.data);
    dep_buf_init(out, 2 * DEP_COSIGN_LEN_MAX);
    dep_buf_add(out, from_text.data, before);
    dep_buf_add_string(out, to);
    dep_buf_add_slice(out, dep_slice_sub(from_text, before + strlen(from),
                                         from_text.len - before - strlen(from)));
    assert_int_equal(dep_buf_err(out), DEP_OK);
}

/* c2sp.org/tlog-witness, add-checkpoint: the old size line, the proof lines, an empty line, a
 * checkpoint (whose own rules are in test_note.c). */
static void test_request(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *id;
    } rows[] = {
        {"old 5\n", "old 05\n", "cosign.old"},
        {"old 5\n", "old  5\n", "cosign.old"},
        {"old 5\n", "Old 5\n", "cosign.old"},
        {"old 5\n", "old -5\n", "cosign.old"},
        {"old 5\n", "old 9223372036854775808\n", "cosign.old"},
        {"old 5\n", "old 5\r\n", "cosign.old"},
        {"old 5\n", "", "cosign.old"},
        {"old 5\n", "old\n", "cosign.old"},
        {"old 5\n", "old \n", "cosign.old"},
        {"old 5\n", "old 5 \n", "cosign.old"},
        {"old 5\n", "old\t5\n", "cosign.old"},
        {"old 5\n", "old 0x5\n", "cosign.old"},
        {"old 5\n", "\nold 5\n", "cosign.old"},
        {"old 5\n", "old 5\nold 5\n", "cosign.hash"},
        {"old 5\n", "old 5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n", "cosign.hash"},
        {"old 5\n", "old 5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", "cosign.hash"},
        {"old 5\n", "old 5\nAAAA\n", "cosign.hash"},
        {"old 5\n", "old 5\n\n", "checkpoint.size"},
        {"\n\n" ORIGIN, "\n" ORIGIN, "cosign.hash"},
        {"\n8\n", "\n08\n", "checkpoint.size"},
        {"\n\n\xe2\x80\x94 ", "\nmore\n\n\xe2\x80\x94 ", "checkpoint.extension"},
        {"\xe2\x80\x94 ", "- ", "note.signature.line"},
    };
    DEP_AUTO_BUF text, again;
    make_request(5, 8, &text);
    struct dep_cosign_request request;
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_cosign_request_parse(dep_buf_slice(&text), &request, &why), DEP_OK);
    assert_int_equal(request.proof.old_size, 5);
    assert_int_equal(request.checkpoint.size, 8);
    dep_buf_init(&again, DEP_COSIGN_LEN_MAX);
    assert_int_equal(dep_cosign_request_encode(&request.proof, request.note, &again), DEP_OK);
    assert_true(dep_slice_equal(dep_buf_slice(&text), dep_buf_slice(&again)));
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF bad;
        edit(dep_buf_slice(&text), rows[i].from, rows[i].to, &bad);
        request.proof.old_size = 77;
        if (dep_cosign_request_parse(dep_buf_slice(&bad), &request, &why) != DEP_FOUND ||
            strcmp(why.id, rows[i].id) != 0)
            fail_msg("row %zu: %s", i, why.id);
        assert_int_equal(request.proof.old_size, 77);
    }
    for (size_t len = 0; len < text.len; len++)
        assert_int_equal(dep_cosign_request_parse(dep_slice_of(text.data, len), &request, &why),
                         DEP_FOUND);
    DEP_AUTO_BUF longer;
    dep_buf_init(&longer, 2 * DEP_COSIGN_LEN_MAX);
    memset(dep_buf_grow(&longer, DEP_COSIGN_LEN_MAX + 1), 'a', DEP_COSIGN_LEN_MAX + 1);
    assert_int_equal(dep_cosign_request_parse(dep_buf_slice(&longer), &request, &why), DEP_FOUND);
    assert_string_equal(why.id, "cosign.len");
}

static void test_proof(void **state)
{
    (void)state;
    struct dep_cosign_proof proof = proof_of(5, 8), back = {.old_size = 77};
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_COSIGN_LEN_MAX);
    assert_int_equal(dep_cosign_proof_encode(&proof, &text), DEP_OK);
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_cosign_proof_parse(dep_slice_of(text.data, text.len - 1), &back, &why),
                     DEP_FOUND);
    assert_string_equal(why.id, "cosign.end");
    dep_buf_add_byte(&text, '\n');
    assert_int_equal(dep_cosign_proof_parse(dep_buf_slice(&text), &back, &why), DEP_FOUND);
    assert_string_equal(why.id, "cosign.end");
    assert_int_equal(dep_cosign_proof_parse((struct dep_slice){NULL, 0}, &back, &why), DEP_FOUND);
    assert_string_equal(why.id, "cosign.old");
    assert_int_equal(back.old_size, 77);
    assert_int_equal(dep_cosign_proof_parse(dep_slice_of(text.data, text.len - 1), &back, &why),
                     DEP_OK);
    assert_int_equal(back.path.count, proof.path.count);
    assert_memory_equal(back.path.hashes, proof.path.hashes, proof.path.count * DEP_HASH_LEN);
    /* 63 hashes, and 64. */
    proof.path.count = DEP_COSIGN_PROOF_MAX;
    memset(proof.path.hashes, 0, sizeof proof.path.hashes);
    dep_buf_clear(&text);
    assert_int_equal(dep_cosign_proof_encode(&proof, &text), DEP_OK);
    assert_int_equal(dep_cosign_proof_parse(dep_buf_slice(&text), &back, &why), DEP_OK);
    dep_buf_add_string(&text, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    assert_int_equal(dep_cosign_proof_parse(dep_buf_slice(&text), &back, &why), DEP_FOUND);
    assert_string_equal(why.id, "cosign.many");
}

/* ---- the rules: c2sp.org/tlog-witness, add-checkpoint, each status with what it is told for
 * ---- */

static void test_judge(void **state)
{
    (void)state;
    enum { GOOD, STRANGER, UNKNOWN, NO_PROOF, WRONG_PROOF, FORKED, MORE, SPOILT };
    static const struct {
        uint64_t old_size, size, newest;
        int what;
        enum dep_cosign_status status;
        uint64_t told;
        bool fork;
    } rows[] = {
        {0, 8, 0, GOOD, DEP_COSIGN_GOOD, 0, false},
        {5, 8, 5, GOOD, DEP_COSIGN_GOOD, 0, false},
        {8, 8, 8, GOOD, DEP_COSIGN_GOOD, 0, false}, /* once more */
        {0, 0, 0, GOOD, DEP_COSIGN_GOOD, 0, false},
        {5, 8, 5, UNKNOWN, DEP_COSIGN_ORIGIN, 0, false},
        {5, 8, 5, STRANGER, DEP_COSIGN_KEY, 0, false},
        {5, 8, 5, MORE, DEP_COSIGN_GOOD, 0, false}, /* a stranger's line besides is ignored */
        {5, 8, 5, SPOILT, DEP_COSIGN_KEY, 0,
         false}, /* name and id are known, the signature isn't good */
        {8, 8, 8, SPOILT, DEP_COSIGN_KEY, 0, false},
        {5, 8, 9, SPOILT, DEP_COSIGN_KEY, 0, false}, /* and no size is told for it */
        {5, 8, 6, GOOD, DEP_COSIGN_SIZE, 6, false},
        {5, 8, 0, GOOD, DEP_COSIGN_SIZE, 0, false},
        {0, 8, 5, GOOD, DEP_COSIGN_SIZE, 5, false},
        {5, 8, 8, GOOD, DEP_COSIGN_SIZE, 8, false},
        {5, 8, 9, GOOD, DEP_COSIGN_SIZE, 9, false}, /* never back */
        {5, 8, 5, NO_PROOF, DEP_COSIGN_PROOF, 0, false},
        {5, 8, 5, WRONG_PROOF, DEP_COSIGN_PROOF, 0, false},
        {0, 8, 0, WRONG_PROOF, DEP_COSIGN_PROOF, 0, false},
        {8, 8, 8, WRONG_PROOF, DEP_COSIGN_PROOF, 0, false},
        {8, 8, 8, FORKED, DEP_COSIGN_PROOF, 0, true},
        {5, 8, 8, FORKED, DEP_COSIGN_SIZE, 8, true}, /* shown by the size alone */
        {5, 8, 5, FORKED, DEP_COSIGN_PROOF, 0, false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF note, text;
        struct dep_cosign_proof proof = proof_of(rows[i].old_size, rows[i].size);
        if (rows[i].what == NO_PROOF)
            proof.path.count = 0;
        if (rows[i].what == WRONG_PROOF)
            proof.path.hashes[proof.path.count++] = leaves[0];
        if (rows[i].what == FORKED)
            leaves[1].bytes[0] ^= 1;
        make_note(rows[i].size, ORIGIN, rows[i].what == STRANGER ? other_key : log_key, &note);
        if (rows[i].what == FORKED)
            leaves[1].bytes[0] ^= 1;
        if (rows[i].what == MORE)
            assert_int_equal(dep_note_sign(DEP_SLICE_LITERAL("of another text\n"),
                                           DEP_SLICE_LITERAL("example.com/stranger"), other_key,
                                           &note),
                             DEP_OK);
        if (rows[i].what == SPOILT) /* a letter of the signature, well behind the id */
            note.data[note.len - 20] = note.data[note.len - 20] == 'A' ? 'B' : 'A';
        dep_buf_init(&text, DEP_COSIGN_LEN_MAX);
        assert_int_equal(dep_cosign_request_encode(&proof, dep_buf_slice(&note), &text), DEP_OK);
        struct dep_cosign_request request;
        struct dep_finding why;
        assert_int_equal(dep_cosign_request_parse(dep_buf_slice(&text), &request, &why), DEP_OK);
        struct dep_checkpoint newest = {.origin = log_vkey.name, .size = rows[i].newest};
        dep_merkle_root(leaves, newest.size, &newest.root);
        struct dep_cosign_judged judged = {.size = 77};
        dep_cosign_judge(&request, rows[i].what == UNKNOWN ? NULL : &log_vkey, &newest, &judged);
        if (judged.status != rows[i].status || judged.size != rows[i].told ||
            judged.fork != rows[i].fork)
            fail_msg("row %zu: %d, size %d, fork %d", i, (int)judged.status, (int)judged.size,
                     (int)judged.fork);
    }
    /* Known under its name, and the key of another log: not that origin. An old size above the
     * checkpoint's. A tree of no leaves with some root. */
    DEP_AUTO_BUF text, edited, empty;
    make_request(0, 8, &text);
    edit(dep_buf_slice(&text), "old 0\n", "old 9\n", &edited);
    struct dep_cosign_request request;
    struct dep_finding why;
    struct dep_checkpoint newest = {.origin = log_vkey.name, .size = 0};
    struct dep_cosign_judged judged;
    assert_int_equal(dep_cosign_request_parse(dep_buf_slice(&edited), &request, &why), DEP_OK);
    dep_cosign_judge(&request, &log_vkey, &newest, &judged);
    assert_int_equal(judged.status, DEP_COSIGN_MALFORMED);
    dep_cosign_judge(&request, &other_vkey, &newest, &judged);
    assert_int_equal(judged.status, DEP_COSIGN_ORIGIN);
    struct dep_checkpoint none = {.origin = log_vkey.name, .size = 0, .root = leaves[0]};
    struct dep_cosign_proof nothing = {.old_size = 0};
    DEP_AUTO_BUF note;
    dep_buf_init(&note, DEP_NOTE_LEN_MAX);
    dep_buf_init(&empty, DEP_COSIGN_LEN_MAX);
    assert_int_equal(dep_checkpoint_encode(&none, log_key, &note), DEP_OK);
    assert_int_equal(dep_cosign_request_encode(&nothing, dep_buf_slice(&note), &empty), DEP_OK);
    assert_int_equal(dep_cosign_request_parse(dep_buf_slice(&empty), &request, &why), DEP_OK);
    dep_cosign_judge(&request, &log_vkey, &newest, &judged);
    assert_int_equal(judged.status, DEP_COSIGN_PROOF);
}

/* ---- answers ---- */

static void test_answer(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id; /* NULL: good */
        int status;
        uint64_t size;
    } rows[] = {
        {"403\n", NULL, 403, 0},
        {"409\n20852014\n", NULL, 409, 20852014},
        {"422\n", NULL, 422, 0},
        {"", "cosign.answer", 0, 0},
        {"403", "cosign.answer", 0, 0},
        {"0403\n", "cosign.answer", 0, 0},
        {"200\n", "cosign.answer", 0, 0},
        {"401\n", "cosign.answer", 0, 0},
        {"500\n", "cosign.answer", 0, 0},
        {"409\n", "cosign.answer", 0, 0},
        {"409\n08\n", "cosign.answer", 0, 0},
        {"409\n8\n\n", "cosign.answer", 0, 0},
        {"403\n8\n", "cosign.answer", 0, 0},
        {"\xe2\x80\x94 a AAAAAAA=", "cosign.answer", 0, 0},
        {"\xe2\x80\x94 a AAAAAAA=\n", NULL, 200, 0},
        {"\xe2\x80\x94 a AAAA\n", "note.signature.len", 0, 0},
        {"\xe2\x80\x94 a AAAAAAA=\n\n", "note.signature.line", 0, 0},
    };
    struct dep_cosign_answer *answer = dep_alloc(sizeof *answer);
    assert_non_null(answer);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_finding why = {"", "", 0};
        memset(answer, 0x55, sizeof *answer);
        struct dep_cosign_judged before = answer->judged;
        int err = dep_cosign_answer_parse(dep_slice_string(rows[i].text), answer, &why);
        if (err != (rows[i].id ? DEP_FOUND : DEP_OK) ||
            strcmp(why.id, rows[i].id ? rows[i].id : "") != 0)
            fail_msg("row %zu: %d %s", i, err, why.id);
        if (err)
            assert_memory_equal(&before, &answer->judged, sizeof before);
        else if ((int)answer->judged.status != rows[i].status ||
                 answer->judged.size != rows[i].size)
            fail_msg("row %zu", i);
        if (err || rows[i].status == DEP_COSIGN_GOOD)
            continue;
        DEP_AUTO_BUF again;
        dep_buf_init(&again, 64);
        assert_int_equal(dep_cosign_refusal_encode(&answer->judged, &again), DEP_OK);
        assert_string_equal((const char *)again.data, rows[i].text);
    }
    free(answer);
}

/* ---- forks ---- */

static void test_fork(void **state)
{
    (void)state;
    DEP_AUTO_BUF a, b, other_size, stranger;
    make_note(8, ORIGIN, log_key, &a);
    make_note(9, ORIGIN, log_key, &other_size);
    leaves[1].bytes[0] ^= 1;
    make_note(8, ORIGIN, log_key, &b);
    make_note(8, ORIGIN, other_key, &stranger);
    leaves[1].bytes[0] ^= 1;
    const struct {
        const struct dep_buf *second;
        const char *id; /* NULL: a fork */
    } rows[] = {{&b, NULL},
                {&a, "fork.none"},
                {&other_size, "fork.none"},
                {&stranger, "note.signature.absent"}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        for (int turned = 0; turned < 2; turned++) {
            struct dep_slice first = dep_buf_slice(&a), second = dep_buf_slice(rows[i].second);
            struct dep_finding why = {"", "", 0};
            int err = turned ? dep_fork_verify(second, first, &log_vkey, &why)
                             : dep_fork_verify(first, second, &log_vkey, &why);
            assert_int_equal(err, rows[i].id ? DEP_FOUND : DEP_OK);
            assert_string_equal(why.id, rows[i].id ? rows[i].id : "");
        }
}

struct side {
    uint64_t size, index;
    const char *record;
    bool without; /* its record */
};

/* What `prove` writes of a log in which this record stands at that place. */
static void make_proof(const struct side *side, struct dep_buf *out)
{
    struct dep_hash entry, before = leaves[side->index];
    struct dep_slice record = dep_slice_string(side->record);
    struct dep_merkle_proof path;
    DEP_AUTO_BUF note;
    dep_sha256(record, &entry);
    dep_sha256_leaf(&entry, &leaves[side->index]);
    make_note(side->size, ORIGIN, log_key, &note);
    assert_int_equal(dep_merkle_prove_inclusion(side->index, side->size, read_leaves, NULL, &path),
                     DEP_OK);
    leaves[side->index] = before;
    dep_buf_init(out, DEP_PROOF_LEN_MAX);
    assert_int_equal(dep_proof_encode(side->without ? (struct dep_slice){NULL, 0} : record,
                                      side->index, &path, dep_buf_slice(&note), out),
                     DEP_OK);
}

static void test_fork_of_proofs(void **state)
{
    (void)state;
    static const struct {
        struct side first, second;
        const char *id; /* NULL: a fork */
    } rows[] = {
        {{8, 3, "one", false}, {8, 3, "another", false}, NULL},
        {{8, 3, "one", false}, {19, 3, "another", false}, NULL},
        {{8, 3, "one", false}, {8, 3, "one", false}, "fork.none"},
        {{8, 3, "one", false}, {19, 3, "one", false}, "fork.none"},
        {{8, 3, "one", false}, {19, 4, "another", false}, "fork.none"},
        {{8, 3, "one", false}, {19, 3, "another", true}, "fork.record"},
    };
    for (size_t i = 0; i < 2 * DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF first, second;
        struct dep_finding why = {"", "", 0};
        const char *id = rows[i / 2].id;
        make_proof(i % 2 ? &rows[i / 2].second : &rows[i / 2].first, &first);
        make_proof(i % 2 ? &rows[i / 2].first : &rows[i / 2].second, &second);
        assert_int_equal(
            dep_fork_verify(dep_buf_slice(&first), dep_buf_slice(&second), &log_vkey, &why),
            id ? DEP_FOUND : DEP_OK);
        assert_string_equal(why.id, id ? id : "");
        /* A proof is held to its path and to the log's key; with a note its checkpoint counts. */
        uint8_t *at = memmem(first.data, first.len, "extra ", 6);
        if (!at)
            continue;
        assert_int_equal(
            dep_fork_verify(dep_buf_slice(&second), dep_buf_slice(&first), &other_vkey, &why),
            DEP_FOUND);
        at[6] = at[6] == 'a' ? 'b' : 'a';
        assert_int_equal(
            dep_fork_verify(dep_buf_slice(&first), dep_buf_slice(&first), &log_vkey, &why),
            DEP_FOUND);
        assert_string_equal(why.id, "proof.path");
    }
}

static void test_fork_of_note_and_proof(void **state)
{
    (void)state;
    static const struct side side = {8, 3, "one", false};
    DEP_AUTO_BUF proof, note, longer;
    struct dep_finding why = {"", "", 0};
    make_proof(&side, &proof);
    make_note(8, ORIGIN, log_key, &note);
    make_note(9, ORIGIN, log_key, &longer);
    assert_int_equal(dep_fork_verify(dep_buf_slice(&note), dep_buf_slice(&proof), &log_vkey, &why),
                     DEP_OK);
    assert_int_equal(
        dep_fork_verify(dep_buf_slice(&longer), dep_buf_slice(&proof), &log_vkey, &why), DEP_FOUND);
    assert_string_equal(why.id, "fork.none");
}

static void test_memory(void **state)
{
    (void)state;
    for (long at = 0, err = DEP_ERR_NOMEM; err; at++) {
        DEP_AUTO_BUF text, line;
        struct dep_cosign_request request;
        struct dep_finding why;
        make_request(5, 8, &text);
        dep_buf_init(&line, 1024);
        int64_t time_s = 7;
        dep_alloc_fail_at(at);
        err = dep_cosign_request_parse(dep_buf_slice(&text), &request, &why);
        if (!err)
            err = dep_cosignature_sign(request.parsed.text, cosigner_vkey.name, cosigner_key,
                                       TIME_S, &line);
        struct dep_note_signature signature;
        if (!err)
            err = dep_note_signature_parse(dep_slice_sub(dep_buf_slice(&line), 0, line.len - 1), 0,
                                           &signature, &why);
        if (!err)
            err = dep_cosignature_verify(request.parsed.text, &signature, &cosigner_vkey, &time_s,
                                         &why);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        assert_int_equal(time_s, err ? 7 : TIME_S);
    }
}

static int set_up(void **state)
{
    (void)state;
    struct dep_finding why;
    for (size_t i = 0; i < LEAVES; i++) {
        struct dep_hash entry = {{(uint8_t)i}};
        dep_sha256_leaf(&entry, &leaves[i]);
    }
    struct dep_slice origin = DEP_SLICE_LITERAL(ORIGIN);
    return dep_crypto_init(false) || dep_signing_key_new(dep_random, &log_key) ||
           dep_signing_key_new(dep_random, &other_key) ||
           dep_signing_key_new(dep_random, &cosigner_key) ||
           dep_vkey_make(origin, dep_signing_key_public(log_key), &log_vkey, &why) ||
           dep_vkey_make(DEP_SLICE_LITERAL("example.com/other"), dep_signing_key_public(other_key),
                         &other_vkey, &why) ||
           dep_cosigner_make(DEP_SLICE_LITERAL(COSIGNER), dep_signing_key_public(cosigner_key),
                             &cosigner_vkey, &why);
}

static int tear_down(void **state)
{
    (void)state;
    dep_signing_key_free(log_key);
    dep_signing_key_free(other_key);
    dep_signing_key_free(cosigner_key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cosignature),
        cmocka_unit_test(test_cosignature_rules),
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_proof),
        cmocka_unit_test(test_judge),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_fork),
        cmocka_unit_test(test_fork_of_proofs),
        cmocka_unit_test(test_fork_of_note_and_proof),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
