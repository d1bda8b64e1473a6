#include "codec/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct dep_decimal of(const char *text)
{
    struct dep_decimal out = {0};
    if (!dep_decimal_parse(dep_slice_string(text), &out))
        fail_msg("%s isn't a decimal", text);
    return out;
}

static void test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"1000.5", true},
        {"0", true},
        {"-0.000000001", true},
        {"999999999999999999.999999999", true},
        {"", false},
        {"-", false},
        {"-0", false},
        {"-0.00", false},
        {"+1", false},
        {"01", false},
        {".5", false},
        {"5.", false},
        {"1e9", false},
        {"1E9", false},
        {"NaN", false},
        {"Infinity", false},
        {"1,000", false},
        {"1 000", false},
        {"1'000", false},
        {"0x10", false},
        {"1.0.0", false},
        {" 1", false},
        {"1 ", false},
        {"\xd9\xa1", false}, /* an Arabic digit: edges turn them into ours */
        {"1000000000000000000", false},
        {"1.0000000001", false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_decimal out = {77};
        if (dep_decimal_parse(dep_slice_string(rows[i].text), &out) != rows[i].good)
            fail_msg("%s", rows[i].text);
        if (!rows[i].good)
            assert_true(out.nano == 77);
    }
    assert_false(dep_decimal_parse(dep_slice_of("1\0002", 3), &(struct dep_decimal){0}));
}

static void test_encode(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned places;
        const char *shown;
    } rows[] = {
        {"59400", 2, "59400.00"},
        {"59400", 0, "59400"},
        {"1.5", 2, "1.50"},
        {"1.505", 2, "1.505"},
        {"0.000000001", 0, "0.000000001"},
        {"-0.5", 0, "-0.5"},
        {"-12", 2, "-12.00"},
        {"0", 2, "0.00"},
        {"0", 0, "0"},
        {"1.500000000", 2, "1.50"},
        {"999999999999999999.999999999", 9, "999999999999999999.999999999"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char out[DEP_DECIMAL_ROOM];
        assert_string_equal(dep_decimal_encode(of(rows[i].text), rows[i].places, out),
                            rows[i].shown);
    }
    /* The longest that a sum may grow to. */
    char out[DEP_DECIMAL_ROOM];
    struct dep_decimal sum = of("-999999999999999999.999999999"), none;
    for (int i = 0; i < 29; i++)
        assert_true(dep_decimal_add(sum, sum, &sum));
    assert_int_equal(strlen(dep_decimal_encode(sum, 9, out)), 1 + 27 + 1 + 9);
    none = sum;
    assert_false(dep_decimal_add(sum, sum, &none));
    assert_true(none.nano == sum.nano);
}

static void test_multiply(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned places;
        const char *product;
    } rows[] = {
        {"50000", "1.188", 2, "59400"}, /* EUR to USD */
        {"1000000", "0.244", 2, "244000"},
        {"0.5", "1", 0, "0"}, /* halves to the even one */
        {"1.5", "1", 0, "2"},
        {"2.5", "1", 0, "2"},
        {"-2.5", "1", 0, "-2"},
        {"-3.5", "1", 0, "-4"},
        {"2.500000001", "1", 0, "3"},
        {"2.5", "1.000000001", 0, "3"}, /* more than a half by what is behind the ninth decimal */
        {"0.000000001", "0.5", 9, "0"},
        {"0.000000003", "0.5", 9, "0.000000002"},
        {"0.000000003", "0.500000001", 9, "0.000000002"},
        {"0.000000001", "0.500000001", 9, "0.000000001"},
        {"999999999.999999999", "999999999.999999999", 9, "999999999999999998.000000000"},
        {"1", "0", 2, "0"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_decimal one = {0}, other = {0};
        assert_true(dep_decimal_multiply(of(rows[i].a), of(rows[i].b), rows[i].places, &one));
        assert_true(dep_decimal_multiply(of(rows[i].b), of(rows[i].a), rows[i].places, &other));
        if (dep_decimal_compare(one, of(rows[i].product)) != 0)
            fail_msg("%s times %s", rows[i].a, rows[i].b);
        assert_int_equal(dep_decimal_compare(one, other), 0);
    }
    struct dep_decimal out = {77}, most = of("999999999999999999.999999999");
    assert_false(dep_decimal_multiply(most, most, 2, &out));
    assert_true(out.nano == 77);
}

