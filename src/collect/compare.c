#include "collect/compare.h"

#include "codec/tar.h"

#include <stdlib.h>
#include <string.h>

enum { MAP_LEN_MAX = 32 * 1024 * 1024, ZEROS = 64 * 1024, TICK_EVERY = 256 /* of ZEROS bytes */ };

enum stage { STAGE_HEADER, STAGE_DATA, STAGE_PADDING, STAGE_AFTER };

struct dep_compare {
    struct dep_compare_order order;
    struct dep_container_report report;
    struct dep_tar_reader *reader;
    enum stage stage;
    uint8_t block[DEP_TAR_BLOCK];
    size_t block_len;
    uint64_t offset; /* in the tar, of the next byte */
    uint64_t data_left, padding_left;
    struct dep_entry entry; /* of the member at hand */
    struct dep_buf names;   /* its path and target */
    struct dep_sha256_stream digest;
    struct dep_tar_extent *extents; /* of a sparse member, once its map is read */
    size_t extent_count, extent_at;
    uint64_t extent_done, expanded;
    struct dep_buf map;
    size_t map_try; /* length from which parsing it is worth a try */
    bool in_last, broken;
    bool padding_told; /* once a member, whatever the pieces */
    int err;
};

struct dep_compare *dep_compare_new(const struct dep_compare_order *order)
{
    struct dep_compare *compare = dep_alloc(sizeof *compare);
    if (!compare)
        return NULL;
    compare->order = *order;
    dep_buf_init(&compare->names, DEP_MANIFEST_LINE_MAX);
    dep_buf_init(&compare->map, MAP_LEN_MAX);
    dep_sha256_start(&compare->digest);
    compare->reader = dep_tar_reader_new();
    if (!compare->reader) {
        dep_compare_free(compare);
        return NULL;
    }
    return compare;
}

void dep_compare_free(struct dep_compare *compare)
{
    if (!compare)
        return;
    dep_tar_reader_free(compare->reader);
    free(compare->extents);
    dep_buf_done(&compare->names);
    dep_buf_done(&compare->map);
    free(compare);
}

static void report(struct dep_compare *compare, const char *id, struct dep_slice path)
{
    struct dep_finding finding = {id, "doc/format/vault.md", (size_t)compare->offset};
    compare->report.bad++;
    if (compare->order.each)
        compare->order.each(compare->order.each_context, &finding, path);
}

/* A deviation after which no byte can be told apart any more. */
static void give_up(struct dep_compare *compare, const char *id, struct dep_slice path)
{
    if (!compare->broken)
        report(compare, id, path);
    compare->broken = true;
}

/* The next line that has a member in the tar. DEP_FOUND at the end of the manifest. */
static int next_entry(struct dep_compare *compare)
{
    struct dep_slice line;
    struct dep_finding why;
    for (;;) {
        int err = compare->order.line(compare->order.line_context, &line);
        if (err)
            return err;
        err = dep_entry_parse(line, &compare->names, &compare->entry, &why);
        if (err)
            return err < 0 ? err : DEP_ERR_CORRUPT;
        if (compare->entry.kind != DEP_ENTRY_NOT_TAKEN)
            return DEP_OK;
    }
}

static char type_of(enum dep_entry_kind kind)
{
    switch (kind) {
    case DEP_ENTRY_FOLDER: return '5';
    case DEP_ENTRY_SYMLINK: return '2';
    case DEP_ENTRY_HARDLINK: return '1';
    default: return '0';
    }
}

static bool same_metadata(const struct dep_entry *entry, const struct dep_tar_member *member)
{
    return entry->mode == member->mode && entry->uid == member->uid && entry->gid == member->gid &&
           entry->mtime_s == member->mtime_s && entry->mtime_ns == member->mtime_ns &&
           (member->xattr_count > 0) == ((entry->flags & DEP_ENTRY_XATTRS) != 0) &&
           member->uname.len == 0 && member->gname.len == 0;
}

static const char *compare_member(const struct dep_compare *compare,
                                  const struct dep_tar_member *member)
{
    const struct dep_entry *entry = &compare->entry;
    if (!dep_slice_equal(entry->path, member->path))
        return "container.order";
    if (type_of(entry->kind) != member->type || !dep_slice_equal(entry->target, member->target))
        return "container.kind";
    if ((entry->offset != compare->offset && !compare->order.elsewhere) ||
        entry->stored != member->size || entry->size != member->real_size ||
        member->sparse != ((entry->flags & DEP_ENTRY_SPARSE) != 0))
        return "container.place";
    return NULL;
}

