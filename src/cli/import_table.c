#include "cli/import.h"

#include "codec/csv_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "doc/format/record.md 10";

static void free_names(struct dep_table *table)
{
    for (size_t i = 0; table->names && i < table->import->count; i++) {
        free(table->names[i].record);
        free(table->names[i].parent);
        free(table->names[i].about);
        free(table->names[i].source);
    }
    free(table->names);
    table->names = NULL;
}

void dep_table_done(struct dep_table *table)
{
    free_names(table);
    json_decref(table->passed);
}

/* ---- the first row ---- */

enum column_is { IS_FIELD, IS_RECORD, IS_PARENT, IS_ABOUT, IS_SOURCE, IS_COMPUTED };
struct column {
    enum column_is is;
    struct dep_flat_column flat;
};

struct head {
    struct column columns[DEP_CSV_COLUMNS_MAX];
    size_t count;
};

/* What a report of the type's records works out, and where it says what they are about. */
static bool is_other(const char *type, struct dep_slice name, struct column *out)
{
    static const struct {
        const char *name;
        enum column_is is;
        bool of_flows;
    } others[] = {
        {"record", IS_RECORD, false},      {"parent", IS_PARENT, false},
        {"about", IS_ABOUT, false},        {"source", IS_SOURCE, false},
        {"value", IS_COMPUTED, true},      {"value_currency", IS_COMPUTED, true},
        {"value_is", IS_COMPUTED, true},   {"place", IS_COMPUTED, true},
        {"counted_by", IS_COMPUTED, true}, {"overpaid", IS_COMPUTED, true},
    };
    for (size_t i = 0; i < DEP_COUNT(others); i++)
        if (dep_slice_equal_string(name, others[i].name) &&
            (!others[i].of_flows || strcmp(type, "flow.recorded") == 0)) {
            out->is = others[i].is;
            (void)snprintf(out->flat.path, sizeof out->flat.path, "%s", others[i].name);
            return true;
        }
    return false;
}

static int column_bad(struct dep_problem *problem, const char *id, uint64_t line,
                      struct dep_slice name)
{
    char detail[300];
    (void)snprintf(detail, sizeof detail, "%llu: %.*s", (unsigned long long)line,
                   (int)(name.len < 200 ? name.len : 200), (const char *)name.data);
    return dep_problem_found(problem, id, CLAUSE, detail);
}

static bool same_column(const struct column *a, const struct column *b)
{
    return a->is == b->is && strcmp(a->flat.path, b->flat.path) == 0;
}

static int read_head(const struct dep_csv_row *row, const struct dep_schema *schema,
                     struct head *head, struct dep_problem *problem)
{
    for (size_t i = 0; i < row->count; i++) {
        struct column *column = &head->columns[i];
        struct dep_slice name = row->cells[i];
        *column = (struct column){.is = IS_FIELD};
        if (!dep_flat_find(schema, name, &column->flat) && !is_other(schema->type, name, column))
            return column_bad(problem, "import.column", row->line, name);
        for (size_t before = 0; before < i; before++)
            if (same_column(column, &head->columns[before]))
                return column_bad(problem, "import.column.again", row->line, name);
    }
    head->count = row->count;
    return DEP_OK;
}

/* ---- the others ---- */

static char *name_of(struct dep_slice cell)
{
    char *name = dep_alloc(cell.len + 1);
    if (name)
        memcpy(name, cell.data, cell.len);
    return name;
}

/* One more that isn't taken over. */
static int pass(json_t *passed, const char *name)
{
    json_int_t before = json_integer_value(json_object_get(passed, name));
    return json_object_set_new(passed, name, json_integer(before + 1)) ? DEP_ERR_NOMEM : DEP_OK;
}

/* What a cell of this column states, and what keeps it from being stated. */
static int take_cell(const struct column *column, struct dep_slice cell,
                     const struct dep_flat_style *style, json_t *claims,
                     struct dep_import_names *names, struct dep_finding *why)
{
    char **to = column->is == IS_RECORD   ? &names->record
                : column->is == IS_PARENT ? &names->parent
                : column->is == IS_ABOUT  ? &names->about
                                          : &names->source;
    if (cell.len == 0)
        return DEP_OK;
    if (column->is == IS_FIELD)
        return dep_flat_set(&column->flat, cell, style, claims, why);
    *to = name_of(cell);
    return *to ? DEP_OK : DEP_ERR_NOMEM;
}

static int take_row(const struct head *head, const struct dep_csv_row *row,
                    const struct dep_flat_style *style, struct dep_table *table)
{
    struct dep_import *import = table->import;
    void *grown =
        dep_list_reserve(table->names, import->count, 1, sizeof *table->names, &table->room);
    if (!grown)
        return DEP_ERR_NOMEM;
    table->names = grown;
    struct dep_import_names *names = &table->names[import->count];
    *names = (struct dep_import_names){.record = NULL};
    int err = dep_import_add(import, row->line, json_object());
    if (err)
        return err;
    struct dep_import_row *taken = &import->rows[import->count - 1];
    bool too_many = false;
    for (size_t i = head->count; i < row->count; i++)
        too_many = too_many || row->cells[i].len;
    if (row->count < head->count || too_many)
        return dep_import_refuse(taken, "import.cells", CLAUSE, "");
    for (size_t i = 0; !err && i < head->count; i++) {
        struct dep_finding why;
        if (head->columns[i].is == IS_COMPUTED)
            err = row->cells[i].len ? pass(table->passed, head->columns[i].flat.path) : DEP_OK;
        else
            err = take_cell(&head->columns[i], row->cells[i], style, taken->claims, names, &why);
        if (err == DEP_FOUND)
            err = dep_import_refuse(taken, why.id, why.clause, head->columns[i].flat.path);
    }
    return err ? err : dep_import_share(import, taken->claims);
}

