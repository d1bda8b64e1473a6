#include "cli/ask.h"

#include "cli/ask_impl.h"
#include "node/custody.h"
#include "node/stated.h"
#include "report/language.h"

#include <string.h>

static enum got ask_form(struct asking *asking, const json_t *form, const char *label, bool needed,
                         json_t **out);

bool dep_ask_absence(json_t *fields, const char *name, const char *code, const char *reason)
{
    json_t *unknown = json_object_get(fields, "unknown");
    if (!unknown) {
        unknown = json_object();
        if (json_object_set_new(fields, "unknown", unknown))
            return false;
    }
    return json_object_set_new(unknown, name,
                               json_pack("{s:s,s:s}", "code", code, "reason", reason)) == 0;
}

/* ---- what is made of several ---- */

static bool is_stated(const json_t *form)
{
    return !dep_form_drawn(form) && !dep_form_measured(form);
}

/* An id, or a record's fingerprint: that the program prints, and nobody has at hand. */
static bool is_printed(const json_t *form)
{
    const char *format = dep_json_string(dep_json_object(form, "metadata"), "format");
    return format &&
           (strcmp(format, "uuid") == 0 || (strcmp(format, "sha256") == 0 && !dep_form_file(form)));
}

static bool is_item_type(const struct dep_schema *schema)
{
    return dep_schema_member(schema, schema->jtd, "item") != NULL;
}

/* Whether a list that is needed has something in it: events of an item are about it, and a consent
 * or an assurance that names nothing allows nothing. */
static bool has_one_at_least(const struct asking *asking, bool needed)
{
    const char *type = asking->schema->type;
    return needed && !asking->whole &&
           (is_item_type(asking->schema) || strcmp(type, "consent.given") == 0 ||
            strcmp(type, "assurance.given") == 0);
}

/* Where a part is called as the whole is, once is enough; where both are too long, the part. */
static void label_member(const struct asking *asking, const json_t *form, const char *name,
                         const char *label, char out[LABEL_MAX])
{
    const char *own = dep_form_label(form, asking->lang);
    own = own ? own : name;
    if (strcmp(label, own) == 0 || snprintf(out, LABEL_MAX, "%s › %s", label, own) >= LABEL_MAX)
        (void)snprintf(out, LABEL_MAX, "%s", own);
}

/* Which language it is in: texts stand side by side because they are in several. */
static bool ask_language(struct asking *asking, const json_t *each, const char *label, json_t *text)
{
    char path[LABEL_MAX];
    bool known = strcmp(asking->lang, "und") != 0, unknown_ok = asking->unknown_ok;
    const json_t *form = dep_schema_member(asking->schema, each, "lang");
    json_t *lang = NULL;
    DEP_AUTO_BUF mine;
    dep_buf_init(&mine, LABEL_MAX);
    label_member(asking, form, "lang", label, path);
    dep_language_add(asking->lang, asking->lang, &mine);
    if (known && !dep_buf_err(&mine)) {
        char hint[LABEL_MAX];
        (void)snprintf(hint, sizeof hint, _("Enter: %.*s"), (int)mine.len, (const char *)mine.data);
        ask_hint(hint);
    }
    asking->unknown_ok = false;
    enum got got = ask_one(asking, form, path, !known, &lang);
    asking->unknown_ok = unknown_ok;
    return got != GOT_END && (got != GOT_VALUE || json_object_set_new(text, "lang", lang) == 0);
}

/* None is an answer where a list is needed and may be empty. */
static enum got ask_list(struct asking *asking, const json_t *form, const char *label, bool needed,
                         json_t **out)
{
    const json_t *each = dep_schema_member(asking->schema, form, NULL);
    bool one_at_least = has_one_at_least(asking, needed);
    DEP_AUTO_JSON *list = json_array();
    for (;;) {
        char numbered[LABEL_MAX];
        json_t *value = NULL;
        (void)snprintf(numbered, sizeof numbered, "%s %zu", label, json_array_size(list) + 1);
        bool must = one_at_least && json_array_size(list) == 0;
        asking->again = json_array_size(list) > 0;
        enum got got = ask_form(asking, each, numbered, must, &value);
        asking->again = false;
        if (got == GOT_NOTHING)
            break;
        if (got != GOT_VALUE)
            return got;
        if (json_array_append_new(list, value) ||
            (dep_form_refers(each, "text") && !ask_language(asking, each, numbered, value)))
            return GOT_END;
    }
    if (!needed && json_array_size(list) == 0)
        return GOT_NOTHING;
    *out = json_incref(list);
    return GOT_VALUE;
}

