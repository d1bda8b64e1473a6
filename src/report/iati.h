/*
 * Flows of money as an IATI file, read and written.
 *
 * Format:  doc/format/mandate.md section 3, "IATI"; IATI activity standard 2.03 (iatistandard.org).
 *          Written in UTF-8; read in any encoding that the file states and the system knows.
 * Layer:   report. The only user of libxml2: from memory, event by event, no tree; a document type
 *          is refused before anything in it is looked at, so there are no entities and nothing is
 *          fetched.
 * Caps:    DEP_IATI_DEPTH_MAX elements within each other, DEP_IATI_TEXT_MAX bytes of any text,
 *          DEP_IMPORT_ROWS_MAX flows, DEP_IATI_LEFT_MAX kinds of what isn't taken over.
 */
#ifndef DEP_REPORT_IATI_H
#define DEP_REPORT_IATI_H
#include "node/campaign.h"
#include "node/import.h"

enum { DEP_IATI_DEPTH_MAX = 32, DEP_IATI_TEXT_MAX = 64 * 1024, DEP_IATI_LEFT_MAX = 1024 };

/* What of the file isn't taken over: elements below an activity by their path, attributes as
 * "transaction/value/@x", transactions of a type that is no flow as "transaction[5]". */
struct dep_iati_left {
    char path[120];
    uint64_t count;
};
struct dep_iati {
    struct dep_iati_left *left; /* in the order in which they were met */
    size_t left_count, left_room;
};
void dep_iati_done(struct dep_iati *iati);
#define DEP_AUTO_IATI DEP_CLEANUP(dep_iati_done) struct dep_iati

/*
 * Transactions of `text` as claims of flow.recorded, each with its line, into `import`, which is
 * empty; a payment under the commitment of its activity, a commitment under the pledge. Those that
 * say too little are bad: "iati.organisation", "iati.activity". `problem->detail` of a finding is
 * the line. Findings: "iati.xml", "iati.doctype", "iati.root", "iati.deep", "iati.long",
 * "iati.left", "iati.many".
 */
DEP_MUST_USE int dep_iati_read(struct dep_slice text, struct dep_import *import,
                               struct dep_iati *out, struct dep_problem *problem);

/*
 * The flows of a campaign, at the moment `now_s`; `self` reports those that neither side wrote.
 * What IATI has no word for is left out: `*out_left` flows that aren't exact, have no figure or no
 * exact day, or repeat another. DEP_ERR_CAP, DEP_ERR_NOMEM; finding "iati.empty": it has no word
 * for any, and no file is without one.
 */
DEP_MUST_USE int dep_iati_write(const struct dep_campaign *campaign, const char *self,
                                int64_t now_s, struct dep_buf *out, size_t *out_left,
                                struct dep_finding *why);
#endif
