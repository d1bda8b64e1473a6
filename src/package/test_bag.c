/*
 * Bags made in memory: a good one, and rows that differ from it in one respect, each with the one
 * finding it must give (and no other).
 */
#include "package/bag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GOOD_DECLARATION "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
#define GOOD_INFO "Source-Organization: iq\nPayload-Oxum: 8.2\n"

enum { FILES_MAX = 16 };

/* A bag to be: its files, and how its manifests are written. */
struct made {
    const char *name;
    const char *content;
    size_t len;
};
struct sketch {
    struct made files[FILES_MAX];
    size_t count;
    struct dep_buf texts[FILES_MAX]; /* of generated files */
};

static void put_len(struct sketch *sketch, const char *name, const char *content, size_t len)
{
    for (size_t i = 0; i < sketch->count; i++)
        if (strcmp(sketch->files[i].name, name) == 0) {
            sketch->files[i].content = content;
            sketch->files[i].len = len;
            return;
        }
    assert_true(sketch->count < FILES_MAX);
    sketch->files[sketch->count++] = (struct made){name, content, len};
}

static void put(struct sketch *sketch, const char *name, const char *content)
{
    put_len(sketch, name, content, content ? strlen(content) : 0);
}

static void digest_of(unsigned algorithm, const struct made *file, uint8_t out[64])
{
    struct dep_sha256_stream sha256;
    struct dep_sha512_stream sha512;
    struct dep_hash hash;
    assert_true(algorithm == DEP_BAG_SHA256 || algorithm == DEP_BAG_SHA512);
    dep_sha256_start(&sha256);
    dep_sha256_add(&sha256, file->content, file->len);
    dep_sha256_finish(&sha256, &hash);
    memcpy(out, hash.bytes, sizeof hash);
    dep_sha512_start(&sha512);
    dep_sha512_add(&sha512, file->content, file->len);
    if (algorithm == DEP_BAG_SHA512)
        dep_sha512_finish(&sha512, out);
}

/* The manifest of all payload files, or of all tag files but tag manifests; `leave_out` stays out.
 */
static void write_manifest(struct sketch *sketch, const char *name, unsigned algorithm, bool tags,
                           const char *leave_out)
{
    struct dep_buf *text = &sketch->texts[sketch->count];
    dep_buf_init(text, 65536);
    for (size_t i = 0; i < sketch->count; i++) {
        const struct made *file = &sketch->files[i];
        bool payload = strncmp(file->name, "data/", 5) == 0;
        uint8_t digest[64];
        if (!file->content || payload == tags || strncmp(file->name, "tagmanifest-", 12) == 0 ||
            (leave_out && strcmp(leave_out, file->name) == 0))
            continue;
        digest_of(algorithm, file, digest);
        assert_int_equal(dep_bag_line_encode(algorithm, digest, dep_slice_string(file->name), text),
                         DEP_OK);
    }
    put_len(sketch, name, (const char *)text->data, text->len);
}

static void write_manifests(struct sketch *sketch)
{
    write_manifest(sketch, "manifest-sha256.txt", DEP_BAG_SHA256, false, NULL);
    write_manifest(sketch, "manifest-sha512.txt", DEP_BAG_SHA512, false, NULL);
}

static void write_tag_manifests(struct sketch *sketch)
{
    write_manifest(sketch, "tagmanifest-sha256.txt", DEP_BAG_SHA256, true, NULL);
    write_manifest(sketch, "tagmanifest-sha512.txt", DEP_BAG_SHA512, true, NULL);
}

static void start(struct sketch *sketch)
{
    memset(sketch, 0, sizeof *sketch);
    put(sketch, "data/a.txt", "abc\n");
    put(sketch, "data/sub/b c", "def\n");
    put(sketch, "bagit.txt", GOOD_DECLARATION);
    put(sketch, "bag-info.txt", GOOD_INFO);
}

static void done(struct sketch *sketch)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        dep_buf_done(&sketch->texts[i]);
}

static int text_of(void *context, const struct dep_bag_file *file, struct dep_slice *out)
{
    struct sketch *sketch = context;
    for (size_t i = 0; i < sketch->count; i++)
        if (dep_slice_equal_string(file->path, sketch->files[i].name)) {
            *out = dep_slice_of(sketch->files[i].content, sketch->files[i].len);
            return DEP_OK;
        }
    return DEP_ERR_IO;
}

