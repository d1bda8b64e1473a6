/*
 * What was given and what was said of it later, in whatever order it is heard: the first row is a
 * consent on paper that counts, each other row differs in one record.
 */
#include "rules/heard.h"
#include "rules/test_support.h"

enum { NOW_S = TEST_FROM_S + 40 * 86400, DAY = 86400, RECORDS_MAX = 6 };

struct fixture {
    struct dep_charter *charter;
    struct dep_names *names;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    json_t *json = json_of(test_charter);
    struct dep_signing_key *key = key_new();
    json_change(json, "/members/0", member_json("m0", "IQ", dep_signing_key_public(key), NULL));
    dep_signing_key_free(key);
    json_change(json, "/quorum", json_integer(0));
    json_change(json, "/amend/threshold", json_integer(1));
    fixture->charter = charter_of(json);
    json_decref(json);
    assert_int_equal(dep_names_new(&fixture->names), DEP_OK);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    dep_names_free(fixture->names);
    dep_charter_free(fixture->charter);
    free(fixture);
    return 0;
}

/* A record that is number `hash`, about number `ref`; made `day` days after the charter, by `by` of
 * `iss`. */
struct heard_row {
    uint8_t hash;
    const char *type, *rel;
    uint8_t ref;
    int day;
    const char *iss, *by, *fields;
    bool whole;
};

/* The one that a stolen key signed. */
static uint8_t disputed_hash;
enum { REVOKED_AT = 50 };

#define PAPER                                                                                      \
    "\"terms\":{\"layer\":\"host\",\"grantor\":\"m0\",\"actions\":[\"release\"],"                  \
    "\"recipients\":[\"court\"],\"purposes\":[\"trial\"],\"lines\":[\"any\"],"                     \
    "\"territories\":[\"IQ\"],\"scope\":{\"kind\":\"all\"},"                                       \
    "\"in_force\":{\"from\":\"2026-12-01T00:00:00Z\"}},\"side\":{\"state\":\"on_paper\"}"
static const struct heard_row consent = {1, "consent.given", NULL, 0, 1, "m0", "L1", PAPER, true};
static const struct heard_row check = {
    2, "consent.checked", "about", 1, 2, "m0", "L2", "\"outcome\":\"as_recorded\"", true};
static const struct heard_row approval = {1,    "approval.given",    "about", 9, 1, "m0",
                                          "P1", "\"approved\":true", false};
static const struct heard_row request = {
    1,
    "request.made",
    NULL,
    0,
    1,
    "m0",
    "L1",
    "\"direction\":\"in\",\"from\":\"court\",\"purpose\":\"trial\",\"scope\":{\"kind\":\"all\"}",
    true};

static int add(struct dep_heard *heard, const struct heard_row *row, uint64_t index,
               struct dep_finding *why)
{
    char text[1024], refs[256] = "", hex[2 * DEP_HASH_LEN + 1];
    struct dep_hash ref = {{row->ref}};
    dep_hex_encode(ref.bytes, DEP_HASH_LEN, hex);
    if (row->rel)
        (void)snprintf(refs, sizeof refs,
                       ",\"refs\":[{\"rel\":\"%s\",\"id\":\"x\",\"sha256\":\"%s\"}]", row->rel,
                       hex);
    (void)snprintf(text, sizeof text,
                   "{\"iss\":\"%s\",\"iat\":%d,\"clock\":{\"uncertainty_s\":3},"
                   "\"by\":{\"code\":\"%s\"}%s%s%s}",
                   row->iss, TEST_FROM_S + row->day * DAY, row->by, refs, row->fields[0] ? "," : "",
                   row->fields);
    DEP_AUTO_JSON *claims = json_of(text);
    const char *kid = row->hash == disputed_hash ? "stolen" : "good";
    struct dep_heard_record record = {{{row->hash}}, index,      row->type,
                                      claims,        row->whole, {row->iss, kid, index}};
    return dep_heard_add(heard, &record, why);
}

