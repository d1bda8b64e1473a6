/*
 * Meetings and statements: who adopted what, how, and whom it binds. Nobody is bound by what
 * somebody else adopted, and nothing but the authentic text is the text.
 */
#include "rules/instrument.h"
#include "rules/mandate_impl.h"

#include <stdio.h>
#include <string.h>

/* The element of `array` whose member `name` is `value`; or NULL. */
static const json_t *element_with(const json_t *array, const char *name, const char *value)
{
    size_t i;
    json_t *each;
    json_array_foreach(array, i, each)
    {
        if (mandate_is(each, name, value))
            return each;
    }
    return NULL;
}

static const json_t *adopter_of(const json_t *statement, const char *member)
{
    return element_with(dep_json_array(statement, "adopters"), "member", member);
}

/* ---- paragraphs ---- */

int mandate_paragraph(const struct mandate *m, const json_t *statement, const char *where,
                      const char *number)
{
    char would_do[sizeof m->out->would_do] = "";
    size_t i, len = 0;
    json_t *paragraph;
    json_array_foreach(dep_json_array(statement, "paragraphs"), i, paragraph)
    {
        const char *each = dep_json_string(paragraph, "number");
        if (!each)
            continue;
        if (strcmp(each, number) == 0)
            return DEP_OK;
        if (len < sizeof would_do)
            len += (size_t)snprintf(would_do + len, sizeof would_do - len, "%s%s", len ? ", " : "",
                                    each);
    }
    return mandate_bad(m, "mandate.paragraph", where, number, would_do);
}

int mandate_paragraph_of(const struct mandate *m, const struct dep_mandate_ref *about,
                         const char *number)
{
    return about ? mandate_paragraph(m, about->record.claims, "/paragraph", number)
                 : mandate_bad(m, "mandate.ref.count", "/refs", "about", "statement.adopted");
}

/* ---- who is bound ---- */

static bool concerns(const json_t *position, const char *number)
{
    const json_t *paragraphs = dep_json_array(position, "paragraphs");
    return json_array_size(paragraphs) == 0 || (number && dep_json_has_string(paragraphs, number));
}

bool dep_mandate_binds(const json_t *statement, const struct dep_mandate_record *later,
                       size_t later_count, const char *number, const char *member)
{
    const json_t *adopter = adopter_of(statement, member);
    bool adopted = adopter != NULL, signs = false, left = false;
    for (size_t i = 0; i < later_count; i++) {
        const json_t *position = later[i].claims;
        if (strcmp(later[i].type, "statement.position") != 0)
            continue;
        /* One procedure: who breaks it breaks it for all, and not only for a paragraph. */
        if (mandate_is(position, "kind", "silence_broken") && mandate_is(adopter, "how", "silence"))
            adopted = false;
        if (!mandate_is(position, "member", member) || !concerns(position, number))
            continue;
        signs = signs || mandate_is(position, "kind", "signature");
        left = left || mandate_is(position, "kind", "dissociation");
    }
    return (adopted || signs) && !left;
}

int mandate_bound(const struct mandate *m, const struct dep_mandate_ref *about, const char *where,
                  const char *member, const char *number)
{
    const json_t *statement = about->record.claims;
    if (dep_mandate_binds(statement, about->later, about->later_count, number, member))
        return DEP_OK;
    char would_do[sizeof m->out->would_do] = "";
    size_t i, len = 0;
    json_t *adopter;
    json_array_foreach(dep_json_array(statement, "adopters"), i, adopter)
    {
        const char *each = dep_json_string(adopter, "member");
        if (len < sizeof would_do &&
            dep_mandate_binds(statement, about->later, about->later_count, number, each))
            len += (size_t)snprintf(would_do + len, sizeof would_do - len, "%s%s", len ? ", " : "",
                                    each);
    }
    return mandate_bad(m, "mandate.bound", where, member, would_do);
}

int mandate_all_bound(const struct mandate *m, const struct dep_mandate_ref *about,
                      const char *name, const char *number)
{
    const json_t *actors = dep_json_array(m->claims, name);
    char where[64];
    int err = json_array_size(actors) ? DEP_OK : mandate_bad(m, "mandate.empty", "/actors", "", "");
    for (size_t i = 0; !err && i < json_array_size(actors); i++) {
        (void)snprintf(where, sizeof where, "/%s/%zu", name, i);
        err = mandate_bound(m, about, where, json_string_value(json_array_get(actors, i)), number);
    }
    return err;
}

/* ---- meetings ---- */

