#include "node/tasks.h"

#include "codec/json.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS_MAX = 8, GRAIN = 16 };

struct dep_tasks {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t threads[THREADS_MAX];
    size_t thread_count;
    dep_task_fn *task;
    void *of;
    size_t next, count; /* of the tasks at hand: the next to be taken */
    size_t working;     /* threads that are at some */
    bool ending;
};

/* A few tasks, the lock held before and after. False where there are none. */
static bool work(struct dep_tasks *tasks)
{
    size_t from = tasks->next;
    if (from == tasks->count)
        return false;
    size_t to = tasks->count - from < GRAIN ? tasks->count : from + GRAIN;
    dep_task_fn *task = tasks->task;
    void *of = tasks->of;
    tasks->next = to;
    tasks->working++;
    (void)pthread_mutex_unlock(&tasks->lock);
    for (size_t i = from; i < to; i++)
        task(of, i);
    (void)pthread_mutex_lock(&tasks->lock);
    tasks->working--;
    if (tasks->working == 0 && tasks->next == tasks->count)
        (void)pthread_cond_broadcast(&tasks->changed);
    return true;
}

static void *work_loop(void *context)
{
    struct dep_tasks *tasks = context;
    dep_json_keep_memory();
    (void)pthread_mutex_lock(&tasks->lock);
    while (!tasks->ending)
        if (!work(tasks))
            (void)pthread_cond_wait(&tasks->changed, &tasks->lock);
    (void)pthread_mutex_unlock(&tasks->lock);
    dep_json_give_back();
    return NULL;
}

int dep_tasks_new(struct dep_tasks **out)
{
    struct dep_tasks *tasks = dep_alloc(sizeof *tasks);
    if (!tasks)
        return DEP_ERR_NOMEM;
    (void)pthread_mutex_init(&tasks->lock, NULL);
    (void)pthread_cond_init(&tasks->changed, NULL);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    while (tasks->thread_count + 1 < THREADS_MAX && (long)tasks->thread_count + 1 < processors) {
        if (pthread_create(&tasks->threads[tasks->thread_count], NULL, work_loop, tasks) != 0)
            break;
        tasks->thread_count++;
    }
    dep_json_keep_memory();
    *out = tasks;
    return DEP_OK;
}

void dep_tasks_free(struct dep_tasks *tasks)
{
    if (!tasks)
        return;
    (void)pthread_mutex_lock(&tasks->lock);
    tasks->ending = true;
    (void)pthread_cond_broadcast(&tasks->changed);
    (void)pthread_mutex_unlock(&tasks->lock);
    for (size_t i = 0; i < tasks->thread_count; i++)
        (void)pthread_join(tasks->threads[i], NULL);
    (void)pthread_mutex_destroy(&tasks->lock);
    (void)pthread_cond_destroy(&tasks->changed);
    dep_json_give_back();
    free(tasks);
}

void dep_tasks_begin(struct dep_tasks *tasks, dep_task_fn *task, void *of, size_t count)
{
    (void)pthread_mutex_lock(&tasks->lock);
    assert(tasks->next == tasks->count && !tasks->working);
    tasks->task = task;
    tasks->of = of;
    tasks->next = 0;
    tasks->count = count;
    (void)pthread_cond_broadcast(&tasks->changed);
    (void)pthread_mutex_unlock(&tasks->lock);
}

void dep_tasks_finish(struct dep_tasks *tasks)
{
    (void)pthread_mutex_lock(&tasks->lock);
    while (work(tasks)) {
    }
    while (tasks->working)
        (void)pthread_cond_wait(&tasks->changed, &tasks->lock);
    (void)pthread_mutex_unlock(&tasks->lock);
}

void dep_tasks_run(void *context, dep_task_fn *task, void *of, size_t count)
{
    struct dep_tasks *tasks = context;
    dep_tasks_begin(tasks, task, of, count);
    dep_tasks_finish(tasks);
}
