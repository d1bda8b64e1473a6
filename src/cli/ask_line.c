#include "cli/ask_impl.h"
#include "cli/listed.h"
#include "cli/wanted.h"
#include "codec/text.h"
#include "node/case.h"
#include "node/evidence.h"

#include <string.h>

/* The brackets belong to what is isolated in Arabic. */
void ask_hint(const char *words)
{
    char hint[2 * LABEL_MAX];
    (void)snprintf(hint, sizeof hint, "(%s)", words);
    (void)fprintf(stderr, "  ");
    dep_print_column(stderr, hint, 0);
    (void)fprintf(stderr, "\n");
}

/* What to say to an answer that won't do, or before any. */
static void say_right(const struct asking *asking, const json_t *form, const char *words)
{
    DEP_AUTO_BUF right;
    if (dep_form_refers(form, "stated_time")) /* one line is asked of it, and that is a date */
        form = dep_schema_member(asking->schema, form, "edtf");
    dep_buf_init(&right, DEP_WANTED_LEN_MAX);
    dep_wanted_add(asking->schema, form, true, &right);
    if (dep_buf_err(&right) || !right.len)
        return;
    (void)fprintf(stderr, "  ");
    dep_print_column(stderr, words, 0);
    (void)fprintf(stderr, " ");
    dep_print_column(stderr, (const char *)right.data, 0);
    (void)fprintf(stderr, "\n");
}

/* A line; `out` is empty where there is none to be had. */
static enum got ask_line(struct asking *asking, const char *label, bool needed,
                         char out[DEP_ANSWER_MAX])
{
    for (;;) {
        if (!dep_answer_read(label, out))
            return GOT_END;
        if (!out[0])
            return GOT_NOTHING;
        if (out[0] != '?' && out[0] != '!')
            return GOT_VALUE;
        if (asking->unknown_ok) {
            const char *reason = out + 1 + strspn(out + 1, " ");
            asking->refused = out[0] == '!';
            (void)snprintf(asking->reason, sizeof asking->reason, "%s",
                           reason[0] ? reason : DEP_NOT_STATED);
            return GOT_ABSENT;
        }
        (void)fprintf(stderr, "  %s\n",
                      needed ? _("This one can't be unknown.")
                             : _("This one can't be unknown: Enter leaves it out."));
    }
}

/* Before a question whose answer has a form that nobody can guess. */
static void say_form(const struct asking *asking, const json_t *form)
{
    static const char *const obvious[] = {"text", "code"};
    const json_t *whole = dep_schema_form(asking->schema, form);
    const char *type = dep_json_string(whole, "type");
    const char *format = dep_json_string(dep_json_object(whole, "metadata"), "format");
    bool wanted = type && (strcmp(type, "string") != 0 || format || dep_form_file(whole));
    for (size_t i = 0; format && i < DEP_COUNT(obvious); i++)
        wanted = wanted && strcmp(format, obvious[i]) != 0;
    if (dep_form_refers(form, "stated_time"))
        form = dep_schema_member(asking->schema, form, "edtf");
    else if (!wanted)
        return;
    DEP_AUTO_BUF right;
    dep_buf_init(&right, DEP_WANTED_LEN_MAX);
    dep_wanted_add(asking->schema, form, true, &right);
    if (dep_buf_err(&right) == DEP_OK && right.len)
        ask_hint((const char *)right.data);
}

bool ask_is_short(const struct asking *asking, const json_t *form)
{
    return dep_form_refers(form, "stated_time") ||
           (dep_form_refers(form, "place") && !asking->whole);
}

bool ask_is_one_line(const struct asking *asking, const json_t *form)
{
    const json_t *whole = dep_schema_form(asking->schema, form);
    return json_object_get(whole, "type") || json_object_get(whole, "enum") ||
           dep_form_refers(form, "text") || ask_is_short(asking, form);
}

/* Each value as it is typed, and what it means. */
static void show_choices(const struct asking *asking, const json_t *form)
{
    size_t i;
    json_t *choice;
    json_array_foreach(dep_json_array(form, "enum"), i, choice)
    {
        const char *value = json_string_value(choice);
        dep_listed_choice(value, dep_form_choice(form, value, asking->lang));
    }
}

