#include <stdbool.h>
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

/*
 * Two messages, one in lane 0 and the other in lane 2, so that the rounds take vectors too.
 * WebAssembly's vectors don't turn; but a word beside itself, shifted as 64 bits, is the word
 * turned in its lower half. What the other lanes have then is of no use and does no harm: nothing
 * goes from one lane to another but this.
 */
typedef uint64_t pairs __attribute__((vector_size(16)));

INLINE vector big_sigma_two(vector x, int a, int b, int c)
{
    pairs twice = (pairs)__builtin_shufflevector(x, x, 0, 0, 2, 2);
    return (vector)(twice >> a ^ twice >> b ^ twice >> c);
}

/* `b_xor_c`: the a_xor_b of the round before, since the names go round. */
INLINE void one_round_two(vector s[8], vector *b_xor_c, int t, vector with_k)
{
#define NAMED(letter) s[(64 + (letter) - 'a' - t) % 8]
    vector a_xor_b = NAMED('a') ^ NAMED('b');
    NAMED('h') += big_sigma_two(NAMED('e'), BIG_SIGMA_1) + with_k;
    NAMED('h') += (NAMED('e') & (NAMED('f') ^ NAMED('g'))) ^ NAMED('g');
    NAMED('d') += NAMED('h');
    NAMED('h') += big_sigma_two(NAMED('a'), BIG_SIGMA_0);
    NAMED('h') += (a_xor_b & *b_xor_c) ^ NAMED('b');
    *b_xor_c = a_xor_b;
#undef NAMED
}

/* The first block of either, or with `second` the second, and meanwhile half the words of
 * `next`. */
INLINE void add_block_two(vector state[8], const struct schedule *now, bool second,
                          struct schedule *next)
{
    enum { MADE = 2 * MADE_IN_16, LANE_BITS = 32 };
    vector s[8], b_xor_c = state[1] ^ state[2];
    memcpy(s, state, sizeof s);
    int made = 16 + (second ? MADE * 4 : 0);
    for (int from = 0; from < ROUNDS; from += 16, made += MADE) {
#pragma GCC unroll 16
        for (int t = 0; t < 16; t++) {
            vector with_k = now->with_k[from + t].all;
            one_round_two(s, &b_xor_c, t, second ? (vector)((pairs)with_k >> LANE_BITS) : with_k);
            if ((t + 1) * MADE / 16 > t * MADE / 16)
                make_word(next, made + t * MADE / 16);
        }
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

void dep_sha256_two_blocks(uint32_t state[8], const uint8_t *data, uint32_t other_state[8],
                           const uint8_t *other, size_t groups)
{
    vector both_states[8];
    for (int i = 0; i < 8; i++)
        both_states[i] = (vector){state[i], 0, other_state[i], 0};
    struct schedule both[2], *now = &both[0], *next = &both[1];
    begin(now, data, other);
    for (int t = 16; t < ROUNDS; t++)
        make_word(now, t);
    for (; groups; groups--) {
        size_t step = groups > 1 ? DEP_SHA256_TWO_LEN : 0; /* as in add_groups() */
        begin(next, data += step, other += step);
        add_block_two(both_states, now, false, next);
        add_block_two(both_states, now, true, next);
        struct schedule *was = now;
        now = next;
        next = was;
    }
    for (int i = 0; i < 8; i++) {
        state[i] = both_states[i][0];
        other_state[i] = both_states[i][2];
    }
}
