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
/* Written beside, synced, renamed, folder synced (the folder is opened before anything is written).
 */
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
#endif
