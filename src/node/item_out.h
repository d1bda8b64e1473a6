/*
 * The files of one item in a package while they are made: digested, written past the page cache,
 * and shown under the item's name only when all of them are on the disk.
 *
 * Layer:   node, private to pack_item.
 */
#ifndef DEP_NODE_ITEM_OUT_H
#define DEP_NODE_ITEM_OUT_H
#include "node/pack_item.h"

struct dep_item_out_order {
    const char *item, *name; /* "container.tar.age" */
    int items_fd;
    uint64_t len;       /* of all that will be added; more than that is a fault of the caller's */
    uint64_t piece_len; /* where `len` is more: files of that length. 0: one file */
};
struct dep_item_out;
/* The folder items/.unfinished-ITEM, where an earlier attempt left none of its files. `order` is
 * copied, what it points to borrowed. */
DEP_MUST_USE int dep_item_out_new(const struct dep_item_out_order *order, struct dep_item_out **out,
                                  struct dep_problem *problem);
/* The only file is the container at `fd` under another header of the same length, sharing its
 * bytes; it is digested already. False where the file system doesn't do that: nothing was added. */
DEP_MUST_USE int dep_item_out_share(struct dep_item_out *item_out, int fd, struct dep_slice header,
                                    dep_seal_progress_fn *progress, void *context, bool *out_shared,
                                    struct dep_fault *fault);
/* The next bytes; those of the payload (of the same, or of what they were made from) along with
 * them. */
DEP_MUST_USE int dep_item_out_add(struct dep_item_out *item_out, struct dep_slice file,
                                  struct dep_slice payload, struct dep_fault *fault);
/* All is added: on the disk, its digests in `out`; `out->payload_sha256` is the payload's. */
DEP_MUST_USE int dep_item_out_finish(struct dep_item_out *item_out, struct dep_packed_item *out,
                                     struct dep_fault *fault);
/* items/ITEM. */
DEP_MUST_USE int dep_item_out_publish(struct dep_item_out *item_out, struct dep_fault *fault);
/* Without publishing nothing stays. */
void dep_item_out_free(struct dep_item_out *item_out);
#endif
