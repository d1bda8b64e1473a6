/*
 * What the files of the judge share: facts found by what they are about, when they run, and the
 * judging at hand.
 *
 * Format:  doc/format/rules.md.
 * Layer:   rules, private to the judge.
 */
#ifndef DEP_RULES_JUDGING_H
#define DEP_RULES_JUDGING_H
#include "rules/internal.h"

/* ---- facts by what they are about (facts.c) ---- */

/* `what`: dep_fact_what(). `who`: a consent's grantor (of a source 0); a recipient's place. */
struct dep_fact_key {
    uint32_t what;
    uint32_t who;
    enum dep_scope scope_kind;
    dep_id scope;
};
static inline uint32_t dep_fact_what(enum dep_fact_kind kind, enum dep_layer layer,
                                     unsigned assurance)
{
    return (uint32_t)kind | (uint32_t)layer << 4 | (uint32_t)assurance << 8;
}
/* Facts with this key (assurances: of no kind yet), in no order. Ends with UINT32_MAX. */
uint32_t dep_facts_first(const struct dep_facts *facts, const struct dep_fact_key *key);
uint32_t dep_facts_next(const struct dep_facts *facts, uint32_t posting,
                        const struct dep_fact **out);
/* Is there a fact with this key below `size`? `scope_kind` 0: whatever its scope, and of assurances
 * those of the kind in `what`. */
bool dep_facts_any(const struct dep_facts *facts, const struct dep_fact_key *key, uint64_t size);
struct dep_fact_key dep_fact_key_of_approvals(const struct dep_hash *action);
/* The same facts by what they name, where they are many; else NULL. Of consents only. */
const struct dep_columns *dep_facts_columns(const struct dep_facts *facts,
                                            const struct dep_fact_key *key);

/* ---- many consents by what they name (columns.c) ---- */

/* What a fact must name to be about what is asked: places in the charter's lists; -1: what isn't in
 * them, so that "any" alone will do. */
enum { DEP_NOT_ASKED = -2 };
struct dep_named {
    unsigned action, assurance; /* one; 0: not asked */
    int recipient, purpose, line, handling;
    bool any_purpose; /* does "any" purpose name it? */
    bool by_territory;
    struct dep_codes territories; /* each of them; where there is none, "any" */
};

enum { DEP_COLUMNS_FROM = 128 }; /* so many facts are as soon looked at one by one */
/* Room for one more that names what `fact` names; makes `*columns` where it is NULL. */
DEP_MUST_USE int dep_columns_reserve(struct dep_columns **columns, const struct dep_fact *fact);
/* `place`: among the facts. There is room. */
void dep_columns_add(struct dep_columns *columns, const struct dep_fact *fact, uint32_t place);
void dep_columns_free(struct dep_columns *columns);

struct dep_columns_term {
    const uint64_t *code, *any;
};
struct dep_columns_search {
    const struct dep_columns *columns;
    struct dep_columns_term terms[5 + DEP_CHARTER_CODES_MAX];
    size_t term_count, word;
    uint64_t left;
};
/* Those that name `named`, in the order in which they were added. An action is asked. */
void dep_columns_search(const struct dep_columns *columns, const struct dep_named *named,
                        struct dep_columns_search *out);
/* The next one's place; false: no more. Passed over may be those at `below` and above, and those
 * that need a status record and have none made at `status_from_s` or later. */
bool dep_columns_next(struct dep_columns_search *search, uint64_t below, int64_t status_from_s,
                      uint32_t *out_place);

/* ---- when facts run (cover.c) ---- */

struct dep_candidate {
    const struct dep_fact *fact;
    struct dep_interval runs;
    int64_t ends_s, withdrawn_s; /* what ends it: its term (or its grantor's), its withdrawal */
    enum dep_met flaw;           /* DEP_MET: it counts while it runs */
};
struct dep_candidates {
    struct dep_candidate *list;
    size_t count, room;
    bool whole; /* there is one that covers all of the window that was told: the only one kept */
    enum dep_met flaw; /* the last of those of facts that else would; they aren't kept */
};
void dep_candidates_clear(struct dep_candidates *candidates);
/* `window`: one that covers all of it makes the others needless, but for such a one that comes
 * first in dep_candidate_order(), and one that but for its flaw would cover it is nothing but that
 * flaw. NULL: all are kept. */
DEP_MUST_USE int dep_candidates_add(struct dep_candidates *candidates, const struct dep_fact *fact,
                                    const struct dep_interval *term_of_grantor, int64_t now_from_s,
                                    const struct dep_interval *window, enum dep_met flaw);
