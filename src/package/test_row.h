/*
 * A row of a table of tests: the good package edited or forged, and what is found of it.
 */
#ifndef DEP_PACKAGE_TEST_ROW_H
#define DEP_PACKAGE_TEST_ROW_H
#include "base/test_slow.h"
#include "package/test_support.h"

static inline struct test_record *record_of(struct test_world *world, size_t place)
{
    return &world->logs[0].records[place];
}
static inline void leave_out(struct test_world *world, size_t place)
{
    record_of(world, place)->in = record_of(world, place)->listed = false;
}

struct row {
    const char *name;
    struct test_forgery forgery;
    struct test_edit edit;
    const char *id;         /* NULL: nothing is found */
    enum dep_result result; /* of the package */
};

static inline bool run(const struct dep_schemas *schemas, const struct row *row)
{
    struct test_world *world = test_world_make(schemas, row->edit.make ? &row->edit : NULL,
                                               row->forgery.type ? &row->forgery : NULL);
    struct dep_verify *verify = NULL;
    assert_int_equal(test_verify(world, &verify), DEP_OK);
    bool good = dep_verify_result(verify) == row->result &&
                (row->id ? test_found(verify, row->id) : dep_verify_found_count(verify) == 0) &&
                world->forged == (row->forgery.type != NULL);
    if (!good) {
        print_message("%s: expected %s\n", row->name, row->id ? row->id : "nothing");
        test_print_found(verify);
    }
    dep_verify_free(verify);
    test_world_free(world);
    return good;
}

static inline void run_all(const struct dep_schemas *schemas, const struct row *rows, size_t count)
{
    size_t failed = 0;
    for (size_t i = 0; i < count; i += (size_t)test_steps(4, 9))
        failed += !run(schemas, &rows[i]);
    assert_int_equal(failed, 0);
}

#define GOOD NULL, DEP_INTACT
#define NO_FORGERY                                                                                 \
    {                                                                                              \
        NULL, NULL, NULL, false                                                                    \
    }
#define NO_EDIT                                                                                    \
    {                                                                                              \
        TEST_CHARTER, NULL                                                                         \
    }
#endif
