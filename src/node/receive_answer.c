/*
 * What answers a package or a notice of this member: does it speak of exactly that one?
 */
#include "node/charter.h"
#include "node/node_impl.h"
#include "node/notice.h"
#include "node/receive_impl.h"
#include "node/roll.h"
#include "record/presentation.h"

#include <string.h>

/* Whether a code stood for the sender in the charter in force there. */
static int is_to_sender(struct receiving *receiving, const struct dep_index_row *row,
                        const char *code, bool *out)
{
    const struct dep_charter *charter = NULL;
    int err = dep_node_charter(receiving->node, row->index, &charter, receiving->problem);
    if (err)
        return err;
    const struct dep_charter_member *member = dep_charter_recipient(charter, code);
    *out = member && strcmp(member->id, receiving->out->sender) == 0;
    return DEP_OK;
}

static int take_if(struct receiving *receiving, const struct dep_index_row *row, const char *code)
{
    bool theirs = false;
    int err = is_to_sender(receiving, row, code, &theirs);
    if (err || !theirs)
        return err;
    receiving->answered = *row;
    return DEP_FOUND;
}

/* A receipt answers the package.sent that it names: ours, sent to whoever signed the receipt. */
static int match_sent(void *context, const struct dep_index_row *row)
{
    struct receiving *receiving = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(receiving->node, row, true, &view, receiving->problem);
    const char *package = err ? NULL : dep_json_string(view.claims, "package");
    if (err || !package || strcmp(package, receiving->out->package) != 0)
        return err;
    return take_if(receiving, row, dep_json_string(view.claims, "recipient"));
}

/* An acknowledgement answers a release.withdrawn: the id of a notice is that record's own. */
static int match_withdrawn(void *context, const struct dep_index_row *row)
{
    struct receiving *receiving = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    char code[DEP_CODE_LEN_MAX + 1];
    if (strcmp(row->jti, receiving->out->package) != 0)
        return DEP_OK;
    int err = dep_node_view_row(receiving->node, row, true, &view, receiving->problem);
    if (!err)
        err = dep_notice_recipient(receiving->node, &view, code, receiving->problem);
    return err ? err : take_if(receiving, row, code);
}

static int same_answer(void *context, const struct dep_index_row *row)
{
    struct receiving *receiving = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(receiving->node, row, true, &view, receiving->problem);
    const char *digest = err ? NULL : dep_json_string(view.claims, "sha256");
    if (err || !digest || strcmp(digest, receive_of_package(receiving, "head")) != 0)
        return err;
    receiving->out->again = true;
    receiving->out->record = (struct dep_done){.index = row->index, .sha256 = row->sha256};
    memcpy(receiving->out->record.jti, row->jti, sizeof row->jti);
    return DEP_FOUND;
}

/* Does its head name that very record of ours? */
int receive_check_answer(struct receiving *receiving)
{
    bool receipt = receiving->out->kind == DEP_PACKAGE_RECEIPT;
    struct dep_index_query query = {.type = receipt ? "package.sent" : "release.withdrawn"};
    struct dep_index_query answers = {.type = "foreign.record"};
    struct dep_finding why;
    DEP_AUTO_PRESENTATION head = {.claims = NULL};
    char sent[2 * DEP_HASH_LEN + 1];
    int err = dep_roll_list(receiving->node, &query, receipt ? match_sent : match_withdrawn,
                            receiving, receiving->problem);
    if (err < 0)
        return err;
    if (!receiving->answered.jti[0])
        return receive_found(receiving, "receive.receipt");
    answers.ref = receiving->answered.jti;
    err = dep_roll_list(receiving->node, &answers, same_answer, receiving, receiving->problem);
    if (err)
        return err < 0 ? err : DEP_OK;
    dep_hex_encode(receiving->answered.sha256.bytes, DEP_HASH_LEN, sent);
    for (size_t i = 0; i < receiving->kept.count; i++) {
        const json_t *claims = receiving->kept.drafts[i].claims;
        const char *digest = dep_json_string(claims, "sha256");
        if (!digest || strcmp(digest, receive_of_package(receiving, "head")) != 0)
            continue;
        err = dep_foreign_open(receiving->node->schemas, claims, &head, &why);
        const char *named = err ? NULL : dep_json_string(head.claims, "head_sha256");
        return named && strcmp(named, sent) == 0 ? DEP_OK
                                                 : receive_found(receiving, "receive.receipt");
    }
    return receive_found(receiving, "receive.receipt");
}
