/*
 * Words for every id, and documents: three languages, short, long, hostile and empty values; the
 * same values give the same bytes.
 */
#include "base/test_slow.h"
#include "report/document.h"
#include "report/words_impl.h"
#include "rules/judge.h"
#include "rules/written.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PDF_MAX = 64 * 1024 * 1024 };

static int gather(void *context, const uint8_t *data, size_t len)
{
    dep_buf_add(context, data, len);
    return dep_buf_err(context);
}

static void make(const char *lang, const char *value, struct dep_buf *out, size_t *out_pages)
{
    struct dep_document *document = NULL;
    struct dep_finding why = {"", "", 0};
    const char *cells[] = {value, "1", "A-1", value}, *boxes[] = {value, "b", "c"};
    dep_buf_init(out, PDF_MAX);
    assert_int_equal(
        dep_document_new(lang, value[0] ? "Title \xd8\xb9\xd9\x86\xd9\x88\xd8\xa7\xd9\x86" : "",
                         "footer", &document),
        DEP_OK);
    dep_document_heading(document, value);
    dep_document_text(document, value);
    dep_document_row(document, "label", value);
    dep_document_cells(document, cells, 4, true);
    dep_document_cells(document, cells, 4, false);
    dep_document_tick(document, value);
    dep_document_bar(document, value, "words",
                     &(struct dep_bar){0.1, 1.7, 0.2, 0.9, DEP_BAR_HALF, true});
    dep_document_bar(document, "label", value, &(struct dep_bar){1, 1, 1, 0, DEP_BAR_EMPTY, false});
    dep_document_scale(document, "0", "1");
    dep_document_qr(document, "01a20d1d-0000-7000-8000-000000000000");
    dep_document_signatures(document, boxes, 3);
    if (dep_document_finish(document, NULL, gather, out, out_pages, &why) != DEP_OK)
        fail_msg("%s: %s", lang, why.id);
    dep_document_free(document);
}

static void test_documents(void **state)
{
    (void)state;
    static const char *const langs[] = {"en", "fr", "ar"};
    /* More than a block takes. Each page of it costs, and under valgrind seconds: less is long. */
    const size_t len = test_slowest() ? 4000 : DEP_DOCUMENT_PART_MAX + 1000, least = len / 2000;
    char *big = malloc(len + 1);
    for (size_t i = 0; i < len; i++)
        big[i] = i % 9 == 8 ? ' ' : 'w';
    big[len] = 0;
    const char *values[] = {
        "short",
        "",
        "<b>&amp;\x01\x1b[31m\xe2\x80\xae",
        "\xd9\x87\xd8\xa7\xd8\xaa\xd9\x81 \xd9\x85\xd8\xad\xd9\x85\xd9\x88\xd9\x84 X-1",
        "\xff\xfe",
        big};
    for (size_t l = 0; l < DEP_COUNT(langs); l += (size_t)test_steps(1, 2)) {
        /* The last, which is long, in one language of each direction; under valgrind in one. */
        bool longer = l == 0 || (l == 2 && !test_slowest());
        for (size_t v = 0; v < DEP_COUNT(values) - !longer; v++) {
            DEP_AUTO_BUF once, again;
            size_t pages = 0, more = 0;
            make(langs[l], values[v], &once, &pages);
            assert_memory_equal(once.data, "%PDF-", 5);
            if (v % (size_t)test_steps(1, 4) == 0) {
                make(langs[l], values[v], &again, &more);
                assert_true(dep_slice_equal(dep_buf_slice(&once), dep_buf_slice(&again)));
            }
            /* Nothing long is cut: it goes on over pages. */
            assert_true(values[v] == big ? pages > least : pages == 1);
        }
    }
    free(big);
}

static int refuse(void *context, const uint8_t *data, size_t len)
{
    (void)context, (void)data, (void)len;
    return DEP_ERR_IO;
}

/* What is longer than a block goes on in the next, whole: no word of it is lost, and no character
 * is cut. A word that no block holds is cut between characters. */
static void test_long_texts(void **state)
{
    (void)state;
    enum { LEN = 3 * DEP_DOCUMENT_PART_MAX + 77 };
    static const char *const words[] = {"word ", "\xd9\x83\xd9\x84\xd9\x85\xd8\xa9 ", "\xd9\x83"};
    for (size_t w = 0; w < DEP_COUNT(words); w++) {
        DEP_AUTO_BUF text, html;
        struct dep_document *document = NULL;
        size_t count = 0, found = 0;
        char word[16];
        dep_buf_init(&text, 4 * LEN);
        dep_buf_init(&html, 64 * LEN);
        for (; text.len < LEN; count++)
            dep_buf_add_string(&text, words[w]);
        (void)snprintf(word, sizeof word, "%.*s",
                       (int)(strchr(words[w], ' ') ? strlen(words[w]) - 1 : strlen(words[w])),
                       words[w]);
        assert_int_equal(dep_document_new("en", "t", "f", &document), DEP_OK);
        dep_document_text(document, (const char *)text.data);
        dep_document_row(document, "label", (const char *)text.data);
        assert_int_equal(dep_document_html(document, "id", &html), DEP_OK);
        for (const char *at = (const char *)html.data; (at = strstr(at, word)); at += strlen(word))
            found++;
        assert_int_equal(found, 2 * count);
        assert_null(strstr((const char *)html.data, "\xef\xbf\xbd"));
        dep_document_free(document);
    }
}

