/*
 * A reader of exactly as much JSON as finding a member of an object takes: strings and brackets.
 * Whether the rest is well formed was asked before the record was committed, and is asked again by
 * dep_record_parse() where its values count.
 */
#include "record/outline.h"

#include "codec/base64.h"

#include <string.h>

/* What is left to be read. */
struct reader {
    const uint8_t *at, *end;
};

static struct reader reader_of(struct dep_slice text)
{
    const uint8_t *from = text.len ? text.data : (const uint8_t *)"";
    return (struct reader){from, from + text.len};
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
                                        *reader->at == '\n' || *reader->at == '\r'))
        reader->at++;
}

static bool take(struct reader *reader, uint8_t byte)
{
    skip_blanks(reader);
    if (reader->at == reader->end || *reader->at != byte)
        return false;
    reader->at++;
    return true;
}

/* Without its quotes; escapes as they stand. */
static bool take_string(struct reader *reader, struct dep_slice *out)
{
    if (!take(reader, '"'))
        return false;
    const uint8_t *from = reader->at;
    for (; reader->at < reader->end && *reader->at != '"'; reader->at++)
        if (*reader->at == '\\' && reader->at + 1 < reader->end)
            reader->at++;
    if (reader->at >= reader->end)
        return false;
    *out = dep_slice_of(from, (size_t)(reader->at - from));
    reader->at++;
    return true;
}

/* An array or an object, with all that is in it. */
static bool skip_nested(struct reader *reader)
{
    size_t depth = 0;
    while (reader->at < reader->end) {
        struct dep_slice text;
        uint8_t byte = *reader->at;
        if (byte == '"') {
            if (!take_string(reader, &text))
                return false;
            continue;
        }
        reader->at++;
        if (byte == '{' || byte == '[')
            depth++;
        else if ((byte == '}' || byte == ']') && --depth == 0)
            return true;
    }
    return false;
}

/* Any value, as it stands there. */
static bool take_value(struct reader *reader, struct dep_slice *out)
{
    skip_blanks(reader);
    const uint8_t *from = reader->at;
    struct dep_slice text;
    if (from == reader->end)
        return false;
    if (*from == '"') {
        if (!take_string(reader, &text))
            return false;
    } else if (*from == '{' || *from == '[') {
        if (!skip_nested(reader))
            return false;
    } else {
        while (reader->at < reader->end && !memchr(",}] \t\r\n", *reader->at, 7))
            reader->at++;
    }
    *out = dep_slice_of(from, (size_t)(reader->at - from));
    return out->len > 0;
}

typedef bool member_fn(void *context, struct dep_slice name, struct dep_slice value);

/* Each member of one object; false where it isn't one or `each` says so. */
static bool read_object(struct reader *reader, member_fn *each, void *context)
{
    if (!take(reader, '{'))
        return false;
    if (take(reader, '}'))
        return true;
    for (;;) {
        struct dep_slice name, value;
        if (!take_string(reader, &name) || dep_slice_find(name, '\\') < name.len ||
            !take(reader, ':') || !take_value(reader, &value) || !each(context, name, value))
            return false;
        if (take(reader, '}'))
            return true;
        if (!take(reader, ','))
            return false;
    }
}

static bool read_whole(struct dep_slice text, member_fn *each, void *context)
{
    struct reader reader = reader_of(text);
    return read_object(&reader, each, context);
}

/* A plain string that wasn't there before. */
static bool set_text(struct dep_slice value, struct dep_slice *out)
{
    if (out->data || value.len < 2 || value.data[0] != '"' ||
        dep_slice_find(value, '\\') < value.len)
        return false;
    *out = dep_slice_sub(value, 1, value.len - 2);
    return true;
}

static bool take_header(void *context, struct dep_slice name, struct dep_slice value)
{
    struct dep_outline *out = context;
    return !dep_slice_equal_string(name, "kid") || set_text(value, &out->kid);
}

static bool take_by(void *context, struct dep_slice name, struct dep_slice value)
{
    struct dep_outline *out = context;
    return !dep_slice_equal_string(name, "code") || set_text(value, &out->by_code);
}

static bool set_time(struct dep_slice value, int64_t *out)
{
    uint64_t seconds;
    if (!dep_u64_parse(value, INT64_MAX, &seconds))
        return false;
    *out = (int64_t)seconds;
    return true;
}

static bool take_claim(void *context, struct dep_slice name, struct dep_slice value)
{
    struct dep_outline *out = context;
    if (dep_slice_equal_string(name, "jti"))
        return set_text(value, &out->jti);
    if (dep_slice_equal_string(name, "type"))
        return set_text(value, &out->type);
    if (dep_slice_equal_string(name, "item"))
        return set_text(value, &out->item);
    if (dep_slice_equal_string(name, "by"))
        return read_whole(value, take_by, out);
    if (dep_slice_equal_string(name, "iat"))
        return set_time(value, &out->iat);
    if (dep_slice_equal_string(name, "_sd"))
        out->has_protected = true;
    if (dep_slice_equal_string(name, "refs")) {
        bool array = value.data[0] == '[' && value.len > 2 && !out->refs.data;
        out->refs = array ? dep_slice_sub(value, 1, value.len - 2) : out->refs;
        return array;
    }
    return true;
}

static bool take_ref(void *context, struct dep_slice name, struct dep_slice value)
{
    struct dep_outline_ref *out = context;
    if (dep_slice_equal_string(name, "rel"))
        return set_text(value, &out->rel);
    return !dep_slice_equal_string(name, "id") || set_text(value, &out->id);
}

bool dep_outline_ref_next(struct dep_slice *refs, struct dep_outline_ref *out)
{
    struct reader reader = reader_of(*refs);
    struct dep_outline_ref ref = {.rel = {NULL, 0}};
    if (refs->len == 0 || !read_object(&reader, take_ref, &ref) || !ref.rel.data || !ref.id.data)
        return false;
    (void)take(&reader, ',');
    *refs = dep_slice_of(reader.at, (size_t)(reader.end - reader.at));
    *out = ref;
    return true;
}

int dep_outline_parse(struct dep_slice jwt, struct dep_buf *bytes, struct dep_outline *out,
                      struct dep_finding *why)
{
    struct dep_outline outline = {.iat = -1};
    struct dep_slice rest = jwt;
    struct dep_slice header = dep_slice_next(&rest, '.'), payload = dep_slice_next(&rest, '.');
    dep_buf_clear(bytes);
    bool read = dep_base64_parse(DEP_BASE64_URL, header, bytes);
    size_t header_len = bytes->len;
    read = read && dep_base64_parse(DEP_BASE64_URL, payload, bytes);
    if (!read && dep_buf_err(bytes))
        return dep_buf_err(bytes);
    struct dep_slice both = dep_buf_slice(bytes);
    read = read && read_whole(dep_slice_sub(both, 0, header_len), take_header, &outline) &&
           read_whole(dep_slice_sub(both, header_len, both.len - header_len), take_claim, &outline);
    if (!read || !outline.kid.data || !outline.jti.data || !outline.type.data ||
        !outline.by_code.data || outline.iat < 0)
        return dep_found(why, "record.outline", "doc/format/record.md 2", 0);
    *out = outline;
    return DEP_OK;
}
