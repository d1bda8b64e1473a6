/*
 * Manifest lines and whole manifests: hostile names come back as given, and each rule of
 * doc/format/vault.md 3 refuses one row.
 */
#include "base/test_slow.h"
#include "vault/manifest.h"

#include "codec/text.h"

#include "vault/test_support.h"

#include <time.h>

#define SALT "AAECAwQFBgcICQoLDA0ODw"
#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct dep_entry sample(void)
{
    struct dep_entry entry = {
        .kind = DEP_ENTRY_FILE,
        .has_sha256 = true,
        .size = 12,
        .offset = 1024,
        .stored = 12,
        .mode = 0644,
        .uid = 1000,
        .gid = 100,
        .mtime_s = 1700000000,
        .mtime_ns = 5,
        .path = DEP_SLICE_LITERAL("files/a"),
    };
    for (size_t i = 0; i < DEP_MANIFEST_SALT_LEN; i++)
        entry.salt[i] = (uint8_t)i;
    for (size_t i = 0; i < DEP_HASH_LEN; i++)
        entry.sha256.bytes[i] = (uint8_t)((i % 16) * 0x11);
    return entry;
}

static void test_line(void **state)
{
    (void)state;
    struct dep_entry entry = sample();
    DEP_AUTO_BUF line;
    dep_buf_init(&line, DEP_MANIFEST_LINE_MAX);
    assert_int_equal(dep_entry_encode(&entry, &line), DEP_OK);
    assert_string_equal((char *)line.data,
                        SALT " f " HEX " 12 1024 12 644 1000 100 1700000000.000000005 - "
                             "files/a");
}

/* ---- what must come back ---- */

static void expect_same(const struct dep_entry *a, const struct dep_entry *b)
{
    assert_memory_equal(a->salt, b->salt, sizeof a->salt);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->has_sha256, b->has_sha256);
    if (a->has_sha256)
        assert_true(dep_hash_equal(&a->sha256, &b->sha256));
    assert_true(a->size == b->size && a->offset == b->offset && a->stored == b->stored);
    assert_true(a->mode == b->mode && a->uid == b->uid && a->gid == b->gid);
    assert_true(a->mtime_s == b->mtime_s && a->mtime_ns == b->mtime_ns && a->flags == b->flags);
    assert_true(dep_slice_equal(a->path, b->path) && dep_slice_equal(a->target, b->target));
}

static void expect_round_trip(const struct dep_entry *entry)
{
    DEP_AUTO_BUF line;
    DEP_AUTO_BUF names;
    struct dep_entry again;
    struct dep_finding why = {"", "", 0};
    dep_buf_init(&line, DEP_MANIFEST_LINE_MAX);
    dep_buf_init(&names, DEP_MANIFEST_LINE_MAX);
    assert_int_equal(dep_entry_encode(entry, &line), DEP_OK);
    for (size_t i = 0; i < line.len; i++)
        assert_in_range(line.data[i], 0x20, 0x7e);
    assert_int_equal(line.data[DEP_ENTRY_KIND_AT], entry->kind);
    if (entry->has_sha256) {
        char hex[2 * DEP_HASH_LEN + 1];
        dep_hex_encode(entry->sha256.bytes, DEP_HASH_LEN, hex);
        assert_memory_equal(line.data + DEP_ENTRY_SHA256_AT, hex, sizeof hex - 1);
    }
    expect_finding("round trip", dep_entry_parse(dep_buf_slice(&line), &names, &again, &why), &why,
                   "");
    expect_same(entry, &again);
}

static void test_hostile_names(void **state)
{
    (void)state;
    const struct dep_slice names[] = {
        DEP_SLICE_LITERAL("files/new\nline"),
        DEP_SLICE_LITERAL("files/-rf"),
        DEP_SLICE_LITERAL("files/two  spaces "),
        DEP_SLICE_LITERAL("files/100%"),
        DEP_SLICE_LITERAL("files/%2e%2e"),
        DEP_SLICE_LITERAL("files/bad \xff\xfe\xc0\x80 utf-8"),
        DEP_SLICE_LITERAL("files/\xd9\x85\xd9\x84\xd9\x81"),
        DEP_SLICE_LITERAL("files/..."),
        DEP_SLICE_LITERAL("files/..a/b.."),
        DEP_SLICE_LITERAL("files/\x01\x1b[2J\x7f\\\"'"),
        DEP_SLICE_LITERAL("files/files/collection.json"),
    };
    for (size_t i = 0; i < DEP_COUNT(names); i++) {
        struct dep_entry entry = sample();
        entry.path = names[i];
        expect_round_trip(&entry);
        entry.kind = DEP_ENTRY_SYMLINK;
        entry.has_sha256 = false;
        entry.size = entry.stored = 0;
        entry.target = names[DEP_COUNT(names) - 1 - i];
        expect_round_trip(&entry);
        entry.target = DEP_SLICE_LITERAL("/../../etc/\npasswd//");
        expect_round_trip(&entry);
    }
    uint8_t every[6 + 255] = "files/";
    for (size_t i = 0; i < 255; i++)
        every[6 + i] = (uint8_t)(i + 1 == '/' ? 'x' : i + 1);
    struct dep_entry entry = sample();
    entry.path = dep_slice_of(every, sizeof every);
    expect_round_trip(&entry);
}

