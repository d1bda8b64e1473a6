#include "collect/pipe.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct range {
    size_t offset, len;
    struct dep_hash *out;
};

struct block {
    uint8_t *data;
    size_t len;
    bool last;
    struct range ranges[DEP_PIPE_RANGES];
    size_t range_count;
};

struct dep_pipe {
    struct dep_vault_writer *writer;
    struct dep_age_stream *stream;
    struct block blocks[DEP_PIPE_BLOCKS];
    uint8_t *memory;
    struct dep_buf header;
    uint64_t filled, taken; /* blocks */
    size_t used;            /* of the block at hand */
    uint64_t offset;
    /* of the other thread */
    struct dep_sha256_stream payload;
    uint8_t *out;
    size_t out_len;
    uint64_t chunk;
    struct dep_fault fault;
    int err;
    bool stopping, started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
};

/* ---- the encrypting thread ---- */

/* Room for `len` bytes in the writer's buffer, or as much as it has left. */
static int out_room(struct dep_pipe *pipe, size_t *len)
{
    if (pipe->out_len == DEP_VAULT_PIECE) {
        int err = dep_vault_writer_put(pipe->writer, pipe->out, pipe->out_len, &pipe->fault);
        pipe->out = NULL;
        pipe->out_len = 0;
        if (err)
            return err;
    }
    if (!pipe->out)
        pipe->out = dep_vault_writer_buffer(pipe->writer);
    if (!pipe->out)
        return dep_vault_writer_failure(pipe->writer, &pipe->fault);
    if (*len > DEP_VAULT_PIECE - pipe->out_len)
        *len = DEP_VAULT_PIECE - pipe->out_len;
    return DEP_OK;
}

static int put_out(struct dep_pipe *pipe, const uint8_t *data, size_t len)
{
    while (len) {
        size_t take = len;
        int err = out_room(pipe, &take);
        if (err)
            return err;
        memcpy(pipe->out + pipe->out_len, data, take);
        pipe->out_len += take;
        data += take;
        len -= take;
    }
    return DEP_OK;
}

/* That what was sealed opens again is seen at the last chunk; that the disk holds what was sealed,
 * by reading it back. */
static int open_again(struct dep_pipe *pipe, const uint8_t *plain, size_t len,
                      const uint8_t *sealed)
{
    uint8_t opened[DEP_AGE_CHUNK];
    struct dep_finding why;
    int err = dep_age_chunk_open(pipe->stream, pipe->chunk, true, sealed, len + DEP_AEAD_TAG_LEN,
                                 opened, &why);
    bool same = !err && memcmp(opened, plain, len) == 0;
    dep_wipe(opened, sizeof opened);
    return err < 0 ? err : same ? DEP_OK : DEP_ERR_CRYPTO;
}

/* A chunk is sealed straight into the buffer to be written, unless it lies across two. */
static int seal_chunk(struct dep_pipe *pipe, const uint8_t *plain, size_t len, bool last)
{
    uint8_t across[DEP_AGE_CHUNK_SEALED];
    size_t sealed_len = len + DEP_AEAD_TAG_LEN, room = sealed_len;
    int err = out_room(pipe, &room);
    if (err)
        return err;
    uint8_t *at = room == sealed_len ? pipe->out + pipe->out_len : across;
    err = dep_age_chunk_seal(pipe->stream, pipe->chunk, last, plain, len, at);
    if (!err && last)
        err = open_again(pipe, plain, len, at);
    if (err)
        return dep_fault_set(&pipe->fault, err, 0, "collect.seal", "vault");
    pipe->chunk++;
    dep_sha256_add(&pipe->payload, at, sealed_len);
    if (at == across)
        return put_out(pipe, across, sealed_len);
    pipe->out_len += sealed_len;
    return DEP_OK;
}

static void take_digests(struct block *block)
{
    for (size_t i = 0; i < block->range_count; i++) {
        const struct range *range = &block->ranges[i];
        dep_sha256(dep_slice_of(block->data + range->offset, range->len), range->out);
    }
    block->range_count = 0;
}

static int seal_block(struct dep_pipe *pipe, struct block *block)
{
    int err = DEP_OK;
    size_t done = 0;
    take_digests(block);
    do {
        size_t len = block->len - done < DEP_AGE_CHUNK ? block->len - done : DEP_AGE_CHUNK;
        err = seal_chunk(pipe, block->data + done, len, block->last && done + len == block->len);
        done += len;
    } while (!err && done < block->len);
    if (!err && block->last && pipe->out_len) {
        err = dep_vault_writer_put(pipe->writer, pipe->out, pipe->out_len, &pipe->fault);
        pipe->out = NULL;
    }
    return err;
}

