/*
 * Preparing, approving, releasing, refusing, withdrawing, reviewing; missions. Whether something
 * may leave is decided under the register's lock, in the commit that records it: what was heard of
 * by then counts, and nothing comes between.
 */
#include "node/release.h"

#include "node/charter.h"
#include "node/custody.h"
#include "node/evidence.h"
#include "node/node_impl.h"
#include "node/release_case.h"
#include "node/release_parts.h"
#include "node/release_record.h"
#include "node/stated.h"
#include "rules/action.h"

#include <stdio.h>
#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

static int no_memory(struct dep_problem *problem, const char *where)
{
    return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.release", where);
}

/* ---- preparing ---- */

/* Parts are sealed anew, so there are none in clear; and what is restricted never lies open. */
static int judge_form(const json_t *material, const struct dep_item *item,
                      struct dep_problem *problem)
{
    const json_t *parts = json_object_get(material, "parts");
    if (dep_material_without(material) & dep_material_tells(material))
        return dep_problem_found(problem, "release.without", CLAUSE, item->item);
    bool plain = dep_json_true(material, "plain");
    if (parts && (plain || json_array_size(parts) == 0))
        return dep_problem_found(problem, "release.parts", CLAUSE, item->item);
    return plain && item->restricted
               ? dep_problem_found(problem, "release.plain", CLAUSE, item->item)
               : DEP_OK;
}

static int complete_material(struct dep_node *node, json_t *material, struct dep_problem *problem)
{
    const char *name = dep_json_string(material, "item");
    DEP_AUTO_ITEM item = {.item = ""};
    bool record = false, failed = false;
    if (!json_object_get(material, "fields"))
        failed = json_object_set_new(material, "fields", json_array()) != 0;
    int err = failed ? no_memory(problem, "fields")
                     : dep_release_record_complete(node, material, &record, problem);
    if (!err && !record)
        err = dep_node_item(node, name ? name : "", false, &item, problem);
    if (!err && !record)
        err = judge_form(material, &item, problem);
    if (!err && !record && json_object_get(material, "parts"))
        err = dep_release_parts_check(node, &item, dep_json_array(material, "parts"), problem);
    if (err)
        return err;
    if (!record)
        failed = json_object_set_new(material, "item", json_string(item.item)) != 0;
    if (!json_object_get(material, "redacted"))
        failed = failed || json_object_set_new(material, "redacted", json_false()) != 0;
    return failed ? no_memory(problem, item.item) : DEP_OK;
}

static int complete_materials(struct dep_node *node, json_t *claims, json_t **out_left_out,
                              struct dep_problem *problem)
{
    size_t i;
    json_t *material;
    int err = dep_release_case_expand(node, claims, out_left_out, problem);
    json_array_foreach(dep_json_array(claims, "materials"), i, material)
    {
        if (!err)
            err = complete_material(node, material, problem);
    }
    if (!err)
        err = dep_release_records_judge(node, claims, problem);
    if (err == DEP_FOUND)
        (void)snprintf(problem->where.instance_path, sizeof problem->where.instance_path,
                       "/materials");
    return err;
}

int dep_node_release_complete(struct dep_node *node, json_t *claims, json_t **out_left_out,
                              struct dep_problem *problem)
{
    const char *request = dep_json_string(claims, "request");
    int told = complete_materials(node, claims, out_left_out, problem);
    if (told)
        return told;
    if (!json_object_get(claims, "urgent") && json_object_set_new(claims, "urgent", json_false()))
        return no_memory(problem, "urgent");
    if (!request)
        return DEP_OK;
    DEP_AUTO_ACT act = {.later = NULL};
    int err = dep_node_act(node, request, "request.made", &act, problem);
    return !err && json_object_set_new(claims, "request", json_string(act.head.row.jti))
               ? no_memory(problem, request)
               : err;
}

int dep_node_release_prepare(struct dep_node *node, json_t *claims, json_t **out_left_out,
                             struct dep_done *out, struct dep_problem *problem)
{
    int err = dep_node_release_complete(node, claims, out_left_out, problem);
    return err ? err : dep_act_record(node, "release.prepared", claims, out, problem);
}

