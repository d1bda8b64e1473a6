#include "codec/base64.h"
#include "record/test_support.h"

enum { SLOTS = 4 };

/*
 * RFC 9901, rule by rule: what must be rejected, and the rows that show it.
 *
 *   4      parts and tildes               test_split
 *   4.1    `none`                         test_jwt.c, test_parse: jwt.alg
 *   4.1    `_sd` and `...` only for digests  sdjwt.sd.form, sdjwt.ellipsis below;
 *          test_issue_refused
 *   4.1    a digest once                  sdjwt.digest.duplicate below (7.1 step 4)
 *   4.1.1  `_sd_alg` at the top, a known hash  sdjwt.alg below
 *   4.2.1  disclosure of a member         sdjwt.disclosure.form, .salt, .name below
 *   4.2.2  disclosure of an element       sdjwt.disclosure.arity, .salt below
 *   4.2.3  the digest is of the text      test_digest_of_text; sdjwt.disclosure.unreferenced below
 *   4.2.4.1, 4.2.4.2  `_sd` and `...`     sdjwt.sd.form, sdjwt.ellipsis below
 *   4.2.6  what leads to a disclosure     sdjwt.disclosure.unreferenced below
 *   4.3, 7.2, 7.3  key binding: never asked for here, so refused whatever it says  test_split;
 *          test_presentation.c, test_not_read
 *   7.1    step 1                         test_split
 *   7.1    steps 2a, 2b                   test_jwt.c, test_parse (jwt.alg), test_forgery
 *   7.1    step 2c                        test_keyset.c, test_forgeries, test_before_enrolment
 *   7.1    step 2d                        sdjwt.alg below
 *   7.1    steps 3 to 5                   below, by their numbers
 *   7.1    step 6 (nbf, exp, aud: no record has them)  test_record.c, test_claims_refused
 *   7.2    what isn't of this JWT isn't presented      test_presentation.c, test_not_made
 *   8      JSON serialization: not supported           test_split
 *   9.1, 9.2  signature and disclosures are looked at  test_jwt.c, test_forgery; below
 *   9.7    iss, iat and their like are never withheld   test_record.c, test_parse_refused
 *   9.11   explicit typing                test_jwt.c, test_parse: jwt.typ
 *
 * A row tells a payload in which D0..D3 stand for the digests of up to four disclosures, given as
 * JSON text (within which digests of lower numbers may stand too); `send` lists which are sent.
 */
struct row {
    const char *payload;
    const char *disclosures[SLOTS];
    const char *send;
    const char *finding;  /* NULL: good */
    const char *expected; /* of a good one */
};

static void digests_fill(const char *text, struct dep_sd_digest *digests, struct dep_buf *out)
{
    for (; *text; text++) {
        if (text[0] == 'D' && text[1] >= '0' && text[1] < '0' + SLOTS) {
            dep_buf_add_string(out, digests[text[1] - '0'].text);
            text++;
        } else {
            dep_buf_add_byte(out, (uint8_t)*text);
        }
    }
}

static int row_apply(const struct row *row, json_t **out, bool *top, struct dep_finding *why)
{
    struct dep_sd_digest digests[SLOTS];
    char *encoded[SLOTS] = {NULL};
    for (size_t i = 0; i < SLOTS && row->disclosures[i]; i++) {
        struct dep_buf text, one;
        dep_buf_init(&text, 65536);
        dep_buf_init(&one, 65536);
        digests_fill(row->disclosures[i], digests, &text);
        dep_base64_encode(DEP_BASE64_URL, dep_buf_slice(&text), &one);
        dep_sd_digest_of(dep_buf_slice(&one), &digests[i]);
        dep_buf_done(&text);
        encoded[i] = dep_buf_take(&one);
    }
    DEP_AUTO_BUF payload_text, sent;
    dep_buf_init(&payload_text, 65536);
    dep_buf_init(&sent, 65536);
    digests_fill(row->payload, digests, &payload_text);
    for (const char *at = row->send; *at; at++) {
        if (sent.len > 0)
            dep_buf_add_byte(&sent, '~');
        if (*at >= '0' && *at < '0' + SLOTS)
            dep_buf_add_string(&sent, encoded[*at - '0']);
        else
            dep_buf_add_byte(&sent, (uint8_t)*at);
    }
    DEP_AUTO_JSON *payload = json_of((const char *)payload_text.data);
    DEP_AUTO_JSON *before = json_deep_copy(payload);
    int err = dep_sdjwt_apply(payload, dep_buf_slice(&sent), out, top, why);
    assert_true(json_equal(payload, before));
    for (size_t i = 0; i < SLOTS; i++)
        free(encoded[i]);
    return err;
}

