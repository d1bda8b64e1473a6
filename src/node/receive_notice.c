/*
 * What a package withdraws: consents that own releases rest on, or a release that came in another
 * package, before this one or after it.
 */
#include "node/node_impl.h"
#include "node/notice.h"
#include "node/receive_impl.h"
#include "node/roll.h"

#include <stdio.h>
#include <string.h>

json_t *receive_retold(const json_t *claims, const char *item)
{
    static const char *const names[] = {"package",     "origin", "index", "sha256",
                                        "record_type", "member", "sd_jwt"};
    json_t *told = json_pack("{s:s}", "item", item);
    for (size_t i = 0; told && i < DEP_COUNT(names); i++)
        if (json_object_set(told, names[i], json_object_get(claims, names[i]))) {
            json_decref(told);
            told = NULL;
        }
    return told;
}

/* ---- which release it is about ---- */

static const char *about_of(const json_t *record)
{
    size_t i;
    json_t *ref;
    json_array_foreach(dep_json_array(record, "refs"), i, ref)
    {
        if (dep_json_says(ref, "rel", "about"))
            return dep_json_string(ref, "sha256");
    }
    return NULL;
}

/* As its head record says; that one is among the last of its log, which is the first. */
static int find_release(struct receiving *receiving)
{
    struct dep_verify *verify = dep_bag_verified_verify(receiving->bag);
    for (size_t i = dep_verify_record_count(verify); i-- > 0;) {
        DEP_AUTO_JSON *record = NULL;
        int err = dep_verify_record(verify, i, &record);
        if (err)
            return dep_problem_fault(receiving->problem, err < 0 ? err : DEP_ERR_CORRUPT,
                                     "node.receive", receiving->out->package);
        if (!dep_json_says(record, "sha256", receive_of_package(receiving, "head")))
            continue;
        const char *release = receiving->out->kind == DEP_PACKAGE_NOTICE
                                  ? about_of(record)
                                  : dep_json_string(dep_json_object(record, "shown"), "release");
        (void)snprintf(receiving->release, sizeof receiving->release, "%s", release ? release : "");
        return DEP_OK;
    }
    return DEP_OK;
}

/* ---- a notice and the package that it is about, in either order ---- */

struct matching {
    struct receiving *receiving;
    struct dep_fallen *fallen;
    char notice[DEP_UUID_LEN + 1]; /* one that came before; or "" */
};

/* That item came by what is withdrawn now. */
static int concern(struct matching *matching, const char *item)
{
    struct receiving *receiving = matching->receiving;
    struct dep_kept *kept = &receiving->kept;
    if (dep_fallen_add_item(matching->fallen, item))
        return receive_no_memory(receiving);
    (void)snprintf(receiving->out->withdrawn_item, sizeof receiving->out->withdrawn_item, "%s",
                   item);
    for (size_t i = 0; i < kept->count; i++) {
        json_t *claims = (json_t *)(uintptr_t)kept->drafts[i].claims;
        if (!dep_json_says(claims, "sha256", receive_of_package(receiving, "head")))
            continue;
        if (!json_object_get(claims, "item"))
            return json_object_set_new(claims, "item", json_string(item))
                       ? receive_no_memory(receiving)
                       : DEP_OK;
        /* The release came in several packages. */
        json_t *told = receive_retold(claims, item);
        return told && dep_kept_add(kept, "foreign.record", told) ? DEP_OK
                                                                  : receive_no_memory(receiving);
    }
    return DEP_OK;
}

static int match_received(void *context, const struct dep_index_row *row)
{
    struct matching *matching = context;
    const struct receiving *receiving = matching->receiving;
    bool notice = receiving->out->kind == DEP_PACKAGE_NOTICE;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(receiving->node, row, true, &view, receiving->problem);
    if (err || !dep_json_says(view.claims, "release", receiving->release) ||
        !dep_json_says(view.claims, "sender", receiving->out->sender) ||
        !dep_json_says(view.claims, "outcome", "taken") ||
        !dep_json_says(view.claims, "kind", notice ? "release" : "notice"))
        return err;
    const char *item = dep_json_string(view.claims, "item"),
               *package = dep_json_string(view.claims, "package");
    if (notice)
        return item ? concern(matching, item) : DEP_OK;
    (void)snprintf(matching->notice, sizeof matching->notice, "%s", package ? package : "");
    return DEP_OK;
}

