/*
 * What one record says, as a fact: the first row of each table is good, each other differs in one
 * respect.
 */
#include "rules/fact.h"
#include "rules/test_support.h"

enum { RECORDED_S = 1796083300 };

struct fixture {
    struct dep_charter *charter;
    struct dep_names *names;
    struct dep_fact_reader reader;
    struct dep_fact_source source;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    json_t *json = json_of(test_charter);
    struct dep_signing_key *keys[] = {key_new(), key_new()};
    static const char *const members[] = {"m0", "m1"}, *const lands[] = {"IQ", "SY"};
    for (size_t i = 0; i < DEP_COUNT(keys); i++) {
        char pointer[] = "/members/0";
        pointer[sizeof pointer - 2] = (char)('0' + i);
        json_change(json, pointer,
                    member_json(members[i], lands[i], dep_signing_key_public(keys[i]), NULL));
        dep_signing_key_free(keys[i]);
    }
    json_change(json, "/quorum", json_integer(0));
    fixture->charter = charter_of(json);
    json_decref(json);
    assert_int_equal(dep_names_new(&fixture->names), DEP_OK);
    fixture->reader = (struct dep_fact_reader){fixture->charter, fixture->names, "m0"};
    fixture->source = (struct dep_fact_source){
        .record = {{7}}, .index = 12, .iss = "m0", .by = "L1", .recorded_s = RECORDED_S};
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    dep_names_free(fixture->names);
    dep_charter_free(fixture->charter);
    free(fixture);
    return 0;
}

/* The claims with `value` put at `pointer` ("" leaves them as they are, NULL takes away). */
static int read_changed(const struct fixture *fixture, dep_fact_fn *read, const char *text,
                        const char *pointer, const char *value, struct dep_fact *out,
                        struct dep_finding *why)
{
    json_t *claims = json_of(text);
    if (pointer[0])
        json_change(claims, pointer, value ? json_of(value) : NULL);
    int err = read(&fixture->reader, &fixture->source, claims, out, why);
    json_decref(claims);
    return err;
}

static struct dep_fact read_good(void **state, dep_fact_fn *read, const char *text,
                                 const char *pointer, const char *value)
{
    struct dep_fact fact;
    struct dep_finding why = {"", "", 0};
    int err = read_changed(*state, read, text, pointer, value, &fact, &why);
    if (err)
        print_message("%s: %s\n", pointer, why.id);
    assert_int_equal(err, DEP_OK);
    return fact;
}

struct bad_row {
    const char *pointer, *value, *id;
};

static void read_bad(void **state, dep_fact_fn *read, const char *text, const struct bad_row *rows,
                     size_t count)
{
    struct dep_fact untouched;
    memset(&untouched, 0x5a, sizeof untouched);
    for (size_t i = 0; i < count; i++) {
        struct dep_fact fact = untouched;
        struct dep_finding why = {"", "", 0};
        int err = read_changed(*state, read, text, rows[i].pointer, rows[i].value, &fact, &why);
        if (err != DEP_FOUND)
            print_message("row %zu: %s\n", i, rows[i].pointer);
        assert_found(err, &why, rows[i].id);
        assert_memory_equal(&fact, &untouched, sizeof fact);
    }
}

/* ---- requests ---- */

static const char request[] =
    "{\"direction\":\"in\",\"from\":\"court\",\"to\":\"bureau\",\"purpose\":\"trial\","
    "\"scope\":{\"kind\":\"item\",\"id\":\"i1\"},\"deadline\":\"2027-01-01T00:00:00Z\"}";

