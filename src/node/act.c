#include "node/act.h"

#include "node/charter.h"
#include "node/node_impl.h"
#include "node/stated.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dep_act_done(struct dep_act *act)
{
    dep_view_done(&act->head);
    for (size_t i = 0; i < act->later_count; i++)
        dep_view_done(&act->later[i]);
    free(act->later);
    *act = (struct dep_act){.later = NULL};
}

static bool of_type(const char *type, const char *wanted)
{
    size_t len = strlen(wanted);
    return len && wanted[len - 1] == '.' ? strncmp(type, wanted, len) == 0
                                         : strcmp(type, wanted) == 0;
}

const struct dep_view *dep_act_newest(const struct dep_act *act, const char *type)
{
    for (size_t i = act->later_count; i-- > 0;)
        if (of_type(act->later[i].row.type, type))
            return &act->later[i];
    return NULL;
}

/* ---- loading ---- */

struct loading {
    struct dep_node *node;
    struct dep_act *act;
    size_t room;
    struct dep_problem *problem;
};

static int load_later(void *context, const struct dep_index_row *row)
{
    struct loading *loading = context;
    struct dep_act *act = loading->act;
    if (act->later_count == DEP_ACT_LATER_MAX)
        return dep_problem_fault(loading->problem, DEP_ERR_CAP, "node.act", act->head.row.jti);
    if (act->later_count == loading->room) {
        size_t room = loading->room ? 2 * loading->room : 8;
        struct dep_view *grown = dep_realloc_array(act->later, room, sizeof *grown);
        if (!grown)
            return dep_problem_fault(loading->problem, DEP_ERR_NOMEM, "node.act", row->jti);
        act->later = grown;
        loading->room = room;
    }
    int err = dep_node_view_seen(loading->node, row, true, &act->later[act->later_count],
                                 loading->problem);
    if (!err)
        act->later_count++;
    return err;
}

static int load(struct dep_node *node, const struct dep_index_row *row, struct dep_act *out,
                struct dep_problem *problem)
{
    struct dep_act act = {.later = NULL};
    int err = dep_node_view_seen(node, row, true, &act.head, problem);
    if (err)
        return err;
    struct loading loading = {node, &act, 0, problem};
    struct dep_index_query query = {.ref = row->jti};
    err = dep_sight_list(node, &query, load_later, &loading, problem);
    if (err) {
        dep_act_done(&act);
        return err;
    }
    *out = act;
    return DEP_OK;
}

int dep_node_act(struct dep_node *node, const char *name, const char *type, struct dep_act *out,
                 struct dep_problem *problem)
{
    struct dep_index_row row;
    int err = dep_node_find(node, name, &row, problem);
    if (!err && strcmp(row.type, type) != 0)
        return dep_problem_found(problem, "act.type", "doc/format/consent.md", row.type);
    return err ? err : load(node, &row, out, problem);
}

int dep_act_readable(const struct dep_act *act, struct dep_problem *problem)
{
    return act->head.readable ? DEP_OK
                              : dep_problem_found(problem, act->head.why_not,
                                                  "doc/format/record.md 8", act->head.row.jti);
}

struct listing {
    struct dep_node *node;
    dep_act_fn *each;
    void *context;
    struct dep_problem *problem;
};

static int list_one(void *context, const struct dep_index_row *row)
{
    struct listing *listing = context;
    DEP_AUTO_ACT act = {.later = NULL};
    int err = load(listing->node, row, &act, listing->problem);
    return err ? err : listing->each(listing->context, &act);
}

int dep_node_acts_of(struct dep_node *node, const struct dep_index_query *query, dep_act_fn *each,
                     void *context, struct dep_problem *problem)
{
    struct listing listing = {node, each, context, problem};
    return dep_sight_list(node, query, list_one, &listing, problem);
}

int dep_node_acts(struct dep_node *node, const char *type, dep_act_fn *each, void *context,
                  struct dep_problem *problem)
{
    struct dep_index_query query = {.type = type};
    return dep_node_acts_of(node, &query, each, context, problem);
}

