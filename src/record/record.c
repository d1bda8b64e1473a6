/*
 * Reading a record: the envelope of doc/format/record.md section 2, then the claims of its type.
 */
#include "codec/base64.h"
#include "codec/text.h"
#include "record/internal.h"

#include <string.h>

void dep_record_done(struct dep_record *record)
{
    dep_jwt_done(&record->jwt);
    *record = (struct dep_record){0};
}

static int envelope_bad(struct dep_finding *why)
{
    return dep_found(why, "record.envelope", "record.md 2", 0);
}

static int header_check(const json_t *header, struct dep_record *record, struct dep_finding *why)
{
    uint8_t bytes[DEP_HASH_LEN];
    record->kid = dep_json_string(header, "kid");
    /* alg and typ were seen by dep_jwt_parse: with kid that makes three and leaves no other. */
    if (json_object_size(header) != 3 || !record->kid ||
        !dep_base64_parse_exact(DEP_BASE64_URL, dep_slice_string(record->kid), bytes, sizeof bytes))
        return dep_found(why, "record.header", "record.md 1", 0);
    return DEP_OK;
}

static bool clock_valid(const json_t *clock)
{
    const char *source = dep_json_string(clock, "source");
    int64_t uncertainty_s;
    return source && json_object_size(clock) == 2 && dep_record_clock_known(source) &&
           dep_json_int(clock, "uncertainty_s", &uncertainty_s) && uncertainty_s >= 0;
}

static bool by_read(const json_t *by, struct dep_record *record)
{
    const char *role = dep_json_string(by, "role");
    record->by_code = dep_json_string(by, "code");
    if (!role || !record->by_code || json_object_size(by) != 2 ||
        !dep_code_valid(dep_slice_string(record->by_code)))
        return false;
    record->by_role = dep_role_parse(dep_slice_string(role));
    return record->by_role != 0;
}

static int envelope_read(const json_t *payload, struct dep_record *record, struct dep_finding *why)
{
    int64_t version;
    record->iss = dep_json_string(payload, "iss");
    record->jti = dep_json_string(payload, "jti");
    record->type = dep_json_string(payload, "type");
    if (!record->iss || !dep_code_valid(dep_slice_string(record->iss)))
        return envelope_bad(why);
    if (!record->jti || !dep_uuid7_valid(dep_slice_string(record->jti)))
        return envelope_bad(why);
    if (!record->type || !dep_code_valid(dep_slice_string(record->type)))
        return envelope_bad(why);
    if (!dep_json_int(payload, "iat", &record->iat) || record->iat < 0)
        return envelope_bad(why);
    if (!dep_json_int(payload, "v", &version) || version < 1 || version > INT32_MAX)
        return envelope_bad(why);
    record->version = (int)version;
    if (!clock_valid(dep_json_object(payload, "clock")) ||
        !by_read(dep_json_object(payload, "by"), record))
        return envelope_bad(why);
    const json_t *refs = json_object_get(payload, "refs");
    if (!refs)
        return DEP_OK;
    if (json_array_size(refs) == 0)
        return envelope_bad(why);
    return dep_record_refs_check(refs, NULL, why);
}

/* Sorted, so none twice; and the algorithm named exactly where there are any. */
static int digests_check(const json_t *payload, struct dep_finding *why)
{
    const json_t *digests = json_object_get(payload, "_sd");
    const char *alg = dep_json_string(payload, "_sd_alg");
    if (!digests && !json_object_get(payload, "_sd_alg"))
        return DEP_OK;
    if (json_array_size(digests) == 0 || !alg || strcmp(alg, "sha-256") != 0)
        return dep_found(why, "record.sd", "record.md 2", 0);
    const char *before = "";
    size_t index;
    json_t *entry;
    json_array_foreach(digests, index, entry)
    {
        const char *text = json_string_value(entry);
        if (!text || json_string_length(entry) != DEP_DIGEST_TEXT_LEN ||
            strcmp(before, text) >= 0 ||
            !dep_base64_valid(DEP_BASE64_URL, dep_slice_of(text, DEP_DIGEST_TEXT_LEN)))
            return dep_found(why, "record.sd", "record.md 2", 0);
        before = text;
    }
    return DEP_OK;
}

int dep_record_parse(struct dep_slice text, struct dep_record *out, struct dep_finding *why)
{
    struct dep_record record = {0};
    int err = dep_jwt_parse(text, DEP_RECORD_TYP, &record.jwt, why);
    if (err)
        return err;
    err = header_check(record.jwt.header, &record, why);
    if (!err)
        err = envelope_read(record.jwt.payload, &record, why);
    if (!err)
        err = digests_check(record.jwt.payload, why);
    if (err) {
        dep_record_done(&record);
        return err;
    }
    *out = record;
    return DEP_OK;
}

/* Each claim stands where its schema puts it: open ones in clear, protected ones disclosed. */
static int places_check(const struct dep_schema *schema, const json_t *payload,
                        const json_t *claims, struct dep_jtd_error *where, struct dep_finding *why)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)claims, name, value)
    {
        bool clear = json_object_get(payload, name) != NULL;
        const struct dep_schema_field *field = dep_schema_field_find(schema, name);
        bool good = field ? field->open == clear : clear && dep_record_envelope_name(name);
        if (good)
            continue;
        dep_record_where(where, name);
        return dep_found(why, "record.field", "record.md 3", 0);
    }
    return DEP_OK;
}

static int complete_check(const struct dep_schema *schema, const json_t *claims,
                          struct dep_jtd_error *where, struct dep_finding *why)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        if (schema->fields[i].open || json_object_get(claims, schema->fields[i].name))
            continue;
        dep_record_where(where, schema->fields[i].name);
        return dep_found(why, "record.disclosures", "record.md 3", 0);
    }
    return DEP_OK;
}

static void nulls_drop(const struct dep_schema *schema, json_t *claims)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct dep_schema_field *field = &schema->fields[i];
        if (!field->open && json_is_null(json_object_get(claims, field->name)))
            (void)json_object_del(claims, field->name);
    }
}

int dep_record_claims(const struct dep_schemas *schemas, const struct dep_record *record,
                      struct dep_slice disclosures, bool partial, json_t **out,
                      struct dep_jtd_error *where, struct dep_finding *why)
{
    const json_t *payload = record->jwt.payload;
    const struct dep_schema *schema = dep_schemas_find(schemas, record->type, record->version);
    if (!schema)
        return dep_found(why, "record.type", "record.md 2", 0);
    size_t protected_count = dep_schema_protected_count(schema);
    if (json_array_size(json_object_get(payload, "_sd")) != protected_count)
        return dep_found(why, "record.sd.count", "record.md 3", 0);

    DEP_AUTO_JSON *claims = NULL;
    bool top_level_only;
    int err = dep_sdjwt_apply(payload, disclosures, &claims, &top_level_only, why);
    if (err)
        return err;
    if (!top_level_only)
        return dep_found(why, "record.sd.nested", "record.md 3", 0);
    bool whole = protected_count == 0 || (!partial && disclosures.len > 0);
    if ((err = places_check(schema, payload, claims, where, why)))
        return err;
    if (whole && (err = complete_check(schema, claims, where, why)))
        return err;
    nulls_drop(schema, claims);
    if ((err = dep_record_fields_check(schema, claims, whole, dep_format_valid, where, why)))
        return err;
    *out = json_incref(claims);
    return DEP_OK;
}
