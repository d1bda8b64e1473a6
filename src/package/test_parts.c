/*
 * Parts of an item: some lines of a manifest, proved in its root as the vault makes it; one edit a
 * refusal.
 */
#include "package/parts.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ITEM "0190a2b4-7c1e-7abc-8def-0123456789ab"
enum { LINES = 300, LINE_LEN = 256, CAP = 1 << 20 };

static char lines[LINES][LINE_LEN];
static struct dep_part_tree *tree;
static struct dep_parts_head head = {.item = ITEM, .lines = LINES};

/* Line 0 is the statement, every tenth a folder, every eleventh not taken. */
static void make_lines(void)
{
    struct dep_manifest_tree reference;
    struct dep_hash root;
    dep_manifest_tree_init(&reference);
    assert_int_equal(dep_part_tree_new(&tree), DEP_OK);
    for (unsigned i = 0; i < LINES; i++) {
        char path[32];
        DEP_AUTO_BUF line;
        struct dep_entry entry = {.kind = i == 0        ? DEP_ENTRY_STATEMENT
                                          : i % 10 == 0 ? DEP_ENTRY_FOLDER
                                          : i % 11 == 0 ? DEP_ENTRY_NOT_TAKEN
                                                        : DEP_ENTRY_FILE,
                                  .mode = 0644};
        (void)snprintf(path, sizeof path, "files/%u a%%", i);
        entry.path = dep_slice_string(i ? path : "collection.json");
        dep_random(entry.salt, sizeof entry.salt);
        if (entry.kind == DEP_ENTRY_NOT_TAKEN)
            entry.target = dep_slice_string("socket");
        else
            entry.offset = 512 + i * UINT64_C(1024);
        if (entry.kind == DEP_ENTRY_FILE || entry.kind == DEP_ENTRY_STATEMENT) {
            entry.has_sha256 = true;
            entry.size = entry.stored = i;
        }
        dep_buf_init(&line, LINE_LEN - 1);
        assert_int_equal(dep_entry_encode(&entry, &line), DEP_OK);
        memcpy(lines[i], line.data, line.len + 1);
        struct dep_hash leaf;
        dep_entry_leaf(dep_buf_slice(&line), &leaf);
        assert_int_equal(dep_part_tree_add(tree, &leaf), DEP_OK);
        dep_manifest_tree_add(&reference, dep_buf_slice(&line));
        dep_manifest_tree_root(&reference, &head.root);
        assert_int_equal(dep_part_tree_root(tree, &root), DEP_OK);
        assert_true(dep_hash_equal(&root, &head.root));
    }
    assert_int_equal(dep_part_tree_count(tree), LINES);
}

static void add_part(struct dep_buf *out, unsigned index)
{
    struct dep_merkle_proof proof;
    assert_int_equal(dep_part_tree_prove(tree, index, &proof), DEP_OK);
    assert_int_equal(dep_part_encode(index, dep_slice_string(lines[index]), &proof, out), DEP_OK);
}

static void make(struct dep_buf *out, const unsigned *indices, size_t count)
{
    dep_buf_init(out, CAP);
    assert_int_equal(dep_parts_head_encode(&head, out), DEP_OK);
    for (size_t i = 0; i < count; i++)
        add_part(out, indices[i]);
}

struct seen {
    uint64_t indices[LINES];
    size_t count, stop_at;
};

static int see(void *context, const struct dep_part *part)
{
    struct seen *seen = context;
    char path[32];
    assert_true(dep_slice_equal_string(part->line, lines[part->index]));
    (void)snprintf(path, sizeof path, "files/%" PRIu64 " a%%", part->index);
    assert_true(dep_slice_equal_string(part->entry.path, part->index ? path : "collection.json"));
    assert_int_equal(part->entry.size, part->index);
    seen->indices[seen->count++] = part->index;
    return seen->count == seen->stop_at ? DEP_ERR_STOPPED : DEP_OK;
}

