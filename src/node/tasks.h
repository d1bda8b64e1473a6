/*
 * Many small tasks over a few threads.
 *
 * Layer:   node (touches no file).
 * Threads: used from one thread, which works along; while it lives all of them keep the memory of
 *          JSON values (codec/json.h).
 */
#ifndef DEP_NODE_TASKS_H
#define DEP_NODE_TASKS_H
#include "base/base.h"

struct dep_tasks;
/* As many threads as there are processors, the caller's among them, at most eight. Where no thread
 * can be had the caller's does it alone. */
DEP_MUST_USE int dep_tasks_new(struct dep_tasks **out);
void dep_tasks_free(struct dep_tasks *tasks);
/* task(of, i) for each i below `count`, in no order; all done when it returns. */
typedef void dep_task_fn(void *of, size_t index);
void dep_tasks_run(void *tasks, dep_task_fn *task, void *of, size_t count);
/* The same in two: between them the caller does something else, while other threads begin. All that
 * was begun is finished before the next begins, and before `tasks` is freed. */
void dep_tasks_begin(struct dep_tasks *tasks, dep_task_fn *task, void *of, size_t count);
void dep_tasks_finish(struct dep_tasks *tasks);
#endif
