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
    DEP_NAMES_LEN_MAX = 1 << 30, /* of all of them together */
    DEP_MATERIALS_MAX = 4096,    /* of one action */
    DEP_REQUIREMENTS_MAX = 1 << 20,
};

typedef uint32_t dep_id;
struct dep_names;
DEP_MUST_USE int dep_names_new(struct dep_names **out);
void dep_names_free(struct dep_names *names);
DEP_MUST_USE int dep_names_add(struct dep_names *names, const char *text, dep_id *out);
/* 0 where it was never added. */
dep_id dep_names_find(const struct dep_names *names, const char *text);
/* Borrowed until `names` is freed. */
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
/* Their words in rules and records ("release", "coercion"): the bit, 0 where unknown; the name of
 * exactly one. */
unsigned dep_action_kind_parse(const char *name);
const char *dep_action_kind_name(enum dep_action_kind kind);
unsigned dep_flag_parse(const char *name);
const char *dep_flag_name(enum dep_flag flag);
/* What shows a source to whoever gets a material, and what a source lets be shown. */
enum dep_shown {
    DEP_SHOWN_IDENTITY = 1,
    DEP_SHOWN_PLACE = 2,
    DEP_SHOWN_IMAGE = 4,
    DEP_SHOWN_ALL = 7,
};
/* "identity", "place", "image": the bit, 0 where unknown; the name of exactly one. */
unsigned dep_shown_parse(const char *name);
const char *dep_shown_name(enum dep_shown shown);

