/*
 * The records of an item that count for it as material: its own, and its newest marking.
 */
#include "node/facts.h"
#include "node/node_impl.h"
#include "rules/action.h"

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

static int open_row(struct dep_node *node, const struct dep_index_row *row, const char *item,
                    struct dep_view *out, struct dep_problem *problem)
{
    int err = dep_node_view_row(node, row, true, out, problem);
    return !err && !out->readable ? dep_problem_found(problem, "material.unread", CLAUSE, item)
                                  : err;
}

static int read_material(const struct dep_known *known, const char *item,
                         const struct dep_material_records *records, struct dep_material *out,
                         struct dep_problem *problem)
{
    const char *code = "?";
    struct dep_fact_reader reader = {known->charter, known->names, known->member};
    int err = dep_material_read(&reader, known->facts, records, out, &code, &problem->finding);
    if (err == DEP_FOUND)
        (void)snprintf(problem->detail, sizeof problem->detail, "%s: %s", item, code);
    else if (err)
        err = dep_problem_fault(problem, err, "node.material", item);
    return err;
}

int dep_node_material(struct dep_node *node, const struct dep_known *known, const json_t *stated,
                      struct dep_material *out, struct dep_problem *problem)
{
    const char *item = dep_json_string(stated, "item");
    if (!item || !item[0])
        return dep_problem_found(problem, "item.absent", CLAUSE, "");
    struct lookup lookup = {.size = known->moment.size};
    struct dep_index_query query = {.item = item};
    DEP_AUTO_VIEW own = {.claims = NULL}, marking = {.claims = NULL};
    int err = dep_roll_list(node, &query, look, &lookup, problem);
    if (!err && !lookup.has_own)
        err = dep_problem_found(problem, "item.absent", CLAUSE, item);
    if (!err)
        err = open_row(node, &lookup.own, item, &own, problem);
    if (!err && lookup.has_marking)
        err = open_row(node, &lookup.marking, item, &marking, problem);
    struct dep_material_records records = {stated, own.claims, marking.claims};
    return err ? err : read_material(known, item, &records, out, problem);
}
