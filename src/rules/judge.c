/*
 * The judge: each material of an action against what the charter's rules ask for, need by need.
 */
#include "rules/judging.h"

#include <stdlib.h>

enum { THREAT_APPROVALS = 2 };
/* What the court is asked about instead, where it alone keeps exculpatory material back. */
#define REFERABLE                                                                                  \
    (1U << DEP_NEED_CONSENT_SOURCE | 1U << DEP_NEED_REDACTION | 1U << DEP_NEED_CONSENT_ORIGINATOR)

/* ---- lines of the verdict ---- */

static int add_line(struct dep_judging *j, const struct dep_requirement *line)
{
    struct dep_verdict *verdict = &j->verdict;
    if (verdict->requirement_count >= DEP_REQUIREMENTS_MAX)
        return DEP_ERR_CAP;
    void *more = dep_list_reserve(verdict->requirements, verdict->requirement_count, 1,
                                  sizeof *verdict->requirements, &j->requirement_room);
    if (!more)
        return DEP_ERR_NOMEM;
    verdict->requirements = more;
    struct dep_requirement *added = &verdict->requirements[verdict->requirement_count++];
    *added = *line;
    added->material = j->material_place;
    if (added->met == DEP_MET)
        return DEP_OK;
    if (j->waives >> added->need & 1)
        added->met = DEP_WAIVED;
    else
        j->missing |= UINT32_C(1) << added->need;
    return DEP_OK;
}

int dep_judging_missing(struct dep_judging *j, const struct dep_asked *asked, enum dep_met why)
{
    return add_line(j, &(struct dep_requirement){.need = asked->need,
                                                 .rule = asked->rule,
                                                 .code = asked->code,
                                                 .who = asked->who,
                                                 .met = why});
}

int dep_judging_met(struct dep_judging *j, const struct dep_asked *asked, const struct dep_fact *by)
{
    bool by_status = asked->status_max_age_s != INT64_MAX && !by->own && !by->on_paper;
    int who = asked->need == DEP_NEED_CONSENT_HOST
                  ? dep_charter_member_find(j->charter, dep_names_text(j->names, by->grantor))
                  : asked->who;
    return add_line(j, &(struct dep_requirement){.need = asked->need,
                                                 .rule = asked->rule,
                                                 .code = asked->code,
                                                 .who = who,
                                                 .met = DEP_MET,
                                                 .by = by,
                                                 .by_status = by_status});
}

/* ---- approvals ---- */

/* All approvals of this action that were heard of, in the order of the log. */
static int collect_approvals(struct dep_judging *j)
{
    static const struct dep_interval always = {INT64_MIN, INT64_MAX};
    struct dep_fact_key key = dep_fact_key_of_approvals(&j->action->digest);
    const struct dep_fact *fact;
    dep_candidates_clear(&j->candidates);
    for (uint32_t at = dep_facts_first(j->facts, &key); at != UINT32_MAX;) {
        at = dep_facts_next(j->facts, at, &fact);
        if (fact->index >= j->size || !dep_hash_equal(&fact->approves, &j->action->digest))
            continue;
        bool somebody = fact->by && j->action->prepared_by;
        bool other = somebody && fact->by != j->action->prepared_by;
        int err = dep_candidates_add(&j->candidates, fact, &always, j->now.from_s, NULL,
                                     other ? DEP_MET : DEP_MISSING_SAME_PERSON);
        if (err)
            return err;
    }
    if (j->candidates.count)
        qsort(j->candidates.list, j->candidates.count, sizeof *j->candidates.list,
              dep_candidate_order);
    return DEP_OK;
}

/* By an officer whose approval was counted, among the lines from `first` on? */
static bool counted(const struct dep_judging *j, size_t first, dep_id by)
{
    for (size_t i = first; i < j->verdict.requirement_count; i++)
        if (j->verdict.requirements[i].by->by == by)
            return true;
    return false;
}

