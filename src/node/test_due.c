/*
 * What waits and what falls due, as a page and as a whole: the same, with index.db as it grew and
 * made anew.
 */
#include "base/test_slow.h"
#include "codec/text.h"
#include "node/answered.h"
#include "node/due.h"
#include "node/evidence.h"
#include "node/test_support.h"
#include "node/timeline.h"

/* A page is asked for a limit that is a number, and has room in static functions alone. */
#include "node/timeline.c"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

enum { DAY_S = 24 * 60 * 60, ON_PAPER = 12 };
static int64_t ahead_s;

static int64_t clock_ahead(void)
{
    return ((int64_t)time(NULL) + ahead_s) * 1000;
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

/* ---- what there is ---- */

static void day(int64_t days, char out[24])
{
    dep_time_encode((int64_t)time(NULL) + days * DAY_S, out);
}

/* "PAPER", "SIGNED" and "REFUSED" stand for a side, "DAY+n" for that day, "SHA" for a digest of
 * what was recorded before. */
static char *written(const char *text, const struct dep_done *of)
{
    static char out[8192];
    static const char *const sides[][2] = {
        {"PAPER", "{\"state\":\"on_paper\",\"seen_by\":\"L\",\"scan_sha256\":"
                  "\"0000000000000000000000000000000000000000000000000000000000000000\"}"},
        {"SIGNED", "{\"state\":\"signed\",\"code\":\"L\"}"},
        {"REFUSED", "{\"state\":\"refused\"}"}};
    size_t len = 0;
    for (const char *at = text; *at;) {
        const char *with = NULL;
        char room[2 * DEP_HASH_LEN + 1], *end = NULL;
        size_t taken = 1;
        for (size_t i = 0; i < DEP_COUNT(sides); i++)
            if (strncmp(at, sides[i][0], strlen(sides[i][0])) == 0) {
                with = sides[i][1];
                taken = strlen(sides[i][0]);
            }
        if (strncmp(at, "DAY", 3) == 0) {
            day(strtol(at + 3, &end, 10), room);
            with = room;
            taken = (size_t)(end - at);
        } else if (strncmp(at, "SHA", 3) == 0) {
            dep_hex_encode(of->sha256.bytes, DEP_HASH_LEN, room);
            with = room;
            taken = 3;
        }
        len += (size_t)snprintf(out + len, sizeof out - len, "%.*s", with ? (int)strlen(with) : 1,
                                with ? with : at);
        at += taken;
    }
    return out;
}

#define CONSENT(to, side)                                                                          \
    "{\"terms\":{\"layer\":\"host\",\"grantor\":\"m\",\"actions\":[\"release\"],\"recipients\":"   \
    "[\"any\"],\"purposes\":[\"any\"],\"lines\":[\"any\"],\"territories\":[\"IQ\"],\"scope\":"     \
    "{\"kind\":\"all\"},\"in_force\":{\"from\":\"2020-01-01T00:00:00Z\",\"to\":\"" to "\"}},"      \
    "\"side\":" side "}"
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define VERDICT(record, more)                                                                      \
    "{\"outcome\":\"yes\",\"digest\":\"" ZEROS "\",\"charter\":\"" ZEROS                           \
    "\",\"origin\":\"m/log\","                                                                     \
    "\"size\":\"1\",\"root\":\"" ZEROS "\",\"now\":\"2026-11-01T00:00:00Z\",\"uncertainty_s\":1,"  \
    "\"requirements\":[{\"need\":\"consent.host\",\"rule\":\"r\",\"met\":\"met\",\"record\":"      \
    "\"" record "\"}]" more "}"
#define PREPARED                                                                                   \
    "{\"action\":\"release\",\"recipient\":\"court\",\"purpose\":\"trial\",\"urgent\":false,"      \
    "\"materials\":[]}"
#define REQUEST(direction, more)                                                                   \
    "{\"direction\":\"" direction "\",\"from\":\"court\",\"to\":\"court\",\"purpose\":\"trial\","  \
    "\"scope\":{\"kind\":\"all\"}" more "}"
#define MISSION(from, to)                                                                          \
    "{\"action\":{\"text\":\"training\",\"lang\":\"en\"},\"territories\":[\"IQ\"],\"purpose\":"    \
    "\"protection\",\"in_force\":{\"from\":\"" from "\",\"to\":\"" to                              \
    "\"},\"verdict\":" VERDICT(ZEROS, "") "}"
#define PACKAGE                                                                                    \
    "{\"package\":\"01a20d48-e325-7d90-ac3a-47d22d4fff99\",\"content_sha256\":\"" ZEROS            \
    "\",\"kind\":\"release\",\"recipient\":\"court\"}"
#define FOREIGN                                                                                    \
    "{\"package\":\"01a20d48-e325-7d90-ac3a-47d22d4fff99\",\"origin\":\"x/log\",\"index\":\"1\","  \
    "\"sha256\":\"" ZEROS "\",\"record_type\":\"foreign.received\",\"member\":\"x\",\"sd_jwt\":"   \
    "\"x\"}"

/* In order: an act's name, what it is about, what it is of (SHA). */
static const struct {
    const char *by, *type, *claims;
    int about, of; /* places in this table, plus one */
} ROWS[] = {
    /* consents: in force, lapsing soon and late, withdrawn, lapsed, refused */
    {"L", "consent.given", CONSENT("DAY+5", "SIGNED"), 0, 0},
    {"L", "consent.given", CONSENT("DAY+900", "SIGNED"), 0, 0},
    {"L", "consent.given", CONSENT("DAY+7", "SIGNED"), 0, 0},
    {"L", "consent.withdrawn", "{\"from_now\":true}", 3, 0},
    {"L", "consent.given", CONSENT("2021-01-01T00:00:00Z", "SIGNED"), 0, 0},
    {"L", "consent.given", CONSENT("DAY+6", "REFUSED"), 0, 0},
    /* 7: on paper: not checked, checked, found to differ, checked by the one who recorded it */
    {"L", "consent.given", CONSENT("DAY+8", "PAPER"), 0, 0},
    {"L", "consent.given", CONSENT("DAY+9", "PAPER"), 0, 0},
    {"P", "consent.checked",
     "{\"outcome\":\"as_recorded\",\"checked\":{\"text\":\"x\",\"lang\":\"en\"}}", 8, 0},
    {"L", "consent.given", CONSENT("DAY+10", "PAPER"), 0, 0},
    {"P", "consent.checked",
     "{\"outcome\":\"differs\",\"checked\":{\"text\":\"x\",\"lang\":\"en\"}}", 10, 0},
    {"L", "consent.given", CONSENT("DAY+11", "PAPER"), 0, 0},
    {"L", "consent.checked",
     "{\"outcome\":\"as_recorded\",\"checked\":{\"text\":\"x\",\"lang\":\"en\"}}", 12, 0},
    /* 14: releases: one rests on what was withdrawn before, one on what is withdrawn after, one on
     * neither, with a review owed; one of its own withdrawn; one reviewed */
    {"L", "release.prepared", PREPARED, 0, 0},
    {"L", "release.made", "{\"verdict\":" VERDICT("SHA", "") "}", 14, 3},
    {"L", "consent.given", CONSENT("DAY+400", "SIGNED"), 0, 0},
    {"L", "release.prepared", PREPARED, 0, 0},
    {"L", "release.made", "{\"verdict\":" VERDICT("SHA", ",\"review_by\":\"DAY+1\"") "}", 17, 16},
    {"L", "consent.withdrawn", "{\"from_now\":true}", 16, 0},
    {"L", "release.prepared", PREPARED, 0, 0},
    {"L", "release.made",
     "{\"verdict\":" VERDICT("SHA", ",\"review_by\":\"2026-11-03T00:00:00Z\"") "}", 20, 2},
    {"L", "release.prepared", PREPARED, 0, 0},
    {"L", "release.made", "{\"verdict\":" VERDICT("SHA", "") "}", 22, 3},
    {"L", "release.withdrawn", "{\"scope\":{\"kind\":\"all\"}}", 23, 0},
    {"L", "release.prepared", PREPARED, 0, 0},
    {"L", "release.made",
     "{\"verdict\":" VERDICT("SHA", ",\"review_by\":\"2026-11-04T00:00:00Z\"") "}", 25, 2},
    {"P", "urgency.reviewed",
     "{\"outcome\":\"justified\",\"reason\":{\"text\":\"x\",\"lang\":\"en\"}}", 26, 0},
    /* 28: to be approved, refused, approved already */
    {"L", "release.prepared", PREPARED, 0, 0},
    {"L", "release.prepared", PREPARED, 0, 0},
    {"L", "release.refused",
     "{\"reason\":{\"text\":\"x\",\"lang\":\"en\"},\"verdict\":" VERDICT(ZEROS, "") "}", 29, 0},
    {"L", "release.prepared", PREPARED, 0, 0},
    {"P", "approval.given", "{\"approved\":true}", 31, 0},
    /* 33: requests: without and with a deadline, in and out, answered, postponed */
    {"L", "request.made", REQUEST("in", ""), 0, 0},
    {"L", "request.made", REQUEST("in", ",\"deadline\":\"DAY+3\""), 0, 0},
    {"L", "request.made", REQUEST("out", ",\"deadline\":\"DAY+4\""), 0, 0},
    /* 36: missions: over, ended, going on */
    {"L", "mission.recorded", MISSION("2021-01-01T00:00:00Z", "2022-01-01T00:00:00Z"), 0, 0},
    {"L", "mission.recorded", MISSION("2021-01-01T00:00:00Z", "2023-01-01T00:00:00Z"), 0, 0},
    {"L", "mission.ended", "{\"ended\":\"2022-06-01T00:00:00Z\"}", 37, 0},
    {"L", "mission.recorded", MISSION("2021-01-01T00:00:00Z", "DAY+20"), 0, 0},
    /* 40: what was sent: no receipt, one */
    {"L", "package.sent", PACKAGE, 0, 0},
    {"L", "package.sent", PACKAGE, 0, 0},
    {"L", "foreign.record", FOREIGN, 41, 0},
    /* 43: retention: kept until a day, kept, erased, kept after having been erased */
    {"L", "retention.reviewed", "{\"outcome\":\"keep\",\"until\":\"DAY+4020\"}", 1, 0},
    {"L", "retention.reviewed",
     "{\"outcome\":\"keep\",\"reason\":{\"text\":\"x\",\"lang\":\"en\"}}", 2, 0},
    {"L", "retention.reviewed", "{\"outcome\":\"erase\"}", 5, 0},
    {"L", "retention.reviewed", "{\"outcome\":\"erase\"}", 6, 0},
    {"L", "retention.reviewed", "{\"outcome\":\"keep\",\"until\":\"DAY+9000\"}", 6, 0},
    /* 48: an urgency to be reviewed long after what is asked for */
    {"L", "release.prepared", PREPARED, 0, 0},
    {"L", "release.made", "{\"verdict\":" VERDICT("SHA", ",\"review_by\":\"DAY+300\"") "}", 48, 2},
};

static bool give(void *context, const struct dep_key_state *officer, unsigned roles)
{
    (void)context, (void)officer, (void)roles;
    return true;
}

static int record_all(void **state)
{
    static struct dep_done done[DEP_COUNT(ROWS)];
    struct dep_problem problem = {.detail = ""};
    int err = make_register(state);
    if (err)
        return err;
    /* Who approves reads what is approved. */
    struct dep_node *node = open_as("K");
    err = dep_key_enrol(node, "V", DEP_ROLE_APPROVER | DEP_ROLE_LEGAL, true, NULL, done, &problem);
    dep_node_close(node);
    node = open_as("L");
    err = err ? err : dep_key_share(node, "V", give, NULL, done, &problem);
    dep_node_close(node);
    if (err)
        return err;
    for (size_t i = 0; i < DEP_COUNT(ROWS); i++)
        record(ROWS[i].by, ROWS[i].type,
               written(ROWS[i].claims, ROWS[i].of ? &done[ROWS[i].of - 1] : NULL),
               ROWS[i].about ? &done[ROWS[i].about - 1] : NULL, &done[i]);
    /* More on paper than a page has: what lapses first was recorded last. */
    for (int i = 0; i < ON_PAPER; i++) {
        char claims[1024];
        (void)snprintf(claims, sizeof claims, CONSENT("DAY+%d", "PAPER"), 60 - i);
        record("L", "consent.given", written(claims, NULL), NULL, done);
    }
    return 0;
}

static void forget_index(void)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < DEP_COUNT(suffixes); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/index.db%s", dir, suffixes[i]);
        (void)unlink(path);
    }
}

