#include "base.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *dep_err_name(int err)
{
    switch (err) {
    case DEP_FOUND: return "found";
    case DEP_OK: return "ok";
    case DEP_ERR_NOMEM: return "nomem";
    case DEP_ERR_CAP: return "cap";
    case DEP_ERR_IO: return "io";
    case DEP_ERR_CORRUPT: return "corrupt";
    case DEP_ERR_CRYPTO: return "crypto";
    case DEP_ERR_LOCKED: return "locked";
    case DEP_ERR_KEY: return "key";
    case DEP_ERR_CHANGED: return "changed";
    case DEP_ERR_STOPPED: return "stopped";
    default: return "unknown";
    }
}

int dep_found(struct dep_finding *out, const char *id, const char *clause, size_t offset)
{
    if (out)
        *out = (struct dep_finding){id, clause, offset};
    return DEP_FOUND;
}

int dep_fault_set(struct dep_fault *out, int err, int sys, const char *what,
                  const char *where_format, ...)
{
    assert(err < 0);
    if (!out)
        return err;
    out->err = err;
    out->sys = sys;
    out->what = what;
    va_list args;
    va_start(args, where_format);
    (void)vsnprintf(out->where, sizeof out->where, where_format, args);
    va_end(args);
    return err;
}

void dep_fault_place(struct dep_fault *out, const char *where_format, ...)
{
    va_list args;
    va_start(args, where_format);
    (void)vsnprintf(out->where, sizeof out->where, where_format, args);
    va_end(args);
}

struct dep_slice dep_slice_of(const void *data, size_t len)
{
    return (struct dep_slice){data, len};
}

struct dep_slice dep_slice_string(const char *text)
{
    return (struct dep_slice){(const uint8_t *)text, strlen(text)};
}

struct dep_slice dep_slice_sub(struct dep_slice slice, size_t from, size_t len)
{
    assert(from <= slice.len && len <= slice.len - from);
    return (struct dep_slice){len ? slice.data + from : slice.data, len};
}

