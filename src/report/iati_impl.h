/*
 * What reading and writing IATI share.
 * Layer:   report, private to it.
 */
#ifndef DEP_REPORT_IATI_IMPL_H
#define DEP_REPORT_IATI_IMPL_H
#include "report/iati.h"

/* Of what a flow states and IATI has no word for. */
#define IATI_NAMESPACE "urn:depositary:flow:1"
/* Whose codes a sector of vocabulary 99 has: lines of effort. */
#define IATI_LINES "urn:depositary:lines"

/* The transaction types that are flows (code list TransactionType). Of several for one flow the
 * first is written. */
struct iati_type {
    const char *code, *kind, *side;
};
enum { IATI_TYPES = 7 };
extern const struct iati_type IATI_TYPE[IATI_TYPES];

/* ---- libxml2's memory (iati_memory.c) ---- */

/* From here on it is wiped when it is given back, and libxml2 prints nothing. */
void iati_memory_begin(void);
/* Whether any was refused since: libxml2 tells that as whatever comes of it, a name that isn't
 * there, or not at all. */
bool iati_memory_refused(void);

/* ---- which is of which (iati_parents.c) ---- */

/* An activity once it is read: which rows are of it, and of which other it is a part. */
struct iati_activity {
    char *id, *above;
    size_t from, to;
};
/* A payment is of a commitment or pledge of its activity or the one above, a commitment of a pledge
 * (doc/format/mandate.md 3, "Parents"). The activities are sorted. DEP_ERR_NOMEM. */
DEP_MUST_USE int iati_set_parents(struct dep_import *import, struct iati_activity *activities,
                                  size_t activity_count);

/* ---- what was read, before it is a row (iati_flow.c) ---- */
enum iati_slot {
    /* of the activity */
    IATI_IDENTIFIER,
    IATI_REPORTER,
    IATI_SECONDARY,
    IATI_LANG,
    IATI_CURRENCY,
    IATI_ABOVE, /* the activity of which it is a part */
    IATI_RELATED_TYPE,
    IATI_RELATED_REF,
    IATI_OF_TRANSACTION, /* and those after it: */
    IATI_REF = IATI_OF_TRANSACTION,
    IATI_REFERENCE,
    IATI_YEAR,
    IATI_CODE,
    IATI_DATE,
    IATI_VALUE,
    IATI_VALUE_CURRENCY,
    IATI_VALUE_DATE,
    IATI_COMMENT,
    IATI_COMMENT_LANG,
    IATI_PROVIDER,
    IATI_RECEIVER,
    IATI_SECTOR_VOCABULARY,
    IATI_SECTOR_URI,
    IATI_SECTOR,
    IATI_LINE,
    IATI_EARMARK,
    IATI_EARMARK_LANG,
    IATI_RATE_CURRENCY,
    IATI_RATE_VALUE,
    IATI_RATE_ON,
    IATI_RATE_IS,
    IATI_RATE_SOURCE,
    IATI_RATE_LANG,
    IATI_SLOTS,
};
/* Texts of an activity and of one transaction; an empty one wasn't stated. */
struct iati_said {
    struct dep_buf slot[IATI_SLOTS];
};
/* One slot as a string, "" where it is empty. */
const char *iati_text(const struct iati_said *said, enum iati_slot slot);

/* The type of the transaction; NULL where it is no flow. */
const struct iati_type *iati_type_of(const struct iati_said *said);
/*
 * Claims of flow.recorded. `occurrence`: how many transactions of the activity before it say just
 * the same, for one without a ref of its own. NULL without memory. `*out_digested`: its reference
 * is a digest, since activity and ref are none that a code could hold.
 */
json_t *iati_claims(const struct iati_said *said, const struct iati_type *type, size_t occurrence,
                    bool *out_digested);
/* What two transactions without a ref have to differ in. */
void iati_sameness(const struct iati_said *said, struct dep_hash *out);
#endif
