/*
 * A tar held against its manifest, member by member, byte by byte: nothing before, between or
 * after.
 *
 * Format:  doc/format/vault.md sections 2 and 3.
 * Layer:   collect, private to it; touches no file, so that the fuzzer feeds it too.
 * Memory:  one manifest line, one tar header, the map of one sparse file (32 MiB at most).
 */
#ifndef DEP_COLLECT_COMPARE_H
#define DEP_COLLECT_COMPARE_H
#include "collect/unseal.h"

/* The next line of the manifest without LF, borrowed until the next call; DEP_FOUND behind the
 * last. The lines were read before by dep_manifest_reader: each can be parsed. */
typedef int dep_compare_line_fn(void *context, struct dep_slice *out);

struct dep_compare_order {
    dep_compare_line_fn *line;
    void *line_context;
    bool elsewhere;   /* the lines are of another tar: their offsets say nothing here */
    const char *last; /* the member that ends it, mode 0600 and of nobody: "manifest" */
    uint64_t last_offset, last_len; /* where it must lie */
    dep_container_finding_fn *each;
    void *each_context;
    bool (*tick)(void *context); /* now and then while holes are counted; false stops; or NULL */
    void *tick_context;
};

struct dep_compare;
/* `order` is copied. NULL: no memory. */
struct dep_compare *dep_compare_new(const struct dep_compare_order *order);
void dep_compare_free(struct dep_compare *compare);
/* The next bytes of the tar. Deviations go to `each`; only faults are returned. */
DEP_MUST_USE int dep_compare_add(struct dep_compare *compare, struct dep_slice plain);
/* Here bytes are missing: what follows can't be told apart. */
void dep_compare_lost(struct dep_compare *compare, const char *id);
/* After the last byte. `out_last` is the SHA-256 of the last member (of nothing where it was not
 * reached). */
void dep_compare_finish(struct dep_compare *compare, struct dep_container_report *out,
                        struct dep_hash *out_last);
#endif
