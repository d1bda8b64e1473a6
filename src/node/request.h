/*
 * Requests and their answers.
 *
 * Format:  doc/format/consent.md.
 * Layer:   node. The decisions (dep_request_*) are pure.
 */
#ifndef DEP_NODE_REQUEST_H
#define DEP_NODE_REQUEST_H
#include "node/act.h"

/* The newest answer, "waiting" where there is none; stable words. It was recorded here or came in a
 * package: of those the newest in their own log; and one that is withdrawn stays withdrawn. */
DEP_MUST_USE int dep_request_state(const struct dep_schemas *schemas, const struct dep_act *request,
                                   const char **out);
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
/* Its direction, and what is told before it is recorded and after: for who records one some other
 * way. */
DEP_MUST_USE int dep_request_begin(struct dep_node *node, const char *direction, json_t *claims,
                                   const struct dep_notices *notices, struct dep_problem *problem);
void dep_request_end(struct dep_node *node, const json_t *claims,
                     const struct dep_notices *notices);
/*
 * Requests of other members that came in packages and wait to be entered: addressed to this member,
 * not withdrawn by who made them, and no request.made has their foreign.record as its `source` yet.
 * Each once, however often it came: `row` is its first foreign.record, `claims` what was asked.
 */
typedef int dep_heard_request_fn(void *context, const struct dep_index_row *row,
                                 const json_t *claims);
DEP_MUST_USE int dep_node_requests_heard(struct dep_node *node, dep_heard_request_fn *each,
                                         void *context, struct dep_problem *problem);
/*
 * request.made, `in`, of one of these (the id of its foreign.record): as it was asked, our
 * reference and theirs exchanged, with that record as `source`. `claims`: what is stated besides.
 * Notices as above. "request.heard": there is none of that id, any more; "request.stated": what was
 * asked is stated otherwise.
 */
DEP_MUST_USE int dep_node_request_enter(struct dep_node *node, const char *heard, json_t *claims,
                                        const struct dep_notices *notices, struct dep_done *out,
                                        struct dep_problem *problem);
/* Whether `theirs`, a request that came in there, says all that `ours` asked, references
 * exchanged. */
bool dep_request_is_entered(const struct dep_schemas *schemas, const json_t *ours,
                            const json_t *theirs);
/* request.answered about `request`. */
DEP_MUST_USE int dep_node_request_answer(struct dep_node *node, const char *request, json_t *claims,
                                         struct dep_done *out, struct dep_problem *problem);
#endif
