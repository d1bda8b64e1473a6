/*
 * Presentations of a real type with 27 protected fields: for any set of fields decided, exactly
 * those are shown and nothing of the others stands in the text; rows of what is refused.
 */
#include "record/test_support.h"

#include "record/presentation.h"

enum { FIELDS_MAX = 64 };

static const struct dep_schemas *schemas;
static struct dep_signing_key *key;
static const struct dep_schema *type;
static struct dep_issued issued, other;
static const char *fields[FIELDS_MAX]; /* the protected ones */
static size_t field_count;

static void issue(struct dep_issued *out)
{
    DEP_AUTO_JSON *claims = json_of("{\"item\":\"0190a2b4-7c1e-7abc-8def-0123456789ab\","
                                    "\"restricted\":false,\"exhibit\":\"X-SECRET-1\",\"files\":3,"
                                    "\"description\":{\"text\":\"red\",\"lang\":\"en\"}}");
    json_t *unknown = json_object();
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].unknown_ok && !json_object_get(claims, type->fields[i].name))
            (void)json_object_set_new(unknown, type->fields[i].name,
                                      json_pack("{s:s, s:s}", "code", "unknown", "reason", "r"));
    assert_int_equal(json_object_set_new(claims, "unknown", unknown), 0);
    struct dep_issuer who = {.member = "mem",
                             .role = DEP_ROLE_CUSTODIAN,
                             .code = "EX1",
                             .key = key,
                             .now_ms = INT64_C(1795512913123),
                             .clock_source = "ntp",
                             .uncertainty_s = 2,
                             .random = counter_random};
    struct dep_finding why = {"", "", 0};
    struct dep_jtd_error where = {.instance_path = ""};
    if (dep_record_issue(schemas, "evidence.collected", claims, NULL, &who, out, &where, &why))
        fail_msg("%s %s", why.id, where.instance_path);
}

static int setup(void **state)
{
    (void)state;
    if (dep_crypto_init(false) || !(schemas = dep_schemas_builtin()))
        return -1;
    key = key_new();
    type = dep_schemas_find(schemas, "evidence.collected", 0);
    for (size_t i = 0; i < type->field_count; i++)
        if (!type->fields[i].open)
            fields[field_count++] = type->fields[i].name;
    issue(&issued);
    issue(&other);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    dep_issued_done(&issued);
    dep_issued_done(&other);
    dep_signing_key_free(key);
    return 0;
}

static size_t chosen(uint64_t mask, const char **out)
{
    size_t count = 0;
    for (size_t i = 0; i < field_count; i++)
        if (mask >> i & 1)
            out[count++] = fields[i];
    return count;
}

static bool stands_in(struct dep_slice part, const struct dep_buf *text)
{
    return memmem(text->data, text->len, part.data, part.len) != NULL;
}

/* Each of the register's disclosures stands in the text if, and only if, its field was decided. */
static void expect_only(const struct dep_buf *text, const char *const *names, size_t count)
{
    size_t there = 0;
    for (struct dep_slice rest = dep_buf_slice(&issued.disclosures); rest.len;) {
        struct dep_slice one = dep_slice_next(&rest, '~');
        DEP_AUTO_JSON *array = NULL;
        bool wanted = false;
        assert_int_equal(dep_sd_disclosure_parse(one, &array, NULL), DEP_OK);
        const char *name = json_string_value(json_array_get(array, 1));
        for (size_t i = 0; i < count; i++)
            wanted |= strcmp(name, names[i]) == 0;
        assert_int_equal(stands_in(one, text), wanted);
        there += wanted;
    }
    assert_int_equal(there, count);
}

