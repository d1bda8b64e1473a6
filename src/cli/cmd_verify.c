/*
 * verify: a package, or a whole register. Neither needs a key; protected values are opened with
 * one.
 */
#include "cli/charter_show.h"
#include "cli/verify_open.h"
#include "cli/verify_report.h"
#include "cli/verify_show.h"
#include "node/audit.h"
#include "node/protected.h"
#include "node/verify_bag.h"
#include "rules/charter.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* ---- a register ---- */

struct session {
    const struct dep_args *args;
    struct dep_progress progress;
    json_t *findings;
};

static void on_finding(void *context, const char *id, const char *what, const char *where)
{
    struct session *session = context;
    (void)json_array_append_new(session->findings,
                                json_pack("{s:s,s:s,s:s}", "id", id, "what", what, "where", where));
    if (session->args->json)
        return;
    dep_progress_end(&session->progress);
    dep_print_label(stdout, dep_word(what));
    (void)printf("%s [", dep_word(id));
    dep_print_safe(stdout, where, strlen(where));
    (void)printf("]\n");
}

static void on_progress(void *context, uint64_t done, uint64_t total)
{
    struct session *session = context;
    dep_progress_count(&session->progress, done, total);
}

static void on_bytes(void *context, uint64_t done, uint64_t total)
{
    struct session *session = context;
    dep_progress_bytes(&session->progress, done, total);
}

/* `opened`: NULL where they were not. */
static void show_protected(const struct dep_protected *opened)
{
    if (!opened) {
        (void)printf("%s", _("Protected values were not opened: whether they are those that were "
                             "recorded takes a key (--protected).\n"));
        return;
    }
    (void)printf(_("Protected values: of %llu records opened, and they are those that were "
                   "recorded; of %llu damaged; of %llu not for your roles, so not looked at.\n"),
                 (unsigned long long)opened->opened, (unsigned long long)opened->damaged,
                 (unsigned long long)opened->closed);
}

static void show_verdict(const struct dep_verified *result, bool containers,
                         const struct dep_protected *opened)
{
    (void)printf(_("Verdict: %s. Records: %llu; tiles: %llu; containers: %llu; findings: %llu.\n"),
                 dep_word(result->verdict), (unsigned long long)result->records,
                 (unsigned long long)result->tiles, (unsigned long long)result->containers,
                 (unsigned long long)result->findings);
    if (!containers)
        (void)printf("%s", _("The bytes of the containers were not read (--quick).\n"));
    show_protected(opened);
    (void)printf("%s", _("This doesn't prove that what is recorded is true, that it was lawfully "
                         "obtained, or what happened before sealing.\n"));
}

static json_t *protected_json(const struct dep_protected *opened)
{
    return opened ? json_pack("{s:I,s:I,s:I}", "opened", (json_int_t)opened->opened, "damaged",
                              (json_int_t)opened->damaged, "closed", (json_int_t)opened->closed)
                  : json_null();
}

/* `node`: whose officer's keys open what is protected, or NULL. */
static int verify_register(struct dep_args *args, struct dep_node *node, const char *dir)
{
    DEP_AUTO_JSON *findings = json_array();
    struct session session = {.args = args, .findings = findings};
    struct dep_verify_order order = {
        .dir = dir,
        .containers = !dep_flag(args, "--quick"),
        .seen_note = dep_arg(args, "--seen"),
        .finding = on_finding,
        .progress = on_progress,
        .context = &session,
    };
    if (dep_arg(args, "--pin") || dep_arg(args, "--report") || dep_verify_opens(args))
        return dep_usage_error(
            args, _("--pin, --identity, --passphrase, --extract and --report go with a package: a "
                    "folder that holds bagit.txt"));
    dep_progress_init(&session.progress, _("Verifying"));
    struct dep_problem problem = {.detail = ""};
    struct dep_verified result;
    struct dep_protected counts, *opened = node ? &counts : NULL;
    int err = dep_node_verify(&order, &result, &problem);
    if (!err && node)
        err = dep_node_protected(node, on_finding, on_progress, &session, &counts, &problem);
    dep_progress_end(&session.progress);
    /* Who was sent a package has no register to name or to make. */
    if (err && args->positional_count && problem.fault.what &&
        strcmp(problem.fault.what, "store.no_register") == 0)
        problem.fault.what = "verify.neither";
    if (err)
        return dep_say_problem(args, err, &problem);
    if (opened && opened->damaged) {
        result.findings += opened->damaged;
        result.verdict = "altered";
    }
    bool intact = strcmp(result.verdict, "intact") == 0;
    if (!args->json)
        show_verdict(&result, order.containers, opened);
    else if (!dep_print_json(json_pack("{s:s,s:O,s:I,s:I,s:I,s:b,s:o}", "verdict", result.verdict,
                                       "findings", findings, "records", (json_int_t)result.records,
                                       "tiles", (json_int_t)result.tiles, "containers",
                                       (json_int_t)result.containers, "container_bytes_read",
                                       (int)order.containers, "protected", protected_json(opened))))
        return DEP_EXIT_FAULT;
    return dep_finish_output(intact ? DEP_EXIT_YES : DEP_EXIT_WANTING);
}

