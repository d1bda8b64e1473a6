/*
 * What one record says, as a fact for the judge. Whatever isn't said in so many words gives
 * nothing: a code that the charter doesn't list, an empty list, a side that refused.
 */
#include "rules/fact.h"

#include "codec/text.h"

#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

static int malformed(struct dep_finding *why)
{
    return dep_found(why, "fact.form", CLAUSE, 0);
}

static int nothing(struct dep_finding *why)
{
    return dep_found(why, "fact.none", CLAUSE, 0);
}

static bool time_of(const json_t *object, const char *name, int64_t open, int64_t *out)
{
    const json_t *value = json_object_get(object, name);
    if (!value) {
        *out = open;
        return true;
    }
    return json_is_string(value) &&
           dep_time_parse(dep_slice_string(json_string_value(value)), out, NULL);
}

bool dep_interval_parse(const json_t *interval, struct dep_interval *out)
{
    struct dep_interval read;
    if (!json_is_object(interval) || !json_object_get(interval, "from") ||
        !time_of(interval, "from", 0, &read.from_s) ||
        !time_of(interval, "to", INT64_MAX, &read.to_s))
        return false;
    *out = read;
    return true;
}

/* Codes of a list as a set. "any" (said expressly, alone: beside others it would be a guess which
 * is meant) goes to `any`; where that is NULL it is a code like others, which no list has. */
static bool codes_of(const struct dep_charter *charter, enum dep_list list, const json_t *array,
                     struct dep_codes *out, bool *any)
{
    size_t i;
    json_t *element;
    if (!json_is_array(array))
        return false;
    json_array_foreach(array, i, element)
    {
        const char *code = json_string_value(element);
        if (!code)
            return false;
        int place = dep_charter_code_find(charter, list, code);
        if (place >= 0) {
            dep_codes_add(out, place);
        } else if (any && strcmp(code, "any") == 0) {
            if (json_array_size(array) != 1)
                return false;
            *any = true;
        }
    }
    return true;
}

static bool code_of(const struct dep_charter *charter, enum dep_list list, const char *code,
                    struct dep_codes *out)
{
    int place = dep_charter_code_find(charter, list, code);
    if (place >= 0)
        dep_codes_add(out, place);
    return place >= 0;
}

static int scope_of(const struct dep_fact_reader *reader, const json_t *scope, struct dep_fact *out,
                    struct dep_finding *why)
{
    const char *kind = dep_json_string(scope, "kind");
    const char *id = dep_json_string(scope, "id");
    if (!kind)
        return malformed(why);
    if (strcmp(kind, "all") == 0) {
        out->scope_kind = DEP_SCOPE_ALL;
        return id ? malformed(why) : DEP_OK;
    }
    if (!id || !id[0])
        return malformed(why);
    out->scope_kind = strcmp(kind, "case") == 0 ? DEP_SCOPE_CASE : DEP_SCOPE_ITEM;
    return dep_names_add(reader->names, id, &out->scope);
}

static int begin(const struct dep_fact_reader *reader, const struct dep_fact_source *source,
                 enum dep_fact_kind kind, struct dep_fact *out)
{
    *out = (struct dep_fact){.kind = kind,
                             .record = source->record,
                             .index = source->index,
                             .recorded_s = source->recorded_s,
                             .withdrawn_s = INT64_MAX,
                             .status_s = INT64_MIN};
    return dep_names_add(reader->names, source->by, &out->by);
}

/* A side that refused, or could not be reached, gave nothing. */
static int side_of(const json_t *side, bool *out_on_paper, struct dep_finding *why)
{
    const char *state = dep_json_string(side, "state");
    if (!state)
        return malformed(why);
    *out_on_paper = strcmp(state, "on_paper") == 0;
    return *out_on_paper || strcmp(state, "signed") == 0 ? DEP_OK : nothing(why);
}

/* ---- requests ---- */

