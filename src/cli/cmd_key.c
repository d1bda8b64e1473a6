/*
 * key: enrol, request, sign, import, share, revoke, list, card, recover.
 */
#include "cli/cli.h"
#include "node/cosign.h"
#include "node/keys.h"
#include "store/file.h"

#include <fcntl.h>
#include <string.h>

static const struct dep_option OPTIONS[] = {
    {"--roles", 0, true, false,
     N_("custodian, legal, desk, auditor, administrator, approver: separated by commas")},
    {"--member", 0, true, false, N_("request: id of the member")},
    {"--keys", 0, true, false,
     N_("request, import: folder of the new officer's keys (default: keys)")},
    {"--out", 'o', true, false, N_("file to write (default: standard output)")},
    {"--from", 0, true, false,
     N_("revoke: first place in the log that is no longer trusted (default: from now on)")},
    {"--reason-file", 0, true, false, N_("revoke: file with the reason (\"-\": standard input)")},
    {"--holder-file", 0, true, false,
     N_("enrol, sign: file with the officer's name, kept protected")},
    {"--root", 0, true, false, N_("revoke, recover, cosigner: the root key's file")},
    {"--recovery", 0, true, false, N_("recover: file with a recovery identity")},
    {"--yes", 'y', false, false, N_("share: don't ask")},
    {"--no-passphrase", 0, false, false, N_("the new keys lie unprotected on this disk")},
};

static const char USAGE[] =
    "key list | enrol CODE --roles R | request CODE --member ID --roles R "
    "| sign FILE | import FILE | share CODE | revoke CODE|KID | "
    "card | recover CODE --recovery FILE --root FILE --roles R | cosigner [--root FILE]";

enum { SMALL_FILE_MAX = 1024 * 1024 };

static int read_small(const struct dep_args *args, const char *path, struct dep_buf *out)
{
    struct dep_problem problem = {.detail = ""};
    int err = dep_file_read(AT_FDCWD, strcmp(path, "-") == 0 ? "/dev/stdin" : path, SMALL_FILE_MAX,
                            out, &problem.fault);
    while (!err && out->len && out->data[out->len - 1] == '\n')
        out->data[--out->len] = 0;
    return err ? dep_say_problem(args, err, &problem) : DEP_OK;
}

/* NULL without --holder-file; `out_status` set where the file can't be read. */
static json_t *read_holder(const struct dep_args *args, int *out_status)
{
    const char *path = dep_arg(args, "--holder-file");
    DEP_AUTO_BUF text;
    dep_buf_init_secret(&text, SMALL_FILE_MAX);
    if (!path || (*out_status = read_small(args, path, &text)))
        return NULL;
    json_t *holder =
        json_pack("{s:s,s:s}", "text", (const char *)text.data, "lang", dep_reader_language());
    if (!holder)
        *out_status = dep_usage_error(args, _("%s is not valid UTF-8"), path);
    return holder;
}

static int needs_roles(const struct dep_args *args, unsigned *out)
{
    const char *roles = dep_arg(args, "--roles");
    *out = roles ? dep_roles_parse(roles) : 0;
    if (*out)
        return DEP_OK;
    if (roles)
        return dep_usage_error(
            args, _("no such roles: %s (custodian, legal, desk, auditor, administrator, approver)"),
            roles);
    return dep_usage_error(args, _("--roles is needed: custodian, legal, desk, auditor, "
                                   "administrator, approver"));
}

static int done_line(const struct dep_args *args, const struct dep_done *done)
{
    if (args->json)
        return dep_finish_output(dep_print_json(json_pack("{s:s,s:I}", "record", done->jti, "index",
                                                          (json_int_t)done->index))
                                     ? DEP_EXIT_YES
                                     : DEP_EXIT_FAULT);
    (void)printf(_("Recorded: %s\n"), done->jti);
    return dep_finish_output(DEP_EXIT_YES);
}

/* ---- without a register ---- */

static const char *keys_folder(const struct dep_args *args)
{
    const char *keys = dep_arg(args, "--keys");
    return keys ? keys : "keys";
}

static int confine_alone(const struct dep_args *args)
{
    const struct dep_writes writes[] = {
        {DEP_REACH_NEW_FOLDER, keys_folder(args)},
        {DEP_REACH_FILE, dep_arg(args, "--out")},
    };
    return dep_confine_writes(writes, DEP_COUNT(writes));
}