/* What the id that is a member of `object` is of. */
static enum names names_of(const json_t *form, const char *name, const json_t *object)
{
    const char *format = dep_json_string(dep_json_object(form, "metadata"), "format");
    if (!format || strcmp(format, "uuid") != 0)
        return NAMES_NOTHING;
    return strcmp(name, "item") == 0 || dep_json_says(object, "kind", "item")   ? NAMES_ITEM
           : strcmp(name, "case") == 0 || dep_json_says(object, "kind", "case") ? NAMES_CASE
                                                                                : NAMES_RECORD;
}

static enum got ask_into(struct asking *asking, const json_t *form, const char *name,
                         const char *label, bool needed, json_t *object)
{
    json_t *value = NULL;
    asking->names = names_of(form, name, object);
    enum got got = ask_form(asking, form, label, needed, &value);
    return got == GOT_VALUE && json_object_set_new(object, name, value) ? GOT_END : got;
}

static enum got ask_member(struct asking *asking, const json_t *form, const char *name,
                           const char *label, bool needed, json_t *object)
{
    char path[LABEL_MAX];
    const char *help = dep_form_help(form, asking->lang);
    label_member(asking, form, name, label, path);
    if (help)
        ask_hint(help);
    return ask_into(asking, form, name, path, needed, object);
}

/* Whether a member that may be left out is asked for, after what was answered before it: an item or
 * a case has an id; a source is never named, and is the only one who was told something. */
static bool goes_with(const struct asking *asking, const json_t *form, const char *name,
                      const json_t *member, const json_t *object, bool *out_must)
{
    *out_must = false;
    if (dep_form_refers(form, "scope"))
        return *out_must = !dep_json_says(object, "kind", "all");
    bool source = dep_form_refers(form, "terms") && dep_json_says(object, "layer", "source");
    if (dep_form_refers(form, "terms") && strcmp(name, "grantor") == 0)
        return *out_must = !source;
    if (dep_form_refers(form, "terms") && strcmp(name, "session") == 0)
        return source;
    return asking->whole || !is_printed(member);
}

/* Left out with the first of its members that would be needed. */
static enum got ask_object(struct asking *asking, const json_t *form, const char *label,
                           bool needed, json_t **out)
{
    static const char *const lists[] = {"properties", "optionalProperties"};
    const json_t *whole = dep_schema_form(asking->schema, form);
    DEP_AUTO_JSON *object = json_object();
    for (size_t i = 0; i < DEP_COUNT(lists); i++) {
        const char *name;
        json_t *member;
        json_object_foreach(json_object_get(whole, lists[i]), name, member)
        {
            bool must = needed || json_object_size(object) > 0;
            if (!is_stated(member) ||
                (i == 1 && !goes_with(asking, form, name, member, object, &must)))
                continue;
            enum got got = ask_member(asking, member, name, label, must, object);
            if (got == GOT_END || got == GOT_ABSENT || (got == GOT_NOTHING && i == 0 && !must))
                return got;
        }
    }
    if (!needed && json_object_size(object) == 0)
        return GOT_NOTHING;
    *out = json_incref(object);
    return GOT_VALUE;
}

/* How it acted; where that can't be, why, and again. */
static enum got ask_how(struct asking *asking, const json_t *form, const char *label, bool needed,
                        json_t *side)
{
    const json_t *how = dep_schema_member(asking->schema, form, "state");
    for (;;) {
        enum got got = ask_member(asking, how, "state", label, needed, side);
        if (got != GOT_VALUE || asking->signer != SIGNER_NOBODY ||
            strcmp(dep_json_string(side, "state"), "signed") != 0)
            return got;
        (void)fprintf(stderr, "  %s\n", dep_word("custody.signed"));
    }
}

