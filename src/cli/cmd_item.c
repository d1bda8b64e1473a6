/*
 * item: list, files, extract, check, history, and the custody events.
 */
#include "cli/file_digest.h"
#include "cli/item_check.h"
#include "cli/show.h"
#include "cli/wanted.h"
#include "codec/text.h"
#include "node/custody.h"

#include <string.h>

static const struct dep_option OPTIONS[] = {
    {"--file", 0, true, false,
     N_("JSON file with what is stated (\"-\": standard input); else asked on a terminal")},
    {"--yes", 'y', false, false, N_("don't ask; what isn't stated is recorded as unknown")},
    {"--out", 'o', true, false, N_("extract: file to write")},
    {"--no-key", 0, false, false,
     N_("check without the vault key: container, record and log only")},
    {"--all", 0, false, false, N_("check every item")},
    {"--answers", 0, true, false, N_("the first side's record that this one answers")},
    {"--supersedes", 0, true, false, N_("the record this one corrects")},
};

static const char USAGE[] =
    "item list | files ITEM | extract ITEM PATH --out FILE | check ITEM… | history ITEM | "
    "correct ITEM --file FILE | "
    "transfer|receive|examine|copy|return|split|open-seal|replace-seal|stocktake|lost|found|"
    "dispose|error ITEM [--file FILE]";

/* ---- list ---- */

static int show_item(void *context, const struct dep_item *item)
{
    const struct dep_args *args = context;
    const json_t *claims = item->first.claims;
    if (args->json)
        return dep_print_json(json_pack(
                   "{s:s,s:s,s:s,s:s?,s:s?,s:b,s:b,s:b,s:b,s:b,s:I}", "item", item->item, "record",
                   item->first.row.jti, "state", item->state, "exhibit",
                   dep_json_string(claims, "exhibit"), "case", dep_json_string(claims, "case"),
                   "container", (int)item->has_container, "restricted", (int)item->restricted,
                   "hold", (int)item->on_hold, "in_error", (int)item->in_error, "withdrawn",
                   (int)item->withdrawn, "events", (json_int_t)item->event_count))
                   ? DEP_OK
                   : DEP_ERR_IO;
    const char *exhibit = dep_json_string(claims, "exhibit");
    (void)printf("%s  ", item->item);
    dep_show_time(item->first.row.iat);
    (void)printf("  ");
    dep_print_column(stdout, dep_word(item->state), 20);
    (void)printf(" ");
    dep_print_safe(stdout, exhibit ? exhibit : "-", strlen(exhibit ? exhibit : "-"));
    (void)printf("%s%s%s%s%s%s\n", item->on_hold ? "  " : "", item->on_hold ? _("LEGAL HOLD") : "",
                 item->restricted ? "  " : "", item->restricted ? _("restricted") : "",
                 item->withdrawn ? "  " : "", item->withdrawn ? _("withdrawn by its sender") : "");
    return DEP_OK;
}

static int list(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    bool unlock =
        dep_node_officer(node) != NULL && !dep_register_info(dep_node_register(node))->field;
    int err = dep_node_items(node, unlock, show_item, args, &problem);
    return err ? dep_say_problem(args, err, &problem) : dep_finish_output(DEP_EXIT_YES);
}

/* ---- files ---- */

/* What the reader of a list must know of a file; that it is sparse changes nothing for her. */
static const struct {
    unsigned flag;
    const char *word;
} FLAGS[] = {
    {DEP_ENTRY_CHANGED, "changed"},
    {DEP_ENTRY_SHORT, "shrank"},
    {DEP_ENTRY_GREW, "grew"},
    {DEP_ENTRY_XATTRS_PARTLY, "xattrs_partly"},
};

static json_t *flags_json(unsigned flags)
{
    json_t *words = json_array();
    for (size_t i = 0; i < DEP_COUNT(FLAGS); i++)
        if (flags & FLAGS[i].flag)
            (void)json_array_append_new(words, json_string(FLAGS[i].word));
    return words;
}

static void show_flags(unsigned flags)
{
    for (size_t i = 0; i < DEP_COUNT(FLAGS); i++)
        if (flags & FLAGS[i].flag)
            (void)printf("  — %s", dep_word(FLAGS[i].word));
}

