/*
 * What the flows of a campaign come to: each counted once, pledges never, and nothing that is only
 * about so much added to what is exact.
 *
 * Format:  doc/format/mandate.md section 3 (the boundary rule of OCHA's Financial Tracking
 *          Service).
 * Layer:   rules (pure: no files, no clock, no network).
 * Owns:    nothing; every pointer borrows.
 */
#ifndef DEP_RULES_LEDGER_H
#define DEP_RULES_LEDGER_H
#include "codec/decimal.h"

enum dep_flow_kind { DEP_FLOW_PLEDGE, DEP_FLOW_COMMITMENT, DEP_FLOW_PAYMENT };
enum dep_flow_side { DEP_SIDE_OF_PROVIDER, DEP_SIDE_OF_RECEIVER, DEP_SIDE_OF_OTHER };
enum dep_amount_is {
    DEP_AMOUNT_EXACT,
    DEP_AMOUNT_ABOUT,
    DEP_AMOUNT_MORE_THAN,     /* and nobody knows by how much */
    DEP_AMOUNT_NOT_DISCLOSED, /* or in kind: there is no figure */
};

/* Where an entry stands in the totals. */
enum dep_flow_place {
    DEP_FLOW_COUNTED, /* enters the totals of its kind */
    DEP_FLOW_KEPT, /* a pledge that was kept, a payment of what a commitment counts: its parent's */
    DEP_FLOW_OTHER_SIDE, /* the flow is counted by the entry of another side */
    DEP_FLOW_REPEATED,   /* ... by an earlier entry of the same side */
    DEP_FLOW_INSIDE,     /* passes between two within the boundary */
    DEP_FLOW_OUTWARD,    /* leaves it, or never touches it */
};

struct dep_flow {
    const char *id;
    const char *parent; /* id of the entry that it keeps or pays, or NULL */
    enum dep_flow_kind kind;
    enum dep_flow_side side;
    const char *provider, *receiver, *reference;
    enum dep_amount_is is;
    const char *currency; /* NULL where there is no amount */
    struct dep_decimal amount;
    const char *rate_currency; /* NULL: no rate */
    struct dep_decimal rate;
    bool rate_about;
    /* Set by dep_ledger_place(). */
    enum dep_flow_place place;
    size_t counted_by; /* the entry that counts it, where `place` is another side's or repeated */
    /* Of an entry that counts: the one that counts what any of its entries names as its parent, in
     * the same array. NULL: nothing in the totals. */
    const struct dep_flow *part_of;
    /* `value` is the amount in the ledger's currency, of a pledge what is left of it, and
     * `value_is` holds of it, whatever the amounts really are ("How sure"). Else there is no
     * rate, or `value_is` is not_disclosed: nothing is sure. */
    bool converted;
    struct dep_decimal value;
    enum dep_amount_is value_is;
    bool overpaid; /* a commitment that counts, and its payments surely come to more */
};

struct dep_ledger_of {
    const char *currency;
    const char *const *boundary; /* codes; none: each flow comes in */
    size_t boundary_count;
};
/*
 * Place and convert each entry; they stand in the order of their log. DEP_ERR_NOMEM; finding
 * "ledger.range" where an amount is beyond what can be added up (clause: section 3).
 */
DEP_MUST_USE int dep_ledger_place(const struct dep_ledger_of *of, struct dep_flow *flows,
                                  size_t count, struct dep_finding *why);

/* A sum in the ledger's currency; what can't be in it is counted beside it. */
struct dep_ledger_sum {
    struct dep_decimal exact, about, more_than;
    size_t exact_count, about_count, more_than_count;
    size_t undisclosed_count; /* no figure, or none that is sure */
    size_t foreign_count;     /* in a currency without a rate */
};
/* No flow is in it, nor counted beside it. */
bool dep_ledger_is_empty(const struct dep_ledger_sum *sum);
enum dep_ledger_total {
    DEP_LEDGER_PLEDGED,   /* announced and not kept yet: in no other total */
    DEP_LEDGER_COMMITTED, /* what counts: commitments, and payments without one */
    DEP_LEDGER_PAID,      /* payments, those of commitments as well */
};
/* Of those placed; only a provider's where it isn't NULL. Finding "ledger.range". */
DEP_MUST_USE int dep_ledger_sum(const struct dep_flow *flows, size_t count,
                                enum dep_ledger_total total, const char *provider,
                                struct dep_ledger_sum *out, struct dep_finding *why);

/* Where an entry and the one that counts the flow differ: "amount", "currency", "qualifier"; NULL
 * where they don't. */
const char *dep_flow_differs(const struct dep_flow *entry, const struct dep_flow *counted);
#endif
