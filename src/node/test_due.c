/*
 * What waits and what falls due, as a page and as a whole: the same, with index.db as it grew and
 * made anew.
 */
#include "node/test_waiting.h"

/* `kinds`: each once, a blank before and behind it, in any order. */
static void expect_kinds(const struct dep_dues *whole, const char *kinds)
{
    char found[512] = " ";
    for (size_t i = 0; i < whole->count; i++) {
        char word[64];
        size_t len = strlen(found);
        (void)snprintf(word, sizeof word, " %s ", whole->list[i].kind);
        if (!strstr(kinds, word))
            fail_msg("%s is not among%s", whole->list[i].kind, kinds);
        if (!strstr(found, word))
            (void)snprintf(found + len, sizeof found - len, "%s", word + 1);
    }
    if (strlen(found) != strlen(kinds))
        fail_msg("found%s of%s", found, kinds);
}

static bool same(const struct dep_due *a, const struct dep_due *b)
{
    return strcmp(a->kind, b->kind) == 0 && strcmp(a->record, b->record) == 0 &&
           a->when_s == b->when_s && strcmp(a->detail, b->detail) == 0;
}

static void expect_page(const char *officer, int list, const struct dep_dues *whole, uint64_t limit)
{
    DEP_AUTO_DUES page = {.list = NULL};
    gather_list(officer, list, limit, &page);
    if (page.count != (limit < whole->count ? limit : whole->count))
        fail_msg("%s, list %d, limit %u: %zu of %zu", officer, list, (unsigned)limit, page.count,
                 whole->count);
    assert_true(page.cut == (limit < whole->count));
    size_t of = 0;
    for (size_t i = 0; i < page.count; i++, of++) {
        /* Of what was made the newest alone are on a page. */
        while (list == OUTBOX && of + 1 < whole->count && !same(&page.list[i], &whole->list[of]) &&
               strcmp(whole->list[of].kind, "outbox.release") == 0)
            of++;
        if (of == whole->count || !same(&page.list[i], &whole->list[of]))
            fail_msg("%s, list %d, limit %u: %zu, %s %s", officer, list, (unsigned)limit, i,
                     page.list[i].kind, page.list[i].record);
    }
}

static void expect_same(const char *officer, int list, const char *kinds)
{
    DEP_AUTO_DUES whole = {.list = NULL};
    gather_list(officer, list, UINT64_MAX, &whole);
    expect_kinds(&whole, kinds);
    assert_false(whole.cut);
    const uint64_t limits[] = {whole.count / 2 + 1, whole.count + 1, 1};
    for (size_t l = 0; l < DEP_COUNT(limits); l += (size_t)test_steps(1, 3))
        expect_page(officer, list, &whole, limits[l]);
}

static void test_pages(void **state)
{
    (void)state;
    for (int anew = 0; anew < 2; anew++) {
        ahead_s = 0;
        if (anew)
            forget_index();
        expect_same(
            "L", DUE,
            " due.mission_over due.urgency due.erase due.notice due.mission_ends due.request"
            " due.request_out due.consent ");
        expect_same("L", INBOX, " inbox.mission_over inbox.request ");
        expect_same("V", INBOX, " inbox.approval inbox.consent inbox.mission_over inbox.request ");
        expect_same("P", INBOX, " inbox.approval ");
        expect_same("D", INBOX, " inbox.mission_over ");
        expect_same("L", OUTBOX, " outbox.release outbox.sent outbox.unreachable outbox.request ");
    }
}

static size_t count_of(const struct dep_dues *dues, const char *kind, const struct dep_done *of)
{
    size_t found = 0;
    for (size_t i = 0; i < dues->count; i++)
        found +=
            strcmp(dues->list[i].kind, kind) == 0 && strcmp(dues->list[i].record, of->jti) == 0;
    return found;
}

/* Of several that fall each stands by when it was made, whenever its review is; that is owed still
 * once the release was withdrawn. */
static void test_fallen(void **state)
{
    (void)state;
    enum { FALL = 12, URGENT = 1, CALM = 11, WITHDRAWN = 2 };
    struct dep_done consent, prepared, made[FALL], done;
    record("L", "consent.given", written(CONSENT("DAY+401", "SIGNED"), NULL), NULL, &consent);
    for (int i = 0; i < FALL; i++) {
        char claims[1024], review_by[64] = "";
        ahead_s = 60 * (int64_t)i;
        if (i >= URGENT && i < CALM)
            (void)snprintf(review_by, sizeof review_by, ",\"review_by\":\"DAY+%d\"", FALL - i);
        (void)snprintf(claims, sizeof claims, "{\"verdict\":" VERDICT("SHA", "%s") "}", review_by);
        record_in(open_ahead("L"), "release.prepared", PREPARED, NULL, NULL, &prepared);
        record_in(open_ahead("L"), "release.made", written(claims, &consent), &prepared, NULL,
                  &made[i]);
    }
    record_in(open_ahead("L"), "consent.withdrawn", "{\"from_now\":true}", &consent, NULL, &done);
    for (int settled = 0; settled < 2; settled++) {
        DEP_AUTO_DUES whole = {.list = NULL};
        if (settled) {
            record_in(open_ahead("L"), "release.withdrawn", "{\"scope\":{\"kind\":\"all\"}}",
                      &made[WITHDRAWN], NULL, &done);
            forget_index();
        }
        gather_list("L", DUE, UINT64_MAX, &whole);
        for (int i = 0; i < FALL; i++) {
            assert_int_equal(count_of(&whole, "due.notice", &made[i]), !settled || i != WITHDRAWN);
            assert_int_equal(count_of(&whole, "due.urgency", &made[i]), i >= URGENT && i < CALM);
        }
        for (uint64_t limit = 1; limit <= whole.count + 1; limit += (uint64_t)test_steps(1, 9))
            expect_page("L", DUE, &whole, limit);
    }
    ahead_s = 0;
}

/* Eleven years later: what was reviewed falls due by its review, the rest by the charter. */
static void test_retention(void **state)
{
    (void)state;
    ahead_s = INT64_C(4000) * DAY_S;
    for (int anew = 0; anew < 2; anew++) {
        if (anew)
            forget_index();
        expect_same("L", DUE,
                    " due.mission_over due.urgency due.erase due.notice due.request"
                    " due.request_out due.retention ");
    }
    ahead_s = 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_pages), cmocka_unit_test(test_fallen), cmocka_unit_test(test_retention)};
RUN_OVER("due", tests, record_all)
