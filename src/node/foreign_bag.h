/*
 * Logs in a package that came from another member, read out of the item that it was sealed as:
 * without reading the rest of it.
 *
 * Format:  doc/format/foreign.md, doc/format/package.md section 5.
 * Layer:   node.
 * Memory:  some 150 bytes a file below logs/.
 */
#ifndef DEP_NODE_FOREIGN_BAG_H
#define DEP_NODE_FOREIGN_BAG_H
#include "node/node.h"

enum { DEP_FOREIGN_FILES_MAX = 1 << 20 };

struct dep_foreign_bag;
/*
 * The package of that id, which was taken in. DEP_FOUND, with nothing told: nothing can be had from
 * it. It isn't here, its container is gone or isn't what was sealed, or this officer can't open it.
 */
DEP_MUST_USE int dep_foreign_bag_open(struct dep_node *node, const char *package,
                                      struct dep_foreign_bag **out, struct dep_problem *problem);
void dep_foreign_bag_free(struct dep_foreign_bag *bag);

/* Of the files whose path below data/ begins with `prefix`, in order of their paths, the first at
 * or behind place `from`: its path, borrowed, and its place. NULL: there is none. */
const char *dep_foreign_bag_next(const struct dep_foreign_bag *bag, const char *prefix, size_t from,
                                 size_t *out_at);
/* The whole of a file, appended. DEP_FOUND, with nothing told: there is none of that path, it is
 * longer than `cap`, or isn't what was sealed. */
DEP_MUST_USE int dep_foreign_bag_read(struct dep_foreign_bag *bag, const char *path, size_t cap,
                                      struct dep_buf *out, struct dep_problem *problem);
#endif
