#include "codec/fold.h"

#include "codec/fold_table.h"
#include "codec/text.h"

#include <stdlib.h>

/* A byte that is no UTF-8 goes through as a code of its own, beyond all characters. */
enum { STRAY = 0x110000 };

/* One step's characters. `pos` keeps equal classes in the order they had. */
struct mark {
    uint32_t code;
    uint32_t pos;
    uint8_t order;
};
struct marks {
    struct mark *items;
    size_t count, room;
};

static const struct dep_fold_row *row_of(uint32_t code)
{
    size_t low = 0, high = dep_fold_row_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (dep_fold_rows[mid].code == code)
            return &dep_fold_rows[mid];
        if (dep_fold_rows[mid].code < code)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static int put(struct marks *out, uint32_t code)
{
    if (out->count == out->room) {
        size_t room = out->room ? out->room * 2 : 256;
        struct mark *items = dep_realloc_array(out->items, room, sizeof *items);
        if (!items)
            return DEP_ERR_NOMEM;
        out->items = items;
        out->room = room;
    }
    const struct dep_fold_row *row = code < 0x80 ? NULL : row_of(code);
    out->items[out->count] = (struct mark){code, (uint32_t)out->count, row ? row->order : 0};
    out->count++;
    return DEP_OK;
}

static int put_all(struct marks *out, const uint32_t *codes, size_t count)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < count; i++)
        err = put(out, codes[i]);
    return err;
}

/* Unicode 3.12: a syllable is its index in a box of 19 by 21 by 28 letters. */
static int put_hangul(struct marks *out, uint32_t code)
{
    uint32_t index = code - 0xac00;
    uint32_t letters[3] = {0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11a7 + index % 28};
    return put_all(out, letters, index % 28 ? 3 : 2);
}

static int put_apart(struct marks *out, uint32_t code)
{
    if (code >= 0xac00 && code < 0xd7a4)
        return put_hangul(out, code);
    const struct dep_fold_row *row = code < 0x80 ? NULL : row_of(code);
    if (row && row->apart_count)
        return put_all(out, dep_fold_pool + row->apart_at, row->apart_count);
    return put(out, code);
}

static int put_folded(struct marks *out, uint32_t code)
{
    const struct dep_fold_row *row = code < 0x80 ? NULL : row_of(code);
    if (row && row->folded_count)
        return put_all(out, dep_fold_pool + row->folded_at, row->folded_count);
    return put(out, code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code);
}

static int by_order(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return x->pos < y->pos ? -1 : 1;
}

/* Marks on one letter, in the order of their classes. */
static void reorder(struct marks *marks)
{
    for (size_t from = 0; from < marks->count;) {
        size_t end = from;
        bool sorted = true;
        while (end < marks->count && marks->items[end].order) {
            sorted &= end == from || marks->items[end - 1].order <= marks->items[end].order;
            end++;
        }
        if (!sorted)
            qsort(marks->items + from, end - from, sizeof *marks->items, by_order);
        from = end + 1;
    }
}

typedef int put_fn(struct marks *out, uint32_t code);

static int step(const struct marks *in, put_fn *each, struct marks *out)
{
    int err = DEP_OK;
    out->count = 0;
    for (size_t i = 0; !err && i < in->count; i++)
        err = each(out, in->items[i].code);
    return err;
}

static int read_codes(struct dep_slice name, struct marks *out)
{
    int err = DEP_OK;
    for (size_t at = 0; !err && at < name.len;) {
        uint32_t code;
        size_t len = dep_utf8_read(name, at, &code);
        err = put(out, len ? code : (uint32_t)STRAY + name.data[at]);
        at += len ? len : 1;
    }
    return err;
}

static void write_codes(const struct marks *marks, struct dep_buf *out)
{
    for (size_t i = 0; i < marks->count; i++) {
        uint32_t code = marks->items[i].code;
        if (code >= STRAY)
            dep_buf_add_byte(out, (uint8_t)(code - STRAY));
        else
            dep_utf8_write(code, out);
    }
}

int dep_fold_name(struct dep_slice name, struct dep_buf *out)
{
    struct marks a = {0}, b = {0};
    int err = read_codes(name, &a);
    if (!err)
        err = step(&a, put_apart, &b);
    reorder(&b);
    if (!err)
        err = step(&b, put_folded, &a);
    if (!err)
        err = step(&a, put_apart, &b);
    reorder(&b);
    if (!err)
        write_codes(&b, out);
    free(a.items);
    free(b.items);
    return err ? err : dep_buf_err(out);
}
