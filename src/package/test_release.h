/*
 * The release that the good package is sent on, and forgeries of it: a request, a consent and its
 * status, a marking, what was prepared, an approval, and the verdict, judged as a register does.
 *
 * A forgery is said of one record: what is signed differs from what was judged.
 */
#ifndef DEP_PACKAGE_TEST_RELEASE_H
#define DEP_PACKAGE_TEST_RELEASE_H
#include "package/test_world.h"

#include "rules/action.h"
#include "rules/heard.h"
#include "rules/written.h"

/* All protected fields, ascending. */
static inline void test_show_all(struct test_world *world, struct test_record *record,
                                 const char *type)
{
    const struct dep_schema *schema = dep_schemas_find(world->schemas, type, 0);
    size_t count = 0;
    for (size_t i = 0; i < schema->field_count; i++) {
        if (schema->fields[i].open)
            continue;
        size_t at = count++;
        for (; at > 0 && strcmp(record->shown[at - 1], schema->fields[i].name) > 0; at--)
            record->shown[at] = record->shown[at - 1];
        record->shown[at] = schema->fields[i].name;
    }
    record->shown[count] = NULL;
}

/* What a person states, in ' for ", with a reference to `to` (SIZE_MAX: none). */
static inline json_t *test_claims(const struct test_log *log, const char *text, const char *rel,
                                  size_t to)
{
    char json[2048];
    assert_true(strlen(text) < sizeof json);
    (void)snprintf(json, sizeof json, "%s", text);
    for (char *at = json; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    json_t *claims = json_of(json);
    if (to != SIZE_MAX)
        (void)json_object_set_new(claims, "refs", json_pack("[o]", test_ref(log, rel, to)));
    return claims;
}

/* Issued as it is forged, listed with all its fields, and heard as it was before. */
static inline size_t test_state(struct test_world *world, const struct dep_signing_key *key,
                                enum dep_role role, const char *code, const char *type,
                                json_t *claims)
{
    struct test_log *log = &world->logs[0];
    json_t *heard = json_deep_copy(claims);
    size_t at = test_issue(world, log, key, role, code, type, claims);
    log->records[at].listed = true;
    test_show_all(world, &log->records[at], type);
    (void)json_object_set_new(heard, "iss", json_string(log->member));
    (void)json_object_set_new(heard, "iat", json_integer(test_now_s + (int64_t)at));
    (void)json_object_set_new(heard, "clock", json_pack("{s:i}", "uncertainty_s", 2));
    (void)json_object_set_new(
        heard, "by", json_pack("{s:s}", "code", strcmp(type, "approval.given") ? code : "AP1"));
    assert_true(world->heard_count < DEP_COUNT(world->heard));
    world->heard[world->heard_count++] = (struct test_heard){type, at, heard};
    return at;
}

static const char test_request[] =
    "{'direction':'in','from':'court','to':'bureau','purpose':'trial',"
    "'scope':{'kind':'item','id':'" TEST_ITEM "'}}";
static const char test_consent[] =
    "{'terms':{'layer':'host','grantor':'iq','actions':['release'],'recipients':['court'],"
    "'purposes':['trial'],'lines':['any'],'territories':['IQ'],"
    "'scope':{'kind':'item','id':'" TEST_ITEM "'},'in_force':{'from':'2026-12-01T00:00:00Z'}},"
    "'side':{'state':'signed','code':'LO1'}}";
static const char test_prepared[] =
    "{'action':'release','recipient':'court','purpose':'trial','urgent':false,"
    "'materials':[{'item':'" TEST_ITEM "','fields':['basis','exhibit','sensitive'],"
    "'redacted':false}]}";

static inline const json_t *test_heard_of(const struct test_world *world, const char *type)
{
    for (size_t i = 0; i < world->heard_count; i++)
        if (strcmp(world->heard[i].type, type) == 0)
            return world->heard[i].claims;
    return NULL;
}

static inline void test_root_at(const struct test_log *log, size_t size, struct dep_hash *out)
{
    struct dep_frontier frontier;
    dep_frontier_init(&frontier);
    for (size_t i = 0; i < size; i++) {
        struct dep_hash leaf;
        dep_sha256_leaf(&log->records[i].issued.sha256, &leaf);
        dep_frontier_add(&frontier, &leaf);
    }
    dep_frontier_root(&frontier, out);
}

static inline void test_enter(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(dep_charter_digest(world->parsed)->bytes, DEP_HASH_LEN, hex);
    world->entered =
        test_issue(world, log, log->root, DEP_ROLE_ROOT, "root", "charter.entered",
                   json_pack("{s:s,s:i,s:[]}", "charter_sha256", hex, "number", 1, "adoptions"));
    log->records[world->entered].listed = true;
}

/* ---- status ---- */

/* As of its own place: every record of `type` in the log but those revoked or withdrawn. */
static inline size_t test_status_in(struct test_world *world, struct test_log *log, const char *of,
                                    const char *type)
{
    struct dep_hash *set = calloc(TEST_NAMES_MAX, sizeof *set), root;
    size_t count = 0;
    char as_of[24], hex[2 * DEP_HASH_LEN + 1];
    assert_non_null(set);
    for (size_t i = 0; i < log->count; i++) {
        DEP_AUTO_RECORD record = {.jti = NULL};
        assert_int_equal(
            dep_record_parse(dep_buf_slice(&log->records[i].issued.jwt), &record, NULL), DEP_OK);
        if (strcmp(record.type, type) == 0 && !log->records[i].ended) {
            assert_true(count < TEST_NAMES_MAX);
            set[count++] = log->records[i].issued.sha256;
        }
    }
    count = dep_set_order(set, count);
    dep_set_root(set, count, &root);
    dep_hex_encode(root.bytes, DEP_HASH_LEN, hex);
    (void)snprintf(as_of, sizeof as_of, "%zu", log->count);
    size_t at = test_issue(world, log, log->legal, DEP_ROLE_LEGAL, "LO1", "status.issued",
                           json_pack("{s:s,s:s,s:{s:I,s:s}}", "of", of, "as_of", as_of, "in_force",
                                     "count", (json_int_t)count, "root", hex));
    log->records[at].shown[0] = "in_force";
    bool proved = strcmp(of, "consents") == 0;
    log->records[at].set = proved ? set : NULL;
    log->records[at].set_count = count;
    if (!proved)
        free(set);
    return at;
}
static inline size_t test_status(struct test_world *world, const char *of, const char *type)
{
    return test_status_in(world, &world->logs[0], of, type);
}

/* ---- another member's consent ---- */

static const char test_foreign_terms[] =
    "{'terms':{'layer':'host','grantor':'fr','actions':['release'],'recipients':['court'],"
    "'purposes':['trial'],'lines':['any'],'territories':['FR'],'scope':{'kind':'all'},"
    "'in_force':{'from':'2026-12-01T00:00:00Z'}},'side':{'state':'signed','code':'LO1'}}";

static inline void test_foreign(struct test_world *world)
{
    struct test_log *log = &world->logs[1];
    world->foreign_consent =
        test_issue(world, log, log->legal, DEP_ROLE_LEGAL, "LO1", "consent.given",
                   test_claims(log, test_foreign_terms, NULL, SIZE_MAX));
    log->records[world->foreign_consent].listed = true;
    test_show_all(world, &log->records[world->foreign_consent], "consent.given");
    world->shift_s = -world->foreign_age_s;
    world->foreign_status = test_status_in(world, log, "consents", "consent.given");
    world->shift_s = 0;
    if (world->foreign_withdrawn) {
        size_t at =
            test_issue(world, log, log->legal, DEP_ROLE_LEGAL, "LO1", "consent.withdrawn",
                       test_claims(log, "{'from_now':true}", "about", world->foreign_consent));
        log->records[at].listed = true;
    }
    (void)test_status_in(world, log, "keys", "key.enrolled");
}

/* What the register that heard of it recorded then: its digest goes along. */
static inline void test_note_heard(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    const struct dep_hash *sha256 = &world->logs[1].records[world->foreign_consent].issued.sha256;
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode((world->heard_other ? &log->records[0].issued.sha256 : sha256)->bytes,
                   DEP_HASH_LEN, hex);
    json_t *claims = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "package", TEST_PACKAGE, "origin",
                               world->logs[1].origin, "index", "7", "sha256", hex, "record_type",
                               "consent.given", "member", "fr", "sd_jwt", "a~");
    size_t at = test_issue(world, log, log->legal, DEP_ROLE_LEGAL, "LO1", "foreign.record", claims);
    log->records[at].listed = true;
    log->records[at].shown[0] = world->heard_more ? "index" : "sha256";
    log->records[at].shown[1] = world->heard_more ? "sha256" : NULL;
}

