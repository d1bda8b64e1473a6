/*
 * Events in time, without inventing an order: each has a span in which it happened, and where two
 * spans overlap nobody knows which came first.
 *
 * Format:  a time as stated: doc/format/record.md section 5; EDTF: codec/edtf.h.
 * Layer:   rules (pure).
 */
#ifndef DEP_RULES_TIMELINE_H
#define DEP_RULES_TIMELINE_H
#include "codec/edtf.h"
#include "codec/json.h"

struct dep_timeline_event {
    struct dep_edtf_span span; /* INT64_MIN, INT64_MAX: open */
    uint64_t index;            /* of its record in the log */
    bool recorded; /* the span is of the recording: the log knows the order of two such */
    size_t of;     /* the caller's own */
    /* Made by dep_timeline_order(): where the first event stands that this one may have happened
     * before although it is listed after it; its own place where there is none. */
    size_t may_precede;
};
/* By the earliest moment, then the latest, then the log. The same events give the same list. DEP_OK
 * or DEP_ERR_NOMEM: then nothing is changed. */
DEP_MUST_USE int dep_timeline_order(struct dep_timeline_event *events, size_t count);
/*
 * What a time as stated may mean: an EDTF text, or an object with one. A zone that is an offset is
 * the date's own; one by name, or none, leaves a time of day in any zone, and a day one of UTC.
 * What was measured to be wrong with the clock is added. False where no date is in it.
 */
bool dep_timeline_span(const json_t *time, struct dep_edtf_span *out);
/* Does a field of this name say when something happened? Not those of what is to come ("due"). */
bool dep_timeline_is_event(const char *field);
#endif
