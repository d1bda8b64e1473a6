/*
 * Confinement: what a command may still do once its arguments are known (doc/decisions/007). It
 * reads what it is told to, writes only where it says here, runs nothing, makes no process, opens
 * no socket.
 *
 * Layer:   cli. Landlock and seccomp, both of the kernel; where the kernel has no Landlock, or a
 * container keeps it away, seccomp stands alone.
 */
#ifndef DEP_CLI_CONFINE_H
#define DEP_CLI_CONFINE_H
#include "base/base.h"

enum dep_reach {
    DEP_REACH_FILE,   /* `path` is a file that is made, by renaming, in the folder it stands in */
    DEP_REACH_FOLDER, /* everything beneath `path` */
    DEP_REACH_NEW_FOLDER, /* `path` is a folder that is made: everything beneath its parent */
};
struct dep_writes {
    enum dep_reach reach;
    const char *path; /* NULL: nothing */
};
/*
 * From here on this process writes nowhere else. A second call allows what both allow. What is open
 * already stays usable. A path that doesn't exist allows nothing: opening it will say so. False
 * where the kernel knows the means and refuses them.
 */
DEP_MUST_USE bool dep_confine(const struct dep_writes *writes, size_t count);
#endif
