/*
 * The checkpoint of a package, with what others said of the log: cosignatures and tokens of this
 * one if there are any yet, and earlier ones that have them, that the recipient signed, or that
 * went to it with a package. The earliest that covers a record tells when it was there at the
 * latest, so all of them go.
 */
#include "node/authorities.h"
#include "node/checkpoints.h"
#include "node/notice.h"
#include "node/pack_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 160 };

struct putting {
    struct dep_pack *pack;
    struct dep_bag_writer *bag;
    const struct dep_checkpoint *checkpoint;
    struct dep_slice note;
    struct dep_authorities authorities;
    struct dep_kept_list kept;
    bool *sent;                   /* of each: it went to this recipient before */
    struct dep_cosigned cosigned; /* of the kept one in hand */
};

static int put(struct putting *putting, const char *path, struct dep_slice bytes)
{
    return dep_bag_writer_put(putting->bag, path, bytes, &putting->pack->problem->fault);
}

static int fault(struct putting *putting, int err)
{
    return dep_problem_fault(putting->pack->problem, err < 0 ? err : DEP_ERR_CORRUPT, "node.pack",
                             "checkpoint");
}

/* A token that the charter of this package doesn't pin would say nothing to who verifies by it. */
static int token_counts(struct putting *putting, const struct dep_kept *kept, size_t index,
                        bool *out)
{
    struct dep_tsp_token token;
    struct dep_finding why;
    int err = dep_tsp_verify(dep_buf_slice(&kept->tokens[index].response), &kept->digest,
                             putting->authorities.list, putting->authorities.count, &token, &why);
    *out = err == DEP_OK;
    return err < 0 ? fault(putting, err) : DEP_OK;
}

/* Those that count, into `folder`; NULL: they are counted only. */
static int put_tokens(struct putting *putting, const struct dep_kept *kept, const char *folder,
                      size_t *out_count)
{
    int err = DEP_OK;
    *out_count = 0;
    for (size_t i = 0; !err && i < kept->token_count; i++) {
        char path[PATH_ROOM];
        bool counts = false;
        err = token_counts(putting, kept, i, &counts);
        if (err || !counts)
            continue;
        (*out_count)++;
        (void)snprintf(path, sizeof path, "%s/%s.tsr", folder ? folder : "", kept->tokens[i].name);
        if (folder)
            err = put(putting, path, dep_buf_slice(&kept->tokens[i].response));
    }
    return err;
}

/* The log's signature and the cosignatures that count. */
static int put_note(struct putting *putting, const struct dep_kept *kept, const char *path)
{
    DEP_AUTO_BUF note;
    dep_buf_init(&note, DEP_NOTE_LEN_MAX);
    dep_buf_add_slice(&note, kept->parsed.text);
    dep_buf_add_byte(&note, '\n');
    for (size_t i = 0; i < kept->parsed.signature_count; i++)
        if (putting->cosigned.lines[i].by == DEP_BY_LOG ||
            putting->cosigned.lines[i].by == DEP_BY_COSIGNER)
            dep_note_line_add(&kept->parsed.signatures[i], &note);
    return dep_buf_err(&note) ? fault(putting, dep_buf_err(&note))
                              : put(putting, path, dep_buf_slice(&note));
}

static bool signed_by_recipient(const struct putting *putting)
{
    const struct dep_charter_code *to = putting->pack->to;
    for (size_t i = 0; to && to->member >= 0 && i < putting->cosigned.line_count; i++)
        if (putting->cosigned.lines[i].by == DEP_BY_COSIGNER &&
            putting->cosigned.lines[i].member == to->member)
            return true;
    return false;
}

static int put_proof(struct putting *putting, uint64_t from, const char *path)
{
    struct dep_tile_source source = {.read = dep_register_tile_read,
                                     .context = putting->pack->node->reg,
                                     .size = putting->checkpoint->size};
    struct dep_cosign_proof proof = {.old_size = from};
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_COSIGN_LEN_MAX);
    int err = from ? dep_merkle_prove_consistency(from, putting->checkpoint->size,
                                                  dep_tile_source_read, &source, &proof.path)
                   : DEP_OK;
    if (!err)
        err = dep_cosign_proof_encode(&proof, &text);
    return err ? fault(putting, err) : put(putting, path, dep_buf_slice(&text));
}

/* What went when package.sent stood at `index`: the smallest that covers it. */
static void note_sent(struct putting *putting, uint64_t index)
{
    size_t i = putting->kept.count;
    while (i > 0 && putting->kept.list[i - 1].checkpoint.size <= index)
        i--;
    if (i > 0)
        putting->sent[i - 1] = true;
}

/* A field kit can't read what it sent; it has one home. */
static int look_sent(void *context, const struct dep_index_row *row)
{
    struct putting *putting = context;
    const struct dep_pack *pack = putting->pack;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(pack->node, row, true, &view, pack->problem);
    const char *recipient = err ? NULL : dep_json_string(view.claims, "recipient");
    if (!err && (pack->kind == DEP_PACKAGE_REGISTER ||
                 (recipient && strcmp(recipient, pack->recipient) == 0)))
        note_sent(putting, row->index);
    return err;
}

