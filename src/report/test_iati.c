/*
 * IATI: rows that differ in one respect from a file that is read whole; what is refused; what isn't
 * taken over.
 */
#include "report/iati.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ACTIVITY(id, body)                                                                         \
    "<iati-activity default-currency=\"USD\" xml:lang=\"fr\"><iati-identifier> " id                \
    " </iati-identifier><reporting-org ref=\"BE-1\" type=\"10\"/>" body "</iati-activity>"
#define FILE_OF(body) "<iati-activities version=\"2.03\">" body "</iati-activities>"
#define FLOW(attributes, code, date, value, more)                                                  \
    "<transaction" attributes "><transaction-type code=\"" code                                    \
    "\"/><transaction-date iso-date=\"" date "\"/>" value more "</transaction>"
#define VALUE "<value value-date=\"2021-06-01\">100.50</value>"
#define TO "<receiver-org ref=\"XM-UNDP\"/>"
#define GOOD FLOW(" ref=\"T1\"", "3", "2021-06-01", VALUE, TO)

struct read {
    struct dep_import import;
    struct dep_iati iati;
    struct dep_problem problem;
    int err;
};

static struct read read_text(const char *text, size_t len)
{
    struct read read = {.import.type = "flow.recorded", .problem.detail = ""};
    read.err = dep_iati_read(dep_slice_of(text, len), &read.import, &read.iati, &read.problem);
    return read;
}

static void read_done(struct read *read)
{
    dep_import_done(&read->import);
    dep_iati_done(&read->iati);
}

/* The claims of the only row, sorted; after a bar the finding where it is bad. */
static void row_text(const struct read *read, struct dep_buf *out)
{
    assert_int_equal(read->err, DEP_OK);
    assert_int_equal(read->import.count, 1);
    const struct dep_import_row *row = &read->import.rows[0];
    assert_int_equal(dep_json_encode_sorted(row->claims, out), DEP_OK);
    if (row->problem)
        dep_buf_addf(out, "|%s", row->problem->finding.id);
}

