/*
 * import: many records of one type from a table, or from an IATI file. All that is wrong is said,
 * row by row, before anything is recorded.
 */
#include "cli/cli.h"
#include "cli/import.h"
#include "cli/wanted.h"
#include "report/iati.h"

#include <stdlib.h>
#include <string.h>

static const struct dep_option OPTIONS[] = {
    {"--about", 0, true, true, N_("a record that each is about: their campaign; may be repeated")},
    {"--lang", 0, true, false, N_("language of texts where no column states it (default: yours)")},
    {"--decimal-comma", 0, false, false, N_("decimal numbers are written with a comma")},
    {"--iati", 0, false, false,
     N_("the file is IATI 2.03: its transactions are flows of money (flow.recorded)")},
    {"--revise", 0, false, false,
     N_("what the register states otherwise is corrected, rather than rejected")},
    {"--take-good", 0, false, false, N_("record the good rows even where others are rejected")},
};

struct importing {
    struct dep_args *args;
    const struct dep_schemas *schemas;
    struct dep_import import;
    struct dep_table table;
    size_t recorded;
};

/* ---- before the register is opened ---- */

static int read_table(struct importing *all, const struct dep_schema *schema, struct dep_slice text,
                      struct dep_problem *problem)
{
    const char *lang = dep_arg(all->args, "--lang");
    const struct dep_flat_style style = {lang ? lang : dep_reader_language(),
                                         dep_flag(all->args, "--decimal-comma")};
    int err = dep_table_read(text, schema, &style, &all->table, problem);
    for (size_t i = 0; !err && i < all->import.count; i++)
        if (!dep_fields_fill_unknown(schema, all->import.rows[i].claims))
            err = dep_problem_fault(problem, DEP_ERR_NOMEM, "cli.import", schema->type);
    return err;
}

static int read_iati(struct importing *all, struct dep_slice text, struct dep_problem *problem)
{
    DEP_AUTO_IATI iati = {.left_count = 0};
    int err = dep_iati_read(text, &all->import, &iati, problem);
    if (err)
        return err;
    all->table.passed = json_object();
    for (size_t i = 0; i < iati.left_count; i++)
        if (json_object_set_new(all->table.passed, iati.left[i].path,
                                json_integer((json_int_t)iati.left[i].count)))
            return dep_problem_fault(problem, DEP_ERR_NOMEM, "cli.import", "");
    return DEP_OK;
}

static int read_rows(struct importing *all, const struct dep_schema *schema, const char *name,
                     struct dep_problem *problem)
{
    DEP_AUTO_BUF text;
    int err = dep_read_input(name, DEP_IMPORT_LEN_MAX, &text, problem);
    if (err)
        return err;
    return dep_flag(all->args, "--iati") ? read_iati(all, dep_buf_slice(&text), problem)
                                         : read_table(all, schema, dep_buf_slice(&text), problem);
}

/* ---- what all are about ---- */

static int add_abouts(struct importing *all, struct dep_node *node, struct dep_problem *problem)
{
    const char *name;
    int err = DEP_OK;
    for (size_t i = 0; !err && (name = dep_arg_at(all->args, "--about", i)); i++) {
        struct dep_index_row found;
        err = dep_node_find(node, name, &found, problem);
        DEP_AUTO_JSON *ref = err ? NULL : dep_record_ref_new("about", found.jti, &found.sha256);
        for (size_t r = 0; !err && r < all->import.count; r++)
            if (dep_import_refer(&all->import.rows[r], ref))
                err = dep_problem_fault(problem, DEP_ERR_NOMEM, "cli.import", name);
        if (!err && strcmp(found.type, "campaign.opened") == 0)
            (void)snprintf(all->import.campaign, sizeof all->import.campaign, "%s", found.jti);
    }
    return err;
}

/* ---- what became of them ---- */

static void say_rejected(struct importing *all, const struct dep_schema *schema)
{
    for (size_t i = 0; i < all->import.count; i++) {
        const struct dep_import_row *row = &all->import.rows[i];
        if (row->is != DEP_IMPORT_BAD)
            continue;
        all->args->line = row->line;
        (void)dep_say_refused(all->args, schema, row->claims, true, DEP_FOUND, row->problem);
    }
    all->args->line = 0;
}

static size_t count_of(const struct importing *all, enum dep_import_is is)
{
    size_t count = 0;
    for (size_t i = 0; i < all->import.count; i++)
        count += all->import.rows[i].is == is;
    return count;
}

