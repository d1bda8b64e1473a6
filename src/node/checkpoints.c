/*
 * log/checkpoints/: beside the tiles, so that whoever serves them serves these too. A note only
 * ever grows by a line, and tokens come in anew; under a lock of the folder, so that two who add
 * don't lose one another's.
 */
#include "node/checkpoints.h"
#include "node/charter.h"
#include "node/node_impl.h"

#include "codec/base64.h"
#include "crypto/tsp.h"
#include "store/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { PATH_LEN = 96, FILES_MAX = DEP_KEPT_MAX * 4 };

static const char FOLDER[] = "log/checkpoints";

static void kept_done(struct dep_kept *kept)
{
    dep_buf_done(&kept->note);
    for (size_t i = 0; i < kept->token_count; i++)
        dep_buf_done(&kept->tokens[i].response);
    free(kept->tokens);
}

void dep_kept_list_done(struct dep_kept_list *kept)
{
    for (size_t i = 0; i < kept->count; i++)
        kept_done(&kept->list[i]);
    free(kept->list);
    *kept = (struct dep_kept_list){NULL, 0};
}

/* Exclusive until closed. */
static int lock_folder(struct dep_node *node, int *out_fd, struct dep_problem *problem)
{
    int dir = dep_register_dir_fd(node->reg);
    int err = dep_folder_make(dir, FOLDER, 0755, &problem->fault);
    if (err)
        return err;
    int fd = openat(dir, FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0)
        if (errno != EINTR) {
            (void)close(fd);
            fd = -1;
        }
    if (fd < 0) {
        int sys = errno;
        return dep_fault_set(&problem->fault, DEP_ERR_IO, sys, "checkpoints.lock", "%s/%s",
                             node->dir, FOLDER);
    }
    *out_fd = fd;
    return DEP_OK;
}

static void note_path(uint64_t size, char out[PATH_LEN])
{
    (void)snprintf(out, PATH_LEN, "%s/%llu", FOLDER, (unsigned long long)size);
}

static void token_path(uint64_t size, const char *name, char out[PATH_LEN])
{
    (void)snprintf(out, PATH_LEN, "%s/%llu.%s.tsr", FOLDER, (unsigned long long)size, name);
}

/* ---- reading ---- */

/* A file of the folder: SIZE, or SIZE.NAME.tsr. */
struct entry {
    uint64_t size;
    char token[DEP_TOKEN_NAME_LEN + 1]; /* "" for the note */
};

static bool entry_parse(const char *name, struct entry *out)
{
    struct dep_slice rest = dep_slice_string(name);
    struct dep_slice size = dep_slice_next(&rest, '.');
    struct dep_slice token = dep_slice_next(&rest, '.');
    uint8_t bytes[DEP_TOKEN_NAME_LEN / 2];
    out->token[0] = 0;
    if (!dep_u64_parse(size, INT64_MAX, &out->size))
        return false;
    if (size.len == strlen(name))
        return true;
    if (!dep_hex_parse(token, bytes, sizeof bytes) || !dep_slice_equal_string(rest, "tsr"))
        return false;
    memcpy(out->token, token.data, DEP_TOKEN_NAME_LEN);
    out->token[DEP_TOKEN_NAME_LEN] = 0;
    return true;
}

/* The greatest size first, of each the note and then its tokens. */
static int entry_compare(const void *a, const void *b)
{
    const struct entry *first = a, *second = b;
    if (first->size != second->size)
        return first->size < second->size ? 1 : -1;
    return strcmp(first->token, second->token);
}

static int list_entries(struct dep_register *reg, struct entry **out, size_t *out_count,
                        struct dep_problem *problem)
{
    int fd = openat(dep_register_dir_fd(reg), FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *out = NULL;
    *out_count = 0;
    if (fd < 0 && errno == ENOENT)
        return DEP_OK;
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder)
        return dep_problem_fault(problem, DEP_ERR_IO, "checkpoints.read", dep_register_dir(reg));
    struct entry *entries = NULL, entry;
    size_t count = 0, room = 0;
    int err = DEP_OK;
    for (struct dirent *file; !err && (file = readdir(folder));) {
        if (!entry_parse(file->d_name, &entry))
            continue;
        if (count == room) {
            size_t more = room ? 2 * room : 64;
            struct entry *larger =
                more > FILES_MAX ? NULL : dep_realloc_array(entries, more, sizeof *entries);
            if (!larger) {
                err = more > FILES_MAX ? DEP_ERR_CAP : DEP_ERR_NOMEM;
                break;
            }
            entries = larger;
            room = more;
        }
        entries[count++] = entry;
    }
    (void)closedir(folder);
    if (err) {
        free(entries);
        return dep_problem_fault(problem, err, "checkpoints.read", dep_register_dir(reg));
    }
    if (count)
        qsort(entries, count, sizeof *entries, entry_compare);
    *out = entries;
    *out_count = count;
    return DEP_OK;
}

