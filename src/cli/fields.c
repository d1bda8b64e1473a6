/*
 * The fields of a record as a person states them: from a JSON file or descriptor, or asked one by
 * one on a terminal. Never from the command line, which the machine shows to everybody (ps) and the
 * shell remembers.
 */
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/file_digest.h"
#include "cli/wanted.h"
#include "node/custody.h"
#include "node/stated.h"
#include "rules/mandate.h"

#include "store/file.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIELDS_LEN_MAX = 4 * 1024 * 1024 };

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

int dep_read_input(const char *name, size_t cap, struct dep_buf *out, struct dep_problem *problem)
{
    dep_buf_init_secret(out, cap);
    return strcmp(name, "-") == 0 ? dep_file_read_fd(STDIN_FILENO, name, cap, out, &problem->fault)
                                  : dep_file_read(AT_FDCWD, name, cap, out, &problem->fault);
}

static json_t *read_file(struct dep_args *args, const char *name, int *out_status)
{
    struct dep_buf text;
    struct dep_problem problem = {.detail = ""};
    int err = dep_read_input(name, FIELDS_LEN_MAX, &text, &problem);
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
    return read_file(args, dep_arg(args, "--file"), out_status);
}

bool dep_fields_fill_unknown(const struct dep_schema *schema, json_t *fields)
{
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct dep_schema_field *field = &schema->fields[i];
        if (!field->unknown_ok || json_object_get(fields, field->name) ||
            json_object_get(dep_json_object(fields, "unknown"), field->name))
            continue;
        if (!dep_ask_absence(fields, field->name, "unknown", DEP_NOT_STATED))
            return false;
    }
    return true;
}

/* Whether somebody is asked. */
static bool asks(const struct dep_args *args)
{
    return !dep_arg(args, "--file") && dep_is_terminal() && !dep_flag(args, "--yes");
}

/* False: the terminal was closed, memory gave out, or there is no charter to be read, which is
 * said. */
static bool ask(struct dep_args *args, const struct dep_schema *schema, const char *only,
                struct dep_node *node, json_t *fields)
{
    DEP_AUTO_CALLED called = {.found = NULL};
    struct dep_problem problem = {.detail = ""};
    bool whole = strcmp(args->command, "record") == 0;
    int err = dep_called_init(node, dep_reader_language(), &called, &problem);
    if (err)
        (void)dep_say_problem(args, err, &problem);
    return !err && dep_ask_fields(schema, whole, only, &called, fields);
}

json_t *dep_fields_read(struct dep_args *args, const char *type, json_t *known,
                        struct dep_node *node, int *out_status)
{
    const char *file = dep_arg(args, "--file");
    const struct dep_schemas *schemas = dep_open_schemas(out_status);
    if (!schemas)
        return NULL;
    json_t *fields = file ? read_file(args, file, out_status) : json_object();
    if (fields && known && json_object_update_missing(fields, known)) {
        dep_say(_("out of memory"));
        *out_status = DEP_EXIT_FAULT;
        json_decref(fields);
        fields = NULL;
    }
    const struct dep_schema *schema = dep_schemas_find(schemas, type, 0);
    if (fields && !schema) {
        *out_status = dep_usage_error(args, _("no such record type: %s"), type);
        json_decref(fields);
        fields = NULL;
    }
    struct dep_problem problem = {.detail = ""};
    int err = fields ? dep_file_digests(schema, fields, &problem) : DEP_OK;
    if (err) {
        *out_status = dep_say_problem(args, err, &problem);
        json_decref(fields);
        fields = NULL;
    }
    if (fields && ((asks(args) && !ask(args, schema, NULL, node, fields)) ||
                   !dep_fields_fill_unknown(schema, fields))) {
        dep_say(_("nothing was recorded"));
        *out_status = DEP_EXIT_FAULT;
        json_decref(fields);
        fields = NULL;
    }
    return fields;
}

/* False where nobody is asked, the path leads to nothing that is, or there is no answer. */
static bool ask_again(struct dep_args *args, const struct dep_schema *schema, struct dep_node *node,
                      json_t *claims, const char *path)
{
    return asks(args) && path[0] && ask(args, schema, path, node, claims) &&
           dep_fields_fill_unknown(schema, claims);
}

