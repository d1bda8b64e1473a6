/*
 * The journal of protected fields (doc/format/register.md section 3): what a commit wrote to the
 * ends of private/ and keyring/ stands here once more, in one file that one sync makes durable.
 *
 *     frame   <64 hex>{"i":I,"private":[SEGMENT,OFFSET,LEN],"keyring":[SEGMENT,OFFSET,LEN]}\n
 *             private lines, keyring lines
 *
 * The hex is the SHA-256 of the rest of the frame. A frame counts while its record I lies beyond
 * the checkpoint: to publish is to make all of it void, so it is overwritten from the front, and
 * the disk's own journal has nothing to do for blocks it knows.
 */
#include "store/impl.h"

#include "codec/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIGEST_LEN = 2 * DEP_HASH_LEN, HEADER_MAX = 512 };
static const char PATH[] = "journal";
static const char *const PARTS[] = {"private", "keyring"};

struct frame {
    uint64_t index;
    struct {
        uint64_t segment, offset;
        struct dep_slice lines;
    } part[DEP_COUNT(PARTS)];
};

int dep_store_sync(struct dep_register *reg, int fd, const char *where, struct dep_fault *fault)
{
    if (fdatasync(fd) == 0)
        return DEP_OK;
    reg->poisoned = true;
    return dep_store_io(reg, fault, "store.sync", where);
}

