/*
 * Whether there are facts for one line of the verdict: who gave them, what they name, when they
 * run.
 */
#include "rules/judging.h"

static const struct dep_interval always = {INT64_MIN, INT64_MAX};

/* ---- does a fact name what is asked? ---- */

static struct dep_named named_by(const struct dep_judging *j, const struct dep_asked *asked)
{
    const struct dep_action *action = j->action;
    struct dep_named named = {.recipient = DEP_NOT_ASKED,
                              .purpose = action->purpose,
                              .line = DEP_NOT_ASKED,
                              .handling = DEP_NOT_ASKED,
                              .any_purpose = asked->kind != DEP_FACT_REQUEST};
    if (asked->kind == DEP_FACT_ASSURANCE)
        named.assurance = asked->assurance;
    if (asked->kind != DEP_FACT_CONSENT)
        return named;
    named.action = action->kind;
    if (action->kind != DEP_ACT_MISSION || action->recipient >= 0)
        named.recipient = action->recipient;
    if (asked->need == DEP_NEED_CONSENT_SOURCE)
        return named;
    named.line = action->line;
    named.by_territory = true;
    if (asked->need == DEP_NEED_CONSENT_HOST)
        dep_codes_add(&named.territories, asked->code);
    else
        named.territories = j->material->territories;
    if (asked->need == DEP_NEED_HANDLING_PERMISSION)
        named.handling = asked->code;
    return named;
}

static bool in(const struct dep_codes *codes, bool any, int place)
{
    return place == DEP_NOT_ASKED || any || (place >= 0 && dep_codes_has(codes, place));
}

/* Each of them; where none is stated it may be from anywhere. */
static bool names_each(const struct dep_fact *fact, const struct dep_codes *territories)
{
    uint64_t stated = 0, beyond = 0;
    for (size_t i = 0; i < DEP_COUNT(territories->bits); i++) {
        stated |= territories->bits[i];
        beyond |= territories->bits[i] & ~fact->territories.bits[i];
    }
    return fact->any_territory || (stated && !beyond);
}

static bool names(const struct dep_fact *fact, const struct dep_named *named)
{
    return (!named->action || fact->actions & named->action) &&
           (!named->assurance || fact->assurances & named->assurance) &&
           in(&fact->recipients, fact->any_recipient, named->recipient) &&
           in(&fact->purposes, fact->any_purpose && named->any_purpose, named->purpose) &&
           in(&fact->lines, fact->any_line, named->line) &&
           in(&fact->handling, false, named->handling) &&
           (!named->by_territory || names_each(fact, &named->territories));
}

/* What keeps a fact from counting though it runs; DEP_MET: nothing. */
static enum dep_met flaw_of(const struct dep_judging *j, const struct dep_asked *asked,
                            const struct dep_fact *fact)
{
    if (fact->on_paper) {
        bool checked = fact->by && fact->checked_by && fact->checked_by != fact->by;
        return !j->paper ? DEP_MISSING_PAPER : checked ? DEP_MET : DEP_MISSING_UNCHECKED;
    }
    if (asked->on_paper_only)
        return DEP_MISSING_UNSIGNED;
    if (asked->status_max_age_s == INT64_MAX || fact->own)
        return DEP_MET;
    int64_t latest_s = dep_seconds_add(j->now.to_s, -1), age_s;
    bool young = fact->status_s != INT64_MIN && fact->status_s <= latest_s &&
                 !__builtin_sub_overflow(latest_s, fact->status_s, &age_s) &&
                 age_s <= asked->status_max_age_s;
    return young ? DEP_MET : DEP_MISSING_STALE;
}

/* ---- facts that cover the window ---- */

/* What is looked for, and what was seen meanwhile. */
struct looking {
    struct dep_judging *judging;
    const struct dep_asked *asked;
    struct dep_named named;
    const struct dep_interval *term; /* of its grantor */
    bool by_child;                   /* then with guardian and assent */
    bool unguarded;                  /* there was one without */
    unsigned shows;                  /* set of dep_shown: what a source must let be shown */
};

