/*
 * The outline of a record says what the record says: the first row is good, each other differs in
 * one respect.
 */
#include "record/outline.h"
#include "record/test_support.h"

#define UUID "0190a2b4-7c1e-7abc-8def-0123456789ab"
#define OTHER "0190a2b4-7c1e-7abc-8def-0123456789ac"
#define SHA "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define KID "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define HEADER "{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"" DEP_RECORD_TYP "\"}"
#define CLOCK "\"clock\":{\"source\":\"ntp\",\"uncertainty_s\":1},\"v\":1,\"iss\":\"m\""
#define BY "\"by\":{\"role\":\"legal\",\"code\":\"L1\"}"
#define REF(rel, id) "{\"rel\":\"" rel "\",\"id\":\"" id "\",\"sha256\":\"" SHA "\"}"
#define MINIMUM "\"jti\":\"" UUID "\",\"type\":\"a.b\",\"iat\":12," BY
#define SD "\"_sd\":[\"" KID "\"],\"_sd_alg\":\"sha-256\""
#define FULL                                                                                       \
    "{" SD "," MINIMUM ",\"item\":\"" OTHER "\"," CLOCK                                            \
    ",\"refs\":[" REF("about", UUID) "," REF("item", OTHER) "]}"

static void make_jwt(const char *header, const char *payload, struct dep_buf *out)
{
    static const uint8_t signature[64] = {1};
    dep_buf_clear(out);
    dep_base64_encode(DEP_BASE64_URL, dep_slice_string(header), out);
    dep_buf_add_byte(out, '.');
    dep_base64_encode(DEP_BASE64_URL, dep_slice_string(payload), out);
    dep_buf_add_byte(out, '.');
    dep_base64_encode(DEP_BASE64_URL, dep_slice_of(signature, sizeof signature), out);
    assert_int_equal(dep_buf_err(out), DEP_OK);
}

static void same_text(struct dep_slice got, const char *want)
{
    assert_true(dep_slice_equal_string(got, want ? want : ""));
}

/* Whatever is a record has an outline, and it says the same. */
static void compare(struct dep_slice jwt, const struct dep_outline *outline)
{
    DEP_AUTO_RECORD record = {.jti = NULL};
    assert_int_equal(dep_record_parse(jwt, &record, NULL), DEP_OK);
    const json_t *payload = record.jwt.payload;
    same_text(outline->jti, record.jti);
    same_text(outline->type, record.type);
    same_text(outline->kid, record.kid);
    same_text(outline->by_code, record.by_code);
    same_text(outline->item, dep_json_string(payload, "item"));
    assert_int_equal(outline->iat, record.iat);
    assert_int_equal(outline->has_protected, json_object_get(payload, "_sd") != NULL);
    struct dep_slice refs = outline->refs;
    struct dep_outline_ref ref;
    size_t i;
    json_t *stated;
    json_array_foreach(dep_json_array(payload, "refs"), i, stated)
    {
        assert_true(dep_outline_ref_next(&refs, &ref));
        same_text(ref.rel, dep_json_string(stated, "rel"));
        same_text(ref.id, dep_json_string(stated, "id"));
    }
    assert_false(dep_outline_ref_next(&refs, &ref));
}

