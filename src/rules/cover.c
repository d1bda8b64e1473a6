/*
 * When facts run, and whether they cover a window together. All intervals are half open, in
 * seconds.
 */
#include "rules/judging.h"

#include <stdlib.h>
#include <string.h>

static int64_t lower(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t higher(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void dep_candidates_clear(struct dep_candidates *candidates)
{
    candidates->count = 0;
    candidates->whole = false;
    candidates->flaw = DEP_MET;
}

int dep_candidates_add(struct dep_candidates *candidates, const struct dep_fact *fact,
                       const struct dep_interval *term_of_grantor, int64_t now_from_s,
                       const struct dep_interval *window, enum dep_met flaw)
{
    struct dep_candidate candidate = {.fact = fact, .flaw = flaw};
    /* Whoever heard that it was withdrawn can't rely on it, though the other clock be ahead. */
    candidate.withdrawn_s =
        fact->withdrawn_s == INT64_MAX ? INT64_MAX : lower(fact->withdrawn_s, now_from_s);
    candidate.ends_s = lower(fact->in_force.to_s, term_of_grantor->to_s);
    candidate.runs.from_s =
        higher(higher(fact->in_force.from_s, fact->recorded_s), term_of_grantor->from_s);
    candidate.runs.to_s = lower(candidate.ends_s, candidate.withdrawn_s);
    bool throughout = window && dep_interval_covers(&candidate.runs, window);
    bool whole = throughout && flaw == DEP_MET;
    if (throughout && flaw > candidates->flaw)
        candidates->flaw = flaw;
    if (throughout && !whole)
        return DEP_OK;
    if (candidates->whole && (!whole || dep_candidate_order(&candidates->list[0], &candidate) < 0))
        return DEP_OK;
    if (whole)
        candidates->count = 0;
    void *more = dep_list_reserve(candidates->list, candidates->count, 1, sizeof *candidates->list,
                                  &candidates->room);
    if (!more)
        return DEP_ERR_NOMEM;
    candidates->list = more;
    candidates->list[candidates->count++] = candidate;
    candidates->whole = whole;
    return DEP_OK;
}

int dep_candidate_order(const void *a, const void *b)
{
    const struct dep_fact *x = ((const struct dep_candidate *)a)->fact;
    const struct dep_fact *y = ((const struct dep_candidate *)b)->fact;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return memcmp(x->record.bytes, y->record.bytes, DEP_HASH_LEN);
}

static int by_beginning(const void *a, const void *b)
{
    const struct dep_candidate *x = a, *y = b;
    if (x->runs.from_s != y->runs.from_s)
        return x->runs.from_s < y->runs.from_s ? -1 : 1;
    return dep_candidate_order(a, b);
}

bool dep_candidates_cover(struct dep_candidates *candidates, struct dep_interval window,
                          size_t *out_count, int64_t *out_gap_s)
{
    struct dep_candidate *list = candidates->list;
    size_t chosen = 0, next = 0;
    int64_t covered_s = window.from_s;
    if (candidates->count > 1)
        qsort(list, candidates->count, sizeof *list, by_beginning);
    /* The furthest reaching of those that have begun, again and again: so the fewest are named.
     * What was looked at and doesn't reach past what is covered never will: each is looked at
     * once. */
    while (covered_s < window.to_s) {
        struct dep_candidate *best = NULL;
        int64_t best_s = covered_s;
        for (; next < candidates->count && list[next].runs.from_s <= covered_s; next++) {
            int64_t reaches_s = lower(list[next].runs.to_s, window.to_s);
            if (list[next].flaw != DEP_MET || reaches_s <= covered_s || reaches_s < best_s)
                continue;
            if (reaches_s > best_s || dep_candidate_order(&list[next], best) < 0)
                best = &list[next];
            best_s = reaches_s;
        }
        if (!best) {
            *out_gap_s = covered_s;
            return false;
        }
        struct dep_candidate other = list[chosen];
        list[chosen++] = *best;
        *best = other;
        covered_s = best_s;
    }
    *out_count = chosen;
    return true;
}

enum dep_met dep_candidate_why(const struct dep_candidate *candidate, int64_t at_s)
{
    if (candidate->withdrawn_s <= at_s)
        return DEP_MISSING_WITHDRAWN;
    if (candidate->ends_s <= at_s)
        return DEP_MISSING_LAPSED;
    if (candidate->runs.from_s > at_s)
        return DEP_MISSING_NOT_YET;
    return candidate->flaw;
}
