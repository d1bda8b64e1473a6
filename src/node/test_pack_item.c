/*
 * Items on their way out, in each form, opened with stock tools; what is refused; and what a
 * process that dies in the middle leaves.
 */
#include "node/test_item_support.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define AT "bag/data/items/" ITEM "/"
enum { PIECE = 24 * 65536 };
static const char *const PARTS[] = {"files/tree/b-link", "files/tree/sub/big", "collection.json",
                                    "files/tree/sparse"};

static int reset(void **state)
{
    (void)state;
    return run("rm -rf bag/data/items/* bag/data/items/.unfinished-* out; mkdir out");
}

static bool have_age(void)
{
    return run("command -v age >/dev/null") == 0;
}

/* What was kept half way is of the bytes that it says; of a file that isn't shared it is kept. */
static void expect_half(const struct dep_packed_file *file, const char *path, const char *suffix,
                        bool shared)
{
    char hex[2 * DEP_HASH_LEN + 1];
    struct dep_hash digest;
    struct dep_sha256_stream stream = file->half.sha256;
    assert_true(shared ? file->half.at == 0 : file->half.at <= file->bytes);
    if (!file->half.at)
        return;
    dep_sha256_finish(&stream, &digest);
    dep_hex_encode(digest.bytes, DEP_HASH_LEN, hex);
    assert_int_equal(run("[ $(head -c %llu bag/data/%s%s | sha256sum | cut -c1-64) = %s ]",
                         (unsigned long long)file->half.at, path, suffix, hex),
                     0);
}

/* The files are there and nothing else is, their digests those returned. */
static void expect_files(const struct dep_packed_item *packed)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < packed->file_count; i++) {
        char hex[2 * DEP_SHA512_LEN + 1], suffix[32] = "";
        const struct dep_packed_file *file = &packed->files[i];
        if (packed->file_count > 1)
            (void)snprintf(suffix, sizeof suffix, ".%03zu", i);
        dep_hex_encode(file->sha256.bytes, DEP_HASH_LEN, hex);
        assert_int_equal(
            run("echo '%s  bag/data/%s%s' | sha256sum -c --quiet", hex, packed->path, suffix), 0);
        dep_hex_encode(file->sha512, DEP_SHA512_LEN, hex);
        assert_int_equal(
            run("echo '%s  bag/data/%s%s' | sha512sum -c --quiet", hex, packed->path, suffix), 0);
        expect_half(file, packed->path, suffix, packed->shared);
        assert_int_equal(run("[ $(stat -c %%s bag/data/%s%s) = %llu ]", packed->path, suffix,
                             (unsigned long long)file->bytes),
                         0);
        bytes += file->bytes;
    }
    assert_int_equal(bytes, packed->bytes);
    assert_true(packed->shared || packed->files[0].half.at >= packed->files[0].bytes / 2);
    assert_int_equal(run("[ $(ls -A bag/data/items) = " ITEM " ] && [ $(ls -A " AT
                         " | wc -l) = %zu ]",
                         packed->file_count),
                     0);
}

/* Nothing is there that looks like an item. */
static void expect_nothing(void)
{
    assert_int_equal(run("[ -z \"$(ls -A bag/data/items)\" ]"), 0);
}

static void expect_tree(void)
{
    assert_int_equal(run("diff -r --no-dereference tree out/files/tree"), 0);
}

