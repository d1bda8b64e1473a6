/*
 * hold, erase, backup, restore.
 */
#include "cli/cli.h"
#include "node/audit.h"

#include <string.h>

enum { PATH_ROOM = 4096 };

/* ---- hold ---- */

int dep_cmd_hold(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--file", 0, true, false,
         N_("JSON file with what is stated (\"-\": standard input); else asked on a terminal")},
        {"--yes", 'y', false, false, N_("don't ask; what isn't stated is recorded as unknown")},
        {"--answers", 0, true, false, N_("the record this one answers")},
    };
    static struct dep_args args;
    int status = dep_args_parse(&args, "hold", "hold place|lift ITEM [--file FILE]", options,
                                DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    bool lift = args.positional_count == 2 && strcmp(args.positional[0], "lift") == 0;
    if (!lift && (args.positional_count != 2 || strcmp(args.positional[0], "place") != 0))
        return dep_usage_error(&args, _("say place or lift, and the item"));
    status = dep_confine_command(&args, true);
    if (status)
        return status;
    return dep_custody_command(&args, lift ? "hold.lifted" : "hold.placed", args.positional[1]);
}

/* ---- erase ---- */

struct erasure {
    struct dep_node *node;
    const char *record;
    struct dep_done done;
};

static int erase(void *context, json_t *claims, struct dep_problem *problem)
{
    struct erasure *erasure = context;
    return dep_node_erase(erasure->node, erasure->record, claims, &erasure->done, problem);
}

int dep_cmd_erase(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--file", 0, true, false,
         N_("JSON file with the authority and the reason (\"-\": standard input)")},
        {"--yes", 'y', false, false, N_("don't ask")},
    };
    static struct dep_args args;
    int status = dep_args_parse(&args, "erase", "erase RECORD --file FILE", options,
                                DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count != 1)
        return dep_usage_error(&args, _("name one record"));
    status = dep_confine_command(&args, true);
    if (status)
        return status;
    DEP_AUTO_JSON *claims = NULL;
    struct dep_node *node =
        dep_fields_open(&args, "record.erased", args.positional[0], NULL, &claims, &status);
    if (!node)
        return status;
    if (!dep_flag(&args, "--yes") && dep_is_terminal() &&
        !dep_confirm(_("Destroy the protected values of this record for ever?"))) {
        dep_say(_("nothing was erased"));
        dep_node_close(node);
        return DEP_EXIT_WANTING;
    }
    struct erasure erasure = {.node = node, .record = args.positional[0]};
    const struct dep_done *done = &erasure.done;
    status = dep_fields_attempt(&args, node, "record.erased", claims, erase, &erasure);
    if (!status && args.json)
        status = dep_print_json(
                     json_pack("{s:s,s:I}", "record", done->jti, "index", (json_int_t)done->index))
                     ? DEP_EXIT_YES
                     : DEP_EXIT_FAULT;
    else if (!status)
        (void)printf(_("Erased; recorded as %s. Old backups of the keyring and flash memory may "
                       "still hold the key: see the guide.\n"),
                     done->jti);
    dep_node_close(node);
    return dep_finish_output(status);
}

/* ---- backup and restore ---- */

/* "COPY/" is COPY: the keyring's folder is called after it and must not come to lie in it. */
static bool bare_path(const char *path, char out[PATH_ROOM])
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    return snprintf(out, PATH_ROOM, "%.*s", (int)len, path) < PATH_ROOM;
}

int dep_cmd_backup(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "backup", "backup DIR", NULL, 0, argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count != 1)
        return dep_usage_error(&args, _("name the folder for the copy"));
    static char copy[PATH_ROOM];
    if (!bare_path(args.positional[0], copy))
        return dep_usage_error(&args, _("the path is too long"));
    const struct dep_writes writes = {DEP_REACH_NEW_FOLDER, copy};
    status = dep_confine_writes(&writes, 1);
    if (status)
        return status;
    struct dep_problem problem = {.detail = ""};
    struct dep_register *reg = NULL;
    struct dep_progress progress;
    dep_progress_init(&progress, _("Copying"));
    int err = dep_register_open(args.dir, DEP_OPEN_READ, &reg, &problem.fault);
    if (!err)
        err = dep_register_backup(reg, copy, dep_progress_bytes, &progress, &problem.fault);
    dep_progress_end(&progress);
    dep_register_close(reg);
    if (err)
        return dep_say_problem(&args, err, &problem);
    if (args.json)
        (void)dep_print_json(json_pack("{s:s,s:s+}", "backup", copy, "keyring", copy, "-keyring"));
    else
        (void)printf(_("Copied to %s, and the keyring to %s-keyring: keep them apart.\n"), copy,
                     copy);
    return dep_finish_output(DEP_EXIT_YES);
}

int dep_cmd_restore(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--keyring", 0, true, false, N_("folder with the keyring (default: BACKUP-keyring)")},
        {"--seen", 0, true, false,
         N_("newest checkpoint of this log known elsewhere: a cosigner's, a receipt's, a "
            "package's")},
    };
    static struct dep_args args;
    int status = dep_args_parse(&args, "restore", "restore BACKUP DIR [--seen CHECKPOINT]", options,
                                DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count != 2)
        return dep_usage_error(&args, _("name the backup and the new folder"));
    static char copy[PATH_ROOM], dir[PATH_ROOM];
    char keyring[PATH_ROOM];
    if (!bare_path(args.positional[0], copy) || !bare_path(args.positional[1], dir) ||
        snprintf(keyring, sizeof keyring, "%s-keyring", copy) >= (int)sizeof keyring)
        return dep_usage_error(&args, _("the path is too long"));
    const struct dep_writes writes = {DEP_REACH_NEW_FOLDER, dir};
    status = dep_confine_writes(&writes, 1);
    if (status)
        return status;
    struct dep_problem problem = {.detail = ""};
    struct dep_progress progress;
    dep_progress_init(&progress, _("Restoring"));
    int err =
        dep_node_restore(copy, dep_arg(&args, "--keyring") ? dep_arg(&args, "--keyring") : keyring,
                         dir, dep_arg(&args, "--seen"), dep_progress_bytes, &progress, &problem);
    dep_progress_end(&progress);
    if (err)
        return dep_say_problem(&args, err, &problem);
    if (args.json)
        (void)dep_print_json(json_pack("{s:s,s:b}", "register", dir, "compared_with_seen",
                                       dep_arg(&args, "--seen") ? 1 : 0));
    else if (dep_arg(&args, "--seen"))
        (void)printf(_("Restored to %s; it extends the checkpoint you showed.\n"), dir);
    else
        (void)printf(
            _("Restored to %s. Nothing newer was shown to compare with: if a later checkpoint is "
              "known anywhere, run verify --seen with it before you go on.\n"),
            dir);
    return dep_finish_output(DEP_EXIT_YES);
}
