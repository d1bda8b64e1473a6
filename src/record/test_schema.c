#include "record/schema_files.h"
#include "record/test_support.h"

#define LABELS "\"labels\":{\"en\":\"E\",\"fr\":\"F\",\"ar\":\"A\"}"
#define META(v)                                                                                    \
    "\"metadata\":{\"v\":" v "," LABELS ",\"readers\":[\"legal\"],\"signers\":[\"desk\"]}"
#define SHOWN(roles)                                                                               \
    "\"metadata\":{\"v\":1," LABELS ",\"readers\":[\"legal\"],\"signers\":[\"desk\"],"             \
    "\"shown\":" roles "}"
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
        {"a.jtd.json", "{" SHOWN("[\"approver\"]") ",\"properties\":{}}", NULL},
        {"a.jtd.json", "{" SHOWN("[\"administrator\"]") ",\"properties\":{}}", "schema.roles"},
        {"a.jtd.json", "{" SHOWN("\"approver\"") ",\"properties\":{}}", "schema.roles"},
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

/* Those that types share are checked by themselves, a type's own besides. */
static void test_definitions(void **state)
{
    (void)state;
    static const struct {
        const char *shared, *own, *id;
        size_t file;
    } rows[] = {
        {"{\"d\":{\"ref\":\"e\"},\"e\":{}}", "", "", 0},
        {"{\"d\":{\"type\":\"int64\"}}", "", "jtd.schema.type", 1},
        {"{\"d\":{\"ref\":\"e\"}}", "", "jtd.schema.ref", 1},
        {"{\"d\":{\"ref\":\"e\"}}", ",\"definitions\":{\"e\":{}}", "jtd.schema.ref", 1},
        {"[]", "", "schema.form", 1},
        {"{\"d\":{}}", ",\"definitions\":{\"e\":{\"ref\":\"d\"}}", "", 0},
        {"{\"d\":{}}", ",\"definitions\":{\"e\":{\"type\":\"int64\"}}", "jtd.schema.type", 0},
        {"{\"d\":{}}", ",\"definitions\":{\"d\":{\"type\":\"int64\"}}", "jtd.schema.type", 0},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "{" META("1") ",\"properties\":{\"a\":{\"ref\":\"d\",\"metadata\":{" LABELS
                                     "}}}%s}",
                       rows[i].own);
        const struct dep_schema_file files[] = {file_of("a.jtd.json", text),
                                                file_of("_definitions.json", rows[i].shared)};
        struct dep_schemas *schemas = NULL;
        struct dep_finding why = {"", "", 0};
        int err = dep_schemas_parse(files, DEP_COUNT(files), &schemas, &why);
        if (err != (*rows[i].id ? DEP_FOUND : DEP_OK) || strcmp(why.id, rows[i].id) != 0 ||
            why.offset != rows[i].file)
            fail_msg("row %zu: %s in file %zu", i, why.id, why.offset);
        if (!err)
            dep_schemas_free(schemas);
    }
}

/* The program's own: all of them good, the key records there. */
static void test_built_in(void **state)
{
    (void)state;
    struct dep_schemas *schemas = NULL;
    struct dep_finding why = {"", "", 0};
    int err = dep_schemas_parse(dep_schema_files, dep_schema_file_count, &schemas, &why);
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
        /* An administrator is shown nothing but what everybody is, and who reads is shown. */
        assert_false(schema->shown & DEP_ROLE_ADMINISTRATOR);
        assert_int_equal(schema->readers & ~schema->shown, 0);
        /* Who protects something says who may read it. */
        assert_true(dep_schema_protected_count(schema) == 0 || schema->readers != 0);
    }
    dep_schemas_free(schemas);
    assert_non_null(dep_schemas_builtin());
    assert_ptr_equal(dep_schemas_builtin(), dep_schemas_builtin());
}

