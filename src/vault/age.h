/*
 * age v1 files: recipients, identities, headers, the STREAM payload.
 *
 * Format:  c2sp.org/age, doc/format/vault.md section 1.
 * Layer:   vault (pure: randomness is an argument).
 */
#ifndef DEP_VAULT_AGE_H
#define DEP_VAULT_AGE_H
#include "crypto/crypto.h"

enum {
    DEP_AGE_CHUNK = 64 * 1024,
    DEP_AGE_CHUNK_SEALED = DEP_AGE_CHUNK + DEP_AEAD_TAG_LEN,
    DEP_AGE_NONCE_LEN = 16,
    DEP_AGE_FILE_KEY_LEN = 16,
    DEP_AGE_HEADER_MAX = 64 * 1024,
    DEP_AGE_STANZAS_MAX = 64,
    DEP_AGE_STANZA_BODY_MAX = 16 * 1024,
    DEP_AGE_ARMORED_MAX = 64 * 1024 * 1024, /* an armored file, once decoded */
    DEP_AGE_PADDED = 4096,                  /* header and nonce of a container */
    DEP_AGE_SCRYPT_MAX = 20,                /* highest work factor (log2) taken from a file */
    DEP_AGE_RECIPIENT_TEXT = 62,
    DEP_AGE_IDENTITY_TEXT = 74,
    DEP_AGE_PASSPHRASE_TEXT = 35,
};

#define DEP_AGE_PLAIN_MAX ((uint64_t)INT64_MAX / 2)

/* An X25519 public key, "age1...". Findings "bech32.*", "age.recipient.case",
 * "age.recipient.order" (small order: nothing can be sealed for it). */
struct dep_age_recipient {
    uint8_t bytes[32];
};
DEP_MUST_USE int dep_age_recipient_parse(struct dep_slice text, struct dep_age_recipient *out,
                                         struct dep_finding *why);
void dep_age_recipient_encode(const struct dep_age_recipient *recipient,
                              char out[DEP_AGE_RECIPIENT_TEXT + 1]);

/* An X25519 private key, "AGE-SECRET-KEY-1...". Wipe with dep_age_identity_wipe(). */
struct dep_age_identity {
    uint8_t secret[32];
    struct dep_age_recipient recipient;
};
void dep_age_identity_new(dep_random_fn *random, struct dep_age_identity *out);
void dep_age_identity_wipe(struct dep_age_identity *identity);
/* First identity of an identity file: blank lines and '#' comments skipped. Findings "bech32.*",
 * "age.identity.case", "age.identity.absent". */
DEP_MUST_USE int dep_age_identity_parse(struct dep_slice text, struct dep_age_identity *out,
                                        struct dep_finding *why);
/* The file as `age-keygen` writes it (comment with the recipient, then the key), into a secret
 * buffer. */
DEP_MUST_USE int dep_age_identity_encode(const struct dep_age_identity *identity,
                                         struct dep_buf *out);

/*
 * A passphrase to be told by another way: 150 random bits as six groups of five of the digits and
 * the lower-case letters but i, l, o and u, "-" between them. Secret: the caller wipes it.
 */
void dep_age_passphrase_new(dep_random_fn *random, char out[DEP_AGE_PASSPHRASE_TEXT + 1]);

/* Who may open: recipients, or a passphrase (then alone, as the standard demands). */
struct dep_age_to {
    const struct dep_age_recipient *recipients;
    size_t recipient_count;
    struct dep_slice passphrase;
    unsigned scrypt_log_n;
};
/* What opens: identities and/or a passphrase. */
struct dep_age_with {
    const struct dep_age_identity *identities;
    size_t identity_count;
    struct dep_slice passphrase;
};

/*
 * Header for a given file key, appended to `out`. With `padded`, header and nonce make
 * DEP_AGE_PADDED bytes by a stanza `-> depositary.filler xxx...`. DEP_ERR_CAP where the recipients
 * don't fit (40 do), for `padded` with a passphrase (its stanza stands alone, so no filler may
 * stand beside it) and for a work factor outside 1..DEP_AGE_SCRYPT_MAX. Exactly one of recipients
 * and passphrase is given (asserted).
 */