/* Opened and read from end to end, from its pieces. */
static int check_packed(const struct dep_packed_item *packed, const struct dep_age_with *with)
{
    struct dep_vault_extent extents[64];
    struct dep_container *container = NULL;
    struct dep_container_report report;
    struct dep_finding why = {"", "", 0};
    struct dep_fault fault;
    assert_in_range(packed->file_count, 2, DEP_COUNT(extents));
    for (size_t i = 0; i < packed->file_count; i++) {
        char path[256];
        (void)snprintf(path, sizeof path, "%s/bag/data/%s.%03zu", top, packed->path, i);
        extents[i].fd = open(path, O_RDONLY | O_CLOEXEC);
        extents[i].len = packed->files[i].bytes;
        assert_true(extents[i].fd >= 0);
    }
    int err = dep_container_open_over(extents, packed->file_count, with, &container, &why, &fault);
    if (!err)
        err = dep_container_check(container, &facts, NULL, NULL, NULL, NULL, &report, &why, &fault);
    dep_container_close(container);
    for (size_t i = 0; i < packed->file_count; i++)
        (void)close(extents[i].fd);
    return err;
}

static void test_whole(void **state)
{
    (void)state;
    static const struct {
        uint64_t piece_len;
        size_t least;
    } rows[] = {{0, 1}, {UINT64_C(1) << 40, 1}, {PIECE, 4}, {65536, 70}};
    for (size_t i = 0; i < DEP_COUNT(rows); i += (size_t)test_steps(1, 2)) {
        DEP_AUTO_PACKED packed;
        struct dep_pack_item_order order = order_of(DEP_ITEM_WHOLE);
        order.piece_len = rows[i].piece_len;
        assert_int_equal(reset(NULL), 0);
        pack(&order, &packed);
        assert_string_equal(packed.path, "items/" ITEM "/container.tar.age");
        assert_int_equal(packed.bytes, container_len);
        assert_true(dep_hash_equal(&packed.payload_sha256, &facts.payload_sha256));
        assert_true(packed.file_count >= rows[i].least);
        assert_true(packed.file_count == 1 || packed.files[0].bytes == rows[i].piece_len);
        expect_files(&packed);
        assert_int_equal(run("cat " AT "* >joined && cmp -i 4080 joined reg/vault/*.tar.age"), 0);
        if (!have_age())
            continue;
        assert_int_equal(run("cat " AT "* | age -d -i court | tar x -C out"), 0);
        expect_tree();
        assert_int_equal(run("cat " AT "* | age -d -i owner >/dev/null 2>&1"), 256);
    }
}

/* The last piece as long as the others. */
static void test_pieces_to_the_byte(void **state)
{
    (void)state;
    DEP_AUTO_PACKED packed;
    struct dep_pack_item_order order = order_of(DEP_ITEM_WHOLE);
    order.piece_len = container_len / 2;
    if (container_len % 2)
        order.piece_len = container_len; /* then one file, to the byte */
    pack(&order, &packed);
    assert_int_equal(packed.file_count, container_len % 2 ? 1 : 2);
    expect_files(&packed);
}

static void test_passphrase(void **state)
{
    (void)state;
    DEP_AUTO_PACKED packed;
    char words[DEP_AGE_PASSPHRASE_TEXT + 1];
    struct dep_pack_item_order order = order_of(DEP_ITEM_WHOLE);
    dep_age_passphrase_new(dep_random, words);
    order.recipient = NULL;
    order.passphrase = dep_slice_string(words);
    order.piece_len = PIECE;
    pack(&order, &packed);
    assert_true(packed.bytes < container_len && packed.file_count > 1 && !packed.shared);
    assert_true(dep_hash_equal(&packed.payload_sha256, &facts.payload_sha256));
    expect_files(&packed);
    assert_int_equal(run("[ $(head -n 4 " AT "*.000 | grep -ac '^-> ') = 1 ]"), 0);
    /* Stock age asks a terminal: tests/flow/items.sh has one. Here our own reader opens it. */
    assert_int_equal(check_packed(&packed, &(struct dep_age_with){.passphrase = order.passphrase}),
                     DEP_OK);
    words[3] = words[3] == 'x' ? 'y' : 'x';
    assert_int_equal(check_packed(&packed, &(struct dep_age_with){.passphrase = order.passphrase}),
                     DEP_FOUND);
}