static void *seal_loop(void *context)
{
    struct dep_pipe *pipe = context;
    bool last = false;
    (void)pthread_mutex_lock(&pipe->lock);
    while (!last && !pipe->err) {
        while (pipe->filled == pipe->taken && !pipe->stopping)
            (void)pthread_cond_wait(&pipe->changed, &pipe->lock);
        if (pipe->stopping)
            break;
        struct block *block = &pipe->blocks[pipe->taken % DEP_PIPE_BLOCKS];
        (void)pthread_mutex_unlock(&pipe->lock);
        int err = seal_block(pipe, block);
        last = block->last;
        (void)pthread_mutex_lock(&pipe->lock);
        pipe->err = err;
        pipe->taken++;
        (void)pthread_cond_broadcast(&pipe->changed);
    }
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
    dep_wipe(file_key, sizeof file_key);
    dep_buf_add(&pipe->header, nonce, sizeof nonce);
    if (err || (err = dep_buf_err(&pipe->header)))
        return err;
    assert(pipe->header.len == DEP_AGE_PADDED);
    dep_sha256_start(&pipe->payload);
    dep_sha256_add(&pipe->payload, nonce, sizeof nonce);
    return put_out(pipe, pipe->header.data, pipe->header.len);
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
    pipe->memory = dep_alloc_array(DEP_PIPE_BLOCKS, DEP_PIPE_BLOCK);
    for (size_t i = 0; pipe->memory && i < DEP_PIPE_BLOCKS; i++)
        pipe->blocks[i].data = pipe->memory + i * DEP_PIPE_BLOCK;
    int err = pipe->memory ? begin(pipe, recipients, recipient_count, random) : DEP_ERR_NOMEM;
    if (!err && pthread_create(&pipe->thread, NULL, seal_loop, pipe) != 0)
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

static bool pass_on(struct dep_pipe *pipe, bool last)
{
    (void)pthread_mutex_lock(&pipe->lock);
    struct block *block = &pipe->blocks[pipe->filled % DEP_PIPE_BLOCKS];
    block->len = pipe->used;
    block->last = last;
    pipe->used = 0;
    pipe->filled++;
    (void)pthread_cond_broadcast(&pipe->changed);
    while (pipe->filled - pipe->taken == DEP_PIPE_BLOCKS && !pipe->err)
        (void)pthread_cond_wait(&pipe->changed, &pipe->lock);
    bool good = !pipe->err;
    (void)pthread_mutex_unlock(&pipe->lock);
    return good;
}

uint8_t *dep_pipe_room(struct dep_pipe *pipe, size_t *out_len)
{
    /* A full block goes on only when more follows: the last one must be known as the last. */
    if (pipe->used == DEP_PIPE_BLOCK && !pass_on(pipe, false))
        return NULL;
    *out_len = DEP_PIPE_BLOCK - pipe->used;
    return pipe->blocks[pipe->filled % DEP_PIPE_BLOCKS].data + pipe->used;
}

void dep_pipe_filled(struct dep_pipe *pipe, size_t len)
{
    assert(len <= DEP_PIPE_BLOCK - pipe->used);
    pipe->used += len;
    pipe->offset += len;
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

bool dep_pipe_digest(struct dep_pipe *pipe, size_t len, struct dep_hash *out)
{
    struct block *block = &pipe->blocks[pipe->filled % DEP_PIPE_BLOCKS];
    if (len > pipe->used || block->range_count == DEP_PIPE_RANGES)
        return false;
    block->ranges[block->range_count++] = (struct range){pipe->used - len, len, out};
    return true;
}

uint64_t dep_pipe_block(const struct dep_pipe *pipe)
{
    return pipe->filled;
}

bool dep_pipe_digested(struct dep_pipe *pipe, uint64_t block)
{
    if (block == pipe->filled) { /* at hand still, and nobody else looks at it */
        take_digests(&pipe->blocks[block % DEP_PIPE_BLOCKS]);
        block--;
    }
    (void)pthread_mutex_lock(&pipe->lock);
    while (pipe->taken < block + 1 && !pipe->err)
        (void)pthread_cond_wait(&pipe->changed, &pipe->lock);
    bool good = !pipe->err;
    (void)pthread_mutex_unlock(&pipe->lock);
    return good;
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
    if (!err)
        (void)pass_on(pipe, true);
    (void)pthread_mutex_lock(&pipe->lock);
    while (pipe->filled != pipe->taken && !pipe->err)
        (void)pthread_cond_wait(&pipe->changed, &pipe->lock);
    err = pipe->err;
    (void)pthread_mutex_unlock(&pipe->lock);
    if (err) {
        *fault = pipe->fault;
        return err;
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
    if (pipe->memory)
        dep_wipe(pipe->memory, (size_t)DEP_PIPE_BLOCKS * DEP_PIPE_BLOCK);
    free(pipe->memory);
    dep_buf_done(&pipe->header);
    (void)pthread_mutex_destroy(&pipe->lock);
    (void)pthread_cond_destroy(&pipe->changed);
    free(pipe);
}
