#include "cli/wanted.h"

#include "cli/listed.h"
#include "codec/text.h"

#include <stdlib.h>
#include <string.h>

enum { VIOLATIONS_MAX = 64 };

/* ---- what would be right ---- */

static const struct {
    const char *format, *right;
} formats[] = {
    {"edtf",
     N_("a date as exact as it is known: 2021-03-30, 2021-03, 2021 or 2021-03-30T14:05:00Z")},
    {"sha256", N_("a SHA-256: 64 of the digits 0-9 a-f")},
    {"uuid", N_("an id as the program prints it")},
    {"name", N_("an id as the program prints it, or its beginning; of an item its exhibit number")},
    {"lang", N_("a language: fr, en, ar or another tag of BCP 47")},
    {"language", N_("a language by its name, or its tag: fr, en, ar")},
    {"code", N_("a code of Latin letters, digits, \".\", \"_\" and \"-\", with no blank")},
    {"text", N_("a text, not empty, without control characters")},
    {"count", N_("a whole number from 1")},
    {"decimal", N_("a plain decimal number: 1250000.50, without separators or exponent")},
    {"latitude",
     N_("degrees, south of the equator below zero, a point before the decimals: from -90 to "
        "90, as 33.31")},
    {"longitude",
     N_("degrees, west of Greenwich below zero, a point before the decimals: from -180 to "
        "180, as 44.36")},
    {"age-recipient", N_("an age recipient: age1…")},
    {"jwk-thumbprint", N_("the thumbprint of a key")},
    {"base64url", N_("base64url without padding")},
    {"utc", N_("a moment in UTC: 2021-03-30T14:05:00Z")},
    {"moment", N_("a moment with its zone: 2021-03-30T14:05:00Z, or 2021-03-30T17:05:00+03:00")},
};

static void add_integers(const char *type, struct dep_buf *out)
{
    static const struct {
        const char *type;
        long long low, high;
    } ranges[] = {
        {"int8", INT8_MIN, INT8_MAX},
        {"uint8", 0, UINT8_MAX},
        {"int16", INT16_MIN, INT16_MAX},
        {"uint16", 0, UINT16_MAX},
    };
    /* No count, length or time that anybody states is beyond these. */
    if (strcmp(type, "uint32") == 0) {
        dep_buf_add_string(out, _("a whole number from 0"));
        return;
    }
    for (size_t i = 0; i < DEP_COUNT(ranges); i++)
        if (strcmp(ranges[i].type, type) == 0) {
            dep_buf_addf(out, _("a whole number from %lld to %lld"), ranges[i].low, ranges[i].high);
            return;
        }
    dep_buf_add_string(out, _("a whole number, below zero too: -300"));
}

static void add_type(const json_t *form, const char *type, bool typed, struct dep_buf *out)
{
    const char *format = dep_json_string(dep_json_object(form, "metadata"), "format");
    if (strcmp(type, "timestamp") == 0)
        format = "moment";
    if (dep_form_file(form)) {
        dep_buf_add_string(out,
                           _("the file, whose SHA-256 is computed here; or the SHA-256 itself: "
                             "64 of the digits 0-9 a-f"));
        return;
    }
    if (typed && format && strcmp(format, "uuid") == 0)
        format = "name";
    if (typed && format && strcmp(format, "lang") == 0)
        format = "language";
    for (size_t i = 0; format && i < DEP_COUNT(formats); i++)
        if (strcmp(formats[i].format, format) == 0) {
            dep_buf_add_string(out, _(formats[i].right));
            return;
        }
    if (strcmp(type, "string") == 0)
        dep_buf_add_string(out, typed ? _("a text, not empty, without control characters")
                                      : _("a text"));
    else if (strcmp(type, "boolean") == 0)
        dep_buf_add_string(out, typed ? _("yes or no") : _("yes or no (in a file: true or false)"));
    else
        add_integers(type, out);
}

static void add_choices(const json_t *form, struct dep_buf *out)
{
    const char *lang = dep_reader_language();
    size_t i;
    json_t *choice;
    dep_buf_add_string(out, _("one of these: "));
    json_array_foreach(dep_json_array(form, "enum"), i, choice)
    {
        const char *value = json_string_value(choice);
        const char *meaning = dep_listed_meaning(value, dep_form_choice(form, value, lang));
        dep_buf_addf(out, "%s%s", i ? _(", ") : "", value);
        if (meaning)
            dep_buf_addf(out, " (%s)", meaning);
    }
}

