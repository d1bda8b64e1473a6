#include "record/test_support.h"

/* ["a","b/c"] as "/a/b~1c". */
static void pointer_of(const json_t *tokens, char *out, size_t room)
{
    size_t index, len = 0;
    json_t *token;
    out[0] = 0;
    json_array_foreach(tokens, index, token)
    {
        out[len++] = '/';
        for (const char *at = json_string_value(token); *at; at++) {
            assert_true(len + 3 < room);
            if (*at == '~' || *at == '/') {
                out[len++] = '~';
                out[len++] = *at == '~' ? '0' : '1';
            } else {
                out[len++] = *at;
            }
        }
        out[len] = 0;
    }
}

static bool among(const struct dep_jtd_error *errors, int count, const char *instance,
                  const char *schema)
{
    for (int i = 0; i < count; i++)
        if (strcmp(errors[i].instance_path, instance) == 0 &&
            strcmp(errors[i].schema_path, schema) == 0)
            return true;
    return false;
}

static void validation_case(const char *name, const json_t *test)
{
    const json_t *schema = json_object_get(test, "schema");
    const json_t *expected = json_object_get(test, "errors");
    struct dep_jtd_error errors[32];
    assert_int_equal(dep_jtd_check(schema, NULL, NULL), DEP_OK);
    int count =
        dep_jtd_validate(schema, json_object_get(test, "instance"), errors, DEP_COUNT(errors));
    if (count != (int)json_array_size(expected))
        print_message("%s: %d errors\n", name, count);
    assert_int_equal(count, json_array_size(expected));
    size_t index;
    json_t *error;
    json_array_foreach(expected, index, error)
    {
        char instance[512], path[512];
        pointer_of(json_object_get(error, "instancePath"), instance, sizeof instance);
        pointer_of(json_object_get(error, "schemaPath"), path, sizeof path);
        if (!among(errors, count, instance, path))
            print_message("%s: %s %s not reported\n", name, instance, path);
        assert_true(among(errors, count, instance, path));
    }
}

static void test_vectors_validation(void **state)
{
    (void)state;
    DEP_AUTO_JSON *tests = vector_load("jtd/validation.json");
    if (!tests) {
        print_message("skipped: 1 vector set (jtd/validation)\n");
        skip();
    }
    const char *name;
    json_t *test;
    size_t count = 0;
    json_object_foreach(tests, name, test)
    {
        validation_case(name, test);
        count++;
    }
    print_message("jtd/validation: %zu cases\n", count);
    assert_true(count > 300);
}

static void test_vectors_invalid_schemas(void **state)
{
    (void)state;
    DEP_AUTO_JSON *schemas = vector_load("jtd/invalid_schemas.json");
    if (!schemas) {
        print_message("skipped: 1 vector set (jtd/invalid_schemas)\n");
        skip();
    }
    const char *name;
    json_t *schema;
    size_t count = 0;
    json_object_foreach(schemas, name, schema)
    {
        struct dep_finding why = {"", "", 0};
        int err = dep_jtd_check(schema, NULL, &why);
        if (err != DEP_FOUND)
            print_message("accepted: %s\n", name);
        assert_int_equal(err, DEP_FOUND);
        assert_memory_equal(why.id, "jtd.schema.", 11);
        count++;
    }
    print_message("jtd/invalid_schemas: %zu refused\n", count);
    assert_true(count > 40);
}

/* Which rule refused it: each row breaks one. */
static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *id;
    } rows[] = {
        {"{\"properties\":{\"a\":{\"type\":\"string\"}},\"additionalProperties\":true}", ""},
        {"{\"properties\":{},\"additionalProperties\":1}", "jtd.schema.additional"},
        {"{\"elements\":{\"definitions\":{}}}", "jtd.schema.definitions"},
        {"{\"discriminator\":1,\"mapping\":{}}", "jtd.schema.discriminator"},
        {"{\"enum\":[]}", "jtd.schema.enum"},
        {"{\"enum\":[\"a\",\"a\"]}", "jtd.schema.enum"},
        {"{\"enum\":[1]}", "jtd.schema.enum"},
        {"{\"type\":\"string\",\"enum\":[\"a\"]}", "jtd.schema.form"},
        {"{\"typ\":\"string\"}", "jtd.schema.keyword"},
        {"{\"discriminator\":\"t\",\"mapping\":{\"a\":{\"type\":\"string\"}}}",
         "jtd.schema.mapping"},
        {"{\"discriminator\":\"t\",\"mapping\":{\"a\":{\"properties\":{\"t\":{}}}}}",
         "jtd.schema.mapping"},
        {"{\"metadata\":1}", "jtd.schema.metadata"},
        {"{\"nullable\":1}", "jtd.schema.nullable"},
        {"[]", "jtd.schema.object"},
        {"{\"properties\":[]}", "jtd.schema.object"},
        {"{\"properties\":{\"a\":{}},\"optionalProperties\":{\"a\":{}}}", "jtd.schema.repeated"},
        {"{\"type\":\"int64\"}", "jtd.schema.type"},
        {"{\"ref\":\"a\"}", "jtd.schema.ref"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_finding why = {"", "", 0};
        DEP_AUTO_JSON *schema = json_of(rows[i].schema);
        int err = dep_jtd_check(schema, NULL, &why);
        if (err != (*rows[i].id ? DEP_FOUND : DEP_OK) || strcmp(why.id, rows[i].id) != 0)
            fail_msg("row %zu: %s", i, why.id);
    }
    json_t *deep = json_object();
    for (size_t i = 0; i <= DEP_JTD_DEPTH_MAX; i++)
        deep = json_pack("{s:o}", "elements", deep);
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_jtd_check(deep, NULL, &why), DEP_FOUND);
    assert_string_equal(why.id, "jtd.schema.depth");
    json_decref(deep);
}

