/*
 * What is known of one material of an action: its item's own record, and its newest marking.
 */
#include "rules/action.h"
#include "rules/judging.h"

#include <string.h>

static const char CLAUSE[] = "doc/format/consent.md";

const char *const dep_material_fields[] = {"basis", "sensitive", "territory", NULL};

const json_t *dep_material_of(const json_t *materials, const char *item)
{
    size_t i;
    json_t *material;
    json_array_foreach(materials, i, material)
    {
        const char *name = dep_json_string(material, "item");
        if (name && item && strcmp(name, item) == 0)
            return material;
    }
    return NULL;
}

struct material_work {
    const struct dep_fact_reader *reader;
    const struct dep_material_records *records;
    struct dep_material material;
    const char **out_at;
    struct dep_finding *why;
};

/* A code that no list has can't be judged, and is never passed over. */
static int add_code(struct material_work *work, enum dep_list list, const char *code,
                    struct dep_codes *to)
{
    int place = dep_charter_code_find(work->reader->charter, list, code);
    if (place >= 0) {
        dep_codes_add(to, place);
        return DEP_OK;
    }
    *work->out_at = code ? code : "?";
    return dep_found(work->why, "material.code", CLAUSE, 0);
}

static int add_codes(struct material_work *work, enum dep_list list, const json_t *array,
                     struct dep_codes *to)
{
    size_t i;
    json_t *element;
    json_array_foreach(array, i, element)
    {
        int err = add_code(work, list, json_string_value(element), to);
        if (err)
            return err;
    }
    return DEP_OK;
}

/* Lawyer-client, medical, sexual and child material is protected by what it is, marked or not. */
static void add_sensitive(struct material_work *work, const json_t *sensitive)
{
    size_t i;
    json_t *element;
    json_array_foreach(sensitive, i, element)
    {
        const char *code = json_string_value(element);
        int place = dep_charter_code_find(work->reader->charter, DEP_LIST_CATEGORIES, code);
        work->material.flags |= DEP_FLAG_PROTECTED;
        if (code && strcmp(code, "child") == 0)
            work->material.flags |= DEP_FLAG_CHILD;
        if (place >= 0)
            dep_codes_add(&work->material.categories, place);
    }
}

