/*
 * What a person stated against a charter: as tables, each bad row differing in one respect.
 */
#include "node/stated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NOW_S = 1798761600 }; /* 2027-01-01T00:00:00Z */

static void expect(const char *row, const char *id, int err, const struct dep_problem *problem)
{
    const char *got = problem->finding.id ? problem->finding.id : "";
    if (err != (id ? DEP_FOUND : DEP_OK) || strcmp(got, id ? id : "") != 0)
        fail_msg("%s: %d %s [%s]", row, err, got, problem->detail);
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        const char *type, *claims, *after, *id;
    } rows[] = {
        {"request.made", "{\"deadline\":\"2026-12-31T17:00:00Z\"}",
         "{\"deadline\":\"2026-12-31T17:00:00Z\"}", NULL},
        {"request.made", "{\"deadline\":\"2026-12-31T17:00:00+03:00\"}",
         "{\"deadline\":\"2026-12-31T14:00:00Z\"}", NULL},
        {"request.made", "{\"deadline\":\"٢٠٢٦-١٢-٣١T١٧:٠٠:٠٠Z\"}",
         "{\"deadline\":\"2026-12-31T17:00:00Z\"}", NULL},
        {"request.made", "{\"deadline\":\"۲۰۲۶-۱۲-۳۱T۱۷:۰۰:۰۰Z\"}",
         "{\"deadline\":\"2026-12-31T17:00:00Z\"}", NULL},
        {"request.made", "{\"deadline\":null}", "{\"deadline\":null}", NULL},
        {"request.made", "{\"deadline\":\"2026-12-31\"}", NULL, "stated.time"},
        {"request.made", "{\"deadline\":\"2026-13-31T17:00:00Z\"}", NULL, "stated.time"},
        {"request.made", "{\"deadline\":\"2026-12-31T17:00:00\"}", NULL, "stated.time"},
        {"request.made", "{\"deadline\":\"\"}", NULL, "stated.time"},
        {"request.made", "{\"deadline\":\"2026-12-31T17:00:00.5Z\"}", NULL, "stated.time"},
        {"request.made", "{\"deadline\":\"2027-02-29T17:00:00Z\"}", NULL, "stated.day"},
        {"note", "{\"deadline\":\"soon\"}", "{\"deadline\":\"soon\"}", NULL},
        {"consent.given",
         "{\"terms\":{\"in_force\":{\"from\":\"2027-01-01T00:00:00+14:00\",\"to\":"
         "\"2026-12-31T10:00:01Z\"}}}",
         "{\"terms\":{\"in_force\":{\"from\":\"2026-12-31T10:00:00Z\",\"to\":"
         "\"2026-12-31T10:00:01Z\"}}}",
         NULL},
        {"consent.given",
         "{\"terms\":{\"in_force\":{\"from\":\"2027-01-01T03:00:00+03:00\",\"to\":"
         "\"2027-01-01T00:00:00Z\"}}}",
         NULL, "stated.interval"},
        {"consent.given",
         "{\"terms\":{\"in_force\":{\"from\":\"2026-01-01T00:00:00Z\",\"to\":"
         "\"2026-01-01T00:00:01Z\"}}}",
         "{\"terms\":{\"in_force\":{\"from\":\"2026-01-01T00:00:00Z\",\"to\":"
         "\"2026-01-01T00:00:01Z\"}}}",
         NULL},
        {"consent.given",
         "{\"terms\":{\"in_force\":{\"from\":\"2026-01-01T00:00:00Z\",\"to\":"
         "\"2026-01-01T00:00:00Z\"}}}",
         NULL, "stated.interval"},
        {"assurance.given",
         "{\"in_force\":{\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2025-01-01T00:00:00Z\"}}", NULL,
         "stated.interval"},
        {"mission.recorded", "{\"in_force\":{\"from\":\"now\"}}", NULL, "stated.time"},
        {"retention.reviewed", "{\"until\":\"never\"}", NULL, "stated.time"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_problem problem = {.detail = ""};
        DEP_AUTO_JSON *claims = json_loads(rows[i].claims, 0, NULL);
        int err = dep_stated_times(rows[i].type, claims, &problem);
        expect(rows[i].claims, rows[i].id, err, &problem);
        if (rows[i].id) {
            assert_non_null(strchr(problem.detail, '/'));
            assert_true(problem.where.instance_path[0] == '/');
            continue;
        }
        DEP_AUTO_JSON *after = json_loads(rows[i].after, 0, NULL);
        assert_true(json_equal(claims, after));
    }
}

