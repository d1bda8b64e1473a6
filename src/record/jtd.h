/*
 * JSON Type Definition (RFC 8927): checking a schema, validating a value.
 * Layer:   record (pure).
 */
#ifndef DEP_RECORD_JTD_H
#define DEP_RECORD_JTD_H
#include "codec/json.h"

enum { DEP_JTD_DEPTH_MAX = 64, DEP_JTD_POINTER_MAX = 512 };

/* RFC 8927 section 3.2; findings "jtd.schema.*". `schema` must outlive its use. `checked` (or
 * NULL): definitions that were found to be good; where it has the same ones they aren't checked
 * again. */
DEP_MUST_USE int dep_jtd_check(const json_t *schema, const json_t *checked,
                               struct dep_finding *why);

struct dep_jtd_error {
    char instance_path[DEP_JTD_POINTER_MAX]; /* JSON pointers, cut if longer */
    char schema_path[DEP_JTD_POINTER_MAX];
};
/* Number of errors (the first `max` filled in, in the RFC's order), or < 0. The schema must have
 * been checked. */
DEP_MUST_USE int dep_jtd_validate(const json_t *schema, const json_t *value,
                                  struct dep_jtd_error *out, size_t max);
#endif
