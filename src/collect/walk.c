#include "collect/walk.h"

#include "codec/tar.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WALK_FDS = 64, NAMES_LEN_MAX = 1 << 30, NAME_ROOM = 300 };

/* One folder that is being walked. Its descriptor may be closed while deeper ones are open; it is
 * found again by "..", or from the given folder downwards, or not at all. */
struct level {
    int fd;
    dev_t device;
    ino_t inode;
    bool partly;          /* not all of its names could be read */
    bool lost;            /* moved away meanwhile: its remaining names can't be opened */
    struct dep_buf names; /* kind byte, name, NUL; sorted by `order` */
    uint32_t *order;
    size_t count, next;
    size_t path_len; /* of the walk's path up to this folder */
};

/* What was given, and the number that makes its name unique (0: none needed). */
struct given {
    struct dep_slice name;
    size_t index, number;
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

const char *dep_reason_of(int sys)
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

/* By the kernel's word where it gives it: on overlays and subvolumes st_dev differs without a
 * mount, and a folder bound from the same file system has the same. */
bool dep_mounted_here(int fd, dev_t here, dev_t above)
{
    struct statx info;
    if (statx(fd, "", AT_EMPTY_PATH, 0, &info) == 0 &&
        (info.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT))
        return (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    return here != above;
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

static int add_name(struct level *level, size_t *room, const struct dirent *entry)
{
    if (level->count == *room) {
        size_t more = *room ? *room * 2 : 16;
        uint32_t *order = dep_realloc_array(level->order, more, sizeof *order);
        if (!order)
            return DEP_ERR_NOMEM;
        level->order = order;
        *room = more;
    }
    level->order[level->count++] = (uint32_t)level->names.len;
    dep_buf_add_byte(&level->names, kind_byte(entry));
    dep_buf_add(&level->names, entry->d_name, strlen(entry->d_name) + 1);
    return dep_buf_err(&level->names);
}

/* A folder that can't be read to its end is walked as far as it could, and marked. */
static int read_names(struct walk *walk, struct level *level)
{
    int copy = dep_open_source(level->fd, ".", true);
    DIR *folder = copy < 0 ? NULL : fdopendir(copy);
    size_t room = 0;
    /* Want of memory is no folder's fault: nothing is sealed without what stands in it. */
    int err = copy >= 0 && !folder && errno == ENOMEM ? DEP_ERR_NOMEM : DEP_OK;
    level->partly = !folder;
    while (folder && !err) {
        errno = 0;
        struct dirent *entry = readdir(folder);
        if (!entry) {
            level->partly = errno != 0;
            break;
        }
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            err = add_name(level, &room, entry);
    }
    if (folder)
        (void)closedir(folder);
    else if (copy >= 0)
        (void)close(copy);
    if (err)
        return no_memory(walk);
    if (level->count)
        qsort_r(level->order, level->count, sizeof *level->order, compare_names, level->names.data);
    return DEP_OK;
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
    if (walk->depth > WALK_FDS + 1) { /* the given folder keeps its own: others are found from it */
        struct level *far = &walk->levels[walk->depth - 1 - WALK_FDS];
        if (far->fd >= 0)
            (void)close(far->fd);
        far->fd = -1;
    }
    return read_names(walk, level);
}

static bool is_level(int fd, const struct level *level)
{
    struct stat info;
    return fd >= 0 && fstat(fd, &info) == 0 && info.st_dev == level->device &&
           info.st_ino == level->inode;
}

/* Down from the given folder by the names that led here. -1 where one of them is gone. */
static int open_again(const struct walk *walk, size_t depth)
{
    int fd = dep_open_source(walk->levels[0].fd, ".", true);
    for (size_t i = 1; fd >= 0 && i <= depth; i++) {
        char name[256];
        size_t from = walk->levels[i - 1].path_len + 1, len = walk->levels[i].path_len - from;
        assert(len < sizeof name);
        memcpy(name, walk->path.data + from, len);
        name[len] = 0;
        int next = dep_open_source(fd, name, true);
        (void)close(fd);
        fd = next;
    }
    return fd;
}

/* Back to the folder above. Where someone moved folders meanwhile it is looked for; where it can't
 * be found its remaining names are told as vanished. */
static void leave(struct walk *walk)
{
    struct level *level = &walk->levels[walk->depth - 1];
    struct level *parent = walk->depth > 1 ? level - 1 : NULL;
    if (parent && parent->fd < 0) {
        int fd = level->fd < 0 ? -1 : dep_open_source(level->fd, "..", true);
        if (!is_level(fd, parent)) {
            if (fd >= 0)
                (void)close(fd);
            fd = open_again(walk, walk->depth - 2);
        }
        parent->lost = !is_level(fd, parent);
        if (parent->lost && fd >= 0) {
            (void)close(fd);
            fd = -1;
        }
        parent->fd = fd;
    }
    level_done(level);
    walk->depth--;
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
    if (!node->reason)
        node->reason = refuse_kind(node);
    struct stat info;
    if (!node->reason && node->kind == S_IFDIR) {
        node->fd = dep_open_source(node->dir_fd, node->name, true);
        if (node->fd < 0 || fstat(node->fd, &info) != 0)
            node->reason = dep_reason_of(errno);
        else if (!node->given && !walk->cross_mounts &&
                 dep_mounted_here(node->fd, info.st_dev, walk->device))
            node->reason = "mount";
        else if (walk->path.len > DEP_TAR_PATH_MAX - NAME_ROOM)
            node->reason = "io"; /* no path in it could be written down */
        if (!node->reason && node->given)
            walk->device = info.st_dev;
    }
    int err = visit(walk, node);
    if (!err && node->fd >= 0 && !node->reason)
        return enter(walk, node->fd, &info);
    if (node->fd >= 0)
        (void)close(node->fd);
    return err;
}

/* The names of the folder at hand are through. */
static int end_level(struct walk *walk)
{
    int err = DEP_OK;
    if (walk->levels[walk->depth - 1].partly) {
        struct dep_walk_node node = {.dir_fd = -1, .name = ".", .kind = S_IFDIR, .fd = -1};
        node.reason = "io";
        err = visit(walk, &node);
    }
    if (!err)
        leave(walk);
    return err;
}

static int walk_levels(struct walk *walk)
{
    int err = DEP_OK;
    while (!err && walk->depth) {
        struct level *level = &walk->levels[walk->depth - 1];
        walk->path.len = level->path_len;
        if (level->next == level->count) {
            err = end_level(walk);
            continue;
        }
        const char *entry = (const char *)level->names.data + level->order[level->next++];
        dep_buf_add_byte(&walk->path, '/');
        dep_buf_add(&walk->path, entry + 1, strlen(entry + 1));
        if (dep_buf_err(&walk->path))
            return no_memory(walk);
        struct dep_walk_node node = {.dir_fd = level->fd,
                                     .name = entry + 1,
                                     .kind = kind_of((uint8_t)entry[0], level->fd, entry + 1),
                                     .reason = level->lost ? "vanished" : NULL};
        err = take(walk, &node);
    }
    return err;
}

/* Last component, without trailing slashes; "given" for "/", "." and "..". */
static struct dep_slice last_component(const char *path)
{
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] == '/')
        len--;
    size_t from = len;
    while (from > 0 && path[from - 1] != '/')
        from--;
    struct dep_slice name = dep_slice_of(path + from, len - from);
    bool nameless =
        len == 0 || dep_slice_equal_string(name, ".") || dep_slice_equal_string(name, "..");
    return nameless ? DEP_SLICE_LITERAL("given") : name;
}

static int compare_slices(struct dep_slice a, struct dep_slice b)
{
    int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_given(const void *a, const void *b)
{
    const struct given *left = a, *right = b;
    int order = compare_slices(left->name, right->name);
    return order ? order : (left->index > right->index) - (left->index < right->index);
}

static int compare_index(const void *a, const void *b)
{
    const struct given *left = a, *right = b;
    return (left->index > right->index) - (left->index < right->index);
}

static bool is_given(const struct given *sorted, size_t count, struct dep_slice name)
{
    for (size_t low = 0, high = count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = compare_slices(sorted[middle].name, name);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static size_t next_number(const struct given *sorted, size_t count, struct dep_slice name,
                          size_t number)
{
    char numbered[NAME_MAX + 32];
    int len;
    do {
        number++;
        len = snprintf(numbered, sizeof numbered, "%.*s~%zu", (int)name.len,
                       (const char *)name.data, number);
    } while (is_given(sorted, count, dep_slice_of(numbered, (size_t)len)));
    return number;
}

/* Names of what was given, unique: equal ones get the next number that is free. NULL: no memory. */
static struct given *name_given(const char *const *paths, size_t path_count)
{
    struct given *given = dep_alloc_array(path_count, sizeof *given);
    if (!given)
        return NULL;
    for (size_t i = 0; i < path_count; i++)
        given[i] = (struct given){last_component(paths[i]), i, 0};
    qsort(given, path_count, sizeof *given, compare_given);
    for (size_t i = 1; i < path_count; i++)
        if (dep_slice_equal(given[i].name, given[i - 1].name))
            given[i].number = next_number(given, path_count, given[i].name,
                                          given[i - 1].number ? given[i - 1].number : 1);
    qsort(given, path_count, sizeof *given, compare_index);
    return given;
}

static int walk_given(struct walk *walk, const char *path, const struct given *given)
{
    assert(given);
    struct stat info;
    if (fstatat(AT_FDCWD, path, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        int sys = errno;
        return dep_fault_set(walk->fault, DEP_ERR_IO, sys, "collect.given", "%s", path);
    }
    walk->device = info.st_dev;
    dep_buf_clear(&walk->path);
    dep_buf_add_string(&walk->path, "files/");
    dep_buf_add_slice(&walk->path, given->name);
    if (given->number)
        dep_buf_addf(&walk->path, "~%zu", given->number);
    if (dep_buf_err(&walk->path))
        return no_memory(walk);
    struct dep_walk_node node = {
        .dir_fd = AT_FDCWD, .name = path, .kind = info.st_mode & S_IFMT, .given = true};
    int err = take(walk, &node);
    return err ? err : walk_levels(walk);
}

int dep_walk(const char *const *paths, size_t path_count, bool cross_mounts, dep_walk_fn *visit_fn,
             void *context, struct dep_fault *fault)
{
    struct walk walk = {
        .visit = visit_fn, .context = context, .cross_mounts = cross_mounts, .fault = fault};
    dep_buf_init(&walk.path, DEP_TAR_PATH_MAX + NAME_ROOM);
    struct given *given = name_given(paths, path_count);
    int err =
        given ? DEP_OK : dep_fault_set(fault, DEP_ERR_NOMEM, 0, "collect.walk", "what was given");
    for (size_t i = 0; !err && i < path_count; i++)
        err = walk_given(&walk, paths[i], &given[i]);
    while (walk.depth)
        level_done(&walk.levels[--walk.depth]);
    free(walk.levels);
    free(given);
    dep_buf_done(&walk.path);
    return err;
}
