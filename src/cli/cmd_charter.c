/*
 * charter: draft, adopt, enter, show, verify.
 */
#include "cli/charter_show.h"
#include "cli/cli.h"
#include "node/charter.h"
#include "rules/alike.h"
#include "store/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static const struct dep_option OPTIONS[] = {
    {"--founding", 0, false, false,
     N_("draft: the first charter of several members, each of which had one of its own until now")},
    {"--verifier", 0, true, true,
     N_("draft: a verify.html that is published; its fingerprint stands in the charter")},
    {"--root", 0, true, false, N_("adopt: the root key's file")},
    {"--at", 0, true, false, N_("show: the charter that governs this place of the log")},
    {"--text", 0, false, false, N_("show: the text itself, byte for byte")},
    {"--member", 0, false, false, N_("show: this member's own entry, for a draft of others")},
    {"--policy", 0, false, false,
     N_("show: whose cosignatures make this log's checkpoints count (C2SP tlog-policy)")},
    {"--pin", 0, true, false,
     N_("verify: fingerprint of a charter, got by another way than the charter itself")},
    {"--out", 'o', true, false, N_("file to write (default: standard output)")},
};

static const char USAGE[] =
    "charter draft [--founding] [--verifier FILE…] [MEMBER-FILE…] | adopt FILE --root FILE | enter "
    "FILE [FILE…] | "
    "show [FILE | --at PLACE] [--text | --member | --policy] | verify [--pin FINGERPRINT]";

/* ---- files ---- */

struct files {
    struct dep_buf *bytes;
    struct dep_slice *list;
    size_t count;
};

static void files_done(struct files *files)
{
    for (size_t i = 0; i < files->count; i++)
        dep_buf_done(&files->bytes[i]);
    free(files->bytes);
    free(files->list);
}
#define AUTO_FILES DEP_CLEANUP(files_done) struct files

/* As they are: a text's digest is that of its bytes. */
static int files_read(struct dep_args *args, size_t from, struct files *out)
{
    struct dep_problem problem = {.detail = ""};
    size_t count = args->positional_count - from;
    if (count > DEP_CHARTER_FILES_MAX)
        return dep_usage_error(args, _("more files than one charter can need"));
    out->bytes = dep_alloc_array(count, sizeof *out->bytes);
    out->list = dep_alloc_array(count, sizeof *out->list);
    int err = DEP_OK;
    if (!out->bytes || !out->list)
        return dep_say_problem(args, DEP_ERR_NOMEM, &problem);
    for (size_t i = 0; i < count && !err; i++) {
        struct dep_buf *bytes = &out->bytes[out->count++];
        dep_buf_init(bytes, DEP_ADOPTIONS_LEN_MAX);
        err = dep_file_read(AT_FDCWD, args->positional[from + i], DEP_ADOPTIONS_LEN_MAX, bytes,
                            &problem.fault);
        out->list[i] = dep_buf_slice(bytes);
    }
    return err ? dep_say_problem(args, err, &problem) : DEP_OK;
}

/* Both may be who they say, or one of them a trap: that is for people to find out, before they
 * sign. */
static json_t *find_alike(const struct dep_charter *charter)
{
    json_t *pairs = json_array();
    size_t one = 0, other = 0;
    while (pairs && dep_charter_alike(charter, &one, &other))
        if (json_array_append_new(pairs, json_pack("[s,s]", dep_charter_member_at(charter, one)->id,
                                                   dep_charter_member_at(charter, other)->id))) {
            json_decref(pairs);
            return NULL;
        }
    return pairs;
}

/* New, for the answer; also where the text is no charter, which is told elsewhere. */
static json_t *warn_alike(struct dep_slice text)
{
    DEP_AUTO_CHARTER *charter = NULL;
    struct dep_problem unused = {.detail = ""};
    if (dep_charter_read(text, &charter, &unused))
        return json_array();
    json_t *pairs = find_alike(charter), *pair;
    size_t i;
    json_array_foreach(pairs, i, pair)
    {
        dep_say(_("two members whose ids look alike: %s and %s. Make sure that both are who you "
                  "think"),
                json_string_value(json_array_get(pair, 0)),
                json_string_value(json_array_get(pair, 1)));
    }
    return pairs;
}

/* ---- draft, adopt, enter ---- */

enum { VERIFIERS_MAX = 16, VERIFIER_LEN_MAX = 64 * 1024 * 1024 };

