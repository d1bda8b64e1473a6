#include "rules/test_support.h"

enum { A, B, C, D, STRANGER, KEY_COUNT, ADOPTIONS_MAX = 8 };

static const char *const ids[] = {"iq", "fr", "jo", "de", "xx"};
static const char *const territories[] = {"IQ", "FR", "SY", "DE", "XX"};
static struct dep_signing_key *keys[KEY_COUNT], *cosigners[KEY_COUNT];
static const struct dep_schemas *schemas;

/* Charter 1 of A, B, C, who need two to amend it; charter 2 of A, B, C, D, as JSON to change. */
static json_t *charter_json(int number, const struct dep_charter *before)
{
    json_t *json = json_of(test_charter);
    json_change(json, "/lists/territories/3", json_of(TEST_ENTRY("DE")));
    for (int i = 0; i < 2 + number; i++) {
        char at[16];
        (void)snprintf(at, sizeof at, "/members/%d", i);
        json_change(json, at,
                    member_json(ids[i], territories[i], dep_signing_key_public(keys[i]),
                                dep_signing_key_public(cosigners[i])));
    }
    json_change(json, "/number", json_integer(number));
    if (before) {
        char hex[2 * DEP_HASH_LEN + 1];
        dep_hex_encode(dep_charter_digest(before)->bytes, DEP_HASH_LEN, hex);
        json_change(json, "/previous", json_string(hex));
    }
    return json;
}

/* An adoption: who says so, with whose key, of what. NULL members are those of the good one. */
struct adoption {
    int by;
    int key;            /* -1: his own */
    const char *type;   /* NULL: charter.adopted */
    const char *digest; /* NULL: the charter's */
    int64_t number;     /* 0: the charter's */
};

static void adoption_issue(const struct adoption *adoption, const struct dep_charter *charter,
                           struct dep_issued *out)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(dep_charter_digest(charter)->bytes, DEP_HASH_LEN, hex);
    DEP_AUTO_JSON *claims = json_pack(
        "{s:s,s:I}", "charter_sha256", adoption->digest ? adoption->digest : hex, "number",
        (json_int_t)(adoption->number ? adoption->number : dep_charter_number(charter)));
    if (adoption->type) {
        json_object_clear(claims);
        json_change(claims, "/text", json_of("{\"text\":\"t\",\"lang\":\"en\"}"));
    }
    struct dep_issuer issuer = {
        .member = ids[adoption->by],
        .role = adoption->type ? DEP_ROLE_CUSTODIAN : DEP_ROLE_ROOT,
        .code = "root",
        .key = keys[adoption->key < 0 ? adoption->by : adoption->key],
        .now_ms = 1796083200000,
        .clock_source = "ntp",
        .random = counter_random,
    };
    struct dep_finding why = {"", "", 0};
    int err = dep_record_issue(schemas, adoption->type ? adoption->type : "charter.adopted", claims,
                               NULL, &issuer, out, NULL, &why);
    if (err)
        print_message("%s\n", why.id);
    assert_int_equal(err, DEP_OK);
}

static int succeeds(const struct dep_charter *before, const struct dep_charter *next,
                    const struct adoption *adoptions, size_t count, int *out_member,
                    struct dep_finding *why)
{
    struct dep_issued issued[ADOPTIONS_MAX];
    struct dep_adoption list[ADOPTIONS_MAX] = {{{NULL, 0}}};
    for (size_t i = 0; i < count; i++) {
        adoption_issue(&adoptions[i], next, &issued[i]);
        list[i].jwt = dep_buf_slice(&issued[i].jwt);
    }
    int err = dep_charter_succeeds(schemas, before, next, list, count, out_member, why);
    for (size_t i = 0; i < count; i++)
        dep_issued_done(&issued[i]);
    return err;
}

#define HASH_0 "0000000000000000000000000000000000000000000000000000000000000000"

static const struct adoption all[] = {
    {A, -1, NULL, NULL, 0}, {B, -1, NULL, NULL, 0}, {C, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}};

