/*
 * The manifest of a container: one line a file, and the Merkle root over the lines.
 *
 * Format:  doc/format/vault.md section 3.
 * Layer:   vault (pure).
 */
#ifndef DEP_VAULT_MANIFEST_H
#define DEP_VAULT_MANIFEST_H
#include "codec/tar.h"
#include "crypto/crypto.h"

enum {
    DEP_MANIFEST_SALT_LEN = 16,
    DEP_MANIFEST_LINE_MAX = 512 * 1024,
    DEP_ENTRY_KIND_AT = 23,   /* bytes before the kind in every line; the digest of content, */
    DEP_ENTRY_SHA256_AT = 25, /* 64 hex digits, where there is one */
};

enum dep_entry_kind {
    DEP_ENTRY_FILE = 'f',
    DEP_ENTRY_FOLDER = 'd',
    DEP_ENTRY_SYMLINK = 'l',
    DEP_ENTRY_HARDLINK = 'h',
    DEP_ENTRY_IMAGE = 'i',
    DEP_ENTRY_STATEMENT = 's',
    DEP_ENTRY_NOT_TAKEN = '-',
};

enum {
    DEP_ENTRY_CHANGED = 1,        /* c */
    DEP_ENTRY_SHORT = 2,          /* t */
    DEP_ENTRY_GREW = 4,           /* g */
    DEP_ENTRY_SPARSE = 8,         /* s */
    DEP_ENTRY_XATTRS = 16,        /* x */
    DEP_ENTRY_XATTRS_PARTLY = 32, /* X */
};

/* One line. Path and target are raw bytes (unescaped), borrowed; after parsing from the arena-like
 * buffer given to the parser. */
struct dep_entry {
    uint8_t salt[DEP_MANIFEST_SALT_LEN];
    enum dep_entry_kind kind;
    bool has_sha256;
    struct dep_hash sha256;
    uint64_t size, offset, stored;
    uint32_t mode;
    uint64_t uid, gid;
    int64_t mtime_s;
    uint32_t mtime_ns;
    unsigned flags;
    struct dep_slice path;
    struct dep_slice target; /* of links; of DEP_ENTRY_NOT_TAKEN the reason */
};

/* The line without LF, appended. DEP_ERR_CAP also for an entry that dep_entry_parse() would refuse:
 * what no reader takes is never written. */
DEP_MUST_USE int dep_entry_encode(const struct dep_entry *entry, struct dep_buf *out);
/*
 * `line` without LF. Unescaped names go to `names` (cleared first, must outlive `out`). Takes
 * exactly what dep_entry_encode() writes. Findings, by the field or rule broken: "manifest.salt",
 * ".kind", ".sha256", ".number", ".size", ".stored", ".offset", ".mode", ".owner", ".mtime",
 * ".flags", ".path", ".target", ".reason", ".len".
 */
DEP_MUST_USE int dep_entry_parse(struct dep_slice line, struct dep_buf *names,
                                 struct dep_entry *out, struct dep_finding *why);
void dep_entry_leaf(struct dep_slice line, struct dep_hash *out);

/*
 * Reads a whole manifest in pieces of any size: lines in order, members behind each other in the
 * tar, root at the end. Offsets of findings count from the manifest's first byte. The first fault
 * or finding sticks: later calls return it again. What `each` returns, if not DEP_OK, stops the
 * reading and is returned (where it is DEP_FOUND, `why` is untouched). Findings of
 * dep_entry_parse() and "manifest.order": an offset inside or before the member before it, or a
 * statement that isn't first.
 */
typedef int dep_entry_fn(void *context, const struct dep_entry *entry, uint64_t index);
struct dep_manifest_reader;
struct dep_manifest_reader *dep_manifest_reader_new(dep_entry_fn *each, void *context);
void dep_manifest_reader_free(struct dep_manifest_reader *reader);
DEP_MUST_USE int dep_manifest_reader_add(struct dep_manifest_reader *reader, struct dep_slice piece,
                                         struct dep_finding *why);
/* Finding "manifest.cut" where the last line is incomplete. */
DEP_MUST_USE int dep_manifest_reader_finish(struct dep_manifest_reader *reader, uint64_t *out_count,
                                            struct dep_hash *out_root, struct dep_finding *why);

/* Root of a manifest being written: feed lines without LF. */
struct dep_manifest_tree {
    uint64_t count;
    struct dep_hash nodes[64];
};
void dep_manifest_tree_init(struct dep_manifest_tree *tree);
void dep_manifest_tree_add(struct dep_manifest_tree *tree, struct dep_slice line);
void dep_manifest_tree_root(const struct dep_manifest_tree *tree, struct dep_hash *out);
#endif
