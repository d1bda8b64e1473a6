/*
 * A log of key records, good and forged. Records are made by hand (not through dep_record_issue),
 * because a forger isn't bound by our issuer.
 */
#include "record/keyset.h"
#include "record/test_support.h"

enum actor { ROOT, REGISTRAR, ANNA, BORIS, LOGKEY, STRANGER, ACTORS };

#define AGE "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
#define BY_ROOT "{\"role\":\"root\",\"code\":\"root\"}"
#define BY_REGISTRAR "{\"role\":\"registrar\",\"code\":\"registrar\"}"
#define BY_ANNA "{\"role\":\"custodian\",\"code\":\"anna\"}"

static const struct dep_schemas *schemas;
static struct dep_signing_key *keys[ACTORS];
static char kids[ACTORS][DEP_KID_LEN + 1];

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < ACTORS; i++) {
        keys[i] = key_new();
        dep_kid(dep_signing_key_public(keys[i]), kids[i]);
    }
    schemas = dep_schemas_builtin();
    return schemas ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < ACTORS; i++)
        dep_signing_key_free(keys[i]);
    return 0;
}

/* One record: `signer` signs under the kid of `named`. */
struct step {
    const char *type;
    const char *claims; /* open, "" or ",..."; "K<n>" and "P<n>" stand for kid and public of n */
    const char *by;
    enum actor signer, named;
    const char *finding; /* NULL: taken in */
    const char *iss;     /* NULL: "mem" */
};

static void claims_fill(const char *text, struct dep_buf *out)
{
    for (; *text; text++) {
        bool stands = (*text == 'K' || *text == 'P') && text[1] >= '0' && text[1] < '0' + ACTORS;
        if (!stands) {
            dep_buf_add_byte(out, (uint8_t)*text);
            continue;
        }
        size_t actor = (size_t)(text[1] - '0');
        if (*text == 'K')
            dep_buf_add_string(out, kids[actor]);
        else
            dep_base64_encode(
                DEP_BASE64_URL,
                dep_slice_of(dep_signing_key_public(keys[actor])->bytes, DEP_ED25519_PUBLIC_LEN),
                out);
        text++;
    }
}

static char *step_text(const struct step *step)
{
    DEP_AUTO_BUF header, payload;
    dep_buf_init(&header, 4096);
    dep_buf_init(&payload, 65536);
    dep_buf_addf(&header, "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"%s\"}", kids[step->named],
                 DEP_RECORD_TYP);
    dep_buf_addf(&payload,
                 "{\"iss\":\"%s\",\"jti\":\"0190a2b4-7c1e-7abc-8def-0123456789ab\",\"iat\":1,"
                 "\"clock\":{\"source\":\"rtc\",\"uncertainty_s\":0},\"type\":\"%s\",\"v\":1,"
                 "\"by\":%s",
                 step->iss ? step->iss : "mem", step->type, step->by);
    claims_fill(step->claims, &payload);
    /* As many digests as the schema protects fields. */
    size_t count = dep_schema_protected_count(dep_schemas_find(schemas, step->type, 1));
    struct dep_sd_digest digests[8];
    assert_in_range(count, 0, DEP_COUNT(digests));
    for (size_t i = 0; i < count; i++)
        dep_sd_digest_of(dep_slice_of(&i, sizeof i), &digests[i]);
    if (count > 0) {
        dep_buf_add_byte(&payload, ',');
        dep_sd_write_digests(&payload, digests, count);
    }
    dep_buf_add_byte(&payload, '}');
    return jwt_text((const char *)header.data, (const char *)payload.data, keys[step->signer]);
}

static int step_add(struct dep_keyset *keyset, uint64_t index, const struct step *step,
                    struct dep_finding *why)
{
    char *text = step_text(step);
    DEP_AUTO_RECORD record = {0};
    int err = dep_record_parse(dep_slice_string(text), &record, why);
    if (err)
        print_message("parse: %s\n", why->id);
    assert_int_equal(err, DEP_OK);
    err = dep_keyset_add(keyset, schemas, index, &record, why);
    free(text);
    return err;
}

