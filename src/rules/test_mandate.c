/*
 * Records of the mandate, from tests/vectors/mandate/drafts.json: each draft is good, each of its
 * rows changes it in one respect, and is good or refused by one rule at one place.
 */
#include "codec/text.h"
#include "record/schema.h"
#include "rules/mandate.h"
#include "rules/test_support.h"

enum { NOW_S = TEST_FROM_S + 12 * 3600, REFS = 4, LATER = 4, VERSIONS = 2 };

static const struct {
    const char *list, *code, *from, *to;
} CODES[] = {
    {"formations", "small_group", NULL, NULL}, {"formations", "old", NULL, "2020"},
    {"formations", "old2", NULL, NULL},        {"incidents", "attack", NULL, NULL},
    {"allegations", "air_strike", NULL, NULL}, {"initiatives", "agency", NULL, NULL},
};
static const struct {
    const char *member, *from, *to;
} MEMBERS[] = {{"be", "2014-09", NULL},
               {"us", "2014-09", NULL},
               {"jo", "2014-09", NULL},
               {"left", "2015", "2020"},
               {"fr", "2014-09", NULL}}; /* not of the small group */

struct fixture {
    json_t *drafts;
    const struct dep_schemas *schemas;
    struct dep_charter *charter;
    struct dep_mandate_code codes[DEP_COUNT(CODES)];
    struct dep_mandate_member members[2 * DEP_COUNT(MEMBERS)];
    char ids[DEP_COUNT(CODES)][DEP_CODE_LEN_MAX];
    struct dep_mandate_world world;
};

static struct dep_interval time_of(const char *from, const char *to)
{
    json_t *claims = json_pack("{s:s*,s:s*}", "from", from, "to", to);
    struct dep_interval time = dep_mandate_time(claims);
    json_decref(claims);
    return time;
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->drafts =
        json_load_file(DEPOSITARY_SOURCE_ROOT "/tests/vectors/mandate/drafts.json", 0, NULL);
    assert_non_null(fixture->drafts);
    fixture->schemas = dep_schemas_builtin();
    assert_non_null(fixture->schemas);
    json_t *json = json_of(test_charter);
    struct dep_signing_key *key = key_new();
    json_change(json, "/members/0", member_json("m0", "IQ", dep_signing_key_public(key), NULL));
    json_change(json, "/members/0/from", json_string("2020-01-01T00:00:00Z"));
    json_change(json, "/quorum", json_integer(0));
    json_change(json, "/amend/threshold", json_integer(1));
    json_change(json, "/lists/lines/0/to", json_string("2021-01-01T00:00:00Z"));
    fixture->charter = charter_of(json);
    dep_signing_key_free(key);
    json_decref(json);
    for (size_t i = 0; i < DEP_COUNT(CODES); i++) {
        (void)snprintf(fixture->ids[i], sizeof fixture->ids[i], "code-%s", CODES[i].code);
        fixture->codes[i] = (struct dep_mandate_code){fixture->ids[i], CODES[i].list, CODES[i].code,
                                                      time_of(CODES[i].from, CODES[i].to)};
    }
    for (size_t i = 0; i < DEP_COUNT(fixture->members); i++) {
        size_t of = i % DEP_COUNT(MEMBERS);
        fixture->members[i] = (struct dep_mandate_member){
            i < DEP_COUNT(MEMBERS) && strcmp(MEMBERS[of].member, "fr") != 0 ? "small_group"
                                                                            : "old2",
            MEMBERS[of].member, time_of(MEMBERS[of].from, MEMBERS[of].to)};
    }
    fixture->world = (struct dep_mandate_world){.charter = fixture->charter,
                                                .self = "be",
                                                .now_s = NOW_S,
                                                .codes = fixture->codes,
                                                .code_count = DEP_COUNT(CODES),
                                                .members = fixture->members,
                                                .member_count = DEP_COUNT(fixture->members)};
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    json_decref(fixture->drafts);
    dep_charter_free(fixture->charter);
    free(fixture);
    return 0;
}

