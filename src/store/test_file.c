/*
 * What is put in its place stays there: what bears the name and its folder are synced behind the
 * naming, in this order, by whichever way it is put; and nothing that was there goes unasked.
 */
#include "store/file.h"

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

/* ---- instead of libc's: they tell what was done, fail when told to, and know no flags ---- */

enum { TOLD_MAX = 32 };
static struct {
    char done[TOLD_MAX]; /* 's': synced, 'n': named, 'f': a whole file system written */
    ino_t of[TOLD_MAX];
    size_t count, syncs;
    size_t fail_sync; /* that one, from 1 */
    bool flagless;    /* no RENAME_NOREPLACE, as FUSE */
} told;

static void tell(char what, ino_t of)
{
    assert_true(told.count < TOLD_MAX);
    told.done[told.count] = what;
    told.of[told.count++] = of;
}

int fsync(int fd)
{
    struct stat info;
    assert_int_equal(fstat(fd, &info), 0);
    if (++told.syncs == told.fail_sync) {
        errno = EIO;
        return -1;
    }
    tell('s', info.st_ino);
    return (int)syscall(SYS_fsync, fd);
}

int syncfs(int fd)
{
    tell('f', 0);
    return (int)syscall(SYS_syncfs, fd);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
    if (flags && told.flagless) {
        errno = EINVAL;
        return -1;
    }
    int done = (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
    if (done == 0)
        tell('n', 0);
    return done;
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    return renameat2(from_fd, from, to_fd, to, 0);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    int done = (int)syscall(SYS_linkat, from_fd, from, to_fd, to, flags);
    if (done == 0)
        tell('n', 0);
    return done;
}

/* ---- a folder of its own ---- */

static char top[64];
static int top_fd;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

static int setup(void **state)
{
    (void)state;
    (void)snprintf(top, sizeof top, "/tmp/depositary-file-XXXXXX");
    if (!mkdtemp(top))
        return 1;
    top_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    memset(&told, 0, sizeof told);
    return top_fd < 0;
}

static int teardown(void **state)
{
    (void)state;
    (void)close(top_fd);
    return nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static ino_t inode(const char *name)
{
    struct stat info;
    return fstatat(top_fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 ? info.st_ino : 0;
}

static void make_file(const char *name)
{
    int fd = openat(top_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
}

/* ---- ways of putting the thing "made" in its place ---- */

static int replace(struct dep_fault *fault)
{
    return dep_file_replace(top_fd, "made", DEP_SLICE_LITERAL("x"), 0600, fault);
}

static int create(struct dep_fault *fault)
{
    return dep_file_create(top_fd, "made", DEP_SLICE_LITERAL("x"), 0600, fault);
}

static int create_by_path(struct dep_fault *fault)
{
    char path[96];
    (void)snprintf(path, sizeof path, "%s/made", top);
    return dep_file_create(AT_FDCWD, path, DEP_SLICE_LITERAL("x"), 0600, fault);
}

static int place(int fd, const char *from, struct dep_fault *fault)
{
    const struct dep_placing to = {
        .fd = fd, .from_fd = top_fd, .from = from, .folder_fd = top_fd, .name = "made"};
    int err = dep_file_place(&to, "test.place", "made", fault);
    (void)close(fd);
    return err;
}

static int place_folder(struct dep_fault *fault)
{
    assert_int_equal(mkdirat(top_fd, "beside", 0700), 0);
    return place(openat(top_fd, "beside", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "beside", fault);
}

static int place_nameless(struct dep_fault *fault)
{
    return place(openat(top_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), NULL, fault);
}

static int move(struct dep_fault *fault)
{
    bool moved = false;
    make_file("beside");
    int err = dep_file_move(top_fd, "beside", top_fd, "made", "test.place", &moved, fault);
    assert_int_equal(moved, err == DEP_OK);
    return err;
}

static int folder(struct dep_fault *fault)
{
    char path[96];
    (void)snprintf(path, sizeof path, "%s/made", top);
    return dep_folder_create(path, 0700, "test.place", fault);
}

static const struct way {
    const char *name;
    int (*put)(struct dep_fault *fault);
    const char *order; /* t: the thing synced, F: its folder, n: named */
    bool replaces;
} WAYS[] = {
    {"replace", replace, "tntF", true},
    {"create", create, "tntF", false},
    {"create by path", create_by_path, "tntF", false},
    {"a folder", place_folder, "ntF", false},
    {"a file without a name", place_nameless, "ntF", false},
    {"move", move, "ntF", false},
    {"a new folder", folder, "F", false},
};

static void test_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEP_COUNT(WAYS); i++) {
        struct dep_fault fault = {.what = ""};
        char order[TOLD_MAX + 1] = "";
        memset(&told, 0, sizeof told);
        if (WAYS[i].put(&fault) != DEP_OK)
            fail_msg("%s: %s %s", WAYS[i].name, fault.what, strerror(fault.sys));
        for (size_t at = 0; at < told.count; at++)
            order[at] = told.of[at] == inode(".")      ? 'F'
                        : told.of[at] == inode("made") ? 't'
                                                       : told.done[at];
        if (strcmp(order, WAYS[i].order) != 0)
            fail_msg("%s: %s", WAYS[i].name, order);
        assert_int_equal(unlinkat(top_fd, "made", 0) && unlinkat(top_fd, "made", AT_REMOVEDIR), 0);
    }
}

/* Whichever sync fails, that is told: nobody takes it for kept. */
static void test_failed_sync(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEP_COUNT(WAYS); i++) {
        size_t syncs = strlen(WAYS[i].order) - (strchr(WAYS[i].order, 'n') != NULL);
        for (size_t n = 1; n <= syncs; n++) {
            struct dep_fault fault = {.what = ""};
            memset(&told, 0, sizeof told);
            told.fail_sync = n;
            assert_int_equal(WAYS[i].put(&fault), DEP_ERR_IO);
            assert_string_equal(fault.what, "file.sync");
            assert_int_equal(fault.sys, EIO);
            /* Nothing of it has another name, as long as it hasn't this one. */
            assert_int_equal(inode("made.unfinished"), 0);
            (void)(unlinkat(top_fd, "made", 0) && unlinkat(top_fd, "made", AT_REMOVEDIR));
        }
    }
}

/* Also where the file system can't promise it. */
static void test_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * DEP_COUNT(WAYS); i++) {
        const struct way *way = &WAYS[i / 2];
        struct dep_fault fault = {.what = ""};
        memset(&told, 0, sizeof told);
        told.flagless = i % 2;
        make_file("made");
        ino_t before = inode("made");
        int err = way->put(&fault);
        if (way->replaces) {
            assert_int_equal(err, DEP_OK);
        } else {
            assert_int_equal(err, DEP_ERR_IO);
            assert_int_equal(fault.sys, EEXIST);
            assert_int_equal(inode("made"), before);
        }
        assert_int_equal(inode("made.unfinished"), 0);
        assert_int_equal(unlinkat(top_fd, "made", 0), 0);
        (void)(unlinkat(top_fd, "beside", 0) && unlinkat(top_fd, "beside", AT_REMOVEDIR));
        memset(&told, 0, sizeof told);
        told.flagless = i % 2;
        assert_int_equal(way->put(&fault), DEP_OK);
        (void)(unlinkat(top_fd, "made", 0) && unlinkat(top_fd, "made", AT_REMOVEDIR));
    }
}

