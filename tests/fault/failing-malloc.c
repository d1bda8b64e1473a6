/*
 * For LD_PRELOAD: an allocation fails, one of the program's own or one of its libraries'.
 * Allocations are told apart by the calls that led to them (each return address, counted from where
 * its library lies), for one that is made a thousand times over from the same place is met by the
 * same code each time.
 *
 * Without FAIL_STACK each such stack is written to descriptor 9 when it first comes up, a line
 * each: CALLER:STACK. With it (one of those lines) the first allocation of that stack fails, and
 * with FAIL_ON every later one of the process too; descriptor 9 is told `failed`. Who then reads
 * from nowhere is told so on standard error.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

enum { SEEN_MAX = 1 << 18, FRAMES_MAX = 96, RECORD = 1, FAIL = 2 };

static int mode, fail_on;
static uint64_t fail_caller, fail_stack;
static atomic_int failed;
static atomic_uint_fast64_t seen[SEEN_MAX];

static void tell(int number)
{
    void *frames[32];
    backtrace_symbols_fd(frames, backtrace(frames, 32), STDERR_FILENO);
    _exit(128 + number);
}

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("FAIL_STACK");
    void *frames[2];
    (void)backtrace(frames, 2); /* it takes memory the first time */
    (void)signal(SIGSEGV, tell);
    fail_on = getenv("FAIL_ON") != NULL;
    if (text) {
        char *rest;
        fail_caller = strtoull(text, &rest, 16);
        fail_stack = strtoull(*rest ? rest + 1 : rest, NULL, 16);
    }
    mode = text ? FAIL : RECORD;
}

/* Where in its library, and which of them by its size. */
static uint64_t place_of(void *address)
{
    struct dl_find_object found;
    if (_dl_find_object(address, &found) != 0)
        return (uintptr_t)address;
    uintptr_t start = (uintptr_t)found.dlfo_map_start;
    return (uintptr_t)address - start + ((uintptr_t)found.dlfo_map_end - start) * 31;
}

/* Never zero. */
static uint64_t stack_now(void)
{
    void *frames[FRAMES_MAX];
    int count = backtrace(frames, FRAMES_MAX);
    uint64_t hash = 14695981039346656037u;
    for (int i = 0; i < count; i++) {
        hash = (hash ^ place_of(frames[i])) * 1099511628211u;
        hash ^= hash >> 29;
    }
    return hash ? hash : 1;
}

static void remember(uint64_t caller, uint64_t stack)
{
    for (size_t i = 0; i < SEEN_MAX; i++) {
        uint64_t none = 0;
        atomic_uint_fast64_t *slot = &seen[(stack + i) % SEEN_MAX];
        if (atomic_compare_exchange_strong(slot, &none, stack)) {
            char text[40];
            int len = snprintf(text, sizeof text, "%llx:%llx\n", (unsigned long long)caller,
                               (unsigned long long)stack);
            (void)!write(9, text, (size_t)len);
            return;
        }
        if (none == stack)
            return;
    }
    abort(); /* more stacks than there is room for: nothing may be left out unsaid */
}

static int fails(void *from)
{
    if (mode == 0 || (mode == FAIL && atomic_load(&failed) && !fail_on))
        return 0;
    uint64_t caller = place_of(from);
    if (mode == FAIL && !atomic_load(&failed) && caller != fail_caller)
        return 0;
    uint64_t stack = stack_now(); /* here alone: this place is in it */
    if (mode == RECORD) {
        remember(caller, stack);
        return 0;
    }
    if (!atomic_load(&failed) && stack != fail_stack)
        return 0;
    if (atomic_exchange(&failed, 1) == 0)
        (void)!write(9, "failed\n", 7);
    else if (!fail_on)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}
