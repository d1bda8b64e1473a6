/*
 * What the makers of lists of due things share.
 * Layer:   node, private to due.c, due_mandate.c, due_withdrawn.c, retention.c and timestamp.c.
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
    uint64_t limit, left;     /* asked for; of the kind that is gathered, one more than are shown */
    struct dep_fallen fallen; /* consents withdrawn, here or by their own member */
    json_t *reviewed;         /* ids of records whose retention was reviewed: true */
    struct dep_problem *problem;
};
/* One row; `a` and `b` (may be NULL) make its detail. */
DEP_MUST_USE int dep_gather_add(struct dep_gather *gather, const char *kind,
                                const struct dep_index_row *row, int64_t when_s, const char *a,
                                const char *b);
/*
 * What of a type may be due, with `each`: on a page (dep_node_show_pages()) off index.db's list of
 * it, what is so due after `from_s` and up to `until_s`, earliest first and no more than are shown;
 * else all of the type. `each` adds what is due.
 */
struct dep_gather_of {
    const char *type;
    enum dep_index_due due;
    int64_t from_s, until_s;   /* from_s 0: from the beginning */
    const char *not_by;        /* an officer whose own are none; NULL: anybody's */
    const char *field, *value; /* a page needs no other; NULL: any */
};
DEP_MUST_USE int dep_gather_dated(struct dep_gather *gather, const struct dep_gather_of *of,
                                  dep_act_fn *each);
/* Up to when what is gathered may still stand on the page: `until_s`, or the last moment of what
 * fills it. */
int64_t dep_gather_until(const struct dep_gather *gather);
/* Stops a list that is in order of its moments: nothing that follows would be shown. */
bool dep_gather_full(struct dep_gather *gather);
/* Retention reviews, holds and erasures owed (retention.c). */
DEP_MUST_USE int dep_gather_retention(struct dep_gather *gather);
/* Commitments and actions that are late, dispatches to be reviewed (due_mandate.c). */
DEP_MUST_USE int dep_gather_mandate(struct dep_gather *gather);
/* A release.withdrawn: its recipient didn't acknowledge it, or didn't erase all of it; a
 * dep_act_fn (due_withdrawn.c). */
DEP_MUST_USE int dep_gather_notice(void *context, const struct dep_act *withdrawn);
/* What senders withdrew and is here, or was erased here without a word to them; containers of what
 * was disposed of (due_withdrawn.c). */
DEP_MUST_USE int dep_gather_withdrawn(struct dep_gather *gather);
/* Time-stamps to be renewed (timestamp.c). */
DEP_MUST_USE int dep_gather_timestamps(struct dep_gather *gather);
#endif
