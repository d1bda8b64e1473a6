/*
 * A table as a spreadsheet saves it, read row by row.
 *
 * Format:  RFC 4180 in UTF-8, and what spreadsheets make of it: a byte order mark; UTF-16 where
 *          such a mark says so ("Unicode text"); semicolons or tabs for commas, whichever stands
 *          oftenest in the first row outside quotes, or as a first line "sep=;" says; lines ended
 *          by CR LF, LF or CR. A quote opens only at the start of a cell. Refused: encodings that
 *          nothing states (Windows-1252 and -1256 can't be told apart), NUL, text after a closing
 *          quote.
 * Layer:   codec (pure).
 * Caps:    DEP_CSV_COLUMNS_MAX cells a row, DEP_CSV_ROW_MAX bytes a row.
 */
#ifndef DEP_CODEC_CSV_READ_H
#define DEP_CODEC_CSV_READ_H
#include "base/base.h"

enum { DEP_CSV_COLUMNS_MAX = 256, DEP_CSV_ROW_MAX = 1024 * 1024 };

struct dep_csv {
    struct dep_buf whole;  /* secret: what came in UTF-16, as UTF-8; else empty */
    struct dep_slice text; /* borrowed, of the caller or of `whole` */
    size_t at;
    uint64_t line; /* of `at`, from 1 */
    uint8_t separator;
    struct dep_buf room; /* secret: the cells of a row, unquoted */
    size_t ends[DEP_CSV_COLUMNS_MAX];
};
struct dep_csv_row {
    uint64_t line; /* on which it begins: a quoted cell may hold several */
    struct dep_slice cells[DEP_CSV_COLUMNS_MAX]; /* borrowed until the next row is read */
    size_t count;
};

/* Findings "csv.encoding" (neither UTF-8 nor, with its mark, UTF-16), "csv.nul"; `offset` is in
 * bytes of UTF-8. `text` must outlive `out`. */
DEP_MUST_USE int dep_csv_open(struct dep_slice text, struct dep_csv *out, struct dep_finding *why);
void dep_csv_done(struct dep_csv *csv);
#define DEP_AUTO_CSV DEP_CLEANUP(dep_csv_done) struct dep_csv

/*
 * The next row that isn't empty; `*out_more` false where there is none, then `out` is untouched.
 * Findings, after which nothing more can be read: "csv.quote" (a quote within a cell, or text
 * behind one), "csv.open" (a quote that nothing closes), "csv.wide" (a cap). `csv->line` is then
 * that of the row.
 */
DEP_MUST_USE int dep_csv_next(struct dep_csv *csv, struct dep_csv_row *out, bool *out_more,
                              struct dep_finding *why);
#endif