/* From this place of the log on nothing is heard of, or would count any more: what covers the whole
 * window is there, and of those the first in the log counts. */
static uint64_t no_further(const struct dep_judging *j)
{
    return j->candidates.whole ? j->candidates.list[0].fact->index + 1 : j->size;
}

/* Where one is stale all the time nothing worse is to be told, and what has no younger status
 * record can't help. */
static int64_t status_from(const struct looking *looking)
{
    const struct dep_judging *j = looking->judging;
    if (j->candidates.flaw != DEP_MISSING_STALE)
        return INT64_MIN;
    return dep_seconds_add(dep_seconds_add(j->now.to_s, -1), -looking->asked->status_max_age_s);
}

/* What of the source is shown that it doesn't let be shown; DEP_MET: nothing. */
static enum dep_met unwanted(const struct looking *looking, const struct dep_fact *fact)
{
    unsigned shows = looking->shows & ~fact->shown;
    return shows & DEP_SHOWN_IMAGE      ? DEP_MISSING_IMAGE
           : shows & DEP_SHOWN_PLACE    ? DEP_MISSING_PLACE
           : shows & DEP_SHOWN_IDENTITY ? DEP_MISSING_IDENTITY
                                        : DEP_MET;
}

static int look_at(struct looking *looking, const struct dep_fact *fact)
{
    struct dep_judging *j = looking->judging;
    if (fact->index >= no_further(j) || !names(fact, &looking->named))
        return DEP_OK;
    if (looking->by_child && !(fact->guardian && fact->assent)) {
        looking->unguarded = true;
        return DEP_OK;
    }
    enum dep_met flaw = flaw_of(j, looking->asked, fact), shown = unwanted(looking, fact);
    return dep_candidates_add(&j->candidates, fact, looking->term, j->now.from_s,
                              &looking->asked->window, flaw > shown ? flaw : shown);
}

static int look_among(struct looking *looking, const struct dep_fact_key *key)
{
    const struct dep_facts *facts = looking->judging->facts;
    const struct dep_columns *columns = dep_facts_columns(facts, key);
    const struct dep_fact *fact;
    int err = DEP_OK;
    if (columns) {
        struct dep_columns_search search;
        uint32_t place;
        dep_columns_search(columns, &looking->named, &search);
        while (!err && dep_columns_next(&search, no_further(looking->judging), status_from(looking),
                                        &place))
            err = look_at(looking, dep_facts_at(facts, place));
        return err;
    }
    for (uint32_t at = dep_facts_first(facts, key); !err && at != UINT32_MAX;) {
        at = dep_facts_next(facts, at, &fact);
        err = look_at(looking, fact);
    }
    return err;
}

/* Those of asked->giver that name what is asked. */
static int collect(struct looking *looking)
{
    const struct dep_asked *asked = looking->asked;
    const struct dep_material *material = looking->judging->material;
    bool source = asked->need == DEP_NEED_CONSENT_SOURCE;
    int err = DEP_OK;
    for (int scope = DEP_SCOPE_ITEM; !err && scope <= DEP_SCOPE_ALL; scope++) {
        struct dep_fact_key key = {dep_fact_what(asked->kind, asked->layer, 0), asked->giver,
                                   (enum dep_scope)scope, 0};
        if (scope != DEP_SCOPE_ALL && material)
            key.scope = scope == DEP_SCOPE_ITEM ? material->item : material->of_case;
        if ((scope == DEP_SCOPE_ALL || key.scope) && (!source || scope == DEP_SCOPE_ITEM))
            err = look_among(looking, &key);
    }
    return err;
}

