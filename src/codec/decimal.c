#include "codec/decimal.h"

#include <string.h>

static const dep_int128 ONE = 1000000000;

static dep_int128 most(void)
{
    return ONE * ONE * ONE * ONE;
}

static bool digit(struct dep_slice text, size_t at)
{
    return at < text.len && text.data[at] >= '0' && text.data[at] <= '9';
}

bool dep_decimal_parse(struct dep_slice text, struct dep_decimal *out)
{
    bool minus = text.len > 0 && text.data[0] == '-';
    size_t at = minus, from = at;
    dep_int128 nano = 0;
    for (; digit(text, at) && at - from < DEP_DECIMAL_WHOLE; at++)
        nano = nano * 10 + (text.data[at] - '0');
    if (at == from || (at - from > 1 && text.data[from] == '0'))
        return false;
    size_t places = 0;
    if (at < text.len && text.data[at] == '.') {
        for (at++; digit(text, at) && places < DEP_DECIMAL_PLACES; at++, places++)
            nano = nano * 10 + (text.data[at] - '0');
        if (places == 0)
            return false;
    }
    if (at != text.len || (minus && nano == 0))
        return false;
    for (; places < DEP_DECIMAL_PLACES; places++)
        nano *= 10;
    out->nano = minus ? -nano : nano;
    return true;
}

const char *dep_decimal_encode(struct dep_decimal value, unsigned places,
                               char out[DEP_DECIMAL_ROOM])
{
    char reversed[DEP_DECIMAL_ROOM];
    size_t len = 0, at = 0;
    dep_int128 rest = value.nano < 0 ? -value.nano : value.nano;
    for (unsigned left = DEP_DECIMAL_PLACES; left > 0; left--, rest /= 10) {
        char next = (char)('0' + (int)(rest % 10));
        if (left > places && len == 0 && next == '0')
            continue;
        reversed[len++] = next;
    }
    if (len > 0)
        reversed[len++] = '.';
    do
        reversed[len++] = (char)('0' + (int)(rest % 10));
    while ((rest /= 10) > 0);
    if (value.nano < 0)
        out[at++] = '-';
    while (len > 0)
        out[at++] = reversed[--len];
    out[at] = 0;
    return out;
}

static bool within(dep_int128 nano)
{
    return nano <= most() && nano >= -most();
}

bool dep_decimal_add(struct dep_decimal a, struct dep_decimal b, struct dep_decimal *out)
{
    dep_int128 sum = a.nano + b.nano; /* of two within 10^36 */
    if (!within(sum))
        return false;
    out->nano = sum;
    return true;
}

bool dep_decimal_multiply(struct dep_decimal a, struct dep_decimal b, unsigned places,
                          struct dep_decimal *out)
{
    bool minus = (a.nano < 0) != (b.nano < 0);
    dep_int128 left = a.nano < 0 ? -a.nano : a.nano, right = b.nano < 0 ? -b.nano : b.nano;
    /* left * right = whole * right * 10^9 + part * right, in units of 10^-18. */
    dep_int128 whole = left / ONE, part = left % ONE, high, low, unit = 1;
    if (__builtin_mul_overflow(whole, right, &high) || __builtin_mul_overflow(part, right, &low) ||
        __builtin_add_overflow(high, low / ONE, &high) || !within(high))
        return false;
    for (unsigned i = places; i < DEP_DECIMAL_PLACES; i++)
        unit *= 10;
    dep_int128 rest = high % unit, twice = 2 * rest;
    bool more = low % ONE != 0; /* something behind the ninth decimal */
    high -= rest;
    bool up = twice > unit || (twice == unit && (more || high / unit % 2 == 1));
    if (unit == 1) { /* the ninth decimal itself is rounded by what is behind it */
        dep_int128 behind = 2 * (low % ONE);
        up = behind > ONE || (behind == ONE && high % 2 == 1);
    }
    if (up)
        high += unit;
    if (!within(high))
        return false;
    out->nano = minus ? -high : high;
    return true;
}

int dep_decimal_compare(struct dep_decimal a, struct dep_decimal b)
{
    return (a.nano > b.nano) - (a.nano < b.nano);
}

/* ---- currencies ---- */

/* ISO 4217 list one, by their minor units; those of two decimals are the most. */
static const char PLACES_0[] =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
static const char PLACES_3[] = "BHD IQD JOD KWD LYD OMR TND";
static const char PLACES_4[] = "CLF UYW";
static const char PLACES_2[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD "
    "FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW "
    "KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN "
    "NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD "
    "SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU "
    "UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL";

static bool listed(const char *list, struct dep_slice code)
{
    for (; *list; list += list[3] ? 4 : 3)
        if (memcmp(list, code.data, 3) == 0)
            return true;
    return false;
}

bool dep_degrees_parse(struct dep_slice text, unsigned most, size_t *out_decimals)
{
    enum { WHOLE_MAX = 3 };
    size_t from = text.len > 0 && text.data[0] == '-', at = from, decimals = 0;
    unsigned degrees = 0;
    bool beyond = false;
    for (; digit(text, at) && at - from < WHOLE_MAX; at++)
        degrees = degrees * 10 + (unsigned)(text.data[at] - '0');
    bool whole = at > from;
    if (at < text.len && text.data[at] == '.') {
        for (at++; digit(text, at); at++, decimals++)
            beyond = beyond || text.data[at] != '0';
        whole = whole && decimals > 0;
    }
    if (!whole || at != text.len || degrees > most || (degrees == most && beyond))
        return false;
    if (out_decimals)
        *out_decimals = decimals;
    return true;
}

int dep_currency_places(struct dep_slice code)
{
    if (code.len != 3)
        return -1;
    return listed(PLACES_2, code)   ? 2
           : listed(PLACES_0, code) ? 0
           : listed(PLACES_3, code) ? 3
           : listed(PLACES_4, code) ? 4
                                    : -1;
}
