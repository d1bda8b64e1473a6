/*
 * Amounts in words; a campaign and the hands of an item on paper, whatever is missing in them.
 */
#include "report/accounts.h"
#include "report/amount.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/test_support.h"

enum { PDF_MAX = 8 * 1024 * 1024 };

static void amounts(void **state)
{
    static const struct {
        enum dep_amount_is is;
        const char *amount, *currency;
        unsigned places;
        const char *words;
    } rows[] = {
        {DEP_AMOUNT_EXACT, "59400", "USD", 2, "exact [59 400.00 USD]"},
        {DEP_AMOUNT_ABOUT, "244000", "USD", 2, "about [244 000.00 USD]"},
        {DEP_AMOUNT_MORE_THAN, "600000000", "USD", 2, "more than [600 000 000.00 USD]"},
        {DEP_AMOUNT_EXACT, "999", "JPY", 0, "exact [999 JPY]"},
        {DEP_AMOUNT_EXACT, "-1000.5", "EUR", 2, "exact [-1 000.50 EUR]"},
        {DEP_AMOUNT_EXACT, "0", "EUR", 2, "exact [0.00 EUR]"},
        {DEP_AMOUNT_EXACT, "-999999999999999999.999999999", "XTS", 9,
         "exact [-999 999 999 999 999 999.999999999 XTS]"},
    };
    (void)state;
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char out[DEP_AMOUNT_ROOM], plain[DEP_AMOUNT_ROOM];
        struct dep_decimal value;
        size_t len = 0;
        assert_true(dep_decimal_parse(dep_slice_string(rows[i].amount), &value));
        const char *at = dep_amount_words(rows[i].is, value, rows[i].places, rows[i].currency, out);
        /* Isolates as brackets, no-break spaces as spaces. */
        for (; *at; at++) {
            bool isolate = strncmp(at, "\xe2\x81\xa8", 3) == 0,
                 pop = strncmp(at, "\xe2\x81\xa9", 3) == 0;
            bool space = strncmp(at, "\xc2\xa0", 2) == 0;
            plain[len++] = isolate ? '[' : pop ? ']' : space ? ' ' : *at;
            at += isolate || pop ? 2 : space;
        }
        plain[len] = 0;
        assert_string_equal(plain, rows[i].words);
    }
}

static int campaign_on_paper(const char *lang, struct dep_buf *out)
{
    static const char claims[] =
        "{\"code\":\"c\",\"currency\":\"USD\",\"goal\":\"1000\",\"qualifier\":"
        "\"exact\",\"called\":[{\"text\":\"Name\",\"lang\":\"en\"}]}";
    struct dep_flow flows[] = {
        {.id = "1",
         .provider = "be",
         .receiver = "x",
         .reference = "1",
         .currency = "USD",
         .amount = {INT64_C(500) * 1000000000}},
        {.id = "2",
         .kind = DEP_FLOW_PLEDGE,
         .provider = "us",
         .receiver = "x",
         .reference = "2",
         .currency = "USD",
         .is = DEP_AMOUNT_MORE_THAN,
         .amount = {INT64_C(900) * 1000000000}},
        {.id = "3",
         .provider = "jp",
         .receiver = "x",
         .reference = "3",
         .is = DEP_AMOUNT_NOT_DISCLOSED},
        {.id = "4",
         .provider = "jp",
         .receiver = "x",
         .reference = "3",
         .side = DEP_SIDE_OF_RECEIVER,
         .currency = "JPY",
         .amount = {INT64_C(7) * 1000000000}},
        {.id = "5",
         .kind = DEP_FLOW_COMMITMENT,
         .provider = "no",
         .receiver = "x",
         .reference = "4",
         .currency = "USD",
         .amount = {INT64_C(10) * 1000000000}},
        {.id = "6",
         .kind = DEP_FLOW_PAYMENT,
         .provider = "no",
         .receiver = "x",
         .reference = "5",
         .parent = "5",
         .currency = "USD",
         .amount = {INT64_C(11) * 1000000000}},
        {.id = "7",
         .kind = DEP_FLOW_PAYMENT,
         .provider = "be",
         .receiver = "x",
         .reference = "1",
         .currency = "USD",
         .amount = {INT64_C(500) * 1000000000}},
    };
    flows[0].kind = flows[2].kind = flows[3].kind = DEP_FLOW_PAYMENT;
    struct dep_ledger_of of = {"USD", NULL, 0};
    struct dep_finding why = {"", "", 0};
    struct dep_paper paper = {.lang = lang, .member = "M", .write = gather, .context = out};
    DEP_AUTO_JSON *opened = parsed(claims);
    struct dep_campaign ledger = {.opened = {.claims = opened, .readable = true},
                                  .flows = flows,
                                  .count = DEP_COUNT(flows),
                                  .unread = 1};
    int err = dep_ledger_place(&of, flows, DEP_COUNT(flows), &why);
    if (!err && strcmp(lang, "en") == 0) {
        static const char *const differs[] = {NULL, NULL,   "another qualifier", NULL, NULL,
                                              NULL, "twice"};
        for (size_t i = 0; i < DEP_COUNT(flows); i++) {
            const char *words = dep_account_differs(&ledger, i);
            assert_string_equal(words ? words : "-", differs[i] ? differs[i] : "-");
            assert_int_equal(flows[i].overpaid, i == 4);
        }
    }
    DEP_AUTO_JSON *called = parsed("{\"be\":\"Belgium (be)\"}");
    return err ? err : dep_paper_campaign(&paper, &ledger, called, "2021", &why);
}

