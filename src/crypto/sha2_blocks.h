/*
 * Blocks of SHA-256 and SHA-512 on a machine that has vectors and no instructions for SHA-2: what
 * the browser's WebAssembly is. Half as fast again as one block after the other (decision 027).
 *
 * Layer:   crypto. Only alone.c calls it; start, padding and end are the library's.
 */
#ifndef DEP_CRYPTO_SHA2_BLOCKS_H
#define DEP_CRYPTO_SHA2_BLOCKS_H
#include <stddef.h>
#include <stdint.h>

/* Blocks are taken in groups of 256 bytes: four of SHA-256, two of SHA-512. Below this many groups
 * the library is as fast: those before the first round and behind the last one are prepared in
 * vain. */
enum { DEP_SHA2_GROUP_LEN = 256, DEP_SHA2_GROUPS_MIN = 4 };

/* `state` (host order, as FIPS 180-4 names its words) goes on over `groups` (at least one) at
 * `data`. */
void dep_sha256_blocks(uint32_t state[8], const uint8_t *data, size_t groups);
void dep_sha512_blocks(uint64_t state[8], const uint8_t *data, size_t groups);

/* Two SHA-256 at once, each over `groups` (at least one) of 128 bytes: two blocks of either. */
enum { DEP_SHA256_TWO_LEN = DEP_SHA2_GROUP_LEN / 2 };
void dep_sha256_two_blocks(uint32_t state[8], const uint8_t *data, uint32_t other_state[8],
                           const uint8_t *other, size_t groups);
#endif
