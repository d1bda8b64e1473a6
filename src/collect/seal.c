/*
 * The reading side of sealing: each entry becomes tar bytes in the pipe and a line of the manifest.
 */
#include "collect/seal.h"

#include "collect/pipe.h"
#include "collect/spool.h"
#include "collect/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

enum {
    SMALL_FILE = 64 * 1024, /* read whole before its header is written */
    XATTR_NAMES_LEN = 64 * 1024,
    XATTR_VALUES_MAX = 512 * 1024,
    LINKS_MAX = 1 << 22,
    EXTENTS_MAX = 1 << 18,
    PROGRESS_EVERY_MS = 100,
};

/* A file with several names: where it was first taken. */
struct link_entry {
    dev_t device;
    ino_t inode;
    uint64_t path_at; /* in link_paths */
    uint32_t path_len;
};

struct sealing {
    const struct dep_seal_order *order;
    struct dep_vault_writer *writer;
    struct dep_pipe *pipe;
    struct dep_spool *spool;
    struct dep_manifest_tree tree;
    dep_seal_notice_fn *notice;
    void *notice_context;
    struct dep_sealed *out;
    struct dep_finding *why;
    struct dep_fault *fault;
    struct dep_seal_progress progress;
    int64_t shown_ms;
    struct dep_buf header, line;
    uint8_t *small;
    struct link_entry *links;
    size_t link_count, link_room;
    struct dep_buf link_paths;
    uint8_t xattr_names[XATTR_NAMES_LEN];
    uint8_t *xattr_values;
    struct dep_tar_xattr xattrs[DEP_TAR_XATTRS_MAX];
    uint64_t content_sum[4]; /* of the files' digests, mod 2^256: the order doesn't count */
};

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int tell_progress(struct sealing *sealing)
{
    const struct dep_seal_order *order = sealing->order;
    int64_t now = now_ms();
    if (!order->progress || now - sealing->shown_ms < PROGRESS_EVERY_MS)
        return DEP_OK;
    sealing->shown_ms = now;
    if (order->progress(order->progress_context, &sealing->progress))
        return DEP_OK;
    return dep_fault_set(sealing->fault, DEP_ERR_STOPPED, 0, "collect.stopped", "vault");
}

/* The other thread failed: its fault is the one to tell. */
static int pipe_failed(struct sealing *sealing)
{
    struct dep_hash unused;
    int err = dep_pipe_finish(sealing->pipe, &unused, sealing->fault);
    assert(err < 0);
    return err;
}

static int add_bytes(struct sealing *sealing, const void *data, size_t len)
{
    return dep_pipe_add(sealing->pipe, data, len) ? DEP_OK : pipe_failed(sealing);
}

static int add_zeros(struct sealing *sealing, uint64_t len, struct dep_sha256_stream *digest)
{
    static const uint8_t zeros[16 * 1024];
    int err = DEP_OK;
    while (!err && len) {
        size_t take = len < sizeof zeros ? (size_t)len : sizeof zeros;
        if (digest)
            dep_sha256_add(digest, zeros, take);
        err = add_bytes(sealing, zeros, take);
        len -= take;
    }
    return err;
}

static int add_padding(struct sealing *sealing, uint64_t size)
{
    return add_zeros(sealing, dep_tar_padding(size), NULL);
}

/* ---- the manifest ---- */

static int add_line(struct sealing *sealing, struct dep_entry *entry)
{
    sealing->order->random(entry->salt, sizeof entry->salt);
    dep_buf_clear(&sealing->line);
    int err = dep_entry_encode(entry, &sealing->line);
    if (err)
        return dep_fault_set(sealing->fault, err, 0, "collect.manifest", "manifest");
    dep_manifest_tree_add(&sealing->tree, dep_buf_slice(&sealing->line));
    dep_buf_add_byte(&sealing->line, '\n');
    bool told = entry->kind == DEP_ENTRY_NOT_TAKEN ||
                (entry->flags & (DEP_ENTRY_CHANGED | DEP_ENTRY_SHORT | DEP_ENTRY_GREW));
    if (told && sealing->notice)
        sealing->notice(sealing->notice_context, entry);
    err = dep_buf_err(&sealing->line);
    return err ? dep_fault_set(sealing->fault, err, 0, "collect.manifest", "manifest")
               : dep_spool_add(sealing->spool, dep_buf_slice(&sealing->line), sealing->fault);
}

