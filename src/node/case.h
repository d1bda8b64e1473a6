/*
 * Cases: proceedings of an authority, by an opaque id. A case says where it stands and what was
 * given; it names nobody and asserts nothing about anybody.
 *
 * Format:  doc/format/consent.md.
 * Layer:   node.
 */
#ifndef DEP_NODE_CASE_H
#define DEP_NODE_CASE_H
#include "node/act.h"

struct dep_case {
    char id[DEP_UUID_LEN + 1];
    struct dep_act opened; /* its later records: the stages */
    const char *stage;     /* the newest; borrowed; NULL where it can't be read any more */
};
/* case.opened under a fresh id. `out_case` holds DEP_UUID_LEN + 1. */
DEP_MUST_USE int dep_node_case_open(struct dep_node *node, json_t *claims, char *out_case,
                                    struct dep_done *out, struct dep_problem *problem);
/* case.stage. `id`: of the case, or a unique prefix of at least 8 characters; "case.absent",
 * "case.ambiguous". */
DEP_MUST_USE int dep_node_case_stage(struct dep_node *node, const char *id, json_t *claims,
                                     struct dep_done *out, struct dep_problem *problem);
/* case.judge: the key by which the judge of the case opens what is sealed for no one else. */
DEP_MUST_USE int dep_node_case_judge(struct dep_node *node, const char *id, json_t *claims,
                                     struct dep_done *out, struct dep_problem *problem);
DEP_MUST_USE int dep_node_case(struct dep_node *node, const char *id, struct dep_case *out,
                               struct dep_problem *problem);
void dep_case_done(struct dep_case *of_case);
#define DEP_AUTO_CASE DEP_CLEANUP(dep_case_done) struct dep_case
typedef int dep_case_fn(void *context, const struct dep_case *of_case);
DEP_MUST_USE int dep_node_cases(struct dep_node *node, dep_case_fn *each, void *context,
                                struct dep_problem *problem);
#endif
