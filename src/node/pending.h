/*
 * A container that has its name and not yet its record: told by aside/pending-ITEM, which its maker
 * keeps locked. What a dead maker left is moved aside by the next command that writes.
 *
 * Layer:   node, private to it.
 */
#ifndef DEP_NODE_PENDING_H
#define DEP_NODE_PENDING_H
#include "node/node_impl.h"

/* Durable before the container gets its name. `out_fd` holds the lock; -1 after a failure. */
DEP_MUST_USE int dep_pending_begin(struct dep_node *node, const char *item, int *out_fd,
                                   struct dep_problem *problem);
/* A further one of the same commit, under the lock of `first`. "collect.pending" where the item is
 * another's already. */
DEP_MUST_USE int dep_pending_join(struct dep_node *node, const char *first, const char *item,
                                  struct dep_problem *problem);
void dep_pending_leave(struct dep_node *node, const char *item);
/* The record stands, or the container was never named. Closes `fd`. */
void dep_pending_end(struct dep_node *node, const char *item, int fd);
/* Move what dead makers left to aside/. `out_moved` counts containers. */
DEP_MUST_USE int dep_pending_sweep(struct dep_node *node, uint64_t *out_moved,
                                   struct dep_problem *problem);
#endif
