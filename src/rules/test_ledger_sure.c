/*
 * How sure a figure is: what is left of a pledge by each pair of qualifiers, and for any draw of
 * them that whatever the amounts really are, they are what the ledger says of them.
 */
#include "rules/test_ledger_support.h"

static const struct dep_ledger_of USD = {"USD", NULL, 0};

#define EXACT DEP_AMOUNT_EXACT
#define ABOUT DEP_AMOUNT_ABOUT
#define MORE DEP_AMOUNT_MORE_THAN
#define NONE DEP_AMOUNT_NOT_DISCLOSED

static struct dep_decimal whole(int64_t units)
{
    return (struct dep_decimal){(dep_int128)units * 1000000000};
}

static struct dep_flow flow(const char *id, const char *parent, enum dep_flow_kind kind,
                            enum dep_amount_is is, int64_t units)
{
    return (struct dep_flow){.id = id,
                             .parent = parent,
                             .kind = kind,
                             .provider = "be",
                             .receiver = "undp",
                             .reference = id,
                             .is = is,
                             .currency = is == NONE ? NULL : "USD",
                             .amount = whole(units)};
}

static void place(struct dep_flow *flows, size_t count)
{
    struct dep_finding why;
    assert_int_equal(dep_ledger_place(&USD, flows, count, &why), DEP_OK);
}

/* The table of doc/format/mandate.md section 3. */
static void test_left(void **state)
{
    (void)state;
    enum left { E, A, M, UNSURE, NOTHING };
    static const struct {
        enum dep_amount_is pledge, kept;
        int64_t by;
        enum left left;
    } rows[] = {
        {EXACT, EXACT, 60, E},        {EXACT, ABOUT, 60, A},        {EXACT, MORE, 60, UNSURE},
        {EXACT, NONE, 0, NOTHING},    {ABOUT, EXACT, 60, A},        {ABOUT, ABOUT, 60, A},
        {ABOUT, MORE, 60, UNSURE},    {ABOUT, NONE, 0, NOTHING},    {MORE, EXACT, 60, M},
        {MORE, ABOUT, 60, UNSURE},    {MORE, MORE, 60, UNSURE},     {MORE, NONE, 0, NOTHING},
        {NONE, EXACT, 60, NOTHING},   {NONE, ABOUT, 60, NOTHING},   {NONE, MORE, 60, NOTHING},
        {NONE, NONE, 0, NOTHING},     {EXACT, EXACT, -60, E},       {EXACT, ABOUT, -60, A},
        {MORE, EXACT, -60, M},        {MORE, ABOUT, -60, UNSURE},   {EXACT, MORE, -60, NOTHING},
        {EXACT, EXACT, 100, NOTHING}, {EXACT, ABOUT, 100, NOTHING}, {MORE, EXACT, 100, NOTHING},
        {EXACT, MORE, 100, NOTHING},  {MORE, ABOUT, 101, NOTHING},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_flow flows[] = {flow("p", NULL, DEP_FLOW_PLEDGE, rows[i].pledge, 100),
                                   flow("d", "p", DEP_FLOW_PAYMENT, rows[i].kept, rows[i].by)};
        place(flows, 2);
        struct dep_ledger_sum sum = sum_of(flows, 2, DEP_LEDGER_PLEDGED);
        const size_t counts[] = {sum.exact_count, sum.about_count, sum.more_than_count,
                                 sum.undisclosed_count};
        const struct dep_decimal values[] = {sum.exact, sum.about, sum.more_than};
        for (enum left left = E; left <= UNSURE; left++) {
            if (counts[left] != (rows[i].left == left))
                fail_msg("row %zu", i);
            if (left < UNSURE &&
                dep_decimal_compare(values[left],
                                    whole(rows[i].left == left ? 100 - rows[i].by : 0)) != 0)
                fail_msg("row %zu: how much", i);
        }
        assert_int_equal(sum.foreign_count, 0);
    }
}

/* What is more than so much at about some rate is neither, nor what was paid back of more than so
 * much. */
