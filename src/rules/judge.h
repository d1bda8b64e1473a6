/*
 * What is required before something is done, and whether it is there.
 *
 * Format:  doc/format/rules.md.
 * Layer:   rules (pure, total, deterministic).
 * Names of members, officers, items and cases are `dep_id`s: small numbers that stand for strings,
 * handed out by a struct dep_names; equal strings have equal ids, 0 is the empty string.
 */
#ifndef DEP_RULES_JUDGE_H
#define DEP_RULES_JUDGE_H
#include "rules/charter.h"

enum {
    DEP_FACTS_MAX = 1 << 22,
    DEP_NAMES_MAX = 1 << 23,
    DEP_MATERIALS_MAX = 4096, /* of one action */
    DEP_REQUIREMENTS_MAX = 1 << 20,
};

typedef uint32_t dep_id;
struct dep_names;
DEP_MUST_USE int dep_names_new(struct dep_names **out);
void dep_names_free(struct dep_names *names);
DEP_MUST_USE int dep_names_add(struct dep_names *names, const char *text, dep_id *out);
const char *dep_names_text(const struct dep_names *names, dep_id id);

enum dep_action_kind {
    DEP_ACT_RELEASE = 1,
    DEP_ACT_ONWARD = 2,
    DEP_ACT_MISSION = 4,
    DEP_ACT_PUBLISH = 8,
    DEP_ACT_ANY = 15,
};
/* Flags of a material. */
enum dep_flag {
    DEP_FLAG_BASIS = 1,
    DEP_FLAG_COERCION = 2,
    DEP_FLAG_EXCULPATORY = 4,
    DEP_FLAG_SOURCE = 8,
    DEP_FLAG_CHILD = 16,
    DEP_FLAG_PROTECTED = 32,
    DEP_FLAG_REDACTED = 64,
};

struct dep_material {
    dep_id item, of_case, originator; /* originator 0: this member */
    unsigned flags;
    struct dep_codes territories, handling, categories;
};
struct dep_action {
    enum dep_action_kind kind;
    int recipient, purpose, line; /* places in the charter's lists; line -1: none */
    struct dep_codes territories; /* where it takes place: missions */
    struct dep_interval during;   /* missions; a release is now */
    dep_id prepared_by;
    struct dep_hash digest;
    bool urgent_threat;
    const struct dep_material *materials;
    size_t material_count;
};

enum dep_fact_kind {
    DEP_FACT_REQUEST = 1,
    DEP_FACT_CONSENT,
    DEP_FACT_ASSURANCE,
    DEP_FACT_APPROVAL
};
enum dep_layer { DEP_LAYER_HOST = 1, DEP_LAYER_SOURCE, DEP_LAYER_ORIGINATOR };
enum dep_assurance {
    DEP_ASSURE_FAIR_TRIAL = 1,
    DEP_ASSURE_NO_TORTURE = 2,
    DEP_ASSURE_NO_DEATH_PENALTY = 4,
    DEP_ASSURE_INSPECTION = 8,
    DEP_ASSURE_DEFENCE_ACCESS = 16,
};
enum dep_scope { DEP_SCOPE_ITEM = 1, DEP_SCOPE_CASE, DEP_SCOPE_ALL };

/* One record in force, as the judge needs it. Unused members are zero. */
struct dep_fact {
    enum dep_fact_kind kind;
    struct dep_hash record; /* of its JWT: what the verdict names */
    uint64_t index;         /* in the log */
    dep_id by;              /* officer who recorded it */
    dep_id grantor;         /* member: consents of layer host and originator */
    enum dep_layer layer;
    unsigned actions;    /* set of dep_action_kind */
    unsigned assurances; /* set of dep_assurance */
    enum dep_scope scope_kind;
    dep_id scope; /* item or case */
    struct dep_codes recipients, purposes, lines, territories, handling;
    bool any_recipient, any_purpose, any_line, any_territory; /* said expressly */
    struct dep_interval in_force;
    int64_t recorded_s;  /* with its uncertainty added */
    int64_t withdrawn_s; /* INT64_MAX: not */
    int64_t status_s; /* when its grantor's newest status record that lists it was made; INT64_MIN:
                         none */
    bool own;         /* granted by this member: no status is asked */
    bool on_paper, checked, guardian, assent;
    struct dep_hash approves; /* approvals: digest of the action */
};

