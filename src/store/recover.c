/*
 * Reading records in order, and recovering: the ordinary reader, then the ordinary publisher, over
 * what a crash left behind the checkpoint.
 */
#include "store/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_file(struct dep_line_file *file)
{
    if (file->path[0])
        (void)close(file->fd);
    file->path[0] = 0;
}

void dep_line_files_close(struct dep_register *reg)
{
    for (size_t i = 0; i < DEP_COUNT(reg->line_files); i++)
        close_file(&reg->line_files[i]);
}

/* An erasure puts another file in the place of one in keyring/ and overwrites that: what isn't in
 * the folder any more is read no further. */
static bool stands(const struct dep_line_file *file)
{
    struct stat info;
    return fstat(file->fd, &info) == 0 && info.st_nlink > 0;
}

/* Borrowed, or -1 with errno. */
static int open_file(struct dep_register *reg, const char *path)
{
    struct dep_line_file *file = NULL;
    for (size_t i = 0; !file && i < DEP_COUNT(reg->line_files); i++)
        if (strcmp(reg->line_files[i].path, path) == 0)
            file = &reg->line_files[i];
    if (file && stands(file))
        return file->fd;
    if (!file)
        file = &reg->line_files[reg->line_files_next++ % DEP_COUNT(reg->line_files)];
    close_file(file);
    file->fd = openat(reg->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file->fd >= 0)
        (void)snprintf(file->path, sizeof file->path, "%s", path);
    return file->fd;
}

