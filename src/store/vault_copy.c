/*
 * A container under another header. The kernel's copy_file_range shares extents by itself where it
 * can (xfs, btrfs), from whole block to whole block: header and nonce of a container fill one, so
 * all but the first is asked for in this way.
 */
#include "store/vault_file.h"

#include "store/file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP = 1 << 30, PIECE = 1 << 20 };

struct copy {
    int in_fd, out_fd;
    uint64_t in_at, out_at, end; /* end: of the container */
    bool by_kernel;              /* copy_file_range works between these two */
    uint8_t *piece;
};

static int copy_fault(int sys, struct dep_fault *fault)
{
    return dep_fault_set(fault, DEP_ERR_IO, sys, "vault.copy", "vault");
}

/* One step by reading and writing. */
static ssize_t copy_piece(struct copy *copy, size_t len)
{
    if (!copy->piece && !(copy->piece = dep_alloc(PIECE))) {
        errno = ENOMEM;
        return -1;
    }
    ssize_t got = pread(copy->in_fd, copy->piece, len < PIECE ? len : PIECE, (off_t)copy->in_at);
    return got <= 0 ? got : pwrite(copy->out_fd, copy->piece, (size_t)got, (off_t)copy->out_at);
}

static ssize_t copy_step(struct copy *copy, size_t len)
{
    if (!copy->by_kernel)
        return copy_piece(copy, len);
    off_t from = (off_t)copy->in_at, to = (off_t)copy->out_at;
    ssize_t done = copy_file_range(copy->in_fd, &from, copy->out_fd, &to, len, 0);
    if (done > 0 || (done < 0 && (errno == EINTR || errno == EIO || errno == ENOSPC)))
        return done;
    /* Between these file systems, or by this kernel, it isn't done; some say so by doing nothing. */
    copy->by_kernel = false;
    return copy_piece(copy, len);
}

static int copy_until(struct copy *copy, uint64_t end, struct dep_fault *fault)
{
    while (copy->in_at < end) {
        uint64_t left = end - copy->in_at;
        ssize_t done = copy_step(copy, left < STEP ? (size_t)left : STEP);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return errno == ENOMEM ? dep_fault_set(fault, DEP_ERR_NOMEM, 0, "vault.copy", "vault")
                                   : copy_fault(errno, fault);
        if (done == 0)
            return dep_fault_set(fault, DEP_ERR_CHANGED, 0, "vault.copy", "vault");
        copy->in_at += (uint64_t)done;
        copy->out_at += (uint64_t)done;
    }
    return DEP_OK;
}

int dep_vault_copy(int in_fd, uint64_t payload_at, struct dep_slice header, int out_fd,
                   uint64_t *out_len, struct dep_fault *fault)
{
    struct stat info;
    if (fstat(in_fd, &info) != 0)
        return copy_fault(errno, fault);
    struct copy copy = {.in_fd = in_fd,
                        .out_fd = out_fd,
                        .in_at = payload_at,
                        .out_at = header.len,
                        .end = (uint64_t)info.st_size,
                        .by_kernel = true};
    if (copy.end < payload_at)
        return dep_fault_set(fault, DEP_ERR_CHANGED, 0, "vault.copy", "vault");
    int err = dep_file_write_all(out_fd, header.data, header.len, "vault", fault);
    /* What shares the header's block is copied by hand: it is new. From there on whole blocks. */
    uint64_t block = (payload_at + DEP_VAULT_BLOCK - 1) / DEP_VAULT_BLOCK * DEP_VAULT_BLOCK;
    copy.by_kernel = false;
    if (!err)
        err = copy_until(&copy, block < copy.end ? block : copy.end, fault);
    copy.by_kernel = true;
    if (!err)
        err = copy_until(&copy, copy.end, fault);
    free(copy.piece);
    if (!err)
        err = dep_file_sync(out_fd, "vault", fault);
    if (!err)
        *out_len = copy.out_at;
    return err;
}