/* Properties: what is written reads as the same; sums in any order; a product by parts. */
static void test_properties(void **state)
{
    (void)state;
    uint64_t seed = 20210330;
    struct dep_decimal forward = {0}, backward = {0}, drawn[1000];
    for (size_t i = 0; i < DEP_COUNT(drawn); i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        dep_int128 nano = (dep_int128)(seed >> 1) * (int)(seed % 99991);
        drawn[i].nano = seed & 1024 ? nano : -nano;
        char text[DEP_DECIMAL_ROOM];
        struct dep_decimal again = {0};
        (void)dep_decimal_encode(drawn[i], (unsigned)(i % 10), text);
        assert_true(dep_decimal_parse(dep_slice_string(text), &again));
        assert_int_equal(dep_decimal_compare(again, drawn[i]), 0);
        struct dep_decimal thrice = {0}, product = {0};
        assert_true(dep_decimal_add(drawn[i], drawn[i], &thrice));
        assert_true(dep_decimal_add(thrice, drawn[i], &thrice));
        assert_true(dep_decimal_multiply(drawn[i], of("3"), 9, &product));
        assert_int_equal(dep_decimal_compare(product, thrice), 0);
    }
    for (size_t i = 0; i < DEP_COUNT(drawn); i++) {
        assert_true(dep_decimal_add(forward, drawn[i], &forward));
        assert_true(dep_decimal_add(backward, drawn[DEP_COUNT(drawn) - 1 - i], &backward));
    }
    assert_int_equal(dep_decimal_compare(forward, backward), 0);
}

static void test_currencies(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int places;
    } rows[] = {{"USD", 2}, {"EUR", 2},   {"PLN", 2}, {"ZWL", 2},  {"AED", 2},
                {"JPY", 0}, {"IQD", 3},   {"UYW", 4}, {"usd", -1}, {"XYZ", -1},
                {"US", -1}, {"USDX", -1}, {"", -1},   {"D E", -1}, {"ED ", -1}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        assert_int_equal(dep_currency_places(dep_slice_string(rows[i].code)), rows[i].places);
}

static void test_degrees(void **state)
{
    (void)state;
    enum { UNTOUCHED = 77 };
    static const struct {
        const char *text;
        unsigned most;
        size_t decimals; /* UNTOUCHED: refused */
    } rows[] = {
        {"33.31284", 90, 5}, {"-33.3", 90, 1},     {"0", 90, 0},      {"-0.0", 90, 1},
        {"90", 90, 0},       {"-90.00", 90, 2},    {"180.0", 180, 1}, {"33.3128400000001", 90, 13},
        {"90.1", 90, 77},    {"-90.0001", 90, 77}, {"91", 90, 77},    {"180.1", 180, 77},
        {"1000", 180, 77},   {"", 90, 77},         {"-", 90, 77},     {".5", 90, 77},
        {"5.", 90, 77},      {"+5", 90, 77},       {"33,3", 90, 77},  {"33.3N", 90, 77},
        {"33 18", 90, 77},   {"3.3.1", 90, 77},    {"3e1", 90, 77},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        size_t decimals = UNTOUCHED;
        bool good = dep_degrees_parse(dep_slice_string(rows[i].text), rows[i].most, &decimals);
        if (good != (rows[i].decimals != UNTOUCHED) || decimals != rows[i].decimals)
            fail_msg("%s", rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),      cmocka_unit_test(test_encode),
        cmocka_unit_test(test_multiply),   cmocka_unit_test(test_properties),
        cmocka_unit_test(test_currencies), cmocka_unit_test(test_degrees),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
