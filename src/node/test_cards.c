/*
 * Files that go between machines: as tables, each bad row differing from the good file in one
 * respect; where the bytes are signed, signed again with the difference.
 */
#include "node/cards.h"

#include "codec/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct dep_signing_key *key;
static struct dep_age_identity identity;
static struct dep_issued issued;   /* key.enrolled of K1 */
static struct dep_issued of_other; /* of K2 */
static struct dep_issued note;

/* One difference: `name` becomes this JSON, or goes away where it is NULL. */
struct edit {
    const char *name, *json, *id;
    bool sign; /* its proof is made anew */
};

static void expect(const struct edit *row, int err, const struct dep_problem *problem)
{
    const char *got = err == DEP_FOUND ? problem->finding.id : "";
    if (err != (row->id ? DEP_FOUND : DEP_OK) || strcmp(got, row->id ? row->id : "") != 0)
        fail_msg("%s = %s: %d %s [%s]", row->name, row->json ? row->json : "none", err, got,
                 problem->detail);
}

static void prove_again(json_t *json)
{
    uint8_t signature[DEP_ED25519_SIGNATURE_LEN];
    char text[2 * sizeof signature] = "";
    DEP_AUTO_BUF message;
    dep_buf_init(&message, DEP_KEYFILE_MAX);
    (void)json_object_del(json, "proof");
    assert_int_equal(dep_json_encode_sorted(json, &message), DEP_OK);
    dep_signing_key_sign(key, dep_buf_slice(&message), signature);
    dep_base64_write(DEP_BASE64_URL, signature, sizeof signature, text);
    (void)json_object_set_new(json, "proof", json_string(text));
}

static void edited(struct dep_slice good, const struct edit *row, struct dep_buf *out)
{
    DEP_AUTO_JSON *json = NULL;
    dep_buf_init(out, DEP_KEYFILE_MAX);
    assert_int_equal(dep_json_parse(good, &json, NULL), DEP_OK);
    if (row->json)
        (void)json_object_set_new(json, row->name, json_loads(row->json, JSON_DECODE_ANY, NULL));
    else
        (void)json_object_del(json, row->name);
    if (row->sign)
        prove_again(json);
    assert_int_equal(dep_json_encode_sorted(json, out), DEP_OK);
}

static void make_request(struct dep_buf *out)
{
    dep_buf_init(out, DEP_KEYFILE_MAX);
    assert_int_equal(dep_key_request_encode("m", "K1", DEP_ROLE_CUSTODIAN | DEP_ROLE_APPROVER, key,
                                            &identity.recipient, out),
                     DEP_OK);
}

static void test_request(void **state)
{
    (void)state;
    static const struct edit rows[] = {
        {"roles", "[\"custodian\",\"approver\"]", NULL, false},
        {"code", "\"K2\"", NULL, true},
        {"code", "\"K2\"", "key.request.proof", false},
        {"roles", "[\"administrator\"]", "key.request.proof", false},
        {"proof", "\"AAAA\"", "key.request.proof", false},
        {"depositary", "\"key-card\"", "key.request.form", true},
        {"depositary", NULL, "key.request.form", true},
        {"v", "2", "key.request.form", true},
        {"v", NULL, "key.request.form", true},
        {"more", "1", "key.request.form", true},
        {"member", NULL, "key.request.form", true},
        {"code", NULL, "key.request.form", true},
        {"code", "\"../K1\"", "officer.code", true},
        {"code", "\"\"", "officer.code", true},
        {"roles", "[]", "key.request.form", true},
        {"roles", "\"custodian\"", "key.request.form", true},
        {"roles", "[\"custodian\",\"king\"]", "key.request.form", true},
        {"roles", "[\"root\"]", "key.request.form", true},
        {"roles", "[\"registrar\"]", "key.request.form", true},
        {"roles", "[\"custodian\",1]", "key.request.form", true},
        {"public", "\"AAAA\"", "key.request.form", true},
        {"public", NULL, "key.request.form", true},
        {"age", "\"age1\"", "key.request.form", true},
        {"age", NULL, "key.request.form", true},
        {"proof", NULL, "key.request.form", false},
    };
    DEP_AUTO_BUF good;
    make_request(&good);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF text;
        edited(dep_buf_slice(&good), &rows[i], &text);
        struct dep_problem problem = {.detail = ""};
        DEP_AUTO_KEY_REQUEST request = {.json = NULL};
        int err = dep_key_request_parse(dep_buf_slice(&text), &request, &problem);
        expect(&rows[i], err, &problem);
        assert_true(err ? !request.json && !request.roles
                        : request.roles == (DEP_ROLE_CUSTODIAN | DEP_ROLE_APPROVER));
    }
}