static const struct row rows[] = {
    {"{\"iss\":\"x\",\"_sd\":[\"D0\",\"D1\"],\"_sd_alg\":\"sha-256\"}",
     {"[\"s0\",\"a\",1]", "[\"s1\",\"b\",{\"c\":[null]}]"},
     "01",
     NULL,
     "{\"iss\":\"x\",\"a\":1,\"b\":{\"c\":[null]}}"},
    {"{\"iss\":\"x\",\"_sd\":[\"D0\",\"D1\"]}",
     {"[\"s0\",\"a\",1]", "[\"s1\",\"b\",2]"},
     "1",
     NULL,
     "{\"iss\":\"x\",\"b\":2}"},
    {"{\"_sd\":[\"D0\",\"D1\"],\"_sd_alg\":\"sha-256\"}",
     {"[\"s0\",\"a\",1]", "[\"s1\",\"b\",2]"},
     "",
     NULL,
     "{}"},
    {"{\"_sd\":[\"D1\"]}",
     {"[\"s0\",\"a\",1]", "[\"s1\",\"o\",{\"_sd\":[\"D0\"]}]"},
     "01",
     NULL,
     "{\"o\":{\"a\":1}}"},
    {"{\"l\":[1,{\"...\":\"D0\"},{\"...\":\"D1\"}]}",
     {"[\"s0\",2]", "[\"s1\",3]"},
     "1",
     NULL,
     "{\"l\":[1,3]}"},
    /* step 3c.i and 3d: a digest to which nothing was sent is ignored, a decoy among them */
    {"{\"_sd\":[\"decoy\"],\"l\":[{\"...\":\"decoy2\"}]}", {NULL}, "", NULL, "{\"l\":[]}"},
    /* step 3b: `_sd` is an array (4.2.4.1: of strings) */
    {"{\"_sd\":\"D0\"}", {"[\"s0\",\"a\",1]"}, "0", "sdjwt.sd.form", NULL},
    {"{\"_sd\":{}}", {NULL}, "", "sdjwt.sd.form", NULL},
    {"{\"_sd\":null}", {NULL}, "", "sdjwt.sd.form", NULL},
    {"{\"_sd\":[\"D0\",1]}", {"[\"s0\",\"a\",1]"}, "0", "sdjwt.sd.form", NULL},
    {"{\"o\":{\"_sd\":7}}", {NULL}, "", "sdjwt.sd.form", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"o\",{\"_sd\":7}]"}, "0", "sdjwt.sd.form", NULL},
    {"{\"l\":[{\"...\":\"D0\"}]}", {"[\"s0\",{\"_sd\":[[]]}]"}, "0", "sdjwt.sd.form", NULL},
    /* step 4: the same digest twice, anywhere, disclosed or not */
    {"{\"_sd\":[\"D0\",\"D0\"]}", {"[\"s0\",\"a\",1]"}, "0", "sdjwt.digest.duplicate", NULL},
    {"{\"_sd\":[\"D0\",\"D0\"]}", {"[\"s0\",\"a\",1]"}, "", "sdjwt.digest.duplicate", NULL},
    {"{\"_sd\":[\"D0\"],\"o\":{\"_sd\":[\"D0\"]}}",
     {"[\"s0\",\"a\",1]"},
     "0",
     "sdjwt.digest.duplicate",
     NULL},
    {"{\"l\":[{\"...\":\"D0\"},{\"...\":\"D0\"}]}",
     {"[\"s0\",1]"},
     "",
     "sdjwt.digest.duplicate",
     NULL},
    {"{\"_sd\":[\"D0\",\"D1\"]}",
     {"[\"s0\",\"a\",1]", "[\"s1\",\"o\",{\"_sd\":[\"D0\"]}]"},
     "1",
     "sdjwt.digest.duplicate",
     NULL},
    {"{\"_sd\":[\"decoy\",\"decoy\"]}", {NULL}, "", "sdjwt.digest.duplicate", NULL},
    {"{\"_sd\":[\"D0\"],\"l\":[{\"...\":\"D0\"}]}",
     {"[\"s0\",\"a\",1]"},
     "",
     "sdjwt.digest.duplicate",
     NULL},
    {"{\"_sd\":[\"D1\",\"D2\"]}",
     {"[\"s0\",\"a\",1]", "[\"s1\",\"o\",{\"_sd\":[\"D0\"]}]", "[\"s2\",\"p\",[{\"...\":\"D0\"}]]"},
     "12",
     "sdjwt.digest.duplicate",
     NULL},
    /* step 3c.ii and 4.2.1: an array of three, salt and name are strings, the name is none of those
     * that are taken; of JSON what record.md section 6 has besides */
    {"{\"_sd\":[\"D0\"]}", {"{\"a\":1}"}, "0", "sdjwt.disclosure.form", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\"]"}, "0", "sdjwt.disclosure.form", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"a\",1,2]"}, "0", "sdjwt.disclosure.form", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",1,2]"}, "0", "sdjwt.disclosure.form", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[0,\"a\",1]"}, "0", "sdjwt.disclosure.salt", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"_sd\",1]"}, "0", "sdjwt.disclosure.name", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"...\",1]"}, "0", "sdjwt.disclosure.name", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"_sd_alg\",\"md5\"]"}, "0", "sdjwt.alg", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[null,\"a\",1]"}, "0", "sdjwt.disclosure.salt", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",null,1]"}, "0", "sdjwt.disclosure.form", NULL},
    {"{\"_sd\":[\"D0\"]}", {"\"s0\""}, "0", "sdjwt.disclosure.form", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[]"}, "0", "sdjwt.disclosure.form", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"a\",1.5]"}, "0", "json.real", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"a\",{\"b\":1,\"b\":2}]"}, "0", "json.duplicate", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"a\",1]x"}, "0", "json.syntax", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"a\",9223372036854775808]"}, "0", "json.integer", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"a\",1]"}, "0=", "sdjwt.disclosure.base64", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"a\",1]"}, " ", "sdjwt.disclosure.base64", NULL},
    /* steps 3c.ii and 3c.iii: three for a member, two for an element */
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"a\"]"}, "0", "sdjwt.disclosure.arity", NULL},
    {"{\"l\":[{\"...\":\"D0\"}]}", {"[\"s0\",\"a\",1]"}, "0", "sdjwt.disclosure.arity", NULL},
    /* step 3c.iii and 4.2.2: salt and form of an element's */
    {"{\"l\":[{\"...\":\"D0\"}]}", {"[0,2]"}, "0", "sdjwt.disclosure.salt", NULL},
    {"{\"l\":[{\"...\":\"D0\"}]}", {"[\"s0\"]"}, "0", "sdjwt.disclosure.form", NULL},
    {"{\"l\":[{\"...\":\"D0\"}]}", {"{}"}, "0", "sdjwt.disclosure.form", NULL},
    /* step 3c.ii: a name that is there at that level already */
    {"{\"a\":0,\"_sd\":[\"D0\"]}", {"[\"s0\",\"a\",1]"}, "0", "sdjwt.name.exists", NULL},
    {"{\"_sd\":[\"D0\",\"D1\"]}",
     {"[\"s0\",\"a\",1]", "[\"s1\",\"a\",1]"},
     "01",
     "sdjwt.name.exists",
     NULL},
    {"{\"_sd\":[\"D1\"]}",
     {"[\"s0\",\"a\",1]", "[\"s1\",\"o\",{\"a\":0,\"_sd\":[\"D0\"]}]"},
     "01",
     "sdjwt.name.exists",
     NULL},
    {"{\"l\":[{\"...\":\"D1\"}]}",
     {"[\"s0\",\"a\",1]", "[\"s1\",{\"a\":0,\"_sd\":[\"D0\"]}]"},
     "01",
     "sdjwt.name.exists",
     NULL},
    /* step 5: a disclosure to which no digest leads; the same one twice */
    {"{\"_sd\":[\"D0\"]}",
     {"[\"s0\",\"a\",1]", "[\"s1\",\"b\",1]"},
     "01",
     "sdjwt.disclosure.unreferenced",
     NULL},
    {"{\"_sd\":[\"D1\"]}",
     {"[\"s0\",\"a\",1]", "[\"s1\",\"o\",{\"_sd\":[\"D0\"]}]"},
     "0",
     "sdjwt.disclosure.unreferenced",
     NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"a\",1]"}, "00", "sdjwt.disclosure.duplicate", NULL},
    {"{}", {"[\"s0\",\"a\",1]"}, "0", "sdjwt.disclosure.unreferenced", NULL},
    /* 4.2.3: the hash is of the base64url text and stands in base64url; here of the bytes, then in
     * hexadecimal */
    {"{\"_sd\":[\"yc3isvtnNSIvqW_X8hPt4aydynQnToSpbF6aYlgmAk4\"]}",
     {"[\"s0\",\"a\",1]"},
     "0",
     "sdjwt.disclosure.unreferenced",
     NULL},
    {"{\"_sd\":[\"733dfae4eac49c5f85e7512265cc4cdec6007dbbc090a9ffb938f20d212b3f3b\"]}",
     {"[\"s0\",\"a\",1]"},
     "0",
     "sdjwt.disclosure.unreferenced",
     NULL},
    /* step 2d and 4.1.1: the hash function; 4.2.4.2: `...` is alone, in an array, a string */
    {"{\"_sd\":[\"D0\"],\"_sd_alg\":\"sha-512\"}", {"[\"s0\",\"a\",1]"}, "0", "sdjwt.alg", NULL},
    {"{\"_sd\":[\"D0\"],\"_sd_alg\":256}", {"[\"s0\",\"a\",1]"}, "0", "sdjwt.alg", NULL},
    {"{\"_sd\":[\"D0\"],\"_sd_alg\":\"SHA-256\"}", {"[\"s0\",\"a\",1]"}, "0", "sdjwt.alg", NULL},
    {"{\"_sd\":[\"D0\"],\"_sd_alg\":null}", {"[\"s0\",\"a\",1]"}, "0", "sdjwt.alg", NULL},
    {"{\"o\":{\"_sd_alg\":\"sha-256\"}}", {NULL}, "", "sdjwt.alg", NULL},
    {"{\"l\":[{\"_sd_alg\":\"sha-256\"}]}", {NULL}, "", "sdjwt.alg", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"o\",{\"_sd_alg\":\"sha-256\"}]"}, "0", "sdjwt.alg", NULL},
    {"{\"...\":\"D0\"}", {"[\"s0\",1]"}, "0", "sdjwt.ellipsis", NULL},
    {"{\"o\":{\"...\":\"x\"}}", {NULL}, "", "sdjwt.ellipsis", NULL},
    {"{\"l\":[{\"...\":\"x\",\"a\":1}]}", {NULL}, "", "sdjwt.ellipsis", NULL},
    {"{\"l\":[{\"...\":1}]}", {NULL}, "", "sdjwt.ellipsis", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"l\",[{\"...\":1}]]"}, "0", "sdjwt.ellipsis", NULL},
    {"{\"_sd\":[\"D0\"]}", {"[\"s0\",\"o\",{\"...\":\"x\"}]"}, "0", "sdjwt.ellipsis", NULL},
    {"[]", {NULL}, "", "sdjwt.payload", NULL},
};

