/*
 * Three things are done with each block: it is sealed, what was sealed goes into the payload's
 * digest, and the contents that lie in it go into theirs. A block's sealed bytes have their place
 * in the file beforehand, so either thread may seal the next one; a digest goes from block to
 * block. The pipe's own thread always takes the payload's digest, and the contents' beside it: two
 * at once cost less than one after the other. When there is nothing else for the filling thread to
 * do it takes the contents' digests over, which it leaves again once half of the ring is free.
 */
#include "collect/pipe.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Pieces of the file that the blocks of the ring can touch. */
    PIECES = DEP_PIPE_BLOCKS * DEP_BLOCK_SEALED / DEP_VAULT_PIECE + 2,
};

struct dep_pipe {
    struct dep_vault_writer *writer;
    struct dep_buf header;
    struct dep_block blocks[DEP_PIPE_BLOCKS];
    uint8_t *memory;
    struct dep_sha256_stream payload; /* of the pipe's own thread */
    struct dep_sha256_stream content; /* of whoever is at the contents */
    /* of the filling thread */
    struct dep_age_stream *stream;
    size_t used; /* of the block at hand */
    uint64_t offset;
    bool digesting, in_range; /* a content is being filled in; its range is the block's last */
    bool failed;              /* nothing more is filled in */
    /* of the other thread */
    struct dep_age_stream *other_stream;
    uint64_t pieces_put;
    /* under the lock; blocks are counted from the first of all */
    uint64_t filled, claimed; /* claimed: somebody seals it, or did */
    uint64_t payload_done, content_done;
    bool content_taken; /* somebody is at the contents of block `content_done` */
    bool waiting;       /* the filling thread, for want of work */
    uint8_t *pieces[PIECES];
    uint64_t piece_count;
    struct {
        dep_pipe_work_fn *work; /* NULL: nothing waits */
        void *context;
        uint64_t block;
        bool taken;
    } after;
    struct dep_fault fault;
    int err;
    bool stopping, started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
};

static struct dep_block *block_at(struct dep_pipe *pipe, uint64_t number)
{
    return &pipe->blocks[number % DEP_PIPE_BLOCKS];
}

/* Where a block's sealed bytes begin in the file. */
static uint64_t place_of(uint64_t number)
{
    return DEP_AGE_PADDED + number * DEP_BLOCK_SEALED;
}

static uint64_t end_of(uint64_t number, const struct dep_block *block)
{
    return place_of(number) + block->len + dep_block_chunks(block) * DEP_AEAD_TAG_LEN;
}

/* Memory of the file's byte `at`, and how much follows it there. */
static uint8_t *piece_at(struct dep_pipe *pipe, uint64_t at, size_t *out_room)
{
    *out_room = DEP_VAULT_PIECE - (size_t)(at % DEP_VAULT_PIECE);
    return pipe->pieces[at / DEP_VAULT_PIECE % PIECES] + at % DEP_VAULT_PIECE;
}

/* ---- sealing ---- */

/* With the lock. */
static int have_pieces(struct dep_pipe *pipe, uint64_t end)
{
    while (pipe->piece_count * DEP_VAULT_PIECE < end) {
        uint8_t *piece = dep_vault_writer_buffer(pipe->writer);
        if (!piece)
            return dep_vault_writer_failure(pipe->writer, &pipe->fault);
        pipe->pieces[pipe->piece_count++ % PIECES] = piece;
    }
    return DEP_OK;
}

/* With the lock: the next block is the caller's to seal. */
static bool claim(struct dep_pipe *pipe)
{
    int err = have_pieces(pipe, end_of(pipe->claimed, block_at(pipe, pipe->claimed)));
    if (err)
        pipe->err = err;
    else
        pipe->claimed++;
    return !err;
}

/* That what was sealed opens again is seen at the last chunk; that the disk holds what was sealed,
 * by reading it back. */
static int open_again(struct dep_age_stream *stream, uint64_t chunk, const uint8_t *plain,
                      size_t len, const uint8_t *sealed)
{
    uint8_t opened[DEP_AGE_CHUNK];
    struct dep_finding why;
    int err = dep_age_chunk_open(stream, chunk, true, sealed, len + DEP_AEAD_TAG_LEN, opened, &why);
    bool same = !err && memcmp(opened, plain, len) == 0;
    dep_wipe(opened, sizeof opened);
    return err < 0 ? err : same ? DEP_OK : DEP_ERR_CRYPTO;
}

