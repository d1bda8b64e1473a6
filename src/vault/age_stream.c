/*
 * Payload: nonce of 16 bytes, then chunks of 64 KiB under ChaCha20-Poly1305; chunk nonce = 11 bytes
 * of counter, 1 for the last.
 */
#include "vault/age.h"

#include <stdlib.h>
#include <string.h>

struct dep_age_stream {
    struct dep_aead *aead;
};

int dep_age_stream_new(const uint8_t file_key[DEP_AGE_FILE_KEY_LEN],
                       const uint8_t nonce[DEP_AGE_NONCE_LEN], struct dep_age_stream **out)
{
    uint8_t key[32];
    struct dep_age_stream *stream = dep_alloc(sizeof *stream);
    if (!stream)
        return DEP_ERR_NOMEM;
    int err = dep_hkdf_sha256(dep_slice_of(file_key, DEP_AGE_FILE_KEY_LEN),
                              dep_slice_of(nonce, DEP_AGE_NONCE_LEN), DEP_SLICE_LITERAL("payload"),
                              key, sizeof key);
    if (!err)
        err = dep_aead_new(key, &stream->aead);
    dep_wipe(key, sizeof key);
    if (err) {
        free(stream);
        return err;
    }
    *out = stream;
    return DEP_OK;
}

void dep_age_stream_free(struct dep_age_stream *stream)
{
    if (!stream)
        return;
    dep_aead_free(stream->aead);
    free(stream);
}

static void chunk_nonce(uint64_t index, bool last, uint8_t out[DEP_AEAD_NONCE_LEN])
{
    memset(out, 0, 3);
    dep_u64_be(out + 3, index);
    out[11] = last;
}

int dep_age_chunk_seal(struct dep_age_stream *stream, uint64_t index, bool last,
                       const uint8_t *plain, size_t len, uint8_t *out)
{
    assert(len <= DEP_AGE_CHUNK && (last || len == DEP_AGE_CHUNK) && (len || index == 0));
    uint8_t nonce[DEP_AEAD_NONCE_LEN];
    chunk_nonce(index, last, nonce);
    return dep_aead_seal(stream->aead, nonce, (struct dep_slice){NULL, 0}, plain, len, out);
}

int dep_age_chunk_open(struct dep_age_stream *stream, uint64_t index, bool last,
                       const uint8_t *sealed, size_t len, uint8_t *out, struct dep_finding *why)
{
    static const char clause[] = "c2sp.org/age, Payload";
    size_t at = (size_t)index * DEP_AGE_CHUNK_SEALED;
    bool form = len >= DEP_AEAD_TAG_LEN && len <= DEP_AGE_CHUNK_SEALED &&
                (last || len == DEP_AGE_CHUNK_SEALED) && (len > DEP_AEAD_TAG_LEN || index == 0);
    if (!form)
        return dep_found(why, "age.payload", clause, at);
    uint8_t nonce[DEP_AEAD_NONCE_LEN];
    chunk_nonce(index, last, nonce);
    int err = dep_aead_open(stream->aead, nonce, (struct dep_slice){NULL, 0}, sealed, len, out);
    return err == DEP_FOUND ? dep_found(why, "age.payload", clause, at) : err;
}

uint64_t dep_age_payload_len(uint64_t plain_len)
{
    assert(plain_len <= DEP_AGE_PLAIN_MAX);
    uint64_t chunks = plain_len ? (plain_len + DEP_AGE_CHUNK - 1) / DEP_AGE_CHUNK : 1;
    return DEP_AGE_NONCE_LEN + plain_len + chunks * DEP_AEAD_TAG_LEN;
}

bool dep_age_plain_len(uint64_t payload_len, uint64_t *out)
{
    if (payload_len < DEP_AGE_NONCE_LEN + DEP_AEAD_TAG_LEN || payload_len > DEP_AGE_PLAIN_MAX)
        return false;
    uint64_t sealed = payload_len - DEP_AGE_NONCE_LEN;
    uint64_t chunks = (sealed + DEP_AGE_CHUNK_SEALED - 1) / DEP_AGE_CHUNK_SEALED;
    uint64_t plain = sealed - chunks * DEP_AEAD_TAG_LEN;
    if (sealed < chunks * DEP_AEAD_TAG_LEN || dep_age_payload_len(plain) != payload_len)
        return false;
    *out = plain;
    return true;
}
