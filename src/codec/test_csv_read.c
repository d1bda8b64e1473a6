/*
 * Tables as spreadsheets save them: each row of tests differs in one respect from the first.
 */
#include "codec/csv_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Cells between bars, rows with their lines: "1|a|b|". */
static int read_all(struct dep_slice text, struct dep_buf *out, uint64_t *out_line,
                    struct dep_finding *why)
{
    DEP_AUTO_CSV csv = {.at = 0};
    int err = dep_csv_open(text, &csv, why);
    if (err)
        return err;
    for (;;) {
        struct dep_csv_row row;
        bool more = false;
        err = dep_csv_next(&csv, &row, &more, why);
        *out_line = csv.line;
        if (err || !more)
            return err;
        dep_buf_addf(out, "%d|", (int)row.line);
        for (size_t i = 0; i < row.count; i++) {
            dep_buf_add_slice(out, row.cells[i]);
            dep_buf_add_byte(out, '|');
        }
    }
}

static void test_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *read;
    } rows[] = {
        {"a,b\r\nc,d\r\n", "1|a|b|2|c|d|"},
        {"\xef\xbb\xbf"
         "a,b\r\nc,d\r\n",
         "1|a|b|2|c|d|"},                            /* byte order mark */
        {"a;b\r\nc;d\r\n", "1|a|b|2|c|d|"},          /* where the comma is decimal */
        {"a\tb\r\nc\td\r\n", "1|a|b|2|c|d|"},        /* pasted */
        {"sep=|\r\na|b\r\nc|d\r\n", "2|a|b|3|c|d|"}, /* stated */
        {"sep=;\na;b\nc;d", "2|a|b|3|c|d|"},         /* ... */
        {"a,b\nc,d", "1|a|b|2|c|d|"},                /* no last line end */
        {"a,b\rc,d\r", "1|a|b|2|c|d|"},              /* old */
        {"a,b\r\n,\r\n\r\nc,d\r\n", "1|a|b|4|c|d|"}, /* empty rows */
        {"a,b\r\nc,\r\n", "1|a|b|2|c||"},            /* an empty cell */
        {"\"a\",\"b\"\r\n\"c\",\"d\"\r\n", "1|a|b|2|c|d|"},
        {"a,b\r\n\"c\r\nc\",d\r\ne,f\r\n", "1|a|b|2|c\r\nc|d|4|e|f|"}, /* a line end in a cell */
        {"a,b\r\n\"c\nc\",d\r\ne,f\r\n", "1|a|b|2|c\nc|d|4|e|f|"},
        {"a,b\r\n\"c,c\",d\r\n", "1|a|b|2|c,c|d|"},
        {"a,b\r\n\"c\"\"c\",d\r\n", "1|a|b|2|c\"c|d|"},
        {"a,b\r\n\"\"\"\",d\r\n", "1|a|b|2|\"|d|"},
        {"\"a;b\",c\r\n", "1|a;b|c|"}, /* within quotes nothing separates */
        {"a,b,c;d\r\n", "1|a|b|c;d|"},
        {"\xd9\x86;b\r\n", "1|\xd9\x86|b|"},
        {" a , b \r\n", "1| a | b |"}, /* blanks are data */
        {"", ""},
        {"a", "1|a|"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF out;
        dep_buf_init(&out, 4096);
        struct dep_finding why;
        uint64_t line;
        dep_buf_add_string(&out, "");
        assert_int_equal(read_all(dep_slice_string(rows[i].text), &out, &line, &why), DEP_OK);
        dep_buf_add_byte(&out, 0);
        assert_string_equal((const char *)out.data, rows[i].read);
    }
}

/* What a spreadsheet calls "Unicode text", in either order; with what takes two, three and four
 * bytes in UTF-8, and a pair of surrogates. */
