/*
 * The whole register of a field kit: its log, its containers as they are (they open with the vault
 * of its home), and its protected fields as they are (they open with the roles of its home). The
 * kit reads none of them.
 */
#include "node/evidence.h"
#include "node/pack_impl.h"
#include "store/vault_file.h"

#include <stdio.h>
#include <string.h>

/* ---- the plan ---- */

/* Key and status records have no line. What is local goes too: the kit's home is where it
 * belongs. */
static bool has_line(const struct dep_schema *schema)
{
    return strncmp(schema->type, "key.", strlen("key.")) != 0 &&
           strcmp(schema->type, "status.issued") != 0;
}

static bool is_first(const char *type)
{
    return strcmp(type, "evidence.collected") == 0 || strcmp(type, "evidence.intake") == 0;
}

static int add_kit_item(struct dep_pack *pack, const struct dep_index_row *row)
{
    DEP_AUTO_ITEM item = {.item = ""};
    if (!row->item[0] || !is_first(row->type))
        return DEP_OK;
    /* What was disposed of has its records only. */
    int err = dep_node_item_facts(pack->node, row->item, false, &item, pack->problem);
    return err || item.disposed ? err : pack_add_item(pack, row->item, &row->sha256, NULL);
}

static int add_kit_row(void *context, const struct dep_index_row *row)
{
    struct dep_pack *pack = context;
    const struct dep_schema *schema = dep_schemas_find(pack->node->schemas, row->type, 0);
    if (!schema)
        return dep_problem_fault(pack->problem, DEP_ERR_CORRUPT, "node.pack", row->type);
    if (row->index >= pack->size || !has_line(schema))
        return DEP_OK;
    struct pack_entry entry = {
        .index = row->index, .sha256 = row->sha256, .schema = schema, .record = row->record};
    (void)snprintf(entry.jti, sizeof entry.jti, "%s", row->jti);
    int err = pack_insert(pack, &entry);
    return err ? err : add_kit_item(pack, row);
}

int pack_register(struct dep_pack *pack)
{
    const struct dep_index_query all = {.limit = 0};
    if (!dep_register_info(pack->node->reg)->field)
        return pack_found(pack, "pack.register", pack->node->dir);
    int err = pack_recipient(pack, pack->order.recipient);
    return err ? err : dep_roll_list(pack->node, &all, add_kit_row, pack, pack->problem);
}

/* ---- its containers ---- */

struct copying {
    struct dep_pack *pack;
    const struct dep_pack_how *how;
    struct dep_bag_writer *bag;
    struct pack_item *item;
    uint64_t piece_len; /* 0: one file */
    uint64_t done, in_piece;
    uint64_t payload_from;
    size_t pieces;
    struct dep_sha256_stream payload;
};

static int open_piece(struct copying *copying)
{
    char path[DEP_PACKED_PATH_LEN + 8];
    const struct dep_packed_item *packed = &copying->item->packed;
    (void)snprintf(path, sizeof path, copying->piece_len ? "%s.%03zu" : "%s", packed->path,
                   copying->pieces);
    copying->pieces++;
    copying->in_piece = 0;
    return dep_bag_writer_open(copying->bag, path, &copying->pack->problem->fault);
}

static int close_piece(struct copying *copying)
{
    return dep_bag_writer_close(copying->bag, NULL, &copying->pack->problem->fault);
}

static int copy_bytes(struct copying *copying, struct dep_slice bytes)
{
    while (bytes.len) {
        uint64_t room = copying->piece_len ? copying->piece_len - copying->in_piece : bytes.len;
        if (room == 0) {
            int err = close_piece(copying);
            if (!err)
                err = open_piece(copying);
            if (err)
                return err;
            continue;
        }
        size_t len = bytes.len < room ? bytes.len : (size_t)room;
        int err = dep_bag_writer_add(copying->bag, dep_slice_sub(bytes, 0, len),
                                     &copying->pack->problem->fault);
        if (err)
            return err;
        copying->in_piece += len;
        bytes = dep_slice_sub(bytes, len, bytes.len - len);
    }
    return DEP_OK;
}