static int not_taken(struct sealing *sealing, struct dep_slice path, const char *reason)
{
    struct dep_entry entry = {
        .kind = DEP_ENTRY_NOT_TAKEN, .path = path, .target = dep_slice_string(reason)};
    sealing->out->not_taken++;
    return add_line(sealing, &entry);
}

static const char *reason_of(int sys)
{
    switch (sys) {
    case EACCES:
    case EPERM: return "unreadable";
    case ENOENT: return "vanished";
    case ELOOP: return "changed-type";
    case ENXIO: return "socket";
    default: return "io";
    }
}

/* ---- metadata ---- */

/* Extended attributes of an open file; a list that doesn't fit or a value that can't be read is
 * flagged, never passed over. */
static size_t read_xattrs(struct sealing *sealing, int fd, unsigned *flags)
{
    ssize_t list = flistxattr(fd, (char *)sealing->xattr_names, XATTR_NAMES_LEN);
    if (list == 0 || (list < 0 && (errno == ENOTSUP || errno == ENODATA)))
        return 0;
    size_t count = 0, used = 0;
    *flags |= list < 0 ? DEP_ENTRY_XATTRS_PARTLY : DEP_ENTRY_XATTRS;
    for (ssize_t at = 0; at < list;) {
        const char *name = (const char *)sealing->xattr_names + at;
        size_t name_len = strlen(name);
        at += (ssize_t)name_len + 1;
        ssize_t len = count < DEP_TAR_XATTRS_MAX ? fgetxattr(fd, name, sealing->xattr_values + used,
                                                             XATTR_VALUES_MAX - used)
                                                 : -1;
        if (len < 0 || strchr(name, '=')) {
            *flags |= DEP_ENTRY_XATTRS_PARTLY;
            continue;
        }
        sealing->xattrs[count++] = (struct dep_tar_xattr){
            dep_slice_of(name, name_len), dep_slice_of(sealing->xattr_values + used, (size_t)len)};
        used += (size_t)len;
    }
    if (count == 0)
        *flags &= ~(unsigned)DEP_ENTRY_XATTRS;
    return count;
}

static void set_stat(struct dep_tar_member *member, struct dep_entry *entry,
                     const struct stat *info)
{
    member->mode = entry->mode = info->st_mode & 07777;
    member->uid = entry->uid = info->st_uid;
    member->gid = entry->gid = info->st_gid;
    member->mtime_s = entry->mtime_s = info->st_mtim.tv_sec;
    member->mtime_ns = entry->mtime_ns = (uint32_t)info->st_mtim.tv_nsec;
}

static int add_header(struct sealing *sealing, const struct dep_tar_member *member,
                      struct dep_entry *entry)
{
    dep_buf_clear(&sealing->header);
    int err = dep_tar_encode(member, &sealing->header);
    if (err)
        return dep_fault_set(sealing->fault, err, 0, "collect.header", "%.*s",
                             (int)member->path.len, (const char *)member->path.data);
    err = add_bytes(sealing, sealing->header.data, sealing->header.len);
    entry->offset = dep_pipe_offset(sealing->pipe);
    return err;
}

static void count_content(struct sealing *sealing, const struct dep_entry *entry)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < 4; i++) {
        uint64_t word;
        memcpy(&word, entry->sha256.bytes + 8 * i, sizeof word);
        uint64_t sum = sealing->content_sum[i] + word;
        uint64_t over = sum < word;
        sum += carry;
        carry = over | (sum < carry);
        sealing->content_sum[i] = sum;
    }
    sealing->out->files++;
    sealing->out->bytes += entry->size;
    sealing->out->changed +=
        (entry->flags & (DEP_ENTRY_CHANGED | DEP_ENTRY_SHORT | DEP_ENTRY_GREW)) != 0;
    sealing->progress.files_done++;
}

