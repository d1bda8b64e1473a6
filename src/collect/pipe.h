/*
 * From plaintext to a sealed container: a ring of blocks that one thread fills while another
 * encrypts them, digests them and hands what is sealed to the writer. Where the ring is full the
 * filling thread does what is next of that work instead of waiting.
 *
 * Layer:   collect, private to it.
 * Threads: one fills; the other is the pipe's own.
 * Memory:  DEP_PIPE_BLOCKS * DEP_BLOCK_LEN bytes, and the writer's buffers.
 */
#ifndef DEP_COLLECT_PIPE_H
#define DEP_COLLECT_PIPE_H
#include "collect/block.h"
#include "store/vault_file.h"
#include "vault/age.h"

enum { DEP_PIPE_BLOCKS = 32 };

struct dep_pipe;
/* Writes the padded header at once and starts the thread. `recipients` are needed only here. */
DEP_MUST_USE int dep_pipe_new(struct dep_vault_writer *writer,
                              const struct dep_age_recipient *recipients, size_t recipient_count,
                              dep_random_fn *random, struct dep_pipe **out,
                              struct dep_fault *fault);
/* The free part of the block at hand, never empty; NULL after a failure of the other thread
 * (dep_pipe_finish tells). */
uint8_t *dep_pipe_room(struct dep_pipe *pipe, size_t *out_len);
/* `len` bytes of that room are filled. */
void dep_pipe_filled(struct dep_pipe *pipe, size_t len);
/* Copy bytes in. False after a failure. */
DEP_MUST_USE bool dep_pipe_add(struct dep_pipe *pipe, const void *data, size_t len);
/*
 * SHA-256 of what is filled in between the two, one content at a time; taken while it passes, so
 * that `out` must stay until then (dep_pipe_after()).
 */
void dep_pipe_digest_start(struct dep_pipe *pipe);
void dep_pipe_digest_end(struct dep_pipe *pipe, struct dep_hash *out);
/* Number of the block at hand, from 0. */
uint64_t dep_pipe_block(const struct dep_pipe *pipe);
/*
 * What waits for digests: `work` is called once all that ended in blocks up to `block` are there,
 * by either thread, one such at a time and in the order asked for. It returns DEP_OK or fills the
 * fault. False after a failure, of an earlier one too.
 */
typedef int dep_pipe_work_fn(void *context, struct dep_fault *fault);
DEP_MUST_USE bool dep_pipe_after(struct dep_pipe *pipe, uint64_t block, dep_pipe_work_fn *work,
                                 void *context);
/* Wait until nothing is left of that. False after a failure. */
DEP_MUST_USE bool dep_pipe_settle(struct dep_pipe *pipe);
/* Plaintext bytes so far. */
uint64_t dep_pipe_offset(const struct dep_pipe *pipe);
/* The last chunk; waits for the other thread. Digest of the payload, length of the file. */
DEP_MUST_USE int dep_pipe_finish(struct dep_pipe *pipe, struct dep_hash *out_payload,
                                 struct dep_fault *fault);
/* The header and nonce as written (DEP_AGE_PADDED bytes), borrowed. */
struct dep_slice dep_pipe_header(const struct dep_pipe *pipe);
/* Stops the thread if it still runs. */
void dep_pipe_free(struct dep_pipe *pipe);
#endif
