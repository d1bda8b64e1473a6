/*
 * Reading a container: by place (list, extract) and from end to end (check).
 */
#include "collect/unseal.h"

#include "collect/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int io(struct dep_fault *fault, const char *what)
{
    int sys = errno;
    return dep_fault_set(fault, DEP_ERR_IO, sys, what, "container");
}

static int read_at(int fd, uint64_t offset, void *out, size_t len, struct dep_fault *fault)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(fd, (uint8_t *)out + done, len - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return io(fault, "container.read");
        done += (size_t)got;
    }
    return DEP_OK;
}

static int open_header(struct dep_container *container, const struct dep_age_with *with,
                       struct dep_finding *why, struct dep_fault *fault)
{
    uint8_t head[DEP_AGE_HEADER_MAX + DEP_AGE_NONCE_LEN];
    size_t have = container->len < sizeof head ? (size_t)container->len : sizeof head;
    int err = read_at(container->fd, 0, head, have, fault);
    if (!err)
        err = dep_age_header_len(dep_slice_of(head, have), &container->header_len, why);
    if (!err && have < container->header_len + DEP_AGE_NONCE_LEN)
        err = dep_found(why, "age.nonce", "c2sp.org/age, Payload", have);
    if (!err && !dep_age_plain_len(container->len - container->header_len, &container->plain_len))
        err = dep_found(why, "container.len", "c2sp.org/age, Payload", (size_t)container->len);
    if (err || !with->identity_count)
        return err;
    uint8_t file_key[DEP_AGE_FILE_KEY_LEN];
    err = dep_age_header_open(dep_slice_of(head, container->header_len), with, file_key, why);
    if (!err)
        err = dep_age_stream_new(file_key, head + container->header_len, &container->stream);
    if (!err)
        err = dep_age_stream_new(file_key, head + container->header_len, &container->other_stream);
    dep_wipe(file_key, sizeof file_key);
    return err < 0 ? dep_fault_set(fault, err, 0, "container.open", "container") : err;
}

int dep_container_open(int fd, uint64_t len, const struct dep_age_with *with,
                       struct dep_container **out, struct dep_finding *why, struct dep_fault *fault)
{
    struct dep_container *container = dep_alloc(sizeof *container);
    if (!container)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "container.open", "container");
    container->fd = fd;
    container->len = len;
    container->cached = UINT64_MAX;
    int err = open_header(container, with, why, fault);
    if (err) {
        dep_container_close(container);
        return err;
    }
    *out = container;
    return DEP_OK;
}

void dep_container_close(struct dep_container *container)
{
    if (!container)
        return;
    dep_age_stream_free(container->stream);
    dep_age_stream_free(container->other_stream);
    dep_wipe(container->plain, sizeof container->plain);
    free(container);
}

/* ---- by place ---- */

uint64_t dep_container_chunks(const struct dep_container *container)
{
    return container->plain_len ? (container->plain_len + DEP_AGE_CHUNK - 1) / DEP_AGE_CHUNK : 1;
}

int dep_container_chunk(struct dep_container *container, uint64_t index, struct dep_finding *why,
                        struct dep_fault *fault)
{
    if (container->cached == index)
        return DEP_OK;
    uint64_t chunks = dep_container_chunks(container);
    assert(index < chunks);
    bool last = index + 1 == chunks;
    container->plain_used =
        last ? (size_t)(container->plain_len - index * DEP_AGE_CHUNK) : DEP_AGE_CHUNK;
    uint64_t at = container->header_len + DEP_AGE_NONCE_LEN + index * DEP_AGE_CHUNK_SEALED;
    container->cached = UINT64_MAX;
    int err = read_at(container->fd, at, container->sealed,
                      container->plain_used + DEP_AEAD_TAG_LEN, fault);
    if (err)
        return err;
    err = dep_age_chunk_open(container->stream, index, last, container->sealed,
                             container->plain_used + DEP_AEAD_TAG_LEN, container->plain, why);
    if (!err)
        container->cached = index;
    return err < 0 ? dep_fault_set(fault, err, 0, "container.read", "container") : err;
}

/* Plaintext bytes [offset, offset + len), in pieces. */
typedef int piece_fn(void *context, struct dep_slice piece);

