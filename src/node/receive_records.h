/*
 * From a package that was verified to the records that are kept of it.
 * Layer:   node, private to receive.c.
 */
#ifndef DEP_NODE_RECEIVE_RECORDS_H
#define DEP_NODE_RECEIVE_RECORDS_H
#include "node/receive.h"
#include "node/reported.h"

struct dep_kept {
    struct dep_draft *drafts;
    size_t count, room;
};
void dep_kept_done(struct dep_kept *kept);
/* Takes the claims over, also where it fails: no memory. */
DEP_MUST_USE bool dep_kept_add(struct dep_kept *kept, const char *type, json_t *claims);
/*
 * A draft foreign.record of each record that is heard (what the judge reads, status records,
 * withdrawals, receipts), read from `folder`, the copy; and a draft foreign.report of each incident
 * that isn't of the member `reader` itself (NULL: of none).
 */
DEP_MUST_USE int dep_kept_read(struct dep_verify *verify, int folder, const char *package,
                               const char *reader, struct dep_kept *out,
                               struct dep_problem *problem);

/* Lines of the logs of a package, each folder's in order: the presentation at that place, borrowed
 * until the next. */
struct dep_receive_lines;
DEP_MUST_USE int dep_receive_lines_new(struct dep_receive_lines **out);
void dep_receive_lines_free(struct dep_receive_lines *lines);
DEP_MUST_USE int dep_receive_line(struct dep_receive_lines *lines, int folder, const char *log,
                                  uint64_t index, struct dep_slice *out,
                                  struct dep_problem *problem);

/* ---- receive_listed.c ---- */
/* in_force.jsonl of one log folder of the copy; NULL where there is none. */
struct dep_receive_proofs;
DEP_MUST_USE int dep_receive_proofs_read(int folder, const char *log,
                                         struct dep_receive_proofs **out,
                                         struct dep_problem *problem);
void dep_receive_proofs_free(struct dep_receive_proofs *proofs);
/* Consents among `kept` from `first` on that the status at `index` is proved to list get
 * `in_force`. */
DEP_MUST_USE int dep_receive_mark_listed(const struct dep_receive_proofs *proofs,
                                         struct dep_slice status_sd_jwt, uint64_t index,
                                         struct dep_kept *kept, size_t first);
#endif
