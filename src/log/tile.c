#include "log/tile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 8, TILE_BITS = 8, ENTRY_LEN = 2 + DEP_HASH_LEN };

void dep_tile_path(const struct dep_tile_id *tile, char *out)
{
    assert(tile->width >= 1 && tile->width <= DEP_TILE_WIDTH);
    int at = tile->level == DEP_TILE_LEVEL_ENTRIES
                 ? snprintf(out, DEP_TILE_PATH_MAX, "tile/entries/")
                 : snprintf(out, DEP_TILE_PATH_MAX, "tile/%d/", tile->level);
    unsigned groups[8];
    size_t count = 0;
    uint64_t index = tile->index;
    do {
        groups[count++] = (unsigned)(index % 1000);
        index /= 1000;
    } while (index);
    while (count-- > 0)
        at += snprintf(out + at, (size_t)(DEP_TILE_PATH_MAX - at), count ? "x%03u/" : "%03u",
                       groups[count]);
    if (tile->width < DEP_TILE_WIDTH)
        (void)snprintf(out + at, (size_t)(DEP_TILE_PATH_MAX - at), ".p/%u", tile->width);
}

/* What dep_tile_path() writes and nothing else: parsed loosely, then encoded again and compared. */
int dep_tile_path_parse(struct dep_slice path, struct dep_tile_id *out, struct dep_finding *why)
{
    static const char clause[] = "c2sp.org/tlog-tiles, Merkle tree";
    struct dep_tile_id tile = {.width = DEP_TILE_WIDTH};
    struct dep_slice rest = path;
    uint64_t number;
    bool good =
        path.len < DEP_TILE_PATH_MAX && dep_slice_equal_string(dep_slice_next(&rest, '/'), "tile");
    struct dep_slice level = dep_slice_next(&rest, '/');
    if (dep_slice_equal_string(level, "entries"))
        tile.level = DEP_TILE_LEVEL_ENTRIES;
    else if (good && (good = dep_u64_parse(level, LEVELS - 1, &number)))
        tile.level = (int)number;
    while (good && rest.len) {
        struct dep_slice part = dep_slice_next(&rest, '/');
        if (part.len && part.data[0] == 'x')
            part = dep_slice_sub(part, 1, part.len - 1);
        if (part.len == 5 && part.data[3] == '.' && part.data[4] == 'p') {
            part.len = 3;
            good = dep_u64_parse(rest, DEP_TILE_WIDTH - 1, &number) && number > 0;
            tile.width = good ? (unsigned)number : DEP_TILE_WIDTH;
            rest.len = 0;
        }
        good = good && part.len == 3 && tile.index <= UINT64_MAX / 1000 - 1;
        for (size_t i = 0; good && i < part.len; i++)
            good = part.data[i] >= '0' && part.data[i] <= '9';
        if (good)
            tile.index =
                tile.index * 1000 + (uint64_t)((part.data[0] - '0') * 100 +
                                               (part.data[1] - '0') * 10 + part.data[2] - '0');
    }
    if (good) {
        char again[DEP_TILE_PATH_MAX];
        dep_tile_path(&tile, again);
        good = dep_slice_equal_string(path, again);
    }
    if (!good)
        return dep_found(why, "tile.path", clause, 0);
    *out = tile;
    return DEP_OK;
}

unsigned dep_tile_width(int level, uint64_t index, uint64_t size)
{
    unsigned shift = level == DEP_TILE_LEVEL_ENTRIES ? 0 : (unsigned)level * TILE_BITS;
    uint64_t nodes = shift < 64 ? size >> shift : 0;
    if (index > nodes / DEP_TILE_WIDTH || index * DEP_TILE_WIDTH >= nodes)
        return 0;
    uint64_t left = nodes - index * DEP_TILE_WIDTH;
    return left < DEP_TILE_WIDTH ? (unsigned)left : DEP_TILE_WIDTH;
}

struct dep_tile_id dep_tile_of_node(unsigned level, uint64_t index, uint64_t size,
                                    unsigned *out_first, unsigned *out_count)
{
    unsigned tile_level = level / TILE_BITS, within = level % TILE_BITS;
    uint64_t first = index << within;
    struct dep_tile_id tile = {.level = (int)tile_level, .index = first / DEP_TILE_WIDTH};
    tile.width = dep_tile_width(tile.level, tile.index, size);
    *out_first = (unsigned)(first % DEP_TILE_WIDTH);
    *out_count = 1u << within;
    return tile;
}

int dep_tile_source_read(void *source_context, unsigned level, uint64_t index, struct dep_hash *out)
{
    struct dep_tile_source *source = source_context;
    unsigned first, count;
    struct dep_tile_id tile = dep_tile_of_node(level, index, source->size, &first, &count);
    if (first + count > tile.width)
        return DEP_FOUND;
    struct dep_hash hashes[DEP_TILE_WIDTH];
    int err = source->read(source->context, &tile, hashes[0].bytes);
    if (err)
        return err;
    source->tiles_read++;
    dep_merkle_root(hashes + first, count, out);
    return DEP_OK;
}

