/*
 * The operating system that isn't there. wasi-libc reaches it in code that is never run here (a
 * number read from standard input, a float printed with long double) but is linked all the same;
 * each such call is refused, so that the module asks nothing of its host but host.read. And the one
 * function of glibc that isn't there.
 */
#include "wasm/shim.h"

#ifdef __wasm__
#include "wasm/none.h"

#include <errno.h>
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

/*
 * malloc()'s memory. wasi-libc asks for it in pieces of 64 KiB, and each makes a JavaScript engine
 * look through all that it holds itself: of a package of many files that took most of the time. So
 * memory grows by an eighth; the last of it still goes to the last byte.
 */
void *sbrk(intptr_t len)
{
    enum { PAGE = 64 * 1024 };
    static size_t end;
    size_t size = __builtin_wasm_memory_size(0) * PAGE;
    if (end == 0)
        end = size;
    if (len < 0 || (size_t)len > SIZE_MAX - end) {
        errno = ENOMEM;
        return (void *)-1;
    }
    if (end + (size_t)len > size) {
        size_t pages = (end + (size_t)len - size + PAGE - 1) / PAGE, more = size / PAGE / 8;
        if ((more <= pages || __builtin_wasm_memory_grow(0, more) == SIZE_MAX) &&
            __builtin_wasm_memory_grow(0, pages) == SIZE_MAX) {
            errno = ENOMEM;
            return (void *)-1;
        }
    }
    void *begin = (void *)end;
    end += (size_t)len;
    return begin;
}

/* A failed assertion ends the instance: there is nobody to print to. */
_Noreturn void __assert_fail(const char *text, const char *file, int line, const char *function);
_Noreturn void __assert_fail(const char *text, const char *file, int line, const char *function)
{
    __builtin_trap();
}
#endif
