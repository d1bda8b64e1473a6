#include "report/accounts.h"

#include "codec/text.h"
#include "report/amount.h"
#include "report/paper_impl.h"
#include "report/words.h"

#include <libintl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define _(text) gettext(text)
#define N_(text) text
/* A code of ours, in whatever direction the words around it go. */
#define ISOLATED "\xe2\x81\xa8%s\xe2\x81\xa9"

enum { WORDS_ROOM = 1024, TIME_ROOM = 128, MOMENT_ROOM = 24 };

/* ---- a campaign ---- */

struct account {
    struct dep_document *document;
    const struct dep_campaign *ledger;
    const json_t *called; /* by code */
    const char *currency;
    unsigned places;
    double longest; /* the largest figure of all, which takes the whole width */
};

static const char *called(const struct account *account, const char *code)
{
    const char *name = dep_json_string(account->called, code);
    return name ? name : code;
}

static const struct {
    enum dep_ledger_total total;
    const char *label;
    enum dep_bar_fill fill;
} TOTALS[] = {
    {DEP_LEDGER_COMMITTED, N_("Committed, which is what it has"), DEP_BAR_FULL},
    {DEP_LEDGER_PAID, N_("Paid, of that"), DEP_BAR_HALF},
    {DEP_LEDGER_PLEDGED, N_("Still only pledged, in no total"), DEP_BAR_EMPTY},
};

/* Only for how long a bar is. */
static double size_of(struct dep_decimal value)
{
    return value.nano > 0 ? (double)value.nano : 0;
}

static double larger(double a, struct dep_decimal value)
{
    return a > size_of(value) ? a : size_of(value);
}

static void add_figure(const struct account *account, const char *label, enum dep_amount_is is,
                       enum dep_bar_fill fill, struct dep_decimal value)
{
    double share = account->longest > 0 ? size_of(value) / account->longest : 0;
    struct dep_bar bar = {
        .to = share, .sure_to = share, .fill = fill, .goes_on = is == DEP_AMOUNT_MORE_THAN};
    char amount[DEP_AMOUNT_ROOM];
    /* Where it ends isn't known: the last tenth of it is open. */
    if (is == DEP_AMOUNT_ABOUT)
        bar.sure_to = 0.9 * share;
    dep_document_bar(account->document, label,
                     dep_amount_words(is, value, account->places, account->currency, amount), &bar);
}

static void add_count(const struct account *account, const char *label, const char *what,
                      size_t count)
{
    char text[512], label_of[256];
    (void)snprintf(label_of, sizeof label_of, _("%s: "), what);
    (void)snprintf(text, sizeof text, "%s%zu", label_of, count);
    dep_document_row(account->document, label, text);
}

static void add_sum(const struct account *account, const char *label, enum dep_bar_fill fill,
                    const struct dep_ledger_sum *sum)
{
    if (sum->exact_count)
        add_figure(account, label, DEP_AMOUNT_EXACT, fill, sum->exact);
    if (sum->about_count)
        add_figure(account, label, DEP_AMOUNT_ABOUT, fill, sum->about);
    if (sum->more_than_count)
        add_figure(account, label, DEP_AMOUNT_MORE_THAN, fill, sum->more_than);
    if (sum->undisclosed_count)
        add_count(account, label, _("without a figure"), sum->undisclosed_count);
    if (sum->foreign_count)
        add_count(account, label, _("in other currencies, without a rate"), sum->foreign_count);
}

/* Of one provider, or of all. */
static int add_totals(const struct account *account, const char *provider, struct dep_finding *why)
{
    int err = DEP_OK;
    bool any = false;
    for (size_t i = 0; !err && i < DEP_COUNT(TOTALS); i++) {
        struct dep_ledger_sum sum;
        err = dep_ledger_sum(account->ledger->flows, account->ledger->count, TOTALS[i].total,
                             provider, &sum, why);
        if (err || dep_ledger_is_empty(&sum))
            continue;
        any = true;
        add_sum(account, _(TOTALS[i].label), TOTALS[i].fill, &sum);
    }
    if (!err && !any)
        dep_document_text(account->document, provider ? _("in no total") : _("nothing recorded"));
    return err;
}

