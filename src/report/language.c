#include "report/language.h"

#include "codec/json.h"
#include "record/schema.h"
#include "report/words.h"

#include <libintl.h>
#include <stdio.h>
#include <string.h>

#define _(text) gettext(text)

enum { CODE_MAX = 8, SCRIPT_LEN = 4 };

/* The name of a code; `out_translated` false where it had to be the English one. Empty: unknown. */
static struct dep_slice name_in(const char *rows, const char *code, const char *lang,
                                bool *out_translated)
{
    char begin[CODE_MAX + 3];
    (void)snprintf(begin, sizeof begin, "\n%s\t", code);
    const char *row = strstr(rows, begin);
    *out_translated = true;
    if (!row || !code[0])
        return (struct dep_slice){NULL, 0};
    size_t column = strcmp(lang, "fr") == 0 ? 1 : strcmp(lang, "ar") == 0 ? 2 : 0;
    const char *english = row + strlen(begin), *at = english;
    for (size_t i = 0; i < column; i++)
        at += strcspn(at, "\t") + 1;
    *out_translated = strcspn(at, "\t\n") > 0;
    if (!*out_translated)
        at = english;
    return dep_slice_sub(dep_slice_string(at), 0, strcspn(at, "\t\n"));
}

static struct dep_slice name_of(const char *code, const char *lang, bool *out_translated)
{
    return name_in(dep_language_rows, code, lang, out_translated);
}

/* Language and script of a tag; whether there is more in it. */
struct tag {
    char language[CODE_MAX + 1], script[CODE_MAX + 1];
    bool more;
};

static struct tag tag_read(const char *text)
{
    struct tag tag = {.more = false};
    for (size_t part = 0; *text; part++) {
        size_t len = strcspn(text, "-");
        char *room = part == 0 ? tag.language : len == SCRIPT_LEN && part == 1 ? tag.script : NULL;
        if (room)
            (void)snprintf(room, CODE_MAX + 1, "%.*s", (int)len, text);
        else
            tag.more = true;
        text += len + (text[len] == '-');
    }
    return tag;
}

static void add_names(const char *text, const char *script, const char *lang, struct dep_buf *out)
{
    struct tag tag = tag_read(text);
    bool language_told, script_told;
    const char *code = script ? script : tag.script;
    struct dep_slice language = name_of(tag.language, lang, &language_told),
                     written = name_of(code, lang, &script_told);
    if (!language.len)
        language = dep_slice_string(text);
    else
        tag.more = tag.more || !language_told;
    if (!written.len)
        written = dep_slice_string(code);
    if (written.len)
        dep_buf_addf(out, _("%.*s, %.*s script"), (int)language.len, (const char *)language.data,
                     (int)written.len, (const char *)written.data);
    else
        dep_buf_add_slice(out, language);
    if (language.data != (const uint8_t *)text && (tag.more || !script_told))
        dep_buf_addf(out, " (%s%s%s)", text, script ? "-" : "", script ? script : "");
}

void dep_language_add(const char *tag, const char *lang, struct dep_buf *out)
{
    add_names(tag, NULL, lang, out);
}

void dep_language_add_of(const json_t *text, const char *lang, struct dep_buf *out)
{
    const char *tag = dep_json_string(text, "lang"), *script = dep_json_string(text, "script");
    if (tag)
        add_names(tag, script, lang, out);
}

const char *dep_text_word(const json_t *text)
{
    const char *words = dep_json_string(text, "text"), *lang = dep_json_string(text, "lang");
    bool ours = words && lang && strcmp(lang, "zxx") == 0 && strcmp(words, "refer_to_court") == 0;
    return ours ? dep_words("outcome.refer_to_court") : NULL;
}

static bool is_language(const json_t *form)
{
    const char *format = dep_json_string(dep_json_object(form, "metadata"), "format");
    return format && strcmp(format, "lang") == 0;
}

static bool is_of(const json_t *form, const char *name)
{
    const char *list = dep_json_string(dep_json_object(form, "metadata"), "list");
    return list && strcmp(list, name) == 0;
}

/* A State that is no territory here has the same code in small letters. */
static struct dep_slice body_name(const char *code, const char *lang)
{
    bool translated;
    char upper[3] = "";
    for (size_t i = 0; strlen(code) == 2 && i < 2; i++)
        upper[i] = code[i] >= 'a' && code[i] <= 'z' ? (char)(code[i] - 'a' + 'A') : '-';
    return name_in(dep_territory_rows, upper, lang, &translated);
}

bool dep_named_form(const json_t *form)
{
    return is_language(form) || is_of(form, "territories") || is_of(form, "bodies") ||
           is_of(form, "roles") || is_of(form, "needs");
}

void dep_named_add(const json_t *form, const char *value, const char *lang, struct dep_buf *out)
{
    bool translated;
    if (is_language(form)) {
        dep_language_add(value, lang, out);
        return;
    }
    if (is_of(form, "needs")) {
        char id[64];
        (void)snprintf(id, sizeof id, "need.%s", value);
        const char *word = dep_words(id);
        /* Another member's record may have one that only a later version knows. */
        dep_buf_add_string(out, word == id ? value : word);
        return;
    }
    if (is_of(form, "roles")) {
        dep_buf_add_string(out, dep_role_parse(dep_slice_string(value)) ? dep_words(value) : value);
        return;
    }
    struct dep_slice name = is_of(form, "bodies") ? body_name(value, lang)
                            : strlen(value) <= CODE_MAX
                                ? name_in(dep_territory_rows, value, lang, &translated)
                                : (struct dep_slice){NULL, 0};
    if (name.len)
        dep_buf_addf(out, "%.*s (%s)", (int)name.len, (const char *)name.data, value);
    else
        dep_buf_add_string(out, value);
}
