/*
 * Many things of one kind that are filled in and taken by one thread, in their order, and worked on
 * in between by several: while a block of them is worked on, the caller takes the block before and
 * fills the next. What a thread makes of many small pieces it had better free in the same call: a
 * tree that one makes and another frees costs more than making it.
 *
 * Layer:   node (touches no file).
 * Threads: used from one thread, which works along; others are there from the second block on.
 * Caps:    two blocks of DEP_BELT_BLOCK things, each closed as soon as DEP_BELT_BLOCK_LEN bytes
 *          were put in it.
 */
#ifndef DEP_NODE_BELT_H
#define DEP_NODE_BELT_H
#include "base/base.h"

enum { DEP_BELT_BLOCK = 128, DEP_BELT_BLOCK_LEN = 4 * 1024 * 1024 };

struct dep_belt_kind {
    size_t size;               /* of a thing, all zero when it is filled in for the first time */
    void (*work)(void *thing); /* any thread */
    int (*take)(void *context, void *thing); /* in the order they were put; anything but DEP_OK
                                              * stops, and comes back from where it was called */
    void (*done)(void *thing);               /* frees what it holds, for good */
};
struct dep_belt;
DEP_MUST_USE int dep_belt_new(const struct dep_belt_kind *kind, void *context,
                              struct dep_belt **out);
/* The thing to be filled in next, as the one whose place it has was left; done() is called of it,
 * put or not. */
void *dep_belt_place(struct dep_belt *belt);
/* It is filled in, with `len` bytes. After an error nothing more is put. */
DEP_MUST_USE int dep_belt_put(struct dep_belt *belt, size_t len);
/* All that were put are taken. */
DEP_MUST_USE int dep_belt_end(struct dep_belt *belt);
void dep_belt_free(struct dep_belt *belt);
#endif
