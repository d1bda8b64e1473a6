#include "rules/alike.h"
#include "rules/test_support.h"

static struct dep_signing_key *keys[4];

static json_t *good_json(void)
{
    static const char *const ids[] = {"iq", "fr", "jo"}, *const territories[] = {"IQ", "FR", "SY"};
    json_t *json = json_of(test_charter);
    for (int i = 0; i < 3; i++) {
        char at[16];
        (void)snprintf(at, sizeof at, "/members/%d", i);
        json_change(json, at,
                    member_json(ids[i], territories[i], dep_signing_key_public(keys[i]),
                                i < 2 ? dep_signing_key_public(keys[i]) : NULL));
    }
    return json;
}

#define JSON_63 "000000000000000000000000000000000000000000000000000000000000000"

/* Each row differs from the good charter in one member; NULL takes it away. */
static const struct {
    const char *at, *value, *id, *where;
} bad[] = {
    {"/depositary", "\"chart\"", "charter.form", "/depositary"},
    {"/v", "2", "charter.form", "/v"},
    {"/unknown", "1", "charter.form", "/unknown"},
    {"/number", NULL, "charter.form", ""},
    {"/number", "\"1\"", "charter.form", "/number"},
    {"/number", "2", "charter.number", "/number"},
    {"/number", "0", "charter.number", "/number"},
    {"/previous", "\"" JSON_63 "0\"", "charter.number", "/number"},
    {"/from", "\"2026-12-01T00:00:00+00:00\"", "charter.interval", "/from"},
    {"/from", "\"2026-12-01\"", "charter.interval", "/from"},
    {"/from", "\"2026-12-01T00:00:60Z\"", "charter.interval", "/from"},
    {"/name/fr", NULL, "charter.name", "/name/fr"},
    {"/name/ar", "\"\"", "charter.name", "/name/ar"},
    {"/name/1", "\"n\"", "charter.name", "/name/1"},
    {"/amend/threshold", "0", "charter.threshold", "/amend/threshold"},
    {"/amend/threshold", "4", "charter.threshold", "/amend/threshold"},
    {"/amend/threshold", "-1", "charter.form", "/amend/threshold"},
    {"/members", "[]", "charter.threshold", "/amend/threshold"},
    {"/members/0/id", "\"i q\"", "charter.code", "/members/0/id"},
    {"/members/1/id", "\"iq\"", "charter.code", "/members/1/id"},
    {"/members/1/kind", "\"person\"", "charter.form", "/members/1/kind"},
    {"/members/1/name/en", NULL, "charter.name", "/members/1/name/en"},
    {"/members/1/root", "\"AAAA\"", "charter.code", "/members/1/root"},
    {"/members/1/origin", "\"a b\"", "charter.code", "/members/1/origin"},
    {"/members/1/origin", "\"iq/log\"", "charter.code", "/members/1/origin"},
    {"/members/1/territories/0", "\"DE\"", "charter.code", "/members/1/territories/0"},
    {"/members/1/territories/1", "\"FR\"", "charter.code", "/members/1/territories/1"},
    {"/members/1/territories/0", "\"IQ\"", "charter.territory", "/members/1/territories"},
    {"/members/1/from", NULL, "charter.form", "/members/1"},
    {"/members/1/from", "\"yesterday\"", "charter.interval", "/members/1/from"},
    {"/members/1/to", "\"2026-01-01T00:00:00Z\"", "charter.interval", "/members/1/to"},
    {"/members/1/cosigner", "\"fr/cosigner\"", "charter.code", "/members/1/cosigner"},
    {"/members/1/root", NULL, "charter.form", "/members/1"},
    {"/members/2/root", NULL, "charter.form", "/members/2"}, /* has no cosigner */
    {"/members/2/origin", NULL, "charter.form", "/members/2"},
    {"/members/2/root", "1", "charter.form", "/members/2/root"},
    {"/quorum", "-1", "charter.form", "/quorum"},
    {"/lists/lines", NULL, "charter.form", "/lists"},
    {"/lists/lines/0/code", "\"\"", "charter.code", "/lists/lines/0/code"},
    {"/lists/lines/1/code", "\"stabilisation\"", "charter.code", "/lists/lines/1/code"},
    {"/lists/lines/1/name/ar", NULL, "charter.name", "/lists/lines/1/name/ar"},
    {"/lists/lines/1/from", "\"x\"", "charter.interval", "/lists/lines/1/from"},
    {"/lists/lines/1/kind", "\"court\"", "charter.form", "/lists/lines/1/kind"},
    {"/lists/recipients/0/kind", NULL, "charter.form", "/lists/recipients/0"},
    {"/lists/recipients/0/kind", "\"friend\"", "charter.form", "/lists/recipients/0/kind"},
    {"/lists/recipients/1/member", "\"de\"", "charter.code", "/lists/recipients/1/member"},
    {"/rules/1/id", "\"R1\"", "charter.code", "/rules/1/id"},
    {"/rules/1/id", "\"\"", "charter.code", "/rules/1/id"},
    {"/rules/0/when/weather", "[\"rain\"]", "charter.form", "/rules/0/when/weather"},
    {"/rules/0/when/action", "[]", "charter.rule", "/rules/0/when/action"},
    {"/rules/0/when/action/0", "\"sell\"", "charter.rule", "/rules/0/when/action/0"},
    {"/rules/0/when/action/1", "\"release\"", "charter.rule", "/rules/0/when/action/1"},
    {"/rules/0/when/flag/0", "\"red\"", "charter.rule", "/rules/0/when/flag/0"},
    {"/rules/0/unless/recipient_kind/0", "\"x\"", "charter.rule",
     "/rules/0/unless/recipient_kind/0"},
    {"/rules/1/when/purpose/0", "\"x\"", "charter.code", "/rules/1/when/purpose/0"},
    {"/rules/1/when/line/0", "\"x\"", "charter.code", "/rules/1/when/line/0"},
    {"/rules/1/when/territory/0", "\"x\"", "charter.code", "/rules/1/when/territory/0"},
    {"/rules/1/when/handling/1", "\"H1\"", "charter.code", "/rules/1/when/handling/1"},
    {"/rules/1/when/category/0", "\"x\"", "charter.code", "/rules/1/when/category/0"},
    {"/rules/0/needs", NULL, "charter.form", "/rules/0"},
    {"/rules/0/needs/0/need", "\"consent\"", "charter.rule", "/rules/0/needs/0/need"},
    {"/rules/0/needs/1/need", "\"consent.host\"", "charter.rule", "/rules/0/needs/1/need"},
    {"/rules/0/needs/0/count", "1", "charter.rule", "/rules/0/needs/0/count"},
    {"/rules/0/needs/1/count", "0", "charter.rule", "/rules/0/needs/1/count"},
    {"/rules/0/needs/1/status_max_age_s", "1", "charter.rule", "/rules/0/needs/1/status_max_age_s"},
    {"/rules/0/needs/1/after", "1", "charter.form", "/rules/0/needs/1/after"},
    {"/paper/0", "\"x\"", "charter.rule", "/paper/0"},
    {"/paper/1", "\"release\"", "charter.rule", "/paper/1"},
    {"/threat/waives/0", "\"approval\"", "charter.rule", "/threat/waives/0"},
    {"/threat/waives/0", "\"never\"", "charter.rule", "/threat/waives/0"},
    {"/threat/waives/0", "\"x\"", "charter.rule", "/threat/waives/0"},
    {"/threat/waives/1", "\"consent.host\"", "charter.rule", "/threat/waives/1"},
    {"/threat/review_within_s", "0", "charter.rule", "/threat/review_within_s"},
    {"/threat/review_within_s", NULL, "charter.form", "/threat"},
    {"/linked", "{}", "charter.form", "/linked"},
    {"/linked", "[{\"rel\":\"source\"}]", "charter.form", "/linked/0"},
    {"/linked", "[{\"rel\":\"source\",\"least\":\"shown\"}]", "charter.form", "/linked/0/least"},
    {"/linked", "[{\"rel\":\"sources\",\"least\":\"named\"}]", "charter.linked", "/linked/0/rel"},
    {"/linked",
     "[{\"rel\":\"about\",\"least\":\"named\"},{\"rel\":\"about\",\"least\":\"included\"}]",
     "charter.linked", "/linked/1/rel"},
    {"/linked", "[{\"rel\":\"source<\",\"least\":\"counted\"}]", "charter.linked",
     "/linked/0/least"},
    {"/linked", "[{\"rel\":\"supersedes<\",\"least\":\"named\"}]", "charter.linked",
     "/linked/0/least"},
    {"/linked", "[{\"rel\":\"source<\",\"least\":\"sealed\"}]", "charter.linked",
     "/linked/0/least"},
    {"/linked", "[{\"rel\":\"exculpatory\",\"least\":\"included\"}]", "charter.linked",
     "/linked/0/least"},
    {"/linked", "[{\"rel\":\"source\",\"least\":\"included\"}]", "charter.linked",
     "/linked/0/least"},
    {"/retention/0/type", "\"\"", "charter.form", "/retention/0"},
    {"/retention/0/review_after_days", "0", "charter.form", "/retention/0"},
    {"/retention/0/review_after_days", "\"0\"", "charter.form", "/retention/0/review_after_days"},
    {"/retention/0/purpose/fr", NULL, "charter.name", "/retention/0/purpose/fr"},
    {"/time_authorities/0", "\"MAA\"", "charter.form", "/time_authorities/0"},
    {"/verifiers/0/name", "\"\"", "charter.form", "/verifiers/0"},
    {"/verifiers/0/sha256", "\"" JSON_63 "\"", "charter.form", "/verifiers/0"},
};