/* A chunk is sealed straight into the piece to be written, unless it lies across two. */
static int seal_chunk(struct dep_pipe *pipe, struct dep_age_stream *stream, uint64_t number,
                      size_t chunk)
{
    uint8_t across[DEP_AGE_CHUNK_SEALED];
    const struct dep_block *block = block_at(pipe, number);
    size_t from = chunk * DEP_AGE_CHUNK, room;
    size_t len = block->len - from < DEP_AGE_CHUNK ? block->len - from : DEP_AGE_CHUNK;
    bool last = block->last && from + len == block->len;
    uint64_t index = number * DEP_BLOCK_CHUNKS + chunk;
    uint64_t place = place_of(number) + chunk * DEP_AGE_CHUNK_SEALED;
    uint8_t *piece = piece_at(pipe, place, &room);
    bool whole = room >= len + DEP_AEAD_TAG_LEN;
    uint8_t *sealed = whole ? piece : across;
    int err = dep_age_chunk_seal(stream, index, last, block->data + from, len, sealed);
    if (!err && last)
        err = open_again(stream, index, block->data + from, len, sealed);
    if (!err && !whole) {
        size_t in_first = room;
        memcpy(piece, across, in_first);
        memcpy(piece_at(pipe, place + in_first, &room), across + in_first,
               len + DEP_AEAD_TAG_LEN - in_first);
    }
    return err;
}

/* ---- the pipe's own thread ---- */

/* Sealed bytes into the payload's digest, and beside them as much of the contents as there is. */
static void digest_sealed(struct dep_pipe *pipe, uint64_t place, size_t len,
                          struct dep_contents *contents)
{
    struct dep_slice content;
    while (len) {
        size_t take;
        const uint8_t *sealed = piece_at(pipe, place, &take);
        if (take > len)
            take = len;
        if (dep_contents_next(contents, &content)) {
            if (take > content.len)
                take = content.len;
            dep_sha256_add_two(&pipe->payload, sealed, contents->digest, content.data, take);
            contents->done += take;
        } else {
            dep_sha256_add(&pipe->payload, sealed, take);
        }
        place += take;
        len -= take;
    }
}

/* Hand over what was digested, all of it after the last block. */
static int put_pieces(struct dep_pipe *pipe, uint64_t end, bool last)
{
    int err = DEP_OK;
    while (!err && (last ? end > pipe->pieces_put * DEP_VAULT_PIECE
                         : end >= (pipe->pieces_put + 1) * DEP_VAULT_PIECE)) {
        uint64_t left = end - pipe->pieces_put * DEP_VAULT_PIECE;
        size_t len = left < DEP_VAULT_PIECE ? (size_t)left : DEP_VAULT_PIECE;
        err = dep_vault_writer_put(pipe->writer, pipe->pieces[pipe->pieces_put % PIECES], len,
                                   &pipe->fault);
        pipe->pieces_put++;
    }
    return err;
}

static int work_on(struct dep_pipe *pipe, uint64_t number, bool seal, struct dep_contents *contents)
{
    const struct dep_block *block = block_at(pipe, number);
    uint64_t place = place_of(number);
    size_t chunks = dep_block_chunks(block), left = block->len;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < chunks; i++) {
        size_t len = left < DEP_AGE_CHUNK ? left : DEP_AGE_CHUNK;
        if (seal)
            err = seal_chunk(pipe, pipe->other_stream, number, i);
        if (!err)
            digest_sealed(pipe, place, len + DEP_AEAD_TAG_LEN, contents);
        place += len + DEP_AEAD_TAG_LEN;
        left -= len;
    }
    dep_contents_digest(contents);
    return err;
}

/* With the lock: the contents of the next block, where nobody else is at them. */
static bool take_contents(struct dep_pipe *pipe, struct dep_contents *out)
{
    if (pipe->content_taken || pipe->content_done == pipe->filled)
        return false;
    pipe->content_taken = true;
    *out = (struct dep_contents){.digest = &pipe->content,
                                 .block = block_at(pipe, pipe->content_done)};
    return true;
}

static void contents_done(struct dep_pipe *pipe)
{
    pipe->content_taken = false;
    pipe->content_done++;
}

/* With the lock. The first failure is the one that is told. */
static void seal_failed(struct dep_pipe *pipe, int err)
{
    if (err && !pipe->err)
        pipe->err = dep_fault_set(&pipe->fault, err, 0, "collect.seal", "vault");
}