static void test_apply(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_JSON *out = NULL;
        bool top = true;
        struct dep_finding why = {"", "", 0};
        int err = row_apply(&rows[i], &out, &top, &why);
        if (rows[i].finding) {
            if (err != DEP_FOUND || strcmp(why.id, rows[i].finding) != 0)
                print_message("row %zu: %s\n", i, rows[i].payload);
            assert_found(err, &why, rows[i].finding);
            assert_null(out);
            continue;
        }
        DEP_AUTO_JSON *expected = json_of(rows[i].expected);
        assert_int_equal(err, DEP_OK);
        assert_true(json_equal(out, expected));
        assert_int_equal(top, i < 3);
    }
}

/* The digest is of the base64url text: RFC 9901 section 4.2.3. */
static void test_digest_of_text(void **state)
{
    (void)state;
    struct dep_sd_digest digest;
    dep_sd_digest_of(DEP_SLICE_LITERAL(
                         "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"),
                     &digest);
    assert_string_equal(digest.text, "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
}

static void test_depth(void **state)
{
    (void)state;
    /* Each disclosure holds the digest of the one before: 1,000 levels. */
    DEP_AUTO_BUF sent, text, one;
    dep_buf_init(&sent, 1 << 20);
    dep_buf_init(&text, 65536);
    dep_buf_init(&one, 65536);
    struct dep_sd_digest digest = {"decoy"};
    for (size_t i = 0; i < 1000; i++) {
        dep_buf_clear(&text);
        dep_buf_clear(&one);
        dep_buf_addf(&text, "[\"s%zu\",\"n\",{\"_sd\":[\"%s\"]}]", i, digest.text);
        dep_base64_encode(DEP_BASE64_URL, dep_buf_slice(&text), &one);
        dep_sd_digest_of(dep_buf_slice(&one), &digest);
        if (i > 0)
            dep_buf_add_byte(&sent, '~');
        dep_buf_add_slice(&sent, dep_buf_slice(&one));
    }
    DEP_AUTO_JSON *payload = json_pack("{s:[s]}", "_sd", digest.text);
    json_t *out = NULL;
    struct dep_finding why = {"", "", 0};
    assert_found(dep_sdjwt_apply(payload, dep_buf_slice(&sent), &out, NULL, &why), &why,
                 "sdjwt.depth");
}

static void test_issue_present_split(void **state)
{
    (void)state;
    struct dep_signing_key *key = key_new();
    DEP_AUTO_JSON *open = json_of("{\"iss\":\"m\",\"n\":-7,\"t\":\"a\\\"\\\\/\\n\\u0001é\"}");
    DEP_AUTO_JSON *hidden = json_of("{\"a\":{\"text\":\"x\"},\"b\":null,\"c\":[1,true,\"é\"]}");
    DEP_AUTO_BUF jwt, disclosures, shown;
    dep_buf_init(&jwt, 65536);
    dep_buf_init_secret(&disclosures, 65536);
    dep_buf_init_secret(&shown, 65536);
    assert_int_equal(dep_sdjwt_issue(open, hidden, "t", key, counter_random, &jwt, &disclosures),
                     DEP_OK);
    struct dep_jwt parsed = {0};
    assert_int_equal(dep_jwt_parse(dep_buf_slice(&jwt), "t", &parsed, NULL), DEP_OK);
    assert_int_equal(dep_jwt_verify(&parsed, dep_signing_key_public(key), NULL), DEP_OK);
    assert_int_equal(json_array_size(json_object_get(parsed.payload, "_sd")), 3);

    static const char *const names[] = {"c", "a", "none"};
    assert_int_equal(
        dep_sdjwt_present(dep_buf_slice(&jwt), dep_buf_slice(&disclosures), names, 3, &shown),
        DEP_OK);
    struct dep_slice text, parts;
    assert_int_equal(dep_sdjwt_split(dep_buf_slice(&shown), &text, &parts, NULL), DEP_OK);
    assert_true(dep_slice_equal(text, dep_buf_slice(&jwt)));
    DEP_AUTO_JSON *some = NULL, *all = NULL;
    assert_int_equal(dep_sdjwt_apply(parsed.payload, parts, &some, NULL, NULL), DEP_OK);
    assert_int_equal(json_object_size(some), 5);
    assert_null(json_object_get(some, "b"));
    assert_int_equal(dep_sdjwt_apply(parsed.payload, dep_buf_slice(&disclosures), &all, NULL, NULL),
                     DEP_OK);
    assert_int_equal(json_object_update(open, hidden), 0);
    assert_true(json_equal(all, open));
    dep_jwt_done(&parsed);
    dep_signing_key_free(key);
}

static void test_issue_refused(void **state)
{
    (void)state;
    static const struct {
        const char *open, *hidden;
        int result;
    } table[] = {
        {"{\"a\":1}", "{\"b\":1}", DEP_OK},      {"{\"a\":1}", "{}", DEP_OK},
        {"{\"_sd\":1}", "{\"b\":1}", DEP_FOUND}, {"{\"a\":1}", "{\"a\":1}", DEP_FOUND},
        {"{\"a\":1}", "{\"...\":1}", DEP_FOUND}, {"{\"a\":1}", "{\"_sd\":1}", DEP_FOUND},
        {"{\"...\":1}", "{\"b\":1}", DEP_FOUND}, {"{\"_sd_alg\":1}", "{\"b\":1}", DEP_FOUND},
    };
    struct dep_signing_key *key = key_new();
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        DEP_AUTO_JSON *open = json_of(table[i].open);
        DEP_AUTO_JSON *hidden = json_of(table[i].hidden);
        DEP_AUTO_BUF jwt, disclosures;
        dep_buf_init(&jwt, 65536);
        dep_buf_init(&disclosures, 65536);
        dep_buf_add_string(&jwt, "kept");
        assert_int_equal(
            dep_sdjwt_issue(open, hidden, "t", key, counter_random, &jwt, &disclosures),
            table[i].result);
        if (table[i].result) {
            assert_int_equal(jwt.len, 4);
            assert_int_equal(disclosures.len, 0);
        }
    }
    dep_signing_key_free(key);
}

