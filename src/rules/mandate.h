/*
 * Records of the mandate: what one must satisfy beyond its schema, given the records it refers to,
 * the charter, the lists in force and the moment.
 *
 * Format:  doc/format/mandate.md.
 * Layer:   rules (pure: no files, no clock, no network).
 * Owns:    nothing; every pointer borrows.
 */
#ifndef DEP_RULES_MANDATE_H
#define DEP_RULES_MANDATE_H
#include "rules/charter.h"

enum {
    DEP_MANDATE_LATER_MAX = 4096, /* records about one that are looked at */
    DEP_MANDATE_REDUCED_LEN = 32,
};

/* Is there anything to judge of a record of this type? */
bool dep_mandate_governs(const char *type);
/* The type of a record that one of `type` must be about; NULL: none, or `about`, the types of what
 * it is about, has it. */
const char *dep_mandate_lacks(const char *type, const char *const *about, size_t count);

/* A record as far as it can be read here. */
struct dep_mandate_record {
    const char *type, *id;
    const json_t *claims; /* refs among them; NULL: it can't be read */
};
/* One of the draft's references, to which `record` is what stands in the log. */
struct dep_mandate_ref {
    const char *rel;
    bool here;      /* it stands in this log, with the digest that the reference gives */
    bool corrected; /* and was superseded */
    struct dep_mandate_record record;
    const char (*before)[DEP_UUID_LEN + 1]; /* ids of the records that it corrects, each the next */
    size_t before_count;
    /* Records that are `about` it, or about one before it, and weren't corrected, oldest first: at
     * least those for which dep_mandate_looks_at() holds. */
    const struct dep_mandate_record *later;
    size_t later_count;
    /* Where dep_mandate_goes_back() holds: the statement.adopted from which it was drawn, or that
     * it renders, as it stands now, and the ids of all that it was and is. No type: there is none
     * here. */
    struct dep_mandate_record statement;
    const char (*versions)[DEP_UUID_LEN + 1];
    size_t version_count;
};
/* To judge a draft of `type` that refers to a record of type `named`: are records of type `later`
 * about that one looked at? NULL: any are. */
bool dep_mandate_looks_at(const char *type, const char *named, const char *later);

/* ... and is it asked from which statement the one named comes? */
bool dep_mandate_goes_back(const char *type, const char *named);

/* code.stated and membership.stated, those that weren't corrected. */
struct dep_mandate_code {
    const char *id, *list, *code;
    struct dep_interval time; /* from the earliest that `from` may mean to the latest of `to` */
};
struct dep_mandate_member {
    const char *formation, *member;
    struct dep_interval time;
};
/* The time of a code.stated or membership.stated, or of any `from` and `to` in EDTF. */
struct dep_interval dep_mandate_time(const json_t *claims);

struct dep_mandate_world {
    const struct dep_charter *charter; /* in force now */
    const char *self;                  /* the member whose register this is */
    int64_t now_s;
    const struct dep_mandate_code *codes;
    size_t code_count;
    const struct dep_mandate_member *members;
    size_t member_count;
};
struct dep_mandate_draft {
    const char *type;
    const json_t *claims;
    const struct dep_mandate_ref *refs; /* all of them, in their order */
    size_t ref_count;
};
/* What is wrong: the field as a JSON pointer, what was stated there, what would be right; the
 * latter two may be empty. */
struct dep_mandate_finding {
    struct dep_finding finding;
    char where[128], stated[65], would_do[300];
};
/*
 * Findings: those of doc/format/mandate.md ("mandate.*"), and of codes in the charter's lists
 * "stated.code", "stated.code.ended". The claims have the form of their schema.
 */
DEP_MUST_USE int dep_mandate_judge(const struct dep_mandate_world *world,
                                   const struct dep_mandate_draft *draft,
                                   struct dep_mandate_finding *out);

/* Is what has this status closed? "fulfilled", "completed", "withdrawn", "cancelled"; NULL
 * isn't. */
bool dep_mandate_closes(const char *status);

/* Is `member` bound by paragraph `number` (NULL: the whole) of a statement.adopted, given the
 * statement.position among `later`? Silence that one of them broke binds nobody. */
bool dep_mandate_binds(const json_t *statement, const struct dep_mandate_record *later,
                       size_t later_count, const char *number, const char *member);

/*
 * May `fields` of an incident.reported, or of an incident.corrected about the report `first` (else
 * NULL), be told the public at `now_s`? What a correction leaves out is as the report says.
 * Findings "publish.audience" (it isn't for the public), "publish.early" (its delay isn't over;
 * counted from `recorded_s` where its time isn't known), "publish.exact" (a place finer than 10,000
 * m, a time finer than a day). Whatever its fields.
 */
DEP_MUST_USE int dep_mandate_public(const json_t *claims, const json_t *first, const json_t *fields,
                                    int64_t recorded_s, int64_t now_s,
                                    struct dep_mandate_finding *out);

/* Is an incident.reported, or an incident.corrected about the report `first` (else NULL), meant for
 * this recipient, by its own audience or else the report's? What is meant for the public is for
 * everybody. */
bool dep_mandate_is_for(const json_t *claims, const json_t *first, const char *recipient);

/* A latitude or longitude in decimal degrees with no more decimals than `precision_m` has. `out`
 * holds DEP_MANDATE_REDUCED_LEN. False, and `out` untouched, where it isn't one. */
bool dep_place_reduce(const char *degrees, int64_t precision_m, char *out);
#endif
