/*
 * How many verdicts a second one core reaches with 100,000 consents in force, spread over items,
 * cases and members as they would be; and where all of them are standing consents of one host State
 * that differ in what they name, or in nothing. Prints one JSON object a line:
 * {"name","value","unit"}.
 */
#include "codec/base64.h"
#include "common.h"
#include "rules/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONSENTS = 100000,
    ITEMS = 20000,
    ITEMS_A_CASE = 10,
    MEMBERS = 84,
    STANDING = 50, /* one consent in so many is for all that its member has */
    VERDICTS = 300000,
    VERDICTS_STANDING = 10000,
    NOW = 1800000000,
    DAY = 86400,
};

static const char rules[] =
    "[{\"id\":\"share\",\"when\":{\"action\":[\"release\",\"onward\",\"publish\"]},\"needs\":["
    "{\"need\":\"request\"},{\"need\":\"basis\"},"
    "{\"need\":\"consent.host\",\"status_max_age_s\":259200},{\"need\":\"consent.source\"},"
    "{\"need\":\"consent.originator\",\"status_max_age_s\":259200},{\"need\":\"approval\"}]},"
    "{\"id\":\"trial\",\"when\":{\"purpose\":[\"trial\"]},\"needs\":["
    "{\"need\":\"assurance.fair_trial\"},{\"need\":\"assurance.no_torture\"},"
    "{\"need\":\"assurance.no_death_penalty\"},{\"need\":\"assurance.inspection\"},"
    "{\"need\":\"assurance.defence_access\"}]},"
    "{\"id\":\"handling\",\"when\":{\"handling\":[\"H1\"]},\"needs\":["
    "{\"need\":\"handling.permission\"}]},"
    "{\"id\":\"coercion\",\"when\":{\"flag\":[\"coercion\"]},\"needs\":[{\"need\":\"never\"}]}]";

static struct dep_names *names;
static struct dep_charter *charter;
static dep_id members[MEMBERS], items[ITEMS], cases[ITEMS / ITEMS_A_CASE], officers[2];

static size_t below(size_t n)
{
    return (size_t)(next_random() >> 20) % n;
}

/* ---- charter and names ---- */

#define NAMED "\"name\":{\"en\":\"n\",\"fr\":\"n\",\"ar\":\"n\"}"

static void add_member(struct dep_buf *text, int m)
{
    struct dep_hash root;
    dep_sha256(dep_slice_of(&m, sizeof m), &root);
    dep_buf_addf(text,
                 "%s{\"id\":\"m%d\",\"kind\":\"state\"," NAMED
                 ",\"origin\":\"m%d.example/log\",\"from\":\"2026-01-01T00:00:00Z\","
                 "\"territories\":[\"T%d\"],\"root\":\"",
                 m ? "," : "", m, m, m);
    dep_base64_encode(DEP_BASE64_URL, dep_slice_of(root.bytes, DEP_HASH_LEN), text);
    dep_buf_add_string(text, "\"}");
}

static int make_charter(void)
{
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    dep_buf_add_string(&text, "{\"depositary\":\"charter\",\"v\":1,\"number\":1," NAMED
                              ",\"from\":\"2026-01-01T00:00:00Z\",\"amend\":{\"threshold\":1},"
                              "\"quorum\":0,\"members\":[");
    for (int m = 0; m < MEMBERS; m++)
        add_member(&text, m);
    dep_buf_add_string(&text, "],\"lists\":{\"lines\":[],\"categories\":[],\"handling\":[{\"code\":"
                              "\"H1\"," NAMED "}],\"purposes\":[{\"code\":\"trial\"," NAMED
                              "},{\"code\":\"inquiry\"," NAMED "}],\"recipients\":[");
    for (int m = 0; m < MEMBERS; m++)
        dep_buf_addf(&text, "%s{\"code\":\"court%d\"," NAMED ",\"kind\":\"court\"}", m ? "," : "",
                     m);
    dep_buf_add_string(&text, "],\"territories\":[");
    for (int m = 0; m < MEMBERS; m++)
        dep_buf_addf(&text, "%s{\"code\":\"T%d\"," NAMED "}", m ? "," : "", m);
    dep_buf_addf(&text,
                 "]},\"rules\":%s,\"paper\":[],\"retention\":[],\"time_authorities\":[],"
                 "\"verifiers\":[]}",
                 rules);
    struct dep_finding why = {"", "", 0};
    int err = dep_buf_err(&text);
    if (!err)
        err = dep_charter_parse(dep_buf_slice(&text), &charter, NULL, &why);
    if (err)
        (void)fprintf(stderr, "charter: %s %s\n", dep_err_name(err), why.id);
    return err;
}

