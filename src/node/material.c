/*
 * What is known of one material of an action: its item's own record, and its newest marking.
 */
#include "node/facts.h"
#include "node/node_impl.h"

#include <stdio.h>
#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

struct lookup {
    uint64_t size;
    struct dep_index_row own, marking;
    bool has_own, has_marking;
};

/* Oldest first, so the newest below the moment stays. */
static int look(void *context, const struct dep_index_row *row)
{
    struct lookup *lookup = context;
    if (row->index >= lookup->size)
        return DEP_OK;
    if (strcmp(row->type, "marking.set") == 0) {
        lookup->marking = *row;
        lookup->has_marking = true;
    } else if (strcmp(row->type, "evidence.collected") == 0 ||
               strcmp(row->type, "evidence.intake") == 0) {
        lookup->own = *row;
        lookup->has_own = true;
    }
    return DEP_OK;
}

struct material_work {
    struct dep_node *node;
    const struct dep_known *known;
    const char *item;
    const json_t *stated;
    struct dep_material material;
    struct dep_problem *problem;
};

static int view_of(struct material_work *work, const struct dep_index_row *row,
                   struct dep_view *out)
{
    int err = dep_node_view_row(work->node, row, true, out, work->problem);
    return !err && !out->readable
               ? dep_problem_found(work->problem, "material.unread", CLAUSE, work->item)
               : err;
}

/* A code that no list has can't be judged, and is never passed over. */
static int add_code(struct material_work *work, enum dep_list list, const char *code,
                    struct dep_codes *to)
{
    int place = code ? dep_charter_code_find(work->known->charter, list, code) : -1;
    if (place >= 0) {
        dep_codes_add(to, place);
        return DEP_OK;
    }
    char detail[sizeof work->problem->detail];
    (void)snprintf(detail, sizeof detail, "%s: %s", work->item, code ? code : "?");
    return dep_problem_found(work->problem, "material.code", CLAUSE, detail);
}

static int add_codes(struct material_work *work, enum dep_list list, const json_t *array,
                     struct dep_codes *to)
{
    size_t i;
    json_t *element;
    json_array_foreach(array, i, element)
    {
        int err = add_code(work, list, json_string_value(element), to);
        if (err)
            return err;
    }
    return DEP_OK;
}

/* Lawyer-client, medical, sexual and child material is protected by what it is, marked or not. */
static void add_sensitive(struct material_work *work, const json_t *sensitive)
{
    size_t i;
    json_t *element;
    json_array_foreach(sensitive, i, element)
    {
        const char *code = json_string_value(element);
        int place =
            code ? dep_charter_code_find(work->known->charter, DEP_LIST_CATEGORIES, code) : -1;
        work->material.flags |= DEP_FLAG_PROTECTED;
        if (code && strcmp(code, "child") == 0)
            work->material.flags |= DEP_FLAG_CHILD;
        if (place >= 0)
            dep_codes_add(&work->material.categories, place);
    }
}

static int take_own(struct material_work *work, const struct dep_index_row *row)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = view_of(work, row, &view);
    if (err)
        return err;
    const char *basis = dep_json_string(dep_json_object(view.claims, "basis"), "text");
    const char *territory = dep_json_string(view.claims, "territory");
    if (basis && basis[0])
        work->material.flags |= DEP_FLAG_BASIS;
    add_sensitive(work, dep_json_array(view.claims, "sensitive"));
    return territory ? add_code(work, DEP_LIST_TERRITORIES, territory, &work->material.territories)
                     : DEP_OK;
}

/* Is this field of the first record among those shown? */
static bool is_shown(const json_t *shown, const char *field)
{
    size_t i;
    json_t *element;
    json_array_foreach(shown, i, element)
    {
        if (json_is_string(element) && strcmp(json_string_value(element), field) == 0)
            return true;
    }
    return false;
}

static int take_field_markings(struct material_work *work, const json_t *fields)
{
    size_t i;
    json_t *element;
    json_array_foreach(fields, i, element)
    {
        const char *field = dep_json_string(element, "field");
        if (!field || !is_shown(dep_json_array(work->stated, "fields"), field))
            continue;
        int err = add_codes(work, DEP_LIST_HANDLING, dep_json_array(element, "handling"),
                            &work->material.handling);
        if (err)
            return err;
    }
    return DEP_OK;
}

static int add_name(struct material_work *work, const char *name, dep_id *out)
{
    int err = dep_names_add(work->known->names, name, out);
    return err ? dep_problem_fault(work->problem, err, "node.material", work->item) : DEP_OK;
}

static int take_marking(struct material_work *work, const struct dep_index_row *row)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = view_of(work, row, &view);
    if (!err)
        err = add_codes(work, DEP_LIST_HANDLING, dep_json_array(view.claims, "handling"),
                        &work->material.handling);
    if (!err)
        err = add_codes(work, DEP_LIST_CATEGORIES, dep_json_array(view.claims, "categories"),
                        &work->material.categories);
    if (!err)
        err = add_codes(work, DEP_LIST_TERRITORIES, dep_json_array(view.claims, "territories"),
                        &work->material.territories);
    if (!err)
        err = take_field_markings(work, dep_json_array(view.claims, "fields"));
    if (err)
        return err;
    size_t i;
    json_t *flag;
    json_array_foreach(dep_json_array(view.claims, "flags"), i, flag)
    {
        const char *name = json_string_value(flag);
        work->material.flags |= name ? dep_flag_parse(name) : 0;
    }
    const char *of_case = dep_json_string(view.claims, "case");
    const char *originator = dep_json_string(view.claims, "originator");
    if (of_case)
        err = add_name(work, of_case, &work->material.of_case);
    if (!err && originator && strcmp(originator, work->known->member) != 0)
        err = add_name(work, originator, &work->material.originator);
    return err;
}

/* An item of which a source ever consented to anything has a source, marked or not. */
static bool has_source(const struct dep_known *known, dep_id item)
{
    for (size_t i = 0; i < dep_facts_count(known->facts); i++) {
        const struct dep_fact *fact = dep_facts_at(known->facts, i);
        if (fact->kind == DEP_FACT_CONSENT && fact->layer == DEP_LAYER_SOURCE &&
            fact->scope_kind == DEP_SCOPE_ITEM && fact->scope == item)
            return true;
    }
    return false;
}

int dep_node_material(struct dep_node *node, const struct dep_known *known, const json_t *stated,
                      struct dep_material *out, struct dep_problem *problem)
{
    const char *item = dep_json_string(stated, "item");
    if (!item || !item[0])
        return dep_problem_found(problem, "item.absent", CLAUSE, "");
    struct material_work work = {node, known, item, stated, {.flags = 0}, problem};
    struct lookup lookup = {.size = known->moment.size};
    struct dep_index_query query = {.item = item};
    int err = dep_index_list(node->index, &query, look, &lookup, &problem->fault);
    if (!err && !lookup.has_own)
        err = dep_problem_found(problem, "item.absent", CLAUSE, item);
    if (!err)
        err = take_own(&work, &lookup.own);
    if (!err && lookup.has_marking)
        err = take_marking(&work, &lookup.marking);
    if (!err)
        err = add_name(&work, item, &work.material.item);
    if (err)
        return err;
    if (has_source(known, work.material.item))
        work.material.flags |= DEP_FLAG_SOURCE;
    if (dep_json_true(stated, "redacted"))
        work.material.flags |= DEP_FLAG_REDACTED;
    *out = work.material;
    return DEP_OK;
}
