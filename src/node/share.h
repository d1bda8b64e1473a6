/*
 * Who opens the key files of the register: its officers in force by role, and recovery.
 *
 * A role's key goes to a new officer from one who holds it. Where the one who enrols doesn't, the new
 * officer waits: told by an empty file keys/waits-ROLE.KID, and left out of every wrapping until
 * dep_key_share() names her.
 *
 * Format:  doc/format/register.md section 2.
 * Layer:   node, private to it.
 */
#ifndef DEP_NODE_SHARE_H
#define DEP_NODE_SHARE_H
#include "node/node_impl.h"

enum { DEP_SHARE_HOLDERS_MAX = 256 };

/* Recipients of a key file: officers in force with one of `roles` (0: all) who don't wait for it, and
 * `admit` (a kid, may be NULL) who does; and recovery. `out` holds DEP_SHARE_HOLDERS_MAX. */
size_t dep_share_holders(const struct dep_node *node, int keys_fd, unsigned roles,
                         const char *admit, struct dep_age_recipient *out);
/* Before `kid` is enrolled: she waits for those of `roles` that have a key. */
DEP_MUST_USE int dep_share_wait(struct dep_node *node, const char *kid, unsigned roles,
                                struct dep_problem *problem);
/* Re-encrypts each key file that `with` opens; `admit` waits for none of them any more. */
DEP_MUST_USE int dep_share_rewrap(struct dep_node *node, const struct dep_age_identity *with,
                                  const char *admit, struct dep_problem *problem);
/* Whether that would meet a damaged file; writes nothing. */
DEP_MUST_USE int dep_share_try(struct dep_node *node, const struct dep_age_identity *with,
                               struct dep_problem *problem);
#endif
