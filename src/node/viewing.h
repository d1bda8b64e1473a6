/*
 * A view of a record that is made in steps, of which the middle one needs nothing of the node and
 * may run in any thread: where many are opened, by all processors. dep_node_view_row() goes the
 * same steps.
 *
 * Layer:   node, private to it.
 */
#ifndef DEP_NODE_VIEWING_H
#define DEP_NODE_VIEWING_H
#include "node/node_impl.h"

struct dep_viewing {
    struct dep_view view;
    const struct dep_schemas *schemas; /* borrowed of the node */
    struct dep_record record;          /* borrows from view.jwt */
    struct dep_hash sha256;            /* of what was parsed */
    struct dep_buf secret;             /* its private line */
    uint8_t key[DEP_AEAD_KEY_LEN];     /* to that */
    bool keyed;                        /* both are there */
};
void dep_viewing_done(struct dep_viewing *viewing);
/* What was opened goes; it may end, or begin again, in the same room. */
void dep_viewing_clear(struct dep_viewing *viewing);
/* Can its row be viewed so? Its protected fields are there, and it holds no other record. */
bool dep_viewing_possible(const struct dep_index_row *row);
/* The line is read, and the private line with its key, as far as this officer may see them.
 * `viewing` is all zero, or cleared. */
DEP_MUST_USE int dep_viewing_begin(struct dep_node *node, const struct dep_index_row *row,
                                   struct dep_viewing *viewing, struct dep_problem *problem);
/* Any thread: parsed, compared with its row, opened. */
DEP_MUST_USE int dep_viewing_open(struct dep_viewing *viewing, struct dep_problem *problem);
/* Compared with the log: not before this is `view` to be believed. */
DEP_MUST_USE int dep_viewing_end(struct dep_node *node, const struct dep_viewing *viewing,
                                 struct dep_problem *problem);
#endif