bool dep_material_is_record(const char *type)
{
    static const char *const types[] = {"incident.reported", "incident.corrected",
                                        "coverage.stated"};
    for (size_t i = 0; i < DEP_COUNT(types); i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

/* A record by itself was taken from nobody: its member states it, on no other basis. */
static int take_record(struct material_work *work)
{
    const char *territory = dep_json_string(work->records->own, "territory");
    if (!territory)
        territory = dep_json_string(work->records->of, "territory");
    work->material.flags |= DEP_FLAG_BASIS;
    return territory ? add_code(work, DEP_LIST_TERRITORIES, territory, &work->material.territories)
                     : DEP_OK;
}

static int take_own(struct material_work *work)
{
    const json_t *own = work->records->own;
    const char *basis = dep_json_string(dep_json_object(own, "basis"), "text");
    const char *territory = dep_json_string(own, "territory");
    if (basis && basis[0])
        work->material.flags |= DEP_FLAG_BASIS;
    add_sensitive(work, dep_json_array(own, "sensitive"));
    return territory ? add_code(work, DEP_LIST_TERRITORIES, territory, &work->material.territories)
                     : DEP_OK;
}

static int take_field_markings(struct material_work *work, const json_t *fields)
{
    size_t i;
    json_t *element;
    json_array_foreach(fields, i, element)
    {
        const char *field = dep_json_string(element, "field");
        if (!field || !dep_json_has_string(dep_json_array(work->records->stated, "fields"), field))
            continue;
        int err = add_codes(work, DEP_LIST_HANDLING, dep_json_array(element, "handling"),
                            &work->material.handling);
        if (err)
            return err;
    }
    return DEP_OK;
}

static int take_marking(struct material_work *work)
{
    const json_t *marking = work->records->marking;
    int err = add_codes(work, DEP_LIST_HANDLING, dep_json_array(marking, "handling"),
                        &work->material.handling);
    if (!err)
        err = add_codes(work, DEP_LIST_CATEGORIES, dep_json_array(marking, "categories"),
                        &work->material.categories);
    if (!err)
        err = add_codes(work, DEP_LIST_TERRITORIES, dep_json_array(marking, "territories"),
                        &work->material.territories);
    if (!err)
        err = take_field_markings(work, dep_json_array(marking, "fields"));
    if (err)
        return err;
    size_t i;
    json_t *flag;
    json_array_foreach(dep_json_array(marking, "flags"), i, flag)
    {
        const char *name = json_string_value(flag);
        work->material.flags |= name ? dep_flag_parse(name) : 0;
    }
    const char *of_case = dep_json_string(marking, "case");
    const char *originator = dep_json_string(marking, "originator");
    if (of_case)
        err = dep_names_add(work->reader->names, of_case, &work->material.of_case);
    if (!err && originator && strcmp(originator, work->reader->member) != 0)
        err = dep_names_add(work->reader->names, originator, &work->material.originator);
    return err;
}

/* Fields that say it in so many words, whatever was looked at or painted over. */
static const struct {
    const char *field;
    enum dep_shown shows;
} telling[] = {
    {"place", DEP_SHOWN_PLACE},
    {"dispossessed", DEP_SHOWN_IDENTITY},
    {"received_from", DEP_SHOWN_IDENTITY},
    {"reported_custody", DEP_SHOWN_IDENTITY},
};

unsigned dep_material_tells(const json_t *stated)
{
    unsigned tells = 0;
    for (size_t i = 0; i < DEP_COUNT(telling); i++)
        if (dep_json_has_string(dep_json_array(stated, "fields"), telling[i].field))
            tells |= telling[i].shows;
    return tells;
}

unsigned dep_material_without(const json_t *stated)
{
    unsigned without = 0;
    size_t i;
    json_t *element;
    json_array_foreach(dep_json_array(stated, "without"), i, element)
    {
        const char *name = json_string_value(element);
        without |= name ? dep_shown_parse(name) : 0;
    }
    return without;
}

/* What a container shows nothing here can tell: everything, but for what somebody who looked at it
 * states; and a copy in which it was painted over, nothing. A record has none. */
static unsigned shows_of(const json_t *stated)
{
    bool nothing = dep_json_true(stated, "redacted") || dep_json_string(stated, "record");
    unsigned content = nothing ? 0 : DEP_SHOWN_ALL;
    return (content & ~dep_material_without(stated)) | dep_material_tells(stated);
}

/* An item of which a source ever consented to anything has a source, marked or not. */
static bool has_source(const struct dep_facts *facts, dep_id item)
{
    struct dep_fact_key key = {.what = dep_fact_what(DEP_FACT_CONSENT, DEP_LAYER_SOURCE, 0),
                               .scope_kind = DEP_SCOPE_ITEM,
                               .scope = item};
    return dep_facts_any(facts, &key, UINT64_MAX);
}

int dep_material_read(const struct dep_fact_reader *reader, const struct dep_facts *facts,
                      const struct dep_material_records *records, struct dep_material *out,
                      const char **out_at, struct dep_finding *why)
{
    struct material_work work = {reader, records, {.flags = 0}, out_at, why};
    int err = dep_json_string(records->stated, "record") ? take_record(&work) : take_own(&work);
    if (!err && records->marking)
        err = take_marking(&work);
    if (!err)
        err = dep_names_add(reader->names, dep_json_string(records->stated, "item"),
                            &work.material.item);
    if (err)
        return err;
    if (has_source(facts, work.material.item))
        work.material.flags |= DEP_FLAG_SOURCE;
    if (dep_json_true(records->stated, "redacted"))
        work.material.flags |= DEP_FLAG_REDACTED;
    work.material.shows = shows_of(records->stated);
    *out = work.material;
    return DEP_OK;
}
