/* Each case confines a child process and lets it try one thing. */
#include "cli/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/landlock.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { UNCONFINED = 250, ALLOWED = 0 };

static char root[64];

static int made(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return fd < 0 ? errno : close(fd);
}

static int try_inside(void)
{
    return made("in/new");
}
static int try_replace(void)
{
    int err = made("in/tmp");
    return err ? err : rename("in/tmp", "in/old") ? errno : 0;
}
static int try_across(void)
{
    int err = mkdir("in/sub", 0700) ? errno : made("in/a");
    return err ? err : rename("in/a", "in/sub/a") ? errno : 0;
}
static int try_mkdir(void)
{
    return mkdir("in/folder", 0700) ? errno : 0;
}
static int try_truncate(void)
{
    int fd = open("in/old", O_WRONLY | O_TRUNC | O_CLOEXEC);
    return fd < 0 ? errno : close(fd);
}
static int try_nameless(void)
{
    int fd = open("in", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
    char self[64];
    (void)snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    if (fd < 0 || linkat(AT_FDCWD, self, AT_FDCWD, "in/named", AT_SYMLINK_FOLLOW) != 0)
        return errno == EOPNOTSUPP ? 0 : errno;
    return 0;
}
static int try_outside(void)
{
    return made("out/new");
}
static int try_overwrite(void)
{
    int fd = open("out/old", O_WRONLY | O_CLOEXEC);
    return fd < 0 ? errno : close(fd);
}
static int try_cut(void)
{
    int fd = open("out/old", O_RDONLY | O_TRUNC | O_CLOEXEC);
    return fd < 0 ? errno : close(fd);
}
static int try_remove(void)
{
    return unlink("out/old") ? errno : 0;
}
static int try_move_out(void)
{
    return rename("in/old", "out/moved") ? errno : 0;
}
static int try_link(void)
{
    return symlink("/", "in/link") ? errno : 0;
}
static int try_fifo(void)
{
    return mkfifo("in/fifo", 0600) ? errno : 0;
}
static int try_read(void)
{
    int fd = open("out/old", O_RDONLY | O_CLOEXEC);
    return fd < 0 ? errno : close(fd);
}
static int try_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? errno : close(fd);
}
static int try_netlink(void)
{
    int fd = socket(AF_NETLINK, SOCK_RAW, 0);
    return fd < 0 ? errno : close(fd);
}
static int try_exec(void)
{
    char *const words[] = {(char[]){"true"}, NULL};
    (void)execv("/bin/true", words);
    return errno;
}
#ifndef DEP_ADDRESS_SANITIZER
static int try_fork(void)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    return child < 0 ? errno : 0;
}
#endif
static int try_typing(void)
{
    /* Refused before the descriptor is looked at, however it is dressed up. */
    char letter = 'x';
    return syscall(SYS_ioctl, -1, (1UL << 32) | TIOCSTI, &letter) ? errno : 0;
}
static int try_memory(void)
{
    int fd = memfd_create("spool", MFD_CLOEXEC);
    return fd < 0 ? errno : close(fd);
}
static int try_share(void)
{
    return ioctl(-1, FICLONE, -1) ? errno : 0;
}
static int try_io_uring(void)
{
    return syscall(SYS_io_uring_setup, 1, NULL) < 0 ? errno : 0;
}
static int try_unshare(void)
{
    return unshare(CLONE_NEWUSER) ? errno : 0;
}

