/*
 * Members of an opened container into a folder.
 *
 * Layer:   node, private to verify_item.
 */
#ifndef DEP_NODE_ITEM_EXTRACT_H
#define DEP_NODE_ITEM_EXTRACT_H
#include "collect/unseal.h"

struct dep_item_extract;
/* Folder .unfinished-ITEM in `dir_fd`. */
DEP_MUST_USE int dep_item_extract_new(struct dep_container *container, int dir_fd, const char *item,
                                      struct dep_item_extract **out, struct dep_fault *fault);
void dep_item_extract_free(struct dep_item_extract *extract);
/* One entry, its digest compared. Findings "extract.link", "extract.name": passed over; any other:
 * nothing more of this container is to be believed. */
DEP_MUST_USE int dep_item_extract_entry(struct dep_item_extract *extract,
                                        const struct dep_entry *entry, struct dep_finding *why,
                                        struct dep_fault *fault);
/* A member as it lies there: the manifest, the proofs. */
DEP_MUST_USE int dep_item_extract_raw(struct dep_item_extract *extract, const char *name,
                                      uint64_t offset, uint64_t len, struct dep_finding *why,
                                      struct dep_fault *fault);
/* Its name, durably. */
DEP_MUST_USE int dep_item_extract_publish(struct dep_item_extract *extract,
                                          struct dep_fault *fault);
uint64_t dep_item_extract_count(const struct dep_item_extract *extract);
#endif