static void test_extremes(void **state)
{
    (void)state;
    static const int64_t seconds[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_MIN + 1};
    struct dep_entry entry = sample();
    for (size_t i = 0; i < DEP_COUNT(seconds); i++) {
        entry.mtime_s = seconds[i];
        entry.mtime_ns = i % 2 ? 999999999 : 0;
        expect_round_trip(&entry);
    }
    entry.uid = entry.gid = UINT32_MAX;
    entry.mode = 07777;
    entry.size = entry.stored = INT64_MAX;
    expect_round_trip(&entry);
    for (unsigned flags = 0; flags < 64; flags++) {
        entry.flags = flags;
        expect_round_trip(&entry);
    }
    static uint8_t path[DEP_TAR_PATH_MAX], target[DEP_TAR_PATH_MAX];
    memset(path, 0xff, sizeof path);
    memcpy(path, "files/", 6);
    memset(target, '\n', sizeof target);
    entry = sample();
    entry.kind = DEP_ENTRY_SYMLINK;
    entry.has_sha256 = false;
    entry.size = entry.stored = 0;
    entry.path = dep_slice_of(path, sizeof path);
    entry.target = dep_slice_of(target, sizeof target);
    expect_round_trip(&entry);
}

/* ---- what must be refused ---- */

#define LINE(salt, kind, hash, sizes, mode, owner, mtime, flags, names)                            \
    salt " " kind " " hash " " sizes " " mode " " owner " " mtime " " flags " " names
#define F(sizes, mode, owner, mtime, flags, names)                                                 \
    LINE(SALT, "f", HEX, sizes, mode, owner, mtime, flags, names)
#define K(kind, sizes, flags, names)                                                               \
    LINE(SALT, kind, "-", sizes, "755", "0 0", "1.000000000", flags, names)
#define NAMED(names) F("1 512 1", "644", "0 0", "1.000000000", "-", names)
#define TIMED(mtime) F("1 512 1", "644", "0 0", mtime, "-", "files/a")
#define FLAGGED(flags) F("1 512 1", "644", "0 0", "1.000000000", flags, "files/a")
#define SIZED(sizes) F(sizes, "644", "0 0", "1.000000000", "-", "files/a")
#define OWNED(mode, owner) F("1 512 1", mode, owner, "1.000000000", "-", "files/a")
#define SALTED(salt, kind, hash)                                                                   \
    LINE(salt, kind, hash, "1 512 1", "644", "0 0", "1.000000000", "-", "files/a")

