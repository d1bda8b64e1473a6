/*
 * Packages to one recipient, one after the other: each shows that the log only grew since each of
 * those before.
 */
#include "node/charter.h"
#include "node/pack.h"
#include "node/release.h"
#include "node/test_support.h"
#include "node/verify_bag.h"

enum { PACKAGES = 12 };

static const char ASSURANCE[] =
    "{\"from\":\"court\",\"kinds\":[\"fair_trial\"],\"purposes\":[\"trial\"],\"scope\":{\"kind\":"
    "\"all\"},\"in_force\":{\"from\":\"2020-01-01T00:00:00Z\"},\"side\":{\"state\":\"on_paper\","
    "\"scan_sha256\":\"0000000000000000000000000000000000000000000000000000000000000001\","
    "\"seen_by\":\"L\",\"checked\":{\"text\":\"stamp\",\"lang\":\"en\"}}}";

static void pack_one(const char *record, const char *path, uint64_t *out_size)
{
    struct dep_node *node = open_as("L");
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_JUDGEMENT judgement = {.materials = NULL};
    DEP_AUTO_PACK *pack = NULL;
    const struct dep_pack_order order = {.name = record, .recipient = "court"};
    const struct dep_pack_how how = {.path = path, .agent = "depositary 0"};
    struct dep_packed packed;
    if (dep_node_pack_plan(node, &order, &judgement, &pack, &problem) ||
        dep_node_pack(node, pack, &how, &packed, &problem))
        fail_msg("%s: %s %s %s", path, problem.finding.id, problem.detail, problem.fault.where);
    *out_size = packed.size;
    dep_node_close(node);
}

/* Sizes of the earlier checkpoints that a package proves its log to extend. */
static void check_before(const char *path, const uint64_t *sizes, size_t count)
{
    struct dep_bag_verified *bag = NULL;
    struct dep_problem problem = {.detail = ""};
    struct dep_node *node = open_as("L");
    const struct dep_charter *charter = NULL;
    assert_int_equal(dep_node_charter(node, UINT64_MAX, &charter, &problem), DEP_OK);
    const struct dep_bag_order order = {.dir = path, .pin = dep_charter_digest(charter)->bytes};
    assert_int_equal(dep_node_verify_bag(&order, &bag, &problem), DEP_OK);
    DEP_AUTO_JSON *account = NULL;
    json_t *told = NULL;
    assert_int_equal(dep_verify_account(dep_bag_verified_verify(bag), &told), DEP_OK);
    account = told;
    const json_t *log = json_array_get(dep_json_array(account, "logs"), 0),
                 *before = dep_json_array(log, "before");
    assert_int_equal(json_array_size(before), count);
    for (size_t i = 0; i < count; i++) {
        char size[24];
        (void)snprintf(size, sizeof size, "%llu", (unsigned long long)sizes[i]);
        assert_string_equal(json_string_value(json_array_get(before, i)), size);
    }
    struct dep_verify *verify = dep_bag_verified_verify(bag);
    for (size_t i = 0; i < dep_verify_found_count(verify); i++)
        assert_true(strncmp(dep_verify_found_at(verify, i)->id, "log.", 4) != 0);
    dep_bag_verified_free(bag);
    dep_node_close(node);
}

static void test_before(void **state)
{
    (void)state;
    struct dep_done assurance;
    uint64_t sizes[PACKAGES];
    char path[192];
    record("L", "assurance.given", ASSURANCE, NULL, &assurance);
    for (size_t i = 0; i < PACKAGES; i++) {
        (void)snprintf(path, sizeof path, "%s/package-%zu", top, i);
        pack_one(assurance.jti, path, &sizes[i]);
    }
    check_before(path, sizes, PACKAGES - 1);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_before)};
RUN_OVER_REGISTER("pack", tests)