static void test_without_a_figure(void **state)
{
    (void)state;
    struct dep_flow flows[] = {flow("a", NULL, DEP_FLOW_PAYMENT, MORE, 100),
                               flow("b", NULL, DEP_FLOW_PAYMENT, MORE, -20),
                               flow("c", NULL, DEP_FLOW_PAYMENT, MORE, 7)};
    flows[0].currency = "EUR", flows[0].rate_currency = "USD", flows[0].rate = whole(2);
    flows[0].rate_about = true;
    place(flows, DEP_COUNT(flows));
    struct dep_ledger_sum sum = sum_of(flows, DEP_COUNT(flows), DEP_LEDGER_PAID);
    assert_int_equal(sum.undisclosed_count, 2);
    assert_int_equal(sum.about_count + sum.exact_count + sum.foreign_count, 0);
    assert_int_equal(dep_decimal_compare(sum.more_than, whole(7)), 0);
}

/* ---- whatever it really is ---- */

enum { FLOWS = 24, PLEDGES = 4, ROUNDS = 400, TRUTHS = 12, LARGE = 100000 };
static uint64_t seed;
static int64_t draw(int64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((seed >> 33) % (uint64_t)below);
}

static char ids[FLOWS][16];
static void draw_flows(struct dep_flow *flows)
{
    for (int i = 0; i < FLOWS; i++) {
        bool pledge = i < PLEDGES;
        enum dep_flow_kind kind = pledge    ? DEP_FLOW_PLEDGE
                                  : draw(2) ? DEP_FLOW_COMMITMENT
                                            : DEP_FLOW_PAYMENT;
        bool back = kind == DEP_FLOW_PAYMENT && draw(4) == 0;
        (void)snprintf(ids[i], sizeof ids[i], "%02d", i);
        flows[i] = flow(ids[i], pledge || draw(4) == 0 ? NULL : ids[draw(i)], kind,
                        (enum dep_amount_is)(draw(3) ? draw(3) : draw(4)),
                        back ? -draw(30) - 1 : draw(pledge ? 200 : 60));
        if (draw(4) == 0 && flows[i].is != NONE) {
            flows[i].currency = "EUR";
            flows[i].rate_currency = draw(6) ? "USD" : NULL;
            flows[i].rate = whole(1 + draw(3));
            flows[i].rate_about = draw(2) == 0;
        }
    }
}

/* What an amount may be in truth, in the ledger's currency, and how far about is off there. What
 * was paid back of more than so much may be either: more of it, or above the figure. */
struct truth {
    int64_t value, off;
};
static struct truth draw_truth(const struct dep_flow *flow)
{
    int64_t units = (int64_t)(flow->amount.nano / 1000000000), actual = units, rate = 1;
    bool euro = flow->currency && strcmp(flow->currency, "EUR") == 0;
    if (euro)
        rate = flow->rate_currency ? (int64_t)(flow->rate.nano / 1000000000) : 1 + draw(9);
    int64_t stated = units * rate;
    switch (flow->is) {
    case DEP_AMOUNT_EXACT: break;
    case DEP_AMOUNT_ABOUT: /* of the same sign: nothing is about the other way */
        actual += draw(draw(2) ? 5 : LARGE) * (draw(2) ? 1 : -1);
        actual = (actual < 0) == (units < 0) ? actual : 0;
        break;
    case DEP_AMOUNT_MORE_THAN:
        actual += (1 + draw(draw(2) ? 5 : LARGE)) * (units < 0 && draw(2) ? -1 : 1);
        break;
    case DEP_AMOUNT_NOT_DISCLOSED: actual = draw(LARGE); break;
    }
    if (euro && flow->rate_about && rate > 1)
        rate -= draw(2); /* a whole one, so that nothing is rounded here */
    int64_t value = actual * rate;
    return (struct truth){value, value > stated ? value - stated : stated - value};
}

/* `off`: of what is about, added up. */
static void claims_hold(enum dep_amount_is is, struct dep_decimal said, struct truth truth)
{
    int64_t units = (int64_t)(said.nano / 1000000000), off = truth.value - units;
    switch (is) {
    case DEP_AMOUNT_EXACT: assert_int_equal(units, truth.value); break;
    case DEP_AMOUNT_ABOUT: assert_true(llabs(off) <= truth.off); break;
    case DEP_AMOUNT_MORE_THAN: assert_true(off > 0); break;
    case DEP_AMOUNT_NOT_DISCLOSED: fail();
    }
}

