#include "collect/lines.h"

#include "codec/text.h"

#include <stdlib.h>
#include <string.h>

struct batch {
    struct dep_lines *lines;
    struct dep_buf text; /* of all its lines, with LF */
    size_t count;
    size_t ends[DEP_LINES_BATCH];
    bool waits[DEP_LINES_BATCH]; /* for the digest beside it */
    struct dep_hash digests[DEP_LINES_BATCH];
    uint64_t block; /* the last that has such a digest, and one more; 0: none has */
};

struct dep_lines {
    struct dep_pipe *pipe;
    struct dep_spool *spool;
    struct dep_manifest_tree tree;
    uint64_t content[4];
    struct batch batches[2];
    unsigned at; /* the batch that is being filled; the other one waits */
};

int dep_lines_new(struct dep_pipe *pipe, struct dep_spool *spool, struct dep_lines **out)
{
    struct dep_lines *lines = dep_alloc(sizeof *lines);
    if (!lines)
        return DEP_ERR_NOMEM;
    lines->pipe = pipe;
    lines->spool = spool;
    dep_manifest_tree_init(&lines->tree);
    for (size_t i = 0; i < DEP_COUNT(lines->batches); i++) {
        lines->batches[i].lines = lines;
        dep_buf_init(&lines->batches[i].text, DEP_LINES_TEXT + DEP_MANIFEST_LINE_MAX);
    }
    *out = lines;
    return DEP_OK;
}

void dep_lines_free(struct dep_lines *lines)
{
    if (!lines)
        return;
    for (size_t i = 0; i < DEP_COUNT(lines->batches); i++)
        dep_buf_done(&lines->batches[i].text);
    free(lines);
}

/* ---- lines that are whole ---- */

static void add_content(uint64_t sum[4], const struct dep_hash *digest)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < 4; i++) {
        uint64_t word;
        memcpy(&word, digest->bytes + 8 * i, sizeof word);
        uint64_t with_word = sum[i] + word;
        uint64_t over = with_word < word;
        with_word += carry;
        carry = over | (with_word < carry);
        sum[i] = with_word;
    }
}

static void finish_line(struct dep_lines *lines, struct batch *batch, size_t place, uint8_t *line,
                        size_t len)
{
    uint8_t kind = line[DEP_ENTRY_KIND_AT];
    if (batch->waits[place]) {
        char hex[2 * DEP_HASH_LEN + 1];
        dep_hex_encode(batch->digests[place].bytes, DEP_HASH_LEN, hex);
        memcpy(line + DEP_ENTRY_SHA256_AT, hex, sizeof hex - 1);
    }
    if (kind == DEP_ENTRY_FILE || kind == DEP_ENTRY_IMAGE)
        add_content(lines->content, &batch->digests[place]);
    dep_manifest_tree_add(&lines->tree, dep_slice_of(line, len - 1));
}

/* By either thread of the pipe. */
static int finish_batch(void *context, struct dep_fault *fault)
{
    struct batch *batch = context;
    struct dep_lines *lines = batch->lines;
    size_t from = 0;
    for (size_t i = 0; i < batch->count; i++) {
        finish_line(lines, batch, i, batch->text.data + from, batch->ends[i] - from);
        from = batch->ends[i];
    }
    int err =
        batch->count ? dep_spool_add(lines->spool, dep_buf_slice(&batch->text), fault) : DEP_OK;
    dep_buf_clear(&batch->text);
    batch->count = 0;
    batch->block = 0;
    memset(batch->waits, 0, sizeof batch->waits);
    return err;
}

/* The pipe failed: why, is told at its end. */
static int pipe_failed(struct dep_lines *lines, struct dep_fault *fault)
{
    struct dep_hash unused;
    int err = dep_pipe_finish(lines->pipe, &unused, fault);
    assert(err < 0);
    return err;
}

/* The batch at hand is finished when its digests are there; the other one has been. */
static int pass_batch_on(struct dep_lines *lines, struct dep_fault *fault)
{
    struct batch *batch = &lines->batches[lines->at];
    lines->at ^= 1;
    if (batch->block)
        return dep_pipe_after(lines->pipe, batch->block - 1, finish_batch, batch)
                   ? DEP_OK
                   : pipe_failed(lines, fault);
    return dep_pipe_settle(lines->pipe) ? finish_batch(batch, fault) : pipe_failed(lines, fault);
}

/* ---- lines as they come ---- */

void dep_lines_content(struct dep_lines *lines)
{
    struct batch *batch = &lines->batches[lines->at];
    assert(batch->count < DEP_LINES_BATCH);
    dep_pipe_digest_end(lines->pipe, &batch->digests[batch->count]);
    batch->waits[batch->count] = true;
    batch->block = dep_pipe_block(lines->pipe) + 1;
}

int dep_lines_add(struct dep_lines *lines, const struct dep_entry *entry, struct dep_fault *fault)
{
    struct batch *batch = &lines->batches[lines->at];
    int err = dep_entry_encode(entry, &batch->text);
    dep_buf_add_byte(&batch->text, '\n');
    if (!err)
        err = dep_buf_err(&batch->text);
    if (err)
        return dep_fault_set(fault, err, 0, "collect.manifest", "%.*s", (int)entry->path.len,
                             (const char *)entry->path.data);
    if (!batch->waits[batch->count])
        batch->digests[batch->count] = entry->sha256;
    batch->ends[batch->count++] = batch->text.len;
    if (batch->count < DEP_LINES_BATCH && batch->text.len < DEP_LINES_TEXT)
        return DEP_OK;
    return pass_batch_on(lines, fault);
}

int dep_lines_finish(struct dep_lines *lines, struct dep_lines_sum *out, struct dep_fault *fault)
{
    int err = pass_batch_on(lines, fault);
    if (!err && !dep_pipe_settle(lines->pipe))
        err = pipe_failed(lines, fault);
    if (err)
        return err;
    out->count = lines->tree.count;
    dep_manifest_tree_root(&lines->tree, &out->root);
    memcpy(out->content, lines->content, sizeof out->content);
    return DEP_OK;
}