static void test_same(void **state)
{
    (void)state;
    static const char *const rows[] = {
        FULL,
        "{" MINIMUM "," CLOCK "}",
        " { \"refs\" : [ " REF("about", UUID) " , " REF(
            "previous", UUID) " ] , " MINIMUM " , \"x\" : [ {} , [ ] , \"]}\\\"\" ] , " CLOCK
                              " , \"n\" : null }\n",
        "{" MINIMUM "," CLOCK
        ",\"text\":\"\\\"type\\\":\\\\\",\"deep\":{\"jti\":\"no\",\"refs\":[]}}",
    };
    DEP_AUTO_BUF jwt, bytes;
    dep_buf_init(&jwt, DEP_JWT_LEN_MAX);
    dep_buf_init(&bytes, DEP_JWT_LEN_MAX);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_outline outline;
        make_jwt(HEADER, rows[i], &jwt);
        assert_int_equal(dep_outline_parse(dep_buf_slice(&jwt), &bytes, &outline, NULL), DEP_OK);
        compare(dep_buf_slice(&jwt), &outline);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *header, *payload;
    } rows[] = {
        {HEADER, FULL},
        {"{\"alg\":\"EdDSA\"}", FULL},
        {HEADER, "{\"jti\":\"" UUID "\",\"type\":\"a.b\",\"iat\":12}"},
        {HEADER, "{\"type\":\"a.b\",\"iat\":12," BY "}"},
        {HEADER, "{\"jti\":\"" UUID "\",\"iat\":12," BY "}"},
        {HEADER, "{\"jti\":\"" UUID "\",\"type\":\"a.b\"," BY "}"},
        {HEADER, "{" MINIMUM ",\"type\":\"a.c\"}"},
        {HEADER, "{" MINIMUM ",\"refs\":{}}"},
        {HEADER, "{\"jti\":\"" UUID "\",\"type\":\"a\\u002eb\",\"iat\":12," BY "}"},
        {HEADER, "{\"jti\":\"" UUID "\",\"ty\\u0070e\":\"a.b\",\"iat\":12," BY "}"},
        {HEADER, "{\"jti\":\"" UUID "\",\"type\":\"a.b\",\"iat\":-1," BY "}"},
        {HEADER, "{\"jti\":\"" UUID "\",\"type\":\"a.b\",\"iat\":1.5," BY "}"},
        {HEADER, "{\"jti\":\"" UUID "\",\"type\":1,\"iat\":12," BY "}"},
        {HEADER, "{" MINIMUM},
        {HEADER, "{" MINIMUM ",\"x\":\"\\"},
        {HEADER, "{" MINIMUM ",\"x\":[[}"},
        {HEADER, "[]"},
        {HEADER, ""},
        {"", FULL},
    };
    DEP_AUTO_BUF jwt, bytes;
    dep_buf_init(&jwt, DEP_JWT_LEN_MAX);
    dep_buf_init(&bytes, DEP_JWT_LEN_MAX);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_outline outline, untouched;
        struct dep_finding why = {"", "", 0};
        memset(&outline, 0x5a, sizeof outline);
        untouched = outline;
        make_jwt(rows[i].header, rows[i].payload, &jwt);
        int err = dep_outline_parse(dep_buf_slice(&jwt), &bytes, &outline, &why);
        if (i == 0) {
            assert_int_equal(err, DEP_OK);
            continue;
        }
        if (err != DEP_FOUND)
            print_message("row %zu: %s\n", i, rows[i].payload);
        assert_int_equal(err, DEP_FOUND);
        assert_string_equal(why.id, "record.outline");
        assert_memory_equal(&outline, &untouched, sizeof outline);
    }
    struct dep_outline outline;
    assert_int_equal(dep_outline_parse(dep_slice_string("no record"), &bytes, &outline, NULL),
                     DEP_FOUND);
}

static void test_no_memory(void **state)
{
    (void)state;
    DEP_AUTO_BUF jwt;
    dep_buf_init(&jwt, DEP_JWT_LEN_MAX);
    make_jwt(HEADER, FULL, &jwt);
    int err = DEP_ERR_NOMEM;
    for (long at = 0; err == DEP_ERR_NOMEM; at++) {
        DEP_AUTO_BUF bytes;
        dep_buf_init(&bytes, DEP_JWT_LEN_MAX);
        struct dep_outline outline;
        dep_alloc_fail_at(at);
        err = dep_outline_parse(dep_buf_slice(&jwt), &bytes, &outline, NULL);
        dep_alloc_fail_at(-1);
        assert_true(at < 100);
    }
    assert_int_equal(err, DEP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
