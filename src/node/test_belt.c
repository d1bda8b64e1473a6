/*
 * Each thing that is put is worked on once and taken after that, in order, whatever threads there
 * are; and nothing is taken behind the one that stopped.
 */
#include "node/belt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct thing {
    size_t number, worked;
    char *held; /* made where it is worked on, kept for the next */
};

struct taking {
    size_t next, stop_at;
};

static _Atomic size_t made;

static void work(void *of)
{
    struct thing *thing = of;
    if (!thing->held) {
        thing->held = dep_alloc(1);
        made++;
    }
    thing->worked++;
}

static int take(void *context, void *of)
{
    struct taking *taking = context;
    struct thing *thing = of;
    assert_int_equal(thing->number, taking->next);
    assert_int_equal(thing->worked, 1);
    if (taking->next == taking->stop_at)
        return DEP_ERR_CHANGED;
    taking->next++;
    return DEP_OK;
}

static void done(void *of)
{
    struct thing *thing = of;
    made -= thing->held != NULL;
    free(thing->held);
}

static const struct dep_belt_kind kind = {sizeof(struct thing), work, take, done};

/* How many were taken; `*out_err`: what stopped it. */
static size_t run(size_t count, size_t len, size_t stop_at, int *out_err)
{
    struct dep_belt *belt = NULL;
    struct taking taking = {0, stop_at};
    assert_int_equal(dep_belt_new(&kind, &taking, &belt), DEP_OK);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < count; i++) {
        struct thing *thing = dep_belt_place(belt);
        thing->number = i;
        thing->worked = 0;
        err = dep_belt_put(belt, len);
    }
    *out_err = err ? err : dep_belt_end(belt);
    dep_belt_free(belt);
    assert_int_equal(made, 0);
    return taking.next;
}

static void test_in_order(void **state)
{
    (void)state;
    static const size_t counts[] = {
        0, 1, DEP_BELT_BLOCK - 1, DEP_BELT_BLOCK, DEP_BELT_BLOCK + 1, 2 * DEP_BELT_BLOCK, 5000};
    for (size_t i = 0; i < DEP_COUNT(counts); i++)
        for (size_t large = 0; large < 2; large++) {
            int err;
            size_t len = large ? DEP_BELT_BLOCK_LEN / 3 : 1;
            assert_int_equal(run(counts[i], len, SIZE_MAX, &err), counts[i]);
            assert_int_equal(err, DEP_OK);
        }
}

static void test_stopped(void **state)
{
    (void)state;
    static const size_t stops[] = {0, 1, DEP_BELT_BLOCK, 4000, 4999};
    for (size_t i = 0; i < DEP_COUNT(stops); i++) {
        int err;
        assert_int_equal(run(5000, 1, stops[i], &err), stops[i]);
        assert_int_equal(err, DEP_ERR_CHANGED);
    }
}

/* Placed and not put: freed all the same. */
static void test_left(void **state)
{
    (void)state;
    struct dep_belt *belt = NULL;
    struct taking taking = {0, SIZE_MAX};
    assert_int_equal(dep_belt_new(&kind, &taking, &belt), DEP_OK);
    struct thing *thing = dep_belt_place(belt);
    work(thing);
    assert_ptr_equal(dep_belt_place(belt), thing);
    dep_belt_free(belt);
    assert_int_equal(made, 0);
    assert_int_equal(taking.next, 0);
    dep_belt_free(NULL);
}

static void test_memory(void **state)
{
    (void)state;
    for (long refused = 0; refused < 3; refused++) {
        struct dep_belt *belt = NULL;
        dep_alloc_fail_at(refused);
        assert_int_equal(dep_belt_new(&kind, NULL, &belt), DEP_ERR_NOMEM);
        dep_alloc_fail_at(-1);
        assert_null(belt);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_in_order),
                                       cmocka_unit_test(test_stopped), cmocka_unit_test(test_left),
                                       cmocka_unit_test(test_memory)};
    return cmocka_run_group_tests_name("belt", tests, NULL, NULL);
}
