/*
 * Checking every byte. The manifest is read first, by its place, and its root compared with the
 * record's; then the tar is read from end to end, and each member must be the next line's: name,
 * kind, metadata, place, length, digest. One thread digests the payload, this one decrypts and
 * compares.
 */
#include "collect/check.h"

#include "codec/tar.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- the payload's digest, in a thread of its own ---- */

/* Digests the very piece that is decrypted here meanwhile: no copy, and the piece isn't given back
 * before both are done. */
struct digester {
    struct dep_sha256_stream stream;
    struct dep_slice piece; /* being digested; empty: nothing to do */
    bool ending;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool started;
};

static void *digest_loop(void *context)
{
    struct digester *digester = context;
    (void)pthread_mutex_lock(&digester->lock);
    for (;;) {
        while (!digester->piece.len && !digester->ending)
            (void)pthread_cond_wait(&digester->changed, &digester->lock);
        if (!digester->piece.len)
            break;
        struct dep_slice piece = digester->piece;
        (void)pthread_mutex_unlock(&digester->lock);
        dep_sha256_add(&digester->stream, piece.data, piece.len);
        (void)pthread_mutex_lock(&digester->lock);
        digester->piece.len = 0;
        (void)pthread_cond_broadcast(&digester->changed);
    }
    (void)pthread_mutex_unlock(&digester->lock);
    return NULL;
}

static int digester_start(struct digester *digester, struct dep_fault *fault)
{
    (void)pthread_mutex_init(&digester->lock, NULL);
    (void)pthread_cond_init(&digester->changed, NULL);
    dep_sha256_start(&digester->stream);
    digester->started = pthread_create(&digester->thread, NULL, digest_loop, digester) == 0;
    return digester->started ? DEP_OK
                             : dep_fault_set(fault, DEP_ERR_NOMEM, 0, "check.memory", "container");
}

/* `piece` must stay as it is until digester_wait(). */
static void digester_give(struct digester *digester, struct dep_slice piece)
{
    (void)pthread_mutex_lock(&digester->lock);
    digester->piece = piece;
    (void)pthread_cond_broadcast(&digester->changed);
    (void)pthread_mutex_unlock(&digester->lock);
}

static void digester_wait(struct digester *digester)
{
    (void)pthread_mutex_lock(&digester->lock);
    while (digester->piece.len)
        (void)pthread_cond_wait(&digester->changed, &digester->lock);
    (void)pthread_mutex_unlock(&digester->lock);
}

static void digester_end(struct digester *digester, struct dep_hash *out)
{
    (void)pthread_mutex_lock(&digester->lock);
    digester->ending = true;
    (void)pthread_cond_broadcast(&digester->changed);
    (void)pthread_mutex_unlock(&digester->lock);
    if (digester->started)
        (void)pthread_join(digester->thread, NULL);
    dep_sha256_finish(&digester->stream, out);
    (void)pthread_mutex_destroy(&digester->lock);
    (void)pthread_cond_destroy(&digester->changed);
}

/* ---- the tar against the manifest ---- */

enum stage { STAGE_HEADER, STAGE_DATA, STAGE_PADDING, STAGE_AFTER };

struct checking {
    struct dep_container *container;
    const struct dep_container_facts *facts;
    dep_container_finding_fn *each;
    void *each_context;
    struct dep_container_report report;
    struct dep_fault *fault;
    struct dep_buf manifest; /* all lines */
    size_t manifest_at;
    struct dep_tar_reader *reader;
    enum stage stage;
    uint8_t block[DEP_TAR_BLOCK];
    size_t block_len;
    uint64_t offset; /* in the plaintext, of the next byte */
    uint64_t data_left, padding_left;
    struct dep_entry entry; /* of the member at hand */
    struct dep_buf names;
    struct dep_sha256_stream digest;
    struct dep_tar_extent *extents; /* of a sparse member */
    size_t extent_count, extent_at;
    uint64_t extent_done, expanded;
    struct dep_buf map;
    bool in_manifest, broken;
};

