/*
 * Folders copied and removed, whole.
 *
 * Layer:   store.
 */
#ifndef DEP_STORE_FOLDER_H
#define DEP_STORE_FOLDER_H
#include "store/register.h"

#include <sys/types.h>

enum { DEP_FOLDER_DEPTH_MAX = 16, DEP_FOLDER_PATH_MAX = 4096 };

struct dep_folder_copy {
    dep_progress_fn *progress; /* bytes; total 0. May be NULL */
    void *context;
    uint64_t done;
    /* what is neither file nor folder is a fault; else, like .unfinished, passed over */
    bool strict;
    /* A crash may take it: not synced. Whatever the modes there (a read-only medium's), its owner
     * may write in it and remove it. */
    bool passing;
    struct dep_fault *fault;
};
/* `path` below `from` to the same path below `to`; links aren't followed. A file that grows
 * meanwhile is copied as long as it was. Synced, unless it is passing. Faults "copy.read",
 * "copy.kind", "copy.write", "copy.copy". */
DEP_MUST_USE int dep_folder_copy_file(struct dep_folder_copy *copy, int from, int to,
                                      const char *path, mode_t mode);
/* All beneath it; the folder itself may be there. */
DEP_MUST_USE int dep_folder_copy(struct dep_folder_copy *copy, int from, int to, const char *path);
/* Bytes and files beneath it, at most UINT64_MAX; where something can't be read, the copy will say
 * so. */
void dep_folder_measure(int fd, uint64_t *out_bytes, uint64_t *out_files);
/*
 * A folder to be filled under this name, which is empty and held as long as the descriptor is open:
 * two processes don't fill one. What one that died left in it is removed; nothing is where it holds
 * a name that isn't `ours`, or was given its own name by who held it until now.
 */
struct dep_folder_kind {
    const char *what; /* the fault where it can't be made */
    const char *held; /* where another holds it, or it is something else */
    bool (*ours)(const char *name);
};
DEP_MUST_USE int dep_folder_hold(const char *path, const struct dep_folder_kind *kind, int *out_fd,
                                 struct dep_fault *fault);
/* It and all beneath it, as far as that goes. */
void dep_folder_remove(const char *path);
#endif