DEP_MUST_USE int dep_age_header_encode(const uint8_t file_key[DEP_AGE_FILE_KEY_LEN],
                                       const struct dep_age_to *to, bool padded,
                                       dep_random_fn *random, struct dep_buf *out);
/* Length of a complete header at the front of `in`; findings "age.header.*"; DEP_FOUND
 * "age.header.short" when more bytes are needed. */
DEP_MUST_USE int dep_age_header_len(struct dep_slice in, size_t *out_len, struct dep_finding *why);
/*
 * File key from exactly one header. Unknown stanzas are ignored; X25519 and scrypt stanzas are
 * held to their form whoever they are for. Findings "age.header.*", "age.x25519.form",
 * "age.x25519.share", "age.scrypt.form", "age.scrypt.work", "age.scrypt.alone" (before any
 * passphrase is stretched), "age.identity" (none fits), "age.passphrase" (wrong), "age.hmac".
 */
DEP_MUST_USE int dep_age_header_open(struct dep_slice header, const struct dep_age_with *with,
                                     uint8_t out_file_key[DEP_AGE_FILE_KEY_LEN],
                                     struct dep_finding *why);

/*
 * The header of an existing file for somebody else alone: `front` holds its header (and may hold
 * more), `with` opens it, `out` gets the new one for the same file key, `out_len` the length of the
 * old one. The payload (nonce and chunks) stays as it is behind either. With recipients the old
 * header must be a container's and the new one is padded to exactly its length, so that the payload
 * keeps its place: else "age.rewrap.padding"; DEP_ERR_CAP where they don't fit. With a passphrase
 * the new one is shorter. Findings of dep_age_header_len() and dep_age_header_open().
 */
DEP_MUST_USE int dep_age_rewrap(struct dep_slice front, const struct dep_age_with *with,
                                const struct dep_age_to *to, dep_random_fn *random,
                                struct dep_buf *out, size_t *out_len, struct dep_finding *why);

/* The payload: nonce, then chunks. One of these a thread. */
struct dep_age_stream;
DEP_MUST_USE int dep_age_stream_new(const uint8_t file_key[DEP_AGE_FILE_KEY_LEN],
                                    const uint8_t nonce[DEP_AGE_NONCE_LEN],
                                    struct dep_age_stream **out);
void dep_age_stream_free(struct dep_age_stream *stream);
/* Chunk number `index`. Plain length 1..DEP_AGE_CHUNK (0 only for an empty payload); full unless
 * `last`. `out` holds len + 16. */
DEP_MUST_USE int dep_age_chunk_seal(struct dep_age_stream *stream, uint64_t index, bool last,
                                    const uint8_t *plain, size_t len, uint8_t *out);
/* `len` sealed bytes; finding "age.payload" with offset of the chunk. `out` holds len - 16. */
DEP_MUST_USE int dep_age_chunk_open(struct dep_age_stream *stream, uint64_t index, bool last,
                                    const uint8_t *sealed, size_t len, uint8_t *out,
                                    struct dep_finding *why);
/* Length of payload (nonce included) <-> of plaintext, which is at most DEP_AGE_PLAIN_MAX
 * (asserted). False if no payload has that length. */
uint64_t dep_age_payload_len(uint64_t plain_len);
DEP_MUST_USE bool dep_age_plain_len(uint64_t payload_len, uint64_t *out);

/* Whole small files in memory (keys, keks, collection.json). */
DEP_MUST_USE int dep_age_seal(struct dep_slice plain, const struct dep_age_to *to,
                              dep_random_fn *random, struct dep_buf *out);
/* Binary or armored (told by "-----BEGIN" after blanks). `out`, to which is appended, should be a
 * secret buffer. Findings of the header, "age.nonce", "age.payload" and "age.armor". */
DEP_MUST_USE int dep_age_open(struct dep_slice file, const struct dep_age_with *with,
                              struct dep_buf *out, struct dep_finding *why);
#endif