static void report(struct checking *checking, const char *id, struct dep_slice path)
{
    struct dep_finding finding = {id, "doc/format/vault.md", (size_t)checking->offset};
    checking->report.bad++;
    if (checking->each)
        checking->each(checking->each_context, &finding, path);
}

/* A deviation after which no byte can be told apart any more. */
static void give_up(struct checking *checking, const char *id, struct dep_slice path)
{
    report(checking, id, path);
    checking->broken = true;
}

/* The next line that has a member in the tar. False at the end of the manifest. */
static bool next_entry(struct checking *checking)
{
    struct dep_finding why;
    for (;;) {
        struct dep_slice rest =
            dep_slice_sub(dep_buf_slice(&checking->manifest), checking->manifest_at,
                          checking->manifest.len - checking->manifest_at);
        if (rest.len == 0)
            return false;
        struct dep_slice line = dep_slice_next(&rest, '\n');
        checking->manifest_at += line.len + 1;
        if (dep_entry_parse(line, &checking->names, &checking->entry, &why) != DEP_OK)
            return false; /* it was parsed before: only memory can fail */
        if (checking->entry.kind != DEP_ENTRY_NOT_TAKEN)
            return true;
    }
}

static char type_of(enum dep_entry_kind kind)
{
    switch (kind) {
    case DEP_ENTRY_FOLDER: return '5';
    case DEP_ENTRY_SYMLINK: return '2';
    case DEP_ENTRY_HARDLINK: return '1';
    default: return '0';
    }
}

static const char *compare_member(const struct dep_entry *entry,
                                  const struct dep_tar_member *member, uint64_t offset)
{
    if (!dep_slice_equal(entry->path, member->path))
        return "container.order";
    if (type_of(entry->kind) != member->type || !dep_slice_equal(entry->target, member->target))
        return "container.kind";
    if (entry->offset != offset || entry->stored != member->size ||
        entry->size != member->real_size ||
        member->sparse != ((entry->flags & DEP_ENTRY_SPARSE) != 0))
        return "container.place";
    if (entry->mode != member->mode || entry->uid != member->uid || entry->gid != member->gid ||
        entry->mtime_s != member->mtime_s || entry->mtime_ns != member->mtime_ns)
        return "container.metadata";
    if ((member->xattr_count > 0) != ((entry->flags & DEP_ENTRY_XATTRS) != 0))
        return "container.metadata";
    return NULL;
}

static void begin_manifest(struct checking *checking, const struct dep_tar_member *member)
{
    const struct dep_container_facts *facts = checking->facts;
    checking->in_manifest = true;
    if (!dep_slice_equal_string(member->path, "manifest") || member->type != '0')
        give_up(checking, "container.extra", member->path);
    else if (member->size != checking->manifest.len ||
             (facts->has_manifest && checking->offset != facts->manifest_offset))
        give_up(checking, "container.manifest", member->path);
}

static void begin_member(struct checking *checking, const struct dep_tar_member *member)
{
    checking->data_left = member->size;
    checking->padding_left = dep_tar_padding(member->size);
    checking->stage = STAGE_DATA;
    if (checking->in_manifest) {
        give_up(checking, "container.after", member->path);
        return;
    }
    if (!next_entry(checking)) {
        begin_manifest(checking, member);
        return;
    }
    const char *bad = compare_member(&checking->entry, member, checking->offset);
    if (bad && strcmp(bad, "container.metadata") != 0) {
        give_up(checking, bad, member->path);
        return;
    }
    if (bad)
        report(checking, bad, member->path);
    dep_sha256_start(&checking->digest);
    free(checking->extents);
    checking->extents = NULL;
    dep_buf_clear(&checking->map);
    checking->extent_at = 0;
    checking->extent_done = checking->expanded = 0;
}

static void end_member(struct checking *checking)
{
    checking->stage = STAGE_PADDING;
    if (checking->in_manifest || !checking->entry.has_sha256)
        return;
    struct dep_hash digest;
    static const uint8_t zeros[64 * 1024];
    for (uint64_t left = checking->entry.size - checking->expanded;
         (checking->entry.flags & DEP_ENTRY_SPARSE) && left;) {
        size_t take = left < sizeof zeros ? (size_t)left : sizeof zeros;
        dep_sha256_add(&checking->digest, zeros, take);
        left -= take;
    }
    dep_sha256_finish(&checking->digest, &digest);
    if (!dep_hash_equal(&digest, &checking->entry.sha256))
        report(checking, "container.file", checking->entry.path);
    if (checking->entry.kind != DEP_ENTRY_STATEMENT) {
        checking->report.files++;
        checking->report.bytes += checking->entry.size;
    }
}

