#include "node/status.h"

#include "node/consent.h"
#include "node/node_impl.h"
#include "package/in_force.h"

#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "DESIGN 2, absence";

/* ---- the set ---- */

struct set {
    struct dep_hash *hashes;
    size_t count, room;
    uint64_t as_of;  /* records below this index count */
    uint64_t looked; /* consents that were read */
    int64_t now_s;
    struct dep_problem *problem;
};

static int set_fault(const struct set *set, int err)
{
    return dep_problem_fault(set->problem, err, "node.status", "");
}

static int set_add(struct set *set, const struct dep_hash *hash)
{
    if (set->count == DEP_SET_MAX)
        return set_fault(set, DEP_ERR_CAP);
    struct dep_hash *grown =
        dep_list_reserve(set->hashes, set->count, 1, sizeof *grown, &set->room);
    if (!grown)
        return set_fault(set, DEP_ERR_NOMEM);
    set->hashes = grown;
    set->hashes[set->count++] = *hash;
    return DEP_OK;
}

static int add_consent(void *context, const struct dep_act *act)
{
    struct set *set = context;
    if (act->head.row.index >= set->as_of)
        return DEP_OK;
    if (!act->head.readable && !act->head.row.erased)
        return dep_problem_found(set->problem, "status.unread", CLAUSE, "");
    set->looked++;
    /* As it stood at that place: another process may have gone on meanwhile. */
    struct dep_act then = *act;
    while (then.later_count && then.later[then.later_count - 1].row.index >= set->as_of)
        then.later_count--;
    const char *state = dep_standing_of(&then, set->as_of, set->now_s).state;
    bool in_force = strcmp(state, "in_force") == 0 || strcmp(state, "begins_later") == 0;
    return in_force ? set_add(set, &act->head.row.sha256) : DEP_OK;
}

struct counting {
    uint64_t as_of, count;
};

static int count_row(void *context, const struct dep_index_row *row)
{
    struct counting *counting = context;
    counting->count += row->index < counting->as_of;
    return DEP_OK;
}

static int collect_consents(struct dep_node *node, struct set *set)
{
    struct counting counting = {.as_of = set->as_of};
    struct dep_index_query query = {.type = "consent.given"};
    int err = dep_node_acts(node, "consent.given", add_consent, set, set->problem);
    if (!err)
        err = dep_roll_list(node, &query, count_row, &counting, set->problem);
    if (err)
        return err;
    return counting.count == set->looked
               ? DEP_OK
               : dep_problem_found(set->problem, "status.unread", CLAUSE, "");
}

/* Each enrolment whose key was in force: one that is left out where they are shown is missed. */
static int collect_keys(struct dep_node *node, struct set *set)
{
    int err = dep_roll_read(node, set->problem);
    for (size_t i = 0; !err && i < dep_keyset_count(node->keyset); i++) {
        const struct dep_key_state *key = dep_keyset_at(node->keyset, i);
        struct dep_index_row row;
        if (key->enrolled_at >= set->as_of || (key->revoked && key->revoked_at < set->as_of))
            continue;
        err = dep_roll_find(node, key->enrolled_by, &row, set->problem);
        if (err == DEP_FOUND)
            err = dep_problem_fault(set->problem, DEP_ERR_CORRUPT, "node.status", key->enrolled_by);
        if (!err)
            err = set_add(set, &row.sha256);
    }
    return err;
}

/* ---- issuing ---- */

struct newest {
    struct dep_node *node;
    const char *of;
    struct dep_index_row *out;
    struct dep_problem *problem;
};

static int keep_row(void *context, const struct dep_index_row *row)
{
    const struct newest *newest = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(newest->node, row, false, &view, newest->problem);
    const char *of = err ? NULL : dep_json_string(view.claims, "of");
    if (!of || strcmp(of, newest->of) != 0)
        return err;
    *newest->out = *row;
    return DEP_FOUND;
}

/* Of all, or of those that show to the officer. DEP_FOUND, without a finding, where there is
 * one. */
static int newest_row(struct dep_node *node, const char *of, bool shown, struct dep_index_row *out,
                      struct dep_problem *problem)
{
    struct newest newest = {node, of, out, problem};
    struct dep_index_query query = {.type = "status.issued", .newest_first = true};
    return shown ? dep_sight_list(node, &query, keep_row, &newest, problem)
                 : dep_roll_list(node, &query, keep_row, &newest, problem);
}

static bool is_known(const char *of)
{
    return strcmp(of, "consents") == 0 || strcmp(of, "keys") == 0;
}

