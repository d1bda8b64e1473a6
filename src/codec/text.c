#include "codec/text.h"

#include <stdio.h>
#include <string.h>

/* ---- UTF-8 (RFC 3629 section 4) ---- */

size_t dep_utf8_read(struct dep_slice text, size_t at, uint32_t *out)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = text.data[at];
    size_t len = first < 0x80       ? 1
                 : first >> 5 == 6  ? 2
                 : first >> 4 == 14 ? 3
                 : first >> 3 == 30 ? 4
                                    : 0;
    if (len == 0 || len > text.len - at)
        return 0;
    uint32_t code = len == 1 ? first : first & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (text.data[at + i] >> 6 != 2)
            return 0;
        code = code << 6 | (text.data[at + i] & 63);
    }
    if (code < least[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    *out = code;
    return len;
}

bool dep_utf8_valid(struct dep_slice text)
{
    uint32_t code;
    for (size_t at = 0, len; at < text.len; at += len)
        if ((len = dep_utf8_read(text, at, &code)) == 0)
            return false;
    return true;
}

void dep_utf8_write(uint32_t code, struct dep_buf *out)
{
    unsigned more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
    dep_buf_add_byte(out, (uint8_t)(first[more] | code >> 6 * more));
    while (more-- > 0)
        dep_buf_add_byte(out, (uint8_t)(0x80 | (code >> 6 * more & 63)));
}

/* ---- names of keys (c2sp.org/signed-note, Format) ---- */

bool dep_key_name_valid(struct dep_slice name)
{
    if (name.len == 0 || name.len > DEP_KEY_NAME_LEN_MAX || !dep_utf8_valid(name))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i] <= ' ' || name.data[i] == '+' || name.data[i] == 0x7f)
            return false;
    static const char *const spaces[] = {
        "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
        "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
        "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};
    for (size_t i = 0; i < DEP_COUNT(spaces); i++)
        if (memmem(name.data, name.len, spaces[i], strlen(spaces[i])))
            return false;
    return true;
}

/* ---- UUIDv7 (RFC 9562 section 5.7) ---- */

void dep_uuid7_encode(uint64_t unix_ms, const uint8_t random[10], char *out)
{
    uint8_t bytes[16], time[8];
    dep_u64_be(time, unix_ms);
    memcpy(bytes, time + 2, 6);
    memcpy(bytes + 6, random, 10);
    bytes[6] = (uint8_t)(0x70 | (bytes[6] & 0x0f));
    bytes[8] = (uint8_t)(0x80 | (bytes[8] & 0x3f));
    char hex[33];
    dep_hex_encode(bytes, sizeof bytes, hex);
    static const size_t groups[] = {8, 4, 4, 4, 12};
    const char *from = hex;
    for (size_t i = 0; i < DEP_COUNT(groups); i++) {
        memcpy(out, from, groups[i]);
        out += groups[i];
        from += groups[i];
        *out++ = i + 1 < DEP_COUNT(groups) ? '-' : 0;
    }
}

