/*
 * An item as its records tell it: the first record, what corrected it, and the state its custody
 * events leave it in.
 */
#include "node/custody.h"
#include "node/handed.h"

#include <stdio.h>
#include <string.h>

void dep_item_done(struct dep_item *item)
{
    dep_view_done(&item->first);
}

/* ---- one event's effect: a pure fold over the records in order ---- */

static const char *state_after(const char *type)
{
    static const struct {
        const char *type, *state;
    } table[] = {
        {"custody.disposed", "disposed"},
        {"custody.found", "in_custody"},
        {"custody.lost", "lost"},
        {"custody.received", "in_custody"},
        {"custody.returned", "returned"},
        {"custody.split", "split"},
        {"custody.transferred", "sent_not_received"},
    };
    for (size_t i = 0; i < DEP_COUNT(table); i++)
        if (strcmp(table[i].type, type) == 0)
            return table[i].state;
    return NULL;
}

/* A correction takes the place of what it corrects: the effect stays where that stood, and the
 * correction has none of its own. */
struct fold {
    struct dep_node *node;
    struct dep_item *item;
    struct dep_index_row first;
    bool has_first;
    bool handed;                /* by a field kit */
    bool moved;                 /* its custody was told of here since */
    struct dep_buf corrections; /* ids, each with its NUL */
    struct dep_problem *problem;
};

enum { CORRECTIONS_LEN_MAX = 64 * 1024 * 1024 };

static int note_correction(void *context, const struct dep_index_row *row)
{
    struct fold *fold = context;
    dep_buf_add(&fold->corrections, row->jti, sizeof row->jti);
    return dep_buf_err(&fold->corrections);
}

static bool is_correction(const struct fold *fold, const char *jti)
{
    for (size_t at = 0; at < fold->corrections.len; at += DEP_UUID_LEN + 1)
        if (strcmp((const char *)fold->corrections.data + at, jti) == 0)
            return true;
    return false;
}

static bool is_first_record(const char *type)
{
    return strcmp(type, "evidence.collected") == 0 || strcmp(type, "evidence.intake") == 0;
}

/* Who takes an item in, receives it or finds it signs for having it; a transfer that isn't received
 * leaves it with who had it. */
static void note_holder(const struct fold *fold, const struct dep_index_row *row, const char *state)
{
    struct dep_item *item = fold->item;
    bool first = is_first_record(row->type) && !item->since_s;
    if (first)
        item->since_s = row->iat;
    if (first || (state && strcmp(state, "in_custody") == 0))
        (void)snprintf(item->holder, sizeof item->holder, "%s",
                       dep_sight_sees(fold->node, row) ? row->by_code : "");
}

static void set_state(struct dep_item *item, const char *state, int64_t since_s)
{
    if (!state)
        return;
    (void)snprintf(item->state, sizeof item->state, "%s", state);
    item->since_s = since_s;
    item->disposed = strcmp(item->state, "disposed") == 0;
    item->lost = strcmp(item->state, "lost") == 0;
}

/* What a field kit recorded has here the effect that it had there. Who holds the item is for an
 * officer of this register to sign. */
static int fold_handed(struct fold *fold, const struct dep_index_row *row)
{
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(fold->node, row, false, &view, fold->problem);
    if (err)
        return err;
    const char *type = dep_handed_of(&view).type;
    fold->handed = true;
    if (strcmp(type, "evidence.error") == 0)
        fold->item->in_error = fold->item->restricted = true;
    if (!dep_handed_links(&view, "supersedes", NULL))
        set_state(fold->item, state_after(type), row->iat);
    return DEP_OK;
}

