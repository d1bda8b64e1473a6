/*
 * An open container, for the files that read it.
 * Layer:   collect, private to it.
 */
#ifndef DEP_COLLECT_CHECK_H
#define DEP_COLLECT_CHECK_H
#include "collect/unseal.h"

struct dep_container {
    int fd;
    uint64_t len, plain_len;
    size_t header_len;
    struct dep_age_stream *stream;       /* NULL: no key */
    struct dep_age_stream *other_stream; /* of the other thread of a check */
    uint64_t cached;                     /* chunk in `plain` */
    size_t plain_used;
    uint8_t plain[DEP_AGE_CHUNK], sealed[DEP_AGE_CHUNK_SEALED];
};

/* Number of chunks, at least 1. */
uint64_t dep_container_chunks(const struct dep_container *container);
/* Chunk `index` into container->plain, authenticated; container->plain_used bytes. */
DEP_MUST_USE int dep_container_chunk(struct dep_container *container, uint64_t index,
                                     struct dep_finding *why, struct dep_fault *fault);
/* Plaintext bytes [offset, offset + len), authenticated, appended to `out`. */
DEP_MUST_USE int dep_container_read(struct dep_container *container, uint64_t offset, uint64_t len,
                                    struct dep_buf *out, struct dep_finding *why,
                                    struct dep_fault *fault);
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
