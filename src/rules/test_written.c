/*
 * A verdict as a record holds it: what is written gives the digest that was judged, and each edit
 * of it another one or none.
 */
#include "rules/test_judge_support.h"
#include "rules/written.h"

struct fixture {
    struct world world;
    struct dep_verdict verdict;
    json_t *json;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    world_init(&fixture->world, world_rules, world_threat);
    assert_int_equal(world_judge(&fixture->world, 0, &fixture->verdict), DEP_OK);
    assert_int_equal(fixture->verdict.outcome, DEP_YES);
    fixture->json =
        dep_verdict_write(fixture->world.charter, &fixture->verdict, &fixture->world.at);
    assert_non_null(fixture->json);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    json_decref(fixture->json);
    dep_verdict_done(&fixture->verdict);
    world_done(&fixture->world);
    free(fixture);
    return 0;
}

static json_t *json_of(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    return value;
}

/* Put `value` at `name` of the whole, or of requirement `at`; NULL takes away. */
static json_t *edited(const json_t *json, int at, const char *name, const char *value)
{
    json_t *copy = json_deep_copy(json);
    json_t *in = at < 0 ? copy : json_array_get(json_object_get(copy, "requirements"), (size_t)at);
    assert_non_null(in);
    assert_int_equal(
        value ? json_object_set_new(in, name, json_of(value)) : json_object_del(in, name), 0);
    return copy;
}

static void test_round_trip(void **state)
{
    const struct fixture *fixture = *state;
    DEP_AUTO_WRITTEN written = {.requirements = NULL};
    struct dep_finding why = {"", "", 0};
    struct dep_hash digest;
    assert_int_equal(dep_verdict_read(fixture->json, &written, &why), DEP_OK);
    assert_int_equal(written.requirement_count, fixture->verdict.requirement_count);
    assert_string_equal(written.origin, "fr.example/log");
    assert_int_equal(written.size, SIZE);
    assert_true(written.now_s == T && written.uncertainty_s == UNCERTAIN);
    assert_true(written.review_by_s == INT64_MAX && !written.no_rule);
    size_t with_status = 0;
    for (size_t i = 0; i < written.requirement_count; i++) {
        const struct dep_requirement *judged = &fixture->verdict.requirements[i];
        const struct dep_written_requirement *line = &written.requirements[i];
        assert_int_equal(line->need, judged->need);
        assert_int_equal(line->has_record, judged->by != NULL);
        assert_int_equal(line->has_status, judged->by && judged->by_status);
        with_status += line->has_status;
    }
    assert_true(with_status > 0); /* else the digest would be the same without them */
    dep_written_digest(&written, &fixture->world.action.digest, &digest);
    assert_true(dep_hash_equal(&digest, &written.digest));
    struct dep_hash other = fixture->world.action.digest;
    other.bytes[31] ^= 1;
    dep_written_digest(&written, &other, &digest);
    assert_false(dep_hash_equal(&digest, &written.digest));
}

static void test_other_digest(void **state)
{
    const struct fixture *fixture = *state;
    static const char hex[] =
        "\"0000000000000000000000000000000000000000000000000000000000000001\"";
    static const struct {
        int at;
        const char *name, *value;
        bool same; /* what the digest doesn't cover */
    } rows[] = {
        {0, "rule", "\"another\"", true},
        {0, "who", "\"nobody\"", true},
        {-1, "review_by", "\"2027-01-15T12:00:00Z\"", true},
        {-1, "outcome", "\"refer_to_court\"", false},
        {-1, "charter", hex, false},
        {-1, "origin", "\"iq.example/log\"", false},
        {-1, "size", "\"101\"", false},
        {-1, "root", hex, false},
        {-1, "now", "\"2027-01-15T12:00:01Z\"", false},
        {-1, "uncertainty_s", "6", false},
        {-1, "no_rule", "\"rule.none\"", false},
        {-1, "requirements", "[]", false},
        {0, "need", "\"basis\"", false},
        {0, "material", "1", false},
        {0, "material", NULL, false},
        {0, "met", "\"waived\"", false},
        {0, "record", hex, false},
        {0, "record", NULL, false},
        {0, "code", "\"SY\"", false},
        {2, "code", NULL, false},
        {2, "status", hex, false},
        {2, "status", NULL, false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_JSON *json = edited(fixture->json, rows[i].at, rows[i].name, rows[i].value);
        DEP_AUTO_WRITTEN written = {.requirements = NULL};
        struct dep_finding why = {"", "", 0};
        struct dep_hash digest;
        assert_int_equal(dep_verdict_read(json, &written, &why), DEP_OK);
        dep_written_digest(&written, &fixture->world.action.digest, &digest);
        if (dep_hash_equal(&digest, &fixture->verdict.digest) != rows[i].same)
            fail_msg("row %zu: %s", i, rows[i].name);
    }
}

static void test_form(void **state)
{
    const struct fixture *fixture = *state;
    static const struct {
        int at;
        const char *name, *value;
    } rows[] = {
        {-1, "outcome", "\"perhaps\""},
        {-1, "outcome", NULL},
        {-1, "digest", "\"00\""},
        {-1, "charter", NULL},
        {-1, "origin", NULL},
        {-1, "size", "100"},
        {-1, "size", "\"-1\""},
        {-1, "root", "null"},
        {-1, "now", "\"soon\""},
        {-1, "now", "\"2027-01-15T13:00:00+01:00\""},
        {-1, "uncertainty_s", "-1"},
        {-1, "uncertainty_s", NULL},
        {-1, "requirements", NULL},
        {-1, "requirements", "{}"},
        {-1, "review_by", "1"},
        {0, "need", "\"luck\""},
        {0, "need", NULL},
        {0, "met", "\"nearly\""},
        {0, "rule", NULL},
        {0, "material", "-1"},
        {0, "material", "4096"},
        {0, "material", "\"0\""},
        {0, "record", "\"\""},
        {2, "status", "1"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_JSON *json = edited(fixture->json, rows[i].at, rows[i].name, rows[i].value);
        struct dep_written written = {.size = 7}, untouched = written;
        struct dep_finding why = {"", "", 0};
        if (dep_verdict_read(json, &written, &why) != DEP_FOUND)
            fail_msg("row %zu: %s", i, rows[i].name);
        assert_string_equal(why.id, "verdict.form");
        assert_int_equal(why.offset, rows[i].at < 0 ? 0 : rows[i].at);
        assert_memory_equal(&written, &untouched, sizeof written);
    }
}

static void test_without_memory(void **state)
{
    const struct fixture *fixture = *state;
    struct dep_written written = {.size = 7}, untouched = written;
    struct dep_finding why = {"", "", 0};
    dep_alloc_fail_at(0);
    int err = dep_verdict_read(fixture->json, &written, &why);
    dep_alloc_fail_at(-1);
    assert_int_equal(err, DEP_ERR_NOMEM);
    assert_memory_equal(&written, &untouched, sizeof written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_digest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_form, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_memory, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