static int judge_approvals(struct dep_judging *j, const struct dep_asked *asked, unsigned needed)
{
    size_t first = j->verdict.requirement_count;
    enum dep_met why = DEP_MISSING_ABSENT;
    unsigned met = 0;
    int err = collect_approvals(j);
    for (size_t i = 0; !err && i < j->candidates.count && met < needed; i++) {
        const struct dep_candidate *candidate = &j->candidates.list[i];
        const struct dep_interval *runs = &candidate->runs;
        enum dep_met its = candidate->flaw;
        if (!dep_interval_covers(runs, &j->now)) {
            bool begun = runs->from_s <= j->now.from_s && j->now.from_s < runs->to_s;
            its = dep_candidate_why(candidate, begun ? runs->to_s : j->now.from_s);
        } else if (its == DEP_MET && counted(j, first, candidate->fact->by)) {
            its = DEP_MISSING_SAME_PERSON;
        }
        if (its == DEP_MET) {
            err = dep_judging_met(j, asked, candidate->fact);
            met++;
        } else if (its > why) {
            why = its;
        }
    }
    for (; !err && met < needed; met++)
        err = dep_judging_missing(j, asked, why);
    return err;
}

/* ---- need by need ---- */

static const struct dep_charter_code *recipient_of(const struct dep_judging *j)
{
    return j->action->recipient < 0
               ? NULL
               : dep_charter_code_at(j->charter, DEP_LIST_RECIPIENTS, (size_t)j->action->recipient);
}

/* The next place in `codes` from `from` on, or -1. */
static int next_code(const struct dep_codes *codes, int from)
{
    for (int place = from; place < DEP_CHARTER_CODES_MAX; place++) {
        if (place % 64 == 0 && !codes->bits[place / 64])
            place += 63;
        else if (dep_codes_has(codes, place))
            return place;
    }
    return -1;
}

static int judge_hosts(struct dep_judging *j, struct dep_asked *asked)
{
    const struct dep_codes *territories =
        j->material ? &j->material->territories : &j->action->territories;
    int territory = next_code(territories, 0);
    if (territory < 0)
        return dep_judging_missing(j, asked, DEP_MISSING_NOBODY);
    for (; territory >= 0; territory = next_code(territories, territory + 1)) {
        asked->code = territory;
        int err = dep_judging_ask_host(j, asked);
        if (err)
            return err;
    }
    return DEP_OK;
}

/* Of the originator, for each handling code that a rule names. */
static int judge_handling(struct dep_judging *j, struct dep_asked *asked)
{
    const struct dep_codes *handling = &j->material->handling;
    for (int code = next_code(handling, 0); code >= 0; code = next_code(handling, code + 1)) {
        asked->rule = dep_demands_handling(j->charter, &j->demands, code);
        asked->code = code;
        int err = asked->rule ? dep_judging_ask(j, asked) : DEP_OK;
        if (err)
            return err;
    }
    return DEP_OK;
}

static int judge_flag(struct dep_judging *j, const struct dep_asked *asked, enum dep_flag flag)
{
    if (j->material && j->material->flags & flag)
        return dep_judging_met(j, asked, NULL);
    return dep_judging_missing(j, asked, DEP_MISSING_ABSENT);
}

/* The member that the material comes from, where that is another one. */
static bool from_other(const struct dep_judging *j)
{
    return j->material && j->material->originator && j->material->originator != j->own;
}

static void ask_originator(const struct dep_judging *j, struct dep_asked *asked)
{
    asked->kind = DEP_FACT_CONSENT;
    asked->layer = DEP_LAYER_ORIGINATOR;
    asked->giver = j->own;
    asked->who = j->own_place;
    if (from_other(j)) {
        asked->giver = j->material->originator;
        asked->who = dep_charter_member_find(j->charter, dep_names_text(j->names, asked->giver));
    }
    asked->on_paper_only =
        asked->who >= 0 && !dep_charter_member_at(j->charter, (size_t)asked->who)->keeps_register;
}

/* Of what was painted over a source is asked only where a field shows it all the same. */
static bool shows_source(const struct dep_judging *j)
{
    const struct dep_material *material = j->material;
    return material && material->flags & DEP_FLAG_SOURCE &&
           (!(material->flags & DEP_FLAG_REDACTED) || material->shows);
}