static int measure(struct account *account, struct dep_decimal goal, struct dep_finding *why)
{
    int err = DEP_OK;
    account->longest = larger(0, goal);
    for (size_t i = 0; !err && i < DEP_COUNT(TOTALS); i++) {
        struct dep_ledger_sum sum;
        err = dep_ledger_sum(account->ledger->flows, account->ledger->count, TOTALS[i].total, NULL,
                             &sum, why);
        if (err)
            break;
        account->longest = larger(account->longest, sum.exact);
        account->longest = larger(account->longest, sum.about);
        account->longest = larger(account->longest, sum.more_than);
    }
    return err;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int add_providers(const struct account *account, struct dep_finding *why)
{
    const struct dep_campaign *ledger = account->ledger;
    DEP_AUTO_FREE const char **names = dep_alloc_array(ledger->count + 1, sizeof *names);
    if (!names)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < ledger->count; i++)
        names[i] = ledger->flows[i].provider;
    if (ledger->count)
        qsort(names, ledger->count, sizeof *names, by_name);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < ledger->count; i++) {
        if (i && strcmp(names[i - 1], names[i]) == 0)
            continue;
        char heading[WORDS_ROOM];
        (void)snprintf(heading, sizeof heading, ISOLATED, called(account, names[i]));
        dep_document_heading(account->document, heading);
        err = add_totals(account, names[i], why);
    }
    return err;
}

/* ---- where books differ ---- */

const char *dep_account_differs(const struct dep_campaign *ledger, size_t at)
{
    const struct dep_flow *flow = &ledger->flows[at];
    const char *field =
        flow->counted_by == at ? NULL : dep_flow_differs(flow, &ledger->flows[flow->counted_by]);
    if (!field)
        return flow->place == DEP_FLOW_REPEATED ? _("twice") : NULL;
    return strcmp(field, "amount") == 0     ? _("another amount")
           : strcmp(field, "currency") == 0 ? _("another currency")
                                            : _("another qualifier");
}

/* As it was stated, in its own currency, with its record. */
static const char *entry_words(const struct dep_flow *flow, char out[WORDS_ROOM])
{
    char amount[DEP_AMOUNT_ROOM];
    int places = flow->currency ? dep_currency_places(dep_slice_string(flow->currency)) : -1;
    const char *words = _("without a figure");
    if (flow->is != DEP_AMOUNT_NOT_DISCLOSED && flow->currency)
        words = dep_amount_words(flow->is, flow->amount, places < 0 ? 2 : (unsigned)places,
                                 flow->currency, amount);
    (void)snprintf(out, WORDS_ROOM, "%s\n" ISOLATED, words, flow->id);
    return out;
}

static void add_differences(const struct account *account)
{
    const struct dep_campaign *ledger = account->ledger;
    bool any = false;
    for (size_t i = 0; i < ledger->count; i++) {
        const struct dep_flow *flow = &ledger->flows[i];
        const char *differs = dep_account_differs(ledger, i);
        const char *head[] = {_("Provider"), _("Reference"), _("What differs"), _("Entry"),
                              _("Entry that counts")};
        char entry[WORDS_ROOM], counts[WORDS_ROOM];
        if (!differs)
            continue;
        if (!any) {
            dep_document_heading(account->document,
                                 _("Entries of one flow that differ, or stand twice"));
            dep_document_cells(account->document, head, DEP_COUNT(head), true);
        }
        any = true;
        const char *cells[] = {called(account, flow->provider), flow->reference, differs,
                               entry_words(flow, entry),
                               entry_words(&ledger->flows[flow->counted_by], counts)};
        dep_document_cells(account->document, cells, DEP_COUNT(cells), false);
    }
}

