/*
 * SD-JWT: disclosures written, presented and split.
 *
 *   disclosure = base64url(JSON [salt, name, value])      digest = base64url(SHA-256(disclosure))
 *   presentation = JWT "~" disclosure "~" ... disclosure "~"
 */
#include "codec/base64.h"
#include "record/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dep_sd_digest_of(struct dep_slice disclosure, struct dep_sd_digest *out)
{
    struct dep_hash hash;
    dep_sha256(disclosure, &hash);
    dep_base64_write(DEP_BASE64_URL, hash.bytes, sizeof hash.bytes, out->text);
    out->text[DEP_DIGEST_TEXT_LEN] = 0;
}

int dep_sd_disclose(const char *name, const json_t *value, const uint8_t salt[DEP_SALT_LEN],
                    struct dep_buf *scratch, struct dep_buf *out, struct dep_sd_digest *out_digest)
{
    char salt_text[22];
    dep_base64_write(DEP_BASE64_URL, salt, DEP_SALT_LEN, salt_text);
    scratch->len = 0;
    dep_buf_add(scratch, "[\"", 2);
    dep_buf_add(scratch, salt_text, sizeof salt_text);
    dep_buf_add(scratch, "\",", 2);
    dep_text_write_string(scratch, name, strlen(name));
    dep_buf_add_byte(scratch, ',');
    int err = DEP_OK;
    if (value)
        err = dep_text_write_value(scratch, value);
    else
        dep_buf_add(scratch, "null", 4);
    dep_buf_add_byte(scratch, ']');
    dep_wipe(salt_text, sizeof salt_text);
    if (!err)
        err = dep_buf_err(scratch);
    if (err)
        return err;

    if (out->len > 0)
        dep_buf_add_byte(out, '~');
    size_t start = out->len;
    dep_base64_encode(DEP_BASE64_URL, dep_buf_slice(scratch), out);
    if ((err = dep_buf_err(out)))
        return err;
    dep_sd_digest_of(dep_slice_of(out->data + start, out->len - start), out_digest);
    return DEP_OK;
}

static int digest_order(const void *a, const void *b)
{
    return memcmp(a, b, DEP_DIGEST_TEXT_LEN);
}

void dep_sd_write_digests(struct dep_buf *out, struct dep_sd_digest *digests, size_t count)
{
    /* Sorted, so that their order says nothing about which field is which. */
    qsort(digests, count, sizeof *digests, digest_order);
    dep_buf_add_string(out, "\"_sd\":[");
    for (size_t i = 0; i < count; i++) {
        dep_buf_add_string(out, i == 0 ? "\"" : ",\"");
        dep_buf_add(out, digests[i].text, DEP_DIGEST_TEXT_LEN);
        dep_buf_add_byte(out, '"');
    }
    dep_buf_add_string(out, "],\"_sd_alg\":\"sha-256\"");
}

static bool reserved(const char *name)
{
    return strcmp(name, "_sd") == 0 || strcmp(name, "...") == 0;
}

/* Disclosures of all members, and the digests they have. */
static int disclose_all(const json_t *fields, dep_random_fn *random, struct dep_buf *out,
                        struct dep_sd_digest *digests)
{
    size_t count = json_object_size(fields), at = 0;
    uint8_t *salts = dep_alloc_array(count, DEP_SALT_LEN);
    if (!salts)
        return DEP_ERR_NOMEM;
    random(salts, count * DEP_SALT_LEN);
    DEP_AUTO_BUF scratch;
    dep_buf_init_secret(&scratch, DEP_DISCLOSURES_LEN_MAX);
    int err = DEP_OK;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)fields, name, value)
    {
        err = dep_sd_disclose(name, value, salts + at * DEP_SALT_LEN, &scratch, out, &digests[at]);
        if (err)
            break;
        at++;
    }
    dep_wipe(salts, count * DEP_SALT_LEN);
    free(salts);
    return err;
}

static int payload_write(const json_t *open, struct dep_sd_digest *digests, size_t count,
                         struct dep_buf *out)
{
    const char *name;
    json_t *value;
    dep_buf_add_byte(out, '{');
    json_object_foreach((json_t *)(uintptr_t)open, name, value)
    {
        if (out->len > 1)
            dep_buf_add_byte(out, ',');
        dep_text_write_string(out, name, strlen(name));
        dep_buf_add_byte(out, ':');
        int err = dep_text_write_value(out, value);
        if (err)
            return err;
    }
    if (count > 0) {
        if (out->len > 1)
            dep_buf_add_byte(out, ',');
        dep_sd_write_digests(out, digests, count);
    }
    dep_buf_add_byte(out, '}');
    return dep_buf_err(out);
}

static bool names_fit(const json_t *open, const json_t *protected_fields)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)open, name,
                        value) if (reserved(name) || strcmp(name, "_sd_alg") == 0) return false;
    json_object_foreach((json_t *)(uintptr_t)protected_fields, name,
                        value) if (reserved(name) || strcmp(name, "_sd_alg") == 0 ||
                                   json_object_get(open, name)) return false;
    return true;
}

