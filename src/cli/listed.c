#include "cli/listed.h"

#include "cli/cli.h"
#include "cli/verdict.h"

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

struct listed {
    const struct dep_charter *charter;
    int64_t now_s;
    bool members;
    enum dep_list list;
    size_t count;
};

static bool find(const struct dep_charter *charter, int64_t now_s, const json_t *form,
                 struct listed *out)
{
    const char *name = dep_json_string(dep_json_object(form, "metadata"), "list");
    if (!name || !charter)
        return false;
    *out = (struct listed){.charter = charter, .now_s = now_s};
    out->members = strcmp(name, "members") == 0;
    if (!out->members && !dep_list_find(name, &out->list))
        return false;
    out->count = out->members ? dep_charter_member_count(charter)
                              : dep_charter_code_count(charter, out->list);
    return true;
}

/* NULL where it would not do now. */
static const char *code_at(const struct listed *listed, size_t i)
{
    if (listed->members) {
        const struct dep_charter_member *member = dep_charter_member_at(listed->charter, i);
        return dep_interval_has(&member->membership, listed->now_s) ? member->id : NULL;
    }
    const struct dep_charter_code *code = dep_charter_code_at(listed->charter, listed->list, i);
    return dep_interval_has(&code->in_list, listed->now_s) ? code->code : NULL;
}

void dep_listed_choice(const char *value, const char *meaning)
{
    (void)fprintf(stderr, "    %s", value);
    if (meaning && strcmp(meaning, value) != 0) {
        (void)fprintf(stderr, " — ");
        dep_print_safe(stderr, meaning, strlen(meaning)); /* other members name their codes */
    }
    (void)fprintf(stderr, "\n");
}

void dep_listed_show(const struct dep_charter *charter, int64_t now_s, const json_t *form)
{
    struct listed listed;
    if (!find(charter, now_s, form, &listed))
        return;
    for (size_t i = 0; i < listed.count; i++) {
        const char *code = code_at(&listed, i);
        if (code)
            dep_listed_choice(code, listed.members ? dep_member_name(charter, code)
                                                   : dep_code_name(charter, listed.list, code));
    }
}

bool dep_listed_has(const struct dep_charter *charter, int64_t now_s, const json_t *form,
                    const char *code)
{
    struct listed listed;
    if (!find(charter, now_s, form, &listed) || strcmp(code, "any") == 0)
        return true;
    for (size_t i = 0; i < listed.count; i++) {
        const char *one = code_at(&listed, i);
        if (one && strcmp(one, code) == 0)
            return true;
    }
    return false;
}

const char *dep_listed_named(const struct dep_charter *charter, int64_t now_s, const json_t *form,
                             const char *answer)
{
    struct listed listed;
    if (!find(charter, now_s, form, &listed))
        return NULL;
    for (size_t i = 0; i < listed.count; i++) {
        const char *code = code_at(&listed, i);
        const char *name = !code            ? NULL
                           : listed.members ? dep_member_name(charter, code)
                                            : dep_code_name(charter, listed.list, code);
        if (name && dep_is_called(name, answer))
            return code;
    }
    return NULL;
}
