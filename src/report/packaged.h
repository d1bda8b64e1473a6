/*
 * What a package tells people: its index and the custody certificate. Both are guides: what they
 * say is proved by the records beside them, and by nothing else.
 *
 * Format:  doc/format/package.md sections 1 and 11.
 * Layer:   report. Made from what goes into the package and from nothing else: a field that is
 *          withheld there is called withheld here.
 */
#ifndef DEP_REPORT_PACKAGED_H
#define DEP_REPORT_PACKAGED_H
#include "report/paper.h"

/* Members of the account (section 11), borrowed. `records`: those to be told of, in their order;
 * how many there are in all is `record_count`. */
struct dep_packaged {
    const json_t *package, *records, *items, *linked;
    const json_t *notice; /* NULL: nothing is under seal */
    uint64_t record_count;
    /* What the charter calls the recipient, where it has a name there. */
    struct {
        const char *lang, *name;
    } recipient[3];
};
/* In one language, as PDF: every item, each hand that it passed through, what was withheld, by
 * which records it came, and room for a declaration by hand. `paper->member` is the sender. */
DEP_MUST_USE int dep_paper_custody(const struct dep_paper *paper,
                                   const struct dep_packaged *packaged, struct dep_finding *why);
/* The whole page index.html: English, French and Arabic, without script, picture or link to
 * anything beside it. `paper->lang` isn't looked at. */
DEP_MUST_USE int dep_packaged_index(const struct dep_paper *paper,
                                    const struct dep_packaged *packaged);
/* The same kind of page, for the judge alone: which records are withheld from everybody else and
 * why. `told` as dep_verify_notice_read() has it. */
DEP_MUST_USE int dep_packaged_notice(const struct dep_paper *paper, const json_t *package,
                                     const json_t *told);
#endif
