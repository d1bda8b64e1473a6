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
    struct dep_age_stream *stream; /* NULL: no key */
    uint64_t cached;               /* chunk in `plain` */
    size_t plain_used;
    uint8_t plain[DEP_AGE_CHUNK], sealed[DEP_AGE_CHUNK_SEALED];
};

/* Plaintext bytes [offset, offset + len), authenticated, appended to `out`. */
DEP_MUST_USE int dep_container_read(struct dep_container *container, uint64_t offset, uint64_t len,
                                    struct dep_buf *out, struct dep_finding *why,
                                    struct dep_fault *fault);
#endif
