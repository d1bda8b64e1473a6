/*
 * What is to be done, and to what: as a prepared record and an item's own records say it.
 */
#include "rules/action.h"
#include "rules/test_support.h"

struct fixture {
    struct dep_charter *charter;
    struct dep_names *names;
    struct dep_facts *facts;
    struct dep_fact_reader reader;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    json_t *json = json_of(test_charter);
    struct dep_signing_key *key = key_new();
    json_change(json, "/members/0", member_json("m0", "IQ", dep_signing_key_public(key), NULL));
    dep_signing_key_free(key);
    json_change(json, "/quorum", json_integer(0));
    json_change(json, "/amend/threshold", json_integer(1));
    fixture->charter = charter_of(json);
    json_decref(json);
    assert_int_equal(dep_names_new(&fixture->names), DEP_OK);
    assert_int_equal(dep_facts_new(&fixture->facts), DEP_OK);
    fixture->reader = (struct dep_fact_reader){fixture->charter, fixture->names, "m0"};
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    dep_facts_free(fixture->facts);
    dep_names_free(fixture->names);
    dep_charter_free(fixture->charter);
    free(fixture);
    return 0;
}

static const char prepared[] =
    "{\"action\":\"release\",\"recipient\":\"court\",\"purpose\":\"trial\",\"line\":\"political\","
    "\"urgent\":true,\"materials\":[{\"item\":\"i1\",\"fields\":[],\"redacted\":false}]}";
static const char mission[] =
    "{\"action\":{\"text\":\"t\",\"lang\":\"en\"},\"purpose\":\"inquiry\",\"territories\":[\"SY\","
    "\"FR\"],\"in_force\":{\"from\":\"2026-12-01T00:00:00Z\"}}";

