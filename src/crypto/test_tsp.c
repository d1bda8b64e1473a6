/*
 * Tokens by an authority made here: a good one, and each other wrong in one respect. (The flow test
 * timestamp.sh has `openssl ts` make and verify them.)
 */
#include "base/test_slow.h"
#include "crypto/tsp.h"

#include <openssl/evp.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NOW_S = 1796083200, DAY_S = 86400 };

/* A key and a certificate, by itself or by an issuer. */
struct authority {
    EVP_PKEY *key;
    X509 *certificate;
    uint8_t der[2048];
    size_t der_len;
};

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

/* `usage`: of the key, NULL for a certification authority. Valid `from_day` to `to_day` around
 * now. */
static struct authority *authority_new(const char *name, struct authority *issuer,
                                       const char *usage, long from_day, long to_day)
{
    struct authority *made = calloc(1, sizeof *made);
    assert_non_null(made);
    made->key = EVP_EC_gen("P-256");
    X509 *certificate = made->certificate = X509_new();
    X509 *by = issuer ? issuer->certificate : certificate;
    assert_true(made->key && certificate);
    static long serial;
    assert_int_equal(X509_set_version(certificate, 2), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial), 1);
    X509_NAME *subject = X509_get_subject_name(certificate);
    assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                                (const unsigned char *)name, -1, -1, 0),
                     1);
    assert_int_equal(X509_set_issuer_name(certificate, X509_get_subject_name(by)), 1);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate), NOW_S + from_day * DAY_S));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), NOW_S + to_day * DAY_S));
    assert_int_equal(X509_set_pubkey(certificate, made->key), 1);
    if (usage && *usage)
        add_extension(certificate, by, NID_ext_key_usage, usage);
    if (!usage)
        add_extension(certificate, by, NID_basic_constraints, "critical,CA:TRUE");
    assert_true(X509_sign(certificate, issuer ? issuer->key : made->key, EVP_sha256()) > 0);
    uint8_t *at = made->der;
    made->der_len = (size_t)i2d_X509(certificate, &at);
    assert_true(made->der_len && made->der_len <= sizeof made->der);
    return made;
}

static void authority_free(struct authority *authority)
{
    EVP_PKEY_free(authority->key);
    X509_free(authority->certificate);
    free(authority);
}

static ASN1_INTEGER *next_serial(TS_RESP_CTX *context, void *data)
{
    (void)context, (void)data;
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    (void)ASN1_INTEGER_set(serial, 7);
    return serial;
}

static int now(TS_RESP_CTX *context, void *data, long *seconds, long *micros)
{
    (void)context;
    *seconds = NOW_S;
    *micros = *(const long *)data;
    return 1;
}

/* What `by` answers to a request; `accuracy_s` is stated with 500 ms. */
static void respond(struct authority *by, struct dep_slice request, bool with_certificate,
                    long micros, int accuracy_s, struct dep_buf *out)
{
    TS_RESP_CTX *context = TS_RESP_CTX_new();
    BIO *in = BIO_new_mem_buf(request.data, (int)request.len);
    ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4.1", 1);
    assert_true(context && in && policy);
    assert_int_equal(TS_RESP_CTX_set_signer_key(context, by->key), 1);
    assert_int_equal(TS_RESP_CTX_set_def_policy(context, policy), 1);
    assert_int_equal(TS_RESP_CTX_add_md(context, EVP_sha256()), 1);
    assert_int_equal(TS_RESP_CTX_add_md(context, EVP_sha512()), 1);
    /* The certificate is named by SHA-1 (RFC 3161) and by SHA-256 (RFC 5816) in turn. */
    static int turn;
    assert_int_equal(
        TS_RESP_CTX_set_ess_cert_id_digest(context, turn++ % 2 ? EVP_sha256() : EVP_sha1()), 1);
    assert_int_equal(TS_RESP_CTX_set_signer_digest(context, EVP_sha256()), 1);
    assert_int_equal(TS_RESP_CTX_set_clock_precision_digits(context, 6), 1);
    if (accuracy_s >= 0)
        assert_int_equal(TS_RESP_CTX_set_accuracy(context, accuracy_s, 500, 0), 1);
    TS_RESP_CTX_set_serial_cb(context, next_serial, NULL);
    TS_RESP_CTX_set_time_cb(context, now, &micros);
    /* OpenSSL wants the right use of its own certificates: it is given none of the wrong ones. */
    bool usable = TS_RESP_CTX_set_signer_cert(context, by->certificate) == 1;
    assert_true(usable);
    TS_RESP *response = TS_RESP_create_response(context, in);
    assert_non_null(response);
    if (!with_certificate && TS_RESP_get_token(response)) {
        sk_X509_pop_free(TS_RESP_get_token(response)->d.sign->cert, X509_free);
        TS_RESP_get_token(response)->d.sign->cert = NULL;
    }
    uint8_t *der = NULL;
    int len = i2d_TS_RESP(response, &der);
    assert_true(len > 0);
    dep_buf_init(out, DEP_TSP_LEN_MAX);
    dep_buf_add(out, der, (size_t)len);
    OPENSSL_free(der);
    TS_RESP_free(response);
    TS_RESP_CTX_free(context);
    ASN1_OBJECT_free(policy);
    BIO_free(in);
}

