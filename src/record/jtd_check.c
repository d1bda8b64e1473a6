/*
 * JSON Type Definition, RFC 8927 section 2.1 and 2.2: is it a schema?
 *
 * A schema takes one of eight forms; its keywords are those of its form and the shared ones
 * (`definitions` at the root only, `nullable`, `metadata`).
 */
#include "record/internal.h"

#include <string.h>

enum keyword {
    K_DEFINITIONS = 1,
    K_NULLABLE = 2,
    K_METADATA = 4,
    K_REF = 8,
    K_TYPE = 16,
    K_ENUM = 32,
    K_ELEMENTS = 64,
    K_PROPERTIES = 128,
    K_OPTIONAL = 256,
    K_ADDITIONAL = 512,
    K_VALUES = 1024,
    K_DISCRIMINATOR = 2048,
    K_MAPPING = 4096,
    K_SHARED = K_DEFINITIONS | K_NULLABLE | K_METADATA,
    K_OBJECT = K_PROPERTIES | K_OPTIONAL,
};

static const struct {
    const char *name;
    unsigned bit;
} keywords[] = {
    {"definitions", K_DEFINITIONS},
    {"nullable", K_NULLABLE},
    {"metadata", K_METADATA},
    {"ref", K_REF},
    {"type", K_TYPE},
    {"enum", K_ENUM},
    {"elements", K_ELEMENTS},
    {"properties", K_PROPERTIES},
    {"optionalProperties", K_OPTIONAL},
    {"additionalProperties", K_ADDITIONAL},
    {"values", K_VALUES},
    {"discriminator", K_DISCRIMINATOR},
    {"mapping", K_MAPPING},
};

struct check {
    const json_t *definitions, *checked; /* or NULL */
    struct dep_finding *why;
};

static int bad(const struct check *check, const char *id, const char *clause)
{
    return dep_found(check->why, id, clause, 0);
}

static unsigned keyword_bit(const char *name)
{
    for (size_t i = 0; i < DEP_COUNT(keywords); i++)
        if (strcmp(keywords[i].name, name) == 0)
            return keywords[i].bit;
    return 0;
}

static bool form_known(unsigned form)
{
    switch (form) {
    case 0:
    case K_REF:
    case K_TYPE:
    case K_ENUM:
    case K_ELEMENTS:
    case K_VALUES:
    case K_DISCRIMINATOR | K_MAPPING: return true;
    default: return (form & K_OBJECT) != 0 && (form & ~(unsigned)(K_OBJECT | K_ADDITIONAL)) == 0;
    }
}

static int form_of(const struct check *check, const json_t *schema, unsigned *out)
{
    const char *name;
    json_t *value;
    unsigned all = 0;
    json_object_foreach((json_t *)(uintptr_t)schema, name, value)
    {
        unsigned bit = keyword_bit(name);
        if (!bit)
            return bad(check, "jtd.schema.keyword", "RFC 8927 2.1");
        all |= bit;
    }
    if (!form_known(all & ~(unsigned)K_SHARED))
        return bad(check, "jtd.schema.form", "RFC 8927 2.2");
    *out = all;
    return DEP_OK;
}

static int type_check(const struct check *check, const json_t *type)
{
    static const char *const types[] = {"boolean", "string", "timestamp", "float32",
                                        "float64", "int8",   "uint8",     "int16",
                                        "uint16",  "int32",  "uint32"};
    for (size_t i = 0; json_is_string(type) && i < DEP_COUNT(types); i++)
        if (strcmp(types[i], json_string_value(type)) == 0)
            return DEP_OK;
    return bad(check, "jtd.schema.type", "RFC 8927 2.2.3");
}

static int enum_check(const struct check *check, const json_t *values)
{
    size_t count = json_array_size(values);
    if (count == 0)
        return bad(check, "jtd.schema.enum", "RFC 8927 2.2.4");
    for (size_t i = 0; i < count; i++) {
        if (!json_is_string(json_array_get(values, i)))
            return bad(check, "jtd.schema.enum", "RFC 8927 2.2.4");
        for (size_t j = 0; j < i; j++)
            if (json_equal(json_array_get(values, i), json_array_get(values, j)))
                return bad(check, "jtd.schema.enum", "RFC 8927 2.2.4");
    }
    return DEP_OK;
}

static int schema_check(const struct check *check, const json_t *schema, bool root, size_t depth);