static void test_utf16(void **state)
{
    (void)state;
    static const char little[] = "\xff\xfe"
                                 "a\0\t\0\x46\x06\r\0\n\0\xac\x20\t\0\x3d\xd8\xa5\xdc";
    static const char read[] = "1|a|\xd9\x86|2|\xe2\x82\xac|\xf0\x9f\x92\xa5|";
    char big[sizeof little - 1];
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = little[i ^ 1];
    const struct dep_slice texts[] = {dep_slice_of(little, sizeof big),
                                      dep_slice_of(big, sizeof big)};
    for (size_t i = 0; i < DEP_COUNT(texts); i++) {
        DEP_AUTO_BUF out;
        dep_buf_init(&out, 4096);
        struct dep_finding why;
        uint64_t line;
        assert_int_equal(read_all(texts[i], &out, &line, &why), DEP_OK);
        dep_buf_add_byte(&out, 0);
        assert_string_equal((const char *)out.data, read);
        dep_alloc_fail_at(0);
        int err = read_all(texts[i], &out, &line, &why);
        dep_alloc_fail_at(-1);
        assert_int_equal(err, DEP_ERR_NOMEM);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *id;
        uint64_t line;
    } rows[] = {
        {"a,b\r\nc,\"d\r\ne,f\r\n", 15, "csv.open", 2},
        {"a,b\r\nc,\"d\"e\r\n", 13, "csv.quote", 2},
        {"a,b\r\nc,d\"e\"\r\n", 13, "csv.quote", 2},
        {"a,b\r\nc, \"d\"\r\n", 13, "csv.quote", 2},
        {"a,b\r\nc,\xff\r\n", 10, "csv.encoding", 0},
        {"\xff\xfe"
         "a\0,\0b",
         7, "csv.encoding", 0}, /* UTF-16 that ends in half a character */
        {"\xff\xfe"
         "a\0,\0\x3d\xd8",
         8, "csv.encoding", 0}, /* ... in half a pair */
        {"\xff\xfe"
         "a\0\x3d\xd8,\0",
         8, "csv.encoding", 0}, /* half a pair */
        {"\xff\xfe"
         "a\0\xa5\xdc,\0",
         8, "csv.encoding", 0},                   /* the other half */
        {"\xff\xfe\0\0a\0\0\0", 8, "csv.nul", 0}, /* UTF-32 */
        {"a\0,\0b\0", 6, "csv.nul", 0},           /* UTF-16 that doesn't say so */
        {"a,b\r\nc,\0\r\n", 10, "csv.nul", 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF out;
        dep_buf_init(&out, 4096);
        struct dep_finding why = {"", "", 0};
        uint64_t line = 0;
        assert_int_equal(read_all(dep_slice_of(rows[i].text, rows[i].len), &out, &line, &why),
                         DEP_FOUND);
        assert_string_equal(why.id, rows[i].id);
        assert_int_equal(line, rows[i].line);
    }
}

static void test_caps(void **state)
{
    (void)state;
    DEP_AUTO_BUF text, out;
    dep_buf_init(&text, 4 * DEP_CSV_ROW_MAX);
    dep_buf_init(&out, 4 * DEP_CSV_ROW_MAX);
    struct dep_finding why = {"", "", 0};
    uint64_t line;
    for (int i = 1; i < DEP_CSV_COLUMNS_MAX; i++)
        dep_buf_add_byte(&text, ',');
    dep_buf_add_byte(&text, 'x');
    assert_int_equal(read_all(dep_buf_slice(&text), &out, &line, &why), DEP_OK);
    dep_buf_add_byte(&text, ',');
    assert_int_equal(read_all(dep_buf_slice(&text), &out, &line, &why), DEP_FOUND);
    assert_string_equal(why.id, "csv.wide");
    dep_buf_clear(&text);
    for (int i = 0; i <= DEP_CSV_ROW_MAX; i++)
        dep_buf_add_byte(&text, 'x');
    assert_int_equal(read_all(dep_buf_slice(&text), &out, &line, &why), DEP_FOUND);
    assert_string_equal(why.id, "csv.wide");
    /* An allocation that fails is a fault, and nothing was read. */
    dep_alloc_fail_at(0);
    int err = read_all(DEP_SLICE_LITERAL("a,b"), &text, &line, &why);
    dep_alloc_fail_at(-1);
    assert_int_equal(err, DEP_ERR_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_caps),
    };
    return cmocka_run_group_tests_name("csv_read", tests, NULL, NULL);
}
