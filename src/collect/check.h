/*
 * An open container, for the files that read it.
 * Layer:   collect, private to it.
 */
#ifndef DEP_COLLECT_CHECK_H
#define DEP_COLLECT_CHECK_H
#include "collect/unseal.h"

struct dep_container {
    struct dep_vault_extent *extents;
    size_t extent_count;
    uint64_t len, plain_len;
    size_t header_len;
    size_t nonce_len, tag_len; /* 0 both of a tar in clear, which is read in chunks all the same */
    bool clear;
    bool direct;                         /* read past the page cache from end to end */
    struct dep_age_stream *stream;       /* NULL: no key, or in clear */
    struct dep_age_stream *other_stream; /* of the other thread of a check */
    uint64_t cached;                     /* chunk in `plain` */
    size_t plain_used;
    uint8_t plain[DEP_AGE_CHUNK], sealed[DEP_AGE_CHUNK_SEALED];
};

/* It was opened, or needs no key. */
static inline bool dep_container_readable(const struct dep_container *container)
{
    return container->stream || container->clear;
}
/* A whole chunk as it lies there. */
static inline size_t dep_container_chunk_len(const struct dep_container *container)
{
    return DEP_AGE_CHUNK + container->tag_len;
}
/* The plaintext of chunk `index`, from its `len` bytes as they lie there; by one of the two
 * streams. */
DEP_MUST_USE int dep_container_chunk_open(const struct dep_container *container, bool other,
                                          uint64_t index, const uint8_t *sealed, size_t len,
                                          uint8_t *out, struct dep_finding *why);
/* Number of chunks, at least 1. */
uint64_t dep_container_chunks(const struct dep_container *container);
/* Chunk `index` into container->plain, authenticated; container->plain_used bytes. */
DEP_MUST_USE int dep_container_chunk(struct dep_container *container, uint64_t index,
                                     struct dep_finding *why, struct dep_fault *fault);
/* The facts with the manifest's place filled in where they lack it: found by going from header to
 * header. Findings "container.place", "container.range", those of the tar. */
DEP_MUST_USE int dep_container_place(struct dep_container *container,
                                     const struct dep_container_facts *facts,
                                     struct dep_container_facts *out, struct dep_finding *why,
                                     struct dep_fault *fault);
/* Read the manifest once, from the place in `facts`: each line to `each` (NULL: only verified), its
 * root compared with the one in `facts`, the SHA-256 of its bytes in `out_digest` (or NULL). */
DEP_MUST_USE int dep_container_manifest(struct dep_container *container,
                                        const struct dep_container_facts *facts, dep_entry_fn *each,
                                        void *context, struct dep_hash *out_digest,
                                        struct dep_finding *why, struct dep_fault *fault);
#endif