#define ENROL_ROOT ",\"use\":\"root\",\"kid\":\"K0\",\"public\":\"P0\""
#define ENROL_ANNA                                                                                 \
    ",\"use\":\"officer\",\"kid\":\"K2\",\"public\":\"P2\",\"code\":\"anna\","                     \
    "\"roles\":[\"custodian\",\"legal\"],\"age\":\"" AGE "\""
#define ENROL_BORIS                                                                                \
    ",\"use\":\"officer\",\"kid\":\"K3\",\"public\":\"P3\",\"code\":\"boris\","                    \
    "\"roles\":[\"auditor\"]"

static const struct step first = {"key.enrolled", ENROL_ROOT, BY_ROOT, ROOT, ROOT, NULL, NULL};

/* Root 0, registrar 1, anna 2, boris 3, log 4. */
static const struct step good[] = {
    {"key.enrolled", ENROL_ROOT, BY_ROOT, ROOT, ROOT, NULL, NULL},
    {"key.enrolled", ",\"use\":\"registrar\",\"kid\":\"K1\",\"public\":\"P1\"", BY_ROOT, ROOT, ROOT,
     NULL, NULL},
    {"key.enrolled", ENROL_ANNA, BY_REGISTRAR, REGISTRAR, REGISTRAR, NULL, NULL},
    {"key.enrolled", ENROL_BORIS, BY_ROOT, ROOT, ROOT, NULL, NULL},
    {"key.enrolled", ",\"use\":\"log\",\"kid\":\"K4\",\"public\":\"P4\"", BY_ROOT, ROOT, ROOT, NULL,
     NULL},
};

static struct dep_keyset *good_keyset(void)
{
    struct dep_keyset *keyset = NULL;
    assert_int_equal(dep_keyset_new(&keyset), DEP_OK);
    for (size_t i = 0; i < DEP_COUNT(good); i++) {
        struct dep_finding why = {"", "", 0};
        int err = step_add(keyset, i, &good[i], &why);
        if (err)
            print_message("good %zu: %s\n", i, why.id);
        assert_int_equal(err, DEP_OK);
    }
    return keyset;
}

static void test_first(void **state)
{
    (void)state;
    static const struct step rows[] = {
        {"note", "", BY_ROOT, ROOT, ROOT, "keyset.first", NULL},
        {"key.revoked", ",\"kid\":\"K0\",\"from_index\":0", BY_ROOT, ROOT, ROOT, "keyset.first",
         NULL},
        {"key.enrolled", ENROL_ROOT, "{\"role\":\"root\",\"code\":\"me\"}", ROOT, ROOT,
         "keyset.first", NULL},
        {"key.enrolled", ENROL_ROOT, BY_REGISTRAR, ROOT, ROOT, "keyset.first", NULL},
        {"key.enrolled", ENROL_ROOT, BY_ROOT, STRANGER, STRANGER, "keyset.first", NULL},
        {"key.enrolled", ENROL_ROOT, BY_ROOT, STRANGER, ROOT, "jwt.signature", NULL},
        {"key.enrolled", ",\"use\":\"registrar\",\"kid\":\"K0\",\"public\":\"P0\"", BY_ROOT, ROOT,
         ROOT, "keyset.first", NULL},
        {"key.enrolled", ",\"use\":\"root\",\"kid\":\"K0\",\"public\":\"P5\"", BY_ROOT, ROOT, ROOT,
         "keyset.key", NULL},
        {"key.enrolled", ",\"use\":\"root\",\"kid\":\"K0\"", BY_ROOT, ROOT, ROOT, "keyset.key",
         NULL},
        {"key.enrolled", ",\"use\":\"root\",\"kid\":\"K0\",\"public\":\"P0\",\"age\":\"" AGE "\"",
         BY_ROOT, ROOT, ROOT, "keyset.key", NULL},
        {"key.enrolled", ",\"use\":\"king\",\"kid\":\"K0\",\"public\":\"P0\"", BY_ROOT, ROOT, ROOT,
         "record.field", NULL},
    };
    struct dep_keyset *keyset = NULL;
    assert_int_equal(dep_keyset_new(&keyset), DEP_OK);
    struct dep_finding why = {"", "", 0};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        assert_found(step_add(keyset, 0, &rows[i], &why), &why, rows[i].finding);
        assert_int_equal(dep_keyset_count(keyset), 0);
    }
    assert_found(step_add(keyset, 1, &first, &why), &why, "keyset.first");
    assert_int_equal(step_add(keyset, 0, &first, &why), DEP_OK);
    assert_int_equal(dep_keyset_count(keyset), 1);
    dep_keyset_free(keyset);
}