static void begin_last(struct dep_compare *compare, const struct dep_tar_member *member)
{
    compare->in_last = true;
    dep_sha256_start(&compare->digest);
    if (!dep_slice_equal_string(member->path, compare->order.last) || member->type != '0')
        give_up(compare, "container.extra", member->path);
    else if (member->size != compare->order.last_len || member->sparse ||
             compare->offset != compare->order.last_offset)
        give_up(compare, "container.manifest", member->path);
    else if (member->mode != 0600 || member->uid || member->gid || member->xattr_count ||
             member->uname.len || member->gname.len)
        report(compare, "container.metadata", member->path);
}

static void begin_member(struct dep_compare *compare, const struct dep_tar_member *member)
{
    compare->data_left = member->size;
    compare->padding_left = dep_tar_padding(member->size);
    compare->padding_told = false;
    compare->stage = STAGE_DATA;
    if (compare->in_last) {
        give_up(compare, "container.after", member->path);
        return;
    }
    int err = next_entry(compare);
    if (err < 0)
        compare->err = err;
    if (err) {
        if (err == DEP_FOUND)
            begin_last(compare, member);
        return;
    }
    const char *bad = compare_member(compare, member);
    if (bad) {
        give_up(compare, bad, member->path);
        return;
    }
    if (!same_metadata(&compare->entry, member))
        report(compare, "container.metadata", member->path);
    dep_sha256_start(&compare->digest);
    free(compare->extents);
    compare->extents = NULL;
    dep_buf_clear(&compare->map);
    compare->extent_at = compare->map_try = 0;
    compare->extent_done = compare->expanded = 0;
}

/* Zeros of a sparse file up to `until`. */
static void add_hole(struct dep_compare *compare, uint64_t until)
{
    static const uint8_t zeros[ZEROS];
    for (unsigned turn = 1; compare->expanded < until && !compare->err; turn++) {
        uint64_t left = until - compare->expanded;
        size_t take = left < sizeof zeros ? (size_t)left : sizeof zeros;
        dep_sha256_add(&compare->digest, zeros, take);
        compare->expanded += take;
        if (turn % TICK_EVERY == 0 && compare->order.tick &&
            !compare->order.tick(compare->order.tick_context))
            compare->err = DEP_ERR_STOPPED;
    }
}

static void end_member(struct dep_compare *compare)
{
    compare->stage = STAGE_PADDING;
    if (compare->in_last || !compare->entry.has_sha256)
        return;
    if (compare->entry.flags & DEP_ENTRY_SPARSE) {
        if (!compare->extents || compare->extent_at < compare->extent_count) {
            give_up(compare, "tar.map", compare->entry.path);
            return;
        }
        add_hole(compare, compare->entry.size);
    }
    struct dep_hash digest;
    dep_sha256_finish(&compare->digest, &digest);
    if (!dep_hash_equal(&digest, &compare->entry.sha256))
        report(compare, "container.file", compare->entry.path);
    if (compare->entry.kind != DEP_ENTRY_STATEMENT) {
        compare->report.files++;
        compare->report.bytes += compare->entry.size;
    }
}

static void take_header(struct dep_compare *compare, struct dep_slice *piece)
{
    size_t room = DEP_TAR_BLOCK - compare->block_len;
    size_t take = room < piece->len ? room : piece->len;
    memcpy(compare->block + compare->block_len, piece->data, take);
    compare->block_len += take;
    compare->offset += take;
    *piece = dep_slice_sub(*piece, take, piece->len - take);
    if (compare->block_len < DEP_TAR_BLOCK)
        return;
    compare->block_len = 0;
    enum dep_tar_state state;
    struct dep_tar_member member;
    struct dep_finding why;
    int err = dep_tar_reader_block(compare->reader, compare->block, &state, &member, &why);
    if (err < 0)
        compare->err = err;
    else if (err)
        give_up(compare, why.id, compare->entry.path);
    else if (state == DEP_TAR_END)
        compare->stage = STAGE_AFTER;
    else if (state == DEP_TAR_MEMBER)
        begin_member(compare, &member);
}

/* One content has one map: holes between the extents, and a hole at the end closed by an empty one.
 */
static bool map_has_form(const struct dep_compare *compare)
{
    uint64_t end = 0;
    for (size_t i = 0; i < compare->extent_count; i++) {
        const struct dep_tar_extent *extent = &compare->extents[i];
        bool closes = i + 1 == compare->extent_count && extent->len == 0 &&
                      extent->offset == compare->entry.size;
        if ((i > 0 && extent->offset == end) || (extent->len == 0 && !closes))
            return false;
        end = extent->offset + extent->len;
    }
    return end == compare->entry.size;
}

