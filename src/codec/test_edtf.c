/*
 * What dates may mean, and how they are made less exact.
 */
#include "codec/edtf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/text.h"

static int64_t at(const char *utc)
{
    int64_t unix_s = 0;
    assert_true(dep_time_parse(dep_slice_string(utc), &unix_s, NULL));
    return unix_s;
}

static void test_span(void **state)
{
    (void)state;
    static const struct {
        const char *text, *earliest, *end; /* NULL: open */
    } rows[] = {
        {"2021-03-30", "2021-03-30T00:00:00Z", "2021-03-31T00:00:00Z"},
        {"2021-03-30~", "2021-03-30T00:00:00Z", "2021-03-31T00:00:00Z"},
        {"2021-03-XX", "2021-03-01T00:00:00Z", "2021-04-01T00:00:00Z"},
        {"2020-02", "2020-02-01T00:00:00Z", "2020-03-01T00:00:00Z"},
        {"2021-12?", "2021-12-01T00:00:00Z", "2022-01-01T00:00:00Z"},
        {"2021-XX", "2021-01-01T00:00:00Z", "2022-01-01T00:00:00Z"},
        {"2021-21", "2021-01-01T00:00:00Z", "2022-01-01T00:00:00Z"},
        {"202X", "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"},
        {"20XX", "2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z"},
        {"202X-05", "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"},
        {"2021", "2021-01-01T00:00:00Z", "2022-01-01T00:00:00Z"},
        {"2021-03-30T10:00:00Z", "2021-03-30T10:00:00Z", "2021-03-30T10:00:01Z"},
        {"2021-03-30T10:00:00+03:00", "2021-03-30T07:00:00Z", "2021-03-30T07:00:01Z"},
        {"2021-03-30T10:00:00", "2021-03-29T10:00:00Z", "2021-03-31T10:00:01Z"},
        {"2021-03/2021-05-02", "2021-03-01T00:00:00Z", "2021-05-03T00:00:00Z"},
        {"2021-03/..", "2021-03-01T00:00:00Z", NULL},
        {"/2021-03", NULL, "2021-04-01T00:00:00Z"},
        {"Y170000002", NULL, NULL},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_edtf_span span;
        assert_true(dep_edtf_span_of(dep_slice_string(rows[i].text), &span));
        if (span.earliest_s != (rows[i].earliest ? at(rows[i].earliest) : INT64_MIN) ||
            span.end_s != (rows[i].end ? at(rows[i].end) : INT64_MAX))
            fail_msg("%s: %lld %lld", rows[i].text, (long long)span.earliest_s,
                     (long long)span.end_s);
    }
    static const char *const bad[] = {"", "soon", "2021-13", "../..", "30/03/2021"};
    for (size_t i = 0; i < DEP_COUNT(bad); i++) {
        struct dep_edtf_span span = {7, 8};
        assert_false(dep_edtf_span_of(dep_slice_string(bad[i]), &span));
        assert_true(span.earliest_s == 7 && span.end_s == 8);
    }
    struct dep_edtf_span before;
    assert_true(dep_edtf_span_of(DEP_SLICE_LITERAL("-0044-03"), &before));
    assert_true(before.earliest_s < before.end_s && before.end_s < at("1970-01-01T00:00:00Z"));
    assert_true(dep_edtf_span_of(DEP_SLICE_LITERAL("-2022-03-30T10:00:03Z"), &before));
    assert_true(before.end_s < at("1970-01-01T00:00:00Z"));
}

static void test_reduce(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum dep_edtf_unit unit;
        const char *out;
    } rows[] = {
        {"2021-03-30T10:00:00Z", DEP_EDTF_DAY, "2021-03-30"},
        {"2021-03-30T10:00:00Z", DEP_EDTF_MONTH, "2021-03"},
        {"2021-03-30~", DEP_EDTF_MONTH, "2021-03~"},
        {"2021-03-30?", DEP_EDTF_YEAR, "2021?"},
        {"2021-03-30?", DEP_EDTF_DAY, "2021-03-30?"},
        {"2021-03", DEP_EDTF_DAY, "2021-03"},
        {"2021-21", DEP_EDTF_MONTH, "2021-21"},
        {"20XX", DEP_EDTF_DAY, "20XX"},
        {"-0044-03-15", DEP_EDTF_MONTH, "-0044-03"},
        {"2021-03-30/2021-04-02", DEP_EDTF_MONTH, "2021-03/2021-04"},
        {"2021-03-30/..", DEP_EDTF_YEAR, "2021/.."},
        {"/2021-03-30", DEP_EDTF_YEAR, "/2021"},
        {"Y170000002", DEP_EDTF_YEAR, "Y170000002"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF out;
        dep_buf_init(&out, 64);
        struct dep_slice text = dep_slice_string(rows[i].text);
        assert_true(dep_edtf_reduce(text, rows[i].unit, &out));
        assert_string_equal((const char *)out.data, rows[i].out);
        assert_int_equal(dep_edtf_coarse(text, rows[i].unit),
                         strcmp(rows[i].text, rows[i].out) == 0);
        /* What is reduced is a date, and means at least what the exact one meant. */
        struct dep_edtf_span exact, coarse;
        assert_true(dep_edtf_span_of(text, &exact));
        assert_true(dep_edtf_span_of(dep_buf_slice(&out), &coarse));
        assert_true(coarse.earliest_s <= exact.earliest_s && exact.end_s <= coarse.end_s);
    }
    DEP_AUTO_BUF out;
    dep_buf_init(&out, 64);
    assert_false(dep_edtf_reduce(DEP_SLICE_LITERAL("soon"), DEP_EDTF_DAY, &out));
    assert_int_equal(out.len, 0);
    assert_false(dep_edtf_coarse(DEP_SLICE_LITERAL("soon"), DEP_EDTF_DAY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_span), cmocka_unit_test(test_reduce)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