static void test_request(void **state)
{
    const struct fixture *fixture = *state;
    struct dep_fact fact = read_good(state, dep_fact_of_request, request, "", NULL);
    assert_int_equal(fact.kind, DEP_FACT_REQUEST);
    assert_int_equal(fact.index, 12);
    assert_int_equal(fact.recorded_s, RECORDED_S);
    assert_true(fact.withdrawn_s == INT64_MAX);
    assert_true(dep_codes_has(&fact.recipients, 0) && !dep_codes_has(&fact.recipients, 1));
    assert_true(dep_codes_has(&fact.purposes, 0) && !dep_codes_has(&fact.purposes, 1));
    assert_int_equal(fact.scope_kind, DEP_SCOPE_ITEM);
    assert_string_equal(dep_names_text(fixture->names, fact.scope), "i1");
    assert_string_equal(dep_names_text(fixture->names, fact.by), "L1");
    assert_int_equal(fact.in_force.to_s, 1798761600);
    assert_true(fact.any_line && !fact.any_recipient && !fact.any_purpose);
    fact = read_good(state, dep_fact_of_request, request, "/deadline", NULL);
    assert_true(fact.in_force.to_s == INT64_MAX);
    fact = read_good(state, dep_fact_of_request, request, "/scope", "{\"kind\":\"all\"}");
    assert_int_equal(fact.scope_kind, DEP_SCOPE_ALL);
    static const struct bad_row rows[] = {
        {"/direction", "\"out\"", "fact.none"}, {"/direction", NULL, "fact.form"},
        {"/from", "\"police\"", "fact.none"},   {"/from", "\"any\"", "fact.none"},
        {"/from", NULL, "fact.none"},           {"/purpose", "\"any\"", "fact.none"},
        {"/line", "\"unlisted\"", "fact.none"}, {"/deadline", "\"soon\"", "fact.form"},
        {"/scope", NULL, "fact.form"},          {"/scope/id", NULL, "fact.form"},
        {"/scope/id", "\"\"", "fact.form"},     {"/scope/kind", "\"all\"", "fact.form"},
    };
    read_bad(state, dep_fact_of_request, request, rows, DEP_COUNT(rows));
}

/* ---- consents ---- */

static const char consent[] =
    "{\"terms\":{\"layer\":\"host\",\"grantor\":\"m0\",\"actions\":[\"release\",\"mission\"],"
    "\"recipients\":[\"court\"],\"purposes\":[\"trial\"],\"lines\":[\"any\"],"
    "\"territories\":[\"IQ\"],\"handling\":[\"H1\"],\"scope\":{\"kind\":\"case\",\"id\":\"c1\"},"
    "\"in_force\":{\"from\":\"2026-12-01T00:00:00Z\"}},"
    "\"side\":{\"state\":\"signed\",\"code\":\"L1\"}}";

