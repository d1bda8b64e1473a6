#include "node/custody.h"
#include "node/node_impl.h"

#include <string.h>

/* ---- the decision ---- */

static int judge_side(const json_t *side, struct dep_finding *why)
{
    const char *state = dep_json_string(side, "state");
    bool whole;
    if (!state)
        return DEP_OK; /* its absence is the schema's affair */
    if (strcmp(state, "signed") == 0)
        whole = dep_json_string(side, "code") != NULL;
    else if (strcmp(state, "on_paper") == 0)
        whole = dep_json_string(side, "scan_sha256") && dep_json_string(side, "seen_by") &&
                dep_json_object(side, "checked");
    else
        whole = dep_json_object(side, "reason") != NULL;
    return whole ? DEP_OK : dep_found(why, "custody.side", "DESIGN 2, sides of an act", 0);
}

static bool is_any(const char *type, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(type, list[i]) == 0)
            return true;
    return false;
}

int dep_custody_judge(const struct dep_item *item, const char *type, const json_t *claims,
                      struct dep_finding *why)
{
    static const char *const final[] = {"custody.disposed", "custody.returned"};
    static const char *const moving[] = {"custody.transferred", "custody.returned",
                                         "custody.disposed", "custody.split"};
    /* After disposal only what is said about the past may follow. */
    static const char *const after_end[] = {"hold.placed", "hold.lifted", "note", "evidence.error"};
    int err = judge_side(dep_json_object(claims, "giver"), why);
    if (!err)
        err = judge_side(dep_json_object(claims, "taker"), why);
    if (err)
        return err;
    if (item->on_hold && is_any(type, final, DEP_COUNT(final)))
        return dep_found(why, "custody.hold", "MANDATE F22", 0);
    if (item->disposed && !is_any(type, after_end, DEP_COUNT(after_end)))
        return dep_found(why, "custody.disposed", "MANDATE F15", 0);
    bool sent = strcmp(item->state, "sent_not_received") == 0;
    if (sent && is_any(type, moving, DEP_COUNT(moving)))
        return dep_found(why, "custody.sent", "MANDATE F15", 0);
    if (!sent && strcmp(type, "custody.received") == 0)
        return dep_found(why, "custody.not_sent", "MANDATE F15", 0);
    if (item->lost && is_any(type, moving, DEP_COUNT(moving)))
        return dep_found(why, "custody.lost", "MANDATE F15", 0);
    if (!item->lost && strcmp(type, "custody.found") == 0)
        return dep_found(why, "custody.not_lost", "MANDATE F15", 0);
    const json_t *authority = dep_json_object(claims, "authority");
    if (strcmp(type, "custody.disposed") == 0 && !authority)
        return dep_found(why, "custody.authority", "MANDATE F15", 0);
    return DEP_OK;
}

/* ---- recording ---- */

/* A receipt answers the newest transfer that nothing has answered yet. */
struct open_transfer {
    struct dep_node *node;
    struct dep_index_row row;
    bool found;
};

static int newest_transfer(void *context, const struct dep_index_row *row)
{
    struct open_transfer *open = context;
    open->row = *row;
    open->found = true;
    return DEP_FOUND; /* the first is enough */
}

static int add_ref(json_t *claims, const char *rel, const char *id, const struct dep_hash *sha256,
                   struct dep_problem *problem)
{
    json_t *refs = json_object_get(claims, "refs");
    if (!refs) {
        refs = json_array();
        if (json_object_set_new(claims, "refs", refs))
            return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.custody", id);
    }
    return json_array_append_new(refs, dep_record_ref_new(rel, id, sha256))
               ? dep_problem_fault(problem, DEP_ERR_NOMEM, "node.custody", id)
               : DEP_OK;
}

static int add_answer(struct dep_node *node, const struct dep_item *item, const char *type,
                      const char *answers, json_t *claims, struct dep_problem *problem)
{
    struct open_transfer open = {.node = node};
    if (answers) {
        int err = dep_node_find(node, answers, &open.row, problem);
        if (err)
            return err;
        open.found = true;
    } else if (strcmp(type, "custody.received") == 0) {
        struct dep_index_query query = {
            .type = "custody.transferred", .item = item->item, .newest_first = true, .limit = 1};
        int err = dep_index_list(node->index, &query, newest_transfer, &open, &problem->fault);
        if (err < 0)
            return err;
    }
    return open.found ? add_ref(claims, "answers", open.row.jti, &open.row.sha256, problem)
                      : DEP_OK;
}

int dep_node_custody(struct dep_node *node, const char *name, const char *type, json_t *claims,
                     const char *answers, struct dep_done *out, struct dep_problem *problem)
{
    DEP_AUTO_ITEM item = {.item = ""};
    int err = dep_node_item(node, name, false, &item, problem);
    if (!err)
        err = dep_custody_judge(&item, type, claims, &problem->finding);
    if (err == DEP_FOUND)
        return dep_problem_found(problem, problem->finding.id, problem->finding.clause,
                                 problem->detail[0] ? problem->detail : name);
    if (err)
        return err;
    if (json_object_set_new(claims, "item", json_string(item.item)))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.custody", name);
    err = add_ref(claims, "item", item.first.row.jti, &item.first.row.sha256, problem);
    if (!err)
        err = add_answer(node, &item, type, answers, claims, problem);
    if (err)
        return err;
    struct dep_draft draft = {.type = type, .claims = claims};
    return dep_node_commit(node, &draft, 1, out, problem);
}
