/*
 * Correcting what was stated about an item: a further record of the first one's type, whole, with
 * the facts of the container as they were measured. The wrong one stays, and is shown as corrected.
 */
#include "node/custody.h"
#include "node/node_impl.h"

#include <string.h>

/* What was measured isn't a matter of statement. */
static bool is_fixed(const char *name)
{
    static const char *const fixed[] = {
        "item",    "payload_sha256",  "manifest_root", "files",       "bytes", "not_taken",
        "changed", "manifest_offset", "manifest_len",  "content_tag", "given", "refs",
    };
    for (size_t i = 0; i < DEP_COUNT(fixed); i++)
        if (strcmp(name, fixed[i]) == 0)
            return true;
    return false;
}

/* The fields as they were stated; NULL: no memory. */
static json_t *stated(const struct dep_schema *schema, const json_t *claims)
{
    json_t *out = json_object();
    for (size_t i = 0; out && i < schema->field_count; i++) {
        json_t *value = json_object_get(claims, schema->fields[i].name);
        if (!value || json_is_null(value))
            continue;
        if (json_object_set_new(out, schema->fields[i].name, json_deep_copy(value))) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

/* A field is stated or named as unknown, never both. */
static int overlay(json_t *claims, json_t *fields)
{
    const char *name;
    json_t *value, *unknown = json_object_get(claims, "unknown");
    int bad = 0;
    json_object_foreach(fields, name, value)
    {
        if (strcmp(name, "unknown") == 0)
            continue;
        (void)json_object_del(unknown, name);
        if (json_is_null(value))
            (void)json_object_del(claims, name);
        else
            bad |= json_object_set(claims, name, value);
    }
    json_object_foreach(json_object_get(fields, "unknown"), name, value)
    {
        if (!unknown &&
            (!(unknown = json_object()) || json_object_set_new(claims, "unknown", unknown)))
            return DEP_ERR_NOMEM;
        (void)json_object_del(claims, name);
        bad |= json_object_set(unknown, name, value);
    }
    return bad ? DEP_ERR_NOMEM : DEP_OK;
}

/* Its sources stay its sources, also those that the corrector may not know of. Restricted once,
 * restricted for good: a correction lifts nothing. */
static int complete(json_t *claims, const struct dep_view *before)
{
    size_t i;
    json_t *ref, *refs = json_array();
    if (!refs || json_object_set_new(claims, "refs", refs))
        return DEP_ERR_NOMEM;
    int bad = 0;
    json_array_foreach(dep_json_array(before->claims, "refs"), i, ref)
    {
        const char *rel = dep_json_string(ref, "rel");
        if (rel && strcmp(rel, "supersedes") != 0)
            bad |= json_array_append(refs, ref);
    }
    bad |= json_array_append_new(
        refs, dep_record_ref_new("supersedes", before->row.jti, &before->row.sha256));
    bool restricted = dep_json_true(before->claims, "restricted") ||
                      dep_json_true(claims, "restricted") ||
                      json_array_size(dep_json_array(claims, "sensitive")) > 0;
    bad |= json_object_set_new(claims, "restricted", json_boolean(restricted));
    return bad ? DEP_ERR_NOMEM : DEP_OK;
}

struct correct_work {
    struct dep_node *node;
    const struct dep_item *item;
};

static int still_so(void *context, struct dep_problem *problem)
{
    struct correct_work *work = context;
    DEP_AUTO_ITEM now = {.item = ""};
    int err = dep_node_item(work->node, work->item->item, false, &now, problem);
    if (!err && now.first.row.index != work->item->first.row.index)
        err = dep_problem_found(problem, "custody.meanwhile", "MANDATE F15", work->item->item);
    return err;
}

static int judge(const struct dep_item *item, json_t *fields, struct dep_problem *problem)
{
    const char *name;
    json_t *value;
    if (!item->first.readable)
        return dep_problem_found(problem, item->first.why_not, "doc/format/record.md 9",
                                 item->item);
    json_object_foreach(fields, name, value)
    {
        if (is_fixed(name))
            return dep_problem_found(problem, "correct.fixed", "doc/format/record.md 9", name);
    }
    int err =
        dep_custody_judge_side(dep_json_object(fields, "dispossessed"), NULL, &problem->finding);
    return err ? dep_custody_side_problem(fields, "dispossessed", item->item, problem) : DEP_OK;
}

int dep_node_item_correct(struct dep_node *node, const char *name, json_t *fields,
                          struct dep_done *out, struct dep_problem *problem)
{
    DEP_AUTO_ITEM item = {.item = ""};
    int err = dep_node_item(node, name, true, &item, problem);
    if (!err)
        err = judge(&item, fields, problem);
    if (err)
        return err;
    const char *type = item.first.row.type;
    const struct dep_schema *schema = dep_schemas_find(node->schemas, type, 0);
    DEP_AUTO_JSON *claims = schema ? stated(schema, item.first.claims) : NULL;
    err = claims ? overlay(claims, fields) : DEP_ERR_NOMEM;
    if (err)
        return dep_problem_fault(problem, err, "node.correct", item.item);
    DEP_AUTO_VIEW before = {.claims = NULL};
    err = dep_node_view_row(node, &item.first.row, false, &before, problem);
    if (err)
        return err;
    if (complete(claims, &before))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.correct", item.item);
    struct dep_draft draft = {.type = type, .claims = claims};
    struct correct_work work = {node, &item};
    return dep_node_commit_judged(node, &draft, still_so, &work, out, problem);
}