/* Names as a file has them; in brackets what may be left out. */
static void add_members(const json_t *form, struct dep_buf *out)
{
    const char *name;
    json_t *member;
    const char *before = "";
    dep_buf_add_string(out, _("an object of: "));
    json_object_foreach(json_object_get(form, "properties"), name, member)
    {
        dep_buf_addf(out, "%s%s", before, name);
        before = ", ";
    }
    json_object_foreach(json_object_get(form, "optionalProperties"), name, member)
    {
        dep_buf_addf(out, "%s[%s]", before, name);
        before = ", ";
    }
}

void dep_wanted_add(const struct dep_schema *schema, const json_t *form, bool typed,
                    struct dep_buf *out)
{
    const json_t *whole = dep_schema_form(schema, form);
    const char *ref = dep_json_string(form, "ref");
    const char *type = dep_json_string(whole, "type");
    if (ref && strcmp(ref, "text") == 0)
        dep_buf_add_string(
            out,
            typed ? _("a text, not empty, without control characters")
                  : _("a text (in a file: {\"text\": \"…\", \"lang\": \"…\"} with its language)"));
    else if (type)
        add_type(whole, type, typed, out);
    else if (json_object_get(whole, "enum"))
        add_choices(whole, out);
    else if (json_object_get(whole, "elements") || json_object_get(whole, "values")) {
        dep_buf_add_string(out, json_object_get(whole, "elements") ? _("a list; each: ")
                                                                   : _("by name, each: "));
        dep_wanted_add(schema, dep_schema_member(schema, whole, NULL), typed, out);
    } else
        add_members(whole, out);
}

/* ---- what is wrong ---- */

struct wrong {
    const struct dep_violation *violation;
    char pointer[2 * DEP_JTD_POINTER_MAX];
    const json_t *form;   /* NULL: there is no such field */
    const json_t *parent; /* of it */
    bool stated;
    bool day; /* a date that there isn't */
    struct dep_buf label;
};

/* A member that is missing is named by the schema's path alone (RFC 8927 section 3.3.6). */
static void add_missing(const struct dep_violation *violation, char *pointer, size_t room)
{
    static const char list[] = "/properties";
    const char *path = violation->where.schema_path;
    const char *last = strrchr(path, '/');
    size_t before = last ? (size_t)(last - path) : 0, len = sizeof list - 1;
    if (before >= len && strncmp(last - len, list, len) == 0) {
        size_t at = strlen(pointer);
        (void)snprintf(pointer + at, room - at, "%s", last);
    }
}

/* Follows the pointer through schema and claims at once, and gathers the labels met. */
static void follow(const struct dep_schema *schema, const json_t *claims, struct wrong *out)
{
    const json_t *form = schema->jtd, *value = claims;
    struct dep_slice rest = dep_slice_string(out->pointer + (out->pointer[0] == '/'));
    while (rest.len && form) {
        char name[DEP_JTD_POINTER_MAX];
        struct dep_slice token = dep_slice_next(&rest, '/');
        (void)snprintf(name, sizeof name, "%.*s", (int)token.len, (const char *)token.data);
        const json_t *whole = dep_schema_form(schema, form);
        bool listed = json_object_get(whole, "elements"), mapped = json_object_get(whole, "values");
        out->parent = form;
        form = dep_schema_member(schema, form, listed || mapped ? NULL : name);
        uint64_t at = 0;
        if (listed && dep_u64_parse(token, UINT32_MAX, &at))
            value = json_array_get(value, (size_t)at);
        else
            value = json_object_get(value, name);
        const char *label = dep_form_label(form, dep_reader_language());
        if (out->label.len)
            dep_buf_add_string(&out->label, listed ? " " : " › ");
        if (listed)
            dep_buf_addf(&out->label, "%llu", (unsigned long long)at + 1);
        else
            dep_buf_add_string(&out->label, label ? label : name);
    }
    out->form = form;
    out->stated = value && !json_is_null(value);
    const char *text = json_string_value(value);
    out->day = text && dep_form_date(form) && dep_day_missing(dep_slice_string(text));
}

