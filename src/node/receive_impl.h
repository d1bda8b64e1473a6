/*
 * What the files of receiving share: the package that is being taken in.
 *
 * Layer:   node, private to it.
 */
#ifndef DEP_NODE_RECEIVE_IMPL_H
#define DEP_NODE_RECEIVE_IMPL_H
#include "node/receive_records.h"
#include "node/verify_bag.h"

struct receiving {
    struct dep_node *node;
    const struct dep_receive_order *order;
    struct dep_problem *problem;
    struct dep_received *out;
    char copy[4096]; /* path of the copy's folder; "" where there is none */
    int copy_fd;     /* and lock */
    int turn_fd;     /* lock of who takes something in */
    struct dep_bag_verified *bag;
    json_t *account;               /* of the verifier */
    struct dep_index_row answered; /* of a receipt: what it is for */
    struct dep_kept kept;
    json_t *claims;                     /* of foreign.received */
    char release[2 * DEP_HASH_LEN + 1]; /* of the sender: came, or is withdrawn; "" for none */
    json_t *foretold;                   /* claims of the foreign.record that withdrew it before */
    struct dep_kept withdrawn;          /* release.withdrawn about own releases that fall with it */
    struct receive_kit *kit;            /* of a field kit's register; or NULL */
    size_t answer_at; /* place among `kept`: foreign.received; of an answer its last record */
};

/* As dep_problem_found(), dep_problem_fault(). */
DEP_MUST_USE int receive_found(struct receiving *receiving, const char *id);
DEP_MUST_USE int receive_no_memory(struct receiving *receiving);
/* Member `name` of "package" in the account; "" where it isn't known. */
const char *receive_of_package(const struct receiving *receiving, const char *name);
/* It only says what became of something that was sent: a receipt, an acknowledgement. */
static inline bool receive_is_answer(const struct receiving *receiving)
{
    return receiving->out->kind == DEP_PACKAGE_RECEIPT ||
           receiving->out->kind == DEP_PACKAGE_ACKNOWLEDGEMENT;
}

/* The folder becomes `copy`, locked. "receive.register", those of dep_target_judge().
 * (receive_copy.c) */
DEP_MUST_USE int receive_copy(struct receiving *receiving);
/* One after the other from here on: each sees what those before it recorded. */
DEP_MUST_USE int receive_await_turn(struct receiving *receiving);
/* The copy: fills `bag`, `account`, and of `out` what it says of itself and what was found.
 * (receive_verify.c) */
DEP_MUST_USE int receive_verify(struct receiving *receiving);
/* Its head names by digest what was sent: fills `answered`; where the same answer was taken in
 * before `out->again`. "receive.receipt". (receive_answer.c) */
DEP_MUST_USE int receive_check_answer(struct receiving *receiving);
/* What was withdrawn in it or of it: fills `release`, `foretold`, `withdrawn`; marks the records
 * kept of a notice with the item that they are about. (receive_notice.c) */
DEP_MUST_USE int receive_notices(struct receiving *receiving);
/* Records kept that answer a request of this register, or withdraw one that was entered here, refer
 * to it (`answers`). (receive_request.c) */
DEP_MUST_USE int receive_request_answers(struct receiving *receiving);
/* Of a release with containers or incidents a marking.set about the item that it is sealed as,
 * among `kept`: its sender is the originator. (receive_marking.c) */
DEP_MUST_USE int receive_marking(struct receiving *receiving, const char *item);
/* Each field of evidence.intake that may be unknown and isn't stated is said to be so. Not 0: no
 * memory. */
DEP_MUST_USE int receive_not_stated(const struct receiving *receiving, json_t *claims);
/* The same record with the item that it speaks of; NULL without memory. */
json_t *receive_retold(const json_t *claims, const char *item);

/* ---- a field kit's register (receive_kit.c) ---- */
enum { RECEIVE_KIT_GROUP_MAX = 4096 }; /* drafts of one commit */
/* What of it is here, and whether the rest can be taken in: "receive.fork", "receive.item",
 * "receive.home", "secret.not_shared", "secret.reader". */
DEP_MUST_USE int receive_kit_prepare(struct receiving *receiving);
/* The next drafts, at most RECEIVE_KIT_GROUP_MAX, and the containers of the items that begin in
 * them; none: all is here. */
DEP_MUST_USE int receive_kit_fill(struct receiving *receiving, struct dep_kept *out);
/* What became of the drafts' commit, or that it didn't come to it. (receive_kit_item.c) */
void receive_kit_settle(struct receiving *receiving, int err);
/* All that is left, group by group. */
DEP_MUST_USE int receive_kit_rest(struct receiving *receiving);
void receive_kit_done(struct receive_kit *kit);
#endif