/* A side of an act: of what it may hold only that which goes with how it acted is asked for, and
 * that is needed. */
static enum got ask_side(struct asking *asking, const json_t *form, const char *label, bool needed,
                         json_t **out)
{
    DEP_AUTO_JSON *side = json_object();
    enum got got = ask_how(asking, form, label, needed, side);
    if (got != GOT_VALUE)
        return got;
    const char *state = dep_json_string(side, "state");
    bool own = strcmp(state, "signed") == 0 && asking->signer == SIGNER_SELF && asking->officer;
    if (own && json_object_set_new(side, "code", json_string(asking->officer)))
        return GOT_END;
    const char *name;
    for (size_t i = 0; !own && (name = dep_custody_side_needs(state, i)); i++) {
        const json_t *member = dep_schema_member(asking->schema, form, name);
        got = ask_member(asking, member, name, label, true, side);
        if (got != GOT_VALUE)
            return got;
    }
    if (ask_member(asking, dep_schema_member(asking->schema, form, "role"), "role", label, false,
                   side) == GOT_END)
        return GOT_END;
    *out = json_incref(side);
    return GOT_VALUE;
}

static enum got ask_form(struct asking *asking, const json_t *form, const char *label, bool needed,
                         json_t **out)
{
    if (dep_form_refers(form, "side"))
        return ask_side(asking, form, label, needed, out);
    const json_t *whole = dep_schema_form(asking->schema, form);
    if (ask_is_one_line(asking, form))
        return ask_one(asking, form, label, needed, out);
    if (json_object_get(whole, "elements"))
        return ask_list(asking, form, label, needed, out);
    return ask_object(asking, form, label, needed, out);
}

/* Behind the one line of a time or a place about an item: what else stands about it. */
static bool ask_rest(struct asking *asking, const json_t *form, const char *label, json_t *object)
{
    const char *name;
    json_t *member;
    asking->unknown_ok = false;
    json_object_foreach(
        json_object_get(dep_schema_form(asking->schema, form), "optionalProperties"), name, member)
    {
        if (json_object_get(object, name))
            continue;
        enum got got = ask_member(asking, member, name, label, false, object);
        if (got == GOT_END)
            return false;
    }
    return true;
}

/* ---- the fields ---- */

/* Who signs it where it says "signed": who gives signs the transfer, who takes the receipt, and who
 * takes a consent, or gives it for this member; whoever assures, or a thing is taken from, has no
 * key here. */
static enum signer signer_of(const struct asking *asking, const char *field)
{
    static const struct {
        const char *type, *field;
        enum signer signer;
    } table[] = {{"assurance.given", "side", SIGNER_NOBODY},
                 {"consent.given", "side", SIGNER_SELF},
                 {"custody.received", "taker", SIGNER_SELF},
                 {"custody.returned", "giver", SIGNER_SELF},
                 {"custody.returned", "taker", SIGNER_NOBODY},
                 {"custody.transferred", "giver", SIGNER_SELF},
                 {"custody.transferred", "taker", SIGNER_NOBODY},
                 {"evidence.collected", "dispossessed", SIGNER_NOBODY},
                 {"evidence.intake", "dispossessed", SIGNER_NOBODY}};
    for (size_t i = 0; i < DEP_COUNT(table); i++)
        if (strcmp(table[i].type, asking->schema->type) == 0 && strcmp(table[i].field, field) == 0)
            return table[i].signer;
    return SIGNER_OTHER;
}

/* Why the original was examined is asked of who examined it, and then needed. */
static bool is_about_original(const struct dep_schema_field *field)
{
    return strcmp(field->name, "why_original") == 0;
}

static bool examined_original(const json_t *fields)
{
    const char *on = dep_json_string(fields, "worked_on");
    return on && strcmp(on, "original") == 0;
}

/* What a person states: not what the program draws or judges, nor (but for `whole`) what the
 * command that asks fills in: ids, digests, counts. */
