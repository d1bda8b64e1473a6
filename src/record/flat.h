/*
 * Fields of a record as columns of a table: what a header names, and what a cell states.
 *
 * Format:  doc/format/record.md section 10.
 * Layer:   record (pure).
 */
#ifndef DEP_RECORD_FLAT_H
#define DEP_RECORD_FLAT_H
#include "record/schema.h"

enum { DEP_FLAT_PATH_MAX = 128, DEP_FLAT_DEPTH_MAX = 4 };

struct dep_flat_column {
    const struct dep_schema *schema;
    char path[DEP_FLAT_PATH_MAX]; /* "rate.value" */
    const json_t *form;           /* of what a cell states; borrowed */
};
struct dep_flat_style {
    const char *lang;   /* of texts whose language no column states */
    bool decimal_comma; /* decimal numbers are written with a comma, never with a point */
};

/*
 * The column of that name: members joined by points, or the labels of one language joined by " › ",
 * as the type's description shows them. Blanks around it don't count. False, and `out` untouched,
 * where there is no such field, where it is a list, or more than one thing, or drawn by the
 * program.
 */
bool dep_flat_find(const struct dep_schema *schema, struct dep_slice header,
                   struct dep_flat_column *out);
/*
 * Put what a cell states into `claims`; an empty cell states nothing. A cell that doesn't fit its
 * form goes in as it is, for dep_record_violations() to find. DEP_ERR_NOMEM; "flat.decimal" where a
 * decimal number is written otherwise than `style` says, "flat.comma" where it has a decimal comma
 * and `style` none: `claims` are then untouched.
 */
DEP_MUST_USE int dep_flat_set(const struct dep_flat_column *column, struct dep_slice cell,
                              const struct dep_flat_style *style, json_t *claims,
                              struct dep_finding *why);
/* What a cell of the column `path` states of `claims`, where that is a string or a text; else NULL.
 * Borrowed. */
const char *dep_flat_get(const json_t *claims, const char *path);
#endif