/* ---- a page and the whole ---- */

enum { DUE, INBOX, OUTBOX };

static void gather_list(const char *officer, int list, uint64_t limit, struct dep_dues *out)
{
    struct dep_node *node = open_ahead(officer);
    struct dep_problem problem = {.detail = ""};
    int err = limit == UINT64_MAX ? DEP_OK : dep_node_show_pages(node, &problem);
    if (!err && list == DUE)
        err = dep_node_due(node, clock_ahead() / 1000 + INT64_C(30) * DAY_S, limit, out, &problem);
    else if (!err)
        err = list == INBOX ? dep_node_inbox(node, limit, out, &problem)
                            : dep_node_outbox(node, limit, out, &problem);
    if (err)
        fail_msg("%s %s %s", dep_err_name(err), problem.detail, problem.finding.id);
    dep_node_close(node);
}

/* `kinds`: each once, a blank before and behind it, in any order. */
static void expect_kinds(const struct dep_dues *whole, const char *kinds)
{
    char found[512] = " ";
    for (size_t i = 0; i < whole->count; i++) {
        char word[64];
        size_t len = strlen(found);
        (void)snprintf(word, sizeof word, " %s ", whole->list[i].kind);
        if (!strstr(kinds, word))
            fail_msg("%s is not among%s", whole->list[i].kind, kinds);
        if (!strstr(found, word))
            (void)snprintf(found + len, sizeof found - len, "%s", word + 1);
    }
    if (strlen(found) != strlen(kinds))
        fail_msg("found%s of%s", found, kinds);
}

