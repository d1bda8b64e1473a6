/*
 * A reading can't wait for a commit (`item list | head` is killed by its pipe), and a commit for
 * each would make a log of readings and lists slow. So it is written down at once, a line in a file
 * that only the officer's key reads, and becomes a record with the officer's next commit, or after
 * a day.
 *
 *     line   <seconds since 1970> <base64url of nonce, encrypted id, tag>
 *
 * ChaCha20-Poly1305, associated data: the seconds as they stand there; key: HKDF-SHA256 of the
 * officer's age identity.
 */
#include "node/readings.h"
#include "node/node_impl.h"

#include "codec/base64.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SEALED_LEN = DEP_AEAD_NONCE_LEN + DEP_UUID_LEN + DEP_AEAD_TAG_LEN,
    TIME_ROOM = 24,
    LINE_MAX = 256,
    PATH_ROOM = DEP_CODE_LEN_MAX + 16,
};

void dep_readings_init(struct dep_readings *readings)
{
    *readings = (struct dep_readings){.fd = -1};
}

void dep_readings_done(struct dep_readings *readings)
{
    if (readings->fd >= 0) {
        (void)fdatasync(readings->fd);
        dep_close_fd(&readings->fd);
    }
    dep_aead_free(readings->aead);
    readings->aead = NULL;
}

static void path_of(const struct dep_node *node, char out[PATH_ROOM])
{
    (void)snprintf(out, PATH_ROOM, "readings/%s", node->officer);
}

static int open_cipher(struct dep_node *node)
{
    uint8_t key[DEP_AEAD_KEY_LEN];
    if (node->readings.aead)
        return DEP_OK;
    int err = dep_hkdf_sha256(
        dep_slice_of(node->officer_identity.secret, sizeof node->officer_identity.secret),
        (struct dep_slice){NULL, 0}, dep_slice_string("depositary readings"), key, sizeof key);
    if (!err)
        err = dep_aead_new(key, &node->readings.aead);
    dep_wipe(key, sizeof key);
    return err;
}

/* ---- keeping ---- */

static int encode_line(struct dep_node *node, const char *jti, char out[LINE_MAX], size_t *out_len)
{
    uint8_t sealed[SEALED_LEN];
    char when[TIME_ROOM];
    (void)snprintf(when, sizeof when, "%lld", (long long)(node->world.clock() / 1000));
    node->world.random(sealed, DEP_AEAD_NONCE_LEN);
    int err = dep_aead_seal(node->readings.aead, sealed, dep_slice_string(when),
                            (const uint8_t *)jti, DEP_UUID_LEN, sealed + DEP_AEAD_NONCE_LEN);
    if (err)
        return err;
    size_t len = (size_t)snprintf(out, LINE_MAX, "%s ", when);
    dep_base64_write(DEP_BASE64_URL, sealed, sizeof sealed, out + len);
    len += dep_base64_encoded_len(DEP_BASE64_URL, sizeof sealed);
    out[len++] = '\n';
    *out_len = len;
    return DEP_OK;
}

