/*
 * keys/: every private key at rest is an age file or PKCS#8, so that stock tools open it.
 */
#include "node/node_impl.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_NAME_MAX = 160 };

static void file_name(char out[FILE_NAME_MAX], const char *name, const char *suffix)
{
    (void)snprintf(out, FILE_NAME_MAX, "%s%s", name, suffix);
}

bool dep_keyfile_exists(int keys_fd, const char *name, const char *suffix)
{
    char file[FILE_NAME_MAX];
    file_name(file, name, suffix);
    return faccessat(keys_fd, file, F_OK, 0) == 0;
}

int dep_keyfile_save_own(int keys_fd, const char *name, const struct dep_age_identity *identity,
                         struct dep_slice passphrase, dep_random_fn *random,
                         struct dep_problem *problem)
{
    struct dep_buf text, sealed;
    dep_buf_init_secret(&text, 1024);
    dep_buf_init_secret(&sealed, DEP_KEYFILE_MAX);
    int err = dep_age_identity_encode(identity, &text);
    char file[FILE_NAME_MAX];
    file_name(file, name, passphrase.len ? ".identity.age" : ".identity");
    if (!err && passphrase.len) {
        struct dep_age_to to = {.passphrase = passphrase, .scrypt_log_n = DEP_OFFICER_SCRYPT};
        err = dep_age_seal(dep_buf_slice(&text), &to, random, &sealed);
    }
    if (err < 0)
        err = dep_problem_fault(problem, err, "keys.seal", file);
    if (!err)
        err = dep_file_create(keys_fd, file, dep_buf_slice(passphrase.len ? &sealed : &text), 0600,
                              &problem->fault);
    dep_buf_done(&text);
    dep_buf_done(&sealed);
    return err;
}

/* Whether a passphrase that is wrong may be followed by another. */
static bool ask_again(const struct dep_world *world)
{
    return world->passphrase_wrong && world->passphrase_wrong(world->passphrase_context);
}

int dep_passphrase_none(int err, const char *where, struct dep_problem *problem)
{
    return err == DEP_ERR_STOPPED ? dep_problem_fault(problem, err, "stopped", where)
                                  : dep_problem_fault(problem, err < 0 ? err : DEP_ERR_KEY,
                                                      "keys.passphrase.absent", where);
}

static int ask(const struct dep_world *world, const char *which, const char *code, const char *file,
               struct dep_buf *out, struct dep_problem *problem)
{
    int err = world->passphrase
                  ? world->passphrase(world->passphrase_context, which, code, false, out)
                  : DEP_ERR_KEY;
    return err < 0 ? dep_passphrase_none(err, file, problem) : err;
}

static int try_own(struct dep_slice file_bytes, const char *file, const char *code,
                   const struct dep_world *world, struct dep_buf *out, bool *out_wrong,
                   struct dep_problem *problem)
{
    struct dep_buf passphrase;
    dep_buf_init_secret(&passphrase, 4096);
    int err = ask(world, "officer", code, file, &passphrase, problem);
    *out_wrong = false;
    if (!err) {
        struct dep_age_with with = {.passphrase = dep_buf_slice(&passphrase)};
        err = dep_age_open(file_bytes, &with, out, &problem->finding);
        *out_wrong = err == DEP_FOUND;
        if (*out_wrong)
            err = dep_problem_fault(problem, DEP_ERR_KEY, "keys.passphrase.wrong", file);
        else if (err)
            err = dep_problem_fault(problem, err, "keys.open", file);
    }
    dep_buf_done(&passphrase);
    return err;
}

static int open_own(struct dep_slice file_bytes, const char *file, const char *code,
                    const struct dep_world *world, struct dep_buf *out, struct dep_problem *problem)
{
    bool wrong;
    int err;
    do
        err = try_own(file_bytes, file, code, world, out, &wrong, problem);
    while (wrong && ask_again(world));
    return err;
}

