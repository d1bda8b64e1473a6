/*
 * A set of digests as an RFC 6962 tree: its members ascending are the entries. Two numbers stand
 * for all of it, and that one is in it is proved by some hashes.
 *
 * Format:  doc/format/consent.md, "Sets".
 * Layer:   log (pure).
 */
#ifndef DEP_LOG_SET_H
#define DEP_LOG_SET_H
#include "log/merkle.h"

enum { DEP_SET_MAX = 1000000 };

/* Ascending, none twice. In place; returns how many are left. */
size_t dep_set_order(struct dep_hash *digests, size_t count);
/* Of an ordered set. */
void dep_set_root(const struct dep_hash *digests, size_t count, struct dep_hash *out);

/* All nodes of the tree, for many proofs: 96 bytes a member. */
struct dep_set;
/* Of an ordered set, which is copied. DEP_ERR_CAP above DEP_SET_MAX. */
DEP_MUST_USE int dep_set_new(const struct dep_hash *digests, size_t count, struct dep_set **out);
void dep_set_free(struct dep_set *set);
static inline void dep_set_release(struct dep_set **set)
{
    dep_set_free(*set);
}
#define DEP_AUTO_SET DEP_CLEANUP(dep_set_release) struct dep_set
/* DEP_FOUND, with nothing said: it isn't in it. */
DEP_MUST_USE int dep_set_prove(const struct dep_set *set, const struct dep_hash *digest,
                               uint64_t *out_place, struct dep_merkle_proof *out);
#endif
