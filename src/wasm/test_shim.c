/*
 * The exports as JavaScript calls them, without a browser.
 */
#include "wasm/shim.h"

#include "package/bag.h"
#include "rules/charter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *answer(void)
{
    json_t *value = json_loadb((const char *)wasm_answer(), wasm_answer_len(), 0, NULL);
    assert_non_null(value);
    return value;
}

static void test_hash(void **state)
{
    (void)state;
    static const struct {
        unsigned algorithm;
        const char *hex;
    } rows[] = {
        {DEP_BAG_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {DEP_BAG_SHA512,
         "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a"
         "836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct wasm_hash *hash = wasm_hash_new(rows[i].algorithm);
        assert_non_null(hash);
        for (unsigned round = 0; round < 2; round++) { /* it begins anew */
            uint8_t out[64];
            char hex[129];
            wasm_hash_add(hash, (const uint8_t *)"a", 1);
            wasm_hash_add(hash, (const uint8_t *)"bc", 2);
            size_t len = wasm_hash_finish(hash, out);
            dep_hex_encode(out, len, hex);
            assert_string_equal(hex, rows[i].hex);
        }
        wasm_hash_free(hash);
    }
    assert_null(wasm_hash_new(DEP_BAG_MD5));
    assert_null(wasm_hash_new(DEP_BAG_SHA256 | DEP_BAG_SHA512));
    dep_alloc_fail_at(0);
    assert_null(wasm_hash_new(DEP_BAG_SHA256));
    dep_alloc_fail_at(-1);
}

static void test_fingerprint(void **state)
{
    (void)state;
    struct dep_hash digest;
    char text[DEP_FINGERPRINT_LEN + 1];
    uint8_t pin[DEP_FINGERPRINT_BYTES], untouched[DEP_FINGERPRINT_BYTES];
    dep_sha256(DEP_SLICE_LITERAL("abc"), &digest);
    dep_fingerprint_encode(&digest, text);
    assert_int_equal(wasm_fingerprint((const uint8_t *)text, strlen(text), pin), DEP_OK);
    assert_true(dep_fingerprint_matches(pin, &digest));
    /* Two characters of group 3 exchanged: that group is named. */
    char first = text[15];
    text[15] = text[14];
    text[14] = first;
    memset(untouched, 7, sizeof untouched);
    memcpy(pin, untouched, sizeof pin);
    assert_int_equal(wasm_fingerprint((const uint8_t *)text, strlen(text), pin), DEP_FOUND);
    assert_memory_equal(pin, untouched, sizeof pin);
    DEP_AUTO_JSON *said = answer();
    assert_string_equal(dep_json_string(said, "id"), "fingerprint.check");
    assert_int_equal(json_integer_value(json_object_get(said, "offset")), 2);
}

static void test_schemas(void **state)
{
    (void)state;
    assert_int_equal(wasm_schemas(), DEP_OK);
    DEP_AUTO_JSON *all = answer();
    const json_t *labels = dep_json_object(
        dep_json_object(dep_json_object(all, "evidence.collected"), "metadata"), "labels");
    assert_string_equal(dep_json_string(labels, "fr"), "Élément de preuve collecté");
    assert_non_null(dep_json_object(all, "_definitions.json"));
    assert_null(json_object_get(all, "charter.adopted@1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_fingerprint),
        cmocka_unit_test(test_schemas),
    };
    if (wasm_init(1))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
