#include "node/cards.h"

#include "codec/base64.h"

#include <stdlib.h>
#include <string.h>

static int wrong(struct dep_problem *problem, const char *id, const char *detail)
{
    return dep_problem_found(problem, id, "doc/format/register.md 2", detail);
}

/* What each of them begins with; `count` names in all. */
static bool is_of(const json_t *json, const char *kind, size_t count)
{
    const char *stated = dep_json_string(json, "depositary");
    int64_t version;
    return stated && strcmp(stated, kind) == 0 && dep_json_int(json, "v", &version) &&
           version == 1 && json_object_size(json) == count;
}

static int parse(struct dep_slice text, const char *kind, json_t **out, struct dep_problem *problem)
{
    int err = dep_json_parse(text, out, &problem->finding);
    return err == DEP_FOUND ? wrong(problem, problem->finding.id, kind) : err;
}

static bool encode(json_t *json, struct dep_buf *out)
{
    DEP_AUTO_JSON *owned = json;
    return owned && dep_json_encode_sorted(owned, out) == DEP_OK;
}

/* ---- key request ---- */

static const char REQUEST[] = "key-request";

json_t *dep_role_names(unsigned roles)
{
    json_t *names = json_array();
    for (unsigned role = 1; role < DEP_ROLE_ROOT; role <<= 1)
        if (roles & role)
            (void)json_array_append_new(names, json_string(dep_role_name((enum dep_role)role)));
    return names;
}

unsigned dep_roles_named(const json_t *names)
{
    unsigned roles = 0;
    size_t i;
    json_t *name;
    json_array_foreach(names, i, name)
    {
        const char *text = json_string_value(name);
        enum dep_role role = text ? dep_role_parse(dep_slice_string(text)) : (enum dep_role)0;
        if (!role || role >= DEP_ROLE_ROOT)
            return 0;
        roles |= role;
    }
    return roles;
}

void dep_key_request_done(struct dep_key_request *request)
{
    json_decref(request->json);
    *request = (struct dep_key_request){.json = NULL};
}

static char *base64_text(const void *data, size_t len)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 256);
    dep_base64_encode(DEP_BASE64_URL, dep_slice_of(data, len), &text);
    return dep_buf_take(&text);
}

/* The bytes that `proof` signs. */
static int signed_part(const json_t *request, struct dep_buf *out)
{
    DEP_AUTO_JSON *copy = json_deep_copy(request);
    if (!copy)
        return DEP_ERR_NOMEM;
    (void)json_object_del(copy, "proof");
    return dep_json_encode_sorted(copy, out);
}

int dep_key_request_encode(const char *member, const char *code, unsigned roles,
                           const struct dep_signing_key *key, const struct dep_age_recipient *age,
                           struct dep_buf *out)
{
    char recipient[DEP_AGE_RECIPIENT_TEXT + 1];
    dep_age_recipient_encode(age, recipient);
    DEP_AUTO_FREE char *public_key =
        base64_text(dep_signing_key_public(key)->bytes, DEP_ED25519_PUBLIC_LEN);
    DEP_AUTO_JSON *request =
        !public_key ? NULL
                    : json_pack("{s:s,s:i,s:s,s:s,s:o,s:s,s:s}", "depositary", REQUEST, "v", 1,
                                "member", member, "code", code, "roles", dep_role_names(roles),
                                "public", public_key, "age", recipient);
    DEP_AUTO_BUF message;
    dep_buf_init(&message, DEP_KEYFILE_MAX);
    if (!request || signed_part(request, &message))
        return DEP_ERR_NOMEM;
    uint8_t signature[DEP_ED25519_SIGNATURE_LEN];
    dep_signing_key_sign(key, dep_buf_slice(&message), signature);
    DEP_AUTO_FREE char *proof = base64_text(signature, sizeof signature);
    if (!proof || json_object_set_new(request, "proof", json_string(proof)))
        return DEP_ERR_NOMEM;
    return dep_json_encode_sorted(request, out);
}

static int prove(const struct dep_key_request *request, struct dep_problem *problem)
{
    const char *proof = dep_json_string(request->json, "proof");
    uint8_t signature[DEP_ED25519_SIGNATURE_LEN];
    DEP_AUTO_BUF message;
    dep_buf_init(&message, DEP_KEYFILE_MAX);
    int err = signed_part(request->json, &message);
    if (err)
        return dep_problem_fault(problem, err, "keys.sign", request->code);
    return proof &&
                   dep_base64_parse_exact(DEP_BASE64_URL, dep_slice_string(proof), signature,
                                          sizeof signature) &&
                   dep_ed25519_verify(&request->public, dep_buf_slice(&message), signature)
               ? DEP_OK
               : wrong(problem, "key.request.proof", request->code);
}

static int read_request(struct dep_key_request *request, struct dep_problem *problem)
{
    struct dep_age_recipient age;
    struct dep_finding why;
    request->member = dep_json_string(request->json, "member");
    request->code = dep_json_string(request->json, "code");
    request->age = dep_json_string(request->json, "age");
    request->public_text = dep_json_string(request->json, "public");
    request->roles = dep_roles_named(dep_json_array(request->json, "roles"));
    if (!is_of(request->json, REQUEST, 8) || !request->member || !request->code || !request->age ||
        !request->public_text || !request->roles)
        return wrong(problem, "key.request.form", REQUEST);
    if (!dep_code_valid(dep_slice_string(request->code)))
        return wrong(problem, "officer.code", request->code);
    if (!dep_base64_parse_exact(DEP_BASE64_URL, dep_slice_string(request->public_text),
                                request->public.bytes, DEP_ED25519_PUBLIC_LEN) ||
        dep_age_recipient_parse(dep_slice_string(request->age), &age, &why))
        return wrong(problem, "key.request.form", request->code);
    return prove(request, problem);
}

