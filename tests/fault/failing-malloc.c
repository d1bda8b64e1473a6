/*
 * For LD_PRELOAD: the allocation number FAIL_AT of the process fails, those of its libraries among
 * them; with FAIL_ON every later one, too. How many there were is written to descriptor 9 at exit.
 * Who then reads from nowhere is told so on standard error.
 */
#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static atomic_long made;
static long fail_at = -1;
static int fail_on;

static void tell(int number)
{
    void *frames[16];
    backtrace_symbols_fd(frames, backtrace(frames, 16), STDERR_FILENO);
    _exit(128 + number);
}

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("FAIL_AT");
    void *frames[2];
    (void)backtrace(frames, 2); /* it takes memory the first time */
    (void)signal(SIGSEGV, tell);
    fail_on = getenv("FAIL_ON") != NULL;
    atomic_store(&made, 0);
    fail_at = text ? strtol(text, NULL, 10) : -1;
}

__attribute__((destructor)) static void end(void)
{
    char text[32];
    int len = snprintf(text, sizeof text, "%ld\n", atomic_load(&made));
    (void)!write(9, text, (size_t)len);
}

static int fails(void)
{
    long number = atomic_fetch_add(&made, 1) + 1;
    if (fail_at < 0 || number < fail_at || (number > fail_at && !fail_on))
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}
