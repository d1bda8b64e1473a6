/*
 * What glibc declares and wasi-libc doesn't have; included before every source that is compiled for
 * the browser.
 *
 * Layer:   wasm (pure).
 */
#ifndef DEP_WASM_NONE_H
#define DEP_WASM_NONE_H
#include <stddef.h>

/* As glibc's. Not reentrant: a browser's worker has one thread. */
void qsort_r(void *base, size_t count, size_t size,
             int (*compare)(const void *a, const void *b, void *context), void *context);
#endif
