/*
 * What a translation, a transcript and a redacted version take over from what they were made of.
 */
#include "node/derived.h"

#include "node/test_support.h"

#define CASE_1 "01a20d48-e325-7d90-ac3a-47d22d4fff01"
#define CASE_2 "01a20d48-e325-7d90-ac3a-47d22d4fff02"

/* Exhibits that others are made from: what each is, and how it is marked ("" for never). */
enum original { PLAIN, MEDICAL, CHILD, SEALED_OFF, ELSEWHERE, ORIGINALS };
static const struct {
    const char *claims, *marking, *marked_again;
} originals[ORIGINALS] = {
    [PLAIN] = {"{\"stage\":\"extract\",\"restricted\":false}", "", ""},
    [MEDICAL] = {"{\"stage\":\"extract\",\"restricted\":false,\"sensitive\":[\"medical\"]}",
                 "{\"handling\":[\"H1\"],\"flags\":[\"child\"],\"case\":\"" CASE_2 "\"}",
                 "{\"handling\":[\"H1\",\"H2\"],\"categories\":[\"c1\"],\"originator\":\"m\","
                 "\"case\":\"" CASE_1
                 "\",\"fields\":[{\"field\":\"basis\",\"handling\":[\"H2\"]}]}"},
    [CHILD] =
        {"{\"stage\":\"extract\",\"restricted\":false,"
         "\"sensitive\":[\"child\",\"medical\"]}",
         "{\"handling\":[\"H2\"],\"flags\":[\"child\"],\"originator\":\"m\",\"case\":\"" CASE_1
         "\",\"territories\":[\"IQ\"]}",
         ""},
    [SEALED_OFF] = {"{\"stage\":\"extract\",\"restricted\":true}", "{\"case\":\"" CASE_2 "\"}", ""},
    [ELSEWHERE] = {"{\"stage\":\"extract\",\"restricted\":false}",
                   "{\"originator\":\"iq\",\"flags\":[\"source\"]}", ""},
};
static struct dep_collected made[ORIGINALS];

static void mark(const struct dep_collected *item, const char *text)
{
    DEP_AUTO_JSON *claims = json_loads(text, 0, NULL);
    struct dep_done done;
    assert_int_equal(json_object_set_new(claims, "item", json_string(item->item)), 0);
    DEP_AUTO_FREE char *whole = json_dumps(claims, 0);
    record("K", "marking.set", whole, NULL, &done);
}

static void make_originals(void)
{
    char file[128];
    (void)snprintf(file, sizeof file, "%s/file", top);
    FILE *out = fopen(file, "w");
    assert_true(out && fputs("content\n", out) > 0 && fclose(out) == 0);
    const char *paths[] = {file};
    for (size_t i = 0; i < ORIGINALS; i++) {
        take_in(originals[i].claims, paths, 1, &made[i]);
        if (*originals[i].marking)
            mark(&made[i], originals[i].marking);
        if (*originals[i].marked_again)
            mark(&made[i], originals[i].marked_again);
    }
}

/* The references of `claims`, as many as there are originals and in their order, with their
 * digests. */
static void expect_sources(size_t row, const json_t *claims, const enum original *of, size_t count)
{
    const json_t *refs = json_object_get(claims, "refs");
    if (json_array_size(refs) != count)
        fail_msg("row %zu: %zu references", row, json_array_size(refs));
    for (size_t i = 0; i < count; i++) {
        DEP_AUTO_JSON *wanted =
            dep_record_ref_new("source", made[of[i]].done.jti, &made[of[i]].done.sha256);
        if (!json_equal(json_array_get(refs, i), wanted))
            fail_msg("row %zu: reference %zu is another", row, i);
    }
}