static void test_consent(void **state)
{
    struct dep_fact fact = read_good(state, dep_fact_of_consent, consent, "", NULL);
    assert_int_equal(fact.kind, DEP_FACT_CONSENT);
    assert_int_equal(fact.layer, DEP_LAYER_HOST);
    assert_int_equal(fact.actions, DEP_ACT_RELEASE | DEP_ACT_MISSION);
    assert_true(fact.own && !fact.on_paper && !fact.guardian && !fact.assent);
    assert_true(fact.any_line && !fact.any_territory && !fact.any_recipient);
    assert_true(dep_codes_has(&fact.territories, 0) && !dep_codes_has(&fact.territories, 1));
    assert_true(dep_codes_has(&fact.handling, 0) && !dep_codes_has(&fact.handling, 1));
    assert_int_equal(fact.in_force.from_s, TEST_FROM_S);
    assert_true(fact.in_force.to_s == INT64_MAX);
    assert_int_equal(fact.checked_by, 0);
    /* Of another member it is on paper, whatever its side says. */
    fact = read_good(state, dep_fact_of_consent, consent, "/terms/grantor", "\"m1\"");
    assert_true(!fact.own && fact.on_paper);
    fact = read_good(state, dep_fact_of_consent, consent, "/side/state", "\"on_paper\"");
    assert_true(fact.own && fact.on_paper);
    fact = read_good(state, dep_fact_of_consent, consent, "/terms/layer", "\"source\"");
    assert_true(fact.own && fact.layer == DEP_LAYER_SOURCE && fact.grantor == 0);
    /* A code that no list has, and an empty list, name nothing. */
    fact = read_good(state, dep_fact_of_consent, consent, "/terms/recipients", "[\"police\"]");
    struct dep_codes none = {{0}};
    assert_memory_equal(&fact.recipients, &none, sizeof none);
    assert_false(fact.any_recipient);
    fact = read_good(state, dep_fact_of_consent, consent, "/terms/lines", "[]");
    assert_false(fact.any_line);
    fact = read_good(state, dep_fact_of_consent, consent, "/terms/handling", "[\"any\"]");
    assert_memory_equal(&fact.handling, &none, sizeof none);
    static const struct bad_row rows[] = {
        {"/terms/recipients", "[\"any\",\"court\"]", "fact.form"},
        {"/terms/lines", "[\"l\",\"any\"]", "fact.form"},
        {"/side", NULL, "fact.form"},
        {"/side/state", "\"refused\"", "fact.none"},
        {"/side/state", "\"unavailable\"", "fact.none"},
        {"/terms", NULL, "fact.form"},
        {"/terms/layer", NULL, "fact.form"},
        {"/terms/grantor", NULL, "fact.form"},
        {"/terms/recipients", NULL, "fact.form"},
        {"/terms/purposes/0", "1", "fact.form"},
        {"/terms/in_force", NULL, "fact.form"},
        {"/terms/in_force/from", NULL, "fact.form"},
        {"/terms/in_force/to", "\"never\"", "fact.form"},
        {"/terms/scope", NULL, "fact.form"},
    };
    read_bad(state, dep_fact_of_consent, consent, rows, DEP_COUNT(rows));
}

static void test_session(void **state)
{
    static const struct {
        const char *guardian, *assent;
        bool guardian_met, assent_met;
    } rows[] = {{"consented", "agreed", true, true},
                {"consented", "refused", true, false},
                {"refused", "agreed", false, true},
                {"not_applicable", "not_applicable", false, false}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char session[128];
        (void)snprintf(session, sizeof session, "{\"guardian\":\"%s\",\"assent\":\"%s\"}",
                       rows[i].guardian, rows[i].assent);
        struct dep_fact fact =
            read_good(state, dep_fact_of_consent, consent, "/terms/session", session);
        assert_int_equal(fact.guardian, rows[i].guardian_met);
        assert_int_equal(fact.assent, rows[i].assent_met);
    }
}

