/*
 * The outer half of the verifier: names, bytes and digests for src/package/verify.h.
 *
 * Large files are read ahead by a thread of their own, past the page cache, and digested on two;
 * small ones, of which there may be a hundred thousand, at once.
 */
#include "node/verify_bag.h"

#include "node/tasks.h"
#include "store/digests.h"
#include "store/file.h"
#include "store/vault_file.h"
#include "vault/age.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DEPTH_MAX = 32, SMALL_MAX = 1024 * 1024 };

struct dep_bag_verified {
    char *dir; /* for messages: the disk may be gone, and which one it was is told too */
    int folder;
    struct dep_tasks *tasks;
    struct dep_verify *verify;
    struct dep_fault fault;
    /* The file that was read from last: a record is read after the other. */
    char last_path[DEP_BAG_PATH_MAX + 1];
    int last_fd;

    const struct dep_bag_order *order; /* until the bytes are read */
    uint64_t bytes, bytes_done;
    size_t files;
    uint8_t *block; /* of SMALL_MAX */
};

/* ---- opening ---- */

/* A regular file below the folder, through no link and no mount. -1 with errno. */
static int open_below(int folder, const char *path)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    int fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
    /* Of a kernel before 5.6; components were looked at when walking. */
    return fd < 0 && errno == ENOSYS ? openat(folder, path, (int)how.flags) : fd;
}

static int io_fault(struct dep_bag_verified *bag, const char *what, struct dep_slice path)
{
    int sys = errno;
    return dep_fault_set(&bag->fault, DEP_ERR_IO, sys, what, "%s/%.*s", bag->dir, (int)path.len,
                         (const char *)path.data);
}

static int open_file(struct dep_bag_verified *bag, struct dep_slice path, uint64_t size,
                     int *out_fd)
{
    char name[DEP_BAG_PATH_MAX + 1];
    struct stat info;
    (void)snprintf(name, sizeof name, "%.*s", (int)path.len, (const char *)path.data);
    int fd = open_below(bag->folder, name);
    if (fd < 0)
        return io_fault(bag, "bag.open", path);
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || (uint64_t)info.st_size != size) {
        (void)close(fd);
        return dep_fault_set(&bag->fault, DEP_ERR_CHANGED, 0, "bag.changed", "%s", name);
    }
    *out_fd = fd;
    return DEP_OK;
}

/* DEP_FOUND at the end of the file. */
static int read_exactly(struct dep_bag_verified *bag, int fd, uint64_t offset, uint8_t *out,
                        size_t len, struct dep_slice where)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(fd, out + done, len - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_fault(bag, "bag.read", where);
        if (got == 0) {
            dep_fault_place(&bag->fault, "%.*s", (int)where.len, (const char *)where.data);
            return DEP_FOUND;
        }
        done += (size_t)got;
    }
    return DEP_OK;
}

static void forget_last(struct dep_bag_verified *bag)
{
    if (bag->last_fd >= 0)
        (void)close(bag->last_fd);
    bag->last_fd = -1;
}

static int read_again(void *context, struct dep_slice path, uint64_t offset, uint8_t *out,
                      size_t len)
{
    struct dep_bag_verified *bag = context;
    if (bag->last_fd < 0 || !dep_slice_equal_string(path, bag->last_path)) {
        forget_last(bag);
        (void)snprintf(bag->last_path, sizeof bag->last_path, "%.*s", (int)path.len,
                       (const char *)path.data);
        bag->last_fd = open_below(bag->folder, bag->last_path);
        if (bag->last_fd < 0)
            return io_fault(bag, "bag.open", path);
    }
    return read_exactly(bag, bag->last_fd, offset, out, len, path);
}

/* ---- walking (step 1) ---- */

struct walk {
    struct dep_bag_verified *bag;
    struct dep_buf path;
    size_t depth;
};

static int walk_folder(struct walk *walk, int fd);

static int walk_fault(struct walk *walk, int sys)
{
    return dep_fault_set(&walk->bag->fault, DEP_ERR_IO, sys, "bag.walk", "%s/%.*s", walk->bag->dir,
                         (int)walk->path.len, (const char *)walk->path.data);
}

