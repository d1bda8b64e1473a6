/*
 * The open envelope of a record, read in place: no tree, no copy, no allocation. For reading a log
 * whole, where dep_record_parse() takes twenty times as long.
 *
 * Format:  doc/format/record.md sections 1 and 2.
 * Layer:   record (pure).
 * Owns:    nothing; every slice borrows from the buffer given.
 */
#ifndef DEP_RECORD_OUTLINE_H
#define DEP_RECORD_OUTLINE_H
#include "record/record.h"

struct dep_outline {
    struct dep_slice jti, type, kid, by_code;
    struct dep_slice item; /* open claim `item`; empty where there is none */
    struct dep_slice refs; /* for dep_outline_ref_next(); empty where there are none */
    int64_t iat;
    bool has_protected;
};
struct dep_outline_ref {
    struct dep_slice rel, id;
};

/*
 * Of one JWT that dep_record_parse() takes, the same as that says. `bytes` is cleared and filled.
 * DEP_FOUND "record.outline": not a record; or one that writes a name or a value read here with
 * escapes, as our own encoder never does. What else is wrong with a text isn't seen here.
 */
DEP_MUST_USE int dep_outline_parse(struct dep_slice jwt, struct dep_buf *bytes,
                                   struct dep_outline *out, struct dep_finding *why);
/* Cuts the next reference off `refs`; false at the end. */
bool dep_outline_ref_next(struct dep_slice *refs, struct dep_outline_ref *out);
#endif