/* ---- the builder ---- */

struct dep_tile_builder {
    dep_tile_write_fn *write;
    void *context;
    uint64_t size;
    uint64_t handed_over;         /* the size whose partial tiles were */
    struct dep_frontier frontier; /* made on demand: a node is hashed once, in its tile */
    struct dep_hash tiles[LEVELS][DEP_TILE_WIDTH];
    uint8_t entries[DEP_TILE_WIDTH * ENTRY_LEN];
};

int dep_tile_builder_new(dep_tile_write_fn *write, void *context, struct dep_tile_builder **out)
{
    struct dep_tile_builder *builder = dep_alloc(sizeof *builder);
    if (!builder)
        return DEP_ERR_NOMEM;
    builder->write = write;
    builder->context = context;
    *out = builder;
    return DEP_OK;
}

void dep_tile_builder_free(struct dep_tile_builder *builder)
{
    free(builder);
}

/* The tile of a level that a tree of `size` leaves partial; of width 0 where it leaves none. */
static struct dep_tile_id partial_at(int level, uint64_t size)
{
    unsigned shift = level < 0 ? 0 : (unsigned)level * TILE_BITS;
    struct dep_tile_id tile = {.level = level, .index = (size >> shift) / DEP_TILE_WIDTH};
    tile.width = dep_tile_width(level, tile.index, size);
    return tile;
}

int dep_tile_builder_load(struct dep_tile_builder *builder, uint64_t size, bool stand,
                          dep_tile_read_fn *read, void *context)
{
    for (int level = DEP_TILE_LEVEL_ENTRIES; level < LEVELS; level++) {
        struct dep_tile_id tile = partial_at(level, size);
        if (tile.width == 0)
            continue;
        int err =
            read(context, &tile, level < 0 ? builder->entries : builder->tiles[level][0].bytes);
        if (err)
            return err;
    }
    builder->size = size;
    builder->handed_over = stand ? size : 0;
    return DEP_OK;
}

/* A tile that has just become full goes out, and its root becomes a hash of the level above. */
static int write_full(struct dep_tile_builder *builder, uint64_t last)
{
    struct dep_tile_id tile = {
        .level = DEP_TILE_LEVEL_ENTRIES, .index = last / DEP_TILE_WIDTH, .width = DEP_TILE_WIDTH};
    int err = builder->write(builder->context, &tile, builder->entries, sizeof builder->entries);
    for (int level = 0; !err && level < LEVELS; level++) {
        tile.level = level;
        tile.index = last / DEP_TILE_WIDTH;
        err = builder->write(builder->context, &tile, builder->tiles[level][0].bytes, DEP_TILE_LEN);
        if (err || level + 1 == LEVELS)
            break;
        last = tile.index;
        dep_merkle_root(builder->tiles[level], DEP_TILE_WIDTH,
                        &builder->tiles[level + 1][last % DEP_TILE_WIDTH]);
        if ((last + 1) % DEP_TILE_WIDTH != 0)
            break;
    }
    return err;
}

int dep_tile_builder_add(struct dep_tile_builder *builder, const struct dep_hash *entry)
{
    uint64_t index = builder->size;
    size_t at = index % DEP_TILE_WIDTH;
    dep_u16_be(builder->entries + at * ENTRY_LEN, DEP_HASH_LEN);
    memcpy(builder->entries + at * ENTRY_LEN + 2, entry->bytes, DEP_HASH_LEN);
    dep_sha256_leaf(entry, &builder->tiles[0][at]);
    builder->size++;
    return at + 1 == DEP_TILE_WIDTH ? write_full(builder, index) : DEP_OK;
}

int dep_tile_builder_partials(struct dep_tile_builder *builder)
{
    uint64_t size = builder->size;
    for (int level = DEP_TILE_LEVEL_ENTRIES; level < LEVELS; level++) {
        struct dep_tile_id tile = partial_at(level, size),
                           before = partial_at(level, builder->handed_over);
        if (tile.width == 0 || (tile.index == before.index && tile.width == before.width))
            continue;
        const uint8_t *data = level < 0 ? builder->entries : builder->tiles[level][0].bytes;
        int err = builder->write(builder->context, &tile, data,
                                 tile.width * (size_t)(level < 0 ? ENTRY_LEN : DEP_HASH_LEN));
        if (err)
            return err;
    }
    builder->handed_over = size;
    return DEP_OK;
}

const struct dep_frontier *dep_tile_builder_frontier(struct dep_tile_builder *builder)
{
    builder->frontier.size = builder->size;
    for (unsigned level = 0; level < DEP_MERKLE_LEVELS && builder->size >> level; level++) {
        if (!(builder->size >> level & 1))
            continue;
        unsigned within = level % TILE_BITS;
        const struct dep_hash *tile = builder->tiles[level / TILE_BITS];
        size_t width = builder->size >> (level - within) & (DEP_TILE_WIDTH - 1);
        size_t first = width & ~(((size_t)2 << within) - 1);
        dep_merkle_root(tile + first, (size_t)1 << within, &builder->frontier.nodes[level]);
    }
    return &builder->frontier;
}
