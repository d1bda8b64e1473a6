/*
 * What is released redacted, and is sound or film: nobody could paint it over (doc/decisions/017).
 */
#include "codec/media.h"
#include "codec/tar.h"
#include "node/pack_item.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPARSE_MAP_MAX = 1024 * 1024 };
static const char CLAUSE[] = "package.md 6";

struct looking {
    struct dep_container *container;
    struct dep_problem *problem;
    struct dep_buf front;
};

static int gather(void *context, struct dep_slice piece)
{
    dep_buf_add_slice(context, piece);
    return dep_buf_err(context);
}

/* The front of a file as it is stored; of a sparse one behind its map. */
static int read_front(struct looking *looking, const struct dep_entry *entry)
{
    uint64_t most = entry->flags & DEP_ENTRY_SPARSE ? SPARSE_MAP_MAX : DEP_MEDIA_FRONT;
    dep_buf_clear(&looking->front);
    return dep_container_read(looking->container, entry->offset,
                              entry->stored < most ? entry->stored : most, gather, &looking->front,
                              &looking->problem->finding, &looking->problem->fault);
}

/* One that begins with a hole begins with zeros. */
static int skip_map(struct looking *looking, const struct dep_entry *entry, struct dep_slice *out)
{
    struct dep_tar_extent *extents = NULL;
    size_t count = 0, used = 0;
    struct dep_slice all = dep_buf_slice(&looking->front);
    int err =
        dep_tar_map_parse(all, entry->size, &extents, &count, &used, &looking->problem->finding);
    bool front = !err && count && extents[0].offset == 0;
    free(extents);
    *out = front ? dep_slice_sub(all, used, all.len - used) : (struct dep_slice){NULL, 0};
    return err;
}

static int look(void *context, const struct dep_entry *entry, uint64_t index)
{
    struct looking *looking = context;
    char path[256];
    (void)index;
    if (entry->kind != DEP_ENTRY_FILE)
        return DEP_OK;
    int err = read_front(looking, entry);
    struct dep_slice front = dep_buf_slice(&looking->front);
    if (!err && entry->flags & DEP_ENTRY_SPARSE)
        err = skip_map(looking, entry, &front);
    if (err || !dep_media_begins(front))
        return err;
    (void)snprintf(path, sizeof path, "%.*s", (int)(entry->path.len < 200 ? entry->path.len : 200),
                   (const char *)entry->path.data);
    return dep_problem_found(looking->problem, "redact.media", CLAUSE, path);
}

int dep_pack_item_refuse_media(const struct dep_pack_item_order *order, struct dep_problem *problem)
{
    struct looking looking = {.problem = problem};
    dep_buf_init_secret(&looking.front, SPARSE_MAP_MAX);
    int err = dep_container_open(order->container_fd, order->container_len, &order->with,
                                 &looking.container, &problem->finding, &problem->fault);
    if (!err)
        err = dep_container_list(looking.container, &order->facts, look, &looking,
                                 &problem->finding, &problem->fault);
    if (err == DEP_FOUND && !problem->detail[0])
        (void)snprintf(problem->detail, sizeof problem->detail, "%s", order->item);
    dep_container_close(looking.container);
    dep_buf_done(&looking.front);
    return err;
}