/* To whom a type shows: readers, and signers unless the type names others. */
static void test_shown(void **state)
{
    (void)state;
    static const struct {
        const char *extra;
        unsigned shown;
        bool is_public, is_local;
    } rows[] = {
        {"", DEP_ROLE_LEGAL | DEP_ROLE_DESK, false, false},
        {",\"shown\":[]", DEP_ROLE_LEGAL, false, false},
        {",\"shown\":[\"approver\",\"auditor\"]",
         DEP_ROLE_LEGAL | DEP_ROLE_APPROVER | DEP_ROLE_AUDITOR, false, false},
        {",\"public\":true", DEP_ROLE_LEGAL | DEP_ROLE_DESK, true, false},
        {",\"local\":true", DEP_ROLE_LEGAL | DEP_ROLE_DESK, false, true},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{\"metadata\":{\"v\":1," LABELS ",\"readers\":[\"legal\"],\"signers\":["
                       "\"desk\",\"administrator\",\"root\"]%s},\"properties\":{}}",
                       rows[i].extra);
        struct dep_schema_file file = file_of("a.jtd.json", text);
        struct dep_schemas *parsed = NULL;
        assert_int_equal(dep_schemas_parse(&file, 1, &parsed, NULL), DEP_OK);
        const struct dep_schema *schema = dep_schemas_at(parsed, 0);
        if (schema->shown != rows[i].shown || schema->is_public != rows[i].is_public ||
            schema->is_local != rows[i].is_local)
            fail_msg("row %zu: %u", i, schema->shown);
        dep_schemas_free(parsed);
    }
}

/* ---- every type: what its records show in clear ---- */