static void test_plain(void **state)
{
    (void)state;
    DEP_AUTO_PACKED packed;
    struct dep_pack_item_order order = order_of(DEP_ITEM_PLAIN);
    order.piece_len = PIECE; /* of the others: this one goes whole */
    pack(&order, &packed);
    assert_string_equal(packed.path, "items/" ITEM "/container.tar");
    assert_int_equal(packed.file_count, 1);
    assert_true(dep_hash_equal(&packed.payload_sha256, &packed.files[0].sha256));
    expect_files(&packed);
    assert_int_equal(run("tar x -C out <" AT "container.tar"), 0);
    expect_tree();
}

static void test_parts(void **state)
{
    (void)state;
    DEP_AUTO_PACKED packed;
    uint64_t size = 0;
    struct dep_problem problem;
    struct dep_pack_item_order order = order_of(DEP_ITEM_PARTS);
    order.parts = PARTS;
    order.part_count = DEP_COUNT(PARTS);
    order.piece_len = PIECE;
    assert_int_equal(dep_pack_item_size(&order, &size, &problem), DEP_OK);
    pack(&order, &packed);
    assert_string_equal(packed.path, "items/" ITEM "/parts.tar.age");
    assert_int_equal(packed.bytes, size);
    assert_int_equal(packed.file_count, 1);
    assert_false(dep_hash_equal(&packed.payload_sha256, &facts.payload_sha256));
    expect_files(&packed);
    if (!have_age())
        skip();
    /* The link's target came along; folders and the others did not. */
    assert_int_equal(run("age -d -i court " AT "parts.tar.age >joined && tar tf joined >names && "
                         "printf 'collection.json\\nfiles/tree/a\\nfiles/tree/b-link\\n"
                         "files/tree/sparse\\nfiles/tree/sub/big\\nproofs\\n' | cmp - names && "
                         "tar x -C out <joined && [ $(stat -c %%a out/proofs) = 600 ]"),
                     0);
    assert_int_equal(
        run("cmp tree/a out/files/tree/b-link && cmp tree/sub/big out/files/tree/sub/big"
            " && cmp tree/sparse out/files/tree/sparse"),
        0);
    /* The key of the parts opens nothing of the whole. */
    assert_int_equal(run("(head -c 4080 " AT "parts.tar.age; tail -c +4081 reg/vault/*.age) | "
                         "age -d -i court >/dev/null 2>&1"),
                     256);
}

/* ---- refused ---- */

static void refuse(const char *row, const struct dep_pack_item_order *order, const char *id,
                   const char *detail)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_packed_item packed;
    memset(&packed, 0x5a, sizeof packed);
    struct dep_packed_item before = packed;
    int err = dep_pack_item(order, &packed, &problem);
    if (err != DEP_FOUND || strcmp(problem.finding.id, id) != 0 ||
        strcmp(problem.detail, detail) != 0)
        fail_msg("%s: %d %s (%s)", row, err, err == DEP_FOUND ? problem.finding.id : "",
                 problem.detail);
    assert_memory_equal(&packed, &before, sizeof packed);
    expect_nothing();
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const absent[] = {"files/tree/a", "files/tree/absent"},
                             *const folder[] = {"files/tree/a", "files/tree/sub"};
    struct dep_pack_item_order order = order_of(DEP_ITEM_WHOLE);
    order.with.identities = &stranger;
    refuse("not ours to open", &order, "age.identity", ITEM);
    order = order_of(DEP_ITEM_WHOLE);
    order.facts.payload_sha256.bytes[7] ^= 1;
    refuse("another payload", &order, "item.payload", ITEM);
    order.as = DEP_ITEM_PLAIN;
    order.recipient = NULL;
    refuse("another payload, in clear", &order, "item.payload", ITEM);
    order = order_of(DEP_ITEM_PARTS);
    refuse("no part", &order, "pack.part.none", ITEM);
    order.parts = absent;
    order.part_count = 2;
    refuse("no such part", &order, "pack.part.absent", absent[1]);
    order.parts = folder;
    refuse("a folder", &order, "pack.part.kind", folder[1]);
    order.parts = PARTS;
    order.facts.manifest_root.bytes[3] ^= 1;
    refuse("another manifest", &order, "item.manifest", ITEM);
}

