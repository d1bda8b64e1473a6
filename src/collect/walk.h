/*
 * Walking what was given: every entry once, depth first, names sorted bytewise, never through a
 * link.
 *
 * Layer:   collect, private to it.
 * Memory:  the names of the folders that are open at one time; at most WALK_FDS descriptors.
 */
#ifndef DEP_COLLECT_WALK_H
#define DEP_COLLECT_WALK_H
#include "base/base.h"

#include <sys/stat.h>

struct dep_walk_node {
    int dir_fd;            /* of the folder it lies in; AT_FDCWD for what was given */
    const char *name;      /* within dir_fd */
    struct dep_slice path; /* "files/..." */
    mode_t kind;        /* S_IFREG, S_IFDIR ...; as the folder says, to be confirmed when opened */
    int fd;             /* of a folder: open for reading; else -1 */
    const char *reason; /* why it can't be taken (then no descriptor counts), or NULL */
    bool given;         /* named on the command line */
    dev_t device;       /* of the given path it lies below */
};
/*
 * A folder is visited before what lies in it. One whose names could not all be read is visited
 * once more, after what could, with the reason "io". What was given gets unique paths: a last
 * component that repeats is followed by "~2", "~3" and so on, the next number that is free.
 */
/* Other than DEP_OK stops the walk and is returned. */
typedef int dep_walk_fn(void *context, const struct dep_walk_node *node);

DEP_MUST_USE int dep_walk(const char *const *paths, size_t path_count, bool cross_mounts,
                          dep_walk_fn *visit, void *context, struct dep_fault *fault);

/* Open for reading without changing anything: no link followed, no waiting for a FIFO, no access
 * time where the kernel allows it. -1 with errno. */
int dep_open_source(int dir_fd, const char *name, bool folder);
/* Whether something is mounted at the open file or folder, which lies on device `here`, below one
 * on device `above`. */
bool dep_mounted_here(int fd, dev_t here, dev_t above);
/* Why an entry can't be taken, by errno: a reason of the manifest. */
const char *dep_reason_of(int sys);
#endif
