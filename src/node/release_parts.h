/*
 * Layer:   node, private to release.
 */
#ifndef DEP_NODE_RELEASE_PARTS_H
#define DEP_NODE_RELEASE_PARTS_H
#include "node/evidence.h"

/*
 * Is each of these paths a file of the item? Asked where the officer may open it; else DEP_OK, and
 * whoever packs is told. Findings "pack.part.absent", "pack.part.kind" (a folder, or what was not
 * taken), those of dep_node_item_files().
 */
DEP_MUST_USE int dep_release_parts_check(struct dep_node *node, const struct dep_item *item,
                                         const json_t *paths, struct dep_problem *problem);
#endif
