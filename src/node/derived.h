/*
 * What is made from another item: a translation, a transcript, a redacted version.
 *
 * Format:  doc/format/record.md section 11.
 * Layer:   node.
 */
#ifndef DEP_NODE_DERIVED_H
#define DEP_NODE_DERIVED_H
#include "node/node.h"

/*
 * The originals of an evidence.intake, each named as dep_node_item() takes it: `claims` gets a
 * `source` for each. A translation or a transcript is restricted and sensitive where one of them
 * is, and marked as they are: `out_marking` is then what marking.set has to say of it but the item,
 * else NULL. Findings: "intake.source" (a stage that is nothing without an original),
 * "intake.unread" (what protects an original can't be read), "intake.originators" (the originals
 * have several).
 */
DEP_MUST_USE int dep_node_derive(struct dep_node *node, const char *const *originals, size_t count,
                                 json_t *claims, json_t **out_marking, struct dep_problem *problem);

/* Every evidence.intake that names a first record of `item` as its source, whatever shows. */
DEP_MUST_USE int dep_node_derived(struct dep_node *node, const char *item, dep_index_fn *each,
                                  void *context, struct dep_problem *problem);
#endif
