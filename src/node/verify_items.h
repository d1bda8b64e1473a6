/*
 * Step 9 of verifying a package: each of its items that something opens, and the notice to the
 * judge.
 *
 * Format:  doc/format/package.md sections 6.3 and 6.5.
 * Layer:   node.
 */
#ifndef DEP_NODE_VERIFY_ITEMS_H
#define DEP_NODE_VERIFY_ITEMS_H
#include "node/verify_bag.h"
#include "node/verify_item.h"

struct dep_items_order {
    struct dep_age_with with; /* what is held; or nothing: then only what is in clear is opened */
    int extract_fd;           /* an empty folder; -1: nothing is written out */
    dep_seal_progress_fn *progress;
    void *context;
};
struct dep_items_verified {
    uint64_t left;      /* items that nothing opened, or that aren't intact */
    uint64_t extracted; /* files */
    /* What the judge alone is told (dep_verify_notice_read()), where something opened it; owned. */
    json_t *notice;
};
/* Also the notice under seal. Items whose containers were found to be what was sent; findings and
 * results go to the verifier. */
DEP_MUST_USE int dep_node_verify_items(struct dep_bag_verified *bag,
                                       const struct dep_items_order *order,
                                       struct dep_items_verified *out, struct dep_problem *problem);
#endif