/* After the good five. */
static const struct step forgeries[] = {
    {"note", "", BY_ANNA, ANNA, ANNA, NULL, NULL},
    {"note", "", "{\"role\":\"legal\",\"code\":\"anna\"}", ANNA, ANNA, NULL, NULL},
    /* wrong key, own key, unknown key */
    {"note", "", BY_ANNA, STRANGER, ANNA, "jwt.signature", NULL},
    {"note", "", BY_ANNA, BORIS, ANNA, "jwt.signature", NULL},
    {"note", "", BY_ANNA, STRANGER, STRANGER, "keyset.kid", NULL},
    /* another's code, a role not held, the root's name */
    {"note", "", "{\"role\":\"custodian\",\"code\":\"boris\"}", ANNA, ANNA, "keyset.role", NULL},
    {"note", "", BY_ANNA, BORIS, BORIS, "keyset.role", NULL},
    {"note", "", "{\"role\":\"auditor\",\"code\":\"anna\"}", ANNA, ANNA, "keyset.role", NULL},
    {"key.enrolled", ENROL_BORIS, BY_ROOT, ANNA, ANNA, "keyset.role", NULL},
    {"key.enrolled", ENROL_BORIS, BY_REGISTRAR, ANNA, ANNA, "keyset.role", NULL},
    {"key.enrolled", ENROL_BORIS, BY_ROOT, REGISTRAR, REGISTRAR, "keyset.role", NULL},
    /* a key that signs no records */
    {"note", "", BY_ANNA, LOGKEY, LOGKEY, "keyset.role", NULL},
    /* a role the schema doesn't let sign: an officer enrolling, the root writing notes */
    {"key.enrolled", ENROL_BORIS, BY_ANNA, ANNA, ANNA, "keyset.role", NULL},
    {"note", "", BY_ROOT, ROOT, ROOT, "keyset.role", NULL},
    {"note", "", BY_ANNA, ANNA, ANNA, "keyset.member", "other"},
    /* a second root; the registrar above himself */
    {"key.enrolled", ",\"use\":\"root\",\"kid\":\"K5\",\"public\":\"P5\"", BY_ROOT, ROOT, ROOT,
     "keyset.enroller", NULL},
    {"key.enrolled", ",\"use\":\"registrar\",\"kid\":\"K5\",\"public\":\"P5\"", BY_REGISTRAR,
     REGISTRAR, REGISTRAR, "keyset.enroller", NULL},
    {"key.enrolled", ",\"use\":\"log\",\"kid\":\"K5\",\"public\":\"P5\"", BY_REGISTRAR, REGISTRAR,
     REGISTRAR, "keyset.enroller", NULL},
    {"key.enrolled", ",\"use\":\"cosigner\",\"kid\":\"K5\",\"public\":\"P5\"", BY_REGISTRAR,
     REGISTRAR, REGISTRAR, "keyset.enroller", NULL},
    {"key.enrolled", ",\"use\":\"vault\",\"age\":\"" AGE "\"", BY_REGISTRAR, REGISTRAR, REGISTRAR,
     "keyset.enroller", NULL},
    /* enrolments that don't fit together */
    {"key.enrolled", ENROL_ANNA, BY_ROOT, ROOT, ROOT, "keyset.key", NULL},
    {"key.enrolled", ",\"use\":\"officer\",\"kid\":\"K5\",\"public\":\"P5\",\"roles\":[\"legal\"]",
     BY_ROOT, ROOT, ROOT, "keyset.key", NULL},
    {"key.enrolled", ",\"use\":\"officer\",\"kid\":\"K5\",\"public\":\"P5\",\"code\":\"c\"",
     BY_ROOT, ROOT, ROOT, "keyset.key", NULL},
    {"key.enrolled",
     ",\"use\":\"officer\",\"kid\":\"K2\",\"public\":\"P5\",\"code\":\"c\",\"roles\":["
     "\"desk\"]",
     BY_ROOT, ROOT, ROOT, "keyset.key", NULL},
    {"key.enrolled",
     ",\"use\":\"officer\",\"kid\":\"K5\",\"public\":\"P5\",\"code\":\"c\",\"roles\":["
     "\"root\"]",
     BY_ROOT, ROOT, ROOT, "record.field", NULL},
    {"key.enrolled", ",\"use\":\"log\",\"kid\":\"K5\",\"public\":\"P5\",\"roles\":[\"desk\"]",
     BY_ROOT, ROOT, ROOT, "keyset.key", NULL},
    {"key.enrolled", ",\"use\":\"vault\"", BY_ROOT, ROOT, ROOT, "keyset.key", NULL},
    {"key.enrolled", ",\"use\":\"vault\",\"age\":\"age1x\"", BY_ROOT, ROOT, ROOT, "record.format",
     NULL},
    {"key.enrolled", ",\"use\":\"role\",\"age\":\"" AGE "\",\"code\":\"king\"", BY_ROOT, ROOT, ROOT,
     "keyset.key", NULL},
    {"key.enrolled", ",\"use\":\"role\",\"age\":\"" AGE "\",\"code\":\"administrator\"", BY_ROOT,
     ROOT, ROOT, "keyset.key", NULL},
    /* revocations */
    {"key.revoked", ",\"kid\":\"K2\",\"from_index\":6", BY_ROOT, ROOT, ROOT, "keyset.revocation",
     NULL},
    {"key.revoked", ",\"kid\":\"K2\",\"from_index\":-1", BY_ROOT, ROOT, ROOT, "keyset.revocation",
     NULL},
    {"key.revoked", ",\"kid\":\"K5\",\"from_index\":0", BY_ROOT, ROOT, ROOT, "keyset.revocation",
     NULL},
    {"key.revoked", ",\"from_index\":0", BY_ROOT, ROOT, ROOT, "keyset.revocation", NULL},
    {"key.revoked", ",\"kid\":\"K2\",\"age\":\"" AGE "\",\"from_index\":0", BY_ROOT, ROOT, ROOT,
     "keyset.revocation", NULL},
    {"key.revoked", ",\"kid\":\"K0\",\"from_index\":0", BY_ROOT, ROOT, ROOT, "keyset.enroller",
     NULL},
    {"key.revoked", ",\"kid\":\"K0\",\"from_index\":0", BY_REGISTRAR, REGISTRAR, REGISTRAR,
     "keyset.enroller", NULL},
    {"key.revoked", ",\"kid\":\"K4\",\"from_index\":0", BY_REGISTRAR, REGISTRAR, REGISTRAR,
     "keyset.enroller", NULL},
    {"key.revoked", ",\"kid\":\"K3\",\"from_index\":0", BY_ANNA, ANNA, ANNA, "keyset.role", NULL},
};

