/*
 * What a campaign has, and through whose hands an item went: with a plot, as PDF.
 *
 * Layer:   report. As the papers of report/paper.h. Nothing is drawn that doesn't stand beside it
 *          in words, no figure without its currency and how exact it is.
 */
#ifndef DEP_REPORT_ACCOUNTS_H
#define DEP_REPORT_ACCOUNTS_H
#include "node/campaign.h"
#include "node/timeline.h"
#include "report/paper.h"

/* What the flow at `at` says otherwise than the entry that counts it, or that it stands twice, in
 * the language that is spoken (report/words.h); NULL where it does neither. */
const char *dep_account_differs(const struct dep_campaign *ledger, size_t at);

/* Goal, totals and each provider's, what is exact, about and more than so much apart; entries of
 * one flow that differ, commitments that are overpaid. `called`: what providers are called, by
 * code; one that isn't in it by its code. `as_of`: the date as it was asked for, or NULL. */
DEP_MUST_USE int dep_paper_campaign(const struct dep_paper *paper,
                                    const struct dep_campaign *ledger, const json_t *called,
                                    const char *as_of, struct dep_finding *why);
/* Each pair of hands from when until when, as far as it is known, and what happened, in the order
 * of `timeline`, which is the item's. */
DEP_MUST_USE int dep_paper_hands(const struct dep_paper *paper, const struct dep_item *item,
                                 const struct dep_timeline *timeline, struct dep_finding *why);
#endif
