/*
 * What a verdict rests on, opened again for who reads it: the verdict holds digests.
 */
#include "node/node_impl.h"
#include "node/receive.h"
#include "node/release.h"
#include "record/presentation.h"

#include <string.h>

struct looking {
    struct dep_node *node;
    const json_t *requirements;
    dep_relied_fn *each;
    void *context;
    struct dep_problem *problem;
};

static bool relied_on(const json_t *requirements, const struct dep_hash *sha256)
{
    char hex[2 * DEP_HASH_LEN + 1];
    size_t i;
    json_t *requirement;
    dep_hex_encode(sha256->bytes, DEP_HASH_LEN, hex);
    json_array_foreach(requirements, i, requirement)
    {
        const char *record = dep_json_string(requirement, "record");
        if (record && strcmp(record, hex) == 0)
            return true;
    }
    return false;
}

static int unreadable(const struct dep_view *view, struct dep_problem *problem)
{
    return dep_problem_found(problem, view->why_not, "doc/format/consent.md", view->row.jti);
}

static int look(void *context, const struct dep_index_row *row)
{
    const struct looking *looking = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    if (!relied_on(looking->requirements, &row->sha256))
        return DEP_OK;
    int err = dep_node_view_row(looking->node, row, true, &view, looking->problem);
    if (err)
        return err;
    return view.readable ? looking->each(looking->context, row->type, view.claims)
                         : unreadable(&view, looking->problem);
}

/* One that can't be opened was in no verdict. */
static int look_foreign(void *context, const struct dep_index_row *row)
{
    const struct looking *looking = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    DEP_AUTO_PRESENTATION foreign = {.claims = NULL};
    struct dep_finding why = {.id = ""};
    struct dep_hash sha256;
    int err = dep_node_view_row(looking->node, row, true, &view, looking->problem);
    if (!err)
        err = view.readable ? dep_foreign_open(looking->node->schemas, view.claims, &foreign, &why)
                            : DEP_FOUND;
    if (err)
        return err == DEP_FOUND ? DEP_OK : err;
    dep_sha256(foreign.record.jwt.text, &sha256);
    return relied_on(looking->requirements, &sha256)
               ? looking->each(looking->context, foreign.record.type, foreign.claims)
               : DEP_OK;
}

int dep_node_relied(struct dep_node *node, const json_t *verdict, dep_relied_fn *each,
                    void *context, struct dep_problem *problem)
{
    static const char *const types[] = {"request.made", "consent.given"};
    struct looking looking = {node, dep_json_array(verdict, "requirements"), each, context,
                              problem};
    int err = DEP_OK;
    for (size_t i = 0; !err && i < DEP_COUNT(types); i++) {
        struct dep_index_query query = {.type = types[i]};
        err = dep_node_list(node, &query, look, &looking, problem);
    }
    struct dep_index_query foreign = {.type = "foreign.record"};
    return err ? err : dep_node_list(node, &foreign, look_foreign, &looking, problem);
}

/* ---- what is to be respected ---- */

static int add_condition(void *context, const char *type, const json_t *claims)
{
    json_t *stated = json_object_get(claims, "conditions");
    const json_t *terms = dep_json_object(claims, "terms");
    json_t *shown = json_object_get(dep_json_object(terms, "session"), "shown");
    if (strcmp(type, "consent.given") != 0 || (!stated && !shown))
        return DEP_OK;
    json_t *one =
        json_pack("{s:s,s:s?,s:O*,s:O*}", "layer", dep_json_string(terms, "layer"), "grantor",
                  dep_json_string(terms, "grantor"), "conditions", stated, "shown", shown);
    return json_array_append_new(context, one) ? DEP_ERR_NOMEM : DEP_OK;
}

int dep_node_conditions(struct dep_node *node, const json_t *verdict, json_t **out,
                        struct dep_problem *problem)
{
    DEP_AUTO_JSON *conditions = json_array();
    int err = conditions ? dep_node_relied(node, verdict, add_condition, conditions, problem)
                         : DEP_ERR_NOMEM;
    if (err == DEP_ERR_NOMEM)
        return dep_problem_fault(problem, err, "node.relied", "conditions");
    if (!err)
        *out = json_incref(conditions);
    return err;
}
