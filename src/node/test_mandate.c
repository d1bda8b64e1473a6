/*
 * What is gathered for the judge of the mandate's records: under failing memory, in a group, for
 * who may not read, and behind a correction.
 */
#include "node/consent.h"
#include "node/mandate.h"
#include "node/node_impl.h"
#include "node/test_support.h"

#define TEXT(words) "{\"text\":\"" words "\",\"lang\":\"en\"}"
static const char STATEMENT[] =
    "{\"titles\":[],\"formation\":\"small_group\",\"adopted_on\":\"2021-03-30\","
    "\"adopters\":[{\"member\":\"be\",\"how\":\"attested\"}],\"original\":\"not_held\","
    "\"why_not_held\":" TEXT("w") ",\"attestation\":" TEXT(
        "a") ","
             "\"paragraphs\":[{\"number\":\"1\"},{\"number\":\"2\"}]}";
static const char DISSOCIATION[] =
    "{\"member\":\"be\",\"kind\":\"dissociation\",\"stated_on\":\"2021"
    "-04-01\",\"paragraphs\":[\"2\"],\"text\":" TEXT("t") "}";
static const char INCIDENT[] =
    "{\"category\":\"attack\",\"territory\":\"IQ\",\"when\":{\"edtf\":\"2021-03\"},\"what_"
    "happened\""
    ":" TEXT("h") ",\"sources\":[{\"reliability\":\"B\",\"credibility\":\"3\"}],\"confidence\":"
                  "\"low\",\"audience\":[],\"publish_after_h\":24,"
                  "\"unknown\":{\"place\":{\"code\":\"unknown\",\"reason\":\"r\"}}}";
static struct dep_done statement, incident;

/* What the others rest on; it is right if it is recorded. */
static void test_recorded(void **state)
{
    (void)state;
    struct dep_done done;
    record("D", "code.stated", "{\"list\":\"formations\",\"code\":\"small_group\",\"called\":[]}",
           NULL, &done);
    record("D", "code.stated", "{\"list\":\"incidents\",\"code\":\"attack\",\"called\":[]}", NULL,
           &done);
    record("D", "membership.stated",
           "{\"formation\":\"small_group\",\"member\":\"be\",\"from\":\"2015\"}", NULL, &done);
    record("D", "statement.adopted", STATEMENT, NULL, &statement);
    record("D", "statement.position", DISSOCIATION, &statement, &done);
    record("K", "incident.reported", INCIDENT, NULL, &incident);
}

/* A draft about `about` (NULL: nothing); free its claims. */
static struct dep_draft draft_of(const char *type, const char *text, const struct dep_done *about)
{
    json_t *claims = json_loads(text, 0, NULL);
    assert_non_null(claims);
    json_t *refs = about ? json_pack("[o]", dep_record_ref_new("about", about->jti, &about->sha256))
                         : json_array();
    assert_int_equal(json_object_set_new(claims, "refs", refs), 0);
    return (struct dep_draft){.type = type, .claims = claims};
}

static void add_ref(const struct dep_draft *draft, const char *rel, const struct dep_done *to)
{
    json_t *refs = json_object_get(draft->claims, "refs");
    assert_int_equal(json_array_append_new(refs, dep_record_ref_new(rel, to->jti, &to->sha256)), 0);
}

static void draft_done(struct dep_draft *draft)
{
    json_decref((json_t *)(uintptr_t)draft->claims);
}

static struct dep_draft commitment(const char *paragraph, const struct dep_done *about)
{
    char text[256];
    (void)snprintf(
        text, sizeof text,
        "{\"paragraph\":\"%s\",\"actors\":[\"be\"],\"line\":\"political\",\"text\":" TEXT("do") "}",
        paragraph);
    return draft_of("commitment.made", text, about);
}

static int judge(struct dep_node *node, const struct dep_draft *drafts, size_t at,
                 struct dep_problem *problem)
{
    *problem = (struct dep_problem){.detail = ""};
    struct dep_mandate_group group = {.names = NULL};
    int err = dep_node_mandate_judge(node, dep_register_count(dep_node_register(node)), &group,
                                     drafts, at, 0, problem);
    dep_mandate_group_done(&group);
    return err;
}

static void expect(struct dep_node *node, const struct dep_draft *drafts, size_t at, const char *id)
{
    struct dep_problem problem;
    int err = judge(node, drafts, at, &problem);
    if (err != (id ? DEP_FOUND : DEP_OK) || (id && strcmp(problem.finding.id, id) != 0))
        fail_msg("%d %s %s %s, expected %s", err, err > 0 ? problem.finding.id : "", problem.detail,
                 err < 0 ? problem.fault.what : "", id ? id : "none");
}

static struct dep_node *open_unlocked(const char *officer)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_node *node = open_as(officer);
    assert_int_equal(dep_node_unlock(node, &problem), DEP_OK);
    return node;
}