struct built {
    struct dep_mandate_ref refs[REFS];
    struct dep_mandate_record later[REFS][LATER];
    char before[REFS][1][DEP_UUID_LEN + 1];
    char versions[REFS][VERSIONS][DEP_UUID_LEN + 1];
};

static struct dep_mandate_record record_of(const json_t *json)
{
    const json_t *claims = json_object_get(json, "claims");
    return (struct dep_mandate_record){.type = dep_json_string(json, "type"),
                                       .id = dep_json_string(json, "id"),
                                       .claims = json_is_object(claims) ? claims : NULL};
}

/* The statement from which the record that `ref` names was drawn. */
static void statement_of(const json_t *json, struct built *built, size_t at)
{
    struct dep_mandate_ref *ref = &built->refs[at];
    const json_t *versions = json_object_get(json, "versions");
    ref->statement = record_of(json);
    ref->version_count = json_array_size(versions);
    assert_true(ref->version_count <= VERSIONS);
    for (size_t i = 0; i < ref->version_count; i++)
        (void)snprintf(built->versions[at][i], sizeof built->versions[at][i], "%s",
                       json_string_value(json_array_get(versions, i)));
    ref->versions = (const char(*)[DEP_UUID_LEN + 1]) built->versions[at];
}

static struct dep_mandate_draft draft_of(const json_t *json, struct built *built)
{
    const json_t *refs = json_object_get(json, "refs");
    size_t count = json_array_size(refs);
    assert_true(count <= REFS);
    for (size_t i = 0; i < count; i++) {
        const json_t *ref = json_array_get(refs, i), *later = json_object_get(ref, "later");
        const char *before = json_string_value(json_array_get(json_object_get(ref, "before"), 0));
        assert_true(json_array_size(later) <= LATER);
        for (size_t j = 0; j < json_array_size(later); j++)
            built->later[i][j] = record_of(json_array_get(later, j));
        (void)snprintf(built->before[i][0], sizeof built->before[i][0], "%s", before ? before : "");
        built->refs[i] =
            (struct dep_mandate_ref){.rel = dep_json_string(ref, "rel"),
                                     .here = !json_is_false(json_object_get(ref, "here")),
                                     .corrected = dep_json_true(ref, "corrected"),
                                     .record = record_of(ref),
                                     .before = (const char(*)[DEP_UUID_LEN + 1]) built->before[i],
                                     .before_count = before != NULL,
                                     .later = built->later[i],
                                     .later_count = json_array_size(later)};
        statement_of(json_object_get(ref, "statement"), built, i);
    }
    return (struct dep_mandate_draft){dep_json_string(json, "type"),
                                      json_object_get(json, "claims"), built->refs, count};
}

static void judge(const struct fixture *fixture, const json_t *json, const char *name,
                  const char *id, const char *where)
{
    struct built built;
    struct dep_mandate_finding found = {.where = "untouched"};
    struct dep_mandate_draft draft = draft_of(json, &built);
    assert_true(dep_mandate_governs(draft.type));
    int err = dep_mandate_judge(&fixture->world, &draft, &found);
    if (err != (id ? DEP_FOUND : DEP_OK))
        fail_msg("%s: %d %s at %s, expected %s", name, err, err ? found.finding.id : "",
                 found.where, id ? id : "none");
    if (!id) {
        assert_string_equal(found.where, "untouched");
        return;
    }
    if (strcmp(found.finding.id, id) != 0 || strcmp(found.where, where) != 0)
        fail_msg("%s: %s at %s, expected %s at %s", name, found.finding.id, found.where, id, where);
}

/* What the schema refuses never comes to be judged. `at`: the pointer of the one violation; NULL:
 * none. */
static void check_form(const struct fixture *fixture, const json_t *json, const char *name,
                       const char *at)
{
    struct dep_violation found[2] = {{.where = {.instance_path = ""}}};
    const char *type = dep_json_string(json, "type");
    const struct dep_schema *schema = dep_schemas_find(fixture->schemas, type, 0);
    assert_non_null(schema);
    int count = dep_record_violations(schema, json_object_get(json, "claims"), found, 2);
    if (count != (at != NULL) || (at && strcmp(found[0].where.instance_path, at) != 0))
        fail_msg("%s: %d violations, the first at %s, expected %s", name, count,
                 found[0].where.instance_path, at ? at : "none");
}