static bool is_asked(const struct asking *asking, const struct dep_schema_field *field)
{
    if (strcmp(field->name, "unknown") == 0 || !is_stated(field->form) ||
        dep_form_refers(field->form, "verdict"))
        return false;
    if (asking->whole)
        return true;
    if (!ask_is_one_line(asking, field->form) || dep_form_file(field->form))
        return true;
    const char *type = dep_json_string(field->form, "type");
    return !is_printed(field->form) &&
           (!type || strcmp(type, "string") == 0 || strcmp(type, "timestamp") == 0);
}

/* What the schema lets pass and the charter doesn't is told here: at the end all answers would be
 * lost. `out_path`: where in the fields it stands. */
static bool may_stand(const struct asking *asking, const char *name, const json_t *fields,
                      char out_path[DEP_JTD_POINTER_MAX])
{
    DEP_AUTO_JSON *stated = json_pack("{s:O}", name, json_object_get(fields, name));
    struct dep_problem problem = {.detail = ""};
    static const struct dep_args args; /* in words */
    int err = dep_stated_times(asking->schema->type, stated, &problem);
    if (!err)
        err = dep_stated_codes(asking->called->charter, asking->schema->type, stated,
                               dep_node_now_ms(asking->called->node) / 1000, &problem);
    if (err)
        (void)dep_say_problem(&args, err, &problem);
    (void)snprintf(out_path, DEP_JTD_POINTER_MAX, "%s", problem.where.instance_path);
    return err != DEP_FOUND;
}

/* A member that is asked for by itself; NULL of what is asked on one line, of a side, whose members
 * go with how it acted, and of a list. */
static const json_t *part_of(const struct asking *asking, const json_t *form, const char *name)
{
    const json_t *whole = dep_schema_form(asking->schema, form);
    bool parted = !ask_is_one_line(asking, form) && !dep_form_refers(form, "side") &&
                  !json_object_get(whole, "elements");
    return parted && name[0] ? dep_schema_member(asking->schema, form, name) : NULL;
}

/* All of an element of a list: it goes where nothing is answered. */
static enum got ask_element(struct asking *asking, const json_t *form, const char *label,
                            bool needed, size_t index, json_t *list)
{
    const json_t *each = dep_schema_member(asking->schema, form, NULL);
    bool must = has_one_at_least(asking, needed) && json_array_size(list) == 1;
    char numbered[LABEL_MAX];
    json_t *value = NULL;
    (void)snprintf(numbered, sizeof numbered, "%s %zu", label, index + 1);
    asking->unknown_ok = false; /* only a whole field can be */
    enum got got = ask_form(asking, each, numbered, must, &value);
    if (got == GOT_VALUE)
        return json_array_set_new(list, index, value) ? GOT_END : got;
    if (got == GOT_NOTHING)
        (void)json_array_remove(list, index);
    return got;
}

/* Asks for what stands at `path` below the member `name`, as near to it as can be; what else was
 * answered stays. */
static enum got ask_at(struct asking *asking, const json_t *form, const char *name,
                       const char *label, bool needed, struct dep_slice path, json_t *object)
{
    char part[64], part_label[LABEL_MAX];
    uint64_t index;
    struct dep_slice token = dep_slice_next(&path, '/');
    json_t *inside = json_object_get(object, name);
    if (dep_u64_parse(token, UINT32_MAX, &index) && index < json_array_size(inside))
        return ask_element(asking, form, label, needed, (size_t)index, inside);
    (void)snprintf(part, sizeof part, "%.*s", (int)token.len, (const char *)token.data);
    const json_t *member = inside ? part_of(asking, form, part) : NULL;
    if (!member) {
        (void)json_object_del(object, name); /* it need not be there */
        return ask_into(asking, form, name, label, needed, object);
    }
    asking->unknown_ok = false;
    const json_t *whole = dep_schema_form(asking->schema, form);
    label_member(asking, member, part, label, part_label);
    return ask_at(asking, member, part, part_label,
                  json_object_get(json_object_get(whole, "properties"), part) != NULL, path,
                  inside);
}

