/*
 * The files of a register as somebody left them: register.json, records, private and keyring lines,
 * the checkpoint. Opening, walking, auditing and reading protected values end in order; what is
 * read is what was written, or it isn't read; and no change of a committed record passes the audit.
 *
 * Input: which file, how it is changed, where, and the bytes.
 */
#include "store/file.h"
#include "store/register.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORDS = 3, FILE_MAX = 256 * 1024, EDIT_HEAD = 5 };

static const char *const FILES[] = {"register.json", "records/000000", "private/000000",
                                    "keyring/000000", "log/checkpoint"};
enum { AT_INFO, AT_RECORDS, AT_PRIVATE, AT_KEYRING, AT_CHECKPOINT, FILE_COUNT };
enum change { REPLACE, OVERWRITE, INSERT, REMOVE, REPEAT, CHANGE_COUNT };

static char dir[256];
static struct dep_role_identity reader;
static struct dep_issued issued[RECORDS];
static struct dep_committed placed[RECORDS];
static struct dep_buf originals[FILE_COUNT];
static struct dep_hash root;

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

static void clean(void)
{
    (void)nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void commit_all(struct dep_register *reg, const struct dep_signing_key *log_key,
                       const struct dep_signing_key *officer)
{
    const struct dep_schemas *schemas = dep_schemas_builtin();
    struct dep_commit_item items[RECORDS];
    struct dep_fault fault;
    struct dep_finding why;
    struct dep_issuer issuer = {"m", DEP_ROLE_CUSTODIAN, "o", officer, 1795511717000, "ntp",
                                1,   dep_random};
    must(schemas != NULL);
    for (size_t i = 0; i < RECORDS; i++) {
        DEP_AUTO_JSON *claims =
            json_pack("{s:{s:s,s:s}}", "text", "text", "what was seen", "lang", "en");
        must(dep_record_issue(schemas, "note", claims, NULL, &issuer, &issued[i], NULL, &why) ==
             DEP_OK);
        items[i] =
            (struct dep_commit_item){dep_buf_slice(&issued[i].jwt), issued[i].jti,
                                     dep_buf_slice(&issued[i].disclosures), issued[i].readers};
    }
    must(dep_register_commit(reg, items, RECORDS, log_key, NULL, NULL, placed, &fault) == DEP_OK &&
         dep_register_publish(reg, log_key, &fault) == DEP_OK);
}

static void keep_originals(void)
{
    struct dep_fault fault;
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    for (size_t i = 0; i < FILE_COUNT; i++) {
        dep_buf_init(&originals[i], FILE_MAX);
        must(dep_file_read(fd, FILES[i], FILE_MAX, &originals[i], &fault) == DEP_OK);
    }
    (void)close(fd);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    struct dep_signing_key *log_key = NULL, *officer = NULL;
    struct dep_register *reg = NULL;
    struct dep_checkpoint checkpoint;
    struct dep_slice note;
    struct dep_fault fault;
    const char *tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(dir, sizeof dir, "%s/fuzz-register-%ld", tmp, (long)getpid());
    must(dep_crypto_init(false) == DEP_OK && atexit(clean) == 0);
    must(dep_signing_key_new(dep_random, &log_key) == DEP_OK &&
         dep_signing_key_new(dep_random, &officer) == DEP_OK);
    reader.role = DEP_ROLE_CUSTODIAN;
    dep_age_identity_new(dep_random, &reader.identity);
    struct dep_register_info info = {
        .member = "m", .name = "M", .origin = "m/log", .created = "2026-11-24T00:00:00Z"};
    dep_kid(dep_signing_key_public(officer), info.root_kid);
    info.log_key = *dep_signing_key_public(log_key);
    struct dep_reader_key key = {DEP_ROLE_CUSTODIAN, reader.identity.recipient};
    must(dep_register_create(dir, &info, &fault) == DEP_OK &&
         dep_register_open(dir, DEP_OPEN_WRITE, &reg, &fault) == DEP_OK &&
         dep_register_set_readers(reg, &key, 1, NULL, 0) == DEP_OK);
    commit_all(reg, log_key, officer);
    must(dep_register_checkpoint(reg, &note, &checkpoint, &fault) == DEP_OK);
    root = checkpoint.root;
    dep_register_close(reg);
    dep_signing_key_free(log_key);
    dep_signing_key_free(officer);
    keep_originals();
    return 0;
}

/* ---- changing a file ---- */

static void add_part(struct dep_buf *out, struct dep_slice whole, size_t from, size_t len)
{
    from = from < whole.len ? from : whole.len;
    dep_buf_add_slice(out,
                      dep_slice_sub(whole, from, len < whole.len - from ? len : whole.len - from));
}

static void change_bytes(struct dep_slice whole, enum change change, size_t at, size_t len,
                         struct dep_slice bytes, struct dep_buf *out)
{
    at = whole.len ? at % whole.len : 0;
    if (change == REPLACE) {
        dep_buf_add_slice(out, bytes);
        return;
    }
    add_part(out, whole, 0, at);
    if (change == REPEAT)
        add_part(out, whole, at, len);
    else if (change != REMOVE)
        dep_buf_add_slice(out, bytes);
    add_part(out, whole,
             at + (change == OVERWRITE ? bytes.len
                   : change == REMOVE  ? len
                                       : 0),
             whole.len);
}

static void write_file(const char *name, struct dep_slice bytes)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(fd >= 0 &&
         write(fd, bytes.len ? bytes.data : (const uint8_t *)"", bytes.len) == (ssize_t)bytes.len);
    (void)close(fd);
}