static void take_header(struct checking *checking, struct dep_slice *piece)
{
    size_t take = DEP_TAR_BLOCK - checking->block_len < piece->len
                      ? DEP_TAR_BLOCK - checking->block_len
                      : piece->len;
    memcpy(checking->block + checking->block_len, piece->data, take);
    checking->block_len += take;
    checking->offset += take;
    *piece = dep_slice_sub(*piece, take, piece->len - take);
    if (checking->block_len < DEP_TAR_BLOCK)
        return;
    checking->block_len = 0;
    enum dep_tar_state state;
    struct dep_tar_member member;
    struct dep_finding why;
    int err = dep_tar_reader_block(checking->reader, checking->block, &state, &member, &why);
    if (err) {
        give_up(checking, err == DEP_FOUND ? why.id : "container.memory", checking->entry.path);
        return;
    }
    if (state == DEP_TAR_END)
        checking->stage = STAGE_AFTER;
    else if (state == DEP_TAR_MEMBER)
        begin_member(checking, &member);
}

/* Data of a sparse member: first the map, then the extents; holes count as zeros in the digest. */
static void take_sparse(struct checking *checking, struct dep_slice data)
{
    static const uint8_t zeros[64 * 1024];
    if (!checking->extents) {
        struct dep_finding why;
        size_t used;
        dep_buf_add_slice(&checking->map, data);
        int err = dep_tar_map_parse(dep_buf_slice(&checking->map), checking->entry.size,
                                    &checking->extents, &checking->extent_count, &used, &why);
        if (err == DEP_FOUND && checking->map.len < checking->entry.stored &&
            dep_buf_err(&checking->map) == DEP_OK)
            return; /* more of the map is to come */
        if (err || dep_buf_err(&checking->map)) {
            give_up(checking, "tar.map", checking->entry.path);
            return;
        }
        data = dep_slice_sub(dep_buf_slice(&checking->map), used, checking->map.len - used);
    }
    while (data.len && checking->extent_at < checking->extent_count) {
        const struct dep_tar_extent *extent = &checking->extents[checking->extent_at];
        while (checking->expanded < extent->offset) {
            uint64_t hole = extent->offset - checking->expanded;
            size_t take = hole < sizeof zeros ? (size_t)hole : sizeof zeros;
            dep_sha256_add(&checking->digest, zeros, take);
            checking->expanded += take;
        }
        uint64_t left = extent->len - checking->extent_done;
        size_t take = left < data.len ? (size_t)left : data.len;
        dep_sha256_add(&checking->digest, data.data, take);
        checking->extent_done += take;
        checking->expanded += take;
        data = dep_slice_sub(data, take, data.len - take);
        if (checking->extent_done == extent->len) {
            checking->extent_at++;
            checking->extent_done = 0;
        }
    }
    if (data.len)
        give_up(checking, "tar.map", checking->entry.path);
}

static void take_data(struct checking *checking, struct dep_slice *piece)
{
    size_t take = checking->data_left < piece->len ? (size_t)checking->data_left : piece->len;
    struct dep_slice data = dep_slice_sub(*piece, 0, take);
    if (checking->in_manifest) {
        size_t from = checking->manifest.len - (size_t)checking->data_left;
        if (memcmp(checking->manifest.data + from, data.data, take) != 0)
            give_up(checking, "container.manifest", DEP_SLICE_LITERAL("manifest"));
    } else if (checking->entry.flags & DEP_ENTRY_SPARSE) {
        take_sparse(checking, data);
    } else {
        dep_sha256_add(&checking->digest, data.data, take);
    }
    checking->data_left -= take;
    checking->offset += take;
    *piece = dep_slice_sub(*piece, take, piece->len - take);
}

