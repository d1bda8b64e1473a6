/*
 * Records and items in words, for a terminal or a pipe.
 */
#include "cli/show.h"

#include "cli/verdict.h"
#include "codec/text.h"
#include "node/charter.h"
#include "node/evidence.h"
#include "node/reported.h"
#include "report/language.h"

#include <string.h>

enum { LANGUAGE_MAX = 1024 };

/* What a value is told by: all types and the one it belongs to, what codes are called (NULL:
 * nothing is at hand), and the reader's language. */
struct telling {
    const struct dep_schemas *schemas;
    const struct dep_schema *schema;
    struct dep_called *called;
    const char *lang;
};

static void show_value(const struct telling *telling, const json_t *form, const json_t *value,
                       int depth);

static void indent(int depth)
{
    (void)printf("%*s", 2 * depth, "");
}

static void show_text(const char *text)
{
    dep_print_isolated(stdout, text);
}

/* Fields of an item's record by their labels. */
static void show_field_names(const struct telling *telling, const json_t *names)
{
    const struct dep_schema *schema = dep_schemas_find(telling->schemas, "evidence.collected", 0);
    size_t i;
    json_t *name;
    json_array_foreach(names, i, name)
    {
        const char *label = dep_schema_label(schema, json_string_value(name), telling->lang);
        (void)printf("%s", i ? _(", ") : "");
        show_text(label ? label : json_string_value(name));
    }
    (void)printf("%s\n", json_array_size(names) ? "" : "-");
}

static void show_member(const struct telling *telling, const json_t *form, const char *name,
                        const json_t *value, int depth)
{
    if (strcmp(name, "fields") == 0 && json_is_array(value))
        show_field_names(telling, value);
    else if (strcmp(name, "material") == 0 && json_is_integer(value)) /* people count from one */
        (void)printf("%lld\n", (long long)json_integer_value(value) + 1);
    else
        show_value(telling, form, value, depth);
}

/* `begun`: the line of the first one is, by the mark of a list. */
static void show_members(const struct telling *telling, const json_t *form, const json_t *object,
                         int depth, bool begun)
{
    const char *name;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)object, name, member)
    {
        const json_t *of = dep_schema_member(telling->schema, form, name);
        const char *label = dep_form_label(of, telling->lang);
        indent(begun ? 0 : depth);
        begun = false;
        show_text(label ? label : name);
        dep_print_label(stdout, ""); /* the colon */
        show_member(telling, of, name, member, depth);
    }
}

static void show_elements(const struct telling *telling, const json_t *form, const json_t *array,
                          int depth)
{
    const json_t *of = dep_schema_member(telling->schema, form, NULL);
    size_t i;
    json_t *member;
    (void)printf("%s\n", json_array_size(array) ? "" : "-");
    json_array_foreach(array, i, member)
    {
        indent(depth);
        (void)printf("- ");
        if (json_object_size(member) && !dep_json_string(member, "text"))
            show_members(telling, of, member, depth + 1, true);
        else
            show_value(telling, of, member, depth);
    }
}

/* Behind a free text what it is written in. */
static void show_language(const struct telling *telling, const json_t *text)
{
    DEP_AUTO_BUF name;
    dep_buf_init(&name, LANGUAGE_MAX);
    dep_language_add_of(text, telling->lang, &name);
    (void)printf(" [");
    show_text(name.len ? (const char *)name.data : "?");
    (void)printf("]\n");
}

static void show_string(const struct telling *telling, const json_t *form, const char *text)
{
    const char *list = dep_json_string(dep_json_object(form, "metadata"), "list");
    const char *name =
        telling->called && list ? dep_called_listed(telling->called, list, text) : NULL;
    bool told =
        name || (telling->called && list && dep_show_listed(telling->called->charter, list, text));
    if (name) {
        show_text(name);
    } else if (!told && dep_named_form(form)) {
        DEP_AUTO_BUF words;
        dep_buf_init(&words, LANGUAGE_MAX);
        dep_named_add(form, text, telling->lang, &words);
        show_text(words.data ? (const char *)words.data : text);
    } else if (!told) {
        const char *choice = dep_form_choice(form, text, telling->lang);
        show_text(choice ? choice : text);
    }
    (void)printf("\n");
}

static void show_value(const struct telling *telling, const json_t *form, const json_t *value,
                       int depth)
{
    const char *text = json_string_value(value);
    if (json_is_object(value) && dep_json_string(value, "text")) {
        const char *word = dep_text_word(value);
        show_text(word ? word : dep_json_string(value, "text"));
        if (word)
            (void)printf("\n");
        else
            show_language(telling, value);
    } else if (text) {
        show_string(telling, form, text);
    } else if (json_is_integer(value)) {
        (void)printf("%lld\n", (long long)json_integer_value(value));
    } else if (json_is_boolean(value)) {
        (void)printf("%s\n", json_is_true(value) ? _("yes") : _("no"));
    } else if (json_is_array(value)) {
        show_elements(telling, form, value, depth + 1);
    } else {
        (void)printf("\n");
        show_members(telling, form, value, depth + 1, false);
    }
}