static void add_overpaid(const struct account *account)
{
    const struct dep_campaign *ledger = account->ledger;
    bool any = false;
    for (size_t i = 0; i < ledger->count; i++) {
        const struct dep_flow *flow = &ledger->flows[i];
        const char *head[] = {_("Provider"), _("Reference"), _("Committed")};
        char entry[WORDS_ROOM];
        if (!flow->overpaid)
            continue;
        if (!any) {
            dep_document_heading(account->document,
                                 _("Commitments of which more was paid than they say"));
            dep_document_cells(account->document, head, DEP_COUNT(head), true);
        }
        any = true;
        const char *cells[] = {called(account, flow->provider), flow->reference,
                               entry_words(flow, entry)};
        dep_document_cells(account->document, cells, DEP_COUNT(cells), false);
    }
}

static const char *name_of(const struct dep_campaign *ledger, const char *lang)
{
    const json_t *called = dep_json_array(ledger->opened.claims, "called");
    const json_t *words = json_array_get(called, 0);
    size_t i;
    json_t *each;
    json_array_foreach(called, i, each)
    {
        if (strcmp(dep_json_string(each, "lang"), lang) == 0)
            words = each;
    }
    return words ? dep_json_string(words, "text") : dep_json_string(ledger->opened.claims, "code");
}

static void add_campaign_rows(const struct account *account, const struct dep_paper *paper,
                              const char *as_of)
{
    const struct dep_view *opened = &account->ledger->opened;
    dep_document_row(account->document, _("Member"), paper->member);
    dep_document_row(account->document, _("Campaign"), dep_json_string(opened->claims, "code"));
    dep_document_row(account->document, _("Record"), opened->row.jti);
    if (as_of)
        dep_document_row(account->document, _("As of"), as_of);
    dep_document_text(account->document,
                      _("What is pledged is in no total until it is committed or paid. What is "
                        "exact, about so much and more than so much is never added together."));
    dep_document_text(account->document,
                      _("A dashed end means about, an arrow more than, an outline only pledged, or "
                        "the goal."));
}

static int add_campaign(struct account *account, const struct dep_paper *paper, const char *as_of,
                        struct dep_finding *why)
{
    const json_t *claims = account->ledger->opened.claims;
    const char *goal = dep_json_string(claims, "goal"), *is = dep_json_string(claims, "qualifier");
    struct dep_decimal value = {0};
    bool known = goal && dep_decimal_parse(dep_slice_string(goal), &value);
    int err = measure(account, value, why);
    if (err)
        return err;
    add_campaign_rows(account, paper, as_of);
    dep_document_heading(account->document, _("All of them"));
    if (known)
        add_figure(account, _("Goal"),
                   strcmp(is, "about") == 0       ? DEP_AMOUNT_ABOUT
                   : strcmp(is, "more_than") == 0 ? DEP_AMOUNT_MORE_THAN
                                                  : DEP_AMOUNT_EXACT,
                   DEP_BAR_EMPTY, value);
    else
        dep_document_row(account->document, _("Goal"), _("not disclosed"));
    err = add_totals(account, NULL, why);
    if (!err)
        err = add_providers(account, why);
    if (!err) {
        add_differences(account);
        add_overpaid(account);
    }
    if (!err && account->ledger->unread)
        add_count(account, _("Not in this paper"), _("flows that can’t be read here"),
                  account->ledger->unread);
    return err;
}

/* Made or given up, in the paper's language until then. */
static int end_paper(const struct dep_paper *paper, struct dep_document *document, int err,
                     struct dep_finding *why)
{
    if (!err)
        return dep_paper_end(paper, document, NULL, why);
    dep_document_free(document);
    dep_words_speak(NULL);
    return err;
}

int dep_paper_campaign(const struct dep_paper *paper, const struct dep_campaign *ledger,
                       const json_t *called, const char *as_of, struct dep_finding *why)
{
    struct account account = {.ledger = ledger,
                              .called = called,
                              .currency = dep_json_string(ledger->opened.claims, "currency")};
    int places = dep_currency_places(dep_slice_string(account.currency));
    account.places = places < 0 ? 2 : (unsigned)places;
    dep_words_speak(paper->lang);
    int err = dep_paper_begin(paper, name_of(ledger, paper->lang), ledger->opened.row.jti,
                              &account.document);
    if (err) {
        dep_words_speak(NULL);
        return err;
    }
    err = add_campaign(&account, paper, as_of, why);
    return end_paper(paper, account.document, err, why);
}

