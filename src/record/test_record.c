#include "record/test_support.h"

#define LABELS "\"labels\":{\"en\":\"E\",\"fr\":\"F\",\"ar\":\"A\"}"

/* A type with everything in it: open and protected, required and not, unknown, a format. */
static const char sample[] =
    "{\"metadata\":{\"v\":1," LABELS
    ",\"readers\":[\"legal\",\"desk\"],\"signers\":[\"custodian\"]},"
    "\"properties\":{"
    "\"item\":{\"type\":\"string\",\"metadata\":{\"open\":true,\"format\":\"uuid\"," LABELS "}},"
    "\"text\":{\"ref\":\"text\",\"metadata\":{" LABELS "}}},"
    "\"optionalProperties\":{"
    "\"count\":{\"type\":\"uint32\",\"metadata\":{\"open\":true," LABELS "}},"
    "\"size\":{\"type\":\"uint32\",\"metadata\":{" LABELS "}},"
    "\"when\":{\"type\":\"string\",\"metadata\":{\"format\":\"edtf\",\"unknown_ok\":true," LABELS
    "}},"
    "\"where\":{\"type\":\"string\",\"metadata\":{\"unknown_ok\":true,\"open\":true," LABELS "}},"
    "\"tags\":{\"elements\":{\"type\":\"string\"},\"metadata\":{\"format\":\"code\"," LABELS "}},"
    "\"unknown\":{\"values\":{\"ref\":\"absence\"},\"metadata\":{" LABELS "}}}}";
static const char definitions[] =
    "{\"text\":{\"properties\":{\"text\":{\"type\":\"string\"},\"lang\":{\"type\":\"string\","
    "\"metadata\":{\"format\":\"lang\"}}}},"
    "\"absence\":{\"properties\":{\"code\":{\"enum\":[\"unknown\",\"refused\",\"not_applicable\"]},"
    "\"reason\":{\"type\":\"string\"}}}}";
static const char bare[] =
    "{\"metadata\":{\"v\":1," LABELS ",\"readers\":[],\"signers\":[\"root\"]},"
    "\"properties\":{}}";

enum { PROTECTED = 5 };
#define UUID "0190a2b4-7c1e-7abc-8def-0123456789ab"
#define SHA "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define ITEM "\"item\":\"" UUID "\""
#define TEXT "\"text\":{\"text\":\"t\",\"lang\":\"fr\"}"
#define UNKNOWN                                                                                    \
    "\"unknown\":{\"when\":{\"code\":\"unknown\",\"reason\":\"r\"},"                               \
    "\"where\":{\"code\":\"refused\",\"reason\":\"\"}}"
#define GOOD ITEM "," TEXT "," UNKNOWN

static struct dep_schemas *schemas;
static struct dep_signing_key *key;

static int setup(void **state)
{
    (void)state;
    const struct dep_schema_file files[] = {
        {"sample.jtd.json", dep_slice_string(sample)},
        {"bare.jtd.json", dep_slice_string(bare)},
        {"_definitions.json", dep_slice_string(definitions)},
    };
    struct dep_finding why = {"", "", 0};
    int err = dep_schemas_parse(files, DEP_COUNT(files), &schemas, &why);
    if (err)
        print_message("%s\n", why.id);
    key = key_new();
    return err;
}

static int teardown(void **state)
{
    (void)state;
    dep_schemas_free(schemas);
    dep_signing_key_free(key);
    return 0;
}

static struct dep_issuer issuer(void)
{
    return (struct dep_issuer){.member = "mem",
                               .role = DEP_ROLE_CUSTODIAN,
                               .code = "EX1",
                               .key = key,
                               .now_ms = INT64_C(1795512913123),
                               .clock_source = "ntp",
                               .uncertainty_s = 2,
                               .random = counter_random};
}

static int issue(const char *claims, struct dep_issued *out, struct dep_jtd_error *where,
                 struct dep_finding *why)
{
    DEP_AUTO_JSON *value = json_of(claims);
    struct dep_issuer who = issuer();
    return dep_record_issue(schemas, "sample", value, NULL, &who, out, where, why);
}

