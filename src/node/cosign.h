/*
 * Cosigning by file: this member's cosigner key; requests of others answered; requests of our own
 * made and their answers taken in; forks shown.
 *
 * Format:  doc/format/package.md section 8, doc/format/register.md sections 6 and 7.
 * Standards:c2sp.org/tlog-witness, c2sp.org/tlog-cosignature.
 * Layer:   node.
 */
#ifndef DEP_NODE_COSIGN_H
#define DEP_NODE_COSIGN_H
#include "log/cosign.h"
#include "node/checkpoints.h"

/* ---- the cosigner's key ---- */
/*
 * Make one, for administrators to open, and enrol it with the root key of `root_file`. The charter
 * has yet to name it. "key.enrolled_already", "key.root_other".
 */
DEP_MUST_USE int dep_cosigner_enrol(struct dep_node *node, const char *root_file,
                                    struct dep_done *out, struct dep_problem *problem);
/* The verifier key in force, named "MEMBER/cosigner"; appended. "cosigner.key.absent". */
DEP_MUST_USE int dep_cosigner_vkey(struct dep_node *node, struct dep_buf *out,
                                   struct dep_problem *problem);

/* ---- answering others ---- */
/*
 * From now on the log of another member is known by the key that this proof (dep_log_key_proof() of
 * its register) shows: that member's root key in the charter in force enrolled it, and it signed
 * the checkpoint of the proof. `out_member`: DEP_MEMBER_LEN_MAX + 1. Findings of the proof and the
 * record in it, "cosign.key.form" (enrols no log's key), "cosign.key.root" (not signed by the
 * member's root key), "cosign.key.member" (no member in force), "cosign.key.older" (another key,
 * and a place in the log before that of the one known).
 */
DEP_MUST_USE int dep_cosign_know(struct dep_node *node, struct dep_slice proof, char *out_member,
                                 struct dep_problem *problem);

struct dep_cosign_given {
    struct dep_cosign_judged judged;
    char member[DEP_MEMBER_LEN_MAX + 1]; /* whose log it is; "" where it is no member's */
    char origin[DEP_ORIGIN_LEN_MAX + 1];
    uint64_t size;
    bool key_unknown;     /* with 403: no key of that log was made known here */
    bool forked;          /* this log is known to have forked, by this request or before */
    struct dep_done fork; /* the record of it, where this request showed it */
};
/*
 * Answer a request (appended): cosigned, or refused by the rules of tlog-witness. What is signed is
 * on disk before it is in `answer`; a fork is recorded with both notes. Opens the cosigner's key.
 * Findings of dep_cosign_request_parse(), "cosigner.key.absent", "cosign.state.absent" (the key is
 * here, what it signed isn't: a restored register never goes on signing).
 */
DEP_MUST_USE int dep_cosign_give(struct dep_node *node, struct dep_slice request,
                                 struct dep_cosign_given *out, struct dep_buf *answer,
                                 struct dep_problem *problem);

/* What this cosigner signed last of a log: its note (empty where nothing), which `out` borrows
 * from. */
DEP_MUST_USE int dep_cosign_newest(struct dep_node *node, struct dep_slice origin,
                                   struct dep_buf *out_note, struct dep_checkpoint *out,
                                   struct dep_problem *problem);
/*
 * From the folder of a package: what its sender's log needs to be cosigned, the proof of its key
 * for dep_cosign_know() and a request for dep_cosign_give(), from what was signed last. Nothing is
 * believed here: both are judged as if they had come by themselves. Appended. "cosign.package" (its
 * checkpoint, the record of its log's key or a tile isn't there), "cosign.package.proof" (no proof
 * from what was signed last).
 */
DEP_MUST_USE int dep_cosign_unpack(struct dep_node *node, const char *dir,
                                   struct dep_buf *out_proof, struct dep_buf *out_request,
                                   struct dep_problem *problem);

/* ---- our own checkpoints ---- */
/* Proof that this member's root key enrolled its log's key: what dep_cosign_know() takes. */
DEP_MUST_USE int dep_log_key_proof(struct dep_node *node, struct dep_buf *out,
                                   struct dep_problem *problem);
/*
 * A request to the cosigner of `member` for the newest checkpoint, which is kept from now on; from
 * `old_size`, or where it is NULL the greatest that this cosigner signed as far as known here.
 * Appended. "cosigner.absent" (the charter in force names none), "cosign.rollback" (it signed more
 * than there is now), "log.fork".
 */
DEP_MUST_USE int dep_cosign_ask(struct dep_node *node, const char *member, const uint64_t *old_size,
                                struct dep_buf *out, struct dep_problem *problem);

struct dep_cosign_taken {
    struct dep_cosign_judged judged; /* a refusal */
    size_t added, unknown;           /* lines; those by no cosigner of the charter in force */
    uint64_t size;                   /* of the checkpoint signed, the greatest of several */
    bool quorum;                     /* that one has it now */
};
/* "cosigner.signature" (a cosigner of the charter, over no checkpoint kept here), "cosign.rollback"
 * (a 409 with more than there is now), those of dep_cosign_answer_parse(). */
DEP_MUST_USE int dep_cosign_take(struct dep_node *node, struct dep_slice answer,
                                 struct dep_cosign_taken *out, struct dep_problem *problem);
#endif