static bool same(const struct dep_due *a, const struct dep_due *b)
{
    return strcmp(a->kind, b->kind) == 0 && strcmp(a->record, b->record) == 0 &&
           a->when_s == b->when_s && strcmp(a->detail, b->detail) == 0;
}

static void expect_page(const char *officer, int list, const struct dep_dues *whole, uint64_t limit)
{
    DEP_AUTO_DUES page = {.list = NULL};
    gather_list(officer, list, limit, &page);
    if (page.count != (limit < whole->count ? limit : whole->count))
        fail_msg("%s, list %d, limit %u: %zu of %zu", officer, list, (unsigned)limit, page.count,
                 whole->count);
    assert_true(page.cut == (limit < whole->count));
    size_t of = 0;
    for (size_t i = 0; i < page.count; i++, of++) {
        /* Of what was made the newest alone are on a page. */
        while (list == OUTBOX && of + 1 < whole->count && !same(&page.list[i], &whole->list[of]) &&
               strcmp(whole->list[of].kind, "outbox.release") == 0)
            of++;
        if (of == whole->count || !same(&page.list[i], &whole->list[of]))
            fail_msg("%s, list %d, limit %u: %zu, %s %s", officer, list, (unsigned)limit, i,
                     page.list[i].kind, page.list[i].record);
    }
}

