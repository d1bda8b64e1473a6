/*
 * Record types read from schema/<type>.jtd.json: a JTD schema of form `properties` whose metadata
 * says who reads, who signs, and of each field whether it is open, may be unknown, is searchable.
 *
 * What a schema promises is checked here once, so that issuing and reading records need not doubt
 * it.
 */
#include "record/internal.h"
#include "record/schema_files.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct dep_schemas {
    struct dep_schema *types;
    size_t count;
};

static const struct {
    enum dep_role role;
    const char *name;
} roles[] = {
    {DEP_ROLE_CUSTODIAN, "custodian"}, {DEP_ROLE_LEGAL, "legal"},
    {DEP_ROLE_DESK, "desk"},           {DEP_ROLE_AUDITOR, "auditor"},
    {DEP_ROLE_APPROVER, "approver"},   {DEP_ROLE_ADMINISTRATOR, "administrator"},
    {DEP_ROLE_ROOT, "root"},           {DEP_ROLE_REGISTRAR, "registrar"},
};

const char *dep_role_name(enum dep_role role)
{
    for (size_t i = 0; i < DEP_COUNT(roles); i++)
        if (roles[i].role == role)
            return roles[i].name;
    assert(false && "exactly one role");
    return "";
}

enum dep_role dep_role_parse(struct dep_slice name)
{
    for (size_t i = 0; i < DEP_COUNT(roles); i++)
        if (dep_slice_equal_string(name, roles[i].name))
            return roles[i].role;
    return 0;
}

/* Sets of roles in the metadata. */
static int roles_read(const json_t *meta, const char *name, unsigned allowed, unsigned *out,
                      struct dep_finding *why)
{
    const json_t *list = dep_json_array(meta, name);
    unsigned set = 0;
    size_t index;
    json_t *entry;
    if (!list)
        return dep_found(why, "schema.roles", "record.md 5", 0);
    json_array_foreach(list, index, entry)
    {
        const char *text = json_string_value(entry);
        unsigned role = text ? dep_role_parse(dep_slice_string(text)) : 0;
        if (!role || !(role & allowed) || role & set)
            return dep_found(why, "schema.roles", "record.md 5", 0);
        set |= role;
    }
    *out = set;
    return DEP_OK;
}

/* To whom it shows that there is such a record: readers, and the roles named or else its signers.
 * An administrator is nobody's reader, and so is shown none. */
static int shown_read(const json_t *meta, struct dep_schema *out, struct dep_finding *why)
{
    enum { SHOWABLE = DEP_ROLES_READING | DEP_ROLE_APPROVER };
    unsigned named = out->signers & SHOWABLE;
    int err =
        json_object_get(meta, "shown") ? roles_read(meta, "shown", SHOWABLE, &named, why) : DEP_OK;
    out->shown = out->readers | named;
    out->is_public = dep_json_true(meta, "public");
    out->is_local = dep_json_true(meta, "local");
    return err;
}

static bool labels_valid(const json_t *meta)
{
    const json_t *labels = dep_json_object(meta, "labels");
    return dep_json_string(labels, "en") && dep_json_string(labels, "fr") &&
           dep_json_string(labels, "ar");
}

static int field_read(const char *name, const json_t *form, bool required,
                      struct dep_schema_field *out, struct dep_finding *why)
{
    const json_t *meta = dep_json_object(form, "metadata");
    if (dep_record_envelope_name(name) || strcmp(name, "...") == 0 || strchr(name, '/'))
        return dep_found(why, "schema.field.name", "record.md 2", 0);
    if (!labels_valid(meta))
        return dep_found(why, "schema.labels", "record.md 5", 0);
    struct dep_schema_field field = {.name = name, .form = form, .required = required};
    field.open = dep_json_true(meta, "open");
    field.unknown_ok = dep_json_true(meta, "unknown_ok");
    field.searchable = field.open || dep_json_true(meta, "searchable");
    field.format = dep_json_string(meta, "format");
    if (field.format && !dep_format_known(field.format))
        return dep_found(why, "schema.format", "record.md 5", 0);
    /* A field that may be unknown can't be required; the reasons are free text, so protected; a
     * null in clear would be neither there nor left out. */
    if ((field.unknown_ok && required) || (field.open && strcmp(name, "unknown") == 0) ||
        dep_json_true(form, "nullable"))
        return dep_found(why, "schema.field", "record.md 4", 0);
    *out = field;
    return DEP_OK;
}