static int all_members(const struct mandate *m, const char *name, const struct dep_edtf_span *span)
{
    const char *formation = dep_json_string(m->claims, "formation");
    char where[64], would_do[sizeof m->out->would_do];
    size_t i;
    json_t *member;
    (void)snprintf(where, sizeof where, "/%s", name);
    json_array_foreach(dep_json_array(m->claims, name), i, member)
    {
        const char *code = json_string_value(member);
        if (mandate_is_member(m, formation, code, span))
            continue;
        mandate_list_members(m, formation, span, would_do, sizeof would_do);
        return mandate_bad_at(m, "mandate.member", where, i, "", code, would_do);
    }
    return DEP_OK;
}

int mandate_meeting_held(const struct mandate *m)
{
    struct dep_edtf_span on = mandate_now(m);
    if (!mandate_span(m->claims, "held_on", &on))
        return DEP_OK; /* the schema's affair */
    int err = mandate_past(m, "held_on", &on);
    if (!err)
        err = mandate_code(m, "formations", "formation", &on);
    if (!err)
        err = all_members(m, "present", &on);
    return err ? err : all_members(m, "co_hosts", &on);
}

/* ---- adoption ---- */

static int judge_silence(const struct mandate *m, size_t index, const struct dep_edtf_span *on)
{
    struct dep_edtf_span until;
    const char *stated = dep_json_string(m->claims, "silence_until");
    if (!mandate_span(m->claims, "silence_until", &until))
        return mandate_bad_at(m, "mandate.silence", "/adopters", index, "how", "silence", "");
    return until.end_s <= m->world->now_s && until.earliest_s < on->end_s
               ? DEP_OK
               : mandate_bad(m, "mandate.silence", "/silence_until", stated, "");
}

static int judge_adopter(const struct mandate *m, const json_t *adopter, size_t index,
                         const struct dep_edtf_span *on)
{
    const char *member = dep_json_string(adopter, "member"), *how = dep_json_string(adopter, "how");
    const char *formation = dep_json_string(m->claims, "formation");
    const struct dep_mandate_ref *meeting = mandate_ref(m, "about", "meeting.held");
    char would_do[sizeof m->out->would_do];
    if (element_with(dep_json_array(m->claims, "adopters"), "member", member) != adopter)
        return mandate_bad_at(m, "mandate.repeated", "/adopters", index, "member", member, "");
    if (!mandate_is_member(m, formation, member, on)) {
        mandate_list_members(m, formation, on, would_do, sizeof would_do);
        return mandate_bad_at(m, "mandate.member", "/adopters", index, "member", member, would_do);
    }
    if (strcmp(how, "in_the_room") == 0 &&
        !(meeting &&
          dep_json_has_string(dep_json_array(meeting->record.claims, "present"), member)))
        return mandate_bad_at(m, "mandate.room", "/adopters", index, "how", how, "");
    if (strcmp(how, "attested") == 0 && !json_object_get(m->claims, "attestation"))
        return mandate_bad_at(m, "mandate.attestation", "/adopters", index, "how", how, "");
    if (strcmp(how, "attested") != 0 && mandate_is(m->claims, "original", "not_held"))
        return mandate_bad_at(m, "mandate.attestation", "/adopters", index, "how", how, "attested");
    return strcmp(how, "silence") == 0 ? judge_silence(m, index, on) : DEP_OK;
}

static int judge_adopters(const struct mandate *m, const struct dep_edtf_span *on)
{
    const json_t *adopters = dep_json_array(m->claims, "adopters");
    int err =
        json_array_size(adopters) ? DEP_OK : mandate_bad(m, "mandate.empty", "/adopters", "", "");
    for (size_t i = 0; !err && i < json_array_size(adopters); i++)
        err = judge_adopter(m, json_array_get(adopters, i), i, on);
    return err;
}

/* ---- the text ---- */

static int judge_languages(const struct mandate *m, bool held)
{
    size_t i, authentic = 0;
    json_t *language;
    json_array_foreach(dep_json_array(m->claims, "languages"), i, language)
    {
        bool text = json_object_get(language, "sha256");
        const char *lang = dep_json_string(language, "lang");
        authentic += dep_json_true(language, "authentic");
        if (held && dep_json_true(language, "authentic") && !text)
            return mandate_bad_at(m, "mandate.authentic", "/languages", i, "sha256", lang, "");
        if (!held && text)
            return mandate_bad_at(m, "mandate.text", "/languages", i, "sha256", lang, "");
    }
    return held && !authentic ? mandate_bad(m, "mandate.authentic", "/languages", "", "") : DEP_OK;
}

static bool is_authentic(const json_t *statement, const char *lang)
{
    return dep_json_true(element_with(dep_json_array(statement, "languages"), "lang", lang),
                         "authentic");
}

