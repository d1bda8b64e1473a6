/*
 * What both back ends of crypto.h have, by the standards' own examples: built and run with each.
 */
#include "crypto/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
    static uint8_t million[1000000];
    memset(million, 'a', sizeof million);
    dep_sha256(dep_slice_of(million, sizeof million), &hash);
    assert_hex(hash.bytes, 32, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    /* The fast paths against the plain one. */
    for (unsigned i = 0; i < 64; i++) {
        uint8_t message[65] = {1};
        for (unsigned j = 0; j < DEP_HASH_LEN; j++) {
            left.bytes[j] = (uint8_t)(i * 71 + j * 13);
            right.bytes[j] = (uint8_t)(i * 29 + j * 7 + 1);
        }
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

/* One piece, wherever it begins in a block and however much is behind it, against pieces that no
 * back end hashes several blocks of at once. */
static void test_long(void **state)
{
    (void)state;
    enum { STEP = 61, BEGUN_MAX = 130, LEN = 4 * 1024 };
    static uint8_t message[BEGUN_MAX + LEN];
    static const size_t begun[] = {0, 1, 63, 64, 65, 127, 128, BEGUN_MAX};
    for (size_t i = 0; i < sizeof message; i++)
        message[i] = (uint8_t)(i * i >> 3 ^ i);
    for (size_t i = 0; i < DEP_COUNT(begun); i++) {
        struct dep_sha256_stream plain256, long256;
        struct dep_sha512_stream plain512, long512;
        dep_sha256_start(&plain256);
        dep_sha512_start(&plain512);
        dep_sha256_add(&plain256, message, begun[i]);
        dep_sha512_add(&plain512, message, begun[i]);
        long256 = plain256;
        long512 = plain512;
        for (size_t len = 0; len + STEP <= LEN; len += STEP) {
            struct dep_sha256_stream a = plain256, b = long256;
            struct dep_sha512_stream c = plain512, d = long512;
            struct dep_hash small, big;
            uint8_t small512[DEP_SHA512_LEN], big512[DEP_SHA512_LEN];
            dep_sha256_add(&b, message + begun[i], len);
            dep_sha256_finish(&a, &small);
            dep_sha256_finish(&b, &big);
            assert_true(dep_hash_equal(&small, &big));
            dep_sha512_add(&d, message + begun[i], len);
            dep_sha512_finish(&c, small512);
            dep_sha512_finish(&d, big512);
            assert_memory_equal(small512, big512, sizeof big512);
            dep_sha256_add(&plain256, message + begun[i] + len, STEP);
            dep_sha512_add(&plain512, message + begun[i] + len, STEP);
        }
    }
}

/* Two at once against one after the other: pieces of each length about a block and long ones, each
 * beginning wherever in its message, the same and different ones. */
static void test_two(void **state)
{
    (void)state;
    enum { LEN = 5000, LONGEST = 200 };
    static uint8_t bytes[LEN];
    for (size_t i = 0; i < LEN; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    for (size_t ahead = 0; ahead < LONGEST; ahead += 3) {
        struct dep_sha256_stream a, b, a_two, b_two;
        struct dep_hash expected, got;
        dep_sha256_start(&a);
        dep_sha256_start(&b);
        dep_sha256_add(&a, bytes, ahead);
        a_two = a;
        b_two = b;
        for (size_t at = 0, len = 0; at + len + LONGEST < LEN;
             at += len, len = (len + 61) % LONGEST) {
            const uint8_t *other = bytes + at + ahead;
            dep_sha256_add(&a, bytes + at, len);
            dep_sha256_add(&b, other, len);
            dep_sha256_add_two(&a_two, bytes + at, &b_two, other, len);
        }
        size_t last = LEN - 7 * ahead;
        dep_sha256_add_two(&a_two, bytes, &b_two, bytes, last);
        dep_sha256_add(&a, bytes, last);
        dep_sha256_add(&b, bytes, last);
        dep_sha256_finish(&a, &expected);
        dep_sha256_finish(&a_two, &got);
        assert_true(dep_hash_equal(&expected, &got));
        dep_sha256_finish(&b, &expected);
        dep_sha256_finish(&b_two, &got);
        assert_true(dep_hash_equal(&expected, &got));
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

/* RFC 8032 section 7.1, test 2; and each byte of it counts. (Edge cases are JSON:
 * src/record/test_ed25519_vectors.c.) */
static void test_verify(void **state)
{
    (void)state;
    struct dep_public_key key;
    uint8_t signature[64];
    assert_true(dep_hex_parse(
        DEP_SLICE_LITERAL("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
        key.bytes, 32));
    assert_true(dep_hex_parse(
        DEP_SLICE_LITERAL("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                          "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        signature, 64));
    struct dep_slice message = DEP_SLICE_LITERAL("\x72");
    assert_true(dep_ed25519_verify(&key, message, signature));
    assert_false(dep_ed25519_verify(&key, DEP_SLICE_LITERAL("\x73"), signature));
    for (size_t i = 0; i < sizeof signature; i++) {
        signature[i] ^= 1;
        assert_false(dep_ed25519_verify(&key, message, signature));
        signature[i] ^= 1;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),    cmocka_unit_test(test_sha512),
        cmocka_unit_test(test_long),      cmocka_unit_test(test_two),
        cmocka_unit_test(test_hmac_hkdf), cmocka_unit_test(test_verify),
    };
    if (dep_crypto_init(false))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