static int fields_read(struct dep_schema *schema, struct dep_finding *why)
{
    static const char *const lists[] = {"properties", "optionalProperties"};
    size_t count = json_object_size(json_object_get(schema->jtd, lists[0])) +
                   json_object_size(json_object_get(schema->jtd, lists[1]));
    struct dep_schema_field *fields = dep_alloc_array(count, sizeof *fields);
    if (!fields)
        return DEP_ERR_NOMEM;
    schema->fields = fields;
    bool unknown_ok = false;
    for (size_t i = 0; i < DEP_COUNT(lists); i++) {
        const char *name;
        json_t *form;
        json_object_foreach(json_object_get(schema->jtd, lists[i]), name, form)
        {
            struct dep_schema_field *field = &fields[schema->field_count];
            int err = field_read(name, form, i == 0, field, why);
            if (err)
                return err;
            unknown_ok = unknown_ok || field->unknown_ok;
            schema->field_count++;
        }
    }
    if (unknown_ok != (dep_schema_field_find(schema, "unknown") != NULL))
        return dep_found(why, "schema.unknown", "record.md 4", 0);
    return DEP_OK;
}

static const char suffix[] = ".jtd.json";

/* Type and version of a file name; version 0: the newest, as the metadata says. */
static bool name_read(const char *name, char *out_type, uint64_t *out_version)
{
    size_t len = strlen(name);
    if (len <= sizeof suffix - 1 || strcmp(name + len - (sizeof suffix - 1), suffix) != 0)
        return false;
    struct dep_slice stem = dep_slice_of(name, len - (sizeof suffix - 1));
    struct dep_slice type = dep_slice_next(&stem, '@');
    *out_version = 0;
    if (stem.len > 0 && (!dep_u64_parse(stem, INT32_MAX, out_version) || *out_version == 0))
        return false;
    if (type.len > DEP_TYPE_LEN_MAX || !dep_code_valid(type))
        return false;
    memcpy(out_type, type.data, type.len);
    out_type[type.len] = 0;
    return true;
}

/* The shared definitions under the schema's own. */
static int definitions_merge(json_t *jtd, const json_t *shared)
{
    json_t *own = json_object_get(jtd, "definitions");
    if (!shared || (own && !json_is_object(own)))
        return DEP_OK;
    /* One tree for all of them, which nobody changes: copied for each it is most of what opening
     * costs. */
    if (!own)
        return json_object_set(jtd, "definitions", (json_t *)(uintptr_t)shared) ? DEP_ERR_NOMEM
                                                                                : DEP_OK;
    return json_object_update_missing(own, (json_t *)(uintptr_t)shared) ? DEP_ERR_NOMEM : DEP_OK;
}

static int schema_read(const struct dep_schema_file *file, const json_t *shared,
                       struct dep_schema *out, struct dep_finding *why)
{
    char type[DEP_TYPE_LEN_MAX + 1];
    uint64_t version;
    if (!name_read(file->name, type, &version))
        return dep_found(why, "schema.name", "record.md 5", 0);
    json_t *jtd = NULL;
    int err = dep_json_parse(file->text, &jtd, why);
    if (err)
        return err;
    out->jtd = jtd;
    if ((err = definitions_merge(jtd, shared)) || (err = dep_jtd_check(jtd, shared, why)))
        return err;
    const json_t *meta = dep_json_object(jtd, "metadata");
    int64_t stated;
    if (!dep_json_int(meta, "v", &stated) || stated < 1 || stated > INT32_MAX ||
        (version && stated != (int64_t)version))
        return dep_found(why, "schema.version", "record.md 5", 0);
    out->version = (int)stated;
    if (!labels_valid(meta))
        return dep_found(why, "schema.labels", "record.md 5", 0);
    if (!(json_object_get(jtd, "properties") || json_object_get(jtd, "optionalProperties")) ||
        dep_json_true(jtd, "additionalProperties") || dep_json_true(jtd, "nullable"))
        return dep_found(why, "schema.form", "record.md 5", 0);
    if ((err = roles_read(meta, "readers", DEP_ROLES_READING, &out->readers, why)) ||
        (err = roles_read(meta, "signers", ~0U, &out->signers, why)) ||
        (err = shown_read(meta, out, why)))
        return err;
    out->type = dep_strdup(type);
    return out->type ? fields_read(out, why) : DEP_ERR_NOMEM;
}

