/*
 * Time-stamps (RFC 3161) over checkpoints, by file: asked for, verified, kept with the checkpoint,
 * renewed.
 *
 * A token that was taken in is named by its digest in a record; so a later token over a checkpoint
 * that covers the record shows that the earlier one was there before its certificate expired.
 *
 * Format:  doc/format/register.md section 6, doc/format/package.md section 5.5.
 * Layer:   node.
 */
#ifndef DEP_NODE_TIMESTAMP_H
#define DEP_NODE_TIMESTAMP_H
#include "crypto/tsp.h"
#include "node/checkpoints.h"
#include "rules/charter.h"

/* A request over the newest checkpoint, which is kept from now on. DER, appended. */
DEP_MUST_USE int dep_timestamp_ask(struct dep_node *node, struct dep_buf *out,
                                   struct dep_problem *problem);

struct dep_timestamp {
    uint64_t size; /* of the checkpoint */
    char name[DEP_TOKEN_NAME_LEN + 1];
    char authority[DEP_TSP_NAME_MAX + 1];
    struct dep_tsp_token token;
    const char *finding; /* NULL; or what is against it under the charter in force, and then nothing
                          * of `token` and `authority` holds */
    bool renewed;        /* by a token that expires later and covers the record of this one */
};
/*
 * Take in an authority's response: over whichever checkpoint kept here it is. Kept, and recorded as
 * log.timestamped; once more changes nothing. Opens the officer's keys. "token.*" ("token.digest":
 * over none of them).
 */
DEP_MUST_USE int dep_timestamp_take(struct dep_node *node, struct dep_slice response,
                                    struct dep_timestamp *out, struct dep_problem *problem);
/* Every token here, of the newest checkpoint first. */
typedef int dep_timestamp_fn(void *context, const struct dep_timestamp *timestamp,
                             const struct dep_index_row *record);
DEP_MUST_USE int dep_timestamps(struct dep_node *node, dep_timestamp_fn *each, void *context,
                                struct dep_problem *problem);
#endif
