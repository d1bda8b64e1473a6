/*
 * For tests: the root of leaves as RFC 6962 section 2.1 has it, word for word.
 */
#ifndef DEP_LOG_TEST_NAIVE_H
#define DEP_LOG_TEST_NAIVE_H
#include "log/merkle.h"

static inline void naive_root(const struct dep_hash *all, uint64_t from, uint64_t to,
                              struct dep_hash *out)
{
    if (to == from) {
        dep_sha256((struct dep_slice){NULL, 0}, out);
        return;
    }
    if (to - from == 1) {
        *out = all[from];
        return;
    }
    uint64_t k = 1;
    while (k * 2 < to - from)
        k *= 2;
    struct dep_hash left, right;
    naive_root(all, from, from + k, &left);
    naive_root(all, from + k, to, &right);
    dep_sha256_node(&left, &right, out);
}
#endif
