/*
 * What this folder's tests share: a charter of three members to change in one respect.
 */
#ifndef DEP_RULES_TEST_SUPPORT_H
#define DEP_RULES_TEST_SUPPORT_H
#include "codec/base64.h"
#include "rules/impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Seconds of 2026-12-01T00:00:00Z. */
enum { TEST_FROM_S = 1796083200 };

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
        print_message("%s: %s at %zu\n", text, why.id, why.offset);
    assert_int_equal(err, DEP_OK);
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

/* Put `value` at a JSON pointer; NULL takes away what stands there. Takes `value`. */
static inline void json_change(json_t *root, const char *pointer, json_t *value)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s", pointer + 1);
    json_t *at = root;
    char *save = NULL;
    char *step = strtok_r(path, "/", &save);
    for (char *next; (next = strtok_r(NULL, "/", &save)); step = next) {
        at = json_is_array(at) ? json_array_get(at, strtoul(step, NULL, 10))
                               : json_object_get(at, step);
        assert_non_null(at);
    }
    size_t index = strtoul(step, NULL, 10);
    int err = !json_is_array(at)
                  ? value ? json_object_set_new(at, step, value) : json_object_del(at, step)
              : !value                      ? json_array_remove(at, index)
              : index < json_array_size(at) ? json_array_set_new(at, index, value)
                                            : json_array_append_new(at, value);
    assert_int_equal(err, 0);
}

#define TEST_NAMES "{\"en\":\"n\",\"fr\":\"n\",\"ar\":\"n\"}"
#define TEST_ENTRY(code) "{\"code\":\"" code "\",\"name\":" TEST_NAMES "}"
#define TEST_RECIPIENT(code, kind)                                                                 \
    "{\"code\":\"" code "\",\"kind\":\"" kind "\",\"name\":" TEST_NAMES "}"

/* clang-format off */
static const char test_charter[] =
    "{\"depositary\":\"charter\",\"v\":1,\"number\":1,\"from\":\"2026-12-01T00:00:00Z\","
    "\"name\":" TEST_NAMES ","
    "\"amend\":{\"threshold\":2},\"members\":[],\"quorum\":1,"
    "\"lists\":{\"lines\":[" TEST_ENTRY("stabilisation") "," TEST_ENTRY("political") "],"
    "\"territories\":[" TEST_ENTRY("IQ") "," TEST_ENTRY("SY") "," TEST_ENTRY("FR") "],"
    "\"handling\":[" TEST_ENTRY("H1") "," TEST_ENTRY("H2") "],"
    "\"categories\":[" TEST_ENTRY("statement") "],"
    "\"purposes\":[" TEST_ENTRY("trial") "," TEST_ENTRY("inquiry") "],"
    "\"recipients\":[" TEST_RECIPIENT("court", "court") ","
    TEST_RECIPIENT("bureau", "member") "]},"
    "\"rules\":["
    "{\"id\":\"R1\",\"when\":{\"action\":[\"release\"],\"flag\":[\"source\"]},"
    "\"unless\":{\"recipient_kind\":[\"court\"]},"
    "\"needs\":[{\"need\":\"consent.host\",\"status_max_age_s\":259200},"
    "{\"need\":\"approval\",\"count\":2}]},"
    "{\"id\":\"R2\",\"when\":{\"purpose\":[\"trial\"],\"line\":[\"political\"],"
    "\"territory\":[\"SY\"],\"handling\":[\"H1\",\"H2\"],\"category\":[\"statement\"]},"
    "\"needs\":[{\"need\":\"handling.permission\"}]},"
    "{\"id\":\"R3\",\"when\":{},"
    "\"unless\":{},"
    "\"needs\":[{\"need\":\"request\"}]}],"
    "\"paper\":[\"release\",\"onward\"],"
    "\"threat\":{\"waives\":[\"consent.host\",\"request\"],\"review_within_s\":259200},"
    "\"retention\":[{\"type\":\"evidence.\",\"purpose\":" TEST_NAMES ","
    "\"review_after_days\":3650}],"
    "\"time_authorities\":[\"MAA=\"],"
    "\"verifiers\":[{\"name\":\"verify.html\",\"sha256\":"
    "\"0000000000000000000000000000000000000000000000000000000000000000\"}]}";
/* clang-format on */

/* {"id":"m0", ...} with the public half of `root`; a cosigner where `cosigner` isn't NULL. */
static inline json_t *member_json(const char *id, const char *territory,
                                  const struct dep_public_key *root,
                                  const struct dep_public_key *cosigner)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 4096);
    dep_buf_addf(&text, "{\"id\":\"%s\",\"kind\":\"state\",\"name\":" TEST_NAMES ",\"root\":\"",
                 id);
    dep_base64_encode(DEP_BASE64_URL, dep_slice_of(root->bytes, 32), &text);
    dep_buf_addf(&text,
                 "\",\"origin\":\"%s/log\",\"territories\":[\"%s\"],"
                 "\"from\":\"2026-01-01T00:00:00Z\"",
                 id, territory);
    if (cosigner) {
        uint8_t typed[33] = {4};
        memcpy(typed + 1, cosigner->bytes, 32);
        DEP_AUTO_BUF named;
        dep_buf_init(&named, 256);
        dep_buf_addf(&named, "%s/cosigner\n", id);
        struct dep_hash hash;
        dep_sha256_2(dep_buf_slice(&named), dep_slice_of(typed, sizeof typed), &hash);
        char hex[9];
        dep_hex_encode(hash.bytes, 4, hex);
        dep_buf_addf(&text, ",\"cosigner\":\"%s/cosigner+%s+", id, hex);
        dep_base64_encode(DEP_BASE64_STD, dep_slice_of(typed, sizeof typed), &text);
        dep_buf_add_byte(&text, '"');
    }
    dep_buf_add_byte(&text, '}');
    assert_int_equal(dep_buf_err(&text), DEP_OK);
    return json_of((const char *)text.data);
}

/* That member of a charter keeps none from now on. */
static inline void forget_register(json_t *json, size_t member)
{
    static const char *const names[] = {"root", "origin", "cosigner"};
    json_t *entry = json_array_get(json_object_get(json, "members"), member);
    for (size_t i = 0; i < DEP_COUNT(names); i++)
        (void)json_object_del(entry, names[i]);
}

static inline struct dep_charter *charter_of(const json_t *json)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    assert_int_equal(dep_json_encode(json, &text), DEP_OK);
    struct dep_charter *charter = NULL;
    struct dep_finding why = {"", "", 0};
    struct dep_jtd_error where = {"", ""};
    int err = dep_charter_parse(dep_buf_slice(&text), &charter, &where, &why);
    if (err)
        print_message("%s at %s\n", why.id, where.instance_path);
    assert_int_equal(err, DEP_OK);
    return charter;
}
#endif
