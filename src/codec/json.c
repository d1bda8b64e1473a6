#include "codec/json.h"

#include <stdlib.h>
#include <string.h>

static _Atomic bool refused;

/* What a thread keeps: wiped blocks that take 16 bytes at least, 32 and so on. */
enum { STEP = 16, CLASSES = 16, KEPT_MAX = 4096 };
static _Thread_local struct {
    bool on;
    struct kept_class {
        void *first; /* each begins with a pointer to the next */
        size_t count;
    } classes[CLASSES];
} kept;

static void *take(size_t size)
{
    size_t class = size ? (size - 1) / STEP : 0;
    bool may = kept.on && class < CLASSES;
    void *block = may ? kept.classes[class].first : NULL;
    if (block) {
        memcpy(&kept.classes[class].first, block, sizeof block);
        kept.classes[class].count--;
        return block;
    }
    block = dep_alloc(may ? (class + 1) * STEP : size);
    if (!block)
        refused = true;
    return block;
}

static void give(void *block)
{
    size_t room = kept.on ? dep_alloc_room(block) : 0;
    struct kept_class *class =
        room >= STEP && room / STEP <= CLASSES ? &kept.classes[room / STEP - 1] : NULL;
    if (!class || class->count == KEPT_MAX) {
        dep_free_wiped(block);
        return;
    }
    dep_wipe(block, room);
    memcpy(block, &class->first, sizeof block);
    class->first = block;
    class->count++;
}

void dep_json_keep_memory(void)
{
    kept.on = true;
}

void dep_json_give_back(void)
{
    for (size_t i = 0; i < CLASSES; i++)
        for (void *block = kept.classes[i].first, *next; block; block = next) {
            memcpy(&next, block, sizeof next);
            free(block);
        }
    memset(&kept, 0, sizeof kept);
}

void dep_json_own_memory(void)
{
    refused = false;
    json_set_alloc_funcs(take, give);
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
