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

static void test_sha256(void **state)
{
    (void)state;
    struct dep_hash hash, left, right, fast;
    dep_sha256(DEP_SLICE_LITERAL("abc"), &hash);
    assert_hex(hash.bytes, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    dep_sha256((struct dep_slice){NULL, 0}, &hash);
    assert_hex(hash.bytes, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    /* The fast paths against the plain one. */
    for (unsigned i = 0; i < 64; i++) {
        uint8_t message[65] = {1};
        dep_random(left.bytes, sizeof left);
        dep_random(right.bytes, sizeof right);
        memcpy(message + 1, left.bytes, 32);
        memcpy(message + 33, right.bytes, 32);
        dep_sha256(dep_slice_of(message, 65), &hash);
        dep_sha256_node(&left, &right, &fast);
        assert_true(dep_hash_equal(&hash, &fast));
        message[0] = 0;
        dep_sha256(dep_slice_of(message, 33), &hash);
        dep_sha256_leaf(&left, &fast);
        assert_true(dep_hash_equal(&hash, &fast));
    }
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

/* FIPS 180-4's examples, in pieces around the block of 128 and its padding. */
static void test_sha512(void **state)
{
    (void)state;
    static uint8_t million[1000000];
    memset(million, 'a', sizeof million);
    const struct {
        struct dep_slice message;
        const char *hex;
    } rows[] = {
        {{NULL, 0},
         "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d28"
         "7"
         "7eec2f63b931bd47417a81a538327af927da3e"},
        {DEP_SLICE_LITERAL("abc"), "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39"
                                   "a2192992a274fc1a836ba3c23a3"
                                   "feebbd454d4423643ce80e2a9ac94fa54ca49f"},
        {DEP_SLICE_LITERAL("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmno"
                           "pjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
         "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec"
         "4"
         "b5433ac7d329eeb6dd26545e96e55b874be909"},
        {{million, sizeof million},
         "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce"
         "5"
         "77c31beb009c5c2c49aa2e4eadb217ad8cc09b"},
    };
    static const size_t pieces[] = {1, 111, 112, 127, 128, 129, 65536};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        for (size_t j = 0; j < DEP_COUNT(pieces); j++) {
            struct dep_sha512_stream stream, copy;
            struct dep_slice rest = rows[i].message;
            uint8_t out[DEP_SHA512_LEN];
            dep_sha512_start(&stream);
            while (rest.len) {
                size_t len = rest.len < pieces[j] ? rest.len : pieces[j];
                dep_sha512_add(&stream, rest.data, len);
                rest = dep_slice_sub(rest, len, rest.len - len);
            }
            copy = stream; /* by value: the copy goes on alone */
            dep_sha512_add(&stream, "x", 1);
            dep_sha512_finish(&copy, out);
            assert_hex(out, sizeof out, rows[i].hex);
        }
    }
}

static void test_hmac_hkdf(void **state)
{
    (void)state;
    struct dep_hash mac;
    uint8_t okm[42], ikm[22], salt[13], info[10];
    dep_hmac_sha256(DEP_SLICE_LITERAL("Jefe"), DEP_SLICE_LITERAL("what do ya want for nothing?"),
                    &mac); /* RFC 4231 case 2 */
    assert_hex(mac.bytes, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    uint8_t long_key[131]; /* RFC 4231 case 6: longer than a block */
    memset(long_key, 0xaa, sizeof long_key);
    dep_hmac_sha256(dep_slice_of(long_key, sizeof long_key),
                    DEP_SLICE_LITERAL("Test Using Larger Than Block-Size Key - Hash Key First"),
                    &mac);
    assert_hex(mac.bytes, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    memset(ikm, 0x0b, sizeof ikm); /* RFC 5869 A.1 */
    for (size_t i = 0; i < sizeof salt; i++)
        salt[i] = (uint8_t)(i);
    for (size_t i = 0; i < sizeof info; i++)
        info[i] = (uint8_t)(0xf0 + i);
    assert_int_equal(dep_hkdf_sha256(dep_slice_of(ikm, 22), dep_slice_of(salt, 13),
                                     dep_slice_of(info, 10), okm, 42),
                     DEP_OK);
    assert_hex(
        okm, 42,
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    assert_int_equal(dep_hkdf_sha256(dep_slice_of(ikm, 22), (struct dep_slice){NULL, 0},
                                     (struct dep_slice){NULL, 0}, okm, 42),
                     DEP_OK);
    assert_hex(
        okm, 42,
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    uint8_t big[1];
    assert_int_equal(dep_hkdf_sha256(dep_slice_of(ikm, 22), (struct dep_slice){NULL, 0},
                                     (struct dep_slice){NULL, 0}, big, 255 * 32 + 1),
                     DEP_ERR_CAP);
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
    assert_null(again);
    dep_buf_done(&clear);
    dep_buf_done(&locked);
    dep_signing_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256), cmocka_unit_test(test_digests),
        cmocka_unit_test(test_sha512), cmocka_unit_test(test_hmac_hkdf),
        cmocka_unit_test(test_scrypt), cmocka_unit_test(test_aead),
        cmocka_unit_test(test_x25519), cmocka_unit_test(test_signing),
    };
    if (dep_crypto_init(false))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
