/*
 * What every folder stands on: errors, findings, slices, capped buffers, checked integers, cleanup.
 *
 * Layer:   base (pure: no files, no clock, no network).
 * Errors:  every fallible function returns an int of three meanings, never mixed:
 *            < 0   a fault (enum dep_err): memory, I/O, our own store; forwarded unchanged
 *            = 0   DEP_OK
 *            > 0   DEP_FOUND: a finding about foreign data, told in a struct dep_finding
 *          A programmer's error is an assert(), also in release builds.
 * Outputs: untouched unless the function returns DEP_OK.
 */
#ifndef DEP_BASE_BASE_H
#define DEP_BASE_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEP_MUST_USE __attribute__((warn_unused_result))
#define DEP_PRINTF(at, first) __attribute__((format(printf, at, first)))
#define DEP_CLEANUP(function) __attribute__((cleanup(function)))
#define DEP_COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum dep_err {
    DEP_FOUND = 1,
    DEP_OK = 0,
    DEP_ERR_NOMEM = -1,   /* an allocation failed */
    DEP_ERR_CAP = -2,     /* a documented limit was exceeded */
    DEP_ERR_IO = -3,      /* the operating system said no */
    DEP_ERR_CORRUPT = -4, /* our own store is damaged */
    DEP_ERR_CRYPTO = -5,  /* a crypto library failed */
    DEP_ERR_LOCKED = -6,  /* another process holds the register */
    DEP_ERR_KEY = -7,     /* the key needed is not here or its passphrase is wrong */
    DEP_ERR_CHANGED = -8, /* a thing changed while it was read */
    DEP_ERR_STOPPED = -9, /* interrupted by the user */
};

/* The stable name of an error, "io" for DEP_ERR_IO; never NULL. */
const char *dep_err_name(int err);

/*
 * A finding about foreign data. `id` is stable, lower case, dotted ("note.signature.bad"); po/
 * turns it into words. `clause` names standard and section. Both are string literals. `offset` is
 * in bytes into what was parsed.
 */
struct dep_finding {
    const char *id;
    const char *clause;
    size_t offset;
};

/* Fill `out` (which may be NULL) and return DEP_FOUND: `return dep_found(out, "tar.size", "POSIX
 * pax", at);` */
DEP_MUST_USE int dep_found(struct dep_finding *out, const char *id, const char *clause,
                           size_t offset);

/*
 * The circumstances of a fault, for layers that touch the outside: `what` is a stable literal id
 * ("store.append"), `where` the file or thing concerned (cut if longer), `sys` an errno or 0.
 */
struct dep_fault {
    int err;
    int sys;
    const char *what;
    char where[512];
};

/* Fill `out` (may be NULL) with errno `sys` and a formatted place; returns `err`. */
DEP_MUST_USE int dep_fault_set(struct dep_fault *out, int err, int sys, const char *what,
                               const char *where_format, ...) DEP_PRINTF(5, 6);

/* Only the place: for a finding that goes with it. */
void dep_fault_place(struct dep_fault *out, const char *where_format, ...) DEP_PRINTF(2, 3);

/* Borrowed bytes. */
struct dep_slice {
    const uint8_t *data;
    size_t len;
};

#define DEP_SLICE_LITERAL(text) ((struct dep_slice){(const uint8_t *)(text), sizeof(text) - 1})
struct dep_slice dep_slice_of(const void *data, size_t len);
struct dep_slice dep_slice_string(const char *text);
struct dep_slice dep_slice_sub(struct dep_slice slice, size_t from, size_t len);
bool dep_slice_equal(struct dep_slice a, struct dep_slice b);
bool dep_slice_equal_string(struct dep_slice a, const char *text);
bool dep_slice_starts(struct dep_slice slice, const char *prefix);
/* Index of the first `byte`, or slice.len. */
size_t dep_slice_find(struct dep_slice slice, uint8_t byte);
/* Cut `rest` at the next `separator`: what stands before it is returned, `rest` moves past it
 * (empty at the end). */
struct dep_slice dep_slice_next(struct dep_slice *rest, uint8_t separator);

/*
 * Growable bytes with a cap. Errors stick: after a failed addition every later one does nothing,
 * and dep_buf_err() tells. Always NUL-terminated when data is not NULL. Wipes itself when `secret`.
 */
struct dep_buf {
    uint8_t *data;
    size_t len;
    size_t room;
    size_t cap;
    int err;
    bool secret;
};

