#include "log/merkle.h"

void dep_frontier_init(struct dep_frontier *frontier)
{
    frontier->size = 0;
}

void dep_frontier_add(struct dep_frontier *frontier, const struct dep_hash *leaf)
{
    struct dep_hash hash = *leaf;
    unsigned level = 0;
    for (uint64_t size = frontier->size; size & 1; size >>= 1)
        dep_sha256_node(&frontier->nodes[level++], &hash, &hash);
    frontier->nodes[level] = hash;
    frontier->size++;
}

void dep_frontier_root(const struct dep_frontier *frontier, struct dep_hash *out)
{
    if (frontier->size == 0) {
        dep_sha256((struct dep_slice){NULL, 0}, out);
        return;
    }
    unsigned level = (unsigned)__builtin_ctzll(frontier->size);
    struct dep_hash hash = frontier->nodes[level];
    while (++level < DEP_MERKLE_LEVELS && frontier->size >> level)
        if (frontier->size >> level & 1)
            dep_sha256_node(&frontier->nodes[level], &hash, &hash);
    *out = hash;
}

void dep_merkle_root(const struct dep_hash *leaves, size_t count, struct dep_hash *out)
{
    struct dep_frontier frontier;
    dep_frontier_init(&frontier);
    for (size_t i = 0; i < count; i++)
        dep_frontier_add(&frontier, &leaves[i]);
    dep_frontier_root(&frontier, out);
}

/* Hash of the leaves [from, to): complete subtrees from right to left, folded. */
static int range_hash(uint64_t from, uint64_t to, dep_merkle_read_fn *read, void *context,
                      struct dep_hash *out)
{
    struct dep_hash hash = {{0}};
    bool have = false;
    while (to > from) {
        /* The rightmost complete subtree that ends at `to` and stays within the range. */
        unsigned level = (unsigned)__builtin_ctzll(to);
        while ((UINT64_C(1) << level) > to - from)
            level--;
        struct dep_hash left;
        int err = read(context, level, (to - 1) >> level, &left);
        if (err)
            return err;
        if (have)
            dep_sha256_node(&left, &hash, &hash);
        else
            hash = left;
        have = true;
        to -= UINT64_C(1) << level;
    }
    *out = hash;
    return DEP_OK;
}

int dep_merkle_root_at(uint64_t size, dep_merkle_read_fn *read, void *context, struct dep_hash *out)
{
    if (size == 0) {
        dep_sha256((struct dep_slice){NULL, 0}, out);
        return DEP_OK;
    }
    return range_hash(0, size, read, context, out);
}

/* Largest power of two smaller than n (RFC 6962 section 2.1); n > 1. */
static uint64_t split(uint64_t n)
{
    return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

static void turn_round(struct dep_merkle_proof *proof)
{
    for (size_t i = 0; i < proof->count / 2; i++) {
        struct dep_hash kept = proof->hashes[i];
        proof->hashes[i] = proof->hashes[proof->count - 1 - i];
        proof->hashes[proof->count - 1 - i] = kept;
    }
}

int dep_merkle_prove_inclusion(uint64_t index, uint64_t size, dep_merkle_read_fn *read,
                               void *context, struct dep_merkle_proof *out)
{
    assert(index < size);
    struct dep_merkle_proof proof = {.count = 0};
    uint64_t from = 0, to = size;
    while (to - from > 1) {
        uint64_t middle = from + split(to - from);
        bool right = index >= middle;
        int err = range_hash(right ? from : middle, right ? middle : to, read, context,
                             &proof.hashes[proof.count++]);
        if (err)
            return err;
        if (right)
            from = middle;
        else
            to = middle;
    }
    turn_round(&proof);
    *out = proof;
    return DEP_OK;
}

int dep_merkle_prove_consistency(uint64_t old_size, uint64_t new_size, dep_merkle_read_fn *read,
                                 void *context, struct dep_merkle_proof *out)
{
    assert(old_size <= new_size);
    struct dep_merkle_proof proof = {.count = 0};
    uint64_t from = 0, to = new_size;
    if (old_size == 0 || old_size == new_size) {
        *out = proof;
        return DEP_OK;
    }
    int err = DEP_OK;
    while (!err && to != old_size) {
        uint64_t middle = from + split(to - from);
        bool right = old_size > middle;
        err = range_hash(right ? from : middle, right ? middle : to, read, context,
                         &proof.hashes[proof.count++]);
        if (right)
            from = middle;
        else
            to = middle;
    }
    /* The old tree's own subtree, unless it is the whole old tree. */
    if (!err && from != 0)
        err = range_hash(from, to, read, context, &proof.hashes[proof.count++]);
    if (err)
        return err;
    turn_round(&proof);
    *out = proof;
    return DEP_OK;
}

bool dep_merkle_verify_inclusion(const struct dep_hash *leaf, uint64_t index, uint64_t size,
                                 const struct dep_merkle_proof *proof, const struct dep_hash *root)
{
    if (index >= size)
        return false;
    uint64_t node = index, last = size - 1;
    struct dep_hash hash = *leaf;
    for (size_t i = 0; i < proof->count; i++) {
        if (last == 0)
            return false;
        if (node & 1 || node == last) {
            dep_sha256_node(&proof->hashes[i], &hash, &hash);
            while (!(node & 1) && node) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            dep_sha256_node(&hash, &proof->hashes[i], &hash);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && dep_hash_equal(&hash, root);
}

bool dep_merkle_verify_consistency(uint64_t old_size, uint64_t new_size,
                                   const struct dep_merkle_proof *proof,
                                   const struct dep_hash *old_root, const struct dep_hash *new_root)
{
    if (old_size > new_size || old_size == 0)
        return false;
    if (old_size == new_size)
        return proof->count == 0 && dep_hash_equal(old_root, new_root);
    bool whole = (old_size & (old_size - 1)) == 0;
    if (proof->count == 0 && !whole)
        return false;
    struct dep_hash first = whole ? *old_root : proof->hashes[0];
    uint64_t node = old_size - 1, last = new_size - 1;
    while (node & 1) {
        node >>= 1;
        last >>= 1;
    }
    struct dep_hash old_hash = first, new_hash = first;
    for (size_t i = whole ? 0 : 1; i < proof->count; i++) {
        if (last == 0)
            return false;
        if (node & 1 || node == last) {
            dep_sha256_node(&proof->hashes[i], &old_hash, &old_hash);
            dep_sha256_node(&proof->hashes[i], &new_hash, &new_hash);
            while (!(node & 1) && node) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            dep_sha256_node(&new_hash, &proof->hashes[i], &new_hash);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && dep_hash_equal(&old_hash, old_root) && dep_hash_equal(&new_hash, new_root);
}