static void test_round_trip(void **state)
{
    (void)state;
    static const char claims[] =
        "{" GOOD ",\"tags\":[\"a\",\"b\"],\"size\":null,\"refs\":[{\"rel\":\"about\",\"id\":\"" UUID
        "\",\"sha256\":\"" SHA "\"}]}";
    struct dep_issued issued;
    struct dep_finding why = {"", "", 0};
    assert_int_equal(issue(claims, &issued, NULL, &why), DEP_OK);
    assert_int_equal(issued.readers, DEP_ROLE_LEGAL | DEP_ROLE_DESK);
    DEP_AUTO_RECORD record = {0};
    assert_int_equal(dep_record_parse(dep_buf_slice(&issued.jwt), &record, &why), DEP_OK);
    assert_int_equal(dep_jwt_verify(&record.jwt, dep_signing_key_public(key), &why), DEP_OK);
    char kid[DEP_KID_LEN + 1];
    dep_kid(dep_signing_key_public(key), kid);
    assert_string_equal(record.kid, kid);
    assert_string_equal(record.jti, issued.jti);
    assert_string_equal(record.iss, "mem");
    assert_string_equal(record.by_code, "EX1");
    assert_int_equal(record.by_role, DEP_ROLE_CUSTODIAN);
    assert_int_equal(record.iat, 1795512913);
    assert_true(dep_hash_equal(&record.jwt.sha256, &issued.sha256));
    assert_int_equal(json_array_size(json_object_get(record.jwt.payload, "_sd")), PROTECTED);

    DEP_AUTO_JSON *whole = NULL, *open = NULL;
    assert_int_equal(dep_record_claims(schemas, &record, dep_buf_slice(&issued.disclosures), false,
                                       &whole, NULL, &why),
                     DEP_OK);
    DEP_AUTO_JSON *given = json_of(claims);
    assert_int_equal(json_object_del(given, "size"), 0);
    const char *name;
    json_t *value;
    json_object_foreach(given, name, value)
        assert_true(json_equal(json_object_get(whole, name), value));
    assert_int_equal(json_object_size(whole), json_object_size(given) + 7);
    assert_string_equal(dep_record_ref(whole, "about"), UUID);
    assert_null(dep_record_ref(whole, "item"));

    assert_int_equal(
        dep_record_claims(schemas, &record, (struct dep_slice){0}, false, &open, NULL, &why),
        DEP_OK);
    assert_string_equal(dep_json_string(open, "item"), UUID);
    assert_null(json_object_get(open, "text"));
    dep_issued_done(&issued);
}