/* Those that are the same in `checked` (or NULL) are good. */
static int members_check(const struct check *check, const json_t *object, const json_t *checked,
                         size_t depth)
{
    const char *name;
    json_t *member;
    if (!json_is_object(object))
        return bad(check, "jtd.schema.object", "RFC 8927 2.2");
    json_object_foreach((json_t *)(uintptr_t)object, name, member)
    {
        int err = json_object_get(checked, name) == member
                      ? DEP_OK
                      : schema_check(check, member, false, depth + 1);
        if (err)
            return err;
    }
    return DEP_OK;
}

static int properties_check(const struct check *check, const json_t *schema, unsigned form,
                            size_t depth)
{
    const json_t *required = json_object_get(schema, "properties");
    const json_t *optional = json_object_get(schema, "optionalProperties");
    int err = DEP_OK;
    if (form & K_PROPERTIES)
        err = members_check(check, required, NULL, depth);
    if (!err && form & K_OPTIONAL)
        err = members_check(check, optional, NULL, depth);
    if (err)
        return err;
    if (form & K_ADDITIONAL && !json_is_boolean(json_object_get(schema, "additionalProperties")))
        return bad(check, "jtd.schema.additional", "RFC 8927 2.2.6");
    const char *name;
    json_t *member;
    json_object_foreach(
        (json_t *)(uintptr_t)required, name,
        member) if (json_object_get(optional, name)) return bad(check, "jtd.schema.repeated",
                                                                "RFC 8927 2.2.6");
    return DEP_OK;
}

static int mapping_check(const struct check *check, const json_t *schema, size_t depth)
{
    const char *tag = dep_json_string(schema, "discriminator");
    const json_t *mapping = json_object_get(schema, "mapping");
    if (!tag)
        return bad(check, "jtd.schema.discriminator", "RFC 8927 2.2.8");
    int err = members_check(check, mapping, NULL, depth);
    if (err)
        return err;
    const char *name;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)mapping, name, member)
    {
        unsigned form;
        if ((err = form_of(check, member, &form)))
            return err;
        if (!(form & K_OBJECT) || dep_json_true(member, "nullable") ||
            json_object_get(json_object_get(member, "properties"), tag) ||
            json_object_get(json_object_get(member, "optionalProperties"), tag))
            return bad(check, "jtd.schema.mapping", "RFC 8927 2.2.8");
    }
    return DEP_OK;
}

static int shared_check(const struct check *check, const json_t *schema, unsigned form, bool root,
                        size_t depth)
{
    if (form & K_NULLABLE && !json_is_boolean(json_object_get(schema, "nullable")))
        return bad(check, "jtd.schema.nullable", "RFC 8927 2.2");
    if (form & K_METADATA && !json_is_object(json_object_get(schema, "metadata")))
        return bad(check, "jtd.schema.metadata", "RFC 8927 2.2");
    if (!(form & K_DEFINITIONS))
        return DEP_OK;
    if (!root)
        return bad(check, "jtd.schema.definitions", "RFC 8927 2.1");
    return members_check(check, check->definitions, check->checked, depth);
}

static int schema_check(const struct check *check, const json_t *schema, bool root, size_t depth)
{
    if (!json_is_object(schema))
        return bad(check, "jtd.schema.object", "RFC 8927 2");
    if (depth > DEP_JTD_DEPTH_MAX)
        return bad(check, "jtd.schema.depth", "record.md 5");
    unsigned form = 0;
    int err = form_of(check, schema, &form);
    if (!err)
        err = shared_check(check, schema, form, root, depth);
    if (err)
        return err;
    switch (form & ~(unsigned)K_SHARED) {
    case 0: return DEP_OK;
    case K_REF: {
        const char *name = dep_json_string(schema, "ref");
        if (!name || !json_object_get(check->definitions, name))
            return bad(check, "jtd.schema.ref", "RFC 8927 2.2.2");
        return DEP_OK;
    }
    case K_TYPE: return type_check(check, json_object_get(schema, "type"));
    case K_ENUM: return enum_check(check, json_object_get(schema, "enum"));
    case K_ELEMENTS:
        return schema_check(check, json_object_get(schema, "elements"), false, depth + 1);
    case K_VALUES: return schema_check(check, json_object_get(schema, "values"), false, depth + 1);
    case K_DISCRIMINATOR | K_MAPPING: return mapping_check(check, schema, depth);
    default: return properties_check(check, schema, form, depth);
    }
}

int dep_jtd_check(const json_t *schema, const json_t *checked, struct dep_finding *why)
{
    struct check check = {json_object_get(schema, "definitions"), checked, why};
    return schema_check(&check, schema, true, 0);
}
