/*
 * Cosignatures, earlier checkpoints, tokens and what the receiver has seen: one edit a finding.
 */
#include "base/test_slow.h"
#include "package/test_support.h"

#include "package/before.h"

#define LOG "data/logs/000"
enum { SIZE = 300 };

static const struct dep_schemas *schemas;
static struct dep_known_checkpoint known;

/* ---- making ---- */

static int leaf_at(void *context, unsigned level, uint64_t index, struct dep_hash *out)
{
    const struct test_log *log = context;
    struct dep_hash leaves[TEST_RECORDS_MAX];
    size_t count = (size_t)1 << level;
    for (size_t i = 0; i < count; i++)
        dep_sha256_leaf(&log->records[(index << level) + i].issued.sha256, &leaves[i]);
    dep_merkle_root(leaves, count, out);
    return DEP_OK;
}

static void root_of(struct test_log *log, uint64_t size, struct dep_hash *out)
{
    assert_int_equal(dep_merkle_root_at(size, leaf_at, log, out), DEP_OK);
}

static void put_note(struct test_world *world, const struct dep_hash *root,
                     const struct dep_signing_key *key)
{
    char path[128];
    struct dep_checkpoint checkpoint = {dep_slice_string(world->logs[0].origin), SIZE, *root};
    DEP_AUTO_BUF note;
    dep_buf_init(&note, DEP_NOTE_LEN_MAX);
    assert_int_equal(dep_checkpoint_encode(&checkpoint, key, &note), DEP_OK);
    (void)snprintf(path, sizeof path, LOG "/before/%d.checkpoint", SIZE);
    test_put(world, path, dep_buf_slice(&note));
}

static void put_proof(struct test_world *world)
{
    char path[128];
    struct test_log *log = &world->logs[0];
    struct dep_cosign_proof proof = {.old_size = SIZE};
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_COSIGN_LEN_MAX);
    assert_int_equal(dep_merkle_prove_consistency(SIZE, log->count, leaf_at, log, &proof.path),
                     DEP_OK);
    assert_int_equal(dep_cosign_proof_encode(&proof, &text), DEP_OK);
    (void)snprintf(path, sizeof path, LOG "/before/%d.proof", SIZE);
    test_put(world, path, dep_buf_slice(&text));
}

static void earlier(struct test_world *world)
{
    struct dep_hash root;
    root_of(&world->logs[0], SIZE, &root);
    put_note(world, &root, world->logs[0].log);
    put_proof(world);
}

/* ---- edits ---- */

static void no_proof(struct test_world *world)
{
    earlier(world);
    test_drop(world, LOG "/before/300.proof");
}
static void no_note(struct test_world *world)
{
    earlier(world);
    test_drop(world, LOG "/before/300.checkpoint");
}
static void other_root(struct test_world *world)
{
    struct dep_hash root;
    root_of(&world->logs[0], SIZE, &root);
    root.bytes[0] ^= 1;
    put_note(world, &root, world->logs[0].log);
    put_proof(world);
}
static void by_stranger(struct test_world *world)
{
    struct dep_hash root;
    root_of(&world->logs[0], SIZE, &root);
    put_note(world, &root, world->logs[1].log);
    put_proof(world);
}
static void other_name(struct test_world *world)
{
    earlier(world);
    test_rename(world, LOG "/before/300.checkpoint", LOG "/before/301.checkpoint");
}
static void proof_flipped(struct test_world *world)
{
    earlier(world);
    struct dep_buf *proof = test_file(world, LOG "/before/300.proof");
    proof->data[8] = proof->data[8] == 'A' ? 'B' : 'A';
}

static size_t last_line(const struct dep_buf *note)
{
    size_t at = note->len - 1;
    while (note->data[at - 1] != '\n')
        at--;
    return at;
}
static void no_cosignature(struct test_world *world)
{
    struct dep_buf *note = test_file(world, LOG "/checkpoint");
    note->len = last_line(note);
}
static void cosignature_flipped(struct test_world *world)
{
    struct dep_buf *note = test_file(world, LOG "/checkpoint");
    uint8_t *at = &note->data[note->len - 8];
    *at = *at == 'A' ? 'B' : 'A';
}
static void cosigned_by(struct test_world *world, const char *name)
{
    struct dep_buf *note = test_file(world, LOG "/checkpoint");
    struct dep_note parsed;
    assert_int_equal(dep_note_parse(dep_buf_slice(note), &parsed, NULL), DEP_OK);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_NOTE_LEN_MAX);
    dep_buf_add_slice(&text, parsed.text);
    assert_int_equal(dep_cosignature_sign(dep_buf_slice(&text), dep_slice_string(name),
                                          world->logs[0].cosigner, test_now_s, note),
                     DEP_OK);
}
static void stranger_too(struct test_world *world)
{
    cosigned_by(world, "stranger");
}
static void stranger_alone(struct test_world *world)
{
    no_cosignature(world);
    cosigned_by(world, "stranger");
}
static void own_alone(struct test_world *world)
{
    no_cosignature(world);
    cosigned_by(world, "iq/cosigner");
}
static void no_quorum_wanted(struct test_world *world)
{
    json_change(world->charter, "/quorum", json_integer(0));
}
static void token(struct test_world *world)
{
    test_put(world, LOG "/tokens/one.tsr", dep_slice_string("not looked at here"));
}

