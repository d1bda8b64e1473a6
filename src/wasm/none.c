/*
 * The operating system that isn't there. wasi-libc reaches it in code that is never run here (a
 * number read from standard input, a float printed with long double) but is linked all the same;
 * each such call is refused, so that the module asks nothing of its host but host.read. And the one
 * function of glibc that isn't there.
 */
#include "wasm/shim.h"

#ifdef __wasm__
#include "wasm/none.h"

#include <stdlib.h>

#pragma clang diagnostic ignored "-Wunused-parameter"
/* WASI's calls as wasi-libc imports them; 52 is its errno "nosys". */
#define REFUSED(name, ...)                                                                         \
    int32_t __imported_wasi_snapshot_preview1_##name(__VA_ARGS__);                                 \
    int32_t __imported_wasi_snapshot_preview1_##name(__VA_ARGS__)                                  \
    {                                                                                              \
        return 52;                                                                                 \
    }
REFUSED(clock_time_get, int32_t clock, int64_t precision, int32_t out)
REFUSED(fd_close, int32_t fd)
REFUSED(fd_read, int32_t fd, int32_t pieces, int32_t count, int32_t out)
REFUSED(fd_seek, int32_t fd, int64_t offset, int32_t whence, int32_t out)
REFUSED(fd_write, int32_t fd, int32_t pieces, int32_t count, int32_t out)

static struct {
    int (*compare)(const void *a, const void *b, void *context);
    void *context;
} sorting;

static int compare_with(const void *a, const void *b)
{
    return sorting.compare(a, b, sorting.context);
}

void qsort_r(void *base, size_t count, size_t size,
             int (*compare)(const void *a, const void *b, void *context), void *context)
{
    sorting.compare = compare;
    sorting.context = context;
    qsort(base, count, size, compare_with);
}

/* A failed assertion ends the instance: there is nobody to print to. */
_Noreturn void __assert_fail(const char *text, const char *file, int line, const char *function);
_Noreturn void __assert_fail(const char *text, const char *file, int line, const char *function)
{
    __builtin_trap();
}
#endif
