/*
 * Retention: the charter's rule and purpose for each kind of record, and the reviews it asks for. A
 * legal hold wins over it.
 *
 * Format:  doc/format/charter.md section 1, doc/format/consent.md.
 * Layer:   node.
 */
#ifndef DEP_NODE_RETENTION_H
#define DEP_NODE_RETENTION_H
#include "node/act.h"

/*
 * retention.reviewed about a record, named by id. Findings: "hold.in_force" (to erase or return,
 * under a legal hold), "retention.reason" (to keep needs a reason or a date), "retention.rule" (no
 * rule of the charter is about this kind).
 */
DEP_MUST_USE int dep_node_retention_review(struct dep_node *node, const char *record,
                                           json_t *claims, struct dep_done *out,
                                           struct dep_problem *problem);
/* When a record of this age falls due; `reviewed`: its newest review, or NULL. INT64_MAX: never. */
int64_t dep_retention_due_s(int64_t recorded_s, int64_t after_days,
                            const struct dep_view *reviewed);
#endif
