/*
 * Subset proofs: the tiles named are enough, none too many, and hold each leaf to a root that was
 * made the naive way; then each tile is dropped, altered and exchanged in turn.
 */
#include "base/test_slow.h"
#include "log/subset.h"
#include "log/test_naive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TILES_MAX = 600, LEAVES_MAX = 131400 };

static struct dep_hash *leaves;

/* ---- the naive way ---- */

/* c2sp.org/tlog-tiles: hash i of tile n at level l is the root of its 256^l leaves. */
static void naive_tile(const struct dep_tile_id *tile, struct dep_hash *out)
{
    uint64_t span = UINT64_C(1) << (8 * tile->level);
    for (uint64_t i = 0; i < tile->width; i++) {
        uint64_t from = (tile->index * DEP_TILE_WIDTH + i) * span;
        naive_root(leaves, from, from + span, &out[i]);
    }
}

/* ---- the tiles of one package ---- */

struct package {
    struct dep_tile_id ids[TILES_MAX];
    struct dep_hash (*hashes)[DEP_TILE_WIDTH];
    size_t count;
    size_t asked[TILES_MAX];
    size_t absent; /* place of a tile that isn't there */
};

static int add_tile(void *context, const struct dep_tile_id *tile)
{
    struct package *package = context;
    assert_true(package->count < TILES_MAX && tile->width > 0);
    for (size_t i = 0; i < package->count; i++)
        assert_false(package->ids[i].level == tile->level && package->ids[i].index == tile->index);
    package->ids[package->count] = *tile;
    naive_tile(tile, package->hashes[package->count++]);
    return DEP_OK;
}

static int give_tile(void *context, const struct dep_tile_id *tile, uint8_t *out)
{
    struct package *package = context;
    for (size_t i = 0; i < package->count; i++) {
        const struct dep_tile_id *id = &package->ids[i];
        if (i == package->absent || id->level != tile->level || id->index != tile->index)
            continue;
        assert_int_equal(id->width, tile->width);
        memcpy(out, package->hashes[i], id->width * sizeof(struct dep_hash));
        package->asked[i]++;
        return DEP_OK;
    }
    return DEP_FOUND;
}

static void make(struct package *package, const uint64_t *indices, size_t count, uint64_t size)
{
    *package = (struct package){.absent = SIZE_MAX};
    package->hashes = calloc(TILES_MAX, sizeof *package->hashes);
    assert_non_null(package->hashes);
    assert_int_equal(dep_subset_tiles(indices, count, size, add_tile, package), DEP_OK);
}

/* All indices in turn; the first finding, or "". */
static const char *verify(struct package *package, const uint64_t *indices, size_t count,
                          uint64_t size, const struct dep_hash *root)
{
    struct dep_subset *subset = NULL;
    struct dep_finding why = {"", "", 0};
    int err = dep_subset_new(size, root, give_tile, package, &subset, &why);
    for (size_t i = 0; !err && i < count; i++)
        err = dep_subset_check(subset, indices[i], &leaves[indices[i]], &why);
    if (!err)
        assert_int_equal(dep_subset_tiles_read(subset), package->count);
    assert_true(err == DEP_OK || err == DEP_FOUND);
    dep_subset_free(subset);
    return why.id;
}

static uint64_t draw(uint64_t below)
{
    uint64_t value;
    dep_random(&value, sizeof value);
    return value % below;
}

/* `count` at most, ascending. */
static size_t draw_indices(uint64_t *out, size_t count, uint64_t size)
{
    size_t have = 0;
    uint64_t at = 0;
    for (size_t i = 0; i < count && at < size; i++) {
        at += draw((size - at) / (count - i) + 1);
        if (at < size)
            out[have++] = at++;
    }
    return have;
}

static void test_enough_and_none_too_many(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {1,   2,     255,   256,   257,   511,    512,
                                     513, 65535, 65536, 65537, 70000, 131072, 131329};
    static const size_t counts[] = {0, 1, 2, 17, 400};
    for (size_t i = 0; i < DEP_COUNT(sizes); i += (size_t)test_steps(5, 11)) {
        struct dep_hash root;
        naive_root(leaves, 0, sizes[i], &root);
        for (size_t j = 0; j < DEP_COUNT(counts); j++) {
            uint64_t indices[400];
            size_t count = draw_indices(indices, counts[j], sizes[i]);
            struct package package;
            make(&package, indices, count, sizes[i]);
            assert_string_equal(verify(&package, indices, count, sizes[i], &root), "");
            for (size_t k = 0; k < package.count; k++)
                assert_int_equal(package.asked[k], 1);
            free(package.hashes);
        }
    }
}

