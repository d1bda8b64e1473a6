/*
 * The rules about fields that issuing and reading share (doc/format/record.md sections 2 and 4).
 */
#include "codec/text.h"
#include "record/internal.h"

#include <stdio.h>
#include <string.h>

bool dep_record_envelope_name(const char *name)
{
    static const char *const names[] = {"iss", "jti", "iat",  "clock", "type",
                                        "v",   "by",  "refs", "_sd",   "_sd_alg"};
    for (size_t i = 0; i < DEP_COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

bool dep_record_clock_known(const char *source)
{
    static const char *const sources[] = {"ntp", "rtc", "gnss", "manual", "unknown"};
    for (size_t i = 0; i < DEP_COUNT(sources); i++)
        if (strcmp(sources[i], source) == 0)
            return true;
    return false;
}

void dep_record_where(struct dep_jtd_error *where, const char *name)
{
    if (!where)
        return;
    (void)snprintf(where->instance_path, sizeof where->instance_path, "/%s", name);
    where->schema_path[0] = 0;
}

static int missing(const char *id, const char *name, struct dep_jtd_error *where,
                   struct dep_finding *why)
{
    dep_record_where(where, name);
    return dep_found(why, id, "record.md 4", 0);
}

/* Where a form was violated, below "/name". */
static void where_below(struct dep_jtd_error *where, const char *name,
                        const struct dep_jtd_error *error)
{
    if (!where)
        return;
    (void)snprintf(where->instance_path, sizeof where->instance_path, "/%.64s%.440s", name,
                   error->instance_path);
    (void)snprintf(where->schema_path, sizeof where->schema_path, "%s", error->schema_path);
}

static int value_check(const struct dep_schema *schema, const json_t *form, const json_t *value,
                       dep_format_fn *format, struct dep_jtd_error *where, struct dep_finding *why)
{
    struct dep_jtd_error error;
    bool of_format;
    int count = dep_jtd_validate_form(schema->jtd, form, value, format, &error, &of_format);
    if (count <= 0)
        return count;
    if (where)
        *where = error;
    return dep_found(why, of_format ? "record.format" : "record.field",
                     of_format ? "record.md 5" : "RFC 8927 3.3", 0);
}

int dep_schema_value_check(const struct dep_schema *schema, const json_t *form, const json_t *value,
                           struct dep_jtd_error *where, struct dep_finding *why)
{
    return value_check(schema, form, value, dep_format_stated, where, why);
}

/* Names in `unknown` are fields that may be unknown. */
static int unknown_check(const struct dep_schema *schema, const json_t *unknown,
                         struct dep_jtd_error *where, struct dep_finding *why)
{
    const char *name;
    json_t *absence;
    json_object_foreach((json_t *)(uintptr_t)unknown, name, absence)
    {
        const struct dep_schema_field *field = dep_schema_field_find(schema, name);
        if (field && field->unknown_ok)
            continue;
        char inner[DEP_TYPE_LEN_MAX + 16];
        (void)snprintf(inner, sizeof inner, "unknown/%.64s", name);
        return missing("record.field", inner, where, why);
    }
    return DEP_OK;
}

static int field_check(const struct dep_schema *schema, const struct dep_schema_field *field,
                       const json_t *claims, bool whole, dep_format_fn *format,
                       struct dep_jtd_error *where, struct dep_finding *why)
{
    const json_t *value = json_object_get(claims, field->name);
    if (value && !field->open && json_is_null(value))
        value = NULL;
    const json_t *absence =
        field->unknown_ok ? json_object_get(json_object_get(claims, "unknown"), field->name) : NULL;
    if (value && absence)
        return missing("record.unknown.both", field->name, where, why);
    if (!value && whole && field->unknown_ok && !absence)
        return missing("record.unknown.neither", field->name, where, why);
    if (!value && field->required && (whole || field->open))
        return missing("record.field", field->name, where, why);
    struct dep_jtd_error error;
    int err = value ? value_check(schema, field->form, value, format, &error, why) : DEP_OK;
    if (err == DEP_FOUND)
        where_below(where, field->name, &error);
    return err;
}

int dep_record_fields_check(const struct dep_schema *schema, const json_t *claims, bool whole,
                            dep_format_fn *format, struct dep_jtd_error *where,
                            struct dep_finding *why)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        int err = field_check(schema, &schema->fields[i], claims, whole, format, where, why);
        if (err)
            return err;
    }
    return unknown_check(schema, json_object_get(claims, "unknown"), where, why);
}

