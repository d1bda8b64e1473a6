#include "node/reported.h"

#include "node/handed.h"
#include "node/node_impl.h"
#include "node/receive.h"
#include "rules/action.h"

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

bool dep_reported_is(const struct dep_view *view)
{
    return strcmp(view->row.type, DEP_FOREIGN_REPORT) == 0 ||
           (strcmp(view->row.type, DEP_KIT_REPORT) == 0 &&
            dep_material_is_record(dep_handed_of(view).type));
}

bool dep_reported_opens(const struct dep_view *view)
{
    return view->readable && view->handed && !view->handed_why;
}

static void take_kit(const struct dep_node *node, const struct dep_view *view,
                     struct dep_reported *out)
{
    int64_t version = 0;
    (void)dep_json_int(view->handed, "v", &version);
    out->type = dep_json_string(view->handed, "type");
    out->member = dep_json_string(view->handed, "iss");
    out->schema = dep_schemas_find(node->schemas, out->type, (int)version);
    out->claims = view->handed;
    out->kit_officer = dep_handed_of(view).officer;
}

static int take_member(struct dep_node *node, const struct dep_view *view, struct dep_reported *out,
                       struct dep_problem *problem)
{
    struct dep_finding why;
    int err = dep_foreign_open(node->schemas, view->claims, &out->told, &why);
    if (err)
        return dep_problem_fault(problem, err < 0 ? err : DEP_ERR_CORRUPT, "node.handed",
                                 view->row.jti);
    out->type = out->told.record.type;
    out->member = out->told.record.iss;
    out->schema = out->told.schema;
    out->claims = out->told.claims;
    return look_for_notice(node, view->row.item, &out->withdrawn, problem);
}

int dep_node_reported(struct dep_node *node, const struct dep_view *view, struct dep_reported *out,
                      struct dep_problem *problem)
{
    struct dep_reported reported = {.disputed = dep_json_true(view->claims, "disputed")};
    int err = DEP_OK;
    if (strcmp(view->row.type, DEP_KIT_REPORT) == 0)
        take_kit(node, view, &reported);
    else
        err = take_member(node, view, &reported, problem);
    if (err)
        dep_reported_done(&reported);
    else
        *out = reported;
    return err;
}

int dep_reported_again(json_t *seen, const struct dep_view *view, bool *out)
{
    const char *sha256 = dep_json_string(view->claims, "sha256");
    *out = sha256 && json_object_get(seen, sha256);
    return *out || (sha256 && json_object_set_new(seen, sha256, json_true()) == 0) ? DEP_OK
                                                                                   : DEP_ERR_NOMEM;
}

void dep_reported_withheld(const struct dep_reported *reported, struct dep_buf *out)
{
    for (size_t i = 0; !reported->kit_officer && i < reported->schema->field_count; i++)
        if (!reported->told.shown[i])
            dep_buf_addf(out, "%s%s", out->len ? " " : "", reported->schema->fields[i].name);
    dep_buf_add(out, "", 0);
}
