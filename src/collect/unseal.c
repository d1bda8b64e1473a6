/*
 * Reading a container: by place (list, extract) and from end to end (check).
 */
#include "collect/unseal.h"

#include "collect/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int io(struct dep_fault *fault, const char *what)
{
    int sys = errno;
    return dep_fault_set(fault, DEP_ERR_IO, sys, what, "container");
}

/* Bytes as they lie there, across the files. */
static int read_at(const struct dep_container *container, uint64_t offset, void *out, size_t len,
                   struct dep_fault *fault)
{
    const struct dep_vault_extent *extent = container->extents;
    for (size_t done = 0; done < len;) {
        while (offset >= extent->len) {
            if (extent + 1 == container->extents + container->extent_count)
                return dep_fault_set(fault, DEP_ERR_CHANGED, 0, "container.read", "container");
            offset -= extent++->len;
        }
        uint64_t here = extent->len - offset;
        size_t take = len - done < here ? len - done : (size_t)here;
        ssize_t got = pread(extent->fd, (uint8_t *)out + done, take, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io(fault, "container.read");
        if (got == 0)
            return dep_fault_set(fault, DEP_ERR_CHANGED, 0, "container.read", "container");
        done += (size_t)got;
        offset += (uint64_t)got;
    }
    return DEP_OK;
}

static int open_header(struct dep_container *container, const struct dep_age_with *with,
                       struct dep_finding *why, struct dep_fault *fault)
{
    uint8_t head[DEP_AGE_HEADER_MAX + DEP_AGE_NONCE_LEN];
    size_t have = container->len < sizeof head ? (size_t)container->len : sizeof head;
    int err = read_at(container, 0, head, have, fault);
    if (err)
        return err;
    err = dep_age_header_len(dep_slice_of(head, have), &container->header_len, why);
    if (!err && have < container->header_len + DEP_AGE_NONCE_LEN)
        err = dep_found(why, "age.nonce", "c2sp.org/age, Payload", have);
    if (!err && !dep_age_plain_len(container->len - container->header_len, &container->plain_len))
        err = dep_found(why, "container.len", "c2sp.org/age, Payload", (size_t)container->len);
    if (err || !(with->identity_count || with->passphrase.len))
        return err < 0 ? dep_fault_set(fault, err, 0, "container.open", "container") : err;
    uint8_t file_key[DEP_AGE_FILE_KEY_LEN];
    err = dep_age_header_open(dep_slice_of(head, container->header_len), with, file_key, why);
    if (!err)
        err = dep_age_stream_new(file_key, head + container->header_len, &container->stream);
    if (!err)
        err = dep_age_stream_new(file_key, head + container->header_len, &container->other_stream);
    dep_wipe(file_key, sizeof file_key);
    return err < 0 ? dep_fault_set(fault, err, 0, "container.open", "container") : err;
}

static int open_over(struct dep_container *container, const struct dep_vault_extent *extents,
                     size_t count, const struct dep_age_with *with, struct dep_finding *why,
                     struct dep_fault *fault)
{
    container->cached = UINT64_MAX;
    container->extents = dep_alloc_array(count, sizeof *extents);
    if (!container->extents)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "container.open", "container");
    container->extent_count = count;
    for (size_t i = 0; i < count; i++) {
        container->extents[i] = extents[i];
        if (!dep_add_u64(container->len, extents[i].len, &container->len))
            return dep_found(why, "container.len", "doc/format/vault.md 1", 0);
    }
    if (with) {
        container->nonce_len = DEP_AGE_NONCE_LEN;
        container->tag_len = DEP_AEAD_TAG_LEN;
        return open_header(container, with, why, fault);
    }
    container->clear = true;
    container->plain_len = container->len;
    return container->len <= DEP_AGE_PLAIN_MAX
               ? DEP_OK
               : dep_found(why, "container.len", "doc/format/vault.md 1", 0);
}

int dep_container_open_over(const struct dep_vault_extent *extents, size_t count,
                            const struct dep_age_with *with, struct dep_container **out,
                            struct dep_finding *why, struct dep_fault *fault)
{
    struct dep_container *container = dep_alloc(sizeof *container);
    if (!container)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "container.open", "container");
    int err = open_over(container, extents, count, with, why, fault);
    if (err) {
        dep_container_close(container);
        return err;
    }
    *out = container;
    return DEP_OK;
}

