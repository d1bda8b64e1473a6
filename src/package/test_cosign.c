/*
 * Cosignatures by a charter's cosigners, and checkpoints before: what counts, and what doesn't.
 */
#include "log/cosign.h"
#include "package/before.h"
#include "package/cosign.h"
#include "rules/test_support.h"

enum { IQ, FR, JO, DE, OUTSIDER, PEOPLE, LEAVES = 20 };

static const char *const ids[] = {"iq", "fr", "jo", "de", "xx"};
static const char *const places[] = {"IQ", "FR", "SY", "DE", "XX"};
static struct dep_signing_key *roots[PEOPLE], *cosigners[PEOPLE], *log_key;
static struct dep_hash leaves[LEAVES];
static struct dep_vkey log_vkey;

/* Four members, FR's log; DE leaves on 1 January 2027. */
static struct dep_charter *make_charter(int quorum)
{
    DEP_AUTO_JSON *json = json_of(test_charter);
    json_change(json, "/lists/territories/3", json_of(TEST_ENTRY("DE")));
    json_change(json, "/quorum", json_integer(quorum));
    for (int i = 0; i < OUTSIDER; i++) {
        char at[32];
        (void)snprintf(at, sizeof at, "/members/%d", i);
        json_change(json, at,
                    member_json(ids[i], places[i], dep_signing_key_public(roots[i]),
                                dep_signing_key_public(cosigners[i])));
    }
    json_change(json, "/members/3/to", json_string("2027-01-01T00:00:00Z"));
    return charter_of(json);
}

static void make_note(uint64_t size, struct dep_buf *out)
{
    struct dep_checkpoint checkpoint = {.origin = log_vkey.name, .size = size};
    dep_merkle_root(leaves, size, &checkpoint.root);
    dep_buf_init(out, DEP_NOTE_LEN_MAX);
    assert_int_equal(dep_checkpoint_encode(&checkpoint, log_key, out), DEP_OK);
}

/* A cosignature over the checkpoint in `note`, put behind what is there. */
static void cosign(struct dep_buf *note, int by, const char *name, int64_t time_s)
{
    struct dep_note parsed;
    struct dep_finding why;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_NOTE_LEN_MAX);
    assert_int_equal(dep_note_parse(dep_buf_slice(note), &parsed, &why), DEP_OK);
    dep_buf_add_slice(&text, parsed.text);
    assert_int_equal(dep_cosignature_sign(dep_buf_slice(&text), dep_slice_string(name),
                                          cosigners[by], time_s, note),
                     DEP_OK);
}