static void test_good(void **state)
{
    (void)state;
    unsigned all[LINES];
    size_t count = 0;
    for (unsigned i = 0; i < LINES; i++)
        if (i == 0 || (i % 10 && i % 11))
            all[count++] = i;
    const struct {
        const unsigned *indices;
        size_t count;
    } rows[] = {{all, 1}, {all + 7, 1}, {all + count - 1, 1}, {all + 3, 40}, {all, count}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF text;
        struct seen seen = {.count = 0};
        struct dep_parts_head out;
        struct dep_finding why = {"", "", 0};
        make(&text, rows[i].indices, rows[i].count);
        if (dep_parts_parse(dep_buf_slice(&text), see, &seen, &out, &why))
            fail_msg("row %zu: %s at %zu", i, why.id, why.offset);
        assert_int_equal(seen.count, rows[i].count);
        for (size_t j = 0; j < seen.count; j++)
            assert_int_equal(seen.indices[j], rows[i].indices[j]);
        assert_string_equal(out.item, ITEM);
        assert_int_equal(out.lines, LINES);
        assert_true(dep_hash_equal(&out.root, &head.root));
    }
}

/* The text with the first `from` in it replaced. */
static void replace(const struct dep_buf *text, const char *from, const char *to,
                    struct dep_buf *out)
{
    const char *at = strstr((const char *)text->data, from);
    assert_non_null(at);
    size_t before = (size_t)(at - (const char *)text->data);
    dep_buf_init(out, CAP);
    dep_buf_add(out, text->data, before);
    dep_buf_add_string(out, to);
    dep_buf_add(out, at + strlen(from), text->len - before - strlen(from));
    assert_int_equal(dep_buf_err(out), DEP_OK);
}

static void expect(const char *row, struct dep_slice text, const char *id)
{
    struct seen seen = {.count = 0};
    struct dep_parts_head out;
    struct dep_finding why = {"", "", 0};
    memset(&out, 0x5a, sizeof out);
    int err = dep_parts_parse(text, see, &seen, &out, &why);
    if (err != DEP_FOUND || strcmp(why.id, id) != 0 || why.offset > text.len)
        fail_msg("%s: expected %s, got %d %s at %zu", row, id, err, why.id, why.offset);
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(((uint8_t *)&out)[i], 0x5a);
}

static void test_edits(void **state)
{
    (void)state;
    static const unsigned indices[] = {3, 4, 299};
    static const struct {
        const char *from, *to, *id;
    } rows[] = {
        {"parts v1", "parts v2", "part.head"},
        {ITEM " ", "0190a2b4 ", "part.head"},
        {ITEM " ", ITEM "  ", "part.head"},
        {" 300 ", " 0300 ", "part.head"},
        {" 300 ", " 301 ", "part.proof"},
        {" 300 ", " 299 ", "part.index"},
        {" 300 ", " 99999999999 ", "part.head"},
        {"\n3 ", "\n03 ", "part.form"},
        {"\n3 ", "\n", "part.form"},
        {"\n3 ", "\n-3 ", "part.form"},
        {"\n3 ", "\n2 ", "part.proof"},
        {"\n4 ", "\n3 ", "part.index"},
        {"\n299 ", "\n300 ", "part.index"},
        {"files/3%20a%25", "files/3%20b%25", "part.proof"},
        {"files/3%20a%25", "files/3%20a%25 ", "part.proof"},
        {" 3584 3 644", " 3584 3 666", "part.proof"},
        {"=\n\n", "=\n", "part.form"},
        {"=\n\n", "=\n\n\n", "part.form"},
        {"=\n\n", "=\r\n\n", "part.form"},
        {"=\n\n", "=\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n", "part.proof"},
        {"=\n", "\n", "part.form"},
    };
    DEP_AUTO_BUF good;
    make(&good, indices, DEP_COUNT(indices));
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        DEP_AUTO_BUF text;
        char row[64];
        replace(&good, rows[i].from, rows[i].to, &text);
        (void)snprintf(row, sizeof row, "'%.20s' to '%.20s'", rows[i].from, rows[i].to);
        expect(row, dep_buf_slice(&text), rows[i].id);
    }
    for (size_t cut = 1; cut < 60; cut++)
        expect("cut", dep_slice_sub(dep_buf_slice(&good), 0, good.len - cut), "part.form");
    expect("empty", (struct dep_slice){NULL, 0}, "part.head");

    DEP_AUTO_BUF none, kind, mixed, root;
    make(&none, indices, 0);
    expect("no part", dep_buf_slice(&none), "part.form");
    static const unsigned folder[] = {10}, not_taken[] = {11};
    make(&kind, folder, 1);
    expect("folder", dep_buf_slice(&kind), "part.kind");
    dep_buf_done(&kind);
    make(&kind, not_taken, 1);
    expect("not taken", dep_buf_slice(&kind), "part.kind");

    /* One part's line with another's proof; all as it is, below another root. */
    struct dep_merkle_proof proof;
    make(&mixed, indices, 0);
    assert_int_equal(dep_part_tree_prove(tree, 4, &proof), DEP_OK);
    assert_int_equal(dep_part_encode(3, dep_slice_string(lines[3]), &proof, &mixed), DEP_OK);
    expect("exchanged", dep_buf_slice(&mixed), "part.proof");
    head.root.bytes[0] ^= 1;
    make(&root, indices, DEP_COUNT(indices));
    head.root.bytes[0] ^= 1;
    expect("root", dep_buf_slice(&root), "part.proof");
}