static const char *words_of(const struct wrong *wrong)
{
    const char *id = wrong->violation->finding.id;
    if (strncmp(id, "record.unknown.", 15) == 0)
        return dep_word(id);
    return !wrong->form                      ? _("there is no such field")
           : !wrong->stated                  ? _("it is missing")
           : wrong->day                      ? dep_word("stated.day")
           : strncmp(id, "custody.", 8) == 0 ? dep_word(id)
                                             : _("it has not the right form");
}

static bool say_wrong(const struct dep_args *args, const struct wrong *wrong, const char *type,
                      const char *right)
{
    const char *label = wrong->label.data ? (const char *)wrong->label.data : "";
    const char *words = words_of(wrong);
    if (args->json && !dep_print_said(args, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "finding",
                                                      wrong->violation->finding.id, "clause",
                                                      wrong->violation->finding.clause, "where", "",
                                                      "pointer", wrong->pointer, "words", words,
                                                      "field", label, "right", right)))
        return false;
    dep_say_begin(args);
    dep_print_safe(stderr, label, strlen(label));
    (void)fprintf(stderr, " [%s", type);
    dep_print_safe(stderr, wrong->pointer, strlen(wrong->pointer));
    (void)fprintf(stderr, "]: ");
    dep_print_column(stderr, words, 0);
    (void)fprintf(stderr, " (%s)\n  %s %s\n", wrong->violation->finding.id, _("Right would be:"),
                  right);
    return true;
}

static bool say_violation(const struct dep_args *args, const struct dep_schema *schema,
                          const json_t *claims, const struct dep_violation *violation)
{
    DEP_AUTO_BUF right;
    dep_buf_init(&right, DEP_WANTED_LEN_MAX);
    struct wrong wrong = {.violation = violation};
    dep_buf_init(&wrong.label, DEP_WANTED_LEN_MAX);
    (void)snprintf(wrong.pointer, sizeof wrong.pointer, "%s", violation->where.instance_path);
    add_missing(violation, wrong.pointer, sizeof wrong.pointer);
    follow(schema, claims, &wrong);
    dep_wanted_add(schema, wrong.form ? wrong.form : wrong.parent, false, &right);
    dep_buf_add_byte(&wrong.label, 0);
    dep_buf_add_byte(&right, 0);
    bool done = dep_buf_err(&right) == DEP_OK && dep_buf_err(&wrong.label) == DEP_OK &&
                say_wrong(args, &wrong, schema->type, (const char *)right.data);
    dep_buf_done(&wrong.label);
    return done;
}

static bool say_violations(const struct dep_args *args, const struct dep_schema *schema,
                           const json_t *claims)
{
    struct dep_violation *found = dep_alloc_array(VIOLATIONS_MAX, sizeof *found);
    int count =
        found ? dep_record_violations(schema, claims, found, VIOLATIONS_MAX) : DEP_ERR_NOMEM;
    for (int i = 0; i < count && i < VIOLATIONS_MAX; i++)
        if (!say_violation(args, schema, claims, &found[i]))
            count = DEP_ERR_NOMEM;
    free(found);
    if (count < 0)
        dep_say(_("out of memory"));
    return count != 0;
}

int dep_say_refused(const struct dep_args *args, const struct dep_schema *schema,
                    const json_t *claims, bool whole, int err, const struct dep_problem *problem)
{
    static const char *const ids[] = {
        "record.field", "record.format",  "record.unknown.both", "record.unknown.neither",
        "custody.side", "custody.signed", "custody.none"};
    bool about_fields = false;
    for (size_t i = 0; err == DEP_FOUND && i < DEP_COUNT(ids); i++)
        about_fields = about_fields || strcmp(problem->finding.id, ids[i]) == 0;
    const struct dep_violation one = {problem->finding, problem->where};
    if (about_fields && schema &&
        (whole ? say_violations(args, schema, claims)
               : one.where.instance_path[0] && say_violation(args, schema, claims, &one)))
        return dep_finish_output(DEP_EXIT_WANTING);
    return dep_say_problem(args, err, problem);
}
