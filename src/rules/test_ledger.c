/*
 * What flows come to: rows that differ in one respect from a campaign whose totals are known, and
 * properties that hold for any.
 */
#include "rules/test_ledger_support.h"

static struct dep_decimal of(const char *text)
{
    struct dep_decimal out = {0};
    if (!dep_decimal_parse(dep_slice_string(text), &out))
        fail_msg("%s isn't a decimal", text);
    return out;
}

static const char *const POOL[] = {"undp", "ocha"};
static const struct dep_ledger_of USD = {"USD", POOL, DEP_COUNT(POOL)};
static const struct dep_ledger_of OPEN = {"USD", NULL, 0};

#define PLEDGE DEP_FLOW_PLEDGE, DEP_SIDE_OF_PROVIDER
#define COMMITMENT DEP_FLOW_COMMITMENT, DEP_SIDE_OF_PROVIDER
#define PAYMENT DEP_FLOW_PAYMENT, DEP_SIDE_OF_PROVIDER

static struct dep_flow flow(const char *id, const char *parent, enum dep_flow_kind kind,
                            enum dep_flow_side side, const char *reference, const char *amount)
{
    return (struct dep_flow){.id = id,
                             .parent = parent,
                             .kind = kind,
                             .side = side,
                             .provider = "be",
                             .receiver = "undp",
                             .reference = reference,
                             .currency = amount ? "USD" : NULL,
                             .amount = amount ? of(amount) : (struct dep_decimal){0},
                             .is = amount ? DEP_AMOUNT_EXACT : DEP_AMOUNT_NOT_DISCLOSED};
}

static void place(const struct dep_ledger_of *ledger, struct dep_flow *flows, size_t count)
{
    struct dep_finding why;
    assert_int_equal(dep_ledger_place(ledger, flows, count, &why), DEP_OK);
}

static void expect(const struct dep_flow *flows, size_t count, const char *pledged,
                   const char *committed, const char *paid)
{
    const char *const wanted[] = {pledged, committed, paid};
    for (int total = DEP_LEDGER_PLEDGED; total <= DEP_LEDGER_PAID; total++) {
        char text[DEP_DECIMAL_ROOM];
        struct dep_ledger_sum sum = sum_of(flows, count, (enum dep_ledger_total)total);
        assert_string_equal(dep_decimal_encode(sum.exact, 0, text), wanted[total]);
    }
}

/* A pledge of 100, a commitment of 60 that keeps part of it, a payment of 25 of that; a payment of
 * 10 of nothing. */
static void test_chain(void **state)
{
    (void)state;
    struct dep_flow flows[] = {
        flow("p", NULL, PLEDGE, "1", "100"),
        flow("c", "p", COMMITMENT, "1", "60"),
        flow("d", "c", PAYMENT, "1", "25"),
        flow("e", NULL, PAYMENT, "2", "10"),
        /* The receiver says the same of the commitment, and something else of the payment. */
        flow("cr", NULL, DEP_FLOW_COMMITMENT, DEP_SIDE_OF_RECEIVER, "1", "60"),
        flow("dr", NULL, DEP_FLOW_PAYMENT, DEP_SIDE_OF_RECEIVER, "1", "24.50"),
        flow("d2", "c", PAYMENT, "1", "25"),
        /* And of the pledge; the provider said it twice. */
        flow("pr", NULL, DEP_FLOW_PLEDGE, DEP_SIDE_OF_RECEIVER, "1", "100"),
        flow("p2", NULL, PLEDGE, "1", "100"),
    };
    static const enum dep_flow_place places[] = {
        DEP_FLOW_COUNTED,  DEP_FLOW_COUNTED,    DEP_FLOW_KEPT,
        DEP_FLOW_COUNTED,  DEP_FLOW_OTHER_SIDE, DEP_FLOW_OTHER_SIDE,
        DEP_FLOW_REPEATED, DEP_FLOW_OTHER_SIDE, DEP_FLOW_REPEATED};
    place(&USD, flows, DEP_COUNT(flows));
    for (size_t i = 0; i < DEP_COUNT(flows); i++)
        assert_int_equal(flows[i].place, places[i]);
    expect(flows, DEP_COUNT(flows), "40", "70", "35");
    assert_null(dep_flow_differs(&flows[4], &flows[flows[4].counted_by]));
    assert_string_equal(dep_flow_differs(&flows[5], &flows[flows[5].counted_by]), "amount");
    /* A pledge alone never counts; one that was kept whole is no longer one. */
    expect(flows, 1, "40", "0", "0");
    flows[1].amount = of("100");
    place(&USD, flows, DEP_COUNT(flows));
    expect(flows, DEP_COUNT(flows), "0", "110", "35");
    /* What kept it has no figure: nothing is said to be left. */
    flows[1].is = DEP_AMOUNT_NOT_DISCLOSED;
    flows[4].is = DEP_AMOUNT_NOT_DISCLOSED;
    place(&USD, flows, DEP_COUNT(flows));
    expect(flows, DEP_COUNT(flows), "0", "10", "35");
    assert_int_equal(sum_of(flows, DEP_COUNT(flows), DEP_LEDGER_COMMITTED).undisclosed_count, 1);
}