static void test_first(void **state)
{
    (void)state;
    DEP_AUTO_JSON *json = charter_json(1, NULL);
    DEP_AUTO_CHARTER *one = charter_of(json);
    struct dep_finding why = {"", "", 0};
    int member = -2;
    assert_int_equal(succeeds(NULL, one, all, 3, &member, &why), DEP_OK);
    assert_int_equal(member, -1);
    assert_found(succeeds(NULL, one, all, 2, &member, &why), &why, "charter.adoption.absent");
    assert_int_equal(member, C);
    assert_found(succeeds(NULL, one, all, 4, &member, &why), &why, "charter.adoption.member");
    assert_int_equal(why.offset, 3);
    assert_found(succeeds(one, one, all, 3, &member, &why), &why, "charter.number");
}

/* Charter 2, good with two of three and with who joins; then each wrong in one respect. */
static void test_second(void **state)
{
    (void)state;
    static const struct {
        struct adoption adoptions[ADOPTIONS_MAX];
        size_t count;
        const char *id; /* NULL: succeeds */
        size_t offset;
        int member;
    } rows[] = {
        {{{A, -1, NULL, NULL, 0}, {C, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}}, 3, NULL, 0, -1},
        {{{D, -1, NULL, NULL, 0}, {B, -1, NULL, NULL, 0}, {A, -1, NULL, NULL, 0}}, 3, NULL, 0, -1},
        {{{A, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}}, 2, "charter.adoption.few", 2, -1},
        {{{A, -1, NULL, NULL, 0}, {C, -1, NULL, NULL, 0}}, 2, "charter.adoption.absent", 2, D},
        {{{A, -1, NULL, NULL, 0}, {A, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}},
         3,
         "charter.adoption.repeated",
         1,
         A},
        {{{A, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}},
         3,
         "charter.adoption.repeated",
         2,
         D},
        {{{A, -1, NULL, NULL, 0},
          {C, -1, NULL, NULL, 0},
          {D, -1, NULL, NULL, 0},
          {STRANGER, -1, NULL, NULL, 0}},
         4,
         "charter.adoption.member",
         3,
         -1},
        /* One member for another, and a stranger for a member. */
        {{{A, -1, NULL, NULL, 0}, {C, A, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}},
         3,
         "charter.adoption.key",
         1,
         C},
        {{{A, -1, NULL, NULL, 0}, {C, -1, NULL, NULL, 0}, {D, STRANGER, NULL, NULL, 0}},
         3,
         "charter.adoption.key",
         2,
         D},
        {{{A, -1, NULL, HASH_0, 0}, {C, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}},
         3,
         "charter.adoption.digest",
         0,
         A},
        {{{A, -1, NULL, NULL, 1}, {C, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}},
         3,
         "charter.adoption.digest",
         0,
         A},
        {{{A, -1, "note", NULL, 0}, {C, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}},
         3,
         "record.type",
         0,
         A},
    };
    DEP_AUTO_JSON *json_one = charter_json(1, NULL);
    DEP_AUTO_CHARTER *one = charter_of(json_one);
    DEP_AUTO_JSON *json_two = charter_json(2, one);
    DEP_AUTO_CHARTER *two = charter_of(json_two);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_finding why = {"", "", 0};
        int member = -2;
        int err = succeeds(one, two, rows[i].adoptions, rows[i].count, &member, &why);
        if (rows[i].id) {
            assert_found(err, &why, rows[i].id);
            assert_int_equal(why.offset, rows[i].offset);
        } else {
            assert_int_equal(err, DEP_OK);
        }
        assert_int_equal(member, rows[i].member);
        assert_int_equal(succeeds(one, two, rows[i].adoptions, rows[i].count, NULL, NULL), err);
    }
}

