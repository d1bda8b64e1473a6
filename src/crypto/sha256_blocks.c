#include <stdint.h>

#define WORD uint32_t
#define ROUNDS 64
#define K dep_sha256_k
#define BIG_SIGMA_0 2, 13, 22
#define BIG_SIGMA_1 6, 11, 25
#define SMALL_SIGMA_0 7, 18, 3
#define SMALL_SIGMA_1 17, 19, 10
#define BIG_ENDIAN_WORDS 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12
#include "crypto/sha2_rounds.h"

void dep_sha256_blocks(uint32_t state[8], const uint8_t *data, size_t groups)
{
    add_groups(state, data, groups);
}
