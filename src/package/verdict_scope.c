/*
 * What goes is what was released: its materials, and no field beyond those decided.
 */
#include "package/verdict_impl.h"
#include "rules/action.h"

#include <string.h>

static const json_t *materials_of(const struct judging *judging)
{
    return dep_json_array(judging->prepared_opened.presentation.claims, "materials");
}

bool decided_names(const json_t *decided, const char *field)
{
    return dep_json_has_string(dep_json_array(decided, "fields"), field);
}

/* It goes as was decided: in parts, in clear, or whole and sealed. */
static bool goes_as(const json_t *material, enum dep_item_as as)
{
    bool parts = dep_json_array(material, "parts") != NULL;
    bool plain = dep_json_true(material, "plain");
    return as == (parts ? DEP_ITEM_PARTS : plain ? DEP_ITEM_PLAIN : DEP_ITEM_WHOLE);
}

static bool has_item(const struct dep_schema *schema)
{
    for (size_t i = 0; i < schema->field_count; i++)
        if (schema->fields[i].open && strcmp(schema->fields[i].name, "item") == 0)
            return true;
    return false;
}

static bool is_first_record(const struct dep_shown_record *record)
{
    return shown_is(record, "evidence.collected") || shown_is(record, "evidence.intake");
}

static int check_fields(struct judging *judging, const struct dep_shown_record *record,
                        const json_t *material)
{
    int err = DEP_OK;
    const struct dep_schema *schema = record->schema;
    for (size_t i = 0; !err && i < schema->field_count; i++)
        if (record->shown >> i & 1 && !decided_names(material, schema->fields[i].name))
            err = judging_find_of(judging, "verdict.scope", DEP_ALTERED, &record->sha256,
                                  schema->fields[i].name);
    return err;
}

/* What is material by itself shows what was decided of it; where it only stands beside, nothing. */
static int check_alone(struct judging *judging, const struct dep_shown_record *record)
{
    char hex[2 * DEP_HASH_LEN + 1];
    size_t i;
    json_t *material;
    dep_hex_encode(record->sha256.bytes, DEP_HASH_LEN, hex);
    json_array_foreach(materials_of(judging), i, material)
    {
        const char *of = dep_json_string(material, "record");
        if (of && strcmp(of, hex) == 0)
            return check_fields(judging, record, material);
    }
    return check_fields(judging, record, NULL);
}

static int check_record(struct judging *judging, const struct dep_shown_record *record)
{
    const json_t *material = dep_material_of(materials_of(judging), record->item);
    if (record->item && (!record->item[0] || !material))
        return judging_find_of(judging, "verdict.scope", DEP_ALTERED, &record->sha256, "item");
    return is_first_record(record) ? check_fields(judging, record, material) : DEP_OK;
}

int judging_scope(struct judging *judging)
{
    struct dep_verify *verify = judging->verify;
    int err = DEP_OK;
    for (size_t i = 0; !err && i < dep_verify_item_count(verify); i++) {
        struct dep_verify_item item;
        char id[DEP_UUID_LEN + 1] = "";
        dep_verify_item(verify, i, &item);
        memcpy(id, item.item.data, item.item.len < DEP_UUID_LEN ? item.item.len : DEP_UUID_LEN);
        const json_t *material = dep_material_of(materials_of(judging), id);
        if (!material || !goes_as(material, item.as))
            err = judging_find_of(judging, "verdict.scope", DEP_ALTERED, &item.record, "item");
    }
    for (size_t i = 0; !err && i < dep_step_record_count(verify); i++) {
        const struct dep_shown_record *record = dep_step_record_at(verify, i);
        if (record->listed && has_item(record->schema))
            err = check_record(judging, record);
        else if (record->listed && dep_material_is_record(record->schema->type))
            err = check_alone(judging, record);
    }
    return err;
}

/* Without a release nothing goes but what is said of requests and consents, and what was
 * published. */
int judging_absent(struct judging *judging)
{
    struct dep_verify *verify = judging->verify;
    int err = DEP_OK;
    if (dep_verify_item_count(verify))
        err = judging_find(judging, "verdict.absent", DEP_ALTERED, NULL);
    for (size_t i = 0; !err && i < dep_step_record_count(verify); i++) {
        const struct dep_shown_record *record = dep_step_record_at(verify, i);
        const char *type = record->schema->type;
        if (record->listed && (has_item(record->schema) || strncmp(type, "release.", 8) == 0 ||
                               strncmp(type, "mission.", 8) == 0))
            err = judging_find_of(judging, "verdict.absent", DEP_ALTERED, &record->sha256, NULL);
    }
    return err ? err : judging_publication(judging);
}
