/*
 * OpenSSL's TS_* does the work; what is here keeps apart what it would tell as one failure, and
 * judges certificates at the token's time instead of now.
 */
#include "crypto/tsp.h"

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>
#include <string.h>

enum { SECURITY_LEVEL = 1 /* SHA-1 signs no certificate */, DAY_S = 86400 };

static const char CLAUSE[] = "RFC 3161 section 2.4.2";

int dep_tsp_request_encode(const struct dep_hash *digest, struct dep_buf *out)
{
    TS_REQ *request = TS_REQ_new();
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    struct dep_hash copy = *digest;
    uint8_t *der = NULL;
    int len = -1;
    if (request && imprint && algorithm &&
        X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
        TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
        TS_MSG_IMPRINT_set_msg(imprint, copy.bytes, DEP_HASH_LEN) == 1 &&
        TS_REQ_set_version(request, 1) == 1 && TS_REQ_set_msg_imprint(request, imprint) == 1 &&
        TS_REQ_set_cert_req(request, 1) == 1)
        len = i2d_TS_REQ(request, &der);
    if (len > 0)
        dep_buf_add(out, der, (size_t)len);
    OPENSSL_free(der);
    X509_ALGOR_free(algorithm);
    TS_MSG_IMPRINT_free(imprint);
    TS_REQ_free(request);
    ERR_clear_error();
    return len > 0 ? dep_buf_err(out) : DEP_ERR_CRYPTO;
}

/* ---- a response ---- */

struct verifying {
    const struct dep_hash *digest;
    TS_RESP *response;
    PKCS7 *token;            /* borrowed from it */
    TS_TST_INFO *info;       /* borrowed */
    STACK_OF(X509) * pinned; /* owned, as is what is in it; places kept: */
    size_t places[DEP_TSP_PINNED_MAX];
    STACK_OF(X509) * signers; /* owned; certificates borrowed */
    X509_STORE *store;
    struct dep_finding *why;
};

static void verifying_done(struct verifying *verifying)
{
    sk_X509_free(verifying->signers);
    sk_X509_pop_free(verifying->pinned, X509_free);
    X509_STORE_free(verifying->store);
    TS_RESP_free(verifying->response);
    ERR_clear_error();
}

static X509 *certificate_parse(struct dep_slice der)
{
    const uint8_t *at = der.data;
    X509 *certificate =
        der.len && der.len <= DEP_TSP_LEN_MAX ? d2i_X509(NULL, &at, (long)der.len) : NULL;
    if (certificate && at != der.data + der.len) {
        X509_free(certificate);
        certificate = NULL;
    }
    return certificate;
}

static int load_pinned(struct verifying *verifying, const struct dep_slice *pinned, size_t count)
{
    verifying->pinned = sk_X509_new_null();
    verifying->store = X509_STORE_new();
    if (!verifying->pinned || !verifying->store)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < count && i < DEP_TSP_PINNED_MAX; i++) {
        X509 *certificate = certificate_parse(pinned[i]);
        if (!certificate)
            continue;
        verifying->places[sk_X509_num(verifying->pinned)] = i;
        if (sk_X509_push(verifying->pinned, certificate) <= 0) {
            X509_free(certificate);
            return DEP_ERR_NOMEM;
        }
        if (X509_STORE_add_cert(verifying->store, certificate) != 1)
            return DEP_ERR_NOMEM;
    }
    return DEP_OK;
}

