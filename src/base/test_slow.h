/*
 * For tests: how far apart the samples are. `./check` sets DEPOSITARY_TEST_SLOW where everything
 * takes many times as long (valgrind, sanitizers); the whole amount is run without.
 */
#ifndef DEP_BASE_TEST_SLOW_H
#define DEP_BASE_TEST_SLOW_H

#include <stdlib.h>

/* 1: take each; else take each `slow`-th. */
static inline long test_step(long slow)
{
    return getenv("DEPOSITARY_TEST_SLOW") ? slow : 1;
}

#endif
