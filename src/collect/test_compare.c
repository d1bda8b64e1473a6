/*
 * A tar held against its manifest: a good one passes in pieces of any size; each edit is found, and
 * named by the member it concerns.
 */
#include "collect/compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TAR_MAX = 64 * 1024, MEMBERS = 4 };

/* A tar of four members and its manifest, made by the same parts that seal. */
struct sample {
    struct dep_buf tar, lines;
    size_t header_at[MEMBERS + 1], data_at[MEMBERS + 1], line_at[MEMBERS + 2];
};

static const char SPARSE[] = "sparse data";

static void add_member(struct sample *sample, size_t index, struct dep_entry *entry,
                       const struct dep_tar_member *member, struct dep_slice data)
{
    static const uint8_t zeros[DEP_TAR_BLOCK];
    sample->header_at[index] = sample->tar.len;
    assert_int_equal(dep_tar_encode(member, &sample->tar), DEP_OK);
    sample->data_at[index] = sample->tar.len;
    dep_buf_add_slice(&sample->tar, data);
    dep_buf_add(&sample->tar, zeros, dep_tar_padding(data.len));
    if (!entry)
        return;
    entry->offset = sample->data_at[index];
    sample->line_at[index] = sample->lines.len;
    assert_int_equal(dep_entry_encode(entry, &sample->lines), DEP_OK);
    dep_buf_add_byte(&sample->lines, '\n');
    sample->line_at[index + 1] = sample->lines.len;
}

static void add_file(struct sample *sample, size_t index, const char *path, const char *content)
{
    struct dep_entry entry = {
        .kind = DEP_ENTRY_FILE, .has_sha256 = true, .path = dep_slice_string(path), .mode = 0644};
    entry.size = entry.stored = strlen(content);
    dep_sha256(dep_slice_string(content), &entry.sha256);
    struct dep_tar_member member = {
        .type = '0', .path = entry.path, .mode = 0644, .size = entry.size, .real_size = entry.size};
    add_member(sample, index, &entry, &member, dep_slice_string(content));
}

static void add_sparse(struct sample *sample, size_t index)
{
    static uint8_t whole[5000];
    const struct dep_tar_extent extents[] = {{1000, sizeof SPARSE - 1}, {sizeof whole, 0}};
    struct dep_buf data;
    dep_buf_init(&data, TAR_MAX);
    assert_int_equal(dep_tar_map_encode(extents, 2, &data), DEP_OK);
    dep_buf_add_string(&data, SPARSE);
    memcpy(whole + 1000, SPARSE, sizeof SPARSE - 1);
    struct dep_entry entry = {.kind = DEP_ENTRY_FILE,
                              .has_sha256 = true,
                              .size = sizeof whole,
                              .stored = data.len,
                              .flags = DEP_ENTRY_SPARSE,
                              .path = DEP_SLICE_LITERAL("files/sparse")};
    dep_sha256(dep_slice_of(whole, sizeof whole), &entry.sha256);
    struct dep_tar_member member = {.type = '0',
                                    .path = entry.path,
                                    .sparse = true,
                                    .size = data.len,
                                    .real_size = sizeof whole};
    add_member(sample, index, &entry, &member, dep_buf_slice(&data));
    dep_buf_done(&data);
}

static void make(struct sample *sample)
{
    static const uint8_t zeros[2 * DEP_TAR_BLOCK];
    *sample = (struct sample){.header_at = {0}};
    dep_buf_init(&sample->tar, TAR_MAX);
    dep_buf_init(&sample->lines, TAR_MAX);
    add_file(sample, 0, "files/a", "content of a");
    struct dep_entry folder = {
        .kind = DEP_ENTRY_FOLDER, .mode = 0755, .path = DEP_SLICE_LITERAL("files/d")};
    struct dep_tar_member member = {.type = '5', .mode = 0755, .path = folder.path};
    add_member(sample, 1, &folder, &member, (struct dep_slice){NULL, 0});
    add_file(sample, 2, "files/d/b", "content of b");
    add_sparse(sample, 3);
    struct dep_tar_member manifest = {.type = '0',
                                      .mode = 0600,
                                      .path = DEP_SLICE_LITERAL("manifest"),
                                      .size = sample->lines.len,
                                      .real_size = sample->lines.len};
    add_member(sample, MEMBERS, NULL, &manifest, dep_buf_slice(&sample->lines));
    dep_buf_add(&sample->tar, zeros, sizeof zeros);
    assert_int_equal(dep_buf_err(&sample->tar), DEP_OK);
}

