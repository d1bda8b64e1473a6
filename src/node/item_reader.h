/*
 * The container of a packaged item, opened where it lies; and the parts in it.
 *
 * Layer:   node, private to verify_item.
 */
#ifndef DEP_NODE_ITEM_READER_H
#define DEP_NODE_ITEM_READER_H
#include "node/verify_item.h"

struct dep_item_reader {
    struct dep_container *container;
    struct dep_vault_extent *extents;
    size_t extent_count;
};
/* Findings of dep_container_open(). To be closed in any case. */
DEP_MUST_USE int dep_item_reader_open(const struct dep_item_verify_order *order,
                                      struct dep_item_reader *out, struct dep_finding *why,
                                      struct dep_fault *fault);
void dep_item_reader_close(struct dep_item_reader *reader);
#define DEP_AUTO_ITEM_READER DEP_CLEANUP(dep_item_reader_close) struct dep_item_reader

/* The lines of parts, each with the place of its member's data in this tar; the last member's. */
enum { DEP_ITEM_PARTS_MAX = 1 << 20 };
struct dep_item_lines {
    struct dep_buf text; /* of `proofs` */
    struct dep_item_line {
        struct dep_slice line;
        uint64_t offset;
    } * lines;
    size_t count, room, next;
    uint64_t proofs_at;
};
void dep_item_lines_done(struct dep_item_lines *lines);
#define DEP_AUTO_ITEM_LINES DEP_CLEANUP(dep_item_lines_done) struct dep_item_lines
/* Findings "part.*"; the members' places are good once the tar was compared. */
DEP_MUST_USE int dep_item_lines_read(const struct dep_item_verify_order *order,
                                     struct dep_container *container, struct dep_item_lines *out,
                                     struct dep_finding *why, struct dep_fault *fault);
/* The next line; DEP_FOUND behind the last. The context is the lines. */
DEP_MUST_USE int dep_item_lines_next(void *context, struct dep_slice *out);
#endif
