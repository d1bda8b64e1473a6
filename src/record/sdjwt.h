/*
 * SD-JWT: issuing, reading, disclosing.
 *
 * Format:  doc/format/record.md. Standard: RFC 9901; JWS RFC 7515 with Ed25519 (RFC 8037);
 *          thumbprints RFC 7638.
 * Layer:   record (pure).
 */
#ifndef DEP_RECORD_SDJWT_H
#define DEP_RECORD_SDJWT_H
#include "codec/json.h"
#include "crypto/crypto.h"

enum {
    DEP_JWT_LEN_MAX = 256 * 1024,
    DEP_DISCLOSURES_LEN_MAX = 4 * 1024 * 1024,
    DEP_DISCLOSURES_MAX = 1024,
    DEP_KID_LEN = 43,
};

/* RFC 7638 thumbprint of an Ed25519 key, base64url. `out` holds DEP_KID_LEN + 1. */
void dep_kid(const struct dep_public_key *key, char *out);

struct dep_jwt {
    struct dep_slice text; /* header.payload.signature, borrowed */
    struct dep_slice signing_input;
    json_t *header, *payload; /* owned */
    uint8_t signature[64];
    struct dep_hash sha256; /* of text: the log entry */
};
void dep_jwt_done(struct dep_jwt *jwt);
/* Any EdDSA JWT: alg checked ("EdDSA" or "Ed25519"), `typ` must be `typ` where not NULL. Findings
 * "jwt.*", "json.*". The signature isn't verified here. */
DEP_MUST_USE int dep_jwt_parse(struct dep_slice text, const char *typ, struct dep_jwt *out,
                               struct dep_finding *why);
DEP_MUST_USE int dep_jwt_verify(const struct dep_jwt *jwt, const struct dep_public_key *key,
                                struct dep_finding *why);
/* Append header.payload.signature, with kid and typ in the header. */
DEP_MUST_USE int dep_jwt_sign(const char *typ, struct dep_slice payload,
                              const struct dep_signing_key *key, struct dep_buf *out);

/*
 * Sign `open` (which gets `_sd` and `_sd_alg` where `protected_fields` isn't empty) as a JWT with
 * kid and typ. `protected_fields`: object, one disclosure a member. `out_disclosures` joined by
 * '~', no leading or trailing '~'. Both are appended. DEP_FOUND where a name is reserved or in
 * both, or a value is a real.
 */
DEP_MUST_USE int dep_sdjwt_issue(const json_t *open, const json_t *protected_fields,
                                 const char *typ, const struct dep_signing_key *key,
                                 dep_random_fn *random, struct dep_buf *out_jwt,
                                 struct dep_buf *out_disclosures);
/*
 * RFC 9901 section 7.1 over a payload and disclosures ('~'-joined, may be empty): `out` is the
 * processed payload, `_sd`, `_sd_alg` and "..." gone; `payload` stays as it was, and the two may
 * share what stands below their tops. Every rule of doc/format/record.md section 6 is a finding
 * "sdjwt.*" of its own. Recursive disclosures and array elements are understood (foreign SD-JWTs);
 * `out_top_level_only` (may be NULL) tells whether only top-level claims were protected.
 */
DEP_MUST_USE int dep_sdjwt_apply(const json_t *payload, struct dep_slice disclosures, json_t **out,
                                 bool *out_top_level_only, struct dep_finding *why);
/* "jwt~d1~d2~" with only the disclosures of the top-level names in `names` (NULL: all). */
DEP_MUST_USE int dep_sdjwt_present(struct dep_slice jwt, struct dep_slice disclosures,
                                   const char *const *names, size_t name_count,
                                   struct dep_buf *out);
/* Split a presentation into JWT and disclosures. Key-binding JWTs are refused
 * ("sdjwt.key_binding"). */
DEP_MUST_USE int dep_sdjwt_split(struct dep_slice presentation, struct dep_slice *out_jwt,
                                 struct dep_slice *out_disclosures, struct dep_finding *why);
#endif