/* As a caller would: names, texts, digests. A file without content is not there. */
static int verify(struct sketch *sketch, struct dep_bag *bag)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && i < sketch->count; i++)
        if (sketch->files[i].content)
            err = dep_bag_add(bag, dep_slice_string(sketch->files[i].name), sketch->files[i].len);
    if (!err)
        err = dep_bag_read(bag, text_of, sketch);
    for (size_t i = 0; !err && dep_bag_was_read(bag) && i < dep_bag_file_count(bag); i++) {
        struct dep_slice content = {NULL, 0};
        assert_int_equal(text_of(sketch, dep_bag_file_at(bag, i), &content), DEP_OK);
        for (unsigned algorithm = 1; !err && algorithm <= DEP_BAG_SHA512; algorithm *= 2) {
            uint8_t digest[64];
            if (!(dep_bag_listed(bag, i) & algorithm))
                continue;
            struct made file = {"", (const char *)content.data, content.len};
            digest_of(algorithm, &file, digest);
            err = dep_bag_check(bag, i, algorithm, digest);
        }
    }
    return err ? err : dep_bag_finish(bag);
}

/* Is it told before of the same file, in the same line? */
static bool told_before(const struct dep_bag *bag, size_t index)
{
    const struct dep_bag_found *found = dep_bag_found_at(bag, index);
    for (size_t i = 0; i < index; i++) {
        const struct dep_bag_found *before = dep_bag_found_at(bag, i);
        if (strcmp(before->id, found->id) == 0 && dep_slice_equal(before->path, found->path) &&
            dep_slice_equal(before->in, found->in) && before->line == found->line)
            return true;
    }
    return false;
}

/* Every finding has this id, and there is one; none is told twice. "" for none. */
static void expect(const char *row, struct sketch *sketch, const char *id, bool valid)
{
    DEP_AUTO_BAG *bag = NULL;
    assert_int_equal(dep_bag_new(&bag), DEP_OK);
    assert_int_equal(verify(sketch, bag), DEP_OK);
    size_t count = dep_bag_found_count(bag);
    if ((*id == 0) != (count == 0))
        fail_msg("%s: expected '%s', found %zu: %s", row, id, count,
                 count ? dep_bag_found_at(bag, 0)->id : "");
    for (size_t i = 0; i < count; i++) {
        const struct dep_bag_found *found = dep_bag_found_at(bag, i);
        if (strcmp(found->id, id) != 0)
            fail_msg("%s: expected %s, found also %s at %.*s", row, id, found->id,
                     (int)found->path.len, (const char *)found->path.data);
        assert_true(found->clause && strncmp(found->clause, "RFC 8493 ", 9) == 0);
        if (told_before(bag, i))
            fail_msg("%s: %s told twice", row, id);
    }
    if (dep_bag_valid(bag) != valid)
        fail_msg("%s: valid is %d", row, !valid);
}

static void test_good(void **state)
{
    (void)state;
    struct sketch sketch;
    start(&sketch);
    write_manifests(&sketch);
    write_tag_manifests(&sketch);
    expect("good", &sketch, "", true);

    DEP_AUTO_BAG *bag = NULL;
    assert_int_equal(dep_bag_new(&bag), DEP_OK);
    assert_int_equal(verify(&sketch, bag), DEP_OK);
    assert_int_equal(dep_bag_algorithms(bag), DEP_BAG_SHA256 | DEP_BAG_SHA512);
    assert_int_equal(dep_bag_info_count(bag), 2);
    assert_true(dep_slice_equal_string(dep_bag_info_at(bag, 0)->label, "Source-Organization"));
    assert_true(dep_slice_equal_string(dep_bag_info_at(bag, 1)->value, "8.2"));
    done(&sketch);

    /* No tag manifest, no bag-info.txt: nothing wrong with that. */
    start(&sketch);
    put(&sketch, "bag-info.txt", NULL);
    write_manifests(&sketch);
    expect("least", &sketch, "", true);
    done(&sketch);
}

