/*
 * Protected fields of a field kit, in the package by which it hands its register over: lines of its
 * private/ and keyring/, found by what they are of.
 *
 * Format:  doc/format/package.md section 6.4, doc/format/register.md section 1.
 * Layer:   node, private to receive_kit.c.
 */
#ifndef DEP_NODE_KIT_SECRETS_H
#define DEP_NODE_KIT_SECRETS_H
#include "node/node_impl.h"

#include <stdio.h>

struct dep_kit_secrets;
/* Takes both files, which can be sought in, whatever it returns. */
DEP_MUST_USE int dep_kit_secrets_new(FILE *private, FILE *keyring, struct dep_kit_secrets **out,
                                     struct dep_problem *problem);
/* `folder`: of the package. */
DEP_MUST_USE int dep_kit_secrets_open(int folder, struct dep_kit_secrets **out,
                                      struct dep_problem *problem);
void dep_kit_secrets_free(struct dep_kit_secrets *secrets);
/* `secret`, `keys` and `keks` of the kit's record `jti` go into `claims`, a kit.record; nothing
 * where the package doesn't have them. */
DEP_MUST_USE int dep_kit_secrets_add(struct dep_kit_secrets *secrets, const char *jti,
                                     json_t *claims, struct dep_problem *problem);
#endif