static void assert_bad(const json_t *json, const char *id, const char *at)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    assert_int_equal(dep_json_encode(json, &text), DEP_OK);
    struct dep_charter *charter = NULL;
    struct dep_jtd_error where = {"", ""};
    struct dep_finding why = {"", "", 0};
    int err = dep_charter_parse(dep_buf_slice(&text), &charter, &where, &why);
    if (err != DEP_FOUND || strcmp(where.instance_path, at) != 0)
        print_message("%s expected at %s: %d %s at %s\n", id, at, err, why.id, where.instance_path);
    assert_found(err, &why, id);
    assert_string_equal(where.instance_path, at);
    assert_null(charter);
    assert_found(dep_charter_parse(dep_buf_slice(&text), &charter, NULL, &why), &why, id);
}

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEP_COUNT(bad); i++) {
        DEP_AUTO_JSON *json = good_json();
        json_change(json, bad[i].at,
                    bad[i].value ? json_loads(bad[i].value, JSON_DECODE_ANY, NULL) : NULL);
        assert_bad(json, bad[i].id, bad[i].where);
    }
}

/* What two members may not share, even where each is right by itself. */
static void test_shared(void **state)
{
    (void)state;
    static const char *const names[] = {"root", "origin", "cosigner"};
    for (size_t i = 0; i < DEP_COUNT(names); i++) {
        DEP_AUTO_JSON *json = good_json();
        char from[64], at[64];
        (void)snprintf(from, sizeof from, "%s", names[i]);
        (void)snprintf(at, sizeof at, "/members/1/%s", names[i]);
        json_t *first = json_array_get(json_object_get(json, "members"), 0);
        json_change(json, at, json_copy(json_object_get(first, from)));
        assert_bad(json, "charter.code", at);
    }
    /* A territory may pass from one member to another. */
    DEP_AUTO_JSON *json = good_json();
    json_change(json, "/members/2/territories/0", json_string("IQ"));
    json_change(json, "/members/0/to", json_string("2027-01-01T00:00:00Z"));
    json_change(json, "/members/2/from", json_string("2027-01-01T00:00:00Z"));
    dep_charter_free(charter_of(json));
}