/* ---- files ---- */

static bool differs(const struct stat *a, const struct stat *b)
{
    return a->st_size != b->st_size || a->st_mtim.tv_sec != b->st_mtim.tv_sec ||
           a->st_mtim.tv_nsec != b->st_mtim.tv_nsec || a->st_ctim.tv_sec != b->st_ctim.tv_sec ||
           a->st_ctim.tv_nsec != b->st_ctim.tv_nsec;
}

static void judge_change(int fd, const struct stat *before, struct dep_entry *entry)
{
    struct stat after;
    if (fstat(fd, &after) != 0 || differs(before, &after))
        entry->flags |= DEP_ENTRY_CHANGED;
}

/* `len` bytes from `offset` of the file into the pipe and the digest; what the file doesn't give is
 * zeros, and flagged. */
static int copy_range(struct sealing *sealing, int fd, uint64_t offset, uint64_t len,
                      struct dep_sha256_stream *digest, struct dep_entry *entry)
{
    int err = DEP_OK;
    while (!err && len) {
        size_t room;
        uint8_t *at = dep_pipe_room(sealing->pipe, &room);
        if (!at)
            return pipe_failed(sealing);
        size_t want = len < room ? (size_t)len : room;
        ssize_t got = pread(fd, at, want, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            entry->flags |= DEP_ENTRY_SHORT;
            return add_zeros(sealing, len, digest);
        }
        dep_sha256_add(digest, at, (size_t)got);
        dep_pipe_filled(sealing->pipe, (size_t)got);
        offset += (uint64_t)got;
        len -= (uint64_t)got;
        sealing->progress.bytes_done += (uint64_t)got;
        err = tell_progress(sealing);
    }
    return err;
}

static int take_large(struct sealing *sealing, int fd, struct dep_tar_member *member,
                      struct dep_entry *entry, const struct stat *before)
{
    struct dep_sha256_stream digest;
    uint8_t beyond;
    member->size = member->real_size = entry->size = entry->stored;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    dep_sha256_start(&digest);
    int err = add_header(sealing, member, entry);
    if (!err)
        err = copy_range(sealing, fd, 0, entry->size, &digest, entry);
    if (!err)
        err = add_padding(sealing, entry->size);
    if (err)
        return err;
    if (entry->kind == DEP_ENTRY_FILE && pread(fd, &beyond, 1, (off_t)entry->size) == 1)
        entry->flags |= DEP_ENTRY_GREW;
    judge_change(fd, before, entry);
    dep_sha256_finish(&digest, &entry->sha256);
    return DEP_OK;
}