static void test_move_nothing(void **state)
{
    (void)state;
    struct dep_fault fault;
    bool moved = true;
    assert_int_equal(dep_file_move(top_fd, "none", top_fd, "made", "test.place", &moved, &fault),
                     DEP_OK);
    assert_false(moved);
    assert_int_equal(told.count, 0);
}

/* One whole writing for any number of files, and the drive's own memory emptied behind it. */
static void test_below(void **state)
{
    (void)state;
    struct dep_fault fault = {.what = ""};
    assert_int_equal(dep_folder_sync_below(top_fd, top, &fault), DEP_OK);
    assert_int_equal(told.count, 2);
    assert_memory_equal(told.done, "fs", 2);
    told.fail_sync = 2;
    assert_int_equal(dep_folder_sync_below(top_fd, top, &fault), DEP_ERR_IO);
    assert_string_equal(fault.what, "file.sync");
    assert_int_equal(dep_folder_sync_below(-1, top, &fault), DEP_ERR_IO);
    assert_int_equal(fault.sys, EBADF);
}

static void test_folder_of(void **state)
{
    (void)state;
    static const struct {
        const char *path, *folder, *name; /* of `folder` NULL there is none */
    } rows[] = {
        {"a", ".", "a"},    {"a/", ".", "a/"}, {"a/b", "a", "b"},        {"a/b/", "a", "b/"},
        {"a//b", "a", "b"}, {"./a", ".", "a"}, {"a/none/b", NULL, NULL}, {"none/b", NULL, NULL},
    };
    assert_int_equal(mkdirat(top_fd, "a", 0700), 0);
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_fault fault = {.what = ""};
        const char *name = "untouched";
        struct stat info;
        int fd = -7;
        int err = dep_folder_of(top_fd, rows[i].path, "test.folder", &fd, &name, &fault);
        if (!rows[i].folder) {
            assert_int_equal(err, DEP_ERR_IO);
            assert_string_equal(fault.what, "test.folder");
            assert_int_equal(fd, -7);
            assert_string_equal(name, "untouched");
            continue;
        }
        assert_int_equal(err, DEP_OK);
        assert_string_equal(name, rows[i].name);
        assert_int_equal(fstat(fd, &info), 0);
        assert_int_equal(info.st_ino, inode(rows[i].folder));
        (void)close(fd);
    }
    struct dep_fault fault;
    const char *name;
    int fd;
    assert_int_equal(dep_folder_of(AT_FDCWD, "/a", "test.folder", &fd, &name, &fault), DEP_OK);
    assert_string_equal(name, "a");
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_failed_sync, setup, teardown),
        cmocka_unit_test_setup_teardown(test_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_move_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_below, setup, teardown),
        cmocka_unit_test_setup_teardown(test_folder_of, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