static int collect(struct dep_node *node, const char *of, struct set *set)
{
    int err = strcmp(of, "keys") == 0 ? collect_keys(node, set) : collect_consents(node, set);
    if (!err)
        set->count = dep_set_order(set->hashes, set->count);
    return err;
}

static int make_claims(struct dep_node *node, const char *of, struct set *set, json_t **out)
{
    int err = collect(node, of, set);
    if (err)
        return err;
    char as_of[24], hex[2 * DEP_HASH_LEN + 1];
    struct dep_hash root;
    dep_set_root(set->hashes, set->count, &root);
    dep_hex_encode(root.bytes, DEP_HASH_LEN, hex);
    (void)snprintf(as_of, sizeof as_of, "%llu", (unsigned long long)set->as_of);
    *out = json_pack("{s:s,s:s,s:{s:I,s:s}}", "of", of, "as_of", as_of, "in_force", "count",
                     (json_int_t)set->count, "root", hex);
    return *out ? DEP_OK : set_fault(set, DEP_ERR_NOMEM);
}

static int issue(struct dep_node *node, const char *of, struct set *set, struct dep_done *out)
{
    struct dep_problem *problem = set->problem;
    DEP_AUTO_JSON *claims = NULL;
    int err = make_claims(node, of, set, &claims);
    if (err)
        return err;
    struct dep_index_row previous;
    err = newest_row(node, of, false, &previous, problem);
    if (err == DEP_FOUND)
        err = dep_act_refer(claims, "previous", &previous, problem);
    struct dep_draft draft = {.type = "status.issued", .claims = claims};
    return err ? err : dep_node_commit(node, &draft, 1, out, problem);
}

int dep_node_status_issue(struct dep_node *node, const char *of, size_t *out_count,
                          struct dep_set **out_set, struct dep_done *out,
                          struct dep_problem *problem)
{
    if (!is_known(of))
        return dep_problem_found(problem, "status.of", CLAUSE, of);
    struct set set = {.as_of = dep_register_count(node->reg),
                      .now_s = dep_node_now_ms(node) / 1000,
                      .problem = problem};
    DEP_AUTO_SET *tree = NULL;
    int err = issue(node, of, &set, out);
    if (!err && out_set && (err = dep_set_new(set.hashes, set.count, &tree)))
        err = set_fault(&set, err);
    free(set.hashes);
    if (err)
        return err;
    *out_count = set.count;
    if (out_set) {
        *out_set = tree;
        tree = NULL;
    }
    return DEP_OK;
}

/* ---- again ---- */

/* As of then, and as it was written down. */
static int collect_again(struct dep_node *node, const struct dep_view *status, struct set *set)
{
    const char *as_of = dep_json_string(status->claims, "as_of");
    const json_t *in_force = dep_json_object(status->claims, "in_force");
    uint64_t count;
    struct dep_hash root, again;
    if (!status->readable)
        return dep_problem_found(set->problem, "status.again", CLAUSE, status->row.jti);
    if (!as_of || !dep_u64_parse(dep_slice_string(as_of), UINT64_MAX, &set->as_of) ||
        !dep_in_force_set_read(in_force, &count, &root))
        return set_fault(set, DEP_ERR_CORRUPT);
    set->now_s = status->row.iat;
    int err = collect(node, "consents", set);
    if (err)
        return err;
    dep_set_root(set->hashes, set->count, &again);
    return set->count == count && dep_hash_equal(&root, &again)
               ? DEP_OK
               : dep_problem_found(set->problem, "status.again", CLAUSE, status->row.jti);
}

int dep_node_status_set(struct dep_node *node, const struct dep_index_row *status,
                        struct dep_set **out, struct dep_problem *problem)
{
    struct set set = {.problem = problem};
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(node, status, true, &view, problem);
    if (!err)
        err = collect_again(node, &view, &set);
    if (!err && (err = dep_set_new(set.hashes, set.count, out)))
        err = set_fault(&set, err);
    free(set.hashes);
    return err;
}

/* ---- the newest ---- */

int dep_node_status_newest(struct dep_node *node, const char *of, struct dep_view *out,
                           struct dep_problem *problem)
{
    struct dep_index_row row;
    if (!is_known(of))
        return dep_problem_found(problem, "status.of", CLAUSE, of);
    int err = newest_row(node, of, true, &row, problem);
    if (err == DEP_OK)
        return dep_problem_found(problem, "status.absent", CLAUSE, of);
    return err == DEP_FOUND ? dep_node_view_row(node, &row, true, out, problem) : err;
}
