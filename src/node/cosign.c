#include "node/cosign.h"
#include "node/charter.h"
#include "node/node_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 8";

int dep_log_key_proof(struct dep_node *node, struct dep_buf *out, struct dep_problem *problem)
{
    const struct dep_key_state *key = dep_node_key_of(node, DEP_KEY_LOG, NULL);
    if (!key)
        return dep_problem_fault(problem, DEP_ERR_CORRUPT, "node.prove", node->dir);
    return dep_node_prove(node, key->enrolled_by, out, problem);
}

/* The verifier key of a member's cosigner; its name borrows from the charter. */
static int cosigner_of(struct dep_node *node, const char *member, struct dep_vkey *out,
                       struct dep_problem *problem)
{
    const struct dep_charter *charter = NULL;
    struct dep_slice name;
    int err = dep_node_charter(node, UINT64_MAX, &charter, problem);
    if (err)
        return err;
    int place = dep_charter_member_find(charter, member);
    const struct dep_public_key *key =
        place < 0 ? NULL : dep_charter_cosigner(charter, (size_t)place, &name);
    if (!key || strcmp(member, dep_register_info(node->reg)->member) == 0)
        return dep_problem_found(problem, "cosigner.absent", CLAUSE, member);
    return dep_cosigner_make(name, key, out, &problem->finding);
}

/* ---- asking ---- */

/* The greatest size that this cosigner is known to have signed. */
static int signed_before(struct dep_node *node, const struct dep_vkey *cosigner, uint64_t *out,
                         struct dep_problem *problem)
{
    DEP_AUTO_KEPT kept = {NULL, 0};
    int err = dep_kept_load(dep_node_register(node), &kept, problem);
    *out = 0;
    for (size_t i = 0; !err && i < kept.count && *out == 0; i++)
        for (size_t j = 0; !err && j < kept.list[i].parsed.signature_count; j++) {
            int64_t time_s;
            struct dep_finding why;
            err =
                dep_cosignature_verify(kept.list[i].parsed.text, &kept.list[i].parsed.signatures[j],
                                       cosigner, &time_s, &why);
            if (!err)
                *out = kept.list[i].checkpoint.size;
            else if (err < 0)
                return dep_problem_fault(problem, err, "cosign.ask", node->dir);
            err = DEP_OK;
        }
    return err;
}

static int prove_from(struct dep_node *node, uint64_t old_size, uint64_t size,
                      struct dep_cosign_proof *out, struct dep_problem *problem)
{
    struct dep_tile_source source = {
        .read = dep_register_tile_read, .context = node->reg, .size = size};
    *out = (struct dep_cosign_proof){.old_size = old_size};
    int err = old_size ? dep_merkle_prove_consistency(old_size, size, dep_tile_source_read, &source,
                                                      &out->path)
                       : DEP_OK;
    return err ? dep_problem_fault(problem, err < 0 ? err : DEP_ERR_CORRUPT, "cosign.ask",
                                   node->dir)
               : DEP_OK;
}

int dep_cosign_ask(struct dep_node *node, const char *member, const uint64_t *old_size,
                   struct dep_buf *out, struct dep_problem *problem)
{
    struct dep_vkey cosigner;
    struct dep_checkpoint checkpoint;
    struct dep_cosign_proof proof;
    uint64_t from = old_size ? *old_size : 0;
    DEP_AUTO_BUF note;
    dep_buf_init(&note, DEP_NOTE_LEN_MAX);
    int err = cosigner_of(node, member, &cosigner, problem);
    if (!err)
        err = dep_node_keep(node, &checkpoint, &note, problem);
    if (!err && !old_size)
        err = signed_before(node, &cosigner, &from, problem);
    if (!err && from > checkpoint.size)
        err = dep_problem_found(problem, "cosign.rollback", CLAUSE, member);
    if (!err)
        err = prove_from(node, from, checkpoint.size, &proof, problem);
    if (err)
        return err;
    err = dep_cosign_request_encode(&proof, dep_buf_slice(&note), out);
    return err ? dep_problem_fault(problem, err, "cosign.ask", member) : DEP_OK;
}

/* ---- taking in ---- */