static void unmake(struct sample *sample)
{
    dep_buf_done(&sample->tar);
    dep_buf_done(&sample->lines);
}

struct found {
    char id[64], path[64];
    size_t count;
    struct dep_container_report report;
    struct dep_hash manifest;
};

static void keep_first(void *context, const struct dep_finding *finding, struct dep_slice path)
{
    struct found *found = context;
    if (found->count++)
        return;
    (void)snprintf(found->id, sizeof found->id, "%s", finding->id);
    (void)snprintf(found->path, sizeof found->path, "%.*s", (int)path.len,
                   path.len ? (const char *)path.data : "");
}

static int next_line(void *context, struct dep_slice *out)
{
    struct dep_slice *rest = context;
    if (!rest->len)
        return DEP_FOUND;
    *out = dep_slice_next(rest, '\n');
    return DEP_OK;
}

static struct found compare(const struct sample *sample, struct dep_slice tar,
                            struct dep_slice lines, size_t piece)
{
    struct found found = {.count = 0};
    struct dep_compare_order order = {.line = next_line,
                                      .line_context = &lines,
                                      .last = "manifest",
                                      .last_offset = sample->data_at[MEMBERS],
                                      .last_len = sample->lines.len,
                                      .each = keep_first,
                                      .each_context = &found};
    struct dep_compare *compare = dep_compare_new(&order);
    assert_non_null(compare);
    for (size_t at = 0; at < tar.len; at += piece) {
        size_t len = tar.len - at < piece ? tar.len - at : piece;
        assert_int_equal(dep_compare_add(compare, dep_slice_sub(tar, at, len)), DEP_OK);
    }
    dep_compare_finish(compare, &found.report, &found.manifest);
    assert_int_equal(found.report.bad, found.count);
    dep_compare_free(compare);
    return found;
}

static void test_good(void **state)
{
    (void)state;
    struct sample sample;
    struct dep_hash manifest;
    make(&sample);
    dep_sha256(dep_buf_slice(&sample.lines), &manifest);
    for (size_t piece = 1; piece < sample.tar.len; piece += piece < 1030 ? 1 : 997) {
        struct found found =
            compare(&sample, dep_buf_slice(&sample.tar), dep_buf_slice(&sample.lines), piece);
        if (found.count)
            fail_msg("in pieces of %zu: %s at %s", piece, found.id, found.path);
        assert_int_equal(found.report.files, 3);
        assert_int_equal(found.report.bytes, 24 + 5000);
        assert_true(dep_hash_equal(&found.manifest, &manifest));
    }
    unmake(&sample);
}

/* Any bit turned in the tar is found, or shows in the manifest's digest. */
static void test_every_byte(void **state)
{
    (void)state;
    struct sample sample;
    struct dep_hash manifest;
    make(&sample);
    dep_sha256(dep_buf_slice(&sample.lines), &manifest);
    for (size_t at = 0; at < sample.tar.len; at++) {
        sample.tar.data[at] ^= 1;
        struct found found = compare(&sample, dep_buf_slice(&sample.tar),
                                     dep_buf_slice(&sample.lines), sample.tar.len);
        if (!found.count && dep_hash_equal(&found.manifest, &manifest))
            fail_msg("byte %zu", at);
        sample.tar.data[at] ^= 1;
    }
    print_message("%zu bytes turned, each found\n", sample.tar.len);
    unmake(&sample);
}

/* A header with one field replaced and its checksum right. */
static void forge(struct sample *sample, size_t member, size_t at, const char *text)
{
    uint8_t *block = sample->tar.data + sample->header_at[member];
    unsigned sum = 0;
    char digits[8];
    memcpy(block + at, text, strlen(text));
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < DEP_TAR_BLOCK; i++)
        sum += block[i];
    (void)snprintf(digits, sizeof digits, "%06o", sum);
    memcpy(block + 148, digits, 7);
}

static void drop_line(struct sample *sample, size_t line)
{
    size_t from = sample->line_at[line], to = sample->line_at[line + 1];
    memmove(sample->lines.data + from, sample->lines.data + to, sample->lines.len - to);
    sample->lines.len -= to - from;
}