static int request(struct dep_args *args)
{
    unsigned roles;
    const char *member = dep_arg(args, "--member");
    int status = needs_roles(args, &roles);
    if (status)
        return status;
    if (!member)
        return dep_usage_error(args, _("--member is needed"));
    struct dep_world world;
    struct dep_problem problem = {.detail = ""};
    dep_world_system(&world);
    world.passphrase = dep_passphrase_ask;
    world.passphrase_wrong = dep_passphrase_wrong;
    world.passphrase_context = args;
    DEP_AUTO_BUF text;
    dep_buf_init(&text, SMALL_FILE_MAX);
    int err = dep_key_request(keys_folder(args), member, args->positional[1], roles,
                              dep_flag(args, "--no-passphrase"), &world, &text, &problem);
    return err ? dep_say_problem(args, err, &problem) : dep_write_out(args, &text);
}

static int import(struct dep_args *args)
{
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_BUF text;
    dep_buf_init(&text, SMALL_FILE_MAX);
    int status = read_small(args, args->positional[1], &text);
    if (status)
        return status;
    int err = dep_key_import(keys_folder(args), dep_buf_slice(&text), &problem);
    return err ? dep_say_problem(args, err, &problem) : DEP_EXIT_YES;
}

/* ---- with one ---- */

static void say_waiting(unsigned roles)
{
    for (unsigned role = 1; role < DEP_ROLE_ROOT; role <<= 1)
        if (roles & role)
            dep_say(_("role %s: its key must still be shared by one who holds it (key share)"),
                    dep_word(dep_role_name((enum dep_role)role)));
}

static void say_orphans(unsigned roles)
{
    for (unsigned role = 1; role < DEP_ROLE_ROOT; role <<= 1)
        if (roles & role)
            dep_say(_("role %s: nobody in force holds its key now; only recovery opens what it "
                      "read"),
                    dep_word(dep_role_name((enum dep_role)role)));
}

/* What the newest key in force still waits for: the one that was just enrolled. */
static void say_waits(const struct dep_node *node)
{
    const struct dep_keyset *keyset = dep_node_keyset(node);
    for (size_t i = dep_keyset_count(keyset); i-- > 0;) {
        const struct dep_key_state *key = dep_keyset_at(keyset, i);
        if (key->use != DEP_KEY_OFFICER)
            continue;
        say_waiting(dep_key_waits(node, key));
        return;
    }
}

static int enrol(struct dep_args *args, struct dep_node *node)
{
    unsigned roles;
    struct dep_done done;
    struct dep_problem problem = {.detail = ""};
    int status = needs_roles(args, &roles);
    DEP_AUTO_JSON *holder = status ? NULL : read_holder(args, &status);
    if (status)
        return status;
    int err = dep_key_enrol(node, args->positional[1], roles, dep_flag(args, "--no-passphrase"),
                            holder, &done, &problem);
    if (!err)
        say_waits(node);
    return err ? dep_say_problem(args, err, &problem) : done_line(args, &done);
}

static int sign(struct dep_args *args, struct dep_node *node)
{
    struct dep_done done;
    struct dep_problem problem = {.detail = ""};
    int status = DEP_EXIT_YES;
    DEP_AUTO_BUF text, card;
    dep_buf_init(&text, SMALL_FILE_MAX);
    dep_buf_init(&card, SMALL_FILE_MAX);
    DEP_AUTO_JSON *holder = read_holder(args, &status);
    if (!status)
        status = read_small(args, args->positional[1], &text);
    if (status)
        return status;
    int err = dep_key_sign(node, dep_buf_slice(&text), holder, &done, &card, &problem);
    if (!err)
        say_waits(node);
    return err ? dep_say_problem(args, err, &problem) : dep_write_out(args, &card);
}