static const struct row {
    const char *line, *id;
} rows[] = {
    {NAMED("files/a"), ""},
    {"", "manifest.salt"},
    {SALTED("AAECAwQFBgcICQoLDA0OD", "f", HEX), "manifest.salt"},
    {SALTED("AAECAwQFBgcICQoLDA0ODx", "f", HEX), "manifest.salt"}, /* bits left over */
    {SALTED(SALT "==", "f", HEX), "manifest.salt"},
    {" " NAMED("files/a"), "manifest.salt"},
    {SALTED(SALT, "F", HEX), "manifest.kind"},
    {SALTED(SALT, "ff", HEX), "manifest.kind"},
    {SALTED(SALT, "", HEX), "manifest.kind"},
    {SALTED(SALT, "f", "-"), "manifest.sha256"},
    {SALTED(SALT, "d", HEX), "manifest.sha256"},
    {SALTED(SALT, "f", "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff"),
     "manifest.sha256"},
    {SALTED(SALT, "f", HEX "00"), "manifest.sha256"},
    {SIZED("01 512 1"), "manifest.number"},
    {SIZED("+1 512 1"), "manifest.number"},
    {SIZED("-1 512 1"), "manifest.number"},
    {SIZED("1 512 9223372036854775808"), "manifest.number"},
    {SIZED("1  512 1"), "manifest.number"},
    {SIZED("2 512 1"), "manifest.stored"},
    {SIZED("1 0 1"), "manifest.offset"},
    {SIZED("1 513 1"), "manifest.offset"},
    {OWNED("0644", "0 0"), "manifest.mode"},
    {OWNED("648", "0 0"), "manifest.mode"},
    {OWNED("10000", "0 0"), "manifest.mode"},
    {OWNED("", "0 0"), "manifest.mode"},
    {OWNED("644", "4294967296 0"), "manifest.owner"},
    {OWNED("644", "0 -1"), "manifest.owner"},
    {TIMED("-1.999999999"), ""},
    {TIMED("1.00000000"), "manifest.mtime"},
    {TIMED("1.0000000000"), "manifest.mtime"},
    {TIMED("1"), "manifest.mtime"},
    {TIMED("01.000000000"), "manifest.mtime"},
    {TIMED("-0.000000000"), "manifest.mtime"},
    {TIMED("1.00000000a"), "manifest.mtime"},
    {TIMED("9223372036854775808.000000000"), "manifest.mtime"},
    {TIMED("-9223372036854775809.000000000"), "manifest.mtime"},
    {FLAGGED("ctgsxX"), ""},
    {FLAGGED("tc"), "manifest.flags"},
    {FLAGGED("cc"), "manifest.flags"},
    {FLAGGED("q"), "manifest.flags"},
    {FLAGGED("c-"), "manifest.flags"},
    {FLAGGED(""), "manifest.flags"},
    {LINE(SALT, "i", HEX, "1 512 1", "644", "0 0", "1.000000000", "s", "files/a"),
     "manifest.flags"},
    {NAMED("/etc/passwd"), "manifest.path"},
    {NAMED("/files/a"), "manifest.path"},
    {NAMED("files"), "manifest.path"},
    {NAMED("files/"), "manifest.path"},
    {NAMED("filesx/a"), "manifest.path"},
    {NAMED("a"), "manifest.path"},
    {NAMED("./files/a"), "manifest.path"},
    {NAMED("files/.."), "manifest.path"},
    {NAMED("files/../a"), "manifest.path"},
    {NAMED("files/a/.."), "manifest.path"},
    {NAMED("files/./a"), "manifest.path"},
    {NAMED("files//a"), "manifest.path"},
    {NAMED("files/a/"), "manifest.path"},
    {NAMED("files/a%00b"), "manifest.path"},
    {NAMED("files/%2E%2E/a"), "manifest.path"}, /* '.' needs no escape */
    {NAMED("files/%0a"), "manifest.path"},
    {NAMED("files/%0"), "manifest.path"},
    {NAMED("files/%"), "manifest.path"},
    {NAMED("files/\x7f"), "manifest.path"},
    {NAMED("files/\xc3\xa9"), "manifest.path"},
    {NAMED("files/\t"), "manifest.path"},
    {NAMED("files/a\r"), "manifest.path"},
    {NAMED("collection.json"), "manifest.path"},
    {NAMED(""), "manifest.path"},
    {NAMED("files/a files/b"), "manifest.target"},
    {NAMED("files/a "), "manifest.target"},
    {LINE(SALT, "s", HEX, "1 512 1", "600", "0 0", "1.000000000", "-", "collection.json"), ""},
    {LINE(SALT, "s", HEX, "1 512 1", "600", "0 0", "1.000000000", "-", "files/collection.json"),
     "manifest.path"},
    {LINE(SALT, "i", HEX, "1 512 1", "644", "0 0", "1.000000000", "ctgxX", "files/sda"), ""},
    {K("d", "0 512 0", "xX", "files/a"), ""},
    {K("d", "1 512 1", "-", "files/a"), "manifest.size"},
    {K("d", "0 512 1", "-", "files/a"), "manifest.size"},
    {K("d", "0 512 0", "c", "files/a"), "manifest.flags"},
    {K("d", "0 512 0", "s", "files/a"), "manifest.flags"},
    {K("d", "0 512 0", "-", "files/a files/b"), "manifest.target"},
    {K("l", "0 512 0", "-", "files/a /../b"), ""},
    {K("l", "0 512 0", "-", "files/a"), "manifest.target"},
    {K("l", "0 512 0", "-", "files/a "), "manifest.target"},
    {K("l", "0 512 0", "-", "files/a b%00"), "manifest.target"},
    {K("l", "0 512 0", "-", "files/a b c"), "manifest.target"},
    {K("h", "0 512 0", "-", "files/a files/b"), ""},
    {K("h", "0 512 0", "-", "files/a b"), "manifest.target"},
    {K("h", "0 512 0", "-", "files/a files/../b"), "manifest.target"},
    {K("-", "0 0 0", "-", "files/a fifo"), ""},
    {K("-", "0 0 0", "-", "files/a changed-type"), ""},
    {K("-", "0 512 0", "-", "files/a fifo"), "manifest.offset"},
    {K("-", "0 0 0", "x", "files/a fifo"), "manifest.flags"},
    {K("-", "0 0 0", "-", "files/a"), "manifest.target"},
    {K("-", "0 0 0", "-", "files/a because"), "manifest.reason"},
};