/* A row that says what is `wrong` is of doc/functions.md, and is refused. */
static void check_row(const struct fixture *fixture, const json_t *changed, const json_t *row,
                      const char *name)
{
    const char *form = dep_json_string(row, "form"), *id = dep_json_string(row, "id");
    assert_true(form || id || !json_object_get(row, "wrong"));
    check_form(fixture, changed, name, form);
    if (id || !form)
        judge(fixture, changed, name, id, dep_json_string(row, "where"));
}

static void test_drafts(void **state)
{
    const struct fixture *fixture = *state;
    size_t i, j, bad = 0;
    json_t *draft, *row, *pointer, *value;
    json_array_foreach(fixture->drafts, i, draft)
    {
        const char *name = dep_json_string(draft, "name"), *at;
        check_form(fixture, draft, name, NULL);
        judge(fixture, draft, name, NULL, NULL);
        json_array_foreach(json_object_get(draft, "rows"), j, row)
        {
            json_t *changed = json_deep_copy(draft);
            char which[64];
            (void)snprintf(which, sizeof which, "%s %zu", name, j);
            json_object_foreach(json_object_get(row, "set"), at, value)
                json_change(changed, at, json_incref(value));
            size_t k;
            json_array_foreach(json_object_get(row, "drop"), k, pointer)
                json_change(changed, json_string_value(pointer), NULL);
            check_row(fixture, changed, row, which);
            bad += json_object_get(row, "id") || json_object_get(row, "form");
            json_decref(changed);
        }
    }
    assert_true(i >= 20 && bad > 150);
}

/* What would be right is said, as far as it can be. */
static void test_would_do(void **state)
{
    const struct fixture *fixture = *state;
    static const struct {
        const char *name, *at, *value, *stated, *would_do;
    } rows[] = {
        {"meeting", "/claims/present/1", "fr", "fr", "be, us, jo"},
        {"meeting", "/claims/formation", "x", "x", "small_group, old2"},
        {"statement", "/claims/citations/0/instrument", "S/RES/2254 (2015)", "S/RES/2254 (2015)",
         "un:S/RES/2254"},
        {"statement", "/claims/citations/0/paragraph", "9", "9", "1, 2"},
        {"commitment", "/claims/actors/0", "fr", "fr", "be, us"},
        {"commitment", "/claims/line", "x", "x", "political"},
        {"incident", "/claims/place/latitude", "33.31289", "33.31289", "33.312"},
        {"violation", "/claims/month", "2026-10-03", "2026-10-03", "2026-10"},
        {"flow", "/claims/amount", "1,000", "1,000", "1000000.50"},
        {"flow", "/claims/currency", "EURO", "EURO", "ISO 4217: EUR, IQD, USD"},
    };
    for (size_t r = 0; r < DEP_COUNT(rows); r++) {
        size_t i;
        json_t *draft;
        json_array_foreach(fixture->drafts, i, draft)
        {
            if (strcmp(dep_json_string(draft, "name"), rows[r].name) != 0)
                continue;
            struct built built;
            struct dep_mandate_finding found = {.where = ""};
            json_t *changed = json_deep_copy(draft);
            json_change(changed, rows[r].at, json_string(rows[r].value));
            struct dep_mandate_draft judged = draft_of(changed, &built);
            assert_int_equal(dep_mandate_judge(&fixture->world, &judged, &found), DEP_FOUND);
            assert_string_equal(found.stated, rows[r].stated);
            assert_string_equal(found.would_do, rows[r].would_do);
            json_decref(changed);
            break;
        }
        assert_true(i < json_array_size(fixture->drafts));
    }
}