/* ---- what must hold ---- */

static int see_line(void *context, uint64_t index, const struct dep_place *place,
                    struct dep_slice jwt)
{
    (void)place, (void)jwt;
    must(index == (*(uint64_t *)context)++);
    return DEP_OK;
}

static int see_secret(void *context, enum dep_secret_kind kind, const char *jti, uint64_t index,
                      const struct dep_place *place)
{
    (void)context, (void)kind, (void)index, (void)place;
    must(strlen(jti) <= DEP_UUID_LEN);
    return DEP_OK;
}

static void read_secrets(struct dep_register *reg)
{
    struct dep_finding why;
    struct dep_fault fault;
    for (size_t i = 0; i < RECORDS; i++) {
        DEP_AUTO_BUF out;
        dep_buf_init_secret(&out, FILE_MAX);
        int err = dep_register_open_secret(reg, issued[i].jti, &placed[i].secret,
                                           &placed[i].keyring, &reader, 1, &out, &why, &fault);
        must(err || dep_slice_equal(dep_buf_slice(&out), dep_buf_slice(&issued[i].disclosures)));
    }
}

/* What stands beyond the checkpoint is a tail, and not yet a record. */
static bool records_changed(struct dep_slice now)
{
    struct dep_slice before = dep_buf_slice(&originals[AT_RECORDS]);
    return now.len < before.len || !dep_slice_equal(dep_slice_sub(now, 0, before.len), before);
}

static void look(size_t file, struct dep_slice now)
{
    struct dep_register *reg = NULL;
    struct dep_fault fault;
    struct dep_finding why;
    struct dep_audit audit;
    struct dep_checkpoint checkpoint;
    struct dep_slice note;
    uint64_t lines = 0;
    if (dep_register_open(dir, DEP_OPEN_READ, &reg, &fault) != DEP_OK)
        return;
    must(dep_register_walk(reg, 0, true, see_line, &lines, &fault) <= 0);
    must(dep_register_walk_secrets(reg, see_secret, NULL, &fault) <= 0);
    read_secrets(reg);
    int err = dep_register_audit(reg, NULL, NULL, &audit, &why, &fault);
    if (!err && dep_register_checkpoint(reg, &note, &checkpoint, &fault) == DEP_OK)
        must(checkpoint.size == 0 || dep_hash_equal(&checkpoint.root, &root) || file == AT_INFO);
    must(file != AT_RECORDS || !records_changed(now) || err);
    dep_register_close(reg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < EDIT_HEAD || len > FILE_MAX / 2)
        return 0;
    size_t file = data[0] % FILE_COUNT;
    size_t at = (size_t)data[2] << 8 | data[3];
    DEP_AUTO_BUF changed;
    dep_buf_init(&changed, 2 * FILE_MAX);
    change_bytes(dep_buf_slice(&originals[file]), (enum change)(data[1] % CHANGE_COUNT), at,
                 data[4], dep_slice_of(data + EDIT_HEAD, len - EDIT_HEAD), &changed);
    must(dep_buf_err(&changed) == DEP_OK);
    write_file(FILES[file], dep_buf_slice(&changed));
    look(file, dep_buf_slice(&changed));
    write_file(FILES[file], dep_buf_slice(&originals[file]));
    return 0;
}
