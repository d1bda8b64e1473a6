/*
 * What a draft may refer to, and which rule judges it. The tables are those of
 * doc/format/mandate.md.
 */
#include "rules/mandate_impl.h"

#include <stdio.h>
#include <string.h>

static const char CLAUSE[] = "doc/format/mandate.md";

/* ---- findings ---- */

/* NULL: nothing was stated. */
static void cut(const char *text, char *out, size_t room)
{
    text = text ? text : "";
    size_t len = strnlen(text, room - 1);
    if (text[len])
        while (len && ((uint8_t)text[len] & 0xc0) == 0x80)
            len--;
    memcpy(out, text, len);
    out[len] = 0;
}

int mandate_tell(struct dep_mandate_finding *out, const char *id, const char *where,
                 const char *stated, const char *would_do)
{
    cut(where, out->where, sizeof out->where);
    cut(stated, out->stated, sizeof out->stated);
    cut(would_do, out->would_do, sizeof out->would_do);
    return dep_found(&out->finding, id, CLAUSE, 0);
}

int mandate_bad(const struct mandate *m, const char *id, const char *where, const char *stated,
                const char *would_do)
{
    return mandate_tell(m->out, id, where, stated, would_do);
}

int mandate_bad_at(const struct mandate *m, const char *id, const char *where, size_t index,
                   const char *member, const char *stated, const char *would_do)
{
    char pointer[sizeof m->out->where];
    (void)snprintf(pointer, sizeof pointer, "%s/%zu%s%s", where, index, member[0] ? "/" : "",
                   member);
    return mandate_bad(m, id, pointer, stated, would_do);
}

bool mandate_is(const json_t *object, const char *name, const char *value)
{
    const char *text = dep_json_string(object, name);
    return text && strcmp(text, value) == 0;
}

/* ---- types and references ---- */

enum { ANY = 255 };
static const char EVIDENCE[] = "evidence"; /* what a closing may rest on: CLOSING */
static const char *const CLOSING[] = {"evidence.",          "meeting.held",  "statement.adopted",
                                      "statement.rendered", "flow.recorded", "dispatch.sent"};

static const struct type_row {
    const char *type;
    mandate_rule *rule;
    bool final; /* never superseded */
    bool blind; /* judged without what it refers to being read, which who records it may not read */
} TYPES[] = {
    {"code.stated", mandate_code_stated, false, false},
    {"membership.stated", mandate_membership_stated, false, false},
    {"mandate.stated", mandate_office_stated, false, false},
    {"meeting.held", mandate_meeting_held, false, false},
    {"statement.adopted", mandate_statement_adopted, false, false},
    {"statement.position", mandate_statement_position, false, false},
    {"statement.rendered", mandate_statement_rendered, false, false},
    {"intention.stated", mandate_intention_stated, false, false},
    {"intention.resolved", mandate_intention_resolved, false, false},
    {"commitment.made", mandate_commitment_made, false, false},
    {"commitment.reaffirmed", mandate_commitment_reaffirmed, false, false},
    {"commitment.updated", mandate_commitment_updated, false, false},
    {"action.recorded", mandate_action_recorded, false, false},
    {"action.updated", mandate_action_updated, false, false},
    {"incident.reported", mandate_incident, true, false},
    {"incident.corrected", mandate_incident_corrected, true, true},
    {"coverage.stated", mandate_coverage_stated, false, false},
    {"allegation.received", mandate_allegation_received, true, false},
    {"allegation.assessed", mandate_allegation_assessed, false, false},
    {"violation.tagged", mandate_violation_tagged, false, true},
    {"dispatch.sent", mandate_dispatch_sent, false, true},
    {"partner.related", mandate_partner_related, false, false},
    {"campaign.opened", mandate_campaign_opened, false, false},
    {"flow.recorded", mandate_flow_recorded, false, false},
    {"allocation.made", mandate_allocation_made, false, false},
};

