#include "node/verify_items.h"

#include <stdio.h>
#include <string.h>

struct verifying {
    const struct dep_items_order *order;
    struct dep_verify *verify;
    const struct dep_hash *record; /* of the item at hand */
};

static int note(void *context, const struct dep_verify_found *found)
{
    const struct verifying *verifying = context;
    struct dep_verify_found told = *found;
    told.record = verifying->record;
    return dep_verify_note(verifying->verify, &told);
}

static bool progress(void *context, const struct dep_seal_progress *state)
{
    const struct dep_items_order *order = ((const struct verifying *)context)->order;
    return !order->progress || order->progress(order->context, state);
}

static int verify_one(struct verifying *verifying, int folder, size_t index,
                      struct dep_items_verified *sum, struct dep_fault *fault)
{
    enum { ITEM_PATH_LEN = 256 };
    struct dep_verify_item item;
    struct dep_item_verified out;
    char id[DEP_UUID_LEN + 1], path[ITEM_PATH_LEN];
    dep_verify_item(verifying->verify, index, &item);
    sum->items++;
    /* What isn't what was sent isn't worth a key. */
    if (strcmp(item.payload, "intact") != 0)
        return DEP_OK;
    (void)snprintf(id, sizeof id, "%.*s", (int)item.item.len, (const char *)item.item.data);
    (void)snprintf(path, sizeof path, "%.*s", (int)item.path.len, (const char *)item.path.data);
    struct dep_item_verify_order order = {.package_fd = folder,
                                          .item = id,
                                          .path = path,
                                          .as = item.as,
                                          .pieces = item.pieces,
                                          .facts = {.has_root = item.has_root,
                                                    .has_manifest = item.has_place,
                                                    .manifest_root = item.manifest_root,
                                                    .manifest_offset = item.manifest_offset,
                                                    .manifest_len = item.manifest_len},
                                          .with = verifying->order->with,
                                          .extract_fd = verifying->order->extract_fd,
                                          .each = note,
                                          .progress = progress,
                                          .context = verifying};
    verifying->record = &item.record;
    int err = dep_item_verify(&order, &out, fault);
    if (err)
        return err;
    if (out.content != DEP_UNPROVED)
        dep_verify_item_is(verifying->verify, index, out.content);
    sum->opened += out.opened;
    sum->extracted += out.extracted;
    return DEP_OK;
}

int dep_node_verify_items(struct dep_bag_verified *bag, const struct dep_items_order *order,
                          struct dep_items_verified *out, struct dep_problem *problem)
{
    struct dep_items_verified sum = {.items = 0};
    struct verifying verifying = {.order = order, .verify = dep_bag_verified_verify(bag)};
    size_t count = dep_verify_item_count(verifying.verify);
    int folder = dep_bag_verified_folder(bag);
    for (size_t i = 0; i < count; i++) {
        int err = verify_one(&verifying, folder, i, &sum, &problem->fault);
        if (err)
            return err;
    }
    *out = sum;
    return DEP_OK;
}
