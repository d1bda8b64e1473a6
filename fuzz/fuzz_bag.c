/*
 * Bags. The input is names and contents by turns, each ended by a byte 0xfe. It is read as a bag as
 * it stands; a bag with a finding that isn't a warning isn't valid; and the manifests that we write
 * of files whose names we write make a valid bag.
 */
#include "package/bag.h"

#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 64 };

struct file {
    struct dep_slice path, content;
};
struct files {
    struct file items[FILES_MAX];
    size_t count;
};

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

static void put(struct files *files, struct dep_slice path, struct dep_slice content)
{
    for (size_t i = 0; i < files->count; i++)
        if (dep_slice_equal(files->items[i].path, path))
            return;
    if (files->count < FILES_MAX && path.len <= DEP_BAG_PATH_MAX)
        files->items[files->count++] = (struct file){path, content};
}

static int text_of(void *context, const struct dep_bag_file *wanted, struct dep_slice *out)
{
    const struct files *files = context;
    for (size_t i = 0; i < files->count; i++)
        if (dep_slice_equal(files->items[i].path, wanted->path)) {
            *out = files->items[i].content;
            return DEP_OK;
        }
    abort();
}

/* Whether it is valid; every finding is in order. */
static bool verify(struct files *files)
{
    DEP_AUTO_BAG *bag = NULL;
    must(dep_bag_new(&bag) == DEP_OK);
    for (size_t i = 0; i < files->count; i++)
        must(dep_bag_add(bag, files->items[i].path, files->items[i].content.len) == DEP_OK);
    int err = dep_bag_read(bag, text_of, files);
    if (err == DEP_ERR_CAP)
        return false;
    must(err == DEP_OK);
    for (size_t i = 0; dep_bag_was_read(bag) && i < dep_bag_file_count(bag); i++) {
        struct dep_slice content = {NULL, 0};
        struct dep_hash hash;
        (void)text_of(files, dep_bag_file_at(bag, i), &content);
        dep_sha256(content, &hash);
        must(dep_bag_check(bag, i, DEP_BAG_SHA256, hash.bytes) == DEP_OK);
    }
    must(dep_bag_finish(bag) == DEP_OK);
    bool wanting = false;
    for (size_t i = 0; i < dep_bag_found_count(bag); i++) {
        const struct dep_bag_found *found = dep_bag_found_at(bag, i);
        must(found->id && found->clause && (found->line == 0 || found->in.len > 0));
        wanting |= !found->warning;
    }
    must(dep_bag_valid(bag) == !wanting);
    return !wanting;
}

/* The payload among the files, under a manifest of our own. */
static void write_bag(const struct files *files)
{
    struct files made = {.count = 0};
    DEP_AUTO_BUF declaration, manifest;
    dep_buf_init(&declaration, 1024);
    dep_buf_init(&manifest, 1 << 22);
    for (size_t i = 0; i < files->count; i++) {
        struct dep_hash hash;
        dep_sha256(files->items[i].content, &hash);
        if (made.count < FILES_MAX - 2 && dep_slice_starts(files->items[i].path, "data/") &&
            dep_bag_line_encode(DEP_BAG_SHA256, hash.bytes, files->items[i].path, &manifest) ==
                DEP_OK)
            put(&made, files->items[i].path, files->items[i].content);
    }
    if (made.count == 0)
        return;
    dep_bag_declaration_encode(&declaration);
    put(&made, DEP_SLICE_LITERAL("bagit.txt"), dep_buf_slice(&declaration));
    put(&made, DEP_SLICE_LITERAL("manifest-sha256.txt"), dep_buf_slice(&manifest));
    must(verify(&made));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct files files = {.count = 0};
    struct dep_slice rest = dep_slice_of(data, size);
    while (rest.len) {
        struct dep_slice path = dep_slice_next(&rest, 0xfe);
        put(&files, path, dep_slice_next(&rest, 0xfe));
    }
    (void)verify(&files);
    write_bag(&files);
    return 0;
}
