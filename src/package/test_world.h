/*
 * The world of the good package in tests: files, and the records of its two members.
 */
#ifndef DEP_PACKAGE_TEST_WORLD_H
#define DEP_PACKAGE_TEST_WORLD_H
#include "rules/test_support.h"
#include "rules/written.h"

#include "log/cosign.h"
#include "package/in_force.h"
#include "package/info.h"
#include "package/notice.h"
#include "package/records.h"
#include "package/verify_impl.h"
#include "vault/age.h"

#define TEST_ITEM "0190a2b4-7c1e-7abc-8def-0123456789ab"
#define TEST_PACKAGE "0190a2b4-7c1e-7abc-8def-0123456789ff"
#ifndef TEST_RECORDS_MAX
#define TEST_RECORDS_MAX 700
#endif
enum {
    TEST_FILES_MAX = 64 + TEST_RECORDS_MAX / 128,
    TEST_TILES_MAX = 32 + TEST_RECORDS_MAX / 128,
    TEST_NAMES_MAX = 40,
    TEST_LEN_MAX = 512 * 1024 * 1024,
};
static const int64_t test_now_s = TEST_FROM_S + 3600;

struct test_file {
    char path[DEP_PACKAGE_PATH_MAX + 1];
    struct dep_buf data;
};
struct test_record {
    struct dep_issued issued;
    bool in, listed;                   /* in the package; with a line */
    bool ended;                        /* no status lists it */
    const char *shown[TEST_NAMES_MAX]; /* ascending, NULL at the end */
    struct dep_hash *set;              /* of a status of consents */
    size_t set_count;
};
struct test_log {
    const char *member;
    char origin[64];
    struct dep_signing_key *root, *log, *officer, *legal, *approver, *spare, *cosigner;
    struct test_record records[TEST_RECORDS_MAX];
    size_t count;
    size_t head; /* place of package.sent, once it is there */
    struct dep_buf checkpoint;
};

/* When an edit is made. */
enum test_stage {
    TEST_CHARTER,  /* world->charter is the JSON; before it is adopted */
    TEST_APPROVED, /* of the release all is there but itself */
    TEST_RECORDS,  /* of iq, all but package.sent */
    TEST_CONTENT,  /* the text of content.jsonl, before it is signed */
    TEST_SENT,     /* package.sent is issued, and status behind it; before the checkpoint */
    TEST_DATA,     /* every file below data/ */
    TEST_FILES,    /* those and bag-info.txt; before the manifests */
    TEST_BAG,      /* all */
};
/* What is signed of the first record of `type` in iq's log differs from what was judged: `value`
 * stands at `pointer` (NULL: nothing does); of a verdict with its digest made anew. */
struct test_forgery {
    const char *type, *pointer, *value;
    bool redigest;
};
/* A record as the judge heard it. */
struct test_heard {
    const char *type;
    size_t place;
    json_t *claims;
};

struct test_world;
typedef void test_edit_fn(struct test_world *world);
struct test_edit {
    enum test_stage stage;
    test_edit_fn *make;
};

struct test_world {
    const struct dep_schemas *schemas;
    struct test_edit edit;
    json_t *charter;
    struct dep_charter *parsed;
    uint8_t pin[DEP_FINGERPRINT_BYTES];
    struct test_log logs[2];
    struct dep_buf content, payload;
    struct test_file files[TEST_FILES_MAX];
    size_t file_count;
    size_t collected, note, correction; /* places in logs[0] */
    size_t entered, marking, request, consent, prepared, approval, made;
    size_t keys_before, consents_before, keys, consents; /* of status */
    const struct test_forgery *forgery;
    bool forged;
    bool by_preparer;      /* who prepared it approves it */
    bool consent_named;    /* as another member's, and not shown */
    bool other_named;      /* the same of a record that is nowhere here */
    const char *why_named; /* or why else */
    bool more_of_item;     /* a record more about the item is counted, and not shown */
    size_t other;          /* what was released instead of `prepared`, or 0 */
    /* A record under seal: linked as that, told of in a notice, and how many its line says. */
    bool sealed, noticed;
    bool named_protected; /* it is only named */
    uint64_t sealed_said;
    const char *notice_wrong; /* path of a file that is altered once its line is made, */
    bool notice_dropped;      /* or gone */
    /* A second consent, by fr in its own log, which goes along as logs/001. */
    bool foreign;
    bool foreign_withdrawn; /* and withdrawn there, unheard by the judge */
    /* iq's own word of when it heard of it. */
    enum { TEST_HEARD_UNSAID, TEST_HEARD_BEFORE, TEST_HEARD_AFTER } heard_of;
    bool heard_more;       /* and where it stands there */
    bool heard_other;      /* of something else */
    int64_t foreign_age_s; /* how much older its status is than the judge heard */
    int64_t shift_s;       /* of the clock by which records are made */
    size_t foreign_consent, foreign_status;
    struct test_heard heard[16];
    size_t heard_count;
    json_t *own;  /* claims of what was collected */
    json_t *sent; /* claims of package.sent, where an edit sets them */
    bool unpinned;
};