static int schema_order(const void *a, const void *b)
{
    const struct dep_schema *x = a, *y = b;
    int order = strcmp(x->type, y->type);
    return order ? order : y->version - x->version;
}

/* Definitions refer to each other and nowhere else: once for all the types that share them. */
static int definitions_check(json_t *shared, struct dep_finding *why)
{
    DEP_AUTO_JSON *alone = json_pack("{s:O}", "definitions", shared);
    return alone ? dep_jtd_check(alone, NULL, why) : DEP_ERR_NOMEM;
}

static int definitions_find(const struct dep_schema_file *files, size_t count, json_t **out,
                            struct dep_finding *why)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(files[i].name, "_definitions.json") != 0)
            continue;
        int err = dep_json_parse(files[i].text, out, why);
        if (!err && !json_is_object(*out))
            err = dep_found(why, "schema.form", "record.md 5", i);
        if (!err)
            err = definitions_check(*out, why);
        if (err > 0 && why)
            why->offset = i;
        return err;
    }
    return DEP_OK;
}

int dep_schemas_parse(const struct dep_schema_file *files, size_t count, struct dep_schemas **out,
                      struct dep_finding *why)
{
    DEP_AUTO_JSON *shared = NULL;
    struct dep_schemas *schemas = dep_alloc(sizeof *schemas);
    if (!schemas)
        return DEP_ERR_NOMEM;
    int err = definitions_find(files, count, &shared, why);
    schemas->types = dep_alloc_array(count, sizeof *schemas->types);
    if (!schemas->types)
        err = DEP_ERR_NOMEM;
    for (size_t i = 0; i < count && !err; i++) {
        if (files[i].name[0] == '_')
            continue;
        err = schema_read(&files[i], shared, &schemas->types[schemas->count++], why);
        if (err > 0 && why)
            why->offset = i;
    }
    if (!err && schemas->count > 1)
        qsort(schemas->types, schemas->count, sizeof *schemas->types, schema_order);
    for (size_t i = 1; i < schemas->count && !err; i++)
        if (schema_order(&schemas->types[i - 1], &schemas->types[i]) == 0)
            err = dep_found(why, "schema.version", "record.md 5", i);
    if (err) {
        dep_schemas_free(schemas);
        return err;
    }
    *out = schemas;
    return DEP_OK;
}

const struct dep_schemas *dep_schemas_builtin(void)
{
    static _Atomic(const struct dep_schemas *) kept;
    const struct dep_schemas *known = kept;
    struct dep_schemas *parsed = NULL;
    if (known || dep_schemas_parse(dep_schema_files, dep_schema_file_count, &parsed, NULL))
        return known;
    if (atomic_compare_exchange_strong(&kept, &known, parsed))
        return parsed;
    dep_schemas_free(parsed);
    return known;
}

void dep_schemas_free(struct dep_schemas *schemas)
{
    if (!schemas)
        return;
    for (size_t i = 0; schemas->types && i < schemas->count; i++) {
        struct dep_schema *schema = &schemas->types[i];
        free((void *)(uintptr_t)schema->type);
        free((void *)(uintptr_t)schema->fields);
        json_decref((json_t *)(uintptr_t)schema->jtd);
    }
    free(schemas->types);
    free(schemas);
}

const struct dep_schema *dep_schemas_find(const struct dep_schemas *schemas, const char *type,
                                          int version)
{
    /* Newest first among those of one type. */
    for (size_t i = 0; i < schemas->count; i++) {
        const struct dep_schema *schema = &schemas->types[i];
        if (strcmp(schema->type, type) == 0 && (version == 0 || schema->version == version))
            return schema;
    }
    return NULL;
}

size_t dep_schemas_count(const struct dep_schemas *schemas)
{
    return schemas->count;
}