/* Of records at indices 10, 11 ... the facts, told of in this order and in reverse. */
static void facts_of(void **state, const struct heard_row *const *rows, size_t count, bool reverse,
                     struct dep_facts **out)
{
    const struct fixture *fixture = *state;
    struct dep_fact_reader reader = {fixture->charter, fixture->names, "m0"};
    DEP_AUTO_HEARD *heard = NULL;
    assert_int_equal(dep_heard_new(&reader, NOW_S, &heard), DEP_OK);
    for (size_t i = 0; i < count; i++) {
        size_t at = reverse ? count - 1 - i : i;
        struct dep_finding why = {"", "", 0};
        assert_int_equal(add(heard, rows[at], 10 + at, &why), DEP_OK);
    }
    assert_int_equal(dep_facts_new(out), DEP_OK);
    assert_int_equal(dep_heard_facts(heard, *out), DEP_OK);
}

/* The fact of record number 1; whether it is checked, and by when it ends. */
static void assert_fact(void **state, const struct heard_row *const *rows, const char *checked_by,
                        int64_t withdrawn_s, const char *what)
{
    const struct fixture *fixture = *state;
    size_t count = 0;
    while (count < RECORDS_MAX && rows[count])
        count++;
    for (int reverse = 0; reverse < 2; reverse++) {
        struct dep_facts *facts = NULL;
        facts_of(state, rows, count, reverse, &facts);
        const struct dep_fact *fact = NULL;
        for (size_t i = 0; i < dep_facts_count(facts); i++)
            if (dep_facts_at(facts, i)->record.bytes[0] == 1) {
                assert_null(fact);
                fact = dep_facts_at(facts, i);
            }
        if (!fact || strcmp(dep_names_text(fixture->names, fact->checked_by), checked_by) != 0 ||
            fact->withdrawn_s != withdrawn_s)
            fail_msg("%s%s", what, reverse ? ", told in reverse" : "");
        assert_int_equal(fact->index, 10);
        assert_true(fact->recorded_s == TEST_FROM_S + DAY + 3);
        dep_facts_free(facts);
    }
}

#define AT(day) (TEST_FROM_S + (day) * (int64_t)DAY - 3)

