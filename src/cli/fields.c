/*
 * The fields of a record as a person states them: from a JSON file or descriptor, or asked one by
 * one on a terminal. Never from the command line, which the machine shows to everybody (ps) and the
 * shell remembers.
 */
#include "cli/cli.h"

#include "codec/text.h"
#include "store/file.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIELDS_LEN_MAX = 4 * 1024 * 1024, ANSWER_MAX = 16 * 1024 };

/* "fr" of "fr_FR.UTF-8": the language a free text is taken to be in; "und" (undetermined) where the
 * locale doesn't say. */
const char *dep_reader_language(void)
{
    const char *names[] = {getenv("LANGUAGE"), setlocale(LC_MESSAGES, NULL)};
    static char lang[3];
    for (size_t i = 0; i < DEP_COUNT(names); i++) {
        const char *name = names[i];
        if (!name || strlen(name) < 2 || strncmp(name, "C", 2) == 0 ||
            strncmp(name, "C.", 2) == 0 || strcmp(name, "POSIX") == 0)
            continue;
        (void)snprintf(lang, sizeof lang, "%.2s", name);
        return lang;
    }
    return "und";
}

static int read_all(int fd, struct dep_buf *out)
{
    for (;;) {
        uint8_t piece[64 * 1024];
        ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0)
            return DEP_ERR_IO;
        if (got == 0)
            return dep_buf_err(out);
        dep_buf_add(out, piece, (size_t)got);
        dep_wipe(piece, sizeof piece);
        if (dep_buf_err(out))
            return dep_buf_err(out);
    }
}

static json_t *read_file(struct dep_args *args, const char *name, int *out_status)
{
    struct dep_buf text;
    dep_buf_init_secret(&text, FIELDS_LEN_MAX);
    struct dep_problem problem = {.detail = ""};
    int err = strcmp(name, "-") == 0
                  ? read_all(STDIN_FILENO, &text)
                  : dep_file_read(AT_FDCWD, name, FIELDS_LEN_MAX, &text, &problem.fault);
    json_t *fields = NULL;
    if (!err) {
        err = dep_json_parse(dep_buf_slice(&text), &fields, &problem.finding);
        (void)snprintf(problem.detail, sizeof problem.detail, "%s: %zu", name,
                       problem.finding.offset);
    }
    dep_buf_done(&text);
    if (err) {
        *out_status = dep_say_problem(args, err, &problem);
        return NULL;
    }
    if (!json_is_object(fields)) {
        json_decref(fields);
        *out_status = dep_usage_error(args, _("%s must hold one JSON object"), name);
        return NULL;
    }
    return fields;
}

json_t *dep_fields_read_file(struct dep_args *args, int *out_status)
{
    return read_file(args, dep_arg(args, "--fields"), out_status);
}

/* ---- asking ---- */

static bool read_answer(const char *label, const char *help, char *out, size_t room)
{
    if (help)
        (void)fprintf(stderr, "  (%s)\n", help);
    dep_print_label(stderr, label);
    (void)fflush(stderr);
    if (!fgets(out, (int)room, stdin))
        return false;
    out[strcspn(out, "\n")] = 0;
    DEP_AUTO_BUF ascii;
    dep_buf_init(&ascii, room - 1);
    dep_digits_ascii(dep_slice_string(out), &ascii);
    if (dep_buf_err(&ascii) == DEP_OK)
        (void)snprintf(out, room, "%s", ascii.data ? (const char *)ascii.data : "");
    return true;
}

static json_t *text_value(const char *answer)
{
    return json_pack("{s:s,s:s}", "text", answer, "lang", dep_reader_language());
}

/* NULL where this kind of field can't be asked on one line: such fields come by --fields. */
static json_t *value_of(const struct dep_schema_field *field, const char *answer)
{
    const char *ref = dep_json_string(field->form, "ref");
    const char *type = dep_json_string(field->form, "type");
    if (ref && strcmp(ref, "text") == 0)
        return text_value(answer);
    if (ref && strcmp(ref, "place") == 0)
        return json_pack("{s:o}", "description", text_value(answer));
    if (ref && strcmp(ref, "stated_time") == 0) {
        bool edtf = dep_edtf_valid(dep_slice_string(answer));
        return json_pack("{s:s}", edtf ? "edtf" : "original", answer);
    }
    if (type && strcmp(type, "string") == 0)
        return json_string(answer);
    if (dep_json_array(field->form, "enum"))
        return json_string(answer);
    return NULL;
}

