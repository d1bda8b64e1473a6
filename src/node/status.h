/*
 * Status records: the complete set of consents, or of enrolled keys, in force at one place of the
 * log. A log of digests can't show that no withdrawal and no revocation came; a signed complete set
 * can, up to its place.
 *
 * Format:  doc/format/consent.md.
 * Layer:   node. The set is computed here, never stated by anybody.
 */
#ifndef DEP_NODE_STATUS_H
#define DEP_NODE_STATUS_H
#include "log/set.h"
#include "node/node.h"

/*
 * status.issued of "consents" or "keys", with the newest one before it as `previous`. `out_count`:
 * size of the set; `out_set`, which may be NULL: the set, the caller's. At most DEP_SET_MAX
 * records. Findings: "status.of", "status.unread" (a consent this officer can't read: the set would
 * not be complete).
 */
DEP_MUST_USE int dep_node_status_issue(struct dep_node *node, const char *of, size_t *out_count,
                                       struct dep_set **out_set, struct dep_done *out,
                                       struct dep_problem *problem);
/*
 * The set that a status of consents stands for, computed again. Findings: "status.unread";
 * "status.again" (something that counted can't be read any more, so that it comes out otherwise).
 */
DEP_MUST_USE int dep_node_status_set(struct dep_node *node, const struct dep_index_row *status,
                                     struct dep_set **out, struct dep_problem *problem);
/* The newest one that shows to the officer; "status.absent" where there is none. */
DEP_MUST_USE int dep_node_status_newest(struct dep_node *node, const char *of, struct dep_view *out,
                                        struct dep_problem *problem);
#endif
