/*
 * Three digests on two threads. Each is a chain, so no two threads may work on one; but block by
 * block whichever thread is free takes the digest that has most before it. So both stay busy to
 * the end, though SHA-512 alone costs nearly as much as the two SHA-256.
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

static void digest(struct dep_digests *digests, enum chain chain, struct dep_slice block)
{
    switch (chain) {
    case FILE_512: dep_sha512_add(&digests->file_512, block.data, block.len); break;
    case FILE_256: dep_sha256_add(&digests->file_256, block.data, block.len); break;
    default: dep_sha256_add(&digests->payload_256, block.data, block.len); break;
    }
}

/* One block, the lock held before and after. False where there is none to be taken. */
static bool work(struct dep_digests *digests)
{
    enum chain chain = choose(digests);
    if (chain == CHAINS)
        return false;
    struct dep_slice *rest = &digests->rest[chain];
    struct dep_slice block = dep_slice_sub(*rest, 0, rest->len < BLOCK ? rest->len : BLOCK);
    *rest = dep_slice_sub(*rest, block.len, rest->len - block.len);
    digests->taken[chain] = true;
    (void)pthread_mutex_unlock(&digests->lock);
    digest(digests, chain, block);
    (void)pthread_mutex_lock(&digests->lock);
    digests->taken[chain] = false;
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

void dep_digests_add(struct dep_digests *digests, struct dep_slice file, struct dep_slice payload)
{
    (void)pthread_mutex_lock(&digests->lock);
    digests->rest[FILE_512] = digests->rest[FILE_256] = file;
    digests->rest[PAYLOAD_256] = payload;
    (void)pthread_cond_broadcast(&digests->changed);
    while (!done(digests))
        if (!work(digests))
            (void)pthread_cond_wait(&digests->changed, &digests->lock);
    (void)pthread_mutex_unlock(&digests->lock);
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