/* Nothing of the tree is sound or film: not what begins with a hole, nor what is shorter than is
 * looked at. */
static void test_no_media(void **state)
{
    (void)state;
    struct dep_pack_item_order order = order_of(DEP_ITEM_WHOLE);
    struct dep_problem problem = {.detail = ""};
    if (dep_pack_item_refuse_media(&order, &problem))
        fail_msg("%s %s", problem.finding.id, problem.detail);
    order.with.identities = &stranger;
    assert_int_equal(dep_pack_item_refuse_media(&order, &problem), DEP_FOUND);
    assert_string_equal(problem.finding.id, "age.identity");
    assert_string_equal(problem.detail, ITEM);
}

static void test_exists(void **state)
{
    (void)state;
    struct dep_problem problem = {.detail = ""};
    struct dep_packed_item packed;
    struct dep_pack_item_order order = order_of(DEP_ITEM_WHOLE);
    assert_int_equal(run("mkdir " AT), 0);
    assert_int_equal(dep_pack_item(&order, &packed, &problem), DEP_FOUND);
    assert_string_equal(problem.finding.id, "pack.item.exists");
    assert_int_equal(run("[ $(ls -A bag/data/items) = " ITEM " ] && rmdir " AT), 0);
}

/* A container that isn't what it was, one edit a row: nothing of it goes out. */
static void test_damaged(void **state)
{
    (void)state;
    static const struct {
        const char *row, *edit;
        const char *whole, *plain;
    } rows[] = {
        {"bytes of a chunk", "printf 0123456789abcdef | dd of=copy bs=1 seek=3000000 conv=notrunc",
         "item.payload", "age.payload"},
        {"cut by a chunk", "truncate -s -65552 copy", "item.payload", "age.payload"},
        {"longer", "head -c 65552 /dev/zero >>copy", "item.payload", "age.payload"},
        {"header cut", "truncate -s 4000 copy", "age.header.short", "age.header.short"},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        char path[128];
        struct stat info;
        (void)snprintf(path, sizeof path, "%s/copy", top);
        assert_int_equal(run("(cp reg/vault/*.age copy && %s) 2>/dev/null", rows[i].edit), 0);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_int_equal(fstat(fd, &info), 0);
        struct dep_pack_item_order order = order_of(DEP_ITEM_WHOLE);
        order.container_fd = fd;
        order.container_len = (uint64_t)info.st_size;
        refuse(rows[i].row, &order, rows[i].whole, ITEM);
        order = order_of(DEP_ITEM_PLAIN);
        order.container_fd = fd;
        order.container_len = (uint64_t)info.st_size;
        refuse(rows[i].row, &order, rows[i].plain, ITEM);
        (void)close(fd);
    }
}

/* ---- broken off ---- */

struct watch {
    uint64_t at; /* bytes after which */
    bool kill;
};

static bool break_off(void *context, const struct dep_seal_progress *progress)
{
    const struct watch *watch = context;
    if (progress->bytes_done < watch->at)
        return true;
    if (watch->kill)
        (void)raise(SIGKILL);
    return false;
}

static struct dep_pack_item_order broken_order(size_t row, struct watch *watch)
{
    static const enum dep_item_as as[] = {DEP_ITEM_WHOLE, DEP_ITEM_WHOLE, DEP_ITEM_PLAIN,
                                          DEP_ITEM_PARTS};
    struct dep_pack_item_order order = order_of(as[row]);
    order.piece_len = row == 1 ? PIECE : 0;
    order.parts = PARTS;
    order.part_count = DEP_COUNT(PARTS);
    order.progress = break_off;
    order.context = watch;
    return order;
}

