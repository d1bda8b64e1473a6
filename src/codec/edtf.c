#include "codec/edtf.h"

#include "codec/text.h"

enum { DAY_S = 86400, YEAR_LEN = 4, MONTH_LEN = 7, DAY_LEN = 10, SEASON_FIRST = 21 };

static int pair(struct dep_slice text, size_t at)
{
    return text.data[at] == 'X' ? 0 : (text.data[at] - '0') * 10 + text.data[at + 1] - '0';
}

/* The four characters of a year, an X read as `digit`. */
static int64_t year_of(struct dep_slice text, int digit)
{
    int64_t year = 0;
    for (size_t i = 0; i < YEAR_LEN; i++)
        year = year * 10 + (text.data[i] == 'X' ? digit : text.data[i] - '0');
    return year;
}

static int64_t start_of(int64_t year, int month, int day)
{
    return dep_days_from_civil(year, month, day) * DAY_S;
}

static void span_of_day(struct dep_slice text, int64_t year, struct dep_edtf_span *out)
{
    /* As much as an offset may say, either way. */
    enum { ZONE_MOST_S = DAY_S };
    int64_t at_s = start_of(year, pair(text, 5), pair(text, 8));
    *out = (struct dep_edtf_span){at_s, at_s + DAY_S};
    if (text.len <= DAY_LEN || text.data[DAY_LEN] != 'T')
        return;
    if (year >= 0 && dep_time_parse(text, &at_s, NULL)) {
        *out = (struct dep_edtf_span){at_s, at_s + 1};
        return;
    }
    at_s += pair(text, 11) * 3600 + pair(text, 14) * 60 + pair(text, 17);
    *out = (struct dep_edtf_span){at_s - ZONE_MOST_S, at_s + ZONE_MOST_S + 1};
}

/* One date, which is EDTF. */
static struct dep_edtf_span span_of_date(struct dep_slice text)
{
    struct dep_edtf_span span = {INT64_MIN, INT64_MAX};
    if (text.data[0] == 'Y')
        return span;
    bool before_zero = text.data[0] == '-';
    if (before_zero)
        text = dep_slice_sub(text, 1, text.len - 1);
    int64_t low = year_of(text, 0), high = year_of(text, 9);
    int64_t first = before_zero ? -high : low, last = before_zero ? -low : high;
    int month = text.len >= MONTH_LEN && text.data[YEAR_LEN] == '-' ? pair(text, YEAR_LEN + 1) : 0;
    int day = text.len >= DAY_LEN && text.data[MONTH_LEN] == '-' ? pair(text, MONTH_LEN + 1) : 0;
    if (first != last || month == 0 || month >= SEASON_FIRST)
        return (struct dep_edtf_span){start_of(first, 1, 1), start_of(last + 1, 1, 1)};
    span.earliest_s = start_of(first, month, 1);
    span.end_s = span.earliest_s + (int64_t)dep_days_in_month(first, month) * DAY_S;
    if (day)
        span_of_day(text, first, &span);
    return span;
}

static bool is_open(struct dep_slice text)
{
    return text.len == 0 || dep_slice_equal_string(text, "..");
}

/* Both dates of an interval; the one date twice where it is none. */
static void cut(struct dep_slice text, struct dep_slice *out_from, struct dep_slice *out_to)
{
    size_t slash = dep_slice_find(text, '/');
    *out_from = dep_slice_sub(text, 0, slash);
    *out_to = slash == text.len ? text : dep_slice_sub(text, slash + 1, text.len - slash - 1);
}

bool dep_edtf_span_of(struct dep_slice text, struct dep_edtf_span *out)
{
    if (!dep_edtf_valid(text))
        return false;
    struct dep_slice from, to;
    cut(text, &from, &to);
    *out = (struct dep_edtf_span){is_open(from) ? INT64_MIN : span_of_date(from).earliest_s,
                                  is_open(to) ? INT64_MAX : span_of_date(to).end_s};
    return true;
}

/* How much of a date may stay; all of it where that is nothing finer. */
static size_t kept_len(struct dep_slice date, enum dep_edtf_unit unit)
{
    if (is_open(date) || date.data[0] == 'Y')
        return date.len;
    size_t sign = date.data[0] == '-';
    size_t most = sign + (unit == DEP_EDTF_YEAR    ? YEAR_LEN
                          : unit == DEP_EDTF_MONTH ? MONTH_LEN
                                                   : DAY_LEN);
    return date.len > most && (date.data[most] == '-' || date.data[most] == 'T') ? most : date.len;
}

static void add_reduced(struct dep_slice date, enum dep_edtf_unit unit, struct dep_buf *out)
{
    size_t len = kept_len(date, unit);
    dep_buf_add_slice(out, dep_slice_sub(date, 0, len));
    uint8_t last = date.len ? date.data[date.len - 1] : 0;
    if (len < date.len && (last == '?' || last == '~' || last == '%'))
        dep_buf_add_byte(out, last);
}

bool dep_edtf_coarse(struct dep_slice text, enum dep_edtf_unit unit)
{
    if (!dep_edtf_valid(text))
        return false;
    struct dep_slice from, to;
    cut(text, &from, &to);
    return kept_len(from, unit) == from.len && kept_len(to, unit) == to.len;
}

bool dep_edtf_reduce(struct dep_slice text, enum dep_edtf_unit unit, struct dep_buf *out)
{
    if (!dep_edtf_valid(text))
        return false;
    struct dep_slice from, to;
    cut(text, &from, &to);
    add_reduced(from, unit, out);
    if (from.len < text.len) {
        dep_buf_add_byte(out, '/');
        add_reduced(to, unit, out);
    }
    return true;
}
