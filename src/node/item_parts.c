/*
 * Twice through the manifest: once for the links among what is wanted, whose targets are then
 * wanted too, and once for the lines' tree and the members' places.
 */
#include "node/item_parts.h"

#include "package/parts.h"

#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "doc/format/package.md 6.2";

struct wanted {
    char *path; /* raw bytes, none of them NUL */
    bool found;
};

/* A member's bytes in the container, header and padding included, and its line. */
struct chosen {
    uint64_t index, from, to;
    size_t line_at, line_len; /* in `lines` */
};

struct dep_item_parts {
    struct dep_container *container;
    const struct dep_pack_item_order *order;
    struct wanted *wanted;
    size_t wanted_count, wanted_room, wanted_sorted;
    struct chosen *chosen;
    size_t chosen_count, chosen_room;
    struct dep_buf lines, line,
        tail; /* of the chosen; the one at hand; `proofs` and what follows */
    struct dep_part_tree *tree;
    uint64_t member_end;
    struct dep_problem *problem;
};

static int no_memory(struct dep_problem *problem)
{
    return dep_problem_fault(problem, DEP_ERR_NOMEM, "pack.item.parts", "items");
}

/* ---- what is wanted ---- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct wanted *)a)->path, ((const struct wanted *)b)->path);
}

static int want(struct dep_item_parts *parts, struct dep_slice path)
{
    if (parts->wanted_count == DEP_PACK_PARTS_MAX)
        return dep_problem_fault(parts->problem, DEP_ERR_CAP, "pack.item.parts", "items");
    if (parts->wanted_count == parts->wanted_room) {
        size_t room = parts->wanted_room ? 2 * parts->wanted_room : 64;
        struct wanted *all = dep_realloc_array(parts->wanted, room, sizeof *all);
        if (!all)
            return no_memory(parts->problem);
        parts->wanted = all;
        parts->wanted_room = room;
    }
    char *copy = dep_alloc(path.len + 1);
    if (!copy)
        return no_memory(parts->problem);
    memcpy(copy, path.data, path.len);
    parts->wanted[parts->wanted_count++] = (struct wanted){.path = copy};
    return DEP_OK;
}

/* Sorted, none twice. */
static void settle(struct dep_item_parts *parts)
{
    size_t kept = 0;
    qsort(parts->wanted, parts->wanted_count, sizeof *parts->wanted, by_path);
    for (size_t i = 0; i < parts->wanted_count; i++)
        if (kept && by_path(&parts->wanted[kept - 1], &parts->wanted[i]) == 0)
            free(parts->wanted[i].path);
        else
            parts->wanted[kept++] = parts->wanted[i];
    parts->wanted_count = parts->wanted_sorted = kept;
}

