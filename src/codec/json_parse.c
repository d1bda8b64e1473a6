/*
 * The reader. jansson's own writes past its memory once an allocation is refused, and takes a value
 * for whole that was cut (doc/decisions/024); its values and lists, made one at a time, tell.
 */
#include "codec/json.h"
#include "codec/text.h"

#include <string.h>

struct reader {
    struct dep_slice text;
    size_t at;
    size_t depth;
    struct dep_buf plain; /* a string without its escapes */
    struct dep_finding *why;
};

static int value_read(struct reader *in, json_t **out);

static int found(struct reader *in, const char *id, const char *clause)
{
    return dep_found(in->why, id, clause, in->at);
}

/* What stands here is not what must. */
static int misplaced(struct reader *in)
{
    bool nul = in->at < in->text.len && in->text.data[in->at] == 0;
    return nul ? found(in, "json.nul", "RFC 8259 section 2")
               : found(in, "json.syntax", "RFC 8259 section 2");
}

/* The next byte, 0 at the end: a NUL is nowhere allowed. */
static uint8_t next(const struct reader *in)
{
    return in->at < in->text.len ? in->text.data[in->at] : 0;
}

static void skip_space(struct reader *in)
{
    while (next(in) == ' ' || next(in) == '\n' || next(in) == '\r' || next(in) == '\t')
        in->at++;
}

static bool skip_byte(struct reader *in, uint8_t byte)
{
    if (next(in) != byte)
        return false;
    in->at++;
    return true;
}

/* ---- strings (RFC 8259 section 7) ---- */

static bool hex4_read(struct reader *in, uint32_t *out)
{
    uint32_t code = 0;
    if (in->text.len - in->at < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        uint8_t byte = in->text.data[in->at + i], letter = byte | 0x20;
        if (byte >= '0' && byte <= '9')
            code = code << 4 | (byte - '0');
        else if (letter >= 'a' && letter <= 'f')
            code = code << 4 | (letter - 'a' + 10u);
        else
            return false;
    }
    in->at += 4;
    *out = code;
    return true;
}