/* ---- a package ---- */

enum { KNOWN_MAX = 64 };

/* Checkpoints that were shown before, from files that the reader keeps. */
struct known {
    struct dep_known_checkpoint checkpoints[KNOWN_MAX];
    struct dep_buf texts[KNOWN_MAX];
    size_t count;
};

static int read_known(const struct dep_args *args, struct known *known, struct dep_problem *problem)
{
    const char *path;
    for (size_t i = 0; (path = dep_arg_at(args, "--seen", i)) && i < KNOWN_MAX; i++) {
        struct dep_note note;
        struct dep_checkpoint checkpoint;
        struct dep_buf *text = &known->texts[i];
        dep_buf_init(text, DEP_NOTE_LEN_MAX);
        known->count++;
        int err = dep_file_read(AT_FDCWD, path, DEP_NOTE_LEN_MAX, text, &problem->fault);
        if (!err)
            err = dep_note_parse(dep_buf_slice(text), &note, &problem->finding);
        if (!err)
            err = dep_checkpoint_parse(note.text, &checkpoint, &problem->finding);
        if (err) {
            (void)snprintf(problem->detail, sizeof problem->detail, "%s", path);
            return err;
        }
        known->checkpoints[i] = (struct dep_known_checkpoint){
            .origin = checkpoint.origin, .size = checkpoint.size, .root = checkpoint.root};
    }
    return DEP_OK;
}

/* From the option, or asked for. `out_pinned` false: there is none. */
static int read_pin(const struct dep_args *args, uint8_t out[DEP_FINGERPRINT_BYTES],
                    bool *out_pinned)
{
    char line[256];
    const char *text = dep_arg(args, "--pin");
    if (!text && !args->json && dep_is_terminal()) {
        (void)fprintf(stderr, "%s ",
                      _("Fingerprint of the charter, as it reached you by another way:"));
        (void)fflush(stderr);
        if (fgets(line, sizeof line, stdin)) {
            line[strcspn(line, "\n")] = 0;
            text = line[0] ? line : NULL;
        }
    }
    *out_pinned = text != NULL;
    return text ? dep_read_pin(args, text, out) : DEP_EXIT_YES;
}

static void tell_extracted(const char *folder, const struct dep_items_verified *opened)
{
    (void)printf(_("Files written out, each compared with what was sealed: %llu, below "),
                 (unsigned long long)opened->extracted);
    dep_print_safe(stdout, folder, strlen(folder));
    (void)printf("\n");
    if (opened->left)
        (void)printf(_("Items of which nothing was written out, not opened or not intact: %llu\n"),
                     (unsigned long long)opened->left);
}

static int tell_package(const struct dep_args *args, struct dep_bag_verified *bag,
                        const struct dep_items_verified *opened)
{
    struct dep_verify *verify = dep_bag_verified_verify(bag);
    const char *folder = dep_arg(args, "--extract");
    int status;
    const struct dep_schemas *schemas = dep_open_schemas(&status);
    if (!schemas)
        return status;
    int err = args->json ? dep_print_package_json(verify, opened->notice)
                         : dep_show_package(schemas, verify, opened->notice);
    if (err) {
        struct dep_problem problem = {.fault = *dep_bag_verified_fault(bag)};
        return dep_say_problem(args, err, &problem);
    }
    if (folder && !args->json)
        tell_extracted(folder, opened);
    bool intact = dep_verify_result(verify) == DEP_INTACT;
    return dep_finish_output(intact ? DEP_EXIT_YES : DEP_EXIT_WANTING);
}

