/*
 * collect and intake: what is stated, a look at what will be taken, a question, sealing, and a
 * plain account of what was done.
 */
#include "cli/cli.h"

#include "codec/text.h"
#include "node/derived.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct dep_option OPTIONS[] = {
    {"--file", 0, true, false,
     N_("JSON file with what is stated (\"-\": standard input); else asked on a terminal")},
    {"--yes", 'y', false, false, N_("don't ask; what isn't stated is recorded as unknown")},
    {"--cross-mounts", 0, false, false, N_("take in what is mounted below the folders, too")},
    {"--restricted", 0, false, false,
     N_("restricted from the start (lawyer-client, medical, sexual or child material)")},
    {"--stage", 0, true, false,
     N_("intake: device, image, extract, report, translation, transcript, redaction, box or "
        "other")},
    {"--of", 0, true, true, N_("intake: the item this was made from; may be repeated")},
};

struct session {
    const struct dep_args *args;
    struct dep_node *node;
    const char *type;
    struct dep_progress progress;
    json_t *not_taken; /* array */
    bool declined;
    struct dep_collected done;
    json_t *reported; /* digests compared, of what was sealed; or NULL */
};

enum { NOT_TAKEN_SHOWN = 20, NOT_TAKEN_KEPT = 100000 };

static bool asks(const struct dep_args *args)
{
    return !args->json && !dep_flag(args, "--yes") && dep_is_terminal();
}

static bool confirm(void *context, const struct dep_collect_preview *preview)
{
    struct session *session = context;
    if (preview->duplicate_exhibit_jti)
        dep_say(_("exhibit number %s is already used by record %s"), preview->exhibit,
                preview->duplicate_exhibit_jti);
    if (!asks(session->args))
        return true;
    char size[32];
    dep_bytes_text(preview->survey.bytes, size);
    (void)fprintf(stderr, _("Files: %llu (%s); folders: %llu"),
                  (unsigned long long)preview->survey.files, size,
                  (unsigned long long)preview->survey.folders);
    (void)fprintf(stderr, "\n");
    if (preview->survey.not_takeable)
        (void)fprintf(
            stderr, _("Can't be taken (devices, sockets, unreadable), and will be listed: %llu\n"),
            (unsigned long long)preview->survey.not_takeable);
    (void)fprintf(stderr, _("Exhibit %s, case %s\n"),
                  preview->exhibit ? preview->exhibit : _("not stated"),
                  preview->case_ref ? preview->case_ref : _("not stated"));
    session->declined = !dep_confirm(_("Seal this as one item?"));
    return !session->declined;
}

static bool progress(void *context, const struct dep_seal_progress *state)
{
    struct session *session = context;
    return dep_progress_seal(&session->progress, state);
}

static void notice(void *context, const struct dep_entry *entry)
{
    struct session *session = context;
    size_t count = json_array_size(session->not_taken);
    bool taken = entry->kind != DEP_ENTRY_NOT_TAKEN;
    const char *reason = taken ? (entry->flags & DEP_ENTRY_SHORT  ? "shrank"
                                  : entry->flags & DEP_ENTRY_GREW ? "grew"
                                                                  : "changed")
                               : NULL;
    char text[64];
    (void)snprintf(text, sizeof text, "%.*s", (int)entry->target.len,
                   (const char *)entry->target.data);
    if (count < NOT_TAKEN_SHOWN) {
        (void)fprintf(stderr, "%s: ", taken ? _("changed while read") : _("not taken"));
        dep_print_safe(stderr, (const char *)entry->path.data, entry->path.len);
        (void)fprintf(stderr, " (%s)\n", dep_word(reason ? reason : text));
    }
    if (count >= NOT_TAKEN_KEPT)
        return;
    DEP_AUTO_BUF shown;
    dep_buf_init(&shown, 8 * DEP_TAR_PATH_MAX);
    dep_percent_encode(entry->path, &shown);
    if (dep_buf_err(&shown) == DEP_OK)
        (void)json_array_append_new(session->not_taken,
                                    json_pack("{s:s,s:s}", "path",
                                              shown.data ? (const char *)shown.data : "", "reason",
                                              reason ? reason : text));
}

