/*
 * report campaign: what a campaign has, was paid and was promised; by provider; and where two books
 * differ.
 */
#include "cli/report.h"

#include "node/campaign.h"
#include "record/flat.h"
#include "report/accounts.h"
#include "report/amount.h"
#include "report/csv.h"
#include "report/iati.h"

#include <stdlib.h>
#include <string.h>

enum { TOTALS = DEP_LEDGER_PAID + 1 };
/* In the order in which they are shown: what counts comes first. */
static const struct {
    const char *name;
    const char *label;
} TOTAL[TOTALS] = {
    [DEP_LEDGER_COMMITTED] = {"committed", N_("Committed, which is what it has")},
    [DEP_LEDGER_PAID] = {"paid", N_("Paid, of that")},
    [DEP_LEDGER_PLEDGED] = {"pledged", N_("Still only pledged, in no total")},
};
static const enum dep_ledger_total ORDER[] = {DEP_LEDGER_COMMITTED, DEP_LEDGER_PAID,
                                              DEP_LEDGER_PLEDGED};
static const char *const PLACES[] = {"counted",  "kept",   "other_side",
                                     "repeated", "inside", "outward"};
static const char *const QUALIFIERS[] = {"exact", "about", "more_than", "not_disclosed"};

struct campaign {
    const struct dep_args *args;
    struct dep_campaign ledger;
    struct dep_called *called; /* on a terminal */
    const char *currency;
    unsigned places;
};

static const char *shown(const struct campaign *c, struct dep_decimal value,
                         char out[DEP_DECIMAL_ROOM])
{
    return dep_decimal_encode(value, c->places, out);
}

/* ---- for a reader ---- */

static void print_amount(const struct campaign *c, enum dep_amount_is is, struct dep_decimal value)
{
    char amount[DEP_AMOUNT_ROOM];
    (void)printf("  %s\n", dep_amount_words(is, value, c->places, c->currency, amount));
}

static void print_sum(const struct campaign *c, const struct dep_ledger_sum *sum)
{
    if (sum->exact_count)
        print_amount(c, DEP_AMOUNT_EXACT, sum->exact);
    if (sum->about_count)
        print_amount(c, DEP_AMOUNT_ABOUT, sum->about);
    if (sum->more_than_count)
        print_amount(c, DEP_AMOUNT_MORE_THAN, sum->more_than);
    if (sum->undisclosed_count)
        (void)printf(_("  %zu without a figure\n"), sum->undisclosed_count);
    if (sum->foreign_count)
        (void)printf(_("  %zu in other currencies, without a rate\n"), sum->foreign_count);
    if (dep_ledger_is_empty(sum))
        (void)printf(_("  nothing\n"));
}

static void print_head(const struct campaign *c)
{
    const json_t *claims = c->ledger.opened.claims;
    const json_t *called = dep_json_array(claims, "called"), *words = json_array_get(called, 0);
    const char *goal = dep_json_string(claims, "goal");
    const char *is = dep_json_string(claims, "qualifier");
    size_t i;
    json_t *each;
    json_array_foreach(called, i, each)
    {
        if (strcmp(dep_json_string(each, "lang"), dep_reader_language()) == 0)
            words = each;
    }
    dep_show_or_dash(words ? dep_json_string(words, "text") : dep_json_string(claims, "code"));
    (void)printf("\n");
    struct dep_decimal value;
    if (!goal || !dep_decimal_parse(dep_slice_string(goal), &value))
        return;
    dep_print_label(stdout, _("Goal"));
    (void)printf("\n");
    print_amount(c,
                 strcmp(is, "about") == 0       ? DEP_AMOUNT_ABOUT
                 : strcmp(is, "more_than") == 0 ? DEP_AMOUNT_MORE_THAN
                                                : DEP_AMOUNT_EXACT,
                 value);
}