/* One tag file's text replaced before the manifests are written. */
static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *file, *text, *id;
    } rows[] = {
        {"bagit.txt", GOOD_DECLARATION, ""},
        {"bagit.txt", "BagIt-Version: 1.0\r\nTag-File-Character-Encoding: utf-8\r\n", ""},
        {"bagit.txt", "BagIt-Version: 1.0\rTag-File-Character-Encoding: UTF-8\r", ""},
        {"bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8", ""},
        {"bagit.txt", "BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n",
         "bag.declaration"},
        {"bagit.txt", "BagIt-Version: 1.0 \nTag-File-Character-Encoding: UTF-8\n",
         "bag.declaration"},
        {"bagit.txt", "BagIt-Version:  1.0\nTag-File-Character-Encoding: UTF-8\n",
         "bag.declaration"},
        {"bagit.txt", "BagIt-Version: .97\nTag-File-Character-Encoding: UTF-8\n",
         "bag.declaration"},
        {"bagit.txt", "\xef\xbb\xbf" GOOD_DECLARATION, "bag.declaration"},
        {"bagit.txt", GOOD_DECLARATION "\n", "bag.declaration"},
        {"bagit.txt", "BagIt-Version: 1.0\n", "bag.declaration"},
        {"bagit.txt", "Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n",
         "bag.declaration"},
        {"bagit.txt", "BagIt-Version: 1.0\n\nTag-File-Character-Encoding: UTF-8\n",
         "bag.declaration"},
        {"bagit.txt", "", "bag.declaration"},
        {"bagit.txt", NULL, "bag.declaration"},
        {"bagit.txt", "BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n", "bag.version"},
        {"bagit.txt", "BagIt-Version: 1.1\nTag-File-Character-Encoding: UTF-8\n", "bag.version"},
        {"bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n", "bag.encoding"},
        {"bag-info.txt", "Payload-Oxum: 8.2", ""},
        {"bag-info.txt", "payload-oxum: 8.2\r\n", ""},
        {"bag-info.txt", "A Label:\tvalue\n", ""},
        {"bag-info.txt", "Label: one\n  two\n\tthree\n", ""},
        {"bag-info.txt", "Label: \n", ""},
        {"bag-info.txt", "Label: x\nLabel: y\n", ""},
        {"bag-info.txt", "Label : x\n", "bag.info"},
        {"bag-info.txt", "Label:x\n", "bag.info"},
        {"bag-info.txt", "Label:\n", "bag.info"},
        {"bag-info.txt", " Label: x\n", "bag.info"},
        {"bag-info.txt", ": x\n", "bag.info"},
        {"bag-info.txt", "no label\n", "bag.info"},
        {"bag-info.txt", "\xef\xbb\xbfLabel: x\n", "bag.text"},
        {"bag-info.txt", "Label: \xff\n", "bag.text"},
        {"bag-info.txt", "Payload-Oxum: 8.2\nPayload-Oxum: 8.2\n", "bag.oxum"},
        {"bag-info.txt", "Payload-Oxum: 9.2\n", "bag.oxum"},
        {"bag-info.txt", "Payload-Oxum: 8.1\n", "bag.oxum"},
        {"bag-info.txt", "Payload-Oxum: 8\n", "bag.oxum"},
        {"bag-info.txt", "Payload-Oxum: 8.2.0\n", "bag.oxum"},
        {"bag-info.txt", "Payload-Oxum: 08.2\n", "bag.oxum"},
        {"fetch.txt", "http://127.0.0.1/x - data/a.txt\n", "bag.fetch"},
        {"fetch.txt", "", "bag.fetch"},
        {"notes/fetch.txt", "x", ""},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct sketch sketch;
        char row[300];
        start(&sketch);
        put(&sketch, rows[i].file, rows[i].text);
        write_manifests(&sketch);
        write_tag_manifests(&sketch);
        (void)snprintf(row, sizeof row, "%s '%s'", rows[i].file, rows[i].text ? rows[i].text : "");
        expect(row, &sketch, rows[i].id, *rows[i].id == 0);
        done(&sketch);
    }
}

#define A256 "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb"
#define A256_UPPER "EDEAAFF3F1774AD2888673770C6D64097E391BC362D7D6FB34982DDF0EFD18CB"
#define B256 "5f58fcb65d1a3a0d24a3f3a1f0c0f0d0f3a4a0f0c0f0d0f3a4a0f0c0f0d0f3a4"

