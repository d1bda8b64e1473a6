/*
 * What goes to another member without a release: requests, answers, consents, assurances and their
 * withdrawals.
 */
#include "node/pack_impl.h"

#include <stdio.h>
#include <string.h>

static const struct pack_show ALL = {.fields = PACK_ALL};

int pack_recipient(struct dep_pack *pack, const char *code)
{
    const char *asked = pack->order.recipient;
    int64_t now_s = dep_node_now_ms(pack->node) / 1000;
    int place = code ? dep_charter_code_find(pack->charter, DEP_LIST_RECIPIENTS, code) : -1;
    const struct dep_charter_code *entry =
        place < 0 ? NULL : dep_charter_code_at(pack->charter, DEP_LIST_RECIPIENTS, (size_t)place);
    if (!entry || now_s < entry->in_list.from_s || now_s >= entry->in_list.to_s ||
        (asked && strcmp(asked, code) != 0))
        return pack_found(pack, "pack.recipient", asked ? asked : code ? code : "");
    pack->to = entry;
    (void)snprintf(pack->recipient, sizeof pack->recipient, "%s", code);
    return DEP_OK;
}

/* ---- acts ---- */

static int add_act(struct dep_pack *pack, const struct dep_view *view)
{
    if (!view->readable)
        return pack_found(pack, view->row.erased ? "pack.erased" : "pack.unread", view->row.jti);
    return pack_add(pack, &view->row, &ALL);
}

static bool is_text(const json_t *claims, const char *name, const char *text)
{
    const char *value = dep_json_string(claims, name);
    return value && strcmp(value, text) == 0;
}

/* What the act refers to; a view of its own. */
static int view_ref(struct dep_pack *pack, const struct dep_view *act, const char *rel,
                    struct dep_view *out)
{
    struct dep_index_row row;
    const char *id = dep_record_ref(act->claims, rel);
    int err = dep_roll_find(pack->node, id ? id : "", &row, pack->problem);
    if (err == DEP_FOUND)
        return pack_found(pack, "pack.type", act->row.jti);
    return err ? err : dep_node_view_row(pack->node, &row, true, out, pack->problem);
}

static int add_request(struct dep_pack *pack, const struct dep_view *request)
{
    if (!is_text(request->claims, "direction", "out") ||
        (request->readable && !is_text(request->claims, "to", pack->recipient)))
        return pack_found(pack, "pack.addressee", request->row.jti);
    return add_act(pack, request);
}

/* A request is told only to who made it, or to who is asked. */
static bool is_theirs(const struct dep_pack *pack, const struct dep_view *request)
{
    return is_text(request->claims, is_text(request->claims, "direction", "in") ? "from" : "to",
                   pack->recipient);
}

static int add_answer(struct dep_pack *pack, const struct dep_view *answer)
{
    DEP_AUTO_VIEW request = {.claims = NULL};
    int err = view_ref(pack, answer, "answers", &request);
    if (err)
        return err;
    if (request.readable && !is_theirs(pack, &request))
        return pack_found(pack, "pack.addressee", request.row.jti);
    err = add_act(pack, &request);
    return err ? err : add_act(pack, answer);
}

static int add_consent(struct dep_pack *pack, const struct dep_view *consent)
{
    const json_t *terms = dep_json_object(consent->claims, "terms");
    if (is_text(terms, "layer", "source"))
        return pack_found(pack, "pack.source", consent->row.jti);
    int err = add_act(pack, consent);
    if (err || !dep_record_ref(consent->claims, "answers"))
        return err;
    DEP_AUTO_VIEW request = {.claims = NULL};
    err = view_ref(pack, consent, "answers", &request);
    /* Another's request is only named. */
    return err || !request.readable || !is_theirs(pack, &request) ? err : add_act(pack, &request);
}

/* It has what it is about with it: so it ends also what is heard of later. */
static int add_withdrawal(struct dep_pack *pack, const struct dep_view *withdrawal)
{
    DEP_AUTO_VIEW given = {.claims = NULL};
    int err = view_ref(pack, withdrawal, "about", &given);
    if (!err)
        err = strcmp(given.row.type, "consent.given") == 0 ? add_consent(pack, &given)
                                                           : add_act(pack, &given);
    return err ? err : add_act(pack, withdrawal);
}

int pack_act(struct dep_pack *pack, const struct dep_index_row *row)
{
    static const struct {
        const char *type;
        int (*add)(struct dep_pack *pack, const struct dep_view *view);
    } table[] = {{"request.made", add_request},  {"request.answered", add_answer},
                 {"consent.given", add_consent}, {"consent.withdrawn", add_withdrawal},
                 {"assurance.given", add_act},   {"assurance.withdrawn", add_withdrawal}};
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        if (strcmp(table[i].type, row->type) != 0)
            continue;
        DEP_AUTO_VIEW view = {.claims = NULL};
        int err = pack_recipient(pack, pack->order.recipient);
        if (!err)
            err = dep_node_view_row(pack->node, row, true, &view, pack->problem);
        if (!err)
            err = table[i].add(pack, &view);
        /* That it wasn't withdrawn. */
        pack->needs_consents = table[i].add == add_consent;
        return err;
    }
    return pack_found(pack, "pack.type", row->type);
}
