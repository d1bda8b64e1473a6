/*
 * The back end of libsodium alone, for the browser: what verifying a package takes of crypto.h, and
 * no more. Signing, sealing and randomness are not there, so that a verifier can't be made to do
 * them.
 */
#include "crypto/crypto.h"
#include "crypto/sha2_blocks.h"

#include <sodium/crypto_hash_sha256.h>
#include <sodium/crypto_hash_sha512.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(((struct dep_sha256_stream *)0)->state),
               "room for the state");
_Static_assert(sizeof(crypto_hash_sha512_state) <= sizeof(((struct dep_sha512_stream *)0)->state),
               "room for the state");

/* libsodium's own start looks for a source of randomness and for the processor's extensions:
 * neither is wanted here. */
int dep_crypto_init(bool guard)
{
    return guard ? DEP_ERR_CRYPTO : DEP_OK;
}

static crypto_hash_sha256_state *sha256_of(struct dep_sha256_stream *stream)
{
    return (crypto_hash_sha256_state *)(void *)stream->state;
}

void dep_sha256_start(struct dep_sha256_stream *stream)
{
    (void)crypto_hash_sha256_init(sha256_of(stream));
}

/* Of `len` bytes those that the library takes before our own rounds: the end of a block of which it
 * holds `begun`; and all, where few blocks would be left. */
static size_t library_takes(size_t begun, size_t block_len, size_t len)
{
    size_t takes = (block_len - begun) % block_len;
    return len < takes + DEP_SHA2_GROUPS_MIN * DEP_SHA2_GROUP_LEN ? len : takes;
}

static size_t library_takes_256(const crypto_hash_sha256_state *state, size_t len)
{
    return library_takes((size_t)(state->count / 8) % sizeof state->buf, sizeof state->buf, len);
}

void dep_sha256_add(struct dep_sha256_stream *stream, const void *data, size_t len)
{
    crypto_hash_sha256_state *state = sha256_of(stream);
    const uint8_t *bytes = data;
    size_t takes = library_takes_256(state, len);
    size_t groups = (len - takes) / DEP_SHA2_GROUP_LEN, ours = groups * DEP_SHA2_GROUP_LEN;
    if (takes)
        (void)crypto_hash_sha256_update(state, bytes, takes);
    if (groups) {
        dep_sha256_blocks(state->state, bytes + takes, groups);
        state->count += (uint64_t)ours * 8;
    }
    if (len > takes + ours)
        (void)crypto_hash_sha256_update(state, bytes + takes + ours, len - takes - ours);
}

void dep_sha256_add_two(struct dep_sha256_stream *a, const void *a_data,
                        struct dep_sha256_stream *b, const void *b_data, size_t len)
{
    const uint8_t *a_bytes = a_data, *b_bytes = b_data;
    size_t a_takes = library_takes_256(sha256_of(a), len);
    size_t b_takes = library_takes_256(sha256_of(b), len);
    size_t groups = (len - (a_takes > b_takes ? a_takes : b_takes)) / DEP_SHA256_TWO_LEN;
    size_t ours = groups * DEP_SHA256_TWO_LEN;
    dep_sha256_add(a, a_bytes, a_takes);
    dep_sha256_add(b, b_bytes, b_takes);
    if (groups) {
        dep_sha256_two_blocks(sha256_of(a)->state, a_bytes + a_takes, sha256_of(b)->state,
                              b_bytes + b_takes, groups);
        sha256_of(a)->count += (uint64_t)ours * 8;
        sha256_of(b)->count += (uint64_t)ours * 8;
    }
    dep_sha256_add(a, a_bytes + a_takes + ours, len - a_takes - ours);
    dep_sha256_add(b, b_bytes + b_takes + ours, len - b_takes - ours);
}

void dep_sha256_finish(struct dep_sha256_stream *stream, struct dep_hash *out)
{
    (void)crypto_hash_sha256_final(sha256_of(stream), out->bytes);
}

void dep_sha256_node(const struct dep_hash *left, const struct dep_hash *right,
                     struct dep_hash *out)
{
    struct dep_sha256_stream stream;
    dep_sha256_start(&stream);
    dep_sha256_add(&stream, "\1", 1);
    dep_sha256_add(&stream, left->bytes, DEP_HASH_LEN);
    dep_sha256_add(&stream, right->bytes, DEP_HASH_LEN);
    dep_sha256_finish(&stream, out);
}

void dep_sha256_leaf(const struct dep_hash *entry, struct dep_hash *out)
{
    dep_sha256_2(dep_slice_of("\0", 1), dep_slice_of(entry->bytes, DEP_HASH_LEN), out);
}

static crypto_hash_sha512_state *sha512_of(struct dep_sha512_stream *stream)
{
    return (crypto_hash_sha512_state *)(void *)stream->state;
}

void dep_sha512_start(struct dep_sha512_stream *stream)
{
    (void)crypto_hash_sha512_init(sha512_of(stream));
}

void dep_sha512_add(struct dep_sha512_stream *stream, const void *data, size_t len)
{
    crypto_hash_sha512_state *state = sha512_of(stream);
    const uint8_t *bytes = data;
    size_t takes =
        library_takes((size_t)(state->count[1] / 8) % sizeof state->buf, sizeof state->buf, len);
    size_t groups = (len - takes) / DEP_SHA2_GROUP_LEN, ours = groups * DEP_SHA2_GROUP_LEN;
    if (takes)
        (void)crypto_hash_sha512_update(state, bytes, takes);
    if (groups) {
        dep_sha512_blocks(state->state, bytes + takes, groups);
        state->count[1] += (uint64_t)ours * 8;
        state->count[0] += state->count[1] < (uint64_t)ours * 8;
    }
    if (len > takes + ours)
        (void)crypto_hash_sha512_update(state, bytes + takes + ours, len - takes - ours);
}

void dep_sha512_finish(struct dep_sha512_stream *stream, uint8_t out[DEP_SHA512_LEN])
{
    (void)crypto_hash_sha512_final(sha512_of(stream), out);
}
