/*
 * Canonical references: the good ones, and what is proposed for the others.
 */
#include "rules/instrument.h"
#include "rules/test_support.h"

static void test_valid(void **state)
{
    (void)state;
    static const char *const good[] = {
        "un:S/RES/2254",       "un:A/RES/71/248",
        "un:A/RES/3314(XXIX)", "un:S/2015/1053",
        "un:S/PRST/2020/12",   "eu:2012/642/CFSP",
        "treaty:UNTS-75-287",  "record:0197f3a0-1111-7222-8333-444455556666",
    };
    static const char *const bad[] = {
        "",
        "S/RES/2254",
        "un:",
        "un:S/RES/2254 (2015)",
        "un:S/RES/2254(2015)",
        "un:S/RES/2254/2015",
        "un:S/RES/02254",
        "un:S/RES/",
        "un:s/res/2254",
        "UN:S/RES/2254",
        "un:S//2254",
        "un:/S/RES/2254",
        "u:S/RES/2254",
        "un:A/RES/71/248/1",
        "a resolution of the Council",
        "record:",
        "record:2254",
        "record:0197F3A0-1111-7222-8333-444455556666",
        "averylongbodyname:A",
    };
    for (size_t i = 0; i < DEP_COUNT(good); i++)
        if (!dep_instrument_valid(dep_slice_string(good[i])))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < DEP_COUNT(bad); i++)
        if (dep_instrument_valid(dep_slice_string(bad[i])))
            fail_msg("%s", bad[i]);
    char lengthy[DEP_INSTRUMENT_LEN_MAX + 2] = "un:";
    memset(lengthy + 3, 'A', DEP_INSTRUMENT_LEN_MAX - 3);
    assert_true(dep_instrument_valid(dep_slice_string(lengthy)));
    lengthy[DEP_INSTRUMENT_LEN_MAX] = 'A';
    assert_false(dep_instrument_valid(dep_slice_string(lengthy)));
    assert_int_equal(dep_instrument_record(dep_slice_string(good[0])).len, 0);
    assert_int_equal(dep_instrument_record(dep_slice_string(good[DEP_COUNT(good) - 1])).len,
                     DEP_UUID_LEN);
}

static void test_propose(void **state)
{
    (void)state;
    static const struct {
        const char *text, *proposal; /* NULL: nothing suggests itself */
    } rows[] = {
        {"S/RES/2254 (2015)", "un:S/RES/2254"},
        {"s/res/2254", "un:S/RES/2254"},
        {"un:S/RES/02254", "un:S/RES/2254"},
        {"UN: s/res/2254(2015)", "un:S/RES/2254"},
        {"UNSCR 2254", "un:S/RES/2254"},
        {"unscr 2254 (2015)", "un:S/RES/2254"},
        {"A/RES/71/248", "un:A/RES/71/248"},
        {"EU:2012/642/cfsp", "eu:2012/642/CFSP"},
        {"", NULL},
        {"«resolution»", NULL},
        {"record:x", NULL},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF out;
        dep_buf_init(&out, DEP_INSTRUMENT_LEN_MAX);
        bool proposed = dep_instrument_propose(dep_slice_string(rows[i].text), &out);
        if (proposed != (rows[i].proposal != NULL) ||
            (proposed && !dep_slice_equal_string(dep_buf_slice(&out), rows[i].proposal)))
            fail_msg("%s: %s", rows[i].text, out.data ? (const char *)out.data : "");
        assert_true(proposed || out.len == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_valid),
                                       cmocka_unit_test(test_propose)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
