/*
 * Sealing as a whole: statement, what the walk finds, manifest; synced, then read back.
 */
#include "collect/sealing.h"
#include "store/monotonic.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static int add_statement(struct dep_sealing *sealing)
{
    struct dep_slice text = sealing->order->statement;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct dep_entry entry = {.kind = DEP_ENTRY_STATEMENT,
                              .has_sha256 = true,
                              .size = text.len,
                              .stored = text.len,
                              .mode = 0600,
                              .mtime_s = now.tv_sec,
                              .path = DEP_SLICE_LITERAL("collection.json")};
    struct dep_tar_member member = {.type = '0',
                                    .path = entry.path,
                                    .size = text.len,
                                    .real_size = text.len,
                                    .mode = 0600,
                                    .mtime_s = now.tv_sec};
    dep_sha256(text, &entry.sha256);
    int err = dep_sealing_header(sealing, &member, &entry);
    if (!err)
        err = dep_sealing_bytes(sealing, text.data, text.len);
    if (!err)
        err = dep_sealing_padding(sealing, text.len);
    return err ? err : dep_sealing_line(sealing, &entry);
}

static int add_piece(void *context, struct dep_slice piece)
{
    struct dep_sealing *sealing = context;
    return dep_sealing_bytes(sealing, piece.data, piece.len);
}

static int add_manifest(struct dep_sealing *sealing)
{
    struct dep_sealed *out = sealing->out;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct dep_entry place = {.size = 0};
    int err = dep_lines_finish(sealing->lines, &sealing->sum, sealing->fault);
    if (err)
        return err;
    out->manifest_len = dep_spool_len(sealing->spool);
    out->manifest_count = sealing->sum.count;
    out->manifest_root = sealing->sum.root;
    struct dep_tar_member member = {.type = '0',
                                    .path = DEP_SLICE_LITERAL("manifest"),
                                    .size = out->manifest_len,
                                    .real_size = out->manifest_len,
                                    .mode = 0600,
                                    .mtime_s = now.tv_sec};
    err = dep_sealing_header(sealing, &member, &place);
    out->manifest_offset = place.offset;
    if (!err)
        err = dep_spool_read(sealing->spool, add_piece, sealing, sealing->fault);
    if (!err)
        err = dep_sealing_padding(sealing, out->manifest_len);
    static const uint8_t zeros[2 * DEP_TAR_BLOCK];
    if (!err)
        err = dep_sealing_bytes(sealing, zeros, sizeof zeros);
    return err;
}

static void add_content_tag(struct dep_sealing *sealing)
{
    struct dep_slice key = sealing->order->content_key;
    if (!key.len || !sealing->out->files)
        return;
    uint64_t message[5];
    memcpy(message, sealing->sum.content, sizeof sealing->sum.content);
    message[4] = sealing->out->files;
    dep_hmac_sha256(key, dep_slice_of(message, sizeof message), &sealing->out->content_tag);
    sealing->out->has_content_tag = true;
}

/* Past the page cache: what the disk holds, compared with what was made. */
static int read_back(struct dep_sealing *sealing)
{
    struct dep_vault_reader *reader = NULL;
    struct dep_sha256_stream digest;
    struct dep_hash payload;
    struct dep_slice piece, header = dep_pipe_header(sealing->pipe);
    uint64_t at = 0;
    bool same = true;
    sealing->progress = (struct dep_seal_progress){.bytes_total = sealing->out->container_len,
                                                   .reading_back = true};
    dep_sha256_start(&digest);
    int err = dep_vault_reader_new(dep_vault_writer_fd(sealing->writer), 0, true, &reader,
                                   sealing->fault);
    while (!err && !(err = dep_vault_reader_next(reader, &piece, sealing->fault)) && piece.len) {
        size_t from = 0;
        if (at == 0) {
            same = piece.len >= header.len && memcmp(piece.data, header.data, header.len) == 0;
            from = header.len - DEP_AGE_NONCE_LEN < piece.len ? header.len - DEP_AGE_NONCE_LEN
                                                              : piece.len;
        }
        dep_sha256_add(&digest, piece.data + from, piece.len - from);
        at += piece.len;
        sealing->progress.bytes_done = at;
        err = dep_sealing_tell(sealing);
    }
    dep_vault_reader_free(reader);
    dep_sha256_finish(&digest, &payload);
    if (!err && (!same || at != sealing->out->container_len ||
                 !dep_hash_equal(&payload, &sealing->out->payload_sha256)))
        err = dep_fault_set(sealing->fault, DEP_ERR_IO, 0, "collect.read_back", "vault");
    return err;
}