int dep_own_vkey(struct dep_register *reg, struct dep_vkey *out, struct dep_problem *problem)
{
    const struct dep_register_info *info = dep_register_info(reg);
    return dep_vkey_make(dep_slice_string(info->origin), &info->log_key, out, &problem->finding);
}

static int load_note(struct dep_register *reg, uint64_t size, struct dep_kept *out,
                     struct dep_problem *problem)
{
    char path[PATH_LEN];
    struct dep_vkey vkey;
    struct dep_finding why = {"", "", 0};
    note_path(size, path);
    dep_buf_init(&out->note, DEP_NOTE_LEN_MAX);
    int err = dep_file_read(dep_register_dir_fd(reg), path, DEP_NOTE_LEN_MAX, &out->note,
                            &problem->fault);
    if (!err)
        err = dep_own_vkey(reg, &vkey, problem);
    if (err)
        return err;
    err = dep_checkpoint_open(dep_buf_slice(&out->note), &vkey, &out->checkpoint, &why);
    if (!err)
        err = dep_note_parse(dep_buf_slice(&out->note), &out->parsed, &why);
    if (err == DEP_FOUND || (!err && out->checkpoint.size != size))
        return dep_fault_set(&problem->fault, DEP_ERR_CORRUPT, 0, "checkpoints.damaged", "%s/%s",
                             dep_register_dir(reg), path);
    if (!err)
        dep_sha256(out->parsed.text, &out->digest);
    return err ? dep_problem_fault(problem, err, "checkpoints.read", path) : DEP_OK;
}

static int load_token(struct dep_register *reg, const struct entry *entry, struct dep_kept *kept,
                      struct dep_problem *problem)
{
    char path[PATH_LEN];
    token_path(entry->size, entry->token, path);
    if (kept->token_count == DEP_KEPT_TOKENS_MAX)
        return dep_problem_fault(problem, DEP_ERR_CAP, "checkpoints.read", path);
    if (!kept->tokens)
        kept->tokens = dep_alloc_array(DEP_KEPT_TOKENS_MAX, sizeof *kept->tokens);
    if (!kept->tokens)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "checkpoints.read", path);
    struct dep_kept_token *token = &kept->tokens[kept->token_count++];
    memcpy(token->name, entry->token, sizeof token->name);
    dep_buf_init(&token->response, DEP_TSP_LEN_MAX);
    return dep_file_read(dep_register_dir_fd(reg), path, DEP_TSP_LEN_MAX, &token->response,
                         &problem->fault);
}

static int load_entries(struct dep_register *reg, const struct entry *entries, size_t count,
                        struct dep_kept_list *kept, struct dep_problem *problem)
{
    int err = DEP_OK;
    if (count && !(kept->list = dep_alloc_array(count, sizeof *kept->list)))
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "checkpoints.read", dep_register_dir(reg));
    for (size_t i = 0; !err && i < count; i++) {
        struct dep_kept *last = kept->count ? &kept->list[kept->count - 1] : NULL;
        if (!entries[i].token[0])
            err = load_note(reg, entries[i].size, &kept->list[kept->count++], problem);
        else if (last && last->checkpoint.size == entries[i].size)
            err = load_token(reg, &entries[i], last, problem);
    }
    return err;
}

int dep_kept_load(struct dep_register *reg, struct dep_kept_list *out, struct dep_problem *problem)
{
    DEP_AUTO_FREE struct entry *entries = NULL;
    struct dep_kept_list kept = {NULL, 0};
    size_t count = 0;
    int err = list_entries(reg, &entries, &count, problem);
    if (!err)
        err = load_entries(reg, entries, count, &kept, problem);
    if (err)
        dep_kept_list_done(&kept);
    else
        *out = kept;
    return err;
}