static void expect_same(const char *officer, int list, const char *kinds)
{
    DEP_AUTO_DUES whole = {.list = NULL};
    gather_list(officer, list, UINT64_MAX, &whole);
    expect_kinds(&whole, kinds);
    assert_false(whole.cut);
    const uint64_t limits[] = {whole.count / 2 + 1, whole.count + 1, 1};
    for (size_t l = 0; l < DEP_COUNT(limits); l += (size_t)test_steps(1, 3))
        expect_page(officer, list, &whole, limits[l]);
}

static void test_pages(void **state)
{
    (void)state;
    for (int anew = 0; anew < 2; anew++) {
        ahead_s = 0;
        if (anew)
            forget_index();
        expect_same(
            "L", DUE,
            " due.mission_over due.urgency due.erase due.notice due.mission_ends due.request"
            " due.request_out due.consent ");
        expect_same("L", INBOX, " inbox.mission_over inbox.request ");
        expect_same("V", INBOX, " inbox.approval inbox.consent inbox.mission_over inbox.request ");
        expect_same("P", INBOX, " inbox.approval ");
        expect_same("D", INBOX, " inbox.mission_over ");
        expect_same("L", OUTBOX, " outbox.release outbox.sent outbox.unreachable outbox.request ");
    }
}

static size_t count_of(const struct dep_dues *dues, const char *kind, const struct dep_done *of)
{
    size_t found = 0;
    for (size_t i = 0; i < dues->count; i++)
        found +=
            strcmp(dues->list[i].kind, kind) == 0 && strcmp(dues->list[i].record, of->jti) == 0;
    return found;
}

/* Of several that fall each stands by when it was made, whenever its review is; that is owed still
 * once the release was withdrawn. */
