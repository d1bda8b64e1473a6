/*
 * Manifests. Each line that is taken is what its entry is written as; read in one piece or byte by
 * byte, a manifest gives the same entries, root and finding; the root is that of the writer's tree.
 */
#include "vault/manifest.h"

#include <stdlib.h>
#include <string.h>

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

struct copy {
    struct dep_buf text;
    struct dep_manifest_tree tree;
};

static int rewrite(void *context, const struct dep_entry *entry, uint64_t index)
{
    struct copy *copy = context;
    size_t from = copy->text.len;
    must(index == copy->tree.count);
    must(dep_entry_encode(entry, &copy->text) == DEP_OK);
    dep_manifest_tree_add(&copy->tree, dep_slice_of(copy->text.data + from, copy->text.len - from));
    dep_buf_add_byte(&copy->text, '\n');
    return DEP_OK;
}

static int read_in(struct dep_slice text, size_t piece, struct copy *copy, struct dep_hash *root,
                   struct dep_finding *why)
{
    struct dep_manifest_reader *reader = dep_manifest_reader_new(rewrite, copy);
    must(reader != NULL);
    dep_buf_init(&copy->text, 8 * 1024 * 1024);
    dep_manifest_tree_init(&copy->tree);
    int err = DEP_OK;
    for (size_t at = 0; !err && at < text.len; at += piece) {
        size_t len = text.len - at < piece ? text.len - at : piece;
        err = dep_manifest_reader_add(reader, dep_slice_sub(text, at, len), why);
    }
    uint64_t count = 0;
    if (!err)
        err = dep_manifest_reader_finish(reader, &count, root, why);
    must(err >= 0 && (err == DEP_OK || (why->id && why->offset <= text.len)));
    must(err != DEP_OK || count == copy->tree.count);
    dep_manifest_reader_free(reader);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dep_slice text = dep_slice_of(data, size);
    struct copy whole, split;
    struct dep_hash root, again, of_tree;
    struct dep_finding why = {NULL, NULL, 0}, why_again = why;
    size_t piece = size ? 1 + data[size - 1] % 13 : 1;
    int err = read_in(text, size ? size : 1, &whole, &root, &why);
    must(read_in(text, piece, &split, &again, &why_again) == err);
    must(dep_slice_equal(dep_buf_slice(&whole.text), dep_buf_slice(&split.text)));
    if (err) {
        must(strcmp(why.id, why_again.id) == 0 && why.offset == why_again.offset);
        must(whole.text.len <= size &&
             memcmp(whole.text.data ? whole.text.data : data, data, whole.text.len) == 0);
    } else {
        must(dep_slice_equal(dep_buf_slice(&whole.text), text));
        dep_manifest_tree_root(&whole.tree, &of_tree);
        must(dep_hash_equal(&root, &again) && dep_hash_equal(&root, &of_tree));
    }
    dep_buf_done(&whole.text);
    dep_buf_done(&split.text);
    return 0;
}