static const char *example_string(const char *format)
{
    static const struct {
        const char *format, *text;
    } rows[] = {
        {"edtf", "2026-11"},
        {"sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"uuid", "0190a2b4-7c1e-7abc-8def-0123456789ab"},
        {"lang", "ar"},
        {"code", "A-1"},
        {"decimal", "12"},
        {"age-recipient", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"},
        {"jwk-thumbprint", "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"},
        {"base64url", "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"},
        {"utc", "2026-11-24T09:15:17Z"},
        {"latitude", "33.31"},
        {"longitude", "44.36"},
    };
    for (size_t i = 0; format && i < DEP_COUNT(rows); i++)
        if (strcmp(rows[i].format, format) == 0)
            return rows[i].text;
    return "words";
}

/* A value of this form: of an enum the one at `pick` (round and round); `full`, with what may be
 * left out. */
static json_t *example(const struct dep_schema *schema, const json_t *given, size_t pick, bool full)
{
    const json_t *form = dep_schema_form(schema, given);
    const json_t *values = dep_json_array(form, "enum");
    const char *type = dep_json_string(form, "type");
    if (values)
        return json_incref(json_array_get(values, pick % json_array_size(values)));
    if (json_object_get(form, "elements") || json_object_get(form, "values")) {
        json_t *inner = example(schema, dep_schema_member(schema, form, NULL), pick, full);
        return json_object_get(form, "elements") ? json_pack("[o]", inner)
                                                 : json_pack("{s:o}", "x", inner);
    }
    if (type && strcmp(type, "boolean") == 0)
        return json_boolean(pick % 2);
    if (type && strcmp(type, "string") != 0 && strcmp(type, "timestamp") != 0)
        return json_integer((json_int_t)pick + 1);
    if (type)
        return json_string(
            example_string(dep_json_string(dep_json_object(form, "metadata"), "format")));
    json_t *out = json_object();
    const char *name;
    json_t *member;
    json_object_foreach(json_object_get(form, "properties"), name, member)
        assert_int_equal(json_object_set_new(out, name, example(schema, member, pick, full)), 0);
    json_object_foreach(full ? json_object_get(form, "optionalProperties") : NULL, name, member)
        assert_int_equal(json_object_set_new(out, name, example(schema, member, pick, full)), 0);
    return out;
}

/* All that is required, and of what may be unknown that it is; or (`full`) everything. */
static json_t *example_claims(const struct dep_schema *schema, size_t pick, bool full)
{
    json_t *claims = example(schema, schema->jtd, pick, full);
    json_t *unknown = json_object();
    (void)json_object_del(claims, "unknown");
    for (size_t i = 0; i < schema->field_count && !full; i++)
        if (schema->fields[i].unknown_ok)
            assert_int_equal(json_object_set_new(unknown, schema->fields[i].name,
                                                 json_pack("{s:s,s:s}", "code", "unknown", "reason",
                                                           "the source is a child")),
                             0);
    if (json_object_size(unknown) > 0)
        assert_int_equal(json_object_set(claims, "unknown", unknown), 0);
    json_decref(unknown);
    return claims;
}

/* A register that is seized, or a log that is served, must not tell that a source, a guardian or a
 * child is behind a record. The word, or NULL. */
static const char *revealed(const char *clear)
{
    static const char *const words[] = {"source", "guardian", "child",  "witness",
                                        "minor",  "victim",   "assent", "pseudonym"};
    for (size_t i = 0; i < DEP_COUNT(words); i++)
        if (strstr(clear, words[i]))
            return words[i];
    return NULL;
}

/* What an issued record shows without its disclosures: the digests and the clock's source left out,
 * which say nothing. */
static char *clear_text(const struct dep_schemas *schemas, const struct dep_schema *schema,
                        const struct dep_issuer *issuer, const json_t *claims)
{
    struct dep_issued issued;
    struct dep_jtd_error where = {"", ""};
    struct dep_finding why = {"", "", 0};
    int err = dep_record_issue(schemas, schema->type, claims, NULL, issuer, &issued, &where, &why);
    if (err)
        print_message("%s: %s at %s\n", schema->type, why.id, where.instance_path);
    assert_int_equal(err, DEP_OK);
    struct dep_jwt jwt;
    assert_int_equal(dep_jwt_parse(dep_buf_slice(&issued.jwt), DEP_RECORD_TYP, &jwt, NULL), DEP_OK);
    size_t count = dep_schema_protected_count(schema);
    assert_int_equal(json_array_size(json_object_get(jwt.payload, "_sd")), count);
    assert_int_equal(json_object_del(jwt.payload, "_sd"), count ? 0 : -1);
    assert_int_equal(json_object_del(jwt.payload, "clock"), 0);
    char *text = json_dumps(jwt.payload, JSON_COMPACT);
    assert_non_null(text);
    dep_jwt_done(&jwt);
    dep_issued_done(&issued);
    return text;
}

/* Each newest type of these, what is required and everything, each value of each enum: how many
 * show a word. */
static size_t count_revealing(const struct dep_schemas *schemas)
{
    enum { PICKS = 16 }; /* no enum has more values */
    struct dep_signing_key *key = key_new();
    struct dep_issuer issuer = {.member = "fr",
                                .code = "A-1",
                                .key = key,
                                .now_ms = INT64_C(1764000000000),
                                .clock_source = "ntp",
                                .uncertainty_s = 1,
                                .random = counter_random};
    size_t revealing = 0;
    for (size_t i = 0; i < dep_schemas_count(schemas); i++) {
        const struct dep_schema *schema = dep_schemas_at(schemas, i);
        if (schema != dep_schemas_find(schemas, schema->type, 0))
            continue; /* superseded: none are issued any more */
        issuer.role = (enum dep_role)(schema->signers & -schema->signers);
        const char *word = NULL;
        for (size_t pick = 0; pick < 2 * (size_t)PICKS && !word; pick++) {
            DEP_AUTO_JSON *claims = example_claims(schema, pick / 2, pick % 2);
            DEP_AUTO_FREE char *clear = clear_text(schemas, schema, &issuer, claims);
            word = revealed(clear);
            if (word)
                print_message("%s shows \"%s\" in clear: %s\n", schema->type, word, clear);
        }
        revealing += word != NULL;
    }
    dep_signing_key_free(key);
    return revealing;
}

static void test_clear(void **state)
{
    (void)state;
    const struct dep_schemas *schemas = dep_schemas_builtin();
    assert_non_null(schemas);
    assert_true(dep_schemas_count(schemas) >= 48);
    assert_int_equal(count_revealing(schemas), 0);
}

/* The check above fails where it should. */
static void test_clear_fails(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        size_t revealing;
    } rows[] = {
        {"\"f\":{\"enum\":[\"a\",\"b\"],\"metadata\":{" LABELS ",\"open\":true}}", 0},
        {"\"f\":{\"enum\":[\"a\",\"guardian\"],\"metadata\":{" LABELS "}}", 0},
        {"\"f\":{\"enum\":[\"a\",\"guardian\"],\"metadata\":{" LABELS ",\"open\":true}}", 1},
        {"\"child_age_band\":{\"type\":\"uint8\",\"metadata\":{" LABELS "}}", 0},
        {"\"child_age_band\":{\"type\":\"uint8\",\"metadata\":{" LABELS ",\"open\":true}}", 1},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "{" META("1") ",\"optionalProperties\":{%s}}",
                       rows[i].field);
        struct dep_schema_file file = file_of("a.jtd.json", text);
        struct dep_schemas *schemas = NULL;
        assert_int_equal(dep_schemas_parse(&file, 1, &schemas, NULL), DEP_OK);
        if (count_revealing(schemas) != rows[i].revealing)
            fail_msg("row %zu", i);
        dep_schemas_free(schemas);
    }
}

