/*
 * What a prepared record says is to be done, and what an item's own records say of it as material.
 *
 * Format:  doc/format/consent.md, "What the judge reads".
 * Layer:   rules (pure).
 */
#ifndef DEP_RULES_ACTION_H
#define DEP_RULES_ACTION_H
#include "rules/fact.h"

/*
 * From the claims of release.prepared or mission.recorded: everything but `digest`, `prepared_by`
 * and `materials`, which the caller adds (of `materials` the count is checked). Findings
 * "action.code" (a code that the charter doesn't list isn't one that wasn't stated), "action.form";
 * `out_at` (untouched otherwise) is then the code or the field concerned, borrowed.
 */
DEP_MUST_USE int dep_action_read(const struct dep_charter *charter, const char *type,
                                 const json_t *claims, struct dep_action *out, const char **out_at,
                                 struct dep_finding *why);

/* The one of `materials` (an array, or NULL) that is of this item, or is the record of this id;
 * NULL where none is. */
const json_t *dep_material_of(const json_t *materials, const char *item);
/* What is read of one material. */
struct dep_material_records {
    const json_t *stated;  /* element of `materials` */
    const json_t *own;     /* claims of the item's first record, newest correction */
    const json_t *marking; /* of its newest marking.set; NULL where there is none */
    const json_t *of;      /* of a correction of an incident: of the report; else NULL */
};
/* Is a record of this type material by itself? An incident, a correction of one, what could be
 * observed. */
bool dep_material_is_record(const char *type);
/*
 * Sets of dep_shown, of an element of `materials`: what the fields that it shows tell of a source,
 * and what whoever prepared it states, having looked, that it doesn't show. Where both are of the
 * same, it is shown.
 */
unsigned dep_material_tells(const json_t *stated);
unsigned dep_material_without(const json_t *stated);
/* The fields that count of a first record; NULL at the end. Of a marking all do. */
extern const char *const dep_material_fields[];
/*
 * `facts`: all that were ever heard of. Finding "material.code" (a code that isn't in the charter's
 * lists: whatever a rule says about it would be missed); `out_at` is then the code, borrowed, or
 * "?".
 */
DEP_MUST_USE int dep_material_read(const struct dep_fact_reader *reader,
                                   const struct dep_facts *facts,
                                   const struct dep_material_records *records,
                                   struct dep_material *out, const char **out_at,
                                   struct dep_finding *why);
#endif
