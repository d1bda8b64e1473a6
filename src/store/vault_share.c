/*
 * A container under another header without copying it. A file system that shares extents (xfs,
 * btrfs) makes the new file of the old one's blocks in one call; header and nonce fill the first of
 * them, which is then written anew and shared no longer.
 */
#include "store/vault_file.h"

#include "store/file.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int share_fault(int sys, struct dep_fault *fault)
{
    return dep_fault_set(fault, DEP_ERR_IO, sys, "vault.share", "vault");
}

static int write_header(int fd, struct dep_slice header, struct dep_fault *fault)
{
    for (size_t done = 0; done < header.len;) {
        ssize_t wrote = pwrite(fd, header.data + done, header.len - done, (off_t)done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return share_fault(wrote ? errno : EIO, fault);
        done += (size_t)wrote;
    }
    return DEP_OK;
}

int dep_vault_share(int in_fd, struct dep_slice header, int out_fd, bool *out_shared,
                    struct dep_fault *fault)
{
    if (ioctl(out_fd, FICLONE, in_fd) != 0) {
        if (errno == EIO || errno == ENOSPC || errno == EDQUOT || errno == EBADF)
            return share_fault(errno, fault);
        *out_shared = false;
        return DEP_OK;
    }
    int err = write_header(out_fd, header, fault);
    if (!err)
        err = dep_file_sync(out_fd, "vault", fault);
    if (!err)
        *out_shared = true;
    return err;
}