static struct dep_hash digest;
static struct dep_buf request;
static struct authority *root, *good, *issued, *stranger, *expired, *early;

static struct dep_slice der_of(const struct authority *authority)
{
    return dep_slice_of(authority->der, authority->der_len);
}

static void test_request(void **state)
{
    (void)state;
    const uint8_t *at = request.data;
    TS_REQ *parsed = d2i_TS_REQ(NULL, &at, (long)request.len);
    assert_non_null(parsed);
    assert_true(at == request.data + request.len);
    assert_int_equal(TS_REQ_get_version(parsed), 1);
    assert_int_equal(TS_REQ_get_cert_req(parsed), 1);
    assert_null(TS_REQ_get_nonce(parsed));
    TS_REQ_free(parsed);
    DEP_AUTO_BUF tight;
    dep_buf_init(&tight, request.len - 1);
    assert_int_equal(dep_tsp_request_encode(&digest, &tight), DEP_ERR_CAP);
}

static void test_verify(void **state)
{
    (void)state;
    static const uint8_t junk_bytes[] = {0x30, 0x03, 0x02, 0x01, 0x00};
    struct dep_slice junk = dep_slice_of(junk_bytes, sizeof junk_bytes);
    const struct {
        struct authority *by, *pinned;
        const char *id; /* NULL: good */
        long micros;
        int accuracy_s;
        int64_t time_s, latest_s;
        bool without_certificate;
    } rows[] = {
        {good, good, NULL, 0, -1, NOW_S, NOW_S, false},
        {good, good, NULL, 1, -1, NOW_S + 1, NOW_S + 1, false},
        {good, good, NULL, 0, 2, NOW_S, NOW_S + 3, false},
        {good, good, NULL, 0, -1, NOW_S, NOW_S, true}, /* the pinned one serves */
        {issued, root, NULL, 0, -1, NOW_S, NOW_S, false},
        {issued, issued, NULL, 0, -1, NOW_S, NOW_S, false},
        {issued, root, "token.authority", 0, -1, 0, 0, true},
        {stranger, good, "token.authority", 0, -1, 0, 0, false},
        {good, root, "token.authority", 0, -1, 0, 0, false},
        {expired, expired, "token.use", 0, -1, 0, 0, false},
        {early, early, "token.use", 0, -1, 0, 0, false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF response;
        respond(rows[i].by, dep_buf_slice(&request), !rows[i].without_certificate, rows[i].micros,
                rows[i].accuracy_s, &response);
        struct dep_slice pinned[] = {junk, der_of(rows[i].pinned)};
        struct dep_tsp_token token = {.time_s = 77};
        struct dep_finding why = {"", "", 0};
        int err = dep_tsp_verify(dep_buf_slice(&response), &digest, pinned, 2, &token, &why);
        if (err != (rows[i].id ? DEP_FOUND : DEP_OK) ||
            strcmp(why.id, rows[i].id ? rows[i].id : "") != 0)
            fail_msg("row %zu: %d %s", i, err, why.id);
        assert_int_equal(token.time_s, err ? 77 : rows[i].time_s);
        if (err)
            continue;
        assert_int_equal(token.latest_s, rows[i].latest_s);
        assert_int_equal(token.authority, 1);
        assert_int_equal(token.expires_s, NOW_S + INT64_C(100) * DAY_S);
    }
}

/* Certificates that OpenSSL itself would not sign with: the usage is changed behind its back. */
static void test_usage(void **state)
{
    (void)state;
    static const char *const usages[] = {"", "timeStamping", "critical,timeStamping,clientAuth",
                                         "critical,clientAuth"};
    for (size_t i = 0; i < DEP_COUNT(usages); i++) {
        DEP_AUTO_BUF response;
        struct authority *bad = authority_new("wrong use", NULL, usages[i], -100, 100);
        struct authority signer = {.key = bad->key, .certificate = good->certificate};
        X509 *own = X509_dup(good->certificate);
        assert_non_null(own);
        /* Signed with the bad one's key and naming its certificate by issuer and number. */
        assert_int_equal(X509_set_pubkey(own, bad->key), 1);
        signer.certificate = own;
        assert_int_equal(X509_set_issuer_name(own, X509_get_issuer_name(bad->certificate)), 1);
        assert_int_equal(X509_set_serialNumber(own, X509_get_serialNumber(bad->certificate)), 1);
        assert_true(X509_sign(own, bad->key, EVP_sha256()) > 0);
        respond(&signer, dep_buf_slice(&request), false, 0, -1, &response);
        struct dep_slice pinned = der_of(bad);
        struct dep_tsp_token token;
        struct dep_finding why = {"", "", 0};
        assert_int_equal(
            dep_tsp_verify(dep_buf_slice(&response), &digest, &pinned, 1, &token, &why), DEP_FOUND);
        assert_string_equal(why.id, "token.use");
        X509_free(own);
        authority_free(bad);
    }
}

/* The certificate that the signature names by its digest is another than the one with the key. */
static void test_other_certificate(void **state)
{
    (void)state;
    DEP_AUTO_BUF response;
    struct authority signer = {.key = good->key, .certificate = X509_dup(good->certificate)};
    assert_non_null(signer.certificate);
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(signer.certificate), NOW_S + DAY_S));
    assert_true(X509_sign(signer.certificate, good->key, EVP_sha256()) > 0);
    respond(&signer, dep_buf_slice(&request), false, 0, -1, &response);
    struct dep_slice pinned = der_of(good);
    struct dep_tsp_token token;
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_tsp_verify(dep_buf_slice(&response), &digest, &pinned, 1, &token, &why),
                     DEP_FOUND);
    assert_string_equal(why.id, "token.signature");
    X509_free(signer.certificate);
}

