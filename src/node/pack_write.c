/*
 * The payload of a package: charter/, logs/000/ and content.jsonl, once package.sent is committed
 * and a checkpoint covers it.
 */
#include "log/subset.h"
#include "node/charter_impl.h"
#include "node/pack_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 160 };
static const char LOG[] = "logs/000/";

struct writing {
    struct dep_pack *pack;
    const struct dep_pack_how *how;
    struct dep_bag_writer *bag;
    struct dep_hash head; /* of package.sent */
    struct dep_buf note;
    struct dep_checkpoint checkpoint; /* borrows from `note` */
    struct pack_entry *entries;       /* all of records.jsonl, index ascending */
    size_t count, room;
    uint64_t listing; /* index of the status of consents that goes; 0: none does */
};

static int put(struct writing *writing, const char *path, struct dep_slice bytes)
{
    return dep_bag_writer_put(writing->bag, path, bytes, &writing->pack->problem->fault);
}

static int fault(struct writing *writing, int err, const char *where)
{
    return dep_problem_fault(writing->pack->problem, err < 0 ? err : DEP_ERR_CORRUPT, "node.pack",
                             where);
}

/* ---- charter/ ---- */

static int put_charter(struct writing *writing, const struct dep_charter_link *link)
{
    char path[PATH_ROOM];
    long long number = (long long)dep_charter_number(link->charter);
    struct dep_problem *problem = writing->pack->problem;
    DEP_AUTO_BUF text, adoptions;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    dep_buf_init(&adoptions, DEP_ADOPTIONS_LEN_MAX);
    int err = dep_charter_text_load(dep_register_dir_fd(writing->pack->node->reg),
                                    dep_charter_digest(link->charter), &text, problem);
    if (err)
        return err;
    for (size_t i = 0; i < link->adoption_count; i++) {
        dep_buf_add_slice(&adoptions, link->adoptions[i].jwt);
        dep_buf_add_byte(&adoptions, '\n');
    }
    if (dep_buf_err(&adoptions))
        return fault(writing, dep_buf_err(&adoptions), "charter");
    (void)snprintf(path, sizeof path, "charter/%06lld.json", number);
    err = put(writing, path, dep_buf_slice(&text));
    (void)snprintf(path, sizeof path, "charter/%06lld.adoptions", number);
    return err ? err : put(writing, path, dep_buf_slice(&adoptions));
}

/* All from the first on: whoever reads it may have got an early one by another way. */
static int put_charters(struct writing *writing)
{
    struct dep_charter_line line = {.count = 0};
    int err = dep_charter_line_load(dep_register_dir_fd(writing->pack->node->reg),
                                    dep_charter_digest(writing->pack->charter), &line,
                                    writing->pack->problem);
    for (size_t i = 0; !err && i < line.count; i++)
        err = put_charter(writing, &line.links[i]);
    dep_charter_line_done(&line);
    return err;
}

/* ---- which records ---- */

static int add_entry(struct writing *writing, const struct pack_entry *entry)
{
    if (writing->count == writing->room) {
        size_t room = writing->room ? 2 * writing->room : writing->pack->count + 64;
        struct pack_entry *grown = dep_realloc_array(writing->entries, room, sizeof *grown);
        if (!grown)
            return pack_no_memory(writing->pack);
        writing->entries = grown;
        writing->room = room;
    }
    writing->entries[writing->count++] = *entry;
    return DEP_OK;
}