/* A field that isn't known stands in its place, with the reason. */
static void show_absence(const struct telling *telling, const json_t *absence)
{
    const json_t *unknown = dep_schema_member(telling->schema, telling->schema->jtd, "unknown");
    const json_t *form = dep_schema_member(telling->schema, unknown, NULL);
    const char *code = dep_json_string(absence, "code");
    const char *reason = dep_json_string(absence, "reason");
    const char *word =
        dep_form_choice(dep_schema_member(telling->schema, form, "code"), code, telling->lang);
    show_text(word ? word : code);
    (void)printf(" — ");
    show_text(strcmp(reason, DEP_NOT_STATED) == 0 ? _("not stated") : reason);
    (void)printf("\n");
}

void dep_show_time(int64_t unix_s)
{
    char text[24];
    dep_time_encode(unix_s, text);
    show_text(text);
}

static void show_label(const char *label)
{
    (void)printf("  ");
    dep_print_label(stdout, label);
}

void dep_show_fields(const struct dep_schemas *schemas, const struct dep_schema *schema,
                     struct dep_called *called, const json_t *claims)
{
    struct telling telling = {schemas, schema, called, dep_reader_language()};
    const json_t *unknown = dep_json_object(claims, "unknown");
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct dep_schema_field *field = &schema->fields[i];
        const json_t *value = json_object_get(claims, field->name);
        const json_t *absence = dep_json_object(unknown, field->name);
        if ((!value || json_is_null(value) || value == unknown) && !absence)
            continue;
        show_label(dep_schema_label(schema, field->name, telling.lang));
        if (absence)
            show_absence(&telling, absence);
        else
            show_value(&telling, field->form, value, 1);
    }
}

const char *dep_relation_arrow(const char *rel, char out_name[DEP_RELATION_ROOM])
{
    size_t len = strlen(rel);
    bool back = len && rel[len - 1] == '<';
    (void)snprintf(out_name, DEP_RELATION_ROOM, "%.*s", (int)(len - back), rel);
    return back ? "← " : "→ ";
}

/* Codes are shown bare where there is no charter. What names them besides is protected: it isn't
 * opened for a record that isn't. */
static void show_fields(struct dep_node *node, const struct dep_schema *schema, bool readable,
                        const json_t *claims)
{
    struct dep_problem unused = {.detail = ""};
    DEP_AUTO_CALLED called = {.found = NULL};
    int err = dep_called_init(node, dep_reader_language(), &called, &unused);
    called.charter_only = !readable;
    dep_show_fields(dep_node_schemas(node), schema, err ? NULL : &called, claims);
}

static bool is_reported(const struct dep_view *view)
{
    return strcmp(view->row.type, DEP_FOREIGN_REPORT) == 0;
}

/* Of what another member reported: what wasn't shown of it. */
static void show_withheld(struct dep_node *node, const struct dep_view *view)
{
    DEP_AUTO_REPORTED reported = {.withdrawn = false};
    struct dep_problem unused = {.detail = ""};
    const char *lang = dep_reader_language();
    bool begun = false;
    if (dep_node_reported(node, view, &reported, &unused))
        return;
    const struct dep_schema *schema = reported.schema;
    for (size_t i = 0; i < schema->field_count; i++) {
        if (reported.told.shown[i])
            continue;
        if (!begun)
            show_label(_("Withheld"));
        (void)printf("%s%s", begun ? _("; ") : "",
                     dep_schema_label(schema, schema->fields[i].name, lang));
        begun = true;
    }
    (void)printf("%s", begun ? "\n" : "");
    if (reported.withdrawn)
        (void)printf("  %s\n", _("Withdrawn by its sender"));
}

/* What a field kit's record, or another member's, says itself, as its officer signed it. */
static void show_handed(struct dep_node *node, const struct dep_view *view)
{
    const json_t *by = dep_json_object(view->handed, "by");
    const char *type = dep_json_string(view->handed, "type");
    int64_t version = 1, iat = 0;
    (void)dep_json_int(view->handed, "v", &version);
    (void)dep_json_int(view->handed, "iat", &iat);
    const struct dep_schema *schema =
        type ? dep_schemas_find(dep_node_schemas(node), type, (int)version) : NULL;
    if (!schema || !by)
        return;
    (void)printf("  ");
    bool reported = is_reported(view);
    (void)printf(reported ? _("Recorded by %s %s of %s, ")
                          : _("Recorded on the kit by %s %s of %s, "),
                 dep_word(dep_json_string(by, "role")), dep_json_string(by, "code"),
                 dep_json_string(view->handed, "iss"));
    dep_show_time(iat);
    (void)printf("\n");
    show_fields(node, schema, view->readable, view->handed);
    if (reported)
        show_withheld(node, view);
    if (view->handed_why)
        (void)printf("  %s\n", dep_word(view->handed_why));
}

