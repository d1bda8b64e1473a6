/*
 * report: what the records come to, as a page on a terminal, as JSON, or as a table for a spreadsheet.
 */
#include "cli/report.h"

#include "codec/edtf.h"
#include "codec/text.h"

#include <string.h>

static const struct {
    const char *name;
    dep_reading_fn *run;
    bool dated; /* it takes --as-of */
} VIEWS[] = {
    {"campaign", dep_report_campaign, true},
    {"commitments", dep_report_commitments, false},
    {"membership", dep_report_membership, true},
};

bool dep_report_as_of(const struct dep_args *args, int64_t *out_s)
{
    const char *text = dep_arg(args, "--as-of");
    DEP_AUTO_BUF ascii;
    struct dep_edtf_span span;
    dep_buf_init(&ascii, 64);
    *out_s = INT64_MAX;
    if (!text)
        return true;
    dep_digits_ascii(dep_slice_string(text), &ascii);
    if (dep_buf_err(&ascii) || !dep_edtf_span_of(dep_buf_slice(&ascii), &span))
        return false;
    *out_s = span.end_s;
    return true;
}

int dep_report_unread(size_t count, struct dep_problem *problem)
{
    char number[24];
    (void)snprintf(number, sizeof number, "%zu", count);
    return count ? dep_problem_found(problem, "report.unread", "doc/decisions/008", number)
                 : DEP_OK;
}

int dep_cmd_report(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--as-of", 0, true, false, N_("as it was on that date")},
        {"--csv", 0, false, false, N_("a table for a spreadsheet (RFC 4180)")},
    };
    static struct dep_args args;
    int64_t as_of_s;
    int status = dep_args_parse(
        &args, "report", "report campaign|commitments|membership [CODE] [--as-of DATE] [--csv]",
        options, DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    if (args.json && dep_flag(&args, "--csv"))
        return dep_usage_error(&args, _("either --json or --csv"));
    if (!dep_report_as_of(&args, &as_of_s))
        return dep_usage_error(&args, _("--as-of needs a date, as 2021-09-30, not %s"),
                               dep_arg(&args, "--as-of"));
    const char *name = args.positional_count ? args.positional[0] : "";
    for (size_t i = 0; i < DEP_COUNT(VIEWS); i++)
        if (strcmp(VIEWS[i].name, name) == 0)
            return dep_arg(&args, "--as-of") && !VIEWS[i].dated
                       ? dep_usage_error(&args, _("%s is only as it is now: no --as-of"), name)
                       : dep_read_command(&args, VIEWS[i].run);
    return dep_usage_error(&args, _("no such report: %s"), name);
}
