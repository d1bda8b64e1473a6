#include "node/notice.h"

#include "node/node_impl.h"
#include "node/roll.h"

#include <stdio.h>

/* What that record is about; of one that isn't here, no claims. */
static int view_about(struct dep_node *node, const struct dep_view *view, struct dep_view *out,
                      struct dep_problem *problem)
{
    struct dep_index_row row;
    const char *id = dep_record_ref(view->claims, "about");
    int err = dep_roll_find(node, id ? id : "", &row, problem);
    if (err)
        return err < 0 ? err : DEP_OK;
    return dep_node_view_row(node, &row, true, out, problem);
}

int dep_notice_recipient(struct dep_node *node, const struct dep_view *withdrawn,
                         char out[DEP_CODE_LEN_MAX + 1], struct dep_problem *problem)
{
    DEP_AUTO_VIEW made = {.claims = NULL};
    DEP_AUTO_VIEW prepared = {.claims = NULL};
    int err = view_about(node, withdrawn, &made, problem);
    if (!err)
        err = view_about(node, &made, &prepared, problem);
    const char *code = err ? NULL : dep_json_string(prepared.claims, "recipient");
    if (!err)
        (void)snprintf(out, DEP_CODE_LEN_MAX + 1, "%s", code ? code : "");
    return err;
}
