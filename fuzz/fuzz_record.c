/*
 * Records. First byte 'i': the rest are claims of a note; what is issued is read back as given.
 * 'p': the rest is a payload, signed and read. Anything else: the text of a record. What is read
 * never fails but by a finding, and a record's outline, where it has one, says what the record
 * says.
 */
#include "codec/base64.h"
#include "record/outline.h"

#include <stdlib.h>
#include <string.h>

static const struct dep_schemas *schemas;
static struct dep_signing_key *key;

static void counter_random(void *out, size_t len)
{
    static uint8_t next;
    uint8_t *bytes = out;
    for (size_t i = 0; i < len; i++)
        bytes[i] = next++;
}

static bool same(struct dep_slice outlined, const char *parsed)
{
    return dep_slice_equal_string(outlined, parsed ? parsed : "");
}

static bool same_refs(struct dep_slice refs, const json_t *parsed)
{
    size_t i;
    json_t *stated;
    struct dep_outline_ref ref;
    json_array_foreach(parsed, i,
                       stated) if (!dep_outline_ref_next(&refs, &ref) ||
                                   !same(ref.rel, dep_json_string(stated, "rel")) ||
                                   !same(ref.id, dep_json_string(stated, "id"))) return false;
    return !dep_outline_ref_next(&refs, &ref);
}

/* `record` NULL: of what is none. */
static void outline_read(struct dep_slice text, const struct dep_record *record)
{
    DEP_AUTO_BUF bytes;
    dep_buf_init(&bytes, 2 * DEP_JWT_LEN_MAX);
    struct dep_outline outline;
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_outline_parse(text, &bytes, &outline, &why);
    if (err && (err < 0 ? err != DEP_ERR_CAP : !why.id))
        abort();
    const json_t *payload = record ? record->jwt.payload : NULL;
    if (!err && record &&
        !(same(outline.jti, record->jti) && same(outline.type, record->type) &&
          same(outline.kid, record->kid) && same(outline.by_code, record->by_code) &&
          same(outline.item, dep_json_string(payload, "item")) && outline.iat == record->iat &&
          outline.has_protected == (json_object_get(payload, "_sd") != NULL) &&
          same_refs(outline.refs, dep_json_array(payload, "refs"))))
        abort();
}

static void text_read(struct dep_slice text)
{
    DEP_AUTO_RECORD record = {0};
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_record_parse(text, &record, &why);
    outline_read(text, err ? NULL : &record);
    if (err) {
        if (err < 0 || !why.id)
            abort();
        return;
    }
    DEP_AUTO_JSON *claims = NULL;
    struct dep_jtd_error where;
    err = dep_record_claims(schemas, &record, (struct dep_slice){NULL, 0}, true, &claims, &where,
                            &why);
    if (err < 0 || (err > 0 && claims))
        abort();
}

static void payload_read(struct dep_slice payload)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1 << 20);
    char kid[DEP_KID_LEN + 1];
    dep_kid(dep_signing_key_public(key), kid);
    DEP_AUTO_BUF header;
    dep_buf_init(&header, 1024);
    dep_buf_addf(&header, "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"%s\"}", kid, DEP_RECORD_TYP);
    dep_base64_encode(DEP_BASE64_URL, dep_buf_slice(&header), &text);
    dep_buf_add_byte(&text, '.');
    dep_base64_encode(DEP_BASE64_URL, payload, &text);
    static const uint8_t signature[64] = {0};
    dep_buf_add_byte(&text, '.');
    dep_base64_encode(DEP_BASE64_URL, dep_slice_of(signature, sizeof signature), &text);
    text_read(dep_buf_slice(&text));
}

static void claims_issue(struct dep_slice text)
{
    DEP_AUTO_JSON *claims = NULL, *read = NULL;
    if (dep_json_parse(text, &claims, NULL))
        return;
    struct dep_issuer who = {.member = "m",
                             .role = DEP_ROLE_CUSTODIAN,
                             .code = "c",
                             .key = key,
                             .clock_source = "unknown",
                             .random = counter_random};
    struct dep_issued issued;
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_record_issue(schemas, "note", claims, NULL, &who, &issued, NULL, &why);
    if (err) {
        if (err != DEP_ERR_CAP && (err < 0 || !why.id))
            abort();
        return;
    }
    DEP_AUTO_RECORD record = {0};
    if (dep_record_parse(dep_buf_slice(&issued.jwt), &record, &why) ||
        dep_jwt_verify(&record.jwt, dep_signing_key_public(key), &why) ||
        dep_record_claims(schemas, &record, dep_buf_slice(&issued.disclosures), false, &read, NULL,
                          &why))
        abort();
    const char *name;
    json_t *value;
    json_object_foreach(claims, name, value) if (!json_is_null(value) &&
                                                 !json_equal(value, json_object_get(read, name)) &&
                                                 !(strcmp(name, "refs") == 0 &&
                                                   json_array_size(value) == 0)) abort();
    dep_issued_done(&issued);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!schemas && (dep_crypto_init(false) || !(schemas = dep_schemas_builtin()) ||
                     dep_signing_key_new(counter_random, &key)))
        abort();
    if (size > 0 && data[0] == 'i')
        claims_issue(dep_slice_of(data + 1, size - 1));
    else if (size > 0 && data[0] == 'p')
        payload_read(dep_slice_of(data + 1, size - 1));
    else
        text_read(dep_slice_of(data, size));
    return 0;
}
