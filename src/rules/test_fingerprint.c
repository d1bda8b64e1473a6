#include "rules/test_support.h"

enum { GROUPS = 8, GROUP_TEXT = 7, SAMPLES = 64 };

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static struct dep_hash digest_new(void)
{
    struct dep_hash digest;
    counter_random(digest.bytes, sizeof digest.bytes);
    return digest;
}

static void assert_group(const char *text, size_t group)
{
    uint8_t out[DEP_FINGERPRINT_BYTES], before[DEP_FINGERPRINT_BYTES];
    memset(out, 7, sizeof out);
    memset(before, 7, sizeof before);
    struct dep_finding why = {"", "", 0};
    assert_found(dep_fingerprint_parse(dep_slice_string(text), out, &why), &why,
                 "fingerprint.check");
    assert_int_equal(why.offset, group);
    assert_memory_equal(out, before, sizeof out);
}

/* By hand: of a group of zeros its number alone counts, a^6·g. */
static void test_known(void **state)
{
    (void)state;
    char text[DEP_FINGERPRINT_LEN + 1];
    struct dep_hash digest = {{0}};
    dep_fingerprint_encode(&digest, text);
    assert_string_equal(text, "000000 00000J 00000D 00000Z 00000T 000008 00000Q 000005");
}

static void test_round_trip(void **state)
{
    (void)state;
    for (int sample = 0; sample < SAMPLES; sample++) {
        struct dep_hash digest = digest_new();
        char text[DEP_FINGERPRINT_LEN + 1];
        uint8_t read[DEP_FINGERPRINT_BYTES];
        struct dep_finding why;
        dep_fingerprint_encode(&digest, text);
        assert_int_equal(strlen(text), DEP_FINGERPRINT_LEN);
        assert_int_equal(dep_fingerprint_parse(dep_slice_string(text), read, &why), DEP_OK);
        assert_true(dep_fingerprint_matches(read, &digest));
        for (size_t bit = 0; bit < 200; bit++) {
            read[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_false(dep_fingerprint_matches(read, &digest));
            read[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

/* Each character replaced by each other: seen, and in its own group. */
static void test_wrong_character(void **state)
{
    (void)state;
    for (int sample = 0; sample < SAMPLES; sample++) {
        struct dep_hash digest = digest_new();
        char text[DEP_FINGERPRINT_LEN + 1];
        dep_fingerprint_encode(&digest, text);
        for (size_t at = 0; at < DEP_FINGERPRINT_LEN; at++) {
            char kept = text[at];
            for (size_t i = 0; i < 32 && kept != ' '; i++) {
                if (alphabet[i] == kept)
                    continue;
                text[at] = alphabet[i];
                assert_group(text, at / GROUP_TEXT);
            }
            text[at] = kept;
        }
    }
}

/* Every pair of values a place and its neighbour can have, in every group; the last character of a
 * group and the first of the next too. A sum of weights is linear, so other values don't matter. */
static void test_exchanged_neighbours(void **state)
{
    (void)state;
    for (size_t place = 0; place + 1 < 40; place++) {
        for (unsigned pair = 0; pair < 1024; pair++) {
            struct dep_hash digest = {{0}};
            for (size_t bit = 0; bit < 10; bit++)
                if (pair >> (9 - bit) & 1)
                    digest.bytes[(place * 5 + bit) / 8] |=
                        (uint8_t)(0x80u >> (place * 5 + bit) % 8);
            char text[DEP_FINGERPRINT_LEN + 1];
            dep_fingerprint_encode(&digest, text);
            for (size_t at = place / 5 * GROUP_TEXT; at + 1 < DEP_FINGERPRINT_LEN; at++) {
                size_t next = text[at + 1] == ' ' ? at + 2 : at + 1;
                char kept = text[at];
                if (kept == ' ' || kept == text[next])
                    continue;
                text[at] = text[next];
                text[next] = kept;
                assert_group(text, at / GROUP_TEXT);
                text[next] = text[at];
                text[at] = kept;
            }
        }
    }
}

/* Even where both hold the same five characters. */
static void test_exchanged_groups(void **state)
{
    (void)state;
    for (int sample = 0; sample < SAMPLES; sample++) {
        struct dep_hash digest = {{0}};
        if (sample > 0)
            digest = digest_new();
        for (size_t a = 0; a < GROUPS; a++) {
            for (size_t b = a + 1; b < GROUPS; b++) {
                char text[DEP_FINGERPRINT_LEN + 1], first[6];
                dep_fingerprint_encode(&digest, text);
                memcpy(first, text + a * GROUP_TEXT, sizeof first);
                memmove(text + a * GROUP_TEXT, text + b * GROUP_TEXT, sizeof first);
                memcpy(text + b * GROUP_TEXT, first, sizeof first);
                assert_group(text, a);
            }
        }
    }
}

#define SEVEN " 00000J 00000D 00000Z 00000T 000008 00000Q 000005"

static void test_read_aloud(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id; /* NULL: read */
        size_t offset;
    } rows[] = {
        {"000000" SEVEN, NULL, 0},
        {"oOoOo0-00000j-00000d-00000z-00000t-000008-00000q-000005\n", NULL, 0},
        {"00000000000J00000D00000Z00000T00000800000Q000005", NULL, 0},
        {"", "fingerprint.len", GROUPS},
        {"00000" SEVEN, "fingerprint.len", 0},
        {"0000000" SEVEN, "fingerprint.len", 0},
        {"000000 00000J 00000D 0000 Z00000T 000008 00000Q 00005", "fingerprint.len", 3},
        {"0000000000J00000D00000Z00000T00000800000Q000005", "fingerprint.len", GROUPS},
        {"000000" SEVEN "0", "fingerprint.len", 7},
        {"000000" SEVEN " 0", "fingerprint.len", GROUPS},
        {"00000U" SEVEN, "fingerprint.character", 5},
        {"00000_" SEVEN, "fingerprint.character", 5},
        {"\xd9\xa0", "fingerprint.character", 0},
        {"100000" SEVEN, "fingerprint.check", 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        uint8_t out[DEP_FINGERPRINT_BYTES], good[DEP_FINGERPRINT_BYTES] = {0};
        struct dep_finding why = {"", "", 0};
        memset(out, 7, sizeof out);
        int err = dep_fingerprint_parse(dep_slice_string(rows[i].text), out, &why);
        if (rows[i].id) {
            assert_found(err, &why, rows[i].id);
            assert_int_equal(why.offset, rows[i].offset);
            memset(good, 7, sizeof good);
        } else {
            assert_int_equal(err, DEP_OK);
        }
        assert_memory_equal(out, good, sizeof out);
    }
    uint8_t out[DEP_FINGERPRINT_BYTES];
    struct dep_finding why = {"", "", 0};
    assert_found(dep_fingerprint_parse(dep_slice_of("0\0", 2), out, &why), &why,
                 "fingerprint.character");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_wrong_character),
        cmocka_unit_test(test_exchanged_neighbours),
        cmocka_unit_test(test_exchanged_groups),
        cmocka_unit_test(test_read_aloud),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