int dep_fields_attempt(struct dep_args *args, struct dep_node *node, const char *type,
                       json_t *claims, dep_attempt_fn *attempt, void *context)
{
    const struct dep_schema *schema = dep_schemas_find(dep_node_schemas(node), type, 0);
    /* Else there is missing what the program adds, and it would be called so. */
    bool whole = strcmp(args->command, "record") == 0 || strcmp(args->command, "note") == 0;
    for (;;) {
        struct dep_problem problem = {.detail = ""};
        DEP_AUTO_JSON *tried = json_deep_copy(claims);
        int err = tried ? attempt(context, tried, &problem)
                        : dep_problem_fault(&problem, DEP_ERR_NOMEM, "cli.fields", type);
        if (!err)
            return DEP_EXIT_YES;
        int status = dep_say_refused(args, schema, tried, whole, err, &problem);
        if (err != DEP_FOUND || !schema ||
            !ask_again(args, schema, node, claims, problem.where.instance_path))
            return status;
    }
}

/* The records named stand here, and what this one must be about is among them. */
static int refs_ready(const struct dep_args *args, struct dep_node *node, const char *type,
                      struct dep_problem *problem)
{
    enum { ABOUT_MAX = 16 }; /* of those behind it is told at the end */
    static const char *const options[] = {"--source", "--supersedes", "--about"};
    struct dep_index_row rows[ABOUT_MAX];
    const char *types[ABOUT_MAX], *name;
    size_t count = 0;
    int err = DEP_OK;
    for (size_t r = 0; r < DEP_COUNT(options); r++) {
        count = 0;
        while (!err && count < ABOUT_MAX && (name = dep_arg_at(args, options[r], count))) {
            err = dep_node_find(node, name, &rows[count], problem);
            types[count] = rows[count].type;
            count++;
        }
    }
    const char *lacks = err || count == ABOUT_MAX ? NULL : dep_mandate_lacks(type, types, count);
    return lacks ? dep_stated_bad(problem, "mandate.ref.count", "doc/format/mandate.md", "/refs",
                                  "about", lacks)
                 : err;
}

/* The passphrase is right, the item (of an erasure the record) there, and in a state that the event
 * may follow. */
static bool is_ready(const struct dep_args *args, struct dep_node *node, const char *type,
                     const char *name, int *out_status)
{
    struct dep_problem problem = {.detail = ""};
    DEP_AUTO_ITEM item = {.item = ""};
    const struct dep_custody_order order = {
        .name = name, .type = type, .supersedes = dep_arg(args, "--supersedes")};
    int err = dep_node_unlock(node, &problem);
    /* Of what is taken in, the name is of what it was made from, whatever became of that. */
    bool event = strcmp(type, "evidence.collected") != 0 && strcmp(type, "evidence.intake") != 0;
    if (!err && strcmp(args->command, "record") == 0)
        err = refs_ready(args, node, type, &problem);
    if (!err && name && strcmp(type, "record.erased") == 0)
        err = dep_node_erase_ready(node, name, &problem);
    else if (!err && name)
        err = event ? dep_node_custody_ready(node, &order, &problem)
                    : dep_node_item(node, name, false, &item, &problem);
    if (err)
        *out_status = dep_say_problem(args, err, &problem);
    return !err;
}

struct dep_node *dep_fields_open(struct dep_args *args, const char *type, const char *item,
                                 json_t *known, json_t **out_claims, int *out_status)
{
    bool later = asks(args);
    json_t *claims = later ? NULL : dep_fields_read(args, type, known, NULL, out_status);
    struct dep_node *node = later || claims ? dep_open_node(args, true, out_status) : NULL;
    if (node && later && is_ready(args, node, type, item, out_status))
        claims = dep_fields_read(args, type, known, node, out_status);
    if (node && claims) {
        *out_claims = claims;
        return node;
    }
    json_decref(claims);
    dep_node_close(node);
    return NULL;
}
