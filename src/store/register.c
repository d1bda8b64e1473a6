/*
 * register.json and the open register.
 */
#include "store/folder.h"
#include "store/impl.h"

#include "codec/base64.h"
#include "codec/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { INFO_MAX = 64 * 1024 };

static const struct {
    const char *name;
    unsigned mode;
} FOLDERS[] = {
    {"charter", 0700}, {"keys", 0700},  {"records", 0700},  {"private", 0700}, {"keyring", 0700},
    {"vault", 0700},   {"aside", 0700}, {"readings", 0700}, {"log", 0755},     {"log/tile", 0755},
};

bool dep_register_owns(const char *name)
{
    static const char *const files[] = {"cosigned",     "index.db",     "index.db-journal",
                                        "index.db-shm", "index.db-wal", "journal",
                                        "lock",         "register.json"};
    static const char part[] = ".unfinished";
    size_t len = strlen(name), part_len = sizeof part - 1;
    if (len > part_len && strcmp(name + len - part_len, part) == 0)
        len -= part_len;
    bool own = false;
    for (size_t i = 0; !own && i < DEP_COUNT(FOLDERS); i++)
        own = dep_slice_equal_string(dep_slice_of(name, len), FOLDERS[i].name);
    for (size_t i = 0; !own && i < DEP_COUNT(files); i++)
        own = dep_slice_equal_string(dep_slice_of(name, len), files[i]);
    return own;
}

/* ---- register.json ---- */

static int encode_info(const struct dep_register_info *info, struct dep_buf *out)
{
    char log_key[45] = "";
    dep_base64_write(DEP_BASE64_STD, info->log_key.bytes, DEP_ED25519_PUBLIC_LEN, log_key);
    DEP_AUTO_JSON *json = json_pack(
        "{s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "format", DEP_REGISTER_FORMAT, "member", info->member,
        "name", info->name, "origin", info->origin, "profile", info->field ? "field" : "office",
        "created", info->created, "root", info->root_kid, "log_key", log_key);
    int err = json ? dep_json_encode_sorted(json, out) : DEP_ERR_NOMEM;
    dep_buf_add_byte(out, '\n');
    return err ? err : dep_buf_err(out);
}

static bool copy_member(const json_t *json, const char *name, char *out, size_t room)
{
    const char *text = dep_json_string(json, name);
    return text && (size_t)snprintf(out, room, "%s", text) < room;
}

/* What can't be read as this version's form is refused before anything else is looked at. */
static int parse_info(struct dep_slice text, struct dep_register_info *out)
{
    DEP_AUTO_JSON *json = NULL;
    struct dep_finding why;
    int err = dep_json_parse(text, &json, &why);
    if (err)
        return err;
    int64_t format;
    struct dep_register_info info = {.member = ""};
    const char *profile = dep_json_string(json, "profile"),
               *log_key = dep_json_string(json, "log_key");
    if (!dep_json_int(json, "format", &format) || format != DEP_REGISTER_FORMAT || !profile ||
        !log_key || !copy_member(json, "member", info.member, sizeof info.member) ||
        !copy_member(json, "name", info.name, sizeof info.name) ||
        !copy_member(json, "origin", info.origin, sizeof info.origin) ||
        !copy_member(json, "created", info.created, sizeof info.created) ||
        !copy_member(json, "root", info.root_kid, sizeof info.root_kid) ||
        !dep_origin_valid(dep_slice_string(info.origin)) ||
        !dep_base64_parse_exact(DEP_BASE64_STD, dep_slice_string(log_key), info.log_key.bytes,
                                DEP_ED25519_PUBLIC_LEN))
        return DEP_FOUND;
    info.field = strcmp(profile, "field") == 0;
    *out = info;
    return info.field || strcmp(profile, "office") == 0 ? DEP_OK : DEP_FOUND;
}

int dep_register_fill(const char *dir, const struct dep_register_info *info,
                      struct dep_fault *fault)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        int sys = errno;
        return dep_fault_set(fault, DEP_ERR_IO, sys, "store.create", "%s", dir);
    }
    int err = DEP_OK;
    for (size_t i = 0; !err && i < DEP_COUNT(FOLDERS); i++)
        err = dep_folder_make(fd, FOLDERS[i].name, FOLDERS[i].mode, fault);
    if (!err)
        err = dep_file_create(fd, "lock", (struct dep_slice){NULL, 0}, 0600, fault);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, INFO_MAX);
    if (!err && encode_info(info, &text))
        err = dep_fault_set(fault, DEP_ERR_NOMEM, 0, "store.create", "%s", dir);
    /* Last: what has a register.json is whole. */
    if (!err)
        err = dep_file_create(fd, "register.json", dep_buf_slice(&text), 0600, fault);
    (void)close(fd);
    return err;
}