static void take_padding(struct checking *checking, struct dep_slice *piece)
{
    size_t take = checking->padding_left < piece->len ? (size_t)checking->padding_left : piece->len;
    for (size_t i = 0; i < take; i++)
        if (piece->data[i]) {
            report(checking, "container.padding", checking->entry.path);
            break;
        }
    checking->padding_left -= take;
    checking->offset += take;
    *piece = dep_slice_sub(*piece, take, piece->len - take);
}

static void take_plain(struct checking *checking, struct dep_slice piece)
{
    while (!checking->broken &&
           (piece.len || checking->stage == STAGE_DATA || checking->stage == STAGE_PADDING)) {
        if (checking->stage == STAGE_DATA) {
            if (checking->data_left == 0)
                end_member(checking);
            else if (piece.len)
                take_data(checking, &piece);
            else
                return;
        } else if (checking->stage == STAGE_PADDING) {
            if (checking->padding_left == 0)
                checking->stage = STAGE_HEADER;
            else if (piece.len)
                take_padding(checking, &piece);
            else
                return;
        } else if (checking->stage == STAGE_HEADER) {
            take_header(checking, &piece);
        } else {
            give_up(checking, "container.after", DEP_SLICE_LITERAL("manifest"));
            return;
        }
    }
}

/* ---- reading it all ---- */

struct unsealing {
    uint64_t chunk, chunks;
    uint8_t carry[DEP_AGE_CHUNK_SEALED]; /* of a chunk that lies across two pieces */
    size_t carry_len;
    uint8_t plain[DEP_AGE_CHUNK];
    bool nonce_passed;
};

static int open_chunk(struct checking *checking, struct unsealing *unsealing, const uint8_t *sealed,
                      size_t len)
{
    struct dep_finding why;
    bool last = unsealing->chunk + 1 == unsealing->chunks;
    int err = dep_age_chunk_open(checking->container->stream, unsealing->chunk, last, sealed, len,
                                 unsealing->plain, &why);
    unsealing->chunk++;
    if (err < 0)
        return dep_fault_set(checking->fault, err, 0, "check.cipher", "container");
    if (err && !checking->broken)
        give_up(checking, "age.payload", checking->entry.path);
    if (!err)
        take_plain(checking, dep_slice_of(unsealing->plain, len - DEP_AEAD_TAG_LEN));
    return DEP_OK;
}

static int take_payload(struct checking *checking, struct unsealing *unsealing,
                        struct dep_slice piece, bool at_end)
{
    int err = DEP_OK;
    if (!unsealing->nonce_passed) {
        /* The header and the nonce are shorter than a piece. */
        piece = dep_slice_sub(piece, DEP_AGE_NONCE_LEN, piece.len - DEP_AGE_NONCE_LEN);
        unsealing->nonce_passed = true;
    }
    while (!err && piece.len) {
        if (unsealing->carry_len == 0 && piece.len >= DEP_AGE_CHUNK_SEALED) {
            err = open_chunk(checking, unsealing, piece.data, DEP_AGE_CHUNK_SEALED);
            piece = dep_slice_sub(piece, DEP_AGE_CHUNK_SEALED, piece.len - DEP_AGE_CHUNK_SEALED);
            continue;
        }
        size_t room = DEP_AGE_CHUNK_SEALED - unsealing->carry_len;
        size_t take = room < piece.len ? room : piece.len;
        memcpy(unsealing->carry + unsealing->carry_len, piece.data, take);
        unsealing->carry_len += take;
        piece = dep_slice_sub(piece, take, piece.len - take);
        if (unsealing->carry_len == DEP_AGE_CHUNK_SEALED) {
            err = open_chunk(checking, unsealing, unsealing->carry, unsealing->carry_len);
            unsealing->carry_len = 0;
        }
    }
    if (!err && at_end && unsealing->carry_len)
        err = open_chunk(checking, unsealing, unsealing->carry, unsealing->carry_len);
    return err;
}

