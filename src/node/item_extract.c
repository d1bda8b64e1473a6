/*
 * The paths are a stranger's. They are gone component by component, each folder opened without
 * following a link; and no symbolic link is ever made, so none can lead out of the folder.
 */
#include "node/item_extract.h"

#include "node/node_impl.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char CLAUSE[] = "doc/format/vault.md 2";

struct dep_item_extract {
    struct dep_container *container;
    int dir_fd, top_fd;
    char item[DEP_UUID_LEN + 1], hidden[64];
    uint64_t count;
};

static int extract_fault(const char *what, int sys, struct dep_slice path, struct dep_fault *fault)
{
    return dep_fault_set(fault, DEP_ERR_IO, sys, what, "%.*s",
                         (int)(path.len < 200 ? path.len : 200), (const char *)path.data);
}

/* The name is what this file system refuses, not the writing. */
static bool is_about_name(int sys)
{
    return sys == ENAMETOOLONG || sys == EINVAL || sys == EILSEQ || sys == EEXIST ||
           sys == ENOTDIR || sys == ELOOP;
}

static int refused(const char *what, int sys, struct dep_slice path, struct dep_finding *why,
                   struct dep_fault *fault)
{
    return is_about_name(sys) ? dep_found(why, "extract.name", CLAUSE, 0)
                              : extract_fault(what, sys, path, fault);
}

int dep_item_extract_new(struct dep_container *container, int dir_fd, const char *item,
                         struct dep_item_extract **out, struct dep_fault *fault)
{
    struct dep_item_extract *extract = dep_alloc(sizeof *extract);
    if (!extract)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "extract.create", "%s", item);
    extract->container = container;
    extract->dir_fd = dir_fd;
    (void)snprintf(extract->item, sizeof extract->item, "%s", item);
    (void)snprintf(extract->hidden, sizeof extract->hidden, ".unfinished-%s", item);
    extract->top_fd = -1;
    if (mkdirat(dir_fd, extract->hidden, 0700) == 0)
        extract->top_fd =
            openat(dir_fd, extract->hidden, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (extract->top_fd < 0) {
        int sys = errno;
        dep_item_extract_free(extract);
        return extract_fault("extract.create", sys, dep_slice_string(item), fault);
    }
    *out = extract;
    return DEP_OK;
}

void dep_item_extract_free(struct dep_item_extract *extract)
{
    if (extract && extract->top_fd >= 0)
        (void)close(extract->top_fd);
    free(extract);
}

/* Into the next folder below; -1 and errno. */
static int enter(int fd, const char *name)
{
    if (mkdirat(fd, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* The folder that the last component of `path` stands in, made where it isn't there. */
static int open_parent(const struct dep_item_extract *extract, struct dep_slice path, int *out_fd,
                       char name[NAME_MAX + 1], struct dep_finding *why, struct dep_fault *fault)
{
    struct dep_slice rest = path;
    int fd = openat(extract->top_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (;;) {
        struct dep_slice component = dep_slice_next(&rest, '/');
        int sys = fd < 0 ? errno : component.len > NAME_MAX ? ENAMETOOLONG : 0;
        if (sys) {
            if (fd >= 0)
                (void)close(fd);
            return refused("extract.folder", sys, path, why, fault);
        }
        memcpy(name, component.data, component.len);
        name[component.len] = 0;
        if (!rest.len)
            break;
        int below = enter(fd, name), kept = errno;
        (void)close(fd);
        errno = kept;
        fd = below;
    }
    *out_fd = fd;
    return DEP_OK;
}

static int write_file(struct dep_item_extract *extract, const struct dep_entry *entry, int parent,
                      const char *name, struct dep_finding *why, struct dep_fault *fault)
{
    DEP_AUTO_FD fd =
        openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return refused("extract.create", errno, entry->path, why, fault);
    int err = dep_container_extract(extract->container, entry, fd, why, fault);
    if (err)
        (void)unlinkat(parent, name, 0);
    extract->count += !err;
    return err;
}

static int write_link(struct dep_item_extract *extract, const struct dep_entry *entry, int parent,
                      const char *name, struct dep_finding *why, struct dep_fault *fault)
{
    char target[NAME_MAX + 1];
    DEP_AUTO_FD from = -1;
    int err = open_parent(extract, entry->target, &from, target, why, fault);
    if (err)
        return err;
    if (linkat(from, target, parent, name, 0) == 0) {
        extract->count++;
        return DEP_OK;
    }
    int sys = errno;
    /* Of a file system without links, or where the file it names could not be written. */
    return sys == EPERM || sys == EOPNOTSUPP || sys == ENOENT
               ? dep_found(why, "extract.link", CLAUSE, 0)
               : refused("extract.create", sys, entry->path, why, fault);
}

int dep_item_extract_entry(struct dep_item_extract *extract, const struct dep_entry *entry,
                           struct dep_finding *why, struct dep_fault *fault)
{
    char name[NAME_MAX + 1];
    DEP_AUTO_FD parent = -1;
    if (entry->kind == DEP_ENTRY_NOT_TAKEN)
        return DEP_OK;
    if (entry->kind == DEP_ENTRY_SYMLINK)
        return dep_found(why, "extract.link", CLAUSE, 0);
    int err = open_parent(extract, entry->path, &parent, name, why, fault);
    if (err)
        return err;
    if (entry->kind == DEP_ENTRY_HARDLINK)
        return write_link(extract, entry, parent, name, why, fault);
    if (entry->kind != DEP_ENTRY_FOLDER)
        return write_file(extract, entry, parent, name, why, fault);
    int fd = enter(parent, name);
    if (fd < 0)
        return refused("extract.folder", errno, entry->path, why, fault);
    (void)close(fd);
    return DEP_OK;
}

struct raw {
    int fd;
    const char *name;
    struct dep_fault *fault;
};

static int write_raw(void *context, struct dep_slice piece)
{
    const struct raw *raw = context;
    return dep_file_write_all(raw->fd, piece.data, piece.len, raw->name, raw->fault);
}

int dep_item_extract_raw(struct dep_item_extract *extract, const char *name, uint64_t offset,
                         uint64_t len, struct dep_finding *why, struct dep_fault *fault)
{
    DEP_AUTO_FD fd =
        openat(extract->top_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return extract_fault("extract.create", errno, dep_slice_string(name), fault);
    struct raw raw = {.fd = fd, .name = name, .fault = fault};
    return dep_container_read(extract->container, offset, len, write_raw, &raw, why, fault);
}

int dep_item_extract_publish(struct dep_item_extract *extract, struct dep_fault *fault)
{
    const struct dep_placing to = {.fd = extract->top_fd,
                                   .from_fd = extract->dir_fd,
                                   .from = extract->hidden,
                                   .folder_fd = extract->dir_fd,
                                   .name = extract->item};
    int err = dep_folder_sync_below(extract->top_fd, extract->hidden, fault);
    return err ? err : dep_file_place(&to, "extract.rename", extract->item, fault);
}

uint64_t dep_item_extract_count(const struct dep_item_extract *extract)
{
    return extract->count;
}
