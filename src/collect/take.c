/*
 * One entry of the source: what it is, what stands about it, its place in tar and manifest.
 */
#include "collect/sealing.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Extended attributes of an open file; what doesn't fit or can't be read is flagged, never passed
 * over. */
static size_t read_xattrs(struct dep_sealing *sealing, int fd, unsigned *flags)
{
    ssize_t list = flistxattr(fd, (char *)sealing->xattr_names, DEP_SEALING_XATTR_NAMES);
    if (list == 0 || (list < 0 && (errno == ENOTSUP || errno == ENODATA)))
        return 0;
    size_t count = 0, used = 0;
    if (list < 0)
        *flags |= DEP_ENTRY_XATTRS_PARTLY;
    for (ssize_t at = 0; at < list;) {
        const char *name = (const char *)sealing->xattr_names + at;
        size_t name_len = strlen(name), room = DEP_SEALING_XATTR_VALUES - used;
        at += (ssize_t)name_len + 1;
        /* A room of 0 would only ask for the length. */
        ssize_t len = count < DEP_TAR_XATTRS_MAX && room && !strchr(name, '=')
                          ? fgetxattr(fd, name, sealing->xattr_values + used, room)
                          : -1;
        if (len < 0) {
            *flags |= DEP_ENTRY_XATTRS_PARTLY;
            continue;
        }
        sealing->xattrs[count++] = (struct dep_tar_xattr){
            dep_slice_of(name, name_len), dep_slice_of(sealing->xattr_values + used, (size_t)len)};
        used += (size_t)len;
    }
    if (count)
        *flags |= DEP_ENTRY_XATTRS;
    return count;
}

static void set_stat(struct dep_tar_member *member, struct dep_entry *entry,
                     const struct stat *info)
{
    member->mode = entry->mode = info->st_mode & 07777;
    member->uid = entry->uid = info->st_uid;
    member->gid = entry->gid = info->st_gid;
    member->mtime_s = entry->mtime_s = info->st_mtim.tv_sec;
    /* A damaged file system may say more than a second has. */
    bool whole = info->st_mtim.tv_nsec >= 0 && info->st_mtim.tv_nsec < 1000000000;
    member->mtime_ns = entry->mtime_ns = whole ? (uint32_t)info->st_mtim.tv_nsec : 0;
}

/* ---- one entry ---- */

static int take_link(struct dep_sealing *sealing, char type, struct dep_slice target,
                     struct dep_entry *entry, struct dep_tar_member *member)
{
    member->type = type;
    member->target = entry->target = target;
    entry->kind = type == '1' ? DEP_ENTRY_HARDLINK : DEP_ENTRY_SYMLINK;
    int err = dep_sealing_header(sealing, member, entry);
    sealing->out->links++;
    return err ? err : dep_sealing_line(sealing, entry);
}

static int take_symlink(struct dep_sealing *sealing, const struct dep_walk_node *node)
{
    struct stat info;
    char target[4097];
    ssize_t len = readlinkat(node->dir_fd, node->name, target, sizeof target);
    if (len <= 0 || fstatat(node->dir_fd, node->name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return dep_sealing_not_taken(sealing, node->path, dep_reason_of(len ? errno : EIO));
    struct dep_entry entry = {.path = node->path};
    struct dep_tar_member member = {.path = node->path};
    set_stat(&member, &entry, &info);
    return take_link(sealing, '2', dep_slice_of(target, (size_t)len), &entry, &member);
}

static int take_folder(struct dep_sealing *sealing, const struct dep_walk_node *node)
{
    struct stat info;
    struct dep_entry entry = {.kind = DEP_ENTRY_FOLDER, .path = node->path};
    struct dep_tar_member member = {.type = '5', .path = node->path, .xattrs = sealing->xattrs};
    if (fstat(node->fd, &info) != 0)
        return dep_sealing_not_taken(sealing, node->path, dep_reason_of(errno));
    set_stat(&member, &entry, &info);
    member.xattr_count = read_xattrs(sealing, node->fd, &entry.flags);
    int err = dep_sealing_header(sealing, &member, &entry);
    sealing->out->folders++;
    return err ? err : dep_sealing_line(sealing, &entry);
}

static void count_content(struct dep_sealing *sealing, const struct dep_entry *entry)
{
    sealing->out->files++;
    sealing->out->bytes += entry->size;
    sealing->out->changed +=
        (entry->flags & (DEP_ENTRY_CHANGED | DEP_ENTRY_SHORT | DEP_ENTRY_GREW)) != 0;
    sealing->progress.files_done++;
}

/* A further name of a file already in the tar, or its content. */
static int take_content(struct dep_sealing *sealing, int fd, const struct stat *info,
                        struct dep_tar_member *member, struct dep_entry *entry)
{
    struct dep_slice earlier = dep_links_find(&sealing->links, info);
    if (earlier.len) {
        entry->has_sha256 = false;
        entry->stored = 0;
        return take_link(sealing, '1', earlier, entry, member);
    }
    member->xattrs = sealing->xattrs;
    member->xattr_count = read_xattrs(sealing, fd, &entry->flags);
    int err = dep_sealing_content(sealing, fd, info, member, entry);
    if (err)
        return err == DEP_FOUND ? DEP_OK : err; /* listed as not taken */
    count_content(sealing, entry);
    err = dep_links_note(&sealing->links, info, entry->path);
    if (err)
        return dep_fault_set(sealing->fault, err, 0, "collect.links", "%.*s", (int)entry->path.len,
                             (const char *)entry->path.data);
    return dep_sealing_line(sealing, entry);
}

static int take_open_file(struct dep_sealing *sealing, const struct dep_walk_node *node, int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return dep_sealing_not_taken(sealing, node->path, dep_reason_of(errno));
    bool image = S_ISBLK(info.st_mode) && node->given;
    if (!S_ISREG(info.st_mode) && !image)
        return dep_sealing_not_taken(sealing, node->path, "changed-type");
    if (!image && info.st_dev != node->device && !sealing->order->cross_mounts &&
        dep_mounted_here(fd, info.st_dev, node->device))
        return dep_sealing_not_taken(sealing, node->path, "mount");
    struct dep_entry entry = {.kind = DEP_ENTRY_FILE, .path = node->path, .has_sha256 = true};
    struct dep_tar_member member = {.type = '0', .path = node->path};
    set_stat(&member, &entry, &info);
    entry.stored = (uint64_t)info.st_size;
    if (image) {
        entry.kind = DEP_ENTRY_IMAGE;
        if (ioctl(fd, BLKGETSIZE64, &entry.stored) != 0)
            return dep_sealing_not_taken(sealing, node->path, "io");
    }
    return take_content(sealing, fd, &info, &member, &entry);
}

static int take_file(struct dep_sealing *sealing, const struct dep_walk_node *node)
{
    int fd = dep_open_source(node->dir_fd, node->name, false);
    if (fd < 0)
        return dep_sealing_not_taken(sealing, node->path, dep_reason_of(errno));
    int err = take_open_file(sealing, node, fd);
    (void)close(fd);
    return err;
}

int dep_sealing_take(void *context, const struct dep_walk_node *node)
{
    struct dep_sealing *sealing = context;
    int err = dep_sealing_tell(sealing);
    if (err)
        return err;
    if (node->reason)
        return dep_sealing_not_taken(sealing, node->path, node->reason);
    if (node->kind == S_IFDIR)
        return take_folder(sealing, node);
    return node->kind == S_IFLNK ? take_symlink(sealing, node) : take_file(sealing, node);
}