/* What is left of a pledge is the same in whatever order it was kept and paid back. */
static void test_paid_back(void **state)
{
    (void)state;
    struct dep_flow flows[] = {
        flow("p", NULL, PLEDGE, "1", "100"),
        flow("d", "p", PAYMENT, "1", "100"),
        flow("b", "p", PAYMENT, "2", "-20"),
    };
    place(&USD, flows, DEP_COUNT(flows));
    expect(flows, DEP_COUNT(flows), "20", "80", "80");
    struct dep_flow other = flows[1];
    flows[1] = flows[2], flows[2] = other;
    place(&USD, flows, DEP_COUNT(flows));
    expect(flows, DEP_COUNT(flows), "20", "80", "80");
}

/* One side gives no figure: the other's counts. */
static void test_sides(void **state)
{
    (void)state;
    struct dep_flow flows[] = {
        flow("a", NULL, PAYMENT, "1", NULL),
        flow("b", NULL, DEP_FLOW_PAYMENT, DEP_SIDE_OF_RECEIVER, "1", "7"),
    };
    place(&USD, flows, DEP_COUNT(flows));
    expect(flows, DEP_COUNT(flows), "0", "7", "7");
    assert_int_equal(flows[0].place, DEP_FLOW_OTHER_SIDE);
    assert_string_equal(dep_flow_differs(&flows[0], &flows[1]), "qualifier");
    /* Another reference is another flow. */
    flows[1].reference = "2";
    place(&USD, flows, DEP_COUNT(flows));
    expect(flows, DEP_COUNT(flows), "0", "7", "7");
    assert_int_equal(sum_of(flows, DEP_COUNT(flows), DEP_LEDGER_PAID).undisclosed_count, 1);
}

/* Whichever entry names the commitment, by whichever side's entry of it: the payment is of it and
 * not beside it. The same of what keeps a pledge. */