int dep_key_request_parse(struct dep_slice text, struct dep_key_request *out,
                          struct dep_problem *problem)
{
    struct dep_key_request request = {.json = NULL};
    int err = parse(text, REQUEST, &request.json, problem);
    if (!err)
        err = read_request(&request, problem);
    if (err)
        dep_key_request_done(&request);
    else
        *out = request;
    return err;
}

/* ---- key card ---- */

static const char CARD[] = "key-card";

void dep_key_card_done(struct dep_key_card *card)
{
    dep_record_done(&card->record);
    json_decref(card->json);
    *card = (struct dep_key_card){.json = NULL};
}

int dep_key_card_encode(const char *member, const char *code, const char *jti, struct dep_slice jwt,
                        struct dep_buf *out)
{
    return encode(json_pack("{s:s,s:i,s:s,s:s,s:s,s:s#}", "depositary", CARD, "v", 1, "member",
                            member, "code", code, "record", jti, "jwt", (const char *)jwt.data,
                            jwt.len),
                  out)
               ? DEP_OK
               : DEP_ERR_NOMEM;
}

static int read_card(struct dep_key_card *card, struct dep_problem *problem)
{
    const char *jwt = dep_json_string(card->json, "jwt");
    const char *jti = dep_json_string(card->json, "record");
    card->code = dep_json_string(card->json, "code");
    if (!is_of(card->json, CARD, 6) || !dep_json_string(card->json, "member") || !card->code ||
        !dep_code_valid(dep_slice_string(card->code)) || !jwt || !jti)
        return wrong(problem, "key.card.form", CARD);
    int err = dep_record_parse(dep_slice_string(jwt), &card->record, &problem->finding);
    if (err)
        return err == DEP_FOUND ? wrong(problem, problem->finding.id, CARD) : err;
    const char *code = dep_json_string(card->record.jwt.payload, "code");
    return strcmp(card->record.type, "key.enrolled") == 0 && strcmp(card->record.jti, jti) == 0 &&
                   code && strcmp(code, card->code) == 0 &&
                   dep_json_string(card->record.jwt.payload, "age")
               ? DEP_OK
               : wrong(problem, "key.card.form", card->code);
}

int dep_key_card_parse(struct dep_slice text, struct dep_key_card *out, struct dep_problem *problem)
{
    struct dep_key_card card = {.json = NULL};
    int err = parse(text, CARD, &card.json, problem);
    if (!err)
        err = read_card(&card, problem);
    if (err)
        dep_key_card_done(&card);
    else
        *out = card;
    return err;
}

/* ---- home card ---- */

static const char HOME[] = "home-card";

static json_t *recipient_text(const struct dep_age_recipient *recipient)
{
    char text[DEP_AGE_RECIPIENT_TEXT + 1];
    dep_age_recipient_encode(recipient, text);
    return json_string(text);
}

int dep_home_card_encode(const char *member, const struct dep_home_card *card, struct dep_buf *out)
{
    json_t *readers = json_object(), *recovery = json_array();
    for (size_t i = 0; i < DEP_ROLE_COUNT; i++)
        if (card->has_reader[i])
            (void)json_object_set_new(readers, dep_role_name(dep_reading_roles[i]),
                                      recipient_text(&card->readers[i]));
    for (size_t i = 0; i < card->recovery_count; i++)
        (void)json_array_append_new(recovery, recipient_text(&card->recovery[i]));
    return encode(json_pack("{s:s,s:i,s:s,s:o,s:o,s:o}", "depositary", HOME, "v", 1, "member",
                            member, "vault", recipient_text(&card->vault), "readers", readers,
                            "recovery", recovery),
                  out)
               ? DEP_OK
               : DEP_ERR_NOMEM;
}

static bool recipient_of(const json_t *value, struct dep_age_recipient *out)
{
    struct dep_finding why;
    const char *text = json_string_value(value);
    return text && dep_age_recipient_parse(dep_slice_string(text), out, &why) == DEP_OK;
}

static bool read_readers(const json_t *readers, struct dep_home_card *out)
{
    size_t known = 0;
    for (size_t i = 0; i < DEP_ROLE_COUNT; i++) {
        const json_t *reader = json_object_get(readers, dep_role_name(dep_reading_roles[i]));
        out->has_reader[i] = reader != NULL;
        if (reader && !recipient_of(reader, &out->readers[i]))
            return false;
        known += out->has_reader[i];
    }
    return known > 0 && known == json_object_size(readers);
}

static bool read_home(const json_t *json, struct dep_home_card *out)
{
    const json_t *recovery = dep_json_array(json, "recovery");
    if (!is_of(json, HOME, 6) || !dep_json_string(json, "member") || !recovery ||
        !recipient_of(json_object_get(json, "vault"), &out->vault) ||
        !read_readers(dep_json_object(json, "readers"), out) ||
        json_array_size(recovery) >= DEP_RECIPIENTS_MAX)
        return false;
    for (size_t i = 0; i < json_array_size(recovery); i++)
        if (!recipient_of(json_array_get(recovery, i), &out->recovery[i]))
            return false;
    out->recovery_count = json_array_size(recovery);
    return true;
}

int dep_home_card_parse(struct dep_slice text, struct dep_home_card *out,
                        struct dep_problem *problem)
{
    DEP_AUTO_JSON *json = NULL;
    struct dep_home_card card = {.recovery_count = 0};
    int err = parse(text, HOME, &json, problem);
    if (err == DEP_FOUND || (!err && !read_home(json, &card)))
        return wrong(problem, "init.home_card", HOME);
    if (!err)
        *out = card;
    return err;
}