/* Of a record that is held what it is kept as is for the program. */
static void show_told(struct dep_node *node, const struct dep_view *view,
                      const struct dep_schema *schema)
{
    static const char *const kept[] = {"jwt", "secret", "keys", "keks", "sd_jwt"};
    DEP_AUTO_JSON *claims = json_copy(view->claims);
    for (size_t i = 0; i < DEP_COUNT(kept) && view->handed; i++)
        (void)json_object_del(claims, kept[i]);
    show_fields(node, schema, view->readable, claims);
    if (view->handed)
        show_handed(node, view);
}

void dep_show_view(struct dep_node *node, const struct dep_view *view)
{
    int64_t version = 1;
    (void)dep_json_int(view->claims, "v", &version);
    const struct dep_schema *schema =
        dep_schemas_find(dep_node_schemas(node), view->row.type, (int)version);
    (void)printf("%s  %s\n",
                 schema ? dep_schema_label(schema, NULL, dep_reader_language()) : view->row.type,
                 view->row.jti);
    show_label(_("Place in the log"));
    (void)printf("%llu\n", (unsigned long long)view->row.index);
    show_label(_("Recorded"));
    dep_show_time(view->row.iat);
    (void)printf("\n");
    const json_t *by = dep_json_object(view->claims, "by");
    show_label(_("By"));
    (void)printf("%s %s\n", by ? dep_word(dep_json_string(by, "role")) : "?",
                 by ? dep_json_string(by, "code") : "?");
    if (schema)
        show_told(node, view, schema);
    const json_t *refs = dep_json_array(view->claims, "refs");
    size_t i;
    json_t *ref;
    json_array_foreach(refs, i, ref)
    {
        show_label(dep_word(dep_json_string(ref, "rel")));
        (void)printf("%s\n", dep_json_string(ref, "id"));
    }
    if (view->row.superseded)
        (void)printf("  %s\n", _("A later record corrects this one."));
    if (!view->readable && view->why_not)
        (void)printf("  %s\n", dep_word(view->why_not));
}

/* ---- what refers to a record ---- */

enum { REFERRING_MAX = 20 };

struct referring {
    const struct dep_schemas *schemas;
    size_t count;
};

static int show_referring(void *context, const struct dep_index_row *row)
{
    struct referring *referring = context;
    const struct dep_schema *schema = dep_schemas_find(referring->schemas, row->type, 0);
    if (referring->count++ == 0) {
        show_label(_("What refers to it"));
        (void)printf("\n");
    }
    if (referring->count > REFERRING_MAX)
        return DEP_OK;
    (void)printf("    %s  ", row->jti);
    dep_show_time(row->iat);
    (void)printf("  %s%s\n",
                 schema ? dep_schema_label(schema, NULL, dep_reader_language()) : row->type,
                 row->superseded ? _("  (corrected)") : "");
    return DEP_OK;
}

int dep_show_referring(struct dep_node *node, const char *id, struct dep_problem *problem)
{
    struct referring referring = {.schemas = dep_node_schemas(node)};
    const struct dep_index_query query = {
        .ref = id, .limit = REFERRING_MAX + 1, .newest_first = true};
    int err = dep_node_list(node, &query, show_referring, &referring, problem);
    if (!err && referring.count > REFERRING_MAX)
        (void)printf(_("    and older ones: list --ref %s\n"), id);
    return err;
}

json_t *dep_view_json(const struct dep_view *view)
{
    char sha256[2 * DEP_HASH_LEN + 1];
    dep_hex_encode(view->row.sha256.bytes, DEP_HASH_LEN, sha256);
    return json_pack(
        "{s:s,s:s,s:I,s:I,s:s,s:b,s:b,s:s?,s:O,s:O*,s:s*}", "id", view->row.jti, "type",
        view->row.type, "iat", (json_int_t)view->row.iat, "index", (json_int_t)view->row.index,
        "sha256", sha256, "superseded", (int)view->row.superseded, "readable", (int)view->readable,
        "why_not", view->readable ? NULL : view->why_not, "claims", view->claims,
        is_reported(view) ? "received" : "kit", view->handed, "kit_why_not", view->handed_why);
}

json_t *dep_row_json(const struct dep_index_row *row)
{
    return json_pack("{s:s,s:s,s:I,s:I,s:s?,s:s,s:b,s:b}", "id", row->jti, "type", row->type, "iat",
                     (json_int_t)row->iat, "index", (json_int_t)row->index, "item",
                     row->item[0] ? row->item : NULL, "by", row->by_code, "superseded",
                     (int)row->superseded, "erased", (int)row->erased);
}

void dep_show_item(struct dep_node *node, const char *id)
{
    struct dep_problem ignored = {.detail = ""};
    DEP_AUTO_ITEM item = {.item = ""};
    int err = dep_node_item(node, id, true, &item, &ignored);
    const char *exhibit = err ? NULL : dep_json_string(item.first.claims, "exhibit");
    if (exhibit) {
        dep_print_safe(stdout, exhibit, strlen(exhibit));
        (void)printf("  ");
    }
    (void)printf("%s", id);
}
