/*
 * Checkpoints of this log that were shown to others: kept with the cosignatures and tokens that
 * came back, while the log goes on.
 *
 * Format:  doc/format/register.md section 6.
 * Layer:   node.
 */
#ifndef DEP_NODE_CHECKPOINTS_H
#define DEP_NODE_CHECKPOINTS_H
#include "node/node.h"
#include "package/cosign.h"

enum {
    DEP_KEPT_MAX = 65536,
    DEP_KEPT_TOKENS_MAX = 64, /* a checkpoint */
    DEP_TOKEN_NAME_LEN = 16,
};

struct dep_kept_token {
    char name[DEP_TOKEN_NAME_LEN + 1]; /* of the file, without .tsr: from the response's digest */
    struct dep_buf response;
};
struct dep_kept {
    struct dep_buf note; /* the log's signature, cosignatures behind it */
    struct dep_note parsed;
    struct dep_checkpoint checkpoint;
    struct dep_hash digest;        /* of the text, without signatures: what tokens are over */
    struct dep_kept_token *tokens; /* by name */
    size_t token_count;
};
struct dep_kept_list {
    struct dep_kept *list; /* the newest first */
    size_t count;
};
void dep_kept_list_done(struct dep_kept_list *kept);
#define DEP_AUTO_KEPT DEP_CLEANUP(dep_kept_list_done) struct dep_kept_list

DEP_MUST_USE int dep_own_vkey(struct dep_register *reg, struct dep_vkey *out,
                              struct dep_problem *problem);
/* All of them; none where there is no folder. */
DEP_MUST_USE int dep_kept_load(struct dep_register *reg, struct dep_kept_list *out,
                               struct dep_problem *problem);
/* The newest checkpoint of the log is kept from now on. `out_note` (may be NULL) gets it as kept,
 * appended. "log.fork": another root of that size was kept. */
DEP_MUST_USE int dep_node_keep(struct dep_node *node, struct dep_checkpoint *out,
                               struct dep_buf *out_note, struct dep_problem *problem);
/* Who signed it, by the charter in force. */
DEP_MUST_USE int dep_node_kept_judge(struct dep_node *node, const struct dep_kept *kept,
                                     struct dep_cosigned *out, struct dep_problem *problem);
/* Put a signature line behind those that are there, or a token beside them; durable when it
 * returns. What is there already changes nothing. */
DEP_MUST_USE int dep_node_kept_sign(struct dep_node *node, const struct dep_kept *kept,
                                    const struct dep_note_signature *line,
                                    struct dep_problem *problem);
/* `out` holds DEP_TOKEN_NAME_LEN + 1. */
void dep_token_name(struct dep_slice response, char *out);
DEP_MUST_USE int dep_node_kept_stamp(struct dep_node *node, const struct dep_kept *kept,
                                     struct dep_slice response, struct dep_problem *problem);
#endif
