/*
 * Targets: what is refused and why, what is split; and real file systems, where they can be
 * mounted.
 */
#include "store/target.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define GIB (UINT64_C(1) << 30)
#define FAT_MAX UINT64_C(4294967295)
#define PIECE UINT64_C(4294901760)
#define MIB (UINT64_C(1) << 20)

static char top[64];

/* Fits to the byte: a file as long as may be. */
static const struct dep_target good_target = {.file_len_max = FAT_MAX,
                                              .free_bytes = 16 * GIB,
                                              .free_files = UINT64_MAX,
                                              .block_len = 4096,
                                              .name_len_max = 255,
                                              .path_len = 10};
static const struct dep_target_load good_load = {.bytes = GIB,
                                                 .files = 3,
                                                 .longest_whole = 1,
                                                 .longest_split = FAT_MAX,
                                                 .path_len = 100,
                                                 .name_len = 64};

/* A number in either that is another one. */
struct change {
    bool is;
    size_t at;
    uint64_t value;
};
#define NO                                                                                         \
    {                                                                                              \
        false, 0, 0                                                                                \
    }
#define TARGET(field, value)                                                                       \
    {                                                                                              \
        true, offsetof(struct dep_target, field), value                                            \
    }
#define LOAD(field, value)                                                                         \
    {                                                                                              \
        true, offsetof(struct dep_target_load, field), value                                       \
    }

static void apply(void *to, const struct change *change)
{
    if (change->is)
        memcpy((uint8_t *)to + change->at, &change->value, sizeof change->value);
}

static void test_judge(void **state)
{
    (void)state;
    static const struct {
        const char *row, *id; /* "" fits */
        uint64_t piece_len, offset;
        struct change target, load;
    } rows[] = {
        {"fits to the byte", "", 0, 0, NO, NO},
        {"a byte longer: in pieces", "", PIECE, 0, NO, LOAD(longest_split, FAT_MAX + 1)},
        {"a shorter limit, shorter pieces", "", 65536, 0, TARGET(file_len_max, MIB / 8 - 1), NO},
        {"a longer limit, no longer pieces", "", PIECE, 0, TARGET(file_len_max, 16 * GIB),
         LOAD(longest_split, 17 * GIB)},
        {"no limit", "", 0, 0, TARGET(file_len_max, INT64_MAX), LOAD(longest_split, 100 * GIB)},
        {"a limit below any piece", "target.file", 0, FAT_MAX - 65535, TARGET(file_len_max, 65535),
         NO},
        {"can't be split", "target.file", 0, 1, NO, LOAD(longest_whole, FAT_MAX + 1)},
        {"a name as long as may be", "", 0, 0, TARGET(name_len_max, 64), NO},
        {"a name too long", "target.name", 0, 1, TARGET(name_len_max, 63), NO},
        {"a path as long as may be", "", 0, 0, TARGET(path_len, PATH_MAX - 102), NO},
        {"a path too long", "target.path", 0, 1, TARGET(path_len, PATH_MAX - 101), NO},
        {"room for as many files", "", 0, 0, TARGET(free_files, 3), NO},
        {"no room for so many", "target.files", 0, 1, TARGET(free_files, 2), NO},
        {"room to the byte", "", 0, 0, TARGET(free_bytes, GIB + 3 * 4096 + MIB), NO},
        {"a byte short", "target.room", 0, 1, TARGET(free_bytes, GIB + 3 * 4096 + MIB - 1), NO},
        {"not to be counted", "target.room", 0, UINT64_MAX - 16 * GIB, NO, LOAD(bytes, UINT64_MAX)},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_target target = good_target;
        struct dep_target_load load = good_load;
        uint64_t piece_len = 4711;
        struct dep_finding why = {"", "", 0};
        apply(&target, &rows[i].target);
        apply(&load, &rows[i].load);
        int err = dep_target_judge(&target, &load, &piece_len, &why);
        if (strcmp(why.id, rows[i].id) != 0 || why.offset != rows[i].offset)
            fail_msg("%s: '%s' at %zu", rows[i].row, why.id, why.offset);
        assert_int_equal(err, *rows[i].id ? DEP_FOUND : DEP_OK);
        assert_int_equal(piece_len, *rows[i].id ? 4711 : rows[i].piece_len);
    }
}