const struct dep_schema *dep_schemas_at(const struct dep_schemas *schemas, size_t index)
{
    assert(index < schemas->count);
    return &schemas->types[index];
}

const struct dep_schema_field *dep_schema_field_find(const struct dep_schema *schema,
                                                     const char *name)
{
    for (size_t i = 0; i < schema->field_count; i++)
        if (strcmp(schema->fields[i].name, name) == 0)
            return &schema->fields[i];
    return NULL;
}

const char *dep_schema_fields_named(const struct dep_schema *schema, const json_t *names,
                                    uint64_t *out)
{
    uint64_t set = 0;
    size_t i;
    json_t *element;
    json_array_foreach(names, i, element)
    {
        const char *name = json_string_value(element);
        const struct dep_schema_field *field = name ? dep_schema_field_find(schema, name) : NULL;
        if (!field)
            return name ? name : "";
        set |= UINT64_C(1) << (field - schema->fields);
    }
    *out = set;
    return NULL;
}

size_t dep_schema_protected_count(const struct dep_schema *schema)
{
    size_t count = 0;
    for (size_t i = 0; i < schema->field_count; i++)
        count += !schema->fields[i].open;
    return count;
}

/* One language of {"en", "fr", "ar"}, English where it lacks. */
static const char *in_language(const json_t *texts, const char *lang)
{
    const char *text = dep_json_string(texts, lang);
    return text ? text : dep_json_string(texts, "en");
}

static const char *words(const struct dep_schema *schema, const char *field, const char *kind,
                         const char *lang)
{
    const json_t *of = schema->jtd;
    if (field) {
        const struct dep_schema_field *found = dep_schema_field_find(schema, field);
        of = found ? found->form : NULL;
    }
    return in_language(dep_json_object(dep_json_object(of, "metadata"), kind), lang);
}

const char *dep_schema_label(const struct dep_schema *schema, const char *field, const char *lang)
{
    const char *label = words(schema, field, "labels", lang);
    return label ? label : field;
}

const char *dep_schema_help(const struct dep_schema *schema, const char *field, const char *lang)
{
    return words(schema, field, "help", lang);
}

const json_t *dep_schema_form(const struct dep_schema *schema, const json_t *form)
{
    const char *ref = dep_json_string(form, "ref");
    return ref ? dep_json_object(dep_json_object(schema->jtd, "definitions"), ref) : form;
}

const json_t *dep_schema_member(const struct dep_schema *schema, const json_t *form,
                                const char *name)
{
    const json_t *whole = dep_schema_form(schema, form);
    if (!name)
        return dep_json_object(whole, dep_json_object(whole, "values") ? "values" : "elements");
    const json_t *required = dep_json_object(dep_json_object(whole, "properties"), name);
    return required ? required
                    : dep_json_object(dep_json_object(whole, "optionalProperties"), name);
}

const char *dep_form_label(const json_t *form, const char *lang)
{
    return in_language(dep_json_object(dep_json_object(form, "metadata"), "labels"), lang);
}

const char *dep_form_help(const json_t *form, const char *lang)
{
    return in_language(dep_json_object(dep_json_object(form, "metadata"), "help"), lang);
}

const char *dep_form_choice(const json_t *form, const char *value, const char *lang)
{
    const json_t *choices = dep_json_object(dep_json_object(form, "metadata"), "choices");
    return in_language(dep_json_object(choices, value), lang);
}

static bool has_input(const json_t *form, const char *hint)
{
    const char *input = dep_json_string(dep_json_object(form, "metadata"), "input");
    return input && strcmp(input, hint) == 0;
}

bool dep_form_drawn(const json_t *form)
{
    return has_input(form, "drawn");
}

bool dep_form_file(const json_t *form)
{
    return has_input(form, "file");
}

bool dep_form_date(const json_t *form)
{
    const char *format = dep_json_string(dep_json_object(form, "metadata"), "format");
    const char *type = dep_json_string(form, "type");
    return (type && strcmp(type, "timestamp") == 0) ||
           (format && (strcmp(format, "edtf") == 0 || strcmp(format, "utc") == 0));
}

bool dep_form_measured(const json_t *form)
{
    return has_input(form, "measured");
}