/* A line `seen` of the earlier checkpoint; its files come only with `earlier`. */
static void seen(struct test_world *world)
{
    struct dep_content_line line = {.kind = DEP_CONTENT_SEEN,
                                    .seen = {.origin = world->logs[0].origin, .size = SIZE}};
    root_of(&world->logs[0], SIZE, &line.seen.root);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CONTENT_LINE_MAX);
    assert_int_equal(dep_content_encode(&line, &text), DEP_OK);
    /* Before the file lines. */
    dep_buf_add_string(&text, "{\"line\":\"file\"");
    test_replace(&world->content, "{\"line\":\"file\"", (const char *)text.data);
}

static void known_same(struct test_world *world)
{
    earlier(world);
    known = (struct dep_known_checkpoint){.origin = dep_slice_string(world->logs[0].origin),
                                          .size = SIZE};
    root_of(&world->logs[0], SIZE, &known.root);
}
static void known_fork(struct test_world *world)
{
    known_same(world);
    known.root.bytes[0] ^= 1;
}
static void known_alone(struct test_world *world)
{
    known_same(world);
    test_drop(world, LOG "/before/300.checkpoint");
    test_drop(world, LOG "/before/300.proof");
}
static void passed_on_alone(struct test_world *world)
{
    known_alone(world);
    known.passed_on = true;
}
static void passed_on_fork(struct test_world *world)
{
    known_fork(world);
    known.passed_on = true;
}
static void known_newer(struct test_world *world)
{
    known_same(world);
    known.size = world->logs[0].count + 1;
}
static void passed_on_newer(struct test_world *world)
{
    known_newer(world);
    known.passed_on = true;
}
static void known_equal_fork(struct test_world *world)
{
    known_same(world);
    known.size = world->logs[0].count;
}

/* ---- judging ---- */

static int verify_all(struct test_world *world, struct dep_verify **out)
{
    int err = test_verify_begin(world, known.size ? &known : NULL, out);
    return err ? err : dep_verify_finish(*out);
}

/* Nothing that counts, but for what status and verdict say: there is none in this package. */
static bool only_aside(const struct dep_verify *verify)
{
    for (size_t i = 0; i < dep_verify_found_count(verify); i++) {
        const struct dep_verify_found *found = dep_verify_found_at(verify, i);
        if (!found->aside && strncmp(found->id, "status.", 7) != 0 &&
            strncmp(found->id, "verdict.", 8) != 0 && strcmp(found->id, "package.step") != 0)
            return false;
    }
    return true;
}

static void test_edits(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct test_edit edit;
        const char *id; /* NULL: nothing beside what is there without an edit */
        enum dep_result result;
    } rows[] = {
        {"earlier", {TEST_DATA, earlier}, NULL, DEP_INTACT},
        {"no proof", {TEST_DATA, no_proof}, "log.proof", DEP_UNPROVED},
        {"a proof of nothing", {TEST_DATA, no_note}, "before.file", DEP_ALTERED},
        {"another root", {TEST_DATA, other_root}, "log.inconsistent", DEP_ALTERED},
        {"signed by another", {TEST_DATA, by_stranger}, "note.signature.absent", DEP_ALTERED},
        {"another size in the name", {TEST_DATA, other_name}, "before.size", DEP_ALTERED},
        {"the proof altered", {TEST_DATA, proof_flipped}, "log.inconsistent", DEP_ALTERED},
        {"not cosigned", {TEST_DATA, no_cosignature}, "checkpoint.quorum", DEP_UNPROVED},
        {"cosignature altered",
         {TEST_DATA, cosignature_flipped},
         "cosigner.signature",
         DEP_ALTERED},
        {"a stranger cosigned too", {TEST_DATA, stranger_too}, "cosigner.unknown", DEP_INTACT},
        {"a stranger alone", {TEST_DATA, stranger_alone}, "checkpoint.quorum", DEP_UNPROVED},
        {"its own member alone", {TEST_DATA, own_alone}, "checkpoint.quorum", DEP_UNPROVED},
        {"no quorum is wanted", {TEST_CHARTER, no_quorum_wanted}, NULL, DEP_INTACT},
        {"a token nobody looked at", {TEST_DATA, token}, "token.unchecked", DEP_UNPROVED},
        {"seen, and not here", {TEST_CONTENT, seen}, "package.seen", DEP_ALTERED},
        {"known", {TEST_DATA, known_same}, NULL, DEP_INTACT},
        {"known otherwise", {TEST_DATA, known_fork}, "log.fork", DEP_ALTERED},
        {"known, and nothing leads here", {TEST_DATA, known_alone}, "log.proof", DEP_UNPROVED},
        {"known newer", {TEST_DATA, known_newer}, "log.older", DEP_UNPROVED},
        {"passed on, and nothing leads here",
         {TEST_DATA, passed_on_alone},
         "log.proof",
         DEP_INTACT},
        {"passed on otherwise", {TEST_DATA, passed_on_fork}, "log.fork", DEP_ALTERED},
        {"passed on newer", {TEST_DATA, passed_on_newer}, "log.older", DEP_UNPROVED},
        {"known of this size", {TEST_DATA, known_equal_fork}, "log.fork", DEP_ALTERED},
    };
    size_t failed = 0;
    for (size_t i = 0; i < DEP_COUNT(rows); i += (size_t)test_steps(3, 7)) {
        known.size = 0;
        struct test_world *world = test_world_new(schemas, &rows[i].edit);
        struct dep_verify *verify = NULL;
        assert_int_equal(verify_all(world, &verify), DEP_OK);
        bool there = !rows[i].id || test_found(verify, rows[i].id);
        bool altered = verify->altered;
        bool clean = rows[i].result != DEP_INTACT || only_aside(verify);
        if (!there || !clean || altered != (rows[i].result == DEP_ALTERED)) {
            print_message("%s: expected %s\n", rows[i].name, rows[i].id ? rows[i].id : "nothing");
            test_print_found(verify);
            failed++;
        }
        dep_verify_free(verify);
        test_world_free(world);
    }
    assert_int_equal(failed, 0);
}

