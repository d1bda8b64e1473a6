/*
 * Digests of files and of a payload that goes through them, in pieces of any length, against the
 * plain ones.
 */
#include "store/digests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LEN = 1500 * 1000, HEAD = 4080 };
static uint8_t bytes[LEN];

static void expect_file(struct dep_digests *digests, struct dep_slice file)
{
    struct dep_hash sha256, expected;
    uint8_t sha512[DEP_SHA512_LEN], expected_512[DEP_SHA512_LEN];
    struct dep_sha512_stream stream;
    dep_digests_file(digests, &sha256, sha512);
    dep_sha256(file, &expected);
    assert_true(dep_hash_equal(&sha256, &expected));
    dep_sha512_start(&stream);
    dep_sha512_add(&stream, file.data, file.len);
    dep_sha512_finish(&stream, expected_512);
    assert_memory_equal(sha512, expected_512, sizeof sha512);
}

/* Two files of which the second goes on where the first one ends; all but a header is payload. */
static void test_pieces(void **state)
{
    (void)state;
    static const size_t pieces[] = {4080, 65536, 128 * 1024, 128 * 1024 + 1, LEN};
    for (size_t i = 0; i < DEP_COUNT(pieces); i++) {
        struct dep_digests *digests = NULL;
        struct dep_hash payload, expected;
        size_t cut = LEN / 3;
        assert_int_equal(dep_digests_new(&digests), DEP_OK);
        dep_digests_add(digests, dep_slice_of(bytes, HEAD), dep_slice_of(NULL, 0));
        for (size_t at = HEAD, len; at < LEN; at += len) {
            size_t end = at < cut ? cut : LEN;
            len = end - at < pieces[i] ? end - at : pieces[i];
            struct dep_slice piece = dep_slice_of(bytes + at, len);
            dep_digests_add(digests, piece, piece);
            if (at + len == cut)
                expect_file(digests, dep_slice_of(bytes, cut));
        }
        expect_file(digests, dep_slice_of(bytes + cut, LEN - cut));
        dep_digests_payload(digests, &payload);
        dep_sha256(dep_slice_of(bytes + HEAD, LEN - HEAD), &expected);
        assert_true(dep_hash_equal(&payload, &expected));
        /* Both begin anew. */
        expect_file(digests, dep_slice_of(NULL, 0));
        dep_digests_add(digests, dep_slice_of(NULL, 0), dep_slice_of(bytes, 10));
        dep_digests_payload(digests, &payload);
        dep_sha256(dep_slice_of(bytes, 10), &expected);
        assert_true(dep_hash_equal(&payload, &expected));
        dep_digests_free(digests);
    }
}

static void test_no_memory(void **state)
{
    (void)state;
    struct dep_digests *digests = NULL;
    dep_alloc_fail_at(0);
    assert_int_equal(dep_digests_new(&digests), DEP_ERR_NOMEM);
    dep_alloc_fail_at(-1);
    assert_null(digests);
    dep_digests_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_no_memory),
    };
    for (size_t i = 0; i < LEN; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    return cmocka_run_group_tests_name("digests", tests, NULL, NULL);
}
