/*
 * Consents and assurances: given, checked by a second officer, withdrawn; where each stands.
 *
 * Format:  doc/format/consent.md.
 * Layer:   node. The decisions (dep_consent_judge*, dep_standing_*) are pure.
 */
#ifndef DEP_NODE_CONSENT_H
#define DEP_NODE_CONSENT_H
#include "node/act.h"
#include "rules/charter.h"

enum { DEP_PSEUDONYM_LEN = 16 };

/* Where a consent or an assurance stands at one moment by this register's clock, for lists. How far
 * that clock can be trusted is for the judge to ask. */
struct dep_standing {
    /* "corrected", "withdrawn", "disputed" (the key that signed it is distrusted), "erased",
     * "not_shown" (this officer can't read it), "refused", "unavailable" (the side gave nothing),
     * "differs" (a second officer found another paper than was recorded), "unchecked" (on paper,
     * and no second officer looked), "lapsed", "begins_later", "in_force": of several the first. */
    const char *state;
    struct dep_interval in_force; /* from: never before it was recorded */
    int64_t withdrawn_s;          /* INT64_MAX: not */
    bool on_paper;
};
/* A revocation counts below `size`. */
struct dep_standing dep_standing_of(const struct dep_act *act, uint64_t size, int64_t now_s);

/*
 * May `officer` of `member` record this as a consent? A side that refused or can't be reached is
 * kept as what it is, and gives nothing: silence is no consent. Findings:
 *   "custody.side"      the side lacks what its state needs
 *   "custody.signed"    it says that somebody signed who didn't
 *   "consent.grantor"   layers host and originator name their grantor; a source never is named
 *   "consent.paper"     what another gave is on paper here, until their own signed record comes; of
 *                       a source the officer who took it signs
 *   "consent.session"   layer source, and only it, says what was explained
 *   "consent.dangers"   the dangers were not explained
 *   "consent.guardian"  guardian and child must both agree where there is a child
 *   "consent.source"    a source consents to each recipient and use, for one item or case: "any"
 *                       and "all" are nothing they can oversee
 *   "consent.scope"     scope and id don't fit together
 *   "consent.empty"     it names nothing in one of its lists
 */
DEP_MUST_USE int dep_consent_judge(const char *member, const char *officer, const json_t *claims,
                                   struct dep_finding *why);
/* The same of an assurance: "custody.side", "custody.signed", "consent.paper", "consent.scope",
 * "consent.empty". */
DEP_MUST_USE int dep_assurance_judge(const char *officer, const json_t *claims,
                                     struct dep_finding *why);
/* A second officer's check of what she can read: "consent.check.not_paper",
 * "consent.check.same_officer", "consent.withdrawn". */
DEP_MUST_USE int dep_consent_judge_check(const struct dep_act *consent, const char *officer,
                                         struct dep_finding *why);
/* SCOPE: an id for an item or a case, none for "all". */
bool dep_scope_valid(const json_t *scope);

/* 80 random bits, so that nothing leads from it to a person or from one register to another. `out`
 * holds DEP_PSEUDONYM_LEN + 1. */
void dep_pseudonym_new(dep_random_fn *random, char *out);

struct dep_consent_order {
    json_t *claims;
    const char *answers;     /* a request; or NULL */
    const char *same_source; /* an earlier consent of this source, of the same scope; or NULL */
};
/*
 * consent.given. Layer source: `out_pseudonym` (DEP_PSEUDONYM_LEN + 1) gets the pseudonym made for
 * it, "" else. Findings besides those of judging: "consent.pseudonym" (one was stated: the program
 * makes them), "consent.same_source" (another scope, or not a source's). Notices: "consent.from"
 * (it counts from now, not from the moment stated), "consent.second_officer" (on paper).
 */
DEP_MUST_USE int dep_node_consent(struct dep_node *node, const struct dep_consent_order *order,
                                  const struct dep_notices *notices, char *out_pseudonym,
                                  struct dep_done *out, struct dep_problem *problem);
DEP_MUST_USE int dep_node_consent_check(struct dep_node *node, const char *consent, json_t *claims,
                                        struct dep_done *out, struct dep_problem *problem);
/* No reason and no name: there is nothing to state. "consent.withdrawn" where it is already. */
DEP_MUST_USE int dep_node_consent_withdraw(struct dep_node *node, const char *consent,
                                           struct dep_done *out, struct dep_problem *problem);

/* assurance.given and its withdrawal. Notices as for consents. */
DEP_MUST_USE int dep_node_assure(struct dep_node *node, json_t *claims, const char *answers,
                                 const struct dep_notices *notices, struct dep_done *out,
                                 struct dep_problem *problem);
DEP_MUST_USE int dep_node_assure_withdraw(struct dep_node *node, const char *assurance,
                                          struct dep_done *out, struct dep_problem *problem);
#endif
