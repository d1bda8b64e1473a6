/*
 * One JSON object: its form against schema/_charter.json first, so that the rest reads members that
 * are there and of their type; then what a type can't say, part by part.
 */
#include "codec/base64.h"
#include "codec/text.h"
#include "record/schema_files.h"
#include "rules/impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CLAUSE[] = "charter.md 1";
static const char FORM_FILE[] = "_charter.json";

int dep_charter_bad(const struct dep_charter_reading *reading, const char *id,
                    const char *pointer_format, ...)
{
    if (reading->where) {
        struct dep_jtd_error where = {"", ""};
        va_list args;
        va_start(args, pointer_format);
        (void)vsnprintf(where.instance_path, sizeof where.instance_path, pointer_format, args);
        va_end(args);
        *reading->where = where;
    }
    return dep_found(reading->why, id, CLAUSE, 0);
}

int dep_charter_name_check(const struct dep_charter_reading *reading, const json_t *names,
                           const char *at)
{
    static const char *const needed[] = {"en", "fr", "ar"};
    for (size_t i = 0; i < DEP_COUNT(needed); i++)
        if (!json_object_get(names, needed[i]))
            return dep_charter_bad(reading, "charter.name", "%s/%s", at, needed[i]);
    const char *lang;
    json_t *name;
    json_object_foreach((json_t *)(uintptr_t)names, lang, name)
    {
        if (json_string_length(name) == 0 || !dep_lang_valid(dep_slice_string(lang)))
            return dep_charter_bad(reading, "charter.name", "%s/%s", at, lang);
    }
    return DEP_OK;
}

bool dep_utc_read(const json_t *object, const char *name, int64_t *out)
{
    const char *text = dep_json_string(object, name);
    char again[21];
    int64_t unix_s;
    if (!text || !dep_time_parse(dep_slice_string(text), &unix_s, NULL) || unix_s < 0)
        return false;
    dep_time_encode(unix_s, again);
    if (strcmp(text, again) != 0)
        return false;
    *out = unix_s;
    return true;
}

int dep_charter_interval_read(const struct dep_charter_reading *reading, const json_t *object,
                              const char *at, struct dep_interval *out)
{
    struct dep_interval interval = {INT64_MIN, INT64_MAX};
    if (json_object_get(object, "from") && !dep_utc_read(object, "from", &interval.from_s))
        return dep_charter_bad(reading, "charter.interval", "%s/from", at);
    if (json_object_get(object, "to") &&
        (!dep_utc_read(object, "to", &interval.to_s) || interval.from_s >= interval.to_s))
        return dep_charter_bad(reading, "charter.interval", "%s/to", at);
    *out = interval;
    return DEP_OK;
}

int dep_charter_codes_read(const struct dep_charter_reading *reading, enum dep_list list,
                           const json_t *array, const char *at, struct dep_codes *out)
{
    struct dep_codes codes = {{0}};
    size_t index;
    json_t *entry;
    json_array_foreach(array, index, entry)
    {
        int place = dep_charter_code_find(reading->charter, list, json_string_value(entry));
        if (place < 0 || dep_codes_has(&codes, place))
            return dep_charter_bad(reading, "charter.code", "%s/%zu", at, index);
        dep_codes_add(&codes, place);
    }
    *out = codes;
    return DEP_OK;
}

/* Built in, so a form that can't be read is a programmer's error. */
static int form_check(const struct dep_charter_reading *reading)
{
    size_t file = 0;
    while (file < dep_schema_file_count && strcmp(dep_schema_files[file].name, FORM_FILE) != 0)
        file++;
    assert(file < dep_schema_file_count);
    DEP_AUTO_JSON *form = NULL;
    struct dep_jtd_error where;
    int err = dep_json_parse(dep_schema_files[file].text, &form, NULL);
    assert(err <= 0);
    if (err)
        return err;
    err = dep_jtd_validate(form, reading->charter->json, &where, 1);
    return err > 0 ? dep_charter_bad(reading, "charter.form", "%s", where.instance_path) : err;
}

static int number_read(const struct dep_charter_reading *reading)
{
    struct dep_charter *charter = reading->charter;
    int64_t version = 0;
    const char *previous = dep_json_string(charter->json, "previous");
    if (!dep_json_int(charter->json, "v", &version) || version != 1)
        return dep_charter_bad(reading, "charter.form", "/v");
    if (!dep_json_int(charter->json, "number", &charter->number) || charter->number < 1 ||
        (charter->number == 1) != (previous == NULL))
        return dep_charter_bad(reading, "charter.number", "/number");
    charter->has_previous = previous != NULL;
    if (previous &&
        !dep_hex_parse(dep_slice_string(previous), charter->previous.bytes, DEP_HASH_LEN))
        return dep_charter_bad(reading, "charter.number", "/previous");
    if (!dep_utc_read(charter->json, "from", &charter->from_s))
        return dep_charter_bad(reading, "charter.interval", "/from");
    return dep_charter_name_check(reading, json_object_get(charter->json, "name"), "/name");
}