int dep_container_open(int fd, uint64_t len, const struct dep_age_with *with,
                       struct dep_container **out, struct dep_finding *why, struct dep_fault *fault)
{
    struct dep_vault_extent whole = {.fd = fd, .len = len};
    int err = dep_container_open_over(&whole, 1, with, out, why, fault);
    if (!err)
        (*out)->direct = true;
    return err;
}

void dep_container_close(struct dep_container *container)
{
    if (!container)
        return;
    dep_age_stream_free(container->stream);
    dep_age_stream_free(container->other_stream);
    dep_wipe(container->plain, sizeof container->plain);
    free(container->extents);
    free(container);
}

uint64_t dep_container_plain_len(const struct dep_container *container)
{
    return container->plain_len;
}

/* ---- by place ---- */

uint64_t dep_container_chunks(const struct dep_container *container)
{
    return container->plain_len ? (container->plain_len + DEP_AGE_CHUNK - 1) / DEP_AGE_CHUNK : 1;
}

int dep_container_chunk_open(const struct dep_container *container, bool other, uint64_t index,
                             const uint8_t *sealed, size_t len, uint8_t *out,
                             struct dep_finding *why)
{
    bool last = index + 1 == dep_container_chunks(container);
    if (!container->clear)
        return dep_age_chunk_open(other ? container->other_stream : container->stream, index, last,
                                  sealed, len, out, why);
    memcpy(out, sealed, len);
    return DEP_OK;
}

/* Where chunk `index` begins as it lies there, and how long it is in clear. */
static uint64_t chunk_at(const struct dep_container *container, uint64_t index, size_t *out_plain)
{
    uint64_t left = container->plain_len - index * DEP_AGE_CHUNK;
    *out_plain = left < DEP_AGE_CHUNK ? (size_t)left : DEP_AGE_CHUNK;
    return container->header_len + container->nonce_len +
           index * dep_container_chunk_len(container);
}

int dep_container_chunk(struct dep_container *container, uint64_t index, struct dep_finding *why,
                        struct dep_fault *fault)
{
    if (container->cached == index)
        return DEP_OK;
    assert(index < dep_container_chunks(container));
    uint64_t at = chunk_at(container, index, &container->plain_used);
    size_t len = container->plain_used + container->tag_len;
    container->cached = UINT64_MAX;
    int err = read_at(container, at, container->sealed, len, fault);
    if (err)
        return err;
    err = dep_container_chunk_open(container, false, index, container->sealed, len,
                                   container->plain, why);
    if (!err)
        container->cached = index;
    return err < 0 ? dep_fault_set(fault, err, 0, "container.read", "container") : err;
}

int dep_container_read(struct dep_container *container, uint64_t offset, uint64_t len,
                       dep_container_piece_fn *each, void *context, struct dep_finding *why,
                       struct dep_fault *fault)
{
    uint64_t end;
    if (!dep_add_u64(offset, len, &end) || end > container->plain_len)
        return dep_found(why, "container.range", "doc/format/vault.md 3", 0);
    int err = DEP_OK;
    while (!err && len) {
        err = dep_container_chunk(container, offset / DEP_AGE_CHUNK, why, fault);
        if (err)
            break;
        size_t from = (size_t)(offset % DEP_AGE_CHUNK);
        size_t take =
            container->plain_used - from < len ? container->plain_used - from : (size_t)len;
        err = each(context, dep_slice_of(container->plain + from, take));
        offset += take;
        len -= take;
    }
    return err;
}

/* ---- from end to end ---- */

enum { BOTH_CHUNKS = 64 };
struct both {
    uint8_t sealed[DEP_AGE_NONCE_LEN + BOTH_CHUNKS * DEP_AGE_CHUNK_SEALED];
    uint8_t plain[BOTH_CHUNKS * DEP_AGE_CHUNK];
};

