#include "collect/walk.h"

#include "codec/tar.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WALK_FDS = 64, NAMES_LEN_MAX = 1 << 30 };

/* One folder that is being walked. Its descriptor may be closed while deeper ones are open; it is
 * found again by "..". */
struct level {
    int fd;
    dev_t device;
    ino_t inode;
    struct dep_buf names; /* kind byte, name, NUL; sorted by `order` */
    uint32_t *order;
    size_t count, next;
    size_t path_len; /* of the walk's path up to this folder */
};

struct walk {
    dep_walk_fn *visit;
    void *context;
    bool cross_mounts;
    dev_t device;
    struct dep_buf path;
    struct level *levels;
    size_t depth, room;
    struct dep_fault *fault;
};

int dep_open_source(int dir_fd, const char *name, bool folder)
{
    int flags =
        O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (folder ? O_DIRECTORY : 0);
    int fd = openat(dir_fd, name, flags | O_NOATIME);
    return fd < 0 && errno == EPERM ? openat(dir_fd, name, flags) : fd;
}

static const char *reason_of(int sys)
{
    switch (sys) {
    case EACCES:
    case EPERM: return "unreadable";
    case ENOENT: return "vanished";
    case ELOOP:
    case ENOTDIR: return "changed-type";
    case ENXIO: return "socket";
    default: return "io";
    }
}

static int no_memory(struct walk *walk)
{
    return dep_fault_set(walk->fault, DEP_ERR_NOMEM, 0, "collect.walk", "%.*s", (int)walk->path.len,
                         (const char *)walk->path.data);
}

static uint8_t kind_byte(const struct dirent *entry)
{
    return entry->d_type == DT_UNKNOWN ? 1 : (uint8_t)(entry->d_type + 2);
}

