#include "collect/sealing.h"
#include "store/monotonic.h"

#include <string.h>

enum { PROGRESS_EVERY_MS = 100 };

int dep_sealing_tell(struct dep_sealing *sealing)
{
    const struct dep_seal_order *order = sealing->order;
    if (!order->progress)
        return DEP_OK;
    int64_t now = dep_monotonic_ms();
    if (now - sealing->shown_ms < PROGRESS_EVERY_MS)
        return DEP_OK;
    sealing->shown_ms = now;
    if (order->progress(order->progress_context, &sealing->progress))
        return DEP_OK;
    return dep_fault_set(sealing->fault, DEP_ERR_STOPPED, 0, "collect.stopped", "vault");
}

int dep_sealing_pipe_failed(struct dep_sealing *sealing)
{
    struct dep_hash unused;
    int err = dep_pipe_finish(sealing->pipe, &unused, sealing->fault);
    assert(err < 0);
    return err;
}

int dep_sealing_bytes(struct dep_sealing *sealing, const void *data, size_t len)
{
    return dep_pipe_add(sealing->pipe, data, len) ? DEP_OK : dep_sealing_pipe_failed(sealing);
}

int dep_sealing_zeros(struct dep_sealing *sealing, uint64_t len, struct dep_sha256_stream *digest)
{
    static const uint8_t zeros[16 * 1024];
    int err = DEP_OK;
    while (!err && len) {
        size_t take = len < sizeof zeros ? (size_t)len : sizeof zeros;
        if (digest)
            dep_sha256_add(digest, zeros, take);
        err = dep_sealing_bytes(sealing, zeros, take);
        sealing->progress.bytes_done += take;
        len -= take;
        if (!err)
            err = dep_sealing_tell(sealing);
    }
    return err;
}

int dep_sealing_padding(struct dep_sealing *sealing, uint64_t size)
{
    static const uint8_t zeros[DEP_TAR_BLOCK];
    return dep_sealing_bytes(sealing, zeros, dep_tar_padding(size));
}

int dep_sealing_header(struct dep_sealing *sealing, const struct dep_tar_member *member,
                       struct dep_entry *entry)
{
    dep_buf_clear(&sealing->header);
    int err = dep_tar_encode(member, &sealing->header);
    if (err)
        return dep_fault_set(sealing->fault, err, 0, "collect.header", "%.*s",
                             (int)member->path.len, (const char *)member->path.data);
    err = dep_sealing_bytes(sealing, sealing->header.data, sealing->header.len);
    entry->offset = dep_pipe_offset(sealing->pipe);
    return err;
}

/* A system call for each of a hundred thousand lines would show in the time. */
static void draw_salt(struct dep_sealing *sealing, struct dep_entry *entry)
{
    if (!sealing->salts_left) {
        sealing->order->random(sealing->salts, sizeof sealing->salts);
        sealing->salts_left = DEP_SEALING_SALTS;
    }
    memcpy(entry->salt, sealing->salts[--sealing->salts_left], sizeof entry->salt);
}

int dep_sealing_line(struct dep_sealing *sealing, struct dep_entry *entry)
{
    draw_salt(sealing, entry);
    bool told = entry->kind == DEP_ENTRY_NOT_TAKEN ||
                (entry->flags & (DEP_ENTRY_CHANGED | DEP_ENTRY_SHORT | DEP_ENTRY_GREW));
    if (told && sealing->notice)
        sealing->notice(sealing->notice_context, entry);
    return dep_lines_add(sealing->lines, entry, sealing->fault);
}

int dep_sealing_not_taken(struct dep_sealing *sealing, struct dep_slice path, const char *reason)
{
    struct dep_entry entry = {
        .kind = DEP_ENTRY_NOT_TAKEN, .path = path, .target = dep_slice_string(reason)};
    sealing->out->not_taken++;
    return dep_sealing_line(sealing, &entry);
}
