/*
 * Acts: a request, a consent, an assurance, a release ... and what later records say of it.
 *
 * Layer:   node.
 * Holds:   one act at a time while listing, so that a list of any length takes the memory of its
 *          longest member.
 */
#ifndef DEP_NODE_ACT_H
#define DEP_NODE_ACT_H
#include "node/node.h"

enum { DEP_ACT_LATER_MAX = 4096 };

struct dep_act {
    struct dep_view head;
    struct dep_view *later; /* records that reference it, oldest first */
    size_t later_count;
};
void dep_act_done(struct dep_act *act);
#define DEP_AUTO_ACT DEP_CLEANUP(dep_act_done) struct dep_act

/* By id or unique prefix; it must be of `type` ("act.type"). What doesn't show to the officer
 * (doc/format/record.md section 8) is absent, heads as well as later records. */
DEP_MUST_USE int dep_node_act(struct dep_node *node, const char *name, const char *type,
                              struct dep_act *out, struct dep_problem *problem);
/* A finding says why its protected fields, on which something hangs, can't be read:
 * "secret.reader", "secret.not_shared", "secret.erased" (dep_view's `why_not`). */
DEP_MUST_USE int dep_act_readable(const struct dep_act *act, struct dep_problem *problem);
/* Every act of the type that shows, oldest first. `each` other than 0 stops and is
 * returned. */
typedef int dep_act_fn(void *context, const struct dep_act *act);
DEP_MUST_USE int dep_node_acts(struct dep_node *node, const char *type, dep_act_fn *each,
                               void *context, struct dep_problem *problem);
/* The same of what a query of dep_roll_list() names, in its order. */
DEP_MUST_USE int dep_node_acts_of(struct dep_node *node, const struct dep_index_query *query,
                                  dep_act_fn *each, void *context, struct dep_problem *problem);
/* The last of the later records that has this type (a prefix where it ends in '.'); or NULL. */
const struct dep_view *dep_act_newest(const struct dep_act *act, const char *type);

/* The id of what the record `id` corrects takes its place; "" where it corrects nothing. What
 * doesn't show to the officer is a finding. */
DEP_MUST_USE int dep_act_step_back(struct dep_node *node, char id[DEP_UUID_LEN + 1],
                                   struct dep_problem *problem);

/* What is said to the user at once though nothing was refused: a stable id, and the thing
 * concerned. */
typedef void dep_notice_fn(void *context, const char *id, const char *detail);
struct dep_notices {
    dep_notice_fn *say; /* NULL: nobody listens */
    void *context;
};
void dep_notice(const struct dep_notices *notices, const char *id, const char *detail);

/* What somebody states as refs names records that show to the officer, as they are: "index.absent".
 * Any other would stand in the log for good as a reference to nothing. */
DEP_MUST_USE int dep_act_refs_check(struct dep_node *node, const json_t *claims,
                                    struct dep_problem *problem);
/* Add {rel, id, sha256} to the claims' refs. "record.envelope": what is stated as refs is no
 * array. */
DEP_MUST_USE int dep_act_refer(json_t *claims, const char *rel, const struct dep_index_row *to,
                               struct dep_problem *problem);
/*
 * Record `type` with these claims: times into UTC, codes against the charter in force (findings of
 * node/stated.h), then committed.
 */
DEP_MUST_USE int dep_act_record(struct dep_node *node, const char *type, json_t *claims,
                                struct dep_done *out, struct dep_problem *problem);
/*
 * The same where whether it may be recorded hangs on what others recorded: `judge` is called under
 * the register's lock (dep_node_decide()), once, and completes `claims`. Other than DEP_OK: nothing
 * is recorded, and it is returned.
 */
DEP_MUST_USE int dep_act_record_judged(struct dep_node *node, const char *type, json_t *claims,
                                       dep_judge_fn *judge, void *context, struct dep_done *out,
                                       struct dep_problem *problem);
#endif