static int print_totals(struct campaign *c, const char *provider, struct dep_problem *problem)
{
    int err = DEP_OK;
    bool any = !provider;
    for (size_t i = 0; !err && i < TOTALS; i++) {
        struct dep_ledger_sum sum;
        err = dep_ledger_sum(c->ledger.flows, c->ledger.count, ORDER[i], provider, &sum,
                             &problem->finding);
        if (err || (provider && dep_ledger_is_empty(&sum)))
            continue;
        any = true;
        dep_print_label(stdout, _(TOTAL[ORDER[i]].label));
        (void)printf("\n");
        print_sum(c, &sum);
    }
    /* Passed on, or outward: a name alone would look as if something were missing. */
    if (!err && !any)
        (void)printf("  %s\n", _("in no total"));
    return err;
}

/* Entries of one flow that don't say the same. */
static void print_differences(const struct campaign *c)
{
    bool any = false;
    for (size_t i = 0; i < c->ledger.count; i++) {
        const struct dep_flow *flow = &c->ledger.flows[i];
        const struct dep_flow *counted = &c->ledger.flows[flow->counted_by];
        const char *differs = dep_account_differs(&c->ledger, i);
        if (!differs)
            continue;
        if (!any)
            (void)printf("%s\n", _("Entries of one flow that differ, or stand twice (the second "
                                   "is the one that counts):"));
        any = true;
        (void)printf("  %s  %s  ", flow->id, counted->id);
        dep_show_or_dash(dep_called_body(c->called, flow->provider));
        (void)printf("  ");
        dep_show_or_dash(flow->reference);
        (void)printf("  ");
        dep_print_column(stdout, differs, 0);
        (void)printf("\n");
    }
}

/* Commitments of which more was paid than they say. */
static void print_overpaid(const struct campaign *c)
{
    bool any = false;
    for (size_t i = 0; i < c->ledger.count; i++) {
        const struct dep_flow *flow = &c->ledger.flows[i];
        if (!flow->overpaid)
            continue;
        if (!any)
            (void)printf("%s\n", _("Commitments of which more was paid than they say:"));
        any = true;
        (void)printf("  %s  ", flow->id);
        dep_show_or_dash(dep_called_body(c->called, flow->provider));
        (void)printf("  ");
        dep_show_or_dash(flow->reference);
        (void)printf("\n");
    }
}

/* ---- for a program ---- */

static json_t *sum_json(const struct campaign *c, const struct dep_ledger_sum *sum)
{
    char exact[DEP_DECIMAL_ROOM], about[DEP_DECIMAL_ROOM], more_than[DEP_DECIMAL_ROOM];
    return json_pack("{s:s,s:s,s:s,s:I,s:I}", "exact", shown(c, sum->exact, exact), "about",
                     shown(c, sum->about, about), "more_than", shown(c, sum->more_than, more_than),
                     "without_figure", (json_int_t)sum->undisclosed_count, "without_rate",
                     (json_int_t)sum->foreign_count);
}

static json_t *totals_json(struct campaign *c, const char *provider, struct dep_problem *problem,
                           int *out_err)
{
    json_t *totals = provider ? json_pack("{s:s}", "provider", provider) : json_object();
    for (size_t i = 0; !*out_err && i < TOTALS; i++) {
        struct dep_ledger_sum sum;
        *out_err = dep_ledger_sum(c->ledger.flows, c->ledger.count, ORDER[i], provider, &sum,
                                  &problem->finding);
        if (!*out_err && json_object_set_new(totals, TOTAL[ORDER[i]].name, sum_json(c, &sum)))
            *out_err = dep_problem_fault(problem, DEP_ERR_NOMEM, "cli.report", "");
    }
    return totals;
}

