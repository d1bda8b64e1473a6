/*
 * A prepared release comes to its end, and so does what a mission's consents cover: by time, under
 * a clock of the test's own.
 */
#include "node/release.h"

#include "codec/text.h"
#include "node/consent.h"
#include "node/due.h"
#include "node/mission.h"
#include "node/test_support.h"

#include <time.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };
static int64_t ahead_ms;

static int64_t clock_ahead(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + ahead_ms;
}

static struct dep_node *open_ahead(const char *officer)
{
    struct dep_node_order order = {.dir = dir, .write = true, .officer = officer};
    dep_world_system(&order.world);
    order.world.clock = clock_ahead;
    struct dep_node *node = NULL;
    struct dep_problem problem = {.detail = ""};
    if (dep_node_open(&order, &node, NULL, &problem))
        fail_msg("%s %s", problem.detail, problem.fault.where);
    return node;
}

static bool give(void *context, const struct dep_key_state *officer, unsigned roles)
{
    (void)context;
    (void)officer;
    (void)roles;
    return true;
}

/* Who approves reads what is approved. */
static void enrol_approver(void)
{
    struct dep_done done;
    struct dep_problem problem = {.detail = ""};
    struct dep_node *node = open_as("K");
    assert_int_equal(
        dep_key_enrol(node, "V", DEP_ROLE_APPROVER | DEP_ROLE_LEGAL, true, NULL, &done, &problem),
        DEP_OK);
    dep_node_close(node);
    node = open_as("L");
    int err = dep_key_share(node, "V", give, NULL, &done, &problem);
    if (err)
        fail_msg("%s", problem.finding.id);
    dep_node_close(node);
}

static const char PREPARED[] =
    "{\"action\":\"release\",\"recipient\":\"court\",\"purpose\":\"trial\",\"urgent\":false,"
    "\"materials\":[{\"item\":\"01a20d48-e325-7d90-ac3a-47d22d4fff99\",\"fields\":[],"
    "\"redacted\":false}]}";
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static void test_lapses(void **state)
{
    (void)state;
    struct dep_done what, done;
    enrol_approver();
    record("L", "release.prepared", PREPARED, NULL, &what);
    static const struct {
        int64_t ahead_ms;
        const char *finding;
    } rows[] = {{0, NULL},
                {INT64_C(30) * DAY_MS - 60000, NULL},
                {INT64_C(30) * DAY_MS + 60000, "release.lapsed"},
                {INT64_C(300) * DAY_MS, "release.lapsed"},
                {0, NULL}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        ahead_ms = rows[i].ahead_ms;
        struct dep_node *node = open_ahead("V");
        struct dep_problem problem = {.detail = ""};
        uint64_t before = dep_register_count(dep_node_register(node));
        int err = dep_node_release_approve(node, what.jti, true, NULL, &done, &problem);
        if (err < 0)
            fail_msg("row %zu: %s", i, problem.fault.what);
        assert_int_equal(err, rows[i].finding ? DEP_FOUND : DEP_OK);
        if (rows[i].finding) {
            assert_string_equal(problem.finding.id, rows[i].finding);
            struct dep_judgement judgement = {.materials = NULL};
            assert_int_equal(dep_node_release(node, what.jti, NULL, &judgement, &done, &problem),
                             DEP_FOUND);
            assert_string_equal(problem.finding.id, rows[i].finding);
            assert_true(dep_register_count(dep_node_register(node)) == before);
        }
        dep_node_close(node);
    }
}

/* ---- missions ---- */

enum { DAY_S = DAY_MS / 1000 };
static int64_t begun_s;

static void day(int64_t days, char out[24])
{
    dep_time_encode(begun_s + days * DAY_S, out);
}

/* Of the member itself, signed, up to that day. */
static void consent(int64_t from, int64_t to, struct dep_done *out)
{
    char from_text[24], to_text[24], claims[900];
    day(from, from_text);
    day(to, to_text);
    (void)snprintf(claims, sizeof claims,
                   "{\"terms\":{\"layer\":\"host\",\"grantor\":\"m\",\"actions\":[\"mission\"],"
                   "\"recipients\":[\"any\"],\"purposes\":[\"any\"],\"lines\":[\"any\"],"
                   "\"territories\":[\"IQ\"],\"scope\":{\"kind\":\"all\"},\"in_force\":{\"from\":"
                   "\"%s\",\"to\":\"%s\"}},\"side\":{\"state\":\"signed\",\"code\":\"L\"}}",
                   from_text, to_text);
    record("L", "consent.given", claims, NULL, out);
}

