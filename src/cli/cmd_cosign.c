/*
 * cosign: requests made, answered, and their answers taken in; what cosigners signed; forks.
 */
#include "cli/acts.h"
#include "cli/cli.h"
#include "node/charter.h"
#include "node/cosign.h"
#include "store/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct dep_option OPTIONS[] = {
    {"--old", 0, true, false,
     N_("request: the size that the cosigner's refusal told (default: what it is known to have "
        "signed)")},
    {"--vkey", 0, true, false, N_("fork: verifier key of the log")},
    {"--out", 'o', true, false, N_("file to write (default: standard output)")},
};

static const char USAGE[] =
    "cosign introduce | request MEMBER [--old SIZE] | answer FILE|PACKAGE... | "
    "take FILE... | list | fork FILE FILE --vkey KEY";

static int read_file(const struct dep_args *args, const char *path, struct dep_buf *out)
{
    struct dep_problem problem = {.detail = ""};
    int err = dep_file_read(AT_FDCWD, strcmp(path, "-") == 0 ? "/dev/stdin" : path,
                            DEP_PROOF_LEN_MAX, out, &problem.fault);
    return err ? dep_say_problem(args, err, &problem) : DEP_EXIT_YES;
}

/* ---- asking ---- */

static int introduce(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_BUF proof;
    dep_buf_init(&proof, DEP_PROOF_LEN_MAX);
    int err = dep_log_key_proof(node, &proof, &problem);
    return err ? dep_say_problem(args, err, &problem) : dep_write_out(args, &proof);
}

static int request(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    const char *old = dep_arg(args, "--old");
    uint64_t old_size = 0;
    if (old && !dep_u64_parse(dep_slice_string(old), INT64_MAX, &old_size))
        return dep_usage_error(args, _("--old needs a size, not %s"), old);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_COSIGN_LEN_MAX);
    int err = dep_cosign_ask(node, args->positional[1], old ? &old_size : NULL, &text, &problem);
    return err ? dep_say_problem(args, err, &problem) : dep_write_out(args, &text);
}

static void say_taken(const struct dep_cosign_taken *taken)
{
    if (taken->judged.status != DEP_COSIGN_GOOD) {
        char id[32];
        (void)snprintf(id, sizeof id, "cosign.refused.%d", (int)taken->judged.status);
        (void)printf("%s\n", dep_word(id));
        if (taken->judged.status == DEP_COSIGN_SIZE)
            (void)printf(_("Ask again with --old %llu.\n"), (unsigned long long)taken->judged.size);
        return;
    }
    if (taken->added)
        (void)printf(taken->quorum
                         ? _("Checkpoint of size %llu: cosigned by as many as the charter "
                             "asks for.\n")
                         : _("Checkpoint of size %llu: cosigned, by fewer than the "
                             "charter asks for.\n"),
                     (unsigned long long)taken->size);
    if (taken->unknown)
        dep_say(_("signatures by keys that are no cosigner's in the charter, ignored: %zu"),
                taken->unknown);
}

static int take(struct dep_args *args, struct dep_node *node)
{
    int status = DEP_EXIT_YES;
    for (size_t i = 1; i < args->positional_count; i++) {
        struct dep_problem problem = {.detail = ""};
        struct dep_cosign_taken taken;
        DEP_AUTO_BUF text;
        dep_buf_init(&text, DEP_PROOF_LEN_MAX);
        int failed = read_file(args, args->positional[i], &text);
        if (failed)
            return failed;
        int err = dep_cosign_take(node, dep_buf_slice(&text), &taken, &problem);
        if (err)
            return dep_say_problem(args, err, &problem);
        if (!args->json)
            say_taken(&taken);
        else if (!dep_print_json(
                     json_pack("{s:i,s:I,s:I,s:I,s:b}", "status", (int)taken.judged.status, "size",
                               (json_int_t)(taken.added ? taken.size : taken.judged.size), "added",
                               (json_int_t)taken.added, "unknown", (json_int_t)taken.unknown,
                               "quorum", (int)(taken.added && taken.quorum))))
            return DEP_EXIT_FAULT;
        if (taken.added == 0)
            status = DEP_EXIT_WANTING;
    }
    return dep_finish_output(status);
}

/* ---- answering ---- */

static bool is_proof(struct dep_slice text)
{
    return dep_slice_starts(text, "c2sp.org/tlog-proof@");
}

static void say_fork(const struct dep_cosign_given *given)
{
    dep_say(_("THIS LOG WAS SHOWN IN TWO VERSIONS [%s]: tell the other members; two checkpoints "
              "that it signed contradict each other"),
            given->origin);
    if (given->fork.jti[0])
        dep_say(_("both are recorded: %s"), given->fork.jti);
}