static int pwrite_all(const struct dep_register *reg, int fd, struct dep_slice bytes,
                      uint64_t offset, const char *where, struct dep_fault *fault)
{
    for (size_t done = 0; done < bytes.len;) {
        ssize_t got = pwrite(fd, bytes.data + done, bytes.len - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return dep_store_io(reg, fault, "store.write", where);
        done += (size_t)got;
    }
    return DEP_OK;
}

/* ---- writing ---- */

int dep_journal_settle(struct dep_register *reg, struct dep_fault *fault)
{
    for (size_t i = 0; i < DEP_COUNT(reg->unsynced); i++) {
        int err =
            reg->unsynced[i] < 0 ? DEP_OK : dep_store_sync(reg, reg->unsynced[i], PARTS[i], fault);
        if (err)
            return err;
        dep_store_close(&reg->unsynced[i]);
    }
    reg->journal_len = 0;
    return DEP_OK;
}

static int open_journal(struct dep_register *reg, struct dep_fault *fault)
{
    int fd = openat(reg->fd, PATH, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0)
        return fd;
    if (errno != ENOENT)
        return dep_store_io(reg, fault, "store.open", PATH);
    fd = openat(reg->fd, PATH, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return dep_store_io(reg, fault, "store.open", PATH);
    if (fsync(reg->fd) == 0)
        return fd;
    int err = dep_store_io(reg, fault, "store.sync", PATH);
    reg->poisoned = true;
    (void)close(fd);
    return err;
}

int dep_journal_append(struct dep_register *reg, uint64_t first_index, struct dep_slice secrets,
                       struct dep_slice keyring, struct dep_fault *fault)
{
    size_t room = DEP_JOURNAL_LEN_MAX - (size_t)reg->journal_len;
    if (DIGEST_LEN + HEADER_MAX + secrets.len + keyring.len > room)
        return dep_journal_settle(reg, fault);
    DEP_AUTO_BUF frame;
    dep_buf_init(&frame, DEP_JOURNAL_LEN_MAX);
    (void)dep_buf_grow(&frame, DIGEST_LEN);
    dep_buf_addf(&frame, "{\"i\":%llu,\"private\":[%u,%llu,%zu],\"keyring\":[%u,%llu,%zu]}\n",
                 (unsigned long long)first_index, reg->secrets.segment,
                 (unsigned long long)reg->secrets.len, secrets.len, reg->keyring.segment,
                 (unsigned long long)reg->keyring.len, keyring.len);
    dep_buf_add_slice(&frame, secrets);
    dep_buf_add_slice(&frame, keyring);
    if (dep_buf_err(&frame))
        return dep_store_fault(reg, fault, dep_buf_err(&frame), "store.group", PATH);
    struct dep_hash digest;
    char hex[DIGEST_LEN + 1];
    dep_sha256(dep_slice_of(frame.data + DIGEST_LEN, frame.len - DIGEST_LEN), &digest);
    dep_hex_encode(digest.bytes, sizeof digest.bytes, hex);
    memcpy(frame.data, hex, DIGEST_LEN);
    DEP_STORE_FD fd = open_journal(reg, fault);
    if (fd < 0)
        return fd;
    int err = pwrite_all(reg, fd, dep_buf_slice(&frame), reg->journal_len, PATH, fault);
    if (!err)
        err = dep_store_sync(reg, fd, PATH, fault);
    if (!err)
        reg->journal_len += frame.len;
    return err;
}

/* ---- reading ---- */

static bool take_part(const json_t *json, const char *name, struct dep_slice *rest,
                      uint64_t *out_segment, uint64_t *out_offset, struct dep_slice *out_lines)
{
    const json_t *list = dep_json_array(json, name);
    json_int_t segment = json_integer_value(json_array_get(list, 0));
    json_int_t offset = json_integer_value(json_array_get(list, 1));
    json_int_t len = json_integer_value(json_array_get(list, 2));
    if (json_array_size(list) != 3 || segment < 0 || segment > UINT32_MAX || offset < 0 ||
        len <= 0 || (uint64_t)len > rest->len)
        return false;
    *out_segment = (uint64_t)segment;
    *out_offset = (uint64_t)offset;
    *out_lines = dep_slice_sub(*rest, 0, (size_t)len);
    *rest = dep_slice_sub(*rest, (size_t)len, rest->len - (size_t)len);
    return true;
}

/* The frame at the front of `rest`, which moves past it; DEP_FOUND where none stands there. */
static int next_frame(struct dep_slice *rest, struct frame *out)
{
    struct dep_hash wanted, digest;
    if (rest->len <= DIGEST_LEN ||
        !dep_hex_parse(dep_slice_sub(*rest, 0, DIGEST_LEN), wanted.bytes, sizeof wanted.bytes))
        return DEP_FOUND;
    struct dep_slice body = dep_slice_sub(*rest, DIGEST_LEN, rest->len - DIGEST_LEN);
    struct dep_slice after = body;
    struct dep_slice near = dep_slice_sub(body, 0, body.len < HEADER_MAX ? body.len : HEADER_MAX);
    if (dep_slice_find(near, '\n') == near.len)
        return DEP_FOUND;
    struct dep_slice header = dep_slice_next(&after, '\n');
    DEP_AUTO_JSON *json = NULL;
    struct dep_finding why;
    int err = dep_json_parse(header, &json, &why);
    int64_t index;
    if (err)
        return err;
    bool good = dep_json_int(json, "i", &index) && index >= 0;
    for (size_t i = 0; good && i < DEP_COUNT(PARTS); i++)
        good = take_part(json, PARTS[i], &after, &out->part[i].segment, &out->part[i].offset,
                         &out->part[i].lines);
    if (!good)
        return DEP_FOUND;
    dep_sha256(dep_slice_sub(body, 0, body.len - after.len), &digest);
    if (!dep_hash_equal(&digest, &wanted))
        return DEP_FOUND;
    out->index = (uint64_t)index;
    *rest = after;
    return DEP_OK;
}

static int read_journal(struct dep_register *reg, struct dep_buf *out, struct dep_fault *fault)
{
    if (faccessat(reg->fd, PATH, F_OK, 0) != 0 && errno == ENOENT)
        return DEP_OK;
    return dep_file_read(reg->fd, PATH, DEP_JOURNAL_LEN_MAX, out, fault);
}

/* Frames come in the order of their records; what stands behind them is of an earlier session. */
static int next_beyond(struct dep_register *reg, struct dep_slice *rest, uint64_t *least,
                       struct frame *out, struct dep_fault *fault)
{
    int err = next_frame(rest, out);
    if (err < 0)
        return dep_store_fault(reg, fault, err, "store.journal", PATH);
    if (err || out->index < *least)
        return DEP_FOUND;
    *least = out->index + 1;
    return DEP_OK;
}

static int put_in_place(struct dep_register *reg, const struct frame *frame,
                        struct dep_fault *fault)
{
    for (size_t i = 0; i < DEP_COUNT(PARTS); i++) {
        char path[DEP_SEGMENT_PATH];
        struct stat info;
        dep_segment_path(&(struct dep_family){.folder = PARTS[i]}, (uint32_t)frame->part[i].segment,
                         path);
        DEP_STORE_FD fd = openat(reg->fd, path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 || fstat(fd, &info) != 0)
            return dep_store_io(reg, fault, "store.open", path);
        if ((uint64_t)info.st_size < frame->part[i].offset)
            return dep_store_fault(reg, fault, DEP_ERR_CORRUPT, "store.short", path);
        int err = pwrite_all(reg, fd, frame->part[i].lines, frame->part[i].offset, path, fault);
        if (!err)
            err = dep_store_sync(reg, fd, path, fault);
        if (!err)
            err = dep_folder_sync(reg->fd, PARTS[i], fault);
        if (err)
            return err;
    }
    return DEP_OK;
}

int dep_journal_replay(struct dep_register *reg, struct dep_fault *fault)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_JOURNAL_LEN_MAX);
    int err = read_journal(reg, &text, fault);
    struct dep_slice rest = dep_buf_slice(&text);
    struct frame frame = {0};
    uint64_t least = reg->checkpoint.size;
    while (!err && !(err = next_beyond(reg, &rest, &least, &frame, fault)))
        err = put_in_place(reg, &frame, fault);
    return err == DEP_FOUND ? DEP_OK : err;
}

int dep_journal_void(struct dep_register *reg, bool all, struct dep_fault *fault)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_JOURNAL_LEN_MAX);
    struct frame frame;
    uint64_t least = reg->checkpoint.size;
    int err = read_journal(reg, &text, fault);
    struct dep_slice rest = dep_buf_slice(&text);
    if (!err && !all)
        err = next_beyond(reg, &rest, &least, &frame, fault);
    if (err || text.len == 0)
        return err == DEP_FOUND ? DEP_OK : err;
    memset(text.data, 0, text.len);
    DEP_STORE_FD fd = open_journal(reg, fault);
    if (fd < 0)
        return fd;
    err = pwrite_all(reg, fd, dep_buf_slice(&text), 0, PATH, fault);
    return err ? err : dep_store_sync(reg, fd, PATH, fault);
}
