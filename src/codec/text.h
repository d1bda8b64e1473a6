/*
 * Small text forms: UTF-8, UUIDv7, RFC 3339 time, EDTF dates, percent escapes, language tags,
 * digits of other scripts.
 *
 * Layer:   codec (pure; the clock and randomness are arguments).
 */
#ifndef DEP_CODEC_TEXT_H
#define DEP_CODEC_TEXT_H
#include "base/base.h"

/* Well-formed UTF-8 (RFC 3629: no surrogate, no overlong form). */
bool dep_utf8_valid(struct dep_slice text);
/* Length of the well-formed sequence at `at` (below text.len), 0 where there is none; `out` its
 * code point. */
size_t dep_utf8_read(struct dep_slice text, size_t at, uint32_t *out);
/* Append one code point, at most 0x10ffff. */
void dep_utf8_write(uint32_t code, struct dep_buf *out);

/* Name of a note's key, and so a log's origin (c2sp.org/signed-note, Format): not empty, neither a
 * Unicode space, a control character nor a plus. */
enum { DEP_KEY_NAME_LEN_MAX = 255 };
bool dep_key_name_valid(struct dep_slice name);

/* UUIDv7 (RFC 9562 section 5.7): 48 bits of `unix_ms`, the rest from `random`. `out` holds
 * DEP_UUID_LEN + 1. */
void dep_uuid7_encode(uint64_t unix_ms, const uint8_t random[10], char *out);
/* Lower case, version 7, variant 2. */
bool dep_uuid7_valid(struct dep_slice text);

/* "2026-11-24T09:15:17Z". `out` holds 21. Years 1970 to 9999. */
void dep_time_encode(int64_t unix_s, char *out);
/* RFC 3339 with any offset; `offset_min` may be NULL. */
bool dep_time_parse(struct dep_slice text, int64_t *unix_s, int *offset_min);
/* Whether a date, a moment or an end of an interval is written as it should be and is a day that
 * its month doesn't have: "2021-02-31". */
bool dep_day_missing(struct dep_slice text);

/* Of the proleptic Gregorian calendar: days since 1970-01-01; days of a month (1 to 12). */
int64_t dep_days_from_civil(int64_t year, int month, int day);
int dep_days_in_month(int64_t year, int month);

/* EDTF (ISO 8601-2) levels 0 and 1: dates with times and zones, "2026-11", "2026-XX-05", "2026?",
 * "2026~", "2026-11/..", intervals, seasons. */
bool dep_edtf_valid(struct dep_slice text);

/* BCP 47 well-formed enough to store: language, script, region, subtags of 2 to 8 alphanumerics. */
bool dep_lang_valid(struct dep_slice text);

/* Bytes outside 0x21..0x7E, and '%', become %HH (upper case). The reader takes only what the
 * encoder would write. */
void dep_percent_encode(struct dep_slice in, struct dep_buf *out);
DEP_MUST_USE bool dep_percent_parse(struct dep_slice text, struct dep_buf *out);

/* Copy `text`, Arabic-Indic and Extended Arabic-Indic digits turned into ASCII, and the decimal
 * separator that stands between them into a point. */
void dep_digits_ascii(struct dep_slice text, struct dep_buf *out);

/* For a terminal or a page: control characters, bidi controls and invalid UTF-8 shown as \xHH. */
void dep_text_show(struct dep_slice text, struct dep_buf *out);
#endif
