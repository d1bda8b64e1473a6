/*
 * What was said in a package of a request that stands here: the answer to one of our own, and that
 * its maker withdraws one that was entered. Its foreign.record refers to the request from the
 * start.
 */
#include "node/act.h"
#include "node/charter.h"
#include "node/node_impl.h"
#include "node/receive_impl.h"
#include "node/request.h"
#include "node/roll.h"
#include "record/presentation.h"

#include <string.h>

/* An answer, and the request of this register that it turns out to be about. */
struct answered {
    struct receiving *receiving;
    const char *member;               /* who answers */
    char about[2 * DEP_HASH_LEN + 1]; /* digest of the request, as they name it */
    const json_t *theirs;             /* that request */
    struct dep_index_row request;     /* no jti: none */
    size_t count, open_count;         /* of own ones that ask the same */
};

/* ---- one that its maker withdraws ---- */

static int take_entered(void *context, const struct dep_index_row *row)
{
    struct answered *answered = context;
    answered->request = *row;
    return DEP_OK;
}

/* What was entered has what was heard as its source: of several that tell the same request, any. */
static int match_heard(void *context, const struct dep_index_row *row)
{
    struct answered *answered = context;
    struct dep_node *node = answered->receiving->node;
    struct dep_problem *problem = answered->receiving->problem;
    DEP_AUTO_VIEW view = {.claims = NULL};
    struct dep_index_query entered = {.type = "request.made", .ref = row->jti};
    int err = dep_node_view_row(node, row, true, &view, problem);
    if (err || !dep_json_says(view.claims, "sha256", answered->about) ||
        !dep_json_says(view.claims, "member", answered->member))
        return err;
    return dep_roll_list(node, &entered, take_entered, answered, problem);
}

static int find_entered(struct answered *answered)
{
    struct dep_index_query heard = {.type = "foreign.record"};
    return dep_roll_list(answered->receiving->node, &heard, match_heard, answered,
                         answered->receiving->problem);
}

/* ---- one of our own ---- */

static bool is_asked(const struct dep_charter *charter, const json_t *ours, const char *member)
{
    const struct dep_charter_member *asked =
        dep_charter_recipient(charter, dep_json_string(ours, "to"));
    return dep_json_says(ours, "direction", "out") && asked && strcmp(asked->id, member) == 0;
}

/* Only whoever was asked answers. The same may have been asked twice. */
static int match_own(void *context, const struct dep_act *act)
{
    struct answered *answered = context;
    struct receiving *receiving = answered->receiving;
    const struct dep_charter *charter = NULL;
    const json_t *ours = act->head.claims;
    const char *state = NULL;
    if (!act->head.readable || act->head.row.superseded)
        return DEP_OK;
    int err = dep_node_charter(receiving->node, act->head.row.index, &charter, receiving->problem);
    if (err || !is_asked(charter, ours, answered->member) ||
        !dep_request_is_entered(receiving->node->schemas, ours, answered->theirs))
        return err;
    err = dep_request_state(receiving->node->schemas, act, &state);
    if (err)
        return dep_problem_fault(receiving->problem, err, "node.receive", act->head.row.jti);
    bool open = strcmp(state, "waiting") == 0 || strcmp(state, "postponed") == 0;
    if (open || !answered->open_count)
        answered->request = act->head.row;
    answered->open_count += open;
    answered->count++;
    return DEP_OK;
}

/* Their request says what ours does, or nothing tells that it is ours. */
static int find_own(struct answered *answered)
{
    struct receiving *receiving = answered->receiving;
    DEP_AUTO_PRESENTATION theirs = {.claims = NULL};
    struct dep_finding why;
    int err = DEP_FOUND;
    for (size_t i = 0; err == DEP_FOUND && i < receiving->kept.count; i++) {
        const json_t *claims = receiving->kept.drafts[i].claims;
        if (dep_json_says(claims, "sha256", answered->about) &&
            dep_json_says(claims, "member", answered->member) &&
            dep_json_says(claims, "record_type", "request.made"))
            err = dep_foreign_open(receiving->node->schemas, claims, &theirs, &why);
    }
    if (err)
        return err < 0 ? dep_problem_fault(receiving->problem, err, "node.receive",
                                           receiving->out->package)
                       : DEP_OK;
    answered->theirs = theirs.claims;
    err = dep_node_acts(receiving->node, "request.made", match_own, answered, receiving->problem);
    answered->theirs = NULL;
    if (answered->count > 1 && answered->open_count != 1)
        answered->request.jti[0] = 0; /* which of them, nobody can tell */
    return err;
}

/* ---- each answer ---- */

static int refer(struct receiving *receiving, json_t *claims)
{
    struct answered answered = {.receiving = receiving,
                                .member = dep_json_string(claims, "member")};
    DEP_AUTO_PRESENTATION answer = {.claims = NULL};
    struct dep_finding why;
    struct dep_hash about;
    int err = dep_foreign_open(receiving->node->schemas, claims, &answer, &why);
    if (err < 0)
        return dep_problem_fault(receiving->problem, err, "node.receive", receiving->out->package);
    if (err || !answered.member || !dep_record_ref_sha256(answer.claims, "answers", &about))
        return DEP_OK;
    dep_hex_encode(about.bytes, DEP_HASH_LEN, answered.about);
    err = dep_json_says(answer.claims, "answer", "withdrawn") ? find_entered(&answered)
                                                              : find_own(&answered);
    return err || !answered.request.jti[0]
               ? err
               : dep_act_refer(claims, "answers", &answered.request, receiving->problem);
}

int receive_request_answers(struct receiving *receiving)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < receiving->kept.count; i++) {
        json_t *claims = (json_t *)(uintptr_t)receiving->kept.drafts[i].claims;
        if (dep_json_says(claims, "record_type", "request.answered"))
            err = refer(receiving, claims);
    }
    return err;
}