static bool answer(const struct importing *all)
{
    size_t held = count_of(all, DEP_IMPORT_HELD), bad = count_of(all, DEP_IMPORT_BAD);
    if (all->args->json)
        return dep_print_json(json_pack(
            "{s:s,s:I,s:I,s:I,s:I,s:O}", "type", all->import.type, "rows",
            (json_int_t)all->import.count, "recorded", (json_int_t)all->recorded, "held",
            (json_int_t)held, "rejected", (json_int_t)bad, "not_taken", all->table.passed));
    const char *name;
    json_t *times;
    json_object_foreach(all->table.passed, name, times)
    {
        dep_print_label(stdout, _("Not taken over"));
        dep_print_safe(stdout, name, strlen(name));
        (void)printf(" (%lld)\n", (long long)json_integer_value(times));
    }
    (void)printf(_("Rows: %zu. Recorded: %zu. In the register already: %zu. Rejected: %zu.\n"),
                 all->import.count, all->recorded, held, bad);
    return true;
}

static int run(struct importing *all, struct dep_node *node, struct dep_problem *problem)
{
    int err = all->table.names ? dep_table_refer(node, &all->table, problem) : DEP_OK;
    if (!err)
        err = add_abouts(all, node, problem);
    if (!err)
        err = dep_import_judge(node, &all->import, problem);
    if (err)
        return err;
    say_rejected(all, dep_schemas_find(dep_node_schemas(node), all->import.type, 0));
    if (count_of(all, DEP_IMPORT_BAD) == 0 || dep_flag(all->args, "--take-good"))
        return dep_import_commit(node, &all->import, &all->recorded, problem);
    dep_say(_("nothing was recorded: correct what is rejected, or take the others with "
              "--take-good"));
    return DEP_OK;
}

static int import_into(struct importing *all)
{
    int status = DEP_EXIT_YES;
    struct dep_problem problem = {.detail = ""};
    struct dep_node *node = dep_open_node(all->args, true, &status);
    if (!node)
        return status;
    int err = run(all, node, &problem);
    if (err)
        status = dep_say_problem(all->args, err, &problem);
    else if (count_of(all, DEP_IMPORT_BAD))
        status = DEP_EXIT_WANTING;
    if ((!err || all->recorded) && !answer(all))
        status = DEP_EXIT_FAULT;
    dep_node_close(node);
    return dep_finish_output(status);
}

static int import_of(struct dep_args *args, const struct dep_schemas *schemas)
{
    struct importing all = {.args = args, .schemas = schemas};
    struct dep_problem problem = {.detail = ""};
    const struct dep_schema *schema = dep_schemas_find(schemas, args->positional[0], 0);
    if (!schema)
        return dep_usage_error(args, _("no such record type: %s"), args->positional[0]);
    all.import.type = schema->type;
    all.import.revise = dep_flag(args, "--revise");
    all.table.import = &all.import;
    int err = read_rows(&all, schema, args->positional[1], &problem);
    int status = err ? dep_say_problem(args, err, &problem) : import_into(&all);
    dep_table_done(&all.table);
    dep_import_done(&all.import);
    return status;
}

int dep_cmd_import(int argc, char **argv)
{
    static struct dep_args args;
    int status = dep_args_parse(&args, "import", "import TYPE FILE [--about RECORD]", OPTIONS,
                                DEP_COUNT(OPTIONS), argc, argv);
    if (status)
        return status - 1;
    if (args.positional_count != 2)
        return dep_usage_error(&args,
                               _("name one record type and one file (\"-\": standard input)"));
    if (dep_has_own_command(args.positional[0]))
        return dep_usage_error(&args, _("%s has a command of its own (see depositary --help)"),
                               args.positional[0]);
    if (dep_flag(&args, "--iati") && strcmp(args.positional[0], "flow.recorded") != 0)
        return dep_usage_error(&args, _("an IATI file brings flow.recorded, not %s"),
                               args.positional[0]);
    if (dep_flag(&args, "--iati") &&
        (dep_arg(&args, "--lang") || dep_flag(&args, "--decimal-comma")))
        return dep_usage_error(&args, _("--lang and --decimal-comma say how a table is written: an "
                                        "IATI file says it itself"));
    status = dep_confine_command(&args, true);
    if (status)
        return status;
    const struct dep_schemas *schemas = dep_open_schemas(&status);
    return schemas ? import_of(&args, schemas) : status;
}
