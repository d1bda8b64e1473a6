/*
 * Timelines, as a page and as a whole: the same, with index.db as it grew and made anew.
 */
#include "node/test_waiting.h"
#include "node/timeline.h"

/* How many events there may be is no argument: the functions that count them are its own. */
#include "node/timeline.c"

static void timeline_of(const char *officer, const struct dep_edtf_span *span, uint64_t limit,
                        struct dep_timeline *out)
{
    struct dep_node *node = open_ahead(officer);
    struct dep_problem problem = {.detail = ""};
    struct dep_timeline_order order = {.of = DEP_TIMELINE_ALL, .span = *span, .limit = limit};
    int err = limit == UINT64_MAX ? DEP_OK : dep_node_show_pages(node, &problem);
    if (!err)
        err = dep_node_timeline(node, &order, out, &problem);
    if (err)
        fail_msg("%s %s %s", dep_err_name(err), problem.detail, problem.finding.id);
    dep_node_close(node);
}

/* The auditor is shown an evidence.collected, and can't read it. */
static void state_time(const struct dep_schemas *schemas, const char *type, const char *field,
                       const char *when)
{
    static const char *const names[] = {
        "territory",    "case",        "exhibit",     "collector_role", "collector_code", "basis",
        "method",       "tool",        "device",      "device_state",   "power_state",    "place",
        "collected_at", "condition",   "hazards",     "dispossessed",   "occurred",       "purpose",
        "seals_before", "seals_after", "seals_state", "storage"};
    struct dep_done done;
    const struct dep_schema *schema = dep_schemas_find(schemas, type, 0);
    DEP_AUTO_JSON *claims =
        json_pack("{s:s,s:{s:s},s:{}}", "item", "01a20d48-e325-7d90-ac3a-47d22d4fff99", field,
                  "edtf", when, "unknown");
    if (strcmp(type, "evidence.collected") == 0)
        assert_int_equal(json_object_set_new(claims, "restricted", json_false()), 0);
    for (size_t i = 0; i < DEP_COUNT(names); i++)
        if (dep_schema_field_find(schema, names[i]) && strcmp(names[i], field) != 0)
            assert_int_equal(json_object_set_new(json_object_get(claims, "unknown"), names[i],
                                                 json_pack("{s:s,s:s}", "code", "unknown", "reason",
                                                           DEP_NOT_STATED)),
                             0);
    char *text = json_dumps(claims, 0);
    record("K", type, text, NULL, &done);
    free(text);
}

static void test_within(void **state)
{
    (void)state;
    static const char *const when[] = {"2015-03-02", "2015-03",    "2015",
                                       "2014/2016",  "2015-03-04", "2016-01-01",
                                       "2013",       "../2010",    "2015-02-28/2015-03-01"};
    static const struct {
        const char *from, *to;
    } spans[] = {{"2015-03-02", "2015-03-02"},
                 {"2015-03-05", "2015-12-31"},
                 {"2013", "2014"},
                 {"2016", "2100"},
                 {"1900", "2009"},
                 {"2015", "2015"},
                 {"1900", "2100"},
                 {"2017", "2019"}};
    const struct dep_schemas *schemas = dep_schemas_builtin();
    assert_non_null(schemas);
    for (size_t i = 0; i < DEP_COUNT(when); i += (size_t)test_steps(1, 3)) {
        state_time(schemas, "custody.stocktake", "occurred", when[i]);
        state_time(schemas, "evidence.collected", "collected_at", when[i]);
    }
    bool forgotten = false;
    for (size_t i = 0; i < 2 * DEP_COUNT(spans); i += (size_t)test_steps(1, 8)) {
        struct dep_edtf_span span, from, to;
        size_t at = i % DEP_COUNT(spans);
        if (i >= DEP_COUNT(spans) && !forgotten) {
            forget_index();
            forgotten = true;
        }
        assert_true(dep_edtf_span_of(dep_slice_string(spans[at].from), &from) &&
                    dep_edtf_span_of(dep_slice_string(spans[at].to), &to));
        span = (struct dep_edtf_span){from.earliest_s, to.end_s};
        static const char *const officers[] = {"L", "U", "D"};
        for (size_t o = 0; o < (i < DEP_COUNT(spans) ? DEP_COUNT(officers) : 1); o++) {
            DEP_AUTO_TIMELINE whole = {.count = 0}, page = {.count = 0}, first = {.count = 0};
            timeline_of(officers[o], &span, UINT64_MAX, &whole);
            timeline_of(officers[o], &span, 1000, &page);
            timeline_of(officers[o], &span, 2, &first);
            if (whole.count != page.count)
                fail_msg("%s, %s to %s: %zu of %zu", officers[o], spans[at].from, spans[at].to,
                         page.count, whole.count);
            for (size_t e = 0; e < whole.count; e++)
                assert_string_equal(whole.items[whole.events[e].of].record,
                                    page.items[page.events[e].of].record);
            assert_true(!page.cut && first.cut == (whole.count > first.count));
        }
    }
}

/* One event more than there may be is refused, and those before it stay. */
static void test_many(void **state)
{
    (void)state;
    struct dep_problem problem = {.detail = ""};
    struct dep_timeline timeline = {.count = DEP_TIMELINE_EVENTS_MAX - 1};
    struct gathering gathering = {
        .timeline = &timeline, .span = {INT64_MIN, INT64_MAX}, .problem = &problem};
    struct dep_view view = {.row = {.jti = "x"}};
    struct dep_edtf_span span = {0, 1};
    gathering.item_room = gathering.event_room = 0;
    timeline.items = dep_alloc_array(DEP_TIMELINE_EVENTS_MAX, sizeof *timeline.items);
    timeline.events = dep_alloc_array(DEP_TIMELINE_EVENTS_MAX, sizeof *timeline.events);
    assert_true(timeline.items && timeline.events);
    gathering.item_room = gathering.event_room = DEP_TIMELINE_EVENTS_MAX;
    assert_int_equal(add_event(&gathering, &view, NULL, NULL, &span), DEP_OK);
    assert_int_equal(timeline.count, DEP_TIMELINE_EVENTS_MAX);
    assert_int_equal(add_event(&gathering, &view, NULL, NULL, &span), DEP_FOUND);
    assert_string_equal(problem.finding.id, "timeline.many");
    assert_string_equal(problem.detail, "65536");
    assert_int_equal(timeline.count, DEP_TIMELINE_EVENTS_MAX);
    /* Out of the span it is none. */
    gathering.span.earliest_s = 5;
    assert_int_equal(add_event(&gathering, &view, NULL, NULL, &span), DEP_OK);
    dep_timeline_done(&timeline);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_many),
                                          cmocka_unit_test(test_within)};
RUN_OVER("timeline", tests, record_all)
