/*
 * The items of a package: which go, and their containers into the folder, before package.sent is
 * committed: their digests stand in content.jsonl, which it signs.
 */
#include "node/evidence.h"
#include "node/pack_impl.h"
#include "store/target.h"
#include "store/vault_file.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void pack_items_done(struct dep_pack *pack)
{
    for (size_t i = 0; i < pack->item_count; i++) {
        dep_packed_item_done(&pack->items[i].packed);
        json_decref(pack->items[i].parts);
    }
    free(pack->items);
    pack->items = NULL;
    pack->item_count = 0;
}

static int insert(struct dep_pack *pack, const struct pack_item *item)
{
    struct pack_item *grown =
        dep_realloc_array(pack->items, pack->item_count + 1, sizeof *pack->items);
    if (!grown)
        return pack_no_memory(pack);
    pack->items = grown;
    size_t at = pack->item_count++;
    /* By id, as the lines stand. */
    for (; at > 0 && strcmp(grown[at - 1].item, item->item) > 0; at--)
        grown[at] = grown[at - 1];
    grown[at] = *item;
    return DEP_OK;
}

static const struct pack_item *find(const struct dep_pack *pack, const char *item)
{
    for (size_t i = 0; i < pack->item_count; i++)
        if (strcmp(pack->items[i].item, item) == 0)
            return &pack->items[i];
    return NULL;
}

static int container_len(struct dep_pack *pack, const char *item, uint64_t *out)
{
    DEP_AUTO_FD fd = -1;
    return dep_vault_open(dep_register_dir_fd(pack->node->reg), item, &fd, out,
                          &pack->problem->fault);
}

/* A copy that was made by painting over: that it hides what it should is who made it to answer
 * for. */
static bool is_redaction(const struct dep_item *item)
{
    const char *stage = dep_json_string(item->first.claims, "stage");
    return stage && strcmp(stage, "redaction") == 0;
}

static enum dep_item_as as_of(const json_t *material)
{
    if (dep_json_array(material, "parts"))
        return DEP_ITEM_PARTS;
    return dep_json_true(material, "plain") ? DEP_ITEM_PLAIN : DEP_ITEM_WHOLE;
}

int pack_add_item(struct dep_pack *pack, const char *item, const struct dep_hash *first,
                  const json_t *material)
{
    DEP_AUTO_ITEM facts = {.item = ""};
    const json_t *parts = dep_json_array(material, "parts");
    if (find(pack, item))
        return DEP_OK;
    int err = dep_node_item_facts(pack->node, item, true, &facts, pack->problem);
    if (err || !facts.has_container)
        return err;
    if (facts.disposed)
        return pack_found(pack, "item.disposed", item);
    if (dep_json_true(material, "redacted") && !is_redaction(&facts))
        return pack_found(pack, "pack.redacted", item);
    struct pack_item added = {.record = *first,
                              .facts = facts.facts,
                              .as = as_of(material),
                              .redacted = dep_json_true(material, "redacted")};
    (void)snprintf(added.item, sizeof added.item, "%s", item);
    err = container_len(pack, item, &added.container_len);
    if (err)
        return err;
    if (parts && !(added.parts = json_deep_copy(parts)))
        return pack_no_memory(pack);
    err = insert(pack, &added);
    if (err)
        json_decref(added.parts);
    return err;
}

/* ---- the lines ---- */

int pack_items_take(struct dep_pack *to, struct dep_pack *from)
{
    if (to->item_count != from->item_count)
        return pack_found(to, "pack.changed", from->id);
    for (size_t i = 0; i < to->item_count; i++) {
        struct pack_item *item = &to->items[i];
        if (strcmp(item->item, from->items[i].item) != 0)
            return pack_found(to, "pack.changed", item->item);
        item->opens = from->items[i].opens;
        item->packed = from->items[i].packed;
        from->items[i].packed = (struct dep_packed_item){.bytes = 0};
    }
    memcpy(to->files, from->files, sizeof to->files);
    return DEP_OK;
}

/* ---- the target ---- */

