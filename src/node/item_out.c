/*
 * The folder is made under a name that no package may hold and renamed as the last step: of a
 * process that dies meanwhile nothing is left that a verifier, or a person, takes for an item.
 */
#include "node/item_out.h"

#include "node/node_impl.h"
#include "store/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_LEN = 64 };

struct dep_item_out {
    struct dep_item_out_order order;
    char hidden[NAME_LEN]; /* name of the folder; "" once it has the item's */
    int dir_fd;
    bool in_pieces;
    struct dep_digests *digests;
    uint64_t added;
    /* the file at hand */
    int fd; /* -1: none is begun */
    struct dep_vault_writer *writer;
    uint8_t *buffer;
    size_t buffer_len;
    uint64_t file_len;
    struct dep_digest_mark half;
    struct dep_packed_file *files;
    size_t file_count, file_room;
};

static int out_fault(const struct dep_item_out *item_out, const char *what, int sys,
                     struct dep_fault *fault)
{
    return dep_fault_set(fault, DEP_ERR_IO, sys, what, "items/%s/%s", item_out->order.item,
                         item_out->order.name);
}

/* What the vault's writer could not write, it names after the vault. */
static int written(const struct dep_item_out *item_out, int err, struct dep_fault *fault)
{
    return err == DEP_ERR_IO ? out_fault(item_out, "pack.item", fault->sys, fault) : err;
}

static int no_memory(struct dep_fault *fault)
{
    return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "pack.item", "items");
}

/* ---- the folder ---- */