/* One payload file with content "abc\n" and one manifest, of these lines. */
static void test_lines(void **state)
{
    (void)state;
    static const struct {
        const char *file, *lines, *id;
        bool valid;
    } rows[] = {
        {"data/a", A256 "  data/a\n", "", true},
        {"data/a", A256 "  data/a", "", true},
        {"data/a", A256 "  data/a\r\n", "", true},
        {"data/a", A256 "\tdata/a\r", "", true},
        {"data/a", A256 " \t data/a\n", "", true},
        {"data/a", A256_UPPER " data/a\n", "", true},
        {"data/a b", A256 "  data/a b\n", "", true},
        {"data/%41", A256 "  data/%2541\n", "", true},
        {"data/a\nb", A256 "  data/a%0Ab\n", "bag.path.windows", true},
        {"data/a\r\nb", A256 "  data/a%0d%0ab\n", "bag.path.windows", true},
        {"data/a*", A256 "  data/a*\n", "bag.path.windows", true},
        {"data/aux.txt", A256 "  data/aux.txt\n", "bag.path.windows", true},
        {"data/LPT1", A256 "  data/LPT1\n", "bag.path.windows", true},
        {"data/com0", A256 "  data/com0\n", "", true},
        {"data/auxiliary", A256 "  data/auxiliary\n", "", true},
        {"data/a.", A256 "  data/a.\n", "bag.path.windows", true},
        {"data/a /b", A256 "  data/a /b\n", "bag.path.windows", true},
        {"data/.keep", A256 "  data/.keep\n", "", true},
        {"data/~x", A256 "  data/~x\n", "", true},
        {"data/...", A256 "  data/...\n", "bag.path.windows", true},
        {"data/a", A256 " *data/a\n", "bag.asterisk", true},
        {"data/a", A256 "  ./data/a\n", "bag.dot", true},
        {"data/A", A256 "  data/a\n", "bag.folded", true}, /* a medium that folds case */
        {"data/Nu\xcc\x81", A256 "  data/N\xc3\xba\n", "bag.folded", true},
        {"data/a", A256 "  data/a\n\n", "bag.manifest.line", false},
        {"data/a", A256 "  data/a\n" A256 "\n", "bag.manifest.line", false},
        {"data/a", "  data/a\n" A256 "  data/a\n", "bag.manifest.line", false},
        {"data/a", A256 "  data/a\n" A256 "00  data/b\n", "bag.manifest.digest", false},
        {"data/a", A256 "  data/a\n\\" A256 "  data/b\n", "bag.manifest.digest", false},
        {"data/a", A256 "  data/a\nzz" A256 "  data/b\n", "bag.manifest.digest", false},
        {"data/a", A256 "  data/a\n" A256 "  data/a\n", "bag.manifest.twice", false},
        {"data/a", A256 "  data/a\n" B256 "  data/a\n", "bag.manifest.twice", false},
        {"data/a", A256 "  data/a\n" A256 "  bagit.txt\n", "bag.manifest.scope", false},
        {"data/a", A256 "  data/a\n" A256 "  datax/a\n", "bag.manifest.scope", false},
        {"data/a", A256 "  data/a\n" A256 "  data/b\n", "bag.missing", false},
        {"data/a", A256 "  data/a\n" A256 "  data/b%41\n", "bag.percent", false},
        {"data/a", A256 "  data/a\n" A256 "  data/b%\n", "bag.percent", false},
        {"data/a", A256 "  data/a\n" A256 "  data/b%2\n", "bag.percent", false},
        {"data/a", A256 "  data/a\n" A256 "  data/%00\n", "bag.percent", false},
        {"data/a", A256 "  data/a\n" A256 "  /etc/passwd\n", "bag.path", false},
        {"data/a", A256 "  data/a\n" A256 "  data/../../x\n", "bag.path", false},
        {"data/a", A256 "  data/a\n" A256 "  data/..\n", "bag.path", false},
        {"data/a", A256 "  data/a\n" A256 "  data/./x\n", "bag.path", false},
        {"data/a", A256 "  data/a\n" A256 "  data//x\n", "bag.path", false},
        {"data/a", A256 "  data/a\n" A256 "  data/x/\n", "bag.path", false},
        {"data/a", A256 "  data/a\n" A256 "  ~/x\n", "bag.path", false},
        {"data/a", A256 "  data/a\n" A256 "  ~root/x\n", "bag.path", false},
        {"data/a", A256 "  data/a\n" A256 "  C:/x\n", "bag.path", false},
        {"data/a", A256 "  data/a\n" A256 "  data\\..\\x\n", "bag.path", false},
        {"data/a", A256 "  data/a\n" A256 "  \\\\?\\C:\\x\n", "bag.path", false},
        {"data/a", B256 "  data/a\n", "bag.altered", false},
        {"data/a", B256 "  data/A\n", NULL, false}, /* folded, and altered */
        {"data/a", "", "bag.unlisted", false},
        {"data/a", "\xef\xbb\xbf" A256 "  data/a\n", NULL, false}, /* text, and unlisted */
        {"data/a", A256 "  data/\xff\n", NULL, false},
        {NULL, "", "bag.payload", false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct sketch sketch = {.count = 0};
        if (rows[i].file)
            put(&sketch, rows[i].file, "abc\n");
        put(&sketch, "bagit.txt", GOOD_DECLARATION);
        put(&sketch, "manifest-sha256.txt", rows[i].lines);
        if (rows[i].id) {
            expect(rows[i].lines, &sketch, rows[i].id, rows[i].valid);
            continue;
        }
        DEP_AUTO_BAG *bag = NULL;
        assert_int_equal(dep_bag_new(&bag), DEP_OK);
        assert_int_equal(verify(&sketch, bag), DEP_OK);
        assert_int_equal(dep_bag_found_count(bag), 2);
        assert_false(dep_bag_valid(bag));
    }
}

enum edit {
    NOTHING,
    NO_MANIFEST,
    ONE_SHORT,
    UNLISTED,
    GONE,
    ALTERED,
    TAG_ALTERED,
    TAG_UNLISTED,
    MANIFEST_UNLISTED,
    TAG_LISTS_PAYLOAD,
    TAG_LISTS_TAG_MANIFEST,
    UNKNOWN_ALGORITHM,
    CASE_TWINS,
    FORM_TWINS,
    BACKSLASH,
    SUBFOLDER_MANIFEST,
};

static void edit(struct sketch *sketch, enum edit what)
{
    if (what == CASE_TWINS)
        put(sketch, "data/A.TXT", "");
    if (what == FORM_TWINS) {
        put(sketch, "data/\xc3\xa9", "");
        put(sketch, "data/e\xcc\x81", "");
    }
    if (what == BACKSLASH)
        put(sketch, "tags\\x", "");
    if (what == SUBFOLDER_MANIFEST)
        put(sketch, "more/manifest-sha256.txt", "nothing of ours");
    put(sketch, "bag-info.txt", "Label: x\n");
    if (what == BACKSLASH) { /* can't be written by us */
        write_manifests(sketch);
        write_manifest(sketch, "tagmanifest-sha256.txt", DEP_BAG_SHA256, true, "tags\\x");
        return;
    }
    if (what != NO_MANIFEST)
        write_manifest(sketch, "manifest-sha256.txt", DEP_BAG_SHA256, false, NULL);
    if (what != NO_MANIFEST)
        write_manifest(sketch, "manifest-sha512.txt", DEP_BAG_SHA512, false,
                       what == ONE_SHORT ? "data/a.txt" : NULL);
    if (what == UNKNOWN_ALGORITHM)
        put(sketch, "manifest-sha224.txt", "00 data/a.txt\n");
    if (what != TAG_LISTS_PAYLOAD && what != TAG_LISTS_TAG_MANIFEST)
        write_manifest(sketch, "tagmanifest-sha256.txt", DEP_BAG_SHA256, true,
                       what == TAG_UNLISTED        ? "bag-info.txt"
                       : what == MANIFEST_UNLISTED ? "manifest-sha512.txt"
                                                   : NULL);
    if (what == TAG_LISTS_PAYLOAD)
        put(sketch, "tagmanifest-sha256.txt", A256 "  data/a.txt\n");
    if (what == TAG_LISTS_TAG_MANIFEST)
        put(sketch, "tagmanifest-sha256.txt", A256 "  tagmanifest-sha512.txt\n");
    if (what == UNLISTED)
        put(sketch, "data/extra", "x");
    if (what == GONE)
        put(sketch, "data/a.txt", NULL);
    if (what == ALTERED)
        put(sketch, "data/a.txt", "abd\n");
    if (what == TAG_ALTERED)
        put(sketch, "bag-info.txt", "Label: y\n");
}

static void test_edits(void **state)
{
    (void)state;
    static const struct {
        enum edit what;
        const char *id;
        bool valid;
    } rows[] = {
        {NOTHING, "", true},
        {NO_MANIFEST, NULL, false}, /* no manifest: so everything is unlisted */
        {ONE_SHORT, "bag.manifest.short", false},
        {UNLISTED, "bag.unlisted", false},
        {GONE, "bag.missing", false},
        {ALTERED, "bag.altered", false},
        {TAG_ALTERED, "bag.altered", false},
        {TAG_UNLISTED, "bag.tag.unlisted", true},
        {MANIFEST_UNLISTED, "bag.manifest.short", false},
        {TAG_LISTS_PAYLOAD, NULL, false},
        {TAG_LISTS_TAG_MANIFEST, NULL, false},
        {UNKNOWN_ALGORITHM, "bag.algorithm", false},
        {CASE_TWINS, "bag.folded", true},
        {FORM_TWINS, "bag.folded", true},
        {BACKSLASH, NULL, false},
        {SUBFOLDER_MANIFEST, "", true},
    };
    static const char *const first[] = {[NO_MANIFEST] = "bag.manifest",
                                        [TAG_LISTS_PAYLOAD] = "bag.manifest.scope",
                                        [TAG_LISTS_TAG_MANIFEST] = "bag.manifest.scope",
                                        [BACKSLASH] = "bag.path"};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct sketch sketch;
        char row[32];
        (void)snprintf(row, sizeof row, "edit %d", rows[i].what);
        start(&sketch);
        edit(&sketch, rows[i].what);
        if (rows[i].id) {
            expect(row, &sketch, rows[i].id, rows[i].valid);
        } else {
            DEP_AUTO_BAG *bag = NULL;
            assert_int_equal(dep_bag_new(&bag), DEP_OK);
            assert_int_equal(verify(&sketch, bag), DEP_OK);
            assert_string_equal(dep_bag_found_at(bag, 0)->id, first[rows[i].what]);
            assert_int_equal(dep_bag_valid(bag), rows[i].valid);
        }
        done(&sketch);
    }
}

