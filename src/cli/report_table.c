#include "cli/report_table.h"

#include "report/csv.h"

#include <string.h>

enum { ROW_MAX = 4 * 1024 * 1024, FIELD_ROOM = 128 };

static int no_memory(const struct dep_table *table)
{
    return dep_problem_fault(table->problem, DEP_ERR_NOMEM, "cli.report", "");
}

/* ---- three ways to write it ---- */

/* As wide as what stands above it in the reader's language. */
static int width_of(const struct dep_table_column *column)
{
    int label = dep_text_width(_(column->label));
    return column->width == 0 || column->width > label ? column->width : label;
}

static void print_cell(const struct dep_table *table, const struct dep_table_column *column,
                       const char *text)
{
    const char *words = column->words && text ? column->words(table, column->name, text) : NULL;
    int width = width_of(column), padding = width - (text ? dep_text_width(text) : 1);
    if (words)
        dep_print_column(stdout, words, width);
    else
        dep_show_or_dash(text);
    if (width)
        (void)printf("%*s  ", !words && padding > 0 ? padding : 0, "");
}

static bool is_in_line(const struct dep_table_column *column)
{
    return column->label && column->width != DEP_TABLE_BELOW;
}

static int print_csv(const struct dep_table *table, const char *const *cells)
{
    DEP_AUTO_BUF out;
    dep_buf_init_secret(&out, ROW_MAX);
    dep_csv_row(&out, cells, table->column_count);
    if (dep_buf_err(&out))
        return dep_problem_fault(table->problem, dep_buf_err(&out), "cli.report", "");
    return fwrite(out.data, 1, out.len, stdout) == out.len ? DEP_OK : DEP_ERR_IO;
}

/* Once, when it is known that there is something to show, be it nothing. */
static int print_head(struct dep_table *table)
{
    const char *cells[DEP_TABLE_COLUMNS_MAX] = {NULL};
    if (table->args->json || table->begun)
        return DEP_OK;
    table->begun = true;
    for (size_t c = 0; c < table->column_count; c++)
        cells[c] = table->columns[c].name;
    if (dep_flag(table->args, "--csv"))
        return print_csv(table, cells);
    for (size_t c = 0; c < table->column_count; c++) {
        if (!is_in_line(&table->columns[c]))
            continue;
        dep_print_column(stdout, _(table->columns[c].label), width_of(&table->columns[c]));
        (void)printf("  ");
    }
    (void)printf("\n");
    return DEP_OK;
}

int dep_table_row(struct dep_table *table, json_t *row)
{
    const char *cells[DEP_TABLE_COLUMNS_MAX] = {NULL};
    DEP_AUTO_JSON *owned = row;
    int err = owned ? print_head(table) : no_memory(table);
    if (err)
        return err;
    table->left -= table->left > 0;
    if (table->args->json)
        return dep_print_json(json_incref(owned)) ? DEP_OK : DEP_ERR_IO;
    for (size_t c = 0; c < table->column_count; c++)
        cells[c] = dep_json_string(owned, table->columns[c].name);
    if (dep_flag(table->args, "--csv"))
        return print_csv(table, cells);
    for (size_t c = 0; c < table->column_count; c++)
        if (is_in_line(&table->columns[c]))
            print_cell(table, &table->columns[c], cells[c]);
    (void)printf("\n");
    for (size_t c = 0; c < table->column_count; c++) {
        if (table->columns[c].width != DEP_TABLE_BELOW || !cells[c])
            continue;
        const struct dep_table_column *column = &table->columns[c];
        const char *words = column->words ? column->words(table, column->name, cells[c]) : NULL;
        (void)printf("    ");
        dep_print_label(stdout, _(column->label));
        dep_show_or_dash(words ? words : cells[c]);
        (void)printf("\n");
    }
    return DEP_OK;
}

/* ---- what codes are called ---- */

const char *dep_table_body(const struct dep_table *table, const char *column, const char *code)
{
    (void)column;
    return dep_called_bodies(table->called, code);
}

