/*
 * Incidents, allegations, grave violations: no picture of where anyone is, no judge in their own
 * cause, no child that could be found.
 */
#include "codec/decimal.h"
#include "codec/text.h"
#include "rules/mandate_impl.h"

#include <stdio.h>
#include <string.h>

enum {
    FINEST_M = 100,
    COARSE_M = 10000, /* what may be recorded at once */
    QUIET_S = 86400,
    QUIET_H = 24,
    DEGREES_MAX = 180, /* which are latitudes, and have less, the schema knows */
};

/* ---- places ---- */

/* A degree is 111 km: each decimal is a tenth of the one before. */
static size_t decimals_of(int64_t precision_m)
{
    return precision_m < 1000 ? 3 : precision_m < 10000 ? 2 : precision_m < 100000 ? 1 : 0;
}

bool dep_place_reduce(const char *degrees, int64_t precision_m, char *out)
{
    size_t decimals, most = decimals_of(precision_m);
    if (!dep_degrees_parse(dep_slice_string(degrees), DEGREES_MAX, &decimals))
        return false;
    size_t len = strlen(degrees);
    if (decimals > most)
        len -= decimals - most + (most == 0);
    if (len >= DEP_MANDATE_REDUCED_LEN)
        return false;
    /* What is left of "-0.004" is no longer on one side. */
    bool zero = degrees[0] == '-' && strspn(degrees + 1, "0.") >= len - 1;
    memcpy(out, degrees + zero, len - zero);
    out[len - zero] = 0;
    return true;
}

static int judge_degrees(const struct mandate *m, const json_t *place, const char *name,
                         int64_t precision_m)
{
    char where[32], reduced[DEP_MANDATE_REDUCED_LEN];
    const char *degrees = dep_json_string(place, name);
    size_t decimals;
    (void)snprintf(where, sizeof where, "/place/%s", name);
    if (!degrees || !dep_degrees_parse(dep_slice_string(degrees), DEGREES_MAX, &decimals))
        return mandate_bad(m, "mandate.place", where, degrees ? degrees : "", "33.31");
    if (decimals <= decimals_of(precision_m))
        return DEP_OK;
    return mandate_bad(m, "mandate.precision", where, degrees,
                       dep_place_reduce(degrees, precision_m, reduced) ? reduced : "");
}

/* Where somebody is, or was a moment ago. */
static int judge_live(const struct mandate *m)
{
    struct dep_edtf_span when;
    const json_t *stated = dep_json_object(m->claims, "when");
    const struct dep_mandate_ref *about = mandate_ref(m, "about", "incident.reported");
    if (!stated && about) /* a correction that leaves the time as it was */
        stated = dep_json_object(about->record.claims, "when");
    return mandate_span(stated, "edtf", &when) && when.end_s != INT64_MAX &&
                   when.end_s + QUIET_S <= m->world->now_s
               ? DEP_OK
               : mandate_bad(m, "mandate.live", "/place/precision_m", "", "10000");
}

static int judge_place(const struct mandate *m)
{
    const json_t *place = dep_json_object(m->claims, "place");
    int64_t precision_m = 0;
    if (!json_object_get(place, "latitude") && !json_object_get(place, "longitude"))
        return DEP_OK;
    if (!dep_json_int(place, "precision_m", &precision_m) || precision_m < FINEST_M)
        return mandate_bad(m, "mandate.precision", "/place/precision_m", "", "100");
    int err = judge_degrees(m, place, "latitude", precision_m);
    if (!err)
        err = judge_degrees(m, place, "longitude", precision_m);
    return err || precision_m >= COARSE_M ? err : judge_live(m);
}

/* ---- incidents ---- */

static struct dep_edtf_span incident_span(const struct mandate *m)
{
    struct dep_edtf_span when;
    return mandate_span(dep_json_object(m->claims, "when"), "edtf", &when) ? when : mandate_now(m);
}