/* With the lock, which is given back meanwhile: all that is to be done with the next block. */
static void do_block(struct dep_pipe *pipe)
{
    uint64_t number = pipe->payload_done;
    struct dep_block *block = block_at(pipe, number);
    struct dep_contents contents = {.block = NULL};
    bool seal = pipe->claimed == number;
    if (seal && !claim(pipe))
        return;
    while (!seal && !block->sealed && !pipe->err)
        (void)pthread_cond_wait(&pipe->changed, &pipe->lock);
    if (pipe->err)
        return;
    bool with_contents = !pipe->waiting && take_contents(pipe, &contents);
    (void)pthread_mutex_unlock(&pipe->lock);
    int err = work_on(pipe, number, seal, &contents);
    (void)pthread_mutex_lock(&pipe->lock);
    seal_failed(pipe, err);
    if (!pipe->err)
        pipe->err = put_pieces(pipe, end_of(number, block), block->last);
    pipe->payload_done++;
    if (with_contents)
        contents_done(pipe);
    (void)pthread_cond_broadcast(&pipe->changed);
}

/* With the lock, which is given back meanwhile. */
static void do_after(struct dep_pipe *pipe)
{
    struct dep_fault fault;
    pipe->after.taken = true;
    (void)pthread_mutex_unlock(&pipe->lock);
    int err = pipe->after.work(pipe->after.context, &fault);
    (void)pthread_mutex_lock(&pipe->lock);
    if (err && !pipe->err) {
        pipe->fault = fault;
        pipe->err = err;
    }
    pipe->after.work = NULL;
    (void)pthread_cond_broadcast(&pipe->changed);
}

/* With the lock. */
static bool after_is_due(const struct dep_pipe *pipe)
{
    return pipe->after.work && !pipe->after.taken && pipe->after.block < pipe->content_done;
}

static void *work_loop(void *context)
{
    struct dep_pipe *pipe = context;
    (void)pthread_mutex_lock(&pipe->lock);
    while (!pipe->stopping && !pipe->err) {
        if (after_is_due(pipe))
            do_after(pipe);
        else if (pipe->payload_done < pipe->filled)
            do_block(pipe);
        else
            (void)pthread_cond_wait(&pipe->changed, &pipe->lock);
    }
    (void)pthread_cond_broadcast(&pipe->changed);
    (void)pthread_mutex_unlock(&pipe->lock);
    return NULL;
}

/* ---- the filling side ---- */

static int begin(struct dep_pipe *pipe, const struct dep_age_recipient *recipients,
                 size_t recipient_count, dep_random_fn *random)
{
    uint8_t file_key[DEP_AGE_FILE_KEY_LEN], nonce[DEP_AGE_NONCE_LEN];
    struct dep_age_to to = {.recipients = recipients, .recipient_count = recipient_count};
    random(file_key, sizeof file_key);
    random(nonce, sizeof nonce);
    int err = dep_age_header_encode(file_key, &to, true, random, &pipe->header);
    if (!err)
        err = dep_age_stream_new(file_key, nonce, &pipe->stream);
    if (!err)
        err = dep_age_stream_new(file_key, nonce, &pipe->other_stream);
    dep_wipe(file_key, sizeof file_key);
    dep_buf_add(&pipe->header, nonce, sizeof nonce);
    if (err || (err = dep_buf_err(&pipe->header)))
        return err;
    assert(pipe->header.len == DEP_AGE_PADDED);
    dep_sha256_start(&pipe->payload);
    dep_sha256_add(&pipe->payload, nonce, sizeof nonce);
    err = have_pieces(pipe, DEP_AGE_PADDED);
    if (!err)
        memcpy(pipe->pieces[0], pipe->header.data, DEP_AGE_PADDED);
    return err;
}

int dep_pipe_new(struct dep_vault_writer *writer, const struct dep_age_recipient *recipients,
                 size_t recipient_count, dep_random_fn *random, struct dep_pipe **out,
                 struct dep_fault *fault)
{
    struct dep_pipe *pipe = dep_alloc(sizeof *pipe);
    if (!pipe)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "collect.seal", "vault");
    pipe->writer = writer;
    (void)pthread_mutex_init(&pipe->lock, NULL);
    (void)pthread_cond_init(&pipe->changed, NULL);
    dep_buf_init(&pipe->header, 2 * DEP_AGE_PADDED);
    pipe->memory = dep_vault_memory((size_t)DEP_PIPE_BLOCKS * DEP_BLOCK_LEN);
    for (size_t i = 0; pipe->memory && i < DEP_PIPE_BLOCKS; i++)
        pipe->blocks[i].data = pipe->memory + i * DEP_BLOCK_LEN;
    int err = pipe->memory ? begin(pipe, recipients, recipient_count, random) : DEP_ERR_NOMEM;
    if (!err && pthread_create(&pipe->thread, NULL, work_loop, pipe) != 0)
        err = DEP_ERR_NOMEM;
    pipe->started = !err;
    if (err) {
        int reported = pipe->fault.what ? (*fault = pipe->fault, err)
                                        : dep_fault_set(fault, err, 0, "collect.seal", "vault");
        dep_pipe_free(pipe);
        return reported;
    }
    *out = pipe;
    return DEP_OK;
}