static int read_payload(struct checking *checking, struct digester *digester,
                        dep_seal_progress_fn *progress, void *context)
{
    struct dep_container *container = checking->container;
    struct dep_vault_reader *reader = NULL;
    struct dep_slice piece;
    struct dep_seal_progress state = {.bytes_total = container->len - container->header_len};
    struct unsealing *unsealing = dep_alloc(sizeof *unsealing);
    if (!unsealing)
        return dep_fault_set(checking->fault, DEP_ERR_NOMEM, 0, "check.memory", "container");
    unsealing->chunks =
        container->plain_len ? (container->plain_len + DEP_AGE_CHUNK - 1) / DEP_AGE_CHUNK : 1;
    int err =
        dep_vault_reader_new(container->fd, container->header_len, true, &reader, checking->fault);
    while (!err && !(err = dep_vault_reader_next(reader, &piece, checking->fault)) && piece.len) {
        digester_give(digester, piece);
        state.bytes_done += piece.len;
        state.files_done = checking->report.files;
        err = take_payload(checking, unsealing, piece, state.bytes_done == state.bytes_total);
        digester_wait(digester);
        if (!err && progress && !progress(context, &state))
            err = dep_fault_set(checking->fault, DEP_ERR_STOPPED, 0, "check.stopped", "container");
    }
    dep_vault_reader_free(reader);
    dep_wipe(unsealing->plain, sizeof unsealing->plain);
    free(unsealing);
    return err;
}

static int gather_line(void *context, const struct dep_entry *entry, uint64_t index)
{
    (void)context, (void)entry, (void)index;
    return DEP_OK;
}

static int load_manifest(struct checking *checking)
{
    const struct dep_container_facts *facts = checking->facts;
    struct dep_finding why;
    int err =
        dep_container_list(checking->container, facts, gather_line, NULL, &why, checking->fault);
    if (!err)
        err = dep_container_read(checking->container, facts->manifest_offset, facts->manifest_len,
                                 &checking->manifest, &why, checking->fault);
    if (err == DEP_FOUND)
        give_up(checking, why.id, DEP_SLICE_LITERAL("manifest"));
    return err < 0 ? err : DEP_OK;
}

static void judge_end(struct checking *checking, const struct dep_hash *payload)
{
    if (checking->facts->has_payload && !dep_hash_equal(payload, &checking->facts->payload_sha256))
        report(checking, "container.payload", (struct dep_slice){NULL, 0});
    if (!checking->broken && (checking->stage != STAGE_AFTER || !checking->in_manifest))
        report(checking, "container.cut", (struct dep_slice){NULL, 0});
}

int dep_container_check(struct dep_container *container, const struct dep_container_facts *facts,
                        dep_container_finding_fn *each, void *each_context,
                        dep_seal_progress_fn *progress, void *progress_context,
                        struct dep_container_report *out, struct dep_finding *why,
                        struct dep_fault *fault)
{
    enum { MANIFEST_MAX = 1024 * 1024 * 1024 };
    assert(container->stream);
    struct digester digester = {.started = false};
    struct checking checking = {.container = container,
                                .facts = facts,
                                .each = each,
                                .each_context = each_context,
                                .fault = fault};
    struct dep_hash payload;
    dep_buf_init(&checking.manifest, MANIFEST_MAX);
    dep_buf_init(&checking.names, DEP_MANIFEST_LINE_MAX);
    dep_buf_init(&checking.map, 32 * 1024 * 1024);
    checking.reader = dep_tar_reader_new();
    int err = checking.reader ? digester_start(&digester, fault)
                              : dep_fault_set(fault, DEP_ERR_NOMEM, 0, "check.memory", "container");
    if (!err)
        err = load_manifest(&checking);
    if (!err)
        err = read_payload(&checking, &digester, progress, progress_context);
    digester_end(&digester, &payload);
    if (!err)
        judge_end(&checking, &payload);
    dep_tar_reader_free(checking.reader);
    free(checking.extents);
    dep_buf_done(&checking.manifest);
    dep_buf_done(&checking.names);
    dep_buf_done(&checking.map);
    if (err)
        return err;
    *out = checking.report;
    return checking.report.bad ? dep_found(why, "container.damaged", "doc/format/vault.md", 0)
                               : DEP_OK;
}