int dep_store_read_line(struct dep_register *reg, const char *path, const struct dep_place *place,
                        struct dep_buf *out, struct dep_fault *fault)
{
    int fd = open_file(reg, path);
    if (fd < 0)
        return dep_store_io(reg, fault, "store.open", path);
    uint8_t *at = dep_buf_grow(out, place->len);
    if (!at)
        return dep_store_fault(reg, fault, dep_buf_err(out), "store.line", path);
    for (size_t done = 0; done < place->len;) {
        ssize_t got = pread(fd, at + done, place->len - done, (off_t)(place->offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            out->len -= place->len;
            return got ? dep_store_io(reg, fault, "store.read", path)
                       : dep_store_fault(reg, fault, DEP_ERR_CORRUPT, "store.short", path);
        }
        done += (size_t)got;
    }
    return DEP_OK;
}

int dep_register_read(struct dep_register *reg, const struct dep_place *place, struct dep_buf *out,
                      struct dep_fault *fault)
{
    char path[DEP_SEGMENT_PATH];
    dep_segment_path(&reg->records, place->segment, path);
    return dep_store_read_line(reg, path, place, out, fault);
}

/* ---- walking ---- */

struct record_walk {
    uint64_t index, first, end; /* of the next line; from and up to which `each` is called */
    dep_line_fn *each;
    void *context;
};

static int walk_line(void *context, const struct dep_place *place, struct dep_slice line,
                     bool whole)
{
    struct record_walk *walk = context;
    if (walk->index >= walk->end || !whole)
        return DEP_FOUND;
    uint64_t index = walk->index++;
    if (index < walk->first)
        return DEP_OK;
    int err = walk->each(walk->context, index, place, line);
    if (err == DEP_FOUND)
        walk->end = 0; /* the caller's own end, to be told apart from ours */
    return err;
}

/* Where line `first` begins in its file, and which line stands at `out_from`: counted back from the
 * end of the tree, where that is nearer than the file's beginning. */
static int find_first(struct dep_register *reg, uint64_t first, uint64_t *out_from,
                      uint64_t *out_index, struct dep_fault *fault)
{
    const struct dep_family *end = &reg->records;
    uint64_t begins = first / DEP_SEGMENT_RECORDS * DEP_SEGMENT_RECORDS;
    uint64_t ends = (uint64_t)end->segment * DEP_SEGMENT_RECORDS + end->lines;
    *out_from = 0;
    *out_index = begins;
    if (first / DEP_SEGMENT_RECORDS != end->segment || first > ends ||
        ends - first > first - begins)
        return DEP_OK;
    uint64_t from = end->len;
    int err = first == ends
                  ? DEP_OK
                  : dep_segment_back(reg, end, end->segment, end->len, ends - first, &from, fault);
    if (!err) {
        *out_from = from;
        *out_index = first;
    }
    return err < 0 ? err : DEP_OK;
}

int dep_register_walk(struct dep_register *reg, uint64_t first, bool tail, dep_line_fn *each,
                      void *context, struct dep_fault *fault)
{
    uint64_t end = tail ? UINT64_MAX : reg->checkpoint.size, from = 0;
    struct record_walk walk = {.first = first, .end = end, .each = each, .context = context};
    uint32_t last = 0;
    int err = dep_segment_last(reg, &reg->records, &last, fault);
    if (!err)
        err = find_first(reg, first, &from, &walk.index, fault);
    if (err)
        return err < 0 ? err : DEP_OK;
    for (uint32_t segment = (uint32_t)(first / DEP_SEGMENT_RECORDS); segment <= last; segment++) {
        err = dep_segment_walk(reg, &reg->records, segment, from, walk_line, &walk, fault);
        walk.index = ((uint64_t)segment + 1) * DEP_SEGMENT_RECORDS;
        from = 0;
        if (err == DEP_FOUND && walk.end != 0)
            return DEP_OK; /* the end of what counts */
        if (err)
            return err;
    }
    return DEP_OK;
}

/* ---- recovering ---- */

struct tail {
    struct dep_register *reg;
    dep_tail_judge_fn *judge;
    void *context;
    struct dep_family end; /* behind the last good line */
    struct dep_buf again;  /* the good lines of this file, to be written once more */
    uint64_t good, bad;
    uint64_t index;
};

static int judge_line(void *context, const struct dep_place *place, struct dep_slice line,
                      bool whole)
{
    (void)place;
    struct tail *tail = context;
    if (tail->bad) {
        tail->bad++;
        return DEP_OK;
    }
    int err = whole && line.len <= DEP_JWT_LEN_MAX ? tail->judge(tail->context, tail->index, line)
                                                   : DEP_FOUND;
    if (err == DEP_FOUND) {
        tail->bad = 1;
        return DEP_OK;
    }
    if (err)
        return err;
    struct dep_hash entry;
    dep_sha256(line, &entry);
    dep_buf_add_slice(&tail->again, line);
    dep_buf_add_byte(&tail->again, '\n');
    tail->index++;
    tail->good++;
    err = dep_buf_err(&tail->again);
    return err ? err : dep_tile_builder_add(tail->reg->builder, &entry);
}

/* Read from the page cache isn't read from the disk: the good lines are written again and synced
 * before anything is signed over them. */
static int write_again(struct tail *tail, struct dep_fault *fault)
{
    struct dep_register *reg = tail->reg;
    if (tail->again.len == 0)
        return DEP_OK;
    char path[DEP_SEGMENT_PATH];
    dep_segment_path(&tail->end, tail->end.segment, path);
    DEP_STORE_FD fd = openat(reg->fd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || lseek(fd, (off_t)tail->end.len, SEEK_SET) < 0)
        return dep_store_io(reg, fault, "store.open", path);
    int err = dep_file_write_all(fd, tail->again.data, tail->again.len, path, fault);
    if (!err)
        err = dep_store_sync(reg, fd, path, fault);
    if (!err)
        err = dep_folder_sync(reg->fd, "records", fault);
    return err;
}

static int recover_file(struct tail *tail, uint32_t segment, struct dep_fault *fault)
{
    struct dep_register *reg = tail->reg;
    uint64_t from = segment == reg->records.segment ? reg->records.len : 0;
    uint64_t before = tail->good;
    tail->end = (struct dep_family){.folder = "records",
                                    .segment = segment,
                                    .len = from,
                                    .lines = from ? reg->records.lines : 0};
    dep_buf_clear(&tail->again);
    int err = dep_segment_walk(reg, &reg->records, segment, from, judge_line, tail, fault);
    if (!err)
        err = write_again(tail, fault);
    if (!err && tail->bad)
        err = dep_segment_move_aside(reg, &reg->records, segment, from + tail->again.len, fault);
    tail->end.len = from + tail->again.len;
    tail->end.lines += tail->good - before;
    return err;
}

static int recover_locked(struct dep_register *reg, const struct dep_signing_key *log_key,
                          struct tail *tail, struct dep_recovery *out, struct dep_fault *fault)
{
    uint32_t last = 0;
    int err = dep_register_refresh(reg, fault);
    reg->log_doubtful = true;
    if (!err)
        err = dep_store_load_builder(reg, fault);
    if (!err)
        err = dep_journal_replay(reg, fault);
    if (!err)
        err = dep_segment_last(reg, &reg->records, &last, fault);
    if (err)
        return err < 0 ? err : DEP_OK;
    tail->index = reg->checkpoint.size;
    tail->end = reg->records;
    for (uint32_t segment = reg->records.segment; !err && segment <= last; segment++)
        err = recover_file(tail, segment, fault);
    if (!err && tail->good)
        err = dep_store_publish(reg, log_key, fault);
    if (err) {
        reg->poisoned = true; /* the builder may stand beyond the checkpoint */
        return err;
    }
    out->tail_records = tail->good;
    out->moved_lines = tail->bad;
    reg->records = tail->end;
    if (reg->records.lines == DEP_SEGMENT_RECORDS)
        reg->records =
            (struct dep_family){.folder = "records", .segment = reg->records.segment + 1};
    reg->has_tail = false;
    return dep_store_settle(reg, &out->moved_private, fault);
}

int dep_register_recover(struct dep_register *reg, const struct dep_signing_key *log_key,
                         dep_tail_judge_fn *judge, void *context, struct dep_recovery *out,
                         struct dep_fault *fault)
{
    enum { TAIL_LEN_MAX = 1024 * 1024 * 1024 };
    struct tail tail = {.reg = reg, .judge = judge, .context = context};
    struct dep_recovery done = {.tail_records = 0};
    int err = dep_store_lock(reg, fault);
    if (err)
        return err;
    dep_buf_init(&tail.again, TAIL_LEN_MAX);
    err = recover_locked(reg, log_key, &tail, &done, fault);
    dep_buf_done(&tail.again);
    dep_store_unlock(reg);
    if (!err)
        *out = done;
    return err;
}
