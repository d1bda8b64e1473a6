/*
 * An item into a package: its container whole, for another to open, or parts of it.
 *
 * Format:  doc/format/package.md section 6.
 * Layer:   node.
 * Memory:  constant; of parts besides 64 bytes a line of the manifest, and the proofs.
 * Errors:  a struct dep_problem. What is left off a failure lies in no folder items/ITEM: all is
 *          written in items/.unfinished-ITEM, which no package may hold, and renamed when every
 *          byte of it is on the disk and the payload's digest is the record's.
 */
#ifndef DEP_NODE_PACK_ITEM_H
#define DEP_NODE_PACK_ITEM_H
#include "collect/unseal.h"
#include "node/node.h"
#include "package/content.h"
#include "store/digests.h"

enum { DEP_PACK_SCRYPT_LOG_N = 18, DEP_PACK_PARTS_MAX = 65536, DEP_PACKED_PATH_LEN = 96 };

struct dep_pack_item_order {
    const char *item; /* its id */
    enum dep_item_as as;
    int container_fd; /* the vault's, dep_vault_open() */
    uint64_t container_len;
    struct dep_container_facts facts; /* of the record: the payload's digest must be known */
    struct dep_age_with with;         /* opens the vault's container */
    /* Who is to open it: one of the two; neither where it goes in clear. */
    const struct dep_age_recipient *recipient;
    struct dep_slice passphrase; /* dep_age_passphrase_new() */
    /* As parts: paths of files as the manifest has them. A hard link takes what it names along. */
    const char *const *parts;
    size_t part_count;
    /* A longer container goes in pieces of this length, dep_target_judge()'s, which has refused
     * anything else that is too long. 0: no limit. */
    uint64_t piece_len;
    int items_fd; /* folder data/items of the package */
    dep_random_fn *random;
    dep_seal_progress_fn *progress; /* may be NULL */
    void *context;
};

/* What stands in the manifests for one file. */
struct dep_packed_file {
    uint64_t bytes;
    struct dep_hash sha256;
    uint8_t sha512[DEP_SHA512_LEN];
    struct dep_digest_mark half; /* about half way; none of a file that was shared */
};
/* What stands in content.jsonl, and the files: one is `path`, several are `path`.000 and so on. */
struct dep_packed_item {
    char path[DEP_PACKED_PATH_LEN]; /* below data/: "items/ITEM/container.tar.age" */
    uint64_t bytes;
    struct dep_hash payload_sha256; /* of the age payload; in clear, of the tar */
    /* Its bytes take no room: the file system shares them, and what it gave back was digested. */
    bool shared;
    struct dep_packed_file *files;
    size_t file_count;
};
void dep_packed_item_done(struct dep_packed_item *packed);
#define DEP_AUTO_PACKED DEP_CLEANUP(dep_packed_item_done) struct dep_packed_item

/*
 * Each byte is read once: while it is copied, both digests of each file and the payload's are
 * computed. Findings: those of the container ("age.*", "container.*"), "item.payload" (it isn't
 * what the record tells), "item.manifest" (nor is its manifest); "pack.part.absent" (no line has
 * that path: `detail`), "pack.part.kind" (a folder, or not taken: there are no bytes of it),
 * "pack.part.none" (no part at all); "pack.item.exists" (items/ITEM is there).
 */
DEP_MUST_USE int dep_pack_item(const struct dep_pack_item_order *order, struct dep_packed_item *out,
                               struct dep_problem *problem);
/* How many bytes that will be at most, for looking at the target first. The container's manifest is
 * read for parts, nothing else. */
DEP_MUST_USE int dep_pack_item_size(const struct dep_pack_item_order *order, uint64_t *out,
                                    struct dep_problem *problem);
/* Has it a file that is sound or film? "redact.media" (`detail`: its path); those of the
 * container. */
DEP_MUST_USE int dep_pack_item_refuse_media(const struct dep_pack_item_order *order,
                                            struct dep_problem *problem);
#endif
