/*
 * Sources that resist: files that change while they are read, folders that move while they are
 * walked, mounts, sockets, twenty thousand names, no memory, no room. Nothing is passed over in
 * silence and nothing half-done stays.
 */
#include "base/test_slow.h"
#include "collect/unseal.h"
#include "collect/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

enum { LARGE = 512 * 1024 * 1024, LARGE_SLOW = LARGE / 32, CUT_TO = 1000000, LISTED_MAX = 64 };

static char top[64];
static struct dep_age_identity vault;

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

static void put(const char *path, const void *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
    assert_true(fd >= 0 && write(fd, data, len) == (ssize_t)len);
    (void)close(fd);
}

/* An empty folder to work in, and a register beside it. */
static int set_up(void **state)
{
    (void)state;
    (void)snprintf(top, sizeof top, "/tmp/depositary-hostile-XXXXXX");
    return !mkdtemp(top) || chdir(top) || mkdir("reg", 0700) || mkdir("reg/vault", 0700) ||
           mkdir("tree", 0755);
}

static int tear_down(void **state)
{
    (void)state;
    return chdir("/") || nftw(top, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

struct listed {
    char kind;
    unsigned flags;
    uint64_t size;
    char path[128], target[128];
};

struct job {
    struct dep_seal_order order;
    struct dep_vault_writer *writer;
    struct dep_sealed out;
    struct dep_fault fault;
    struct dep_finding why;
    struct listed notices[LISTED_MAX];
    size_t notice_count;
    void (*meanwhile)(void); /* called once, while the first large file is read */
};

static void keep(struct listed *listed, const struct dep_entry *entry)
{
    *listed =
        (struct listed){.kind = (char)entry->kind, .flags = entry->flags, .size = entry->size};
    (void)snprintf(listed->path, sizeof listed->path, "%.*s", (int)entry->path.len,
                   (const char *)entry->path.data);
    (void)snprintf(listed->target, sizeof listed->target, "%.*s", (int)entry->target.len,
                   entry->target.len ? (const char *)entry->target.data : "");
}

static void notice(void *context, const struct dep_entry *entry)
{
    struct job *job = context;
    if (job->notice_count < LISTED_MAX)
        keep(&job->notices[job->notice_count++], entry);
}

static bool progress(void *context, const struct dep_seal_progress *state)
{
    struct job *job = context;
    if (job->meanwhile && state->bytes_done > CUT_TO && !state->reading_back) {
        job->meanwhile();
        job->meanwhile = NULL;
    }
    return true;
}

static int seal(struct job *job, const char *const *paths, size_t count)
{
    int fd = open("reg", O_RDONLY | O_DIRECTORY);
    job->order.paths = paths;
    job->order.path_count = count;
    job->order.statement = DEP_SLICE_LITERAL("{}");
    job->order.recipients = &vault.recipient;
    job->order.recipient_count = 1;
    job->order.random = dep_random;
    job->order.progress = progress;
    job->order.progress_context = job;
    int err = dep_vault_writer_new(fd, &job->writer, &job->fault);
    (void)close(fd);
    return err ? err
               : dep_seal(&job->order, job->writer, notice, job, &job->out, &job->why, &job->fault);
}

static void end(struct job *job)
{
    dep_vault_writer_free(job->writer);
    job->writer = NULL;
}

static struct dep_container_facts facts_of(const struct job *job)
{
    return (struct dep_container_facts){.has_payload = true,
                                        .has_root = true,
                                        .has_manifest = true,
                                        .payload_sha256 = job->out.payload_sha256,
                                        .manifest_root = job->out.manifest_root,
                                        .manifest_offset = job->out.manifest_offset,
                                        .manifest_len = job->out.manifest_len};
}

/* As another process would open it: the writer's own descriptor is for direct writes. */
static struct dep_container *open_container(const struct job *job, int *out_fd)
{
    char path[64];
    struct dep_container *container = NULL;
    struct dep_finding why;
    struct dep_fault fault;
    struct dep_age_with with = {.identities = &vault, .identity_count = 1};
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", dep_vault_writer_fd(job->writer));
    *out_fd = open(path, O_RDONLY);
    assert_true(*out_fd >= 0);
    return dep_container_open(*out_fd, job->out.container_len, &with, &container, &why, &fault)
               ? NULL
               : container;
}

static void tell(void *context, const struct dep_finding *finding, struct dep_slice path)
{
    (void)context;
    print_message("%s at %.*s\n", finding->id, (int)path.len,
                  path.len ? (const char *)path.data : "");
}

/* Sealed and whole, with the record's facts and without any. */
static void must_check(const struct job *job)
{
    int fd;
    struct dep_container *container = open_container(job, &fd);
    struct dep_container_facts facts = facts_of(job), none = {.has_root = false};
    struct dep_container_report report;
    struct dep_finding why;
    struct dep_fault fault;
    assert_non_null(container);
    assert_int_equal(
        dep_container_check(container, &facts, tell, NULL, NULL, NULL, &report, &why, &fault),
        DEP_OK);
    assert_int_equal(report.files, job->out.files);
    assert_int_equal(report.bytes, job->out.bytes);
    assert_int_equal(
        dep_container_check(container, &none, tell, NULL, NULL, NULL, &report, &why, &fault),
        DEP_OK);
    assert_int_equal(report.files, job->out.files);
    dep_container_close(container);
    (void)close(fd);
}

static const struct listed *noticed(const struct job *job, const char *path)
{
    for (size_t i = 0; i < job->notice_count; i++)
        if (strcmp(job->notices[i].path, path) == 0)
            return &job->notices[i];
    return NULL;
}

/* ---- files that change while they are read ---- */

static void cut_large(void)
{
    assert_int_equal(truncate("tree/large", CUT_TO), 0);
}

static void grow_large(void)
{
    int fd = open("tree/large", O_WRONLY | O_APPEND);
    assert_true(write(fd, "more", 4) == 4);
    (void)close(fd);
}

static void test_change(void **state)
{
    (void)state;
    static const char *const paths[] = {"tree"};
    const off_t large = test_slowest() ? LARGE_SLOW : LARGE; /* less is as long there */
    const struct {
        void (*meanwhile)(void);
        unsigned flags;
        off_t len; /* enough to be still reading when progress is told for the second time */
    } rows[] = {{NULL, 0, large / 32},
                {cut_large, DEP_ENTRY_CHANGED | DEP_ENTRY_SHORT, large},
                {grow_large, DEP_ENTRY_CHANGED | DEP_ENTRY_GREW, large}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct job job = {.meanwhile = rows[i].meanwhile};
        int fd = open("tree/large", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        assert_int_equal(posix_fallocate(fd, 0, rows[i].len), 0);
        (void)close(fd);
        assert_int_equal(seal(&job, paths, 1), DEP_OK);
        assert_null(job.meanwhile);
        const struct listed *listed = noticed(&job, "files/tree/large");
        assert_int_equal(listed ? listed->flags : 0, rows[i].flags);
        assert_int_equal(job.out.bytes, rows[i].len); /* what was announced */
        assert_int_equal(job.out.changed, rows[i].flags != 0);
        must_check(&job);
        end(&job);
    }
}

static void test_special(void **state)
{
    (void)state;
    struct job job = {.notice_count = 0};
    static const char *const paths[] = {"/proc/self/status", "/proc/self/mem", "tree", "/dev/null"};
    assert_int_equal(mkfifo("tree/fifo", 0600), 0);
    assert_int_equal(symlink("/proc/self/mem", "tree/link"), 0);
    assert_int_equal(seal(&job, paths, 4), DEP_OK);
    assert_int_equal(job.out.files, 1);
    assert_int_equal(job.out.links, 1);
    const struct listed *status = noticed(&job, "files/status");
    assert_true(status && status->size > 100 && (status->flags & DEP_ENTRY_CHANGED)); /* said 0 */
    static const char *const told[][2] = {
        {"files/mem", "io"}, {"files/tree/fifo", "fifo"}, {"files/null", "device"}};
    for (size_t i = 0; i < DEP_COUNT(told); i++) {
        const struct listed *listed = noticed(&job, told[i][0]);
        assert_non_null(listed);
        assert_string_equal(listed->target, told[i][1]);
    }
    must_check(&job);
    end(&job);
}

/* ---- names ---- */

struct seeking {
    const char *path;
    struct listed found;
    size_t count;
};

static int find_path(void *context, const struct dep_entry *entry, uint64_t index)
{
    (void)index;
    struct seeking *seeking = context;
    if (!dep_slice_equal_string(entry->path, seeking->path))
        return DEP_OK;
    keep(&seeking->found, entry);
    seeking->count++;
    return DEP_OK;
}

static struct listed must_list(const struct job *job, const char *path)
{
    int fd;
    struct dep_container *container = open_container(job, &fd);
    struct dep_container_facts facts = facts_of(job);
    struct dep_finding why;
    struct dep_fault fault;
    struct seeking seeking = {.path = path};
    assert_non_null(container);
    assert_int_equal(dep_container_list(container, &facts, find_path, &seeking, &why, &fault),
                     DEP_OK);
    if (seeking.count != 1)
        fail_msg("%s is listed %zu times", path, seeking.count);
    dep_container_close(container);
    (void)close(fd);
    return seeking.found;
}

static void test_equal_names(void **state)
{
    (void)state;
    static const char *const paths[] = {"tree/1/x", "tree/2/x",       "tree/1/x~2",
                                        "tree/3/x", "tree/3/../1/x/", "."};
    static const char *const listed[] = {"files/x", "files/x~3", "files/x~2", "files/x~4",
                                         "files/given/tree/1/x"};
    struct job job = {.notice_count = 0};
    assert_true(mkdir("tree/1", 0755) == 0 && mkdir("tree/2", 0755) == 0 &&
                mkdir("tree/3", 0755) == 0 && mkdir("tree/1/x", 0755) == 0);
    put("tree/2/x", "2", 1);
    put("tree/1/x~2", "3", 1);
    put("tree/3/x", "4", 1);
    assert_int_equal(seal(&job, paths, DEP_COUNT(paths)), DEP_OK);
    for (size_t i = 0; i < DEP_COUNT(listed); i++)
        (void)must_list(&job, listed[i]);
    must_check(&job);
    end(&job);
}

static void test_many_and_deep(void **state)
{
    (void)state;
    const int many = test_slowest() ? 500 : 20000, deep = test_slowest() ? 500 : 2000;
    static const char *const paths[] = {"tree"};
    struct job job = {.notice_count = 0};
    char name[32];
    assert_int_equal(chdir("tree"), 0);
    for (int i = 0; i < many; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        put(name, name, strlen(name));
    }
    for (int i = 0; i < deep; i++)
        assert_true(mkdir("d", 0755) == 0 && chdir("d") == 0);
    put("bottom", "b", 1);
    assert_int_equal(chdir(top), 0);
    assert_int_equal(seal(&job, paths, 1), DEP_OK);
    assert_int_equal(job.out.files, many + 1);
    assert_int_equal(job.out.folders, deep + 1);
    assert_int_equal(job.out.not_taken, 0);
    must_check(&job);
    end(&job);
}

/* ---- folders that move while they are walked ---- */

struct watching {
    int depth_moved; /* which folder is moved away when the bottom is reached */
    char vanished[32];
    size_t files, partly;
};

static void move_away(int depth)
{
    char path[512] = "tree";
    for (int i = 1, len = 4; i < depth; i++, len += 2)
        memcpy(path + len, "/d", 3);
    assert_int_equal(rename(path, "elsewhere"), 0);
}

static int watch(void *context, const struct dep_walk_node *node)
{
    struct watching *watching = context;
    struct stat info;
    if (node->reason) {
        watching->partly++;
        (void)snprintf(watching->vanished, sizeof watching->vanished, "%s", node->reason);
        return DEP_OK;
    }
    if (node->kind != S_IFREG)
        return DEP_OK;
    if (strcmp(node->name, "bottom") == 0)
        move_away(watching->depth_moved);
    watching->files += fstatat(node->dir_fd, node->name, &info, AT_SYMLINK_NOFOLLOW) == 0;
    return DEP_OK;
}

static void test_moved(void **state)
{
    (void)state;
    enum { DEEP = 150 };
    /* A folder moved with all below it: those above are found from the top, those in it by "..".
     * The top itself may go anywhere. */
    static const int rows[] = {1, 2, 20, 100};
    static const char *const paths[] = {"tree"};
    for (size_t i = 0; i < DEP_COUNT(rows); i++) {
        struct watching watching = {.depth_moved = rows[i]};
        struct dep_fault fault;
        assert_int_equal(chdir("tree"), 0);
        for (int depth = 0; depth < DEEP; depth++) {
            put("z", "z", 1); /* visited after "d" */
            assert_true(mkdir("d", 0755) == 0 && chdir("d") == 0);
        }
        put("bottom", "b", 1);
        assert_int_equal(chdir(top), 0);
        assert_int_equal(dep_walk(paths, 1, false, watch, &watching, &fault), DEP_OK);
        assert_int_equal(watching.files, DEEP + 1);
        assert_int_equal(watching.partly, 0);
        assert_int_equal(nftw("elsewhere", remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
        (void)nftw("tree", remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        assert_int_equal(mkdir("tree", 0755), 0);
    }
}

static int watch_and_split(void *context, const struct dep_walk_node *node)
{
    int err = watch(context, node);
    if (!err && strcmp(node->name, "bottom") == 0) /* what was above it is gone, too */
        err = rename("tree/d/d", "gone") != 0;
    return err;
}

/* Moved twice, so that some folders can be found neither from below nor from above: their
 * remaining names are told, and the walk goes on where it can. */
static void test_lost(void **state)
{
    (void)state;
    enum { DEEP = 150 };
    static const char *const paths[] = {"tree"};
    struct watching watching = {.depth_moved = 20};
    struct dep_fault fault;
    assert_int_equal(chdir("tree"), 0);
    for (int depth = 0; depth < DEEP; depth++) {
        put("z", "z", 1);
        assert_true(mkdir("d", 0755) == 0 && chdir("d") == 0);
    }
    put("bottom", "b", 1);
    assert_int_equal(chdir(top), 0);
    assert_int_equal(dep_walk(paths, 1, false, watch_and_split, &watching, &fault), DEP_OK);
    assert_string_equal(watching.vanished, "vanished");
    assert_int_equal(watching.partly, 17); /* of the folders 3 to 19 */
    assert_int_equal(watching.files, DEEP + 1 - 17);
}

/* ---- mounts ---- */

static int with_mounts(void)
{
    static const char *const paths[] = {"tree"};
    struct job job = {.notice_count = 0}, across = {.order.cross_mounts = true};
    if (unshare(CLONE_NEWNS) || mount("none", "/", "", MS_REC | MS_PRIVATE, "") ||
        mount("none", "tree/tmp", "tmpfs", 0, "") || mount("tree/d", "tree/bound", "", MS_BIND, ""))
        return 77;
    put("tree/tmp/inside", "x", 1);
    if (seal(&job, paths, 1) || job.out.files != 1 || job.out.not_taken != 2)
        return 1;
    const struct listed *tmp = noticed(&job, "files/tree/tmp");
    if (!tmp || strcmp(tmp->target, "mount") != 0 || !noticed(&job, "files/tree/bound"))
        return 1;
    end(&job);
    if (seal(&across, paths, 1) || across.out.files != 3 || across.out.not_taken)
        return 2;
    end(&across);
    return 0;
}

static void test_mounts(void **state)
{
    (void)state;
    int status = 0;
    assert_true(mkdir("tree/tmp", 0755) == 0 && mkdir("tree/d", 0755) == 0 &&
                mkdir("tree/bound", 0755) == 0);
    put("tree/d/file", "x", 1);
    pid_t child = fork();
    if (child == 0)
        _exit(with_mounts());
    assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("mounts: not tried, may not mount\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- metadata ---- */

static void test_xattrs(void **state)
{
    (void)state;
    static const char *const paths[] = {"tree"};
    static uint8_t value[3000];
    struct job job = {.notice_count = 0};
    put("tree/file", "x", 1);
    memset(value, '=', sizeof value);
    value[5] = 0;
    value[6] = '\n';
    if (setxattr("tree/file", "user.long", value, sizeof value, 0) != 0) {
        print_message("extended attributes: none here\n");
        skip();
    }
    assert_int_equal(setxattr("tree/file", "user.empty", "", 0, 0), 0);
    assert_int_equal(setxattr("tree/file", "user.with=sign", "v", 1, 0), 0); /* pax can't name it */
    assert_int_equal(seal(&job, paths, 1), DEP_OK);
    must_check(&job);
    assert_int_equal(must_list(&job, "files/tree/file").flags,
                     DEP_ENTRY_XATTRS | DEP_ENTRY_XATTRS_PARTLY);
    assert_int_equal(must_list(&job, "files/tree").flags, 0);
    end(&job);
}

/* ---- no memory, no room ---- */

static bool vault_is_empty(void)
{
    if (rmdir("reg/vault") != 0)
        return false;
    return mkdir("reg/vault", 0700) == 0;
}

static void make_some(void)
{
    put("tree/a", "a", 1);
    assert_int_equal(link("tree/a", "tree/b"), 0);
    int fd = open("tree/sparse", O_WRONLY | O_CREAT, 0600);
    assert_true(pwrite(fd, "x", 1, 500000) == 1);
    (void)close(fd);
}

static void test_no_memory(void **state)
{
    (void)state;
    static const char *const paths[] = {"tree"};
    long tries = 0;
    make_some();
    for (int err = DEP_ERR_NOMEM; err; tries += test_steps(5, 41)) {
        struct job job = {.notice_count = 0};
        dep_alloc_fail_at(tries);
        err = seal(&job, paths, 1);
        dep_alloc_fail_at(-1);
        if (err != DEP_OK && (err != DEP_ERR_NOMEM || job.fault.err != DEP_ERR_NOMEM))
            fail_msg("allocation %ld: %d, fault %d", tries, err, job.fault.err);
        if (!err)
            must_check(&job);
        end(&job);
        assert_true(vault_is_empty());
    }
    assert_true(tries > 20);
    print_message("sealing: done once %ld allocations were given\n", tries - 1);
}

static void test_check_without_memory(void **state)
{
    (void)state;
    static const char *const paths[] = {"tree"};
    struct job job = {.notice_count = 0};
    make_some();
    assert_int_equal(seal(&job, paths, 1), DEP_OK);
    struct dep_container_facts facts = facts_of(&job);
    long tries = 0;
    for (int err = DEP_ERR_NOMEM; err; tries += test_steps(3, 23)) {
        int fd;
        struct dep_container *container = open_container(&job, &fd);
        struct dep_container_report report = {.files = 77};
        struct dep_fault fault = {.err = 0};
        assert_non_null(container);
        dep_alloc_fail_at(tries);
        err = dep_container_check(container, &facts, tell, NULL, NULL, NULL, &report, &job.why,
                                  &fault);
        dep_alloc_fail_at(-1);
        if (err && (err != DEP_ERR_NOMEM || fault.err != err || report.files != 77))
            fail_msg("allocation %ld: %d, fault %d", tries, err, fault.err);
        dep_container_close(container);
        (void)close(fd);
    }
    assert_true(tries > 8);
    print_message("checking: done once %ld allocations were given\n", tries - 1);
    end(&job);
}

static void test_no_room(void **state)
{
    (void)state;
    static const char *const paths[] = {"tree"};
    static const rlim_t limits[] = {0, 4096, 100000, 4 << 20, 10 << 20};
    struct rlimit old, limit;
    int fd = open("tree/large", O_WRONLY | O_CREAT, 0600);
    assert_int_equal(posix_fallocate(fd, 0, 20 << 20), 0);
    (void)close(fd);
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    for (size_t i = 0; i < DEP_COUNT(limits); i++) {
        struct job job = {.notice_count = 0};
        limit = (struct rlimit){limits[i], old.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        int err = seal(&job, paths, 1);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_int_equal(err, DEP_ERR_IO);
        assert_int_equal(job.fault.sys, EFBIG);
        assert_string_equal(job.fault.where, "vault");
        end(&job);
        assert_true(vault_is_empty());
    }
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {ROW(test_change),      ROW(test_special),
                                       ROW(test_equal_names), ROW(test_many_and_deep),
                                       ROW(test_moved),       ROW(test_lost),
                                       ROW(test_mounts),      ROW(test_xattrs),
                                       ROW(test_no_memory),   ROW(test_check_without_memory),
                                       ROW(test_no_room)};
    if (dep_crypto_init(false))
        return 1;
    dep_age_identity_new(dep_random, &vault);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
