#include "node/release_case.h"

#include "node/case.h"
#include "node/derived.h"
#include "node/evidence.h"
#include "node/marking.h"
#include "node/node_impl.h"
#include "node/roll.h"

#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

struct expanding {
    struct dep_node *node;
    const char *name;     /* of the case, as it is stated */
    const json_t *stated; /* the material that names it; NULL: it is prepared already */
    json_t *named;        /* items that other materials name: true */
    json_t *marked;       /* items of the case: true */
    json_t *out, *left_out;
    char copy[DEP_UUID_LEN + 1]; /* of the item that is looked at; or "" */
    struct dep_problem *problem;
};

static int no_memory(const struct expanding *expanding)
{
    return dep_problem_fault(expanding->problem, DEP_ERR_NOMEM, "node.release", expanding->name);
}

/* ---- what keeps an item back ---- */

static bool is_redaction(const struct dep_item *item)
{
    return dep_json_says(item->first.claims, "stage", "redaction");
}

/* A copy that is made of it, and still is one. */
static int match_copy(void *context, const struct dep_index_row *row)
{
    struct expanding *expanding = context;
    DEP_AUTO_ITEM copy = {.item = ""};
    int err = dep_node_item_facts(expanding->node, row->item, true, &copy, expanding->problem);
    if (err)
        return err < 0 ? err : DEP_OK;
    if (!is_redaction(&copy) || copy.disposed || copy.in_error)
        return DEP_OK;
    memcpy(expanding->copy, copy.item, sizeof expanding->copy);
    return json_object_get(expanding->marked, copy.item) ? DEP_FOUND : DEP_OK;
}

static int find_copy(struct expanding *expanding, const char *item)
{
    expanding->copy[0] = 0;
    int err = dep_node_derived(expanding->node, item, match_copy, expanding, expanding->problem);
    return err < 0 ? err : DEP_OK;
}

/* ---- what goes ---- */

static int leave_out(struct expanding *expanding, const char *item, const char *why)
{
    const char *copy = expanding->copy;
    return json_array_append_new(
               expanding->left_out,
               json_pack("{s:s,s:s,s:s*}", "item", item, "why", why, "copy", copy[0] ? copy : NULL))
               ? no_memory(expanding)
               : DEP_OK;
}

static int add(struct expanding *expanding, const struct dep_item *item)
{
    json_t *material = json_deep_copy(expanding->stated);
    int bad = !material || json_object_set_new(material, "item", json_string(item->item));
    if (!bad && is_redaction(item))
        bad = json_object_set_new(material, "redacted", json_true());
    return json_array_append_new(expanding->out, material) || bad ? no_memory(expanding) : DEP_OK;
}

static int expand_one(struct expanding *expanding, const char *id)
{
    DEP_AUTO_ITEM item = {.item = ""};
    int err = dep_node_item_facts(expanding->node, id, true, &item, expanding->problem);
    if (err == DEP_FOUND && !expanding->stated)
        return DEP_OK; /* it doesn't show to who looks */
    if (!err)
        err = find_copy(expanding, id);
    if (err)
        return err;
    const char *why = item.disposed                                         ? "disposed"
                      : item.in_error                                       ? "in_error"
                      : item.withdrawn                                      ? "withdrawn"
                      : !expanding->copy[0]                                 ? NULL
                      : json_object_get(expanding->marked, expanding->copy) ? "redacted"
                                                                            : "unmarked";
    if (!why && expanding->stated)
        return add(expanding, &item);
    return leave_out(expanding, id, why ? why : "unnamed");
}

static int note_marked(void *context, const struct dep_view *marking)
{
    struct expanding *expanding = context;
    return json_object_set_new(expanding->marked, marking->row.item, json_true())
               ? no_memory(expanding)
               : DEP_OK;
}

static int expand(struct expanding *expanding, const char *case_id)
{
    const char *id;
    json_t *ignored;
    int err =
        dep_node_marked_for(expanding->node, case_id, note_marked, expanding, expanding->problem);
    json_object_foreach(expanding->marked, id, ignored)
    {
        if (!err && !json_object_get(expanding->named, id))
            err = expand_one(expanding, id);
    }
    return err;
}

/* ---- which case ---- */

/* Of the materials the one that names a case; the items that the others name. A name is an item's
 * where it is one. */
