/*
 * Cosignatures, and the bodies by which they are asked for and given.
 *
 * Format:  doc/format/log.md, doc/format/package.md section 8.
 * Standards:c2sp.org/tlog-cosignature (Ed25519, "cosignature/v1"), c2sp.org/tlog-witness
 *          (add-checkpoint).
 * Layer:   log (pure).
 * Owns:    nothing; every slice borrows from the bytes it was parsed from.
 */
#ifndef DEP_LOG_COSIGN_H
#define DEP_LOG_COSIGN_H
#include "log/note.h"

enum {
    DEP_COSIGN_LEN_MAX = 64 * 1024, /* of a request, of an answer */
    DEP_COSIGN_PROOF_MAX = 63,      /* hashes */
};

/* ---- cosignatures ---- */
/* Append the signature line of the cosigner called `name` over a checkpoint's `text`, stated at
 * `time_s` (above 0). */
DEP_MUST_USE int dep_cosignature_sign(struct dep_slice text, struct dep_slice name,
                                      const struct dep_signing_key *key, int64_t time_s,
                                      struct dep_buf *out);
/*
 * The time that one signature line states, if it is by `cosigner` over `text`. Findings
 * "cosigner.unknown" (by another key), "cosigner.signature".
 */
DEP_MUST_USE int dep_cosignature_verify(struct dep_slice text,
                                        const struct dep_note_signature *line,
                                        const struct dep_vkey *cosigner, int64_t *out_time_s,
                                        struct dep_finding *why);

/* ---- a request, and the proof alone (before/SIZE.proof) ---- */
/* "old N" and a consistency proof from a tree of that size. */
struct dep_cosign_proof {
    uint64_t old_size;
    struct dep_merkle_proof path;
};
/* Findings "cosign.old", "cosign.hash", "cosign.many" (over DEP_COSIGN_PROOF_MAX), "cosign.end". */
DEP_MUST_USE int dep_cosign_proof_parse(struct dep_slice in, struct dep_cosign_proof *out,
                                        struct dep_finding *why);
DEP_MUST_USE int dep_cosign_proof_encode(const struct dep_cosign_proof *proof, struct dep_buf *out);

struct dep_cosign_request {
    struct dep_cosign_proof proof;
    struct dep_slice note; /* the signed checkpoint, parsed below */
    struct dep_note parsed;
    struct dep_checkpoint checkpoint;
};
/* Findings of dep_cosign_proof_parse(), "cosign.len", "note.*", "checkpoint.*". */
DEP_MUST_USE int dep_cosign_request_parse(struct dep_slice in, struct dep_cosign_request *out,
                                          struct dep_finding *why);
DEP_MUST_USE int dep_cosign_request_encode(const struct dep_cosign_proof *proof,
                                           struct dep_slice note, struct dep_buf *out);

/* ---- what a cosigner makes of a request ---- */
enum dep_cosign_status {
    DEP_COSIGN_GOOD = 200,
    DEP_COSIGN_MALFORMED = 400,
    DEP_COSIGN_KEY = 403,    /* not signed, or not well, by the log's key */
    DEP_COSIGN_ORIGIN = 404, /* of a log that the cosigner doesn't know */
    DEP_COSIGN_SIZE = 409,   /* the cosigner's newest has another size: `size` */
    DEP_COSIGN_PROOF = 422,
};
struct dep_cosign_judged {
    enum dep_cosign_status status;
    uint64_t size; /* of the cosigner's newest, with DEP_COSIGN_SIZE */
    bool fork;     /* with the newest a proof that the log signed two roots for one size */
};
/*
 * By the rules of tlog-witness. `log`: the key trusted for this origin, NULL where the origin is
 * not known. `newest`: what this cosigner signed last, size 0 where nothing.
 */
void dep_cosign_judge(const struct dep_cosign_request *request, const struct dep_vkey *log,
                      const struct dep_checkpoint *newest, struct dep_cosign_judged *out);

/* ---- the answer ---- */
/* `lines`: of signatures, where it is given (empty with a refusal). */
struct dep_cosign_answer {
    struct dep_cosign_judged judged;
    size_t line_count;
    struct dep_note_signature lines[DEP_NOTE_SIGNATURES_MAX];
};
/*
 * As one file: signature lines (of a 200), or a line with the status and for 409 one with the size.
 * Findings "cosign.answer" (neither), "cosign.len", "note.signature.*".
 */
DEP_MUST_USE int dep_cosign_answer_parse(struct dep_slice in, struct dep_cosign_answer *out,
                                         struct dep_finding *why);
/* Of a refusal. */
DEP_MUST_USE int dep_cosign_refusal_encode(const struct dep_cosign_judged *judged,
                                           struct dep_buf *out);

/* ---- forks ---- */
/*
 * Each is a signed checkpoint, or a tlog-proof with its record (as `prove` writes it). Do the two,
 * both signed by `log`, prove that it showed two trees of one size, or two records at one place? Of
 * trees that differ in size the latter shows it, whatever their sizes. Anyone who has the log's key
 * can tell. Findings of dep_checkpoint_open() and dep_proof_verify(), "fork.record" (a proof
 * without its record), "fork.none" (they don't contradict each other).
 */
DEP_MUST_USE int dep_fork_verify(struct dep_slice a, struct dep_slice b, const struct dep_vkey *log,
                                 struct dep_finding *why);
#endif
