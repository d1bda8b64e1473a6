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
#include "node/node.h"

enum { DEP_STATUS_MAX = 40000 }; /* records in one set: what one record's protected fields hold */

/*
 * status.issued of "consents" or "keys", with the newest one before it as `previous`. `out_count`:
 * size of the set. Findings: "status.of", "status.unread" (a consent this officer can't read: the
 * set would not be complete).
 */
DEP_MUST_USE int dep_node_status_issue(struct dep_node *node, const char *of, size_t *out_count,
                                       struct dep_done *out, struct dep_problem *problem);
/* The newest one; "status.absent" where there is none. */
DEP_MUST_USE int dep_node_status_newest(struct dep_node *node, const char *of, struct dep_view *out,
                                        struct dep_problem *problem);
#endif
