/*
 * Whether there are facts for one line of the verdict: who gave them, what they name, when they run.
 */
#include "rules/judging.h"

static const struct dep_interval always = {INT64_MIN, INT64_MAX};

static bool runs_at(const struct dep_interval *interval, int64_t at_s)
{
    return interval->from_s <= at_s && at_s < interval->to_s;
}

/* ---- does a fact name what is asked? ---- */

static bool in(const struct dep_codes *codes, bool any, int place)
{
    return any || (place >= 0 && dep_codes_has(codes, place));
}

/* Every territory of the material; where none is stated it may be from anywhere. */
static bool names_origin(const struct dep_fact *fact, const struct dep_codes *territories)
{
    uint64_t stated = 0, beyond = 0;
    for (size_t i = 0; i < DEP_COUNT(territories->bits); i++) {
        stated |= territories->bits[i];
        beyond |= territories->bits[i] & ~fact->territories.bits[i];
    }
    return fact->any_territory || (stated && !beyond);
}

static bool names(const struct dep_judging *j, const struct dep_asked *asked,
                  const struct dep_fact *fact)
{
    const struct dep_action *action = j->action;
    if (fact->kind == DEP_FACT_REQUEST)
        return in(&fact->purposes, false, action->purpose);
    if (!in(&fact->purposes, fact->any_purpose, action->purpose))
        return false;
    if (fact->kind == DEP_FACT_ASSURANCE)
        return fact->assurances & asked->assurance;
    bool to_nobody = action->kind == DEP_ACT_MISSION && action->recipient < 0;
    if (!(fact->actions & action->kind) ||
        !(to_nobody || in(&fact->recipients, fact->any_recipient, action->recipient)))
        return false;
    if (asked->need == DEP_NEED_CONSENT_SOURCE)
        return true;
    if (!in(&fact->lines, fact->any_line, action->line))
        return false;
    if (asked->need == DEP_NEED_CONSENT_HOST)
        return in(&fact->territories, fact->any_territory, asked->code);
    return names_origin(fact, &j->material->territories) &&
           (asked->need != DEP_NEED_HANDLING_PERMISSION ||
            dep_codes_has(&fact->handling, asked->code));
}

/* What keeps a fact from counting though it runs; DEP_MET: nothing. */
static enum dep_met flaw_of(const struct dep_judging *j, const struct dep_asked *asked,
                            const struct dep_fact *fact)
{
    if (fact->on_paper) {
        bool checked = fact->by && fact->checked_by && fact->checked_by != fact->by;
        return j->paper && checked ? DEP_MET : DEP_MISSING_UNCHECKED;
    }
    if (asked->on_paper_only)
        return DEP_MISSING_UNCHECKED;
    if (asked->status_max_age_s == INT64_MAX || fact->own)
        return DEP_MET;
    int64_t latest_s = dep_seconds_add(j->now.to_s, -1), age_s;
    bool young = fact->status_s != INT64_MIN && fact->status_s <= latest_s &&
                 !__builtin_sub_overflow(latest_s, fact->status_s, &age_s) &&
                 age_s <= asked->status_max_age_s;
    return young ? DEP_MET : DEP_MISSING_STALE;
}

/* ---- facts that cover the window ---- */

/* Those of asked->giver that name what is asked. `out_seen` rises with those that don't. */
static int collect(struct dep_judging *j, const struct dep_asked *asked,
                   const struct dep_interval *term, enum dep_met *out_seen)
{
    const struct dep_material *material = j->material;
    bool source = asked->need == DEP_NEED_CONSENT_SOURCE;
    bool child = source && material->flags & DEP_FLAG_CHILD;
    for (int scope = DEP_SCOPE_ITEM; scope <= DEP_SCOPE_ALL; scope++) {
        struct dep_fact_key key = {dep_fact_what(asked->kind, asked->layer, 0), asked->giver,
                                   (enum dep_scope)scope, 0};
        if (scope != DEP_SCOPE_ALL && material)
            key.scope = scope == DEP_SCOPE_ITEM ? material->item : material->of_case;
        if ((scope != DEP_SCOPE_ALL && !key.scope) || (source && scope != DEP_SCOPE_ITEM))
            continue;
        const struct dep_fact *fact;
        for (uint32_t at = dep_facts_first(j->facts, &key); at != UINT32_MAX;) {
            at = dep_facts_next(j->facts, at, &fact);
            enum dep_met seen = DEP_MET;
            if (fact->index >= j->size)
                continue;
            if (!names(j, asked, fact))
                seen = DEP_MISSING_SCOPE;
            else if (child && !(fact->guardian && fact->assent))
                seen = DEP_MISSING_GUARDIAN;
            if (seen > *out_seen)
                *out_seen = seen;
            int err = seen == DEP_MET ? dep_candidates_add(&j->candidates, fact, term,
                                                           j->now.from_s, flaw_of(j, asked, fact))
                                      : DEP_OK;
            if (err)
                return err;
        }
    }
    return DEP_OK;
}