struct placing {
    struct dep_pack *pack;
    const struct dep_pack_how *how;
    struct dep_bag_writer *bag;
    const struct dep_age_identity *vault;
    const char *passphrase; /* or NULL */
    uint64_t piece_len;
    int items_fd;
};

/* `paths`: as many as the item has parts. */
static void order_of(const struct placing *placing, const struct pack_item *item, int fd,
                     const char **paths, struct dep_pack_item_order *out)
{
    bool plain = item->as == DEP_ITEM_PLAIN;
    for (size_t i = 0; i < json_array_size(item->parts); i++)
        paths[i] = json_string_value(json_array_get(item->parts, i));
    *out = (struct dep_pack_item_order){
        .item = item->item,
        .as = item->as,
        .parts = paths,
        .part_count = json_array_size(item->parts),
        .container_fd = fd,
        .container_len = item->container_len,
        .facts = item->facts,
        .with = {.identities = placing->vault, .identity_count = placing->vault ? 1 : 0},
        .recipient = plain ? NULL : placing->how->recipient,
        .passphrase = placing->passphrase && !plain ? dep_slice_string(placing->passphrase)
                                                    : (struct dep_slice){NULL, 0},
        .piece_len = placing->piece_len,
        .items_fd = placing->items_fd,
        .random = placing->pack->node->world.random,
        .progress = placing->how->item_progress,
        .context = placing->how->context};
}

/* With what order_of() needs. */
typedef int item_fn(struct placing *placing, struct pack_item *item,
                    const struct dep_pack_item_order *order, uint64_t *out_len);

static int with_item(struct placing *placing, struct pack_item *item, item_fn *run,
                     uint64_t *out_len)
{
    struct dep_pack *pack = placing->pack;
    struct dep_pack_item_order order;
    DEP_AUTO_FD fd = -1;
    uint64_t len;
    int err = dep_vault_open(dep_register_dir_fd(pack->node->reg), item->item, &fd, &len,
                             &pack->problem->fault);
    if (err)
        return err;
    const char **paths = dep_alloc_array(json_array_size(item->parts) + 1, sizeof *paths);
    if (!paths)
        return pack_no_memory(pack);
    order_of(placing, item, fd, paths, &order);
    err = run(placing, item, &order, out_len);
    free(paths);
    return err;
}

static int measure(struct placing *placing, struct pack_item *item,
                   const struct dep_pack_item_order *order, uint64_t *out_len)
{
    (void)item;
    return dep_pack_item_size(order, out_len, placing->pack->problem);
}

/* Of parts the manifest has to be read: they may be little of much. */
static int item_len(struct dep_pack *pack, struct pack_item *item, uint64_t *out)
{
    static const struct dep_pack_how nothing_yet = {.path = NULL};
    struct placing placing = {.pack = pack, .how = &nothing_yet};
    *out = item->container_len;
    if (item->as != DEP_ITEM_PARTS)
        return DEP_OK;
    int err = dep_node_vault_identity(pack->node, &placing.vault, pack->problem);
    return err ? err : with_item(&placing, item, measure, out);
}

/* Records take what they take in the register, disclosures besides; tiles little. */
static uint64_t records_len(const struct dep_pack *pack)
{
    enum { TILES_AND_TAGS = 1024 * 1024 };
    uint64_t len = TILES_AND_TAGS + 2 * pack->content.len + pack_foreign_len(pack);
    for (size_t i = 0; i < pack->count; i++)
        len += pack->entries[i].record.len +
               (pack->entries[i].shown ? pack->entries[i].secret.len : 0);
    return len;
}

