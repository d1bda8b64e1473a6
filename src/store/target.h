/*
 * Where a package is to be written, looked at before anything is: how long a file it takes, how
 * long a path, how much there is room for, and whether it takes anything at all.
 *
 * Format:  doc/format/package.md section 6 (pieces).
 * Layer:   store. dep_target_judge() is pure.
 */
#ifndef DEP_STORE_TARGET_H
#define DEP_STORE_TARGET_H
#include "base/base.h"

struct dep_target {
    char type[32];          /* "vfat", "exfat", "ext4", as the kernel names it; or "" */
    bool read_only, denied; /* the file system takes nothing; nothing from who asks */
    uint64_t file_len_max;  /* of the file system, or of this process where that is less */
    bool file_len_unsure;   /* the file system may take less: the kernel doesn't know its limit */
    uint64_t free_bytes;    /* for who asks, not for root */
    uint64_t free_files;    /* UINT64_MAX where the file system doesn't count them */
    uint64_t block_len;     /* what the smallest file takes */
    uint64_t name_len_max;  /* of one component */
    uint64_t path_len;      /* of the folder itself, from the root */
};
/*
 * Look at the folder `path`. The longest file is found by asking for places in a file made for it
 * and gone at once, not by a table of file systems: of one that another program or machine runs
 * (FUSE, 9P, SMB) the kernel doesn't know it. "target.folder" where there is no folder.
 */
DEP_MUST_USE int dep_target_look(const char *path, struct dep_target *out, struct dep_finding *why,
                                 struct dep_fault *fault);

/* Is `path` the folder, or below it? False also where one of them isn't there. */
bool dep_target_holds(const char *folder, const char *path);

/* What is to be written there. */
struct dep_target_load {
    uint64_t bytes, files;
    uint64_t longest_whole;      /* of the files that can't be split */
    uint64_t longest_split;      /* of those that can */
    uint64_t path_len, name_len; /* longest path below the folder, longest component of one */
};
/*
 * DEP_OK: it fits. `out_piece_len` is 0, or where the longest file that can be split doesn't fit,
 * or isn't sure to, the length of the pieces: a multiple of 64 KiB, 4 GiB - 64 KiB at most. One
 * that can't be split is let through where its limit isn't known. Else why not:
 * "target.read_only", "target.denied", "target.room", "target.files", "target.path", "target.name",
 * "target.file" (one that can't be split is longer than it takes); `why->offset` is how much is
 * missing or too much.
 */
DEP_MUST_USE int dep_target_judge(const struct dep_target *target,
                                  const struct dep_target_load *load, uint64_t *out_piece_len,
                                  struct dep_finding *why);
#endif
