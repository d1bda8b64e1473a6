#include "rules/ledger.h"

#include <stdlib.h>
#include <string.h>

static int range(struct dep_finding *why)
{
    return dep_found(why, "ledger.range", "doc/format/mandate.md 3", 0);
}

/* ---- amounts in the ledger's currency ---- */

/* Of more than so much only its lower end is known. Where that is about, or where it is paid back,
 * nothing is sure of what it comes to. */
static enum dep_amount_is valued_as(const struct dep_flow *flow, bool rate_about)
{
    bool more = flow->is == DEP_AMOUNT_MORE_THAN;
    if (more && (rate_about || flow->amount.nano < 0))
        return DEP_AMOUNT_NOT_DISCLOSED;
    return flow->is == DEP_AMOUNT_EXACT && rate_about ? DEP_AMOUNT_ABOUT : flow->is;
}

static int convert(const struct dep_ledger_of *of, struct dep_flow *flow, struct dep_finding *why)
{
    flow->value = (struct dep_decimal){0};
    flow->part_of = NULL;
    bool same = flow->currency && strcmp(flow->currency, of->currency) == 0;
    bool rated = !same && flow->rate_currency && strcmp(flow->rate_currency, of->currency) == 0;
    flow->value_is = valued_as(flow, rated && flow->rate_about);
    flow->converted =
        flow->currency && (same || rated) && flow->value_is != DEP_AMOUNT_NOT_DISCLOSED;
    if (flow->converted && same)
        flow->value = flow->amount;
    if (!flow->converted || same)
        return DEP_OK;
    int places = dep_currency_places(dep_slice_string(of->currency));
    return dep_decimal_multiply(flow->amount, flow->rate, places < 0 ? 2 : (unsigned)places,
                                &flow->value)
               ? DEP_OK
               : range(why);
}

/* ---- one flow, several entries ---- */

static int compare_flow(const struct dep_flow *a, const struct dep_flow *b)
{
    int order = (int)a->kind - (int)b->kind;
    if (!order)
        order = strcmp(a->reference, b->reference);
    if (!order)
        order = strcmp(a->provider, b->provider);
    return order ? order : strcmp(a->receiver, b->receiver);
}

/* Of one flow: with a figure before without, the provider's before others', the earlier before the
 * later. All entries lie in one array, so their addresses are their order. */
static int compare_entry(const void *left, const void *right)
{
    const struct dep_flow *a = *(struct dep_flow *const *)left;
    const struct dep_flow *b = *(struct dep_flow *const *)right;
    int order = compare_flow(a, b);
    if (!order)
        order = (a->is == DEP_AMOUNT_NOT_DISCLOSED) - (b->is == DEP_AMOUNT_NOT_DISCLOSED);
    if (!order)
        order = (int)a->side - (int)b->side;
    return order ? order : (a > b) - (a < b);
}

static void place_entries(struct dep_flow *flows, struct dep_flow **sorted, size_t count)
{
    const struct dep_flow *first = NULL;
    bool seen[DEP_SIDE_OF_OTHER + 1] = {false};
    for (size_t i = 0; i < count; i++) {
        struct dep_flow *flow = sorted[i];
        if (!first || compare_flow(first, flow) != 0) {
            first = flow;
            memset(seen, 0, sizeof seen);
            flow->place = DEP_FLOW_COUNTED;
        } else {
            flow->place = seen[flow->side] ? DEP_FLOW_REPEATED : DEP_FLOW_OTHER_SIDE;
        }
        flow->counted_by = (size_t)(first - flows);
        seen[flow->side] = true;
    }
}

/* ---- the boundary ---- */

static bool inside(const struct dep_ledger_of *of, const char *code)
{
    for (size_t i = 0; i < of->boundary_count; i++)
        if (strcmp(of->boundary[i], code) == 0)
            return true;
    return false;
}

static void place_within(const struct dep_ledger_of *of, struct dep_flow *flow)
{
    if (flow->place != DEP_FLOW_COUNTED || of->boundary_count == 0)
        return;
    if (!inside(of, flow->receiver))
        flow->place = DEP_FLOW_OUTWARD;
    else if (inside(of, flow->provider))
        flow->place = DEP_FLOW_INSIDE;
}

/* ---- what keeps a pledge, what pays a commitment ---- */

static int compare_id(const void *left, const void *right)
{
    const struct dep_flow *a = *(struct dep_flow *const *)left;
    const struct dep_flow *b = *(struct dep_flow *const *)right;
    return strcmp(a->id, b->id);
}

/* The entry that counts what this entry names as its parent, where it is in the totals; or NULL. */
static const struct dep_flow *named_by(const struct dep_flow *flows, struct dep_flow *const *by_id,
                                       size_t count, const struct dep_flow *flow)
{
    const struct dep_flow wanted = {.id = flow->parent}, *key = &wanted;
    struct dep_flow *const *found =
        flow->parent ? bsearch(&key, by_id, count, sizeof(void *), compare_id) : NULL;
    const struct dep_flow *parent = found ? &flows[(*found)->counted_by] : NULL;
    bool of_it = parent && parent->place == DEP_FLOW_COUNTED && parent->kind < flow->kind;
    return of_it ? parent : NULL;
}

