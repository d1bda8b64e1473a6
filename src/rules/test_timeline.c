#include "rules/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { T = 1616918400, HOUR = 3600, DAY = 86400 }; /* 2021-03-28T08:00:00Z */

/* ---- what a time may mean ---- */

static void spans(void **state)
{
    static const struct {
        const char *time;
        bool known;
        int64_t earliest_s, end_s;
    } rows[] = {
        {"{\"edtf\":\"2021-03-28T08:00:00Z\"}", true, T, T + 1},
        {"\"2021-03-28T08:00:00Z\"", true, T, T + 1},
        {"{\"edtf\":\"2021-03-28T11:00:00\",\"zone\":\"+03:00\"}", true, T, T + 1},
        {"{\"edtf\":\"2021-03-28T11:00:00\",\"zone\":\"Asia/Baghdad\"}", true, T + 3 * HOUR - DAY,
         T + 3 * HOUR + DAY + 1},
        {"{\"edtf\":\"2021-03-28T11:00:00\"}", true, T + 3 * HOUR - DAY, T + 3 * HOUR + DAY + 1},
        {"{\"edtf\":\"2021-03-28T08:00:00Z\",\"zone\":\"+03:00\"}", true, T, T + 1},
        {"{\"edtf\":\"2021-03-28T08:00:00Z\",\"offset_s\":-90}", true, T - 90, T - 89},
        {"{\"edtf\":\"2021-03-28\"}", true, T - 8 * HOUR, T + 16 * HOUR},
        {"{\"edtf\":\"2021-03-28\",\"zone\":\"+03:00\"}", true, T - 11 * HOUR, T + 13 * HOUR},
        {"{\"edtf\":\"2021-03-28\",\"zone\":\"unknown\"}", true, T - 8 * HOUR, T + 16 * HOUR},
        {"{\"edtf\":\"2021-03-28/..\",\"zone\":\"+03:00\",\"offset_s\":60}", true,
         T - 11 * HOUR + 60, INT64_MAX},
        {"{\"edtf\":\"2021-03-28/2021-03-29\"}", true, T - 8 * HOUR, T + 16 * HOUR + DAY},
        {"{\"original\":\"in spring\"}", false, 0, 0},
        {"{\"edtf\":\"28.3.2021\"}", false, 0, 0},
        {"7", false, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_edtf_span span = {1, 2};
        DEP_AUTO_JSON *time = json_loads(rows[i].time, JSON_DECODE_ANY, NULL);
        assert_non_null(time);
        if (dep_timeline_span(time, &span) != rows[i].known)
            fail_msg("%s: known is %d", rows[i].time, !rows[i].known);
        if (span.earliest_s != (rows[i].known ? rows[i].earliest_s : 1) ||
            span.end_s != (rows[i].known ? rows[i].end_s : 2))
            fail_msg("%s: %lld to %lld", rows[i].time, (long long)span.earliest_s,
                     (long long)span.end_s);
    }
}

static void what_is_to_come_is_no_event(void **state)
{
    (void)state;
    assert_true(dep_timeline_is_event("occurred"));
    assert_true(dep_timeline_is_event("as_of"));
    assert_false(dep_timeline_is_event("due"));
    assert_false(dep_timeline_is_event("review_on"));
    assert_false(dep_timeline_is_event("fiscal_year"));
}

/* ---- the order ---- */

enum { EVENTS_MAX = 6 };

static void order(void **state)
{
    /* Events as they come, each with the place it is listed at and the first it may precede
     * there. */
    static const struct {
        const char *name;
        size_t count;
        struct {
            int64_t earliest_s, end_s;
            uint64_t index;
            bool recorded;
            size_t place, may_precede;
        } events[EVENTS_MAX];
    } rows[] = {
        {"none", 0, {{0}}},
        {"apart", 2, {{20, 30, 1, false, 1, 1}, {10, 20, 2, false, 0, 0}}},
        {"one second common", 2, {{20, 30, 1, false, 1, 0}, {10, 21, 2, false, 0, 0}}},
        {"the same day twice", 2, {{10, 20, 5, false, 1, 0}, {10, 20, 4, false, 0, 0}}},
        {"a month over three days",
         4,
         {{11, 12, 1, false, 1, 0},
          {12, 13, 2, false, 2, 0},
          {10, 40, 3, false, 0, 0},
          {50, 60, 4, false, 3, 3}}},
        {"open ends",
         3,
         {{INT64_MIN, 30, 1, false, 0, 0},
          {10, 20, 2, false, 1, 0},
          {30, INT64_MAX, 3, false, 2, 2}}},
        {"two of the log: its order", 2, {{10, 20, 1, true, 0, 0}, {11, 21, 2, true, 1, 1}}},
        {"a clock that went back", 2, {{10, 20, 2, true, 0, 0}, {11, 21, 1, true, 1, 0}}},
        {"stated among two of the log",
         3,
         {{10, 20, 1, true, 0, 0}, {11, 21, 2, true, 1, 1}, {15, 16, 3, false, 2, 0}}},
        {"of the log behind one that is stated",
         3,
         {{10, 12, 1, false, 0, 0}, {11, 13, 7, true, 1, 0}, {14, 16, 8, true, 2, 2}}},
    };
    (void)state;
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_timeline_event events[EVENTS_MAX];
        for (size_t j = 0; j < rows[i].count; j++)
            events[j] = (struct dep_timeline_event){
                .span = {rows[i].events[j].earliest_s, rows[i].events[j].end_s},
                .index = rows[i].events[j].index,
                .recorded = rows[i].events[j].recorded,
                .of = j};
        assert_int_equal(dep_timeline_order(events, rows[i].count), DEP_OK);
        for (size_t at = 0; at < rows[i].count; at++) {
            size_t of = events[at].of;
            if (rows[i].events[of].place != at ||
                rows[i].events[of].may_precede != events[at].may_precede)
                fail_msg("%s: event %zu is listed at %zu, may precede %zu", rows[i].name, of, at,
                         events[at].may_precede);
        }
    }
}

