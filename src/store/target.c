/*
 * A file's longest length is what the kernel lets lseek() go to: it knows the limit of each of its
 * file systems (4 GiB - 1 of FAT), asks no disk and writes nothing. Any table of ours would be
 * older than the next file system, and a file of 4 GiB made to try it would be written out by some
 * (exfat-fuse fills it with zeros).
 */
#include "store/target.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char CLAUSE[] = "doc/format/package.md 6";

/* ---- looking ---- */

/* A file that is gone when it is closed; the errno as a negative number where there is none. */
static int open_probe(int dir_fd)
{
    char name[64];
    int fd = openat(dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || errno == EROFS || errno == EACCES)
        return fd >= 0 ? fd : -errno;
    (void)snprintf(name, sizeof name, ".depositary-%ld", (long)getpid());
    fd = openat(dir_fd, name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    (void)unlinkat(dir_fd, name, 0);
    return fd;
}

static uint64_t longest_file(int fd)
{
    uint64_t good = 0, bad = (uint64_t)INT64_MAX;
    if (lseek(fd, INT64_MAX, SEEK_SET) >= 0)
        return INT64_MAX;
    while (bad - good > 1) {
        uint64_t middle = good + (bad - good) / 2;
        *(lseek(fd, (off_t)middle, SEEK_SET) >= 0 ? &good : &bad) = middle;
    }
    return good;
}

/* Run by another program or another machine: the kernel passes any length on. */
static bool is_foreign(int dir_fd)
{
    static const uint32_t magics[] = {FUSE_SUPER_MAGIC, V9FS_MAGIC, SMB_SUPER_MAGIC,
                                      CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC};
    struct statfs info;
    if (fstatfs(dir_fd, &info) != 0)
        return false;
    for (size_t i = 0; i < DEP_COUNT(magics); i++)
        if ((uint32_t)info.f_type == magics[i])
            return true;
    return false;
}

/* Or what this process is limited to (`ulimit -f`): it would be killed beyond it. */
static uint64_t allowed(uint64_t len)
{
    struct rlimit limit;
    bool less = getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
                limit.rlim_cur < len;
    return less ? limit.rlim_cur : len;
}

/* "36 35 98:0 / /mnt rw,noatime shared:1 - ext3 /dev/root rw": the word behind " - ". */
static void find_type(int dir_fd, struct dep_target *out)
{
    struct statx info;
    char *line = NULL;
    size_t room = 0;
    if (statx(dir_fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &info) != 0 ||
        !(info.stx_mask & STATX_MNT_ID))
        return;
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    while (mounts && getline(&line, &room, mounts) > 0) {
        char *after = NULL;
        const char *type = strstr(line, " - ");
        if (strtoull(line, &after, 10) != info.stx_mnt_id || *after != ' ' || !type)
            continue;
        type += 3;
        (void)snprintf(out->type, sizeof out->type, "%.*s", (int)strcspn(type, " "), type);
        break;
    }
    free(line);
    if (mounts)
        (void)fclose(mounts);
}

static int look(int dir_fd, const char *path, struct dep_target *out, struct dep_fault *fault)
{
    struct statvfs room;
    char *real = realpath(path, NULL);
    if (!real || fstatvfs(dir_fd, &room) != 0) {
        int sys = errno;
        free(real);
        return dep_fault_set(fault, DEP_ERR_IO, sys, "target.look", "%s", path);
    }
    out->path_len = strlen(real);
    free(real);
    out->block_len = room.f_frsize;
    out->free_bytes = (uint64_t)room.f_bavail * room.f_frsize;
    out->free_files = room.f_files ? room.f_favail : UINT64_MAX;
    out->name_len_max = room.f_namemax;
    out->file_len_max = INT64_MAX;
    out->file_len_unsure = is_foreign(dir_fd);
    find_type(dir_fd, out);
    int fd = open_probe(dir_fd);
    out->read_only = (room.f_flag & ST_RDONLY) || fd == -EROFS;
    out->denied = fd == -EACCES || fd == -EPERM;
    if (fd >= 0) {
        out->file_len_max = allowed(longest_file(fd));
        (void)close(fd);
    } else if (!out->read_only && !out->denied && fd != -ENOSPC) {
        return dep_fault_set(fault, DEP_ERR_IO, -fd, "target.look", "%s", path);
    }
    return DEP_OK;
}

int dep_target_look(const char *path, struct dep_target *out, struct dep_finding *why,
                    struct dep_fault *fault)
{
    struct dep_target target = {.type = ""};
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return dep_found(why, "target.folder", CLAUSE, 0);
    if (fd < 0) {
        int sys = errno;
        return dep_fault_set(fault, DEP_ERR_IO, sys, "target.look", "%s", path);
    }
    int err = look(fd, path, &target, fault);
    (void)close(fd);
    if (!err)
        *out = target;
    return err;
}

bool dep_target_holds(const char *folder, const char *path)
{
    char *outer = realpath(folder, NULL), *inner = realpath(path, NULL);
    size_t len = outer && outer[1] ? strlen(outer) : 0; /* of "/" nothing */
    bool holds =
        outer && inner && strncmp(outer, inner, len) == 0 && (inner[len] == 0 || inner[len] == '/');
    free(outer);
    free(inner);
    return holds;
}

/* ---- judging ---- */

/* Folders, tables of the file system, and what it rounds up. */
static uint64_t room_needed(const struct dep_target *target, const struct dep_target_load *load)
{
    enum { SLACK = 1024 * 1024 };
    uint64_t blocks, all;
    if (!dep_mul_u64(load->files, target->block_len, &blocks) ||
        !dep_add_u64(load->bytes, blocks, &all) || !dep_add_u64(all, SLACK, &all))
        return UINT64_MAX;
    return all;
}

static int exceeds(uint64_t needed, uint64_t there, const char *id, struct dep_finding *why)
{
    return needed > there ? dep_found(why, id, CLAUSE, (size_t)(needed - there)) : DEP_OK;
}

int dep_target_judge(const struct dep_target *target, const struct dep_target_load *load,
                     uint64_t *out_piece_len, struct dep_finding *why)
{
    enum { UNIT = 64 * 1024 };
    static const uint64_t piece_len_max = UINT64_C(4294901760);
    if (target->read_only)
        return dep_found(why, "target.read_only", CLAUSE, 0);
    if (target->denied)
        return dep_found(why, "target.denied", CLAUSE, 0);
    int err = exceeds(load->name_len, target->name_len_max, "target.name", why);
    /* With the '/' between and the NUL behind. */
    if (!err)
        err = exceeds(target->path_len + load->path_len + 2, PATH_MAX, "target.path", why);
    if (!err)
        err = exceeds(load->longest_whole, target->file_len_max, "target.file", why);
    if (!err)
        err = exceeds(load->files, target->free_files, "target.files", why);
    if (!err)
        err = exceeds(room_needed(target, load), target->free_bytes, "target.room", why);
    if (err)
        return err;
    uint64_t piece_len = target->file_len_max / UNIT * UNIT;
    if (piece_len > piece_len_max)
        piece_len = piece_len_max;
    /* Pieces fit everywhere. */
    uint64_t sure = target->file_len_unsure && piece_len ? piece_len : target->file_len_max;
    if (load->longest_split <= sure)
        piece_len = 0;
    else if (piece_len == 0)
        return exceeds(load->longest_split, target->file_len_max, "target.file", why);
    *out_piece_len = piece_len;
    return DEP_OK;
}