static int next(struct dep_csv *csv, struct dep_csv_row *row, bool *more,
                struct dep_problem *problem)
{
    int err = dep_csv_next(csv, row, more, &problem->finding);
    if (err == DEP_FOUND)
        (void)snprintf(problem->detail, sizeof problem->detail, "%llu",
                       (unsigned long long)csv->line);
    return err < 0 ? dep_problem_fault(problem, err, "cli.import", "") : err;
}

static int many(struct dep_problem *problem)
{
    char most[24];
    (void)snprintf(most, sizeof most, "%d", DEP_IMPORT_ROWS_MAX);
    return dep_problem_found(problem, "import.many", CLAUSE, most);
}

int dep_table_read(struct dep_slice text, const struct dep_schema *schema,
                   const struct dep_flat_style *style, struct dep_table *table,
                   struct dep_problem *problem)
{
    DEP_AUTO_FREE struct head *head = dep_alloc(sizeof *head);
    DEP_AUTO_CSV csv = {.at = 0};
    struct dep_csv_row row;
    bool more = false;
    table->passed = json_object();
    if (!head || !table->passed)
        return dep_problem_fault(problem, DEP_ERR_NOMEM, "cli.import", schema->type);
    int err = dep_csv_open(text, &csv, &problem->finding);
    if (!err)
        err = next(&csv, &row, &more, problem);
    if (!err && !more)
        err = dep_problem_found(problem, "import.header", CLAUSE, "");
    if (!err)
        err = read_head(&row, schema, head, problem);
    while (!err) {
        err = next(&csv, &row, &more, problem);
        if (err || !more)
            break;
        err = take_row(head, &row, style, table);
        if (err == DEP_ERR_CAP)
            return many(problem);
        if (err)
            return dep_problem_fault(problem, err, "cli.import", schema->type);
    }
    return err;
}

/* ---- what rows name ---- */

struct named {
    const char *name;
    size_t row;
};

static int compare_named(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

static int compare_name(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* `absent`: the finding where there is none. */
static int add_ref(struct dep_node *node, struct dep_import_row *row, const char *rel,
                   const char *name, const char *absent, struct dep_problem *problem)
{
    struct dep_index_row found;
    struct dep_problem why = {.detail = ""};
    int err = dep_node_find(node, name, &found, &why);
    if (err == DEP_FOUND && strcmp(why.finding.id, "index.absent") == 0)
        return dep_import_refuse(row, absent, CLAUSE, name);
    if (err == DEP_FOUND)
        return dep_import_refuse(row, why.finding.id, why.finding.clause, name);
    if (err) {
        *problem = why;
        return err;
    }
    DEP_AUTO_JSON *ref = dep_record_ref_new(rel, found.jti, &found.sha256);
    return dep_import_refer(row, ref);
}

/* Several, with blanks between them. */
static int add_refs(struct dep_node *node, struct dep_import_row *row, const char *rel,
                    const char *names, const char *absent, struct dep_problem *problem)
{
    struct dep_slice rest = dep_slice_string(names ? names : "");
    int err = DEP_OK;
    while (!err && rest.len) {
        char name[DEP_UUID_LEN + 2]; /* one more than any has: what is longer names nothing */
        struct dep_slice each = dep_slice_next(&rest, ' ');
        if (each.len == 0)
            continue;
        (void)snprintf(name, sizeof name, "%.*s",
                       (int)(each.len < sizeof name ? each.len : sizeof name - 1),
                       (const char *)each.data);
        err = add_ref(node, row, rel, name, absent, problem);
    }
    return err;
}

static int refer_row(struct dep_node *node, struct dep_table *table, size_t at,
                     const struct named *named, size_t count, struct dep_problem *problem)
{
    struct dep_import_row *row = &table->import->rows[at];
    const struct dep_import_names *names = &table->names[at];
    const struct named wanted = {.name = names->parent};
    const struct named *found =
        names->parent && count ? bsearch(&wanted, named, count, sizeof wanted, compare_name) : NULL;
    int err = add_refs(node, row, "about", names->about, "index.absent", problem);
    if (!err)
        err = add_refs(node, row, "source", names->source, "index.absent", problem);
    if (found)
        row->parent = found->row;
    else if (!err && names->parent)
        err = add_refs(node, row, "about", names->parent, "import.row", problem);
    return err;
}

int dep_table_refer(struct dep_node *node, struct dep_table *table, struct dep_problem *problem)
{
    struct dep_import *import = table->import;
    size_t count = 0;
    DEP_AUTO_FREE struct named *named = dep_alloc_array(import->count + 1, sizeof *named);
    int err = named ? DEP_OK : DEP_ERR_NOMEM;
    for (size_t i = 0; !err && i < import->count; i++)
        if (table->names[i].record)
            named[count++] = (struct named){table->names[i].record, i};
    if (!err && count)
        qsort(named, count, sizeof *named, compare_named);
    for (size_t i = 1; !err && i < count; i++)
        if (compare_name(&named[i - 1], &named[i]) == 0)
            err = dep_import_refuse(&import->rows[named[i].row], "import.name", CLAUSE,
                                    named[i].name);
    for (size_t i = 0; !err && i < import->count; i++)
        err = refer_row(node, table, i, named, count, problem);
    free_names(table);
    if (err && !problem->fault.what)
        return dep_problem_fault(problem, err, "cli.import", import->type);
    return err;
}