static void test_looks_at(void **state)
{
    (void)state;
    assert_true(dep_mandate_looks_at("commitment.made", "statement.adopted", "commitment.made"));
    assert_true(dep_mandate_looks_at("commitment.made", "statement.adopted", "statement.position"));
    assert_true(dep_mandate_looks_at("commitment.made", "statement.adopted", NULL));
    assert_false(dep_mandate_looks_at("commitment.made", "statement.adopted", "note"));
    assert_false(dep_mandate_looks_at("flow.recorded", "campaign.opened", NULL));
    assert_false(dep_mandate_looks_at("meeting.held", "statement.adopted", "statement.position"));
    assert_false(dep_mandate_governs("note"));
    assert_false(dep_mandate_governs("evidence.collected"));
}

static void test_place(void **state)
{
    (void)state;
    static const struct {
        const char *degrees;
        int64_t precision_m;
        const char *reduced; /* NULL: it is none */
    } rows[] = {
        {"33.31289", 100, "33.312"}, {"33.31289", 1000, "33.31"},
        {"33.31289", 10000, "33.3"}, {"33.31289", 100000, "33"},
        {"33.3", 100, "33.3"},       {"-0.004", 1000, "0.00"},
        {"-0.004", 100, "-0.004"},   {"-0.4", 100000, "0"},
        {"180", 100, "180"},         {"181", 100, NULL},
        {"33.", 100, NULL},          {".3", 100, NULL},
        {"1e1", 100, NULL},          {"", 100, NULL},
        {"+33", 100, NULL},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char out[DEP_MANDATE_REDUCED_LEN] = "untouched";
        bool done = dep_place_reduce(rows[i].degrees, rows[i].precision_m, out);
        assert_int_equal(done, rows[i].reduced != NULL);
        assert_string_equal(out, done ? rows[i].reduced : "untouched");
    }
}

static void test_public(void **state)
{
    (void)state;
    static const char report[] =
        "{\"audience\":[\"public\"],\"publish_after_h\":48,\"when\":{\"edtf\":\"2026-11-28\"},"
        "\"place\":{\"latitude\":\"33.3\",\"longitude\":\"44.3\",\"precision_m\":10000}}";
    static const struct {
        const char *at, *value, *id; /* of the report; NULL: it may */
    } rows[] = {
        {"/publish_after_h", "48", NULL},
        {"/publish_after_h", "61", "publish.early"}, /* its day ended 60 hours ago */
        {"/publish_after_h", "60", NULL},
        {"/audience", "[\"bureau\"]", "publish.audience"},
        {"/audience", "[]", "publish.audience"},
        {"/place/precision_m", "9999", "publish.exact"},
        {"/place", "{\"description\":{\"text\":\"north\",\"lang\":\"en\"}}", NULL},
        {"/when/edtf", "\"2026-11\"", "publish.early"}, /* it may have been on its last day */
        {"/when/edtf", "\"2026-10\"", NULL},
        {"/when/edtf", "\"2026-11-20T10:00:00Z\"", "publish.exact"},
        {"/when/original", "\"at ten\"", "publish.exact"},
        {"/when", "{\"original\":\"in autumn\"}", "publish.early"},
    };
    json_t *fields = json_of("[\"place\",\"when\"]"), *none = json_array();
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        json_t *claims = json_of(report), *correction = json_object();
        struct dep_mandate_finding found = {.where = ""};
        json_change(claims, rows[i].at, json_of(rows[i].value));
        const char *id = rows[i].id;
        int err = dep_mandate_public(claims, NULL, fields, NOW_S, NOW_S, &found);
        if (err != (id ? DEP_FOUND : DEP_OK) || (id && strcmp(id, found.finding.id) != 0))
            fail_msg("%zu: %d %s", i, err, err ? found.finding.id : "");
        /* Of a correction the report says for whom and when; what isn't shown isn't exact. */
        bool shown = id && strcmp(id, "publish.exact") == 0;
        err = dep_mandate_public(correction, claims, fields, NOW_S, NOW_S, &found);
        assert_int_equal(err, id && !shown ? DEP_FOUND : DEP_OK);
        err = dep_mandate_public(claims, NULL, none, NOW_S, NOW_S, &found);
        assert_int_equal(err, id && !shown ? DEP_FOUND : DEP_OK);
        json_decref(claims);
        json_decref(correction);
    }
    json_decref(fields);
    json_decref(none);
}