static bool is_date(const struct asking *asking, const json_t *form)
{
    const json_t *whole = dep_schema_form(asking->schema, form);
    return dep_form_refers(form, "stated_time") || dep_form_date(whole);
}

static int id_of(const struct asking *asking, const char *answer, char out[DEP_UUID_LEN + 1],
                 struct dep_problem *problem)
{
    struct dep_node *node = asking->called->node;
    DEP_AUTO_ITEM item = {.item = ""};
    DEP_AUTO_CASE of_case = {.stage = NULL};
    struct dep_index_row row = {.jti = ""};
    int err = asking->names == NAMES_ITEM   ? dep_node_item(node, answer, false, &item, problem)
              : asking->names == NAMES_CASE ? dep_node_case(node, answer, &of_case, problem)
                                            : dep_node_find(node, answer, &row, problem);
    if (!err)
        (void)snprintf(out, DEP_UUID_LEN + 1, "%s",
                       item.item[0]    ? item.item
                       : of_case.id[0] ? of_case.id
                                       : row.jti);
    return err;
}

/* What is named otherwise than by its whole id becomes that, which is shown. False, and said, where
 * nothing here is called so. */
static bool find_id(const struct asking *asking, char answer[DEP_ANSWER_MAX])
{
    char id[DEP_UUID_LEN + 1];
    struct dep_problem problem = {.detail = ""};
    static const struct dep_args args; /* in words */
    if (!asking->names || dep_uuid7_valid(dep_slice_string(answer)))
        return true;
    int err = id_of(asking, answer, id, &problem);
    if (err) {
        (void)dep_say_problem(&args, err, &problem);
        return false;
    }
    (void)snprintf(answer, DEP_ANSWER_MAX, "%s", id);
    (void)fprintf(stderr, "  %s\n", id);
    return true;
}

/* False, and said, where they can't be read. */
static bool find_listed(const struct asking *asking, const json_t *form, struct dep_listed *out)
{
    struct dep_problem problem = {.detail = ""};
    static const struct dep_args args; /* in words */
    int err = dep_listed_of(asking->called, asking->schema->type, form, out, &problem);
    if (err)
        (void)dep_say_problem(&args, err, &problem);
    return !err;
}

/* The value of an answer; false, and said what would be right, where it won't do. */
static bool take(const struct asking *asking, const json_t *form, struct dep_listed *listed,
                 const char *answer, json_t **out)
{
    const char *code = dep_listed_named(listed, answer);
    json_t *value = dep_answer_value(asking->schema, form, asking->lang, code ? code : answer);
    bool fits = value && dep_schema_value_check(asking->schema, form, value, NULL, NULL) == DEP_OK;
    if (fits && code && listed->open)
        (void)fprintf(stderr, "  %s\n", code);
    if (fits && (!json_is_string(value) || dep_listed_has(listed, json_string_value(value)))) {
        *out = value;
        return true;
    }
    json_decref(value);
    bool no_day = is_date(asking, form) && dep_answer_no_day(answer);
    if (!fits)
        say_right(asking, form,
                  no_day ? _("There is no such day. Right would be:")
                         : _("That doesn't fit. Right would be:"));
    else
        dep_listed_refuse(listed);
    return false;
}

enum got ask_one(struct asking *asking, const json_t *form, const char *label, bool needed,
                 json_t **out)
{
    DEP_AUTO_LISTED listed = {.codes = NULL};
    if (!find_listed(asking, form, &listed))
        return GOT_END;
    if (!asking->again) {
        show_choices(asking, dep_schema_form(asking->schema, form));
        dep_listed_show(&listed);
        say_form(asking, form);
    }
    for (;;) {
        char answer[DEP_ANSWER_MAX];
        enum got got = ask_line(asking, label, needed, answer);
        if (got == GOT_NOTHING && needed) {
            say_right(asking, form, _("This one is needed. Right would be:"));
            continue;
        }
        if (got != GOT_VALUE)
            return got;
        if (find_id(asking, answer) && take(asking, form, &listed, answer, out))
            got = GOT_VALUE;
        else
            got = GOT_NOTHING;
        dep_wipe(answer, sizeof answer);
        if (got == GOT_VALUE)
            return got;
    }
}
