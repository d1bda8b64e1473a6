/*
 * From the records of this register to facts. First what was given (requests, consents, assurances,
 * approvals), then what was said of it later (answers, checks, withdrawals). Only what stands below
 * the moment's size counts, so that the same moment gives the same facts for ever.
 */
#include "node/facts.h"

#include "node/charter.h"
#include "node/node_impl.h"
#include "rules/heard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct loading {
    struct dep_node *node;
    struct dep_known *known;
    struct dep_heard *heard;
    struct dep_problem *problem;
};

void dep_known_done(struct dep_known *known)
{
    dep_facts_free(known->facts);
    dep_names_free(known->names);
    free(known->unread);
    *known = (struct dep_known){.member = NULL};
}

struct dep_moment dep_node_moment(struct dep_node *node)
{
    return (struct dep_moment){.size = dep_register_count(node->reg),
                               .now_s = dep_node_now_ms(node) / 1000,
                               .uncertainty_s = node->world.clock_uncertainty_s};
}

/* ---- what can't be read ---- */

static int add_unread(struct loading *loading, const struct dep_index_row *row, const char *why)
{
    struct dep_known *known = loading->known;
    if (known->unread_count == DEP_FACTS_MAX)
        return dep_problem_fault(loading->problem, DEP_ERR_CAP, "node.facts", row->jti);
    struct dep_unread *grown =
        dep_realloc_array(known->unread, known->unread_count + 1, sizeof *grown);
    if (!grown)
        return dep_problem_fault(loading->problem, DEP_ERR_NOMEM, "node.facts", row->jti);
    known->unread = grown;
    struct dep_unread *unread = &grown[known->unread_count++];
    *unread = (struct dep_unread){.why = why};
    (void)snprintf(unread->jti, sizeof unread->jti, "%s", row->jti);
    (void)snprintf(unread->type, sizeof unread->type, "%s", row->type);
    (void)snprintf(unread->item, sizeof unread->item, "%s", row->item);
    return DEP_OK;
}

/* ---- records ---- */

static int take(void *context, const struct dep_index_row *row)
{
    struct loading *loading = context;
    const struct dep_heard_type *type = dep_heard_type_find(row->type);
    DEP_AUTO_VIEW view = {.claims = NULL};
    assert(type);
    if (row->index >= loading->known->moment.size)
        return DEP_OK;
    int err = dep_node_view_row(loading->node, row, !type->open, &view, loading->problem);
    if (!err && !type->open && !view.readable)
        err = add_unread(loading, row, view.why_not);
    if (err)
        return err;
    struct dep_heard_record record = {row->sha256, row->index, row->type, view.claims,
                                      view.readable};
    struct dep_finding why = {.id = ""};
    err = dep_heard_add(loading->heard, &record, &why);
    if (err == DEP_FOUND) /* what isn't whole was told above */
        return strcmp(why.id, "fact.unread") == 0 ? DEP_OK : add_unread(loading, row, why.id);
    return err ? dep_problem_fault(loading->problem, err, "node.facts", row->jti) : DEP_OK;
}

static int load(struct loading *loading)
{
    for (size_t i = 0; i < dep_heard_type_count(); i++) {
        struct dep_index_query query = {.type = dep_heard_type_at(i)->type};
        int err = dep_roll_list(loading->node, &query, take, loading, loading->problem);
        if (err)
            return err;
    }
    int err = dep_heard_facts(loading->heard, loading->known->facts);
    return err ? dep_problem_fault(loading->problem, err, "node.facts", "facts") : DEP_OK;
}

int dep_node_known(struct dep_node *node, const struct dep_moment *moment, struct dep_known *out,
                   struct dep_problem *problem)
{
    struct dep_known known = {.moment = *moment, .member = dep_register_info(node->reg)->member};
    int err = dep_node_charter(node, moment->size, &known.charter, problem);
    if (err)
        return err;
    if (dep_names_new(&known.names) || dep_facts_new(&known.facts))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "node.facts", node->dir);
    DEP_AUTO_HEARD *heard = NULL;
    struct dep_fact_reader reader = {known.charter, known.names, known.member};
    if (!err && dep_heard_new(&reader, moment->now_s - moment->uncertainty_s, &heard))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "node.facts", node->dir);
    struct loading loading = {node, &known, heard, problem};
    if (!err)
        err = load(&loading);
    if (err) {
        dep_known_done(&known);
        return err;
    }
    *out = known;
    return DEP_OK;
}
