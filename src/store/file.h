/*
 * Durable small files and folders.
 * Layer:   store.
 */
#ifndef DEP_STORE_FILE_H
#define DEP_STORE_FILE_H
#include "crypto/crypto.h"

/* Whole file, at most `cap` bytes, appended to `out`. `dir_fd` may be AT_FDCWD. */
DEP_MUST_USE int dep_file_read(int dir_fd, const char *path, size_t cap, struct dep_buf *out,
                               struct dep_fault *fault);
/* The same of what is open, to its end; `where`: what a fault calls it. */
DEP_MUST_USE int dep_file_read_fd(int fd, const char *where, size_t cap, struct dep_buf *out,
                                  struct dep_fault *fault);
/* SHA-256 of the same. */
DEP_MUST_USE int dep_file_sha256(int fd, const char *where, struct dep_hash *out,
                                 struct dep_fault *fault);
/* Written beside, synced, put in its place. */
DEP_MUST_USE int dep_file_replace(int dir_fd, const char *path, struct dep_slice content,
                                  unsigned mode, struct dep_fault *fault);
/* As above but fails with EEXIST where the name is taken. */
DEP_MUST_USE int dep_file_create(int dir_fd, const char *path, struct dep_slice content,
                                 unsigned mode, struct dep_fault *fault);
/* All of `len` written at the end of fd, EINTR and short writes handled. */
DEP_MUST_USE int dep_file_write_all(int fd, const void *data, size_t len, const char *where,
                                    struct dep_fault *fault);
DEP_MUST_USE int dep_file_sync(int fd, const char *where, struct dep_fault *fault);
/* Folder and its parents within dir_fd. */
DEP_MUST_USE int dep_folder_make(int dir_fd, const char *path, unsigned mode,
                                 struct dep_fault *fault);
DEP_MUST_USE int dep_folder_sync(int dir_fd, const char *path, struct dep_fault *fault);
/* All that is in and below the open folder, be it thousands of files. */
DEP_MUST_USE int dep_folder_sync_below(int fd, const char *where, struct dep_fault *fault);
/* A new one in a folder that is there. `what`: the fault where that can't be, with its errno. */
DEP_MUST_USE int dep_folder_create(const char *path, unsigned mode, const char *what,
                                   struct dep_fault *fault);
/* A file that is open is opened again, and one without a name gets one, by what the kernel calls it
 * (/proc/self/fd): a fault where that isn't mounted, before hours of work come to it. */
DEP_MUST_USE int dep_file_numbers_named(struct dep_fault *fault);
/* The folder that `path` stands in, and the name it has there, which borrows from `path`. To be
 * opened before anything in it changes: else a failed sync of it could pass unseen. `what` as
 * above. */
DEP_MUST_USE int dep_folder_of(int dir_fd, const char *path, const char *what, int *out_fd,
                               const char **out_name, struct dep_fault *fault);

/* ---- putting what was made beside its place into it ---- */

struct dep_placing {
    int fd; /* of the file or folder, all that is in it synced */
    int from_fd;
    const char *from; /* relative to `from_fd`; NULL: a file without a name */
    int folder_fd;    /* where it goes, opened beforehand */
    const char *name; /* what it is called there */
    bool replace;     /* whatever has the name; else that is EEXIST */
};
/* It has its name and keeps it when the power goes. `what`: the fault where it doesn't get it. */
DEP_MUST_USE int dep_file_place(const struct dep_placing *placing, const char *what,
                                const char *where, struct dep_fault *fault);
/* A file that has a name already gets another; `out_moved` is false where there is none. */
DEP_MUST_USE int dep_file_move(int from_fd, const char *from, int folder_fd, const char *name,
                               const char *what, bool *out_moved, struct dep_fault *fault);
/* The two steps of dep_file_place(), for who has to look in between. */
DEP_MUST_USE int dep_file_name(const struct dep_placing *placing, const char *what,
                               const char *where, struct dep_fault *fault);
DEP_MUST_USE int dep_file_keep(const struct dep_placing *placing, const char *where,
                               struct dep_fault *fault);
#endif
