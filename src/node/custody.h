/*
 * Custody events: who may do what to an item in which state, and recording it.
 *
 * Layer:   node. The decision (dep_custody_judge) is pure; dep_node_custody() records.
 */
#ifndef DEP_NODE_CUSTODY_H
#define DEP_NODE_CUSTODY_H
#include "node/evidence.h"

/* An event on its way into the record. */
struct dep_custody_event {
    const char *type;
    const json_t *claims;
    const char *by_code;      /* the officer who signs it */
    const char *answers_code; /* who signed the first side that it answers; NULL: it answers none */
    bool correction;          /* of an event of its type: the item's state is judged already */
};
/*
 * May the event follow for an item in this state? Findings: "custody.hold" (disposal or return
 * under a legal hold), "custody.disposed", "custody.sent" (sent and not received),
 * "custody.not_sent" (receipt without a transfer), "custody.lost", "custody.not_lost",
 * "custody.authority", "custody.none" (copies or parts, and none of them), and of its sides those
 * of dep_custody_judge_side(). `out_field`: the field that a finding about a side or a list is
 * about, else NULL.
 */
DEP_MUST_USE int dep_custody_judge(const struct dep_item *item,
                                   const struct dep_custody_event *event, struct dep_finding *why,
                                   const char **out_field);
/*
 * A side of an act (NULL: none is stated). "custody.side": it lacks what its state needs (signed
 * needs code, on_paper needs scan_sha256, seen_by and checked, refused and unavailable need a
 * reason). "custody.signed": it says that somebody signed who didn't; only `by_code` did.
 */
DEP_MUST_USE int dep_custody_judge_side(const json_t *side, const char *by_code,
                                        struct dep_finding *why);
/* The `at`-th of the members that a side that acted so needs; NULL where there are no more. */
const char *dep_custody_side_needs(const char *state, size_t at);
/* Where such a finding of `problem` is: in its side `field` of `claims`, the member that is lacking
 * or wrong. DEP_FOUND; `detail` as in dep_problem_found(). */
DEP_MUST_USE int dep_custody_side_problem(const json_t *claims, const char *field,
                                          const char *detail, struct dep_problem *problem);

/* The legal holds on an item that no lift has answered; `only` (or NULL): of one record's. */
struct dep_holds {
    size_t count;
    struct dep_index_row newest; /* where there is any */
};
DEP_MUST_USE int dep_node_holds(struct dep_node *node, const char *item, const char *only,
                                struct dep_holds *out, struct dep_problem *problem);

struct dep_custody_order {
    const char *name; /* of the item */
    const char *type;
    json_t *claims;         /* item and refs are added */
    const char *answers;    /* the first side's record, the hold that is lifted; or NULL */
    const char *supersedes; /* an event of this type about this item that was recorded wrongly; or
                               NULL */
};
/* Before anything is stated: the item is there, and in a state that an event of this type may
 * follow, as dep_custody_judge() finds it. A correction always may. */
DEP_MUST_USE int dep_node_custody_ready(struct dep_node *node,
                                        const struct dep_custody_order *order,
                                        struct dep_problem *problem);
/*
 * Record one event about an item. A correction takes the place of what it supersedes and leaves the
 * item's state as it is ("correct.other" where that is no such event, or one that was corrected
 * already). A lift without `answers` answers the only hold in force ("hold.none", "hold.which").
 * Where something else was recorded about the item meanwhile: "custody.meanwhile". Of what is
 * disposed of the container is removed once that is recorded; a fault ("vault.remove") then leaves
 * the record, and the rest to dep_node_finish_disposals().
 */
DEP_MUST_USE int dep_node_custody(struct dep_node *node, const struct dep_custody_order *order,
                                  struct dep_done *out, struct dep_problem *problem);
/*
 * Correct what the first record of an item states: a further record of its type, `fields` over
 * what it said, the container's facts unchanged ("correct.fixed" where `fields` names one of them).
 * A field that becomes null is left out. `fields` is only looked at.
 */
DEP_MUST_USE int dep_node_item_correct(struct dep_node *node, const char *name, json_t *fields,
                                       struct dep_done *out, struct dep_problem *problem);
/* Every record about an item, oldest first. */
typedef int dep_view_fn(void *context, const struct dep_view *view);
DEP_MUST_USE int dep_node_item_events(struct dep_node *node, const char *item, bool unlock,
                                      dep_view_fn *each, void *context,
                                      struct dep_problem *problem);
#endif
