/*
 * Pages of lists and reports in a real register of records of mixed types: signed, encrypted, in
 * the log.
 *
 * What a page takes of the processor is told besides: on a machine with others at work only that
 * counts.
 *
 * usage: bench_views make FOLDER [RECORDS]   a register of so many (1,000,000), made at once
 *        bench_views pages FOLDER [NAME]     each page opened anew, as by a command; of ROUNDS the
 *                                            p95 (nearest rank) and the slowest; of those alone
 *                                            whose name begins so
 * Prints one JSON object a line: {"name","value","unit"}.
 */
#include "common.h"
#include "many.h"
#include "node/act.h"
#include "node/campaign.h"
#include "node/case.h"
#include "node/due.h"
#include "node/evidence.h"
#include "node/mission.h"
#include "node/release.h"
#include "node/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { RECORDS = 1000000, ROUNDS = 20, PAGE = 100 };

struct reading {
    struct dep_node *node;
    size_t left, rows;
};

static int take_row(void *context, const struct dep_index_row *row)
{
    struct reading *reading = context;
    (void)row;
    reading->rows++;
    return DEP_OK;
}

static int take_act(void *context, const struct dep_act *act)
{
    struct reading *reading = context;
    reading->rows += act->head.readable;
    return ++reading->left == PAGE ? DEP_FOUND : DEP_OK;
}

static int take_item(void *context, const struct dep_item *item)
{
    struct reading *reading = context;
    reading->rows += item->state[0] != 0;
    return ++reading->left == PAGE ? DEP_FOUND : DEP_OK;
}

static int page_of_acts(struct reading *reading, const char *type, struct dep_problem *problem)
{
    struct dep_index_query query = {.type = type, .newest_first = true};
    int err = dep_node_acts_of(reading->node, &query, take_act, reading, problem);
    return err == DEP_FOUND && reading->left == PAGE ? DEP_OK : err;
}

static int page_list(struct reading *reading, struct dep_problem *problem)
{
    struct dep_index_query query = {.newest_first = true, .limit = PAGE};
    return dep_node_list(reading->node, &query, take_row, reading, problem);
}

static int page_search(struct reading *reading, struct dep_problem *problem)
{
    struct dep_index_query query = {.text = "attack IQ", .newest_first = true, .limit = PAGE};
    return dep_node_list(reading->node, &query, take_row, reading, problem);
}

static int page_commitments(struct reading *reading, struct dep_problem *problem)
{
    return page_of_acts(reading, "commitment.made", problem);
}

static int page_incidents(struct reading *reading, struct dep_problem *problem)
{
    return page_of_acts(reading, "incident.reported", problem);
}

static int page_custody(struct reading *reading, struct dep_problem *problem)
{
    int err = dep_node_items_newest(reading->node, true, take_item, reading, problem);
    return err == DEP_FOUND && reading->left == PAGE ? DEP_OK : err;
}

static int page_campaign(struct reading *reading, struct dep_problem *problem)
{
    DEP_AUTO_CAMPAIGN ledger = {.count = 0};
    int err = dep_node_campaign(reading->node, "c1", INT64_MAX, &ledger, problem);
    reading->rows = ledger.count;
    return err;
}

static int timeline_of(struct reading *reading, enum dep_timeline_of of, const char *name,
                       struct dep_problem *problem)
{
    DEP_AUTO_TIMELINE timeline = {.count = 0};
    struct dep_timeline_order order = {of, name, {INT64_MIN, INT64_MAX}, PAGE};
    int err = dep_node_timeline(reading->node, &order, &timeline, problem);
    reading->rows = timeline.count;
    return err;
}

static int timeline_within(struct reading *reading, const char *from, const char *to,
                           struct dep_problem *problem)
{
    DEP_AUTO_TIMELINE timeline = {.count = 0};
    struct dep_edtf_span begin, end;
    if (!dep_edtf_span_of(dep_slice_string(from), &begin) ||
        !dep_edtf_span_of(dep_slice_string(to), &end))
        exit(2);
    struct dep_timeline_order order = {DEP_TIMELINE_ALL, NULL, {begin.earliest_s, end.end_s}, PAGE};
    int err = dep_node_timeline(reading->node, &order, &timeline, problem);
    reading->rows = timeline.count;
    return err;
}

static int page_within_a_day(struct reading *reading, struct dep_problem *problem)
{
    return timeline_within(reading, "2015-03-02", "2015-03-02", problem);
}

static int page_within_years(struct reading *reading, struct dep_problem *problem)
{
    return timeline_within(reading, "2016", "2019", problem);
}

static int page_before_all(struct reading *reading, struct dep_problem *problem)
{
    return timeline_within(reading, "1990", "1999", problem);
}

static int page_item(struct reading *reading, struct dep_problem *problem)
{
    char item[DEP_UUID_LEN + 1];
    item_id(BLOCK + 7, item);
    return timeline_of(reading, DEP_TIMELINE_ITEM, item, problem);
}

static int page_timeline_campaign(struct reading *reading, struct dep_problem *problem)
{
    return timeline_of(reading, DEP_TIMELINE_CAMPAIGN, "c1", problem);
}

static int page_timeline_all(struct reading *reading, struct dep_problem *problem)
{
    return timeline_of(reading, DEP_TIMELINE_ALL, NULL, problem);
}