static void test_fallen(void **state)
{
    (void)state;
    enum { FALL = 12, URGENT = 1, CALM = 11, WITHDRAWN = 2 };
    struct dep_done consent, prepared, made[FALL], done;
    record("L", "consent.given", written(CONSENT("DAY+401", "SIGNED"), NULL), NULL, &consent);
    for (int i = 0; i < FALL; i++) {
        char claims[1024], review_by[64] = "";
        ahead_s = 60 * (int64_t)i;
        if (i >= URGENT && i < CALM)
            (void)snprintf(review_by, sizeof review_by, ",\"review_by\":\"DAY+%d\"", FALL - i);
        (void)snprintf(claims, sizeof claims, "{\"verdict\":" VERDICT("SHA", "%s") "}", review_by);
        record_in(open_ahead("L"), "release.prepared", PREPARED, NULL, NULL, &prepared);
        record_in(open_ahead("L"), "release.made", written(claims, &consent), &prepared, NULL,
                  &made[i]);
    }
    record_in(open_ahead("L"), "consent.withdrawn", "{\"from_now\":true}", &consent, NULL, &done);
    for (int settled = 0; settled < 2; settled++) {
        DEP_AUTO_DUES whole = {.list = NULL};
        if (settled) {
            record_in(open_ahead("L"), "release.withdrawn", "{\"scope\":{\"kind\":\"all\"}}",
                      &made[WITHDRAWN], NULL, &done);
            forget_index();
        }
        gather_list("L", DUE, UINT64_MAX, &whole);
        for (int i = 0; i < FALL; i++) {
            assert_int_equal(count_of(&whole, "due.notice", &made[i]), !settled || i != WITHDRAWN);
            assert_int_equal(count_of(&whole, "due.urgency", &made[i]), i >= URGENT && i < CALM);
        }
        for (uint64_t limit = 1; limit <= whole.count + 1; limit += (uint64_t)test_steps(1, 9))
            expect_page("L", DUE, &whole, limit);
    }
    ahead_s = 0;
}

/* Eleven years later: what was reviewed falls due by its review, the rest by the charter. */
static void test_retention(void **state)
{
    (void)state;
    ahead_s = INT64_C(4000) * DAY_S;
    for (int anew = 0; anew < 2; anew++) {
        if (anew)
            forget_index();
        expect_same("L", DUE,
                    " due.mission_over due.urgency due.erase due.notice due.request"
                    " due.request_out due.retention ");
    }
    ahead_s = 0;
}

/* ---- the clock ---- */

static void test_clock_behind(void **state)
{
    (void)state;
    static const struct {
        int64_t ahead_s;
        bool behind;
    } rows[] = {{0, false},
                {-DAY_S, false},
                {-DAY_S - 300, false},
                {-DAY_S - 3600, true},
                {-40 * 365 * (int64_t)DAY_S, true},
                {DAY_S, false}};
    struct dep_done done;
    record("K", "note", "{\"text\":{\"text\":\"t\",\"lang\":\"en\"}}", NULL, &done);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_node_order order = {.dir = dir, .officer = "K"};
        struct dep_problem problem = {.detail = ""};
        struct dep_node *node = NULL;
        bool behind;
        dep_world_system(&order.world);
        order.world.clock = clock_ahead;
        order.world.clock_uncertainty_s = DAY_S;
        assert_int_equal(dep_node_open(&order, &node, NULL, &problem), DEP_OK);
        ahead_s = rows[i].ahead_s;
        assert_int_equal(dep_node_clock_behind(node, &behind, &problem), DEP_OK);
        if (behind != rows[i].behind)
            fail_msg("row %zu", i);
        ahead_s = 0;
        dep_node_close(node);
    }
}

/* ---- what its sender withdrew ---- */

#define NOTICE "01a20d48-e325-7d90-ac3a-47d22d4fff77"
#define ANSWER(outcome, left, derived)                                                             \
    "{\"package\":\"" NOTICE "\",\"head_sha256\":\"" ZEROS "\",\"outcome\":\"" outcome "\""        \
    ",\"passed_on\":0,\"passed_on_left\":" left ",\"derived_kept\":" derived

static void dispose_of(const struct dep_collected *item)
{
    struct dep_node *node = open_as("K");
    const struct dep_schema *schema =
        dep_schemas_find(dep_node_schemas(node), "custody.disposed", 0);
    DEP_AUTO_JSON *claims = json_pack("{s:s,s:{s:s,s:s},s:{}}", "item", item->item, "authority",
                                      "text", "order 7", "lang", "en", "unknown");
    for (size_t i = 0; i < schema->field_count; i++)
        if (schema->fields[i].unknown_ok)
            assert_int_equal(json_object_set_new(
                                 json_object_get(claims, "unknown"), schema->fields[i].name,
                                 json_pack("{s:s,s:s}", "code", "unknown", "reason", "not asked")),
                             0);
    dep_node_close(node);
    struct dep_done done;
    char *text = json_dumps(claims, 0);
    record("K", "custody.disposed", text, NULL, &done);
    free(text);
}