static int show_entry(void *context, const struct dep_entry *entry, uint64_t index)
{
    (void)index;
    const struct dep_args *args = context;
    char sha256[2 * DEP_HASH_LEN + 1] = "";
    if (entry->has_sha256)
        dep_hex_encode(entry->sha256.bytes, DEP_HASH_LEN, sha256);
    if (args->json) {
        DEP_AUTO_BUF path, target;
        dep_buf_init(&path, 4 * DEP_TAR_PATH_MAX);
        dep_buf_init(&target, 4 * DEP_TAR_PATH_MAX);
        dep_percent_encode(entry->path, &path);
        dep_percent_encode(entry->target, &target);
        char kind[2] = {(char)entry->kind, 0};
        return dep_buf_err(&path) == DEP_OK && dep_buf_err(&target) == DEP_OK &&
                       dep_print_json(json_pack("{s:s,s:s,s:I,s:s?,s:s?,s:o}", "path",
                                                path.data ? (const char *)path.data : "", "kind",
                                                kind, "size", (json_int_t)entry->size, "sha256",
                                                sha256[0] ? sha256 : NULL, "target",
                                                target.len ? (const char *)target.data : NULL,
                                                "flags", flags_json(entry->flags)))
                   ? DEP_OK
                   : DEP_ERR_IO;
    }
    (void)printf("%c %12llu  %-64s  ", (char)entry->kind, (unsigned long long)entry->size, sha256);
    dep_print_safe(stdout, (const char *)entry->path.data, entry->path.len);
    if (entry->kind == DEP_ENTRY_NOT_TAKEN) {
        char reason[64];
        (void)snprintf(reason, sizeof reason, "%.*s", (int)entry->target.len,
                       (const char *)entry->target.data);
        (void)printf("  — %s", dep_word(reason));
    } else if (entry->target.len) {
        (void)printf("  -> ");
        dep_print_safe(stdout, (const char *)entry->target.data, entry->target.len);
    }
    show_flags(entry->flags);
    (void)printf("\n");
    return DEP_OK;
}

static int files(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    if (args->positional_count != 2)
        return dep_usage_error(args, _("name one item"));
    int err = dep_node_item_files(node, args->positional[1], show_entry, args, &problem);
    return err ? dep_say_problem(args, err, &problem) : dep_finish_output(DEP_EXIT_YES);
}

static int extract(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    const char *out = dep_arg(args, "--out");
    if (args->positional_count != 3 || !out)
        return dep_usage_error(args, _("name an item, a path in it, and --out FILE"));
    int err = dep_node_item_extract(node, args->positional[1], args->positional[2], out, &problem);
    return err ? dep_say_problem(args, err, &problem) : dep_finish_output(DEP_EXIT_YES);
}

/* ---- history ---- */

struct history {
    const struct dep_args *args;
    struct dep_node *node;
};

static int show_event(void *context, const struct dep_view *view)
{
    const struct history *history = context;
    if (history->args->json)
        return dep_print_json(dep_view_json(view)) ? DEP_OK : DEP_ERR_IO;
    dep_show_view(history->node, view);
    (void)printf("\n");
    return DEP_OK;
}

static int show_history(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    if (args->positional_count != 2)
        return dep_usage_error(args, _("name one item"));
    DEP_AUTO_ITEM item = {.item = ""};
    struct history history = {args, node};
    int err = dep_node_item(node, args->positional[1], false, &item, &problem);
    if (!err)
        err = dep_node_item_events(node, item.item, true, show_event, &history, &problem);
    return err ? dep_say_problem(args, err, &problem) : dep_finish_output(DEP_EXIT_YES);
}

/* ---- custody ---- */

static const struct verb {
    const char *verb, *type;
} VERBS[] = {
    {"transfer", "custody.transferred"}, {"receive", "custody.received"},
    {"examine", "custody.examined"},     {"copy", "custody.copied"},
    {"return", "custody.returned"},      {"split", "custody.split"},
    {"open-seal", "seal.opened"},        {"replace-seal", "seal.replaced"},
    {"stocktake", "custody.stocktake"},  {"lost", "custody.lost"},
    {"found", "custody.found"},          {"dispose", "custody.disposed"},
    {"error", "evidence.error"},
};

static const char *type_of(const char *verb)
{
    for (size_t i = 0; i < DEP_COUNT(VERBS); i++)
        if (strcmp(VERBS[i].verb, verb) == 0)
            return VERBS[i].type;
    return NULL;
}

