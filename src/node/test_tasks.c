/*
 * Every task once, whatever threads there are, and all of them done when it returns.
 */
#include "node/tasks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 5000, ROUNDS = 200 };

static unsigned char done[COUNT];

static void once(void *of, size_t index)
{
    unsigned char *marks = of;
    marks[index]++;
}

static void test_each_once(void **state)
{
    (void)state;
    struct dep_tasks *tasks = NULL;
    assert_int_equal(dep_tasks_new(&tasks), DEP_OK);
    for (size_t round = 0; round < ROUNDS; round++) {
        size_t count = round * 37 % COUNT;
        memset(done, 0, sizeof done);
        dep_tasks_run(tasks, once, done, count);
        for (size_t i = 0; i < COUNT; i++)
            if (done[i] != (i < count))
                fail_msg("round %zu: task %zu was done %u times", round, i, done[i]);
    }
    dep_tasks_free(tasks);
    dep_tasks_free(NULL);
}

static void test_memory(void **state)
{
    (void)state;
    struct dep_tasks *tasks = NULL;
    dep_alloc_fail_at(0);
    assert_int_equal(dep_tasks_new(&tasks), DEP_ERR_NOMEM);
    dep_alloc_fail_at(-1);
    assert_null(tasks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_once),
                                       cmocka_unit_test(test_memory)};
    return cmocka_run_group_tests_name("tasks", tests, NULL, NULL);
}