bool dep_uuid7_valid(struct dep_slice text)
{
    if (text.len != DEP_UUID_LEN || text.data[14] != '7' || !strchr("89ab", text.data[19]))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        uint8_t byte = text.data[i];
        if (dash ? byte != '-' : !((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f')))
            return false;
    }
    return true;
}

/* ---- dates ---- */

static bool leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int dep_days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : days[month - 1];
}

int64_t dep_days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void dep_time_encode(int64_t unix_s, char *out)
{
    assert(unix_s >= 0 && unix_s < INT64_C(253402300800));
    int64_t days = unix_s / 86400, second = unix_s % 86400;
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097, of_era = shifted % 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int day = (int)(of_year - (153 * month + 2) / 5 + 1);
    month += month < 10 ? 3 : -9;
    int year = (int)(year_of_era + era * 400 + (month <= 2));
    char room[40];
    (void)snprintf(room, sizeof room, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, (int)month, day,
                   (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    memcpy(out, room, 21);
}

/* Exactly `count` digits at the front of `rest`. */
static bool take_digits(struct dep_slice *rest, size_t count, int *out)
{
    int value = 0;
    if (rest->len < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (rest->data[i] < '0' || rest->data[i] > '9')
            return false;
        value = value * 10 + rest->data[i] - '0';
    }
    *rest = dep_slice_sub(*rest, count, rest->len - count);
    *out = value;
    return true;
}

static bool take_byte(struct dep_slice *rest, char byte)
{
    if (rest->len == 0 || rest->data[0] != (uint8_t)byte)
        return false;
    *rest = dep_slice_sub(*rest, 1, rest->len - 1);
    return true;
}

struct time_of_day {
    int hour, minute, second, offset_min;
};

static bool take_offset(struct dep_slice *rest, int *out_min)
{
    int hour, minute, sign = take_byte(rest, '-') ? -1 : 1;
    if (sign > 0 && !take_byte(rest, '+')) {
        *out_min = 0;
        return take_byte(rest, 'Z') || take_byte(rest, 'z');
    }
    if (!take_digits(rest, 2, &hour) || !take_byte(rest, ':') || !take_digits(rest, 2, &minute) ||
        hour > 23 || minute > 59)
        return false;
    *out_min = sign * (hour * 60 + minute);
    return true;
}

static bool take_time(struct dep_slice *rest, bool offset_needed, struct time_of_day *out)
{
    int fraction;
    *out = (struct time_of_day){.hour = 0};
    if (!take_digits(rest, 2, &out->hour) || !take_byte(rest, ':') ||
        !take_digits(rest, 2, &out->minute) || !take_byte(rest, ':') ||
        !take_digits(rest, 2, &out->second) || out->hour > 23 || out->minute > 59 ||
        out->second > 60)
        return false;
    if (take_byte(rest, '.')) {
        if (!take_digits(rest, 1, &fraction))
            return false;
        while (take_digits(rest, 1, &fraction))
            ;
    }
    if (rest->len == 0 && !offset_needed)
        return true;
    return take_offset(rest, &out->offset_min);
}

bool dep_time_parse(struct dep_slice text, int64_t *unix_s, int *offset_min)
{
    int year, month, day;
    struct time_of_day time;
    if (!take_digits(&text, 4, &year) || !take_byte(&text, '-') || !take_digits(&text, 2, &month) ||
        !take_byte(&text, '-') || !take_digits(&text, 2, &day) ||
        !(take_byte(&text, 'T') || take_byte(&text, 't')))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > dep_days_in_month(year, month) ||
        !take_time(&text, true, &time) || text.len)
        return false;
    *unix_s = dep_days_from_civil(year, month, day) * 86400 + time.hour * 3600 + time.minute * 60 +
              time.second - time.offset_min * 60;
    if (offset_min)
        *offset_min = time.offset_min;
    return true;
}

static bool is_missing(struct dep_slice date)
{
    int year, month, day;
    return take_digits(&date, 4, &year) && take_byte(&date, '-') && take_digits(&date, 2, &month) &&
           take_byte(&date, '-') && take_digits(&date, 2, &day) && month >= 1 && month <= 12 &&
           day <= 31 && day > dep_days_in_month(year, month) &&
           (date.len == 0 || memchr("Tt?~%", date.data[0], 5));
}

bool dep_day_missing(struct dep_slice text)
{
    while (text.len)
        if (is_missing(dep_slice_next(&text, '/')))
            return true;
    return false;
}

/* ---- EDTF (ISO 8601-2:2019 clause 4, levels 0 and 1) ---- */

/* Two digits or "XX"; -1 for unspecified. */
static bool take_pair(struct dep_slice *rest, int *out)
{
    if (dep_slice_starts(*rest, "XX")) {
        *rest = dep_slice_sub(*rest, 2, rest->len - 2);
        *out = -1;
        return true;
    }
    return take_digits(rest, 2, out);
}

/* Year with up to all digits unspecified from the right ("201X", "20XX"); or 'Y' and five digits
 * and more. */
static bool take_year(struct dep_slice *rest, int64_t *out)
{
    int64_t year = 0;
    int digit;
    if (take_byte(rest, 'Y')) {
        (void)take_byte(rest, '-');
        size_t count = 0;
        while (count < 12 && take_digits(rest, 1, &digit))
            count++;
        *out = 2000;
        return count >= 5;
    }
    (void)take_byte(rest, '-');
    bool unspecified = false;
    for (int i = 0; i < 4; i++) {
        if (!unspecified && take_digits(rest, 1, &digit)) {
            year = year * 10 + digit;
        } else if (take_byte(rest, 'X')) {
            unspecified = true;
            year = year * 10;
        } else {
            return false;
        }
    }
    *out = unspecified ? 2000 : year;
    return true;
}

static bool edtf_date(struct dep_slice text, bool time_allowed)
{
    int64_t year;
    int month = 0, day = 0;
    if (!take_year(&text, &year))
        return false;
    if (take_byte(&text, '-')) {
        if (!take_pair(&text, &month))
            return false;
        bool season = month >= 21 && month <= 24;
        if (month != -1 && !season && (month < 1 || month > 12))
            return false;
        if (!season && take_byte(&text, '-')) {
            if (!take_pair(&text, &day))
                return false;
            int most = month == -1 ? 31 : dep_days_in_month(year, month);
            if (day != -1 && (day < 1 || day > most || month == -1))
                return false;
        }
    }
    if (day > 0 && time_allowed && take_byte(&text, 'T')) {
        struct time_of_day time;
        return take_time(&text, false, &time) && text.len == 0;
    }
    (void)(take_byte(&text, '?') || take_byte(&text, '~') || take_byte(&text, '%'));
    return text.len == 0;
}

bool dep_edtf_valid(struct dep_slice text)
{
    size_t slash = dep_slice_find(text, '/');
    if (slash == text.len)
        return edtf_date(text, true);
    struct dep_slice from = dep_slice_sub(text, 0, slash);
    struct dep_slice to = dep_slice_sub(text, slash + 1, text.len - slash - 1);
    bool from_open = from.len == 0 || dep_slice_equal_string(from, "..");
    bool to_open = to.len == 0 || dep_slice_equal_string(to, "..");
    return (from_open || edtf_date(from, false)) && (to_open || edtf_date(to, false)) &&
           !(from_open && to_open);
}

/* ---- language tags (RFC 5646 section 2.1, well-formed enough to store) ---- */

bool dep_lang_valid(struct dep_slice text)
{
    enum { TAG_MAX = 64 };
    if (text.len == 0 || text.len > TAG_MAX || text.data[text.len - 1] == '-')
        return false;
    for (bool first = true; text.len; first = false) {
        struct dep_slice part = dep_slice_next(&text, '-');
        if (part.len < (first ? 2u : 1u) || part.len > 8)
            return false;
        for (size_t i = 0; i < part.len; i++) {
            uint8_t byte = part.data[i] | 0x20;
            bool letter = byte >= 'a' && byte <= 'z';
            bool digit = part.data[i] >= '0' && part.data[i] <= '9';
            if (!letter && (first || !digit))
                return false;
        }
    }
    return true;
}

/* ---- percent escapes ---- */

static bool plain(uint8_t byte)
{
    return byte >= 0x21 && byte <= 0x7e && byte != '%';
}

void dep_percent_encode(struct dep_slice in, struct dep_buf *out)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < in.len;) {
        size_t run = i;
        while (run < in.len && plain(in.data[run]))
            run++;
        dep_buf_add(out, in.data + i, run - i);
        if (run < in.len) {
            char escape[] = {'%', digits[in.data[run] >> 4], digits[in.data[run] & 15]};
            dep_buf_add(out, escape, sizeof escape);
            run++;
        }
        i = run;
    }
}

