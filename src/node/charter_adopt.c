/*
 * Adopting a charter, as this member alone does it: by its root key, wherever the others stand.
 */
#include "node/charter_impl.h"

#include <string.h>

static const char CLAUSE[] = "charter.md 3";

/* The newest of those about this charter. */
static int note_own(void *context, const struct dep_index_row *row)
{
    struct dep_own_adoption *own = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(own->node, row, false, &view, own->problem);
    const char *hex = err ? NULL : dep_json_string(view.claims, "charter_sha256");
    if (!hex || strcmp(hex, own->hex) != 0)
        return err;
    own->found = true;
    own->row = *row;
    return DEP_FOUND;
}

int dep_node_own_adoption(struct dep_node *node, const struct dep_charter *charter,
                          struct dep_own_adoption *own, struct dep_buf *out,
                          struct dep_problem *problem)
{
    struct dep_index_query query = {.type = "charter.adopted", .newest_first = true};
    *own = (struct dep_own_adoption){.node = node, .problem = problem};
    dep_hex_encode(dep_charter_digest(charter)->bytes, DEP_HASH_LEN, own->hex);
    int err = dep_roll_list(node, &query, note_own, own, problem);
    err = err == DEP_FOUND && own->found ? DEP_OK : err;
    DEP_AUTO_VIEW view = {.claims = NULL};
    if (!err && own->found)
        err = dep_node_view_row(node, &own->row, false, &view, problem);
    if (!err && own->found)
        dep_buf_add_slice(out, dep_buf_slice(&view.jwt));
    return err ? err
           : dep_buf_err(out)
               ? dep_problem_fault(problem, dep_buf_err(out), "charter.adopt", node->dir)
               : DEP_OK;
}

/* Who is named, and can sign; or is a member until then. As one that keeps no register this member
 * can be named by the others' next charter alone, which it may be asked to agree to. */
static int may_adopt(struct dep_node *node, const struct dep_charter *charter,
                     struct dep_problem *problem)
{
    const char *member = dep_register_info(node->reg)->member;
    const struct dep_charter *in_force = NULL;
    int place = dep_charter_member_find(charter, member);
    if (place >= 0 && dep_charter_member_at(charter, (size_t)place)->keeps_register)
        return DEP_OK;
    int err = dep_node_charter(node, UINT64_MAX, &in_force, problem);
    const struct dep_hash *previous = dep_charter_previous(charter);
    bool follows = !err && previous && dep_hash_equal(previous, dep_charter_digest(in_force));
    if (err >= 0 && place >= 0 && !follows)
        return dep_problem_found(problem, "charter.root", CLAUSE, member);
    if (err == DEP_FOUND || (!err && dep_charter_member_find(in_force, member) < 0))
        return dep_problem_found(problem, "charter.member", CLAUSE, member);
    return err;
}

/* The text first: what a record speaks of is there. */
static int adopt(struct dep_node *node, const struct dep_charter *charter, struct dep_slice text,
                 const struct dep_signing_key *root, struct dep_done *out,
                 struct dep_problem *problem)
{
    char kid[DEP_KID_LEN + 1];
    dep_kid(dep_signing_key_public(root), kid);
    if (strcmp(kid, dep_register_info(node->reg)->root_kid) != 0)
        return dep_problem_found(problem, "key.root_other", "DESIGN 4", kid);
    int err = dep_node_unlock(node, problem);
    if (!err)
        err = dep_charter_text_save(dep_register_dir_fd(node->reg), dep_charter_digest(charter),
                                    text, &problem->fault);
    if (err)
        return err;
    DEP_AUTO_JSON *claims = dep_charter_claims(charter);
    struct dep_draft draft = {"charter.adopted", claims, NULL, DEP_ROLE_ROOT, root};
    return claims ? dep_node_commit(node, &draft, 1, out, problem)
                  : dep_problem_fault(problem, DEP_ERR_NOMEM, "charter.adopt", node->dir);
}

int dep_node_charter_adopt(struct dep_node *node, struct dep_slice text, const char *root_file,
                           struct dep_done *out, struct dep_buf *out_jwt,
                           struct dep_problem *problem)
{
    DEP_AUTO_CHARTER *charter = NULL;
    struct dep_own_adoption own;
    struct dep_signing_key *root = NULL;
    int err = dep_charter_read(text, &charter, problem);
    if (!err)
        err = may_adopt(node, charter, problem);
    if (!err)
        err = dep_node_own_adoption(node, charter, &own, out_jwt, problem);
    if (err)
        return err;
    if (own.found) {
        *out = (struct dep_done){.index = own.row.index, .sha256 = own.row.sha256};
        memcpy(out->jti, own.row.jti, sizeof out->jti);
        return DEP_OK;
    }
    struct dep_done done;
    err = dep_keyfile_load_pem(root_file, &node->world, &root, problem);
    if (!err)
        err = adopt(node, charter, text, root, &done, problem);
    dep_signing_key_free(root);
    if (!err)
        err = dep_node_own_adoption(node, charter, &own, out_jwt, problem);
    if (!err)
        *out = done;
    return err;
}