int dep_sdjwt_issue(const json_t *open, const json_t *protected_fields, const char *typ,
                    const struct dep_signing_key *key, dep_random_fn *random,
                    struct dep_buf *out_jwt, struct dep_buf *out_disclosures)
{
    size_t count = json_object_size(protected_fields);
    if (!json_is_object(open) || !names_fit(open, protected_fields))
        return DEP_FOUND;
    if (count > DEP_DISCLOSURES_MAX)
        return DEP_ERR_CAP;
    DEP_AUTO_FREE struct dep_sd_digest *digests = dep_alloc_array(count, sizeof *digests);
    if (!digests)
        return DEP_ERR_NOMEM;
    DEP_AUTO_BUF disclosures, payload, jwt;
    dep_buf_init_secret(&disclosures, DEP_DISCLOSURES_LEN_MAX);
    dep_buf_init(&payload, DEP_JWT_LEN_MAX);
    dep_buf_init(&jwt, DEP_JWT_LEN_MAX);
    int err = disclose_all(protected_fields, random, &disclosures, digests);
    if (!err)
        err = payload_write(open, digests, count, &payload);
    if (!err)
        err = dep_jwt_sign(typ, dep_buf_slice(&payload), key, &jwt);
    if (err)
        return err;
    /* Both or neither: a JWT whose disclosures are lost can't be issued again. */
    size_t jwt_len = out_jwt->len;
    dep_buf_add_slice(out_jwt, dep_buf_slice(&jwt));
    if ((err = dep_buf_err(out_jwt)))
        return err;
    dep_buf_add_slice(out_disclosures, dep_buf_slice(&disclosures));
    if ((err = dep_buf_err(out_disclosures))) {
        out_jwt->len = jwt_len;
        return err;
    }
    return DEP_OK;
}

int dep_sd_disclosure_parse(struct dep_slice disclosure, json_t **out, struct dep_finding *why)
{
    DEP_AUTO_BUF bytes;
    dep_buf_init_secret(&bytes, DEP_DISCLOSURES_LEN_MAX);
    if (disclosure.len == 0 || !dep_base64_parse(DEP_BASE64_URL, disclosure, &bytes)) {
        int err = dep_buf_err(&bytes);
        return err == DEP_ERR_NOMEM ? err
                                    : dep_found(why, "sdjwt.disclosure.base64", "RFC 9901 4.2", 0);
    }
    DEP_AUTO_JSON *array = NULL;
    int err = dep_json_parse(dep_buf_slice(&bytes), &array, why);
    if (err)
        return err;
    size_t size = json_array_size(array); /* 0 for anything but an array */
    if (size != 2 && size != 3)
        return dep_found(why, "sdjwt.disclosure.form", "RFC 9901 7.1 step 3", 0);
    if (!json_is_string(json_array_get(array, 0)))
        return dep_found(why, "sdjwt.disclosure.salt", "RFC 9901 4.2.1", 0);
    if (size == 3) {
        const char *name = json_string_value(json_array_get(array, 1));
        if (!name)
            return dep_found(why, "sdjwt.disclosure.form", "RFC 9901 4.2.1", 0);
        if (reserved(name))
            return dep_found(why, "sdjwt.disclosure.name", "RFC 9901 4.2.1", 0);
    }
    *out = json_incref(array);
    return DEP_OK;
}

/* A string without escapes at `at`, up to its closing quote; false where it isn't one. */
static bool plain_string(struct dep_slice text, size_t at, struct dep_slice *out)
{
    if (at >= text.len || text.data[at] != '"')
        return false;
    for (size_t end = at + 1; end < text.len && text.data[end] != '\\'; end++)
        if (text.data[end] == '"') {
            *out = dep_slice_sub(text, at + 1, end - at - 1);
            return true;
        }
    return false;
}

/* Names stand near the front, and of what isn't wanted nothing else matters. Of a form that our own
 * encoder doesn't write the whole is parsed. */
