#include "store/folder.h"

#include "store/file.h"
#include "store/impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int copy_io(const struct dep_folder_copy *copy, const char *what, const char *path)
{
    int sys = errno;
    return dep_fault_set(copy->fault, DEP_ERR_IO, sys, what, "%s", path);
}

/* At most `len` bytes: a file that grows meanwhile is copied as it was when the checkpoint was. */
static int copy_bytes(struct dep_folder_copy *copy, int from, int to, uint64_t len,
                      const char *path)
{
    enum { PIECE = 64 * 1024 * 1024 }; /* whoever is told of progress may end it */
    while (len) {
        ssize_t done = copy_file_range(from, NULL, to, NULL, len < PIECE ? (size_t)len : PIECE, 0);
        if (done < 0 &&
            (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) {
            uint8_t piece[64 * 1024];
            done = read(from, piece, len < sizeof piece ? (size_t)len : sizeof piece);
            if (done > 0) {
                int err = dep_file_write_all(to, piece, (size_t)done, path, copy->fault);
                if (err)
                    return err;
            }
        }
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return copy_io(copy, "copy.copy", path);
        if (done == 0)
            break;
        len -= (uint64_t)done;
        copy->done += (uint64_t)done;
        if (copy->progress)
            copy->progress(copy->context, copy->done, 0);
    }
    return DEP_OK;
}

int dep_folder_copy_file(struct dep_folder_copy *copy, int from_dir, int to_dir, const char *path,
                         mode_t mode)
{
    /* It may have been exchanged since it was looked at: a pipe must not be waited for. */
    DEP_STORE_FD from =
        openat(from_dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct stat info;
    if (copy->progress)
        copy->progress(copy->context, copy->done, 0); /* many empty ones can be stopped too */
    if (from < 0 || fstat(from, &info) != 0)
        return copy_io(copy, "copy.read", path);
    if (!S_ISREG(info.st_mode))
        return dep_fault_set(copy->fault, DEP_ERR_IO, 0, "copy.kind", "%s", path);
    DEP_STORE_FD to = openat(to_dir, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                             (mode & 0777) | (copy->passing ? S_IRUSR | S_IWUSR : 0));
    if (to < 0)
        return copy_io(copy, "copy.write", path);
    int err = copy_bytes(copy, from, to, (uint64_t)info.st_size, path);
    return err || copy->passing ? err : dep_file_sync(to, path, copy->fault);
}

static int copy_folder(struct dep_folder_copy *copy, int from_dir, int to_dir, const char *path,
                       int depth)
{
    int fd = openat(from_dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    struct stat info;
    if (!folder || fstat(fd, &info) != 0)
        return copy_io(copy, "copy.read", path);
    int err = DEP_OK;
    mode_t mode = (info.st_mode & 0777) | (copy->passing ? S_IRWXU : 0);
    if (mkdirat(to_dir, path, mode) != 0 && errno != EEXIST)
        err = copy_io(copy, "copy.write", path);
    for (struct dirent *entry; !err && (entry = readdir(folder));) {
        char child[DEP_FOLDER_PATH_MAX];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            (!copy->strict && strstr(entry->d_name, ".unfinished")))
            continue;
        if (snprintf(child, sizeof child, "%s/%s", path, entry->d_name) >= (int)sizeof child ||
            depth == DEP_FOLDER_DEPTH_MAX ||
            fstatat(from_dir, child, &info, AT_SYMLINK_NOFOLLOW) != 0)
            err = copy_io(copy, "copy.read", child);
        else if (S_ISDIR(info.st_mode))
            err = copy_folder(copy, from_dir, to_dir, child, depth + 1);
        else if (S_ISREG(info.st_mode))
            err = dep_folder_copy_file(copy, from_dir, to_dir, child, info.st_mode);
        else if (copy->strict)
            err = dep_fault_set(copy->fault, DEP_ERR_IO, 0, "copy.kind", "%s", child);
    }
    (void)closedir(folder);
    return err || copy->passing ? err : dep_folder_sync(to_dir, path, copy->fault);
}

int dep_folder_copy(struct dep_folder_copy *copy, int from, int to, const char *path)
{
    return copy_folder(copy, from, to, path, 0);
}

static void measure(int from_dir, const char *path, int depth, uint64_t *bytes, uint64_t *files)
{
    int fd = openat(from_dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    struct stat info;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (S_ISDIR(info.st_mode) && depth < DEP_FOLDER_DEPTH_MAX)
            measure(fd, entry->d_name, depth + 1, bytes, files);
        *files += 1;
        if (!dep_add_u64(*bytes, S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0, bytes))
            *bytes = UINT64_MAX;
    }
    if (folder)
        (void)closedir(folder);
    else if (fd >= 0)
        (void)close(fd);
}

void dep_folder_measure(int fd, uint64_t *out_bytes, uint64_t *out_files)
{
    *out_bytes = *out_files = 0;
    measure(fd, ".", 0, out_bytes, out_files);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

static int remove_beneath(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    return walk->level ? remove_entry(path, info, kind, walk) : 0;
}

/* Whoever held it before may have given it another name meanwhile, or removed it. */
static bool is_called(int fd, const char *path)
{
    struct stat held, named;
    return fstat(fd, &held) == 0 && lstat(path, &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

/* Nothing is in it that isn't ours. */
static bool is_ours(int fd, bool (*ours)(const char *name))
{
    int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = again < 0 ? NULL : fdopendir(again);
    bool all = folder != NULL;
    for (struct dirent *entry; all && (entry = readdir(folder));)
        all = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
              ours(entry->d_name);
    if (folder)
        (void)closedir(folder);
    else if (again >= 0)
        (void)close(again);
    return all;
}

int dep_folder_hold(const char *path, const struct dep_folder_kind *kind, int *out_fd,
                    struct dep_fault *fault)
{
    bool there = mkdir(path, 0700) == 0 || errno == EEXIST;
    int fd = there ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (fd < 0) {
        int sys = errno;
        return dep_fault_set(fault, DEP_ERR_IO, sys, kind->what, "%s", path);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 || !is_called(fd, path) || !is_ours(fd, kind->ours)) {
        (void)close(fd);
        return dep_fault_set(fault, DEP_ERR_IO, 0, kind->held, "%s", path);
    }
    if (nftw(path, remove_beneath, 16, FTW_DEPTH | FTW_PHYS) != 0) {
        int sys = errno;
        (void)close(fd);
        return dep_fault_set(fault, DEP_ERR_IO, sys, kind->what, "%s", path);
    }
    *out_fd = fd;
    return DEP_OK;
}

void dep_folder_remove(const char *path)
{
    (void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
