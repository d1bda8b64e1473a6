/*
 * Records: what is stated (claims), signed as an SD-JWT.
 *
 * Format:  doc/format/record.md.
 * Layer:   record (pure: clock and randomness are arguments).
 */
#ifndef DEP_RECORD_RECORD_H
#define DEP_RECORD_RECORD_H
#include "record/jtd.h"
#include "record/schema.h"
#include "record/sdjwt.h"

enum { DEP_CODE_LEN_MAX = 64, DEP_MEMBER_LEN_MAX = 64, DEP_TYPE_LEN_MAX = 64 };
#define DEP_RECORD_TYP "depositary-record+sd-jwt"

/* Member ids and officer codes: 1..64 of a-z A-Z 0-9 . _ -, beginning with a letter or digit. */
bool dep_code_valid(struct dep_slice code);

/* Who states, when. */
struct dep_issuer {
    const char *member; /* iss */
    enum dep_role role; /* by.role: one */
    const char *code;   /* by.code */
    const struct dep_signing_key *key;
    int64_t now_ms; /* UTC */
    const char *clock_source;
    int64_t uncertainty_s;
    dep_random_fn *random;
};

struct dep_issued {
    char jti[DEP_UUID_LEN + 1];
    struct dep_hash sha256;
    struct dep_buf jwt;
    struct dep_buf disclosures; /* secret; empty where the type protects nothing */
    unsigned readers;
};
void dep_issued_done(struct dep_issued *issued);

/*
 * Validate and sign. `claims` holds the type's fields, `unknown` and `refs`, nothing of the
 * envelope; a protected field left out is disclosed as null. `jti` may be NULL (a fresh one).
 * Findings: "record.type", "record.signer", "record.field" (where: JSON pointer), "record.format",
 * "record.unknown.neither", "record.unknown.both", "record.envelope".  `where` (may be NULL) gets
 * the pointer.
 */
DEP_MUST_USE int dep_record_issue(const struct dep_schemas *schemas, const char *type,
                                  const json_t *claims, const char *jti,
                                  const struct dep_issuer *issuer, struct dep_issued *out,
                                  struct dep_jtd_error *where, struct dep_finding *why);
/* What of these it would find in the claims, whoever signs. */
DEP_MUST_USE int dep_record_claims_check(const struct dep_schema *schema, const json_t *claims,
                                         struct dep_jtd_error *where, struct dep_finding *why);

/* A record as read: form and envelope checked, signature not. */
struct dep_record {
    struct dep_jwt jwt;
    const char *jti, *iss, *type, *kid, *by_code; /* borrowed from jwt.payload */
    enum dep_role by_role;
    int64_t iat;
    int version;
};
void dep_record_done(struct dep_record *record);
#define DEP_AUTO_RECORD DEP_CLEANUP(dep_record_done) struct dep_record
/* `text` must outlive `out`. Findings "jwt.*", "record.*". */
DEP_MUST_USE int dep_record_parse(struct dep_slice text, struct dep_record *out,
                                  struct dep_finding *why);
/*
 * Against its schema: known type and version, count of `_sd` right; with all disclosures (or
 * `partial`) the claims. Findings "sdjwt.*", "record.type", "record.sd.count", "record.sd.nested",
 * "record.disclosures" (one is missing), "record.field", "record.format", "record.unknown.*". `out`
 * has the fields, `unknown`, `refs` and the envelope; nulls removed. Disclosures empty: only the
 * open ones.
 */
DEP_MUST_USE int dep_record_claims(const struct dep_schemas *schemas,
                                   const struct dep_record *record, struct dep_slice disclosures,
                                   bool partial, json_t **out, struct dep_jtd_error *where,
                                   struct dep_finding *why);

/* When it was made by its own clock at the earliest: `iat` less its uncertainty. */
int64_t dep_record_earliest_s(const json_t *claims);
/* First ref with this rel: id (borrowed) or NULL. */
const char *dep_record_ref(const json_t *claims, const char *rel);
/* The digest that it names: false where there is no such ref, or none of that form. */
bool dep_record_ref_sha256(const json_t *claims, const char *rel, struct dep_hash *out);
/* {"rel","id","sha256"}; new reference or NULL. */
json_t *dep_record_ref_new(const char *rel, const char *id, const struct dep_hash *sha256);
#endif
