/*
 * Erasing protected values: the order is a record first, then the key is destroyed, so that no key
 * ever vanishes without a word. A crash between the two leaves a recorded erasure that opening
 * finishes (dep_node_open).
 */
#include "node/custody.h"
#include "node/node_impl.h"

#include <stdio.h>
#include <string.h>

struct hold {
    bool in_force;
};

static int fold_hold(void *context, const struct dep_index_row *row)
{
    struct hold *hold = context;
    if (strcmp(row->type, "hold.placed") == 0)
        hold->in_force = true;
    else if (strcmp(row->type, "hold.lifted") == 0)
        hold->in_force = false;
    return DEP_OK;
}

static int judge_hold(struct dep_node *node, const struct dep_index_row *target,
                      struct dep_problem *problem)
{
    struct hold hold = {.in_force = false};
    struct dep_index_query query = {.type = "hold.", .item = target->item};
    int err = target->item[0]
                  ? dep_index_list(node->index, &query, fold_hold, &hold, &problem->fault)
                  : DEP_OK;
    if (err)
        return err;
    return hold.in_force ? dep_problem_found(problem, "hold.in_force", "MANDATE F22", target->item)
                         : DEP_OK;
}

static int destroy(struct dep_node *node, const char *target, const char *erasure,
                   struct dep_problem *problem)
{
    int err = dep_register_erase(node->reg, target, erasure, &problem->fault);
    return err ? err : dep_index_forget(node->index, target, &problem->fault);
}

int dep_node_erase(struct dep_node *node, const char *target, const json_t *claims,
                   struct dep_done *out, struct dep_problem *problem)
{
    struct dep_index_row row;
    int err = dep_node_find(node, target, &row, problem);
    if (!err && row.keyring.len == 0)
        return dep_problem_found(problem, "erase.nothing", "doc/format/register.md 1", target);
    if (!err && row.erased)
        return dep_problem_found(problem, "erase.already", "doc/format/register.md 1", target);
    if (!err)
        err = judge_hold(node, &row, problem);
    if (err)
        return err;
    DEP_AUTO_JSON *full = json_deep_copy(claims);
    json_t *refs = json_pack("[o]", dep_record_ref_new("about", row.jti, &row.sha256));
    if (!full || json_object_set_new(full, "refs", refs))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.erase", target);
    struct dep_draft draft = {.type = "record.erased", .claims = full};
    err = dep_node_commit(node, &draft, 1, out, problem);
    return err ? err : destroy(node, row.jti, out->jti, problem);
}

/* ---- what a crash left undone ---- */

struct pending {
    struct dep_node *node;
    struct dep_problem *problem;
};

static int finish_one(void *context, const struct dep_index_row *row)
{
    struct pending *pending = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(pending->node, row, false, &view, pending->problem);
    const char *target = err ? NULL : dep_record_ref(view.claims, "about");
    struct dep_index_row about;
    if (err || !target)
        return err;
    err = dep_index_find(pending->node->index, target, &about, &pending->problem->finding,
                         &pending->problem->fault);
    if (err || about.erased || about.keyring.len == 0)
        return err < 0 ? err : DEP_OK;
    return destroy(pending->node, about.jti, row->jti, pending->problem);
}

int dep_node_finish_erasures(struct dep_node *node, struct dep_problem *problem)
{
    struct pending pending = {node, problem};
    struct dep_index_query query = {.type = "record.erased"};
    return dep_index_list(node->index, &query, finish_one, &pending, &problem->fault);
}