static void repeat_line(struct sample *sample, size_t line)
{
    struct dep_buf old = sample->lines;
    dep_buf_init(&sample->lines, TAR_MAX);
    dep_buf_add(&sample->lines, old.data, sample->line_at[line + 1]);
    dep_buf_add(&sample->lines, old.data + sample->line_at[line], old.len - sample->line_at[line]);
    dep_buf_done(&old);
}

static void edit(struct sample *sample, int number)
{
    static const uint8_t zeros[DEP_TAR_BLOCK];
    switch (number) {
    case 1: sample->tar.data[sample->data_at[0]] ^= 1; break;
    case 2: sample->tar.data[sample->data_at[0] + 12] = 1; break; /* padding */
    case 3: forge(sample, 0, 100, "0000600"); break;              /* mode */
    case 4: forge(sample, 0, 0, "files/c"); break;
    case 5: forge(sample, 2, 124, "00000000013"); break; /* size */
    case 6: forge(sample, 1, 156, "0"); break;           /* type */
    case 7: forge(sample, 0, 265, "root"); break;        /* uname */
    case 8: drop_line(sample, 1); break;
    case 9: repeat_line(sample, 0); break;
    case 10: drop_line(sample, MEMBERS - 1); break;
    case 11: dep_buf_add(&sample->tar, zeros, 1); break;
    case 12: sample->tar.len -= 1; break;
    case 13: sample->tar.len = sample->header_at[MEMBERS]; break;
    case 14: sample->tar.len = sample->data_at[2] + 3; break;
    case 15: forge(sample, MEMBERS, 100, "0000644"); break;
    case 16: sample->tar.data[sample->data_at[3] + 512 + 2] ^= 1; break; /* sparse data */
    case 17: sample->tar.data[sample->data_at[3] + 2] = '9'; break;      /* sparse map */
    default: break;
    }
}

static void test_edits(void **state)
{
    (void)state;
    static const struct {
        const char *id, *path;
    } rows[] = {
        {"", ""},
        {"container.file", "files/a"},
        {"container.padding", "files/a"},
        {"container.metadata", "files/a"},
        {"container.order", "files/c"},
        {"container.place", "files/d/b"},
        {"container.kind", "files/d"},
        {"container.metadata", "files/a"},
        {"container.order", "files/d"},
        {"container.order", "files/d"},
        {"container.extra", "files/sparse"},
        {"container.after", "manifest"},
        {"container.cut", "files/sparse"},
        {"container.cut", "files/sparse"},
        {"container.cut", "files/d/b"},
        {"container.metadata", "manifest"},
        {"container.file", "files/sparse"},
        {"tar.map", "files/sparse"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct sample sample;
        make(&sample);
        size_t manifest_len = sample.lines.len;
        edit(&sample, (int)i);
        struct dep_slice lines = dep_buf_slice(&sample.lines);
        struct sample as_recorded = sample;
        as_recorded.lines.len = manifest_len;
        struct found found = compare(&as_recorded, dep_buf_slice(&sample.tar), lines, 100);
        if (strcmp(found.id, rows[i].id) != 0 || strcmp(found.path, rows[i].path) != 0)
            fail_msg("edit %zu: %s at %s", i, found.id, found.path);
        unmake(&sample);
    }
}

static void test_lost(void **state)
{
    (void)state;
    struct sample sample;
    make(&sample);
    struct dep_slice lines = dep_buf_slice(&sample.lines);
    struct found found = {.count = 0};
    struct dep_compare_order order = {.line = next_line,
                                      .line_context = &lines,
                                      .last = "manifest",
                                      .last_offset = sample.data_at[MEMBERS],
                                      .last_len = sample.lines.len,
                                      .each = keep_first,
                                      .each_context = &found};
    struct dep_compare *compare = dep_compare_new(&order);
    assert_non_null(compare);
    assert_int_equal(dep_compare_add(compare, dep_slice_of(sample.tar.data, 600)), DEP_OK);
    dep_compare_lost(compare, "age.payload");
    assert_int_equal(dep_compare_add(compare, dep_slice_of(sample.tar.data + 600, 600)), DEP_OK);
    dep_compare_finish(compare, &found.report, &found.manifest);
    assert_string_equal(found.id, "age.payload");
    assert_string_equal(found.path, "files/a");
    assert_int_equal(found.report.bad, 1);
    dep_compare_free(compare);
    unmake(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good),
                                       cmocka_unit_test(test_every_byte),
                                       cmocka_unit_test(test_edits), cmocka_unit_test(test_lost)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
