/*
 * Reading containers: listing, checking every byte, extracting.
 *
 * Format:  doc/format/vault.md.
 * Layer:   collect. Constant memory; two threads.
 */
#ifndef DEP_COLLECT_UNSEAL_H
#define DEP_COLLECT_UNSEAL_H
#include "collect/seal.h"

/* What the record says of a container. Fields not known (no key to the record) have their flag
 * unset. */
struct dep_container_facts {
    bool has_payload, has_root, has_manifest;
    struct dep_hash payload_sha256, manifest_root;
    uint64_t manifest_offset, manifest_len;
};

struct dep_container;
/* Opens the header with what is given (nothing: only dep_container_check_payload() works). What
 * reads all of it does so past the page cache. Finding "age.*". */
DEP_MUST_USE int dep_container_open(int fd, uint64_t len, const struct dep_age_with *with,
                                    struct dep_container **out, struct dep_finding *why,
                                    struct dep_fault *fault);
/* The same of one that lies in several files, and was read a moment ago: from the page cache, where
 * it is there still. `with` NULL: they aren't sealed, but the tar itself. */
DEP_MUST_USE int dep_container_open_over(const struct dep_vault_extent *extents, size_t count,
                                         const struct dep_age_with *with,
                                         struct dep_container **out, struct dep_finding *why,
                                         struct dep_fault *fault);
void dep_container_close(struct dep_container *container);
/* Length of the tar. */
uint64_t dep_container_plain_len(const struct dep_container *container);

/* Who holds no key: digest of the payload. Finding "container.payload". */
DEP_MUST_USE int dep_container_check_payload(struct dep_container *container,
                                             const struct dep_container_facts *facts,
                                             dep_seal_progress_fn *progress, void *context,
                                             struct dep_finding *why, struct dep_fault *fault);
/* The manifest's lines, verified against facts' root where known. Reads only the chunks that hold
 * it. `each` may extract from this container. */
DEP_MUST_USE int dep_container_list(struct dep_container *container,
                                    const struct dep_container_facts *facts, dep_entry_fn *each,
                                    void *context, struct dep_finding *why,
                                    struct dep_fault *fault);

struct dep_container_report {
    uint64_t files, bytes, bad;
};
typedef void dep_container_finding_fn(void *context, const struct dep_finding *finding,
                                      struct dep_slice path);
/* Every byte: payload digest, authenticity of each chunk, tar against manifest member by member
 * (names, sizes, metadata, digests, order), nothing before, between or after, root against facts.
 * Each deviation is reported; DEP_FOUND if there was any ("container.damaged"). */
DEP_MUST_USE int dep_container_check(struct dep_container *container,
                                     const struct dep_container_facts *facts,
                                     dep_container_finding_fn *each, void *each_context,
                                     dep_seal_progress_fn *progress, void *progress_context,
                                     struct dep_container_report *out, struct dep_finding *why,
                                     struct dep_fault *fault);

/* A tar whose lines stand somewhere else: the parts of a container (doc/format/package.md 6.2). */
struct dep_container_lines {
    int (*line)(void *context, struct dep_slice *out); /* as dep_compare_line_fn */
    void *context;
    const char *last; /* the member that ends it; nothing is compared but its place and digest */
    uint64_t last_offset, last_len;
    struct dep_hash last_sha256;
};
/* As dep_container_check(), the tar against those lines; offsets aren't compared. */
DEP_MUST_USE int dep_container_check_lines(struct dep_container *container,
                                           const struct dep_container_facts *facts,
                                           const struct dep_container_lines *lines,
                                           dep_container_finding_fn *each, void *each_context,
                                           dep_seal_progress_fn *progress, void *progress_context,
                                           struct dep_container_report *out,
                                           struct dep_finding *why, struct dep_fault *fault);

/* The members of the tar one after the other, from header to header, the data between unread;
 * `offset` is where its data begins. Findings of the tar, "container.cut", "container.range". */
typedef int dep_container_member_fn(void *context, const struct dep_tar_member *member,
                                    uint64_t offset);
DEP_MUST_USE int dep_container_members(struct dep_container *container,
                                       dep_container_member_fn *each, void *context,
                                       struct dep_finding *why, struct dep_fault *fault);
/* Bytes [offset, offset + len) of the tar, authenticated, in pieces. "container.range". */
typedef int dep_container_piece_fn(void *context, struct dep_slice piece);
DEP_MUST_USE int dep_container_read(struct dep_container *container, uint64_t offset, uint64_t len,
                                    dep_container_piece_fn *each, void *context,
                                    struct dep_finding *why, struct dep_fault *fault);
/* The whole in some MiB at a time, as it lies there behind the header and as it opens. */
typedef int dep_container_both_fn(void *context, struct dep_slice sealed, struct dep_slice plain);
DEP_MUST_USE int dep_container_read_both(struct dep_container *container,
                                         dep_container_both_fn *each, void *context,
                                         struct dep_finding *why, struct dep_fault *fault);

/*
 * One file of the container into `out_fd` (sparse files as sparse, with the time of its last
 * change), without reading the rest; its digest verified. Nothing is written that isn't authentic;
 * on a finding what was written must be discarded by the caller.
 */
DEP_MUST_USE int dep_container_extract(struct dep_container *container,
                                       const struct dep_entry *entry, int out_fd,
                                       struct dep_finding *why, struct dep_fault *fault);
#endif
