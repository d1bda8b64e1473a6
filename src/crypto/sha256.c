/*
 * SHA-256 through libcrypto's low-level functions: OpenSSL 3 marks them deprecated in favour of
 * EVP, whose set-up costs three times the hashing of a Merkle node (PLATFORM: 3M nodes a second by
 * EVP, 22M by the transform).
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/crypto.h"

#include <openssl/sha.h>
#include <string.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(((struct dep_sha256_stream *)0)->state),
               "room for the state");

static SHA256_CTX *context_of(struct dep_sha256_stream *stream)
{
    return (SHA256_CTX *)(void *)stream->state;
}

void dep_sha256_start(struct dep_sha256_stream *stream)
{
    (void)SHA256_Init(context_of(stream));
}

void dep_sha256_add(struct dep_sha256_stream *stream, const void *data, size_t len)
{
    if (len)
        (void)SHA256_Update(context_of(stream), data, len);
}

void dep_sha256_finish(struct dep_sha256_stream *stream, struct dep_hash *out)
{
    (void)SHA256_Final(out->bytes, context_of(stream));
}

void dep_sha256_2(struct dep_slice a, struct dep_slice b, struct dep_hash *out)
{
    struct dep_sha256_stream stream;
    dep_sha256_start(&stream);
    dep_sha256_add(&stream, a.data, a.len);
    dep_sha256_add(&stream, b.data, b.len);
    dep_sha256_finish(&stream, out);
}

void dep_sha256(struct dep_slice data, struct dep_hash *out)
{
    dep_sha256_2(data, (struct dep_slice){NULL, 0}, out);
}

/* Digest of a message whose padded blocks stand ready. */
static void transform_blocks(const uint8_t *blocks, size_t count, struct dep_hash *out)
{
    SHA256_CTX context;
    (void)SHA256_Init(&context);
    for (size_t i = 0; i < count; i++)
        SHA256_Transform(&context, blocks + i * SHA256_CBLOCK);
    for (size_t i = 0; i < 8; i++)
        dep_u32_be(out->bytes + 4 * i, context.h[i]);
}

void dep_sha256_node(const struct dep_hash *left, const struct dep_hash *right,
                     struct dep_hash *out)
{
    /* 65 bytes: the last one alone in the second block, then 0x80, zeros, and the length of 520
     * bits. */
    uint8_t blocks[2 * SHA256_CBLOCK] = {1};
    memcpy(blocks + 1, left->bytes, DEP_HASH_LEN);
    memcpy(blocks + 1 + DEP_HASH_LEN, right->bytes, DEP_HASH_LEN);
    blocks[65] = 0x80;
    dep_u16_be(blocks + 126, 65 * 8);
    transform_blocks(blocks, 2, out);
}

void dep_sha256_leaf(const struct dep_hash *entry, struct dep_hash *out)
{
    uint8_t block[SHA256_CBLOCK] = {0};
    memcpy(block + 1, entry->bytes, DEP_HASH_LEN);
    block[33] = 0x80;
    dep_u16_be(block + 62, 33 * 8);
    transform_blocks(block, 1, out);
}

/* RFC 2104, as HKDF below: OpenSSL's takes memory for each, and may be refused it. */
void dep_hmac_sha256(struct dep_slice key, struct dep_slice data, struct dep_hash *out)
{
    enum { INNER = 0x36, OUTER = 0x5c };
    uint8_t pad[SHA256_CBLOCK] = {0};
    struct dep_hash inner;
    struct dep_sha256_stream stream;
    if (key.len > sizeof pad) {
        dep_sha256(key, &inner);
        memcpy(pad, inner.bytes, DEP_HASH_LEN);
    } else if (key.len) {
        memcpy(pad, key.data, key.len);
    }
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= INNER;
    dep_sha256_start(&stream);
    dep_sha256_add(&stream, pad, sizeof pad);
    dep_sha256_add(&stream, data.data, data.len);
    dep_sha256_finish(&stream, &inner);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= INNER ^ OUTER;
    dep_sha256_start(&stream);
    dep_sha256_add(&stream, pad, sizeof pad);
    dep_sha256_add(&stream, inner.bytes, DEP_HASH_LEN);
    dep_sha256_finish(&stream, out);
    dep_wipe(pad, sizeof pad);
    dep_wipe(&inner, sizeof inner);
    dep_wipe(&stream, sizeof stream);
}

/* RFC 5869, section 2: short enough to be read against the standard, and without a library's
 * set-up. */
int dep_hkdf_sha256(struct dep_slice ikm, struct dep_slice salt, struct dep_slice info,
                    uint8_t *out, size_t out_len)
{
    enum { INFO_MAX = 256 };
    if (out_len > 255 * DEP_HASH_LEN || info.len > INFO_MAX)
        return DEP_ERR_CAP;
    struct dep_hash prk, block;
    uint8_t message[DEP_HASH_LEN + INFO_MAX + 1];
    dep_hmac_sha256(salt, ikm, &prk);
    size_t done = 0, before = 0;
    for (uint8_t counter = 1; done < out_len; counter++) {
        memcpy(message, block.bytes, before);
        if (info.len)
            memcpy(message + before, info.data, info.len);
        message[before + info.len] = counter;
        dep_hmac_sha256(dep_slice_of(prk.bytes, DEP_HASH_LEN),
                        dep_slice_of(message, before + info.len + 1), &block);
        before = DEP_HASH_LEN;
        size_t take = out_len - done < DEP_HASH_LEN ? out_len - done : DEP_HASH_LEN;
        memcpy(out + done, block.bytes, take);
        done += take;
    }
    dep_wipe(&prk, sizeof prk);
    dep_wipe(&block, sizeof block);
    dep_wipe(message, sizeof message);
    return DEP_OK;
}