int dep_keyfile_load_own(int keys_fd, const char *name, const char *code,
                         const struct dep_world *world, struct dep_age_identity *out,
                         struct dep_problem *problem)
{
    bool locked = dep_keyfile_exists(keys_fd, name, ".identity.age");
    char file[FILE_NAME_MAX];
    file_name(file, name, locked ? ".identity.age" : ".identity");
    struct dep_buf bytes, opened;
    dep_buf_init_secret(&bytes, DEP_KEYFILE_MAX);
    dep_buf_init_secret(&opened, DEP_KEYFILE_MAX);
    int err = dep_file_read(keys_fd, file, DEP_KEYFILE_MAX, &bytes, &problem->fault);
    if (!err && locked)
        err = open_own(dep_buf_slice(&bytes), file, code, world, &opened, problem);
    if (!err) {
        err = dep_age_identity_parse(dep_buf_slice(locked ? &opened : &bytes), out,
                                     &problem->finding);
        if (err == DEP_FOUND)
            err = dep_problem_fault(problem, DEP_ERR_CORRUPT, "keys.damaged", file);
    }
    dep_buf_done(&bytes);
    dep_buf_done(&opened);
    return err;
}

int dep_keyfile_save_bytes(int keys_fd, const char *file, struct dep_slice bytes,
                           const struct dep_age_recipient *to, size_t to_count,
                           dep_random_fn *random, struct dep_problem *problem)
{
    DEP_AUTO_BUF sealed;
    dep_buf_init(&sealed, 2 * DEP_KEYFILE_MAX);
    struct dep_age_to recipients = {.recipients = to, .recipient_count = to_count};
    int err = dep_age_seal(bytes, &recipients, random, &sealed);
    if (err < 0)
        return dep_problem_fault(problem, err, "keys.seal", file);
    return dep_file_replace(keys_fd, file, dep_buf_slice(&sealed), 0600, &problem->fault);
}

int dep_keyfile_load_bytes(int keys_fd, const char *file, const struct dep_age_identity *with,
                           struct dep_buf *out, struct dep_problem *problem)
{
    DEP_AUTO_BUF bytes;
    dep_buf_init(&bytes, 2 * DEP_KEYFILE_MAX);
    int err = dep_file_read(keys_fd, file, 2 * DEP_KEYFILE_MAX, &bytes, &problem->fault);
    if (err)
        return err;
    struct dep_age_with identity = {.identities = with, .identity_count = 1};
    err = dep_age_open(dep_buf_slice(&bytes), &identity, out, &problem->finding);
    if (err == DEP_FOUND)
        return dep_problem_fault(problem, DEP_ERR_KEY, "keys.not_for_you", file);
    return err ? dep_problem_fault(problem, err, "keys.open", file) : DEP_OK;
}

int dep_keyfile_save_signing(int keys_fd, const char *name, const struct dep_signing_key *key,
                             const struct dep_age_recipient *to, size_t to_count,
                             dep_random_fn *random, struct dep_problem *problem)
{
    char file[FILE_NAME_MAX];
    file_name(file, name, ".sign.age");
    struct dep_buf pem;
    dep_buf_init_secret(&pem, 4096);
    int err = dep_signing_key_encode(key, (struct dep_slice){NULL, 0}, &pem);
    if (err < 0)
        err = dep_problem_fault(problem, err, "keys.seal", file);
    if (!err)
        err = dep_keyfile_save_bytes(keys_fd, file, dep_buf_slice(&pem), to, to_count, random,
                                     problem);
    dep_buf_done(&pem);
    return err;
}

int dep_keyfile_load_signing(int keys_fd, const char *name, const struct dep_age_identity *with,
                             struct dep_signing_key **out, struct dep_problem *problem)
{
    char file[FILE_NAME_MAX];
    file_name(file, name, ".sign.age");
    struct dep_buf pem;
    dep_buf_init_secret(&pem, DEP_KEYFILE_MAX);
    int err = dep_keyfile_load_bytes(keys_fd, file, with, &pem, problem);
    if (!err) {
        err = dep_signing_key_parse(dep_buf_slice(&pem), (struct dep_slice){NULL, 0}, out,
                                    &problem->finding);
        if (err)
            err = dep_problem_fault(problem, err < 0 ? err : DEP_ERR_CORRUPT, "keys.damaged", file);
    }
    dep_buf_done(&pem);
    return err;
}