static int revoke(struct dep_args *args, struct dep_node *node)
{
    struct dep_done done;
    struct dep_problem problem = {.detail = ""};
    uint64_t from = dep_register_count(dep_node_register(node));
    const char *from_text = dep_arg(args, "--from"), *path = dep_arg(args, "--reason-file");
    if (from_text && !dep_u64_parse(dep_slice_string(from_text), INT64_MAX, &from))
        return dep_usage_error(args, _("--from needs a place in the log, not %s"), from_text);
    DEP_AUTO_BUF reason;
    dep_buf_init_secret(&reason, SMALL_FILE_MAX);
    if (!path)
        return dep_usage_error(
            args, _("--reason-file is needed: a revocation without a reason helps nobody"));
    int status = read_small(args, path, &reason);
    if (status)
        return status;
    unsigned orphans = dep_key_orphans(node);
    int err = dep_key_revoke(node, args->positional[1], from, (const char *)reason.data,
                             dep_reader_language(), dep_arg(args, "--root"), &done, &problem);
    if (!err)
        say_orphans(dep_key_orphans(node) & ~orphans);
    return err ? dep_say_problem(args, err, &problem) : done_line(args, &done);
}

static int recover(struct dep_args *args, struct dep_node *node)
{
    unsigned roles;
    struct dep_done done;
    struct dep_problem problem = {.detail = ""};
    const char *recovery = dep_arg(args, "--recovery"), *root = dep_arg(args, "--root");
    int status = needs_roles(args, &roles);
    if (status)
        return status;
    if (!recovery || !root)
        return dep_usage_error(args, _("--recovery FILE and --root FILE are needed"));
    int err = dep_key_recover(node, recovery, root, args->positional[1], roles,
                              dep_flag(args, "--no-passphrase"), &done, &problem);
    return err ? dep_say_problem(args, err, &problem) : done_line(args, &done);
}

struct share {
    const struct dep_args *args;
    struct dep_node *node;
};

static bool confirm_share(void *context, const struct dep_key_state *officer, unsigned roles)
{
    const struct share *share = context;
    DEP_AUTO_VIEW view = {.claims = NULL};
    struct dep_problem problem = {.detail = ""};
    if (dep_flag(share->args, "--yes"))
        return true;
    (void)fprintf(stderr, "%s  %s\n", officer->code, officer->kid);
    for (unsigned role = 1; role < DEP_ROLE_ROOT; role <<= 1)
        if (roles & role)
            (void)fprintf(stderr, "  %s\n", dep_word(dep_role_name((enum dep_role)role)));
    if (dep_node_view(share->node, officer->enrolled_by, false, &view, &problem) == DEP_OK) {
        const json_t *by = dep_json_object(view.claims, "by");
        (void)fprintf(stderr, "  ");
        dep_print_label(stderr, _("Enrolled by"));
        (void)fprintf(stderr, "%s  %s\n", by ? dep_word(dep_json_string(by, "role")) : "?",
                      officer->enrolled_by);
    }
    return dep_confirm(_("Let this officer read all that these roles read?"));
}

static int share(struct dep_args *args, struct dep_node *node)
{
    struct share share = {.args = args, .node = node};
    struct dep_problem problem = {.detail = ""};
    struct dep_done done = {.jti = ""};
    if (!dep_flag(args, "--yes") && !dep_is_terminal())
        return dep_usage_error(args, _("key share asks on a terminal: say --yes without one"));
    int err = dep_key_share(node, args->positional[1], confirm_share, &share, &done, &problem);
    if (err)
        return dep_say_problem(args, err, &problem);
    return done.jti[0] ? done_line(args, &done) : DEP_EXIT_WANTING;
}

static const char *use_name(enum dep_key_use use)
{
    static const char *const names[] = {"",       "root",     "log",   "registrar", "officer",
                                        "device", "cosigner", "vault", "role"};
    return names[use];
}

static const char *use_words(enum dep_key_use use)
{
    static const char *const words[] = {
        "",           N_("root key"), N_("log"),   N_("registrar"), N_("officer"),
        N_("device"), N_("cosigner"), N_("vault"), N_("role")};
    return words[use][0] ? _(words[use]) : "";
}

static json_t *role_list(unsigned roles)
{
    json_t *names = json_array();
    for (unsigned role = 1; role < DEP_ROLE_ROOT; role <<= 1)
        if (roles & role)
            (void)json_array_append_new(names, json_string(dep_role_name((enum dep_role)role)));
    return names;
}

