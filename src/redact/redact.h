/*
 * Redaction: the pages of a document or a picture as pictures, with rectangles painted over before
 * they are made. Nothing of the file but its pixels goes into what comes out: no text, no layer, no
 * metadata, no thumbnail, no attachment.
 *
 * Layer:   redact. Reads foreign bytes with poppler and gdk-pixbuf: only in a program of its own,
 *          which is confined and holds no key (doc/decisions/017).
 */
#ifndef DEP_REDACT_REDACT_H
#define DEP_REDACT_REDACT_H
#include "base/base.h"

enum {
    DEP_REDACT_FILE_MAX = 512 * 1024 * 1024,
    DEP_REDACT_PAGES_MAX = 10000,
    DEP_REDACT_BOXES_MAX = 100000,
    DEP_REDACT_WHOLE = 1000,         /* thousandths: the unit of a box */
    DEP_REDACT_DPI = 150,            /* of a document's pages; a picture keeps its pixels */
    DEP_REDACT_PIXELS_MAX = 1 << 28, /* of one page */
};

/* A rectangle of one page (from 1), in thousandths of its width and height from the upper left
 * corner, as the page is seen (turned upright). */
struct dep_redact_box {
    size_t page;
    unsigned x, y, width, height;
};
/* `{"boxes":[{"page","x","y","width","height"}, ...]}` and nothing else. Findings "json.*",
 * "redact.form", "redact.box" (empty, or beyond the page; offset: its place), "redact.none". To be
 * freed. */
DEP_MUST_USE int dep_redact_boxes_parse(struct dep_slice text, struct dep_redact_box **out,
                                        size_t *out_count, struct dep_finding *why);

/* What is returned, if not DEP_OK, ends it. */
typedef int dep_redact_write_fn(void *context, const uint8_t *data, size_t len);
struct dep_redact_order {
    struct dep_slice file;
    const struct dep_redact_box *boxes; /* none: a grid to read places from is drawn instead */
    size_t box_count;
    /* After each page; false stops (DEP_ERR_STOPPED). May be NULL. */
    bool (*progress)(void *context, size_t done, size_t pages);
    dep_redact_write_fn *write; /* of the PDF */
    void *context;              /* of both */
};
/*
 * Findings: "redact.kind" (neither a PDF nor a picture that is known), "redact.media" (sound or
 * film: it can't be redacted), "redact.locked" (a PDF that takes a password), "redact.damaged",
 * "redact.frames" (a picture of several), "redact.large" (too many pages or pixels), "redact.page"
 * (a box names a page that isn't there; offset: its place). On any the caller throws away what was
 * written.
 */
DEP_MUST_USE int dep_redact(const struct dep_redact_order *order, size_t *out_pages,
                            struct dep_finding *why);
#endif