static void test_rows(void **state)
{
    (void)state;
#define ROW(amount, currency, kind, on, provider, receiver, reference, side, more)                 \
    "{\"amount\":\"" amount "\"," more "\"currency\":\"" currency "\",\"kind\":\"" kind            \
    "\",\"on\":\"" on "\",\"provider\":\"" provider                                                \
    "\",\"qualifier\":\"exact\",\"receiver\":\"" receiver "\",\"reference\":\"" reference          \
    "\",\"side\":\"" side "\"}"
#define AS_GOOD(amount, more)                                                                      \
    ROW(amount, "USD", "payment", "2021-06-01", "BE-1", "XM-UNDP", "A.T1", "provider", more)
#define COMMENT(text, lang) "\"comment\":{\"lang\":\"" lang "\",\"text\":\"" text "\"},"
    static const struct {
        const char *flow, *row;
    } rows[] = {
        {GOOD, AS_GOOD("100.50", "")},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01", "<value> +0100.50\n</value>", TO),
         AS_GOOD("100.50", "")},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01", "<value>.5</value>", TO), AS_GOOD("0.5", "")},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01", "<value>-0.0</value>", TO), AS_GOOD("0.0", "")},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01", "<value>-7.</value>", TO), AS_GOOD("-7", "")},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01", "<value>1e9</value>", TO), AS_GOOD("1e9", "")},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01", "<value>1,000</value>", TO), AS_GOOD("1,000", "")},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01Z", VALUE, TO), AS_GOOD("100.50", "")},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01+02:00", VALUE, TO), AS_GOOD("100.50", "")},
        {FLOW(" ref=\"T1\"", "4", "2021-06-01", VALUE, TO), AS_GOOD("100.50", "")},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01",
              VALUE "<description><narrative>l&#8217;aide &amp; "
                    "co</narrative></description>",
              TO),
         AS_GOOD("100.50", COMMENT("l\u2019aide & co", "fr"))},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01",
              VALUE "<description><narrative "
                    "xml:lang=\"en\">aid</narrative><narrative>aide</narrative></description>",
              TO),
         AS_GOOD("100.50", COMMENT("aid", "en"))},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01",
              VALUE "<description><narrative xml:lang=\"en\"/><narrative>aide</narrative>"
                    "</description><description><narrative>b</narrative></description>",
              TO),
         AS_GOOD("100.50", "")},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01", "<value>1<x/>00<!-- x -->.50</value>", TO),
         AS_GOOD("100.50", "")},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01",
              VALUE "<value currency=\"EUR\" value-date=\"2021-06-01\">7</value>",
              TO "<transaction-date iso-date=\"2021-07-01\"/><transaction-type code=\"2\"/>"
                 "<provider-org ref=\"BE-1\"/><provider-org ref=\"FR-1\"/>"),
         AS_GOOD("100.50", "")},
        {FLOW(" ref=\"T1\"", "3", "2021-06-01", "<value currency=\"EUR\">1</value>", TO),
         ROW("1", "EUR", "payment", "2021-06-01", "BE-1", "XM-UNDP", "A.T1", "provider", "")},
        {FLOW(" ref=\"T1\"", "2", "2021-06-01", VALUE, TO),
         ROW("100.50", "USD", "commitment", "2021-06-01", "BE-1", "XM-UNDP", "A.T1", "provider",
             "")},
        {FLOW(" ref=\"T1\"", "12", "2021-06-01", VALUE, TO),
         ROW("100.50", "USD", "pledge", "2021-06-01", "BE-1", "XM-UNDP", "A.T1", "provider", "")},
        {FLOW(" ref=\"T1\"", "11", "2021-06-01", VALUE, "<provider-org ref=\"FR-1\"/>"),
         ROW("100.50", "USD", "commitment", "2021-06-01", "FR-1", "BE-1", "A.T1", "receiver", "")},
        {FLOW(" ref=\"T1\"", "1", "2021-06-01", VALUE, "<provider-org ref=\"FR-1\"/>"),
         ROW("100.50", "USD", "payment", "2021-06-01", "FR-1", "BE-1", "A.T1", "receiver", "")},
        {FLOW(" ref=\"T 1\"", "3", "2021-06-01", VALUE, TO),
         ROW("100.50", "USD", "payment", "2021-06-01", "BE-1", "XM-UNDP",
             "iati-f63cac0c258a63e34ffb6e85b199a84d", "provider", "")},
        {FLOW("", "3", "2021-06-01", VALUE, TO),
         ROW("100.50", "USD", "payment", "2021-06-01", "BE-1", "XM-UNDP", "A.e4ba71494859953f-1",
             "provider", "")},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF text, row;
        dep_buf_init(&text, 1 << 16);
        dep_buf_init(&row, 1 << 16);
        dep_buf_addf(&text, FILE_OF(ACTIVITY("A", "%s")), rows[i].flow);
        struct read read = read_text((const char *)text.data, text.len);
        row_text(&read, &row);
        if (strcmp((const char *)row.data, rows[i].row) != 0)
            fail_msg("row %zu:\n%s\n%s", i, (const char *)row.data, rows[i].row);
        read_done(&read);
    }
}