int dep_fact_of_request(const struct dep_fact_reader *reader, const struct dep_fact_source *source,
                        const json_t *claims, struct dep_fact *out, struct dep_finding *why)
{
    struct dep_fact fact;
    int err = begin(reader, source, DEP_FACT_REQUEST, &fact);
    if (err)
        return err;
    const char *direction = dep_json_string(claims, "direction");
    if (!direction)
        return malformed(why);
    if (strcmp(direction, "in") != 0)
        return nothing(why);
    const char *line = dep_json_string(claims, "line");
    fact.any_line = line == NULL;
    fact.in_force.from_s = INT64_MIN;
    if (!time_of(claims, "deadline", INT64_MAX, &fact.in_force.to_s))
        return malformed(why);
    if (!code_of(reader->charter, DEP_LIST_RECIPIENTS, dep_json_string(claims, "from"),
                 &fact.recipients) ||
        !code_of(reader->charter, DEP_LIST_PURPOSES, dep_json_string(claims, "purpose"),
                 &fact.purposes) ||
        (line && !code_of(reader->charter, DEP_LIST_LINES, line, &fact.lines)))
        return nothing(why);
    err = scope_of(reader, dep_json_object(claims, "scope"), &fact, why);
    if (!err)
        *out = fact;
    return err;
}

/* ---- consents ---- */

static int grantor_of(const struct dep_fact_reader *reader, const struct dep_fact_source *source,
                      const json_t *terms, bool on_paper, struct dep_fact *out,
                      struct dep_finding *why)
{
    const char *layer = dep_json_string(terms, "layer");
    const char *grantor = dep_json_string(terms, "grantor");
    if (!layer)
        return malformed(why);
    if (strcmp(layer, "source") == 0) {
        /* Given to an officer of that member, and withdrawn there: no other register knows
         * better. */
        out->layer = DEP_LAYER_SOURCE;
        out->own = strcmp(source->iss, reader->member) == 0;
        out->on_paper = on_paper;
        return DEP_OK;
    }
    if (!grantor)
        return malformed(why);
    out->layer = strcmp(layer, "host") == 0 ? DEP_LAYER_HOST : DEP_LAYER_ORIGINATOR;
    out->own = strcmp(grantor, reader->member) == 0;
    /* Whatever its side says: an officer of one member can't sign for another. */
    out->on_paper = on_paper || strcmp(source->iss, grantor) != 0;
    return dep_names_add(reader->names, grantor, &out->grantor);
}

static unsigned actions_of(const json_t *array)
{
    size_t i;
    json_t *element;
    unsigned actions = 0;
    json_array_foreach(array, i, element)
    {
        const char *name = json_string_value(element);
        actions |= name ? dep_action_kind_parse(name) : 0;
    }
    return actions;
}

static bool terms_of(const struct dep_charter *charter, const json_t *terms, struct dep_fact *out)
{
    const json_t *handling = dep_json_array(terms, "handling");
    out->actions = actions_of(dep_json_array(terms, "actions"));
    return codes_of(charter, DEP_LIST_RECIPIENTS, dep_json_array(terms, "recipients"),
                    &out->recipients, &out->any_recipient) &&
           codes_of(charter, DEP_LIST_PURPOSES, dep_json_array(terms, "purposes"), &out->purposes,
                    &out->any_purpose) &&
           codes_of(charter, DEP_LIST_LINES, dep_json_array(terms, "lines"), &out->lines,
                    &out->any_line) &&
           codes_of(charter, DEP_LIST_TERRITORIES, dep_json_array(terms, "territories"),
                    &out->territories, &out->any_territory) &&
           (!handling || codes_of(charter, DEP_LIST_HANDLING, handling, &out->handling, NULL)) &&
           dep_interval_parse(dep_json_object(terms, "in_force"), &out->in_force);
}

static unsigned shown_of(const json_t *session)
{
    const json_t *shown = dep_json_object(session, "shown");
    unsigned set = 0;
    for (unsigned bit = DEP_SHOWN_IDENTITY; bit < DEP_SHOWN_ALL; bit *= 2)
        set |= dep_json_true(shown, dep_shown_name((enum dep_shown)bit)) ? bit : 0;
    return set;
}

