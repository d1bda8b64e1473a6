/*
 * The commit of doc/format/register.md section 3. Everything is made ready in memory; then private
 * and keyring lines become durable; then the record lines, and that is the commit point; what
 * follows can be made again.
 */
#include "store/impl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GROUP_LEN_MAX = 512 * 1024 * 1024 };

struct group {
    struct dep_register *reg;
    const struct dep_commit_item *items;
    size_t count;
    uint64_t first_index;
    struct dep_committed *placed;
    struct dep_buf records, secrets, keyring;
    uint64_t keyring_lines;
    struct dep_fault *fault;
};

static void group_done(struct group *group)
{
    dep_buf_done(&group->records);
    dep_buf_done(&group->secrets);
    dep_buf_done(&group->keyring);
    free(group->placed);
}

/* After a failed sync nobody knows what is on disk: this process must not go on. */
static int sync_or_poison(struct dep_register *reg, int fd, const char *folder,
                          struct dep_fault *fault)
{
    if (fdatasync(fd) == 0)
        return DEP_OK;
    reg->poisoned = true;
    return dep_store_io(reg, fault, "store.sync", folder);
}

static void next_file(struct dep_family *family)
{
    family->segment++;
    family->len = 0;
    family->lines = 0;
}

/* Both families are written before either is synced: one journal commit then serves both. */
static int write_secrets(struct group *group)
{
    struct dep_register *reg = group->reg;
    if (group->secrets.len == 0)
        return DEP_OK;
    DEP_STORE_FD private_fd = -1;
    DEP_STORE_FD keyring_fd = -1;
    int err = dep_segment_append(reg, &reg->secrets, dep_buf_slice(&group->secrets), &private_fd,
                                 group->fault);
    if (!err)
        err = dep_segment_append(reg, &reg->keyring, dep_buf_slice(&group->keyring), &keyring_fd,
                                 group->fault);
    if (!err)
        err = sync_or_poison(reg, private_fd, "private", group->fault);
    if (!err)
        err = sync_or_poison(reg, keyring_fd, "keyring", group->fault);
    if (err)
        return err;
    reg->secrets.len += group->secrets.len;
    reg->keyring.len += group->keyring.len;
    reg->keyring.lines += group->keyring_lines;
    return DEP_OK;
}

/* A group may cross into the next file of records. */
static int write_records(struct group *group, struct dep_family *end)
{
    struct dep_register *reg = group->reg;
    size_t at = 0;
    for (size_t i = 0; i < group->count;) {
        size_t take = 0, from = at;
        while (i < group->count && end->lines + take < DEP_SEGMENT_RECORDS) {
            group->placed[i].record = (struct dep_place){
                end->segment, (uint32_t)group->items[i].jwt.len, end->len + at - from};
            at += group->items[i].jwt.len + 1;
            take++;
            i++;
        }
        DEP_STORE_FD fd = -1;
        int err = dep_segment_append(reg, end, dep_slice_of(group->records.data + from, at - from),
                                     &fd, group->fault);
        if (!err)
            err = sync_or_poison(reg, fd, "records", group->fault);
        if (err)
            return err;
        end->len += at - from;
        end->lines += take;
        if (end->lines == DEP_SEGMENT_RECORDS)
            next_file(end);
    }
    return DEP_OK;
}

static int make_ready(struct group *group)
{
    struct dep_register *reg = group->reg;
    if (reg->keyring.lines >= DEP_KEYRING_LINES)
        next_file(&reg->keyring);
    if (reg->secrets.len >= DEP_PRIVATE_SEGMENT_LEN)
        next_file(&reg->secrets);
    for (size_t i = 0; i < group->count; i++) {
        assert(group->items[i].jwt.len && group->items[i].jwt.len <= DEP_JWT_LEN_MAX);
        dep_buf_add_slice(&group->records, group->items[i].jwt);
        dep_buf_add_byte(&group->records, '\n');
        group->placed[i].index = group->first_index + i;
    }
    int err = dep_buf_err(&group->records);
    if (err)
        return dep_store_fault(reg, group->fault, err, "store.group", "records");
    return dep_secrets_encode(reg, group->items, group->count, group->placed, &group->secrets,
                              &group->keyring, &group->keyring_lines, group->fault);
}

static int run(struct group *group, const struct dep_signing_key *log_key)
{
    struct dep_register *reg = group->reg;
    struct dep_family end = reg->records;
    int err = make_ready(group);
    if (!err)
        err = write_secrets(group);
    if (err)
        return err;
    err = write_records(group, &end);
    /* ---- the commit point: the records are durable ---- */
    if (err)
        return err;
    reg->records = end;
    for (size_t i = 0; !err && i < group->count; i++) {
        struct dep_hash entry;
        dep_sha256(group->items[i].jwt, &entry);
        err = dep_tile_builder_add(reg->builder, &entry);
    }
    if (!err)
        err = dep_store_publish(reg, log_key, group->fault);
    /* The records stand but no checkpoint covers them: the next opening recovers them. */
    if (err)
        reg->poisoned = true;
    return err;
}

/* Under the lock: the newest state, nothing half-done before us. */
static int get_ready(struct dep_register *reg, struct dep_fault *fault)
{
    uint64_t before = reg->checkpoint.size, moved = 0;
    int err = dep_register_refresh(reg, fault);
    if (!err && reg->has_tail)
        err = dep_store_fault(reg, fault, DEP_ERR_LOCKED, "store.tail", "records");
    if (!err && (!reg->settled || reg->checkpoint.size != before)) {
        dep_keks_forget(reg);
        err = dep_store_settle(reg, &moved, fault);
    }
    return err ? err : dep_store_load_builder(reg, fault);
}

int dep_register_commit(struct dep_register *reg, const struct dep_commit_item *items, size_t count,
                        const struct dep_signing_key *log_key, dep_prepare_fn *prepare,
                        void *context, struct dep_committed *out, struct dep_fault *fault)
{
    assert(count > 0 && count <= DEP_COMMIT_RECORDS_MAX);
    struct group group = {.reg = reg, .items = items, .count = count, .fault = fault};
    dep_buf_init(&group.records, GROUP_LEN_MAX);
    dep_buf_init(&group.secrets, GROUP_LEN_MAX);
    dep_buf_init(&group.keyring, GROUP_LEN_MAX);
    group.placed = dep_alloc_array(count, sizeof *group.placed);
    int err = group.placed ? dep_store_lock(reg, fault)
                           : dep_store_fault(reg, fault, DEP_ERR_NOMEM, "store.group", "records");
    if (err) {
        group_done(&group);
        return err;
    }
    err = get_ready(reg, fault);
    group.first_index = reg->checkpoint.size;
    if (!err && prepare)
        err = prepare(context, group.first_index);
    if (!err) {
        err = run(&group, log_key);
        if (err)
            reg->settled = false; /* private and keyring lines may stand without their records */
    }
    dep_store_unlock(reg);
    if (!err)
        memcpy(out, group.placed, count * sizeof *out);
    group_done(&group);
    return err;
}