static void test_bad_rows(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id, *detail;
    } rows[] = {
        {FILE_OF(ACTIVITY("A", FLOW("", "3", "2021-06-01", VALUE, ""))), "iati.organisation",
         "receiver-org"},
        {FILE_OF(ACTIVITY("A", FLOW("", "3", "2021-06-01", VALUE, "<receiver-org ref=\"a b\"/>"))),
         "iati.organisation", "receiver-org"},
        {FILE_OF(ACTIVITY("A", FLOW("", "1", "2021-06-01", VALUE, TO))), "iati.organisation",
         "provider-org"},
        {FILE_OF(ACTIVITY("", GOOD)), "iati.activity", ""},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct read read = read_text(rows[i].text, strlen(rows[i].text));
        assert_int_equal(read.err, DEP_OK);
        assert_int_equal(read.import.count, 1);
        assert_int_equal(read.import.rows[0].is, DEP_IMPORT_BAD);
        assert_string_equal(read.import.rows[0].problem->finding.id, rows[i].id);
        assert_string_equal(read.import.rows[0].problem->detail, rows[i].detail);
        read_done(&read);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id, *line;
    } rows[] = {
        {"", "iati.xml", "0"},
        {"<iati-activities version=\"2.03\"", "iati.xml", "1"},
        {"<iati-activities version=\"2.03\">\n<iati-activity>\n</iati-activities>", "iati.xml",
         "3"},
        {FILE_OF("") "x", "iati.xml", "1"},
        {FILE_OF("&nbsp;"), "iati.xml", "1"},
        {FILE_OF("\xff"), "iati.xml", "1"},
        {"<?xml version=\"1.0\" encoding=\"x-none\"?>" FILE_OF(""), "iati.xml", "1"},
        {"<!DOCTYPE iati-activities [<!ENTITY a \"b\">]>" FILE_OF("&a;"), "iati.doctype", "1"},
        {"<!DOCTYPE iati-activities SYSTEM \"http://example.org/a.dtd\">" FILE_OF(""),
         "iati.doctype", "1"},
        {"<iati-activities version=\"1.05\"/>", "iati.root", "1"},
        {"<iati-activities/>", "iati.root", "1"},
        {"<iati-organisations version=\"2.03\"/>", "iati.root", "1"},
        {"<iati-activities version=\"2.03\" xmlns=\"urn:other\"/>", "iati.root", "1"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct read read = read_text(rows[i].text, strlen(rows[i].text));
        if (read.err != DEP_FOUND || strcmp(read.problem.finding.id, rows[i].id) != 0 ||
            strcmp(read.problem.detail, rows[i].line) != 0)
            fail_msg("row %zu: %d %s %s", i, read.err, read.problem.finding.id,
                     read.problem.detail);
        assert_null(read.iati.left);
        read_done(&read);
    }
}

static void test_caps(void **state)
{
    (void)state;
    for (int depth = DEP_IATI_DEPTH_MAX - 1; depth <= DEP_IATI_DEPTH_MAX; depth++) {
        DEP_AUTO_BUF text;
        dep_buf_init(&text, 1 << 20);
        dep_buf_add_string(&text, "<iati-activities version=\"2.03\">");
        for (int i = 0; i < depth; i++)
            dep_buf_add_string(&text, "<a>");
        for (int i = 0; i < depth; i++)
            dep_buf_add_string(&text, "</a>");
        dep_buf_add_string(&text, "</iati-activities>");
        struct read read = read_text((const char *)text.data, text.len);
        assert_int_equal(read.err, depth < DEP_IATI_DEPTH_MAX ? DEP_OK : DEP_FOUND);
        if (read.err)
            assert_string_equal(read.problem.finding.id, "iati.deep");
        read_done(&read);
    }
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1 << 20);
    dep_buf_add_string(&text, "<iati-activities version=\"2.03\"><iati-activity><iati-identifier>");
    for (int i = 0; i <= DEP_IATI_TEXT_MAX; i++)
        dep_buf_add_byte(&text, 'a');
    dep_buf_add_string(&text, "</iati-identifier></iati-activity></iati-activities>");
    struct read read = read_text((const char *)text.data, text.len);
    assert_int_equal(read.err, DEP_FOUND);
    assert_string_equal(read.problem.finding.id, "iati.long");
    read_done(&read);
}

