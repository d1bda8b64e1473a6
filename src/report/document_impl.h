/*
 * What a document is made of, for those who write it out.
 * Layer:   report, private to document.c and document_html.c.
 */
#ifndef DEP_REPORT_DOCUMENT_IMPL_H
#define DEP_REPORT_DOCUMENT_IMPL_H
#include "report/document.h"

enum dep_block_kind {
    DEP_BLOCK_HEADING,
    DEP_BLOCK_TEXT,
    DEP_BLOCK_ROW,
    DEP_BLOCK_CELLS,
    DEP_BLOCK_SIGNATURES,
    DEP_BLOCK_TICK,
    DEP_BLOCK_QR,
    DEP_BLOCK_BAR,
    DEP_BLOCK_SCALE,
};

struct dep_block {
    enum dep_block_kind kind;
    bool head;
    size_t count;
    struct dep_bar bar;
    char *texts[DEP_DOCUMENT_COLUMNS_MAX];
};

struct dep_document {
    char *lang, *title, *footer;
    bool rtl;
    struct dep_block *blocks;
    size_t count, room;
    int err;
};

/* Control characters and bidi overrides would let a name rewrite the page around it: each becomes
 * U+FFFD, and so do noncharacters. To be freed; NULL without memory. */
char *dep_document_tame(const char *text);
#endif