static int show_done(const struct dep_args *args, const char *type, const struct dep_done *done)
{
    if (args->json)
        return dep_print_json(json_pack("{s:s,s:s*,s:I}", "record", done->jti, "type", type,
                                        "index", (json_int_t)done->index))
                   ? DEP_EXIT_YES
                   : DEP_EXIT_FAULT;
    (void)printf(_("Recorded: %s\n"), done->jti);
    if (type && strcmp(type, "custody.disposed") == 0)
        (void)printf("%s\n",
                     _("Nothing of it is left in vault/. Backups, and files that were taken "
                       "out of it, are where they were."));
    return DEP_EXIT_YES;
}

/* What can't be undone is asked once more. */
static bool is_meant(const struct dep_args *args, const char *type)
{
    return strcmp(type, "custody.disposed") != 0 || dep_flag(args, "--yes") || !dep_is_terminal() ||
           dep_confirm(_("Dispose of it? What vault/ has of it is removed for good."));
}

struct custody {
    struct dep_node *node;
    struct dep_custody_order order;
    struct dep_done done;
};

static int record_custody(void *context, json_t *claims, struct dep_problem *problem)
{
    struct custody *custody = context;
    custody->order.claims = claims;
    return dep_node_custody(custody->node, &custody->order, &custody->done, problem);
}

int dep_custody_command(struct dep_args *args, const char *type, const char *name)
{
    int status = DEP_EXIT_YES;
    DEP_AUTO_JSON *claims = NULL;
    struct dep_node *node = dep_fields_open(args, type, name, NULL, &claims, &status);
    if (!node)
        return status;
    if (!is_meant(args, type)) {
        dep_say(_("nothing was recorded"));
        dep_node_close(node);
        return DEP_EXIT_WANTING;
    }
    struct custody custody = {.node = node,
                              .order = {.name = name,
                                        .type = type,
                                        .answers = dep_arg(args, "--answers"),
                                        .supersedes = dep_arg(args, "--supersedes")}};
    status = dep_fields_attempt(args, node, type, claims, record_custody, &custody);
    if (!status)
        status = show_done(args, type, &custody.done);
    dep_node_close(node);
    return dep_finish_output(status);
}

static int correct(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_done done;
    int status = DEP_EXIT_YES;
    if (args->positional_count != 2)
        return dep_usage_error(args, _("name one item"));
    if (!dep_arg(args, "--file"))
        return dep_usage_error(args, _("--file is needed: what is to be stated instead"));
    DEP_AUTO_JSON *fields = dep_fields_read_file(args, &status);
    if (!fields)
        return status;
    DEP_AUTO_ITEM item = {.item = ""};
    int err = dep_node_item(node, args->positional[1], false, &item, &problem);
    const struct dep_schema *schema =
        dep_schemas_find(dep_node_schemas(node), err ? "" : item.first.row.type, 0);
    if (!err && schema)
        err = dep_file_digests(schema, fields, &problem);
    if (!err)
        err = dep_node_item_correct(node, args->positional[1], fields, &done, &problem);
    status = err ? dep_say_refused(args, schema, fields, false, err, &problem)
                 : show_done(args, NULL, &done);
    return dep_finish_output(status);
}

int dep_cmd_item(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "item", USAGE, OPTIONS, DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    status = dep_confine_command(&args, true);
    if (status)
        return status;
    const char *verb = args.positional_count ? args.positional[0] : "list";
    if (type_of(verb)) {
        if (args.positional_count != 2)
            return dep_usage_error(&args, _("name one item"));
        return dep_custody_command(&args, type_of(verb), args.positional[1]);
    }
    if (strcmp(verb, "check") == 0)
        return dep_item_check(&args);
    static const struct {
        const char *verb;
        int (*run)(struct dep_args *args, struct dep_node *node);
        bool write;
    } table[] = {{"list", list, false},
                 {"files", files, false},
                 {"extract", extract, false},
                 {"correct", correct, true},
                 {"history", show_history, false}};
    for (size_t i = 0; i < DEP_COUNT(table); i++) {
        if (strcmp(table[i].verb, verb) != 0)
            continue;
        struct dep_node *node = dep_open_node(&args, table[i].write, &status);
        if (!node)
            return status;
        status = table[i].run(&args, node);
        dep_node_close(node);
        return status;
    }
    return dep_usage_error(&args, _("no such thing to do with an item: %s"), verb);
}