static int show_json(const struct session *session)
{
    const struct dep_collected *done = &session->done;
    char root[2 * DEP_HASH_LEN + 1], container[DEP_UUID_LEN + 32];
    dep_hex_encode(done->sealed.manifest_root.bytes, DEP_HASH_LEN, root);
    (void)snprintf(container, sizeof container, "vault/%s.tar.age", done->item);
    json_t *line = json_pack(
        "{s:s,s:s,s:s?,s:I,s:I,s:O,s:s?,s:I,s:I,s:I}", "record", done->done.jti, "item", done->item,
        "container", done->has_container ? container : NULL, "files",
        (json_int_t)done->sealed.files, "bytes", (json_int_t)done->sealed.bytes, "not_taken",
        session->not_taken, "manifest_root", done->has_container ? root : NULL, "changed",
        (json_int_t)done->sealed.changed, "seal_ms", (json_int_t)done->sealed.seal_ms,
        "read_back_ms", (json_int_t)done->sealed.read_back_ms);
    return dep_print_json(line) ? DEP_EXIT_YES : DEP_EXIT_FAULT;
}

/* What came with a fingerprint that isn't its own: whoever takes it in must hear so now. */
static void say_compared(const struct dep_args *args, const json_t *reported)
{
    size_t i;
    json_t *digest;
    json_array_foreach(reported, i, digest)
    {
        const char *outcome = dep_json_string(digest, "outcome"),
                   *of = dep_json_string(digest, "of");
        bool differs = outcome && strcmp(outcome, "mismatch") == 0;
        if (!differs && (!outcome || strcmp(outcome, "not_found") != 0))
            continue;
        dep_say_begin(args);
        (void)fprintf(stderr, "%s [%s",
                      differs ? _("an earlier fingerprint is not that of what was "
                                  "sealed, and it is recorded so")
                              : _("an earlier fingerprint is of no file that was "
                                  "sealed, and it is recorded so"),
                      dep_json_string(digest, "algorithm"));
        (void)fprintf(stderr, "%s", of && of[0] ? ": " : "");
        dep_print_safe(stderr, of ? of : "", strlen(of ? of : ""));
        (void)fprintf(stderr, "]\n");
    }
}

static void show_words(const struct dep_collected *done)
{
    char size[32];
    dep_bytes_text(done->sealed.bytes, size);
    if (done->has_container)
        (void)printf(_("Sealed and read back. Files: %llu (%s).\n"),
                     (unsigned long long)done->sealed.files, size);
    else
        (void)printf("%s", _("Recorded: a physical item, without files.\n"));
    (void)printf(_("Item    %s\nRecord  %s\n"), done->item, done->done.jti);
    if (done->has_container)
        (void)printf(_("Bytes   vault/%s.tar.age\n"), done->item);
    if (done->same_content_jti[0])
        dep_say(_("the same content was collected before: record %s"), done->same_content_jti);
    if (done->sealed.changed)
        dep_say(_("files that changed while they were read, and it is recorded which: %llu"),
                (unsigned long long)done->sealed.changed);
    if (done->sealed.not_taken)
        dep_say(_("not taken, and listed in the item (item files): %llu"),
                (unsigned long long)done->sealed.not_taken);
}

enum { ORIGINALS_MAX = 1000 };

static int derive(struct dep_node *node, const struct dep_args *args, json_t *claims,
                  json_t **out_marking, struct dep_problem *problem)
{
    const char *originals[ORIGINALS_MAX];
    size_t count = 0;
    for (const char *name; (name = dep_arg_at(args, "--of", count)); count++) {
        if (count == DEP_COUNT(originals))
            return dep_problem_fault(problem, DEP_ERR_CAP, "collect.record", name);
        originals[count] = name;
    }
    return dep_node_derive(node, originals, count, claims, out_marking, problem);
}

/* The marking that it inherits is recorded with it. */
struct inherited {
    json_t *marking;
    struct dep_problem *problem;
    struct dep_draft draft;
};

static int add_marking(void *context, const char *item, const struct dep_draft **out,
                       size_t *out_count)
{
    struct inherited *inherited = context;
    if (json_object_set_new(inherited->marking, "item", json_string(item)))
        return dep_problem_fault(inherited->problem, DEP_ERR_NOMEM, "collect.record", item);
    inherited->draft = (struct dep_draft){.type = "marking.set", .claims = inherited->marking};
    *out = &inherited->draft;
    *out_count = 1;
    return DEP_OK;
}

/* Lawyer-client, medical, sexual and child material is restricted at once, whoever forgets to say
 * so. */
static int set_restricted(const struct dep_args *args, json_t *claims, struct dep_problem *problem)
{
    bool restricted = dep_flag(args, "--restricted") || dep_json_true(claims, "restricted") ||
                      json_array_size(dep_json_array(claims, "sensitive")) > 0;
    return json_object_set_new(claims, "restricted", json_boolean(restricted))
               ? dep_problem_fault(problem, DEP_ERR_NOMEM, "collect.record", args->dir)
               : DEP_OK;
}