int dep_sd_disclosure_name(struct dep_slice disclosure, char out[DEP_SD_NAME_MAX + 1],
                           struct dep_finding *why)
{
    enum { FRONT_TEXT = 160, FRONT = FRONT_TEXT / 4 * 3 };
    uint8_t front[FRONT] = {0};
    size_t text_len = disclosure.len < FRONT_TEXT ? disclosure.len / 4 * 4 : FRONT_TEXT;
    struct dep_slice bytes = dep_slice_of(front, text_len / 4 * 3), salt, name;
    bool plain = dep_base64_parse_exact(DEP_BASE64_URL, dep_slice_sub(disclosure, 0, text_len),
                                        front, bytes.len) &&
                 bytes.len > 1 && front[0] == '[' && plain_string(bytes, 1, &salt) &&
                 salt.len + 3 < bytes.len && front[salt.len + 3] == ',' &&
                 plain_string(bytes, salt.len + 4, &name) && name.len <= DEP_SD_NAME_MAX &&
                 memchr(name.data, 0, name.len) == NULL &&
                 (size_t)(name.data - front) + name.len + 1 < bytes.len &&
                 name.data[name.len + 1] == ',';
    if (plain)
        (void)snprintf(out, DEP_SD_NAME_MAX + 1, "%.*s", (int)name.len, (const char *)name.data);
    dep_wipe(front, sizeof front);
    if (plain)
        return DEP_OK;
    DEP_AUTO_JSON *array = NULL;
    int err = dep_sd_disclosure_parse(disclosure, &array, why);
    if (err)
        return err;
    const char *whole =
        json_array_size(array) == 3 ? json_string_value(json_array_get(array, 1)) : "";
    (void)snprintf(out, DEP_SD_NAME_MAX + 1, "%s", strlen(whole) <= DEP_SD_NAME_MAX ? whole : "");
    return DEP_OK;
}

static bool wanted(const char *name, const char *const *names, size_t name_count)
{
    for (size_t i = 0; i < name_count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool listed(const json_t *payload, const struct dep_sd_digest *digest)
{
    size_t index;
    json_t *entry;
    json_array_foreach(dep_json_array(payload, "_sd"), index,
                       entry) if (json_is_string(entry) &&
                                  strcmp(json_string_value(entry), digest->text) == 0) return true;
    return false;
}

/* A nested disclosure may bear a top-level name; only the digest tells. */
static int select_one(const json_t *payload, struct dep_slice one, const char *const *names,
                      size_t name_count, bool *out)
{
    char name[DEP_SD_NAME_MAX + 1];
    struct dep_sd_digest digest;
    int err = dep_sd_disclosure_name(one, name, NULL);
    *out = !err;
    if (!err && names) {
        *out = wanted(name, names, name_count);
        if (*out)
            dep_sd_digest_of(one, &digest);
        *out = *out && listed(payload, &digest);
    }
    return err;
}

int dep_sd_select(const json_t *payload, struct dep_slice disclosures, const char *const *names,
                  size_t name_count, struct dep_buf *out, size_t *out_count)
{
    int err = DEP_OK;
    size_t count = 0;
    while (disclosures.len > 0 && !err) {
        struct dep_slice one = dep_slice_next(&disclosures, '~');
        bool goes = false;
        err = select_one(payload, one, names, name_count, &goes);
        if (!goes)
            continue;
        dep_buf_add_slice(out, one);
        dep_buf_add_byte(out, '~');
        count++;
    }
    if (!err)
        err = dep_buf_err(out);
    if (!err)
        *out_count = count;
    return err;
}

int dep_sdjwt_present(struct dep_slice jwt, struct dep_slice disclosures, const char *const *names,
                      size_t name_count, struct dep_buf *out)
{
    struct dep_jwt parsed = {0};
    int err = dep_jwt_parse(jwt, NULL, &parsed, NULL);
    if (err)
        return err;
    size_t count;
    DEP_AUTO_BUF text;
    dep_buf_init_secret(&text, DEP_JWT_LEN_MAX + DEP_DISCLOSURES_LEN_MAX + 2);
    dep_buf_add_slice(&text, jwt);
    dep_buf_add_byte(&text, '~');
    err = dep_sd_select(parsed.payload, disclosures, names, name_count, &text, &count);
    dep_jwt_done(&parsed);
    if (err)
        return err;
    dep_buf_add_slice(out, dep_buf_slice(&text));
    return dep_buf_err(out);
}

int dep_sdjwt_split(struct dep_slice presentation, struct dep_slice *out_jwt,
                    struct dep_slice *out_disclosures, struct dep_finding *why)
{
    size_t at = dep_slice_find(presentation, '~');
    if (at == presentation.len || at == 0)
        return dep_found(why, "sdjwt.form", "RFC 9901 4", 0);
    if (presentation.data[presentation.len - 1] != '~')
        return dep_found(why, "sdjwt.key_binding", "RFC 9901 7.3", presentation.len - 1);
    struct dep_slice rest = dep_slice_sub(presentation, at + 1, presentation.len - at - 1);
    if (rest.len > 0)
        rest.len--;
    if (rest.len > DEP_DISCLOSURES_LEN_MAX || at > DEP_JWT_LEN_MAX)
        return dep_found(why, "sdjwt.len", "record.md 6", at);
    for (size_t i = 0; i < rest.len; i++)
        if (rest.data[i] == '~' && (i == 0 || i + 1 == rest.len || rest.data[i - 1] == '~'))
            return dep_found(why, "sdjwt.form", "RFC 9901 4", at + 1 + i);
    /* "jwt~~": one empty disclosure. */
    if (rest.len == 0 && presentation.len > at + 1)
        return dep_found(why, "sdjwt.form", "RFC 9901 4", at + 1);
    *out_jwt = dep_slice_sub(presentation, 0, at);
    *out_disclosures = rest;
    return DEP_OK;
}