/* Each row changes charter 2, adopted by A, C and D. */
static void test_place(void **state)
{
    (void)state;
    static const struct {
        const char *at, *value, *id;
    } rows[] = {
        {"/quorum", "0", NULL},
        {"/previous", "\"" HASH_0 "\"", "charter.previous"},
        {"/number", "3", "charter.number"},
        {"/from", "\"2026-11-30T23:59:59Z\"", "charter.interval"},
        /* Who leaves with charter 2 still votes on it; the root key that counts is charter 1's. */
        {"/members/2/to", "\"2026-06-01T00:00:00Z\"", NULL},
        {"/members/2/root", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", NULL},
        {"/members/3/root", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
         "charter.adoption.key"},
    };
    static const struct adoption good[] = {
        {A, -1, NULL, NULL, 0}, {C, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}};
    DEP_AUTO_JSON *json_one = charter_json(1, NULL);
    DEP_AUTO_CHARTER *one = charter_of(json_one);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_JSON *json = charter_json(2, one);
        json_change(json, rows[i].at, json_loads(rows[i].value, JSON_DECODE_ANY, NULL));
        DEP_AUTO_CHARTER *two = charter_of(json);
        struct dep_finding why = {"", "", 0};
        int err = succeeds(one, two, good, DEP_COUNT(good), NULL, &why);
        if (rows[i].id)
            assert_found(err, &why, rows[i].id);
        else
            assert_int_equal(err, DEP_OK);
    }
}

/* C has left charter 1 before charter 2's moment: it neither counts nor may sign, unless it joins
 * anew, and then it must. */
static void test_left(void **state)
{
    (void)state;
    static const struct adoption two_old[] = {
        {A, -1, NULL, NULL, 0}, {B, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}};
    static const struct adoption with_left[] = {
        {A, -1, NULL, NULL, 0}, {C, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}};
    DEP_AUTO_JSON *json_one = charter_json(1, NULL);
    json_change(json_one, "/members/2/to", json_string("2026-12-02T00:00:00Z"));
    DEP_AUTO_CHARTER *one = charter_of(json_one);
    DEP_AUTO_JSON *json = charter_json(2, one);
    json_change(json, "/members/2/to", json_string("2026-12-02T00:00:00Z"));
    struct dep_finding why = {"", "", 0};
    DEP_AUTO_CHARTER *early = charter_of(json);
    assert_int_equal(succeeds(one, early, with_left, 3, NULL, &why), DEP_OK);
    json_change(json, "/from", json_string("2026-12-02T00:00:00Z"));
    DEP_AUTO_CHARTER *late = charter_of(json);
    assert_int_equal(succeeds(one, late, two_old, 3, NULL, &why), DEP_OK);
    assert_found(succeeds(one, late, with_left, 3, NULL, &why), &why, "charter.adoption.member");
    json_change(json, "/members/2/to", NULL);
    DEP_AUTO_CHARTER *again = charter_of(json);
    int member = -2;
    assert_found(succeeds(one, again, two_old, 3, &member, &why), &why, "charter.adoption.absent");
    assert_int_equal(member, C);
    assert_int_equal(succeeds(one, again, all, 4, NULL, &why), DEP_OK);
    assert_found(succeeds(one, again, with_left, 3, NULL, &why), &why, "charter.adoption.few");
}

/* C keeps no register, in charter 1, in charter 2, or in both: where it has no key to sign with
 * nothing is asked of it, and nothing of it counts. */