/* Some chunks from `index`, the nonce before the first of all. */
static int read_some(struct dep_container *container, struct both *both, uint64_t index,
                     size_t count, struct dep_slice *out_sealed, struct dep_slice *out_plain,
                     struct dep_finding *why, struct dep_fault *fault)
{
    size_t plain_len, nonce = index == 0 ? container->nonce_len : 0, plain_used = 0;
    uint64_t from = chunk_at(container, index, &plain_len) - nonce;
    uint64_t to =
        chunk_at(container, index + count - 1, &plain_len) + plain_len + container->tag_len;
    int err = read_at(container, from, both->sealed, (size_t)(to - from), fault);
    const uint8_t *at = both->sealed + nonce;
    for (size_t i = 0; !err && i < count; i++) {
        (void)chunk_at(container, index + i, &plain_len);
        err =
            dep_container_chunk_open(container, false, index + i, at,
                                     plain_len + container->tag_len, both->plain + plain_used, why);
        if (err < 0)
            return dep_fault_set(fault, err, 0, "container.read", "container");
        at += plain_len + container->tag_len;
        plain_used += plain_len;
    }
    *out_sealed = dep_slice_of(both->sealed, (size_t)(to - from));
    *out_plain = dep_slice_of(both->plain, plain_used);
    return err;
}

int dep_container_read_both(struct dep_container *container, dep_container_both_fn *each,
                            void *context, struct dep_finding *why, struct dep_fault *fault)
{
    assert(dep_container_readable(container));
    uint64_t chunks = dep_container_chunks(container);
    struct both *both = dep_alloc(sizeof *both);
    if (!both)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "container.read", "container");
    int err = DEP_OK;
    for (uint64_t index = 0, count; !err && index < chunks; index += count) {
        struct dep_slice sealed = {NULL, 0}, plain = {NULL, 0};
        count = chunks - index < BOTH_CHUNKS ? chunks - index : BOTH_CHUNKS;
        err = read_some(container, both, index, (size_t)count, &sealed, &plain, why, fault);
        if (!err)
            err = each(context, sealed, plain);
    }
    dep_wipe(both->plain, sizeof both->plain);
    free(both);
    return err;
}

/* ---- the manifest ---- */

static bool place_is_inside(const struct dep_container *container, uint64_t offset, uint64_t len)
{
    return offset <= container->plain_len && len <= container->plain_len - offset;
}

static int walk_members(struct dep_container *container, struct dep_tar_reader *reader,
                        dep_container_member_fn *each, void *context, struct dep_finding *why,
                        struct dep_fault *fault)
{
    uint64_t at = 0;
    for (;;) {
        enum dep_tar_state state;
        struct dep_tar_member member;
        if (!place_is_inside(container, at, DEP_TAR_BLOCK))
            return dep_found(why, "container.cut", "doc/format/vault.md 2", (size_t)at);
        int err = dep_container_chunk(container, at / DEP_AGE_CHUNK, why, fault);
        if (err)
            return err;
        err = dep_tar_reader_block(reader, container->plain + at % DEP_AGE_CHUNK, &state, &member,
                                   why);
        at += DEP_TAR_BLOCK;
        if (err)
            return err < 0 ? dep_fault_set(fault, err, 0, "container.list", "container") : err;
        if (state == DEP_TAR_END)
            return DEP_OK;
        if (state == DEP_TAR_MORE)
            continue;
        if (!place_is_inside(container, at, member.size))
            return dep_found(why, "container.range", "doc/format/vault.md 2", (size_t)at);
        err = each(context, &member, at);
        if (err)
            return err;
        at += member.size + dep_tar_padding(member.size);
    }
}

int dep_container_members(struct dep_container *container, dep_container_member_fn *each,
                          void *context, struct dep_finding *why, struct dep_fault *fault)
{
    assert(dep_container_readable(container));
    struct dep_tar_reader *reader = dep_tar_reader_new();
    if (!reader)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "container.list", "container");
    int err = walk_members(container, reader, each, context, why, fault);
    dep_tar_reader_free(reader);
    return err;
}

