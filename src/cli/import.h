/*
 * Reading what is imported: rows of a table, flows of an IATI file.
 * Layer:   cli. Nothing here opens a register: foreign bytes are read before any key is.
 */
#ifndef DEP_CLI_IMPORT_H
#define DEP_CLI_IMPORT_H
#include "node/import.h"
#include "record/flat.h"

enum { DEP_IMPORT_LEN_MAX = 64 * 1024 * 1024 };

/* Records that a row names: of the register, or rows of the same table by what their column
 * `record` says. Each may be NULL. */
struct dep_import_names {
    char *record, *parent, *about, *source;
};
struct dep_table {
    struct dep_import *import;
    struct dep_import_names *names; /* as many as rows; NULL once they are references */
    size_t room;
    json_t *passed; /* what isn't taken over, by name: how often it stands there */
};
void dep_table_done(struct dep_table *table);
#define DEP_AUTO_TABLE DEP_CLEANUP(dep_table_done) struct dep_table

/*
 * Each row of `text`, as claims of `schema`; into `table->import`, which is empty. Findings
 * "csv.*"; "import.header" (there is none), "import.column" (it names no field, or no flat one),
 * "import.column.again": the detail says which line, which column; "import.many".
 */
DEP_MUST_USE int dep_table_read(struct dep_slice text, const struct dep_schema *schema,
                                const struct dep_flat_style *style, struct dep_table *table,
                                struct dep_problem *problem);
/* What rows name becomes references; a row that names nothing that is there is bad. */
DEP_MUST_USE int dep_table_refer(struct dep_node *node, struct dep_table *table,
                                 struct dep_problem *problem);
#endif
