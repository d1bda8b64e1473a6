/*
 * Writes the good package of the verifier's own tests to a folder, for a browser to read.
 *
 * usage: package FOLDER      (made; must not exist yet) prints the charter's fingerprint
 */
#include "package/test_support.h"

static const char *target;

static void test_write(void **state)
{
    (void)state;
    const struct dep_schemas *schemas = dep_schemas_builtin();
    char fingerprint[DEP_FINGERPRINT_LEN + 1];
    assert_non_null(schemas);
    assert_int_equal(mkdir(target, 0777), 0);
    struct test_world *world = test_world_new(schemas, NULL);
    test_keep_package(world, target);
    dep_fingerprint_encode(dep_charter_digest(world->parsed), fingerprint);
    printf("fingerprint %s\n", fingerprint);
    test_world_free(world);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_write)};
    if (argc != 2 || dep_crypto_init(false))
        return 2;
    target = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