static int hands_on_paper(const char *lang, struct dep_buf *out)
{
    struct dep_timeline_item items[] = {
        {.record = "a", .type = "evidence.collected", .by_code = "K-1", .field = "collected_at"},
        {.record = "b", .type = "custody.transferred", .by_code = "K-1"},
        {.record = "c", .type = "custody.received", .by_code = "K-2"},
        {.record = "d", .type = "custody.lost", .by_code = "K-2"},
        {.record = "e", .type = "no.such", .by_code = ""},
    };
    struct dep_timeline_event events[] = {
        {{100, 200}, 1, false, 0, 0},       {{300, 301}, 2, true, 1, 0},
        {{400, INT64_MAX}, 3, false, 2, 0}, {{INT64_MIN, 500}, 4, false, 3, 0},
        {{500, 501}, 5, true, 4, 0},
    };
    struct dep_timeline timeline = {events, items, DEP_COUNT(events), false};
    const struct dep_schemas *schemas = dep_schemas_builtin();
    struct dep_finding why = {"", "", 0};
    assert_non_null(schemas);
    struct dep_paper paper = {
        .lang = lang, .member = "M", .schemas = schemas, .write = gather, .context = out};
    DEP_AUTO_JSON *claims = json_object();
    struct dep_item item = {.item = "i", .state = "lost", .first = {.claims = claims}};
    int err = dep_timeline_order(events, DEP_COUNT(events));
    if (!err)
        err = dep_paper_hands(&paper, &item, &timeline, &why);
    return err;
}

static void on_paper(void **state)
{
    static const char *const langs[] = {"en", "fr", "ar"};
    static int (*const makers[])(const char *, struct dep_buf *) = {campaign_on_paper,
                                                                    hands_on_paper};
    (void)state;
    for (size_t i = 0; i < DEP_COUNT(langs) * DEP_COUNT(makers); i++) {
        DEP_AUTO_BUF once, again;
        dep_buf_init(&once, PDF_MAX);
        dep_buf_init(&again, PDF_MAX);
        assert_int_equal(makers[i % DEP_COUNT(makers)](langs[i / DEP_COUNT(makers)], &once),
                         DEP_OK);
        assert_int_equal(makers[i % DEP_COUNT(makers)](langs[i / DEP_COUNT(makers)], &again),
                         DEP_OK);
        assert_memory_equal(once.data, "%PDF-", 5);
        assert_true(dep_slice_equal(dep_buf_slice(&once), dep_buf_slice(&again)));
    }
}

static void without_memory(void **state)
{
    (void)state;
    for (long at = 0; at < 40; at++) {
        DEP_AUTO_BUF out;
        dep_buf_init(&out, PDF_MAX);
        dep_alloc_fail_at(at);
        int err = campaign_on_paper("en", &out);
        dep_alloc_fail_at(-1);
        assert_int_equal(err, DEP_ERR_NOMEM);
        assert_int_equal(out.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(amounts), cmocka_unit_test(on_paper),
                                       cmocka_unit_test(without_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
