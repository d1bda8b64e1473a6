/*
 * An item of a package opened with what its reader holds, held against what its record tells of it,
 * and its files written out: step 9 of verifying.
 *
 * Format:  doc/format/package.md sections 6, 9 and 10.
 * Layer:   node. Two threads; memory is constant but for parts, whose proofs are kept.
 */
#ifndef DEP_NODE_VERIFY_ITEM_H
#define DEP_NODE_VERIFY_ITEM_H
#include "collect/unseal.h"
#include "package/verify.h"

/* What the record shows of the manifest, and what is known of the container. */
struct dep_item_verify_order {
    int package_fd;          /* the package's folder */
    const char *item, *path; /* its id; below data/, dep_verify_item's */
    enum dep_item_as as;
    uint64_t pieces;
    struct dep_container_facts facts; /* has_payload false: that was compared before */
    struct dep_age_with with;         /* what is held; or nothing */
    int extract_fd;                   /* a folder where its files go, below ITEM/; -1: nowhere */
    /* Each finding; what it points to is borrowed until it returns, `field` is the member concerned
     * as it may be shown. Other than DEP_OK ends the work and is returned. */
    int (*each)(void *context, const struct dep_verify_found *found);
    dep_seal_progress_fn *progress; /* may be NULL */
    void *context;                  /* of both */
};
struct dep_item_verified {
    bool opened;
    /* DEP_UNPROVED where nothing opens it or no root is known; else DEP_INTACT or DEP_ALTERED. */
    enum dep_result content;
    uint64_t files, bytes; /* compared */
    uint64_t extracted;    /* files written */
};
/*
 * Every byte. Findings, all of result altered unless told otherwise:
 *
 *   "age.identity", "age.passphrase"   nothing that is held opens it (unproved, aside)
 *   "age.*", "container.len"           it isn't what age writes, or not whole
 *   "container.*", "manifest.*", "tar.*", and behind them "item.manifest" once
 *   "part.*" of dep_parts_parse(), "part.root", "part.item" (proofs of another item),
 *   "part.content", "part.member"
 *   "extract.link" (a symbolic link isn't made), "extract.name" (this file system doesn't take that
 *   name, or has it already): not shown, aside
 *
 * Only what is intact is extracted, all of it or nothing under that name: files with mode 0600 and
 * their times, hard links, folders, the manifest or the proofs. What else tar would restore stands
 * in the manifest.
 */
DEP_MUST_USE int dep_item_verify(const struct dep_item_verify_order *order,
                                 struct dep_item_verified *out, struct dep_fault *fault);
#endif
