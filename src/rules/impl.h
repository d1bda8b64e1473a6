/*
 * A charter as parsed, and what the files that read its parts share.
 *
 * Format:  doc/format/charter.md section 1.
 * Layer:   rules, private to the reading of charters.
 */
#ifndef DEP_RULES_IMPL_H
#define DEP_RULES_IMPL_H
#include "rules/internal.h"

struct dep_charter {
    json_t *json; /* every string below borrows from it */
    struct dep_hash digest, previous;
    bool has_previous;
    int64_t number, threshold, quorum;
    int64_t from_s;
    struct dep_charter_member *members;
    struct dep_public_key *cosigners; /* beside the members; those without one are zero */
    size_t member_count;
    struct {
        struct dep_charter_code *codes;
        size_t count;
    } lists[DEP_LIST_COUNT];
    struct dep_rule *rules;
    size_t rule_count;
    unsigned paper; /* set of dep_action_kind */
    bool has_threat;
    uint32_t waives;
    int64_t review_within_s;
    enum dep_least linked[DEP_LINKED_RELATIONS]; /* in the order of linked.c */
};

/* The charter that is being read, and where a finding about it goes. */
struct dep_charter_reading {
    struct dep_charter *charter;
    struct dep_jtd_error *where; /* may be NULL */
    struct dep_finding *why;
};

/* A finding at a JSON pointer. */
DEP_MUST_USE int dep_charter_bad(const struct dep_charter_reading *reading, const char *id,
                                 const char *pointer_format, ...) DEP_PRINTF(3, 4);
/* {"en","fr","ar"} and any further language, none empty. `at` points to it. */
DEP_MUST_USE int dep_charter_name_check(const struct dep_charter_reading *reading,
                                        const json_t *names, const char *at);
/* `from` and `to`, open where left out. */
DEP_MUST_USE int dep_charter_interval_read(const struct dep_charter_reading *reading,
                                           const json_t *object, const char *at,
                                           struct dep_interval *out);
/* Codes of one list, each once. */
DEP_MUST_USE int dep_charter_codes_read(const struct dep_charter_reading *reading,
                                        enum dep_list list, const json_t *array, const char *at,
                                        struct dep_codes *out);

/* In this order: members need territories, recipients need members. */
DEP_MUST_USE int dep_charter_lists_read(const struct dep_charter_reading *reading);
DEP_MUST_USE int dep_charter_members_read(const struct dep_charter_reading *reading);
DEP_MUST_USE int dep_charter_recipients_read(const struct dep_charter_reading *reading);
/* `rules`, `paper` and `threat`. */
DEP_MUST_USE int dep_charter_table_read(const struct dep_charter_reading *reading);
/* `linked`. */
DEP_MUST_USE int dep_charter_linked_read(const struct dep_charter_reading *reading);

bool dep_charter_member_in_force(const struct dep_charter *charter, int place, int64_t at_s);

/* C2SP tlog-cosignature, Format: the verifier key of a cosigner, Ed25519 with timestamp (0x04). */
DEP_MUST_USE bool dep_cosigner_parse(struct dep_slice vkey, struct dep_public_key *out);
#endif
