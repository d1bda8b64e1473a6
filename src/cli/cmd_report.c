/*
 * report: what the records come to, as a page on a terminal, as JSON, or as a table for a
 * spreadsheet.
 */
#include "cli/print.h"
#include "cli/report.h"

#include "codec/edtf.h"
#include "codec/text.h"

#include <string.h>

static const struct view {
    const char *name;
    dep_reading_fn *run;
    dep_reading_fn *pdf; /* as PDF; or NULL */
    bool named;          /* of one, by its name */
    bool dated;          /* it takes --as-of */
    bool limited;        /* it takes --limit */
} VIEWS[] = {
    {"campaign", dep_report_campaign, dep_report_campaign_pdf, true, true, false},
    {"case", dep_report_case, NULL, true, true, true},
    {"commitments", dep_report_commitments, NULL, false, false, true},
    {"custody", dep_report_custody, dep_report_custody_pdf, true, false, true},
    {"due", dep_report_due, NULL, false, false, true},
    {"incidents", dep_report_incidents, NULL, false, true, true},
    {"membership", dep_report_membership, NULL, false, true, true},
};

bool dep_report_date(const struct dep_args *args, const char *option, int64_t *out_from_s,
                     int64_t *out_to_s)
{
    const char *text = dep_arg(args, option);
    DEP_AUTO_BUF ascii;
    struct dep_edtf_span span = {INT64_MIN, INT64_MAX};
    dep_buf_init(&ascii, 64);
    dep_digits_ascii(dep_slice_string(text ? text : ""), &ascii);
    if (text && (dep_buf_err(&ascii) || !dep_edtf_span_of(dep_buf_slice(&ascii), &span)))
        return false;
    *out_from_s = span.earliest_s;
    *out_to_s = span.end_s;
    return true;
}

bool dep_report_as_of(const struct dep_args *args, int64_t *out_s)
{
    int64_t from_s;
    return dep_report_date(args, "--as-of", &from_s, out_s);
}

bool dep_report_limit(const struct dep_args *args, uint64_t *out)
{
    const char *text = dep_arg(args, "--limit");
    *out = args->json || dep_flag(args, "--csv") ? UINT64_MAX : DEP_REPORT_PAGE;
    return !text || dep_u64_parse(dep_slice_string(text), DEP_INDEX_LIST_MAX, out);
}

int dep_page_begin(struct dep_page *page, const struct dep_args *args, struct dep_node *node,
                   struct dep_problem *problem)
{
    *page = (struct dep_page){.cut = false};
    bool known = dep_report_limit(args, &page->limit);
    assert(known); /* the command asked */
    page->left = page->limit;
    return page->limit == UINT64_MAX ? DEP_OK : dep_node_show_pages(node, problem);
}

int dep_page_next(struct dep_page *page)
{
    page->cut = page->left == 0;
    page->left -= page->left > 0 && page->limit != UINT64_MAX;
    return page->cut ? DEP_FOUND : DEP_OK;
}

int dep_page_end(const struct dep_page *page, int err)
{
    if (!page->cut)
        return err;
    dep_say(_("only the newest %llu are shown; --limit shows more"),
            (unsigned long long)page->limit);
    return DEP_OK;
}

int dep_report_unread(size_t count, struct dep_problem *problem)
{
    char number[24];
    (void)snprintf(number, sizeof number, "%zu", count);
    return count ? dep_problem_found(problem, "report.unread", "doc/decisions/008", number)
                 : DEP_OK;
}

static const struct view *view_of(const char *name)
{
    for (size_t i = 0; i < DEP_COUNT(VIEWS); i++)
        if (strcmp(VIEWS[i].name, name) == 0)
            return &VIEWS[i];
    return NULL;
}

