/*
 * report campaign, report custody: on paper, with a plot.
 */
#include "cli/print.h"
#include "cli/report.h"
#include "report/accounts.h"
#include "store/file.h"

#include <fcntl.h>

static struct dep_paper paper_of(const struct dep_args *args, struct dep_node *node,
                                 struct dep_buf *out)
{
    return (struct dep_paper){.lang = dep_print_lang(args), /* dep_cmd_report() asked */
                              .member = dep_register_info(dep_node_register(node))->name,
                              .schemas = dep_node_schemas(node),
                              .write = dep_print_gather,
                              .context = out};
}

/* What was made, if it was; and what is missing in it. */
static int keep(const struct dep_args *args, const struct dep_buf *pdf, int err, size_t unread,
                struct dep_problem *problem)
{
    if (err < 0 && !problem->fault.what)
        return dep_problem_fault(problem, err, "paper", dep_arg(args, "--pdf"));
    if (!err)
        err = dep_file_create(AT_FDCWD, dep_arg(args, "--pdf"), dep_buf_slice(pdf), 0600,
                              &problem->fault);
    return err ? err : dep_report_unread(unread, problem);
}

int dep_report_campaign_pdf(struct dep_args *args, struct dep_node *node,
                            struct dep_problem *problem)
{
    DEP_AUTO_BUF pdf;
    DEP_AUTO_CAMPAIGN ledger = {.count = 0};
    const char *name = args->positional_count > 1 ? args->positional[1] : NULL;
    int64_t as_of_s = INT64_MAX;
    (void)dep_report_as_of(args, &as_of_s); /* dep_cmd_report() asked */
    dep_buf_init_secret(&pdf, DEP_PRINT_LEN_MAX);
    struct dep_paper paper = paper_of(args, node, &pdf);
    DEP_AUTO_CALLED called = {.found = NULL};
    int err = dep_node_campaign(node, name, as_of_s, &ledger, problem);
    if (!err)
        err = dep_called_init(node, paper.lang, &called, problem);
    for (size_t i = 0; !err && i < ledger.count; i++)
        (void)dep_called_body(&called, ledger.flows[i].provider); /* is kept in `found` */
    if (!err)
        err = dep_paper_campaign(&paper, &ledger, called.found, dep_arg(args, "--as-of"),
                                 &problem->finding);
    return keep(args, &pdf, err, ledger.unread, problem);
}

int dep_report_custody_pdf(struct dep_args *args, struct dep_node *node,
                           struct dep_problem *problem)
{
    DEP_AUTO_BUF pdf;
    DEP_AUTO_ITEM item = {.item = ""};
    DEP_AUTO_TIMELINE timeline = {.count = 0};
    size_t unread = 0;
    dep_buf_init_secret(&pdf, DEP_PRINT_LEN_MAX);
    struct dep_paper paper = paper_of(args, node, &pdf);
    int err = dep_node_item(node, args->positional[1], true, &item, problem);
    struct dep_timeline_order order = {
        .of = DEP_TIMELINE_ITEM, .name = item.item, .span = {INT64_MIN, INT64_MAX}};
    if (!err)
        err = dep_node_timeline(node, &order, &timeline, problem);
    for (size_t i = 0; i < timeline.count; i++)
        unread += timeline.items[i].unread;
    if (!err)
        err = dep_paper_hands(&paper, &item, &timeline, &problem->finding);
    return keep(args, &pdf, err, unread, problem);
}