int dep_register_create(const char *dir, const struct dep_register_info *info,
                        struct dep_fault *fault)
{
    if (mkdir(dir, 0700) != 0) {
        int sys = errno;
        return dep_fault_set(fault, DEP_ERR_IO, sys, "store.create", "%s", dir);
    }
    int err = dep_register_fill(dir, info, fault);
    if (err)
        dep_folder_remove(dir);
    return err;
}

/* ---- finding the ends ---- */

static int count_line(void *context, const struct dep_place *place, struct dep_slice line,
                      bool whole)
{
    (void)line;
    struct dep_family *family = context;
    if (!whole)
        return DEP_OK;
    family->lines++;
    family->len = place->offset + place->len + 1;
    return DEP_OK;
}

/* 0 where there is none. */
static int segment_len(const struct dep_register *reg, const struct dep_family *family,
                       uint32_t segment, uint64_t *out, struct dep_fault *fault)
{
    char path[DEP_SEGMENT_PATH];
    struct stat info = {.st_size = 0};
    dep_segment_path(family, segment, path);
    if (fstatat(reg->fd, path, &info, AT_SYMLINK_NOFOLLOW) != 0 && errno != ENOENT)
        return dep_store_io(reg, fault, "store.read", path);
    *out = (uint64_t)info.st_size;
    return DEP_OK;
}

struct to_line {
    uint64_t wanted, seen, end;
};

static int stop_after(void *context, const struct dep_place *place, struct dep_slice line,
                      bool whole)
{
    (void)line;
    struct to_line *to = context;
    if (!whole)
        return DEP_OK;
    to->end = place->offset + place->len + 1;
    return ++to->seen == to->wanted ? DEP_FOUND : DEP_OK;
}

/* Is this line the last leaf of the tree that the checkpoint signs? Tiles that are missing or
 * damaged prove nothing. */
static bool is_last_leaf(struct dep_register *reg, struct dep_slice line)
{
    uint64_t size = reg->checkpoint.size;
    struct dep_tile_source tiles = {dep_register_tile_read, reg, size, 0};
    struct dep_merkle_proof proof;
    struct dep_hash entry, leaf;
    dep_sha256(line, &entry);
    dep_sha256_leaf(&entry, &leaf);
    return dep_merkle_prove_inclusion(size - 1, size, dep_tile_source_read, &tiles, &proof) ==
               DEP_OK &&
           dep_merkle_verify_inclusion(&leaf, size - 1, size, &proof, &reg->checkpoint.root);
}

/* Where nothing lies behind the tree, its end is the file's, and the last line shows it: the others
 * needn't be counted. DEP_FOUND: it doesn't show. */
