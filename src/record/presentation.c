#include "record/presentation.h"

#include "record/internal.h"

#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "package.md 5.1";

/* Each name is a protected field of the type, and stands once. */
static bool names_fit(const struct dep_schema *schema, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct dep_schema_field *field = dep_schema_field_find(schema, names[i]);
        if (!field || field->open)
            return false;
        for (size_t j = 0; j < i; j++)
            if (strcmp(names[i], names[j]) == 0)
                return false;
    }
    return true;
}

int dep_presentation_make(const struct dep_schemas *schemas, struct dep_slice jwt,
                          struct dep_slice disclosures, const char *const *names, size_t name_count,
                          struct dep_buf *out, struct dep_finding *why)
{
    static const char *const none[1] = {NULL};
    DEP_AUTO_RECORD record = {0};
    int err = dep_record_parse(jwt, &record, why);
    if (err)
        return err;
    const struct dep_schema *schema = dep_schemas_find(schemas, record.type, record.version);
    if (!schema)
        return dep_found(why, "record.type", "record.md 2", 0);
    if (!names_fit(schema, names, name_count))
        return dep_found(why, "presentation.field", CLAUSE, 0);

    size_t count = 0;
    DEP_AUTO_BUF text;
    dep_buf_init_secret(&text, DEP_PRESENTATION_LEN_MAX);
    dep_buf_add_slice(&text, jwt);
    dep_buf_add_byte(&text, '~');
    /* Without names dep_sd_select() would take all. */
    err = dep_sd_select(record.jwt.payload, disclosures, name_count ? names : none, name_count,
                        &text, &count);
    if (err == DEP_FOUND || (!err && count != name_count))
        return dep_found(why, "presentation.absent", CLAUSE, 0);
    if (err)
        return err;
    size_t before = out->len;
    dep_buf_add_slice(out, dep_buf_slice(&text));
    if ((err = dep_buf_err(out)))
        out->len = before;
    return err;
}

void dep_presentation_done(struct dep_presentation *presentation)
{
    dep_record_done(&presentation->record);
    json_decref(presentation->claims);
    free(presentation->shown);
    *presentation = (struct dep_presentation){0};
}

/* The fields that the disclosures are of. That each is this record's, and none stands twice,
 * dep_record_claims() has seen. */
static int mark_shown(struct dep_presentation *presentation)
{
    const struct dep_schema *schema = presentation->schema;
    presentation->shown = dep_alloc_array(schema->field_count + 1, sizeof *presentation->shown);
    if (!presentation->shown)
        return DEP_ERR_NOMEM;
    for (size_t i = 0; i < schema->field_count; i++)
        presentation->shown[i] = schema->fields[i].open;
    presentation->withheld_count = dep_schema_protected_count(schema);
    for (struct dep_slice rest = presentation->disclosures; rest.len > 0;) {
        char name[DEP_SD_NAME_MAX + 1];
        int err = dep_sd_disclosure_name(dep_slice_next(&rest, '~'), name, NULL);
        if (err < 0)
            return err;
        const struct dep_schema_field *field = err ? NULL : dep_schema_field_find(schema, name);
        assert(field && !field->open);
        presentation->shown[field - schema->fields] = true;
        presentation->withheld_count--;
    }
    return DEP_OK;
}

static size_t disclosure_count(struct dep_slice disclosures)
{
    size_t count = disclosures.len > 0;
    for (size_t i = 0; i < disclosures.len; i++)
        count += disclosures.data[i] == '~';
    return count;
}

int dep_presentation_parse(const struct dep_schemas *schemas, struct dep_slice text,
                           struct dep_presentation *out, struct dep_jtd_error *where,
                           struct dep_finding *why)
{
    DEP_AUTO_PRESENTATION presentation = {.claims = NULL};
    struct dep_slice jwt;
    if (text.len > DEP_PRESENTATION_LEN_MAX)
        return dep_found(why, "presentation.len", CLAUSE, DEP_PRESENTATION_LEN_MAX);
    int err = dep_sdjwt_split(text, &jwt, &presentation.disclosures, why);
    if (!err)
        err = dep_record_parse(jwt, &presentation.record, why);
    if (err)
        return err;
    const struct dep_record *record = &presentation.record;
    presentation.schema = dep_schemas_find(schemas, record->type, record->version);
    if (!presentation.schema)
        return dep_found(why, "record.type", "record.md 2", 0);
    /* With all of them the rules of a whole record hold. */
    bool partial = disclosure_count(presentation.disclosures) <
                   dep_schema_protected_count(presentation.schema);
    err = dep_record_claims(schemas, record, presentation.disclosures, partial,
                            &presentation.claims, where, why);
    if (!err)
        err = mark_shown(&presentation);
    if (err)
        return err;
    *out = presentation;
    presentation = (struct dep_presentation){.claims = NULL};
    return DEP_OK;
}

bool dep_presentation_shows(const struct dep_presentation *presentation, const char *const *names,
                            size_t name_count)
{
    const struct dep_schema *schema = presentation->schema;
    size_t shown = 0;
    if (!names_fit(schema, names, name_count))
        return false;
    for (size_t i = 0; i < name_count; i++)
        shown += presentation->shown[dep_schema_field_find(schema, names[i]) - schema->fields];
    return shown == name_count &&
           dep_schema_protected_count(schema) - presentation->withheld_count == name_count;
}
