/*
 * Tiles: made as a tree grows, continued from its partial ones, and their paths.
 */
#include "base/test_slow.h"
#include "log/tile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STORE_MAX = 4096 };
static struct stored_tile {
    struct dep_tile_id id;
    size_t len;
    uint8_t bytes[DEP_TILE_WIDTH * 34];
} * stored;
static size_t stored_count;

static int store_tile(void *context, const struct dep_tile_id *tile, const uint8_t *data,
                      size_t len)
{
    (void)context;
    assert_true(stored_count < STORE_MAX);
    stored[stored_count].id = *tile;
    stored[stored_count].len = len;
    memcpy(stored[stored_count++].bytes, data, len);
    return DEP_OK;
}

static int load_tile(void *context, const struct dep_tile_id *tile, uint8_t *out)
{
    (void)context;
    for (size_t i = stored_count; i-- > 0;) {
        if (stored[i].id.level != tile->level || stored[i].id.index != tile->index ||
            stored[i].id.width < tile->width)
            continue;
        memcpy(out, stored[i].bytes, tile->width * (tile->level < 0 ? 34u : 32u));
        return DEP_OK;
    }
    return DEP_FOUND;
}

static void test_builder(void **state)
{
    (void)state;
    enum { SIZE = 70000, SPLIT = 65793 };
    stored = calloc(STORE_MAX, sizeof *stored);
    struct dep_frontier reference;
    struct dep_tile_builder *builder = NULL;
    struct dep_hash entry, leaf, root, expected;
    dep_frontier_init(&reference);
    assert_int_equal(dep_tile_builder_new(store_tile, NULL, &builder), DEP_OK);
    for (uint64_t i = 0; i < SIZE; i++) {
        if (i == SPLIT) { /* as a later process would go on */
            assert_int_equal(dep_tile_builder_partials(builder), DEP_OK);
            dep_tile_builder_free(builder);
            assert_int_equal(dep_tile_builder_new(store_tile, NULL, &builder), DEP_OK);
            assert_int_equal(dep_tile_builder_load(builder, i, true, load_tile, NULL), DEP_OK);
        }
        dep_sha256(dep_slice_of(&i, sizeof i), &entry);
        dep_sha256_leaf(&entry, &leaf);
        dep_frontier_add(&reference, &leaf);
        assert_int_equal(dep_tile_builder_add(builder, &entry), DEP_OK);
    }
    dep_frontier_root(&reference, &expected);
    dep_frontier_root(dep_tile_builder_frontier(builder), &root);
    assert_true(dep_hash_equal(&root, &expected));
    assert_int_equal(dep_tile_builder_partials(builder), DEP_OK);
    struct dep_tile_source source = {.read = load_tile, .size = SIZE};
    assert_int_equal(dep_merkle_root_at(SIZE, dep_tile_source_read, &source, &root), DEP_OK);
    assert_true(dep_hash_equal(&root, &expected));
    struct dep_merkle_proof proof;
    source.tiles_read = 0;
    assert_int_equal(dep_merkle_prove_inclusion(4711, SIZE, dep_tile_source_read, &source, &proof),
                     DEP_OK);
    uint64_t index = 4711;
    dep_sha256(dep_slice_of(&index, sizeof index), &entry);
    dep_sha256_leaf(&entry, &leaf);
    assert_true(dep_merkle_verify_inclusion(&leaf, index, SIZE, &proof, &expected));
    /* The specification's own example: a tree of 70,000. */
    assert_int_equal(dep_tile_width(0, 273, SIZE), 112);
    assert_int_equal(dep_tile_width(1, 1, SIZE), 17);
    assert_int_equal(dep_tile_width(2, 0, SIZE), 1);
    assert_int_equal(dep_tile_width(0, 274, SIZE), 0);
    dep_tile_builder_free(builder);
    free(stored);
    stored_count = 0;
}

static size_t handed_over(struct dep_tile_builder *builder)
{
    size_t before = stored_count;
    assert_int_equal(dep_tile_builder_partials(builder), DEP_OK);
    return stored_count - before;
}