/* The manifest is the last. */
static int note_manifest(void *context, const struct dep_tar_member *member, uint64_t offset)
{
    struct dep_container_facts *facts = context;
    facts->has_manifest = dep_slice_equal_string(member->path, "manifest") && member->type == '0';
    facts->manifest_offset = offset;
    facts->manifest_len = member->size;
    return DEP_OK;
}

int dep_container_place(struct dep_container *container, const struct dep_container_facts *facts,
                        struct dep_container_facts *out, struct dep_finding *why,
                        struct dep_fault *fault)
{
    struct dep_container_facts placed = *facts;
    int err = facts->has_manifest
                  ? DEP_OK
                  : dep_container_members(container, note_manifest, &placed, why, fault);
    if (!err && !placed.has_manifest)
        err = dep_found(why, "container.place", "doc/format/vault.md 2", 0);
    if (err)
        return err;
    if (!place_is_inside(container, placed.manifest_offset, placed.manifest_len))
        return dep_found(why, "container.range", "doc/format/vault.md 3", 0);
    *out = placed;
    return DEP_OK;
}

struct listing {
    struct dep_manifest_reader *reader;
    uint8_t piece[DEP_AGE_CHUNK]; /* a copy: whoever is told of a line may read another chunk */
    struct dep_sha256_stream digest;
    struct dep_finding *why;
};

static int list_piece(void *context, struct dep_slice piece)
{
    struct listing *listing = context;
    memcpy(listing->piece, piece.data, piece.len);
    piece.data = listing->piece;
    dep_sha256_add(&listing->digest, piece.data, piece.len);
    return dep_manifest_reader_add(listing->reader, piece, listing->why);
}

int dep_container_manifest(struct dep_container *container, const struct dep_container_facts *facts,
                           dep_entry_fn *each, void *context, struct dep_hash *out_digest,
                           struct dep_finding *why, struct dep_fault *fault)
{
    uint64_t count;
    struct dep_hash root;
    struct listing listing = {.reader = dep_manifest_reader_new(each, context), .why = why};
    if (!listing.reader)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "container.list", "container");
    dep_sha256_start(&listing.digest);
    int err = dep_container_read(container, facts->manifest_offset, facts->manifest_len, list_piece,
                                 &listing, why, fault);
    if (!err)
        err = dep_manifest_reader_finish(listing.reader, &count, &root, why);
    dep_manifest_reader_free(listing.reader);
    if (err == DEP_ERR_NOMEM)
        err = dep_fault_set(fault, err, 0, "container.list", "container");
    if (!err && facts->has_root && !dep_hash_equal(&root, &facts->manifest_root))
        err = dep_found(why, "container.root", "doc/format/vault.md 3", 0);
    if (!err && out_digest)
        dep_sha256_finish(&listing.digest, out_digest);
    return err;
}

int dep_container_list(struct dep_container *container, const struct dep_container_facts *facts,
                       dep_entry_fn *each, void *context, struct dep_finding *why,
                       struct dep_fault *fault)
{
    assert(dep_container_readable(container));
    struct dep_container_facts placed = *facts;
    int err = dep_container_place(container, facts, &placed, why, fault);
    /* Twice: nothing is shown of a manifest whose root isn't the record's. */
    if (!err)
        err = dep_container_manifest(container, &placed, NULL, NULL, NULL, why, fault);
    return err ? err : dep_container_manifest(container, &placed, each, context, NULL, why, fault);
}

/* ---- extracting ---- */

static int gather(void *context, struct dep_slice piece)
{
    dep_buf_add_slice(context, piece);
    return dep_buf_err(context);
}

struct extraction {
    int fd;
    struct dep_sha256_stream digest;
    uint64_t at; /* in the file */
    struct dep_fault *fault;
};

