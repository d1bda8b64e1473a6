/*
 * Three digests on two threads. Each is a chain, so no two threads may work on one; but block by
 * block whichever thread is free takes the digest that has most before it. So both stay busy to
 * the end, though SHA-512 alone costs as much as the two SHA-256, and more where these are taken
 * together.
 */
#include "store/digests.h"

#include <pthread.h>
#include <stdlib.h>

enum { BLOCK = 128 * 1024 };
enum chain { FILE_512, FILE_256, PAYLOAD_256, CHAINS };

/* What a byte costs, about: SHA-256 has instructions of its own. */
static const unsigned COST[CHAINS] = {[FILE_512] = 5, [FILE_256] = 3, [PAYLOAD_256] = 3};

struct dep_digests {
    struct dep_sha512_stream file_512;
    struct dep_sha256_stream file_256, payload_256;
    struct dep_slice rest[CHAINS]; /* to be digested */
    bool taken[CHAINS];            /* a thread is at it */
    bool ending, started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
};

/* CHAINS where nothing can be taken now. */
static enum chain choose(const struct dep_digests *digests)
{
    enum chain best = CHAINS;
    uint64_t most = 0;
    for (enum chain chain = 0; chain < CHAINS; chain++) {
        uint64_t cost = (uint64_t)digests->rest[chain].len * COST[chain];
        if (!digests->taken[chain] && cost > most) {
            most = cost;
            best = chain;
        }
    }
    return best;
}

static struct dep_slice take(struct dep_digests *digests, enum chain chain, size_t len)
{
    struct dep_slice *rest = &digests->rest[chain];
    struct dep_slice block = dep_slice_sub(*rest, 0, rest->len < len ? rest->len : len);
    *rest = dep_slice_sub(*rest, block.len, rest->len - block.len);
    digests->taken[chain] = true;
    return block;
}

static bool both_sha256(const struct dep_digests *digests, enum chain chain)
{
    return chain != FILE_512 && !digests->taken[FILE_256] && !digests->taken[PAYLOAD_256] &&
           digests->rest[FILE_256].len && digests->rest[PAYLOAD_256].len &&
           dep_sha256_two_is_fast();
}

static void digest(struct dep_digests *digests, enum chain chain, struct dep_slice block,
                   struct dep_slice payload)
{
    if (payload.len)
        dep_sha256_add_two(&digests->file_256, block.data, &digests->payload_256, payload.data,
                           block.len);
    else if (chain == FILE_512)
        dep_sha512_add(&digests->file_512, block.data, block.len);
    else
        dep_sha256_add(chain == FILE_256 ? &digests->file_256 : &digests->payload_256, block.data,
                       block.len);
}

/* One block, the lock held before and after. False where there is none to be taken. */
static bool work(struct dep_digests *digests)
{
    enum chain chain = choose(digests);
    if (chain == CHAINS)
        return false;
    struct dep_slice block, payload = {NULL, 0};
    if (both_sha256(digests, chain)) {
        size_t file = digests->rest[FILE_256].len, other = digests->rest[PAYLOAD_256].len;
        size_t least = file < other ? file : other;
        chain = FILE_256;
        block = take(digests, FILE_256, least < BLOCK ? least : BLOCK);
        payload = take(digests, PAYLOAD_256, block.len);
    } else {
        block = take(digests, chain, BLOCK);
    }
    (void)pthread_mutex_unlock(&digests->lock);
    digest(digests, chain, block, payload);
    (void)pthread_mutex_lock(&digests->lock);
    digests->taken[chain] = false;
    if (payload.len)
        digests->taken[PAYLOAD_256] = false;
    (void)pthread_cond_broadcast(&digests->changed);
    return true;
}

static void *work_loop(void *context)
{
    struct dep_digests *digests = context;
    (void)pthread_mutex_lock(&digests->lock);
    while (!digests->ending)
        if (!work(digests))
            (void)pthread_cond_wait(&digests->changed, &digests->lock);
    (void)pthread_mutex_unlock(&digests->lock);
    return NULL;
}

int dep_digests_new(struct dep_digests **out)
{
    struct dep_digests *digests = dep_alloc(sizeof *digests);
    if (!digests)
        return DEP_ERR_NOMEM;
    dep_sha512_start(&digests->file_512);
    dep_sha256_start(&digests->file_256);
    dep_sha256_start(&digests->payload_256);
    (void)pthread_mutex_init(&digests->lock, NULL);
    (void)pthread_cond_init(&digests->changed, NULL);
    digests->started = pthread_create(&digests->thread, NULL, work_loop, digests) == 0;
    if (!digests->started) {
        dep_digests_free(digests);
        return DEP_ERR_NOMEM;
    }
    *out = digests;
    return DEP_OK;
}

static bool done(const struct dep_digests *digests)
{
    for (enum chain chain = 0; chain < CHAINS; chain++)
        if (digests->rest[chain].len || digests->taken[chain])
            return false;
    return true;
}

void dep_digests_begin(struct dep_digests *digests, struct dep_slice file, struct dep_slice payload)
{
    (void)pthread_mutex_lock(&digests->lock);
    assert(done(digests));
    digests->rest[FILE_512] = digests->rest[FILE_256] = file;
    digests->rest[PAYLOAD_256] = payload;
    (void)pthread_cond_broadcast(&digests->changed);
    (void)pthread_mutex_unlock(&digests->lock);
}

void dep_digests_end(struct dep_digests *digests)
{
    (void)pthread_mutex_lock(&digests->lock);
    while (!done(digests))
        if (!work(digests))
            (void)pthread_cond_wait(&digests->changed, &digests->lock);
    (void)pthread_mutex_unlock(&digests->lock);
}

void dep_digests_add(struct dep_digests *digests, struct dep_slice file, struct dep_slice payload)
{
    dep_digests_begin(digests, file, payload);
    dep_digests_end(digests);
}

void dep_digests_mark(const struct dep_digests *digests, uint64_t at, struct dep_digest_mark *out)
{
    *out = (struct dep_digest_mark){.at = at, .sha256 = digests->file_256};
}

void dep_digests_file(struct dep_digests *digests, struct dep_hash *out_sha256,
                      uint8_t out_sha512[DEP_SHA512_LEN])
{
    dep_sha256_finish(&digests->file_256, out_sha256);
    dep_sha512_finish(&digests->file_512, out_sha512);
    dep_sha256_start(&digests->file_256);
    dep_sha512_start(&digests->file_512);
}

void dep_digests_payload(struct dep_digests *digests, struct dep_hash *out)
{
    dep_sha256_finish(&digests->payload_256, out);
    dep_sha256_start(&digests->payload_256);
}

void dep_digests_free(struct dep_digests *digests)
{
    if (!digests)
        return;
    (void)pthread_mutex_lock(&digests->lock);
    digests->ending = true;
    (void)pthread_cond_broadcast(&digests->changed);
    (void)pthread_mutex_unlock(&digests->lock);
    if (digests->started)
        (void)pthread_join(digests->thread, NULL);
    (void)pthread_mutex_destroy(&digests->lock);
    (void)pthread_cond_destroy(&digests->changed);
    free(digests);
}
