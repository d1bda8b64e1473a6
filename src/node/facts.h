/*
 * What this register knows that a rule may ask for: its records of request, consent, assurance and
 * approval as facts (src/rules/judge.h), and what is known of the material of an action.
 *
 * Format:  doc/format/consent.md (records), section "From records to facts".
 * Layer:   node. What one record says is rules/fact.h and rules/action.h.
 * Reads:   with the officer's roles; legal reads all of it. What could not be read is told, one by
 *          one: it counts neither as there nor as absent.
 */
#ifndef DEP_NODE_FACTS_H
#define DEP_NODE_FACTS_H
#include "node/node.h"
#include "rules/judge.h"

/* A record that a rule may ask for and that this reader could not read. */
struct dep_unread {
    char jti[DEP_UUID_LEN + 1];
    char type[DEP_TYPE_LEN_MAX + 1];
    char item[DEP_UUID_LEN + 1]; /* or "" */
    const char *why; /* "secret.erased", "secret.reader", "secret.locked"; "fact.form" */
    bool shows;      /* to the officer: of any other it is not told that it is there */
};

/*
 * The first `size` records of this log, as they are known at `now_s`, give or take `uncertainty_s`.
 * What stands in them came before: where the clocks leave the order open, the log settles it.
 */
struct dep_moment {
    uint64_t size;
    int64_t now_s, uncertainty_s;
};

struct dep_known {
    struct dep_moment moment;
    const char *member;                /* borrowed from the node */
    const struct dep_charter *charter; /* in force at `size`; borrowed from the node */
    struct dep_names *names;           /* borrowed from the node */
    struct dep_facts *facts;
    struct dep_unread *unread;
    size_t unread_count;
    /* The officer's roles don't read every type that was looked at, recorded or not. */
    bool partial;
};
void dep_known_done(struct dep_known *known);
#define DEP_AUTO_KNOWN DEP_CLEANUP(dep_known_done) struct dep_known

/* All of the log, now. */
struct dep_moment dep_node_moment(struct dep_node *node);
/*
 * Unlocks. Facts withdrawn, lapsed or not yet in force are among them: the judge tells those apart.
 * Findings: those of dep_node_charter().
 */
DEP_MUST_USE int dep_node_known(struct dep_node *node, const struct dep_moment *moment,
                                struct dep_known *out, struct dep_problem *problem);

/* Opens what dep_node_known() is made of, so that under a lock only what came since has to be.
 * Findings: the same. */
DEP_MUST_USE int dep_node_hear(struct dep_node *node, struct dep_problem *problem);

/*
 * One material of an action: `stated` is an element of `materials` in release.prepared. What is
 * known of it comes from the item's own record (territory, legal basis, what is sensitive) and its
 * newest marking at that moment. Findings, with the item as detail: "item.absent";
 * "material.unread" (one of the two can't be read any more or not by this officer); "material.code"
 * (a code that isn't in the charter's lists: whatever a rule says about it would be missed);
 * "marking.disputed".
 */
DEP_MUST_USE int dep_node_material(struct dep_node *node, const struct dep_known *known,
                                   const json_t *stated, struct dep_material *out,
                                   struct dep_problem *problem);
#endif
