/*
 * Requests and their answers.
 *
 * Format:  doc/format/consent.md.
 * Layer:   node. The decisions (dep_request_*) are pure.
 */
#ifndef DEP_NODE_REQUEST_H
#define DEP_NODE_REQUEST_H
#include "node/act.h"

/* The newest answer, "waiting" where there is none; stable words. */
const char *dep_request_state(const struct dep_act *request);
/* Deadline in seconds since 1970; INT64_MAX where none is stated. */
int64_t dep_request_deadline_s(const json_t *claims);
/*
 * May this answer follow? Findings "request.withdrawn" (nothing follows a withdrawal),
 * "request.reason" (postponed and refused need a reason, in_part needs the part granted).
 */
DEP_MUST_USE int dep_request_judge_answer(const char *state, const json_t *claims,
                                          struct dep_finding *why);

/*
 * request.made; `direction` is "in" or "out". Notices: "request.our_ref", "request.their_ref" (a
 * request with our reference, or of the same counterpart with theirs, is there already: its id),
 * "request.deadline" (it has passed already).
 */
DEP_MUST_USE int dep_node_request(struct dep_node *node, const char *direction, json_t *claims,
                                  const struct dep_notices *notices, struct dep_done *out,
                                  struct dep_problem *problem);
/* request.answered about `request`. */
DEP_MUST_USE int dep_node_request_answer(struct dep_node *node, const char *request, json_t *claims,
                                         struct dep_done *out, struct dep_problem *problem);
#endif
