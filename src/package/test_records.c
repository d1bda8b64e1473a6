/*
 * A line of records.jsonl, and bag-info.txt: written, read, and one edit a refusal.
 */
#include "package/info.h"
#include "package/records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_line(void **state)
{
    (void)state;
    static const struct {
        const char *line, *id;
    } rows[] = {
        {"{\"index\":\"12\",\"sd_jwt\":\"a.b-_c.D0~d~\"}", ""},
        {"{\"index\":\"012\",\"sd_jwt\":\"a.b-_c.D0~d~\"}", "records.form"},
        {"{\"index\":12,\"sd_jwt\":\"a.b-_c.D0~d~\"}", "records.form"},
        {"{\"index\":\"\",\"sd_jwt\":\"a.b-_c.D0~d~\"}", "records.form"},
        {"{\"index\":\"-1\",\"sd_jwt\":\"a.b-_c.D0~d~\"}", "records.form"},
        {"{\"index\":\"9223372036854775808\",\"sd_jwt\":\"a.b-_c.D0~d~\"}", "records.form"},
        {"{\"index\": \"12\",\"sd_jwt\":\"a.b-_c.D0~d~\"}", "records.form"},
        {"{\"sd_jwt\":\"a.b-_c.D0~d~\",\"index\":\"12\"}", "records.form"},
        {"{\"index\":\"12\",\"sd_jwt\":\"\"}", "records.form"},
        {"{\"index\":\"12\",\"sd_jwt\":\"a.b-_c.D0~d~\"", "records.form"},
        {"{\"index\":\"12\",\"sd_jwt\":\"a.b-_c.D0~d~\"}}", "records.form"},
        {"{\"index\":\"12\",\"sd_jwt\":\"a.b-_c.D0~d~\"} ", "records.form"},
        {"{\"index\":\"12\",\"sd_jwt\":\"a.b-_c.D0~d~\"}\r", "records.form"},
        {"{\"index\":\"12\",\"sd_jwt\":\"a\\u0062.b\"}", "records.form"},
        {"{\"index\":\"12\",\"sd_jwt\":\"a\",\"x\":\"b\"}", "records.form"},
        {"{\"index\":\"12", "records.form"},
        {"{\"index\":\"12\",\"sd_jwt\":\"", "records.form"},
        {"", "records.form"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        uint64_t index = 77;
        struct dep_slice sd_jwt = {NULL, 0};
        struct dep_finding why = {"", "", 0};
        int err = dep_records_line_parse(dep_slice_string(rows[i].line), &index, &sd_jwt, &why);
        if (strcmp(why.id, rows[i].id) != 0)
            fail_msg("%s: %s", rows[i].line, why.id);
        assert_int_equal(err, rows[i].id[0] ? DEP_FOUND : DEP_OK);
        assert_int_equal(index, err ? 77 : 12);
        if (err) {
            assert_null(sd_jwt.data);
            continue;
        }
        DEP_AUTO_BUF again;
        dep_buf_init(&again, 1024);
        assert_int_equal(dep_records_line_encode(index, sd_jwt, &again), DEP_OK);
        dep_buf_add_byte(&again, 0);
        assert_memory_equal(again.data, rows[i].line, strlen(rows[i].line));
        assert_int_equal(again.len, strlen(rows[i].line) + 2);
        assert_int_equal(again.data[again.len - 2], '\n');
    }
}

static void test_line_refused(void **state)
{
    (void)state;
    static uint8_t text[DEP_RECORDS_LINE_MAX];
    struct dep_finding why = {"", "", 0};
    struct dep_slice sd_jwt;
    uint64_t index;
    memset(text, 'a', sizeof text);
    DEP_AUTO_BUF out;
    dep_buf_init(&out, 2 * DEP_RECORDS_LINE_MAX);
    dep_buf_add_string(&out, "before");
    assert_int_equal(dep_records_line_encode(0, dep_slice_of(text, sizeof text), &out),
                     DEP_ERR_CAP);
    assert_int_equal(dep_records_line_encode(0, dep_slice_string("a\"b"), &out), DEP_ERR_CAP);
    assert_int_equal(dep_records_line_encode(0, dep_slice_string(""), &out), DEP_ERR_CAP);
    assert_int_equal(out.len, 6);
    assert_int_equal(dep_records_line_parse(dep_slice_of(text, sizeof text), &index, &sd_jwt, &why),
                     DEP_FOUND);
    assert_string_equal(why.id, "records.len");
}

static void test_info(void **state)
{
    (void)state;
    static const char expected[] = "Source-Organization: iq\n"
                                   "Bagging-Date: 2026-11-25\n"
                                   "External-Identifier: 0190a2b4-7c1e-7abc-8def-0123456789ab\n"
                                   "Payload-Oxum: 12345.6\n"
                                   "Bag-Software-Agent: depositary 0.1.0\n"
                                   "Depositary-Package: 1\n"
                                   "Depositary-Kind: release\n";
    struct dep_package_info info = {.sender = "iq",
                                    .date_s = 1795651199, /* the last second of that day */
                                    .id = "0190a2b4-7c1e-7abc-8def-0123456789ab",
                                    .octets = 12345,
                                    .files = 6,
                                    .agent = DEP_SLICE_LITERAL("depositary 0.1.0"),
                                    .kind = DEP_PACKAGE_RELEASE};
    DEP_AUTO_BUF out;
    dep_buf_init(&out, DEP_PACKAGE_INFO_LEN_MAX);
    assert_int_equal(dep_package_info_encode(&info, &out), DEP_OK);
    assert_string_equal((const char *)out.data, expected);
    dep_buf_clear(&out);
    dep_buf_add_string(&out, "before");
    info.agent = DEP_SLICE_LITERAL("something 0.1.0");
    assert_int_equal(dep_package_info_encode(&info, &out), DEP_ERR_CAP);
    info.agent = DEP_SLICE_LITERAL("depositary 0.1.0\nPayload-Oxum: 1.1");
    assert_int_equal(dep_package_info_encode(&info, &out), DEP_ERR_CAP);
    /* What a terminal would obey. */
    info.agent = DEP_SLICE_LITERAL("depositary 0.1.0\033[2J");
    assert_int_equal(dep_package_info_encode(&info, &out), DEP_ERR_CAP);
    info.agent = DEP_SLICE_LITERAL("depositary 0.1.0\u202e");
    assert_int_equal(dep_package_info_encode(&info, &out), DEP_ERR_CAP);
    assert_int_equal(out.len, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_line),
                                       cmocka_unit_test(test_line_refused),
                                       cmocka_unit_test(test_info)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
