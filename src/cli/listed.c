#include "cli/listed.h"

#include "cli/verdict.h"
#include "node/mandate.h"
#include "node/stated.h"
#include "report/language.h"
#include "rules/mandate.h"

#include <ctype.h>
#include <string.h>

enum { NAME_MAX_LEN = 512 };

/* What is typed for a character of a name: `out` gets it, and its length is returned. `*in` moves
 * past what was read. */
static size_t fold(const char **in, char out[2])
{
    const unsigned char *at = (const unsigned char *)*in;
    bool vowel = at[0] == 0xd9 && ((at[1] >= 0x8b && at[1] <= 0x92) || at[1] == 0x80);
    bool blank = at[0] == 0xc2 && at[1] == 0xa0;                                     /* no-break */
    bool capital = at[0] == 0xc3 && at[1] >= 0x80 && at[1] <= 0x9e && at[1] != 0x97; /* À to Þ */
    bool apostrophe = strncmp(*in, "’", 3) == 0;
    *in += apostrophe ? 3 : vowel || blank || capital ? 2 : 1;
    out[0] = (char)(apostrophe ? '\'' : blank ? ' ' : at[0]);
    out[1] = (char)(capital ? at[1] + 0x20 : 0);
    return vowel ? 0 : capital ? 2 : 1;
}

bool dep_is_called(const char *name, const char *answer)
{
    char folded[2][NAME_MAX_LEN];
    const char *words[] = {name, answer};
    for (size_t i = 0; i < DEP_COUNT(words); i++) {
        size_t len = 0;
        for (const char *at = words[i]; *at;) {
            char as[2];
            size_t count = fold(&at, as);
            if (len + count >= sizeof folded[i])
                return false;
            memcpy(folded[i] + len, as, count);
            len += count;
        }
        folded[i][len] = 0;
    }
    return strcasecmp(folded[0], folded[1]) == 0;
}

/* ---- the lists ---- */

static bool add(struct dep_listed *listed, const char *code, const char *name)
{
    return json_object_set_new(listed->codes, code, name ? json_string(name) : json_null()) == 0;
}

static bool add_members(const struct dep_called *called, int64_t now_s, struct dep_listed *out)
{
    bool good = true;
    for (size_t i = 0; good && i < dep_charter_member_count(called->charter); i++) {
        const struct dep_charter_member *member = dep_charter_member_at(called->charter, i);
        if (dep_interval_has(&member->membership, now_s))
            good = add(out, member->id, dep_member_name(called->charter, member->id));
    }
    return good;
}

/* `ever`: whenever it was in the list. */
static bool add_codes(const struct dep_called *called, enum dep_list list, bool ever, int64_t now_s,
                      struct dep_listed *out)
{
    bool good = true;
    for (size_t i = 0; good && i < dep_charter_code_count(called->charter, list); i++) {
        const struct dep_charter_code *code = dep_charter_code_at(called->charter, list, i);
        if (ever || dep_interval_has(&code->in_list, now_s))
            good = add(out, code->code, dep_code_name(called->charter, list, code->code));
    }
    return good;
}

struct gathering {
    struct dep_called *called;
    const char *list;
    struct dep_listed *out;
};

static int add_stated(void *context, const char *code)
{
    const struct gathering *gathering = context;
    return add(gathering->out, code, dep_called_code(gathering->called, gathering->list, code))
               ? DEP_OK
               : DEP_ERR_NOMEM;
}