/* When a notice was packed no record says: after the withdrawal, and before it was acknowledged. */
static int look_notice(void *context, const struct dep_act *act)
{
    struct putting *putting = context;
    const struct dep_pack *pack = putting->pack;
    const struct dep_view *answer = dep_act_newest(act, "foreign.record");
    char code[DEP_CODE_LEN_MAX + 1] = "";
    int err = dep_notice_recipient(pack->node, &act->head, code, pack->problem);
    if (err || strcmp(code, pack->recipient) != 0)
        return err;
    for (size_t i = 0; i < putting->kept.count; i++) {
        uint64_t size = putting->kept.list[i].checkpoint.size;
        putting->sent[i] |= size > act->head.row.index && (!answer || size <= answer->row.index);
    }
    return DEP_OK;
}

static int find_sent(struct putting *putting)
{
    const struct dep_index_query query = {.type = "package.sent"};
    const struct dep_pack *pack = putting->pack;
    putting->sent = dep_alloc_array(putting->kept.count + 1, sizeof *putting->sent);
    if (!putting->sent)
        return pack_no_memory(putting->pack);
    int err = dep_roll_list(pack->node, &query, look_sent, putting, pack->problem);
    return err || pack->kind == DEP_PACKAGE_REGISTER
               ? err
               : dep_node_acts(pack->node, "release.withdrawn", look_notice, putting,
                               pack->problem);
}

static int put_earlier(struct putting *putting, const struct dep_kept *kept)
{
    unsigned long long size = (unsigned long long)kept->checkpoint.size;
    char path[PATH_ROOM];
    size_t tokens = 0;
    int err = put_tokens(putting, kept, NULL, &tokens);
    bool shown = putting->sent[kept - putting->kept.list] || signed_by_recipient(putting);
    if (err || (tokens == 0 && !putting->cosigned.timed && !shown))
        return err;
    (void)snprintf(path, sizeof path, "logs/000/before/%llu.checkpoint", size);
    err = put_note(putting, kept, path);
    (void)snprintf(path, sizeof path, "logs/000/before/%llu.proof", size);
    if (!err)
        err = put_proof(putting, kept->checkpoint.size, path);
    (void)snprintf(path, sizeof path, "logs/000/before/%llu.tokens", size);
    return err ? err : put_tokens(putting, kept, path, &tokens);
}

static int put_kept(struct putting *putting, const struct dep_kept *kept, bool *out_newest)
{
    const struct dep_pack *pack = putting->pack;
    struct dep_vkey vkey;
    size_t tokens;
    int self = dep_charter_member_find(pack->charter, dep_register_info(pack->node->reg)->member);
    int err = dep_own_vkey(pack->node->reg, &vkey, pack->problem);
    if (!err)
        err = dep_cosigned_judge(pack->charter, self, &kept->parsed, &vkey, &putting->cosigned);
    if (err)
        return fault(putting, err);
    if (kept->checkpoint.size > putting->checkpoint->size)
        return DEP_OK;
    if (kept->checkpoint.size < putting->checkpoint->size)
        return put_earlier(putting, kept);
    *out_newest = true;
    err = put_note(putting, kept, "logs/000/checkpoint");
    return err ? err : put_tokens(putting, kept, "logs/000/tokens", &tokens);
}

int pack_put_checkpoint(struct dep_pack *pack, struct dep_bag_writer *bag,
                        const struct dep_checkpoint *checkpoint, struct dep_slice note)
{
    DEP_AUTO_FREE struct putting *putting = dep_alloc(sizeof *putting);
    bool newest = false;
    if (!putting)
        return pack_no_memory(pack);
    *putting = (struct putting){.pack = pack, .bag = bag, .checkpoint = checkpoint, .note = note};
    const json_t *charter = dep_charter_json(pack->charter);
    int err =
        dep_authorities_load(json_object_get(charter, "time_authorities"), &putting->authorities);
    err =
        err ? pack_no_memory(pack) : dep_kept_load(pack->node->reg, &putting->kept, pack->problem);
    /* It is shown to somebody now, who may cosign it; and the next package to them goes on from
     * it. */
    struct dep_checkpoint now;
    if (!err)
        err = dep_node_keep(pack->node, &now, NULL, pack->problem);
    if (!err)
        err = find_sent(putting);
    for (size_t i = 0; !err && i < putting->kept.count; i++)
        err = put_kept(putting, &putting->kept.list[i], &newest);
    if (!err && !newest)
        err = put(putting, "logs/000/checkpoint", note);
    free(putting->sent);
    dep_kept_list_done(&putting->kept);
    dep_authorities_done(&putting->authorities);
    return err;
}
