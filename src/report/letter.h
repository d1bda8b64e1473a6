/*
 * Letters: a request that goes out, the reply to one that came in, what accompanies a release, the
 * notice that one is withdrawn.
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
    /* What was decided and made; or both NULL. A material may have "exhibit", its number, and
     * "handling", names of the codes that bind, besides. */
    const struct dep_view *prepared, *release;
    /* the withdrawal of that release: then nothing goes; or NULL */
    const struct dep_view *withdrawn;
    /* as dep_node_conditions() has them, but "grantor" by name; or NULL */
    const json_t *conditions;
};
/*
 * Our side of the matter alone: references, what is asked or answered, what goes and what is
 * withheld of it, and what binds whoever gets it: handling codes, and the conditions of a host
 * State or an originator; never the verdict, who approved, a source, or what else is in the
 * register. Of a withdrawal the release and the scope, never by whom or why, nor a request.
 */
DEP_MUST_USE int dep_paper_letter(const struct dep_paper *paper, const struct dep_letter *letter,
                                  struct dep_finding *why);
#endif