/* Those that stand in no line of content.jsonl: `whole` where this officer can read it. */
static int add_row(struct writing *writing, const struct dep_index_row *row, bool whole)
{
    struct dep_pack *pack = writing->pack;
    DEP_AUTO_VIEW view = {.claims = NULL};
    if (row->index >= writing->checkpoint.size)
        return DEP_OK;
    int err = dep_node_view_row(pack->node, row, whole, &view, pack->problem);
    if (err)
        return err;
    int64_t version = 0;
    (void)dep_json_int(view.claims, "v", &version);
    struct pack_entry entry = {.index = row->index,
                               .sha256 = row->sha256,
                               .schema =
                                   dep_schemas_find(pack->node->schemas, row->type, (int)version),
                               .record = row->record,
                               .secret = view.row.secret,
                               .keyring = view.row.keyring};
    if (!entry.schema)
        return fault(writing, DEP_ERR_CORRUPT, row->jti);
    (void)snprintf(entry.jti, sizeof entry.jti, "%s", row->jti);
    bool head = dep_hash_equal(&row->sha256, &writing->head);
    if (whole && (view.readable || (head && pack->head_disclosures.len)))
        entry.shown = pack_protected(entry.schema);
    return add_entry(writing, &entry);
}

/* Signatures are judged by keys, not by who holds them: the holder's name stays here, and who
 * shared the key of a role with whom. */
static int add_key(void *context, const struct dep_index_row *row)
{
    return strcmp(row->type, "key.shared") == 0 ? DEP_OK : add_row(context, row, false);
}

static int add_status(void *context, const struct dep_index_row *row)
{
    return add_row(context, row, true);
}

static int list(struct writing *writing, const struct dep_index_query *query, dep_index_fn *each)
{
    return dep_roll_list(writing->pack->node, query, each, writing, writing->pack->problem);
}

struct newest {
    struct writing *writing;
    const char *of;
    struct dep_index_row row; /* jti "" where there is none */
};

static int look_at_status(void *context, const struct dep_index_row *row)
{
    struct newest *newest = context;
    const struct dep_pack *pack = newest->writing->pack;
    DEP_AUTO_VIEW view = {.claims = NULL};
    int err = dep_node_view_row(pack->node, row, false, &view, pack->problem);
    const char *of = err ? NULL : dep_json_string(view.claims, "of");
    if (!of || strcmp(of, newest->of) != 0)
        return err;
    newest->row = *row;
    return DEP_FOUND;
}

static int newest_status(struct writing *writing, const char *of, struct dep_index_row *out)
{
    struct newest newest = {writing, of, {.jti = ""}};
    const struct dep_index_query query = {.type = "status.issued", .newest_first = true};
    int err =
        dep_roll_list(writing->pack->node, &query, look_at_status, &newest, writing->pack->problem);
    *out = newest.row;
    return err == DEP_FOUND ? DEP_OK : err;
}

static int add_keys_status(struct writing *writing)
{
    struct dep_index_row row;
    int err = newest_status(writing, "keys", &row);
    return err || !row.jti[0] ? err : add_status(writing, &row);
}

/* Without proofs it would say of each consent that it isn't in force. */
static int add_consents_status(struct writing *writing)
{
    struct dep_index_row row;
    int err = newest_status(writing, "consents", &row);
    if (err || !row.jti[0])
        return err;
    err = pack_listed_load(writing->pack, &row);
    if (err)
        return err == DEP_FOUND ? DEP_OK : err;
    writing->listing = row.index;
    return add_status(writing, &row);
}

/* Of a whole register all. */
static int add_statuses(struct writing *writing)
{
    const struct dep_pack *pack = writing->pack;
    const struct dep_index_query all = {.type = "status.issued"};
    if (pack->kind == DEP_PACKAGE_REGISTER)
        return list(writing, &all, add_status);
    int err = add_keys_status(writing);
    return err || !pack->needs_consents ? err : add_consents_status(writing);
}

static int add_head(struct writing *writing, const struct dep_done *head)
{
    struct dep_index_row row;
    int err = dep_roll_find(writing->pack->node, head->jti, &row, writing->pack->problem);
    return err ? err : add_row(writing, &row, true);
}

static int by_index(const void *a, const void *b)
{
    const struct pack_entry *one = a, *other = b;
    return (one->index > other->index) - (one->index < other->index);
}

