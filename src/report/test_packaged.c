/*
 * Index and custody certificate of a package: all that was decided stands in them and nothing of
 * what was withheld; hostile values stay text; without memory nothing comes out.
 */
#include "report/packaged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/test_support.h"

static const struct dep_schemas *schemas;

static const char ITEM[] = "01a20d1d-0000-7000-8000-000000000001";

struct sample {
    json_t *package, *records, *items, *linked, *notice;
    struct dep_packaged packaged;
};

static void sample_new(struct sample *out)
{
    out->package = parsed("{\"id\":\"p-1\",\"kind\":\"release\",\"sender\":\"cdm\","
                          "\"recipient\":\"court\",\"date\":1795000000}");
    out->records = parsed(
        "[{\"type\":\"evidence.collected\",\"v\":1,\"iss\":\"cdm\",\"id\":\"r-1\",\"iat\":"
        "1795000001,"
        "\"by\":{\"role\":\"custodian\",\"code\":\"K1\"},\"standing\":\"in_force\",\"refs\":[],"
        "\"shown\":{\"item\":\"01a20d1d-0000-7000-8000-000000000001\",\"exhibit\":"
        "\"<script>X-7</script>\",\"case\":null},\"withheld\":[\"place\",\"collector\"]},"
        "{\"type\":\"custody.transferred\",\"v\":1,\"iss\":\"cdm\",\"id\":\"r-2\",\"iat\":"
        "1795000002,"
        "\"by\":{\"role\":\"custodian\",\"code\":\"K2\"},\"standing\":\"disputed\",\"refs\":[],"
        "\"shown\":{\"item\":\"01a20d1d-0000-7000-8000-000000000001\"},\"withheld\":[]},"
        "{\"type\":\"consent.given\",\"v\":1,\"iss\":\"hostland\",\"id\":\"r-3\",\"iat\":"
        "1795000003,"
        "\"by\":{\"role\":\"legal\",\"code\":\"L1\"},\"standing\":\"in_force\",\"refs\":[],"
        "\"shown\":{},\"withheld\":[\"terms\"]}]");
    out->items = parsed("[{\"item\":\"01a20d1d-0000-7000-8000-000000000001\",\"as\":\"whole\","
                        "\"opens\":\"passphrase\",\"path\":\"items/x/container.tar.age\","
                        "\"bytes\":\"4096\"}]");
    out->linked = parsed("[{\"from\":\"00\",\"rel\":\"source\",\"as\":\"counted\",\"count\":3,"
                         "\"why\":\"protected\"}]");
    out->notice = parsed("{\"sealed\":4321,\"opens\":\"recipient\",\"to\":\"age1key\"}");
    out->packaged =
        (struct dep_packaged){.package = out->package,
                              .records = out->records,
                              .items = out->items,
                              .linked = out->linked,
                              .notice = out->notice,
                              .record_count = 12,
                              .recipient = {{"en", "a court"}, {"fr", "une juridiction"}}};
}

static void sample_done(struct sample *sample)
{
    json_decref(sample->package);
    json_decref(sample->records);
    json_decref(sample->items);
    json_decref(sample->linked);
    json_decref(sample->notice);
}

static size_t count_of(const struct dep_buf *page, const char *text)
{
    size_t count = 0;
    for (const char *at = (const char *)page->data; (at = strstr(at, text)); at++)
        count++;
    return count;
}

