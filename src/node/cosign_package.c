/*
 * A checkpoint to be cosigned, out of a package: its proofs are put in the form in which they come
 * by themselves, and judged there.
 */
#include "node/cosign.h"
#include "node/node_impl.h"

#include "package/records.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_LEN = DEP_TILE_PATH_MAX + 64, PIECE_LEN = 64 * 1024 };

static const char CLAUSE[] = "package.md 8", LOG[] = "data/logs/000/";

struct unpacking {
    struct dep_node *node;
    const char *dir;
    int fd;
    struct dep_buf note;
    struct dep_note parsed;
    struct dep_checkpoint checkpoint; /* the package's */
    struct dep_buf jwt;               /* of the newest record that enrols the log's key */
    uint64_t index;                   /* of it */
    struct dep_problem *problem;
};

static int wrong(const struct unpacking *unpacking, const char *id)
{
    return dep_problem_found(unpacking->problem, id, CLAUSE, unpacking->dir);
}

static int fault(const struct unpacking *unpacking, int err)
{
    return dep_problem_fault(unpacking->problem, err, "cosign.read", unpacking->dir);
}

/* Somebody else made the folder: nothing but a file is opened there. */
static bool is_file(const struct unpacking *unpacking, const char *path, size_t cap)
{
    struct stat info;
    return fstatat(unpacking->fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode) &&
           (uint64_t)info.st_size <= cap;
}

/* DEP_FOUND where it isn't there or is longer. */
static int load(const struct unpacking *unpacking, const char *path, size_t cap,
                struct dep_buf *out)
{
    return is_file(unpacking, path, cap)
               ? dep_file_read(unpacking->fd, path, cap, out, &unpacking->problem->fault)
               : DEP_FOUND;
}

static int load_checkpoint(struct unpacking *unpacking)
{
    char path[PATH_LEN];
    (void)snprintf(path, sizeof path, "%scheckpoint", LOG);
    int err = load(unpacking, path, DEP_NOTE_LEN_MAX, &unpacking->note);
    if (err)
        return err == DEP_FOUND ? wrong(unpacking, "cosign.package") : err;
    struct dep_finding *why = &unpacking->problem->finding;
    err = dep_note_parse(dep_buf_slice(&unpacking->note), &unpacking->parsed, why);
    if (!err)
        err = dep_checkpoint_parse(unpacking->parsed.text, &unpacking->checkpoint, why);
    return err < 0 ? fault(unpacking, err) : err;
}

/* ---- the log's key ---- */

/* Kept if it enrols a log's key; the last one is the one in force. */
static int take_line(struct unpacking *unpacking, struct dep_slice line)
{
    struct dep_finding why;
    struct dep_slice jwt;
    uint64_t index;
    DEP_AUTO_RECORD record = {.jti = NULL};
    int err = dep_records_line_parse(line, &index, &jwt, &why);
    if (!err) {
        jwt = dep_slice_next(&jwt, '~');
        err = dep_record_parse(jwt, &record, &why);
    }
    if (err)
        return err < 0 ? fault(unpacking, err) : wrong(unpacking, "cosign.package");
    const char *use = dep_json_string(record.jwt.payload, "use");
    if (strcmp(record.type, "key.enrolled") != 0 || !use || strcmp(use, "log") != 0)
        return DEP_OK;
    dep_buf_clear(&unpacking->jwt);
    dep_buf_add_slice(&unpacking->jwt, jwt);
    unpacking->index = index;
    return dep_buf_err(&unpacking->jwt) ? fault(unpacking, dep_buf_err(&unpacking->jwt)) : DEP_OK;
}

/* Each line of a piece that was read; what is left of the last one stays in `line`. */
static int take_piece(struct unpacking *unpacking, struct dep_slice piece, struct dep_buf *line)
{
    while (piece.len) {
        size_t end = dep_slice_find(piece, '\n');
        dep_buf_add_slice(line, dep_slice_sub(piece, 0, end));
        if (dep_buf_err(line))
            return dep_buf_err(line) == DEP_ERR_CAP ? wrong(unpacking, "cosign.package")
                                                    : fault(unpacking, dep_buf_err(line));
        if (end == piece.len)
            return DEP_OK;
        int err = take_line(unpacking, dep_buf_slice(line));
        if (err)
            return err;
        dep_buf_clear(line);
        piece = dep_slice_sub(piece, end + 1, piece.len - end - 1);
    }
    return DEP_OK;
}