/* Each by its own name, without folders: that is how a reader has it. */
static int verifiers_read(struct dep_args *args, struct dep_charter_verifier *out,
                          size_t *out_count)
{
    const char *path;
    size_t count = 0;
    for (; (path = dep_arg_at(args, "--verifier", count)); count++) {
        struct dep_problem problem = {.detail = ""};
        const char *slash = strrchr(path, '/');
        DEP_AUTO_BUF bytes;
        if (count == VERIFIERS_MAX)
            return dep_usage_error(args, _("more files than one charter can need"));
        dep_buf_init(&bytes, VERIFIER_LEN_MAX);
        int err = dep_file_read(AT_FDCWD, path, VERIFIER_LEN_MAX, &bytes, &problem.fault);
        if (err)
            return dep_say_problem(args, err, &problem);
        out[count].name = slash ? slash + 1 : path;
        dep_sha256(dep_buf_slice(&bytes), &out[count].sha256);
    }
    *out_count = count;
    return DEP_OK;
}

static int draft(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_charter_verifier verifiers[VERIFIERS_MAX];
    struct dep_charter_draft order = {.founding = dep_flag(args, "--founding"),
                                      .verifiers = verifiers};
    AUTO_FILES files = {.count = 0};
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    int status = files_read(args, 1, &files);
    if (!status)
        status = verifiers_read(args, verifiers, &order.verifier_count);
    if (status || !files.list)
        return status;
    order.entries = files.list;
    order.entry_count = files.count;
    int err = dep_node_charter_draft(node, &order, &text, &problem);
    if (!err)
        json_decref(warn_alike(dep_buf_slice(&text)));
    return err ? dep_say_problem(args, err, &problem) : dep_write_out(args, &text);
}

static int adopt(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_done done;
    const char *root = dep_arg(args, "--root");
    if (!root || args->positional_count != 2)
        return dep_usage_error(args, _("adopt needs one charter's file and --root FILE"));
    AUTO_FILES files = {.count = 0};
    DEP_AUTO_BUF jwt;
    dep_buf_init(&jwt, DEP_JWT_LEN_MAX + 1);
    int status = files_read(args, 1, &files);
    if (status || !files.list)
        return status;
    DEP_AUTO_JSON *alike = warn_alike(files.list[0]);
    int err = dep_node_charter_adopt(node, files.list[0], root, &done, &jwt, &problem);
    if (err)
        return dep_say_problem(args, err, &problem);
    struct dep_hash digest;
    char fingerprint[DEP_FINGERPRINT_LEN + 1];
    dep_sha256(files.list[0], &digest);
    dep_fingerprint_encode(&digest, fingerprint);
    size_t jwt_len = jwt.len;
    dep_buf_add_byte(&jwt, '\n'); /* such files are put after each other */
    if (!args->json || dep_arg(args, "--out"))
        status = dep_write_out(args, &jwt);
    if (status)
        return status;
    if (args->json)
        return dep_finish_output(
            dep_print_json(json_pack("{s:s,s:I,s:s,s:O,s:s%}", "record", done.jti, "index",
                                     (json_int_t)done.index, "fingerprint", fingerprint, "alike",
                                     alike, "jwt", (const char *)jwt.data, jwt_len))
                ? DEP_EXIT_YES
                : DEP_EXIT_FAULT);
    dep_say(_("adopted: the charter with the fingerprint %s"), fingerprint);
    return DEP_EXIT_YES;
}

static int enter(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_done done;
    const struct dep_charter *charter = NULL;
    if (args->positional_count < 2)
        return dep_usage_error(args, _("enter needs the charter's file, and those of its "
                                       "adoptions"));
    AUTO_FILES files = {.count = 0};
    int status = files_read(args, 1, &files);
    if (status || !files.list)
        return status;
    int err = dep_node_charter_enter(node, files.list[0], files.list + 1, files.count - 1, &done,
                                     &problem);
    if (!err)
        err = dep_node_charter(node, UINT64_MAX, &charter, &problem);
    if (err)
        return dep_say_problem(args, err, &problem);
    char fingerprint[DEP_FINGERPRINT_LEN + 1];
    dep_fingerprint_encode(dep_charter_digest(charter), fingerprint);
    if (args->json)
        return dep_finish_output(dep_print_json(json_pack("{s:s,s:I,s:I,s:s}", "record", done.jti,
                                                          "index", (json_int_t)done.index, "number",
                                                          (json_int_t)dep_charter_number(charter),
                                                          "fingerprint", fingerprint))
                                     ? DEP_EXIT_YES
                                     : DEP_EXIT_FAULT);
    (void)printf(_("Charter %lld is in force in this log above place %llu.\n"),
                 (long long)dep_charter_number(charter), (unsigned long long)done.index);
    (void)printf(_("Its fingerprint: %s\n"), fingerprint);
    return dep_finish_output(DEP_EXIT_YES);
}

/* ---- show ---- */

/* A charter in a file, as it is read before it is adopted. */
static int show_file(struct dep_args *args)
{
    struct dep_problem problem = {.detail = ""};
    AUTO_FILES files = {.count = 0};
    DEP_AUTO_CHARTER *charter = NULL;
    int status = files_read(args, 1, &files);
    if (status || !files.list)
        return status;
    int err = dep_charter_read(files.list[0], &charter, &problem);
    if (!err)
        json_decref(warn_alike(files.list[0]));
    return err ? dep_say_problem(args, err, &problem) : dep_charter_show(args, charter, NULL);
}

