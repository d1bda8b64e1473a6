/*
 * Files of charter/ and what adopting, entering, verifying and auditing share.
 *
 * Format:  doc/format/charter.md section 4.
 * Layer:   node, private to it.
 */
#ifndef DEP_NODE_CHARTER_IMPL_H
#define DEP_NODE_CHARTER_IMPL_H
#include "node/charter.h"
#include "node/node_impl.h"

/* charter/<hex digest>.json and .adoptions */
enum dep_charter_file { DEP_CHARTER_TEXT, DEP_CHARTER_ADOPTIONS };
enum { DEP_CHARTER_PATH_LEN = 96 };
void dep_charter_path(const struct dep_hash *digest, enum dep_charter_file file,
                      char out[DEP_CHARTER_PATH_LEN]);
/* The charter of this digest, read from the register at `dir_fd`. DEP_FOUND "charter.text.absent",
 * "charter.text.altered", or those of dep_charter_parse(). */
DEP_MUST_USE int dep_charter_load(int dir_fd, const struct dep_hash *digest,
                                  struct dep_charter **out, struct dep_problem *problem);

/* Its bytes, appended; the first two of these. */
DEP_MUST_USE int dep_charter_text_load(int dir_fd, const struct dep_hash *digest,
                                       struct dep_buf *out, struct dep_problem *problem);

DEP_MUST_USE int dep_charter_text_save(int dir_fd, const struct dep_hash *digest,
                                       struct dep_slice text, struct dep_fault *fault);

/* Adoptions: JWTs, one a line, sorted by their digests. */
struct dep_adoptions {
    struct dep_buf text; /* what the slices borrow from */
    struct dep_adoption list[DEP_CHARTER_MEMBERS_MAX];
    struct dep_hash digests[DEP_CHARTER_MEMBERS_MAX];
    size_t count;
};
void dep_adoptions_init(struct dep_adoptions *adoptions);
void dep_adoptions_done(struct dep_adoptions *adoptions);
/* Split text that was added to `adoptions->text` into lines, sort them, drop what is there twice.
 * DEP_ERR_CAP over DEP_CHARTER_MEMBERS_MAX. */
DEP_MUST_USE int dep_adoptions_sort(struct dep_adoptions *adoptions);
/* None where there is no file. */
DEP_MUST_USE int dep_adoptions_load(int dir_fd, const struct dep_hash *digest,
                                    struct dep_adoptions *out, struct dep_problem *problem);

DEP_MUST_USE int dep_adoptions_save(int dir_fd, const struct dep_hash *digest,
                                    const struct dep_adoptions *adoptions, struct dep_fault *fault);

/* Charters of one line, 1 to the newest, each with its adoptions. Owned. */
struct dep_charter_line {
    struct dep_charter **charters;
    struct dep_adoptions **adoptions;
    struct dep_charter_link *links; /* to the two above */
    size_t count;
};
void dep_charter_line_done(struct dep_charter_line *line);
/* From `newest` back through `previous`. Findings of dep_charter_load(), "charter.number". */
DEP_MUST_USE int dep_charter_line_load(int dir_fd, const struct dep_hash *newest,
                                       struct dep_charter_line *out, struct dep_problem *problem);

/* Does a charter that is entered at `now_s` name this member with this log's keys? Findings
 * "charter.member", "charter.root", "charter.origin", "charter.early". */
DEP_MUST_USE int dep_charter_fits(const struct dep_charter *charter,
                                  const struct dep_register_info *info, int64_t now_s,
                                  struct dep_finding *why);
/* Is an adoption by `member` among them? */
bool dep_adoptions_have(const struct dep_adoptions *adoptions, const char *member);

/* This member's own record about a charter, from its log; its JWT appended where there is one. */
struct dep_own_adoption {
    struct dep_node *node;
    char hex[2 * DEP_HASH_LEN + 1]; /* of the charter */
    struct dep_problem *problem;
    bool found;
    struct dep_index_row row;
};
DEP_MUST_USE int dep_node_own_adoption(struct dep_node *node, const struct dep_charter *charter,
                                       struct dep_own_adoption *own, struct dep_buf *out,
                                       struct dep_problem *problem);

/* The text of a charter of one for a new register, appended. `territories`: of a State. */
DEP_MUST_USE int dep_charter_default(const struct dep_register_info *info,
                                     const struct dep_public_key *root,
                                     const char *const *territories, size_t territory_count,
                                     struct dep_buf *out);
/* {"charter_sha256","number"}; NULL without memory. */
json_t *dep_charter_claims(const struct dep_charter *charter);
/* ["<hex>",...]; NULL without memory. */
json_t *dep_adoptions_claim(const struct dep_adoptions *adoptions);

void dep_node_charters_done(struct dep_node *node);
#endif
