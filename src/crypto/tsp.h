/*
 * Time-stamps by an authority: the request for one over a SHA-256, and what a response proves.
 *
 * Format:  doc/format/package.md section 5.5.
 * Standard: RFC 3161, RFC 5816 (certificate named by SHA-256 too), RFC 5652.
 * Layer:   crypto (pure: the time at which a certificate is judged is the token's own).
 */
#ifndef DEP_CRYPTO_TSP_H
#define DEP_CRYPTO_TSP_H
#include "crypto/crypto.h"

enum { DEP_TSP_LEN_MAX = 64 * 1024, DEP_TSP_PINNED_MAX = 64 };

/* DER TimeStampReq: no policy, no nonce (a response that is sent again says the same), and the
 * authority's certificate wanted. Appended. */
DEP_MUST_USE int dep_tsp_request_encode(const struct dep_hash *digest, struct dep_buf *out);

struct dep_tsp_token {
    int64_t time_s;    /* genTime, a fraction counted as a whole second */
    int64_t latest_s;  /* the same with the accuracy stated, if any: not later than this */
    int64_t expires_s; /* notAfter of the signer's certificate */
    size_t authority;  /* place of the pinned certificate that vouches for the signer */
};
/*
 * Verify a DER TimeStampResp over `digest`. `pinned` are DER certificates: the signer's own, or of
 * one who issued it; at most DEP_TSP_PINNED_MAX are looked at, and what is no certificate vouches
 * for nothing. Findings
 *   "token.form"       not one DER response of version 1 with one signer, or without a token
 *   "token.refused"    the authority says that it gives none
 *   "token.digest"     over something else, or not by SHA-256
 *   "token.signature"  the signature, or the certificate that the signature names, isn't the
 *                      signer's
 *   "token.authority"  the signer's certificate leads to none that is pinned, or isn't there
 *   "token.use"        certificate without critical extended key usage of time-stamping alone, or
 *                      not valid at that time
 */
DEP_MUST_USE int dep_tsp_verify(struct dep_slice response, const struct dep_hash *digest,
                                const struct dep_slice *pinned, size_t pinned_count,
                                struct dep_tsp_token *out, struct dep_finding *why);
/* One DER certificate and nothing behind it? `name`: of the subject, in the form of RFC 2253 with
 * what isn't ASCII escaped, cut where it is longer. */
enum { DEP_TSP_NAME_MAX = 255 };
struct dep_tsp_certificate {
    char name[DEP_TSP_NAME_MAX + 1];
    int64_t expires_s;
};
DEP_MUST_USE bool dep_tsp_certificate_parse(struct dep_slice der, struct dep_tsp_certificate *out);
#endif