/* The same file in other encodings is the same rows. */
static void test_encodings(void **state)
{
    (void)state;
    static const struct {
        const char *head, *name;
        size_t name_len;
    } rows[] = {
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "\xc3\xa9t\xc3\xa9", 5},
        {"<?xml version=\"1.0\"?>", "\xc3\xa9t\xc3\xa9", 5},
        {"\xef\xbb\xbf<?xml version=\"1.0\"?>", "\xc3\xa9t\xc3\xa9", 5},
        {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>", "\xe9t\xe9", 3},
        {"<?xml version=\"1.0\" encoding=\"windows-1252\"?>", "\xe9t\xe9", 3},
        {"<?xml version=\"1.0\" encoding=\"cp850\"?>", "\x82t\x82", 3},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF text;
        dep_buf_init(&text, 1 << 16);
        dep_buf_addf(&text,
                     "%s<iati-activities version=\"2.03\"><iati-activity><iati-identifier>A"
                     "</iati-identifier><transaction><transaction-type code=\"3\"/>"
                     "<description><narrative>",
                     rows[i].head);
        dep_buf_add(&text, rows[i].name, rows[i].name_len);
        dep_buf_add_string(&text, "</narrative></description></transaction></iati-activity>"
                                  "</iati-activities>");
        for (int wide = 0; wide < (i == 1 ? 2 : 1); wide++) {
            DEP_AUTO_BUF utf16;
            dep_buf_init(&utf16, 1 << 16);
            dep_buf_add(&utf16, "\xff\xfe", 2);
            for (size_t at = 0; at < text.len; at++) { /* U+00E9 is all that isn't ASCII */
                bool accent = text.data[at] == 0xc3;
                dep_buf_add_byte(&utf16, accent ? text.data[++at] + 0x40 : text.data[at]);
                dep_buf_add_byte(&utf16, 0);
            }
            const struct dep_buf *bytes = wide ? &utf16 : &text;
            struct read read = read_text((const char *)bytes->data, bytes->len);
            if (read.err || read.import.count != 1)
                fail_msg("row %zu: %s", i, read.problem.finding.id);
            const json_t *comment = dep_json_object(read.import.rows[0].claims, "comment");
            assert_string_equal(dep_json_string(comment, "text"), "\u00e9t\u00e9");
            read_done(&read);
        }
    }
}

static uint64_t left_of(const struct dep_iati *iati, const char *path)
{
    for (size_t i = 0; i < iati->left_count; i++)
        if (strcmp(iati->left[i].path, path) == 0)
            return iati->left[i].count;
    return 0;
}

static void test_left(void **state)
{
    (void)state;
    static const char text[] = FILE_OF(ACTIVITY(
        "A", "<title><narrative>x</narrative></title><title><narrative>y</narrative></title>"
             "<sector code=\"1\"/>" FLOW(
                 " ref=\"1\" humanitarian=\"1\"", "3", "2021-06-01",
                 "<value value-date=\"2021-05-01\">1<x/></value><value>2</value>",
                 TO "<sector code=\"1\"/><x:y xmlns:x=\"urn:x\"><x:z/></x:y>"
                    "<receiver-org type=\"1\"><narrative>UN</narrative></receiver-org>")
                 FLOW("", "5", "2021-06-01", VALUE, TO)
                     FLOW("", "toolongacode", "2021-06-01", VALUE,
                          TO) "<related-activity type=\"2\" ref=\"B\"/><result/>"));
    static const struct {
        const char *path;
        uint64_t count;
    } rows[] = {{"title", 2},
                {"sector", 1},
                {"transaction/@humanitarian", 1},
                {"transaction/value/@value-date", 1},
                {"transaction/sector", 1},
                {"transaction/x:y", 1},
                {"transaction/receiver-org", 1},
                {"transaction/value", 1},
                {"transaction/value/x", 1},
                {"transaction[5]", 1},
                {"transaction[toolong", 1},
                {"related-activity", 1},
                {"result", 1},
                {"reporting-org/@type", 1}};
    struct read read = read_text(text, sizeof text - 1);
    assert_int_equal(read.err, DEP_OK);
    assert_int_equal(read.import.count, 1);
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (left_of(&read.iati, rows[i].path) != rows[i].count)
            fail_msg("%s: %d", rows[i].path, (int)left_of(&read.iati, rows[i].path));
    assert_int_equal(read.iati.left_count, DEP_COUNT(rows));
    read_done(&read);
}

/* Payments under the latest commitment of their activity or of the one above, commitments under the
 * pledge; of one provider. */