static void test_split(void **state)
{
    (void)state;
    static const struct {
        const char *text, *disclosures, *finding;
    } table[] = {
        {"h.p.s~a~b~", "a~b", NULL},
        {"h.p.s~a~", "a", NULL},
        {"h.p.s~", "", NULL},
        {"h.p.s", NULL, "sdjwt.form"},
        {"~a~", NULL, "sdjwt.form"},
        {"", NULL, "sdjwt.form"},
        {"h.p.s~~", NULL, "sdjwt.form"},
        {"h.p.s~~a~", NULL, "sdjwt.form"},
        {"h.p.s~a~~b~", NULL, "sdjwt.form"},
        {"h.p.s~a~~", NULL, "sdjwt.form"},
        {"h.p.s~a~h.p.s", NULL, "sdjwt.key_binding"},
        {"h.p.s~a~\n", NULL, "sdjwt.key_binding"},
        {"h.p.s~h.p.s", NULL, "sdjwt.key_binding"},
        /* section 8 */
        {"{\"payload\":\"p\",\"protected\":\"h\",\"signature\":\"s\"}", NULL, "sdjwt.form"},
    };
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        struct dep_slice jwt = {NULL, 77}, disclosures = {NULL, 78};
        struct dep_finding why = {"", "", 0};
        int err = dep_sdjwt_split(dep_slice_string(table[i].text), &jwt, &disclosures, &why);
        if (table[i].finding) {
            assert_found(err, &why, table[i].finding);
            assert_true(jwt.len == 77 && disclosures.len == 78);
        } else {
            assert_int_equal(err, DEP_OK);
            assert_true(dep_slice_equal_string(jwt, "h.p.s"));
            assert_true(dep_slice_equal_string(disclosures, table[i].disclosures));
        }
    }
}

