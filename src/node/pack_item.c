/*
 * Three ways out of the vault. Whole, the payload goes as it lies there under a header made anew;
 * in clear it is opened on the way; of parts only the chunks that hold them are opened, and sealed
 * under a key of their own.
 */
#include "node/pack_item.h"

#include "node/item_out.h"
#include "node/item_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void dep_packed_item_done(struct dep_packed_item *packed)
{
    free(packed->files);
    packed->files = NULL;
    packed->file_count = 0;
}

static struct dep_age_to to_of(const struct dep_pack_item_order *order)
{
    return (struct dep_age_to){.recipients = order->recipient,
                               .recipient_count = order->recipient ? 1 : 0,
                               .passphrase = order->passphrase,
                               .scrypt_log_n = DEP_PACK_SCRYPT_LOG_N};
}

/* A finding of what is below, with the item it is about. */
static int about(const struct dep_pack_item_order *order, int err, struct dep_problem *problem)
{
    return err == DEP_FOUND ? dep_problem_found(problem, problem->finding.id,
                                                problem->finding.clause, order->item)
                            : err;
}

static int stopped(struct dep_problem *problem)
{
    return dep_problem_fault(problem, DEP_ERR_STOPPED, "pack.item.stopped", "items");
}

static int out_new(const struct dep_pack_item_order *order, const char *name, uint64_t len,
                   struct dep_item_out **out, struct dep_problem *problem)
{
    uint64_t piece_len = order->as == DEP_ITEM_WHOLE ? order->piece_len : 0;
    if (piece_len && len / piece_len >= DEP_CONTENT_PIECES_MAX)
        return dep_problem_fault(problem, DEP_ERR_CAP, "pack.item.pieces", order->item);
    struct dep_item_out_order files = {.item = order->item,
                                       .name = name,
                                       .items_fd = order->items_fd,
                                       .len = len,
                                       .piece_len = piece_len};
    return dep_item_out_new(&files, out, problem);
}

/* ---- whole ---- */

static int read_front(const struct dep_pack_item_order *order, struct dep_buf *out,
                      struct dep_problem *problem)
{
    uint64_t len =
        order->container_len < DEP_AGE_HEADER_MAX ? order->container_len : DEP_AGE_HEADER_MAX;
    dep_buf_init(out, DEP_AGE_HEADER_MAX);
    uint8_t *front = dep_buf_grow(out, (size_t)len);
    if (!front)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "pack.item", order->item);
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(order->container_fd, front + done, (size_t)len - done, (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            int sys = got < 0 ? errno : 0;
            return dep_fault_set(&problem->fault, got < 0 ? DEP_ERR_IO : DEP_ERR_CHANGED, sys,
                                 "pack.item.read", "vault/%s", order->item);
        }
        done += (size_t)got;
    }
    return DEP_OK;
}

static int copy_payload(const struct dep_pack_item_order *order, uint64_t from, uint64_t total,
                        struct dep_item_out *item_out, struct dep_problem *problem)
{
    struct dep_vault_reader *reader = NULL;
    struct dep_seal_progress state = {.bytes_total = total};
    struct dep_slice piece;
    int err = dep_vault_reader_new(order->container_fd, from, true, &reader, &problem->fault);
    while (!err && !(err = dep_vault_reader_next(reader, &piece, &problem->fault)) && piece.len) {
        state.bytes_done += piece.len;
        if (state.bytes_done > order->container_len - from)
            err = dep_problem_fault(problem, DEP_ERR_CHANGED, "pack.item.read", order->item);
        else
            err = dep_item_out_add(item_out, piece, piece, &problem->fault);
        if (!err && order->progress && !order->progress(order->context, &state))
            err = stopped(problem);
    }
    dep_vault_reader_free(reader);
    return err;
}

static int write_whole(const struct dep_pack_item_order *order, struct dep_slice header,
                       size_t old_len, struct dep_item_out *item_out, bool *out_shared,
                       struct dep_problem *problem)
{
    uint64_t total = order->container_len - old_len + header.len;
    bool one_file = !order->piece_len || total <= order->piece_len;
    bool shared = false;
    int err = DEP_OK;
    if (one_file && header.len == old_len)
        err = dep_item_out_share(item_out, order->container_fd, header, order->progress,
                                 order->context, &shared, &problem->fault);
    if (!err && !shared) {
        err = dep_item_out_add(item_out, header, dep_slice_of(NULL, 0), &problem->fault);
        if (!err)
            err = copy_payload(order, old_len, total, item_out, problem);
    }
    *out_shared = shared;
    return err;
}

static int pack_whole(const struct dep_pack_item_order *order, struct dep_item_out **out,
                      bool *out_shared, struct dep_problem *problem)
{
    DEP_AUTO_BUF front, header;
    struct dep_age_to to = to_of(order);
    size_t old_len = 0;
    dep_buf_init(&header, DEP_AGE_HEADER_MAX);
    int err = read_front(order, &front, problem);
    if (err)
        return err;
    err = dep_age_rewrap(dep_buf_slice(&front), &order->with, &to, order->random, &header, &old_len,
                         &problem->finding);
    if (err < 0)
        return dep_problem_fault(problem, err, "pack.item.rewrap", order->item);
    if (err)
        return about(order, err, problem);
    err = out_new(order, "container.tar.age", order->container_len - old_len + header.len, out,
                  problem);
    return err ? err
               : write_whole(order, dep_buf_slice(&header), old_len, *out, out_shared, problem);
}

/* ---- in clear ---- */

struct clearing {
    const struct dep_pack_item_order *order;
    struct dep_item_out *item_out;
    struct dep_seal_progress state;
    struct dep_problem *problem;
};