int dep_listed_of(struct dep_called *called, const char *type, const json_t *form,
                  struct dep_listed *out, struct dep_problem *problem)
{
    const char *name = dep_json_string(dep_json_object(form, "metadata"), "list");
    bool now = dep_stated_has_codes(type), governed = dep_mandate_governs(type);
    bool members = name && strcmp(name, "members") == 0, stated = name && dep_called_stated(name);
    enum dep_list list = DEP_LIST_COUNT;
    bool bodies = name && strcmp(name, "bodies") == 0, found = name && dep_list_find(name, &list);
    /* What was collected may come from anywhere. */
    bool anywhere = list == DEP_LIST_TERRITORIES && !now && !governed;
    *out = (struct dep_listed){
        .open = bodies || anywhere, .any = now, .stated = stated, .bodies = bodies};
    if (!(bodies || anywhere) && !((now || governed) && (members || stated || found)))
        return DEP_OK;
    int64_t now_s = dep_node_now_ms(called->node) / 1000;
    struct gathering gathering = {called, name, out};
    out->codes = json_object();
    if (stated && out->codes)
        return dep_node_mandate_codes(called->node, name, add_stated, &gathering, problem);
    bool good = out->codes;
    if (good && (members || bodies))
        good = add_members(called, now_s, out);
    if (good && !members)
        good = add_codes(called, bodies ? DEP_LIST_RECIPIENTS : list, !now, now_s, out);
    return good ? DEP_OK : dep_problem_fault(problem, DEP_ERR_NOMEM, "cli.listed", name);
}

void dep_listed_done(struct dep_listed *listed)
{
    json_decref(listed->codes);
    listed->codes = NULL;
}

/* ---- an answer ---- */

const char *dep_listed_meaning(const char *value, const char *meaning)
{
    size_t len = strlen(value);
    if (!meaning || strncmp(meaning, value, len) != 0)
        return meaning;
    const char *rest = meaning + len + strspn(meaning + len, " ");
    return !*rest ? NULL : *rest == ':' ? rest + 1 + strspn(rest + 1, " ") : meaning;
}

void dep_listed_choice(const char *value, const char *meaning)
{
    meaning = dep_listed_meaning(value, meaning);
    (void)fprintf(stderr, "    %s", value);
    if (meaning) {
        (void)fprintf(stderr, " — ");
        dep_print_safe(stderr, meaning, strlen(meaning)); /* other members name their codes */
    }
    (void)fprintf(stderr, "\n");
}

static void say(const char *words)
{
    (void)fprintf(stderr, "  ");
    dep_print_column(stderr, words, 0);
    (void)fprintf(stderr, "\n");
}

void dep_listed_show(const struct dep_listed *listed)
{
    const char *code;
    json_t *name;
    if (listed->open)
        return;
    if (listed->codes && json_object_size(listed->codes) == 0)
        say(listed->stated
                ? _("No code is stated there yet: depositary record code.stated states one.")
                : _("The charter has no code there."));
    json_object_foreach(listed->codes, code, name) dep_listed_choice(code, json_string_value(name));
}

void dep_listed_refuse(const struct dep_listed *listed)
{
    if (json_object_size(listed->codes) > 0)
        say(listed->stated ? _("No such code is stated there. These are:")
                           : _("The charter has no such code there. It has:"));
    dep_listed_show(listed);
}

bool dep_listed_has(const struct dep_listed *listed, const char *code)
{
    return !listed->codes || listed->open || (listed->any && strcmp(code, "any") == 0) ||
           json_object_get(listed->codes, code);
}

/* A State or territory by its name in any of our languages. */
static const char *territory_named(struct dep_listed *listed, const char *answer)
{
    struct dep_slice rows = dep_slice_string(dep_territory_rows);
    while (rows.len) {
        struct dep_slice row = dep_slice_next(&rows, '\n'), code = dep_slice_next(&row, '\t');
        while (row.len) {
            char name[NAME_MAX_LEN];
            struct dep_slice each = dep_slice_next(&row, '\t');
            (void)snprintf(name, sizeof name, "%.*s", (int)each.len, (const char *)each.data);
            if (!name[0] || !dep_is_called(name, answer))
                continue;
            (void)snprintf(listed->found, sizeof listed->found, "%.*s", (int)code.len,
                           (const char *)code.data);
            for (char *at = listed->found; listed->bodies && *at; at++)
                *at = (char)tolower((unsigned char)*at);
            return listed->found;
        }
    }
    return NULL;
}

const char *dep_listed_named(struct dep_listed *listed, const char *answer)
{
    const char *code;
    json_t *name;
    json_object_foreach(listed->codes, code, name)
    {
        if (json_is_string(name) && dep_is_called(json_string_value(name), answer))
            return code;
    }
    return listed->open ? territory_named(listed, answer) : NULL;
}