static int match_foretold(void *context, const struct dep_index_row *row)
{
    struct matching *matching = context;
    struct receiving *receiving = matching->receiving;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(receiving->node, row, true, &view, receiving->problem);
    if (err || !dep_json_says(view.claims, "package", matching->notice) ||
        !dep_json_says(view.claims, "record_type", "release.withdrawn"))
        return err;
    receiving->foretold = json_incref(view.claims);
    return DEP_FOUND;
}

static int match(struct matching *matching)
{
    struct receiving *receiving = matching->receiving;
    struct dep_index_query received = {.type = "foreign.received"},
                           records = {.type = "foreign.record"};
    int err = find_release(receiving);
    if (err || !receiving->release[0])
        return err;
    err = dep_roll_list(receiving->node, &received, match_received, matching, receiving->problem);
    if (err || !matching->notice[0])
        return err;
    err = dep_roll_list(receiving->node, &records, match_foretold, matching, receiving->problem);
    return err < 0 ? err : DEP_OK;
}

/* ---- own releases that fall with it ---- */

static int withdraw(void *context, const struct dep_act *made, const json_t *scope)
{
    struct receiving *receiving = context;
    json_t *claims = json_pack(
        "{s:[o],s:O}", "refs",
        dep_record_ref_new("about", made->head.row.jti, &made->head.row.sha256), "scope", scope);
    return claims && dep_kept_add(&receiving->withdrawn, "release.withdrawn", claims)
               ? DEP_OK
               : receive_no_memory(receiving);
}

struct falling {
    struct receiving *receiving;
    const struct dep_fallen *fallen;
};

static int fall(void *context, const struct dep_act *made)
{
    const struct falling *falling = context;
    struct receiving *receiving = falling->receiving;
    return dep_fallen_of(receiving->node, falling->fallen, made, withdraw, receiving,
                         receiving->problem);
}

static bool may_withdraw(const struct dep_node *node)
{
    const struct dep_key_state *self = dep_node_key_of(node, DEP_KEY_OFFICER, node->officer);
    const struct dep_schema *schema = dep_schemas_find(node->schemas, "release.withdrawn", 0);
    return self && schema && (self->roles & schema->signers);
}

/* The consent that is withdrawn may have come long before. */
static int find_falling(struct receiving *receiving, struct dep_fallen *fallen)
{
    struct dep_node *node = receiving->node;
    const struct falling falling = {receiving, fallen};
    for (size_t i = 0; i < receiving->kept.count; i++)
        if (dep_fallen_hear(fallen, node->schemas, receiving->kept.drafts[i].claims))
            return receive_no_memory(receiving);
    if (!json_object_size(fallen->ended) && !json_object_size(fallen->items))
        return DEP_OK;
    int err = dep_fallen_hear_all(fallen, node, receiving->problem);
    if (!err)
        err = dep_node_acts(node, "release.made", fall, (void *)(uintptr_t)&falling,
                            receiving->problem);
    if (err)
        return err;
    receiving->out->withdrawals = receiving->withdrawn.count;
    receiving->out->owed = !may_withdraw(node) && receiving->withdrawn.count;
    if (receiving->out->owed)
        dep_kept_done(&receiving->withdrawn);
    return DEP_OK;
}

int receive_notices(struct receiving *receiving)
{
    DEP_AUTO_FALLEN fallen = {.given = NULL};
    struct matching matching = {.receiving = receiving, .fallen = &fallen};
    enum dep_package_kind kind = receiving->out->kind;
    if (dep_fallen_new(&fallen))
        return receive_no_memory(receiving);
    int err = kind == DEP_PACKAGE_NOTICE || kind == DEP_PACKAGE_RELEASE ? match(&matching) : DEP_OK;
    return err ? err : find_falling(receiving, &fallen);
}
