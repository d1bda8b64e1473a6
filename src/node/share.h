/*
 * Who opens the key files of the register: its officers in force by role, and recovery.
 *
 * A role's key goes to a new officer from one who holds it, by a record that the holder signs
 * (key.shared): until then she waits, and is left out of every wrapping. Who holds a key is judged
 * by the records alone (record/keyset.h, `held`).
 *
 * Format:  doc/format/register.md section 2.
 * Layer:   node, private to it.
 */
#ifndef DEP_NODE_SHARE_H
#define DEP_NODE_SHARE_H
#include "node/node_impl.h"

enum { DEP_SHARE_HOLDERS_MAX = 256 };

/* Recipients of a key file: officers in force with one of `roles` (0: all), of a role that reads
 * those who hold its key; and recovery. `out` holds DEP_SHARE_HOLDERS_MAX. */
size_t dep_share_holders(const struct dep_node *node, unsigned roles,
                         struct dep_age_recipient *out);
/* Re-encrypts each key file that `with` opens. */
DEP_MUST_USE int dep_share_rewrap(struct dep_node *node, const struct dep_age_identity *with,
                                  struct dep_problem *problem);
/* Whether that would meet a damaged file, and the roles that read whose file it opens; writes
 * nothing. */
DEP_MUST_USE int dep_share_try(struct dep_node *node, const struct dep_age_identity *with,
                               unsigned *out_opened, struct dep_problem *problem);
/* Of key.shared; NULL without memory. */
json_t *dep_share_claims(const char *kid, unsigned roles);
#endif