/* ---- the prepared release, as it stands now ---- */

static const char *officer_of(const struct dep_view *view)
{
    const char *code = dep_json_string(dep_json_object(view->claims, "by"), "code");
    return code ? code : "";
}

static int judge_open(const struct dep_act *prepared, struct dep_problem *problem)
{
    const char *jti = prepared->head.row.jti;
    if (dep_act_newest(prepared, "release.made"))
        return dep_problem_found(problem, "release.made", CLAUSE, jti);
    if (dep_act_newest(prepared, "release.refused"))
        return dep_problem_found(problem, "release.refused", CLAUSE, jti);
    return DEP_OK;
}

int dep_node_release_ended(struct dep_node *node, const struct dep_act *prepared,
                           struct dep_problem *problem)
{
    const struct dep_index_row *row = &prepared->head.row;
    const struct dep_charter *then = NULL, *now = NULL;
    int err = dep_node_charter(node, row->index, &then, problem);
    if (!err)
        err = dep_node_charter(node, dep_register_count(node->reg), &now, problem);
    if (err)
        return err;
    if (!dep_hash_equal(dep_charter_digest(then), dep_charter_digest(now)))
        return dep_problem_found(problem, "release.charter", CLAUSE, row->jti);
    return dep_node_now_ms(node) / 1000 - row->iat > DEP_PREPARED_FOR_S
               ? dep_problem_found(problem, "release.lapsed", CLAUSE, row->jti)
               : DEP_OK;
}

static int load_open(struct dep_node *node, const char *name, struct dep_act *out,
                     struct dep_problem *problem)
{
    struct dep_act act = {.later = NULL};
    int err = dep_node_act(node, name, "release.prepared", &act, problem);
    if (!err)
        err = judge_open(&act, problem);
    if (!err)
        err = dep_act_readable(&act, problem);
    if (err)
        dep_act_done(&act);
    else
        *out = act;
    return err;
}

struct approving {
    struct dep_node *node;
    const char *prepared;
    json_t *claims;
};

static int judge_approval(void *context, struct dep_problem *problem)
{
    const struct approving *approving = context;
    struct dep_node *node = approving->node;
    DEP_AUTO_ACT act = {.later = NULL};
    int err = load_open(node, approving->prepared, &act, problem);
    if (!err)
        err = dep_node_release_ended(node, &act, problem);
    if (err)
        return err;
    if (strcmp(officer_of(&act.head), node->officer) == 0)
        return dep_problem_found(problem, "approval.same_person", "MANDATE F16", node->officer);
    return dep_act_refer(approving->claims, "about", &act.head.row, problem);
}

int dep_node_release_approve(struct dep_node *node, const char *prepared, bool approved,
                             const json_t *remark, struct dep_done *out,
                             struct dep_problem *problem)
{
    DEP_AUTO_JSON *claims =
        json_pack("{s:b,s:O*}", "approved", (int)approved, "remark", (json_t *)(uintptr_t)remark);
    if (!claims)
        return no_memory(problem, prepared);
    struct approving approving = {node, prepared, claims};
    return dep_act_record_judged(node, "approval.given", claims, judge_approval, &approving, out,
                                 problem);
}

/* ---- deciding under the lock ---- */

struct deciding {
    struct dep_node *node;
    const char *prepared; /* of a release */
    json_t *mission;      /* claims of a mission */
    const json_t *how;    /* sent_how, or the reason of a refusal */
    bool refuse;          /* whatever the verdict */
    bool declined;        /* out: judged, and nothing to be recorded */
    json_t *claims;       /* what is recorded */
    struct dep_judgement judgement;
};

static void deciding_done(struct deciding *deciding)
{
    json_decref(deciding->claims);
    dep_judgement_done(&deciding->judgement);
}

static struct dep_moment moment_at(struct dep_node *node, uint64_t size)
{
    struct dep_moment moment = dep_node_moment(node);
    moment.size = size;
    return moment;
}

