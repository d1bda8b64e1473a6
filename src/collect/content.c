/*
 * A file's content, as it is while it is read. A small file is read whole before its header, so its
 * true size is known; a large one's size is announced first, and what then is missing becomes zeros
 * and what is more is cut, both flagged.
 */
#include "collect/sealing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    EXTENTS_MAX = 1 << 18,
    AHEAD = 8 * 1024 * 1024, /* asked of the disk before it is needed */
    BAD_BLOCK = 4096,        /* what is given up around a place that can't be read */
    BAD_BLOCKS_MAX = 1024,   /* of one file; then the rest of it */
};

/* A range of the file on its way into the tar. */
struct reading {
    int fd;
    struct dep_entry *entry;
    bool sparse; /* its holes aren't in the pipe, so its digest is taken here */
    struct dep_sha256_stream digest;
    unsigned bad_blocks;
    uint64_t asked; /* up to where the disk was asked to read ahead */
};

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

/* How much of `len` has to be zeros where a read at `offset` gave an error or the end. A damaged
 * medium loses only the blocks that can't be read. */
static uint64_t unreadable(struct reading *reading, bool failed, uint64_t offset, uint64_t len)
{
    uint64_t block = BAD_BLOCK - offset % BAD_BLOCK;
    reading->entry->flags |= DEP_ENTRY_SHORT;
    if (!failed || ++reading->bad_blocks > BAD_BLOCKS_MAX)
        return len;
    return block < len ? block : len;
}

/* The kernel's own read-ahead is too short for a disk that has other work beside, the container's
 * writes. */
static void read_ahead(struct reading *reading, uint64_t offset, uint64_t end)
{
    if (reading->asked < offset)
        reading->asked = offset;
    while (reading->asked < end && reading->asked < offset + AHEAD) {
        (void)posix_fadvise(reading->fd, (off_t)reading->asked, AHEAD / 4, POSIX_FADV_WILLNEED);
        reading->asked += AHEAD / 4;
    }
}

/* `len` bytes from `offset` of the file into the pipe, and a sparse file's digest. */
static int copy_range(struct dep_sealing *sealing, struct reading *reading, uint64_t offset,
                      uint64_t len)
{
    int err = DEP_OK;
    while (!err && len) {
        size_t room;
        uint8_t *at = dep_pipe_room(sealing->pipe, &room);
        if (!at)
            return dep_sealing_pipe_failed(sealing);
        size_t want = len < room ? (size_t)len : room;
        if (reading->bad_blocks &&
            want > BAD_BLOCK) /* so that a good block isn't lost with a bad */
            want = BAD_BLOCK - offset % BAD_BLOCK;
        read_ahead(reading, offset, offset + len);
        ssize_t got = pread(reading->fd, at, want, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && !reading->bad_blocks && want > BAD_BLOCK) {
            reading->bad_blocks = 1;
            continue;
        }
        if (got <= 0) {
            uint64_t lost = unreadable(reading, got < 0, offset, len);
            err = dep_sealing_zeros(sealing, lost, reading->sparse ? &reading->digest : NULL);
            offset += lost;
            len -= lost;
            continue;
        }
        if (reading->sparse)
            dep_sha256_add(&reading->digest, at, (size_t)got);
        dep_pipe_filled(sealing->pipe, (size_t)got);
        offset += (uint64_t)got;
        len -= (uint64_t)got;
        sealing->progress.bytes_done += (uint64_t)got;
        err = dep_sealing_tell(sealing);
    }
    return err;
}