/* A line that no manifest of ours has, in a tree made of it. */
static void test_strange_line(void **state)
{
    (void)state;
    struct dep_part_tree *own = NULL;
    struct dep_parts_head of_own = {.item = ITEM, .lines = 1};
    struct dep_merkle_proof proof;
    struct dep_slice line = DEP_SLICE_LITERAL("no manifest line");
    struct dep_hash leaf;
    DEP_AUTO_BUF text;
    dep_entry_leaf(line, &leaf);
    assert_int_equal(dep_part_tree_new(&own), DEP_OK);
    assert_int_equal(dep_part_tree_add(own, &leaf), DEP_OK);
    assert_int_equal(dep_part_tree_root(own, &of_own.root), DEP_OK);
    assert_int_equal(dep_part_tree_prove(own, 0, &proof), DEP_OK);
    dep_buf_init(&text, CAP);
    assert_int_equal(dep_parts_head_encode(&of_own, &text), DEP_OK);
    assert_int_equal(dep_part_encode(0, line, &proof, &text), DEP_OK);
    expect("strange", dep_buf_slice(&text), "manifest.salt");
    dep_part_tree_free(own);
}

static void test_stopped_and_memory(void **state)
{
    (void)state;
    static const unsigned indices[] = {3, 4, 299};
    DEP_AUTO_BUF text;
    struct dep_parts_head out;
    make(&text, indices, DEP_COUNT(indices));
    struct seen seen = {.stop_at = 2};
    assert_int_equal(dep_parts_parse(dep_buf_slice(&text), see, &seen, &out, NULL),
                     DEP_ERR_STOPPED);
    assert_int_equal(seen.count, 2);
    bool through = false;
    for (long n = 0; !through; n++) {
        seen = (struct seen){.count = 0};
        dep_alloc_fail_at(n);
        int err = dep_parts_parse(dep_buf_slice(&text), see, &seen, &out, NULL);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        through = err == DEP_OK;
        assert_true(n < 100);
    }
    /* A leaf that didn't fit leaves the tree as it was. */
    struct dep_part_tree *own = NULL;
    struct dep_hash leaf = {{0}}, before, after;
    assert_int_equal(dep_part_tree_new(&own), DEP_OK);
    for (unsigned i = 0; i < 127; i++)
        assert_int_equal(dep_part_tree_add(own, &leaf), DEP_OK);
    assert_int_equal(dep_part_tree_root(own, &before), DEP_OK);
    dep_alloc_fail_at(0);
    int err = dep_part_tree_add(own, &leaf);
    dep_alloc_fail_at(-1);
    assert_int_equal(err, DEP_ERR_NOMEM);
    assert_int_equal(dep_part_tree_root(own, &after), DEP_OK);
    assert_true(dep_hash_equal(&before, &after));
    dep_part_tree_free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_strange_line),
        cmocka_unit_test(test_stopped_and_memory),
    };
    if (dep_crypto_init(false))
        return 1;
    make_lines();
    int failed = cmocka_run_group_tests_name("parts", tests, NULL, NULL);
    dep_part_tree_free(tree);
    return failed;
}
