/*
 * A publication: what goes is what one officer prepared, with just these fields, and another made
 * public.
 *
 * Format:  doc/format/publication.md section 3.
 */
#include "package/verdict_impl.h"

#include <string.h>

static const struct dep_shown_record *find_made(const struct judging *judging)
{
    for (size_t i = 0; i < dep_step_record_count(judging->verify); i++) {
        const struct dep_shown_record *record = dep_step_record_at(judging->verify, i);
        if (record->listed && shown_is(record, "publication.made") && shown_own(judging, record))
            return record;
    }
    return NULL;
}

static const json_t *named_of(const json_t *prepared, const struct dep_hash *sha256)
{
    char hex[2 * DEP_HASH_LEN + 1];
    size_t i;
    json_t *named;
    dep_hex_encode(sha256->bytes, DEP_HASH_LEN, hex);
    json_array_foreach(dep_json_array(prepared, "records"), i, named)
    {
        const char *of = dep_json_string(named, "sha256");
        if (of && strcmp(of, hex) == 0)
            return named;
    }
    return NULL;
}

static int check_fields(struct judging *judging, const struct dep_shown_record *record,
                        const json_t *named)
{
    int err = DEP_OK;
    const struct dep_schema *schema = record->schema;
    for (size_t i = 0; !err && i < schema->field_count; i++) {
        const struct dep_schema_field *field = &schema->fields[i];
        if (!field->open && (record->shown >> i & 1) != decided_names(named, field->name))
            err = judging_find_of(judging, "publication.scope", DEP_ALTERED, &record->sha256,
                                  field->name);
    }
    return err;
}

/* What stands beside them, as a correction does (package.md 3.1), shows nothing but that it is. */
static int check_scope(struct judging *judging, const json_t *prepared)
{
    static const char *const besides[] = {"publication.made", "publication.prepared",
                                          "charter.entered"};
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_step_record_count(judging->verify); i++) {
        const struct dep_shown_record *record = dep_step_record_at(judging->verify, i);
        bool beside = !record->listed;
        for (size_t j = 0; j < DEP_COUNT(besides); j++)
            beside |= shown_is(record, besides[j]);
        const json_t *named = beside ? NULL : named_of(prepared, &record->sha256);
        if (named)
            err = check_fields(judging, record, named);
        else if (!beside && record->shown)
            err = judging_find_of(judging, "publication.scope", DEP_ALTERED, &record->sha256, NULL);
    }
    return err;
}

static int check_complete(struct judging *judging, const struct dep_shown_record *prepared,
                          const json_t *claims)
{
    size_t i;
    json_t *named;
    int err = DEP_OK;
    json_array_foreach(dep_json_array(claims, "records"), i, named)
    {
        struct dep_hash sha256 = {{0}};
        const char *hex = dep_json_string(named, "sha256");
        const struct dep_shown_record *record =
            hex && dep_hex_parse(dep_slice_string(hex), sha256.bytes, DEP_HASH_LEN)
                ? dep_step_record_find(judging->verify, &sha256)
                : NULL;
        if (!err && (!record || !record->listed))
            err = judging_find_of(judging, "publication.record", DEP_ALTERED, &prepared->sha256,
                                  "records");
    }
    return err;
}

static const char *officer_of(const struct dep_opened_record *opened)
{
    return dep_json_string(dep_json_object(opened->presentation.claims, "by"), "code");
}

static int check_made(struct judging *judging, const struct dep_shown_record *made,
                      const struct dep_shown_record *prepared,
                      const struct dep_opened_record *made_opened)
{
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    int err = dep_step_open(judging->verify, prepared, &opened);
    if (err)
        return err;
    const char *maker = officer_of(made_opened), *preparer = officer_of(&opened);
    if (!maker || !preparer || strcmp(maker, preparer) == 0)
        err = judging_find_of(judging, "publication.same_person", DEP_ALTERED, &made->sha256, NULL);
    if (!err)
        err = check_scope(judging, opened.presentation.claims);
    return err ? err : check_complete(judging, prepared, opened.presentation.claims);
}

int judging_publication(struct judging *judging)
{
    const struct dep_shown_record *made = find_made(judging), *prepared = NULL;
    DEP_AUTO_OPENED opened = {.presentation = {.claims = NULL}};
    struct dep_hash sha256;
    int err = made ? dep_step_open(judging->verify, made, &opened) : DEP_OK;
    if (err || !made)
        return err;
    if (dep_record_ref_sha256(opened.presentation.claims, "about", &sha256))
        prepared = dep_step_record_find(judging->verify, &sha256);
    if (!prepared || !shown_is(prepared, "publication.prepared") || !shown_own(judging, prepared) ||
        !prepared->whole || prepared->index >= made->index)
        return judging_find_of(judging, "publication.prepared", DEP_ALTERED, &made->sha256, NULL);
    return check_made(judging, made, prepared, &opened);
}
