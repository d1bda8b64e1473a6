/*
 * Commitments, actions, intentions: counted once, closed only with evidence.
 */
#include "rules/instrument.h"
#include "rules/mandate_impl.h"

#include <stdio.h>
#include <string.h>

static bool refers(const json_t *claims, const char *rel, const char *id)
{
    size_t i;
    json_t *ref;
    json_array_foreach(dep_json_array(claims, "refs"), i, ref)
    {
        if (mandate_is(ref, "rel", rel) && mandate_is(ref, "id", id))
            return true;
    }
    return false;
}

/* Also where it refers to what was corrected since. */
static bool refers_to(const json_t *claims, const struct dep_mandate_ref *ref)
{
    bool found = refers(claims, "about", ref->record.id);
    for (size_t i = 0; i < ref->before_count; i++)
        found = found || refers(claims, "about", ref->before[i]);
    return found;
}

/* Was or is the statement from which `drawn` comes the one of this id? */
static bool is_version(const struct dep_mandate_ref *drawn, const char *id)
{
    for (size_t i = 0; id && i < drawn->version_count; i++)
        if (strcmp(drawn->versions[i], id) == 0)
            return true;
    return false;
}

/* ---- commitments ---- */

/* A paragraph that says again what another statement said holds no new commitment. */
static int judge_reaffirms(const struct mandate *m, const json_t *statement, const char *number)
{
    size_t i;
    json_t *citation;
    json_array_foreach(dep_json_array(statement, "citations"), i, citation)
    {
        const char *instrument = dep_json_string(citation, "instrument");
        if (mandate_is(citation, "paragraph", number) &&
            mandate_is(citation, "verb", "reaffirms") &&
            dep_instrument_record(dep_slice_string(instrument)).len)
            return mandate_bad(m, "mandate.reaffirms", "/paragraph", number,
                               "commitment.reaffirmed");
    }
    return DEP_OK;
}

static bool share_an_actor(const json_t *a, const json_t *b)
{
    size_t i;
    json_t *actor;
    json_array_foreach(dep_json_array(a, "actors"), i, actor)
    {
        if (dep_json_has_string(dep_json_array(b, "actors"), json_string_value(actor)))
            return true;
    }
    return false;
}

static int judge_again(const struct mandate *m, const struct dep_mandate_ref *about)
{
    for (size_t i = 0; i < about->later_count; i++) {
        const struct dep_mandate_record *other = &about->later[i];
        if (strcmp(other->type, "commitment.made") != 0 ||
            (m->superseded && strcmp(other->id, m->superseded) == 0))
            continue;
        if (mandate_is(other->claims, "paragraph", dep_json_string(m->claims, "paragraph")) &&
            mandate_is(dep_json_object(other->claims, "text"), "text",
                       dep_json_string(dep_json_object(m->claims, "text"), "text")) &&
            share_an_actor(m->claims, other->claims))
            return mandate_bad(m, "mandate.again", "/text", "", other->id);
    }
    return DEP_OK;
}

int mandate_commitment_made(const struct mandate *m)
{
    const struct dep_mandate_ref *about = mandate_ref(m, "about", "statement.adopted");
    const json_t *statement = about->record.claims;
    const char *number = dep_json_string(m->claims, "paragraph");
    struct dep_edtf_span adopted = mandate_now(m);
    (void)mandate_span(statement, "adopted_on", &adopted);
    int err = mandate_paragraph_of(m, about, number);
    if (!err)
        err = mandate_all_bound(m, about, "actors", number);
    if (!err)
        err = mandate_charter_code(m, DEP_LIST_LINES, "line", &adopted);
    if (!err)
        err = judge_reaffirms(m, statement, number);
    return err ? err : judge_again(m, about);
}

/* Another statement than its own, adopted no earlier. */
static int judge_later(const struct mandate *m, const struct dep_mandate_ref *commitment,
                       const struct dep_mandate_ref *about)
{
    struct dep_edtf_span first, again;
    if (is_version(commitment, about->record.id))
        return mandate_bad(m, "mandate.own", "/refs", about->record.id, "");
    if (!commitment->statement.claims)
        return mandate_bad(m, "mandate.unread", "/refs", commitment->record.id, "");
    return mandate_span(commitment->statement.claims, "adopted_on", &first) &&
                   mandate_span(about->record.claims, "adopted_on", &again) &&
                   again.end_s <= first.earliest_s
               ? mandate_bad(m, "mandate.earlier", "/refs",
                             dep_json_string(about->record.claims, "adopted_on"),
                             dep_json_string(commitment->statement.claims, "adopted_on"))
               : DEP_OK;
}

int mandate_commitment_reaffirmed(const struct mandate *m)
{
    const struct dep_mandate_ref *commitment = mandate_ref(m, "about", "commitment.made");
    const struct dep_mandate_ref *about = mandate_ref(m, "about", "statement.adopted");
    const char *number = dep_json_string(m->claims, "paragraph");
    int err = mandate_paragraph_of(m, about, number);
    if (!err)
        err = judge_later(m, commitment, about);
    for (size_t i = 0; !err && i < commitment->later_count; i++) {
        const struct dep_mandate_record *other = &commitment->later[i];
        if (strcmp(other->type, "commitment.reaffirmed") == 0 &&
            !(m->superseded && strcmp(other->id, m->superseded) == 0) &&
            mandate_is(other->claims, "paragraph", number) && refers_to(other->claims, about))
            err = mandate_bad(m, "mandate.again", "/paragraph", number, other->id);
    }
    return err;
}

