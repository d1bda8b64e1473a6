/*
 * Packages that come from others: verified as anybody would, then sealed as an item of this
 * register, and what was said in them by another member is heard from there on.
 *
 * Format:  doc/format/foreign.md.
 * Layer:   node.
 */
#ifndef DEP_NODE_RECEIVE_H
#define DEP_NODE_RECEIVE_H
#include "collect/seal.h"
#include "node/node.h"
#include "package/verify.h"

enum { DEP_RECEIVED_RECORDS_MAX = 20000 };

/* What a package says of itself, once it is verified. Borrowed during the call. */
struct dep_receive_told {
    const char *package, *sender;
    enum dep_package_kind kind;
    enum dep_result result;
    struct dep_verify *verify;
    const json_t *account; /* dep_verify_account() */
};
struct dep_receive_order {
    const char *dir;
    bool unproved; /* take it in although something that the rules need is unproved */
    /* After verifying, whatever comes of it; may be NULL. */
    void (*verified)(void *context, const struct dep_receive_told *told);
    /* Before anything is taken in; false ends it ("receive.declined"). May be NULL. */
    bool (*confirm)(void *context, const struct dep_receive_told *told);
    dep_progress_fn *copying, *verifying; /* may be NULL */
    void (*waiting)(void *context);       /* for another receive, for a second now; may be NULL */
    dep_seal_progress_fn *sealing;        /* may be NULL */
    void *context;                        /* of the six */
};
struct dep_received {
    char package[DEP_UUID_LEN + 1];
    char sender[DEP_MEMBER_LEN_MAX + 1];
    enum dep_package_kind kind;
    enum dep_result result;
    bool again;       /* it was taken in before: nothing was recorded now */
    char finding[64]; /* the first that was against it, or "" */
    /* foreign.received; of a receipt or an acknowledgement the foreign.record that was made of
     * it */
    struct dep_done record;
    char item[DEP_UUID_LEN + 1];
    uint64_t records; /* that are heard from here on */
    /* The item that a notice withdraws; of what was withdrawn before it came, its own; or "". */
    char withdrawn_item[DEP_UUID_LEN + 1];
    uint64_t withdrawals; /* release.withdrawn: of own releases that rest on what was withdrawn */
    /* Of a field kit's register: its items and records that are in this register from now on, and
     * weren't. */
    uint64_t kit_items, kit_records;
    bool owed; /* and this officer may not sign them: none was recorded */
};
/*
 * Nothing of the folder is trusted before it was copied and the copy verified, pinned to the
 * charter in force here. Findings:
 *
 *   "receive.altered"    the package is altered; that it was refused is recorded (`out` is filled)
 *   "receive.kit"        the register of a kit whose charter doesn't lead to the one in force here:
 *                        it is no member of it (a kit that was made with its home's id can't be
 *                        one)
 *   "receive.fork"       a kit's log has another record where one stood that is here: it went on
 *                        twice
 *   "receive.item"       an item of a kit has the id of one that came here by another way
 *   "receive.home"       what a kit sealed doesn't open with the keys of this register: it isn't
 *                        its home
 *   "receive.unproved"   something that the rules need is unproved; nothing was recorded
 *   "receive.other"      a package of this id was taken in, and it was another one
 *   "receive.own"        it was sent by this member
 *   "receive.recipient"  it is for somebody else
 *   "receive.receipt"    a receipt for what this member never sent so, or by whom it wasn't sent
 *                        to; an acknowledgement of no such withdrawal
 *   "receive.kind"       a kind that is taken in by another command, or not yet
 *   "receive.many"       more than DEP_RECEIVED_RECORDS_MAX records to be heard
 *   "receive.register"   the folder is the one that this register is in
 *   "receive.declined"   the caller said no
 *
 * and those of dep_node_charter(), dep_target_judge() of the register's disk. Several who receive
 * at once wait for each other once they have verified, so that what comes twice counts once.
 */
DEP_MUST_USE int dep_node_receive(struct dep_node *node, const struct dep_receive_order *order,
                                  struct dep_received *out, struct dep_problem *problem);

/*
 * The record of another member in a foreign.record: parsed, its claims with the envelope. DEP_FOUND
 * where `claims` don't hold one.
 */
struct dep_presentation;
DEP_MUST_USE int dep_foreign_open(const struct dep_schemas *schemas, const json_t *claims,
                                  struct dep_presentation *out, struct dep_finding *why);
#endif