static void test_parent_of_either(void **state)
{
    (void)state;
    static const struct {
        const char *provider, *receiver, *other; /* the payment's parent, as each side names it */
        bool kept;                               /* by the commitment */
        const char *pledged;
    } rows[] = {
        {"c", NULL, NULL, true, "40"},   {NULL, "cr", NULL, true, "40"},
        {NULL, "c", NULL, true, "40"},   {NULL, NULL, "c", true, "40"},
        {"cr", "c", NULL, true, "40"},   {"p", "cr", NULL, true, "40"},
        {"c", "pr", "p", true, "40"},    {NULL, "x", "c", true, "40"},
        {NULL, NULL, "x", false, "40"},  {NULL, NULL, NULL, false, "40"},
        {NULL, "pr", NULL, false, "15"}, {"p", NULL, NULL, false, "15"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_flow flows[] = {
            flow("p", NULL, PLEDGE, "1", "100"),
            flow("pr", NULL, DEP_FLOW_PLEDGE, DEP_SIDE_OF_RECEIVER, "1", "100"),
            flow("c", NULL, COMMITMENT, "1", "60"),
            flow("cr", "pr", DEP_FLOW_COMMITMENT, DEP_SIDE_OF_RECEIVER, "1", "60"),
            flow("d", rows[i].provider, PAYMENT, "1", "25"),
            flow("dr", rows[i].receiver, DEP_FLOW_PAYMENT, DEP_SIDE_OF_RECEIVER, "1", "25"),
            flow("do", rows[i].other, DEP_FLOW_PAYMENT, DEP_SIDE_OF_OTHER, "1", "25"),
        };
        place(&OPEN, flows, DEP_COUNT(flows));
        if ((flows[4].place == DEP_FLOW_KEPT) != rows[i].kept)
            fail_msg("row %zu", i);
        expect(flows, DEP_COUNT(flows), rows[i].pledged, rows[i].kept ? "60" : "85", "25");
        /* And where the receiver's entry is the one that has the figure. */
        flows[4].is = DEP_AMOUNT_NOT_DISCLOSED;
        place(&OPEN, flows, DEP_COUNT(flows));
        expect(flows, DEP_COUNT(flows), rows[i].pledged, rows[i].kept ? "60" : "85", "25");
    }
}

static void test_boundary(void **state)
{
    (void)state;
    struct dep_flow flows[] = {
        flow("in", NULL, PAYMENT, "1", "10"),
        flow("within", NULL, PAYMENT, "1", "10"),
        flow("out", NULL, PAYMENT, "1", "10"),
        flow("elsewhere", NULL, PAYMENT, "1", "10"),
    };
    flows[1].provider = "undp", flows[1].receiver = "ocha";
    flows[2].provider = "undp", flows[2].receiver = "school";
    flows[3].receiver = "school";
    place(&USD, flows, DEP_COUNT(flows));
    expect(flows, DEP_COUNT(flows), "0", "10", "10");
    assert_int_equal(flows[1].place, DEP_FLOW_INSIDE);
    assert_int_equal(flows[2].place, DEP_FLOW_OUTWARD);
    assert_int_equal(flows[3].place, DEP_FLOW_OUTWARD);
    place(&OPEN, flows, DEP_COUNT(flows));
    expect(flows, DEP_COUNT(flows), "0", "40", "40");
}

/* The conversions of 2021, and what is about so much stays so. */
static void test_currencies(void **state)
{
    (void)state;
    struct dep_flow flows[] = {
        flow("eur", NULL, PAYMENT, "1", "50000"),  flow("pln", NULL, PAYMENT, "2", "1000000"),
        flow("gbp", NULL, PAYMENT, "3", "5"),      flow("more", NULL, PAYMENT, "4", "600000000"),
        flow("back", NULL, PAYMENT, "5", "-0.01"),
    };
    flows[0].currency = "EUR", flows[0].rate_currency = "USD", flows[0].rate = of("1.188");
    flows[1].currency = "PLN", flows[1].rate_currency = "USD", flows[1].rate = of("0.244");
    flows[1].rate_about = true;
    flows[2].currency = "GBP", flows[2].rate_currency = "EUR", flows[2].rate = of("1.1");
    flows[3].is = DEP_AMOUNT_MORE_THAN;
    place(&USD, flows, DEP_COUNT(flows));
    struct dep_ledger_sum sum = sum_of(flows, DEP_COUNT(flows), DEP_LEDGER_PAID);
    char text[DEP_DECIMAL_ROOM];
    assert_string_equal(dep_decimal_encode(sum.exact, 2, text), "59399.99");
    assert_string_equal(dep_decimal_encode(sum.about, 2, text), "244000.00");
    assert_string_equal(dep_decimal_encode(sum.more_than, 2, text), "600000000.00");
    assert_int_equal(sum.exact_count, 2);
    assert_int_equal(sum.about_count, 1);
    assert_int_equal(sum.more_than_count, 1);
    assert_int_equal(sum.foreign_count, 1);
    /* Only one provider's. */
    struct dep_finding why;
    assert_int_equal(dep_ledger_sum(flows, DEP_COUNT(flows), DEP_LEDGER_PAID, "us", &sum, &why),
                     DEP_OK);
    assert_int_equal(sum.exact_count + sum.about_count + sum.more_than_count + sum.foreign_count,
                     0);
}

/* A commitment of 60 and what is paid of it: told only where it is surely more. */
static void test_overpaid(void **state)
{
    (void)state;
    static const struct {
        const char *paid, *more;
        enum dep_amount_is commitment_is, more_is;
        const char *currency, *rate; /* of what is paid more */
        bool overpaid;
    } rows[] = {
        {"60.01", "0", DEP_AMOUNT_EXACT, DEP_AMOUNT_EXACT, "USD", NULL, true},
        {"60", "0", DEP_AMOUNT_EXACT, DEP_AMOUNT_EXACT, "USD", NULL, false},
        {"60.01", "-0.01", DEP_AMOUNT_EXACT, DEP_AMOUNT_EXACT, "USD", NULL, false},
        {"40", "20.01", DEP_AMOUNT_EXACT, DEP_AMOUNT_EXACT, "USD", NULL, true},
        {"40", "21", DEP_AMOUNT_EXACT, DEP_AMOUNT_ABOUT, "USD", NULL, false},
        {"40", "20.01", DEP_AMOUNT_EXACT, DEP_AMOUNT_MORE_THAN, "USD", NULL, true},
        {"61", "-2", DEP_AMOUNT_EXACT, DEP_AMOUNT_ABOUT, "USD", NULL, false},
        {"61", "1", DEP_AMOUNT_EXACT, DEP_AMOUNT_NOT_DISCLOSED, "USD", NULL, true},
        {"61", "0", DEP_AMOUNT_ABOUT, DEP_AMOUNT_EXACT, "USD", NULL, false},
        {"61", "0", DEP_AMOUNT_MORE_THAN, DEP_AMOUNT_EXACT, "USD", NULL, false},
        {"40", "10", DEP_AMOUNT_EXACT, DEP_AMOUNT_EXACT, "EUR", "2.01", true},
        {"40", "10", DEP_AMOUNT_EXACT, DEP_AMOUNT_EXACT, "EUR", "2", false},
        {"40", "1000", DEP_AMOUNT_EXACT, DEP_AMOUNT_EXACT, "EUR", NULL, false},
        {"61", "-1", DEP_AMOUNT_EXACT, DEP_AMOUNT_EXACT, "EUR", "2", false},
        {"61", "-1", DEP_AMOUNT_EXACT, DEP_AMOUNT_EXACT, "EUR", "0.5", true},
        {"61", "-2", DEP_AMOUNT_EXACT, DEP_AMOUNT_EXACT, "EUR", NULL, false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_flow flows[] = {
            flow("c", NULL, COMMITMENT, "1", "60"), flow("d", "c", PAYMENT, "1", rows[i].paid),
            flow("e", "c", PAYMENT, "2", rows[i].more),
            flow("f", NULL, PAYMENT, "3", "1000"), /* of nothing */
        };
        flows[0].is = rows[i].commitment_is;
        flows[2].is = rows[i].more_is;
        flows[2].currency = rows[i].currency;
        flows[2].rate_currency = rows[i].rate ? "USD" : NULL;
        if (rows[i].rate)
            flows[2].rate = of(rows[i].rate);
        place(&OPEN, flows, DEP_COUNT(flows));
        if (flows[0].overpaid != rows[i].overpaid)
            fail_msg("row %zu", i);
        assert_false(flows[1].overpaid || flows[2].overpaid || flows[3].overpaid);
    }
    /* In its own currency, whatever the rates of the days. */
    struct dep_flow euro[] = {flow("c", NULL, COMMITMENT, "1", "60"),
                              flow("d", "c", PAYMENT, "1", "60")};
    for (int i = 0; i < 2; i++)
        euro[i].currency = "EUR", euro[i].rate_currency = "USD",
        euro[i].rate = of(i ? "1.3" : "1.1");
    place(&OPEN, euro, DEP_COUNT(euro));
    assert_false(euro[0].overpaid);
    assert_true(dep_decimal_compare(euro[1].value, euro[0].value) > 0);
}

static void test_range(void **state)
{
    (void)state;
    struct dep_flow one = flow("a", NULL, PAYMENT, "1", "999999999999999999");
    struct dep_finding why = {"", "", 0};
    one.currency = "EUR", one.rate_currency = "USD", one.rate = of("999999999999");
    assert_int_equal(dep_ledger_place(&USD, &one, 1, &why), DEP_FOUND);
    assert_string_equal(why.id, "ledger.range");
    assert_int_equal(dep_ledger_place(&USD, NULL, 0, &why), DEP_OK);
    one.rate = of("1");
    for (long at = 0; at < 3; at++) {
        dep_alloc_fail_at(at);
        int err = dep_ledger_place(&USD, &one, 1, &why);
        dep_alloc_fail_at(-1);
        assert_int_equal(err, DEP_ERR_NOMEM);
    }
}

/* ---- properties ---- */

enum { DRAWN = 240, ROUNDS = 60 };
static uint64_t seed;
static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % below;
}

static char ids[DRAWN][16];
static void draw_flows(struct dep_flow *flows)
{
    static const char *const codes[] = {"be", "us", "undp", "ocha", "school"};
    static const char *const references[] = {"1", "2", "3", "4", "5", "6", "7", "8"};
    for (size_t i = 0; i < DRAWN; i++) {
        char amount[16];
        (void)snprintf(ids[i], sizeof ids[i], "%03zu", i);
        (void)snprintf(amount, sizeof amount, "%u.%02u", draw(1000), draw(100));
        const char *parent = i && draw(3) == 0 ? ids[draw((unsigned)i)] : NULL;
        flows[i] = flow(ids[i], parent, (enum dep_flow_kind)draw(3), (enum dep_flow_side)draw(3),
                        references[draw(DEP_COUNT(references))], draw(9) ? amount : NULL);
        flows[i].provider = codes[draw(DEP_COUNT(codes))];
        flows[i].receiver = codes[draw(DEP_COUNT(codes))];
        if (flows[i].is == DEP_AMOUNT_EXACT && draw(4) == 0)
            flows[i].is = (enum dep_amount_is)(1 + draw(2));
    }
}

static bool same_flow(const struct dep_flow *a, const struct dep_flow *b)
{
    return a->kind == b->kind && strcmp(a->provider, b->provider) == 0 &&
           strcmp(a->receiver, b->receiver) == 0 && strcmp(a->reference, b->reference) == 0;
}

/* Of what is counted or kept no two are one flow, and each flow has one that isn't set aside. */
static void each_counted_once(const struct dep_flow *flows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t firsts = 0;
        for (size_t j = 0; j < count; j++)
            firsts += same_flow(&flows[i], &flows[j]) && flows[j].place != DEP_FLOW_OTHER_SIDE &&
                      flows[j].place != DEP_FLOW_REPEATED;
        assert_int_equal(firsts, 1);
        assert_true(same_flow(&flows[i], &flows[flows[i].counted_by]));
    }
}

