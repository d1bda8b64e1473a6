/*
 * The time-stamping authorities that a charter pins.
 *
 * Format:  doc/format/charter.md section 1 ("time_authorities").
 * Layer:   node.
 */
#ifndef DEP_NODE_AUTHORITIES_H
#define DEP_NODE_AUTHORITIES_H
#include "codec/json.h"
#include "crypto/tsp.h"

/* Certificates as DER, in the charter's order and the first DEP_TSP_PINNED_MAX of them: what
 * dep_tsp_verify() takes. One that isn't base64 keeps its place and vouches for nothing. */
struct dep_authorities {
    struct dep_buf bytes; /* what the slices borrow from */
    struct dep_slice list[DEP_TSP_PINNED_MAX];
    size_t count;
};
/* `array`: of the charter's text; NULL: none. To be freed whatever is returned. */
DEP_MUST_USE int dep_authorities_load(const json_t *array, struct dep_authorities *out);
void dep_authorities_done(struct dep_authorities *authorities);

#endif