/* When it was disposed of, as it says itself: what an answer says of it. */
static const char *answer_erased(const char *left, const char *derived)
{
    static char out[512];
    struct dep_node *node = open_as("K");
    struct dep_problem problem = {.detail = ""};
    struct dep_view received = {.claims = NULL};
    struct dep_index_row said;
    DEP_AUTO_JSON *claims = json_pack("{s:s,s:s}", "package", NOTICE, "head_sha256", ZEROS);
    json_t *now = NULL, *passed = NULL;
    received.claims = claims;
    assert_int_equal(dep_answer_make(node, &received, &passed, &now, &said, &problem), DEP_OK);
    json_decref(passed);
    dep_node_close(node);
    (void)snprintf(out, sizeof out,
                   ANSWER("erased", "%s", "%s") ",\"erased\":\"%s\",\"officer\":\"K\"}", left,
                   derived, dep_json_string(now, "erased"));
    json_decref(now);
    return out;
}

static void expect_answer_due(bool wanted)
{
    static const uint64_t limits[] = {UINT64_MAX, 1000};
    for (size_t l = 0; l < DEP_COUNT(limits); l += (size_t)test_steps(1, 2)) {
        size_t count = 0;
        DEP_AUTO_DUES dues = {.list = NULL};
        gather_list("K", DUE, limits[l], &dues);
        for (size_t i = 0; i < dues.count; i++)
            count += strcmp(dues.list[i].kind, "due.answer") == 0;
        assert_int_equal(count, wanted);
    }
}

/* Two items came and were withdrawn, a transcript was made of one: asked once until that is told,
 * and again once what was told is no longer so. */
static void test_answers(void **state)
{
    (void)state;
    enum { ITEMS = 2 };
    struct dep_collected items[ITEMS], derived;
    struct dep_done done;
    for (size_t i = 0; i < ITEMS; i++) {
        char text[1024];
        take_in("{\"stage\":\"other\",\"restricted\":false}", NULL, 0, &items[i]);
        (void)snprintf(text, sizeof text,
                       "{\"package\":\"" NOTICE "\",\"origin\":\"x/log\",\"index\":\"%zu\","
                       "\"sha256\":\"" ZEROS "\",\"record_type\":\"release.withdrawn\","
                       "\"member\":\"x\",\"sd_jwt\":\"x\",\"item\":\"%s\"}",
                       i + 7, items[i].item);
        record("K", "foreign.record", text, NULL, &done);
    }
    record("K", "foreign.received",
           "{\"package\":\"" NOTICE "\",\"head_sha256\":\"" ZEROS "\",\"sender\":\"x\","
           "\"kind\":\"notice\",\"outcome\":\"taken\",\"records\":2,\"items\":0}",
           NULL, &done);
    DEP_AUTO_JSON *source = dep_record_ref_new("source", items[0].done.jti, &items[0].done.sha256);
    DEP_AUTO_JSON *claims =
        json_pack("{s:s,s:b,s:[O]}", "stage", "transcript", "restricted", false, "refs", source);
    char *text = json_dumps(claims, 0);
    take_in(text, NULL, 0, &derived);
    free(text);
    expect_answer_due(false); /* to be disposed of first */
    dispose_of(&items[0]);
    expect_answer_due(true);
    /* The other one is kept: that is so, and is known. */
    record("K", "withdrawal.answered", ANSWER("kept", "0", "1") "}", NULL, &done);
    expect_answer_due(false);
    dispose_of(&items[1]);
    expect_answer_due(true);
    record("K", "withdrawal.answered", answer_erased("0", "1"), NULL, &done);
    expect_answer_due(false);
    dispose_of(&derived);
    expect_answer_due(true);
    record("K", "withdrawal.answered", answer_erased("0", "0"), NULL, &done);
    expect_answer_due(false);
}

/* ---- many ---- */

static int count_rows(void *context, const struct dep_index_row *row)
{
    uint64_t *next = context;
    assert_true(row->complete && row->index >= *next);
    *next = row->index + 1;
    return DEP_OK;
}

static uint64_t find_all(struct dep_node *node, const char *field, const char *value, int *out_err)
{
    struct dep_index_query query = {.field = field, .value = value};
    struct dep_problem problem = {.detail = ""};
    uint64_t next = 0;
    *out_err = dep_node_list(node, &query, count_rows, &next, &problem);
    return next;
}