/* As its member's judge would hear of it. */
static inline void test_hear_foreign(struct test_world *world, struct dep_heard *heard)
{
    const struct test_log *log = &world->logs[1];
    DEP_AUTO_JSON *claims = test_claims(log, test_foreign_terms, NULL, SIZE_MAX);
    (void)json_object_set_new(claims, "iss", json_string("fr"));
    (void)json_object_set_new(claims, "iat", json_integer(test_now_s));
    (void)json_object_set_new(claims, "by", json_pack("{s:s}", "code", "LO1"));
    struct dep_heard_record record = {log->records[world->foreign_consent].issued.sha256,
                                      0,
                                      "consent.given",
                                      claims,
                                      true,
                                      {log->origin, "", 0}};
    assert_int_equal(dep_heard_add(heard, &record, NULL), DEP_OK);
}

/* ---- judging ---- */

static inline void test_take_heard(struct test_world *world, struct dep_fact_reader *reader,
                                   int64_t now_s, struct dep_facts *facts)
{
    DEP_AUTO_HEARD *heard = NULL;
    assert_int_equal(dep_heard_new(reader, now_s - 2, &heard), DEP_OK);
    for (size_t i = 0; i < world->heard_count; i++) {
        const struct test_heard *one = &world->heard[i];
        if (!dep_heard_type_find(one->type))
            continue;
        struct dep_heard_record record = {world->logs[0].records[one->place].issued.sha256,
                                          one->place,
                                          one->type,
                                          one->claims,
                                          true,
                                          {world->logs[0].origin, "", one->place}};
        assert_int_equal(dep_heard_add(heard, &record, NULL), DEP_OK);
    }
    if (!world->foreign) {
        assert_int_equal(dep_heard_facts(heard, facts), DEP_OK);
        return;
    }
    struct dep_facts *all = NULL;
    const struct test_log *log = &world->logs[1];
    test_hear_foreign(world, heard);
    assert_int_equal(dep_facts_new(&all), DEP_OK);
    assert_int_equal(dep_heard_facts(heard, all), DEP_OK);
    for (size_t i = 0; i < dep_facts_count(all); i++) {
        struct dep_fact fact = *dep_facts_at(all, i);
        if (fact.kind == DEP_FACT_CONSENT && !fact.own) {
            fact.status = log->records[world->foreign_status].issued.sha256;
            fact.status_s = now_s - 600;
        }
        assert_int_equal(dep_facts_add(facts, &fact), DEP_OK);
    }
    dep_facts_free(all);
}

