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

static int make_new(const char *dir, int *out_fd, struct dep_fault *fault)
{
    int err = dep_folder_create(dir, 0700, "backup.folder", fault);
    if (err)
        return err;
    *out_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int sys = errno;
    return *out_fd >= 0 ? DEP_OK
                        : dep_fault_set(fault, DEP_ERR_IO, sys, "backup.folder", "%s", dir);
}

int dep_register_backup(struct dep_register *reg, const char *dir, dep_progress_fn *progress,
                        void *context, struct dep_fault *fault)
{
    struct dep_folder_copy copy = {.progress = progress, .context = context, .fault = fault};
    char keyring_dir[DEP_FOLDER_PATH_MAX];
    if (snprintf(keyring_dir, sizeof keyring_dir, "%s-keyring", dir) >= (int)sizeof keyring_dir)
        return dep_fault_set(fault, DEP_ERR_CAP, 0, "file.path", "%s", dir);
    DEP_STORE_FD to = -1;
    DEP_STORE_FD keyring_to = -1;
    int err = make_new(dir, &to, fault);
    if (!err)
        err = make_new(keyring_dir, &keyring_to, fault);
    if (!err)
        err = copy_register(&copy, reg->fd, to);
    if (!err)
        err = dep_folder_copy(&copy, reg->fd, keyring_to, "keyring");
    if (!err)
        err = dep_file_sync(to, dir, fault);
    return err ? err : dep_file_sync(keyring_to, keyring_dir, fault);
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
    char unfinished[DEP_FOLDER_PATH_MAX];
    if (snprintf(unfinished, sizeof unfinished, "%s.unfinished", dir) >= (int)sizeof unfinished)
        return dep_fault_set(fault, DEP_ERR_CAP, 0, "file.path", "%s", dir);
    dep_folder_remove(unfinished);
    DEP_STORE_FD from = open(backup_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DEP_STORE_FD keyring_from = open(keyring_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DEP_STORE_FD to = -1;
    DEP_STORE_FD parent = -1;
    const char *name;
    if (from < 0 || keyring_from < 0)
        return copy_io(&copy, "restore.read", from < 0 ? backup_dir : keyring_dir);
    int err = dep_folder_of(AT_FDCWD, dir, "restore.rename", &parent, &name, fault);
    if (!err)
        err = make_new(unfinished, &to, fault);
    if (!err)
        err = copy_register(&copy, from, to);
    if (!err)
        err = dep_folder_copy(&copy, keyring_from, to, "keyring");
    if (!err)
        err = check_copy(unfinished, fault);
    if (!err) {
        const struct dep_placing place = {
            .fd = to, .from_fd = AT_FDCWD, .from = unfinished, .folder_fd = parent, .name = name};
        err = dep_file_place(&place, "restore.rename", dir, fault);
    }
    if (err && to >= 0)
        dep_folder_remove(unfinished);
    return err;
}
