/*
 * Some records of a log against one checkpoint, from no more tiles than that takes.
 *
 * Format:  doc/format/package.md section 5.2. Standard: c2sp.org/tlog-tiles.
 * Layer:   log (pure).
 */
#ifndef DEP_LOG_SUBSET_H
#define DEP_LOG_SUBSET_H
#include "log/tile.h"

/*
 * Tell `each` the tiles needed for `indices` (strictly ascending, below `size`: asserted) in a tree
 * of `size` leaves: each once, by level and index. What `each` returns, if not DEP_OK, ends it.
 */
typedef int dep_tile_each_fn(void *context, const struct dep_tile_id *tile);
DEP_MUST_USE int dep_subset_tiles(const uint64_t *indices, size_t count, uint64_t size,
                                  dep_tile_each_fn *each, void *context);

/*
 * Those tiles, held to a checkpoint. `read` gives each at most once; DEP_FOUND from it (one that is
 * absent or of another length) becomes "subset.tile.missing". Findings of dep_subset_new(): that,
 * and "subset.root": the tiles of the right edge make another root. 130 KiB, whatever the tree.
 */
struct dep_subset;
DEP_MUST_USE int dep_subset_new(uint64_t size, const struct dep_hash *root, dep_tile_read_fn *read,
                                void *context, struct dep_subset **out, struct dep_finding *why);
void dep_subset_free(struct dep_subset *subset);
/*
 * Is `leaf` (dep_sha256_leaf) the one at `index`? Indices ascend from call to call. Findings
 * "subset.order", "subset.index" (not in the tree), "subset.tile.missing", "subset.tile" (not the
 * one below the checkpoint), "subset.leaf"; nothing is kept of a tile that isn't good.
 */
DEP_MUST_USE int dep_subset_check(struct dep_subset *subset, uint64_t index,
                                  const struct dep_hash *leaf, struct dep_finding *why);
/* How many tiles it asked for so far: there are no others in a package. */
uint64_t dep_subset_tiles_read(const struct dep_subset *subset);
#endif
