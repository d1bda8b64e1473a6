/*
 * Reading foreign file systems into a container.
 *
 * Format:  doc/format/vault.md.
 * Layer:   collect. Memory is constant: at most DEP_SEAL_MEMORY_MAX beside the names of one folder
 * and the hard links seen. Source:  never altered: openat2 without following links, O_NOATIME where
 * allowed, non-blocking, fstat before and statx after.
 */
#ifndef DEP_COLLECT_SEAL_H
#define DEP_COLLECT_SEAL_H
#include "store/vault_file.h"
#include "vault/age.h"
#include "vault/manifest.h"

struct dep_seal_progress {
    uint64_t bytes_done, bytes_total; /* total 0: unknown */
    uint64_t files_done, files_total;
    bool reading_back;
};
/* Called about ten times a second from one thread. Return false to stop (DEP_ERR_STOPPED). */
typedef bool dep_seal_progress_fn(void *context, const struct dep_seal_progress *progress);

/* What will be taken, before anything is read: counts and sizes. */
struct dep_survey {
    uint64_t files, folders, bytes, not_takeable;
};

struct dep_seal_order {
    const char *const *paths; /* as the user gave them */
    size_t path_count;
    struct dep_slice statement; /* collection.json */
    const struct dep_age_recipient *recipients;
    size_t recipient_count;
    bool cross_mounts; /* default: mounts below a PATH are listed as not taken */
    dep_random_fn *random;
    dep_seal_progress_fn *progress;
    void *progress_context;
    struct dep_survey announced;  /* what progress is told against; zeros: unknown */
    struct dep_slice content_key; /* of the keyed content digest; empty in field registers */
};

struct dep_sealed {
    uint64_t files, folders, links, not_taken, changed;
    uint64_t bytes; /* of content */
    uint64_t container_len;
    struct dep_hash payload_sha256, manifest_root;
    uint64_t manifest_offset, manifest_len, manifest_count; /* in the tar */
    bool has_content_tag;
    /* HMAC(content_key, sum of the file digests mod 2^256 and their number) */
    struct dep_hash content_tag;
    uint64_t seal_ms, read_back_ms;
};

/* Walks what `order` names, and reads nothing. */
DEP_MUST_USE int dep_survey(const struct dep_seal_order *order, struct dep_survey *out,
                            struct dep_fault *fault);

/*
 * Seal into `writer`: written, synced, read back past the page cache and compared, but not yet
 * published. DEP_FOUND "seal.empty" where nothing at all could be taken. `each_not_taken` (may be
 * NULL) hears of each file not taken or changed while read.
 */
typedef void dep_seal_notice_fn(void *context, const struct dep_entry *entry);
DEP_MUST_USE int dep_seal(const struct dep_seal_order *order, struct dep_vault_writer *writer,
                          dep_seal_notice_fn *each_not_taken, void *notice_context,
                          struct dep_sealed *out, struct dep_finding *why, struct dep_fault *fault);
#endif
