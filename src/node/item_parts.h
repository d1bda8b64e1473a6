/*
 * Some members of a container with what proves them in its root: chosen by their paths, then added
 * to a new age file.
 *
 * Format:  doc/format/package.md section 6.2.
 * Layer:   node, private to pack_item.
 */
#ifndef DEP_NODE_ITEM_PARTS_H
#define DEP_NODE_ITEM_PARTS_H
#include "node/item_out.h"

struct dep_item_parts;
/* Findings of dep_pack_item(). The container is borrowed. */
DEP_MUST_USE int dep_item_parts_new(struct dep_container *container,
                                    const struct dep_pack_item_order *order,
                                    struct dep_item_parts **out, struct dep_problem *problem);
void dep_item_parts_free(struct dep_item_parts *parts);
/* Of the new tar. */
uint64_t dep_item_parts_len(const struct dep_item_parts *parts);
/* All of that tar behind `header`, under this file key. */
DEP_MUST_USE int dep_item_parts_seal(struct dep_item_parts *parts,
                                     const uint8_t file_key[DEP_AGE_FILE_KEY_LEN],
                                     struct dep_slice header, struct dep_item_out *item_out,
                                     struct dep_problem *problem);
#endif
