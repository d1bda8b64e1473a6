/*
 * Whose cosignatures make a checkpoint count, by the charter; and from when on its records were
 * there at the latest.
 *
 * Format:  doc/format/package.md sections 5.4 and 5.5, doc/format/charter.md section 1.
 * Layer:   package (pure).
 */
#ifndef DEP_PACKAGE_COSIGN_H
#define DEP_PACKAGE_COSIGN_H
#include "log/cosign.h"
#include "rules/charter.h"

/* What one signature line of a checkpoint is. */
enum dep_signed_by {
    DEP_BY_LOG,      /* by the log's key: judged with the note */
    DEP_BY_COSIGNER, /* good */
    DEP_BY_UNKNOWN,  /* "cosigner.unknown": a key that isn't in the charter, or not of a member in
                       * force at the time stated, or the log's own member's: ignored and named */
    DEP_BY_NOBODY, /* "cosigner.signature": under a cosigner's name, and not that key's: altered */
    DEP_BY_REPEATED, /* good, by a cosigner that was counted already: the earlier time stands */
};
struct dep_cosigned_line {
    struct dep_slice name; /* of the key, as the line says */
    enum dep_signed_by by;
    int member;     /* place in the charter, or -1 */
    int64_t time_s; /* of a cosigner's */
};
struct dep_cosigned {
    size_t line_count; /* as in the note */
    struct dep_cosigned_line lines[DEP_NOTE_SIGNATURES_MAX];
    size_t good; /* different cosigners */
    bool quorum; /* as many as the charter wants: else "checkpoint.quorum", unproved */
    /* When the charter's number of them had signed. Only with a quorum that is above zero. */
    bool timed;
    int64_t time_s;
};
/*
 * Judge the lines of a checkpoint of the log of the member at place `self`. The signature of `log`
 * itself was verified before.
 */
DEP_MUST_USE int dep_cosigned_judge(const struct dep_charter *charter, int self,
                                    const struct dep_note *note, const struct dep_vkey *log,
                                    struct dep_cosigned *out);

/*
 * Moments at which trees of one log were there at the latest, from cosignatures (quorum) and
 * tokens: a record counts from the earliest that covers it.
 */
struct dep_log_moment {
    uint64_t size; /* records below were there */
    int64_t time_s;
};
/* False where none covers `index`: "time.unproved". */
DEP_MUST_USE bool dep_moments_earliest(const struct dep_log_moment *moments, size_t count,
                                       uint64_t index, int64_t *out_time_s);
#endif