/* A digest nobody gave is no digest that fits. */
static void test_unchecked(void **state)
{
    (void)state;
    struct sketch sketch;
    start(&sketch);
    write_manifests(&sketch);
    DEP_AUTO_BAG *bag = NULL;
    assert_int_equal(dep_bag_new(&bag), DEP_OK);
    for (size_t i = 0; i < sketch.count; i++)
        assert_int_equal(
            dep_bag_add(bag, dep_slice_string(sketch.files[i].name), sketch.files[i].len), DEP_OK);
    assert_int_equal(dep_bag_read(bag, text_of, &sketch), DEP_OK);
    for (size_t i = 0; i < dep_bag_file_count(bag); i++) {
        struct dep_slice content = {NULL, 0};
        uint8_t digest[64];
        assert_int_equal(text_of(&sketch, dep_bag_file_at(bag, i), &content), DEP_OK);
        struct made file = {"", (const char *)content.data, content.len};
        digest_of(DEP_BAG_SHA256, &file, digest);
        assert_int_equal(dep_bag_check(bag, i, DEP_BAG_SHA256, digest), DEP_OK);
    }
    assert_int_equal(dep_bag_finish(bag), DEP_OK);
    assert_int_equal(dep_bag_found_count(bag), 2);
    assert_string_equal(dep_bag_found_at(bag, 0)->id, "bag.unchecked");
    assert_false(dep_bag_valid(bag));
    done(&sketch);
}