static int judge_assurance(struct dep_judging *j, struct dep_asked *asked)
{
    asked->kind = DEP_FACT_ASSURANCE;
    asked->assurance = (enum dep_assurance)(1U << (asked->need - DEP_NEED_ASSURANCE_FAIR_TRIAL));
    return dep_judging_ask(j, asked);
}

static int judge_need(struct dep_judging *j, enum dep_need need)
{
    const struct dep_demand *demand = &j->demands.of[need];
    bool consent = dep_need_giver(need) == DEP_GIVER_MEMBER || need == DEP_NEED_CONSENT_SOURCE;
    bool by_recipient = dep_need_giver(need) == DEP_GIVER_RECIPIENT;
    struct dep_asked asked = {.need = need,
                              .rule = demand->rule,
                              .code = -1,
                              .who = by_recipient ? j->action->recipient : -1,
                              .giver = by_recipient ? (uint32_t)j->action->recipient : 0,
                              .window = need == DEP_NEED_REQUEST ? j->now : j->window,
                              .status_max_age_s = consent ? demand->status_max_age_s : INT64_MAX};
    switch (need) {
    case DEP_NEED_REQUEST: asked.kind = DEP_FACT_REQUEST; return dep_judging_ask(j, &asked);
    case DEP_NEED_BASIS: return judge_flag(j, &asked, DEP_FLAG_BASIS);
    case DEP_NEED_CONSENT_HOST:
        asked.kind = DEP_FACT_CONSENT;
        asked.layer = DEP_LAYER_HOST;
        return judge_hosts(j, &asked);
    case DEP_NEED_CONSENT_SOURCE:
        asked.kind = DEP_FACT_CONSENT;
        asked.layer = DEP_LAYER_SOURCE;
        return shows_source(j) ? dep_judging_ask(j, &asked) : DEP_OK;
    case DEP_NEED_CONSENT_ORIGINATOR:
        ask_originator(j, &asked);
        return from_other(j) ? dep_judging_ask(j, &asked) : DEP_OK;
    case DEP_NEED_HANDLING_PERMISSION:
        ask_originator(j, &asked);
        return j->material ? judge_handling(j, &asked) : DEP_OK;
    case DEP_NEED_ASSURANCE_FAIR_TRIAL:
    case DEP_NEED_ASSURANCE_NO_TORTURE:
    case DEP_NEED_ASSURANCE_NO_DEATH_PENALTY:
    case DEP_NEED_ASSURANCE_INSPECTION:
    case DEP_NEED_ASSURANCE_DEFENCE_ACCESS: return judge_assurance(j, &asked);
    case DEP_NEED_APPROVAL: return judge_approvals(j, &asked, demand->count);
    case DEP_NEED_REDACTION: return judge_flag(j, &asked, DEP_FLAG_REDACTED);
    case DEP_NEED_NEVER:
    case DEP_NEED_COUNT: break;
    }
    return dep_judging_missing(j, &asked, DEP_MISSING_NEVER);
}

/* ---- material by material ---- */

static enum dep_outcome outcome_of(const struct dep_judging *j)
{
    if (!j->missing)
        return DEP_YES;
    const struct dep_charter_code *recipient = recipient_of(j);
    bool disclosure = j->action->kind & (DEP_ACT_RELEASE | DEP_ACT_ONWARD);
    bool to_trial = recipient && recipient->kind & (DEP_TO_DEFENCE | DEP_TO_COURT);
    bool exculpatory = j->material && j->material->flags & DEP_FLAG_EXCULPATORY;
    return exculpatory && disclosure && to_trial && !(j->missing & ~REFERABLE) ? DEP_REFER_TO_COURT
                                                                               : DEP_NO;
}