static void test_stopped(void **state)
{
    (void)state;
    for (size_t row = 0; row < 4; row++) {
        struct watch watch = {.at = 2 * 1024 * 1024};
        struct dep_pack_item_order order = broken_order(row, &watch);
        struct dep_packed_item packed;
        struct dep_problem problem = {.detail = ""};
        assert_int_equal(dep_pack_item(&order, &packed, &problem), DEP_ERR_STOPPED);
        expect_nothing();
    }
}

static void test_killed(void **state)
{
    (void)state;
    for (size_t row = 0; row < 4; row += (size_t)test_steps(1, 2)) {
        struct watch watch = {.at = 2 * 1024 * 1024, .kill = true};
        struct dep_pack_item_order order = broken_order(row, &watch);
        struct dep_packed_item packed;
        struct dep_problem problem;
        int status = 0;
        pid_t child = fork();
        if (child == 0)
            _exit(dep_pack_item(&order, &packed, &problem) == DEP_OK);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        /* A name that no package may hold; the next attempt takes it away. */
        assert_int_equal(run("[ $(ls -A bag/data/items) = .unfinished-" ITEM " ]"), 0);
        order.progress = NULL;
        DEP_AUTO_PACKED again;
        pack(&order, &again);
        expect_files(&again);
        assert_int_equal(reset(NULL), 0);
    }
}

/* A disk that takes no more is the package's, not the vault's. */
static void test_full(void **state)
{
    (void)state;
    struct rlimit was;
    struct dep_packed_item packed;
    struct dep_problem problem = {.detail = ""};
    struct dep_pack_item_order order = order_of(DEP_ITEM_WHOLE);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    struct rlimit little = {1024 * 1024, was.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    int err = dep_pack_item(&order, &packed, &problem);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    (void)signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(err, DEP_ERR_IO);
    assert_string_equal(problem.fault.what, "pack.item");
    assert_string_equal(problem.fault.where, "items/" ITEM "/container.tar.age");
    assert_int_equal(problem.fault.sys, EFBIG);
    expect_nothing();
}

static void test_no_memory(void **state)
{
    (void)state;
    for (size_t row = 0; row < 4; row++) {
        struct watch watch = {.at = UINT64_MAX};
        struct dep_pack_item_order order = broken_order(row, &watch);
        int err = DEP_ERR_NOMEM;
        for (long i = 0; err == DEP_ERR_NOMEM; i += test_steps(7, 61)) {
            struct dep_packed_item packed = {.files = NULL};
            struct dep_problem problem = {.detail = ""};
            dep_alloc_fail_at(i);
            err = dep_pack_item(&order, &packed, &problem);
            dep_alloc_fail_at(-1);
            dep_packed_item_done(&packed);
            if (err && err != DEP_ERR_NOMEM)
                fail_msg("row %zu, allocation %ld: %d", row, i, err);
            if (err)
                expect_nothing();
        }
        assert_int_equal(reset(NULL), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_whole, reset),
        cmocka_unit_test_setup(test_pieces_to_the_byte, reset),
        cmocka_unit_test_setup(test_passphrase, reset),
        cmocka_unit_test_setup(test_plain, reset),
        cmocka_unit_test_setup(test_parts, reset),
        cmocka_unit_test_setup(test_refused, reset),
        cmocka_unit_test(test_no_media),
        cmocka_unit_test_setup(test_exists, reset),
        cmocka_unit_test_setup(test_damaged, reset),
        cmocka_unit_test_setup(test_stopped, reset),
        cmocka_unit_test_setup(test_killed, reset),
        cmocka_unit_test_setup(test_full, reset),
        cmocka_unit_test_setup(test_no_memory, reset),
    };
    return cmocka_run_group_tests_name("pack item", tests, make_item, remove_item);
}
