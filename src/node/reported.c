#include "node/reported.h"

#include "node/node_impl.h"
#include "node/receive.h"

#include <string.h>

void dep_reported_done(struct dep_reported *reported)
{
    dep_presentation_done(&reported->told);
}

static int is_any(void *context, const struct dep_index_row *row)
{
    (void)row;
    *(bool *)context = true;
    return DEP_FOUND;
}

/* No other foreign.record names an item but that of a notice which withdraws it. */
static int look_for_notice(struct dep_node *node, const char *item, bool *out,
                           struct dep_problem *problem)
{
    struct dep_index_query notice = {.type = "foreign.record", .item = item, .limit = 1};
    int err = item[0] ? dep_roll_list(node, &notice, is_any, out, problem) : DEP_OK;
    return err < 0 ? err : DEP_OK;
}

int dep_node_reported(struct dep_node *node, const struct dep_view *view, struct dep_reported *out,
                      struct dep_problem *problem)
{
    struct dep_reported reported = {.disputed = dep_json_true(view->claims, "disputed")};
    struct dep_finding why;
    int err = dep_foreign_open(node->schemas, view->claims, &reported.told, &why);
    if (err)
        return dep_problem_fault(problem, err < 0 ? err : DEP_ERR_CORRUPT, "node.handed",
                                 view->row.jti);
    err = look_for_notice(node, view->row.item, &reported.withdrawn, problem);
    if (err)
        dep_reported_done(&reported);
    else
        *out = reported;
    return err;
}

void dep_reported_withheld(const struct dep_presentation *told, struct dep_buf *out)
{
    for (size_t i = 0; i < told->schema->field_count; i++)
        if (!told->shown[i])
            dep_buf_addf(out, "%s%s", out->len ? " " : "", told->schema->fields[i].name);
    dep_buf_add(out, "", 0);
}
