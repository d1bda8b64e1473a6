/*
 * SHA-512 through libcrypto's low-level functions, for the same reason as src/crypto/sha256.c: a
 * package hashes each of its files twice, and most files are small.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/crypto.h"

#include <openssl/sha.h>

_Static_assert(sizeof(SHA512_CTX) <= sizeof(((struct dep_sha512_stream *)0)->state),
               "room for the state");

static SHA512_CTX *context_of(struct dep_sha512_stream *stream)
{
    return (SHA512_CTX *)(void *)stream->state;
}

void dep_sha512_start(struct dep_sha512_stream *stream)
{
    (void)SHA512_Init(context_of(stream));
}

void dep_sha512_add(struct dep_sha512_stream *stream, const void *data, size_t len)
{
    if (len)
        (void)SHA512_Update(context_of(stream), data, len);
}

void dep_sha512_finish(struct dep_sha512_stream *stream, uint8_t out[DEP_SHA512_LEN])
{
    (void)SHA512_Final(out, context_of(stream));
}
