/*
 * A package in quarantine, one folder a receiver, and whose turn it is to take something in.
 */
#include "node/node_impl.h"
#include "node/receive_impl.h"
#include "store/file.h"
#include "store/folder.h"
#include "store/target.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char CLAUSE[] = "doc/format/foreign.md";

/* ---- the copy ---- */

/* What killed receivers left: whoever is alive holds a lock. */
static void sweep(const char *quarantine)
{
    struct dirent **names = NULL;
    int count = scandir(quarantine, &names, NULL, NULL);
    for (int i = 0; i < count; i++) {
        char path[8192];
        bool inner = names[i]->d_name[0] != '.';
        (void)snprintf(path, sizeof path, "%s/%s", quarantine, names[i]->d_name);
        free(names[i]);
        int fd = inner ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
            dep_folder_remove(path);
        if (fd >= 0)
            (void)close(fd);
    }
    free(names);
}

/* Its copy and the container that is sealed of that must find room: a file of holes says that it is
 * longer than any disk. */
static int look_at_room(struct receiving *receiving, int from)
{
    struct dep_problem *problem = receiving->problem;
    struct dep_target target;
    struct dep_target_load load = {.bytes = 0};
    uint64_t piece_len = 0, bytes = 0;
    dep_folder_measure(from, &bytes, &load.files);
    load.bytes = bytes > UINT64_MAX / 2 ? UINT64_MAX : 2 * bytes;
    int err = dep_target_look(receiving->node->dir, &target, &problem->finding, &problem->fault);
    if (!err)
        err = dep_target_judge(&target, &load, &piece_len, &problem->finding);
    return err == DEP_FOUND ? dep_problem_found(problem, problem->finding.id,
                                                problem->finding.clause, receiving->node->dir)
                            : err;
}

/* Another receiver may sweep between making and locking: then it is made again. */
static bool make_folder(struct receiving *receiving, const char *quarantine)
{
    enum { TRIES = 16 };
    struct dep_node *node = receiving->node;
    char id[DEP_UUID_LEN + 1];
    uint8_t random[10];
    struct stat info;
    for (int i = 0; i < TRIES; i++) {
        node->world.random(random, sizeof random);
        dep_uuid7_encode((uint64_t)node->world.clock(), random, id);
        (void)snprintf(receiving->copy, sizeof receiving->copy, "%s/%s", quarantine, id);
        dep_close_fd(&receiving->copy_fd);
        if (mkdir(receiving->copy, 0700) != 0)
            return false;
        receiving->copy_fd = open(receiving->copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (receiving->copy_fd < 0 && errno == ENOENT)
            continue;
        if (receiving->copy_fd < 0 || flock(receiving->copy_fd, LOCK_EX) != 0 ||
            fstat(receiving->copy_fd, &info) != 0)
            return false;
        if (info.st_nlink > 0)
            return true;
    }
    errno = EBUSY;
    return false;
}

int receive_copy(struct receiving *receiving)
{
    struct dep_fault *fault = &receiving->problem->fault;
    struct dep_node *node = receiving->node;
    char quarantine[4000];
    if (snprintf(quarantine, sizeof quarantine, "%s/quarantine", node->dir) >=
        (int)sizeof quarantine)
        return dep_fault_set(fault, DEP_ERR_CAP, 0, "file.path", "%s", node->dir);
    /* Its copy would hold its copy. */
    if (dep_target_holds(receiving->order->dir, node->dir))
        return dep_problem_found(receiving->problem, "receive.register", CLAUSE,
                                 receiving->order->dir);
    int err = dep_folder_make(dep_register_dir_fd(node->reg), "quarantine", 0700, fault);
    if (err)
        return err;
    sweep(quarantine);
    DEP_AUTO_FD from = open(receiving->order->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0 || !make_folder(receiving, quarantine)) {
        int sys = errno;
        return dep_fault_set(fault, DEP_ERR_IO, sys, "copy.read", "%s", receiving->order->dir);
    }
    /* A whole stick, or a home, that was named instead isn't copied. */
    if (faccessat(from, "bagit.txt", F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        return dep_problem_found(receiving->problem, "receive.none", CLAUSE, receiving->order->dir);
    struct dep_folder_copy copy = {.strict = true,
                                   .passing = true,
                                   .progress = receiving->order->copying,
                                   .context = receiving->order->context,
                                   .fault = fault};
    err = look_at_room(receiving, from);
    return err ? err : dep_folder_copy(&copy, from, receiving->copy_fd, ".");
}

/* ---- turns ---- */

/* Who waits for long says so once, and goes on waiting: another may be sealing for hours. */
static int lock_turn(const struct receiving *receiving)
{
    enum { STEP_MS = 20, QUIET_MS = 1000 };
    const struct dep_receive_order *order = receiving->order;
    const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
    int status = flock(receiving->turn_fd, LOCK_EX | LOCK_NB);
    for (int waited_ms = 0; status != 0 && errno == EWOULDBLOCK && waited_ms < QUIET_MS;
         waited_ms += STEP_MS) {
        (void)nanosleep(&step, NULL);
        status = flock(receiving->turn_fd, LOCK_EX | LOCK_NB);
    }
    if (status != 0 && errno == EWOULDBLOCK && order->waiting)
        order->waiting(order->context);
    while (status != 0 && (errno == EWOULDBLOCK || errno == EINTR))
        status = flock(receiving->turn_fd, LOCK_EX);
    return status;
}

int receive_await_turn(struct receiving *receiving)
{
    struct dep_node *node = receiving->node;
    struct dep_problem *problem = receiving->problem;
    int dir = dep_register_dir_fd(node->reg);
    receiving->turn_fd = openat(dir, "quarantine", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (receiving->turn_fd < 0 || lock_turn(receiving) != 0) {
        int sys = errno;
        return dep_fault_set(&problem->fault, DEP_ERR_IO, sys, "node.receive", "quarantine");
    }
    int err = dep_register_refresh(node->reg, &problem->fault);
    return err ? err : dep_node_catch_up(node, dep_register_count(node->reg), problem);
}