static void test_exactly_what_was_decided(void **state)
{
    (void)state;
    assert_in_range(field_count, 20, FIELDS_MAX);
    for (uint64_t round = 0; round < 500; round++) {
        const char *names[FIELDS_MAX];
        uint64_t mask;
        counter_random(&mask, sizeof mask);
        mask = round == 0 ? 0 : round == 1 ? UINT64_MAX : round < 30 ? mask & (mask >> 7) : mask;
        size_t count = chosen(mask, names);
        DEP_AUTO_BUF text;
        struct dep_finding why = {"", "", 0};
        dep_buf_init_secret(&text, DEP_PRESENTATION_LEN_MAX);
        assert_int_equal(dep_presentation_make(schemas, dep_buf_slice(&issued.jwt),
                                               dep_buf_slice(&issued.disclosures), names, count,
                                               &text, &why),
                         DEP_OK);
        expect_only(&text, names, count);

        DEP_AUTO_PRESENTATION read = {.claims = NULL};
        assert_int_equal(dep_presentation_parse(schemas, dep_buf_slice(&text), &read, NULL, &why),
                         DEP_OK);
        assert_int_equal(dep_jwt_verify(&read.record.jwt, dep_signing_key_public(key), &why),
                         DEP_OK);
        assert_int_equal(read.withheld_count, field_count - count);
        assert_true(dep_presentation_shows(&read, names, count));
        size_t at = 0;
        for (size_t i = 0; i < type->field_count; i++) {
            if (type->fields[i].open)
                assert_true(read.shown[i]);
            else
                assert_int_equal(read.shown[i], mask >> at++ & 1);
            if (!read.shown[i])
                assert_null(json_object_get(read.claims, type->fields[i].name));
        }
        if (count > 0) /* one less, one more, another one: not as decided */
            assert_false(dep_presentation_shows(&read, names, count - 1));
        if (count < field_count) {
            const char *more[FIELDS_MAX];
            size_t free_bit = 0;
            while (mask >> free_bit & 1)
                free_bit++;
            (void)chosen(mask, more);
            more[count] = fields[free_bit];
            assert_false(dep_presentation_shows(&read, more, count + 1));
            if (count > 0)
                assert_false(dep_presentation_shows(&read, more + 1, count));
        }
    }
}