static int fold_row(void *context, const struct dep_index_row *row)
{
    struct fold *fold = context;
    struct dep_item *item = fold->item;
    item->event_count += dep_sight_sees(fold->node, row);
    item->newest = row->index;
    if (dep_handed_is(row->type))
        return fold_handed(fold, row);
    if (is_first_record(row->type)) {
        /* A correction is a record of the same type that supersedes: the newest one speaks. */
        fold->first = *row;
        fold->has_first = true;
    } else if (strcmp(row->type, "evidence.error") == 0) {
        item->in_error = true;
        item->restricted = true;
    }
    /* No other foreign.record names an item. */
    item->withdrawn = item->withdrawn || strcmp(row->type, "foreign.record") == 0;
    const char *state = is_correction(fold, row->jti) ? NULL : state_after(row->type);
    set_state(item, state, row->iat);
    fold->moved = fold->moved || state;
    note_holder(fold, row, state);
    if (!row->superseded)
        return DEP_OK;
    struct dep_index_query corrected = {
        .type = row->type, .item = row->item, .ref = row->jti, .rel = "supersedes"};
    return dep_roll_list(fold->node, &corrected, note_correction, fold, fold->problem);
}

static int fold_rows(struct dep_node *node, const char *id, struct dep_item *item,
                     struct dep_index_row *out_first, struct dep_problem *problem)
{
    struct fold fold = {.node = node, .item = item, .problem = problem};
    dep_buf_init(&fold.corrections, CORRECTIONS_LEN_MAX);
    struct dep_index_query query = {.item = id};
    struct dep_holds holds = {.count = 0};
    int err = dep_roll_list(node, &query, fold_row, &fold, problem);
    if (!err)
        err = dep_node_holds(node, id, NULL, &holds, problem);
    item->on_hold = holds.count > 0;
    dep_buf_done(&fold.corrections);
    item->awaited = fold.handed && !fold.moved;
    if (!err && !(fold.has_first && dep_sight_sees(node, &fold.first)))
        return dep_problem_found(problem, "item.absent", "doc/format/record.md", id);
    *out_first = fold.first;
    return err;
}

static bool claim_hash(const json_t *claims, const char *name, struct dep_hash *out)
{
    const char *hex = dep_json_string(claims, name);
    return hex && dep_hex_parse(dep_slice_string(hex), out->bytes, DEP_HASH_LEN);
}

static void take_facts(struct dep_item *item)
{
    const json_t *claims = item->first.claims;
    int64_t offset, len;
    item->facts.has_payload = claim_hash(claims, "payload_sha256", &item->facts.payload_sha256);
    item->facts.has_root = claim_hash(claims, "manifest_root", &item->facts.manifest_root);
    item->facts.has_manifest = dep_json_int(claims, "manifest_offset", &offset) &&
                               dep_json_int(claims, "manifest_len", &len) && offset >= 0 &&
                               len >= 0;
    if (item->facts.has_manifest) {
        item->facts.manifest_offset = (uint64_t)offset;
        item->facts.manifest_len = (uint64_t)len;
    }
    item->has_container = item->facts.has_payload;
    item->restricted = item->restricted || dep_json_true(claims, "restricted");
    /* A container came with the register; a thing has to be handed over, and signed for. */
    item->awaited = item->awaited && !item->has_container && strcmp(item->state, "in_custody") == 0;
    if (item->awaited)
        set_state(item, "sent_not_received", item->since_s);
}

/* How its first record is viewed: for showing, or for the program's own use. */
typedef int view_fn(struct dep_node *node, const struct dep_index_row *row, bool unlock,
                    struct dep_view *out, struct dep_problem *problem);

static int load_item(struct dep_node *node, const char *id, view_fn *view, bool unlock,
                     struct dep_item *out, struct dep_problem *problem)
{
    struct dep_item item = {.state = "in_custody"};
    (void)snprintf(item.item, sizeof item.item, "%s", id);
    struct dep_index_row first;
    int err = fold_rows(node, id, &item, &first, problem);
    if (err)
        return err;
    err = view(node, &first, unlock, &item.first, problem);
    if (err)
        return err;
    take_facts(&item);
    *out = item;
    return DEP_OK;
}

/* ---- finding an item by what a person has at hand ---- */

struct match {
    char item[DEP_UUID_LEN + 1];
    size_t count;
};

