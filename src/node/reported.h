/*
 * Incidents that somebody else recorded. What another member gave this one by a release: each held
 * by a foreign.report of this register, with the record as it came. And what a field kit handed
 * over: by a kit.report. They are theirs, and counted as nobody else's.
 *
 * Format:  doc/format/foreign.md sections 5 and 6.
 * Layer:   node.
 */
#ifndef DEP_NODE_REPORTED_H
#define DEP_NODE_REPORTED_H
#include "node/node.h"
#include "record/presentation.h"

#define DEP_FOREIGN_REPORT "foreign.report"

#define DEP_KIT_REPORT "kit.report"

struct dep_reported {
    const char *type, *member; /* of the record itself, and whose it is */
    const struct dep_schema *schema;
    const json_t *claims;         /* as far as they were shown */
    const char *kit_officer;      /* of a field kit, who signed it; NULL: another member's */
    struct dep_presentation told; /* another member's; of a kit's nothing */
    bool withdrawn;               /* its sender withdrew the release that it came by */
    bool disputed; /* signed after the moment from which its key is no longer trusted */
};
void dep_reported_done(struct dep_reported *reported);
#define DEP_AUTO_REPORTED DEP_CLEANUP(dep_reported_done) struct dep_reported
/* A foreign.report, or a kit.report of an incident: of those dep_material_is_record() (rules). Only
 * `claims` that are open are looked at. */
bool dep_reported_is(const struct dep_view *view);
/* What it says can be read: that of a kit may be for other roles of the kit. */
bool dep_reported_opens(const struct dep_view *view);
/* `view`: one that dep_reported_opens(); must outlive `out`. */
DEP_MUST_USE int dep_node_reported(struct dep_node *node, const struct dep_view *view,
                                   struct dep_reported *out, struct dep_problem *problem);
/* The same record may have come by several packages: `*out` says whether it was met already. `seen`
 * is an object, for this alone. DEP_ERR_NOMEM. */
DEP_MUST_USE int dep_reported_again(json_t *seen, const struct dep_view *view, bool *out);
/* Appends the names of its fields that weren't shown, blanks between them; "" for none. */
void dep_reported_withheld(const struct dep_reported *reported, struct dep_buf *out);
#endif
