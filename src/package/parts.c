/*
 * depositary parts v1 LF
 * ITEM SP LINES SP ROOT LF
 * INDEX SP LINE LF  HASH LF ...  LF                  one or more; INDEX ascending
 */
#include "package/parts.h"

#include "codec/base64.h"
#include "codec/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char MAGIC[] = "depositary parts v1", CLAUSE[] = "package.md 6.2";

/* ---- the tree ---- */

enum { LEVELS = 27 }; /* of DEP_PART_LINES_MAX leaves */
_Static_assert(DEP_PART_LINES_MAX >> (LEVELS - 1) == 1, "a level for each doubling");

struct level {
    struct dep_hash *nodes;
    size_t count, room;
};

struct dep_part_tree {
    struct level levels[LEVELS];
};

int dep_part_tree_new(struct dep_part_tree **out)
{
    struct dep_part_tree *tree = dep_alloc(sizeof *tree);
    if (!tree)
        return DEP_ERR_NOMEM;
    *out = tree;
    return DEP_OK;
}

void dep_part_tree_free(struct dep_part_tree *tree)
{
    for (size_t i = 0; tree && i < LEVELS; i++)
        free(tree->levels[i].nodes);
    free(tree);
}

static int make_room(struct level *level)
{
    if (level->count < level->room)
        return DEP_OK;
    size_t room = level->room ? level->room * 2 : 64;
    struct dep_hash *nodes = dep_realloc_array(level->nodes, room, sizeof *nodes);
    if (!nodes)
        return DEP_ERR_NOMEM;
    level->nodes = nodes;
    level->room = room;
    return DEP_OK;
}

int dep_part_tree_add(struct dep_part_tree *tree, const struct dep_hash *leaf)
{
    uint64_t index = tree->levels[0].count;
    if (index == DEP_PART_LINES_MAX)
        return DEP_ERR_CAP;
    /* Room everywhere first: a tree half grown would be another tree. */
    for (unsigned level = 0; level == 0 || (index >> (level - 1) & 1); level++) {
        int err = make_room(&tree->levels[level]);
        if (err)
            return err;
    }
    struct dep_hash hash = *leaf;
    for (unsigned level = 0;; level++) {
        struct level *at = &tree->levels[level];
        at->nodes[at->count++] = hash;
        if (at->count % 2 != 0)
            return DEP_OK;
        dep_sha256_node(&at->nodes[at->count - 2], &hash, &hash);
    }
}

uint64_t dep_part_tree_count(const struct dep_part_tree *tree)
{
    return tree->levels[0].count;
}

static int read_node(void *context, unsigned level, uint64_t index, struct dep_hash *out)
{
    const struct dep_part_tree *tree = context;
    assert(level < LEVELS && index < tree->levels[level].count);
    *out = tree->levels[level].nodes[index];
    return DEP_OK;
}

int dep_part_tree_root(struct dep_part_tree *tree, struct dep_hash *out)
{
    return dep_merkle_root_at(dep_part_tree_count(tree), read_node, tree, out);
}

int dep_part_tree_prove(struct dep_part_tree *tree, uint64_t index, struct dep_merkle_proof *out)
{
    return dep_merkle_prove_inclusion(index, dep_part_tree_count(tree), read_node, tree, out);
}

/* ---- writing ---- */

int dep_parts_head_encode(const struct dep_parts_head *head, struct dep_buf *out)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(head->root.bytes, DEP_HASH_LEN, hex);
    dep_buf_addf(out, "%s\n%s %" PRIu64 " %s\n", MAGIC, head->item, head->lines, hex);
    return dep_buf_err(out);
}

int dep_part_encode(uint64_t index, struct dep_slice line, const struct dep_merkle_proof *proof,
                    struct dep_buf *out)
{
    dep_buf_addf(out, "%" PRIu64 " ", index);
    dep_buf_add_slice(out, line);
    dep_buf_add_byte(out, '\n');
    for (size_t i = 0; i < proof->count; i++) {
        dep_base64_encode(DEP_BASE64_STD, dep_slice_of(proof->hashes[i].bytes, DEP_HASH_LEN), out);
        dep_buf_add_byte(out, '\n');
    }
    dep_buf_add_byte(out, '\n');
    return dep_buf_err(out);
}

/* ---- reading ---- */

struct reading {
    struct dep_slice text, rest;
    struct dep_parts_head head;
    struct dep_buf names; /* of the entry */
};

static size_t offset_of(const struct reading *reading)
{
    return reading->text.len - reading->rest.len;
}