/* RFC-like example of the standard: a tree of 70,000 has a partial tile at each level. */
static void test_names(void **state)
{
    (void)state;
    static const uint64_t indices[] = {5, 255, 256, 69999};
    static const char *const names[] = {"tile/0/000", "tile/0/001",      "tile/0/273.p/112",
                                        "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"};
    struct package package;
    make(&package, indices, DEP_COUNT(indices), 70000);
    assert_int_equal(package.count, DEP_COUNT(names));
    for (size_t i = 0; i < package.count; i++) {
        char path[DEP_TILE_PATH_MAX];
        dep_tile_path(&package.ids[i], path);
        assert_string_equal(path, names[i]);
    }
    free(package.hashes);
    /* 256 leaves: the full tile only where one of its leaves is proved. */
    make(&package, NULL, 0, 256);
    assert_int_equal(package.count, 1);
    assert_true(package.ids[0].level == 1 && package.ids[0].width == 1);
    free(package.hashes);
    make(&package, indices, 1, 256);
    assert_int_equal(package.count, 2);
    free(package.hashes);
    make(&package, NULL, 0, 0);
    assert_int_equal(package.count, 0);
    free(package.hashes);
}

static void test_forged(void **state)
{
    (void)state;
    enum { SIZE = 70000 };
    static const uint64_t indices[] = {0, 300, 301, 65535, 65536, 69998};
    struct dep_hash root, other;
    struct package package;
    naive_root(leaves, 0, SIZE, &root);
    naive_root(leaves, 0, SIZE - 1, &other);
    make(&package, indices, DEP_COUNT(indices), SIZE);
    assert_string_equal(verify(&package, indices, DEP_COUNT(indices), SIZE, &root), "");
    assert_string_equal(verify(&package, indices, DEP_COUNT(indices), SIZE, &other), "subset.root");
    for (size_t i = 0; i < package.count; i++) {
        package.absent = i;
        assert_string_equal(verify(&package, indices, DEP_COUNT(indices), SIZE, &root),
                            "subset.tile.missing");
        package.absent = SIZE_MAX;
        bool edge = package.ids[i].width < DEP_TILE_WIDTH;
        for (unsigned at = 0; at < package.ids[i].width; at += 16) {
            package.hashes[i][at].bytes[at % DEP_HASH_LEN] ^= 1;
            assert_string_equal(verify(&package, indices, DEP_COUNT(indices), SIZE, &root),
                                edge ? "subset.root" : "subset.tile");
            package.hashes[i][at].bytes[at % DEP_HASH_LEN] ^= 1;
        }
    }
    free(package.hashes);
}

static void test_leaves(void **state)
{
    (void)state;
    enum { SIZE = 1000 };
    static const uint64_t indices[] = {3, 4, 999};
    struct dep_hash root;
    struct package package;
    struct dep_subset *subset = NULL;
    struct dep_finding why;
    naive_root(leaves, 0, SIZE, &root);
    make(&package, indices, DEP_COUNT(indices), SIZE);
    assert_int_equal(dep_subset_new(SIZE, &root, give_tile, &package, &subset, &why), DEP_OK);
    static const struct {
        uint64_t index, leaf;
        const char *id;
    } rows[] = {
        {3, 3, ""},
        {4, 3, "subset.leaf"},             /* the neighbour's record */
        {4, 4, "subset.order"},            /* it was asked for */
        {300, 300, "subset.tile.missing"}, /* not among those the tiles are for */
        {999, 999, ""},
        {999, 999, "subset.order"},
        {1000, 999, "subset.index"},
        {UINT64_MAX, 999, "subset.index"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        why.id = "";
        int err = dep_subset_check(subset, rows[i].index, &leaves[rows[i].leaf], &why);
        assert_int_equal(err, *rows[i].id ? DEP_FOUND : DEP_OK);
        assert_string_equal(why.id, rows[i].id);
    }
    dep_subset_free(subset);

    /* The empty tree, and no memory. */
    naive_root(leaves, 0, 0, &root);
    assert_int_equal(dep_subset_new(0, &root, give_tile, &package, &subset, &why), DEP_OK);
    assert_int_equal(dep_subset_check(subset, 0, &leaves[0], &why), DEP_FOUND);
    dep_subset_free(subset);
    subset = NULL;
    dep_alloc_fail_at(0);
    assert_int_equal(dep_subset_new(0, &root, give_tile, &package, &subset, &why), DEP_ERR_NOMEM);
    dep_alloc_fail_at(-1);
    assert_null(subset);
    free(package.hashes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enough_and_none_too_many),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_leaves),
    };
    leaves = calloc(LEAVES_MAX, sizeof *leaves);
    if (!leaves || dep_crypto_init(false))
        return 1;
    for (uint64_t i = 0; i < LEAVES_MAX; i++)
        dep_sha256(dep_slice_of(&i, sizeof i), &leaves[i]);
    int failed = cmocka_run_group_tests_name("subset", tests, NULL, NULL);
    free(leaves);
    return failed;
}