static void test_no_register(void **state)
{
    (void)state;
    static const struct adoption abd[] = {
        {A, -1, NULL, NULL, 0}, {B, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}};
    static const struct adoption acd[] = {
        {A, -1, NULL, NULL, 0}, {C, -1, NULL, NULL, 0}, {D, -1, NULL, NULL, 0}};
    DEP_AUTO_JSON *json_with = charter_json(1, NULL), *json_without = charter_json(1, NULL);
    forget_register(json_without, C);
    DEP_AUTO_CHARTER *with = charter_of(json_with), *without = charter_of(json_without);
    struct dep_finding why = {"", "", 0};
    int member = -2;
    assert_int_equal(succeeds(NULL, without, all, 2, &member, &why), DEP_OK);
    assert_found(succeeds(NULL, without, all, 3, &member, &why), &why, "charter.adoption.member");
    assert_int_equal(member, C);
    assert_found(succeeds(NULL, without, all, 1, &member, &why), &why, "charter.adoption.absent");
    assert_int_equal(member, B);

    DEP_AUTO_JSON *json_still = charter_json(2, without), *json_now = charter_json(2, without),
                  *json_gone = charter_json(2, with), *json_joins = charter_json(2, with);
    forget_register(json_still, C);
    forget_register(json_gone, C);
    forget_register(json_joins, D);
    DEP_AUTO_CHARTER *still = charter_of(json_still), *now = charter_of(json_now),
                     *gone = charter_of(json_gone), *joins = charter_of(json_joins);
    assert_int_equal(succeeds(without, still, abd, 3, &member, &why), DEP_OK);
    assert_found(succeeds(without, still, acd, 3, &member, &why), &why, "charter.adoption.member");
    /* It begins to keep one: then it signs, as who joins, and amends nothing. */
    assert_found(succeeds(without, now, abd, 3, &member, &why), &why, "charter.adoption.absent");
    assert_int_equal(member, C);
    assert_int_equal(succeeds(without, now, all, 4, &member, &why), DEP_OK);
    assert_found(succeeds(without, now, acd, 3, &member, &why), &why, "charter.adoption.few");
    /* It gives it up: until then it amends, with the key that it had. */
    assert_int_equal(succeeds(with, gone, acd, 3, &member, &why), DEP_OK);
    assert_int_equal(succeeds(with, gone, abd, 3, &member, &why), DEP_OK);
    /* D joins without one. */
    assert_int_equal(succeeds(with, joins, all, 2, &member, &why), DEP_OK);
    assert_found(succeeds(with, joins, abd, 3, &member, &why), &why, "charter.adoption.member");
}

/* One bit of an adoption changed, anywhere. */
static void test_forged(void **state)
{
    (void)state;
    DEP_AUTO_JSON *json = charter_json(1, NULL);
    for (int i = 2; i > 0; i--)
        json_change(json, i == 2 ? "/members/2" : "/members/1", NULL);
    json_change(json, "/amend/threshold", json_integer(1));
    DEP_AUTO_CHARTER *alone = charter_of(json);
    struct dep_issued issued;
    adoption_issue(&all[A], alone, &issued);
    struct dep_adoption adoption = {dep_buf_slice(&issued.jwt)};
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_charter_succeeds(schemas, NULL, alone, &adoption, 1, NULL, &why), DEP_OK);
    for (size_t bit = 0; bit < issued.jwt.len * 8; bit++) {
        issued.jwt.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(dep_charter_succeeds(schemas, NULL, alone, &adoption, 1, NULL, &why),
                         DEP_FOUND);
        issued.jwt.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    dep_issued_done(&issued);
}

struct chain {
    json_t *json[3];
    struct dep_charter *charters[3];
    struct dep_issued issued[3][4];
    struct dep_adoption adoptions[3][4];
    struct dep_charter_link links[3];
    uint8_t pins[3][DEP_FINGERPRINT_BYTES];
};

/* Charters 1, 2 and 3; the last of A, B, C, D too. */
static void chain_make(struct chain *chain)
{
    for (int i = 0; i < 3; i++) {
        chain->json[i] = charter_json(i == 2 ? 2 : i + 1, i ? chain->charters[i - 1] : NULL);
        json_change(chain->json[i], "/number", json_integer(i + 1));
        chain->charters[i] = charter_of(chain->json[i]);
        size_t count = i == 1 ? 4 : 3;
        for (size_t j = 0; j < count; j++) {
            adoption_issue(&all[j], chain->charters[i], &chain->issued[i][j]);
            chain->adoptions[i][j].jwt = dep_buf_slice(&chain->issued[i][j].jwt);
        }
        chain->links[i] = (struct dep_charter_link){chain->charters[i], chain->adoptions[i], count};
        memcpy(chain->pins[i], dep_charter_digest(chain->charters[i])->bytes,
               DEP_FINGERPRINT_BYTES);
    }
}

