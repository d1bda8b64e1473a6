/*
 * JWT: base64url(header) "." base64url(payload) "." base64url(signature of what stands before).
 * Header {"alg":"EdDSA","kid":...,"typ":...}. RFC 7515, 8037, 7638.
 */
#include "codec/base64.h"
#include "record/internal.h"

#include <string.h>

void dep_kid(const struct dep_public_key *key, char *out)
{
    /* RFC 7638 section 3: the required members alone, sorted, without blanks. */
    static const char before[] = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"";
    char jwk[sizeof before - 1 + 43 + 2];
    memcpy(jwk, before, sizeof before - 1);
    dep_base64_write(DEP_BASE64_URL, key->bytes, sizeof key->bytes, jwk + sizeof before - 1);
    memcpy(jwk + sizeof jwk - 2, "\"}", 2);
    struct dep_hash hash;
    dep_sha256(dep_slice_of(jwk, sizeof jwk), &hash);
    dep_base64_write(DEP_BASE64_URL, hash.bytes, sizeof hash.bytes, out);
    out[DEP_KID_LEN] = 0;
}

void dep_jwt_done(struct dep_jwt *jwt)
{
    json_decref(jwt->header);
    json_decref(jwt->payload);
    *jwt = (struct dep_jwt){0};
}

static int part_parse(struct dep_slice text, size_t at, json_t **out, struct dep_finding *why)
{
    DEP_AUTO_BUF bytes;
    dep_buf_init(&bytes, DEP_JWT_LEN_MAX);
    if (!dep_base64_parse(DEP_BASE64_URL, text, &bytes)) {
        int err = dep_buf_err(&bytes);
        return err == DEP_ERR_NOMEM ? err : dep_found(why, "jwt.base64", "RFC 7515 2", at);
    }
    DEP_AUTO_JSON *value = NULL;
    int err = dep_json_parse(dep_buf_slice(&bytes), &value, why);
    if (err)
        return err;
    if (!json_is_object(value))
        return dep_found(why, "jwt.object", "RFC 7519 7.2", at);
    *out = json_incref(value);
    return DEP_OK;
}

static int header_check(const json_t *header, const char *typ, struct dep_finding *why)
{
    const char *alg = dep_json_string(header, "alg");
    if (!alg || (strcmp(alg, "EdDSA") != 0 && strcmp(alg, "Ed25519") != 0))
        return dep_found(why, "jwt.alg", "RFC 8037 3.1", 0);
    /* No extension is understood here, so whatever `crit` names isn't either. */
    if (json_object_get(header, "crit"))
        return dep_found(why, "jwt.crit", "RFC 7515 4.1.11", 0);
    const char *found = dep_json_string(header, "typ");
    if (typ && (!found || strcmp(found, typ) != 0))
        return dep_found(why, "jwt.typ", "RFC 8725 3.11", 0);
    return DEP_OK;
}

int dep_jwt_parse(struct dep_slice text, const char *typ, struct dep_jwt *out,
                  struct dep_finding *why)
{
    if (text.len > DEP_JWT_LEN_MAX)
        return dep_found(why, "jwt.len", "record.md 6", DEP_JWT_LEN_MAX);
    struct dep_slice rest = text;
    struct dep_slice header = dep_slice_next(&rest, '.');
    struct dep_slice payload = dep_slice_next(&rest, '.');
    size_t signed_len = header.len + 1 + payload.len;
    if (header.len == 0 || payload.len == 0 || rest.len == 0 ||
        signed_len + 1 + rest.len != text.len)
        return dep_found(why, "jwt.form", "RFC 7515 3.1", 0);

    struct dep_jwt jwt = {.text = text, .signing_input = dep_slice_sub(text, 0, signed_len)};
    if (!dep_base64_parse_exact(DEP_BASE64_URL, rest, jwt.signature, sizeof jwt.signature))
        return dep_found(why, "jwt.signature.form", "RFC 8037 3.1", signed_len + 1);
    int err = part_parse(header, 0, &jwt.header, why);
    if (!err)
        err = header_check(jwt.header, typ, why);
    if (!err)
        err = part_parse(payload, header.len + 1, &jwt.payload, why);
    if (err) {
        dep_jwt_done(&jwt);
        return err;
    }
    dep_sha256(text, &jwt.sha256);
    *out = jwt;
    return DEP_OK;
}

int dep_jwt_verify(const struct dep_jwt *jwt, const struct dep_public_key *key,
                   struct dep_finding *why)
{
    if (dep_ed25519_verify(key, jwt->signing_input, jwt->signature))
        return DEP_OK;
    return dep_found(why, "jwt.signature", "RFC 8037 3.1", jwt->signing_input.len + 1);
}

int dep_jwt_sign(const char *typ, struct dep_slice payload, const struct dep_signing_key *key,
                 struct dep_buf *out)
{
    char kid[DEP_KID_LEN + 1];
    dep_kid(dep_signing_key_public(key), kid);
    DEP_AUTO_BUF header;
    dep_buf_init(&header, 1024);
    dep_buf_add_string(&header, "{\"alg\":\"EdDSA\",\"kid\":\"");
    dep_buf_add(&header, kid, DEP_KID_LEN);
    dep_buf_add_string(&header, "\",\"typ\":");
    dep_text_write_string(&header, typ, strlen(typ));
    dep_buf_add_byte(&header, '}');
    int err = dep_buf_err(&header);
    if (err)
        return err;

    size_t start = out->len;
    size_t header_len = dep_base64_encoded_len(DEP_BASE64_URL, header.len);
    size_t payload_len = dep_base64_encoded_len(DEP_BASE64_URL, payload.len);
    size_t signed_len = header_len + 1 + payload_len;
    size_t signature_len = dep_base64_encoded_len(DEP_BASE64_URL, DEP_ED25519_SIGNATURE_LEN);
    char *at = (char *)dep_buf_grow(out, signed_len + 1 + signature_len);
    if (!at)
        return dep_buf_err(out);
    dep_base64_write(DEP_BASE64_URL, header.data, header.len, at);
    at[header_len] = '.';
    dep_base64_write(DEP_BASE64_URL, payload.data, payload.len, at + header_len + 1);
    uint8_t signature[DEP_ED25519_SIGNATURE_LEN];
    dep_signing_key_sign(key, dep_slice_of(out->data + start, signed_len), signature);
    at[signed_len] = '.';
    dep_base64_write(DEP_BASE64_URL, signature, sizeof signature, at + signed_len + 1);
    return DEP_OK;
}