static bool same_sums(const struct dep_ledger_sum *a, const struct dep_ledger_sum *b)
{
    return dep_decimal_compare(a->exact, b->exact) == 0 &&
           dep_decimal_compare(a->about, b->about) == 0 &&
           dep_decimal_compare(a->more_than, b->more_than) == 0 &&
           a->undisclosed_count == b->undisclosed_count && a->foreign_count == b->foreign_count;
}

static void test_properties(void **state)
{
    (void)state;
    static struct dep_flow flows[DRAWN], more[DRAWN + 1];
    seed = 20210330;
    for (int round = 0; round < ROUNDS; round++) {
        struct dep_finding why;
        draw_flows(flows);
        place(&USD, flows, DRAWN);
        each_counted_once(flows, DRAWN);
        struct dep_ledger_sum all = sum_of(flows, DRAWN, DEP_LEDGER_COMMITTED), parts = {0};
        /* By provider, it comes to the same. */
        static const char *const codes[] = {"be", "us", "undp", "ocha", "school"};
        for (size_t i = 0; i < DEP_COUNT(codes); i++) {
            struct dep_ledger_sum part;
            assert_int_equal(
                dep_ledger_sum(flows, DRAWN, DEP_LEDGER_COMMITTED, codes[i], &part, &why), DEP_OK);
            assert_true(dep_decimal_add(parts.exact, part.exact, &parts.exact));
            assert_true(dep_decimal_add(parts.about, part.about, &parts.about));
            assert_true(dep_decimal_add(parts.more_than, part.more_than, &parts.more_than));
            parts.undisclosed_count += part.undisclosed_count;
        }
        assert_true(same_sums(&all, &parts));
        /* Whatever is said once more, by whichever side, changes no total but what is left of
         * pledges. */
        memcpy(more, flows, sizeof flows);
        more[DRAWN] = more[draw(DRAWN)];
        more[DRAWN].id = "again", more[DRAWN].parent = NULL;
        more[DRAWN].side = DEP_SIDE_OF_OTHER;
        place(&USD, more, DRAWN + 1);
        struct dep_ledger_sum again = sum_of(more, DRAWN + 1, DEP_LEDGER_COMMITTED);
        assert_true(same_sums(&all, &again));
        /* A pledge, however large, enters neither what is committed nor what is paid. */
        more[DRAWN] = flow("pledge", NULL, PLEDGE, "new", "999999999");
        place(&USD, more, DRAWN + 1);
        again = sum_of(more, DRAWN + 1, DEP_LEDGER_COMMITTED);
        assert_true(same_sums(&all, &again));
    }
}