static int name_each(const char *prefix, dep_id *out, int count)
{
    int err = DEP_OK;
    for (int i = 0; !err && i < count; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "%s%d", prefix, i);
        err = dep_names_add(names, text, &out[i]);
    }
    return err;
}

static int make_names(void)
{
    int err = dep_names_new(&names);
    if (!err)
        err = name_each("m", members, MEMBERS);
    if (!err)
        err = name_each("01a20d1d-0000-7000-8000-", items, ITEMS);
    if (!err)
        err = name_each("case-", cases, ITEMS / ITEMS_A_CASE);
    return err ? err : name_each("officer-", officers, 2);
}

/* ---- facts ---- */

static size_t court_of(size_t item)
{
    return item % MEMBERS;
}

static size_t host_of(size_t item)
{
    return item / 7 % MEMBERS;
}

static struct dep_codes one(size_t place)
{
    struct dep_codes codes = {{0}};
    dep_codes_add(&codes, (int)place);
    return codes;
}

static struct dep_fact fact_about(size_t item, enum dep_fact_kind kind, enum dep_layer layer)
{
    static uint64_t index;
    struct dep_fact fact = {.kind = kind,
                            .layer = layer,
                            .index = index++,
                            .by = officers[0],
                            .grantor = layer == DEP_LAYER_SOURCE ? 0 : members[host_of(item)],
                            .actions = DEP_ACT_RELEASE,
                            .assurances = 31,
                            .scope_kind = DEP_SCOPE_ITEM,
                            .scope = items[item],
                            .recipients = one(court_of(item)),
                            .purposes = one(0),
                            .any_line = true,
                            .territories = one(host_of(item)),
                            .handling = one(0),
                            .in_force = {NOW - 90 * DAY, NOW + 90 * DAY},
                            .recorded_s = NOW - 90 * DAY,
                            .withdrawn_s = INT64_MAX,
                            .status_s = NOW - DAY,
                            .own = layer == DEP_LAYER_SOURCE};
    dep_sha256(dep_slice_of(&index, sizeof index), &fact.record);
    return fact;
}

static struct dep_hash digest_of(size_t item)
{
    struct dep_hash digest;
    dep_sha256(dep_slice_of(&item, sizeof item), &digest);
    return digest;
}

/* Consents as they would be, most for an item, some for its case, few standing ones. */
static int add_consents(struct dep_facts *facts)
{
    static const enum dep_layer layers[] = {DEP_LAYER_HOST, DEP_LAYER_ORIGINATOR, DEP_LAYER_SOURCE,
                                            DEP_LAYER_HOST, DEP_LAYER_ORIGINATOR};
    int err = DEP_OK;
    for (size_t i = 0; !err && i < CONSENTS; i++) {
        size_t item = i / DEP_COUNT(layers);
        struct dep_fact fact = fact_about(item, DEP_FACT_CONSENT, layers[i % DEP_COUNT(layers)]);
        if (fact.layer != DEP_LAYER_SOURCE && i % 3 == 0) {
            fact.scope_kind = DEP_SCOPE_CASE;
            fact.scope = cases[item / ITEMS_A_CASE];
        }
        if (fact.layer != DEP_LAYER_SOURCE && i % STANDING == 0) {
            fact.scope_kind = DEP_SCOPE_ALL;
            fact.in_force.to_s = INT64_MAX;
        }
        err = dep_facts_add(facts, &fact);
    }
    return err;
}

/* The court, the purpose and the territory asked for are number 0. */
static void for_other_courts(struct dep_fact *fact, size_t i)
{
    fact->recipients = one(1 + i % (MEMBERS - 1));
}

static void for_other_territories(struct dep_fact *fact, size_t i)
{
    fact->any_recipient = true;
    fact->territories = one(1 + i % (MEMBERS - 1));
}

/* Each code by half of them, all of them together by none. */
static void for_a_part(struct dep_fact *fact, size_t i)
{
    bool court = i % 2;
    for (size_t other = 0; other < MEMBERS; other++)
        if (other ? (i >> other % 16 & 1) : court)
            dep_codes_add(&fact->recipients, (int)other);
    fact->recipients.bits[0] &= court ? UINT64_MAX : ~UINT64_C(1);
    fact->purposes = one(court ? 1 : 0);
    fact->any_territory = true;
}

static void for_the_same(struct dep_fact *fact, size_t i)
{
    fact->in_force.to_s = NOW + (int64_t)(1 + i) * 60;
}

/* The grantor's last word on them is too old. */
static void for_the_same_stale(struct dep_fact *fact, size_t i)
{
    for_the_same(fact, i);
    fact->status_s = NOW - 30 * DAY;
}

