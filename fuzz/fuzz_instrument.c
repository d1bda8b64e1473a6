/* Citations and dates: what is proposed is valid, what is valid is its own proposal; what is
 * reduced means no less than it did. */
#include "codec/edtf.h"
#include "rules/instrument.h"

#include <stdlib.h>

/* A time without a zone is the day before or after in some of them. */
enum { ZONE_MOST_S = 24 * 3600 };

static void check_date(struct dep_slice text, enum dep_edtf_unit unit)
{
    DEP_AUTO_BUF out;
    dep_buf_init(&out, 1 << 20);
    struct dep_edtf_span exact, coarse;
    bool date = dep_edtf_span_of(text, &exact);
    if (dep_edtf_reduce(text, unit, &out) != date)
        abort();
    if (!date || dep_buf_err(&out))
        return;
    if (!dep_edtf_span_of(dep_buf_slice(&out), &coarse) ||
        coarse.earliest_s > exact.earliest_s + ZONE_MOST_S ||
        coarse.end_s < exact.end_s - ZONE_MOST_S || !dep_edtf_coarse(dep_buf_slice(&out), unit))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct dep_slice text = dep_slice_of(data, len);
    for (int unit = DEP_EDTF_YEAR; unit <= DEP_EDTF_DAY; unit++)
        check_date(text, (enum dep_edtf_unit)unit);
    DEP_AUTO_BUF out;
    dep_buf_init(&out, DEP_INSTRUMENT_LEN_MAX);
    bool proposed = dep_instrument_propose(text, &out), valid = dep_instrument_valid(text);
    if (proposed && !dep_instrument_valid(dep_buf_slice(&out)))
        abort();
    if (valid && !dep_instrument_record(text).len &&
        (!proposed || !dep_slice_equal(dep_buf_slice(&out), text)))
        abort();
    return 0;
}
