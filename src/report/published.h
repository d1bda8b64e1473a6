/*
 * What a publication tells the public: its page in each language, the list of all of them, the
 * feed.
 *
 * Format:  doc/format/publication.md section 2.
 * Layer:   report. A page is made from what was prepared and the records it names, and from nothing
 *          else: no date but theirs, so that the page that is looked at is the page that is signed.
 * Errors:  DEP_ERR_NOMEM, DEP_ERR_CAP.
 */
#ifndef DEP_REPORT_PUBLISHED_H
#define DEP_REPORT_PUBLISHED_H
#include "report/paper.h"

struct dep_published {
    const char *id;        /* of publication.prepared */
    const json_t *claims;  /* its fields */
    const json_t *records; /* struct dep_publication */
};
/* The page in `paper->lang`, given to `paper->write`. */
DEP_MUST_USE int dep_published_page(const struct dep_paper *paper,
                                    const struct dep_published *published);

/* One of the list, borrowed. */
struct dep_published_entry {
    const char *id;
    int64_t made_s;
    const json_t *titles, *summaries; /* the second may be NULL */
};
/* Newest first, in all three languages; `paper->lang` isn't looked at. */
DEP_MUST_USE int dep_published_list(const struct dep_paper *paper,
                                    const struct dep_published_entry *entries, size_t count);
/* Atom (RFC 4287) in `paper->lang`; `count` is at least one. */
DEP_MUST_USE int dep_published_feed(const struct dep_paper *paper,
                                    const struct dep_published_entry *entries, size_t count);
#endif
