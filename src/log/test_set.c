#include "log/set.h"

#include "base/test_slow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 300 };

static void fill(struct dep_hash *digests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t number[8];
        dep_u64_be(number, i);
        dep_sha256(dep_slice_of(number, sizeof number), &digests[i]);
    }
}

static void test_order(void **state)
{
    (void)state;
    struct dep_hash digests[5];
    fill(digests, 4);
    digests[4] = digests[1];
    assert_int_equal(dep_set_order(digests, 5), 4);
    for (size_t i = 1; i < 4; i++)
        assert_true(memcmp(&digests[i - 1], &digests[i], sizeof digests[i]) < 0);
    assert_int_equal(dep_set_order(NULL, 0), 0);
}

/* Of every size each member is proved, by the place and the root that another way gives. */
static void test_proofs(void **state)
{
    (void)state;
    static struct dep_hash digests[MOST], leaves[MOST];
    for (size_t count = 0; count < MOST; count += count < 20 ? 1 : 31 * (size_t)test_step(3)) {
        struct dep_hash root, again, stranger = {{0}};
        DEP_AUTO_SET *set = NULL;
        fill(digests, count);
        assert_int_equal(dep_set_order(digests, count), count);
        for (size_t i = 0; i < count; i++)
            dep_sha256_leaf(&digests[i], &leaves[i]);
        dep_merkle_root(leaves, count, &root);
        dep_set_root(digests, count, &again);
        assert_true(dep_hash_equal(&root, &again));
        assert_int_equal(dep_set_new(digests, count, &set), DEP_OK);
        uint64_t place = UINT64_MAX;
        struct dep_merkle_proof proof = {.count = 99};
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(dep_set_prove(set, &digests[i], &place, &proof), DEP_OK);
            assert_int_equal(place, i);
            assert_true(dep_merkle_verify_inclusion(&leaves[i], i, count, &proof, &root));
            assert_false(dep_merkle_verify_inclusion(&leaves[i], i + 1, count, &proof, &root));
        }
        place = 7;
        proof.count = 99;
        assert_int_equal(dep_set_prove(set, &stranger, &place, &proof), DEP_FOUND);
        assert_true(place == 7 && proof.count == 99);
    }
}

static void test_limits(void **state)
{
    (void)state;
    static struct dep_hash digests[MOST];
    struct dep_set *set = NULL;
    fill(digests, 9);
    (void)dep_set_order(digests, 9);
    assert_int_equal(dep_set_new(digests, DEP_SET_MAX + 1, &set), DEP_ERR_CAP);
    for (long at = 1; !set; at++) {
        dep_alloc_fail_at(at);
        int err = dep_set_new(digests, 9, &set);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_ERR_NOMEM ? set == NULL : err == DEP_OK && at > 5);
    }
    dep_set_free(set);
    dep_set_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_proofs),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
