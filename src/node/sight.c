/*
 * What an officer may know of: which rows show, by type, role and signature (doc/format/record.md
 * section 8). The only way from outside node to the index; what node decides by itself (holds,
 * states of an item, verdicts) looks at everything, and not into the index but into the records
 * (roll.h).
 */
#include "node/node_impl.h"
#include "node/roll.h"

#include <string.h>

int dep_sight_prove(struct dep_node *node, struct dep_problem *problem)
{
    if (node->proven)
        return DEP_OK;
    int err = dep_node_unlock(node, problem);
    if (err)
        return err;
    if (node->officer_key) {
        char kid[DEP_KID_LEN + 1];
        dep_kid(dep_signing_key_public(node->officer_key), kid);
        const struct dep_key_state *self = dep_keyset_find(node->keyset, kid);
        if (self && !self->revoked) {
            node->roles_shown = self->roles;
            (void)snprintf(node->kid, sizeof node->kid, "%s", kid);
        }
    }
    node->proven = true;
    return DEP_OK;
}

bool dep_sight_sees(void *context, const struct dep_index_row *row)
{
    const struct dep_node *node = context;
    const struct dep_schema *schema = dep_schemas_find(node->schemas, row->type, 0);
    return schema && (schema->is_public || (schema->shown & node->roles_shown) ||
                      (node->kid[0] && strcmp(row->kid, node->kid) == 0));
}

const char *dep_node_id_at(const struct dep_node *node, uint64_t index, struct dep_index_row *out)
{
    bool there = dep_roll_at(node->roll, index, out);
    /* dep_sight_sees() takes any context; it changes none. */
    return there && dep_sight_sees((void *)(uintptr_t)node, out) ? out->jti : NULL;
}

/* The keys before the first page: with them index.db may be completed, and nothing is read off it
 * meanwhile. */
int dep_node_show_pages(struct dep_node *node, struct dep_problem *problem)
{
    const struct dep_role_identity *roles;
    size_t count;
    int err = dep_sight_prove(node, problem);
    if (!err && !dep_register_info(node->reg)->field)
        err = dep_node_role_identities(node, &roles, &count, problem);
    node->shows_only = !err;
    return err;
}

bool dep_node_pages_searched(const struct dep_node *node)
{
    return node->shows_only && !dep_register_info(node->reg)->field;
}

/* ---- one record ---- */

struct candidates {
    struct dep_index_row row;
    size_t count;
};

static int take_candidate(void *context, const struct dep_index_row *row)
{
    struct candidates *found = context;
    found->row = *row;
    found->count++;
    return DEP_OK;
}

/* Whether index.db's word for it is the record's own. What is missing in index.db is only not
 * found; a row that lies would show what must not be known of. */
static int confirm(struct dep_node *node, const struct dep_index_row *row,
                   struct dep_problem *problem)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    return dep_node_view_row(node, row, false, &view, problem);
}

static int look(struct dep_node *node, const char *name, struct candidates *out,
                struct dep_problem *problem)
{
    struct dep_index_query query = {
        .id = name, .limit = 2, .sees = dep_sight_sees, .sees_context = node};
    out->count = 0;
    return dep_index_list(node->index, &query, take_candidate, out, &problem->fault);
}

/* What is public needs no proof. What doesn't show and what isn't there are asked for alike. */
int dep_node_find(struct dep_node *node, const char *name, struct dep_index_row *out,
                  struct dep_problem *problem)
{
    enum { PREFIX_MIN = 8 };
    size_t len = strlen(name);
    if (len < PREFIX_MIN || len > DEP_UUID_LEN)
        return dep_problem_found(problem, "index.absent", "doc/format/record.md 2", name);
    struct candidates found = {.count = 0};
    int err = len == DEP_UUID_LEN && !node->proven ? look(node, name, &found, problem) : DEP_OK;
    if (!err && !found.count)
        err = dep_sight_prove(node, problem);
    /* A record may be durable, and index.db have had no room for it. */
    if (!err && !found.count)
        err = dep_node_catch_up(node, dep_register_count(node->reg), problem);
    if (!err && !found.count)
        err = look(node, name, &found, problem);
    if (err)
        return err;
    if (found.count != 1)
        return dep_problem_found(problem, found.count ? "index.ambiguous" : "index.absent",
                                 "doc/format/record.md 2", name);
    err = confirm(node, &found.row, problem);
    if (!err)
        *out = found.row;
    return err;
}

/* ---- many ---- */

/* Whether what refers to this record may be told: not where the record itself doesn't show. That
 * there is none here (it is another member's) index.db alone can't say. */
static int target_shows(struct dep_node *node, const char *id, bool *out,
                        struct dep_problem *problem)
{
    struct dep_index_row row;
    if (node->shows_only && strcmp(node->shown, id) == 0) {
        *out = true;
        return DEP_OK;
    }
    int err = node->roll
                  ? DEP_FOUND
                  : dep_index_find(node->index, id, &row, &problem->finding, &problem->fault);
    if (!err)
        err = confirm(node, &row, problem);
    else if (err == DEP_FOUND)
        err = dep_roll_find(node, id, &row, problem);
    *out = err || dep_sight_sees(node, &row);
    if (!err && *out)
        memcpy(node->shown, row.jti, sizeof node->shown);
    return err < 0 ? err : DEP_OK;
}

int dep_node_list(struct dep_node *node, const struct dep_index_query *query, dep_index_fn *each,
                  void *context, struct dep_problem *problem)
{
    struct dep_index_query seen = *query;
    seen.sees = dep_sight_sees;
    seen.sees_context = node;
    bool shows = true;
    int err = dep_sight_prove(node, problem);
    if (!err && (query->field || query->text))
        err = dep_node_make_searchable(node, problem);
    if (!err && query->ref)
        err = target_shows(node, query->ref, &shows, problem);
    return err || !shows ? err : dep_index_list(node->index, &seen, each, context, &problem->fault);
}

int dep_sight_list(struct dep_node *node, const struct dep_index_query *query, dep_index_fn *each,
                   void *context, struct dep_problem *problem)
{
    struct dep_index_query seen = *query;
    seen.sees = dep_sight_sees;
    seen.sees_context = node;
    int err = dep_sight_prove(node, problem);
    return err ? err : dep_roll_list(node, &seen, each, context, problem);
}

int dep_sight_trim(struct dep_node *node, json_t *claims, struct dep_problem *problem)
{
    json_t *refs = json_object_get(claims, "refs");
    for (size_t i = json_array_size(refs); i-- > 0;) {
        const char *id = dep_json_string(json_array_get(refs, i), "id");
        bool shows = true;
        int err = id ? target_shows(node, id, &shows, problem) : DEP_OK;
        if (err)
            return err;
        if (!shows)
            (void)json_array_remove(refs, i);
    }
    if (refs && json_array_size(refs) == 0)
        (void)json_object_del(claims, "refs");
    return DEP_OK;
}
