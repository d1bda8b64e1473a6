/*
 * Withdrawals on their way to whoever holds what was released.
 *
 * Format:  doc/format/consent.md ("Notices"), doc/format/foreign.md section 4.
 * Layer:   node.
 */
#ifndef DEP_NODE_NOTICE_H
#define DEP_NODE_NOTICE_H
#include "node/node.h"
#include "rules/charter.h"

/* Code of the recipient of the release that a release.withdrawn is about; "" where this officer
 * can't read it. */
DEP_MUST_USE int dep_notice_recipient(struct dep_node *node, const struct dep_view *withdrawn,
                                      char out[DEP_CODE_LEN_MAX + 1], struct dep_problem *problem);
#endif
