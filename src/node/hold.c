/*
 * Legal holds: each stands until a lift that answers it. What one authority ordered, another's lift
 * does not end.
 */
#include "node/custody.h"
#include "node/node_impl.h"

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

int dep_node_holds(struct dep_node *node, const char *item, const char *only, struct dep_holds *out,
                   struct dep_problem *problem)
{
    struct holds_work work = {.node = node, .only = only, .problem = problem};
    struct dep_index_query query = {.type = "hold.placed", .item = item};
    int err = dep_roll_list(node, &query, take_hold, &work, problem);
    if (!err)
        *out = work.found;
    return err;
}