const char *dep_table_code(const struct dep_table *table, const char *column, const char *code)
{
    static const struct {
        const char *column;
        enum dep_list list;
    } charter[] = {{"line", DEP_LIST_LINES},
                   {"territory", DEP_LIST_TERRITORIES},
                   {"authority", DEP_LIST_RECIPIENTS},
                   {"recipient", DEP_LIST_RECIPIENTS},
                   {"purpose", DEP_LIST_PURPOSES}};
    static const char *const stated[][2] = {{"category", "incidents"}, {"formation", "formations"}};
    for (size_t i = 0; i < DEP_COUNT(charter); i++)
        if (strcmp(charter[i].column, column) == 0)
            return dep_code_name(table->called->charter, charter[i].list, code);
    for (size_t i = 0; i < DEP_COUNT(stated); i++)
        if (strcmp(stated[i][0], column) == 0)
            return dep_called_code(table->called, stated[i][1], code);
    return NULL;
}

/* ---- from the head to the end ---- */

static bool is_written(const struct dep_table *table)
{
    return table->args->json || dep_flag(table->args, "--csv");
}

int dep_table_begin(struct dep_table *table)
{
    assert(table->column_count <= DEP_TABLE_COLUMNS_MAX);
    bool known = dep_report_limit(table->args, &table->limit);
    assert(known); /* dep_cmd_report() asked */
    int err =
        table->limit == UINT64_MAX ? DEP_OK : dep_node_show_pages(table->node, table->problem);
    if (!err && table->called && !is_written(table))
        err = dep_called_init(table->node, dep_reader_language(), table->called, table->problem);
    return err;
}

int dep_table_end(struct dep_table *table)
{
    int err = print_head(table);
    if (err)
        return err;
    if (table->cut)
        dep_say(table->earliest ? _("only the first %llu are shown; --limit shows more")
                                : _("only the newest %llu are shown; --limit shows more"),
                (unsigned long long)table->limit);
    return dep_report_unread(table->unread, table->problem);
}

/* ---- what is listed ---- */

struct listing {
    struct dep_table *table;
    dep_act_fn *each_act;
    dep_item_fn *each_item;
    bool full;
};

static int list_act(void *context, const struct dep_act *act)
{
    struct listing *listing = context;
    listing->full = listing->table->left == 0;
    return listing->full ? DEP_FOUND : listing->each_act(listing->table, act);
}

static int list_item(void *context, const struct dep_item *item)
{
    struct listing *listing = context;
    listing->full = listing->table->left == 0;
    return listing->full ? DEP_FOUND : listing->each_item(listing->table, item);
}

static int end_listing(const struct listing *listing, int err)
{
    listing->table->cut = listing->table->cut || listing->full;
    return listing->full ? DEP_OK : err;
}

int dep_table_acts(struct dep_table *table, const char *type, dep_act_fn *each)
{
    struct listing listing = {.table = table, .each_act = each};
    struct dep_index_query query = {.type = type, .newest_first = table->limit != UINT64_MAX};
    table->left = table->limit;
    return end_listing(&listing,
                       dep_node_acts_of(table->node, &query, list_act, &listing, table->problem));
}

int dep_table_items(struct dep_table *table, dep_item_fn *each)
{
    struct listing listing = {.table = table, .each_item = each};
    table->left = table->limit;
    int err = table->limit == UINT64_MAX
                  ? dep_node_items(table->node, true, list_item, &listing, table->problem)
                  : dep_node_items_newest(table->node, true, list_item, &listing, table->problem);
    return end_listing(&listing, err);
}

bool dep_table_leaves_out(struct dep_table *table, const struct dep_act *act)
{
    if (act->head.row.superseded)
        return true;
    table->unread += !act->head.readable;
    return !act->head.readable;
}

void dep_table_add_fields(const struct dep_table *table, const char *type, const char *names,
                          struct dep_buf *out)
{
    const struct dep_schema *schema = dep_schemas_find(dep_node_schemas(table->node), type, 0);
    for (const char *at = names; *at && !is_written(table);) {
        char name[FIELD_ROOM];
        size_t len = strcspn(at, " ");
        (void)snprintf(name, sizeof name, "%.*s", (int)len, at);
        const char *label = schema ? dep_schema_label(schema, name, dep_reader_language()) : NULL;
        dep_buf_addf(out, "%s%s", out->len ? _("; ") : "", label ? label : name);
        at += len + (at[len] == ' ');
    }
    dep_buf_addf(out, "%s", is_written(table) ? names : "");
}

const char *dep_table_choice(const struct dep_table *table, const char *type, const char *field,
                             const char *code)
{
    const struct dep_schema *schema = dep_schemas_find(dep_node_schemas(table->node), type, 0);
    assert(schema);
    return dep_form_choice(dep_schema_member(schema, schema->jtd, field), code,
                           dep_reader_language());
}
