/*
 * From a package that was verified to the records that are kept of it.
 * Layer:   node, private to receive.c.
 */
#ifndef DEP_NODE_RECEIVE_RECORDS_H
#define DEP_NODE_RECEIVE_RECORDS_H
#include "node/receive.h"

struct dep_kept {
    struct dep_draft *drafts;
    size_t count, room;
};
void dep_kept_done(struct dep_kept *kept);
/* Takes the claims over, also where it fails: no memory. */
DEP_MUST_USE bool dep_kept_add(struct dep_kept *kept, const char *type, json_t *claims);
/*
 * A draft foreign.record of each record that is heard (what the judge reads, status records,
 * withdrawals, receipts), read from `folder`, the copy. `refs`: array for its refs, or NULL.
 */
DEP_MUST_USE int dep_kept_read(struct dep_verify *verify, int folder, const char *package,
                               json_t *refs, struct dep_kept *out, struct dep_problem *problem);
#endif