static int write_all(struct dep_sealing *sealing)
{
    int err = add_statement(sealing);
    if (!err)
        err = dep_walk(sealing->order->paths, sealing->order->path_count,
                       sealing->order->cross_mounts, dep_sealing_take, sealing, sealing->fault);
    if (!err && sealing->out->files + sealing->out->folders + sealing->out->links == 0)
        return dep_found(sealing->why, "seal.empty", "doc/format/vault.md 2", 0);
    if (!err)
        err = add_manifest(sealing);
    if (!err)
        err = dep_pipe_finish(sealing->pipe, &sealing->out->payload_sha256, sealing->fault);
    return err ? err
               : dep_vault_writer_sync(sealing->writer, &sealing->out->container_len,
                                       sealing->fault);
}

static int seal_and_read(struct dep_sealing *sealing)
{
    int64_t started = dep_monotonic_ms();
    int err = write_all(sealing);
    if (err)
        return err;
    add_content_tag(sealing);
    int64_t sealed = dep_monotonic_ms();
    err = read_back(sealing);
    sealing->out->seal_ms = (uint64_t)(sealed - started);
    sealing->out->read_back_ms = (uint64_t)(dep_monotonic_ms() - sealed);
    return err;
}

static int begin(struct dep_sealing *sealing)
{
    const struct dep_seal_order *order = sealing->order;
    dep_links_init(&sealing->links);
    dep_buf_init(&sealing->header, 2 * DEP_TAR_PAX_MAX);
    sealing->small = dep_alloc(DEP_SEALING_SMALL + 1);
    sealing->xattr_values = dep_alloc(DEP_SEALING_XATTR_VALUES);
    if (!sealing->small || !sealing->xattr_values)
        return dep_fault_set(sealing->fault, DEP_ERR_NOMEM, 0, "collect.seal", "vault");
    int err = dep_spool_new(dep_vault_writer_fd(sealing->writer), order->random, &sealing->spool,
                            sealing->fault);
    if (!err)
        err = dep_pipe_new(sealing->writer, order->recipients, order->recipient_count,
                           order->random, &sealing->pipe, sealing->fault);
    if (err)
        return err;
    err = dep_lines_new(sealing->pipe, sealing->spool, &sealing->lines);
    return err ? dep_fault_set(sealing->fault, err, 0, "collect.seal", "vault") : DEP_OK;
}

static void end(struct dep_sealing *sealing)
{
    dep_pipe_free(sealing->pipe);
    dep_lines_free(sealing->lines);
    dep_spool_free(sealing->spool);
    dep_links_done(&sealing->links);
    if (sealing->small)
        dep_wipe(sealing->small, DEP_SEALING_SMALL + 1);
    free(sealing->small);
    free(sealing->xattr_values);
    dep_buf_done(&sealing->header);
    free(sealing);
}

int dep_seal(const struct dep_seal_order *order, struct dep_vault_writer *writer,
             dep_seal_notice_fn *each_not_taken, void *notice_context, struct dep_sealed *out,
             struct dep_finding *why, struct dep_fault *fault)
{
    struct dep_sealed done = {.files = 0};
    struct dep_sealing *sealing = dep_alloc(sizeof *sealing);
    if (!sealing)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "collect.seal", "vault");
    sealing->order = order;
    sealing->writer = writer;
    sealing->notice = each_not_taken;
    sealing->notice_context = notice_context;
    sealing->out = &done;
    sealing->why = why;
    sealing->fault = fault;
    sealing->progress.bytes_total = order->announced.bytes;
    sealing->progress.files_total = order->announced.files;
    int err = begin(sealing);
    if (!err)
        err = seal_and_read(sealing);
    end(sealing);
    if (!err)
        *out = done;
    return err;
}

/* ---- survey ---- */

/* Of a block device that was named; 0 where it doesn't say. */
static uint64_t image_len(const struct dep_walk_node *node)
{
    uint64_t len = 0;
    int fd = dep_open_source(node->dir_fd, node->name, false);
    if (fd < 0)
        return 0;
    if (ioctl(fd, BLKGETSIZE64, &len) != 0)
        len = 0;
    (void)close(fd);
    return len;
}

static int survey_node(void *context, const struct dep_walk_node *node)
{
    struct dep_survey *out = context;
    struct stat info;
    if (node->reason) {
        out->not_takeable++;
    } else if (node->kind == S_IFDIR) {
        out->folders++;
    } else if (node->kind == S_IFREG) {
        out->files++;
        if (fstatat(node->dir_fd, node->name, &info, AT_SYMLINK_NOFOLLOW) == 0)
            out->bytes += (uint64_t)info.st_size;
    } else if (node->kind == S_IFBLK) { /* elsewhere it has a reason */
        out->files++;
        out->bytes += image_len(node);
    }
    return DEP_OK;
}

int dep_survey(const struct dep_seal_order *order, struct dep_survey *out, struct dep_fault *fault)
{
    struct dep_survey done = {.files = 0};
    int err =
        dep_walk(order->paths, order->path_count, order->cross_mounts, survey_node, &done, fault);
    if (!err)
        *out = done;
    return err;
}
