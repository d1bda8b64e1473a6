/*
 * Files with several names: where each was first taken.
 *
 * Layer:   collect, private to it.
 * Memory:  32 bytes and the path of each, at most DEP_LINKS_MAX of them and DEP_LINKS_PATHS_MAX
 *          bytes; beyond that nothing is noted, and a further name is taken as a file of its own.
 */
#ifndef DEP_COLLECT_LINKS_H
#define DEP_COLLECT_LINKS_H
#include "base/base.h"

#include <sys/stat.h>

enum { DEP_LINKS_MAX = 1 << 20, DEP_LINKS_PATHS_MAX = 64 * 1024 * 1024 };

struct dep_links {
    struct dep_link *slots; /* a power of two of them, or NULL */
    size_t count, room;
    struct dep_buf paths;
};

void dep_links_init(struct dep_links *links);
void dep_links_done(struct dep_links *links);
/* The path noted for this file, borrowed until the next call; empty where there is none. */
struct dep_slice dep_links_find(const struct dep_links *links, const struct stat *info);
/* Only DEP_ERR_NOMEM. */
DEP_MUST_USE int dep_links_note(struct dep_links *links, const struct stat *info,
                                struct dep_slice path);
#endif