/* Facts, found by what they are about. Copies what it is given. */
struct dep_facts;
DEP_MUST_USE int dep_facts_new(struct dep_facts **out);
void dep_facts_free(struct dep_facts *facts);
DEP_MUST_USE int dep_facts_add(struct dep_facts *facts, const struct dep_fact *fact);
size_t dep_facts_count(const struct dep_facts *facts);
const struct dep_fact *dep_facts_at(const struct dep_facts *facts, size_t place);

enum dep_need {
    DEP_NEED_REQUEST,
    DEP_NEED_BASIS,
    DEP_NEED_CONSENT_HOST,
    DEP_NEED_CONSENT_SOURCE,
    DEP_NEED_CONSENT_ORIGINATOR,
    DEP_NEED_HANDLING_PERMISSION,
    DEP_NEED_ASSURANCE_FAIR_TRIAL,
    DEP_NEED_ASSURANCE_NO_TORTURE,
    DEP_NEED_ASSURANCE_NO_DEATH_PENALTY,
    DEP_NEED_ASSURANCE_INSPECTION,
    DEP_NEED_ASSURANCE_DEFENCE_ACCESS,
    DEP_NEED_APPROVAL,
    DEP_NEED_REDACTION,
    DEP_NEED_NEVER,
    DEP_NEED_COUNT
};
/* "consent.host"; NULL never. */
const char *dep_need_name(enum dep_need need);
/* DEP_NEED_COUNT where unknown. */
enum dep_need dep_need_parse(const char *name);

/* In the order of doc/format/rules.md section 5: of several the last counts. */
enum dep_met {
    DEP_MET,
    DEP_WAIVED,
    DEP_MISSING_ABSENT,
    DEP_MISSING_SCOPE,
    DEP_MISSING_NOT_YET,
    DEP_MISSING_LAPSED,
    DEP_MISSING_WITHDRAWN,
    DEP_MISSING_UNCHECKED,
    DEP_MISSING_STALE,
    DEP_MISSING_SAME_PERSON,
    DEP_MISSING_NEVER,
};
const char *dep_met_name(enum dep_met met);

enum dep_outcome { DEP_YES, DEP_REFER_TO_COURT, DEP_NO };
const char *dep_outcome_name(enum dep_outcome outcome);

struct dep_requirement {
    enum dep_need need;
    const char *rule; /* id, borrowed from the charter; the first that asks for it */
    size_t material;  /* place in the action */
    int code;         /* territory or handling code, or -1 */
    enum dep_met met;
    const struct dep_fact *by; /* borrowed from the facts; NULL where none */
    int who;                   /* member who could give it (place in the charter), or -1 */
};
struct dep_verdict {
    enum dep_outcome outcome;
    const char *no_rule; /* "rule.none" or "material.none" where nothing was judged, else NULL */
    int64_t review_by_s; /* urgent threat: the deadline; else INT64_MAX */
    struct dep_requirement *requirements;
    size_t requirement_count;
    struct dep_hash digest;
};
void dep_verdict_done(struct dep_verdict *verdict);

/* What the log looked like when it was judged. */
struct dep_judged_at {
    const char *member; /* whose register this is */
    const char *origin;
    uint64_t size;
    struct dep_hash root;
    int64_t now_s, uncertainty_s;
};
DEP_MUST_USE int dep_judge(const struct dep_charter *charter, const struct dep_facts *facts,
                           const struct dep_names *names, const struct dep_action *action,
                           const struct dep_judged_at *at, struct dep_verdict *out);
#endif