int mandate_incident(const struct mandate *m)
{
    int64_t hours;
    struct dep_edtf_span when = incident_span(m), now = mandate_now(m);
    const json_t *sources = dep_json_array(m->claims, "sources");
    int err = mandate_past(m, "when", &when);
    if (!err)
        err = mandate_code(m, "incidents", "category", &when);
    if (!err)
        err = mandate_charter_code(m, DEP_LIST_TERRITORIES, "territory", &now);
    if (!err)
        err = mandate_charter_codes(m, DEP_LIST_RECIPIENTS, "audience", &now);
    if (!err && sources && json_array_size(sources) == 0)
        err = mandate_bad(m, "mandate.sources", "/sources", "", "");
    if (!err && dep_json_int(m->claims, "publish_after_h", &hours) && hours < QUIET_H)
        err = mandate_bad(m, "mandate.delay", "/publish_after_h", "", "24");
    return err ? err : judge_place(m);
}

/* ---- less exact, for others ---- */

/* As it is known: of the report, or of what corrected it last. */
static const json_t *known_of(const struct mandate *m, const char *name)
{
    const struct dep_mandate_ref *about = mandate_ref(m, "about", "incident.reported");
    for (size_t i = about ? about->later_count : 0; i-- > 0;) {
        const json_t *later = about->later[i].claims;
        const json_t *value = strcmp(about->later[i].type, "incident.corrected") == 0 &&
                                      !mandate_is(later, "effect", "reduces")
                                  ? json_object_get(later, name)
                                  : NULL;
        if (value)
            return value;
    }
    return about ? json_object_get(about->record.claims, name) : NULL;
}

/* A date alone, cut to a day, a month or a year: beside it the time of day might stand in words. */
static int judge_reduced_when(const struct mandate *m)
{
    const json_t *when = json_object_get(m->claims, "when");
    const char *date = dep_json_string(when, "edtf");
    const char *known = dep_json_string(known_of(m, "when"), "edtf");
    char would_do[sizeof m->out->would_do] = "";
    bool same = false;
    if (!when)
        return DEP_OK;
    for (int unit = DEP_EDTF_DAY; known && unit >= DEP_EDTF_YEAR; unit--) {
        DEP_AUTO_BUF cut;
        dep_buf_init(&cut, 128);
        if (!dep_edtf_reduce(dep_slice_string(known), (enum dep_edtf_unit)unit, &cut))
            break;
        dep_buf_add_byte(&cut, 0);
        if (dep_buf_err(&cut))
            return dep_buf_err(&cut);
        same = same ||
               (date && json_object_size(when) == 1 && strcmp(date, (const char *)cut.data) == 0);
        size_t len = strlen(would_do);
        (void)snprintf(would_do + len, sizeof would_do - len, "%s%s", len ? ", " : "",
                       (const char *)cut.data);
    }
    return same ? DEP_OK : mandate_bad(m, "mandate.reduces", "/when", date ? date : "", would_do);
}

static bool is_reduced(const json_t *place, const json_t *known, const char *name,
                       int64_t precision_m)
{
    char cut[DEP_MANDATE_REDUCED_LEN];
    const char *degrees = dep_json_string(place, name), *exact = dep_json_string(known, name);
    return degrees && exact && dep_place_reduce(exact, precision_m, cut) &&
           strcmp(degrees, cut) == 0;
}

/* Degrees cut to a coarser precision, or its code alone. */
static int judge_reduced_place(const struct mandate *m)
{
    const json_t *place = json_object_get(m->claims, "place"), *known = known_of(m, "place");
    int64_t precision_m = 0, known_m = 0;
    const char *code = dep_json_string(place, "code");
    if (!place)
        return DEP_OK;
    bool degrees = dep_json_int(place, "precision_m", &precision_m) &&
                   dep_json_int(known, "precision_m", &known_m) && precision_m >= known_m &&
                   is_reduced(place, known, "latitude", precision_m) &&
                   is_reduced(place, known, "longitude", precision_m);
    bool coded = code && mandate_is(known, "code", code);
    bool same = json_object_size(place) == (degrees ? 3U : 0U) + (coded ? 1U : 0U);
    return same && (degrees || coded) ? DEP_OK
                                      : mandate_bad(m, "mandate.reduces", "/place", "", "");
}