/* With the lock: blocks that can't be filled again yet. */
static size_t in_ring(const struct dep_pipe *pipe)
{
    uint64_t done =
        pipe->payload_done < pipe->content_done ? pipe->payload_done : pipe->content_done;
    return (size_t)(pipe->filled - done);
}

static void help_to_seal(struct dep_pipe *pipe)
{
    uint64_t number = pipe->claimed;
    struct dep_block *block = block_at(pipe, number);
    if (!claim(pipe))
        return;
    (void)pthread_mutex_unlock(&pipe->lock);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_block_chunks(block); i++)
        err = seal_chunk(pipe, pipe->stream, number, i);
    (void)pthread_mutex_lock(&pipe->lock);
    seal_failed(pipe, err);
    block->sealed = true;
}

/* With the lock, which is given back meanwhile: something that the other thread need not do, or
 * wait for it. */
static void help(struct dep_pipe *pipe)
{
    struct dep_contents contents;
    if (pipe->claimed < pipe->filled) {
        help_to_seal(pipe);
    } else if (take_contents(pipe, &contents)) {
        (void)pthread_mutex_unlock(&pipe->lock);
        dep_contents_digest(&contents);
        (void)pthread_mutex_lock(&pipe->lock);
        contents_done(pipe);
    } else {
        pipe->waiting = true;
        (void)pthread_cond_wait(&pipe->changed, &pipe->lock);
        pipe->waiting = false;
        return;
    }
    (void)pthread_cond_broadcast(&pipe->changed);
}

/* The block at hand is full, or the last. */
static bool pass_on(struct dep_pipe *pipe, bool last)
{
    (void)pthread_mutex_lock(&pipe->lock);
    struct dep_block *block = block_at(pipe, pipe->filled);
    block->len = pipe->used;
    block->last = last;
    pipe->used = 0;
    pipe->in_range = false;
    pipe->filled++;
    (void)pthread_cond_broadcast(&pipe->changed);
    size_t most = last ? 0 : DEP_PIPE_BLOCKS - 1;
    while (in_ring(pipe) > most && !pipe->err) {
        help(pipe);
        most = last ? 0 : DEP_PIPE_BLOCKS / 2;
    }
    pipe->failed = pipe->err;
    (void)pthread_mutex_unlock(&pipe->lock);
    if (pipe->failed)
        return false;
    block = block_at(pipe, pipe->filled); /* free now */
    block->range_count = 0;
    block->sealed = false;
    return true;
}

uint8_t *dep_pipe_room(struct dep_pipe *pipe, size_t *out_len)
{
    /* A full block goes on only when more follows: the last one must be known as the last. */
    if (pipe->failed || (pipe->used == DEP_BLOCK_LEN && !pass_on(pipe, false)))
        return NULL;
    *out_len = DEP_BLOCK_LEN - pipe->used;
    return block_at(pipe, pipe->filled)->data + pipe->used;
}

/* The range of the block at hand that the content being filled in has there. */
static struct dep_range *range_at_hand(struct dep_pipe *pipe, bool first)
{
    struct dep_block *block = block_at(pipe, pipe->filled);
    if (!pipe->in_range) {
        assert(block->range_count < DEP_BLOCK_RANGES);
        block->ranges[block->range_count++] =
            (struct dep_range){.offset = pipe->used, .first = first};
        pipe->in_range = true;
    }
    return &block->ranges[block->range_count - 1];
}

void dep_pipe_filled(struct dep_pipe *pipe, size_t len)
{
    assert(len <= DEP_BLOCK_LEN - pipe->used);
    if (pipe->digesting)
        range_at_hand(pipe, false)->len += len;
    pipe->used += len;
    pipe->offset += len;
}

