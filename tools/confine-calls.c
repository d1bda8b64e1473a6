/*
 * Writes confine_calls.h: which system calls a command may make (doc/decisions/007), as the program
 * that the kernel runs. It is compiled while building and not while running, because libseccomp,
 * refused memory, leaves a broken heap behind.
 *
 * usage: confine-calls OUTPUT
 */
#include <asm/termbits.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
    "unlinkat rename renameat renameat2 link linkat fchmod fchown utimensat utimensat_time64 "
    "umask getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr poll ppoll ppoll_time64 "
    "select pselect6 ",
    /* memory and threads */
    "brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 munlock membarrier "
    "futex futex_time64 set_robust_list get_robust_list rseq set_tid_address arch_prctl "
    "memfd_create sched_yield sched_getaffinity getcpu exit exit_group ",
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

/* The terminal asked and set, the size of a disk, a file's blocks shared with another; nothing
 * typed in the reader's name. */
static const unsigned long REQUESTS[] = {
    TCGETS,   TCSETS,   TCSETSW,    TCSETSF,      TCGETS2, TCSETS2,
    TCSETSW2, TCSETSF2, TIOCGWINSZ, BLKGETSIZE64, FICLONE,
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
    for (size_t i = 0; done && i < COUNT(USED); i++)
        done = add_calls(filter, SCMP_ACT_ALLOW, USED[i]);
    /* The kernel looks at 32 bits of a request, so nothing may hide in the others. */
    for (size_t i = 0; done && i < COUNT(REQUESTS); i++)
        done = add_call_if(filter, SCMP_SYS(ioctl), 1, UINT32_MAX, REQUESTS[i]);
    /* A thread, not a process. The flags of clone3 can't be looked at: glibc does with this one. */
    return done && add_call_if(filter, SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD);
}

static bool print_filter(FILE *compiled, FILE *out)
{
    struct sock_filter step;
    bool done =
        fputs("#include <linux/filter.h>\nstatic const struct sock_filter CALLS[] = {\n", out) >= 0;
    rewind(compiled);
    while (done && fread(&step, sizeof step, 1, compiled) == 1)
        done = fprintf(out, "    {%#x, %u, %u, %#x},\n", step.code, step.jt, step.jf, step.k) > 0;
    return done && !ferror(compiled) && fputs("};\n", out) >= 0;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    FILE *compiled = tmpfile(), *out = fopen(argv[1], "w");
    bool done = filter && compiled && out &&
                seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 && add_rules(filter) &&
                seccomp_export_bpf(filter, fileno(compiled)) == 0 && print_filter(compiled, out);
    done = out && fclose(out) == 0 && done;
    if (compiled)
        (void)fclose(compiled);
    seccomp_release(filter);
    if (!done)
        (void)fprintf(stderr, "%s: the filter could not be written: %s\n", argv[1],
                      strerror(errno));
    return done ? 0 : 1;
}