/* A cosigner of the charter other than this member's own, by name and id of its line. */
static int cosigner_by_line(struct dep_node *node, const struct dep_note_signature *line,
                            struct dep_vkey *out, struct dep_problem *problem)
{
    const struct dep_charter *charter = NULL;
    int err = dep_node_charter(node, UINT64_MAX, &charter, problem);
    for (size_t i = 0; !err && i < dep_charter_member_count(charter); i++) {
        struct dep_slice name;
        const struct dep_public_key *key = dep_charter_cosigner(charter, i, &name);
        const char *id = dep_charter_member_at(charter, i)->id;
        if (key && strcmp(id, dep_register_info(node->reg)->member) != 0 &&
            dep_cosigner_make(name, key, out, &problem->finding) == DEP_OK &&
            dep_slice_equal(name, line->name) && memcmp(out->id, line->id, sizeof out->id) == 0)
            return DEP_OK;
    }
    return err ? err : dep_problem_found(problem, "cosigner.unknown", CLAUSE, "");
}

/* The checkpoint it signs is the one under which the signature is good. */
static int take_line(struct dep_node *node, const struct dep_kept_list *kept,
                     const struct dep_note_signature *line, struct dep_cosign_taken *taken,
                     struct dep_problem *problem)
{
    struct dep_vkey cosigner;
    int err = cosigner_by_line(node, line, &cosigner, problem);
    if (err == DEP_FOUND) {
        taken->unknown++;
        return DEP_OK;
    }
    for (size_t i = 0; !err && i < kept->count; i++) {
        int64_t time_s;
        const struct dep_kept *one = &kept->list[i];
        err = dep_cosignature_verify(one->parsed.text, line, &cosigner, &time_s, &problem->finding);
        if (err < 0)
            return dep_problem_fault(problem, err, "cosign.take", node->dir);
        if (!err) {
            err = dep_node_kept_sign(node, one, line, problem);
            taken->added += !err;
            if (!err && one->checkpoint.size > taken->size)
                taken->size = one->checkpoint.size;
            return err;
        }
        err = DEP_OK;
    }
    char name[DEP_ORIGIN_LEN_MAX + 1];
    (void)snprintf(name, sizeof name, "%.*s", (int)line->name.len, (const char *)line->name.data);
    return err ? err : dep_problem_found(problem, "cosigner.signature", CLAUSE, name);
}

static int judge_size(struct dep_node *node, uint64_t size, bool *out_quorum,
                      struct dep_problem *problem)
{
    DEP_AUTO_KEPT kept = {NULL, 0};
    struct dep_cosigned *judged = dep_alloc(sizeof *judged);
    int err = judged ? dep_kept_load(dep_node_register(node), &kept, problem)
                     : dep_problem_fault(problem, DEP_ERR_NOMEM, "cosign.take", node->dir);
    for (size_t i = 0; !err && i < kept.count; i++) {
        if (kept.list[i].checkpoint.size != size)
            continue;
        err = dep_node_kept_judge(node, &kept.list[i], judged, problem);
        if (!err)
            *out_quorum = judged->quorum;
    }
    free(judged);
    return err;
}

static int take_lines(struct dep_node *node, const struct dep_cosign_answer *answer,
                      struct dep_cosign_taken *taken, struct dep_problem *problem)
{
    DEP_AUTO_KEPT kept = {NULL, 0};
    int err = dep_kept_load(dep_node_register(node), &kept, problem);
    for (size_t i = 0; !err && i < answer->line_count; i++)
        err = take_line(node, &kept, &answer->lines[i], taken, problem);
    if (!err && taken->added)
        err = judge_size(node, taken->size, &taken->quorum, problem);
    return err;
}

int dep_cosign_take(struct dep_node *node, struct dep_slice text, struct dep_cosign_taken *out,
                    struct dep_problem *problem)
{
    struct dep_cosign_answer *answer = dep_alloc(sizeof *answer);
    if (!answer)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "cosign.take", node->dir);
    struct dep_cosign_taken taken = {.added = 0};
    int err = dep_cosign_answer_parse(text, answer, &problem->finding);
    if (err < 0)
        err = dep_problem_fault(problem, err, "cosign.take", node->dir);
    taken.judged = answer->judged;
    if (!err && taken.judged.status == DEP_COSIGN_SIZE &&
        taken.judged.size > dep_register_count(node->reg))
        err = dep_problem_found(problem, "cosign.rollback", CLAUSE, "409");
    if (!err)
        err = take_lines(node, answer, &taken, problem);
    free(answer);
    if (!err)
        *out = taken;
    return err;
}
