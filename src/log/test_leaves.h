/*
 * For tests: the leaves of a tree, and its nodes computed from them.
 */
#ifndef DEP_LOG_TEST_LEAVES_H
#define DEP_LOG_TEST_LEAVES_H
#include "log/merkle.h"

enum { TREE_MAX = 300 };
static struct dep_hash leaves[TREE_MAX];

static inline void make_leaves(void)
{
    for (size_t i = 0; i < TREE_MAX; i++)
        dep_sha256(dep_slice_of(&i, sizeof i), &leaves[i]);
}

static inline int read_leaves(void *context, unsigned level, uint64_t index, struct dep_hash *out)
{
    (void)context;
    uint64_t from = index << level;
    assert_true(from + (UINT64_C(1) << level) <= TREE_MAX);
    dep_merkle_root(leaves + from, (size_t)1 << level, out);
    return DEP_OK;
}
#endif