/* The charter of a fuzzer's corpus, with two recipients, of which one left the list. */
static struct dep_charter *charter_new(void)
{
    json_t *json = json_load_file(DEPOSITARY_SOURCE_ROOT "/fuzz/corpus/charter/alone", 0, NULL);
    json_t *recipients =
        json_loads("[{\"code\":\"court\",\"kind\":\"court\",\"name\":{\"en\":\"c\",\"fr\":\"c\","
                   "\"ar\":\"c\"}},{\"code\":\"old\",\"kind\":\"other\",\"name\":{\"en\":\"c\","
                   "\"fr\":\"c\",\"ar\":\"c\"},\"to\":\"2026-12-02T00:00:00Z\"}]",
                   0, NULL);
    assert_non_null(json);
    assert_int_equal(json_object_set_new(json_object_get(json, "lists"), "recipients", recipients),
                     0);
    char *text = json_dumps(json, JSON_COMPACT);
    struct dep_charter *charter = NULL;
    struct dep_jtd_error where;
    struct dep_finding why = {"", "", 0};
    if (dep_charter_parse(dep_slice_string(text), &charter, &where, &why))
        fail_msg("charter: %s at %s", why.id, where.instance_path);
    free(text);
    json_decref(json);
    return charter;
}

static void test_codes(void **state)
{
    (void)state;
    static const struct {
        const char *type, *claims, *id, *detail;
    } rows[] = {
        {"request.made", "{\"from\":\"court\",\"purpose\":\"trial\",\"line\":\"political\"}", NULL,
         NULL},
        {"request.made", "{\"from\":\"cuort\"}", "stated.code", "/from: cuort (court)"},
        {"request.made", "{\"to\":\"old\"}", "stated.code.ended", "/to: old (court)"},
        {"request.made", "{\"purpose\":\"war\"}", "stated.code", "/purpose: war (trial)"},
        {"request.made", "{\"line\":\"x\"}", "stated.code", "/line: x (political)"},
        {"request.made", "{\"from\":7,\"to\":null}", NULL, NULL},
        {"consent.given", "{\"terms\":{\"grantor\":\"iq\",\"recipients\":[\"any\"]}}", NULL, NULL},
        {"consent.given", "{\"terms\":{\"grantor\":\"xx\"}}", "stated.member",
         "/terms/grantor: xx (iq)"},
        {"consent.given", "{\"terms\":{\"recipients\":[\"court\",\"any\"]}}", "stated.any",
         "/terms/recipients/1: any"},
        {"consent.given", "{\"terms\":{\"territories\":[\"IQ\",\"QI\"]}}", "stated.code",
         "/terms/territories/1: QI (IQ, FR)"},
        {"consent.given", "{\"terms\":{\"handling\":[\"any\"]}}", "stated.code",
         "/terms/handling/0: any (H1)"},
        {"assurance.given", "{\"from\":\"court\",\"purposes\":[\"war\"]}", "stated.code",
         "/purposes/0: war (trial)"},
        {"marking.set",
         "{\"handling\":[\"H1\"],\"categories\":[\"statement\"],\"originator\":"
         "\"iq\",\"fields\":[{\"field\":\"x\",\"handling\":[\"H1\"]}]}",
         NULL, NULL},
        {"marking.set", "{\"fields\":[{\"field\":\"x\",\"handling\":[\"H1\",\"H9\"]}]}",
         "stated.code", "/fields/0/handling/1: H9 (H1)"},
        {"marking.set", "{\"categories\":[\"x\"]}", "stated.code", "/categories/0: x (statement)"},
        {"marking.set", "{\"originator\":\"fr\"}", "stated.member", "/originator: fr (iq)"},
        {"case.opened", "{\"authority\":\"x\"}", "stated.code", "/authority: x (court)"},
        {"note", "{\"from\":\"x\"}", NULL, NULL},
    };
    struct dep_charter *charter = charter_new();
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_problem problem = {.detail = ""};
        DEP_AUTO_JSON *claims = json_loads(rows[i].claims, 0, NULL);
        assert_non_null(claims);
        int err = dep_stated_codes(charter, rows[i].type, claims, NOW_S, &problem);
        expect(rows[i].claims, rows[i].id, err, &problem);
        if (rows[i].id)
            assert_string_equal(problem.detail, rows[i].detail);
    }
    dep_charter_free(charter);
}

/* What is shown of a hostile value is cut, and stays UTF-8 whatever stands at the cut. */
static void test_long_value(void **state)
{
    (void)state;
    struct dep_charter *charter = charter_new();
    for (size_t before = 0; before < 4; before++) {
        char value[1024] = "";
        memset(value, 'x', before);
        for (size_t at = before; at + 3 < sizeof value; at += 3)
            memcpy(value + at, "\u20ac", 4);
        DEP_AUTO_JSON *claims = json_pack("{s:s,s:s}", "from", value, "deadline", value);
        struct dep_problem problem = {.detail = ""};
        expect("long code", "stated.code",
               dep_stated_codes(charter, "request.made", claims, NOW_S, &problem), &problem);
        DEP_AUTO_JSON *shown = json_string(problem.detail);
        assert_non_null(shown);
        expect("long time", "stated.time", dep_stated_times("request.made", claims, &problem),
               &problem);
        DEP_AUTO_JSON *again = json_string(problem.detail);
        assert_non_null(again);
    }
    dep_charter_free(charter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_times), cmocka_unit_test(test_codes),
                                       cmocka_unit_test(test_long_value)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
