/*
 * Check characters over GF(32) = GF(2)[x] / (x^5 + x^3 + 1), where a = x = 2 has order 31. In what
 * each group must satisfy, a·v1 + a^2·v2 + ... + a^5·v5 + a^6·g + check = 0, all weights (2, 4, 8,
 * 16, 9, 18 of g and 1 of the check) are nonzero and differ: so one wrong character, two exchanged
 * ones and a group in another's place leave a remainder.
 */
#include "rules/charter.h"

#include <string.h>

enum { GROUPS = 8, GROUP_LEN = 5, CHARACTERS = GROUPS * (GROUP_LEN + 1), BITS = 5, MODULUS = 0x29 };

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Horner's rule: ((...(g·a + v5)·a + ...)·a + v1)·a. */
static unsigned check_of(const uint8_t values[GROUP_LEN], unsigned group)
{
    unsigned sum = group;
    for (size_t i = GROUP_LEN + 1; i-- > 0;) {
        sum <<= 1;
        if (sum >> BITS)
            sum ^= MODULUS;
        if (i > 0)
            sum ^= values[i - 1];
    }
    return sum;
}

static unsigned value_at(const uint8_t *bytes, size_t index)
{
    unsigned value = 0;
    for (size_t bit = index * BITS; bit < (index + 1) * BITS; bit++)
        value = value << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1u);
    return value;
}

void dep_fingerprint_encode(const struct dep_hash *digest, char *out)
{
    for (size_t group = 0; group < GROUPS; group++) {
        uint8_t values[GROUP_LEN];
        for (size_t i = 0; i < GROUP_LEN; i++) {
            values[i] = (uint8_t)value_at(digest->bytes, group * GROUP_LEN + i);
            *out++ = alphabet[values[i]];
        }
        *out++ = alphabet[check_of(values, (unsigned)group)];
        *out++ = group + 1 < GROUPS ? ' ' : 0;
    }
}

/* -1 where it is none. */
static int character_value(uint8_t byte)
{
    if (byte >= 'a' && byte <= 'z')
        byte = (uint8_t)(byte - 'a' + 'A');
    if (byte == 'O')
        return 0;
    if (byte == 'I' || byte == 'L')
        return 1;
    const char *found = byte ? strchr(alphabet, byte) : NULL;
    return found ? (int)(found - alphabet) : -1;
}

static bool separates(uint8_t byte)
{
    return byte == ' ' || byte == '-' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* The first group, as blanks part them, that hasn't its length; GROUPS where they aren't parted so.
 */
static size_t short_group(struct dep_slice text)
{
    size_t group = 0, len = 0, wrong = GROUPS;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && !separates(text.data[i])) {
            len++;
            continue;
        }
        if (len > 0) {
            if (len != GROUP_LEN + 1 && wrong == GROUPS)
                wrong = group;
            group++;
        }
        len = 0;
    }
    return group == GROUPS ? wrong : GROUPS;
}

int dep_fingerprint_parse(struct dep_slice text, uint8_t out[DEP_FINGERPRINT_BYTES],
                          struct dep_finding *why)
{
    static const char clause[] = "charter.md 2";
    uint8_t values[CHARACTERS];
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (separates(text.data[i]))
            continue;
        int value = character_value(text.data[i]);
        if (value < 0)
            return dep_found(why, "fingerprint.character", clause, i);
        if (count < CHARACTERS)
            values[count] = (uint8_t)value;
        count++;
    }
    if (count != CHARACTERS)
        return dep_found(why, "fingerprint.len", clause, short_group(text));
    uint8_t bytes[DEP_FINGERPRINT_BYTES] = {0};
    for (size_t group = 0; group < GROUPS; group++) {
        const uint8_t *of_group = values + group * (GROUP_LEN + 1);
        if (check_of(of_group, (unsigned)group) != of_group[GROUP_LEN])
            return dep_found(why, "fingerprint.check", clause, group);
        for (size_t bit = 0; bit < GROUP_LEN * BITS; bit++) {
            size_t at = group * GROUP_LEN * BITS + bit;
            unsigned is_set = of_group[bit / BITS] >> (BITS - 1 - bit % BITS) & 1u;
            bytes[at / 8] |= (uint8_t)(is_set << (7 - at % 8));
        }
    }
    memcpy(out, bytes, sizeof bytes);
    return DEP_OK;
}

bool dep_fingerprint_matches(const uint8_t fingerprint[DEP_FINGERPRINT_BYTES],
                             const struct dep_hash *digest)
{
    return memcmp(fingerprint, digest->bytes, DEP_FINGERPRINT_BYTES) == 0;
}