/* Nothing refused changes anything. */
static void test_forgeries(void **state)
{
    (void)state;
    struct dep_keyset *keyset = good_keyset();
    for (size_t i = 0; i < DEP_COUNT(forgeries); i++) {
        struct dep_finding why = {"", "", 0};
        int err = step_add(keyset, 5, &forgeries[i], &why);
        if (forgeries[i].finding) {
            if (err != DEP_FOUND || strcmp(why.id, forgeries[i].finding) != 0)
                print_message("row %zu\n", i);
            assert_found(err, &why, forgeries[i].finding);
        } else {
            assert_int_equal(err, DEP_OK);
        }
        assert_int_equal(dep_keyset_count(keyset), 5);
        assert_false(dep_keyset_find(keyset, kids[ANNA])->revoked);
        assert_null(dep_keyset_find(keyset, kids[STRANGER]));
    }
    dep_keyset_free(keyset);
}

/* A signature before its key's enrolment, or at the very place of it. */
static void test_before_enrolment(void **state)
{
    (void)state;
    static const struct step note = {"note", "", BY_ANNA, ANNA, ANNA, NULL, NULL};
    static const struct step self = {"key.enrolled", ENROL_ANNA, BY_ANNA, ANNA, ANNA, NULL, NULL};
    struct dep_keyset *keyset = NULL;
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_keyset_new(&keyset), DEP_OK);
    assert_int_equal(step_add(keyset, 0, &good[0], &why), DEP_OK);
    assert_int_equal(step_add(keyset, 1, &good[1], &why), DEP_OK);
    assert_found(step_add(keyset, 2, &note, &why), &why, "keyset.kid");
    assert_found(step_add(keyset, 2, &self, &why), &why, "keyset.kid");
    assert_int_equal(step_add(keyset, 2, &good[2], &why), DEP_OK);
    assert_int_equal(step_add(keyset, 3, &note, &why), DEP_OK);
    assert_string_equal(dep_keyset_standing(keyset, kids[ANNA], 2), "not_enrolled");
    assert_string_equal(dep_keyset_standing(keyset, kids[ANNA], 3), "in_force");
    assert_string_equal(dep_keyset_standing(keyset, kids[ROOT], 0), "in_force");
    assert_string_equal(dep_keyset_standing(keyset, kids[STRANGER], 3), "not_enrolled");
    dep_keyset_free(keyset);
}

