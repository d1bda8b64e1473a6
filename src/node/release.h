/*
 * Releases: prepared by one officer, approved by another, judged under the register's lock in the
 * commit that records them, and judged again by whoever likes.
 *
 * Format:  doc/format/consent.md; rules: doc/format/rules.md.
 * Layer:   node.
 */
#ifndef DEP_NODE_RELEASE_H
#define DEP_NODE_RELEASE_H
#include "node/facts.h"

/* An action with what it points to, as judged, and what was known then. Owns all of it. */
struct dep_judgement {
    struct dep_known known;
    struct dep_action action;
    struct dep_material *materials;
    struct dep_verdict verdict;
    struct dep_hash root; /* of the log at known.moment.size */
};
void dep_judgement_done(struct dep_judgement *judgement);
#define DEP_AUTO_JUDGEMENT DEP_CLEANUP(dep_judgement_done) struct dep_judgement
/* VERDICT of doc/format/consent.md; new reference, NULL without memory. */
json_t *dep_judgement_json(const struct dep_judgement *judgement);

/*
 * What would be needed now for `claims` (those of release.prepared or mission.recorded, `type` says
 * which), and what of it is there. Nothing is recorded. `prepared`: the record where there is one,
 * else NULL: then no approval can be there. Findings: those of dep_node_known() and
 * dep_node_material(); "action.code" (recipient, purpose, line or territory isn't in the charter's
 * lists now), "action.form".
 */
DEP_MUST_USE int dep_node_judge(struct dep_node *node, const struct dep_moment *moment,
                                const char *type, const json_t *claims,
                                const struct dep_index_row *prepared, struct dep_judgement *out,
                                struct dep_problem *problem);

/* release.prepared. Items in `claims` may be named as dep_node_item() takes them; they become ids. */
DEP_MUST_USE int dep_node_release_prepare(struct dep_node *node, json_t *claims,
                                          struct dep_done *out, struct dep_problem *problem);
/*
 * approval.given about a prepared release. Findings "approval.same_person", "approval.unread" (this
 * officer can't read what they would approve), "release.prepared" (not a prepared release),
 * "release.made" (released already), "release.refused".
 */
DEP_MUST_USE int dep_node_release_approve(struct dep_node *node, const char *prepared,
                                          bool approved, const json_t *remark, struct dep_done *out,
                                          struct dep_problem *problem);
/*
 * Judges under the lock and records what follows: release.made on `yes`; release.refused on
 * `refer_to_court`, so that exculpatory material never stays behind without a word; nothing on `no`.
 * `out_judgement` tells why, whatever the outcome; `out` is filled where something was recorded
 * (`out->jti` is "" where not). `how`: sent_how (may be NULL). DEP_FOUND only where nothing could be
 * judged: "release.prepared", "release.made", "release.refused", and those of dep_node_judge().
 */
DEP_MUST_USE int dep_node_release(struct dep_node *node, const char *prepared, const json_t *how,
                                  struct dep_judgement *out_judgement, struct dep_done *out,
                                  struct dep_problem *problem);
/* release.refused about a prepared release, with the verdict at that moment. */
DEP_MUST_USE int dep_node_release_refuse(struct dep_node *node, const char *prepared,
                                         const json_t *reason, struct dep_done *out,
                                         struct dep_problem *problem);
/* release.withdrawn about a release; `claims` hold its scope. "release.absent": not a release. */
DEP_MUST_USE int dep_node_release_withdraw(struct dep_node *node, const char *release,
                                           json_t *claims, struct dep_done *out,
                                           struct dep_problem *problem);
/* urgency.reviewed about a release that invoked an urgent threat to life ("release.no_threat" where
 * it didn't). */
DEP_MUST_USE int dep_node_release_review(struct dep_node *node, const char *release, json_t *claims,
                                         struct dep_done *out, struct dep_problem *problem);
/* mission.recorded, judged under the lock: recorded on `yes` only. As dep_node_release(). */
DEP_MUST_USE int dep_node_mission(struct dep_node *node, json_t *claims,
                                  struct dep_judgement *out_judgement, struct dep_done *out,
                                  struct dep_problem *problem);

/* ---- judged again ---- */
enum dep_again {
    DEP_AGAIN_SAME,     /* the same digest */
    DEP_AGAIN_DIFFERS,  /* everything could be read, and the verdict is another */
    DEP_AGAIN_UNPROVED, /* something it rested on can't be read any more, or not by this officer */
};
/* A recorded release, refusal or mission, from the records as they were then. */
DEP_MUST_USE int dep_node_judge_again(struct dep_node *node, const char *record,
                                      enum dep_again *out, struct dep_judgement *out_judgement,
                                      struct dep_problem *problem);

/* ---- for lists ---- */
/* One release with what was made of it. Everything is borrowed during the call. */
struct dep_released {
    const struct dep_view *prepared, *release; /* release: NULL where not (yet) made */
    const struct dep_index_row *refused;       /* or NULL */
    uint64_t approvals, withdrawals;
    int64_t review_by_s; /* urgent threat not yet reviewed; INT64_MAX: none owed */
};
typedef int dep_released_fn(void *context, const struct dep_released *released);
/* Oldest first. */
DEP_MUST_USE int dep_node_releases(struct dep_node *node, dep_released_fn *each, void *context,
                                   struct dep_problem *problem);
/* The ledger of a case (F17): releases made for it, oldest first; what went stands in the claims of
 * `prepared`, to whom in its recipient. */
DEP_MUST_USE int dep_node_ledger(struct dep_node *node, const char *case_id, dep_released_fn *each,
                                 void *context, struct dep_problem *problem);
/* A mission whose interval isn't over, and whether its consents still cover what is left of it. */
struct dep_mission_now {
    const struct dep_view *mission;
    const struct dep_judgement *judgement; /* now, of what is left */
};
typedef int dep_mission_fn(void *context, const struct dep_mission_now *now);
DEP_MUST_USE int dep_node_missions(struct dep_node *node, dep_mission_fn *each, void *context,
                                   struct dep_problem *problem);
/* Does the verdict of a release rest on this record? "hold.verdict" where so. */
DEP_MUST_USE int dep_node_release_holds(struct dep_node *node, const struct dep_index_row *target,
                                        struct dep_problem *problem);
#endif