bool dep_slice_equal(struct dep_slice a, struct dep_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool dep_slice_equal_string(struct dep_slice a, const char *text)
{
    return dep_slice_equal(a, dep_slice_string(text));
}

bool dep_slice_starts(struct dep_slice slice, const char *prefix)
{
    size_t len = strlen(prefix);
    return slice.len >= len && (len == 0 || memcmp(slice.data, prefix, len) == 0);
}

size_t dep_slice_find(struct dep_slice slice, uint8_t byte)
{
    const uint8_t *at = slice.len ? memchr(slice.data, byte, slice.len) : NULL;
    return at ? (size_t)(at - slice.data) : slice.len;
}

struct dep_slice dep_slice_next(struct dep_slice *rest, uint8_t separator)
{
    size_t at = dep_slice_find(*rest, separator);
    struct dep_slice piece = dep_slice_sub(*rest, 0, at);
    size_t past = at < rest->len ? at + 1 : at;
    *rest = dep_slice_sub(*rest, past, rest->len - past);
    return piece;
}

static long alloc_countdown = -1;

static bool alloc_fails(void)
{
    if (alloc_countdown < 0)
        return false;
    return alloc_countdown-- == 0;
}

void dep_alloc_fail_at(long countdown)
{
    alloc_countdown = countdown;
}

void *dep_alloc_array(size_t count, size_t size)
{
    return alloc_fails() ? NULL : calloc(count ? count : 1, size ? size : 1);
}

void *dep_alloc(size_t size)
{
    return dep_alloc_array(1, size);
}

void *dep_list_reserve(void *list, size_t count, size_t more, size_t size, size_t *room)
{
    enum { FIRST = 16 };
    size_t wanted = *room ? *room : FIRST;
    assert(count <= *room && more > 0 && more <= SIZE_MAX / 4 - count);
    if (list && count + more <= *room)
        return list;
    while (wanted < count + more)
        wanted *= 2;
    void *grown = dep_realloc_array(list, wanted, size);
    if (grown)
        *room = wanted;
    return grown;
}

size_t dep_list_place(const void *key, const void *list, size_t count, size_t size,
                      int (*compare)(const void *key, const void *one))
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (compare(key, (const char *)list + mid * size) > 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void *dep_realloc_array(void *old, size_t count, size_t size)
{
    return alloc_fails() ? NULL : reallocarray(old, count ? count : 1, size ? size : 1);
}

char *dep_strdup(const char *text)
{
    size_t len = strlen(text) + 1;
    char *copy = dep_alloc(len);
    if (copy)
        memcpy(copy, text, len);
    return copy;
}

void dep_free_pointer(void *pointer_to_pointer)
{
    void **pointer = pointer_to_pointer;
    free(*pointer);
    *pointer = NULL;
}

void dep_buf_init(struct dep_buf *buf, size_t cap)
{
    *buf = (struct dep_buf){.cap = cap};
}

void dep_buf_init_secret(struct dep_buf *buf, size_t cap)
{
    *buf = (struct dep_buf){.cap = cap, .secret = true};
}

void dep_buf_done(struct dep_buf *buf)
{
    if (buf->secret && buf->data)
        dep_wipe(buf->data, buf->room);
    free(buf->data);
    *buf = (struct dep_buf){.cap = buf->cap, .secret = buf->secret};
}

void dep_buf_clear(struct dep_buf *buf)
{
    if (buf->secret && buf->data)
        dep_wipe(buf->data, buf->len);
    buf->len = 0;
    buf->err = DEP_OK;
    if (buf->data)
        buf->data[0] = 0;
}

/* A secret must not stay behind in freed memory, so its growth copies and wipes instead of
 * realloc(). */
static uint8_t *buf_move(struct dep_buf *buf, size_t room)
{
    if (!buf->secret)
        return dep_realloc_array(buf->data, room, 1);
    uint8_t *fresh = dep_alloc(room);
    if (fresh && buf->data) {
        memcpy(fresh, buf->data, buf->len);
        dep_wipe(buf->data, buf->room);
        free(buf->data);
    }
    return fresh;
}

uint8_t *dep_buf_grow(struct dep_buf *buf, size_t len)
{
    if (buf->err)
        return NULL;
    if (len > buf->cap || buf->len > buf->cap - len) {
        buf->err = DEP_ERR_CAP;
        return NULL;
    }
    size_t need = buf->len + len + 1;
    if (need > buf->room) {
        size_t room = buf->room ? buf->room : 64;
        while (room < need)
            room *= 2;
        uint8_t *fresh = buf_move(buf, room);
        if (!fresh) {
            buf->err = DEP_ERR_NOMEM;
            return NULL;
        }
        buf->data = fresh;
        buf->room = room;
    }
    uint8_t *at = buf->data + buf->len;
    buf->len += len;
    buf->data[buf->len] = 0;
    return at;
}

void dep_buf_add(struct dep_buf *buf, const void *data, size_t len)
{
    uint8_t *at = dep_buf_grow(buf, len);
    if (at && len)
        memcpy(at, data, len);
}

void dep_buf_add_slice(struct dep_buf *buf, struct dep_slice slice)
{
    dep_buf_add(buf, slice.data, slice.len);
}

void dep_buf_add_string(struct dep_buf *buf, const char *text)
{
    dep_buf_add(buf, text, strlen(text));
}

void dep_buf_add_byte(struct dep_buf *buf, uint8_t byte)
{
    dep_buf_add(buf, &byte, 1);
}

void dep_buf_addf(struct dep_buf *buf, const char *format, ...)
{
    if (buf->err)
        return;
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    uint8_t *at = len < 0 ? NULL : dep_buf_grow(buf, (size_t)len);
    if (at)
        (void)vsnprintf((char *)at, (size_t)len + 1, format, again);
    va_end(again);
}

int dep_buf_err(const struct dep_buf *buf)
{
    return buf->err;
}

struct dep_slice dep_buf_slice(const struct dep_buf *buf)
{
    return (struct dep_slice){buf->data, buf->len};
}

char *dep_buf_take(struct dep_buf *buf)
{
    (void)dep_buf_grow(buf, 0);
    if (buf->err)
        return NULL;
    char *text = (char *)buf->data;
    *buf = (struct dep_buf){.cap = buf->cap, .secret = buf->secret};
    return text;
}

enum { ARENA_BLOCK = 64 * 1024 - 64, ARENA_ALIGN = 16 };

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t room;
    _Alignas(ARENA_ALIGN) uint8_t bytes[];
};

struct dep_arena {
    struct arena_block *blocks;
    size_t left;
};

struct dep_arena *dep_arena_new(size_t cap)
{
    struct dep_arena *arena = dep_alloc(sizeof *arena);
    if (arena)
        arena->left = cap;
    return arena;
}

void dep_arena_free(struct dep_arena *arena)
{
    if (!arena)
        return;
    for (struct arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

void *dep_arena_alloc(struct dep_arena *arena, size_t size)
{
    if (size > arena->left)
        return NULL;
    size_t need = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    struct arena_block *block = arena->blocks;
    if (!block || block->room - block->used < need) {
        size_t room = need > ARENA_BLOCK ? need : ARENA_BLOCK;
        block = dep_alloc(sizeof *block + room);
        if (!block)
            return NULL;
        block->room = room;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *at = block->bytes + block->used;
    block->used += need;
    arena->left -= size;
    return at;
}

char *dep_arena_string(struct dep_arena *arena, struct dep_slice text)
{
    char *copy = dep_arena_alloc(arena, text.len + 1);
    if (copy) {
        if (text.len)
            memcpy(copy, text.data, text.len);
        copy[text.len] = 0;
    }
    return copy;
}

void dep_wipe(void *data, size_t len)
{
    explicit_bzero(data, len);
}

size_t dep_alloc_room(void *block)
{
    return malloc_usable_size(block);
}

void dep_free_wiped(void *block)
{
    if (block)
        dep_wipe(block, dep_alloc_room(block));
    free(block);
}

bool dep_equal_secret(const void *a, const void *b, size_t len)
{
    const volatile uint8_t *x = a;
    const volatile uint8_t *y = b;
    uint8_t difference = 0;
    for (size_t i = 0; i < len; i++)
        difference |= (uint8_t)(x[i] ^ y[i]);
    return difference == 0;
}

bool dep_add_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}

bool dep_mul_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}

bool dep_u64_parse(struct dep_slice text, uint64_t max, uint64_t *out)
{
    if (text.len == 0 || text.len > 20 || (text.data[0] == '0' && text.len > 1))
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        if (!dep_mul_u64(value, 10, &value) || !dep_add_u64(value, text.data[i] - '0', &value))
            return false;
    }
    if (value > max)
        return false;
    *out = value;
    return true;
}

void dep_u16_be(uint8_t out[2], uint16_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

void dep_u32_be(uint8_t out[4], uint32_t value)
{
    dep_u16_be(out, (uint16_t)(value >> 16));
    dep_u16_be(out + 2, (uint16_t)value);
}

void dep_u64_be(uint8_t out[8], uint64_t value)
{
    dep_u32_be(out, (uint32_t)(value >> 32));
    dep_u32_be(out + 4, (uint32_t)value);
}

void dep_hex_encode(const uint8_t *data, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[data[i] >> 4];
        out[2 * i + 1] = digits[data[i] & 15];
    }
    out[2 * len] = 0;
}

static int hex_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return -1;
}

bool dep_hex_parse(struct dep_slice text, uint8_t *out, size_t len)
{
    if (text.len != 2 * len)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (hex_value(text.data[i]) < 0)
            return false;
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)((unsigned)hex_value(text.data[2 * i]) << 4 |
                           (unsigned)hex_value(text.data[2 * i + 1]));
    return true;
}

bool dep_hash_equal(const struct dep_hash *a, const struct dep_hash *b)
{
    return memcmp(a->bytes, b->bytes, DEP_HASH_LEN) == 0;
}
