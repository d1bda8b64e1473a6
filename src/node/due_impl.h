/*
 * What the makers of lists of due things share.
 * Layer:   node, private to due.c, due_mandate.c, retention.c and timestamp.c.
 */
#ifndef DEP_NODE_DUE_IMPL_H
#define DEP_NODE_DUE_IMPL_H
#include "node/act.h"
#include "node/due.h"
#include "node/notice.h"

struct dep_gather {
    struct dep_node *node;
    struct dep_dues *dues;
    size_t room;
    int64_t now_s, until_s;
    struct dep_fallen fallen; /* consents withdrawn, here or by their own member */
    json_t *reviewed;         /* ids of records whose retention was reviewed: true */
    struct dep_problem *problem;
};
/* One row; `a` and `b` (may be NULL) make its detail. */
DEP_MUST_USE int dep_gather_add(struct dep_gather *gather, const char *kind,
                                const struct dep_index_row *row, int64_t when_s, const char *a,
                                const char *b);
/* Retention reviews, holds and erasures owed (retention.c). */
DEP_MUST_USE int dep_gather_retention(struct dep_gather *gather);
/* Commitments and actions that are late, dispatches to be reviewed (due_mandate.c). */
DEP_MUST_USE int dep_gather_mandate(struct dep_gather *gather);
/* Time-stamps to be renewed (timestamp.c). */
DEP_MUST_USE int dep_gather_timestamps(struct dep_gather *gather);
#endif