static void test_issue_refused(void **state)
{
    (void)state;
    static const struct {
        const char *claims, *finding, *where;
    } rows[] = {
        {"{" GOOD "}", NULL, NULL},
        {"{" ITEM "," TEXT ",\"when\":\"2026-11\",\"where\":\"x\"}", NULL, NULL},
        {"{" GOOD ",\"refs\":[]}", NULL, NULL},
        {"[]", "record.field", ""},
        {"{" TEXT "," UNKNOWN "}", "record.field", "/item"},
        {"{" ITEM "," UNKNOWN "}", "record.field", "/text"},
        {"{" ITEM ",\"text\":null," UNKNOWN "}", "record.field", "/text"},
        {"{" ITEM ",\"text\":{\"text\":\"t\"}," UNKNOWN "}", "record.field", "/text"},
        {"{" ITEM ",\"text\":{\"text\":\"t\",\"lang\":\"!\"}," UNKNOWN "}", "record.format",
         "/text/lang"},
        {"{" GOOD ",\"other\":1}", "record.field", "/other"},
        {"{" GOOD ",\"count\":-1}", "record.field", "/count"},
        {"{" GOOD ",\"count\":null}", "record.field", "/count"},
        {"{" GOOD ",\"size\":\"1\"}", "record.field", "/size"},
        {"{" GOOD ",\"tags\":[\"a\",\"b c\"]}", "record.format", "/tags"},
        {"{\"item\":\"x\"," TEXT "," UNKNOWN "}", "record.format", "/item"},
        {"{" ITEM "," TEXT ",\"when\":\"soon\",\"where\":\"x\"}", "record.format", "/when"},
        {"{" ITEM "," TEXT ",\"where\":\"x\"}", "record.unknown.neither", "/when"},
        {"{" ITEM "," TEXT ",\"when\":null,\"where\":\"x\"}", "record.unknown.neither", "/when"},
        {"{" GOOD ",\"when\":\"2026\"}", "record.unknown.both", "/when"},
        {"{" ITEM "," TEXT ",\"when\":\"2026\",\"where\":\"x\",\"unknown\":{\"size\":{\"code\":"
         "\"unknown\",\"reason\":\"\"}}}",
         "record.field", "/unknown/size"},
        {"{" ITEM "," TEXT ",\"where\":\"x\",\"unknown\":{\"when\":{\"code\":\"lost\",\"reason\":"
         "\"\"}}}",
         "record.field", "/unknown/when/code"},
        {"{" GOOD ",\"jti\":\"" UUID "\"}", "record.envelope", "/jti"},
        {"{" GOOD ",\"_sd\":[]}", "record.envelope", "/_sd"},
        {"{" GOOD ",\"by\":{}}", "record.envelope", "/by"},
        {"{" GOOD ",\"refs\":{}}", "record.envelope", "/refs"},
        {"{" GOOD ",\"refs\":[{\"rel\":\"friend\",\"id\":\"" UUID "\",\"sha256\":\"" SHA "\"}]}",
         "record.envelope", "/refs"},
        {"{" GOOD ",\"refs\":[{\"rel\":\"about\",\"id\":\"1\",\"sha256\":\"" SHA "\"}]}",
         "record.envelope", "/refs"},
        {"{" GOOD ",\"refs\":[{\"rel\":\"about\",\"id\":\"" UUID "\",\"sha256\":\"00\"}]}",
         "record.envelope", "/refs"},
        {"{" GOOD ",\"refs\":[{\"rel\":\"about\",\"id\":\"" UUID "\",\"sha256\":\"" SHA
         "\",\"x\":1}]}",
         "record.envelope", "/refs"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_issued issued, before;
        memset(&issued, 7, sizeof issued);
        before = issued;
        struct dep_jtd_error where = {"", ""};
        struct dep_finding why = {"", "", 0};
        int err = issue(rows[i].claims, &issued, &where, &why);
        if (!rows[i].finding) {
            assert_int_equal(err, DEP_OK);
            dep_issued_done(&issued);
            continue;
        }
        if (err != DEP_FOUND || strcmp(why.id, rows[i].finding) != 0)
            print_message("row %zu\n", i);
        assert_found(err, &why, rows[i].finding);
        assert_string_equal(where.instance_path, rows[i].where);
        assert_memory_equal(&issued, &before, sizeof issued);
    }
}

static void issuer_refused(const struct dep_issuer *who, const char *type, const char *jti,
                           const char *finding)
{
    DEP_AUTO_JSON *claims = json_of("{" GOOD "}");
    struct dep_issued issued;
    struct dep_finding why = {"", "", 0};
    assert_found(dep_record_issue(schemas, type, claims, jti, who, &issued, NULL, &why), &why,
                 finding);
}

static void test_issuer_refused(void **state)
{
    (void)state;
    struct dep_issuer who = issuer();
    issuer_refused(&who, "nothing", NULL, "record.type");
    issuer_refused(&who, "sample", "0190A2B4-7c1e-7abc-8def-0123456789ab", "record.envelope");
    who.role = DEP_ROLE_LEGAL;
    issuer_refused(&who, "sample", NULL, "record.signer");
    who = issuer();
    who.member = "";
    issuer_refused(&who, "sample", NULL, "record.envelope");
    who = issuer();
    who.code = "a b";
    issuer_refused(&who, "sample", NULL, "record.envelope");
    who = issuer();
    who.clock_source = "sundial";
    issuer_refused(&who, "sample", NULL, "record.envelope");
    who = issuer();
    who.now_ms = -1;
    issuer_refused(&who, "sample", NULL, "record.envelope");
}

/* ---- reading: payloads put together by hand, each differing in one respect ---- */
#define D(letter) letter "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SD5 "\"" D("A") "\",\"" D("B") "\",\"" D("C") "\",\"" D("D") "\",\"" D("E") "\""
#define ISS "\"iss\":\"mem\""
#define JTI ",\"jti\":\"" UUID "\""
#define IAT ",\"iat\":1"
#define CLOCK ",\"clock\":{\"source\":\"rtc\",\"uncertainty_s\":0}"
#define TYPE ",\"type\":\"sample\""
#define V ",\"v\":1"
#define BY ",\"by\":{\"role\":\"custodian\",\"code\":\"EX1\"}"
#define OPEN "," ITEM ",\"where\":\"x\""
#define SD ",\"_sd\":[" SD5 "]"
#define ALG ",\"_sd_alg\":\"sha-256\""
#define KID "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
#define HEADER "{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"" DEP_RECORD_TYP "\"}"

static void test_parse_refused(void **state)
{
    (void)state;
    static const struct {
        const char *header, *payload, *finding;
    } rows[] = {
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V BY OPEN SD ALG "}", NULL},
        {"{\"alg\":\"Ed25519\",\"kid\":\"" KID "\",\"typ\":\"" DEP_RECORD_TYP "\"}",
         "{" ISS JTI IAT CLOCK TYPE V BY "}", NULL},
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}",
         "{" ISS JTI IAT CLOCK TYPE V BY "}", "jwt.typ"},
        {"{\"alg\":\"EdDSA\",\"typ\":\"" DEP_RECORD_TYP "\"}", "{" ISS JTI IAT CLOCK TYPE V BY "}",
         "record.header"},
        {"{\"alg\":\"EdDSA\",\"kid\":\"k\",\"typ\":\"" DEP_RECORD_TYP "\"}",
         "{" ISS JTI IAT CLOCK TYPE V BY "}", "record.header"},
        {"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"" DEP_RECORD_TYP "\",\"jku\":\"u\"}",
         "{" ISS JTI IAT CLOCK TYPE V BY "}", "record.header"},
        {HEADER, "{\"iss\":\"m m\"" JTI IAT CLOCK TYPE V BY "}", "record.envelope"},
        {HEADER, "{\"a\":1" JTI IAT CLOCK TYPE V BY "}", "record.envelope"},
        /* RFC 9901 section 9.7: who, when and by what key is never withheld */
        {HEADER, "{\"_sd\":[" SD5 "]" ALG JTI IAT CLOCK TYPE V BY "}", "record.envelope"},
        {HEADER, "{" ISS JTI CLOCK TYPE V BY SD ALG "}", "record.envelope"},
        {HEADER, "{" ISS IAT CLOCK TYPE V BY "}", "record.envelope"},
        {HEADER, "{" ISS ",\"jti\":\"1\"" IAT CLOCK TYPE V BY "}", "record.envelope"},
        {HEADER, "{" ISS JTI CLOCK TYPE V BY "}", "record.envelope"},
        {HEADER, "{" ISS JTI ",\"iat\":-1" CLOCK TYPE V BY "}", "record.envelope"},
        {HEADER, "{" ISS JTI ",\"iat\":\"1\"" CLOCK TYPE V BY "}", "record.envelope"},
        {HEADER, "{" ISS JTI IAT TYPE V BY "}", "record.envelope"},
        {HEADER, "{" ISS JTI IAT ",\"clock\":{\"source\":\"x\",\"uncertainty_s\":0}" TYPE V BY "}",
         "record.envelope"},
        {HEADER, "{" ISS JTI IAT ",\"clock\":{\"source\":\"rtc\"}" TYPE V BY "}",
         "record.envelope"},
        {HEADER, "{" ISS JTI IAT CLOCK V BY "}", "record.envelope"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE ",\"v\":0" BY "}", "record.envelope"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE BY "}", "record.envelope"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V "}", "record.envelope"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V ",\"by\":{\"role\":\"king\",\"code\":\"EX1\"}}",
         "record.envelope"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V ",\"by\":{\"role\":\"desk\",\"code\":\"\"}}",
         "record.envelope"},
        {HEADER,
         "{" ISS JTI IAT CLOCK TYPE V ",\"by\":{\"role\":\"desk\",\"code\":\"a\",\"name\":\"N\"}}",
         "record.envelope"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V BY ",\"refs\":[]}", "record.envelope"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V BY ",\"refs\":[1]}", "record.envelope"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V BY SD "}", "record.sd"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V BY ALG "}", "record.sd"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V BY SD ",\"_sd_alg\":\"sha-512\"}", "record.sd"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V BY ",\"_sd\":[]" ALG "}", "record.sd"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V BY ",\"_sd\":[\"" D("B") "\",\"" D("A") "\"]" ALG "}",
         "record.sd"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V BY ",\"_sd\":[\"" D("A") "\",\"" D("A") "\"]" ALG "}",
         "record.sd"},
        {HEADER, "{" ISS JTI IAT CLOCK TYPE V BY ",\"_sd\":[\"short\"]" ALG "}", "record.sd"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char *text = jwt_text(rows[i].header, rows[i].payload, key);
        struct dep_record record, before;
        memset(&record, 0, sizeof record);
        before = record;
        struct dep_finding why = {"", "", 0};
        int err = dep_record_parse(dep_slice_string(text), &record, &why);
        if (rows[i].finding) {
            if (err != DEP_FOUND || strcmp(why.id, rows[i].finding) != 0)
                print_message("row %zu\n", i);
            assert_found(err, &why, rows[i].finding);
            assert_memory_equal(&record, &before, sizeof record);
        } else {
            assert_int_equal(err, DEP_OK);
            dep_record_done(&record);
        }
        free(text);
    }
}