static json_t *flow_json(const struct campaign *c, const struct dep_flow *flow)
{
    char value[DEP_DECIMAL_ROOM];
    const struct dep_flow *counted = &c->ledger.flows[flow->counted_by];
    return json_pack("{s:s,s:s,s:s?,s:s?,s:s?,s:s?,s:b}", "record", flow->id, "place",
                     PLACES[flow->place], "counted_by", flow == counted ? NULL : counted->id,
                     "differs", flow == counted ? NULL : dep_flow_differs(flow, counted), "value",
                     flow->converted ? shown(c, flow->value, value) : NULL, "value_is",
                     flow->converted ? QUALIFIERS[flow->value_is] : NULL, "overpaid",
                     flow->overpaid);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Each provider once, sorted. The caller frees; `*out_count` of them. */
static const char **providers_of(const struct campaign *c, size_t *out_count)
{
    const char **names = dep_alloc_array(c->ledger.count + 1, sizeof *names);
    size_t count = 0;
    if (!names)
        return NULL;
    for (size_t i = 0; i < c->ledger.count; i++)
        names[i] = c->ledger.flows[i].provider;
    qsort(names, c->ledger.count, sizeof *names, by_name);
    for (size_t i = 0; i < c->ledger.count; i++)
        if (count == 0 || strcmp(names[count - 1], names[i]) != 0)
            names[count++] = names[i];
    *out_count = count;
    return names;
}

static int print_json(struct campaign *c, const char *const *providers, size_t count,
                      struct dep_problem *problem)
{
    int err = DEP_OK;
    json_t *by = json_array(), *flows = json_array();
    json_t *all =
        json_pack("{s:s,s:s?,s:s,s:s?,s:s?,s:I,s:o,s:o,s:o}", "campaign", c->ledger.opened.row.jti,
                  "code", dep_json_string(c->ledger.opened.claims, "code"), "currency", c->currency,
                  "goal", dep_json_string(c->ledger.opened.claims, "goal"), "as_of",
                  dep_arg(c->args, "--as-of"), "unread", (json_int_t)c->ledger.unread, "totals",
                  totals_json(c, NULL, problem, &err), "providers", by, "flows", flows);
    for (size_t i = 0; all && !err && i < count; i++)
        (void)json_array_append_new(by, totals_json(c, providers[i], problem, &err));
    for (size_t i = 0; all && !err && i < c->ledger.count; i++)
        (void)json_array_append_new(flows, flow_json(c, &c->ledger.flows[i]));
    if (!err && (json_array_size(by) != count || json_array_size(flows) != c->ledger.count))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "cli.report", "");
    if (err) {
        json_decref(all);
        return err;
    }
    return dep_print_json(all) ? DEP_OK : DEP_ERR_IO;
}

/* The same names as an import takes (doc/format/record.md section 10), and what is worked out
 * beside them. */
static int print_csv(const struct campaign *c, struct dep_problem *problem)
{
    enum { VALUE = 13, STATED = 20 };
    static const char *const head[] = {"record",
                                       "on",
                                       "kind",
                                       "side",
                                       "provider",
                                       "receiver",
                                       "reference",
                                       "qualifier",
                                       "amount",
                                       "currency",
                                       "rate.value",
                                       "rate.currency",
                                       "rate.on",
                                       "value",
                                       "value_currency",
                                       "value_is",
                                       "place",
                                       "counted_by",
                                       "overpaid",
                                       "parent",
                                       "rate.qualifier",
                                       "rate.source",
                                       "rate.source.lang",
                                       "in_kind",
                                       "in_kind.lang",
                                       "earmark",
                                       "earmark.lang",
                                       "line",
                                       "fiscal_year",
                                       "comment",
                                       "comment.lang"};
    enum { CSV_MAX = 256 * 1024 * 1024 };
    DEP_AUTO_BUF out;
    dep_buf_init_secret(&out, CSV_MAX);
    dep_csv_row(&out, head, DEP_COUNT(head));
    for (size_t i = 0; i < c->ledger.count; i++) {
        const struct dep_flow *flow = &c->ledger.flows[i];
        const json_t *claims = c->ledger.views[i].claims;
        char value[DEP_DECIMAL_ROOM];
        const char *row[DEP_COUNT(head)] = {flow->id};
        for (size_t at = 1; at < DEP_COUNT(head); at++)
            row[at] = at < VALUE || at >= STATED ? dep_flat_get(claims, head[at]) : NULL;
        row[VALUE] = flow->converted ? shown(c, flow->value, value) : NULL;
        row[VALUE + 1] = flow->converted ? c->currency : NULL;
        row[VALUE + 2] = flow->converted ? QUALIFIERS[flow->value_is] : NULL;
        row[VALUE + 3] = PLACES[flow->place];
        row[VALUE + 4] = c->ledger.flows[flow->counted_by].id;
        row[VALUE + 5] = flow->overpaid ? "true" : NULL;
        row[VALUE + 6] = flow->parent;
        dep_csv_row(&out, row, DEP_COUNT(row));
    }
    if (dep_buf_err(&out))
        return dep_problem_fault(problem, dep_buf_err(&out), "cli.report", "");
    return fwrite(out.data, 1, out.len, stdout) == out.len ? DEP_OK : DEP_ERR_IO;
}