static const struct ref_row {
    const char *type, *rel, *named;
    uint8_t least, most;
    const char *later[2]; /* types of records about the named one that are looked at */
} REFS[] = {
    {"statement.adopted", "about", "meeting.held", 0, 1, {NULL}},
    {"statement.position", "about", "statement.adopted", 1, 1, {NULL}},
    {"statement.rendered", "about", "statement.adopted", 1, 1, {NULL}},
    {"intention.stated", "about", "statement.adopted", 0, 1, {"statement.position"}},
    {"intention.resolved", "about", "intention.stated", 1, 1, {"intention.resolved"}},
    {"intention.resolved", "source", EVIDENCE, 0, ANY, {NULL}},
    {"commitment.made",
     "about",
     "statement.adopted",
     1,
     1,
     {"statement.position", "commitment.made"}},
    {"commitment.reaffirmed", "about", "commitment.made", 1, 1, {"commitment.reaffirmed"}},
    {"commitment.reaffirmed", "about", "statement.adopted", 1, 1, {NULL}},
    {"commitment.updated", "about", "commitment.made", 1, 1, {"commitment.updated"}},
    {"commitment.updated", "source", EVIDENCE, 0, ANY, {NULL}},
    {"action.recorded", "about", "statement.adopted", 0, 1, {"statement.position"}},
    {"action.recorded", "about", "commitment.made", 0, 1, {NULL}},
    {"action.updated", "about", "action.recorded", 1, 1, {"action.updated"}},
    {"action.updated", "source", EVIDENCE, 0, ANY, {NULL}},
    {"incident.reported", "source", EVIDENCE, 0, ANY, {NULL}},
    {"incident.corrected", "about", "incident.reported", 1, 1, {NULL}},
    {"incident.corrected", "source", EVIDENCE, 0, ANY, {NULL}},
    {"allegation.assessed", "about", "allegation.received", 1, 1, {"allegation.assessed"}},
    {"allegation.assessed", "source", EVIDENCE, 0, ANY, {NULL}},
    {"violation.tagged", "about", "incident.reported", 1, 1, {NULL}},
    {"violation.tagged", "source", "consent.given", 0, 1, {NULL}},
    {"dispatch.sent", "about", "package.sent", 0, ANY, {NULL}},
    {"dispatch.sent", "about", "release.made", 0, ANY, {NULL}},
    {"dispatch.sent", "about", "request.made", 0, ANY, {NULL}},
    {"partner.related", "about", "statement.adopted", 0, 1, {NULL}},
    {"campaign.opened", "about", "statement.adopted", 0, 1, {NULL}},
    {"flow.recorded", "about", "campaign.opened", 0, 1, {NULL}},
    {"flow.recorded", "about", "flow.recorded", 0, 1, {NULL}},
    {"flow.recorded", "source", EVIDENCE, 0, ANY, {NULL}},
    {"allocation.made", "about", "statement.adopted", 0, 1, {NULL}},
};

static const struct type_row *type_row(const char *type)
{
    for (size_t i = 0; i < DEP_COUNT(TYPES); i++)
        if (strcmp(TYPES[i].type, type) == 0)
            return &TYPES[i];
    return NULL;
}

bool dep_mandate_governs(const char *type)
{
    return type_row(type) != NULL;
}

static bool of_type(const char *type, const char *wanted)
{
    size_t len = strlen(wanted);
    return wanted[len - 1] == '.' ? strncmp(type, wanted, len) == 0 : strcmp(type, wanted) == 0;
}

static bool fits(const char *type, const char *named)
{
    if (strcmp(named, EVIDENCE) != 0)
        return of_type(type, named);
    for (size_t i = 0; i < DEP_COUNT(CLOSING); i++)
        if (of_type(type, CLOSING[i]))
            return true;
    return false;
}

bool dep_mandate_looks_at(const char *type, const char *named, const char *later)
{
    for (size_t i = 0; i < DEP_COUNT(REFS); i++)
        for (size_t j = 0; j < DEP_COUNT(REFS[i].later); j++)
            if (REFS[i].later[j] && (!later || strcmp(REFS[i].later[j], later) == 0) &&
                strcmp(REFS[i].type, type) == 0 && strcmp(REFS[i].named, named) == 0)
                return true;
    return false;
}

bool dep_mandate_goes_back(const char *type, const char *named)
{
    static const char *const rows[][2] = {{"commitment.reaffirmed", "commitment.made"},
                                          {"commitment.updated", "commitment.made"},
                                          {"commitment.updated", "statement.rendered"},
                                          {"action.updated", "action.recorded"},
                                          {"action.updated", "statement.rendered"}};
    for (size_t i = 0; i < DEP_COUNT(rows); i++)
        if (strcmp(rows[i][0], type) == 0 && strcmp(rows[i][1], named) == 0)
            return true;
    return false;
}

const struct dep_mandate_ref *mandate_ref(const struct mandate *m, const char *rel,
                                          const char *type)
{
    for (size_t i = 0; i < m->draft->ref_count; i++) {
        const struct dep_mandate_ref *ref = &m->draft->refs[i];
        if (strcmp(ref->rel, rel) == 0 && (!type || strcmp(ref->record.type, type) == 0))
            return ref;
    }
    return NULL;
}

bool mandate_has_source(const struct mandate *m)
{
    return mandate_ref(m, "source", NULL) != NULL;
}

const struct dep_mandate_record *mandate_newest(const struct mandate *m,
                                                const struct dep_mandate_ref *ref, const char *type)
{
    for (size_t i = ref->later_count; i-- > 0;) {
        const struct dep_mandate_record *later = &ref->later[i];
        if (strcmp(later->type, type) == 0 &&
            !(m->superseded && strcmp(later->id, m->superseded) == 0))
            return later;
    }
    return NULL;
}