static int take_large(struct dep_sealing *sealing, struct reading *reading,
                      const struct stat *before, struct dep_tar_member *member)
{
    struct dep_entry *entry = reading->entry;
    uint8_t beyond;
    member->size = member->real_size = entry->size = entry->stored;
    (void)posix_fadvise(reading->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    int err = dep_sealing_header(sealing, member, entry);
    dep_pipe_digest_start(sealing->pipe);
    if (!err)
        err = copy_range(sealing, reading, 0, entry->size);
    dep_lines_content(sealing->lines);
    if (!err)
        err = dep_sealing_padding(sealing, entry->size);
    if (err)
        return err;
    if (entry->kind == DEP_ENTRY_FILE && pread(reading->fd, &beyond, 1, (off_t)entry->size) == 1)
        entry->flags |= DEP_ENTRY_GREW;
    judge_change(reading->fd, before, entry);
    return DEP_OK;
}

static int take_small(struct dep_sealing *sealing, struct reading *reading,
                      const struct stat *before, struct dep_tar_member *member)
{
    struct dep_entry *entry = reading->entry;
    size_t len = 0;
    for (;;) {
        ssize_t got =
            pread(reading->fd, sealing->small + len, DEP_SEALING_SMALL + 1 - len, (off_t)len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            int err = dep_sealing_not_taken(sealing, entry->path, dep_reason_of(errno));
            return err ? err : DEP_FOUND;
        }
        len += (size_t)got;
        /* One more look only where the file isn't what it said: files of /proc say 0. */
        if (got == 0 || len > DEP_SEALING_SMALL || (len == (uint64_t)before->st_size && len > 0))
            break;
    }
    if (len > DEP_SEALING_SMALL) {
        entry->flags |= DEP_ENTRY_GREW;
        len = DEP_SEALING_SMALL;
    }
    entry->size = entry->stored = len;
    member->size = member->real_size = len;
    if (len != (uint64_t)before->st_size)
        entry->flags |= DEP_ENTRY_CHANGED;
    judge_change(reading->fd, before, entry);
    int err = dep_sealing_header(sealing, member, entry);
    dep_pipe_digest_start(sealing->pipe);
    if (!err)
        err = dep_sealing_bytes(sealing, sealing->small, len);
    dep_lines_content(sealing->lines);
    sealing->progress.bytes_done += len;
    return err ? err : dep_sealing_padding(sealing, len);
}

/* ---- sparse files ---- */

/* Growable, with room for the one that may be needed behind the last. */
struct extents {
    struct dep_tar_extent *at;
    size_t count, room;
};

static int add_extent(struct extents *extents, uint64_t offset, uint64_t len)
{
    struct dep_tar_extent *last = extents->count ? &extents->at[extents->count - 1] : NULL;
    if (last && last->offset + last->len == offset) { /* a hole was filled meanwhile */
        last->len += len;
        return DEP_OK;
    }
    if (extents->count == extents->room) {
        size_t room = extents->room ? extents->room * 2 : 64;
        struct dep_tar_extent *fresh = dep_realloc_array(extents->at, room, sizeof *fresh);
        if (!fresh)
            return DEP_ERR_NOMEM;
        extents->at = fresh;
        extents->room = room;
    }
    extents->at[extents->count++] = (struct dep_tar_extent){offset, len};
    return DEP_OK;
}

/* DEP_FOUND: there is no map of this file, or one too long to be worth it. */
static int find_extents(int fd, uint64_t size, struct extents *extents)
{
    uint64_t at = 0;
    while (at < size) {
        off_t data = lseek(fd, (off_t)at, SEEK_DATA);
        if (data < 0 && errno != ENXIO) /* ENXIO: only a hole is left */
            return DEP_FOUND;
        if (data < 0 || (uint64_t)data >= size)
            break;
        off_t hole = lseek(fd, data, SEEK_HOLE);
        if (hole <= data)
            return DEP_FOUND;
        at = (uint64_t)hole < size ? (uint64_t)hole : size;
        if (extents->count == EXTENTS_MAX)
            return DEP_FOUND;
        int err = add_extent(extents, (uint64_t)data, at - (uint64_t)data);
        if (err)
            return err;
    }
    /* GNU tar takes the file's length from the last extent: a hole at the end needs an empty one
     * behind it. */
    return at < size ? add_extent(extents, size, 0) : DEP_OK;
}

/* A hole costs no room, but its zeros count in the digest, however many they are. */
static int hash_hole(struct dep_sealing *sealing, struct reading *reading, uint64_t len)
{
    static const uint8_t zeros[64 * 1024];
    int err = DEP_OK;
    while (!err && len) {
        size_t take = len < sizeof zeros ? (size_t)len : sizeof zeros;
        dep_sha256_add(&reading->digest, zeros, take);
        sealing->progress.bytes_done += take;
        len -= take;
        err = dep_sealing_tell(sealing);
    }
    return err;
}

static int copy_extents(struct dep_sealing *sealing, struct reading *reading,
                        const struct extents *extents)
{
    uint64_t at = 0;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < extents->count; i++) {
        err = hash_hole(sealing, reading, extents->at[i].offset - at);
        if (!err)
            err = copy_range(sealing, reading, extents->at[i].offset, extents->at[i].len);
        at = extents->at[i].offset + extents->at[i].len;
    }
    return err ? err : hash_hole(sealing, reading, reading->entry->size - at);
}

static int take_extents(struct dep_sealing *sealing, struct reading *reading,
                        const struct stat *before, struct dep_tar_member *member,
                        const struct extents *extents)
{
    struct dep_entry *entry = reading->entry;
    DEP_AUTO_BUF map;
    dep_sha256_start(&reading->digest);
    reading->sparse = true;
    dep_buf_init(&map, (size_t)EXTENTS_MAX * 44);
    int err = dep_tar_map_encode(extents->at, extents->count, &map);
    if (err)
        return dep_fault_set(sealing->fault, err, 0, "collect.sparse", "%.*s", (int)entry->path.len,
                             (const char *)entry->path.data);
    entry->flags |= DEP_ENTRY_SPARSE;
    entry->size = entry->stored;
    entry->stored = map.len;
    for (size_t i = 0; i < extents->count; i++)
        entry->stored += extents->at[i].len;
    member->sparse = true;
    member->size = entry->stored;
    member->real_size = entry->size;
    err = dep_sealing_header(sealing, member, entry);
    if (!err)
        err = dep_sealing_bytes(sealing, map.data, map.len);
    if (!err)
        err = copy_extents(sealing, reading, extents);
    if (!err)
        err = dep_sealing_padding(sealing, entry->stored);
    judge_change(reading->fd, before, entry);
    dep_sha256_finish(&reading->digest, &entry->sha256);
    return err;
}

static bool has_holes(const struct extents *extents, uint64_t size)
{
    uint64_t data = 0;
    for (size_t i = 0; i < extents->count; i++)
        data += extents->at[i].len;
    return data < size;
}

int dep_sealing_content(struct dep_sealing *sealing, int fd, const struct stat *before,
                        struct dep_tar_member *member, struct dep_entry *entry)
{
    struct reading reading = {.fd = fd, .entry = entry};
    struct extents extents = {.at = NULL};
    if (entry->stored <= DEP_SEALING_SMALL)
        return take_small(sealing, &reading, before, member);
    bool maybe = entry->kind == DEP_ENTRY_FILE && (uint64_t)before->st_blocks * 512 < entry->stored;
    int err = maybe ? find_extents(fd, entry->stored, &extents) : DEP_FOUND;
    if (err < 0)
        err = dep_fault_set(sealing->fault, err, 0, "collect.sparse", "%.*s", (int)entry->path.len,
                            (const char *)entry->path.data);
    else if (!err && has_holes(&extents, entry->stored))
        err = take_extents(sealing, &reading, before, member, &extents);
    else
        err = take_large(sealing, &reading, before, member);
    free(extents.at);
    return err;
}
