/*
 * The Library of Congress's conformance suite. Its bags of version 1.0 are read as they are. Most
 * others declare 0.9x: they are refused as such, and then read once more as if they declared 1.0,
 * each with what RFC 8493 says of it then. So the suite's rules count, not its version numbers.
 */
#include "package/bag.h"

#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* `id` is among the findings, or there are none (""). */
static const struct row {
    const char *bag, *id;
    bool valid;
} ROWS[] = {
    {"v1.0/valid/basicBag", "", true},
    {"v1.0/invalid/bagit-with-invalid-whitespace", "bag.declaration", false},
    {"v1.0/invalid/notAllManifestsListAllFiles", "bag.unlisted", false},
    {"v1.0/invalid/same-filename-listed-twice-with-different-hashes", "bag.declaration", false},
    {"v1.0/invalid/same-filename-listed-twice-with-the-same-hash", "bag.manifest.twice", false},
    {"v0.97/invalid/baginfo-missing-encoding", "bag.declaration", false},
    {"v0.97/invalid/bom-in-bagit.txt", "bag.declaration", false},
    {"v0.97/invalid/corrupt-data-file", "bag.altered", false},
    {"v0.97/invalid/corrupt-tag-file", "bag.altered", false},
    {"v0.97/invalid/extra-file-in-bag", "bag.unlisted", false},
    {"v0.97/invalid/invalid-version-number", "bag.declaration", false},
    {"v0.97/invalid/missing-baginfo", "bag.missing", false},
    {"v0.97/invalid/missing-bagit.txt", "bag.declaration", false},
    {"v0.97/invalid/out-of-scope-file-paths-using-dot-notation", "bag.path", false},
    {"v0.97/invalid/out-of-scope-file-paths-using-dot-notation-for-fetch", "bag.fetch", false},
    {"v0.97/invalid/same-filename-listed-twice-with-different-hashes", "bag.manifest.twice", false},
    {"v0.97/linux-only/out-of-scope-file-paths-using-absolute-path", "bag.path", false},
    {"v0.97/linux-only/out-of-scope-file-paths-using-absolute-path-for-fetch", "bag.fetch", false},
    {"v0.97/linux-only/out-of-scope-file-paths-using-shortcut", "bag.path", false},
    {"v0.97/linux-only/out-of-scope-file-paths-using-shortcut-for-fetch", "bag.fetch", false},
    {"v0.97/linux-only/out-of-scope-file-paths-using-shortcut-username", "bag.path", false},
    {"v0.97/linux-only/out-of-scope-file-paths-using-shortcut-username-for-fetch", "bag.fetch",
     false},
    {"v0.97/windows-only/out-of-scope-file-paths-using-absolute-path", "bag.path", false},
    {"v0.97/windows-only/out-of-scope-file-paths-using-absolute-path-for-fetch", "bag.fetch",
     false},
    {"v0.97/windows-only/out-of-scope-file-paths-using-shortcut", "bag.percent", false},
    {"v0.97/windows-only/out-of-scope-file-paths-using-shortcut-for-fetch", "bag.fetch", false},
    {"v0.97/windows-only/out-of-scope-file-paths-using-unc", "bag.path", false},
    {"v0.97/windows-only/out-of-scope-file-paths-using-unc-for-fetch", "bag.fetch", false},
    {"v0.97/warning/duplicate-file-with-different-case", "bag.folded", true},
    {"v0.97/warning/made-with-md5sum-tools", "bag.asterisk", true},
    {"v0.97/warning/relative-path", "bag.dot", true},
    {"v0.97/warning/same-filename-listed-twice-with-different-normalization", "bag.folded", true},
    {"v0.97/valid/bag-in-a-bag", "", true},
    {"v0.97/valid/bag-with-escapable-characters", "", true},
    {"v0.97/valid/bag-with-leading-dot-slash-in-manifest", "bag.dot", true},
    {"v0.97/valid/bag-with-space", "", true},
    {"v0.97/valid/basic-bag", "", true},
    {"v0.97/valid/duplicate-metadata-entries", "", true},
    {"v0.97/valid/minimal-bag", "", true},
    /* Good or only warned of there, and not under 1.0 or not here. */
    {"v0.97/warning/same-filename-listed-twice-with-the-same-hash", "bag.manifest.twice", false},
    {"v0.97/valid/bag-with-encoded-names", "bag.percent", false},    /* '%' stood for itself */
    {"v0.97/valid/uncommon-metadata-separators", "bag.info", false}, /* and sha224 */
    {"v0.97/valid/holey-bag", "bag.fetch", false},                   /* nothing is fetched */
    {"v0.97/valid/ISO-8859-1-encoded-tag-files", "bag.encoding", false},
    {"v0.97/valid/UTF-16-encoded-tag-files", "bag.encoding", false},
    {"v0.97/warning/special-system-files", "bag.missing", false}, /* published without .DS_Store */
};

static struct dep_bag *walked;
static size_t prefix;

static int add_file(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)walk;
    if (kind != FTW_F)
        return 0;
    return dep_bag_add(walked, dep_slice_string(path + prefix), (uint64_t)info->st_size);
}

struct reading {
    const char *dir;
    bool as_1_0; /* whatever version is declared */
    struct dep_buf text;
};

