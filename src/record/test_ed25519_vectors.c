/*
 * The public Ed25519 edge cases (C2SP/CCTV ed25519): what must be refused is, and nothing else.
 */
#include "codec/json.h"
#include "crypto/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void from_hex(const json_t *json, const char *name, uint8_t *out, size_t len)
{
    assert_true(dep_hex_parse(dep_slice_string(dep_json_string(json, name)), out, len));
}

/* libsodium refuses a key or R of small order and an encoding that isn't canonical; nothing else.
 * Where it stops, others go on (PLATFORM). */
static bool must_refuse(const json_t *flags)
{
    static const char *const sure[] = {"low_order_A", "low_order_R", "non_canonical_A",
                                       "non_canonical_R", "low_order_residue"};
    size_t i;
    json_t *flag;
    json_array_foreach(flags, i, flag)
    {
        for (size_t j = 0; j < DEP_COUNT(sure); j++)
            if (strcmp(json_string_value(flag), sure[j]) == 0)
                return true;
    }
    return false;
}

static void test_ed25519_vectors(void **state)
{
    (void)state;
    const char *root = getenv("DEPOSITARY_VECTORS");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/ed25519/ed25519vectors.json",
                   root ? root : DEPOSITARY_SOURCE_ROOT "/../shared/vectors");
    json_t *cases = json_load_file(path, 0, NULL);
    if (!cases) {
        printf("Ed25519 edge cases: all skipped, no file %s\n", path);
        skip();
    }
    size_t i, accepted = 0, refused = 0;
    json_t *each;
    json_array_foreach(cases, i, each)
    {
        struct dep_public_key key;
        uint8_t signature[64];
        from_hex(each, "key", key.bytes, sizeof key.bytes);
        from_hex(each, "sig", signature, sizeof signature);
        const char *message = json_string_value(json_object_get(each, "msg"));
        const json_t *flags = json_object_get(each, "flags");
        bool good = dep_ed25519_verify(&key, dep_slice_string(message), signature);
        bool refuse = must_refuse(flags);
        if (good && refuse)
            fail_msg("case %zu was accepted", i);
        /* Where nothing forbids it the equation without cofactor decides (RFC 8032, 5.1.7). */
        if (!good && !refuse)
            fail_msg("case %zu was refused", i);
        accepted += good;
        refused += !good;
    }
    json_decref(cases);
    printf("Ed25519 edge cases: %zu run, %zu accepted, %zu refused\n", accepted + refused, accepted,
           refused);
    assert_int_equal(accepted + refused, 914);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ed25519_vectors)};
    if (dep_crypto_init(false))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
