#include "node/request.h"

#include "codec/text.h"
#include "node/node_impl.h"

#include <string.h>

static const char CLAUSE[] = "MANDATE F5";

/* ---- decisions ---- */

const char *dep_request_state(const struct dep_act *request)
{
    const struct dep_view *answered = dep_act_newest(request, "request.answered");
    const char *answer = answered ? dep_json_string(answered->claims, "answer") : NULL;
    if (answer)
        return answer;
    return answered ? "unknown" : "waiting"; /* unknown: answered, and the answer was erased */
}

int64_t dep_request_deadline_s(const json_t *claims)
{
    const char *deadline = dep_json_string(claims, "deadline");
    int64_t unix_s = INT64_MAX;
    return deadline && dep_time_parse(dep_slice_string(deadline), &unix_s, NULL) ? unix_s
                                                                                 : INT64_MAX;
}

int dep_request_judge_answer(const char *state, const json_t *claims, struct dep_finding *why)
{
    const char *answer = dep_json_string(claims, "answer");
    if (strcmp(state, "withdrawn") == 0)
        return dep_found(why, "request.withdrawn", CLAUSE, 0);
    if (!answer)
        return DEP_OK; /* the schema's affair */
    bool needs_reason = strcmp(answer, "refused") == 0 || strcmp(answer, "postponed") == 0;
    bool needs_part = strcmp(answer, "in_part") == 0;
    if ((needs_reason && !dep_json_object(claims, "reason")) ||
        (needs_part && !dep_json_object(claims, "part")))
        return dep_found(why, "request.reason", CLAUSE, 0);
    return DEP_OK;
}

/* ---- references ---- */

struct same_reference {
    struct dep_node *node;
    const json_t *claims;
    bool theirs; /* their references are theirs alone: only the same counterpart repeats one */
    const struct dep_notices *notices;
    struct dep_problem *problem;
};

static bool same_string(const json_t *a, const json_t *b, const char *name)
{
    const char *left = dep_json_string(a, name), *right = dep_json_string(b, name);
    return left && right && strcmp(left, right) == 0;
}

static int tell_same(void *context, const struct dep_index_row *row)
{
    const struct same_reference *same = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_seen(same->node, row, true, &view, same->problem);
    if (err || !view.readable)
        return err;
    if (same->theirs && (!same_string(view.claims, same->claims, "from") ||
                         !same_string(view.claims, same->claims, "to")))
        return DEP_OK;
    dep_notice(same->notices, same->theirs ? "request.their_ref" : "request.our_ref", row->jti);
    return DEP_OK;
}

static int look_for_reference(struct same_reference *same, const char *name)
{
    struct dep_index_query query = {
        .type = "request.made", .field = name, .value = dep_json_string(same->claims, name)};
    return query.value ? dep_node_list(same->node, &query, tell_same, same, same->problem) : DEP_OK;
}

/* ---- recording ---- */

int dep_request_begin(struct dep_node *node, const char *direction, json_t *claims,
                      const struct dep_notices *notices, struct dep_problem *problem)
{
    struct same_reference same = {node, claims, false, notices, problem};
    /* A field register indexes nothing protected: there is nothing to compare with. */
    int err = json_object_set_new(claims, "direction", json_string(direction))
                  ? dep_problem_fault(problem, DEP_ERR_NOMEM, "node.request", direction)
                  : look_for_reference(&same, "our_ref");
    same.theirs = true;
    return err ? err : look_for_reference(&same, "their_ref");
}

void dep_request_end(struct dep_node *node, const json_t *claims, const struct dep_notices *notices)
{
    if (dep_request_deadline_s(claims) < dep_node_now_ms(node) / 1000)
        dep_notice(notices, "request.deadline", dep_json_string(claims, "deadline"));
}

int dep_node_request(struct dep_node *node, const char *direction, json_t *claims,
                     const struct dep_notices *notices, struct dep_done *out,
                     struct dep_problem *problem)
{
    int err = dep_request_begin(node, direction, claims, notices, problem);
    if (!err)
        err = dep_act_record(node, "request.made", claims, out, problem);
    if (!err)
        dep_request_end(node, claims, notices);
    return err;
}

struct answering {
    struct dep_node *node;
    const char *request;
    json_t *claims;
};

static int judge_answer(void *context, struct dep_problem *problem)
{
    const struct answering *answering = context;
    DEP_AUTO_ACT act = {.later = NULL};
    int err = dep_node_act(answering->node, answering->request, "request.made", &act, problem);
    if (!err)
        err =
            dep_request_judge_answer(dep_request_state(&act), answering->claims, &problem->finding);
    if (err == DEP_FOUND)
        return dep_problem_found(problem, problem->finding.id, problem->finding.clause,
                                 problem->detail[0] ? problem->detail : answering->request);
    return err ? err : dep_act_refer(answering->claims, "answers", &act.head.row, problem);
}

int dep_node_request_answer(struct dep_node *node, const char *request, json_t *claims,
                            struct dep_done *out, struct dep_problem *problem)
{
    struct answering answering = {node, request, claims};
    return dep_act_record_judged(node, "request.answered", claims, judge_answer, &answering, out,
                                 problem);
}
