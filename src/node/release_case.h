/*
 * A case as the material of a release: each item that is marked for it at that moment, or why it
 * doesn't go.
 *
 * Format:  doc/format/consent.md.
 * Layer:   node.
 */
#ifndef DEP_NODE_RELEASE_CASE_H
#define DEP_NODE_RELEASE_CASE_H
#include "node/node.h"

/*
 * A material of `claims` (release.prepared) whose `item` names a case becomes one for each item of
 * it that no other material names, with what else it states; `case` is set. `out_left_out`: array
 * of {"item", "why", "copy"?}; NULL where no case is named. `why` is "disposed", "in_error",
 * "withdrawn", "redacted" (there is a copy in which something is painted over) or "unmarked" (there
 * is, and that isn't of the case). Findings: "release.case" (two cases, or another than `case`),
 * "release.case.empty" (nothing of it can go).
 */
DEP_MUST_USE int dep_release_case_expand(struct dep_node *node, json_t *claims,
                                         json_t **out_left_out, struct dep_problem *problem);
/*
 * The same list for what was prepared, as it stands now: what is marked for its `case` and isn't
 * among its materials. `why` may be "unnamed" too: nothing keeps it back, whoever prepared it named
 * other items, or it was marked since. NULL where no case is named, or nothing is marked for it;
 * the JSON null where a case is named and the officer's roles show no markings.
 */
DEP_MUST_USE int dep_release_case_left_out(struct dep_node *node, const json_t *claims,
                                           json_t **out, struct dep_problem *problem);
#endif