static void chain_done(struct chain *chain)
{
    for (int i = 0; i < 3; i++) {
        for (size_t j = 0; j < (i == 1 ? 4 : 3); j++)
            dep_issued_done(&chain->issued[i][j]);
        dep_charter_free(chain->charters[i]);
        json_decref(chain->json[i]);
    }
}

static void test_chain(void **state)
{
    (void)state;
    struct chain chain;
    chain_make(&chain);
    struct dep_finding why = {"", "", 0};
    size_t trusted = 99;
    assert_int_equal(dep_charter_chain_verify(schemas, chain.links, 3, NULL, &trusted, &why),
                     DEP_OK);
    assert_int_equal(trusted, 3);
    for (int i = 0; i < 3; i++) {
        trusted = 99;
        assert_int_equal(
            dep_charter_chain_verify(schemas, chain.links, 3, chain.pins[i], &trusted, &why),
            DEP_OK);
        assert_int_equal(trusted, 3);
    }
    trusted = 99;
    assert_found(dep_charter_chain_verify(schemas, chain.links, 2, chain.pins[2], &trusted, &why),
                 &why, "charter.pin");
    assert_int_equal(trusted, 99);
    /* Charter 2 wasn't adopted as it should be. */
    chain.links[1].adoption_count = 2;
    assert_found(dep_charter_chain_verify(schemas, chain.links, 3, NULL, &trusted, &why), &why,
                 "charter.adoption.absent");
    assert_int_equal(trusted, 99);
    assert_int_equal(
        dep_charter_chain_verify(schemas, chain.links, 3, chain.pins[0], &trusted, &why), DEP_OK);
    assert_int_equal(trusted, 1);
    assert_string_equal(why.id, "charter.adoption.absent");
    /* Whoever pins it has accepted it all the same, and what it leads to. */
    assert_int_equal(
        dep_charter_chain_verify(schemas, chain.links, 3, chain.pins[1], &trusted, &why), DEP_OK);
    assert_int_equal(trusted, 3);
    /* A predecessor that isn't the one the pinned charter names. */
    struct dep_charter_link other[] = {chain.links[1], chain.links[1], chain.links[2]};
    trusted = 99;
    assert_found(dep_charter_chain_verify(schemas, other, 3, chain.pins[2], &trusted, &why), &why,
                 "charter.number");
    json_change(chain.json[0], "/quorum", json_integer(0));
    DEP_AUTO_CHARTER *false_one = charter_of(chain.json[0]);
    other[0].charter = false_one;
    assert_found(dep_charter_chain_verify(schemas, other, 3, chain.pins[2], &trusted, &why), &why,
                 "charter.previous");
    assert_int_equal(why.offset, 1);
    assert_int_equal(trusted, 99);
    chain_done(&chain);
}

static void test_memory(void **state)
{
    (void)state;
    struct chain chain;
    chain_make(&chain);
    int err = DEP_ERR_NOMEM;
    long at = 0;
    for (; err; at++) {
        size_t trusted = 99;
        dep_alloc_fail_at(at);
        err = dep_charter_chain_verify(schemas, chain.links, 3, NULL, &trusted, NULL);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        assert_int_equal(trusted, err ? 99 : 3);
    }
    assert_true(at > 1);
    chain_done(&chain);
}

/* ---- tlog-policy ---- */

