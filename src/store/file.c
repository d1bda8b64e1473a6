#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
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

/* The folder of `path`, opened before anything in it changes: else a failed sync of it could pass
 * unseen. */
static int open_folder(int dir_fd, const char *path, struct dep_fault *fault)
{
    char room[PATH_MAX_LEN];
    (void)snprintf(room, sizeof room, "%s", path);
    int fd = openat(dir_fd, dirname(room), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 ? fd : io_fault(fault, "file.folder", path);
}

static int put(int dir_fd, const char *path, struct dep_slice content, unsigned mode, bool replace,
               struct dep_fault *fault)
{
    char temporary[PATH_MAX_LEN];
    if (snprintf(temporary, sizeof temporary, "%s.unfinished", path) >= (int)sizeof temporary)
        return dep_fault_set(fault, DEP_ERR_CAP, 0, "file.path", "%s", path);
    int folder = open_folder(dir_fd, path, fault);
    if (folder < 0)
        return folder;
    int fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
    int err = fd < 0 ? io_fault(fault, "file.create", path) : DEP_OK;
    if (!err)
        err = dep_file_write_all(fd, content.data, content.len, path, fault);
    if (!err)
        err = dep_file_sync(fd, path, fault);
    if (fd >= 0)
        (void)close(fd);
    if (!err && renameat2(dir_fd, temporary, dir_fd, path, replace ? 0 : RENAME_NOREPLACE) != 0)
        err = io_fault(fault, "file.rename", path);
    if (err)
        (void)unlinkat(dir_fd, temporary, 0);
    else
        err = dep_file_sync(folder, path, fault);
    (void)close(folder);
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

int dep_folder_sync(int dir_fd, const char *path, struct dep_fault *fault)
{
    int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return io_fault(fault, "file.folder", path);
    int err = dep_file_sync(fd, path, fault);
    (void)close(fd);
    return err;
}