/* So that who reads the refusal knows it for one the program made. */
static json_t *reason_of_court(void)
{
    return json_pack("{s:s,s:s}", "text", dep_outcome_name(DEP_REFER_TO_COURT), "lang", "zxx");
}

static json_t *outcome_claims(const struct deciding *deciding, bool made)
{
    json_t *how = (json_t *)(uintptr_t)deciding->how;
    json_t *verdict = dep_judgement_json(&deciding->judgement);
    if (made)
        return json_pack("{s:o,s:O*}", "verdict", verdict, "sent_how", how);
    return json_pack("{s:o,s:o}", "verdict", verdict, "reason",
                     how && deciding->refuse ? json_incref(how) : reason_of_court());
}

static int decide_release(void *context, uint64_t size, struct dep_draft *draft,
                          struct dep_problem *problem)
{
    struct deciding *deciding = context;
    struct dep_node *node = deciding->node;
    struct dep_moment moment = moment_at(node, size);
    DEP_AUTO_ACT act = {.later = NULL};
    int err = load_open(node, deciding->prepared, &act, problem);
    if (!err && !deciding->refuse)
        err = dep_node_release_ended(node, &act, problem);
    if (!err && !deciding->refuse)
        err = dep_release_records_judge(node, act.head.claims, problem);
    if (!err)
        err = dep_node_judge(node, &moment, "release.prepared", act.head.claims, &act.head,
                             &deciding->judgement, problem);
    if (err)
        return err;
    enum dep_outcome outcome = deciding->judgement.verdict.outcome;
    bool made = outcome == DEP_YES && !deciding->refuse;
    if (outcome == DEP_NO && !deciding->refuse) {
        deciding->declined = true;
        return DEP_FOUND;
    }
    deciding->claims = outcome_claims(deciding, made);
    if (!deciding->claims)
        return no_memory(problem, act.head.row.jti);
    *draft = (struct dep_draft){.type = made ? "release.made" : "release.refused",
                                .claims = deciding->claims};
    return dep_act_refer(deciding->claims, "about", &act.head.row, problem);
}

static int run(struct deciding *deciding, dep_decide_fn *decide,
               struct dep_judgement *out_judgement, struct dep_done *out,
               struct dep_problem *problem)
{
    struct dep_done done = {.jti = ""};
    int err = dep_node_hear(deciding->node, problem);
    if (err >= 0) /* what can't be judged is told in its turn */
        err = dep_node_decide(deciding->node, decide, deciding, &done, problem);
    if (err == DEP_FOUND && deciding->declined)
        err = DEP_OK;
    if (!err) {
        *out = done;
        *out_judgement = deciding->judgement;
        deciding->judgement = (struct dep_judgement){.materials = NULL};
    }
    deciding_done(deciding);
    return err;
}

int dep_node_release(struct dep_node *node, const char *prepared, const json_t *how,
                     struct dep_judgement *out_judgement, struct dep_done *out,
                     struct dep_problem *problem)
{
    struct deciding deciding = {.node = node, .prepared = prepared, .how = how};
    int err = dep_node_may_sign(node, "release.made", problem);
    return err ? err : run(&deciding, decide_release, out_judgement, out, problem);
}

int dep_node_release_refuse(struct dep_node *node, const char *prepared, const json_t *reason,
                            struct dep_judgement *out_judgement, struct dep_done *out,
                            struct dep_problem *problem)
{
    struct deciding deciding = {.node = node, .prepared = prepared, .how = reason, .refuse = true};
    int err = dep_node_may_sign(node, "release.refused", problem);
    return err ? err : run(&deciding, decide_release, out_judgement, out, problem);
}

static int decide_mission(void *context, uint64_t size, struct dep_draft *draft,
                          struct dep_problem *problem)
{
    struct deciding *deciding = context;
    struct dep_moment moment = moment_at(deciding->node, size);
    int err = dep_node_judge(deciding->node, &moment, "mission.recorded", deciding->mission, NULL,
                             &deciding->judgement, problem);
    if (err)
        return err;
    if (deciding->judgement.verdict.outcome != DEP_YES) {
        deciding->declined = true;
        return DEP_FOUND;
    }
    if (json_object_set_new(deciding->mission, "verdict", dep_judgement_json(&deciding->judgement)))
        return no_memory(problem, "mission");
    *draft = (struct dep_draft){.type = "mission.recorded", .claims = deciding->mission};
    return DEP_OK;
}

