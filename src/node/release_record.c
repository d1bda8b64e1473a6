#include "node/release_record.h"

#include "node/node_impl.h"
#include "rules/action.h"
#include "rules/mandate.h"

#include <stdio.h>
#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

static int found(struct dep_problem *problem, const char *id, const char *detail)
{
    return dep_problem_found(problem, id, CLAUSE, detail);
}

/* ---- as it is prepared ---- */

/* What a container can be is nothing that a record can. */
static bool is_of_a_container(const json_t *material)
{
    return dep_json_true(material, "redacted") || dep_json_true(material, "plain") ||
           json_object_get(material, "parts") || json_object_get(material, "without");
}

static int judge_fields(struct dep_node *node, const struct dep_index_row *row,
                        const json_t *material, struct dep_problem *problem)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    uint64_t shown = 0;
    int64_t version = 0;
    int err = dep_node_view_row(node, row, true, &view, problem);
    if (err)
        return err;
    if (!view.readable)
        return found(problem, "material.unread", row->jti);
    (void)dep_json_int(view.claims, "v", &version);
    const struct dep_schema *schema = dep_schemas_find(node->schemas, row->type, (int)version);
    const char *unknown =
        schema ? dep_schema_fields_named(schema, dep_json_array(material, "fields"), &shown)
               : row->type;
    return unknown ? found(problem, "release.field", unknown) : DEP_OK;
}

int dep_release_record_complete(struct dep_node *node, json_t *material, bool *out_is,
                                struct dep_problem *problem)
{
    struct dep_index_row row;
    char sha256[2 * DEP_HASH_LEN + 1];
    const char *name = dep_json_string(material, "item");
    struct dep_problem unused = {.detail = ""};
    *out_is = false;
    int err = name ? dep_node_find(node, name, &row, &unused) : DEP_FOUND;
    if (err < 0)
        *problem = unused;
    if (err < 0 || err || !dep_material_is_record(row.type))
        return err < 0 ? err : DEP_OK;
    *out_is = true;
    if (is_of_a_container(material))
        return found(problem, "release.record", row.jti);
    err = judge_fields(node, &row, material, problem);
    dep_hex_encode(row.sha256.bytes, DEP_HASH_LEN, sha256);
    if (!err && (json_object_set_new(material, "item", json_string(row.jti)) ||
                 json_object_set_new(material, "record", json_string(sha256))))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "node.release", row.jti);
    return err;
}

/* ---- what may be told ---- */

struct telling {
    struct dep_node *node;
    const json_t *materials;
    struct dep_problem *problem;
};

/* One that only tells less of it corrects nothing: it may be for somebody else. */
static int goes_along(void *context, const struct dep_index_row *row)
{
    const struct telling *telling = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    if (row->superseded || dep_material_of(telling->materials, row->jti))
        return DEP_OK;
    int err = dep_node_view_row(telling->node, row, true, &view, telling->problem);
    const char *effect = err ? NULL : dep_json_string(view.claims, "effect");
    if (err || (effect && strcmp(effect, "reduces") == 0))
        return err;
    return found(telling->problem, "release.uncorrected", row->jti);
}

static int judge_incident(const struct telling *telling, const struct dep_view *view,
                          const char *recipient)
{
    const char *about = dep_record_ref(view->claims, "about");
    bool report = strcmp(view->row.type, "incident.reported") == 0;
    DEP_AUTO_VIEW first = {.claims = NULL};
    struct dep_index_query query = {
        .type = "incident.corrected", .ref = report ? view->row.jti : about, .rel = "about"};
    int err =
        report ? DEP_OK
               : dep_node_view(telling->node, about ? about : "", true, &first, telling->problem);
    if (err)
        return err;
    if (!dep_mandate_is_for(view->claims, first.claims, recipient))
        return found(telling->problem, "release.audience", view->row.jti);
    if (!report && !dep_material_of(telling->materials, about))
        return found(telling->problem, "release.report", about);
    return dep_sight_list(telling->node, &query, goes_along, (void *)(uintptr_t)telling,
                          telling->problem);
}

static int judge_one(const struct telling *telling, const char *id, const char *recipient)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    struct dep_index_row row;
    int err = dep_roll_find(telling->node, id, &row, telling->problem);
    if (!err && row.superseded)
        return found(telling->problem, "release.corrected", row.jti);
    if (!err)
        err = dep_node_view_row(telling->node, &row, true, &view, telling->problem);
    if (err)
        return err;
    if (!view.readable)
        return found(telling->problem, "material.unread", row.jti);
    return strncmp(row.type, "incident.", strlen("incident.")) == 0
               ? judge_incident(telling, &view, recipient)
               : DEP_OK;
}

int dep_release_records_judge(struct dep_node *node, const json_t *claims,
                              struct dep_problem *problem)
{
    const json_t *materials = dep_json_array(claims, "materials");
    struct telling telling = {node, materials, problem};
    const char *recipient = dep_json_string(claims, "recipient");
    size_t i;
    json_t *material;
    int err = DEP_OK;
    json_array_foreach(materials, i, material)
    {
        const char *id = dep_json_string(material, "item");
        if (!err && dep_json_string(material, "record"))
            err = judge_one(&telling, id ? id : "", recipient ? recipient : "");
    }
    return err;
}
