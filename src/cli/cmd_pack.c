/*
 * pack: what leaves the register, as a folder.
 */
#include "cli/cli.h"
#include "cli/config.h"
#include "cli/packing.h"
#include "cli/verdict.h"
#include "codec/text.h"
#include "node/charter.h"
#include "package/notice.h"
#include "store/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static const struct dep_option OPTIONS[] = {
    {"--to", 0, true, false, N_("code of the recipient, where a release doesn't name it")},
    {"--out", 0, true, false, N_("the folder that is made; it must not exist")},
    {"--age", 0, true, false,
     N_("the recipient's key (age1…); without it containers open with a passphrase that is made")},
    {"--to-judge", 0, true, false,
     N_("file with what you say to the judge, where something is under seal")},
    {"--whole", 0, false, false, N_("the whole register of a field kit")},
    {"--dry-run", 'n', false, false, N_("only tell what would go; record and write nothing")},
    {"--yes", 'y', false, false, N_("don't ask")},
};

/* ---- what goes ---- */

/* Records of one type of which the same is shown. */
struct group {
    const struct dep_schema *schema;
    uint64_t shown, count;
};
struct groups {
    struct group *list;
    size_t count;
};

static struct group *group_of(struct groups *groups, const struct dep_pack_record *record)
{
    for (size_t i = 0; i < groups->count; i++)
        if (groups->list[i].schema == record->schema && groups->list[i].shown == record->shown)
            return &groups->list[i];
    struct group *grown = dep_realloc_array(groups->list, groups->count + 1, sizeof *groups->list);
    if (!grown)
        return NULL;
    groups->list = grown;
    grown[groups->count] = (struct group){record->schema, record->shown, 0};
    return &grown[groups->count++];
}

static bool group_all(const struct dep_pack *pack, struct groups *out)
{
    for (size_t i = 0; i < dep_pack_record_count(pack); i++) {
        struct dep_pack_record record;
        dep_pack_record_at(pack, i, &record);
        struct group *group = group_of(out, &record);
        if (!group) {
            dep_say(_("out of memory"));
            return false;
        }
        group->count++;
    }
    return true;
}

