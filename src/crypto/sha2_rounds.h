/*
 * The blocks of SHA-256 or of SHA-512, which differ in their words: included by sha256_blocks.c and
 * by sha512_blocks.c, once each, and by nothing else. They say before:
 *
 *   WORD, ROUNDS, K        the type of a word; how many rounds, and their constants
 *   BIG_SIGMA_0, _1        FIPS 180-4, 4.1.2 and 4.1.3: what each turns right by;
 *   SMALL_SIGMA_0, _1      the last of these is a shift
 *   BIG_ENDIAN_WORDS       the order of a vector's bytes that makes words of them
 *
 * A round needs what the round before gave, but the words that rounds take need the message alone:
 * so those of several blocks are made at once, one block in each lane of a vector. And they are
 * made between the rounds of the blocks before them, since a processor has other units for vectors.
 *
 * Layer:   crypto.
 */
#include "crypto/sha2_blocks.h"
#include "crypto/sha2_k.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are loaded as this has them");
enum { LANES = 16 / sizeof(WORD), BLOCK_LEN = 16 * sizeof(WORD), TURN = 8 * sizeof(WORD) };
/* While a block takes its first 64 rounds, so many words are made for each 16 of them. */
enum { MADE_IN_16 = (ROUNDS - 16) / LANES / 4 };
_Static_assert(LANES *BLOCK_LEN == DEP_SHA2_GROUP_LEN && MADE_IN_16 * LANES * 4 == ROUNDS - 16,
               "a group's rounds make the next one's words");

typedef WORD vector __attribute__((vector_size(16)));
typedef uint8_t vector_bytes __attribute__((vector_size(16)));
#define INLINE static inline __attribute__((always_inline))

/* FIPS 180-4, 6.2.2 and 6.4.2, step 1, of a group: word t of each of its blocks, and that with
 * K. */
union several {
    vector all;
    WORD lanes[LANES];
};
struct schedule {
    vector words[ROUNDS];
    union several with_k[ROUNDS];
};

INLINE WORD big_sigma(WORD x, int a, int b, int c)
{
    return (x >> a | x << (TURN - a)) ^ (x >> b | x << (TURN - b)) ^ (x >> c | x << (TURN - c));
}

INLINE vector small_sigma(vector x, int a, int b, int shift)
{
    return (x >> a | x << (TURN - a)) ^ (x >> b | x << (TURN - b)) ^ x >> shift;
}

/* The message's own words: one half of the lanes takes the blocks at `data`, the other those at
 * `other`. */
INLINE void begin(struct schedule *of, const uint8_t *data, const uint8_t *other)
{
    enum { HALF = LANES / 2 };
    for (int t = 0; t < 16; t++) {
        vector loaded;
#pragma GCC unroll 4
        for (int lane = 0; lane < LANES; lane++) {
            const uint8_t *block = (lane < HALF ? data : other) + lane % HALF * BLOCK_LEN;
            WORD one;
            memcpy(&one, block + t * (int)sizeof one, sizeof one);
            loaded[lane] = one;
        }
        vector_bytes bytes = (vector_bytes)loaded;
        of->words[t] = (vector)__builtin_shufflevector(bytes, bytes, BIG_ENDIAN_WORDS);
        of->with_k[t].all = of->words[t] + K[t];
    }
}

INLINE void make_word(struct schedule *of, int t)
{
    const vector *words = of->words;
    of->words[t] = small_sigma(words[t - 2], SMALL_SIGMA_1) + words[t - 7] +
                   small_sigma(words[t - 15], SMALL_SIGMA_0) + words[t - 16];
    of->with_k[t].all = of->words[t] + K[t];
}

/* The names a to h go round instead of the values; `s` is in registers, as `t` is a constant. */
INLINE void one_round(WORD s[8], int t, WORD with_k)
{
#define NAMED(letter) s[(64 + (letter) - 'a' - t) % 8]
    NAMED('h') += big_sigma(NAMED('e'), BIG_SIGMA_1) + with_k;
    NAMED('h') += (NAMED('e') & (NAMED('f') ^ NAMED('g'))) ^ NAMED('g');
    NAMED('d') += NAMED('h');
    NAMED('h') += big_sigma(NAMED('a'), BIG_SIGMA_0);
    NAMED('h') += (NAMED('a') & (NAMED('b') | NAMED('c'))) | (NAMED('b') & NAMED('c'));
#undef NAMED
}

/* Sixteen rounds of the block in `lane`, and between them the words of `next` from `made` on. */
INLINE void sixteen_rounds(WORD s[8], const union several with_k[16], int lane,
                           struct schedule *next, int made)
{
#pragma GCC unroll 16
    for (int t = 0; t < 16; t++) {
        one_round(s, t, with_k[t].lanes[lane]);
        if (next && (t + 1) * MADE_IN_16 / 16 > t * MADE_IN_16 / 16)
            make_word(next, made++);
    }
}

INLINE void add_block(WORD state[8], const struct schedule *now, int lane, struct schedule *next)
{
    WORD s[8];
    memcpy(s, state, sizeof s);
    int made = 16 + lane * MADE_IN_16 * 4;
    for (int from = 0; from < 64; from += 16, made += MADE_IN_16)
        sixteen_rounds(s, now->with_k + from, lane, next, made);
    for (int from = 64; from < ROUNDS; from += 16)
        sixteen_rounds(s, now->with_k + from, lane, NULL, 0);
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

INLINE void add_groups(WORD state[8], const uint8_t *data, size_t groups)
{
    struct schedule both[2], *now = &both[0], *next = &both[1];
    begin(now, data, data + DEP_SHA2_GROUP_LEN / 2);
    for (int t = 16; t < ROUNDS; t++)
        make_word(now, t);
    for (; groups; groups--) {
        data += groups > 1 ? DEP_SHA2_GROUP_LEN : 0; /* the last one's again, in vain */
        begin(next, data, data + DEP_SHA2_GROUP_LEN / 2);
        for (int lane = 0; lane < LANES; lane++)
            add_block(state, now, lane, next);
        struct schedule *was = now;
        now = next;
        next = was;
    }
}