static int append_line(struct dep_node *node, const char *jti)
{
    struct dep_readings *readings = &node->readings;
    char path[PATH_ROOM], line[LINE_MAX];
    size_t len;
    struct stat info;
    path_of(node, path);
    if (readings->fd < 0)
        readings->fd = openat(dep_register_dir_fd(node->reg), path,
                              O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (readings->fd < 0)
        return DEP_ERR_IO;
    int err = open_cipher(node);
    if (!err)
        err = encode_line(node, jti, line, &len);
    if (err)
        return err;
    /* Who makes records of them takes the file away meanwhile. */
    while (flock(readings->fd, LOCK_SH) != 0)
        if (errno != EINTR)
            return DEP_ERR_IO;
    if (fstat(readings->fd, &info) != 0 || info.st_size >= DEP_READINGS_LEN_MAX ||
        write(readings->fd, line, len) != (ssize_t)len)
        err = DEP_ERR_IO;
    (void)flock(readings->fd, LOCK_UN);
    return err;
}

static void tell(struct dep_node *node)
{
    if (!node->readings.failed && node->unrecorded)
        node->unrecorded(node->unrecorded_context);
    node->readings.failed = true;
}

void dep_readings_keep(struct dep_node *node, const char *jti)
{
    if (append_line(node, jti))
        tell(node);
}

int dep_readings_set_aside(struct dep_node *node, const char *code, const char *kid,
                           struct dep_problem *problem)
{
    char name[sizeof "_former." + DEP_KID_LEN];
    bool moved;
    DEP_AUTO_FD folder =
        openat(dep_register_dir_fd(node->reg), "readings", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 && errno == ENOENT)
        return DEP_OK;
    (void)snprintf(name, sizeof name, "_former.%s", kid);
    return folder < 0 ? dep_problem_fault(problem, DEP_ERR_IO, "node.readings", "readings")
                      : dep_file_move(folder, code, folder, name, "node.readings", &moved,
                                      &problem->fault);
}

/* ---- when ---- */

bool dep_readings_due(uint64_t len, int64_t oldest_s, int64_t now_s)
{
    int64_t since = now_s > oldest_s ? now_s - oldest_s : oldest_s - now_s;
    return len >= DEP_READINGS_DUE_LEN || (len > 0 && since >= DEP_READINGS_DUE_S);
}

static int64_t time_of(struct dep_slice line)
{
    uint64_t seconds = 0;
    return dep_u64_parse(dep_slice_next(&line, ' '), INT64_MAX, &seconds) ? (int64_t)seconds : 0;
}

bool dep_node_readings_due(struct dep_node *node)
{
    char path[PATH_ROOM], head[TIME_ROOM];
    struct stat info;
    if (!node->officer[0])
        return false;
    path_of(node, path);
    int dir = dep_register_dir_fd(node->reg);
    DEP_AUTO_FD fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &info) != 0 || info.st_size == 0 ||
        faccessat(dir, "lock", W_OK, 0) != 0)
        return false;
    ssize_t got = pread(fd, head, sizeof head, 0);
    return got > 0 &&
           dep_readings_due((uint64_t)info.st_size, time_of(dep_slice_of(head, (size_t)got)),
                            node->world.clock() / 1000);
}

/* ---- recording ---- */

struct batch {
    struct dep_node *node;
    char (*ids)[DEP_UUID_LEN + 1];
    size_t id_count, room;
    uint64_t count; /* lines, also those that don't open */
    int64_t from, to;
};