/* Nothing but time and place, and no more of them than is known. */
static int judge_reduced(const struct mandate *m)
{
    static const char *const others[] = {"category",      "territory",      "sources",
                                         "confidence",    "audience",       "attribution",
                                         "what_happened", "publish_after_h"};
    char where[32];
    for (size_t i = 0; i < DEP_COUNT(others); i++) {
        (void)snprintf(where, sizeof where, "/%s", others[i]);
        if (json_object_get(m->claims, others[i]))
            return mandate_bad(m, "mandate.reduces", where, "", "");
    }
    int err = judge_reduced_when(m);
    return err ? err : judge_reduced_place(m);
}

int mandate_incident_corrected(const struct mandate *m)
{
    static const char *const fields[] = {
        "category",   "territory", "when",        "place",         "sources",
        "confidence", "audience",  "attribution", "what_happened", "publish_after_h"};
    bool any = mandate_is(m->claims, "effect", "retracts");
    for (size_t i = 0; i < DEP_COUNT(fields); i++)
        any = any || json_object_get(m->claims, fields[i]);
    if (!any)
        return mandate_bad(m, "mandate.empty", "/effect", "", "");
    int err = mandate_is(m->claims, "effect", "reduces") ? judge_reduced(m) : DEP_OK;
    return err ? err : mandate_incident(m);
}

/* ---- what the public is told of one ---- */

static const json_t *field_of(const json_t *claims, const json_t *first, const char *name)
{
    const json_t *own = json_object_get(claims, name);
    return own ? own : json_object_get(first, name);
}

bool dep_mandate_is_for(const json_t *claims, const json_t *first, const char *recipient)
{
    const json_t *audience = field_of(claims, first, "audience");
    return dep_json_has_string(audience, recipient) || dep_json_has_string(audience, "public");
}

static bool is_early(const json_t *claims, const json_t *first, int64_t recorded_s, int64_t now_s)
{
    struct dep_edtf_span when;
    const json_t *delay = field_of(claims, first, "publish_after_h");
    bool known =
        mandate_span(field_of(claims, first, "when"), "edtf", &when) && when.end_s != INT64_MAX;
    return (known ? when.end_s : recorded_s) + json_integer_value(delay) * 3600 > now_s;
}

/* Too exact for the public, and as much of it as there may be. */
static int tell_place(const json_t *place, struct dep_mandate_finding *out)
{
    char latitude[DEP_MANDATE_REDUCED_LEN], longitude[DEP_MANDATE_REDUCED_LEN];
    char would_do[sizeof out->would_do] = "";
    const char *north = dep_json_string(place, "latitude");
    const char *east = dep_json_string(place, "longitude");
    if (north && east && dep_place_reduce(north, COARSE_M, latitude) &&
        dep_place_reduce(east, COARSE_M, longitude))
        (void)snprintf(would_do, sizeof would_do, "latitude %s, longitude %s, precision_m %d",
                       latitude, longitude, COARSE_M);
    return mandate_tell(out, "publish.exact", "/place", "", would_do);
}

static int tell_when(const char *date, struct dep_mandate_finding *out)
{
    DEP_AUTO_BUF reduced;
    dep_buf_init(&reduced, 128);
    bool is_date = date && dep_edtf_reduce(dep_slice_string(date), DEP_EDTF_DAY, &reduced);
    return mandate_tell(out, "publish.exact", "/when", date,
                        is_date && !dep_buf_err(&reduced) ? (const char *)reduced.data : "");
}

int dep_mandate_public(const json_t *claims, const json_t *first, const json_t *fields,
                       int64_t recorded_s, int64_t now_s, struct dep_mandate_finding *out)
{
    const json_t *place = dep_json_object(claims, "place"), *when = dep_json_object(claims, "when");
    const char *date = dep_json_string(when, "edtf");
    int64_t precision_m = 0;
    (void)dep_json_int(place, "precision_m", &precision_m);
    if (!dep_json_has_string(field_of(claims, first, "audience"), "public"))
        return mandate_tell(out, "publish.audience", "/audience", "", "public");
    if (is_early(claims, first, recorded_s, now_s))
        return mandate_tell(out, "publish.early", "/publish_after_h", "", "");
    if (dep_json_has_string(fields, "place") && json_object_get(place, "latitude") &&
        precision_m < COARSE_M)
        return tell_place(place, out);
    /* Beside the date there may be the time of day in words. */
    bool day = date && json_object_size(when) == 1 &&
               dep_edtf_coarse(dep_slice_string(date), DEP_EDTF_DAY);
    return !when || day || !dep_json_has_string(fields, "when") ? DEP_OK : tell_when(date, out);
}