/* What was asked for and this view hasn't: else it would be passed over in silence. */
static int refuse_options(const struct dep_args *args, const struct view *view)
{
    bool due = strcmp(view->name, "due") == 0;
    if (dep_arg(args, "--as-of") && !view->dated)
        return dep_usage_error(args, _("%s is only as it is now: no --as-of"), view->name);
    if (dep_arg(args, "--limit") && !view->limited)
        return dep_usage_error(args, _("%s is shown whole: no --limit"), view->name);
    if (dep_flag(args, "--iati") && view->run != dep_report_campaign)
        return dep_usage_error(args, _("--iati goes with campaign only"));
    if (dep_arg(args, "--within") && !due)
        return dep_usage_error(args, _("--within goes with due only"));
    if (args->positional_count > (view->named ? 2U : 1U))
        return dep_usage_error(args, _("too many arguments"));
    return 0;
}

/* As PDF: a campaign, or one item. */
static int refuse_pdf(const struct dep_args *args, const struct view *view)
{
    if (!dep_arg(args, "--pdf"))
        return dep_arg(args, "--lang") ? dep_usage_error(args, _("--lang goes with --pdf only"))
                                       : 0;
    if (!view->pdf)
        return dep_usage_error(args, _("campaign and custody are made as PDF, %s isn't"),
                               view->name);
    if (strcmp(view->name, "custody") == 0 && args->positional_count < 2)
        return dep_usage_error(args, _("name the item: --pdf shows the hands of one"));
    if (args->json || dep_flag(args, "--csv") || dep_flag(args, "--iati") ||
        dep_arg(args, "--limit"))
        return dep_usage_error(args, _("--pdf goes without --json, --csv, --iati and --limit"));
    return dep_print_lang(args) ? 0
                                : dep_usage_error(args, _("--lang is en, fr or ar, not %s"),
                                                  dep_arg(args, "--lang"));
}

/* Values that have no right form. */
static int refuse_values(const struct dep_args *args)
{
    int64_t seconds;
    uint64_t limit;
    if (args->json + dep_flag(args, "--csv") + dep_flag(args, "--iati") > 1)
        return dep_usage_error(args, _("either --json, --csv or --iati"));
    if (!dep_report_as_of(args, &seconds))
        return dep_usage_error(args, _("--as-of needs a date, as 2021-09-30, not %s"),
                               dep_arg(args, "--as-of"));
    if (!dep_report_limit(args, &limit))
        return dep_usage_error(args, _("--limit needs a number, not %s"), dep_arg(args, "--limit"));
    if (!dep_within(args, &seconds))
        return dep_usage_error(args, _("--within needs a number of days, not %s"),
                               dep_arg(args, "--within"));
    return 0;
}

int dep_cmd_report(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--as-of", 0, true, false, N_("as it was on that date")},
        {"--csv", 0, false, false, N_("a table for a spreadsheet (RFC 4180)")},
        {"--iati", 0, false, false, N_("campaign: its flows as an IATI 2.03 file")},
        {"--limit", 0, true, false, N_("at most so many")},
        {"--within", 0, true, false, N_("due: so many days from now (default: 30)")},
        {"--pdf", 0, true, false, N_("campaign, custody ITEM: with a plot, to this file")},
        {"--lang", 0, true, false, N_("en, fr or ar (default: yours)")},
    };
    static struct dep_args args;
    int status =
        dep_args_parse(&args, "report",
                       "report campaign|case|custody [NAME] | "
                       "commitments|due|incidents|membership [--as-of DATE] [--csv] [--pdf FILE]",
                       options, DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    const char *name = args.positional_count ? args.positional[0] : "";
    const struct view *view = view_of(name);
    if (!args.positional_count)
        return dep_usage_error(&args, _("say which report: campaign, case, commitments, custody, "
                                        "due, incidents or membership"));
    if (!view)
        return dep_usage_error(&args, _("no such report: %s"), name);
    status = refuse_values(&args);
    if (!status)
        status = refuse_options(&args, view);
    if (!status)
        status = refuse_pdf(&args, view);
    return status ? status
                  : dep_read_command(&args, dep_arg(&args, "--pdf") ? view->pdf : view->run);
}
