/*
 * What report shows, one file a view where it takes more than a few lines.
 * Layer:   cli.
 */
#ifndef DEP_CLI_REPORT_H
#define DEP_CLI_REPORT_H
#include "cli/acts.h"

/* `--as-of` as the moment after the latest it may mean; INT64_MAX where it isn't given. False where
 * it is no date. */
bool dep_report_as_of(const struct dep_args *args, int64_t *out_s);

/*
 * After what was printed, in whatever form: records that show to this officer and can't be read are
 * in none of it. DEP_OK, or the finding "report.unread" with their number, so that nobody takes the part
 * for the whole.
 */
DEP_MUST_USE int dep_report_unread(size_t count, struct dep_problem *problem);

dep_reading_fn dep_report_campaign, dep_report_commitments, dep_report_membership;
#endif
