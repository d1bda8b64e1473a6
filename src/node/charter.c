/*
 * Which charter governs which place of the log. What charter.entered states is read from the log,
 * its signature judged, the text compared with the digest there; parsed once a process.
 */
#include "node/charter_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHARTERS_MAX = 65536 };

static const char CLAUSE[] = "charter.md 3";

void dep_node_charters_done(struct dep_node *node)
{
    for (size_t i = 0; i < node->charter_count; i++)
        dep_charter_free(node->charters[i].charter);
    free(node->charters);
    node->charters = NULL;
    node->charter_count = node->charter_room = 0;
}

static int room_make(struct dep_node *node, struct dep_problem *problem)
{
    if (node->charter_count < node->charter_room)
        return DEP_OK;
    size_t room = node->charter_room ? node->charter_room * 2 : 8;
    struct dep_charter_entry *list =
        room > CHARTERS_MAX ? NULL : dep_realloc_array(node->charters, room, sizeof *list);
    if (!list)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "charter.read", node->dir);
    node->charters = list;
    node->charter_room = room;
    return DEP_OK;
}

/* The record that puts a charter in force was signed by a key that was in force there. */
static int entry_judge(struct dep_node *node, const struct dep_view *view,
                       struct dep_problem *problem)
{
    DEP_AUTO_RECORD record = {.jti = NULL};
    int err = dep_record_parse(dep_buf_slice(&view->jwt), &record, &problem->finding);
    const struct dep_key_state *key = err ? NULL : dep_keyset_find(node->keyset, record.kid);
    const char *standing =
        key ? dep_keyset_standing(node->keyset, record.kid, view->row.index) : "not_enrolled";
    bool may = key && dep_keyset_signs(key, &record) &&
               (record.by_role == DEP_ROLE_ROOT || record.by_role == DEP_ROLE_REGISTRAR) &&
               strcmp(standing, "not_enrolled") != 0 && strcmp(standing, "revoked") != 0;
    if (!err && may)
        err = dep_jwt_verify(&record.jwt, &key->key, &problem->finding);
    return err || !may ? dep_problem_fault(problem, err < 0 ? err : DEP_ERR_CORRUPT,
                                           "charter.entry", view->row.jti)
                       : DEP_OK;
}

static int entry_load(struct dep_node *node, const struct dep_index_row *row,
                      struct dep_charter **out, struct dep_problem *problem)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(node, row, false, &view, problem);
    if (!err)
        err = entry_judge(node, &view, problem);
    if (err)
        return err;
    struct dep_hash digest;
    const char *hex = dep_json_string(view.claims, "charter_sha256");
    if (!hex || !dep_hex_parse(dep_slice_string(hex), digest.bytes, DEP_HASH_LEN))
        return dep_problem_fault(problem, DEP_ERR_CORRUPT, "charter.entry", row->jti);
    err = dep_charter_load(dep_register_dir_fd(node->reg), &digest, out, problem);
    /* Our own store: it was there and whole when it was entered. */
    return err == DEP_FOUND ? dep_fault_set(&problem->fault, DEP_ERR_CORRUPT, 0, "charter.entry",
                                            "charter/%s.json: %s", hex, problem->finding.id)
                            : err;
}

struct reading {
    struct dep_node *node;
    struct dep_problem *problem;
};

static int row_take(void *context, const struct dep_index_row *row)
{
    const struct reading *reading = context;
    struct dep_node *node = reading->node;
    /* What another process recorded since waits until keys and checkpoint were read again. */
    if (row->index < node->charters_next || row->index >= node->keyset_next)
        return DEP_OK;
    struct dep_charter *charter = NULL;
    int err = room_make(node, reading->problem);
    if (!err)
        err = entry_load(node, row, &charter, reading->problem);
    if (err)
        return err;
    struct dep_charter_entry *entry = &node->charters[node->charter_count++];
    *entry = (struct dep_charter_entry){.index = row->index, .iat = row->iat, .charter = charter};
    (void)snprintf(entry->jti, sizeof entry->jti, "%s", row->jti);
    node->charters_next = row->index + 1;
    return DEP_OK;
}

int dep_node_charters(struct dep_node *node, const struct dep_charter_entry **out,
                      size_t *out_count, struct dep_problem *problem)
{
    struct reading reading = {node, problem};
    struct dep_index_query query = {.type = "charter.entered"};
    int err = dep_roll_list(node, &query, row_take, &reading, problem);
    if (err)
        return err;
    *out = node->charters;
    *out_count = node->charter_count;
    return DEP_OK;
}

int dep_node_charter(struct dep_node *node, uint64_t index, const struct dep_charter **out,
                     struct dep_problem *problem)
{
    const struct dep_charter_entry *entries = NULL;
    size_t count = 0;
    int err = dep_node_charters(node, &entries, &count, problem);
    while (count > 0 && entries[count - 1].index >= index)
        count--;
    if (!err && count == 0)
        err = dep_problem_found(problem, "charter.absent", CLAUSE, node->dir);
    if (!err)
        *out = entries[count - 1].charter;
    return err;
}

int dep_node_charter_text(struct dep_node *node, const struct dep_hash *digest, struct dep_buf *out,
                          struct dep_problem *problem)
{
    return dep_charter_text_load(dep_register_dir_fd(node->reg), digest, out, problem);
}

int dep_node_charter_verify(struct dep_node *node, const uint8_t *pin,
                            struct dep_charter_verified *out, struct dep_problem *problem)
{
    const struct dep_charter *charter = NULL;
    struct dep_charter_line line = {.count = 0};
    struct dep_charter_verified verified = {.count = 0};
    int err = dep_node_charter(node, UINT64_MAX, &charter, problem);
    if (!err)
        err = dep_charter_line_load(dep_register_dir_fd(node->reg), dep_charter_digest(charter),
                                    &line, problem);
    if (err)
        return err;
    verified.count = line.count;
    err = dep_charter_chain_verify(node->schemas, line.links, line.count, pin, &verified.trusted,
                                   &verified.why);
    if (err > 0)
        err = dep_problem_found(problem, verified.why.id, verified.why.clause, "");
    else if (err < 0)
        err = dep_problem_fault(problem, err, "charter.read", node->dir);
    verified.number = (int64_t)verified.trusted;
    dep_charter_line_done(&line);
    if (!err)
        *out = verified;
    return err;
}

int dep_node_charter_policy(struct dep_node *node, struct dep_buf *out, struct dep_problem *problem)
{
    const struct dep_register_info *info = dep_register_info(node->reg);
    const struct dep_charter *charter = NULL;
    struct dep_vkey vkey;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1024);
    int err = dep_node_charter(node, UINT64_MAX, &charter, problem);
    if (err)
        return err;
    err = dep_vkey_make(dep_slice_string(info->origin), &info->log_key, &vkey, &problem->finding);
    if (!err)
        err = dep_vkey_encode(&vkey, &text);
    if (!err)
        err = dep_charter_policy_encode(charter, info->member, dep_buf_slice(&text),
                                        node->world.clock() / 1000, out, &problem->finding);
    return err < 0 ? dep_problem_fault(problem, err, "charter.policy", node->dir) : err;
}