static void test_parents(void **state)
{
    (void)state;
    static const char text[] = FILE_OF(
        ACTIVITY("A", FLOW(" ref=\"0\"", "3", "2021-01-15", VALUE,
                           TO) FLOW(" ref=\"1\"", "2", "2021-02-01", VALUE,
                                    TO) FLOW(" ref=\"2\"", "2", "2021-04-01", VALUE, TO)
                          FLOW(" ref=\"3\"", "3", "2021-03-01", VALUE, TO)
                              FLOW(" ref=\"4\"", "3", "2021-05-01", VALUE, TO)
                                  FLOW(" ref=\"5\"", "3", "2021-05-01", VALUE,
                                       "<provider-org ref=\"FR-1\"/>" TO) "<related-activity "
                                                                          "type=\"1\" ref=\"P\"/>")
            ACTIVITY("P", FLOW(" ref=\"6\"", "12", "2021-01-01", VALUE, TO))
                ACTIVITY("C", FLOW(" ref=\"7\"", "3", "2021-06-01", VALUE,
                                   TO) "<related-activity type=\"1\" ref=\"A\"/>")
                    ACTIVITY("D", FLOW(" ref=\"8\"", "3", "2021-06-01", VALUE,
                                       TO) "<related-activity type=\"1\" ref=\"nowhere\"/>")
                        ACTIVITY("E", FLOW(" ref=\"9\"", "2", "2021-04-01", VALUE, TO)
                                          FLOW(" ref=\"10\"", "2", "2021-03-01", VALUE, TO)
                                              FLOW(" ref=\"11\"", "3", "2021-01-01", VALUE, TO)));
    static const size_t parents[] = {1,
                                     6,
                                     6,
                                     1,
                                     2,
                                     DEP_IMPORT_NONE,
                                     DEP_IMPORT_NONE,
                                     2,
                                     DEP_IMPORT_NONE,
                                     DEP_IMPORT_NONE,
                                     DEP_IMPORT_NONE,
                                     10};
    struct read read = read_text(text, sizeof text - 1);
    assert_int_equal(read.err, DEP_OK);
    assert_int_equal(read.import.count, DEP_COUNT(parents));
    for (size_t i = 0; i < DEP_COUNT(parents); i++)
        if (read.import.rows[i].parent != parents[i])
            fail_msg("row %zu: %zu", i, read.import.rows[i].parent);
    read_done(&read);
}

/* Two that say the same without a ref are two. */
static void test_same(void **state)
{
    (void)state;
    static const char text[] = FILE_OF(ACTIVITY(
        "A", FLOW("", "3", "2021-06-01", VALUE, TO) FLOW("", "3", "2021-06-01", VALUE, TO) GOOD));
    struct read read = read_text(text, sizeof text - 1);
    assert_int_equal(read.import.count, 3);
    assert_string_not_equal(dep_json_string(read.import.rows[0].claims, "reference"),
                            dep_json_string(read.import.rows[1].claims, "reference"));
    read_done(&read);
}

/* Each allocation that fails is a fault, never a finding or a shorter import: ours, libxml2's, and
 * those of jansson. */
static void test_refused_memory(void **state)
{
    (void)state;
    static const char *const heads[] = {"", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"};
    static const char body[] = FILE_OF(
        ACTIVITY("A", FLOW(" xmlns:d=\"urn:depositary:flow:1\" d:fiscal-year=\"20&#50;1\"", "3",
                           "2021-06-01", VALUE, TO) FLOW("", "3", "2021-06-01", VALUE, TO) GOOD
                 "<x:y "
                 "xmlns:x=\"urn:x\"/>"));
    dep_json_own_memory();
    for (size_t i = 0; i < DEP_COUNT(heads); i++) {
        char text[sizeof body + 64];
        long refused = 0;
        (void)snprintf(text, sizeof text, "%s%s", heads[i], body);
        for (int err = DEP_ERR_NOMEM; err; refused++) {
            dep_alloc_fail_at(refused);
            struct read read = read_text(text, strlen(text));
            dep_alloc_fail_at(-1);
            err = read.err;
            if (err ? err != DEP_ERR_NOMEM : read.import.count != 3)
                fail_msg("head %zu, allocation %ld: %s", i, refused, read.problem.finding.id);
            read_done(&read);
        }
        assert_true(refused > 100);
    }
    dep_json_own_memory();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),           cmocka_unit_test(test_bad_rows),
        cmocka_unit_test(test_refused),        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_encodings),      cmocka_unit_test(test_left),
        cmocka_unit_test(test_parents),        cmocka_unit_test(test_same),
        cmocka_unit_test(test_refused_memory),
    };
    return cmocka_run_group_tests_name("iati", tests, NULL, NULL);
}