static inline void test_at(struct test_world *world, enum test_stage stage)
{
    if (world->edit.make && world->edit.stage == stage)
        world->edit.make(world);
}

/* ---- files ---- */

static inline struct dep_buf *test_file(struct test_world *world, const char *path)
{
    for (size_t i = 0; i < world->file_count; i++)
        if (strcmp(world->files[i].path, path) == 0)
            return &world->files[i].data;
    return NULL;
}

static inline void test_put(struct test_world *world, const char *path, struct dep_slice data)
{
    struct dep_buf *there = test_file(world, path);
    if (!there) {
        assert_true(world->file_count < TEST_FILES_MAX);
        struct test_file *file = &world->files[world->file_count++];
        (void)snprintf(file->path, sizeof file->path, "%s", path);
        dep_buf_init(&file->data, TEST_LEN_MAX);
        there = &file->data;
    }
    dep_buf_clear(there);
    dep_buf_add_slice(there, data);
    assert_int_equal(dep_buf_err(there), DEP_OK);
}

static inline void test_put_below(struct test_world *world, const char *folder, const char *name,
                                  struct dep_slice data)
{
    char path[DEP_PACKAGE_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    test_put(world, path, data);
}

static inline void test_drop(struct test_world *world, const char *path)
{
    for (size_t i = 0; i < world->file_count; i++) {
        if (strcmp(world->files[i].path, path) != 0)
            continue;
        dep_buf_done(&world->files[i].data);
        world->files[i] = world->files[--world->file_count];
        return;
    }
    fail_msg("no file %s", path);
}

static inline void test_rename(struct test_world *world, const char *path, const char *to)
{
    struct dep_buf *data = test_file(world, path);
    assert_non_null(data);
    DEP_AUTO_BUF copy;
    dep_buf_init(&copy, TEST_LEN_MAX);
    dep_buf_add_slice(&copy, dep_buf_slice(data));
    test_drop(world, path);
    test_put(world, to, dep_buf_slice(&copy));
}

/* Replace the first `from` in a file by `to`. */
static inline void test_replace(struct dep_buf *data, const char *from, const char *to)
{
    uint8_t *at = data->data ? memmem(data->data, data->len, from, strlen(from)) : NULL;
    if (!at)
        fail_msg("no %s", from);
    DEP_AUTO_BUF out;
    dep_buf_init(&out, TEST_LEN_MAX);
    dep_buf_add(&out, data->data, (size_t)(at - data->data));
    dep_buf_add_string(&out, to);
    dep_buf_add(&out, at + strlen(from), data->len - (size_t)(at - data->data) - strlen(from));
    dep_buf_clear(data);
    dep_buf_add_slice(data, dep_buf_slice(&out));
    assert_int_equal(dep_buf_err(data), DEP_OK);
}

/* ---- records ---- */

static inline void test_forge(struct test_world *world, const struct test_log *log,
                              const char *type, json_t *claims)
{
    const struct test_forgery *forgery = world->forgery;
    if (!forgery || log != world->logs || world->forged || strcmp(forgery->type, type) != 0)
        return;
    world->forged = true;
    json_change(claims, forgery->pointer, forgery->value ? json_of(forgery->value) : NULL);
    if (!forgery->redigest)
        return;
    DEP_AUTO_WRITTEN written = {.requirements = NULL};
    struct dep_hash action, digest;
    char hex[2 * DEP_HASH_LEN + 1];
    json_t *verdict = json_object_get(claims, "verdict");
    assert_int_equal(dep_verdict_read(verdict, &written, NULL), DEP_OK);
    assert_true(dep_record_ref_sha256(claims, "about", &action));
    dep_written_digest(&written, &action, &digest);
    dep_hex_encode(digest.bytes, DEP_HASH_LEN, hex);
    (void)json_object_set_new(verdict, "digest", json_string(hex));
}

/* Issue a record at the end of the log; its place. Takes `claims`. */
static inline size_t test_issue(struct test_world *world, struct test_log *log,
                                const struct dep_signing_key *key, enum dep_role role,
                                const char *code, const char *type, json_t *claims)
{
    assert_true(log->count < TEST_RECORDS_MAX && claims);
    struct test_record *record = &log->records[log->count];
    struct dep_issuer who = {.member = log->member,
                             .role = role,
                             .code = code,
                             .key = key,
                             .now_ms = (test_now_s + world->shift_s + (int64_t)log->count) * 1000,
                             .clock_source = "ntp",
                             .uncertainty_s = 2,
                             .random = counter_random};
    struct dep_finding why = {"", "", 0};
    struct dep_jtd_error where = {.instance_path = ""};
    *record = (struct test_record){.in = true};
    test_forge(world, log, type, claims);
    if (dep_record_issue(world->schemas, type, claims, NULL, &who, &record->issued, &where, &why))
        fail_msg("%s: %s %s", type, why.id, where.instance_path);
    json_decref(claims);
    return log->count++;
}

static inline json_t *test_ref(const struct test_log *log, const char *rel, size_t place)
{
    const struct dep_issued *to = &log->records[place].issued;
    json_t *ref = dep_record_ref_new(rel, to->jti, &to->sha256);
    assert_non_null(ref);
    return ref;
}

/* `role` and `other`: NULL where there is none. */
static inline json_t *test_enrolment(const struct dep_signing_key *key, const char *use,
                                     const char *code, const char *role, const char *other)
{
    char kid[DEP_KID_LEN + 1], text[64] = "";
    const struct dep_public_key *public = dep_signing_key_public(key);
    dep_kid(public, kid);
    dep_base64_write(DEP_BASE64_URL, public->bytes, sizeof public->bytes, text);
    json_t *claims = json_pack("{s:s,s:s,s:s}", "use", use, "kid", kid, "public", text);
    if (code)
        (void)json_object_set_new(claims, "code", json_string(code));
    if (role)
        (void)json_object_set_new(claims, "roles", json_pack("[s,s*]", role, other));
    return claims;
}

/* The member's keys, as a register begins. */
static inline void test_begin_log(struct test_world *world, struct test_log *log,
                                  const char *member)
{
    log->member = member;
    (void)snprintf(log->origin, sizeof log->origin, "%s/log", member);
    log->root = key_new();
    log->log = key_new();
    log->officer = key_new();
    log->legal = key_new();
    log->approver = key_new();
    log->spare = key_new();
    log->cosigner = key_new();
    const struct {
        const struct dep_signing_key *key;
        const char *use, *code, *role, *other;
    } keys[] = {{log->root, "root", NULL, NULL, NULL},
                {log->log, "log", NULL, NULL, NULL},
                {log->officer, "officer", "EX1", "custodian", NULL},
                {log->legal, "officer", "LO1", "legal", "approver"},
                {log->approver, "officer", "AP1", "approver", NULL},
                {log->spare, "officer", "EX2", "custodian", NULL}};
    for (size_t i = 0; i < DEP_COUNT(keys); i++)
        (void)test_issue(
            world, log, log->root, DEP_ROLE_ROOT, "root", "key.enrolled",
            test_enrolment(keys[i].key, keys[i].use, keys[i].code, keys[i].role, keys[i].other));
}

static inline void test_collect(struct test_world *world, struct test_log *log)
{
    const struct dep_schema *type = dep_schemas_find(world->schemas, "evidence.collected", 0);
    struct dep_hash payload;
    char hex[2 * DEP_HASH_LEN + 1];
    dep_sha256(dep_buf_slice(&world->payload), &payload);
    dep_hex_encode(payload.bytes, DEP_HASH_LEN, hex);
    json_t *claims = json_pack("{s:s,s:b,s:s,s:s,s:s,s:{s:s,s:s}}", "item", TEST_ITEM, "restricted",
                               0, "exhibit", "X-1", "payload_sha256", hex, "manifest_root", hex,
                               "basis", "text", "warrant", "lang", "en");
    json_t *unknown = json_object();
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].unknown_ok && !json_object_get(claims, type->fields[i].name))
            (void)json_object_set_new(unknown, type->fields[i].name,
                                      json_pack("{s:s,s:s}", "code", "unknown", "reason", "r"));
    (void)json_object_set_new(claims, "unknown", unknown);
    world->own = json_deep_copy(claims);
    world->collected = test_issue(world, log, log->officer, DEP_ROLE_CUSTODIAN, "EX1",
                                  "evidence.collected", claims);
    log->records[world->collected].listed = true;
    log->records[world->collected].shown[0] = "basis";
    log->records[world->collected].shown[1] = "exhibit";
    log->records[world->collected].shown[2] = "sensitive";
}

static inline json_t *test_note(const char *text, json_t *ref)
{
    return json_pack("{s:{s:s,s:s},s:s,s:[o]}", "text", "text", text, "lang", "en", "item",
                     TEST_ITEM, "refs", ref);
}
#endif