/* Recorded at the first day by the legal officer; "" where it was refused. */
static void mission(int64_t from, int64_t to, struct dep_done *out)
{
    char from_text[24], to_text[24];
    day(from, from_text);
    day(to, to_text);
    DEP_AUTO_JSON *claims = json_pack("{s:{s:s,s:s},s:[s],s:s,s:{s:s,s:s}}", "action", "text",
                                      "training", "lang", "en", "territories", "IQ", "purpose",
                                      "protection", "in_force", "from", from_text, "to", to_text);
    assert_non_null(claims);
    ahead_ms = 0;
    struct dep_node *node = open_ahead("L");
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_JUDGEMENT judgement = {.materials = NULL};
    *out = (struct dep_done){.jti = ""};
    if (dep_node_mission(node, claims, &judgement, out, &problem))
        fail_msg("%s %s", problem.finding.id, problem.detail);
    dep_node_close(node);
}

enum { WORDS_LEN = 256 };

static void add_word(char words[WORDS_LEN], const char *word)
{
    size_t len = strlen(words);
    assert_in_range(snprintf(words + len, WORDS_LEN - len, " %s", word), 1, WORDS_LEN - len - 1);
}

/* The states in the order of the log, and the kinds of what is listed, each behind a blank. */
static int add_state(void *context, const struct dep_mission_now *now)
{
    add_word(context, now->state);
    return DEP_OK;
}

static void add_kinds(const struct dep_dues *dues, char *out)
{
    for (size_t i = 0; i < dues->count; i++)
        if (strstr(dues->list[i].kind, ".mission"))
            add_word(out, dues->list[i].kind);
}

static void expect_missions(const char *officer, int64_t days, const char *states,
                            const char *kinds)
{
    char found[WORDS_LEN] = "", listed[WORDS_LEN] = "";
    ahead_ms = days * DAY_MS + 3600000;
    struct dep_node *node = open_ahead(officer);
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_DUES due = {.list = NULL}, inbox = {.list = NULL};
    int err = dep_node_missions(node, add_state, found, &problem);
    if (!err)
        err = dep_node_due(node, dep_node_now_ms(node) / 1000 + 3 * DAY_S, UINT64_MAX, &due,
                           &problem);
    if (!err)
        err = dep_node_inbox(node, UINT64_MAX, &inbox, &problem);
    if (err)
        fail_msg("day %d: %s %s", (int)days, problem.finding.id, problem.detail);
    add_kinds(&due, listed);
    add_kinds(&inbox, listed);
    assert_string_equal(found, states);
    assert_string_equal(listed, kinds);
    dep_node_close(node);
}

static void expect_end(const struct dep_done *what, int64_t days, int64_t ended,
                       const char *finding)
{
    char text[24];
    struct dep_done done;
    struct dep_problem problem = {.detail = ""};
    day(ended, text);
    ahead_ms = days * DAY_MS;
    struct dep_node *node = open_ahead("D");
    uint64_t before = dep_register_count(dep_node_register(node));
    DEP_AUTO_JSON *claims = json_pack("{s:s}", "ended", text);
    int err = dep_node_mission_end(node, what->jti, claims, &done, &problem);
    assert_int_equal(err, finding ? DEP_FOUND : DEP_OK);
    assert_string_equal(problem.finding.id ? problem.finding.id : "", finding ? finding : "");
    /* With it goes what the key opened until then. */
    assert_true((dep_register_count(dep_node_register(node)) > before) == !finding);
    dep_node_close(node);
}