static void show_roles(unsigned roles)
{
    bool shown = false;
    for (unsigned role = 1; role < DEP_ROLE_ROOT; role <<= 1) {
        if (!(roles & role))
            continue;
        (void)printf("%s%s", shown ? _(", ") : "  ", dep_word(dep_role_name((enum dep_role)role)));
        shown = true;
    }
}

static int list(struct dep_args *args, struct dep_node *node)
{
    const struct dep_keyset *keyset = dep_node_keyset(node);
    for (size_t i = 0; i < dep_keyset_count(keyset); i++) {
        const struct dep_key_state *key = dep_keyset_at(keyset, i);
        unsigned waits = dep_key_waits(node, key);
        if (args->json) {
            if (!dep_print_json(
                    json_pack("{s:s,s:s?,s:o,s:s?,s:s?,s:I,s:b,s:s,s:o}", "use", use_name(key->use),
                              "kid", key->kid[0] ? key->kid : NULL, "roles", role_list(key->roles),
                              "code", key->code[0] ? key->code : NULL, "age",
                              key->age_recipient[0] ? key->age_recipient : NULL, "enrolled_at",
                              (json_int_t)key->enrolled_at, "revoked", (int)key->revoked, "record",
                              key->enrolled_by, "waits", role_list(waits))))
                return DEP_EXIT_FAULT;
            continue;
        }
        dep_print_column(stdout, use_words(key->use), 18);
        (void)printf(" %-20s ", key->code);
        dep_print_column(stdout, key->use == DEP_KEY_ROLE ? dep_word(key->code) : key->kid, 43);
        (void)printf(" ");
        dep_print_column(stdout, key->revoked ? _("revoked") : _("in force"), key->roles ? 8 : 0);
        show_roles(key->roles);
        (void)printf("\n");
        for (unsigned role = 1; role < DEP_ROLE_ROOT; role <<= 1)
            if (waits & role) {
                (void)printf("    ");
                (void)printf(_("role %s: key not shared yet"),
                             dep_word(dep_role_name((enum dep_role)role)));
                (void)printf("\n");
            }
    }
    return dep_finish_output(DEP_EXIT_YES);
}

static int card(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_BUF text;
    dep_buf_init(&text, SMALL_FILE_MAX);
    int err = dep_key_home_card(node, &text, &problem);
    return err ? dep_say_problem(args, err, &problem) : dep_write_out(args, &text);
}

/* With the root key one is made first; without, the one there is is shown. */
static int cosigner(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_done done = {.jti = ""};
    const char *root = dep_arg(args, "--root");
    DEP_AUTO_BUF vkey;
    dep_buf_init(&vkey, 1024);
    int err = root ? dep_cosigner_enrol(node, root, &done, &problem) : DEP_OK;
    if (!err)
        err = dep_cosigner_vkey(node, &vkey, &problem);
    if (err)
        return dep_say_problem(args, err, &problem);
    if (args->json)
        (void)dep_print_json(json_pack("{s:s*,s:s}", "record", done.jti[0] ? done.jti : NULL,
                                       "vkey", (const char *)vkey.data));
    else
        (void)printf("%s\n", (const char *)vkey.data);
    return dep_finish_output(DEP_EXIT_YES);
}

int dep_cmd_key(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "key", USAGE, OPTIONS, DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    static const struct {
        const char *verb;
        int (*alone)(struct dep_args *args);
        int (*run)(struct dep_args *args, struct dep_node *node);
        bool write;
        size_t words;
    } table[] = {
        {"list", NULL, list, false, 1},        {"card", NULL, card, false, 1},
        {"enrol", NULL, enrol, true, 2},       {"sign", NULL, sign, true, 2},
        {"revoke", NULL, revoke, true, 2},     {"recover", NULL, recover, true, 2},
        {"cosigner", NULL, cosigner, true, 1}, {"share", NULL, share, true, 2},
        {"request", request, NULL, false, 2},  {"import", import, NULL, false, 2},
    };
    const char *verb = args.positional_count ? args.positional[0] : "list";
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        if (strcmp(table[i].verb, verb) != 0)
            continue;
        if (table[i].words == 2 && args.positional_count != 2)
            return dep_usage_error(&args, _("key %s needs one name or file"), verb);
        status = table[i].alone ? confine_alone(&args) : dep_confine_command(&args, true);
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
    return dep_usage_error(&args, _("no such thing to do with keys: %s"), verb);
}