static void test_action(void **state)
{
    const struct fixture *fixture = *state;
    const char *at = NULL;
    struct dep_action action;
    struct dep_finding why = {"", "", 0};
    json_t *claims = json_of(prepared);
    assert_int_equal(
        dep_action_read(fixture->charter, "release.prepared", claims, &action, &at, &why), DEP_OK);
    assert_int_equal(action.kind, DEP_ACT_RELEASE);
    assert_true(action.recipient == 0 && action.purpose == 0 && action.line == 1);
    assert_true(action.urgent_threat && action.material_count == 1 && !action.materials);
    json_decref(claims);
    claims = json_of(mission);
    assert_int_equal(
        dep_action_read(fixture->charter, "mission.recorded", claims, &action, &at, &why), DEP_OK);
    assert_int_equal(action.kind, DEP_ACT_MISSION);
    assert_true(action.recipient == -1 && action.purpose == 1 && action.line == -1);
    assert_false(dep_codes_has(&action.territories, 0));
    assert_true(dep_codes_has(&action.territories, 1) && dep_codes_has(&action.territories, 2));
    assert_true(action.during.from_s == TEST_FROM_S && action.during.to_s == INT64_MAX);
    json_decref(claims);
    static const struct {
        bool mission;
        const char *pointer, *value, *id, *at;
    } rows[] = {
        {false, "/action", "\"mislay\"", "action.form", "action"},
        {false, "/action", NULL, "action.form", "action"},
        {false, "/materials", NULL, "action.form", "materials"},
        {false, "/recipient", "\"police\"", "action.code", "police"},
        {false, "/purpose", "\"profit\"", "action.code", "profit"},
        {false, "/line", "\"any\"", "action.code", "any"},
        {true, "/territories/1", "\"XX\"", "action.code", "XX"},
        {true, "/territories/1", "1", "action.code", "?"},
        {true, "/in_force", NULL, "action.form", "in_force"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_action untouched;
        memset(&untouched, 0x5a, sizeof untouched);
        action = untouched;
        claims = json_of(rows[i].mission ? mission : prepared);
        json_change(claims, rows[i].pointer, rows[i].value ? json_of(rows[i].value) : NULL);
        int err = dep_action_read(fixture->charter,
                                  rows[i].mission ? "mission.recorded" : "release.prepared", claims,
                                  &action, &at, &why);
        assert_found(err, &why, rows[i].id);
        assert_string_equal(at, rows[i].at);
        assert_memory_equal(&action, &untouched, sizeof action);
        json_decref(claims);
    }
}

static const char stated[] = "{\"item\":\"i1\",\"fields\":[\"exhibit\"],\"redacted\":false}";
static const char own[] =
    "{\"territory\":\"IQ\",\"basis\":{\"text\":\"warrant\",\"lang\":\"en\"},\"sensitive\":[]}";
static const char marking[] =
    "{\"handling\":[\"H1\"],\"categories\":[\"statement\"],\"territories\":[\"SY\"],"
    "\"originator\":\"m1\",\"flags\":[\"exculpatory\"],\"case\":\"c1\","
    "\"fields\":[{\"field\":\"place\",\"handling\":[\"H2\"]}]}";

/* `which`: 's'tated, 'o'wn or 'm'arking is changed. */
static int read_changed(const struct fixture *fixture, char which, const char *pointer,
                        const char *value, bool marked, struct dep_material *out, const char **at,
                        struct dep_finding *why)
{
    json_t *texts[] = {json_of(stated), json_of(own), json_of(marking)};
    size_t place = which == 's' ? 0 : which == 'o' ? 1 : 2;
    if (pointer)
        json_change(texts[place], pointer, value ? json_of(value) : NULL);
    struct dep_material_records records = {texts[0], texts[1], marked ? texts[2] : NULL, NULL};
    static char kept[64];
    int err = dep_material_read(&fixture->reader, fixture->facts, &records, out, at, why);
    if (err == DEP_FOUND) {
        (void)snprintf(kept, sizeof kept, "%s", *at);
        *at = kept;
    }
    for (size_t i = 0; i < DEP_COUNT(texts); i++)
        json_decref(texts[i]);
    return err;
}

static void test_material(void **state)
{
    const struct fixture *fixture = *state;
    const char *at = NULL;
    struct dep_finding why = {"", "", 0};
    struct dep_material material;
    assert_int_equal(read_changed(fixture, 's', NULL, NULL, true, &material, &at, &why), DEP_OK);
    assert_int_equal(material.flags, DEP_FLAG_BASIS | DEP_FLAG_EXCULPATORY);
    assert_string_equal(dep_names_text(fixture->names, material.item), "i1");
    assert_string_equal(dep_names_text(fixture->names, material.of_case), "c1");
    assert_string_equal(dep_names_text(fixture->names, material.originator), "m1");
    assert_true(dep_codes_has(&material.territories, 0) && dep_codes_has(&material.territories, 1));
    assert_true(dep_codes_has(&material.handling, 0) && !dep_codes_has(&material.handling, 1));
    assert_true(dep_codes_has(&material.categories, 0));
    static const struct {
        char which;
        const char *pointer, *value;
        bool marked;
        unsigned flags;
    } rows[] = {
        {'o', "/basis", NULL, true, DEP_FLAG_EXCULPATORY},
        {'o', "/basis/text", "\"\"", true, DEP_FLAG_EXCULPATORY},
        {'o', "/sensitive", "[\"medical\"]", true,
         DEP_FLAG_BASIS | DEP_FLAG_EXCULPATORY | DEP_FLAG_PROTECTED},
        {'o', "/sensitive", "[\"child\"]", true,
         DEP_FLAG_BASIS | DEP_FLAG_EXCULPATORY | DEP_FLAG_PROTECTED | DEP_FLAG_CHILD},
        {'m', "/flags", "[\"source\",\"coercion\"]", true,
         DEP_FLAG_BASIS | DEP_FLAG_SOURCE | DEP_FLAG_COERCION},
        {'s', "/redacted", "true", true, DEP_FLAG_BASIS | DEP_FLAG_EXCULPATORY | DEP_FLAG_REDACTED},
        {'s', NULL, NULL, false, DEP_FLAG_BASIS},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        assert_int_equal(read_changed(fixture, rows[i].which, rows[i].pointer, rows[i].value,
                                      rows[i].marked, &material, &at, &why),
                         DEP_OK);
        if (material.flags != rows[i].flags)
            fail_msg("row %zu: %x", i, material.flags);
        assert_int_equal(material.originator != 0, rows[i].marked);
    }
    /* What is said of single fields counts where they are shown; of this member's own no originator
     * is told. */
    assert_int_equal(
        read_changed(fixture, 's', "/fields", "[\"place\"]", true, &material, &at, &why), DEP_OK);
    assert_true(dep_codes_has(&material.handling, 1));
    assert_int_equal(
        read_changed(fixture, 'm', "/originator", "\"m0\"", true, &material, &at, &why), DEP_OK);
    assert_int_equal(material.originator, 0);
}

/* What goes shows everything, but for what somebody looked at and what was painted over; a field
 * that tells it does so all the same. */
static void test_shows(void **state)
{
    const struct fixture *fixture = *state;
    static const struct {
        const char *stated;
        unsigned shows, tells, without;
    } rows[] = {
        {"{\"fields\":[]}", DEP_SHOWN_ALL, 0, 0},
        {"{\"fields\":[],\"without\":[]}", DEP_SHOWN_ALL, 0, 0},
        {"{\"fields\":[],\"without\":[\"place\"]}", DEP_SHOWN_IDENTITY | DEP_SHOWN_IMAGE, 0,
         DEP_SHOWN_PLACE},
        {"{\"fields\":[],\"without\":[\"smell\",1]}", DEP_SHOWN_ALL, 0, 0},
        {"{\"fields\":[\"place\"],\"without\":[\"identity\",\"place\",\"image\"]}", DEP_SHOWN_PLACE,
         DEP_SHOWN_PLACE, DEP_SHOWN_ALL},
        {"{\"fields\":[\"received_from\"],\"without\":[\"identity\",\"place\"]}",
         DEP_SHOWN_IDENTITY | DEP_SHOWN_IMAGE, DEP_SHOWN_IDENTITY,
         DEP_SHOWN_IDENTITY | DEP_SHOWN_PLACE},
        {"{\"fields\":[\"basis\",\"territory\",\"photos\"],\"redacted\":true}", 0, 0, 0},
        {"{\"fields\":[\"place\"],\"redacted\":true}", DEP_SHOWN_PLACE, DEP_SHOWN_PLACE, 0},
        {"{\"fields\":[\"dispossessed\"],\"redacted\":true}", DEP_SHOWN_IDENTITY,
         DEP_SHOWN_IDENTITY, 0},
        {"{\"fields\":[\"reported_custody\"],\"redacted\":true}", DEP_SHOWN_IDENTITY,
         DEP_SHOWN_IDENTITY, 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_material material;
        struct dep_finding why = {"", "", 0};
        const char *at = NULL;
        DEP_AUTO_JSON *said = json_of(rows[i].stated), *item = json_of("{\"item\":\"i1\"}");
        assert_int_equal(json_object_update(said, item), 0);
        DEP_AUTO_JSON *own_claims = json_of(own);
        struct dep_material_records records = {said, own_claims, NULL, NULL};
        assert_int_equal(
            dep_material_read(&fixture->reader, fixture->facts, &records, &material, &at, &why),
            DEP_OK);
        if (material.shows != rows[i].shows)
            fail_msg("%s: %x", rows[i].stated, material.shows);
        assert_int_equal(dep_material_tells(said), rows[i].tells);
        assert_int_equal(dep_material_without(said), rows[i].without);
    }
}

static void test_material_code(void **state)
{
    const struct fixture *fixture = *state;
    static const struct {
        char which;
        const char *pointer, *value, *at;
    } rows[] = {
        {'o', "/territory", "\"XX\"", "XX"},
        {'m', "/handling", "[\"H9\"]", "H9"},
        {'m', "/categories/0", "\"rumour\"", "rumour"},
        {'m', "/territories", "[\"any\"]", "any"},
        {'m', "/handling", "[1]", "?"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_material material, untouched;
        struct dep_finding why = {"", "", 0};
        const char *at = NULL;
        memset(&untouched, 0x5a, sizeof untouched);
        material = untouched;
        int err = read_changed(fixture, rows[i].which, rows[i].pointer, rows[i].value, true,
                               &material, &at, &why);
        assert_found(err, &why, "material.code");
        assert_string_equal(at, rows[i].at);
        assert_memory_equal(&material, &untouched, sizeof material);
    }
}

/* A record by itself: its territory or the report's; nothing of an item's counts. */
static void test_record(void **state)
{
    const struct fixture *fixture = *state;
    static const struct {
        const char *stated, *own, *of, *territory;
        unsigned shows;
    } rows[] = {
        {"{\"item\":\"r\",\"record\":\"0\",\"fields\":[]}", "{\"territory\":\"IQ\"}", NULL, "IQ",
         0},
        {"{\"item\":\"r\",\"record\":\"0\",\"fields\":[\"place\"]}",
         "{\"territory\":\"IQ\",\"sensitive\":[\"child\"]}", NULL, "IQ", DEP_SHOWN_PLACE},
        {"{\"item\":\"r\",\"record\":\"0\",\"fields\":[]}", "{}", "{\"territory\":\"SY\"}", "SY",
         0},
        {"{\"item\":\"r\",\"record\":\"0\",\"fields\":[]}", "{\"territory\":\"IQ\"}",
         "{\"territory\":\"SY\"}", "IQ", 0},
        {"{\"item\":\"r\",\"record\":\"0\",\"fields\":[]}", "{}", "{}", NULL, 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_material material;
        struct dep_finding why = {"", "", 0};
        const char *at = NULL;
        DEP_AUTO_JSON *said = json_of(rows[i].stated), *claims = json_of(rows[i].own);
        DEP_AUTO_JSON *report = rows[i].of ? json_of(rows[i].of) : NULL;
        struct dep_material_records records = {said, claims, NULL, report};
        assert_int_equal(
            dep_material_read(&fixture->reader, fixture->facts, &records, &material, &at, &why),
            DEP_OK);
        struct dep_codes none = {{0}};
        if (rows[i].territory)
            dep_codes_add(&none, dep_charter_code_find(fixture->charter, DEP_LIST_TERRITORIES,
                                                       rows[i].territory));
        assert_memory_equal(&material.territories, &none, sizeof none);
        assert_int_equal(material.shows, rows[i].shows);
        assert_int_equal(material.flags, DEP_FLAG_BASIS);
        assert_int_equal(material.item, dep_names_find(fixture->names, "r"));
    }
    static const char *const types[] = {"incident.reported", "incident.corrected",
                                        "coverage.stated"};
    for (size_t i = 0; i < DEP_COUNT(types); i++)
        assert_true(dep_material_is_record(types[i]));
    assert_false(dep_material_is_record("incident."));
    assert_false(dep_material_is_record("violation.tagged"));
    assert_false(dep_material_is_record("allegation.received"));
}

/* An item of which a source ever consented to anything has a source, marked or not. */
static void test_source(void **state)
{
    struct fixture *fixture = *state;
    struct dep_fact fact = {
        .kind = DEP_FACT_CONSENT, .layer = DEP_LAYER_SOURCE, .scope_kind = DEP_SCOPE_ITEM};
    assert_int_equal(dep_names_add(fixture->names, "i1", &fact.scope), DEP_OK);
    assert_int_equal(dep_facts_add(fixture->facts, &fact), DEP_OK);
    struct dep_material material;
    struct dep_finding why = {"", "", 0};
    const char *at = NULL;
    assert_int_equal(read_changed(fixture, 's', NULL, NULL, false, &material, &at, &why), DEP_OK);
    assert_true(material.flags & DEP_FLAG_SOURCE);
    assert_int_equal(read_changed(fixture, 's', "/item", "\"i2\"", false, &material, &at, &why),
                     DEP_OK);
    assert_false(material.flags & DEP_FLAG_SOURCE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_action, setup, teardown),
        cmocka_unit_test_setup_teardown(test_material, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_material_code, setup, teardown),
        cmocka_unit_test_setup_teardown(test_record, setup, teardown),
        cmocka_unit_test_setup_teardown(test_source, setup, teardown),
    };
    if (dep_crypto_init(false))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