static void test_circle_ends(void **state)
{
    (void)state;
    DEP_AUTO_JSON *circle =
        json_of("{\"ref\":\"a\",\"definitions\":{\"a\":{\"ref\":\"b\"},\"b\":{\"ref\":\"a\"}}}");
    assert_int_equal(dep_jtd_check(circle, NULL, NULL), DEP_OK);
    assert_int_equal(dep_jtd_validate(circle, json_null(), NULL, 0), DEP_ERR_CAP);
}

static void test_long_paths_are_cut(void **state)
{
    (void)state;
    char name[2001];
    memset(name, '~', sizeof name - 1);
    name[sizeof name - 1] = 0;
    DEP_AUTO_JSON *value = json_pack("{s:i, s:i}", name, 1, "b", 2);
    DEP_AUTO_JSON *schema = json_of("{\"values\":{\"type\":\"string\"}}");
    struct dep_jtd_error errors[2];
    assert_int_equal(dep_jtd_validate(schema, value, errors, 1), 2);
    assert_true(strlen(errors[0].instance_path) < DEP_JTD_POINTER_MAX);
    assert_int_equal(dep_jtd_validate(schema, value, errors, 2), 2);
    assert_string_equal(errors[1].instance_path, "/b");
    assert_string_equal(errors[1].schema_path, "/values/type");
}

static void test_formats(void **state)
{
    (void)state;
    static const struct {
        const char *format, *text;
        bool good;
    } rows[] = {
        {"sha256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", true},
        {"sha256", "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08", false},
        {"sha256", "9f86", false},
        {"code", "EX-7.b_1", true},
        {"code", "-EX", false},
        {"code", "a b", false},
        {"code", "", false},
        {"decimal", "-12.50", true},
        {"decimal", "0", true},
        {"decimal", "0.0", true},
        {"decimal", "-0.0", false},
        {"decimal", "007", false},
        {"decimal", "1.", false},
        {"decimal", ".5", false},
        {"decimal", "1e3", false},
        {"text", "line\nnext", true},
        {"text", "", false},
        {"text", "bell\a", false},
        {"uuid", "0190a2b4-7c1e-7abc-8def-0123456789ab", true},
        {"uuid", "0190a2b4-7c1e-4abc-8def-0123456789ab", false},
        {"lang", "ar-Arab", true},
        {"lang", "a", false},
        {"edtf", "2026-11", true},
        {"edtf", "2026-13", false},
        {"jwk-thumbprint", "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", true},
        {"jwk-thumbprint", "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4l", false},
        {"utc", "2026-11-24T09:15:17Z", true},
        {"utc", "2026-11-24T09:15:17z", false},
        {"utc", "2026-11-24T09:15:17.0Z", false},
        {"utc", "2026-11-24T12:15:17+03:00", false},
        {"utc", "2026-11-24T09:15:60Z", false},
        {"utc", "1969-12-31T23:59:59Z", false},
        {"utc", "9999-12-31T23:59:59Z", true},
        {"base64url", "YQ", true},
        {"base64url", "YQ==", false},
        {"age-recipient", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj", true},
        {"age-recipient", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwk", false},
        {"no-such-format", "x", false},
    };
    static const struct {
        int number;
        bool good;
    } counts[] = {{1, true}, {7, true}, {0, false}, {-1, false}};
    for (size_t i = 0; i < DEP_COUNT(counts); i++) {
        DEP_AUTO_JSON *number = json_integer(counts[i].number);
        assert_int_equal(dep_format_valid("count", number), counts[i].good);
        assert_true(dep_format_valid("utc", number)); /* of strings only */
    }
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_JSON *text = json_string(rows[i].text);
        if (dep_format_valid(rows[i].format, text) != rows[i].good)
            print_message("%s %s\n", rows[i].format, rows[i].text);
        assert_int_equal(dep_format_valid(rows[i].format, text), rows[i].good);
    }
}

/* What was recorded before there were these formats is read as it stands. */
static void test_degrees(void **state)
{
    (void)state;
    static const struct {
        const char *format, *text;
        bool good;
    } rows[] = {{"latitude", "33.31", true},   {"latitude", "-90", true},
                {"latitude", "90.5", false},   {"latitude", "north", false},
                {"longitude", "90.5", true},   {"longitude", "-180", true},
                {"longitude", "180.5", false}, {"longitude", "44,36", false},
                {"decimal", "180.5", true},    {"decimal", "44,36", false}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_JSON *text = json_string(rows[i].text);
        bool of_old = strcmp(rows[i].format, "decimal") != 0;
        if (dep_format_stated(rows[i].format, text) != rows[i].good)
            fail_msg("%s %s", rows[i].format, rows[i].text);
        assert_int_equal(dep_format_valid(rows[i].format, text), of_old || rows[i].good);
    }
    DEP_AUTO_JSON *number = json_integer(33);
    assert_true(dep_format_stated("latitude", number)); /* of strings only */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors_validation),
        cmocka_unit_test(test_vectors_invalid_schemas),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_circle_ends),
        cmocka_unit_test(test_long_paths_are_cut),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_degrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