/* What a reference of this rel may name, for who named something else. */
static void list_named(const char *type, const char *rel, char *out, size_t room)
{
    size_t len = 0;
    out[0] = 0;
    for (size_t i = 0; i < DEP_COUNT(REFS); i++) {
        const struct ref_row *row = &REFS[i];
        if (strcmp(row->type, type) != 0 || strcmp(row->rel, rel) != 0)
            continue;
        bool closing = strcmp(row->named, EVIDENCE) == 0;
        for (size_t j = 0; j < (closing ? DEP_COUNT(CLOSING) : 1) && len < room; j++)
            len += (size_t)snprintf(out + len, room - len, "%s%s", len ? ", " : "",
                                    closing ? CLOSING[j] : row->named);
    }
}

const char *dep_mandate_lacks(const char *type, const char *const *about, size_t count)
{
    for (size_t i = 0; i < DEP_COUNT(REFS); i++) {
        const struct ref_row *row = &REFS[i];
        bool there =
            row->least == 0 || strcmp(row->rel, "about") != 0 || strcmp(row->type, type) != 0;
        for (size_t j = 0; !there && j < count; j++)
            there = fits(about[j], row->named);
        if (!there)
            return row->named;
    }
    return NULL;
}

static bool may_name(const char *type, const struct dep_mandate_ref *ref)
{
    for (size_t i = 0; i < DEP_COUNT(REFS); i++)
        if (strcmp(REFS[i].type, type) == 0 && strcmp(REFS[i].rel, ref->rel) == 0 &&
            fits(ref->record.type, REFS[i].named))
            return true;
    return false;
}

/* What it corrects is the roll's affair (doc/format/record.md section 9), but for what is final. */
static int judge_correction(struct mandate *m, const struct dep_mandate_ref *ref, size_t index)
{
    if (type_row(m->draft->type)->final)
        return mandate_bad_at(m, "mandate.final", "/refs", index, "", ref->rel, "");
    if (m->superseded || strcmp(ref->record.type, m->draft->type) != 0)
        return mandate_bad_at(m, "mandate.ref.other", "/refs", index, "", ref->record.type,
                              m->draft->type);
    m->superseded = ref->record.id;
    return DEP_OK;
}

static int judge_ref(struct mandate *m, const struct dep_mandate_ref *ref, size_t index)
{
    if (!ref->here)
        return mandate_bad_at(m, "mandate.ref.absent", "/refs", index, "", ref->record.id, "");
    if (ref->corrected)
        return mandate_bad_at(m, "mandate.ref.corrected", "/refs", index, "", ref->record.id, "");
    if (strcmp(ref->rel, "supersedes") == 0)
        return judge_correction(m, ref, index);
    if (!may_name(m->draft->type, ref)) {
        char named[sizeof m->out->would_do];
        list_named(m->draft->type, ref->rel, named, sizeof named);
        return mandate_bad_at(m, "mandate.ref.other", "/refs", index, "", ref->record.type, named);
    }
    /* Evidence is only named; what the rules read of the others must be there to be read. */
    bool unread =
        strcmp(ref->rel, "about") == 0 && !ref->record.claims && !type_row(m->draft->type)->blind;
    for (size_t i = 0; i < ref->later_count; i++)
        unread = unread || !ref->later[i].claims;
    return unread ? mandate_bad_at(m, "mandate.unread", "/refs", index, "", ref->record.id, "")
                  : DEP_OK;
}

static int judge_counts(const struct mandate *m)
{
    for (size_t i = 0; i < DEP_COUNT(REFS); i++) {
        const struct ref_row *row = &REFS[i];
        size_t count = 0;
        if (strcmp(row->type, m->draft->type) != 0)
            continue;
        for (size_t j = 0; j < m->draft->ref_count; j++)
            count += strcmp(m->draft->refs[j].rel, row->rel) == 0 &&
                     fits(m->draft->refs[j].record.type, row->named);
        if (count < row->least || (row->most != ANY && count > row->most))
            return mandate_bad(m, "mandate.ref.count", "/refs", row->rel, row->named);
    }
    return DEP_OK;
}

int dep_mandate_judge(const struct dep_mandate_world *world, const struct dep_mandate_draft *draft,
                      struct dep_mandate_finding *out)
{
    struct dep_mandate_finding found = {.where = ""};
    struct mandate m = {.world = world, .draft = draft, .claims = draft->claims, .out = &found};
    const struct type_row *row = type_row(draft->type);
    int err = DEP_OK;
    for (size_t i = 0; !err && row && i < draft->ref_count; i++)
        err = judge_ref(&m, &draft->refs[i], i);
    if (!err)
        err = judge_counts(&m);
    if (!err && row)
        err = row->rule(&m);
    if (err)
        *out = found;
    return err;
}