static void test_revocation(void **state)
{
    (void)state;
    static const struct step note = {"note", "", BY_ANNA, ANNA, ANNA, NULL, NULL};
    static const struct step revoke = {
        "key.revoked", ",\"kid\":\"K2\",\"from_index\":7", BY_REGISTRAR, REGISTRAR, REGISTRAR, NULL,
        NULL};
    struct dep_keyset *keyset = good_keyset();
    struct dep_finding why = {"", "", 0};
    const struct dep_key_state *anna = dep_keyset_find(keyset, kids[ANNA]);
    assert_int_equal(anna->roles, DEP_ROLE_CUSTODIAN | DEP_ROLE_LEGAL);
    assert_string_equal(anna->age_recipient, AGE);
    assert_string_equal(anna->enrolled_by, "0190a2b4-7c1e-7abc-8def-0123456789ab");
    assert_int_equal(step_add(keyset, 8, &note, &why), DEP_OK);
    assert_int_equal(step_add(keyset, 9, &revoke, &why), DEP_OK);
    assert_found(step_add(keyset, 10, &note, &why), &why, "keyset.revoked");
    assert_found(step_add(keyset, 10, &revoke, &why), &why, "keyset.revocation");
    /* Revoked is for ever. */
    assert_found(step_add(keyset, 10, &good[2], &why), &why, "keyset.key");
    assert_string_equal(dep_keyset_standing(keyset, kids[ANNA], 6), "in_force");
    assert_string_equal(dep_keyset_standing(keyset, kids[ANNA], 7), "disputed");
    assert_string_equal(dep_keyset_standing(keyset, kids[ANNA], 9), "disputed");
    assert_string_equal(dep_keyset_standing(keyset, kids[ANNA], 10), "revoked");
    dep_keyset_free(keyset);
}

