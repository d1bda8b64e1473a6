/*
 * A publication: what was prepared, that it was made public, and the records with the fields named.
 */
#include "node/pack_impl.h"

static const struct pack_show ALL = {.fields = PACK_ALL};

static int add_named(struct dep_pack *pack, const json_t *named)
{
    struct dep_index_row row;
    const char *id = dep_json_string(named, "record");
    const struct pack_show show = {PACK_NAMED, dep_json_array(named, "fields")};
    int err = dep_roll_find(pack->node, id ? id : "", &row, pack->problem);
    return err ? err : pack_add(pack, &row, &show);
}

int pack_publication(struct dep_pack *pack, const struct dep_index_row *row)
{
    DEP_AUTO_VIEW made = {.claims = NULL};
    DEP_AUTO_VIEW prepared = {.claims = NULL};
    struct dep_index_row about;
    size_t i;
    json_t *named;
    int err = dep_node_view_row(pack->node, row, true, &made, pack->problem);
    const char *id = err ? NULL : dep_record_ref(made.claims, "about");
    if (!err)
        err = dep_roll_find(pack->node, id ? id : "", &about, pack->problem);
    if (!err)
        err = dep_node_view_row(pack->node, &about, true, &prepared, pack->problem);
    if (!err && !prepared.readable)
        err = pack_found(pack, about.erased ? "pack.erased" : "pack.unread", about.jti);
    if (!err)
        err = pack_recipient(pack, dep_json_string(prepared.claims, "recipient"));
    if (!err)
        err = pack_add(pack, row, &ALL);
    if (!err)
        err = pack_add(pack, &about, &ALL);
    json_array_foreach(dep_json_array(prepared.claims, "records"), i, named)
    {
        if (!err)
            err = add_named(pack, named);
    }
    return err;
}