/* The verdict at the end of the log as it stands. */
static inline json_t *test_judge(struct test_world *world, size_t prepared)
{
    struct test_log *log = &world->logs[0];
    struct dep_judged_at at = {.member = log->member,
                               .origin = log->origin,
                               .size = log->count,
                               .now_s = test_now_s + (int64_t)log->count,
                               .uncertainty_s = 2};
    struct dep_names *names = NULL;
    struct dep_facts *facts = NULL;
    struct dep_action action;
    struct dep_material material;
    struct dep_verdict verdict;
    const char *where;
    const json_t *claims = test_heard_of(world, "release.prepared");
    assert_int_equal(dep_names_new(&names), DEP_OK);
    assert_int_equal(dep_facts_new(&facts), DEP_OK);
    struct dep_fact_reader reader = {world->parsed, names, log->member};
    test_root_at(log, log->count, &at.root);
    test_take_heard(world, &reader, at.now_s, facts);
    assert_int_equal(
        dep_action_read(world->parsed, "release.prepared", claims, &action, &where, NULL), DEP_OK);
    struct dep_material_records records = {json_array_get(json_object_get(claims, "materials"), 0),
                                           world->own, test_heard_of(world, "marking.set"), NULL};
    assert_int_equal(dep_material_read(&reader, facts, &records, &material, &where, NULL), DEP_OK);
    action.materials = &material;
    action.digest = log->records[prepared].issued.sha256;
    assert_int_equal(dep_names_add(names, "LO1", &action.prepared_by), DEP_OK);
    assert_int_equal(dep_judge(world->parsed, facts, names, &action, &at, &verdict), DEP_OK);
    json_t *json = dep_verdict_write(world->parsed, &verdict, &at);
    dep_verdict_done(&verdict);
    dep_facts_free(facts);
    dep_names_free(names);
    return json;
}

/* ---- the release ---- */

static inline void test_release(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    const struct dep_signing_key *legal = log->legal;
    world->keys_before = test_status(world, "keys", "key.enrolled");
    world->consents_before = test_status(world, "consents", "consent.given");
    if (world->foreign)
        test_foreign(world);
    if (world->heard_of == TEST_HEARD_BEFORE)
        test_note_heard(world);
    const char *marking = world->foreign ? "{'item':'" TEST_ITEM "','territories':['IQ','FR']}"
                                         : "{'item':'" TEST_ITEM "','territories':['IQ']}";
    world->marking = test_state(world, legal, DEP_ROLE_LEGAL, "LO1", "marking.set",
                                test_claims(log, marking, "item", world->collected));
    world->request = test_state(world, legal, DEP_ROLE_LEGAL, "LO1", "request.made",
                                test_claims(log, test_request, NULL, SIZE_MAX));
    world->consent = test_state(world, legal, DEP_ROLE_LEGAL, "LO1", "consent.given",
                                test_claims(log, test_consent, "answers", world->request));
    world->prepared = test_state(world, legal, DEP_ROLE_LEGAL, "LO1", "release.prepared",
                                 test_claims(log, test_prepared, NULL, SIZE_MAX));
    json_t *yes = test_claims(log, "{'approved':true}", "about", world->prepared);
    world->approval =
        test_state(world, world->by_preparer ? legal : log->approver, DEP_ROLE_APPROVER,
                   world->by_preparer ? "LO1" : "AP1", "approval.given", yes);
    test_at(world, TEST_APPROVED);
    json_t *claims = test_claims(log, "{}", "about", world->other ? world->other : world->prepared);
    (void)json_object_set_new(claims, "verdict", test_judge(world, world->prepared));
    world->made = test_state(world, legal, DEP_ROLE_LEGAL, "LO1", "release.made", claims);
    if (world->heard_of == TEST_HEARD_AFTER)
        test_note_heard(world);
}

#endif
