/*
 * A table: one line a record, the same on a terminal, as JSON and for a spreadsheet, written as it
 * comes. Nothing is in it but what shows to this officer and can be read.
 * Layer:   cli.
 */
#ifndef DEP_CLI_REPORT_TABLE_H
#define DEP_CLI_REPORT_TABLE_H
#include "cli/called.h"
#include "cli/report.h"
#include "cli/verdict.h"
#include "node/evidence.h"

enum { DEP_TABLE_COLUMNS_MAX = 24, DEP_TABLE_BELOW = -1 };

struct dep_table;
/* What a code says in the reader's language; NULL where it is none of ours. */
typedef const char *dep_table_words_fn(const struct dep_table *table, const char *column,
                                       const char *code);
struct dep_table_column {
    const char *name, *label;  /* the label: N_(); NULL: not on a terminal */
    int width;                 /* on a terminal; 0: to the end of the line; DEP_TABLE_BELOW: a line
                                * of its own below, where there is something */
    dep_table_words_fn *words; /* on a terminal; NULL: it is shown as it is */
};
struct dep_table {
    const struct dep_args *args;
    struct dep_node *node;
    struct dep_problem *problem;
    const struct dep_table_column *columns;
    size_t column_count;
    int64_t at_s;              /* the moment that is asked about */
    const char *word;          /* the maker's own */
    struct dep_called *called; /* the maker's, empty; filled on a terminal. NULL: has no codes */
    uint64_t limit;            /* of each kind of line; UINT64_MAX: all */
    uint64_t left;             /* of the kind that is listed */
    size_t unread;             /* records that show and can't be read: in no line */
    bool cut;                  /* there are more */
    bool earliest;             /* a page is of what comes first, not of the newest */
    bool begun;                /* the head is written */
};
/* Before anything is looked for: how much of it there will be (dep_report_limit()). */
DEP_MUST_USE int dep_table_begin(struct dep_table *table);
/* One line, an object of texts by the names of the columns; what isn't there is an empty cell.
 * Takes the reference; NULL: no memory. */
DEP_MUST_USE int dep_table_row(struct dep_table *table, json_t *row);
/* The head where there was no line; that there are more; "report.unread". */
DEP_MUST_USE int dep_table_end(struct dep_table *table);
/* Each act of the type, and each item, as far as the page goes. */
DEP_MUST_USE int dep_table_acts(struct dep_table *table, const char *type, dep_act_fn *each);
DEP_MUST_USE int dep_table_items(struct dep_table *table, dep_item_fn *each);
/* An act that was corrected, or can't be read, which is counted. */
bool dep_table_leaves_out(struct dep_table *table, const struct dep_act *act);
/* A dep_table_words_fn: what a code of the charter (line, territory, authority, recipient, purpose)
 * is called in the reader's language, or one that was stated (category, formation). */
const char *dep_table_code(const struct dep_table *table, const char *column, const char *code);
/* The same: States and organisations, one or several with blanks between them. */
const char *dep_table_body(const struct dep_table *table, const char *column, const char *code);
/* Appends the names of fields of a type (blanks between), on a terminal by what they are called. */
void dep_table_add_fields(const struct dep_table *table, const char *type, const char *names,
                          struct dep_buf *out);
/* A choice of a field of a type, in the reader's language; NULL where it is none. */
const char *dep_table_choice(const struct dep_table *table, const char *type, const char *field,
                             const char *code);
#endif
