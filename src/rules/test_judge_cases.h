/*
 * Releases and missions made by chance: mostly right, so that each of the ways to be wrong is met.
 */
#ifndef DEP_RULES_TEST_JUDGE_CASES_H
#define DEP_RULES_TEST_JUDGE_CASES_H
#include "rules/test_judge_law.h"

enum { FACTS_USUAL = 24, FACTS_MAX = 600, MATERIALS_MAX = 3 };

/* ---- a case ---- */

static struct dep_names *names;
static dep_id members[MEMBERS], look_alike, items[4], cases[3], officers[5];

static struct {
    struct dep_action action;
    struct dep_material materials[MATERIALS_MAX];
    struct dep_fact facts[FACTS_MAX];
    int fact_count;
    struct dep_judged_at at;
    dep_id own; /* of at.member; 0 where nobody is called so */
} now;

static dep_id name_new(const char *text)
{
    dep_id id = 0;
    assert_int_equal(dep_names_add(names, text, &id), DEP_OK);
    return id;
}

static void make_names(void)
{
    assert_int_equal(dep_names_new(&names), DEP_OK);
    char text[8];
    for (int i = 0; i < MEMBERS; i++) {
        (void)snprintf(text, sizeof text, "m%d", i);
        members[i] = name_new(text);
    }
    look_alike = name_new("M1");
    for (int i = 1; i < 4; i++) {
        (void)snprintf(text, sizeof text, "item%d", i);
        items[i] = name_new(text);
    }
    for (int i = 1; i < 3; i++) {
        (void)snprintf(text, sizeof text, "case%d", i);
        cases[i] = name_new(text);
    }
    for (int i = 1; i < 5; i++) {
        (void)snprintf(text, sizeof text, "o%d", i);
        officers[i] = name_new(text);
    }
}

static struct dep_codes mask(uint64_t bits)
{
    return (struct dep_codes){{bits}};
}

/* A second near now; now and then none. */
static int64_t some_time(int64_t open)
{
    return chance(15) ? open : T - 12 + below(40);
}

static void make_action(void)
{
    struct dep_action *action = &now.action;
    int kind = below(100);
    *action = (struct dep_action){
        .kind = kind < 50   ? DEP_ACT_RELEASE
                : kind < 65 ? DEP_ACT_ONWARD
                : kind < 85 ? DEP_ACT_MISSION
                            : DEP_ACT_PUBLISH,
        .recipient = chance(50) ? 0 : below(RECIPIENTS),
        .purpose = below(PURPOSES),
        .line = chance(25) ? -1 : below(LINES),
        .prepared_by = chance(3) ? 0 : officers[1],
        .digest = {{(uint8_t)(1 + below(2)), 2, 3, 4, 5, 6, 7, 8, 9}},
        .urgent_threat = chance(20),
        .materials = now.materials,
        .material_count = chance(1) ? 0 : 1 + (size_t)below(chance(80) ? 1 : MATERIALS_MAX)};
    bool mission = action->kind == DEP_ACT_MISSION;
    if (chance(mission ? 50 : 1))
        action->recipient = -1;
    if (chance(mission ? 20 : 1))
        action->purpose = -1;
    if (!mission)
        return;
    action->materials = NULL;
    action->material_count = 0;
    action->territories = mask(chance(3) ? 0 : chance(70) ? 1U << below(3) : some_of(TERRITORIES));
    action->during.from_s = T - 5 + below(15);
    action->during.to_s = chance(4) ? INT64_MAX : action->during.from_s + below(chance(5) ? 1 : 25);
}

static void make_materials(void)
{
    for (size_t i = 0; i < now.action.material_count; i++)
        now.materials[i] =
            (struct dep_material){.item = chance(2) ? 0 : items[1 + below(3)],
                                  .of_case = cases[below(3)],
                                  .originator = chance(40)   ? 0
                                                : chance(95) ? members[below(MEMBERS)]
                                                             : look_alike,
                                  .flags = (unsigned)(next_random() & next_random() & 127) |
                                           (chance(85) ? (unsigned)DEP_FLAG_BASIS : 0) |
                                           (chance(40) ? (unsigned)DEP_FLAG_EXCULPATORY : 0),
                                  .shows = (unsigned)below(8),
                                  .territories = mask(chance(4)    ? 0
                                                      : chance(70) ? 1U << below(3)
                                                                   : some_of(TERRITORIES)),
                                  .handling = mask(chance(40) ? 0 : some_of(HANDLING)),
                                  .categories = mask((uint64_t)below(4))};
}

