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

struct dep_vault_writer;
/* O_TMPFILE in REGISTER/vault (a hidden name where the file system has none); O_DIRECT where it is
 * allowed. */
DEP_MUST_USE int dep_vault_writer_new(int register_fd, struct dep_vault_writer **out,
                                      struct dep_fault *fault);
/* A buffer of DEP_VAULT_PIECE bytes, aligned, to be filled by the caller; waits for one that is
 * free. NULL after a failed write. */
uint8_t *dep_vault_writer_buffer(struct dep_vault_writer *writer);
/* Hand a buffer over to be written after the former ones. All but the last piece are full. */
DEP_MUST_USE int dep_vault_writer_put(struct dep_vault_writer *writer, uint8_t *buffer, size_t len,
                                      struct dep_fault *fault);
/* The fault of the first write that failed; only after dep_vault_writer_buffer() gave NULL. */
DEP_MUST_USE int dep_vault_writer_failure(struct dep_vault_writer *writer, struct dep_fault *fault);
/* Wait for all writes, cut to length, fdatasync. */
DEP_MUST_USE int dep_vault_writer_sync(struct dep_vault_writer *writer, uint64_t *out_len,
                                       struct dep_fault *fault);
/* Give it its name vault/<item>.tar.age, sync the folder. Fails where the name is taken. */
DEP_MUST_USE int dep_vault_writer_publish(struct dep_vault_writer *writer, const char *item,
                                          struct dep_fault *fault);
/* A reader over what was written, before it has a name. */
int dep_vault_writer_fd(const struct dep_vault_writer *writer);
/* Frees; without publish nothing stays on disk. */
void dep_vault_writer_free(struct dep_vault_writer *writer);

/* Sequential reading with read-ahead by a thread of its own; past the page cache with `direct`. */
struct dep_vault_reader;
DEP_MUST_USE int dep_vault_reader_new(int fd, uint64_t from, bool direct,
                                      struct dep_vault_reader **out, struct dep_fault *fault);
/* The next piece, borrowed until the next call; len 0 at the end. */
DEP_MUST_USE int dep_vault_reader_next(struct dep_vault_reader *reader, struct dep_slice *out,
                                       struct dep_fault *fault);
void dep_vault_reader_free(struct dep_vault_reader *reader);

/*
 * The container at `in_fd` once more, with another header (dep_age_rewrap): what follows its first
 * `payload_at` bytes is written to the empty file `out_fd` behind `header`, and all of it synced.
 * Where both lie on one file system that shares extents, and the header has the old one's length,
 * only the blocks of the header are written: the time doesn't depend on the container's size.
 * DEP_ERR_CHANGED where the container became shorter meanwhile.
 */
DEP_MUST_USE int dep_vault_copy(int in_fd, uint64_t payload_at, struct dep_slice header, int out_fd,
                                uint64_t *out_len, struct dep_fault *fault);

/* Open vault/<item>.tar.age for reading; close() is the caller's. */
DEP_MUST_USE int dep_vault_open(int register_fd, const char *item, int *out_fd, uint64_t *out_len,
                                struct dep_fault *fault);
#endif