/* Read whole first: its true size is then in the header. */
static int take_small(struct sealing *sealing, int fd, struct dep_tar_member *member,
                      struct dep_entry *entry, const struct stat *before)
{
    size_t len = 0;
    for (;;) {
        ssize_t got = pread(fd, sealing->small + len, SMALL_FILE + 1 - len, (off_t)len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return not_taken(sealing, entry->path, reason_of(errno));
        len += (size_t)got;
        /* One more look only where the file isn't what it said: files of /proc say 0. */
        if (got == 0 || len > SMALL_FILE || (len == (uint64_t)before->st_size && len > 0))
            break;
    }
    if (len > SMALL_FILE) {
        entry->flags |= DEP_ENTRY_GREW;
        len = SMALL_FILE;
    }
    entry->size = entry->stored = len;
    member->size = member->real_size = len;
    if (len != (uint64_t)before->st_size)
        entry->flags |= DEP_ENTRY_CHANGED;
    judge_change(fd, before, entry);
    dep_sha256(dep_slice_of(sealing->small, len), &entry->sha256);
    int err = add_header(sealing, member, entry);
    if (!err)
        err = add_bytes(sealing, sealing->small, len);
    sealing->progress.bytes_done += len;
    return err ? err : add_padding(sealing, len);
}

/* ---- sparse files ---- */

static int find_extents(int fd, uint64_t size, struct dep_tar_extent **out, size_t *out_count)
{
    size_t room = 0, count = 0;
    struct dep_tar_extent *extents = NULL;
    off_t at = 0;
    while ((uint64_t)at < size) {
        off_t data = lseek(fd, at, SEEK_DATA);
        if (data < 0 || (uint64_t)data >= size)
            break;
        off_t hole = lseek(fd, data, SEEK_HOLE);
        if (hole < 0 || (uint64_t)hole > size)
            hole = (off_t)size;
        if (count == room) {
            room = room ? room * 2 : 64;
            struct dep_tar_extent *fresh =
                room > EXTENTS_MAX ? NULL : dep_realloc_array(extents, room, sizeof *extents);
            if (!fresh) {
                free(extents);
                return room > EXTENTS_MAX ? DEP_FOUND : DEP_ERR_NOMEM;
            }
            extents = fresh;
        }
        extents[count++] = (struct dep_tar_extent){(uint64_t)data, (uint64_t)(hole - data)};
        at = hole;
    }
    /* GNU tar takes the file's length from the last extent: a hole at the end needs an empty one
     * behind it. */
    if ((uint64_t)at < size) {
        struct dep_tar_extent *fresh = dep_realloc_array(extents, count + 1, sizeof *extents);
        if (!fresh) {
            free(extents);
            return DEP_ERR_NOMEM;
        }
        extents = fresh;
        extents[count++] = (struct dep_tar_extent){size, 0};
    }
    *out = extents;
    *out_count = count;
    return DEP_OK;
}

static void hash_zeros(struct dep_sha256_stream *digest, uint64_t len)
{
    static const uint8_t zeros[64 * 1024];
    for (; len; len -= len < sizeof zeros ? len : sizeof zeros)
        dep_sha256_add(digest, zeros, len < sizeof zeros ? (size_t)len : sizeof zeros);
}

static int copy_extents(struct sealing *sealing, int fd, const struct dep_tar_extent *extents,
                        size_t count, struct dep_entry *entry)
{
    struct dep_sha256_stream digest;
    uint64_t at = 0;
    int err = DEP_OK;
    dep_sha256_start(&digest);
    for (size_t i = 0; !err && i < count; i++) {
        hash_zeros(&digest, extents[i].offset - at);
        err = copy_range(sealing, fd, extents[i].offset, extents[i].len, &digest, entry);
        at = extents[i].offset + extents[i].len;
        if (!err)
            err = tell_progress(sealing);
    }
    hash_zeros(&digest, entry->size - at);
    dep_sha256_finish(&digest, &entry->sha256);
    return err;
}

/* DEP_FOUND where the file has no holes worth keeping: it is then taken as any other. */
static int take_sparse(struct sealing *sealing, int fd, struct dep_tar_member *member,
                       struct dep_entry *entry, const struct stat *before)
{
    struct dep_tar_extent *extents = NULL;
    size_t count = 0;
    DEP_AUTO_BUF map;
    dep_buf_init(&map, (size_t)EXTENTS_MAX * 44);
    int err = find_extents(fd, (uint64_t)before->st_size, &extents, &count);
    if (err)
        return err == DEP_FOUND
                   ? err
                   : dep_fault_set(sealing->fault, err, 0, "collect.sparse", "%.*s",
                                   (int)entry->path.len, (const char *)entry->path.data);
    uint64_t data = 0;
    for (size_t i = 0; i < count; i++)
        data += extents[i].len;
    if (data == (uint64_t)before->st_size) {
        free(extents);
        return DEP_FOUND;
    }
    err = dep_tar_map_encode(extents, count, &map);
    entry->flags |= DEP_ENTRY_SPARSE;
    entry->size = (uint64_t)before->st_size;
    entry->stored = map.len + data;
    member->sparse = true;
    member->size = entry->stored;
    member->real_size = entry->size;
    if (err)
        err = dep_fault_set(sealing->fault, err, 0, "collect.sparse", "%.*s", (int)entry->path.len,
                            (const char *)entry->path.data);
    else
        err = add_header(sealing, member, entry);
    if (!err)
        err = add_bytes(sealing, map.data, map.len);
    if (!err)
        err = copy_extents(sealing, fd, extents, count, entry);
    if (!err)
        err = add_padding(sealing, entry->stored);
    judge_change(fd, before, entry);
    free(extents);
    return err;
}

/* ---- hard links ---- */

static size_t link_slot(const struct sealing *sealing, dev_t device, ino_t inode)
{
    size_t at =
        (size_t)((inode * UINT64_C(0x9e3779b97f4a7c15)) ^ device) & (sealing->link_room - 1);
    while (sealing->links[at].path_len &&
           (sealing->links[at].inode != inode || sealing->links[at].device != device))
        at = (at + 1) & (sealing->link_room - 1);
    return at;
}

static int grow_links(struct sealing *sealing)
{
    size_t room = sealing->link_room ? sealing->link_room * 2 : 1024;
    struct link_entry *old = sealing->links;
    size_t old_room = sealing->link_room;
    if (room > LINKS_MAX || !(sealing->links = dep_alloc_array(room, sizeof *old))) {
        sealing->links = old;
        return dep_fault_set(sealing->fault, room > LINKS_MAX ? DEP_ERR_CAP : DEP_ERR_NOMEM, 0,
                             "collect.links", "hard links");
    }
    sealing->link_room = room;
    for (size_t i = 0; i < old_room; i++)
        if (old[i].path_len)
            sealing->links[link_slot(sealing, old[i].device, old[i].inode)] = old[i];
    free(old);
    return DEP_OK;
}

/* The path under which this file was taken before, or empty; then it is noted under `path`. */
static int seen_before(struct sealing *sealing, const struct stat *info, struct dep_slice path,
                       struct dep_slice *out)
{
    *out = (struct dep_slice){NULL, 0};
    if (info->st_nlink < 2)
        return DEP_OK;
    if (sealing->link_count * 2 >= sealing->link_room) {
        int err = grow_links(sealing);
        if (err)
            return err;
    }
    struct link_entry *link = &sealing->links[link_slot(sealing, info->st_dev, info->st_ino)];
    if (link->path_len) {
        *out = dep_slice_of(sealing->link_paths.data + link->path_at, link->path_len);
        return DEP_OK;
    }
    *link = (struct link_entry){info->st_dev, info->st_ino, sealing->link_paths.len,
                                (uint32_t)path.len};
    dep_buf_add_slice(&sealing->link_paths, path);
    sealing->link_count++;
    return dep_buf_err(&sealing->link_paths)
               ? dep_fault_set(sealing->fault, dep_buf_err(&sealing->link_paths), 0,
                               "collect.links", "hard links")
               : DEP_OK;
}

/* ---- one entry ---- */

static int take_link(struct sealing *sealing, char type, struct dep_slice target,
                     struct dep_entry *entry, struct dep_tar_member *member)
{
    member->type = type;
    member->target = entry->target = target;
    entry->kind = type == '1' ? DEP_ENTRY_HARDLINK : DEP_ENTRY_SYMLINK;
    int err = add_header(sealing, member, entry);
    sealing->out->links++;
    return err ? err : add_line(sealing, entry);
}

static int take_symlink(struct sealing *sealing, const struct dep_walk_node *node)
{
    struct stat info;
    char target[4097];
    ssize_t len = readlinkat(node->dir_fd, node->name, target, sizeof target);
    if (len <= 0 || fstatat(node->dir_fd, node->name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return not_taken(sealing, node->path, reason_of(len ? errno : EIO));
    struct dep_entry entry = {.path = node->path};
    struct dep_tar_member member = {.path = node->path};
    set_stat(&member, &entry, &info);
    return take_link(sealing, '2', dep_slice_of(target, (size_t)len), &entry, &member);
}

static int take_folder(struct sealing *sealing, const struct dep_walk_node *node)
{
    struct stat info;
    struct dep_entry entry = {.kind = DEP_ENTRY_FOLDER, .path = node->path};
    struct dep_tar_member member = {.type = '5', .path = node->path, .xattrs = sealing->xattrs};
    if (fstat(node->fd, &info) != 0)
        return not_taken(sealing, node->path, reason_of(errno));
    set_stat(&member, &entry, &info);
    member.xattr_count = read_xattrs(sealing, node->fd, &entry.flags);
    int err = add_header(sealing, &member, &entry);
    sealing->out->folders++;
    return err ? err : add_line(sealing, &entry);
}

static int take_open_file(struct sealing *sealing, const struct dep_walk_node *node, int fd)
{
    struct stat before;
    struct dep_entry entry = {.kind = DEP_ENTRY_FILE, .path = node->path, .has_sha256 = true};
    struct dep_tar_member member = {.type = '0', .path = node->path, .xattrs = sealing->xattrs};
    struct dep_slice earlier;
    if (fstat(fd, &before) != 0)
        return not_taken(sealing, node->path, reason_of(errno));
    bool image = S_ISBLK(before.st_mode) && node->given;
    if (!S_ISREG(before.st_mode) && !image)
        return not_taken(sealing, node->path, "changed-type");
    if (!image && before.st_dev != node->device && !sealing->order->cross_mounts)
        return not_taken(sealing, node->path, "mount");
    set_stat(&member, &entry, &before);
    int err = seen_before(sealing, &before, node->path, &earlier);
    if (!err && earlier.len) {
        entry.has_sha256 = false;
        return take_link(sealing, '1', earlier, &entry, &member);
    }
    member.xattr_count = read_xattrs(sealing, fd, &entry.flags);
    uint64_t size = (uint64_t)before.st_size;
    if (image) {
        entry.kind = DEP_ENTRY_IMAGE;
        if (ioctl(fd, BLKGETSIZE64, &size) != 0)
            return not_taken(sealing, node->path, "io");
    }
    entry.stored = size;
    uint64_t lines_before = sealing->tree.count;
    bool holes = !image && size > SMALL_FILE && (uint64_t)before.st_blocks * 512 < size;
    if (!err)
        err = holes ? take_sparse(sealing, fd, &member, &entry, &before) : DEP_FOUND;
    if (err == DEP_FOUND)
        err = size > SMALL_FILE ? take_large(sealing, fd, &member, &entry, &before)
                                : take_small(sealing, fd, &member, &entry, &before);
    if (err || sealing->tree.count != lines_before) /* listed as not taken */
        return err;
    count_content(sealing, &entry);
    return add_line(sealing, &entry);
}

static int take_file(struct sealing *sealing, const struct dep_walk_node *node)
{
    int fd = dep_open_source(node->dir_fd, node->name, false);
    if (fd < 0)
        return not_taken(sealing, node->path, reason_of(errno));
    int err = take_open_file(sealing, node, fd);
    (void)close(fd);
    return err;
}

static int take_node(void *context, const struct dep_walk_node *node)
{
    struct sealing *sealing = context;
    int err = tell_progress(sealing);
    if (err)
        return err;
    if (node->reason)
        return not_taken(sealing, node->path, node->reason);
    if (node->kind == S_IFDIR)
        return take_folder(sealing, node);
    return node->kind == S_IFLNK ? take_symlink(sealing, node) : take_file(sealing, node);
}

/* ---- the whole ---- */

static int add_statement(struct sealing *sealing)
{
    struct dep_slice text = sealing->order->statement;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct dep_entry entry = {.kind = DEP_ENTRY_STATEMENT,
                              .has_sha256 = true,
                              .size = text.len,
                              .stored = text.len,
                              .mode = 0600,
                              .mtime_s = now.tv_sec,
                              .path = DEP_SLICE_LITERAL("collection.json")};
    struct dep_tar_member member = {.type = '0',
                                    .path = entry.path,
                                    .size = text.len,
                                    .real_size = text.len,
                                    .mode = 0600,
                                    .mtime_s = now.tv_sec};
    dep_sha256(text, &entry.sha256);
    int err = add_header(sealing, &member, &entry);
    if (!err)
        err = add_bytes(sealing, text.data, text.len);
    if (!err)
        err = add_padding(sealing, text.len);
    return err ? err : add_line(sealing, &entry);
}

static int add_piece(void *context, struct dep_slice piece)
{
    struct sealing *sealing = context;
    return add_bytes(sealing, piece.data, piece.len);
}

static int add_manifest(struct sealing *sealing)
{
    struct dep_sealed *out = sealing->out;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct dep_entry place = {.size = 0};
    out->manifest_len = dep_spool_len(sealing->spool);
    out->manifest_count = sealing->tree.count;
    struct dep_tar_member member = {.type = '0',
                                    .path = DEP_SLICE_LITERAL("manifest"),
                                    .size = out->manifest_len,
                                    .real_size = out->manifest_len,
                                    .mode = 0600,
                                    .mtime_s = now.tv_sec};
    int err = add_header(sealing, &member, &place);
    out->manifest_offset = place.offset;
    if (!err)
        err = dep_spool_read(sealing->spool, add_piece, sealing, sealing->fault);
    if (!err)
        err = add_padding(sealing, out->manifest_len);
    if (!err)
        err = add_zeros(sealing, 2 * DEP_TAR_BLOCK, NULL);
    dep_manifest_tree_root(&sealing->tree, &out->manifest_root);
    return err;
}

static void add_content_tag(struct sealing *sealing)
{
    struct dep_slice key = sealing->order->content_key;
    if (!key.len || !sealing->out->files)
        return;
    uint64_t message[5];
    memcpy(message, sealing->content_sum, sizeof sealing->content_sum);
    message[4] = sealing->out->files;
    dep_hmac_sha256(key, dep_slice_of(message, sizeof message), &sealing->out->content_tag);
    sealing->out->has_content_tag = true;
}

/* Past the page cache: what the disk holds, compared with what was made. */
static int read_back(struct sealing *sealing)
{
    struct dep_vault_reader *reader = NULL;
    struct dep_sha256_stream digest;
    struct dep_hash payload;
    struct dep_slice piece, header = dep_pipe_header(sealing->pipe);
    uint64_t at = 0;
    bool same = true;
    sealing->progress = (struct dep_seal_progress){.bytes_total = sealing->out->container_len,
                                                   .reading_back = true};
    dep_sha256_start(&digest);
    int err = dep_vault_reader_new(dep_vault_writer_fd(sealing->writer), 0, true, &reader,
                                   sealing->fault);
    while (!err && !(err = dep_vault_reader_next(reader, &piece, sealing->fault)) && piece.len) {
        size_t from = 0;
        if (at == 0) {
            same = piece.len >= header.len && memcmp(piece.data, header.data, header.len) == 0;
            from = header.len - DEP_AGE_NONCE_LEN < piece.len ? header.len - DEP_AGE_NONCE_LEN
                                                              : piece.len;
        }
        dep_sha256_add(&digest, piece.data + from, piece.len - from);
        at += piece.len;
        sealing->progress.bytes_done = at;
        err = tell_progress(sealing);
    }
    dep_vault_reader_free(reader);
    dep_sha256_finish(&digest, &payload);
    if (!err && (!same || at != sealing->out->container_len ||
                 !dep_hash_equal(&payload, &sealing->out->payload_sha256)))
        err = dep_fault_set(sealing->fault, DEP_ERR_IO, 0, "collect.read_back", "vault");
    return err;
}

static int write_all(struct sealing *sealing)
{
    int err = add_statement(sealing);
    if (!err)
        err = dep_walk(sealing->order->paths, sealing->order->path_count,
                       sealing->order->cross_mounts, take_node, sealing, sealing->fault);
    if (!err && sealing->out->files + sealing->out->folders + sealing->out->links == 0)
        return dep_found(sealing->why, "seal.empty", "doc/format/vault.md 2", 0);
    if (!err)
        err = add_manifest(sealing);
    if (!err)
        err = dep_pipe_finish(sealing->pipe, &sealing->out->payload_sha256, sealing->fault);
    return err ? err
               : dep_vault_writer_sync(sealing->writer, &sealing->out->container_len,
                                       sealing->fault);
}

static int seal_and_read(struct sealing *sealing)
{
    int64_t started = now_ms();
    int err = write_all(sealing);
    if (err)
        return err;
    add_content_tag(sealing);
    int64_t sealed = now_ms();
    err = read_back(sealing);
    sealing->out->seal_ms = (uint64_t)(sealed - started);
    sealing->out->read_back_ms = (uint64_t)(now_ms() - sealed);
    return err;
}

int dep_seal(const struct dep_seal_order *order, struct dep_vault_writer *writer,
             dep_seal_notice_fn *each_not_taken, void *notice_context, struct dep_sealed *out,
             struct dep_finding *why, struct dep_fault *fault)
{
    enum { LINK_PATHS_MAX = 512 * 1024 * 1024 };
    struct dep_sealed done = {.files = 0};
    struct sealing *sealing = dep_alloc(sizeof *sealing);
    if (!sealing)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "collect.seal", "vault");
    sealing->order = order;
    sealing->writer = writer;
    sealing->notice = each_not_taken;
    sealing->notice_context = notice_context;
    sealing->out = &done;
    sealing->why = why;
    sealing->fault = fault;
    dep_manifest_tree_init(&sealing->tree);
    dep_buf_init(&sealing->header, 2 * DEP_TAR_PAX_MAX);
    dep_buf_init(&sealing->line, DEP_MANIFEST_LINE_MAX);
    dep_buf_init(&sealing->link_paths, LINK_PATHS_MAX);
    sealing->small = dep_alloc(SMALL_FILE + 1);
    sealing->xattr_values = dep_alloc(XATTR_VALUES_MAX);
    int err = sealing->small && sealing->xattr_values
                  ? DEP_OK
                  : dep_fault_set(fault, DEP_ERR_NOMEM, 0, "collect.seal", "vault");
    if (!err)
        err = dep_spool_new(dep_vault_writer_fd(writer), order->random, &sealing->spool, fault);
    if (!err)
        err = dep_pipe_new(writer, order->recipients, order->recipient_count, order->random,
                           &sealing->pipe, fault);
    if (!err)
        err = seal_and_read(sealing);
    dep_pipe_free(sealing->pipe);
    dep_spool_free(sealing->spool);
    if (sealing->small)
        dep_wipe(sealing->small, SMALL_FILE + 1);
    free(sealing->small);
    free(sealing->xattr_values);
    free(sealing->links);
    dep_buf_done(&sealing->header);
    dep_buf_done(&sealing->line);
    dep_buf_done(&sealing->link_paths);
    free(sealing);
    if (!err)
        *out = done;
    return err;
}

/* ---- survey ---- */

struct survey {
    struct dep_survey *out;
};

static int survey_node(void *context, const struct dep_walk_node *node)
{
    struct survey *survey = context;
    struct stat info;
    if (node->reason) {
        survey->out->not_takeable++;
    } else if (node->kind == S_IFDIR) {
        survey->out->folders++;
    } else if (node->kind == S_IFREG) {
        survey->out->files++;
        if (fstatat(node->dir_fd, node->name, &info, AT_SYMLINK_NOFOLLOW) == 0)
            survey->out->bytes += (uint64_t)info.st_size;
    }
    return DEP_OK;
}

int dep_survey(const struct dep_seal_order *order, struct dep_survey *out, struct dep_fault *fault)
{
    struct dep_survey done = {.files = 0};
    struct survey survey = {&done};
    int err =
        dep_walk(order->paths, order->path_count, order->cross_mounts, survey_node, &survey, fault);
    if (!err)
        *out = done;
    return err;
}
