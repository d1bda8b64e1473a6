/*
 * Record types: the schemas of schema/, built into the program.
 *
 * Format:  doc/format/record.md section 5.
 * Layer:   record (pure: the schemas are bytes linked in by tools/embed).
 */
#ifndef DEP_RECORD_SCHEMA_H
#define DEP_RECORD_SCHEMA_H
#include "record/jtd.h"

/* Roles of officers, as a set. */
enum dep_role {
    DEP_ROLE_CUSTODIAN = 1,
    DEP_ROLE_LEGAL = 2,
    DEP_ROLE_DESK = 4,
    DEP_ROLE_AUDITOR = 8,
    DEP_ROLE_ADMINISTRATOR = 16,
    DEP_ROLE_APPROVER = 32,
    DEP_ROLE_ROOT = 64,
    DEP_ROLE_REGISTRAR = 128,
};
enum { DEP_ROLES_READING = DEP_ROLE_CUSTODIAN | DEP_ROLE_LEGAL | DEP_ROLE_DESK | DEP_ROLE_AUDITOR };
/* Of exactly one role. */
const char *dep_role_name(enum dep_role role);
/* 0 where unknown. */
enum dep_role dep_role_parse(struct dep_slice name);

struct dep_schema_field {
    const char *name;
    const json_t *form; /* its JTD form */
    bool open, unknown_ok, searchable, required;
    const char *format; /* or NULL */
};
struct dep_schema {
    const char *type;
    int version;
    unsigned readers, signers; /* sets of dep_role */
    unsigned shown;            /* roles to whom a record of the type shows, readers among them */
    bool is_public;            /* it shows to whoever opens the register */
    bool is_local;             /* it never leaves the register */
    size_t field_count;        /* of the type itself: the envelope's claims are not among them */
    const struct dep_schema_field *fields;
    const json_t *jtd;
};
struct dep_schemas;
/* Those of schema/, parsed once for the process, which keeps them. NULL without memory. */
const struct dep_schemas *dep_schemas_builtin(void);
/*
 * From files by name: "<type>.jtd.json" is the newest version, "<type>@<v>.jtd.json" a superseded
 * one, "_definitions.json" (one, before or after) the definitions they share, other names with '_'
 * first are passed over. Findings "schema.*", "jtd.schema.*", "json.*": `offset` is the index of
 * the file.
 */
struct dep_schema_file {
    const char *name;
    struct dep_slice text;
};
DEP_MUST_USE int dep_schemas_parse(const struct dep_schema_file *files, size_t count,
                                   struct dep_schemas **out, struct dep_finding *why);
void dep_schemas_free(struct dep_schemas *schemas);
/* version 0: the newest. NULL where unknown. Borrowed. */
const struct dep_schema *dep_schemas_find(const struct dep_schemas *schemas, const char *type,
                                          int version);
size_t dep_schemas_count(const struct dep_schemas *schemas);
const struct dep_schema *dep_schemas_at(const struct dep_schemas *schemas, size_t index);
/* NULL where the type has no such field. */
const struct dep_schema_field *dep_schema_field_find(const struct dep_schema *schema,
                                                     const char *name);
/* The fields that an array of strings names, a bit for each place. NULL, or the first of it that
 * names none ("" where it is no string), `out` untouched. */
const char *dep_schema_fields_named(const struct dep_schema *schema, const json_t *names,
                                    uint64_t *out);
/* Label in "en", "fr" or "ar" (English otherwise) of a field, or of the type where field is NULL.
 */
const char *dep_schema_label(const struct dep_schema *schema, const char *field, const char *lang);
const char *dep_schema_help(const struct dep_schema *schema, const char *field,
                            const char *lang); /* or NULL */

/* The reason recorded where a field that may be unknown was simply left out. */
#define DEP_NOT_STATED "not stated"

/* Inside a field, for whoever shows it or asks for it. All borrowed. */
/* The form a reference stands for, or `form` itself. */
const json_t *dep_schema_form(const struct dep_schema *schema, const json_t *form);
/* Form of a member of `form` (references followed; the type's own is schema->jtd), or of its
 * elements or values where `name` is NULL; NULL where there is none. */
const json_t *dep_schema_member(const struct dep_schema *schema, const json_t *form,
                                const char *name);
/* Label and help of a member's form, label of one value of an enum; NULL where it has none. */
const char *dep_form_label(const json_t *form, const char *lang);
const char *dep_form_help(const json_t *form, const char *lang);
const char *dep_form_choice(const json_t *form, const char *value, const char *lang);
/* A member that the program draws itself, and nobody states (metadata "input": "drawn"). */
bool dep_form_drawn(const json_t *form);
/* The fingerprint of a file that whoever states it has ("file"): it may be named in its place. */
bool dep_form_file(const json_t *form);
/* A date or a moment, in one string. */
bool dep_form_date(const json_t *form);
/* One that the program measures ("measured"): not asked for. */
bool dep_form_measured(const json_t *form);

/* Whether `value` is what `form` says, formats included, as it is to be recorded: DEP_FOUND
 * "record.field", "record.format" with the place below the value in `where` (may be NULL). */
DEP_MUST_USE int dep_schema_value_check(const struct dep_schema *schema, const json_t *form,
                                        const json_t *value, struct dep_jtd_error *where,
                                        struct dep_finding *why);

/* What keeps `claims` from being a record of the type, the first of each field: the findings
 * "record.field", "record.format" and "record.unknown.*". Their number (the first `max` filled in),
 * or < 0. */
struct dep_violation {
    struct dep_finding finding;
    struct dep_jtd_error where;
};
DEP_MUST_USE int dep_record_violations(const struct dep_schema *schema, const json_t *claims,
                                       struct dep_violation *out, size_t max);
#endif
