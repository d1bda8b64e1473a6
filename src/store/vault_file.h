/*
 * Container files: written without a name until they are whole, read past the page cache.
 *
 * Format:  doc/format/vault.md.
 * Layer:   store.
 * Threads: a writer is used from one thread; it keeps several direct writes in flight itself.
 */
#ifndef DEP_STORE_VAULT_FILE_H
#define DEP_STORE_VAULT_FILE_H
#include "base/base.h"

enum { DEP_VAULT_BLOCK = 4096, DEP_VAULT_PIECE = 4 * 1024 * 1024 };

/* Memory for whole pieces: aligned for direct reading and writing, not zeroed, in huge pages where
 * the kernel has them, since a fault for each page shows in the time. free(). NULL: none left. */
void *dep_vault_memory(size_t size);

struct dep_vault_writer;
/* O_TMPFILE in REGISTER/vault (a hidden name where the file system has none); O_DIRECT where it is
 * allowed. */
DEP_MUST_USE int dep_vault_writer_new(int register_fd, struct dep_vault_writer **out,
                                      struct dep_fault *fault);
/* Over an empty file of the caller's, which stays the caller's: written and synced, never
 * published. */
DEP_MUST_USE int dep_vault_writer_new_over(int fd, struct dep_vault_writer **out,
                                           struct dep_fault *fault);
/* A buffer of DEP_VAULT_PIECE bytes, aligned, to be filled by the caller; waits for one that is
 * free. NULL after a failed write. */
uint8_t *dep_vault_writer_buffer(struct dep_vault_writer *writer);
/* Hand a buffer over to be written after the former ones. All but the last piece are full. */
DEP_MUST_USE int dep_vault_writer_put(struct dep_vault_writer *writer, uint8_t *buffer, size_t len,
                                      struct dep_fault *fault);
/* The fault of the first write that failed; only after dep_vault_writer_buffer() gave NULL. */
DEP_MUST_USE int dep_vault_writer_failure(struct dep_vault_writer *writer, struct dep_fault *fault);
/* Wait for all writes, cut to length, fsync. */
DEP_MUST_USE int dep_vault_writer_sync(struct dep_vault_writer *writer, uint64_t *out_len,
                                       struct dep_fault *fault);
/* Give it its name vault/<item>.tar.age, sync the folder. Fails where the name is taken. */
DEP_MUST_USE int dep_vault_writer_publish(struct dep_vault_writer *writer, const char *item,
                                          struct dep_fault *fault);
/* A reader over what was written, before it has a name. */
int dep_vault_writer_fd(const struct dep_vault_writer *writer);
/* Frees; without publish nothing stays on disk. */
void dep_vault_writer_free(struct dep_vault_writer *writer);

/* A container as it lies on disk: one file, or several that follow each other. */
struct dep_vault_extent {
    int fd;
    uint64_t len;
};
/* Sequential reading with read-ahead by a thread of its own; past the page cache with `direct`. Of
 * several extents from byte `from` of them together; they are copied, their descriptors used until
 * it is freed. */
struct dep_vault_reader;
DEP_MUST_USE int dep_vault_reader_new(int fd, uint64_t from, bool direct,
                                      struct dep_vault_reader **out, struct dep_fault *fault);
DEP_MUST_USE int dep_vault_reader_new_over(const struct dep_vault_extent *extents, size_t count,
                                           uint64_t from, bool direct,
                                           struct dep_vault_reader **out, struct dep_fault *fault);
/* The next piece, borrowed until the next call; len 0 at the end. */
DEP_MUST_USE int dep_vault_reader_next(struct dep_vault_reader *reader, struct dep_slice *out,
                                       struct dep_fault *fault);
void dep_vault_reader_free(struct dep_vault_reader *reader);

/*
 * The container at `in_fd` once more in the empty file `out_fd`, under another header of
 * the same length (dep_age_rewrap()). Only the blocks of the header are written, the others shared,
 * and all of it synced: the time doesn't depend on the container's size. `out_shared` is false,
 * and `out_fd` still empty, where no file system does that between these two.
 */
DEP_MUST_USE int dep_vault_share(int in_fd, struct dep_slice header, int out_fd, bool *out_shared,
                                 struct dep_fault *fault);

/* Open vault/<item>.tar.age for reading; close() is the caller's. */
DEP_MUST_USE int dep_vault_open(int register_fd, const char *item, int *out_fd, uint64_t *out_len,
                                struct dep_fault *fault);
/* There is no vault/<item>.tar.age. False too where nobody can tell. */
bool dep_vault_gone(int register_fd, const char *item);
/*
 * Remove vault/<item>.tar.age for good: its header, which has the key to the rest, is overwritten
 * first, then the name removed, and the folder synced. DEP_OK too where it is gone already.
 */
DEP_MUST_USE int dep_vault_remove(int register_fd, const char *item, struct dep_fault *fault);
#endif
