/*
 * Requests, consents, assurances: what may be recorded, and where each stands, as tables.
 */
#include "node/consent.h"
#include "node/request.h"
#include "node/retention.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char HOST[] =
    "{\"terms\":{\"layer\":\"host\",\"grantor\":\"iq\",\"actions\":[\"release\"],\"recipients\":"
    "[\"court\"],\"purposes\":[\"trial\"],\"lines\":[\"any\"],\"territories\":[\"IQ\"],\"scope\":{"
    "\"kind\":\"all\"},\"in_force\":{\"from\":\"2026-01-01T00:00:00Z\"}},\"side\":{\"state\":"
    "\"on_paper\",\"scan_sha256\":\"00\",\"seen_by\":\"K1\",\"checked\":{\"text\":\"seal\","
    "\"lang\":"
    "\"en\"}}}";
static const char SOURCE[] =
    "{\"terms\":{\"layer\":\"source\",\"actions\":[\"release\"],\"recipients\":[\"court\"],"
    "\"purposes\":[\"trial\"],\"lines\":[\"any\"],\"territories\":[\"any\"],\"scope\":{\"kind\":"
    "\"item\",\"id\":\"x\"},\"in_force\":{\"from\":\"2026-01-01T00:00:00Z\"},\"session\":{"
    "\"language\":\"ar\",\"interpreter\":true,\"dangers_explained\":true,\"shown\":{},\"guardian\":"
    "\"not_applicable\",\"assent\":\"not_applicable\"}},\"side\":{\"state\":\"signed\",\"code\":"
    "\"K1\"}}";
static const char ASSURANCE[] =
    "{\"from\":\"court\",\"kinds\":[\"fair_trial\"],\"purposes\":[\"trial\"],\"scope\":{\"kind\":"
    "\"all\"},\"in_force\":{\"from\":\"2026-01-01T00:00:00Z\"},\"side\":{\"state\":\"on_paper\","
    "\"scan_sha256\":\"00\",\"seen_by\":\"K1\",\"checked\":{}}}";

/* Put `value` (NULL: nothing) at a path like "terms/scope/kind". */
static void change(json_t *root, const char *path, const char *value)
{
    char copy[128];
    (void)snprintf(copy, sizeof copy, "%s", path);
    char *save = NULL, *step = strtok_r(copy, "/", &save);
    json_t *at = root;
    for (char *next; (next = strtok_r(NULL, "/", &save)); step = next) {
        at = json_object_get(at, step);
        assert_non_null(at);
    }
    json_t *new_value = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
    assert_true(!value || new_value);
    assert_int_equal(
        new_value ? json_object_set_new(at, step, new_value) : json_object_del(at, step), 0);
}

struct change_row {
    const char *path, *value, *id; /* path NULL: unchanged; id NULL: fine */
};

static json_t *changed(const char *good, const struct change_row *row)
{
    json_t *claims = json_loads(good, 0, NULL);
    assert_non_null(claims);
    if (row->path)
        change(claims, row->path, row->value);
    return claims;
}

static void expect(const struct change_row *row, int err, const struct dep_finding *why)
{
    if (err != (row->id ? DEP_FOUND : DEP_OK) || strcmp(why->id, row->id ? row->id : "") != 0)
        fail_msg("%s = %s: %d %s", row->path, row->value, err, why->id);
}

