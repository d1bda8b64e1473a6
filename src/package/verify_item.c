/*
 * Step 6, items: their containers are there, piece by piece, with nothing beside them, and are
 * those that their records committed to.
 */
#include "package/verify_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char CLAUSE[] = "package.md 6", FILES[] = "package.md 3";
enum { PATH_LEN = DEP_PACKAGE_PATH_MAX + 16 };

static int wrong(struct dep_verify *verify, const char *id, const struct verify_item *item,
                 const char *path)
{
    return dep_step_find(verify, &(struct dep_verify_found){.id = id,
                                                            .clause = CLAUSE,
                                                            .result = DEP_ALTERED,
                                                            .path = dep_slice_string(path),
                                                            .record = &item->line.record});
}

/* So is its payload then, whatever its other pieces are. */
static int not_sealed(struct dep_verify *verify, const char *id, struct verify_item *item,
                      const char *path)
{
    item->payload = DEP_ALTERED;
    return wrong(verify, id, item, path);
}

static void piece_path(const struct dep_content_item *line, uint64_t piece, char path[PATH_LEN])
{
    if (line->pieces == 1)
        (void)snprintf(path, PATH_LEN, "data/%s", line->path);
    else
        (void)snprintf(path, PATH_LEN, "data/%s.%03" PRIu64, line->path, piece);
}

/* All but the last are of one length. */
static bool piece_form(uint64_t size, uint64_t piece_len, bool last)
{
    bool good = piece_len % DEP_PIECE_UNIT == 0 && piece_len <= DEP_PIECE_LEN;
    return good && (last ? size > 0 && size <= piece_len : size == piece_len);
}

/* All pieces; their sum; place of the first, or SIZE_MAX where one isn't there or isn't good. */
static int gather(struct dep_verify *verify, struct verify_item *item, size_t *out_first)
{
    char path[PATH_LEN];
    uint64_t bytes = 0, piece_len = 0;
    size_t first = SIZE_MAX;
    for (uint64_t piece = 0; piece < item->line.pieces; piece++) {
        piece_path(&item->line, piece, path);
        size_t file = verify_file_find(verify, dep_slice_string(path));
        if (file == SIZE_MAX)
            return not_sealed(verify, "item.file", item, path);
        uint64_t size = dep_bag_file_at(verify->bag, file)->size;
        bool last = piece + 1 == item->line.pieces;
        verify->files[file].used = true;
        if (piece == 0)
            piece_len = size;
        if (item->line.pieces > 1 && !piece_form(size, piece_len, last))
            return not_sealed(verify, "item.piece", item, path);
        if (!dep_add_u64(bytes, size, &bytes))
            return not_sealed(verify, "item.bytes", item, path);
        if (!verify_file_good(verify, file)) {
            /* That was found; nothing more is to be said of it. */
            item->payload = verify->files[file].wrong ? DEP_ALTERED : DEP_UNPROVED;
            return DEP_OK;
        }
        if (piece == 0)
            first = file;
    }
    if (bytes != item->line.bytes)
        return not_sealed(verify, "item.bytes", item, path);
    *out_first = first;
    return DEP_OK;
}

static bool get_hash(const json_t *claims, const char *name, struct dep_hash *out)
{
    const char *hex = dep_json_string(claims, name);
    return hex && dep_hex_parse(dep_slice_string(hex), out->bytes, DEP_HASH_LEN);
}

static void take_manifest(struct verify_item *item, const json_t *claims)
{
    int64_t offset, len;
    item->has_root = get_hash(claims, "manifest_root", &item->manifest_root);
    item->has_place = dep_json_int(claims, "manifest_offset", &offset) && offset >= 0 &&
                      dep_json_int(claims, "manifest_len", &len) && len >= 0;
    if (item->has_place) {
        item->manifest_offset = (uint64_t)offset;
        item->manifest_len = (uint64_t)len;
    }
}

