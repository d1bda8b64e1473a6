/*
 * What is printed: label, inventory with receipt, hand-over form, page of the exhibit register.
 *
 * Layer:   report. Values come as views (what this reader may see); a field that isn't shown is
 * called not shown, never left out silently. Language: per call, whatever the process's own is.
 */
#ifndef DEP_REPORT_PAPER_H
#define DEP_REPORT_PAPER_H
#include "node/custody.h"
#include "report/document.h"

struct dep_paper {
    const char *lang;   /* "en", "fr", "ar" */
    const char *member; /* name of the register's member */
    const struct dep_schemas *schemas;
    dep_document_write_fn *write;
    void *context;
};
/* 62 x 100 mm: QR code of the item's opaque id, exhibit number, seals. Nothing about a person or a
 * place. */
DEP_MUST_USE int dep_paper_label(const struct dep_paper *paper, const struct dep_item *item,
                                 struct dep_finding *why);
/* 100 x 40 mm, for who reported something: a random code and nothing else. */
DEP_MUST_USE int dep_paper_receipt(const struct dep_paper *paper, const char *code,
                                   struct dep_finding *why);
/* For the person dispossessed: what was taken, by what right, with room for ink and for a refusal
 * to sign. */
DEP_MUST_USE int dep_paper_inventory(const struct dep_paper *paper, const struct dep_item *item,
                                     struct dep_finding *why);
/* Both sides of one transfer, receipt or return. */
DEP_MUST_USE int dep_paper_handover(const struct dep_paper *paper, const struct dep_item *item,
                                    const struct dep_view *event, struct dep_finding *why);
/* The item's page: its record and everything that happened to it, oldest first. */
DEP_MUST_USE int dep_paper_page(const struct dep_paper *paper, const struct dep_item *item,
                                const struct dep_view *events, size_t event_count,
                                struct dep_finding *why);
#endif
