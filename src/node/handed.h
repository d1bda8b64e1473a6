/*
 * Records of a field kit that handed its register over: the kit's own, as its officer signed them,
 * each held by a record of this register (kit.record, kit.report). What another member reported
 * (foreign.report, node/reported.h) is opened in the same way.
 *
 * Format:  doc/format/foreign.md sections 5 and 6.
 * Layer:   node, private to it.
 */
#ifndef DEP_NODE_HANDED_H
#define DEP_NODE_HANDED_H
#include "node/node_impl.h"

/* A row of kit.record or kit.report. */
bool dep_handed_is(const char *type);
/* It holds a record of somebody else, which is shown and searched: one of those, or a
 * foreign.report. */
bool dep_handed_holds(const char *type);
/* Which of the two holds a record of the type: who may know of it at the kit may know of it
 * here. */
const char *dep_handed_type_for(const struct dep_schema *schema);
/*
 * What a kit's record says of the item and of other records, from what is open of it: no key is
 * needed. `view` is of a row that dep_handed_is().
 */
struct dep_handed {
    const char *type;    /* of the kit's record */
    const char *record;  /* its id */
    const char *officer; /* of the kit, who signed it */
};
struct dep_handed dep_handed_of(const struct dep_view *view);
/* It refers to the kit's record `id` (NULL: to any) as `rel`. */
bool dep_handed_links(const struct dep_view *view, const char *rel, const char *id);
/*
 * Of a view that was unlocked and dep_handed_holds(): the record in it, into `view->handed`; of a
 * kit's with its protected fields, as far as one of this officer's roles may read them there. What
 * can't be opened, `handed_why` tells.
 */
DEP_MUST_USE int dep_handed_open(struct dep_node *node, struct dep_view *view,
                                 struct dep_problem *problem);
#endif