static int page_due(struct reading *reading, struct dep_problem *problem)
{
    enum { WITHIN_S = 30 * 24 * 60 * 60 };
    DEP_AUTO_DUES dues = {.list = NULL};
    int64_t until_s = dep_node_now_ms(reading->node) / 1000 + WITHIN_S;
    int err = dep_node_due(reading->node, until_s, PAGE, &dues, problem);
    reading->rows = dues.count;
    return err;
}

static int page_inbox(struct reading *reading, struct dep_problem *problem)
{
    DEP_AUTO_DUES dues = {.list = NULL};
    int err = dep_node_inbox(reading->node, PAGE, &dues, problem);
    reading->rows = dues.count;
    return err;
}

static int page_outbox(struct reading *reading, struct dep_problem *problem)
{
    DEP_AUTO_DUES dues = {.list = NULL};
    int err = dep_node_outbox(reading->node, PAGE, &dues, problem);
    reading->rows = dues.count;
    return err;
}

static int take_release(void *context, const struct dep_released *released)
{
    struct reading *reading = context;
    const json_t *verdict =
        released->release ? dep_json_object(released->release->claims, "verdict") : NULL;
    json_t *conditions = NULL;
    struct dep_problem problem = {.detail = ""};
    int err = verdict ? dep_node_conditions(reading->node, verdict, &conditions, &problem) : DEP_OK;
    json_decref(conditions);
    reading->rows++;
    return err < 0 ? err : ++reading->left == PAGE ? DEP_FOUND : DEP_OK;
}

static int page_releases(struct reading *reading, struct dep_problem *problem)
{
    int err = dep_node_releases(reading->node, take_release, reading, problem);
    return err == DEP_FOUND && reading->left == PAGE ? DEP_OK : err;
}

static int take_mission(void *context, const struct dep_mission_now *now)
{
    struct reading *reading = context;
    reading->rows += now->state != NULL;
    return ++reading->left == PAGE ? DEP_FOUND : DEP_OK;
}

static int page_missions(struct reading *reading, struct dep_problem *problem)
{
    int err = dep_node_missions(reading->node, take_mission, reading, problem);
    return err == DEP_FOUND && reading->left == PAGE ? DEP_OK : err;
}

static int page_consents(struct reading *reading, struct dep_problem *problem)
{
    return page_of_acts(reading, "consent.given", problem);
}

static int page_membership(struct reading *reading, struct dep_problem *problem)
{
    return page_of_acts(reading, "membership.stated", problem);
}

static int page_cases(struct reading *reading, struct dep_problem *problem)
{
    return page_of_acts(reading, "case.opened", problem);
}

/* What it takes without those who work beside it. */
static double processor_now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const char *dir, const char *name,
                    int (*page)(struct reading *reading, struct dep_problem *problem))
{
    double took[ROUNDS], processor_s = 0;
    size_t rows = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct dep_problem problem = {.detail = ""};
        double start = now_s(), start_processor_s = processor_now_s();
        struct reading reading = {.node = open_as(dir, "K", false)};
        must(dep_node_show_pages(reading.node, &problem), &problem);
        must(page(&reading, &problem), &problem);
        took[i] = (now_s() - start) * 1000;
        processor_s += processor_now_s() - start_processor_s;
        rows = reading.rows;
        dep_node_close(reading.node);
    }
    qsort(took, ROUNDS, sizeof took[0], ascending);
    say(name, took[(ROUNDS * 95 + 99) / 100 - 1], "ms p95");
    (void)fprintf(stderr,
                  "%s: %zu rows, median %.1f ms, slowest %.1f ms, of the processor %.1f ms\n", name,
                  rows, took[ROUNDS / 2], took[ROUNDS - 1], processor_s * 1000 / ROUNDS);
}

static void pages(const char *dir, const char *wanted)
{
    static const struct {
        const char *name;
        int (*page)(struct reading *reading, struct dep_problem *problem);
    } rows[] = {
        {"list", page_list},
        {"search, two common words", page_search},
        {"report commitments", page_commitments},
        {"report incidents", page_incidents},
        {"report custody", page_custody},
        {"report campaign, of 199 flows", page_campaign},
        {"report case", page_cases},
        {"report due", page_due},
        {"report membership", page_membership},
        {"timeline of an item", page_item},
        {"timeline campaign, of 199 flows", page_timeline_campaign},
        {"timeline all", page_timeline_all},
        {"timeline all, within a day of 2015", page_within_a_day},
        {"timeline all, within 2016 to 2019", page_within_years},
        {"timeline all, before all", page_before_all},
        {"inbox", page_inbox},
        {"outbox", page_outbox},
        {"consent list", page_consents},
        {"release list", page_releases},
        {"mission list", page_missions},
    };
    struct rusage used;
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (strncmp(rows[i].name, wanted, strlen(wanted)) == 0)
            measure(dir, rows[i].name, rows[i].page);
    (void)getrusage(RUSAGE_SELF, &used);
    say("memory, largest resident set", (double)used.ru_maxrss / 1024, "MiB");
}

int main(int argc, char **argv)
{
    if (argc < 3 || dep_crypto_init(false))
        return 2;
    if (strcmp(argv[1], "make") == 0)
        make_many(argv[2], argc > 3 ? strtoull(argv[3], NULL, 10) : RECORDS);
    else if (strcmp(argv[1], "pages") == 0)
        pages(argv[2], argc > 3 ? argv[3] : "");
    else
        return 2;
    return 0;
}