/* A line without its LF; false at the end, and where the last line has none. */
static bool next_line(struct reading *reading, struct dep_slice *out)
{
    if (dep_slice_find(reading->rest, '\n') == reading->rest.len)
        return false;
    *out = dep_slice_next(&reading->rest, '\n');
    return true;
}

static int read_head(struct reading *reading, struct dep_finding *why)
{
    struct dep_slice magic, line;
    bool good = next_line(reading, &magic) && dep_slice_equal_string(magic, MAGIC) &&
                next_line(reading, &line);
    if (good) {
        struct dep_slice item = dep_slice_next(&line, ' '), lines = dep_slice_next(&line, ' ');
        good = dep_uuid7_valid(item) &&
               dep_u64_parse(lines, DEP_PART_LINES_MAX, &reading->head.lines) &&
               dep_hex_parse(line, reading->head.root.bytes, DEP_HASH_LEN);
        if (good)
            memcpy(reading->head.item, item.data, DEP_UUID_LEN);
    }
    return good ? DEP_OK : dep_found(why, "part.head", CLAUSE, 0);
}

static int read_proof(struct reading *reading, struct dep_merkle_proof *out,
                      struct dep_finding *why)
{
    out->count = 0;
    for (struct dep_slice line;;) {
        size_t at = offset_of(reading);
        if (!next_line(reading, &line))
            return dep_found(why, "part.form", CLAUSE, at);
        if (line.len == 0)
            return DEP_OK;
        if (out->count == DEP_MERKLE_PROOF_MAX ||
            !dep_base64_parse_exact(DEP_BASE64_STD, line, out->hashes[out->count].bytes,
                                    DEP_HASH_LEN))
            return dep_found(why, "part.form", CLAUSE, at);
        out->count++;
    }
}

static int check_part(struct reading *reading, struct dep_part *part,
                      const struct dep_merkle_proof *proof, size_t at, struct dep_finding *why)
{
    struct dep_hash leaf;
    dep_entry_leaf(part->line, &leaf);
    if (!dep_merkle_verify_inclusion(&leaf, part->index, reading->head.lines, proof,
                                     &reading->head.root))
        return dep_found(why, "part.proof", CLAUSE, at);
    int err = dep_entry_parse(part->line, &reading->names, &part->entry, why);
    if (err == DEP_FOUND && why)
        why->offset += (size_t)(part->line.data - reading->text.data);
    if (err)
        return err;
    if (part->entry.kind == DEP_ENTRY_FOLDER || part->entry.kind == DEP_ENTRY_NOT_TAKEN)
        return dep_found(why, "part.kind", CLAUSE, at);
    return DEP_OK;
}

/* `least` is the smallest index it may have. */
static int read_part(struct reading *reading, uint64_t least, struct dep_part *out,
                     struct dep_finding *why)
{
    struct dep_merkle_proof proof;
    size_t at = offset_of(reading);
    struct dep_slice line;
    if (!next_line(reading, &line) || dep_slice_find(line, ' ') == line.len)
        return dep_found(why, "part.form", CLAUSE, at);
    struct dep_slice index = dep_slice_next(&line, ' ');
    out->line = line;
    if (!dep_u64_parse(index, UINT64_MAX, &out->index))
        return dep_found(why, "part.form", CLAUSE, at);
    if (out->index < least || out->index >= reading->head.lines)
        return dep_found(why, "part.index", CLAUSE, at);
    int err = read_proof(reading, &proof, why);
    return err ? err : check_part(reading, out, &proof, at, why);
}

int dep_parts_parse(struct dep_slice text, dep_part_fn *each, void *context,
                    struct dep_parts_head *out, struct dep_finding *why)
{
    struct reading reading = {.text = text, .rest = text};
    if (text.len > DEP_PARTS_LEN_MAX)
        return dep_found(why, "part.len", CLAUSE, DEP_PARTS_LEN_MAX);
    dep_buf_init(&reading.names, 2 * DEP_MANIFEST_LINE_MAX);
    int err = read_head(&reading, why);
    if (!err && reading.rest.len == 0)
        err = dep_found(why, "part.form", CLAUSE, text.len);
    for (uint64_t least = 0; !err && reading.rest.len;) {
        struct dep_part part;
        err = read_part(&reading, least, &part, why);
        if (err)
            break;
        least = part.index + 1;
        err = each(context, &part);
    }
    dep_buf_done(&reading.names);
    if (!err)
        *out = reading.head;
    return err;
}