static int judge_material(struct dep_judging *j, const struct dep_material *material, int place)
{
    j->material = material;
    j->material_place = place;
    j->missing = 0;
    dep_demands_join(j->charter, j->action, material, &j->demands);
    if (j->demands.none) {
        j->verdict.no_rule = "rule.none";
        j->demands.of[DEP_NEED_NEVER].rule = j->verdict.no_rule;
    } else if (j->threat) {
        struct dep_demand *approval = &j->demands.of[DEP_NEED_APPROVAL];
        if (!approval->rule)
            approval->rule = "threat";
        if (approval->count < THREAT_APPROVALS)
            approval->count = THREAT_APPROVALS;
    }
    for (int need = 0; need < DEP_NEED_COUNT; need++) {
        int err = j->demands.of[need].rule ? judge_need(j, (enum dep_need)need) : DEP_OK;
        if (err)
            return err;
    }
    enum dep_outcome outcome = outcome_of(j);
    if (outcome > j->verdict.outcome)
        j->verdict.outcome = outcome;
    return DEP_OK;
}

/* ---- the whole ---- */

/* `place` of the action, where it may be left out: is it in the charter's list all the time? */
static bool listed(const struct dep_judging *j, enum dep_list list, int place, bool optional)
{
    if (place < 0)
        return optional;
    return dep_interval_covers(&dep_charter_code_at(j->charter, list, (size_t)place)->in_list,
                               &j->window);
}

/* What keeps it from being judged at all, or NULL. */
static const char *refused(const struct dep_judging *j)
{
    const struct dep_action *action = j->action;
    bool mission = action->kind == DEP_ACT_MISSION;
    if (!mission && !action->material_count)
        return "material.none";
    if (!listed(j, DEP_LIST_RECIPIENTS, action->recipient, mission))
        return "recipient.none";
    if (!listed(j, DEP_LIST_PURPOSES, action->purpose, mission))
        return "purpose.none";
    if (!listed(j, DEP_LIST_LINES, action->line, true))
        return "line.none";
    return j->window.from_s >= j->window.to_s ? "interval.none" : NULL;
}

static void begin(struct dep_judging *j, const struct dep_judged_at *at)
{
    uint32_t waives = 0;
    int64_t within_s = 0;
    assert(at->uncertainty_s >= 0);
    j->size = at->size;
    j->own = dep_names_find(j->names, at->member);
    j->own_place = dep_charter_member_find(j->charter, at->member);
    j->now.from_s = dep_seconds_add(at->now_s, -at->uncertainty_s);
    j->now.to_s = dep_seconds_add(dep_seconds_add(at->now_s, at->uncertainty_s), 1);
    j->window = j->action->kind == DEP_ACT_MISSION ? j->action->during : j->now;
    j->paper = dep_charter_paper_suffices(j->charter, j->action->kind);
    j->threat = j->action->urgent_threat && dep_charter_threat(j->charter, &waives, &within_s);
    j->waives = j->threat ? waives & ~(1U << DEP_NEED_APPROVAL | 1U << DEP_NEED_NEVER) : 0;
    j->verdict = (struct dep_verdict){
        .outcome = DEP_YES,
        .review_by_s = j->threat ? dep_seconds_add(at->now_s, within_s) : INT64_MAX};
}

static int judge_all(struct dep_judging *j)
{
    j->verdict.no_rule = refused(j);
    if (j->verdict.no_rule) {
        j->verdict.outcome = DEP_NO;
        return DEP_OK;
    }
    if (j->action->kind == DEP_ACT_MISSION)
        return judge_material(j, NULL, DEP_MATERIAL_NONE);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < j->action->material_count; i++)
        err = judge_material(j, &j->action->materials[i], (int)i);
    return err;
}

int dep_judge(const struct dep_charter *charter, const struct dep_facts *facts,
              const struct dep_names *names, const struct dep_action *action,
              const struct dep_judged_at *at, struct dep_verdict *out)
{
    assert(action->kind && !(action->kind & (action->kind - 1)) && action->kind <= DEP_ACT_ANY);
    assert(action->kind != DEP_ACT_MISSION || !action->material_count);
    if (action->material_count > DEP_MATERIALS_MAX)
        return DEP_ERR_CAP;
    struct dep_judging judging = {
        .charter = charter, .facts = facts, .names = names, .action = action};
    begin(&judging, at);
    int err = judge_all(&judging);
    free(judging.candidates.list);
    if (err) {
        dep_verdict_done(&judging.verdict);
        return err;
    }
    dep_verdict_seal(charter, action, at, &judging.verdict);
    *out = judging.verdict;
    return DEP_OK;
}
