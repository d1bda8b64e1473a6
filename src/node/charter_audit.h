/*
 * What verifying a register asks of its charters: those entered one after another as doc/format/
 * charter.md demands, their texts and adoptions in charter/, and nothing else there.
 *
 * Layer:   node, private to audit.c.
 */
#ifndef DEP_NODE_CHARTER_AUDIT_H
#define DEP_NODE_CHARTER_AUDIT_H
#include "node/charter_impl.h"

/* As dep_verify_finding_fn. */
typedef void dep_charter_report_fn(void *context, const char *id, const char *what,
                                   const char *where);

struct dep_charter_audit;
DEP_MUST_USE int dep_charter_audit_new(struct dep_charter_audit **out);
void dep_charter_audit_free(struct dep_charter_audit *audit);
/* Each record of the log in order, with its open claims; only charters' are noted. */
DEP_MUST_USE int dep_charter_audit_note(struct dep_charter_audit *audit,
                                        const struct dep_record *record, const json_t *claims);
DEP_MUST_USE int dep_charter_audit_judge(const struct dep_charter_audit *audit,
                                         struct dep_register *reg,
                                         const struct dep_schemas *schemas,
                                         dep_charter_report_fn *report, void *context,
                                         struct dep_problem *problem);
#endif
