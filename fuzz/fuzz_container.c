/*
 * The plaintext of a container: a tar that is held against the manifest in it. In one piece or in
 * many, the same is found; and where nothing is found, any bit that is turned afterwards is.
 */
#include "collect/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FINDINGS_MAX = 64 };

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

struct place {
    size_t offset, len;
    bool xattrs; /* their values stand in no line: only the payload's digest covers them */
};

/* The member "manifest", if it is the last. */
static bool find_manifest(struct dep_slice tar, struct place *out)
{
    struct dep_tar_reader *reader = dep_tar_reader_new();
    enum dep_tar_state state = DEP_TAR_MORE;
    struct dep_tar_member member;
    struct dep_finding why;
    bool found = false;
    size_t at = 0;
    must(reader != NULL);
    *out = (struct place){0, 0, false};
    while (state != DEP_TAR_END) {
        if (tar.len - at < DEP_TAR_BLOCK ||
            dep_tar_reader_block(reader, tar.data + at, &state, &member, &why) != DEP_OK)
            break;
        at += DEP_TAR_BLOCK;
        if (state != DEP_TAR_MEMBER)
            continue;
        if (member.size > tar.len - at || dep_tar_padding(member.size) > tar.len - at - member.size)
            break;
        out->offset = at;
        out->len = (size_t)member.size;
        out->xattrs |= member.xattr_count > 0;
        found = dep_slice_equal_string(member.path, "manifest") && member.type == '0';
        at += (size_t)member.size + dep_tar_padding(member.size);
    }
    dep_tar_reader_free(reader);
    return found && state == DEP_TAR_END;
}

/* As the check does before it relies on the lines; and no hole that would take an hour to digest.
 */
static int judge_size(void *context, const struct dep_entry *entry, uint64_t index)
{
    (void)context, (void)index;
    return entry->size > 1024 * 1024 ? DEP_ERR_CAP : DEP_OK;
}

static bool manifest_reads(struct dep_slice text)
{
    struct dep_hash root;
    struct dep_finding why;
    uint64_t count;
    struct dep_manifest_reader *reader = dep_manifest_reader_new(judge_size, NULL);
    must(reader != NULL);
    int err = dep_manifest_reader_add(reader, text, &why);
    if (!err)
        err = dep_manifest_reader_finish(reader, &count, &root, &why);
    dep_manifest_reader_free(reader);
    return err == DEP_OK;
}

static int next_line(void *context, struct dep_slice *out)
{
    struct dep_slice *rest = context;
    if (!rest->len)
        return DEP_FOUND;
    *out = dep_slice_next(rest, '\n');
    return DEP_OK;
}

struct outcome {
    struct dep_container_report report;
    struct dep_hash manifest;
    const char *ids[FINDINGS_MAX];
    size_t count;
};

static void keep(void *context, const struct dep_finding *finding, struct dep_slice path)
{
    struct outcome *outcome = context;
    must(path.len == 0 || path.data != NULL);
    if (outcome->count < FINDINGS_MAX)
        outcome->ids[outcome->count++] = finding->id;
}

static void compare(struct dep_slice tar, struct dep_slice lines, const struct place *place,
                    size_t piece, struct outcome *out)
{
    *out = (struct outcome){.count = 0};
    struct dep_compare_order order = {.line = next_line,
                                      .line_context = &lines,
                                      .last = "manifest",
                                      .last_offset = place->offset,
                                      .last_len = place->len,
                                      .each = keep,
                                      .each_context = out};
    struct dep_compare *compare = dep_compare_new(&order);
    must(compare != NULL);
    for (size_t at = 0; at < tar.len; at += piece)
        must(dep_compare_add(compare,
                             dep_slice_sub(tar, at, tar.len - at < piece ? tar.len - at : piece)) ==
             DEP_OK);
    dep_compare_finish(compare, &out->report, &out->manifest);
    must((out->report.bad == 0) == (out->count == 0));
    dep_compare_free(compare);
}

static void must_be_same(const struct outcome *a, const struct outcome *b)
{
    must(a->report.bad == b->report.bad && a->report.files == b->report.files &&
         a->report.bytes == b->report.bytes && a->count == b->count);
    for (size_t i = 0; i < a->count; i++)
        must(strcmp(a->ids[i], b->ids[i]) == 0);
    must(a->report.bad || dep_hash_equal(&a->manifest, &b->manifest));
}

/* Turn a bit of a copy, the lines being those of before. */
static void must_be_found(struct dep_slice tar, const struct place *place, size_t at, unsigned bit)
{
    struct outcome outcome;
    struct dep_hash manifest;
    struct dep_slice lines = dep_slice_sub(tar, place->offset, place->len);
    uint8_t *copy = malloc(tar.len);
    must(copy != NULL);
    memcpy(copy, tar.data, tar.len);
    copy[at] ^= (uint8_t)(1U << bit);
    compare(dep_slice_of(copy, tar.len), lines, place, tar.len, &outcome);
    dep_sha256(lines, &manifest);
    must(outcome.report.bad > 0 || !dep_hash_equal(&outcome.manifest, &manifest));
    free(copy);
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
/* A header whose checksum is wrong ends everything: put it right, or little else is ever tried. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    size_t len = LLVMFuzzerMutate(data, size, max_size);
    for (size_t at = 0; seed % 8 && at + DEP_TAR_BLOCK <= len; at += DEP_TAR_BLOCK) {
        unsigned sum = 8 * ' ';
        if (memcmp(data + at + 257, "ustar", 5) != 0)
            continue;
        for (size_t i = 0; i < DEP_TAR_BLOCK; i++)
            sum += i >= 148 && i < 156 ? 0 : data[at + i];
        char text[16];
        must(snprintf(text, sizeof text, "%06o", sum) > 0);
        memcpy(data + at + 148, text, 7);
    }
    return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dep_slice tar = dep_slice_of(data, size);
    struct place place;
    struct outcome whole, split;
    if (!find_manifest(tar, &place))
        return 0;
    struct dep_slice lines = dep_slice_sub(tar, place.offset, place.len);
    if (!manifest_reads(lines))
        return 0;
    struct dep_hash seed;
    dep_sha256(tar, &seed);
    compare(tar, lines, &place, size, &whole);
    compare(tar, lines, &place, 1 + seed.bytes[0] % 97U * 13U, &split);
    must_be_same(&whole, &split);
    if (whole.report.bad || place.xattrs)
        return 0;
    for (size_t i = 1; i < 9; i++) {
        size_t at =
            ((size_t)seed.bytes[i] << 16 | (size_t)seed.bytes[i + 9] << 8 | seed.bytes[i + 18]) %
            size;
        must_be_found(tar, &place, at, seed.bytes[i] & 7U);
    }
    return 0;
}
