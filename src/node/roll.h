/*
 * What stands in the log, from records/ itself: whatever decides looks here and not into index.db,
 * which is disposable and can be lost, stale or changed by whoever has the files
 * (doc/decisions/012).
 *
 * Layer:   node, private to it.
 * Reads:   records/ whole, once a process, each line hashed and all of them compared with the root
 *          that the checkpoint signs; afterwards what came since. Of each record the open envelope.
 * Owns:    about 200 bytes a record until the node is closed; at most DEP_ROLL_RECORDS_MAX.
 * Errors:  faults. "node.log_differs": records/ isn't what the checkpoint commits to.
 *          "index.differs": index.db says something else than the records do.
 */
#ifndef DEP_NODE_ROLL_H
#define DEP_NODE_ROLL_H
#include "node/node.h"

enum { DEP_ROLL_RECORDS_MAX = 1 << 24 };

struct dep_roll;
void dep_roll_free(struct dep_roll *roll);

/*
 * All that a checkpoint covers is on the roll, and the keys in force are those of the records:
 * reads what isn't there yet. What follows does it by itself; called before a lock is taken, it is
 * done outside.
 */
DEP_MUST_USE int dep_roll_read(struct dep_node *node, struct dep_problem *problem);
/*
 * As dep_index_list(), by `type`, `item`, `item_begins`, `ref`, `rel`, in either order, limited and
 * by sight; of the fields of records nothing. Of the rows, `erased` says that an erasure was
 * recorded, `complete` that nothing is protected; where the protected fields lie they don't say:
 * dep_node_view_row() finds them.
 */
DEP_MUST_USE int dep_roll_list(struct dep_node *node, const struct dep_index_query *query,
                               dep_index_fn *each, void *context, struct dep_problem *problem);
/* By the whole id. DEP_FOUND, "index.absent". */
DEP_MUST_USE int dep_roll_find(struct dep_node *node, const char *jti, struct dep_index_row *out,
                               struct dep_problem *problem);
/* One past the index of the newest code.stated or membership.stated; 0 where there is none. */
DEP_MUST_USE int dep_roll_lists_at(struct dep_node *node, uint64_t *out,
                                   struct dep_problem *problem);
/* False where it wasn't read yet. */
bool dep_roll_at(const struct dep_roll *roll, uint64_t index, struct dep_index_row *out);
/* Of a record that was read; NULL where it wasn't yet. */
const struct dep_hash *dep_roll_sha256(const struct dep_roll *roll, uint64_t index);
#endif
