/*
 * Restoring with rollback detection: the copy may be older than what others have seen.
 */
#include "node/audit.h"
#include "node/node_impl.h"

#include <string.h>

struct seen_result {
    bool rolled_back;
};

static void on_finding(void *context, const char *id, const char *what, const char *where)
{
    (void)what, (void)where;
    struct seen_result *result = context;
    if (strcmp(id, "verify.rollback") == 0 || strcmp(id, "verify.fork") == 0)
        result->rolled_back = true;
}

int dep_node_restore(const char *backup_dir, const char *keyring_dir, const char *dir,
                     const char *seen_note, dep_progress_fn *progress, void *context,
                     struct dep_problem *problem)
{
    int err =
        dep_register_restore(backup_dir, keyring_dir, dir, progress, context, &problem->fault);
    if (err || !seen_note)
        return err;
    struct seen_result result = {.rolled_back = false};
    struct dep_verify_order order = {
        .dir = dir, .seen_note = seen_note, .finding = on_finding, .context = &result};
    struct dep_verified verified;
    err = dep_node_verify(&order, &verified, problem);
    if (!err && result.rolled_back)
        return dep_problem_found(problem, "restore.rollback", "DESIGN 2, Backup", dir);
    return err;
}
