/*
 * Instruments that a statement cites, each in its one canonical form: "un:S/RES/2254".
 *
 * Format:  doc/format/mandate.md section 1.
 * Layer:   rules (pure).
 */
#ifndef DEP_RULES_INSTRUMENT_H
#define DEP_RULES_INSTRUMENT_H
#include "base/base.h"

enum { DEP_INSTRUMENT_LEN_MAX = 128 };

bool dep_instrument_valid(struct dep_slice text);
/* The id of a statement of this register ("record:<uuid>"); empty where it is none. */
struct dep_slice dep_instrument_record(struct dep_slice text);
/*
 * Append the canonical form of what was probably meant: "S/RES/2254 (2015)", "unscr 2254" and "UN:
 * s/res/02254" are "un:S/RES/2254". False, and `out` as it was, where nothing suggests itself. What
 * is appended is valid.
 */
bool dep_instrument_propose(struct dep_slice text, struct dep_buf *out);
#endif
