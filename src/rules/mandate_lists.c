/*
 * Dates, codes and members: what varies by document and date, and who may do something at one.
 */
#include "rules/mandate_impl.h"

#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400, AHEAD_MOST_S = 14 * 3600 /* where the day begins first */ };

/* ---- dates ---- */

bool mandate_span(const json_t *claims, const char *name, struct dep_edtf_span *out)
{
    const char *text = dep_json_string(claims, name);
    return text && dep_edtf_span_of(dep_slice_string(text), out);
}

struct dep_edtf_span mandate_now(const struct mandate *m)
{
    return (struct dep_edtf_span){m->world->now_s, m->world->now_s + 1};
}

bool mandate_has_come(const struct mandate *m, const struct dep_edtf_span *span)
{
    return span->earliest_s <= m->world->now_s + AHEAD_MOST_S;
}

int mandate_past(const struct mandate *m, const char *name, const struct dep_edtf_span *span)
{
    char where[64];
    (void)snprintf(where, sizeof where, "/%s", name);
    return mandate_has_come(m, span)
               ? DEP_OK
               : mandate_bad(m, "mandate.future", where, dep_json_string(m->claims, name), "");
}

struct dep_interval dep_mandate_time(const json_t *claims)
{
    struct dep_interval time = {INT64_MIN, INT64_MAX};
    struct dep_edtf_span span;
    if (mandate_span(claims, "from", &span))
        time.from_s = span.earliest_s;
    /* The day that `to` names, the last one it may mean, no longer belongs to it. */
    if (mandate_span(claims, "to", &span) && span.end_s != INT64_MAX)
        time.to_s = span.end_s - span.earliest_s > DAY_S ? span.end_s - DAY_S : span.earliest_s;
    return time;
}

int mandate_in_order(const struct mandate *m)
{
    struct dep_interval time = dep_mandate_time(m->claims);
    return time.from_s < time.to_s
               ? DEP_OK
               : mandate_bad(m, "mandate.order", "/to", dep_json_string(m->claims, "to"), "");
}

static bool meets(const struct dep_interval *time, const struct dep_edtf_span *span)
{
    return time->from_s < span->end_s && span->earliest_s < time->to_s;
}

/* ---- codes ---- */

/* "a, b, …" as far as there is room. */
static void add_name(char *out, size_t room, const char *name)
{
    size_t len = strlen(out);
    if (len + strlen(name) + sizeof ", , …" < room)
        (void)snprintf(out + len, room - len, "%s%s", len ? ", " : "", name);
    else if (len > 3 && strcmp(out + len - 3, "…") != 0)
        (void)snprintf(out + len, room - len, ", …");
}

int mandate_code(const struct mandate *m, const char *list, const char *name,
                 const struct dep_edtf_span *span)
{
    const char *code = dep_json_string(m->claims, name);
    char where[64], would_do[sizeof m->out->would_do] = "";
    if (!code)
        return DEP_OK;
    for (size_t i = 0; i < m->world->code_count; i++) {
        const struct dep_mandate_code *each = &m->world->codes[i];
        if (strcmp(each->list, list) != 0 || !meets(&each->time, span))
            continue;
        if (strcmp(each->code, code) == 0)
            return DEP_OK;
        add_name(would_do, sizeof would_do, each->code);
    }
    (void)snprintf(where, sizeof where, "/%s", name);
    return mandate_bad(m, "mandate.code", where, code, would_do);
}

static int charter_code(const struct mandate *m, enum dep_list list, const char *where,
                        const char *code, const struct dep_edtf_span *span)
{
    const struct dep_charter *charter = m->world->charter;
    char would_do[sizeof m->out->would_do] = "";
    bool ended = false;
    for (size_t i = 0; i < dep_charter_code_count(charter, list); i++) {
        const struct dep_charter_code *each = dep_charter_code_at(charter, list, i);
        bool same = strcmp(each->code, code) == 0, now = meets(&each->in_list, span);
        if (same && now)
            return DEP_OK;
        ended = ended || same;
        if (now)
            add_name(would_do, sizeof would_do, each->code);
    }
    return mandate_bad(m, ended ? "stated.code.ended" : "stated.code", where, code, would_do);
}

int mandate_charter_code(const struct mandate *m, enum dep_list list, const char *name,
                         const struct dep_edtf_span *span)
{
    const char *code = dep_json_string(m->claims, name);
    char where[64];
    (void)snprintf(where, sizeof where, "/%s", name);
    return code ? charter_code(m, list, where, code, span) : DEP_OK;
}

int mandate_charter_codes(const struct mandate *m, enum dep_list list, const char *name,
                          const struct dep_edtf_span *span)
{
    size_t i;
    json_t *code;
    json_array_foreach(dep_json_array(m->claims, name), i, code)
    {
        char where[64];
        (void)snprintf(where, sizeof where, "/%s/%zu", name, i);
        int err = charter_code(m, list, where, json_string_value(code), span);
        if (err)
            return err;
    }
    return DEP_OK;
}

/* ---- members ---- */

