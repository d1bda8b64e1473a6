/*
 * log, prove.
 */
#include "cli/cli.h"
#include "store/file.h"

#include <fcntl.h>
#include <string.h>

/* ---- log ---- */

static int checkpoint(struct dep_args *args, struct dep_register *reg)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_slice note;
    struct dep_checkpoint parsed;
    int err = dep_register_checkpoint(reg, &note, &parsed, &problem.fault);
    if (err)
        return dep_say_problem(args, err, &problem);
    if (!args->json) {
        (void)fwrite(note.data, 1, note.len, stdout);
        return dep_finish_output(DEP_EXIT_YES);
    }
    char root[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(parsed.root.bytes, DEP_HASH_LEN, root);
    bool done = dep_print_json(json_pack(
        "{s:s,s:I,s:s,s:s%}", "origin", dep_register_info(reg)->origin, "size",
        (json_int_t)parsed.size, "root", root, "note", (const char *)note.data, note.len));
    return dep_finish_output(done ? DEP_EXIT_YES : DEP_EXIT_FAULT);
}

static int vkey(struct dep_args *args, struct dep_register *reg)
{
    const struct dep_register_info *info = dep_register_info(reg);
    struct dep_problem problem = {.detail = ""};
    struct dep_vkey key;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, 1024);
    int err = dep_vkey_make(dep_slice_string(info->origin), &info->log_key, &key, &problem.finding);
    if (!err)
        err = dep_vkey_encode(&key, &text);
    if (err)
        return dep_say_problem(args, err, &problem);
    if (args->json)
        (void)dep_print_json(json_pack("{s:s%}", "vkey", (const char *)text.data, text.len));
    else
        (void)printf("%.*s\n", (int)text.len, (const char *)text.data);
    return dep_finish_output(DEP_EXIT_YES);
}

static int audit(struct dep_args *args, struct dep_register *reg)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_progress progress;
    struct dep_audit result;
    dep_progress_init(&progress, _("Auditing"));
    int err = dep_register_audit(reg, dep_progress_count, &progress, &result, &problem.finding,
                                 &problem.fault);
    dep_progress_end(&progress);
    if (err == DEP_FOUND)
        (void)snprintf(problem.detail, sizeof problem.detail, "%s", problem.fault.where);
    if (err)
        return dep_say_problem(args, err, &problem);
    if (args->json)
        (void)dep_print_json(json_pack("{s:s,s:I,s:I}", "verdict", "intact", "records",
                                       (json_int_t)result.records, "tiles",
                                       (json_int_t)result.tiles));
    else
        (void)printf(_("The log is what its records make. Records: %llu; tiles compared: %llu.\n"),
                     (unsigned long long)result.records, (unsigned long long)result.tiles);
    return dep_finish_output(DEP_EXIT_YES);
}

int dep_cmd_log(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "log", "log checkpoint | vkey | audit", NULL, 0, argc, argv);
    if (status)
        return status - 1;
    status = dep_confine_command(&args, false);
    if (status)
        return status;
    static const struct {
        const char *verb;
        int (*run)(struct dep_args *args, struct dep_register *reg);
    } table[] = {{"checkpoint", checkpoint}, {"vkey", vkey}, {"audit", audit}};
    for (size_t i = 0; args.positional_count == 1 && i < DEP_COUNT(table); i++) {
        if (strcmp(table[i].verb, args.positional[0]) != 0)
            continue;
        struct dep_problem problem = {.detail = ""};
        struct dep_register *reg = NULL;
        int err = dep_register_open(args.dir, DEP_OPEN_READ, &reg, &problem.fault);
        status = err ? dep_say_problem(&args, err, &problem) : table[i].run(&args, reg);
        dep_register_close(reg);
        return status;
    }
    return dep_usage_error(&args, _("say checkpoint, vkey or audit"));
}

/* ---- prove ---- */

int dep_cmd_prove(int argc, char **argv)
{
    static const struct dep_option options[] = {
        {"--out", 'o', true, false, N_("file to write (default: standard output)")}};
    static struct dep_args args;
    int status = dep_args_parse(&args, "prove", "prove RECORD [--out FILE]", options,
                                DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count != 1)
        return dep_usage_error(&args, _("name one record"));
    status = dep_confine_command(&args, true);
    if (status)
        return status;
    struct dep_node *node = dep_open_node(&args, false, &status);
    if (!node)
        return status;
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_BUF proof;
    dep_buf_init(&proof, DEP_PROOF_LEN_MAX);
    const char *out = dep_arg(&args, "--out");
    int err = dep_node_prove(node, args.positional[0], &proof, &problem);
    if (!err && out)
        err = dep_file_create(AT_FDCWD, out, dep_buf_slice(&proof), 0644, &problem.fault);
    else if (!err)
        (void)fwrite(proof.data, 1, proof.len, stdout);
    status = err ? dep_say_problem(&args, err, &problem) : DEP_EXIT_YES;
    dep_node_close(node);
    return dep_finish_output(status);
}
