#include "node/protected.h"

#include "node/node_impl.h"
#include "node/roll.h"

#include <string.h>

struct opening {
    struct dep_node *node;
    dep_verify_finding_fn *finding;
    dep_progress_fn *progress;
    void *context;
    uint64_t done, total;
    struct dep_protected count;
    struct dep_problem *problem;
};

static bool is(const char *why_not, const char *id)
{
    return why_not && strcmp(why_not, id) == 0;
}

static void tell_damaged(struct opening *opening, const char *jti)
{
    opening->count.damaged++;
    opening->finding(opening->context, "verify.private.damaged", "altered", jti);
}

static int open_one(void *context, const struct dep_index_row *row)
{
    struct opening *opening = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(opening->node, row, true, &view, opening->problem);
    if (opening->progress)
        opening->progress(opening->context, ++opening->done, opening->total);
    /* They opened, and the record commits to others. */
    if (err == DEP_ERR_CORRUPT && is(opening->problem->fault.what, "node.claims")) {
        tell_damaged(opening, row->jti);
        return DEP_OK;
    }
    if (err)
        return err;
    if (is(view.why_not, "secret.reader") || is(view.why_not, "secret.field") ||
        is(view.why_not, "secret.not_shared"))
        opening->count.closed++;
    else if (view.why_not && !is(view.why_not, "secret.erased"))
        tell_damaged(opening, row->jti);
    else if (view.disclosures.len)
        opening->count.opened++;
    return DEP_OK;
}

int dep_node_protected(struct dep_node *node, dep_verify_finding_fn *finding,
                       dep_progress_fn *progress, void *context, struct dep_protected *out,
                       struct dep_problem *problem)
{
    struct opening opening = {.node = node,
                              .finding = finding,
                              .progress = progress,
                              .context = context,
                              .total = dep_register_count(dep_node_register(node)),
                              .problem = problem};
    struct dep_index_query query = {.type = NULL};
    int err = dep_node_unlock(node, problem);
    if (!err)
        err = dep_roll_list(node, &query, open_one, &opening, problem);
    if (!err)
        *out = opening.count;
    return err;
}
