/*
 * Presentations: a record with exactly the protected fields that were decided, and what one shows
 * and withholds.
 *
 * Format:  doc/format/package.md section 5.1, doc/format/record.md section 3. Standard: RFC 9901.
 * Layer:   record (pure).
 */
#ifndef DEP_RECORD_PRESENTATION_H
#define DEP_RECORD_PRESENTATION_H
#include "record/record.h"

enum { DEP_PRESENTATION_LEN_MAX = 5 * 1024 * 1024 };

/*
 * Append "jwt~disclosure~...~" to `out` (a secret buffer), with the disclosures of `names`, of all
 * that the register holds of this record ('~'-joined). Never one more: what isn't named stays
 * behind, and a disclosure that isn't this record's is left out whatever it is called. Findings of
 * dep_record_parse(), "record.type", "presentation.field" (a name that is no protected field of the
 * type, or is given twice), "presentation.absent" (the register doesn't have it, any more).
 */
DEP_MUST_USE int dep_presentation_make(const struct dep_schemas *schemas, struct dep_slice jwt,
                                       struct dep_slice disclosures, const char *const *names,
                                       size_t name_count, struct dep_buf *out,
                                       struct dep_finding *why);

/* One as read. Form, envelope, disclosures and claims are checked; the signature isn't. */
struct dep_presentation {
    struct dep_record record;
    struct dep_slice disclosures;    /* borrowed from the text */
    const struct dep_schema *schema; /* borrowed from the schemas */
    json_t *claims;                  /* as dep_record_claims() gives them; nulls removed */
    bool *shown;                     /* by place in schema->fields: open, or disclosed (null too) */
    size_t withheld_count;           /* protected fields that aren't */
};
void dep_presentation_done(struct dep_presentation *presentation);
#define DEP_AUTO_PRESENTATION DEP_CLEANUP(dep_presentation_done) struct dep_presentation
/*
 * `text` must outlive `out`. Findings "presentation.len", and those of dep_sdjwt_split(),
 * dep_record_parse() and dep_record_claims(); `where` may be NULL.
 */
DEP_MUST_USE int dep_presentation_parse(const struct dep_schemas *schemas, struct dep_slice text,
                                        struct dep_presentation *out, struct dep_jtd_error *where,
                                        struct dep_finding *why);
/* Shown and withheld are exactly as decided: `names` are the protected fields shown, each once. */
bool dep_presentation_shows(const struct dep_presentation *presentation, const char *const *names,
                            size_t name_count);
#endif
