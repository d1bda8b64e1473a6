#include "node/marking.h"

#include "node/case.h"
#include "node/evidence.h"
#include "node/node_impl.h"

#include <string.h>

static const char TYPE[] = "marking.set";

/* ---- reading ---- */

struct reading {
    struct dep_node *node;
    const char *case_id; /* NULL: any */
    dep_marking_fn *each;
    void *context;
    struct dep_problem *problem;
};

static int read_one(void *context, const struct dep_index_row *row)
{
    const struct reading *reading = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_seen(reading->node, row, true, &view, reading->problem);
    if (err)
        return err;
    const char *of_case = dep_json_string(view.claims, "case");
    if (reading->case_id && (!of_case || strcmp(of_case, reading->case_id) != 0))
        return DEP_OK;
    return reading->each(reading->context, &view);
}

static int keep_row(void *context, const struct dep_index_row *row)
{
    *(struct dep_index_row *)context = *row;
    return DEP_FOUND;
}

struct newest {
    const struct dep_node *node;
    struct dep_index_row *out;
};

static int keep_trusted(void *context, const struct dep_index_row *row)
{
    struct newest *newest = context;
    return dep_keyset_disputed(newest->node->keyset, row->kid, row->index)
               ? DEP_OK
               : keep_row(newest->out, row);
}

/* Of those that aren't disputed. DEP_FOUND, without a finding, where there is one. */
static int newest_row(struct dep_node *node, const char *item, struct dep_index_row *out,
                      struct dep_problem *problem)
{
    struct newest newest = {node, out};
    struct dep_index_query query = {.type = TYPE, .item = item, .newest_first = true};
    return dep_roll_list(node, &query, keep_trusted, &newest, problem);
}

static int read_if_newest(void *context, const struct dep_index_row *row)
{
    const struct reading *reading = context;
    struct dep_index_row newest;
    int err = newest_row(reading->node, row->item, &newest, reading->problem);
    if (err != DEP_FOUND)
        return err;
    return newest.index == row->index ? read_one(context, row) : DEP_OK;
}

int dep_node_markings(struct dep_node *node, const char *item, dep_marking_fn *each, void *context,
                      struct dep_problem *problem)
{
    struct reading reading = {node, NULL, each, context, problem};
    struct dep_index_query query = {.type = TYPE, .item = item};
    return dep_sight_list(node, &query, read_one, &reading, problem);
}

int dep_node_marked_for(struct dep_node *node, const char *case_id, dep_marking_fn *each,
                        void *context, struct dep_problem *problem)
{
    struct reading reading = {node, case_id, each, context, problem};
    struct dep_index_query query = {.type = TYPE};
    return dep_sight_list(node, &query, read_if_newest, &reading, problem);
}

int dep_node_marking_counts(struct dep_node *node, const struct dep_index_row *marking,
                            uint64_t size, struct dep_problem *problem)
{
    int err = dep_roll_read(node, problem);
    uint64_t at = err ? 0 : dep_keyset_disputed(node->keyset, marking->kid, marking->index);
    return at && at < size ? dep_problem_found(problem, "marking.disputed", "doc/format/consent.md",
                                               marking->item)
                           : err;
}

/* ---- what is said of single fields ---- */

static int judge_fields(struct dep_node *node, const struct dep_item *item, const json_t *claims,
                        struct dep_problem *problem)
{
    const struct dep_schema *schema = dep_schemas_find(node->schemas, item->first.row.type, 0);
    assert(schema);
    size_t i;
    json_t *marked;
    json_array_foreach(dep_json_array(claims, "fields"), i, marked)
    {
        const char *name = dep_json_string(marked, "field");
        if (name && !dep_schema_field_find(schema, name)) /* no name: the schema's affair */
            return dep_problem_found(problem, "marking.field", "doc/format/consent.md",
                                     dep_code_valid(dep_slice_string(name)) ? name : "");
    }
    return DEP_OK;
}

/* ---- what the marking before said ---- */

static bool array_has(const json_t *array, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (json_equal(json_array_get(array, i), value))
            return true;
    return false;
}

/* A marking replaces the one before: whoever only meant to add a code must see what they took
 * away. */
static void tell_dropped(const json_t *before, const json_t *now, const struct dep_notices *notices)
{
    static const char *const lists[] = {"handling", "categories", "territories", "flags"};
    enum { DETAIL_MAX = 400 };
    char dropped[DETAIL_MAX] = "";
    size_t len = 0, i;
    json_t *value;
    for (size_t l = 0; l < DEP_COUNT(lists); l++)
        json_array_foreach(dep_json_array(before, lists[l]), i, value)
        {
            const char *code = json_string_value(value);
            if (!code || array_has(dep_json_array(now, lists[l]), value) ||
                len + strlen(code) + 3 > sizeof dropped)
                continue;
            len += (size_t)snprintf(dropped + len, sizeof dropped - len, "%s%s", len ? ", " : "",
                                    code);
        }
    const char *originator = dep_json_string(before, "originator");
    if (originator && !dep_json_string(now, "originator") &&
        len + strlen(originator) + 3 <= sizeof dropped)
        len += (size_t)snprintf(dropped + len, sizeof dropped - len, "%s%s", len ? ", " : "",
                                originator);
    if (len)
        dep_notice(notices, "marking.dropped", dropped);
}

static int compare_with_before(struct dep_node *node, const char *item, const json_t *claims,
                               const struct dep_notices *notices, struct dep_problem *problem)
{
    struct dep_index_row row;
    DEP_AUTO_VIEW before = {.claims = NULL};
    int err = newest_row(node, item, &row, problem);
    if (err != DEP_FOUND)
        return err;
    err = dep_node_view_row(node, &row, true, &before, problem);
    if (!err)
        tell_dropped(before.claims, claims, notices);
    return err;
}

/* ---- recording ---- */

/* A whole id is looked up only: a custodian who marks an item anew repeats the case, whose record
 * they may not read. */
static int complete_case(struct dep_node *node, json_t *claims, struct dep_problem *problem)
{
    const char *stated = dep_json_string(claims, "case");
    struct dep_index_row row;
    struct dep_index_query query = {.type = "case.opened", .field = "case", .value = stated};
    int err =
        stated ? dep_index_list(node->index, &query, keep_row, &row, &problem->fault) : DEP_OK;
    if (err < 0)
        return err;
    if (!stated || err == DEP_FOUND)
        return DEP_OK;
    DEP_AUTO_CASE of_case = {.stage = NULL};
    err = dep_node_case(node, stated, &of_case, problem);
    if (!err && json_object_set_new(claims, "case", json_string(of_case.id)))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "node.mark", of_case.id);
    return err;
}

int dep_node_mark(struct dep_node *node, const char *name, json_t *claims,
                  const struct dep_notices *notices, struct dep_done *out,
                  struct dep_problem *problem)
{
    DEP_AUTO_ITEM item = {.item = ""};
    int err = dep_node_item(node, name, false, &item, problem);
    if (!err)
        err = judge_fields(node, &item, claims, problem);
    if (!err)
        err = complete_case(node, claims, problem);
    if (!err && json_object_set_new(claims, "item", json_string(item.item)))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "node.mark", name);
    if (!err)
        err = dep_act_refer(claims, "item", &item.first.row, problem);
    if (!err)
        err = compare_with_before(node, item.item, claims, notices, problem);
    return err ? err : dep_act_record(node, TYPE, claims, out, problem);
}
