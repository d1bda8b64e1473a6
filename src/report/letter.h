/*
 * Letters: a request that goes out, the reply to one that came in, what accompanies a release.
 *
 * Layer:   report. As the papers of report/paper.h.
 */
#ifndef DEP_REPORT_LETTER_H
#define DEP_REPORT_LETTER_H
#include "report/paper.h"

/* What a letter is made of; all borrowed. At least a request or a release is there. */
struct dep_letter {
    const char *to;                 /* name of the authority it goes to */
    const struct dep_view *request; /* or NULL */
    const struct dep_view *answer;  /* of the request; or NULL */
    const struct dep_view *prepared,
        *release; /* what was decided and made; or both NULL. A material
                                                  may have "exhibit", its number, besides */
};
/*
 * Our side of the matter alone: references, what is asked or answered, what goes and what is
 * withheld of it; never the verdict, who approved, or what else is in the register.
 */
DEP_MUST_USE int dep_paper_letter(const struct dep_paper *paper, const struct dep_letter *letter,
                                  struct dep_finding *why);
#endif
