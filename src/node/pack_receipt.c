/*
 * The receipt of a package: what was taken in of it, or that it was refused, as this member signed it.
 */
#include "node/charter.h"
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

int pack_receipt(struct dep_pack *pack, const struct dep_index_row *row)
{
    DEP_AUTO_VIEW received = {.claims = NULL};
    int err = dep_node_charter(pack->node, dep_register_count(pack->node->reg), &pack->charter,
                               pack->problem);
    if (!err)
        err = dep_node_view_row(pack->node, row, true, &received, pack->problem);
    if (err)
        return err;
    if (!received.readable)
        return pack_found(pack, row->erased ? "pack.erased" : "pack.unread", row->jti);
    const char *sender = dep_json_string(received.claims, "sender");
    pack->to = code_of(pack, sender);
    if (!pack->to)
        return pack_found(pack, "pack.recipient", sender ? sender : "");
    (void)snprintf(pack->recipient, sizeof pack->recipient, "%s", pack->to->code);
    (void)snprintf(pack->id, sizeof pack->id, "%s", dep_json_string(received.claims, "package"));
    pack->kind = DEP_PACKAGE_RECEIPT;
    pack->again = *row; /* it is its own head record, and stands already */
    return DEP_OK;
}