static void test_not_made(void **state)
{
    (void)state;
    struct dep_slice jwt = dep_buf_slice(&issued.jwt), all = dep_buf_slice(&issued.disclosures);
    struct dep_slice none = {NULL, 0}, foreign = dep_buf_slice(&other.disclosures);
    struct dep_slice cut = dep_slice_sub(jwt, 0, jwt.len - 1);
    DEP_AUTO_BUF half; /* what is left after the erasure of the first field */
    struct dep_slice rest = all, first = dep_slice_next(&rest, '~');
    (void)first;
    dep_buf_init_secret(&half, DEP_DISCLOSURES_LEN_MAX);
    dep_buf_add_slice(&half, rest);
    DEP_AUTO_JSON *gone = NULL;
    assert_int_equal(dep_sd_disclosure_parse(first, &gone, NULL), DEP_OK);
    const char *erased = json_string_value(json_array_get(gone, 1));
    const struct {
        struct dep_slice jwt, disclosures;
        const char *names[2];
        size_t count;
        const char *id;
    } rows[] = {
        {jwt, all, {"exhibit", "files"}, 2, ""},
        {jwt, none, {NULL}, 0, ""},
        {jwt, all, {"exhibit", "exhibit"}, 2, "presentation.field"},
        {jwt, all, {"exhibit", "nothing"}, 2, "presentation.field"},
        {jwt, all, {"exhibit", "item"}, 2, "presentation.field"}, /* open: not to be decided */
        {jwt, all, {"exhibit", "_sd"}, 2, "presentation.field"},
        /* RFC 9901 section 7.2, for presentation, step 2: each is of this JWT */
        {jwt, none, {"exhibit"}, 1, "presentation.absent"},
        {jwt, foreign, {"exhibit"}, 1, "presentation.absent"}, /* another record's */
        {jwt, dep_buf_slice(&half), {"exhibit"}, strcmp(erased, "exhibit") != 0, ""},
        {jwt, dep_buf_slice(&half), {erased}, 1, "presentation.absent"},
        {jwt, DEP_SLICE_LITERAL("%%%"), {"exhibit"}, 1, "presentation.absent"},
        {cut, all, {"exhibit"}, 1, "jwt.signature"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF out;
        struct dep_finding why = {"", "", 0};
        dep_buf_init_secret(&out, DEP_PRESENTATION_LEN_MAX);
        dep_buf_add_string(&out, "before");
        int err = dep_presentation_make(schemas, rows[i].jwt, rows[i].disclosures, rows[i].names,
                                        rows[i].count, &out, &why);
        if (*rows[i].id == 0) {
            assert_int_equal(err, DEP_OK);
            continue;
        }
        if (err != DEP_FOUND || strncmp(why.id, rows[i].id, strlen(rows[i].id)) != 0)
            fail_msg("row %zu: %d %s", i, err, why.id);
        assert_string_equal((char *)out.data, "before");
    }
}

static void test_not_read(void **state)
{
    (void)state;
    static const char *const names[] = {"exhibit"};
    DEP_AUTO_BUF good, foreign, twice;
    struct dep_finding why = {"", "", 0};
    dep_buf_init_secret(&good, DEP_PRESENTATION_LEN_MAX);
    dep_buf_init_secret(&foreign, DEP_PRESENTATION_LEN_MAX);
    dep_buf_init_secret(&twice, DEP_PRESENTATION_LEN_MAX);
    assert_int_equal(dep_presentation_make(schemas, dep_buf_slice(&issued.jwt),
                                           dep_buf_slice(&issued.disclosures), names, 1, &good,
                                           &why),
                     DEP_OK);
    struct dep_slice text = dep_buf_slice(&good);
    struct dep_slice shown = dep_slice_sub(text, issued.jwt.len, text.len - issued.jwt.len);
    char *long_text = calloc(1, DEP_PRESENTATION_LEN_MAX + 1);
    assert_non_null(long_text);
    dep_buf_add_slice(&foreign, dep_buf_slice(&other.jwt));
    dep_buf_add_slice(&foreign, shown);
    dep_buf_add_slice(&twice, text);
    dep_buf_add_slice(&twice, dep_slice_sub(shown, 1, shown.len - 1));
    const struct {
        struct dep_slice text;
        const char *id;
    } rows[] = {
        {text, ""},
        {dep_slice_sub(text, 0, text.len - 1), "sdjwt.key_binding"}, /* RFC 9901 section 7.3 */
        {dep_buf_slice(&issued.jwt), "sdjwt.form"},
        {dep_buf_slice(&foreign), "sdjwt.disclosure.unreferenced"}, /* exchanged between records */
        {dep_buf_slice(&twice), "sdjwt.disclosure.duplicate"},
        {{NULL, 0}, "sdjwt.form"},
        {dep_slice_of(long_text, DEP_PRESENTATION_LEN_MAX + 1), "presentation.len"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_presentation out;
        memset(&out, 0x5a, sizeof out);
        int err = dep_presentation_parse(schemas, rows[i].text, &out, NULL, &why);
        if (*rows[i].id == 0) {
            assert_int_equal(err, DEP_OK);
            dep_presentation_done(&out);
            continue;
        }
        if (err != DEP_FOUND || strcmp(why.id, rows[i].id) != 0)
            fail_msg("row %zu: %d %s", i, err, why.id);
        for (size_t at = 0; at < sizeof out; at++)
            assert_int_equal(((uint8_t *)&out)[at], 0x5a);
    }
    free(long_text);
}

static void test_memory(void **state)
{
    (void)state;
    static const char *const names[] = {"exhibit", "files"};
    bool through = false;
    for (long n = 0; !through; n++) {
        DEP_AUTO_BUF text;
        struct dep_presentation read = {.claims = NULL};
        dep_buf_init_secret(&text, DEP_PRESENTATION_LEN_MAX);
        dep_alloc_fail_at(n);
        int err = dep_presentation_make(schemas, dep_buf_slice(&issued.jwt),
                                        dep_buf_slice(&issued.disclosures), names, 2, &text, NULL);
        if (!err)
            err = dep_presentation_parse(schemas, dep_buf_slice(&text), &read, NULL, NULL);
        dep_alloc_fail_at(-1);
        dep_presentation_done(&read);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        through = err == DEP_OK;
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exactly_what_was_decided),
        cmocka_unit_test(test_not_made),
        cmocka_unit_test(test_not_read),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests_name("presentation", tests, setup, teardown);
}
