#include "report/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_rows(void **state)
{
    (void)state;
    static const struct {
        const char *field, *written;
    } rows[] = {
        {"plain", "plain"},
        {NULL, ""},
        {"", ""},
        {"a,b", "\"a,b\""},
        {"a;b", "\"a;b\""},
        {"say \"so\"", "\"say \"\"so\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"-12.50", "-12.50"},
        {"12", "12"},
        {"=1+1", "\"'=1+1\""},
        {"+33 1", "\"'+33 1\""},
        {"-x", "\"'-x\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\t=1", "\"'\t=1\""},
        {"\xd9\x86\xd8\xb5", "\xd9\x86\xd8\xb5"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF out, wanted;
        dep_buf_init(&out, 1024);
        dep_buf_init(&wanted, 1024);
        const char *fields[] = {"x", rows[i].field};
        dep_csv_row(&out, fields, DEP_COUNT(fields));
        dep_buf_add_string(&wanted, "x,");
        dep_buf_add_string(&wanted, rows[i].written);
        dep_buf_add_string(&wanted, "\r\n");
        if (!dep_slice_equal(dep_buf_slice(&out), dep_buf_slice(&wanted)))
            fail_msg("row %zu: %.*s", i, (int)out.len, (const char *)out.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
