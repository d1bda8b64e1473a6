#include "codec/json.h"

#include <stdlib.h>
#include <string.h>

static _Atomic bool refused;

static void *take(size_t size)
{
    void *block = dep_alloc(size);
    if (!block)
        refused = true;
    return block;
}

void dep_json_own_memory(void)
{
    refused = false;
    json_set_alloc_funcs(take, dep_free_wiped);
}

bool dep_json_refused(void)
{
    return refused;
}

static int add_piece(const char *piece, size_t len, void *context)
{
    struct dep_buf *out = context;
    dep_buf_add(out, piece, len);
    return dep_buf_err(out) ? -1 : 0;
}

static int encode(const json_t *value, size_t flags, struct dep_buf *out)
{
    if (refused)
        return DEP_ERR_NOMEM;
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

bool dep_json_has_string(const json_t *array, const char *text)
{
    size_t i;
    json_t *each;
    json_array_foreach(array, i, each)
    {
        const char *here = json_string_value(each);
        if (here && strcmp(here, text) == 0)
            return true;
    }
    return false;
}

bool dep_json_says(const json_t *object, const char *name, const char *text)
{
    const char *here = dep_json_string(object, name);
    return here && strcmp(here, text) == 0;
}

bool dep_json_true(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}