static void test_good(void **state)
{
    (void)state;
    DEP_AUTO_JSON *json = good_json();
    DEP_AUTO_CHARTER *charter = charter_of(json);
    assert_int_equal(dep_charter_number(charter), 1);
    assert_null(dep_charter_previous(charter));
    assert_int_equal(dep_charter_from_s(charter), TEST_FROM_S);
    assert_int_equal(dep_charter_threshold(charter), 2);
    assert_int_equal(dep_charter_member_count(charter), 3);
    assert_int_equal(dep_charter_member_find(charter, "jo"), 2);
    assert_int_equal(dep_charter_member_find(charter, "de"), -1);
    const struct dep_charter_member *member = dep_charter_member_at(charter, 2);
    assert_string_equal(member->id, "jo");
    assert_true(member->state);
    assert_null(member->cosigner);
    assert_memory_equal(&member->root, dep_signing_key_public(keys[2]), sizeof member->root);
    assert_int_equal(dep_charter_code_count(charter, DEP_LIST_TERRITORIES), 3);
    int place = dep_charter_code_find(charter, DEP_LIST_TERRITORIES, "SY");
    assert_int_equal(place, 1);
    assert_true(dep_codes_has(&member->territories, place));
    assert_false(dep_codes_has(&member->territories, 0));
    assert_true(member->membership.to_s == INT64_MAX);
    assert_int_equal(dep_charter_code_find(charter, DEP_LIST_LINES, "SY"), -1);
    const struct dep_charter_code *bureau = dep_charter_code_at(charter, DEP_LIST_RECIPIENTS, 1);
    assert_int_equal(bureau->kind, DEP_TO_MEMBER);
    assert_int_equal(bureau->member, -1);
    assert_true(bureau->in_list.from_s == INT64_MIN && bureau->in_list.to_s == INT64_MAX);
    assert_ptr_equal(json_typeof(dep_charter_json(charter)), JSON_OBJECT);
}

