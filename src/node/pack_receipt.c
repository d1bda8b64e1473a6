/*
 * Packages of a head record alone, which stands already: the receipt of a package (what was taken
 * in of it, or that it was refused, as this member signed it), a notice of withdrawal, and its
 * acknowledgement.
 */
#include "node/answered.h"
#include "node/charter.h"
#include "node/notice.h"
#include "node/pack_impl.h"

#include <stdio.h>
#include <string.h>

/* The first code of the charter that stands for that member now. */
static const struct dep_charter_code *code_of(const struct dep_pack *pack, const char *member)
{
    int place = member ? dep_charter_member_find(pack->charter, member) : -1;
    int64_t now_s = dep_node_now_ms(pack->node) / 1000;
    size_t count = dep_charter_code_count(pack->charter, DEP_LIST_RECIPIENTS);
    for (size_t i = 0; place >= 0 && i < count; i++) {
        const struct dep_charter_code *code =
            dep_charter_code_at(pack->charter, DEP_LIST_RECIPIENTS, i);
        if (code->member == place && now_s >= code->in_list.from_s && now_s < code->in_list.to_s)
            return code;
    }
    return NULL;
}

static void head_alone(struct dep_pack *pack, enum dep_package_kind kind, const char *id,
                       const struct dep_index_row *head)
{
    (void)snprintf(pack->recipient, sizeof pack->recipient, "%s", pack->to->code);
    (void)snprintf(pack->id, sizeof pack->id, "%s", id);
    pack->kind = kind;
    pack->again = *head;
}

static int view_head(struct dep_pack *pack, const struct dep_index_row *row, struct dep_view *out)
{
    int err = dep_node_charter(pack->node, dep_register_count(pack->node->reg), &pack->charter,
                               pack->problem);
    if (!err)
        err = dep_node_view_row(pack->node, row, true, out, pack->problem);
    if (err || out->readable)
        return err;
    return pack_found(pack, row->erased ? "pack.erased" : "pack.unread", row->jti);
}

/* With what became of what was withdrawn, as it stands now: as it was said last, or in a record of
 * its own that is made when the package is. */
static int acknowledge(struct dep_pack *pack, const struct dep_view *received, const char *id)
{
    struct dep_index_row said;
    json_t *passed = NULL;
    if (!dep_json_says(received->claims, "outcome", "taken")) {
        head_alone(pack, DEP_PACKAGE_ACKNOWLEDGEMENT, id, &received->row);
        return DEP_OK;
    }
    int err = dep_answer_make(pack->node, received, &passed, &pack->answer, &said, pack->problem);
    json_decref(passed);
    if (err)
        return err;
    pack->received = received->row;
    head_alone(pack, DEP_PACKAGE_ACKNOWLEDGEMENT, id, &said);
    return DEP_OK;
}

int pack_receipt(struct dep_pack *pack, const struct dep_index_row *row)
{
    DEP_AUTO_VIEW received = {.claims = NULL};
    int err = view_head(pack, row, &received);
    if (err)
        return err;
    const char *sender = dep_json_string(received.claims, "sender"),
               *of = dep_json_string(received.claims, "kind");
    pack->to = code_of(pack, sender);
    if (!pack->to)
        return pack_found(pack, "pack.recipient", sender ? sender : "");
    const char *id = dep_json_string(received.claims, "package");
    if (of && strcmp(of, "notice") == 0)
        return acknowledge(pack, &received, id);
    head_alone(pack, DEP_PACKAGE_RECEIPT, id, row);
    return DEP_OK;
}

int pack_decide_answer(void *context, uint64_t size, struct dep_draft *draft,
                       struct dep_problem *problem)
{
    struct dep_pack *pack = context;
    DEP_AUTO_VIEW received = {.claims = NULL};
    struct dep_index_row said;
    json_t *now = NULL, *passed = NULL;
    (void)size;
    int err = dep_node_view_row(pack->node, &pack->received, true, &received, problem);
    if (!err)
        err = dep_answer_make(pack->node, &received, &passed, &now, &said, problem);
    json_decref(passed);
    bool same = !err && !said.jti[0] && json_equal(now, pack->answer);
    json_decref(now);
    if (!err && !same)
        err = dep_problem_found(problem, "pack.changed", "doc/format/foreign.md 4", pack->id);
    *draft = (struct dep_draft){.type = "withdrawal.answered", .claims = pack->answer};
    return err;
}

int pack_notice(struct dep_pack *pack, const struct dep_index_row *row)
{
    DEP_AUTO_VIEW withdrawn = {.claims = NULL};
    char code[DEP_CODE_LEN_MAX + 1] = "";
    int err = view_head(pack, row, &withdrawn);
    if (!err)
        err = dep_notice_recipient(pack->node, &withdrawn, code, pack->problem);
    if (err)
        return err;
    if (!code[0])
        return pack_found(pack, "pack.unread", row->jti);
    /* Also where the code is no longer in the list: whoever holds it is still to be told. */
    int place = dep_charter_code_find(pack->charter, DEP_LIST_RECIPIENTS, code);
    if (place < 0 || (pack->order.recipient && strcmp(pack->order.recipient, code) != 0))
        return pack_found(pack, "pack.recipient", code);
    pack->to = dep_charter_code_at(pack->charter, DEP_LIST_RECIPIENTS, (size_t)place);
    head_alone(pack, DEP_PACKAGE_NOTICE, row->jti, row);
    return DEP_OK;
}