/* Only what is said to be so may be shown. */
static void test_shown(void **state)
{
    static const struct {
        const char *shown;
        unsigned set;
    } rows[] = {
        {"{\"shown\":{\"identity\":true,\"place\":true,\"image\":true}}", DEP_SHOWN_ALL},
        {"{\"shown\":{\"identity\":false,\"place\":true,\"image\":true}}",
         DEP_SHOWN_PLACE | DEP_SHOWN_IMAGE},
        {"{\"shown\":{\"identity\":true,\"place\":false,\"image\":true}}",
         DEP_SHOWN_IDENTITY | DEP_SHOWN_IMAGE},
        {"{\"shown\":{\"identity\":true,\"place\":true,\"image\":false}}",
         DEP_SHOWN_IDENTITY | DEP_SHOWN_PLACE},
        {"{\"shown\":{\"place\":\"true\"}}", 0},
        {"{\"shown\":{}}", 0},
        {"{}", 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_fact fact =
            read_good(state, dep_fact_of_consent, consent, "/terms/session", rows[i].shown);
        assert_int_equal(fact.shown, rows[i].set);
    }
}

/* What a member signs of its own consent in its own log is signed, whoever reads it; of anybody
 * else's it is on paper. */
static void test_signed_by(void **state)
{
    static const struct {
        const char *iss, *grantor, *layer;
        bool own, on_paper;
    } rows[] = {
        {"m0", "m0", "host", true, false},        {"m0", "m1", "host", false, true},
        {"m1", "m1", "host", false, false},       {"m1", "m0", "host", true, true},
        {"m1", "m1", "originator", false, false}, {"m2", "m1", "originator", false, true},
        {"m0", "m1", "source", true, false},      {"m1", "m1", "source", false, false},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_fact fact;
        struct dep_finding why = {"", "", 0};
        json_t *claims = json_of(consent);
        json_change(claims, "/terms/grantor", json_string(rows[i].grantor));
        json_change(claims, "/terms/layer", json_string(rows[i].layer));
        fixture->source.iss = rows[i].iss;
        assert_int_equal(
            dep_fact_of_consent(&fixture->reader, &fixture->source, claims, &fact, &why), DEP_OK);
        if (fact.own != rows[i].own || fact.on_paper != rows[i].on_paper)
            fail_msg("row %zu", i);
        json_decref(claims);
    }
}

/* ---- assurances ---- */

static const char assurance[] =
    "{\"from\":\"court\",\"kinds\":[\"fair_trial\",\"inspection\"],\"purposes\":[\"trial\"],"
    "\"scope\":{\"kind\":\"all\"},\"in_force\":{\"from\":\"2026-12-01T00:00:00Z\"},"
    "\"side\":{\"state\":\"on_paper\"}}";

static void test_assurance(void **state)
{
    struct dep_fact fact = read_good(state, dep_fact_of_assurance, assurance, "", NULL);
    assert_int_equal(fact.kind, DEP_FACT_ASSURANCE);
    assert_int_equal(fact.assurances, DEP_ASSURE_FAIR_TRIAL | DEP_ASSURE_INSPECTION);
    assert_true(fact.on_paper && !fact.any_purpose);
    assert_true(dep_codes_has(&fact.recipients, 0));
    /* Who assures signs in no log of ours. */
    fact = read_good(state, dep_fact_of_assurance, assurance, "/side/state", "\"signed\"");
    assert_true(fact.on_paper);
    static const struct bad_row rows[] = {
        {"/side/state", "\"refused\"", "fact.none"},
        {"/side", NULL, "fact.form"},
        {"/from", "\"police\"", "fact.none"},
        {"/kinds", "[]", "fact.none"},
        {"/kinds", "[\"kindness\"]", "fact.none"},
        {"/purposes", NULL, "fact.form"},
        {"/in_force", NULL, "fact.form"},
        {"/scope", NULL, "fact.form"},
    };
    read_bad(state, dep_fact_of_assurance, assurance, rows, DEP_COUNT(rows));
}

static void test_interval(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int64_t from_s, to_s;
    } rows[] = {
        {"{\"from\":\"2026-12-01T00:00:00Z\",\"to\":\"2026-12-01T00:00:01Z\"}", true, TEST_FROM_S,
         TEST_FROM_S + 1},
        {"{\"from\":\"2026-12-01T00:00:00Z\"}", true, TEST_FROM_S, INT64_MAX},
        {"{\"to\":\"2026-12-01T00:00:01Z\"}", false, 0, 0},
        {"{\"from\":1}", false, 0, 0},
        {"{\"from\":\"2026-12-01\"}", false, 0, 0},
        {"[]", false, 0, 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        json_t *interval = json_of(rows[i].text);
        struct dep_interval out = {1, 2};
        assert_int_equal(dep_interval_parse(interval, &out), rows[i].good);
        assert_true(out.from_s == (rows[i].good ? rows[i].from_s : 1));
        assert_true(out.to_s == (rows[i].good ? rows[i].to_s : 2));
        json_decref(interval);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_request, setup, teardown),
        cmocka_unit_test_setup_teardown(test_consent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_signed_by, setup, teardown),
        cmocka_unit_test_setup_teardown(test_session, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_assurance, setup, teardown),
        cmocka_unit_test(test_interval),
    };
    if (dep_crypto_init(false))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
