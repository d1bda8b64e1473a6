/*
 * The standards' own examples. (The public Ed25519 edge cases are JSON:
 * src/record/test_ed25519_vectors.c.)
 */
#include "crypto/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t from_hex(const char *hex, uint8_t *out, size_t room)
{
    size_t len = strlen(hex) / 2;
    assert_true(len <= room && dep_hex_parse(dep_slice_string(hex), out, len));
    return len;
}

static void assert_hex(const uint8_t *bytes, size_t len, const char *hex)
{
    char text[256];
    assert_true(2 * len < sizeof text);
    dep_hex_encode(bytes, len, text);
    assert_string_equal(text, hex);
}

static void test_digests(void **state)
{
    (void)state;
    static const struct {
        const char *name, *hex;
    } rows[] = {{"md5", "900150983cd24fb0d6963f7d28e17f72"},
                {"sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
                {"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
                {"sha512",
                 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a"
                 "836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        uint8_t out[64];
        struct dep_digest *digest = dep_digest_new(rows[i].name);
        dep_digest_add(digest, "a", 1);
        dep_digest_add(digest, "bc", 2);
        assert_hex(out, dep_digest_finish(digest, out), rows[i].hex);
        dep_digest_free(digest);
    }
    assert_null(dep_digest_new("sha224"));
    assert_null(dep_digest_new("SHA256"));
}

static void test_scrypt(void **state)
{
    (void)state;
    uint8_t out[32];
    /* RFC 7914 section 12: N=1024, r=8, p=16 is not ours (p=1); so its first 32 bytes can't be.
     * N=16384, r=8, p=1 is. */
    assert_int_equal(dep_scrypt(DEP_SLICE_LITERAL("pleaseletmein"),
                                DEP_SLICE_LITERAL("SodiumChloride"), 14, out),
                     DEP_OK);
    assert_hex(out, 32, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
    assert_int_equal(dep_scrypt(DEP_SLICE_LITERAL("x"), DEP_SLICE_LITERAL("y"), 31, out),
                     DEP_ERR_CAP);
}

static void test_aead(void **state)
{
    (void)state;
    /* RFC 8439 section 2.8.2 */
    static const char text[] = "Ladies and Gentlemen of the class of '99: If I could offer you "
                               "only one tip for the future, sunscreen would be it.";
    uint8_t key[32], nonce[12], ad[12], sealed[sizeof text - 1 + 16], opened[sizeof text];
    for (uint8_t i = 0; i < 32; i++)
        key[i] = (uint8_t)(0x80 + i);
    (void)from_hex("070000004041424344454647", nonce, 12);
    (void)from_hex("50515253c0c1c2c3c4c5c6c7", ad, 12);
    struct dep_aead *aead = NULL;
    assert_int_equal(dep_aead_new(key, &aead), DEP_OK);
    assert_int_equal(dep_aead_seal(aead, nonce, dep_slice_of(ad, 12), (const uint8_t *)text,
                                   sizeof text - 1, sealed),
                     DEP_OK);
    assert_hex(sealed + sizeof text - 1, 16, "1ae10b594f09e26a7e902ecbd0600691");
    assert_hex(sealed, 16, "d31a8d34648e60db7b86afbc53ef7ec2");
    assert_int_equal(
        dep_aead_open(aead, nonce, dep_slice_of(ad, 12), sealed, sizeof sealed, opened), DEP_OK);
    assert_memory_equal(opened, text, sizeof text - 1);
    for (size_t at = 0; at < sizeof sealed; at += 13) {
        sealed[at] ^= 1;
        assert_int_equal(
            dep_aead_open(aead, nonce, dep_slice_of(ad, 12), sealed, sizeof sealed, opened),
            DEP_FOUND);
        sealed[at] ^= 1;
    }
    assert_int_equal(
        dep_aead_open(aead, nonce, (struct dep_slice){NULL, 0}, sealed, sizeof sealed, opened),
        DEP_FOUND);
    assert_int_equal(dep_aead_open(aead, nonce, dep_slice_of(ad, 12), sealed, 15, opened),
                     DEP_FOUND);
    dep_aead_free(aead);
}

static void test_x25519(void **state)
{
    (void)state;
    uint8_t secret[32], peer[32], out[32]; /* RFC 7748 section 5.2 */
    (void)from_hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", secret, 32);
    (void)from_hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c", peer, 32);
    assert_true(dep_x25519(secret, peer, out));
    assert_hex(out, 32, "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
    memset(peer, 0, sizeof peer);
    assert_false(dep_x25519(secret, peer, out));
}

static void test_signing(void **state)
{
    (void)state;
    struct dep_signing_key *key = NULL, *again = NULL;
    uint8_t signature[64];
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_signing_key_new(dep_random, &key), DEP_OK);
    dep_signing_key_sign(key, DEP_SLICE_LITERAL("m"), signature);
    assert_true(dep_ed25519_verify(dep_signing_key_public(key), DEP_SLICE_LITERAL("m"), signature));
    assert_false(
        dep_ed25519_verify(dep_signing_key_public(key), DEP_SLICE_LITERAL("n"), signature));
    struct dep_slice none = {NULL, 0}, passphrase = DEP_SLICE_LITERAL("correct horse");
    struct dep_buf clear, locked;
    dep_buf_init_secret(&clear, 8192);
    dep_buf_init_secret(&locked, 8192);
    assert_int_equal(dep_signing_key_encode(key, none, &clear), DEP_OK);
    assert_int_equal(dep_signing_key_encode(key, passphrase, &locked), DEP_OK);
    assert_non_null(strstr((const char *)locked.data, "ENCRYPTED PRIVATE KEY"));
    assert_int_equal(dep_signing_key_parse(dep_buf_slice(&clear), none, &again, &why), DEP_OK);
    assert_memory_equal(dep_signing_key_public(again), dep_signing_key_public(key), 32);
    dep_signing_key_free(again);
    again = NULL;
    assert_int_equal(dep_signing_key_parse(dep_buf_slice(&locked), passphrase, &again, &why),
                     DEP_OK);
    dep_signing_key_free(again);
    again = NULL;
    assert_int_equal(dep_signing_key_parse(dep_buf_slice(&locked), none, &again, &why),
                     DEP_ERR_KEY);
    assert_int_equal(
        dep_signing_key_parse(dep_buf_slice(&locked), DEP_SLICE_LITERAL("wrong"), &again, &why),
        DEP_ERR_KEY);
    assert_int_equal(dep_signing_key_parse(DEP_SLICE_LITERAL("rubbish"), none, &again, &why),
                     DEP_FOUND);
    assert_string_equal(why.id, "pkcs8.syntax");
    /* A key to agree on secrets with (X25519), which signs nothing. */
    static const char other[] = "-----BEGIN PRIVATE KEY-----\n"
                                "MC4CAQAwBQYDK2VuBCIEIDBBGCA0UiCsPPDNnmSZnGlbrBCje/jBUch7czkeLURz\n"
                                "-----END PRIVATE KEY-----\n";
    assert_int_equal(dep_signing_key_parse(dep_slice_string(other), none, &again, &why), DEP_FOUND);
    assert_string_equal(why.id, "pkcs8.algorithm");
    assert_null(again);
    dep_buf_done(&clear);
    dep_buf_done(&locked);
    dep_signing_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digests), cmocka_unit_test(test_scrypt),  cmocka_unit_test(test_aead),
        cmocka_unit_test(test_x25519),  cmocka_unit_test(test_signing),
    };
    if (dep_crypto_init(false))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