static void test_altered(void **state)
{
    (void)state;
    DEP_AUTO_BUF response, longer, refused;
    struct dep_slice pinned = der_of(good);
    struct dep_tsp_token token;
    struct dep_finding why = {"", "", 0};
    respond(good, dep_buf_slice(&request), false, 0, -1, &response);
    struct dep_hash other = digest;
    other.bytes[31] ^= 1;
    assert_int_equal(dep_tsp_verify(dep_buf_slice(&response), &other, &pinned, 1, &token, &why),
                     DEP_FOUND);
    assert_string_equal(why.id, "token.digest");
    for (size_t len = 0; len < response.len; len++) {
        assert_int_equal(
            dep_tsp_verify(dep_slice_of(response.data, len), &digest, &pinned, 1, &token, &why),
            DEP_FOUND);
        assert_string_equal(why.id, "token.form");
    }
    dep_buf_init(&longer, DEP_TSP_LEN_MAX);
    dep_buf_add_slice(&longer, dep_buf_slice(&response));
    dep_buf_add_byte(&longer, 0);
    assert_int_equal(dep_tsp_verify(dep_buf_slice(&longer), &digest, &pinned, 1, &token, &why),
                     DEP_FOUND);
    assert_string_equal(why.id, "token.form");
    /* A flipped bit is seen, or stands where nothing is signed and nothing follows from it
     * (versions, parameters, the name of the signature's algorithm, which the key tells): the time
     * is the same then. */
    size_t unseen = 0;
    for (size_t bit = 0; bit < 8 * response.len; bit += (size_t)test_step(13)) {
        response.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        token.time_s = 0;
        int err = dep_tsp_verify(dep_buf_slice(&response), &digest, &pinned, 1, &token, &why);
        response.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_true(err == DEP_FOUND || (err == DEP_OK && token.time_s == NOW_S));
        unseen += err == DEP_OK;
    }
    assert_true(unseen < 128);
    /* A request that the authority doesn't understand. */
    respond(good, DEP_SLICE_LITERAL("no request"), true, 0, -1, &refused);
    assert_int_equal(dep_tsp_verify(dep_buf_slice(&refused), &digest, &pinned, 1, &token, &why),
                     DEP_FOUND);
    assert_string_equal(why.id, "token.refused");
}

static void test_certificate(void **state)
{
    (void)state;
    struct dep_slice der = der_of(good);
    struct dep_tsp_certificate certificate = {.expires_s = 77};
    assert_false(dep_tsp_certificate_parse(dep_slice_sub(der, 0, der.len - 1), &certificate));
    assert_false(dep_tsp_certificate_parse(dep_slice_of(good->der, der.len + 1), &certificate));
    assert_false(dep_tsp_certificate_parse((struct dep_slice){NULL, 0}, &certificate));
    assert_int_equal(certificate.expires_s, 77);
    assert_true(dep_tsp_certificate_parse(der, &certificate));
    assert_string_equal(certificate.name, "CN=good");
    assert_int_equal(certificate.expires_s, NOW_S + INT64_C(100) * DAY_S);
}

static int set_up(void **state)
{
    (void)state;
    if (dep_crypto_init(false))
        return -1;
    dep_sha256(DEP_SLICE_LITERAL("what is stamped"), &digest);
    dep_buf_init(&request, 1024);
    static const char usage[] = "critical,timeStamping";
    root = authority_new("root", NULL, NULL, -1000, 1000);
    good = authority_new("good", NULL, usage, -100, 100);
    issued = authority_new("issued", root, usage, -100, 100);
    stranger = authority_new("good", NULL, usage, -100, 100);
    expired = authority_new("expired", NULL, usage, -100, -1);
    early = authority_new("early", NULL, usage, 1, 100);
    return dep_tsp_request_encode(&digest, &request);
}

static int tear_down(void **state)
{
    (void)state;
    struct authority *all[] = {root, good, issued, stranger, expired, early};
    for (size_t i = 0; i < DEP_COUNT(all); i++)
        authority_free(all[i]);
    dep_buf_done(&request);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request), cmocka_unit_test(test_verify),
        cmocka_unit_test(test_usage),   cmocka_unit_test(test_other_certificate),
        cmocka_unit_test(test_altered), cmocka_unit_test(test_certificate),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