/* In each authentic language once, and in no other. */
static int judge_texts(const struct mandate *m, const json_t *paragraph, size_t index)
{
    const json_t *texts = dep_json_array(paragraph, "texts");
    const char *number = dep_json_string(paragraph, "number");
    size_t i;
    json_t *each;
    json_array_foreach(texts, i, each)
    {
        const char *lang = dep_json_string(each, "lang");
        if (!is_authentic(m->claims, lang) || element_with(texts, "lang", lang) != each)
            return mandate_bad_at(m, "mandate.text", "/paragraphs", index, "texts", lang, "");
    }
    json_array_foreach(dep_json_array(m->claims, "languages"), i, each)
    {
        const char *lang = dep_json_string(each, "lang");
        if (dep_json_true(each, "authentic") && !element_with(texts, "lang", lang))
            return mandate_bad_at(m, "mandate.text", "/paragraphs", index, "texts", number, lang);
    }
    return DEP_OK;
}

static int judge_text(const struct mandate *m)
{
    bool held = mandate_is(m->claims, "original", "held");
    const json_t *paragraphs = dep_json_array(m->claims, "paragraphs");
    if (!held && !json_object_get(m->claims, "why_not_held"))
        return mandate_bad(m, "mandate.reason", "/why_not_held", "", "");
    int err = judge_languages(m, held);
    if (!err && json_array_size(paragraphs) == 0)
        err = mandate_bad(m, "mandate.empty", "/paragraphs", "", "");
    for (size_t i = 0; !err && i < json_array_size(paragraphs); i++) {
        const json_t *paragraph = json_array_get(paragraphs, i);
        const char *number = dep_json_string(paragraph, "number");
        if (element_with(paragraphs, "number", number) != paragraph)
            err = mandate_bad_at(m, "mandate.repeated", "/paragraphs", i, "number", number, "");
        else if (held)
            err = judge_texts(m, paragraph, i);
        else if (json_array_size(dep_json_array(paragraph, "texts")))
            err = mandate_bad_at(m, "mandate.text", "/paragraphs", i, "texts", number, "");
    }
    return err;
}

static int judge_citations(const struct mandate *m)
{
    size_t i;
    json_t *citation;
    json_array_foreach(dep_json_array(m->claims, "citations"), i, citation)
    {
        const char *instrument = dep_json_string(citation, "instrument");
        char where[64];
        (void)snprintf(where, sizeof where, "/citations/%zu/paragraph", i);
        int err = mandate_paragraph(m, m->claims, where, dep_json_string(citation, "paragraph"));
        if (err)
            return err;
        if (dep_instrument_valid(dep_slice_string(instrument)))
            continue;
        DEP_AUTO_BUF proposal;
        dep_buf_init(&proposal, DEP_INSTRUMENT_LEN_MAX);
        bool proposed = dep_instrument_propose(dep_slice_string(instrument), &proposal) &&
                        dep_buf_err(&proposal) == DEP_OK;
        return mandate_bad_at(m, "mandate.instrument", "/citations", i, "instrument", instrument,
                              proposed ? (const char *)proposal.data : "un:S/RES/2254");
    }
    return DEP_OK;
}

int mandate_statement_adopted(const struct mandate *m)
{
    const struct dep_mandate_ref *meeting = mandate_ref(m, "about", "meeting.held");
    const char *formation = dep_json_string(m->claims, "formation");
    struct dep_edtf_span on;
    if (!mandate_span(m->claims, "adopted_on", &on))
        return DEP_OK; /* the schema's affair */
    int err = mandate_past(m, "adopted_on", &on);
    if (!err)
        err = mandate_code(m, "formations", "formation", &on);
    if (!err && meeting && !mandate_is(meeting->record.claims, "formation", formation))
        err = mandate_bad(m, "mandate.formation", "/formation", formation,
                          dep_json_string(meeting->record.claims, "formation"));
    if (!err)
        err = judge_adopters(m, &on);
    if (!err)
        err = judge_text(m);
    return err ? err : judge_citations(m);
}

/* ---- positions ---- */

static int judge_signature(const struct mandate *m, const char *member)
{
    const json_t *side = dep_json_object(m->claims, "side");
    bool own = strcmp(member, m->world->self) == 0;
    bool signs = mandate_is(side, "state", "signed") && own;
    bool paper = mandate_is(side, "state", "on_paper") && json_object_get(side, "scan_sha256");
    const char *state = dep_json_string(side, "state");
    return signs || paper
               ? DEP_OK
               : mandate_bad(m, "mandate.side", "/side", state ? state : "",
                             own ? "signed, on_paper + scan_sha256" : "on_paper + scan_sha256");
}

