#include "rules/timeline.h"

#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what a time may mean ---- */

enum { DAY_LEN = 10, MINUTE_S = 60 };

static void shift(struct dep_edtf_span *span, int64_t by_s)
{
    if (span->earliest_s != INT64_MIN)
        span->earliest_s += by_s;
    if (span->end_s != INT64_MAX)
        span->end_s += by_s;
}

/* "+03:00"; false where it is a name. */
static bool offset_of(const char *zone, int64_t *out_s)
{
    char text[32];
    int offset_min;
    int64_t at_s;
    if (!zone || strlen(zone) > 6)
        return false;
    (void)snprintf(text, sizeof text, "1970-01-02T00:00:00%s", zone);
    if (!dep_time_parse(dep_slice_string(text), &at_s, &offset_min))
        return false;
    *out_s = (int64_t)offset_min * MINUTE_S;
    return true;
}

/* In its zone. A time of day gets the offset where it has none; a day is moved by it. */
static bool span_in_zone(const char *edtf, const char *zone, struct dep_edtf_span *out)
{
    int64_t offset_s;
    struct dep_edtf_span span;
    struct dep_slice text = dep_slice_string(edtf);
    if (!dep_edtf_span_of(text, &span))
        return false;
    bool known = offset_of(zone, &offset_s), interval = dep_slice_find(text, '/') < text.len;
    if (known && !interval && text.len == sizeof "2021-03-28T14:00:00" - 1 &&
        edtf[DAY_LEN] == 'T') {
        DEP_AUTO_BUF whole;
        dep_buf_init(&whole, 64);
        dep_buf_addf(&whole, "%s%s", edtf, zone);
        if (!dep_buf_err(&whole))
            (void)dep_edtf_span_of(dep_buf_slice(&whole), &span);
    } else if (known && !strchr(edtf, 'T')) {
        shift(&span, -offset_s);
    }
    *out = span;
    return true;
}

bool dep_timeline_span(const json_t *time, struct dep_edtf_span *out)
{
    int64_t offset_s = 0;
    struct dep_edtf_span span;
    const char *edtf =
        json_is_string(time) ? json_string_value(time) : dep_json_string(time, "edtf");
    if (!edtf || !span_in_zone(edtf, dep_json_string(time, "zone"), &span))
        return false;
    (void)dep_json_int(time, "offset_s", &offset_s);
    shift(&span, offset_s);
    *out = span;
    return true;
}

bool dep_timeline_is_event(const char *field)
{
    static const char *const others[] = {"due", "review_on", "fiscal_year"};
    for (size_t i = 0; i < DEP_COUNT(others); i++)
        if (strcmp(others[i], field) == 0)
            return false;
    return true;
}

/* ---- the order ---- */

static int compare(const void *a, const void *b)
{
    const struct dep_timeline_event *left = a, *right = b;
    if (left->span.earliest_s != right->span.earliest_s)
        return left->span.earliest_s < right->span.earliest_s ? -1 : 1;
    if (left->span.end_s != right->span.end_s)
        return left->span.end_s < right->span.end_s ? -1 : 1;
    if (left->index != right->index)
        return left->index < right->index ? -1 : 1;
    return left->of < right->of ? -1 : left->of > right->of;
}

/* The most that those up to a place reach: never less than before, so that the first one that
 * reaches beyond a moment is found by halving. */
struct reach {
    int64_t end_s, stated_end_s;
    uint64_t recorded; /* one past the index of recorded ones; 0: none */
};

enum by { BY_END, BY_STATED_END, BY_INDEX };

static bool reaches(const struct reach *reach, enum by by, const struct dep_timeline_event *event)
{
    return by == BY_END          ? reach->end_s > event->span.earliest_s
           : by == BY_STATED_END ? reach->stated_end_s > event->span.earliest_s
                                 : reach->recorded > event->index + 1;
}

/* The first place below `at` that reaches beyond the event; `at` where none does. */
static size_t first_beyond(const struct reach *reach, size_t at, enum by by,
                           const struct dep_timeline_event *event)
{
    size_t low = 0, high = at;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reaches(&reach[middle], by, event))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static struct reach extend(const struct reach *before, const struct dep_timeline_event *event)
{
    struct reach reach = before ? *before : (struct reach){INT64_MIN, INT64_MIN, 0};
    if (event->span.end_s > reach.end_s)
        reach.end_s = event->span.end_s;
    if (!event->recorded && event->span.end_s > reach.stated_end_s)
        reach.stated_end_s = event->span.end_s;
    if (event->recorded && event->index + 1 > reach.recorded)
        reach.recorded = event->index + 1;
    return reach;
}

int dep_timeline_order(struct dep_timeline_event *events, size_t count)
{
    struct reach *reach = dep_alloc_array(count + 1, sizeof *reach);
    if (!reach)
        return DEP_ERR_NOMEM;
    if (count)
        qsort(events, count, sizeof *events, compare);
    for (size_t i = 0; i < count; i++) {
        struct dep_timeline_event *event = &events[i];
        event->may_precede =
            first_beyond(reach, i, event->recorded ? BY_STATED_END : BY_END, event);
        /* Two of the log have the log's order; a clock that went back lists them the other way. */
        size_t behind = event->recorded ? first_beyond(reach, i, BY_INDEX, event) : i;
        if (behind < event->may_precede)
            event->may_precede = behind;
        reach[i] = extend(i ? &reach[i - 1] : NULL, event);
    }
    free(reach);
    return DEP_OK;
}