/* One thing about it is otherwise. */
static void tweak(struct dep_fact *fact)
{
    switch (below(27)) {
    case 0: fact->index = 98 + (uint64_t)below(4); break;
    case 1: fact->grantor = chance(30) ? look_alike : chance(20) ? 0 : members[below(4)]; break;
    case 2: fact->actions = (unsigned)below(16); break;
    case 3: fact->assurances = (unsigned)below(32); break;
    case 4: fact->scope_kind = (enum dep_scope)below(4); break;
    case 5: fact->scope = items[below(4)]; break;
    case 6: fact->recipients = mask((uint64_t)below(1 << RECIPIENTS)); break;
    case 7: fact->purposes = mask((uint64_t)below(1 << PURPOSES)); break;
    case 8: fact->lines = mask((uint64_t)below(1 << LINES)); break;
    case 9: fact->territories = mask((uint64_t)below(1 << TERRITORIES)); break;
    case 10: fact->handling = mask((uint64_t)below(1 << HANDLING)); break;
    case 11: fact->any_recipient = true; break;
    case 12: fact->any_purpose = true; break;
    case 13: fact->any_line = true; break;
    case 14: fact->any_territory = !fact->any_territory; break;
    case 15: fact->in_force.from_s = some_time(INT64_MIN); break;
    case 16: fact->in_force.to_s = some_time(INT64_MAX); break;
    case 17: fact->recorded_s = T - 12 + below(24); break;
    case 18: fact->withdrawn_s = some_time(INT64_MAX); break;
    case 19: fact->status_s = some_time(INT64_MIN); break;
    case 20: fact->own = true; break;
    case 21: fact->on_paper = true; break;
    case 22:
        fact->on_paper = true;
        fact->checked_by = officers[below(5)];
        break;
    case 23: fact->by = officers[below(5)]; break;
    case 24: fact->approves.bytes[below(32)] ^= 1; break;
    case 25: fact->guardian = fact->assent = chance(50); break;
    case 26: fact->shown = (unsigned)below(8); break;
    default: fail();
    }
}

/* It names this action; who gives it is the caller's. */
static struct dep_fact *add_fact(enum dep_fact_kind kind, enum dep_layer layer, dep_id grantor)
{
    if (now.fact_count >= FACTS_USUAL)
        return &now.facts[below(now.fact_count)];
    const struct dep_action *action = &now.action;
    const struct dep_material *material =
        action->material_count ? &now.materials[below((int)action->material_count)] : NULL;
    struct dep_fact *fact = &now.facts[now.fact_count++];
    *fact = (struct dep_fact){
        .kind = kind,
        .layer = layer,
        .grantor = grantor,
        .index = (uint64_t)below(60),
        .by = officers[chance(50) ? 1 : 2 + below(3)],
        .actions = action->kind,
        .assurances = 31,
        .scope_kind = material ? (enum dep_scope)(1 + below(3)) : DEP_SCOPE_ALL,
        .recipients = mask(action->recipient < 0 ? 0 : UINT64_C(1) << action->recipient),
        .purposes = mask(action->purpose < 0 ? 0 : UINT64_C(1) << action->purpose),
        .lines = mask(action->line < 0 ? 0 : UINT64_C(1) << action->line),
        .territories = mask(15),
        .any_line = action->line < 0 && chance(90),
        .any_purpose = action->purpose < 0 && chance(90),
        .any_territory = chance(50),
        .handling = mask(chance(50) ? 7 : (uint64_t)below(8)),
        .in_force = {T - 20, chance(40) ? INT64_MAX : T + 20 + below(30)},
        .recorded_s = T - 15,
        .withdrawn_s = INT64_MAX,
        .status_s = T - below(6),
        .guardian = chance(70),
        .assent = chance(90),
        .shown = chance(30)   ? DEP_SHOWN_ALL
                 : chance(30) ? DEP_SHOWN_ALL & ~DEP_SHOWN_IDENTITY /* told last: rarest */
                              : 1U + (unsigned)below(7),
        .approves = action->digest};
    if (layer == DEP_LAYER_SOURCE)
        fact->scope_kind = DEP_SCOPE_ITEM;
    if (material && fact->scope_kind == DEP_SCOPE_ITEM)
        fact->scope = material->item;
    else if (material && fact->scope_kind == DEP_SCOPE_CASE)
        fact->scope = material->of_case;
    for (size_t i = 0; i < DEP_HASH_LEN; i += 8)
        memcpy(fact->record.bytes + i, &(uint64_t){next_random()}, 8);
    for (size_t i = 0; i < DEP_HASH_LEN; i += 8)
        memcpy(fact->status.bytes + i, &(uint64_t){next_random()}, 8);
    return fact;
}