static void test_rows(void **state)
{
    (void)state;
    DEP_AUTO_BUF names;
    DEP_AUTO_BUF again;
    dep_buf_init(&names, DEP_MANIFEST_LINE_MAX);
    dep_buf_init(&again, DEP_MANIFEST_LINE_MAX);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_entry entry, before;
        memset(&entry, 0x5a, sizeof entry);
        before = entry;
        struct dep_finding why = {"", "", 0};
        int err = dep_entry_parse(dep_slice_string(rows[i].line), &names, &entry, &why);
        expect_finding(rows[i].line, err, &why, rows[i].id);
        if (err) {
            assert_memory_equal(&entry, &before, sizeof entry);
            continue;
        }
        dep_buf_clear(&again);
        assert_int_equal(dep_entry_encode(&entry, &again), DEP_OK);
        assert_string_equal((char *)again.data, rows[i].line);
    }
    printf("manifest: %zu lines judged\n", DEP_COUNT(rows));
}

/* The writer refuses what the reader would. */
static void test_encode_refuses(void **state)
{
    (void)state;
    struct dep_entry bad[12];
    for (size_t i = 0; i < DEP_COUNT(bad); i++)
        bad[i] = sample();
    bad[0].path = DEP_SLICE_LITERAL("files/../a");
    bad[1].path = DEP_SLICE_LITERAL("/a");
    bad[2].kind = (enum dep_entry_kind)'z';
    bad[3].mode = 0100644;
    bad[4].uid = (uint64_t)UINT32_MAX + 1;
    bad[5].mtime_ns = 1000000000;
    bad[6].size = bad[6].stored = (uint64_t)INT64_MAX + 1;
    bad[7].has_sha256 = false;
    bad[8].flags = 64;
    bad[9].offset = 1;
    bad[10].target = DEP_SLICE_LITERAL("x");
    bad[11].kind = (enum dep_entry_kind)0;
    DEP_AUTO_BUF line;
    dep_buf_init(&line, DEP_MANIFEST_LINE_MAX);
    dep_buf_add_string(&line, "kept");
    for (size_t i = 0; i < DEP_COUNT(bad); i++) {
        assert_int_equal(dep_entry_encode(&bad[i], &line), DEP_ERR_CAP);
        assert_string_equal((char *)line.data, "kept");
    }
    struct dep_entry good = sample();
    line.cap = 40;
    assert_int_equal(dep_entry_encode(&good, &line), DEP_ERR_CAP);
    assert_int_equal(line.len, 4);
}

/* ---- whole manifests ---- */

struct seen {
    uint64_t count, stop_at;
    int stop_with;
};

static int see(void *context, const struct dep_entry *entry, uint64_t index)
{
    struct seen *seen = context;
    assert_int_equal(index, seen->count);
    assert_true(entry->path.len > 0);
    seen->count++;
    return seen->count == seen->stop_at ? seen->stop_with : DEP_OK;
}

/* Root by the definition of RFC 6962, not by the running tree. */
static void slow_root(const struct dep_hash *leaves, size_t count, struct dep_hash *out)
{
    if (count == 1) {
        *out = leaves[0];
        return;
    }
    size_t half = 1;
    while (half * 2 < count)
        half *= 2;
    struct dep_hash left, right;
    slow_root(leaves, half, &left);
    slow_root(leaves + half, count - half, &right);
    uint8_t node[1 + 2 * DEP_HASH_LEN] = {1};
    memcpy(node + 1, left.bytes, DEP_HASH_LEN);
    memcpy(node + 1 + DEP_HASH_LEN, right.bytes, DEP_HASH_LEN);
    dep_sha256(dep_slice_of(node, sizeof node), out);
}