static bool can_ask(const struct dep_schema_field *field)
{
    json_t *probe = value_of(field, "x");
    json_decref(probe);
    bool own = field->format &&
               (strcmp(field->format, "uuid") == 0 || strcmp(field->format, "sha256") == 0);
    return probe && !own;
}

/* Each value as it is typed, and what it means. */
static void show_choices(const struct dep_schema_field *field, const char *lang)
{
    size_t i;
    json_t *choice;
    json_array_foreach(dep_json_array(field->form, "enum"), i, choice)
    {
        const char *value = json_string_value(choice);
        const char *meaning = dep_form_choice(field->form, value, lang);
        if (meaning && strcmp(meaning, value) != 0)
            (void)fprintf(stderr, "    %s — %s\n", value, meaning);
        else
            (void)fprintf(stderr, "    %s\n", value);
    }
}

static bool set_unknown(json_t *fields, const char *name, const char *code, const char *reason)
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

static bool ask_field(const struct dep_schema *schema, const struct dep_schema_field *field,
                      json_t *fields)
{
    char answer[ANSWER_MAX];
    const char *lang = dep_reader_language();
    show_choices(field, lang);
    if (!read_answer(dep_schema_label(schema, field->name, lang),
                     dep_schema_help(schema, field->name, lang), answer, sizeof answer))
        return false;
    bool done = true;
    if (answer[0] == '?' || answer[0] == '!') {
        const char *reason = answer + 1 + strspn(answer + 1, " ");
        done = set_unknown(fields, field->name, answer[0] == '?' ? "unknown" : "refused",
                           reason[0] ? reason : DEP_NOT_STATED);
    } else if (answer[0]) {
        done = json_object_set_new(fields, field->name, value_of(field, answer)) == 0;
    }
    dep_wipe(answer, sizeof answer);
    return done;
}

static bool ask_fields(const struct dep_schema *schema, json_t *fields)
{
    (void)fprintf(
        stderr, "%s\n",
        _("Enter leaves a field out; \"? reason\" says unknown, \"! reason\" says refused."));
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct dep_schema_field *field = &schema->fields[i];
        if (strcmp(field->name, "unknown") == 0 || json_object_get(fields, field->name) ||
            !can_ask(field))
            continue;
        if (!ask_field(schema, field, fields))
            return false;
    }
    return true;
}

/* What may be unknown and wasn't stated is unknown, and the reason is that it wasn't stated. */
static bool fill_unknown(const struct dep_schema *schema, json_t *fields)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct dep_schema_field *field = &schema->fields[i];
        if (!field->unknown_ok || json_object_get(fields, field->name) ||
            json_object_get(dep_json_object(fields, "unknown"), field->name))
            continue;
        if (!set_unknown(fields, field->name, "unknown", DEP_NOT_STATED))
            return false;
    }
    return true;
}

json_t *dep_fields_read(struct dep_args *args, const char *type, int *out_status)
{
    struct dep_schemas *schemas = NULL;
    struct dep_finding why;
    const char *file = dep_arg(args, "--fields");
    if (dep_schemas_new(&schemas, &why)) {
        dep_say(_("out of memory"));
        *out_status = DEP_EXIT_FAULT;
        return NULL;
    }
    json_t *fields = file ? read_file(args, file, out_status) : json_object();
    const struct dep_schema *schema = dep_schemas_find(schemas, type, 0);
    if (fields && !schema) {
        *out_status = dep_usage_error(args, _("no such record type: %s"), type);
        json_decref(fields);
        fields = NULL;
    }
    bool asked = fields && !file && dep_is_terminal() && !dep_flag(args, "--yes");
    if (fields && ((asked && !ask_fields(schema, fields)) || !fill_unknown(schema, fields))) {
        dep_say(_("nothing was recorded"));
        *out_status = DEP_EXIT_FAULT;
        json_decref(fields);
        fields = NULL;
    }
    dep_schemas_free(schemas);
    return fields;
}
