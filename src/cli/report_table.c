/*
 * report commitments, report membership: one line a record, the same on a terminal, as JSON and as a
 * table. Nothing is added up but what shows to this officer and can be read.
 */
#include "cli/report.h"

#include "codec/edtf.h"
#include "node/mandate.h"
#include "report/csv.h"
#include "rules/mandate.h"

#include <string.h>

enum { COLUMNS_MAX = 8, CSV_MAX = 256 * 1024 * 1024, CELL_MAX = 64 * 1024 };

struct column {
    const char *name, *label; /* the label: N_() */
    int width;                /* on a terminal; 0: to the end of the line */
};
struct table {
    const struct dep_args *args;
    struct dep_node *node;
    struct dep_problem *problem;
    const struct column *columns;
    size_t column_count;
    json_t
        *rows; /* objects: what stands in a column as a text; a member left out is an empty cell */
    size_t unread;    /* records that show and can't be read: in no row */
    int64_t at_s;     /* the moment that is asked about */
    const char *word; /* commitments: the type of what is said of them later */
};

static int no_memory(const struct table *table)
{
    return dep_problem_fault(table->problem, DEP_ERR_NOMEM, "cli.report", "");
}

/* ---- three ways to write it ---- */

/* What a code says, in the reader's language; NULL where it is none of ours. */
static const char *words_of(const struct table *table, const char *column, const char *code)
{
    static const char *const types[] = {"commitment.updated", "action.updated"};
    if (!code || (strcmp(column, "status") != 0 && strcmp(column, "late") != 0))
        return NULL;
    if (strcmp(column, "late") == 0)
        return _("late");
    const char *words = NULL;
    for (size_t i = 0; !words && i < DEP_COUNT(types); i++) {
        const struct dep_schema *schema =
            dep_schemas_find(dep_node_schemas(table->node), types[i], 0);
        words = dep_form_choice(dep_schema_member(schema, schema->jtd, column), code,
                                dep_reader_language());
    }
    return words;
}

static void print_cell(const struct table *table, const struct column *column, const char *text)
{
    const char *words = words_of(table, column->name, text);
    int padding = column->width - (int)(text ? strlen(text) : 1);
    if (words)
        dep_print_column(stdout, words, column->width);
    else
        dep_show_or_dash(text);
    if (column->width)
        (void)printf("%*s  ", !words && padding > 0 ? padding : 0, "");
}

static void print_page(const struct table *table)
{
    for (size_t c = 0; c < table->column_count; c++) {
        dep_print_column(stdout, _(table->columns[c].label), table->columns[c].width);
        (void)printf("  ");
    }
    (void)printf("\n");
    size_t i;
    json_t *row;
    json_array_foreach(table->rows, i, row)
    {
        for (size_t c = 0; c < table->column_count; c++)
            print_cell(table, &table->columns[c], dep_json_string(row, table->columns[c].name));
        (void)printf("\n");
    }
}

static int print_csv(const struct table *table)
{
    const char *cells[COLUMNS_MAX];
    DEP_AUTO_BUF out;
    dep_buf_init_secret(&out, CSV_MAX);
    for (size_t c = 0; c < table->column_count; c++)
        cells[c] = table->columns[c].name;
    dep_csv_row(&out, cells, table->column_count);
    size_t i;
    json_t *row;
    json_array_foreach(table->rows, i, row)
    {
        for (size_t c = 0; c < table->column_count; c++)
            cells[c] = dep_json_string(row, table->columns[c].name);
        dep_csv_row(&out, cells, table->column_count);
    }
    if (dep_buf_err(&out))
        return dep_problem_fault(table->problem, dep_buf_err(&out), "cli.report", "");
    return fwrite(out.data, 1, out.len, stdout) == out.len ? DEP_OK : DEP_ERR_IO;
}

static int print_rows(const struct table *table)
{
    if (dep_flag(table->args, "--csv"))
        return print_csv(table);
    if (!table->args->json) {
        print_page(table);
        return DEP_OK;
    }
    size_t i;
    json_t *row;
    json_array_foreach(table->rows, i, row)
    {
        if (!dep_print_json(json_incref(row)))
            return DEP_ERR_IO;
    }
    return DEP_OK;
}

static int print_table(const struct table *table)
{
    int err = print_rows(table);
    return err ? err : dep_report_unread(table->unread, table->problem);
}

/* Each act of the types that wasn't corrected and can be read. */
static int add_acts(struct table *table, const char *type, dep_act_fn *each)
{
    if (!table->rows)
        return no_memory(table);
    return dep_node_acts(table->node, type, each, table, table->problem);
}

static bool is_left_out(struct table *table, const struct dep_act *act)
{
    if (act->head.row.superseded)
        return true;
    table->unread += !act->head.readable;
    return !act->head.readable;
}

static int add_row(struct table *table, json_t *row)
{
    return json_array_append_new(table->rows, row) ? no_memory(table) : DEP_OK;
}

/* ---- commitments ---- */

static bool is_late(const struct table *table, const char *due, const char *status)
{
    struct dep_edtf_span span;
    return due && !dep_mandate_closes(status) && dep_edtf_span_of(dep_slice_string(due), &span) &&
           span.end_s <= table->at_s;
}

/* An action passes from one member to another: whose it is now, or NULL where it never passed. */
static const char *newest_lead(const struct dep_act *act)
{
    const char *lead = NULL;
    for (size_t i = act->later_count; !lead && i-- > 0;)
        if (strcmp(act->later[i].row.type, "action.updated") == 0 && !act->later[i].row.superseded)
            lead = dep_json_string(act->later[i].claims, "lead");
    return lead;
}