static const struct trial {
    const char *name;
    int (*attempt)(void);
    enum dep_reach reach;
    const char *path;
    int want;      /* ALLOWED or the errno */
    bool landlock; /* refused by it alone */
} TRIALS[] = {
    {"in the folder", try_inside, DEP_REACH_FOLDER, "in", ALLOWED, true},
    {"replaced there", try_replace, DEP_REACH_FOLDER, "in", ALLOWED, true},
    {"moved within", try_across, DEP_REACH_FOLDER, "in", ALLOWED, true},
    {"cut there", try_truncate, DEP_REACH_FOLDER, "in", ALLOWED, true},
    {"nameless, then named", try_nameless, DEP_REACH_FOLDER, "in", ALLOWED, true},
    {"read elsewhere", try_read, DEP_REACH_FOLDER, "in", ALLOWED, true},
    {"new folder", try_mkdir, DEP_REACH_NEW_FOLDER, "in/folder", ALLOWED, true},
    {"file beside", try_replace, DEP_REACH_FILE, "in/old", ALLOWED, true},
    {"outside", try_outside, DEP_REACH_FOLDER, "in", EACCES, true},
    {"written over", try_overwrite, DEP_REACH_FOLDER, "in", EACCES, true},
    {"cut outside", try_cut, DEP_REACH_FOLDER, "in", EACCES, true},
    {"removed", try_remove, DEP_REACH_FOLDER, "in", EACCES, true},
    {"moved out", try_move_out, DEP_REACH_FOLDER, "in", EACCES, true},
    {"symbolic link", try_link, DEP_REACH_FOLDER, "in", ENOSYS, false},
    {"fifo", try_fifo, DEP_REACH_FOLDER, "in", ENOSYS, false},
    {"no folder beside a file", try_mkdir, DEP_REACH_FILE, "in/old", EACCES, true},
    {"nowhere", try_inside, DEP_REACH_FOLDER, NULL, EACCES, true},
    {"absent", try_inside, DEP_REACH_FOLDER, "in/absent", EACCES, true},
    {"socket", try_socket, DEP_REACH_FOLDER, "in", EPERM, false},
    {"netlink", try_netlink, DEP_REACH_FOLDER, "in", EPERM, false},
    {"execve", try_exec, DEP_REACH_FOLDER, "in", EPERM, false},
#ifndef DEP_ADDRESS_SANITIZER
    {"fork", try_fork, DEP_REACH_FOLDER, "in", ENOSYS, false},
#endif
    {"typing", try_typing, DEP_REACH_FOLDER, "in", ENOSYS, false},
    {"a file in memory", try_memory, DEP_REACH_FOLDER, "in", ALLOWED, false},
    {"blocks shared, of no file", try_share, DEP_REACH_FOLDER, "in", EBADF, false},
    {"io_uring", try_io_uring, DEP_REACH_FOLDER, "in", ENOSYS, false},
    {"name spaces", try_unshare, DEP_REACH_FOLDER, "in", ENOSYS, false},
};

static int outcome(const struct trial *trial, bool again)
{
    pid_t child = fork();
    if (child == 0) {
        const struct dep_writes writes = {trial->reach, trial->path};
        const struct dep_writes nothing = {DEP_REACH_FOLDER, NULL};
        bool done = dep_confine(&writes, 1) && (!again || dep_confine(&nothing, 1));
        _exit(done ? trial->attempt() : UNCONFINED);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int make_folders(void **state)
{
    (void)state;
    (void)snprintf(root, sizeof root, "/tmp/depositary-confine.XXXXXX");
    assert_non_null(mkdtemp(root));
    assert_int_equal(chdir(root), 0);
    assert_int_equal(mkdir("in", 0700) | mkdir("out", 0700), 0);
    assert_int_equal(made("in/old") | made("out/old"), 0);
    return 0;
}

static int remove_folders(void **state)
{
    (void)state;
    static const char *const names[] = {"in/old",    "in/new",    "in/tmp",   "in/a",    "in/sub/a",
                                        "in/sub",    "in/folder", "in/named", "out/old", "out/new",
                                        "out/moved", "in",        "out"};
    for (size_t i = 0; i < DEP_COUNT(names); i++)
        (void)remove(names[i]);
    return chdir("/") | rmdir(root);
}

static bool have_landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 2;
}

static void run_trial(const struct trial *trial)
{
    void *state = NULL;
    (void)make_folders(&state);
    int got = outcome(trial, false);
    if (got != trial->want)
        print_error("%s: %d (%s)\n", trial->name, got, strerror(got));
    assert_int_equal(got, trial->want);
    assert_int_equal(remove_folders(&state), 0);
}

static void test_files(void **state)
{
    (void)state;
    if (!have_landlock())
        skip();
    for (size_t i = 0; i < DEP_COUNT(TRIALS); i++)
        if (TRIALS[i].landlock)
            run_trial(&TRIALS[i]);
}

static void test_calls(void **state)
{
    (void)state;
    /* valgrind makes system calls of its own, and execve is its own matter. */
    const char *preloaded = getenv("LD_PRELOAD");
    if (preloaded && strstr(preloaded, "vgpreload"))
        skip();
    for (size_t i = 0; i < DEP_COUNT(TRIALS); i++)
        if (!TRIALS[i].landlock)
            run_trial(&TRIALS[i]);
}

/* A second layer takes away what the first allowed; nothing gives it back. */
static void test_layers(void **state)
{
    (void)state;
    if (!have_landlock())
        skip();
    assert_int_equal(outcome(&TRIALS[0], true), EACCES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_calls),
        cmocka_unit_test_setup_teardown(test_layers, make_folders, remove_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
