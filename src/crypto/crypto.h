/*
 * The only place that names a crypto library: libsodium (Ed25519, X25519, secret memory), OpenSSL
 * libcrypto (the rest). In the browser libsodium alone, and only what verifying takes: init,
 * digests but those by name, HMAC, HKDF, dep_ed25519_verify().
 *
 * Layer:   crypto (pure: randomness comes from dep_random(), which upper pure layers get as an
 *          argument).
 * Errors:  DEP_ERR_CRYPTO where a library fails; verification says true or false.
 */
#ifndef DEP_CRYPTO_CRYPTO_H
#define DEP_CRYPTO_CRYPTO_H
#include "base/base.h"

/* Once, before anything else. With `guard` it also turns core dumps off, and keeps all memory out
 * of swap where this process may (RLIMIT_MEMLOCK). Keys are kept out in either case. */
DEP_MUST_USE int dep_crypto_init(bool guard);
/* All memory of this process stays out of swap. */
bool dep_memory_locked(void);

/* From the kernel. Aborts if the kernel has none: no answer is better than a guessable one. */
void dep_random(void *out, size_t len);
/* How upper layers take randomness: dep_random in the program, a counter in tests and fuzzers. */
typedef void dep_random_fn(void *out, size_t len);

/* ---- digests ---- */
void dep_sha256(struct dep_slice data, struct dep_hash *out);
/* SHA-256 of two pieces after each other. */
void dep_sha256_2(struct dep_slice a, struct dep_slice b, struct dep_hash *out);
/* RFC 6962 node, SHA-256(0x01 || left || right), the fast path (raw transform). */
void dep_sha256_node(const struct dep_hash *left, const struct dep_hash *right,
                     struct dep_hash *out);
/* RFC 6962 leaf of a 32-byte entry, SHA-256(0x00 || entry). */
void dep_sha256_leaf(const struct dep_hash *entry, struct dep_hash *out);

/* Streams. By value: no allocation, copyable. */
struct dep_sha256_stream {
    _Alignas(16) uint8_t state[128];
};
void dep_sha256_start(struct dep_sha256_stream *stream);
void dep_sha256_add(struct dep_sha256_stream *stream, const void *data, size_t len);
void dep_sha256_finish(struct dep_sha256_stream *stream, struct dep_hash *out);
/* `len` bytes to each of two, which may be the same bytes. Where that is fast it costs two thirds
 * of one after the other, in the browser three quarters; elsewhere as much. */
void dep_sha256_add_two(struct dep_sha256_stream *a, const void *a_data,
                        struct dep_sha256_stream *b, const void *b_data, size_t len);
bool dep_sha256_two_is_fast(void); /* not in the browser, where it always is */

enum { DEP_SHA512_LEN = 64 };
struct dep_sha512_stream {
    _Alignas(16) uint8_t state[224];
};
void dep_sha512_start(struct dep_sha512_stream *stream);
void dep_sha512_add(struct dep_sha512_stream *stream, const void *data, size_t len);
void dep_sha512_finish(struct dep_sha512_stream *stream, uint8_t out[DEP_SHA512_LEN]);

/* Digests of other tools' reports, by name: "md5", "sha1", "sha256", "sha512". NULL for any other
 * name. */
struct dep_digest;
struct dep_digest *dep_digest_new(const char *name);
void dep_digest_add(struct dep_digest *digest, const void *data, size_t len);
/* `out` holds 64; length returned, 0 on failure. */
size_t dep_digest_finish(struct dep_digest *digest, uint8_t out[64]);
void dep_digest_free(struct dep_digest *digest);

/* ---- keyed ---- */
void dep_hmac_sha256(struct dep_slice key, struct dep_slice data, struct dep_hash *out);
/* RFC 5869. out_len at most 255 * 32. */
DEP_MUST_USE int dep_hkdf_sha256(struct dep_slice ikm, struct dep_slice salt, struct dep_slice info,
                                 uint8_t *out, size_t out_len);
/* RFC 7914; N = 2^log_n. */
DEP_MUST_USE int dep_scrypt(struct dep_slice passphrase, struct dep_slice salt, unsigned log_n,
                            uint8_t out[32]);

/* ChaCha20-Poly1305 (RFC 8439), OpenSSL's. One context a key and thread: creating one costs, using
 * it doesn't. */
enum { DEP_AEAD_KEY_LEN = 32, DEP_AEAD_NONCE_LEN = 12, DEP_AEAD_TAG_LEN = 16 };
struct dep_aead;
DEP_MUST_USE int dep_aead_new(const uint8_t key[DEP_AEAD_KEY_LEN], struct dep_aead **out);
void dep_aead_free(struct dep_aead *aead);
/* `out` holds len + 16; may equal `in`. */
DEP_MUST_USE int dep_aead_seal(struct dep_aead *aead, const uint8_t nonce[DEP_AEAD_NONCE_LEN],
                               struct dep_slice ad, const uint8_t *in, size_t len, uint8_t *out);
/* `len` includes the tag; `out` holds len - 16. DEP_FOUND (no finding filled) if it isn't
 * authentic. */
DEP_MUST_USE int dep_aead_open(struct dep_aead *aead, const uint8_t nonce[DEP_AEAD_NONCE_LEN],
                               struct dep_slice ad, const uint8_t *in, size_t len, uint8_t *out);

/* ---- X25519 (RFC 7748) ---- */
void dep_x25519_public(const uint8_t secret[32], uint8_t out[32]);
/* False if the result is all zero (small order). */
DEP_MUST_USE bool dep_x25519(const uint8_t secret[32], const uint8_t peer[32], uint8_t out[32]);

/* ---- Ed25519 (RFC 8032; verified as libsodium does, PLATFORM trap) ---- */
enum { DEP_ED25519_PUBLIC_LEN = 32, DEP_ED25519_SIGNATURE_LEN = 64 };
struct dep_public_key {
    uint8_t bytes[DEP_ED25519_PUBLIC_LEN];
};
DEP_MUST_USE bool dep_ed25519_verify(const struct dep_public_key *key, struct dep_slice message,
                                     const uint8_t signature[64]);

/* A private signing key in locked memory. */
struct dep_signing_key;
DEP_MUST_USE int dep_signing_key_new(dep_random_fn *random, struct dep_signing_key **out);
void dep_signing_key_free(struct dep_signing_key *key);
const struct dep_public_key *dep_signing_key_public(const struct dep_signing_key *key);
void dep_signing_key_sign(const struct dep_signing_key *key, struct dep_slice message,
                          uint8_t out[64]);
/* PKCS#8 PEM (RFC 8410), appended to `out` (a secret buffer); encrypted (PBES2, scrypt,
 * AES-256-CBC) when passphrase.len > 0. `openssl pkey` opens it. */
DEP_MUST_USE int dep_signing_key_encode(const struct dep_signing_key *key,
                                        struct dep_slice passphrase, struct dep_buf *out);
/* DEP_ERR_KEY where the passphrase is missing or wrong; findings "pkcs8.syntax", "pkcs8.algorithm".
 */
DEP_MUST_USE int dep_signing_key_parse(struct dep_slice pem, struct dep_slice passphrase,
                                       struct dep_signing_key **out, struct dep_finding *why);

/* ---- secret memory: locked, guarded, wiped when freed ---- */
struct dep_secret {
    uint8_t *data; /* NULL when empty */
    size_t len;
};
DEP_MUST_USE int dep_secret_new(size_t len, struct dep_secret *out);
void dep_secret_done(struct dep_secret *secret);
#define DEP_AUTO_SECRET DEP_CLEANUP(dep_secret_done) struct dep_secret
#endif