/* One disclosure too many, a byte too many of them, and a byte too many before them. */
static void test_too_long(void **state)
{
    (void)state;
    struct dep_slice jwt = {NULL, 77}, disclosures = {NULL, 78};
    struct dep_finding why = {"", "", 0};
    char *text = malloc(DEP_JWT_LEN_MAX + 2), *many = malloc(DEP_DISCLOSURES_LEN_MAX + 6);
    assert_true(text && many);
    memset(text, 'h', DEP_JWT_LEN_MAX + 1);
    text[DEP_JWT_LEN_MAX + 1] = '~';
    assert_int_equal(
        dep_sdjwt_split(dep_slice_of(text + 1, DEP_JWT_LEN_MAX + 1), &jwt, &disclosures, NULL),
        DEP_OK);
    jwt.len = 77;
    assert_found(dep_sdjwt_split(dep_slice_of(text, DEP_JWT_LEN_MAX + 2), &jwt, &disclosures, &why),
                 &why, "sdjwt.len");
    memset(many, 'a', DEP_DISCLOSURES_LEN_MAX + 6);
    memcpy(many, "h.s~", 4);
    many[DEP_DISCLOSURES_LEN_MAX + 5] = '~';
    assert_found(
        dep_sdjwt_split(dep_slice_of(many, DEP_DISCLOSURES_LEN_MAX + 6), &jwt, &disclosures, &why),
        &why, "sdjwt.len");
    assert_true(jwt.len == 77);
    DEP_AUTO_JSON *payload = json_object();
    json_t *kept = payload, *claims = kept;
    for (size_t i = 0; i < DEP_DISCLOSURES_MAX; i++)
        memcpy(many + 2 * i, "a~", 2);
    many[2 * DEP_DISCLOSURES_MAX] = 'a';
    assert_found(dep_sdjwt_apply(payload, dep_slice_of(many, 2 * DEP_DISCLOSURES_MAX + 1), &claims,
                                 NULL, &why),
                 &why, "sdjwt.len");
    assert_ptr_equal(claims, kept);
    free(text);
    free(many);
}