static struct looking looking_for(struct dep_judging *j, const struct dep_asked *asked)
{
    bool of_source = asked->need == DEP_NEED_CONSENT_SOURCE;
    dep_candidates_clear(&j->candidates);
    return (struct looking){.judging = j,
                            .asked = asked,
                            .named = named_by(j, asked),
                            .term = &always,
                            .by_child = of_source && j->material->flags & DEP_FLAG_CHILD,
                            .shows = of_source ? j->material->shows : 0};
}

/* Why what asked->giver gave doesn't cover this moment. */
static enum dep_met why_at(const struct looking *looking, int64_t at_s)
{
    const struct dep_judging *j = looking->judging;
    const struct dep_asked *asked = looking->asked;
    struct dep_fact_key key = {.what = dep_fact_what(asked->kind, asked->layer, asked->assurance),
                               .who = asked->giver};
    if (asked->need == DEP_NEED_CONSENT_SOURCE) { /* that of another item is by another source */
        key.scope_kind = DEP_SCOPE_ITEM;
        key.scope = j->material->item;
    }
    enum dep_met why =
        dep_facts_any(j->facts, &key, j->size) ? DEP_MISSING_SCOPE : DEP_MISSING_ABSENT;
    if (looking->unguarded)
        why = DEP_MISSING_GUARDIAN;
    why = j->candidates.flaw > why ? j->candidates.flaw : why;
    for (size_t i = 0; i < j->candidates.count; i++) {
        const struct dep_candidate *candidate = &j->candidates.list[i];
        if (asked->need == DEP_NEED_CONSENT_HOST && candidate->fact->grantor != asked->giver)
            continue;
        enum dep_met its = dep_candidate_why(candidate, at_s);
        why = its > why ? its : why;
    }
    return why;
}

/* The lines of those that cover the window together. */
static int met_by(struct dep_judging *j, const struct dep_asked *asked, size_t count)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < count; i++)
        err = dep_judging_met(j, asked, j->candidates.list[i].fact);
    return err;
}

int dep_judging_ask(struct dep_judging *j, const struct dep_asked *asked)
{
    struct looking looking = looking_for(j, asked);
    size_t count;
    int64_t gap_s;
    int err = collect(&looking);
    if (err)
        return err;
    if (!dep_candidates_cover(&j->candidates, asked->window, &count, &gap_s))
        return dep_judging_missing(j, asked, why_at(&looking, gap_s));
    return met_by(j, asked, count);
}

/* The member whose territory it is at a moment, or -1. */
static int host_at(const struct dep_charter *charter, int territory, int64_t at_s)
{
    size_t count = dep_charter_member_count(charter);
    for (size_t i = 0; i < count; i++) {
        const struct dep_charter_member *member = dep_charter_member_at(charter, i);
        if (dep_codes_has(&member->territories, territory) &&
            dep_interval_has(&member->membership, at_s))
            return (int)i;
    }
    return -1;
}

int dep_judging_ask_host(struct dep_judging *j, const struct dep_asked *territory)
{
    struct dep_asked of_member = *territory, *asked = &of_member;
    struct looking looking = looking_for(j, asked);
    size_t members = dep_charter_member_count(j->charter), count;
    int64_t gap_s;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < members; i++) {
        const struct dep_charter_member *member = dep_charter_member_at(j->charter, i);
        if (!dep_codes_has(&member->territories, asked->code))
            continue;
        asked->giver = dep_names_find(j->names, member->id);
        asked->on_paper_only = !member->keeps_register;
        looking.term = &member->membership;
        if (asked->giver)
            err = collect(&looking);
    }
    if (err)
        return err;
    if (dep_candidates_cover(&j->candidates, asked->window, &count, &gap_s))
        return met_by(j, asked, count);
    asked->who = host_at(j->charter, asked->code, gap_s);
    if (asked->who < 0)
        return dep_judging_missing(j, asked, DEP_MISSING_NOBODY);
    asked->giver =
        dep_names_find(j->names, dep_charter_member_at(j->charter, (size_t)asked->who)->id);
    return dep_judging_missing(j, asked, why_at(&looking, gap_s));
}
