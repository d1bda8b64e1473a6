/*
 * Markings of an item: handling codes, categories, territories, originator, flags, codes of single
 * fields, case. The newest counts, whole; those before stay in the log.
 *
 * Format:  doc/format/consent.md.
 * Layer:   node.
 */
#ifndef DEP_NODE_MARKING_H
#define DEP_NODE_MARKING_H
#include "node/act.h"

/*
 * marking.set for an item (named as dep_node_item() takes it). `case` may be a prefix. Findings:
 * "case.absent", "marking.field" (the item's record has no such field: which would do). Notice:
 * "marking.dropped" (what the marking before said and this one doesn't).
 */
DEP_MUST_USE int dep_node_mark(struct dep_node *node, const char *item, json_t *claims,
                               const struct dep_notices *notices, struct dep_done *out,
                               struct dep_problem *problem);
/*
 * Does the newest marking of an item tell how to handle it, as of `size`? "marking.disputed": a
 * revocation below that distrusts the key that signed it. Whoever had the key may have lifted what
 * binds, so neither it counts nor the one before, until somebody marks the item anew.
 */
DEP_MUST_USE int dep_node_marking_counts(struct dep_node *node, const struct dep_index_row *marking,
                                         uint64_t size, struct dep_problem *problem);
/* All markings of an item, oldest first. */
typedef int dep_marking_fn(void *context, const struct dep_view *marking);
DEP_MUST_USE int dep_node_markings(struct dep_node *node, const char *item, dep_marking_fn *each,
                                   void *context, struct dep_problem *problem);
/* The newest marking of every item whose newest marking names this case, oldest first. */
DEP_MUST_USE int dep_node_marked_for(struct dep_node *node, const char *case_id,
                                     dep_marking_fn *each, void *context,
                                     struct dep_problem *problem);
#endif
