/*
 * Making a register: keys, a charter of one, first records, first checkpoint.
 * Layer:   node.
 */
#ifndef DEP_NODE_INIT_H
#define DEP_NODE_INIT_H
#include "node/node.h"

struct dep_init_order {
    const char *dir, *member, *name, *officer;
    const char *origin;             /* NULL: "<member>/<random>" */
    unsigned roles;                 /* of the first officer; 0: custodian and administrator */
    const char *const *territories; /* whose host State the member is; none: an organisation */
    size_t territory_count;
    const char *root_out;        /* file for the root key: must not exist */
    const char *const *recovery; /* "age1..." */
    size_t recovery_count;       /* 0 only with no_recovery */
    bool no_recovery, no_passphrase;
    const char *home_card; /* profile field: file made by `key card`; NULL: profile office */
    struct dep_world world;
};
/* Wholly there or not at all. Findings "init.*" for what the order lacks or gets wrong. */
DEP_MUST_USE int dep_node_init(const struct dep_init_order *order, struct dep_problem *problem);
#endif