static int parse_response(struct verifying *verifying, struct dep_slice in)
{
    const uint8_t *at = in.data;
    if (in.len == 0 || in.len > DEP_TSP_LEN_MAX)
        return dep_found(verifying->why, "token.form", CLAUSE, 0);
    verifying->response = d2i_TS_RESP(NULL, &at, (long)in.len);
    if (!verifying->response || at != in.data + in.len)
        return dep_found(verifying->why, "token.form", CLAUSE, 0);
    const ASN1_INTEGER *status =
        TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(verifying->response));
    long said = ASN1_INTEGER_get(status);
    if (said != TS_STATUS_GRANTED && said != TS_STATUS_GRANTED_WITH_MODS)
        return dep_found(verifying->why, "token.refused", CLAUSE, 0);
    verifying->token = TS_RESP_get_token(verifying->response);
    verifying->info = TS_RESP_get_tst_info(verifying->response);
    if (!verifying->token || !verifying->info || TS_TST_INFO_get_version(verifying->info) != 1)
        return dep_found(verifying->why, "token.form", CLAUSE, 0);
    STACK_OF(PKCS7_SIGNER_INFO) *signed_by = PKCS7_get_signer_info(verifying->token);
    if (!signed_by || sk_PKCS7_SIGNER_INFO_num(signed_by) != 1)
        return dep_found(verifying->why, "token.form", CLAUSE, 0);
    for (int i = 0; i < TS_TST_INFO_get_ext_count(verifying->info); i++)
        if (X509_EXTENSION_get_critical(TS_TST_INFO_get_ext(verifying->info, i)))
            return dep_found(verifying->why, "token.form", CLAUSE, 0);
    return DEP_OK;
}

static int check_digest(struct verifying *verifying)
{
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(verifying->info);
    const ASN1_OCTET_STRING *message = TS_MSG_IMPRINT_get_msg(imprint);
    const ASN1_OBJECT *algorithm = NULL;
    X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    bool same = OBJ_obj2nid(algorithm) == NID_sha256 &&
                ASN1_STRING_length(message) == DEP_HASH_LEN &&
                memcmp(ASN1_STRING_get0_data(message), verifying->digest->bytes, DEP_HASH_LEN) == 0;
    return same ? DEP_OK : dep_found(verifying->why, "token.digest", CLAUSE, 0);
}

/* Seconds since 1970; a fraction is a whole second. False where the year is out of bounds. */
static bool seconds_of(const ASN1_TIME *time, int64_t *out)
{
    int days = 0, seconds = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    bool good = epoch && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
    ASN1_TIME_free(epoch);
    if (!good)
        return false;
    const char *text = (const char *)ASN1_STRING_get0_data(time);
    bool fraction = memchr(text, '.', (size_t)ASN1_STRING_length(time)) != NULL;
    *out = (int64_t)days * DAY_S + seconds + fraction;
    return true;
}

static int64_t small(const ASN1_INTEGER *value)
{
    return value ? ASN1_INTEGER_get(value) : 0;
}

static int read_time(struct verifying *verifying, struct dep_tsp_token *out)
{
    const ASN1_GENERALIZEDTIME *time = TS_TST_INFO_get_time(verifying->info);
    if (!time || !seconds_of(time, &out->time_s) || out->time_s < 0)
        return dep_found(verifying->why, "token.form", CLAUSE, 0);
    TS_ACCURACY *accuracy = TS_TST_INFO_get_accuracy(verifying->info);
    int64_t within_s = accuracy ? small(TS_ACCURACY_get_seconds(accuracy)) : 0;
    if (within_s < 0 || within_s > INT32_MAX)
        return dep_found(verifying->why, "token.form", CLAUSE, 0);
    if (accuracy && (small(TS_ACCURACY_get_millis(accuracy)) != 0 ||
                     small(TS_ACCURACY_get_micros(accuracy)) != 0))
        within_s++;
    out->latest_s = out->time_s + within_s;
    return DEP_OK;
}

/* What is signed is what is there, by the key of a certificate that is there or pinned. */
static int check_signature(struct verifying *verifying)
{
    verifying->signers = PKCS7_get0_signers(verifying->token, verifying->pinned, 0);
    if (!verifying->signers || sk_X509_num(verifying->signers) != 1)
        return dep_found(verifying->why, "token.authority", CLAUSE, 0);
    return PKCS7_verify(verifying->token, verifying->pinned, NULL, NULL, NULL,
                        PKCS7_NOVERIFY | PKCS7_BINARY) == 1
               ? DEP_OK
               : dep_found(verifying->why, "token.signature", CLAUSE, 0);
}

/* Does the signer's certificate lead to a pinned one? `at_s` below 0: at whatever time, for
 * whatever use. The one that vouches is the last of the chain. */