static void test_policy(void **state)
{
    (void)state;
    DEP_AUTO_JSON *json = charter_json(1, NULL);
    DEP_AUTO_CHARTER *charter = charter_of(json);
    DEP_AUTO_BUF out, expected;
    dep_buf_init(&out, 65536);
    dep_buf_init(&expected, 65536);
    struct dep_finding why = {"", "", 0};
    struct dep_slice vkey = DEP_SLICE_LITERAL("fr/log+00000000+key");
    assert_int_equal(dep_charter_policy_encode(charter, "fr", vkey, TEST_FROM_S, &out, &why),
                     DEP_OK);
    dep_buf_addf(&expected,
                 "log fr/log+00000000+key\nwitness member:iq %s\nwitness member:jo %s\n"
                 "group members 1 member:iq member:jo\nquorum members\n",
                 charter->members[A].cosigner, charter->members[C].cosigner);
    assert_string_equal((char *)out.data, (char *)expected.data);
    assert_found(dep_charter_policy_encode(charter, "de", vkey, TEST_FROM_S, &out, &why), &why,
                 "charter.member");
    assert_found(dep_charter_policy_encode(charter, "iq", vkey, TEST_FROM_S, &out, &why), &why,
                 "charter.origin");
    /* Before anybody was a member; and three of two. */
    assert_found(dep_charter_policy_encode(charter, "fr", vkey, 0, &out, &why), &why,
                 "charter.quorum");
    json_change(json, "/quorum", json_integer(3));
    DEP_AUTO_CHARTER *many = charter_of(json);
    assert_found(dep_charter_policy_encode(many, "fr", vkey, TEST_FROM_S, &out, &why), &why,
                 "charter.quorum");
    assert_string_equal((char *)out.data, (char *)expected.data);
    json_change(json, "/quorum", json_integer(0));
    json_change(json, "/members/0/cosigner", NULL);
    json_change(json, "/members/2/cosigner", NULL);
    DEP_AUTO_CHARTER *none = charter_of(json);
    dep_buf_clear(&out);
    assert_int_equal(dep_charter_policy_encode(none, "fr", vkey, TEST_FROM_S, &out, &why), DEP_OK);
    assert_string_equal((char *)out.data, "log fr/log+00000000+key\nquorum none\n");
    for (long at = 0, err = DEP_ERR_NOMEM; err; at++) {
        dep_buf_clear(&out);
        dep_alloc_fail_at(at);
        err = dep_charter_policy_encode(charter, "fr", vkey, TEST_FROM_S, &out, &why);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
    }
}

/* A cosigner's verifier key, each row wrong in one respect. */
static void test_cosigner(void **state)
{
    (void)state;
    DEP_AUTO_JSON *json = charter_json(1, NULL);
    DEP_AUTO_CHARTER *charter = charter_of(json);
    const char *good = charter->members[A].cosigner;
    struct dep_public_key key;
    assert_true(dep_cosigner_parse(dep_slice_string(good), &key));
    assert_memory_equal(&key, dep_signing_key_public(cosigners[A]), sizeof key);
    char text[512];
    for (size_t at = 0; at < strlen(good); at++) {
        (void)snprintf(text, sizeof text, "%s", good);
        text[at] = text[at] == 'A' ? 'B' : 'A';
        assert_false(dep_cosigner_parse(dep_slice_string(text), &key));
        text[at] = 0;
        assert_false(dep_cosigner_parse(dep_slice_string(text), &key));
    }
    DEP_AUTO_BUF longer;
    dep_buf_init(&longer, 512);
    dep_buf_addf(&longer, "%s ", good);
    assert_false(dep_cosigner_parse(dep_buf_slice(&longer), &key));
    assert_memory_equal(&key, dep_signing_key_public(cosigners[A]), sizeof key);
}

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEY_COUNT; i++) {
        keys[i] = key_new();
        cosigners[i] = key_new();
    }
    schemas = dep_schemas_builtin();
    return schemas ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEY_COUNT; i++) {
        dep_signing_key_free(keys[i]);
        dep_signing_key_free(cosigners[i]);
    }
    return 0;
}

int main(void)
{
    if (dep_crypto_init(false))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first),       cmocka_unit_test(test_second),
        cmocka_unit_test(test_place),       cmocka_unit_test(test_left),
        cmocka_unit_test(test_no_register), cmocka_unit_test(test_forged),
        cmocka_unit_test(test_chain),       cmocka_unit_test(test_memory),
        cmocka_unit_test(test_policy),      cmocka_unit_test(test_cosigner),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