static int write_piece(void *context, struct dep_slice piece)
{
    struct extraction *extraction = context;
    dep_sha256_add(&extraction->digest, piece.data, piece.len);
    while (piece.len) {
        ssize_t wrote = pwrite(extraction->fd, piece.data, piece.len, (off_t)extraction->at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return io(extraction->fault, "extract.write");
        extraction->at += (uint64_t)wrote;
        piece = dep_slice_sub(piece, (size_t)wrote, piece.len - (size_t)wrote);
    }
    return DEP_OK;
}

static void hash_hole(struct extraction *extraction, uint64_t len)
{
    static const uint8_t zeros[64 * 1024];
    extraction->at += len;
    for (; len; len -= len < sizeof zeros ? len : sizeof zeros)
        dep_sha256_add(&extraction->digest, zeros, len < sizeof zeros ? (size_t)len : sizeof zeros);
}

static int extract_sparse(struct dep_container *container, const struct dep_entry *entry,
                          struct extraction *extraction, struct dep_finding *why,
                          struct dep_fault *fault)
{
    enum { MAP_MAX = 16 * 1024 * 1024 };
    DEP_AUTO_BUF map;
    dep_buf_init(&map, MAP_MAX);
    struct dep_tar_extent *extents = NULL;
    size_t count = 0, used = 0;
    int err = dep_container_read(container, entry->offset,
                                 entry->stored < MAP_MAX ? entry->stored : MAP_MAX, gather, &map,
                                 why, fault);
    if (err < 0 && dep_buf_err(&map))
        return dep_fault_set(fault, err, 0, "check.memory", "container");
    if (!err)
        err = dep_tar_map_parse(dep_buf_slice(&map), entry->size, &extents, &count, &used, why);
    uint64_t from = entry->offset + used;
    for (size_t i = 0; !err && i < count; i++) {
        hash_hole(extraction, extents[i].offset - extraction->at);
        err = dep_container_read(container, from, extents[i].len, write_piece, extraction, why,
                                 fault);
        from += extents[i].len;
    }
    if (!err)
        hash_hole(extraction, entry->size - extraction->at);
    if (!err && ftruncate(extraction->fd, (off_t)entry->size) != 0)
        err = io(fault, "extract.write");
    free(extents);
    return err;
}

int dep_container_extract(struct dep_container *container, const struct dep_entry *entry,
                          int out_fd, struct dep_finding *why, struct dep_fault *fault)
{
    assert(dep_container_readable(container) && entry->has_sha256);
    struct extraction extraction = {.fd = out_fd, .fault = fault};
    struct dep_hash digest;
    dep_sha256_start(&extraction.digest);
    int err = entry->flags & DEP_ENTRY_SPARSE
                  ? extract_sparse(container, entry, &extraction, why, fault)
                  : dep_container_read(container, entry->offset, entry->stored, write_piece,
                                       &extraction, why, fault);
    if (err)
        return err;
    dep_sha256_finish(&extraction.digest, &digest);
    if (!dep_hash_equal(&digest, &entry->sha256))
        return dep_found(why, "container.file", "doc/format/vault.md 3", 0);
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
                                {.tv_sec = entry->mtime_s, .tv_nsec = entry->mtime_ns}};
    /* A time that the file system can't hold is told by the manifest. */
    (void)futimens(out_fd, times);
    return DEP_OK;
}

/* ---- without a key ---- */

int dep_container_check_payload(struct dep_container *container,
                                const struct dep_container_facts *facts,
                                dep_seal_progress_fn *progress, void *context,
                                struct dep_finding *why, struct dep_fault *fault)
{
    assert(facts->has_payload);
    struct dep_vault_reader *reader = NULL;
    struct dep_sha256_stream stream;
    struct dep_hash digest;
    struct dep_slice piece;
    struct dep_seal_progress state = {.bytes_total = container->len};
    dep_sha256_start(&stream);
    int err = dep_vault_reader_new_over(container->extents, container->extent_count,
                                        container->header_len, container->direct, &reader, fault);
    while (!err && !(err = dep_vault_reader_next(reader, &piece, fault)) && piece.len) {
        dep_sha256_add(&stream, piece.data, piece.len);
        state.bytes_done += piece.len;
        if (progress && !progress(context, &state))
            err = dep_fault_set(fault, DEP_ERR_STOPPED, 0, "check.stopped", "container");
    }
    dep_vault_reader_free(reader);
    dep_sha256_finish(&stream, &digest);
    if (!err && !dep_hash_equal(&digest, &facts->payload_sha256))
        err = dep_found(why, "container.payload", "doc/format/vault.md 1", 0);
    return err;
}