enum { LINES = 37 };

static void make_manifest(struct dep_buf *out, struct dep_hash leaves[LINES])
{
    struct dep_entry entry = sample();
    entry.kind = DEP_ENTRY_STATEMENT;
    entry.path = DEP_SLICE_LITERAL("collection.json");
    for (size_t i = 0; i < LINES; i++) {
        size_t from = out->len;
        char path[32];
        assert_int_equal(dep_entry_encode(&entry, out), DEP_OK);
        uint8_t leaf[1024] = {0};
        memcpy(leaf + 1, out->data + from, out->len - from);
        dep_sha256(dep_slice_of(leaf, 1 + out->len - from), &leaves[i]);
        dep_buf_add_byte(out, '\n');
        snprintf(path, sizeof path, "files/name %zu", i);
        entry.kind = DEP_ENTRY_FILE;
        entry.path = dep_slice_string(path);
        entry.offset += 1024;
        entry.salt[0]++;
    }
}

static void test_pieces(void **state)
{
    (void)state;
    struct dep_hash leaves[LINES], expected, root, of_tree;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1024 * 1024);
    make_manifest(&text, leaves);
    slow_root(leaves, LINES, &expected);
    struct dep_manifest_tree tree;
    dep_manifest_tree_init(&tree);
    struct dep_slice rest = dep_buf_slice(&text);
    while (rest.len)
        dep_manifest_tree_add(&tree, dep_slice_next(&rest, '\n'));
    dep_manifest_tree_root(&tree, &of_tree);
    assert_true(dep_hash_equal(&of_tree, &expected));
    const size_t step = (size_t)test_step(19);
    for (size_t piece = 1; piece <= text.len; piece += piece < 400 ? step : 997 * step) {
        struct seen seen = {0};
        uint64_t count = 0;
        struct dep_manifest_reader *reader = dep_manifest_reader_new(see, &seen);
        assert_non_null(reader);
        for (size_t at = 0; at < text.len; at += piece) {
            size_t len = text.len - at < piece ? text.len - at : piece;
            struct dep_slice part = dep_slice_of(text.data + at, len);
            assert_int_equal(dep_manifest_reader_add(reader, part, NULL), DEP_OK);
        }
        assert_int_equal(dep_manifest_reader_finish(reader, &count, &root, NULL), DEP_OK);
        dep_manifest_reader_free(reader);
        assert_int_equal(count, LINES);
        assert_int_equal(seen.count, LINES);
        assert_true(dep_hash_equal(&root, &expected));
    }
}

#define AT(offset)                                                                                 \
    LINE(SALT, "f", HEX, "513 " offset " 513", "644", "0 0", "1.000000000", "-", "files/a")
#define STATEMENT(offset)                                                                          \
    LINE(SALT, "s", HEX, "1 " offset " 1", "6", "0 0", "1.000000000", "-", "collection.json")
#define ABSENT LINE(SALT, "-", "-", "0 0 0", "0", "0 0", "0.000000000", "-", "files/z io")

static const struct whole {
    const char *text, *id;
    size_t offset; /* of the finding: in lines */
} wholes[] = {
    {STATEMENT("512") "\n" AT("1536") "\n" ABSENT "\n" AT("3072") "\n", "", 0},
    {"", "", 0},
    {AT("512") "\n" AT("2048"), "manifest.cut", 1},
    {AT("512"), "manifest.cut", 0},
    {AT("512") "\n" AT("1536") "\n", "manifest.order", 1}, /* no room for a header */
    {AT("512") "\n" AT("512") "\n", "manifest.order", 1},
    {AT("2048") "\n" AT("512") "\n", "manifest.order", 1},
    {AT("512") "\n" STATEMENT("2048") "\n", "manifest.order", 1},
    {STATEMENT("512") "\n" STATEMENT("2048") "\n", "manifest.order", 1},
    {AT("512") "\n\n", "manifest.salt", 1},
    {AT("512") "\r\n", "manifest.path", 0},
    {AT("9223372036854775296") "\n", "manifest.offset", 0}, /* its end passes 2^63 */
};

