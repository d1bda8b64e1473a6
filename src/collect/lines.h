/*
 * The manifest's lines on their way: encoded at once, and kept until the digest of the content is
 * there, which the pipe's other thread takes.
 *
 * Layer:   collect, private to it.
 * Memory:  two batches of at most DEP_LINES_BATCH lines and DEP_LINES_TEXT bytes.
 */
#ifndef DEP_COLLECT_LINES_H
#define DEP_COLLECT_LINES_H
#include "collect/pipe.h"
#include "collect/spool.h"
#include "vault/manifest.h"

enum { DEP_LINES_BATCH = 2048, DEP_LINES_TEXT = 1024 * 1024 };

struct dep_lines;
/* Both are borrowed; the pipe must be freed before the lines are, and the spool after. */
DEP_MUST_USE int dep_lines_new(struct dep_pipe *pipe, struct dep_spool *spool,
                               struct dep_lines **out);
void dep_lines_free(struct dep_lines *lines);
/* The content of the next line's file is all in the pipe: the digest begun there ends here. */
void dep_lines_content(struct dep_lines *lines);
/* Its salt is drawn already. The entry's `sha256` isn't looked at after dep_lines_content(). */
DEP_MUST_USE int dep_lines_add(struct dep_lines *lines, const struct dep_entry *entry,
                               struct dep_fault *fault);
/* All of them are in the spool now. */
struct dep_lines_sum {
    uint64_t count;
    struct dep_hash root;
    /* of the digests of files and images, mod 2^256: the order doesn't count */
    uint64_t content[4];
};
DEP_MUST_USE int dep_lines_finish(struct dep_lines *lines, struct dep_lines_sum *out,
                                  struct dep_fault *fault);
#endif
