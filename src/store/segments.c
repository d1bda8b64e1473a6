/*
 * Append-only families of files of lines: FOLDER/NNNNNN.
 */
#include "store/impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int dep_store_fault(const struct dep_register *reg, struct dep_fault *fault, int err,
                    const char *what, const char *where)
{
    return dep_fault_set(fault, err, 0, what, "%s/%s", reg->dir, where);
}

int dep_store_io(const struct dep_register *reg, struct dep_fault *fault, const char *what,
                 const char *where)
{
    int sys = errno;
    return dep_fault_set(fault, DEP_ERR_IO, sys, what, "%s/%s", reg->dir, where);
}

void dep_segment_path(const struct dep_family *family, uint32_t segment, char out[DEP_SEGMENT_PATH])
{
    (void)snprintf(out, DEP_SEGMENT_PATH, "%s/%06u", family->folder, segment);
}

int dep_segment_last(const struct dep_register *reg, const struct dep_family *family, uint32_t *out,
                     struct dep_fault *fault)
{
    int fd = openat(reg->fd, family->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder)
        return dep_store_io(reg, fault, "store.folder", family->folder);
    bool found = false;
    uint32_t last = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        uint32_t number = 0;
        size_t len = 0;
        while (entry->d_name[len] >= '0' && entry->d_name[len] <= '9' && len < 9)
            number = number * 10 + (uint32_t)(entry->d_name[len++] - '0');
        if (len < 6 || entry->d_name[len])
            continue;
        last = !found || number > last ? number : last;
        found = true;
    }
    (void)closedir(folder);
    if (!found)
        return DEP_FOUND;
    *out = last;
    return DEP_OK;
}

/* Hands each line in `room` to `each`; what is left of a line moves to the front. */
static int hand_out(struct dep_buf *room, struct dep_place *place, bool at_end,
                    dep_segment_fn *each, void *context)
{
    size_t at = 0;
    while (at < room->len) {
        struct dep_slice rest = dep_slice_of(room->data + at, room->len - at);
        size_t len = dep_slice_find(rest, '\n');
        bool whole = len < rest.len;
        if (!whole && !at_end)
            break;
        place->len = (uint32_t)len;
        int err = each(context, place, dep_slice_sub(rest, 0, len), whole);
        if (err)
            return err;
        place->offset += len + whole;
        at += len + whole;
    }
    memmove(room->data, room->data + at, room->len - at);
    room->len -= at;
    return DEP_OK;
}