static int seal(void *context, json_t *claims, struct dep_problem *problem)
{
    struct session *session = context;
    const struct dep_args *args = session->args;
    DEP_AUTO_JSON *marking = NULL;
    struct dep_collect_order order = {
        .paths = args->positional,
        .path_count = args->positional_count,
        .claims = claims,
        .type = session->type,
        .cross_mounts = dep_flag(args, "--cross-mounts"),
        .survey = asks(args) || isatty(STDERR_FILENO),
        .confirm = confirm,
        .progress = progress,
        .notice = notice,
        .context = session,
    };
    (void)json_array_clear(session->not_taken); /* of an attempt before */
    int err = set_restricted(args, claims, problem);
    if (!err)
        err = derive(session->node, args, claims, &marking, problem);
    struct inherited inherited = {.marking = marking, .problem = problem};
    struct dep_done marked;
    if (marking) {
        order.more = add_marking;
        order.more_context = &inherited;
        order.more_done = &marked;
    }
    json_t *reported = json_object_get(claims, "reported_digests");
    if (!err && reported)
        err = dep_node_compare_digests(order.paths, order.path_count, reported, progress, session,
                                       problem);
    if (!err)
        err = dep_node_collect(session->node, &order, &session->done, problem);
    dep_progress_end(&session->progress);
    if (err && session->declined) {
        dep_say(_("nothing was sealed"));
        return DEP_OK;
    }
    session->reported = err ? NULL : json_incref(reported);
    return err;
}

static int tell(const struct session *session)
{
    if (session->declined)
        return DEP_EXIT_WANTING;
    if (session->args->json && show_json(session))
        return DEP_EXIT_FAULT;
    if (!session->args->json)
        show_words(&session->done);
    say_compared(session->args, session->reported);
    return dep_finish_output(session->done.sealed.not_taken ? DEP_EXIT_WANTING : DEP_EXIT_YES);
}

static int run(struct dep_args *args, const char *type, struct dep_node *node, json_t *claims)
{
    DEP_AUTO_JSON *not_taken = json_array();
    struct session session = {.args = args, .node = node, .type = type, .not_taken = not_taken};
    dep_progress_init(&session.progress, _("Sealing"));
    int status = dep_fields_attempt(args, node, type, claims, seal, &session);
    if (!status)
        status = tell(&session);
    json_decref(session.reported);
    return status;
}

/* What was named must be there before anything is asked about it. Of a link only the link is taken:
 * who meant the folder behind it must hear so before the folder is gone. */
static int find_given(const struct dep_args *args)
{
    struct dep_problem problem = {.detail = ""};
    struct stat info;
    for (size_t i = 0; i < args->positional_count; i++) {
        const char *path = args->positional[i];
        if (fstatat(AT_FDCWD, path, &info, AT_SYMLINK_NOFOLLOW) != 0)
            return dep_say_problem(
                args, dep_fault_set(&problem.fault, DEP_ERR_IO, errno, "collect.given", "%s", path),
                &problem);
        if (!S_ISLNK(info.st_mode))
            continue;
        dep_say_begin(args);
        dep_print_safe(stderr, path, strlen(path));
        (void)fprintf(stderr, ": %s\n",
                      _("a symbolic link, sealed as a link, without what it points to; a folder is "
                        "taken with \"/\" behind its name"));
    }
    return DEP_EXIT_YES;
}

static int collect(int argc, char **argv, const char *command, const char *usage, const char *type)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, command, usage, OPTIONS, DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    status = dep_confine_command(&args, true);
    if (status)
        return status;
    bool intake = strcmp(type, "evidence.intake") == 0;
    const char *stage = dep_arg(&args, "--stage");
    if (!intake && (stage || dep_arg(&args, "--of")))
        return dep_usage_error(&args, _("--stage and --of belong to intake"));
    status = find_given(&args);
    if (status)
        return status;
    DEP_AUTO_JSON *known = intake ? json_pack("{s:s}", "stage", stage ? stage : "other") : NULL;
    DEP_AUTO_JSON *claims = NULL;
    struct dep_node *node =
        dep_fields_open(&args, type, dep_arg(&args, "--of"), known, &claims, &status);
    if (!node)
        return status;
    if (args.positional_count == 0 && json_array_size(dep_json_array(claims, "things")) == 0)
        status = dep_usage_error(
            &args, _("name files or folders, or state physical things in the fields"));
    if (!status)
        status = run(&args, type, node, claims);
    dep_node_close(node);
    return status;
}

int dep_cmd_collect(int argc, char **argv)
{
    return collect(argc, argv, "collect", "collect PATH… [--file FILE]", "evidence.collected");
}

int dep_cmd_intake(int argc, char **argv)
{
    return collect(argc, argv, "intake", "intake [PATH…] --stage STAGE [--of ITEM] [--file FILE]",
                   "evidence.intake");
}