static void test_linked(void **state)
{
    (void)state;
    DEP_AUTO_JSON *json = good_json();
    DEP_AUTO_CHARTER *silent = charter_of(json);
    json_change(json, "/linked",
                json_of("[{\"rel\":\"source<\",\"least\":\"included\"},"
                        "{\"rel\":\"exculpatory\",\"least\":\"sealed\"},"
                        "{\"rel\":\"item\",\"least\":\"counted\"}]"));
    DEP_AUTO_CHARTER *charter = charter_of(json);
    const struct {
        const char *rel;
        enum dep_least format, charter;
    } rows[] = {
        {"source<", DEP_LEAST_NAMED, DEP_LEAST_INCLUDED},
        {"source", DEP_LEAST_NAMED, DEP_LEAST_NAMED},
        {"exculpatory", DEP_LEAST_NAMED, DEP_LEAST_SEALED},
        {"item", DEP_LEAST_COUNTED, DEP_LEAST_COUNTED},
        {"supersedes<", DEP_LEAST_INCLUDED, DEP_LEAST_INCLUDED},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        assert_int_equal(dep_charter_least(NULL, rows[i].rel), rows[i].format);
        assert_int_equal(dep_charter_least(silent, rows[i].rel), rows[i].format);
        assert_int_equal(dep_charter_least(charter, rows[i].rel), rows[i].charter);
    }
    assert_string_equal(dep_linked_rel("about<"), "about<");
    assert_null(dep_linked_rel("about>"));
    assert_null(dep_linked_rel(NULL));
}

/* Who keeps no register has no key to share, doesn't amend, and is no cosigner. */
static void test_no_register(void **state)
{
    (void)state;
    static const struct dep_public_key none;
    DEP_AUTO_JSON *json = good_json();
    forget_register(json, 2);
    DEP_AUTO_CHARTER *one = charter_of(json);
    const struct dep_charter_member *member = dep_charter_member_at(one, 2);
    assert_false(member->keeps_register);
    assert_true(dep_charter_member_at(one, 1)->keeps_register);
    assert_null(member->origin);
    assert_null(member->cosigner);
    assert_memory_equal(&member->root, &none, sizeof none);
    assert_true(dep_codes_has(&member->territories, 1));
    json_change(json, "/amend/threshold", json_integer(3));
    assert_bad(json, "charter.threshold", "/amend/threshold");
    json_change(json, "/amend/threshold", json_integer(1));
    json_change(json, "/members/0/cosigner", json_string("none"));
    json_change(json, "/members/0/root", NULL);
    json_change(json, "/members/0/origin", NULL);
    assert_bad(json, "charter.form", "/members/0");
    forget_register(json, 0); /* two of them are none the less distinct */
    DEP_AUTO_CHARTER *two = charter_of(json);
    DEP_AUTO_BUF policy;
    dep_buf_init(&policy, 4096);
    struct dep_finding why = {"", "", 0};
    assert_found(dep_charter_policy_encode(two, "iq", dep_slice_string("iq/log+0"), TEST_FROM_S,
                                           &policy, &why),
                 &why, "charter.origin");
    assert_found(dep_charter_policy_encode(two, "fr", dep_slice_string("fr/log+0"), TEST_FROM_S,
                                           &policy, &why),
                 &why, "charter.quorum");
    assert_int_equal(policy.len, 0);
    json_change(json, "/members/2/id", json_string("iq"));
    assert_bad(json, "charter.code", "/members/2/id");
    json_change(json, "/members/2/id", json_string("jo"));
    json_change(json, "/members/2/territories/0", json_string("IQ"));
    assert_bad(json, "charter.territory", "/members/2/territories");
}

