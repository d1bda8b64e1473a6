/*
 * What was heard of: requests, consents, assurances and approvals, and what was said of them later
 * (answers, checks, withdrawals, corrections), as facts for the judge. Fed records in any order,
 * from a register or from a package.
 *
 * Format:  doc/format/consent.md, "What the judge reads".
 * Layer:   rules (pure).
 */
#ifndef DEP_RULES_HEARD_H
#define DEP_RULES_HEARD_H
#include "rules/fact.h"

/* A type of record that matters here. What counts of an `open` one is open. */
struct dep_heard_type {
    const char *type;
    bool open;
};
size_t dep_heard_type_count(void);
const struct dep_heard_type *dep_heard_type_at(size_t index);
/* NULL where it doesn't matter. */
const struct dep_heard_type *dep_heard_type_find(const char *type);

/* Who signed something, by which key, and at which place of which log. */
struct dep_heard_signature {
    const char *origin, *kid; /* borrowed */
    uint64_t index;
};

struct dep_heard_record {
    struct dep_hash sha256; /* of its JWT */
    uint64_t index;         /* from where on it was heard of */
    const char *type;       /* one of those above */
    const json_t *claims;   /* with the envelope; at least the open ones */
    bool whole;             /* and all the others */
    struct dep_heard_signature by;
};

struct dep_heard;
/* What stands there was recorded at the latest at `before_s`, whatever its clock says. `reader` is
 * copied. */
DEP_MUST_USE int dep_heard_new(const struct dep_fact_reader *reader, int64_t before_s,
                               struct dep_heard **out);
void dep_heard_free(struct dep_heard *heard);
static inline void dep_heard_release(struct dep_heard **heard)
{
    dep_heard_free(*heard);
}
#define DEP_AUTO_HEARD DEP_CLEANUP(dep_heard_release) struct dep_heard
/*
 * Take a record in. Its claims may go afterwards. One that gives nothing is taken and forgotten;
 * one taken again, at whatever index, counts once, at the lowest. Findings: "fact.form",
 * "fact.unread" (it isn't whole, and gives something only as a whole); what was said later counts
 * all the same, against who relies on it: an answer that can't be read may be a withdrawal, and a
 * check that can't be read confirms nothing. A fact's records are found by their SHA-256, and only
 * their own member says anything of them.
 */
DEP_MUST_USE int dep_heard_add(struct dep_heard *heard, const struct dep_heard_record *record,
                               struct dep_finding *why);
/*
 * That a key was revoked was heard of at `index`: from `from_index` on and below the place of its
 * revocation, `of.index`, nobody knows who signed with it. What was so given or confirmed counts no
 * longer from where that was heard of; what was withdrawn or denied stays so. One that distrusts
 * nothing is forgotten.
 */
struct dep_heard_revocation {
    struct dep_heard_signature of; /* the key revoked, and where */
    uint64_t from_index, index;
};
DEP_MUST_USE int dep_heard_add_revocation(struct dep_heard *heard,
                                          const struct dep_heard_revocation *revocation);
/* Which key signed a status record that was heard of. */
DEP_MUST_USE int dep_heard_add_issued(struct dep_heard *heard, const struct dep_hash *status,
                                      const struct dep_heard_signature *by);
/* A status record of `member` was heard of at `index` that is proved to list `consent`. Of several
 * the newest counts, and only of its own member's consents. */
struct dep_heard_status {
    struct dep_hash consent, status;
    uint64_t index;
    const char *member;
    int64_t made_s; /* its uncertainty taken off */
};
DEP_MUST_USE int dep_heard_add_status(struct dep_heard *heard,
                                      const struct dep_heard_status *status);
/* Add the facts that came of it. Withdrawn and lapsed ones are among them: the judge tells those
 * apart. Approvals that were taken back are too, refusals to approve aren't. */
DEP_MUST_USE int dep_heard_facts(const struct dep_heard *heard, struct dep_facts *facts);
/* The same of another moment: of the records below `size` alone, recorded at the latest at
 * `before_s`. What was taken in serves for as many as are asked for. */
DEP_MUST_USE int dep_heard_facts_at(const struct dep_heard *heard, int64_t before_s, uint64_t size,
                                    struct dep_facts *facts);
#endif
