/*
 * Verifying a whole register; backup and restore.
 * Layer:   node.
 */
#ifndef DEP_NODE_AUDIT_H
#define DEP_NODE_AUDIT_H
#include "collect/unseal.h"
#include "node/node.h"

/* `what`: "intact", "altered", "not_shown", "withheld", "unproved", "disputed". */
typedef void dep_verify_finding_fn(void *context, const char *id, const char *what,
                                   const char *where);
/* A container was compared with its record; `finding` says how it differs, NULL: it doesn't. */
typedef void dep_verify_container_fn(void *context, const char *item, const char *finding);
struct dep_verify_order {
    const char *dir;
    bool containers; /* payload digest of every container (reads everything) */
    /* file: an older or newer checkpoint of this log, shown earlier; NULL none */
    const char *seen_note;
    /* Of the containers only that of this item: its id, at least 8 characters of its beginning, or
     * the id of its first record. NULL: all, and nothing else may lie in the vault. */
    const char *item;
    dep_verify_finding_fn *finding;
    dep_verify_container_fn *container; /* NULL: not told */
    dep_progress_fn *progress;          /* records, then bytes of containers */
    void *context;
};
struct dep_verified {
    uint64_t records, tiles, containers, findings;
    const char *verdict; /* "intact", "altered", "unproved", "disputed" */
};
/* Needs no key. Checkpoint, every record's form, signature, key in force at its place, schema and
 * references, tiles, private and keyring lines, containers, nothing left over. Of an item that is
 * named and not there: "verify.item.absent", "item.ambiguous". */
DEP_MUST_USE int dep_node_verify(const struct dep_verify_order *order, struct dep_verified *out,
                                 struct dep_problem *problem);

/* Restore, with rollback detection: where `seen_note` shows a newer log than the backup holds, the
 * register is restored for reading only and "restore.rollback" found. */
DEP_MUST_USE int dep_node_restore(const char *backup_dir, const char *keyring_dir, const char *dir,
                                  const char *seen_note, dep_progress_fn *progress, void *context,
                                  struct dep_problem *problem);
#endif
