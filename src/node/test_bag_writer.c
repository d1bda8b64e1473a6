/*
 * The writer of bags against the reader of bags: what it publishes is valid, what it doesn't
 * publish isn't there, and it removes nothing that isn't its own.
 */
#include "node/bag_writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static char top[64], bag_path[128], unfinished[160];
static const struct dep_package_info ABOUT = {.sender = "test",
                                              .date_s = 1795511717,
                                              .id = "019a0000-0000-7000-8000-000000000000",
                                              .agent = {(const uint8_t *)"depositary 0", 12},
                                              .kind = DEP_PACKAGE_RELEASE};

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

static int setup(void **state)
{
    (void)state;
    (void)snprintf(top, sizeof top, "/tmp/depositary-bag-XXXXXX");
    if (!mkdtemp(top))
        return 1;
    (void)snprintf(bag_path, sizeof bag_path, "%s/bag", top);
    (void)snprintf(unfinished, sizeof unfinished, "%s.unfinished", bag_path);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    (void)chmod(top, 0700);
    return nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool there(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

static struct dep_bag_writer *open_writer(void)
{
    struct dep_bag_writer *writer = NULL;
    struct dep_fault fault = {.what = ""};
    if (dep_bag_writer_new(bag_path, &writer, &fault) != DEP_OK)
        fail_msg("%s %s", fault.what, fault.where);
    return writer;
}

static void assert_refused(const char *what)
{
    struct dep_bag_writer *writer = NULL;
    struct dep_fault fault = {.what = ""};
    assert_int_equal(dep_bag_writer_new(bag_path, &writer, &fault), DEP_ERR_IO);
    assert_string_equal(fault.what, what);
    assert_null(writer);
}

/* ---- read back ---- */

static struct dep_buf read_text; /* of the last file asked for */

static int give_text(void *context, const struct dep_bag_file *file, struct dep_slice *out)
{
    (void)context;
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%.*s", bag_path, (int)file->path.len, file->path.data);
    int fd = open(path, O_RDONLY);
    dep_buf_clear(&read_text);
    uint8_t piece[4096];
    for (ssize_t got; fd >= 0 && (got = read(fd, piece, sizeof piece)) > 0;)
        dep_buf_add(&read_text, piece, (size_t)got);
    (void)close(fd);
    assert_int_equal(dep_buf_err(&read_text), DEP_OK);
    *out = dep_buf_slice(&read_text);
    return DEP_OK;
}

static struct dep_bag *walked;

static int add_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)walk;
    const char *name = path + strlen(bag_path) + 1;
    return kind == FTW_F ? dep_bag_add(walked, dep_slice_string(name), (uint64_t)info->st_size) : 0;
}

static void assert_valid(size_t files)
{
    dep_buf_init(&read_text, 1 << 20);
    assert_int_equal(dep_bag_new(&walked), DEP_OK);
    assert_int_equal(nftw(bag_path, add_one, 16, FTW_PHYS), 0);
    assert_int_equal(dep_bag_read(walked, give_text, NULL), DEP_OK);
    assert_int_equal(dep_bag_file_count(walked), files);
    for (size_t i = 0; i < files; i++) {
        struct dep_slice text;
        struct dep_hash sha256;
        uint8_t sha512[DEP_SHA512_LEN];
        struct dep_sha512_stream stream;
        assert_int_equal(give_text(NULL, dep_bag_file_at(walked, i), &text), DEP_OK);
        dep_sha256(text, &sha256);
        dep_sha512_start(&stream);
        dep_sha512_add(&stream, text.data, text.len);
        dep_sha512_finish(&stream, sha512);
        assert_int_equal(dep_bag_check(walked, i, DEP_BAG_SHA256, sha256.bytes), DEP_OK);
        assert_int_equal(dep_bag_check(walked, i, DEP_BAG_SHA512, sha512), DEP_OK);
    }
    assert_int_equal(dep_bag_finish(walked), DEP_OK);
    assert_true(dep_bag_valid(walked));
    assert_int_equal(dep_bag_found_count(walked), 0);
    dep_bag_free(walked);
    dep_buf_done(&read_text);
}

static void put(struct dep_bag_writer *writer, const char *path, const char *text)
{
    struct dep_fault fault = {.what = ""};
    if (dep_bag_writer_put(writer, path, dep_slice_string(text), &fault) != DEP_OK)
        fail_msg("%s %s", fault.what, fault.where);
}

/* Instead of libc's: tells what was synced. */
static ino_t synced[16];
static size_t synced_count;
int fsync(int fd)
{
    struct stat info;
    if (fstat(fd, &info) == 0 && synced_count < DEP_COUNT(synced))
        synced[synced_count++] = info.st_ino;
    return (int)syscall(SYS_fsync, fd);
}

static void assert_synced(size_t at, const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_true(at < synced_count);
    assert_int_equal(synced[at], info.st_ino);
}

