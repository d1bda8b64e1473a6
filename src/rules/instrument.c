#include "rules/instrument.h"

#include "codec/text.h"

#include <string.h>

enum { BODY_LEN_MIN = 2, BODY_LEN_MAX = 16 };
static const char RECORD[] = "record:";

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_upper(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_lower(uint8_t byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool all_digits(struct dep_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.data[i]))
            return false;
    return text.len > 0;
}

static bool body_valid(struct dep_slice body)
{
    if (body.len < BODY_LEN_MIN || body.len > BODY_LEN_MAX || !is_lower(body.data[0]))
        return false;
    for (size_t i = 1; i < body.len; i++)
        if (!is_lower(body.data[i]) && !is_digit(body.data[i]) && body.data[i] != '-')
            return false;
    return true;
}

static bool segment_valid(struct dep_slice segment)
{
    for (size_t i = 0; i < segment.len; i++)
        if (!is_upper(segment.data[i]) && !is_digit(segment.data[i]) &&
            !memchr(".-()", segment.data[i], 4))
            return false;
    return segment.len > 0 && !(all_digits(segment) && segment.len > 1 && segment.data[0] == '0');
}

/* Resolutions have a number, of the Assembly a session and a number, and nothing behind: the year
 * would make two of one. */
static bool resolution_valid(struct dep_slice symbol)
{
    bool council = dep_slice_starts(symbol, "S/RES/"),
         assembly = dep_slice_starts(symbol, "A/RES/");
    if (!council && !assembly)
        return true;
    size_t count = 0;
    symbol = dep_slice_sub(symbol, 6, symbol.len - 6);
    for (; symbol.len; count++)
        if (!all_digits(dep_slice_next(&symbol, '/')) && council)
            return false;
    return count == (council ? 1u : 2u) || (assembly && count == 1);
}

struct dep_slice dep_instrument_record(struct dep_slice text)
{
    struct dep_slice none = {NULL, 0};
    size_t len = sizeof RECORD - 1;
    if (!dep_slice_starts(text, RECORD))
        return none;
    struct dep_slice id = dep_slice_sub(text, len, text.len - len);
    return dep_uuid7_valid(id) ? id : none;
}

bool dep_instrument_valid(struct dep_slice text)
{
    if (text.len > DEP_INSTRUMENT_LEN_MAX)
        return false;
    if (dep_slice_starts(text, RECORD))
        return dep_instrument_record(text).len > 0;
    size_t colon = dep_slice_find(text, ':');
    if (colon == text.len || colon + 1 == text.len || text.data[text.len - 1] == '/')
        return false;
    struct dep_slice body = dep_slice_sub(text, 0, colon);
    struct dep_slice symbol = dep_slice_sub(text, colon + 1, text.len - colon - 1), rest = symbol;
    while (rest.len)
        if (!segment_valid(dep_slice_next(&rest, '/')))
            return false;
    return body_valid(body) && (!dep_slice_equal_string(body, "un") || resolution_valid(symbol));
}

/* ---- what was meant ---- */

/* Without blanks, in capitals. */
static void squeeze(struct dep_slice text, struct dep_buf *out)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] > ' ')
            dep_buf_add_byte(out, is_lower(text.data[i]) ? (uint8_t)(text.data[i] - 'a' + 'A')
                                                         : text.data[i]);
}

static bool drop_prefix(struct dep_slice *text, const char *prefix)
{
    if (!dep_slice_starts(*text, prefix))
        return false;
    size_t len = strlen(prefix);
    *text = dep_slice_sub(*text, len, text->len - len);
    return true;
}

static void add_symbol(struct dep_slice symbol, bool resolution, struct dep_buf *out)
{
    /* The year of a resolution, in its brackets. */
    size_t bracket = dep_slice_find(symbol, '(');
    if (resolution && bracket < symbol.len)
        symbol = dep_slice_sub(symbol, 0, bracket);
    for (bool first = true; symbol.len; first = false) {
        struct dep_slice segment = dep_slice_next(&symbol, '/');
        while (all_digits(segment) && segment.len > 1 && segment.data[0] == '0')
            segment = dep_slice_sub(segment, 1, segment.len - 1);
        if (!first)
            dep_buf_add_byte(out, '/');
        dep_buf_add_slice(out, segment);
    }
}

/* `text`: squeezed. */
static void add_proposal(struct dep_slice text, struct dep_buf *out)
{
    size_t colon = dep_slice_find(text, ':');
    bool by_number = false;
    if (colon < text.len && colon <= BODY_LEN_MAX) {
        for (size_t i = 0; i < colon; i++)
            dep_buf_add_byte(out, is_upper(text.data[i]) ? (uint8_t)(text.data[i] - 'A' + 'a')
                                                         : text.data[i]);
        dep_buf_add_byte(out, ':');
        text = dep_slice_sub(text, colon + 1, text.len - colon - 1);
    } else {
        dep_buf_add_string(out, "un:");
        by_number = drop_prefix(&text, "UNSCR");
        dep_buf_add_string(out, by_number ? "S/RES/" : "");
    }
    bool council = by_number || (dep_slice_equal_string(dep_buf_slice(out), "un:") &&
                                 dep_slice_starts(text, "S/RES/"));
    add_symbol(text, council, out);
}

bool dep_instrument_propose(struct dep_slice text, struct dep_buf *out)
{
    DEP_AUTO_BUF squeezed, proposal;
    dep_buf_init(&squeezed, DEP_INSTRUMENT_LEN_MAX);
    dep_buf_init(&proposal, 2 * DEP_INSTRUMENT_LEN_MAX);
    squeeze(text, &squeezed);
    if (dep_buf_err(&squeezed))
        return false;
    add_proposal(dep_buf_slice(&squeezed), &proposal);
    if (dep_buf_err(&proposal) || !dep_instrument_valid(dep_buf_slice(&proposal)))
        return false;
    dep_buf_add_slice(out, dep_buf_slice(&proposal));
    return true;
}