int dep_act_step_back(struct dep_node *node, char id[DEP_UUID_LEN + 1], struct dep_problem *problem)
{
    struct dep_index_row row;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_find(node, id, &row, problem);
    if (!err)
        err = dep_node_view_seen(node, &row, false, &view, problem);
    if (err)
        return err;
    const char *before = dep_record_ref(view.claims, "supersedes");
    (void)snprintf(id, DEP_UUID_LEN + 1, "%s", before ? before : "");
    return DEP_OK;
}

/* ---- recording ---- */

void dep_notice(const struct dep_notices *notices, const char *id, const char *detail)
{
    if (notices->say)
        notices->say(notices->context, id, detail);
}

int dep_act_refer(json_t *claims, const char *rel, const struct dep_index_row *to,
                  struct dep_problem *problem)
{
    json_t *refs = json_object_get(claims, "refs");
    if (!refs) {
        refs = json_array();
        if (json_object_set_new(claims, "refs", refs))
            return dep_problem_fault(problem, DEP_ERR_NOMEM, "node.refs", to->jti);
    }
    if (!json_is_array(refs))
        return dep_problem_found(problem, "record.envelope", "doc/format/record.md 3", "refs");
    return json_array_append_new(refs, dep_record_ref_new(rel, to->jti, &to->sha256))
               ? dep_problem_fault(problem, DEP_ERR_NOMEM, "node.refs", to->jti)
               : DEP_OK;
}

/* Their form is for whoever issues the record to judge. */
int dep_act_refs_check(struct dep_node *node, const json_t *claims, struct dep_problem *problem)
{
    size_t i;
    json_t *ref;
    json_array_foreach(dep_json_array(claims, "refs"), i, ref)
    {
        const char *id = dep_json_string(ref, "id"), *hex = dep_json_string(ref, "sha256");
        struct dep_index_row row;
        struct dep_hash sha256;
        if (!id || !hex || !dep_hex_parse(dep_slice_string(hex), sha256.bytes, DEP_HASH_LEN))
            continue;
        int err = dep_node_find(node, id, &row, problem);
        if (!err && (strcmp(row.jti, id) != 0 || !dep_hash_equal(&row.sha256, &sha256)))
            err = dep_problem_found(problem, "index.absent", "doc/format/record.md 2", id);
        if (err)
            return err;
    }
    return DEP_OK;
}

static int complete(struct dep_node *node, uint64_t size, const char *type, json_t *claims,
                    struct dep_problem *problem)
{
    const struct dep_charter *charter = NULL;
    int err = dep_act_refs_check(node, claims, problem);
    if (!err)
        err = dep_stated_times(type, claims, problem);
    if (!err)
        err = dep_node_charter(node, size, &charter, problem);
    return err ? err
               : dep_stated_codes(charter, type, claims, dep_node_now_ms(node) / 1000, problem);
}

int dep_act_record(struct dep_node *node, const char *type, json_t *claims, struct dep_done *out,
                   struct dep_problem *problem)
{
    int err = complete(node, dep_register_count(node->reg), type, claims, problem);
    struct dep_draft draft = {.type = type, .claims = claims};
    return err ? err : dep_node_commit(node, &draft, 1, out, problem);
}

struct judged {
    struct dep_node *node;
    const char *type;
    json_t *claims;
    dep_judge_fn *judge;
    void *context;
};

static int decide(void *context, uint64_t size, struct dep_draft *draft,
                  struct dep_problem *problem)
{
    const struct judged *judged = context;
    int err = judged->judge(judged->context, problem);
    if (!err)
        err = complete(judged->node, size, judged->type, judged->claims, problem);
    *draft = (struct dep_draft){.type = judged->type, .claims = judged->claims};
    return err;
}

int dep_act_record_judged(struct dep_node *node, const char *type, json_t *claims,
                          dep_judge_fn *judge, void *context, struct dep_done *out,
                          struct dep_problem *problem)
{
    struct judged judged = {node, type, claims, judge, context};
    int err = dep_node_may_sign(node, type, problem);
    return err ? err : dep_node_decide(node, decide, &judged, out, problem);
}
