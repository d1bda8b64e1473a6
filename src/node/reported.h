/*
 * Incidents that another member gave this one by a release: each held by a foreign.report of this
 * register, with the record as it came. They are that member's, and counted as nobody else's.
 *
 * Format:  doc/format/foreign.md section 6.
 * Layer:   node.
 */
#ifndef DEP_NODE_REPORTED_H
#define DEP_NODE_REPORTED_H
#include "node/node.h"
#include "record/presentation.h"

#define DEP_FOREIGN_REPORT "foreign.report"

struct dep_reported {
    struct dep_presentation told; /* its member's record, with the fields that were shown */
    bool withdrawn;               /* its sender withdrew the release that it came by */
    bool disputed; /* signed after the moment from which its key is no longer trusted */
};
void dep_reported_done(struct dep_reported *reported);
#define DEP_AUTO_REPORTED DEP_CLEANUP(dep_reported_done) struct dep_reported
/* `view`: a readable one of a foreign.report; must outlive `out`. */
DEP_MUST_USE int dep_node_reported(struct dep_node *node, const struct dep_view *view,
                                   struct dep_reported *out, struct dep_problem *problem);
/* Appends the names of its fields that weren't shown, blanks between them; "" for none. */
void dep_reported_withheld(const struct dep_presentation *told, struct dep_buf *out);
#endif
