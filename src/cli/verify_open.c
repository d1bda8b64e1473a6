#include "cli/verify_open.h"

#include "node/verify_items.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { IDENTITIES_MAX = 64, IDENTITY_FILE_MAX = 64 * 1024, PASSPHRASE_MAX = 1024 };

/* What is held, in memory that is wiped. */
struct held {
    struct dep_age_identity identities[IDENTITIES_MAX];
    size_t count;
    struct dep_buf passphrase;
};

bool dep_verify_opens(const struct dep_args *args)
{
    return dep_arg(args, "--identity") || dep_flag(args, "--passphrase") ||
           dep_arg(args, "--extract");
}

int dep_verify_open_confine(const struct dep_args *args)
{
    const char *folder = dep_arg(args, "--extract");
    const char *report = dep_arg(args, "--report");
    const struct dep_writes writes[] = {{DEP_REACH_NEW_FOLDER, folder}, {DEP_REACH_FILE, report}};
    return folder || report ? dep_confine_writes(writes, DEP_COUNT(writes))
                            : dep_confine_command(args, false);
}

static void done(struct held *held)
{
    for (size_t i = 0; i < held->count; i++)
        dep_age_identity_wipe(&held->identities[i]);
    dep_buf_done(&held->passphrase);
}

/* An identity file may itself be sealed with a passphrase, as `age -p` does it. */
static int read_identity(struct dep_args *args, const char *path, struct dep_age_identity *out,
                         struct dep_problem *problem)
{
    DEP_AUTO_BUF file, words, opened;
    dep_buf_init_secret(&file, IDENTITY_FILE_MAX);
    dep_buf_init_secret(&words, PASSPHRASE_MAX);
    dep_buf_init_secret(&opened, IDENTITY_FILE_MAX);
    int err = dep_file_read(AT_FDCWD, path, IDENTITY_FILE_MAX, &file, &problem->fault);
    bool sealed = dep_slice_starts(dep_buf_slice(&file), "age-encryption.org/") ||
                  dep_slice_starts(dep_buf_slice(&file), "-----BEGIN AGE");
    if (!err && sealed) {
        err = dep_passphrase_ask(args, "identity", path, false, &words);
        struct dep_age_with with = {.passphrase = dep_buf_slice(&words)};
        err = err ? dep_problem_fault(problem, err, "open.passphrase", path)
                  : dep_age_open(dep_buf_slice(&file), &with, &opened, &problem->finding);
    }
    if (!err)
        err =
            dep_age_identity_parse(dep_buf_slice(sealed ? &opened : &file), out, &problem->finding);
    if (err == DEP_FOUND)
        return dep_problem_found(problem, problem->finding.id, problem->finding.clause, path);
    return err;
}

static int read_held(struct dep_args *args, struct held *held, struct dep_problem *problem)
{
    const char *path;
    int err = DEP_OK;
    for (size_t i = 0; !err && (path = dep_arg_at(args, "--identity", i)); i++) {
        if (held->count == IDENTITIES_MAX)
            return dep_problem_fault(problem, DEP_ERR_CAP, "open.identities", path);
        err = read_identity(args, path, &held->identities[held->count], problem);
        held->count += !err;
    }
    if (!err && dep_flag(args, "--passphrase")) {
        err = dep_passphrase_ask(args, "package", "", false, &held->passphrase);
        if (err)
            return dep_problem_fault(problem, err, "open.passphrase", "");
    }
    return err;
}

static int make_folder(const char *path, int *out_fd, struct dep_problem *problem)
{
    int err = dep_folder_create(path, 0700, "extract.create", &problem->fault);
    if (err && problem->fault.sys == EEXIST)
        return dep_problem_found(problem, "extract.exists", "doc/format/package.md 6.3", path);
    if (err)
        return err;
    *out_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (*out_fd >= 0)
        return DEP_OK;
    return dep_fault_set(&problem->fault, DEP_ERR_IO, errno, "extract.create", "%s", path);
}

int dep_verify_open(struct dep_args *args, struct dep_bag_verified *bag,
                    struct dep_items_verified *out, struct dep_problem *problem)
{
    static struct held held;
    struct dep_progress line;
    int fd = -1;
    const char *folder = dep_arg(args, "--extract");
    dep_buf_init_secret(&held.passphrase, PASSPHRASE_MAX);
    int err = read_held(args, &held, problem);
    if (!err && folder)
        err = make_folder(folder, &fd, problem);
    struct dep_items_order order = {.with = {.identities = held.identities,
                                             .identity_count = held.count,
                                             .passphrase = dep_buf_slice(&held.passphrase)},
                                    .extract_fd = fd,
                                    .progress = dep_progress_seal,
                                    .context = &line};
    dep_progress_init(&line, _("Opening"));
    if (!err)
        err = dep_node_verify_items(bag, &order, out, problem);
    dep_progress_end(&line);
    if (fd >= 0)
        (void)close(fd);
    done(&held);
    return err;
}