static void (*standing)(struct dep_fact *fact, size_t i);

static int add_standing(struct dep_facts *facts)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < CONSENTS; i++) {
        struct dep_fact fact = fact_about(0, DEP_FACT_CONSENT, DEP_LAYER_HOST);
        fact.scope_kind = DEP_SCOPE_ALL;
        standing(&fact, i);
        err = dep_facts_add(facts, &fact);
    }
    return err;
}

/* Requests, assurances and approvals for every item. */
static int add_rest(struct dep_facts *facts)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < ITEMS; i++) {
        struct dep_fact fact = fact_about(i, DEP_FACT_REQUEST, 0);
        err = dep_facts_add(facts, &fact);
        fact = fact_about(i, DEP_FACT_ASSURANCE, 0);
        if (!err)
            err = dep_facts_add(facts, &fact);
        fact = fact_about(i, DEP_FACT_APPROVAL, 0);
        fact.by = officers[1];
        fact.approves = digest_of(i);
        if (!err)
            err = dep_facts_add(facts, &fact);
    }
    return err;
}

/* ---- verdicts ---- */

static int judge_one(const struct dep_facts *facts, size_t item, uint64_t *yes)
{
    struct dep_material material = {.item = items[item],
                                    .of_case = cases[item / ITEMS_A_CASE],
                                    .originator = members[host_of(item)],
                                    .flags = DEP_FLAG_BASIS | DEP_FLAG_SOURCE,
                                    .territories = one(host_of(item)),
                                    .handling = one(0)};
    struct dep_action action = {.kind = DEP_ACT_RELEASE,
                                .recipient = (int)court_of(item),
                                .line = -1,
                                .prepared_by = officers[0],
                                .digest = digest_of(item),
                                .materials = &material,
                                .material_count = 1};
    struct dep_judged_at at = {"m83", "m83.example/log", INT64_MAX, {{0}}, NOW, 5};
    struct dep_verdict verdict = {0};
    int err = dep_judge(charter, facts, names, &action, &at, &verdict);
    *yes += !err && verdict.outcome == DEP_YES;
    dep_verdict_done(&verdict);
    return err;
}

static int measure(const char *name, int (*add)(struct dep_facts *), size_t verdicts)
{
    struct dep_facts *facts = NULL;
    uint64_t yes = 0;
    int err = dep_facts_new(&facts);
    if (!err)
        err = add_rest(facts);
    double start = now_s();
    if (!err)
        err = add(facts);
    double added_s = now_s() - start;
    start = now_s();
    for (size_t i = 0; !err && i < verdicts; i++)
        err = judge_one(facts, verdicts < ITEMS ? 0 : below(ITEMS), &yes);
    double judged_s = now_s() - start;
    dep_facts_free(facts);
    if (err)
        return err;
    (void)printf("{\"name\":\"consents taken in, %s\",\"value\":%.0f,\"unit\":\"1/s\"}\n", name,
                 CONSENTS / added_s);
    (void)printf("{\"name\":\"verdicts, %s\",\"value\":%.0f,\"unit\":\"1/s\"}\n", name,
                 (double)verdicts / judged_s);
    (void)printf("{\"name\":\"of them yes, %s\",\"value\":%.3f,\"unit\":\"share\"}\n", name,
                 (double)yes / (double)verdicts);
    return DEP_OK;
}

static int measure_standing(void)
{
    static const struct {
        const char *name;
        void (*standing)(struct dep_fact *fact, size_t i);
    } shapes[] = {
        {"100,000 standing ones of one host, for other courts", for_other_courts},
        {"100,000 standing ones of one host, for other territories", for_other_territories},
        {"100,000 standing ones of one host, each for a part of it", for_a_part},
        {"100,000 standing ones of one host, for the same", for_the_same},
        {"100,000 standing ones of one host, for the same, stale", for_the_same_stale},
    };
    int err = DEP_OK;
    for (size_t i = 0; !err && i < DEP_COUNT(shapes); i++) {
        standing = shapes[i].standing;
        err = measure(shapes[i].name, add_standing, VERDICTS_STANDING);
    }
    return err;
}

int main(void)
{
    int err = dep_crypto_init(false);
    if (!err)
        err = make_names();
    if (!err)
        err = make_charter();
    if (!err)
        err = measure("100,000 consents", add_consents, VERDICTS);
    if (!err)
        err = measure_standing();
    dep_charter_free(charter);
    dep_names_free(names);
    if (err)
        (void)fprintf(stderr, "%s\n", dep_err_name(err));
    return err ? 1 : 0;
}