static int check_chain(struct verifying *verifying, int64_t at_s, bool *out_good, size_t *out_place)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (!context ||
        X509_STORE_CTX_init(context, verifying->store, sk_X509_value(verifying->signers, 0),
                            verifying->token->d.sign->cert) != 1) {
        X509_STORE_CTX_free(context);
        return DEP_ERR_NOMEM;
    }
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);
    unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | (at_s < 0 ? X509_V_FLAG_NO_CHECK_TIME : 0);
    (void)X509_VERIFY_PARAM_set_flags(param, flags);
    X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
    if (at_s >= 0) {
        X509_VERIFY_PARAM_set_time(param, at_s);
        (void)X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_TIMESTAMP_SIGN);
    }
    *out_good = X509_verify_cert(context) == 1;
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    if (*out_good) {
        const X509 *last = sk_X509_value(chain, sk_X509_num(chain) - 1);
        for (int i = sk_X509_num(verifying->pinned) - 1; i >= 0; i--)
            if (X509_cmp(sk_X509_value(verifying->pinned, i), last) == 0)
                *out_place = verifying->places[i];
    }
    X509_STORE_CTX_free(context);
    return DEP_OK;
}

static int check_authority(struct verifying *verifying, struct dep_tsp_token *out)
{
    bool good = false;
    int err = check_chain(verifying, -1, &good, &out->authority);
    if (!err && !good)
        err = dep_found(verifying->why, "token.authority", CLAUSE, 0);
    if (!err)
        err = check_chain(verifying, out->time_s, &good, &out->authority);
    if (!err && !good)
        err = dep_found(verifying->why, "token.use", "RFC 3161 section 2.3", 0);
    if (!err &&
        !seconds_of(X509_get0_notAfter(sk_X509_value(verifying->signers, 0)), &out->expires_s))
        err = dep_found(verifying->why, "token.use", "RFC 3161 section 2.3", 0);
    return err;
}

/* All once more as OpenSSL sees it, and that the signature names this very certificate. */
static int check_whole(struct verifying *verifying, int64_t at_s)
{
    X509_VERIFY_PARAM *param = X509_STORE_get0_param(verifying->store);
    (void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
    X509_VERIFY_PARAM_set_time(param, at_s);
    return TS_RESP_verify_signature(verifying->token, verifying->pinned, verifying->store, NULL) ==
                   1
               ? DEP_OK
               : dep_found(verifying->why, "token.signature", "RFC 5816 section 2.2.1", 0);
}

bool dep_tsp_certificate_parse(struct dep_slice der, struct dep_tsp_certificate *out)
{
    struct dep_tsp_certificate read = {.name = ""};
    X509 *certificate = certificate_parse(der);
    BIO *name = BIO_new(BIO_s_mem());
    char *text = NULL;
    bool good =
        certificate && name &&
        X509_NAME_print_ex(name, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) >= 0 &&
        seconds_of(X509_get0_notAfter(certificate), &read.expires_s);
    long len = good ? BIO_get_mem_data(name, &text) : 0;
    /* XN_FLAG_RFC2253 escapes what isn't ASCII, so a cut falls between characters. */
    for (long i = 0; i < len && i < DEP_TSP_NAME_MAX; i++)
        read.name[i] = text[i];
    BIO_free(name);
    X509_free(certificate);
    ERR_clear_error();
    if (good)
        *out = read;
    return good;
}

int dep_tsp_verify(struct dep_slice response, const struct dep_hash *digest,
                   const struct dep_slice *pinned, size_t pinned_count, struct dep_tsp_token *out,
                   struct dep_finding *why)
{
    struct verifying verifying = {.digest = digest, .why = why};
    struct dep_tsp_token token = {.time_s = 0};
    int err = load_pinned(&verifying, pinned, pinned_count);
    if (!err)
        err = parse_response(&verifying, response);
    if (!err)
        err = check_digest(&verifying);
    if (!err)
        err = read_time(&verifying, &token);
    if (!err)
        err = check_signature(&verifying);
    if (!err)
        err = check_authority(&verifying, &token);
    if (!err)
        err = check_whole(&verifying, token.time_s);
    verifying_done(&verifying);
    if (!err)
        *out = token;
    return err;
}
