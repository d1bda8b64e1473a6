/*
 * Exact decimal numbers: amounts of money and rates. Nothing is ever rounded unasked.
 *
 * Format:  doc/format/mandate.md section 3: [-]DIGITS[.DIGITS], at most 18 digits before the point
 *          and 9 behind it; no exponent, no needless leading zero, no "-0". And currencies, ISO
 *          4217. And degrees of a place (doc/format/record.md section 5).
 * Layer:   codec (pure).
 */
#ifndef DEP_CODEC_DECIMAL_H
#define DEP_CODEC_DECIMAL_H
#include "base/base.h"

enum { DEP_DECIMAL_WHOLE = 18, DEP_DECIMAL_PLACES = 9, DEP_DECIMAL_ROOM = 64 };

__extension__ typedef __int128 dep_int128;
/* In units of 10^-9. Sums may grow beyond what may be stated: up to 10^36 units. */
struct dep_decimal {
    dep_int128 nano;
};

/* False, and `out` untouched, where it isn't one, or is longer than may be stated. */
bool dep_decimal_parse(struct dep_slice text, struct dep_decimal *out);
/* With at least `places` decimals (at most 9), more where they aren't zeros. Returns `out`. */
const char *dep_decimal_encode(struct dep_decimal value, unsigned places,
                               char out[DEP_DECIMAL_ROOM]);
/* False, and `out` untouched, where a result is beyond 10^36 units. `out` may be an operand. */
DEP_MUST_USE bool dep_decimal_add(struct dep_decimal a, struct dep_decimal b,
                                  struct dep_decimal *out);
/* Rounded once, to `places` decimals, a half to the even one (ISO 80000-1 annex B, rule A). */
DEP_MUST_USE bool dep_decimal_multiply(struct dep_decimal a, struct dep_decimal b, unsigned places,
                                       struct dep_decimal *out);
/* As memcmp. */
int dep_decimal_compare(struct dep_decimal a, struct dep_decimal b);

/*
 * Degrees of a place: [-]DIGITS[.DIGITS], from -`most` to `most`, with as many decimals as were
 * measured. False, and `out_decimals` (may be NULL) untouched, where it isn't that.
 */
bool dep_degrees_parse(struct dep_slice text, unsigned most, size_t *out_decimals);

/* The minor unit of a currency of ISO 4217 as its number of decimals; -1 where there is none
 * such. */
int dep_currency_places(struct dep_slice code);
#endif
