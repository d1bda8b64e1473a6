#include "node/belt.h"

#include "node/tasks.h"

#include <stdlib.h>

struct block {
    unsigned char *things;
    size_t count, len;
    size_t held; /* of its things: those that were ever placed */
};

struct dep_belt {
    struct dep_belt_kind kind;
    void *context;
    struct dep_tasks *tasks; /* NULL up to the second block */
    struct block blocks[2];
    struct block *filling, *working;
};

int dep_belt_new(const struct dep_belt_kind *kind, void *context, struct dep_belt **out)
{
    struct dep_belt *belt = dep_alloc(sizeof *belt);
    if (!belt)
        return DEP_ERR_NOMEM;
    belt->kind = *kind;
    belt->context = context;
    belt->filling = &belt->blocks[0];
    belt->working = &belt->blocks[1];
    for (size_t i = 0; i < DEP_COUNT(belt->blocks); i++)
        if (!(belt->blocks[i].things = dep_alloc_array(DEP_BELT_BLOCK, kind->size))) {
            dep_belt_free(belt);
            return DEP_ERR_NOMEM;
        }
    *out = belt;
    return DEP_OK;
}

static void *thing_of(const struct dep_belt *belt, const struct block *block, size_t at)
{
    return block->things + at * belt->kind.size;
}

void dep_belt_free(struct dep_belt *belt)
{
    if (!belt)
        return;
    if (belt->tasks)
        dep_tasks_finish(belt->tasks);
    dep_tasks_free(belt->tasks);
    for (size_t b = 0; b < DEP_COUNT(belt->blocks); b++) {
        struct block *block = &belt->blocks[b];
        for (size_t i = 0; i < block->held; i++)
            belt->kind.done(thing_of(belt, block, i));
        free(block->things);
    }
    free(belt);
}

void *dep_belt_place(struct dep_belt *belt)
{
    struct block *block = belt->filling;
    assert(block->count < DEP_BELT_BLOCK);
    if (block->held == block->count)
        block->held++;
    return thing_of(belt, block, block->count);
}

static void work_on(void *context, size_t at)
{
    const struct dep_belt *belt = context;
    belt->kind.work(thing_of(belt, belt->working, at));
}

/* The block that was filled is worked on, and the one before it taken. */
static int turn(struct dep_belt *belt)
{
    if (belt->tasks)
        dep_tasks_finish(belt->tasks);
    struct block *worked = belt->working;
    belt->working = belt->filling;
    belt->filling = worked;
    if (belt->tasks)
        dep_tasks_begin(belt->tasks, work_on, belt, belt->working->count);
    for (size_t i = 0; !belt->tasks && i < belt->working->count; i++)
        work_on(belt, i);
    int err = DEP_OK;
    for (size_t i = 0; !err && i < worked->count; i++)
        err = belt->kind.take(belt->context, thing_of(belt, worked, i));
    worked->count = 0;
    worked->len = 0;
    return err;
}

int dep_belt_put(struct dep_belt *belt, size_t len)
{
    struct block *block = belt->filling;
    block->count++;
    block->len += len;
    if (block->count < DEP_BELT_BLOCK && block->len < DEP_BELT_BLOCK_LEN)
        return DEP_OK;
    int err = belt->tasks ? DEP_OK : dep_tasks_new(&belt->tasks);
    return err ? err : turn(belt);
}

int dep_belt_end(struct dep_belt *belt)
{
    int err = turn(belt);
    return err ? err : turn(belt);
}
