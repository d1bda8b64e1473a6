/*
 * How fast one core audits a log from record hashes, and how long an inclusion proof takes in a log
 * of ten million. Prints one JSON object a line: {"name","value","unit"}.
 */
#include "common.h"
#include "log/tile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 10000000, PROOFS = 1001, LEVELS = 4 };

static struct dep_hash
    *levels[LEVELS]; /* hashes of each tile level, as the builder hands them over */

static int keep_tile(void *context, const struct dep_tile_id *tile, const uint8_t *data, size_t len)
{
    (void)context;
    if (tile->level >= 0 && tile->level < LEVELS)
        memcpy(levels[tile->level] + tile->index * DEP_TILE_WIDTH, data, len);
    return DEP_OK;
}

static int drop_tile(void *context, const struct dep_tile_id *tile, const uint8_t *data, size_t len)
{
    (void)tile, (void)data;
    *(uint64_t *)context += len;
    return DEP_OK;
}

static int read_tile(void *context, const struct dep_tile_id *tile, uint8_t *out)
{
    (void)context;
    memcpy(out, levels[tile->level] + tile->index * DEP_TILE_WIDTH,
           tile->width * sizeof(struct dep_hash));
    return DEP_OK;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int build(dep_tile_write_fn *write, void *context, struct dep_hash *out_root, double *out_s)
{
    struct dep_tile_builder *builder = NULL;
    struct dep_hash entry = {{0}};
    int err = dep_tile_builder_new(write, context, &builder);
    double start = now_s();
    for (uint64_t i = 0; !err && i < SIZE; i++) {
        memcpy(entry.bytes, &i, sizeof i);
        err = dep_tile_builder_add(builder, &entry);
    }
    if (!err)
        err = dep_tile_builder_partials(builder);
    if (!err)
        dep_frontier_root(dep_tile_builder_frontier(builder), out_root);
    *out_s = now_s() - start;
    dep_tile_builder_free(builder);
    return err;
}

int main(void)
{
    static double times[PROOFS];
    struct dep_hash root, again;
    double audit_s, keep_s;
    uint64_t bytes = 0, width = (uint64_t)SIZE + DEP_TILE_WIDTH;
    for (size_t i = 0; i < LEVELS; i++, width = width / DEP_TILE_WIDTH + DEP_TILE_WIDTH)
        if (!(levels[i] = dep_alloc_array(width, sizeof(struct dep_hash))))
            return 1;
    if (dep_crypto_init(false) || build(drop_tile, &bytes, &root, &audit_s) ||
        build(keep_tile, NULL, &again, &keep_s) || !dep_hash_equal(&root, &again))
        return 1;
    (void)printf("{\"name\":\"audit\",\"value\":%.0f,\"unit\":\"entries/s\"}\n", SIZE / audit_s);
    struct dep_tile_source source = {.read = read_tile, .size = SIZE};
    for (size_t i = 0; i < PROOFS; i++) {
        uint64_t index;
        struct dep_merkle_proof proof;
        struct dep_hash entry = {{0}}, leaf;
        dep_random(&index, sizeof index);
        index %= SIZE;
        double start = now_s();
        if (dep_merkle_prove_inclusion(index, SIZE, dep_tile_source_read, &source, &proof))
            return 1;
        times[i] = now_s() - start;
        memcpy(entry.bytes, &index, sizeof index);
        dep_sha256_leaf(&entry, &leaf);
        if (!dep_merkle_verify_inclusion(&leaf, index, SIZE, &proof, &root))
            return 1;
    }
    qsort(times, PROOFS, sizeof *times, compare_doubles);
    (void)printf(
        "{\"name\":\"inclusion proof, log of 10 million\",\"value\":%.1f,\"unit\":\"us\"}\n",
        times[PROOFS / 2] * 1e6);
    (void)printf("{\"name\":\"tiles read a proof\",\"value\":%.1f,\"unit\":\"tiles\"}\n",
                 (double)source.tiles_read / PROOFS);
    for (size_t i = 0; i < LEVELS; i++)
        free(levels[i]);
    return 0;
}