static void test_where(void **state)
{
    (void)state;
    struct sketch sketch = {.count = 0};
    put(&sketch, "data/a", "abc\n");
    put(&sketch, "bagit.txt", GOOD_DECLARATION);
    put(&sketch, "manifest-sha256.txt", A256 "  data/a\n" A256 "  data/b\n");
    DEP_AUTO_BAG *bag = NULL;
    assert_int_equal(dep_bag_new(&bag), DEP_OK);
    assert_int_equal(verify(&sketch, bag), DEP_OK);
    const struct dep_bag_found *found = dep_bag_found_at(bag, 0);
    assert_true(dep_slice_equal_string(found->path, "data/b"));
    assert_true(dep_slice_equal_string(found->in, "manifest-sha256.txt"));
    assert_int_equal(found->line, 2);
}

static void test_caps(void **state)
{
    (void)state;
    char path[DEP_BAG_PATH_MAX + 2];
    DEP_AUTO_BAG *bag = NULL;
    memset(path, 'a', sizeof path);
    assert_int_equal(dep_bag_new(&bag), DEP_OK);
    assert_int_equal(dep_bag_add(bag, dep_slice_of(path, DEP_BAG_PATH_MAX), 0), DEP_OK);
    assert_int_equal(dep_bag_add(bag, dep_slice_of(path, DEP_BAG_PATH_MAX + 1), 0), DEP_ERR_CAP);

    /* More findings than are kept are counted. */
    struct sketch sketch = {.count = 0};
    DEP_AUTO_BUF lines;
    dep_buf_init(&lines, 1 << 20);
    for (size_t i = 0; i < DEP_BAG_FOUND_MAX + 5; i++)
        dep_buf_add_string(&lines, "x\n");
    put(&sketch, "data/a", "abc\n");
    put(&sketch, "bagit.txt", GOOD_DECLARATION);
    put(&sketch, "manifest-sha256.txt", (const char *)lines.data);
    DEP_AUTO_BAG *wrong = NULL;
    assert_int_equal(dep_bag_new(&wrong), DEP_OK);
    assert_int_equal(verify(&sketch, wrong), DEP_OK);
    assert_int_equal(dep_bag_found_count(wrong), DEP_BAG_FOUND_MAX);
    assert_int_equal(dep_bag_left_off(wrong), 6); /* and the file is unlisted */
}