/* Of each flow that counts. Any of its entries may name the parent: one side's book may have the
 * commitment and the other's not, and beside it the payment would count twice. So a commitment goes
 * before a pledge, whichever entry names it; then what the counting entry names before what others
 * do. */
static void find_parents(struct dep_flow *flows, struct dep_flow *const *by_id, size_t count)
{
    for (int others = 0; others < 2; others++)
        for (size_t i = 0; i < count; i++) {
            struct dep_flow *of = &flows[flows[i].counted_by];
            if ((of != &flows[i]) != (others != 0) || of->place != DEP_FLOW_COUNTED)
                continue;
            const struct dep_flow *parent = named_by(flows, by_id, count, &flows[i]);
            if (parent && (!of->part_of || parent->kind > of->part_of->kind))
                of->part_of = parent;
        }
}

static void place_payments(struct dep_flow *flows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (flows[i].part_of && flows[i].part_of->kind == DEP_FLOW_COMMITMENT)
            flows[i].place = DEP_FLOW_KEPT;
}

/* ---- payments beyond their commitment ---- */

/* What the payments of a commitment surely come to, in its own currency and in the ledger's. */
struct paying {
    struct dep_decimal amount, value;
    bool other_currency; /* some payment isn't in the commitment's */
    bool unsure;         /* about so much was paid back: it may be less */
    bool value_unsure;   /* the same, in the ledger's */
};

static int add_payment(const struct dep_flow *commitment, const struct dep_flow *payment,
                       struct paying *paying, struct dep_finding *why)
{
    bool sure = payment->is == DEP_AMOUNT_EXACT ||
                (payment->is == DEP_AMOUNT_MORE_THAN && payment->amount.nano >= 0);
    if (!payment->currency || payment->is == DEP_AMOUNT_NOT_DISCLOSED || !commitment->currency)
        return DEP_OK;
    if (!sure) {
        paying->unsure = paying->unsure || payment->amount.nano < 0;
        return DEP_OK;
    }
    if (strcmp(payment->currency, commitment->currency) != 0)
        paying->other_currency = true;
    else if (!dep_decimal_add(paying->amount, payment->amount, &paying->amount))
        return range(why);
    if (!payment->converted || payment->value_is == DEP_AMOUNT_ABOUT) {
        paying->value_unsure = paying->value_unsure || payment->amount.nano < 0;
        return DEP_OK;
    }
    return dep_decimal_add(paying->value, payment->value, &paying->value) ? DEP_OK : range(why);
}

/* Where all are in one currency they are compared in that: rates of two days would differ. */
static bool is_overpaid(const struct dep_flow *commitment, const struct paying *paying)
{
    if (commitment->is != DEP_AMOUNT_EXACT || paying->unsure)
        return false;
    if (!paying->other_currency)
        return dep_decimal_compare(paying->amount, commitment->amount) > 0;
    return !paying->value_unsure && commitment->converted &&
           commitment->value_is == DEP_AMOUNT_EXACT &&
           dep_decimal_compare(paying->value, commitment->value) > 0;
}

static int find_overpaid(struct dep_flow *flows, size_t count, struct dep_finding *why)
{
    DEP_AUTO_FREE struct paying *paying = dep_alloc_array(count, sizeof *paying);
    int err = paying ? DEP_OK : DEP_ERR_NOMEM;
    for (size_t i = 0; !err && i < count; i++)
        if (flows[i].place == DEP_FLOW_KEPT)
            err = add_payment(flows[i].part_of, &flows[i], &paying[flows[i].part_of - flows], why);
    for (size_t i = 0; !err && i < count; i++)
        flows[i].overpaid = flows[i].kind == DEP_FLOW_COMMITMENT &&
                            flows[i].place == DEP_FLOW_COUNTED &&
                            is_overpaid(&flows[i], &paying[i]);
    return err;
}

/* ---- what is left of pledges ---- */

/* What keeps a pledge: not whatever it comes to, but how sure that is. */
struct keeping {
    bool any, figureless, about, more_than;
};

static int take_from(struct dep_flow *pledge, const struct dep_flow *flow, struct keeping *keeping,
                     struct dep_finding *why)
{
    struct dep_decimal less = {-flow->value.nano};
    keeping->any = true;
    keeping->figureless = keeping->figureless || !flow->converted || !pledge->converted;
    keeping->about = keeping->about || flow->value_is == DEP_AMOUNT_ABOUT;
    keeping->more_than = keeping->more_than || flow->value_is == DEP_AMOUNT_MORE_THAN;
    return keeping->figureless || dep_decimal_add(pledge->value, less, &pledge->value) ? DEP_OK
                                                                                       : range(why);
}

/* More than so much was kept: less is left than the difference, by nobody knows how much. More than
 * so much was pledged and about so much kept: about where it begins isn't known either. */
