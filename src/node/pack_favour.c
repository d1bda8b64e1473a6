/*
 * What is in the accused's favour, of the same case: court and defence don't get the case without
 * it (doc/format/package.md section 3.1).
 */
#include "node/marking.h"
#include "node/pack_impl.h"
#include "node/release.h"
#include "rules/action.h"

#include <string.h>

static bool has_flag(const struct dep_view *marking, const char *wanted)
{
    return dep_json_has_string(dep_json_array(marking->claims, "flags"), wanted);
}

/* What became of an item for one recipient. */
struct given {
    struct dep_pack *pack;
    const char *item;
    bool there;
    struct dep_index_row referred; /* release.refused; jti "" where there is none */
};

/* Of two things that must not give way to each other neither does: the court decides. */
static int look_referred(struct given *given, const struct dep_index_row *refused)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(given->pack->node, refused, true, &view, given->pack->problem);
    const char *reason = dep_json_string(dep_json_object(view.claims, "reason"), "text");
    if (!err && reason && strcmp(reason, dep_outcome_name(DEP_REFER_TO_COURT)) == 0)
        given->referred = *refused;
    return err;
}

static int look_given(void *context, const struct dep_released *released)
{
    struct given *given = context;
    const char *recipient = dep_json_string(released->prepared->claims, "recipient");
    if (!recipient || strcmp(recipient, given->pack->recipient) != 0 ||
        !dep_material_of(dep_json_array(released->prepared->claims, "materials"), given->item))
        return DEP_OK;
    given->there = given->there || (released->release && !released->withdrawals);
    return released->refused ? look_referred(given, released->refused) : DEP_OK;
}

struct favour {
    struct dep_pack *pack;
    const char *of_case;
    struct dep_hash from; /* first record of the material of that case */
};

static int first_row(void *context, const struct dep_index_row *row)
{
    if (strncmp(row->type, "evidence.", strlen("evidence.")) != 0)
        return DEP_OK;
    *(struct dep_index_row *)context = *row;
    return DEP_FOUND;
}

/*
 * Court and defence, or by a charter that says so anybody, got it in a release of its own, or the
 * verdict on that referred it to the court: then the judge alone is told of it, and the recipient
 * that there is something. Or this one doesn't go: that what is in the accused's favour was left
 * behind is never said by a line in a file alone.
 */
static int account_to_court(const struct favour *favour, const struct dep_index_row *row)
{
    struct dep_pack *pack = favour->pack;
    struct given given = {.pack = pack, .item = row->item, .referred = {.jti = ""}};
    int err = dep_node_releases(pack->node, look_given, &given, pack->problem);
    if (err)
        return err;
    if (given.there)
        return pack_name(pack, &favour->from, "exculpatory", &row->sha256, "rule");
    if (!given.referred.jti[0] || given.referred.index >= pack->size)
        return pack_found(pack, "pack.exculpatory", row->item);
    err = pack_judge(pack, favour->of_case);
    return err ? err : pack_seal(pack, &favour->from, "exculpatory", row, &given.referred);
}

static int account_favour(void *context, const struct dep_view *marking)
{
    const struct favour *favour = context;
    struct dep_pack *pack = favour->pack;
    const char *item = marking->row.item;
    if (!has_flag(marking, "exculpatory") || dep_material_of(pack->materials, item))
        return DEP_OK;
    struct dep_index_row row = {.jti = ""};
    struct dep_index_query query = {.item = item};
    int err = dep_roll_list(pack->node, &query, first_row, &row, pack->problem);
    if (err < 0 || !row.jti[0])
        return err < 0 ? err : DEP_OK;
    return pack->to->kind & (DEP_TO_COURT | DEP_TO_DEFENCE) ||
                   dep_charter_least(pack->charter, "exculpatory") == DEP_LEAST_SEALED
               ? account_to_court(favour, &row)
               : pack_name(pack, &favour->from, "exculpatory", &row.sha256, "rule");
}

int pack_favour(struct dep_pack *pack, const char *of_case, const struct dep_hash *from)
{
    struct favour favour = {pack, of_case, *from};
    return dep_node_marked_for(pack->node, of_case, account_favour, &favour, pack->problem);
}
