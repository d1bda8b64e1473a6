/*
 * A field kit hands its register over to its home: its items become items of this register, its
 * records are kept here as the kit's (doc/decisions/032).
 *
 * Order: what is here already of this kit is looked up; then records go in groups, each with the
 * containers of the items that begin in it. A group is there wholly or not at all; the next receive
 * of the same package takes in what is missing.
 */
#include "node/receive_kit.h"

#include "node/evidence.h"
#include "node/roll.h"
#include "store/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char KIT_LOG[] = "000"; /* the sender's own */

enum {
    DRAFTS_OF_ONE = 3,                /* of a record at most: it, the intake, the marking */
    GROUP_LEN_MAX = 64 * 1024 * 1024, /* of records as they came: a commit is made in memory */
};

void receive_kit_done(struct receive_kit *kit)
{
    if (!kit)
        return;
    dep_kit_secrets_free(kit->secrets);
    dep_receive_lines_free(kit->lines);
    dep_close_fd(&kit->pending_fd);
    json_decref(kit->known);
    json_decref(kit->items);
    json_decref(kit->group);
    free(kit);
}

/* ---- what is here already ---- */

enum { PLACE_ROOM = 320 };

static void place_of(const char *origin, const char *index, char out[PLACE_ROOM])
{
    (void)snprintf(out, PLACE_ROOM, "%s %s", origin ? origin : "", index ? index : "");
}

static int take_known(void *context, const struct dep_index_row *row)
{
    struct receiving *receiving = context;
    struct receive_kit *kit = receiving->kit;
    char place[PLACE_ROOM];
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(receiving->node, row, false, &view, receiving->problem);
    if (err || !dep_json_says(view.claims, "member", receiving->out->sender))
        return err;
    place_of(dep_json_string(view.claims, "origin"), dep_json_string(view.claims, "index"), place);
    if (json_object_set(kit->known, place, json_object_get(view.claims, "sha256")) ||
        (row->item[0] && json_object_set_new(kit->items, row->item, json_true())))
        return receive_no_memory(receiving);
    return DEP_OK;
}

/* ---- one record ---- */

/* NULL: it refers to none, or no memory. */
static json_t *links_of(const json_t *record)
{
    const json_t *refs = dep_json_array(record, "refs");
    json_t *links = json_array_size(refs) ? json_array() : NULL, *ref;
    size_t i;
    json_array_foreach(refs, i, ref)
    {
        if (json_array_append_new(links, json_pack("{s:O,s:O}", "rel", json_object_get(ref, "rel"),
                                                   "id", json_object_get(ref, "id")))) {
            json_decref(links);
            return NULL;
        }
    }
    return links;
}

static const json_t *kit_log(const struct receiving *receiving)
{
    return json_array_get(dep_json_array(receiving->account, "logs"), 0);
}

static const char *item_of(const json_t *record)
{
    return dep_json_string(dep_json_object(record, "shown"), "item");
}

/* New; NULL without memory. `item`: the one of this register that it is about, or NULL. */
static json_t *handed_claims(const struct receiving *receiving, const json_t *record,
                             const char *item, struct dep_slice jwt)
{
    DEP_AUTO_JSON *links = links_of(record);
    if (!links && json_array_size(dep_json_array(record, "refs")))
        return NULL;
    bool disputed = dep_json_says(record, "standing", "disputed");
    return json_pack(
        "{s:s,s:O,s:O,s:O,s:O,s:O,s:O,s:O,s:s%,s:s*,s:O*,s:o*}", "package", receiving->out->package,
        "origin", json_object_get(kit_log(receiving), "origin"), "index",
        json_object_get(record, "index"), "sha256", json_object_get(record, "sha256"), "record",
        json_object_get(record, "id"), "record_type", json_object_get(record, "type"), "member",
        json_object_get(record, "iss"), "officer",
        json_object_get(dep_json_object(record, "by"), "code"), "jwt", (const char *)jwt.data,
        jwt.len, "item", item, "links", links, "disputed", disputed ? json_true() : NULL);
}