/* What is too exact for the public is reduced: never refined, never left as it was. */
static void test_reduced(void **state)
{
    (void)state;
    static const struct {
        const char *at, *value, *where, *would_do;
    } rows[] = {
        {"/place/precision_m", "1000", "/place",
         "latitude 33.3, longitude 44.3, precision_m 10000"},
        {"/when/edtf", "\"2026-11-20T10:00:00Z\"", "/when", "2026-11-20"},
        {"/when/original", "\"at ten\"", "/when", "2026-11-20"},
        {"/when", "{\"original\":\"at ten\"}", "/when", ""},
    };
    json_t *fields = json_of("[\"place\",\"when\"]");
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_mandate_finding found = {.where = ""};
        json_t *claims = json_of(
            "{\"audience\":[\"public\"],\"publish_after_h\":0,\"when\":{\"edtf\":\"2026-11-20\"},"
            "\"place\":{\"latitude\":\"33.31\",\"longitude\":\"44.36\",\"precision_m\":10000}}");
        json_change(claims, rows[i].at, json_of(rows[i].value));
        assert_int_equal(dep_mandate_public(claims, NULL, fields, NOW_S, NOW_S, &found), DEP_FOUND);
        assert_string_equal(found.finding.id, "publish.exact");
        assert_string_equal(found.where, rows[i].where);
        assert_string_equal(found.would_do, rows[i].would_do);
        json_decref(claims);
    }
    json_decref(fields);
}

static void test_lacks(void **state)
{
    (void)state;
    static const struct {
        const char *type, *about[2], *lacks;
    } rows[] = {
        {"commitment.made", {"statement.adopted"}, NULL},
        {"commitment.made", {NULL}, "statement.adopted"},
        {"commitment.made", {"meeting.held"}, "statement.adopted"},
        {"commitment.reaffirmed", {"statement.adopted"}, "commitment.made"},
        {"commitment.reaffirmed", {"statement.adopted", "commitment.made"}, NULL},
        {"incident.reported", {NULL}, NULL}, /* what it rests on need not be */
        {"note", {NULL}, NULL},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        size_t count = (rows[i].about[0] != NULL) + (rows[i].about[1] != NULL);
        const char *lacks = dep_mandate_lacks(rows[i].type, rows[i].about, count);
        assert_string_equal(lacks ? lacks : "", rows[i].lacks ? rows[i].lacks : "");
    }
}

/* Without memory a proposal is missing, and nothing else. */
static void test_no_memory(void **state)
{
    const struct fixture *fixture = *state;
    json_t *changed = NULL, *draft;
    size_t i;
    json_array_foreach(fixture->drafts, i, draft)
    {
        if (strcmp(dep_json_string(draft, "name"), "statement") == 0)
            changed = json_deep_copy(draft);
    }
    json_change(changed, "/claims/citations/0/instrument", json_string("S/RES/2254 (2015)"));
    for (long at = 1; at < 8; at++) {
        struct built built;
        struct dep_mandate_finding found = {.where = ""};
        struct dep_mandate_draft judged = draft_of(changed, &built);
        dep_alloc_fail_at(at);
        int err = dep_mandate_judge(&fixture->world, &judged, &found);
        dep_alloc_fail_at(-1);
        assert_int_equal(err, DEP_FOUND);
        assert_string_equal(found.finding.id, "mandate.instrument");
        assert_string_equal(found.would_do, "un:S/RES/2254");
    }
    json_decref(changed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drafts),    cmocka_unit_test(test_would_do),
        cmocka_unit_test(test_looks_at),  cmocka_unit_test(test_place),
        cmocka_unit_test(test_public),    cmocka_unit_test(test_reduced),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_lacks)};
    if (dep_crypto_init(false))
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
