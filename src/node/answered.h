/*
 * What became of what was withdrawn: as its holder has it, and as the member that withdrew it was
 * told.
 *
 * Format:  doc/format/foreign.md section 4 (withdrawal.answered).
 * Layer:   node.
 */
#ifndef DEP_NODE_ANSWERED_H
#define DEP_NODE_ANSWERED_H
#include "node/act.h"

/* ---- at the member that withdrew it ---- */

/* The newest that its recipient signed about a release.withdrawn. */
struct dep_answered {
    /* "absent", "erased", "held", "kept"; "received": it came, and no more is known; "on_paper": it
     * says on paper that it knows; NULL: nothing came. */
    const char *outcome;
    int64_t erased_s;                   /* INT64_MAX: it isn't */
    char officer[DEP_CODE_LEN_MAX + 1]; /* who erased it there; or "" */
    uint64_t passed_on, left;           /* releases of it by its holder; not known to be erased */
    uint64_t derived;                   /* items that its holder made of it and keeps */
};
DEP_MUST_USE int dep_answered_of(const struct dep_schemas *schemas, const struct dep_act *withdrawn,
                                 struct dep_answered *out);
/* The same of each withdrawal of a release that was made; `each` other than 0 stops. */
typedef int dep_answered_fn(void *context, const char *withdrawal,
                            const struct dep_answered *answered);
DEP_MUST_USE int dep_answered_each(struct dep_node *node, const struct dep_act *made,
                                   dep_answered_fn *each, void *context,
                                   struct dep_problem *problem);
/* Nothing is left of it as far as its holder answers for it, or it was told on paper. */
bool dep_answered_closes(const struct dep_answered *answered);
/* The same of the claims of a foreign.record, which may be of any type; false too where it can't be
 * read. */
bool dep_answered_heard_closes(const struct dep_schemas *schemas, const json_t *claims);

/* ---- at its holder ---- */

/*
 * Claims of a withdrawal.answered about the notice that `received` (a foreign.received) tells of,
 * as it stands now; and the newest one that was recorded, jti "" where there is none or it says
 * otherwise. `*passed`: what went out, read where it is NULL, the caller's to give to the next
 * notice and to release.
 */
DEP_MUST_USE int dep_answer_make(struct dep_node *node, const struct dep_view *received,
                                 json_t **passed, json_t **out, struct dep_index_row *out_said,
                                 struct dep_problem *problem);
#endif