/* How far it may be off where it is about: what is more than so much isn't near it. */
static int64_t off_of(const struct dep_flow *flow, struct truth truth)
{
    return flow->is == MORE || flow->is == NONE ? 0 : truth.off;
}

static void check_sums(const struct dep_flow *flows, const struct truth *truths,
                       enum dep_ledger_total total)
{
    struct dep_ledger_sum sum = sum_of(flows, FLOWS, total);
    struct truth all[NONE] = {{0, 0}};
    for (size_t i = 0; i < FLOWS; i++) {
        bool payment = flows[i].kind == DEP_FLOW_PAYMENT;
        bool in =
            total == DEP_LEDGER_PAID
                ? payment && (flows[i].place == DEP_FLOW_COUNTED || flows[i].place == DEP_FLOW_KEPT)
                : flows[i].kind != DEP_FLOW_PLEDGE && flows[i].place == DEP_FLOW_COUNTED;
        if (!in || !flows[i].converted)
            continue;
        claims_hold(flows[i].value_is, flows[i].value,
                    (struct truth){truths[i].value, off_of(&flows[i], truths[i])});
        all[flows[i].value_is].value += truths[i].value;
        all[flows[i].value_is].off += off_of(&flows[i], truths[i]);
    }
    claims_hold(EXACT, sum.exact, all[EXACT]);
    claims_hold(ABOUT, sum.about, all[ABOUT]);
    if (sum.more_than_count)
        claims_hold(MORE, sum.more_than, all[MORE]);
}

/* A commitment's payments are in what it comes to; so what keeps a pledge is what names it. */
static void check_left(const struct dep_flow *flows, const struct truth *truths)
{
    for (size_t p = 0; p < PLEDGES; p++) {
        struct truth left = {truths[p].value, off_of(&flows[p], truths[p])};
        if (flows[p].place != DEP_FLOW_COUNTED || !flows[p].converted)
            continue;
        for (size_t i = 0; i < FLOWS; i++)
            if (flows[i].parent == ids[p]) {
                left.value -= truths[i].value;
                left.off += off_of(&flows[i], truths[i]);
            }
        claims_hold(flows[p].value_is, flows[p].value, left);
    }
}

/* Told to be overpaid, it is, whatever the amounts are. */
static void check_overpaid(const struct dep_flow *flows, const struct truth *truths)
{
    for (size_t c = 0; c < FLOWS; c++) {
        int64_t paid = 0;
        for (size_t i = 0; i < FLOWS; i++)
            if (flows[i].parent == ids[c] && flows[i].kind == DEP_FLOW_PAYMENT)
                paid += truths[i].value;
        bool plain = flows[c].currency && strcmp(flows[c].currency, "USD") == 0;
        if (flows[c].overpaid && plain)
            assert_true(paid > truths[c].value);
    }
}

static void test_claims(void **state)
{
    (void)state;
    static struct dep_flow flows[FLOWS];
    static struct truth truths[FLOWS];
    size_t said[NONE + 1] = {0}, overpaid = 0;
    seed = 20210330;
    for (int round = 0; round < ROUNDS; round++) {
        draw_flows(flows);
        place(flows, FLOWS);
        for (size_t i = 0; i < FLOWS; i++) {
            said[flows[i].value_is] += i < PLEDGES && flows[i].place == DEP_FLOW_COUNTED;
            overpaid += flows[i].overpaid;
        }
        for (int t = 0; t < TRUTHS; t++) {
            for (size_t i = 0; i < FLOWS; i++)
                truths[i] = draw_truth(&flows[i]);
            check_sums(flows, truths, DEP_LEDGER_COMMITTED);
            check_sums(flows, truths, DEP_LEDGER_PAID);
            check_left(flows, truths);
            check_overpaid(flows, truths);
        }
    }
    /* Something was claimed of each kind. */
    for (size_t i = 0; i < DEP_COUNT(said); i++)
        assert_true(said[i] > 20);
    assert_true(overpaid > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_left),
                                       cmocka_unit_test(test_without_a_figure),
                                       cmocka_unit_test(test_claims)};
    return cmocka_run_group_tests_name("ledger_sure", tests, NULL, NULL);
}
