#include "node/pending.h"

#include "store/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char PREFIX[] = "pending-";
enum { PENDING_PATH = DEP_UUID_LEN + 64 };

static int io(struct dep_node *node, struct dep_problem *problem, const char *what,
              const char *path)
{
    int sys = errno;
    return dep_fault_set(&problem->fault, DEP_ERR_IO, sys, what, "%s/%s", node->dir, path);
}

int dep_pending_begin(struct dep_node *node, const char *item, int *out_fd,
                      struct dep_problem *problem)
{
    char path[PENDING_PATH];
    (void)snprintf(path, sizeof path, "aside/%s%s", PREFIX, item);
    int fd = openat(dep_register_dir_fd(node->reg), path,
                    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return io(node, problem, "collect.pending", path);
    int err = flock(fd, LOCK_EX | LOCK_NB) == 0
                  ? dep_folder_sync(dep_register_dir_fd(node->reg), "aside", &problem->fault)
                  : io(node, problem, "collect.pending", path);
    if (err) {
        dep_pending_end(node, item, fd);
        return err;
    }
    *out_fd = fd;
    return DEP_OK;
}

void dep_pending_leave(struct dep_node *node, const char *item)
{
    char path[PENDING_PATH];
    (void)snprintf(path, sizeof path, "aside/%s%s", PREFIX, item);
    (void)unlinkat(dep_register_dir_fd(node->reg), path, 0);
}

void dep_pending_end(struct dep_node *node, const char *item, int fd)
{
    dep_pending_leave(node, item);
    (void)close(fd);
}

/* The same file under another name: who holds the lock of one holds that of all. */
int dep_pending_join(struct dep_node *node, const char *first, const char *item,
                     struct dep_problem *problem)
{
    char from[PENDING_PATH], path[PENDING_PATH];
    int reg = dep_register_dir_fd(node->reg);
    (void)snprintf(from, sizeof from, "aside/%s%s", PREFIX, first);
    (void)snprintf(path, sizeof path, "aside/%s%s", PREFIX, item);
    return linkat(reg, from, reg, path, 0) == 0 ? dep_folder_sync(reg, "aside", &problem->fault)
                                                : io(node, problem, "collect.pending", path);
}

static int note_found(void *context, const struct dep_index_row *row)
{
    (void)row;
    *(bool *)context = true;
    return DEP_FOUND;
}

static int move_aside(struct dep_node *node, const char *item, int aside_fd, uint64_t *out_moved,
                      struct dep_problem *problem)
{
    int reg = dep_register_dir_fd(node->reg);
    char container[PENDING_PATH], name[PENDING_PATH];
    bool moved = false;
    (void)snprintf(container, sizeof container, "vault/%.40s.tar.age", item);
    (void)snprintf(name, sizeof name, "%.40s.tar.age", item);
    int err =
        dep_file_move(reg, container, aside_fd, name, "collect.pending", &moved, &problem->fault);
    if (err || !moved)
        return err;
    ++*out_moved;
    return dep_folder_sync(reg, "vault", &problem->fault);
}

static int sweep_one(struct dep_node *node, const char *name, int aside_fd, uint64_t *out_moved,
                     struct dep_problem *problem)
{
    int reg = dep_register_dir_fd(node->reg);
    char marker[PENDING_PATH];
    const char *item = name + sizeof PREFIX - 1;
    (void)snprintf(marker, sizeof marker, "aside/%.64s", name);
    DEP_AUTO_FD fd = openat(reg, marker, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? DEP_OK : io(node, problem, "collect.pending", marker);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return DEP_OK; /* its maker lives */
    bool recorded = false;
    struct dep_index_query query = {.type = "evidence.", .item = item, .limit = 1};
    int err = dep_roll_list(node, &query, note_found, &recorded, problem);
    if (err < 0)
        return err;
    err = recorded ? DEP_OK : move_aside(node, item, aside_fd, out_moved, problem);
    if (!err)
        (void)unlinkat(reg, marker, 0);
    return err;
}

int dep_pending_sweep(struct dep_node *node, uint64_t *out_moved, struct dep_problem *problem)
{
    int fd = openat(dep_register_dir_fd(node->reg), "aside", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder)
        return io(node, problem, "collect.pending", "aside");
    int err = DEP_OK;
    for (struct dirent *entry; !err && (entry = readdir(folder));)
        if (strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1) == 0)
            err = sweep_one(node, entry->d_name, fd, out_moved, problem);
    (void)closedir(folder);
    return err;
}
