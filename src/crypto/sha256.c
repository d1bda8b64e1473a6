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