static void test_consents(void **state)
{
    static const struct heard_row
        withdrawn = {3, "consent.withdrawn", "about", 1, 5, "m0", "L1", "\"from_now\":true", false},
        foreign = {3, "consent.withdrawn", "about", 1, 5, "m1", "L1", "\"from_now\":true", false},
        other = {3, "consent.withdrawn", "about", 4, 5, "m0", "L1", "\"from_now\":true", false},
        future = {3, "consent.withdrawn", "about", 1, 90, "m0", "L1", "\"from_now\":true", false},
        correction = {4, "consent.given", "supersedes", 1, 6, "m0", "L1", PAPER, true},
        own_check = {2,       "consent.checked",
                     "about", 1,
                     2,       "m0",
                     "L1",    "\"outcome\":\"as_recorded\"",
                     true},
        differs = {5,    "consent.checked",         "about", 1, 3, "m0",
                   "L3", "\"outcome\":\"differs\"", true},
        own_differs = {5,    "consent.checked",         "about", 1, 3, "m0",
                       "L1", "\"outcome\":\"differs\"", true},
        unread = {5, "consent.checked", "about", 1, 3, "m0", "L3", "", false},
        again = {6,   "consent.checked", "about", 1, 4, "m0", "L3", "\"outcome\":\"as_recorded\"",
                 true};
    static const struct {
        const char *what;
        const struct heard_row *rows[RECORDS_MAX];
        const char *checked_by;
        int64_t withdrawn_s;
    } rows[] = {
        {"good", {&consent, &check}, "L2", INT64_MAX},
        {"not checked", {&consent}, "", INT64_MAX},
        {"checked by who recorded it", {&consent, &own_check}, "", INT64_MAX},
        {"the newest check differs", {&consent, &check, &differs}, "", INT64_MAX},
        {"it differs, says who recorded it", {&consent, &check, &own_differs}, "", INT64_MAX},
        {"the newest check isn't read", {&consent, &check, &unread}, "", INT64_MAX},
        {"it differed, and no longer", {&consent, &differs, &again}, "L3", INT64_MAX},
        {"withdrawn", {&consent, &check, &withdrawn}, "L2", AT(5)},
        {"another one withdrawn", {&consent, &check, &other}, "L2", INT64_MAX},
        {"another member withdrew", {&consent, &check, &foreign}, "L2", INT64_MAX},
        {"withdrawn by a clock that is ahead", {&consent, &check, &future}, "L2", NOW_S},
        {"heard of again", {&consent, &check, &consent}, "L2", INT64_MAX},
        {"withdrawn, and heard of again", {&consent, &check, &withdrawn, &consent}, "L2", AT(5)},
        {"corrected", {&consent, &check, &correction}, "L2", AT(6)},
        {"corrected after withdrawal", {&consent, &check, &withdrawn, &correction}, "L2", AT(5)},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        assert_fact(state, rows[i].rows, rows[i].checked_by, rows[i].withdrawn_s, rows[i].what);
}

/* Of a status that lists it: the newest of its own member counts, from where it was heard of. */
static void test_statuses(void **state)
{
    static const struct {
        const char *what;
        struct dep_heard_status said[2];
        uint64_t size;
        int64_t status_s;
        uint8_t status;
    } rows[] = {
        {"none", {{.member = NULL}}, 99, INT64_MIN, 0},
        {"one", {{{{1}}, {{7}}, 11, "m0", 500}}, 99, 500, 7},
        {"of another consent", {{{{3}}, {{7}}, 11, "m0", 500}}, 99, INT64_MIN, 0},
        {"by another member", {{{{1}}, {{7}}, 11, "m1", 500}}, 99, INT64_MIN, 0},
        {"two", {{{{1}}, {{7}}, 11, "m0", 500}, {{{1}}, {{8}}, 12, "m0", 600}}, 99, 600, 8},
        {"the older heard of last",
         {{{{1}}, {{8}}, 11, "m0", 600}, {{{1}}, {{7}}, 12, "m0", 500}},
         99,
         600,
         8},
        {"the newer not yet heard of",
         {{{{1}}, {{7}}, 11, "m0", 500}, {{{1}}, {{8}}, 12, "m0", 600}},
         12,
         500,
         7},
        {"by a clock that is ahead", {{{{1}}, {{7}}, 11, "m0", INT64_MAX}}, 99, INT64_MAX, 7},
    };
    const struct fixture *fixture = *state;
    struct dep_fact_reader reader = {fixture->charter, fixture->names, "m0"};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_HEARD *heard = NULL;
        struct dep_facts *facts = NULL;
        assert_int_equal(dep_heard_new(&reader, NOW_S, &heard), DEP_OK);
        for (size_t k = 0; k < 2; k++)
            if (rows[i].said[k].member)
                assert_int_equal(dep_heard_add_status(heard, &rows[i].said[k]), DEP_OK);
        assert_int_equal(add(heard, &consent, 10, NULL), DEP_OK);
        assert_int_equal(dep_facts_new(&facts), DEP_OK);
        assert_int_equal(dep_heard_facts_at(heard, NOW_S, rows[i].size, facts), DEP_OK);
        assert_int_equal(dep_facts_count(facts), 1);
        const struct dep_fact *fact = dep_facts_at(facts, 0);
        if (fact->status_s != rows[i].status_s || fact->status.bytes[0] != rows[i].status)
            fail_msg("%s", rows[i].what);
        dep_facts_free(facts);
    }
}

