/*
 * A sealing under way: bytes into the tar, lines into the manifest, word to whoever watches.
 * Layer:   collect, private to it.
 */
#ifndef DEP_COLLECT_SEALING_H
#define DEP_COLLECT_SEALING_H
#include "collect/lines.h"
#include "collect/links.h"
#include "collect/pipe.h"
#include "collect/seal.h"
#include "collect/walk.h"

enum {
    DEP_SEALING_SMALL = 64 * 1024, /* a file up to this is read whole before its header */
    DEP_SEALING_XATTR_NAMES = 64 * 1024,
    DEP_SEALING_XATTR_VALUES = 512 * 1024,
    DEP_SEALING_SALTS = 256, /* drawn at a time */
};

struct dep_sealing {
    const struct dep_seal_order *order;
    struct dep_vault_writer *writer;
    struct dep_pipe *pipe;
    struct dep_spool *spool;
    struct dep_lines *lines;
    struct dep_lines_sum sum; /* once they are all there */
    struct dep_links links;
    dep_seal_notice_fn *notice;
    void *notice_context;
    struct dep_sealed *out;
    struct dep_finding *why;
    struct dep_fault *fault;
    struct dep_seal_progress progress;
    int64_t shown_ms;
    struct dep_buf header;
    uint8_t *small; /* DEP_SEALING_SMALL + 1 */
    uint8_t xattr_names[DEP_SEALING_XATTR_NAMES];
    uint8_t *xattr_values; /* DEP_SEALING_XATTR_VALUES */
    struct dep_tar_xattr xattrs[DEP_TAR_XATTRS_MAX];
    uint8_t salts[DEP_SEALING_SALTS][DEP_MANIFEST_SALT_LEN];
    size_t salts_left;
};

/* Progress, ten times a second. DEP_ERR_STOPPED where the watcher says so. */
DEP_MUST_USE int dep_sealing_tell(struct dep_sealing *sealing);
/* The fault of the pipe's other thread. */
DEP_MUST_USE int dep_sealing_pipe_failed(struct dep_sealing *sealing);
DEP_MUST_USE int dep_sealing_bytes(struct dep_sealing *sealing, const void *data, size_t len);
/* Zeros that stand for content: counted as progress and added to `digest`, if there is one. */
DEP_MUST_USE int dep_sealing_zeros(struct dep_sealing *sealing, uint64_t len,
                                   struct dep_sha256_stream *digest);
/* Zeros up to the next block. */
DEP_MUST_USE int dep_sealing_padding(struct dep_sealing *sealing, uint64_t size);
/* The member's header; entry->offset is where its data begins. */
DEP_MUST_USE int dep_sealing_header(struct dep_sealing *sealing,
                                    const struct dep_tar_member *member, struct dep_entry *entry);
/* A line with a fresh salt; the notice where the entry calls for one. */
DEP_MUST_USE int dep_sealing_line(struct dep_sealing *sealing, struct dep_entry *entry);
DEP_MUST_USE int dep_sealing_not_taken(struct dep_sealing *sealing, struct dep_slice path,
                                       const char *reason);

/* An open file's content, its header before it; entry->stored is the size announced. DEP_FOUND:
 * not taken (the line is written). */
DEP_MUST_USE int dep_sealing_content(struct dep_sealing *sealing, int fd, const struct stat *before,
                                     struct dep_tar_member *member, struct dep_entry *entry);
/* One entry of the walk (dep_walk_fn; the context is the sealing). */
DEP_MUST_USE int dep_sealing_take(void *context, const struct dep_walk_node *node);
#endif