/* What isn't read back as it was written isn't written. */
static void test_encode(void **state)
{
    (void)state;
    static const struct {
        const char *path, *line;
    } paths[] = {
        {"data/a", "data/a"}, {"data/a b", "data/a b"}, {"data/%\r\n", "data/%25%0D%0A"},
        {"*data/a", NULL},    {"./data/a", NULL},       {" data/a", NULL},
        {"/data/a", NULL},    {"data/../a", NULL},      {"", NULL},
    };
    uint8_t digest[32] = {0xab};
    for (size_t i = 0; i < DEP_COUNT(paths); i++) {
        DEP_AUTO_BUF out;
        dep_buf_init(&out, 1024);
        int err =
            dep_bag_line_encode(DEP_BAG_SHA256, digest, dep_slice_string(paths[i].path), &out);
        assert_int_equal(err, paths[i].line ? DEP_OK : DEP_ERR_CAP);
        assert_int_equal(out.len, paths[i].line ? 64 + 2 + strlen(paths[i].line) + 1 : 0);
        if (paths[i].line)
            assert_memory_equal(out.data + 66, paths[i].line, strlen(paths[i].line));
    }
    static const struct {
        const char *label, *value;
        bool good;
    } elements[] = {
        {"Label", "value", true}, {"La bel", "", true},     {"Label", "a: b", true},
        {"Label", "\xff", false}, {"Label", "a\nb", false}, {"Label", "a\rb", false},
        {"La\nbel", "x", false},  {"La:bel", "x", false},   {" Label", "x", false},
        {"Label\t", "x", false},  {"", "x", false},
    };
    for (size_t i = 0; i < DEP_COUNT(elements); i++) {
        DEP_AUTO_BUF out;
        dep_buf_init(&out, 1024);
        assert_int_equal(
            dep_bag_element_encode(elements[i].label, dep_slice_string(elements[i].value), &out),
            elements[i].good ? DEP_OK : DEP_ERR_CAP);
        assert_int_equal(out.len > 0, elements[i].good);
    }
}

static void test_memory(void **state)
{
    (void)state;
    struct sketch sketch;
    start(&sketch);
    put(&sketch, "data/extra\\", "");
    put(&sketch, "manifest-sha256.txt", A256 "  data/a.txt\n" A256 "  data/gone\n");
    bool through = false;
    for (long n = 0; !through; n++) {
        struct dep_bag *bag = NULL;
        dep_alloc_fail_at(n);
        int err = dep_bag_new(&bag);
        if (!err)
            err = verify(&sketch, bag);
        dep_alloc_fail_at(-1);
        assert_true(err == DEP_OK || err == DEP_ERR_NOMEM);
        through = err == DEP_OK;
        dep_bag_free(bag);
        assert_true(n < 1000);
    }
    done(&sketch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),      cmocka_unit_test(test_texts),
        cmocka_unit_test(test_lines),     cmocka_unit_test(test_edits),
        cmocka_unit_test(test_unchecked), cmocka_unit_test(test_where),
        cmocka_unit_test(test_caps),      cmocka_unit_test(test_encode),
        cmocka_unit_test(test_memory),
    };
    return dep_crypto_init(false) ? 1 : cmocka_run_group_tests_name("bag", tests, NULL, NULL);
}
