/*
 * Two SHA-256 at once. Each round needs what the one before gave, so the processor's own
 * instructions for it spend half their time waiting: with two messages in turn that time is used,
 * and the two cost two thirds of one after the other. A container asks for it: its file's digest
 * and its payload's.
 *
 * libcrypto has nothing of the kind; only the blocks are hashed here, and a processor without these
 * instructions (or valgrind, which has none) takes libcrypto's way.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/crypto.h"
#include "crypto/sha2_k.h"

#include <openssl/sha.h>
#include <string.h>

static SHA256_CTX *context_of(struct dep_sha256_stream *stream)
{
    return (SHA256_CTX *)(void *)stream->state;
}

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1")))
#define WITH_SHA_INLINE __attribute__((target("sha,sse4.1"), always_inline)) inline

static bool has_instructions(void)
{
    enum { FEATURES = 1, MORE_FEATURES = 7 };
    unsigned a, b, c, d;
    if (!__get_cpuid(FEATURES, &a, &b, &c, &d) || !(c & bit_SSE4_1) || !(c & bit_SSSE3))
        return false;
    return __get_cpuid_count(MORE_FEATURES, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

/* Asked once: on a virtual machine the question itself costs as much as some KiB. */
bool dep_sha256_two_is_fast(void)
{
    enum { UNKNOWN, NO, YES };
    static _Atomic int known = UNKNOWN;
    if (known == UNKNOWN)
        known = has_instructions() ? YES : NO;
    return known == YES;
}

/* The state as the instructions take it: words a, b, e, f in one register, c, d, g, h in the
 * other. */
struct lane {
    __m128i abef, cdgh, words[4];
};

static WITH_SHA_INLINE struct lane load(const SHA256_CTX *context)
{
    enum { SWAP_PAIRS = 0xb1, REVERSE = 0x1b, UPPER = 0xf0, HALF = 8 };
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)context->h);
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(context->h + 4));
    low = _mm_shuffle_epi32(low, SWAP_PAIRS);
    high = _mm_shuffle_epi32(high, REVERSE);
    return (struct lane){.abef = _mm_alignr_epi8(low, high, HALF),
                         .cdgh = _mm_blend_epi16(high, low, UPPER)};
}

static WITH_SHA_INLINE void store(struct lane lane, SHA256_CTX *context)
{
    enum { SWAP_PAIRS = 0xb1, REVERSE = 0x1b, UPPER = 0xf0, HALF = 8 };
    __m128i low = _mm_shuffle_epi32(lane.abef, REVERSE);
    __m128i high = _mm_shuffle_epi32(lane.cdgh, SWAP_PAIRS);
    _mm_storeu_si128((__m128i *)(void *)context->h, _mm_blend_epi16(low, high, UPPER));
    _mm_storeu_si128((__m128i *)(void *)(context->h + 4), _mm_alignr_epi8(high, low, HALF));
}

/* Rounds 4*step to 4*step+3. */
static WITH_SHA_INLINE void four_rounds(struct lane *lane, const uint8_t *block, int step)
{
    enum { UPPER_HALF = 0x0e, ONE_WORD = 4 };
    const __m128i bytes_of_words = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i *words = lane->words, *now = &words[step & 3];
    if (step < 4) {
        *now = _mm_loadu_si128((const __m128i *)(const void *)(block + 16 * step));
        *now = _mm_shuffle_epi8(*now, bytes_of_words);
    } else {
        __m128i last = words[(step + 3) & 3],
                sum = _mm_sha256msg1_epu32(*now, words[(step + 1) & 3]);
        sum = _mm_add_epi32(sum, _mm_alignr_epi8(last, words[(step + 2) & 3], ONE_WORD));
        *now = _mm_sha256msg2_epu32(sum, last);
    }
    __m128i with_k = _mm_add_epi32(
        *now, _mm_load_si128((const __m128i *)(const void *)(dep_sha256_k + 4 * step)));
    lane->cdgh = _mm_sha256rnds2_epu32(lane->cdgh, lane->abef, with_k);
    lane->abef =
        _mm_sha256rnds2_epu32(lane->abef, lane->cdgh, _mm_shuffle_epi32(with_k, UPPER_HALF));
}

static WITH_SHA void hash_blocks(SHA256_CTX *a, const uint8_t *a_data, SHA256_CTX *b,
                                 const uint8_t *b_data, size_t blocks)
{
    enum { STEPS = 16 };
    struct lane one = load(a), other = load(b);
    for (; blocks; blocks--, a_data += SHA256_CBLOCK, b_data += SHA256_CBLOCK) {
        struct lane one_was = one, other_was = other;
#pragma GCC unroll 16
        for (int step = 0; step < STEPS; step++) {
            four_rounds(&one, a_data, step);
            four_rounds(&other, b_data, step);
        }
        one.abef = _mm_add_epi32(one.abef, one_was.abef);
        one.cdgh = _mm_add_epi32(one.cdgh, one_was.cdgh);
        other.abef = _mm_add_epi32(other.abef, other_was.abef);
        other.cdgh = _mm_add_epi32(other.cdgh, other_was.cdgh);
    }
    store(one, a);
    store(other, b);
}

#else
bool dep_sha256_two_is_fast(void)
{
    return false;
}

static void hash_blocks(SHA256_CTX *a, const uint8_t *a_data, SHA256_CTX *b, const uint8_t *b_data,
                        size_t blocks)
{
    (void)a, (void)a_data, (void)b, (void)b_data, (void)blocks;
}
#endif

/* What SHA256_Update() keeps: the message's length in bits, in two words. */
static void count(SHA256_CTX *context, size_t len)
{
    uint64_t bits = ((uint64_t)context->Nh << 32 | context->Nl) + ((uint64_t)len << 3);
    context->Nl = (SHA_LONG)bits;
    context->Nh = (SHA_LONG)(bits >> 32);
}

/* So much of `data` that no block is begun; what was taken. */
static size_t end_block(SHA256_CTX *context, const uint8_t *data, size_t len)
{
    size_t take = (SHA256_CBLOCK - context->num) % SHA256_CBLOCK;
    if (take > len)
        take = len;
    if (take)
        (void)SHA256_Update(context, data, take);
    return take;
}

void dep_sha256_add_two(struct dep_sha256_stream *a, const void *a_data,
                        struct dep_sha256_stream *b, const void *b_data, size_t len)
{
    const uint8_t *a_bytes = a_data, *b_bytes = b_data;
    size_t a_done = 0, b_done = 0;
    if (dep_sha256_two_is_fast() && len > SHA256_CBLOCK) {
        a_done = end_block(context_of(a), a_bytes, len);
        b_done = end_block(context_of(b), b_bytes, len);
        size_t least = len - (a_done > b_done ? a_done : b_done);
        size_t blocks = least / SHA256_CBLOCK, done = blocks * SHA256_CBLOCK;
        hash_blocks(context_of(a), a_bytes + a_done, context_of(b), b_bytes + b_done, blocks);
        count(context_of(a), done);
        count(context_of(b), done);
        a_done += done;
        b_done += done;
    }
    if (len > a_done)
        (void)SHA256_Update(context_of(a), a_bytes + a_done, len - a_done);
    if (len > b_done)
        (void)SHA256_Update(context_of(b), b_bytes + b_done, len - b_done);
}