void dep_buf_init(struct dep_buf *buf, size_t cap);
void dep_buf_init_secret(struct dep_buf *buf, size_t cap);
void dep_buf_done(struct dep_buf *buf);
void dep_buf_clear(struct dep_buf *buf); /* length and error to zero, memory kept */
void dep_buf_add(struct dep_buf *buf, const void *data, size_t len);
void dep_buf_add_slice(struct dep_buf *buf, struct dep_slice slice);
void dep_buf_add_string(struct dep_buf *buf, const char *text);
void dep_buf_add_byte(struct dep_buf *buf, uint8_t byte);
void dep_buf_addf(struct dep_buf *buf, const char *format, ...) DEP_PRINTF(2, 3);
/* Room for `len` more bytes, uninitialised, counted as added; NULL on error. */
uint8_t *dep_buf_grow(struct dep_buf *buf, size_t len);
DEP_MUST_USE int dep_buf_err(const struct dep_buf *buf);
struct dep_slice dep_buf_slice(const struct dep_buf *buf);
/* The content as a C string owned by the caller (free()); the buffer is left empty. NULL on error.
 */
char *dep_buf_take(struct dep_buf *buf);
#define DEP_AUTO_BUF DEP_CLEANUP(dep_buf_done) struct dep_buf

/* Allocation: what tests make fail in turn (dep_alloc_fail_at). Sizes are checked for overflow;
 * NULL on failure. */
void *dep_alloc(size_t size); /* zeroed; free() */
void *dep_alloc_array(size_t count, size_t size);
void *dep_realloc_array(void *old, size_t count, size_t size);
/* `list` of `count` things of `size`, with room for `more` of them; `*room` is for how many, and
 * grows by doubling. NULL on failure: then `list` and `*room` are as before. */
void *dep_list_reserve(void *list, size_t count, size_t more, size_t size, size_t *room);
/* In a `list` that ascends, the place of the first that isn't before `key`; `count` where all are.
 * `compare` is given the key and one of the list, as bsearch() gives them. */
size_t dep_list_place(const void *key, const void *list, size_t count, size_t size,
                      int (*compare)(const void *key, const void *one));
char *dep_strdup(const char *text);
void dep_alloc_fail_at(long countdown); /* tests: the n-th next allocation fails; -1 never */
void dep_free_pointer(void *pointer_to_pointer);
#define DEP_AUTO_FREE DEP_CLEANUP(dep_free_pointer)

/* One arena a request: everything in it goes at once. Each allocation aligned to 16; NULL over
 * `cap`. */
struct dep_arena;
struct dep_arena *dep_arena_new(size_t cap);
void dep_arena_free(struct dep_arena *arena);
void *dep_arena_alloc(struct dep_arena *arena, size_t size);
char *dep_arena_string(struct dep_arena *arena, struct dep_slice text);

/* Overwrite memory so that the compiler can't leave it out. */
void dep_wipe(void *data, size_t len);
/* All that a block takes, as much as was asked for or more; NULL: 0. */
size_t dep_alloc_room(void *block);
/* What a library gives back: all of the block, whose length it doesn't say, is wiped. */
void dep_free_wiped(void *block);
/* Equality in constant time. */
bool dep_equal_secret(const void *a, const void *b, size_t len);

/* Checked integers: false on overflow, `out` untouched. */
bool dep_add_u64(uint64_t a, uint64_t b, uint64_t *out);
bool dep_mul_u64(uint64_t a, uint64_t b, uint64_t *out);
/* Decimal without sign, leading zero or blank, at most `max`. */
bool dep_u64_parse(struct dep_slice text, uint64_t max, uint64_t *out);

void dep_u16_be(uint8_t out[2], uint16_t value);
void dep_u32_be(uint8_t out[4], uint32_t value);
void dep_u64_be(uint8_t out[8], uint64_t value);

/* Lower-case hex. `out` holds 2*len+1. Parsing takes lower case only, exactly `len` bytes. */
void dep_hex_encode(const uint8_t *data, size_t len, char *out);
bool dep_hex_parse(struct dep_slice text, uint8_t *out, size_t len);

enum { DEP_HASH_LEN = 32, DEP_UUID_LEN = 36 };

/* SHA-256 value. */
struct dep_hash {
    uint8_t bytes[DEP_HASH_LEN];
};
bool dep_hash_equal(const struct dep_hash *a, const struct dep_hash *b);

#endif