void dep_pipe_digest_start(struct dep_pipe *pipe)
{
    assert(!pipe->digesting);
    pipe->digesting = !pipe->failed;
    if (pipe->digesting)
        (void)range_at_hand(pipe, true);
}

void dep_pipe_digest_end(struct dep_pipe *pipe, struct dep_hash *out)
{
    if (pipe->digesting && !pipe->failed)
        range_at_hand(pipe, false)->out = out;
    pipe->digesting = pipe->in_range = false;
}

bool dep_pipe_add(struct dep_pipe *pipe, const void *data, size_t len)
{
    const uint8_t *at = data;
    while (len) {
        size_t room;
        uint8_t *to = dep_pipe_room(pipe, &room);
        if (!to)
            return false;
        size_t take = len < room ? len : room;
        memcpy(to, at, take);
        dep_pipe_filled(pipe, take);
        at += take;
        len -= take;
    }
    return true;
}

uint64_t dep_pipe_block(const struct dep_pipe *pipe)
{
    return pipe->filled;
}

/* The contents of the block at hand, which nobody else looks at yet. */
static void digest_at_hand(struct dep_pipe *pipe)
{
    struct dep_block *block = block_at(pipe, pipe->filled);
    dep_contents_digest(&(struct dep_contents){.digest = &pipe->content, .block = block});
    block->range_count = 0;
    pipe->in_range = false;
}

/* With the lock: until all digests that ended in blocks up to this one are there. */
static void wait_for_contents(struct dep_pipe *pipe, uint64_t block)
{
    bool at_hand = block == pipe->filled;
    while (pipe->content_done < (at_hand ? block : block + 1) && !pipe->err)
        help(pipe);
    if (at_hand && !pipe->err)
        digest_at_hand(pipe);
}

bool dep_pipe_settle(struct dep_pipe *pipe)
{
    (void)pthread_mutex_lock(&pipe->lock);
    while (pipe->after.work && !pipe->err) {
        if (!pipe->after.taken)
            wait_for_contents(pipe, pipe->after.block);
        /* It may have been taken meanwhile. */
        if (pipe->after.work && !pipe->after.taken && !pipe->err)
            do_after(pipe);
        else if (pipe->after.work && !pipe->err)
            help(pipe);
    }
    bool good = !pipe->err;
    (void)pthread_mutex_unlock(&pipe->lock);
    return good;
}

bool dep_pipe_after(struct dep_pipe *pipe, uint64_t block, dep_pipe_work_fn *work, void *context)
{
    if (!dep_pipe_settle(pipe))
        return false;
    (void)pthread_mutex_lock(&pipe->lock);
    pipe->after.work = work;
    pipe->after.context = context;
    pipe->after.block = block;
    pipe->after.taken = false;
    (void)pthread_cond_broadcast(&pipe->changed);
    (void)pthread_mutex_unlock(&pipe->lock);
    return true;
}

uint64_t dep_pipe_offset(const struct dep_pipe *pipe)
{
    return pipe->offset;
}

int dep_pipe_finish(struct dep_pipe *pipe, struct dep_hash *out_payload, struct dep_fault *fault)
{
    (void)pthread_mutex_lock(&pipe->lock);
    int err = pipe->err;
    (void)pthread_mutex_unlock(&pipe->lock);
    if (err || !pass_on(pipe, true)) {
        *fault = pipe->fault;
        return pipe->fault.err;
    }
    dep_sha256_finish(&pipe->payload, out_payload);
    return DEP_OK;
}

struct dep_slice dep_pipe_header(const struct dep_pipe *pipe)
{
    return dep_buf_slice(&pipe->header);
}

void dep_pipe_free(struct dep_pipe *pipe)
{
    if (!pipe)
        return;
    (void)pthread_mutex_lock(&pipe->lock);
    pipe->stopping = true;
    (void)pthread_cond_broadcast(&pipe->changed);
    (void)pthread_mutex_unlock(&pipe->lock);
    if (pipe->started)
        (void)pthread_join(pipe->thread, NULL);
    dep_age_stream_free(pipe->stream);
    dep_age_stream_free(pipe->other_stream);
    if (pipe->memory)
        dep_wipe(pipe->memory, (size_t)DEP_PIPE_BLOCKS * DEP_BLOCK_LEN);
    free(pipe->memory);
    dep_buf_done(&pipe->header);
    (void)pthread_mutex_destroy(&pipe->lock);
    (void)pthread_cond_destroy(&pipe->changed);
    free(pipe);
}