static int visit_folder(struct walk *walk, int dir_fd, const char *name)
{
    if (walk->depth == DEPTH_MAX)
        return dep_verify_add_other(walk->bag->verify, dep_buf_slice(&walk->path));
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return walk_fault(walk, errno);
    walk->depth++;
    int err = walk_folder(walk, fd);
    walk->depth--;
    return err;
}

static int visit(struct walk *walk, int dir_fd, const char *name)
{
    struct dep_bag_verified *bag = walk->bag;
    struct stat info;
    const size_t before = walk->path.len;
    if (before)
        dep_buf_add_byte(&walk->path, '/');
    dep_buf_add_string(&walk->path, name);
    int err = dep_buf_err(&walk->path);
    if (err)
        return err;
    if (fstatat(dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        err = walk_fault(walk, errno);
    else if (S_ISDIR(info.st_mode))
        err = visit_folder(walk, dir_fd, name);
    else if (!S_ISREG(info.st_mode))
        err = dep_verify_add_other(bag->verify, dep_buf_slice(&walk->path));
    else {
        bag->bytes += (uint64_t)info.st_size;
        bag->files++;
        err = dep_verify_add(bag->verify, dep_buf_slice(&walk->path), (uint64_t)info.st_size);
    }
    walk->path.len = before;
    return err;
}

/* Takes `fd`. An empty folder is one that no package has. */
static int walk_folder(struct walk *walk, int fd)
{
    DIR *folder = fdopendir(fd);
    size_t entries = 0;
    int err = DEP_OK;
    if (!folder) {
        err = walk_fault(walk, errno);
        (void)close(fd);
        return err;
    }
    while (!err && walk->bag->files <= DEP_BAG_FILES_MAX) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (!entry) {
            err = errno ? walk_fault(walk, errno) : DEP_OK;
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        entries++;
        err = visit(walk, dirfd(folder), entry->d_name);
    }
    if (!err && entries == 0)
        err = dep_verify_add_other(walk->bag->verify, dep_buf_slice(&walk->path));
    (void)closedir(folder);
    return err;
}

static int walk_all(struct dep_bag_verified *bag)
{
    struct walk walk = {.bag = bag};
    int fd = openat(bag->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dep_buf_init(&walk.path, (size_t)(DEPTH_MAX + 2) * 256);
    int err = fd < 0 ? walk_fault(&walk, errno) : walk_folder(&walk, fd);
    dep_buf_done(&walk.path);
    return err;
}

/* ---- digests (step 2) ---- */

/* A payload that goes on through the pieces of a container. */
struct hashing {
    struct dep_bag_verified *bag;
    struct dep_digests *digests;
    size_t payload_file; /* in which it started; SIZE_MAX: none is at hand */
};

static void tell_progress(struct dep_bag_verified *bag, uint64_t bytes)
{
    bag->bytes_done += bytes;
    if (bag->order->progress)
        bag->order->progress(bag->order->context, bag->bytes_done, bag->bytes);
}

static int give_digests(struct dep_bag_verified *bag, size_t index,
                        const struct dep_verify_wanted *wanted, const struct dep_hash *sha256,
                        const uint8_t sha512[DEP_SHA512_LEN])
{
    int err = DEP_OK;
    if (wanted->algorithms & DEP_BAG_SHA256)
        err = dep_verify_digest(bag->verify, index, DEP_BAG_SHA256, sha256->bytes);
    if (!err && wanted->algorithms & DEP_BAG_SHA512)
        err = dep_verify_digest(bag->verify, index, DEP_BAG_SHA512, sha512);
    return err;
}

static int hash_small(struct dep_bag_verified *bag, size_t index,
                      const struct dep_verify_wanted *wanted)
{
    struct dep_hash sha256;
    struct dep_sha512_stream stream;
    uint8_t sha512[DEP_SHA512_LEN];
    int fd = -1;
    int err = open_file(bag, wanted->path, wanted->size, &fd);
    if (err)
        return err;
    err = read_exactly(bag, fd, 0, bag->block, (size_t)wanted->size, wanted->path);
    (void)close(fd);
    if (err)
        return err == DEP_FOUND ? DEP_ERR_CHANGED : err;
    dep_sha256(dep_slice_of(bag->block, (size_t)wanted->size), &sha256);
    dep_sha512_start(&stream);
    dep_sha512_add(&stream, bag->block, (size_t)wanted->size);
    dep_sha512_finish(&stream, sha512);
    tell_progress(bag, wanted->size);
    return give_digests(bag, index, wanted, &sha256, sha512);
}

/* What of this piece belongs to the payload; at the front of a container its header ends first. A
 * file that has none has no payload, and is found to have none. */
static struct dep_slice payload_of(struct hashing *hashing, size_t index,
                                   const struct dep_verify_wanted *wanted, struct dep_slice piece,
                                   bool front)
{
    size_t header;
    if (front && wanted->payload == DEP_PAYLOAD_STARTS) {
        hashing->payload_file = SIZE_MAX;
        if (dep_age_header_len(piece, &header, NULL) != DEP_OK)
            return (struct dep_slice){NULL, 0};
        hashing->payload_file = index;
        return dep_slice_sub(piece, header, piece.len - header);
    }
    return wanted->payload != DEP_PAYLOAD_NONE && hashing->payload_file != SIZE_MAX
               ? piece
               : (struct dep_slice){NULL, 0};
}

static int hash_pieces(struct hashing *hashing, size_t index,
                       const struct dep_verify_wanted *wanted, struct dep_vault_reader *reader)
{
    struct dep_bag_verified *bag = hashing->bag;
    uint64_t done = 0;
    for (;;) {
        struct dep_slice piece;
        int err = dep_vault_reader_next(reader, &piece, &bag->fault);
        if (err)
            return err;
        if (piece.len == 0)
            break;
        dep_digests_add(hashing->digests, piece,
                        payload_of(hashing, index, wanted, piece, done == 0));
        done += piece.len;
        tell_progress(bag, piece.len);
    }
    if (done == wanted->size)
        return DEP_OK;
    return dep_fault_set(&bag->fault, DEP_ERR_CHANGED, 0, "bag.changed", "%.*s",
                         (int)wanted->path.len, (const char *)wanted->path.data);
}

static int hash_large(struct hashing *hashing, size_t index, const struct dep_verify_wanted *wanted)
{
    struct dep_bag_verified *bag = hashing->bag;
    struct dep_vault_reader *reader = NULL;
    struct dep_hash sha256;
    uint8_t sha512[DEP_SHA512_LEN];
    int fd = -1;
    int err = open_file(bag, wanted->path, wanted->size, &fd);
    if (err)
        return err;
    err = dep_vault_reader_new(fd, 0, !bag->order->opens, &reader, &bag->fault);
    if (!err)
        err = hash_pieces(hashing, index, wanted, reader);
    dep_vault_reader_free(reader);
    (void)close(fd);
    dep_digests_file(hashing->digests, &sha256, sha512);
    return err ? err : give_digests(bag, index, wanted, &sha256, sha512);
}

/* ---- of what was just written ---- */

/* One digest holds all that were taken of the same bytes. NULL where it can't be done so. */
static const struct dep_bag_written *written_as(const struct dep_bag_verified *bag,
                                                const struct dep_verify_wanted *wanted)
{
    if (!bag->order->written || (wanted->payload == DEP_PAYLOAD_NONE && wanted->size <= SMALL_MAX))
        return NULL;
    const struct dep_bag_written *written = dep_bag_writer_find(bag->order->written, wanted->path);
    bool payload = wanted->payload == DEP_PAYLOAD_NONE || (written && written->has_payload);
    return written && payload && written->bytes == wanted->size ? written : NULL;
}

/* A part of a file, past the page cache; `sha256` is of what lies before it, and then of it too. */
struct stretch {
    int fd;
    uint64_t from, end;
    struct dep_sha256_stream sha256;
    _Atomic uint64_t untold; /* bytes that progress doesn't count yet */
    int err;
    struct dep_fault fault;
};
struct reading_back {
    struct dep_bag_verified *bag;
    struct stretch first, rest;
};

static void tell_both(struct reading_back *both)
{
    tell_progress(both->bag,
                  atomic_exchange(&both->first.untold, 0) + atomic_exchange(&both->rest.untold, 0));
}

/* `told` is NULL on another thread than the caller's. */
static void digest_stretch(struct stretch *stretch, struct reading_back *told)
{
    struct dep_vault_reader *reader = NULL;
    struct dep_slice piece;
    const struct dep_vault_extent extent = {.fd = stretch->fd, .len = stretch->end};
    int err = dep_vault_reader_new_over(&extent, 1, stretch->from, true, &reader, &stretch->fault);
    while (!err && !(err = dep_vault_reader_next(reader, &piece, &stretch->fault)) && piece.len) {
        dep_sha256_add(&stretch->sha256, piece.data, piece.len);
        atomic_fetch_add(&stretch->untold, piece.len);
        if (told)
            tell_both(told);
    }
    dep_vault_reader_free(reader);
    stretch->err = err;
}

static void digest_first(void *of, size_t index)
{
    struct reading_back *both = of;
    (void)index;
    digest_stretch(&both->first, NULL);
}

/* Two stretches at once, the second going on from the digest that was taken at its beginning when
 * it was written: that one the first must come to. */
static int digest_again(struct dep_bag_verified *bag, int fd, const struct dep_bag_written *written,
                        bool *out_same)
{
    struct dep_sha256_stream at_half, none;
    dep_sha256_start(&none);
    at_half = written->half.at ? written->half.sha256 : none;
    struct reading_back both = {
        .bag = bag,
        .first = {.fd = fd, .end = written->half.at, .sha256 = none},
        .rest = {.fd = fd, .from = written->half.at, .end = written->bytes, .sha256 = at_half}};
    if (written->half.at)
        dep_tasks_begin(bag->tasks, digest_first, &both, 1);
    digest_stretch(&both.rest, &both);
    if (written->half.at)
        dep_tasks_finish(bag->tasks);
    tell_both(&both);
    const struct stretch *failed = both.first.err ? &both.first : &both.rest;
    if (failed->err) {
        bag->fault = failed->fault;
        return failed->err;
    }
    struct dep_hash half, half_again, again;
    dep_sha256_finish(&at_half, &half);
    dep_sha256_finish(&both.first.sha256, &half_again);
    dep_sha256_finish(&both.rest.sha256, &again);
    *out_same = dep_hash_equal(&half_again, &half) && dep_hash_equal(&again, &written->sha256);
    return DEP_OK;
}

static int hash_written(struct dep_bag_verified *bag, size_t index,
                        const struct dep_verify_wanted *wanted,
                        const struct dep_bag_written *written)
{
    bool same = true;
    int fd = -1;
    int err = open_file(bag, wanted->path, wanted->size, &fd);
    if (err)
        return err;
    if (written->read_back)
        bag->bytes -= wanted->size; /* not read once more, so no time is left for it */
    else
        err = digest_again(bag, fd, written, &same);
    (void)close(fd);
    if (!err && !same)
        err = dep_fault_set(&bag->fault, DEP_ERR_CORRUPT, 0, "pack.readback", "%s", written->path);
    if (!err)
        err = give_digests(bag, index, wanted, &written->sha256, written->sha512);
    return !err && wanted->payload == DEP_PAYLOAD_STARTS
               ? dep_verify_payload(bag->verify, index, &written->payload_sha256)
               : err;
}

/* ---- all files ---- */

/* The payload at hand ends where no piece goes on with it. */
static int end_payload(struct hashing *hashing, size_t next)
{
    struct dep_bag_verified *bag = hashing->bag;
    struct dep_verify_wanted wanted = {.payload = DEP_PAYLOAD_NONE};
    struct dep_hash payload;
    if (hashing->payload_file == SIZE_MAX)
        return DEP_OK;
    if (next < dep_verify_file_count(bag->verify))
        dep_verify_wanted(bag->verify, next, &wanted);
    if (wanted.payload == DEP_PAYLOAD_CONTINUES)
        return DEP_OK;
    dep_digests_payload(hashing->digests, &payload);
    int err = dep_verify_payload(bag->verify, hashing->payload_file, &payload);
    hashing->payload_file = SIZE_MAX;
    return err;
}

static int hash_file(struct hashing *hashing, size_t index)
{
    struct dep_bag_verified *bag = hashing->bag;
    struct dep_verify_wanted wanted;
    dep_verify_wanted(bag->verify, index, &wanted);
    const struct dep_bag_written *written = written_as(bag, &wanted);
    if (written)
        return hash_written(bag, index, &wanted, written);
    bool small = wanted.size <= SMALL_MAX && wanted.payload == DEP_PAYLOAD_NONE;
    int err = small ? hash_small(bag, index, &wanted) : hash_large(hashing, index, &wanted);
    return err ? err : end_payload(hashing, index + 1);
}

static int hash_all(struct dep_bag_verified *bag)
{
    struct hashing hashing = {.bag = bag, .payload_file = SIZE_MAX};
    int err = dep_digests_new(&hashing.digests);
    bag->block = dep_alloc(SMALL_MAX);
    if (!err && !bag->block)
        err = DEP_ERR_NOMEM;
    for (size_t i = 0; !err && i < dep_verify_file_count(bag->verify); i++)
        err = hash_file(&hashing, i);
    dep_digests_free(hashing.digests);
    free(bag->block);
    bag->block = NULL;
    return err;
}

/* ---- all of it ---- */

static int open_all(struct dep_bag_verified *bag, const struct dep_bag_order *order,
                    struct dep_problem *problem)
{
    bag->last_fd = -1;
    bag->folder = -1;
    bag->order = order;
    bag->dir = dep_strdup(order->dir);
    if (!bag->dir)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "bag.unchecked", order->dir);
    bag->folder = open(order->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (bag->folder < 0)
        return dep_fault_set(&problem->fault, DEP_ERR_IO, errno, "bag.open", "%s", order->dir);
    const struct dep_schemas *schemas = dep_schemas_builtin();
    int err = schemas ? dep_tasks_new(&bag->tasks) : DEP_ERR_NOMEM;
    const struct dep_verify_with with = {.schemas = schemas,
                                         .pin = order->pin,
                                         .known = order->known,
                                         .known_count = order->known_count,
                                         .files = {bag, read_again},
                                         .run = dep_tasks_run,
                                         .run_context = bag->tasks};
    if (!err)
        err = dep_verify_new(&with, &bag->verify);
    return err ? dep_problem_fault(problem, err, "bag.unchecked", order->dir) : DEP_OK;
}

static int take_steps(struct dep_bag_verified *bag)
{
    int err = walk_all(bag);
    if (!err)
        err = dep_verify_begin(bag->verify);
    if (!err)
        err = hash_all(bag);
    if (!err)
        err = dep_verify_read(bag->verify);
    if (!err)
        err = dep_bag_tokens(bag->verify, &(struct dep_package_files){bag, read_again});
    return err ? err : dep_verify_finish(bag->verify);
}

int dep_node_verify_bag(const struct dep_bag_order *order, struct dep_bag_verified **out,
                        struct dep_problem *problem)
{
    struct dep_bag_verified *bag = dep_alloc(sizeof *bag);
    if (!bag)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "bag.unchecked", order->dir);
    bag->fault = (struct dep_fault){.what = "bag.unchecked", .where = ""};
    int err = open_all(bag, order, problem);
    if (!err && (err = take_steps(bag))) {
        bag->fault.err = err;
        problem->fault = bag->fault;
    }
    if (err) {
        dep_bag_verified_free(bag);
        return err;
    }
    bag->order = NULL;
    *out = bag;
    return DEP_OK;
}

void dep_bag_verified_free(struct dep_bag_verified *bag)
{
    if (!bag)
        return;
    dep_verify_free(bag->verify);
    dep_tasks_free(bag->tasks);
    forget_last(bag);
    if (bag->folder >= 0)
        (void)close(bag->folder);
    free(bag->dir);
    free(bag);
}

struct dep_verify *dep_bag_verified_verify(struct dep_bag_verified *bag)
{
    return bag->verify;
}

int dep_bag_verified_folder(const struct dep_bag_verified *bag)
{
    return bag->folder;
}

const struct dep_fault *dep_bag_verified_fault(const struct dep_bag_verified *bag)
{
    return &bag->fault;
}

/* What can't be told, since the disk answers nothing, is looked at as a package: that says why. */
static bool is_absent(int folder, const char *name)
{
    return faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
           (errno == ENOENT || errno == ENOTDIR);
}

bool dep_is_bag(const char *dir)
{
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool bag = folder < 0 ? errno == EIO
                          : !is_absent(folder, "bagit.txt") &&
                                faccessat(folder, "register.json", F_OK, AT_SYMLINK_NOFOLLOW) != 0;
    if (folder >= 0)
        (void)close(folder);
    return bag;
}