int pack_look_at_target(struct dep_pack *pack, const char *path, uint64_t *out_piece_len)
{
    enum { PATH_ROOM = 4096, FILES_BESIDES = 4096, LONGEST_BESIDES = 64, NAME_BESIDES = 32 };
    char parent[PATH_ROOM];
    struct dep_target target;
    struct dep_problem *problem = pack->problem;
    (void)snprintf(parent, sizeof parent, "%s", path);
    struct dep_target_load load = {.bytes = records_len(pack),
                                   .files = FILES_BESIDES + pack->count / DEP_TILE_WIDTH,
                                   .path_len = strlen(path) + DEP_PACKED_PATH_LEN + LONGEST_BESIDES,
                                   .name_len = DEP_UUID_LEN + NAME_BESIDES};
    load.longest_whole = load.bytes;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < pack->item_count; i++) {
        struct pack_item *item = &pack->items[i];
        uint64_t len = 0;
        uint64_t *longest = item->as == DEP_ITEM_WHOLE ? &load.longest_split : &load.longest_whole;
        err = item_len(pack, item, &len);
        load.bytes += len;
        *longest = len > *longest ? len : *longest;
    }
    if (err)
        return err;
    err = dep_target_look(dirname(parent), &target, &problem->finding, &problem->fault);
    if (!err && dep_target_holds(pack->node->dir, parent))
        err = dep_found(&problem->finding, "target.register", "package.md 6", 0);
    if (!err)
        err = dep_target_judge(&target, &load, out_piece_len, &problem->finding);
    if (err == DEP_FOUND)
        (void)snprintf(problem->detail, sizeof problem->detail, "%s", path);
    return err;
}

/* ---- writing ---- */

static int list_files(struct placing *placing, const struct dep_packed_item *packed)
{
    char path[DEP_PACKED_PATH_LEN + 8];
    for (size_t i = 0; i < packed->file_count; i++) {
        const struct dep_packed_file *file = &packed->files[i];
        (void)snprintf(path, sizeof path, packed->file_count > 1 ? "%s.%03zu" : "%s", packed->path,
                       i);
        struct dep_bag_written written = {.path = path,
                                          .bytes = file->bytes,
                                          .sha256 = file->sha256,
                                          .has_payload = true,
                                          .payload_sha256 = packed->payload_sha256,
                                          .half = file->half,
                                          .read_back = packed->shared};
        memcpy(written.sha512, file->sha512, sizeof written.sha512);
        int err = dep_bag_writer_list(placing->bag, &written, &placing->pack->problem->fault);
        if (err)
            return err;
    }
    return DEP_OK;
}

static int write_item(struct placing *placing, struct pack_item *item,
                      const struct dep_pack_item_order *order, uint64_t *out_len)
{
    (void)out_len;
    dep_packed_item_done(&item->packed);
    int err = item->redacted ? dep_pack_item_refuse_media(order, placing->pack->problem) : DEP_OK;
    if (!err)
        err = dep_pack_item(order, &item->packed, placing->pack->problem);
    if (err)
        return err;
    item->opens = item->as == DEP_ITEM_PLAIN ? DEP_OPENS_NOBODY
                  : order->recipient         ? DEP_OPENS_RECIPIENT
                                             : DEP_OPENS_PASSPHRASE;
    return list_files(placing, &item->packed);
}

static bool any_sealed(const struct dep_pack *pack)
{
    for (size_t i = 0; i < pack->item_count; i++)
        if (pack->items[i].as != DEP_ITEM_PLAIN)
            return true;
    return false;
}

int pack_items_write(struct dep_pack *pack, const struct dep_pack_how *how, uint64_t piece_len,
                     struct dep_bag_writer *bag, struct dep_packed *out)
{
    if (pack->kind == DEP_PACKAGE_REGISTER)
        return pack_kit_write(pack, how, piece_len, bag);
    if (!pack->item_count)
        return DEP_OK;
    struct placing placing = {.pack = pack, .how = how, .bag = bag, .piece_len = piece_len};
    int err = dep_node_vault_identity(pack->node, &placing.vault, pack->problem);
    if (!err)
        err = dep_bag_writer_folder(bag, "items/x", &pack->problem->fault);
    if (err)
        return err;
    if (!how->recipient && any_sealed(pack)) {
        dep_age_passphrase_new(pack->node->world.random, out->passphrase);
        placing.passphrase = out->passphrase;
    }
    DEP_AUTO_FD items =
        openat(dep_bag_writer_fd(bag), "items", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (items < 0)
        return dep_problem_fault(pack->problem, DEP_ERR_IO, "pack.folder", how->path);
    placing.items_fd = items;
    for (size_t i = 0; !err && i < pack->item_count; i++)
        err = with_item(&placing, &pack->items[i], write_item, NULL);
    return err;
}