static void test_judge(void **state)
{
    (void)state;
    enum { T = TEST_FROM_S, AFTER = 1798761600 /* 2027-01-01 */ };
    static const struct {
        int quorum;
        struct {
            int by;           /* whose key */
            const char *name; /* NULL: no line */
            int64_t time_s;
            enum dep_signed_by want;
        } lines[3];
        size_t good;
        bool reached, timed;
        int64_t time_s;
    } rows[] = {
        {1,
         {{IQ, "iq/cosigner", T, DEP_BY_COSIGNER},
          {0, NULL, 0, DEP_BY_LOG},
          {0, NULL, 0, DEP_BY_LOG}},
         1,
         true,
         true,
         T},
        {1,
         {{0, NULL, 0, DEP_BY_LOG}, {0, NULL, 0, DEP_BY_LOG}, {0, NULL, 0, DEP_BY_LOG}},
         0,
         false,
         false,
         0},
        {0,
         {{0, NULL, 0, DEP_BY_LOG}, {0, NULL, 0, DEP_BY_LOG}, {0, NULL, 0, DEP_BY_LOG}},
         0,
         true,
         false,
         0},
        {0,
         {{IQ, "iq/cosigner", T, DEP_BY_COSIGNER},
          {0, NULL, 0, DEP_BY_LOG},
          {0, NULL, 0, DEP_BY_LOG}},
         1,
         true,
         false,
         0},
        {2,
         {{IQ, "iq/cosigner", T, DEP_BY_COSIGNER},
          {0, NULL, 0, DEP_BY_LOG},
          {0, NULL, 0, DEP_BY_LOG}},
         1,
         false,
         false,
         0},
        /* The later of two, whatever their order; the second of three. */
        {2,
         {{IQ, "iq/cosigner", T + 9, DEP_BY_COSIGNER},
          {JO, "jo/cosigner", T, DEP_BY_COSIGNER},
          {0, NULL, 0, DEP_BY_LOG}},
         2,
         true,
         true,
         T + 9},
        {2,
         {{IQ, "iq/cosigner", T + 9, DEP_BY_COSIGNER},
          {JO, "jo/cosigner", T, DEP_BY_COSIGNER},
          {DE, "de/cosigner", T + 5, DEP_BY_COSIGNER}},
         3,
         true,
         true,
         T + 5},
        /* Twice the same counts once, from the earlier. */
        {2,
         {{IQ, "iq/cosigner", T + 9, DEP_BY_REPEATED},
          {IQ, "iq/cosigner", T, DEP_BY_COSIGNER},
          {0, NULL, 0, DEP_BY_LOG}},
         1,
         false,
         false,
         0},
        {1,
         {{IQ, "iq/cosigner", T, DEP_BY_COSIGNER},
          {IQ, "iq/cosigner", T, DEP_BY_REPEATED},
          {0, NULL, 0, DEP_BY_LOG}},
         1,
         true,
         true,
         T},
        /* Outside the charter; a key under another's name; the log's own member. */
        {1,
         {{OUTSIDER, "xx/cosigner", T, DEP_BY_UNKNOWN},
          {0, NULL, 0, DEP_BY_LOG},
          {0, NULL, 0, DEP_BY_LOG}},
         0,
         false,
         false,
         0},
        {1,
         {{OUTSIDER, "iq/cosigner", T, DEP_BY_UNKNOWN},
          {0, NULL, 0, DEP_BY_LOG},
          {0, NULL, 0, DEP_BY_LOG}},
         0,
         false,
         false,
         0},
        {1,
         {{IQ, "jo/cosigner", T, DEP_BY_UNKNOWN},
          {0, NULL, 0, DEP_BY_LOG},
          {0, NULL, 0, DEP_BY_LOG}},
         0,
         false,
         false,
         0},
        {1,
         {{FR, "fr/cosigner", T, DEP_BY_UNKNOWN},
          {0, NULL, 0, DEP_BY_LOG},
          {0, NULL, 0, DEP_BY_LOG}},
         0,
         false,
         false,
         0},
        /* Not a member any more; not yet. */
        {1,
         {{DE, "de/cosigner", AFTER - 1, DEP_BY_COSIGNER},
          {0, NULL, 0, DEP_BY_LOG},
          {0, NULL, 0, DEP_BY_LOG}},
         1,
         true,
         true,
         AFTER - 1},
        {1,
         {{DE, "de/cosigner", AFTER, DEP_BY_UNKNOWN},
          {0, NULL, 0, DEP_BY_LOG},
          {0, NULL, 0, DEP_BY_LOG}},
         0,
         false,
         false,
         0},
        {1,
         {{DE, "de/cosigner", 1, DEP_BY_UNKNOWN},
          {0, NULL, 0, DEP_BY_LOG},
          {0, NULL, 0, DEP_BY_LOG}},
         0,
         false,
         false,
         0},
        /* A stranger's line beside a good one takes nothing away. */
        {1,
         {{OUTSIDER, "xx/cosigner", T, DEP_BY_UNKNOWN},
          {IQ, "iq/cosigner", T, DEP_BY_COSIGNER},
          {0, NULL, 0, DEP_BY_LOG}},
         1,
         true,
         true,
         T},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_CHARTER *charter = make_charter(rows[i].quorum);
        DEP_AUTO_BUF note;
        struct dep_note parsed;
        struct dep_finding why;
        struct dep_cosigned judged;
        size_t line_count = 1;
        make_note(8, &note);
        for (size_t j = 0; j < 3 && rows[i].lines[j].name; j++, line_count++)
            cosign(&note, rows[i].lines[j].by, rows[i].lines[j].name, rows[i].lines[j].time_s);
        assert_int_equal(dep_note_parse(dep_buf_slice(&note), &parsed, &why), DEP_OK);
        assert_int_equal(dep_cosigned_judge(charter, FR, &parsed, &log_vkey, &judged), DEP_OK);
        if (judged.line_count != line_count || judged.lines[0].by != DEP_BY_LOG ||
            judged.good != rows[i].good || judged.quorum != rows[i].reached ||
            judged.timed != rows[i].timed || judged.time_s != rows[i].time_s)
            fail_msg("row %zu: good %zu, quorum %d", i, judged.good, judged.quorum);
        for (size_t j = 0; j + 1 < line_count; j++)
            if (judged.lines[j + 1].by != rows[i].lines[j].want)
                fail_msg("row %zu, line %zu: %d", i, j, (int)judged.lines[j + 1].by);
    }
}

/* Under the right name and id, over another checkpoint. */
static void test_bad_signature(void **state)
{
    (void)state;
    DEP_AUTO_CHARTER *charter = make_charter(1);
    DEP_AUTO_BUF other, note;
    struct dep_note parsed;
    struct dep_finding why;
    make_note(9, &other);
    size_t from = other.len;
    cosign(&other, IQ, "iq/cosigner", TEST_FROM_S);
    make_note(8, &note);
    dep_buf_add(&note, other.data + from, other.len - from);
    cosign(&note, JO, "jo/cosigner", TEST_FROM_S);
    assert_int_equal(dep_note_parse(dep_buf_slice(&note), &parsed, &why), DEP_OK);
    for (long at = 0, err = DEP_ERR_NOMEM; err; at++) {
        struct dep_cosigned judged = {.good = 77};
        dep_alloc_fail_at(at);
        err = dep_cosigned_judge(charter, FR, &parsed, &log_vkey, &judged);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        assert_int_equal(judged.good, err ? 77 : 1);
        if (err)
            continue;
        assert_int_equal(judged.lines[1].by, DEP_BY_NOBODY);
        assert_int_equal(judged.lines[1].member, IQ);
        assert_int_equal(judged.lines[2].by, DEP_BY_COSIGNER);
        assert_true(judged.quorum);
    }
}