/* A partial tile that stands isn't handed over again, unless nobody knows that it does. */
static void test_builder_partials(void **state)
{
    (void)state;
    enum { SIZE = 256 * 256 + 300 };
    struct dep_tile_builder *builder = NULL;
    struct dep_hash entry = {{1}};
    stored = calloc(STORE_MAX, sizeof *stored);
    assert_int_equal(dep_tile_builder_new(store_tile, NULL, &builder), DEP_OK);
    for (uint64_t i = 0; i < SIZE; i++)
        assert_int_equal(dep_tile_builder_add(builder, &entry), DEP_OK);
    assert_int_equal(handed_over(builder), 4); /* entries, and levels 0 to 2 */
    assert_int_equal(handed_over(builder), 0);
    assert_int_equal(dep_tile_builder_add(builder, &entry), DEP_OK);
    assert_int_equal(handed_over(builder), 2);
    for (int stand = 0; stand < 2; stand++) {
        dep_tile_builder_free(builder);
        assert_int_equal(dep_tile_builder_new(store_tile, NULL, &builder), DEP_OK);
        assert_int_equal(dep_tile_builder_load(builder, SIZE + 1, stand, load_tile, NULL), DEP_OK);
        assert_int_equal(handed_over(builder), stand ? 0 : 4);
    }
    /* Up to the next full tile: of it the levels above change too, and below nothing is left. */
    for (uint64_t i = SIZE + 1; i < 256 * 256 + 512; i++)
        assert_int_equal(dep_tile_builder_add(builder, &entry), DEP_OK);
    assert_int_equal(handed_over(builder), 1);
    dep_tile_builder_free(builder);
    free(stored);
    stored_count = 0;
}

/* c2sp.org/tlog-tiles, Merkle Tree, Partial Tiles, Log entries: level, index, width. A level above
 * 7 has no full tile below 2^64 leaves. */
static void test_tile_paths(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool good;
    } rows[] = {
        {"tile/0/x001/x234/067", true},
        {"tile/entries/000.p/8", true},
        {"tile/7/000", true},
        {"tile/8/000", false},
        {"tile/00/000", false},
        {"tile/0/067", true},
        {"tile/0/x067", false},
        {"tile/0/x000/067", false},
        {"tile/0/000.p/0", false},
        {"tile/0/000.p/256", false},
        {"tile/0/000.p/08", false},
        {"tile/0/67", false},
        {"tile/0/000/", false},
        {"tile/0/000.p/8/9", false},
        {"tile/-1/000", false},
        {"tile//000", false},
        {"/tile/0/000", false},
        {"tile/0/x001/x234", false},
        {"", false},
        {"tile/0/000.p/255", true},
        {"tile/64/000", false},
        {"tile/+1/000", false},
        {"tile/data/000", false},
        {"tile/entries", false},
        {"tile/0/1000", false},
        {"tile/0/001/234", false},
        {"tile/0/x001/67", false},
        {"tile/0/X001/067", false},
        {"tile/0/x01/067", false},
        {"tile/0/00a", false},
        {"tile/0/x999/x999/x999/x999/x999/x999/999", false},
        {"tile/0/000.p/", false},
        {"tile/0/000.p", false},
        {"tile/0/000.p/-1", false},
        {"tile/0/000.p/+1", false},
        {"tile/0/000.p/1 ", false},
        {"tile/0/000.P/1", false},
        {"tile/0/x001.p/1/234", false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_tile_id tile;
        struct dep_finding why = {"", "", 0};
        if ((dep_tile_path_parse(dep_slice_string(rows[i].path), &tile, &why) == DEP_OK) !=
                rows[i].good ||
            strcmp(why.id, rows[i].good ? "" : "tile.path") != 0)
            fail_msg("%s: %s", rows[i].path, why.id);
    }
    struct dep_tile_id tile = {.level = 0, .index = 1234067, .width = 256};
    char path[DEP_TILE_PATH_MAX];
    dep_tile_path(&tile, path);
    assert_string_equal(path, "tile/0/x001/x234/067");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_builder),
        cmocka_unit_test(test_builder_partials),
        cmocka_unit_test(test_tile_paths),
    };
    return dep_crypto_init(false) ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
