/*
 * RFC 6962 Merkle tree arithmetic.
 *
 * Format:  doc/format/log.md. Standard: RFC 6962 section 2.1.
 * Layer:   log (pure). Hashes are read through a function, so proofs need O(log n) tiles.
 */
#ifndef DEP_LOG_MERKLE_H
#define DEP_LOG_MERKLE_H
#include "crypto/crypto.h"

enum { DEP_MERKLE_LEVELS = 64, DEP_MERKLE_PROOF_MAX = 64 };

/* The right edge of a tree: append leaves, ask for the root at any time. 2 KiB, copyable. */
struct dep_frontier {
    uint64_t size;
    struct dep_hash nodes[DEP_MERKLE_LEVELS]; /* nodes[l] is valid where bit l of size is set */
};
void dep_frontier_init(struct dep_frontier *frontier);
void dep_frontier_add(struct dep_frontier *frontier, const struct dep_hash *leaf);
/* Root; of the empty tree SHA-256 of nothing. */
void dep_frontier_root(const struct dep_frontier *frontier, struct dep_hash *out);

/* Root over an array of leaf hashes. */
void dep_merkle_root(const struct dep_hash *leaves, size_t count, struct dep_hash *out);

/*
 * Gives the hash of the complete subtree of 2^level leaves that starts at leaf index << level.
 * < 0 fault; DEP_FOUND: not available.
 */
typedef int dep_merkle_read_fn(void *context, unsigned level, uint64_t index, struct dep_hash *out);

struct dep_merkle_proof {
    size_t count;
    struct dep_hash hashes[DEP_MERKLE_PROOF_MAX];
};

/* Requires index < size. */
DEP_MUST_USE int dep_merkle_prove_inclusion(uint64_t index, uint64_t size, dep_merkle_read_fn *read,
                                            void *context, struct dep_merkle_proof *out);
/* Requires old_size <= new_size. */
DEP_MUST_USE int dep_merkle_prove_consistency(uint64_t old_size, uint64_t new_size,
                                              dep_merkle_read_fn *read, void *context,
                                              struct dep_merkle_proof *out);
/* Root of the tree of `size` leaves. */
DEP_MUST_USE int dep_merkle_root_at(uint64_t size, dep_merkle_read_fn *read, void *context,
                                    struct dep_hash *out);

/* RFC 9162 sections 2.1.3.2 and 2.1.4.2. Consistency with the empty tree proves nothing and is
 * refused. */
DEP_MUST_USE bool dep_merkle_verify_inclusion(const struct dep_hash *leaf, uint64_t index,
                                              uint64_t size, const struct dep_merkle_proof *proof,
                                              const struct dep_hash *root);
DEP_MUST_USE bool dep_merkle_verify_consistency(uint64_t old_size, uint64_t new_size,
                                                const struct dep_merkle_proof *proof,
                                                const struct dep_hash *old_root,
                                                const struct dep_hash *new_root);
#endif
