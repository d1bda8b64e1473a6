/*
 * Ids that people take for each other.
 *
 * Layer:   rules (pure).
 */
#ifndef DEP_RULES_ALIKE_H
#define DEP_RULES_ALIKE_H
#include "rules/charter.h"

/* Two ids that are read for each other: iq, lq, 1q and IQ. */
bool dep_id_alike(const char *one, const char *other);
/* The next two members whose ids are so, behind the places `*one` and `*other`, both 0 at first.
 * False: there are no more. */
bool dep_charter_alike(const struct dep_charter *charter, size_t *one, size_t *other);
#endif
