/*
 * The manifest as a whole: lines, each ended by LF, and the RFC 6962 tree over them. Nothing is
 * kept of a line once it was handed on, so a manifest of any length is read in constant memory.
 */
#include "vault/manifest.h"

#include <stdlib.h>

static const char CLAUSE[] = "doc/format/vault.md 3";

void dep_entry_leaf(struct dep_slice line, struct dep_hash *out)
{
    dep_sha256_2(DEP_SLICE_LITERAL("\0"), line, out);
}

void dep_manifest_tree_init(struct dep_manifest_tree *tree)
{
    tree->count = 0;
}

void dep_manifest_tree_add(struct dep_manifest_tree *tree, struct dep_slice line)
{
    struct dep_hash hash;
    dep_entry_leaf(line, &hash);
    unsigned level = 0;
    for (uint64_t count = tree->count; count & 1; count >>= 1)
        dep_sha256_node(&tree->nodes[level++], &hash, &hash);
    tree->nodes[level] = hash;
    tree->count++;
}

void dep_manifest_tree_root(const struct dep_manifest_tree *tree, struct dep_hash *out)
{
    bool have = false;
    struct dep_hash hash;
    dep_sha256((struct dep_slice){NULL, 0}, &hash);
    for (unsigned level = 0; level < DEP_COUNT(tree->nodes) && tree->count >> level; level++) {
        if (!(tree->count >> level & 1))
            continue;
        if (have)
            dep_sha256_node(&tree->nodes[level], &hash, &hash);
        else
            hash = tree->nodes[level];
        have = true;
    }
    *out = hash;
}

/* ---- reading ---- */

struct dep_manifest_reader {
    dep_entry_fn *each;
    void *context;
    struct dep_manifest_tree tree;
    struct dep_buf line, names;
    uint64_t next;             /* where the next member's data can start at the earliest */
    uint64_t at;               /* offset of the current line */
    int err;                   /* sticks: nothing is read past a fault or finding */
    struct dep_finding reason; /* told again where err is DEP_FOUND */
};

struct dep_manifest_reader *dep_manifest_reader_new(dep_entry_fn *each, void *context)
{
    struct dep_manifest_reader *reader = dep_alloc(sizeof *reader);
    if (!reader)
        return NULL;
    reader->each = each;
    reader->context = context;
    reader->next = DEP_TAR_BLOCK;
    dep_manifest_tree_init(&reader->tree);
    dep_buf_init(&reader->line, DEP_MANIFEST_LINE_MAX);
    dep_buf_init(&reader->names, DEP_MANIFEST_LINE_MAX);
    return reader;
}

void dep_manifest_reader_free(struct dep_manifest_reader *reader)
{
    if (!reader)
        return;
    dep_buf_done(&reader->line);
    dep_buf_done(&reader->names);
    free(reader);
}

/* Members stand in the order of the tar, each behind its header's block at least. */
static int check_place(struct dep_manifest_reader *reader, const struct dep_entry *entry,
                       struct dep_finding *why)
{
    if (entry->kind == DEP_ENTRY_STATEMENT && reader->tree.count > 0)
        return dep_found(why, "manifest.order", CLAUSE, 0);
    if (entry->kind == DEP_ENTRY_NOT_TAKEN)
        return DEP_OK;
    if (entry->offset < reader->next)
        return dep_found(why, "manifest.order", CLAUSE, 0);
    /* Both at most INT64_MAX, so nothing overflows. */
    uint64_t end = entry->offset + entry->stored;
    if (end > INT64_MAX)
        return dep_found(why, "manifest.offset", CLAUSE, 0);
    reader->next = end + dep_tar_padding(entry->stored) + DEP_TAR_BLOCK;
    return DEP_OK;
}

static int take_line(struct dep_manifest_reader *reader, struct dep_slice line)
{
    struct dep_entry entry;
    int err = dep_entry_parse(line, &reader->names, &entry, &reader->reason);
    if (!err)
        err = check_place(reader, &entry, &reader->reason);
    if (err) {
        reader->reason.offset += reader->at;
        return err;
    }
    uint64_t index = reader->tree.count;
    dep_manifest_tree_add(&reader->tree, line);
    reader->at += line.len + 1;
    return reader->each ? reader->each(reader->context, &entry, index) : DEP_OK;
}

/* A piece up to its first LF, or all of it where it has none. */
static int take_part(struct dep_manifest_reader *reader, struct dep_slice part, bool whole)
{
    /* A line that lies whole in the piece isn't copied. */
    if (whole && reader->line.len == 0)
        return take_line(reader, part);
    dep_buf_add_slice(&reader->line, part);
    int err = dep_buf_err(&reader->line);
    if (err == DEP_ERR_CAP)
        return dep_found(&reader->reason, "manifest.len", CLAUSE, reader->at);
    if (err || !whole)
        return err;
    err = take_line(reader, dep_buf_slice(&reader->line));
    dep_buf_clear(&reader->line);
    return err;
}

static int tell(const struct dep_manifest_reader *reader, struct dep_finding *why)
{
    if (reader->err == DEP_FOUND && reader->reason.id && why)
        *why = reader->reason;
    return reader->err;
}

int dep_manifest_reader_add(struct dep_manifest_reader *reader, struct dep_slice piece,
                            struct dep_finding *why)
{
    while (!reader->err && piece.len) {
        size_t len = dep_slice_find(piece, '\n');
        bool whole = len < piece.len;
        size_t used = len + whole;
        reader->err = take_part(reader, dep_slice_sub(piece, 0, len), whole);
        piece = dep_slice_sub(piece, used, piece.len - used);
    }
    return tell(reader, why);
}

int dep_manifest_reader_finish(struct dep_manifest_reader *reader, uint64_t *out_count,
                               struct dep_hash *out_root, struct dep_finding *why)
{
    if (reader->err)
        return tell(reader, why);
    if (reader->line.len)
        return dep_found(why, "manifest.cut", CLAUSE, reader->at);
    *out_count = reader->tree.count;
    dep_manifest_tree_root(&reader->tree, out_root);
    return DEP_OK;
}