static int look_at(struct expanding *expanding, json_t *material, struct dep_case *out_case)
{
    struct dep_node *node = expanding->node;
    struct dep_problem *problem = expanding->problem;
    const char *name = dep_json_string(material, "item");
    DEP_AUTO_ITEM item = {.item = ""};
    if (!name || dep_json_string(material, "record"))
        return DEP_OK;
    int err = dep_node_item(node, name, false, &item, problem);
    if (!err)
        return json_object_set_new(expanding->named, item.item, json_true()) ? no_memory(expanding)
                                                                             : DEP_OK;
    struct dep_case of_case = {.stage = NULL};
    if (err == DEP_FOUND)
        err = dep_node_case(node, name, &of_case, problem);
    if (err)
        return err < 0 ? err : DEP_OK; /* neither: told where the material is completed */
    if (out_case->id[0]) {
        dep_case_done(&of_case);
        return dep_problem_found(problem, "release.case", CLAUSE, name);
    }
    *out_case = of_case;
    expanding->stated = material;
    expanding->name = name;
    return DEP_OK;
}

/* The materials in their order, the case's in its place. */
static int put_back(const struct expanding *expanding, json_t *claims)
{
    json_t *all = json_array(), *material;
    size_t i;
    int bad = !all;
    json_array_foreach(dep_json_array(claims, "materials"), i, material)
    {
        bad = bad || (material == expanding->stated ? json_array_extend(all, expanding->out)
                                                    : json_array_append(all, material));
    }
    bad = json_object_set_new(claims, "materials", all) || bad;
    return bad ? no_memory(expanding) : DEP_OK;
}

static int name_case(const struct expanding *expanding, json_t *claims, const char *case_id)
{
    const char *stated = dep_json_string(claims, "case");
    if (stated && strncmp(case_id, stated, strlen(stated)) != 0)
        return dep_problem_found(expanding->problem, "release.case", CLAUSE, stated);
    return json_object_set_new(claims, "case", json_string(case_id)) ? no_memory(expanding)
                                                                     : DEP_OK;
}

int dep_release_case_expand(struct dep_node *node, json_t *claims, json_t **out_left_out,
                            struct dep_problem *problem)
{
    DEP_AUTO_CASE of_case = {.id = ""};
    DEP_AUTO_JSON *named = json_object();
    DEP_AUTO_JSON *marked = json_object();
    DEP_AUTO_JSON *out = json_array();
    DEP_AUTO_JSON *left_out = json_array();
    struct expanding expanding = {.node = node,
                                  .name = "",
                                  .named = named,
                                  .marked = marked,
                                  .out = out,
                                  .left_out = left_out,
                                  .problem = problem};
    size_t i;
    json_t *material;
    int err = named && marked && out && left_out ? DEP_OK : no_memory(&expanding);
    json_array_foreach(dep_json_array(claims, "materials"), i, material)
    {
        if (!err)
            err = look_at(&expanding, material, &of_case);
    }
    if (err || !expanding.stated)
        return err;
    err = name_case(&expanding, claims, of_case.id);
    if (!err)
        err = expand(&expanding, of_case.id);
    if (!err && !json_array_size(out))
        err = dep_problem_found(problem, "release.case.empty", CLAUSE, of_case.id);
    if (!err)
        err = put_back(&expanding, claims);
    if (!err)
        *out_left_out = json_incref(left_out);
    return err;
}

/* Where not, each case looks as if nothing were marked for it. */
static bool shows_markings(const struct dep_node *node)
{
    const struct dep_schema *schema = dep_schemas_find(node->schemas, "marking.set", 0);
    return schema && schema->shown & node->roles_shown;
}

int dep_release_case_left_out(struct dep_node *node, const json_t *claims, json_t **out,
                              struct dep_problem *problem)
{
    const char *of_case = dep_json_string(claims, "case");
    DEP_AUTO_JSON *named = json_object();
    DEP_AUTO_JSON *marked = json_object();
    DEP_AUTO_JSON *left_out = json_array();
    struct expanding expanding = {.node = node,
                                  .name = of_case ? of_case : "",
                                  .named = named,
                                  .marked = marked,
                                  .left_out = left_out,
                                  .problem = problem};
    size_t i;
    json_t *material;
    int err = named && marked && left_out ? DEP_OK : no_memory(&expanding);
    json_array_foreach(dep_json_array(claims, "materials"), i, material)
    {
        const char *item = dep_json_string(material, "item");
        if (!err && item && json_object_set_new(named, item, json_true()))
            err = no_memory(&expanding);
    }
    if (!err && of_case)
        err = expand(&expanding, of_case);
    if (!err)
        *out = json_object_size(marked)           ? json_incref(left_out)
               : of_case && !shows_markings(node) ? json_null()
                                                  : NULL;
    return err;
}
