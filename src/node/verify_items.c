#include "node/verify_items.h"

#include "package/notice.h"
#include "store/file.h"

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
    sum->left++;
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
    sum->left -= out.content == DEP_INTACT;
    sum->extracted += out.extracted;
    return DEP_OK;
}

/* ---- the notice to the judge ---- */

static const char NOTICE[] = "data/" DEP_NOTICE_RECORDS_PATH;

/* Its key, as content.jsonl has it, is among what is held. */
static bool holds(const struct dep_age_with *with, const char *to)
{
    char text[DEP_AGE_RECIPIENT_TEXT + 1];
    for (size_t i = 0; to && i < with->identity_count; i++) {
        dep_age_recipient_encode(&with->identities[i].recipient, text);
        if (strcmp(text, to) == 0)
            return true;
    }
    return false;
}

static bool is_not_ours(const char *id)
{
    return strcmp(id, "age.identity") == 0 || strcmp(id, "age.passphrase") == 0;
}

/* Who holds the key that it is said to be sealed for, and can't open it, was deceived. */
static int tell_closed(struct dep_verify *verify, const struct dep_items_order *order,
                       const char *to, struct dep_finding *why)
{
    if (is_not_ours(why->id) && !holds(&order->with, to))
        return dep_verify_note(verify,
                               &(struct dep_verify_found){.id = why->id,
                                                          .clause = why->clause,
                                                          .result = DEP_UNPROVED,
                                                          .aside = true,
                                                          .path = dep_slice_string(NOTICE)});
    if (is_not_ours(why->id))
        *why = (struct dep_finding){.id = "notice.to", .clause = "package.md 6.5"};
    return dep_verify_notice_altered(verify, why);
}

static int open_notice(struct dep_verify *verify, int folder, const struct dep_items_order *order,
                       json_t **out, struct dep_problem *problem)
{
    struct dep_verify_notice notice;
    struct dep_hash sha256;
    DEP_AUTO_BUF file, plain;
    bool held = order->with.identity_count || order->with.passphrase.len;
    dep_verify_notice(verify, &notice);
    dep_buf_init(&file, 2 * (size_t)DEP_NOTICE_LEN_MAX);
    dep_buf_init_secret(&plain, 2 * (size_t)DEP_NOTICE_LEN_MAX);
    /* What isn't what was sent isn't worth a key. */
    if (!notice.sealed || !held || strcmp(notice.payload, "intact") != 0)
        return DEP_OK;
    int err = dep_file_read(folder, NOTICE, 2 * (size_t)DEP_NOTICE_LEN_MAX, &file, &problem->fault);
    if (err)
        return err;
    dep_sha256(dep_buf_slice(&file), &sha256);
    if (!dep_hash_equal(&sha256, &notice.sha256))
        return dep_problem_fault(problem, DEP_ERR_CHANGED, "bag.changed", NOTICE);
    err = dep_age_open(dep_buf_slice(&file), &order->with, &plain, &problem->finding);
    if (err == DEP_FOUND)
        return tell_closed(verify, order, notice.to, &problem->finding);
    if (!err)
        err = dep_verify_notice_read(verify, dep_buf_slice(&plain), out);
    return err == DEP_FOUND ? DEP_OK
           : err            ? dep_problem_fault(problem, err, "check.memory", NOTICE)
                            : DEP_OK;
}

/* ---- all ---- */

int dep_node_verify_items(struct dep_bag_verified *bag, const struct dep_items_order *order,
                          struct dep_items_verified *out, struct dep_problem *problem)
{
    struct dep_items_verified sum = {.left = 0};
    struct verifying verifying = {.order = order, .verify = dep_bag_verified_verify(bag)};
    size_t count = dep_verify_item_count(verifying.verify);
    int folder = dep_bag_verified_folder(bag);
    for (size_t i = 0; i < count; i++) {
        int err = verify_one(&verifying, folder, i, &sum, &problem->fault);
        if (err)
            return err;
    }
    int err = open_notice(verifying.verify, folder, order, &sum.notice, problem);
    if (!err)
        *out = sum;
    return err;
}
