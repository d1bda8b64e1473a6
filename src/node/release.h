/*
 * Releases: prepared by one officer, approved by another, judged under the register's lock in the
 * commit that records them, and judged again by whoever likes.
 *
 * Format:  doc/format/consent.md; rules: doc/format/rules.md.
 * Layer:   node.
 */
#ifndef DEP_NODE_RELEASE_H
#define DEP_NODE_RELEASE_H
#include "node/act.h"
#include "node/facts.h"

/* ---- judging ---- */

/* An action as it was judged, and what was known then. Owns all of it. */
struct dep_judgement {
    struct dep_known known;
    struct dep_action action;
    struct dep_material *materials;
    struct dep_verdict verdict;
    const char *origin;   /* borrowed from the node */
    struct dep_hash root; /* of the log at known.moment.size */
};
void dep_judgement_done(struct dep_judgement *judgement);
#define DEP_AUTO_JUDGEMENT DEP_CLEANUP(dep_judgement_done) struct dep_judgement
/* VERDICT of doc/format/consent.md; new reference, NULL without memory. */
json_t *dep_judgement_json(const struct dep_judgement *judgement);
/*
 * What is needed for an action at that moment, and what of it is there. Nothing is recorded.
 * `type`: release.prepared or mission.recorded; `claims` its fields. `prepared`: the record where
 * there is one; else NULL, and no approval counts. Findings: those of dep_node_known() and
 * dep_node_material(); "action.code" (a code that isn't in the charter's lists), "action.form".
 */
DEP_MUST_USE int dep_node_judge(struct dep_node *node, const struct dep_moment *moment,
                                const char *type, const json_t *claims,
                                const struct dep_view *prepared, struct dep_judgement *out,
                                struct dep_problem *problem);

/* May the recipient read that material's marking? Not where it would be told of a source who didn't
 * consent to it. */
bool dep_judgement_shows_marking(const struct dep_judgement *judgement, size_t material);

/*
 * What a recipient doesn't get to see of what was judged, so that the verdict on it is unproved
 * there (doc/format/package.md section 7): an array of {"item","fields":[of the first
 * record],"marking"}, a material each, empty where all is seen. `claims`: of the release.prepared.
 * New reference; NULL without memory.
 */
json_t *dep_judgement_unseen(struct dep_node *node, const struct dep_judgement *judgement,
                             const json_t *claims);

/*
 * Each request and consent on which a verdict rests, own or another member's, once: its type and
 * its claims, borrowed during the call. `verdict`: VERDICT of doc/format/consent.md. `each` other
 * than 0 stops and is returned. A finding says why one of them can't be read: `why_not` of
 * dep_view.
 */
typedef int dep_relied_fn(void *context, const char *type, const json_t *claims);
DEP_MUST_USE int dep_node_relied(struct dep_node *node, const json_t *verdict, dep_relied_fn *each,
                                 void *context, struct dep_problem *problem);
/* The conditions under which its consents were given, and which whoever gets something has to
 * respect: an array of {"layer","grantor"?,"conditions":TEXT?,"shown":of a SESSION?}; new
 * reference. Findings: the same. */
DEP_MUST_USE int dep_node_conditions(struct dep_node *node, const json_t *verdict, json_t **out,
                                     struct dep_problem *problem);

enum dep_again {
    DEP_AGAIN_SAME,     /* the same digest */
    DEP_AGAIN_DIFFERS,  /* everything could be read, and the verdict is another */
    DEP_AGAIN_UNPROVED, /* something it rested on can't be read: erased, or not by this officer */
};
/*
 * A recorded release, refusal or mission, judged from the records as they were then. Findings:
 * "again.type", "again.verdict" (a refusal that was never judged). `out_judgement` is empty where
 * there was nothing left to judge.
 */
DEP_MUST_USE int dep_node_judge_again(struct dep_node *node, const char *record,
                                      enum dep_again *out, struct dep_judgement *out_judgement,
                                      struct dep_problem *problem);

/* ---- acting ---- */

enum { DEP_PREPARED_FOR_S = 30 * 24 * 60 * 60 };
/*
 * Has a prepared release come to its end? What was approved is what was looked at: after
 * DEP_PREPARED_FOR_S, or under another charter, it is looked at anew. DEP_FOUND "release.lapsed",
 * "release.charter", with its id.
 */
DEP_MUST_USE int dep_node_release_ended(struct dep_node *node, const struct dep_act *prepared,
                                        struct dep_problem *problem);
/* Items may be named as dep_node_item() takes them, a request by the beginning of its id: they
 * become ids. What `claims` don't say of a material is: no field, not redacted, all of it and
 * sealed. Findings: "release.without" (a field tells what is said not to be shown), "release.parts"
 * (none named, or parts in clear), "release.plain" (a restricted item in clear),
 * "pack.part.absent", "pack.part.kind" (where the officer may open the item). A material that names
 * a case becomes those of the case, and `out_left_out` is as dep_release_case_expand() has it. */