static void test_requests(void **state)
{
    static const struct heard_row
        granted = {2,    "request.answered",       "answers", 1, 2, "m0",
                   "L1", "\"answer\":\"granted\"", true},
        withdrawn = {3,    "request.answered",         "answers", 1, 3, "m0",
                     "L1", "\"answer\":\"withdrawn\"", true},
        unread = {3, "request.answered", "answers", 1, 3, "m0", "L1", "", false},
        later = {4,    "request.answered",       "answers", 1, 4, "m0",
                 "L1", "\"answer\":\"granted\"", true};
    static const struct {
        const char *what;
        const struct heard_row *rows[RECORDS_MAX];
        int64_t withdrawn_s;
    } rows[] = {
        {"good", {&request}, INT64_MAX},
        {"granted", {&request, &granted}, INT64_MAX},
        {"withdrawn", {&request, &granted, &withdrawn}, AT(3)},
        {"not read", {&request, &granted, &unread}, AT(3)},
        {"answered again", {&request, &withdrawn, &later}, INT64_MAX},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        assert_fact(state, rows[i].rows, "", rows[i].withdrawn_s, rows[i].what);
}

static void test_approvals(void **state)
{
    static const struct heard_row no = {2,    "approval.given",     "about", 9, 4, "m0",
                                        "P1", "\"approved\":false", false},
                                  other = {2,    "approval.given",     "about", 9, 4, "m0",
                                           "P2", "\"approved\":false", false},
                                  elsewhere = {2,    "approval.given",     "about", 8, 4, "m0",
                                               "P1", "\"approved\":false", false};
    static const struct {
        const char *what;
        const struct heard_row *rows[RECORDS_MAX];
        int64_t withdrawn_s;
    } rows[] = {
        {"good", {&approval}, INT64_MAX},
        {"taken back", {&approval, &no}, AT(4)},
        {"refused by another", {&approval, &other}, INT64_MAX},
        {"refused another", {&approval, &elsewhere}, INT64_MAX},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        assert_fact(state, rows[i].rows, "", rows[i].withdrawn_s, rows[i].what);
    /* Who says no approves nothing; who says it first may approve later. */
    const struct heard_row *refused[] = {&no};
    struct dep_facts *facts = NULL;
    facts_of(state, refused, 1, false, &facts);
    assert_int_equal(dep_facts_count(facts), 0);
    dep_facts_free(facts);
}

static void test_refused(void **state)
{
    const struct fixture *fixture = *state;
    struct dep_fact_reader reader = {fixture->charter, fixture->names, "m0"};
    struct heard_row unread = consent, malformed = consent, outgoing = request;
    unread.whole = false;
    malformed.fields = "\"side\":{\"state\":\"on_paper\"}";
    outgoing.fields = "\"direction\":\"out\"";
    static const char *const ids[] = {"fact.unread", "fact.form", NULL};
    const struct heard_row *rows[] = {&unread, &malformed, &outgoing};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_HEARD *heard = NULL;
        struct dep_finding why = {"", "", 0};
        struct dep_facts *facts = NULL;
        assert_int_equal(dep_heard_new(&reader, NOW_S, &heard), DEP_OK);
        int err = add(heard, rows[i], 10, &why);
        if (ids[i])
            assert_found(err, &why, ids[i]);
        else
            assert_int_equal(err, DEP_OK);
        assert_int_equal(dep_facts_new(&facts), DEP_OK);
        assert_int_equal(dep_heard_facts(heard, facts), DEP_OK);
        assert_int_equal(dep_facts_count(facts), 0);
        dep_facts_free(facts);
    }
    for (size_t i = 0; i < dep_heard_type_count(); i++)
        assert_ptr_equal(dep_heard_type_find(dep_heard_type_at(i)->type), dep_heard_type_at(i));
    assert_null(dep_heard_type_find("marking.set"));
}

static void assert_same_facts(const struct dep_facts *got, const struct dep_facts *want)
{
    assert_int_equal(dep_facts_count(got), dep_facts_count(want));
    for (size_t i = 0; i < dep_facts_count(got); i++) {
        const struct dep_fact *a = dep_facts_at(got, i), *b = dep_facts_at(want, i);
        assert_memory_equal(&a->record, &b->record, sizeof a->record);
        assert_true(a->recorded_s == b->recorded_s && a->withdrawn_s == b->withdrawn_s);
        assert_int_equal(a->checked_by, b->checked_by);
    }
}

/* What was heard serves for any moment as if nothing but what stood below it had been told, and for
 * the next one after that. */
static void test_moments(void **state)
{
    const struct fixture *fixture = *state;
    struct dep_fact_reader reader = {fixture->charter, fixture->names, "m0"};
    struct heard_row withdrawal = check, later = consent;
    withdrawal.hash = 8;
    withdrawal.type = "consent.withdrawn";
    withdrawal.day = 3;
    withdrawal.fields = "\"from_now\":true";
    later.hash = 9;
    later.day = 4;
    const struct heard_row *rows[] = {&consent, &check, &withdrawal, &later};
    static const int64_t befores_s[] = {NOW_S, TEST_FROM_S + 2 * DAY, TEST_FROM_S, NOW_S};
    DEP_AUTO_HEARD *all = NULL;
    struct dep_finding why = {"", "", 0};
    assert_int_equal(dep_heard_new(&reader, INT64_MAX, &all), DEP_OK);
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        assert_int_equal(add(all, rows[i], 10 + i, &why), DEP_OK);
    for (size_t b = 0; b < DEP_COUNT(befores_s); b++) {
        for (size_t count = DEP_COUNT(rows) + 1; count-- > 0;) {
            DEP_AUTO_HEARD *fresh = NULL;
            struct dep_facts *got = NULL, *want = NULL;
            assert_int_equal(dep_heard_new(&reader, befores_s[b], &fresh), DEP_OK);
            for (size_t i = 0; i < count; i++)
                assert_int_equal(add(fresh, rows[i], 10 + i, &why), DEP_OK);
            assert_int_equal(dep_facts_new(&got) || dep_facts_new(&want), DEP_OK);
            assert_int_equal(dep_heard_facts(fresh, want), DEP_OK);
            assert_int_equal(dep_heard_facts_at(all, befores_s[b], 10 + count, got), DEP_OK);
            assert_same_facts(got, want);
            dep_facts_free(got);
            dep_facts_free(want);
        }
    }
}

/* What a key gave after it was stolen counts until its revocation is heard of, and then no longer;
 * what it withdrew stays withdrawn. */
static void test_disputed(void **state)
{
    static const struct heard_row withdrawn = {3,    "consent.withdrawn", "about", 1, 5, "m0",
                                               "L1", "\"from_now\":true", false};
    static const struct {
        const char *what;
        const struct heard_row *rows[3];
        uint8_t disputed;
        uint64_t size;
        int64_t withdrawn_s;
        bool checked;
    } rows[] = {
        {"none", {&consent, &check}, 0, 99, INT64_MAX, true},
        {"not yet heard of", {&consent, &check}, 1, REVOKED_AT, INT64_MAX, true},
        {"the consent", {&consent, &check}, 1, REVOKED_AT + 1, NOW_S, true},
        {"the check", {&consent, &check}, 2, REVOKED_AT + 1, INT64_MAX, false},
        {"its check, not yet", {&consent, &check}, 2, REVOKED_AT, INT64_MAX, true},
        {"the withdrawal", {&consent, &check, &withdrawn}, 3, 99, AT(5), true},
        {"an approval", {&approval}, 1, 99, NOW_S, false},
        {"a request", {&request}, 1, 99, NOW_S, false},
    };
    const struct fixture *fixture = *state;
    struct dep_fact_reader reader = {fixture->charter, fixture->names, "m0"};
    const struct dep_heard_revocation revocation = {{"m0", "stolen", 20}, 10, REVOKED_AT};
    /* Told of before what was signed, and after. */
    for (size_t i = 0; i < 2 * DEP_COUNT(rows); i++) {
        size_t at = i / 2;
        DEP_AUTO_HEARD *heard = NULL;
        struct dep_facts *facts = NULL;
        struct dep_finding why = {"", "", 0};
        assert_int_equal(dep_heard_new(&reader, INT64_MAX, &heard), DEP_OK);
        if (i % 2 == 0)
            assert_int_equal(dep_heard_add_revocation(heard, &revocation), DEP_OK);
        disputed_hash = rows[at].disputed;
        for (size_t k = 0; k < 3 && rows[at].rows[k]; k++)
            assert_int_equal(add(heard, rows[at].rows[k], 10 + k, &why), DEP_OK);
        disputed_hash = 0;
        if (i % 2)
            assert_int_equal(dep_heard_add_revocation(heard, &revocation), DEP_OK);
        assert_int_equal(dep_facts_new(&facts), DEP_OK);
        assert_int_equal(dep_heard_facts_at(heard, NOW_S, rows[at].size, facts), DEP_OK);
        assert_int_equal(dep_facts_count(facts), 1);
        const struct dep_fact *fact = dep_facts_at(facts, 0);
        if (fact->withdrawn_s != rows[at].withdrawn_s ||
            (fact->checked_by != 0) != rows[at].checked)
            fail_msg("%s", rows[at].what);
        dep_facts_free(facts);
    }
}

/* A revocation speaks of one key, in one log, from one place of it on and up to its own. The
 * consent of these rows stands at place 10 of the log of m0. */
static void test_revocations(void **state)
{
    static const struct {
        const char *what;
        struct dep_heard_revocation revocation;
        bool disputed;
    } rows[] = {
        {"good", {{"m0", "stolen", 20}, 10, 12}, true},
        {"from before", {{"m0", "stolen", 20}, 0, 12}, true},
        {"from the next on", {{"m0", "stolen", 20}, 11, 12}, false},
        {"at its place", {{"m0", "stolen", 11}, 10, 12}, true},
        {"below its place", {{"m0", "stolen", 10}, 9, 12}, false},
        {"of nothing", {{"m0", "stolen", 10}, 10, 12}, false},
        {"another key", {{"m0", "good", 20}, 10, 12}, false},
        {"another log", {{"m1", "stolen", 20}, 10, 12}, false},
        {"heard of later", {{"m0", "stolen", 20}, 10, 30}, false},
    };
    const struct fixture *fixture = *state;
    struct dep_fact_reader reader = {fixture->charter, fixture->names, "m0"};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        /* Of what it gave itself, and of a status that a stolen key signed and that lists it. */
        for (int of_status = 0; of_status < 2; of_status++) {
            DEP_AUTO_HEARD *heard = NULL;
            struct dep_facts *facts = NULL;
            struct dep_finding why = {"", "", 0};
            const struct dep_heard_status status = {{{1}}, {{7}}, 11, "m0", 500};
            const struct dep_heard_signature by = {"m0", of_status ? "stolen" : "sound", 10};
            assert_int_equal(dep_heard_new(&reader, INT64_MAX, &heard), DEP_OK);
            assert_int_equal(dep_heard_add_issued(heard, &status.status, &by), DEP_OK);
            assert_int_equal(dep_heard_add_status(heard, &status), DEP_OK);
            disputed_hash = of_status ? 99 : 1;
            assert_int_equal(add(heard, &consent, 10, &why), DEP_OK);
            disputed_hash = 0;
            if (!of_status || strcmp(rows[i].revocation.of.kid, "good") != 0)
                assert_int_equal(dep_heard_add_revocation(heard, &rows[i].revocation), DEP_OK);
            assert_int_equal(dep_facts_new(&facts), DEP_OK);
            assert_int_equal(dep_heard_facts_at(heard, NOW_S, 20, facts), DEP_OK);
            assert_int_equal(dep_facts_count(facts), 1);
            const struct dep_fact *fact = dep_facts_at(facts, 0);
            if ((fact->withdrawn_s == NOW_S) != (rows[i].disputed && !of_status) ||
                (fact->status_s == 500) != !(rows[i].disputed && of_status))
                fail_msg("%s%s", rows[i].what, of_status ? ", of a status" : "");
            dep_facts_free(facts);
        }
    }
}

