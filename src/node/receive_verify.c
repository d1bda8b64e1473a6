/*
 * The copy, verified as anybody would, by the charter in force here and against the largest
 * checkpoints of each log that were brought before.
 */
#include "node/charter.h"
#include "node/node_impl.h"
#include "node/receive_impl.h"
#include "node/roll.h"

#include <stdio.h>
#include <string.h>

/* Of each log the largest that its own member showed, and the largest that others passed on. */
struct known {
    struct receiving *receiving;
    json_t *shown, *passed_on; /* origin -> {size, root} */
};

static uint64_t size_of(const json_t *checkpoint)
{
    const char *text = dep_json_string(checkpoint, "size");
    uint64_t size = 0;
    (void)(text && dep_u64_parse(dep_slice_string(text), UINT64_MAX, &size));
    return size;
}

/* The sender's own log stands first. */
static int take_known(void *context, const struct dep_index_row *row)
{
    struct known *known = context;
    struct receiving *receiving = known->receiving;
    DEP_AUTO_VIEW view = {.claims = NULL};
    size_t i;
    json_t *checkpoint;
    int err = dep_node_view_row(receiving->node, row, true, &view, receiving->problem);
    if (err)
        return err;
    json_array_foreach(dep_json_array(view.claims, "checkpoints"), i, checkpoint)
    {
        const char *origin = dep_json_string(checkpoint, "origin");
        json_t *largest = i == 0 ? known->shown : known->passed_on;
        if (origin && size_of(checkpoint) >= size_of(json_object_get(largest, origin)) &&
            json_object_set(largest, origin, checkpoint))
            return receive_no_memory(receiving);
    }
    return DEP_OK;
}

static size_t list_known(const json_t *largest, bool passed_on, struct dep_known_checkpoint *out)
{
    const char *origin;
    json_t *checkpoint;
    size_t count = 0;
    json_object_foreach((json_t *)(uintptr_t)largest, origin, checkpoint)
    {
        const char *size = dep_json_string(checkpoint, "size"),
                   *root = dep_json_string(checkpoint, "root");
        struct dep_known_checkpoint *known = &out[count];
        known->origin = dep_slice_string(origin);
        known->passed_on = passed_on;
        if (size && root && dep_u64_parse(dep_slice_string(size), UINT64_MAX, &known->size) &&
            dep_hex_parse(dep_slice_string(root), known->root.bytes, DEP_HASH_LEN))
            count++;
    }
    return count;
}

static int verify_against(struct receiving *receiving, const json_t *shown, const json_t *passed_on)
{
    const struct dep_charter *charter = NULL;
    struct dep_node *node = receiving->node;
    size_t room = json_object_size(shown) + json_object_size(passed_on), count = 0;
    DEP_AUTO_FREE struct dep_known_checkpoint *known =
        room ? dep_alloc_array(room, sizeof *known) : NULL;
    if (room && !known)
        return receive_no_memory(receiving);
    int err = dep_node_charter(node, dep_register_count(node->reg), &charter, receiving->problem);
    if (err)
        return err;
    if (known) {
        count = list_known(shown, false, known);
        count += list_known(passed_on, true, known + count);
    }
    struct dep_bag_order order = {.dir = receiving->copy,
                                  .pin = dep_charter_digest(charter)->bytes,
                                  .known = known,
                                  .known_count = count,
                                  .progress = receiving->order->verifying,
                                  .context = receiving->order->context};
    return dep_node_verify_bag(&order, &receiving->bag, receiving->problem);
}

/* The first that made the result what it is. */
static void keep_finding(struct receiving *receiving)
{
    struct dep_verify *verify = dep_bag_verified_verify(receiving->bag);
    struct dep_received *out = receiving->out;
    for (size_t i = 0; !out->finding[0] && i < dep_verify_found_count(verify); i++) {
        const struct dep_verify_found *at = dep_verify_found_at(verify, i);
        if (!at->aside && at->result == out->result && out->result != DEP_INTACT)
            (void)snprintf(out->finding, sizeof out->finding, "%s", at->id);
    }
}

/* What it says of itself. */
static void look_up(struct receiving *receiving)
{
    struct dep_received *out = receiving->out;
    (void)snprintf(out->package, sizeof out->package, "%s", receive_of_package(receiving, "id"));
    (void)snprintf(out->sender, sizeof out->sender, "%s", receive_of_package(receiving, "sender"));
    out->kind = dep_package_kind_parse(dep_slice_string(receive_of_package(receiving, "kind")));
    keep_finding(receiving);
}

int receive_verify(struct receiving *receiving)
{
    DEP_AUTO_JSON *shown = json_object();
    DEP_AUTO_JSON *passed_on = json_object();
    struct known known = {receiving, shown, passed_on};
    struct dep_index_query query = {.type = "foreign.received"};
    if (!shown || !passed_on)
        return receive_no_memory(receiving);
    int err = dep_roll_list(receiving->node, &query, take_known, &known, receiving->problem);
    if (!err)
        err = verify_against(receiving, shown, passed_on);
    if (err)
        return err;
    struct dep_verify *verify = dep_bag_verified_verify(receiving->bag);
    err = dep_verify_account(verify, &receiving->account);
    receiving->out->result = dep_verify_result(verify);
    if (err)
        return receive_no_memory(receiving);
    look_up(receiving);
    return DEP_OK;
}
