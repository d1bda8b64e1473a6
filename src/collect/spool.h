/*
 * Bytes kept aside until they are needed, on disk only under a key that dies with the process (a
 * field register keeps nothing in clear).
 *
 * Layer:   collect, private to it.
 * Memory:  one chunk and what the file system caches.
 */
#ifndef DEP_COLLECT_SPOOL_H
#define DEP_COLLECT_SPOOL_H
#include "vault/age.h"

struct dep_spool;
/* The file lies, without a name, on the file system of `beside_fd`. */
DEP_MUST_USE int dep_spool_new(int beside_fd, dep_random_fn *random, struct dep_spool **out,
                               struct dep_fault *fault);
void dep_spool_free(struct dep_spool *spool);
DEP_MUST_USE int dep_spool_add(struct dep_spool *spool, struct dep_slice bytes,
                               struct dep_fault *fault);
uint64_t dep_spool_len(const struct dep_spool *spool);
/* All of it in order; < 0 of `each` stops. */
typedef int dep_spool_fn(void *context, struct dep_slice piece);
DEP_MUST_USE int dep_spool_read(struct dep_spool *spool, dep_spool_fn *each, void *context,
                                struct dep_fault *fault);
#endif
