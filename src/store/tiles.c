/*
 * log/: tiles and checkpoint. The checkpoint names a tree whose records and tiles are durable: what
 * it covers is there after a loss of power too.
 */
#include "store/impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOG_PATH_MAX = DEP_TILE_PATH_MAX + 8, ENTRY_LEN = 2 + DEP_HASH_LEN };

static void log_path(const struct dep_tile_id *tile, char out[LOG_PATH_MAX])
{
    char path[DEP_TILE_PATH_MAX];
    dep_tile_path(tile, path);
    (void)snprintf(out, LOG_PATH_MAX, "log/%s", path);
}

static size_t tile_len(const struct dep_tile_id *tile)
{
    return tile->width * (size_t)(tile->level == DEP_TILE_LEVEL_ENTRIES ? ENTRY_LEN : DEP_HASH_LEN);
}

/* The first tile_len() bytes of a file that holds at least those. */
static int read_front(const struct dep_register *reg, const struct dep_tile_id *named, size_t len,
                      uint8_t *out)
{
    char path[LOG_PATH_MAX];
    log_path(named, path);
    DEP_STORE_FD fd = openat(reg->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat info;
    if (fd < 0)
        return errno == ENOENT ? DEP_FOUND : DEP_ERR_IO;
    if (fstat(fd, &info) != 0)
        return DEP_ERR_IO;
    if ((size_t)info.st_size != tile_len(named))
        return DEP_FOUND;
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(fd, out + done, len - done, (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return DEP_ERR_IO;
        done += (size_t)got;
    }
    return DEP_OK;
}

int dep_register_tile_read(void *context, const struct dep_tile_id *tile, uint8_t *out)
{
    const struct dep_register *reg = context;
    int err = read_front(reg, tile, tile_len(tile), out);
    if (err != DEP_FOUND || tile->width == DEP_TILE_WIDTH)
        return err;
    /* The partial tile has given way to the full one. */
    struct dep_tile_id full = *tile;
    full.width = DEP_TILE_WIDTH;
    return read_front(reg, &full, tile_len(tile), out);
}

/* ---- writing ---- */

static void remove_partials(const struct dep_register *reg, const char *path)
{
    char folder_path[LOG_PATH_MAX + 4];
    (void)snprintf(folder_path, sizeof folder_path, "%s.p", path);
    int fd = openat(reg->fd, folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.')
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    (void)closedir(folder);
    (void)unlinkat(reg->fd, folder_path, AT_REMOVEDIR);
}

static int make_parent(const struct dep_register *reg, const char *path, struct dep_fault *fault)
{
    char parent[LOG_PATH_MAX];
    (void)snprintf(parent, sizeof parent, "%s", path);
    *strrchr(parent, '/') = 0;
    return dep_folder_make(reg->fd, parent, 0755, fault);
}

/* No checkpoint names a tile before it is written, so it needs no temporary name. */
static int write_tile(void *context, const struct dep_tile_id *tile, const uint8_t *data,
                      size_t len)
{
    struct dep_register *reg = context;
    char path[LOG_PATH_MAX];
    log_path(tile, path);
    int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
    int fd = openat(reg->fd, path, flags, 0644);
    if (fd < 0 && errno == ENOENT) {
        int err = make_parent(reg, path, reg->tile_fault);
        if (err)
            return err;
        reg->folder_made = true;
        fd = openat(reg->fd, path, flags, 0644);
    }
    if (fd < 0)
        return dep_store_io(reg, reg->tile_fault, "store.tile", path);
    int err = dep_file_write_all(fd, data, len, path, reg->tile_fault);
    (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* waited for in sync_tiles() */
    (void)close(fd);
    if (reg->unsynced_tile_count < DEP_UNSYNCED_TILES)
        reg->unsynced_tiles[reg->unsynced_tile_count] = *tile;
    reg->unsynced_tile_count++;
    if (!err && tile->width == DEP_TILE_WIDTH)
        remove_partials(reg, path);
    return err;
}

static int sync_path(const struct dep_register *reg, const char *path, struct dep_fault *fault)
{
    DEP_STORE_FD fd = openat(reg->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return fd < 0 ? dep_store_io(reg, fault, "store.tile", path) : dep_file_sync(fd, path, fault);
}

/* A tile and its folder; with `above` those between it and log/ as well: it may be the first in
 * them. */
static int sync_tile(const struct dep_register *reg, const struct dep_tile_id *tile, bool above,
                     char synced_folder[LOG_PATH_MAX], struct dep_fault *fault)
{
    char path[LOG_PATH_MAX];
    log_path(tile, path);
    int err = sync_path(reg, path, fault);
    *strrchr(path, '/') = 0;
    if (err || strcmp(path, synced_folder) == 0)
        return err;
    (void)snprintf(synced_folder, LOG_PATH_MAX, "%s", path);
    err = sync_path(reg, path, fault);
    *strrchr(path, '/') = 0;
    for (char *end; above && !err && (end = strrchr(path, '/')); *end = 0)
        err = sync_path(reg, path, fault);
    return err;
}

/* Some one by one; of many the whole file system costs less. */
static int sync_tiles(struct dep_register *reg, struct dep_fault *fault)
{
    char synced_folder[LOG_PATH_MAX] = "";
    bool above = reg->folder_made || reg->log_doubtful;
    int err = DEP_OK;
    if (reg->unsynced_tile_count > DEP_UNSYNCED_TILES)
        err = syncfs(reg->fd) == 0 ? DEP_OK : dep_store_io(reg, fault, "store.tile", "log");
    else
        for (size_t i = 0; !err && i < reg->unsynced_tile_count; i++)
            err = sync_tile(reg, &reg->unsynced_tiles[i], above, synced_folder, fault);
    reg->unsynced_tile_count = 0;
    if (!err)
        reg->folder_made = reg->log_doubtful = false;
    return err;
}

/* ---- the builder ---- */

static int add_line(void *context, uint64_t index, const struct dep_place *place,
                    struct dep_slice jwt)
{
    (void)index, (void)place;
    struct dep_hash entry;
    dep_sha256(jwt, &entry);
    return dep_tile_builder_add(context, &entry);
}

static int fresh_builder(struct dep_register *reg, struct dep_tile_builder **out,
                         struct dep_fault *fault)
{
    reg->tile_fault = fault;
    int err = dep_tile_builder_new(write_tile, reg, out);
    return err ? dep_store_fault(reg, fault, err, "store.tiles", "log") : DEP_OK;
}

static bool root_fits(struct dep_register *reg, struct dep_tile_builder *builder)
{
    struct dep_hash root;
    dep_frontier_root(dep_tile_builder_frontier(builder), &root);
    return reg->checkpoint.size == 0 || dep_hash_equal(&root, &reg->checkpoint.root);
}

int dep_register_rebuild_tiles(struct dep_register *reg, struct dep_fault *fault)
{
    struct dep_tile_builder *builder = NULL;
    int err = fresh_builder(reg, &builder, fault);
    reg->log_doubtful = true;
    if (!err)
        err = dep_register_walk(reg, 0, false, add_line, builder, fault);
    if (!err && !root_fits(reg, builder))
        err = dep_store_fault(reg, fault, DEP_ERR_CORRUPT, "store.root", "records");
    if (!err)
        err = dep_tile_builder_partials(builder);
    if (!err)
        err = sync_tiles(reg, fault);
    dep_tile_builder_free(builder);
    return err;
}

int dep_store_load_builder(struct dep_register *reg, struct dep_fault *fault)
{
    reg->tile_fault = fault;
    if (reg->builder && reg->builder_size == reg->checkpoint.size)
        return DEP_OK;
    for (int tries = 0; tries < 2; tries++) {
        struct dep_tile_builder *builder = NULL;
        int err = fresh_builder(reg, &builder, fault);
        if (err)
            return err;
        err = dep_tile_builder_load(builder, reg->checkpoint.size, !reg->log_doubtful,
                                    dep_register_tile_read, reg);
        if (err == DEP_OK && root_fits(reg, builder)) {
            dep_tile_builder_free(reg->builder);
            reg->builder = builder;
            reg->builder_size = reg->checkpoint.size;
            return DEP_OK;
        }
        dep_tile_builder_free(builder);
        if (err < 0 && err != DEP_ERR_IO)
            return dep_store_fault(reg, fault, err, "store.tiles", "log");
        /* Lost or damaged tiles are made again from the records, which alone are the truth. */
        err = dep_register_rebuild_tiles(reg, fault);
        if (err)
            return err;
    }
    return dep_store_fault(reg, fault, DEP_ERR_CORRUPT, "store.root", "log");
}

/* ---- the checkpoint ---- */

static int parse_checkpoint(struct dep_register *reg, struct dep_slice note,
                            struct dep_checkpoint *out, struct dep_fault *fault)
{
    struct dep_vkey vkey;
    struct dep_finding why = {"", "", 0};
    int err = dep_vkey_make(dep_slice_string(reg->info.origin), &reg->info.log_key, &vkey, &why);
    if (!err)
        err = dep_checkpoint_open(note, &vkey, out, &why);
    if (err == DEP_FOUND)
        return dep_fault_set(fault, DEP_ERR_CORRUPT, 0, "store.checkpoint", "%s/log/checkpoint: %s",
                             reg->dir, why.id);
    return err ? dep_store_fault(reg, fault, err, "store.checkpoint", "log/checkpoint") : DEP_OK;
}

int dep_store_read_checkpoint(struct dep_register *reg, bool *out_changed, struct dep_fault *fault)
{
    DEP_AUTO_BUF note;
    dep_buf_init(&note, DEP_NOTE_LEN_MAX);
    *out_changed = false;
    if (faccessat(reg->fd, "log/checkpoint", F_OK, 0) != 0 && errno == ENOENT && reg->note.len == 0)
        return DEP_OK;
    int err = dep_file_read(reg->fd, "log/checkpoint", DEP_NOTE_LEN_MAX, &note, fault);
    if (err || (note.len && dep_slice_equal(dep_buf_slice(&note), dep_buf_slice(&reg->note))))
        return err;
    struct dep_checkpoint checkpoint = {.size = 0};
    err = parse_checkpoint(reg, dep_buf_slice(&note), &checkpoint, fault);
    if (!err && checkpoint.size < reg->checkpoint.size)
        err =
            dep_store_fault(reg, fault, DEP_ERR_CORRUPT, "store.checkpoint.back", "log/checkpoint");
    if (err)
        return err;
    struct dep_buf kept = reg->note;
    reg->note = note;
    note = kept;
    reg->checkpoint = checkpoint;
    *out_changed = true;
    return DEP_OK;
}

int dep_store_publish(struct dep_register *reg, const struct dep_signing_key *log_key,
                      struct dep_fault *fault)
{
    const struct dep_frontier *frontier = dep_tile_builder_frontier(reg->builder);
    struct dep_checkpoint checkpoint = {.origin = dep_slice_string(reg->info.origin),
                                        .size = frontier->size};
    dep_frontier_root(frontier, &checkpoint.root);
    DEP_AUTO_BUF note;
    dep_buf_init(&note, DEP_NOTE_LEN_MAX);
    int err = dep_tile_builder_partials(reg->builder);
    if (!err)
        err = dep_checkpoint_encode(&checkpoint, log_key, &note);
    if (err)
        return dep_store_fault(reg, fault, err, "store.checkpoint.write", "log");
    /* Read back as a stranger would: a wrong log key must not get as far as the disk. */
    err = parse_checkpoint(reg, dep_buf_slice(&note), &checkpoint, fault);
    if (!err)
        err = sync_tiles(reg, fault);
    if (!err)
        err = dep_file_replace(reg->fd, "log/checkpoint", dep_buf_slice(&note), 0644, fault);
    if (err)
        return err;
    struct dep_buf kept = reg->note;
    reg->note = note;
    note = kept;
    reg->checkpoint = checkpoint;
    reg->builder_size = checkpoint.size;
    return DEP_OK;
}

/* ---- audit ---- */

struct audit {
    struct dep_register *reg;
    struct dep_tile_builder *builder;
    dep_progress_fn *progress;
    void *progress_context;
    struct dep_audit result;
    struct dep_finding *why;
    struct dep_fault *fault;
};

/* Where it is said: the file, and of entries the first that differs by its place in the log. */
static void place_tile(const struct audit *audit, const struct dep_tile_id *tile,
                       const uint8_t *there, const uint8_t *data, size_t len)
{
    char path[LOG_PATH_MAX];
    log_path(tile, path);
    size_t at = 0;
    if (!there || tile->level != DEP_TILE_LEVEL_ENTRIES) {
        dep_fault_place(audit->fault, "%s/%s", audit->reg->dir, path);
        return;
    }
    while (at + ENTRY_LEN < len && memcmp(there + at, data + at, ENTRY_LEN) == 0)
        at += ENTRY_LEN;
    uint64_t place = tile->index * DEP_TILE_WIDTH + at / ENTRY_LEN;
    dep_fault_place(audit->fault, "%s/%s #%llu", audit->reg->dir, path, (unsigned long long)place);
}

static int compare_tile(void *context, const struct dep_tile_id *tile, const uint8_t *data,
                        size_t len)
{
    struct audit *audit = context;
    uint8_t there[DEP_TILE_WIDTH * ENTRY_LEN];
    int err = dep_register_tile_read(audit->reg, tile, there);
    if (err < 0 && err != DEP_ERR_IO)
        return err;
    if (err || memcmp(there, data, len) != 0) {
        place_tile(audit, tile, err ? NULL : there, data, len);
        return dep_found(audit->why,
                         err                                     ? "audit.tile.absent"
                         : tile->level == DEP_TILE_LEVEL_ENTRIES ? "audit.entry"
                                                                 : "audit.tile",
                         "c2sp.org/tlog-tiles, Merkle tree", 0);
    }
    audit->result.tiles++;
    return DEP_OK;
}

static int audit_line(void *context, uint64_t index, const struct dep_place *place,
                      struct dep_slice jwt)
{
    (void)place;
    struct audit *audit = context;
    struct dep_hash entry;
    dep_sha256(jwt, &entry);
    audit->result.records = index + 1;
    if (audit->progress && index % 1024 == 0)
        audit->progress(audit->progress_context, index, audit->reg->checkpoint.size);
    return dep_tile_builder_add(audit->builder, &entry);
}

static int end_differs(struct audit *audit, const char *id)
{
    dep_fault_place(audit->fault, "%s/log/checkpoint", audit->reg->dir);
    return dep_found(audit->why, id, "c2sp.org/tlog-checkpoint, Note text", 0);
}

int dep_register_audit(struct dep_register *reg, dep_progress_fn *progress, void *context,
                       struct dep_audit *out, struct dep_finding *why, struct dep_fault *fault)
{
    struct audit audit = {
        .reg = reg, .progress = progress, .progress_context = context, .why = why, .fault = fault};
    int err = dep_tile_builder_new(compare_tile, &audit, &audit.builder);
    if (err)
        return dep_store_fault(reg, fault, err, "store.tiles", "log");
    err = dep_register_walk(reg, 0, false, audit_line, &audit, fault);
    /* Before the partial tiles: those of a smaller tree may be there, or not. */
    if (!err && audit.result.records != reg->checkpoint.size)
        err = end_differs(&audit, "audit.size");
    if (!err)
        err = dep_tile_builder_partials(audit.builder);
    if (!err && !root_fits(reg, audit.builder))
        err = end_differs(&audit, "audit.root");
    dep_tile_builder_free(audit.builder);
    if (!err)
        *out = audit.result;
    return err;
}