static struct wanted *find(struct dep_item_parts *parts, struct dep_slice path)
{
    size_t from = 0, to = parts->wanted_sorted;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        struct dep_slice here = dep_slice_string(parts->wanted[middle].path);
        size_t common = here.len < path.len ? here.len : path.len;
        int order = memcmp(here.data, path.data, common);
        if (order == 0 && here.len == path.len)
            return &parts->wanted[middle];
        if (order < 0 || (order == 0 && here.len < path.len))
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

static int want_target(void *context, const struct dep_entry *entry, uint64_t index)
{
    struct dep_item_parts *parts = context;
    (void)index;
    bool needed = entry->kind == DEP_ENTRY_HARDLINK && find(parts, entry->path) &&
                  !find(parts, entry->target);
    return needed ? want(parts, entry->target) : DEP_OK;
}

/* ---- what is chosen ---- */

static int choose(struct dep_item_parts *parts, const struct dep_entry *entry,
                  const struct chosen *chosen)
{
    if (entry->kind == DEP_ENTRY_FOLDER || entry->kind == DEP_ENTRY_NOT_TAKEN) {
        const struct wanted *wanted = find(parts, entry->path);
        return dep_problem_found(parts->problem, "pack.part.kind", CLAUSE, wanted->path);
    }
    if (parts->chosen_count == parts->chosen_room) {
        size_t room = parts->chosen_room ? 2 * parts->chosen_room : 64;
        struct chosen *all = dep_realloc_array(parts->chosen, room, sizeof *all);
        if (!all)
            return no_memory(parts->problem);
        parts->chosen = all;
        parts->chosen_room = room;
    }
    struct chosen *kept = &parts->chosen[parts->chosen_count++];
    *kept = *chosen;
    kept->line_at = parts->lines.len;
    kept->line_len = parts->line.len;
    dep_buf_add_slice(&parts->lines, dep_buf_slice(&parts->line));
    return dep_buf_err(&parts->lines)
               ? dep_problem_fault(parts->problem, dep_buf_err(&parts->lines), "pack.item.parts",
                                   "items")
               : DEP_OK;
}

/* The line as it stands: the parser took exactly what the encoder writes. */
static int take_line(void *context, const struct dep_entry *entry, uint64_t index)
{
    struct dep_item_parts *parts = context;
    struct chosen chosen = {.index = index, .from = parts->member_end};
    struct dep_hash leaf;
    dep_buf_clear(&parts->line);
    int err = dep_entry_encode(entry, &parts->line);
    if (!err) {
        dep_entry_leaf(dep_buf_slice(&parts->line), &leaf);
        err = dep_part_tree_add(parts->tree, &leaf);
    }
    if (err)
        return dep_problem_fault(parts->problem, err, "pack.item.parts", "items");
    if (entry->kind != DEP_ENTRY_NOT_TAKEN)
        parts->member_end = entry->offset + entry->stored + dep_tar_padding(entry->stored);
    chosen.to = parts->member_end;
    struct wanted *wanted = find(parts, entry->path);
    if (!wanted)
        return DEP_OK;
    wanted->found = true;
    return choose(parts, entry, &chosen);
}

/* ---- the proofs ---- */

static int add_proofs(struct dep_item_parts *parts, struct dep_buf *text)
{
    struct dep_parts_head head = {.lines = dep_part_tree_count(parts->tree),
                                  .root = parts->order->facts.manifest_root};
    memcpy(head.item, parts->order->item, DEP_UUID_LEN);
    int err = dep_parts_head_encode(&head, text);
    for (size_t i = 0; !err && i < parts->chosen_count; i++) {
        const struct chosen *chosen = &parts->chosen[i];
        struct dep_merkle_proof proof;
        err = dep_part_tree_prove(parts->tree, chosen->index, &proof);
        if (!err)
            err = dep_part_encode(
                chosen->index,
                dep_slice_sub(dep_buf_slice(&parts->lines), chosen->line_at, chosen->line_len),
                &proof, text);
    }
    return err;
}

static int make_tail(struct dep_item_parts *parts)
{
    static const uint8_t zeros[3 * DEP_TAR_BLOCK];
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_PARTS_LEN_MAX);
    int err = add_proofs(parts, &text);
    if (err)
        return err;
    struct dep_tar_member member = {.type = '0',
                                    .path = DEP_SLICE_LITERAL("proofs"),
                                    .size = text.len,
                                    .real_size = text.len,
                                    .mode = 0600};
    err = dep_tar_encode(&member, &parts->tail);
    dep_buf_add_slice(&parts->tail, dep_buf_slice(&text));
    dep_buf_add(&parts->tail, zeros, dep_tar_padding(text.len) + (size_t)2 * DEP_TAR_BLOCK);
    return err ? err : dep_buf_err(&parts->tail);
}

/* ---- the whole ---- */

static int list(struct dep_item_parts *parts, dep_entry_fn *each)
{
    struct dep_problem *problem = parts->problem;
    int err = dep_container_list(parts->container, &parts->order->facts, each, parts,
                                 &problem->finding, &problem->fault);
    if (err == DEP_FOUND && strcmp(problem->finding.id, "container.root") == 0)
        return dep_problem_found(problem, "item.manifest", CLAUSE, parts->order->item);
    if (err == DEP_FOUND && !problem->detail[0])
        return dep_problem_found(problem, problem->finding.id, problem->finding.clause,
                                 parts->order->item);
    return err;
}

static int select_parts(struct dep_item_parts *parts)
{
    const struct dep_pack_item_order *order = parts->order;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < order->part_count; i++)
        err = want(parts, dep_slice_string(order->parts[i]));
    if (!err && order->part_count == 0)
        err = dep_problem_found(parts->problem, "pack.part.none", CLAUSE, order->item);
    if (err)
        return err;
    settle(parts);
    err = list(parts, want_target);
    settle(parts);
    if (!err)
        err = list(parts, take_line);
    for (size_t i = 0; !err && i < parts->wanted_count; i++)
        if (!parts->wanted[i].found)
            err = dep_problem_found(parts->problem, "pack.part.absent", CLAUSE,
                                    parts->wanted[i].path);
    if (err)
        return err;
    err = make_tail(parts);
    return err ? dep_problem_fault(parts->problem, err, "pack.item.parts", "items") : DEP_OK;
}

int dep_item_parts_new(struct dep_container *container, const struct dep_pack_item_order *order,
                       struct dep_item_parts **out, struct dep_problem *problem)
{
    struct dep_item_parts *parts = dep_alloc(sizeof *parts);
    if (!parts)
        return no_memory(problem);
    parts->container = container;
    parts->order = order;
    parts->problem = problem;
    problem->detail[0] = 0;
    dep_buf_init(&parts->lines, DEP_PARTS_LEN_MAX);
    dep_buf_init(&parts->line, DEP_MANIFEST_LINE_MAX);
    dep_buf_init(&parts->tail, (size_t)DEP_PARTS_LEN_MAX + (size_t)DEP_TAR_PAX_MAX);
    int err = dep_part_tree_new(&parts->tree) ? no_memory(problem) : select_parts(parts);
    if (err) {
        dep_item_parts_free(parts);
        return err;
    }
    *out = parts;
    return DEP_OK;
}

