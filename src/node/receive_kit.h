/*
 * What the two files of taking a field kit's register in share (doc/decisions/032).
 *
 * Layer:   node, private to receive_kit.c and receive_kit_item.c.
 */
#ifndef DEP_NODE_RECEIVE_KIT_H
#define DEP_NODE_RECEIVE_KIT_H
#include "node/handed.h"
#include "node/kit_secrets.h"
#include "node/receive_impl.h"

struct receive_kit {
    json_t *known; /* "ORIGIN INDEX" of the kit's records that are here -> SHA-256 */
    /* ids of its items that are here: true, or false where they came with this package */
    json_t *items;
    struct dep_receive_lines *lines;
    struct dep_kit_secrets *secrets;
    size_t next;      /* place among the verifier's records */
    json_t *group;    /* ids of items whose containers the group that is made brings, in order */
    size_t group_len; /* bytes of records in it */
    int pending_fd;   /* lock of the group's first; -1: none */
};

/* "receive.item" where an item of that id is here that didn't come from this kit: whoever keeps the
 * item gave it its id. (receive_kit.c) */
DEP_MUST_USE int receive_kit_check_id(struct receiving *receiving, const char *item);

/* ---- receive_kit_item.c ---- */
/* `view` is of the kit's first record of the item: its container is brought, its intake drafted. */
DEP_MUST_USE int receive_kit_begin(struct receiving *receiving, const struct dep_view *view,
                                   const char *item, struct dep_kept *out);
/* `view` is of a marking.set of the kit about an item that is here. */
DEP_MUST_USE int receive_kit_mark(struct receiving *receiving, const struct dep_view *view,
                                  const char *item, struct dep_kept *out);
#endif