/*
 * Which of them cover `window`: they are moved to the front, in order of the moments they cover,
 * and their number is returned. `out_gap_s` is the first moment that nothing covers, where there is
 * one: then false.
 */
bool dep_candidates_cover(struct dep_candidates *candidates, struct dep_interval window,
                          size_t *out_count, int64_t *out_gap_s);
/* Why `candidate` doesn't cover this moment. */
enum dep_met dep_candidate_why(const struct dep_candidate *candidate, int64_t at_s);
static inline bool dep_interval_covers(const struct dep_interval *interval,
                                       const struct dep_interval *window)
{
    return interval->from_s <= window->from_s && window->to_s <= interval->to_s;
}
/* By index, then hash. */
int dep_candidate_order(const void *a, const void *b);

/* ---- what the rules ask for (demand.c) ---- */

struct dep_demand {
    const char *rule; /* the first that asks; NULL: none does */
    int64_t status_max_age_s;
    unsigned count;
};
struct dep_demands {
    struct dep_demand of[DEP_NEED_COUNT];
    bool applied[DEP_CHARTER_RULES_MAX]; /* which rules apply */
    bool none;                           /* no rule does */
};
/* `material`: NULL for a mission. */
void dep_demands_join(const struct dep_charter *charter, const struct dep_action *action,
                      const struct dep_material *material, struct dep_demands *out);
/* The first rule that asks permission for this handling code; NULL where none does. */
const char *dep_demands_handling(const struct dep_charter *charter,
                                 const struct dep_demands *demands, int code);

/* ---- the judging at hand ---- */

struct dep_judging {
    const struct dep_charter *charter;
    const struct dep_facts *facts;
    const struct dep_names *names;
    const struct dep_action *action;
    uint64_t size; /* of the log */
    dep_id own;    /* this member; 0 where no fact names it */
    int own_place; /* among the charter's members, or -1 */
    struct dep_interval now, window;
    bool paper;      /* suffices for this action */
    bool threat;     /* invoked, and the charter has the rule */
    uint32_t waives; /* set of dep_need */

    const struct dep_material *material; /* at hand; NULL for a mission */
    int material_place;
    struct dep_demands demands;
    uint32_t missing; /* set of dep_need, of this material */
    struct dep_candidates candidates;

    struct dep_verdict verdict;
    size_t requirement_room;
};

/* What is asked of the facts for one line of the verdict. */
struct dep_asked {
    enum dep_need need;
    const char *rule;
    int code, who; /* as in the line */
    enum dep_fact_kind kind;
    enum dep_layer layer;         /* of a consent */
    enum dep_assurance assurance; /* of an assurance */
    uint32_t giver;               /* who: dep_fact_key */
    bool on_paper_only;           /* the giver keeps no register: it signs nothing */
    struct dep_interval window;
    int64_t status_max_age_s;
};

/* A line of the verdict, for the material at hand. */
DEP_MUST_USE int dep_judging_met(struct dep_judging *judging, const struct dep_asked *asked,
                                 const struct dep_fact *by);
DEP_MUST_USE int dep_judging_missing(struct dep_judging *judging, const struct dep_asked *asked,
                                     enum dep_met why);
/* Do facts by asked->giver cover the window? Adds the lines that say so or why not (ask.c). */
DEP_MUST_USE int dep_judging_ask(struct dep_judging *judging, const struct dep_asked *asked);
/* The same for the territory asked->code, by the members whose it is in the window. */
DEP_MUST_USE int dep_judging_ask_host(struct dep_judging *judging, const struct dep_asked *asked);

/* b added to a, as far as there are seconds. */
static inline int64_t dep_seconds_add(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return b < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

/* ---- the verdict's bytes (verdict.c) ---- */

/* The text of section 5, line by line. */
struct dep_verdict_digest {
    struct dep_sha256_stream stream;
};
struct dep_verdict_line {
    int material;
    enum dep_need need;
    const char *code; /* or NULL */
    enum dep_met met;
    const struct dep_hash *record, *status; /* or NULL */
};
void dep_verdict_digest_start(struct dep_verdict_digest *digest, const struct dep_hash *charter,
                              const struct dep_hash *action, const struct dep_judged_at *at);
void dep_verdict_digest_line(struct dep_verdict_digest *digest,
                             const struct dep_verdict_line *line);
void dep_verdict_digest_finish(struct dep_verdict_digest *digest, const char *no_rule,
                               enum dep_outcome outcome, struct dep_hash *out);
/* Of a verdict as it was judged. */
void dep_verdict_seal(const struct dep_charter *charter, const struct dep_action *action,
                      const struct dep_judged_at *at, struct dep_verdict *verdict);
#endif
