/*
 * What a package owes of records linked to it: of each link an account, and no less than the
 * charter says.
 */
#include "package/test_row.h"

static const struct dep_schemas *schemas;

static void content_counted(struct test_world *world)
{
    test_replace(&world->content, "\"about<\"", "\"supersedes<\"");
}
static void owe(struct test_world *world, const char *rel, const char *least)
{
    json_change(world->charter, "/linked", json_pack("[{s:s,s:s}]", "rel", rel, "least", least));
}
static void charter_names(struct test_world *world)
{
    owe(world, "about<", "named");
}
static void charter_includes(struct test_world *world)
{
    owe(world, "authority", "included");
    world->other_named = true;
    world->why_named = "rule";
}
static void charter_includes_backward(struct test_world *world)
{
    owe(world, "item<", "included");
    world->more_of_item = true;
}
static void content_from(struct test_world *world)
{
    struct dep_buf *content = &world->content;
    uint8_t *at = memmem(content->data, content->len, "\"from\":\"", 8);
    at[8] = at[8] == '0' ? '1' : '0';
}

/* The note refers to what isn't here. */
static void unaccounted(struct test_world *world)
{
    struct test_log *log = &world->logs[0];
    size_t at = test_issue(world, log, log->officer, DEP_ROLE_CUSTODIAN, "EX1", "note",
                           test_note("x", test_ref(log, "source", world->correction + 1)));
    log->records[at].listed = true;
}

static void test_linked(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"the good one", NO_FORGERY, NO_EDIT, GOOD},
        {"corrections counted",
         NO_FORGERY,
         {TEST_CONTENT, content_counted},
         "package.linked.least",
         DEP_ALTERED},
        {"counted where the charter has it named",
         NO_FORGERY,
         {TEST_CHARTER, charter_names},
         "package.linked.least",
         DEP_ALTERED},
        {"named where the charter has it included",
         NO_FORGERY,
         {TEST_CHARTER, charter_includes},
         "package.linked.least",
         DEP_ALTERED},
        {"counted where the charter has it included",
         NO_FORGERY,
         {TEST_CHARTER, charter_includes_backward},
         "package.linked.least",
         DEP_ALTERED},
        {"links of a record that isn't here",
         NO_FORGERY,
         {TEST_CONTENT, content_from},
         "package.linked.from",
         DEP_ALTERED},
        {"a link with no account",
         NO_FORGERY,
         {TEST_RECORDS, unaccounted},
         "package.linked",
         DEP_ALTERED},
    };
    run_all(schemas, rows, DEP_COUNT(rows));
}

/* What no charter can change stays, named with its reason; by the same charter and line, but for
 * that. */
static void charter_includes_others(struct test_world *world)
{
    charter_includes(world);
    world->why_named = NULL;
}
static void charter_includes_protected(struct test_world *world)
{
    charter_includes(world);
    world->why_named = "protected";
}

static void charter_includes_erased(struct test_world *world)
{
    charter_includes(world);
    world->why_named = "erased";
}

static void test_may_stay(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"another's, named", NO_FORGERY, {TEST_CHARTER, charter_includes_others}, GOOD},
        {"protected, named", NO_FORGERY, {TEST_CHARTER, charter_includes_protected}, GOOD},
        {"erased, named", NO_FORGERY, {TEST_CHARTER, charter_includes_erased}, GOOD},
    };
    run_all(schemas, rows, DEP_COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_linked),
                                       cmocka_unit_test(test_may_stay)};
    if (dep_crypto_init(false) || !(schemas = dep_schemas_builtin()))
        return 1;
    int failed = cmocka_run_group_tests_name("linked", tests, NULL, NULL);
    return failed;
}
