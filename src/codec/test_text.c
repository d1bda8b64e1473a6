/*
 * Base64, Bech32 and the small text forms.
 */
#include "codec/base64.h"
#include "codec/bech32.h"
#include "codec/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_base64(void **state)
{
    (void)state;
    static const struct {
        enum dep_base64 kind;
        const char *text, *bytes;
        bool good;
    } rows[] = {
        {DEP_BASE64_STD, "Zm9vYmE=", "fooba", true},
        {DEP_BASE64_STD, "Zm9vYmE", NULL, false},
        {DEP_BASE64_STD, "Zm9vYmF=", NULL, false},
        {DEP_BASE64_STD, "Zm9vYg==", "foob", true},
        {DEP_BASE64_STD, "Zm9vYg=", NULL, false},
        {DEP_BASE64_STD, "Zm9vYh==", NULL, false},
        {DEP_BASE64_STD, "Zm9v\n", NULL, false},
        {DEP_BASE64_STD, "Zm9v====", NULL, false},
        {DEP_BASE64_STD_RAW, "Zm9vYmE", "fooba", true},
        {DEP_BASE64_STD_RAW, "Zm9vYmE=", NULL, false},
        {DEP_BASE64_URL, "__-_", "\xff\xff\xbf", true},
        {DEP_BASE64_URL, "//+/", NULL, false},
        {DEP_BASE64_STD, "//+/", "\xff\xff\xbf", true},
        {DEP_BASE64_URL, "A", NULL, false},
        {DEP_BASE64_URL, "", "", true},
        {DEP_BASE64_URL, "Zm9\xf6", NULL, false},
        {DEP_BASE64_URL, "Zm9vYm\xc5", NULL, false},
        {DEP_BASE64_URL, "Zm9vY\xe7", NULL, false},
        {DEP_BASE64_URL, "Zm9vYmF", NULL, false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF out, again;
        dep_buf_init(&out, 64);
        dep_buf_init(&again, 64);
        assert_int_equal(dep_base64_valid(rows[i].kind, dep_slice_string(rows[i].text)),
                         rows[i].good);
        assert_int_equal(dep_base64_parse(rows[i].kind, dep_slice_string(rows[i].text), &out),
                         rows[i].good);
        if (!rows[i].good) {
            assert_int_equal(out.len, 0);
            continue;
        }
        assert_true(dep_slice_equal_string(dep_buf_slice(&out), rows[i].bytes));
        dep_base64_encode(rows[i].kind, dep_buf_slice(&out), &again);
        assert_true(dep_slice_equal_string(dep_buf_slice(&again), rows[i].text));
    }
}

static void test_base64_exact(void **state)
{
    (void)state;
    uint8_t out[3] = {7, 7, 7};
    assert_false(dep_base64_parse_exact(DEP_BASE64_STD, DEP_SLICE_LITERAL("Zm9vYg=="), out, 3));
    assert_false(dep_base64_parse_exact(DEP_BASE64_STD, DEP_SLICE_LITERAL("Zm8="), out, 3));
    assert_int_equal(out[0], 7);
    assert_true(dep_base64_parse_exact(DEP_BASE64_STD, DEP_SLICE_LITERAL("Zm9v"), out, 3));
    assert_memory_equal(out, "foo", 3);
}

static void test_bech32(void **state)
{
    (void)state;
    static const char good[] = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
    static const struct {
        size_t at;
        char to;
        const char *id;
    } edits[] = {{61, 'k', "bech32.checksum"},
                 {10, 'b', "bech32.digit"},
                 {10, 'Q', "bech32.case"},
                 {0, 'b', "bech32.prefix"},
                 {3, 'q', "bech32.prefix"}};
    uint8_t out[32];
    struct dep_finding why;
    assert_int_equal(dep_bech32_parse(dep_slice_string(good), "age", out, 32, &why), DEP_OK);
    DEP_AUTO_BUF again;
    dep_buf_init(&again, 128);
    assert_int_equal(dep_bech32_encode("age", dep_slice_of(out, 32), false, &again), DEP_OK);
    assert_true(dep_slice_equal_string(dep_buf_slice(&again), good));
    for (size_t i = 0; i < DEP_COUNT(edits); i++) {
        char bad[sizeof good];
        memcpy(bad, good, sizeof good);
        bad[edits[i].at] = edits[i].to;
        uint8_t kept[32] = {9};
        assert_int_equal(dep_bech32_parse(dep_slice_string(bad), "age", kept, 32, &why), DEP_FOUND);
        assert_string_equal(why.id, edits[i].id);
        assert_int_equal(kept[0], 9);
    }
    assert_int_equal(dep_bech32_parse(dep_slice_of(good, sizeof good - 2), "age", out, 32, &why),
                     DEP_FOUND);
    assert_string_equal(why.id, "bech32.len");
    /* The same bytes with a bit set behind them, and the checksum of that. */
    assert_int_equal(
        dep_bech32_parse(
            DEP_SLICE_LITERAL("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73epp9g8nq"),
            "age", out, 32, &why),
        DEP_FOUND);
    assert_string_equal(why.id, "bech32.padding");
}

struct valid_row {
    const char *text;
    bool good;
};

static void check_rows(const struct valid_row *rows, size_t count,
                       bool (*valid)(struct dep_slice text))
{
    for (size_t i = 0; i < count; i++)
        if (valid(dep_slice_string(rows[i].text)) != rows[i].good)
            fail_msg("%s", rows[i].text);
}

static void test_utf8(void **state)
{
    (void)state;
    static const struct valid_row rows[] = {{"a\xc3\xa9\xe0\xa4\x85\xf0\x9f\x98\x80", true},
                                            {"\xc0\xaf", false},
                                            {"\xed\xa0\x80", false},
                                            {"\xf4\x90\x80\x80", false},
                                            {"\xc3", false},
                                            {"\x80", false},
                                            {"\xf5\x80\x80\x80", false},
                                            {"", true}};
    check_rows(rows, DEP_COUNT(rows), dep_utf8_valid);
}

static void test_missing_days(void **state)
{
    (void)state;
    static const struct valid_row rows[] = {
        {"2021-02-31", true},
        {"2021-02-29", true},
        {"2024-02-29", false},
        {"2021-04-31", true},
        {"2021-04-30", false},
        {"2021-02-31?", true},
        {"2021-02-31T10:00:00Z", true},
        {"2021-02-28T25:00:00Z", false}, /* the day there is */
        {"2021-02-01/2021-02-30", true},
        {"2021-02-30/..", true},
        {"2021-02-01/2021-02-28", false},
        {"2021-02-32", false}, /* no month has it: not how a day is written */
        {"2021-13-31", false},
        {"2021-02-310", false},
        {"2021-02", false},
        {"31.2.2021", false},
        {"", false},
        {"/", false},
    };
    check_rows(rows, DEP_COUNT(rows), dep_day_missing);
}

static void test_edtf(void **state)
{
    (void)state;
    static const struct valid_row rows[] = {
        {"2026-11-24", true},
        {"2026-11", true},
        {"2026", true},
        {"2026-11-24T10:00:00Z", true},
        {"2026-11-24T10:00:00+03:00", true},
        {"2026-11-24T10:00:00", true},
        {"201X", true},
        {"2026-XX", true},
        {"2026-11-XX", true},
        {"2026?", true},
        {"2026-11~", true},
        {"2026-11-24%", true},
        {"2026-21", true},
        {"2026-11/2026-12", true},
        {"2026-11/..", true},
        {"../2026", true},
        {"Y17000", true},
        {"-0044", true},
        {"2026-13", false},
        {"2026-02-30", false},
        {"2024-02-29", true},
        {"2026-11-24T25:00:00Z", false},
        {"../..", false},
        {"", false},
        {"yesterday", false},
        {"2026-1", false},
        {"2026-25", false},
        {"2026-11-24 10:00", false},
        {"20X6", false},
    };
    check_rows(rows, DEP_COUNT(rows), dep_edtf_valid);
}

static void test_lang(void **state)
{
    (void)state;
    static const struct valid_row rows[] = {{"ar", true},  {"fr-CA", true},  {"ku-Arab-IQ", true},
                                            {"und", true}, {"a", false},     {"ar-", false},
                                            {"", false},   {"ar_IQ", false}, {"123", false}};
    check_rows(rows, DEP_COUNT(rows), dep_lang_valid);
}

static void test_uuid(void **state)
{
    (void)state;
    static const uint8_t random[10] = {0xff, 1, 0xff, 3, 4, 5, 6, 7, 8, 9};
    char text[DEP_UUID_LEN + 1];
    dep_uuid7_encode(UINT64_C(0x0123456789ab), random, text);
    assert_string_equal(text, "01234567-89ab-7f01-bf03-040506070809");
    static const struct valid_row rows[] = {{"01234567-89ab-7f01-bf03-040506070809", true},
                                            {"01234567-89ab-4f01-bf03-040506070809", false},
                                            {"01234567-89ab-7f01-cf03-040506070809", false},
                                            {"01234567-89AB-7f01-bf03-040506070809", false},
                                            {"0123456789ab-7f01-bf03-0405060708090", false}};
    check_rows(rows, DEP_COUNT(rows), dep_uuid7_valid);
}

static void test_time(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int64_t unix_s;
    } rows[] = {
        {"1970-01-01T00:00:00Z", true, 0},
        {"2026-11-24T09:15:17Z", true, 1795511717},
        {"2026-11-24T12:15:17+03:00", true, 1795511717},
        {"2024-02-29T23:59:59.5Z", true, 1709251199},
        {"2023-02-29T00:00:00Z", false, 0},
        {"2026-11-24T09:15:17", false, 0},
        {"2026-11-24 09:15:17Z", false, 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        int64_t unix_s = -7;
        assert_int_equal(dep_time_parse(dep_slice_string(rows[i].text), &unix_s, NULL),
                         rows[i].good);
        assert_int_equal(unix_s, rows[i].good ? rows[i].unix_s : -7);
    }
    char text[21];
    dep_time_encode(1795511717, text);
    assert_string_equal(text, "2026-11-24T09:15:17Z");
    dep_time_encode(INT64_C(253402300799), text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
}

static void test_percent(void **state)
{
    (void)state;
    static const struct valid_row rows[] = {{"a%20b", true},     {"a b", false}, {"%2", false},
                                            {"%2g", false},      {"%41", false}, {"%2a", false},
                                            {"%FF%0A%25", true}, {"%00", true}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF out, again;
        dep_buf_init(&out, 64);
        dep_buf_init(&again, 64);
        dep_buf_add_byte(&out, '!');
        assert_int_equal(dep_percent_parse(dep_slice_string(rows[i].text), &out), rows[i].good);
        if (!rows[i].good) {
            assert_int_equal(out.len, 1);
            continue;
        }
        dep_percent_encode(dep_slice_sub(dep_buf_slice(&out), 1, out.len - 1), &again);
        assert_true(dep_slice_equal_string(dep_buf_slice(&again), rows[i].text));
    }
}

static void test_shown(void **state)
{
    (void)state;
    DEP_AUTO_BUF out, digits;
    dep_buf_init(&out, 256);
    dep_buf_init(&digits, 64);
    dep_text_show(DEP_SLICE_LITERAL("a\nb\xff\xe2\x80\xae\xd8\xb9"), &out);
    assert_true(dep_slice_equal_string(dep_buf_slice(&out), "a\\x0Ab\\xFF\\xE2\\x80\\xAE\xd8\xb9"));
    dep_digits_ascii(DEP_SLICE_LITERAL("\xd9\xa2\xd9\xa0\xdb\xb2\xdb\xb6\xd9\xab\xd9\xa1x\xd9\xac"),
                     &digits);
    assert_true(dep_slice_equal_string(dep_buf_slice(&digits), "2026.1x\xd9\xac"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64),       cmocka_unit_test(test_base64_exact),
        cmocka_unit_test(test_bech32),       cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_missing_days), cmocka_unit_test(test_edtf),
        cmocka_unit_test(test_lang),         cmocka_unit_test(test_uuid),
        cmocka_unit_test(test_time),         cmocka_unit_test(test_percent),
        cmocka_unit_test(test_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