static int entry_at(struct dep_node *node, uint64_t index, struct dep_charter_entry *out,
                    struct dep_problem *problem)
{
    const struct dep_charter_entry *entries = NULL;
    size_t count = 0;
    int err = dep_node_charters(node, &entries, &count, problem);
    while (count > 0 && entries[count - 1].index >= index)
        count--;
    if (!err && count == 0)
        err = dep_problem_found(problem, "charter.absent", "charter.md 3", "");
    if (!err)
        *out = entries[count - 1];
    return err;
}

static int show(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_charter_entry entry = {.index = 0};
    uint64_t index = UINT64_MAX;
    const char *at = dep_arg(args, "--at");
    if (at && !dep_u64_parse(dep_slice_string(at), INT64_MAX, &index))
        return dep_usage_error(args, _("--at needs a place in the log, not %s"), at);
    DEP_AUTO_BUF text;
    dep_buf_init(&text, DEP_CHARTER_LEN_MAX);
    int err = entry_at(node, index, &entry, &problem);
    if (!err && dep_flag(args, "--text"))
        err = dep_node_charter_text(node, dep_charter_digest(entry.charter), &text, &problem);
    else if (!err && dep_flag(args, "--member"))
        err = dep_node_charter_member(node, &text, &problem);
    else if (!err && dep_flag(args, "--policy"))
        err = dep_node_charter_policy(node, &text, &problem);
    if (err)
        return dep_say_problem(args, err, &problem);
    return text.len ? dep_write_out(args, &text) : dep_charter_show(args, entry.charter, &entry);
}

/* ---- verify ---- */

static int say_verified(const struct dep_args *args, const struct dep_charter_verified *verified,
                        const char *fingerprint, bool pinned)
{
    bool whole = verified->trusted == verified->count;
    int status = whole ? DEP_EXIT_YES : DEP_EXIT_WANTING;
    if (args->json)
        return dep_finish_output(
            dep_print_json(
                json_pack("{s:s,s:I,s:I,s:b,s:s,s:s*}", "verdict", whole ? "intact" : "unproved",
                          "charters", (json_int_t)verified->count, "trusted",
                          (json_int_t)verified->trusted, "pinned", (int)pinned, "fingerprint",
                          fingerprint, "finding", whole ? NULL : verified->why.id))
                ? status
                : DEP_EXIT_FAULT);
    (void)printf(_("Charters: %llu; vouched for: %llu.\n"), (unsigned long long)verified->count,
                 (unsigned long long)verified->trusted);
    if (!whole)
        (void)printf(_("Charter %llu does not follow: %s (%s)\n"),
                     (unsigned long long)verified->trusted + 1, dep_word(verified->why.id),
                     verified->why.id);
    if (!pinned) {
        (void)printf("%s", _("They follow each other as their own rules demand. That they are the "
                             "right ones this doesn't prove: compare the newest one's fingerprint "
                             "with what another member tells you.\n"));
        (void)printf(_("Its fingerprint: %s\n"), fingerprint);
    }
    return dep_finish_output(status);
}

static int verify(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_charter_verified verified;
    const struct dep_charter *charter = NULL;
    uint8_t pin[DEP_FINGERPRINT_BYTES];
    const char *text = dep_arg(args, "--pin");
    int status = text ? dep_read_pin(args, text, pin) : DEP_OK;
    if (status)
        return status;
    int err = dep_node_charter_verify(node, text ? pin : NULL, &verified, &problem);
    if (!err)
        err = dep_node_charter(node, UINT64_MAX, &charter, &problem);
    if (err)
        return dep_say_problem(args, err, &problem);
    char fingerprint[DEP_FINGERPRINT_LEN + 1];
    dep_fingerprint_encode(dep_charter_digest(charter), fingerprint);
    return say_verified(args, &verified, fingerprint, text != NULL);
}

int dep_cmd_charter(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "charter", USAGE, OPTIONS, DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    static const struct {
        const char *verb;
        int (*run)(struct dep_args *args, struct dep_node *node);
        bool write;
    } table[] = {{"draft", draft, false},
                 {"adopt", adopt, true},
                 {"enter", enter, true},
                 {"show", show, false},
                 {"verify", verify, false}};
    const char *verb = args.positional_count ? args.positional[0] : "show";
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        if (strcmp(table[i].verb, verb) != 0)
            continue;
        bool alone = table[i].run == show && args.positional_count == 2;
        status = dep_confine_command(&args, !alone);
        if (status)
            return status;
        if (alone)
            return show_file(&args);
        struct dep_node *node = dep_open_node(&args, table[i].write, &status);
        if (!node)
            return status;
        status = table[i].run(&args, node);
        dep_node_close(node);
        return status;
    }
    return dep_usage_error(&args, _("no such thing to do with charters: %s"), verb);
}
