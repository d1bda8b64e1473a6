/*
 * Campaigns written as IATI and read back, whatever their entries are: those of which all is
 * written come to the same; of any, what was part of a commitment is never beside it.
 */
#include "base/test_slow.h"
#include "report/iati.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DRAWN = 60, PLEDGES = 10, COMMITMENTS = 30, ROUNDS = 300, KEY_ROOM = 128 };
static const struct dep_ledger_of USD = {"USD", NULL, 0};
static const char *const KINDS[] = {"pledge", "commitment", "payment"};
static const char *const SIDES[] = {"provider", "receiver", "other"};

static uint64_t seed;
static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % below;
}

struct trip {
    struct dep_campaign campaign;
    struct dep_view views[DRAWN];
    struct dep_flow flows[DRAWN];
    char ids[DRAWN][24];
    bool repeats; /* some entry stands twice */
};

/* Of an entry or, without its side, of its flow. */
static const char *key_of(const struct dep_flow *flow, bool side, char out[KEY_ROOM])
{
    (void)snprintf(out, KEY_ROOM, "%s|%s|%s|%s|%s", KINDS[flow->kind],
                   side ? SIDES[flow->side] : "", flow->provider, flow->receiver, flow->reference);
    return out;
}

static void take_claims(const char *id, const json_t *claims, struct dep_flow *out)
{
    static const char *const is[] = {"exact", "about", "more_than"};
    const char *kind = dep_json_string(claims, "kind"), *side = dep_json_string(claims, "side");
    *out = (struct dep_flow){.id = id,
                             .provider = dep_json_string(claims, "provider"),
                             .receiver = dep_json_string(claims, "receiver"),
                             .reference = dep_json_string(claims, "reference"),
                             .currency = dep_json_string(claims, "currency")};
    for (unsigned i = 0; i < 3; i++) {
        out->kind = strcmp(KINDS[i], kind) == 0 ? (enum dep_flow_kind)i : out->kind;
        out->side = strcmp(SIDES[i], side) == 0 ? (enum dep_flow_side)i : out->side;
        out->is = dep_json_says(claims, "qualifier", is[i]) ? (enum dep_amount_is)i : out->is;
    }
    assert_true(
        dep_decimal_parse(dep_slice_string(dep_json_string(claims, "amount")), &out->amount));
}

/* Codes that run into each other where a hyphen parts them. */
static json_t *draw_claims(enum dep_flow_kind kind, bool all_exact)
{
    static const char *const providers[] = {"be", "be-1"};
    static const char *const receivers[] = {"undp", "1-undp", "self"};
    static const char *const references[] = {"1", "1-1", "2", "undp-1"};
    static const char *const is[] = {"about", "more_than"};
    char on[16], amount[16];
    (void)snprintf(on, sizeof on, all_exact || draw(8) ? "2021-%02u-%02u" : "2021-%02u",
                   draw(12) + 1, draw(28) + 1);
    (void)snprintf(amount, sizeof amount, "%u", draw(90) + 1);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "kind", KINDS[kind], "side",
                     SIDES[draw(3)], "provider", providers[draw(2)], "receiver", receivers[draw(3)],
                     "reference", references[draw(4)], "on", on, "amount", amount, "currency",
                     "USD", "qualifier", all_exact || draw(3) ? "exact" : is[draw(2)]);
}

static bool stands_before(const struct trip *trip, size_t at)
{
    char key[KEY_ROOM], other[KEY_ROOM];
    (void)key_of(&trip->flows[at], true, key);
    for (size_t i = 0; i < at; i++)
        if (strcmp(key, key_of(&trip->flows[i], true, other)) == 0)
            return true;
    return false;
}

/* An entry of a kind before, of the same provider; or none. */
static const char *draw_parent(const struct trip *trip, size_t at)
{
    size_t below = at < PLEDGES ? 0 : at < COMMITMENTS ? PLEDGES : COMMITMENTS;
    size_t parent = below ? draw((unsigned)below) : 0;
    bool fits =
        below && draw(3) && strcmp(trip->flows[parent].provider, trip->flows[at].provider) == 0;
    return fits ? trip->ids[parent] : NULL;
}

static void draw_trip(struct trip *trip, bool all_exact)
{
    trip->repeats = false;
    for (size_t i = 0; i < DRAWN; i++) {
        enum dep_flow_kind kind = i < PLEDGES       ? DEP_FLOW_PLEDGE
                                  : i < COMMITMENTS ? DEP_FLOW_COMMITMENT
                                                    : DEP_FLOW_PAYMENT;
        (void)snprintf(trip->ids[i], sizeof trip->ids[i], "%02zu", i);
        do {
            json_decref(trip->views[i].claims);
            trip->views[i].claims = draw_claims(kind, all_exact);
            take_claims(trip->ids[i], trip->views[i].claims, &trip->flows[i]);
        } while (all_exact && stands_before(trip, i));
        trip->flows[i].parent = draw_parent(trip, i);
        trip->repeats |= stands_before(trip, i);
    }
    trip->campaign =
        (struct dep_campaign){.views = trip->views, .flows = trip->flows, .count = DRAWN};
    trip->campaign.opened.claims = json_pack("{s:s}", "code", "t");
    struct dep_finding why;
    assert_int_equal(dep_ledger_place(&USD, trip->flows, DRAWN, &why), DEP_OK);
}

