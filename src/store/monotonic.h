/*
 * How long something takes: a clock that no one sets, and that says nothing of the time of day.
 * Layer:   store.
 */
#ifndef DEP_STORE_MONOTONIC_H
#define DEP_STORE_MONOTONIC_H
#include <stdint.h>

/* Milliseconds since some moment of this machine's past (POSIX.1-2017, clock_gettime:
 * CLOCK_MONOTONIC). */
int64_t dep_monotonic_ms(void);
#endif
