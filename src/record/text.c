#include "record/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool plain(uint8_t byte)
{
    return byte >= 0x20 && byte != '"' && byte != '\\';
}

static void write_escape(struct dep_buf *out, uint8_t byte)
{
    switch (byte) {
    case '"': dep_buf_add(out, "\\\"", 2); return;
    case '\\': dep_buf_add(out, "\\\\", 2); return;
    case '\b': dep_buf_add(out, "\\b", 2); return;
    case '\f': dep_buf_add(out, "\\f", 2); return;
    case '\n': dep_buf_add(out, "\\n", 2); return;
    case '\r': dep_buf_add(out, "\\r", 2); return;
    case '\t': dep_buf_add(out, "\\t", 2); return;
    default: dep_buf_addf(out, "\\u%04X", byte);
    }
}

void dep_text_write_string(struct dep_buf *out, const char *text, size_t len)
{
    dep_buf_add_byte(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        if (plain((uint8_t)text[i]))
            continue;
        dep_buf_add(out, text + from, i - from);
        write_escape(out, (uint8_t)text[i]);
        from = i + 1;
    }
    dep_buf_add(out, text + from, len - from);
    dep_buf_add_byte(out, '"');
}

/* jansson's dump sets up a table against loops on every call; most values of a record are
 * strings and small objects, so those never reach it. */
int dep_text_write_value(struct dep_buf *out, const json_t *value)
{
    const char *name;
    json_t *member;
    size_t index;
    bool first = true;
    int err;
    switch (json_typeof(value)) {
    case JSON_STRING:
        dep_text_write_string(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER: {
        char digits[24];
        int len = snprintf(digits, sizeof digits, "%" PRId64, (int64_t)json_integer_value(value));
        dep_buf_add(out, digits, (size_t)len);
        break;
    }
    case JSON_TRUE: dep_buf_add(out, "true", 4); break;
    case JSON_FALSE: dep_buf_add(out, "false", 5); break;
    case JSON_NULL: dep_buf_add(out, "null", 4); break;
    case JSON_OBJECT:
        dep_buf_add_byte(out, '{');
        json_object_foreach((json_t *)(uintptr_t)value, name, member)
        {
            if (!first)
                dep_buf_add_byte(out, ',');
            first = false;
            dep_text_write_string(out, name, strlen(name));
            dep_buf_add_byte(out, ':');
            if ((err = dep_text_write_value(out, member)))
                return err;
        }
        dep_buf_add_byte(out, '}');
        break;
    case JSON_ARRAY:
        dep_buf_add_byte(out, '[');
        json_array_foreach(value, index, member)
        {
            if (index)
                dep_buf_add_byte(out, ',');
            if ((err = dep_text_write_value(out, member)))
                return err;
        }
        dep_buf_add_byte(out, ']');
        break;
    case JSON_REAL: return DEP_FOUND; /* no reals in signed JSON */
    }
    return dep_buf_err(out);
}
