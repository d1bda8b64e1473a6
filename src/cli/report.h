/*
 * What report shows, one file a view where it takes more than a few lines.
 * Layer:   cli.
 */
#ifndef DEP_CLI_REPORT_H
#define DEP_CLI_REPORT_H
#include "cli/acts.h"
#include "cli/called.h"
#include "node/due.h"

/* An option that is a date, as the earliest moment that it may mean and the one after the latest;
 * INT64_MIN and INT64_MAX where it isn't given. False where it is no date. */
bool dep_report_date(const struct dep_args *args, const char *option, int64_t *out_from_s,
                     int64_t *out_to_s);
/* `--as-of` as the moment after the latest it may mean; INT64_MAX where it isn't given. False where
 * it is no date. */
bool dep_report_as_of(const struct dep_args *args, int64_t *out_s);

/*
 * After what was printed, in whatever form: records that show to this officer and can't be read are
 * in none of it. DEP_OK, or the finding "report.unread" with their number, so that nobody takes the
 * part for the whole.
 */
DEP_MUST_USE int dep_report_unread(size_t count, struct dep_problem *problem);

/*
 * How many lines of each kind: a terminal gets a page, the newest DEP_REPORT_PAGE, and so does who
 * asks for a number with --limit; else, as JSON and for a spreadsheet, UINT64_MAX. A page is read
 * off index.db; what is written whole is compared with the log whole (doc/decisions/025). False
 * where --limit is no number.
 */
enum { DEP_REPORT_PAGE = 100 };
bool dep_report_limit(const struct dep_args *args, uint64_t *out);

/* What `due` is about, in words: codes by what they are called. */
enum { DEP_DUE_WORDS_MAX = 64 * 1024 };
void dep_due_words(struct dep_called *called, const struct dep_due *due, struct dep_buf *out);

/* The same of a list of acts: newest first where it is a page. */
struct dep_page {
    uint64_t limit, left;
    bool cut; /* there are more */
};
DEP_MUST_USE int dep_page_begin(struct dep_page *page, const struct dep_args *args,
                                struct dep_node *node, struct dep_problem *problem);
/* Before a line: DEP_FOUND, without a finding, where the page is full. */
DEP_MUST_USE int dep_page_next(struct dep_page *page);
/* What the list came to: DEP_OK where the page was full, and it is said that there are more. */
DEP_MUST_USE int dep_page_end(const struct dep_page *page, int err);

/* To the file of --pdf. */
dep_reading_fn dep_report_campaign_pdf, dep_report_custody_pdf;
dep_reading_fn dep_report_campaign, dep_report_case, dep_report_commitments, dep_report_custody,
    dep_report_due, dep_report_incidents, dep_report_membership;
#endif