static int read_plain(struct dep_container *container, uint64_t offset, uint64_t len,
                      piece_fn *each, void *context, struct dep_finding *why,
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

static int gather(void *context, struct dep_slice piece)
{
    dep_buf_add_slice(context, piece);
    return dep_buf_err(context);
}

int dep_container_read(struct dep_container *container, uint64_t offset, uint64_t len,
                       struct dep_buf *out, struct dep_finding *why, struct dep_fault *fault)
{
    int err = read_plain(container, offset, len, gather, out, why, fault);
    return err < 0 && dep_buf_err(out) ? dep_fault_set(fault, err, 0, "check.memory", "container")
                                       : err;
}

/* ---- the manifest ---- */

static bool place_is_inside(const struct dep_container *container, uint64_t offset, uint64_t len)
{
    return offset <= container->plain_len && len <= container->plain_len - offset;
}

/* From header to header; the data between is passed over unread. */
static int find_manifest(struct dep_container *container, struct dep_tar_reader *reader,
                         struct dep_container_facts *out, struct dep_finding *why,
                         struct dep_fault *fault)
{
    bool found = false;
    uint64_t at = 0;
    for (;;) {
        enum dep_tar_state state;
        struct dep_tar_member member;
        if (!place_is_inside(container, at, DEP_TAR_BLOCK))
            return dep_found(why, "container.cut", "doc/format/vault.md 2", (size_t)at);
        int err = dep_container_chunk(container, at / DEP_AGE_CHUNK, why, fault);
        if (!err)
            err = dep_tar_reader_block(reader, container->plain + at % DEP_AGE_CHUNK, &state,
                                       &member, why);
        at += DEP_TAR_BLOCK;
        if (err)
            return err < 0 && err != DEP_ERR_IO
                       ? dep_fault_set(fault, err, 0, "container.list", "container")
                       : err;
        if (state == DEP_TAR_END)
            return found ? DEP_OK : dep_found(why, "container.place", "doc/format/vault.md 2", 0);
        if (state == DEP_TAR_MORE)
            continue;
        if (!place_is_inside(container, at, member.size))
            return dep_found(why, "container.range", "doc/format/vault.md 2", (size_t)at);
        found = dep_slice_equal_string(member.path, "manifest") && member.type == '0';
        out->manifest_offset = at;
        out->manifest_len = member.size;
        at += member.size + dep_tar_padding(member.size);
    }
}

int dep_container_place(struct dep_container *container, const struct dep_container_facts *facts,
                        struct dep_container_facts *out, struct dep_finding *why,
                        struct dep_fault *fault)
{
    struct dep_container_facts placed = *facts;
    if (!facts->has_manifest) {
        struct dep_tar_reader *reader = dep_tar_reader_new();
        if (!reader)
            return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "container.list", "container");
        int err = find_manifest(container, reader, &placed, why, fault);
        dep_tar_reader_free(reader);
        if (err)
            return err;
        placed.has_manifest = true;
    }
    if (!place_is_inside(container, placed.manifest_offset, placed.manifest_len))
        return dep_found(why, "container.range", "doc/format/vault.md 3", 0);
    *out = placed;
    return DEP_OK;
}

struct listing {
    struct dep_manifest_reader *reader;
    struct dep_sha256_stream digest;
    struct dep_finding *why;
};

static int list_piece(void *context, struct dep_slice piece)
{
    struct listing *listing = context;
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
    int err = read_plain(container, facts->manifest_offset, facts->manifest_len, list_piece,
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
    assert(container->stream);
    struct dep_container_facts placed = *facts;
    int err = dep_container_place(container, facts, &placed, why, fault);
    /* Twice: nothing is shown of a manifest whose root isn't the record's. */
    if (!err)
        err = dep_container_manifest(container, &placed, NULL, NULL, NULL, why, fault);
    return err ? err : dep_container_manifest(container, &placed, each, context, NULL, why, fault);
}

/* ---- extracting ---- */

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
    int err =
        dep_container_read(container, entry->offset,
                           entry->stored < MAP_MAX ? entry->stored : MAP_MAX, &map, why, fault);
    if (!err)
        err = dep_tar_map_parse(dep_buf_slice(&map), entry->size, &extents, &count, &used, why);
    uint64_t from = entry->offset + used;
    for (size_t i = 0; !err && i < count; i++) {
        hash_hole(extraction, extents[i].offset - extraction->at);
        err = read_plain(container, from, extents[i].len, write_piece, extraction, why, fault);
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
    assert(container->stream && entry->has_sha256);
    struct extraction extraction = {.fd = out_fd, .fault = fault};
    struct dep_hash digest;
    dep_sha256_start(&extraction.digest);
    int err = entry->flags & DEP_ENTRY_SPARSE
                  ? extract_sparse(container, entry, &extraction, why, fault)
                  : read_plain(container, entry->offset, entry->stored, write_piece, &extraction,
                               why, fault);
    if (err)
        return err;
    dep_sha256_finish(&extraction.digest, &digest);
    return dep_hash_equal(&digest, &entry->sha256)
               ? DEP_OK
               : dep_found(why, "container.file", "doc/format/vault.md 3", 0);
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
    int err = dep_vault_reader_new(container->fd, container->header_len, true, &reader, fault);
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