static void test_table(void **state)
{
    (void)state;
    DEP_AUTO_JSON *json = good_json();
    DEP_AUTO_CHARTER *charter = charter_of(json);
    assert_int_equal(dep_charter_rule_count(charter), 3);
    const struct dep_rule *rule = dep_charter_rule_at(charter, 0);
    assert_string_equal(rule->id, "R1");
    assert_true(rule->when.has_actions && rule->when.actions == DEP_ACT_RELEASE);
    assert_true(rule->when.has_flags && rule->when.flags == DEP_FLAG_SOURCE);
    assert_false(rule->when.has_purposes || rule->when.has_recipient_kinds);
    assert_true(rule->has_unless && rule->unless.recipient_kinds == DEP_TO_COURT);
    assert_int_equal(rule->need_count, 2);
    assert_int_equal(rule->needs[0].need, DEP_NEED_CONSENT_HOST);
    assert_int_equal(rule->needs[0].status_max_age_s, 259200);
    assert_int_equal(rule->needs[0].count, 1);
    assert_int_equal(rule->needs[1].need, DEP_NEED_APPROVAL);
    assert_int_equal(rule->needs[1].count, 2);
    assert_true(rule->needs[1].status_max_age_s == INT64_MAX);
    rule = dep_charter_rule_at(charter, 1);
    assert_true(rule->when.has_purposes && rule->when.has_lines && rule->when.has_territories &&
                rule->when.has_handling && rule->when.has_categories);
    assert_int_equal(rule->when.purposes.bits[0], 1);
    assert_int_equal(rule->when.lines.bits[0], 2);
    assert_int_equal(rule->when.territories.bits[0], 2);
    assert_int_equal(rule->when.handling.bits[0], 3);
    assert_int_equal(rule->when.categories.bits[0], 1);
    assert_false(rule->has_unless);
    rule = dep_charter_rule_at(charter, 2);
    assert_false(rule->when.has_actions || rule->has_unless);
    assert_true(dep_charter_paper_suffices(charter, DEP_ACT_ONWARD));
    assert_false(dep_charter_paper_suffices(charter, DEP_ACT_MISSION));
    uint32_t waives = 0;
    int64_t within_s = 0;
    assert_true(dep_charter_threat(charter, &waives, &within_s));
    assert_int_equal(waives, 1u << DEP_NEED_CONSENT_HOST | 1u << DEP_NEED_REQUEST);
    assert_int_equal(within_s, 259200);
    json_change(json, "/threat", NULL);
    DEP_AUTO_CHARTER *calm = charter_of(json);
    assert_false(dep_charter_threat(calm, &waives, &within_s));
}

