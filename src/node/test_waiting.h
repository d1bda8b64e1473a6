/*
 * What tests of lists share: a register in which something of each kind waits or falls due, and a
 * clock that can be set.
 */
#ifndef DEP_NODE_TEST_WAITING_H
#define DEP_NODE_TEST_WAITING_H
#include "base/test_slow.h"
#include "codec/text.h"
#include "node/due.h"
#include "node/test_support.h"

#include <time.h>
#include <unistd.h>

enum { DAY_S = 24 * 60 * 60, ON_PAPER = 12 };
static int64_t ahead_s;

static inline int64_t clock_ahead(void)
{
    return ((int64_t)time(NULL) + ahead_s) * 1000;
}

static inline struct dep_node *open_ahead(const char *officer)
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

static inline void day(int64_t days, char out[24])
{
    dep_time_encode((int64_t)time(NULL) + days * DAY_S, out);
}

/* "PAPER", "SIGNED" and "REFUSED" stand for a side, "DAY+n" for that day, "SHA" for a digest of
 * what was recorded before. */
static inline char *written(const char *text, const struct dep_done *of)
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

static inline bool give(void *context, const struct dep_key_state *officer, unsigned roles)
{
    (void)context, (void)officer, (void)roles;
    return true;
}

static inline int record_all(void **state)
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

static inline void forget_index(void)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < DEP_COUNT(suffixes); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/index.db%s", dir, suffixes[i]);
        (void)unlink(path);
    }
}

/* ---- lists ---- */

enum { DUE, INBOX, OUTBOX };

static inline void gather_list(const char *officer, int list, uint64_t limit, struct dep_dues *out)
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
#endif
