#include "record/test_support.h"

static const char good_header[] = "{\"alg\":\"EdDSA\",\"kid\":\"k\",\"typ\":\"t\"}";

/* RFC 8037 appendix A.3. */
static void test_kid(void **state)
{
    (void)state;
    struct dep_public_key key;
    assert_true(dep_base64_parse_exact(
        DEP_BASE64_URL, DEP_SLICE_LITERAL("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"), key.bytes,
        sizeof key.bytes));
    char kid[DEP_KID_LEN + 1];
    dep_kid(&key, kid);
    assert_string_equal(kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *header, *payload, *finding; /* NULL: good */
    } rows[] = {
        {good_header, "{}", NULL},
        {"{\"alg\":\"Ed25519\",\"typ\":\"t\"}", "{}", NULL},
        {"{\"alg\":\"none\",\"kid\":\"k\",\"typ\":\"t\"}", "{}", "jwt.alg"},
        {"{\"alg\":\"HS256\",\"kid\":\"k\",\"typ\":\"t\"}", "{}", "jwt.alg"},
        {"{\"alg\":1,\"kid\":\"k\",\"typ\":\"t\"}", "{}", "jwt.alg"},
        {"{\"kid\":\"k\",\"typ\":\"t\"}", "{}", "jwt.alg"},
        {"{\"alg\":\"EdDSA\",\"kid\":\"k\",\"typ\":\"u\"}", "{}", "jwt.typ"},
        {"{\"alg\":\"EdDSA\",\"kid\":\"k\"}", "{}", "jwt.typ"},
        {"{\"alg\":\"EdDSA\",\"typ\":\"t\",\"crit\":[\"b64\"]}", "{}", "jwt.crit"},
        {"[]", "{}", "jwt.object"},
        {good_header, "[]", "jwt.object"},
        {good_header, "{\"a\":1,\"a\":1}", "json.duplicate"},
        {"{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\",\"typ\":\"t\"}", "{}", "json.duplicate"},
        {good_header, "{\"a\":1.5}", "json.real"},
        {good_header, "{\"a\":9223372036854775808}", "json.integer"},
        {good_header, "{} {}", "json.syntax"},
        {good_header, "", "jwt.form"},
    };
    struct dep_signing_key *key = key_new();
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char *text = jwt_text(rows[i].header, rows[i].payload, key);
        struct dep_jwt jwt = {.signature = {7}}, before = jwt;
        struct dep_finding why = {"", "", 0};
        int err = dep_jwt_parse(dep_slice_string(text), "t", &jwt, &why);
        if (rows[i].finding) {
            assert_found(err, &why, rows[i].finding);
            assert_memory_equal(&jwt, &before, sizeof jwt);
        } else {
            assert_int_equal(err, DEP_OK);
            assert_int_equal(dep_jwt_verify(&jwt, dep_signing_key_public(key), &why), DEP_OK);
            dep_jwt_done(&jwt);
        }
        free(text);
    }
    dep_signing_key_free(key);
}

/* What is done to the text of a good JWT. */
static void test_text_refused(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after; /* around the good text */
        int swap;                   /* -1, or position whose byte becomes `with` */
        char with;
        const char *finding;
    } rows[] = {
        {"", "", -1, 0, NULL},
        {"", "=", -1, 0, "jwt.signature.form"},
        {"", "AA", -1, 0, "jwt.signature.form"},
        {"", ".", -1, 0, "jwt.signature.form"},
        {"", "~", -1, 0, "jwt.signature.form"},
        {"", "\n", -1, 0, "jwt.signature.form"},
        {".", "", -1, 0, "jwt.form"},
        {" ", "", -1, 0, "jwt.base64"},
        {"", "", 3, '+', "jwt.base64"},
        {"", "", 3, '.', "jwt.signature.form"},
    };
    struct dep_signing_key *key = key_new();
    char *good = jwt_text(good_header, "{\"a\":1}", key);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "%s%s%s", rows[i].before, good, rows[i].after);
        if (rows[i].swap >= 0)
            text[rows[i].swap] = rows[i].with;
        struct dep_jwt jwt = {0};
        struct dep_finding why = {"", "", 0};
        int err = dep_jwt_parse(dep_slice_string(text), "t", &jwt, &why);
        if (rows[i].finding)
            assert_found(err, &why, rows[i].finding);
        else
            assert_int_equal(err, DEP_OK);
        dep_jwt_done(&jwt);
    }
    size_t len = DEP_JWT_LEN_MAX + 1;
    char *huge = calloc(1, len);
    assert_non_null(huge);
    struct dep_jwt jwt = {0};
    struct dep_finding why = {"", "", 0};
    assert_found(dep_jwt_parse(dep_slice_of(huge, len), "t", &jwt, &why), &why, "jwt.len");
    free(huge);
    free(good);
    dep_signing_key_free(key);
}

/* A forger with a key of his own, and one with a good JWT and a pencil. */
static void test_forgery(void **state)
{
    (void)state;
    struct dep_signing_key *key = key_new(), *other = key_new();
    char *good = jwt_text(good_header, "{\"amount\":100}", key);
    char *richer = jwt_text(good_header, "{\"amount\":900}", key);
    char *forged = jwt_text(good_header, "{\"amount\":100}", other);
    /* The payload of one under the signature of the other. */
    char mixed[1024];
    (void)snprintf(mixed, sizeof mixed, "%.*s%s", (int)(strrchr(richer, '.') - richer), richer,
                   strrchr(good, '.'));
    const char *const texts[] = {forged, mixed};
    struct dep_jwt jwt = {0};
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_jwt_parse(dep_slice_string(good), "t", &jwt, &why), DEP_OK);
    assert_int_equal(dep_jwt_verify(&jwt, dep_signing_key_public(key), &why), DEP_OK);
    for (size_t i = 0; i < sizeof jwt.signature * 8; i++) {
        jwt.signature[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_found(dep_jwt_verify(&jwt, dep_signing_key_public(key), &why), &why,
                     "jwt.signature");
        jwt.signature[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    dep_jwt_done(&jwt);
    for (size_t i = 0; i < DEP_COUNT(texts); i++) {
        assert_int_equal(dep_jwt_parse(dep_slice_string(texts[i]), "t", &jwt, &why), DEP_OK);
        assert_found(dep_jwt_verify(&jwt, dep_signing_key_public(key), &why), &why,
                     "jwt.signature");
        dep_jwt_done(&jwt);
    }
    free(good);
    free(richer);
    free(forged);
    dep_signing_key_free(key);
    dep_signing_key_free(other);
}

int main(void)
{
    if (dep_crypto_init(false))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kid),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_text_refused),
        cmocka_unit_test(test_forgery),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