/* Against the definition, looked at pair by pair. */
static void order_as_defined(void **state)
{
    enum { ROUNDS = 200, COUNT = 40 };
    static struct dep_timeline_event events[COUNT];
    (void)state;
    unsigned seed = 7;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            seed = seed * 1103515245 + 12345;
            int64_t earliest_s = (int64_t)(seed >> 16) % 100,
                    width_s = 1 + (int64_t)(seed >> 24) % 9;
            events[i] = (struct dep_timeline_event){
                {earliest_s, earliest_s + width_s}, i, (seed >> 12) % 2 == 0, i, 0};
        }
        assert_int_equal(dep_timeline_order(events, COUNT), DEP_OK);
        for (size_t at = 0; at < COUNT; at++) {
            size_t first = 0;
            for (; first < at; first++) {
                const struct dep_timeline_event *a = &events[first], *b = &events[at];
                if (a->recorded && b->recorded ? a->index > b->index
                                               : a->span.end_s > b->span.earliest_s)
                    break;
            }
            assert_int_equal(events[at].may_precede, first);
        }
    }
}

static void without_memory(void **state)
{
    struct dep_timeline_event events[2] = {{{20, 30}, 1, false, 0, 9}, {{10, 20}, 2, false, 1, 9}};
    (void)state;
    dep_alloc_fail_at(0);
    assert_int_equal(dep_timeline_order(events, 2), DEP_ERR_NOMEM);
    dep_alloc_fail_at(-1);
    assert_int_equal(events[0].of, 0);
    assert_int_equal(events[1].may_precede, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans),          cmocka_unit_test(what_is_to_come_is_no_event),
        cmocka_unit_test(order),          cmocka_unit_test(order_as_defined),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