static void test_missions(void **state)
{
    (void)state;
    struct dep_done first, renewal, one, two;
    begun_s = clock_ahead() / 1000;
    begun_s -= begun_s % 60;
    consent(-30, 10, &first);
    mission(1, 11, &one);
    assert_string_equal(one.jti, ""); /* outlives its consent */
    mission(1, 10, &one);
    assert_true(one.jti[0]);
    consent(9, 20, &renewal);
    mission(1, 20, &two);
    assert_true(two.jti[0]); /* two consents, together without a gap */

    expect_missions("L", 0, " begins_later begins_later", "");
    expect_missions("L", 5, " in_force in_force", "");
    expect_missions("L", 8, " in_force in_force", " due.mission_ends");
    /* Nothing was recorded, and the consent lapsed: by time alone. */
    expect_missions("L", 10, " mission.over in_force", " due.mission_over inbox.mission_over");
    /* Who may not read consents isn't told that there are none; nor does the desk miss the end. */
    expect_missions("D", 5, " mission.unread mission.unread", "");
    expect_missions("D", 10, " mission.over mission.unread",
                    " due.mission_over inbox.mission_over");
    expect_missions("U", 5, " in_force in_force", "");

    expect_end(&one, 11, 12, "mission.future");
    expect_end(&one, 11, 10, NULL);
    expect_end(&one, 11, 10, "mission.again");
    expect_missions("L", 11, " mission.ended in_force", "");
    expect_missions("L", 30, " mission.ended mission.over", " due.mission_over inbox.mission_over");
    /* A withdrawal in its midst; it stays flagged until somebody records that it ended. */
    ahead_ms = 12 * DAY_MS;
    struct dep_node *node = open_ahead("L");
    struct dep_problem problem = {.detail = ""};
    struct dep_done done;
    assert_int_equal(dep_node_consent_withdraw(node, renewal.jti, &done, &problem), DEP_OK);
    dep_node_close(node);
    expect_missions("L", 13, " mission.ended mission.lapsed", " due.mission inbox.mission");
    expect_end(&two, 14, 13, NULL);
    expect_missions("L", 14, " mission.ended mission.ended", "");
}

/* ---- an urgent threat to life: its review is owed until it is there, however late ---- */

static void expect_review(int64_t days, size_t wanted)
{
    ahead_ms = days * DAY_MS;
    struct dep_node *node = open_ahead("L");
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_DUES due = {.list = NULL};
    assert_int_equal(
        dep_node_due(node, dep_node_now_ms(node) / 1000 + DAY_S, UINT64_MAX, &due, &problem),
        DEP_OK);
    size_t found = 0;
    for (size_t i = 0; i < due.count; i++)
        if (strcmp(due.list[i].kind, "due.urgency") == 0) {
            assert_true(due.list[i].when_s == begun_s + 3 * DAY_S);
            found++;
        }
    if (found != wanted)
        fail_msg("day %d: %zu", (int)days, found);
    dep_node_close(node);
}

static void test_review_overdue(void **state)
{
    (void)state;
    struct dep_done prepared, made, done;
    char by[24], claims[700];
    begun_s = clock_ahead() / 1000;
    begun_s -= begun_s % 60;
    day(3, by);
    record("L", "release.prepared", PREPARED, NULL, &prepared);
    (void)snprintf(claims, sizeof claims,
                   "{\"verdict\":{\"outcome\":\"yes\",\"digest\":\"" ZEROS "\",\"charter\":\"" ZEROS
                   "\",\"origin\":\"m\",\"size\":\"1\",\"root\":\"" ZEROS
                   "\",\"now\":\"2026-11-26T00:00:00Z\",\"uncertainty_s\":1,\"requirements\":[],"
                   "\"review_by\":\"%s\"}}",
                   by);
    record("L", "release.made", claims, &prepared, &made);
    expect_review(0, 1); /* however far the deadline is */
    expect_review(2, 1);
    expect_review(300, 1);
    DEP_AUTO_JSON *review = json_pack("{s:s,s:{s:s,s:s}}", "outcome", "not_justified", "reason",
                                      "text", "nobody was in danger", "lang", "en");
    ahead_ms = 300 * (int64_t)DAY_MS;
    struct dep_node *node = open_ahead("V");
    struct dep_problem problem = {.detail = ""};
    if (dep_node_release_review(node, made.jti, review, &done, &problem))
        fail_msg("%s", problem.finding.id);
    dep_node_close(node);
    expect_review(301, 0);
}

static const struct CMUnitTest release_tests[] = {cmocka_unit_test(test_lapses),
                                                  cmocka_unit_test(test_missions),
                                                  cmocka_unit_test(test_review_overdue)};
RUN_OVER_REGISTER("release", release_tests)