struct dep_material {
    dep_id item, of_case, originator; /* originator 0: this member */
    unsigned flags;
    unsigned shows; /* set of dep_shown */
    struct dep_codes territories, handling, categories;
};
struct dep_action {
    enum dep_action_kind kind;    /* one */
    int recipient, purpose, line; /* places in the charter's lists, -1: none (section 1) */
    struct dep_codes territories; /* where it takes place: missions */
    struct dep_interval during;   /* missions; a release is now */
    dep_id prepared_by;           /* 0: nobody knows, so that no approval counts */
    struct dep_hash digest;
    bool urgent_threat;
    const struct dep_material *materials; /* of a mission none */
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

/*
 * One record, as the judge needs it: whatever was heard of, in force or not. Unused members are
 * zero. Who makes a fact answers for what stands in it (section 2): above all that a consent which
 * isn't on paper was signed by the member that it names as its grantor.
 */
struct dep_fact {
    enum dep_fact_kind kind;
    struct dep_hash record; /* of its JWT: what the verdict names */
    uint64_t index;         /* in the log of this register; from its size on it isn't heard of */
    dep_id by;              /* officer who recorded it; 0: unknown, an approval doesn't count */
    dep_id grantor;         /* member: consents of layer host and originator */
    enum dep_layer layer;
    unsigned actions;    /* set of dep_action_kind */
    unsigned assurances; /* set of dep_assurance */
    enum dep_scope scope_kind;
    dep_id scope; /* item or case */
    struct dep_codes recipients, purposes, lines, territories, handling;
    bool any_recipient, any_purpose, any_line, any_territory; /* said expressly */
    struct dep_interval in_force;
    int64_t recorded_s;     /* its uncertainty added: when it was there at the latest */
    int64_t withdrawn_s;    /* its uncertainty taken off; INT64_MAX: not */
    int64_t status_s;       /* when its grantor's newest status record was made that is proved to
                               list it, its uncertainty taken off; INT64_MIN: none */
    struct dep_hash status; /* that record */
    bool own;               /* granted by this member: no status is asked */
    bool on_paper, guardian, assent;
    unsigned shown;           /* set of dep_shown: consents of layer source */
    dep_id checked_by;        /* on paper: the officer who checked it; 0: nobody */
    struct dep_hash approves; /* approvals: digest of the action */
};

/* Facts, found by what they are about. Copies what it is given. */
struct dep_facts;
DEP_MUST_USE int dep_facts_new(struct dep_facts **out);
void dep_facts_free(struct dep_facts *facts);
/* DEP_ERR_CAP past DEP_FACTS_MAX. */
DEP_MUST_USE int dep_facts_add(struct dep_facts *facts, const struct dep_fact *fact);
size_t dep_facts_count(const struct dep_facts *facts);
/* Borrowed until the next dep_facts_add(). */
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
/* "consent.host"; never NULL. */
const char *dep_need_name(enum dep_need need);
/* DEP_NEED_COUNT where unknown. */
enum dep_need dep_need_parse(const char *name);

/* Who can meet it, for dep_requirement.who and for words. */
enum dep_giver {
    DEP_GIVER_NOBODY,    /* `who` is -1 here and where not said otherwise */
    DEP_GIVER_MEMBER,    /* its place in the charter; -1: none that the charter names */
    DEP_GIVER_RECIPIENT, /* its place in the charter's list; -1: the action names none */
    DEP_GIVER_SOURCE,
    DEP_GIVER_OFFICER, /* who states it of the material */
    DEP_GIVER_APPROVER,
};
enum dep_giver dep_need_giver(enum dep_need need);
const char *dep_giver_name(enum dep_giver giver);

/* In the order of doc/format/rules.md section 5: of several the last counts. */
enum dep_met {
    DEP_MET,
    DEP_WAIVED,
    DEP_MISSING_ABSENT,
    DEP_MISSING_NOBODY,
    DEP_MISSING_SCOPE,
    DEP_MISSING_IDENTITY, /* these three in the order of dep_shown */
    DEP_MISSING_PLACE,
    DEP_MISSING_IMAGE,
    DEP_MISSING_GUARDIAN,
    DEP_MISSING_NOT_YET,
    DEP_MISSING_LAPSED,
    DEP_MISSING_WITHDRAWN,
    DEP_MISSING_UNSIGNED,
    DEP_MISSING_PAPER,
    DEP_MISSING_UNCHECKED,
    DEP_MISSING_STALE,
    DEP_MISSING_SAME_PERSON,
    DEP_MISSING_NEVER,
    DEP_MET_COUNT
};
/* "not_yet". */
const char *dep_met_name(enum dep_met met);

enum dep_outcome { DEP_YES, DEP_REFER_TO_COURT, DEP_NO };
const char *dep_outcome_name(enum dep_outcome outcome);

/* A line of the verdict. What takes several records has a line for each (section 5). */
enum { DEP_MATERIAL_NONE = -1 };
struct dep_requirement {
    enum dep_need need;
    const char *rule; /* id, borrowed from the charter: the first that asks for it; "rule.none" and
                         "threat" where none does */
    int material;     /* place in the action; DEP_MATERIAL_NONE: a mission */
    int code;         /* territory or handling code, or -1 */
    enum dep_met met;
    const struct dep_fact *by; /* where met by a record, else NULL; borrowed from the facts */
    bool by_status;            /* and by the status record of that fact, which was asked for */
    int who;                   /* dep_need_giver() tells what it is a place of */
};
struct dep_verdict {
    enum dep_outcome outcome;
    /* Why it is refused whatever is there, else NULL: "rule.none" (a material to which no rule
     * applies has a line `never` of rule "rule.none"); where nothing was judged: "material.none",
     * "recipient.none", "purpose.none", "line.none" (not in the charter's list then),
     * "interval.none" (a mission that lasts no time). */
    const char *no_rule;
    int64_t review_by_s; /* urgent threat: the deadline; else INT64_MAX */
    struct dep_requirement *requirements;
    size_t requirement_count;
    struct dep_hash digest;
};
void dep_verdict_done(struct dep_verdict *verdict);
#define DEP_AUTO_VERDICT DEP_CLEANUP(dep_verdict_done) struct dep_verdict

/* What the log looked like when it was judged. */
struct dep_judged_at {
    const char *member; /* whose register this is */
    const char *origin;
    uint64_t size;
    struct dep_hash root;
    int64_t now_s, uncertainty_s; /* uncertainty at least 0 */
};
/*
 * Same inputs, same verdict; the order in which names and facts were added is no input. Faults:
 * memory; DEP_ERR_CAP past DEP_MATERIALS_MAX or DEP_REQUIREMENTS_MAX. `out` is freed with
 * dep_verdict_done(); it borrows from `charter` and `facts`.
 */
DEP_MUST_USE int dep_judge(const struct dep_charter *charter, const struct dep_facts *facts,
                           const struct dep_names *names, const struct dep_action *action,
                           const struct dep_judged_at *at, struct dep_verdict *out);
#endif