/* The map at the front of a sparse member; DEP_FOUND while more of it is to come. */
static int take_map(struct dep_compare *compare, struct dep_slice *data)
{
    struct dep_finding why;
    size_t used = 0;
    dep_buf_add_slice(&compare->map, *data);
    int err = dep_buf_err(&compare->map);
    if (!err && compare->map.len < compare->map_try && compare->map.len < compare->entry.stored)
        return DEP_FOUND;
    compare->map_try = 2 * compare->map.len;
    if (!err)
        err = dep_tar_map_parse(dep_buf_slice(&compare->map), compare->entry.size,
                                &compare->extents, &compare->extent_count, &used, &why);
    if (err == DEP_FOUND && compare->map.len < compare->entry.stored)
        return DEP_FOUND;
    if (err == DEP_ERR_NOMEM) {
        compare->err = err;
        return err;
    }
    if (err || !map_has_form(compare)) {
        give_up(compare, "tar.map", compare->entry.path);
        return DEP_FOUND;
    }
    *data = dep_slice_sub(dep_buf_slice(&compare->map), used, compare->map.len - used);
    return DEP_OK;
}

/* Data of a sparse member: first the map, then the extents; holes count as zeros in the digest. */
static void take_sparse(struct dep_compare *compare, struct dep_slice data)
{
    if (!compare->extents && take_map(compare, &data) != DEP_OK)
        return;
    while (!compare->err && compare->extent_at < compare->extent_count) {
        const struct dep_tar_extent *extent = &compare->extents[compare->extent_at];
        uint64_t left = extent->len - compare->extent_done;
        if (left && !data.len)
            return;
        add_hole(compare, extent->offset);
        size_t take = left < data.len ? (size_t)left : data.len;
        dep_sha256_add(&compare->digest, data.data, take);
        compare->extent_done += take;
        compare->expanded += take;
        data = dep_slice_sub(data, take, data.len - take);
        if (compare->extent_done == extent->len) {
            compare->extent_at++;
            compare->extent_done = 0;
        }
    }
    if (data.len)
        give_up(compare, "tar.map", compare->entry.path);
}

static void take_data(struct dep_compare *compare, struct dep_slice *piece)
{
    size_t take = compare->data_left < piece->len ? (size_t)compare->data_left : piece->len;
    struct dep_slice data = dep_slice_sub(*piece, 0, take);
    if (!compare->in_last && (compare->entry.flags & DEP_ENTRY_SPARSE))
        take_sparse(compare, data);
    else
        dep_sha256_add(&compare->digest, data.data, take);
    compare->data_left -= take;
    compare->offset += take;
    *piece = dep_slice_sub(*piece, take, piece->len - take);
}

static void take_padding(struct dep_compare *compare, struct dep_slice *piece)
{
    size_t take = compare->padding_left < piece->len ? (size_t)compare->padding_left : piece->len;
    for (size_t i = 0; i < take && !compare->padding_told; i++)
        if (piece->data[i]) {
            report(compare, "container.padding", compare->entry.path);
            compare->padding_told = true;
        }
    compare->padding_left -= take;
    compare->offset += take;
    *piece = dep_slice_sub(*piece, take, piece->len - take);
}

int dep_compare_add(struct dep_compare *compare, struct dep_slice piece)
{
    /* Ends of data and padding are seen without a further byte. */
    while (!compare->err && !compare->broken) {
        if (compare->stage == STAGE_DATA && compare->data_left == 0)
            end_member(compare);
        else if (compare->stage == STAGE_PADDING && compare->padding_left == 0)
            compare->stage = STAGE_HEADER;
        else if (piece.len == 0)
            break;
        else if (compare->stage == STAGE_HEADER)
            take_header(compare, &piece);
        else if (compare->stage == STAGE_DATA)
            take_data(compare, &piece);
        else if (compare->stage == STAGE_PADDING)
            take_padding(compare, &piece);
        else
            give_up(compare, "container.after", dep_slice_string(compare->order.last));
    }
    return compare->err;
}

void dep_compare_lost(struct dep_compare *compare, const char *id)
{
    give_up(compare, id, compare->entry.path);
}

void dep_compare_finish(struct dep_compare *compare, struct dep_container_report *out,
                        struct dep_hash *out_last)
{
    if (!compare->broken && (compare->stage != STAGE_AFTER || !compare->in_last))
        report(compare, "container.cut", compare->entry.path);
    struct dep_sha256_stream digest = compare->digest;
    if (!compare->in_last)
        dep_sha256_start(&digest);
    dep_sha256_finish(&digest, out_last);
    *out = compare->report;
}