/* Where one flow's figure is revised, the total differs by just that much, and by nothing where the
 * flow isn't counted; what is qualified never comes into what is exact. */
static void test_revised(void **state)
{
    (void)state;
    static struct dep_flow flows[DRAWN], revised[DRAWN];
    seed = 20210915;
    for (int round = 0; round < ROUNDS; round++) {
        draw_flows(flows);
        place(&USD, flows, DRAWN);
        memcpy(revised, flows, sizeof flows);
        size_t at = draw(DRAWN);
        if (flows[at].is != DEP_AMOUNT_EXACT)
            continue;
        assert_true(dep_decimal_add(flows[at].amount, of("12.34"), &revised[at].amount));
        place(&USD, revised, DRAWN);
        bool counts = flows[at].place == DEP_FLOW_COUNTED && flows[at].kind != DEP_FLOW_PLEDGE;
        struct dep_ledger_sum before = sum_of(flows, DRAWN, DEP_LEDGER_COMMITTED);
        struct dep_ledger_sum after = sum_of(revised, DRAWN, DEP_LEDGER_COMMITTED);
        if (counts)
            assert_true(dep_decimal_add(before.exact, of("12.34"), &before.exact));
        assert_true(same_sums(&before, &after));
        /* Said to be about so much, it leaves what is exact, and nothing else changes there. */
        revised[at].is = DEP_AMOUNT_ABOUT;
        place(&USD, revised, DRAWN);
        struct dep_ledger_sum about = sum_of(revised, DRAWN, DEP_LEDGER_COMMITTED);
        struct dep_decimal less = {counts ? -revised[at].amount.nano : 0};
        assert_true(dep_decimal_add(after.exact, less, &after.exact));
        assert_int_equal(dep_decimal_compare(after.exact, about.exact), 0);
        assert_int_equal(about.about_count, after.about_count + counts);
    }
}

