#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MAX_LEN = 4096 };

static int io_fault(struct dep_fault *fault, const char *what, const char *where)
{
    int sys = errno;
    return dep_fault_set(fault, DEP_ERR_IO, sys, what, "%s", where);
}

int dep_file_read_fd(int fd, const char *where, size_t cap, struct dep_buf *out,
                     struct dep_fault *fault)
{
    for (size_t total = 0;;) {
        uint8_t piece[16 * 1024];
        ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_fault(fault, "file.read", where);
        if (got == 0)
            return DEP_OK;
        total += (size_t)got;
        dep_buf_add(out, piece, (size_t)got);
        dep_wipe(piece, (size_t)got);
        if (total > cap || dep_buf_err(out) == DEP_ERR_CAP)
            return dep_fault_set(fault, DEP_ERR_CAP, 0, "file.large", "%s", where);
        if (dep_buf_err(out))
            return dep_fault_set(fault, dep_buf_err(out), 0, "file.memory", "%s", where);
    }
}

int dep_file_sha256(int fd, const char *where, struct dep_hash *out, struct dep_fault *fault)
{
    uint8_t piece[64 * 1024];
    struct dep_sha256_stream stream;
    ssize_t got;
    dep_sha256_start(&stream);
    while ((got = read(fd, piece, sizeof piece)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_fault(fault, "file.read", where);
        dep_sha256_add(&stream, piece, (size_t)got);
    }
    dep_sha256_finish(&stream, out);
    return DEP_OK;
}

int dep_file_read(int dir_fd, const char *path, size_t cap, struct dep_buf *out,
                  struct dep_fault *fault)
{
    int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return io_fault(fault, "file.open", path);
    int err = dep_file_read_fd(fd, path, cap, out, fault);
    (void)close(fd);
    return err;
}

int dep_file_write_all(int fd, const void *data, size_t len, const char *where,
                       struct dep_fault *fault)
{
    const uint8_t *at = data;
    while (len) {
        ssize_t done = write(fd, at, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return io_fault(fault, "file.write", where);
        at += done;
        len -= (size_t)done;
    }
    return DEP_OK;
}

int dep_file_sync(int fd, const char *where, struct dep_fault *fault)
{
    return fsync(fd) == 0 ? DEP_OK : io_fault(fault, "file.sync", where);
}

int dep_file_numbers_named(struct dep_fault *fault)
{
    return faccessat(AT_FDCWD, "/proc/self/fd", F_OK, 0) == 0
               ? DEP_OK
               : dep_fault_set(fault, DEP_ERR_IO, 0, "file.proc", "/proc");
}

/* ---- putting in place ---- */

int dep_folder_of(int dir_fd, const char *path, const char *what, int *out_fd,
                  const char **out_name, struct dep_fault *fault)
{
    char room[PATH_MAX_LEN];
    size_t len = strlen(path);
    /* "FOLDER/" is FOLDER. */
    while (len > 1 && path[len - 1] == '/')
        len--;
    while (len > 0 && path[len - 1] != '/')
        len--;
    if (snprintf(room, sizeof room, "%.*s", len ? (int)len : 1, len ? path : ".") >=
        (int)sizeof room)
        return dep_fault_set(fault, DEP_ERR_CAP, 0, "file.path", "%s", path);
    int fd = openat(dir_fd, room, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return io_fault(fault, what, path);
    *out_fd = fd;
    *out_name = path + len;
    return DEP_OK;
}

/* A file system that can't promise not to replace (network, FUSE) is asked beforehand. */
static int rename_new(const struct dep_placing *to)
{
    struct stat info;
    int done = renameat2(to->from_fd, to->from, to->folder_fd, to->name, RENAME_NOREPLACE);
    if (done == 0 || errno != EINVAL)
        return done;
    if (fstatat(to->folder_fd, to->name, &info, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return renameat(to->from_fd, to->from, to->folder_fd, to->name);
}

static int link_nameless(const struct dep_placing *to)
{
    char self[64];
    (void)snprintf(self, sizeof self, "/proc/self/fd/%d", to->fd);
    return linkat(AT_FDCWD, self, to->folder_fd, to->name, AT_SYMLINK_FOLLOW);
}

int dep_file_name(const struct dep_placing *placing, const char *what, const char *where,
                  struct dep_fault *fault)
{
    int done;
    if (!placing->from)
        done = link_nameless(placing);
    else if (placing->replace)
        done = renameat(placing->from_fd, placing->from, placing->folder_fd, placing->name);
    else
        done = rename_new(placing);
    return done == 0 ? DEP_OK : io_fault(fault, what, where);
}

/* The thing itself first: vfat gives a new name no place on the disk until what bears it is
 * written, and would have an empty file, or a folder without end, there after a power cut. */
int dep_file_keep(const struct dep_placing *placing, const char *where, struct dep_fault *fault)
{
    int err = dep_file_sync(placing->fd, where, fault);
    return err ? err : dep_file_sync(placing->folder_fd, where, fault);
}

int dep_file_place(const struct dep_placing *placing, const char *what, const char *where,
                   struct dep_fault *fault)
{
    int err = dep_file_name(placing, what, where, fault);
    return err ? err : dep_file_keep(placing, where, fault);
}

int dep_file_move(int from_fd, const char *from, int folder_fd, const char *name, const char *what,
                  bool *out_moved, struct dep_fault *fault)
{
    struct dep_placing to = {
        .from_fd = from_fd, .from = from, .folder_fd = folder_fd, .name = name};
    to.fd = openat(from_fd, from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (to.fd < 0 && errno == ENOENT) {
        *out_moved = false;
        return DEP_OK;
    }
    if (to.fd < 0)
        return io_fault(fault, what, from);
    int err = dep_file_place(&to, what, from, fault);
    (void)close(to.fd);
    if (!err)
        *out_moved = true;
    return err;
}

/* ---- small files ---- */

static int put(int dir_fd, const char *path, struct dep_slice content, unsigned mode, bool replace,
               struct dep_fault *fault)
{
    char temporary[PATH_MAX_LEN];
    struct dep_placing to = {.from_fd = dir_fd, .from = temporary, .replace = replace};
    if (snprintf(temporary, sizeof temporary, "%s.unfinished", path) >= (int)sizeof temporary)
        return dep_fault_set(fault, DEP_ERR_CAP, 0, "file.path", "%s", path);
    int err = dep_folder_of(dir_fd, path, "file.folder", &to.folder_fd, &to.name, fault);
    if (err)
        return err;
    to.fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
    err = to.fd < 0 ? io_fault(fault, "file.create", path) : DEP_OK;
    if (!err)
        err = dep_file_write_all(to.fd, content.data, content.len, path, fault);
    if (!err)
        err = dep_file_sync(to.fd, path, fault);
    if (!err)
        err = dep_file_name(&to, "file.rename", path, fault);
    if (err)
        (void)unlinkat(dir_fd, temporary, 0);
    else
        err = dep_file_keep(&to, path, fault);
    if (to.fd >= 0)
        (void)close(to.fd);
    (void)close(to.folder_fd);
    return err;
}

int dep_file_replace(int dir_fd, const char *path, struct dep_slice content, unsigned mode,
                     struct dep_fault *fault)
{
    return put(dir_fd, path, content, mode, true, fault);
}

int dep_file_create(int dir_fd, const char *path, struct dep_slice content, unsigned mode,
                    struct dep_fault *fault)
{
    return put(dir_fd, path, content, mode, false, fault);
}

int dep_folder_make(int dir_fd, const char *path, unsigned mode, struct dep_fault *fault)
{
    char room[PATH_MAX_LEN];
    if (snprintf(room, sizeof room, "%s", path) >= (int)sizeof room)
        return dep_fault_set(fault, DEP_ERR_CAP, 0, "file.path", "%s", path);
    for (char *at = room + 1;; at++) {
        if (*at && *at != '/')
            continue;
        char kept = *at;
        *at = 0;
        if (mkdirat(dir_fd, room, mode) != 0 && errno != EEXIST)
            return io_fault(fault, "file.mkdir", room);
        *at = kept;
        if (!kept)
            return DEP_OK;
    }
}

int dep_folder_create(const char *path, unsigned mode, const char *what, struct dep_fault *fault)
{
    int parent = -1;
    const char *name = path;
    int err = dep_folder_of(AT_FDCWD, path, what, &parent, &name, fault);
    if (err)
        return err;
    err = mkdirat(parent, name, mode) == 0 ? dep_file_sync(parent, path, fault)
                                           : io_fault(fault, what, path);
    (void)close(parent);
    return err;
}

int dep_folder_sync(int dir_fd, const char *path, struct dep_fault *fault)
{
    int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return io_fault(fault, "file.folder", path);
    int err = dep_file_sync(fd, path, fault);
    (void)close(fd);
    return err;
}

/* FAT's and exFAT's syncfs() leaves it in the drive's own memory, which fsync() empties. */
int dep_folder_sync_below(int fd, const char *where, struct dep_fault *fault)
{
    return syncfs(fd) == 0 ? dep_file_sync(fd, where, fault) : io_fault(fault, "file.sync", where);
}
