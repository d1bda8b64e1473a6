/*
 * A material of a release that is a record by itself: an incident, its corrections, what could be
 * observed.
 *
 * Format:  doc/format/consent.md (MATERIAL, `record`).
 * Layer:   node, private to release and pack.
 */
#ifndef DEP_NODE_RELEASE_RECORD_H
#define DEP_NODE_RELEASE_RECORD_H
#include "node/node.h"

/*
 * `out_is`: `material` names such a record; then `item` is its id and `record` its digest. Findings
 * "release.record" (parts, in clear, redacted), "release.field" (it has no such field).
 */
DEP_MUST_USE int dep_release_record_complete(struct dep_node *node, json_t *material, bool *out_is,
                                             struct dep_problem *problem);
/*
 * May what the claims of a release.prepared name so be told their recipient? Findings
 * "release.audience" (an incident that isn't meant for them), "release.uncorrected" (a correction
 * of it isn't named), "release.report" (a correction without the report), "release.corrected",
 * "material.unread".
 */
DEP_MUST_USE int dep_release_records_judge(struct dep_node *node, const json_t *claims,
                                           struct dep_problem *problem);
#endif
