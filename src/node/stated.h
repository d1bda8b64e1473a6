/*
 * What a person stated for a request, a consent, an assurance, a marking or a mission, made fit to
 * be recorded: times turned into UTC, codes compared with the charter's lists.
 *
 * Format:  doc/format/consent.md.
 * Layer:   node (this part is pure).
 */
#ifndef DEP_NODE_STATED_H
#define DEP_NODE_STATED_H
#include "node/node.h"
#include "rules/charter.h"

/*
 * Times of `type` in `claims`: digits of other scripts, and any offset that RFC 3339 allows, become
 * UTC as INTERVAL demands. Findings: "stated.time" (malformed), "stated.day" (its month doesn't
 * have it), "stated.interval" (ends before it begins); `problem` gets the pointer and, as detail,
 * pointer and value. On a finding `claims` may be changed in part: it is not to be recorded.
 */
DEP_MUST_USE int dep_stated_times(const char *type, json_t *claims, struct dep_problem *problem);

/*
 * Each code and member that `claims` names must stand in the charter at `now_s`. Findings:
 * "stated.code" (in no such list), "stated.code.ended" (in the list, not at this time),
 * "stated.member", "stated.any" ("any" stands alone); the detail names the field, what was stated,
 * and which would do.
 */
DEP_MUST_USE int dep_stated_codes(const struct dep_charter *charter, const char *type,
                                  const json_t *claims, int64_t now_s, struct dep_problem *problem);
/* Whether it looks at any field of this type. */
bool dep_stated_has_codes(const char *type);
/* Fills `problem` as these do: "POINTER: STATED (WHAT WOULD DO)"; the latter two may be empty. */
DEP_MUST_USE int dep_stated_bad(struct dep_problem *problem, const char *id, const char *clause,
                                const char *pointer, const char *stated, const char *would_do);
#endif
