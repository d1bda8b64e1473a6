/*
 * Proofs of parts. What is taken is written again as it was, and each part is proved. First byte
 * 't': the rest are lines, of which a tree is made; every part of it is taken again.
 */
#include "package/parts.h"

#include <stdlib.h>
#include <string.h>

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

struct again {
    struct dep_slice text;
    size_t count;
    uint64_t next;
};

static int see(void *context, const struct dep_part *part)
{
    struct again *again = context;
    must(part->index >= again->next && part->line.len > 0);
    must(part->line.data > again->text.data &&
         part->line.data + part->line.len < again->text.data + again->text.len);
    again->next = part->index + 1;
    again->count++;
    return DEP_OK;
}

static int parse(struct dep_slice text, size_t *out_count)
{
    struct again again = {.text = text};
    struct dep_parts_head head;
    struct dep_finding why = {NULL, NULL, 0};
    int err = dep_parts_parse(text, see, &again, &head, &why);
    must(err >= 0 && (err == DEP_OK || (why.id && why.offset <= text.len)));
    must(err || (again.count > 0 && again.next <= head.lines));
    *out_count = again.count;
    return err;
}

static void make(struct dep_slice rest)
{
    enum { LINES_MAX = 64 };
    struct dep_slice lines[LINES_MAX];
    struct dep_parts_head head = {.item = "0190a2b4-7c1e-7abc-8def-0123456789ab"};
    struct dep_part_tree *tree = NULL;
    must(dep_part_tree_new(&tree) == DEP_OK);
    while (rest.len && head.lines < LINES_MAX) {
        struct dep_hash leaf;
        struct dep_slice line = dep_slice_next(&rest, '\n');
        lines[head.lines++] = line;
        dep_entry_leaf(line, &leaf);
        must(dep_part_tree_add(tree, &leaf) == DEP_OK);
    }
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1 << 22);
    must(dep_part_tree_root(tree, &head.root) == DEP_OK);
    must(dep_parts_head_encode(&head, &text) == DEP_OK);
    size_t written = 0, count = 0;
    for (uint64_t i = 0; i < head.lines; i++) {
        struct dep_merkle_proof proof;
        struct dep_entry entry;
        DEP_AUTO_BUF names;
        dep_buf_init(&names, 1 << 20);
        if (dep_entry_parse(lines[i], &names, &entry, NULL) != DEP_OK ||
            entry.kind == DEP_ENTRY_FOLDER || entry.kind == DEP_ENTRY_NOT_TAKEN)
            continue;
        must(dep_part_tree_prove(tree, i, &proof) == DEP_OK);
        must(dep_part_encode(i, lines[i], &proof, &text) == DEP_OK);
        written++;
    }
    dep_part_tree_free(tree);
    if (written)
        must(parse(dep_buf_slice(&text), &count) == DEP_OK && count == written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count;
    if (size > 0 && data[0] == 't')
        make(dep_slice_of(data + 1, size - 1));
    else
        (void)parse(dep_slice_of(data, size), &count);
    return 0;
}
