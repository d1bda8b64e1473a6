/*
 * Issuing a record: header.payload.signature, its disclosures beside it (doc/format/record.md).
 *
 * The hot path of a node, so the payload is written straight into a buffer in one pass over the
 * schema's fields and all salts come from one call of the random function.
 */
#include "codec/text.h"
#include "record/internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { UUID_RANDOM_LEN = 10 };

void dep_issued_done(struct dep_issued *issued)
{
    dep_buf_done(&issued->jwt);
    dep_buf_done(&issued->disclosures);
}

static int envelope_bad(const char *name, struct dep_jtd_error *where, struct dep_finding *why)
{
    dep_record_where(where, name);
    return dep_found(why, "record.envelope", "record.md 2", 0);
}

static int issuer_check(const struct dep_issuer *issuer, const char *jti,
                        struct dep_jtd_error *where, struct dep_finding *why)
{
    if (!dep_code_valid(dep_slice_string(issuer->member)))
        return envelope_bad("iss", where, why);
    if (!dep_code_valid(dep_slice_string(issuer->code)))
        return envelope_bad("by", where, why);
    if (issuer->now_ms < 0 || issuer->now_ms >= INT64_C(1) << 48)
        return envelope_bad("iat", where, why);
    if (!dep_record_clock_known(issuer->clock_source) || issuer->uncertainty_s < 0)
        return envelope_bad("clock", where, why);
    if (jti && !dep_uuid7_valid(dep_slice_string(jti)))
        return envelope_bad("jti", where, why);
    return DEP_OK;
}

int dep_record_claims_check(const struct dep_schema *schema, const json_t *claims,
                            struct dep_jtd_error *where, struct dep_finding *why)
{
    const char *name;
    json_t *value;
    if (!json_is_object(claims))
        return dep_found(why, "record.field", "record.md 2", 0);
    json_object_foreach((json_t *)(uintptr_t)claims, name, value)
    {
        if (strcmp(name, "refs") == 0) {
            int err = dep_record_refs_check(value, where, why);
            if (err)
                return err;
        } else if (dep_record_envelope_name(name)) {
            return envelope_bad(name, where, why);
        } else if (!dep_schema_field_find(schema, name)) {
            dep_record_where(where, name);
            return dep_found(why, "record.field", "record.md 5", 0);
        }
    }
    return dep_record_fields_check(schema, claims, true, dep_format_stated, where, why);
}

static void text_member(struct dep_buf *out, const char *before, const char *value)
{
    dep_buf_add_string(out, before);
    dep_text_write_string(out, value, strlen(value));
}

static void envelope_write(const struct dep_schema *schema, const struct dep_issuer *issuer,
                           const char *jti, struct dep_buf *out)
{
    text_member(out, "{\"iss\":", issuer->member);
    text_member(out, ",\"jti\":", jti);
    dep_buf_addf(out, ",\"iat\":%" PRId64, issuer->now_ms / 1000);
    text_member(out, ",\"clock\":{\"source\":", issuer->clock_source);
    dep_buf_addf(out, ",\"uncertainty_s\":%" PRId64 "}", issuer->uncertainty_s);
    text_member(out, ",\"type\":", schema->type);
    dep_buf_addf(out, ",\"v\":%d", schema->version);
    text_member(out, ",\"by\":{\"role\":", dep_role_name(issuer->role));
    text_member(out, ",\"code\":", issuer->code);
    dep_buf_add_byte(out, '}');
}

/* Open fields and references into `payload`, the others into `disclosures`; then the digests. */
static int fields_write(const struct dep_schema *schema, const json_t *claims, const uint8_t *salts,
                        struct dep_sd_digest *digests, struct dep_buf *payload,
                        struct dep_buf *disclosures)
{
    DEP_AUTO_BUF scratch;
    dep_buf_init_secret(&scratch, DEP_DISCLOSURES_LEN_MAX);
    size_t count = 0;
    int err = DEP_OK;
    for (size_t i = 0; i < schema->field_count && !err; i++) {
        const struct dep_schema_field *field = &schema->fields[i];
        const json_t *value = json_object_get(claims, field->name);
        if (!field->open) {
            err = dep_sd_disclose(field->name, value, salts + count * DEP_SALT_LEN, &scratch,
                                  disclosures, &digests[count]);
            count++;
        } else if (value) {
            text_member(payload, ",", field->name);
            dep_buf_add_byte(payload, ':');
            err = dep_text_write_value(payload, value);
        }
    }
    const json_t *refs = dep_json_array(claims, "refs");
    if (!err && json_array_size(refs) > 0) {
        dep_buf_add_string(payload, ",\"refs\":");
        err = dep_text_write_value(payload, refs);
    }
    if (err)
        return err;
    if (count > 0) {
        dep_buf_add_byte(payload, ',');
        dep_sd_write_digests(payload, digests, count);
    }
    dep_buf_add_byte(payload, '}');
    return dep_buf_err(payload);
}

static int record_write(const struct dep_schema *schema, const json_t *claims, const char *jti,
                        const struct dep_issuer *issuer, struct dep_issued *out)
{
    size_t count = dep_schema_protected_count(schema);
    size_t random_len = UUID_RANDOM_LEN + count * DEP_SALT_LEN;
    DEP_AUTO_FREE struct dep_sd_digest *digests = dep_alloc_array(count, sizeof *digests);
    DEP_AUTO_FREE uint8_t *random = dep_alloc(random_len);
    if (!digests || !random)
        return DEP_ERR_NOMEM;
    issuer->random(random, random_len);
    if (jti)
        memcpy(out->jti, jti, sizeof out->jti);
    else
        dep_uuid7_encode((uint64_t)issuer->now_ms, random, out->jti);
    DEP_AUTO_BUF payload;
    dep_buf_init(&payload, DEP_JWT_LEN_MAX);
    envelope_write(schema, issuer, out->jti, &payload);
    int err = fields_write(schema, claims, random + UUID_RANDOM_LEN, digests, &payload,
                           &out->disclosures);
    dep_wipe(random, random_len);
    if (!err)
        err = dep_jwt_sign(DEP_RECORD_TYP, dep_buf_slice(&payload), issuer->key, &out->jwt);
    return err;
}

int dep_record_issue(const struct dep_schemas *schemas, const char *type, const json_t *claims,
                     const char *jti, const struct dep_issuer *issuer, struct dep_issued *out,
                     struct dep_jtd_error *where, struct dep_finding *why)
{
    const struct dep_schema *schema = dep_schemas_find(schemas, type, 0);
    if (!schema)
        return dep_found(why, "record.type", "record.md 2", 0);
    if (!(schema->signers & (unsigned)issuer->role))
        return dep_found(why, "record.signer", "record.md 5", 0);
    int err = issuer_check(issuer, jti, where, why);
    if (!err)
        err = dep_record_claims_check(schema, claims, where, why);
    if (err)
        return err;

    struct dep_issued issued = {.readers = schema->readers};
    dep_buf_init(&issued.jwt, DEP_JWT_LEN_MAX);
    dep_buf_init_secret(&issued.disclosures, DEP_DISCLOSURES_LEN_MAX);
    err = record_write(schema, claims, jti, issuer, &issued);
    if (err) {
        dep_issued_done(&issued);
        return err;
    }
    dep_sha256(dep_buf_slice(&issued.jwt), &issued.sha256);
    *out = issued;
    return DEP_OK;
}
