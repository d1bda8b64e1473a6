/*
 * Parts of an item: the member `proofs` of parts.tar.age, by which each part's manifest line is one
 * of the sealed container's, though the container isn't there.
 *
 * Format:  doc/format/package.md section 6.2.
 * Layer:   package (pure).
 */
#ifndef DEP_PACKAGE_PARTS_H
#define DEP_PACKAGE_PARTS_H
#include "log/merkle.h"
#include "vault/manifest.h"

enum { DEP_PARTS_LEN_MAX = 256 * 1024 * 1024, DEP_PART_LINES_MAX = 1 << 26 };

/* ---- making ---- */

/* The hash tree over a manifest's lines: 64 bytes a line, a proof in O(log n). */
struct dep_part_tree;
DEP_MUST_USE int dep_part_tree_new(struct dep_part_tree **out);
void dep_part_tree_free(struct dep_part_tree *tree);
/* Each line's leaf (dep_entry_leaf), in order. DEP_ERR_CAP above DEP_PART_LINES_MAX. */
DEP_MUST_USE int dep_part_tree_add(struct dep_part_tree *tree, const struct dep_hash *leaf);
uint64_t dep_part_tree_count(const struct dep_part_tree *tree);
DEP_MUST_USE int dep_part_tree_root(struct dep_part_tree *tree, struct dep_hash *out);
/* Requires index < count. */
DEP_MUST_USE int dep_part_tree_prove(struct dep_part_tree *tree, uint64_t index,
                                     struct dep_merkle_proof *out);

struct dep_parts_head {
    char item[DEP_UUID_LEN + 1];
    uint64_t lines; /* in the manifest */
    struct dep_hash root;
};
DEP_MUST_USE int dep_parts_head_encode(const struct dep_parts_head *head, struct dep_buf *out);
/* `line` without LF. Parts in order of their indices. */
DEP_MUST_USE int dep_part_encode(uint64_t index, struct dep_slice line,
                                 const struct dep_merkle_proof *proof, struct dep_buf *out);

/* ---- reading ---- */

struct dep_part {
    uint64_t index;
    struct dep_slice line;
    struct dep_entry entry; /* borrowed until `each` returns */
};
/*
 * All parts in order, each proved in the root that the head names; whether that is the record's
 * `manifest_root` the caller says. Takes exactly what the encoders write. What `each` returns, if
 * not DEP_OK, is returned. Findings "part.len", "part.head", "part.form", "part.index" (not
 * ascending, not in the manifest), "part.proof", "part.kind" (a folder, or not taken: there are no
 * bytes of it), and "manifest.*" of the line. Offsets count from the front of `text`. With no part
 * at all "part.form". `out` is untouched unless all of it is good; `each` was called before.
 */
typedef int dep_part_fn(void *context, const struct dep_part *part);
DEP_MUST_USE int dep_parts_parse(struct dep_slice text, dep_part_fn *each, void *context,
                                 struct dep_parts_head *out, struct dep_finding *why);
#endif