/* The total of what is converted is the sum of what each comes to by itself, rounded once; with a
 * rate of one it is what it was; with one that is about, nothing of it is exact. */
static void test_converted(void **state)
{
    (void)state;
    static struct dep_flow flows[DRAWN];
    seed = 20211104;
    for (int round = 0; round < ROUNDS; round++) {
        struct dep_decimal sum = {0}, plain = {0};
        for (size_t i = 0; i < DRAWN; i++) {
            char amount[24], rate[24];
            (void)snprintf(ids[i], sizeof ids[i], "%03zu", i);
            (void)snprintf(amount, sizeof amount, "%u.%02u", draw(1000000), draw(100));
            (void)snprintf(rate, sizeof rate, "%u.%03u", round ? draw(3) : 1,
                           round ? draw(999) + 1 : 0);
            flows[i] = flow(ids[i], NULL, PAYMENT, ids[i], amount);
            flows[i].currency = "EUR", flows[i].rate_currency = "USD", flows[i].rate = of(rate);
            struct dep_decimal value;
            assert_true(dep_decimal_multiply(flows[i].amount, flows[i].rate, 2, &value));
            assert_true(dep_decimal_add(sum, value, &sum));
            assert_true(dep_decimal_add(plain, flows[i].amount, &plain));
        }
        place(&OPEN, flows, DRAWN);
        struct dep_ledger_sum paid = sum_of(flows, DRAWN, DEP_LEDGER_PAID);
        assert_int_equal(dep_decimal_compare(paid.exact, sum), 0);
        if (round == 0)
            assert_int_equal(dep_decimal_compare(paid.exact, plain), 0);
        for (size_t i = 0; i < DRAWN; i++)
            flows[i].rate_about = true;
        place(&OPEN, flows, DRAWN);
        paid = sum_of(flows, DRAWN, DEP_LEDGER_PAID);
        assert_int_equal(paid.exact_count, 0);
        assert_int_equal(dep_decimal_compare(paid.about, sum), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overpaid),   cmocka_unit_test(test_revised),
        cmocka_unit_test(test_converted),  cmocka_unit_test(test_chain),
        cmocka_unit_test(test_paid_back),  cmocka_unit_test(test_sides),
        cmocka_unit_test(test_boundary),   cmocka_unit_test(test_currencies),
        cmocka_unit_test(test_range),      cmocka_unit_test(test_parent_of_either),
        cmocka_unit_test(test_properties),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