/* The name read in place is the one that a parser of all of it finds. */
static void test_name_in_place(void **state)
{
    (void)state;
#define SALT "_26bc4LT-ac6q2KI6cBW5e"
#define LONG "0123456789012345678901234567890123456789"
    static const struct {
        const char *text, *name; /* NULL: refused */
    } table[] = {
        {"[\"" SALT "\",\"exhibit\",\"17/2026\"]", "exhibit"},
        {"[\"" SALT "\",\"e\",null]", "e"},
        {"[\"" SALT "\",\"exhibit\",{\"text\":\"" LONG LONG LONG "\"}]", "exhibit"},
        {"[\"\",\"exhibit\",1]", "exhibit"},
        {"[\"" SALT "\", \"exhibit\", 1]", "exhibit"},
        {" [\"" SALT "\",\"exhibit\",1]", "exhibit"},
        {"[\"" SALT "\",\"exhib\\u0069t\",1]", "exhibit"},
        {"[\"" SALT "\\n\",\"exhibit\",1]", "exhibit"},
        {"[\"" LONG LONG LONG "\",\"exhibit\",1]", "exhibit"},
        {"[\"" SALT "\",\"" LONG "_" LONG "\",1]", ""},
        {"[\"" SALT "\",\"element\"]", ""},
        {"[\"" SALT "\",\"_sd\" ,1]", NULL},
        {"[\"" SALT "\"]", NULL},
        {"[1,\"exhibit\",1]", NULL},
        {"[\"" SALT "\",\"exhibit", NULL},
        {"{}", NULL},
    };
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        DEP_AUTO_BUF text;
        char name[DEP_SD_NAME_MAX + 1] = "untouched";
        struct dep_finding why = {"", "", 0};
        dep_buf_init(&text, 4096);
        dep_base64_encode(DEP_BASE64_URL, dep_slice_string(table[i].text), &text);
        int err = dep_sd_disclosure_name(dep_buf_slice(&text), name, &why);
        assert_int_equal(err, table[i].name ? DEP_OK : DEP_FOUND);
        assert_string_equal(name, table[i].name ? table[i].name : "untouched");
    }
}

int main(void)
{
    if (dep_crypto_init(false))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_apply),         cmocka_unit_test(test_digest_of_text),
        cmocka_unit_test(test_depth),         cmocka_unit_test(test_issue_present_split),
        cmocka_unit_test(test_issue_refused), cmocka_unit_test(test_split),
        cmocka_unit_test(test_too_long),      cmocka_unit_test(test_name_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
