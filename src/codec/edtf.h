/*
 * What an EDTF date may mean: its earliest and latest moment; and the same date, less exact.
 *
 * Format:  ISO 8601-2:2019 clause 4, levels 0 and 1; dep_edtf_valid() in codec/text.h.
 * Layer:   codec (pure).
 */
#ifndef DEP_CODEC_EDTF_H
#define DEP_CODEC_EDTF_H
#include "base/base.h"

/* [earliest, end) in seconds since 1970 UTC; INT64_MIN and INT64_MAX where open or beyond four
 * digits of a year. */
struct dep_edtf_span {
    int64_t earliest_s, end_s;
};
/*
 * Never narrower than what is meant: a time without a zone may be in any, a season anywhere in its
 * year. A day is one of UTC. What is uncertain or approximate is taken as it is written. False, and
 * `out` untouched, where it isn't EDTF.
 */
bool dep_edtf_span_of(struct dep_slice text, struct dep_edtf_span *out);

enum dep_edtf_unit { DEP_EDTF_YEAR, DEP_EDTF_MONTH, DEP_EDTF_DAY };
/* Is nothing in it finer than `unit`? False where it isn't EDTF. */
bool dep_edtf_coarse(struct dep_slice text, enum dep_edtf_unit unit);
/* Append `text`, each date of it cut to `unit` as it is written, whatever its zone; what is coarser
 * already stays. False, and `out` as it was, where it isn't EDTF. Errors of memory stand in
 * `out`. */
bool dep_edtf_reduce(struct dep_slice text, enum dep_edtf_unit unit, struct dep_buf *out);
#endif