static int collect_entries(struct writing *writing, const struct dep_done *head)
{
    struct dep_pack *pack = writing->pack;
    const struct dep_index_query keys = {.type = "key."};
    int err = DEP_OK;
    for (size_t i = 0; !err && i < pack->count; i++)
        err = add_entry(writing, &pack->entries[i]);
    if (!err)
        err = list(writing, &keys, add_key);
    if (!err)
        err = add_statuses(writing);
    if (!err)
        err = add_head(writing, head);
    if (err)
        return err;
    qsort(writing->entries, writing->count, sizeof *writing->entries, by_index);
    size_t kept = 0;
    for (size_t i = 0; i < writing->count; i++)
        if (!kept || writing->entries[i].index != writing->entries[kept - 1].index)
            writing->entries[kept++] = writing->entries[i];
    writing->count = kept;
    return DEP_OK;
}

static int put_records(const struct writing *writing)
{
    const struct pack_lines lines = {.pack = writing->pack,
                                     .how = writing->how,
                                     .bag = writing->bag,
                                     .head = &writing->head,
                                     .entries = writing->entries,
                                     .count = writing->count};
    return pack_put_records(&lines);
}

/* ---- tiles, checkpoint ---- */

static int put_tile(void *context, const struct dep_tile_id *tile)
{
    struct writing *writing = context;
    uint8_t hashes[DEP_TILE_LEN];
    char path[PATH_ROOM], name[DEP_TILE_PATH_MAX];
    dep_tile_path(tile, name);
    (void)snprintf(path, sizeof path, "%s%s", LOG, name);
    int err = dep_register_tile_read(writing->pack->node->reg, tile, hashes);
    return err ? fault(writing, err, name)
               : put(writing, path, dep_slice_of(hashes, tile->width * (size_t)DEP_HASH_LEN));
}

static int put_tiles(struct writing *writing)
{
    uint64_t *indices = dep_alloc_array(writing->count + 1, sizeof *indices);
    if (!indices)
        return pack_no_memory(writing->pack);
    for (size_t i = 0; i < writing->count; i++)
        indices[i] = writing->entries[i].index;
    int err =
        dep_subset_tiles(indices, writing->count, writing->checkpoint.size, put_tile, writing);
    free(indices);
    return err;
}

/* ---- all of it ---- */

static int load_checkpoint(struct writing *writing)
{
    struct dep_problem *problem = writing->pack->problem;
    struct dep_slice note;
    int err = dep_register_checkpoint(writing->pack->node->reg, &note, &writing->checkpoint,
                                      &problem->fault);
    if (err)
        return err;
    dep_buf_add_slice(&writing->note, note);
    return dep_buf_err(&writing->note) ? pack_no_memory(writing->pack) : DEP_OK;
}

int pack_write(struct dep_pack *pack, const struct dep_done *head, const struct dep_pack_how *how,
               struct dep_bag_writer *bag, struct dep_packed *out)
{
    struct writing writing = {.pack = pack, .how = how, .bag = bag, .head = head->sha256};
    dep_buf_init(&writing.note, DEP_NOTE_LEN_MAX);
    int err = load_checkpoint(&writing);
    if (!err && pack->content.len) /* a receipt or a notice has none */
        err = put(&writing, "content.jsonl", dep_buf_slice(&pack->content));
    if (!err)
        err = put_charters(&writing);
    if (!err)
        err = collect_entries(&writing, head);
    if (!err)
        err = put_records(&writing);
    if (!err && writing.listing)
        err = pack_put_listed(pack, writing.listing, bag);
    if (!err)
        err = put_tiles(&writing);
    if (!err)
        err = pack_put_checkpoint(pack, bag, &writing.checkpoint, dep_buf_slice(&writing.note));
    if (!err)
        err = pack_foreign_write(pack, bag);
    if (!err) {
        out->size = writing.checkpoint.size;
        out->records = writing.count;
    }
    free(writing.entries);
    dep_buf_done(&writing.note);
    return err;
}
