/*
 * What the papers share: values in words under their labels.
 * Layer:   report, private to paper.c and letter.c.
 */
#ifndef DEP_REPORT_PAPER_IMPL_H
#define DEP_REPORT_PAPER_IMPL_H
#include "report/paper.h"

/* A document of this member about `what`, in the paper's language until dep_paper_end(). */
DEP_MUST_USE int dep_paper_begin(const struct dep_paper *paper, const char *title, const char *what,
                                 struct dep_document **out);
/* Written, freed; `size` NULL: A4. */
DEP_MUST_USE int dep_paper_end(const struct dep_paper *paper, struct dep_document *document,
                               const struct dep_document_size *size, struct dep_finding *why);
/* What a line begins with so that it goes as its page does, though a Latin word comes first
 * (Unicode's RLM): pango and HTML's dir="auto" take the first letter that they find, isolated or
 * not. */
const char *dep_paper_mark(const struct dep_paper *paper);
/* One line more of a cell, in its page's direction: `words` are in the page's language; a `value`
 * keeps its own direction within the line. */
void dep_paper_line_words(const struct dep_paper *paper, const char *words, struct dep_buf *out);
void dep_paper_line_value(const struct dep_paper *paper, const char *value, struct dep_buf *out);
/* The fields of a record under their labels; unknown and refused ones with their reason. */
void dep_paper_fields(const struct dep_paper *paper, struct dep_document *document,
                      const struct dep_view *view, const char *const *left_out,
                      size_t left_out_count);
/* A record as the account of a package tells of it (doc/format/package.md section 11), under a
 * heading with its type: what it says, and what it withholds. */
DEP_MUST_USE int dep_paper_record(const struct dep_paper *paper, struct dep_document *document,
                                  const json_t *record);
void dep_paper_time_row(struct dep_document *document, const char *label, int64_t unix_s);
#endif