static void test_without_memory(void **state)
{
    const struct fixture *fixture = *state;
    struct dep_fact_reader reader = {fixture->charter, fixture->names, "m0"};
    const struct dep_heard_revocation revocation = {{"m0", "stolen", 20}, 10, 12};
    const struct dep_hash issued = {{7}};
    bool went_through = false;
    for (long at = 0; at < 64 && !went_through; at++) {
        DEP_AUTO_HEARD *heard = NULL;
        struct dep_facts *facts = NULL;
        struct dep_finding why = {"", "", 0};
        assert_int_equal(dep_facts_new(&facts), DEP_OK);
        dep_alloc_fail_at(at);
        int err = dep_heard_new(&reader, NOW_S, &heard);
        if (!err)
            err = dep_heard_add_revocation(heard, &revocation);
        if (!err)
            err = dep_heard_add_issued(heard, &issued, &revocation.of);
        if (!err)
            err = add(heard, &consent, 10, &why);
        if (!err)
            err = add(heard, &check, 11, &why);
        if (!err)
            err = dep_heard_facts(heard, facts);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        went_through = err == DEP_OK;
        dep_facts_free(facts);
    }
    assert_true(went_through);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_consents, setup, teardown),
        cmocka_unit_test_setup_teardown(test_statuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_requests, setup, teardown),
        cmocka_unit_test_setup_teardown(test_approvals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_moments, setup, teardown),
        cmocka_unit_test_setup_teardown(test_disputed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_revocations, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_memory, setup, teardown),
    };
    if (dep_crypto_init(false))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