static void expect_json(size_t row, const char *what, const json_t *found, const char *wanted)
{
    DEP_AUTO_JSON *value = *wanted ? json_loads(wanted, JSON_DECODE_ANY, NULL) : NULL;
    DEP_AUTO_FREE char *text = found ? json_dumps(found, JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;
    if (found || value ? !json_equal(found, value) : false)
        fail_msg("row %zu: %s is %s", row, what, text ? text : "absent");
}

static void test_inherits(void **state)
{
    (void)state;
    static const struct {
        const char *stage, *stated; /* "sensitive" that the officer states, or "" */
        enum original of[3];
        size_t count;
        const char *finding, *restricted, *sensitive, *marking; /* "": absent */
    } rows[] = {
        {"translation", "", {PLAIN}, 1, NULL, "false", "", ""},
        {"translation",
         "",
         {MEDICAL},
         1,
         NULL,
         "false",
         "[\"medical\"]",
         "{\"handling\":[\"H1\",\"H2\"],\"categories\":[\"c1\"],\"originator\":\"m\",\"case\":"
         "\"" CASE_1 "\",\"fields\":[{\"field\":\"basis\",\"handling\":[\"H2\"]}]}"},
        {"transcript",
         "[\"sexual\"]",
         {MEDICAL},
         1,
         NULL,
         "false",
         "[\"sexual\",\"medical\"]",
         "{\"handling\":[\"H1\",\"H2\"],\"categories\":[\"c1\"],\"originator\":\"m\",\"case\":"
         "\"" CASE_1 "\",\"fields\":[{\"field\":\"basis\",\"handling\":[\"H2\"]}]}"},
        {"translation", "", {SEALED_OFF}, 1, NULL, "true", "", "{\"case\":\"" CASE_2 "\"}"},
        /* Of several what any of them has, once; of several cases none. */
        {"transcript",
         "",
         {MEDICAL, CHILD},
         2,
         NULL,
         "false",
         "[\"medical\",\"child\"]",
         "{\"handling\":[\"H1\",\"H2\"],\"categories\":[\"c1\"],\"originator\":\"m\",\"case\":"
         "\"" CASE_1 "\",\"fields\":[{\"field\":\"basis\",\"handling\":[\"H2\"]}],"
         "\"flags\":[\"child\"],\"territories\":[\"IQ\"]}"},
        {"transcript",
         "",
         {CHILD, SEALED_OFF},
         2,
         NULL,
         "true",
         "[\"child\",\"medical\"]",
         "{\"handling\":[\"H2\"],\"flags\":[\"child\"],\"originator\":\"m\",\"territories\":["
         "\"IQ\"]}"},
        {"transcript",
         "",
         {SEALED_OFF, CHILD, MEDICAL},
         3,
         NULL,
         "true",
         "[\"child\",\"medical\"]",
         "{\"handling\":[\"H2\",\"H1\"],\"flags\":[\"child\"],\"originator\":\"m\","
         "\"territories\":[\"IQ\"],\"categories\":[\"c1\"],"
         "\"fields\":[{\"field\":\"basis\",\"handling\":[\"H2\"]}]}"},
        {"translation",
         "",
         {PLAIN, ELSEWHERE},
         2,
         NULL,
         "false",
         "",
         "{\"originator\":\"iq\",\"flags\":[\"source\"]}"},
        {"translation", "", {MEDICAL, ELSEWHERE}, 2, "intake.originators", "", "", ""},
        /* A redacted version is made to be shown, and any other only refers. */
        {"redaction", "", {MEDICAL}, 1, NULL, "false", "", ""},
        {"extract", "", {MEDICAL, SEALED_OFF}, 2, NULL, "false", "", ""},
        {"extract", "", {PLAIN}, 0, NULL, "false", "", ""},
        {"redaction", "", {PLAIN}, 0, "intake.source", "", "", ""},
        {"translation", "", {PLAIN}, 0, "intake.source", "", "", ""},
        {"transcript", "", {PLAIN}, 0, "intake.source", "", "", ""},
    };
    make_originals();
    struct dep_node *node = open_as("K");
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        const char *names[3];
        struct dep_problem problem = {.detail = ""};
        json_t untouched, *marking = &untouched;
        DEP_AUTO_JSON *claims = json_pack("{s:s,s:b}", "stage", rows[i].stage, "restricted", 0);
        if (*rows[i].stated)
            assert_int_equal(
                json_object_set_new(claims, "sensitive", json_loads(rows[i].stated, 0, NULL)), 0);
        for (size_t at = 0; at < rows[i].count; at++)
            names[at] = made[rows[i].of[at]].item;
        int err = dep_node_derive(node, names, rows[i].count, claims, &marking, &problem);
        if (err != (rows[i].finding ? DEP_FOUND : DEP_OK))
            fail_msg("row %zu: %d %s %s", i, err, problem.finding.id, problem.detail);
        if (rows[i].finding) {
            assert_string_equal(problem.finding.id, rows[i].finding);
            assert_ptr_equal(marking, &untouched);
            continue;
        }
        expect_sources(i, claims, rows[i].of, rows[i].count);
        expect_json(i, "restricted", json_object_get(claims, "restricted"), rows[i].restricted);
        expect_json(i, "sensitive", json_object_get(claims, "sensitive"), rows[i].sensitive);
        expect_json(i, "marking", marking, rows[i].marking);
        json_decref(marking);
    }
    dep_node_close(node);
}

/* What protects an original must be known to whoever makes something of it. N was enrolled after it
 * was sealed, and nobody shared it; who may not know of it is told what is told of no item. */
static void test_unread(void **state)
{
    (void)state;
    static const struct {
        const char *officer, *stage, *finding;
    } rows[] = {
        {"L", "translation", NULL},           {"N", "translation", "intake.unread"},
        {"N", "transcript", "intake.unread"}, {"N", "extract", NULL},
        {"D", "translation", "item.absent"},  {"D", "extract", "item.absent"},
    };
    struct dep_done done;
    struct dep_problem enrolling = {.detail = ""};
    struct dep_node *node = open_as("A");
    assert_int_equal(dep_key_enrol(node, "N", DEP_ROLE_CUSTODIAN, true, NULL, &done, &enrolling),
                     DEP_OK);
    dep_node_close(node);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        node = open_as(rows[i].officer);
        struct dep_problem problem = {.detail = ""};
        const char *names[] = {made[MEDICAL].item};
        json_t *marking = NULL;
        DEP_AUTO_JSON *claims = json_pack("{s:s,s:b}", "stage", rows[i].stage, "restricted", 0);
        int err = dep_node_derive(node, names, 1, claims, &marking, &problem);
        if (err != (rows[i].finding ? DEP_FOUND : DEP_OK) ||
            (err && strcmp(problem.finding.id, rows[i].finding) != 0))
            fail_msg("row %zu: %d %s", i, err, problem.finding.id);
        json_decref(marking);
        dep_node_close(node);
    }
}

static void test_absent(void **state)
{
    (void)state;
    struct dep_node *node = open_as("K");
    struct dep_problem problem = {.detail = ""};
    const char *names[] = {made[PLAIN].item, CASE_1};
    json_t *marking = NULL;
    DEP_AUTO_JSON *claims = json_pack("{s:s}", "stage", "extract");
    assert_int_equal(dep_node_derive(node, names, 2, claims, &marking, &problem), DEP_FOUND);
    assert_string_equal(problem.finding.id, "item.absent");
    assert_null(marking);
    dep_node_close(node);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_inherits),
    cmocka_unit_test(test_unread),
    cmocka_unit_test(test_absent),
};
RUN_OVER_REGISTER("derived", tests)