/* Recipients without a signing key: vault and roles, found by place and revoked by recipient. */
static void test_recipients(void **state)
{
    (void)state;
    static const struct step vault = {
        "key.enrolled", ",\"use\":\"vault\",\"age\":\"" AGE "\"", BY_ROOT, ROOT, ROOT, NULL, NULL};
    static const struct step role = {"key.enrolled",
                                     ",\"use\":\"role\",\"age\":\"" AGE "\",\"code\":\"legal\"",
                                     BY_REGISTRAR,
                                     REGISTRAR,
                                     REGISTRAR,
                                     NULL,
                                     NULL};
    static const struct step revoke = {
        "key.revoked", ",\"age\":\"" AGE "\",\"from_index\":0", BY_ROOT, ROOT, ROOT, NULL, NULL};
    struct dep_keyset *keyset = NULL;
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_keyset_new(&keyset), DEP_OK);
    assert_int_equal(step_add(keyset, 0, &good[0], &why), DEP_OK);
    assert_int_equal(step_add(keyset, 1, &good[1], &why), DEP_OK);
    assert_int_equal(step_add(keyset, 2, &vault, &why), DEP_OK);
    assert_int_equal(step_add(keyset, 3, &role, &why), DEP_OK);
    assert_int_equal(dep_keyset_count(keyset), 4);
    assert_int_equal(dep_keyset_at(keyset, 2)->use, DEP_KEY_VAULT);
    assert_string_equal(dep_keyset_at(keyset, 3)->code, "legal");
    assert_null(dep_keyset_find(keyset, ""));
    assert_int_equal(step_add(keyset, 4, &revoke, &why), DEP_OK);
    assert_true(dep_keyset_at(keyset, 2)->revoked && dep_keyset_at(keyset, 3)->revoked);
    assert_false(dep_keyset_at(keyset, 1)->revoked);
    dep_keyset_free(keyset);
}

/* What our own issuer writes is taken in: the root's own record, issued against the schema. */
static void test_issued(void **state)
{
    (void)state;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 4096);
    claims_fill("{\"use\":\"root\",\"kid\":\"K0\",\"public\":\"P0\"}", &text);
    DEP_AUTO_JSON *claims = json_of((const char *)text.data);
    struct dep_issuer root = {.member = "mem",
                              .role = DEP_ROLE_ROOT,
                              .code = "root",
                              .key = keys[ROOT],
                              .now_ms = 1000,
                              .clock_source = "manual",
                              .random = counter_random};
    struct dep_issued issued;
    struct dep_finding why = {"", "", 0};
    assert_int_equal(
        dep_record_issue(schemas, "key.enrolled", claims, NULL, &root, &issued, NULL, &why),
        DEP_OK);
    DEP_AUTO_RECORD record = {0};
    assert_int_equal(dep_record_parse(dep_buf_slice(&issued.jwt), &record, &why), DEP_OK);
    struct dep_keyset *keyset = NULL;
    assert_int_equal(dep_keyset_new(&keyset), DEP_OK);
    assert_int_equal(dep_keyset_add(keyset, schemas, 0, &record, &why), DEP_OK);
    assert_string_equal(dep_keyset_find(keyset, kids[ROOT])->enrolled_by, issued.jti);
    dep_keyset_free(keyset);
    dep_issued_done(&issued);
}

/* Past the first rooms of the tables. */
static void test_many(void **state)
{
    (void)state;
    struct dep_keyset *keyset = good_keyset();
    struct dep_signing_key *kept = keys[STRANGER];
    char kept_kid[DEP_KID_LEN + 1];
    memcpy(kept_kid, kids[STRANGER], sizeof kept_kid);
    static const struct step device = {
        "key.enrolled",
        ",\"use\":\"device\",\"kid\":\"K5\",\"public\":\"P5\",\"code\":\"d\",\"roles\":[\"desk\"]",
        BY_REGISTRAR,
        REGISTRAR,
        REGISTRAR,
        NULL,
        NULL};
    enum { MANY = 200 };
    static char seen[MANY][DEP_KID_LEN + 1];
    for (size_t i = 0; i < MANY; i++) {
        keys[STRANGER] = key_new();
        dep_kid(dep_signing_key_public(keys[STRANGER]), kids[STRANGER]);
        memcpy(seen[i], kids[STRANGER], sizeof seen[i]);
        struct dep_finding why = {"", "", 0};
        assert_int_equal(step_add(keyset, 5 + i, &device, &why), DEP_OK);
        dep_signing_key_free(keys[STRANGER]);
    }
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(dep_keyset_find(keyset, seen[i])->enrolled_at, 5 + i);
    assert_int_equal(dep_keyset_find(keyset, kids[ROOT])->use, DEP_KEY_ROOT);
    keys[STRANGER] = kept;
    memcpy(kids[STRANGER], kept_kid, sizeof kept_kid);
    dep_keyset_free(keyset);
}