static void test_wholes(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEP_COUNT(wholes); i++) {
        struct dep_slice text = dep_slice_string(wholes[i].text);
        struct dep_finding why = {"", "", 0}, again = why;
        uint64_t count = 99;
        struct dep_hash root, before;
        memset(&root, 0x5a, sizeof root);
        before = root;
        struct dep_manifest_reader *reader = dep_manifest_reader_new(NULL, NULL);
        int err = dep_manifest_reader_add(reader, text, &why);
        bool early = err != DEP_OK;
        if (!err)
            err = dep_manifest_reader_finish(reader, &count, &root, &why);
        expect_finding(wholes[i].text, err, &why, wholes[i].id);
        if (err) {
            assert_int_equal(count, 99);
            assert_memory_equal(&root, &before, sizeof root);
            size_t first = dep_slice_find(text, '\n') + 1;
            assert_int_equal(why.offset, wholes[i].offset ? first : 0);
        }
        if (early) { /* it sticks */
            assert_int_equal(dep_manifest_reader_add(reader, DEP_SLICE_LITERAL("x"), &again), err);
            assert_string_equal(again.id, wholes[i].id);
            assert_int_equal(dep_manifest_reader_finish(reader, &count, &root, &again), err);
        }
        dep_manifest_reader_free(reader);
    }
    dep_manifest_reader_free(NULL);
}

static void test_stop_and_cap(void **state)
{
    (void)state;
    struct seen seen = {.stop_at = 1, .stop_with = DEP_ERR_IO};
    struct dep_finding why = {"mine", "", 0};
    struct dep_manifest_reader *reader = dep_manifest_reader_new(see, &seen);
    struct dep_slice text = DEP_SLICE_LITERAL(AT("512") "\n" AT("2048") "\n");
    assert_int_equal(dep_manifest_reader_add(reader, text, &why), DEP_ERR_IO);
    assert_int_equal(seen.count, 1);
    assert_string_equal(why.id, "mine");
    dep_manifest_reader_free(reader);
    static uint8_t dots[DEP_MANIFEST_LINE_MAX];
    memset(dots, '.', sizeof dots);
    reader = dep_manifest_reader_new(NULL, NULL);
    struct dep_slice many = dep_slice_of(dots, sizeof dots);
    assert_int_equal(dep_manifest_reader_add(reader, many, &why), DEP_OK); /* no LF yet */
    assert_int_equal(dep_manifest_reader_add(reader, many, &why), DEP_FOUND);
    assert_string_equal(why.id, "manifest.len");
    dep_manifest_reader_free(reader);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A million lines, written, hashed and read back: figures are printed, only the sums are held. */
static void test_million(void **state)
{
    (void)state;
    const size_t many = 1000000 / (size_t)test_step(50);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, (size_t)512 * 1024 * 1024);
    struct dep_entry entry = sample();
    char path[64] = "files/folder/another one/IMG_0000000.jpeg";
    double start = now_s();
    for (size_t i = 0; i < many; i++) {
        for (size_t at = 35, n = i; at > 28; at--, n /= 10)
            path[at] = (char)('0' + n % 10);
        entry.path = dep_slice_string(path);
        entry.offset = 512 + i * 1024;
        assert_int_equal(dep_entry_encode(&entry, &text), DEP_OK);
        dep_buf_add_byte(&text, '\n');
    }
    double encoded = now_s();
    struct dep_manifest_tree tree;
    struct dep_hash written, read;
    dep_manifest_tree_init(&tree);
    struct dep_slice rest = dep_buf_slice(&text);
    while (rest.len)
        dep_manifest_tree_add(&tree, dep_slice_next(&rest, '\n'));
    dep_manifest_tree_root(&tree, &written);
    double hashed = now_s();
    uint64_t count;
    struct dep_manifest_reader *reader = dep_manifest_reader_new(NULL, NULL);
    assert_int_equal(dep_manifest_reader_add(reader, dep_buf_slice(&text), NULL), DEP_OK);
    assert_int_equal(dep_manifest_reader_finish(reader, &count, &read, NULL), DEP_OK);
    dep_manifest_reader_free(reader);
    double done = now_s();
    assert_int_equal(count, many);
    assert_true(dep_hash_equal(&written, &read));
    printf("manifest: a line encoded in %.0f ns, added to the tree in %.0f ns, read in %.0f ns\n",
           (encoded - start) * 1e9 / (double)many, (hashed - encoded) * 1e9 / (double)many,
           (done - hashed) * 1e9 / (double)many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),           cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_extremes),       cmocka_unit_test(test_rows),
        cmocka_unit_test(test_encode_refuses), cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_wholes),         cmocka_unit_test(test_stop_and_cap),
        cmocka_unit_test(test_million),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
