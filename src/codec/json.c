#include "codec/json.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

/* All of the block, its slack too: jansson doesn't say how long it is. */
static void wipe_and_free(void *block)
{
    dep_wipe(block, malloc_usable_size(block));
    free(block);
}

void dep_json_wipe_freed(void)
{
    json_set_alloc_funcs(malloc, wipe_and_free);
}

/*
 * Depth and raw NUL are judged before jansson sees the text: its own limit is 2,048 levels, and it
 * swallows a NUL after a number.
 */
static int scan(struct dep_slice text, struct dep_finding *why)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        if (byte == 0)
            return dep_found(why, "json.nul", "RFC 8259 section 2", i);
        if (quoted) {
            if (byte == '\\')
                i++;
            else if (byte == '"')
                quoted = false;
            if (i < text.len && text.data[i] == 0)
                return dep_found(why, "json.nul", "RFC 8259 section 2", i);
            continue;
        }
        if (byte == '"')
            quoted = true;
        else if ((byte == '{' || byte == '[') && ++depth > DEP_JSON_DEPTH_MAX)
            return dep_found(why, "json.depth", "RFC 8259 section 9", i);
        else if ((byte == '}' || byte == ']') && depth > 0)
            depth--;
    }
    return DEP_OK;
}

/* No recursion deeper than scan() allowed. */
static bool has_real(const json_t *value)
{
    const char *name;
    json_t *member;
    size_t i;
    if (json_is_real(value))
        return true;
    json_object_foreach((json_t *)(uintptr_t)value, name, member) if (has_real(member)) return true;
    json_array_foreach(value, i, member) if (has_real(member)) return true;
    return false;
}

static int explain(const json_error_t *error, struct dep_finding *why)
{
    size_t at = error->position > 0 ? (size_t)error->position : 0;
    switch (json_error_code(error)) {
    case json_error_duplicate_key:
        return dep_found(why, "json.duplicate", "RFC 8259 section 4", at);
    case json_error_numeric_overflow:
        return dep_found(why, "json.integer", "doc/format/record.md 6", at);
    case json_error_null_character:
    case json_error_null_byte_in_key: return dep_found(why, "json.nul", "RFC 8259 section 7", at);
    default: return dep_found(why, "json.syntax", "RFC 8259 section 2", at);
    }
}

static int parse(struct dep_slice text, bool reals, json_t **out, struct dep_finding *why)
{
    if (text.len > DEP_JSON_LEN_MAX)
        return dep_found(why, "json.len", "doc/format/record.md 6", DEP_JSON_LEN_MAX);
    int err = scan(text, why);
    if (err)
        return err;
    json_error_t error;
    /* An escaped NUL would cut every C string made of it: only conformance tests get to see one. */
    size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | (reals ? JSON_ALLOW_NUL : 0);
    errno = 0;
    json_t *value = json_loadb(text.len ? (const char *)text.data : "", text.len, flags, &error);
    /* Refused memory is told as bad syntax in most places: "altered" would be a false word. malloc()
     * leaves its mark, and nothing after it takes that away. */
    if (!value && (errno == ENOMEM || json_error_code(&error) == json_error_out_of_memory))
        return DEP_ERR_NOMEM;
    if (!value)
        return explain(&error, why);
    if (!reals && has_real(value)) {
        json_decref(value);
        return dep_found(why, "json.real", "doc/format/record.md 6", 0);
    }
    *out = value;
    return DEP_OK;
}

int dep_json_parse(struct dep_slice text, json_t **out, struct dep_finding *why)
{
    return parse(text, false, out, why);
}

int dep_json_parse_lenient(struct dep_slice text, json_t **out, struct dep_finding *why)
{
    return parse(text, true, out, why);
}

static int add_piece(const char *piece, size_t len, void *context)
{
    struct dep_buf *out = context;
    dep_buf_add(out, piece, len);
    return dep_buf_err(out) ? -1 : 0;
}

static int encode(const json_t *value, size_t flags, struct dep_buf *out)
{
    if (json_dump_callback(value, add_piece, out, JSON_ENCODE_ANY | flags) == 0)
        return dep_buf_err(out);
    return dep_buf_err(out) ? dep_buf_err(out) : DEP_ERR_NOMEM;
}

int dep_json_encode(const json_t *value, struct dep_buf *out)
{
    return encode(value, JSON_COMPACT, out);
}

int dep_json_encode_sorted(const json_t *value, struct dep_buf *out)
{
    return encode(value, JSON_COMPACT | JSON_SORT_KEYS, out);
}

int dep_json_encode_indented(const json_t *value, struct dep_buf *out)
{
    int err = encode(value, JSON_INDENT(2), out);
    if (!err)
        dep_buf_add_byte(out, '\n');
    return err ? err : dep_buf_err(out);
}

const char *dep_json_string(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

const json_t *dep_json_object(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_object(value) ? value : NULL;
}

const json_t *dep_json_array(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_array(value) ? value : NULL;
}

bool dep_json_int(const json_t *object, const char *name, int64_t *out)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value))
        return false;
    *out = json_integer_value(value);
    return true;
}

bool dep_json_true(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}
