/*
 * schema: what each record type is made of, from its schema alone.
 */
#include "cli/cli.h"
#include "cli/wanted.h"

#include <string.h>

struct showing {
    const struct dep_schema *schema;
    const char *lang;
};

static void show_words(const char *words, int depth)
{
    (void)printf("%*s", depth, "");
    dep_print_column(stdout, words, 0);
    (void)printf("\n");
}

static void show_members(const struct showing *showing, const json_t *form, int depth);

/* What it is asked for, what it may be, what it is made of. */
static void show_form(const struct showing *showing, const json_t *form, int depth)
{
    const char *help = dep_form_help(form, showing->lang);
    const json_t *whole = dep_schema_form(showing->schema, form);
    const json_t *each = json_object_get(whole, "elements")
                             ? dep_schema_member(showing->schema, whole, NULL)
                             : whole;
    DEP_AUTO_BUF right;
    dep_buf_init(&right, DEP_WANTED_LEN_MAX);
    dep_wanted_add(showing->schema, form, false, &right);
    if (help)
        show_words(help, depth);
    if (dep_buf_err(&right) == DEP_OK && right.len)
        show_words((const char *)right.data, depth);
    if (!dep_json_string(form, "ref") || strcmp(dep_json_string(form, "ref"), "text") != 0)
        show_members(showing, dep_schema_form(showing->schema, each), depth);
}

static void show_members(const struct showing *showing, const json_t *form, int depth)
{
    static const char *const lists[] = {"properties", "optionalProperties"};
    enum { DEPTH_MAX = 16 }; /* definitions may go in a circle */
    for (size_t i = 0; depth < DEPTH_MAX && i < DEP_COUNT(lists); i++) {
        const char *name;
        json_t *member;
        json_object_foreach(json_object_get(form, lists[i]), name, member)
        {
            const char *label = dep_form_label(member, showing->lang);
            (void)printf("%*s%s%s  ", depth, "", name, i == 0 ? "*" : "");
            show_words(label ? label : name, 0);
            show_form(showing, member, depth + 2);
        }
    }
}

static void show_roles(const char *label, unsigned roles)
{
    const char *between = "";
    dep_print_label(stdout, label);
    for (unsigned role = 1; role <= DEP_ROLE_REGISTRAR; role <<= 1) {
        if (!(roles & role))
            continue;
        (void)printf("%s%s", between, dep_word(dep_role_name((enum dep_role)role)));
        between = " · ";
    }
    (void)printf("\n");
}

static void show_schema(const struct dep_schema *schema)
{
    struct showing showing = {schema, dep_reader_language()};
    (void)printf("%s  ", schema->type);
    dep_print_column(stdout, dep_schema_label(schema, NULL, showing.lang), 0);
    (void)printf("\n");
    dep_print_label(stdout, _("Version"));
    (void)printf("%d\n", schema->version);
    show_roles(_("Who may sign it"), schema->signers);
    show_roles(_("Who may read what is protected"), schema->readers);
    (void)printf("%s\n", _("Fields (* is required):"));
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct dep_schema_field *field = &schema->fields[i];
        (void)printf("\n%s%s  ", field->name, field->required ? "*" : "");
        dep_print_column(stdout, dep_schema_label(schema, field->name, showing.lang), 0);
        (void)printf("  [%s", field->open ? _("open") : _("protected"));
        if (field->unknown_ok)
            (void)printf(", %s", _("may be unknown"));
        if (field->searchable)
            (void)printf(", %s", _("searchable"));
        if (dep_form_drawn(field->form))
            (void)printf(", %s", _("drawn by the program"));
        if (dep_form_measured(field->form))
            (void)printf(", %s", _("measured by the program"));
        (void)printf("]\n");
        show_form(&showing, field->form, 4);
    }
}

static void list_schemas(const struct dep_args *args, const struct dep_schemas *schemas)
{
    const char *lang = dep_reader_language();
    for (size_t i = 0; i < dep_schemas_count(schemas); i++) {
        const struct dep_schema *each = dep_schemas_at(schemas, i);
        if (each != dep_schemas_find(schemas, each->type, 0))
            continue; /* superseded: only for reading */
        if (args->json)
            (void)dep_print_json(json_pack("{s:s,s:i,s:s}", "type", each->type, "v", each->version,
                                           "label", dep_schema_label(each, NULL, lang)));
        else
            (void)printf("%-22s %s\n", each->type, dep_schema_label(each, NULL, lang));
    }
}

/* "schema", "schema list": no type; "schema TYPE", "schema show TYPE". */
static bool read_words(const struct dep_args *args, const char **out_type)
{
    size_t count = args->positional_count;
    const char *const *words = args->positional;
    bool listing = count == 1 && strcmp(words[0], "list") == 0;
    bool showing = count == 2 && strcmp(words[0], "show") == 0;
    *out_type = showing ? words[1] : count == 1 && !listing ? words[0] : NULL;
    return count == 0 || showing || (count == 1 && strcmp(words[0], "show") != 0);
}

int dep_cmd_schema(int argc, char **argv)
{
    static struct dep_args args;
    const char *wanted;
    int status = dep_args_parse(&args, "schema", "schema list | show TYPE", NULL, 0, argc, argv);
    if (status)
        return status - 1;
    if (!read_words(&args, &wanted))
        return dep_usage_error(&args, _("say list, or show and a record type"));
    status = dep_confine_command(&args, false);
    if (status)
        return status;
    const struct dep_schemas *schemas = dep_open_schemas(&status);
    if (!schemas)
        return status;
    const struct dep_schema *schema = wanted ? dep_schemas_find(schemas, wanted, 0) : NULL;
    if (wanted && !schema)
        status = dep_usage_error(&args, _("no such record type: %s"), wanted);
    else if (schema && args.json)
        status = dep_print_json(json_deep_copy(schema->jtd)) ? DEP_EXIT_YES : DEP_EXIT_FAULT;
    else if (schema)
        show_schema(schema);
    else
        list_schemas(&args, schemas);
    return dep_finish_output(status);
}