static void test_index(void **state)
{
    (void)state;
    struct sample sample;
    DEP_AUTO_BUF page;
    sample_new(&sample);
    dep_buf_init(&page, 1024 * 1024);
    struct dep_paper paper = {
        .member = "Documentation Centre", .schemas = schemas, .write = gather, .context = &page};
    assert_int_equal(dep_packaged_index(&paper, &sample.packaged), DEP_OK);
    static const struct {
        const char *text;
        size_t times;
    } rows[] = {
        {"<section ", 3},
        {"lang=\"ar\" dir=\"rtl\"", 2}, /* of the section, and of the link to it */
        {ITEM, 3},
        {"&lt;script&gt;X-7&lt;/script&gt;", 3},
        {"<script", 0},
        {"http:", 0},
        {"src=", 0},
        {"items/x/container.tar.age", 3},
        {"r-1", 6}, /* in full, and in the table of hands */
        {"r-2", 3},
        {"r-3", 3},
        {"Documentation Centre", 6}, /* sender, and the foot of each section */
        {">3</td>", 3},
        {"\u2068a court\u2069 (\u2068court\u2069)", 1}, /* by name in the languages it has one in */
        {"\u2068une juridiction\u2069", 1},
        {"4321", 3}, /* under seal */
        {"age1key", 3},
        {"<dd dir=\"auto\">\xe2\x80\x8f", 1}, /* who signed, on the Arabic page: from the right */
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (count_of(&page, rows[i].text) != rows[i].times)
            fail_msg("%s: %zu times", rows[i].text, count_of(&page, rows[i].text));
    for (size_t i = 0; i < 3; i++) {
        static const char *const langs[] = {"en", "fr", "ar"};
        const struct dep_schema *schema = dep_schemas_find(schemas, "evidence.collected", 0);
        assert_true(count_of(&page, dep_schema_label(schema, "place", langs[i])) >= 1);
    }
    sample_done(&sample);
}

/* What only the judge reads: his page names what the others' pages count. */
static void test_notice(void **state)
{
    (void)state;
    DEP_AUTO_JSON *package = parsed("{\"id\":\"p-1\",\"recipient\":\"court\"}");
    DEP_AUTO_JSON *told = parsed(
        "{\"words\":\"<b>mercy</b>\",\"sealed\":[{\"why\":\"protected\",\"record\":{\"type\":"
        "\"evidence.collected\",\"v\":1,\"iss\":\"cdm\",\"id\":\"r-1\",\"iat\":1795000001,\"by\":"
        "{\"role\":\"custodian\",\"code\":\"K1\"},\"standing\":\"in_force\",\"shown\":{},"
        "\"withheld\":"
        "[\"place\"]},\"because\":[{\"type\":\"release.refused\",\"v\":1,\"iss\":\"cdm\",\"id\":"
        "\"r-2\","
        "\"iat\":1795000002,\"by\":{\"role\":\"legal\",\"code\":\"L1\"},\"standing\":\"in_force\","
        "\"shown\":{\"reason\":{\"text\":\"refer_to_court\",\"lang\":\"zxx\"}},\"withheld\":[]}]}]"
        "}");
    DEP_AUTO_BUF page;
    dep_buf_init(&page, 1024 * 1024);
    struct dep_paper paper = {
        .member = "Documentation Centre", .schemas = schemas, .write = gather, .context = &page};
    assert_int_equal(dep_packaged_notice(&paper, package, told), DEP_OK);
    static const char *const thrice[] = {"<section ", "&lt;b&gt;mercy", "r-1<", "r-2<",
                                         "it goes to the court to decide"};
    for (size_t i = 0; i < DEP_COUNT(thrice); i++)
        if (count_of(&page, thrice[i]) != 3)
            fail_msg("%s: %zu times", thrice[i], count_of(&page, thrice[i]));
}

static void test_certificate(void **state)
{
    (void)state;
    static const char *const langs[] = {"en", "fr", "ar"};
    struct sample sample;
    sample_new(&sample);
    for (size_t i = 0; i < DEP_COUNT(langs); i++) {
        DEP_AUTO_BUF pdf;
        struct dep_finding why = {"", "", 0};
        dep_buf_init(&pdf, 4 * 1024 * 1024);
        struct dep_paper paper = {langs[i], "Documentation Centre", schemas, gather, &pdf};
        if (dep_paper_custody(&paper, &sample.packaged, &why) != DEP_OK)
            fail_msg("%s: %s", langs[i], why.id);
        assert_memory_equal(pdf.data, "%PDF-", 5);
        const char *folder = getenv("DEPOSITARY_TEST_KEEP");
        if (folder) { /* to be looked at */
            char path[512];
            (void)snprintf(path, sizeof path, "%s/custody.%s.pdf", folder, langs[i]);
            FILE *file = fopen(path, "w");
            assert_non_null(file);
            assert_int_equal(fwrite(pdf.data, 1, pdf.len, file), pdf.len);
            assert_int_equal(fclose(file), 0);
        }
    }
    sample_done(&sample);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct sample sample;
    sample_new(&sample);
    long failed = 0;
    for (;; failed++) {
        DEP_AUTO_BUF page;
        dep_buf_init(&page, 1024 * 1024);
        struct dep_paper paper = {
            .member = "m", .schemas = schemas, .write = gather, .context = &page};
        dep_alloc_fail_at(failed);
        int err = dep_packaged_index(&paper, &sample.packaged);
        dep_alloc_fail_at(-1);
        if (err == DEP_OK)
            break;
        assert_int_equal(err, DEP_ERR_NOMEM);
        assert_int_equal(page.len, 0);
    }
    assert_true(failed > 20);
    sample_done(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_index), cmocka_unit_test(test_notice),
                                       cmocka_unit_test(test_certificate),
                                       cmocka_unit_test(test_no_memory)};
    if (dep_crypto_init(false) || !(schemas = dep_schemas_builtin()))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed;
}