static void test_later(void **state)
{
    (void)state;
    struct dep_node *node = open_unlocked("D");
    struct dep_draft one = commitment("1", &statement), two = commitment("2", &statement);
    expect(node, &one, 0, NULL);
    expect(node, &two, 0, "mandate.bound");
    struct dep_done other = statement;
    other.sha256.bytes[0] ^= 1;
    struct dep_draft forged = commitment("1", &other);
    expect(node, &forged, 0, "mandate.ref.absent");
    draft_done(&one);
    draft_done(&two);
    draft_done(&forged);
    dep_node_close(node);
}

/* The same code of a list is stated once for each time; of another list, or another time, again. */
static void test_codes(void **state)
{
    (void)state;
    static const struct {
        const char *claims, *id;
    } rows[] = {
        {"{\"list\":\"incidents\",\"code\":\"raid\",\"called\":[],\"to\":\"2020\"}", NULL},
        {"{\"list\":\"formations\",\"code\":\"raid\",\"called\":[]}", NULL},
        {"{\"list\":\"incidents\",\"code\":\"raids\",\"called\":[]}", NULL},
        {"{\"list\":\"incidents\",\"code\":\"raid\",\"called\":[],\"from\":\"2022\"}", NULL},
        {"{\"list\":\"incidents\",\"code\":\"raid\",\"called\":[],\"from\":\"2020-06\","
         "\"to\":\"2020-07\"}",
         "mandate.code.again"},
        {"{\"list\":\"incidents\",\"code\":\"raid\",\"called\":[],\"from\":\"2023\"}",
         "mandate.code.again"},
    };
    struct dep_node *node = open_unlocked("D");
    struct dep_draft drafts[DEP_COUNT(rows)];
    for (size_t wrong = 4; wrong < DEP_COUNT(rows); wrong++) {
        struct dep_problem problem = {.detail = ""};
        struct dep_done done[DEP_COUNT(rows)];
        uint64_t before = dep_register_count(dep_node_register(node));
        for (size_t i = 0; i < 4; i++)
            drafts[i] = draft_of("code.stated", rows[i].claims, NULL);
        drafts[4] = draft_of("code.stated", rows[wrong].claims, NULL);
        assert_int_equal(dep_node_commit(node, drafts, 5, done, &problem), DEP_FOUND);
        assert_string_equal(problem.finding.id, rows[wrong].id);
        assert_int_equal(problem.draft, 4);
        assert_int_equal(dep_register_count(dep_node_register(node)), before);
        for (size_t i = 0; i < 5; i++)
            draft_done(&drafts[i]);
    }
    dep_node_close(node);
}

/* Each is judged by those before it, though none of them is in the log yet. */
static void test_group(void **state)
{
    (void)state;
    struct dep_node *node = open_unlocked("D");
    struct dep_draft drafts[] = {commitment("1", &statement), commitment("1", &statement)};
    expect(node, drafts, 0, NULL);
    expect(node, drafts, 1, "mandate.again");
    struct dep_problem problem = {.detail = ""};
    struct dep_done done[2];
    uint64_t before = dep_register_count(dep_node_register(node));
    assert_int_equal(dep_node_commit(node, drafts, 2, done, &problem), DEP_FOUND);
    assert_string_equal(problem.finding.id, "mandate.again");
    assert_int_equal(dep_register_count(dep_node_register(node)), before);
    draft_done(&drafts[0]);
    draft_done(&drafts[1]);
    dep_node_close(node);
}

/* A custodian reports and corrects incidents, and reads none. */
static void test_unread(void **state)
{
    (void)state;
    struct dep_node *node = open_unlocked("K");
    struct dep_draft correction = draft_of(
        "incident.corrected", "{\"effect\":\"retracts\",\"reason\":" TEXT("r") "}", &incident);
    struct dep_draft made = commitment("1", &statement);
    expect(node, &correction, 0, NULL);
    expect(node, &made, 0, "mandate.unread");
    draft_done(&correction);
    draft_done(&made);
    dep_node_close(node);
}

static void correct_statement(struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_done corrected;
    struct dep_draft correction = draft_of("statement.adopted", STATEMENT, &statement);
    json_t *ref = json_array_get(json_object_get(correction.claims, "refs"), 0);
    assert_int_equal(json_object_set_new(ref, "rel", json_string("supersedes")), 0);
    assert_int_equal(dep_node_commit(node, &correction, 1, &corrected, &problem), DEP_OK);
    draft_done(&correction);
    statement = corrected;
}

/* What was said about a statement is said about its correction; what was corrected isn't referred
 * to any more. */
static void test_corrected(void **state)
{
    (void)state;
    struct dep_done before = statement;
    struct dep_node *node = open_unlocked("D");
    correct_statement(node);
    struct dep_draft one = commitment("1", &statement), two = commitment("2", &statement),
                     old = commitment("1", &before);
    expect(node, &one, 0, NULL);
    expect(node, &two, 0, "mandate.bound");
    expect(node, &old, 0, "mandate.ref.corrected");
    draft_done(&one);
    draft_done(&two);
    draft_done(&old);
    dep_node_close(node);
}

