/*
 * The tiles of the right edge (the partial one of each level) alone give the root. Any other tile
 * is full, and its root is one hash of the tile above it: so each is checked against a tile that
 * was checked before, up to the edge. Indices ascend, so one tile a level is all that is held.
 */
#include "log/subset.h"

#include <stdlib.h>
#include <string.h>

enum { LEVELS = 8, TILE_BITS = 8 };
static const char CLAUSE[] = "package.md 5.2";

/* Of the whole tree: the tile at `level` whose subtree holds leaf `index`. */
static uint64_t tile_above(unsigned level, uint64_t index)
{
    unsigned shift = (level + 1) * TILE_BITS;
    return shift < 64 ? index >> shift : 0;
}

static struct dep_tile_id tile_at(unsigned level, uint64_t index, uint64_t size)
{
    return (struct dep_tile_id){
        .level = (int)level, .index = index, .width = dep_tile_width((int)level, index, size)};
}

static struct dep_tile_id edge_at(unsigned level, uint64_t size)
{
    return tile_at(level, tile_above(level, size), size);
}

/* The tiles of one level: of each index whose tile below is full; the edge comes last. */
static int level_tiles(unsigned level, const uint64_t *indices, size_t count, uint64_t size,
                       dep_tile_each_fn *each, void *context)
{
    uint64_t last = UINT64_MAX;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < count; i++) {
        uint64_t at = tile_above(level, indices[i]);
        if (level > 0 && dep_tile_width((int)level - 1, tile_above(level - 1, indices[i]), size) <
                             DEP_TILE_WIDTH)
            break; /* the edge, and so is every one after it */
        if (at == last)
            continue;
        last = at;
        struct dep_tile_id tile = tile_at(level, at, size);
        err = each(context, &tile);
    }
    struct dep_tile_id edge = edge_at(level, size);
    return err || edge.width == 0 || edge.index == last ? err : each(context, &edge);
}

int dep_subset_tiles(const uint64_t *indices, size_t count, uint64_t size, dep_tile_each_fn *each,
                     void *context)
{
    for (size_t i = 0; i < count; i++)
        assert(indices[i] < size && (i == 0 || indices[i - 1] < indices[i]));
    int err = DEP_OK;
    for (unsigned level = 0; !err && level < LEVELS; level++)
        err = level_tiles(level, indices, count, size, each, context);
    return err;
}

struct level {
    struct dep_tile_id edge; /* width 0: none */
    struct dep_hash edge_hashes[DEP_TILE_WIDTH];
    bool have;      /* a full tile is held */
    uint64_t index; /* which */
    struct dep_hash hashes[DEP_TILE_WIDTH];
};

struct dep_subset {
    uint64_t size, next; /* the least index that may be asked for */
    uint64_t tiles_read;
    dep_tile_read_fn *read;
    void *context;
    struct level levels[LEVELS];
};

static int read_tile(struct dep_subset *subset, const struct dep_tile_id *tile,
                     struct dep_hash *out, struct dep_finding *why)
{
    int err = subset->read(subset->context, tile, out[0].bytes);
    if (err == DEP_FOUND)
        return dep_found(why, "subset.tile.missing", CLAUSE, 0);
    subset->tiles_read += !err;
    return err;
}

/* dep_merkle_read_fn over the edge. */
static int read_edge(void *context, unsigned level, uint64_t index, struct dep_hash *out)
{
    struct dep_subset *subset = context;
    unsigned first, count;
    struct dep_tile_id tile = dep_tile_of_node(level, index, subset->size, &first, &count);
    const struct level *at = &subset->levels[tile.level];
    assert(at->edge.index == tile.index && first + count <= at->edge.width);
    dep_merkle_root(at->edge_hashes + first, count, out);
    return DEP_OK;
}

int dep_subset_new(uint64_t size, const struct dep_hash *root, dep_tile_read_fn *read,
                   void *context, struct dep_subset **out, struct dep_finding *why)
{
    struct dep_subset *subset = dep_alloc(sizeof *subset);
    if (!subset)
        return DEP_ERR_NOMEM;
    subset->size = size;
    subset->read = read;
    subset->context = context;
    int err = DEP_OK;
    for (unsigned level = 0; !err && level < LEVELS; level++) {
        struct level *at = &subset->levels[level];
        at->edge = edge_at(level, size);
        if (at->edge.width > 0)
            err = read_tile(subset, &at->edge, at->edge_hashes, why);
    }
    struct dep_hash made;
    if (!err)
        err = dep_merkle_root_at(size, read_edge, subset, &made);
    if (!err && !dep_hash_equal(&made, root))
        err = dep_found(why, "subset.root", CLAUSE, 0);
    if (err) {
        dep_subset_free(subset);
        return err;
    }
    *out = subset;
    return DEP_OK;
}

void dep_subset_free(struct dep_subset *subset)
{
    free(subset);
}

uint64_t dep_subset_tiles_read(const struct dep_subset *subset)
{
    return subset->tiles_read;
}

/* The tile's hashes, once they are known to stand below the checkpoint. No tree has a full tile at
 * the highest level, so the way up ends at an edge. */
static int get_tile(struct dep_subset *subset, unsigned level, uint64_t index,
                    const struct dep_hash **out, struct dep_finding *why)
{
    assert(level < LEVELS);
    struct level *at = &subset->levels[level];
    if (at->edge.width > 0 && at->edge.index == index) {
        *out = at->edge_hashes;
        return DEP_OK;
    }
    *out = at->hashes;
    if (at->have && at->index == index)
        return DEP_OK;
    const struct dep_hash *above;
    struct dep_hash made;
    struct dep_tile_id tile = tile_at(level, index, subset->size);
    int err = get_tile(subset, level + 1, index / DEP_TILE_WIDTH, &above, why);
    at->have = false;
    if (!err)
        err = read_tile(subset, &tile, at->hashes, why);
    if (err)
        return err;
    dep_merkle_root(at->hashes, DEP_TILE_WIDTH, &made);
    if (!dep_hash_equal(&made, &above[index % DEP_TILE_WIDTH]))
        return dep_found(why, "subset.tile", CLAUSE, 0);
    at->have = true;
    at->index = index;
    return DEP_OK;
}

int dep_subset_check(struct dep_subset *subset, uint64_t index, const struct dep_hash *leaf,
                     struct dep_finding *why)
{
    const struct dep_hash *hashes;
    if (index >= subset->size)
        return dep_found(why, "subset.index", CLAUSE, 0);
    if (index < subset->next)
        return dep_found(why, "subset.order", CLAUSE, 0);
    subset->next = index + 1;
    int err = get_tile(subset, 0, index / DEP_TILE_WIDTH, &hashes, why);
    if (err)
        return err;
    return dep_hash_equal(&hashes[index % DEP_TILE_WIDTH], leaf)
               ? DEP_OK
               : dep_found(why, "subset.leaf", CLAUSE, 0);
}
