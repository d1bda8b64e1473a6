/*
 * records.jsonl: presentations by their place in a log, one a line.
 *
 * Format:  doc/format/package.md section 5.
 * Layer:   package (pure).
 */
#ifndef DEP_PACKAGE_RECORDS_H
#define DEP_PACKAGE_RECORDS_H
#include "record/presentation.h"

/* With its LF. */
enum { DEP_RECORDS_LINE_MAX = 5 * 1024 * 1024 };

/* Append the line and its LF. `out` is a secret buffer where `sd_jwt` discloses. DEP_ERR_CAP where
 * a reader would not take it back. */
DEP_MUST_USE int dep_records_line_encode(uint64_t index, struct dep_slice sd_jwt,
                                         struct dep_buf *out);
/* A line without its LF, exactly as written: "records.form"; "records.len". Borrowed from it. */
DEP_MUST_USE int dep_records_line_parse(struct dep_slice line, uint64_t *out_index,
                                        struct dep_slice *out_sd_jwt, struct dep_finding *why);
#endif
