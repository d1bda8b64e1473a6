/*
 * A prepared release comes to its end: by time, under a clock of the test's own.
 */
#include "node/release.h"
#include "node/test_support.h"

#include <time.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };
static int64_t ahead_ms;

static int64_t clock_ahead(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + ahead_ms;
}

static struct dep_node *open_ahead(const char *officer)
{
    struct dep_node_order order = {.dir = dir, .write = true, .officer = officer};
    dep_world_system(&order.world);
    order.world.clock = clock_ahead;
    struct dep_node *node = NULL;
    struct dep_problem problem = {.detail = ""};
    if (dep_node_open(&order, &node, NULL, &problem))
        fail_msg("%s %s", problem.detail, problem.fault.where);
    return node;
}

static bool give(void *context, const struct dep_key_state *officer, unsigned roles)
{
    (void)context;
    (void)officer;
    (void)roles;
    return true;
}

/* Who approves reads what is approved. */
static void enrol_approver(void)
{
    struct dep_done done;
    struct dep_problem problem = {.detail = ""};
    struct dep_node *node = open_as("K");
    assert_int_equal(
        dep_key_enrol(node, "V", DEP_ROLE_APPROVER | DEP_ROLE_LEGAL, true, NULL, &done, &problem),
        DEP_OK);
    dep_node_close(node);
    node = open_as("L");
    int err = dep_key_share(node, "V", give, NULL, &done, &problem);
    if (err)
        fail_msg("%s", problem.finding.id);
    dep_node_close(node);
}

static void test_lapses(void **state)
{
    (void)state;
    static const char prepared[] =
        "{\"action\":\"release\",\"recipient\":\"court\",\"purpose\":\"trial\",\"urgent\":false,"
        "\"materials\":[{\"item\":\"01a20d48-e325-7d90-ac3a-47d22d4fff99\",\"fields\":[],"
        "\"redacted\":false}]}";
    struct dep_done what, done;
    enrol_approver();
    record("L", "release.prepared", prepared, NULL, &what);
    static const struct {
        int64_t ahead_ms;
        const char *finding;
    } rows[] = {{0, NULL},
                {INT64_C(30) * DAY_MS - 60000, NULL},
                {INT64_C(30) * DAY_MS + 60000, "release.lapsed"},
                {INT64_C(300) * DAY_MS, "release.lapsed"},
                {0, NULL}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        ahead_ms = rows[i].ahead_ms;
        struct dep_node *node = open_ahead("V");
        struct dep_problem problem = {.detail = ""};
        uint64_t before = dep_register_count(dep_node_register(node));
        int err = dep_node_release_approve(node, what.jti, true, NULL, &done, &problem);
        if (err < 0)
            fail_msg("row %zu: %s", i, problem.fault.what);
        assert_int_equal(err, rows[i].finding ? DEP_FOUND : DEP_OK);
        if (rows[i].finding) {
            assert_string_equal(problem.finding.id, rows[i].finding);
            struct dep_judgement judgement = {.materials = NULL};
            assert_int_equal(dep_node_release(node, what.jti, NULL, &judgement, &done, &problem),
                             DEP_FOUND);
            assert_string_equal(problem.finding.id, rows[i].finding);
            assert_true(dep_register_count(dep_node_register(node)) == before);
        }
        dep_node_close(node);
    }
}

static const struct CMUnitTest release_tests[] = {cmocka_unit_test(test_lapses)};
RUN_OVER_REGISTER("release", release_tests)
