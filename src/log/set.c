#include "log/set.h"

#include <stdlib.h>
#include <string.h>

struct dep_set {
    size_t count;
    struct dep_hash *digests;
    /* Complete subtrees of 2^level members, level by level. */
    struct dep_hash *nodes[DEP_MERKLE_LEVELS];
};

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct dep_hash));
}

size_t dep_set_order(struct dep_hash *digests, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(digests, count, sizeof *digests, by_bytes);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || by_bytes(&digests[kept - 1], &digests[i]) != 0)
            digests[kept++] = digests[i];
    return kept;
}

void dep_set_root(const struct dep_hash *digests, size_t count, struct dep_hash *out)
{
    struct dep_frontier frontier;
    dep_frontier_init(&frontier);
    for (size_t i = 0; i < count; i++) {
        struct dep_hash leaf;
        dep_sha256_leaf(&digests[i], &leaf);
        dep_frontier_add(&frontier, &leaf);
    }
    dep_frontier_root(&frontier, out);
}

void dep_set_free(struct dep_set *set)
{
    if (!set)
        return;
    free(set->digests);
    for (size_t level = 0; level < DEP_MERKLE_LEVELS; level++)
        free(set->nodes[level]);
    free(set);
}

static bool fill_level(struct dep_set *set, unsigned level)
{
    size_t count = set->count >> level;
    struct dep_hash *nodes = dep_alloc_array(count, sizeof *nodes);
    set->nodes[level] = nodes;
    for (size_t i = 0; nodes && i < count; i++) {
        if (level == 0)
            dep_sha256_leaf(&set->digests[i], &nodes[i]);
        else
            dep_sha256_node(&set->nodes[level - 1][2 * i], &set->nodes[level - 1][2 * i + 1],
                            &nodes[i]);
    }
    return nodes != NULL;
}

int dep_set_new(const struct dep_hash *digests, size_t count, struct dep_set **out)
{
    if (count > DEP_SET_MAX)
        return DEP_ERR_CAP;
    struct dep_set *set = dep_alloc(sizeof *set);
    bool good = set != NULL;
    if (good) {
        set->count = count;
        set->digests = count ? dep_alloc_array(count, sizeof *digests) : NULL;
        good = set->digests || count == 0;
    }
    if (good && count)
        memcpy(set->digests, digests, count * sizeof *digests);
    for (unsigned level = 0; good && count >> level; level++)
        good = fill_level(set, level);
    if (!good) {
        dep_set_free(set);
        return DEP_ERR_NOMEM;
    }
    *out = set;
    return DEP_OK;
}

static int read_node(void *context, unsigned level, uint64_t index, struct dep_hash *out)
{
    const struct dep_set *set = context;
    assert(index < set->count >> level);
    *out = set->nodes[level][index];
    return DEP_OK;
}

int dep_set_prove(const struct dep_set *set, const struct dep_hash *digest, uint64_t *out_place,
                  struct dep_merkle_proof *out)
{
    const struct dep_hash *there =
        set->count ? bsearch(digest, set->digests, set->count, sizeof *digest, by_bytes) : NULL;
    if (!there)
        return DEP_FOUND;
    uint64_t place = (uint64_t)(there - set->digests);
    int err = dep_merkle_prove_inclusion(place, set->count, read_node, (void *)(uintptr_t)set, out);
    if (!err)
        *out_place = place;
    return err;
}