static void say_left(struct dep_flow *pledge, const struct keeping *keeping)
{
    bool more = pledge->value_is == DEP_AMOUNT_MORE_THAN;
    if (keeping->figureless || pledge->value.nano <= 0) {
        pledge->place = DEP_FLOW_KEPT;
        pledge->converted = pledge->converted && !keeping->figureless;
    } else if (keeping->more_than || (more && keeping->about)) {
        pledge->converted = false;
        pledge->value_is = DEP_AMOUNT_NOT_DISCLOSED;
    } else if (keeping->about) {
        pledge->value_is = DEP_AMOUNT_ABOUT;
    }
}

/* All is taken off before any is marked as kept: what was paid back may come before what it pays
 * back. */
static int place_pledges(struct dep_flow *flows, size_t count, struct dep_finding *why)
{
    DEP_AUTO_FREE struct keeping *keeping = dep_alloc_array(count, sizeof *keeping);
    int err = keeping ? DEP_OK : DEP_ERR_NOMEM;
    for (size_t i = 0; !err && i < count; i++) {
        size_t pledge = flows[i].part_of ? (size_t)(flows[i].part_of - flows) : i;
        if (flows[pledge].kind == DEP_FLOW_PLEDGE && pledge != i)
            err = take_from(&flows[pledge], &flows[i], &keeping[pledge], why);
    }
    for (size_t i = 0; !err && i < count; i++)
        if (keeping[i].any)
            say_left(&flows[i], &keeping[i]);
    return err;
}

int dep_ledger_place(const struct dep_ledger_of *of, struct dep_flow *flows, size_t count,
                     struct dep_finding *why)
{
    if (count == 0)
        return DEP_OK;
    DEP_AUTO_FREE struct dep_flow **sorted = dep_alloc_array(count, sizeof(void *));
    if (!sorted)
        return DEP_ERR_NOMEM;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < count; i++) {
        sorted[i] = &flows[i];
        err = convert(of, &flows[i], why);
    }
    if (err)
        return err;
    qsort(sorted, count, sizeof(void *), compare_entry);
    place_entries(flows, sorted, count);
    for (size_t i = 0; i < count; i++)
        place_within(of, &flows[i]);
    qsort(sorted, count, sizeof(void *), compare_id);
    find_parents(flows, sorted, count);
    place_payments(flows, count);
    err = find_overpaid(flows, count, why);
    return err ? err : place_pledges(flows, count, why);
}

/* ---- sums ---- */

static bool enters(const struct dep_flow *flow, enum dep_ledger_total total)
{
    bool counted = flow->place == DEP_FLOW_COUNTED;
    switch (total) {
    case DEP_LEDGER_PLEDGED: return counted && flow->kind == DEP_FLOW_PLEDGE;
    case DEP_LEDGER_COMMITTED: return counted && flow->kind != DEP_FLOW_PLEDGE;
    case DEP_LEDGER_PAID: break;
    }
    return flow->kind == DEP_FLOW_PAYMENT && (counted || flow->place == DEP_FLOW_KEPT);
}

static bool add(const struct dep_flow *flow, struct dep_ledger_sum *sum)
{
    struct dep_decimal *into = NULL;
    if (!flow->converted) {
        if (flow->value_is == DEP_AMOUNT_NOT_DISCLOSED)
            sum->undisclosed_count++;
        else
            sum->foreign_count++;
        return true;
    }
    switch (flow->value_is) {
    case DEP_AMOUNT_EXACT:
        into = &sum->exact;
        sum->exact_count++;
        break;
    case DEP_AMOUNT_ABOUT:
        into = &sum->about;
        sum->about_count++;
        break;
    case DEP_AMOUNT_MORE_THAN:
        into = &sum->more_than;
        sum->more_than_count++;
        break;
    case DEP_AMOUNT_NOT_DISCLOSED: break; /* isn't converted */
    }
    return !into || dep_decimal_add(*into, flow->value, into);
}

bool dep_ledger_is_empty(const struct dep_ledger_sum *sum)
{
    return !sum->exact_count && !sum->about_count && !sum->more_than_count &&
           !sum->undisclosed_count && !sum->foreign_count;
}

int dep_ledger_sum(const struct dep_flow *flows, size_t count, enum dep_ledger_total total,
                   const char *provider, struct dep_ledger_sum *out, struct dep_finding *why)
{
    struct dep_ledger_sum sum = {.exact_count = 0};
    for (size_t i = 0; i < count; i++)
        if (enters(&flows[i], total) && (!provider || strcmp(provider, flows[i].provider) == 0) &&
            !add(&flows[i], &sum))
            return range(why);
    *out = sum;
    return DEP_OK;
}

const char *dep_flow_differs(const struct dep_flow *entry, const struct dep_flow *counted)
{
    const char *one = entry->currency ? entry->currency : "";
    const char *other = counted->currency ? counted->currency : "";
    if (entry->is != counted->is)
        return "qualifier";
    if (strcmp(one, other) != 0)
        return "currency";
    return dep_decimal_compare(entry->amount, counted->amount) != 0 ? "amount" : NULL;
}
