#include "cli/confine.h"
#include "cli/confine_calls.h" /* made by tools/confine-calls.c */

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- files: Landlock ---- */

/* Known since its third version; headers of the second don't have it. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_FILE                                                                                    \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_MAKE_REG |   \
     LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define FS_FOLDER                                                                                  \
    (FS_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |                       \
     LANDLOCK_ACCESS_FS_REFER)
#define FS_NEVER                                                                                   \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK |    \
     LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

enum { ABI_REFER = 2, ABI_TRUNCATE = 3, PATH_ROOM = 4096 };

/* The rights that a kernel of this version knows; to name others would be refused. */
static uint64_t known_rights(long abi)
{
    uint64_t rights = FS_READ | FS_FOLDER | FS_NEVER;
    if (abi < ABI_REFER)
        rights &= ~LANDLOCK_ACCESS_FS_REFER;
    if (abi < ABI_TRUNCATE)
        rights &= ~LANDLOCK_ACCESS_FS_TRUNCATE;
    return rights;
}

static bool allow(long ruleset, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights};
    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return true;
    bool done = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    /* Not a folder, as the reach says it is: then nothing of the kind is allowed there. */
    done = done || errno == EINVAL || errno == ENOTDIR;
    (void)close(rule.parent_fd);
    return done;
}

static bool allow_writes(long ruleset, const struct dep_writes *writes, uint64_t known)
{
    char room[PATH_ROOM];
    if (!writes->path || (size_t)snprintf(room, sizeof room, "%s", writes->path) >= sizeof room)
        return true;
    const char *folder = writes->reach == DEP_REACH_FOLDER ? room : dirname(room);
    uint64_t rights = writes->reach == DEP_REACH_FILE ? FS_FILE : FS_FOLDER;
    return allow(ruleset, folder, rights & known);
}

static bool confine_files(const struct dep_writes *writes, size_t count)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    /* The kernel hasn't it, or the filter of a container around us keeps it from us: Docker says
     * the one, systemd-nspawn the other. A kernel that has it tells its version to anybody. */
    if (abi < 0)
        return errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM;
    /* The first version forbids all renaming from folder to folder, which a register needs. */
    for (size_t i = 0; abi < ABI_REFER && i < count; i++)
        if (writes[i].path && writes[i].reach != DEP_REACH_FILE)
            return true;
    uint64_t known = known_rights(abi);
    struct landlock_ruleset_attr attr = {.handled_access_fs = known};
    long ruleset = syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset < 0)
        return false;
    bool done =
        allow(ruleset, "/", FS_READ) && allow(ruleset, "/dev/tty", LANDLOCK_ACCESS_FS_WRITE_FILE);
    for (size_t i = 0; done && i < count; i++)
        done = allow_writes(ruleset, &writes[i], known);
    done = done && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    (void)close((int)ruleset);
    return done;
}

/* ---- system calls: seccomp ---- */

static bool confine_calls(void)
{
    /* The kernel copies the filter; its interface has no const. */
    struct sock_filter filter[DEP_COUNT(CALLS)];
    memcpy(filter, CALLS, sizeof CALLS);
    const struct sock_fprog program = {.len = DEP_COUNT(CALLS), .filter = filter};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0)
        return true;
    /* A kernel built without it says one or the other, and doesn't know its state either. */
    return errno == ENOSYS || (errno == EINVAL && prctl(PR_GET_SECCOMP) < 0 && errno == EINVAL);
}

bool dep_confine(const struct dep_writes *writes, size_t count)
{
    static bool calls_confined;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !confine_files(writes, count))
        return false;
    calls_confined = calls_confined || confine_calls();
    return calls_confined;
}
