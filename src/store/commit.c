/*
 * The commit of doc/format/register.md section 3. Everything is made ready in memory; then private
 * and keyring lines become durable; then the record lines, and that is the commit point; what
 * follows can be made again. Making it costs new files, which the disk's next sync has to pay for:
 * so it is done once for all commits of the last moment, under one hold of the lock.
 */
#include "store/impl.h"
#include "store/monotonic.h"

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

static void next_file(struct dep_family *family)
{
    family->segment++;
    family->len = 0;
    family->lines = 0;
}

/* The file stays open until what it holds is synced in place: an error of writing back is told to
 * those who had it open. */
static int append_part(struct group *group, const struct dep_family *family, struct dep_slice lines,
                       int *unsynced)
{
    DEP_STORE_FD fd = -1;
    int err = dep_segment_append(group->reg, family, lines, &fd, group->fault);
    if (!err && *unsynced < 0) {
        *unsynced = fd;
        fd = -1;
    }
    return err;
}

static int write_secrets(struct group *group)
{
    struct dep_register *reg = group->reg;
    if (group->secrets.len == 0)
        return DEP_OK;
    struct dep_slice secrets = dep_buf_slice(&group->secrets);
    struct dep_slice keyring = dep_buf_slice(&group->keyring);
    int err = append_part(group, &reg->secrets, secrets, &reg->unsynced[0]);
    if (!err)
        err = append_part(group, &reg->keyring, keyring, &reg->unsynced[1]);
    if (!err)
        err = dep_journal_append(reg, group->first_index, secrets, keyring, group->fault);
    if (err)
        return err;
    reg->secrets.len += secrets.len;
    reg->keyring.len += keyring.len;
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
            err = dep_store_sync(reg, fd, "records", group->fault);
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
    bool next_keyring = reg->keyring.lines >= DEP_KEYRING_LINES;
    bool next_secrets = reg->secrets.len >= DEP_PRIVATE_SEGMENT_LEN;
    if (next_keyring || next_secrets) {
        int err = dep_journal_settle(reg, group->fault);
        if (err)
            return err;
    }
    if (next_keyring)
        next_file(&reg->keyring);
    if (next_secrets)
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

static int run(struct group *group)
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
    /* The records stand but no checkpoint will cover them: the next opening recovers them. */
    if (err)
        reg->poisoned = true;
    return err;
}

/* ---- from a commit to its checkpoint ---- */

int dep_register_due_ms(const struct dep_register *reg)
{
    if (!reg->ahead)
        return -1;
    int64_t left = reg->ahead_since_ms + DEP_PUBLISH_AFTER_MS - dep_monotonic_ms();
    return left > 0 ? (int)left : 0;
}

int dep_register_publish(struct dep_register *reg, const struct dep_signing_key *log_key,
                         struct dep_fault *fault)
{
    if (!reg->ahead)
        return DEP_OK;
    /* No checkpoint is signed over what isn't durable in its place. */
    int err = reg->poisoned ? dep_store_fault(reg, fault, DEP_ERR_IO, "store.poisoned", "")
                            : dep_journal_settle(reg, fault);
    if (!err)
        err = dep_store_publish(reg, log_key, fault);
    if (err)
        reg->poisoned = true;
    reg->ahead = false;
    dep_store_unlock(reg);
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

/* While we are ahead the lock is ours and nothing changes under us; but after a commit that failed
 * orphans must go aside, and what is ahead can't be told from them. */
static int enter(struct dep_register *reg, const struct dep_signing_key *log_key,
                 struct dep_fault *fault)
{
    int err = reg->ahead && !reg->settled ? dep_register_publish(reg, log_key, fault) : DEP_OK;
    if (err || reg->ahead)
        return err;
    err = dep_store_lock(reg, fault);
    if (err)
        return err;
    err = get_ready(reg, fault);
    if (err)
        dep_store_unlock(reg);
    return err;
}

static int commit_group(struct group *group, const struct dep_signing_key *log_key,
                        dep_prepare_fn *prepare, void *context)
{
    struct dep_register *reg = group->reg;
    int err = enter(reg, log_key, group->fault);
    if (err)
        return err;
    reg->tile_fault = group->fault;
    group->first_index = dep_tile_builder_frontier(reg->builder)->size;
    if (prepare)
        err = prepare(context, group->first_index);
    if (!err) {
        err = run(group);
        if (err)
            reg->settled = false; /* private and keyring lines may stand without their records */
    }
    if (!err && !reg->ahead) {
        reg->ahead = true;
        reg->ahead_since_ms = dep_monotonic_ms();
    }
    if (!reg->ahead)
        dep_store_unlock(reg);
    return err;
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
    if (!group.placed) {
        group_done(&group);
        return dep_store_fault(reg, fault, DEP_ERR_NOMEM, "store.group", "records");
    }
    int err = commit_group(&group, log_key, prepare, context);
    if (!err)
        memcpy(out, group.placed, count * sizeof *out);
    group_done(&group);
    return err;
}