static void make_card(struct dep_buf *out)
{
    dep_buf_init(out, DEP_KEYFILE_MAX);
    assert_int_equal(dep_key_card_encode("m", "K1", issued.jti, dep_buf_slice(&issued.jwt), out),
                     DEP_OK);
}

static void test_card(void **state)
{
    (void)state;
    char another[DEP_JWT_LEN_MAX], a_note[DEP_JWT_LEN_MAX], note_id[64];
    (void)snprintf(another, sizeof another, "\"%s\"", (const char *)of_other.jwt.data);
    (void)snprintf(a_note, sizeof a_note, "\"%s\"", (const char *)note.jwt.data);
    (void)snprintf(note_id, sizeof note_id, "\"%s\"", note.jti);
    const struct edit rows[] = {
        {"v", "1", NULL, false},
        {"v", "2", "key.card.form", false},
        {"depositary", "\"key-request\"", "key.card.form", false},
        {"more", "1", "key.card.form", false},
        {"member", NULL, "key.card.form", false},
        {"code", NULL, "key.card.form", false},
        {"code", "\"K2\"", "key.card.form", false},
        {"code", "\"../K1\"", "key.card.form", false},
        {"record", NULL, "key.card.form", false},
        {"record", note_id, "key.card.form", false},
        {"jwt", NULL, "key.card.form", false},
        {"jwt", another, "key.card.form", false},
        {"jwt", a_note, "key.card.form", false},
        {"jwt", "\"a.b\"", "jwt.form", false},
    };
    DEP_AUTO_BUF good;
    make_card(&good);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF text;
        edited(dep_buf_slice(&good), &rows[i], &text);
        struct dep_problem problem = {.detail = ""};
        DEP_AUTO_KEY_CARD card = {.json = NULL};
        int err = dep_key_card_parse(dep_buf_slice(&text), &card, &problem);
        expect(&rows[i], err, &problem);
        assert_true(err ? !card.json && !card.code : strcmp(card.code, "K1") == 0);
    }
}

static void make_home(struct dep_buf *out)
{
    struct dep_home_card card = {.vault = identity.recipient, .recovery_count = 1};
    card.recovery[0] = identity.recipient;
    card.has_reader[0] = card.has_reader[2] = true;
    card.readers[0] = card.readers[2] = identity.recipient;
    dep_buf_init(out, DEP_KEYFILE_MAX);
    assert_int_equal(dep_home_card_encode("m", &card, out), DEP_OK);
}

static void test_home(void **state)
{
    (void)state;
    char age[DEP_AGE_RECIPIENT_TEXT + 1], most[2048] = "[", many[2048], stranger[256];
    dep_age_recipient_encode(&identity.recipient, age);
    for (size_t i = 1; i < DEP_RECIPIENTS_MAX; i++)
        (void)snprintf(most + strlen(most), sizeof most - strlen(most), "%s\"%s\"",
                       i > 1 ? "," : "", age);
    (void)snprintf(many, sizeof many, "%s,\"%s\"]", most, age);
    (void)snprintf(most + strlen(most), sizeof most - strlen(most), "]");
    (void)snprintf(stranger, sizeof stranger, "{\"custodian\":\"%s\",\"king\":\"%s\"}", age, age);
    const struct edit rows[] = {
        {"v", "1", NULL, false},
        {"recovery", "[]", NULL, false},
        {"recovery", most, NULL, false},
        {"recovery", many, "init.home_card", false},
        {"recovery", "[\"age1\"]", "init.home_card", false},
        {"recovery", "[1]", "init.home_card", false},
        {"recovery", NULL, "init.home_card", false},
        {"v", "2", "init.home_card", false},
        {"depositary", "\"key-card\"", "init.home_card", false},
        {"more", "1", "init.home_card", false},
        {"member", NULL, "init.home_card", false},
        {"vault", NULL, "init.home_card", false},
        {"vault", "\"age1\"", "init.home_card", false},
        {"readers", NULL, "init.home_card", false},
        {"readers", "{}", "init.home_card", false},
        {"readers", stranger, "init.home_card", false},
        {"readers", "{\"custodian\":\"age1\"}", "init.home_card", false},
        {"readers", "{\"custodian\":1}", "init.home_card", false},
    };
    DEP_AUTO_BUF good;
    make_home(&good);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF text;
        edited(dep_buf_slice(&good), &rows[i], &text);
        struct dep_problem problem = {.detail = ""};
        struct dep_home_card card = {.recovery_count = 77};
        int err = dep_home_card_parse(dep_buf_slice(&text), &card, &problem);
        expect(&rows[i], err, &problem);
        assert_true(err ? card.recovery_count == 77
                        : card.has_reader[0] && !card.has_reader[1] && card.has_reader[2]);
    }
}

