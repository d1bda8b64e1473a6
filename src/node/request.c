#include "node/request.h"

#include "codec/text.h"
#include "node/node_impl.h"
#include "node/receive.h"
#include "record/presentation.h"

#include <string.h>

static const char CLAUSE[] = "MANDATE F5";

/* ---- decisions ---- */

/* The words themselves: what they are read from may go. Unknown: answered, and the answer was
 * erased. */
static const char *word_of(const json_t *claims)
{
    static const char *const words[] = {"granted", "in_part", "postponed", "refused", "withdrawn"};
    const char *answer = dep_json_string(claims, "answer");
    for (size_t i = 0; answer && i < DEP_COUNT(words); i++)
        if (strcmp(words[i], answer) == 0)
            return words[i];
    return "unknown";
}

static bool is_withdrawn(const char *state)
{
    return strcmp(state, "withdrawn") == 0;
}

/* What came twice, in whatever order, counts as its maker's log has it. */
static int take_heard(const struct dep_schemas *schemas, const json_t *claims, uint64_t *next,
                      const char **state)
{
    DEP_AUTO_PRESENTATION answer = {.claims = NULL};
    struct dep_finding why;
    uint64_t index = 0;
    const char *place = dep_json_string(claims, "index"),
               *type = dep_json_string(claims, "record_type");
    if (!type || strcmp(type, "request.answered") != 0 || !place ||
        !dep_u64_parse(dep_slice_string(place), UINT64_MAX - 1, &index) || index < *next)
        return DEP_OK;
    int err = dep_foreign_open(schemas, claims, &answer, &why);
    if (err)
        return err < 0 ? err : DEP_OK;
    *state = word_of(answer.claims);
    *next = index + 1;
    return DEP_OK;
}

int dep_request_state(const struct dep_schemas *schemas, const struct dep_act *request,
                      const char **out)
{
    const char *state = "waiting";
    uint64_t next = 0;
    int err = DEP_OK;
    for (size_t i = 0; !err && !is_withdrawn(state) && i < request->later_count; i++) {
        const struct dep_view *later = &request->later[i];
        if (strcmp(later->row.type, "request.answered") == 0)
            state = word_of(later->claims);
        else if (strcmp(later->row.type, "foreign.record") == 0)
            err = take_heard(schemas, later->claims, &next, &state);
    }
    if (!err)
        *out = state;
    return err;
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
    if (is_withdrawn(state))
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
    const char *state = NULL;
    int err = dep_node_act(answering->node, answering->request, "request.made", &act, problem);
    if (!err && (err = dep_request_state(answering->node->schemas, &act, &state)))
        return dep_problem_fault(problem, err, "node.request", answering->request);
    if (!err)
        err = dep_request_judge_answer(state, answering->claims, &problem->finding);
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