#define BY_BORIS "{\"role\":\"auditor\",\"code\":\"boris\"}"
#define ROLE_KEY ",\"use\":\"role\",\"code\":\"legal\",\"age\":\"" AGE "\""
#define ENROL_LEGAL                                                                                \
    ",\"use\":\"officer\",\"kid\":\"K3\",\"public\":\"P3\",\"code\":\"boris\","                    \
    "\"roles\":[\"legal\",\"auditor\"]"
#define SHARE_BORIS ",\"kid\":\"K3\",\"roles\":[\"legal\"]"

/* Who holds a role's key shares it, and nobody else; whoever enrols makes no holder. */
static void test_shared(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"key.enrolled", ENROL_ROOT, BY_ROOT, ROOT, ROOT, NULL, NULL},
        {"key.enrolled", ",\"use\":\"registrar\",\"kid\":\"K1\",\"public\":\"P1\"", BY_ROOT, ROOT,
         ROOT, NULL, NULL},
        {"key.enrolled", ENROL_ANNA, BY_REGISTRAR, REGISTRAR, REGISTRAR, NULL, NULL},
        {"key.enrolled", ROLE_KEY, BY_REGISTRAR, REGISTRAR, REGISTRAR, NULL, NULL},
        {"key.enrolled", ENROL_LEGAL, BY_REGISTRAR, REGISTRAR, REGISTRAR, NULL, NULL},
        {"key.shared", SHARE_BORIS, BY_BORIS, BORIS, BORIS, "keyset.share", NULL},
        {"key.shared", SHARE_BORIS, BY_REGISTRAR, REGISTRAR, REGISTRAR, "keyset.role", NULL},
        {"key.enrolled", ROLE_KEY, BY_REGISTRAR, REGISTRAR, REGISTRAR, NULL, NULL},
        {"key.shared", ",\"kid\":\"K3\",\"roles\":[\"custodian\"]", BY_ANNA, ANNA, ANNA,
         "keyset.share", NULL},
        {"key.shared", ",\"kid\":\"K4\",\"roles\":[\"legal\"]", BY_ANNA, ANNA, ANNA, "keyset.share",
         NULL},
        {"key.shared", SHARE_BORIS, BY_ANNA, ANNA, ANNA, NULL, NULL},
    };
    struct dep_keyset *keyset = NULL;
    assert_int_equal(dep_keyset_new(&keyset), DEP_OK);
    for (size_t i = 0; i < DEP_COUNT(steps); i++) {
        struct dep_finding why = {"", "", 0};
        int err = step_add(keyset, i, &steps[i], &why);
        if (strcmp(why.id, steps[i].finding ? steps[i].finding : "") != 0)
            print_message("step %zu: %s\n", i, why.id);
        assert_int_equal(err, steps[i].finding ? DEP_FOUND : DEP_OK);
        assert_string_equal(why.id, steps[i].finding ? steps[i].finding : "");
        if (i >= 3)
            assert_int_equal(dep_keyset_find(keyset, kids[ANNA])->held, DEP_ROLE_LEGAL);
        if (i >= 4)
            assert_int_equal(dep_keyset_find(keyset, kids[BORIS])->held,
                             i + 1 < DEP_COUNT(steps) ? 0 : DEP_ROLE_LEGAL);
    }
    dep_keyset_free(keyset);
}

int main(void)
{
    if (dep_crypto_init(false))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared),     cmocka_unit_test(test_first),
        cmocka_unit_test(test_forgeries),  cmocka_unit_test(test_before_enrolment),
        cmocka_unit_test(test_revocation), cmocka_unit_test(test_recipients),
        cmocka_unit_test(test_issued),     cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
