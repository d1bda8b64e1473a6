/*
 * C2SP tlog-tiles: names and contents of tiles.
 *
 * Format:  doc/format/log.md. Standard: c2sp.org/tlog-tiles.
 * Layer:   log (pure).
 */
#ifndef DEP_LOG_TILE_H
#define DEP_LOG_TILE_H
#include "log/merkle.h"

enum {
    DEP_TILE_WIDTH = 256,
    DEP_TILE_LEN = DEP_TILE_WIDTH * DEP_HASH_LEN,
    DEP_TILE_PATH_MAX = 96,
    DEP_TILE_LEVEL_ENTRIES = -1, /* level of tile/entries */
};

struct dep_tile_id {
    int level; /* 0..7, or DEP_TILE_LEVEL_ENTRIES */
    uint64_t index;
    unsigned width; /* 1..256 */
};

/* "tile/0/x001/x234/067" or "tile/entries/000.p/8". `out` holds DEP_TILE_PATH_MAX. */
void dep_tile_path(const struct dep_tile_id *tile, char *out);
/* Findings "tile.path". */
DEP_MUST_USE int dep_tile_path_parse(struct dep_slice path, struct dep_tile_id *out,
                                     struct dep_finding *why);

/* Width of tile `index` at `level` in a tree of `size` leaves: 0 none, 256 full. */
unsigned dep_tile_width(int level, uint64_t index, uint64_t size);

/* Where the hash of subtree (level, index) of the tree lies: the tile, and the range of its hashes
 * to fold. */
struct dep_tile_id dep_tile_of_node(unsigned level, uint64_t index, uint64_t size,
                                    unsigned *out_first, unsigned *out_count);

/* Reads one tile: exactly width * 32 bytes (width * 34 for entries) into `out`. */
typedef int dep_tile_read_fn(void *context, const struct dep_tile_id *tile, uint8_t *out);

/* dep_merkle_read_fn over tiles. */
struct dep_tile_source {
    dep_tile_read_fn *read;
    void *context;
    uint64_t size;       /* of the tree */
    uint64_t tiles_read; /* counted, for tests and benchmarks */
};
DEP_MUST_USE int dep_tile_source_read(void *source, unsigned level, uint64_t index,
                                      struct dep_hash *out);

/*
 * The tiles that a growing tree makes: feed leaf hashes and entries, and it hands over each tile
 * that became full. At a checkpoint, dep_tile_builder_partials() hands over every partial one that
 * isn't as it was when they were handed over last.
 * Holds at most one tile per level.
 */
typedef int dep_tile_write_fn(void *context, const struct dep_tile_id *tile, const uint8_t *data,
                              size_t len);
struct dep_tile_builder;
DEP_MUST_USE int dep_tile_builder_new(dep_tile_write_fn *write, void *context,
                                      struct dep_tile_builder **out);
void dep_tile_builder_free(struct dep_tile_builder *builder);
/* Continue a tree of `size` from its partial tiles. `stand`: they stand as they were read, and need
 * handing over only once they change. */
DEP_MUST_USE int dep_tile_builder_load(struct dep_tile_builder *builder, uint64_t size, bool stand,
                                       dep_tile_read_fn *read, void *context);
DEP_MUST_USE int dep_tile_builder_add(struct dep_tile_builder *builder,
                                      const struct dep_hash *entry);
DEP_MUST_USE int dep_tile_builder_partials(struct dep_tile_builder *builder);
/* Borrowed until the next call with this builder. */
const struct dep_frontier *dep_tile_builder_frontier(struct dep_tile_builder *builder);
#endif