/* Names of the protected fields that are shown, or of those that aren't. */
static json_t *fields_json(const struct group *group, bool shown)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < group->schema->field_count; i++) {
        const struct dep_schema_field *field = &group->schema->fields[i];
        if (!field->open && (group->shown >> i & 1) == shown &&
            json_array_append_new(array, json_string(field->name))) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

static json_t *groups_json(const struct groups *groups)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < groups->count; i++) {
        const struct group *group = &groups->list[i];
        if (json_array_append_new(array, json_pack("{s:s,s:I,s:o,s:o}", "type", group->schema->type,
                                                   "records", (json_int_t)group->count, "shown",
                                                   fields_json(group, true), "withheld",
                                                   fields_json(group, false)))) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

static void show_fields(const char *title, const struct group *group, bool shown)
{
    bool any = false;
    for (size_t i = 0; i < group->schema->field_count; i++) {
        const struct dep_schema_field *field = &group->schema->fields[i];
        if (field->open || (group->shown >> i & 1) != shown)
            continue;
        (void)printf("%s", any ? _("; ") : "        ");
        if (!any)
            dep_print_label(stdout, title);
        (void)printf("%s", dep_schema_label(group->schema, field->name, dep_reader_language()));
        any = true;
    }
    if (any)
        (void)printf("\n");
}

static void show_groups(const struct groups *groups)
{
    for (size_t i = 0; i < groups->count; i++) {
        const struct group *group = &groups->list[i];
        (void)printf("  %6llu  %s\n", (unsigned long long)group->count,
                     dep_schema_label(group->schema, NULL, dep_reader_language()));
        show_fields(_("shown"), group, true);
        show_fields(_("withheld"), group, false);
    }
}

static const char *recipient_name(struct dep_node *node, const char *code)
{
    const struct dep_charter *charter = NULL;
    struct dep_problem problem;
    uint64_t size = dep_register_count(dep_node_register(node));
    return dep_node_charter(node, size, &charter, &problem)
               ? code
               : dep_code_name(charter, DEP_LIST_RECIPIENTS, code);
}

static void show_containers(const struct dep_pack_told *told)
{
    char bytes[32];
    dep_bytes_text(told->bytes, bytes);
    if (told->whole)
        (void)printf("  %6llu  %s (%s)\n", (unsigned long long)told->whole, _("Containers, whole"),
                     bytes);
    if (told->of_parts)
        (void)printf(_("  %6llu  Containers, of which only parts go (files named: %llu)\n"),
                     (unsigned long long)told->of_parts, (unsigned long long)told->parts);
    dep_bytes_text(told->in_clear, bytes);
    if (told->plain)
        (void)printf("  %6llu  %s (%s)\n", (unsigned long long)told->plain,
                     _("Containers, IN CLEAR: whoever finds the package reads them"), bytes);
}

static void show_plan(struct dep_node *node, const struct dep_pack_told *told,
                      const struct groups *groups)
{
    const char *name = recipient_name(node, told->recipient);
    dep_print_label(stdout, _("Recipient"));
    dep_print_safe(stdout, name, strlen(name));
    (void)printf(" (%s)\n", told->recipient);
    dep_print_label(stdout, _("Package"));
    (void)printf("%s\n%s\n", told->package, _("What goes:"));
    show_groups(groups);
    show_containers(told);
    (void)printf(_("Linked records that don't go: %llu by their fingerprint, %llu only counted\n"),
                 (unsigned long long)told->named, (unsigned long long)told->counted);
    if (told->kept)
        (void)printf(_("Records that stay, as their kind never leaves this register: %llu\n"),
                     (unsigned long long)told->kept);
    if (!told->sealed)
        return;
    (void)printf(_("Under seal, told to the judge alone: %llu\n"),
                 (unsigned long long)told->sealed);
    dep_print_label(stdout, _("Who opens it"));
    (void)printf("%s %s\n",
                 dep_word(told->judge[0] ? "notice.opens.recipient" : "notice.opens.passphrase"),
                 told->judge);
}

static json_t *plan_json(const struct dep_pack_told *told, const struct groups *groups)
{
    char content[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(told->content_sha256.bytes, DEP_HASH_LEN, content);
    return json_pack(
        "{s:s,s:s,s:s,s:s?,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:s,s:o}", "package",
        told->package, "kind", dep_package_kind_name(told->kind), "recipient", told->recipient,
        "release", told->release[0] ? told->release : NULL, "records", (json_int_t)told->records,
        "shown", (json_int_t)told->shown, "withheld", (json_int_t)told->withheld, "items",
        (json_int_t)told->items, "of_parts", (json_int_t)told->of_parts, "plain",
        (json_int_t)told->plain, "named", (json_int_t)told->named, "counted",
        (json_int_t)told->counted, "kept", (json_int_t)told->kept, "sealed",
        (json_int_t)told->sealed, "content_sha256", content, "groups", groups_json(groups));
}

/* ---- writing ---- */

static int tell_packed(const struct dep_args *args, const struct dep_packed *packed, json_t *plan)
{
    char size[24], bytes[32];
    if (!args->json) {
        dep_bytes_text(packed->bytes, bytes);
        (void)printf(_("Packed: %s (files: %llu, %s); recorded as %s\n"), dep_arg(args, "--out"),
                     (unsigned long long)packed->files, bytes, packed->head.jti);
        dep_print_label(stdout, _("Read back and verified"));
        (void)printf("%s\n", dep_word(dep_result_name(packed->result)));
        if (packed->passphrase[0])
            (void)printf(_("Passphrase of the containers, shown this once; send it another way: "
                           "%s\n"),
                         packed->passphrase);
        if (packed->notice_passphrase[0])
            (void)printf(
                _("Passphrase of what is under seal, shown this once; for the judge alone, "
                  "sent another way than the package and the other passphrase: %s\n"),
                packed->notice_passphrase);
        return DEP_EXIT_YES;
    }
    (void)snprintf(size, sizeof size, "%llu", (unsigned long long)packed->size);
    (void)snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)packed->bytes);
    json_t *object = json_pack(
        "{s:s,s:s,s:s,s:I,s:s,s:I,s:s,s:I,s:s*,s:s*}", "record", packed->head.jti, "verified",
        dep_result_name(packed->result), "out", dep_arg(args, "--out"), "lines",
        (json_int_t)packed->records, "size", size, "files", (json_int_t)packed->files, "bytes",
        bytes, "read_back_ms", (json_int_t)packed->read_back_ms, "passphrase",
        packed->passphrase[0] ? packed->passphrase : NULL, "notice_passphrase",
        packed->notice_passphrase[0] ? packed->notice_passphrase : NULL);
    if (object && json_object_update(object, plan)) {
        json_decref(object);
        object = NULL;
    }
    return dep_print_json(object) ? DEP_EXIT_YES : DEP_EXIT_FAULT;
}

/* What stands in that file, as a text; NULL data where there is no such option. */
static int read_words(const struct dep_args *args, const struct dep_pack *pack, struct dep_buf *out,
                      struct dep_problem *problem)
{
    static const char clause[] = "doc/format/package.md 6.5";
    const char *path = dep_arg(args, "--to-judge");
    struct dep_pack_told told;
    dep_buf_init_secret(out, DEP_NOTICE_WORDS_MAX + 1);
    if (!path)
        return DEP_OK;
    dep_pack_tell(pack, &told);
    if (!told.sealed)
        return dep_problem_found(problem, "pack.words.none", clause, path);
    int err = dep_file_read(AT_FDCWD, path, DEP_NOTICE_WORDS_MAX, out, &problem->fault);
    while (!err && out->len && out->data[out->len - 1] == '\n')
        out->data[--out->len] = 0;
    if (!err && (!out->len || !dep_utf8_valid(dep_buf_slice(out)) ||
                 dep_slice_find(dep_buf_slice(out), 0) < out->len))
        err = dep_problem_found(problem, "pack.words", clause, path);
    return err;
}

