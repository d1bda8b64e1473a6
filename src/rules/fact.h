/*
 * What one record says, as a fact for the judge. It is the same whether the record was found in a
 * register or in a package.
 *
 * Format:  doc/format/consent.md, "What the judge reads".
 * Layer:   rules (pure).
 */
#ifndef DEP_RULES_FACT_H
#define DEP_RULES_FACT_H
#include "rules/judge.h"

/* Who recorded it, where, when. */
struct dep_fact_source {
    struct dep_hash record;
    uint64_t index;
    const char *iss; /* member whose log it stands in */
    const char *by;  /* officer's code */
    int64_t recorded_s;
};
/* Whose judging it is, and by which lists. `names` gets what the facts name. */
struct dep_fact_reader {
    const struct dep_charter *charter;
    struct dep_names *names;
    const char *member;
};
/*
 * DEP_FOUND "fact.form" where the claims don't say what doc/format/consent.md wants of them,
 * "fact.none" where they are well formed and give nothing (a request that goes out, a side that
 * refused): `out` is then untouched. Codes that the charter doesn't list give nothing either.
 * Nothing is told of what was said later: withdrawals, checks, status.
 */
typedef int dep_fact_fn(const struct dep_fact_reader *reader, const struct dep_fact_source *source,
                        const json_t *claims, struct dep_fact *out, struct dep_finding *why);
DEP_MUST_USE int dep_fact_of_request(const struct dep_fact_reader *reader,
                                     const struct dep_fact_source *source, const json_t *claims,
                                     struct dep_fact *out, struct dep_finding *why);
DEP_MUST_USE int dep_fact_of_consent(const struct dep_fact_reader *reader,
                                     const struct dep_fact_source *source, const json_t *claims,
                                     struct dep_fact *out, struct dep_finding *why);
DEP_MUST_USE int dep_fact_of_assurance(const struct dep_fact_reader *reader,
                                       const struct dep_fact_source *source, const json_t *claims,
                                       struct dep_fact *out, struct dep_finding *why);
/* Whether it says yes is the caller's affair. */
DEP_MUST_USE int dep_fact_of_approval(const struct dep_fact_reader *reader,
                                      const struct dep_fact_source *source, const json_t *claims,
                                      struct dep_fact *out, struct dep_finding *why);
/* INTERVAL. False where it isn't one. */
bool dep_interval_parse(const json_t *interval, struct dep_interval *out);
#endif