/* After index.db was lost all are found, and what one of them doesn't hold is a fault. */
static void test_completed(void **state)
{
    (void)state;
    enum { MANY = 600 };
    static struct dep_draft drafts[MANY];
    static struct dep_done done[MANY];
    const size_t many = test_slowest() ? MANY / 2 : MANY;
    char last[16];
    (void)snprintf(last, sizeof last, "R-%zu", many - 1);
    struct dep_problem problem = {.detail = ""};
    struct dep_node *node = open_as("L");
    for (size_t i = 0; i < many; i++) {
        char reference[16];
        (void)snprintf(reference, sizeof reference, "R-%zu", i);
        json_t *claims = json_loads(REQUEST("in", ""), 0, NULL);
        assert_int_equal(json_object_set_new(claims, "from", json_string(reference)), 0);
        drafts[i] = (struct dep_draft){.type = "request.made", .claims = claims};
    }
    assert_int_equal(dep_node_append(node, drafts, many, done, &problem), DEP_OK);
    assert_int_equal(dep_node_publish(node, &problem), DEP_OK);
    dep_node_close(node);
    for (size_t i = 0; i < many; i++)
        json_decref((json_t *)(uintptr_t)drafts[i].claims);
    for (int damaged = 0; damaged < 2; damaged++) {
        int err;
        char path[128], byte;
        forget_index();
        node = open_as("L");
        (void)snprintf(path, sizeof path, "%s/records/000000", dir);
        int fd = open(path, O_RDWR);
        off_t at = lseek(fd, 0, SEEK_END) - 100000;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 1;
        assert_int_equal(damaged ? pwrite(fd, &byte, 1, at) : 1, 1);
        uint64_t next = find_all(node, "from", last, &err);
        assert_int_equal(next, damaged ? 0 : done[many - 1].index + 1);
        assert_int_equal(err, damaged ? DEP_ERR_CORRUPT : DEP_OK);
        for (size_t i = 0; !damaged && i < many; i += (size_t)test_steps(1, 50)) {
            char reference[16];
            (void)snprintf(reference, sizeof reference, "R-%zu", i);
            next = find_all(node, "from", reference, &err);
            assert_int_equal(next, done[i].index + 1);
        }
        byte ^= 1;
        assert_int_equal(damaged ? pwrite(fd, &byte, 1, at) : 1, 1);
        (void)close(fd);
        dep_node_close(node);
        node = open_as("L");
        assert_int_equal(find_all(node, "from", "R-0", &err), done[0].index + 1);
        assert_int_equal(err, DEP_OK);
        dep_node_close(node);
    }
}

/* ---- timelines ---- */

static void timeline_of(const char *officer, const struct dep_edtf_span *span, uint64_t limit,
                        struct dep_timeline *out)
{
    struct dep_node *node = open_ahead(officer);
    struct dep_problem problem = {.detail = ""};
    struct dep_timeline_order order = {.of = DEP_TIMELINE_ALL, .span = *span, .limit = limit};
    int err = limit == UINT64_MAX ? DEP_OK : dep_node_show_pages(node, &problem);
    if (!err)
        err = dep_node_timeline(node, &order, out, &problem);
    if (err)
        fail_msg("%s %s %s", dep_err_name(err), problem.detail, problem.finding.id);
    dep_node_close(node);
}

/* The auditor is shown an evidence.collected, and can't read it. */
static void state_time(const struct dep_schemas *schemas, const char *type, const char *field,
                       const char *when)
{
    static const char *const names[] = {
        "territory",    "case",        "exhibit",     "collector_role", "collector_code", "basis",
        "method",       "tool",        "device",      "device_state",   "power_state",    "place",
        "collected_at", "condition",   "hazards",     "dispossessed",   "occurred",       "purpose",
        "seals_before", "seals_after", "seals_state", "storage"};
    struct dep_done done;
    const struct dep_schema *schema = dep_schemas_find(schemas, type, 0);
    DEP_AUTO_JSON *claims =
        json_pack("{s:s,s:{s:s},s:{}}", "item", "01a20d48-e325-7d90-ac3a-47d22d4fff99", field,
                  "edtf", when, "unknown");
    if (strcmp(type, "evidence.collected") == 0)
        assert_int_equal(json_object_set_new(claims, "restricted", json_false()), 0);
    for (size_t i = 0; i < DEP_COUNT(names); i++)
        if (dep_schema_field_find(schema, names[i]) && strcmp(names[i], field) != 0)
            assert_int_equal(json_object_set_new(json_object_get(claims, "unknown"), names[i],
                                                 json_pack("{s:s,s:s}", "code", "unknown", "reason",
                                                           DEP_NOT_STATED)),
                             0);
    char *text = json_dumps(claims, 0);
    record("K", type, text, NULL, &done);
    free(text);
}