static void test_judge_access(void **state)
{
    (void)state;
    const struct {
        bool read_only, denied;
        const char *id;
    } rows[] = {{true, false, "target.read_only"}, {false, true, "target.denied"}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_target target = good_target;
        uint64_t piece_len = 4711;
        struct dep_finding why = {"", "", 0};
        target.read_only = rows[i].read_only;
        target.denied = rows[i].denied;
        assert_int_equal(dep_target_judge(&target, &good_load, &piece_len, &why), DEP_FOUND);
        assert_string_equal(why.id, rows[i].id);
        assert_int_equal(piece_len, 4711);
    }
}

/* The kernel doesn't know what such a file system takes: FAT's limit is kept to where it can be. */
static void test_judge_unsure(void **state)
{
    (void)state;
    static const struct {
        uint64_t file_len_max, split, whole, piece_len;
    } rows[] = {{INT64_MAX, PIECE, GIB, 0},
                {INT64_MAX, PIECE + 1, GIB, PIECE},
                {INT64_MAX, 5 * GIB, 6 * GIB, PIECE},
                {MIB / 8 - 1, MIB, 1, 65536}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_target target = good_target;
        struct dep_target_load load = good_load;
        uint64_t piece_len = 4711;
        struct dep_finding why;
        target.file_len_unsure = true;
        target.file_len_max = rows[i].file_len_max;
        load.longest_split = rows[i].split;
        load.longest_whole = rows[i].whole;
        assert_int_equal(dep_target_judge(&target, &load, &piece_len, &why), DEP_OK);
        assert_int_equal(piece_len, rows[i].piece_len);
    }
}