/* The JWT of it, borrowed until the next one is read. */
static int jwt_of(struct receiving *receiving, const json_t *record, struct dep_slice *out)
{
    uint64_t index = 0;
    const char *text = dep_json_string(record, "index");
    if (!text || !dep_u64_parse(dep_slice_string(text), UINT64_MAX, &index))
        return dep_problem_fault(receiving->problem, DEP_ERR_CORRUPT, "node.receive",
                                 receiving->out->package);
    int err = dep_receive_line(receiving->kit->lines, dep_bag_verified_folder(receiving->bag),
                               KIT_LOG, index, out, receiving->problem);
    struct dep_slice rest = *out;
    if (!err)
        *out = dep_slice_next(&rest, '~');
    return err;
}

static bool is_first(const json_t *record)
{
    const char *type = dep_json_string(record, "type");
    return type &&
           (strcmp(type, "evidence.collected") == 0 || strcmp(type, "evidence.intake") == 0);
}

/* Keys, status records and the package's own head stay in the package. */
static bool is_listed(const json_t *record)
{
    return dep_json_says(record, "log", KIT_LOG) && dep_json_true(record, "listed");
}

/* SHA-256 of the record that is here from its place; NULL: none is. */
static const char *known_at(const struct receiving *receiving, const json_t *record)
{
    char place[PLACE_ROOM];
    place_of(dep_json_string(kit_log(receiving), "origin"), dep_json_string(record, "index"),
             place);
    return dep_json_string(receiving->kit->known, place);
}

/* Its claims as a record of this register holds them, and what it says itself. */
static int view_of(struct receiving *receiving, const json_t *record, const char *item,
                   struct dep_view *out)
{
    struct dep_slice jwt = {NULL, 0};
    int err = jwt_of(receiving, record, &jwt);
    if (err)
        return err;
    out->claims = handed_claims(receiving, record, item, jwt);
    if (!out->claims)
        return receive_no_memory(receiving);
    err = dep_kit_secrets_add(receiving->kit->secrets, dep_json_string(record, "id"), out->claims,
                              receiving->problem);
    return err ? err : dep_handed_open(receiving->node, out, receiving->problem);
}

/* ---- before anything is taken in ---- */

static int stop_at_first(void *context, const struct dep_index_row *row)
{
    (void)context;
    (void)row;
    return DEP_FOUND;
}

int receive_kit_check_id(struct receiving *receiving, const char *item)
{
    struct dep_index_query query = {.type = "evidence.", .item = item, .limit = 1};
    if (json_object_get(receiving->kit->items, item))
        return DEP_OK;
    int err = dep_roll_list(receiving->node, &query, stop_at_first, NULL, receiving->problem);
    return err > 0 ? receive_found(receiving, "receive.item") : err;
}

/* What is recorded here of it rests on what it says: its home is who can open that. */
static int check_opens(struct receiving *receiving, const json_t *record)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = view_of(receiving, record, NULL, &view);
    const char *why = view.handed_why;
    if (err || !why || strcmp(why, "secret.erased") == 0)
        return err;
    bool other = strcmp(why, "secret.damaged") == 0 || strcmp(why, "secret.package") == 0;
    return receive_found(receiving, other ? "receive.home" : why);
}

static int check_one(struct receiving *receiving, const json_t *record)
{
    const char *item = item_of(record), *known = known_at(receiving, record);
    if (!is_listed(record))
        return DEP_OK;
    if (known)
        return dep_json_says(record, "sha256", known) ? DEP_OK
                                                      : receive_found(receiving, "receive.fork");
    if (!item || (!is_first(record) && !dep_json_says(record, "type", "marking.set")))
        return DEP_OK;
    int err = is_first(record) ? receive_kit_check_id(receiving, item) : DEP_OK;
    return err ? err : check_opens(receiving, record);
}

static int check_all(struct receiving *receiving)
{
    struct dep_verify *verify = dep_bag_verified_verify(receiving->bag);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_verify_record_count(verify); i++) {
        DEP_AUTO_JSON *record = NULL;
        err = dep_verify_record(verify, i, &record) ? receive_no_memory(receiving)
                                                    : check_one(receiving, record);
    }
    if (err)
        return err;
    /* The lines are read in order: the groups begin anew. */
    dep_receive_lines_free(receiving->kit->lines);
    receiving->kit->lines = NULL;
    return dep_receive_lines_new(&receiving->kit->lines) ? receive_no_memory(receiving) : DEP_OK;
}