static int match_row(void *context, const struct dep_index_row *row)
{
    struct match *match = context;
    if (!row->item[0] || strcmp(match->item, row->item) == 0)
        return DEP_OK;
    (void)snprintf(match->item, sizeof match->item, "%s", row->item);
    match->count++;
    return DEP_OK;
}

static int match_by(struct dep_node *node, const char *name, struct match *out,
                    struct dep_problem *problem)
{
    /* Item id or a prefix of it. */
    struct dep_index_query beginning = {.type = "evidence.", .item_begins = name};
    int err =
        strlen(name) >= 8 ? dep_sight_list(node, &beginning, match_row, out, problem) : DEP_OK;
    if (err || out->count)
        return err;
    /* Exhibit number. */
    struct dep_index_query exhibit = {.field = "exhibit", .value = name};
    err = dep_node_list(node, &exhibit, match_row, out, problem);
    if (err || out->count)
        return err;
    /* Record id. */
    struct dep_index_row row;
    err = dep_node_find(node, name, &row, problem);
    if (!err)
        return match_row(out, &row);
    return err < 0 ? err : DEP_OK;
}

static int find_item(struct dep_node *node, const char *name, view_fn *view, bool unlock,
                     struct dep_item *out, struct dep_problem *problem)
{
    struct match match = {.count = 0};
    int err = match_by(node, name, &match, problem);
    if (err)
        return err;
    if (match.count != 1)
        return dep_problem_found(problem,
                                 match.count                           ? "item.ambiguous"
                                 : dep_register_info(node->reg)->field ? "item.absent.field"
                                                                       : "item.absent",
                                 "doc/format/record.md", name);
    return load_item(node, match.item, view, unlock, out, problem);
}

int dep_node_item(struct dep_node *node, const char *name, bool unlock, struct dep_item *out,
                  struct dep_problem *problem)
{
    return find_item(node, name, dep_node_view_seen, unlock, out, problem);
}

int dep_node_item_facts(struct dep_node *node, const char *name, bool unlock, struct dep_item *out,
                        struct dep_problem *problem)
{
    return find_item(node, name, dep_node_view_row, unlock, out, problem);
}

struct items_work {
    struct dep_node *node;
    bool unlock;
    dep_item_fn *each;
    void *context;
    struct dep_problem *problem;
};

static int each_first(void *context, const struct dep_index_row *row)
{
    struct items_work *work = context;
    if (!is_first_record(row->type) || row->superseded)
        return DEP_OK;
    DEP_AUTO_ITEM item = {.item = ""};
    int err =
        load_item(work->node, row->item, dep_node_view_seen, work->unlock, &item, work->problem);
    return err ? err : work->each(work->context, &item);
}

static int list_items(struct dep_node *node, bool unlock, bool newest_first, dep_item_fn *each,
                      void *context, struct dep_problem *problem)
{
    struct items_work work = {node, unlock, each, context, problem};
    struct dep_index_query query = {.type = "evidence.", .newest_first = newest_first};
    return dep_sight_list(node, &query, each_first, &work, problem);
}

int dep_node_items(struct dep_node *node, bool unlock, dep_item_fn *each, void *context,
                   struct dep_problem *problem)
{
    return list_items(node, unlock, false, each, context, problem);
}

int dep_node_items_newest(struct dep_node *node, bool unlock, dep_item_fn *each, void *context,
                          struct dep_problem *problem)
{
    return list_items(node, unlock, true, each, context, problem);
}

struct events_work {
    struct dep_node *node;
    bool unlock;
    dep_view_fn *each;
    void *context;
    struct dep_problem *problem;
};

static int each_event(void *context, const struct dep_index_row *row)
{
    struct events_work *work = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_seen(work->node, row, work->unlock, &view, work->problem);
    return err ? err : work->each(work->context, &view);
}

int dep_node_item_events(struct dep_node *node, const char *item, bool unlock, dep_view_fn *each,
                         void *context, struct dep_problem *problem)
{
    struct events_work work = {node, unlock, each, context, problem};
    struct dep_index_query query = {.item = item};
    return dep_sight_list(node, &query, each_event, &work, problem);
}