static void test_host(void **state)
{
    (void)state;
    static const struct change_row rows[] = {
        {NULL, NULL, NULL},
        {"terms/layer", "\"originator\"", NULL},
        {"side", "{\"state\":\"refused\",\"reason\":{}}", NULL},
        {"side", "{\"state\":\"refused\"}", "custody.side"},
        {"side/checked", NULL, "custody.side"},
        {"side", "{\"state\":\"signed\",\"code\":\"K1\"}", "consent.paper"},
        {"terms/grantor", NULL, "consent.grantor"},
        {"terms/actions", "[]", "consent.empty"},
        {"terms/recipients", "[]", "consent.empty"},
        {"terms/purposes", "[]", "consent.empty"},
        {"terms/lines", "[]", "consent.empty"},
        {"terms/territories", "[]", "consent.empty"},
        {"terms/scope", "{\"kind\":\"all\",\"id\":\"x\"}", "consent.scope"},
        {"terms/scope", "{\"kind\":\"case\"}", "consent.scope"},
        {"terms/session", "{}", "consent.session"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_finding why = {"", "", 0};
        DEP_AUTO_JSON *claims = changed(HOST, &rows[i]);
        expect(&rows[i], dep_consent_judge("fr", "K1", claims, &why), &why);
    }
    /* What this member grants itself, its officer signs. */
    struct dep_finding why = {"", "", 0};
    static const struct change_row own = {"side", "{\"state\":\"signed\",\"code\":\"K1\"}", NULL};
    DEP_AUTO_JSON *claims = changed(HOST, &own);
    expect(&own, dep_consent_judge("iq", "K1", claims, &why), &why);
}

static void test_source(void **state)
{
    (void)state;
    static const struct change_row rows[] = {
        {NULL, NULL, NULL},
        {"terms/scope/kind", "\"case\"", NULL},
        {"terms/grantor", "\"iq\"", "consent.grantor"},
        {"side/code", "\"K2\"", "custody.signed"},
        {"terms/session", NULL, "consent.session"},
        {"terms/session/dangers_explained", "false", "consent.dangers"},
        {"terms/session/guardian", "\"consented\"", "consent.guardian"},
        {"terms/session/assent", "\"agreed\"", "consent.guardian"},
        {"terms/session/guardian", "\"refused\"", "consent.guardian"},
        {"terms/recipients", "[\"any\"]", "consent.source"},
        {"terms/purposes", "[\"any\"]", "consent.source"},
        {"terms/scope", "{\"kind\":\"all\"}", "consent.source"},
        {"side", "{\"state\":\"refused\",\"reason\":{}}", NULL},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_finding why = {"", "", 0};
        DEP_AUTO_JSON *claims = changed(SOURCE, &rows[i]);
        expect(&rows[i], dep_consent_judge("fr", "K1", claims, &why), &why);
    }
    struct dep_finding why = {"", "", 0};
    static const struct change_row both = {"terms/session/assent", "\"agreed\"", NULL};
    DEP_AUTO_JSON *claims = changed(SOURCE, &both);
    change(claims, "terms/session/guardian", "\"consented\"");
    expect(&both, dep_consent_judge("fr", "K1", claims, &why), &why);
}

static void test_assurance(void **state)
{
    (void)state;
    static const struct change_row rows[] = {
        {NULL, NULL, NULL},
        {"kinds", "[]", "consent.empty"},
        {"purposes", "[]", "consent.empty"},
        {"scope", "{\"kind\":\"item\"}", "consent.scope"},
        {"side/checked", NULL, "custody.side"},
        {"side", "{\"state\":\"signed\",\"code\":\"K1\"}", "consent.paper"},
        {"side", "{\"state\":\"signed\",\"code\":\"C1\"}", "custody.signed"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_finding why = {"", "", 0};
        DEP_AUTO_JSON *claims = changed(ASSURANCE, &rows[i]);
        expect(&rows[i], dep_assurance_judge("K1", claims, &why), &why);
    }
}

/* ---- where one stands ---- */

enum { RECORDED_S = 1000 };

/* "type by iat outcome": a later record; its claims are only what is looked at. */
struct later_row {
    const char *type, *by, *outcome;
    int64_t iat;
};

static void add_later(struct dep_act *act, const struct later_row *row)
{
    struct dep_view *view = &act->later[act->later_count++];
    *view = (struct dep_view){.readable = true};
    (void)snprintf(view->row.type, sizeof view->row.type, "%s", row->type);
    (void)snprintf(view->row.by_code, sizeof view->row.by_code, "%s", row->by);
    view->row.iat = row->iat;
    view->claims = json_pack("{s:s*}", "outcome", row->outcome);
    assert_non_null(view->claims);
}

static void test_standing(void **state)
{
    (void)state;
    static const char CHECKED[] = "consent.checked", WITHDRAWN[] = "consent.withdrawn";
    static const struct {
        const char *name, *from, *to, *side;
        struct later_row later[2];
        int64_t now_s;
        const char *state;
        int64_t from_s;
    } rows[] = {
        {"signed", "1970-01-01T00:00:00Z", NULL, "signed", {{0}}, 5000, "in_force", 1000},
        {"never retroactive",
         "1970-01-01T00:00:00Z",
         NULL,
         "signed",
         {{0}},
         999,
         "begins_later",
         1000},
        {"later", "1970-01-01T01:00:00Z", NULL, "signed", {{0}}, 3599, "begins_later", 3600},
        {"from then", "1970-01-01T01:00:00Z", NULL, "signed", {{0}}, 3600, "in_force", 3600},
        {"its last second",
         "1970-01-01T00:00:00Z",
         "1970-01-01T01:00:00Z",
         "signed",
         {{0}},
         3599,
         "in_force",
         1000},
        {"its end",
         "1970-01-01T00:00:00Z",
         "1970-01-01T01:00:00Z",
         "signed",
         {{0}},
         3600,
         "lapsed",
         1000},
        {"paper", "1970-01-01T00:00:00Z", NULL, "on_paper", {{0}}, 5000, "unchecked", 1000},
        {"checked",
         "1970-01-01T00:00:00Z",
         NULL,
         "on_paper",
         {{CHECKED, "K2", "as_recorded", 2000}},
         5000,
         "in_force",
         1000},
        {"by the same officer",
         "1970-01-01T00:00:00Z",
         NULL,
         "on_paper",
         {{CHECKED, "K1", "as_recorded", 2000}},
         5000,
         "unchecked",
         1000},
        {"differs",
         "1970-01-01T00:00:00Z",
         NULL,
         "on_paper",
         {{CHECKED, "K2", "differs", 2000}},
         5000,
         "differs",
         1000},
        {"differs after all",
         "1970-01-01T00:00:00Z",
         NULL,
         "on_paper",
         {{CHECKED, "K2", "as_recorded", 2000}, {CHECKED, "K3", "differs", 3000}},
         5000,
         "differs",
         1000},
        {"withdrawn",
         "1970-01-01T00:00:00Z",
         NULL,
         "signed",
         {{WITHDRAWN, "K1", NULL, 2000}},
         5000,
         "withdrawn",
         1000},
        {"refused", "1970-01-01T00:00:00Z", NULL, "refused", {{0}}, 5000, "refused", 1000},
        {"unavailable",
         "1970-01-01T00:00:00Z",
         NULL,
         "unavailable",
         {{0}},
         5000,
         "unavailable",
         1000},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_act act = {.later = calloc(2, sizeof *act.later)};
        act.head.readable = true;
        act.head.row.iat = RECORDED_S;
        (void)snprintf(act.head.row.type, sizeof act.head.row.type, "consent.given");
        (void)snprintf(act.head.row.by_code, sizeof act.head.row.by_code, "K1");
        act.head.claims = json_pack("{s:{s:{s:s,s:s*}},s:{s:s}}", "terms", "in_force", "from",
                                    rows[i].from, "to", rows[i].to, "side", "state", rows[i].side);
        for (size_t l = 0; l < 2 && rows[i].later[l].type; l++)
            add_later(&act, &rows[i].later[l]);
        struct dep_standing standing = dep_standing_of(&act, UINT64_MAX, rows[i].now_s);
        if (strcmp(standing.state, rows[i].state) != 0 ||
            standing.in_force.from_s != rows[i].from_s)
            fail_msg("%s: %s from %lld", rows[i].name, standing.state,
                     (long long)standing.in_force.from_s);
        /* Once it is heard that its key was stolen, but for what ended it: not before. */
        bool ended = strcmp(rows[i].state, "withdrawn") == 0;
        act.head.disputed_at = 7;
        assert_string_equal(dep_standing_of(&act, 7, rows[i].now_s).state, rows[i].state);
        assert_string_equal(dep_standing_of(&act, 8, rows[i].now_s).state,
                            ended ? rows[i].state : "disputed");
        /* A check by a stolen key confirms nothing, and what it denied stays denied. */
        bool checked = strcmp(rows[i].name, "checked") == 0;
        act.head.disputed_at = 0;
        act.later[0].disputed_at = act.later[1].disputed_at = 7;
        assert_string_equal(dep_standing_of(&act, 8, rows[i].now_s).state,
                            checked ? "unchecked" : rows[i].state);
        dep_act_done(&act);
    }
}

static void test_check(void **state)
{
    (void)state;
    static const struct {
        const char *side, *officer, *id;
        bool withdrawn;
    } rows[] = {
        {"on_paper", "K2", NULL, false},
        {"on_paper", "K1", "consent.check.same_officer", false},
        {"signed", "K2", "consent.check.not_paper", false},
        {"on_paper", "K2", "consent.withdrawn", true},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_act act = {.later = calloc(1, sizeof *act.later)};
        act.head.readable = true;
        (void)snprintf(act.head.row.type, sizeof act.head.row.type, "consent.given");
        (void)snprintf(act.head.row.by_code, sizeof act.head.row.by_code, "K1");
        act.head.claims = json_pack("{s:{s:s}}", "side", "state", rows[i].side);
        if (rows[i].withdrawn)
            add_later(&act, &(struct later_row){"consent.withdrawn", "K1", NULL, 1});
        struct dep_finding why = {"", "", 0};
        int err = dep_consent_judge_check(&act, rows[i].officer, &why);
        if (err != (rows[i].id ? DEP_FOUND : DEP_OK) ||
            strcmp(why.id, rows[i].id ? rows[i].id : "") != 0)
            fail_msg("row %zu: %d %s", i, err, why.id);
        dep_act_done(&act);
    }
}

/* ---- requests, pseudonyms, retention ---- */

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        const char *before, *claims, *id;
    } rows[] = {
        {"waiting", "{\"answer\":\"granted\"}", NULL},
        {"postponed", "{\"answer\":\"granted\"}", NULL},
        {"waiting", "{\"answer\":\"refused\",\"reason\":{}}", NULL},
        {"waiting", "{\"answer\":\"refused\"}", "request.reason"},
        {"waiting", "{\"answer\":\"postponed\"}", "request.reason"},
        {"waiting", "{\"answer\":\"in_part\",\"part\":{}}", NULL},
        {"waiting", "{\"answer\":\"in_part\",\"reason\":{}}", "request.reason"},
        {"withdrawn", "{\"answer\":\"granted\"}", "request.withdrawn"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_finding why = {"", "", 0};
        DEP_AUTO_JSON *claims = json_loads(rows[i].claims, 0, NULL);
        int err = dep_request_judge_answer(rows[i].before, claims, &why);
        if (err != (rows[i].id ? DEP_FOUND : DEP_OK) ||
            strcmp(why.id, rows[i].id ? rows[i].id : "") != 0)
            fail_msg("row %zu: %d %s", i, err, why.id);
    }
}

static void test_pseudonym(void **state)
{
    (void)state;
    char first[DEP_PSEUDONYM_LEN + 1], second[DEP_PSEUDONYM_LEN + 1];
    unsigned char seen[256] = {0};
    for (size_t i = 0; i < 200; i++) {
        dep_pseudonym_new(dep_random, first);
        for (size_t c = 0; c < DEP_PSEUDONYM_LEN; c++)
            seen[(unsigned char)first[c]] = 1;
    }
    size_t letters = 0;
    for (size_t c = 0; c < sizeof seen; c++)
        letters += seen[c];
    assert_int_equal(letters, 32); /* five bits of each character are used */
    dep_pseudonym_new(dep_random, second);
    assert_int_equal(strlen(second), DEP_PSEUDONYM_LEN);
    assert_string_not_equal(first, second);
}

static void test_retention(void **state)
{
    (void)state;
    DEP_AUTO_JSON *until = json_pack("{s:s}", "until", "1970-01-11T00:00:00Z");
    DEP_AUTO_JSON *kept = json_object();
    struct dep_view by_date = {.claims = until}, again = {.claims = kept};
    again.row.iat = 86400;
    assert_int_equal(dep_retention_due_s(0, 2, NULL), 2 * 86400);
    assert_int_equal(dep_retention_due_s(0, 2, &by_date), 10 * 86400);
    assert_int_equal(dep_retention_due_s(0, 2, &again), 3 * 86400);
    assert_true(dep_retention_due_s(0, INT64_MAX, NULL) == INT64_MAX);
    assert_true(dep_retention_due_s(0, -1, NULL) == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host),      cmocka_unit_test(test_source),
        cmocka_unit_test(test_assurance), cmocka_unit_test(test_standing),
        cmocka_unit_test(test_check),     cmocka_unit_test(test_answers),
        cmocka_unit_test(test_pseudonym), cmocka_unit_test(test_retention),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