static int find_last_leaf(struct dep_register *reg, struct dep_family *end, struct dep_fault *fault)
{
    char path[DEP_SEGMENT_PATH];
    struct stat info;
    uint64_t from = 0;
    dep_segment_path(end, end->segment, path);
    if (fstatat(reg->fd, path, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
        return DEP_FOUND;
    uint64_t len = (uint64_t)info.st_size;
    int err = dep_segment_back(reg, end, end->segment, len, 1, &from, fault);
    if (err || len - from > DEP_JWT_LEN_MAX)
        return err < 0 ? err : DEP_FOUND;
    DEP_AUTO_BUF line;
    dep_buf_init(&line, DEP_JWT_LEN_MAX);
    struct dep_place place = {end->segment, (uint32_t)(len - from - 1), from};
    err = dep_register_read(reg, &place, &line, fault);
    if (err)
        return err == DEP_ERR_CORRUPT ? DEP_FOUND : err;
    if (!is_last_leaf(reg, dep_buf_slice(&line)))
        return DEP_FOUND;
    end->len = len;
    return DEP_OK;
}

/* The place in records/ where the checkpoint's tree ends: in the file that its size names, after so
 * many lines. */
static int find_records_end(struct dep_register *reg, struct dep_fault *fault)
{
    uint64_t size = reg->checkpoint.size;
    struct dep_family end = {.folder = "records",
                             .segment = (uint32_t)(size / DEP_SEGMENT_RECORDS),
                             .lines = size % DEP_SEGMENT_RECORDS};
    int shown = end.lines ? find_last_leaf(reg, &end, fault) : DEP_OK;
    if (shown < 0)
        return shown;
    if (shown == DEP_FOUND) {
        /* Forward from what is known already, where it is the same file. */
        bool ahead = reg->records.segment == end.segment && reg->records.lines <= end.lines;
        struct to_line to = {.wanted = end.lines,
                             .seen = ahead ? reg->records.lines : 0,
                             .end = ahead ? reg->records.len : 0};
        int err = to.seen == to.wanted
                      ? DEP_FOUND
                      : dep_segment_walk(reg, &end, end.segment, to.end, stop_after, &to, fault);
        if (err < 0)
            return err;
        if (to.seen != to.wanted) {
            char path[DEP_SEGMENT_PATH];
            dep_segment_path(&end, end.segment, path);
            return dep_store_fault(reg, fault, DEP_ERR_CORRUPT, "store.records.missing", path);
        }
        end.len = to.end;
    }
    reg->records = end;
    return DEP_OK;
}

/* Bytes behind the checkpoint's tree in its last file, or a file after it. */
static void look_for_tail(struct dep_register *reg)
{
    char path[DEP_SEGMENT_PATH];
    struct stat info;
    dep_segment_path(&reg->records, reg->records.segment, path);
    reg->has_tail = fstatat(reg->fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                    (uint64_t)info.st_size > reg->records.len;
    dep_segment_path(&reg->records, reg->records.segment + 1, path);
    reg->has_tail |= fstatat(reg->fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Lines are counted in keyring/ alone: of private/ the file's length is all that is asked. */
static int find_family_end(struct dep_register *reg, struct dep_family *family,
                           struct dep_fault *fault)
{
    uint32_t last = 0;
    uint64_t len = 0;
    int err = dep_segment_last(reg, family, &last, fault);
    if (err < 0)
        return err;
    bool counted = family == &reg->keyring;
    if (!err && !counted)
        err = segment_len(reg, family, last, &len, fault);
    *family = (struct dep_family){.folder = family->folder, .segment = last, .len = len};
    if (err)
        return err < 0 ? err : DEP_OK;
    return counted ? dep_segment_walk(reg, family, last, 0, count_line, family, fault) : DEP_OK;
}

/* A tail may be a crash's, or that of a writer who is about to publish it: he holds the lock. */
static int wait_for_writer(struct dep_register *reg, struct dep_fault *fault)
{
    struct dep_family seen = reg->records;
    struct stat info;
    char path[DEP_SEGMENT_PATH];
    DEP_STORE_FD lock = openat(reg->fd, "lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int err = lock < 0 ? DEP_OK : dep_segment_last(reg, &reg->records, &seen.segment, fault);
    if (err || lock < 0)
        return err < 0 ? err : DEP_OK;
    dep_segment_path(&seen, seen.segment, path);
    seen.len = fstatat(reg->fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0 ? (uint64_t)info.st_size : 0;
    for (int waited_ms = 0; reg->has_tail && waited_ms < DEP_LOCK_WAIT_MS; waited_ms++) {
        bool alone = flock(lock, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK;
        err = dep_register_refresh(reg, fault);
        if (err || alone)
            return err;
        if (reg->records.segment > seen.segment ||
            (reg->records.segment == seen.segment && reg->records.len >= seen.len))
            break; /* what is behind that came after we did */
        struct timespec pause = {.tv_nsec = 1000 * 1000};
        (void)nanosleep(&pause, NULL);
    }
    reg->has_tail = false;
    return DEP_OK;
}

/* ---- opening ---- */

/* Who isn't allowed to look isn't told that there is none. */
static int not_opened(const struct dep_register *reg, struct dep_fault *fault, const char *where)
{
    bool absent = errno == ENOENT || errno == ENOTDIR;
    return dep_store_io(reg, fault, absent ? "store.no_register" : "store.open", where);
}

static int read_info(struct dep_register *reg, struct dep_fault *fault)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, INFO_MAX);
    int err = dep_file_read(reg->fd, "register.json", INFO_MAX, &text, fault);
    if (err == DEP_ERR_IO) {
        errno = fault->sys;
        return not_opened(reg, fault, "register.json");
    }
    if (err)
        return dep_store_fault(reg, fault, err, "store.open", "register.json");
    err = parse_info(dep_buf_slice(&text), &reg->info);
    if (err == DEP_FOUND)
        return dep_store_fault(reg, fault, DEP_ERR_CORRUPT, "store.format", "register.json");
    return err ? dep_store_fault(reg, fault, err, "store.format", "register.json") : DEP_OK;
}

int dep_register_refresh(struct dep_register *reg, struct dep_fault *fault)
{
    bool changed;
    int err = dep_store_read_checkpoint(reg, &changed, fault);
    if (!err && changed)
        err = find_records_end(reg, fault);
    if (!err)
        look_for_tail(reg);
    return err;
}

int dep_register_open(const char *dir, enum dep_open_mode mode, struct dep_register **out,
                      struct dep_fault *fault)
{
    struct dep_register *reg = dep_alloc(sizeof *reg);
    if (!reg)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "store.open", "%s", dir);
    (void)snprintf(reg->dir, sizeof reg->dir, "%s", dir);
    reg->write = mode == DEP_OPEN_WRITE;
    reg->records.folder = "records";
    reg->secrets.folder = "private";
    reg->keyring.folder = "keyring";
    reg->builder_size = UINT64_MAX;
    reg->lock_fd = reg->unsynced[0] = reg->unsynced[1] = -1;
    dep_buf_init(&reg->note, DEP_NOTE_LEN_MAX);
    reg->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int err = reg->fd < 0 ? not_opened(reg, fault, "") : read_info(reg, fault);
    if (!err && reg->write) {
        reg->lock_fd = openat(reg->fd, "lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        err = reg->lock_fd < 0 ? dep_store_io(reg, fault, "store.lock", "lock") : DEP_OK;
    }
    if (!err)
        err = dep_register_refresh(reg, fault);
    if (!err && reg->has_tail)
        err = wait_for_writer(reg, fault);
    if (err) {
        dep_register_close(reg);
        return err;
    }
    *out = reg;
    return DEP_OK;
}

void dep_register_close(struct dep_register *reg)
{
    if (!reg)
        return;
    dep_keks_forget(reg);
    dep_keks_close(reg);
    dep_line_files_close(reg);
    dep_tile_builder_free(reg->builder);
    dep_buf_done(&reg->note);
    for (size_t i = 0; i < DEP_COUNT(reg->unsynced); i++)
        dep_store_close(&reg->unsynced[i]);
    dep_store_close(&reg->lock_fd);
    dep_store_close(&reg->fd);
    free(reg);
}

const struct dep_register_info *dep_register_info(const struct dep_register *reg)
{
    return &reg->info;
}

const char *dep_register_dir(const struct dep_register *reg)
{
    return reg->dir;
}

int dep_register_dir_fd(const struct dep_register *reg)
{
    return reg->fd;
}

bool dep_register_has_tail(const struct dep_register *reg)
{
    return reg->has_tail;
}

uint64_t dep_register_count(const struct dep_register *reg)
{
    return reg->checkpoint.size;
}

int dep_register_checkpoint(struct dep_register *reg, struct dep_slice *out_note,
                            struct dep_checkpoint *out, struct dep_fault *fault)
{
    (void)fault;
    *out_note = dep_buf_slice(&reg->note);
    *out = reg->checkpoint;
    return DEP_OK;
}

int dep_register_set_readers(struct dep_register *reg, const struct dep_reader_key *readers,
                             size_t reader_count, const struct dep_age_recipient *recovery,
                             size_t recovery_count)
{
    if (reader_count > DEP_KEKS_MAX || recovery_count > DEP_RECIPIENTS_MAX)
        return DEP_ERR_CAP;
    /* Other readers, other keks. */
    dep_keks_forget(reg);
    if (reader_count)
        memcpy(reg->readers, readers, reader_count * sizeof *readers);
    if (recovery_count)
        memcpy(reg->recovery, recovery, recovery_count * sizeof *recovery);
    reg->reader_count = reader_count;
    reg->recovery_count = recovery_count;
    return DEP_OK;
}

/* ---- the lock ---- */

int dep_store_lock(struct dep_register *reg, struct dep_fault *fault)
{
    if (reg->poisoned)
        return dep_store_fault(reg, fault, DEP_ERR_IO, "store.poisoned", "");
    assert(reg->write);
    for (int waited_ms = 0; flock(reg->lock_fd, LOCK_EX | LOCK_NB) != 0; waited_ms++) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return dep_store_io(reg, fault, "store.lock", "lock");
        if (waited_ms >= DEP_LOCK_WAIT_MS)
            return dep_store_fault(reg, fault, DEP_ERR_LOCKED, "store.locked", "lock");
        struct timespec pause = {.tv_nsec = 1000 * 1000};
        (void)nanosleep(&pause, NULL);
    }
    return DEP_OK;
}

void dep_store_unlock(struct dep_register *reg)
{
    (void)flock(reg->lock_fd, LOCK_UN);
}

/* ---- orphans ---- */

struct orphan_scan {
    uint64_t count; /* of records */
    uint64_t from;  /* where the orphaned lines begin */
    uint64_t orphans;
    bool within; /* the first line began before */
    bool found;
    bool behind_good; /* a record's line stands before them, or would */
};

/* The index stands near the front of a line we wrote; a line without one (a kek, an erasure)
 * belongs to what stands before it. */
bool dep_store_line_index(struct dep_slice line, uint64_t *out)
{
    static const char mark[] = "\"i\":";
    enum { NEAR = 64 };
    size_t near = line.len < NEAR ? line.len : NEAR;
    const uint8_t *at = near ? memmem(line.data, near, mark, sizeof mark - 1) : NULL;
    if (!at)
        return false;
    struct dep_slice rest =
        dep_slice_of(at + sizeof mark - 1, line.len - (size_t)(at - line.data) - (sizeof mark - 1));
    return dep_u64_parse(dep_slice_sub(rest, 0, dep_slice_find(rest, ',')), INT64_MAX, out);
}

static int look_at_line(void *context, const struct dep_place *place, struct dep_slice line,
                        bool whole)
{
    struct orphan_scan *scan = context;
    uint64_t index;
    if (scan->within) {
        scan->within = false;
        return DEP_OK;
    }
    bool named = dep_store_line_index(line, &index);
    bool orphan = !whole || (named && index >= scan->count);
    if (orphan && !scan->found) {
        scan->found = true;
        scan->from = place->offset;
    }
    scan->behind_good |= named && !scan->found;
    scan->orphans += scan->found;
    return DEP_OK;
}

/* Lines stand in the order of their records, and nothing is written behind an orphan: so what lies
 * before the last line that a record has needn't be read, up to 64 MiB. */
static int scan_end(const struct dep_register *reg, const struct dep_family *family,
                    uint32_t segment, struct orphan_scan *out, struct dep_fault *fault)
{
    uint64_t len = 0, back = DEP_STORE_PIECE;
    int err = segment_len(reg, family, segment, &len, fault);
    for (bool all = false; !err && !all && !out->behind_good; back *= 2) {
        all = back >= len;
        *out = (struct orphan_scan){.count = reg->checkpoint.size, .within = !all};
        err =
            dep_segment_walk(reg, family, segment, all ? 0 : len - back, look_at_line, out, fault);
    }
    return err;
}

static int settle_family(struct dep_register *reg, struct dep_family *family, uint64_t *out_moved,
                         struct dep_fault *fault)
{
    uint32_t last = 0;
    int err = dep_segment_last(reg, family, &last, fault);
    if (err)
        return err < 0 ? err : find_family_end(reg, family, fault);
    /* A group fills at most two files. */
    bool more = true;
    for (uint32_t segment = last; more; segment--) {
        struct orphan_scan scan = {.found = false};
        err = scan_end(reg, family, segment, &scan, fault);
        if (!err && scan.found)
            err = dep_segment_move_aside(reg, family, segment, scan.from, fault);
        if (err)
            return err;
        *out_moved += scan.orphans;
        more = !scan.behind_good && segment == last && segment > 0;
    }
    return find_family_end(reg, family, fault);
}

int dep_store_settle(struct dep_register *reg, uint64_t *out_moved, struct dep_fault *fault)
{
    int err = settle_family(reg, &reg->secrets, out_moved, fault);
    if (!err)
        err = settle_family(reg, &reg->keyring, out_moved, fault);
    /* What the journal holds of them must not come back once their index is taken. */
    if (!err)
        err = dep_journal_void(reg, false, fault);
    reg->settled = !err;
    return err;
}
