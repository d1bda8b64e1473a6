/*
 * The charter of a register: which one governs a place of its log, and how the next comes into
 * force by file: drafted, adopted, entered, shown, verified.
 *
 * Format:  doc/format/charter.md.
 * Layer:   node.
 */
#ifndef DEP_NODE_CHARTER_H
#define DEP_NODE_CHARTER_H
#include "node/node.h"
#include "rules/charter.h"

enum { DEP_CHARTER_FILES_MAX = 256, DEP_ADOPTIONS_LEN_MAX = 4 * 1024 * 1024 };

/* One that came into force in this log. */
struct dep_charter_entry {
    uint64_t index; /* of charter.entered: it governs the records above */
    int64_t iat;
    char jti[DEP_UUID_LEN + 1];
    struct dep_charter *charter; /* the node's */
};

/* Read a charter from outside. Findings of dep_charter_parse(); problem->detail: where in it. */
DEP_MUST_USE int dep_charter_read(struct dep_slice text, struct dep_charter **out,
                                  struct dep_problem *problem);
/*
 * The charter that governs the record at `index`, be it recorded already or the next. Borrowed
 * until the node is closed. Finding "charter.absent": none had been entered below.
 */
DEP_MUST_USE int dep_node_charter(struct dep_node *node, uint64_t index,
                                  const struct dep_charter **out, struct dep_problem *problem);
/* All of them, in the order of the log; borrowed until the next of these calls. */
DEP_MUST_USE int dep_node_charters(struct dep_node *node, const struct dep_charter_entry **out,
                                   size_t *out_count, struct dep_problem *problem);
/* The bytes that were adopted, appended. */
DEP_MUST_USE int dep_node_charter_text(struct dep_node *node, const struct dep_hash *digest,
                                       struct dep_buf *out, struct dep_problem *problem);

/*
 * The next charter, as JSON to edit: that in force with the next number, from now on; or
 * (`founding`) number 1 of several members, each of whom has had a charter of its own until then.
 * `entries` are members' entries as dep_node_charter_member() writes them: each takes the place of
 * the one of its id, or is added. Appended. Finding "charter.member.form" (problem->detail: which).
 */
struct dep_charter_draft {
    bool founding;
    const struct dep_slice *entries;
    size_t entry_count;
    /* Published verifiers, each in the place of the one of its name, or added. */
    const struct dep_charter_verifier {
        const char *name;
        struct dep_hash sha256;
    } * verifiers;
    size_t verifier_count;
};
DEP_MUST_USE int dep_node_charter_draft(struct dep_node *node,
                                        const struct dep_charter_draft *order, struct dep_buf *out,
                                        struct dep_problem *problem);
/* This member's own entry, for others to put into a draft. Appended. */
DEP_MUST_USE int dep_node_charter_member(struct dep_node *node, struct dep_buf *out,
                                         struct dep_problem *problem);

/*
 * Adopt `text`: it is kept, and charter.adopted recorded, signed by the root key of `root_file`.
 * `out_jwt` gets the record, which is what others need; so it does where it had been adopted
 * already, and nothing more is recorded. Findings of dep_charter_parse(), "charter.member" (neither
 * it nor the charter in force names this member), "charter.root" (it names this member as one that
 * keeps no register, and doesn't follow the charter in force), "key.root_other".
 */
DEP_MUST_USE int dep_node_charter_adopt(struct dep_node *node, struct dep_slice text,
                                        const char *root_file, struct dep_done *out,
                                        struct dep_buf *out_jwt, struct dep_problem *problem);

/*
 * Enter a charter that was adopted. `files` are what others sent: texts of charters before it that
 * aren't here yet, and adoptions, one or more a file; what this register has is added. It comes
 * into force where
 * - it succeeds the one in force (dep_charter_succeeds), or
 * - this member's own root adopted it, and it is a first charter, or succeeds one whose text is
 *   here: so a member goes from a charter of its own to that of several, and nobody takes it there;
 * and it names this member with this log's root key and origin, and `from` is past and not before
 * that of the charter in force. None is entered twice. Findings of dep_charter_parse(),
 * dep_charter_succeeds() and dep_charter_chain_verify() (problem->detail: the member),
 * "charter.member", "charter.root", "charter.origin", "charter.early", "charter.interval",
 * "charter.entered_already", "charter.own_adoption", "charter.text.absent" (detail: of which
 * charter before), "charter.file" (neither a charter nor adoptions). Signed by the registrar key,
 * which an administrator holds.
 */
DEP_MUST_USE int dep_node_charter_enter(struct dep_node *node, struct dep_slice text,
                                        const struct dep_slice *files, size_t file_count,
                                        struct dep_done *out, struct dep_problem *problem);

/* What dep_node_charter_verify() found out about the charter in force and those before it. */
struct dep_charter_verified {
    size_t count,
        trusted; /* charters 1 to count; how many the pin (or the chain itself) vouches for */
    struct dep_finding why; /* where trusted < count: what is wrong with the next */
    int64_t number;         /* of the last that is trusted */
};
/* `pin`: DEP_FINGERPRINT_BYTES, or NULL. Findings of dep_charter_chain_verify(). */
DEP_MUST_USE int dep_node_charter_verify(struct dep_node *node, const uint8_t *pin,
                                         struct dep_charter_verified *out,
                                         struct dep_problem *problem);
/* C2SP tlog-policy of this log under the charter in force. Appended. */
DEP_MUST_USE int dep_node_charter_policy(struct dep_node *node, struct dep_buf *out,
                                         struct dep_problem *problem);
#endif