/* The digest is of the bytes, not of the value. */
static void test_digest(void **state)
{
    (void)state;
    DEP_AUTO_JSON *json = good_json();
    DEP_AUTO_CHARTER *charter = charter_of(json);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX + 2);
    assert_int_equal(dep_json_encode(json, &text), DEP_OK);
    dep_buf_add_byte(&text, ' ');
    struct dep_charter *spaced = NULL;
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_charter_parse(dep_buf_slice(&text), &spaced, NULL, &why), DEP_OK);
    assert_false(dep_hash_equal(dep_charter_digest(charter), dep_charter_digest(spaced)));
    struct dep_hash hash;
    dep_sha256(dep_buf_slice(&text), &hash);
    assert_true(dep_hash_equal(&hash, dep_charter_digest(spaced)));
    dep_charter_free(spaced);
    spaced = NULL;
    size_t room = DEP_CHARTER_LEN_MAX + 1 - text.len;
    memset(dep_buf_grow(&text, room), ' ', room);
    assert_found(dep_charter_parse(dep_buf_slice(&text), &spaced, NULL, &why), &why, "charter.len");
    text.len--;
    assert_int_equal(dep_charter_parse(dep_buf_slice(&text), &spaced, NULL, &why), DEP_OK);
    dep_charter_free(spaced);
}

/* One more than each list holds. */
static void test_caps(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        size_t max;
    } rows[] = {{"/lists/lines", DEP_CHARTER_CODES_MAX}, {"/rules", DEP_CHARTER_RULES_MAX}};
    for (size_t row = 0; row < DEP_COUNT(rows); row++) {
        for (size_t more = 0; more < 2; more++) {
            DEP_AUTO_JSON *json = good_json();
            json_t *list = json_array();
            for (size_t i = 0; i < rows[row].max + more; i++) {
                char text[128];
                (void)snprintf(text, sizeof text,
                               row ? "{\"id\":\"r%zu\",\"needs\":[]}"
                                   : "{\"code\":\"c%zu\",\"name\":" TEST_NAMES "}",
                               i);
                (void)json_array_append_new(list, json_of(text));
            }
            json_change(json, "/rules", json_array());
            json_change(json, rows[row].at, list);
            DEP_AUTO_BUF text;
            dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
            assert_int_equal(dep_json_encode(json, &text), DEP_OK);
            struct dep_charter *charter = NULL;
            struct dep_finding why = {"", "", 0};
            int err = dep_charter_parse(dep_buf_slice(&text), &charter, NULL, &why);
            if (more)
                assert_found(err, &why, "charter.len");
            else
                assert_int_equal(err, DEP_OK);
            dep_charter_free(charter);
        }
    }
}

static void test_memory(void **state)
{
    (void)state;
    DEP_AUTO_JSON *json = good_json();
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    assert_int_equal(dep_json_encode(json, &text), DEP_OK);
    int err = DEP_ERR_NOMEM;
    long at = 0;
    for (; err; at++) {
        struct dep_charter *charter = NULL;
        dep_alloc_fail_at(at);
        err = dep_charter_parse(dep_buf_slice(&text), &charter, NULL, NULL);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        assert_true((err == DEP_OK) == (charter != NULL));
        dep_charter_free(charter);
    }
    assert_true(at > 8);
}

/* ---- ids that look alike ---- */

static void test_alike(void **state)
{
    (void)state;
    static const struct {
        const char *one, *other;
        bool alike;
    } rows[] = {
        {"iq", "lq", true},      {"iq", "1q", true},    {"iq", "IQ", true},   {"lq", "Iq", true},
        {"un", "vn", false},     {"iq", "iqq", false},  {"iq", "iz", false},  {"o1", "0l", true},
        {"form", "forrn", true}, {"vvho", "who", true}, {"a-b", "a_b", true}, {"a-b", "ab", false},
        {"s2", "5z", true},      {"b", "8", true},      {"fr", "tr", false},  {"", "", true},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (dep_id_alike(rows[i].one, rows[i].other) != rows[i].alike ||
            dep_id_alike(rows[i].other, rows[i].one) != rows[i].alike)
            fail_msg("%s %s", rows[i].one, rows[i].other);
}

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEP_COUNT(keys); i++)
        keys[i] = key_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEP_COUNT(keys); i++)
        dep_signing_key_free(keys[i]);
    return 0;
}

int main(void)
{
    if (dep_crypto_init(false))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),        cmocka_unit_test(test_linked),
        cmocka_unit_test(test_bad),         cmocka_unit_test(test_shared),
        cmocka_unit_test(test_table),       cmocka_unit_test(test_digest),
        cmocka_unit_test(test_caps),        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_no_register), cmocka_unit_test(test_alike),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
