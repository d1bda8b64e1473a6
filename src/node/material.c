/*
 * The records of an item that count for it as material: its own, and its newest marking.
 */
#include "node/facts.h"
#include "node/marking.h"
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

/* It, and the report that it corrects. */
static int record_of(struct dep_node *node, const struct dep_known *known, const json_t *stated,
                     struct dep_material *out, struct dep_problem *problem)
{
    const char *id = dep_json_string(stated, "item"), *digest = dep_json_string(stated, "record");
    char sha256[2 * DEP_HASH_LEN + 1];
    struct dep_index_row row, report;
    DEP_AUTO_VIEW own = {.claims = NULL}, of = {.claims = NULL};
    int err = dep_roll_find(node, id, &row, problem);
    if (err)
        return err;
    dep_hex_encode(row.sha256.bytes, DEP_HASH_LEN, sha256);
    if (strcmp(sha256, digest) != 0 || row.index >= known->moment.size ||
        !dep_material_is_record(row.type))
        return dep_problem_found(problem, "item.absent", CLAUSE, id);
    err = open_row(node, &row, id, &own, problem);
    const char *about = err ? NULL : dep_record_ref(own.claims, "about");
    if (about && (err = dep_roll_find(node, about, &report, problem)) == DEP_OK)
        err = open_row(node, &report, about, &of, problem);
    struct dep_material_records records = {.stated = stated, .own = own.claims, .of = of.claims};
    return err ? err : read_material(known, id, &records, out, problem);
}

int dep_node_material(struct dep_node *node, const struct dep_known *known, const json_t *stated,
                      struct dep_material *out, struct dep_problem *problem)
{
    const char *item = dep_json_string(stated, "item");
    if (!item || !item[0])
        return dep_problem_found(problem, "item.absent", CLAUSE, "");
    if (dep_json_string(stated, "record"))
        return record_of(node, known, stated, out, problem);
    struct lookup lookup = {.size = known->moment.size};
    struct dep_index_query query = {.item = item};
    DEP_AUTO_VIEW own = {.claims = NULL}, marking = {.claims = NULL};
    int err = dep_roll_list(node, &query, look, &lookup, problem);
    if (!err && !lookup.has_own)
        err = dep_problem_found(problem, "item.absent", CLAUSE, item);
    if (!err)
        err = open_row(node, &lookup.own, item, &own, problem);
    if (!err && lookup.has_marking)
        err = dep_node_marking_counts(node, &lookup.marking, known->moment.size, problem);
    if (!err && lookup.has_marking)
        err = open_row(node, &lookup.marking, item, &marking, problem);
    struct dep_material_records records = {
        .stated = stated, .own = own.claims, .marking = marking.claims};
    return err ? err : read_material(known, item, &records, out, problem);
}
