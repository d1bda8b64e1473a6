/*
 * A transcript or a translation is one exhibit with its recording and inherits what protects it
 * (Leiden Guidelines): what would be refused of the one would else leave as the other.
 */
#include "node/derived.h"

#include "node/act.h"
#include "node/evidence.h"
#include "node/marking.h"
#include "node/node_impl.h"

#include <string.h>

static const char CLAUSE[] = "doc/format/record.md 11";

struct deriving {
    struct dep_node *node;
    json_t *claims, *marking;
    bool inherits;
    struct dep_problem *problem;
};

static int found(const struct deriving *deriving, const char *id, const char *detail)
{
    return dep_problem_found(deriving->problem, id, CLAUSE, detail);
}

static int no_memory(const struct deriving *deriving)
{
    return dep_problem_fault(deriving->problem, DEP_ERR_NOMEM, "collect.record",
                             deriving->node->dir);
}

/* ---- joining ---- */

static bool has(const json_t *list, const json_t *wanted)
{
    size_t i;
    json_t *value;
    json_array_foreach(list, i, value)
    {
        if (json_equal(value, wanted))
            return true;
    }
    return false;
}

static int join_list(const struct deriving *deriving, json_t *into, const char *name,
                     const json_t *from)
{
    size_t i;
    json_t *value, *list = json_object_get(into, name);
    if (!json_array_size(from))
        return DEP_OK;
    if (!list) {
        list = json_array();
        if (json_object_set_new(into, name, list))
            return no_memory(deriving);
    }
    json_array_foreach(from, i, value)
    {
        if (!has(list, value) && json_array_append(list, value))
            return no_memory(deriving);
    }
    return DEP_OK;
}

static int join_text(const struct deriving *deriving, const char *name, const json_t *from)
{
    json_t *value = json_object_get(from, name), *there = json_object_get(deriving->marking, name);
    if (!value || (there && json_equal(there, value)))
        return DEP_OK;
    if (there && strcmp(name, "originator") == 0)
        return found(deriving, "intake.originators", json_string_value(value));
    if (there) /* of several cases of none */
        return json_object_set_new(deriving->marking, name, json_null()) ? no_memory(deriving)
                                                                         : DEP_OK;
    return json_object_set(deriving->marking, name, value) ? no_memory(deriving) : DEP_OK;
}

/* ---- one original ---- */

static int keep_row(void *context, const struct dep_index_row *row)
{
    *(struct dep_index_row *)context = *row;
    return DEP_FOUND;
}

static int join_marking(struct deriving *deriving, const struct dep_item *item)
{
    static const char *const lists[] = {"handling", "categories", "territories", "flags", "fields"};
    struct dep_index_query query = {
        .type = "marking.set", .item = item->item, .newest_first = true, .limit = 1};
    struct dep_index_row row;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_roll_list(deriving->node, &query, keep_row, &row, deriving->problem);
    if (err != DEP_FOUND)
        return err;
    err = dep_node_marking_counts(deriving->node, &row, UINT64_MAX, deriving->problem);
    if (!err)
        err = dep_node_view_row(deriving->node, &row, true, &view, deriving->problem);
    if (err)
        return err;
    if (!view.readable)
        return found(deriving, "intake.unread", row.jti);
    if (!deriving->marking && !(deriving->marking = json_object()))
        return no_memory(deriving);
    for (size_t i = 0; !err && i < DEP_COUNT(lists); i++)
        err =
            join_list(deriving, deriving->marking, lists[i], dep_json_array(view.claims, lists[i]));
    if (!err)
        err = join_text(deriving, "originator", view.claims);
    return err ? err : join_text(deriving, "case", view.claims);
}

static int inherit(struct deriving *deriving, const struct dep_item *item)
{
    if (!item->first.readable)
        return found(deriving, "intake.unread", item->first.row.jti);
    int err = join_list(deriving, deriving->claims, "sensitive",
                        dep_json_array(item->first.claims, "sensitive"));
    if (!err && item->restricted &&
        json_object_set_new(deriving->claims, "restricted", json_true()))
        err = no_memory(deriving);
    return err ? err : join_marking(deriving, item);
}

static int derive_from(struct deriving *deriving, const char *name)
{
    DEP_AUTO_ITEM item = {.item = ""};
    int err = dep_node_item(deriving->node, name, deriving->inherits, &item, deriving->problem);
    if (!err)
        err = dep_act_refer(deriving->claims, "source", &item.first.row, deriving->problem);
    return err || !deriving->inherits ? err : inherit(deriving, &item);
}

int dep_node_derive(struct dep_node *node, const char *const *originals, size_t count,
                    json_t *claims, json_t **out_marking, struct dep_problem *problem)
{
    const char *stage = dep_json_string(claims, "stage");
    bool redacted = stage && strcmp(stage, "redaction") == 0;
    struct deriving deriving = {.node = node,
                                .claims = claims,
                                .inherits = stage && (strcmp(stage, "translation") == 0 ||
                                                      strcmp(stage, "transcript") == 0),
                                .problem = problem};
    if (!count && (redacted || deriving.inherits))
        return found(&deriving, "intake.source", stage);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < count; i++)
        err = derive_from(&deriving, originals[i]);
    if (!err && json_is_null(json_object_get(deriving.marking, "case")))
        (void)json_object_del(deriving.marking, "case");
    if (err)
        json_decref(deriving.marking);
    else
        *out_marking = deriving.marking;
    return err;
}

/* ---- and back ---- */

struct looking {
    struct dep_node *node;
    dep_index_fn *each;
    void *context;
    struct dep_problem *problem;
};

/* It refers to the first record as it stood then. */
static int list_made(void *context, const struct dep_index_row *row)
{
    const struct looking *looking = context;
    const struct dep_index_query made = {
        .type = "evidence.intake", .ref = row->jti, .rel = "source"};
    return dep_roll_list(looking->node, &made, looking->each, looking->context, looking->problem);
}

int dep_node_derived(struct dep_node *node, const char *item, dep_index_fn *each, void *context,
                     struct dep_problem *problem)
{
    const struct dep_index_query firsts = {.type = "evidence.", .item = item};
    struct looking looking = {node, each, context, problem};
    return dep_roll_list(node, &firsts, list_made, &looking, problem);
}