static int add_commitment(void *context, const struct dep_act *act)
{
    struct table *table = context;
    const json_t *claims = act->head.claims, *actors = dep_json_array(claims, "actors");
    if (is_left_out(table, act))
        return DEP_OK;
    struct dep_mandate_word word;
    int err = dep_node_mandate_word(table->node, act, table->word, &word, table->problem);
    if (err)
        return err;
    DEP_AUTO_BUF who;
    dep_buf_init(&who, CELL_MAX);
    size_t i;
    json_t *actor;
    json_array_foreach(actors, i, actor)
        dep_buf_addf(&who, "%s%s", i ? " " : "", json_string_value(actor));
    const char *lead = newest_lead(act);
    if (!actors)
        dep_buf_addf(&who, "%s", lead ? lead : dep_json_string(claims, "lead"));
    if (dep_buf_err(&who))
        return dep_problem_fault(table->problem, dep_buf_err(&who), "cli.report", "");
    const char *due = dep_json_string(claims, "due");
    const char *text = dep_json_string(dep_json_object(claims, "text"), "text");
    return add_row(table,
                   json_pack("{s:s,s:s,s:s*,s:s*,s:s*,s:s*,s:s*,s:s*}", "record", act->head.row.jti,
                             "line", dep_json_string(claims, "line"), "who", (const char *)who.data,
                             "due", due, "late", is_late(table, due, word.status) ? "late" : NULL,
                             "status", word.status[0] ? word.status : NULL, "as_of",
                             word.as_of[0] ? word.as_of : NULL, "text", text));
}

int dep_report_commitments(struct dep_args *args, struct dep_node *node,
                           struct dep_problem *problem)
{
    static const struct column columns[] = {{"record", N_("Record"), DEP_UUID_LEN},
                                            {"line", N_("Line of effort"), 16},
                                            {"who", N_("Whose it is"), 12},
                                            {"due", N_("Due"), 10},
                                            {"late", N_("Late?"), 5},
                                            {"status", N_("Status"), 11},
                                            {"as_of", N_("As of"), 10},
                                            {"text", N_("Text"), 0}};
    DEP_AUTO_JSON *rows = json_array();
    struct table table = {.args = args,
                          .node = node,
                          .problem = problem,
                          .columns = columns,
                          .column_count = DEP_COUNT(columns),
                          .rows = rows,
                          .at_s = dep_node_now_ms(node) / 1000};
    table.word = "commitment.updated";
    int err = add_acts(&table, "commitment.made", add_commitment);
    table.word = "action.updated";
    if (!err)
        err = add_acts(&table, "action.recorded", add_commitment);
    return err ? err : print_table(&table);
}

/* ---- membership ---- */

/* How many belong to a formation is stated anew as they become more: the one from the latest moment
 * holds, the later record of two. Where `count` is no older than the one there is, that makes room;
 * false where it is older. */
static bool replaces_count(struct table *table, const json_t *claims, int64_t from_s)
{
    size_t i;
    json_t *row;
    json_array_foreach(table->rows, i, row)
    {
        if (!json_object_get(row, "count") ||
            strcmp(dep_json_string(row, "formation"), dep_json_string(claims, "formation")) != 0)
            continue;
        if (dep_mandate_time(row).from_s > from_s)
            return false;
        (void)json_array_remove(table->rows, i);
        return true;
    }
    return true;
}

static int add_member(void *context, const struct dep_act *act)
{
    struct table *table = context;
    if (is_left_out(table, act))
        return DEP_OK;
    const json_t *claims = act->head.claims, *count = json_object_get(claims, "count");
    struct dep_interval time = dep_mandate_time(claims);
    if (!dep_interval_has(&time, table->at_s) ||
        (count && !replaces_count(table, claims, time.from_s)))
        return DEP_OK;
    char number[24];
    (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(count));
    return add_row(table,
                   json_pack("{s:s,s:s*,s:s*,s:s*,s:s*,s:s}", "formation",
                             dep_json_string(claims, "formation"), "member",
                             dep_json_string(claims, "member"), "count", count ? number : NULL,
                             "from", dep_json_string(claims, "from"), "to",
                             dep_json_string(claims, "to"), "record", act->head.row.jti));
}

int dep_report_membership(struct dep_args *args, struct dep_node *node, struct dep_problem *problem)
{
    static const struct column columns[] = {{"formation", N_("Formation"), 16},
                                            {"member", N_("Member"), 12},
                                            {"count", N_("How many"), 8},
                                            {"from", N_("From"), 10},
                                            {"to", N_("To"), 10},
                                            {"record", N_("Record"), 0}};
    DEP_AUTO_JSON *rows = json_array();
    int64_t as_of_s = INT64_MAX, now_s = dep_node_now_ms(node) / 1000;
    (void)dep_report_as_of(args, &as_of_s); /* dep_cmd_report() asked */
    struct table table = {.args = args,
                          .node = node,
                          .problem = problem,
                          .columns = columns,
                          .column_count = DEP_COUNT(columns),
                          .rows = rows,
                          .at_s = dep_arg(args, "--as-of") ? as_of_s - 1 : now_s};
    int err = add_acts(&table, "membership.stated", add_member);
    return err ? err : print_table(&table);
}
