/*
 * A document: headings, labelled rows, tables, boxes to sign in. Values in; out comes a PDF on A4
 * pages, or a part of an HTML page.
 *
 * Layer:   report. Text is UTF-8; direction is found per paragraph, the page is mirrored for
 *          Arabic. Limits:  DEP_DOCUMENT_BLOCKS_MAX blocks, DEP_DOCUMENT_TEXT_MAX bytes a heading,
 *          label or cell; a text, or what stands beside a label, goes on in the next block. What is
 *          longer than a page goes on over the next.
 * Errors:  DEP_ERR_CAP, DEP_ERR_NOMEM, DEP_ERR_IO (the writer said no), DEP_FOUND: "paper.glyph"
 *          (no font has a character), "paper.module" (what draws pages isn't installed, or a
 *          library that it needs).
 */
#ifndef DEP_REPORT_DOCUMENT_H
#define DEP_REPORT_DOCUMENT_H
#include "base/base.h"

enum {
    DEP_DOCUMENT_BLOCKS_MAX = 20000,
    DEP_DOCUMENT_TEXT_MAX = 64 * 1024,
    DEP_DOCUMENT_PART_MAX = 16 * 1024, /* of a text a block */
    DEP_DOCUMENT_COLUMNS_MAX = 6
};

struct dep_document;
/* `lang`: "en", "fr" or "ar". `title` and `footer` (who and what, on each page) are copied, as all
 * texts are. */
DEP_MUST_USE int dep_document_new(const char *lang, const char *title, const char *footer,
                                  struct dep_document **out);
void dep_document_free(struct dep_document *document);
/* Errors stick: dep_document_finish() tells. */
void dep_document_heading(struct dep_document *document, const char *text);
void dep_document_text(struct dep_document *document, const char *text);
void dep_document_row(struct dep_document *document, const char *label, const char *value);
/* One row of a table; the first of a run of rows is its head. */
void dep_document_cells(struct dep_document *document, const char *const *cells, size_t count,
                        bool head);
/* Boxes to sign in, two abreast, each with its label. */
void dep_document_signatures(struct dep_document *document, const char *const *labels,
                             size_t count);
/* An empty box to tick, and what it says. */
void dep_document_tick(struct dep_document *document, const char *text);
void dep_document_qr(struct dep_document *document, const char *text);
/*
 * A bar of a plot, drawn from where the reader's lines begin, between `from` and `to`; all are
 * shares of the width there is, 0 to 1. What it shows stands beside it in words; in HTML there are
 * the words alone.
 */
enum dep_bar_fill {
    DEP_BAR_FULL,
    DEP_BAR_HALF,
    DEP_BAR_EMPTY, /* an outline */
};
struct dep_bar {
    double from, to;
    double sure_from, sure_to; /* what is filled: the rest is a dashed outline */
    enum dep_bar_fill fill;
    bool goes_on; /* to more than `to` */
};
void dep_document_bar(struct dep_document *document, const char *label, const char *words,
                      const struct dep_bar *bar);
/* Beneath bars, or above: what both ends of the width stand for. */
void dep_document_scale(struct dep_document *document, const char *from, const char *to);

typedef int dep_document_write_fn(void *context, const uint8_t *data, size_t len);
struct dep_document_size {
    double width_mm, height_mm;
};
/* `size` NULL: A4. `out_pages` may be NULL. Defined in document_pdf.c, which the program loads when
 * it is first asked (cli/pdf.c) and unit tests are linked with. */
DEP_MUST_USE int dep_document_finish(struct dep_document *document,
                                     const struct dep_document_size *size,
                                     dep_document_write_fn *write, void *context, size_t *out_pages,
                                     struct dep_finding *why);
/* The same as an element <section>, in its language and direction, appended to `out`. Text is
 * escaped and has no markup of its own. `id` is its anchor. */
DEP_MUST_USE int dep_document_html(const struct dep_document *document, const char *id,
                                   struct dep_buf *out);
#endif