/* `path`: in the field, or "" for all of it. */
static bool ask_field(struct asking *asking, const struct dep_schema_field *field, const char *path,
                      json_t *fields)
{
    const char *help = dep_schema_help(asking->schema, field->name, asking->lang);
    const char *label = dep_schema_label(asking->schema, field->name, asking->lang);
    char refused[DEP_JTD_POINTER_MAX];
    bool needed = field->required || is_about_original(field), stands = true;
    enum got got;
    if (help)
        ask_hint(help);
    asking->signer = signer_of(asking, field->name);
    do {
        struct dep_slice below = dep_slice_string(stands ? path : refused);
        for (int i = 0; i < 2; i++) /* behind the slash, and the field's own name */
            (void)dep_slice_next(&below, '/');
        asking->unknown_ok = field->unknown_ok;
        got = ask_at(asking, field->form, field->name, label, needed, below, fields);
        stands = got == GOT_END || !json_object_get(fields, field->name) ||
                 may_stand(asking, field->name, fields, refused);
    } while (!stands);
    json_t *value = json_object_get(fields, field->name);
    if (got == GOT_VALUE) {
        bool in_words = json_object_get(value, "original") != NULL;
        bool more = in_words || (is_item_type(asking->schema) && ask_is_short(asking, field->form));
        if (in_words)
            (void)fprintf(
                stderr, "  %s\n",
                _("That is no date as this program writes it: it is kept as you wrote it, "
                  "and the date is asked for next."));
        return !more || ask_rest(asking, field->form, label, value);
    }
    if (got == GOT_ABSENT)
        return dep_ask_absence(fields, field->name, asking->refused ? "refused" : "unknown",
                               asking->reason);
    return got != GOT_END;
}

/* The field that `path` leads to or into. */
static bool is_field_of(const char *path, const char *name)
{
    size_t len = strlen(name);
    return path[0] == '/' && strncmp(path + 1, name, len) == 0 &&
           (path[len + 1] == '/' || !path[len + 1]);
}

static bool is_wanted(const struct asking *asking, const struct dep_schema_field *field,
                      const char *only, const json_t *fields)
{
    return (only ? is_field_of(only, field->name) : !json_object_get(fields, field->name)) &&
           is_asked(asking, field) && (!is_about_original(field) || examined_original(fields));
}

/* Those that the schema has behind this field, each with those behind it; NULL: those behind
 * none. */
static bool ask_behind(struct asking *asking, const struct dep_schema_field *first,
                       const char *only, json_t *fields)
{
    bool done = true;
    for (size_t i = 0; done && i < asking->schema->field_count; i++) {
        const struct dep_schema_field *field = &asking->schema->fields[i];
        const char *after = dep_json_string(dep_json_object(field->form, "metadata"), "after");
        bool behind = after && first && strcmp(after, first->name) == 0;
        if (!behind && (after || first))
            continue;
        if (is_wanted(asking, field, only, fields)) {
            asking->found = true;
            done = ask_field(asking, field, only ? only : "", fields);
        }
        done = done && ask_behind(asking, field, only, fields);
    }
    return done;
}

static bool may_be_unknown(const struct dep_schema *schema)
{
    for (size_t i = 0; i < schema->field_count; i++)
        if (schema->fields[i].unknown_ok)
            return true;
    return false;
}

bool dep_ask_fields(const struct dep_schema *schema, bool whole, const char *only,
                    struct dep_called *called, json_t *fields)
{
    struct asking asking = {.schema = schema,
                            .lang = dep_reader_language(),
                            .whole = whole,
                            .called = called,
                            .officer = dep_node_officer(called->node)};
    if (!only)
        (void)fprintf(stderr, "%s\n",
                      may_be_unknown(schema) ? _("Enter leaves a field out; \"? reason\" says "
                                                 "unknown, \"! reason\" says refused.")
                                             : _("Enter leaves a field out."));
    bool done = ask_behind(&asking, NULL, only, fields);
    dep_wipe(asking.reason, sizeof asking.reason);
    return done && (!only || asking.found);
}