/* Who signs when it comes into force must be able to amend it. */
static int threshold_read(const struct dep_charter_reading *reading)
{
    struct dep_charter *charter = reading->charter;
    int64_t in_force = 0;
    for (size_t i = 0; i < charter->member_count; i++)
        in_force += charter->members[i].keeps_register &&
                    dep_charter_member_in_force(charter, (int)i, charter->from_s);
    if (!dep_json_int(json_object_get(charter->json, "amend"), "threshold", &charter->threshold) ||
        charter->threshold < 1 || charter->threshold > in_force)
        return dep_charter_bad(reading, "charter.threshold", "/amend/threshold");
    if (!dep_json_int(charter->json, "quorum", &charter->quorum))
        return dep_charter_bad(reading, "charter.form", "/quorum");
    return DEP_OK;
}

static int text_members_check(const struct dep_charter_reading *reading)
{
    const json_t *json = reading->charter->json;
    size_t index;
    json_t *entry;
    char at[64];
    json_array_foreach(json_object_get(json, "retention"), index, entry)
    {
        int64_t days = 1; /* none: as long as the log */
        (void)snprintf(at, sizeof at, "/retention/%zu/purpose", index);
        (void)dep_json_int(entry, "review_after_days", &days);
        if (days < 1 || !dep_json_string(entry, "type")[0])
            return dep_charter_bad(reading, "charter.form", "/retention/%zu", index);
        int err = dep_charter_name_check(reading, json_object_get(entry, "purpose"), at);
        if (err)
            return err;
    }
    json_array_foreach(json_object_get(json, "time_authorities"), index, entry)
    {
        DEP_AUTO_BUF der;
        dep_buf_init(&der, DEP_CHARTER_LEN_MAX);
        if (!dep_base64_parse(DEP_BASE64_STD, dep_slice_string(json_string_value(entry)), &der))
            return dep_buf_err(&der)
                       ? dep_buf_err(&der)
                       : dep_charter_bad(reading, "charter.form", "/time_authorities/%zu", index);
    }
    json_array_foreach(json_object_get(json, "verifiers"), index, entry)
    {
        struct dep_hash digest;
        if (!dep_json_string(entry, "name")[0] ||
            !dep_hex_parse(dep_slice_string(dep_json_string(entry, "sha256")), digest.bytes,
                           DEP_HASH_LEN))
            return dep_charter_bad(reading, "charter.form", "/verifiers/%zu", index);
    }
    return DEP_OK;
}

static int parts_read(const struct dep_charter_reading *reading)
{
    static int (*const parts[])(const struct dep_charter_reading *) = {form_check,
                                                                       number_read,
                                                                       dep_charter_lists_read,
                                                                       dep_charter_members_read,
                                                                       dep_charter_recipients_read,
                                                                       threshold_read,
                                                                       dep_charter_table_read,
                                                                       dep_charter_linked_read,
                                                                       text_members_check};
    int err = DEP_OK;
    for (size_t i = 0; i < DEP_COUNT(parts) && !err; i++)
        err = parts[i](reading);
    return err;
}

int dep_charter_parse(struct dep_slice text, struct dep_charter **out, struct dep_jtd_error *where,
                      struct dep_finding *why)
{
    if (text.len > DEP_CHARTER_LEN_MAX)
        return dep_found(why, "charter.len", CLAUSE, DEP_CHARTER_LEN_MAX);
    struct dep_charter *charter = dep_alloc(sizeof *charter);
    if (!charter)
        return DEP_ERR_NOMEM;
    dep_sha256(text, &charter->digest);
    int err = dep_json_parse(text, &charter->json, why);
    if (!err)
        err = parts_read(&(struct dep_charter_reading){charter, where, why});
    if (err) {
        dep_charter_free(charter);
        return err;
    }
    *out = charter;
    return DEP_OK;
}

void dep_charter_free(struct dep_charter *charter)
{
    if (!charter)
        return;
    for (size_t i = 0; i < DEP_LIST_COUNT; i++)
        free(charter->lists[i].codes);
    free(charter->members);
    free(charter->cosigners);
    free(charter->rules);
    json_decref(charter->json);
    free(charter);
}

const struct dep_hash *dep_charter_digest(const struct dep_charter *charter)
{
    return &charter->digest;
}

int64_t dep_charter_number(const struct dep_charter *charter)
{
    return charter->number;
}

int64_t dep_charter_from_s(const struct dep_charter *charter)
{
    return charter->from_s;
}

int64_t dep_charter_threshold(const struct dep_charter *charter)
{
    return charter->threshold;
}

int64_t dep_charter_quorum(const struct dep_charter *charter)
{
    return charter->quorum;
}

const struct dep_hash *dep_charter_previous(const struct dep_charter *charter)
{
    return charter->has_previous ? &charter->previous : NULL;
}

const json_t *dep_charter_json(const struct dep_charter *charter)
{
    return charter->json;
}

/* A whole type, or what types begin with, up to a dot. */
static bool is_about(const char *of, const char *type)
{
    size_t len = strlen(of);
    return of[len - 1] == '.' ? strncmp(type, of, len) == 0 : strcmp(type, of) == 0;
}

const json_t *dep_charter_retention(const struct dep_charter *charter, const char *type)
{
    const json_t *found = NULL;
    size_t index, longest = 0;
    json_t *rule;
    json_array_foreach(json_object_get(charter->json, "retention"), index, rule)
    {
        const char *of = dep_json_string(rule, "type");
        if (strlen(of) <= longest || !is_about(of, type))
            continue;
        found = rule;
        longest = strlen(of);
    }
    return found;
}
