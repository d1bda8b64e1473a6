/*
 * What charter and judge share and nobody else needs: the rule table as parsed.
 *
 * Format:  doc/format/rules.md section 3.
 * Layer:   rules, private to it.
 */
#ifndef DEP_RULES_INTERNAL_H
#define DEP_RULES_INTERNAL_H
#include "rules/judge.h"

/* `when` or `unless`. A condition that was left out says nothing; one that is there is met by any
 * of its codes. */
struct dep_condition {
    bool has_actions, has_purposes, has_lines, has_territories, has_handling, has_categories,
        has_recipient_kinds, has_flags;
    unsigned actions;         /* set of dep_action_kind */
    unsigned recipient_kinds; /* set of dep_recipient_kind */
    unsigned flags;           /* set of dep_flag */
    struct dep_codes purposes, lines, territories, handling, categories;
};

struct dep_rule_need {
    enum dep_need need;
    int64_t status_max_age_s; /* INT64_MAX: not asked */
    unsigned count;           /* at least 1 */
};

struct dep_rule {
    const char *id; /* borrowed from the charter */
    struct dep_condition when, unless;
    bool has_unless; /* there, and not empty */
    struct dep_rule_need needs[DEP_CHARTER_NEEDS_MAX];
    size_t need_count;
};

/* A member of a JSON object that is UTC, as dep_time_encode() writes it, since 1970. */
bool dep_utc_read(const json_t *object, const char *name, int64_t *out);

size_t dep_charter_rule_count(const struct dep_charter *charter);
const struct dep_rule *dep_charter_rule_at(const struct dep_charter *charter, size_t index);
/* Does `paper` name this action? */
bool dep_charter_paper_suffices(const struct dep_charter *charter, enum dep_action_kind action);
/* The rule of urgent threat to life: false where it is off. `out_waives` has a bit (1 << need) for
 * each need. */
bool dep_charter_threat(const struct dep_charter *charter, uint32_t *out_waives,
                        int64_t *out_review_within_s);
#endif