static int by_id(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* False where the line isn't one of this officer's: somebody wrote there. It is counted and names
 * nothing. */
static bool open_line(struct batch *batch, struct dep_slice line, char out[DEP_UUID_LEN + 1])
{
    uint8_t sealed[SEALED_LEN], id[DEP_UUID_LEN];
    struct dep_slice when = dep_slice_next(&line, ' ');
    if (!dep_base64_parse_exact(DEP_BASE64_URL, line, sealed, sizeof sealed) ||
        dep_aead_open(batch->node->readings.aead, sealed, when, sealed + DEP_AEAD_NONCE_LEN,
                      sizeof sealed - DEP_AEAD_NONCE_LEN, id) != DEP_OK)
        return false;
    memcpy(out, id, DEP_UUID_LEN);
    out[DEP_UUID_LEN] = 0;
    return true;
}

static int take_lines(struct batch *batch, struct dep_slice text)
{
    batch->room = text.len / (SEALED_LEN * 4 / 3) + 1;
    batch->ids = dep_alloc_array(batch->room, sizeof *batch->ids);
    if (!batch->ids)
        return DEP_ERR_NOMEM;
    while (text.len) {
        struct dep_slice line = dep_slice_next(&text, '\n');
        int64_t when = time_of(line);
        batch->count++;
        if (batch->id_count == batch->room || !open_line(batch, line, batch->ids[batch->id_count]))
            continue;
        batch->id_count++;
        batch->from = batch->from && batch->from < when ? batch->from : when;
        batch->to = batch->to > when ? batch->to : when;
    }
    qsort(batch->ids, batch->id_count, sizeof *batch->ids, by_id);
    size_t kept = 0;
    for (size_t i = 0; i < batch->id_count; i++)
        if (i == 0 || strcmp(batch->ids[i], batch->ids[kept - 1]) != 0)
            memmove(batch->ids[kept++], batch->ids[i], sizeof *batch->ids);
    batch->id_count = kept;
    return DEP_OK;
}

/* The claims of one record: those ids from `first` on that it has room for. */
static json_t *claims_of(const struct batch *batch, size_t first)
{
    char from[TIME_ROOM], to[TIME_ROOM];
    dep_time_encode(batch->from, from);
    dep_time_encode(batch->to, to);
    json_t *ids = json_array();
    for (size_t i = first; i < batch->id_count && i < first + DEP_READING_RECORDS_MAX; i++)
        if (json_array_append_new(ids, json_string(batch->ids[i]))) {
            json_decref(ids);
            return NULL;
        }
    /* The first of several tells how often; the others are its continuation. */
    return json_pack("{s:I,s:s,s:s,s:o}", "count",
                     first == 0 ? (json_int_t)batch->count : (json_int_t)0, "from", from, "to", to,
                     "records", ids);
}

static int record_batch(struct batch *batch, struct dep_problem *problem)
{
    for (size_t first = 0; first == 0 || first < batch->id_count;
         first += DEP_READING_RECORDS_MAX) {
        struct dep_done done;
        DEP_AUTO_JSON *claims = claims_of(batch, first);
        struct dep_draft draft = {.type = "reading.recorded", .claims = claims};
        int err = claims ? dep_node_append_along(batch->node, &draft, &done, problem)
                         : dep_problem_fault(problem, DEP_ERR_NOMEM, "node.readings", "readings");
        if (err)
            return err;
    }
    return DEP_OK;
}

/* A crash between the record and the emptied file tells a reading twice; the other way round it
 * would not be told. */
static int fold_file(struct dep_node *node, int fd, const char *path, struct dep_problem *problem)
{
    struct batch batch = {.node = node};
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 2 * (size_t)DEP_READINGS_LEN_MAX);
    int err = dep_file_read(dep_register_dir_fd(node->reg), path, 2 * (size_t)DEP_READINGS_LEN_MAX,
                            &text, &problem->fault);
    if (err || text.len == 0)
        return err;
    if (open_cipher(node) || take_lines(&batch, dep_buf_slice(&text)))
        err = dep_problem_fault(problem, DEP_ERR_NOMEM, "node.readings", path);
    if (!err)
        err = record_batch(&batch, problem);
    if (!err && ftruncate(fd, 0) != 0)
        err = dep_problem_fault(problem, DEP_ERR_IO, "node.readings", path);
    free(batch.ids);
    return err;
}

int dep_readings_fold(struct dep_node *node, struct dep_problem *problem)
{
    char path[PATH_ROOM];
    if (node->readings.folded || !node->officer_key)
        return DEP_OK;
    node->readings.folded = true;
    path_of(node, path);
    DEP_AUTO_FD fd =
        openat(dep_register_dir_fd(node->reg), path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)
        return DEP_OK;
    struct dep_problem own = {.detail = ""};
    int err = fold_file(node, fd, path, &own);
    if (err < 0)
        *problem = own;
    /* An officer who may not sign it any more: the file stays. */
    return err == DEP_FOUND ? DEP_OK : err;
}

void dep_readings_record(struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    if (dep_readings_fold(node, &problem))
        tell(node);
}

void dep_readings_record_due(struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    if (!node->readings.due)
        return;
    node->readings.due = false;
    dep_readings_record(node);
    if (dep_node_publish(node, &problem))
        tell(node);
}