/* When records were there, by quorum and token. */
static void test_times(void **state)
{
    (void)state;
    const struct test_edit edit = {TEST_DATA, token};
    struct test_world *world = test_world_new(schemas, &edit);
    struct dep_verify *verify = NULL;
    int64_t time_s = 0;
    assert_int_equal(test_verify_begin(world, NULL, &verify), DEP_OK);
    assert_true(dep_step_time(verify, 0, 5, &time_s));
    assert_int_equal(time_s, test_now_s + 100);
    assert_true(dep_step_cosigned(verify, 0, world->logs[0].count - 1));
    assert_false(dep_step_cosigned(verify, 0, world->logs[0].count));
    assert_false(dep_step_time(verify, 0, world->logs[0].count, &time_s));
    struct dep_verify_token told;
    assert_int_equal(dep_verify_token_count(verify), 1);
    dep_verify_token(verify, 0, &told);
    assert_true(dep_slice_equal_string(told.path, LOG "/tokens/one.tsr"));
    assert_true(dep_hash_equal(&told.digest, &dep_step_log_at(verify, 0)->text_sha256));
    assert_int_equal(json_array_size(told.authorities), 1);
    const struct dep_verify_token_is good = {.time_s = test_now_s + 50};
    assert_int_equal(dep_verify_token_is(verify, 0, &good), DEP_OK);
    assert_int_equal(dep_verify_finish(verify), DEP_OK);
    assert_true(dep_step_time(verify, 0, 5, &time_s));
    assert_int_equal(time_s, test_now_s + 50);
    assert_false(test_found(verify, "token.unchecked"));
    DEP_AUTO_JSON *account = NULL;
    assert_int_equal(dep_verify_account(verify, &account), DEP_OK);
    const json_t *log = json_array_get(dep_json_array(account, "logs"), 0);
    const json_t *cosigned = json_array_get(dep_json_array(log, "cosigned"), 0);
    const json_t *stamped = json_array_get(dep_json_array(log, "tokens"), 0);
    assert_string_equal(dep_json_string(cosigned, "name"), "fr/cosigner");
    assert_string_equal(dep_json_string(cosigned, "size"), dep_json_string(log, "size"));
    assert_string_equal(dep_json_string(stamped, "name"), "one.tsr");
    assert_string_equal(dep_json_string(stamped, "size"), dep_json_string(log, "size"));
    dep_verify_free(verify);
    test_world_free(world);
}

static void test_bad_token(void **state)
{
    (void)state;
    const struct test_edit edit = {TEST_DATA, token};
    struct test_world *world = test_world_new(schemas, &edit);
    struct dep_verify *verify = NULL;
    assert_int_equal(test_verify_begin(world, NULL, &verify), DEP_OK);
    const struct dep_verify_token_is bad = {.id = "token.authority"};
    assert_int_equal(dep_verify_token_is(verify, 0, &bad), DEP_OK);
    assert_int_equal(dep_verify_finish(verify), DEP_OK);
    assert_true(test_found(verify, "token.authority"));
    assert_int_equal(dep_verify_result(verify), DEP_ALTERED);
    dep_verify_free(verify);
    test_world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_edits), cmocka_unit_test(test_times),
                                       cmocka_unit_test(test_bad_token)};
    if (dep_crypto_init(false) || !(schemas = dep_schemas_builtin()))
        return 1;
    int failed = cmocka_run_group_tests_name("verify_time", tests, NULL, NULL);
    return failed;
}