/* A version that was superseded is still read, by its own schema. */
static void test_superseded(void **state)
{
    (void)state;
    const struct dep_schemas *schemas = dep_schemas_builtin();
    assert_non_null(schemas);
    assert_int_equal(dep_schemas_find(schemas, "charter.adopted", 0)->version, 2);
    struct dep_signing_key *key = key_new();
    static const struct {
        const char *v, *finding;
    } rows[] = {{"1", NULL}, {"2", "record.field"}, {"3", "record.type"}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char payload[1024];
        (void)snprintf(
            payload, sizeof payload,
            "{\"iss\":\"fr\",\"jti\":\"0190a2b4-7c1e-7abc-8def-0123456789ab\",\"iat\":1764000000,"
            "\"clock\":{\"source\":\"ntp\",\"uncertainty_s\":1},\"type\":\"charter.adopted\","
            "\"v\":%s,\"by\":{\"role\":\"root\",\"code\":\"root\"},\"charter_sha256\":\"%s\","
            "\"_sd\":[\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\"],\"_sd_alg\":\"sha-256\"}",
            rows[i].v, example_string("sha256"));
        DEP_AUTO_FREE char *text =
            jwt_text("{\"alg\":\"EdDSA\",\"kid\":\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\","
                     "\"typ\":\"" DEP_RECORD_TYP "\"}",
                     payload, key);
        DEP_AUTO_RECORD record;
        struct dep_finding why = {"", "", 0};
        DEP_AUTO_JSON *claims = NULL;
        assert_int_equal(dep_record_parse(dep_slice_string(text), &record, &why), DEP_OK);
        int err =
            dep_record_claims(schemas, &record, dep_slice_of(NULL, 0), false, &claims, NULL, &why);
        if (rows[i].finding)
            assert_found(err, &why, rows[i].finding);
        else
            assert_int_equal(err, DEP_OK);
    }
    dep_signing_key_free(key);
}

/* Members behind references, elements and values; values of enums; nothing where there is
 * nothing. */
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
    if (dep_crypto_init(false))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_versions),
        cmocka_unit_test(test_definitions), cmocka_unit_test(test_built_in),
        cmocka_unit_test(test_shown),       cmocka_unit_test(test_inside),
        cmocka_unit_test(test_roles),       cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_clear),       cmocka_unit_test(test_clear_fails),
        cmocka_unit_test(test_superseded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