static mode_t kind_of(uint8_t byte, int dir_fd, const char *name)
{
    struct stat info;
    if (byte != 1)
        return (mode_t)DTTOIF(byte - 2);
    return fstatat(dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 ? info.st_mode & S_IFMT : S_IFREG;
}

static int compare_names(const void *a, const void *b, void *names)
{
    const char *base = names;
    return strcmp(base + *(const uint32_t *)a + 1, base + *(const uint32_t *)b + 1);
}

static int read_names(struct walk *walk, struct level *level)
{
    int copy = openat(level->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOATIME);
    if (copy < 0)
        copy = openat(level->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = copy < 0 ? NULL : fdopendir(copy);
    size_t room = 0;
    int err = folder ? DEP_OK
                     : dep_fault_set(walk->fault, DEP_ERR_IO, errno, "collect.folder", "%s",
                                     (const char *)walk->path.data);
    for (struct dirent *entry; !err && (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (level->count == room) {
            room = room ? room * 2 : 16;
            uint32_t *order = dep_realloc_array(level->order, room, sizeof *order);
            if (!order) {
                err = no_memory(walk);
                break;
            }
            level->order = order;
        }
        level->order[level->count++] = (uint32_t)level->names.len;
        dep_buf_add_byte(&level->names, kind_byte(entry));
        dep_buf_add(&level->names, entry->d_name, strlen(entry->d_name) + 1);
        if (dep_buf_err(&level->names))
            err = no_memory(walk);
    }
    if (folder)
        (void)closedir(folder);
    if (!err && level->count)
        qsort_r(level->order, level->count, sizeof *level->order, compare_names, level->names.data);
    return err;
}

static void level_done(struct level *level)
{
    if (level->fd >= 0)
        (void)close(level->fd);
    dep_buf_done(&level->names);
    free(level->order);
}

/* Takes `fd`. Ancestors far above give theirs back, so that depth costs no descriptors. */
static int enter(struct walk *walk, int fd, const struct stat *info)
{
    if (walk->depth == walk->room) {
        size_t room = walk->room ? walk->room * 2 : 16;
        struct level *levels = dep_realloc_array(walk->levels, room, sizeof *levels);
        if (!levels) {
            (void)close(fd);
            return no_memory(walk);
        }
        walk->levels = levels;
        walk->room = room;
    }
    struct level *level = &walk->levels[walk->depth++];
    *level = (struct level){
        .fd = fd, .device = info->st_dev, .inode = info->st_ino, .path_len = walk->path.len};
    dep_buf_init(&level->names, NAMES_LEN_MAX);
    if (walk->depth > WALK_FDS) {
        struct level *far = &walk->levels[walk->depth - 1 - WALK_FDS];
        (void)close(far->fd);
        far->fd = -1;
    }
    return read_names(walk, level);
}

static int leave(struct walk *walk)
{
    struct level *level = &walk->levels[walk->depth - 1];
    struct level *parent = walk->depth > 1 ? level - 1 : NULL;
    if (parent && parent->fd < 0) {
        struct stat info;
        parent->fd = openat(level->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bool same = parent->fd >= 0 && fstat(parent->fd, &info) == 0 &&
                    info.st_dev == parent->device && info.st_ino == parent->inode;
        if (!same)
            return dep_fault_set(walk->fault, DEP_ERR_CHANGED, 0, "collect.moved", "%.*s",
                                 (int)level->path_len, (const char *)walk->path.data);
    }
    level_done(level);
    walk->depth--;
    return DEP_OK;
}

static int visit(struct walk *walk, struct dep_walk_node *node)
{
    node->path = dep_buf_slice(&walk->path);
    node->device = walk->device;
    return walk->visit(walk->context, node);
}

static const char *refuse_kind(const struct dep_walk_node *node)
{
    switch (node->kind) {
    case S_IFREG:
    case S_IFDIR:
    case S_IFLNK: return NULL;
    case S_IFBLK: return node->given ? NULL : "device";
    case S_IFSOCK: return "socket";
    case S_IFIFO: return "fifo";
    default: return "device";
    }
}

/* The entry at walk->path. A folder is visited, then entered. */
static int take(struct walk *walk, struct dep_walk_node *node)
{
    node->fd = -1;
    node->reason = refuse_kind(node);
    struct stat info;
    if (!node->reason && node->kind == S_IFDIR) {
        node->fd = dep_open_source(node->dir_fd, node->name, true);
        if (node->fd < 0 || fstat(node->fd, &info) != 0)
            node->reason = reason_of(errno);
        else if (!node->given && !walk->cross_mounts && info.st_dev != walk->device)
            node->reason = "mount";
    }
    if (node->given && node->fd >= 0)
        walk->device = info.st_dev;
    if (walk->path.len > DEP_TAR_PATH_MAX - 64)
        node->reason = "io";
    int err = visit(walk, node);
    if (!err && node->fd >= 0 && !node->reason)
        return enter(walk, node->fd, &info);
    if (node->fd >= 0)
        (void)close(node->fd);
    return err;
}

static int walk_levels(struct walk *walk)
{
    int err = DEP_OK;
    while (!err && walk->depth) {
        struct level *level = &walk->levels[walk->depth - 1];
        walk->path.len = level->path_len;
        if (level->next == level->count) {
            err = leave(walk);
            continue;
        }
        const char *entry = (const char *)level->names.data + level->order[level->next++];
        dep_buf_addf(&walk->path, "/%s", entry + 1);
        if (dep_buf_err(&walk->path))
            return no_memory(walk);
        struct dep_walk_node node = {.dir_fd = level->fd,
                                     .name = entry + 1,
                                     .kind = kind_of((uint8_t)entry[0], level->fd, entry + 1)};
        err = take(walk, &node);
    }
    return err;
}

/* Last component, without trailing slashes; empty for "/", "." and "..". */
static struct dep_slice last_component(const char *path)
{
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] == '/')
        len--;
    size_t from = len;
    while (from > 0 && path[from - 1] != '/')
        from--;
    struct dep_slice name = dep_slice_of(path + from, len - from);
    bool nameless = dep_slice_equal_string(name, ".") || dep_slice_equal_string(name, "..");
    return nameless ? (struct dep_slice){NULL, 0} : name;
}

/* "files/<last component>", made unique among what was given. */
static int name_given(struct walk *walk, const char *const *paths, size_t at)
{
    struct dep_slice name = last_component(paths[at]);
    size_t same = 1;
    for (size_t i = 0; i < at; i++)
        same += dep_slice_equal(last_component(paths[i]), name);
    dep_buf_clear(&walk->path);
    dep_buf_add_string(&walk->path, "files/");
    dep_buf_add_slice(&walk->path, name.len ? name : DEP_SLICE_LITERAL("given"));
    if (same > 1)
        dep_buf_addf(&walk->path, "~%zu", same);
    return dep_buf_err(&walk->path) ? no_memory(walk) : DEP_OK;
}

int dep_walk(const char *const *paths, size_t path_count, bool cross_mounts, dep_walk_fn *visit_fn,
             void *context, struct dep_fault *fault)
{
    struct walk walk = {
        .visit = visit_fn, .context = context, .cross_mounts = cross_mounts, .fault = fault};
    dep_buf_init(&walk.path, DEP_TAR_PATH_MAX + 512);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < path_count; i++) {
        struct stat info;
        if (fstatat(AT_FDCWD, paths[i], &info, AT_SYMLINK_NOFOLLOW) != 0) {
            int sys = errno;
            err = dep_fault_set(fault, DEP_ERR_IO, sys, "collect.given", "%s", paths[i]);
            break;
        }
        walk.device = info.st_dev;
        err = name_given(&walk, paths, i);
        struct dep_walk_node node = {
            .dir_fd = AT_FDCWD, .name = paths[i], .kind = info.st_mode & S_IFMT, .given = true};
        if (!err)
            err = take(&walk, &node);
        if (!err)
            err = walk_levels(&walk);
    }
    while (walk.depth)
        level_done(&walk.levels[--walk.depth]);
    free(walk.levels);
    dep_buf_done(&walk.path);
    return err;
}