/* What a release or mission is likely to need, most of it right. */
static void make_facts(void)
{
    now.fact_count = 0;
    for (int i = 0; i < 3; i++)
        if (chance(85))
            add_fact(DEP_FACT_REQUEST, 0, 0);
    for (int m = 0; m < MEMBERS; m++) {
        if (chance(80))
            add_fact(DEP_FACT_CONSENT, DEP_LAYER_HOST, members[m]);
        if (chance(70))
            add_fact(DEP_FACT_CONSENT, DEP_LAYER_ORIGINATOR, members[m]);
    }
    for (int i = 0; i < 3; i++) {
        if (chance(80))
            add_fact(DEP_FACT_CONSENT, DEP_LAYER_SOURCE, 0);
        if (chance(80))
            add_fact(DEP_FACT_ASSURANCE, 0, 0);
    }
    for (int i = 0; i < 4; i++)
        if (chance(75))
            add_fact(DEP_FACT_APPROVAL, 0, 0)->by = officers[chance(85) ? 1 + i : below(5)];
    /* Renewals: one ends where its twin begins, or nearly. */
    for (int i = 0; i < now.fact_count && now.fact_count < FACTS_USUAL && chance(40); i++) {
        struct dep_fact *first = &now.facts[below(now.fact_count)];
        struct dep_fact *second = add_fact(first->kind, first->layer, first->grantor);
        struct dep_hash record = second->record;
        *second = *first;
        second->record = record;
        second->index = (uint64_t)below(60);
        first->in_force.to_s = T - 4 + below(14);
        second->in_force.from_s = first->in_force.to_s - 1 + below(3);
    }
    int tweaks = chance(30) ? 0 : below(10);
    for (int i = 0; i < tweaks && now.fact_count; i++)
        tweak(&now.facts[below(now.fact_count)]);
}

/* Hundreds of consents of one layer by one member, for all or for one item, most of which don't
 * name this action, or don't count. */
static void make_crowd(void)
{
    enum dep_layer layer = chance(50) ? DEP_LAYER_HOST : DEP_LAYER_ORIGINATOR;
    now.fact_count = now.fact_count < FACTS_USUAL ? now.fact_count : FACTS_USUAL - 1;
    struct dep_fact like = *add_fact(DEP_FACT_CONSENT, layer, members[below(MEMBERS)]);
    if (chance(60))
        like.scope_kind = DEP_SCOPE_ALL;
    if (chance(40))
        like.status_s = T - 40; /* older than any rule allows */
    int tweaks = below(4);
    while (now.fact_count < FACTS_MAX) {
        struct dep_fact *fact = &now.facts[now.fact_count++];
        *fact = like;
        fact->index = (uint64_t)below(102);
        memcpy(fact->record.bytes, &(uint64_t){next_random()}, 8);
        fact->recipients = mask((uint64_t)below(1 << RECIPIENTS));
        fact->purposes = mask((uint64_t)below(1 << PURPOSES));
        fact->in_force = (struct dep_interval){some_time(INT64_MIN), some_time(INT64_MAX)};
        for (int i = 0; i < tweaks; i++)
            tweak(fact);
    }
}

static void make_case(bool crowded)
{
    make_action();
    make_materials();
    make_facts();
    if (crowded)
        make_crowd();
    now.at = (struct dep_judged_at){"m0", "m0.example/log", 100, {{0}}, T, below(4)};
    if (chance(2)) {
        now.at.member = "zz"; /* not a name that anybody mentions */
        now.own = 0;
    } else {
        now.own = members[0];
    }
}
#endif