/* What isn't JSON is called that, but of a home card, which is named as a whole. */
static void test_no_json(void **state)
{
    (void)state;
    struct dep_slice text = DEP_SLICE_LITERAL("{\"v\":1,\"v\":1}");
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_KEY_REQUEST request = {.json = NULL};
    DEP_AUTO_KEY_CARD card = {.json = NULL};
    struct dep_home_card home;
    assert_int_equal(dep_key_request_parse(text, &request, &problem), DEP_FOUND);
    assert_memory_equal(problem.finding.id, "json.", 5);
    assert_int_equal(dep_key_card_parse(text, &card, &problem), DEP_FOUND);
    assert_memory_equal(problem.finding.id, "json.", 5);
    assert_int_equal(dep_home_card_parse(text, &home, &problem), DEP_FOUND);
    assert_string_equal(problem.finding.id, "init.home_card");
}

static void test_no_memory(void **state)
{
    (void)state;
    DEP_AUTO_BUF request_text;
    DEP_AUTO_BUF card_text;
    DEP_AUTO_BUF home_text;
    make_request(&request_text);
    make_card(&card_text);
    make_home(&home_text);
    bool done = false;
    for (long n = 0; !done; n++) {
        struct dep_problem problem = {.detail = ""};
        DEP_AUTO_KEY_REQUEST request = {.json = NULL};
        DEP_AUTO_KEY_CARD card = {.json = NULL};
        struct dep_home_card home;
        assert_true(n < 1000);
        dep_alloc_fail_at(n);
        int of_request = dep_key_request_parse(dep_buf_slice(&request_text), &request, &problem);
        dep_alloc_fail_at(n);
        int of_card = dep_key_card_parse(dep_buf_slice(&card_text), &card, &problem);
        dep_alloc_fail_at(n);
        int of_home = dep_home_card_parse(dep_buf_slice(&home_text), &home, &problem);
        dep_alloc_fail_at(-1);
        assert_true(of_request <= 0 && of_card <= 0 && of_home <= 0);
        done = !of_request && !of_card && !of_home;
    }
}

static void issue(const struct dep_schemas *schemas, const char *type, const json_t *claims,
                  struct dep_issued *out)
{
    struct dep_issuer issuer = {"m", DEP_ROLE_REGISTRAR, "registrar", key, 1795511717000, "ntp",
                                1,   dep_random};
    struct dep_finding why = {"", "", 0};
    struct dep_jtd_error where = {.instance_path = ""};
    if (strcmp(type, "note") == 0)
        issuer.role = DEP_ROLE_CUSTODIAN;
    if (dep_record_issue(schemas, type, claims, NULL, &issuer, out, &where, &why))
        fail_msg("%s: %s %s", type, why.id, where.instance_path);
}

static int make(void **state)
{
    (void)state;
    const struct dep_schemas *schemas = dep_schemas_builtin();
    char kid[DEP_KID_LEN + 1], public[64] = "", age[DEP_AGE_RECIPIENT_TEXT + 1];
    if (!schemas || dep_crypto_init(false) || dep_signing_key_new(dep_random, &key))
        return -1;
    dep_age_identity_new(dep_random, &identity);
    dep_age_recipient_encode(&identity.recipient, age);
    dep_kid(dep_signing_key_public(key), kid);
    dep_base64_write(DEP_BASE64_URL, dep_signing_key_public(key)->bytes, DEP_ED25519_PUBLIC_LEN,
                     public);
    DEP_AUTO_JSON *claims =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:[s]}", "use", "officer", "kid", kid, "public", public,
                  "age", age, "code", "K1", "roles", "custodian");
    DEP_AUTO_JSON *text = json_pack("{s:{s:s,s:s}}", "text", "text", "seen", "lang", "en");
    issue(schemas, "key.enrolled", claims, &issued);
    (void)json_object_set_new(claims, "code", json_string("K2"));
    issue(schemas, "key.enrolled", claims, &of_other);
    issue(schemas, "note", text, &note);
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    dep_issued_done(&issued);
    dep_issued_done(&of_other);
    dep_issued_done(&note);
    dep_signing_key_free(key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),   cmocka_unit_test(test_card),
        cmocka_unit_test(test_home),      cmocka_unit_test(test_no_json),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
