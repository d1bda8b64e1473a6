/*
 * A block of the pipe: plaintext on its way, and which contents lie in it.
 *
 * Layer:   collect, private to it.
 */
#ifndef DEP_COLLECT_BLOCK_H
#define DEP_COLLECT_BLOCK_H
#include "codec/tar.h"
#include "vault/age.h"

enum {
    DEP_BLOCK_CHUNKS = 4,
    DEP_BLOCK_LEN = DEP_BLOCK_CHUNKS * DEP_AGE_CHUNK,
    DEP_BLOCK_SEALED = DEP_BLOCK_CHUNKS * DEP_AGE_CHUNK_SEALED,
    /* Each member of a tar has a header before its content; one content may come from before, one
     * may begin at the block's very end. */
    DEP_BLOCK_RANGES = DEP_BLOCK_LEN / DEP_TAR_BLOCK + 2,
};

/* So much of a content as lies in one block. */
struct dep_range {
    size_t offset, len;
    bool first;
    struct dep_hash *out; /* NULL where it goes on in the next block */
};

struct dep_block {
    uint8_t *data; /* DEP_BLOCK_LEN bytes */
    size_t len;
    bool last, sealed;
    struct dep_range ranges[DEP_BLOCK_RANGES];
    size_t range_count;
};

/* At least one: an empty payload has an empty chunk. */
size_t dep_block_chunks(const struct dep_block *block);

/* How far the contents of a block are digested; `digest` goes with them from block to block. */
struct dep_contents {
    struct dep_sha256_stream *digest;
    const struct dep_block *block; /* NULL: none */
    size_t range, done;
};
/* The bytes that are next of a content, to be added to the digest and to `done`; what begins or
 * ends before them does so. False: there are no more. */
bool dep_contents_next(struct dep_contents *contents, struct dep_slice *out);
/* All that is left of them. */
void dep_contents_digest(struct dep_contents *contents);
#endif