int receive_kit_prepare(struct receiving *receiving)
{
    const struct dep_index_query query = {.type = "kit."};
    struct receive_kit *kit = dep_alloc(sizeof *kit);
    receiving->kit = kit;
    if (!kit)
        return receive_no_memory(receiving);
    kit->pending_fd = -1;
    kit->known = json_object();
    kit->items = json_object();
    kit->group = json_array();
    if (!kit->known || !kit->items || !kit->group || dep_receive_lines_new(&kit->lines))
        return receive_no_memory(receiving);
    int err = dep_roll_list(receiving->node, &query, take_known, receiving, receiving->problem);
    if (!err)
        err = dep_kit_secrets_open(receiving->copy_fd, &kit->secrets, receiving->problem);
    return err ? err : check_all(receiving);
}

/* ---- the records, group by group ---- */

/* What stands in a record has to fit into its fields: what is larger stays in the package alone. */
static void drop_large_secret(json_t *claims)
{
    static const char *const names[] = {"secret", "keys", "keks"};
    size_t len = json_string_length(json_object_get(claims, names[0]));
    for (size_t i = 0; len > DEP_DISCLOSURES_LEN_MAX / 2 && i < DEP_COUNT(names); i++)
        (void)json_object_del(claims, names[i]);
}

static int add_record(struct receiving *receiving, const json_t *record, struct dep_kept *out)
{
    struct receive_kit *kit = receiving->kit;
    const char *item = item_of(record), *type = dep_json_string(record, "type");
    const struct dep_schema *schema = dep_schemas_find(receiving->node->schemas, type, 0);
    bool here = item && json_object_get(kit->items, item),
         begins = item && !here && is_first(record);
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = view_of(receiving, record, here || begins ? item : NULL, &view);
    if (!err && begins)
        err = receive_kit_begin(receiving, &view, item, out);
    if (err)
        return err;
    drop_large_secret(view.claims);
    kit->group_len += json_string_length(json_object_get(view.claims, "jwt")) +
                      json_string_length(json_object_get(view.claims, "secret"));
    if (!dep_kept_add(out, schema ? dep_handed_type_for(schema) : "kit.record",
                      json_incref(view.claims)))
        return receive_no_memory(receiving);
    receiving->out->kit_records++;
    return here && dep_json_says(record, "type", "marking.set") && !view.handed_why
               ? receive_kit_mark(receiving, &view, item, out)
               : DEP_OK;
}

int receive_kit_fill(struct receiving *receiving, struct dep_kept *out)
{
    struct receive_kit *kit = receiving->kit;
    struct dep_verify *verify = dep_bag_verified_verify(receiving->bag);
    int err = DEP_OK;
    kit->group_len = 0;
    for (size_t before = out->count;
         !err && kit->next < dep_verify_record_count(verify) && kit->group_len < GROUP_LEN_MAX &&
         out->count - before + DRAFTS_OF_ONE <= RECEIVE_KIT_GROUP_MAX;
         kit->next++) {
        DEP_AUTO_JSON *record = NULL;
        if (dep_verify_record(verify, kit->next, &record))
            return receive_no_memory(receiving);
        if (is_listed(record) && !known_at(receiving, record))
            err = add_record(receiving, record, out);
    }
    return err;
}

int receive_kit_rest(struct receiving *receiving)
{
    int err = DEP_OK;
    DEP_AUTO_FREE struct dep_done *done = dep_alloc_array(RECEIVE_KIT_GROUP_MAX, sizeof *done);
    if (!done)
        return receive_no_memory(receiving);
    for (size_t count = 1; !err && count;) {
        struct dep_kept group = {.count = 0};
        err = receive_kit_fill(receiving, &group);
        count = group.count;
        if (!err && count)
            err = dep_node_commit(receiving->node, group.drafts, count, done, receiving->problem);
        receive_kit_settle(receiving, err);
        dep_kept_done(&group);
    }
    return err;
}
