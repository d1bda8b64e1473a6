/*
 * Custody events: who may do what to an item in which state, and recording it.
 *
 * Layer:   node. The decision (dep_custody_judge) is pure; dep_node_custody() records.
 */
#ifndef DEP_NODE_CUSTODY_H
#define DEP_NODE_CUSTODY_H
#include "node/evidence.h"

/*
 * May an event of `type` follow for an item in this state? Findings: "custody.hold" (disposal,
 * return or erasure under a legal hold), "custody.disposed", "custody.sent" (sent and not
 * received), "custody.not_sent" (receipt without a transfer), "custody.lost", "custody.authority",
 * "custody.side" (a side without what its state needs: signed needs code, on_paper needs
 * scan_sha256, seen_by and checked, refused and unavailable need a reason).
 */
DEP_MUST_USE int dep_custody_judge(const struct dep_item *item, const char *type,
                                   const json_t *claims, struct dep_finding *why);
/* Record one event about an item; `answers` (may be NULL) is the first side's record. Adds item and
 * refs. */
DEP_MUST_USE int dep_node_custody(struct dep_node *node, const char *name, const char *type,
                                  json_t *claims, const char *answers, struct dep_done *out,
                                  struct dep_problem *problem);
/* Every record about an item, oldest first. */
typedef int dep_view_fn(void *context, const struct dep_view *view);
DEP_MUST_USE int dep_node_item_events(struct dep_node *node, const char *item, bool unlock,
                                      dep_view_fn *each, void *context,
                                      struct dep_problem *problem);
#endif
