/*
 * A campaign and its flows, as far as the officer may read them.
 *
 * Format:  doc/format/mandate.md section 3.
 * Layer:   node.
 */
#ifndef DEP_NODE_CAMPAIGN_H
#define DEP_NODE_CAMPAIGN_H
#include "codec/edtf.h"
#include "node/node.h"
#include "rules/ledger.h"

struct dep_campaign {
    struct dep_view opened;
    struct dep_view *views; /* of the flows, in the order of the log */
    struct dep_flow *flows; /* the same, placed; they borrow from the views. A parent that is
                             * corrected is its newest revision, one that repeats a flow the entry
                             * that counts it */
    size_t count;
    size_t unread; /* flows of it that show and can't be read: in no total */
    const char **boundary;
};
void dep_campaign_done(struct dep_campaign *ledger);
#define DEP_AUTO_CAMPAIGN DEP_CLEANUP(dep_campaign_done) struct dep_campaign

/*
 * By the id of a campaign.opened (a prefix will do), or its `code`; NULL: the only one there is.
 * `as_of_s`: flows whose date may be before that moment; INT64_MAX: all. What was corrected is left
 * out. Findings: those of dep_node_find(); "act.type"; "ledger.campaign" (no such code, or
 * several); "ledger.unread" (the campaign itself can't be read); "ledger.range".
 */
DEP_MUST_USE int dep_node_campaign(struct dep_node *node, const char *name, int64_t as_of_s,
                                   struct dep_campaign *out, struct dep_problem *problem);
/*
 * Rows of the flows that are about the campaign of this id, corrected ones among them, one after
 * the other: nothing of them is kept. They name it as it was when they were recorded, before it was
 * corrected, too: `*campaign` is then that id, during the call. `each` other than 0 stops.
 */
DEP_MUST_USE int dep_node_campaign_flows(struct dep_node *node, char campaign[DEP_UUID_LEN + 1],
                                         dep_index_fn *each, void *context,
                                         struct dep_problem *problem);
#endif