/* A record with hand-made open claims and any protected object. */
static int claims_of(const char *open, const char *hidden, bool partial, struct dep_finding *why)
{
    DEP_AUTO_JSON *open_value = json_of(open);
    DEP_AUTO_JSON *hidden_value = json_of(hidden);
    DEP_AUTO_BUF jwt, disclosures;
    dep_buf_init(&jwt, 65536);
    dep_buf_init(&disclosures, 65536);
    assert_int_equal(dep_sdjwt_issue(open_value, hidden_value, DEP_RECORD_TYP, key, counter_random,
                                     &jwt, &disclosures),
                     DEP_OK);
    DEP_AUTO_RECORD record = {0};
    assert_int_equal(dep_record_parse(dep_buf_slice(&jwt), &record, why), DEP_OK);
    struct dep_slice shown = dep_buf_slice(&disclosures);
    if (partial)
        shown = dep_slice_next(&shown, '~');
    json_t *claims = NULL;
    int err = dep_record_claims(schemas, &record, shown, partial, &claims, NULL, why);
    if (err)
        assert_null(claims);
    json_decref(claims);
    return err;
}

static void test_claims_refused(void **state)
{
    (void)state;
    static const char base[] = "{" ISS JTI IAT CLOCK TYPE V BY OPEN "}";
    static const struct {
        const char *open, *hidden;
        bool partial;
        const char *finding;
    } rows[] = {
        {base, "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"unknown\":null}", false,
         NULL},
        {base, "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"unknown\":null}", true,
         NULL},
        {"{" ISS JTI IAT CLOCK ",\"type\":\"other\"" V BY OPEN "}",
         "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"unknown\":null}", false,
         "record.type"},
        {"{" ISS JTI IAT CLOCK TYPE ",\"v\":2" BY OPEN "}",
         "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"unknown\":null}", false,
         "record.type"},
        {base, "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null}", false,
         "record.sd.count"},
        {base, "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"unknown\":null,\"x\":1}",
         false, "record.sd.count"},
        {base, "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"x\":null}", false,
         "record.field"},
        {base, "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"count\":1}", false,
         "record.field"},
        {"{" ISS JTI IAT CLOCK TYPE V BY OPEN ",\"size\":1}",
         "{" TEXT ",\"when\":\"2026\",\"tags\":null,\"unknown\":null,\"x\":null}", false,
         "record.field"},
        {"{" ISS JTI IAT CLOCK TYPE V BY OPEN ",\"extra\":1}",
         "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"unknown\":null}", false,
         "record.field"},
        /* RFC 9901 section 7.1 step 6: what would limit its validity, no record has */
        {"{" ISS JTI IAT CLOCK TYPE V BY OPEN ",\"exp\":1}",
         "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"unknown\":null}", false,
         "record.field"},
        {"{" ISS JTI IAT CLOCK TYPE V BY OPEN ",\"nbf\":99999999999}",
         "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"unknown\":null}", false,
         "record.field"},
        {"{" ISS JTI IAT CLOCK TYPE V BY OPEN ",\"aud\":\"another\"}",
         "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"unknown\":null}", false,
         "record.field"},
        {base, "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"exp\":1}", false,
         "record.field"},
        {"{" ISS JTI IAT CLOCK TYPE V BY ",\"where\":\"x\"}",
         "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"unknown\":null}", true,
         "record.field"},
        {base, "{\"text\":null,\"size\":null,\"when\":\"2026\",\"tags\":null,\"unknown\":null}",
         false, "record.field"},
        {base, "{" TEXT ",\"size\":null,\"when\":\"later\",\"tags\":null,\"unknown\":null}", false,
         "record.format"},
        {base, "{" TEXT ",\"size\":null,\"when\":null,\"tags\":null,\"unknown\":null}", false,
         "record.unknown.neither"},
        {base,
         "{" TEXT ",\"size\":null,\"when\":\"2026\",\"tags\":null,\"unknown\":{\"when\":{\"code\":"
         "\"unknown\",\"reason\":\"\"}}}",
         false, "record.unknown.both"},
        {base,
         "{\"text\":{\"text\":\"t\",\"lang\":\"fr\",\"_sd\":[]},\"size\":null,\"when\":\"2026\","
         "\"tags\":null,\"unknown\":null}",
         false, "record.sd.nested"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_finding why = {"", "", 0};
        int err = claims_of(rows[i].open, rows[i].hidden, rows[i].partial, &why);
        if (!rows[i].finding) {
            assert_int_equal(err, DEP_OK);
            continue;
        }
        if (err != DEP_FOUND || strcmp(why.id, rows[i].finding) != 0)
            print_message("row %zu: %s\n", i, why.id);
        assert_found(err, &why, rows[i].finding);
    }
}

/* One disclosure short is told, unless only a part was promised. */
static void test_missing_disclosure(void **state)
{
    (void)state;
    struct dep_issued issued;
    struct dep_finding why = {"", "", 0};
    assert_int_equal(issue("{" GOOD "}", &issued, NULL, &why), DEP_OK);
    DEP_AUTO_RECORD record = {0};
    assert_int_equal(dep_record_parse(dep_buf_slice(&issued.jwt), &record, &why), DEP_OK);
    struct dep_slice rest = dep_buf_slice(&issued.disclosures);
    (void)dep_slice_next(&rest, '~');
    struct dep_jtd_error where = {"", ""};
    json_t *claims = NULL;
    assert_found(dep_record_claims(schemas, &record, rest, false, &claims, &where, &why), &why,
                 "record.disclosures");
    assert_string_equal(where.instance_path, "/text");
    assert_int_equal(dep_record_claims(schemas, &record, rest, true, &claims, &where, &why),
                     DEP_OK);
    json_decref(claims);
    dep_issued_done(&issued);
}

/* Without protected fields there is no `_sd`, and no disclosure to give. */
static void test_bare(void **state)
{
    (void)state;
    struct dep_issuer who = issuer();
    who.role = DEP_ROLE_ROOT;
    DEP_AUTO_JSON *empty = json_object();
    struct dep_issued issued;
    assert_int_equal(dep_record_issue(schemas, "bare", empty, UUID, &who, &issued, NULL, NULL),
                     DEP_OK);
    assert_string_equal(issued.jti, UUID);
    assert_int_equal(issued.disclosures.len, 0);
    DEP_AUTO_RECORD record = {0};
    assert_int_equal(dep_record_parse(dep_buf_slice(&issued.jwt), &record, NULL), DEP_OK);
    assert_null(json_object_get(record.jwt.payload, "_sd"));
    json_t *claims = NULL;
    assert_int_equal(
        dep_record_claims(schemas, &record, (struct dep_slice){0}, false, &claims, NULL, NULL),
        DEP_OK);
    json_decref(claims);
    dep_issued_done(&issued);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    long failed = 0;
    for (int err = DEP_ERR_NOMEM; err != DEP_OK; failed++) {
        DEP_AUTO_JSON *claims = json_of("{" GOOD "}");
        struct dep_issuer who = issuer();
        struct dep_issued issued;
        dep_alloc_fail_at(failed);
        err = dep_record_issue(schemas, "sample", claims, NULL, &who, &issued, NULL, NULL);
        dep_alloc_fail_at(-1);
        if (!err)
            dep_issued_done(&issued);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
    }
    assert_true(failed > 5);
}

/* All of them at once, the first of each field; those beyond the room are counted. */
static void test_violations(void **state)
{
    (void)state;
    enum { ROOM = 6 };
    static const struct {
        const char *claims;
        const char *found[ROOM]; /* "id where" */
    } rows[] = {
        {"{" GOOD "}", {NULL}},
        {"{" GOOD ",\"refs\":[]}", {NULL}},
        {"{" ITEM ",\"unknown\":null}",
         {"record.field /text", "record.unknown.neither /when", "record.unknown.neither /where"}},
        {"{" GOOD ",\"other\":1,\"count\":-1,\"when\":\"2026\"}",
         {"record.field /other", "record.field /count", "record.unknown.both /when"}},
        {"{\"item\":\"x\",\"text\":{\"text\":\"t\"},\"unknown\":{\"size\":{\"code\":\"unknown\","
         "\"reason\":\"\"}}}",
         {"record.format /item", "record.field /text", "record.unknown.neither /when",
          "record.unknown.neither /where", "record.field /unknown/size"}},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_JSON *claims = json_of(rows[i].claims);
        struct dep_violation found[ROOM];
        const struct dep_schema *schema = dep_schemas_find(schemas, "sample", 0);
        int count = dep_record_violations(schema, claims, found, ROOM);
        int wanted = 0;
        for (; wanted < ROOM && rows[i].found[wanted]; wanted++) {
            bool met = false;
            for (int at = 0; at < count && at < ROOM; at++) {
                char text[64 + DEP_JTD_POINTER_MAX];
                (void)snprintf(text, sizeof text, "%s %s", found[at].finding.id,
                               found[at].where.instance_path);
                met = met || strcmp(text, rows[i].found[wanted]) == 0;
            }
            if (!met)
                print_message("row %zu: no %s\n", i, rows[i].found[wanted]);
            assert_true(met);
        }
        assert_int_equal(count, wanted);
        assert_int_equal(dep_record_violations(schema, claims, NULL, 0), wanted);
    }
}

static void test_earliest(void **state)
{
    (void)state;
    static const struct {
        int64_t iat, uncertainty_s, earliest_s;
    } rows[] = {{100, 0, 100}, {100, 3, 97}, {0, 3, -3}, {INT64_MIN, 1, INT64_MIN}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_JSON *claims = json_pack("{s:I,s:{s:I}}", "iat", (json_int_t)rows[i].iat, "clock",
                                          "uncertainty_s", (json_int_t)rows[i].uncertainty_s);
        assert_int_equal(dep_record_earliest_s(claims), rows[i].earliest_s);
    }
}

int main(void)
{
    if (dep_crypto_init(false))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_earliest),           cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_issue_refused),      cmocka_unit_test(test_issuer_refused),
        cmocka_unit_test(test_parse_refused),      cmocka_unit_test(test_claims_refused),
        cmocka_unit_test(test_missing_disclosure), cmocka_unit_test(test_bare),
        cmocka_unit_test(test_out_of_memory),      cmocka_unit_test(test_violations),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
