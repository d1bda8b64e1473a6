#include "cli/answer.h"

#include "cli/cli.h"
#include "cli/file_digest.h"
#include "cli/listed.h"
#include "codec/text.h"
#include "report/language.h"

#include <stdlib.h>
#include <string.h>

/* A terminal gives lines of 4,095 bytes at most, and drops what is beyond without a word. */
enum { CUT_LEN = 4094 };
#define BLANKS " \t\r\n"

/* ---- the line ---- */

/* Blanks around an answer are none of it: what is pasted brings them along. */
static void trim(char *line)
{
    size_t first = strspn(line, BLANKS), len = strlen(line);
    while (len > first && strchr(BLANKS, line[len - 1]))
        len--;
    line[len] = 0;
    if (first)
        memmove(line, line + first, len - first + 1);
}

/* A zero byte (Ctrl-Space) would end the answer where nobody sees it: it stays as another control
 * character, which won't do. */
static void keep_zeros(char line[DEP_ANSWER_MAX])
{
    char *end = memchr(line, '\n', DEP_ANSWER_MAX);
    for (char *at = line; end && at < end; at++)
        if (!*at)
            *at = '\1';
}

bool dep_answer_read(const char *label, char out[DEP_ANSWER_MAX])
{
    for (;;) {
        dep_print_label(stderr, label);
        (void)fflush(stderr);
        memset(out, '\1', DEP_ANSWER_MAX);
        if (!fgets(out, DEP_ANSWER_MAX, stdin)) {
            (void)fprintf(stderr, "\n"); /* what is said next stands on a line of its own */
            return false;
        }
        keep_zeros(out);
        if (strcspn(out, "\n") < CUT_LEN) {
            trim(out);
            return true;
        }
        (void)fprintf(stderr, "  %s\n",
                      _("This line was too long for the terminal, and its end is lost: answer "
                        "shorter, or state it in a file (--file)."));
    }
}

/* ---- its value ---- */

bool dep_form_refers(const json_t *form, const char *name)
{
    const char *ref = dep_json_string(form, "ref");
    return ref && strcmp(ref, name) == 0;
}

static json_t *text_value(const char *lang, const char *answer)
{
    return json_pack("{s:s,s:s}", "text", answer, "lang", lang);
}

/* In any zone; kept in UTC. */
static json_t *moment_value(const char *answer)
{
    char utc[24];
    int64_t unix_s;
    if (!dep_time_parse(dep_slice_string(answer), &unix_s, NULL))
        return NULL;
    dep_time_encode(unix_s, utc);
    return json_string(utc);
}

static json_t *number_value(const char *answer)
{
    char *end = NULL;
    long long number = strtoll(answer, &end, 10);
    return *end ? NULL : json_integer(number);
}

static json_t *boolean_value(const char *answer)
{
    bool yes = strcasecmp(answer, _("y")) == 0 || strcasecmp(answer, _("yes")) == 0;
    bool no = strcasecmp(answer, _("n")) == 0 || strcasecmp(answer, _("no")) == 0;
    return yes || no ? json_boolean(yes) : NULL;
}

/* As it is recorded, or as it is called in the reader's language. */
static json_t *choice_value(const char *lang, const json_t *form, const char *answer)
{
    size_t i;
    json_t *choice;
    json_array_foreach(dep_json_array(form, "enum"), i, choice)
    {
        const char *meaning = dep_form_choice(form, json_string_value(choice), lang);
        if (dep_is_called(json_string_value(choice), answer) ||
            (meaning && dep_is_called(meaning, answer)))
            return json_incref(choice);
    }
    return NULL;
}

/* What somebody wrote in words is kept as it was written. */
static bool is_free_text(const json_t *form)
{
    const char *input = dep_json_string(dep_json_object(form, "metadata"), "input");
    return input && strcmp(input, "text") == 0;
}

/* Of a file's fingerprint the file itself may be named: nobody types 64 digits. */
static json_t *digest_value(const char *answer)
{
    char hex[2 * DEP_HASH_LEN + 1];
    struct dep_problem problem = {.detail = ""};
    static const struct dep_args args; /* in words */
    int err = dep_file_digest(answer, hex, &problem);
    if (err)
        (void)dep_say_problem(&args, err, &problem);
    else
        (void)fprintf(stderr, "  SHA-256: %s\n", hex);
    return err ? NULL : json_string(hex);
}

/* The tag of a language that is called so in any of ours; else the answer, which may be a tag. */
static json_t *language_value(const char *answer)
{
    enum { NAME_MAX_LEN = 256, TAG_LEN_MAX = 3 /* scripts have four letters */ };
    struct dep_slice rows = dep_slice_string(dep_language_rows);
    while (rows.len) {
        struct dep_slice row = dep_slice_next(&rows, '\n'), tag = dep_slice_next(&row, '\t');
        while (tag.len <= TAG_LEN_MAX && row.len) {
            char name[NAME_MAX_LEN];
            struct dep_slice each = dep_slice_next(&row, '\t');
            (void)snprintf(name, sizeof name, "%.*s", (int)each.len, (const char *)each.data);
            if (name[0] && dep_is_called(name, answer))
                return json_stringn((const char *)tag.data, tag.len);
        }
    }
    return json_string(answer);
}

static bool is_language(const json_t *form)
{
    const char *format = dep_json_string(dep_json_object(form, "metadata"), "format");
    return format && strcmp(format, "lang") == 0;
}

/* What no schema forbids in a string that isn't free text, and nobody means. */
static bool has_control(const char *answer)
{
    for (const char *at = answer; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return true;
    return false;
}

bool dep_answer_no_day(const char *answer)
{
    DEP_AUTO_BUF digits;
    dep_buf_init_secret(&digits, DEP_ANSWER_MAX);
    dep_digits_ascii(dep_slice_string(answer), &digits);
    return !dep_buf_err(&digits) && dep_day_missing(dep_buf_slice(&digits));
}

json_t *dep_answer_value(const struct dep_schema *schema, const json_t *form, const char *lang,
                         const char *answer)
{
    if (dep_form_refers(form, "text"))
        return text_value(lang, answer);
    if (dep_form_refers(form, "place"))
        return json_pack("{s:o}", "description", text_value(lang, answer));
    DEP_AUTO_BUF digits;
    dep_buf_init_secret(&digits, DEP_ANSWER_MAX);
    dep_digits_ascii(dep_slice_string(answer), &digits);
    if (dep_buf_err(&digits))
        return NULL;
    const char *ascii = digits.data ? (const char *)digits.data : "";
    if (dep_form_refers(form, "stated_time"))
        return dep_day_missing(dep_slice_string(ascii))  ? NULL
               : dep_edtf_valid(dep_slice_string(ascii)) ? json_pack("{s:s}", "edtf", ascii)
                                                         : json_pack("{s:s}", "original", answer);
    const json_t *own = dep_schema_form(schema, form);
    const char *type = dep_json_string(own, "type");
    if (dep_form_file(own))
        return digest_value(strlen(ascii) == 2 * DEP_HASH_LEN ? ascii : answer);
    if (!type)
        return choice_value(lang, own, ascii);
    if (strcmp(type, "boolean") == 0)
        return boolean_value(answer);
    if (strcmp(type, "timestamp") == 0)
        return moment_value(ascii);
    if (strcmp(type, "string") != 0)
        return number_value(ascii);
    if (has_control(answer))
        return NULL;
    if (is_language(own))
        return language_value(ascii);
    return json_string(is_free_text(own) ? answer : ascii);
}
