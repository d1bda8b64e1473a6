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
/* Opens the header with the identities given (none: only dep_container_check_payload() works).
 * Finding "age.*". */
DEP_MUST_USE int dep_container_open(int fd, uint64_t len, const struct dep_age_with *with,
                                    struct dep_container **out, struct dep_finding *why,
                                    struct dep_fault *fault);
void dep_container_close(struct dep_container *container);

/* Who holds no key: digest of the payload. Finding "container.payload". */
DEP_MUST_USE int dep_container_check_payload(struct dep_container *container,
                                             const struct dep_container_facts *facts,
                                             dep_seal_progress_fn *progress, void *context,
                                             struct dep_finding *why, struct dep_fault *fault);
/* The manifest's lines, verified against facts' root where known. Reads only the chunks that hold
 * it. */
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

/*
 * One file of the container into `out_fd` (sparse files as sparse), without reading the rest; its
 * digest verified. Nothing is written that isn't authentic; on a finding what was written must be
 * discarded by the caller.
 */
DEP_MUST_USE int dep_container_extract(struct dep_container *container,
                                       const struct dep_entry *entry, int out_fd,
                                       struct dep_finding *why, struct dep_fault *fault);
#endif