static void trip_done(struct trip *trip)
{
    json_decref(trip->campaign.opened.claims);
    for (size_t i = 0; i < DRAWN; i++)
        json_decref(trip->views[i].claims);
    *trip = (struct trip){.repeats = false};
}

/* Written and read: as many flows as the file has, placed. */
static size_t go(const struct trip *trip, struct dep_import *import, struct dep_flow *flows,
                 char ids[DRAWN][24])
{
    DEP_AUTO_BUF text;
    DEP_AUTO_IATI iati = {.left_count = 0};
    struct dep_problem problem = {.detail = ""};
    struct dep_finding why;
    size_t left = 0;
    dep_buf_init(&text, 1024 * 1024);
    assert_int_equal(dep_iati_write(&trip->campaign, "self", 0, &text, &left, &why), DEP_OK);
    assert_int_equal(dep_iati_read(dep_buf_slice(&text), import, &iati, &problem), DEP_OK);
    assert_int_equal(import->count + left, DRAWN);
    for (size_t i = 0; i < import->count; i++) {
        (void)snprintf(ids[i], 24, "r%02zu", i);
        take_claims(ids[i], import->rows[i].claims, &flows[i]);
    }
    for (size_t i = 0; i < import->count; i++) {
        size_t parent = import->rows[i].parent;
        flows[i].parent = parent == DEP_IMPORT_NONE ? NULL : ids[parent];
    }
    assert_int_equal(dep_ledger_place(&USD, flows, import->count, &why), DEP_OK);
    return import->count;
}

static struct dep_decimal total_of(const struct dep_flow *flows, size_t count,
                                   enum dep_ledger_total total)
{
    struct dep_ledger_sum sum;
    struct dep_finding why;
    assert_int_equal(dep_ledger_sum(flows, count, total, NULL, &sum, &why), DEP_OK);
    return sum.exact;
}

static void test_all_written(void **state)
{
    (void)state;
    static struct trip trip;
    static struct dep_flow flows[DRAWN];
    static char ids[DRAWN][24];
    const int rounds = ROUNDS / (int)test_steps(1, 8);
    seed = 20210330;
    for (int round = 0; round < rounds; round++) {
        struct dep_import import = {.type = "flow.recorded"};
        draw_trip(&trip, true);
        assert_int_equal(go(&trip, &import, flows, ids), DRAWN);
        for (int total = DEP_LEDGER_PLEDGED; total <= DEP_LEDGER_PAID; total++)
            if (dep_decimal_compare(total_of(trip.flows, DRAWN, (enum dep_ledger_total)total),
                                    total_of(flows, DRAWN, (enum dep_ledger_total)total)) != 0)
                fail_msg("round %d, total %d", round, total);
        dep_import_done(&import);
        trip_done(&trip);
    }
}

static const struct dep_flow *find(const struct dep_flow *flows, size_t count,
                                   const struct dep_flow *like)
{
    char key[KEY_ROOM], other[KEY_ROOM];
    (void)key_of(like, false, key);
    for (size_t i = 0; i < count; i++)
        if (strcmp(key, key_of(&flows[i], false, other)) == 0)
            return &flows[flows[i].counted_by];
    return NULL;
}

static void test_part_written(void **state)
{
    (void)state;
    static struct trip trip;
    static struct dep_flow flows[DRAWN];
    static char ids[DRAWN][24];
    size_t kept = 0, repeats = 0;
    const int rounds = ROUNDS / (int)test_steps(1, 8);
    seed = 20210915;
    for (int round = 0; round < rounds; round++) {
        struct dep_import import = {.type = "flow.recorded"};
        draw_trip(&trip, false);
        size_t count = go(&trip, &import, flows, ids);
        for (size_t i = 0; i < DRAWN; i++) {
            const struct dep_flow *flow = &trip.flows[i];
            if (flow->place != DEP_FLOW_KEPT || flow->kind != DEP_FLOW_PAYMENT)
                continue;
            const struct dep_flow *now = find(flows, count, flow);
            const struct dep_flow *of = find(flows, count, flow->part_of);
            if (now && of && now->place != DEP_FLOW_KEPT)
                fail_msg("round %d: %s", round, flow->id);
            kept += now && of;
        }
        repeats += trip.repeats;
        dep_import_done(&import);
        trip_done(&trip);
    }
    assert_true(kept > (size_t)rounds && repeats > (size_t)rounds / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_written),
                                       cmocka_unit_test(test_part_written)};
    return cmocka_run_group_tests_name("iati_trip", tests, NULL, NULL);
}