/* ---- hands ---- */

struct plot {
    struct dep_document *document;
    const struct dep_paper *paper;
    const struct dep_timeline *timeline;
    const struct dep_edtf_span *spans; /* by the place in timeline->items */
    int64_t from_s, to_s;              /* what the width stands for */
};

static const char *moment(int64_t unix_s, char out[MOMENT_ROOM])
{
    if (unix_s < 0 || unix_s == INT64_MAX)
        return "…";
    dep_time_encode(unix_s, out);
    return out;
}

static double place_of(const struct plot *plot, int64_t at_s)
{
    if (at_s <= plot->from_s)
        return 0;
    return at_s >= plot->to_s ? 1
                              : (double)(at_s - plot->from_s) / (double)(plot->to_s - plot->from_s);
}

static void measure_plot(struct plot *plot)
{
    plot->from_s = INT64_MAX;
    plot->to_s = INT64_MIN;
    for (size_t i = 0; i < plot->timeline->count; i++) {
        const struct dep_edtf_span *span = &plot->spans[i];
        int64_t from_s = span->earliest_s == INT64_MIN ? span->end_s - 1 : span->earliest_s;
        int64_t to_s = span->end_s == INT64_MAX ? span->earliest_s + 1 : span->end_s;
        plot->from_s = from_s < plot->from_s ? from_s : plot->from_s;
        plot->to_s = to_s > plot->to_s ? to_s : plot->to_s;
    }
    if (plot->from_s >= plot->to_s)
        plot->to_s = plot->from_s + 1;
}