static bool in_federation(const struct mandate *m, const char *member,
                          const struct dep_edtf_span *span)
{
    int place = dep_charter_member_find(m->world->charter, member);
    return place >= 0 &&
           meets(&dep_charter_member_at(m->world->charter, (size_t)place)->membership, span);
}

bool mandate_is_member(const struct mandate *m, const char *formation, const char *member,
                       const struct dep_edtf_span *span)
{
    for (size_t i = 0; i < m->world->member_count; i++) {
        const struct dep_mandate_member *each = &m->world->members[i];
        if (strcmp(each->member, member) == 0 && meets(&each->time, span) &&
            (!formation || strcmp(each->formation, formation) == 0))
            return true;
    }
    return !formation && in_federation(m, member, span);
}

void mandate_list_members(const struct mandate *m, const char *formation,
                          const struct dep_edtf_span *span, char *out, size_t room)
{
    out[0] = 0;
    for (size_t i = 0; i < m->world->member_count; i++) {
        const struct dep_mandate_member *each = &m->world->members[i];
        if (strcmp(each->formation, formation) == 0 && meets(&each->time, span))
            add_name(out, room, each->member);
    }
}

/* ---- the records that state them ---- */

int mandate_code_stated(const struct mandate *m)
{
    const char *list = dep_json_string(m->claims, "list"),
               *code = dep_json_string(m->claims, "code");
    struct dep_interval time = dep_mandate_time(m->claims);
    int err = mandate_in_order(m);
    for (size_t i = 0; !err && i < m->world->code_count; i++) {
        const struct dep_mandate_code *each = &m->world->codes[i];
        bool corrected = m->superseded && strcmp(each->id, m->superseded) == 0;
        if (!corrected && strcmp(each->list, list) == 0 && strcmp(each->code, code) == 0 &&
            time.from_s < each->time.to_s && each->time.from_s < time.to_s)
            err = mandate_bad(m, "mandate.code.again", "/code", code, "");
    }
    return err;
}

/* A time in force as a span, to look for what is in force at some moment of it. */
static struct dep_edtf_span span_of(struct dep_interval time)
{
    return (struct dep_edtf_span){time.from_s, time.to_s};
}

int mandate_membership_stated(const struct mandate *m)
{
    bool member = json_object_get(m->claims, "member"), count = json_object_get(m->claims, "count");
    struct dep_edtf_span span = span_of(dep_mandate_time(m->claims));
    int err = mandate_in_order(m);
    if (!err && member == count)
        err = mandate_bad(m, "mandate.count", member ? "/count" : "/member", "", "");
    return err ? err : mandate_code(m, "formations", "formation", &span);
}

int mandate_office_stated(const struct mandate *m)
{
    const char *member = dep_json_string(m->claims, "member");
    struct dep_edtf_span span = span_of(dep_mandate_time(m->claims));
    int err = mandate_in_order(m);
    return err || mandate_is_member(m, NULL, member, &span)
               ? err
               : mandate_bad(m, "mandate.member", "/member", member, "");
}

/* ---- dispatches and partners ---- */

int mandate_dispatch_sent(const struct mandate *m)
{
    const char *sender = dep_json_string(m->claims, "sender");
    struct dep_edtf_span now = mandate_now(m), sent = now, review = now;
    if (!mandate_span(m->claims, "sent_on", &sent) ||
        !mandate_span(m->claims, "review_on", &review))
        return DEP_OK; /* the schema's affair */
    int err = mandate_past(m, "sent_on", &sent);
    if (!err && review.end_s <= sent.end_s)
        err = mandate_bad(m, "mandate.order", "/review_on", dep_json_string(m->claims, "review_on"),
                          "");
    if (!err && !mandate_is_member(m, NULL, sender, &sent))
        err = mandate_charter_code(m, DEP_LIST_RECIPIENTS, "sender", &now);
    if (!err)
        err = mandate_charter_codes(m, DEP_LIST_RECIPIENTS, "recipients", &now);
    if (!err && json_array_size(dep_json_array(m->claims, "recipients")) == 0)
        err = mandate_bad(m, "mandate.empty", "/recipients", "", "");
    if (!err)
        err = mandate_charter_codes(m, DEP_LIST_HANDLING, "restrictions", &now);
    if (!err)
        err = mandate_charter_code(m, DEP_LIST_PURPOSES, "purpose", &now);
    return err ? err : mandate_charter_code(m, DEP_LIST_LINES, "line", &sent);
}

int mandate_partner_related(const struct mandate *m)
{
    const char *partner = dep_json_string(m->claims, "partner");
    const char *number = dep_json_string(m->claims, "paragraph");
    const struct dep_mandate_ref *about = mandate_ref(m, "about", "statement.adopted");
    struct dep_edtf_span span = span_of(dep_mandate_time(m->claims));
    int err = mandate_in_order(m);
    if (!err && mandate_is_member(m, NULL, partner, &span))
        err = mandate_bad(m, "mandate.partner", "/partner", partner, "");
    if (!err)
        err = mandate_code(m, "initiatives", "kind", &span);
    return err || !number ? err : mandate_paragraph_of(m, about, number);
}