/* After "\u": one code point, of two escapes where the first is half of one. */
static int code_read(struct reader *in, uint32_t *out)
{
    uint32_t code, low;
    if (!hex4_read(in, &code))
        return misplaced(in);
    if (code == 0)
        return found(in, "json.nul", "RFC 8259 section 7");
    if (code >= 0xdc00 && code <= 0xdfff)
        return misplaced(in);
    if (code >= 0xd800 && code <= 0xdbff) {
        if (!skip_byte(in, '\\') || !skip_byte(in, 'u') || !hex4_read(in, &low) || low < 0xdc00 ||
            low > 0xdfff)
            return misplaced(in);
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    *out = code;
    return DEP_OK;
}

/* After the backslash. */
static int escape_read(struct reader *in)
{
    static const char letters[] = "\"\\/bfnrt", plain[] = "\"\\/\b\f\n\r\t";
    if (skip_byte(in, 'u')) {
        uint32_t code = 0;
        int err = code_read(in, &code);
        if (!err)
            dep_utf8_write(code, &in->plain);
        return err;
    }
    const char *letter = next(in) ? strchr(letters, next(in)) : NULL;
    if (!letter)
        return misplaced(in);
    in->at++;
    dep_buf_add_byte(&in->plain, (uint8_t)plain[letter - letters]);
    return DEP_OK;
}

/* Is a quote, a backslash, a control character or a byte beyond ASCII among the eight? Such a one
 * sets its high bit; a borrow may set more, further up, which changes nothing. */
static bool eight_special(const uint8_t *bytes)
{
    const uint64_t ones = UINT64_MAX / 255, highs = ones << 7;
    uint64_t eight;
    memcpy(&eight, bytes, sizeof eight);
    uint64_t quote = eight ^ ones * '"', backslash = eight ^ ones * '\\';
    uint64_t special = (quote - ones) | (backslash - ones) | (eight - ones * ' ') | eight;
    return (special & highs) != 0;
}

/* From `at` on up to a quote or a backslash: characters that stand for themselves. */
static int plain_skip(struct reader *in)
{
    uint32_t code;
    while (in->text.len - in->at >= 8 && !eight_special(in->text.data + in->at))
        in->at += 8;
    while (in->at < in->text.len) {
        uint8_t byte = in->text.data[in->at];
        size_t len = byte < 0x80 ? 1 : dep_utf8_read(in->text, in->at, &code);
        if (byte == '"' || byte == '\\')
            return DEP_OK;
        if (byte < ' ' || len == 0)
            break;
        in->at += len;
    }
    return misplaced(in);
}

/* After the opening quote. `out` is borrowed: of the text, or of `plain` until the next string. */
static int string_read(struct reader *in, struct dep_slice *out)
{
    size_t from = in->at;
    int err = plain_skip(in);
    if (!err && next(in) == '"') {
        *out = dep_slice_of(in->text.data + from, in->at++ - from);
        return DEP_OK;
    }
    dep_buf_clear(&in->plain);
    while (!err) {
        dep_buf_add(&in->plain, in->text.data + from, in->at - from);
        if (skip_byte(in, '"'))
            break;
        in->at++;
        err = escape_read(in);
        from = in->at;
        err = err ? err : plain_skip(in);
    }
    err = err ? err : dep_buf_err(&in->plain);
    if (!err)
        *out = dep_buf_slice(&in->plain);
    return err;
}

static int string_value(struct reader *in, json_t **out)
{
    struct dep_slice text;
    int err = string_read(in, &text);
    if (err)
        return err;
    *out = json_stringn_nocheck(text.len ? (const char *)text.data : "", text.len);
    return *out ? DEP_OK : DEP_ERR_NOMEM;
}

/* ---- numbers (section 6) and words (section 3) ---- */

static int number_read(struct reader *in, json_t **out)
{
    bool minus = skip_byte(in, '-'), over = false;
    int64_t value = 0;
    size_t from = in->at;
    for (; next(in) >= '0' && next(in) <= '9'; in->at++) {
        int digit = next(in) - '0';
        over = over || __builtin_mul_overflow(value, 10, &value) ||
               __builtin_add_overflow(value, minus ? -digit : digit, &value);
    }
    if (in->at == from || (in->text.data[from] == '0' && in->at - from > 1))
        return misplaced(in);
    if (next(in) == '.' || next(in) == 'e' || next(in) == 'E')
        return found(in, "json.real", "doc/format/record.md 6");
    if (over)
        return found(in, "json.integer", "doc/format/record.md 6");
    *out = json_integer(value);
    return *out ? DEP_OK : DEP_ERR_NOMEM;
}

static int word_read(struct reader *in, const char *word, json_t *value, json_t **out)
{
    size_t len = strlen(word);
    if (in->text.len - in->at < len || memcmp(in->text.data + in->at, word, len) != 0)
        return misplaced(in);
    in->at += len;
    *out = value;
    return DEP_OK;
}

/* ---- objects and arrays (sections 4 and 5) ---- */

static int member_read(struct reader *in, json_t *object)
{
    struct dep_slice text = {NULL, 0};
    skip_space(in);
    int err = skip_byte(in, '"') ? string_read(in, &text) : misplaced(in);
    if (err)
        return err;
    const char *key = text.len ? (const char *)text.data : "";
    /* The member's value may be a string with escapes as well. */
    DEP_AUTO_JSON *kept = NULL;
    if (text.data == in->plain.data) {
        kept = json_stringn_nocheck(key, text.len);
        if (!kept)
            return DEP_ERR_NOMEM;
        key = json_string_value(kept);
    }
    size_t at = in->at, count = json_object_size(object);
    skip_space(in);
    json_t *value = NULL;
    err = skip_byte(in, ':') ? value_read(in, &value) : misplaced(in);
    if (err)
        return err;
    if (json_object_setn_new_nocheck(object, key, text.len, value))
        return DEP_ERR_NOMEM;
    if (json_object_size(object) > count)
        return DEP_OK;
    in->at = at; /* it took the place of one of its name */
    return found(in, "json.duplicate", "RFC 8259 section 4");
}

static int element_read(struct reader *in, json_t *array)
{
    json_t *value = NULL;
    int err = value_read(in, &value);
    if (err)
        return err;
    return json_array_append_new(array, value) ? DEP_ERR_NOMEM : DEP_OK;
}

/* After the opening bracket; `list` is an object or an array, empty. */
static int list_read(struct reader *in, json_t *list, uint8_t close)
{
    skip_space(in);
    if (skip_byte(in, close))
        return DEP_OK;
    for (;;) {
        int err = json_is_object(list) ? member_read(in, list) : element_read(in, list);
        if (err)
            return err;
        skip_space(in);
        if (skip_byte(in, close))
            return DEP_OK;
        if (!skip_byte(in, ','))
            return misplaced(in);
    }
}

static int nested_read(struct reader *in, json_t **out)
{
    if (in->depth == DEP_JSON_DEPTH_MAX)
        return found(in, "json.depth", "RFC 8259 section 9");
    bool object = skip_byte(in, '{');
    in->at += !object;
    DEP_AUTO_JSON *list = object ? json_object() : json_array();
    if (!list)
        return DEP_ERR_NOMEM;
    in->depth++;
    int err = list_read(in, list, object ? '}' : ']');
    in->depth--;
    if (!err)
        *out = json_incref(list);
    return err;
}

/* Of any kind, white space before it skipped; `*out` is the caller's. */
static int value_read(struct reader *in, json_t **out)
{
    skip_space(in);
    switch (next(in)) {
    case '{':
    case '[': return nested_read(in, out);
    case '"': in->at++; return string_value(in, out);
    case 't': return word_read(in, "true", json_true(), out);
    case 'f': return word_read(in, "false", json_false(), out);
    case 'n': return word_read(in, "null", json_null(), out);
    default: return number_read(in, out);
    }
}

int dep_json_parse(struct dep_slice text, json_t **out, struct dep_finding *why)
{
    if (text.len > DEP_JSON_LEN_MAX)
        return dep_found(why, "json.len", "doc/format/record.md 6", DEP_JSON_LEN_MAX);
    struct reader in = {.text = text, .why = why};
    dep_buf_init_secret(&in.plain, DEP_JSON_LEN_MAX);
    json_t *value = NULL;
    int err = value_read(&in, &value);
    dep_buf_done(&in.plain);
    skip_space(&in);
    if (!err && in.at < text.len)
        err = misplaced(&in);
    if (err)
        json_decref(value);
    else
        *out = value;
    return err;
}