int dep_keyfile_save_identity(int keys_fd, const char *name,
                              const struct dep_age_identity *identity,
                              const struct dep_age_recipient *to, size_t to_count,
                              dep_random_fn *random, struct dep_problem *problem)
{
    char file[FILE_NAME_MAX];
    file_name(file, name, ".identity.age");
    struct dep_buf text;
    dep_buf_init_secret(&text, 1024);
    int err = dep_age_identity_encode(identity, &text);
    if (err < 0)
        err = dep_problem_fault(problem, err, "keys.seal", file);
    if (!err)
        err = dep_keyfile_save_bytes(keys_fd, file, dep_buf_slice(&text), to, to_count, random,
                                     problem);
    dep_buf_done(&text);
    return err;
}

int dep_keyfile_load_identity(int keys_fd, const char *name, const struct dep_age_identity *with,
                              struct dep_age_identity *out, struct dep_problem *problem)
{
    char file[FILE_NAME_MAX];
    file_name(file, name, ".identity.age");
    struct dep_buf text;
    dep_buf_init_secret(&text, DEP_KEYFILE_MAX);
    int err = dep_keyfile_load_bytes(keys_fd, file, with, &text, problem);
    if (!err) {
        err = dep_age_identity_parse(dep_buf_slice(&text), out, &problem->finding);
        if (err)
            err = dep_problem_fault(problem, err < 0 ? err : DEP_ERR_CORRUPT, "keys.damaged", file);
    }
    dep_buf_done(&text);
    return err;
}

int dep_keyfile_save_pem(const char *path, const struct dep_signing_key *key,
                         struct dep_slice passphrase, struct dep_problem *problem)
{
    struct dep_buf pem;
    dep_buf_init_secret(&pem, DEP_KEYFILE_MAX);
    int err = dep_signing_key_encode(key, passphrase, &pem);
    if (err < 0)
        err = dep_problem_fault(problem, err, "keys.seal", path);
    if (!err)
        err = dep_file_create(AT_FDCWD, path, dep_buf_slice(&pem), 0600, &problem->fault);
    dep_buf_done(&pem);
    return err;
}

static int try_pem(struct dep_slice pem, const char *path, const struct dep_world *world,
                   struct dep_signing_key **out, bool *out_wrong, struct dep_problem *problem)
{
    struct dep_buf passphrase;
    dep_buf_init_secret(&passphrase, 4096);
    int err = strstr((const char *)pem.data, "ENCRYPTED")
                  ? ask(world, "root", "root", path, &passphrase, problem)
                  : DEP_OK;
    *out_wrong = false;
    if (!err) {
        err = dep_signing_key_parse(pem, dep_buf_slice(&passphrase), out, &problem->finding);
        *out_wrong = err == DEP_ERR_KEY;
        if (err)
            err = dep_problem_fault(problem, err < 0 ? err : DEP_ERR_CORRUPT,
                                    *out_wrong ? "keys.passphrase.wrong" : "keys.damaged", path);
    }
    dep_buf_done(&passphrase);
    return err;
}

int dep_keyfile_load_pem(const char *path, const struct dep_world *world,
                         struct dep_signing_key **out, struct dep_problem *problem)
{
    struct dep_buf pem;
    dep_buf_init_secret(&pem, DEP_KEYFILE_MAX);
    int err = dep_file_read(AT_FDCWD, path, DEP_KEYFILE_MAX, &pem, &problem->fault);
    bool wrong = !err;
    while (wrong) {
        err = try_pem(dep_buf_slice(&pem), path, world, out, &wrong, problem);
        wrong = wrong && ask_again(world);
    }
    dep_buf_done(&pem);
    return err;
}

int dep_node_keys_fd(const struct dep_node *node, struct dep_problem *problem)
{
    int fd = openat(dep_register_dir_fd(node->reg), "keys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        return fd;
    int sys = errno;
    return dep_fault_set(&problem->fault, DEP_ERR_IO, sys, "keys.folder", "%s/keys", node->dir);
}
