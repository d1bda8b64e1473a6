#include "node/status.h"

#include "node/consent.h"
#include "node/node_impl.h"

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

static int set_add(struct set *set, const struct dep_hash *hash)
{
    if (set->count == DEP_STATUS_MAX)
        return dep_problem_fault(set->problem, DEP_ERR_CAP, "node.status", "");
    if (set->count == set->room) {
        size_t room = set->room ? 2 * set->room : 64;
        struct dep_hash *grown = dep_realloc_array(set->hashes, room, sizeof *grown);
        if (!grown)
            return dep_problem_fault(set->problem, DEP_ERR_NOMEM, "node.status", "");
        set->hashes = grown;
        set->room = room;
    }
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
    const char *state = dep_standing_of(&then, set->now_s).state;
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

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct dep_hash));
}

static json_t *set_json(struct set *set)
{
    if (set->count)
        qsort(set->hashes, set->count, sizeof *set->hashes, by_bytes);
    json_t *array = json_array();
    for (size_t i = 0; array && i < set->count; i++) {
        char hex[2 * DEP_HASH_LEN + 1];
        dep_hex_encode(set->hashes[i].bytes, DEP_HASH_LEN, hex);
        if (json_array_append_new(array, json_string(hex))) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
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

/* DEP_FOUND, without a finding, where there is one. */
static int newest_row(struct dep_node *node, const char *of, struct dep_index_row *out,
                      struct dep_problem *problem)
{
    struct newest newest = {node, of, out, problem};
    struct dep_index_query query = {.type = "status.issued", .newest_first = true};
    return dep_roll_list(node, &query, keep_row, &newest, problem);
}

static bool is_known(const char *of)
{
    return strcmp(of, "consents") == 0 || strcmp(of, "keys") == 0;
}

static int make_claims(struct dep_node *node, const char *of, struct set *set, json_t **out)
{
    int err = strcmp(of, "keys") == 0 ? collect_keys(node, set) : collect_consents(node, set);
    if (err)
        return err;
    char as_of[24];
    (void)snprintf(as_of, sizeof as_of, "%llu", (unsigned long long)set->as_of);
    json_t *in_force = set_json(set);
    *out = in_force ? json_pack("{s:s,s:s,s:o}", "of", of, "as_of", as_of, "in_force", in_force)
                    : NULL;
    return *out ? DEP_OK : dep_problem_fault(set->problem, DEP_ERR_NOMEM, "node.status", of);
}

static int issue(struct dep_node *node, const char *of, struct set *set, struct dep_done *out)
{
    struct dep_problem *problem = set->problem;
    DEP_AUTO_JSON *claims = NULL;
    int err = make_claims(node, of, set, &claims);
    if (err)
        return err;
    struct dep_index_row previous;
    err = newest_row(node, of, &previous, problem);
    if (err == DEP_FOUND)
        err = dep_act_refer(claims, "previous", &previous, problem);
    struct dep_draft draft = {.type = "status.issued", .claims = claims};
    return err ? err : dep_node_commit(node, &draft, 1, out, problem);
}

int dep_node_status_issue(struct dep_node *node, const char *of, size_t *out_count,
                          struct dep_done *out, struct dep_problem *problem)
{
    if (!is_known(of))
        return dep_problem_found(problem, "status.of", CLAUSE, of);
    struct set set = {.as_of = dep_register_count(node->reg),
                      .now_s = dep_node_now_ms(node) / 1000,
                      .problem = problem};
    int err = issue(node, of, &set, out);
    if (!err)
        *out_count = set.count;
    free(set.hashes);
    return err;
}

int dep_node_status_newest(struct dep_node *node, const char *of, struct dep_view *out,
                           struct dep_problem *problem)
{
    struct dep_index_row row;
    if (!is_known(of))
        return dep_problem_found(problem, "status.of", CLAUSE, of);
    int err = newest_row(node, of, &row, problem);
    if (err == DEP_OK)
        return dep_problem_found(problem, "status.absent", CLAUSE, of);
    return err == DEP_FOUND ? dep_node_view_row(node, &row, true, out, problem) : err;
}
