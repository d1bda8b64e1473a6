#include "record/test_support.h"

#define LABELS "\"labels\":{\"en\":\"E\",\"fr\":\"F\",\"ar\":\"A\"}"
#define META(v)                                                                                    \
    "\"metadata\":{\"v\":" v "," LABELS ",\"readers\":[\"legal\"],\"signers\":[\"desk\"]}"
#define FIELD(extra) "{\"type\":\"string\",\"metadata\":{" LABELS extra "}}"

static struct dep_schema_file file_of(const char *name, const char *text)
{
    return (struct dep_schema_file){name, dep_slice_string(text)};
}

/* One file alone, good or with its finding. */
static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *finding;
    } rows[] = {
        {"a.jtd.json", "{" META("1") ",\"properties\":{\"f\":" FIELD("") "}}", NULL},
        {"a@3.jtd.json", "{" META("3") ",\"properties\":{}}", NULL},
        {"a@3.jtd.json", "{" META("2") ",\"properties\":{}}", "schema.version"},
        {"a@0.jtd.json", "{" META("0") ",\"properties\":{}}", "schema.name"},
        {"a.json", "{" META("1") ",\"properties\":{}}", "schema.name"},
        {"a b.jtd.json", "{" META("1") ",\"properties\":{}}", "schema.name"},
        {"a.jtd.json", "{" META("0") ",\"properties\":{}}", "schema.version"},
        {"a.jtd.json", "{" META("\"1\"") ",\"properties\":{}}", "schema.version"},
        {"a.jtd.json", "{\"properties\":{}}", "schema.version"},
        {"a.jtd.json", "{" META("1") ",\"values\":{}}", "schema.form"},
        {"a.jtd.json", "{" META("1") ",\"properties\":{},\"additionalProperties\":true}",
         "schema.form"},
        {"a.jtd.json", "{" META("1") ",\"properties\":{\"f\":{\"ref\":\"none\"}}}",
         "jtd.schema.ref"},
        {"a.jtd.json", "{" META("1") ",\"properties\":{\"f\":{\"type\":\"string\"}}}",
         "schema.labels"},
        {"a.jtd.json", "{" META("1") ",\"properties\":{\"jti\":" FIELD("") "}}",
         "schema.field.name"},
        {"a.jtd.json", "{" META("1") ",\"properties\":{\"_sd\":" FIELD("") "}}",
         "schema.field.name"},
        {"a.jtd.json", "{" META("1") ",\"properties\":{\"f\":" FIELD(",\"format\":\"x\"") "}}",
         "schema.format"},
        {"a.jtd.json", "{" META("1") ",\"properties\":{\"f\":" FIELD(",\"unknown_ok\":true") "}}",
         "schema.field"},
        {"a.jtd.json",
         "{" META("1") ",\"optionalProperties\":{\"f\":" FIELD(",\"unknown_ok\":true") "}}",
         "schema.unknown"},
        {"a.jtd.json", "{" META("1") ",\"optionalProperties\":{\"unknown\":" FIELD("") "}}",
         "schema.unknown"},
        {"a.jtd.json",
         "{\"metadata\":{\"v\":1," LABELS ",\"readers\":[\"administrator\"],\"signers\":[]},"
         "\"properties\":{}}",
         "schema.roles"},
        {"a.jtd.json",
         "{\"metadata\":{\"v\":1," LABELS ",\"readers\":[],\"signers\":[\"king\"]},"
         "\"properties\":{}}",
         "schema.roles"},
        {"a.jtd.json", "{" META("1") ",\"properties\":{}", "json.syntax"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_schema_file file = file_of(rows[i].name, rows[i].text);
        struct dep_schemas *schemas = NULL;
        struct dep_finding why = {"", "", 9};
        int err = dep_schemas_parse(&file, 1, &schemas, &why);
        if (!rows[i].finding) {
            assert_int_equal(err, DEP_OK);
            dep_schemas_free(schemas);
            continue;
        }
        if (err != DEP_FOUND || strcmp(why.id, rows[i].finding) != 0)
            print_message("row %zu\n", i);
        assert_found(err, &why, rows[i].finding);
        assert_int_equal(why.offset, 0);
        assert_null(schemas);
    }
}

static void test_versions(void **state)
{
    (void)state;
    const struct dep_schema_file files[] = {
        file_of("b.jtd.json", "{" META("1") ",\"properties\":{}}"),
        file_of("a@1.jtd.json",
                "{" META("1") ",\"properties\":{\"old\":{\"ref\":\"d\",\"metadata\":{" LABELS
                              "}}}}"),
        file_of("a.jtd.json",
                "{" META("2") ",\"properties\":{\"new\":" FIELD(",\"open\":true") "}}"),
        file_of("_definitions.json", "{\"d\":{\"type\":\"string\"}}"),
        file_of("_other.json", "not read"),
    };
    struct dep_schemas *schemas = NULL;
    assert_int_equal(dep_schemas_parse(files, DEP_COUNT(files), &schemas, NULL), DEP_OK);
    assert_int_equal(dep_schemas_count(schemas), 3);
    const struct dep_schema *newest = dep_schemas_find(schemas, "a", 0);
    assert_int_equal(newest->version, 2);
    assert_true(newest->fields[0].open && newest->fields[0].searchable);
    assert_ptr_equal(dep_schemas_find(schemas, "a", 2), newest);
    assert_string_equal(dep_schemas_find(schemas, "a", 1)->fields[0].name, "old");
    assert_null(dep_schemas_find(schemas, "a", 3));
    assert_null(dep_schemas_find(schemas, "c", 0));
    assert_string_equal(dep_schema_label(newest, "new", "fr"), "F");
    assert_string_equal(dep_schema_label(newest, "new", "de"), "E");
    assert_string_equal(dep_schema_label(newest, NULL, "ar"), "A");
    assert_string_equal(dep_schema_label(newest, "iss", "ar"), "iss");
    assert_null(dep_schema_help(newest, "new", "en"));
    dep_schemas_free(schemas);

    struct dep_schema_file twice[] = {files[0], files[0]};
    struct dep_finding why = {"", "", 0};
    schemas = NULL;
    assert_found(dep_schemas_parse(twice, 2, &schemas, &why), &why, "schema.version");
}

