/*
 * Copies of a register in use, and back (doc/format/register.md section 4).
 */
#include "store/folder.h"
#include "store/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int copy_io(const struct dep_folder_copy *copy, const char *what, const char *path)
{
    int sys = errno;
    return dep_fault_set(copy->fault, DEP_ERR_IO, sys, what, "%s", path);
}

/* Its checkpoint was copied already. */
static int copy_log(struct dep_folder_copy *copy, int from, int to)
{
    int err = dep_folder_copy(copy, from, to, "log/tile");
    if (!err && faccessat(from, "log/checkpoints", F_OK, 0) == 0)
        err = dep_folder_copy(copy, from, to, "log/checkpoints");
    return err ? err : dep_folder_sync(to, "log", copy->fault);
}

/* Checkpoint and records first: what is copied later may hold more than they tell of, never less.
 */
static int copy_register(struct dep_folder_copy *copy, int from, int to)
{
    static const char *const folders[] = {"records", "private", "vault", "charter",
                                          "keys",    "log",     "aside"};
    int err = dep_folder_make(to, "log", 0755, copy->fault);
    if (!err)
        err = dep_folder_copy_file(copy, from, to, "log/checkpoint", 0644);
    for (size_t i = 0; !err && i < DEP_COUNT(folders); i++) {
        if (strcmp(folders[i], "log") != 0)
            err = dep_folder_copy(copy, from, to, folders[i]);
        else
            err = copy_log(copy, from, to);
    }
    if (!err)
        err = dep_folder_copy_file(copy, from, to, "lock", 0600);
    return err ? err : dep_folder_copy_file(copy, from, to, "register.json", 0600);
}

/* A folder made beside its place and put there when all is in it: of one that was stopped or killed
 * nothing has the name of a whole one, and the next sweeps it. */
struct making {
    const char *dir;
    char unfinished[DEP_FOLDER_PATH_MAX];
    int fd, parent;
    const char *name; /* in the parent */
};

static int begin_folder(const char *dir, const char *what, struct making *out,
                        struct dep_fault *fault)
{
    *out = (struct making){.dir = dir, .fd = -1, .parent = -1};
    if (snprintf(out->unfinished, sizeof out->unfinished, "%s.unfinished", dir) >=
        (int)sizeof out->unfinished)
        return dep_fault_set(fault, DEP_ERR_CAP, 0, "file.path", "%s", dir);
    if (faccessat(AT_FDCWD, dir, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return dep_fault_set(fault, DEP_ERR_IO, EEXIST, what, "%s", dir);
    int err = dep_folder_of(AT_FDCWD, dir, what, &out->parent, &out->name, fault);
    const struct dep_folder_kind kind = {what, "file.held", dep_register_owns};
    return err ? err : dep_folder_hold(out->unfinished, &kind, &out->fd, fault);
}

static int place_folder(const struct making *making, const char *what, struct dep_fault *fault)
{
    const struct dep_placing place = {.fd = making->fd,
                                      .from_fd = AT_FDCWD,
                                      .from = making->unfinished,
                                      .folder_fd = making->parent,
                                      .name = making->name};
    int err = dep_file_sync(making->fd, making->dir, fault);
    return err ? err : dep_file_place(&place, what, making->dir, fault);
}

static void end_folder(struct making *making, int err)
{
    if (err && making->fd >= 0)
        dep_folder_remove(making->unfinished);
    dep_store_close(&making->fd);
    dep_store_close(&making->parent);
}

int dep_register_backup(struct dep_register *reg, const char *dir, dep_progress_fn *progress,
                        void *context, struct dep_fault *fault)
{
    struct dep_folder_copy copy = {.progress = progress, .context = context, .fault = fault};
    static const char what[] = "backup.folder";
    char keyring_dir[DEP_FOLDER_PATH_MAX];
    struct making to, keyring_to = {.fd = -1, .parent = -1};
    if (snprintf(keyring_dir, sizeof keyring_dir, "%s-keyring", dir) >= (int)sizeof keyring_dir)
        return dep_fault_set(fault, DEP_ERR_CAP, 0, "file.path", "%s", dir);
    int err = begin_folder(dir, what, &to, fault);
    if (!err)
        err = begin_folder(keyring_dir, what, &keyring_to, fault);
    if (!err)
        err = copy_register(&copy, reg->fd, to.fd);
    if (!err)
        err = dep_folder_copy(&copy, reg->fd, keyring_to.fd, "keyring");
    if (!err)
        err = place_folder(&keyring_to, what, fault);
    if (!err)
        err = place_folder(&to, what, fault);
    end_folder(&keyring_to, err);
    end_folder(&to, err);
    return err;
}

/* ---- restoring ---- */

/* An old copy of the keyring would undo erasures: each one recorded is carried out again. */
static int replay_erasure(void *context, uint64_t index, const struct dep_place *place,
                          struct dep_slice jwt)
{
    (void)index, (void)place;
    struct dep_register *reg = context;
    DEP_AUTO_RECORD record = {.jti = NULL};
    struct dep_finding why;
    struct dep_fault fault;
    int err = dep_record_parse(jwt, &record, &why);
    if (err)
        return err < 0 ? err : DEP_ERR_CORRUPT;
    if (strcmp(record.type, "record.erased") != 0)
        return DEP_OK;
    const char *target = dep_record_ref(record.jwt.payload, "about");
    return target ? dep_register_erase(reg, target, record.jti, &fault) : DEP_OK;
}

static int check_copy(const char *dir, struct dep_fault *fault)
{
    struct dep_register *reg = NULL;
    int err = dep_register_open(dir, DEP_OPEN_WRITE, &reg, fault);
    uint64_t moved = 0;
    struct dep_audit audit;
    struct dep_finding why;
    if (!err) {
        err = dep_store_lock(reg, fault);
        if (!err) {
            /* Copied after the checkpoint: lines whose records the copy doesn't have. */
            err = dep_segment_move_aside(reg, &reg->records, reg->records.segment, reg->records.len,
                                         fault);
            if (!err)
                err = dep_store_settle(reg, &moved, fault);
            dep_store_unlock(reg);
        }
    }
    if (!err) {
        err = dep_register_audit(reg, NULL, NULL, &audit, &why, fault);
        if (err == DEP_FOUND)
            err =
                dep_fault_set(fault, DEP_ERR_CORRUPT, 0, "restore.damaged", "%s: %s", dir, why.id);
    }
    if (!err)
        err = dep_register_walk(reg, 0, false, replay_erasure, reg, fault);
    dep_register_close(reg);
    return err;
}

int dep_register_restore(const char *backup_dir, const char *keyring_dir, const char *dir,
                         dep_progress_fn *progress, void *context, struct dep_fault *fault)
{
    struct dep_folder_copy copy = {.progress = progress, .context = context, .fault = fault};
    static const char what[] = "restore.rename";
    struct making to;
    DEP_STORE_FD from = open(backup_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DEP_STORE_FD keyring_from = open(keyring_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0 || keyring_from < 0)
        return copy_io(&copy, "restore.read", from < 0 ? backup_dir : keyring_dir);
    int err = begin_folder(dir, what, &to, fault);
    if (!err)
        err = copy_register(&copy, from, to.fd);
    if (!err)
        err = dep_folder_copy(&copy, keyring_from, to.fd, "keyring");
    if (!err)
        err = check_copy(to.unfinished, fault);
    if (!err)
        err = place_folder(&to, what, fault);
    end_folder(&to, err);
    return err;
}