static void test_within(void **state)
{
    (void)state;
    static const char *const when[] = {"2015-03-02", "2015-03",    "2015",
                                       "2014/2016",  "2015-03-04", "2016-01-01",
                                       "2013",       "../2010",    "2015-02-28/2015-03-01"};
    static const struct {
        const char *from, *to;
    } spans[] = {{"2015-03-02", "2015-03-02"},
                 {"2015-03-05", "2015-12-31"},
                 {"2013", "2014"},
                 {"2016", "2100"},
                 {"1900", "2009"},
                 {"2015", "2015"},
                 {"1900", "2100"},
                 {"2017", "2019"}};
    const struct dep_schemas *schemas = dep_schemas_builtin();
    assert_non_null(schemas);
    for (size_t i = 0; i < DEP_COUNT(when); i += (size_t)test_steps(1, 3)) {
        state_time(schemas, "custody.stocktake", "occurred", when[i]);
        state_time(schemas, "evidence.collected", "collected_at", when[i]);
    }
    bool forgotten = false;
    for (size_t i = 0; i < 2 * DEP_COUNT(spans); i += (size_t)test_steps(1, 8)) {
        struct dep_edtf_span span, from, to;
        size_t at = i % DEP_COUNT(spans);
        if (i >= DEP_COUNT(spans) && !forgotten) {
            forget_index();
            forgotten = true;
        }
        assert_true(dep_edtf_span_of(dep_slice_string(spans[at].from), &from) &&
                    dep_edtf_span_of(dep_slice_string(spans[at].to), &to));
        span = (struct dep_edtf_span){from.earliest_s, to.end_s};
        static const char *const officers[] = {"L", "U", "D"};
        for (size_t o = 0; o < (i < DEP_COUNT(spans) ? DEP_COUNT(officers) : 1); o++) {
            DEP_AUTO_TIMELINE whole = {.count = 0}, page = {.count = 0}, first = {.count = 0};
            timeline_of(officers[o], &span, UINT64_MAX, &whole);
            timeline_of(officers[o], &span, 1000, &page);
            timeline_of(officers[o], &span, 2, &first);
            if (whole.count != page.count)
                fail_msg("%s, %s to %s: %zu of %zu", officers[o], spans[at].from, spans[at].to,
                         page.count, whole.count);
            for (size_t e = 0; e < whole.count; e++)
                assert_string_equal(whole.items[whole.events[e].of].record,
                                    page.items[page.events[e].of].record);
            assert_true(!page.cut && first.cut == (whole.count > first.count));
        }
    }
}

/* One event more than there may be is refused, and those before it stay. */
static void test_many(void **state)
{
    (void)state;
    struct dep_problem problem = {.detail = ""};
    struct dep_timeline timeline = {.count = DEP_TIMELINE_EVENTS_MAX - 1};
    struct gathering gathering = {
        .timeline = &timeline, .span = {INT64_MIN, INT64_MAX}, .problem = &problem};
    struct dep_view view = {.row = {.jti = "x"}};
    struct dep_edtf_span span = {0, 1};
    gathering.item_room = gathering.event_room = 0;
    timeline.items = dep_alloc_array(DEP_TIMELINE_EVENTS_MAX, sizeof *timeline.items);
    timeline.events = dep_alloc_array(DEP_TIMELINE_EVENTS_MAX, sizeof *timeline.events);
    assert_true(timeline.items && timeline.events);
    gathering.item_room = gathering.event_room = DEP_TIMELINE_EVENTS_MAX;
    assert_int_equal(add_event(&gathering, &view, NULL, NULL, &span), DEP_OK);
    assert_int_equal(timeline.count, DEP_TIMELINE_EVENTS_MAX);
    assert_int_equal(add_event(&gathering, &view, NULL, NULL, &span), DEP_FOUND);
    assert_string_equal(problem.finding.id, "timeline.many");
    assert_string_equal(problem.detail, "65536");
    assert_int_equal(timeline.count, DEP_TIMELINE_EVENTS_MAX);
    /* Out of the span it is none. */
    gathering.span.earliest_s = 5;
    assert_int_equal(add_event(&gathering, &view, NULL, NULL, &span), DEP_OK);
    dep_timeline_done(&timeline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many),      cmocka_unit_test(test_pages),
        cmocka_unit_test(test_fallen),    cmocka_unit_test(test_retention),
        cmocka_unit_test(test_within),    cmocka_unit_test(test_answers),
        cmocka_unit_test(test_completed), cmocka_unit_test(test_clock_behind)};
    (void)snprintf(top, sizeof top, "/tmp/depositary-due-XXXXXX");
    if (!mkdtemp(top) || dep_crypto_init(false))
        return 1;
    int failed = cmocka_run_group_tests(tests, record_all, NULL);
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command) != 0 || failed;
}