/* It has files and nothing else; what is something else stays, and the folder with it. */
static void remove_folder(int items_fd, const char *name)
{
    int fd = openat(items_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    for (const struct dirent *entry; folder && (entry = readdir(folder));)
        (void)unlinkat(fd, entry->d_name, 0);
    if (folder)
        (void)closedir(folder);
    else if (fd >= 0)
        (void)close(fd);
    (void)unlinkat(items_fd, name, AT_REMOVEDIR);
}

static int make_folder(struct dep_item_out *item_out, struct dep_problem *problem)
{
    const struct dep_item_out_order *order = &item_out->order;
    char hidden[NAME_LEN];
    if (faccessat(order->items_fd, order->item, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return dep_problem_found(problem, "pack.item.exists", "doc/format/package.md 6",
                                 order->item);
    (void)snprintf(hidden, sizeof hidden, ".unfinished-%s", order->item);
    remove_folder(order->items_fd, hidden);
    if (mkdirat(order->items_fd, hidden, 0700) != 0) {
        int sys = errno;
        return out_fault(item_out, "pack.item", sys, &problem->fault);
    }
    memcpy(item_out->hidden, hidden, sizeof hidden);
    item_out->dir_fd =
        openat(order->items_fd, hidden, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    int sys = errno;
    return item_out->dir_fd >= 0 ? DEP_OK : out_fault(item_out, "pack.item", sys, &problem->fault);
}

int dep_item_out_new(const struct dep_item_out_order *order, struct dep_item_out **out,
                     struct dep_problem *problem)
{
    struct dep_item_out *item_out = dep_alloc(sizeof *item_out);
    if (!item_out)
        return no_memory(&problem->fault);
    item_out->order = *order;
    item_out->dir_fd = item_out->fd = -1;
    item_out->in_pieces = order->piece_len && order->len > order->piece_len;
    int err = dep_digests_new(&item_out->digests);
    err = err ? no_memory(&problem->fault) : make_folder(item_out, problem);
    if (err) {
        dep_item_out_free(item_out);
        return err;
    }
    *out = item_out;
    return DEP_OK;
}

/* ---- files ---- */

static int open_file(struct dep_item_out *item_out, struct dep_fault *fault)
{
    char name[NAME_LEN];
    (void)snprintf(name, sizeof name, item_out->in_pieces ? "%s.%03zu" : "%s", item_out->order.name,
                   item_out->file_count);
    item_out->fd =
        openat(item_out->dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    int sys = errno;
    return item_out->fd >= 0 ? DEP_OK : out_fault(item_out, "pack.item", sys, fault);
}

static int begin_file(struct dep_item_out *item_out, struct dep_fault *fault)
{
    int err = item_out->fd < 0 ? open_file(item_out, fault) : DEP_OK;
    return err ? err
               : written(item_out,
                         dep_vault_writer_new_over(item_out->fd, &item_out->writer, fault), fault);
}

/* A line of the manifests for what was digested since the last one. */
static int note_file(struct dep_item_out *item_out, struct dep_fault *fault)
{
    if (item_out->file_count == item_out->file_room) {
        size_t room = item_out->file_room ? 2 * item_out->file_room : 1;
        struct dep_packed_file *files =
            dep_realloc_array(item_out->files, room, sizeof *item_out->files);
        if (!files)
            return no_memory(fault);
        item_out->files = files;
        item_out->file_room = room;
    }
    struct dep_packed_file *file = &item_out->files[item_out->file_count++];
    file->bytes = item_out->file_len;
    file->half = item_out->half;
    item_out->half.at = 0;
    dep_digests_file(item_out->digests, &file->sha256, file->sha512);
    item_out->file_len = 0;
    (void)close(item_out->fd);
    item_out->fd = -1;
    return DEP_OK;
}

static int put_buffer(struct dep_item_out *item_out, struct dep_fault *fault)
{
    uint8_t *buffer = item_out->buffer;
    item_out->buffer = NULL;
    return written(item_out,
                   dep_vault_writer_put(item_out->writer, buffer, item_out->buffer_len, fault),
                   fault);
}

static int end_file(struct dep_item_out *item_out, struct dep_fault *fault)
{
    uint64_t len;
    int err = item_out->buffer ? put_buffer(item_out, fault) : DEP_OK;
    if (!err)
        err = written(item_out, dep_vault_writer_sync(item_out->writer, &len, fault), fault);
    dep_vault_writer_free(item_out->writer);
    item_out->writer = NULL;
    if (!err && len != item_out->file_len)
        err =
            dep_fault_set(fault, DEP_ERR_CHANGED, 0, "pack.item", "items/%s", item_out->order.item);
    return err ? err : note_file(item_out, fault);
}

static int write_bytes(struct dep_item_out *item_out, struct dep_slice bytes,
                       struct dep_fault *fault)
{
    item_out->file_len += bytes.len;
    while (bytes.len) {
        if (!item_out->buffer) {
            item_out->buffer = dep_vault_writer_buffer(item_out->writer);
            item_out->buffer_len = 0;
            if (!item_out->buffer)
                return written(item_out, dep_vault_writer_failure(item_out->writer, fault), fault);
        }
        size_t room = DEP_VAULT_PIECE - item_out->buffer_len;
        size_t take = bytes.len < room ? bytes.len : room;
        memcpy(item_out->buffer + item_out->buffer_len, bytes.data, take);
        item_out->buffer_len += take;
        bytes = dep_slice_sub(bytes, take, bytes.len - take);
        int err = take == room ? put_buffer(item_out, fault) : DEP_OK;
        if (err)
            return err;
    }
    return DEP_OK;
}

/* Of a piece that is shorter than the others it may come late, or not at all. */
static void keep_half(struct dep_item_out *item_out)
{
    const struct dep_item_out_order *order = &item_out->order;
    uint64_t whole = item_out->in_pieces ? order->piece_len : order->len;
    if (!item_out->half.at && item_out->file_len >= whole / 2)
        dep_digests_mark(item_out->digests, item_out->file_len, &item_out->half);
}

int dep_item_out_add(struct dep_item_out *item_out, struct dep_slice file, struct dep_slice payload,
                     struct dep_fault *fault)
{
    item_out->added += file.len;
    assert(item_out->added <= item_out->order.len);
    do {
        uint64_t room =
            item_out->in_pieces ? item_out->order.piece_len - item_out->file_len : UINT64_MAX;
        int err = DEP_OK;
        if (room == 0)
            err = end_file(item_out, fault);
        if (!err && !item_out->writer)
            err = begin_file(item_out, fault);
        if (err)
            return err;
        if (room == 0)
            room = item_out->order.piece_len;
        struct dep_slice here = dep_slice_sub(file, 0, file.len < room ? file.len : (size_t)room);
        dep_digests_begin(item_out->digests, here, payload);
        err = write_bytes(item_out, here, fault);
        dep_digests_end(item_out->digests);
        if (err)
            return err;
        keep_half(item_out);
        file = dep_slice_sub(file, here.len, file.len - here.len);
        payload.len = 0;
    } while (file.len);
    return DEP_OK;
}

/* ---- shared ---- */

/* What is handed over is what is read, not what it was made from. */
static int digest_shared(struct dep_item_out *item_out, size_t header_len,
                         dep_seal_progress_fn *progress, void *context, struct dep_fault *fault)
{
    struct dep_vault_reader *reader = NULL;
    struct dep_seal_progress state = {.bytes_total = item_out->order.len};
    struct dep_slice piece;
    int err = dep_vault_reader_new(item_out->fd, 0, true, &reader, fault);
    while (!err && !(err = dep_vault_reader_next(reader, &piece, fault)) && piece.len) {
        size_t before = state.bytes_done < header_len ? header_len - (size_t)state.bytes_done : 0;
        if (before > piece.len)
            before = piece.len;
        dep_digests_add(item_out->digests, piece, dep_slice_sub(piece, before, piece.len - before));
        state.bytes_done += piece.len;
        if (progress && !progress(context, &state))
            err = dep_fault_set(fault, DEP_ERR_STOPPED, 0, "pack.item.stopped", "items");
    }
    dep_vault_reader_free(reader);
    item_out->file_len = state.bytes_done;
    return err;
}

int dep_item_out_share(struct dep_item_out *item_out, int fd, struct dep_slice header,
                       dep_seal_progress_fn *progress, void *context, bool *out_shared,
                       struct dep_fault *fault)
{
    assert(!item_out->in_pieces && item_out->added == 0);
    bool shared = false;
    int err = open_file(item_out, fault);
    if (!err)
        err = dep_vault_share(fd, header, item_out->fd, &shared, fault);
    if (!err && shared)
        err = digest_shared(item_out, header.len, progress, context, fault);
    if (!err && shared) {
        item_out->added = item_out->file_len;
        err = note_file(item_out, fault);
    }
    if (!err)
        *out_shared = shared;
    return err;
}

/* ---- the end ---- */

int dep_item_out_finish(struct dep_item_out *item_out, struct dep_packed_item *out,
                        struct dep_fault *fault)
{
    int err = item_out->writer ? end_file(item_out, fault) : DEP_OK;
    if (!err && item_out->added != item_out->order.len)
        err =
            dep_fault_set(fault, DEP_ERR_CHANGED, 0, "pack.item", "items/%s", item_out->order.item);
    if (!err)
        err = dep_file_sync(item_out->dir_fd, item_out->hidden, fault);
    if (err)
        return err;
    struct dep_packed_item packed = {
        .bytes = item_out->added, .files = item_out->files, .file_count = item_out->file_count};
    (void)snprintf(packed.path, sizeof packed.path, "items/%s/%s", item_out->order.item,
                   item_out->order.name);
    dep_digests_payload(item_out->digests, &packed.payload_sha256);
    item_out->files = NULL;
    *out = packed;
    return DEP_OK;
}

int dep_item_out_publish(struct dep_item_out *item_out, struct dep_fault *fault)
{
    const struct dep_item_out_order *order = &item_out->order;
    const struct dep_placing to = {.fd = item_out->dir_fd,
                                   .from_fd = order->items_fd,
                                   .from = item_out->hidden,
                                   .folder_fd = order->items_fd,
                                   .name = order->item};
    char where[NAME_LEN + sizeof "items/"];
    (void)snprintf(where, sizeof where, "items/%s", order->item);
    int err = dep_file_place(&to, "pack.item", where, fault);
    if (!err)
        item_out->hidden[0] = 0;
    return err;
}

void dep_item_out_free(struct dep_item_out *item_out)
{
    if (!item_out)
        return;
    dep_vault_writer_free(item_out->writer);
    dep_digests_free(item_out->digests);
    if (item_out->fd >= 0)
        (void)close(item_out->fd);
    if (item_out->dir_fd >= 0)
        (void)close(item_out->dir_fd);
    if (item_out->hidden[0])
        remove_folder(item_out->order.items_fd, item_out->hidden);
    free(item_out->files);
    free(item_out);
}
