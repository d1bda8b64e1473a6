#include "collect/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/file.h"

#include <fcntl.h>
#include <stdio.h>

struct dep_spool {
    int fd, beside_fd; /* fd -1 until the first chunk is full */
    struct dep_age_stream *stream;
    uint8_t plain[DEP_AGE_CHUNK];
    size_t used;
    uint64_t chunks;
};

int dep_spool_new(int beside_fd, dep_random_fn *random, struct dep_spool **out,
                  struct dep_fault *fault)
{
    uint8_t key[DEP_AGE_FILE_KEY_LEN], nonce[DEP_AGE_NONCE_LEN];
    struct dep_spool *spool = dep_alloc(sizeof *spool);
    if (!spool)
        return dep_fault_set(fault, DEP_ERR_NOMEM, 0, "collect.spool", "vault");
    spool->fd = -1;
    spool->beside_fd = beside_fd;
    random(key, sizeof key);
    random(nonce, sizeof nonce);
    int err = dep_age_stream_new(key, nonce, &spool->stream);
    dep_wipe(key, sizeof key);
    if (err) {
        dep_spool_free(spool);
        return dep_fault_set(fault, err, 0, "collect.spool", "vault");
    }
    *out = spool;
    return DEP_OK;
}

void dep_spool_free(struct dep_spool *spool)
{
    if (!spool)
        return;
    if (spool->fd >= 0)
        (void)close(spool->fd);
    dep_age_stream_free(spool->stream);
    dep_wipe(spool->plain, sizeof spool->plain);
    free(spool);
}

/* Unnamed, in the folder where the container itself lies. */
static int open_file(struct dep_spool *spool, struct dep_fault *fault)
{
    char self[64], path[4096];
    (void)snprintf(self, sizeof self, "/proc/self/fd/%d", spool->beside_fd);
    ssize_t len = readlink(self, path, sizeof path - 1);
    path[len > 0 ? len : 0] = 0;
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = 0;
    spool->fd = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (spool->fd < 0) /* no O_TMPFILE here: memory will do */
        spool->fd = memfd_create("depositary-spool", MFD_CLOEXEC);
    if (spool->fd >= 0)
        return DEP_OK;
    int sys = errno;
    return dep_fault_set(fault, DEP_ERR_IO, sys, "collect.spool", "%s", path);
}

static int flush(struct dep_spool *spool, struct dep_fault *fault)
{
    uint8_t sealed[DEP_AGE_CHUNK_SEALED];
    int err = spool->fd < 0 ? open_file(spool, fault) : DEP_OK;
    if (err)
        return err;
    err = dep_age_chunk_seal(spool->stream, spool->chunks, false, spool->plain, DEP_AGE_CHUNK,
                             sealed);
    if (err)
        return dep_fault_set(fault, err, 0, "collect.spool", "vault");
    spool->chunks++;
    spool->used = 0;
    return dep_file_write_all(spool->fd, sealed, sizeof sealed, "vault", fault);
}

int dep_spool_add(struct dep_spool *spool, struct dep_slice bytes, struct dep_fault *fault)
{
    while (bytes.len) {
        size_t take =
            DEP_AGE_CHUNK - spool->used < bytes.len ? DEP_AGE_CHUNK - spool->used : bytes.len;
        memcpy(spool->plain + spool->used, bytes.data, take);
        spool->used += take;
        bytes = dep_slice_sub(bytes, take, bytes.len - take);
        int err = spool->used == DEP_AGE_CHUNK ? flush(spool, fault) : DEP_OK;
        if (err)
            return err;
    }
    return DEP_OK;
}

uint64_t dep_spool_len(const struct dep_spool *spool)
{
    return spool->chunks * DEP_AGE_CHUNK + spool->used;
}

static int read_chunk(struct dep_spool *spool, uint64_t index, uint8_t *out,
                      struct dep_fault *fault)
{
    uint8_t sealed[DEP_AGE_CHUNK_SEALED];
    struct dep_finding why;
    for (size_t done = 0; done < sizeof sealed;) {
        ssize_t got = pread(spool->fd, sealed + done, sizeof sealed - done,
                            (off_t)(index * sizeof sealed + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return dep_fault_set(fault, DEP_ERR_IO, got ? errno : 0, "collect.spool", "vault");
        done += (size_t)got;
    }
    int err = dep_age_chunk_open(spool->stream, index, false, sealed, sizeof sealed, out, &why);
    return err ? dep_fault_set(fault, err < 0 ? err : DEP_ERR_IO, 0, "collect.spool", "vault")
               : DEP_OK;
}

int dep_spool_read(struct dep_spool *spool, dep_spool_fn *each, void *context,
                   struct dep_fault *fault)
{
    uint8_t *plain = dep_alloc(DEP_AGE_CHUNK);
    int err = plain ? DEP_OK : dep_fault_set(fault, DEP_ERR_NOMEM, 0, "collect.spool", "vault");
    for (uint64_t i = 0; !err && i < spool->chunks; i++) {
        err = read_chunk(spool, i, plain, fault);
        if (!err)
            err = each(context, dep_slice_of(plain, DEP_AGE_CHUNK));
    }
    if (!err && spool->used)
        err = each(context, dep_slice_of(spool->plain, spool->used));
    if (plain)
        dep_wipe(plain, DEP_AGE_CHUNK);
    free(plain);
    return err;
}
