/*
 * Erasing protected values: the order is a record first, then the key is destroyed, so that no key
 * ever vanishes without a word. A crash between the two leaves a recorded erasure that opening
 * finishes (dep_node_open).
 */
#include "node/custody.h"
#include "node/node_impl.h"
#include "node/release.h"

#include <stdio.h>
#include <string.h>

struct erase_work {
    struct dep_node *node;
    const char *target;
    struct dep_index_row row;
};

/* Before, and with the lock held once more: a hold may have been placed meanwhile. */
static int judge(void *context, struct dep_problem *problem)
{
    struct erase_work *work = context;
    struct dep_node *node = work->node;
    int err = dep_node_find(node, work->target, &work->row, problem);
    if (!err && work->row.keyring.len == 0)
        return dep_problem_found(problem, "erase.nothing", "doc/format/register.md 1",
                                 work->target);
    if (!err && work->row.erased)
        return dep_problem_found(problem, "erase.already", "doc/format/register.md 1",
                                 work->target);
    struct dep_holds holds = {.count = 0};
    if (!err && work->row.item[0])
        err = dep_node_holds(node, work->row.item, NULL, &holds, problem);
    if (!err && holds.count)
        return dep_problem_found(problem, "hold.in_force", "MANDATE F22", work->row.item);
    return err ? err : dep_node_release_holds(node, &work->row, problem);
}

static int destroy(struct dep_node *node, const char *target, const char *erasure,
                   struct dep_problem *problem)
{
    int err = dep_register_erase(node->reg, target, erasure, &problem->fault);
    return err ? err : dep_index_forget(node->index, target, &problem->fault);
}

int dep_node_erase_ready(struct dep_node *node, const char *target, struct dep_problem *problem)
{
    struct erase_work work = {.node = node, .target = target};
    int err = dep_node_may_sign(node, "record.erased", problem);
    return err ? err : judge(&work, problem);
}

int dep_node_erase(struct dep_node *node, const char *target, const json_t *claims,
                   struct dep_done *out, struct dep_problem *problem)
{
    struct erase_work work = {.node = node, .target = target};
    int err = dep_node_may_sign(node, "record.erased", problem);
    if (!err)
        err = judge(&work, problem);
    if (err)
        return err;
    DEP_AUTO_JSON *full = json_deep_copy(claims);
    json_t *refs = json_pack("[o]", dep_record_ref_new("about", work.row.jti, &work.row.sha256));
    if (!full || json_object_set_new(full, "refs", refs))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.erase", target);
    struct dep_draft draft = {.type = "record.erased", .claims = full};
    err = dep_node_commit_judged(node, &draft, judge, &work, out, problem);
    return err ? err : destroy(node, work.row.jti, out->jti, problem);
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