int mandate_coverage_stated(const struct mandate *m)
{
    struct dep_edtf_span now = mandate_now(m);
    int err = mandate_in_order(m);
    return err ? err : mandate_charter_code(m, DEP_LIST_TERRITORIES, "territory", &now);
}

/* ---- allegations ---- */

int mandate_allegation_received(const struct mandate *m)
{
    struct dep_edtf_span received, now = mandate_now(m);
    int err = mandate_span(m->claims, "received_on", &received)
                  ? mandate_past(m, "received_on", &received)
                  : DEP_OK;
    if (!err)
        err = mandate_code(m, "allegations", "kind", &now);
    if (!err)
        err = mandate_charter_code(m, DEP_LIST_TERRITORIES, "territory", &now);
    return err;
}

/* Who is concerned doesn't judge, nor does who might be. */
static int judge_assessor(const struct mandate *m, const json_t *allegation)
{
    const char *assessor = dep_json_string(m->claims, "assessor");
    const char *party = dep_json_string(allegation, "party"), *self = m->world->self;
    if (strcmp(assessor, party ? party : self) == 0)
        return mandate_bad(m, "mandate.party", "/assessor", assessor, "");
    bool own_cause = !party || strcmp(party, self) == 0;
    return !own_cause || json_object_get(m->claims, "decision_sha256")
               ? DEP_OK
               : mandate_bad(m, "mandate.decision", "/decision_sha256", "", "");
}

int mandate_allegation_assessed(const struct mandate *m)
{
    const struct dep_mandate_ref *about = mandate_ref(m, "about", "allegation.received");
    const struct dep_mandate_record *before = mandate_newest(m, about, "allegation.assessed");
    const char *outcome = dep_json_string(m->claims, "outcome");
    bool closed = before && !mandate_is(before->claims, "outcome", "reopened");
    struct dep_edtf_span on;
    int err =
        mandate_span(m->claims, "assessed_on", &on) ? mandate_past(m, "assessed_on", &on) : DEP_OK;
    if (!err)
        err = judge_assessor(m, about->record.claims);
    if (!err && closed != (strcmp(outcome, "reopened") == 0))
        err = mandate_bad(m, closed ? "mandate.closed" : "mandate.open", "/outcome", outcome,
                          closed ? "reopened" : "");
    return err;
}

/* ---- grave violations ---- */

int mandate_violation_tagged(const struct mandate *m)
{
    const char *violation = dep_json_string(m->claims, "violation");
    const char *month = dep_json_string(m->claims, "month");
    struct dep_edtf_span when = mandate_now(m), now = when;
    bool of_places = mandate_is(m->claims, "violation", "attack_school_hospital") ||
                     mandate_is(m->claims, "violation", "denial_humanitarian_access");
    bool harmed = json_array_size(dep_json_array(m->claims, "harmed")) > 0;
    int64_t count = 0;
    (void)dep_json_int(m->claims, "count", &count);
    if (!dep_edtf_coarse(dep_slice_string(month), DEP_EDTF_MONTH)) {
        DEP_AUTO_BUF reduced;
        dep_buf_init(&reduced, 128);
        bool is_date = dep_edtf_reduce(dep_slice_string(month), DEP_EDTF_MONTH, &reduced);
        return mandate_bad(m, "mandate.month", "/month", month,
                           is_date && !dep_buf_err(&reduced) ? (const char *)reduced.data : "");
    }
    (void)mandate_span(m->claims, "month", &when);
    int err = mandate_past(m, "month", &when);
    if (!err)
        err = mandate_charter_code(m, DEP_LIST_TERRITORIES, "territory", &now);
    if (!err && (harmed == of_places || (count > 0) != of_places))
        err = mandate_bad(m, "mandate.harmed", of_places ? "/count" : "/harmed", violation, "");
    if (!err && mandate_is(m->claims, "consent_to_share", "given") != mandate_has_source(m))
        err = mandate_bad(m, "mandate.consent", "/consent_to_share",
                          dep_json_string(m->claims, "consent_to_share"), "consent.given");
    return err;
}