static int print_iati(struct dep_node *node, const struct campaign *c, struct dep_problem *problem)
{
    enum { IATI_MAX = 256 * 1024 * 1024 };
    DEP_AUTO_BUF out;
    size_t left = 0;
    char number[24];
    dep_buf_init_secret(&out, IATI_MAX);
    int err = dep_iati_write(&c->ledger, dep_register_info(dep_node_register(node))->member,
                             dep_node_now_ms(node) / 1000, &out, &left, &problem->finding);
    if (err)
        return err < 0 ? dep_problem_fault(problem, err, "cli.report", "") : err;
    if (fwrite(out.data, 1, out.len, stdout) != out.len)
        return DEP_ERR_IO;
    (void)snprintf(number, sizeof number, "%zu", left);
    return left ? dep_problem_found(problem, "iati.left_out", "doc/format/mandate.md 3", number)
                : DEP_OK;
}

static int print_page(struct campaign *c, const char *const *providers, size_t count,
                      struct dep_problem *problem)
{
    print_head(c);
    int err = print_totals(c, NULL, problem);
    for (size_t i = 0; !err && i < count; i++) {
        (void)printf("\n");
        dep_show_or_dash(dep_called_body(c->called, providers[i]));
        (void)printf("\n");
        err = print_totals(c, providers[i], problem);
    }
    (void)printf("\n");
    print_differences(c);
    print_overpaid(c);
    return err;
}

int dep_report_campaign(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    DEP_AUTO_CALLED called = {.found = NULL};
    struct campaign c = {.args = args, .called = &called};
    int64_t as_of_s = INT64_MAX;
    (void)dep_report_as_of(args, &as_of_s); /* dep_cmd_report() asked */
    const char *name = args->positional_count > 1 ? args->positional[1] : NULL;
    /* What is handed on rests on the log. */
    bool page = !args->json && !dep_flag(args, "--csv") && !dep_flag(args, "--iati");
    int err = page ? dep_node_show_pages(node, problem) : DEP_OK;
    if (!err && page)
        err = dep_called_init(node, dep_reader_language(), &called, problem);
    if (!err)
        err = dep_node_campaign(node, name, as_of_s, &c.ledger, problem);
    if (err)
        return err;
    c.currency = dep_json_string(c.ledger.opened.claims, "currency");
    int places = dep_currency_places(dep_slice_string(c.currency));
    c.places = places < 0 ? 2 : (unsigned)places;
    size_t count = 0;
    DEP_AUTO_FREE const char **providers = providers_of(&c, &count);
    if (!providers)
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "cli.report", "");
    else if (dep_flag(args, "--csv"))
        err = print_csv(&c, problem);
    else if (dep_flag(args, "--iati"))
        err = print_iati(node, &c, problem);
    else if (args->json)
        err = print_json(&c, providers, count, problem);
    else
        err = print_page(&c, providers, count, problem);
    if (!err)
        err = dep_report_unread(c.ledger.unread, problem);
    dep_campaign_done(&c.ledger);
    return err;
}
