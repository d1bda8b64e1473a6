/*
 * Formats of strings beyond JTD, doc/format/record.md section 5.
 */
#include "codec/base64.h"
#include "codec/bech32.h"
#include "codec/decimal.h"
#include "codec/text.h"
#include "record/internal.h"

#include <string.h>

static bool alnum(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

bool dep_code_valid(struct dep_slice code)
{
    if (code.len == 0 || code.len > DEP_CODE_LEN_MAX || !alnum(code.data[0]))
        return false;
    for (size_t i = 1; i < code.len; i++)
        if (!alnum(code.data[i]) && !memchr("._-", code.data[i], 3))
            return false;
    return true;
}

static bool sha256_valid(struct dep_slice text)
{
    uint8_t bytes[DEP_HASH_LEN];
    return dep_hex_parse(text, bytes, sizeof bytes);
}

/* Free text in one string: something in it, no control but tab and newline. */
static bool line_valid(struct dep_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 0x20 && text.data[i] != '\n' && text.data[i] != '\t')
            return false;
    return text.len > 0 && dep_utf8_valid(text);
}

/* -?digits[.digits], no needless leading zero, no "-0". */
static bool decimal_valid(struct dep_slice text)
{
    size_t at = text.len > 0 && text.data[0] == '-';
    size_t from = at;
    bool zero = true;
    while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
        zero = text.data[at++] == '0' && zero;
    if (at == from || text.len > 64 || (at - from > 1 && text.data[from] == '0'))
        return false;
    if (at < text.len && text.data[at] == '.') {
        size_t fraction = ++at;
        while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
            zero = text.data[at++] == '0' && zero;
        if (at == fraction)
            return false;
    }
    return at == text.len && !(from == 1 && zero);
}

static bool age_valid(struct dep_slice text)
{
    uint8_t bytes[32];
    return dep_bech32_parse(text, "age", bytes, sizeof bytes, NULL) == DEP_OK &&
           text.data[0] == 'a';
}

static bool thumbprint_valid(struct dep_slice text)
{
    uint8_t bytes[DEP_HASH_LEN];
    return dep_base64_parse_exact(DEP_BASE64_URL, text, bytes, sizeof bytes);
}

static bool base64url_valid(struct dep_slice text)
{
    return dep_base64_valid(DEP_BASE64_URL, text);
}

/* One text for one moment: as dep_time_encode writes it. */
static bool utc_valid(struct dep_slice text)
{
    int64_t unix_s;
    char again[21];
    if (text.len != sizeof again - 1 || !dep_time_parse(text, &unix_s, NULL) || unix_s < 0)
        return false;
    dep_time_encode(unix_s, again);
    return dep_slice_equal_string(text, again);
}

/* The one format of numbers: how many there are of what is there. */
static const char COUNT[] = "count";

/* Of records that are read: before latitudes and longitudes had a format, anything was stated. */
static bool any_valid(struct dep_slice text)
{
    (void)text;
    return true;
}

static const struct {
    const char *name;
    bool (*valid)(struct dep_slice text);
} formats[] = {
    {"edtf", dep_edtf_valid},
    {"sha256", sha256_valid},
    {"uuid", dep_uuid7_valid},
    {"lang", dep_lang_valid},
    {"code", dep_code_valid},
    {"text", line_valid},
    {"decimal", decimal_valid},
    {"age-recipient", age_valid},
    {"jwk-thumbprint", thumbprint_valid},
    {"base64url", base64url_valid},
    {"utc", utc_valid},
    {"latitude", any_valid},
    {"longitude", any_valid},
};

bool dep_format_valid(const char *format, const json_t *value)
{
    if (strcmp(format, COUNT) == 0)
        return json_number_value(value) >= 1;
    if (!json_is_string(value))
        return true;
    struct dep_slice text = dep_slice_of(json_string_value(value), json_string_length(value));
    for (size_t i = 0; i < DEP_COUNT(formats); i++)
        if (strcmp(formats[i].name, format) == 0)
            return formats[i].valid(text);
    return false;
}

bool dep_format_stated(const char *format, const json_t *value)
{
    static const struct {
        const char *name;
        unsigned most;
    } degrees[] = {{"latitude", 90}, {"longitude", 180}};
    struct dep_slice text = dep_slice_of(json_string_value(value), json_string_length(value));
    for (size_t i = 0; json_is_string(value) && i < DEP_COUNT(degrees); i++)
        if (strcmp(degrees[i].name, format) == 0)
            return dep_degrees_parse(text, degrees[i].most, NULL);
    return dep_format_valid(format, value);
}

bool dep_format_known(const char *format)
{
    if (strcmp(format, COUNT) == 0)
        return true;
    for (size_t i = 0; i < DEP_COUNT(formats); i++)
        if (strcmp(formats[i].name, format) == 0)
            return true;
    return false;
}
