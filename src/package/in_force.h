/*
 * in_force.jsonl: proofs that a status record's set has a consent in it, one a line.
 *
 * Format:  doc/format/package.md section 5.6.
 * Layer:   package (pure).
 */
#ifndef DEP_PACKAGE_IN_FORCE_H
#define DEP_PACKAGE_IN_FORCE_H
#include "codec/json.h"
#include "log/set.h"

enum {
    DEP_IN_FORCE_LINE_MAX = 4096, /* with its LF */
    DEP_IN_FORCE_LEN_MAX = 64 * 1024 * 1024,
};

struct dep_in_force {
    uint64_t status; /* index of the status.issued in its log */
    struct dep_hash sha256;
    uint64_t place;
    struct dep_merkle_proof proof;
};

/* Append the line and its LF. */
DEP_MUST_USE int dep_in_force_encode(const struct dep_in_force *line, struct dep_buf *out);
/* A line without its LF, exactly as written: "in_force.form". */
DEP_MUST_USE int dep_in_force_parse(struct dep_slice text, struct dep_in_force *out,
                                    struct dep_finding *why);
/* In the order of the file: by status, then by digest. */
int dep_in_force_compare(const struct dep_in_force *a, const struct dep_in_force *b);
/* `set` is "in_force" of a status.issued: {"count","root"}. False where it isn't. */
DEP_MUST_USE bool dep_in_force_set_read(const json_t *set, uint64_t *out_count,
                                        struct dep_hash *out_root);
/* The entry is at its place in a set of that many, and that root. */
bool dep_in_force_holds(const struct dep_in_force *line, uint64_t count,
                        const struct dep_hash *root);
#endif