DEP_MUST_USE int dep_node_release_complete(struct dep_node *node, json_t *claims,
                                           json_t **out_left_out, struct dep_problem *problem);
/* release.prepared, completed as above. */
DEP_MUST_USE int dep_node_release_prepare(struct dep_node *node, json_t *claims,
                                          json_t **out_left_out, struct dep_done *out,
                                          struct dep_problem *problem);
/*
 * approval.given about a prepared release; `remark` may be NULL. Findings:
 * "approval.same_person", "release.made" (it was released already), "release.refused" (it was
 * refused: prepare anew), those of dep_node_release_ended() and dep_node_act().
 */
DEP_MUST_USE int dep_node_release_approve(struct dep_node *node, const char *prepared,
                                          bool approved, const json_t *remark, struct dep_done *out,
                                          struct dep_problem *problem);
/*
 * Judges under the lock and records what follows: release.made on `yes`; release.refused on
 * `refer_to_court`, so that exculpatory material never stays behind without a word; nothing on
 * `no`, and `out->jti` is then "". `how` (may be NULL): sent_how. DEP_FOUND only where nothing
 * could be judged: "release.made", "release.refused", those of dep_node_release_ended(),
 * dep_node_act() and dep_node_judge().
 */
DEP_MUST_USE int dep_node_release(struct dep_node *node, const char *prepared, const json_t *how,
                                  struct dep_judgement *out_judgement, struct dep_done *out,
                                  struct dep_problem *problem);
/* release.refused about a prepared release, with the verdict at that moment. */
DEP_MUST_USE int dep_node_release_refuse(struct dep_node *node, const char *prepared,
                                         const json_t *reason, struct dep_judgement *out_judgement,
                                         struct dep_done *out, struct dep_problem *problem);
/* release.withdrawn about a release; `claims` hold its scope and nothing else. */
DEP_MUST_USE int dep_node_release_withdraw(struct dep_node *node, const char *release,
                                           json_t *claims, struct dep_done *out,
                                           struct dep_problem *problem);
/* withdrawal.acknowledged: that who got the release knows of its withdrawal, on paper, or why they
 * don't say so. Findings: "custody.side", "consent.paper" (another's signature comes in a package),
 * "withdrawal.again" (on paper, already). */
DEP_MUST_USE int dep_node_withdrawal_acknowledged(struct dep_node *node, const char *withdrawal,
                                                  json_t *claims, struct dep_done *out,
                                                  struct dep_problem *problem);
/* urgency.reviewed about a release. "urgency.none" where it invoked no threat to life,
 * "approval.same_person" by who released it. */
DEP_MUST_USE int dep_node_release_review(struct dep_node *node, const char *release, json_t *claims,
                                         struct dep_done *out, struct dep_problem *problem);
/* mission.recorded, judged under the lock: recorded on `yes`; else `out->jti` is "". */
DEP_MUST_USE int dep_node_mission(struct dep_node *node, json_t *claims,
                                  struct dep_judgement *out_judgement, struct dep_done *out,
                                  struct dep_problem *problem);

/* ---- for lists ---- */

/* One prepared release and what became of it. All borrowed during the call. */
struct dep_released {
    const struct dep_view *prepared, *release; /* release: NULL where not made, or not to be read */
    const struct dep_index_row *refused;       /* or NULL */
    uint64_t approvals, withdrawals;
    /* Of each withdrawal what became of it: array of {"withdrawal", "outcome"?, "erased"?,
     * "officer"?, "passed_on", "passed_on_left", "derived_kept"}, as struct dep_answered has
     * them. NULL: none. */
    const json_t *answers;
    bool reviewed;       /* an urgent threat that was invoked: somebody looked at it */
    int64_t review_by_s; /* it was not yet; INT64_MAX: none owed */
};
typedef int dep_released_fn(void *context, const struct dep_released *released);
/* Oldest first; newest first where a page is shown (dep_node_show_pages()). `each` other than 0
 * stops and is returned. */
DEP_MUST_USE int dep_node_releases(struct dep_node *node, dep_released_fn *each, void *context,
                                   struct dep_problem *problem);
/* The ledger of a case (F17): what was released for it, or of items marked for it, oldest first. To
 * whom and what: recipient and materials of `prepared`; when: `release`. */
DEP_MUST_USE int dep_node_ledger(struct dep_node *node, const char *case_id, dep_released_fn *each,
                                 void *context, struct dep_problem *problem);
/*
 * May the protected values of this record be erased, as far as verdicts go? "hold.verdict": the
 * verdict of a release or a mission rests on it, which could then never be judged again; it ends
 * with the erasure of that release itself. "hold.source": it is the only word that its item has a
 * source; mark the item first. "hold.ends": another member withdrew, denied or revoked something by
 * it. "hold.unread": this officer can't read what would tell, whether
 * there is any or not.
 */
DEP_MUST_USE int dep_node_release_holds(struct dep_node *node, const struct dep_index_row *target,
                                        struct dep_problem *problem);
#endif
