/*
 * Legal holds: each stands until a lift that answers it. What one authority ordered, another's lift
 * does not end.
 */
#include "node/custody.h"
#include "node/handed.h"

#include <string.h>

struct holds_work {
    struct dep_node *node;
    const char *only; /* this one, or NULL: any */
    struct dep_holds found;
    struct dep_problem *problem;
};

static int stop_at_first(void *context, const struct dep_index_row *row)
{
    (void)row;
    *(bool *)context = true;
    return DEP_FOUND;
}

static int take_hold(void *context, const struct dep_index_row *row)
{
    struct holds_work *work = context;
    bool lifted = false;
    if (work->only && strcmp(work->only, row->jti) != 0)
        return DEP_OK;
    struct dep_index_query query = {
        .type = "hold.lifted", .item = row->item, .ref = row->jti, .rel = "answers", .limit = 1};
    int err = dep_roll_list(work->node, &query, stop_at_first, &lifted, work->problem);
    if (err < 0 || lifted)
        return err < 0 ? err : DEP_OK;
    work->found.count++;
    work->found.newest = *row;
    return DEP_OK;
}

/* ---- of a field kit, before it handed its register over ---- */

struct handed_lift {
    struct dep_node *node;
    const char *of; /* the hold, by its id at the kit */
    bool found;
    struct dep_problem *problem;
};

static int look_for_lift(void *context, const struct dep_index_row *row)
{
    struct handed_lift *lift = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(lift->node, row, false, &view, lift->problem);
    if (err)
        return err;
    lift->found = strcmp(dep_handed_of(&view).type, "hold.lifted") == 0 &&
                  dep_handed_links(&view, "answers", lift->of);
    return lift->found ? DEP_FOUND : DEP_OK;
}

/* Such a hold is lifted by the kit's own lift, or by one of this register that answers its
 * record. */
static int take_handed(void *context, const struct dep_index_row *row)
{
    struct holds_work *work = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(work->node, row, false, &view, work->problem);
    if (err || strcmp(dep_handed_of(&view).type, "hold.placed") != 0)
        return err;
    struct handed_lift lift = {work->node, dep_handed_of(&view).record, false, work->problem};
    struct dep_index_query query = {.type = "kit.", .item = row->item};
    err = dep_roll_list(work->node, &query, look_for_lift, &lift, work->problem);
    return err < 0 || lift.found ? (err < 0 ? err : DEP_OK) : take_hold(work, row);
}

int dep_node_holds(struct dep_node *node, const char *item, const char *only, struct dep_holds *out,
                   struct dep_problem *problem)
{
    struct holds_work work = {.node = node, .only = only, .problem = problem};
    struct dep_index_query query = {.type = "hold.placed", .item = item};
    struct dep_index_query handed = {.type = "kit.", .item = item};
    int err = dep_roll_list(node, &query, take_hold, &work, problem);
    if (!err)
        err = dep_roll_list(node, &handed, take_handed, &work, problem);
    if (!err)
        *out = work.found;
    return err;
}