static void test_writer_fails(void **state)
{
    (void)state;
    struct dep_document *document = NULL;
    struct dep_finding why;
    assert_int_equal(dep_document_new("en", "t", "f", &document), DEP_OK);
    dep_document_text(document, "text");
    assert_int_equal(dep_document_finish(document, NULL, refuse, NULL, NULL, &why), DEP_ERR_IO);
    dep_document_free(document);
}

static void test_words(void **state)
{
    (void)state;
    assert_string_not_equal(dep_words("age.header.mac"), "age.header.mac");
    assert_string_equal(dep_words("age.header.mac"), dep_words("age"));
    assert_string_not_equal(dep_words("age.hmac"), dep_words("age"));
    assert_string_equal(dep_words("no-such-id"), "no-such-id");
    assert_string_equal(dep_words(""), "");
}

/* Each id is found: its table is in order, and it stands in no other. */
static void test_word_tables(void **state)
{
    (void)state;
    for (size_t t = 0; t < WORDS_TABLE_COUNT; t++) {
        const struct words_table *table = &WORDS_TABLES[t];
        assert_true(*table->count > 20);
        for (size_t i = 0; i < *table->count; i++) {
            const struct words_entry *entry = &table->list[i];
            if (i && strcmp(table->list[i - 1].id, entry->id) >= 0)
                fail_msg("%s stands out of order", entry->id);
            if (strcmp(dep_words(entry->id), entry->words) != 0)
                fail_msg("%s: other words are found", entry->id);
        }
    }
}

static void assert_documented(const char *doc, const char *family, const char *name)
{
    char id[128], row[512];
    (void)snprintf(id, sizeof id, "%s%s", family, name);
    (void)snprintf(row, sizeof row, "\n| `%s` | %s | ", id, dep_words(id));
    if (strcmp(dep_words(id), id) == 0 || !strstr(doc, row))
        fail_msg("%s: no words, or others in doc/format/rules.md", id);
}

/* Each requirement and each reason has its own words, those of doc/format/rules.md section 6. */
static void test_words_of_the_judge(void **state)
{
    (void)state;
    static char doc[65536];
    FILE *file = fopen(DEPOSITARY_SOURCE_ROOT "/doc/format/rules.md", "re");
    assert_non_null(file);
    size_t len = fread(doc, 1, sizeof doc - 1, file);
    assert_true(len > 0 && len < sizeof doc - 1 && fclose(file) == 0);
    for (int need = 0; need < DEP_NEED_COUNT; need++)
        assert_documented(doc, "need.", dep_need_name((enum dep_need)need));
    for (int met = 0; met < DEP_MET_COUNT; met++)
        assert_documented(doc, "met.", dep_met_name((enum dep_met)met));
    for (int outcome = DEP_YES; outcome <= DEP_NO; outcome++)
        assert_documented(doc, "outcome.", dep_outcome_name((enum dep_outcome)outcome));
    for (int giver = DEP_GIVER_NOBODY; giver <= DEP_GIVER_APPROVER; giver++)
        assert_documented(doc, "giver.", dep_giver_name((enum dep_giver)giver));
    for (int need = 0; need < DEP_NEED_COUNT; need++)
        for (int met = DEP_MISSING_ABSENT; met < DEP_MET_COUNT; met++)
            for (int kind = 0; kind < 3; kind++) {
                struct dep_requirement missing = {.need = (enum dep_need)need,
                                                  .met = (enum dep_met)met,
                                                  .rule = kind == 2 ? "rule.none" : "R1"};
                assert_documented(doc, "", dep_requirement_todo(&missing, kind == 1));
            }
    static const char *const refusals[] = {"rule.none",    "material.none", "recipient.none",
                                           "purpose.none", "line.none",     "interval.none"};
    for (size_t i = 0; i < DEP_COUNT(refusals); i++)
        assert_documented(doc, "", refusals[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents),    cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_writer_fails), cmocka_unit_test(test_words),
        cmocka_unit_test(test_word_tables),  cmocka_unit_test(test_words_of_the_judge)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