/* The record that the line names is one that sealed this item; `out_sealed` its payload. */
static int check_record(struct dep_verify *verify, struct verify_item *item,
                        struct dep_hash *out_sealed, bool *out_has_sealed)
{
    const struct dep_shown_record *record = dep_step_record_find(verify, &item->line.record);
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    char path[PATH_LEN];
    piece_path(&item->line, 0, path);
    *out_has_sealed = false;
    if (!record || strncmp(record->schema->type, "evidence.", 9) != 0)
        return wrong(verify, "item.record", item, path);
    int err = dep_step_open(verify, record, &opened);
    if (err)
        return err;
    const json_t *claims = opened.presentation.claims;
    const char *id = dep_json_string(claims, "item");
    if (!id || strcmp(id, item->line.item) != 0)
        return wrong(verify, "item.record", item, path);
    *out_has_sealed = get_hash(claims, "payload_sha256", out_sealed);
    take_manifest(item, claims);
    return DEP_OK;
}

/* What was read of the container, what the line says it is, and what was sealed, are one. Only of a
 * whole one in age is the last the same payload. */
static int check_payload(struct dep_verify *verify, struct verify_item *item, size_t first,
                         const struct dep_hash *sealed)
{
    const struct verify_file *file = &verify->files[first];
    const struct dep_hash *read = item->line.as == DEP_ITEM_PLAIN ? &file->sha256
                                  : file->has_payload             ? &file->payload_sha256
                                                                  : NULL;
    bool whole = item->line.as == DEP_ITEM_WHOLE;
    /* Without an age header there is no payload. */
    if (!read || !dep_hash_equal(read, &item->line.payload_sha256) ||
        (whole && sealed && !dep_hash_equal(read, sealed))) {
        char path[PATH_LEN];
        piece_path(&item->line, 0, path);
        return not_sealed(verify, "item.payload", item, path);
    }
    item->payload = DEP_INTACT;
    return DEP_OK;
}

static int check_item(struct dep_verify *verify, struct verify_item *item)
{
    struct dep_hash sealed;
    bool has_sealed;
    size_t first = SIZE_MAX;
    int err = gather(verify, item, &first);
    if (!err)
        err = check_record(verify, item, &sealed, &has_sealed);
    if (err || first == SIZE_MAX)
        return err;
    return check_payload(verify, item, first, has_sealed ? &sealed : NULL);
}

int verify_items(struct dep_verify *verify)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < verify->item_count; i++)
        err = check_item(verify, &verify->items[i]);
    return err;
}

/* Nobody decided to send it. A package without content.jsonl has no other files at all. */
static bool undecided(const struct dep_verify *verify, const struct verify_file *file)
{
    bool listed = verify->has_content && (file->used || file->place.kind == DEP_PLACE_CONTENT);
    bool decides = file->place.kind == DEP_PLACE_OTHER || file->place.kind == DEP_PLACE_CONTENT;
    return decides && !listed && file->named && !file->wrong;
}

int verify_files(struct dep_verify *verify)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < verify->bag->count; i++)
        if (undecided(verify, &verify->files[i]))
            err = verify_find(verify, "package.file", FILES, DEP_ALTERED, verify_path(verify, i), 0,
                              NULL);
    return err;
}

size_t dep_verify_item_count(const struct dep_verify *verify)
{
    return verify->item_count;
}

void dep_verify_item(const struct dep_verify *verify, size_t index, struct dep_verify_item *out)
{
    assert(index < verify->item_count);
    const struct verify_item *item = &verify->items[index];
    *out = (struct dep_verify_item){
        .item = dep_slice_string(item->line.item),
        .record = item->line.record,
        .path = dep_slice_string(item->line.path),
        .as = item->line.as,
        .opens = item->line.opens,
        .pieces = item->line.pieces,
        .bytes = item->line.bytes,
        .has_root = item->has_root,
        .has_place = item->has_place,
        .manifest_root = item->manifest_root,
        .manifest_offset = item->manifest_offset,
        .manifest_len = item->manifest_len,
        .payload = dep_result_name(item->payload),
        .content = dep_result_name(item->content),
    };
}

void dep_verify_item_is(struct dep_verify *verify, size_t index, enum dep_result content)
{
    assert(index < verify->item_count && (content == DEP_INTACT || content == DEP_ALTERED));
    verify->items[index].content = content;
    verify->altered |= content == DEP_ALTERED;
}
