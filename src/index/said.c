/*
 * What a record says, flat: all that index.db takes of it, read off its claims in any thread, so
 * that the one that writes needs none of them.
 */
#include "codec/text.h"
#include "index/index_impl.h"

#include <stdlib.h>
#include <string.h>

void dep_index_said_done(struct dep_index_said *said)
{
    free(said->parts);
    dep_buf_done(&said->texts);
    dep_buf_done(&said->words);
    *said = (struct dep_index_said){.parts = NULL};
}

static size_t add_text(struct dep_index_said *said, const char *text)
{
    size_t at = said->texts.len;
    dep_buf_add(&said->texts, text, strlen(text) + 1);
    return at;
}

static int add_part(struct dep_index_said *said, enum part_kind kind,
                    const struct dep_schema_field *field, const char *first, const char *second)
{
    struct dep_index_part *parts =
        dep_list_reserve(said->parts, said->count, 1, sizeof *parts, &said->room);
    if (!parts)
        return DEP_ERR_NOMEM;
    said->parts = parts;
    struct dep_index_part *part = &parts[said->count++];
    *part = (struct dep_index_part){kind, field, add_text(said, first), 0};
    if (second)
        part->second = add_text(said, second);
    return dep_buf_err(&said->texts);
}

/* Digits as a search has them too (list.c). */
static int add_value(struct dep_index_said *said, const struct dep_schema_field *field,
                     const char *value)
{
    dep_digits_ascii(dep_slice_string(value), &said->words);
    dep_buf_add_byte(&said->words, '\n');
    int err = dep_buf_err(&said->words);
    return err ? err : add_part(said, PART_FIELD, field, value, NULL);
}

/* A list of codes is found by each; what is said of each of several things, by every word of it.
 * What is open and no string is the log's own affair (a status has thousands), and isn't looked
 * for. */
static int add_nested(struct dep_index_said *said, const struct dep_schema_field *field,
                      json_t *value)
{
    int err = DEP_OK;
    const char *name;
    size_t i;
    json_t *each;
    if (json_is_string(value))
        return add_value(said, field, json_string_value(value));
    json_array_foreach(value, i, each)
    {
        err = err ? err : add_nested(said, field, each);
    }
    json_object_foreach(value, name, each)
    {
        err = err ? err : add_nested(said, field, each);
    }
    return err;
}

static int add_fields(const struct dep_index *index, const struct dep_schema *schema,
                      const json_t *claims, struct dep_index_said *said)
{
    int err = DEP_OK;
    for (size_t i = 0; !err && schema && i < schema->field_count; i++) {
        const struct dep_schema_field *field = &schema->fields[i];
        json_t *value = json_object_get(claims, field->name);
        if (!field->open && !(field->searchable && index->searchable))
            continue;
        if (!field->open || json_is_string(value))
            err = add_nested(said, field, value);
    }
    return err;
}

static int add_refs(const json_t *refs, struct dep_index_said *said)
{
    size_t i;
    json_t *ref;
    int err = DEP_OK;
    json_array_foreach(refs, i, ref)
    {
        const char *rel = dep_json_string(ref, "rel");
        const char *target = dep_json_string(ref, "id");
        if (!err && rel && target)
            err = add_part(said, PART_REF, NULL, rel, target);
    }
    return err;
}

static int add_rests(const struct dep_index_row *row, struct dep_index_said *said)
{
    size_t i;
    json_t *requirement;
    int err = row->relied ? add_part(said, PART_RELIED, NULL, row->relied, NULL) : DEP_OK;
    json_array_foreach(row->requirements, i, requirement)
    {
        const char *hex = dep_json_string(requirement, "record");
        if (!err && hex)
            err = add_part(said, PART_RESTS, NULL, hex, NULL);
    }
    return err;
}

int dep_index_read(const struct dep_index *index, const struct dep_index_row *row,
                   const struct dep_schema *schema, const json_t *claims,
                   struct dep_index_said *out)
{
    if (!out->texts.cap) {
        dep_buf_init_secret(&out->texts, 2 * DEP_JSON_LEN_MAX);
        dep_buf_init_secret(&out->words, DEP_JSON_LEN_MAX);
    }
    dep_buf_clear(&out->texts);
    dep_buf_clear(&out->words);
    out->count = 0;
    int err = add_fields(index, schema, claims, out);
    if (!err)
        err = add_refs(dep_json_array(claims, "refs"), out);
    return err ? err : add_rests(row, out);
}