int dep_fact_of_consent(const struct dep_fact_reader *reader, const struct dep_fact_source *source,
                        const json_t *claims, struct dep_fact *out, struct dep_finding *why)
{
    struct dep_fact fact;
    bool on_paper;
    const json_t *terms = dep_json_object(claims, "terms");
    int err = side_of(dep_json_object(claims, "side"), &on_paper, why);
    if (!err)
        err = begin(reader, source, DEP_FACT_CONSENT, &fact);
    if (!err)
        err = grantor_of(reader, source, terms, on_paper, &fact, why);
    if (!err && !terms_of(reader->charter, terms, &fact))
        err = malformed(why);
    if (!err)
        err = scope_of(reader, dep_json_object(terms, "scope"), &fact, why);
    if (err)
        return err;
    const json_t *session = dep_json_object(terms, "session");
    fact.guardian = dep_json_says(session, "guardian", "consented");
    fact.assent = dep_json_says(session, "assent", "agreed");
    fact.shown = shown_of(session);
    *out = fact;
    return DEP_OK;
}

/* ---- assurances ---- */

/* Their names are those of the needs that they meet, without what stands before the dot. */
static unsigned assurance_parse(const char *name)
{
    for (int need = DEP_NEED_ASSURANCE_FAIR_TRIAL; need <= DEP_NEED_ASSURANCE_DEFENCE_ACCESS;
         need++)
        if (strcmp(strchr(dep_need_name((enum dep_need)need), '.') + 1, name) == 0)
            return 1U << (need - DEP_NEED_ASSURANCE_FAIR_TRIAL);
    return 0;
}

int dep_fact_of_assurance(const struct dep_fact_reader *reader,
                          const struct dep_fact_source *source, const json_t *claims,
                          struct dep_fact *out, struct dep_finding *why)
{
    struct dep_fact fact;
    bool on_paper;
    int err = side_of(dep_json_object(claims, "side"), &on_paper, why);
    if (!err)
        err = begin(reader, source, DEP_FACT_ASSURANCE, &fact);
    if (err)
        return err;
    /* Whoever assures signs in no log of ours. */
    fact.on_paper = true;
    size_t i;
    json_t *element;
    json_array_foreach(dep_json_array(claims, "kinds"), i, element)
    {
        const char *name = json_string_value(element);
        fact.assurances |= name ? assurance_parse(name) : 0;
    }
    if (!codes_of(reader->charter, DEP_LIST_PURPOSES, dep_json_array(claims, "purposes"),
                  &fact.purposes, &fact.any_purpose) ||
        !dep_interval_parse(dep_json_object(claims, "in_force"), &fact.in_force))
        return malformed(why);
    if (!fact.assurances || !code_of(reader->charter, DEP_LIST_RECIPIENTS,
                                     dep_json_string(claims, "from"), &fact.recipients))
        return nothing(why);
    err = scope_of(reader, dep_json_object(claims, "scope"), &fact, why);
    if (!err)
        *out = fact;
    return err;
}

/* ---- approvals ---- */

int dep_fact_of_approval(const struct dep_fact_reader *reader, const struct dep_fact_source *source,
                         const json_t *claims, struct dep_fact *out, struct dep_finding *why)
{
    const json_t *ref = json_array_get(dep_json_array(claims, "refs"), 0);
    const char *hex = dep_json_string(ref, "sha256");
    struct dep_fact fact;
    int err = begin(reader, source, DEP_FACT_APPROVAL, &fact);
    if (err)
        return err;
    fact.in_force = (struct dep_interval){INT64_MIN, INT64_MAX};
    if (!hex || !dep_hex_parse(dep_slice_string(hex), fact.approves.bytes, DEP_HASH_LEN))
        return malformed(why);
    *out = fact;
    return DEP_OK;
}
