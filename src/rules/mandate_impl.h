/*
 * What the judging of the mandate's records shares.
 * Layer: rules, private to mandate*.c.
 */
#ifndef DEP_RULES_MANDATE_IMPL_H
#define DEP_RULES_MANDATE_IMPL_H
#include "codec/edtf.h"
#include "rules/mandate.h"

struct mandate {
    const struct dep_mandate_world *world;
    const struct dep_mandate_draft *draft;
    const json_t *claims;
    const char *superseded; /* id of the record that the draft corrects, or NULL */
    struct dep_mandate_finding *out;
};
typedef int mandate_rule(const struct mandate *m);

/* Fill the finding and return DEP_FOUND. `stated` and `would_do` are cut where they are long, never
 * within a character. */
DEP_MUST_USE int mandate_bad(const struct mandate *m, const char *id, const char *where,
                             const char *stated, const char *would_do);
/* ... at `where`/`index`/`member`; `member` may be "". */
DEP_MUST_USE int mandate_bad_at(const struct mandate *m, const char *id, const char *where,
                                size_t index, const char *member, const char *stated,
                                const char *would_do);

/* ---- references ---- */
/* The first with this rel to a record of this type; NULL where there is none. */
const struct dep_mandate_ref *mandate_ref(const struct mandate *m, const char *rel,
                                          const char *type);
/* Has it any `source`? */
bool mandate_has_source(const struct mandate *m);
/* The newest of `ref->later` of this type, but for the one that is being corrected; or NULL. */
const struct dep_mandate_record *
mandate_newest(const struct mandate *m, const struct dep_mandate_ref *ref, const char *type);

/* The same where there is no draft. */
DEP_MUST_USE int mandate_tell(struct dep_mandate_finding *out, const char *id, const char *where,
                              const char *stated, const char *would_do);
/* Is the member `name` of this object the string `value`? */
bool mandate_is(const json_t *object, const char *name, const char *value);

/* ---- dates ---- */
/* Of a claim that is EDTF; false where it isn't there. */
bool mandate_span(const json_t *claims, const char *name, struct dep_edtf_span *out);
struct dep_edtf_span mandate_now(const struct mandate *m);
/* May something that happened at `span` have happened by now, anywhere on earth? */
bool mandate_has_come(const struct mandate *m, const struct dep_edtf_span *span);
/* Finding "mandate.future" where it may not. */
DEP_MUST_USE int mandate_past(const struct mandate *m, const char *name,
                              const struct dep_edtf_span *span);
/* `from` before `to`, where both are there. */
DEP_MUST_USE int mandate_in_order(const struct mandate *m);

/* ---- codes and members, each in force at some moment of `span` ---- */
DEP_MUST_USE int mandate_code(const struct mandate *m, const char *list, const char *name,
                              const struct dep_edtf_span *span);
DEP_MUST_USE int mandate_charter_code(const struct mandate *m, enum dep_list list, const char *name,
                                      const struct dep_edtf_span *span);
DEP_MUST_USE int mandate_charter_codes(const struct mandate *m, enum dep_list list,
                                       const char *name, const struct dep_edtf_span *span);
/* Of this formation; of any, or of the federation, where it is NULL. */
bool mandate_is_member(const struct mandate *m, const char *formation, const char *member,
                       const struct dep_edtf_span *span);
/* The members of a formation at that time, as many as there is room for. */
void mandate_list_members(const struct mandate *m, const char *formation,
                          const struct dep_edtf_span *span, char *out, size_t room);

/* ---- statements ---- */
/* Has the statement a paragraph of this number? Finding "mandate.paragraph" at `where`. */
DEP_MUST_USE int mandate_paragraph(const struct mandate *m, const json_t *statement,
                                   const char *where, const char *number);
/* The draft's own field `paragraph`; finding "mandate.ref.count" where `about` is NULL. */
DEP_MUST_USE int mandate_paragraph_of(const struct mandate *m, const struct dep_mandate_ref *about,
                                      const char *number);
/* `member`, stated at `where`, is bound by the paragraph (NULL: the whole) of the statement that
 * `about` refers to; "mandate.bound". */
DEP_MUST_USE int mandate_bound(const struct mandate *m, const struct dep_mandate_ref *about,
                               const char *where, const char *member, const char *number);
/* Each of the array `name`. */
DEP_MUST_USE int mandate_all_bound(const struct mandate *m, const struct dep_mandate_ref *about,
                                   const char *name, const char *number);

mandate_rule mandate_code_stated, mandate_membership_stated, mandate_office_stated,
    mandate_dispatch_sent, mandate_partner_related, mandate_meeting_held, mandate_statement_adopted,
    mandate_statement_position, mandate_statement_rendered, mandate_intention_stated,
    mandate_intention_resolved, mandate_commitment_made, mandate_commitment_reaffirmed,
    mandate_commitment_updated, mandate_action_recorded, mandate_action_updated, mandate_incident,
    mandate_incident_corrected, mandate_coverage_stated, mandate_allegation_received,
    mandate_allegation_assessed, mandate_violation_tagged, mandate_campaign_opened,
    mandate_flow_recorded, mandate_allocation_made;
#endif