static void read_file(const char *dir, struct dep_slice path, struct dep_buf *out)
{
    char full[1024];
    struct stat info;
    (void)snprintf(full, sizeof full, "%s/%.*s", dir, (int)path.len, (const char *)path.data);
    int fd = open(full, O_RDONLY);
    assert_true(fd >= 0 && fstat(fd, &info) == 0);
    dep_buf_clear(out);
    uint8_t *at = info.st_size ? dep_buf_grow(out, (size_t)info.st_size) : NULL;
    assert_int_equal(read(fd, at, (size_t)info.st_size), info.st_size);
    (void)close(fd);
}

static int text_of(void *context, const struct dep_bag_file *file, struct dep_slice *out)
{
    struct reading *reading = context;
    static const char old[] = "BagIt-Version: 0.9", declared[] = "BagIt-Version: 1.0";
    read_file(reading->dir, file->path, &reading->text);
    *out = dep_buf_slice(&reading->text);
    if (reading->as_1_0 && dep_slice_equal_string(file->path, "bagit.txt") &&
        dep_slice_starts(*out, old)) {
        size_t digits = strspn((char *)reading->text.data + sizeof old - 1, "0123456789");
        struct dep_slice rest =
            dep_slice_sub(*out, sizeof old - 1 + digits, out->len - (sizeof old - 1 + digits));
        static char text[4096];
        (void)snprintf(text, sizeof text, "%s%.*s", declared, (int)rest.len,
                       (const char *)rest.data);
        *out = dep_slice_string(text);
    }
    return DEP_OK;
}

static void check_files(struct reading *reading, struct dep_bag *bag)
{
    for (size_t i = 0; dep_bag_was_read(bag) && i < dep_bag_file_count(bag); i++) {
        read_file(reading->dir, dep_bag_file_at(bag, i)->path, &reading->text);
        for (unsigned algorithm = 1; algorithm <= DEP_BAG_SHA512; algorithm *= 2) {
            uint8_t out[64];
            if (!(dep_bag_listed(bag, i) & algorithm))
                continue;
            struct dep_digest *digest = dep_digest_new(dep_bag_algorithm_name(algorithm));
            assert_non_null(digest);
            dep_digest_add(digest, reading->text.data, reading->text.len);
            assert_int_equal(dep_digest_finish(digest, out), dep_bag_algorithm_len(algorithm));
            dep_digest_free(digest);
            assert_int_equal(dep_bag_check(bag, i, algorithm, out), DEP_OK);
        }
    }
    assert_int_equal(dep_bag_finish(bag), DEP_OK);
}

static struct dep_bag *read_bag(const char *dir, bool as_1_0)
{
    struct reading reading = {.dir = dir, .as_1_0 = as_1_0};
    dep_buf_init(&reading.text, 1 << 20);
    assert_int_equal(dep_bag_new(&walked), DEP_OK);
    prefix = strlen(dir) + 1;
    assert_int_equal(nftw(dir, add_file, 16, FTW_PHYS), 0);
    assert_int_equal(dep_bag_read(walked, text_of, &reading), DEP_OK);
    check_files(&reading, walked);
    dep_buf_done(&reading.text);
    return walked;
}

static void expect(const struct row *row, const char *dir)
{
    struct dep_bag *bag = read_bag(dir, true);
    size_t count = dep_bag_found_count(bag), there = 0;
    for (size_t i = 0; i < count; i++)
        there += strcmp(dep_bag_found_at(bag, i)->id, row->id) == 0;
    if (*row->id ? there == 0 : count > 0)
        fail_msg("%s: expected '%s', found %zu: %s", row->bag, row->id, count,
                 count ? dep_bag_found_at(bag, 0)->id : "");
    if (dep_bag_valid(bag) != row->valid)
        fail_msg("%s: valid is %d", row->bag, !row->valid);
    dep_bag_free(bag);
}

static void test_suite(void **state)
{
    const char *top = *state;
    char path[1024];
    glob_t bags;
    (void)snprintf(path, sizeof path, "%s/v*/*/*/", top);
    if (glob(path, 0, NULL, &bags) != 0) {
        printf("BagIt suite: all skipped, no folder %s\n", top);
        skip();
    }
    assert_int_equal(bags.gl_pathc, DEP_COUNT(ROWS)); /* every bag has a row */
    globfree(&bags);
    for (size_t i = 0; i < DEP_COUNT(ROWS); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", top, ROWS[i].bag);
        expect(&ROWS[i], path);
        if (strncmp(ROWS[i].bag, "v1.0/", 5) == 0)
            continue;
        struct dep_bag *declared = read_bag(path, false);
        assert_false(dep_bag_was_read(declared));
        assert_false(dep_bag_valid(declared));
        dep_bag_free(declared);
    }
    print_message("BagIt suite: %zu bags, of which 5 declare version 1.0\n", DEP_COUNT(ROWS));
}

int main(void)
{
    const char *vectors = getenv("DEPOSITARY_VECTORS");
    static char top[512];
    (void)snprintf(top, sizeof top, "%s/bagit",
                   vectors ? vectors : DEPOSITARY_SOURCE_ROOT "/../shared/vectors");
    const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(test_suite, top)};
    return dep_crypto_init(false) ? 1
                                  : cmocka_run_group_tests_name("bag vectors", tests, NULL, NULL);
}