int dep_node_mission(struct dep_node *node, json_t *claims, struct dep_judgement *out_judgement,
                     struct dep_done *out, struct dep_problem *problem)
{
    static const char TYPE[] = "mission.recorded";
    struct deciding deciding = {.node = node, .mission = claims};
    int err = dep_node_may_sign(node, TYPE, problem);
    if (!err)
        err = dep_stated_times(TYPE, claims, problem);
    return err ? err : run(&deciding, decide_mission, out_judgement, out, problem);
}

/* ---- after it was made ---- */

int dep_node_release_withdraw(struct dep_node *node, const char *release, json_t *claims,
                              struct dep_done *out, struct dep_problem *problem)
{
    DEP_AUTO_ACT act = {.later = NULL};
    int err = dep_node_act(node, release, "release.made", &act, problem);
    if (!err)
        err = dep_act_refer(claims, "about", &act.head.row, problem);
    return err ? err : dep_act_record(node, "release.withdrawn", claims, out, problem);
}

struct acknowledging {
    struct dep_node *node;
    const char *withdrawal;
    json_t *claims;
};

static bool is_on_paper(const json_t *claims)
{
    const char *state = dep_json_string(dep_json_object(claims, "side"), "state");
    return state && strcmp(state, "on_paper") == 0;
}

static int judge_acknowledgement(void *context, struct dep_problem *problem)
{
    const struct acknowledging *acknowledging = context;
    DEP_AUTO_ACT act = {.later = NULL};
    int err = dep_node_act(acknowledging->node, acknowledging->withdrawal, "release.withdrawn",
                           &act, problem);
    for (size_t i = 0; !err && i < act.later_count; i++)
        if (strcmp(act.later[i].row.type, "withdrawal.acknowledged") == 0 &&
            is_on_paper(act.later[i].claims))
            return dep_problem_found(problem, "withdrawal.again", CLAUSE, act.later[i].row.jti);
    return err ? err : dep_act_refer(acknowledging->claims, "answers", &act.head.row, problem);
}

int dep_node_withdrawal_acknowledged(struct dep_node *node, const char *withdrawal, json_t *claims,
                                     struct dep_done *out, struct dep_problem *problem)
{
    struct acknowledging acknowledging = {node, withdrawal, claims};
    const json_t *side = dep_json_object(claims, "side");
    const char *state = dep_json_string(side, "state");
    int err = dep_custody_judge_side(side, node->officer, &problem->finding);
    if (err)
        return dep_custody_side_problem(claims, "side", withdrawal, problem);
    if (state && strcmp(state, "signed") == 0)
        return dep_stated_bad(problem, "consent.paper", CLAUSE, "/side", "", "");
    return dep_act_record_judged(node, "withdrawal.acknowledged", claims, judge_acknowledgement,
                                 &acknowledging, out, problem);
}

int dep_node_release_review(struct dep_node *node, const char *release, json_t *claims,
                            struct dep_done *out, struct dep_problem *problem)
{
    DEP_AUTO_ACT act = {.later = NULL};
    int err = dep_node_act(node, release, "release.made", &act, problem);
    if (!err)
        err = dep_act_readable(&act, problem);
    if (err)
        return err;
    if (!dep_json_string(dep_json_object(act.head.claims, "verdict"), "review_by"))
        return dep_problem_found(problem, "urgency.none", CLAUSE, act.head.row.jti);
    if (strcmp(officer_of(&act.head), node->officer) == 0)
        return dep_problem_found(problem, "approval.same_person", "MANDATE F16", node->officer);
    err = dep_act_refer(claims, "about", &act.head.row, problem);
    return err ? err : dep_act_record(node, "urgency.reviewed", claims, out, problem);
}