static void test_good(void **state)
{
    (void)state;
    synced_count = 0;
    struct dep_fault fault = {.what = ""};
    struct dep_bag_writer *writer = open_writer();
    put(writer, "logs/000/checkpoint", "c\n");
    put(writer, "content.jsonl", "");
    /* In many pieces, and longer than one. */
    assert_int_equal(dep_bag_writer_open(writer, "logs/000/records.jsonl", &fault), DEP_OK);
    for (int i = 0; i < 40000; i++)
        assert_int_equal(dep_bag_writer_add(writer, DEP_SLICE_LITERAL("0123456789abcdef"), &fault),
                         DEP_OK);
    assert_int_equal(dep_bag_writer_close(writer, NULL, &fault), DEP_OK);
    assert_int_equal(dep_bag_writer_bytes(writer), 2 + 40000 * 16);
    assert_int_equal(dep_bag_writer_finish(writer, &ABOUT, &fault), DEP_OK);
    assert_false(there(bag_path));
    assert_string_equal(dep_bag_writer_dir(writer), unfinished);
    assert_synced(0, unfinished);
    assert_int_equal(dep_bag_writer_publish(writer, &fault), DEP_OK);
    assert_int_equal(synced_count, 3);
    assert_synced(1, bag_path);
    assert_synced(2, top);
    dep_bag_writer_free(writer);
    assert_false(there(unfinished));
    assert_valid(3 + 6);
    assert_refused("pack.exists");
}

static void test_not_published(void **state)
{
    (void)state;
    struct dep_fault fault = {.what = ""};
    struct dep_bag_writer *writer = open_writer();
    put(writer, "a/b/c", "x");
    assert_refused("pack.unfinished"); /* one is at it */
    /* The same file twice. */
    assert_int_equal(dep_bag_writer_put(writer, "a/b/c", DEP_SLICE_LITERAL("y"), &fault),
                     DEP_ERR_IO);
    assert_string_equal(fault.what, "file.create");
    assert_int_equal(dep_bag_writer_finish(writer, &ABOUT, &fault), DEP_OK);
    /* Another took the name meanwhile. */
    assert_int_equal(mkdir(bag_path, 0700), 0);
    assert_int_equal(dep_bag_writer_publish(writer, &fault), DEP_ERR_IO);
    assert_string_equal(fault.what, "pack.exists");
    dep_bag_writer_free(writer);
    assert_false(there(unfinished));
}

/* What a killed writer left goes; what somebody else keeps under that name stays. */
static void test_left_behind(void **state)
{
    (void)state;
    char path[256], stranger[256];
    struct dep_fault fault = {.what = ""};
    (void)snprintf(path, sizeof path, "%s/data", unfinished);
    (void)snprintf(stranger, sizeof stranger, "%s/holiday.jpg", unfinished);
    assert_int_equal(mkdir(unfinished, 0700), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    int fd = open(stranger, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0 && close(fd) == 0);
    assert_refused("pack.unfinished");
    assert_true(there(stranger) && there(path));
    assert_int_equal(unlink(stranger), 0);
    struct dep_bag_writer *writer = open_writer();
    put(writer, "content.jsonl", "new");
    assert_int_equal(dep_bag_writer_finish(writer, &ABOUT, &fault), DEP_OK);
    assert_int_equal(dep_bag_writer_publish(writer, &fault), DEP_OK);
    dep_bag_writer_free(writer);
    assert_valid(1 + 6);
}

/* Instead of libc's: a file system that takes no name with a blank at the end, as vfat. */
int mkdirat(int dir_fd, const char *name, mode_t mode)
{
    size_t len = strlen(name);
    if (len && name[len - 1] == ' ') {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_mkdirat, dir_fd, name, mode);
}

/* BAG.unfinished is a name there, BAG isn't: told before anything is written, not at the end. */
static void test_no_name(void **state)
{
    (void)state;
    (void)snprintf(bag_path, sizeof bag_path, "%s/bag ", top);
    (void)snprintf(unfinished, sizeof unfinished, "%s.unfinished", bag_path);
    assert_refused("pack.folder");
    assert_false(there(unfinished));
}

static void test_refused_memory(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct dep_fault fault = {.what = ""};
        struct dep_bag_writer *writer = NULL;
        dep_alloc_fail_at(n);
        int err = dep_bag_writer_new(bag_path, &writer, &fault);
        if (!err)
            err = dep_bag_writer_put(writer, "content.jsonl", DEP_SLICE_LITERAL("x"), &fault);
        if (!err)
            err = dep_bag_writer_finish(writer, &ABOUT, &fault);
        dep_alloc_fail_at(-1);
        dep_bag_writer_free(writer);
        assert_false(there(unfinished));
        if (!err)
            return;
        assert_int_equal(err, DEP_ERR_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_good, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_published, setup, teardown),
        cmocka_unit_test_setup_teardown(test_left_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_name, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused_memory, setup, teardown),
    };
    return dep_crypto_init(false) ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