/* What a statement was, is and reads in another language proves nothing that was drawn from it;
 * what was adopted before it reaffirms nothing of it. */
static void test_goes_back(void **state)
{
    (void)state;
    static const char fulfilled[] = "{\"status\":\"fulfilled\",\"as_of\":\"2021-09\"}";
    static const char report[] =
        "{\"kind\":\"press_report\",\"original\":\"not_held\",\"lang\":\"en\"}";
    struct dep_done made, rendered, other, of_other;
    struct dep_problem problem = {.detail = ""};
    char text[sizeof STATEMENT];
    (void)snprintf(text, sizeof text, "%s", STATEMENT);
    memcpy(strstr(text, "2021-03-30"), "2020-03-30", strlen("2020-03-30"));
    record("D", "statement.adopted", text, NULL, &other);
    record("D", "statement.rendered", report, &other, &of_other);
    struct dep_draft one = commitment("1", &statement);
    struct dep_node *node = open_unlocked("D");
    assert_int_equal(dep_node_commit(node, &one, 1, &made, &problem), DEP_OK);
    dep_node_close(node);
    draft_done(&one);
    for (int corrected = 0; corrected < 2; corrected++) {
        record("D", "statement.rendered", report, &statement, &rendered);
        node = open_unlocked("D");
        struct dep_draft by_itself = draft_of("commitment.updated", fulfilled, &made),
                         rightly = draft_of("commitment.updated", fulfilled, &made),
                         before = draft_of("commitment.reaffirmed", "{\"paragraph\":\"1\"}", &made),
                         own = draft_of("commitment.reaffirmed", "{\"paragraph\":\"1\"}", &made);
        add_ref(&by_itself, "source", &rendered);
        add_ref(&rightly, "source", &of_other);
        add_ref(&before, "about", &other);
        add_ref(&own, "about", &statement);
        expect(node, &by_itself, 0, "mandate.evidence");
        expect(node, &rightly, 0, NULL);
        expect(node, &before, 0, "mandate.earlier");
        expect(node, &own, 0, "mandate.own");
        draft_done(&by_itself);
        draft_done(&rightly);
        draft_done(&before);
        draft_done(&own);
        correct_statement(node);
        dep_node_close(node);
    }
}

static void test_no_memory(void **state)
{
    (void)state;
    struct dep_node *node = open_unlocked("D");
    struct dep_draft one = commitment("1", &statement);
    struct dep_problem problem;
    int err = DEP_ERR_NOMEM;
    long at = 0;
    while (err) {
        dep_alloc_fail_at(++at);
        err = judge(node, &one, 0, &problem);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        assert_true(at < 10000);
    }
    assert_true(at > 10);
    draft_done(&one);
    dep_node_close(node);
}

static void test_drawn(void **state)
{
    (void)state;
    struct dep_node *node = open_as("L");
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_JSON *allegation = json_object(), *again = json_object(), *note = json_object();
    DEP_AUTO_JSON *violation = json_loads("{\"harmed\":[{},{}]}", 0, NULL);
    assert_int_equal(dep_mandate_draw(node, "allegation.received", allegation, &problem), DEP_OK);
    assert_int_equal(dep_mandate_draw(node, "allegation.received", again, &problem), DEP_OK);
    const char *receipt = dep_json_string(allegation, "receipt");
    assert_int_equal(strlen(receipt), DEP_PSEUDONYM_LEN);
    assert_string_not_equal(receipt, dep_json_string(again, "receipt"));
    assert_int_equal(dep_mandate_draw(node, "allegation.received", again, &problem), DEP_FOUND);
    assert_string_equal(problem.finding.id, "mandate.drawn");
    assert_int_equal(dep_mandate_draw(node, "violation.tagged", violation, &problem), DEP_OK);
    const json_t *harmed = json_object_get(violation, "harmed");
    assert_string_not_equal(dep_json_string(json_array_get(harmed, 0), "pseudonym"),
                            dep_json_string(json_array_get(harmed, 1), "pseudonym"));
    assert_int_equal(dep_mandate_draw(node, "violation.tagged", violation, &problem), DEP_FOUND);
    assert_int_equal(dep_mandate_draw(node, "note", note, &problem), DEP_OK);
    assert_int_equal(json_object_size(note), 0);
    dep_node_close(node);
}

static const struct CMUnitTest mandate_tests[] = {
    cmocka_unit_test(test_recorded),  cmocka_unit_test(test_later),
    cmocka_unit_test(test_codes),     cmocka_unit_test(test_group),
    cmocka_unit_test(test_unread),    cmocka_unit_test(test_corrected),
    cmocka_unit_test(test_no_memory), cmocka_unit_test(test_drawn),
    cmocka_unit_test(test_goes_back),
};

RUN_OVER_REGISTER("mandate", mandate_tests)
