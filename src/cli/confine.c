#include "cli/confine.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/fs.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
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
    if (abi < 0)
        return errno == ENOSYS || errno == EOPNOTSUPP;
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

/*
 * What the program and its libraries use, and what other versions of glibc and other machines use
 * for the same. By name: libseccomp knows which of them exist here.
 */
static const char *const USED[] = {
    /* bytes */
    "read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 lseek _llseek "
    "copy_file_range sendfile sendfile64 splice fsync fdatasync syncfs sync_file_range fallocate "
    "ftruncate ftruncate64 fadvise64 fadvise64_64 readahead ",
    /* descriptors and names */
    "open openat openat2 close close_range dup dup2 dup3 pipe pipe2 fcntl fcntl64 flock stat fstat "
    "lstat stat64 fstat64 lstat64 newfstatat fstatat64 statx statfs statfs64 fstatfs fstatfs64 "
    "access faccessat faccessat2 getdents64 readlink readlinkat getcwd mkdir mkdirat rmdir unlink "
    "unlinkat rename renameat renameat2 link linkat fchmod fchown umask getxattr lgetxattr "
    "fgetxattr listxattr llistxattr flistxattr poll ppoll ppoll_time64 select pselect6 ",
    /* memory and threads */
    "brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 munlock membarrier "
    "futex futex_time64 set_robust_list get_robust_list rseq set_tid_address arch_prctl "
    "sched_yield sched_getaffinity getcpu exit exit_group ",
    /* signals, time, itself */
    "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait sigaltstack sigreturn "
    "restart_syscall tgkill nanosleep clock_nanosleep clock_nanosleep_time64 clock_gettime "
    "clock_gettime64 clock_getres clock_adjtime clock_adjtime64 adjtimex gettimeofday time "
    "getrandom getpid gettid getuid geteuid getgid getegid prlimit64 getrlimit ugetrlimit "
    "getrusage sysinfo uname prctl ",
    /* to be confined further */
    "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self ",
#ifdef DEP_ADDRESS_SANITIZER
    /* The leak sanitizer looks at its own process from a process beside it. */
    "clone ptrace wait4 getppid getdents ",
#endif
};

/* Known and refused; what is neither here nor above doesn't exist for the process. */
static const char REFUSED[] = "socket socketpair connect bind execve execveat fork vfork ";

enum { CALL_NAME_MAX = 64 };

static bool add_calls(scmp_filter_ctx filter, uint32_t action, const char *names)
{
    int err = 0;
    for (size_t len; !err && (len = strcspn(names, " ")) > 0; names += len + 1) {
        char name[CALL_NAME_MAX];
        (void)snprintf(name, sizeof name, "%.*s", (int)len, names);
        int call = seccomp_syscall_resolve_name(name);
        if (call != __NR_SCMP_ERROR)
            err = seccomp_rule_add(filter, action, call, 0);
    }
    return !err;
}

/* The terminal asked and set, the size of a disk; nothing typed in the reader's name. */
static const unsigned long REQUESTS[] = {
    TCGETS,  TCSETS,   TCSETSW,  TCSETSF,    TCGETS2,
    TCSETS2, TCSETSW2, TCSETSF2, TIOCGWINSZ, BLKGETSIZE64,
};

/* Allowed where the bits of `mask` in that argument are those of `datum`. */
static bool add_call_if(scmp_filter_ctx filter, int call, unsigned argument, uint64_t mask,
                        uint64_t datum)
{
    const struct scmp_arg_cmp condition = {
        .arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = datum};
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &condition) == 0;
}

static bool add_rules(scmp_filter_ctx filter)
{
    bool done = add_calls(filter, SCMP_ACT_ERRNO(EPERM), REFUSED);
    for (size_t i = 0; done && i < DEP_COUNT(USED); i++)
        done = add_calls(filter, SCMP_ACT_ALLOW, USED[i]);
    /* The kernel looks at 32 bits of a request, so nothing may hide in the others. */
    for (size_t i = 0; done && i < DEP_COUNT(REQUESTS); i++)
        done = add_call_if(filter, SCMP_SYS(ioctl), 1, UINT32_MAX, REQUESTS[i]);
    /* A thread, not a process. The flags of clone3 can't be looked at: glibc does with this one. */
    return done && add_call_if(filter, SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD);
}

static bool confine_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    bool done =
        filter && seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 && add_rules(filter);
    int err = done ? seccomp_load(filter) : 0;
    seccomp_release(filter);
    return done && (err == 0 || err == -ENOSYS || err == -EOPNOTSUPP);
}

bool dep_confine(const struct dep_writes *writes, size_t count)
{
    static bool calls_confined;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !confine_files(writes, count))
        return false;
    calls_confined = calls_confined || confine_calls();
    return calls_confined;
}