/* The next to be filled in, or a spare one where there is no more room: it is counted all the
 * same. */
static struct dep_violation *next_violation(struct dep_violation *out, size_t max, int count,
                                            struct dep_violation *spare)
{
    struct dep_violation *next = (size_t)count < max ? &out[count] : spare;
    *next = (struct dep_violation){.finding = {.id = ""}};
    return next;
}

int dep_record_violations(const struct dep_schema *schema, const json_t *claims,
                          struct dep_violation *out, size_t max)
{
    int count = 0;
    struct dep_violation spare;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)claims, name, value)
    {
        if (dep_record_envelope_name(name) || dep_schema_field_find(schema, name))
            continue;
        struct dep_violation *next = next_violation(out, max, count, &spare);
        count += missing("record.field", name, &next->where, &next->finding);
    }
    for (size_t i = 0; i <= schema->field_count; i++) {
        struct dep_violation *next = next_violation(out, max, count, &spare);
        int err = i < schema->field_count
                      ? field_check(schema, &schema->fields[i], claims, true, dep_format_stated,
                                    &next->where, &next->finding)
                      : unknown_check(schema, json_object_get(claims, "unknown"), &next->where,
                                      &next->finding);
        if (err < 0)
            return err;
        count += err == DEP_FOUND;
    }
    return count;
}

static bool rel_known(const char *rel)
{
    static const char *const rels[] = {"item",   "supersedes", "answers",   "about",
                                       "source", "part_of",    "authority", "previous"};
    for (size_t i = 0; rel && i < DEP_COUNT(rels); i++)
        if (strcmp(rels[i], rel) == 0)
            return true;
    return false;
}

int dep_record_refs_check(const json_t *refs, struct dep_jtd_error *where, struct dep_finding *why)
{
    size_t index;
    json_t *ref;
    bool good = json_is_array(refs) && json_array_size(refs) <= DEP_REFS_MAX;
    json_array_foreach(refs, index, ref)
    {
        const char *id = dep_json_string(ref, "id");
        const char *sha256 = dep_json_string(ref, "sha256");
        uint8_t bytes[DEP_HASH_LEN];
        good = good && json_object_size(ref) == 3 && rel_known(dep_json_string(ref, "rel")) && id &&
               dep_uuid7_valid(dep_slice_string(id)) && sha256 &&
               dep_hex_parse(dep_slice_string(sha256), bytes, sizeof bytes);
    }
    if (good)
        return DEP_OK;
    dep_record_where(where, "refs");
    return dep_found(why, "record.envelope", "record.md 2", 0);
}

int64_t dep_record_earliest_s(const json_t *claims)
{
    int64_t iat = 0, uncertainty_s = 0, earliest_s;
    (void)dep_json_int(claims, "iat", &iat);
    (void)dep_json_int(dep_json_object(claims, "clock"), "uncertainty_s", &uncertainty_s);
    return __builtin_sub_overflow(iat, uncertainty_s, &earliest_s) ? INT64_MIN : earliest_s;
}

static const json_t *ref_find(const json_t *claims, const char *rel)
{
    size_t index;
    json_t *ref;
    json_array_foreach(dep_json_array(claims, "refs"), index, ref)
    {
        const char *found = dep_json_string(ref, "rel");
        if (found && strcmp(found, rel) == 0)
            return ref;
    }
    return NULL;
}

const char *dep_record_ref(const json_t *claims, const char *rel)
{
    return dep_json_string(ref_find(claims, rel), "id");
}

bool dep_record_ref_sha256(const json_t *claims, const char *rel, struct dep_hash *out)
{
    const char *hex = dep_json_string(ref_find(claims, rel), "sha256");
    return hex && dep_hex_parse(dep_slice_string(hex), out->bytes, DEP_HASH_LEN);
}

json_t *dep_record_ref_new(const char *rel, const char *id, const struct dep_hash *sha256)
{
    char hex[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(sha256->bytes, DEP_HASH_LEN, hex);
    return json_pack("{s:s, s:s, s:s}", "rel", rel, "id", id, "sha256", hex);
}