/* Why what asked->giver gave doesn't cover this moment. */
static enum dep_met why_at(const struct dep_judging *j, const struct dep_asked *asked, int64_t at_s,
                           enum dep_met seen)
{
    enum dep_met why = DEP_MISSING_ABSENT;
    if (asked->need == DEP_NEED_CONSENT_SOURCE)
        why = seen > why ? seen : why; /* that of another item is by another source */
    else if (dep_facts_any(j->facts, dep_fact_what(asked->kind, asked->layer, asked->assurance),
                           asked->giver, j->size))
        why = DEP_MISSING_SCOPE;
    for (size_t i = 0; i < j->candidates.count; i++) {
        const struct dep_candidate *candidate = &j->candidates.list[i];
        if (asked->need == DEP_NEED_CONSENT_HOST && candidate->fact->grantor != asked->giver)
            continue;
        enum dep_met its = dep_candidate_why(candidate, at_s);
        why = its > why ? its : why;
    }
    return why;
}

int dep_judging_ask(struct dep_judging *j, const struct dep_asked *asked)
{
    enum dep_met seen = DEP_MET;
    size_t count;
    int64_t gap_s;
    j->candidates.count = 0;
    int err = collect(j, asked, &always, &seen);
    if (err)
        return err;
    if (!dep_candidates_cover(&j->candidates, asked->window, &count, &gap_s))
        return dep_judging_missing(j, asked, why_at(j, asked, gap_s, seen));
    for (size_t i = 0; !err && i < count; i++)
        err = dep_judging_met(j, asked, j->candidates.list[i].fact);
    return err;
}

/* The member whose territory it is at a moment, or -1. */
static int host_at(const struct dep_charter *charter, int territory, int64_t at_s)
{
    size_t count = dep_charter_member_count(charter);
    for (size_t i = 0; i < count; i++) {
        const struct dep_charter_member *member = dep_charter_member_at(charter, i);
        if (dep_codes_has(&member->territories, territory) && runs_at(&member->membership, at_s))
            return (int)i;
    }
    return -1;
}

int dep_judging_ask_host(struct dep_judging *j, const struct dep_asked *territory)
{
    struct dep_asked of_member = *territory, *asked = &of_member;
    enum dep_met seen = DEP_MET;
    size_t members = dep_charter_member_count(j->charter), count;
    int64_t gap_s;
    int err = DEP_OK;
    j->candidates.count = 0;
    for (size_t i = 0; !err && i < members; i++) {
        const struct dep_charter_member *member = dep_charter_member_at(j->charter, i);
        if (!dep_codes_has(&member->territories, asked->code))
            continue;
        asked->giver = dep_names_find(j->names, member->id);
        asked->on_paper_only = !member->keeps_register;
        if (asked->giver)
            err = collect(j, asked, &member->membership, &seen);
    }
    if (err)
        return err;
    if (!dep_candidates_cover(&j->candidates, asked->window, &count, &gap_s)) {
        asked->who = host_at(j->charter, asked->code, gap_s);
        if (asked->who < 0)
            return dep_judging_missing(j, asked, DEP_MISSING_NOBODY);
        asked->giver =
            dep_names_find(j->names, dep_charter_member_at(j->charter, (size_t)asked->who)->id);
        return dep_judging_missing(j, asked, why_at(j, asked, gap_s, seen));
    }
    for (size_t i = 0; !err && i < count; i++)
        err = dep_judging_met(j, asked, j->candidates.list[i].fact);
    return err;
}
