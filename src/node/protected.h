/*
 * Protected values, opened to be compared with their records and not to be read: what `verify`
 * can't see without a key.
 *
 * Format:  doc/format/register.md section 1 (private/, keyring/).
 * Layer:   node.
 */
#ifndef DEP_NODE_PROTECTED_H
#define DEP_NODE_PROTECTED_H
#include "node/audit.h"

struct dep_protected {
    uint64_t opened;  /* they are those that their record commits to */
    uint64_t damaged; /* they don't open, or are others: each a finding */
    uint64_t closed;  /* not for this officer's roles, so not looked at */
};
/*
 * Every record whose protected values weren't erased. Findings, through `finding`:
 * "verify.private.damaged", altered, at the record's id. Nothing is shown, so nothing is a reading.
 */
DEP_MUST_USE int dep_node_protected(struct dep_node *node, dep_verify_finding_fn *finding,
                                    dep_progress_fn *progress, void *context,
                                    struct dep_protected *out, struct dep_problem *problem);
#endif