static int say_given(const struct dep_args *args, const struct dep_cosign_given *given,
                     const struct dep_buf *answer)
{
    bool good = given->judged.status == DEP_COSIGN_GOOD;
    if (given->forked)
        say_fork(given);
    if (!good) {
        char id[32];
        (void)snprintf(id, sizeof id, "cosign.refused.%d", (int)given->judged.status);
        dep_say("%s [%s]", dep_word(given->key_unknown ? "cosign.key.unknown" : id), given->origin);
    }
    int status = DEP_EXIT_YES;
    if (!args->json || dep_arg(args, "--out"))
        status = dep_write_out(args, answer);
    if (!status && args->json &&
        !dep_print_json(json_pack(
            "{s:i,s:s,s:s,s:I,s:b,s:s*,s:s%}", "status", (int)given->judged.status, "member",
            given->member, "origin", given->origin, "size", (json_int_t)given->size, "forked",
            (int)given->forked, "fork_record", given->fork.jti[0] ? given->fork.jti : NULL,
            "answer", (const char *)answer->data, answer->len)))
        status = DEP_EXIT_FAULT;
    return dep_finish_output(status                   ? status
                             : good && !given->forked ? DEP_EXIT_YES
                                                      : DEP_EXIT_WANTING);
}

static int know(const struct dep_args *args, struct dep_node *node, struct dep_slice proof)
{
    struct dep_problem problem = {.detail = ""};
    char member[DEP_MEMBER_LEN_MAX + 1];
    int err = dep_cosign_know(node, proof, member, &problem);
    if (err)
        return dep_say_problem(args, err, &problem);
    dep_say(_("the key of this member's log is known now: %s"), member);
    return DEP_EXIT_YES;
}

/* A package, a proof or a request: what makes a log known is taken in, a request goes to
 * `request`. */
static int take_source(const struct dep_args *args, struct dep_node *node, const char *path,
                       struct dep_buf *request)
{
    struct dep_problem problem = {.detail = ""};
    struct stat info;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_PROOF_LEN_MAX);
    bool folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    int err = folder ? dep_cosign_unpack(node, path, &text, request, &problem) : DEP_OK;
    if (err)
        return dep_say_problem(args, err, &problem);
    int status = folder ? DEP_EXIT_YES : read_file(args, path, &text);
    if (status)
        return status;
    if (is_proof(dep_buf_slice(&text)))
        return know(args, node, dep_buf_slice(&text));
    dep_buf_add_slice(request, dep_buf_slice(&text));
    return DEP_EXIT_YES;
}

/* What makes a log known comes first, in whatever order it is named. */
static int know_all(struct dep_args *args, struct dep_node *node, struct dep_buf *request)
{
    bool found = false;
    for (size_t i = 1; i < args->positional_count; i++) {
        DEP_AUTO_BUF one;
        dep_buf_init(&one, DEP_PROOF_LEN_MAX);
        int status = take_source(args, node, args->positional[i], &one);
        if (status)
            return status;
        if (one.len && found)
            return dep_usage_error(args, _("name one request"));
        found = found || one.len;
        dep_buf_add_slice(request, dep_buf_slice(&one));
    }
    return DEP_EXIT_YES;
}

static int answer(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_cosign_given given;
    DEP_AUTO_BUF request, text;
    dep_buf_init(&request, DEP_PROOF_LEN_MAX);
    dep_buf_init(&text, DEP_COSIGN_LEN_MAX);
    int status = know_all(args, node, &request);
    if (status || request.len == 0)
        return status;
    int err = dep_cosign_give(node, dep_buf_slice(&request), &given, &text, &problem);
    return err ? dep_say_problem(args, err, &problem) : say_given(args, &given, &text);
}

/* ---- what there is ---- */

static json_t *lines_json(const struct dep_charter *charter, const struct dep_cosigned *judged)
{
    json_t *list = json_array();
    for (size_t i = 0; i < judged->line_count; i++) {
        const struct dep_cosigned_line *line = &judged->lines[i];
        if (line->by == DEP_BY_COSIGNER)
            (void)json_array_append_new(
                list, json_pack("{s:s,s:o}", "member",
                                dep_charter_member_at(charter, (size_t)line->member)->id, "time",
                                dep_moment_json(line->time_s)));
    }
    return list;
}

static void show_lines(const struct dep_charter *charter, const struct dep_cosigned *judged)
{
    for (size_t i = 0; i < judged->line_count; i++) {
        const struct dep_cosigned_line *line = &judged->lines[i];
        if (line->by == DEP_BY_COSIGNER) {
            (void)printf("    ");
            dep_show_moment(line->time_s);
            (void)printf("  %s\n", dep_charter_member_at(charter, (size_t)line->member)->id);
        } else if (line->by != DEP_BY_LOG && line->by != DEP_BY_REPEATED) {
            (void)printf("    ");
            dep_print_column(
                stdout,
                dep_word(line->by == DEP_BY_NOBODY ? "cosigner.signature" : "cosigner.unknown"), 0);
            (void)printf("  ");
            dep_print_safe(stdout, (const char *)line->name.data, line->name.len);
            (void)printf("\n");
        }
    }
}