/* `node`: whose officer signs the report, or NULL. */
static int verify_package(struct dep_args *args, struct dep_node *node, const char *dir)
{
    static struct known known;
    uint8_t pin[DEP_FINGERPRINT_BYTES];
    bool pinned;
    struct dep_problem problem = {.detail = ""};
    struct session session = {.args = args};
    struct dep_bag_verified *bag = NULL;
    int status = read_pin(args, pin, &pinned);
    if (status)
        return status;
    int err = read_known(args, &known, &problem);
    struct dep_bag_order order = {.dir = dir,
                                  .pin = pinned ? pin : NULL,
                                  .known = known.checkpoints,
                                  .known_count = known.count,
                                  .opens = dep_verify_opens(args),
                                  .progress = on_bytes,
                                  .context = &session};
    dep_progress_init(&session.progress, _("Verifying"));
    if (!err)
        err = dep_node_verify_bag(&order, &bag, &problem);
    dep_progress_end(&session.progress);
    struct dep_items_verified opened = {.notice = NULL};
    if (!err)
        err = dep_verify_open(args, bag, &opened, &problem);
    if (!err)
        err = dep_verify_report(args, node, bag, &problem);
    status = err ? dep_say_problem(args, err, &problem) : tell_package(args, bag, &opened);
    json_decref(opened.notice);
    dep_bag_verified_free(bag);
    for (size_t i = 0; i < known.count; i++)
        dep_buf_done(&known.texts[i]);
    return status;
}

static int open_register(struct dep_args *args, const char *dir, struct dep_node **out)
{
    args->dir = dir;
    int status = dep_confine_command(args, true);
    if (!status)
        *out = dep_open_node(args, false, &status);
    return status;
}

/* What can't be opened is neither package nor register, and no option is wrong with it. */
static int look_at(const struct dep_args *args, const char *dir)
{
    struct dep_problem problem = {.detail = ""};
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)close(fd);
        return DEP_EXIT_YES;
    }
    int sys = errno;
    int err = dep_fault_set(&problem.fault, DEP_ERR_IO, sys, "file.open", "%s", dir);
    return dep_say_problem(args, err, &problem);
}

int dep_cmd_verify(int argc, char **argv)
{
    static const struct dep_option options[] = {
        DEP_VERIFY_OPEN_OPTIONS,
        DEP_VERIFY_REPORT_OPTIONS,
        {"--pin", 0, true, false,
         N_("fingerprint of the charter, as it reached you by another way (of a package)")},
        {"--protected", 0, false, false,
         N_("open protected values with your keys, and compare (of a register)")},
        {"--quick", 0, false, false, N_("don't read the bytes of the containers (of a register)")},
        {"--seen", 0, true, true, N_("a checkpoint of this log that was shown to you before")},
    };
    static struct dep_args args;
    int status = dep_args_parse(&args, "verify", "verify [PACKAGE | REGISTER]", options,
                                DEP_COUNT(options), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count > 1)
        return dep_usage_error(&args, _("name one package or register"));
    struct dep_node *node = NULL;
    const char *dir = args.positional_count ? args.positional[0] : args.dir;
    bool bag = dep_is_bag(dir);
    status = bag ? DEP_EXIT_YES : look_at(&args, dir);
    if (status)
        return status;
    if (dep_flag(&args, "--protected") && bag)
        return dep_usage_error(&args, _("--protected goes with a register"));
    status = dep_flag(&args, "--protected") ? open_register(&args, dir, &node)
                                            : dep_verify_report_open(&args, &node);
    if (status)
        return status;
    status = bag ? verify_package(&args, node, dir) : verify_register(&args, node, dir);
    dep_node_close(node);
    return status;
}