int dep_segment_walk(const struct dep_register *reg, const struct dep_family *family,
                     uint32_t segment, uint64_t from, dep_segment_fn *each, void *context,
                     struct dep_fault *fault)
{
    char path[DEP_SEGMENT_PATH];
    dep_segment_path(family, segment, path);
    DEP_STORE_FD fd = openat(reg->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? DEP_OK : dep_store_io(reg, fault, "store.open", path);
    DEP_AUTO_BUF room;
    dep_buf_init(&room, DEP_STORE_LINE_MAX + DEP_STORE_PIECE);
    struct dep_place place = {.segment = segment, .offset = from};
    for (uint64_t offset = from;;) {
        uint8_t *at = dep_buf_grow(&room, DEP_STORE_PIECE);
        if (!at)
            return dep_store_fault(
                reg, fault, dep_buf_err(&room) == DEP_ERR_CAP ? DEP_ERR_CORRUPT : DEP_ERR_NOMEM,
                "store.line", path);
        ssize_t got;
        do
            got = pread(fd, at, DEP_STORE_PIECE, (off_t)offset);
        while (got < 0 && errno == EINTR);
        room.len -= DEP_STORE_PIECE - (got > 0 ? (size_t)got : 0);
        if (got < 0)
            return dep_store_io(reg, fault, "store.read", path);
        offset += (uint64_t)got;
        int err = hand_out(&room, &place, got == 0, each, context);
        if (err || got == 0)
            return err;
    }
}

int dep_segment_back(struct dep_register *reg, const struct dep_family *family, uint32_t segment,
                     uint64_t end, uint64_t lines, uint64_t *out, struct dep_fault *fault)
{
    char path[DEP_SEGMENT_PATH];
    dep_segment_path(family, segment, path);
    DEP_AUTO_BUF piece;
    dep_buf_init(&piece, DEP_STORE_PIECE);
    uint64_t seen = 0; /* ends of lines */
    for (uint64_t at = end; at > 0;) {
        uint32_t len = at < DEP_STORE_PIECE ? (uint32_t)at : DEP_STORE_PIECE;
        struct dep_place place = {.segment = segment, .len = len, .offset = at - len};
        dep_buf_clear(&piece);
        int err = dep_store_read_line(reg, path, &place, &piece, fault);
        if (err)
            return err == DEP_ERR_CORRUPT ? DEP_FOUND : err; /* shorter meanwhile */
        if (at == end && piece.data[len - 1] != '\n')
            return DEP_FOUND;
        const uint8_t *found = piece.data + len;
        while ((found = memrchr(piece.data, '\n', (size_t)(found - piece.data))))
            if (seen++ == lines) {
                *out = place.offset + (uint64_t)(found - piece.data) + 1;
                return DEP_OK;
            }
        at = place.offset;
    }
    *out = 0;
    return seen == lines ? DEP_OK : DEP_FOUND;
}

int dep_segment_append(struct dep_register *reg, const struct dep_family *family,
                       struct dep_slice bytes, int *out_fd, struct dep_fault *fault)
{
    char path[DEP_SEGMENT_PATH];
    dep_segment_path(family, family->segment, path);
    /* Opened before the file is made: a failed sync of the folder must be seen. */
    bool fresh = family->len == 0;
    DEP_STORE_FD folder =
        fresh ? openat(reg->fd, family->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fresh && folder < 0)
        return dep_store_io(reg, fault, "store.folder", family->folder);
    int fd = openat(reg->fd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (fresh ? O_CREAT : 0), 0600);
    if (fd < 0)
        return dep_store_io(reg, fault, "store.open", path);
    struct stat info;
    int err = DEP_OK;
    if (fstat(fd, &info) != 0 || (uint64_t)info.st_size < family->len)
        err = dep_store_fault(reg, fault, DEP_ERR_CORRUPT, "store.short", path);
    else if ((uint64_t)info.st_size > family->len && ftruncate(fd, (off_t)family->len) != 0)
        err = dep_store_io(reg, fault, "store.cut", path);
    else if (lseek(fd, (off_t)family->len, SEEK_SET) < 0)
        err = dep_store_io(reg, fault, "store.seek", path);
    if (!err)
        err = dep_file_write_all(fd, bytes.data, bytes.len, path, fault);
    if (!err && fresh && fsync(folder) != 0) {
        reg->poisoned = true;
        err = dep_store_io(reg, fault, "store.sync", family->folder);
    }
    if (err) {
        /* A full disk: what was begun goes away again, and nothing has happened. */
        if (ftruncate(fd, (off_t)family->len) != 0)
            reg->poisoned = true;
        (void)close(fd);
        return err;
    }
    *out_fd = fd;
    return DEP_OK;
}

int dep_segment_move_aside(struct dep_register *reg, const struct dep_family *family,
                           uint32_t segment, uint64_t from, struct dep_fault *fault)
{
    char path[DEP_SEGMENT_PATH], aside[128];
    dep_segment_path(family, segment, path);
    DEP_STORE_FD fd = openat(reg->fd, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    struct stat info;
    if (fd < 0)
        return errno == ENOENT ? DEP_OK : dep_store_io(reg, fault, "store.open", path);
    if (fstat(fd, &info) != 0)
        return dep_store_io(reg, fault, "store.read", path);
    if ((uint64_t)info.st_size <= from)
        return DEP_OK;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)snprintf(aside, sizeof aside, "aside/%s-%06u-%llu-%lld%09ld", family->folder, segment,
                   (unsigned long long)from, (long long)now.tv_sec, now.tv_nsec);
    DEP_STORE_FD out = openat(reg->fd, aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0)
        return dep_store_io(reg, fault, "store.aside", aside);
    for (uint64_t at = from; at < (uint64_t)info.st_size;) {
        uint8_t piece[16 * 1024];
        ssize_t got = pread(fd, piece, sizeof piece, (off_t)at);
        if (got <= 0)
            return dep_store_io(reg, fault, "store.read", path);
        int err = dep_file_write_all(out, piece, (size_t)got, aside, fault);
        if (err)
            return err;
        at += (uint64_t)got;
    }
    int err = dep_file_sync(out, aside, fault);
    if (!err)
        err = dep_folder_sync(reg->fd, "aside", fault);
    if (!err && ftruncate(fd, (off_t)from) != 0)
        err = dep_store_io(reg, fault, "store.cut", path);
    return err ? err : dep_file_sync(fd, path, fault);
}