/* By a member, whether or not it was taken for one of those that kept silent. */
static int judge_broken(const struct mandate *m, const json_t *statement,
                        const struct dep_edtf_span *on)
{
    struct dep_edtf_span until;
    const char *stated = dep_json_string(m->claims, "stated_on");
    if (!element_with(dep_json_array(statement, "adopters"), "how", "silence") ||
        !mandate_span(statement, "silence_until", &until))
        return mandate_bad(m, "mandate.silence", "/kind", "silence_broken", "");
    return on->earliest_s < until.end_s ? DEP_OK
                                        : mandate_bad(m, "mandate.silence", "/stated_on", stated,
                                                      dep_json_string(statement, "silence_until"));
}

static int judge_kind(const struct mandate *m, const json_t *statement,
                      const struct dep_edtf_span *on)
{
    const char *kind = dep_json_string(m->claims, "kind");
    const char *member = dep_json_string(m->claims, "member");
    const char *formation = dep_json_string(statement, "formation");
    struct dep_edtf_span adopted = *on;
    (void)mandate_span(statement, "adopted_on", &adopted);
    if (strcmp(kind, "reservation") == 0 && !adopter_of(statement, member))
        return mandate_bad(m, "mandate.bound", "/member", member, "");
    bool signature = strcmp(kind, "signature") == 0;
    if (!mandate_is_member(m, formation, member, signature ? on : &adopted))
        return mandate_bad(m, "mandate.member", "/member", member, "");
    if (signature)
        return judge_signature(m, member);
    if (strcmp(kind, "silence_broken") == 0)
        return judge_broken(m, statement, on);
    return json_object_get(m->claims, "text") ? DEP_OK
                                              : mandate_bad(m, "mandate.reason", "/text", "", "");
}

int mandate_statement_position(const struct mandate *m)
{
    const json_t *statement = mandate_ref(m, "about", "statement.adopted")->record.claims;
    const json_t *paragraphs = dep_json_array(m->claims, "paragraphs");
    struct dep_edtf_span on;
    if (!mandate_span(m->claims, "stated_on", &on))
        return DEP_OK; /* the schema's affair */
    int err = mandate_past(m, "stated_on", &on);
    for (size_t i = 0; !err && i < json_array_size(paragraphs); i++) {
        char where[64];
        (void)snprintf(where, sizeof where, "/paragraphs/%zu", i);
        err = mandate_paragraph(m, statement, where,
                                json_string_value(json_array_get(paragraphs, i)));
    }
    return err ? err : judge_kind(m, statement, &on);
}

/* ---- renderings ---- */

/* Each of the array `name` is about a paragraph of the statement; texts are in the language of the
 * rendering. */
static int judge_rendered(const struct mandate *m, const json_t *statement, const char *name,
                          const char *member)
{
    const char *lang = dep_json_string(m->claims, "lang");
    char where[64];
    size_t i, j;
    json_t *each, *text;
    json_array_foreach(dep_json_array(m->claims, name), i, each)
    {
        (void)snprintf(where, sizeof where, "/%s/%zu/%s", name, i, member);
        int err = mandate_paragraph(m, statement, where, dep_json_string(each, member));
        if (err)
            return err;
        json_array_foreach(dep_json_array(each, "texts"), j, text)
        {
            (void)snprintf(where, sizeof where, "/%s/%zu/texts/%zu/lang", name, i, j);
            if (!mandate_is(text, "lang", lang))
                return mandate_bad(m, "mandate.text", where, dep_json_string(text, "lang"), lang);
        }
    }
    return DEP_OK;
}

int mandate_statement_rendered(const struct mandate *m)
{
    const json_t *statement = mandate_ref(m, "about", "statement.adopted")->record.claims;
    const char *original = dep_json_string(m->claims, "original");
    const char *lang = dep_json_string(m->claims, "lang");
    if (!mandate_is(statement, "original", original))
        return mandate_bad(m, "mandate.original", "/original", original,
                           dep_json_string(statement, "original"));
    if (mandate_is(m->claims, "kind", "translation") && is_authentic(statement, lang))
        return mandate_bad(m, "mandate.authentic", "/lang", lang, "");
    int err = judge_rendered(m, statement, "paragraphs", "number");
    return err ? err : judge_rendered(m, statement, "differs", "paragraph");
}

/* ---- intentions ---- */

int mandate_intention_stated(const struct mandate *m)
{
    const struct dep_mandate_ref *about = mandate_ref(m, "about", "statement.adopted");
    const char *number = dep_json_string(m->claims, "paragraph");
    int err = number ? mandate_paragraph_of(m, about, number) : DEP_OK;
    return err || !about ? err : mandate_all_bound(m, about, "actors", number);
}