void dep_item_parts_free(struct dep_item_parts *parts)
{
    if (!parts)
        return;
    for (size_t i = 0; i < parts->wanted_count; i++)
        free(parts->wanted[i].path);
    free(parts->wanted);
    free(parts->chosen);
    dep_buf_done(&parts->lines);
    dep_buf_done(&parts->line);
    dep_buf_done(&parts->tail);
    dep_part_tree_free(parts->tree);
    free(parts);
}

uint64_t dep_item_parts_len(const struct dep_item_parts *parts)
{
    uint64_t len = parts->tail.len;
    for (size_t i = 0; i < parts->chosen_count; i++)
        len += parts->chosen[i].to - parts->chosen[i].from;
    return len;
}

/* ---- sealing ---- */

enum { CHUNKS = 16 };
struct sealing {
    struct dep_item_parts *parts;
    struct dep_item_out *item_out;
    struct dep_age_stream *stream;
    uint64_t chunk, left; /* of the tar, not sealed yet */
    size_t used;
    uint8_t plain[CHUNKS * DEP_AGE_CHUNK], sealed[CHUNKS * DEP_AGE_CHUNK_SEALED];
};

static int seal_some(struct sealing *sealing)
{
    struct dep_problem *problem = sealing->parts->problem;
    size_t sealed = 0;
    for (size_t at = 0, len; at < sealing->used; at += len) {
        len = sealing->used - at < DEP_AGE_CHUNK ? sealing->used - at : DEP_AGE_CHUNK;
        sealing->left -= len;
        int err = dep_age_chunk_seal(sealing->stream, sealing->chunk++, sealing->left == 0,
                                     sealing->plain + at, len, sealing->sealed + sealed);
        if (err)
            return dep_problem_fault(problem, err, "pack.item.seal", "items");
        sealed += len + DEP_AEAD_TAG_LEN;
    }
    const struct dep_pack_item_order *order = sealing->parts->order;
    struct dep_seal_progress state = {.bytes_total = dep_item_parts_len(sealing->parts)};
    state.bytes_done = state.bytes_total - sealing->left;
    struct dep_slice piece = dep_slice_of(sealing->sealed, sealed);
    sealing->used = 0;
    int err = dep_item_out_add(sealing->item_out, piece, piece, &problem->fault);
    return !err && order->progress && !order->progress(order->context, &state)
               ? dep_problem_fault(problem, DEP_ERR_STOPPED, "pack.item.stopped", "items")
               : err;
}

static int seal_piece(void *context, struct dep_slice piece)
{
    struct sealing *sealing = context;
    int err = DEP_OK;
    while (!err && piece.len) {
        size_t room = sizeof sealing->plain - sealing->used;
        size_t take = piece.len < room ? piece.len : room;
        memcpy(sealing->plain + sealing->used, piece.data, take);
        sealing->used += take;
        piece = dep_slice_sub(piece, take, piece.len - take);
        if (take == room)
            err = seal_some(sealing);
    }
    return err;
}

static int seal_all(struct sealing *sealing)
{
    struct dep_item_parts *parts = sealing->parts;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < parts->chosen_count; i++)
        err = dep_container_read(parts->container, parts->chosen[i].from,
                                 parts->chosen[i].to - parts->chosen[i].from, seal_piece, sealing,
                                 &parts->problem->finding, &parts->problem->fault);
    if (err == DEP_FOUND)
        return dep_problem_found(parts->problem, parts->problem->finding.id,
                                 parts->problem->finding.clause, parts->order->item);
    if (!err)
        err = seal_piece(sealing, dep_buf_slice(&parts->tail));
    return !err && sealing->used ? seal_some(sealing) : err;
}

int dep_item_parts_seal(struct dep_item_parts *parts, const uint8_t file_key[DEP_AGE_FILE_KEY_LEN],
                        struct dep_slice header, struct dep_item_out *item_out,
                        struct dep_problem *problem)
{
    uint8_t nonce[DEP_AGE_NONCE_LEN];
    struct sealing *sealing = dep_alloc(sizeof *sealing);
    if (!sealing)
        return no_memory(problem);
    parts->problem = problem;
    sealing->parts = parts;
    sealing->item_out = item_out;
    sealing->left = dep_item_parts_len(parts);
    parts->order->random(nonce, sizeof nonce);
    int err = dep_age_stream_new(file_key, nonce, &sealing->stream);
    err = err ? dep_problem_fault(problem, err, "pack.item.seal", "items")
              : dep_item_out_add(item_out, header, dep_slice_of(NULL, 0), &problem->fault);
    if (!err)
        err = dep_item_out_add(item_out, dep_slice_of(nonce, sizeof nonce),
                               dep_slice_of(nonce, sizeof nonce), &problem->fault);
    if (!err)
        err = seal_all(sealing);
    dep_age_stream_free(sealing->stream);
    dep_wipe(sealing->plain, sizeof sealing->plain);
    free(sealing);
    return err;
}
