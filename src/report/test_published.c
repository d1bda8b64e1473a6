/*
 * What the public sees: what was named and nothing of what is withheld, in three languages; hostile
 * values stay text, in pages and in feeds; without memory nothing comes out.
 */
#include "report/published.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/test_support.h"

static const struct dep_schemas *schemas;

static const char ID[] = "01a20d1d-0000-7000-8000-000000000001";

struct sample {
    json_t *claims, *records;
    struct dep_published published;
    struct dep_published_entry entry;
};

static void sample_new(struct sample *out)
{
    out->claims = parsed(
        "{\"titles\":[{\"text\":\"Who & <b>what</b>\",\"lang\":\"en\"},{\"text\":\"Qui\",\"lang\":"
        "\"fr\"},{\"text\":\"\xd9\x85\xd9\x86\",\"lang\":\"ar\"}],"
        "\"summaries\":[{\"text\":\"one \xe2\x80\xae two \xef\xbf\xbe\",\"lang\":\"en\"},{\"text\":"
        "\"deux\",\"lang\":\"fr\"},{\"text\":\"\xd9\xa3\",\"lang\":\"ar\"}],"
        "\"figures\":[{\"means\":[{\"text\":\"Members\",\"lang\":\"en\"},{\"text\":\"Membres\","
        "\"lang\":\"fr\"},{\"text\":\"\xd8\xa3\",\"lang\":\"ar\"}],\"value\":\"8<3\",\"as_of\":"
        "\"2021-04\"}]}");
    out->records = parsed(
        "[{\"type\":\"code.stated\",\"v\":1,\"iss\":\"cdm\",\"id\":\"r-1\",\"iat\":1795000001,"
        "\"by\":{\"role\":\"desk\",\"code\":\"D1\"},\"standing\":\"in_force\","
        "\"shown\":{\"list\":\"formations\",\"code\":\"<script>\"},\"withheld\":[\"called\"]}]");
    out->published = (struct dep_published){ID, out->claims, out->records};
    out->entry = (struct dep_published_entry){ID, 1795000002, dep_json_array(out->claims, "titles"),
                                              dep_json_array(out->claims, "summaries")};
}

static void sample_done(struct sample *sample)
{
    json_decref(sample->claims);
    json_decref(sample->records);
}

static size_t count_of(const struct dep_buf *page, const char *text)
{
    size_t count = 0;
    for (const char *at = (const char *)page->data; (at = strstr(at, text)); at++)
        count++;
    return count;
}

enum what { PAGE, LIST, FEED };

static int make(enum what what, const struct sample *sample, const char *lang, struct dep_buf *out)
{
    const struct dep_paper paper = {lang, "Ministry <of> Examples", schemas, gather, out};
    switch (what) {
    case PAGE: return dep_published_page(&paper, &sample->published);
    case LIST: return dep_published_list(&paper, &sample->entry, 1);
    case FEED: return dep_published_feed(&paper, &sample->entry, 1);
    }
    return DEP_FOUND;
}

static void test_said(void **state)
{
    (void)state;
    static const struct {
        enum what what;
        const char *lang, *text;
        size_t times;
    } rows[] = {
        {PAGE, "en", "<html lang=\"en\" dir=\"ltr\">", 1},
        {PAGE, "fr", "<html lang=\"fr\" dir=\"ltr\">", 1},
        {PAGE, "ar", "<html lang=\"ar\" dir=\"rtl\">", 1},
        {PAGE, "en", "Who &amp; &lt;b&gt;what&lt;/b&gt;", 2},
        {PAGE, "fr", "Membres", 1},
        {PAGE, "en", "8&lt;3", 1},
        {PAGE, "en", "&lt;script&gt;", 1},
        {PAGE, "en", "<script", 0},
        {PAGE, "en", "<b>", 0},
        {PAGE, "en", "http:", 0},
        {PAGE, "en", "src=", 0},
        {PAGE, "en", "default-src 'none'; style-src 'sha256-", 1},
        {PAGE, "en", "\xe2\x80\xae", 0},
        {PAGE, "en", "<section id=\"en\" lang=\"en\" dir=\"ltr\">", 1},
        {LIST, "en", "01a20d1d-0000-7000-8000-000000000001/ar.html", 1},
        {LIST, "en", "feed.fr.atom", 2},
        {LIST, "en", "<b>", 0},
        {FEED, "fr", "<id>urn:uuid:01a20d1d-0000-7000-8000-000000000001</id>", 1},
        {FEED, "fr", "<id>urn:uuid:01a20d1d-0000-7000-8000-000000000001#fr</id>", 1},
        {FEED, "fr", "<summary>deux</summary>", 1},
        {FEED, "en", "<title>Who &amp; &lt;b&gt;what&lt;/b&gt;</title>", 1},
        {FEED, "en", "Ministry &lt;of&gt; Examples", 2},
        {FEED, "en", "\xe2\x80\xae", 0},
        {FEED, "en", "\xef\xbf\xbe", 0}, /* no XML may hold it */
    };
    struct sample sample;
    sample_new(&sample);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF page;
        dep_buf_init(&page, 1024 * 1024);
        assert_int_equal(make(rows[i].what, &sample, rows[i].lang, &page), DEP_OK);
        if (count_of(&page, rows[i].text) != rows[i].times)
            fail_msg("row %zu, %s: %zu times", i, rows[i].text, count_of(&page, rows[i].text));
    }
    sample_done(&sample);
}

/* The same bytes each time: what was looked at is what is signed. */
static void test_same(void **state)
{
    (void)state;
    struct sample sample;
    DEP_AUTO_BUF one, other;
    sample_new(&sample);
    dep_buf_init(&one, 1024 * 1024);
    dep_buf_init(&other, 1024 * 1024);
    assert_int_equal(make(PAGE, &sample, "ar", &one), DEP_OK);
    assert_int_equal(make(PAGE, &sample, "ar", &other), DEP_OK);
    assert_true(dep_slice_equal(dep_buf_slice(&one), dep_buf_slice(&other)));
    sample_done(&sample);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct sample sample;
    sample_new(&sample);
    for (enum what what = PAGE; what <= FEED; what++) {
        int err = DEP_ERR_NOMEM;
        long at = 0;
        for (; err && at < 2000; at++) {
            DEP_AUTO_BUF page;
            dep_buf_init(&page, 1024 * 1024);
            dep_alloc_fail_at(at);
            err = make(what, &sample, "ar", &page);
            dep_alloc_fail_at(-1);
            if (err) {
                assert_int_equal(err, DEP_ERR_NOMEM);
                assert_int_equal(page.len, 0);
            }
        }
        assert_int_equal(err, DEP_OK);
        assert_true(at > 5);
    }
    sample_done(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_said), cmocka_unit_test(test_same),
                                       cmocka_unit_test(test_no_memory)};
    if (dep_crypto_init(false) || !(schemas = dep_schemas_builtin()))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed;
}