int dep_node_kept_judge(struct dep_node *node, const struct dep_kept *kept,
                        struct dep_cosigned *out, struct dep_problem *problem)
{
    const struct dep_charter *charter = NULL;
    struct dep_vkey vkey;
    int err = dep_node_charter(node, UINT64_MAX, &charter, problem);
    if (!err)
        err = dep_own_vkey(node->reg, &vkey, problem);
    if (err)
        return err;
    int self = dep_charter_member_find(charter, dep_register_info(node->reg)->member);
    err = dep_cosigned_judge(charter, self, &kept->parsed, &vkey, out);
    return err ? dep_problem_fault(problem, err, "checkpoints.judge", node->dir) : DEP_OK;
}

/* ---- writing ---- */

int dep_node_keep(struct dep_node *node, struct dep_checkpoint *out, struct dep_buf *out_note,
                  struct dep_problem *problem)
{
    DEP_AUTO_FD lock = -1;
    char path[PATH_LEN];
    struct dep_slice note;
    struct dep_checkpoint checkpoint;
    int err = lock_folder(node, &lock, problem);
    if (!err)
        err = dep_register_checkpoint(node->reg, &note, &checkpoint, &problem->fault);
    if (err)
        return err;
    note_path(checkpoint.size, path);
    struct dep_kept kept = {.token_count = 0};
    err = load_note(node->reg, checkpoint.size, &kept, problem);
    if (err == DEP_ERR_IO && problem->fault.sys == ENOENT) {
        dep_buf_clear(&kept.note);
        dep_buf_add_slice(&kept.note, note);
        err = dep_buf_err(&kept.note)
                  ? dep_problem_fault(problem, dep_buf_err(&kept.note), "checkpoints.write", path)
                  : dep_file_replace(dep_register_dir_fd(node->reg), path, note, 0644,
                                     &problem->fault);
    } else if (!err && !dep_hash_equal(&kept.checkpoint.root, &checkpoint.root)) {
        /* This register was rolled back and went on. */
        err = dep_problem_found(problem, "log.fork", "package.md 5.4", path);
    }
    if (!err && out_note) {
        dep_buf_add_slice(out_note, dep_buf_slice(&kept.note));
        if (dep_buf_err(out_note))
            err = dep_problem_fault(problem, dep_buf_err(out_note), "checkpoints.read", path);
    }
    kept_done(&kept);
    if (!err)
        *out = checkpoint;
    return err;
}

int dep_node_kept_sign(struct dep_node *node, const struct dep_kept *kept,
                       const struct dep_note_signature *line, struct dep_problem *problem)
{
    DEP_AUTO_FD lock = -1;
    char path[PATH_LEN];
    struct dep_kept now = {.token_count = 0};
    note_path(kept->checkpoint.size, path);
    int err = lock_folder(node, &lock, problem);
    if (!err)
        err = load_note(node->reg, kept->checkpoint.size, &now, problem);
    bool there = false;
    for (size_t i = 0; !err && i < now.parsed.signature_count; i++)
        there = there || (dep_slice_equal(now.parsed.signatures[i].name, line->name) &&
                          dep_slice_equal(now.parsed.signatures[i].base64, line->base64));
    if (!err && !there) {
        if (now.parsed.signature_count == DEP_NOTE_SIGNATURES_MAX)
            err = dep_problem_found(problem, "note.signature.many", "log.md", path);
        dep_note_line_add(line, &now.note);
        if (!err && dep_buf_err(&now.note))
            err = dep_problem_fault(problem, dep_buf_err(&now.note), "checkpoints.write", path);
        if (!err)
            err = dep_file_replace(dep_register_dir_fd(node->reg), path, dep_buf_slice(&now.note),
                                   0644, &problem->fault);
    }
    kept_done(&now);
    return err;
}

void dep_token_name(struct dep_slice response, char *out)
{
    struct dep_hash digest;
    dep_sha256(response, &digest);
    dep_hex_encode(digest.bytes, DEP_TOKEN_NAME_LEN / 2, out);
}

int dep_node_kept_stamp(struct dep_node *node, const struct dep_kept *kept,
                        struct dep_slice response, struct dep_problem *problem)
{
    DEP_AUTO_FD lock = -1;
    char path[PATH_LEN], name[DEP_TOKEN_NAME_LEN + 1];
    dep_token_name(response, name);
    token_path(kept->checkpoint.size, name, path);
    int err = lock_folder(node, &lock, problem);
    if (!err && kept->token_count == DEP_KEPT_TOKENS_MAX)
        err = dep_problem_fault(problem, DEP_ERR_CAP, "checkpoints.write", path);
    return err ? err
               : dep_file_replace(dep_register_dir_fd(node->reg), path, response, 0644,
                                  &problem->fault);
}