/* The program's own: all of them good, the key records there. */
static void test_built_in(void **state)
{
    (void)state;
    struct dep_schemas *schemas = NULL;
    struct dep_finding why = {"", "", 0};
    int err = dep_schemas_new(&schemas, &why);
    if (err)
        print_message("schema file %zu: %s (%s)\n", why.offset, why.id, why.clause);
    assert_int_equal(err, DEP_OK);
    assert_non_null(dep_schemas_find(schemas, "key.enrolled", 1));
    assert_non_null(dep_schemas_find(schemas, "key.revoked", 1));
    const struct dep_schema *note = dep_schemas_find(schemas, "note", 0);
    assert_non_null(note);
    assert_true(note->signers & DEP_ROLE_CUSTODIAN);
    print_message("%zu schemas\n", dep_schemas_count(schemas));
    for (size_t i = 0; i < dep_schemas_count(schemas); i++) {
        const struct dep_schema *schema = dep_schemas_at(schemas, i);
        assert_true(schema->signers != 0);
        /* Who protects something says who may read it. */
        assert_true(dep_schema_protected_count(schema) == 0 || schema->readers != 0);
    }
    dep_schemas_free(schemas);
}

/* Members behind references, elements and values; values of enums; nothing where there is nothing. */
static void test_inside(void **state)
{
    (void)state;
    static const char choices[] =
        ",\"choices\":{\"x\":{\"en\":\"ex\",\"fr\":\"iks\",\"ar\":\"A\"}}";
    char text[1024];
    (void)snprintf(
        text, sizeof text,
        "{" META("1") ",\"properties\":{\"l\":{\"elements\":{\"ref\":\"d\"},\"metadata\":{" LABELS
                      "}},\"m\":{\"values\":{\"ref\":\"d\"},\"metadata\":{" LABELS "}},"
                      "\"e\":{\"enum\":[\"x\"],\"metadata\":{" LABELS "%s}}}}",
        choices);
    const struct dep_schema_file files[] = {
        file_of("a.jtd.json", text),
        file_of("_definitions.json", "{\"d\":{\"properties\":{\"in\":" FIELD(
                                         "") "},\"optionalProperties\":{\"out\":" FIELD("") "}}}"),
    };
    struct dep_schemas *schemas = NULL;
    assert_int_equal(dep_schemas_parse(files, DEP_COUNT(files), &schemas, NULL), DEP_OK);
    const struct dep_schema *schema = dep_schemas_find(schemas, "a", 0);
    static const char *const through[] = {"l", "m"};
    for (size_t i = 0; i < DEP_COUNT(through); i++) {
        const json_t *field = dep_schema_member(schema, schema->jtd, through[i]);
        const json_t *one = dep_schema_member(schema, field, NULL);
        assert_string_equal(dep_form_label(dep_schema_member(schema, one, "in"), "fr"), "F");
        assert_string_equal(dep_form_label(dep_schema_member(schema, one, "out"), "de"), "E");
        assert_null(dep_schema_member(schema, one, "no"));
    }
    const json_t *e = dep_schema_member(schema, schema->jtd, "e");
    assert_string_equal(dep_form_choice(e, "x", "fr"), "iks");
    assert_string_equal(dep_form_choice(e, "x", "de"), "ex");
    assert_null(dep_form_choice(e, "y", "fr"));
    assert_null(dep_schema_member(schema, e, NULL));
    assert_null(dep_form_choice(NULL, "x", "en"));
    dep_schemas_free(schemas);
}

static void test_roles(void **state)
{
    (void)state;
    for (unsigned role = 1; role <= DEP_ROLE_REGISTRAR; role <<= 1)
        assert_int_equal(dep_role_parse(dep_slice_string(dep_role_name(role))), role);
    assert_int_equal(dep_role_parse(DEP_SLICE_LITERAL("")), 0);
    assert_int_equal(dep_role_parse(DEP_SLICE_LITERAL("Legal")), 0);
}

/* Each allocation failing in turn leaves nothing behind (leaks show under the sanitizer). */
static void test_out_of_memory(void **state)
{
    (void)state;
    const struct dep_schema_file files[] = {
        file_of("a.jtd.json", "{" META("1") ",\"properties\":{\"f\":" FIELD("") "}}"),
    };
    long failed = 0;
    for (int err = DEP_ERR_NOMEM; err != DEP_OK; failed++) {
        struct dep_schemas *schemas = NULL;
        dep_alloc_fail_at(failed);
        err = dep_schemas_parse(files, 1, &schemas, NULL);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        dep_schemas_free(schemas);
    }
    assert_true(failed > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),  cmocka_unit_test(test_versions),
        cmocka_unit_test(test_built_in), cmocka_unit_test(test_inside),
        cmocka_unit_test(test_roles),    cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