static void test_look(void **state)
{
    (void)state;
    struct dep_target target;
    struct dep_finding why = {"", "", 0};
    struct dep_fault fault = {.what = ""};
    char path[128];
    assert_int_equal(dep_target_look(top, &target, &why, &fault), DEP_OK);
    assert_true(target.type[0] && !target.read_only && !target.denied);
    assert_true(target.file_len_max > FAT_MAX && target.free_bytes > 0 && target.block_len > 0);
    assert_int_equal(target.name_len_max, NAME_MAX);
    assert_int_equal(target.path_len, strlen(top));
    struct rlimit kept, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &kept), 0);
    limit = (struct rlimit){.rlim_cur = MIB, .rlim_max = kept.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(dep_target_look(top, &target, &why, &fault), DEP_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &kept), 0);
    assert_int_equal(target.file_len_max, MIB);
    assert_int_equal(rmdir(top), 0); /* the probe left nothing */
    memset(&target, 0x5a, sizeof target);
    struct dep_target before = target;
    assert_int_equal(dep_target_look(top, &target, &why, &fault), DEP_FOUND);
    assert_string_equal(why.id, "target.folder");
    assert_int_equal(mkdir(top, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/file", top);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fclose(file);
    why.id = "";
    assert_int_equal(dep_target_look(path, &target, &why, &fault), DEP_FOUND);
    assert_string_equal(why.id, "target.folder");
    assert_memory_equal(&target, &before, sizeof target);
    if (dep_target_look("/proc", &target, &why, &fault) == DEP_OK) {
        assert_string_equal(target.type, "proc");
        assert_true(target.read_only || target.denied);
    }
}

static void test_holds(void **state)
{
    (void)state;
    static const struct {
        const char *folder, *path;
        bool holds;
    } rows[] = {
        {"/proc", "/proc/self/status", true},
        {"/proc/self/", "/proc/self/status", true},
        {"/", "/proc/self", true},
        {"/proc/self/..", "/proc/self/status", true},
        {"/proc", "/proc", true},
        {"/proc/self/task", "/proc/self/status", false},
        {"/proc/s", "/proc/self", false},
        {"/proc/sys", "/proc/sysvipc", false},
        {"/nowhere", "/proc/self", false},
        {"/proc", "/proc/nothing", false},
    };
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (dep_target_holds(rows[i].folder, rows[i].path) != rows[i].holds)
            fail_msg("%s, %s", rows[i].folder, rows[i].path);
}

/* ---- file systems of our own: root only ---- */

static int run(const char *command)
{
    return system(command); /* NOLINT(cert-env33-c): our own words, in a test */
}

/* `mount`: what mounts the device on the folder. */
static bool disk_new(const char *make, const char *mount)
{
    char command[1200];
    (void)snprintf(command, sizeof command,
                   "exec >/dev/null 2>&1; set -e; cd %s; mkdir disk; truncate -s 512M image; "
                   "PATH=$PATH:/sbin:/usr/sbin; %s image; "
                   "losetup --find --show image >device; %s \"$(cat device)\" disk",
                   top, make, mount);
    return geteuid() == 0 && run(command) == 0;
}

static void disk_done(void)
{
    char command[400];
    (void)snprintf(command, sizeof command,
                   "exec >/dev/null 2>&1; cd %s; umount -q disk; [ -s device ] && "
                   "losetup -d \"$(cat device)\"; rm -rf image device disk; true",
                   top);
    (void)run(command);
}

static void test_real(void **state)
{
    (void)state;
    const struct {
        const char *type, *make, *mount;
        bool read_only, unsure;
        uint64_t least, most;
    } rows[] = {
        {"vfat", "mkfs.vfat -F 32", "mount -t vfat", false, false, FAT_MAX, FAT_MAX},
        {"exfat", "mkfs.exfat", "mount -t exfat", false, false, 16 * GIB, INT64_MAX},
        {"fuseblk", "mkfs.exfat", "mount.exfat-fuse", false, true, 16 * GIB, INT64_MAX},
        {"xfs", "mkfs.xfs -q", "mount", false, false, 16 * GIB, INT64_MAX},
        {"ext4", "mkfs.ext4 -q", "mount -o ro", true, false, 16 * GIB, INT64_MAX},
    };
    size_t seen = 0;
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct dep_target target;
        struct dep_finding why;
        struct dep_fault fault;
        char path[128];
        (void)snprintf(path, sizeof path, "%s/disk", top);
        bool mounted = disk_new(rows[i].make, rows[i].mount);
        int err = mounted ? dep_target_look(path, &target, &why, &fault) : DEP_FOUND;
        disk_done();
        if (!mounted) {
            print_message("no %s here\n", rows[i].type);
            continue;
        }
        seen++;
        assert_int_equal(err, DEP_OK);
        assert_string_equal(target.type, rows[i].type);
        assert_int_equal(target.read_only, rows[i].read_only);
        assert_int_equal(target.file_len_unsure, rows[i].unsure);
        if (target.file_len_max < rows[i].least || target.file_len_max > rows[i].most)
            fail_msg("%s: %llu", rows[i].type, (unsigned long long)target.file_len_max);
        assert_in_range(target.free_bytes, 64 * MIB, 512 * MIB);
    }
    if (!seen)
        skip();
}

static int teardown(void **state)
{
    (void)state;
    char command[100];
    disk_done();
    (void)snprintf(command, sizeof command, "rm -rf %s", top);
    return run(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge),        cmocka_unit_test(test_judge_access),
        cmocka_unit_test(test_judge_unsure), cmocka_unit_test(test_look),
        cmocka_unit_test(test_holds),        cmocka_unit_test(test_real),
    };
    (void)snprintf(top, sizeof top, "/tmp/depositary-target-XXXXXX");
    if (!mkdtemp(top))
        return 1;
    return cmocka_run_group_tests_name("target", tests, NULL, teardown);
}
