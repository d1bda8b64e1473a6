/*
 * What this folder's tests share: randomness that repeats, keys, files, text put together.
 */
#ifndef DEP_RECORD_TEST_SUPPORT_H
#define DEP_RECORD_TEST_SUPPORT_H
#include "codec/base64.h"
#include "record/internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static inline void counter_random(void *out, size_t len)
{
    static uint64_t state = 1;
    uint8_t *bytes = out;
    for (size_t i = 0; i < len; i++) {
        state += UINT64_C(0x9E3779B97F4A7C15);
        uint64_t mixed = (state ^ state >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
        bytes[i] = (uint8_t)(mixed >> 40);
    }
}

static inline struct dep_signing_key *key_new(void)
{
    struct dep_signing_key *key = NULL;
    assert_int_equal(dep_signing_key_new(counter_random, &key), DEP_OK);
    return key;
}

static inline json_t *json_of(const char *text)
{
    json_t *value = NULL;
    struct dep_finding why = {"", "", 0};
    int err = dep_json_parse(dep_slice_string(text), &value, &why);
    if (err)
        print_message("%s: %s\n", text, why.id);
    assert_int_equal(err, DEP_OK);
    return value;
}

/* A public vector file parsed, or NULL where the vectors aren't here. */
static inline json_t *vector_load(const char *name)
{
    const char *folder = getenv("DEPOSITARY_VECTORS");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s",
                   folder ? folder : DEPOSITARY_SOURCE_ROOT "/../shared/vectors", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    DEP_AUTO_BUF bytes;
    dep_buf_init(&bytes, DEP_JSON_LEN_MAX);
    uint8_t block[8192];
    for (size_t len; (len = fread(block, 1, sizeof block, file)) > 0;)
        dep_buf_add(&bytes, block, len);
    (void)fclose(file);
    /* Published cases have reals and NUL in them, which records don't. */
    json_t *value = json_loadb((const char *)bytes.data, bytes.len, JSON_ALLOW_NUL, NULL);
    assert_non_null(value);
    return value;
}

static inline void assert_found(int result, const struct dep_finding *why, const char *id)
{
    if (result != DEP_FOUND || strcmp(why->id, id) != 0)
        print_message("expected %s, result %d, finding %s\n", id, result, why->id);
    assert_int_equal(result, DEP_FOUND);
    assert_string_equal(why->id, id);
    assert_true(why->clause[0] != 0);
}
/* A JWT of any header and payload, signed; the text is the caller's. */
static inline char *jwt_text(const char *header, const char *payload,
                             const struct dep_signing_key *key)
{
    struct dep_buf text;
    dep_buf_init(&text, 1 << 20);
    dep_base64_encode(DEP_BASE64_URL, dep_slice_string(header), &text);
    dep_buf_add_byte(&text, '.');
    dep_base64_encode(DEP_BASE64_URL, dep_slice_string(payload), &text);
    uint8_t signature[64];
    dep_signing_key_sign(key, dep_buf_slice(&text), signature);
    dep_buf_add_byte(&text, '.');
    dep_base64_encode(DEP_BASE64_URL, dep_slice_of(signature, sizeof signature), &text);
    char *out = dep_buf_take(&text);
    assert_non_null(out);
    return out;
}
#endif