static int write_package(struct dep_args *args, struct dep_node *node, struct dep_pack *pack,
                         json_t *plan)
{
    struct dep_problem problem = {.detail = ""};
    struct dep_packed packed;
    struct dep_progress progress, reading;
    struct dep_age_recipient recipient;
    const char *key = dep_arg(args, "--age");
    if (key && dep_age_recipient_parse(dep_slice_string(key), &recipient, &problem.finding))
        return dep_say_problem(args, DEP_FOUND, &problem);
    DEP_AUTO_BUF words;
    int err = read_words(args, pack, &words, &problem);
    if (err)
        return dep_say_problem(args, err, &problem);
    dep_progress_init(&progress, _("Packing"));
    dep_progress_init(&reading, _("Reading back"));
    const struct dep_pack_how how = {.documents = dep_pack_make_documents,
                                     .notice_page = dep_pack_make_notice,
                                     .words = (const char *)words.data,
                                     .documents_context = node,
                                     .path = dep_arg(args, "--out"),
                                     .agent = "depositary " DEPOSITARY_VERSION,
                                     .recipient = key ? &recipient : NULL,
                                     .item_progress = dep_progress_seal,
                                     .progress = dep_progress_count,
                                     .context = &progress,
                                     .reading_back = dep_progress_bytes,
                                     .reading_context = &reading};
    err = dep_node_pack(node, pack, &how, &packed, &problem);
    dep_progress_end(&progress);
    dep_progress_end(&reading);
    if (err)
        return dep_say_problem(args, err, &problem);
    int status = tell_packed(args, &packed, plan);
    dep_wipe(packed.passphrase, sizeof packed.passphrase);
    dep_wipe(packed.notice_passphrase, sizeof packed.notice_passphrase);
    return status;
}

/* ---- deciding ---- */

static int run_plan(struct dep_args *args, struct dep_node *node, struct dep_pack *pack)
{
    struct groups groups = {NULL, 0};
    struct dep_pack_told told;
    dep_pack_tell(pack, &told);
    bool dry = dep_flag(args, "--dry-run");
    bool grouped = group_all(pack, &groups);
    DEP_AUTO_JSON *plan = grouped && args->json ? plan_json(&told, &groups) : NULL;
    bool asks = dep_is_terminal() && !dep_flag(args, "--yes");
    if (grouped && !args->json && (dry || asks))
        show_plan(node, &told, &groups);
    free(groups.list);
    if (!grouped)
        return DEP_EXIT_FAULT;
    if (dry)
        return args->json && !dep_print_json(json_incref(plan)) ? DEP_EXIT_FAULT : DEP_EXIT_YES;
    if (asks && !dep_confirm(_("Send exactly this? It can't be taken back."))) {
        dep_say(_("nothing was sent"));
        return DEP_EXIT_WANTING;
    }
    return write_package(args, node, pack, plan);
}

static int pack(struct dep_args *args, struct dep_node *node)
{
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_JUDGEMENT judgement = {.materials = NULL};
    DEP_AUTO_PACK *plan = NULL;
    const struct dep_pack_order order = {.name =
                                             args->positional_count ? args->positional[0] : NULL,
                                         .recipient = dep_arg(args, "--to")};
    int err = dep_node_pack_plan(node, &order, &judgement, &plan, &problem);
    if (err == DEP_FOUND && strcmp(problem.finding.id, "pack.refused") == 0) {
        if (!args->json)
            dep_tell_outward();
        return dep_tell_judgement(args, node, &judgement, NULL);
    }
    return err ? dep_say_problem(args, err, &problem) : run_plan(args, node, plan);
}

int dep_cmd_pack(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(
        &args, "pack", "pack RECORD [--to CODE] --out FOLDER | --whole --to CODE --out FOLDER",
        OPTIONS, DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    bool whole = dep_flag(&args, "--whole"), dry = dep_flag(&args, "--dry-run");
    if (args.positional_count != !whole)
        return dep_usage_error(&args, _("name one record, or say --whole"));
    if (!dep_arg(&args, "--out") && !dry)
        return dep_usage_error(&args, _("name the folder for the package with --out"));
    const struct dep_writes writes[] = {
        {DEP_REACH_NEW_FOLDER, dry ? NULL : dep_arg(&args, "--out")},
        {DEP_REACH_FOLDER, args.dir},
    };
    status = dep_confine_writes(writes, DEP_COUNT(writes));
    struct dep_node *node = status ? NULL : dep_open_node(&args, true, &status);
    if (!node)
        return status;
    status = pack(&args, node);
    dep_node_close(node);
    return dep_finish_output(status);
}