static int clear_piece(void *context, struct dep_slice sealed, struct dep_slice plain)
{
    struct clearing *clearing = context;
    const struct dep_pack_item_order *order = clearing->order;
    clearing->state.bytes_done += plain.len;
    int err = dep_item_out_add(clearing->item_out, plain, sealed, &clearing->problem->fault);
    return !err && order->progress && !order->progress(order->context, &clearing->state)
               ? stopped(clearing->problem)
               : err;
}

static int pack_plain(const struct dep_pack_item_order *order, struct dep_container *container,
                      struct dep_item_out **out, struct dep_problem *problem)
{
    uint64_t len = dep_container_plain_len(container);
    int err = out_new(order, "container.tar", len, out, problem);
    if (err)
        return err;
    struct clearing clearing = {
        .order = order, .item_out = *out, .state = {.bytes_total = len}, .problem = problem};
    err = dep_container_read_both(container, clear_piece, &clearing, &problem->finding,
                                  &problem->fault);
    return about(order, err, problem);
}

/* ---- parts ---- */

static int seal_parts(const struct dep_pack_item_order *order, struct dep_item_parts *parts,
                      struct dep_item_out **out, struct dep_problem *problem)
{
    DEP_AUTO_BUF header;
    uint8_t file_key[DEP_AGE_FILE_KEY_LEN];
    struct dep_age_to to = to_of(order);
    dep_buf_init(&header, DEP_AGE_HEADER_MAX);
    /* A new one: the container's would open the whole. */
    order->random(file_key, sizeof file_key);
    int err =
        dep_age_header_encode(file_key, &to, order->recipient != NULL, order->random, &header);
    err = err ? dep_problem_fault(problem, err, "pack.item.seal", order->item)
              : out_new(order, "parts.tar.age",
                        header.len + dep_age_payload_len(dep_item_parts_len(parts)), out, problem);
    if (!err)
        err = dep_item_parts_seal(parts, file_key, dep_buf_slice(&header), *out, problem);
    dep_wipe(file_key, sizeof file_key);
    return err;
}

static int pack_parts(const struct dep_pack_item_order *order, struct dep_container *container,
                      struct dep_item_out **out, struct dep_problem *problem)
{
    struct dep_item_parts *parts = NULL;
    int err = dep_item_parts_new(container, order, &parts, problem);
    if (!err)
        err = seal_parts(order, parts, out, problem);
    dep_item_parts_free(parts);
    return err;
}

/* ---- the whole of it ---- */

static int open_container(const struct dep_pack_item_order *order, struct dep_container **out,
                          struct dep_problem *problem)
{
    int err = dep_container_open(order->container_fd, order->container_len, &order->with, out,
                                 &problem->finding, &problem->fault);
    return about(order, err, problem);
}

static int write_item(const struct dep_pack_item_order *order, struct dep_item_out **out,
                      bool *out_shared, struct dep_problem *problem)
{
    if (order->as == DEP_ITEM_WHOLE)
        return pack_whole(order, out, out_shared, problem);
    struct dep_container *container = NULL;
    int err = open_container(order, &container, problem);
    if (!err)
        err = order->as == DEP_ITEM_PLAIN ? pack_plain(order, container, out, problem)
                                          : pack_parts(order, container, out, problem);
    dep_container_close(container);
    return err;
}

/* What the record tells of the payload is told of the container's; parts have one of their own. */
static int compare_payload(const struct dep_pack_item_order *order, struct dep_packed_item *packed,
                           struct dep_problem *problem)
{
    if (order->as == DEP_ITEM_PARTS)
        return DEP_OK;
    if (!dep_hash_equal(&packed->payload_sha256, &order->facts.payload_sha256))
        return dep_problem_found(problem, "item.payload", "doc/format/package.md 6.1", order->item);
    if (order->as == DEP_ITEM_PLAIN)
        packed->payload_sha256 = packed->files[0].sha256;
    return DEP_OK;
}

int dep_pack_item(const struct dep_pack_item_order *order, struct dep_packed_item *out,
                  struct dep_problem *problem)
{
    assert(order->as == DEP_ITEM_PARTS ? order->facts.has_root : order->facts.has_payload);
    assert((order->recipient != NULL) + (order->passphrase.len > 0) ==
           (order->as == DEP_ITEM_PLAIN ? 0 : 1));
    struct dep_item_out *item_out = NULL;
    struct dep_packed_item packed = {.files = NULL};
    bool shared = false;
    int err = write_item(order, &item_out, &shared, problem);
    if (!err)
        err = dep_item_out_finish(item_out, &packed, &problem->fault);
    if (!err)
        err = compare_payload(order, &packed, problem);
    if (!err)
        err = dep_item_out_publish(item_out, &problem->fault);
    dep_item_out_free(item_out);
    if (err) {
        dep_packed_item_done(&packed);
        return err;
    }
    packed.shared = shared;
    *out = packed;
    return DEP_OK;
}

int dep_pack_item_size(const struct dep_pack_item_order *order, uint64_t *out,
                       struct dep_problem *problem)
{
    /* A header of one stanza is never longer than the vault's, and a tar shorter than its
     * chunks. */
    if (order->as != DEP_ITEM_PARTS) {
        *out = order->container_len;
        return DEP_OK;
    }
    struct dep_container *container = NULL;
    struct dep_item_parts *parts = NULL;
    int err = open_container(order, &container, problem);
    if (!err)
        err = dep_item_parts_new(container, order, &parts, problem);
    if (!err)
        *out = DEP_AGE_PADDED - DEP_AGE_NONCE_LEN + dep_age_payload_len(dep_item_parts_len(parts));
    dep_item_parts_free(parts);
    dep_container_close(container);
    return err;
}