static int upper_hex(uint8_t digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

bool dep_percent_parse(struct dep_slice text, struct dep_buf *out)
{
    size_t kept = out->len;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        if (byte == '%') {
            int high = text.len - i > 2 ? upper_hex(text.data[i + 1]) : -1;
            int low = high < 0 ? -1 : upper_hex(text.data[i + 2]);
            if (low < 0 || plain((uint8_t)(high << 4 | low)))
                goto refuse;
            byte = (uint8_t)(high << 4 | low);
            i += 2;
        } else if (!plain(byte)) {
            goto refuse;
        }
        dep_buf_add_byte(out, byte);
    }
    return dep_buf_err(out) == DEP_OK;
refuse:
    out->len = kept;
    return false;
}

/* ---- digits and display ---- */

void dep_digits_ascii(struct dep_slice text, struct dep_buf *out)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t code = 0;
        size_t len = dep_utf8_read(text, at, &code);
        if (len == 2 && code >= 0x660 && code <= 0x669)
            dep_buf_add_byte(out, (uint8_t)('0' + code - 0x660));
        else if (len == 2 && code >= 0x6f0 && code <= 0x6f9)
            dep_buf_add_byte(out, (uint8_t)('0' + code - 0x6f0));
        else if (len == 2 && code == 0x66b)
            dep_buf_add_byte(out, '.');
        else
            dep_buf_add(out, text.data + at, len ? len : 1);
        at += len ? len : 1;
    }
}

static bool shown_as_is(uint32_t code)
{
    bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    bool bidi = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
                code == 0x200e || code == 0x200f || code == 0x61c;
    return !control && !bidi && code != 0x2028 && code != 0x2029;
}

void dep_text_show(struct dep_slice text, struct dep_buf *out)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t code = 0;
        size_t len = dep_utf8_read(text, at, &code);
        if (len && shown_as_is(code)) {
            dep_buf_add(out, text.data + at, len);
            at += len;
            continue;
        }
        for (size_t end = at + (len ? len : 1); at < end; at++)
            dep_buf_addf(out, "\\x%02X", text.data[at]);
    }
}
