/*
 * For tests: how far apart the samples are. `./check` sets DEPOSITARY_TEST_SLOW where everything
 * takes many times as long (valgrind, sanitizers); the whole amount is run without.
 */
#ifndef DEP_BASE_TEST_SLOW_H
#define DEP_BASE_TEST_SLOW_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* 1: take each; else take each `slow`-th. */
static inline long test_step(long slow)
{
    return getenv("DEPOSITARY_TEST_SLOW") ? slow : 1;
}

/* Under valgrind, where everything takes fifty times as long. */
static inline bool test_slowest(void)
{
    const char *slow = getenv("DEPOSITARY_TEST_SLOW");
    return slow && strcmp(slow, "valgrind") == 0;
}

/* The same, and under valgrind each `slowest`-th. */
static inline long test_steps(long slow, long slowest)
{
    return test_slowest() ? slowest : test_step(slow);
}

#endif