/* What follows the header is what the record has the digest of. */
static int take_piece(struct copying *copying, struct dep_slice bytes)
{
    size_t header = 0;
    if (copying->done == 0) {
        if (dep_age_header_len(bytes, &header, &copying->pack->problem->finding))
            return pack_found(copying->pack, "item.payload", copying->item->item);
        copying->payload_from = header;
    }
    dep_sha256_add(&copying->payload, bytes.data + header, bytes.len - header);
    copying->done += bytes.len;
    return copy_bytes(copying, bytes);
}

static int copy_all(struct copying *copying, struct dep_vault_reader *reader)
{
    struct dep_fault *fault = &copying->pack->problem->fault;
    struct dep_slice bytes;
    int err = open_piece(copying);
    while (!err && !(err = dep_vault_reader_next(reader, &bytes, fault)) && bytes.len) {
        const struct dep_seal_progress now = {.bytes_done = copying->done,
                                              .bytes_total = copying->item->container_len};
        err = take_piece(copying, bytes);
        if (!err && copying->how->item_progress &&
            !copying->how->item_progress(copying->how->context, &now))
            err = dep_problem_fault(copying->pack->problem, DEP_ERR_STOPPED, "node.pack",
                                    copying->item->item);
    }
    return err ? err : close_piece(copying);
}

static int copy_item(struct copying *copying)
{
    struct dep_pack *pack = copying->pack;
    struct pack_item *item = copying->item;
    DEP_AUTO_FD fd = -1;
    uint64_t len;
    struct dep_vault_reader *reader = NULL;
    struct dep_hash payload;
    int err = dep_vault_open(dep_register_dir_fd(pack->node->reg), item->item, &fd, &len,
                             &pack->problem->fault);
    if (!err)
        err = dep_vault_reader_new(fd, 0, false, &reader, &pack->problem->fault);
    if (err)
        return err;
    (void)snprintf(item->packed.path, sizeof item->packed.path, "items/%s/container.tar.age",
                   item->item);
    dep_sha256_start(&copying->payload);
    err = copy_all(copying, reader);
    dep_vault_reader_free(reader);
    dep_sha256_finish(&copying->payload, &payload);
    if (err)
        return err;
    if (!dep_hash_equal(&payload, &item->facts.payload_sha256))
        return pack_found(pack, "item.payload", item->item);
    item->opens = DEP_OPENS_RECIPIENT;
    item->packed.bytes = copying->done;
    item->packed.payload_sha256 = payload;
    item->packed.file_count = copying->pieces;
    return DEP_OK;
}

/* ---- its protected fields ---- */

struct secrets {
    struct dep_pack *pack;
    struct dep_bag_writer *bag;
};

static int copy_secret(void *context, uint64_t index, struct dep_slice line)
{
    struct secrets *secrets = context;
    struct dep_fault *fault = &secrets->pack->problem->fault;
    if (index != UINT64_MAX && index >= secrets->pack->size)
        return DEP_OK;
    int err = dep_bag_writer_add(secrets->bag, line, fault);
    return err ? err : dep_bag_writer_add(secrets->bag, DEP_SLICE_LITERAL("\n"), fault);
}

static int copy_secrets(struct secrets *secrets, enum dep_secret_kind kind)
{
    struct dep_pack *pack = secrets->pack;
    struct dep_fault *fault = &pack->problem->fault;
    struct pack_file *file = &pack->files[kind];
    file->path = kind == DEP_SECRET_PRIVATE ? "secrets/private" : "secrets/keyring";
    int err = dep_bag_writer_open(secrets->bag, file->path, fault);
    if (!err)
        err = dep_register_walk_secret_lines(pack->node->reg, kind, copy_secret, secrets, fault);
    return err ? err : dep_bag_writer_close(secrets->bag, &file->sha256, fault);
}

int pack_kit_write(struct dep_pack *pack, const struct dep_pack_how *how, uint64_t piece_len,
                   struct dep_bag_writer *bag)
{
    struct secrets secrets = {pack, bag};
    int err = DEP_OK;
    for (size_t i = 0; !err && i < pack->item_count; i++) {
        struct copying copying = {.pack = pack, .how = how, .bag = bag, .item = &pack->items[i]};
        copying.piece_len = pack->items[i].container_len > piece_len ? piece_len : 0;
        err = copy_item(&copying);
    }
    if (!err)
        err = copy_secrets(&secrets, DEP_SECRET_KEYRING);
    return err ? err : copy_secrets(&secrets, DEP_SECRET_PRIVATE);
}
