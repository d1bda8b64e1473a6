/*
 * Confinement of what reads foreign bytes: Landlock and seccomp. Where the kernel knows neither,
 * the reading goes on without.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights of Landlock's first version: later kernels know more, and these they all know. */
#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_REST                                                                                    \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |  \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |   \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

static bool forbid_writing(void)
{
    struct landlock_ruleset_attr rules = {.handled_access_fs = FS_READ | FS_REST};
    long ruleset = syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
    if (ruleset < 0)
        return errno == ENOSYS || errno == EOPNOTSUPP;
    struct landlock_path_beneath_attr everywhere = {.allowed_access = FS_READ};
    everywhere.parent_fd = open("/", O_PATH | O_CLOEXEC);
    bool done =
        everywhere.parent_fd >= 0 &&
        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &everywhere, 0) == 0 &&
        syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    if (everywhere.parent_fd >= 0)
        (void)close(everywhere.parent_fd);
    (void)close((int)ruleset);
    return done;
}

static bool forbid_talking(void)
{
    static const int calls[] = {SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind),
                                SCMP_SYS(execve), SCMP_SYS(execveat)};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool done = filter != NULL;
    for (size_t i = 0; done && i < DEP_COUNT(calls); i++)
        done = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0) == 0;
    int err = done ? seccomp_load(filter) : 0;
    seccomp_release(filter);
    return done && (err == 0 || err == -ENOSYS || err == -EOPNOTSUPP);
}

bool dep_confine_reading(void)
{
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && forbid_writing() && forbid_talking();
}