/* Does a pair of hands begin, or end, with such a record? */
static bool is_one_of(const char *type, const char *const *types, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

static bool begins(const struct dep_timeline_item *item)
{
    static const char *const types[] = {"evidence.collected", "evidence.intake", "custody.received",
                                        "custody.found"};
    /* What is taken in was collected by somebody else. */
    bool before = strcmp(item->type, "evidence.intake") == 0 && item->field &&
                  strcmp(item->field, "collected_at") == 0;
    return !before && is_one_of(item->type, types, DEP_COUNT(types));
}

static bool ends(const struct dep_timeline_item *item)
{
    static const char *const types[] = {"custody.returned", "custody.lost", "custody.disposed",
                                        "custody.split"};
    return begins(item) || is_one_of(item->type, types, DEP_COUNT(types));
}

/* A moment, or from when until when. Returns `out`. */
static const char *time_words(const struct dep_edtf_span *span, char out[TIME_ROOM])
{
    char from[MOMENT_ROOM], to[MOMENT_ROOM];
    int64_t last_s = span->end_s == INT64_MAX ? INT64_MAX : span->end_s - 1;
    if (last_s == span->earliest_s)
        (void)snprintf(out, TIME_ROOM, ISOLATED, moment(span->earliest_s, from));
    else
        (void)snprintf(out, TIME_ROOM, ISOLATED " – " ISOLATED, moment(span->earliest_s, from),
                       moment(last_s, to));
    return out;
}

/* From the record at `first` until the one at `last`, or until now. */
static void add_hand(const struct plot *plot, size_t first, size_t last)
{
    bool over = last < plot->timeline->count;
    const struct dep_edtf_span *begin = &plot->spans[first],
                               *end = over ? &plot->spans[last] : NULL;
    struct dep_bar bar = {.from = place_of(plot, begin->earliest_s),
                          .sure_from = place_of(plot, begin->end_s - 1),
                          .sure_to = end ? place_of(plot, end->earliest_s) : 1,
                          .to = end ? place_of(plot, end->end_s) : 1,
                          .fill = DEP_BAR_HALF,
                          .goes_on = false};
    char label[128], words[WORDS_ROOM], from[TIME_ROOM], until[TIME_ROOM];
    (void)snprintf(label, sizeof label, ISOLATED, plot->timeline->items[first].by_code);
    (void)snprintf(words, sizeof words, "%s %s\n%s %s", _("from"), time_words(begin, from),
                   _("until"), end ? time_words(end, until) : _("now, as far as is recorded"));
    dep_document_bar(plot->document, label, words, &bar);
}

/* The records in the order of the log: that is the order of custody. */
static void add_hands(const struct plot *plot)
{
    size_t count = plot->timeline->count, first = count;
    for (size_t i = 0; i < count; i++) {
        const struct dep_timeline_item *item = &plot->timeline->items[i];
        if (!ends(item))
            continue;
        if (first < count)
            add_hand(plot, first, i);
        first = begins(item) ? i : count;
    }
    if (first < count)
        add_hand(plot, first, count);
}

static void add_event(const struct plot *plot, size_t at)
{
    const struct dep_timeline_event *event = &plot->timeline->events[at];
    const struct dep_timeline_item *item = &plot->timeline->items[event->of];
    const struct dep_schema *schema = dep_schemas_find(plot->paper->schemas, item->type, 0);
    double from = place_of(plot, event->span.earliest_s),
           to = place_of(plot, event->span.end_s - 1);
    struct dep_bar bar = {.from = from, .to = to, .sure_from = 1, .sure_to = 0};
    if (event->span.earliest_s != INT64_MIN && event->span.earliest_s + 1 == event->span.end_s)
        bar = (struct dep_bar){from, from, from, from, DEP_BAR_FULL, false};
    char label[512], words[WORDS_ROOM], when[TIME_ROOM], before[256] = "";
    (void)snprintf(label, sizeof label, "%zu. %s", at + 1,
                   schema ? dep_schema_label(schema, NULL, plot->paper->lang) : item->type);
    if (event->may_precede < at)
        (void)snprintf(before, sizeof before, " \xc2\xb7 %s %zu", _("perhaps before line"),
                       event->may_precede + 1);
    (void)snprintf(
        words, sizeof words, "%s\n%s \xc2\xb7 " ISOLATED "%s", time_words(&event->span, when),
        item->field ? _("as stated") : _("as recorded: no time is stated"), item->by_code, before);
    dep_document_bar(plot->document, label, words, &bar);
}

static void add_plot(struct plot *plot, const struct dep_item *item)
{
    char from[MOMENT_ROOM], to[MOMENT_ROOM];
    measure_plot(plot);
    dep_document_row(plot->document, _("Member"), plot->paper->member);
    dep_document_row(plot->document, _("Item"), item->item);
    const char *exhibit = dep_json_string(item->first.claims, "exhibit");
    if (exhibit)
        dep_document_row(plot->document, _("Exhibit number"), exhibit);
    dep_document_row(plot->document, _("State"), dep_words(item->state));
    if (plot->timeline->count == 0)
        return;
    dep_document_heading(plot->document, _("Whose hands"));
    add_hands(plot);
    dep_document_scale(plot->document, moment(plot->from_s, from), moment(plot->to_s - 1, to));
    dep_document_heading(plot->document, _("What happened to it"));
    for (size_t i = 0; i < plot->timeline->count; i++)
        add_event(plot, i);
    dep_document_scale(plot->document, moment(plot->from_s, from), moment(plot->to_s - 1, to));
    dep_document_text(plot->document,
                      _("What is dashed may have happened at any moment in it. Where two overlap "
                        "nobody knows which came first. Times are of UTC."));
}

int dep_paper_hands(const struct dep_paper *paper, const struct dep_item *item,
                    const struct dep_timeline *timeline, struct dep_finding *why)
{
    DEP_AUTO_FREE struct dep_edtf_span *spans = dep_alloc_array(timeline->count + 1, sizeof *spans);
    if (!spans)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < timeline->count; i++)
        spans[timeline->events[i].of] = timeline->events[i].span;
    struct plot plot = {.paper = paper, .timeline = timeline, .spans = spans};
    dep_words_speak(paper->lang);
    int err = dep_paper_begin(paper, _("Through whose hands it went"), item->item, &plot.document);
    if (err) {
        dep_words_speak(NULL);
        return err;
    }
    add_plot(&plot, item);
    return end_paper(paper, plot.document, DEP_OK, why);
}
