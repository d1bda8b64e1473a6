#include <stdint.h>

#define WORD uint64_t
#define ROUNDS 80
#define K dep_sha512_k
#define BIG_SIGMA_0 28, 34, 39
#define BIG_SIGMA_1 14, 18, 41
#define SMALL_SIGMA_0 1, 8, 7
#define SMALL_SIGMA_1 19, 61, 6
#define BIG_ENDIAN_WORDS 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8
#include "crypto/sha2_rounds.h"

void dep_sha512_blocks(uint64_t state[8], const uint8_t *data, size_t groups)
{
    add_groups(state, data, groups);
}