static void test_moments(void **state)
{
    (void)state;
    static const struct dep_log_moment moments[] = {{10, 500}, {20, 400}, {5, 100}};
    static const struct {
        uint64_t index;
        int64_t time_s; /* 0: not proved */
    } rows[] = {{0, 100}, {4, 100}, {5, 400}, {9, 400}, {10, 400}, {19, 400}, {20, 0}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        int64_t time_s = 77;
        bool found = dep_moments_earliest(moments, DEP_COUNT(moments), rows[i].index, &time_s);
        assert_int_equal(found, rows[i].time_s != 0);
        assert_int_equal(time_s, found ? rows[i].time_s : 77);
    }
    int64_t time_s = 77;
    assert_false(dep_moments_earliest(NULL, 0, 0, &time_s));
    assert_int_equal(time_s, 77);
}

/* ---- before ---- */

static int read_leaves(void *context, unsigned level, uint64_t index, struct dep_hash *out)
{
    (void)context;
    dep_merkle_root(leaves + (index << level), (size_t)1 << level, out);
    return DEP_OK;
}

static struct dep_checkpoint checkpoint_of(uint64_t size)
{
    struct dep_checkpoint checkpoint = {.origin = log_vkey.name, .size = size};
    dep_merkle_root(leaves, size, &checkpoint.root);
    return checkpoint;
}

static void test_before(void **state)
{
    (void)state;
    enum { GOOD, NONE, LONGER, ALTERED, OTHER_ROOT, OTHER_SIZE };
    static const struct {
        uint64_t older, newer;
        int what;
        const char *id; /* NULL: extends */
    } rows[] = {
        {5, 17, GOOD, NULL},
        {16, 17, GOOD, NULL},
        {8, 8, NONE, NULL},
        {8, 8, GOOD, NULL},
        {0, 8, NONE, NULL},
        {0, 8, GOOD, NULL},
        {5, 17, NONE, "log.proof"},
        {5, 17, LONGER, "log.inconsistent"},
        {5, 17, ALTERED, "log.inconsistent"},
        {5, 17, OTHER_ROOT, "log.inconsistent"},
        {5, 17, OTHER_SIZE, "log.inconsistent"},
        {8, 8, LONGER, "log.inconsistent"},
        {0, 8, LONGER, "log.inconsistent"},
        {8, 8, OTHER_ROOT, "log.fork"},
        {17, 5, NONE, "log.older"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_checkpoint older = checkpoint_of(rows[i].older),
                              newer = checkpoint_of(rows[i].newer);
        struct dep_cosign_proof proof = {.old_size = rows[i].older};
        struct dep_finding why = {"", "", 0};
        if (rows[i].older && rows[i].older < rows[i].newer)
            assert_int_equal(dep_merkle_prove_consistency(rows[i].older, rows[i].newer, read_leaves,
                                                          NULL, &proof.path),
                             DEP_OK);
        if (rows[i].what == LONGER)
            proof.path.hashes[proof.path.count++] = leaves[0];
        if (rows[i].what == ALTERED)
            proof.path.hashes[0].bytes[31] ^= 1;
        if (rows[i].what == OTHER_ROOT)
            older.root.bytes[0] ^= 1;
        if (rows[i].what == OTHER_SIZE)
            proof.old_size--;
        int err = dep_before_judge(&older, &newer, rows[i].what == NONE ? NULL : &proof, &why);
        if (err != (rows[i].id ? DEP_FOUND : DEP_OK) ||
            strcmp(why.id, rows[i].id ? rows[i].id : "") != 0)
            fail_msg("row %zu: %d %s", i, err, why.id);
    }
}

static int set_up(void **state)
{
    (void)state;
    struct dep_finding why;
    if (dep_crypto_init(false))
        return -1;
    for (int i = 0; i < PEOPLE; i++) {
        roots[i] = key_new();
        cosigners[i] = key_new();
    }
    log_key = key_new();
    for (size_t i = 0; i < LEAVES; i++) {
        struct dep_hash entry = {{(uint8_t)i}};
        dep_sha256_leaf(&entry, &leaves[i]);
    }
    return dep_vkey_make(DEP_SLICE_LITERAL("fr/log"), dep_signing_key_public(log_key), &log_vkey,
                         &why);
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < PEOPLE; i++) {
        dep_signing_key_free(roots[i]);
        dep_signing_key_free(cosigners[i]);
    }
    dep_signing_key_free(log_key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge),
        cmocka_unit_test(test_bad_signature),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_before),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