static int find_key(struct unpacking *unpacking)
{
    char path[PATH_LEN];
    uint8_t piece[PIECE_LEN];
    struct dep_buf line;
    (void)snprintf(path, sizeof path, "%srecords.jsonl", LOG);
    DEP_AUTO_FD fd = is_file(unpacking, path, SIZE_MAX)
                         ? openat(unpacking->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
                         : -1;
    if (fd < 0)
        return wrong(unpacking, "cosign.package");
    dep_buf_init_secret(&line, DEP_RECORDS_LINE_MAX);
    int err = DEP_OK;
    for (ssize_t got = 1; !err && got != 0;) {
        got = read(fd, piece, sizeof piece);
        if (got < 0 && errno != EINTR)
            err = dep_fault_set(&unpacking->problem->fault, DEP_ERR_IO, errno, "cosign.read", "%s",
                                path);
        if (got > 0)
            err = take_piece(unpacking, dep_slice_of(piece, (size_t)got), &line);
    }
    dep_buf_done(&line);
    dep_wipe(piece, sizeof piece);
    return !err && unpacking->jwt.len == 0 ? wrong(unpacking, "cosign.package") : err;
}

/* dep_tile_read_fn */
static int read_tile(void *context, const struct dep_tile_id *tile, uint8_t *out)
{
    const struct unpacking *unpacking = context;
    char path[PATH_LEN], name[DEP_TILE_PATH_MAX];
    size_t len = tile->width * (size_t)DEP_HASH_LEN;
    DEP_AUTO_BUF bytes;
    dep_buf_init(&bytes, DEP_TILE_LEN);
    dep_tile_path(tile, name);
    (void)snprintf(path, sizeof path, "%s%s", LOG, name);
    int err = load(unpacking, path, DEP_TILE_LEN, &bytes);
    if (!err && bytes.len != len)
        err = DEP_FOUND;
    if (!err)
        memcpy(out, bytes.data, len);
    return err;
}

static int prove_key(struct unpacking *unpacking, struct dep_buf *out)
{
    uint64_t size = unpacking->checkpoint.size;
    struct dep_tile_source source = {.read = read_tile, .context = unpacking, .size = size};
    struct dep_merkle_proof path;
    int err = unpacking->index < size
                  ? dep_merkle_prove_inclusion(unpacking->index, size, dep_tile_source_read,
                                               &source, &path)
                  : DEP_FOUND;
    if (err)
        return err < 0 ? fault(unpacking, err) : wrong(unpacking, "cosign.package");
    err = dep_proof_encode(dep_buf_slice(&unpacking->jwt), unpacking->index, &path,
                           dep_buf_slice(&unpacking->note), out);
    return err ? fault(unpacking, err) : DEP_OK;
}

/* ---- the request ---- */

static int load_proof(struct unpacking *unpacking, uint64_t from, struct dep_cosign_proof *out)
{
    char path[PATH_LEN];
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_COSIGN_LEN_MAX);
    *out = (struct dep_cosign_proof){.old_size = from};
    if (from == 0 || from >= unpacking->checkpoint.size)
        return DEP_OK;
    (void)snprintf(path, sizeof path, "%sbefore/%llu.proof", LOG, (unsigned long long)from);
    int err = load(unpacking, path, DEP_COSIGN_LEN_MAX, &text);
    if (!err)
        err = dep_cosign_proof_parse(dep_buf_slice(&text), out, &unpacking->problem->finding);
    return err == DEP_FOUND ? wrong(unpacking, "cosign.package.proof") : err;
}

/* As it came, where the sender made one; else from what was signed last. */
static int make_request(struct unpacking *unpacking, struct dep_buf *out)
{
    DEP_AUTO_BUF newest_note;
    struct dep_checkpoint newest;
    struct dep_cosign_proof proof;
    dep_buf_init(&newest_note, DEP_NOTE_LEN_MAX);
    int err = load(unpacking, "data/cosign/000/request", DEP_COSIGN_LEN_MAX, out);
    if (err != DEP_FOUND)
        return err;
    err = dep_cosign_newest(unpacking->node, unpacking->checkpoint.origin, &newest_note, &newest,
                            unpacking->problem);
    if (!err)
        err = load_proof(unpacking, newest.size, &proof);
    if (err)
        return err;
    err = dep_cosign_request_encode(&proof, dep_buf_slice(&unpacking->note), out);
    return err ? fault(unpacking, err) : DEP_OK;
}

int dep_cosign_unpack(struct dep_node *node, const char *dir, struct dep_buf *out_proof,
                      struct dep_buf *out_request, struct dep_problem *problem)
{
    struct unpacking unpacking = {.node = node, .dir = dir, .problem = problem};
    DEP_AUTO_FD fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return dep_fault_set(&problem->fault, DEP_ERR_IO, errno, "cosign.read", "%s", dir);
    unpacking.fd = fd;
    dep_buf_init(&unpacking.note, DEP_NOTE_LEN_MAX);
    dep_buf_init(&unpacking.jwt, DEP_JWT_LEN_MAX);
    int err = load_checkpoint(&unpacking);
    if (!err)
        err = find_key(&unpacking);
    if (!err)
        err = prove_key(&unpacking, out_proof);
    if (!err)
        err = make_request(&unpacking, out_request);
    dep_buf_done(&unpacking.note);
    dep_buf_done(&unpacking.jwt);
    return err;
}
