/*
 * Rows of comma-separated values, as a spreadsheet takes them.
 *
 * Format:  RFC 4180: fields quoted where they need it, lines ended by CR LF; UTF-8. Text that a
 *          spreadsheet would run as a formula gets an apostrophe before it; a number stays one.
 * Layer:   report.
 */
#ifndef DEP_REPORT_CSV_H
#define DEP_REPORT_CSV_H
#include "base/base.h"

/* NULL is an empty field. Errors of memory stand in `out`. */
void dep_csv_row(struct dep_buf *out, const char *const *fields, size_t count);
#endif