/* ---- status ---- */

bool dep_mandate_closes(const char *status)
{
    static const char *const closing[] = {"fulfilled", "completed", "withdrawn", "cancelled"};
    for (size_t i = 0; i < DEP_COUNT(closing); i++)
        if (status && strcmp(closing[i], status) == 0)
            return true;
    return false;
}

/* The statement in which it stands, however it is rendered, is no proof that it was done. */
static int judge_evidence(const struct mandate *m, const struct dep_mandate_ref *about,
                          const char *status)
{
    for (size_t i = 0; i < m->draft->ref_count; i++) {
        const struct dep_mandate_ref *ref = &m->draft->refs[i];
        if (strcmp(ref->rel, "source") == 0 && !is_version(about, ref->record.id) &&
            !is_version(about, ref->statement.id))
            return DEP_OK;
    }
    return mandate_bad(m, "mandate.evidence", "/status", status, "");
}

static int need(const struct mandate *m, const char *name)
{
    char where[64];
    (void)snprintf(where, sizeof where, "/%s", name);
    return json_object_get(m->claims, name) ? DEP_OK
                                            : mandate_bad(m, "mandate.reason", where, "", "");
}

static int judge_progress(const struct mandate *m, const struct dep_mandate_ref *about,
                          const char *interrupted_needs)
{
    const char *status = dep_json_string(m->claims, "status");
    const struct dep_mandate_record *before = mandate_newest(m, about, m->draft->type);
    bool closed = before && dep_mandate_closes(dep_json_string(before->claims, "status"));
    bool reopens = strcmp(status, "reopened") == 0;
    struct dep_edtf_span as_of;
    int err = mandate_span(m->claims, "as_of", &as_of) ? mandate_past(m, "as_of", &as_of) : DEP_OK;
    if (!err && closed != reopens)
        err = mandate_bad(m, closed ? "mandate.closed" : "mandate.open", "/status", status,
                          closed ? "reopened" : "");
    if (err)
        return err;
    if (strcmp(status, "fulfilled") == 0 || strcmp(status, "completed") == 0)
        return judge_evidence(m, about, status);
    if (strcmp(status, "interrupted") == 0)
        return need(m, interrupted_needs);
    return strcmp(status, "under_way") == 0 ? DEP_OK : need(m, "reason");
}

int mandate_commitment_updated(const struct mandate *m)
{
    return judge_progress(m, mandate_ref(m, "about", "commitment.made"), "reason");
}

/* ---- actions ---- */

static int judge_lead(const struct mandate *m, const char *name)
{
    const char *lead = dep_json_string(m->claims, name);
    struct dep_edtf_span now = mandate_now(m);
    return mandate_is_member(m, NULL, lead, &now)
               ? DEP_OK
               : mandate_bad(m, "mandate.member", "/lead", lead, "");
}

int mandate_action_recorded(const struct mandate *m)
{
    const struct dep_mandate_ref *statement = mandate_ref(m, "about", "statement.adopted");
    const struct dep_mandate_ref *commitment = mandate_ref(m, "about", "commitment.made");
    const char *number = dep_json_string(m->claims, "paragraph");
    const char *lead = dep_json_string(m->claims, "lead");
    struct dep_edtf_span at = mandate_now(m);
    if ((statement != NULL) == (commitment != NULL))
        return mandate_bad(m, "mandate.ref.count", "/refs", "about",
                           "statement.adopted, commitment.made");
    if (statement)
        (void)mandate_span(statement->record.claims, "adopted_on", &at);
    int err = mandate_charter_code(m, DEP_LIST_LINES, "line", &at);
    if (err || commitment)
        return err ? err : judge_lead(m, "lead");
    if (!number)
        return mandate_bad(m, "mandate.paragraph", "/paragraph", "", "");
    err = mandate_paragraph_of(m, statement, number);
    return err ? err : mandate_bound(m, statement, "/lead", lead, number);
}

int mandate_action_updated(const struct mandate *m)
{
    int err = judge_progress(m, mandate_ref(m, "about", "action.recorded"), "continuity");
    if (err || !json_object_get(m->claims, "lead"))
        return err;
    err = judge_lead(m, "lead");
    return err ? err : need(m, "continuity");
}

/* ---- intentions ---- */

int mandate_intention_resolved(const struct mandate *m)
{
    const struct dep_mandate_ref *about = mandate_ref(m, "about", "intention.stated");
    const char *outcome = dep_json_string(m->claims, "outcome");
    struct dep_edtf_span on;
    int err =
        mandate_span(m->claims, "resolved_on", &on) ? mandate_past(m, "resolved_on", &on) : DEP_OK;
    if (!err && mandate_newest(m, about, "intention.resolved"))
        err = mandate_bad(m, "mandate.closed", "/outcome", outcome, "");
    if (err)
        return err;
    if (strcmp(outcome, "carried_out") != 0)
        return need(m, "reason");
    return mandate_has_source(m) ? DEP_OK
                                 : mandate_bad(m, "mandate.evidence", "/outcome", outcome, "");
}
