/*
 * A verdict as a record holds it, and back; and its digest, which who has only the record computes
 * as well.
 *
 * Format:  doc/format/consent.md (VERDICT), doc/format/rules.md section 5 (digest).
 * Layer:   rules (pure).
 */
#ifndef DEP_RULES_WRITTEN_H
#define DEP_RULES_WRITTEN_H
#include "rules/judge.h"

/* A line of it. Strings are borrowed from the record. */
struct dep_written_requirement {
    int material; /* DEP_MATERIAL_NONE: of a mission */
    enum dep_need need;
    enum dep_met met;
    const char *rule;
    const char *code, *who; /* or NULL */
    bool has_record, has_status;
    struct dep_hash record, status;
};
struct dep_written {
    enum dep_outcome outcome;
    struct dep_hash digest, charter, root;
    const char *origin;
    uint64_t size;
    int64_t now_s, uncertainty_s;
    const char *no_rule; /* or NULL */
    int64_t review_by_s; /* INT64_MAX: none owed */
    struct dep_written_requirement *requirements;
    size_t requirement_count;
};
void dep_written_done(struct dep_written *written);
#define DEP_AUTO_WRITTEN DEP_CLEANUP(dep_written_done) struct dep_written

/* VERDICT; new reference, NULL without memory. */
json_t *dep_verdict_write(const struct dep_charter *charter, const struct dep_verdict *verdict,
                          const struct dep_judged_at *at);
/* Takes what dep_verdict_write() makes. `out` borrows from `json`. Finding "verdict.form" (offset:
 * of the requirement, where it is one). */
DEP_MUST_USE int dep_verdict_read(const json_t *json, struct dep_written *out,
                                  struct dep_finding *why);
/* From what is written alone. `action`: the action's digest. */
void dep_written_digest(const struct dep_written *written, const struct dep_hash *action,
                        struct dep_hash *out);

/* Who could give what a requirement asks for, as the charter names them: the id of a member, the
 * code of a recipient; NULL where dep_need_giver() says all there is to say. */
const char *dep_requirement_who(const struct dep_charter *charter,
                                const struct dep_requirement *requirement);
/* What to do about one that is missing: "todo.scope" and the like, by why it is missing where that
 * decides, else by what is missing. `own`: this member itself could give it. Never NULL. */
const char *dep_requirement_todo(const struct dep_requirement *requirement, bool own);
/* Its territory or handling code; NULL where it has none. */
const char *dep_requirement_code(const struct dep_charter *charter,
                                 const struct dep_requirement *requirement);
#endif