static int list(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    const struct dep_charter *charter = NULL;
    DEP_AUTO_KEPT kept = {NULL, 0};
    DEP_AUTO_FREE struct dep_cosigned *judged = dep_alloc(sizeof *judged);
    int err = judged ? dep_kept_load(dep_node_register(node), &kept, &problem)
                     : dep_problem_fault(&problem, DEP_ERR_NOMEM, "checkpoints.read", args->dir);
    if (!err)
        err = dep_node_charter(node, UINT64_MAX, &charter, &problem);
    for (size_t i = 0; !err && i < kept.count; i++) {
        const struct dep_kept *one = &kept.list[i];
        err = dep_node_kept_judge(node, one, judged, &problem);
        if (err)
            break;
        if (args->json) {
            if (!dep_print_json(
                    json_pack("{s:I,s:b,s:o,s:I}", "size", (json_int_t)one->checkpoint.size,
                              "quorum", (int)judged->quorum, "cosigned",
                              lines_json(charter, judged), "tokens", (json_int_t)one->token_count)))
                return DEP_EXIT_FAULT;
            continue;
        }
        (void)printf("%llu  ", (unsigned long long)one->checkpoint.size);
        dep_print_column(stdout, dep_word(judged->quorum ? "quorum" : "checkpoint.quorum"), 0);
        (void)printf("\n");
        show_lines(charter, judged);
    }
    return err ? dep_say_problem(args, err, &problem) : dep_finish_output(DEP_EXIT_YES);
}

/* ---- forks ---- */

/* Needs nothing but what was shown and the log's key: whoever is shown them can tell. */
static int fork_of(struct dep_args *args)
{
    const char *vkey_text = dep_arg(args, "--vkey");
    struct dep_problem problem = {.detail = ""};
    struct dep_vkey vkey;
    DEP_AUTO_BUF first, second;
    dep_buf_init(&first, DEP_PROOF_LEN_MAX);
    dep_buf_init(&second, DEP_PROOF_LEN_MAX);
    if (!vkey_text)
        return dep_usage_error(args, _("--vkey is needed: the log's verifier key"));
    int status = read_file(args, args->positional[1], &first);
    if (!status)
        status = read_file(args, args->positional[2], &second);
    if (status)
        return status;
    int err = dep_vkey_parse(dep_slice_string(vkey_text), &vkey, &problem.finding);
    if (!err)
        err =
            dep_fork_verify(dep_buf_slice(&first), dep_buf_slice(&second), &vkey, &problem.finding);
    if (err < 0)
        err = dep_problem_fault(&problem, err, "cosign.fork", "");
    if (err)
        return dep_say_problem(args, err, &problem);
    if (args->json)
        (void)dep_print_json(json_pack("{s:b}", "fork", 1));
    else
        (void)printf("%s\n", dep_word("log.fork"));
    return dep_finish_output(DEP_EXIT_YES);
}

int dep_cmd_cosign(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "cosign", USAGE, OPTIONS, DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    static const struct {
        const char *verb;
        int (*alone)(struct dep_args *args);
        int (*run)(struct dep_args *args, struct dep_node *node);
        bool write;
        size_t words_min, words_max;
    } table[] = {
        {"introduce", NULL, introduce, false, 1, 1},
        {"request", NULL, request, true, 2, 2},
        {"answer", NULL, answer, true, 2, DEP_VALUES_MAX},
        {"take", NULL, take, true, 2, DEP_VALUES_MAX},
        {"list", NULL, list, false, 1, 1},
        {"fork", fork_of, NULL, false, 3, 3},
    };
    const char *verb = args.positional_count ? args.positional[0] : "list";
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        if (strcmp(table[i].verb, verb) != 0)
            continue;
        if (args.positional_count && (args.positional_count < table[i].words_min ||
                                      args.positional_count > table[i].words_max))
            return dep_usage_error(&args, _("usage: depositary %s"), USAGE);
        status = dep_confine_command(&args, !table[i].alone);
        if (status)
            return status;
        if (table[i].alone)
            return table[i].alone(&args);
        struct dep_node *node = dep_open_node(&args, table[i].write, &status);
        if (!node)
            return status;
        status = table[i].run(&args, node);
        dep_node_close(node);
        return status;
    }
    return dep_usage_error(&args, _("no such thing to do with cosigning: %s"), verb);
}
