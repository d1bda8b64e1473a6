/*
 * Withdrawals on their way to whoever holds what was released: which releases fall with a consent
 * or with what a sender withdrew, and whom to tell.
 *
 * Format:  doc/format/consent.md ("Notices"), doc/format/foreign.md section 4.
 * Layer:   node.
 */
#ifndef DEP_NODE_NOTICE_H
#define DEP_NODE_NOTICE_H
#include "node/act.h"
#include "rules/charter.h"

/* What no longer stands. */
struct dep_fallen {
    json_t *given; /* SHA-256 in hex of a consent or an assurance: whose record it is */
    json_t *ended; /* "HEX MEMBER": withdrawn, by that member's record */
    json_t *items; /* items of this register that whoever sent them withdrew */
};
DEP_MUST_USE int dep_fallen_new(struct dep_fallen *out);
void dep_fallen_done(struct dep_fallen *fallen);
#define DEP_AUTO_FALLEN DEP_CLEANUP(dep_fallen_done) struct dep_fallen
/* A record of this register that was withdrawn here. Faults: memory, as of the next two. */
DEP_MUST_USE int dep_fallen_add(struct dep_fallen *fallen, const struct dep_hash *sha256);
DEP_MUST_USE int dep_fallen_add_item(struct dep_fallen *fallen, const char *item);
/* The claims of a foreign.record. A consent of another member falls by that member's own withdrawal
 * alone; what says nothing of the kind is passed over. */
DEP_MUST_USE int dep_fallen_hear(struct dep_fallen *fallen, const struct dep_schemas *schemas,
                                 const json_t *claims);
/* Every foreign.record that this officer can read. */
DEP_MUST_USE int dep_fallen_hear_all(struct dep_fallen *fallen, struct dep_node *node,
                                     struct dep_problem *problem);

/*
 * What of a release.made rests on it and wasn't withdrawn yet: `each` gets the scope, once with all
 * of the release, or once for each of its items that falls while others stand. Other than DEP_OK
 * ends it and is returned.
 */
typedef int dep_fallen_fn(void *context, const struct dep_act *made, const json_t *scope);
DEP_MUST_USE int dep_fallen_of(struct dep_node *node, const struct dep_fallen *fallen,
                               const struct dep_act *made, dep_fallen_fn *each, void *context,
                               struct dep_problem *problem);

/* Code of the recipient of the release that a release.withdrawn is about; "" where this officer
 * can't read it. */
DEP_MUST_USE int dep_notice_recipient(struct dep_node *node, const struct dep_view *withdrawn,
                                      char out[DEP_CODE_LEN_MAX + 1], struct dep_problem *problem);
#endif
